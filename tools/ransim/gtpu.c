/* SPDX-License-Identifier: Apache-2.0 */
/* The packet thread sleeps in epoll on sockets, tuns and the generator's timer. Each wake-up takes
 * the mutex, moves batches of BATCH packets (recvmmsg -> tun writes; tun reads -> sendmmsg) and
 * lets go. Uplink packets are read from the tun straight behind the room of their GTP-U header.
 *
 * A TEID is slot + 1 in the low 24 bits and the slot's generation above, so that a late packet of a
 * bearer that is gone does not reach the next one. A tun whose bearer has no radio leg is not
 * polled after its first packet: packets wait in the device until gtpu_port_connect. */
#include "gtpu_port.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "core/loop.h"
#include "gtpu_wire.h"

struct gtpu_state g = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct port *gtpu_port_of(uint32_t teid)
{
	uint32_t slot = (teid & ((1u << TEID_SLOT_BITS) - 1)) - 1;

	return teid && slot < g.ports && g.port[slot].teid == teid ? &g.port[slot] : NULL;
}

/* On the loop. The port may have gone since: then nobody is told. */
static void event_deliver(void *arg)
{
	struct event *e = arg;
	bool alive;

	pthread_mutex_lock(&g.lock);
	alive = gtpu_port_of(e->teid) != NULL;
	pthread_mutex_unlock(&g.lock);
	if (!alive)
		goto out;
	switch (e->kind) {
	case EVENT_RA:
		g.ev.ra(e->owner, &e->ra);
		break;
	case EVENT_ECHO:
		g.ev.echo_reply(e->owner, e->seq, e->rtt_us, e->size);
		break;
	case EVENT_PENDING:
		g.ev.uplink_pending(e->owner);
		break;
	case EVENT_ERROR:
		g.ev.error_indication(e->owner);
		break;
	case EVENT_END_MARKER:
		g.ev.end_marker(e->owner, e->teid);
		break;
	}
out:
	free(e);
}

void gtpu_event_post(struct event from, const struct port *p)
{
	struct event *e = malloc(sizeof(*e));

	if (!e)
		return;
	*e = from;
	e->teid = p->teid;
	e->owner = p->owner;
	loop_post(event_deliver, e);
}

int gtpu_watch(int op, int fd, enum watched kind, uint32_t id, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.u64 = (uint64_t)kind << 32 | id};

	return epoll_ctl(g.epoll, op, fd, &e) ? -errno : 0;
}

/* ---- sending ----------------------------------------------------------------------------------
 */

static int batch_init(struct batch *b)
{
	b->buf = malloc((size_t)BATCH * SLOT);
	if (!b->buf)
		return -ENOMEM;
	for (unsigned i = 0; i < BATCH; i++) {
		b->iov[i] = (struct iovec){b->buf + (size_t)i * SLOT, SLOT};
		b->m[i].msg_hdr = (struct msghdr){.msg_name = &b->sa[i],
						  .msg_namelen = sizeof(b->sa[i]),
						  .msg_iov = &b->iov[i],
						  .msg_iovlen = 1};
	}
	return 0;
}

static void flush(struct sock *s)
{
	unsigned at = 0;

	while (at < s->tx.n) {
		int n = sendmmsg(s->fd, s->tx.m + at, s->tx.n - at, MSG_DONTWAIT);
		struct pollfd wait = {.fd = s->fd, .events = POLLOUT};

		if (n > 0) {
			at += (unsigned)n;
		} else if (errno == EAGAIN && poll(&wait, 1, 10) > 0) {
			continue;
		} else if (errno != EINTR) {
			g.c.send_failed++;
			at++;
		}
	}
	s->tx.n = 0;
}

static void flush_all(void)
{
	for (int i = 0; i < g.socks; i++)
		if (g.sock[i]->tx.n)
			flush(g.sock[i]);
}

/* Where the next packet of this socket goes, GTP-U header to be written before it. */
static uint8_t *tx_slot(struct sock *s)
{
	if (s->tx.n == BATCH)
		flush(s);
	return s->tx.buf + (size_t)s->tx.n * SLOT + HEADROOM;
}

