/* SPDX-License-Identifier: Apache-2.0 */
/* Bit rates in NAS: APN-AMBR (TS 24.301 9.9.4.2), EPS QoS (9.9.4.3) and their extended IEs
 * (9.9.4.29, 9.9.4.30). A rate is spread over up to three octets, base, extended and extended-2,
 * that are not next to each other; the steps of the first two are the same everywhere, extended-2
 * differs. Rates are rounded down to what can be coded: a device must not be told more than it
 * gets. */
#include "codec/nas_types.h"

#define KBPS UINT64_C(1000)

enum {
	BASE_MAX = 8640, /* kbit/s that fit in the base octet */
	EXT_MIN = 8700,  /* and in the extended one */
	EXT_MAX = 256000,
	EXT_LAST = 250,   /* its greatest code */
	BASE_ZERO = 0xff, /* 0 kbit/s */
	BASE_LAST = 0xfe,
};

struct rate {
	uint8_t base, ext, ext2;
};

/* kbit/s of base and extended octet */
static uint64_t low_kbps(struct rate o)
{
	unsigned b = o.base, e = o.ext;

	if (!e)
		return b == BASE_ZERO ? 0
		       : b < 64       ? b
		       : b < 128      ? 64 + (b - 64) * 8
				      : 576 + (b - 128) * 64;
	if (e <= 74)
		return 8600 + e * 100;
	if (e <= 186)
		return 16000 + (e - 74) * 1000;
	return e <= EXT_LAST ? 128000 + (e - 186) * 2000 : EXT_MAX;
}

static struct rate low_octets(uint64_t kbps)
{
	struct rate o = {BASE_LAST, 0, 0};
	unsigned k = (unsigned)(kbps < EXT_MAX ? kbps : EXT_MAX);

	if (!k)
		o.base = BASE_ZERO;
	else if (k < 64)
		o.base = (uint8_t)k;
	else if (k < 576)
		o.base = (uint8_t)(64 + (k - 64) / 8);
	else if (k <= BASE_MAX)
		o.base = (uint8_t)(128 + (k - 576) / 64);
	else if (k < EXT_MIN)
		o.base = BASE_LAST;
	else if (k <= 16000)
		o.ext = (uint8_t)((k - 8600) / 100);
	else if (k <= 128000)
		o.ext = (uint8_t)(74 + (k - 16000) / 1000);
	else
		o.ext = (uint8_t)(186 + (k - 128000) / 2000);
	return o;
}

static uint64_t to_kbps(uint64_t rate) { return rate && rate < KBPS ? 1 : rate / KBPS; }

/* APN-AMBR: extended-2 counts 256 Mbit/s that are added to the rest. Above 8640 kbit/s the
 * base octet stays at its maximum, so the first 8640 kbit/s beyond a multiple of 256 Mbit/s cannot
 * be said. */
static uint64_t ambr_get(struct rate o)
{
	uint64_t high = o.ext2 == 0xff ? 0 : o.ext2;

	return (high * EXT_MAX + low_kbps(o)) * KBPS;
}

static struct rate ambr_octets(uint64_t rate)
{
	uint64_t k = to_kbps(rate), high = k > EXT_MAX ? (k - 1) / EXT_MAX : 0;
	struct rate o;

	if (high > 254)
		return (struct rate){BASE_LAST, EXT_LAST, 254};
	k -= high * EXT_MAX;
	if (high && k < BASE_MAX) {
		high--;
		k = EXT_MAX;
	}
	o = low_octets(k);
	o.ext2 = (uint8_t)high;
	return o;
}

/* QoS: extended-2 replaces the rest. */
static uint64_t qos_get(struct rate o)
{
	uint64_t x = o.ext2;

	if (!x)
		return low_kbps(o) * KBPS;
	if (x <= 61)
		return (256000 + x * 4000) * KBPS;
	if (x <= 161)
		return (500000 + (x - 61) * 10000) * KBPS;
	return (x <= 246 ? 1500000 + (x - 161) * 100000 : 10000000) * KBPS;
}

