/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's end of the keeper. It remembers what it has given, so that a keeper that was lost is
 * followed by one that knows as much. Sending waits for the keeper, which does nothing but listen,
 * for two seconds at most; one that hangs is left alone for a minute. While it hands over it does
 * not listen, so nothing is said then: what is dropped meanwhile is told afterwards, and what it
 * holds from before is replaced by a PUT of the same id. */
#include "core/keeper_wire.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/pool.h"
#include "core/timer.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <uthash.h>

enum { AGAIN_MS = 1000, HANGS_MS = 60000 };

struct kept {
	uint32_t id;
	int fd;
	uint8_t *note; /* malloc */
	size_t n;
	UT_hash_handle hh;
};

extern char **environ;
static struct mem_pool pool = MEM_POOL(kept);
static struct kept *all;
static uint32_t last_id, grace;
static char path[sizeof(
	((struct sockaddr_un *)0)->sun_path)]; /* a copy: the settings it is from may go */
static int keeper = -1;
static struct loop_fd *watch;
static struct timer again;

static void remember(struct kept *k, const void *note, size_t n)
{
	uint8_t *copy = malloc(n + 1);

	if (!copy)
		return;
	if (n)
		memcpy(copy, note, n);
	free(k->note);
	k->note = copy;
	k->n = n;
}

static struct kept *add(uint32_t id, int fd, const void *note, size_t n)
{
	struct kept *k = pool_get(&pool);

	if (!k)
		return NULL;
	k->id = id;
	k->fd = fd;
	remember(k, note, n);
	HASH_ADD(hh, all, id, sizeof(k->id), k);
	if (id > last_id)
		last_id = id;
	return k;
}

static struct kept *find(uint32_t id)
{
	struct kept *k;

	HASH_FIND(hh, all, &id, sizeof(id), k);
	return k;
}

static void disconnect(void)
{
	loop_fd_del(watch);
	watch = NULL;
	if (keeper >= 0)
		close(keeper);
	keeper = -1;
}

static void reconnect(struct timer *t);

static void lost(const char *why)
{
	LOG(WARN, "keeper.lost", "path=%s error=\"%s\"", path, why);
	disconnect();
	timer_start(&again, AGAIN_MS, reconnect);
}

static void tell(enum keeper_what what, const struct kept *k, int fd)
{
	int err = keeper < 0 ? 0
			     : keeper_say(keeper, what, k->id, fd, k->note,
					  what == KEEPER_DROP ? 0 : k->n);

	if (err)
		lost(strerror(-err));
}

static void on_keeper(void *arg, int events)
{
	static uint8_t note[KEEPER_NOTE_MAX];
	struct keeper_word word = {0};
	int fd;
	ptrdiff_t n = keeper_hear(keeper, &word, note, &fd);

	(void)arg;
	(void)events;
	if (fd >= 0)
		close(fd);
	if (n < 0 && n != -EAGAIN && n != -EINTR)
		lost("it ended");
}

/* What was dropped while the keeper handed over. */
static void tell_dropped(void)
{
	struct kept *k, *next;

	HASH_ITER (hh, all, k, next)
		if (k->fd < 0)
			keeper_drop(k->id);
}

