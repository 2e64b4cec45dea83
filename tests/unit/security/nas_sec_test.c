/* SPDX-License-Identifier: Apache-2.0 */
/* NAS security between an MME's context and a UE's. */
#include "hex.h"

#include <errno.h>

#include "security/kdf.h"
#include "security/nas_sec.h"

static struct arena arena;
static uint8_t buf[256];

static struct nas_security context(uint8_t eea, uint8_t eia)
{
	struct nas_security s = {.ksi = 3};

	hex("238e457e0f758badbca8d34bb2612c10428d426757cb5553b2b184fa64bfc549", s.kasme, 32);
	assert_int_equal(nas_security_derive(&s, eea, eia), 0);
	return s;
}

static struct bytes sealed(struct nas_security *s, enum nas_direction dir, enum nas_sec_header h,
			   struct bytes plain)
{
	struct wr w = wr_of(buf, sizeof(buf));

	assert_int_equal(nas_protect(s, dir, h, plain, &w), 0);
	return bytes_of(buf, (size_t)(w.p - buf));
}

static const uint8_t text[] = {0x07, 0x43, 1,  2,  3,  4,  5,  6,  7, 8,
			       9,    10,   11, 12, 13, 14, 15, 16, 17};

static void every_pair_of_algorithms_goes_both_ways(void **state)
{
	(void)state;
	for (uint8_t eea = 0; eea <= 3; eea++) {
		for (uint8_t eia = 1; eia <= 3; eia++) {
			struct nas_security mme = context(eea, eia), ue = mme;
			struct bytes plain = bytes_of(text, sizeof(text)), out, msg;

			for (unsigned round = 0; round < 3; round++) {
				msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, plain);
				assert_int_equal(msg.n, sizeof(text) + NAS_SEC_HEADER_LEN);
				assert_int_equal(msg.p[0], 0x27);
				assert_int_equal(msg.p[5], round);
				assert_true(!eea == !memcmp(msg.p + 6, text, sizeof(text)));
				assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out),
						 0);
				assert_true(bytes_equal(out, plain));
				msg = sealed(&mme, NAS_DOWNLINK, NAS_SEC_CIPHERED_NEW, plain);
				assert_int_equal(
					nas_unprotect(&ue, NAS_DOWNLINK, msg, &arena, &out), 0);
				assert_true(bytes_equal(out, plain));
			}
			assert_int_equal(mme.ul_count, 3);
			assert_int_equal(mme.dl_count, 3);
		}
	}
}

static void integrity_alone_leaves_the_text_readable(void **state)
{
	struct nas_security mme = context(EEA2, EIA2), ue = mme;
	struct bytes plain = bytes_of(text, sizeof(text)), out, msg;

	(void)state;
	msg = sealed(&mme, NAS_DOWNLINK, NAS_SEC_INTEGRITY_NEW, plain);
	assert_true(bytes_equal(nas_inner_unchecked(msg), plain));
	assert_int_equal(nas_unprotect(&ue, NAS_DOWNLINK, msg, &arena, &out), 0);
	assert_ptr_equal(out.p, msg.p + NAS_SEC_HEADER_LEN);
	msg = sealed(&mme, NAS_DOWNLINK, NAS_SEC_CIPHERED, plain);
	assert_int_equal(nas_inner_unchecked(msg).n, 0);
	msg.n = NAS_SEC_HEADER_LEN;
	assert_int_equal(nas_inner_unchecked(msg).n, 0);
}

static void any_flipped_bit_is_refused_and_moves_nothing(void **state)
{
	struct nas_security mme = context(EEA1, EIA1), ue = mme;
	struct bytes out,
		msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));

	(void)state;
	for (unsigned bit = 8; bit < 8 * msg.n; bit++) {
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), -EBADMSG);
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(mme.ul_count, 0);
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), 0);
}

static void a_replay_is_refused(void **state)
{
	struct nas_security mme = context(EEA2, EIA2), ue = mme;
	uint8_t first[64];
	struct bytes out,
		msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));
	struct bytes old = bytes_of(memcpy(first, msg.p, msg.n), msg.n);

	(void)state;
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, old, &arena, &out), 0);
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, old, &arena, &out), -EALREADY);
	msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), 0);
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, old, &arena, &out), -EALREADY);
	assert_int_equal(mme.ul_count, 2);
}

