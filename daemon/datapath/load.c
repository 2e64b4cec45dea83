/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object: maps, their pins, and adoption.
 *
 * Maps are pinned by name in DIR/vN, N being MCORE_ABI. At start all of them are opened; if every
 * one has the type and sizes that this daemon wants, and the pools in `settings` are the configured
 * ones (slots are made of them), they are adopted: the sessions in them go on. Otherwise what
 * differs is logged, and new ones take their place. The pinned XDP links of another ABI are carried
 * over, so that even then the programs are exchanged at one stroke.
 *
 * bpffs is mounted if it is not. */
#include "core/hash.h"
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BPFFS "/sys/fs/bpf"

static const char *const map_name[DP_MAPS] = {
	[MAP_SESSIONS] = "sessions",   [MAP_HOPS] = "hops",       [MAP_SETTINGS] = "settings",
	[MAP_ADDRESSES] = "addresses", [MAP_LOCAL] = "local",     [MAP_IMSIS] = "imsis",
	[MAP_REASONS] = "reasons",     [MAP_EVENTS] = "events",   [MAP_HELD] = "held",
	[MAP_POLICIES] = "policies",   [MAP_FILTERS] = "filters", [MAP_PROFILES] = "profiles",
	[MAP_PEERS] = "peers",         [MAP_SENDERS] = "senders", [MAP_DROPS] = "drops",
	[MAP_ROUTES] = "routes",       [MAP_PORTS] = "ports",     [MAP_CAPTURING] = "capturing",
	[MAP_CAPTURED] = "captured",   [MAP_TFTS] = "tfts",       [MAP_CPUS] = "cpus",
	[MAP_WORKER] = "worker",
};

static const uint32_t hops_max = HOPS;

bool load_pins(const char *name)
{
	for (unsigned i = 0; i < DP_MAPS; i++)
		if (!strcmp(map_name[i], name))
			return true;
	return false;
}

void load_pin_path(char *out, size_t cap, const char *prefix, const char *name)
{
	snprintf(out, cap, "%s/%s%s", dp.pin_dir, prefix, name);
}

/* Text of a library as the value of a key in our log: one line, no quotes. */
const char *load_log_text(char *text, int n, size_t cap)
{
	size_t end = n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;

	while (end && text[end - 1] == '\n')
		end--;
	text[end] = 0;
	for (char *c = text; *c; c++)
		if (*c == '"' || (unsigned char)*c < ' ')
			*c = ' ';
	return text;
}

/* What fails is said by whoever called; libbpf's own words are for debugging. */
static int print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char text[1024];

	if (level == LIBBPF_WARN)
		LOG(DEBUG, "datapath.libbpf", "text=\"%s\"",
		    load_log_text(text, vsnprintf(text, sizeof(text), fmt, args), sizeof(text)));
	return 0;
}

static bool on_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

