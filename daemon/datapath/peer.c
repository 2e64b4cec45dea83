/* SPDX-License-Identifier: Apache-2.0 */
/* Paths to GTP-U peers (TS 29.281 7.2, TS 23.007 20.3.1).
 *
 * Each peer that has a tunnel is sent an Echo Request now and then. T3-RESPONSE without an answer
 * repeats it and counts one; an Echo Response sets the count back. When it exceeds N3-REQUESTS, the
 * path is down: this is logged and counted, and after the hold time, if it still is, the roles are
 * told of every tunnel on it. The next request goes out all the same, and a response brings the
 * path back. Recovery says nothing in GTP-U and is not read (8.2).
 *
 * What went over a peer costs the programs nothing: the counters are its tunnels'. A peer's sum is
 * what its tunnels count now, and what those that left had counted, less what each had counted when
 * it came. */
#include "datapath/internal.h"
#include "datapath/gtpu_msg.h"
#include "core/loop.h"
#include "core/metrics.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
	FIRST_MS = 100, /* after the first tunnel, and spread over a second: */
	SPREAD_MS = 1000,
	PRIME = 37,
	GIVE_UP_MS = 100, /* from a path that stayed down to the tunnels of all such */
};

METRIC_COUNTER(echo_requests, "mcore_gtpu_echo_requests_total", "Echo Requests sent");
METRIC_COUNTER(echo_responses, "mcore_gtpu_echo_responses_total", "answers to them");
METRIC_COUNTER(path_failures, "mcore_gtpu_path_failures_total", "GTP-U paths that went down");
METRIC_LATENCY(echo_time, "mcore_gtpu_echo_seconds", "Echo Request to Echo Response");

static struct timer giving_up;

static void next_request(struct timer *t);

static void set_path(struct peer *p, enum dp_path path)
{
	p->path = path;
	p->since = (uint64_t)time(NULL);
}

static void send_request(struct peer *p)
{
	uint8_t out[GTPU_MESSAGE_MAX];

	p->sent_ns = loop_clock_ns();
	p->echo_sent++;
	metric_add(&echo_requests, 1);
	gtpu_send(&p->addr, htons(GTPU_PORT), out, gtpu_put_echo_request(out, p->sequence));
}

static bool lost(uint16_t index)
{
	const struct peer *p = hop_peer(index);

	return p && p->lost;
}

/* The tunnels of paths that stayed down are their roles' to end: one walk for all, as many paths
 * may go by one link. */
static void give_up(struct timer *t)
{
	uint32_t index = HOP_PEER;

	(void)t;
	for (const struct peer *p; (p = hop_peer_next(&index)); index++)
		if (p->lost)
			LOG(WARN, "gtpu.path_given_up", "peer=%s tunnels=%u", ip_text(&p->addr),
			    hop_refs(p->index));
	for (uint32_t slot = 0; dp.handler.path_failure && dp_session_next(&slot); slot++) {
		const struct session *s = &dp.sessions[slot];

		if (lost(s->peer) || lost(session_out(s)))
			dp.handler.path_failure(slot);
	}
	index = HOP_PEER;
	for (struct peer *p; (p = hop_peer_next(&index)); index++)
		p->lost = false;
}

static void stayed_down(struct timer *t)
{
	container_of(t, struct peer, hold)->lost = true;
	if (!timer_running(&giving_up))
		timer_start(&giving_up, GIVE_UP_MS, give_up);
}

void peer_stop(void) { timer_stop(&giving_up); }

static void path_down(struct peer *p)
{
	p->failures++;
	metric_add(&path_failures, 1);
	set_path(p, DP_PATH_DOWN);
	LOG(WARN, "gtpu.path_down", "peer=%s unanswered=%u tunnels=%u hold_ms=%u",
	    ip_text(&p->addr), p->unanswered, hop_refs(p->index), dp.config.echo.hold_ms);
	timer_start(&p->hold, dp.config.echo.hold_ms, stayed_down);
}

static void no_response(struct timer *t)
{
	struct peer *p = container_of(t, struct peer, timer);

	p->unanswered++;
	if (p->unanswered <= dp.config.echo.n3_requests) {
		send_request(p);
		timer_start(t, dp.config.echo.t3_response_ms, no_response);
		return;
	}
	p->waiting = false;
	timer_start(t, dp.config.echo.interval_ms, next_request);
	if (p->path != DP_PATH_DOWN)
		path_down(p);
}

static void next_request(struct timer *t)
{
	struct peer *p = container_of(t, struct peer, timer);

	p->sequence++;
	p->waiting = true;
	send_request(p);
	timer_start(t, dp.config.echo.t3_response_ms, no_response);
}

void peer_echo_response(const struct in6_addr *from, const struct gtpu_message *m)
{
	uint16_t index = hop_find(from);
	struct peer *p = index ? hop_peer(index) : NULL;

	if (!p || !p->waiting || !m->has_sequence || m->sequence != p->sequence) {
		LOG(DEBUG, "gtpu.echo_response", "peer=%s sequence=%u text=\"not asked for\"",
		    ip_text(from), m->sequence);
		return;
	}
	p->waiting = false;
	p->unanswered = 0;
	p->echo_answered++;
	p->rtt_us = (loop_clock_ns() - p->sent_ns) / 1000;
	metric_add(&echo_responses, 1);
	latency_add(&echo_time_latency, p->rtt_us);
	timer_stop(&p->hold);
	p->lost = false;
	timer_start(&p->timer, dp.config.echo.interval_ms, next_request);
	if (p->path == DP_PATH_DOWN)
		LOG(INFO, "gtpu.path_up", "peer=%s rtt_us=%llu", ip_text(from),
		    (unsigned long long)p->rtt_us);
	if (p->path != DP_PATH_UP)
		set_path(p, DP_PATH_UP);
}

