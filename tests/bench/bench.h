/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the benchmark of the datapath (bench.c) share. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>
#include "die.h"
#include "plan.h"

extern unsigned rounds, runs;
extern unsigned rule_set[8], rule_sets; /* numbers of rules, and how many such there are */
extern unsigned profiles;               /* among which sessions are spread */
extern struct bpf_object *core, *parts, *driver;
extern struct plan *plan;
extern int if_access, if_sgi, if_enb, if_net;

int program(struct bpf_object *, const char *name);
int map(struct bpf_object *, const char *name);
/* The map as memory. */
void *share(struct bpf_object *, const char *map, size_t n);
double wall_s(void);

/* Lets each profile have so many rules as rule_set[set] says. */
void choose_rules(unsigned set);

/* The frame of one direction, and where a session shows in it. anew: each frame has another remote
 * address and port, too. */
void set_frame(bool down, bool anew, unsigned inner, unsigned sessions);

/* Ends the benchmark unless that program does what it is there for. */
void check(int fd, bool down);

void aim(int fd); /* `drive` at that program */

/* ns of this thread's CPU time for each of n runs. */
double run(int fd, unsigned n, int ifindex, uint32_t flags);

/* Makes *of the lesser of both; 0: it is none yet. */
void least(double *of, double);

/* Prints what rules cost that are asked anew, with inner packets of so many octets. */
void misses(unsigned inner, const unsigned *sessions, unsigned n);

/* Prints what handing packets over to that CPU costs, and forwarding them there. */
void spread(unsigned cpu, unsigned inner, const unsigned *sessions, unsigned n);

#endif
