/* SPDX-License-Identifier: Apache-2.0 */
/* The wheel. Time is a tick of TICK_MS, written in base 64: one level a digit. A timer sits on the
 * level of the highest digit in which its expiry differs from the wheel's time, in the slot of its
 * own digit there; so every occupied slot lies ahead of the time's digit, never wraps, and the next
 * thing to do is the first occupied slot of the lowest level that has one (a bitmap a level finds
 * it). When time reaches a slot, its timers run or move to a lower level; each moves at most once a
 * level. */
#include "core/timer.h"
#include "core/loop.h"

enum { TICK_MS = 10, DIGIT_BITS = 6, SLOTS = 1 << DIGIT_BITS, LEVELS = 11 };

static struct {
	uint64_t tick; /* everything up to here has run */
	uint64_t now_ms;
	uint64_t occupied[LEVELS];
	struct timer *slot[LEVELS][SLOTS];
} wheel;

static uint64_t present_ms(void)
{
	uint64_t loop_ms = loop_now_ms();

	return loop_ms > wheel.now_ms ? loop_ms : wheel.now_ms;
}

/* Of a timer in a slot, or the first of one: expiry is ahead of the wheel's time. */
static void place(uint64_t expires, unsigned *level, unsigned *slot)
{
	*level = (63 - (unsigned)__builtin_clzll(expires ^ wheel.tick)) / DIGIT_BITS;
	*slot = (unsigned)(expires >> (*level * DIGIT_BITS)) & (SLOTS - 1);
}

static void insert(struct timer *t)
{
	unsigned level, slot;
	struct timer **head;

	place(t->expires, &level, &slot);
	head = &wheel.slot[level][slot];
	t->next = *head;
	if (t->next)
		t->next->pprev = &t->next;
	t->pprev = head;
	*head = t;
	wheel.occupied[level] |= 1ull << slot;
}

void timer_stop(struct timer *t)
{
	struct timer **pprev = t->pprev;
	struct timer **first = &wheel.slot[0][0];

	if (!pprev)
		return;
	*pprev = t->next;
	if (t->next)
		t->next->pprev = pprev;
	t->pprev = NULL;
	t->next = NULL;
	if (!*pprev && pprev >= first && pprev < first + LEVELS * SLOTS) {
		size_t index = (size_t)(pprev - first);
		wheel.occupied[index / SLOTS] &= ~(1ull << (index % SLOTS));
	}
}

void timer_start(struct timer *t, uint64_t ms, void (*fn)(struct timer *))
{
	uint64_t now = present_ms();
	uint64_t due = ms < UINT64_MAX - now - TICK_MS ? now + ms : UINT64_MAX - TICK_MS;

	timer_stop(t);
	t->fn = fn;
	t->expires = (due + TICK_MS - 1) / TICK_MS;
	if (t->expires <= now / TICK_MS)
		t->expires = now / TICK_MS + 1;
	if (t->expires <= wheel.tick)
		t->expires = wheel.tick + 1;
	insert(t);
}

uint64_t timer_left_ms(const struct timer *t)
{
	uint64_t now = present_ms();

	if (!timer_running(t) || t->expires * TICK_MS <= now)
		return 0;
	return t->expires * TICK_MS - now;
}

/* The tick of the next occupied slot; false when no timer runs. */
static bool next_slot(uint64_t *tick, unsigned *level, unsigned *slot)
{
	for (unsigned l = 0; l < LEVELS; l++) {
		unsigned shift = l * DIGIT_BITS;
		uint64_t above;

		if (!wheel.occupied[l])
			continue;
		above = shift + DIGIT_BITS < 64 ? ~0ull << (shift + DIGIT_BITS) : 0;
		*level = l;
		*slot = (unsigned)__builtin_ctzll(wheel.occupied[l]);
		*tick = (wheel.tick & above) | (uint64_t)*slot << shift;
		return true;
	}
	return false;
}

static void run_slot(unsigned level, unsigned slot)
{
	struct timer *due = wheel.slot[level][slot];

	wheel.slot[level][slot] = NULL;
	wheel.occupied[level] &= ~(1ull << slot);
	if (due)
		due->pprev = &due; /* so that a callback can stop one that is still to come */
	while (due) {
		struct timer *t = due;
		timer_stop(t);
		if (t->expires <= wheel.tick)
			t->fn(t);
		else
			insert(t);
	}
}

void timer_advance(uint64_t now_ms)
{
	uint64_t target = now_ms / TICK_MS, tick;
	unsigned level, slot;

	if (now_ms > wheel.now_ms)
		wheel.now_ms = now_ms;
	while (next_slot(&tick, &level, &slot) && tick <= target) {
		wheel.tick = tick;
		run_slot(level, slot);
	}
	if (target > wheel.tick)
		wheel.tick = target;
}

uint64_t timer_next_ms(uint64_t now_ms)
{
	uint64_t tick;
	unsigned level, slot;

	if (!next_slot(&tick, &level, &slot))
		return UINT64_MAX;
	return tick * TICK_MS > now_ms ? tick * TICK_MS - now_ms : 0;
}