static struct rate qos_octets(uint64_t rate)
{
	uint64_t k = to_kbps(rate);
	struct rate o = low_octets(k);

	if (k < 260000)
		return o;
	if (k < 510000)
		o.ext2 = (uint8_t)(k < 500000 ? (k - 256000) / 4000 : 61);
	else if (k < 1600000)
		o.ext2 = (uint8_t)(k < 1500000 ? 61 + (k - 500000) / 10000 : 161);
	else
		o.ext2 = (uint8_t)(k < 10000000 ? 161 + (k - 1500000) / 100000 : 246);
	return o;
}

/* n rates: all base octets, then, if any is needed, all extended ones, then all extended-2. */
static void octets_get(struct rd *r, struct rate *o, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		o[i] = (struct rate){rd_u8(r), 0, 0};
	for (unsigned i = 0; i < n && (i || rd_left(r)); i++)
		o[i].ext = rd_u8(r);
	for (unsigned i = 0; i < n && (i || rd_left(r)); i++)
		o[i].ext2 = rd_u8(r);
}

static void octets_put(struct wr *w, const struct rate *o, unsigned n)
{
	bool ext = false, ext2 = false;

	for (unsigned i = 0; i < n; i++) {
		wr_u8(w, o[i].base);
		ext |= o[i].ext || o[i].ext2;
		ext2 |= o[i].ext2 != 0;
	}
	for (unsigned i = 0; i < n && ext; i++)
		wr_u8(w, o[i].ext);
	for (unsigned i = 0; i < n && ext2; i++)
		wr_u8(w, o[i].ext2);
}

static struct rate rate_any(struct ie_any *a)
{
	struct rate o = {BASE_LAST, 0, 0};

	if (ie_random(a, 2))
		o.ext = (uint8_t)ie_random(a, EXT_LAST + 1);
	if (ie_random(a, 2))
		o.ext2 = (uint8_t)ie_random(a, 247);
	if (!o.ext && !o.ext2)
		o.base = (uint8_t)(1 + ie_random(a, 255));
	return o;
}

/* ---- APN-AMBR ---- */

static void apn_ambr_get(struct rd *r, void *p)
{
	struct rate o[2];

	octets_get(r, o, 2);
	*(struct nas_apn_ambr *)p = (struct nas_apn_ambr){ambr_get(o[0]), ambr_get(o[1])};
}

static void apn_ambr_put(struct wr *w, const void *p)
{
	const struct nas_apn_ambr *v = p;
	const struct rate o[2] = {ambr_octets(v->down), ambr_octets(v->up)};

	octets_put(w, o, 2);
}

static void apn_ambr_show(FILE *f, const void *p)
{
	const struct nas_apn_ambr *v = p;

	fprintf(f, "{down:%llu,up:%llu}", (unsigned long long)v->down, (unsigned long long)v->up);
}

static void apn_ambr_any(struct ie_any *a, void *p)
{
	struct nas_apn_ambr *v = p;

	v->down = ambr_get(rate_any(a));
	v->up = ambr_get(rate_any(a));
}
NAS_TYPE(apn_ambr);

/* ---- EPS QoS ---- */

static void eps_qos_get(struct rd *r, void *p)
{
	struct nas_eps_qos *v = p;
	struct rate o[4];

	*v = (struct nas_eps_qos){.qci = rd_u8(r)};
	if (!rd_left(r))
		return;
	octets_get(r, o, 4);
	v->rates = true;
	v->mbr_up = qos_get(o[0]);
	v->mbr_down = qos_get(o[1]);
	v->gbr_up = qos_get(o[2]);
	v->gbr_down = qos_get(o[3]);
}

static void eps_qos_put(struct wr *w, const void *p)
{
	const struct nas_eps_qos *v = p;
	const struct rate o[4] = {qos_octets(v->mbr_up), qos_octets(v->mbr_down),
				  qos_octets(v->gbr_up), qos_octets(v->gbr_down)};

	wr_u8(w, v->qci);
	if (v->rates)
		octets_put(w, o, 4);
}

