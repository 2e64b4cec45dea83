/* SPDX-License-Identifier: Apache-2.0 */
/* Runs on gtpu.c's packet thread: `tick` sends what the schedule owes, `packet` takes what comes
 * back. A packet carries a mark and the time it was made; the counters are copied out under a mutex
 * that the packet thread takes once a call. */
#include "gen.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "gtpu.h"

enum { HEADERS = 28, BURST_MAX = 4096 };

struct stamp {
	uint64_t mark, sent_ns;
	uint64_t number;
};

static const uint64_t mark = 0x72616e73696d2d67; /* "ransim-g" */

static struct {
	pthread_mutex_t lock;
	struct gen_config c;
	struct gen_flow *flow;
	unsigned flows, next;
	bool paused;
	uint64_t start_ns;
	struct gen_result r;
} gen = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static size_t fill(void *arg, uint8_t *out, size_t cap)
{
	const struct gen_flow *f = arg;
	struct stamp s = {.mark = mark, .sent_ns = clock_ns(), .number = gen.r.sent};

	if (gen.c.size > cap)
		return 0;
	memset(out + HEADERS, 0, gen.c.size - HEADERS);
	memcpy(out + HEADERS, &s, sizeof(s));
	return pkt_udp4(out, cap, f->source, gen.c.to, 40000, gen.c.port, gen.c.size - HEADERS);
}

static void tick(void *arg)
{
	uint64_t owed, done;

	(void)arg;
	pthread_mutex_lock(&gen.lock);
	owed = (uint64_t)((double)(clock_ns() - gen.start_ns) * 1e-9 * (double)gen.c.pps);
	done = gen.r.sent + gen.r.unsent;
	if (gen.paused)
		owed = done;
	if (owed > done + BURST_MAX)
		owed = done +
		       BURST_MAX; /* this thread cannot keep up: let others have their turn */
	for (; done < owed; done++) {
		struct gen_flow *f = &gen.flow[gen.next++ % gen.flows];

		if (gtpu_emit(f->teid, fill, f))
			gen.r.sent++;
		else
			gen.r.unsent++;
	}
	pthread_mutex_unlock(&gen.lock);
}

static void packet(void *arg, void *owner, const uint8_t *p, size_t n)
{
	struct stamp s;
	size_t header;

	(void)arg;
	(void)owner;
	pthread_mutex_lock(&gen.lock);
	header = n ? (p[0] & 0xfu) * 4 + 8 : 0;
	if (n < HEADERS + sizeof(s) || p[0] >> 4 != 4 || p[9] != IPPROTO_UDP ||
	    n < header + sizeof(s)) {
		gen.r.alien++;
		goto out;
	}
	memcpy(&s, p + header, sizeof(s));
	if (s.mark != mark) {
		gen.r.alien++;
		goto out;
	}
	gen.r.received++;
	hist_add(&gen.r.rtt, (clock_ns() - s.sent_ns) / 1000);
out:
	pthread_mutex_unlock(&gen.lock);
}

int gen_start(const struct gen_config *c, const struct gen_flow *flow, unsigned flows)
{
	static const struct gtpu_generator generator = {
		.tick = tick, .packet = packet, .tick_us = GEN_TICK_US};

	if (!flows || c->size < GEN_MIN_SIZE || c->size > GEN_MAX_SIZE)
		return -EINVAL;
	gen.flow = malloc(flows * sizeof(*flow));
	if (!gen.flow)
		return -ENOMEM;
	memcpy(gen.flow, flow, flows * sizeof(*flow));
	gen.flows = flows;
	gen.c = *c;
	gen.paused = false;
	memset(&gen.r, 0, sizeof(gen.r));
	gen.start_ns = clock_ns();
	gtpu_generator_set(&generator);
	return 0;
}

void gen_pause(void)
{
	pthread_mutex_lock(&gen.lock);
	gen.paused = true;
	pthread_mutex_unlock(&gen.lock);
}

void gen_stop(void)
{
	gtpu_generator_set(NULL);
	free(gen.flow);
	gen.flow = NULL;
}

void gen_result(struct gen_result *out)
{
	pthread_mutex_lock(&gen.lock);
	*out = gen.r;
	pthread_mutex_unlock(&gen.lock);
}

/* ---- the reflector ------------------------------------------------------------------------------
 */

static volatile sig_atomic_t reflect_over;

static void over(int signo)
{
	(void)signo;
	reflect_over = 1;
}

static void reflect_loop(int fd)
{
	enum { BATCH = 64, SIZE = 9216 };
	static uint8_t buf[BATCH][SIZE];
	static struct mmsghdr m[BATCH];
	static struct iovec iov[BATCH];
	static struct sockaddr_in sa[BATCH];

	while (!reflect_over) {
		int n, sent;

		for (int i = 0; i < BATCH; i++) {
			iov[i] = (struct iovec){buf[i], SIZE};
			m[i].msg_hdr = (struct msghdr){.msg_name = &sa[i],
						       .msg_namelen = sizeof(sa[i]),
						       .msg_iov = &iov[i],
						       .msg_iovlen = 1};
		}
		n = recvmmsg(fd, m, BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < n; i++)
			iov[i].iov_len = m[i].msg_len;
		for (int at = 0; at < n; at += sent) {
			sent = sendmmsg(fd, m + at, (unsigned)(n - at), 0);
			if (sent <= 0)
				sent = 1; /* this one has no way back: the next */
		}
	}
}

int reflect_run(struct in_addr address, uint16_t port)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET, .sin_addr = address, .sin_port = htons(port)};
	struct sigaction act = {.sa_handler = over};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 16 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		fprintf(stderr, "ransim: reflect: %s\n", strerror(errno));
		return 1;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	reflect_loop(fd);
	close(fd);
	return 0;
}
