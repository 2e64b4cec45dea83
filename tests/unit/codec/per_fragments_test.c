/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned PER: octet strings, bit strings and open types of 16384 and more, which go in fragments
 * (X.691 10.9.3.8), against lengths written down anew here and worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "codec/per.h"
#include "core/pool.h"

static uint8_t out[1 << 18];

static void assert_octets(const struct per_wr *w, const void *want, size_t n)
{
	assert_false(w->bad);
	assert_int_equal(per_wr_octets(w), n);
	assert_memory_equal(w->p, want, n);
}

static const struct per_type any_octets = {
	.kind = PER_OCTETS, .size = sizeof(struct bytes), .hi = PER_ANY};
static const struct per_type any_bits = {
	.kind = PER_BITS, .size = sizeof(struct bits), .hi = PER_ANY};
static const struct per_type some_bits = {
	.kind = PER_BITS, .size = sizeof(struct bits), .lo = 1, .hi = 131072};
static const struct per_type short_octets = {
	.kind = PER_OCTETS, .size = sizeof(struct bytes), .lo = 1, .hi = 8, .extensible = true};

static const uint32_t sizes[] = {0,     1,     127,   128,   16383,  16384,  16385,  16511, 16512,
				 32767, 32768, 32769, 49152, 65535,  65536,  65537,  70000, 81919,
				 81920, 98304, 98431, 98432, 131071, 131072, 131073, 200000};
enum { SIZES = sizeof(sizes) / sizeof(*sizes), SIZE_MOST = 200000 };

/* No 16 KiB are like the ones before. */
static const uint8_t *content(void)
{
	static uint8_t p[SIZE_MOST];

	for (size_t i = sizeof(p); !p[1] && i--;)
		p[i] = (uint8_t)(i * 7 + i / 251 + i / 16384 * 31);
	return p;
}

/* Lengths and parts as 10.9.3.5 to 8 have them, written down anew. In units of octets. */
static size_t by_the_book(uint8_t *to, const uint8_t *p, size_t n)
{
	uint8_t *at = to;

	for (; n >= 65536; p += 65536, n -= 65536) {
		*at++ = 0xc4;
		memcpy(at, p, 65536);
		at += 65536;
	}
	for (unsigned k = 3; k; k--)
		if (n >= 16384 * k) {
			*at++ = (uint8_t)(0xc0 + k);
			memcpy(at, p, 16384 * k);
			at += 16384 * k;
			p += 16384 * k;
			n -= 16384 * k;
		}
	if (n > 127)
		*at++ = (uint8_t)(0x80 + n / 256);
	*at++ = (uint8_t)(n % 256);
	memcpy(at, p, n);
	return (size_t)(at - to) + n;
}

static void octets_of_any_number_come_back(void **state)
{
	static uint8_t want[SIZE_MOST + 32];
	struct arena arena = {0};

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		struct bytes in = bytes_of(content(), sizes[i]), back;
		struct per_wr w = per_wr_of(out, sizeof(out));
		size_t n = by_the_book(want, in.p, in.n);
		struct per_rd r;

		per_put(&w, &any_octets, &in);
		assert_octets(&w, want, n);
		r = per_rd_of(bytes_of(out, n), &arena, NULL);
		per_get(&r, &any_octets, &back);
		assert_false(r.bad);
		assert_int_equal(r.pos, 8 * n);
		assert_true(bytes_equal(in, back));
		arena_free(&arena);
	}
}

static void fragments_begin_as_worked_out_by_hand(void **state)
{
	static const struct {
		uint32_t n;
		size_t at, octets;
		uint8_t head[2];
	} v[] = {
		{16383, 0, 2, {0xbf, 0xff}},
		{16384, 0, 1, {0xc1}},
		{16384, 16385, 1, {0x00}},
		{16385, 16385, 1, {0x01}},
		{32768, 0, 1, {0xc2}},
		{65536, 0, 1, {0xc4}},
		{65536, 65537, 1, {0x00}},
		{70000, 65537, 2, {0x91, 0x70}}, /* 4464 left */
		{98304, 65537, 1, {0xc2}},
		{98304, 98306, 1, {0x00}},
		{200000, 65537, 1, {0xc4}},
		{200000, 131074, 1, {0xc4}},
		{200000, 196611, 2, {0x8d, 0x40}}, /* 3392 left */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct per_wr w = per_wr_of(out, sizeof(out));

		per_put_counted(&w, 8, content(), v[i].n);
		assert_false(w.bad);
		assert_memory_equal(out + v[i].at, v[i].head, v[i].octets);
	}
}

