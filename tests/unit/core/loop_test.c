/* SPDX-License-Identifier: Apache-2.0 */
#include "core/loop.h"
#include "core/pool.h"
#include "core/timer.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static struct timer limit;
static bool late;

static void on_limit(struct timer *t)
{
	(void)t;
	late = true;
	loop_stop();
}

static int setup(void **state)
{
	(void)state;
	late = false;
	if (loop_init() != 0)
		return -1;
	timer_start(&limit, 5000, on_limit);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	timer_stop(&limit);
	loop_close();
	return late ? -1 : 0;
}

static struct timer ticking;
static unsigned ticks;

static void on_tick(struct timer *t)
{
	if (++ticks == 5)
		loop_stop();
	else
		timer_start(t, 20, on_tick);
}

static void timers_run_at_their_time(void **state)
{
	uint64_t began = loop_clock_ns(), took;

	(void)state;
	ticks = 0;
	timer_start(&ticking, 20, on_tick);
	loop_run();
	took = (loop_clock_ns() - began) / 1000000;
	assert_int_equal(ticks, 5);
	assert_in_range(took, 95, 400);
}

enum { THREADS = 4, POSTS = 20000 };

static unsigned posted_by[THREADS], posted;

static void on_post(void *arg)
{
	uintptr_t value = (uintptr_t)arg;
	unsigned thread = (unsigned)(value >> 32);

	if ((uint32_t)value != posted_by[thread]++) /* in order */
		abort();
	if (++posted == THREADS * POSTS)
		loop_stop();
}

static void *post_many(void *arg)
{
	for (uintptr_t i = 0; i < POSTS; i++)
		loop_post(on_post, (void *)((uintptr_t)arg << 32 | i));
	return NULL;
}

static void posts_of_many_threads_all_arrive_in_each_ones_order(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, post_many, (void *)i);
	loop_run();
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(posted, THREADS * POSTS);
}

static void stop_now(void *arg)
{
	(void)arg;
	loop_stop();
}

static void post_again(void *arg)
{
	unsigned *times = arg;

	if (++*times < 3)
		loop_post(post_again, times);
	else
		loop_post(stop_now, NULL);
}

static void a_posted_call_can_post(void **state)
{
	unsigned times = 0;

	(void)state;
	loop_post(post_again, &times);
	loop_run();
	assert_int_equal(times, 3);
}

static int pair[2];
static struct loop_fd *watch;
static char heard[8];

static void on_readable(void *arg, int events)
{
	(void)arg;
	assert_true(events & LOOP_READ);
	if (read(pair[0], heard, sizeof(heard)) < 0)
		abort();
	loop_fd_del(watch); /* from within */
	watch = NULL;
	loop_stop();
}

static void a_readable_descriptor_is_told_until_removed(void **state)
{
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	watch = loop_fd_add(pair[0], LOOP_READ, on_readable, NULL);
	assert_non_null(watch);
	assert_int_equal(write(pair[1], "hello", 6), 6);
	loop_run();
	assert_string_equal(heard, "hello");
	close(pair[0]);
	close(pair[1]);
	loop_fd_del(NULL);
}

static unsigned writable;

static void on_writable(void *arg, int events)
{
	(void)arg;
	if (events & LOOP_WRITE && ++writable == 3) {
		loop_fd_set(watch, LOOP_READ);
		timer_start(&ticking, 50, on_tick);
		ticks = 4; /* the next one stops */
	}
}

static void writability_is_told_while_asked_for(void **state)
{
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	watch = loop_fd_add(pair[0], LOOP_READ | LOOP_WRITE, on_writable, NULL);
	loop_run();
	assert_int_equal(writable, 3);
	loop_fd_del(watch);
	close(pair[0]);
	close(pair[1]);
}

static char order[16];

static void note(void *arg)
{
	size_t n = strlen(order);

	if (n < sizeof(order) - 1)
		order[n] = *(char *)arg;
}

static void note_and_stop(void *arg)
{
	note(arg);
	assert_non_null(arena_alloc(&turn_arena, 100000));
	assert_non_null(arena_alloc(&turn_arena, 100000));
	loop_stop();
}

static void turn_end_calls_come_after_the_turn_and_in_order_also_the_last(void **state)
{
	(void)state;
	memset(order, 0, sizeof(order));
	loop_at_turn_end(note, "1");
	loop_at_turn_end(note, "2");
	loop_post(note, "a");
	loop_post(note_and_stop, "b");
	loop_run();
	assert_non_null(strstr(order, "ab12"));
	assert_int_equal(strlen(order) - (size_t)(strstr(order, "ab12") - order), 4);
	assert_int_equal(turn_arena.used, 0);
}

static int got_signal;

static void on_signal(int signo)
{
	got_signal = signo;
	loop_stop();
}

static void signals_reach_the_loop(void **state)
{
	(void)state;
	assert_int_equal(loop_signal(SIGUSR1, on_signal), 0);
	kill(getpid(), SIGUSR1);
	loop_run();
	assert_int_equal(got_signal, SIGUSR1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(timers_run_at_their_time),
		TEST(posts_of_many_threads_all_arrive_in_each_ones_order),
		TEST(a_posted_call_can_post),
		TEST(a_readable_descriptor_is_told_until_removed),
		TEST(writability_is_told_while_asked_for),
		TEST(turn_end_calls_come_after_the_turn_and_in_order_also_the_last),
		TEST(signals_reach_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
