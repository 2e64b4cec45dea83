/* SPDX-License-Identifier: Apache-2.0 */
/* S1 associations, whatever SCTP is beneath (TS 36.412, RFC 9260).
 *
 * Out: s1_send appends to the association's queue, a flat buffer of {stream, length, octets}; the
 * queue is flushed at the end of the turn, all but the last message marked as "more follows", so
 * that what one turn says to one eNodeB shares packets without ever waiting for an acknowledgement.
 * What the socket does not take stays queued, up to the configured backlog. In: the backend says
 * that a socket is readable, and s1_readable takes up to READ_BURST pieces of input in a turn: one
 * that has more is behind until it has been read empty. A message that comes in several pieces is
 * put together up to S1_MESSAGE_MAX. Life: CONNECTING -> UP -> CLOSING (our SHUTDOWN) -> DEAD. Only
 * take_down calls `down`, always straight from the loop; it is the only place where an association
 * is freed. An association that outlives the process has a second descriptor at the keeper, and is
 * UP from the start in the next process. */
#include "transport/s1.h"
#include "core/keeper.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "transport/s1_backend.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	READ_BURST = 128,
	SHUTDOWN_MS = 5000,
	STOP_MS = 3000,
	DEFAULT_BACKLOG = 4 << 20,
};

enum s1_state { CONNECTING, UP, CLOSING, DEAD };

struct buffer {
	uint8_t *b;
	size_t head, tail, cap; /* head to tail is in use */
};

struct s1_assoc {
	const struct s1_handler *handler;
	void *user;
	struct s1_socket *socket; /* NULL when DEAD */
	enum s1_state state;
	uint16_t streams;
	char peer[S1_PEER_STRLEN];
	struct buffer out;     /* records */
	struct buffer partial; /* a message of which the end is still to come */
	struct s1_assoc *next_to_flush;
	bool to_flush;
	const char *why;      /* DEAD: the reason */
	uint32_t kept;        /* keeper's id; 0: ends with this process */
	bool behind;          /* not read empty */
	uint64_t behind_ms;   /* loop time, since when */
	struct timer closing; /* graceful close takes too long; DEAD: calls `down` */
	struct s1_assoc *next, **pprev;
};

struct record {
	uint32_t n;
	uint16_t stream;
};

static struct mem_pool assocs = MEM_POOL(s1_assoc);
static struct s1_assoc *all, *flush_list;
static const struct s1_backend *backend;
static const struct s1_handler *listener;
static struct s1_config config;
static bool stopping, silent, keeping;
static uint8_t receive_buffer[S1_RECEIVE];

METRIC_COUNTER(messages_in, "mcore_s1_messages_received_total", "S1AP messages received");
METRIC_COUNTER(messages_out, "mcore_s1_messages_sent_total", "S1AP messages queued for sending");
METRIC_COUNTER(refused_out, "mcore_s1_messages_refused_total",
	       "S1AP messages not sent because the peer is too slow");
METRIC_COUNTER(ups, "mcore_s1_associations_up_total", "S1 associations set up");
METRIC_COUNTER(downs, "mcore_s1_associations_down_total", "S1 associations that ended");

socklen_t s1_sockaddr(union s1_sockaddr *out, const struct in6_addr *address, uint16_t port)
{
	memset(out, 0, sizeof(*out));
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(port);
		memcpy(&out->in.sin_addr, &address->s6_addr[12], 4);
		return sizeof(out->in);
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons(port);
	out->in6.sin6_addr = *address;
	return sizeof(out->in6);
}

int s1_family(unsigned n, const struct in6_addr *address)
{
	for (unsigned i = 0; i < n; i++)
		if (!IN6_IS_ADDR_V4MAPPED(&address[i]))
			return AF_INET6;
	return AF_INET;
}

static void name_peer(struct s1_assoc *assoc, const struct sockaddr *sa)
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		snprintf(assoc->peer, sizeof(assoc->peer), "%s:%u", text, ntohs(in->sin_port));
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;
		bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
		if (mapped)
			inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], text, sizeof(text));
		else
			inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		snprintf(assoc->peer, sizeof(assoc->peer), mapped ? "%s:%u" : "[%s]:%u", text,
			 ntohs(in6->sin6_port));
	} else {
		snprintf(assoc->peer, sizeof(assoc->peer), "?");
	}
}

