/* SPDX-License-Identifier: Apache-2.0 */
/* NAS values that name somebody or some place: IMSI, IMEI, GUTI, TMSI; TAI, LAI, PLMN and lists of
 * them (TS 24.301 9.9.2, 9.9.3.12, 9.9.3.33; TS 24.008 10.5.1). The rules of nas_types.c hold. */
#include "codec/nas_types.h"

/* ---- identities ---- */

/* Digits as BCD after the first octet's type and odd/even bit (TS 24.008 10.5.1.4). Returns how
 * many, at most max, or 0. */
static size_t digits_get(struct rd *r, uint8_t first, char *out, size_t max)
{
	bool odd = first & 8;
	size_t n = 0;

	out[n++] = (char)('0' + (first >> 4));
	while (rd_left(r)) {
		uint8_t o = rd_u8(r);

		if (n + 2 > max + 1)
			return 0;
		out[n++] = (char)('0' + (o & 15));
		out[n++] = (char)('0' + (o >> 4));
	}
	if (!odd && out[--n] != '0' + 15)
		return 0;
	out[n] = 0;
	for (size_t i = 0; i < n; i++)
		if (out[i] > '9')
			return 0;
	return n > max ? 0 : n;
}

static void digits_put(struct wr *w, uint8_t type, const char *s)
{
	size_t n = strlen(s);

	if (s[0] < '0' || s[0] > '9') {
		w->bad = true;
		return;
	}
	wr_u8(w, (unsigned)(s[0] - '0') << 4 | (n & 1 ? 8u : 0u) | type);
	for (size_t i = 1; i < n; i += 2)
		wr_u8(w, (unsigned)(i + 1 < n ? s[i + 1] - '0' : 15) << 4 | (unsigned)(s[i] - '0'));
}

static void imsi_get(struct rd *r, uint8_t first, struct nas_identity *id)
{
	char s[18];

	id->type = NAS_ID_IMSI;
	if (!digits_get(r, first, s, 15) || !imsi_parse(s, &id->imsi))
		r->bad = true;
}

static void imei_get(struct rd *r, uint8_t first, struct nas_identity *id, size_t n)
{
	char s[19];

	id->type = n == 15 ? NAS_ID_IMEI : NAS_ID_IMEISV;
	if (digits_get(r, first, s, 16) != n)
		r->bad = true;
	else
		memcpy(id->imei, s, n + 1);
}

static void imsi_put(struct wr *w, imsi_t imsi)
{
	char s[IMSI_STRLEN];

	digits_put(w, 1, imsi_print(imsi, s));
}

static void guti_get(struct rd *r, struct guti *g)
{
	const uint8_t *plmn = rd_take(r, 3);

	if (plmn)
		g->gummei.plmn = plmn_from_wire(plmn);
	g->gummei.group = rd_u16(r);
	g->gummei.code = rd_u8(r);
	g->m_tmsi = rd_u32(r);
}

static void plmn_put(struct wr *w, plmn_t plmn) { wr_be(w, plmn, 3); }

static void guti_put(struct wr *w, const struct guti *g)
{
	wr_u8(w, 0xf6);
	plmn_put(w, g->gummei.plmn);
	wr_u16(w, g->gummei.group);
	wr_u8(w, g->gummei.code);
	wr_u32(w, g->m_tmsi);
}

static void eps_identity_get(struct rd *r, void *p)
{
	struct nas_identity *id = p;
	uint8_t first = rd_u8(r);

	switch (first & 7) {
	case 1:
		imsi_get(r, first, id);
		break;
	case 3:
		imei_get(r, first, id, 15);
		break;
	case 6:
		id->type = NAS_ID_GUTI;
		guti_get(r, &id->guti);
		break;
	default:
		r->bad = true;
	}
}

static void eps_identity_put(struct wr *w, const void *p)
{
	const struct nas_identity *id = p;

	switch (id->type) {
	case NAS_ID_IMSI:
		imsi_put(w, id->imsi);
		break;
	case NAS_ID_IMEI:
		digits_put(w, 3, id->imei);
		break;
	case NAS_ID_GUTI:
		guti_put(w, &id->guti);
		break;
	default:
		w->bad = true;
	}
}

static void mobile_identity_get(struct rd *r, void *p)
{
	struct nas_identity *id = p;
	uint8_t first = rd_u8(r);

	switch (first & 7) {
	case 0:
		id->type = NAS_ID_NONE;
		break;
	case 1:
		imsi_get(r, first, id);
		break;
	case 2:
		imei_get(r, first, id, 15);
		break;
	case 3:
		imei_get(r, first, id, 16);
		break;
	case 4:
		id->type = NAS_ID_TMSI;
		id->tmsi = rd_u32(r);
		break;
	default:
		r->bad = true;
	}
}

