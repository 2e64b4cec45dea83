/* SPDX-License-Identifier: Apache-2.0 */
/* The bit level of aligned PER (X.691, its clause numbers in the comments). Bits are moved in words
 * where eight octets are at hand. Comparing, printing and random values: per_value.c; types by
 * rows: per_type.c. */
#include "codec/per.h"
#include "core/pool.h"

enum {
	BLOCK = 16384,
	MOST_BLOCKS = 4, /* in a fragment, which has at least one (10.9.3.8) */
};

struct per_rd per_rd_of(struct bytes b, struct arena *arena, struct per_diag *diag)
{
	return (struct per_rd){
		.p = b.p, .end = 8 * (size_t)b.n, .size = b.n, .arena = arena, .diag = diag};
}

struct per_wr per_wr_of(void *p, size_t n) { return (struct per_wr){.p = p, .end = 8 * n}; }
size_t per_wr_octets(const struct per_wr *w) { return (w->pos + 7) / 8; }

static unsigned bit_width(uint64_t v) { return v ? 64 - (unsigned)__builtin_clzll(v) : 0; }

uint64_t per_get_bits(struct per_rd *r, unsigned n)
{
	unsigned shift = r->pos % 8;
	const uint8_t *p = r->p + r->pos / 8;
	uint64_t word;

	if (!n)
		return 0;
	if (r->bad || n > r->end - r->pos) {
		r->bad = true;
		r->pos = r->end;
		return 0;
	}
	if (n > 56) {
		word = per_get_bits(r, n - 32) << 32;
		return word | per_get_bits(r, 32);
	}
	if (r->pos / 8 + 8 <= r->size) {
		memcpy(&word, p, 8);
		word = __builtin_bswap64(word);
	} else {
		size_t left = r->size - r->pos / 8;

		word = 0;
		for (size_t i = 0; i < 8; i++)
			word = word << 8 | (i < left ? p[i] : 0);
	}
	r->pos += n;
	return word << shift >> (64 - n);
}

void per_put_bits(struct per_wr *w, uint64_t v, unsigned n)
{
	if (w->bad || n > w->end - w->pos) {
		w->full |= !w->bad;
		w->bad = true;
		return;
	}
	while (n) {
		unsigned used = w->pos % 8, k = n < 8 - used ? n : 8 - used;
		uint8_t *p = w->p + w->pos / 8;
		unsigned part = (unsigned)(v >> (n - k)) & ((1u << k) - 1);

		*p = (uint8_t)((used ? *p : 0) | part << (8 - used - k));
		w->pos += k;
		n -= k;
	}
}

void per_get_align(struct per_rd *r)
{
	r->pos = (r->pos + 7) & ~(size_t)7;
	if (r->pos > r->end) {
		r->bad = true;
		r->pos = r->end;
	}
}
void per_put_align(struct per_wr *w) { w->pos = (w->pos + 7) & ~(size_t)7; }

const uint8_t *per_get_octets(struct per_rd *r, size_t n)
{
	const uint8_t *p;

	per_get_align(r);
	if (r->bad || n > (r->end - r->pos) / 8) {
		r->bad = true;
		return NULL;
	}
	p = r->p + r->pos / 8;
	r->pos += 8 * n;
	return p;
}

void per_put_octets(struct per_wr *w, const void *p, size_t n)
{
	per_put_align(w);
	if (w->bad || w->pos > w->end || n > (w->end - w->pos) / 8) {
		w->full |= !w->bad;
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->p + w->pos / 8, p, n);
	w->pos += 8 * n;
}

void per_refuse(struct per_wr *w) { w->bad = true; }

/* 10.5.7: up to 255 values in as few bits as hold them, 256 in an octet, up to 64K in two; beyond
 * in as few octets as needed, after their number. All but the first are aligned. */
uint64_t per_get_whole(struct per_rd *r, uint64_t span)
{
	uint64_t v;

	if (span < 255) {
		v = per_get_bits(r, bit_width(span));
	} else if (span <= UINT16_MAX) {
		per_get_align(r);
		v = per_get_bits(r, span == 255 ? 8 : 16);
	} else {
		unsigned most = (bit_width(span) + 7) / 8;
		unsigned n = (unsigned)per_get_bits(r, bit_width(most - 1)) + 1;

		per_get_align(r);
		if (n > most)
			r->bad = true;
		v = per_get_bits(r, 8 * n);
	}
	if (v > span)
		r->bad = true;
	return v;
}