static int make_dirs(const char *path)
{
	char part[256];

	for (const char *p = path; *p;) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		if (mkdir(part, 0700) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int prepare_bpffs(void)
{
	int err;

	if (!strncmp(dp.root_dir, BPFFS, strlen(BPFFS)) && !on_bpffs(BPFFS) &&
	    mount("bpf", BPFFS, "bpf", 0, "mode=0700"))
		return dp_fail(-errno, "cannot mount bpffs on " BPFFS ": %s", strerror(errno));
	err = make_dirs(dp.pin_dir);
	if (err)
		return dp_fail(err, "cannot make %s: %s", dp.pin_dir, strerror(-err));
	if (!on_bpffs(dp.pin_dir))
		return dp_fail(-EINVAL, "%s is not on bpffs (mount -t bpf bpf " BPFFS ")",
			       dp.pin_dir);
	return 0;
}

/* dir/name; an empty string, which nothing can be done to, if that is too long. */
static const char *join(char out[PATH_CAP], const char *dir, const char *name)
{
	if (snprintf(out, PATH_CAP, "%s/%s", dir, name) >= PATH_CAP)
		out[0] = 0;
	return out;
}

/* Calls fn for every name in a directory that begins so, but . and .. */
static void each_entry(const char *dir, const char *prefix,
		       void (*fn)(const char *dir, const char *name))
{
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    !strncmp(e->d_name, prefix, strlen(prefix)))
			fn(dir, e->d_name);
	if (d)
		closedir(d);
}

void load_each_pin(const char *prefix, void (*fn)(const char *dir, const char *name))
{
	each_entry(dp.pin_dir, prefix, fn);
}

void load_unlink(const char *dir, const char *name)
{
	char path[PATH_CAP];

	unlink(join(path, dir, name));
}

/* A worker that is not adopted, while the programs that hand packets over to it are attached. The
 * first one stays: those after it are of starts that did not come so far. */
static void keep_worker(const char *path)
{
	char old[PATH_CAP];

	load_pin_path(old, sizeof(old), "", "worker_old");
	if (renameat2(AT_FDCWD, path, AT_FDCWD, old, RENAME_NOREPLACE))
		unlink(path);
}

/* A pin of another ABI: links move to ours, as does what they need; all else goes. */
static void carry_over(const char *dir, const char *name)
{
	char from[PATH_CAP], to[PATH_CAP];

	join(from, dir, name);
	load_pin_path(to, sizeof(to), "", name);
	if (!strcmp(name, "worker") || !strcmp(name, "worker_old"))
		keep_worker(from);
	else if (strncmp(name, "link_", 5) || rename(from, to))
		unlink(from);
}

static void other_abi(const char *dir, const char *name)
{
	char path[PATH_CAP], old[PATH_CAP];
	unsigned abi;

	join(path, dir, name);
	if (sscanf(name, "v%u", &abi) != 1 || abi == MCORE_ABI)
		return;
	LOG(INFO, "datapath.abi", "found=%u ours=%u text=\"sessions in the maps are not adopted\"",
	    abi, MCORE_ABI);
	keep_worker(join(old, path, "worker_old")); /* before its worker */
	each_entry(path, "", carry_over);
	rmdir(path);
}

static void unpin_abi(const char *dir, const char *name)
{
	char path[PATH_CAP];
	unsigned abi;

	join(path, dir, name);
	if (sscanf(name, "v%u", &abi) != 1)
		return;
	each_entry(path, "", load_unlink);
	rmdir(path);
}

void load_unpin(void)
{
	load_unlink(dp.root_dir, "subscribers");
	each_entry(dp.root_dir, "v", unpin_abi);
	rmdir(dp.root_dir);
}

static void set_sizes(struct bpf_object *object)
{
	const uint32_t size[DP_MAPS] = {
		[MAP_SESSIONS] = dp.slots,
		[MAP_HOPS] = HOPS,
		[MAP_ADDRESSES] = dp.addresses_max,
		[MAP_IMSIS] = dp.imsis_max,
		[MAP_ROUTES] = dp.addresses_max,
		[MAP_POLICIES] = dp.policies_max,
		[MAP_FILTERS] = dp.filters_max,
		[MAP_PROFILES] = dp.policies_max,
		[MAP_PEERS] = HOPS,
		[MAP_TFTS] = dp.tfts_max,
		[MAP_CPUS] = (uint32_t)libbpf_num_possible_cpus(),
	};

	for (unsigned i = 0; i < DP_MAPS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, map_name[i]);

		if (map && size[i])
			bpf_map__set_max_entries(map, size[i]);
	}
}

/* A pinned map that can serve as this one: its descriptor, else -1 and what differs in why. */
static int open_pinned(const struct bpf_map *map, const char *name, char *why, size_t cap)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);
	char path[PATH_CAP];
	int fd;

	load_pin_path(path, sizeof(path), "", name);
	fd = bpf_obj_get(path);
	if (fd < 0) {
		if (errno != ENOENT)
			snprintf(why, cap, "%s: %s", name, strerror(errno));
		return -1;
	}
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || info.type != bpf_map__type(map) ||
	    info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.max_entries != bpf_map__max_entries(map) ||
	    info.map_flags != bpf_map__map_flags(map)) {
		snprintf(why, cap, "%s: %u entries of %u octets, wanted %u of %u", name,
			 info.max_entries, info.value_size, bpf_map__max_entries(map),
			 bpf_map__value_size(map));
		close(fd);
		return -1;
	}
	return fd;
}