static int connect_once(void)
{
	const struct timeval patience = {.tv_sec = KEEPER_PATIENCE_S};
	struct sockaddr_un a;
	int fd, err;

	if (!keeper_address(&a, path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	err = connect(fd, (struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
	if (!err && !keeper_trusts(fd))
		err = -EPERM;
	if (err)
		close(fd);
	return err ? err : fd;
}

/* This program as the keeper. It answers when the child we wait for has ended. */
static int spawn(void)
{
	char *argv[] = {"mcored", "--keeper", path, "--background", NULL};
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t files;
	int status = 0, err;
	pid_t pid;

	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&files, 0, 1);
	posix_spawn_file_actions_adddup2(&files, 0, 2);
	err = posix_spawn(&pid, "/proc/self/exe", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

/* Connects, with what is held handed to `found`. */
static int take_over(keeper_found found, void *arg)
{
	static uint8_t note[KEEPER_NOTE_MAX];
	struct keeper_word word = {0};
	int fd, err = connect_once();

	if (err == -ENOENT || err == -ECONNREFUSED) {
		err = spawn();
		if (!err)
			err = connect_once();
	}
	if (err < 0)
		return err;
	keeper = err;
	err = keeper_say(keeper, KEEPER_START, grace, -1, NULL, 0);
	if (err == -EPIPE || err == -ECONNRESET) /* closed already: it has a daemon */
		err = -EBUSY;
	while (!err) {
		ptrdiff_t n = keeper_hear(keeper, &word, note, &fd);

		if (n < 0)
			err = n == -EPIPE || n == -ECONNRESET ? -EBUSY : (int)n;
		else if (word.what == KEEPER_READY)
			break;
		else if (word.what == KEEPER_HELD && fd >= 0)
			found(arg, word.id, fd, note, (size_t)n);
	}
	if (!err && !(watch = loop_fd_add(keeper, LOOP_READ, on_keeper, NULL)))
		err = -ENOMEM;
	if (!err)
		tell_dropped();
	if (err)
		disconnect();
	return err;
}

/* Held from before it was lost to us: told anew if it still is, dropped if not. */
static void stale(void *arg, uint32_t id, int fd, const uint8_t *note, size_t n)
{
	(void)arg;
	close(fd);
	if (!find(id) && add(id, -1, note, n))
		keeper_drop(id);
}

static void reconnect(struct timer *t)
{
	int err = take_over(stale, NULL);

	(void)t;
	if (err) {
		LOG(WARN, "keeper.lost", "path=%s error=\"%s\"", path, strerror(-err));
		timer_start(&again, err == -EAGAIN ? HANGS_MS : AGAIN_MS, reconnect);
		return;
	}
	LOG(INFO, "keeper.back", "path=%s held=%u", path, HASH_COUNT(all));
	for (struct kept *k = all; k && keeper >= 0; k = k->hh.next)
		tell(KEEPER_PUT, k, k->fd);
}

struct taken {
	keeper_found found;
	void *arg;
};

static void taken(void *arg, uint32_t id, int fd, const uint8_t *note, size_t n)
{
	const struct taken *t = arg;

	if (!id || find(id) || !add(id, fd, note, n)) {
		close(fd);
		return;
	}
	t->found(t->arg, id, fd, note, n);
}

int keeper_start(const char *at, uint32_t grace_s, keeper_found found, void *arg)
{
	struct taken t = {found, arg};

	if (strlen(at) >= sizeof(path))
		return -ENAMETOOLONG;
	strcpy(path, at);
	grace = grace_s;
	return take_over(taken, &t);
}

void keeper_stop(void)
{
	struct kept *k, *next;

	timer_stop(&again);
	disconnect();
	HASH_ITER (hh, all, k, next) {
		HASH_DELETE(hh, all, k);
		free(k->note);
		pool_put(&pool, k);
	}
	last_id = 0;
}

uint32_t keeper_put(int fd, const void *note, size_t n)
{
	struct kept *k = n <= KEEPER_NOTE_MAX ? add(last_id + 1, fd, note, n) : NULL;

	if (!k)
		return 0;
	tell(KEEPER_PUT, k, fd);
	return k->id;
}

void keeper_set(uint32_t id, const void *note, size_t n)
{
	struct kept *k = find(id);

	if (!k || n > KEEPER_NOTE_MAX || (k->n == n && !memcmp(k->note, note, n)))
		return;
	remember(k, note, n);
	tell(KEEPER_SET, k, -1);
}

void keeper_drop(uint32_t id)
{
	struct kept *k = find(id);

	if (!k)
		return;
	if (keeper >= 0 && !watch) { /* it hands over */
		k->fd = -1;
		return;
	}
	tell(KEEPER_DROP, k, -1);
	HASH_DELETE(hh, all, k);
	free(k->note);
	pool_put(&pool, k);
}