/* Room for n more octets. False when memory is gone. */
static bool buffer_reserve(struct buffer *buffer, size_t n)
{
	size_t used = buffer->tail - buffer->head, cap = buffer->cap ? buffer->cap : 2048;
	uint8_t *grown;

	if (buffer->cap - buffer->tail >= n)
		return true;
	if (used)
		memmove(buffer->b, buffer->b + buffer->head, used);
	buffer->head = 0;
	buffer->tail = used;
	if (buffer->cap - used >= n)
		return true;
	while (cap - used < n)
		cap *= 2;
	grown = realloc(buffer->b, cap);
	if (!grown)
		return false;
	buffer->b = grown;
	buffer->cap = cap;
	return true;
}

static void buffer_append(struct buffer *buffer, const void *p, size_t n)
{
	if (n)
		memcpy(buffer->b + buffer->tail, p, n);
	buffer->tail += n;
}

static void buffer_free(struct buffer *buffer)
{
	free(buffer->b);
	memset(buffer, 0, sizeof(*buffer));
}

static struct s1_assoc *assoc_new(const struct s1_handler *handler, enum s1_state state)
{
	struct s1_assoc *assoc = pool_get(&assocs);

	if (!assoc)
		return NULL;
	assoc->handler = handler;
	assoc->state = state;
	assoc->next = all;
	if (all)
		all->pprev = &assoc->next;
	assoc->pprev = &all;
	all = assoc;
	return assoc;
}

static void assoc_free(struct s1_assoc *assoc)
{
	*assoc->pprev = assoc->next;
	if (assoc->next)
		assoc->next->pprev = assoc->pprev;
	if (assoc->to_flush) {
		struct s1_assoc **at = &flush_list;
		while (*at != assoc)
			at = &(*at)->next_to_flush;
		*at = assoc->next_to_flush;
	}
	timer_stop(&assoc->closing);
	buffer_free(&assoc->out);
	buffer_free(&assoc->partial);
	pool_put(&assocs, assoc);
}

static void unkeep(struct s1_assoc *assoc)
{
	if (assoc->kept)
		keeper_drop(assoc->kept);
	assoc->kept = 0;
}

/* The end: says so to the owner and frees the association. */
static void take_down(struct s1_assoc *assoc, const char *why)
{
	LOG(INFO, "sctp.down", "peer=%s why=\"%s\"", assoc->peer, why);
	metric_add(&downs, 1);
	assoc->state = DEAD;
	unkeep(assoc);
	/* In a silent stop the descriptor's second holder, or the process's end, decides. */
	if (assoc->socket && (!silent || backend->adopt))
		backend->close(assoc->socket, false);
	assoc->socket = NULL;
	assoc->handler->down(assoc, why);
	assoc_free(assoc);
}

static void on_dead(struct timer *timer)
{
	struct s1_assoc *assoc = container_of(timer, struct s1_assoc, closing);

	take_down(assoc, assoc->why);
}

/* Ends the association now with an ABORT, and calls `down` from the loop. */
static void abort_assoc(struct s1_assoc *assoc, const char *why)
{
	assoc->state = DEAD;
	assoc->why = why;
	unkeep(assoc);
	if (assoc->socket)
		backend->close(assoc->socket, true);
	assoc->socket = NULL;
	timer_start(&assoc->closing, 0, on_dead);
}

static void on_shutdown_late(struct timer *timer)
{
	abort_assoc(container_of(timer, struct s1_assoc, closing), "shutdown took too long");
}

/* Out */

static void flush(struct s1_assoc *assoc)
{
	struct buffer *out = &assoc->out;
	int r = 0;

	while (assoc->socket && out->head < out->tail) {
		struct record record;
		size_t next;
		memcpy(&record, out->b + out->head, sizeof(record));
		next = out->head + sizeof(record) + record.n;
		r = backend->send(assoc->socket, record.stream, out->b + out->head + sizeof(record),
				  record.n, next < out->tail);
		if (r == -EAGAIN)
			break;
		if (r < 0) {
			out->head = out->tail; /* the reading side will say what happened */
			break;
		}
		out->head = next;
	}
	if (out->head == out->tail)
		out->head = out->tail = 0;
	if (!assoc->socket)
		return;
	backend->watch_write(assoc->socket, r == -EAGAIN);
	if (assoc->state == CLOSING && out->head == out->tail)
		backend->shutdown(assoc->socket);
}

