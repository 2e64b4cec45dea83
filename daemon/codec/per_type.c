/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding and encoding of types described by rows (per.h): one pair of functions a kind.
 *
 * A value we do not know is no syntax error: an unknown alternative of a CHOICE makes its innermost
 * protocol or extension IE not understood, which is then left out; an enumeration's or integer's
 * value beyond what we know is kept (PER_UNKNOWN, or the highest the C type holds, where it does
 * not fit) and its IE noted. */
#include "codec/per.h"
#include "core/pool.h"

static void store(void *out, unsigned size, uint64_t v)
{
	switch (size) {
	case 1:
		*(uint8_t *)out = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)out = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)out = (uint32_t)v;
		break;
	default:
		*(uint64_t *)out = v;
	}
}

static uint64_t load(const void *in, unsigned size, bool is_signed)
{
	switch (size) {
	case 1:
		return is_signed ? (uint64_t) * (const int8_t *)in : *(const uint8_t *)in;
	case 2:
		return is_signed ? (uint64_t) * (const int16_t *)in : *(const uint16_t *)in;
	case 4:
		return is_signed ? (uint64_t) * (const int32_t *)in : *(const uint32_t *)in;
	default:
		return *(const uint64_t *)in;
	}
}

/* X.691 12.2.6: a value outside the root is a length and two's complement. */
static void get_integer(struct per_rd *r, const struct per_type *t, void *out)
{
	uint64_t most = t->size < 8 ? ((uint64_t)1 << 8 * t->size) - 1 : INT64_MAX;

	if (t->extensible && per_get_bits(r, 1)) {
		size_t n = per_get_length(r);
		bool negative = !r->bad && n && r->pos < r->end && r->p[r->pos / 8] & 0x80;
		uint64_t v;

		if (n < 1 || n > 8) {
			r->bad |= !n;
			per_get_octets(r, n);
			v = most;
		} else {
			v = per_get_bits(r, 8 * (unsigned)n);
		}
		r->range = true;
		store(out, t->size, negative || v > most ? most : v);
		return;
	}
	store(out, t->size, (uint64_t)t->lo + per_get_whole(r, t->hi - (uint64_t)t->lo));
}

static void put_integer(struct per_wr *w, const struct per_type *t, const void *in)
{
	uint64_t span = t->hi - (uint64_t)t->lo, v = load(in, t->size, t->is_signed);
	bool beyond = v - (uint64_t)t->lo > span;

	if (t->extensible)
		per_put_bits(w, beyond, 1);
	if (!beyond) {
		per_put_whole(w, v - (uint64_t)t->lo, span);
	} else if (t->extensible && !t->is_signed) {
		unsigned n = 1;

		while (n < 8 && v >> (8 * n - 1))
			n++;
		if (v >> 63)
			per_refuse(w);
		per_put_length(w, n);
		per_put_bits(w, v, 8 * n);
	} else {
		per_refuse(w);
	}
}

static void get_enumerated(struct per_rd *r, const struct per_type *t, void *out)
{
	uint64_t v;

	if (t->extensible && per_get_bits(r, 1)) {
		v = t->root + per_get_small(r);
		if (v >= t->n)
			r->range = true;
		if (v > PER_UNKNOWN)
			v = PER_UNKNOWN;
	} else {
		v = per_get_whole(r, t->root - 1u);
	}
	*(uint8_t *)out = (uint8_t)v;
}

static void put_enumerated(struct per_wr *w, const struct per_type *t, const void *in)
{
	uint8_t v = *(const uint8_t *)in;

	if (t->extensible)
		per_put_bits(w, v >= t->root, 1);
	if (v < t->root)
		per_put_whole(w, v, t->root - 1u);
	else if (t->extensible)
		per_put_small(w, v - (unsigned)t->root);
	else
		per_refuse(w);
}

/* The size of a string or list, 15, 16, 19: an upper bound of 64K or more is none. */
static uint32_t get_size(struct per_rd *r, const struct per_type *t)
{
	if (t->hi > UINT16_MAX)
		return (uint32_t)per_get_length(r);
	if ((uint64_t)t->lo == t->hi)
		return (uint32_t)t->hi;
	return (uint32_t)((uint64_t)t->lo + per_get_whole(r, t->hi - (uint64_t)t->lo));
}

