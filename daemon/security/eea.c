/* SPDX-License-Identifier: Apache-2.0 */
/* Ciphering: each algorithm makes a key stream from COUNT, BEARER and DIRECTION (33.401 B.1). */
#include "security/eea.h"

#include <errno.h>
#include <string.h>

#include "codec/wire.h"
#include "security/crypto.h"
#include "security/snow3g.h"
#include "security/zuc.h"

/* Adds a word of the stream to up to four octets. */
static void add(const uint8_t *in, uint8_t *out, size_t n, uint32_t z)
{
	for (size_t i = 0; i < n && i < 4; i++)
		out[i] = (uint8_t)(in[i] ^ z >> (24 - 8 * i));
}

static void eea1(const uint8_t key[16], uint32_t count, uint32_t selector, const uint8_t *in,
		 uint8_t *out, size_t n)
{
	struct rd r = rd_of(key, 16);
	uint32_t k[4], iv[4] = {selector, count, selector, count};
	struct snow3g c;

	for (unsigned i = 4; i--;)
		k[i] = rd_u32(&r);
	snow3g_init(&c, k, iv);
	for (size_t at = 0; at < n; at += 4)
		add(in + at, out + at, n - at, snow3g_next(&c));
	crypto_wipe(&c, sizeof(c));
	crypto_wipe(k, sizeof(k));
}

static void eea3(const uint8_t key[16], const uint8_t block[16], const uint8_t *in, uint8_t *out,
		 size_t n)
{
	uint8_t iv[16];
	struct zuc c;

	memcpy(iv, block, 8);
	memcpy(iv + 8, block, 8);
	zuc_init(&c, key, iv);
	for (size_t at = 0; at < n; at += 4)
		add(in + at, out + at, n - at, zuc_next(&c));
	crypto_wipe(&c, sizeof(c));
}

int eea_crypt(enum eea alg, const uint8_t key[16], uint32_t count, unsigned bearer,
	      unsigned direction, const uint8_t *in, uint8_t *out, size_t bits)
{
	uint32_t selector = (bearer & 31) << 27 | (direction & 1) << 26;
	uint8_t block[16] = {0}; /* COUNT, BEARER, DIRECTION, zeros */
	struct wr w = wr_of(block, sizeof(block));
	size_t n = (bits + 7) / 8;

	wr_u32(&w, count);
	wr_u32(&w, selector);
	switch (alg) {
	case EEA0:
		memmove(out, in, n);
		break;
	case EEA1:
		eea1(key, count, selector, in, out, n);
		break;
	case EEA2:
		aes128_ctr(key, block, in, out, n);
		break;
	case EEA3:
		eea3(key, block, in, out, n);
		break;
	default:
		return -EINVAL;
	}
	if (bits % 8)
		out[n - 1] &= (uint8_t)(0xff00u >> bits % 8);
	return 0;
}
