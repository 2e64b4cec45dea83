/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Identifiers every part shares: IMSI, PLMN, TAI, ECGI, GUTI.
 *
 * An IMSI is one 64-bit word: its digits as BCD from the most significant nibble, the rest filled
 * with 0xf. Two IMSIs of different length never collide, leading zeros count, and printing it as
 * hex shows the digits. A device that is here without an IMSI has a word of its IMEI in its place:
 * 0xe in the first nibble, then the 14 digits of TAC and SNR; its text is E and these digits. No
 * first digit and no first character is one of an IMSI. A PLMN is its three wire octets
 * (TS 24.008 10.5.1.3) in the low 24 bits of a word, first octet highest, so that 0x00f110 is MCC
 * 001 MNC 01. All values are in host order. */
#ifndef MCORE_IDS_H
#define MCORE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t imsi_t;
typedef uint32_t plmn_t;

#define IMSI_NONE UINT64_MAX

struct tai {
	plmn_t plmn;
	uint16_t tac;
};

struct ecgi {
	plmn_t plmn;
	uint32_t eci; /* 28 bits: eNB id and cell */
};

struct gummei {
	plmn_t plmn;
	uint16_t group; /* MMEGI */
	uint8_t code;	/* MMEC */
};

struct guti {
	struct gummei gummei;
	uint32_t m_tmsi;
};

enum { IMSI_STRLEN = 16, PLMN_STRLEN = 7, IMEISV_STRLEN = 17 };

/* "001010000000001" to a word. False unless 6 to 15 digits and nothing else (TS 23.003 2.2): a
 * subscriber's. */
static inline bool imsi_parse(const char *s, imsi_t *out)
{
	imsi_t v = 0;
	unsigned n = 0;

	for (; s[n] >= '0' && s[n] <= '9'; n++) {
		if (n == 15)
			return false;
		v = v << 4 | (imsi_t)(s[n] - '0');
	}
	if (s[n] || n < 6)
		return false;
	for (; n < 16; n++)
		v = v << 4 | 0xf;
	*out = v;
	return true;
}

static inline bool imsi_is_imei(imsi_t imsi) { return imsi >> 60 == 0xe; }

/* Writes the digits and a NUL into buf[IMSI_STRLEN]; returns buf. "-" for IMSI_NONE. */
static inline const char *imsi_print(imsi_t imsi, char buf[IMSI_STRLEN])
{
	unsigned n = 0;

	if (imsi_is_imei(imsi))
		buf[n++] = 'E';
	for (; n < 15 && (imsi >> (60 - 4 * n) & 0xf) < 10; n++)
		buf[n] = (char)('0' + (imsi >> (60 - 4 * n) & 0xf));
	if (!n)
		buf[n++] = '-';
	buf[n] = 0;
	return buf;
}

/* The word of a device that has proven no IMSI, of the 15 digits of its IMEI; the last, the check
 * digit, follows from the others and is left out. False if they are no digits. */
static inline bool imsi_of_imei(const char *imei, imsi_t *out)
{
	imsi_t v = 0xe;

	for (unsigned n = 0; n < 15; n++) {
		if (imei[n] < '0' || imei[n] > '9')
			return false;
		if (n < 14)
			v = v << 4 | (imsi_t)(imei[n] - '0');
	}
	*out = v << 4 | 0xf;
	return true;
}

/* What imsi_print wrote: an IMSI, or E and 14 digits. For what names devices that are here, not
 * subscribers. */
static inline bool imsi_parse_any(const char *s, imsi_t *out)
{
	char imei[16] = "";

	if (*s != 'E')
		return imsi_parse(s, out);
	if (strlen(s) != 15)
		return false;
	memcpy(imei, s + 1, 14);
	imei[14] = '0';
	return imsi_of_imei(imei, out);
}

/* "00101", "001-01" or "001/01" to a PLMN. False if it is not 3 and 2 or 3 digits. */
static inline bool plmn_parse(const char *s, plmn_t *out)
{
	unsigned d[6], n = 0;

	for (; *s; s++) {
		if ((*s == '-' || *s == '/') && n == 3)
			continue;
		if (*s < '0' || *s > '9' || n == 6)
			return false;
		d[n++] = (unsigned)(*s - '0');
	}
	if (n != 5 && n != 6)
		return false;
	*out = d[1] << 20 | d[0] << 16 | (n == 6 ? d[5] : 0xf) << 12 | d[2] << 8 | d[4] << 4 | d[3];
	return true;
}

/* Digits and a NUL into buf[PLMN_STRLEN]; returns buf. */
static inline const char *plmn_print(plmn_t p, char buf[PLMN_STRLEN])
{
	unsigned third = p >> 12 & 0xf;
	const unsigned d[6] = { p >> 16 & 0xf, p >> 20 & 0xf, p >> 8 & 0xf,
				p & 0xf,       p >> 4 & 0xf,  third };
	unsigned n = third == 0xf ? 5 : 6;

	for (unsigned i = 0; i < n; i++)
		buf[i] = (char)(d[i] < 10 ? '0' + d[i] : '?');
	buf[n] = 0;
	return buf;
}

static inline plmn_t plmn_from_wire(const uint8_t b[3])
{
	return (plmn_t)b[0] << 16 | (plmn_t)b[1] << 8 | b[2];
}

static inline void plmn_to_wire(plmn_t p, uint8_t b[3])
{
	b[0] = (uint8_t)(p >> 16);
	b[1] = (uint8_t)(p >> 8);
	b[2] = (uint8_t)p;
}

/* The PLMN an IMSI belongs to, given how many digits its MNC has (2 or 3). */
static inline plmn_t imsi_plmn(imsi_t imsi, unsigned mnc_digits)
{
	char s[IMSI_STRLEN];
	plmn_t p = 0;

	imsi_print(imsi, s);
	s[3 + mnc_digits] = 0;
	plmn_parse(s, &p);
	return p;
}

static inline bool gummei_equal(const struct gummei *a, const struct gummei *b)
{
	return a->plmn == b->plmn && a->group == b->group && a->code == b->code;
}

#endif
