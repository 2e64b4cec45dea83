/* SPDX-License-Identifier: Apache-2.0 */
/* The loop on libuv. A turn: expired timers, the end-of-turn calls (uv_prepare, which runs just
 * before libuv waits), then what the wait brought. One uv_timer wakes up for the wheel. Work from
 * other threads comes through one growing array under a lock, with one uv_async a batch: the array
 * is swapped against an empty one before it runs, so a post costs no allocation in the long run. */
#include "core/loop.h"
#include "core/pool.h"
#include "core/timer.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

enum { MAX_SIGNALS = 16 };

struct loop_fd {
	uv_poll_t poll; /* first: libuv hands it back */
	int events;
	void (*fn)(void *arg, int events);
	void *arg;
};

struct call {
	void (*fn)(void *arg);
	void *arg;
};

struct calls {
	struct call *call;
	size_t n, cap;
};

static struct {
	bool ready;
	uv_loop_t uv;
	uv_prepare_t turn_end;
	uv_timer_t wheel;
	uint64_t wheel_due; /* when the uv_timer is set to, UINT64_MAX if it is not */
	uv_async_t door;
	uv_signal_t signal[MAX_SIGNALS];
	void (*on_signal[MAX_SIGNALS])(int signo);
	unsigned signals;
	struct calls at_turn_end;
} loop;

static pthread_mutex_t post_lock = PTHREAD_MUTEX_INITIALIZER;
static struct calls posted, running;

static void calls_add(struct calls *calls, void (*fn)(void *arg), void *arg)
{
	if (calls->n == calls->cap) {
		calls->cap = calls->cap ? 2 * calls->cap : 16;
		calls->call = realloc(calls->call, calls->cap * sizeof(*calls->call));
		if (!calls->call)
			abort();
	}
	calls->call[calls->n++] = (struct call){fn, arg};
}

static void calls_free(struct calls *calls)
{
	free(calls->call);
	memset(calls, 0, sizeof(*calls));
}

static void on_wheel(uv_timer_t *timer)
{
	(void)timer;
	loop.wheel_due = UINT64_MAX;
	timer_advance(uv_now(&loop.uv));
}

static void arm_wheel(void)
{
	uint64_t now = uv_now(&loop.uv), left = timer_next_ms(now);
	uint64_t due = left == UINT64_MAX ? UINT64_MAX : now + left;

	if (due == loop.wheel_due)
		return;
	loop.wheel_due = due;
	if (due == UINT64_MAX)
		uv_timer_stop(&loop.wheel);
	else
		uv_timer_start(&loop.wheel, on_wheel, left, 0);
}

static void end_turn(void)
{
	for (size_t i = 0; i < loop.at_turn_end.n; i++)
		loop.at_turn_end.call[i].fn(loop.at_turn_end.call[i].arg);
	arena_reset(&turn_arena);
}

static void on_prepare(uv_prepare_t *prepare)
{
	(void)prepare;
	end_turn();
	arm_wheel();
}

static void on_door(uv_async_t *door)
{
	(void)door;
	pthread_mutex_lock(&post_lock);
	struct calls batch = posted;
	posted = running;
	pthread_mutex_unlock(&post_lock);
	for (size_t i = 0; i < batch.n; i++)
		batch.call[i].fn(batch.call[i].arg);
	batch.n = 0;
	running = batch;
}

int loop_init(void)
{
	int r = uv_loop_init(&loop.uv);

	if (r < 0)
		return r;
	uv_prepare_init(&loop.uv, &loop.turn_end);
	uv_prepare_start(&loop.turn_end, on_prepare);
	uv_timer_init(&loop.uv, &loop.wheel);
	loop.wheel_due = UINT64_MAX;
	r = uv_async_init(&loop.uv, &loop.door, on_door);
	if (r < 0)
		return r;
	pthread_mutex_lock(&post_lock);
	loop.ready = true;
	if (posted.n) /* posted before there was a loop */
		uv_async_send(&loop.door);
	pthread_mutex_unlock(&post_lock);
	return 0;
}

void loop_run(void)
{
	uv_update_time(&loop.uv);
	uv_run(&loop.uv, UV_RUN_DEFAULT);
	end_turn();
}

void loop_stop(void) { uv_stop(&loop.uv); }

static void free_fd(uv_handle_t *handle) { free(handle); }

static void close_handle(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, handle->type == UV_POLL ? free_fd : NULL);
}

void loop_close(void)
{
	if (!loop.ready)
		return;
	uv_walk(&loop.uv, close_handle, NULL);
	uv_run(&loop.uv, UV_RUN_DEFAULT);
	uv_loop_close(&loop.uv);
	calls_free(&loop.at_turn_end);
	pthread_mutex_lock(&post_lock);
	calls_free(&posted);
	calls_free(&running);
	pthread_mutex_unlock(&post_lock);
	memset(&loop, 0, sizeof(loop));
	arena_free(&turn_arena);
}

static int to_uv(int events)
{
	return (events & LOOP_READ ? UV_READABLE : 0) | (events & LOOP_WRITE ? UV_WRITABLE : 0);
}

/* libuv stops polling a descriptor with a pending error. The owner finds the error by using the
 * descriptor, and one whose error is gone by then (UDP) polls on. */
static void on_poll(uv_poll_t *poll, int status, int uv_events)
{
	struct loop_fd *fd = (void *)poll;
	int events = (uv_events & UV_READABLE ? LOOP_READ : 0) |
		     (uv_events & UV_WRITABLE ? LOOP_WRITE : 0);

	if (status < 0) {
		events = fd->events;
		uv_poll_start(&fd->poll, to_uv(fd->events), on_poll);
	}
	fd->fn(fd->arg, events);
}

struct loop_fd *loop_fd_add(int fd, int events, void (*fn)(void *arg, int events), void *arg)
{
	struct loop_fd *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	if (uv_poll_init(&loop.uv, &watch->poll, fd) < 0) {
		free(watch);
		return NULL;
	}
	watch->fn = fn;
	watch->arg = arg;
	loop_fd_set(watch, events);
	return watch;
}

void loop_fd_set(struct loop_fd *fd, int events)
{
	if (events == fd->events)
		return;
	fd->events = events;
	if (events)
		uv_poll_start(&fd->poll, to_uv(events), on_poll);
	else
		uv_poll_stop(&fd->poll);
}

void loop_fd_del(struct loop_fd *fd)
{
	if (fd)
		uv_close((uv_handle_t *)&fd->poll, free_fd);
}

static void on_uv_signal(uv_signal_t *signal, int signo)
{
	loop.on_signal[signal - loop.signal](signo);
}

int loop_signal(int signo, void (*fn)(int signo))
{
	uv_signal_t *signal = &loop.signal[loop.signals];
	int r;

	if (loop.signals == MAX_SIGNALS)
		return -ENOSPC;
	r = uv_signal_init(&loop.uv, signal);
	if (r < 0)
		return r;
	loop.on_signal[loop.signals++] = fn;
	return uv_signal_start(signal, on_uv_signal, signo);
}

void loop_post(void (*fn)(void *arg), void *arg)
{
	bool first;

	pthread_mutex_lock(&post_lock);
	first = posted.n == 0;
	calls_add(&posted, fn, arg);
	if (first && loop.ready)
		uv_async_send(&loop.door);
	pthread_mutex_unlock(&post_lock);
}

void loop_at_turn_end(void (*fn)(void *arg), void *arg) { calls_add(&loop.at_turn_end, fn, arg); }

uint64_t loop_now_ms(void) { return loop.ready ? uv_now(&loop.uv) : 0; }

uint64_t loop_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
