/* SPDX-License-Identifier: Apache-2.0 */
/* Bit rates in NAS (TS 24.301 9.9.4.2, 9.9.4.3, 9.9.4.29, 9.9.4.30) against octets worked out by
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "nas_value.h"

static const uint64_t k = 1000, m = 1000000, g = 1000000000, t = 1000000000000;

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

/* Every rate, read back, is at most what was asked, and no coarser than the coding's steps. */
static void rates_round_down_and_never_up(void **state)
{
	(void)state;
	for (uint64_t rate = 1000; rate < 70000000000; rate += rate / 97 + 137) {
		struct nas_apn_ambr a = {rate, rate}, b;
		uint8_t out[8];
		struct wr w = wr_of(out, sizeof(out));
		struct rd r;

		nas_type_apn_ambr.put(&w, &a);
		r = rd_of(out, (size_t)(w.p - out));
		nas_type_apn_ambr.get(&r, &b);
		assert_true(b.up == b.down && b.up <= rate);
		assert_true(rate > 65280000000 || b.up + rate / 8 + 1000 >= rate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_use_as_many_octets_as_they_need),
		cmocka_unit_test(first_octet_of_a_large_ambr_is_at_its_maximum),
		cmocka_unit_test(extended_rates_are_exact_where_a_unit_allows),
		cmocka_unit_test(rates_round_down_and_never_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
