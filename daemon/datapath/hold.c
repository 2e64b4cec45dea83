/* SPDX-License-Identifier: Apache-2.0 */
/* Downlink packets of idle devices (TS 23.401 5.3.4.3). The kernel hands them over whole
 * (bpf/hold.h), in order; they wait here by slot until the device has a peer, and are then sent by
 * the GTP-U socket. Only when none is left, neither here nor on its way, does the kernel send
 * again: include/mcore/datapath.h tells how.
 *
 * What waits is limited by packets (in the kernel), octets and age for each slot, as its device's
 * profile says or the configuration, and by memory for all. Records are taken in portions, so that
 * a flood to idle devices leaves the loop to others; what the ring buffer cannot hold meanwhile is
 * dropped and counted by the kernel. */
#include "datapath/internal.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/pool.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

enum {
	PORTION = 256,      /* records a call */
	SOON_MS = 10,       /* until a next hop may be resolved, or the socket has room */
	PATIENCE_MS = 2000, /* for either, and for a record that was counted and does not come */
	ATTEMPTS = 200,     /* to find nothing on its way, while packets stream in */
	DEFAULT_PACKETS = 64,
	DEFAULT_OCTETS = 256 << 10,
	DEFAULT_AGE_MS = 30000,
	DEFAULT_MEMORY = 64 << 20,
};

struct packet {
	struct packet *next;
	uint64_t since_ms;
	uint32_t n;
	uint8_t dscp; /* of its tunnel */
	uint8_t b[];
};

/* What waits for a slot. */
struct queue {
	uint32_t slot;
	uint32_t octets;
	struct packet *first, **last;
	struct timer timer;   /* the age of the first packet, or the next attempt to send */
	uint64_t draining_ms; /* since when, 0: the device is idle */
	uint64_t keep_ms;     /* longer than configured, 0: as configured */
	UT_hash_handle by_slot;
};

enum outcome { SENT, TOO_OLD, TOO_MUCH, NO_MEMORY, GIVEN_UP, NOT_SENT, OUTCOMES };
static const char *outcome_of(unsigned i)
{
	static const char *const name[] = {"sent", "age", "octets", "memory", "given_up", "error"};

	return name[i];
}
METRIC_COUNTER_BY(outcomes, "mcore_held_packets_total",
		  "downlink packets of idle devices, by what became of them", "outcome", outcome_of,
		  OUTCOMES)

static struct mem_pool queues = MEM_POOL(queue);
static struct {
	struct ring_buffer *ring;
	struct loop_fd *watch;
	struct queue *by_slot;
	uint64_t packets, octets;
	unsigned taken; /* records of this call */
} state;

static uint64_t read_packets(unsigned i)
{
	(void)i;
	return state.packets;
}
static uint64_t read_octets(unsigned i)
{
	(void)i;
	return state.octets;
}
METRIC_GAUGE_READ(held_packets, "mcore_held_packets", "downlink packets that wait for idle devices",
		  read_packets)
METRIC_GAUGE_READ(held_octets, "mcore_held_octets", "and their octets", read_octets)

static struct queue *find(uint32_t slot)
{
	struct queue *q;

	HASH_FIND(by_slot, state.by_slot, &slot, sizeof(slot), q);
	return q;
}

/* ---- the word `hold` ---- */

static uint32_t *word_of(uint32_t slot) { return &dp.sessions[slot].hold; }

/* A packet that the kernel has counted is gone. Never below zero: an earlier daemon may have taken
 * some along. */
static void uncount(uint32_t slot)
{
	uint32_t word = __atomic_load_n(word_of(slot), __ATOMIC_RELAXED);

	while (word & HOLD_COUNT &&
	       !__atomic_compare_exchange_n(word_of(slot), &word, word - 1, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED))
		;
}

static bool open_way(uint32_t slot)
{
	uint32_t empty = HOLD_ON;

	if (!__atomic_compare_exchange_n(word_of(slot), &empty, 0, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED) &&
	    empty & HOLD_ON)
		return false;
	__atomic_store_n(&dp.sessions[slot].holding, 0, __ATOMIC_RELEASE);
	return true;
}

static void open_by_force(uint32_t slot)
{
	__atomic_store_n(word_of(slot), 0, __ATOMIC_RELEASE);
	__atomic_store_n(&dp.sessions[slot].holding, 0, __ATOMIC_RELEASE);
}

void hold_on(uint32_t slot)
{
	__atomic_store_n(&dp.sessions[slot].holding, 1, __ATOMIC_RELEASE);
	__atomic_fetch_or(word_of(slot), HOLD_ON, __ATOMIC_ACQ_REL);
}

/* What may wait for a bearer is said by the profile of its device. */
static struct dp_hold limits_of(uint32_t slot)
{
	uint32_t owner = dp.sessions[slot].owner;

	return profile_hold(owner < dp.slots ? dp.sessions[owner].policy : 0);
}

