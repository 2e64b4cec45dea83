/* SPDX-License-Identifier: Apache-2.0 */
/* The timer wheel without a loop: time is what timer_advance says, and only moves forward through
 * the tests. A reference (a sorted array of due times) checks a random run. */
#include "core/timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint64_t now = 1000;
static unsigned fired;
static uint64_t fired_at;

static void advance(uint64_t ms)
{
	now += ms;
	timer_advance(now);
}

static void fire(struct timer *t)
{
	(void)t;
	fired++;
	fired_at = now;
}

static int reset(void **state)
{
	(void)state;
	fired = 0;
	fired_at = 0;
	advance(10);
	return 0;
}

static void expiry_is_never_early_and_at_most_10_ms_late(void **state)
{
	static const uint64_t lengths[] = {0, 1, 9, 10, 11, 639, 640, 641, 6000, 40960, 3240000};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct timer t = {0};
		uint64_t started = now;
		fired = 0;
		timer_start(&t, lengths[i], fire);
		assert_true(timer_running(&t));
		while (!fired) {
			uint64_t step = timer_next_ms(now);
			assert_true(step != UINT64_MAX);
			advance(step ? step : 1);
		}
		assert_true(now - started >= lengths[i]);
		assert_true(now - started <= lengths[i] + 10);
		assert_false(timer_running(&t));
		advance(3);
	}
}

static void very_long_timers_stay_until_due(void **state)
{
	struct timer year = {0}, endless = {0};
	const uint64_t ms = 366ull * 86400 * 1000;

	(void)state;
	timer_start(&year, ms, fire);
	timer_start(&endless, UINT64_MAX, fire);
	advance(ms - 1);
	assert_int_equal(fired, 0);
	advance(11);
	assert_int_equal(fired, 1);
	assert_true(timer_running(&endless));
	timer_stop(&endless);
	assert_true(timer_next_ms(now) == UINT64_MAX);
}

static void a_stopped_timer_does_not_fire(void **state)
{
	struct timer t = {0};

	(void)state;
	timer_start(&t, 50, fire);
	timer_stop(&t);
	timer_stop(&t);
	assert_false(timer_running(&t));
	assert_true(timer_left_ms(&t) == 0);
	advance(1000);
	assert_int_equal(fired, 0);
}

static void a_restart_replaces_the_first_expiry(void **state)
{
	struct timer t = {0};

	(void)state;
	timer_start(&t, 50, fire);
	advance(40);
	timer_start(&t, 50, fire);
	advance(40);
	assert_int_equal(fired, 0);
	advance(20);
	assert_int_equal(fired, 1);
}

static void time_left_counts_down(void **state)
{
	struct timer t = {0};

	(void)state;
	timer_start(&t, 5000, fire);
	assert_in_range(timer_left_ms(&t), 5000, 5010);
	advance(3000);
	assert_in_range(timer_left_ms(&t), 2000, 2010);
	timer_stop(&t);
}

static struct timer pair[2];

static void stop_the_other(struct timer *t)
{
	fired++;
	timer_stop(&pair[t == &pair[0]]);
}

static void a_callback_can_stop_one_due_in_the_same_tick(void **state)
{
	(void)state;
	timer_start(&pair[0], 100, stop_the_other);
	timer_start(&pair[1], 100, stop_the_other);
	advance(200);
	assert_int_equal(fired, 1);
	assert_true(timer_next_ms(now) == UINT64_MAX);
}

static void again(struct timer *t)
{
	if (++fired < 5)
		timer_start(t, 100, again);
}

static void a_callback_can_start_its_own_timer_again(void **state)
{
	struct timer t = {0};
	uint64_t started = now;

	(void)state;
	timer_start(&t, 100, again);
	while (fired < 5)
		advance(10);
	assert_in_range(now - started, 500, 560);
	assert_false(timer_running(&t));
}

struct owner {
	uint64_t due;
	struct timer timer;
};

static void free_owner(struct timer *t)
{
	struct owner *owner = container_of(t, struct owner, timer);

	fired++;
	assert_true(now >= owner->due && now <= owner->due + 20);
	free(owner);
}

static void an_owner_can_be_freed_in_its_expiry(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct owner *owner = calloc(1, sizeof(*owner));
		owner->due = now + i * 7;
		timer_start(&owner->timer, i * 7, free_owner);
	}
	for (unsigned i = 0; i < 720; i++)
		advance(10);
	assert_int_equal(fired, 1000);
}

enum { MANY = 2000, STEPS = 20000 };

static struct owner many[MANY];

static void check_due(struct timer *t)
{
	struct owner *owner = container_of(t, struct owner, timer);

	assert_true(now >= owner->due);
	assert_true(now < owner->due + 10 + 64);
	owner->due = 0;
	fired++;
}

static void a_random_run_agrees_with_a_list_of_due_times(void **state)
{
	unsigned expected = 0;

	(void)state;
	srandom(1);
	for (unsigned step = 0; step < STEPS; step++) {
		struct owner *owner = &many[random() % MANY];
		uint64_t ms = (uint64_t)random() % (random() % 8 ? 5000 : 3000000);
		if (random() % 3 == 0) {
			timer_stop(&owner->timer);
			owner->due = 0;
		} else {
			owner->due = now + ms;
			timer_start(&owner->timer, ms, check_due);
		}
		advance((uint64_t)random() % 64);
		for (unsigned i = step % 16; i < MANY; i += 16) {
			assert_int_equal(timer_running(&many[i].timer), many[i].due != 0);
			if (many[i].due)
				assert_true(many[i].due + 10 > now);
		}
	}
	for (unsigned i = 0; i < MANY; i++)
		expected += many[i].due != 0;
	fired = 0;
	while (timer_next_ms(now) != UINT64_MAX)
		advance(timer_next_ms(now));
	assert_int_equal(fired, expected);
}

static void a_timer_is_32_bytes(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct timer), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(expiry_is_never_early_and_at_most_10_ms_late, reset),
		cmocka_unit_test_setup(very_long_timers_stay_until_due, reset),
		cmocka_unit_test_setup(a_stopped_timer_does_not_fire, reset),
		cmocka_unit_test_setup(a_restart_replaces_the_first_expiry, reset),
		cmocka_unit_test_setup(time_left_counts_down, reset),
		cmocka_unit_test_setup(a_callback_can_stop_one_due_in_the_same_tick, reset),
		cmocka_unit_test_setup(a_callback_can_start_its_own_timer_again, reset),
		cmocka_unit_test_setup(an_owner_can_be_freed_in_its_expiry, reset),
		cmocka_unit_test_setup(a_random_run_agrees_with_a_list_of_due_times, reset),
		cmocka_unit_test(a_timer_is_32_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