static void put_size(struct per_wr *w, const struct per_type *t, uint32_t n)
{
	if (t->hi > UINT16_MAX)
		per_put_length(w, n);
	else if (n < (uint64_t)t->lo || n > t->hi)
		per_refuse(w);
	else if ((uint64_t)t->lo != t->hi)
		per_put_whole(w, n - (uint64_t)t->lo, t->hi - (uint64_t)t->lo);
}

/* Fixed sizes of up to 16 bits are not aligned (15.9, 16.6). A size beyond the root keeps what
 * fits. */
static void get_string_uint(struct per_rd *r, const struct per_type *t, unsigned n, void *out)
{
	if (t->extensible && per_get_bits(r, 1)) {
		uint32_t sent;
		const uint8_t *p = per_get_counted(r, 1, &sent);
		uint64_t v = 0;

		for (size_t i = 0; p && i < n; i++)
			v = v << 1 | (i < sent && p[i / 8] >> (7 - i % 8) & 1);
		r->range = true;
		store(out, t->size, v);
		return;
	}
	if (n > 16)
		per_get_align(r);
	store(out, t->size, per_get_bits(r, n));
}

static void put_string_uint(struct per_wr *w, const struct per_type *t, unsigned n, const void *in)
{
	uint64_t v = load(in, t->size, false);

	if (n < 64 && v >> n)
		per_refuse(w);
	if (t->extensible)
		per_put_bits(w, 0, 1);
	if (n > 16)
		per_put_align(w);
	per_put_bits(w, v, n);
}

static bool is_size(const struct per_type *t, uint32_t n)
{
	return n >= (uint64_t)t->lo && (n <= t->hi || t->hi == PER_ANY);
}

/* A string with no upper bound that PER minds, or of a size beyond the root. Says whether it was
 * one. */
static bool get_unbounded(struct per_rd *r, const struct per_type *t, unsigned unit,
			  const uint8_t **p, uint32_t *n)
{
	bool beyond = t->extensible && per_get_bits(r, 1);

	if (!beyond && t->hi <= UINT16_MAX)
		return false;
	*p = per_get_counted(r, unit, n);
	if (!beyond && !is_size(t, *n))
		r->bad = true;
	return true;
}

static bool put_unbounded(struct per_wr *w, const struct per_type *t, unsigned unit,
			  const uint8_t *p, uint32_t n)
{
	bool beyond = !is_size(t, n);

	if (t->extensible)
		per_put_bits(w, beyond, 1);
	else if (beyond)
		per_refuse(w);
	if (!beyond && t->hi <= UINT16_MAX)
		return false;
	per_put_counted(w, unit, p, n);
	return true;
}

static void get_bit_string(struct per_rd *r, const struct per_type *t, struct bits *out)
{
	if (get_unbounded(r, t, 1, &out->p, &out->n))
		return;
	out->n = get_size(r, t);
	out->p = per_get_octets(r, (out->n + 7) / 8);
	if (out->p)
		r->pos -= (8 - out->n % 8) % 8;
}

static void put_bit_string(struct per_wr *w, const struct per_type *t, const struct bits *in)
{
	unsigned rest = in->n % 8;

	if (put_unbounded(w, t, 1, in->p, in->n))
		return;
	put_size(w, t, in->n);
	per_put_octets(w, in->p, in->n / 8);
	if (rest)
		per_put_bits(w, in->p[in->n / 8] >> (8 - rest), rest);
}

static void get_octet_string(struct per_rd *r, const struct per_type *t, struct bytes *out)
{
	if (get_unbounded(r, t, 8, &out->p, &out->n))
		return;
	out->n = get_size(r, t);
	out->p = per_get_octets(r, out->n);
}

static void put_octet_string(struct per_wr *w, const struct per_type *t, const struct bytes *in)
{
	if (put_unbounded(w, t, 8, in->p, in->n))
		return;
	put_size(w, t, in->n);
	if (in->n)
		per_put_octets(w, in->p, in->n);
}

static void *element(const struct per_list *l, const struct per_type *of, uint32_t i)
{
	return (char *)l->v + (size_t)i * of->size;
}

/* A message must not make us allocate more than it could fill: an element has at least a bit. */
static void get_list(struct per_rd *r, const struct per_type *t, struct per_list *out)
{
	uint32_t n = get_size(r, t);

	if (r->bad || n > r->end - r->pos) {
		r->bad = true;
		return;
	}
	out->v = n ? arena_zalloc(r->arena, (size_t)n * t->of->size) : NULL;
	for (out->n = 0; out->n < n && !r->bad; out->n++)
		per_get(r, t->of, element(out, t->of, out->n));
}

