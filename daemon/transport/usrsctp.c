/* SPDX-License-Identifier: Apache-2.0 */
/* S1 over usrsctp on raw IP, where the kernel has no SCTP. The same one-to-one sockets as in
 * sctp.c, but they are not descriptors: usrsctp runs its own threads (receive, timers) and calls
 * on_upcall from them when a packet for a socket was handled. The upcall puts the socket's slot
 * number on the ready list; the first one on an empty list wakes the loop, which then takes all of
 * them: a busy loop is woken once a batch, and no memory is allocated. Slots, not pointers, cross
 * over, since an upcall may come late for a socket that was closed; one for a wrong socket is
 * harmless.
 *
 * A socket is closed LINGER_MS after its association's end: usrsctp frees a socket that is closed
 * while its receiving thread is at work on a packet for it, and then calls the upcall of freed
 * memory. An association that has ended gets no packets. For the same reason an upcall is never
 * taken away; one for a slot that is empty does nothing.
 *
 * Failures that a timer of usrsctp finds do not always make an upcall, so every POLL_MS all sockets
 * are looked at. Addresses must be on an interface before s1_start: usrsctp lists them once. */
#include "transport/s1_backend.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usrsctp.h>

enum { POLL_MS = 250, LISTEN_BACKLOG = 1024, LINGER_MS = 1000 };

struct slot {
	struct s1_socket *socket; /* the loop's */
	bool ready;               /* under the lock: is on the list */
};

static struct mem_pool sockets = MEM_POOL(s1_socket);
static struct s1_config config;
static struct s1_socket *listener;
static struct timer poll_timer;
static struct s1_socket *lingering, **lingering_end = &lingering; /* in the order of their time */

/* The lock guards slots (where it is), ready flags and both lists. Slot 0 is not used. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *slots;
static uint32_t slots_cap, slots_used;
static uint32_t *ready, *taken;
static size_t ready_n;

static void run_ready(void *unused);

static void mark_locked(uint32_t slot)
{
	if (!slot || slot >= slots_used || slots[slot].ready)
		return;
	slots[slot].ready = true;
	ready[ready_n++] = slot;
	if (ready_n == 1)
		loop_post(run_ready, NULL);
}

static void mark(uint32_t slot)
{
	pthread_mutex_lock(&lock);
	mark_locked(slot);
	pthread_mutex_unlock(&lock);
}

static void on_upcall(struct socket *so, void *arg, int flags)
{
	(void)so;
	(void)flags;
	mark((uint32_t)(uintptr_t)arg);
}

static bool slots_grow(void)
{
	uint32_t cap = slots_cap ? 2 * slots_cap : 64;
	struct slot *new_slots = realloc(slots, cap * sizeof(*slots));
	uint32_t *new_ready = new_slots ? realloc(ready, cap * sizeof(*ready)) : NULL;
	uint32_t *new_taken = new_ready ? realloc(taken, cap * sizeof(*taken)) : NULL;

	if (new_slots)
		slots = new_slots;
	if (new_ready)
		ready = new_ready;
	if (!new_taken)
		return false;
	taken = new_taken;
	slots_cap = cap;
	if (!slots_used)
		slots[slots_used++] = (struct slot){0};
	return true;
}

/* A free slot, found by search: associations come rarely. */
static uint32_t slot_new(struct s1_socket *socket)
{
	uint32_t slot;

	pthread_mutex_lock(&lock);
	for (slot = 1; slot < slots_used && slots[slot].socket; slot++)
		;
	if (slot >= slots_cap && !slots_grow()) {
		pthread_mutex_unlock(&lock);
		return 0;
	}
	if (slot == 0)
		slot = 1;
	if (slot >= slots_used) {
		slots[slot].ready = false;
		slots_used = slot + 1;
	}
	slots[slot].socket = socket;
	pthread_mutex_unlock(&lock);
	return slot;
}

static void accept_all(struct s1_socket *from);

static void run_ready(void *unused)
{
	uint32_t *list;
	size_t n;

	(void)unused;
	pthread_mutex_lock(&lock);
	list = ready;
	n = ready_n;
	ready = taken;
	ready_n = 0;
	taken = list;
	for (size_t i = 0; i < n; i++)
		slots[list[i]].ready = false;
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < n; i++) {
		struct s1_socket *socket = slots[taken[i]].socket;
		if (!socket)
			continue;
		if (socket == listener) {
			accept_all(socket);
			continue;
		}
		s1_writable(socket);
		s1_readable(socket);
	}
}

static void close_lingering(uint64_t now);