/* Bits in front and behind: lengths are aligned, and what follows the last bit is not. */
static void bits_of_any_number_come_back(void **state)
{
	struct arena arena = {0};

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		struct bits in = {content(), sizes[i]}, back = {0};
		struct per_wr w = per_wr_of(out, sizeof(out));
		struct per_rd r;

		per_put_bits(&w, 1, 1);
		per_put(&w, &any_bits, &in);
		per_put_bits(&w, 5, 3);
		assert_false(w.bad);
		r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
		per_get_bits(&r, 1);
		per_get(&r, &any_bits, &back);
		assert_int_equal(per_get_bits(&r, 3), 5);
		assert_false(r.bad);
		assert_int_equal(r.pos, w.pos);
		assert_true(per_equal(&any_bits, &in, &back));
		if (in.n >= 16384 && in.n < 65536)
			assert_int_equal(out[1], 0xc0 + in.n / 16384); /* of 2048 octets */
		arena_free(&arena);
	}
}

static void bounds_hold_in_fragments_too(void **state)
{
	struct arena arena = {0};
	const uint32_t lengths[] = {131072, 131073, 0};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct bits in = {content(), lengths[i]}, back = {0};
		struct per_wr w = per_wr_of(out, sizeof(out));
		struct per_rd r;

		per_put(&w, &some_bits, &in);
		assert_int_equal(w.bad, i > 0);
		w = per_wr_of(out, sizeof(out));
		per_put(&w, &any_bits, &in);
		r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
		per_get(&r, &some_bits, &back);
		assert_int_equal(r.bad, i > 0);
		arena_free(&arena);
	}
}

static void size_beyond_its_root_may_be_long(void **state)
{
	struct bytes in = bytes_of(content(), 20000), back;
	struct per_wr w = per_wr_of(out, sizeof(out));
	struct arena arena = {0};
	struct per_rd r;

	(void)state;
	per_put(&w, &short_octets, &in);
	assert_false(w.bad);
	assert_int_equal(out[0], 0x80);
	assert_int_equal(out[1], 0xc1);
	r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
	per_get(&r, &short_octets, &back);
	assert_false(r.bad);
	assert_true(bytes_equal(in, back));
	arena_free(&arena);
}

static void only_what_came_in_pieces_is_copied(void **state)
{
	static const struct {
		uint32_t n;
		bool copied;
	} v[] = {{16383, false}, {16384, false}, {16385, true}, {49152, false},
		 {65536, false}, {65537, true},  {81920, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct per_wr w = per_wr_of(out, sizeof(out));
		struct arena arena = {0};
		const uint8_t *p;
		struct per_rd r;
		uint32_t n;

		per_put_counted(&w, 8, content(), v[i].n);
		r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
		p = per_get_counted(&r, 8, &n);
		assert_int_equal(arena.total > 0, v[i].copied);
		assert_int_equal(p >= out && p < out + sizeof(out), !v[i].copied);
		arena_free(&arena);
	}
}

/* Three open types in each other, each with an octet before and after the next. */
static void open_types_of_any_length_nest(void **state)
{
	enum { DEPTH = 3 };
	static uint8_t want[2][SIZE_MOST + 64];
	struct arena arena = {0};

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		struct per_wr w = per_wr_of(out, sizeof(out));
		struct per_outer outer[DEPTH];
		size_t open[DEPTH], n = sizes[i];
		struct per_rd r;

		memcpy(want[0], content(), n);
		for (unsigned k = 0; k < DEPTH; k++) {
			uint8_t *inner = want[k % 2], *around = want[!(k % 2)];

			if (n)
				n = by_the_book(around + 1, inner, n);
			else
				n = by_the_book(around + 1, (const uint8_t[]){0}, 1);
			around[0] = (uint8_t)(DEPTH - 1 - k);
			around[++n] = 0xee;
			n++;
		}
		for (unsigned k = 0; k < DEPTH; k++) {
			per_put_bits(&w, k, 8);
			open[k] = per_put_open(&w);
		}
		per_put_octets(&w, content(), sizes[i]);
		for (unsigned k = DEPTH; k--;) {
			per_put_close(&w, open[k]);
			per_put_bits(&w, 0xee, 8);
		}
		assert_octets(&w, want[DEPTH % 2], n);
		r = per_rd_of(bytes_of(out, n), &arena, NULL);
		for (unsigned k = 0; k < DEPTH; k++) {
			assert_int_equal(per_get_bits(&r, 8), k);
			outer[k] = per_get_open(&r);
		}
		assert_memory_equal(per_get_octets(&r, sizes[i]), content(), sizes[i]);
		if (sizes[i])
			assert_int_equal(r.pos, r.end);
		for (unsigned k = DEPTH; k--;) {
			per_get_close(&r, &outer[k]);
			assert_int_equal(per_get_bits(&r, 8), 0xee);
		}
		assert_false(r.bad);
		assert_int_equal(r.pos, 8 * n);
		assert_int_equal(r.size, n);
		r = per_rd_of(bytes_of(out, n), NULL, NULL);
		per_get_bits(&r, 8);
		per_skip_open(&r);
		assert_int_equal(per_get_bits(&r, 8), 0xee);
		assert_false(r.bad);
		arena_free(&arena);
	}
}