void per_put_whole(struct per_wr *w, uint64_t v, uint64_t span)
{
	if (v > span) {
		per_refuse(w);
	} else if (span < 255) {
		per_put_bits(w, v, bit_width(span));
	} else if (span <= UINT16_MAX) {
		per_put_align(w);
		per_put_bits(w, v, span == 255 ? 8 : 16);
	} else {
		unsigned most = (bit_width(span) + 7) / 8;
		unsigned n = v ? (bit_width(v) + 7) / 8 : 1;

		per_put_bits(w, n - 1, bit_width(most - 1));
		per_put_align(w);
		per_put_bits(w, v, 8 * n);
	}
}

/* 10.6: six bits, or a length and so many octets. */
uint64_t per_get_small(struct per_rd *r)
{
	size_t n;

	if (!per_get_bits(r, 1))
		return per_get_bits(r, 6);
	n = per_get_length(r);
	if (n < 1 || n > 8) {
		r->bad = true;
		return 0;
	}
	return per_get_bits(r, 8 * (unsigned)n);
}

void per_put_small(struct per_wr *w, uint64_t v)
{
	unsigned n = (bit_width(v) + 7) / 8;

	if (v < 64) {
		per_put_bits(w, v, 7);
		return;
	}
	per_put_bits(w, 1, 1);
	per_put_length(w, n);
	per_put_bits(w, v, 8 * n);
}

/* 10.9.3.6 to 8: one octet, or two that begin 10, or one that begins 11 and is a fragment's, after
 * which comes more. */
static inline size_t get_part(struct per_rd *r, bool *more)
{
	const uint8_t *p = per_get_octets(r, 1), *second;
	unsigned blocks;

	*more = false;
	if (!p || *p < 0x80)
		return p ? *p : 0;
	if (!(*p & 0x40)) {
		second = per_get_octets(r, 1);
		return second ? (size_t)(*p & 0x3f) << 8 | *second : 0;
	}
	blocks = *p & 0x3f;
	*more = blocks >= 1 && blocks <= MOST_BLOCKS;
	r->bad |= !*more;
	return *more ? (size_t)blocks * BLOCK : 0;
}

size_t per_get_length(struct per_rd *r)
{
	bool more;
	size_t n = get_part(r, &more);

	if (!more)
		return n;
	r->bad = true;
	return 0;
}

/* From the content of the first part, of n, to the end of the last, which is no fragment; copied to
 * `to` if that is not NULL. Returns how many there are in all. A sender shall make fragments as
 * long as it can; the reader does not insist. */
static size_t get_parts(struct per_rd *r, unsigned unit, size_t n, bool more, uint8_t *to)
{
	size_t all = 0;

	for (;; n = get_part(r, &more)) {
		size_t octets = (n * unit + 7) / 8;
		const uint8_t *p = per_get_octets(r, octets);

		if (!p)
			return 0;
		if (to)
			memcpy(to + all * unit / 8, p, octets);
		all += n;
		if (!more)
			return all;
	}
}

/* The content of fragments, of which the first is of n. They are counted before memory is taken,
 * which is therefore never more than what it is in. A first one that is all (the length at the
 * end is 0) is left where it is. */
static const uint8_t *gather(struct per_rd *r, unsigned unit, size_t n, size_t *all)
{
	struct per_rd ahead = *r;
	const uint8_t *p = r->p + r->pos / 8;
	uint8_t *to;

	*all = get_parts(&ahead, unit, n, true, NULL);
	if (ahead.bad || *all > UINT32_MAX || (*all > n && !r->arena)) {
		r->bad = true;
		return NULL;
	}
	if (*all > n) {
		p = to = arena_alloc(r->arena, (*all * unit + 7) / 8);
		get_parts(r, unit, n, true, to);
	}
	r->pos = ahead.pos;
	return p;
}

const uint8_t *per_get_counted(struct per_rd *r, unsigned unit, uint32_t *count)
{
	bool more;
	size_t n = get_part(r, &more);
	const uint8_t *p = more ? gather(r, unit, n, &n) : per_get_octets(r, (n * unit + 7) / 8);

	*count = p ? (uint32_t)n : 0;
	if (p)
		r->pos -= (8 - n * unit % 8) % 8;
	return p;
}

void per_put_length(struct per_wr *w, size_t n)
{
	per_put_align(w);
	if (n < 0x80)
		per_put_bits(w, n, 8);
	else if (n < BLOCK)
		per_put_bits(w, 0x8000 | n, 16);
	else
		per_refuse(w);
}

