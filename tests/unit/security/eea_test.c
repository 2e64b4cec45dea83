/* SPDX-License-Identifier: Apache-2.0 */
/* Ciphering against the published test sets: EEA1 of TS 35.217 4 (all 5), EEA2 of TS 33.401 C.1 (5
 * of 6), EEA3 of TS 35.223 (3 of 5); and the key streams of SNOW 3G and ZUC themselves. */
#include "hex.h"

#include <errno.h>

#include "security/eea.h"
#include "security/snow3g.h"
#include "security/zuc.h"

static const struct set {
	enum eea alg;
	const char *key;
	uint32_t count;
	unsigned bearer, direction;
	size_t bits;
	const char *plain, *cipher;
} sets[] = {
	{EEA1, "2bd6459f82c5b300952c49104881ff48", 0x72a4f20f, 0x0c, 1, 798,
	 "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92922b03450d3a9975"
	 "e5bd2ea0eb55ad8e1b199e3ec4316020e9a1b285e762795359b7bdfd39bef4b2484583d5afe082ae"
	 "e638bf5fd5a606193901a08f4ab41aab9b134880",
	 "8ceba62943dced3a0990b06ea1b0a2c4fb3cedc71b369f42ba64c1eb6665e72aa1c9bb0deaa20fe8"
	 "6058b8baee2c2e7f0becce48b52932a53c9d5f931a3a7c532259af4325e2a65e3084ad5f6a513b7b"
	 "ddc1b65f0aa0d97a053db55a88c4c4f9605e4140"},
	{EEA1, "efa8b2229e720c2a7c36ea55e9605695", 0xe28bcf7b, 0x18, 0, 510,
	 "10111231e060253a43fd3f57e37607ab2827b599b6b1bbda37a8abcc5a8c550d1bfb2f494624fb50"
	 "367fa36ce3bc68f11cf93b1510376b02130f812a9fa169d8",
	 "e0da15ca8e2554f5e56c9468dc6c7c129c568aa5032317e04e0729646cabefa689864c410f24f919"
	 "e61e3dfdfad77e560db0a9cd36c34ae4181490b29f5fa2fc"},
	{EEA1, "5acb1d644c0d51204ea5f1451010d852", 0xfa556b26, 0x03, 1, 120,
	 "ad9c441f890b38c457a49d421407e8", "ba0f31300334c56b52a7497cbac046"},
	{EEA1, "d3c5d592327fb11c4035c6680af8c6d1", 0x398a59b4, 0x05, 1, 253,
	 "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0",
	 "989b719cdc33ceb7cf276a52827cef94a56c40c0ab9d81f7a2a9bac60e11c4b0"},
	{EEA1, "6090eae04c83706eecbf652be8e36566", 0x72a4f20f, 0x09, 0, 837,
	 "40981ba6824c1bfb4286b299783daf442c099f7ab0f58d5c8e46b104f08f01b41ab485472029b71d"
	 "36bd1a3d90dc3a41b46d51672ac4c9663a2be063da4bc8d2808ce33e2cccbfc634e1b259060876a0"
	 "fbb5a437ebcc8d31c19e4454318745e3987645987a986f2cb0",
	 "5892bba88bbbcaaeae769aa06b683d3a17cc04a369881697435e44fed5ff9af57b9e890d4d5c6470"
	 "9885d48ae40690ec043baae9705796e4a9ff5a4b8d8b36d7f3fe57cc6cfd6cd005cd3852a85e94ce"
	 "6bcd90d0d07839ce09733544ca8e350843248550922ac12818"},
	{EEA2, "d3c5d592327fb11c4035c6680af8c6d1", 0x398a59b4, 0x15, 1, 253,
	 "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0",
	 "e9fed8a63d155304d71df20bf3e82214b20ed7dad2f233dc3c22d7bdeeed8e78"},
	{EEA2, "2bd6459f82c440e0952c49104805ff48", 0xc675a64b, 0x0c, 1, 798,
	 "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92922b03450d3a9975"
	 "e5bd2ea0eb55ad8e1b199e3ec4316020e9a1b285e762795359b7bdfd39bef4b2484583d5afe082ae"
	 "e638bf5fd5a606193901a08f4ab41aab9b134880",
	 "5961605353c64bdca15b195e288553a910632506d6200aa790c4c806c99904cf2445cc50bb1cf168"
	 "a49673734e081b57e324ce5259c0e78d4cd97b870976503c0943f2cb5ae8f052c7b7d392239587b8"
	 "956086bcab18836042e2e6ce42432a17105c53d0"},
	{EEA2, "0a8b6bd8d9b08b08d64e32d1817777fb", 0x544d49cd, 0x04, 0, 310,
	 "fd40a41d370a1f65745095687d47ba1d36d2349e23f644392c8ea9c49d40c13271aff264d0f248",
	 "75750d37b4bba2a4dedb34235bd68c6645acdaaca48138a3b0c471e2a7041a576423d2927287f0"},
	{EEA2, "aa1f95aea533bcb32eb63bf52d8f831a", 0x72d8c671, 0x10, 1, 1022,
	 "fb1b96c5c8badfb2e8e8edfde78e57f2ad81e74103fc430a534dcc37afcec70e1517bb06f27219da"
	 "e49022ddc47a068de4c9496a951a6b09edbdc864c7adbd740ac50c022f3082bafd22d78197c5d508"
	 "b977bca13f32e652e74ba728576077ce628c535e87dc6077ba07d29068590c8cb5f1088e082cfa0e"
	 "c961302d69cf3d44",
	 "dfb440acb3773549efc04628aeb8d8156275230bdc690d94b00d8d95f28c4b56307f60f4ca55eba6"
	 "61ebba72ac808fa8c49e26788ed04a5d606cb418de74878b9a22f8ef29590bc4eb57c9faf7c41524"
	 "a885b8979c423f2f8f8e0592a9879201be7ff9777a162ab810feb324ba74c4c156e04d3909720965"
	 "3ac33e5a5f2d8864"},
	{EEA2, "9618ae46891f86578eebe90ef7a1202e", 0xc675a64b, 0x0c, 1, 1245,
	 "8daa17b1ae050529c6827f28c0ef6a1242e93f8b314fb18a77f790ae049fedd612267fecaefc4501"
	 "74d76d9f9aa7755a30cd90a9a5874bf48eaf70eea3a62a250a8b6bd8d9b08b08d64e32d1817777fb"
	 "544d49cd49720e219dbf8bbed33904e1fd40a41d370a1f65745095687d47ba1d36d2349e23f64439"
	 "2c8ea9c49d40c13271aff264d0f24841d6465f0996ff84e65fc517c53efc3363c38492a8",
	 "919c8c33d66789703d05a0d7ce82a2aeac4ee76c0f4da050335e8a84e7897ba5df2f36bd513e3d0c"
	 "8578c7a0fcf043e03aa3a39fbaad7d15be074faa5d9029f71fb457b647834714b0e18f117fca1067"
	 "7945096c8c5f326ba8d6095eb29c3e36cf245d1622aafe921f7566c4f5d644f2f1fc0ec684ddb213"
	 "49747622e209295d27ff3f95623371d49b147c0af486171f22cd04b1cbeb2658223e6938"},
	{EEA3, "173d14ba5003731d7a60049470f00a29", 0x66035492, 0x0f, 0, 193,
	 "6cf65340735552ab0c9752fa6f9025fe0bd675d9005875b200",
	 "a6c85fc66afb8533aafc2518dfe784940ee1e4b030238cc800"},
	{EEA3, "e5bd3ea0eb55ade866c6ac58bd54302a", 0x00056823, 0x18, 1, 800,
	 "14a8ef693d678507bbe7270a7f67ff5006c3525b9807e467c4e56000ba338f5d4295590367518222"
	 "46c80d3b38f07f4be2d8ff5805f5132229bde93bbbdcaf382bf1ee972fbf9977bada8945847a2a6c"
	 "9ad34a667554e04d1f7fa2c33241bd8f01ba220d",
	 "131d43e0dea1be5c5a1bfd971d852cbf712d7b4f57961fea3208afa8bca433f456ad09c7417e58bc"
	 "69cf8866d1353f74865e80781d202dfb3ecff7fcbc3b190fe82a204ed0e350fc0f6f2613b2f2bca6"
	 "df5a473a57a4a00d985ebad880d6f23864a07b01"},
	{EEA3, "d4552a8fd6e61cc81a2009141a29c10b", 0x76452ec1, 0x02, 1, 1570,
	 "38f07f4be2d8ff5805f5132229bde93bbbdcaf382bf1ee972fbf9977bada8945847a2a6c9ad34a66"
	 "7554e04d1f7fa2c33241bd8f01ba220d3ca4ec41e074595f54ae2b454fd971432043601965cca85c"
	 "2417ed6cbec3bada84fc8a579aea7837b0271177242a64dc0a9de71a8edee86ca3d47d033d6bf539"
	 "804eca86c584a9052de46ad3fced65543bd90207372b27afb79234f5ff43ea870820e2c2b78a8aae"
	 "61cce52a0515e348d196664a3456b182a07c406e4a20791271cfeda165d535ec5ea2d4df40",
	 "8383b0229fcc0b9d2295ec41c977e9c2bb72e220378141f9c8318f3a270dfbcdee6411c2b3044f17"
	 "6dc6e00f8960f97afacd131ad6a3b49b16b7babcf2a509ebb16a75dcab14ff275dbeeea1a2b155f9"
	 "d52c26452d0187c310a4ee55beaa78ab4024615ba9f5d5adc7728f73560671f013e5e550085d3291"
	 "df7d5fecedded559641b6c2f585233bc71e9602bd2305855bbd25ffa7f17ecbc042daae38c1f57ad"
	 "8e8ebd37346f71befdbb7432e0e0bb2cfc09bcd96570cb0c0c39df5e29294e82703a637f80"},
};

