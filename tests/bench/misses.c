/* SPDX-License-Identifier: Apache-2.0 */
/* bench -m: what a filter costs where no CPU remembers what it said (bpf/filter.h).
 *
 * Every packet has a remote address and port at random, of 2^17 and 25,600, so that each asks the
 * rules anew, and falls into other classes of theirs than the one before. Beside that, in the same
 * rounds, are packets that ask the same again and again. The sessions are spread among so many
 * profiles, each with a filter of its own. */
#include <stdio.h>
#include "bench.h"

enum { AGAIN, ANEW, BOTH };

/* ns for each packet, uplink and downlink, above the driver with the empty program. */
struct asked {
	double ns[2][BOTH];
};

static void measure_round(struct asked *of, struct asked *empty, unsigned inner, unsigned sessions)
{
	int drive = program(driver, "drive");

	for (int down = 0; down < 2; down++)
		for (int how = 0; how < BOTH; how++) {
			int ifindex = down ? if_sgi : if_access;

			set_frame(down, how == ANEW, inner, sessions);
			aim(program(parts, "empty"));
			least(&empty->ns[down][how], run(drive, runs, ifindex, 0));
			aim(program(core, down ? "mcore_sgi" : "mcore_access"));
			for (unsigned set = 0; set < rule_sets; set++) {
				choose_rules(set);
				least(&of[set].ns[down][how], run(drive, runs, ifindex, 0));
			}
		}
}

static void check_all(unsigned inner, unsigned sessions)
{
	for (unsigned set = 0; set < rule_sets; set++)
		for (int down = 0; down < 2; down++) {
			choose_rules(set);
			set_frame(down, true, inner, sessions);
			check(program(core, down ? "mcore_sgi" : "mcore_access"), down);
		}
}

static void print(const struct asked *r, const struct asked *first, int down)
{
	printf("  %7.1f %7.1f %6.2f %8.2f %6.2f", r->ns[down][AGAIN], r->ns[down][ANEW],
	       r->ns[down][ANEW] / r->ns[down][AGAIN], r->ns[down][AGAIN] / first->ns[down][AGAIN],
	       r->ns[down][ANEW] / first->ns[down][ANEW]);
}

static void measure(unsigned inner, unsigned sessions)
{
	struct asked of[8] = {0}, empty = {0};

	check_all(inner, sessions);
	for (unsigned i = 0; i < rounds; i++)
		measure_round(of, &empty, inner, sessions);
	for (unsigned set = 0; set < rule_sets; set++)
		for (int down = 0; down < 2; down++)
			for (int how = 0; how < BOTH; how++)
				of[set].ns[down][how] -= empty.ns[down][how];
	for (unsigned set = 0; set < rule_sets; set++) {
		printf("%9u %9u %6u", sessions, profiles, rule_set[set]);
		print(&of[set], &of[0], 0);
		print(&of[set], &of[0], 1);
		putchar('\n');
	}
	fflush(stdout);
}

void misses(unsigned inner, const unsigned *sessions, unsigned n)
{
	printf("ns per packet on one CPU, least of %u rounds of %u, of packets that ask their "
	       "rules\n"
	       "again (the CPU remembers) and anew (it does not); anew/again; and both beside the\n"
	       "first row's, up and down\n"
	       "%9s %9s %6s  %7s %7s %6s %15s  %7s %7s %6s %15s\n",
	       rounds, runs, "sessions", "profiles", "rules", "again", "anew", "ratio",
	       "beside first", "again", "anew", "ratio", "beside first");
	for (unsigned i = 0; i < n; i++)
		measure(inner, sessions[i]);
}
