/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the table of cases.c, and what a table cannot say, through BPF_PROG_TEST_RUN.
 *
 * Of each case is checked: the XDP action, twice where the frame leaves (by another interface, and
 * by the one it came from); every octet of the frame; that exactly one reason was counted, once,
 * with the frame's length; the session's counters; the event; and that the model (model.c) thinks
 * the same. Usage: fixtures OBJECT. Needs root. TAP-like; the last line is `N passed, N failed`. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cases.h"
#include "decisions.h"
#include "spread.h"
#include "frame.h"
#include "lab.h"
#include "model.h"

static unsigned passed, failed;
static bool seen[REASON_COUNT];
static char why[512];

static bool fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static bool fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return false;
}

static bool flawless(const char *fault) { return fault ? fail("%s", fault) : true; }

static void report(const char *behaviour, bool good)
{
	if (good) {
		printf("ok %u - %s\n", ++passed + failed, behaviour);
		return;
	}
	printf("not ok %u - %s: %s\n", passed + ++failed, behaviour, why);
}

static const char *action_name(uint32_t a)
{
	static const char *const names[] = {"ABORTED", "DROP", "PASS", "TX", "REDIRECT"};

	return a < 5 ? names[a] : "?";
}

/* Exactly one reason went up, by one packet of n octets; which is returned, or -1. */
static int counted(const struct reason_count before[], size_t n)
{
	struct reason_count after[REASON_COUNT];
	int which = -1;

	lab_reasons(after);
	for (int i = 0; i < REASON_COUNT; i++) {
		uint64_t packets = after[i].packets - before[i].packets;
		uint64_t bytes = after[i].bytes - before[i].bytes;

		if (!packets && !bytes)
			continue;
		if (which >= 0 || packets != 1 || bytes != n)
			return -1;
		which = i;
	}
	return which;
}

/* The ICMP answer to a frame that is too big: as the model makes it, if its source and MTU are
 * those of the row. 0 if not. */
static size_t expect_icmp(const struct test_case *t, const uint8_t *in, uint8_t *out)
{
	struct model m;
	bool v6 = strchr(t->icmp_from, ':');
	size_t l3 = 14u + (t->in.vlan[0] ? 4 : 0) + (t->in.vlan[1] ? 4 : 0);
	uint8_t from[16];

	inet_pton(v6 ? AF_INET6 : AF_INET, t->icmp_from, from);
	model_run(t->role, in, frame_build(&t->in, out), &m);
	memcpy(out, m.frame, m.len);
	if (memcmp(out + l3 + (v6 ? 8 : 12), from, v6 ? 16 : 4) ||
	    get16(out + l3 + (v6 ? 46 : 26)) != t->icmp_mtu)
		return 0;
	return m.len;
}

static bool same_frame(const struct lab_result *r, const uint8_t *want, size_t n)
{
	size_t at = 0;

	if (r->len == n && !memcmp(r->frame, want, n))
		return true;
	while (at < n && at < r->len && r->frame[at] == want[at])
		at++;
	fail("frame differs at octet %zu, length %zu, want %zu", at, r->len, n);
	frame_dump("got", r->frame, r->len);
	frame_dump("want", want, n);
	return false;
}

static bool check_frame(const struct test_case *t, const uint8_t *in, size_t n,
			const struct lab_result *r)
{
	uint8_t want[FRAME_MAX];
	enum mcore_verdict v = lab_verdict(t->reason);
	struct frame_spec out = t->out;
	size_t want_n;

	if (v == VERDICT_PASS)
		return same_frame(r, in, n);
	if (v != VERDICT_FORWARD && v != VERDICT_ANSWER)
		return true;
	if (v == VERDICT_FORWARD)
		out.hop = (uint8_t)t->hop;
	want_n = t->icmp_from ? expect_icmp(t, in, want) : frame_build(&out, want);
	if (!want_n)
		return fail("ICMP source or MTU is not %s, %u", t->icmp_from, t->icmp_mtu);
	if (!same_frame(r, want, want_n))
		return false;
	const char *fault = frame_fault(r->frame, r->len,
					t->reason != REASON_uplink && t->reason != REASON_to_host);

	return fault ? fail("the frame sent is malformed: %s", fault) : true;
}

