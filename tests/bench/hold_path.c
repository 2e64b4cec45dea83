/* SPDX-License-Identifier: Apache-2.0 */
/* hold_path OBJECT: what it costs to hand the packets of idle devices to userspace, by the ring
 * buffer `held` (bpf/hold.h) and by an AF_XDP socket in copy mode, which is what veth has and what
 * every driver has.
 *
 * Numbered frames are sent through a veth pair in batches, by each way in turn, so that whatever
 * else the machine does meets them all; one CPU makes, hands over and takes them. What a frame
 * costs the kernel is what a batch takes until it has come in, less what it takes if the program
 * drops it; the user's part is from then on until all are there, in the order of their numbers, and
 * copied to memory of their own, as daemon/datapath/hold.c does. Medians of all batches. (A third
 * way leaves packets where AF_XDP has put them: then they wait in chunks that the kernel needs for
 * the next ones.)
 *
 * Then: what is kept if nobody takes any, and who learns of the rest; and whether packets come that
 * arrived while no daemon was there, or by an interface that no socket is bound to. Needs root;
 * makes a network namespace of its own. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <xdp/xsk.h>
#include <mcore/datapath.h>
#include "../bpf/frame.h"
#include "die.h"
#include "hold_path.h"

enum {
	BATCH = 256,
	BATCHES_MAX = 100000,
	CHUNK = 2048,
	CHUNKS = 2048, /* 4 MiB of them, as much as the ring buffer */
	PORTION = 64,  /* descriptors at once */
	LINK = 14,
	WAITING = BATCH, /* packets that are kept in memory of their own */
	PATIENCE_MS = 200,
};

/* Ways to userspace, the first of which is none. */
static const struct way {
	const char *name;
	enum hold_way way;
	bool copied;
} ways[] = {
	{"dropped", WAY_DROP, false},
	{"ring buffer", WAY_RING, true},
	{"AF_XDP", WAY_SOCKET, true},
	{"AF_XDP, left there", WAY_SOCKET, false},
};
enum { DROPPED, RING, SOCKET, LEFT, WAYS };

static struct bpf_object *object;
static struct hold_path *path;
static uint8_t frame[FRAME_MAX];
static size_t frame_len;

/* Of what userspace has: the number that is next, packets, and those out of order. */
static struct {
	uint64_t next, n, disorder;
	void *packet[WAITING];
} taken;

static struct ring_buffer *ring;
static struct {
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completed, rx;
	void *area;
} in;

static int program(const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

static int map(const char *name) { return bpf_object__find_map_fd_by_name(object, name); }

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ---- what comes to userspace ---- */

/* The packet of n octets behind a frame's link layer. */
static void take(const uint8_t *packet, size_t n, bool copied)
{
	uint64_t number;

	memcpy(&number, packet + NUMBER_AT - LINK, sizeof number);
	taken.disorder += number != taken.next;
	taken.next = number + 1;
	if (copied) {
		void **at = &taken.packet[taken.n % WAITING];

		free(*at);
		*at = malloc(n);
		if (!*at)
			die("a packet");
		memcpy(*at, packet, n);
	}
	taken.n++;
}

static int on_record(void *arg, void *record, size_t n)
{
	const struct held_packet *h = record;

	(void)arg;
	if (h->len <= n)
		take(h->packet, h->len, true);
	return 0;
}

static void take_from_socket(bool copied)
{
	uint32_t at, to, n = xsk_ring_cons__peek(&in.rx, PORTION, &at);

	if (!n)
		return;
	if (xsk_ring_prod__reserve(&in.fill, n, &to) != n)
		die("fill ring");
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *d = xsk_ring_cons__rx_desc(&in.rx, at + i);

		take((uint8_t *)xsk_umem__get_data(in.area, d->addr) + LINK, d->len - LINK, copied);
		*xsk_ring_prod__fill_addr(&in.fill, to + i) = d->addr / CHUNK * CHUNK;
	}
	xsk_ring_prod__submit(&in.fill, n);
	xsk_ring_cons__release(&in.rx, n);
}

/* Until there are n more, or none has come for a while. */
static void take_all(const struct way *w, uint64_t n)
{
	uint64_t end = taken.n + n;
	struct pollfd fd = {.fd = w->way == WAY_RING ? ring_buffer__epoll_fd(ring)
						     : xsk_socket__fd(in.xsk),
			    .events = POLLIN};

	while (taken.n < end && poll(&fd, 1, PATIENCE_MS) > 0) {
		if (w->way == WAY_RING)
			ring_buffer__consume(ring);
		else
			take_from_socket(w->copied);
	}
}

static void ring_open(void)
{
	ring = ring_buffer__new(map("held"), on_record, NULL, NULL);
	if (!ring)
		die("ring buffer");
}