static void put_list(struct per_wr *w, const struct per_type *t, const struct per_list *in)
{
	put_size(w, t, in->n);
	for (uint32_t i = 0; i < in->n && !w->bad; i++)
		per_put(w, t->of, element(in, t->of, i));
}

/* Value of an open type, with what was not understood in it noted under id. False if it must be
 * left out. */
static bool get_ie_value(struct per_rd *r, const struct per_type *t, uint16_t id, uint8_t crit,
			 void *out)
{
	bool alien = r->alien, range = r->range, ok;
	struct per_outer outer = per_get_open(r);

	r->alien = r->range = false;
	per_get(r, t, out);
	per_get_close(r, &outer);
	ok = !r->alien;
	if (!r->bad && (r->alien || r->range))
		per_note(r, id, crit, PER_NOT_UNDERSTOOD);
	r->alien = alien;
	r->range = range;
	return ok && !r->bad;
}

static void put_ie(struct per_wr *w, const struct per_type *t, uint16_t id, uint8_t crit,
		   const void *in)
{
	size_t open;

	per_put_align(w);
	per_put_bits(w, id, 16);
	per_put_bits(w, crit, 2);
	open = per_put_open(w);
	per_put(w, t, in);
	per_put_close(w, open);
}

/* Identifier and criticality; the length that follows begins in the next octet. */
static uint16_t get_ie_head(struct per_rd *r, uint8_t *crit)
{
	const uint8_t *p = per_get_octets(r, 3);

	*crit = p ? p[2] >> 6 : 0;
	if (*crit > PER_NOTIFY)
		r->bad = true;
	return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}

/* A list of which too few items were understood is not understood. */
static void get_containers(struct per_rd *r, const struct per_type *t, struct per_list *out)
{
	uint32_t n = get_size(r, t);

	if (r->bad || n > (r->end - r->pos) / 32 + 1) {
		r->bad = true;
		return;
	}
	out->n = 0;
	out->v = arena_zalloc(r->arena, (size_t)n * t->of->size);
	for (; n && !r->bad; n--) {
		uint8_t crit;
		uint16_t id = get_ie_head(r, &crit);

		if (id != t->id) {
			per_note(r, id, crit, PER_NOT_UNDERSTOOD);
			per_skip_open(r);
		} else if (get_ie_value(r, t->of, id, crit, element(out, t->of, out->n))) {
			out->n++;
		}
	}
	if (out->n < (uint64_t)t->lo)
		r->alien = true;
}

static void put_containers(struct per_wr *w, const struct per_type *t, const struct per_list *in)
{
	put_size(w, t, in->n);
	for (uint32_t i = 0; i < in->n && !w->bad; i++)
		put_ie(w, t->of, t->id, t->criticality, element(in, t->of, i));
}

/* 22: the index of an alternative beyond the root is a small number, its value an open type. */
static void get_choice(struct per_rd *r, const struct per_type *t, void *out)
{
	bool beyond = t->extensible && per_get_bits(r, 1);
	uint64_t i = beyond ? t->root + per_get_small(r) : per_get_whole(r, t->root - 1u);
	struct per_outer outer;

	*(uint8_t *)out = PER_UNKNOWN;
	if (r->bad)
		return;
	if (i >= t->n) {
		r->alien = true;
		per_skip_open(r);
		return;
	}
	*(uint8_t *)out = (uint8_t)i;
	if (!beyond) {
		per_get(r, t->rows[i].type, (char *)out + t->rows[i].offset);
		return;
	}
	outer = per_get_open(r);
	per_get(r, t->rows[i].type, (char *)out + t->rows[i].offset);
	per_get_close(r, &outer);
}

static void put_choice(struct per_wr *w, const struct per_type *t, const void *in)
{
	uint8_t i = *(const uint8_t *)in;
	const struct per_row *row;
	size_t open;

	if (i >= t->n) {
		per_refuse(w);
		return;
	}
	row = &t->rows[i];
	if (t->extensible)
		per_put_bits(w, i >= t->root, 1);
	if (i < t->root) {
		per_put_whole(w, i, t->root - 1u);
		per_put(w, row->type, (const char *)in + row->offset);
		return;
	}
	per_put_small(w, i - (unsigned)t->root);
	open = per_put_open(w);
	per_put(w, row->type, (const char *)in + row->offset);
	per_put_close(w, open);
}