static void published_sets_encipher_and_decipher(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct set *s = &sets[i];
		uint8_t key[16], plain[512], cipher[512], out[512];
		size_t n = hex(s->plain, plain, sizeof(plain));

		hex(s->key, key, 16);
		assert_int_equal(hex(s->cipher, cipher, sizeof(cipher)), n);
		assert_int_equal(n, (s->bits + 7) / 8);
		assert_int_equal(eea_crypt(s->alg, key, s->count, s->bearer, s->direction, plain,
					   out, s->bits),
				 0);
		assert_memory_equal(out, cipher, n);
		eea_crypt(s->alg, key, s->count, s->bearer, s->direction, out, out, s->bits);
		assert_memory_equal(out, plain, n);
	}
}

static void snow3g_gives_its_key_stream(void **state)
{
	static const struct {
		uint32_t k[4], iv[4], z[2];
	} rows[] = {
		{{0x2bd6459f, 0x82c5b300, 0x952c4910, 0x4881ff48},
		 {0xea024714, 0xad5c4d84, 0xdf1f9b25, 0x1c0bf45f},
		 {0xabee9704, 0x7ac31373}},
		{{0x8ce33e2c, 0xc3c0b5fc, 0x1f3de8a6, 0xdc66b1f3},
		 {0xd3c5d592, 0x327fb11c, 0xde551988, 0xceb2f9b7},
		 {0xeff8a342, 0xf751480f}},
		{{0x4035c668, 0x0af8c6d1, 0xa8ff8667, 0xb1714013},
		 {0x62a54098, 0x1ba6f9b7, 0x4592b0e7, 0x8690f71b},
		 {0xa8c874a9, 0x7ae7c4f8}},
		{{0x0ded7263, 0x109cf92e, 0x3352255a, 0x140e0f76},
		 {0x6b68079a, 0x41a7c4c9, 0x1befd79f, 0x7fdcc233},
		 {0xd712c05c, 0xa937c2a6}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t z = 0;
		struct snow3g c;

		snow3g_init(&c, rows[i].k, rows[i].iv);
		assert_int_equal(snow3g_next(&c), rows[i].z[0]);
		assert_int_equal(snow3g_next(&c), rows[i].z[1]);
		if (i < 3)
			continue;
		for (unsigned n = 3; n <= 2500; n++)
			z = snow3g_next(&c);
		assert_int_equal(z, 0x9c0db3aa);
	}
}

static void zuc_gives_its_key_stream(void **state)
{
	static const struct {
		const char *key, *iv;
		uint32_t z[2];
	} rows[] = {
		{"00000000000000000000000000000000",
		 "00000000000000000000000000000000",
		 {0x27bede74, 0x018082da}},
		{"ffffffffffffffffffffffffffffffff",
		 "ffffffffffffffffffffffffffffffff",
		 {0x0657cfa0, 0x7096398b}},
		{"3d4c4be96a82fdaeb58f641db17b455b",
		 "84319aa8de6915ca1f6bda6bfbd8c766",
		 {0x14f1c272, 0x3279c419}},
		{"4d320bfad4c285bfd6b8bd00f39d8b41",
		 "52959daba0bf176ece2dc315049eb574",
		 {0xed4400e7, 0x0633e5c5}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t key[16], iv[16];
		uint32_t z = 0;
		struct zuc c;

		hex(rows[i].key, key, 16);
		hex(rows[i].iv, iv, 16);
		zuc_init(&c, key, iv);
		assert_int_equal(zuc_next(&c), rows[i].z[0]);
		assert_int_equal(zuc_next(&c), rows[i].z[1]);
		if (i < 3)
			continue;
		for (unsigned n = 3; n <= 2000; n++)
			z = zuc_next(&c);
		assert_int_equal(z, 0x7a574cdb);
	}
}

static void null_ciphering_copies_and_others_are_refused(void **state)
{
	uint8_t key[16] = {0}, in[3] = {1, 2, 0xff}, out[3] = {0};

	(void)state;
	assert_int_equal(eea_crypt(EEA0, key, 0, 0, 0, in, out, 17), 0);
	assert_int_equal(out[0], 1);
	assert_int_equal(out[2], 0x80);
	assert_int_equal(eea_crypt((enum eea)4, key, 0, 0, 0, in, out, 24), -EINVAL);
	assert_int_equal(eea_crypt(EEA1, key, 0, 0, 0, in, out, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_sets_encipher_and_decipher),
		cmocka_unit_test(snow3g_gives_its_key_stream),
		cmocka_unit_test(zuc_gives_its_key_stream),
		cmocka_unit_test(null_ciphering_copies_and_others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