static bool check_session(const struct test_case *t, const struct session before[])
{
	enum mcore_verdict v = lab_verdict(t->reason);
	bool went = (v == VERDICT_FORWARD || v == VERDICT_TAKE) && t->reason != REASON_idle_held;
	bool down = t->reason == REASON_downlink;
	uint64_t len = (uint64_t)((t->in.inner.len ? t->in.inner.len : 64) + t->in.inner.lie);

	for (unsigned i = 0; i < LAB_SLOTS; i++) {
		const struct session *s = &lab.sessions[i], *b = &before[i];
		bool first = i && i == t->slot, other = i && i == t->other;
		/* End Markers are not counted: they are nobody's data. */
		bool counted = t->reason != REASON_relay_end;
		uint64_t up = first && counted && (t->other || (went && !down));
		uint64_t dn = went && (other || (first && down));
		bool blamed = t->other ? other : first;

		if (s->up.packets - b->up.packets != up || s->up.bytes - b->up.bytes != up * len ||
		    s->down.packets - b->down.packets != dn ||
		    s->down.bytes - b->down.bytes != dn * len)
			return fail("counters of slot %u: up %llu packets %llu bytes more", i,
				    s->up.packets - b->up.packets, s->up.bytes - b->up.bytes);
		if (s->dropped - b->dropped != (blamed && v == VERDICT_DROP))
			return fail("slot %u: %llu dropped", i, s->dropped - b->dropped);
		if (!t->warm_up && (up || dn || (first && went)) != (s->last_seen > b->last_seen))
			return fail("slot %u: last_seen", i);
	}
	return true;
}

/* Whether a is that address, IPv4 mapped. */
static bool is_address(const char *text, const uint8_t *a)
{
	bool v6 = strchr(text, ':');
	uint8_t want[16] = {[10] = 0xff, [11] = 0xff};

	inet_pton(v6 ? AF_INET6 : AF_INET, text, v6 ? want : want + 12);
	return !memcmp(a, want, sizeof want);
}

static bool check_event(const struct test_case *t)
{
	struct event e;
	unsigned n = lab_events(&e);

	if (t->warm_up)
		return true;
	if (n != (t->event ? 1 : 0))
		return fail("%u events", n);
	if (!t->event)
		return true;
	if ((int)e.type != t->event - 1)
		return fail("event of type %u", e.type);
	if (e.type == EVENT_UNKNOWN_TEID)
		return e.teid && is_address(t->in.outer.src, e.peer)
			       ? true
			       : fail("event does not tell peer and TEID");
	if (e.type == EVENT_PATH)
		return is_address(t->in.inner.quoted, e.peer)
			       ? true
			       : fail("event does not tell the peer");
	if (e.slot != t->slot)
		return fail("event of slot %u", e.slot);
	if (e.type == EVENT_SLOW_PATH) {
		struct frame_spec inner = {.inner = t->in.inner};
		uint8_t packet[FRAME_MAX];
		size_t len = frame_build(&inner, packet) - 14;

		if (len > sizeof e.packet)
			len = sizeof e.packet;
		if (e.len != len || memcmp(e.packet, packet + 14, len))
			return fail("event's packet differs");
	}
	return true;
}

