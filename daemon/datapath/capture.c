/* SPDX-License-Identifier: Apache-2.0 */
/* Captures: sessions whose frames the kernel copies (bpf/capture.h), and who wants to see them. A
 * capture is of a device, so sessions that it gets while it runs belong to it. Each ends after its
 * time here, and in the kernel when the last does, even if this process does not live to see it. */
#include "datapath/internal.h"
#include "core/loop.h"
#include "core/pool.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>

enum {
	FRAMES_PER_SECOND = 20000, /* of all captures, on a CPU */
	CAPTURES = 16,             /* at a time */
	EBIS = 11,
};

struct capture {
	struct capture *next;
	char imsi[16];
	uint64_t until; /* ns, as the kernel has it */
	struct timer timer;
	dp_captured *fn; /* NULL: stopped */
	void *arg;
};

static struct mem_pool pool = MEM_POOL(capture);
static struct {
	struct capture *first;
	struct ring_buffer *ring;
	struct loop_fd *watch;
	bool telling; /* somebody is told: the list only grows */
} state;

static bool wanted(const char imsi[16])
{
	for (struct capture *c = state.first; c; c = c->next)
		if (c->fn && !strncmp(c->imsi, imsi, sizeof(c->imsi)))
			return true;
	return false;
}

/* The flag of a session, by what is wanted now. */
static void set_flag(uint32_t slot)
{
	struct session *s = &dp.sessions[slot];
	uint8_t was = s->flags,
		is = wanted(s->imsi) ? was | SESSION_CAPTURE : was & (uint8_t)~SESSION_CAPTURE;

	if (is != was)
		__atomic_store_n(&s->flags, is, __ATOMIC_RELAXED);
}

void capture_session(uint32_t slot)
{
	if (state.first)
		set_flag(slot);
}

static void set_flags(const char *imsi)
{
	uint32_t slot[EBIS];
	imsi_t id;

	if (!imsi_parse_any(imsi, &id))
		return;
	for (unsigned n = dp_session_find(id, slot); n;)
		set_flag(slot[--n]);
}

static int tell_kernel(uint32_t snap)
{
	struct capture_settings c = {.per_second = FRAMES_PER_SECOND, .snap = snap};
	uint32_t zero = 0;

	for (struct capture *x = state.first; x; x = x->next)
		if (x->fn && x->until > c.until)
			c.until = x->until;
	return bpf_map_update_elem(dp.map[MAP_CAPTURING], &zero, &c, BPF_ANY) ? -errno : 0;
}

uint64_t dp_capture_lost(void)
{
	struct capture_settings c = {0};
	uint32_t zero = 0;

	bpf_map_lookup_elem(dp.map[MAP_CAPTURING], &zero, &c);
	return c.lost;
}

static void sweep(void)
{
	for (struct capture **at = &state.first; *at;) {
		struct capture *c = *at;

		if (c->fn) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		set_flags(c->imsi);
		pool_put(&pool, c);
	}
	if (!state.first)
		tell_kernel(0);
}

static void stop(struct capture *c)
{
	timer_stop(&c->timer);
	c->fn = NULL;
	if (!state.telling)
		sweep();
}

static void expired(struct timer *t)
{
	struct capture *c = container_of(t, struct capture, timer);
	dp_captured *fn = c->fn;
	void *arg = c->arg;

	stop(c); /* first: who is told may stop and start others */
	fn(arg, NULL);
}

int dp_capture_start(imsi_t imsi, uint32_t seconds, dp_captured *fn, void *arg)
{
	struct capture *c;
	unsigned n = 0;
	int err;

	for (c = state.first; c; c = c->next)
		n++;
	if (n >= CAPTURES)
		return -EBUSY;
	c = pool_get(&pool);
	if (!c)
		return -ENOMEM;
	*c = (struct capture){.next = state.first, .fn = fn, .arg = arg};
	imsi_print(imsi, c->imsi);
	c->until = dp_now_ns() + seconds * 1000000000ull;
	state.first = c;
	err = tell_kernel(CAPTURE_MAX);
	if (err) {
		stop(c);
		return err;
	}
	timer_start(&c->timer, seconds * 1000ull, expired);
	set_flags(c->imsi);
	return 0;
}

void dp_capture_stop(void *arg)
{
	for (struct capture *c = state.first; c; c = c->next)
		if (c->fn && c->arg == arg) {
			stop(c);
			return;
		}
}

/* ---- what comes ---- */

static uint64_t unix_ns(uint64_t then)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - (dp_now_ns() - then);
}

static int on_record(void *arg, void *record, size_t n)
{
	const struct captured *r = record;
	const size_t head = offsetof(struct captured, frame);
	const struct session *s;

	(void)arg;
	if (n < head || r->n > n - head || r->reason >= REASON_COUNT)
		return 0;
	s = dp_session(r->slot);
	if (!s)
		return 0;
	struct dp_frame f = {
		.time_ns = unix_ns(r->time),
		.session = s,
		.reason = (enum mcore_reason)r->reason,
		.down = r->down,
		.frame = r->frame,
		.n = r->n,
		.len = r->len,
	};

	state.telling = true;
	for (struct capture *c = state.first; c; c = c->next)
		if (c->fn && !strncmp(c->imsi, s->imsi, sizeof(c->imsi)))
			c->fn(c->arg, &f);
	state.telling = false;
	return 0;
}

static void on_readable(void *arg, int events)
{
	(void)arg;
	(void)events;
	ring_buffer__consume(state.ring);
	sweep();
}

int capture_start(void)
{
	uint32_t slot = 0;

	/* An earlier daemon's captures are nobody's. */
	for (; dp.adopted && dp_session_next(&slot); slot++)
		set_flag(slot);
	tell_kernel(0);
	state.ring = ring_buffer__new(dp.map[MAP_CAPTURED], on_record, NULL, NULL);
	if (!state.ring)
		return dp_fail(-errno, "ring buffer of captures: %s", strerror(errno));
	state.watch = loop_fd_add(ring_buffer__epoll_fd(state.ring), LOOP_READ, on_readable, NULL);
	return state.watch ? 0 : dp_fail(-ENOMEM, "ring buffer of captures: out of memory");
}

void capture_stop(void)
{
	for (struct capture *c = state.first; c; c = c->next) {
		timer_stop(&c->timer);
		c->fn = NULL;
	}
	if (state.first)
		sweep();
	loop_fd_del(state.watch);
	ring_buffer__free(state.ring);
	memset(&state, 0, sizeof(state));
}

/* ---- drops ---- */

unsigned dp_drops(uint32_t slot, struct drop_count out[REASON_COUNT])
{
	unsigned found = 0;

	for (uint32_t i = 0; i < REASON_COUNT; i++) {
		struct drop_key key = {.slot = slot, .reason = i};

		memset(&out[i], 0, sizeof(out[i]));
		found += !bpf_map_lookup_elem(dp.map[MAP_DROPS], &key, &out[i]);
	}
	return found;
}

void drops_forget(uint32_t slot)
{
	for (uint32_t i = 0; i < REASON_COUNT; i++) {
		struct drop_key key = {.slot = slot, .reason = i};

		bpf_map_delete_elem(dp.map[MAP_DROPS], &key);
	}
}
