/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void a_list_has_numbers_and_ranges(void **state)
{
	static const char text[] = "0-2,7,10-11\n";

	(void)state;
	for (unsigned cpu = 0; cpu < 14; cpu++)
		assert_int_equal(cpu_in(text, cpu), cpu <= 2 || cpu == 7 || cpu == 10 || cpu == 11);
}

static void an_empty_list_has_none(void **state)
{
	(void)state;
	assert_false(cpu_in("", 0));
	assert_false(cpu_in("\n", 0));
}

static void this_machine_has_its_first_cpu_and_not_all(void **state)
{
	(void)state;
	assert_true(cpu_is("possible", 0));
	assert_true(cpu_is("online", 0));
	assert_false(cpu_is("possible", 65535));
	assert_false(cpu_is("no such list", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_has_numbers_and_ranges),
		cmocka_unit_test(an_empty_list_has_none),
		cmocka_unit_test(this_machine_has_its_first_cpu_and_not_all),
	};

	return cmocka_run_group_tests_name("core/cpus", tests, NULL, NULL);
}
