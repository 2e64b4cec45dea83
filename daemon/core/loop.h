/* SPDX-License-Identifier: Apache-2.0 */
/* The one loop (libuv). All signalling state is touched by the thread that runs it and by no other;
 * other threads hand over work with loop_post, the only function here they may call. */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <stdint.h>

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_fd; /* a watched descriptor; it stays the caller's to close, after loop_fd_del */

/* 0 or negative errno. Once, before anything else here. */
int loop_init(void);
/* Runs until loop_stop. */
void loop_run(void);
void loop_stop(void);
void loop_close(void);

/* Calls fn(arg, LOOP_READ and/or LOOP_WRITE) while fd is ready (level-triggered). NULL if out of
 * memory or fd cannot be polled. */
struct loop_fd *loop_fd_add(int fd, int events, void (*fn)(void *arg, int events), void *arg);
void loop_fd_set(struct loop_fd *, int events);
/* Also from within the callback. NULL is allowed. */
void loop_fd_del(struct loop_fd *);

/* Calls fn on the loop for each signal. 0 or negative errno. */
int loop_signal(int signo, void (*fn)(int signo));

/* From any thread: fn(arg) will run on the loop, in the order of posting. Never fails (aborts when
 * memory is gone). */
void loop_post(void (*fn)(void *arg), void *arg);

/* fn(arg) runs at the end of each turn of the loop, after all events of the turn, before it waits
 * again: the place for group commit, flushing and arena reset. Called in the order of registration.
 * fn must not block. */
void loop_at_turn_end(void (*fn)(void *arg), void *arg);

/* Monotonic milliseconds, as read at the start of the turn; and a fresh reading in ns. */
uint64_t loop_now_ms(void);
uint64_t loop_clock_ns(void);

#endif