/* What is left over in a long open type is not what comes after it. */
static void open_type_in_fragments_cannot_be_left(void **state)
{
	struct per_wr w = per_wr_of(out, sizeof(out));
	struct arena arena = {0};
	struct per_outer outer;
	struct per_rd r;

	(void)state;
	per_put_counted(&w, 8, content(), 20000);
	per_put_bits(&w, 0xcd, 8);
	r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
	outer = per_get_open(&r);
	per_get_octets(&r, 17000);
	per_get_close(&r, &outer);
	assert_int_equal(per_get_bits(&r, 8), 0xcd);
	assert_false(r.bad);
	r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
	per_get_open(&r);
	per_get_octets(&r, 20000);
	per_get_bits(&r, 1);
	assert_true(r.bad);
	arena_free(&arena);
}

static void open_type_needs_room_for_all_its_lengths(void **state)
{
	static const uint32_t n[] = {16384, 16385, 65535, 65536, 65664, 131072};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		static uint8_t want[SIZE_MOST];
		size_t all = by_the_book(want, content(), n[i]);

		for (size_t room = n[i] + 1; room <= all; room++) {
			struct per_wr w = per_wr_of(out, room);
			size_t open = per_put_open(&w);

			memset(out + room, 0x5a, 8);
			per_put_octets(&w, content(), n[i]);
			per_put_close(&w, open);
			assert_int_equal(w.bad, room < all);
			assert_int_equal(w.full, room < all);
			for (unsigned k = 0; k < 8; k++)
				assert_int_equal(out[room + k], 0x5a);
		}
	}
}

/* 10.9.3.8 has the sender make them as long as they can be; one that does not is understood. */
static void short_fragments_are_read(void **state)
{
	static const uint8_t counts[] = {1, 3, 1, 1, 4, 2, 0};
	struct arena arena = {0};
	uint8_t *at = out;
	const uint8_t *from = content(), *p;
	struct per_rd r;
	uint32_t n;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		*at++ = (uint8_t)(counts[i] ? 0xc0 + counts[i] : 5);
		memcpy(at, from, counts[i] ? counts[i] * 16384u : 5);
		at += counts[i] ? counts[i] * 16384u : 5;
		from += counts[i] ? counts[i] * 16384u : 5;
	}
	r = per_rd_of(bytes_of(out, (size_t)(at - out)), &arena, NULL);
	p = per_get_counted(&r, 8, &n);
	assert_false(r.bad);
	assert_int_equal(n, 12 * 16384 + 5);
	assert_memory_equal(p, content(), n);
	arena_free(&arena);
}

/* In memory of just this size, so that reading beyond it would be seen. Nothing is allocated. */
static void assert_bad(const uint8_t *p, size_t n, unsigned unit)
{
	uint8_t *copy = test_malloc(n + 1);
	struct arena arena = {0};

	memcpy(copy, p, n);
	for (unsigned way = 0; way < 3; way++) {
		struct per_rd r = per_rd_of(bytes_of(copy, n), &arena, NULL);
		struct per_outer outer;
		uint32_t count;

		if (way == 0) {
			assert_null(per_get_counted(&r, unit, &count));
			assert_int_equal(count, 0);
		} else if (way == 1 && unit == 8) {
			outer = per_get_open(&r);
			per_get_close(&r, &outer);
		} else if (unit == 8) {
			per_skip_open(&r);
		} else {
			continue;
		}
		assert_true(r.bad);
		assert_true(r.pos <= r.end);
		assert_int_equal(per_get_bits(&r, 8), 0);
		assert_int_equal(arena.total, 0);
	}
	test_free(copy);
}

