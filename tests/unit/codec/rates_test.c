/* SPDX-License-Identifier: Apache-2.0 */
/* Bit rates: in NAS (TS 24.301 9.9.4.2, 9.9.4.3, 9.9.4.29, 9.9.4.30) and in S1AP (TS 36.413
 * 9.2.1.18 to 9.2.1.20), each with its extension, against octets worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "codec/s1ap.h"
#include "core/pool.h"
#include "nas_value.h"

static const uint64_t k = 1000, m = 1000000, g = 1000000000, t = 1000000000000;
static struct arena arena;

/* ---- NAS ---- */

static void rates_use_as_many_octets_as_they_need(void **state)
{
	struct nas_apn_ambr a = {63 * k, 568 * k};
	struct nas_eps_qos q = {.qci = 9};

	(void)state;
	CHECK(apn_ambr, &a, "\x3f\x7f");
	a = (struct nas_apn_ambr){8640 * k, 8700 * k};
	CHECK(apn_ambr, &a, "\xfe\xfe\x00\x01");
	a = (struct nas_apn_ambr){256 * m, 0};
	CHECK(apn_ambr, &a, "\xfe\xff\xfa\x00");
	a = (struct nas_apn_ambr){g, 50 * m};
	CHECK(apn_ambr, &a, "\xfe\xfe\xee\x6c\x03\x00"); /* 3 * 256 + 232, 50 Mbit/s */
	a = (struct nas_apn_ambr){65280 * m, 100 * g};
	CHECK(apn_ambr, &a, "\xfe\xfe\xfa\xfa\xfe\xfe");
	CHECK(eps_qos, &q, "\x09");
	q = (struct nas_eps_qos){1, true, 64 * k, 64 * k, 64 * k, 64 * k};
	CHECK(eps_qos, &q, "\x01\x40\x40\x40\x40");
	q = (struct nas_eps_qos){2, true, 300 * m, 10 * g, 128 * m, 600 * m};
	CHECK(eps_qos, &q, "\x02\xfe\xfe\xfe\xfe\xfa\xfa\xba\xfa\x0b\xf6\x00\x47");
	q = (struct nas_eps_qos){2, true, 10 * g + 1, t, 4 * t, UINT64_MAX};
	CHECK(eps_qos, &q, "\x02\xfe\xfe\xfe\xfe\xfa\xfa\xfa\xfa\xf6\xf6\xf6\xf6");
	REFUSED(eps_qos, "\x09\x40");
	REFUSED(apn_ambr, "\x3f\x7f\x01");
}

/* Above 8640 kbit/s the first octet is 11111110, so with extended-2 nothing less can be added. */
static void first_octet_of_a_large_ambr_is_at_its_maximum(void **state)
{
	struct nas_apn_ambr a = {256 * m + 500 * k, 0};

	(void)state;
	CHECK(apn_ambr, &a, "\xfe\xff\xfa\x00");
	a.down = 264640 * k;
	CHECK(apn_ambr, &a, "\xfe\xff\x00\x00\x01\x00");
	a.down = 512 * m + 8639 * k;
	CHECK(apn_ambr, &a, "\xfe\xff\xfa\x00\x01\x00");
	a.down = 512 * m + 8700 * k;
	CHECK(apn_ambr, &a, "\xfe\xff\x01\x00\x02\x00");
}

static void extended_rates_are_exact_where_a_unit_allows(void **state)
{
	struct nas_apn_ambr a = {100 * g, 70 * g};
	struct nas_extended_qos q = {20 * g, 12 * g, 200000, 400000};

	(void)state;
	CHECK(extended_ambr, &a, "\x03\x61\xa8\x03\x44\x5c");
	CHECK(extended_qos, &q, "\x02\x4e\x20\x2e\xe0\x01\x00\x01\x00\x02");
	a = (struct nas_apn_ambr){4 * m, UINT64_MAX};
	CHECK(extended_ambr, &a, "\x03\x00\x01\x11\x48\x0e"); /* 18,446 Pbit/s */
	a = (struct nas_apn_ambr){262140 * m, 262144 * m};    /* the most of 4 Mbit/s; 16 Mbit/s */
	CHECK(extended_ambr, &a, "\x03\xff\xff\x04\x40\x00");
	a = (struct nas_apn_ambr){65284 * m, 4 * t};
	CHECK(extended_ambr, &a, "\x03\x3f\xc1\x05\xf4\x24");
	q = (struct nas_extended_qos){10 * g + 200 * k, 0, 4 * t, 10200 * m};
	CHECK(extended_qos, &q, "\x01\xc3\x51\x00\x00\x05\xf4\x24\x00\x9f");
}

static bool ambr_is_extended(uint64_t down, uint64_t up)
{
	struct nas_apn_ambr a = {down, up};
	nas_extended_ambr_t more;

	return nas_ambr_extend(&a, &more);
}

