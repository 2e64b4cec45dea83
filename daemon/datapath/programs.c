/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF programs, and how they outlive us.
 *
 * The kernel takes a second to verify them (half a minute on a slow machine). So each is pinned as
 * DIR/vN/prog_HASH_NAME, HASH being that of the object's octets, and a daemon that adopts the maps
 * and comes with the same object takes them as they are: what is attached is not touched. One that
 * comes with another object loads its own, which take the place of the former at one stroke. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static struct {
	const char *name;
	bool spreading; /* only where packets are spread over CPUs */
	int fd;         /* -1: not wanted, or the object has none */
} list[] = {
	{"mcore_access", false, -1},  {"mcore_sgi", false, -1},        {"mcore_both", false, -1},
	{"mcore_host", false, -1},    {"mcore_cpu", true, -1},         {"mcore_worker", true, -1},
	{"mcore_cpu_full", true, -1}, {"dump_subscribers", false, -1},
};
enum { PROGRAMS = sizeof(list) / sizeof(*list) };

static bool wanted(unsigned i) { return !list[i].spreading || dp.config.cpus; }

static void pin_path(unsigned i, uint64_t hash, char *out, size_t cap)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "prog_%016llx_", (unsigned long long)hash);
	load_pin_path(out, cap, prefix, list[i].name);
}

void programs_choose(struct bpf_object *object)
{
	for (unsigned i = 0; i < PROGRAMS; i++) {
		struct bpf_program *prog = bpf_object__find_program_by_name(object, list[i].name);

		if (prog)
			bpf_program__set_autoload(prog, wanted(i));
	}
}

void programs_stop(void)
{
	for (unsigned i = 0; i < PROGRAMS; i++) {
		if (list[i].fd >= 0)
			close(list[i].fd);
		list[i].fd = -1;
	}
}

/* Whether a program works on the pinned sessions, as all but the one for CPUs' queues do: a daemon
 * that knows no pinned programs may have made other maps meanwhile. */
static bool works_on_sessions(int program)
{
	struct bpf_map_info map = {0};
	uint32_t map_len = sizeof(map), id[64];
	struct bpf_prog_info info = {.nr_map_ids = 64, .map_ids = (uintptr_t)id};
	uint32_t len = sizeof(info);
	bool found = false;

	if (bpf_obj_get_info_by_fd(dp.map[MAP_SESSIONS], &map, &map_len) ||
	    bpf_obj_get_info_by_fd(program, &info, &len))
		return false;
	for (uint32_t i = 0; i < info.nr_map_ids && i < 64; i++)
		found |= id[i] == map.id;
	return found;
}

bool programs_keep(uint64_t hash)
{
	char path[PATH_CAP];
	bool all = true;

	for (unsigned i = 0; i < PROGRAMS && all; i++) {
		if (!wanted(i))
			continue;
		pin_path(i, hash, path, sizeof(path));
		list[i].fd = bpf_obj_get(path);
		all = list[i].fd >= 0;
	}
	if (all && works_on_sessions(program_fd("mcore_both")))
		return true;
	programs_stop();
	return false;
}

void programs_forget(void) { load_each_pin("prog_", load_unlink); }

void programs_pin(uint64_t hash)
{
	char path[PATH_CAP];

	for (unsigned i = 0; i < PROGRAMS; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(dp.object, list[i].name);

		if (!prog || !wanted(i))
			continue;
		list[i].fd = fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 3);
		pin_path(i, hash, path, sizeof(path));
		if (bpf_obj_pin(list[i].fd, path))
			LOG(WARN, "datapath.programs",
			    "path=%s error=\"%s\" text=\"the next start will take longer\"", path,
			    strerror(errno));
	}
}

int program_fd(const char *name)
{
	for (unsigned i = 0; i < PROGRAMS; i++)
		if (!strcmp(list[i].name, name) && list[i].fd >= 0)
			return list[i].fd;
	return -ENOENT;
}

void programs_show(void)
{
	union bpf_iter_link_info info = {.map = {.map_fd = (uint32_t)dp.map[MAP_SESSIONS]}};
	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &info, .iter_info_len = sizeof(info));
	int program = program_fd("dump_subscribers"), link;
	char path[PATH_CAP];

	snprintf(path, sizeof(path), "%s/subscribers", dp.root_dir);
	if (program < 0)
		return;
	unlink(path);
	link = bpf_link_create(program, 0, BPF_TRACE_ITER, &opts);
	if (link < 0 || bpf_obj_pin(link, path))
		LOG(WARN, "datapath.iterator", "path=%s error=\"%s\"", path, strerror(errno));
	if (link >= 0)
		close(link);
}