/* Writes the G-PDU header in front of the packet; returns where the datagram begins. */
static uint8_t *header_before(uint8_t *packet, const struct port *p, size_t n)
{
	size_t len = g.sequence ? GTPU_LONG_LEN : GTPU_SHORT_LEN;

	gtpu_header_put(packet - len, GTPU_GPDU, p->peer_teid, n, g.sequence, g.next_seq);
	if (g.sequence)
		g.next_seq++;
	return packet - len;
}

static void count_up(struct port *p, size_t n)
{
	p->up_packets++;
	p->up_bytes += n;
	g.c.up_packets++;
	g.c.up_bytes += n;
}

static void tx_commit(struct sock *s, struct port *p, uint8_t *packet, size_t n)
{
	unsigned i = s->tx.n++;
	uint8_t *start = header_before(packet, p, n);

	s->tx.iov[i] = (struct iovec){start, (size_t)(packet - start) + n};
	s->tx.sa[i] = gtpu_sockaddr(p->peer);
	count_up(p, n);
}

/* The bearer that an uplink packet goes by. */
static struct port *choose(struct port *p, const uint8_t *packet, size_t n)
{
	const struct gtpu_filter *best = NULL;
	struct tft_packet t;
	struct port *to;

	if (!p->filters || !tft_packet_read(packet, n, true, &t))
		return p;
	for (unsigned i = 0; i < p->filters; i++)
		if ((!best || p->filter[i].filter.precedence < best->filter.precedence) &&
		    tft_matches(&p->filter[i].filter, &t))
			best = &p->filter[i];
	to = best ? gtpu_port_of(best->teid) : NULL;
	return to && to->connected ? to : p;
}

static void from_tun(struct port *p)
{
	struct sock *s;

	if (!p->connected) {
		gtpu_watch(EPOLL_CTL_MOD, p->tun, WATCH_TUN, p->teid, 0);
		gtpu_event_post((struct event){.kind = EVENT_PENDING}, p);
		return;
	}
	s = g.sock[p->sock];
	for (unsigned i = 0; i < BATCH; i++) {
		uint8_t *packet = tx_slot(s);
		ssize_t n = read(p->tun, packet, PACKET_MAX);

		if (n <= 0)
			break;
		tx_commit(s, choose(p, packet, (size_t)n), packet, (size_t)n);
	}
}

bool gtpu_emit(uint32_t teid, size_t (*fill)(void *arg, uint8_t *out, size_t cap), void *arg)
{
	struct port *p = gtpu_port_of(teid);
	struct sock *s;
	uint8_t *packet;
	size_t n;

	if (!p || !p->connected)
		return false;
	s = g.sock[p->sock];
	packet = tx_slot(s);
	n = fill(arg, packet, PACKET_MAX);
	if (n)
		tx_commit(s, p, packet, n);
	return n != 0;
}

/* ---- receiving --------------------------------------------------------------------------------
 */

void gtpu_deliver(struct port *p, const uint8_t *packet, size_t n)
{
	struct port *joined = p->joined ? gtpu_port_of(p->joined) : NULL;
	struct event e = {0};

	p->down_packets++;
	p->down_bytes += n;
	g.c.down_packets++;
	g.c.down_bytes += n;
	if (joined)
		p = joined;
	if (p->want_ra && pkt_is_ra(packet, n, &e.ra)) {
		e.kind = EVENT_RA;
		gtpu_event_post(e, p);
	} else if (pkt_is_our_reply(packet, n, &e.seq, &e.rtt_us)) {
		e.kind = EVENT_ECHO;
		e.rtt_us = clock_us() - e.rtt_us;
		e.size = n;
		gtpu_event_post(e, p);
	} else if (p->tun >= 0) {
		if (write(p->tun, packet, n) < 0)
			g.c.tun_dropped++;
	} else if (g.gen.packet) {
		g.gen.packet(g.gen.arg, p->owner, packet, n);
	}
}

