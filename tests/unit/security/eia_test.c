/* SPDX-License-Identifier: Apache-2.0 */
/* Integrity against the published test sets: EIA1 and EIA2 of TS 33.401 C.4 and C.2 (all but the
 * one of 16448 bits), EIA3 of TS 35.223 (4 of 5); CMAC against OpenSSL's own at every length. */
#include "hex.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "security/crypto.h"
#include "security/eia.h"

static const struct set {
	enum eia alg;
	const char *key;
	uint32_t count;
	unsigned bearer, direction;
	size_t bits;
	const char *message, *mac;
} sets[] = {
	{EIA1, "2bd6459f82c5b300952c49104881ff48", 0x38a6f056, 0x1f, 0, 88,
	 "3332346263393861373479", "731f1165"},
	{EIA1, "7e5e94431e11d73828d739cc6ced4573", 0x36af6144, 0x18, 1, 254,
	 "b3d3c9170a4e1632f60f861013d22d84b726b6a278d802d1eeaf1321ba5929dc", "e3259f6f"},
	{EIA1, "d3419be821087acd02123a9248033359", 0xc7590ea9, 0x17, 0, 511,
	 "bbb057038809496bcff86d6fbc8ce5b135a06b166054f2d565be8ace75dc851e0bcdd8f07141c495"
	 "872fb5d8c0c66a8b6da556663e4e461205d84580bee5bc7e",
	 "9a16c77d"},
	{EIA1, "83fd23a244a74cf358da3019f1722635", 0x36af6144, 0x0f, 1, 768,
	 "35c68716633c66fb750c266865d53c11ea05b1e9fa49c8398d48e1efa5909d3947902837f5ae96d5"
	 "a05bc8d61ca8dbef1b13a4b4abfe4fb1006045b674bb54729304c382be53a5af05556176f6eaa2ef"
	 "1d05e4b083181ee674cda5a485f74d7a",
	 "bba74492"},
	{EIA1, "6832a65cff4473621ebdd4ba26a921fe", 0x36af6144, 0x18, 0, 383,
	 "d3c53839626820717765667620323837636240981ba6824c1bfb1ab485472029b71d808ce33e2cc3"
	 "c0b5fc1f3de8a6dc",
	 "4145e4b0"},
	{EIA1, "5d0a80d8134ae19677824b671e838af4", 0x7827fab2, 0x05, 1, 2558,
	 "70dedf2dc42c5cbd3a96f8a0b11418b3608d5733604a2cd36aabc70ce3193bb5153be2d3c06dfdb2"
	 "d16e9c357158be6a41d6b861e491db3fbfeb518efcf048d7d58953730ff30c9ec470ffcd663dc342"
	 "01c36addc0111c35b38afee7cfdb582e3731f8b4baa8d1a89c06e81199a9716227be344efcb436dd"
	 "d0f096c064c3b5e2c399993fc77394f9e09720a811850ef23b2ee05d9e6173609d86e1c0c18ea51a"
	 "012a00bb413b9cb8188a703cd6bae31cc67b34b1b00019e6a2b2a690f02671fe7c9ef8dec0094e53"
	 "3763478d58d2c5f5b827a0148c5948a96931acf84f465a64e62ce74007e991e37ea823fa0fb21923"
	 "b79905b733b631e6c7d6860a3831ac351a9c730c52ff72d9d308eedbab21fde143a0ea17e23edc1f"
	 "74cbb3638a2033aaa15464eaa733385dbbeb6fd73509b857e6a419dca1d8907af977fbac4dfa35ec"
	 "22",
	 "0fa2b1ee"},
	{EIA2, "2bd6459f82c5b300952c49104881ff48", 0x38a6f056, 0x18, 0, 58, "3332346263393840",
	 "118c6eb8"},
	{EIA2, "d3c5d592327fb11c4035c6680af8c6d1", 0x398a59b4, 0x1a, 1, 64, "484583d5afe082ae",
	 "b93787e6"},
	{EIA2, "7e5e94431e11d73828d739cc6ced4573", 0x36af6144, 0x18, 1, 254,
	 "b3d3c9170a4e1632f60f861013d22d84b726b6a278d802d1eeaf1321ba5929dc", "1f60b01d"},
	{EIA2, "d3419be821087acd02123a9248033359", 0xc7590ea9, 0x17, 0, 511,
	 "bbb057038809496bcff86d6fbc8ce5b135a06b166054f2d565be8ace75dc851e0bcdd8f07141c495"
	 "872fb5d8c0c66a8b6da556663e4e461205d84580bee5bc7e",
	 "6846a2f0"},
	{EIA2, "83fd23a244a74cf358da3019f1722635", 0x36af6144, 0x0f, 1, 768,
	 "35c68716633c66fb750c266865d53c11ea05b1e9fa49c8398d48e1efa5909d3947902837f5ae96d5"
	 "a05bc8d61ca8dbef1b13a4b4abfe4fb1006045b674bb54729304c382be53a5af05556176f6eaa2ef"
	 "1d05e4b083181ee674cda5a485f74d7a",
	 "e657e182"},
	{EIA2, "6832a65cff4473621ebdd4ba26a921fe", 0x36af6144, 0x18, 0, 383,
	 "d3c53839626820717765667620323837636240981ba6824c1bfb1ab485472029b71d808ce33e2cc3"
	 "c0b5fc1f3de8a6dc",
	 "f0668c1e"},
	{EIA2, "5d0a80d8134ae19677824b671e838af4", 0x7827fab2, 0x05, 1, 2558,
	 "70dedf2dc42c5cbd3a96f8a0b11418b3608d5733604a2cd36aabc70ce3193bb5153be2d3c06dfdb2"
	 "d16e9c357158be6a41d6b861e491db3fbfeb518efcf048d7d58953730ff30c9ec470ffcd663dc342"
	 "01c36addc0111c35b38afee7cfdb582e3731f8b4baa8d1a89c06e81199a9716227be344efcb436dd"
	 "d0f096c064c3b5e2c399993fc77394f9e09720a811850ef23b2ee05d9e6173609d86e1c0c18ea51a"
	 "012a00bb413b9cb8188a703cd6bae31cc67b34b1b00019e6a2b2a690f02671fe7c9ef8dec0094e53"
	 "3763478d58d2c5f5b827a0148c5948a96931acf84f465a64e62ce74007e991e37ea823fa0fb21923"
	 "b79905b733b631e6c7d6860a3831ac351a9c730c52ff72d9d308eedbab21fde143a0ea17e23edc1f"
	 "74cbb3638a2033aaa15464eaa733385dbbeb6fd73509b857e6a419dca1d8907af977fbac4dfa35ec"
	 "22",
	 "f4cc8fa3"},
	{EIA3, "00000000000000000000000000000000", 0x00000000, 0x00, 0, 1, "00000000", "c8a9595e"},
	{EIA3, "47054125561eb2dda94059da05097850", 0x561eb2dd, 0x14, 0, 90,
	 "000000000000000000000000", "6719a088"},
	{EIA3, "c9e6cec4607c72db000aefa88385ab0a", 0xa94059da, 0x0a, 1, 577,
	 "983b41d47d780c9e1ad11d7eb70391b1de0b35da2dc62f83e7b78d6306ca0ea07e941b7be91348f9"
	 "fcb170e2217fecd97f9f68adb16e5d7d21e569d280ed775cebde3f4093c5388100",
	 "fae8ff0b"},
	{EIA3, "c8a48262d0c2e2bac4b96ef77e80ca59", 0x05097850, 0x10, 1, 2079,
	 "b546430bf87b4f1ee834704cd6951c36e26f108cf731788f48dc34f1678c05221c8fa7ff2f39f477"
	 "e7e49ef60a4ec2c3de24312a96aa26e1cfba57563838b297f47e8510c779fd6654b143386fa639d3"
	 "1edbd6c06e47d159d94362f26aeeedee0e4f49d9bf8412995415bfad56ee82d1ca7463abf085b082"
	 "b09904d6d990d43cf2e062f40839d93248b1eb92cdfed5300bc148280430b6d0caa094b6ec8911ab"
	 "7dc36824b824dc0af6682b0935fde7b492a14dc2f43648038da2cf79170d2d50133fd49416cb6e33"
	 "bea90b8bf4559b03732a01ea290e6d074f79bb83c10e580015cc1a85b36b5501046e9c4bdcae5135"
	 "690b8666bd54b7a703ea7b6f220a5469a568027e",
	 "004ac4d6"},
};

