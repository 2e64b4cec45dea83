/* SPDX-License-Identifier: Apache-2.0 */
/* The engine behind the tables of ie.h, for the formats of TS 24.007 11.2.1.1.
 *
 * Decoding goes once over the message: first the mandatory IEs without identifier, in the table's
 * order, each of which must be there and parse; then by identifier whatever follows. What the
 * specification wants done with faults (TS 24.301 7.5 to 7.7) is decided here and nowhere else: a
 * fault in a mandatory IE or an unknown IE that must be understood ends the message with a cause,
 * any other fault makes the IE absent. Octets beyond an IE's greatest length are ignored, as the
 * specification wants for what later releases add. */
#include <errno.h>

#include <mcore/causes.h>

#include "codec/ie.h"
#include "core/pool.h"

static bool have(const void *m, size_t i) { return *(const uint64_t *)m >> i & 1; }
static void set(void *m, size_t i) { *(uint64_t *)m |= UINT64_C(1) << i; }
static void *member(const struct ie_row *row, void *m) { return (char *)m + row->offset; }
static const void *const_member(const struct ie_row *row, const void *m)
{
	return (const char *)m + row->offset;
}

static size_t length_size(enum ie_format f)
{
	switch (f) {
	case IE_LV:
	case IE_TLV:
		return 1;
	case IE_LVE:
	case IE_TLVE:
		return 2;
	default:
		return 0;
	}
}

/* Octets of the IE that are not its value. */
static size_t overhead(enum ie_format f)
{
	return length_size(f) + (f == IE_TV || f == IE_TLV || f == IE_TLVE ? 1 : 0);
}

/* The value of an IE whose identifier was read, cut to what the row allows; bad if it runs past the
 * end of the message or is too short. */
static struct rd value(const struct ie_row *row, struct rd *r)
{
	size_t head = overhead(row->format), ln = length_size(row->format);
	size_t n = ln ? (size_t)rd_be(r, ln) : row->min - head;
	struct rd v = rd_sub(r, n);

	if (v.bad || n + head < row->min)
		return (struct rd){.bad = true};
	if (row->max && n + head > row->max)
		v.end = v.p + (row->max - head);
	return v;
}

static bool take(const struct ie_table *t, size_t i, struct rd v, void *out)
{
	if (!v.bad)
		t->row[i].type->get(&v, member(&t->row[i], out));
	if (v.bad) {
		memset(member(&t->row[i], out), 0, t->row[i].type->size);
		return false;
	}
	set(out, i);
	return true;
}

static bool has_identifier(enum ie_format f) { return f >= IE_TV1; }

/* The IEs without identifier. Returns how many rows those were, or -1 with *fault set. */
static int decode_fixed(const struct ie_table *t, struct rd *r, void *out, struct ie_fault *fault)
{
	size_t i = 0;

	for (; i < t->n && !has_identifier(t->row[i].format); i++) {
		const struct ie_row *row = &t->row[i];
		uint8_t half;
		struct rd v;

		if (row->format == IE_LO || row->format == IE_HI) {
			bool stay = row->format == IE_LO && i + 1 < t->n && row[1].format == IE_HI;

			half = rd_u8(r);
			if (stay && !r->bad)
				r->p--;
			half = row->format == IE_LO ? half & 0x0f : half >> 4;
			v = r->bad ? (struct rd){.bad = true} : rd_of(&half, 1);
		} else {
			v = value(row, r);
		}
		if (!take(t, i, v, out)) {
			*fault = (struct ie_fault){row, row->iei};
			return -1;
		}
	}
	return (int)i;
}

/* Skips an IE nobody knows (TS 24.007 11.2.4). False if it had to be understood. */
static bool skip_unknown(struct rd *r, uint8_t tag)
{
	if (tag & 0x80)
		return true;
	rd_take(r, (size_t)rd_be(r, (tag & 0xf0) == 0x70 ? 2 : 1));
	return tag & 0xf0;
}

static size_t find(const struct ie_table *t, size_t from, uint8_t tag)
{
	size_t i = from;

	for (; i < t->n; i++) {
		const struct ie_row *row = &t->row[i];

		if (row->iei == (row->format == IE_TV1 ? tag & 0xf0 : tag))
			break;
	}
	return i;
}

static int decode_tagged(const struct ie_table *t, size_t from, struct rd *r, void *out,
			 struct ie_fault *fault)
{
	while (!r->bad && rd_left(r)) {
		uint8_t tag = rd_u8(r), half = tag & 0x0f;
		size_t i = find(t, from, tag);
		struct rd v;

		if (i == t->n) {
			if (!skip_unknown(r, tag)) {
				*fault = (struct ie_fault){NULL, tag};
				return EMM_CAUSE_INVALID_MANDATORY_IE;
			}
			continue;
		}
		v = t->row[i].format == IE_TV1 ? rd_of(&half, 1) : value(&t->row[i], r);
		if (have(out, i))
			continue;
		if (!take(t, i, v, out) && t->row[i].presence == IE_M) {
			*fault = (struct ie_fault){&t->row[i], tag};
			return EMM_CAUSE_INVALID_MANDATORY_IE;
		}
	}
	return 0;
}

