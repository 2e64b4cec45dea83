/* SPDX-License-Identifier: Apache-2.0 */
/* SNOW 3G. Its tables follow from algebra and are made before main: the S-boxes (Rijndael's, and a
 * polynomial of degree 49 over another field of 256 elements) merged with the column mixing that
 * follows them, and the multiplication and division by alpha of the feedback. */
#include "security/snow3g.h"

enum {
	FIELD_SR = 0x1b, /* x^8 = x^4 + x^3 + x + 1 */
	FIELD_SQ = 0x69, /* x^8 = x^6 + x^5 + x^3 + 1 */
	FIELD_ALPHA = 0xa9,
};

static uint32_t t1[256], t2[256]; /* first column of S1 and S2; the others are rotations */
static uint32_t mul_alpha[256], div_alpha[256];

static uint8_t times_x(uint8_t v, uint8_t field)
{
	return (uint8_t)(v << 1 ^ (v & 0x80 ? field : 0));
}

static uint8_t times(uint8_t a, uint8_t b, uint8_t field)
{
	uint8_t r = 0;

	for (; b; b >>= 1, a = times_x(a, field))
		if (b & 1)
			r ^= a;
	return r;
}

static uint8_t power(uint8_t v, unsigned n, uint8_t field)
{
	uint8_t r = 1;

	for (; n; n >>= 1, v = times(v, v, field))
		if (n & 1)
			r = times(r, v, field);
	return r;
}

static uint8_t s_rijndael(uint8_t v)
{
	uint8_t inverse = power(v, 254, FIELD_SR), r = 0x63;

	for (unsigned turn = 0; turn < 5; turn++)
		r ^= (uint8_t)(inverse << turn | inverse >> (8 - turn));
	return r;
}

static uint8_t s_dickson(uint8_t v)
{
	static const uint8_t exponents[] = {1, 9, 13, 15, 33, 41, 45, 47, 49};
	uint8_t r = 0x25;

	for (unsigned i = 0; i < sizeof(exponents); i++)
		r ^= power(v, exponents[i], FIELD_SQ);
	return r;
}

static uint32_t word(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8 | d;
}

static uint8_t alpha(uint8_t v, unsigned n)
{
	while (n--)
		v = times_x(v, FIELD_ALPHA);
	return v;
}

__attribute__((constructor)) static void tables_make(void)
{
	for (unsigned i = 0; i < 256; i++) {
		uint8_t v = (uint8_t)i, r = s_rijndael(v), q = s_dickson(v);
		uint8_t r2 = times_x(r, FIELD_SR), q2 = times_x(q, FIELD_SQ);

		t1[i] = word(r2, r2 ^ r, r, r);
		t2[i] = word(q2, q2 ^ q, q, q);
		mul_alpha[i] = word(alpha(v, 23), alpha(v, 245), alpha(v, 48), alpha(v, 239));
		div_alpha[i] = word(alpha(v, 16), alpha(v, 39), alpha(v, 6), alpha(v, 64));
	}
}

static uint32_t turn_right(uint32_t v, unsigned n) { return v >> n | v << (32 - n); }

static uint32_t mix(const uint32_t t[256], uint32_t w)
{
	return t[w >> 24] ^ turn_right(t[w >> 16 & 0xff], 8) ^ turn_right(t[w >> 8 & 0xff], 16) ^
	       turn_right(t[w & 0xff], 24);
}

static uint32_t cell(const struct snow3g *c, unsigned i) { return c->s[(c->at + i) % 16]; }

static uint32_t machine(struct snow3g *c)
{
	uint32_t f = (cell(c, 15) + c->r1) ^ c->r2, r = c->r2 + (c->r3 ^ cell(c, 5));

	c->r3 = mix(t2, c->r2);
	c->r2 = mix(t1, c->r1);
	c->r1 = r;
	return f;
}

static void shift(struct snow3g *c, uint32_t f)
{
	uint32_t s0 = cell(c, 0), s11 = cell(c, 11);

	c->s[c->at] =
		s0 << 8 ^ mul_alpha[s0 >> 24] ^ cell(c, 2) ^ s11 >> 8 ^ div_alpha[s11 & 0xff] ^ f;
	c->at = (c->at + 1) % 16;
}

void snow3g_init(struct snow3g *c, const uint32_t k[4], const uint32_t iv[4])
{
	*c = (struct snow3g){0};
	for (unsigned i = 0; i < 4; i++) {
		c->s[i] = c->s[8 + i] = ~k[i];
		c->s[4 + i] = c->s[12 + i] = k[i];
	}
	c->s[15] ^= iv[0];
	c->s[12] ^= iv[1];
	c->s[10] ^= iv[2];
	c->s[9] ^= iv[3];
	for (unsigned n = 0; n < 32; n++)
		shift(c, machine(c));
	machine(c);
	shift(c, 0);
}

uint32_t snow3g_next(struct snow3g *c)
{
	uint32_t z = machine(c) ^ cell(c, 0);

	shift(c, 0);
	return z;
}
