/* SPDX-License-Identifier: Apache-2.0 */
/* make bench: what the datapath costs per packet, beside what it is made of.
 *
 * Every round measures the driver (drive.bpf.c) with an empty program and with each program under
 * test, one after the other, so that whatever else the machine does meets them all; each one's
 * least of all rounds counts, less the empty one's. Before it is measured a program must do what it
 * is there for: action and octets of 64 frames are checked. Sessions have source check, gate, two
 * rates, counters and next hops; they are picked at random, the worst case for caches. Beside the
 * path is the floor: one program that does what no path can do without. Compare figures of one
 * sitting only.
 *
 * With -p each device has a quota and a profile of so many rules, on all fields, of which the last
 * one matches; with -m packets that ask such rules anew are beside them (misses.c).
 *
 * With -a another object, a build of another state, is measured on the same maps in the same
 * rounds.
 *
 * With -o packets are handed over to another CPU (spread.c).
 *
 * With -w live frames go over veth pairs instead, and packets that come out per second of CPU time
 * are compared with a bare redirect and with that floor. Needs root; makes a network namespace of
 * its own. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <mcore/datapath.h>
#include "datapath/filter.h"
#include "../bpf/frame.h"
#include "bench.h"
#include "fill.h"

enum { MAX_ROUNDS = 101, SHOTS = 64 };
static const double BAR = 2; /* times what it is made of */

unsigned rounds = 9, runs = 200000, rule_set[8], rule_sets, profiles = 1;
struct bpf_object *core, *parts, *driver;
struct plan *plan;
int if_access, if_sgi, if_enb, if_net;
static unsigned most;
static struct bpf_object *other;
static struct policy *policies;
static uint8_t frame[FRAME_MAX];
static size_t frame_len;

int program(struct bpf_object *obj, const char *name)
{
	struct bpf_program *p = bpf_object__find_program_by_name(obj, name);

	if (!p)
		die("no program %s", name);
	return bpf_program__fd(p);
}

int map(struct bpf_object *obj, const char *name)
{
	return bpf_object__find_map_fd_by_name(obj, name);
}

void *share(struct bpf_object *obj, const char *name, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, map(obj, name), 0);

	if (p == MAP_FAILED)
		die("mmap %s", name);
	return p;
}

static void size(struct bpf_object *obj, const char *name, unsigned n)
{
	if (bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, name), n))
		die("size of %s", name);
}

static void interfaces(void)
{
	if (unshare(CLONE_NEWNET) || system("ip link add enb type veth peer name access && "
					    "ip link add net type veth peer name sgi && "
					    "ip link set enb up && ip link set access up && "
					    "ip link set net up && ip link set sgi up"))
		die("network namespace");
	if_enb = (int)if_nametoindex("enb");
	if_access = (int)if_nametoindex("access");
	if_net = (int)if_nametoindex("net");
	if_sgi = (int)if_nametoindex("sgi");
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *obj = bpf_object__open_file(path, NULL);

	if (!obj)
		die("%s", path);
	return obj;
}

static void fill_table(unsigned n)
{
	uint32_t *keys = calloc(n, sizeof *keys);
	uint64_t(*values)[8] = calloc(n, sizeof *values);

	for (uint32_t i = 0; keys && values && i < n; i++) {
		keys[i] = i;
		values[i][0] = 1;
	}
	if (!keys || !values || bpf_map_update_batch(map(parts, "table"), keys, values, &n, NULL))
		die("fill table");
	free(keys);
	free(values);
}

/* Rules on all fields, of which the last is for this traffic; each packet falls into some class of
 * theirs, but their TOS is never its. */
static void fill_filter(unsigned n, struct filter *f)
{
	static struct filter_rule rule[FILTER_RULES];
	char text[FILTER_RULE_TEXT], error[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof text, "%s 10.%d.%u.0/24 udp port %u-%u tos 4/%d",
			 i % 2 ? "allow up" : "deny down", i % 3 ? 2 : 3, i + 1, i * 100,
			 i * 100 + 50 + i, i % 7 ? 0xff : 0xfc);
		if (i == n - 1)
			snprintf(text, sizeof text, "allow 10.2.0.0/15 udp port 1-65535 tos 0");
		if (filter_rule_parse(text, &rule[i], error, sizeof error))
			die("rule %s", text);
	}
	filter_compile(rule, n, !n, f);
}

