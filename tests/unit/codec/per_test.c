/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned PER against encodings worked out by hand from X.691. Types are made up here; S1AP's own
 * are tested in s1ap_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "codec/per.h"
#include "core/pool.h"

static uint8_t out[65536 * 2];

static void assert_octets(const struct per_wr *w, const void *want, size_t n)
{
	assert_false(w->bad);
	assert_int_equal(per_wr_octets(w), n);
	assert_memory_equal(w->p, want, n);
}
#define ASSERT_OCTETS(w, ...)                                                                      \
	assert_octets(w, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A bit in front, so that alignment is seen. */
static struct per_wr whole(uint64_t v, uint64_t span)
{
	struct per_wr w = per_wr_of(out, sizeof(out));

	per_put_bits(&w, 1, 1);
	per_put_whole(&w, v, span);
	return w;
}

static void whole_numbers_take_the_fewest_bits_then_aligned_octets(void **state)
{
	struct per_wr w;

	(void)state;
	w = whole(0, 0);
	assert_int_equal(w.pos, 1);
	w = whole(5, 7);
	ASSERT_OCTETS(&w, 0xd0);
	w = whole(254, 254); /* 255 values: eight bits, not aligned */
	ASSERT_OCTETS(&w, 0xff, 0x00);
	assert_int_equal(w.pos, 9);
	w = whole(255, 255);
	ASSERT_OCTETS(&w, 0x80, 0xff);
	w = whole(256, 256);
	ASSERT_OCTETS(&w, 0x80, 0x01, 0x00);
	w = whole(0x1234, 65535);
	ASSERT_OCTETS(&w, 0x80, 0x12, 0x34);
	w = whole(0, 65536); /* length 1 of 1 to 3 in two bits */
	ASSERT_OCTETS(&w, 0x80, 0x00);
	w = whole(0x123456, 0xffffffff);
	ASSERT_OCTETS(&w, 0xc0, 0x12, 0x34, 0x56);
	w = whole(10000000000, 10000000000); /* length 5 of 1 to 5 in three bits */
	ASSERT_OCTETS(&w, 0xc0, 0x02, 0x54, 0x0b, 0xe4, 0x00);
	w = whole(UINT64_MAX, UINT64_MAX);
	ASSERT_OCTETS(&w, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	w = whole(8, 7);
	assert_true(w.bad);
}

static void whole_numbers_read_back(void **state)
{
	static const uint64_t spans[] = {
		0,    1,     6,     7,     8,        253,     254,        255,         256,
		4094, 65534, 65535, 65536, 16777215, 1 << 24, 0xffffffff, 10000000000, UINT64_MAX};

	(void)state;
	for (size_t s = 0; s < sizeof(spans) / sizeof(*spans); s++)
		for (unsigned shift = 0; shift < 64; shift++) {
			uint64_t v = spans[s] >> shift;
			struct per_wr w = whole(v, spans[s]);
			struct per_rd r = per_rd_of(bytes_of(out, per_wr_octets(&w)), NULL, NULL);

			assert_false(w.bad);
			per_get_bits(&r, 1);
			assert_int_equal(per_get_whole(&r, spans[s]), v);
			assert_false(r.bad);
			assert_int_equal(r.pos, w.pos);
		}
}

static void whole_number_outside_its_span_is_bad(void **state)
{
	const uint8_t seven_of_six = 0xe0;
	struct per_rd r = per_rd_of(bytes_of(&seven_of_six, 1), NULL, NULL);

	(void)state;
	per_get_whole(&r, 6);
	assert_true(r.bad);
}

static void lengths_alone_have_one_or_two_octets_and_no_fragments(void **state)
{
	static const size_t lengths[] = {0, 1, 127, 128, 300, 16383};
	const uint8_t fragment[] = {0xc1, 0, 0};
	struct per_wr w = per_wr_of(out, sizeof(out));
	struct per_rd r;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		w = per_wr_of(out, sizeof(out));
		per_put_length(&w, lengths[i]);
		assert_int_equal(per_wr_octets(&w), lengths[i] < 128 ? 1 : 2);
		r = per_rd_of(bytes_of(out, 2), NULL, NULL);
		assert_int_equal(per_get_length(&r), lengths[i]);
	}
	per_put_length(&w, 16384);
	assert_true(w.bad && !w.full);
	r = per_rd_of(bytes_of(fragment, 3), NULL, NULL);
	per_get_length(&r);
	assert_true(r.bad);
}

static void small_numbers_read_back(void **state)
{
	static const uint64_t v[] = {0, 63, 64, 255, 256, 1 << 20};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct per_wr w = per_wr_of(out, sizeof(out));
		struct per_rd r;

		per_put_small(&w, v[i]);
		r = per_rd_of(bytes_of(out, per_wr_octets(&w)), NULL, NULL);
		assert_int_equal(per_get_small(&r), v[i]);
		assert_int_equal(r.pos, w.pos);
	}
}