/* 18.7 to 9: bitmap of additions, then each as an open type. */
static void skip_additions(struct per_rd *r)
{
	uint64_t n = per_get_small(r) + 1;
	unsigned present = 0;

	for (; n && !r->bad; n--)
		present += (unsigned)per_get_bits(r, 1);
	for (; present && !r->bad; present--)
		per_skip_open(r);
}

static uint64_t get_extensions(struct per_rd *r, const struct per_type *t, char *out)
{
	uint64_t n = per_get_whole(r, UINT16_MAX - 1) + 1, have = 0;

	for (; n && !r->bad; n--) {
		uint8_t crit;
		uint16_t id = get_ie_head(r, &crit);
		unsigned i = 0;

		while (i < t->n && (t->rows[i].presence != PER_EXTENSION || t->rows[i].id != id))
			i++;
		if (i == t->n || have >> i & 1) {
			per_note(r, id, crit, i == t->n ? PER_NOT_UNDERSTOOD : PER_REPEATED);
			per_skip_open(r);
		} else if (get_ie_value(r, t->rows[i].type, id, crit, out + t->rows[i].offset)) {
			have |= (uint64_t)1 << i;
		}
	}
	return have;
}

static void get_sequence(struct per_rd *r, const struct per_type *t, char *out)
{
	bool additions = t->extensible && per_get_bits(r, 1), extensions;
	uint64_t have = 0;

	for (unsigned i = 0; i < t->n; i++)
		if (t->rows[i].presence == PER_M ||
		    (t->rows[i].presence == PER_O && per_get_bits(r, 1)))
			have |= (uint64_t)1 << i;
	extensions = t->extensions && per_get_bits(r, 1);
	for (unsigned i = 0; i < t->n && !r->bad; i++)
		if (have >> i & 1) {
			per_get(r, t->rows[i].type, out + t->rows[i].offset);
			if (r->bad && !r->where)
				r->where = t->rows[i].name;
		}
	if (extensions)
		have |= get_extensions(r, t, out);
	if (additions)
		skip_additions(r);
	if (t->have)
		*(uint64_t *)(void *)out = have;
}

static void put_sequence(struct per_wr *w, const struct per_type *t, const char *in)
{
	uint64_t have = t->have ? *(const uint64_t *)(const void *)in : 0;
	unsigned extensions = 0;

	if (t->extensible)
		per_put_bits(w, 0, 1);
	for (unsigned i = 0; i < t->n; i++)
		if (t->rows[i].presence == PER_O)
			per_put_bits(w, have >> i & 1, 1);
		else if (t->rows[i].presence == PER_EXTENSION)
			extensions += (unsigned)(have >> i & 1);
	if (t->extensions)
		per_put_bits(w, extensions > 0, 1);
	for (unsigned i = 0; i < t->n && !w->bad; i++) {
		const struct per_row *row = &t->rows[i];

		if (row->presence == PER_M || (row->presence == PER_O && have >> i & 1))
			per_put(w, row->type, in + row->offset);
		if (w->bad && !w->where)
			w->where = row->name;
	}
	if (!extensions)
		return;
	per_put_whole(w, extensions - 1, UINT16_MAX - 1);
	for (unsigned i = 0; i < t->n && !w->bad; i++)
		if (t->rows[i].presence == PER_EXTENSION && have >> i & 1) {
			put_ie(w, t->rows[i].type, t->rows[i].id, t->rows[i].criticality,
			       in + t->rows[i].offset);
			if (w->bad && !w->where)
				w->where = t->rows[i].name;
		}
}

static void note_missing(struct per_rd *r, const struct per_type *t, uint64_t seen)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->rows[i].presence == PER_M && !(seen >> i & 1))
			per_note(r, t->rows[i].id, t->rows[i].criticality, PER_MISSING);
}

/* IEs mostly come in the rows' order, so the search begins after the last one found. */
static unsigned find_row(const struct per_type *t, uint16_t id, unsigned next)
{
	for (unsigned i = next; i < t->n; i++)
		if (t->rows[i].id == id)
			return i;
	for (unsigned i = 0; i < next; i++)
		if (t->rows[i].id == id)
			return i;
	return t->n;
}