/* A filter for each profile and set of rules. */
static void fill_filters(void)
{
	struct filter *f = share(core, "filters", (1 + rule_sets * profiles) * sizeof *f);

	policies = share(core, "policies", (1 + profiles) * sizeof *policies);
	for (unsigned set = 0; set < rule_sets; set++)
		for (unsigned i = 0; i < profiles; i++) {
			unsigned at = 1 + set * profiles + i;

			fill_filter(rule_set[set], &f[at]);
			f[at].serial = at;
		}
}

void choose_rules(unsigned set)
{
	for (unsigned i = 0; set < rule_sets && i < profiles; i++)
		policies[1 + i] = (struct policy){.filter = (uint16_t)(1 + set * profiles + i),
						  .dscp_outer = DSCP_KEEP,
						  .dscp = {DSCP_KEEP, DSCP_KEEP}};
}

/* No packet ever exceeds a rate or a quota. */
static void fill_core(unsigned n)
{
	struct bench_world w = {
		.sessions = share(core, "sessions", n * sizeof *w.sessions),
		.settings = share(core, "settings", sizeof *w.settings),
		.hops = share(core, "hops", 4 * sizeof *w.hops),
		.slots = n,
		.first = PLAN_HOST,
		.tag_bits = PLAN_TAG_BITS,
		.tag = PLAN_TAG,
		.base4 = PLAN_UE_BASE,
		.access = if_access,
		.sgi = if_sgi,
		.peer = "10.1.0.2",
		.exit = "10.2.0.2",
	};

	bench_fill(&w);
	for (uint32_t i = PLAN_HOST; rule_sets && i < n; i++) {
		w.sessions[i].policy = (uint16_t)(1 + i % profiles);
		w.sessions[i].flags = SESSION_QUOTA_UP | SESSION_QUOTA_DOWN;
		w.sessions[i].quota_left = 1ll << 61;
	}
}

/* Another object beside the core, on its maps; what a CPU remembers is its own. */
static void load_other(const char *object)
{
	struct bpf_map *m;

	other = open_object(object);
	bpf_object__for_each_map(m, other)
	{
		int fd = map(core, bpf_map__name(m));

		if (fd >= 0 && bpf_map__type(m) != BPF_MAP_TYPE_PERCPU_ARRAY &&
		    bpf_map__reuse_fd(m, fd))
			die("map %s of %s", bpf_map__name(m), object);
	}
	if (bpf_object__load(other))
		die("load %s", object);
}

static void load(const char *dir, const char *object)
{
	struct bpf_map *m;
	char path[512];

	core = open_object(object);
	size(core, "sessions", most + PLAN_HOST);
	size(core, "filters", 1 + rule_sets * profiles);
	size(core, "policies", 1 + profiles);
	size(core, "cpus", (unsigned)libbpf_num_possible_cpus());
	if (bpf_object__load(core))
		die("load %s", object);
	fill_core(most + PLAN_HOST);
	fill_filters();
	choose_rules(0);

	snprintf(path, sizeof path, "%s/parts.bpf.o", dir);
	parts = open_object(path);
	size(parts, "table", most + PLAN_HOST);
	bpf_map__reuse_fd(bpf_object__find_map_by_name(parts, "sessions"), map(core, "sessions"));
	bpf_object__for_each_map(m, parts) if (strstr(bpf_map__name(m), ".rodata"))
		bpf_map__set_initial_value(m, &if_sgi, sizeof if_sgi);
	if (bpf_object__load(parts))
		die("load %s", path);
	fill_table(most + PLAN_HOST);

	snprintf(path, sizeof path, "%s/drive.bpf.o", dir);
	driver = open_object(path);
	if (bpf_object__load(driver))
		die("load %s", path);
	plan = share(driver, "plan", sizeof *plan);
	plan->random = 0x9e3779b9;
}