static void open_type_of_128_octets_gets_a_second_length_octet(void **state)
{
	struct per_wr w = per_wr_of(out, sizeof(out));
	uint8_t want[130] = {0x80, 0x80};
	size_t open = per_put_open(&w);

	(void)state;
	for (unsigned i = 0; i < 128; i++) {
		per_put_bits(&w, i, 8);
		want[i + 2] = (uint8_t)i;
	}
	per_put_close(&w, open);
	assert_octets(&w, want, 130);
	w = per_wr_of(out, sizeof(out));
	per_put_close(&w, per_put_open(&w));
	ASSERT_OCTETS(&w, 0x01, 0x00);
}

static void open_type_cannot_be_left(void **state)
{
	const uint8_t in[] = {0x01, 0xab, 0xcd};
	struct per_rd r = per_rd_of(bytes_of(in, 3), NULL, NULL);
	struct per_outer outer = per_get_open(&r);

	(void)state;
	assert_int_equal(per_get_bits(&r, 4), 0xa);
	per_get_close(&r, &outer);
	assert_int_equal(per_get_bits(&r, 8), 0xcd);
	r = per_rd_of(bytes_of(in, 3), NULL, NULL);
	per_get_open(&r);
	per_get_bits(&r, 9);
	assert_true(r.bad);
}

static void open_type_is_skipped_by_its_length(void **state)
{
	const uint8_t in[] = {0x02, 0xab, 0xcd, 0xef}, cut[] = {0x80, 0x80, 0};
	struct per_rd r = per_rd_of(bytes_of(in, 4), NULL, NULL);

	(void)state;
	per_skip_open(&r);
	assert_int_equal(per_get_bits(&r, 8), 0xef);
	assert_false(r.bad);
	r = per_rd_of(bytes_of(cut, 3), NULL, NULL);
	per_skip_open(&r);
	assert_true(r.bad);
}

static const struct per_type bits16 = {.kind = PER_BITS_UINT, .size = 2, .lo = 16, .hi = 16};
static const struct per_type bits17 = {.kind = PER_BITS_UINT, .size = 4, .lo = 17, .hi = 17};
static const struct per_type octets2 = {.kind = PER_OCTETS_UINT, .size = 2, .lo = 2, .hi = 2};
static const struct per_type octets3 = {.kind = PER_OCTETS_UINT, .size = 4, .lo = 3, .hi = 3};

static void strings_of_up_to_16_bits_are_not_aligned(void **state)
{
	struct per_wr w = per_wr_of(out, sizeof(out));
	uint16_t two = 0xabcd;
	uint32_t three = 0x1abcd;

	(void)state;
	per_put_bits(&w, 0, 4);
	per_put(&w, &bits16, &two);
	ASSERT_OCTETS(&w, 0x0a, 0xbc, 0xd0);
	w = per_wr_of(out, sizeof(out));
	per_put_bits(&w, 0, 4);
	per_put(&w, &bits17, &three);
	ASSERT_OCTETS(&w, 0x00, 0xd5, 0xe6, 0x80);
	w = per_wr_of(out, sizeof(out));
	per_put_bits(&w, 0, 4);
	per_put(&w, &octets2, &two);
	ASSERT_OCTETS(&w, 0x0a, 0xbc, 0xd0);
	w = per_wr_of(out, sizeof(out));
	per_put_bits(&w, 0, 4);
	per_put(&w, &octets3, &three);
	ASSERT_OCTETS(&w, 0x00, 0x01, 0xab, 0xcd);
	three = 0x1000000;
	per_put(&w, &octets3, &three);
	assert_true(w.bad);
}

static void integer_beyond_its_root_is_kept_and_noted(void **state)
{
	static const struct per_type t = {
		.kind = PER_INTEGER, .size = 1, .lo = 0, .hi = 15, .extensible = true};
	struct per_wr w = per_wr_of(out, sizeof(out));
	struct per_rd r;
	uint8_t v = 200, back = 0;

	(void)state;
	per_put(&w, &t, &v);
	ASSERT_OCTETS(&w, 0x80, 0x02, 0x00, 0xc8);
	r = per_rd_of(bytes_of(out, 4), NULL, NULL);
	per_get(&r, &t, &back);
	assert_int_equal(back, 200);
	assert_true(r.range && !r.bad);
	r = per_rd_of(bytes_of((const uint8_t[]){0x80, 0x02, 0x7f, 0xff}, 4), NULL, NULL);
	per_get(&r, &t, &back);
	assert_int_equal(back, 255);
	assert_true(r.range && !r.bad);
	v = 3;
	w = per_wr_of(out, sizeof(out));
	per_put(&w, &t, &v);
	ASSERT_OCTETS(&w, 0x18);
}

static void signed_integers_read_back(void **state)
{
	static const struct per_type t = {
		.kind = PER_INTEGER, .size = 1, .lo = -50, .hi = 20, .is_signed = true};

	(void)state;
	for (int i = -50; i <= 20; i++) {
		struct per_wr w = per_wr_of(out, sizeof(out));
		struct per_rd r = per_rd_of(bytes_of(out, 1), NULL, NULL);
		int8_t v = (int8_t)i, back = 99;

		per_put(&w, &t, &v);
		assert_false(w.bad);
		per_get(&r, &t, &back);
		assert_int_equal(back, i);
	}
}