void peer_error(const struct in6_addr *from)
{
	uint16_t index = hop_find(from);

	if (index)
		hop_peer(index)->errors++;
}

void peer_used(struct peer *p)
{
	if (!dp.config.echo.interval_ms)
		return;
	/* Nobody who does not see the requests can answer them. */
	if (getrandom(&p->sequence, sizeof(p->sequence), GRND_NONBLOCK) < 0)
		p->sequence = (uint16_t)loop_clock_ns();
	timer_start(&p->timer, FIRST_MS + (uint32_t)p->index * PRIME % SPREAD_MS, next_request);
}

void peer_unused(struct peer *p)
{
	timer_stop(&p->timer);
	timer_stop(&p->hold);
	p->waiting = false;
	p->lost = false;
	p->unanswered = 0;
	p->path = DP_PATH_UNKNOWN;
}

/* Adds, or takes away: the sums wrap, and are right again once both are done. */
static void add(struct count *sum, const struct count *c, bool less)
{
	sum->packets += less ? -c->packets : c->packets;
	sum->bytes += less ? -c->bytes : c->bytes;
}

void peer_account(uint32_t slot, bool begins)
{
	const struct session *s = &dp.sessions[slot];
	struct peer *from = s->peer ? hop_peer(s->peer) : NULL;
	struct peer *to = session_is_relay(s) ? hop_peer(s->exit) : NULL;

	if (from)
		add(&from->up, &s->up, begins);
	if (from && !session_is_relay(s))
		add(&from->down, &s->down, begins);
	if (to)
		add(&to->down, &s->up, begins);
}

/* ---- for people ---- */

static void show(const struct peer *p, struct dp_peer *v)
{
	const struct hop *h = &dp.hops[p->index];

	v->addr = p->addr;
	v->path = hop_refs(p->index) ? p->path : DP_PATH_UNUSED;
	v->resolved = h->state == HOP_READY;
	v->ifindex = (int)h->ifindex;
	v->mtu = h->mtu;
	v->since = p->since;
	v->rtt_us = p->rtt_us;
	v->echo_sent = p->echo_sent;
	v->echo_answered = p->echo_answered;
	v->failures = p->failures;
	v->errors = p->errors;
	v->up = p->up;
	v->down = p->down;
}

/* What tunnels count now, onto the peers; place[index] is a peer's in the list, from 1 on. */
static void add_tunnels(struct dp_peer *list, const uint32_t place[])
{
	for (uint32_t slot = 0; dp_session_next(&slot); slot++) {
		const struct session *s = &dp.sessions[slot];
		const bool relay = session_is_relay(s);

		if (place[s->peer]) {
			struct dp_peer *v = &list[place[s->peer] - 1];

			v->tunnels++;
			add(&v->up, &s->up, false);
			if (!relay)
				add(&v->down, &s->down, false);
		}
		if (relay && place[s->exit]) {
			list[place[s->exit] - 1].tunnels++;
			add(&list[place[s->exit] - 1].down, &s->up, false);
		}
	}
}

/* Senders of what belongs to no tunnel: a peer's own mistakes, and strangers behind the list's n.
 */
static unsigned add_senders(struct dp_peer *list, unsigned n, unsigned cap, const uint32_t place[])
{
	struct in6_addr key, next;
	struct gtpu_sender s;
	void *prev = NULL;

	while (n < cap && !bpf_map_get_next_key(dp.map[MAP_SENDERS], prev, &next)) {
		uint16_t index = hop_find(&next);
		struct dp_peer *v = index ? &list[place[index] - 1] : &list[n];

		key = next;
		prev = &key;
		if (bpf_map_lookup_elem(dp.map[MAP_SENDERS], &key, &s))
			continue;
		if (!index) {
			v->addr = key;
			v->path = DP_PATH_STRANGER;
			n++;
		}
		v->unknown_teid = s.unknown_teid;
		v->wrong_peer = s.wrong_peer;
		v->errors_sent = s.answered;
	}
	return n;
}

struct dp_peer *dp_peers(unsigned *n)
{
	enum { SENDERS = 4096 };
	uint32_t *place = calloc(HOPS, sizeof(*place)), peers = 0, index = HOP_PEER;
	struct dp_peer *list;

	while (hop_peer_next(&index)) {
		index++;
		peers++;
	}
	list = calloc(peers + SENDERS, sizeof(*list));
	*n = 0;
	if (!list || !place) {
		free(list);
		free(place);
		return NULL;
	}
	index = HOP_PEER;
	for (struct peer *p; (p = hop_peer_next(&index)); index++) {
		show(p, &list[*n]);
		place[index] = ++*n;
	}
	add_tunnels(list, place);
	*n = add_senders(list, *n, peers + SENDERS, place);
	free(place);
	return list;
}