void set_frame(bool down, bool anew, unsigned inner, unsigned sessions)
{
	const char *remote = anew ? "0.0.0.0" : "10.2.0.2";
	const struct frame_spec up_spec = {
		.outer = {.version = 4, .src = "10.1.0.2", .dst = "10.1.0.1"},
		.inner = {.version = 4, .src = "0.0.0.0", .dst = remote, .len = (uint16_t)inner},
	};
	const struct frame_spec down_spec = {
		.inner = {.version = 4, .src = remote, .dst = "0.0.0.0", .len = (uint16_t)inner},
	};
	unsigned ip = down ? 14 : 50;

	frame_len = frame_build(down ? &down_spec : &up_spec, frame);
	memcpy(plan->head, frame, sizeof plan->head);
	plan->frame_len = (uint32_t)frame_len;
	plan->sessions = sessions;
	plan->address_at = ip + (down ? 16 : 12);
	plan->remote_at = anew ? ip + (down ? 12 : 16) : 0;
	plan->port_at = ip + (down ? 20 : 22);
	plan->checksum_at = ip + 10;
	plan->teid_at = down ? 0 : 46;
	plan->sum = 0;
	for (unsigned i = 0; i < 20; i += 2) {
		uint16_t w;

		memcpy(&w, frame + ip + i, 2);
		plan->sum += i == 10 ? 0 : w;
	}
}

double run(int fd, unsigned n, int ifindex, uint32_t flags)
{
	struct xdp_md md = {.data_end = (uint32_t)frame_len, .ingress_ifindex = (uint32_t)ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = (uint32_t)frame_len,
		    .ctx_in = &md, .ctx_size_in = sizeof md, .repeat = (int)n, .flags = flags);
	struct timespec a, b;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	if (bpf_prog_test_run_opts(fd, &o))
		die("test run");
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / n;
}

void aim(int fd)
{
	uint32_t zero = 0;

	if (bpf_map_update_elem(map(driver, "target"), &zero, &fd, BPF_ANY))
		die("tail call");
}

/* What the datapath must have made of the frame of some session. NULL if it did. */
static const char *fault(bool down, uint32_t action, const uint8_t *out, size_t n)
{
	const uint8_t *in = out + 14 + (down ? 36 : 0);
	const char *malformed = frame_fault(out, n, down);
	uint32_t slot;

	if (action != XDP_REDIRECT)
		return "it is not redirected";
	if (malformed)
		return malformed;
	if (n != (down ? frame_len + 36 : frame_len - 36))
		return "its length";
	if (sum_done(sum_add(0, in, 20)) || in[8] != 63)
		return "the device's header";
	slot = get32(in + (down ? 16 : 12)) - PLAN_UE_BASE;
	if (slot < PLAN_HOST || slot >= plan->sessions + PLAN_HOST)
		return "the device's address";
	return down && get32(out + 46) != slot ? "the peer's TEID" : NULL;
}

void check(int fd, bool down)
{
	int ifindex = down ? if_sgi : if_access;
	uint8_t out[FRAME_MAX];

	aim(fd);
	for (int i = 0; i < SHOTS; i++) {
		struct xdp_md md = {.data_end = (uint32_t)frame_len,
				    .ingress_ifindex = (uint32_t)ifindex};
		LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame,
			    .data_size_in = (uint32_t)frame_len, .ctx_in = &md,
			    .ctx_size_in = sizeof md, .data_out = out, .data_size_out = sizeof out);
		const char *what;

		if (bpf_prog_test_run_opts(program(driver, "drive"), &o))
			die("test run");
		what = fault(down, o.retval, out, o.data_size_out);
		if (what) {
			fprintf(stderr, "the datapath fails: %s\n", what);
			frame_dump("out", out, o.data_size_out);
			exit(1);
		}
	}
}

static int by_value(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) -
	       (*(const double *)a < *(const double *)b);
}

static double median(double *v)
{
	qsort(v, rounds, sizeof *v, by_value);
	return v[rounds / 2];
}

