/* SPDX-License-Identifier: Apache-2.0 */
/* Random and mutated frames through the BPF programs, with the model (tests/bpf/model.c) as oracle.
 *
 * Seeds are the frames of tests/bpf/cases_*.c. Of each frame is checked that exactly one reason was
 * counted and that it is the model's; that the action is that reason's verdict; that a frame passed
 * is untouched; that one sent is, octet for octet, what the model makes, and well formed; and that
 * the session's counters moved by exactly this packet. So nothing is forwarded unless all checks
 * hold.
 *
 * Usage: bpf_parser OBJECT SECONDS [SEED]. A finding prints the frame and how to run it again. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../bpf/cases.h"
#include "../bpf/model.h"

enum { MAX_FRAME = 1600, MIN_FRAME = 14, EPOCH = 1024 };

static uint64_t state;

/* xorshift64*: fast, and the same everywhere for a seed. */
static uint32_t rnd(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return below ? (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % below : 0;
}

/* Values that headers find interesting. */
static uint32_t word(void)
{
	static const uint32_t values[] = {
		0,          1,          2,          0xff,       0x0800,     0x86dd,     0x8100,
		0x88a8,     2152,       2123,       0x45000000, 0x60000000, 0x30ff0000, 0x32010004,
		0x0a010001, 0x0a010002, 0x0a2d0005, 0x0a2d0001, 0x0a2d001e, 0x0a2e0005, 0xc000024d,
		0x20010db8, 0x00450005, 0xfe800000, 0xff020000, 0x7f000001, 0xffffffff, 0xe0000001,
		0x34ff0000, 0x0000ffff, 0x80000000, 0x00004000, 0x00002000, 0x001c0000, 0x36fe0000,
		0x000000e1, 0x00010001, 0x2c000000, 0x3c003c00, 0x11000001, 0x0a010709, 0x0a020009,
		3868,       0x84000001,
	};

	switch (rnd(4)) {
	case 0:
		return lab_teid(rnd(LAB_SLOTS + 2));
	case 1:
		return 0x0a2d0000 + rnd(40);
	default:
		return values[rnd(sizeof values / sizeof *values)];
	}
}

static size_t mutate(uint8_t *f, size_t n)
{
	size_t head = n < 120 ? n : 120, at = rnd((uint32_t)head), size;

	switch (rnd(9)) {
	case 0:
	case 1:
		f[at] ^= (uint8_t)(1u << rnd(8));
		return n;
	case 2:
		f[at] = (uint8_t)rnd(256);
		return n;
	case 3:
		f[at] = (uint8_t)(f[at] + (rnd(2) ? 1 : -1));
		return n;
	case 4:
		if (at + 4 <= n)
			put32(f + at, word());
		return n;
	case 5:
		if (at + 2 <= n)
			put16(f + at, word() & 0xffff);
		return n;
	case 6: /* cut */
		return MIN_FRAME + rnd((uint32_t)(n - MIN_FRAME + 1));
	case 7: /* octets in between */
		size = 1 + rnd(16) * (rnd(2) ? 4 : 1);
		if (n + size > MAX_FRAME)
			return n;
		memmove(f + at + size, f + at, n - at);
		memset(f + at, (int)rnd(256), size);
		return n + size;
	default: /* octets gone */
		size = 1 + rnd(8);
		if (at + size >= n || n - size < MIN_FRAME)
			return n;
		memmove(f + at, f + at + size, n - at - size);
		return n - size;
	}
}

static size_t make(uint8_t *f, enum lab_role *role)
{
	const struct test_case *t = case_at(rnd(case_count()));
	size_t n;

	memset(f, 0, MAX_FRAME);
	lab.spreads = rnd(2);
	lab.settings->cpus = lab.spreads;
	*role = rnd(4) ? t->role : (enum lab_role)rnd(LAB_ROLES);
	if (!rnd(16)) {
		n = MIN_FRAME + rnd(200);
		for (size_t i = 0; i < n; i++)
			f[i] = (uint8_t)rnd(256);
		put16(f + 12, rnd(2) ? 0x0800 : 0x86dd);
	} else {
		n = frame_build(&t->in, f);
	}
	for (uint32_t i = rnd(6); i; i--)
		n = mutate(f, n);
	return n < MIN_FRAME ? MIN_FRAME : n;
}

static const char *check_counts(const struct reason_count before[], const struct model *m, size_t n,
				int *reason)
{
	struct reason_count after[REASON_COUNT];
	int found = 0;

	lab_reasons(after);
	for (int i = 0; i < REASON_COUNT; i++) {
		if (after[i].packets == before[i].packets && after[i].bytes == before[i].bytes)
			continue;
		found++;
		*reason = i;
		if (after[i].packets - before[i].packets != 1 ||
		    after[i].bytes - before[i].bytes != n)
			return "counted other than once";
	}
	if (found != 1)
		return "not counted by exactly one reason";
	return model_allows(m, *reason) ? NULL : "another reason than the model's";
}

static const char *check_frame(const struct model *m, const uint8_t *in, size_t n,
			       const struct lab_result *r, int reason)
{
	enum mcore_verdict v = lab_verdict(reason);

	if (v == VERDICT_PASS && (r->len != n || memcmp(r->frame, in, n)))
		return "passed, but not untouched";
	if (v != VERDICT_FORWARD && v != VERDICT_ANSWER)
		return NULL;
	if (r->len != m->len || memcmp(r->frame, m->frame, m->len))
		return "another frame than the model's";
	return frame_fault(r->frame, r->len, v == VERDICT_ANSWER || reason == REASON_downlink);
}

/* The packet passed the first device's policy on its way to another device. */
static bool reached_other(const struct model *m, int reason)
{
	return m->other >= 0 && (reason == m->reason || reason == REASON_rate_down);
}

static const char *check_slot(const struct model *m, int slot, const struct session *before,
			      uint64_t up, uint64_t down, uint64_t dropped, bool held)
{
	const struct session *s = &lab.sessions[slot];

	if (s->up.packets - before->up.packets != up ||
	    s->up.bytes - before->up.bytes != up * m->inner ||
	    s->down.packets - before->down.packets != down ||
	    s->down.bytes - before->down.bytes != down * m->inner)
		return "session's counters";
	if (s->hold - before->hold != held)
		return "count of waiting packets";
	return s->dropped - before->dropped == dropped ? NULL : "session's drops";
}

/* before: of the packet's device, and of the one it goes to. */
static const char *check_sessions(const struct model *m, const struct session before[2], int reason)
{
	enum mcore_verdict v = lab_verdict(reason);
	bool held = reason == REASON_idle_held, drop = v == VERDICT_DROP;
	bool went = (v == VERDICT_FORWARD || v == VERDICT_TAKE) && !held;
	bool down = reason == REASON_downlink, other = reached_other(m, reason);
	const char *fault;

	if (other && m->other == m->slot)
		return check_slot(m, m->slot, &before[0], 1, went, drop, false);
	fault = check_slot(m, m->slot, &before[0],
			   other || (went && !down && reason != REASON_relay_end), went && down,
			   drop && !other, held);
	return fault || !other ? fault : check_slot(m, m->other, &before[1], 0, went, drop, false);
}

/* What is left of the quotas is what the model leaves. */
static const char *check_quota(const struct model *m, int reason)
{
	const int slot[2] = {m->slot, m->other};

	if (reason != m->reason)
		return NULL;
	for (int i = 0; i < 2; i++) {
		/* The second word counts, where both devices have one owner. */
		int last =
			m->judged[1] && lab.sessions[slot[0]].owner == lab.sessions[slot[1]].owner;

		if (m->judged[i] &&
		    lab.sessions[lab.sessions[slot[i]].owner].quota_left != m->quota[last ? 1 : i])
			return "another quota is left than the model's";
	}
	return NULL;
}

static const char *one(const uint8_t *f, size_t n, enum lab_role role, int *reason)
{
	static const uint32_t actions[] = {XDP_REDIRECT, XDP_PASS, XDP_REDIRECT, XDP_DROP,
					   XDP_DROP};
	static struct model m;
	static struct lab_result r;
	struct reason_count reasons[REASON_COUNT];
	struct session before[2] = {};
	const char *fault;

	model_run(role, f, n, &m);
	if (m.slot >= 0)
		before[0] = lab.sessions[m.slot];
	if (m.other >= 0)
		before[1] = lab.sessions[m.other];
	lab_reasons(reasons);
	if (lab_run(role, f, n, lab.aside, 1, &r))
		return strerror(errno);
	fault = check_counts(reasons, &m, n, reason);
	if (!fault && r.action != actions[lab_verdict(*reason)])
		fault = "another action than the reason's";
	if (!fault)
		fault = check_frame(&m, f, n, &r, *reason);
	if (!fault && m.slot >= 0)
		fault = check_sessions(&m, before, *reason);
	if (!fault && m.slot >= 0)
		fault = check_quota(&m, *reason);
	if (fault) {
		printf("# got %s, action %u; the model says %s\n", lab_reason_name(*reason),
		       r.action, lab_reason_name(m.reason));
		frame_dump("in", f, n);
		frame_dump("out", r.frame, r.len);
		frame_dump("model's", m.frame, m.len);
	}
	return fault;
}

static struct filter_ports ports(void)
{
	static const uint16_t interesting[] = {0,    1,     23,    53,    5000,
					       5100, 40000, 50000, 65534, 65535};
	uint16_t a = interesting[rnd(10)], b = rnd(2) ? a : interesting[rnd(10)];

	if (rnd(2))
		return FILTER_ANY_PORT;
	return a < b ? (struct filter_ports){a, b} : (struct filter_ports){b, a};
}

static void random_prefix(struct filter_rule *r)
{
	static const uint8_t v4[] = {128, 128, 127, 124, 120, 112, 104, 97, 96};
	static const uint8_t v6[] = {128, 127, 65, 64, 63, 56, 48, 32, 1, 0};
	bool six = rnd(2);

	r->family = six ? 6 : 4;
	r->bits = six ? v6[rnd(10)] : v4[rnd(9)];
	memset(&r->addr, 0, sizeof r->addr);
	if (six) {
		put32(r->addr.s6_addr, 0x20010db8);
		put32(r->addr.s6_addr + 4, rnd(2) ? 0xffff0000 : 0x450000 + rnd(32));
		put32(r->addr.s6_addr + 12, rnd(2) ? 0x80 : rnd(4));
	} else {
		put32(r->addr.s6_addr + 8, 0xffff);
		put32(r->addr.s6_addr + 12, rnd(2) ? 0xcb007150 : word());
	}
	for (unsigned i = r->bits; i < 128; i++)
		r->addr.s6_addr[i / 8] &= (uint8_t) ~(0x80u >> (i % 8));
}

static void random_rule(struct filter_rule *r)
{
	static const int16_t protocols[] = {17, 17, 6, 1, 58, 132, 0, 44, 255};
	static const uint8_t masks[] = {0xff, 0xfc, 0x03, 0x80};

	*r = FILTER_RULE_ANY;
	r->allow = rnd(3);
	r->up = rnd(3);
	r->down = !r->up || rnd(3);
	if (r->allow && !rnd(4))
		r->dscp = (uint8_t)rnd(64);
	if (rnd(3))
		random_prefix(r);
	if (rnd(2))
		r->protocol = protocols[rnd(9)];
	if (!rnd(3))
		r->remote = ports();
	if (!rnd(3))
		r->local = ports();
	if (!rnd(4)) {
		r->tos_mask = masks[rnd(4)];
		r->tos = (uint8_t)rnd(256) & r->tos_mask;
	}
}

/* Rules of any number for both filters, and policies that use them; most devices get one. */
static void random_policies(void)
{
	for (int i = RULESET_RULES; i <= RULESET_WALL; i++) {
		struct lab_rules *r = &lab.rules[i];

		r->n = rnd(4) ? rnd(12) : rnd(FILTER_RULES + 1);
		r->allow_default = rnd(2);
		for (unsigned k = 0; k < r->n; k++)
			random_rule(&r->rule[k]);
		lab_compile((enum lab_ruleset)i);
	}
	for (int i = POLICY_RULES; i <= POLICY_WALL; i++) {
		struct policy *p = &lab.policies[i];

		p->filter = (uint16_t)rnd(3);
		p->wall = (uint16_t)rnd(3);
		p->group = rnd(3);
		p->quota_action = (uint8_t)rnd(3);
		p->dscp_outer = rnd(2) ? (uint8_t)rnd(64) : DSCP_KEEP;
		for (int d = 0; d < 2; d++)
			p->dscp[d] = rnd(3) ? DSCP_KEEP : (uint8_t)rnd(64);
	}
	for (int i = 0; i < LAB_SLOTS; i++) {
		struct session *s = &lab.sessions[i];

		if (!s->teid || rnd(4) == 0)
			continue;
		s->policy = (uint16_t)rnd(POLICY_WALL + 1);
		s->flags = (uint8_t)rnd(4) | (rnd(6) ? 0 : SESSION_QUARANTINE);
		s->quota_left = rnd(3) ? (int64_t)rnd(20000) : (int64_t)rnd(1000) - QUOTA_EXHAUSTED;
	}
}

/* A new round: the lab as it was, with switches at random. */
static void epoch(void)
{
	lab_reset();
	lab.settings->ue_to_ue = rnd(2);
	if (!rnd(4))
		lab.settings->addresses = 0;
	if (!rnd(4))
		lab.sessions[DEVICE].peer = 0;
	for (unsigned slot = DEVICE; slot <= IDLE; slot++) {
		lab.sessions[slot].hold = rnd(4) ? 0 : rnd(4) ? HOLD_ON : HOLD_ON | HOLD_SHUT;
		lab.sessions[slot].holding = (uint8_t)rnd(2);
		lab.sessions[slot].hold_max = rnd(100);
	}
	lab.sessions[DEVICE].gate_down = rnd(8) ? GATE_OPEN : GATE_CLOSED;
	if (rnd(2))
		random_policies();
}

int main(int argc, char **argv)
{
	uint8_t frame[FRAME_MAX];
	uint64_t seed, runs = 0, by_reason[REASON_COUNT] = {};
	time_t end;

	if (argc < 3 || !lab_open(argv[1])) {
		fprintf(stderr, "usage: bpf_parser OBJECT SECONDS [SEED]\n");
		return 2;
	}
	seed = argc > 3 ? strtoull(argv[3], NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
	state = seed | 1;
	for (end = time(NULL) + atol(argv[2]); time(NULL) < end;) {
		epoch();
		for (int i = 0; i < EPOCH; i++, runs++) {
			enum lab_role role;
			int reason = -1;
			size_t n = make(frame, &role);
			const char *fault = one(frame, n, role, &reason);

			if (fault) {
				printf("not ok - %s, in role %d, run %llu; again: bpf_parser %s %s "
				       "%llu\n",
				       fault, role, (unsigned long long)runs, argv[1], argv[2],
				       (unsigned long long)seed);
				printf("0 passed, 1 failed\n");
				return 1;
			}
			by_reason[reason]++;
		}
	}
	for (int i = 0; i < REASON_COUNT; i++)
		printf("# %-18s %llu\n", lab_reason_name(i), (unsigned long long)by_reason[i]);
	printf("ok - %llu frames, seed %llu\n1 passed, 0 failed\n", (unsigned long long)runs,
	       (unsigned long long)seed);
	lab_close();
	return 0;
}