static void a_message_of_the_other_direction_is_refused(void **state)
{
	struct nas_security mme = context(EEA0, EIA3), ue = mme;
	struct bytes out,
		msg = sealed(&ue, NAS_UPLINK, NAS_SEC_INTEGRITY, bytes_of(text, sizeof(text)));

	(void)state;
	assert_int_equal(nas_unprotect(&ue, NAS_DOWNLINK, msg, &arena, &out), -EBADMSG);
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), 0);
}

static void count_goes_on_past_the_sequence_number(void **state)
{
	struct nas_security mme = context(EEA2, EIA2), ue = mme;
	struct bytes out, msg;

	(void)state;
	ue.ul_count = mme.ul_count = 0x1fe;
	for (unsigned i = 0; i < 4; i++) {
		msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));
		assert_int_equal(msg.p[5], (0xfe + i) & 0xff);
		assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), 0);
	}
	assert_int_equal(mme.ul_count, 0x202);
	for (unsigned lost = 0; lost < 200; lost++)
		msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), 0);
	assert_int_equal(mme.ul_count, ue.ul_count);
}

static void count_never_wraps(void **state)
{
	struct nas_security mme = context(EEA2, EIA2), ue = mme;
	struct wr w = wr_of(buf, sizeof(buf));
	struct bytes out, msg;

	(void)state;
	ue.ul_count = mme.ul_count = NAS_COUNT_END - 1;
	msg = sealed(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), 0);
	assert_int_equal(nas_protect(&ue, NAS_UPLINK, NAS_SEC_CIPHERED, bytes_of(text, 4), &w),
			 -EOVERFLOW);
	assert_int_equal(nas_service_request(&ue, &w), -EOVERFLOW);
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), -EALREADY);
	buf[5] = 7;
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), -EOVERFLOW);
}

static void what_is_not_a_protected_message_is_refused(void **state)
{
	struct nas_security mme = context(EEA2, EIA2), none = {0};
	struct bytes out,
		msg = sealed(&mme, NAS_DOWNLINK, NAS_SEC_CIPHERED, bytes_of(text, sizeof(text)));
	struct wr w = wr_of(buf + 100, 8);

	(void)state;
	assert_int_equal(nas_unprotect(&none, NAS_DOWNLINK, msg, &arena, &out), -EINVAL);
	assert_int_equal(nas_protect(&none, NAS_UPLINK, NAS_SEC_CIPHERED, msg, &w), -EINVAL);
	assert_int_equal(nas_protect(&mme, NAS_DOWNLINK, NAS_SEC_PLAIN, msg, &w), -EINVAL);
	assert_int_equal(nas_protect(&mme, NAS_DOWNLINK, NAS_SEC_CIPHERED, msg, &w), -ENOSPC);
	assert_int_equal(mme.dl_count, 1);
	for (uint32_t n = 0; n <= NAS_SEC_HEADER_LEN; n++)
		assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, bytes_of(msg.p, n), &arena, &out),
				 -EINVAL);
	buf[0] = 0x07;
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), -EINVAL);
	buf[0] = 0x57;
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, msg, &arena, &out), -EINVAL);
}

static void service_request_with_its_short_mac(void **state)
{
	struct nas_security mme = context(EEA2, EIA2), ue = mme;
	struct wr w = wr_of(buf, sizeof(buf));
	struct bytes msg = bytes_of(buf, 4);

	(void)state;
	ue.ul_count = mme.ul_count = 0x3e;
	for (unsigned i = 0; i < 4; i++) {
		w = wr_of(buf, sizeof(buf));
		assert_int_equal(nas_service_request(&ue, &w), 0);
		assert_int_equal(buf[0], 0xc7);
		assert_int_equal(buf[1], 3 << 5 | ((0x3e + i) & 0x1f));
		assert_int_equal(nas_service_request_check(&mme, msg), 0);
		assert_int_equal(mme.ul_count, ue.ul_count);
		assert_int_equal(nas_service_request_check(&mme, msg), -EALREADY);
	}
	w = wr_of(buf, sizeof(buf));
	assert_int_equal(nas_service_request(&ue, &w), 0);
	buf[3] ^= 1;
	assert_int_equal(nas_service_request_check(&mme, msg), -EBADMSG);
	buf[1] ^= 0x20;
	assert_int_equal(nas_service_request_check(&mme, msg), -ENOKEY);
	msg.n = 3;
	assert_int_equal(nas_service_request_check(&mme, msg), -EINVAL);
}