static void extended_ambr_is_for_what_the_first_cannot_say(void **state)
{
	struct nas_apn_ambr a = {100 * g, 48 * m}, read;
	nas_extended_ambr_t more;

	(void)state;
	assert_false(ambr_is_extended(65280 * m, 65280 * m));
	assert_true(ambr_is_extended(65280 * m + 1, 0));
	assert_true(ambr_is_extended(k, 65284 * m));
	assert_true(nas_ambr_extend(&a, &more));
	CHECK(apn_ambr, &a, "\xfe\xfe\xfa\x6a\xfe\x00");
	CHECK(extended_ambr, &more, "\x03\x61\xa8\x03\x00\x0c");
	read = (struct nas_apn_ambr){65280 * m, 47 * m};
	nas_ambr_join(&read, &more); /* what is not higher than 65280 Mbit/s is ignored */
	assert_true(read.down == 100 * g && read.up == 47 * m);
	more = (nas_extended_ambr_t){65280 * m, 65284 * m};
	read = (struct nas_apn_ambr){m, 65280 * m};
	nas_ambr_join(&read, &more);
	assert_true(read.down == m && read.up == 65284 * m);
}

static bool qos_is_extended(uint64_t rate)
{
	struct nas_eps_qos q = {1, true, rate, rate, rate, rate};
	struct nas_extended_qos more;

	return nas_qos_extend(&q, &more);
}

static void extended_qos_is_for_what_the_first_cannot_say(void **state)
{
	struct nas_eps_qos q = {1, true, 10 * g + 1, 10 * g, 5 * m, 5 * m};
	struct nas_extended_qos more;

	(void)state;
	assert_false(qos_is_extended(10 * g));
	assert_true(qos_is_extended(10 * g + 1));
	assert_true(nas_qos_extend(&q, &more)); /* and 0 for the others */
	CHECK(extended_qos, &more, "\x01\xc3\x50\x00\x00\x01\x00\x00\x00\x00");
	q = (struct nas_eps_qos){1, true, 12 * g, 20 * g, g, 11 * g};
	assert_true(nas_qos_extend(&q, &more));
	CHECK(extended_qos, &more, "\x02\x2e\xe0\x4e\x20\x01\x00\x00\xd6\xd8");
	q = (struct nas_eps_qos){1, true, 10 * g, 10 * g, g, 10 * g};
	nas_qos_join(&q, &more);
	assert_true(q.mbr_up == 12 * g && q.mbr_down == 20 * g && q.gbr_up == g &&
		    q.gbr_down == 11 * g);
	q.rates = false;
	assert_false(nas_qos_extend(&q, &more));
	more = (struct nas_extended_qos){10 * g, 5 * g, g, 0}; /* ignored */
	q = (struct nas_eps_qos){1, true, m, m, m, m};
	nas_qos_join(&q, &more);
	assert_true(q.mbr_up == m && q.mbr_down == m && q.gbr_up == m && q.gbr_down == m);
}

static void pass(const struct ie_type *type, const void *value, void *read)
{
	uint8_t out[16];
	struct wr w = wr_of(out, sizeof(out));
	struct rd r;

	type->put(&w, value);
	r = rd_of(out, (size_t)(w.p - out));
	type->get(&r, read);
	assert_false(w.bad || r.bad);
}

/* Every rate, read back, is at most what was asked, and no coarser than the coding's steps. */
static void rates_round_down_and_never_up(void **state)
{
	(void)state;
	for (uint64_t rate = 1000; rate < 5 * t; rate += rate / 97 + 137) {
		struct nas_apn_ambr a = {rate, rate}, b;
		struct nas_eps_qos q = {1, true, rate, rate, rate, rate}, p;
		nas_extended_ambr_t ea;
		struct nas_extended_qos eq;

		pass(&nas_type_apn_ambr, &a, &b);
		if (nas_ambr_extend(&a, &ea)) {
			pass(&nas_type_extended_ambr, &ea, &ea);
			nas_ambr_join(&b, &ea);
		}
		assert_true(b.up == b.down && b.up <= rate && b.up + rate / 8 + 1000 >= rate);
		pass(&nas_type_eps_qos, &q, &p);
		if (nas_qos_extend(&q, &eq)) {
			pass(&nas_type_extended_qos, &eq, &eq);
			nas_qos_join(&p, &eq);
		}
		assert_true(p.mbr_up == p.gbr_down && p.mbr_up <= rate &&
			    p.mbr_up + rate / 8 + 1000 >= rate);
	}
}

/* ---- S1AP ---- */

static void put(const struct per_type *type, const void *value, struct bytes want)
{
	uint8_t out[128];
	struct per_wr w = per_wr_of(out, sizeof(out));

	per_put(&w, type, value);
	assert_false(w.bad);
	assert_int_equal(per_wr_octets(&w), want.n);
	assert_memory_equal(out, want.p, want.n);
}

static void get(const struct per_type *type, void *value, struct bytes b)
{
	struct per_rd r = per_rd_of(b, &arena, NULL);

	per_get(&r, type, value);
	assert_false(r.bad);
}
#define PUT(tag, value, literal) put(&s1ap_##tag##_type, value, LIT(literal))
#define GET(tag, value, literal) get(&s1ap_##tag##_type, value, LIT(literal))

