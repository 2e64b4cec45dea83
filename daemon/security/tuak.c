/* SPDX-License-Identifier: Apache-2.0 */
/* TUAK: one sponge state, filled with TOPc, an octet that names function and lengths (INSTANCE),
 * the algorithm's name, RAND, AMF, SQN and K, goes through Keccak-f[1600]; the answers are read
 * from the front. The specification numbers bits so that each field lies in the state with its
 * octets reversed. */
#include "security/tuak.h"

#include <string.h>

#include "security/crypto.h"

/* INSTANCE (35.231 6.2 to 6.4) */
enum {
	INSTANCE_F1 = 0x00,
	INSTANCE_F1_STAR = 0x80,
	INSTANCE_F2345 = 0x40,
	INSTANCE_F5_STAR = 0xc0,
	INSTANCE_CK_256 = 0x04,
	INSTANCE_IK_256 = 0x02,
	INSTANCE_K_256 = 0x01,
};

/* Where fields start, octets. */
enum {
	AT_TOP = 0,
	AT_INSTANCE = 32,
	AT_NAME = 33,
	AT_RAND = 40,
	AT_AMF = 56,
	AT_SQN = 58,
	AT_K = 64,
	AT_PAD = 96,
	AT_PAD_END = 135,
	OUT_CK = 32,
	OUT_IK = 64,
	OUT_AK = 96,
};

static uint64_t rotate(uint64_t v, unsigned n) { return n ? v << n | v >> (64 - n) : v; }

/* One round constant: bits 2^j - 1 of a lane come from a register of 8 bits that runs on (FIPS
 * 202 3.2.5). */
static uint64_t round_constant(uint8_t *r)
{
	uint64_t rc = 0;

	for (unsigned j = 0; j < 7; j++) {
		rc ^= (uint64_t)(*r & 1) << ((1u << j) - 1);
		*r = (uint8_t)(*r << 1 ^ (*r & 0x80 ? 0x71 : 0));
	}
	return rc;
}

static void keccak_round(uint64_t a[25], uint64_t rc)
{
	uint64_t c[5], row[5], moved;
	unsigned at = 1; /* x + 5y of (1, 0) */

	for (unsigned x = 0; x < 5; x++)
		c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
	for (unsigned i = 0; i < 25; i++)
		a[i] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1);
	moved = a[at];
	for (unsigned t = 0, turn = 1; t < 24; t++, turn += t + 1) {
		unsigned x = at % 5, y = at / 5;
		uint64_t next;

		at = y + 5 * ((2 * x + 3 * y) % 5);
		next = a[at];
		a[at] = rotate(moved, turn % 64);
		moved = next;
	}
	for (unsigned y = 0; y < 25; y += 5) {
		memcpy(row, a + y, sizeof(row));
		for (unsigned x = 0; x < 5; x++)
			a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
	a[0] ^= rc;
}

void keccak_f1600(uint8_t state[200])
{
	uint64_t a[25] = {0};
	uint8_t r = 1;

	for (unsigned i = 0; i < 200; i++)
		a[i / 8] |= (uint64_t)state[i] << 8 * (i % 8);
	for (unsigned n = 0; n < 24; n++)
		keccak_round(a, round_constant(&r));
	for (unsigned i = 0; i < 200; i++)
		state[i] = (uint8_t)(a[i / 8] >> 8 * (i % 8));
	crypto_wipe(a, sizeof(a));
}

static void put(uint8_t *state, unsigned at, const void *field, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		state[at + i] = ((const uint8_t *)field)[n - 1 - i];
}

static void get(void *field, const uint8_t *state, unsigned at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		((uint8_t *)field)[n - 1 - i] = state[at + i];
}

static void run(uint8_t state[200], uint8_t instance, const uint8_t *k, uint8_t k_len,
		const uint8_t top[32], unsigned iterations)
{
	state[AT_INSTANCE] = k_len == 32 ? instance | INSTANCE_K_256 : instance;
	put(state, AT_TOP, top, 32);
	put(state, AT_NAME, "TUAK1.0", 7);
	put(state, AT_K, k, k_len);
	state[AT_PAD] = 0x1f;
	state[AT_PAD_END] = 0x80;
	for (unsigned i = 0; i < iterations; i++)
		keccak_f1600(state);
}

/* The code of a length in bits 2 to 4 of INSTANCE: 8 octets 001, 16 010, 32 100, 4 (RES) 000. */
static uint8_t length_code(uint8_t n) { return n == 4 ? 0 : n; }

bool tuak_lengths_valid(const struct tuak *t)
{
	return (t->k_len == 16 || t->k_len == 32) && t->iterations > 0 &&
	       (t->mac_len == 8 || t->mac_len == 16 || t->mac_len == 32) &&
	       (t->res_len == 4 || t->res_len == 8 || t->res_len == 16 || t->res_len == 32) &&
	       (t->ck_len == 16 || t->ck_len == 32) && (t->ik_len == 16 || t->ik_len == 32);
}

void tuak_topc(const uint8_t *k, uint8_t k_len, const uint8_t top[32], uint8_t iterations,
	       uint8_t topc[32])
{
	uint8_t state[200] = {0};

	run(state, 0, k, k_len, top, iterations);
	get(topc, state, 0, 32);
	crypto_wipe(state, sizeof(state));
}

void tuak_f1(const struct tuak *t, const uint8_t rand[16], const uint8_t sqn[6],
	     const uint8_t amf[2], uint8_t *mac_a, uint8_t *mac_s)
{
	uint8_t *const out[2] = {mac_a, mac_s};

	for (unsigned i = 0; i < 2; i++) {
		uint8_t state[200] = {0};

		if (!out[i])
			continue;
		put(state, AT_RAND, rand, 16);
		put(state, AT_AMF, amf, 2);
		put(state, AT_SQN, sqn, 6);
		run(state,
		    (uint8_t)((i ? INSTANCE_F1_STAR : INSTANCE_F1) | length_code(t->mac_len)), t->k,
		    t->k_len, t->topc, t->iterations);
		get(out[i], state, 0, t->mac_len);
		crypto_wipe(state, sizeof(state));
	}
}

void tuak_f2345(const struct tuak *t, const uint8_t rand[16], uint8_t *res, uint8_t *ck,
		uint8_t *ik, uint8_t ak[6], uint8_t ak_star[6])
{
	uint8_t state[200] = {0};
	uint8_t instance = INSTANCE_F2345 | length_code(t->res_len);

	if (t->ck_len == 32)
		instance |= INSTANCE_CK_256;
	if (t->ik_len == 32)
		instance |= INSTANCE_IK_256;
	if (res || ck || ik || ak) {
		put(state, AT_RAND, rand, 16);
		run(state, instance, t->k, t->k_len, t->topc, t->iterations);
	}
	if (res)
		get(res, state, 0, t->res_len);
	if (ck)
		get(ck, state, OUT_CK, t->ck_len);
	if (ik)
		get(ik, state, OUT_IK, t->ik_len);
	if (ak)
		get(ak, state, OUT_AK, 6);
	if (ak_star) {
		memset(state, 0, sizeof(state));
		put(state, AT_RAND, rand, 16);
		run(state, INSTANCE_F5_STAR, t->k, t->k_len, t->topc, t->iterations);
		get(ak_star, state, OUT_AK, 6);
	}
	crypto_wipe(state, sizeof(state));
}