static void *map_shared(int fd, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static size_t page_round(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

/* The maps that the daemon reads and writes as memory. */
static const struct {
	enum dp_map map;
	void **at;
	uint32_t size;
	const uint32_t *elements; /* NULL: one */
} shared[] = {
	{MAP_SESSIONS, (void **)&dp.sessions, sizeof(struct session), &dp.slots},
	{MAP_HOPS, (void **)&dp.hops, sizeof(struct hop), &hops_max},
	{MAP_SETTINGS, (void **)&dp.settings, sizeof(struct settings), NULL},
	{MAP_POLICIES, (void **)&dp.policies, sizeof(struct policy), &dp.policies_max},
	{MAP_FILTERS, (void **)&dp.filters, sizeof(struct filter), &dp.filters_max},
	{MAP_TFTS, (void **)&dp.tfts, sizeof(struct tft_rule), &dp.tfts_max},
};
enum { SHARED = sizeof(shared) / sizeof(*shared) };

static size_t shared_size(unsigned i)
{
	size_t n = shared[i].elements ? *shared[i].elements : 1;

	return page_round(n * shared[i].size);
}

/* Slots are made of pools: with others, or with members at other places, what is in the maps means
 * something else. */
static bool same_meaning(int settings_fd, char *why, size_t cap)
{
	struct settings s;
	uint32_t zero = 0;
	bool same = true;

	if (bpf_map_lookup_elem(settings_fd, &zero, &s)) {
		snprintf(why, cap, "settings: %s", strerror(errno));
		return false;
	}
	if (s.layout != dp.wanted.layout) {
		snprintf(why, cap, "sessions or others are laid out otherwise");
		return false;
	}
	for (unsigned i = 0; i < MCORE_MAX_POOLS; i++) {
		const struct pool *a = &s.pools[i], *b = &dp.wanted.pools[i];

		same &= a->first_slot == b->first_slot && a->size == b->size &&
			a->base4 == b->base4 && a->base6 == b->base6 && a->network == b->network;
	}
	same &= s.networks == dp.wanted.networks &&
		!memcmp(s.tables, dp.wanted.tables, sizeof(s.tables));
	same &= s.tag_bits == dp.wanted.tag_bits;
	if (!same)
		snprintf(why, cap, "address pools or networks were configured otherwise");
	return same;
}

static void close_maps(void)
{
	for (unsigned i = 0; i < DP_MAPS; i++) {
		if (dp.map[i] >= 0)
			close(dp.map[i]);
		dp.map[i] = -1;
	}
}

/* Opens all pinned maps, or none. */
static bool adopt_maps(void)
{
	char why[160] = "", path[PATH_CAP];
	bool all = true, any = false;

	for (unsigned i = 0; i < DP_MAPS && all; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(dp.object, map_name[i]);

		dp.map[i] = map ? open_pinned(map, map_name[i], why, sizeof(why)) : -1;
		all = dp.map[i] >= 0;
		any |= all;
	}
	if (all && same_meaning(dp.map[MAP_SETTINGS], why, sizeof(why)))
		return true;
	close_maps();
	keep_worker(join(path, dp.pin_dir, "worker"));
	for (unsigned i = 0; i < DP_MAPS; i++)
		load_unlink(dp.pin_dir, map_name[i]);
	if (any || why[0])
		LOG(WARN, "datapath.anew", "text=\"pinned maps are not adopted\" reason=\"%s\"",
		    why[0] ? why : "some are missing");
	return false;
}

static int reuse_maps(struct bpf_object *object)
{
	for (unsigned i = 0; i < DP_MAPS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, map_name[i]);

		if (map && bpf_map__reuse_fd(map, dp.map[i]))
			return dp_fail(-errno, "map %s cannot be reused: %s", map_name[i],
				       strerror(errno));
	}
	return 0;
}

static int pin_maps(void)
{
	for (unsigned i = 0; i < DP_MAPS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(dp.object, map_name[i]);
		char path[PATH_CAP];

		if (!map)
			return dp_fail(-EINVAL, "%s has no map %s", dp.object_path, map_name[i]);
		load_pin_path(path, sizeof(path), "", map_name[i]);
		if (bpf_obj_pin(bpf_map__fd(map), path))
			return dp_fail(-errno, "cannot pin %s: %s", path, strerror(errno));
		dp.map[i] = fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 3);
	}
	return 0;
}

