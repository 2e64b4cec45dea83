/* SPDX-License-Identifier: Apache-2.0 */
/* The behaviours of the datapath as a table: a frame in, what becomes of it and why, a frame out.
 * Fixtures run it; the fuzzer takes its frames as seeds. */
#ifndef TESTS_BPF_CASES_H
#define TESTS_BPF_CASES_H

#include "frame.h"
#include "lab.h"

struct test_case {
	const char *behaviour;
	enum lab_role role;
	struct frame_spec in;
	int reason;
	enum lab_hop hop;      /* FORWARD: leaves by it */
	struct frame_spec out; /* FORWARD and ANSWER: exactly this, with that hop's link layer */
	const char *icmp_from; /* ANSWER too_big: the sender of the ICMP packet, */
	uint16_t icmp_mtu;     /* and the MTU it tells */
	unsigned slot;         /* whose counters move; 0: nobody's */
	unsigned other;        /* the device that slot's packet is for, if it gets that far */
	void (*before)(void);  /* changes the lab */
	unsigned warm_up;      /* runs before the one that counts */
	int event;             /* enum event_type + 1 that mcored is told */
};

struct test_cases {
	const struct test_case *at;
	unsigned n;
};
#define CASES(table) { table, sizeof table / sizeof *table }
extern const struct test_cases cases_uplink, cases_inside, cases_downlink, cases_policy, cases_relay,
	cases_network;

unsigned case_count(void);
/* NULL behind the last. */
const struct test_case *case_at(unsigned);

#endif
