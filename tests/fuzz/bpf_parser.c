/* SPDX-License-Identifier: Apache-2.0 */
/* Random and mutated frames through the BPF programs, with the model (tests/bpf/model.c) as oracle.
 *
 * Seeds are the frames of tests/bpf/cases.c. Of each frame is checked that exactly one reason was
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
		0x000000e1, 0x00010001, 0x2c000000, 0x3c003c00, 0x11000001,
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
	const struct test_case *t = &cases[rnd(case_count)];
	size_t n;

	memset(f, 0, MAX_FRAME);
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
	return *reason == m->reason || *reason == m->instead ? NULL
							     : "another reason than the model's";
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

static const char *check_session(const struct model *m, const struct session *before, int reason)
{
	const struct session *s = &lab.sessions[m->slot];
	enum mcore_verdict v = lab_verdict(reason);
	bool down = reason == REASON_downlink, went = v == VERDICT_FORWARD || v == VERDICT_TAKE;
	uint64_t up = went && !down && reason != REASON_relay_end, dn = went && down;

	if (s->up.packets - before->up.packets != up ||
	    s->up.bytes - before->up.bytes != up * m->inner ||
	    s->down.packets - before->down.packets != dn ||
	    s->down.bytes - before->down.bytes != dn * m->inner)
		return "session's counters";
	return s->dropped - before->dropped == (v == VERDICT_DROP) ? NULL : "session's drops";
}

static const char *one(const uint8_t *f, size_t n, enum lab_role role, int *reason)
{
	static const uint32_t actions[] = {XDP_REDIRECT, XDP_PASS, XDP_REDIRECT, XDP_DROP,
					   XDP_DROP};
	static struct model m;
	static struct lab_result r;
	struct reason_count reasons[REASON_COUNT];
	struct session before = {};
	const char *fault;

	model_run(role, f, n, &m);
	if (m.slot >= 0)
		before = lab.sessions[m.slot];
	lab_reasons(reasons);
	if (lab_run(role, f, n, lab.aside, 1, &r))
		return strerror(errno);
	fault = check_counts(reasons, &m, n, reason);
	if (!fault && r.action != actions[lab_verdict(*reason)])
		fault = "another action than the reason's";
	if (!fault)
		fault = check_frame(&m, f, n, &r, *reason);
	if (!fault && m.slot >= 0)
		fault = check_session(&m, &before, *reason);
	if (fault) {
		printf("# got %s, action %u; the model says %s\n", lab_reason_name(*reason),
		       r.action, lab_reason_name(m.reason));
		frame_dump("in", f, n);
		frame_dump("out", r.frame, r.len);
		frame_dump("model's", m.frame, m.len);
	}
	return fault;
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
	lab.sessions[DEVICE].gate_down = rnd(8) ? GATE_OPEN : GATE_CLOSED;
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
