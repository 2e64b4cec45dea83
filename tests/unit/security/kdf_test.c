/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation. 33.401 publishes no test set: KeNB is checked against values of another
 * implementation's tests; the rest against HMAC by OpenSSL
 * over strings S written out here by hand. */
#include "hex.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "security/kdf.h"

#define KASME1 "238e457e0f758badbca8d34bb2612c10428d426757cb5553b2b184fa64bfc549"
#define KASME2 "fa77e41f693c2a6e71455cb8687e6e6058ef91e2f5abd1bd3c496179481f308c"
#define KEY32  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void hmac_of(const char *key, const char *s, uint8_t out[32])
{
	uint8_t k[32], in[80];
	size_t n = hex(s, in, sizeof(in));
	unsigned len;

	assert_non_null(HMAC(EVP_sha256(), k, (int)hex(key, k, 32), in, n, out, &len));
}

static void kenb_matches_published_values(void **state)
{
	static const struct {
		uint32_t count;
		const char *kasme, *kenb;
	} rows[] = {
		{0xdb1a3569, KASME1,
		 "8eb1bf0083bd79281ef7034bf677e9ec529f196e15287514a2d122acf713b8e8"},
		{0x001fb39c, "564cb4d2007e4f293b67d9b29392a64add4c776b133d895af6499aa6882aab62",
		 "009010688f85855e218339de6c5bd7b6394958da12ddfbf7559e978ce43408f1"},
		{0x00000012, KASME2,
		 "0afe81266de52b8c8f1c3f4fe799be883f364b018e7368c41f14dd6d050e13e1"},
		{0xfe56a1d3, KASME2,
		 "3622874b06c683586a009dec81dbe28bdd8e3e6e67a2c22c31630ec97641828e"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t kasme[32], kenb[32];

		hex(rows[i].kasme, kasme, 32);
		kdf_kenb(kasme, rows[i].count, kenb);
		assert_hex(kenb, rows[i].kenb);
	}
}

static void kasme_binds_serving_network_and_sqn(void **state)
{
	uint8_t ck[16], ik[16], sqn[6], got[32], want[32];
	plmn_t plmn = 0;

	(void)state;
	hex("000102030405060708090a0b0c0d0e0f", ck, 16);
	hex("101112131415161718191a1b1c1d1e1f", ik, 16);
	hex("a1a2a3a4a5a6", sqn, 6);
	assert_true(plmn_parse("00101", &plmn));
	kdf_kasme(ck, ik, plmn, sqn, got);
	hmac_of(KEY32,
		"10"
		"00f110"
		"0003"
		"a1a2a3a4a5a6"
		"0006",
		want);
	assert_memory_equal(got, want, 32);
}

static void next_hop_keys_chain(void **state)
{
	uint8_t key[32], got[32], want[32];

	(void)state;
	hex(KEY32, key, 32);
	kdf_nh(key, key, got);
	hmac_of(KEY32, "12" KEY32 "0020", want);
	assert_memory_equal(got, want, 32);
	kdf_kenb_star(key, 0x01ff, 3350, got);
	hmac_of(KEY32,
		"13"
		"01ff"
		"0002"
		"0d16"
		"0002",
		want);
	assert_memory_equal(got, want, 32);
	kdf_kenb_star(key, 0x01ff, 66436, got);
	hmac_of(KEY32,
		"13"
		"01ff"
		"0002"
		"010384"
		"0003",
		want);
	assert_memory_equal(got, want, 32);
}

static void nas_keys_are_the_low_half(void **state)
{
	uint8_t key[32], got[16], want[32];

	(void)state;
	hex(KEY32, key, 32);
	kdf_algorithm_key(key, KDF_NAS_ENC, 2, got);
	hmac_of(KEY32,
		"15"
		"01"
		"0001"
		"02"
		"0001",
		want);
	assert_memory_equal(got, want + 16, 16);
	kdf_algorithm_key(key, KDF_NAS_INT, 1, got);
	hmac_of(KEY32,
		"15"
		"02"
		"0001"
		"01"
		"0001",
		want);
	assert_memory_equal(got, want + 16, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kenb_matches_published_values),
		cmocka_unit_test(kasme_binds_serving_network_and_sqn),
		cmocka_unit_test(next_hop_keys_chain),
		cmocka_unit_test(nas_keys_are_the_low_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