static void answer(struct sock *s, const struct sockaddr_in *to, const uint8_t *p, size_t n)
{
	if (sendto(s->fd, p, n, MSG_DONTWAIT, (const struct sockaddr *)to, sizeof(*to)) < 0)
		g.c.send_failed++;
}

static void error_indication(const struct gtpu_packet *in, const struct sockaddr_in *from)
{
	uint32_t teid;

	if (!gtpu_error_teid(in, &teid))
		return;
	for (uint32_t i = 0; i < g.ports; i++) {
		struct port *p = &g.port[i];

		if (p->teid && p->connected && p->peer_teid == teid &&
		    p->peer.s_addr == from->sin_addr.s_addr)
			gtpu_event_post((struct event){.kind = EVENT_ERROR}, p);
	}
}

static void datagram(struct sock *s, const uint8_t *p, size_t n, struct sockaddr_in from)
{
	struct gtpu_packet in;
	uint8_t out[32];
	struct port *port;

	if (!gtpu_parse(p, n, &in)) {
		g.c.malformed++;
		return;
	}
	switch (in.type) {
	case GTPU_GPDU:
		port = gtpu_port_of(in.teid);
		if (port && (port->connected || port->kind != PORT_BEARER)) {
			gtpu_forward_in(s, port, in.payload, in.n);
		} else {
			g.c.unknown_teid++;
			from.sin_port = htons(GTPU_PORT);
			answer(s, &from, out, gtpu_error_put(out, in.teid, s->local));
		}
		break;
	case GTPU_END_MARKER:
		port = gtpu_port_of(in.teid);
		if (port)
			gtpu_forward_end(s, port);
		break;
	case GTPU_ECHO_REQUEST:
		g.c.echo_requests++;
		answer(s, &from, out, gtpu_echo_response_put(out, in.seq));
		break;
	case GTPU_ERROR_INDICATION:
		error_indication(&in, &from);
		break;
	}
}

