/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor is one end of a socket pair; the other end tells whether anybody holds it. This
 * program is its own keeper, as mcored is. */
#include "core/keeper.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static char path[64];
static struct {
	unsigned n;
	uint32_t id;
	int fd;
	char note[64];
} got;

static bool unwanted; /* what is found is dropped at once */

static void found(void *arg, uint32_t id, int fd, const uint8_t *note, size_t n)
{
	(void)arg;
	got.n++;
	got.id = id;
	got.fd = fd;
	snprintf(got.note, sizeof(got.note), "%.*s", (int)n, (const char *)note);
	if (unwanted) {
		keeper_drop(id);
		close(fd);
	}
}

static int start(uint32_t grace)
{
	memset(&got, 0, sizeof(got));
	return keeper_start(path, grace, found, NULL);
}

/* Whether the far end is still held: within ms it is not closed. */
static bool held(int end, unsigned ms)
{
	char c;

	while (ms--) {
		if (recv(end, &c, 1, MSG_DONTWAIT) == 0)
			return false;
		usleep(1000);
	}
	return true;
}

static pid_t keeper_pid(void)
{
	struct ucred peer = {0};
	socklen_t n = sizeof(peer);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(a.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
	close(fd);
	return peer.pid;
}

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/mcore-keeper-%d/socket", getpid());
	return loop_init();
}

static int teardown(void **state)
{
	(void)state;
	keeper_stop();
	if (!access(path, F_OK)) {
		kill(keeper_pid(), SIGTERM);
		for (int i = 0; i < 2000 && !access(path, F_OK); i++)
			usleep(1000);
	}
	path[strlen(path) - strlen("/socket")] = 0;
	rmdir(path);
	loop_close();
	return 0;
}

static void what_is_kept_comes_back_with_its_latest_note(void **state)
{
	int pair[2];
	uint32_t id;

	(void)state;
	assert_int_equal(start(30), 0);
	assert_int_equal(got.n, 0);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	id = keeper_put(pair[0], "first", 5);
	assert_int_not_equal(id, 0);
	keeper_set(id, "second one", 10);
	keeper_stop(); /* as if killed: the keeper hears the end of the connection either way */
	close(pair[0]);
	assert_true(held(pair[1], 100));
	assert_int_equal(start(30), 0);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.id, id);
	assert_string_equal(got.note, "second one");
	assert_int_equal(send(got.fd, "x", 1, 0), 1);
	char c = 0;
	assert_int_equal(recv(pair[1], &c, 1, 0), 1);
	assert_int_equal(c, 'x');
	keeper_drop(id);
	close(got.fd);
	assert_false(held(pair[1], 2000));
	keeper_stop();
	assert_int_equal(start(30), 0);
	assert_int_equal(got.n, 0);
	close(pair[1]);
}

static void after_the_grace_peers_are_told(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(start(1), 0);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	assert_int_not_equal(keeper_put(pair[0], "", 0), 0);
	close(pair[0]);
	keeper_stop();
	assert_true(held(pair[1], 300));
	assert_false(held(pair[1], 4000));
	close(pair[1]);
	for (int i = 0; i < 3000 && !access(path, F_OK); i++)
		usleep(1000);
	assert_int_not_equal(access(path, F_OK), 0); /* and the keeper has ended */
}

/* Neither end may wait for the other, however much is handed over and dropped. */
static void hundreds_that_ended_meanwhile_are_dropped(void **state)
{
	enum { MANY = 800 };
	struct timespec from, to;
	int pair[2];

	(void)state;
	assert_int_equal(start(30), 0);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	for (int i = 0; i < MANY; i++)
		assert_int_not_equal(keeper_put(pair[0], "note", 4), 0);
	keeper_stop();
	close(pair[0]);
	unwanted = true;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(start(30), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	unwanted = false;
	assert_int_equal(got.n, MANY);
	assert_true(to.tv_sec - from.tv_sec < 2); /* the patience of either end */
	assert_false(held(pair[1], 2000));
	keeper_stop();
	assert_int_equal(start(30), 0);
	assert_int_equal(got.n, 0);
	close(pair[1]);
}

static void a_second_daemon_is_refused(void **state)
{
	(void)state;
	assert_int_equal(start(30), 0);
	pid_t pid = fork();
	if (!pid)
		_exit(keeper_start(path, 30, found, NULL) == -EBUSY ? 0 : 1);
	int status = -1;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void on_limit(struct timer *t)
{
	(void)t;
	loop_stop();
}

static void a_keeper_that_died_is_followed_by_one_that_knows_as_much(void **state)
{
	struct timer limit = {0};
	static char own[sizeof(path)];
	int pair[2];
	uint32_t id;

	(void)state;
	strcpy(own, path);
	assert_int_equal(keeper_start(own, 30, found, NULL), 0);
	memset(own, 'x', sizeof(own) - 1); /* as at a reload of the settings */
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	id = keeper_put(pair[0], "note", 4);
	kill(keeper_pid(), SIGKILL);
	timer_start(&limit, 2500, on_limit);
	loop_run();
	keeper_stop();
	close(pair[0]);
	assert_true(held(pair[1], 100));
	assert_int_equal(start(30), 0);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.id, id);
	assert_string_equal(got.note, "note");
	close(got.fd);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_comes_back_with_its_latest_note, setup,
						teardown),
		cmocka_unit_test_setup_teardown(after_the_grace_peers_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(hundreds_that_ended_meanwhile_are_dropped, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_second_daemon_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_keeper_that_died_is_followed_by_one_that_knows_as_much, setup, teardown),
	};

	if (argc == 4 && !strcmp(argv[1], "--keeper"))
		return keeper_run(argv[2], true, NULL);
	log_max = LOG_ERROR;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