static const char *const colours[] = {"red", "green", "blue"};
static const struct per_type colour = {
	.kind = PER_ENUMERATED, .size = 1, .names = colours, .n = 3, .root = 2, .extensible = true};

static void unknown_enumeration_value_is_marked(void **state)
{
	const uint8_t known[] = {0x80}, later[] = {0x85}, far[] = {0xc0, 0x02, 0x12, 0x34};
	struct per_rd r = per_rd_of(bytes_of(known, 1), NULL, NULL);
	uint8_t v;

	(void)state;
	per_get(&r, &colour, &v);
	assert_int_equal(v, 2);
	assert_false(r.range || r.bad);
	r = per_rd_of(bytes_of(later, 1), NULL, NULL);
	per_get(&r, &colour, &v);
	assert_int_equal(v, 2 + 5);
	assert_true(r.range && !r.bad);
	r = per_rd_of(bytes_of(far, 4), NULL, NULL);
	per_get(&r, &colour, &v);
	assert_int_equal(v, PER_UNKNOWN);
	assert_true(r.range && !r.bad);
}

struct thing {
	uint64_t have;
	uint8_t colour, second;
	uint16_t extension;
};
static const struct per_row thing_rows[] = {
	{"colour", &colour, offsetof(struct thing, colour), 0, 0, PER_M},
	{"second", &colour, offsetof(struct thing, second), 0, 0, PER_O},
	{"extension", &bits16, offsetof(struct thing, extension), 77, PER_IGNORE, PER_EXTENSION},
};
static const struct per_type thing = {.name = "thing",
				      .kind = PER_SEQUENCE,
				      .rows = thing_rows,
				      .n = 3,
				      .have = true,
				      .extensible = true,
				      .extensions = true,
				      .size = sizeof(struct thing)};

/* extension bit, two presence bits, green, then an unknown IE 9 (reject) and ours, then two
 * additions of which the second is there */
static const uint8_t later_thing[] = {0xaa, 0x00, 0x01, 0x00, 0x09, 0x00, 0x01, 0xee, 0x00,
				      0x4d, 0x40, 0x02, 0xbe, 0xef, 0x02, 0x80, 0x01, 0x55};

static void sequence_of_a_later_release_is_read(void **state)
{
	struct per_diag diag = {0};
	struct per_rd r = per_rd_of(bytes_of(later_thing, sizeof(later_thing)), NULL, &diag);
	struct thing t = {0};

	(void)state;
	per_get(&r, &thing, &t);
	assert_false(r.bad);
	assert_int_equal(r.pos, 8 * sizeof(later_thing));
	assert_int_equal(t.have, 1 | 4);
	assert_int_equal(t.colour, 1);
	assert_int_equal(t.extension, 0xbeef);
	assert_int_equal(diag.n, 1);
	assert_int_equal(diag.fault[0].id, 9);
	assert_int_equal(diag.fault[0].criticality, PER_REJECT);
	assert_int_equal(diag.fault[0].error, PER_NOT_UNDERSTOOD);
}

static void cut_input_is_bad_wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(later_thing); n++) {
		uint8_t *cut = test_malloc(n + 1);
		struct thing t = {0};
		struct per_rd r;

		memcpy(cut, later_thing, n);
		r = per_rd_of(bytes_of(cut, n), NULL, NULL);
		per_get(&r, &thing, &t);
		assert_true(r.bad);
		test_free(cut);
	}
}

static void list_longer_than_its_message_allocates_nothing(void **state)
{
	static const struct per_type list = {.kind = PER_LIST,
					     .of = &thing,
					     .size = sizeof(struct per_list),
					     .lo = 0,
					     .hi = 65535};
	struct arena arena = {0};
	struct per_rd r = per_rd_of(bytes_of((const uint8_t[]){0xff, 0xff, 0}, 3), &arena, NULL);
	struct per_list l = {0};

	(void)state;
	per_get(&r, &list, &l);
	assert_true(r.bad);
	assert_int_equal(l.n, 0);
	assert_int_equal(arena.total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_take_the_fewest_bits_then_aligned_octets),
		cmocka_unit_test(whole_numbers_read_back),
		cmocka_unit_test(whole_number_outside_its_span_is_bad),
		cmocka_unit_test(lengths_alone_have_one_or_two_octets_and_no_fragments),
		cmocka_unit_test(small_numbers_read_back),
		cmocka_unit_test(open_type_of_128_octets_gets_a_second_length_octet),
		cmocka_unit_test(open_type_cannot_be_left),
		cmocka_unit_test(open_type_is_skipped_by_its_length),
		cmocka_unit_test(strings_of_up_to_16_bits_are_not_aligned),
		cmocka_unit_test(integer_beyond_its_root_is_kept_and_noted),
		cmocka_unit_test(signed_integers_read_back),
		cmocka_unit_test(unknown_enumeration_value_is_marked),
		cmocka_unit_test(sequence_of_a_later_release_is_read),
		cmocka_unit_test(cut_input_is_bad_wherever_it_is_cut),
		cmocka_unit_test(list_longer_than_its_message_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
