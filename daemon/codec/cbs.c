/* SPDX-License-Identifier: Apache-2.0 */
/* Cell broadcast pages. A page is 82 octets, filled up with <CR>, and an octet that says how many
 * of them count. A language goes first: in the 7 bit alphabet two letters and <CR>, before UCS2 the
 * same two letters packed into two octets (23.038 5, data coding 0x10 and 0x11). An escape sequence
 * of the 7 bit alphabet is not parted by the end of a page. */
#include "codec/cbs.h"

#include "codec/gsm7.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { CR = GSM7_CR, SEPTETS = 93 };

/* The next character; 0 at the end, -1 if it is not UTF-8, -2 if UCS2 has it not. */
static int32_t next(const char **at)
{
	const uint8_t *p = (const uint8_t *)*at;
	unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc2 ? 1 : 0;
	int32_t c = !more ? *p : *p & (0x3f >> more);

	if (*p >= 0x80 && (!more || *p > 0xf4))
		return -1;
	for (unsigned i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((more == 2 && c < 0x800) || (more == 3 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c < 0xe000))
		return -1;
	*at += more + (*p != 0);
	return c > 0xffff ? -2 : c;
}

/* One page of n septets (23.038 6.1.2.2), and its length. */
static void put_page7(uint8_t *page, const uint8_t *septet, unsigned n)
{
	memset(page, 0, CBS_PAGE);
	for (unsigned i = 0; i < SEPTETS; i++) {
		unsigned bit = 7 * i, v = i < n ? septet[i] : CR;

		page[bit / 8] = (uint8_t)(page[bit / 8] | v << bit % 8);
		if (bit % 8 > 1)
			page[bit / 8 + 1] = (uint8_t)(v >> (8 - bit % 8));
	}
	page[CBS_PAGE] = (uint8_t)((7 * n + 7) / 8);
}

static size_t encode7(const char *utf8, const char *language, uint8_t *out)
{
	uint8_t page[SEPTETS + 2];
	unsigned n = 0, pages = 0, k;
	int32_t c;

	if (language) {
		page[n++] = (uint8_t)language[0];
		page[n++] = (uint8_t)language[1];
		page[n++] = CR;
	}
	while ((c = next(&utf8)) > 0) {
		uint8_t s[2];

		k = gsm7_septets((uint32_t)c, s);
		if (n + k > SEPTETS) {
			if (pages == CBS_PAGES)
				return 0;
			put_page7(out + 1 + (CBS_PAGE + 1) * pages++, page, n);
			n = 0;
		}
		memcpy(page + n, s, k);
		n += k;
	}
	if (pages == CBS_PAGES)
		return 0;
	put_page7(out + 1 + (CBS_PAGE + 1) * pages++, page, n);
	out[0] = (uint8_t)pages;
	return 1 + (size_t)(CBS_PAGE + 1) * pages;
}

static void end_page16(uint8_t *page, unsigned n)
{
	for (unsigned i = n; i < CBS_PAGE; i += 2)
		page[i] = 0, page[i + 1] = CR;
	page[CBS_PAGE] = (uint8_t)n;
}

static size_t encode16(const char *utf8, const char *language, uint8_t *out)
{
	unsigned pages = 0, n = 0;
	uint8_t *page = out + 1;
	int32_t c;

	if (language) {
		page[n++] = (uint8_t)(language[0] | language[1] << 7);
		page[n++] = (uint8_t)(language[1] >> 1);
	}
	while ((c = next(&utf8)) > 0) {
		if (n == CBS_PAGE) {
			end_page16(page, n);
			if (++pages == CBS_PAGES)
				return 0;
			page += CBS_PAGE + 1;
			n = 0;
		}
		page[n++] = (uint8_t)(c >> 8);
		page[n++] = (uint8_t)c;
	}
	end_page16(page, n);
	out[0] = (uint8_t)++pages;
	return 1 + (size_t)(CBS_PAGE + 1) * pages;
}

size_t cbs_encode(const char *utf8, const char *language, uint8_t *dcs, uint8_t out[CBS_MAX],
		  const char **error)
{
	bool gsm7 = true;
	const char *at = utf8;
	uint8_t s[2];
	int32_t c;
	size_t n;

	if (language && (!islower((unsigned char)language[0]) ||
			 !islower((unsigned char)language[1]) || language[2])) {
		*error = "a language is two small letters";
		return 0;
	}
	while ((c = next(&at)) > 0)
		gsm7 &= gsm7_septets((uint32_t)c, s) != 0;
	if (c < 0) {
		*error = c == -1 ? "the text is not UTF-8" : "the text has a character beyond UCS2";
		return 0;
	}
	if (!*utf8) {
		*error = "there is no text";
		return 0;
	}
	*dcs = gsm7 ? (language ? 0x10 : 0x0f) : (language ? 0x11 : 0x48);
	n = gsm7 ? encode7(utf8, language, out) : encode16(utf8, language, out);
	if (!n)
		*error = "the text is longer than 15 pages";
	return n;
}