int ie_decode(const struct ie_table *t, struct rd *r, void *out, struct ie_fault *fault)
{
	int n, cause;

	*fault = (struct ie_fault){0};
	n = decode_fixed(t, r, out, fault);
	if (n < 0)
		return EMM_CAUSE_INVALID_MANDATORY_IE;
	cause = decode_tagged(t, (size_t)n, r, out, fault);
	if (cause)
		return cause;
	for (size_t i = (size_t)n; i < t->n; i++) {
		if (t->row[i].presence != IE_M || have(out, i))
			continue;
		*fault = (struct ie_fault){&t->row[i], t->row[i].iei};
		return EMM_CAUSE_INVALID_MANDATORY_IE;
	}
	return 0;
}

/* A half octet: LO makes a new octet, HI fills the upper half of the last one. */
static void put_half(const struct ie_row *row, struct wr *w, const void *v)
{
	uint8_t octet = 0;
	struct wr o = wr_of(&octet, 1);

	row->type->put(&o, v);
	if (row->format == IE_HI && !w->bad)
		w->p[-1] |= (uint8_t)(octet << 4);
	else if (row->format == IE_TV1)
		wr_u8(w, row->iei | (octet & 0x0f));
	else
		wr_u8(w, octet & 0x0f);
}

static int put_row(const struct ie_row *row, struct wr *w, const void *v)
{
	size_t ln = length_size(row->format), n;
	uint8_t *start = w->p, *body;
	struct wr length;

	if (row->format == IE_LO || row->format == IE_HI || row->format == IE_TV1) {
		put_half(row, w, v);
		return w->bad ? -ENOSPC : 0;
	}
	if (has_identifier(row->format))
		wr_u8(w, row->iei);
	length = *w;
	wr_be(w, 0, ln);
	body = w->p;
	row->type->put(w, v);
	if (w->bad)
		return -ENOSPC;
	n = (size_t)(w->p - start);
	if (n < row->min || (row->max && n > row->max))
		return -EINVAL;
	n = (size_t)(w->p - body);
	if (ln && n >> (8 * ln))
		return -EINVAL;
	wr_be(&length, n, ln);
	return 0;
}

int ie_encode(const struct ie_table *t, struct wr *w, const void *in)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ie_row *row = &t->row[i];
		int err;

		if (row->presence != IE_M && !have(in, i))
			continue;
		err = put_row(row, w, const_member(row, in));
		if (err) {
			w->bad = true;
			return err;
		}
	}
	return w->bad ? -ENOSPC : 0;
}

static bool value_equal(const struct ie_type *type, const void *a, const void *b)
{
	uint8_t x[512], y[512];
	struct wr wx = wr_of(x, sizeof(x)), wy = wr_of(y, sizeof(y));

	if (type->equal)
		return type->equal(a, b);
	type->put(&wx, a);
	type->put(&wy, b);
	return wx.bad == wy.bad && wx.p - x == wy.p - y && !memcmp(x, y, (size_t)(wx.p - x));
}

bool ie_equal(const struct ie_table *t, const void *a, const void *b)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ie_row *row = &t->row[i];

		if (row->presence != IE_M) {
			if (have(a, i) != have(b, i))
				return false;
			if (!have(a, i))
				continue;
		}
		if (!value_equal(row->type, const_member(row, a), const_member(row, b)))
			return false;
	}
	return true;
}

void ie_show(const struct ie_table *t, FILE *f, const void *m)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ie_row *row = &t->row[i];

		if (row->presence != IE_M && !have(m, i))
			continue;
		fprintf(f, " %s=", row->name);
		row->type->show(f, const_member(row, m));
	}
}

/* splitmix64 */
uint64_t ie_random(struct ie_any *a, uint64_t below)
{
	uint64_t z = a->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return below ? z % below : z;
}

void ie_any_octets(struct ie_any *a, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)ie_random(a, 0);
}

void ie_show_hex(FILE *f, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%02x", p[i]);
}

void ie_make_any(const struct ie_table *t, struct ie_any *a, void *out)
{
	enum { OPEN_ENDED = 80 }; /* octets, where the specification sets no limit */

	for (size_t i = 0; i < t->n; i++) {
		const struct ie_row *row = &t->row[i];
		size_t head = overhead(row->format);

		if (row->presence != IE_M && ie_random(a, 2))
			continue;
		a->min = row->format == IE_TV1 ? 1 : row->min - head;
		a->max = row->format == IE_TV1                               ? 1
			 : row->max && row->max - head < a->min + OPEN_ENDED ? row->max - head
									     : a->min + OPEN_ENDED;
		row->type->any(a, member(row, out));
		set(out, i);
	}
}
