/* SPDX-License-Identifier: Apache-2.0 */
/* How NAS values are read, written, shown and made up at random: here numbers, timers and what
 * security needs; identities and areas are in nas_areas.c, names, times and session management in
 * nas_session.c.
 *
 * get is handed exactly the octets of one value. It sets r->bad for what the specification calls
 * syntactically incorrect, so that the engine can tell mandatory IEs from optional ones; octets
 * after those it knows are left alone. any makes only values that survive put and get unchanged. */
#include <mcore/causes.h>

#include "codec/nas_types.h"
#include "core/pool.h"

/* ---- numbers ---- */

/* Unsigned number of `octets` octets; `legal` is a condition on v, `mask` the bits that count. */
#define NUMBER(T, octets, mask, legal, format, ...)                                                \
	static void T##_get(struct rd *r, void *p)                                                 \
	{                                                                                          \
		nas_##T##_t v = (nas_##T##_t)(rd_be(r, octets) & (mask));                          \
                                                                                                   \
		if (!(legal))                                                                      \
			r->bad = true;                                                             \
		*(nas_##T##_t *)p = v;                                                             \
	}                                                                                          \
	static void T##_put(struct wr *w, const void *p)                                           \
	{                                                                                          \
		wr_be(w, *(const nas_##T##_t *)p &(mask), octets);                                 \
	}                                                                                          \
	static void T##_show(FILE *f, const void *p)                                               \
	{                                                                                          \
		nas_##T##_t v = *(const nas_##T##_t *)p;                                           \
                                                                                                   \
		fprintf(f, format, v __VA_OPT__(, ) __VA_ARGS__);                                  \
	}                                                                                          \
	static void T##_any(struct ie_any *a, void *p)                                             \
	{                                                                                          \
		nas_##T##_t v;                                                                     \
                                                                                                   \
		do                                                                                 \
			v = (nas_##T##_t)(ie_random(a, 0) & (mask));                               \
		while (!(legal));                                                                  \
		*(nas_##T##_t *)p = v;                                                             \
	}                                                                                          \
	NAS_TYPE(T)

NUMBER(half, 1, 0x0f, true, "%u");
NUMBER(octet, 1, 0xff, true, "%u");
NUMBER(emm_cause, 1, 0xff, true, "%u(%s)", emm_cause_text(v));
NUMBER(esm_cause, 1, 0xff, true, "%u(%s)", esm_cause_text(v));
NUMBER(ksi, 1, 0x0f, true, "%u");
NUMBER(attach_result, 1, 0x07, true, "%u");
NUMBER(update_result, 1, 0x07, true, "%u");
NUMBER(identity_type, 1, 0x07, true, "%u");
NUMBER(service_type, 1, 0x0f, true, "%u");
NUMBER(control_plane_service_type, 1, 0x0f, true, "%u");
NUMBER(additional_update_type, 1, 0x0f, true, "%u");
NUMBER(device_properties, 1, 0x0f, true, "%u");
NUMBER(paging_identity, 1, 0x01, true, "%u");
NUMBER(daylight_saving, 1, 0x03, v <= 2, "%u");
NUMBER(drx, 2, 0xffff, true, "0x%04x");
NUMBER(dcn_id, 2, 0xffff, true, "%u");
NUMBER(imsi_offset, 2, 0xffff, true, "%u");
NUMBER(rate_control, 2, 0xffff, true, "%u");
NUMBER(short_mac, 2, 0xffff, true, "0x%04x");
NUMBER(nonce, 4, 0xffffffff, true, "0x%08x");
NUMBER(p_tmsi_signature, 3, 0xffffff, true, "0x%06x");

/* Half octets some of whose values the receiver reads as another (`as`), or not at all. */
#define FOLDED(T, legal, as)                                                                       \
	static void T##_get(struct rd *r, void *p)                                                 \
	{                                                                                          \
		uint8_t v = rd_u8(r) & 7;                                                          \
                                                                                                   \
		if (!(legal))                                                                      \
			r->bad = true;                                                             \
		*(uint8_t *)p = (uint8_t)(as);                                                     \
	}                                                                                          \
	static void T##_put(struct wr *w, const void *p) { wr_u8(w, *(const uint8_t *)p & 7u); }   \
	static void T##_show(FILE *f, const void *p) { fprintf(f, "%u", *(const uint8_t *)p); }    \
	static void T##_any(struct ie_any *a, void *p)                                             \
	{                                                                                          \
		uint8_t v;                                                                         \
                                                                                                   \
		do                                                                                 \
			v = (uint8_t)ie_random(a, 8);                                              \
		while (!(legal) || v != (as));                                                     \
		*(uint8_t *)p = v;                                                                 \
	}                                                                                          \
	NAS_TYPE(T)

FOLDED(attach_type, v != 7, v == 0 || (v >= 3 && v <= 5) ? NAS_ATTACH_EPS : v);
FOLDED(request_type, true, v == 3 ? NAS_REQUEST_INITIAL : v);
FOLDED(pdn_type, true, v == 4 ? NAS_PDN_IPV6 : v);

static void bearer_status_get(struct rd *r, void *p)
{
	uint16_t v = rd_u16(r);

	*(nas_bearer_status_t *)p = (uint16_t)((v >> 8 | v << 8) & 0xfffe);
}

static void bearer_status_put(struct wr *w, const void *p)
{
	unsigned v = *(const nas_bearer_status_t *)p & 0xfffeu;

	wr_u8(w, v & 0xff);
	wr_u8(w, v >> 8);
}

static void bearer_status_show(FILE *f, const void *p)
{
	unsigned v = *(const nas_bearer_status_t *)p;
	const char *sep = "";

	fputc('{', f);
	for (unsigned ebi = 1; ebi < 16; ebi++)
		if (v >> ebi & 1) {
			fprintf(f, "%s%u", sep, ebi);
			sep = ",";
		}
	fputc('}', f);
}

static void bearer_status_any(struct ie_any *a, void *p)
{
	*(nas_bearer_status_t *)p = (uint16_t)(ie_random(a, 0) & 0xfffe);
}
NAS_TYPE(bearer_status);

static void nri_get(struct rd *r, void *p) { *(nas_nri_t *)p = rd_u16(r) >> 6; }
static void nri_put(struct wr *w, const void *p)
{
	wr_u16(w, (*(const nas_nri_t *)p & 0x3ffu) << 6);
}
static void nri_show(FILE *f, const void *p) { fprintf(f, "%u", *(const nas_nri_t *)p); }
static void nri_any(struct ie_any *a, void *p) { *(nas_nri_t *)p = (nas_nri_t)ie_random(a, 0x400); }
NAS_TYPE(nri);

/* As many octets as the value needs: a receiver takes absent ones as zero. */
static void network_features_get(struct rd *r, void *p)
{
	uint32_t v = rd_u8(r);

	for (unsigned shift = 8; rd_left(r) && shift < 24; shift += 8)
		v |= (uint32_t)rd_u8(r) << shift;
	*(nas_network_features_t *)p = v;
}

static void network_features_put(struct wr *w, const void *p)
{
	uint32_t v = *(const nas_network_features_t *)p;

	do
		wr_u8(w, v & 0xff);
	while (v >>= 8);
}

static void network_features_show(FILE *f, const void *p)
{
	fprintf(f, "0x%x", *(const nas_network_features_t *)p);
}

static void network_features_any(struct ie_any *a, void *p)
{
	*(nas_network_features_t *)p = (uint32_t)ie_random(a, UINT64_C(1) << (8 * a->max));
}
NAS_TYPE(network_features);

/* ---- GPRS timers ---- */

struct timer_unit {
	uint8_t code;
	uint32_t seconds;
};

/* Shortest first, each a multiple of the one before. */
static const struct timer_unit units[] = {{0, 2}, {1, 60}, {2, 360}};
static const struct timer_unit units_3[] = {{3, 2},    {4, 30},    {5, 60},     {0, 600},
					    {1, 3600}, {2, 36000}, {6, 1152000}};
enum { N_UNITS = 3, N_UNITS_3 = 7, TIMER_OFF = 0xe0 };

static uint32_t timer_seconds(uint8_t octet, const struct timer_unit *u, size_t n)
{
	if ((octet & 0xe0) == TIMER_OFF)
		return NAS_TIMER_DEACTIVATED;
	for (size_t i = 0; i < n; i++)
		if (u[i].code == octet >> 5)
			return u[i].seconds * (octet & 31u);
	return 60u * (octet & 31u);
}

static uint8_t timer_octet(uint32_t seconds, const struct timer_unit *u, size_t n)
{
	size_t i = 0;
	uint32_t v;

	if (seconds == NAS_TIMER_DEACTIVATED)
		return TIMER_OFF;
	while (i < n - 1 && seconds > u[i].seconds * 31)
		i++;
	v = seconds / u[i].seconds + (seconds % u[i].seconds != 0);
	return (uint8_t)(u[i].code << 5 | (v < 31 ? v : 31));
}

uint32_t nas_timer_told(uint32_t seconds)
{
	return timer_seconds(timer_octet(seconds, units, N_UNITS), units, N_UNITS);
}

uint32_t nas_timer3_told(uint32_t seconds)
{
	return timer_seconds(timer_octet(seconds, units_3, N_UNITS_3), units_3, N_UNITS_3);
}

static void timer_show(FILE *f, const void *p)
{
	uint32_t v = *(const uint32_t *)p;

	if (v == NAS_TIMER_DEACTIVATED)
		fputs("deactivated", f);
	else
		fprintf(f, "%us", v);
}

#define TIMER(T, unit, n)                                                                          \
	static void T##_get(struct rd *r, void *p)                                                 \
	{                                                                                          \
		*(uint32_t *)p = timer_seconds(rd_u8(r), unit, n);                                 \
	}                                                                                          \
	static void T##_put(struct wr *w, const void *p)                                           \
	{                                                                                          \
		wr_u8(w, timer_octet(*(const uint32_t *)p, unit, n));                              \
	}                                                                                          \
	static void T##_any(struct ie_any *a, void *p)                                             \
	{                                                                                          \
		*(uint32_t *)p = timer_seconds((uint8_t)ie_random(a, 256), unit, n);               \
	}                                                                                          \
	const struct ie_type nas_type_##T = {#T,         sizeof(uint32_t), T##_get, T##_put,       \
					     timer_show, T##_any,          NULL}

TIMER(gprs_timer, units, N_UNITS);
TIMER(gprs_timer_3, units_3, N_UNITS_3);

/* ---- security ---- */

static void ue_network_capability_get(struct rd *r, void *p)
{
	struct nas_ue_network_capability *c = p;
	size_t n = rd_left(r) < sizeof(c->octet) ? rd_left(r) : sizeof(c->octet);
	const uint8_t *o = rd_take(r, n);

	if (n < 2)
		r->bad = true;
	if (!r->bad)
		memcpy(c->octet, o, n);
	c->n = (uint8_t)n;
}

static void ue_network_capability_put(struct wr *w, const void *p)
{
	const struct nas_ue_network_capability *c = p;

	wr_raw(w, c->octet, c->n < sizeof(c->octet) ? c->n : sizeof(c->octet));
}

static void ue_network_capability_show(FILE *f, const void *p)
{
	const struct nas_ue_network_capability *c = p;

	ie_show_hex(f, c->octet, c->n);
}

static void ue_network_capability_any(struct ie_any *a, void *p)
{
	struct nas_ue_network_capability *c = p;

	c->n = (uint8_t)(a->min + ie_random(a, a->max - a->min + 1));
	ie_any_octets(a, c->octet, c->n);
}
NAS_TYPE(ue_network_capability);

static void ue_security_capability_get(struct rd *r, void *p)
{
	struct nas_ue_security_capability *c = p;

	*c = (struct nas_ue_security_capability){.eea = rd_u8(r), .eia = rd_u8(r)};
	if (rd_left(r)) {
		c->uea = rd_u8(r);
		c->uia = rd_u8(r) & 0x7f;
	}
	if (rd_left(r))
		c->gea = rd_u8(r) & 0x7f;
}

static void ue_security_capability_put(struct wr *w, const void *p)
{
	const struct nas_ue_security_capability *c = p;

	wr_u8(w, c->eea);
	wr_u8(w, c->eia);
	if (c->uea || c->uia || c->gea) {
		wr_u8(w, c->uea);
		wr_u8(w, c->uia & 0x7fu);
	}
	if (c->gea)
		wr_u8(w, c->gea & 0x7fu);
}

static void ue_security_capability_show(FILE *f, const void *p)
{
	const struct nas_ue_security_capability *c = p;

	fprintf(f, "{eea:%02x,eia:%02x,uea:%02x,uia:%02x,gea:%02x}", c->eea, c->eia, c->uea, c->uia,
		c->gea);
}

static void ue_security_capability_any(struct ie_any *a, void *p)
{
	struct nas_ue_security_capability *c = p;
	uint64_t x = ie_random(a, 0), parts = ie_random(a, 3);

	*c = (struct nas_ue_security_capability){.eea = (uint8_t)x, .eia = (uint8_t)(x >> 8)};
	if (parts > 0) {
		c->uea = (uint8_t)(x >> 16);
		c->uia = x >> 24 & 0x7f;
	}
	if (parts > 1)
		c->gea = x >> 32 & 0x7f;
}
NAS_TYPE(ue_security_capability);

/* GEA1 is the first bit of the MS network capability, GEA2 to GEA7 bits 7 to 2 of its second octet
 * (TS 24.008 10.5.5.12). The first bit of the UE network capability's fourth octet is UCS2, not
 * an algorithm. */
struct nas_ue_security_capability nas_replay(const struct nas_ue_network_capability *c,
					     struct bytes ms)
{
	return (struct nas_ue_security_capability){
		.eea = c->eea,
		.eia = c->eia,
		.uea = c->n > 2 ? c->uea : 0,
		.uia = c->n > 3 ? c->uia & 0x7f : 0,
		.gea = (uint8_t)((ms.n > 0 ? ms.p[0] >> 7 << 6 : 0) |
				 (ms.n > 1 ? ms.p[1] >> 1 & 0x3f : 0)),
	};
}

static void algorithms_get(struct rd *r, void *p)
{
	uint8_t v = rd_u8(r);

	*(struct nas_algorithms *)p = (struct nas_algorithms){v >> 4 & 7, v & 7};
}

static void algorithms_put(struct wr *w, const void *p)
{
	const struct nas_algorithms *v = p;

	wr_u8(w, (v->eea & 7u) << 4 | (v->eia & 7u));
}

static void algorithms_show(FILE *f, const void *p)
{
	const struct nas_algorithms *v = p;

	fprintf(f, "eea%u/eia%u", v->eea, v->eia);
}

static void algorithms_any(struct ie_any *a, void *p)
{
	*(struct nas_algorithms *)p =
		(struct nas_algorithms){(uint8_t)ie_random(a, 8), (uint8_t)ie_random(a, 8)};
}
NAS_TYPE(algorithms);

static void additional_security_get(struct rd *r, void *p)
{
	struct nas_additional_security *v = p;

	v->nea = rd_u16(r);
	v->nia = rd_u16(r);
}

static void additional_security_put(struct wr *w, const void *p)
{
	const struct nas_additional_security *v = p;

	wr_u16(w, v->nea);
	wr_u16(w, v->nia);
}

static void additional_security_show(FILE *f, const void *p)
{
	const struct nas_additional_security *v = p;

	fprintf(f, "{nea:%04x,nia:%04x}", v->nea, v->nia);
}

static void additional_security_any(struct ie_any *a, void *p)
{
	*(struct nas_additional_security *)p = (struct nas_additional_security){
		(uint16_t)ie_random(a, 0), (uint16_t)ie_random(a, 0)};
}
NAS_TYPE(additional_security);

/* A fixed number of octets. */
#define OCTETS(T)                                                                                  \
	static void T##_get(struct rd *r, void *p)                                                 \
	{                                                                                          \
		const uint8_t *o = rd_take(r, sizeof(nas_##T##_t));                                \
                                                                                                   \
		if (o)                                                                             \
			memcpy(p, o, sizeof(nas_##T##_t));                                         \
	}                                                                                          \
	static void T##_put(struct wr *w, const void *p) { wr_raw(w, p, sizeof(nas_##T##_t)); }    \
	static void T##_show(FILE *f, const void *p) { ie_show_hex(f, p, sizeof(nas_##T##_t)); }   \
	static void T##_any(struct ie_any *a, void *p)                                             \
	{                                                                                          \
		ie_any_octets(a, p, sizeof(nas_##T##_t));                                          \
	}                                                                                          \
	NAS_TYPE(T)

OCTETS(rand);
OCTETS(autn);
OCTETS(auts);
OCTETS(hash_mme);

static void res_get(struct rd *r, void *p)
{
	struct nas_res *v = p;
	size_t n = rd_left(r) < sizeof(v->octet) ? rd_left(r) : sizeof(v->octet);
	const uint8_t *o = rd_take(r, n);

	if (n < 4)
		r->bad = true;
	else if (o)
		memcpy(v->octet, o, n);
	v->n = (uint8_t)n;
}

static void res_put(struct wr *w, const void *p)
{
	const struct nas_res *v = p;

	wr_raw(w, v->octet, v->n < sizeof(v->octet) ? v->n : sizeof(v->octet));
}

static void res_show(FILE *f, const void *p)
{
	const struct nas_res *v = p;

	ie_show_hex(f, v->octet, v->n);
}

static void res_any(struct ie_any *a, void *p)
{
	struct nas_res *v = p;

	v->n = (uint8_t)(4 + ie_random(a, 13));
	ie_any_octets(a, v->octet, v->n);
}
NAS_TYPE(res);