/* What is measured, and of which direction the frame is. */
enum part { EMPTY, HEADERS, ARRAY, HASH, CLOCK, REDIRECT, TOGETHER, PATH, OTHER, PARTS };
static const char *const part_name[2][PARTS] = {
	{"empty", "headers_up", "array", "hash", "clock", "redirect", "together_up", "mcore_access",
	 "mcore_access"},
	{NULL, "headers_down", NULL, NULL, NULL, NULL, "together_down", "mcore_sgi", "mcore_sgi"},
};

struct row {
	double loop, ns[2][PARTS]; /* the kernel's loop alone; and each above the driver with the
				      empty program, whose own is absolute */
};

static int part(int down, enum part p)
{
	struct bpf_object *of = p == PATH ? core : p == OTHER ? other : parts;

	return of && part_name[down][p] ? program(of, part_name[down][p]) : -1;
}

void least(double *of, double v)
{
	if (!*of || v < *of)
		*of = v;
}

static void measure_round(struct row *r, unsigned inner, unsigned sessions)
{
	int drive = program(driver, "drive");

	for (int down = 0; down < 2; down++) {
		int ifindex = down ? if_sgi : if_access;

		set_frame(down, false, inner, sessions);
		for (enum part p = 0; p < PARTS; p++) {
			int fd = part(down, p);

			if (fd < 0)
				continue;
			aim(fd);
			least(&r->ns[down][p], run(drive, runs, ifindex, 0));
		}
	}
	least(&r->loop, run(part(0, EMPTY), runs, if_access, 0));
}

static struct row measure(unsigned inner, unsigned sessions)
{
	struct row r = {0};

	for (int down = 0; down < 2; down++) {
		set_frame(down, false, inner, sessions);
		check(part(down, PATH), down);
		if (other)
			check(part(down, OTHER), down);
	}
	for (unsigned i = 0; i < rounds; i++)
		measure_round(&r, inner, sessions);
	for (int down = 0; down < 2; down++)
		for (enum part p = EMPTY + 1; p < PARTS; p++)
			r.ns[down][p] -= r.ns[0][EMPTY];
	return r;
}

/* Array look-up, clock, headers and redirect, as measured apart. */
static double sum_of(const struct row *r, int down)
{
	return r->ns[0][ARRAY] + r->ns[0][CLOCK] + r->ns[down][HEADERS] + r->ns[0][REDIRECT];
}

/* To one program that does all of these. The goal is at most 2. */
static double ratio(const struct row *r, int down, enum part p)
{
	return r->ns[down][p] / r->ns[down][TOGETHER];
}

/* A direction's columns: sum, together, the path, and how many times either it costs. */
static void print_way(const struct row *r, int down, enum part p)
{
	printf("%6.0f %6.0f %7.1f %5.2f %5.2f", sum_of(r, down), r->ns[down][TOGETHER],
	       r->ns[down][p], r->ns[down][p] / sum_of(r, down), ratio(r, down, p));
}

static void table(const unsigned *inner, unsigned inners, const unsigned *sessions, unsigned n,
		  unsigned set)
{
	char policy[64] = "source check, gate, two rates, counters";
	struct utsname u;

	uname(&u);
	choose_rules(set);
	if (rule_sets)
		snprintf(policy + strlen(policy), sizeof policy - strlen(policy),
			 ", quota, %u rules", rule_set[set]);
	printf("ns per packet on one CPU, Linux %s, least of %u rounds of %u, sessions at random,\n"
	       "%s.\n"
	       "loop: the kernel's test loop with an empty program; all else is above the driver\n"
	       "with an empty program. sum: array + clock + headers + redirect, of which look-ups\n"
	       "alone have several packets' under way at once. floor: one program that does all\n"
	       "of these. The bar is %.0f times that.\n\n",
	       u.release, rounds, runs, policy, BAR);
	for (unsigned i = 0; i < inners; i++) {
		printf("inner packet %u octets\n%55s %35s\n"
		       "%9s %5s %6s %6s %6s %6s %8s %6s %6s %7s %5s %5s %6s %6s %7s %5s %5s bar\n",
		       inner[i], "uplink", "downlink", "sessions", "loop", "driver", "array",
		       "hash", "clock", "redirect", "sum", "floor", "path", "/sum", "/flr", "sum",
		       "floor", "path", "/sum", "/flr");
		for (unsigned k = 0; k < n; k++) {
			struct row r = measure(inner[i], sessions[k]);

			printf("%9u %5.1f %6.1f %6.1f %6.1f %6.1f %8.1f ", sessions[k], r.loop,
			       r.ns[0][EMPTY], r.ns[0][ARRAY], r.ns[0][HASH], r.ns[0][CLOCK],
			       r.ns[0][REDIRECT]);
			print_way(&r, 0, PATH);
			putchar(' ');
			print_way(&r, 1, PATH);
			printf(" %s\n", ratio(&r, 0, PATH) <= BAR && ratio(&r, 1, PATH) <= BAR
						? "holds"
						: "missed");
			if (other) {
				printf("%9s %42s", "other", "");
				print_way(&r, 0, OTHER);
				putchar(' ');
				print_way(&r, 1, OTHER);
				putchar('\n');
			}
			fflush(stdout);
		}
		putchar('\n');
	}
}