static void from_socket(struct sock *s)
{
	struct batch *b = &g.rx;
	int n;

	do {
		for (unsigned i = 0; i < BATCH; i++)
			b->m[i].msg_hdr.msg_namelen = sizeof(b->sa[i]);
		n = recvmmsg(s->fd, b->m, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			datagram(s, b->buf + (size_t)i * SLOT, b->m[i].msg_len, b->sa[i]);
		if (s->tx.n)
			flush(s);
	} while (n == BATCH);
}

static void *run(void *arg)
{
	struct epoll_event ev[BATCH];
	uint64_t drain;

	(void)arg;
	for (;;) {
		int n = epoll_wait(g.epoll, ev, BATCH, -1);

		pthread_mutex_lock(&g.lock);
		for (int i = 0; i < n && !g.stop; i++) {
			uint32_t id = (uint32_t)ev[i].data.u64;
			struct port *p;

			switch ((enum watched)(ev[i].data.u64 >> 32)) {
			case WATCH_WAKE:
				break;
			case WATCH_SOCK:
				from_socket(g.sock[id]);
				break;
			case WATCH_TUN:
				p = gtpu_port_of(id);
				if (p && p->tun >= 0)
					from_tun(p);
				break;
			case WATCH_TIMER:
				if (read(g.timer, &drain, sizeof(drain)) > 0 && g.gen.tick)
					g.gen.tick(g.gen.arg);
				break;
			}
		}
		flush_all();
		if (g.stop)
			break;
		pthread_mutex_unlock(&g.lock);
	}
	pthread_mutex_unlock(&g.lock);
	return NULL;
}

/* ---- control, on the loop's thread
 * --------------------------------------------------------------- */

int gtpu_start(const struct gtpu_events *ev, bool sequence)
{
	int err;

	g.ev = *ev;
	g.sequence = sequence;
	g.epoll = epoll_create1(EPOLL_CLOEXEC);
	g.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	g.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (g.epoll < 0 || g.wake < 0 || g.timer < 0)
		return -errno;
	err = batch_init(&g.rx);
	if (!err)
		err = gtpu_watch(EPOLL_CTL_ADD, g.wake, WATCH_WAKE, 0, EPOLLIN);
	if (!err)
		err = gtpu_watch(EPOLL_CTL_ADD, g.timer, WATCH_TIMER, 0, EPOLLIN);
	if (!err)
		err = -pthread_create(&g.thread, NULL, run, NULL);
	g.running = !err;
	return err;
}

void gtpu_stop(void)
{
	uint64_t one = 1;

	if (!g.running)
		return;
	pthread_mutex_lock(&g.lock);
	g.stop = true;
	pthread_mutex_unlock(&g.lock);
	if (write(g.wake, &one, sizeof(one)) < 0)
		return; /* cannot happen: the counter is far from full */
	pthread_join(g.thread, NULL);
	g.running = false;
	for (uint32_t i = 0; i < g.ports; i++)
		if (g.port[i].teid) {
			free(g.port[i].filter);
			gtpu_forward_drop(&g.port[i]);
			if (g.port[i].tun >= 0)
				close(g.port[i].tun);
		}
	free(g.port);
	for (int i = 0; i < g.socks; i++) {
		close(g.sock[i]->fd);
		free(g.sock[i]->tx.buf);
		free(g.sock[i]);
	}
	free(g.rx.buf);
	close(g.epoll);
	close(g.wake);
	close(g.timer);
	g.ports = g.cap = 0;
	g.socks = 0;
}

static int socket_open(struct in_addr local)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET, .sin_addr = local, .sin_port = htons(GTPU_PORT)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	    size = SOCKET_BUFFER;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int gtpu_bind(struct in_addr local)
{
	struct sock *s;
	int fd, err;

	for (int i = 0; i < g.socks; i++)
		if (g.sock[i]->local.s_addr == local.s_addr)
			return i;
	if (g.socks == MAX_SOCKS)
		return -ENOSPC;
	fd = socket_open(local);
	if (fd < 0)
		return fd;
	s = calloc(1, sizeof(*s));
	if (!s || batch_init(&s->tx)) {
		free(s);
		close(fd);
		return -ENOMEM;
	}
	s->fd = fd;
	s->local = local;
	pthread_mutex_lock(&g.lock);
	g.sock[g.socks++] = s;
	pthread_mutex_unlock(&g.lock);
	err = gtpu_watch(EPOLL_CTL_ADD, fd, WATCH_SOCK, (uint32_t)g.socks - 1, EPOLLIN);
	return err ? err : g.socks - 1;
}

/* With the lock held. */
static struct port *port_take(void)
{
	if (!g.free) {
		uint32_t cap = g.cap ? g.cap * 2 : 1024;
		struct port *bigger;

		if (g.ports == g.cap) {
			if (cap >= 1u << TEID_SLOT_BITS)
				return NULL;
			bigger = realloc(g.port, cap * sizeof(*bigger));
			if (!bigger)
				return NULL;
			g.port = bigger;
			g.cap = cap;
		}
		g.port[g.ports] = (struct port){0};
		return &g.port[g.ports++];
	}
	struct port *p = &g.port[g.free - 1];

	g.free = p->next_free;
	return p;
}

uint32_t gtpu_port_new(int sock, void *owner)
{
	uint32_t teid = 0;
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = port_take();
	if (p) {
		uint8_t generation = (uint8_t)(p->generation + 1);

		teid = (uint32_t)generation << TEID_SLOT_BITS | ((uint32_t)(p - g.port) + 1);
		*p = (struct port){.owner = owner,
				   .teid = teid,
				   .tun = -1,
				   .sock = sock,
				   .generation = generation};
	}
	pthread_mutex_unlock(&g.lock);
	return teid;
}

void gtpu_port_free(uint32_t teid)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p) {
		free(p->filter);
		if (p->tun >= 0)
			close(p->tun);
		gtpu_forward_drop(p);
		p->teid = 0;
		p->next_free = g.free;
		g.free = (uint32_t)(p - g.port) + 1;
	}
	pthread_mutex_unlock(&g.lock);
}

