/* SPDX-License-Identifier: Apache-2.0 */
/* Captures: which sessions the kernel copies, for how long, and who is told of the end. Over real
 * BPF maps; needs root (skips without). */
#include "maps.h"

static uint64_t now = 1000;
static unsigned ends[3];
static bool again; /* the next end begins another capture, of device 6 */

static imsi_t device(uint32_t offset) { return session_for(offset).imsi; }

static void on_frame(void *arg, const struct dp_frame *f)
{
	unsigned *end = arg;

	assert_null(f);
	++*end;
	if (!again)
		return;
	again = false;
	dp_capture_stop(arg); /* does no harm */
	assert_int_equal(dp_capture_start(device(6), 10, on_frame, &ends[2]), 0);
}

static int world_setup(void **state)
{
	int err = setup(state);

	now += 100000;
	timer_advance(now);
	memset(ends, 0, sizeof(ends));
	again = false;
	dp.map[MAP_CAPTURING] = array("capturing", sizeof(struct capture_settings), 1);
	return err || dp.map[MAP_CAPTURING] < 0;
}

static int world_teardown(void **state)
{
	for (unsigned i = 0; i < 3; i++)
		dp_capture_stop(&ends[i]);
	return teardown(state);
}

static bool copied(uint32_t offset)
{
	return dp.sessions[dp_pool_slot(0, offset)].flags & SESSION_CAPTURE;
}

static void pass(uint64_t ms) { timer_advance(now += ms); }

static void a_capture_ends_after_its_time_and_says_so_once(void **state)
{
	(void)state;
	add(5);
	assert_int_equal(dp_capture_start(device(5), 10, on_frame, &ends[0]), 0);
	assert_int_equal(dp_capture_start(device(5), 20, on_frame, &ends[1]), 0);
	assert_true(copied(5));
	pass(9900);
	assert_int_equal(ends[0], 0);
	pass(200);
	assert_int_equal(ends[0], 1);
	assert_true(copied(5)); /* for the other */
	dp_capture_stop(&ends[1]);
	assert_false(copied(5));
	pass(20000);
	assert_int_equal(ends[0], 1);
	assert_int_equal(ends[1], 0);
}

static void who_is_told_of_the_end_may_begin_another(void **state)
{
	(void)state;
	add(5);
	add(6);
	assert_int_equal(dp_capture_start(device(5), 10, on_frame, &ends[0]), 0);
	again = true;
	pass(10100);
	assert_int_equal(ends[0], 1);
	assert_false(copied(5));
	assert_true(copied(6));
	pass(10100);
	assert_int_equal(ends[2], 1);
	assert_int_equal(ends[0], 1);
	assert_false(copied(6));
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_capture_ends_after_its_time_and_says_so_once),
		TEST(who_is_told_of_the_end_may_begin_another),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