/* A whole file, to be freed; NULL with errno set. */
static char *read_file(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat is = {0};
	char *octets = NULL;
	ssize_t got = 0;

	*n = 0;
	if (fd >= 0 && !fstat(fd, &is) && is.st_size > 0)
		octets = malloc((size_t)is.st_size);
	while (octets && *n < (size_t)is.st_size &&
	       (got = read(fd, octets + *n, (size_t)is.st_size - *n)) > 0)
		*n += (size_t)got;
	if (fd >= 0)
		close(fd);
	if (!octets && !errno)
		errno = ENODATA;
	return octets;
}

/* An object whose programs are those that this configuration needs; *hash of the file's octets,
 * which are read once: it may be replaced meanwhile. */
static struct bpf_object *open_object(uint64_t *hash)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "mcore");
	struct bpf_object *object;
	char *octets;
	size_t n;

	errno = 0;
	octets = read_file(dp.object_path, &n);
	if (!octets)
		return NULL;
	*hash = hash_add(HASH_BEGIN, octets, n);
	object = bpf_object__open_mem(octets, n, &opts);
	free(octets);
	if (object) {
		set_sizes(object);
		programs_choose(object);
	}
	return object;
}

struct bpf_object *load_clone(void)
{
	uint64_t hash;
	struct bpf_object *object = open_object(&hash);

	if (object && reuse_maps(object)) {
		bpf_object__close(object);
		return NULL;
	}
	return object;
}

/* Where this program is: beside it in a build, and in ../lib/mcore where it is installed. */
static int find_object(void)
{
	static const char *const place[] = {"mcore.bpf.o", "../lib/mcore/mcore.bpf.o"};
	char self[PATH_CAP];
	ssize_t n;

	if (dp.config.object) {
		snprintf(dp.object_path, sizeof(dp.object_path), "%s", dp.config.object);
		return access(dp.object_path, R_OK)
			       ? dp_fail(-errno, "%s: %s", dp.object_path, strerror(errno))
			       : 0;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	while (n > 0 && self[n - 1] != '/')
		n--;
	for (unsigned i = 0; n > 0 && i < 2; i++) {
		snprintf(dp.object_path, sizeof(dp.object_path), "%.*s%s", (int)n, self, place[i]);
		if (!access(dp.object_path, R_OK))
			return 0;
	}
	return dp_fail(-ENOENT, "mcore.bpf.o is neither where mcored is nor in ../lib/mcore");
}

/* What an earlier daemon loaded of the same object goes on as it is: the kernel would take a second
 * to verify it anew, in which nobody is served. */
static int load_programs(uint64_t hash)
{
	int err;

	if (dp.adopted && programs_keep(hash)) {
		LOG(DEBUG, "datapath.programs", "hash=%016llx text=\"kept\"",
		    (unsigned long long)hash);
		return 0;
	}
	if (dp.adopted && (err = reuse_maps(dp.object)))
		return err;
	err = bpf_object__load(dp.object);
	if (err)
		return dp_fail(err, "the kernel refuses %s: %s (the log at level debug has why)",
			       dp.object_path, strerror(-err));
	programs_forget(); /* before there are maps that they do not know */
	if (!dp.adopted && (err = pin_maps()))
		return err;
	programs_pin(hash);
	return 0;
}

int load_start(void)
{
	uint64_t hash;
	int err;

	for (unsigned i = 0; i < DP_MAPS; i++)
		dp.map[i] = -1;
	libbpf_set_print(print);
	err = find_object();
	if (!err)
		err = prepare_bpffs();
	if (err)
		return err;
	each_entry(dp.root_dir, "v", other_abi);
	dp.object = open_object(&hash);
	if (!dp.object)
		return dp_fail(-errno, "%s: %s", dp.object_path, strerror(errno));
	dp.wanted.layout = layout_of(dp.object);
	dp.adopted = adopt_maps();
	err = load_programs(hash);
	if (err)
		return err;
	for (unsigned i = 0; i < SHARED; i++) {
		*shared[i].at = map_shared(dp.map[shared[i].map], shared_size(i));
		if (!*shared[i].at)
			return dp_fail(-errno, "cannot map the map %s: %s", map_name[shared[i].map],
				       strerror(errno));
	}
	programs_show();
	return 0;
}

void load_stop(void)
{
	for (unsigned i = 0; i < SHARED; i++) {
		if (*shared[i].at)
			munmap(*shared[i].at, shared_size(i));
		*shared[i].at = NULL;
	}
	programs_stop();
	close_maps();
	bpf_object__close(dp.object);
	dp.object = NULL;
}