static void on_poll(struct timer *timer)
{
	pthread_mutex_lock(&lock);
	for (uint32_t slot = 1; slot < slots_used; slot++)
		if (slots[slot].socket)
			mark_locked(slot);
	pthread_mutex_unlock(&lock);
	close_lingering(loop_now_ms());
	timer_start(timer, POLL_MS, on_poll);
}

static int set(struct socket *so, int option, const void *value, size_t n)
{
	return usrsctp_setsockopt(so, IPPROTO_SCTP, option, value, (socklen_t)n) ? -errno : 0;
}

/* Path and association failure: SCTP counts unanswered retransmissions and heartbeats (RFC 9260 8).
 */
static int set_retransmissions(struct socket *so, unsigned paths)
{
	struct sctp_assocparams assoc = {
		.sasoc_asocmaxrxt = (uint16_t)(config.path_max_retrans * paths),
	};

	return set(so, SCTP_ASSOCINFO, &assoc, sizeof(assoc));
}

static int set_events(struct socket *so)
{
	static const uint16_t wanted[] = {SCTP_ASSOC_CHANGE, SCTP_SHUTDOWN_EVENT,
					  SCTP_PARTIAL_DELIVERY_EVENT};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct sctp_event event = {.se_type = wanted[i], .se_on = 1};
		int r = set(so, SCTP_EVENT, &event, sizeof(event));
		if (r < 0)
			return r;
	}
	return 0;
}

static int set_options(struct socket *so)
{
	const int on = 1;
	const struct sctp_initmsg init = {
		.sinit_num_ostreams = config.streams,
		.sinit_max_instreams = UINT16_MAX,
		.sinit_max_attempts = S1_INIT_ATTEMPTS,
		.sinit_max_init_timeo = S1_RTO_MAX,
	};
	const struct sctp_rtoinfo rto = {
		.srto_initial = S1_RTO_INITIAL,
		.srto_max = S1_RTO_MAX,
		.srto_min = S1_RTO_MIN,
	};
	const struct sctp_paddrparams path = {
		.spp_hbinterval = config.heartbeat_ms,
		.spp_pathmaxrxt = config.path_max_retrans,
		.spp_flags = SPP_HB_ENABLE | SPP_PMTUD_ENABLE,
	};
	const struct sctp_sack_info sack = {.sack_freq = 1};
	int r;

	if ((r = set(so, SCTP_INITMSG, &init, sizeof(init))) ||
	    (r = set(so, SCTP_RTOINFO, &rto, sizeof(rto))) ||
	    (r = set(so, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path))) ||
	    (r = set_retransmissions(so, 1)) ||
	    (r = set(so, SCTP_DELAYED_SACK, &sack, sizeof(sack))) ||
	    (r = set(so, SCTP_NODELAY, &on, sizeof(on))) ||
	    (r = set(so, SCTP_RECVRCVINFO, &on, sizeof(on))) || (r = set_events(so)))
		return r;
	return usrsctp_set_non_blocking(so, 1) ? -errno : 0;
}

/* The port a socket is bound to; 0 if it is not. */
static uint16_t bound_port(struct socket *so)
{
	struct sockaddr *local = NULL;
	uint16_t port = 0;

	if (usrsctp_getladdrs(so, 0, &local) > 0) {
		const struct sockaddr_in *in = (const void *)local;
		port = ntohs(in->sin_port); /* the same place in both families */
		usrsctp_freeladdrs(local);
	}
	return port;
}

static int bind_addresses(struct socket *so, const struct s1_ends *ends)
{
	uint16_t port = ends->local_port;

	for (unsigned i = 0; i < ends->locals; i++) {
		union s1_sockaddr name;
		socklen_t length = s1_sockaddr(&name, &ends->local[i], port);
		int r = i == 0 ? usrsctp_bind(so, &name.sa, length)
			       : usrsctp_bindx(so, &name.sa, 1, SCTP_BINDX_ADD_ADDR);
		if (r)
			return -errno;
		if (i == 0 && !port && ends->locals > 1)
			port = bound_port(so);
	}
	return 0;
}

/* Closes what has lingered long enough; all of them if `now` is UINT64_MAX. */
static void close_lingering(uint64_t now)
{
	while (lingering && lingering->close_at <= now) {
		struct s1_socket *socket = lingering;

		lingering = socket->next;
		if (!lingering)
			lingering_end = &lingering;
		usrsctp_close(socket->so);
		pool_put(&sockets, socket);
	}
}

static void user_close(struct s1_socket *socket, bool abort)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};
	struct sctp_sndinfo info = {.snd_flags = SCTP_ABORT};

	pthread_mutex_lock(&lock);
	slots[socket->slot].socket = NULL;
	pthread_mutex_unlock(&lock);
	if (abort) {
		usrsctp_setsockopt(socket->so, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		usrsctp_sendv(socket->so, "", 0, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO,
			      0);
	}
	socket->close_at = loop_now_ms() + LINGER_MS;
	socket->next = NULL;
	*lingering_end = socket;
	lingering_end = &socket->next;
}