/* Frames out of `from` reach its peer `in`, where the program is attached; what comes to either far
 * end is counted. Generator, program and sink share this CPU. Mpps per second of CPU time. */
static double wire(int fd, int from, int in)
{
	int sink = program(driver, "sink"), generate = program(driver, "generate");
	int ends[] = {if_enb, if_net};
	double rate[MAX_ROUNDS];

	plan->ifindex = (uint32_t)from;
	for (int i = 0; i < 2; i++)
		if (bpf_xdp_attach(ends[i], sink, XDP_FLAGS_DRV_MODE, NULL))
			die("attach");
	if (bpf_xdp_attach(in, fd, XDP_FLAGS_DRV_MODE, NULL))
		die("attach");
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t before = plan->sunk;
		double ns = run(generate, runs, from, BPF_F_TEST_XDP_LIVE_FRAMES) * runs;

		rate[i] = (double)(plan->sunk - before) / ns * 1e3;
	}
	bpf_xdp_detach(in, XDP_FLAGS_DRV_MODE, NULL);
	for (int i = 0; i < 2; i++)
		bpf_xdp_detach(ends[i], XDP_FLAGS_DRV_MODE, NULL);
	return median(rate);
}

static void wires(const unsigned *inner, unsigned inners, const unsigned *sessions, unsigned n)
{
	puts("live frames through veth pairs, millions a second of CPU time, all on one CPU; the\n"
	     "ratios are to a bare redirect and to the floor: look-up, clock, headers and "
	     "redirect");
	printf("%9s %6s %9s %9s %9s %11s %9s %9s %11s\n", "sessions", "inner", "redirect", "floor",
	       "uplink", "ratios", "floor", "downlink", "ratios");
	for (unsigned i = 0; i < inners; i++)
		for (unsigned k = 0; k < n; k++) {
			double bare, floor_up, up, floor_down, down;

			set_frame(false, false, inner[i], sessions[k]);
			bare = wire(program(parts, "redirect"), if_enb, if_access);
			floor_up = wire(program(parts, "together_up"), if_enb, if_access);
			up = wire(program(core, "mcore_access"), if_enb, if_access);
			set_frame(true, false, inner[i], sessions[k]);
			floor_down = wire(program(parts, "together_down"), if_net, if_sgi);
			down = wire(program(core, "mcore_sgi"), if_net, if_sgi);
			printf("%9u %6u %9.2f %9.2f %9.2f %5.2f %5.2f %9.2f %9.2f %5.2f %5.2f\n",
			       sessions[k], inner[i], bare, floor_up, up, up / bare, up / floor_up,
			       floor_down, down, down / bare, down / floor_down);
			fflush(stdout);
		}
}

/* ---- beside the kernel's own gtp device ---- */

/* Frames of a batch: so many that it does not matter how long the generator takes to start. What it
 * sends must not be lost, or the slow side spends time on what it drops: the generator runs only
 * when nothing else would, so the kernel's thread for what is left of a softirq comes first. */
static unsigned batch = 16384;
enum { PATIENCE_MS = 20 };

