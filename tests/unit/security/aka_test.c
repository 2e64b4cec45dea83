/* SPDX-License-Identifier: Apache-2.0 */
/* Home network and USIM agree, and neither takes what the other did not make. */
#include "hex.h"

#include <errno.h>

#include "security/aka.h"

static struct aka_key milenage_key(void)
{
	struct aka_key k = {.algorithm = AKA_MILENAGE, .k_len = 16};

	hex("5122250214c33e723a5dd523fc145fc0", k.k, 16);
	hex("981d464c7c52eb6e5036234984ad0bcf", k.opc, 16);
	return k;
}

static struct aka_key tuak_key(void)
{
	struct aka_key k = {.algorithm = AKA_TUAK, .k_len = 32};

	hex("1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69c29f15770e5aa5", k.k, 32);
	hex("3c6052e41532a28a47aa3cbb89f223e8f3aaa976aecd48bc3e7d6165a55eff62", k.opc, 32);
	return k;
}

static void autn_of_a_known_vector(void **state)
{
	struct aka_key k = milenage_key();
	uint8_t rand[16], amf[2];
	struct aka_vector v;

	(void)state;
	hex("81e92b6c0ee0e12ebceba8d92a99dfa5", rand, 16);
	hex("c3ab", amf, 2);
	assert_int_equal(aka_generate(&k, rand, 0x16f3b3f70fc2, amf, &v), 0);
	assert_hex(v.autn, "bb52e91c747ac3ab2a5c23d15ee351d5");
	assert_hex(v.res, "28d7b0f2a2ec3de5");
}

static void usim_accepts_the_homes_vector(void **state)
{
	const struct aka_key keys[] = {milenage_key(), tuak_key()};
	uint8_t rand[16] = {1, 2, 3}, amf[2] = {0x80, 0}, amf_seen[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct aka_vector home, usim;
		uint64_t sqn;

		assert_int_equal(aka_generate(&keys[i], rand, 0xfedcba987654, amf, &home), 0);
		assert_int_equal(aka_check_autn(&keys[i], rand, home.autn, &sqn, amf_seen, &usim),
				 0);
		assert_true(sqn == 0xfedcba987654);
		assert_memory_equal(amf_seen, amf, 2);
		assert_memory_equal(&home, &usim, sizeof(home));
	}
}

static void usim_refuses_a_changed_autn(void **state)
{
	struct aka_key k = milenage_key();
	uint8_t rand[16] = {9}, amf[2] = {0x80, 0};
	struct aka_vector v, out;
	uint64_t sqn;

	(void)state;
	aka_generate(&k, rand, 32, amf, &v);
	for (unsigned bit = 0; bit < 128; bit++) {
		v.autn[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(aka_check_autn(&k, rand, v.autn, &sqn, amf, &out), -EBADMSG);
		v.autn[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void auts_tells_the_home_where_the_usim_is(void **state)
{
	const struct aka_key keys[] = {milenage_key(), tuak_key()};
	uint8_t rand[16] = {5}, auts[14];
	uint64_t sqn;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(aka_make_auts(&keys[i], rand, 0x0123456789ab, auts), 0);
		assert_int_equal(aka_check_auts(&keys[i], rand, auts, &sqn), 0);
		assert_true(sqn == 0x0123456789ab);
		auts[13] ^= 1;
		assert_int_equal(aka_check_auts(&keys[i], rand, auts, &sqn), -EBADMSG);
		auts[13] ^= 1;
		auts[0] ^= 0x80;
		assert_int_equal(aka_check_auts(&keys[i], rand, auts, &sqn), -EBADMSG);
	}
}

static void key_lengths_are_checked(void **state)
{
	struct aka_key k = milenage_key();
	uint8_t rand[16] = {0}, amf[2] = {0};
	struct aka_vector v;

	(void)state;
	k.k_len = 32;
	assert_int_equal(aka_generate(&k, rand, 0, amf, &v), -EINVAL);
	k.algorithm = AKA_TUAK;
	assert_int_equal(aka_generate(&k, rand, 0, amf, &v), 0);
	k.k_len = 0;
	assert_int_equal(aka_generate(&k, rand, 0, amf, &v), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(autn_of_a_known_vector),
		cmocka_unit_test(usim_accepts_the_homes_vector),
		cmocka_unit_test(usim_refuses_a_changed_autn),
		cmocka_unit_test(auts_tells_the_home_where_the_usim_is),
		cmocka_unit_test(key_lengths_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
