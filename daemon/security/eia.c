/* SPDX-License-Identifier: Apache-2.0 */
/* Integrity (33.401 B.2). EIA1 evaluates the message as a polynomial over GF(2^64) at a point from
 * the key stream; EIA3 adds up the stream's words that start where the message has a 1; both
 * without branches on the message or the key. EIA2 is AES-CMAC. */
#include "security/eia.h"

#include <errno.h>
#include <string.h>

#include "codec/wire.h"
#include "security/crypto.h"
#include "security/snow3g.h"
#include "security/zuc.h"

/* Product in GF(2^64) with x^64 + x^4 + x^3 + x + 1. */
static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t r = 0;

	for (unsigned i = 0; i < 64; i++) {
		r ^= a & -(b >> i & 1);
		a = a << 1 ^ (0x1b & -(a >> 63));
	}
	return r;
}

/* Up to `width` bits of the message from octet `at` on, the rest of the word zero. */
static uint64_t message_word(const uint8_t *in, size_t bits, size_t at, unsigned width)
{
	size_t left = bits - 8 * at;
	uint64_t v = 0;

	for (unsigned i = 0; i < width / 8; i++) {
		uint8_t octet = left ? in[at + i] : 0;

		if (left && left < 8)
			octet &= (uint8_t)(0xff00u >> left);
		left -= left < 8 ? left : 8;
		v = v << 8 | octet;
	}
	return v;
}

static uint32_t eia1(const uint8_t key[16], uint32_t count, uint32_t fresh, unsigned direction,
		     const uint8_t *in, size_t bits)
{
	struct rd r = rd_of(key, 16);
	uint32_t k[4], z[5];
	uint32_t iv[4] = {fresh ^ direction << 15, count ^ direction << 31, fresh, count};
	uint64_t p, q, v = 0;
	struct snow3g c;

	for (unsigned i = 4; i--;)
		k[i] = rd_u32(&r);
	snow3g_init(&c, k, iv);
	for (unsigned i = 0; i < 5; i++)
		z[i] = snow3g_next(&c);
	p = (uint64_t)z[0] << 32 | z[1];
	q = (uint64_t)z[2] << 32 | z[3];
	for (size_t at = 0; 8 * at < bits; at += 8)
		v = times(v ^ message_word(in, bits, at, 64), p);
	v = times(v ^ bits, q);
	crypto_wipe(&c, sizeof(c));
	crypto_wipe(k, sizeof(k));
	return (uint32_t)(v >> 32) ^ z[4];
}

static uint32_t eia3(const uint8_t key[16], uint32_t count, unsigned bearer, unsigned direction,
		     const uint8_t *in, size_t bits)
{
	uint8_t iv[16] = {0};
	struct wr w = wr_of(iv, sizeof(iv));
	uint64_t window; /* two words of the stream */
	uint32_t mac = 0;
	struct zuc c;

	wr_u32(&w, count);
	wr_u8(&w, bearer << 3);
	memcpy(iv + 8, iv, 8);
	iv[8] ^= (uint8_t)(direction << 7);
	iv[14] ^= (uint8_t)(direction << 7);
	zuc_init(&c, key, iv);
	window = (uint64_t)zuc_next(&c) << 32;
	window |= zuc_next(&c);
	for (size_t at = 0; 8 * at < bits; at += 4) {
		uint32_t m = (uint32_t)message_word(in, bits, at, 32);
		unsigned n = bits - 8 * at < 32 ? (unsigned)(bits - 8 * at) : 32;

		for (unsigned i = 0; i < n; i++)
			mac ^= (uint32_t)(window >> (32 - i)) & -(m >> (31 - i) & 1);
		if (n < 32) /* the word at the message's end, and the stream's last one */
			return mac ^ (uint32_t)(window >> (32 - n)) ^ zuc_next(&c);
		window = window << 32 | zuc_next(&c);
	}
	return mac ^ (uint32_t)(window >> 32) ^ (uint32_t)window;
}

int eia_mac(enum eia alg, const uint8_t key[16], uint32_t count, unsigned bearer,
	    unsigned direction, const uint8_t *in, size_t bits, uint8_t mac[4])
{
	struct wr w = wr_of(mac, 4);
	uint8_t head[8], block[16];
	struct wr h = wr_of(head, sizeof(head));

	bearer &= 31;
	direction &= 1;
	switch (alg) {
	case EIA1:
		wr_u32(&w, eia1(key, count, bearer << 27, direction, in, bits));
		return 0;
	case EIA2:
		wr_u32(&h, count);
		wr_u32(&h, bearer << 27 | direction << 26);
		aes128_cmac(key, head, sizeof(head), in, bits, block);
		memcpy(mac, block, 4);
		return 0;
	case EIA3:
		wr_u32(&w, eia3(key, count, bearer, direction, in, bits));
		return 0;
	default:
		return -EINVAL;
	}
}