double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of frames that were sent in batches, each of which waits for the one before: how many came out a
 * second of the clock (millions), and which share of all came out. */
struct delivery {
	double rate, share;
};

/* Seconds until the last frame of a batch has come out, or none has for a while, which does not
 * count. */
static double batch_s(int generate, int from)
{
	double start = wall_s(), last;
	uint64_t before = *(volatile __u64 *)&plan->sunk, seen = before, now;

	run(generate, batch, from, BPF_F_TEST_XDP_LIVE_FRAMES);
	last = wall_s();
	while ((now = *(volatile __u64 *)&plan->sunk) < before + batch &&
	       (now != seen || wall_s() - last < PATIENCE_MS / 1e3)) {
		if (now != seen)
			last = wall_s();
		seen = now;
		sched_yield();
	}
	return (now == before + batch ? wall_s() : last) - start;
}

static struct delivery closed_loop(int from)
{
	int generate = program(driver, "generate");
	uint64_t sent = 0, begin = plan->sunk;
	double rate[MAX_ROUNDS];

	for (unsigned i = 0; i < rounds; i++) {
		uint64_t first = plan->sunk;
		double s = 0;

		for (unsigned n = 0; n < runs; n += batch, sent += batch)
			s += batch_s(generate, from);
		rate[i] = (double)(plan->sunk - first) / s / 1e6;
	}
	return (struct delivery){median(rate), (double)(plan->sunk - begin) / (double)sent};
}

/* Both directions: frames out of `from` meet the program on `in`. */
static void both_ways(const char *access, const char *sgi, struct bpf_object *obj, unsigned inner,
		      unsigned sessions, struct delivery out[2])
{
	int sink = program(driver, "sink");

	if (bpf_xdp_attach(if_enb, sink, XDP_FLAGS_DRV_MODE, NULL) ||
	    bpf_xdp_attach(if_net, sink, XDP_FLAGS_DRV_MODE, NULL) ||
	    bpf_xdp_attach(if_access, program(obj, access), XDP_FLAGS_DRV_MODE, NULL) ||
	    bpf_xdp_attach(if_sgi, program(obj, sgi), XDP_FLAGS_DRV_MODE, NULL))
		die("attach");
	for (int down = 0; down < 2; down++) {
		int from = down ? if_net : if_enb;

		set_frame(down, false, inner, sessions);
		plan->ifindex = (uint32_t)from;
		out[down] = closed_loop(from);
	}
	for (int i = 0; i < 4; i++)
		bpf_xdp_detach((int[]){if_enb, if_net, if_access, if_sgi}[i], XDP_FLAGS_DRV_MODE,
			       NULL);
}

/* The gtp device takes what the stack gives it; tunnels are made by the command. */
static void beside_gtp(const char *command, unsigned inner, unsigned sessions)
{
	static const char setup[] =
		"sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 && "
		"ip addr add 10.1.0.1/24 dev access && ip addr add 10.2.0.1/24 dev sgi && "
		"ip neigh replace 10.1.0.2 lladdr 02:00:00:00:01:01 dev access nud permanent && "
		"ip neigh replace 10.2.0.2 lladdr 02:00:00:00:01:01 dev sgi nud permanent && "
		"ip link add gtp0 type gtp role ggsn hsize 4096 && ip link set gtp0 up && "
		"ip route add 10.64.0.0/12 dev gtp0";
	char text[256];
	struct delivery ours[2], kernel[2];

	if (sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0}))
		die("scheduler");
	both_ways("mcore_access", "mcore_sgi", core, inner, sessions, ours);
	set_frame(false, false, inner, sessions);
	snprintf(text, sizeof text,
		 "for i in access sgi; do ip link set $i address %02x:%02x:%02x:%02x:%02x:%02x; "
		 "done",
		 frame[0], frame[1], frame[2], frame[3], frame[4], frame[5]);
	if (system(text) || system(setup) || system(command))
		die("gtp device");
	both_ways("pass", "pass", parts, inner, sessions, kernel);
	puts("millions of frames a second, and the share of all frames that came out\n"
	     "          sessions  inner  gtp device  share       ours  share  ratio");
	for (int i = 0; i < 2; i++)
		printf("%-9s %8u %6u %11.4f %6.3f %10.4f %6.3f %6.2f\n", i ? "downlink" : "uplink",
		       sessions, inner, kernel[i].rate, kernel[i].share, ours[i].rate,
		       ours[i].share, ours[i].rate / kernel[i].rate);
}