static void published_sets_give_their_macs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct set *s = &sets[i];
		uint8_t key[16], message[512], mac[4];

		hex(s->key, key, 16);
		hex(s->message, message, sizeof(message));
		assert_int_equal(eia_mac(s->alg, key, s->count, s->bearer, s->direction, message,
					 s->bits, mac),
				 0);
		assert_hex(mac, s->mac);
	}
}

static void bits_after_the_end_do_not_count(void **state)
{
	uint8_t key[16] = {7}, a[8] = {1, 2, 3, 0xf0}, b[8] = {1, 2, 3, 0xff}, x[4], y[4];

	(void)state;
	for (enum eia alg = EIA1; alg <= EIA3; alg++) {
		eia_mac(alg, key, 1, 0, 0, a, 28, x);
		eia_mac(alg, key, 1, 0, 0, b, 28, y);
		assert_memory_equal(x, y, 4);
		eia_mac(alg, key, 1, 0, 0, a, 32, x);
		eia_mac(alg, key, 1, 0, 0, b, 32, y);
		assert_memory_not_equal(x, y, 4);
	}
}

static void each_input_changes_the_mac(void **state)
{
	uint8_t key[16] = {7}, m[8] = {1}, base[4], other[4];

	(void)state;
	for (enum eia alg = EIA1; alg <= EIA3; alg++) {
		eia_mac(alg, key, 1, 0, 0, m, 64, base);
		eia_mac(alg, key, 2, 0, 0, m, 64, other);
		assert_memory_not_equal(base, other, 4);
		eia_mac(alg, key, 1, 1, 0, m, 64, other);
		assert_memory_not_equal(base, other, 4);
		eia_mac(alg, key, 1, 0, 1, m, 64, other);
		assert_memory_not_equal(base, other, 4);
	}
}