/* A base rate of 10 Gbit/s: length 5 of 1 to 5 in three bits, then aligned octets; the first one
 * has the SEQUENCE's two bits in front. */
#define TEN  "\x02\x54\x0b\xe4\x00"
#define TEN_ "\x80" TEN

static void s1ap_rates_above_10_gigabit_have_an_extension_beside_them(void **state)
{
	struct s1ap_ue_aggregate_maximum_bitrate a = {0}, b = {0};
	struct s1ap_gbr_qos_information q = {0}, p = {0};

	(void)state;
	S1AP_SET_RATE(&a, ue_aggregate_maximum_bit_rate_dl, 10 * g);
	S1AP_SET_RATE(&a, ue_aggregate_maximum_bit_rate_ul, m);
	PUT(ue_aggregate_maximum_bitrate, &a, "\x20" TEN "\x40\x0f\x42\x40");
	/* 10000000001 is the extension's lowest: 0, in one octet. */
	S1AP_SET_RATE(&a, ue_aggregate_maximum_bit_rate_dl, 10 * g + 1);
	PUT(ue_aggregate_maximum_bitrate, &a,
	    "\x60" TEN "\x40\x0f\x42\x40\x00\x00\x01\x03\x40\x02\x00\x00");
	GET(ue_aggregate_maximum_bitrate, &b,
	    "\x60" TEN "\x40\x0f\x42\x40\x00\x00\x01\x03\x40\x02\x00\x00");
	assert_true(S1AP_RATE(&b, ue_aggregate_maximum_bit_rate_dl) == 10 * g + 1);
	assert_true(S1AP_RATE(&b, ue_aggregate_maximum_bit_rate_ul) == m);
	/* Back to what needs none. */
	S1AP_SET_RATE(&a, ue_aggregate_maximum_bit_rate_dl, 10 * g);
	PUT(ue_aggregate_maximum_bitrate, &a, "\x20" TEN "\x40\x0f\x42\x40");
	/* 4 Tbit/s at most. */
	S1AP_SET_RATE(&q, e_rab_maximum_bitrate_dl, 4 * t + 1);
	S1AP_SET_RATE(&q, e_rab_maximum_bitrate_ul, 4 * t);
	S1AP_SET_RATE(&q, e_rab_guaranteed_bitrate_dl, 20 * g);
	S1AP_SET_RATE(&q, e_rab_guaranteed_bitrate_ul, 10 * g);
#define WHOLE                                                                                      \
	"\x60" TEN TEN_ TEN_ TEN_ "\x00\x02\x00\xff\x40\x07\x50\x03\xa0\xfe\x88\x5b\xff"           \
	"\x01\x00\x40\x07\x50\x03\xa0\xfe\x88\x5b\xff\x01\x01\x40\x06\x40\x02\x54\x0b\xe3\xff"
	PUT(gbr_qos_information, &q, WHOLE);
	GET(gbr_qos_information, &p, WHOLE);
	assert_true(S1AP_RATE(&p, e_rab_maximum_bitrate_dl) == 4 * t);
	assert_true(S1AP_RATE(&p, e_rab_maximum_bitrate_ul) == 4 * t);
	assert_true(S1AP_RATE(&p, e_rab_guaranteed_bitrate_dl) == 20 * g);
	assert_true(S1AP_RATE(&p, e_rab_guaranteed_bitrate_ul) == 10 * g);
}

/* The extension counts, whatever is beside it; a later release may have put more into it. */
static void s1ap_extension_is_read_before_what_it_extends(void **state)
{
	struct s1ap_ue_aggregate_maximum_bitrate a = {0};

	(void)state;
	GET(ue_aggregate_maximum_bitrate, &a,
	    "\x60" TEN "\x00\x01\x00\x01\x01\x03\x40\x08\x80\x06\x07\x46\xa5\x28\x80\x00"
	    "\x01\x04\x40\x06\x40\x02\x54\x0b\xe3\xff");
	assert_true(S1AP_RATE(&a, ue_aggregate_maximum_bit_rate_dl) == 8 * t);
	assert_true(S1AP_RATE(&a, ue_aggregate_maximum_bit_rate_ul) == 20 * g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_use_as_many_octets_as_they_need),
		cmocka_unit_test(first_octet_of_a_large_ambr_is_at_its_maximum),
		cmocka_unit_test(extended_rates_are_exact_where_a_unit_allows),
		cmocka_unit_test(extended_ambr_is_for_what_the_first_cannot_say),
		cmocka_unit_test(extended_qos_is_for_what_the_first_cannot_say),
		cmocka_unit_test(rates_round_down_and_never_up),
		cmocka_unit_test(s1ap_rates_above_10_gigabit_have_an_extension_beside_them),
		cmocka_unit_test(s1ap_extension_is_read_before_what_it_extends),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(&arena);
	return failed;
}
