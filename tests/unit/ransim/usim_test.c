/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's USIM against the home network's side of AKA (security/aka). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "../../../tools/ransim/usim.h"

static const uint8_t rand_[16] = {0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d,
				  0x21, 0x8a, 0xe6, 0x4d, 0xae, 0x47, 0xbf, 0x35};
static const uint8_t amf_eps[2] = {0x80, 0x00};

static struct usim card(void)
{
	struct usim u = {0};

	usim_derive(&u, (const uint8_t *)"seed", 4, 0x001010000000001f);
	return u;
}

static enum usim_result challenge(struct usim *u, uint64_t seq, unsigned ind, const uint8_t amf[2],
				  struct usim_answer *a)
{
	struct aka_vector v;
	enum usim_result result;

	assert_int_equal(aka_generate(&u->key, rand_, seq << USIM_IND_BITS | ind, amf, &v), 0);
	result = usim_authenticate(u, rand_, v.autn, a);
	if (result == USIM_OK) {
		assert_memory_equal(a->v.res, v.res, sizeof(v.res));
		assert_memory_equal(a->v.ck, v.ck, sizeof(v.ck));
		assert_memory_equal(a->v.ik, v.ik, sizeof(v.ik));
	}
	return result;
}

static uint64_t told_by_auts(const struct usim *u, const struct usim_answer *a)
{
	uint64_t sqn;

	assert_int_equal(aka_check_auts(&u->key, rand_, a->auts, &sqn), 0);
	return sqn;
}

static void takes_each_sequence_number_once(void **state)
{
	struct usim u = card();
	struct usim_answer a;

	(void)state;
	assert_int_equal(challenge(&u, 1, 0, amf_eps, &a), USIM_OK);
	assert_int_equal(challenge(&u, 1, 0, amf_eps, &a), USIM_SYNC_FAILURE);
	assert_int_equal(challenge(&u, 2, 0, amf_eps, &a), USIM_OK);
	assert_int_equal(challenge(&u, 1, 0, amf_eps, &a), USIM_SYNC_FAILURE);
}

static void takes_vectors_out_of_order_under_another_index(void **state)
{
	struct usim u = card();
	struct usim_answer a;

	(void)state;
	assert_int_equal(challenge(&u, 100, 7, amf_eps, &a), USIM_OK);
	assert_int_equal(challenge(&u, 99, 6, amf_eps, &a), USIM_OK);
	assert_int_equal(challenge(&u, 99, 7, amf_eps, &a), USIM_SYNC_FAILURE);
}

static void tells_its_highest_sequence_number_when_out_of_step(void **state)
{
	struct usim u = card();
	struct usim_answer a;

	(void)state;
	challenge(&u, 500, 3, amf_eps, &a);
	challenge(&u, 400, 4, amf_eps, &a);
	assert_int_equal(challenge(&u, 10, 3, amf_eps, &a), USIM_SYNC_FAILURE);
	assert_int_equal(told_by_auts(&u, &a), 500 << USIM_IND_BITS | 3);
}

static void refuses_a_jump_that_would_use_up_the_counter(void **state)
{
	struct usim u = card();
	struct usim_answer a;

	(void)state;
	assert_int_equal(challenge(&u, 1, 0, amf_eps, &a), USIM_OK);
	assert_int_equal(challenge(&u, (1 << 28) + 2, 0, amf_eps, &a), USIM_SYNC_FAILURE);
	assert_int_equal(challenge(&u, (1 << 28) + 1, 0, amf_eps, &a), USIM_OK);
}

static void is_ahead_after_a_skip_until_the_network_catches_up(void **state)
{
	struct usim u = card();
	struct usim_answer a;

	(void)state;
	usim_skip_ahead(&u, 1000);
	assert_int_equal(challenge(&u, 1000, 5, amf_eps, &a), USIM_SYNC_FAILURE);
	assert_int_equal(told_by_auts(&u, &a) >> USIM_IND_BITS, 1000);
	assert_int_equal(challenge(&u, 1001, 5, amf_eps, &a), USIM_OK);
}

static void finds_a_network_with_another_key(void **state)
{
	struct usim u = card(), network = card();
	struct usim_answer a;
	struct aka_vector v;

	(void)state;
	network.key.k[0] ^= 1;
	assert_int_equal(aka_generate(&network.key, rand_, 32, amf_eps, &v), 0);
	assert_int_equal(usim_authenticate(&u, rand_, v.autn, &a), USIM_MAC_FAILURE);
}

static void refuses_a_vector_that_is_not_for_eps_and_keeps_its_sequence_number(void **state)
{
	static const uint8_t amf_umts[2] = {0x00, 0x00};
	struct usim u = card();
	struct usim_answer a;

	(void)state;
	assert_int_equal(challenge(&u, 1, 0, amf_umts, &a), USIM_NON_EPS);
	assert_int_equal(challenge(&u, 1, 0, amf_eps, &a), USIM_OK);
}

static void derives_a_different_key_for_each_imsi(void **state)
{
	struct usim a = {0}, b = {0}, again = {0};

	(void)state;
	usim_derive(&a, (const uint8_t *)"seed", 4, 0x001010000000001f);
	usim_derive(&b, (const uint8_t *)"seed", 4, 0x001010000000002f);
	usim_derive(&again, (const uint8_t *)"seed", 4, 0x001010000000001f);
	assert_memory_equal(a.key.k, again.key.k, 16);
	assert_memory_not_equal(a.key.k, b.key.k, 16);
	assert_memory_not_equal(a.key.k, a.key.opc, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_each_sequence_number_once),
		cmocka_unit_test(takes_vectors_out_of_order_under_another_index),
		cmocka_unit_test(tells_its_highest_sequence_number_when_out_of_step),
		cmocka_unit_test(refuses_a_jump_that_would_use_up_the_counter),
		cmocka_unit_test(is_ahead_after_a_skip_until_the_network_catches_up),
		cmocka_unit_test(finds_a_network_with_another_key),
		cmocka_unit_test(
			refuses_a_vector_that_is_not_for_eps_and_keeps_its_sequence_number),
		cmocka_unit_test(derives_a_different_key_for_each_imsi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