static void flush_all(void *unused)
{
	(void)unused;
	while (flush_list) {
		struct s1_assoc *assoc = flush_list;
		flush_list = assoc->next_to_flush;
		assoc->to_flush = false;
		flush(assoc);
	}
}

static void flush_later(struct s1_assoc *assoc)
{
	if (assoc->to_flush)
		return;
	assoc->to_flush = true;
	assoc->next_to_flush = flush_list;
	flush_list = assoc;
}

void s1_writable(struct s1_socket *socket)
{
	if (socket->assoc && socket->assoc->out.head < socket->assoc->out.tail)
		flush_later(socket->assoc);
}

static uint16_t map_stream(const struct s1_assoc *assoc, uint16_t stream)
{
	if (stream == 0 || assoc->streams < 2)
		return 0;
	return (uint16_t)(1 + (stream - 1) % (assoc->streams - 1));
}

int s1_send(struct s1_assoc *assoc, uint16_t stream, const void *p, size_t n)
{
	struct record record = {.n = (uint32_t)n};

	if (assoc->state != UP)
		return -EPIPE;
	if (n == 0 || n > S1_MESSAGE_MAX)
		return -EMSGSIZE;
	if (assoc->out.tail - assoc->out.head + n > config.backlog ||
	    !buffer_reserve(&assoc->out, sizeof(record) + n)) {
		metric_add(&refused_out, 1);
		return -ENOBUFS;
	}
	record.stream = map_stream(assoc, stream);
	buffer_append(&assoc->out, &record, sizeof(record));
	buffer_append(&assoc->out, p, n);
	metric_add(&messages_out, 1);
	flush_later(assoc);
	return 0;
}

/* In */

static void deliver(struct s1_assoc *assoc, const struct s1_input *input, const uint8_t *p,
		    size_t n)
{
	if (input->ppid != S1_PPID)
		LOG(WARN, "sctp.ppid", "peer=%s ppid=%u expected=%u", assoc->peer, input->ppid,
		    S1_PPID);
	metric_add(&messages_in, 1);
	assoc->handler->message(assoc, input->stream, p, n);
}

static void take_data(struct s1_assoc *assoc, const struct s1_input *input)
{
	struct buffer *partial = &assoc->partial;

	if (input->end && partial->tail == 0) {
		deliver(assoc, input, receive_buffer, input->n);
		return;
	}
	if (partial->tail + input->n > S1_MESSAGE_MAX || !buffer_reserve(partial, input->n)) {
		abort_assoc(assoc, "message too long");
		return;
	}
	buffer_append(partial, receive_buffer, input->n);
	if (!input->end)
		return;
	deliver(assoc, input, partial->b, partial->tail);
	partial->head = partial->tail = 0;
	if (partial->cap > S1_RECEIVE)
		buffer_free(partial);
}

static void bring_up(struct s1_assoc *assoc)
{
	assoc->state = UP;
	assoc->streams = backend->established(assoc->socket);
	metric_add(&ups, 1);
	LOG(INFO, "sctp.up", "peer=%s streams=%u", assoc->peer, assoc->streams);
	assoc->handler->up(assoc);
}

void s1_accepted(struct s1_socket *socket, const struct sockaddr *peer)
{
	struct s1_assoc *assoc = assoc_new(listener, UP);

	if (!assoc) {
		backend->close(socket, true);
		return;
	}
	socket->assoc = assoc;
	assoc->socket = socket;
	name_peer(assoc, peer);
	bring_up(assoc);
}

/* The peer lost its state and set the association up anew over the old one: for our users the old
 * one is gone, and what was queued for it with it. False if the new one is, too. */
static bool restart(struct s1_assoc *old)
{
	struct s1_socket *socket = old->socket;
	struct s1_assoc *assoc = assoc_new(old->handler, UP);

	if (!assoc) {
		abort_assoc(old, "restarted by the peer, out of memory");
		return false;
	}
	socket->assoc = assoc;
	assoc->socket = socket;
	memcpy(assoc->peer, old->peer, sizeof(assoc->peer));
	old->socket = NULL;
	unkeep(old);
	take_down(old, "restarted by the peer");
	bring_up(assoc);
	return assoc->state != DEAD;
}

