/* SPDX-License-Identifier: Apache-2.0 */
/* NAS values that describe a session or what the device shows of the network: APN, addresses,
 * rates, octet strings; detach and update types; network name, time (TS 24.301 9.9.3, 9.9.4;
 * TS 24.008 10.5.3). The rules of nas_types.c hold. */
#include "codec/nas_types.h"
#include "core/pool.h"

/* ---- octet strings ---- */

static void octets_get(struct rd *r, void *p) { *(struct bytes *)p = rd_rest(r); }
static void octets_put(struct wr *w, const void *p) { wr_bytes(w, *(const struct bytes *)p); }
static void octets_show(FILE *f, const void *p)
{
	const struct bytes *b = p;

	ie_show_hex(f, b->p, b->n);
}

static void octets_any(struct ie_any *a, void *p)
{
	size_t n = a->min + ie_random(a, a->max - a->min + 1);
	uint8_t *o = arena_alloc(a->arena, n ? n : 1);

	ie_any_octets(a, o, n);
	*(struct bytes *)p = bytes_of(o, n);
}

static bool octets_equal(const void *a, const void *b)
{
	return bytes_equal(*(const struct bytes *)a, *(const struct bytes *)b);
}

const struct ie_type nas_type_octets = {"octets",    sizeof(nas_octets_t), octets_get,  octets_put,
					octets_show, octets_any,           octets_equal};

/* ---- detach and update ---- */

static void detach_type_get(struct rd *r, void *p)
{
	struct nas_detach_type *v = p;
	uint8_t o = rd_u8(r);

	v->type = o & 7;
	v->switch_off = o & 8;
	if (v->type > 5)
		r->bad = true;
}

static void detach_type_put(struct wr *w, const void *p)
{
	const struct nas_detach_type *v = p;

	wr_u8(w, (v->switch_off ? 8u : 0u) | (v->type & 7u));
}

static void detach_type_show(FILE *f, const void *p)
{
	const struct nas_detach_type *v = p;

	fprintf(f, "%u%s", v->type, v->switch_off ? "(switch-off)" : "");
}

static void detach_type_any(struct ie_any *a, void *p)
{
	struct nas_detach_type *v = p;

	v->type = (uint8_t)ie_random(a, 6);
	v->switch_off = ie_random(a, 2);
}
NAS_TYPE(detach_type);

static void update_type_get(struct rd *r, void *p)
{
	struct nas_update_type *v = p;
	uint8_t o = rd_u8(r);

	v->type = o & 7;
	v->active = o & 8;
	if (v->type > 5)
		r->bad = true;
	else if (v->type > NAS_TA_PERIODIC)
		v->type = NAS_TA_UPDATE;
}

static void update_type_put(struct wr *w, const void *p)
{
	const struct nas_update_type *v = p;

	wr_u8(w, (v->active ? 8u : 0u) | (v->type & 7u));
}

static void update_type_show(FILE *f, const void *p)
{
	const struct nas_update_type *v = p;

	fprintf(f, "%u%s", v->type, v->active ? "(active)" : "");
}

static void update_type_any(struct ie_any *a, void *p)
{
	struct nas_update_type *v = p;

	v->type = (uint8_t)ie_random(a, 4);
	v->active = ie_random(a, 2);
}
NAS_TYPE(update_type);

static void edrx_get(struct rd *r, void *p)
{
	uint8_t o = rd_u8(r);

	*(struct nas_edrx *)p = (struct nas_edrx){o >> 4, o & 15};
}

static void edrx_put(struct wr *w, const void *p)
{
	const struct nas_edrx *v = p;

	wr_u8(w, (v->ptw & 15u) << 4 | (v->value & 15u));
}

static void edrx_show(FILE *f, const void *p)
{
	const struct nas_edrx *v = p;

	fprintf(f, "{ptw:%u,edrx:%u}", v->ptw, v->value);
}

static void edrx_any(struct ie_any *a, void *p)
{
	struct nas_edrx *v = p;

	v->ptw = (uint8_t)ie_random(a, 16);
	v->value = (uint8_t)ie_random(a, 16);
}
NAS_TYPE(edrx);

/* ---- time ---- */

/* Two decimal digits, the first in the low half of the octet. */
static unsigned swapped_get(struct rd *r)
{
	uint8_t o = rd_u8(r);

	if ((o & 15) > 9 || o >> 4 > 9)
		r->bad = true;
	return (o & 15u) * 10 + (o >> 4);
}