/* A packet that waits: whole, a hop older, and counted. */
static bool check_held(const struct test_case *t, const struct session before[])
{
	bool want = t->reason == REASON_idle_held;
	struct frame_spec as_sent = {.inner = t->in.inner};
	uint8_t packet[FRAME_MAX];
	const struct held_packet *h;
	unsigned n = lab_held(&h);
	size_t len;

	if (t->warm_up) /* as many as there was room for */
		return n == (lab.sessions[t->slot].hold & HOLD_COUNT) ||
		       fail("%u of %#x wait", n, lab.sessions[t->slot].hold);
	if (n != want)
		return fail("%u packets wait", n);
	if (!want)
		return true;
	if (lab.sessions[t->slot].hold != before[t->slot].hold + 1)
		return fail("hold is %#x", lab.sessions[t->slot].hold);
	if (t->role != LAB_HOST)
		as_sent.inner.ttl = (uint8_t)((t->in.inner.ttl ? t->in.inner.ttl : 64) - 1);
	len = frame_build(&as_sent, packet) - 14;
	return h->slot == t->slot && h->len == len && !memcmp(h->packet, packet + 14, len)
		       ? true
		       : fail("the packet that waits differs");
}

static bool check_model(const struct test_case *t, const uint8_t *in, size_t n)
{
	struct model m;

	model_run(t->role, in, n, &m);
	if (!model_allows(&m, t->reason))
		return fail("the model says %s", lab_reason_name(m.reason));
	return true;
}

/* The interface a frame of that case comes in by, which is not the one it leaves by. */
static int arrives(const struct test_case *t)
{
	const int by_role[LAB_ROLES] = {lab.iface[HOP_ENB], lab.iface[HOP_EXIT], lab.aside,
					lab.iface[HOP_HOST]};

	/* The host's packets to the host turn round; the rest must not. */
	return lab_verdict(t->reason) == VERDICT_FORWARD && by_role[t->role] == lab.iface[t->hop]
		       ? lab.aside
		       : by_role[t->role];
}

static bool run_case(const struct test_case *t, int iface)
{
	static struct session before[LAB_SLOTS];
	struct reason_count reasons[REASON_COUNT];
	struct lab_result r;
	uint8_t in[FRAME_MAX];
	const uint32_t actions[] = {XDP_REDIRECT, XDP_PASS, XDP_REDIRECT, XDP_DROP, XDP_DROP};
	struct event ignored;
	size_t n;
	int reason;

	lab_reset();
	if (t->before)
		t->before();
	n = frame_build(&t->in, in);
	for (unsigned i = 0; i < t->warm_up; i++)
		lab_run(t->role, in, n, iface, 1, &r);
	if (t->warm_up && t->reason != REASON_event_lost)
		lab_events(&ignored);
	if (!check_model(t, in, n))
		return false;
	memcpy(before, lab.sessions, sizeof before);
	lab_reasons(reasons);
	if (lab_run(t->role, in, n, iface, 1, &r))
		return fail("test run: %s", strerror(errno));
	reason = counted(reasons, n);
	if (reason != t->reason)
		return fail("reason %s, want %s", lab_reason_name(reason),
			    lab_reason_name(t->reason));
	seen[reason] = true;
	if (r.action != actions[lab_verdict(reason)])
		return fail("action %s", action_name(r.action));
	return check_frame(t, in, n, &r) && check_session(t, before) && check_event(t) &&
	       check_held(t, before);
}