static void eps_qos_show(FILE *f, const void *p)
{
	const struct nas_eps_qos *v = p;

	fprintf(f, "{qci:%u", v->qci);
	if (v->rates)
		fprintf(f, ",mbr_up:%llu,mbr_down:%llu,gbr_up:%llu,gbr_down:%llu",
			(unsigned long long)v->mbr_up, (unsigned long long)v->mbr_down,
			(unsigned long long)v->gbr_up, (unsigned long long)v->gbr_down);
	fputc('}', f);
}

static void eps_qos_any(struct ie_any *a, void *p)
{
	struct nas_eps_qos *v = p;

	*v = (struct nas_eps_qos){.qci = (uint8_t)ie_random(a, 255), .rates = ie_random(a, 2)};
	if (!v->rates)
		return;
	v->mbr_up = qos_get(rate_any(a));
	v->mbr_down = qos_get(rate_any(a));
	v->gbr_up = qos_get(rate_any(a));
	v->gbr_down = qos_get(rate_any(a));
}
NAS_TYPE(eps_qos);

/* ---- extended IEs: unit and 16-bit number ---- */

enum { QOS_UNIT_MIN = 1, AMBR_UNIT_MIN = 3, UNIT_MAX = 0x15 };

/* bit/s of a unit: 200 kbit/s, 1 Mbit/s, and from there 4, 16, 64, 256 of each power of 1000. */
static uint64_t unit_rate(unsigned unit)
{
	uint64_t v = 1000 * KBPS;

	if (unit <= QOS_UNIT_MIN)
		return 200 * KBPS;
	for (unit -= 2; unit >= 5; unit -= 5)
		v *= 1000;
	return v << (2 * unit);
}

/* What is beyond 64 bits reads as the greatest multiple of the unit within. */
static uint64_t unit_get(unsigned unit, unsigned min, uint64_t n)
{
	uint64_t v = unit_rate(unit < min ? min : unit > UNIT_MAX ? UNIT_MAX : unit);

	return v * (n < UINT64_MAX / v ? n : UINT64_MAX / v);
}

/* The smallest unit in which both rates fit, one in which they are exact if there is any. */
static unsigned unit_choose(uint64_t a, uint64_t b, unsigned min)
{
	uint64_t most = a > b ? a : b;
	unsigned fits = 0;

	for (unsigned u = min; u <= UNIT_MAX; u++) {
		uint64_t v = unit_rate(u);

		if (most / v > 0xffff)
			continue;
		if (a % v == 0 && b % v == 0)
			return u;
		if (!fits)
			fits = u;
	}
	return fits;
}

static void unit_put(struct wr *w, unsigned unit, uint64_t rate)
{
	wr_u16(w, (unsigned)(rate / unit_rate(unit)));
}

static void extended_ambr_get(struct rd *r, void *p)
{
	struct nas_apn_ambr *v = p;
	uint8_t unit = rd_u8(r);

	v->down = unit_get(unit, AMBR_UNIT_MIN, rd_u16(r));
	unit = rd_u8(r);
	v->up = unit_get(unit, AMBR_UNIT_MIN, rd_u16(r));
}

static void extended_ambr_put(struct wr *w, const void *p)
{
	const struct nas_apn_ambr *v = p;
	unsigned down = unit_choose(v->down, 0, AMBR_UNIT_MIN);
	unsigned up = unit_choose(v->up, 0, AMBR_UNIT_MIN);

	wr_u8(w, down);
	unit_put(w, down, v->down);
	wr_u8(w, up);
	unit_put(w, up, v->up);
}

static uint64_t unit_any(struct ie_any *a, unsigned unit)
{
	return unit_get(unit, 0, ie_random(a, 0x10000));
}

static void extended_ambr_any(struct ie_any *a, void *p)
{
	struct nas_apn_ambr *v = p;

	v->down = unit_any(a, AMBR_UNIT_MIN + (unsigned)ie_random(a, UNIT_MAX - AMBR_UNIT_MIN + 1));
	v->up = unit_any(a, AMBR_UNIT_MIN + (unsigned)ie_random(a, UNIT_MAX - AMBR_UNIT_MIN + 1));
}

