/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors over bytes with a sticky error: read or write all the fields, test `bad` once. A reader
 * never reads past its end, a writer never writes past it; sub-readers cannot leave their IE. */
#ifndef CODEC_WIRE_H
#define CODEC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p, *end;
	bool bad;
};

struct wr {
	uint8_t *p, *end;
	bool bad;
};

/* Octets owned by somebody else: the received message, an arena. */
struct bytes {
	const uint8_t *p;
	uint32_t n;
};

static inline struct rd rd_of(const void *p, size_t n)
{
	return (struct rd){ p, p ? (const uint8_t *)p + n : p, false };
}
static inline struct rd rd_bytes(struct bytes b) { return rd_of(b.p, b.n); }
static inline struct wr wr_of(void *p, size_t n) { return (struct wr){ p, (uint8_t *)p + n, false }; }
static inline struct bytes bytes_of(const void *p, size_t n)
{
	return (struct bytes){ p, (uint32_t)n };
}
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

static inline size_t rd_left(const struct rd *r) { return (size_t)(r->end - r->p); }

/* n octets, or NULL with `bad` set. */
static inline const uint8_t *rd_take(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > rd_left(r)) {
		r->bad = true;
		r->p = r->end;
		return NULL;
	}
	r->p += n;
	return p;
}

/* n (0 to 8) octets as a big-endian number; 0 once bad. */
static inline uint64_t rd_be(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}
static inline uint8_t rd_u8(struct rd *r) { return (uint8_t)rd_be(r, 1); }
static inline uint16_t rd_u16(struct rd *r) { return (uint16_t)rd_be(r, 2); }
static inline uint32_t rd_u32(struct rd *r) { return (uint32_t)rd_be(r, 4); }

/* The next n octets as a reader of their own. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	return p ? rd_of(p, n) : (struct rd){ .bad = true };
}
static inline struct bytes rd_rest(struct rd *r)
{
	size_t n = rd_left(r);

	return bytes_of(rd_take(r, n), r->bad ? 0 : n);
}

/* Room for n octets, or NULL with `bad` set. */
static inline uint8_t *wr_take(struct wr *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->bad || n > (size_t)(w->end - w->p)) {
		w->bad = true;
		return NULL;
	}
	w->p += n;
	return p;
}
static inline void wr_be(struct wr *w, uint64_t v, size_t n)
{
	uint8_t *p = wr_take(w, n);

	for (size_t i = n; p && i--; v >>= 8)
		p[i] = (uint8_t)v;
}
static inline void wr_u8(struct wr *w, unsigned v) { wr_be(w, v, 1); }
static inline void wr_u16(struct wr *w, unsigned v) { wr_be(w, v, 2); }
static inline void wr_u32(struct wr *w, uint32_t v) { wr_be(w, v, 4); }
static inline void wr_raw(struct wr *w, const void *src, size_t n)
{
	uint8_t *p = wr_take(w, n);

	if (p && n)
		memcpy(p, src, n);
}
static inline void wr_bytes(struct wr *w, struct bytes b) { wr_raw(w, b.p, b.n); }

/* Presence of a member of a decoded message or SEQUENCE: `tag` is the struct's name, whose first
 * member is uint64_t have, one bit a member in their order. */
#define HAS(m, tag, member) ((m)->have >> tag##_##member & 1)
#define SET(m, tag, member) ((m)->have |= UINT64_C(1) << tag##_##member)

#endif