static void get_protocol_ies(struct per_rd *r, const struct per_type *t, char *out)
{
	bool additions = per_get_bits(r, 1);
	uint64_t n = per_get_whole(r, UINT16_MAX), have = 0, seen = 0;
	unsigned next = 0;

	for (; n && !r->bad; n--) {
		uint8_t crit;
		uint16_t id = get_ie_head(r, &crit);
		unsigned i = find_row(t, id, next);

		if (i == t->n || seen >> i & 1) {
			per_note(r, id, crit, i == t->n ? PER_NOT_UNDERSTOOD : PER_REPEATED);
			per_skip_open(r);
			continue;
		}
		if (i < next)
			per_note(r, id, crit, PER_OUT_OF_ORDER);
		else
			next = i + 1;
		seen |= (uint64_t)1 << i;
		if (get_ie_value(r, t->rows[i].type, id, crit, out + t->rows[i].offset))
			have |= (uint64_t)1 << i;
		else if (r->bad)
			r->where = t->rows[i].name;
	}
	if (additions)
		skip_additions(r);
	if (!r->bad)
		note_missing(r, t, seen);
	*(uint64_t *)(void *)out = have;
}

static void put_protocol_ies(struct per_wr *w, const struct per_type *t, const char *in)
{
	uint64_t have = *(const uint64_t *)(const void *)in;

	per_put_bits(w, 0, 1);
	per_put_whole(w, (uint64_t)__builtin_popcountll(have), UINT16_MAX);
	for (unsigned i = 0; i < t->n && !w->bad; i++) {
		if (have >> i & 1)
			put_ie(w, t->rows[i].type, t->rows[i].id, t->rows[i].criticality,
			       in + t->rows[i].offset);
		else if (t->rows[i].presence == PER_M && !w->incomplete)
			per_refuse(w);
		if (w->bad)
			w->where = t->rows[i].name;
	}
}

static void get_ie_field(struct per_rd *r, struct per_ie_field *out)
{
	out->id = get_ie_head(r, &out->criticality);
	out->value.p = per_get_counted(r, 8, &out->value.n);
}

static void put_ie_field(struct per_wr *w, const struct per_ie_field *in)
{
	per_put_align(w);
	per_put_bits(w, in->id, 16);
	per_put_bits(w, in->criticality, 2);
	per_put_counted(w, 8, in->value.p, in->value.n);
}

void per_get(struct per_rd *r, const struct per_type *t, void *out)
{
	switch ((enum per_kind)t->kind) {
	case PER_NULL:
		*(uint8_t *)out = 0;
		break;
	case PER_INTEGER:
		get_integer(r, t, out);
		break;
	case PER_ENUMERATED:
		get_enumerated(r, t, out);
		break;
	case PER_BITS_UINT:
		get_string_uint(r, t, (unsigned)t->lo, out);
		break;
	case PER_OCTETS_UINT:
		get_string_uint(r, t, 8 * (unsigned)t->lo, out);
		break;
	case PER_BITS:
		get_bit_string(r, t, out);
		break;
	case PER_OCTETS:
	case PER_STRING:
		get_octet_string(r, t, out);
		break;
	case PER_SEQUENCE:
		get_sequence(r, t, out);
		break;
	case PER_LIST:
		get_list(r, t, out);
		break;
	case PER_CONTAINERS:
		get_containers(r, t, out);
		break;
	case PER_CHOICE:
		get_choice(r, t, out);
		break;
	case PER_IE_FIELD:
		get_ie_field(r, out);
		break;
	case PER_PROTOCOL_IES:
		get_protocol_ies(r, t, out);
		break;
	case PER_CUSTOM:
		t->custom->get(r, out);
		break;
	}
}

void per_put(struct per_wr *w, const struct per_type *t, const void *in)
{
	switch ((enum per_kind)t->kind) {
	case PER_NULL:
		break;
	case PER_INTEGER:
		put_integer(w, t, in);
		break;
	case PER_ENUMERATED:
		put_enumerated(w, t, in);
		break;
	case PER_BITS_UINT:
		put_string_uint(w, t, (unsigned)t->lo, in);
		break;
	case PER_OCTETS_UINT:
		put_string_uint(w, t, 8 * (unsigned)t->lo, in);
		break;
	case PER_BITS:
		put_bit_string(w, t, in);
		break;
	case PER_OCTETS:
	case PER_STRING:
		put_octet_string(w, t, in);
		break;
	case PER_SEQUENCE:
		put_sequence(w, t, in);
		break;
	case PER_LIST:
		put_list(w, t, in);
		break;
	case PER_CONTAINERS:
		put_containers(w, t, in);
		break;
	case PER_CHOICE:
		put_choice(w, t, in);
		break;
	case PER_IE_FIELD:
		put_ie_field(w, in);
		break;
	case PER_PROTOCOL_IES:
		put_protocol_ies(w, t, in);
		break;
	case PER_CUSTOM:
		t->custom->put(w, in);
		break;
	}
}