#define extended_ambr_show apn_ambr_show
NAS_TYPE(extended_ambr);
#undef extended_ambr_show

static void extended_qos_get(struct rd *r, void *p)
{
	struct nas_extended_qos *v = p;
	uint8_t unit = rd_u8(r);

	v->mbr_up = unit_get(unit, QOS_UNIT_MIN, rd_u16(r));
	v->mbr_down = unit_get(unit, QOS_UNIT_MIN, rd_u16(r));
	unit = rd_u8(r);
	v->gbr_up = unit_get(unit, QOS_UNIT_MIN, rd_u16(r));
	v->gbr_down = unit_get(unit, QOS_UNIT_MIN, rd_u16(r));
}

static void extended_qos_put(struct wr *w, const void *p)
{
	const struct nas_extended_qos *v = p;
	unsigned mbr = unit_choose(v->mbr_up, v->mbr_down, QOS_UNIT_MIN);
	unsigned gbr = unit_choose(v->gbr_up, v->gbr_down, QOS_UNIT_MIN);

	wr_u8(w, mbr);
	unit_put(w, mbr, v->mbr_up);
	unit_put(w, mbr, v->mbr_down);
	wr_u8(w, gbr);
	unit_put(w, gbr, v->gbr_up);
	unit_put(w, gbr, v->gbr_down);
}

static void extended_qos_show(FILE *f, const void *p)
{
	const struct nas_extended_qos *v = p;

	fprintf(f, "{mbr_up:%llu,mbr_down:%llu,gbr_up:%llu,gbr_down:%llu}",
		(unsigned long long)v->mbr_up, (unsigned long long)v->mbr_down,
		(unsigned long long)v->gbr_up, (unsigned long long)v->gbr_down);
}

static void extended_qos_any(struct ie_any *a, void *p)
{
	struct nas_extended_qos *v = p;
	unsigned unit = QOS_UNIT_MIN + (unsigned)ie_random(a, UNIT_MAX);

	v->mbr_up = unit_any(a, unit);
	v->mbr_down = unit_any(a, unit);
	unit = QOS_UNIT_MIN + (unsigned)ie_random(a, UNIT_MAX);
	v->gbr_up = unit_any(a, unit);
	v->gbr_down = unit_any(a, unit);
}
NAS_TYPE(extended_qos);

/* ---- base and extended IE together ---- */

enum { AMBR_MOST = 65280, QOS_MOST = 10000 }; /* Mbit/s that the base IEs reach */

static bool beyond(uint64_t rate, unsigned most) { return rate > most * 1000 * KBPS; }

static void join(uint64_t *rate, uint64_t extended, unsigned most)
{
	if (beyond(extended, most))
		*rate = extended;
}

void nas_ambr_join(struct nas_apn_ambr *v, const nas_extended_ambr_t *extended)
{
	join(&v->down, extended->down, AMBR_MOST);
	join(&v->up, extended->up, AMBR_MOST);
}

bool nas_ambr_extend(const struct nas_apn_ambr *v, nas_extended_ambr_t *out)
{
	*out = *v;
	return beyond(v->down, AMBR_MOST) || beyond(v->up, AMBR_MOST);
}

void nas_qos_join(struct nas_eps_qos *v, const struct nas_extended_qos *extended)
{
	join(&v->mbr_up, extended->mbr_up, QOS_MOST);
	join(&v->mbr_down, extended->mbr_down, QOS_MOST);
	join(&v->gbr_up, extended->gbr_up, QOS_MOST);
	join(&v->gbr_down, extended->gbr_down, QOS_MOST);
}

bool nas_qos_extend(const struct nas_eps_qos *v, struct nas_extended_qos *out)
{
	*out = (struct nas_extended_qos){0};
	if (!v->rates)
		return false;
	join(&out->mbr_up, v->mbr_up, QOS_MOST);
	join(&out->mbr_down, v->mbr_down, QOS_MOST);
	join(&out->gbr_up, v->gbr_up, QOS_MOST);
	join(&out->gbr_down, v->gbr_down, QOS_MOST);
	return out->mbr_up || out->mbr_down || out->gbr_up || out->gbr_down;
}