static void mobile_identity_put(struct wr *w, const void *p)
{
	const struct nas_identity *id = p;

	switch (id->type) {
	case NAS_ID_NONE:
		wr_be(w, 0, 3);
		break;
	case NAS_ID_IMSI:
		imsi_put(w, id->imsi);
		break;
	case NAS_ID_IMEI:
		digits_put(w, 2, id->imei);
		break;
	case NAS_ID_IMEISV:
		digits_put(w, 3, id->imei);
		break;
	case NAS_ID_TMSI:
		wr_u8(w, 0xf4);
		wr_u32(w, id->tmsi);
		break;
	default:
		w->bad = true;
	}
}

static void identity_show(FILE *f, const void *p)
{
	const struct nas_identity *id = p;
	char s[IMSI_STRLEN], plmn[PLMN_STRLEN];

	switch (id->type) {
	case NAS_ID_NONE:
		fputs("none", f);
		break;
	case NAS_ID_IMSI:
		fprintf(f, "imsi:%s", imsi_print(id->imsi, s));
		break;
	case NAS_ID_IMEI:
		fprintf(f, "imei:%s", id->imei);
		break;
	case NAS_ID_IMEISV:
		fprintf(f, "imeisv:%s", id->imei);
		break;
	case NAS_ID_TMSI:
		fprintf(f, "tmsi:%08x", id->tmsi);
		break;
	case NAS_ID_GUTI:
		fprintf(f, "guti:%s-%04x-%02x-%08x", plmn_print(id->guti.gummei.plmn, plmn),
			id->guti.gummei.group, id->guti.gummei.code, id->guti.m_tmsi);
		break;
	}
}

static plmn_t plmn_any(struct ie_any *a)
{
	char s[7] = {0};
	size_t n = 5 + ie_random(a, 2);
	plmn_t p = 0;

	for (size_t i = 0; i < n; i++)
		s[i] = (char)('0' + ie_random(a, 10));
	plmn_parse(s, &p);
	return p;
}

static void digits_any(struct ie_any *a, char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = (char)('0' + ie_random(a, 10));
	s[n] = 0;
}

/* One of the kinds in the mask that fits the IE. */
static void identity_any(struct ie_any *a, struct nas_identity *id, unsigned kinds)
{
	char s[16];
	size_t n, octets;

	do {
		id->type = (enum nas_identity_kind)ie_random(a, 7);
		n = id->type == NAS_ID_IMSI   ? 6 + ie_random(a, 10)
		    : id->type == NAS_ID_IMEI ? 15
					      : 16;
		octets = id->type == NAS_ID_NONE   ? 3
			 : id->type == NAS_ID_TMSI ? 5
			 : id->type == NAS_ID_GUTI ? 11
						   : n / 2 + 1;
	} while (!(kinds >> id->type & 1) || octets < a->min || octets > a->max);
	switch (id->type) {
	case NAS_ID_IMSI:
		digits_any(a, s, n);
		imsi_parse(s, &id->imsi);
		break;
	case NAS_ID_IMEI:
	case NAS_ID_IMEISV:
		digits_any(a, id->imei, n);
		break;
	case NAS_ID_GUTI:
		id->guti = (struct guti){
			{plmn_any(a), (uint16_t)ie_random(a, 0), (uint8_t)ie_random(a, 0)},
			(uint32_t)ie_random(a, 0)};
		break;
	default:
		id->tmsi = (uint32_t)ie_random(a, 0);
	}
}

static void eps_identity_any(struct ie_any *a, void *p)
{
	identity_any(a, p, 1u << NAS_ID_IMSI | 1u << NAS_ID_IMEI | 1u << NAS_ID_GUTI);
}

static void mobile_identity_any(struct ie_any *a, void *p) { identity_any(a, p, 0x1fu); }

#define eps_identity_show    identity_show
#define mobile_identity_show identity_show
NAS_TYPE(eps_identity);
NAS_TYPE(mobile_identity);
#undef eps_identity_show
#undef mobile_identity_show

/* ---- areas ---- */

static plmn_t plmn_get(struct rd *r) { return (plmn_t)rd_be(r, 3); }

static void plmn_show(FILE *f, plmn_t plmn)
{
	char s[PLMN_STRLEN];

	fputs(plmn_print(plmn, s), f);
}

static void tai_get(struct rd *r, void *p)
{
	struct tai *tai = p;

	tai->plmn = plmn_get(r);
	tai->tac = rd_u16(r);
}

static void tai_put(struct wr *w, const void *p)
{
	const struct tai *tai = p;

	plmn_put(w, tai->plmn);
	wr_u16(w, tai->tac);
}

static void tai_show(FILE *f, const void *p)
{
	const struct tai *tai = p;

	plmn_show(f, tai->plmn);
	fprintf(f, "-%04x", tai->tac);
}

static void tai_any(struct ie_any *a, void *p)
{
	*(struct tai *)p = (struct tai){plmn_any(a), (uint16_t)ie_random(a, 0)};
}
NAS_TYPE(tai);

/* A TAI and a LAI are alike on the wire. */
static void lai_get(struct rd *r, void *p)
{
	struct nas_lai *lai = p;

	lai->plmn = plmn_get(r);
	lai->lac = rd_u16(r);
}