void hold_limits(uint32_t slot)
{
	struct session *s = &dp.sessions[slot];
	uint32_t packets = limits_of(slot).packets, bearer[11];
	unsigned n;
	imsi_t imsi;

	if (s->hold_max == packets || !imsi_parse_any(s->imsi, &imsi))
		return;
	s->hold_max = packets;
	n = dp_session_find(imsi, bearer);
	for (unsigned i = 0; i < n; i++)
		if (dp.sessions[bearer[i]].owner == slot)
			dp.sessions[bearer[i]].hold_max = packets;
}

void hold_new(uint32_t slot)
{
	dp.sessions[slot].hold_max = limits_of(slot).packets;
	__atomic_store_n(word_of(slot), 0, __ATOMIC_RELAXED);
	hold_on(slot);
}

/* ---- a queue ---- */

static void take_away(struct queue *q, enum outcome why)
{
	struct packet *p = q->first;

	q->first = p->next;
	if (!q->first)
		q->last = &q->first;
	q->octets -= p->n;
	state.octets -= p->n;
	state.packets--;
	metric_add_at(&outcomes, why, 1);
	uncount(q->slot);
	free(p);
}

static void queue_free(struct queue *q)
{
	timer_stop(&q->timer);
	HASH_DELETE(by_slot, state.by_slot, q);
	pool_put(&queues, q);
}

static void queue_drop(struct queue *q, enum outcome why)
{
	while (q->first)
		take_away(q, why);
	queue_free(q);
}

static uint64_t age_ms(const struct queue *q)
{
	uint64_t age = limits_of(q->slot).age_ms;

	return q->keep_ms > age ? q->keep_ms : age;
}

static void grown_old(struct timer *t)
{
	struct queue *q = container_of(t, struct queue, timer);

	while (q->first && q->first->since_ms + age_ms(q) <= loop_now_ms())
		take_away(q, TOO_OLD);
	if (q->first)
		timer_start(&q->timer, q->first->since_ms + age_ms(q) - loop_now_ms(), grown_old);
	else
		queue_free(q);
}

static void drain(struct queue *q);

static void drain_again(struct timer *t) { drain(container_of(t, struct queue, timer)); }

static bool patient(const struct queue *q) { return loop_now_ms() < q->draining_ms + PATIENCE_MS; }

/* Sends what is here. False if that must wait: for the kernel's own way, which is to be there
 * before it is opened, or for room in the socket. */
static bool flush(struct queue *q)
{
	struct session *s = &dp.sessions[q->slot];
	bool ready = dp.hops[s->peer].state == HOP_READY || !patient(q);

	while (ready && q->first) {
		int err = gtpu_send_packet(q->slot, q->first->b, q->first->n, q->first->dscp);

		if ((err == -EAGAIN || err == -ENOBUFS) && patient(q))
			return false;
		if (!err) {
			__atomic_fetch_add(&s->down.packets, 1, __ATOMIC_RELAXED);
			__atomic_fetch_add(&s->down.bytes, q->first->n, __ATOMIC_RELAXED);
		}
		take_away(q, err ? NOT_SENT : SENT);
	}
	return ready;
}

static void consume(void)
{
	state.taken = 0;
	ring_buffer__consume(state.ring);
}

/* Sends all and opens the way; while packets stream in, there is but a moment in which none is on
 * its way, so the ring buffer is read here too. The queue may be gone then. */
static void drain(struct queue *q)
{
	uint32_t slot = q->slot;

	for (int i = 0; i < ATTEMPTS && flush(q); i++) {
		if (!patient(q))
			open_by_force(slot);
		if (open_way(slot)) {
			queue_free(q);
			return;
		}
		consume();
		q = find(slot); /* what a handler above did with others does not matter here */
		if (!q || !q->draining_ms)
			return;
	}
	timer_start(&q->timer, q->first ? SOON_MS : 0, drain_again);
}

static struct queue *queue_of(uint32_t slot)
{
	struct queue *q = find(slot);

	if (q)
		return q;
	q = pool_get(&queues);
	if (!q)
		return NULL;
	q->slot = slot;
	q->last = &q->first;
	HASH_ADD(by_slot, state.by_slot, slot, sizeof(q->slot), q);
	return q;
}

void hold_drain(uint32_t slot)
{
	struct queue *q;

	__atomic_fetch_and(word_of(slot), ~HOLD_SHUT, __ATOMIC_ACQ_REL);
	q = find(slot);
	if (!q && open_way(slot))
		return;
	if (!q)
		q = queue_of(slot);
	if (!q) { /* out of memory: packets on their way may come late */
		open_by_force(slot);
		return;
	}
	q->draining_ms = loop_now_ms();
	drain(q);
}

void hold_idle(uint32_t slot)
{
	struct queue *q = find(slot);

	if (!q)
		return;
	q->draining_ms = 0;
	timer_stop(&q->timer);
	if (!q->first) {
		queue_free(q);
		return;
	}
	timer_start(&q->timer, age_ms(q), grown_old);
	if (dp.handler.downlink_data)
		dp.handler.downlink_data(slot, 0);
}

void hold_forget(uint32_t slot)
{
	struct queue *q = find(slot);

	if (q)
		queue_drop(q, GIVEN_UP);
	open_by_force(slot);
}

void dp_hold_drop(uint32_t slot)
{
	struct queue *q = find(slot);

	if (q && !q->draining_ms)
		queue_drop(q, GIVEN_UP);
}

