/* SPDX-License-Identifier: Apache-2.0 */
/* bench -o CPU: what it costs to hand packets over to another CPU (bpf/spread.h), and what that one
 * forwards then.
 *
 * Live frames over veth pairs, as with -w. The first CPU generates them; what it spends is less
 * what it spends where an empty program takes them away at once. The other one's is the time from
 * the first frame to the last that came out, by the clock, over those that came out: it never waits
 * as long as the first is the faster of the two, and what does not fit into its queue does not
 * count. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <mcore/datapath.h>
#include <sched.h>
#include <stdio.h>
#include "bench.h"

enum { QUEUE = 16384, QUIET_MS = 5 };

static unsigned sessions, length;

static void attach(int ifindex, int fd)
{
	if (bpf_xdp_attach(ifindex, fd, XDP_FLAGS_DRV_MODE, NULL))
		die("attach");
}

static void detach(int ifindex) { bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL); }

/* Seconds until nothing comes out any more, that pause not counted. */
static double until_quiet(double begin)
{
	uint64_t seen = *(volatile __u64 *)&plan->sunk, now;
	double last = wall_s();

	while (wall_s() - last < QUIET_MS / 1e3) {
		now = *(volatile __u64 *)&plan->sunk;
		if (now != seen)
			last = wall_s();
		seen = now;
		sched_yield();
	}
	return last - begin;
}

/* Of one direction with that program in the way: least ns of this CPU for a frame, and of the clock
 * for each that came out. */
static void measure(int down, int fd, double *here, double *there)
{
	const int ends[] = {if_enb, if_net}, from = ends[down], in = down ? if_sgi : if_access;
	int generate = program(driver, "generate"), sink = program(driver, "sink");

	set_frame(down, false, length, sessions);
	plan->ifindex = (uint32_t)from;
	attach(if_enb, sink);
	attach(if_net, sink);
	attach(in, fd);
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t before = plan->sunk;
		double begin = wall_s();

		least(here, run(generate, runs, from, BPF_F_TEST_XDP_LIVE_FRAMES));
		least(there, until_quiet(begin) * 1e9 / (double)(plan->sunk - before));
	}
	detach(in);
	detach(if_enb);
	detach(if_net);
}

static void row(struct settings *s)
{
	double empty[2] = {0}, alone[2] = {0}, handing[2] = {0}, other[2] = {0}, unused = 0;

	for (int down = 0; down < 2; down++) {
		int path = program(core, down ? "mcore_sgi" : "mcore_access");

		s->cpus = 0;
		measure(down, program(driver, "sink"), &empty[down], &unused);
		measure(down, path, &alone[down], &unused);
		s->cpus = 1;
		measure(down, path, &handing[down], &other[down]);
	}
	printf("%9u %6u", sessions, length);
	for (int down = 0; down < 2; down++)
		printf("  %6.0f %12.0f %9.0f", alone[down] - empty[down],
		       handing[down] - empty[down], other[down]);
	putchar('\n');
	fflush(stdout);
}

void spread(unsigned cpu, unsigned inner, const unsigned *n, unsigned ns)
{
	struct bpf_cpumap_val queue = {.qsize = QUEUE, .bpf_prog.fd = program(core, "mcore_cpu")};
	struct settings *s = share(core, "settings", sizeof *s);
	int worker = program(core, "mcore_worker");
	uint32_t zero = 0;

	if (bpf_map_update_elem(map(core, "worker"), &zero, &worker, BPF_ANY) ||
	    bpf_map_update_elem(map(core, "cpus"), &cpu, &queue, BPF_ANY))
		die("CPU %u", cpu);
	for (unsigned i = 0; i < MCORE_CPU_SLOTS; i++)
		s->cpu[i] = (uint16_t)cpu;
	printf("ns per live frame, least of %u rounds of %u, sessions at random: of one CPU that "
	       "forwards\n"
	       "alone, of one that hands over, and of the one that forwards then; up and down\n"
	       "%9s %6s  %6s %12s %9s  %6s %12s %9s\n",
	       rounds, runs, "sessions", "inner", "alone", "handing over", "the other", "alone",
	       "handing over", "the other");
	length = inner;
	for (unsigned i = 0; i < ns; i++) {
		sessions = n[i];
		row(s);
	}
}