static void run_table(void)
{
	const struct test_case *t;

	for (unsigned i = 0; (t = case_at(i)); i++) {
		bool good = run_case(t, arrives(t));

		/* A limit's second may have ended just then. */
		if (!good && t->warm_up > 100)
			good = run_case(t, arrives(t));
		if (good && lab_verdict(t->reason) == VERDICT_FORWARD)
			good = run_case(t, lab.iface[t->hop]);
		lab.spreads = true;
		good = good && run_case(t, arrives(t));
		lab.spreads = false;
		report(t->behaviour, good);
	}
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

/* One device's traffic, in either direction, held to a rate. */
struct flow {
	bool down;
	uint16_t len;
	uint64_t bits_per_second;
	uint64_t burst_ns;
};

static struct rate *flow_start(const struct flow *f)
{
	struct session *s = &lab.sessions[DEVICE];
	struct rate *r = f->down ? &s->rate_down : &s->rate_up;

	lab_reset();
	r->ns_per_mib = rate_ns_per_mib(f->bits_per_second);
	*(f->down ? &s->burst_down_us : &s->burst_up_us) = (uint32_t)(f->burst_ns / 1000);
	return r;
}

static size_t flow_frame(const struct flow *f, uint8_t *out)
{
	const struct frame_spec up = {
		.outer = {.version = 4, .src = "10.1.0.2", .dst = "10.1.0.1"},
		.gtp = {.teid = lab_teid(DEVICE)},
		.inner = {.version = 4, .src = "10.45.0.5", .dst = "203.0.113.80", .len = f->len},
	};
	const struct frame_spec down = {
		.inner = {.version = 4, .src = "203.0.113.80", .dst = "10.45.0.5", .len = f->len},
	};

	return frame_build(f->down ? &down : &up, out);
}

static bool flow_send(const struct flow *f, const uint8_t *in, size_t n)
{
	struct lab_result r;

	return !lab_run(f->down ? LAB_SGI : LAB_ACCESS, in, n, lab.aside, 1, &r) &&
	       r.action == XDP_REDIRECT;
}

/* What a packet takes at the flow's rate. */
static uint64_t flow_cost(const struct flow *f)
{
	return (uint64_t)((double)f->len * 8e9 / (double)f->bits_per_second + 0.5);
}

/* For 0.2 s as fast as it goes; each packet's fate and the time it moves are judged by the clock
 * before and after it, so that a busy machine, which stops us at times, judges the same. Long
 * bursts are by the kernel's coarse clock. */
static bool rate_holds(const struct flow *f)
{
	const uint64_t cost = flow_cost(f);
	const clockid_t clock = f->burst_ns >= 1 << 26 ? CLOCK_MONOTONIC_COARSE : CLOCK_MONOTONIC;
	const uint64_t end = now_ns() + 200000000;
	struct rate *r = flow_start(f);
	struct count *count = f->down ? &lab.sessions[DEVICE].down : &lab.sessions[DEVICE].up;
	uint64_t through = 0, held = 0, before, after;
	uint8_t in[FRAME_MAX];
	size_t n = flow_frame(f, in);

	while ((before = clock_ns(clock)) < end) {
		uint64_t tat = r->tat, moved;
		bool went = flow_send(f, in, n);

		after = now_ns();
		moved = r->tat;
		if (went && tat > after + f->burst_ns)
			return fail("a packet went %llu ns too early",
				    (unsigned long long)(tat - after - f->burst_ns));
		if (!went && tat <= before + f->burst_ns)
			return fail("a packet was held that conforms");
		if (!went && moved != tat)
			return fail("a packet that was held moved the time");
		if (went && tat >= after && moved != tat + cost)
			return fail("a packet moved the time by %llu ns, want %llu",
				    (unsigned long long)(moved - tat), (unsigned long long)cost);
		if (went && tat < after && (moved < before + cost || moved > after + cost))
			return fail("a packet after silence starts at another time");
		through += went;
		held += !went;
	}
	if (!through || !held)
		return fail("%llu went, %llu were held", (unsigned long long)through,
			    (unsigned long long)held);
	if (count->packets != through || count->bytes != through * f->len ||
	    lab.sessions[DEVICE].dropped != held)
		return fail("counters say %llu and %llu", count->packets,
			    lab.sessions[DEVICE].dropped);
	return true;
}

/* A rate that nobody here reaches. */
#define LINE_RATE 100000000000

struct sender {
	unsigned cpu;
	const struct flow *flow;
	uint64_t until; /* a time, or */
	uint64_t most;  /* 0, or so many packets */
	uint64_t sent, through;
};

static void *sender_run(void *arg)
{
	struct sender *s = arg;
	uint8_t in[FRAME_MAX];
	size_t n = flow_frame(s->flow, in);

	pin(s->cpu);
	for (; s->most ? s->sent < s->most : now_ns() < s->until; s->sent++)
		s->through += flow_send(s->flow, in, n);
	return NULL;
}

/* From two CPUs at once no packet's time and no count gets lost. */
static bool two_cpus_are_exact(const struct flow *f)
{
	struct rate *r = flow_start(f);
	struct session *s = &lab.sessions[DEVICE];
	struct sender senders[2];
	pthread_t threads[2];
	uint64_t start = now_ns(), through = 0, sent = 0;

	for (unsigned i = 0; i < 2; i++) {
		senders[i] = (struct sender){.cpu = i, .flow = f, .until = start + 200000000};
		pthread_create(&threads[i], NULL, sender_run, &senders[i]);
	}
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		through += senders[i].through;
		sent += senders[i].sent;
	}
	if (s->up.packets != through || s->up.bytes != through * f->len ||
	    s->dropped != sent - through)
		return fail("%llu of %llu went, the counters say %llu and %llu dropped",
			    (unsigned long long)through, (unsigned long long)sent, s->up.packets,
			    s->dropped);
	if (r->tat < start + through * flow_cost(f))
		return fail("the time of a packet is lost");
	if (r->tat > now_ns() + f->burst_ns + 2 * flow_cost(f))
		return fail("the rate was exceeded");
	return through ? true : fail("nothing went");
}