/* Takes over so. NULL with errno, so closed. */
static struct s1_socket *wrap(struct socket *so)
{
	struct s1_socket *socket = pool_get(&sockets);

	if (socket)
		socket->slot = slot_new(socket);
	if (!socket || !socket->slot) {
		pool_put(&sockets, socket);
		usrsctp_close(so);
		errno = ENOMEM;
		return NULL;
	}
	socket->so = so;
	usrsctp_set_upcall(so, on_upcall, (void *)(uintptr_t)socket->slot);
	return socket;
}

static void on_library_log(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	LOG(DEBUG, "usrsctp", "%s", text);
}

static int user_start(const struct s1_config *given, const char **error)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_SCTP);

	config = *given;
	if (fd < 0) {
		*error = "SCTP over raw IP needs CAP_NET_RAW";
		return -errno;
	}
	close(fd);
	usrsctp_init(0, NULL, on_library_log);
	if (!config.alone) /* leave other processes' associations alone */
		usrsctp_sysctl_set_sctp_blackhole(2);
	usrsctp_sysctl_set_sctp_sendspace(S1_BUFFER);
	usrsctp_sysctl_set_sctp_recvspace(S1_BUFFER);
	usrsctp_sysctl_set_sctp_asconf_enable(0);
	usrsctp_sysctl_set_sctp_auto_asconf(0);
	usrsctp_sysctl_set_sctp_auth_enable(0);
	timer_start(&poll_timer, POLL_MS, on_poll);
	return 0;
}

static void accept_all(struct s1_socket *from)
{
	for (;;) {
		union s1_sockaddr peer = {0};
		socklen_t length = sizeof(peer);
		struct socket *so = usrsctp_accept(from->so, &peer.sa, &length);
		struct s1_socket *socket;
		if (!so) {
			if (errno != EWOULDBLOCK)
				LOG(WARN, "sctp.accept", "error=\"%s\"", strerror(errno));
			return;
		}
		usrsctp_set_non_blocking(so, 1);
		socket = wrap(so);
		if (!socket)
			continue;
		mark(socket->slot); /* what came before the upcall was set */
		s1_accepted(socket, &peer.sa);
	}
}

/* A socket for these ends, bound; NULL with errno. */
static struct socket *open_socket(const struct s1_ends *ends)
{
	int family = s1_family(ends->locals, ends->local), r;
	struct socket *so;

	if (ends->peer && s1_family(1, ends->peer) == AF_INET6)
		family = AF_INET6;
	so = usrsctp_socket(family, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	if (!so)
		return NULL;
	r = set_options(so);
	if (r == 0)
		r = bind_addresses(so, ends);
	if (r < 0) {
		usrsctp_close(so);
		errno = -r;
		return NULL;
	}
	return so;
}

static int user_listen(const struct s1_ends *ends)
{
	struct socket *so = open_socket(ends);

	if (!so)
		return -errno;
	if (usrsctp_listen(so, LISTEN_BACKLOG)) {
		int r = -errno;
		usrsctp_close(so);
		return r;
	}
	listener = wrap(so);
	return listener ? 0 : -errno;
}

static struct s1_socket *user_connect(struct s1_assoc *assoc, const struct s1_ends *ends)
{
	struct socket *so = open_socket(ends);
	struct s1_socket *socket = so ? wrap(so) : NULL;
	union s1_sockaddr to;
	socklen_t length = s1_sockaddr(&to, ends->peer, ends->peer_port);

	if (!socket)
		return NULL;
	socket->assoc = assoc;
	if (usrsctp_connect(so, &to.sa, length) && errno != EINPROGRESS) {
		int r = errno;
		user_close(socket, true);
		errno = r;
		return NULL;
	}
	return socket;
}

/* usrsctp has no MSG_MORE, but Nagle's algorithm (no SCTP_NODELAY) keeps small messages back while
 * others are under way, and the send that switches it off takes them along. */
static void hold_back(struct s1_socket *socket, bool on)
{
	const int nodelay = !on;

	if (socket->holds_back == on)
		return;
	socket->holds_back = on;
	set(socket->so, SCTP_NODELAY, &nodelay, sizeof(nodelay));
}

static int user_send(struct s1_socket *socket, uint16_t stream, const void *p, size_t n, bool more)
{
	struct sctp_sndinfo info = {.snd_sid = stream, .snd_ppid = htonl(S1_PPID)};
	ssize_t r;

	hold_back(socket, more);
	r = usrsctp_sendv(socket->so, p, n, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0);
	if (r < 0)
		return errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -errno;
	return 0;
}

static struct s1_input lost(const char *why)
{
	return (struct s1_input){.kind = S1_LOST, .why = why};
}

static struct s1_input read_notification(const uint8_t *p, size_t n)
{
	const union sctp_notification *note = (const void *)p;
	struct s1_input notice = {.kind = S1_NOTICE};