static unsigned list(const char *text, unsigned *out)
{
	unsigned n = 0;

	for (char *end = NULL; n < 8 && *text; text = end + (*end == ',')) {
		out[n++] = (unsigned)strtoul(text, &end, 10);
		if (end == text)
			return 0;
	}
	return n;
}

static void usage(void)
{
	fputs("usage: bench [-s SESSIONS,…] [-l INNER,…] [-r ROUNDS] [-n RUNS] [-p RULES,…] [-w] "
	      "[-c CPU] [-a OBJECT] OBJECT\n"
	      "  -m PROFILES  packets that ask the rules of so many profiles anew\n"
	      "  -g COMMAND  beside Linux's gtp device, whose tunnels the command makes; -b BATCH\n"
	      "  -o CPU  packets are handed over to it, over veth pairs\n"
	      "  -w  live frames through veth pairs instead of BPF_PROG_TEST_RUN\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned sessions[8], inner[8], n = list("1,10000,100000,1000000", sessions);
	unsigned inners = list("64,1400", inner), cpu = 0;
	bool live = false, anew = false;
	int other_cpu = -1;
	const char *gtp = NULL, *beside = NULL;
	char dir[256];
	cpu_set_t set;

	for (int c; (c = getopt(argc, argv, "s:l:r:n:c:p:m:a:wg:b:o:")) != -1;)
		switch (c) {
		case 's':
			n = list(optarg, sessions);
			break;
		case 'l':
			inners = list(optarg, inner);
			break;
		case 'r':
			rounds = (unsigned)atoi(optarg);
			break;
		case 'n':
			runs = (unsigned)atoi(optarg);
			break;
		case 'c':
			cpu = (unsigned)atoi(optarg);
			break;
		case 'a':
			beside = optarg;
			break;
		case 'p':
			rule_sets = list(optarg, rule_set);
			if (!rule_sets)
				usage();
			break;
		case 'm':
			profiles = (unsigned)atoi(optarg);
			anew = true;
			break;
		case 'b':
			batch = (unsigned)atoi(optarg);
			break;
		case 'g':
			gtp = optarg;
			break;
		case 'o':
			other_cpu = atoi(optarg);
			break;
		case 'w':
			live = true;
			break;
		default:
			usage();
		}
	if (optind + 1 != argc || !n || !inners || !rounds || rounds > MAX_ROUNDS || !runs ||
	    !batch || !profiles || profiles > UINT16_MAX / 8 || (anew && !rule_sets))
		usage();
	for (unsigned i = 0; i < rule_sets; i++)
		if (rule_set[i] > FILTER_RULES)
			usage();
	for (unsigned i = 0; i < inners; i++)
		if (inner[i] < 64 || inner[i] > 1464)
			usage();
	for (unsigned i = 0; i < n; i++) {
		if (!sessions[i])
			usage();
		most = sessions[i] > most ? sessions[i] : most;
	}
	if (most > (1u << (32 - PLAN_TAG_BITS)) - PLAN_HOST)
		usage();
	snprintf(dir, sizeof dir, "%.*s",
		 (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] : 1),
		 strrchr(argv[0], '/') ? argv[0] : ".");
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	interfaces();
	load(dir, argv[optind]);
	if (beside)
		load_other(beside);
	if (gtp)
		beside_gtp(gtp, inner[0], sessions[0]);
	else if (other_cpu >= 0)
		spread((unsigned)other_cpu, inner[0], sessions, n);
	else if (live)
		wires(inner, inners, sessions, n);
	else if (anew)
		misses(inner[0], sessions, n);
	else
		for (unsigned i = 0; !i || i < rule_sets; i++)
			table(inner, inners, sessions, n, i);
	return 0;
}