void dp_hold_shut(uint32_t slot, bool shut)
{
	if (!dp_session(slot))
		return;
	if (shut)
		__atomic_fetch_or(word_of(slot), HOLD_SHUT, __ATOMIC_ACQ_REL);
	else
		__atomic_fetch_and(word_of(slot), ~HOLD_SHUT, __ATOMIC_ACQ_REL);
}

static uint8_t dscp_of(const uint8_t *packet)
{
	uint8_t traffic_class =
		packet[0] >> 4 == 6 ? (uint8_t)(packet[0] << 4 | packet[1] >> 4) : packet[1];

	return traffic_class >> 2;
}

void dp_hold_keep(uint32_t slot, uint64_t ms)
{
	struct queue *q = find(slot);

	if (!q || q->draining_ms)
		return;
	q->keep_ms = ms;
	grown_old(&q->timer);
	q = ms ? NULL : find(slot);
	if (q && dp.handler.downlink_data)
		dp.handler.downlink_data(slot, dscp_of(q->first->b));
}

/* ---- from the kernel ---- */

/* Of all packets, with one more of n octets. */
static uint64_t memory_with(uint32_t n)
{
	return state.octets + n + (state.packets + 1) * sizeof(struct packet);
}

static void append(struct queue *q, const struct held_packet *h)
{
	struct packet *p;
	enum outcome why = q->octets + h->len > limits_of(q->slot).octets ? TOO_MUCH
			   : memory_with(h->len) > dp.config.hold.memory  ? NO_MEMORY
									  : SENT;

	p = why == SENT ? malloc(sizeof(*p) + h->len) : NULL;
	if (!p) {
		metric_add_at(&outcomes, why == SENT ? NO_MEMORY : why, 1);
		uncount(q->slot);
		return;
	}
	p->next = NULL;
	p->since_ms = loop_now_ms();
	p->n = h->len;
	p->dscp = (uint8_t)h->dscp;
	memcpy(p->b, h->packet, h->len);
	*q->last = p;
	q->last = &p->next;
	q->octets += h->len;
	state.octets += h->len;
	state.packets++;
}

static int on_record(void *arg, void *record, size_t n)
{
	const struct held_packet *h = record;
	struct queue *q;

	(void)arg;
	if (n < offsetof(struct held_packet, packet) + 2 ||
	    h->len > n - offsetof(struct held_packet, packet) || !dp_session(h->slot))
		return 0;
	q = queue_of(h->slot);
	if (!q) {
		metric_add_at(&outcomes, NO_MEMORY, 1);
		uncount(h->slot);
		return 0;
	}
	bool first = !q->first;

	append(q, h);
	if (dp.sessions[h->slot].peer) {
		if (!q->draining_ms) /* opened by force, with this one on its way */
			q->draining_ms = loop_now_ms();
		if (!timer_running(&q->timer))
			timer_start(&q->timer, 0, drain_again);
	} else if (!q->first) {
		queue_free(q);
	} else if (first) {
		timer_start(&q->timer, age_ms(q), grown_old);
		if (dp.handler.downlink_data)
			dp.handler.downlink_data(h->slot, dscp_of(h->packet));
		else
			dp_hold_drop(h->slot);
	}
	return ++state.taken < PORTION ? 0 : -EAGAIN; /* the rest in the next turn */
}

static void on_readable(void *arg, int events)
{
	(void)arg;
	(void)events;
	consume();
}

/* Adopted sessions: what an earlier daemon had taken is lost with it. */
static void adopt(void)
{
	for (uint32_t slot = 0; dp_session_next(&slot); slot++) {
		struct session *s = &dp.sessions[slot];

		s->hold_max = dp.config.hold.packets;
		open_by_force(slot);
		if (!s->peer)
			hold_on(slot);
	}
}

int hold_start(void)
{
	struct dp_hold *c = &dp.config.hold;

	c->packets = c->packets ? c->packets : DEFAULT_PACKETS;
	c->packets = c->packets < HOLD_COUNT ? c->packets : HOLD_COUNT;
	c->octets = c->octets ? c->octets : DEFAULT_OCTETS;
	c->age_ms = c->age_ms ? c->age_ms : DEFAULT_AGE_MS;
	c->memory = c->memory ? c->memory : DEFAULT_MEMORY;
	if (dp.adopted)
		adopt();
	state.ring = ring_buffer__new(dp.map[MAP_HELD], on_record, NULL, NULL);
	if (!state.ring)
		return dp_fail(-errno, "ring buffer of held packets: %s", strerror(errno));
	state.watch = loop_fd_add(ring_buffer__epoll_fd(state.ring), LOOP_READ, on_readable, NULL);
	return state.watch ? 0 : dp_fail(-ENOMEM, "ring buffer of held packets: out of memory");
}

void hold_stop(void)
{
	struct queue *q, *next;

	HASH_ITER (by_slot, state.by_slot, q, next)
		queue_drop(q, GIVEN_UP);
	loop_fd_del(state.watch);
	ring_buffer__free(state.ring);
	memset(&state, 0, sizeof(state));
}
