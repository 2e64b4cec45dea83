/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets of profiles in the pinned maps: when they get another element, and the numbers under
 * which the kernel remembers what they said. Needs root (skips without). */
#include "maps.h"

#include "datapath/filter.h"

enum { ELEMENTS = 5 };

static int profile_setup(void **unused)
{
	int err = setup(unused);

	dp.policies_max = dp.filters_max = ELEMENTS;
	dp.policies = calloc(ELEMENTS, sizeof(*dp.policies));
	dp.filters = calloc(ELEMENTS, sizeof(*dp.filters));
	dp.map[MAP_PROFILES] =
		hash("profiles", sizeof(struct profile_key), sizeof(struct profile), ELEMENTS);
	return err || profile_start();
}

static int profile_teardown(void **unused)
{
	profile_stop();
	free(dp.policies);
	free(dp.filters);
	return teardown(unused);
}

/* A profile of one rule, for a port; its filter. */
static const struct filter *ruled(const char *name, uint16_t port)
{
	struct filter_rule rule = FILTER_RULE_ANY;
	struct dp_profile p = {.name = name, .rule = &rule, .rules = 1, .allow_default = true};
	int index;

	rule.protocol = 17;
	rule.remote = (struct filter_ports){port, port};
	index = dp_profile_set(&p);
	assert_in_range(index, 1, ELEMENTS - 1);
	assert_in_range(dp.policies[index].filter, 1, ELEMENTS - 1);
	return &dp.filters[dp.policies[index].filter];
}

static void a_rule_set_has_a_number_that_none_had_before(void **unused)
{
	const struct filter *f = ruled("meter", 53);
	uint64_t first = f->serial, second, third;

	(void)unused;
	assert_int_not_equal(first, 0);
	f = ruled("meter", 5060);
	second = f->serial;
	assert_true(second > first);
	f = ruled("meter", 53); /* the same rules as once */
	third = f->serial;
	assert_true(third > second);
	assert_true(ruled("camera", 53)->serial > third);
}

static void rules_that_did_not_change_keep_element_and_number(void **unused)
{
	const struct filter *f = ruled("meter", 53);
	uint64_t serial = f->serial;

	(void)unused;
	assert_ptr_equal(ruled("meter", 53), f);
	assert_int_equal(f->serial, serial);
}

static void numbers_go_on_after_a_restart(void **unused)
{
	const struct filter *f = ruled("meter", 53);
	uint64_t serial = f->serial;

	(void)unused;
	profile_stop();
	assert_int_equal(profile_start(), 0);
	assert_ptr_equal(ruled("meter", 53), f);
	assert_int_equal(f->serial, serial);
	assert_true(ruled("meter", 5060)->serial > serial);
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, profile_setup, profile_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rule_set_has_a_number_that_none_had_before),
		TEST(rules_that_did_not_change_keep_element_and_number),
		TEST(numbers_go_on_after_a_restart),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