/* Handles one piece of input. False if the socket is not to be read any more. */
static bool take_input(struct s1_socket *socket, const struct s1_input *input)
{
	struct s1_assoc *assoc = socket->assoc;

	switch (input->kind) {
	case S1_AGAIN:
		assoc->behind = false;
		return false;
	case S1_DATA:
		if (assoc->state == UP)
			take_data(assoc, input);
		break;
	case S1_UP:
		if (assoc->state == CONNECTING)
			bring_up(assoc);
		break;
	case S1_RESTART:
		if (restart(assoc))
			backend->read_more(socket);
		return false;
	case S1_LOST:
		take_down(assoc, assoc->state == CLOSING ? "closed" : input->why);
		return false;
	case S1_NOTICE:
		break;
	}
	return assoc->state != DEAD;
}

void s1_readable(struct s1_socket *socket)
{
	for (unsigned i = 0; i < READ_BURST; i++) {
		struct s1_input input = backend->receive(socket, receive_buffer);
		if (!take_input(socket, &input))
			return;
	}
	if (!socket->assoc->behind)
		socket->assoc->behind_ms = loop_now_ms();
	socket->assoc->behind = true;
	backend->read_more(socket);
}

uint64_t s1_behind_ms(void)
{
	uint64_t since = loop_now_ms(), now = since;

	for (struct s1_assoc *assoc = all; assoc; assoc = assoc->next) {
		/* What ended with a turn's last read was not seen to be empty. */
		if (assoc->socket && assoc->behind && backend->readable &&
		    !backend->readable(assoc->socket))
			assoc->behind = false;
		if (assoc->socket && assoc->behind && assoc->behind_ms < since)
			since = assoc->behind_ms;
	}
	return now - since;
}

/* Start and end */

int s1_start(const struct s1_config *given, const char **error)
{
	int fd;

	config = *given;
	if (!config.heartbeat_ms)
		config.heartbeat_ms = 10000;
	if (!config.path_max_retrans)
		config.path_max_retrans = 5;
	if (!config.streams)
		config.streams = 30;
	if (!config.backlog)
		config.backlog = DEFAULT_BACKLOG;
	if (config.kind == SCTP_AUTO) {
		fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
		config.kind = fd < 0 ? SCTP_USRSCTP : SCTP_KERNEL;
		if (fd >= 0)
			close(fd);
	}
	backend = config.kind == SCTP_KERNEL ? &s1_kernel : &s1_usrsctp;
	loop_at_turn_end(flush_all, NULL);
	return backend->start(&config, error);
}

const char *s1_backend(void) { return backend ? backend->name : "none"; }

/* An association that an earlier process left at the keeper. */
static void found(void *arg, uint32_t id, int fd, const uint8_t *note, size_t n)
{
	union s1_sockaddr peer = {0};
	struct s1_socket *socket = backend->adopt(fd, &peer);
	struct s1_assoc *assoc = socket ? assoc_new(listener, UP) : NULL;

	(void)arg;
	if (!assoc) {
		LOG(INFO, "sctp.ended", "why=\"while no process had it\"");
		if (socket)
			backend->close(socket, true);
		keeper_drop(id);
		return;
	}
	socket->assoc = assoc;
	assoc->socket = socket;
	assoc->kept = id;
	assoc->streams = backend->established(socket);
	name_peer(assoc, &peer.sa);
	metric_add(&ups, 1);
	LOG(INFO, "sctp.back", "peer=%s streams=%u", assoc->peer, assoc->streams);
	listener->back(assoc, note, n);
}

static void take_back(void)
{
	int err;

	if (!backend->adopt || !config.keeper || !listener->back)
		return;
	err = keeper_start(config.keeper, (config.keep_ms + 999) / 1000, found, NULL);
	keeping = !err;
	if (err)
		LOG(WARN, "keeper.start",
		    "path=%s error=\"%s: associations end with this process\"", config.keeper,
		    strerror(-err));
}

static const struct in6_addr any4 = {{{[10] = 0xff, [11] = 0xff}}};

int s1_listen(const struct s1_handler *handler)
{
	const struct s1_ends ends = {
		.locals = config.addresses ? config.addresses : 1,
		.local = config.addresses ? config.address : &any4,
		.local_port = config.port ? config.port : S1_PORT,
	};

	listener = handler;
	take_back();
	return backend->listen(&ends);
}