/* A quota is given out to the last octet and not one more, and its end is told once. */
static bool two_cpus_share_a_quota(void)
{
	const struct flow f = {false, 200, LINE_RATE, 5000000};
	const int64_t quota = 200 * 20000 + 150; /* more than one of them sends */
	struct session *s = &lab.sessions[DEVICE];
	struct sender senders[2];
	pthread_t threads[2];
	struct event told;
	uint64_t through = 0;

	flow_start(&f);
	s->flags = SESSION_QUOTA_UP;
	s->quota_left = quota;
	for (unsigned i = 0; i < 2; i++) {
		senders[i] = (struct sender){.cpu = i, .flow = &f, .most = 12000};
		pthread_create(&threads[i], NULL, sender_run, &senders[i]);
	}
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		through += senders[i].through;
	}
	if (through * f.len + (uint64_t)quota_octets(s->quota_left) != (uint64_t)quota)
		return fail("%llu octets went and %llu are left of %lld",
			    (unsigned long long)(through * f.len),
			    (unsigned long long)quota_octets(s->quota_left), (long long)quota);
	if (s->quota_left >= 0 || through != 20000)
		return fail("%llu packets went", (unsigned long long)through);
	return lab_events(&told) == 1 && told.type == EVENT_QUOTA && told.slot == DEVICE
		       ? true
		       : fail("its end is not told once");
}

enum { FLOODS = 50 };

static void *flood_idle(void *arg)
{
	const struct frame_spec spec = {
		.inner = {.version = 4, .src = "203.0.113.80", .dst = "10.45.0.7", .len = 1500},
	};
	unsigned *left = arg;
	struct lab_result r;
	uint8_t in[FRAME_MAX];
	size_t n = frame_build(&spec, in);

	for (pin(0); *left; __atomic_fetch_sub(left, 1, __ATOMIC_RELAXED))
		lab_run(LAB_SGI, in, n, lab.aside, 4000, &r);
	return NULL;
}

