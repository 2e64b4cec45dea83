/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of prefixes: what is one, and what is not. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/prefix.h"

static struct prefix list[PREFIXES_MAX];

/* The list as it is printed again, or what is wrong with it. */
static const char *as(const char *text)
{
	static char out[PREFIXES_STRLEN];
	const char *wrong;
	unsigned n = prefixes_read(text, list, &wrong);

	if (wrong) {
		assert_int_equal(n, 0);
		return wrong;
	}
	assert_true(prefixes_print(list, n, out));
	return out;
}

static void lists_read_and_print_the_same(void **state)
{
	(void)state;
	assert_string_equal(as("192.0.2.0/24,2001:db8:b::/48"), "192.0.2.0/24 2001:db8:b::/48");
	assert_string_equal(as("  192.0.2.7 , fd00::1 "), "192.0.2.7/32 fd00::1/128");
	assert_string_equal(as("192.0.2.0/25 192.0.2.128/25"), "192.0.2.0/25 192.0.2.128/25");
	assert_string_equal(as(""), "");
}

static void what_is_no_network_is_refused(void **state)
{
	static const char *const bad[] = {
		"192.0.2.1/24",   "192.0.2.0/33",   "192.0.2.0/",
		"192.0.2.0/+24",  "192.0.2.0/24x",  "0.0.0.0/0",
		"127.0.0.0/8",    "224.0.0.0/8",    "169.254.0.0/16",
		"10.0.0.0/7",     "fe80::/64",      "ff00::/8",
		"::/0",           "2001:db8::/129", "::ffff:192.0.2.0/120",
		"2001:db8::1/64", "host",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_string_equal(as(bad[i]), bad[i]);
	assert_string_equal(as("192.0.2.0/24 oops"), "oops");
}

static void one_longer_than_an_address_is_no_network(void **state)
{
	const struct prefix mapped = {{.s6_addr = {[10] = 0xff, 0xff, 192, 0, 2}}, 120};
	const struct prefix all4 = {{.s6_addr = {[10] = 0xff, 0xff}}, 0}, all6 = {.len = 0};
	struct prefix good = mapped;

	(void)state;
	assert_int_equal(prefix_bits(&mapped), 216);
	assert_false(prefix_valid(&mapped));
	assert_false(prefix_valid(&all4));
	assert_false(prefix_valid(&all6));
	good.len = 24;
	assert_true(prefix_valid(&good));
	good.len = 23;
	assert_true(prefix_valid(&good));
	good.len = 22;
	assert_false(prefix_valid(&good));
}

static void none_meets_another_and_there_are_eight(void **state)
{
	(void)state;
	assert_string_equal(as("192.0.2.0/24 192.0.2.128/25"), "192.0.2.128/25");
	assert_string_equal(as("2001:db8::/64 2001:db8::/32"), "2001:db8::/32");
	assert_string_equal(as("10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 "
			       "10.0.0.8 10.0.0.9"),
			    "10.0.0.9");
}

static void a_text_too_long_is_not_cut(void **state)
{
	char out[PREFIXES_STRLEN];
	const char *wrong;
	unsigned n = prefixes_read("2001:db8:1111:1111:1111:1111:1111:1111 "
				   "2001:db8:2222:2222:2222:2222:2222:2222 "
				   "2001:db8:3333:3333:3333:3333:3333:3333",
				   list, &wrong);

	(void)state;
	assert_int_equal(n, 3);
	assert_true(prefixes_print(list, 2, out));
	assert_false(prefixes_print(list, 3, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_read_and_print_the_same),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(one_longer_than_an_address_is_no_network),
		cmocka_unit_test(none_meets_another_and_there_are_eight),
		cmocka_unit_test(a_text_too_long_is_not_cut),
	};

	return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