static void socket_open(void)
{
	const struct xsk_umem_config umem = {
		.fill_size = CHUNKS, .comp_size = PORTION, .frame_size = CHUNK};
	const struct xsk_socket_config config = {.rx_size = CHUNKS,
						 .libxdp_flags =
							 XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
						 .bind_flags = XDP_COPY};
	uint32_t at;
	int err = -EBUSY;

	in.area = mmap(NULL, (size_t)CHUNKS * CHUNK, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (in.area == MAP_FAILED || xsk_umem__create(&in.umem, in.area, (uint64_t)CHUNKS * CHUNK,
						      &in.fill, &in.completed, &umem))
		die("UMEM");
	/* One that was closed holds the queue a little longer. */
	for (int i = 0; err == -EBUSY && i < PATIENCE_MS; i++) {
		err = xsk_socket__create(&in.xsk, "in", 0, in.umem, &in.rx, NULL, &config);
		usleep(err ? 1000 : 0);
	}
	if (err || xsk_socket__update_xskmap(in.xsk, map("sockets")))
		die("AF_XDP socket");
	if (xsk_ring_prod__reserve(&in.fill, CHUNKS, &at) != CHUNKS)
		die("fill ring");
	for (uint32_t i = 0; i < CHUNKS; i++)
		*xsk_ring_prod__fill_addr(&in.fill, at + i) = (uint64_t)i * CHUNK;
	xsk_ring_prod__submit(&in.fill, CHUNKS);
}

static void socket_close(void)
{
	xsk_socket__delete(in.xsk);
	xsk_umem__delete(in.umem);
	munmap(in.area, (size_t)CHUNKS * CHUNK);
}

/* ---- what is sent ---- */

static void interfaces(void)
{
	if (unshare(CLONE_NEWNET) ||
	    system("ip link add out type veth peer name in && "
		   "ip link add out2 type veth peer name in2 && "
		   "for i in out in out2 in2; do "
		   "sysctl -qw net.ipv6.conf.$i.disable_ipv6=1; ip link set $i up; "
		   "ethtool -K $i gro on >/dev/null; done"))
		die("network namespace");
}

static void load(const char *file)
{
	object = bpf_object__open_file(file, NULL);
	if (!object || bpf_object__load(object))
		die("load %s", file);
	path = mmap(NULL, sizeof *path, PROT_READ | PROT_WRITE, MAP_SHARED, map("hold_path"), 0);
	if (path == MAP_FAILED)
		die("mmap");
}

static void attach(const char *name, const char *of, uint32_t mode)
{
	if (bpf_xdp_attach((int)if_nametoindex(name), program(of), mode, NULL))
		die("attach to %s", name);
}

static void detach(const char *name, uint32_t mode)
{
	bpf_xdp_detach((int)if_nametoindex(name), mode, NULL);
}

static void set_frame(unsigned octets)
{
	const struct frame_spec spec = {.inner = {.version = 4,
						  .src = "10.2.0.2",
						  .dst = "10.64.0.2",
						  .len = (uint16_t)(octets - LINK)}};

	frame_len = frame_build(&spec, frame);
}

/* n frames, until they have met the program. */
static void send_frames(const char *from, enum hold_way way, unsigned n)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = (uint32_t)frame_len,
		    .repeat = (int)n, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
	uint64_t before = path->met;
	double start;

	path->way = way;
	path->ifindex = if_nametoindex(from);
	if (bpf_prog_test_run_opts(program("number"), &o))
		die("live frames");
	start = now_ns();
	while (*(volatile __u64 *)&path->met < before + n && now_ns() < start + PATIENCE_MS * 1e6)
		sched_yield();
}

/* ---- what it costs ---- */

struct samples {
	double *kernel, *user;
};

static int by_value(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) -
	       (*(const double *)a < *(const double *)b);
}

