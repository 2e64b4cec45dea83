/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of next hop keys. 33.401 publishes no test set: the values were made by `openssl dgst
 * -sha256 -mac HMAC` over strings S written out by hand, from this KASME and uplink COUNT 7. */
#include "hex.h"

#include "security/as_chain.h"
#include "security/kdf.h"

#define KASME "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

static struct as_chain chain;
static uint8_t kasme[32];

static int begin(void **state)
{
	uint8_t kenb[32];

	(void)state;
	hex(KASME, kasme, 32);
	kdf_kenb(kasme, 7, kenb);
	assert_hex(kenb, "15b3a8f0a953abec4e6ef58a4fcd5d7d44da7e84962851cb64edb513cd948ffe");
	as_chain_begin(&chain, kasme, kenb);
	return 0;
}

static void initial_next_hop_has_ncc_one(void **state)
{
	(void)state;
	assert_int_equal(chain.ncc, 1);
	assert_hex(chain.nh, "0f1103f0e47a29689a3dfaa844a31032c941db67cfa2c9b67cd5b8ff173ecad6");
}

static void each_pair_is_fresh_and_ncc_wraps_after_seven(void **state)
{
	static const char *const nh[] = {
		"8a032bf415c9390436ed10df9fa30b29ceb846ce81d547eb33c9489fed80d6a9",
		"c78e419eabe4ac1d67b18312b6f02bc39d1513ede4b4a1bbe0fdea8164d7cd8a",
		"0f83a1c3373f33961936d2dfcab3659efdc5efedd16ad4dce08397d7805878e7",
		"5549744051d6f6c408e4abecb12150a89f73fef7162ec64e9ca934d7ea1873e0",
		"fb9b376d1d599de2cc40fa01426292e8de2714faaaa67c042a1f68f13834b948",
		"c593d292e2627eac557c73d5207b905dbc545a27b6c2c4a654d6bc35d6995190",
		"6be2155828dd59f59ad2af02fe7d7f7bd58a28c6992cb4472e7a5ba488b25f68",
		"b733f1bccd7a08ae76fe0b5211eeb8a38e0d0a8faff5cc9a36666275d2b437d7",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(nh) / sizeof(*nh); i++) {
		as_chain_next(&chain);
		assert_int_equal(chain.ncc, (i + 2) % 8);
		assert_hex(chain.nh, nh[i]);
	}
}

static void target_cell_makes_its_key_of_the_fresh_pair(void **state)
{
	uint8_t key[32];

	(void)state;
	as_chain_next(&chain);
	kdf_kenb_star(chain.nh, 257, 6300, key);
	assert_hex(key, "588c3b02e2774f18b677ba5f8176afd68c84d3cb67ffae92620d32e7c839dfd3");
	kdf_kenb_star(chain.nh, 257, 70000, key);
	assert_hex(key, "65aa77322c529214eeed8657557d6b4df886f75617a0d0e3f3ce5fc0ec09e21f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(initial_next_hop_has_ncc_one, begin),
		cmocka_unit_test_setup(each_pair_is_fresh_and_ncc_wraps_after_seven, begin),
		cmocka_unit_test_setup(target_cell_makes_its_key_of_the_fresh_pair, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