static void swapped_put(struct wr *w, unsigned v) { wr_u8(w, v % 10 << 4 | v / 10 % 10); }

static void time_zone_get(struct rd *r, void *p)
{
	uint8_t o = rd_u8(r);
	int v = (o & 7) * 10 + (o >> 4);

	if (o >> 4 > 9)
		r->bad = true;
	*(nas_time_zone_t *)p = (nas_time_zone_t)(o & 8 ? -v : v);
}

static void time_zone_put(struct wr *w, const void *p)
{
	int v = *(const nas_time_zone_t *)p;
	unsigned q = (unsigned)(v < 0 ? -v : v);

	wr_u8(w, q % 10 << 4 | (v < 0 ? 8u : 0u) | (q / 10 & 7));
}

static void time_zone_show(FILE *f, const void *p)
{
	int v = *(const nas_time_zone_t *)p, q = v < 0 ? -v : v;

	fprintf(f, "%c%02d:%02d", v < 0 ? '-' : '+', q / 4, q % 4 * 15);
}

static void time_zone_any(struct ie_any *a, void *p)
{
	*(nas_time_zone_t *)p = (nas_time_zone_t)((int)ie_random(a, 105) - 48);
}
NAS_TYPE(time_zone);

static void time_get(struct rd *r, void *p)
{
	struct nas_time *t = p;

	t->year = (uint16_t)(2000 + swapped_get(r));
	t->month = (uint8_t)swapped_get(r);
	t->day = (uint8_t)swapped_get(r);
	t->hour = (uint8_t)swapped_get(r);
	t->minute = (uint8_t)swapped_get(r);
	t->second = (uint8_t)swapped_get(r);
	time_zone_get(r, &t->zone);
	if (t->month < 1 || t->month > 12 || t->day < 1 || t->day > 31 || t->hour > 23 ||
	    t->minute > 59 || t->second > 59)
		r->bad = true;
}

static void time_put(struct wr *w, const void *p)
{
	const struct nas_time *t = p;

	swapped_put(w, t->year % 100u);
	swapped_put(w, t->month);
	swapped_put(w, t->day);
	swapped_put(w, t->hour);
	swapped_put(w, t->minute);
	swapped_put(w, t->second);
	time_zone_put(w, &t->zone);
}

static void time_show(FILE *f, const void *p)
{
	const struct nas_time *t = p;

	fprintf(f, "%04u-%02u-%02uT%02u:%02u:%02uZ", t->year, t->month, t->day, t->hour, t->minute,
		t->second);
	time_zone_show(f, &t->zone);
}

static void time_any(struct ie_any *a, void *p)
{
	struct nas_time *t = p;

	t->year = (uint16_t)(2000 + ie_random(a, 100));
	t->month = (uint8_t)(1 + ie_random(a, 12));
	t->day = (uint8_t)(1 + ie_random(a, 28));
	t->hour = (uint8_t)ie_random(a, 24);
	t->minute = (uint8_t)ie_random(a, 60);
	t->second = (uint8_t)ie_random(a, 60);
	time_zone_any(a, &t->zone);
}
NAS_TYPE(time);

/* ---- APN ---- */

/* Labels to a dotted name. What cannot be in a name (a dot inside a label, what is not printable)
 * reads as '?', so that it cannot pass for another APN. */
static void apn_get(struct rd *r, void *p)
{
	struct nas_apn *apn = p;
	size_t n = 0;

	while (!r->bad && rd_left(r)) {
		size_t label = rd_u8(r);
		const uint8_t *o = rd_take(r, label);

		if (!label && !rd_left(r) && n)
			break;
		if (!o || !label || label > 63 || n + label + 2 > sizeof(apn->name)) {
			r->bad = true;
			break;
		}
		if (n)
			apn->name[n++] = '.';
		for (size_t i = 0; i < label; i++)
			apn->name[n++] =
				o[i] > ' ' && o[i] < 0x7f && o[i] != '.' ? (char)o[i] : '?';
	}
	apn->name[n] = 0;
}

static void apn_put(struct wr *w, const void *p)
{
	const char *s = ((const struct nas_apn *)p)->name;

	for (;;) {
		size_t n = strcspn(s, ".");

		if (!n || n > 63) {
			w->bad = true;
			return;
		}
		wr_u8(w, (unsigned)n);
		wr_raw(w, s, n);
		if (!s[n])
			return;
		s += n + 1;
	}
}