static double median(double *v, unsigned n)
{
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

static void batch(const struct way *w, struct samples *s, unsigned i)
{
	double start = now_ns(), met;

	send_frames("out", w->way, BATCH);
	met = now_ns();
	taken.next = path->sent - BATCH;
	if (w->way != WAY_DROP)
		take_all(w, BATCH);
	s->kernel[i] = (met - start) / BATCH;
	s->user[i] = (now_ns() - met) / BATCH;
}

static void costs(const char *mode, unsigned octets, unsigned batches)
{
	struct samples s[WAYS];
	double kernel[WAYS], user[WAYS];

	set_frame(octets);
	memset(&taken, 0, sizeof taken);
	path->refused = 0;
	for (unsigned w = 0; w < WAYS; w++) {
		s[w].kernel = calloc(batches, sizeof(double));
		s[w].user = calloc(batches, sizeof(double));
		if (!s[w].kernel || !s[w].user)
			die("samples");
	}
	for (unsigned i = 0; i < batches; i++)
		for (unsigned w = 0; w < WAYS; w++)
			batch(&ways[w], &s[w], i);
	for (unsigned w = 0; w < WAYS; w++) {
		kernel[w] = median(s[w].kernel, batches) - kernel[0] * (w != DROPPED);
		user[w] = median(s[w].user, batches);
		free(s[w].kernel);
		free(s[w].user);
	}
	for (unsigned w = RING; w < WAYS; w++)
		printf("%-8s %5u  %-19s %8.0f %8.0f %10.2f %9.2f\n", mode, octets, ways[w].name,
		       kernel[w], user[w], 1e3 / (kernel[w] + user[w]),
		       (kernel[RING] + user[RING]) / (kernel[w] + user[w]));
	if (taken.n != 3ull * batches * BATCH || taken.disorder || path->refused)
		printf("%-8s %5u  of %llu packets %llu came, %llu of them out of order\n", mode,
		       octets, 3ull * batches * BATCH, (unsigned long long)taken.n,
		       (unsigned long long)taken.disorder);
}

/* ---- what is lost ---- */

static uint64_t socket_lost(void)
{
	struct xdp_statistics of;
	socklen_t n = sizeof of;

	if (getsockopt(xsk_socket__fd(in.xsk), SOL_XDP, XDP_STATISTICS, &of, &n))
		die("statistics");
	return of.rx_dropped + of.rx_ring_full;
}

static void overflow(const struct way *w, unsigned octets, unsigned n)
{
	uint64_t lost = socket_lost(), sent = 0;

	set_frame(octets);
	path->refused = 0;
	memset(&taken, 0, sizeof taken);
	taken.next = path->sent;
	for (; sent < n; sent += BATCH)
		send_frames("out", w->way, BATCH);
	take_all(w, sent);
	printf("%-12s %5u %8llu %8llu %9llu  %-18s %12llu %14llu\n", w->name, octets,
	       (unsigned long long)sent, (unsigned long long)taken.n,
	       (4ull << 20) / (taken.n ? taken.n : 1),
	       taken.disorder ? "not in order" : "the first of them",
	       (unsigned long long)path->refused, (unsigned long long)(socket_lost() - lost));
}

/* Of a batch that comes while nobody is there, how many the next one finds. */
static void absence(void)
{
	uint64_t kept[2];

	set_frame(64);
	memset(&taken, 0, sizeof taken);
	ring_buffer__free(ring);
	send_frames("out", WAY_RING, BATCH);
	ring_open();
	take_all(&ways[RING], BATCH);
	kept[0] = taken.n;
	socket_close();
	send_frames("out", WAY_SOCKET, BATCH);
	socket_open();
	take_all(&ways[SOCKET], BATCH);
	kept[1] = taken.n - kept[0];
	printf("of %d packets while no daemon is there, the next one gets %llu and %llu\n", BATCH,
	       (unsigned long long)kept[0], (unsigned long long)kept[1]);
}

/* Of a batch by another interface, how many come, and of how many the program learns. */
static void elsewhere(uint32_t mode)
{
	uint64_t came[2];

	attach("in2", "meet", mode);
	memset(&taken, 0, sizeof taken);
	path->refused = 0;
	send_frames("out2", WAY_RING, BATCH);
	take_all(&ways[RING], BATCH);
	came[0] = taken.n;
	send_frames("out2", WAY_SOCKET, BATCH);
	take_all(&ways[SOCKET], BATCH);
	came[1] = taken.n - came[0];
	detach("in2", mode);
	printf("of %d packets by an interface that no socket is bound to, %llu and %llu come; the "
	       "program learns of %llu that do not\n",
	       BATCH, (unsigned long long)came[0], (unsigned long long)came[1],
	       (unsigned long long)path->refused);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint32_t flags;
	} modes[] = {{"native", XDP_FLAGS_DRV_MODE}, {"generic", XDP_FLAGS_SKB_MODE}};
	unsigned batches = argc > 2 ? (unsigned)atoi(argv[2]) : 2000;
	struct utsname u;
	cpu_set_t set;

	if (argc < 2 || !batches || batches > BATCHES_MAX) {
		fputs("usage: hold_path OBJECT [BATCHES]\n", stderr);
		return 2;
	}
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof set, &set);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	interfaces();
	load(argv[1]);
	/* No frame comes there; but the kernel knows the program then, and need not wait, before
	 * and after each test run, until all CPUs have heard of it. */
	attach("out", "number", XDP_FLAGS_DRV_MODE);
	ring_open();
	socket_open();
	uname(&u);
	printf("packets to userspace on one CPU, Linux %s, medians of %u batches of %d; ns each\n"
	       "%-8s %5s  %-19s %8s %8s %10s %9s\n",
	       u.release, batches, BATCH, "XDP", "frame", "way", "kernel", "user", "million/s",
	       "x ring");
	for (int m = 0; m < 2; m++) {
		attach("in", "meet", modes[m].flags);
		costs(modes[m].name, 64, batches);
		costs(modes[m].name, 1400, batches);
		detach("in", modes[m].flags);
	}
	attach("in", "meet", modes[0].flags);
	printf("\n%-12s %5s %8s %8s %9s  %-18s %12s %14s\n", "nobody takes", "frame", "sent",
	       "kept", "octets", "which", "program told", "socket counted");
	for (int w = RING; w <= SOCKET; w++) {
		overflow(&ways[w], 64, 100000);
		overflow(&ways[w], 1400, 10000);
	}
	printf("(octets: of 4 MiB, for each that is kept. The ring is one for all; each queue of "
	       "each\ninterface has a socket, and chunks of its own.)\n\nring buffer and "
	       "AF_XDP:\n");
	absence();
	elsewhere(modes[0].flags);
	return 0;
}