static void preference_meets_capability(void **state)
{
	const uint8_t preference[] = {2, 1, 3, 0};

	(void)state;
	assert_int_equal(nas_select_eea(preference, 4, 0xf0), 2);
	assert_int_equal(nas_select_eea(preference, 4, 0xd0), 1);
	assert_int_equal(nas_select_eea(preference, 4, 0x90), 3);
	assert_int_equal(nas_select_eea(preference, 4, 0x80), 0);
	assert_true(nas_select_eea(preference, 4, 0x0f) < 0);
	assert_int_equal(nas_select_eia(preference, 4, 0xf0), 2);
	assert_true(nas_select_eia(preference, 4, 0x80) < 0);
}

static void null_integrity_makes_no_context(void **state)
{
	struct nas_security s = {0};

	(void)state;
	assert_int_equal(nas_security_derive(&s, EEA2, EIA0), -EINVAL);
	assert_int_equal(nas_security_derive(&s, 4, EIA2), -EINVAL);
	assert_false(s.valid);
}

/* The null algorithms are to be had, where they are asked for by name. */
static void null_context_has_zeros_for_macs(void **state)
{
	static const uint8_t plain[] = {0x07, 0x5e};
	struct nas_security ue, mme;
	struct arena a = {0};
	struct bytes out;
	uint8_t msg[16];
	struct wr w = wr_of(msg, sizeof(msg));

	(void)state;
	nas_security_null(&ue);
	nas_security_null(&mme);
	assert_int_equal(mme.ksi, 0);
	assert_memory_not_equal(ue.kasme, mme.kasme, 32); /* which does not matter */
	assert_int_equal(nas_protect(&ue, NAS_UPLINK, NAS_SEC_CIPHERED_NEW, bytes_of(plain, 2), &w),
			 0);
	assert_memory_equal(msg + 1, "\0\0\0\0", 4);
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, bytes_of(msg, 8), &a, &out), 0);
	assert_memory_equal(out.p, plain, 2);
	msg[2] = 1;
	assert_int_equal(nas_unprotect(&mme, NAS_UPLINK, bytes_of(msg, 8), &a, &out), -EBADMSG);
	arena_free(&a);
}

static void kenb_is_of_the_last_uplink_message(void **state)
{
	struct nas_security s = context(EEA2, EIA2);
	uint8_t got[32], want[32];

	(void)state;
	s.ul_count = 0x13;
	nas_kenb(&s, got);
	kdf_kenb(s.kasme, 0x12, want);
	assert_memory_equal(got, want, 32);
	nas_security_wipe(&s);
	memset(want, 0, 32);
	assert_memory_equal(s.kasme, want, 32);
	assert_int_equal(s.ksi, NAS_KSI_NONE);
	assert_false(s.valid);
}

static int arena_done(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_algorithms_goes_both_ways),
		cmocka_unit_test(integrity_alone_leaves_the_text_readable),
		cmocka_unit_test(any_flipped_bit_is_refused_and_moves_nothing),
		cmocka_unit_test(a_replay_is_refused),
		cmocka_unit_test(a_message_of_the_other_direction_is_refused),
		cmocka_unit_test(count_goes_on_past_the_sequence_number),
		cmocka_unit_test(count_never_wraps),
		cmocka_unit_test(what_is_not_a_protected_message_is_refused),
		cmocka_unit_test(service_request_with_its_short_mac),
		cmocka_unit_test(preference_meets_capability),
		cmocka_unit_test(null_integrity_makes_no_context),
		cmocka_unit_test(null_context_has_zeros_for_macs),
		cmocka_unit_test(kenb_is_of_the_last_uplink_message),
	};

	return cmocka_run_group_tests(tests, NULL, arena_done);
}