/* With the lock held. */
static void connect_again(struct port *p)
{
	p->connected = p->peer_teid != 0;
	if (p->connected && p->tun >= 0)
		gtpu_watch(EPOLL_CTL_MOD, p->tun, WATCH_TUN, p->teid, EPOLLIN);
}

void gtpu_port_connect(uint32_t teid, int sock, struct in_addr peer, uint32_t peer_teid)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p) {
		p->sock = sock;
		p->peer = peer;
		p->peer_teid = peer_teid;
		connect_again(p);
	}
	pthread_mutex_unlock(&g.lock);
}

void gtpu_port_idle(uint32_t teid)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p)
		p->connected = false;
	pthread_mutex_unlock(&g.lock);
}

void gtpu_port_resume(uint32_t teid)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p)
		connect_again(p);
	pthread_mutex_unlock(&g.lock);
}

bool gtpu_port_connected(uint32_t teid)
{
	const struct port *p;
	bool yes;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	yes = p && p->connected;
	pthread_mutex_unlock(&g.lock);
	return yes;
}

int gtpu_port_tun(uint32_t teid, int fd)
{
	struct port *p;
	int err = -ENOENT;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p) {
		err = gtpu_watch(EPOLL_CTL_ADD, fd, WATCH_TUN, teid, EPOLLIN);
		if (!err)
			p->tun = fd;
	}
	pthread_mutex_unlock(&g.lock);
	return err;
}

void gtpu_port_want_ra(uint32_t teid, bool want)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p)
		p->want_ra = want;
	pthread_mutex_unlock(&g.lock);
}

int gtpu_send(uint32_t teid, const void *packet, size_t n)
{
	uint8_t buf[HEADROOM + 2048], *start;
	struct sockaddr_in to;
	struct port *p;
	int err = -ENOTCONN;

	if (n > sizeof(buf) - HEADROOM)
		return -EMSGSIZE;
	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p)
		p = choose(p, packet, n);
	if (p && p->connected) {
		memcpy(buf + HEADROOM, packet, n);
		start = header_before(buf + HEADROOM, p, n);
		to = gtpu_sockaddr(p->peer);
		err = sendto(g.sock[p->sock]->fd, start, (size_t)(buf + HEADROOM - start) + n, 0,
			     (struct sockaddr *)&to, sizeof(to)) < 0
			      ? -errno
			      : 0;
		count_up(p, n);
	}
	pthread_mutex_unlock(&g.lock);
	return err;
}

void gtpu_port_join(uint32_t teid, uint32_t to)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p)
		p->joined = to;
	pthread_mutex_unlock(&g.lock);
}

void gtpu_port_filters(uint32_t teid, const struct gtpu_filter *f, unsigned n)
{
	struct gtpu_filter *copy = n ? malloc(n * sizeof(*copy)) : NULL;
	struct port *p;

	if (copy)
		memcpy(copy, f, n * sizeof(*copy));
	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p) {
		free(p->filter);
		p->filter = copy;
		p->filters = copy ? n : 0;
		copy = NULL;
	}
	pthread_mutex_unlock(&g.lock);
	free(copy);
}

bool gtpu_port_counters(uint32_t teid, struct gtpu_counters *out)
{
	struct port *p;

	*out = (struct gtpu_counters){0};
	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p) {
		out->up_packets = p->up_packets;
		out->up_bytes = p->up_bytes;
		out->down_packets = p->down_packets;
		out->down_bytes = p->down_bytes;
	}
	pthread_mutex_unlock(&g.lock);
	return p != NULL;
}

void gtpu_counters(struct gtpu_counters *out)
{
	pthread_mutex_lock(&g.lock);
	*out = g.c;
	pthread_mutex_unlock(&g.lock);
}

void gtpu_generator_set(const struct gtpu_generator *gen)
{
	struct itimerspec t = {0};

	pthread_mutex_lock(&g.lock);
	g.gen = gen ? *gen : (struct gtpu_generator){0};
	if (gen)
		t.it_interval.tv_nsec = t.it_value.tv_nsec = (long)gen->tick_us * 1000;
	timerfd_settime(g.timer, 0, &t, NULL);
	pthread_mutex_unlock(&g.lock);
}