	if (n < sizeof(note->sn_header))
		return notice;
	if (note->sn_header.sn_type == SCTP_SHUTDOWN_EVENT)
		return lost("shutdown by the peer");
	if (note->sn_header.sn_type == SCTP_PARTIAL_DELIVERY_EVENT)
		return lost("partial message given up");
	if (note->sn_header.sn_type != SCTP_ASSOC_CHANGE || n < sizeof(note->sn_assoc_change))
		return notice;
	switch (note->sn_assoc_change.sac_state) {
	case SCTP_COMM_UP:
		notice.kind = S1_UP;
		break;
	case SCTP_RESTART:
		notice.kind = S1_RESTART;
		break;
	case SCTP_COMM_LOST:
		return lost(note->sn_assoc_change.sac_length > sizeof(note->sn_assoc_change)
				    ? "aborted by the peer"
				    : "peer lost");
	case SCTP_SHUTDOWN_COMP:
		return lost("shutdown complete");
	case SCTP_CANT_STR_ASSOC:
		return lost("cannot set the association up");
	}
	return notice;
}

static struct s1_input user_receive(struct s1_socket *socket, uint8_t *buffer)
{
	struct sctp_rcvinfo info = {0};
	union s1_sockaddr from;
	socklen_t length = sizeof(from), info_length = sizeof(info);
	unsigned kind = SCTP_RECVV_NOINFO;
	int flags = 0;
	ssize_t n = usrsctp_recvv(socket->so, buffer, S1_RECEIVE, &from.sa, &length, &info,
				  &info_length, &kind, &flags);

	if (n < 0 && (errno == EWOULDBLOCK || errno == EINTR))
		return (struct s1_input){.kind = S1_AGAIN};
	if (n < 0 && errno == ENOTCONN && !(usrsctp_get_events(socket->so) & SCTP_EVENT_ERROR))
		return (struct s1_input){.kind = S1_AGAIN}; /* still connecting */
	if (n < 0)
		return lost(strerror(errno));
	if (n == 0)
		return lost("closed by the peer");
	if (flags & MSG_NOTIFICATION)
		return read_notification(buffer, (size_t)n);
	return (struct s1_input){
		.kind = S1_DATA,
		.stream = info.rcv_sid,
		.ppid = ntohl(info.rcv_ppid),
		.end = flags & MSG_EOR,
		.n = (size_t)n,
	};
}

static uint16_t user_established(struct s1_socket *socket)
{
	struct sctp_status status = {0};
	socklen_t length = sizeof(status);
	struct sockaddr *paths = NULL;
	int n = usrsctp_getpaddrs(socket->so, 0, &paths);

	if (n > 0)
		usrsctp_freepaddrs(paths);
	set_retransmissions(socket->so, n > 1 ? (unsigned)n : 1);
	if (usrsctp_getsockopt(socket->so, IPPROTO_SCTP, SCTP_STATUS, &status, &length))
		return 1;
	return status.sstat_outstrms;
}

/* The acknowledgement that makes room is a packet, so there will be an upcall. */
static void user_watch_write(struct s1_socket *socket, bool on)
{
	(void)socket;
	(void)on;
}

static void user_read_more(struct s1_socket *socket) { mark(socket->slot); }

static void user_shutdown(struct s1_socket *socket) { usrsctp_shutdown(socket->so, SHUT_WR); }

/* The library ends its associations with an ABORT when it is finished, so it is left as it is where
 * peers are not to be told; what it holds goes with the process. */
static void user_stop(bool tell_peers)
{
	timer_stop(&poll_timer);
	if (!tell_peers)
		return;
	if (listener)
		user_close(listener, false);
	listener = NULL;
	close_lingering(UINT64_MAX);
	for (unsigned i = 0; i < 100 && usrsctp_finish() != 0; i++)
		usleep(1000);
}

const struct s1_backend s1_usrsctp = {
	.name = "usrsctp",
	.start = user_start,
	.listen = user_listen,
	.connect = user_connect,
	.send = user_send,
	.receive = user_receive,
	.established = user_established,
	.watch_write = user_watch_write,
	.read_more = user_read_more,
	.shutdown = user_shutdown,
	.close = user_close,
	.stop = user_stop,
};
