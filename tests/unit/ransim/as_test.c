/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's judgement of access stratum keys: it must agree with a right MME, and not with a
 * wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../../tools/ransim/as.h"
#include "security/as_chain.h"

static struct as_device device;
static struct as_enb enb;
static struct as_chain mme;

static int begin(void **state)
{
	uint8_t kasme[32], kenb[32];

	(void)state;
	memset(kasme, 0x5a, 32);
	memset(kenb, 0xa5, 32);
	as_begin(&device, &enb, kasme, kenb);
	as_chain_begin(&mme, kasme, kenb);
	return 0;
}

static void x2_is_horizontal_until_the_mme_gave_a_pair(void **state)
{
	uint8_t before[32];

	(void)state;
	assert_true(as_x2(&device, &enb, 1));
	assert_int_equal(device.ncc, 0);
	assert_true(as_x2(&device, &enb, 2)); /* before the path was switched */
	as_chain_next(&mme);
	assert_true(as_next(&device, &enb, mme.nh, mme.ncc));
	memcpy(before, enb.kenb, 32);
	assert_true(as_x2(&device, &enb, 3));
	assert_int_equal(device.ncc, 2);
	assert_memory_not_equal(before, enb.kenb, 32);
}

static void long_chains_agree(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		as_chain_next(&mme);
		if (i % 3) {
			assert_true(as_next(&device, &enb, mme.nh, mme.ncc));
			assert_true(as_x2(&device, &enb, i));
		} else {
			as_s1(&enb, mme.nh, mme.ncc, i);
			assert_true(as_arrive(&device, &enb, i));
		}
	}
}

static void wrong_pairs_are_found(void **state)
{
	(void)state;
	assert_false(as_next(&device, &enb, device.nh, 0)); /* not a fresh one */
	as_chain_next(&mme);
	assert_false(as_next(&device, &enb, mme.nh, 3)); /* not that one's */
	mme.nh[7] ^= 1;
	assert_false(as_next(&device, &enb, mme.nh, mme.ncc));
	as_s1(&enb, mme.nh, mme.ncc, 1);
	assert_false(as_arrive(&device, &enb, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(x2_is_horizontal_until_the_mme_gave_a_pair, begin),
		cmocka_unit_test_setup(long_chains_agree, begin),
		cmocka_unit_test_setup(wrong_pairs_are_found, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
