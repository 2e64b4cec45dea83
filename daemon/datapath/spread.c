/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that packets are spread over (bpf/spread.h).
 *
 * Everything is in pinned maps, and what an earlier daemon left is kept where it is as configured:
 * an element of `cpus` that is written anew begins a new queue. So a restart exchanges the worker
 * alone, and no packet overtakes another. `settings` lists CPUs only while the programs are
 * attached in native mode: what one of them hands over in generic mode, up to 6.6 the kernel takes
 * out of a batch without the rest.
 *
 * A kernel that verifies programs may not let go of its CPU for a second, in which a queue runs
 * over: so mcored itself keeps off the listed CPUs, if there are others.
 *
 * The kernel empties `worker` when its last pin goes. One that is not adopted stays pinned as
 * `worker_old` until the programs that hand over to it are replaced. */
#include "core/cpus.h"
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { CPU_QUEUE = 2048 };

static struct {
	uint16_t cpu[MCORE_CPU_SLOTS]; /* listed, and there */
	unsigned n;
	bool off;
} state;

/* Counts what does not fit into a queue, in the place of an earlier daemon's. */
static void count_full(void)
{
	int program = program_fd("mcore_cpu_full"), link;
	char path[PATH_CAP];

	load_pin_path(path, sizeof(path), "", "cpu_full");
	unlink(path);
	link = program < 0 ? program : bpf_raw_tracepoint_open("xdp_cpumap_enqueue", program);
	if (link < 0 || bpf_obj_pin(link, path))
		LOG(WARN, "datapath.cpu",
		    "error=\"%s\" text=\"what finds no room in a CPU's queue is not counted\"",
		    strerror(errno));
	if (link >= 0)
		close(link);
}

static int start_cpu(uint32_t cpu)
{
	struct bpf_cpumap_val is,
		wanted = {
			.qsize = dp.config.cpu_queue ? dp.config.cpu_queue : CPU_QUEUE,
			.bpf_prog.fd = program_fd("mcore_cpu"),
		};

	if (!bpf_map_lookup_elem(dp.map[MAP_CPUS], &cpu, &is) && is.qsize == wanted.qsize &&
	    is.bpf_prog.id)
		return 0;
	return bpf_map_update_elem(dp.map[MAP_CPUS], &cpu, &wanted, 0) ? -errno : 0;
}

void spread_aside(void)
{
	cpu_set_t mine, rest;

	if (!dp.config.cpus || sched_getaffinity(0, sizeof(mine), &mine))
		return;
	rest = mine;
	for (unsigned i = 0; i < dp.config.cpus; i++)
		CPU_CLR(dp.config.cpu[i], &rest);
	if (CPU_COUNT(&rest) && sched_setaffinity(0, sizeof(rest), &rest))
		LOG(WARN, "datapath.cpu", "error=\"%s\" text=\"mcored runs on all CPUs\"",
		    strerror(errno));
}

int spread_start(void)
{
	int worker = program_fd("mcore_worker"), err;
	uint32_t zero = 0;

	memset(&state, 0, sizeof(state));
	for (unsigned i = 0; i < dp.config.cpus; i++)
		if (cpu_is("online", dp.config.cpu[i]))
			state.cpu[state.n++] = dp.config.cpu[i];
		else
			LOG(WARN, "datapath.cpu", "cpu=%u text=\"is not online: left out\"",
			    dp.config.cpu[i]);
	if (!state.n)
		return 0;
	if (worker < 0 || program_fd("mcore_cpu") < 0)
		return dp_fail(-ENOENT, "%s has no program mcore_worker or mcore_cpu",
			       dp.object_path);
	if (bpf_map_update_elem(dp.map[MAP_WORKER], &zero, &worker, 0))
		return dp_fail(-errno, "map worker: %s", strerror(errno));
	for (unsigned i = 0; i < state.n; i++) {
		err = start_cpu(state.cpu[i]);
		if (err)
			return dp_fail(err, "CPU %u cannot be given packets: %s", state.cpu[i],
				       strerror(-err));
	}
	count_full();
	return 0;
}

void spread_off(void)
{
	state.off = true;
	__atomic_store_n(&dp.settings->cpus, 0, __ATOMIC_SEQ_CST);
	if (state.n)
		LOG(WARN, "datapath.cpu",
		    "text=\"datapath.cpus is not used: in generic mode packets stay on the CPU "
		    "that they come to\"");
}

static bool listed(uint32_t cpu)
{
	for (unsigned i = 0; i < state.n; i++)
		if (state.cpu[i] == cpu)
			return true;
	return false;
}

void spread_on(void)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info), n = state.off ? 0 : state.n;
	char path[PATH_CAP];

	load_pin_path(path, sizeof(path), "", "worker_old");
	unlink(path);
	load_pin_path(path, sizeof(path), "", "cpu_full");
	if (!n)
		unlink(path);
	if (n && !bpf_obj_get_info_by_fd(dp.map[MAP_CPUS], &info, &len))
		dp.settings->cpus_id = info.id;
	for (unsigned i = 0; n && i < MCORE_CPU_SLOTS; i++)
		__atomic_store_n(&dp.settings->cpu[i], state.cpu[i % n], __ATOMIC_RELAXED);
	__atomic_store_n(&dp.settings->cpus, n, __ATOMIC_SEQ_CST);
	for (uint32_t cpu = 0; cpu < (uint32_t)libbpf_num_possible_cpus(); cpu++)
		if (!n || !listed(cpu))
			bpf_map_delete_elem(dp.map[MAP_CPUS], &cpu);
}

unsigned spread_highest(void)
{
	unsigned highest = 0;

	for (unsigned i = 0; i < state.n; i++)
		if (state.cpu[i] > highest)
			highest = state.cpu[i];
	return highest;
}

void spread_describe(char *text, size_t cap)
{
	size_t at = 0;

	for (uint32_t i = 0; i < dp.settings->cpus && at < cap; i++)
		at += (size_t)snprintf(text + at, cap - at, "%s%u", i ? "," : ", spread over CPUs ",
				       state.cpu[i]);
}