static void bad_fragments_are_refused(void **state)
{
	static uint8_t in[200000];
	struct per_wr w;
	size_t n;

	(void)state;
	memcpy(in, content(), sizeof(in));
	for (unsigned octet = 0xc0; octet <= 0xff; octet++) { /* none, and more than four */
		in[0] = (uint8_t)octet;
		if (octet < 0xc1 || octet > 0xc4) {
			assert_bad(in, sizeof(in), 8);
			assert_bad(in, sizeof(in), 1);
		}
	}
	in[0] = 0xc1;
	assert_bad(in, 1, 8);
	assert_bad(in, 2, 8);
	assert_bad(in, 1 + 16383, 8); /* less than it says */
	assert_bad(in, 1 + 16384, 8); /* the last length is not there */
	assert_bad(in, 1 + 2047, 1);
	assert_bad(in, 1 + 2048, 1);
	in[1 + 16384] = 0xc0; /* a second fragment of nothing */
	assert_bad(in, 100000, 8);
	in[1 + 16384] = 0xc5;
	assert_bad(in, 100000, 8);
	in[1 + 16384] = 0xc4; /* beyond the end */
	assert_bad(in, 1 + 16384 + 1 + 65535, 8);
	assert_bad(in, 1 + 16384 + 1 + 65536, 8);
	in[1 + 16384] = 0x05; /* the rest beyond the end */
	assert_bad(in, 1 + 16384 + 1 + 4, 8);
	in[1 + 16384] = 0x80; /* half a length */
	assert_bad(in, 1 + 16384 + 1, 8);
	w = per_wr_of(in, sizeof(in));
	per_put_counted(&w, 8, content(), 150000);
	n = per_wr_octets(&w);
	for (size_t cut = 0; cut<n; cut += n - cut> 2000 && cut > 8 ? 1021 : 1)
		assert_bad(in, cut, 8);
}

/* The fragments of what is inside do not go on behind its end. */
static void fragments_beyond_the_open_type_around_them_are_refused(void **state)
{
	struct per_wr w = per_wr_of(out, sizeof(out));
	struct arena arena = {0};
	struct per_outer outer;
	struct per_rd r;
	uint32_t n;

	(void)state;
	per_put_bits(&w, 0x83e8, 16); /* 1000 octets */
	per_put_counted(&w, 8, content(), 40000);
	r = per_rd_of(bytes_of(out, per_wr_octets(&w)), &arena, NULL);
	outer = per_get_open(&r);
	assert_null(per_get_counted(&r, 8, &n));
	per_get_close(&r, &outer);
	assert_true(r.bad);
	assert_int_equal(arena.total, 0);
}

static void fragments_without_an_arena_are_refused(void **state)
{
	struct per_wr w = per_wr_of(out, sizeof(out));
	struct per_rd r;
	uint32_t n;

	(void)state;
	per_put_counted(&w, 8, content(), 16385);
	r = per_rd_of(bytes_of(out, per_wr_octets(&w)), NULL, NULL);
	assert_null(per_get_counted(&r, 8, &n));
	assert_true(r.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_of_any_number_come_back),
		cmocka_unit_test(fragments_begin_as_worked_out_by_hand),
		cmocka_unit_test(bits_of_any_number_come_back),
		cmocka_unit_test(bounds_hold_in_fragments_too),
		cmocka_unit_test(size_beyond_its_root_may_be_long),
		cmocka_unit_test(only_what_came_in_pieces_is_copied),
		cmocka_unit_test(open_types_of_any_length_nest),
		cmocka_unit_test(open_type_in_fragments_cannot_be_left),
		cmocka_unit_test(open_type_needs_room_for_all_its_lengths),
		cmocka_unit_test(short_fragments_are_read),
		cmocka_unit_test(bad_fragments_are_refused),
		cmocka_unit_test(fragments_beyond_the_open_type_around_them_are_refused),
		cmocka_unit_test(fragments_without_an_arena_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