static void lai_put(struct wr *w, const void *p)
{
	const struct nas_lai *lai = p;

	plmn_put(w, lai->plmn);
	wr_u16(w, lai->lac);
}

static void lai_show(FILE *f, const void *p)
{
	const struct nas_lai *lai = p;

	plmn_show(f, lai->plmn);
	fprintf(f, "-%04x", lai->lac);
}

static void lai_any(struct ie_any *a, void *p)
{
	*(struct nas_lai *)p = (struct nas_lai){plmn_any(a), (uint16_t)ie_random(a, 0)};
}
NAS_TYPE(lai);

enum tai_list_type { ONE_PLMN = 0, CONSECUTIVE = 1, MANY_PLMNS = 2 };

static void tai_add(struct nas_tai_list *l, plmn_t plmn, uint16_t tac)
{
	if (l->n < NAS_MAX_TAIS)
		l->tai[l->n++] = (struct tai){plmn, tac};
}

/* Any number of partial lists; a UE keeps the first 16 TAIs and so do we. */
static void tai_list_get(struct rd *r, void *p)
{
	struct nas_tai_list *l = p;

	l->n = 0;
	do {
		uint8_t head = rd_u8(r);
		unsigned n = (head & 31u) < 15 ? (head & 31u) + 1 : 16;
		enum tai_list_type type = head >> 5 & 3;
		plmn_t plmn = plmn_get(r);
		uint16_t tac = rd_u16(r);

		if (type > MANY_PLMNS)
			r->bad = true;
		tai_add(l, plmn, tac);
		for (unsigned i = 1; i < n; i++) {
			if (type == MANY_PLMNS)
				plmn = plmn_get(r);
			tac = type == CONSECUTIVE ? (uint16_t)(tac + 1) : rd_u16(r);
			tai_add(l, plmn, tac);
		}
	} while (!r->bad && rd_left(r));
}

static enum tai_list_type tai_list_type(const struct nas_tai_list *l)
{
	enum tai_list_type type = l->n > 1 ? CONSECUTIVE : ONE_PLMN;

	for (unsigned i = 1; i < l->n; i++) {
		if (l->tai[i].plmn != l->tai[0].plmn)
			return MANY_PLMNS;
		if (l->tai[i].tac != (uint16_t)(l->tai[i - 1].tac + 1))
			type = ONE_PLMN;
	}
	return type;
}

static void tai_list_put(struct wr *w, const void *p)
{
	const struct nas_tai_list *l = p;
	enum tai_list_type type = tai_list_type(l);

	if (!l->n || l->n > NAS_MAX_TAIS) {
		w->bad = true;
		return;
	}
	wr_u8(w, (unsigned)type << 5 | (l->n - 1u));
	tai_put(w, &l->tai[0]);
	for (unsigned i = 1; i < l->n && type != CONSECUTIVE; i++) {
		if (type == MANY_PLMNS)
			plmn_put(w, l->tai[i].plmn);
		wr_u16(w, l->tai[i].tac);
	}
}

static void tai_list_show(FILE *f, const void *p)
{
	const struct nas_tai_list *l = p;

	for (unsigned i = 0; i < l->n; i++) {
		fputc(i ? ',' : '{', f);
		tai_show(f, &l->tai[i]);
	}
	fputc('}', f);
}

static void tai_list_any(struct ie_any *a, void *p)
{
	struct nas_tai_list *l = p;
	enum tai_list_type type = (enum tai_list_type)ie_random(a, 3);

	l->n = (uint8_t)(1 + ie_random(a, NAS_MAX_TAIS));
	for (unsigned i = 0; i < l->n; i++) {
		tai_any(a, &l->tai[i]);
		if (i && type != MANY_PLMNS)
			l->tai[i].plmn = l->tai[0].plmn;
		if (i && type == CONSECUTIVE)
			l->tai[i].tac = (uint16_t)(l->tai[i - 1].tac + 1);
	}
}
NAS_TYPE(tai_list);

static void plmn_list_get(struct rd *r, void *p)
{
	struct nas_plmn_list *l = p;

	for (l->n = 0; rd_left(r) >= 3 && l->n < NAS_MAX_PLMNS;)
		l->plmn[l->n++] = plmn_get(r);
}

static void plmn_list_put(struct wr *w, const void *p)
{
	const struct nas_plmn_list *l = p;

	for (unsigned i = 0; i < l->n && i < NAS_MAX_PLMNS; i++)
		plmn_put(w, l->plmn[i]);
}

static void plmn_list_show(FILE *f, const void *p)
{
	const struct nas_plmn_list *l = p;

	for (unsigned i = 0; i < l->n; i++) {
		fputc(i ? ',' : '{', f);
		plmn_show(f, l->plmn[i]);
	}
	fputc('}', f);
}

static void plmn_list_any(struct ie_any *a, void *p)
{
	struct nas_plmn_list *l = p;

	l->n = (uint8_t)(1 + ie_random(a, NAS_MAX_PLMNS));
	for (unsigned i = 0; i < l->n; i++)
		l->plmn[i] = plmn_any(a);
}
NAS_TYPE(plmn_list);
