/* SPDX-License-Identifier: Apache-2.0 */
/* S1 over the kernel's SCTP (libsctp, RFC 6458): one-to-one sockets, non-blocking, polled by the
 * loop. An association that comes in is up when it is accepted; one that we set up is up with
 * SCTP_COMM_UP. Bundling is left to MSG_MORE: without it a message leaves at once (SCTP_NODELAY).
 */
#include "transport/s1_backend.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/sctp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct mem_pool sockets = MEM_POOL(s1_socket);
static struct s1_config config;
static struct s1_socket *listener;

static int set(int fd, int option, const void *value, size_t n)
{
	return setsockopt(fd, IPPROTO_SCTP, option, value, (socklen_t)n) ? -errno : 0;
}

/* Path and association failure: SCTP counts unanswered retransmissions and heartbeats (RFC 9260 8).
 */
static int set_retransmissions(int fd, unsigned paths)
{
	struct sctp_assocparams assoc = {
		.sasoc_asocmaxrxt = (uint16_t)(config.path_max_retrans * paths),
	};

	return set(fd, SCTP_ASSOCINFO, &assoc, sizeof(assoc));
}

static int set_options(int fd)
{
	const int on = 1, size = S1_BUFFER;
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
	const struct sctp_event_subscribe events = {
		.sctp_data_io_event = 1,
		.sctp_association_event = 1,
		.sctp_shutdown_event = 1,
		.sctp_partial_delivery_event = 1,
	};
	int r;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if ((r = set(fd, SCTP_INITMSG, &init, sizeof(init))) ||
	    (r = set(fd, SCTP_RTOINFO, &rto, sizeof(rto))) ||
	    (r = set(fd, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path))) ||
	    (r = set_retransmissions(fd, 1)) ||
	    (r = set(fd, SCTP_DELAYED_SACK, &sack, sizeof(sack))) ||
	    (r = set(fd, SCTP_NODELAY, &on, sizeof(on))) ||
	    (r = set(fd, SCTP_EVENTS, &events, sizeof(events))))
		return r;
	return 0;
}

static int bind_addresses(int fd, const struct s1_ends *ends)
{
	uint16_t port = ends->local_port;
	union s1_sockaddr name;

	for (unsigned i = 0; i < ends->locals; i++) {
		socklen_t length = s1_sockaddr(&name, &ends->local[i], port);
		int r = i == 0 ? bind(fd, &name.sa, length)
			       : sctp_bindx(fd, &name.sa, 1, SCTP_BINDX_ADD_ADDR);
		if (r)
			return -errno;
		if (i == 0 && !port && ends->locals > 1) {
			length = sizeof(name);
			getsockname(fd, &name.sa, &length);
			port = ntohs(name.in.sin_port); /* the same place in both families */
		}
	}
	return 0;
}

static void on_socket(void *arg, int events)
{
	struct s1_socket *socket = arg;

	if (events & LOOP_WRITE)
		s1_writable(socket);
	if (events & LOOP_READ)
		s1_readable(socket);
}

static void kernel_close(struct s1_socket *socket, bool abort)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	loop_fd_del(socket->watch);
	if (abort)
		setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(socket->fd);
	pool_put(&sockets, socket);
}

/* Takes over fd. NULL with errno, fd closed. */
static struct s1_socket *wrap(int fd, int events, void (*fn)(void *, int))
{
	struct s1_socket *socket = pool_get(&sockets);

	if (socket)
		socket->watch = loop_fd_add(fd, events, fn, socket);
	if (!socket || !socket->watch) {
		pool_put(&sockets, socket);
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	socket->fd = fd;
	return socket;
}

static int kernel_start(const struct s1_config *given, const char **error)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), r;

	config = *given;
	if (fd < 0) {
		*error = "the kernel has no SCTP (modprobe sctp)";
		return -errno;
	}
	r = set_options(fd);
	if (r < 0)
		*error = "the kernel's SCTP refuses an option";
	close(fd);
	return r;
}

static void on_listener(void *arg, int events)
{
	struct s1_socket *from = arg;

	(void)events;
	for (;;) {
		union s1_sockaddr peer = {0};
		socklen_t length = sizeof(peer);
		int fd = accept4(from->fd, &peer.sa, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno != EAGAIN && errno != EINTR)
				LOG(WARN, "sctp.accept", "error=\"%s\"", strerror(errno));
			return;
		}
		struct s1_socket *socket = wrap(fd, LOOP_READ, on_socket);
		if (socket)
			s1_accepted(socket, &peer.sa);
	}
}

/* A socket for these ends, bound; negative errno. */
static int open_socket(const struct s1_ends *ends)
{
	int family = s1_family(ends->locals, ends->local), fd, r, on = 1;

	if (ends->peer && s1_family(1, ends->peer) == AF_INET6)
		family = AF_INET6;
	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_SCTP);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	r = set_options(fd);
	if (r == 0)
		r = bind_addresses(fd, ends);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

static int kernel_listen(const struct s1_ends *ends)
{
	int fd = open_socket(ends);

	if (fd < 0)
		return fd;
	if (listen(fd, SOMAXCONN)) {
		int r = -errno;
		close(fd);
		return r;
	}
	listener = wrap(fd, LOOP_READ, on_listener);
	return listener ? 0 : -errno;
}

