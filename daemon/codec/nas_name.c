/* SPDX-License-Identifier: Apache-2.0 */
/* Network names (TS 24.008 10.5.3.5a): in memory UTF-8, on the wire septets of the GSM 7-bit
 * default alphabet (TS 23.038 6.2.1), packed, or UCS2 big-endian. */
#include "codec/gsm7.h"
#include "codec/nas_types.h"

enum { GSM = 0, UCS2 = 1, UNKNOWN = 0xfffd };

/* ---- UTF-8 ---- */

/* Appends a code point if it fits with the NUL; false if not. */
static bool utf8_add(struct nas_network_name *v, size_t *n, uint32_t c)
{
	uint8_t o[4];
	size_t k = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (!c || *n + k + 1 > sizeof(v->utf8))
		return false;
	if (k == 1)
		o[0] = (uint8_t)c;
	else
		o[0] = (uint8_t)(0xf00u >> k | c >> 6 * (k - 1));
	for (size_t i = 1; i < k; i++)
		o[i] = (uint8_t)(0x80 | (c >> 6 * (k - 1 - i) & 0x3f));
	memcpy(v->utf8 + *n, o, k);
	*n += k;
	v->utf8[*n] = 0;
	return true;
}

/* The next code point, 0 at the end. What is not UTF-8 comes as UNKNOWN, an octet at a time. */
static uint32_t utf8_next(const char **s)
{
	const uint8_t *p = (const uint8_t *)*s;
	size_t k = p[0] < 0x80       ? 1
		   : p[0] >> 5 == 6  ? 2
		   : p[0] >> 4 == 14 ? 3
		   : p[0] >> 3 == 30 ? 4
				     : 0;
	uint32_t c = k == 1 ? p[0] : p[0] & (0x7fu >> k);

	if (!p[0])
		return 0;
	for (size_t i = 1; i < k; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			k = 0;
			break;
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	if (!k || !c) {
		*s += 1;
		return UNKNOWN;
	}
	*s += k;
	return c < 0x110000 ? c : UNKNOWN;
}

/* ---- GSM alphabet ---- */

static void gsm_get(struct rd *r, struct nas_network_name *v, unsigned spare)
{
	size_t bits = rd_left(r) * 8, n = 0;
	const uint8_t *o = rd_take(r, rd_left(r));
	bool escaped = false;

	for (size_t i = 0; o && i + 7 + spare <= bits; i += 7) {
		unsigned next = i / 8 + 1 < bits / 8 ? o[i / 8 + 1] : 0;
		unsigned septet = (o[i / 8] | next << 8) >> i % 8 & 0x7f;
		uint32_t c = gsm7_points[septet];

		if (septet == GSM7_ESCAPE && !escaped) {
			escaped = true;
			continue;
		}
		for (unsigned k = 0; escaped && k < GSM7_EXTENSIONS; k++)
			if (gsm7_extension[k].septet == septet)
				c = gsm7_extension[k].point;
		escaped = false;
		if (!utf8_add(v, &n, c ? c : ' '))
			break;
	}
}

static void septet_put(uint8_t *out, size_t *bit, unsigned septet)
{
	out[*bit / 8] |= (uint8_t)(septet << *bit % 8);
	if (*bit % 8 > 1)
		out[*bit / 8 + 1] |= (uint8_t)(septet >> (8 - *bit % 8));
	*bit += 7;
}

/* False, with nothing written, if the alphabet has not got all the characters. */
static bool gsm_put(struct wr *w, const struct nas_network_name *v)
{
	uint8_t out[2 * NAS_NAME_SIZE] = {0}, septets[2];
	const char *s = v->utf8;
	size_t bits = 0;
	uint32_t c;

	while ((c = utf8_next(&s))) {
		unsigned n = gsm7_septets(c, septets);

		if (!n)
			return false;
		for (unsigned i = 0; i < n; i++)
			septet_put(out, &bits, septets[i]);
	}
	wr_u8(w, 0x80u | GSM << 4 | (v->add_country ? 8u : 0u) | (unsigned)((8 - bits % 8) % 8));
	wr_raw(w, out, (bits + 7) / 8);
	return true;
}

/* ---- UCS2 ---- */

static bool surrogate(uint32_t c) { return c >> 11 == 0xd800 >> 11; }

static void ucs2_get(struct rd *r, struct nas_network_name *v)
{
	size_t n = 0;

	while (rd_left(r) >= 2) {
		uint32_t c = rd_u16(r);
		struct rd ahead = *r;
		uint32_t low = rd_left(r) >= 2 ? rd_u16(&ahead) : 0;

		if (c >> 10 == 0xd800 >> 10 && low >> 10 == 0xdc00 >> 10) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			*r = ahead;
		}
		if (!utf8_add(v, &n, surrogate(c) ? UNKNOWN : c))
			break;
	}
}

static void ucs2_put(struct wr *w, const struct nas_network_name *v)
{
	const char *s = v->utf8;
	uint32_t c;

	wr_u8(w, 0x80u | UCS2 << 4 | (v->add_country ? 8u : 0u));
	while ((c = utf8_next(&s))) {
		if (c >= 0x10000) {
			wr_u16(w, 0xd800u | (c - 0x10000) >> 10);
			wr_u16(w, 0xdc00u | ((c - 0x10000) & 0x3ff));
		} else {
			wr_u16(w, surrogate(c) ? UNKNOWN : c);
		}
	}
}

/* ---- the type ---- */

static void network_name_get(struct rd *r, void *p)
{
	struct nas_network_name *v = p;
	uint8_t head = rd_u8(r);

	v->add_country = head & 8;
	v->utf8[0] = 0;
	if ((head >> 4 & 7) == GSM)
		gsm_get(r, v, head & 7u);
	else if ((head >> 4 & 7) == UCS2)
		ucs2_get(r, v);
	else
		r->bad = true;
}

static void network_name_put(struct wr *w, const void *p)
{
	const struct nas_network_name *v = p;

	if (!gsm_put(w, v))
		ucs2_put(w, v);
}

static void network_name_show(FILE *f, const void *p)
{
	const struct nas_network_name *v = p;

	fputc('"', f);
	for (const char *s = v->utf8; *s; s++)
		fputc((uint8_t)*s < ' ' || *s == '"' || *s == 0x7f ? '?' : *s, f);
	fputc('"', f);
}

static void network_name_any(struct ie_any *a, void *p)
{
	static const uint32_t exotic[] = {0x416, 0x4e2d, 0x1f600, 0xe1};
	struct nas_network_name *v = p;
	size_t n = 0, want = 1 + ie_random(a, 30);
	bool ucs2 = !ie_random(a, 3);

	v->add_country = ie_random(a, 2);
	for (size_t i = 0; i < want; i++) {
		uint32_t c = gsm7_points[ie_random(a, 128)];

		if (!ie_random(a, 8))
			c = gsm7_extension[ie_random(a, GSM7_EXTENSIONS)].point;
		if (ucs2 && !ie_random(a, 3))
			c = exotic[ie_random(a, sizeof(exotic) / sizeof(exotic[0]))];
		utf8_add(v, &n, c ? c : 'x');
	}
}
NAS_TYPE(network_name);