/* 10.9.3.8: fragments as long as they can be, then the rest, of which there may be none. */
void per_put_counted(struct per_wr *w, unsigned unit, const void *from, size_t n)
{
	const uint8_t *p = from;
	unsigned rest;

	while (n >= BLOCK) {
		size_t k = n / BLOCK < MOST_BLOCKS ? n / BLOCK : MOST_BLOCKS;

		per_put_align(w);
		per_put_bits(w, 0xc0 | k, 8);
		per_put_octets(w, p, k * BLOCK * unit / 8);
		p += k * BLOCK * unit / 8;
		n -= k * BLOCK;
	}
	per_put_length(w, n);
	per_put_octets(w, p, n * unit / 8);
	rest = n * unit % 8;
	if (rest)
		per_put_bits(w, p[n * unit / 8] >> (8 - rest), rest);
}

/* The value of one that came in several fragments is read where it was put together. */
struct per_outer per_get_open(struct per_rd *r)
{
	struct per_outer outer = {.p = r->p, .end = r->end, .size = r->size};
	bool more;
	size_t n = get_part(r, &more);
	const uint8_t *p;

	if (more) {
		p = gather(r, 8, n, &n);
		outer.pos = r->pos;
		if (!p)
			return outer;
		r->p = p;
		r->pos = 0;
		r->size = n;
		r->end = 8 * n;
		return outer;
	}
	outer.pos = r->pos + 8 * n;
	if (r->bad || n > (r->end - r->pos) / 8) {
		r->bad = true;
		outer.pos = r->pos;
	} else {
		r->end = outer.pos;
	}
	return outer;
}

/* What the value did not use belongs to a later release. */
void per_get_close(struct per_rd *r, const struct per_outer *outer)
{
	r->p = outer->p;
	r->pos = outer->pos;
	r->end = outer->end;
	r->size = outer->size;
}

void per_skip_open(struct per_rd *r)
{
	bool more;
	size_t n = get_part(r, &more);

	get_parts(r, 8, n, more, NULL);
}

size_t per_put_open(struct per_wr *w)
{
	per_put_align(w);
	per_put_bits(w, 0, 8);
	return w->pos;
}

/* n octets at p, with room for a length of one octet in front of them, move up for the lengths of
 * their fragments, the last ones first. */
static void put_fragments(struct per_wr *w, uint8_t *p, size_t n)
{
	size_t blocks = n / BLOCK, rest = n % BLOCK;
	size_t heads = (blocks + MOST_BLOCKS - 1) / MOST_BLOCKS;
	size_t room = heads + (rest < 0x80 ? 0 : 1);
	uint8_t *from = p + n - rest, *to = from + room;

	for (size_t i = 0; i < room; i++)
		per_put_bits(w, 0, 8);
	if (w->bad)
		return;
	memmove(to, from, rest);
	*--to = (uint8_t)rest;
	if (rest >= 0x80)
		*--to = (uint8_t)(0x80 | rest >> 8);
	for (size_t k; blocks; blocks -= k) {
		k = blocks % MOST_BLOCKS ? blocks % MOST_BLOCKS : MOST_BLOCKS;
		from -= k * BLOCK;
		to -= k * BLOCK;
		memmove(to, from, k * BLOCK);
		*--to = (uint8_t)(0xc0 | k);
	}
}

/* An empty value is one zero octet (10.1.3). A long one moves up for the length's second octet. */
void per_put_close(struct per_wr *w, size_t open)
{
	size_t n;
	uint8_t *p;

	per_put_align(w);
	if (w->pos == open)
		per_put_bits(w, 0, 8);
	if (w->bad)
		return;
	n = (w->pos - open) / 8;
	p = w->p + open / 8;
	if (n < 0x80) {
		p[-1] = (uint8_t)n;
		return;
	}
	if (n >= BLOCK) {
		put_fragments(w, p, n);
		return;
	}
	per_put_bits(w, 0, 8);
	if (w->bad)
		return;
	memmove(p + 1, p, n);
	p[-1] = (uint8_t)(0x80 | n >> 8);
	p[0] = (uint8_t)n;
}

/* When there is no room for a fault that must be reported, one that must not gives way. */
void per_note(struct per_rd *r, uint16_t id, uint8_t criticality, enum per_error error)
{
	struct per_diag *d = r->diag;
	unsigned i;

	if (!d)
		return;
	if (d->total < UINT16_MAX)
		d->total++;
	d->reject |= error != PER_OUT_OF_ORDER && criticality == PER_REJECT;
	d->notify |= error != PER_OUT_OF_ORDER && criticality == PER_NOTIFY;
	d->repeated |= error == PER_REPEATED;
	if (d->n < PER_MAX_FAULTS) {
		i = d->n++;
	} else {
		if (criticality == PER_IGNORE)
			return;
		for (i = 0; i < d->n && d->fault[i].criticality != PER_IGNORE;)
			i++;
		if (i == d->n)
			return;
	}
	d->fault[i] = (struct per_fault){id, criticality, (uint8_t)error};
}