static struct s1_socket *kernel_connect(struct s1_assoc *assoc, const struct s1_ends *ends)
{
	union s1_sockaddr to;
	socklen_t length = s1_sockaddr(&to, ends->peer, ends->peer_port);
	struct s1_socket *socket;
	int fd = open_socket(ends), r;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	if (connect(fd, &to.sa, length) && errno != EINPROGRESS) {
		r = errno;
		close(fd);
		errno = r;
		return NULL;
	}
	socket = wrap(fd, LOOP_READ, on_socket);
	if (socket)
		socket->assoc = assoc;
	return socket;
}

static struct s1_socket *kernel_adopt(int fd, union s1_sockaddr *peer)
{
	struct sctp_status status = {0};
	socklen_t length = sizeof(status), peer_length = sizeof(*peer);

	if (getsockopt(fd, IPPROTO_SCTP, SCTP_STATUS, &status, &length) ||
	    status.sstat_state != SCTP_ESTABLISHED || getpeername(fd, &peer->sa, &peer_length)) {
		close(fd);
		return NULL;
	}
	return wrap(fd, LOOP_READ, on_socket);
}

static int kernel_send(struct s1_socket *socket, uint16_t stream, const void *p, size_t n,
		       bool more)
{
	union {
		char room[CMSG_SPACE(sizeof(struct sctp_sndinfo))];
		struct cmsghdr align;
	} control = {0};
	const struct sctp_sndinfo info = {.snd_sid = stream, .snd_ppid = htonl(S1_PPID)};
	struct iovec part = {.iov_base = (void *)(uintptr_t)p, .iov_len = n};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = IPPROTO_SCTP;
	header->cmsg_type = SCTP_SNDINFO;
	header->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(header), &info, sizeof(info));
	if (sendmsg(socket->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0)) < 0)
		return errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS ? -EAGAIN
										  : -errno;
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
		return lost(note->sn_assoc_change.sac_flags & SCTP_ABORT ||
					    note->sn_assoc_change.sac_error
				    ? "aborted by the peer"
				    : "peer lost");
	case SCTP_SHUTDOWN_COMP:
		return lost("shutdown complete");
	case SCTP_CANT_STR_ASSOC:
		return lost("cannot set the association up");
	}
	return notice;
}

static struct s1_input kernel_receive(struct s1_socket *socket, uint8_t *buffer)
{
	struct sctp_sndrcvinfo info = {0};
	union s1_sockaddr from;
	socklen_t length = sizeof(from);
	int flags = MSG_DONTWAIT;
	ssize_t n = sctp_recvmsg(socket->fd, buffer, S1_RECEIVE, &from.sa, &length, &info, &flags);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return (struct s1_input){.kind = S1_AGAIN};
	if (n < 0 && errno == ENOTCONN) /* still connecting */
		return (struct s1_input){.kind = S1_AGAIN};
	if (n < 0)
		return lost(strerror(errno));
	if (n == 0)
		return lost("closed by the peer");
	if (flags & MSG_NOTIFICATION)
		return read_notification(buffer, (size_t)n);
	return (struct s1_input){
		.kind = S1_DATA,
		.stream = info.sinfo_stream,
		.ppid = ntohl(info.sinfo_ppid),
		.end = flags & MSG_EOR,
		.n = (size_t)n,
	};
}

static uint16_t kernel_established(struct s1_socket *socket)
{
	struct sctp_status status = {0};
	socklen_t length = sizeof(status);
	struct sockaddr *paths = NULL;
	int n = sctp_getpaddrs(socket->fd, 0, &paths);

	if (n > 0)
		sctp_freepaddrs(paths);
	set_retransmissions(socket->fd, n > 1 ? (unsigned)n : 1);
	if (getsockopt(socket->fd, IPPROTO_SCTP, SCTP_STATUS, &status, &length))
		return 1;
	return status.sstat_outstrms;
}

static void kernel_watch_write(struct s1_socket *socket, bool on)
{
	loop_fd_set(socket->watch, LOOP_READ | (on ? LOOP_WRITE : 0));
}

static void kernel_read_more(struct s1_socket *socket) { (void)socket; /* polled by level */ }

static bool kernel_readable(struct s1_socket *socket)
{
	struct pollfd p = {.fd = socket->fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

static void kernel_shutdown(struct s1_socket *socket) { shutdown(socket->fd, SHUT_WR); }

static void kernel_stop(bool tell_peers)
{
	(void)tell_peers; /* s1.c has */
	if (listener)
		kernel_close(listener, false);
	listener = NULL;
}

const struct s1_backend s1_kernel = {
	.name = "kernel",
	.start = kernel_start,
	.listen = kernel_listen,
	.connect = kernel_connect,
	.adopt = kernel_adopt,
	.send = kernel_send,
	.receive = kernel_receive,
	.established = kernel_established,
	.watch_write = kernel_watch_write,
	.read_more = kernel_read_more,
	.readable = kernel_readable,
	.shutdown = kernel_shutdown,
	.close = kernel_close,
	.stop = kernel_stop,
};
