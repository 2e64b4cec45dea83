/* SPDX-License-Identifier: Apache-2.0 */
/* Timers on a hierarchical wheel driven by one uv_timer. A timer is embedded in its owner (32
 * bytes), and stopping it is synchronous: a stale expiry cannot happen. Resolution 10 ms; start and
 * stop cost O(1); durations up to years. A zeroed struct timer is a stopped timer. */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer {
	struct timer *next, **pprev; /* pprev is NULL when stopped */
	void (*fn)(struct timer *);
	uint64_t expires; /* tick */
};

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* fn(t) runs once, on the loop, ms milliseconds from now or up to 10 ms later. Restarts a running
 * timer. In fn the timer is already stopped and may be started again or freed. */
void timer_start(struct timer *t, uint64_t ms, void (*fn)(struct timer *));
void timer_stop(struct timer *t);
static inline bool timer_running(const struct timer *t) { return t->pprev != NULL; }
/* Milliseconds until expiry, 0 when stopped. */
uint64_t timer_left_ms(const struct timer *t);

/* Moves the wheel to now_ms, running what expired: called by the loop; tests call it directly. */
void timer_advance(uint64_t now_ms);
/* Milliseconds until the wheel next needs timer_advance, UINT64_MAX when no timer runs. */
uint64_t timer_next_ms(uint64_t now_ms);

#endif