static void apn_show(FILE *f, const void *p) { fputs(((const struct nas_apn *)p)->name, f); }

static void apn_any(struct ie_any *a, void *p)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	struct nas_apn *apn = p;
	size_t n = 1 + ie_random(a, 99), label = 0;

	if (n > a->max - 1)
		n = a->max - 1;
	for (size_t i = 0; i < n; i++) {
		bool dot = label && i + 1 < n && (label == 63 || !ie_random(a, 6));

		apn->name[i] = dot ? '.' : letters[ie_random(a, sizeof(letters) - 1)];
		label = dot ? 0 : label + 1;
	}
	if (label > 63)
		n--;
	apn->name[n] = 0;
}
NAS_TYPE(apn);

/* ---- PDN address ---- */

static void pdn_address_get(struct rd *r, void *p)
{
	struct nas_pdn_address *v = p;
	const uint8_t *o;

	v->type = rd_u8(r) & 7;
	if (v->type == 4 || v->type == 7 || !v->type)
		r->bad = true;
	if (v->type == NAS_PDN_IPV6 || v->type == NAS_PDN_IPV4V6) {
		o = rd_take(r, sizeof(v->iid));
		if (o)
			memcpy(v->iid, o, sizeof(v->iid));
	}
	if (v->type == NAS_PDN_IPV4 || v->type == NAS_PDN_IPV4V6) {
		o = rd_take(r, 4);
		if (o)
			memcpy(&v->ip4, o, 4);
	}
}

static void pdn_address_put(struct wr *w, const void *p)
{
	const struct nas_pdn_address *v = p;

	wr_u8(w, v->type & 7u);
	if (v->type == NAS_PDN_IPV6 || v->type == NAS_PDN_IPV4V6)
		wr_raw(w, v->iid, sizeof(v->iid));
	if (v->type == NAS_PDN_IPV4 || v->type == NAS_PDN_IPV4V6)
		wr_raw(w, &v->ip4, 4);
	if (v->type > NAS_PDN_IPV4V6)
		wr_be(w, 0, 4);
}

static void pdn_address_show(FILE *f, const void *p)
{
	const struct nas_pdn_address *v = p;
	uint8_t a[4];

	memcpy(a, &v->ip4, sizeof(a));
	fprintf(f, "{type:%u", v->type);
	if (v->type == NAS_PDN_IPV6 || v->type == NAS_PDN_IPV4V6) {
		fputs(",iid:", f);
		ie_show_hex(f, v->iid, sizeof(v->iid));
	}
	if (v->type == NAS_PDN_IPV4 || v->type == NAS_PDN_IPV4V6)
		fprintf(f, ",ip4:%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
	fputc('}', f);
}

static void pdn_address_any(struct ie_any *a, void *p)
{
	static const uint8_t types[] = {NAS_PDN_IPV4, NAS_PDN_IPV6, NAS_PDN_IPV4V6, NAS_PDN_NON_IP,
					NAS_PDN_ETHERNET};
	struct nas_pdn_address *v = p;

	v->type = types[ie_random(a, sizeof(types))];
	ie_any_octets(a, v->iid, sizeof(v->iid));
	v->ip4.s_addr = (uint32_t)ie_random(a, 0);
}
NAS_TYPE(pdn_address);

/* ---- header compression ---- */

static void header_compression_get(struct rd *r, void *p)
{
	struct nas_header_compression *v = p;

	v->profiles = rd_u8(r) & 0x7f;
	v->max_cid = rd_u16(r);
	v->parameters = rd_rest(r);
}

static void header_compression_put(struct wr *w, const void *p)
{
	const struct nas_header_compression *v = p;

	wr_u8(w, v->profiles & 0x7fu);
	wr_u16(w, v->max_cid);
	wr_bytes(w, v->parameters);
}

static void header_compression_show(FILE *f, const void *p)
{
	const struct nas_header_compression *v = p;

	fprintf(f, "{profiles:%02x,max_cid:%u}", v->profiles, v->max_cid);
}

static void header_compression_any(struct ie_any *a, void *p)
{
	struct nas_header_compression *v = p;
	struct bytes all;

	v->profiles = (uint8_t)ie_random(a, 0x80);
	v->max_cid = (uint16_t)(1 + ie_random(a, 16383));
	octets_any(a, &all);
	v->parameters = bytes_of(all.p, all.n - 3);
}
NAS_TYPE(header_compression);