static void null_integrity_is_no_algorithm(void **state)
{
	uint8_t key[16] = {0}, mac[4];

	(void)state;
	assert_int_equal(eia_mac(EIA0, key, 0, 0, 0, key, 64, mac), -EINVAL);
	assert_int_equal(eia_mac((enum eia)4, key, 0, 0, 0, key, 64, mac), -EINVAL);
}

static void cmac_equals_openssls(void **state)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	char cipher[] = "AES-128-CBC";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
			       OSSL_PARAM_construct_end()};
	uint8_t key[16], in[100], got[16], want[16];
	size_t len;

	(void)state;
	for (unsigned n = 0; n <= sizeof(in); n++) {
		unsigned head = n / 3;

		crypto_random(key, sizeof(key));
		crypto_random(in, sizeof(in));
		assert_true(EVP_MAC_init(ctx, key, 16, params));
		assert_true(EVP_MAC_update(ctx, in, n));
		assert_true(EVP_MAC_final(ctx, want, &len, 16));
		aes128_cmac(key, in, head, in + head, 8 * (size_t)(n - head), got);
		assert_memory_equal(got, want, 16);
	}
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_sets_give_their_macs),
		cmocka_unit_test(bits_after_the_end_do_not_count),
		cmocka_unit_test(each_input_changes_the_mac),
		cmocka_unit_test(null_integrity_is_no_algorithm),
		cmocka_unit_test(cmac_equals_openssls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