void s1_keep(struct s1_assoc *assoc, const void *note, size_t n)
{
	if (!keeping || assoc->state != UP)
		return;
	if (assoc->kept)
		keeper_set(assoc->kept, note, n);
	else
		assoc->kept = keeper_put(assoc->socket->fd, note, n);
}

bool s1_keeps(void) { return keeping; }

struct s1_assoc *s1_connect(const struct s1_handler *handler, unsigned locals,
			    const struct in6_addr *local, const struct in6_addr *peer,
			    uint16_t port, void *user)
{
	struct s1_assoc *assoc = stopping ? NULL : assoc_new(handler, CONNECTING);
	struct s1_ends ends = {
		.locals = locals,
		.local = local,
		.local_port = config.port,
		.peer = peer,
		.peer_port = port ? port : S1_PORT,
	};
	union s1_sockaddr to;

	if (!assoc) {
		errno = ENOMEM;
		return NULL;
	}
	assoc->user = user;
	if (!locals && config.port) {
		ends.locals = 1;
		ends.local = IN6_IS_ADDR_V4MAPPED(peer) ? &any4 : &in6addr_any;
	}
	s1_sockaddr(&to, peer, ends.peer_port);
	name_peer(assoc, &to.sa);
	assoc->socket = backend->connect(assoc, &ends);
	if (!assoc->socket) {
		int saved = errno;
		assoc_free(assoc);
		errno = saved;
		return NULL;
	}
	return assoc;
}

void s1_close(struct s1_assoc *assoc, bool abort)
{
	if (assoc->state == DEAD)
		return;
	if (abort || assoc->state == CONNECTING) {
		abort_assoc(assoc, "closed");
		return;
	}
	if (assoc->state == CLOSING)
		return;
	assoc->state = CLOSING;
	timer_start(&assoc->closing, SHUTDOWN_MS, on_shutdown_late);
	flush_later(assoc);
}

static void take_down_if_dead(struct s1_assoc *assoc)
{
	if (assoc->state == DEAD)
		take_down(assoc, assoc->why);
}

/* Whether something is still to be sent, or to end. */
static bool busy(bool tell_peers)
{
	struct s1_assoc *assoc = all;

	while (!tell_peers && assoc && assoc->out.head == assoc->out.tail)
		assoc = assoc->next;
	return assoc != NULL;
}

void s1_stop(bool tell_peers)
{
	struct s1_assoc *assoc, *next;

	if (!backend)
		return;
	stopping = true;
	silent = !tell_peers;
	for (assoc = all; assoc && tell_peers; assoc = assoc->next)
		s1_close(assoc, false);
	for (unsigned waited = 0; busy(tell_peers) && waited < STOP_MS; waited += 10) {
		flush_all(NULL);
		for (assoc = all; assoc; assoc = next) {
			next = assoc->next;
			if (!assoc->socket)
				take_down_if_dead(assoc);
			else if (tell_peers)
				s1_readable(assoc->socket);
			else
				flush_later(assoc);
		}
		if (busy(tell_peers))
			usleep(10000);
	}
	while (all) {
		if (!tell_peers)
			all->kept = 0; /* the keeper's from now on */
		if (all->state != DEAD && tell_peers)
			abort_assoc(all, "stopped");
		take_down(all, all->why ? all->why : "stopped");
	}
	if (keeping)
		keeper_stop();
	keeping = false;
	backend->stop(tell_peers);
	backend = NULL;
	stopping = silent = false;
}

void *s1_user(const struct s1_assoc *assoc) { return assoc->user; }

void s1_set_user(struct s1_assoc *assoc, void *user) { assoc->user = user; }

uint16_t s1_streams(const struct s1_assoc *assoc) { return assoc->streams; }

const char *s1_peer(const struct s1_assoc *assoc) { return assoc->peer; }

bool s1_peer_address(const struct s1_assoc *assoc, struct in6_addr *out)
{
	char text[S1_PEER_STRLEN + 8];
	bool v6 = assoc->peer[0] == '[';

	snprintf(text, sizeof(text), "%s%s", v6 ? "" : "::ffff:", assoc->peer + v6);
	text[strcspn(text + (v6 ? 0 : 7), v6 ? "]" : ":") + (v6 ? 0 : 7)] = 0;
	return inet_pton(AF_INET6, text, out) == 1;
}