/* What finds no room is counted for a moment; mcored may open the way by force in it. */
static bool no_count_of_what_waits_is_below_zero(void)
{
	uint32_t *hold = &lab.sessions[IDLE].hold, worst = 0;
	const struct held_packet *h;
	unsigned left = 1;
	pthread_t flood;

	lab_reset();
	lab.sessions[IDLE].holding = 1;
	lab.sessions[IDLE].hold_max = HOLD_COUNT;
	__atomic_store_n(hold, HOLD_ON, __ATOMIC_RELEASE);
	flood_idle(&left); /* the ring buffer is full now */
	left = FLOODS;
	pthread_create(&flood, NULL, flood_idle, &left);
	pin(1);
	while (__atomic_load_n(&left, __ATOMIC_RELAXED)) {
		__atomic_store_n(hold, 0, __ATOMIC_RELEASE);
		for (int i = 0; i < 2000; i++) {
			uint32_t count = __atomic_load_n(hold, __ATOMIC_RELAXED) & HOLD_COUNT;

			worst = count > worst ? count : worst;
		}
		__atomic_store_n(hold, HOLD_ON, __ATOMIC_RELEASE);
		for (int i = 0; i < 2000; i++)
			(void)__atomic_load_n(hold, __ATOMIC_RELAXED);
	}
	pin(0);
	pthread_join(flood, NULL);
	lab_held(&h);
	return worst <= 1 ? true : fail("a count of %u", worst);
}

/* GCRA's numbers at both ends of what is promised, by arithmetic on tat after one packet. */
static bool one_packet_moves_tat_by(uint64_t bits_per_second, uint64_t ns, uint64_t slack)
{
	const struct frame_spec spec = {
		.inner = {.version = 4, .src = "203.0.113.80", .dst = "10.45.0.5", .len = 1250},
	};
	struct session *s = &lab.sessions[DEVICE];
	const uint64_t ahead = now_ns() + 3600000000000;
	struct lab_result r;
	uint8_t in[FRAME_MAX];

	lab_reset();
	s->rate_down.ns_per_mib = rate_ns_per_mib(bits_per_second);
	s->burst_down_us = 4200000000;
	s->rate_down.tat = ahead;
	lab_run(LAB_SGI, in, frame_build(&spec, in), lab.aside, 1, &r);
	uint64_t moved = s->rate_down.tat - ahead;

	if (r.action != XDP_REDIRECT || moved + slack < ns || moved > ns + slack)
		return fail("moved by %llu ns, want %llu", (unsigned long long)moved,
			    (unsigned long long)ns);
	return true;
}

