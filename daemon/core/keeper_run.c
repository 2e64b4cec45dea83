/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's own end: one daemon at a time, a table of descriptors, a grace. It holds no state
 * that could go wrong: what it is told it stores, what it stores it hands on. */
#include "core/keeper_wire.h"
#include "core/log.h"

#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <uthash.h>

struct held {
	uint32_t id;
	int fd;
	size_t n;
	uint8_t *note; /* malloc */
	UT_hash_handle hh;
};

static struct held *all;
static uint32_t grace = 60;
static volatile sig_atomic_t ended;
static uint8_t note[KEEPER_NOTE_MAX];

static void on_signal(int signo)
{
	(void)signo;
	ended = 1;
}

static struct held *find(uint32_t id)
{
	struct held *h;

	HASH_FIND(hh, all, &id, sizeof(id), h);
	return h;
}

static void let_go(struct held *h)
{
	HASH_DELETE(hh, all, h);
	close(h->fd);
	free(h->note);
	free(h);
}

static void let_all_go(const char *why)
{
	struct held *h, *next;

	if (all)
		LOG(INFO, "keeper.closes", "descriptors=%u why=\"%s\"", HASH_COUNT(all), why);
	HASH_ITER (hh, all, h, next)
		let_go(h);
}

static void set_note(struct held *h, size_t n)
{
	uint8_t *copy = malloc(n + 1);

	if (!copy)
		return;
	memcpy(copy, note, n);
	free(h->note);
	h->note = copy;
	h->n = n;
}

static void put(uint32_t id, int fd, size_t n)
{
	struct held *h = find(id);

	if (h)
		let_go(h);
	h = calloc(1, sizeof(*h));
	if (!h) {
		close(fd);
		return;
	}
	h->id = id;
	h->fd = fd;
	set_note(h, n);
	HASH_ADD(hh, all, id, sizeof(h->id), h);
}

/* False if the daemon is gone. */
static bool hand_over(int daemon)
{
	int err = 0;

	for (struct held *h = all; h && !err; h = h->hh.next)
		err = keeper_say(daemon, KEEPER_HELD, h->id, h->fd, h->note, h->n);
	if (!err)
		err = keeper_say(daemon, KEEPER_READY, 0, -1, NULL, 0);
	return !err;
}

/* One packet from the daemon. False if it is gone. */
static bool serve(int daemon)
{
	struct keeper_word word = {0};
	int fd;
	ptrdiff_t n = keeper_hear(daemon, &word, note, &fd);
	struct held *h;

	if (n == -EINTR || n == -EAGAIN)
		return true;
	if (n < 0)
		return false;
	h = find(word.id);
	if (word.what == KEEPER_START) {
		grace = word.id;
		return hand_over(daemon);
	}
	if (word.what == KEEPER_PUT && fd >= 0)
		put(word.id, fd, (size_t)n);
	else if (word.what == KEEPER_SET && h)
		set_note(h, (size_t)n);
	else if (word.what == KEEPER_DROP && h)
		let_go(h);
	else if (fd >= 0)
		close(fd);
	return true;
}

static int accept_daemon(int listener, bool busy)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -1;
	if (busy || !keeper_trusts(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Until a signal; or, with once, until a grace has passed without a daemon. */
static void serve_all(int listener, bool once)
{
	int daemon = -1;
	time_t alone_since = now();

	while (!ended) {
		struct pollfd p[2] = {{daemon, POLLIN, 0}, {listener, POLLIN, 0}};
		bool was = daemon >= 0;
		int r = poll(p, 2, was || (!all && !once) ? -1 : 1000);

		/* What the daemon said last is heard before its successor is. */
		if (r > 0 && p[0].revents && !serve(daemon)) {
			close(daemon);
			daemon = -1;
			alone_since = now();
			LOG(INFO, "keeper.alone", "descriptors=%u grace=%us", HASH_COUNT(all),
			    grace);
			continue;
		}
		if (r > 0 && !p[0].revents && p[1].revents) {
			int fd = accept_daemon(listener, was);

			daemon = was ? daemon : fd;
		}
		if (daemon < 0 && now() - alone_since >= (time_t)grace) {
			let_all_go("no daemon came back");
			if (once)
				break;
		}
	}
	let_all_go("stopped");
	if (daemon >= 0)
		close(daemon);
}

/* A socket that nobody answers on is a dead keeper's. */
static int listen_at(const char *path)
{
	struct sockaddr_un a;
	char folder[sizeof(a.sun_path)];
	int fd, err = 0;

	if (!keeper_address(&a, path))
		return -ENAMETOOLONG;
	snprintf(folder, sizeof(folder), "%s", path);
	mkdir(dirname(folder), 0700);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		err = -EADDRINUSE;
	else if (errno == ECONNREFUSED)
		unlink(path);
	umask(0177);
	if (!err && (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 8)))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int keeper_run(const char *path, bool background, void (*ready)(void))
{
	struct sigaction on = {.sa_handler = on_signal}; /* no SA_RESTART: poll returns */
	int listener;

	if (background)
		close_range(3, ~0U, 0); /* whatever the daemon had open */
	listener = listen_at(path);

	if (listener < 0) {
		LOG(ERROR, "keeper.start", "path=%s error=\"%s\"", path, strerror(-listener));
		return 1;
	}
	if (background) {
		pid_t pid = fork();

		if (pid)
			return pid < 0;
	}
	prctl(PR_SET_NAME, "mcored-keeper");
	sigaction(SIGTERM, &on, NULL);
	sigaction(SIGINT, &on, NULL);
	signal(SIGHUP, SIG_IGN);
	if (ready)
		ready();
	serve_all(listener, background);
	unlink(path);
	return 0;
}