/* What `cat` on the pinned iterator prints. */
static bool subscribers_are_listed(void)
{
	union bpf_iter_link_info info = {
		.map.map_fd = (uint32_t)bpf_object__find_map_fd_by_name(lab.obj, "sessions")};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof info);
	struct bpf_program *p = bpf_object__find_program_by_name(lab.obj, "dump_subscribers");
	struct bpf_link *link = bpf_program__attach_iter(p, &opts);
	static char text[65536];
	size_t n = 0;
	ssize_t got;
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;

	lab_reset();
	lab.sessions[DEVICE].up = (struct count){12, 3456};
	lab.sessions[DEVICE].bits_per_second_down = 1000000;
	lab.sessions[DEVICE].dropped = 7;
	while (fd >= 0 && (got = read(fd, text + n, sizeof text - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	bpf_link__destroy(link);
	if (strncmp(text, "IMSI ", 5))
		return fail("no heading: %.80s", text);
	const char *row = strstr(text, "001010000000005 ");

	if (!row)
		return fail("device is missing");
	char imsi[16], apn[32], up[8], down[8], ip4[20], ip6[48], state[12];
	unsigned ebi;
	long long v[7], ago;

	if (sscanf(row,
		   "%15s %u %31s %7s %7s %lld %lld %lld %lld %lld %lld %lld %lld %19s %47s %11s",
		   imsi, &ebi, apn, up, down, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &ago,
		   ip4, ip6, state) != 16)
		return fail("row is short: %.200s", row);
	if (ebi != 5 || strcmp(apn, "internet") || strcmp(up, "open") || v[0] != 12 ||
	    v[1] != 3456 || v[4] != 7 || v[6] != 1000000 || ago != -1 || strcmp(ip4, "10.45.0.5") ||
	    strcmp(ip6, "2001:db8:45:5::/64") || strcmp(state, "connected"))
		return fail("row is wrong: %.200s", row);
	if (!strstr(text, " closed ") || !strstr(text, " idle\n"))
		return fail("gates or idle devices are not told");
	if (strstr(text, "001010000000030 "))
		return fail("a free slot is listed");
	return true;
}

/* ---- captures ---- */

static struct captured copies[8];
static unsigned copied;

static int on_copy(void *arg, void *data, size_t n)
{
	(void)arg;
	if (copied < 8 && n <= sizeof copies[0])
		memcpy(&copies[copied++], data, n);
	return 0;
}

static void capture_for(uint64_t ns, uint32_t snap, uint32_t per_second)
{
	struct capture_settings c = {
		.until = ns ? now_ns() + ns : 0, .snap = snap, .per_second = per_second};
	uint32_t zero = 0;

	bpf_map_update_elem(bpf_object__find_map_fd_by_name(lab.obj, "capturing"), &zero, &c,
			    BPF_ANY);
}

/* One packet up and one down; what was copied is in copies. */
static void both_ways(unsigned slot, const char *address, struct ring_buffer *ring)
{
	const struct frame_spec up = {
		.outer = {.version = 4, .src = "10.1.0.2", .dst = "10.1.0.1"},
		.gtp.teid = lab_teid(slot),
		.inner = {.version = 4, .src = address, .dst = "203.0.113.80", .len = 100},
	};
	const struct frame_spec down = {
		.inner = {.version = 4, .src = "203.0.113.80", .dst = address, .len = 100},
	};
	struct lab_result r;
	uint8_t in[FRAME_MAX];

	copied = 0;
	lab_run(LAB_ACCESS, in, frame_build(&up, in), lab.aside, 1, &r);
	lab_run(LAB_SGI, in, frame_build(&down, in), lab.aside, 1, &r);
	ring_buffer__consume(ring);
}

static bool copies_are(struct ring_buffer *ring, const char *what)
{
	enum { LINK = 14, OUTER = 36, INNER = 100 };

	lab_reset();
	capture_for(0, 2048, 100);
	both_ways(DEVICE, "10.45.0.5", ring);
	if (copied)
		return fail("copies though nobody asked");
	capture_for(3600000000000, 2048, 100);
	both_ways(DEVICE, "10.45.0.5", ring);
	if (copied)
		return fail("copies of another session");
	lab.sessions[DEVICE].flags = lab.sessions[SHUT].flags = SESSION_CAPTURE;
	both_ways(DEVICE, "10.45.0.5", ring);
	if (copied != 2 || copies[0].down || !copies[1].down || copies[0].slot != DEVICE)
		return fail("%u copies, want one each way", copied);
	for (unsigned i = 0; i < 2; i++)
		if (copies[i].reason != (i ? REASON_downlink : REASON_uplink) ||
		    copies[i].len != LINK + OUTER + INNER || copies[i].n != copies[i].len)
			return fail("copy %u: reason %s, %u octets", i,
				    lab_reason_name((int)copies[i].reason), copies[i].n);
	/* As received: the inner TTL is what it was; as sent: one less. */
	if (copies[0].frame[LINK + OUTER + 8] != 64 || copies[1].frame[LINK + OUTER + 8] != 63)
		return fail("%s: not as it came in and went out", what);
	both_ways(SHUT, "10.45.0.9", ring);
	if (copied != 2 || copies[0].reason != REASON_gate_closed ||
	    copies[1].reason != REASON_gate_closed || copies[1].len != LINK + INNER)
		return fail("dropped packets are not copied");
	capture_for(3600000000000, 40, 100);
	both_ways(DEVICE, "10.45.0.5", ring);
	if (copied != 2 || copies[0].n != 40 || copies[0].len != LINK + OUTER + INNER)
		return fail("not cut to the snap length");
	capture_for(3600000000000, 2048, 0);
	both_ways(DEVICE, "10.45.0.5", ring);
	return copied ? fail("more copies than allowed") : true;
}

static bool captures_show_frames(void)
{
	struct ring_buffer *ring = ring_buffer__new(
		bpf_object__find_map_fd_by_name(lab.obj, "captured"), on_copy, NULL, NULL);
	bool good = ring && copies_are(ring, "captured");

	ring_buffer__free(ring);
	return good;
}

/* What of which session was dropped is counted by reason. */
static bool drops_are_counted_by_reason(void)
{
	const struct frame_spec down = {
		.inner = {.version = 4, .src = "203.0.113.80", .dst = "10.45.0.9", .len = 100},
	};
	struct drop_key key = {.slot = SHUT, .reason = REASON_gate_closed};
	int map = bpf_object__find_map_fd_by_name(lab.obj, "drops");
	struct drop_count before = {0}, after = {0};
	struct lab_result r;
	uint8_t in[FRAME_MAX];

	lab_reset();
	bpf_map_lookup_elem(map, &key, &before);
	for (int i = 0; i < 3; i++)
		lab_run(LAB_SGI, in, frame_build(&down, in), lab.aside, 1, &r);
	if (bpf_map_lookup_elem(map, &key, &after) || after.packets != before.packets + 3)
		return fail("%llu, want %llu", after.packets, before.packets + 3);
	return after.last + 1000000000 > now_ns() ? true : fail("the time of the last one");
}

static bool every_reason_was_seen(void)
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (!seen[i])
			return fail("no case ends with %s", lab_reason_name(i));
	return true;
}

int main(int argc, char **argv)
{
	int full;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2 || !lab_open(argv[1])) {
		fprintf(stderr, "usage: fixtures OBJECT\n");
		return 2;
	}
	pin(0);
	run_table();
	report("packets_go_to_the_cpu_of_their_slot",
	       flawless(packets_go_to_the_cpu_of_their_slot()));
	report("what_finds_no_room_in_a_queue_is_counted",
	       flawless(what_finds_no_room_in_a_queue_is_counted(&full)) && (seen[full] = true));
	report("most_cases_were_another_cpus_work_once", lab.handed_over > case_count() / 2);
	report("every_reason_has_a_case", every_reason_was_seen());
	report("a_fast_uplink_rate_holds",
	       rate_holds(&(struct flow){false, 1400, 20000000, 1000000}));
	report("a_slow_downlink_rate_holds",
	       rate_holds(&(struct flow){true, 200, 50000, 60000000}));
	report("a_rate_with_a_long_burst_holds",
	       rate_holds(&(struct flow){false, 1400, 4000000, 100000000}));
	report("a_rate_without_burst_holds", rate_holds(&(struct flow){true, 64, 1000000, 0}));
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		report("a_rate_is_exact_from_two_cpus",
		       two_cpus_are_exact(&(struct flow){false, 200, 10000000, 5000000}));
		report("a_quota_is_exact_from_two_cpus", two_cpus_share_a_quota());
		report("no_count_of_what_waits_is_below_zero",
		       no_count_of_what_waits_is_below_zero());
		report("counters_are_exact_from_two_cpus",
		       two_cpus_are_exact(&(struct flow){false, 200, LINE_RATE, 5000000}));
	}
	report("a_100_gigabit_rate_is_exact", one_packet_moves_tat_by(100000000000, 100, 0));
	report("a_40_gigabit_rate_is_exact", one_packet_moves_tat_by(40000000000, 250, 0));
	report("a_1_kilobit_rate_is_exact", one_packet_moves_tat_by(1000, 10000000000, 1));
	report("remembered_decisions_are_those_of_the_rules",
	       flawless(decisions_are_those_of_rules()));
	report("a_decision_is_remembered_as_long_as_its_filter",
	       flawless(a_decision_holds_as_long_as_its_filter()));
	report("captures_show_frames_with_their_reasons", captures_show_frames());
	report("drops_are_counted_by_session_and_reason", drops_are_counted_by_reason());
	report("subscribers_are_listed_by_the_iterator", subscribers_are_listed());
	lab_close();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
