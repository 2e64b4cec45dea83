/* SPDX-License-Identifier: Apache-2.0 */
/* What a load run's verdict rests on: percentiles, IMSI ranges, names of faults, options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../../tools/ransim/fault.h"
#include "../../../tools/ransim/hist.h"
#include "../../../tools/ransim/load_report.h"
#include "../../../tools/ransim/options.h"
#include "../../../tools/ransim/sim.h"

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void quantiles_are_within_two_percent_of_the_sorted_samples(void **state)
{
	enum { N = 20000 };
	static const double q[] = {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};
	static uint64_t v[N];
	static struct hist h;
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		v[i] = (seed >> 33) % (1u << (1 + i % 30));
		hist_add(&h, v[i]);
	}
	qsort(v, N, sizeof(*v), ascending);
	for (unsigned i = 0; i < sizeof(q) / sizeof(*q); i++) {
		uint64_t exact = v[(unsigned)(q[i] * N + 0.9999999) - 1],
			 got = hist_quantile(&h, q[i]);

		assert_true(got >= exact);
		assert_true(got <= exact + exact / 50);
	}
	assert_int_equal(h.count, N);
	assert_int_equal(h.max, v[N - 1]);
	assert_int_equal(h.min, v[0]);
}

static void small_values_are_exact(void **state)
{
	static struct hist h;

	(void)state;
	assert_int_equal(hist_quantile(&h, 0.5), 0);
	for (uint64_t v = 1; v <= 100; v++)
		hist_add(&h, v);
	assert_int_equal(hist_quantile(&h, 0.5), 50);
	assert_int_equal(hist_quantile(&h, 0.99), 99);
	assert_int_equal(hist_quantile(&h, 1), 100);
}

static void merged_histograms_count_as_one(void **state)
{
	static struct hist a, b, empty;

	(void)state;
	hist_add(&a, 10);
	hist_add(&b, 1000000000);
	hist_merge(&a, &b);
	hist_merge(&a, &empty);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.min, 10);
	assert_int_equal(hist_quantile(&a, 1), 1000000000);
	hist_add(&a, UINT64_MAX); /* beyond the last bucket */
	assert_true(hist_quantile(&a, 1) >= 1000000000);
}

static void imsis_ascend_through_their_digits(void **state)
{
	static const struct {
		const char *from, *to;
		uint64_t n;
	} t[] = {{"001010000000001", "001010000000001", 0},
		 {"001010000000009", "001010000000010", 1},
		 {"001010000000999", "001010000001000", 1},
		 {"001010000000001", "001010001000001", 1000000},
		 {"00101999", "00102000", 1}};
	char text[IMSI_STRLEN];
	imsi_t imsi;

	(void)state;
	for (unsigned i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_true(imsi_parse(t[i].from, &imsi));
		assert_string_equal(imsi_print(imsi_add(imsi, t[i].n), text), t[i].to);
	}
}

static void patterns_take_the_number_once(void **state)
{
	char out[8];

	(void)state;
	assert_true(pattern_expand("ue%d", 12, out, sizeof(out)));
	assert_string_equal(out, "ue12");
	assert_true(pattern_expand("tun", 12, out, sizeof(out)));
	assert_string_equal(out, "tun");
	assert_true(pattern_expand("a%db", 3, out, sizeof(out)));
	assert_string_equal(out, "a3b");
	assert_false(pattern_expand("device%d", 12, out, sizeof(out)));
}

static void faults_take_the_argument_they_need_and_no_other(void **state)
{
	struct faults f = {0};

	(void)state;
	assert_true(fault_parse(&f, "wrong-k"));
	assert_true(fault_parse(&f, "silent-at:security-mode"));
	assert_true(fault_parse(&f, "sqn-ahead:1000"));
	assert_true(fault_on(&f, FAULT_WRONG_K));
	assert_true(fault_at(&f, FAULT_SILENT_AT, STEP_SECURITY_MODE));
	assert_false(fault_at(&f, FAULT_SILENT_AT, STEP_ICS));
	assert_int_equal(f.arg[FAULT_SQN_AHEAD], 1000);
	assert_false(fault_parse(&f, "wrong-k:1"));
	assert_false(fault_parse(&f, "silent-at"));
	assert_false(fault_parse(&f, "silent-at:nowhere"));
	assert_false(fault_parse(&f, "sqn-ahead:many"));
	assert_false(fault_parse(&f, "wrong"));
	assert_true(fault_parse(&f, "none"));
	assert_int_equal(f.on, 0);
}

static void failures_are_counted_by_step_and_cause(void **state)
{
	static struct load_figures f;
	char cause[16];

	(void)state;
	load_count_failure(&f, STEP_ICS, "timeout");
	load_count_failure(&f, STEP_ICS, "timeout");
	load_count_failure(&f, STEP_COMPLETE, "timeout");
	assert_int_equal(f.causes, 2);
	assert_int_equal(f.failure[0].n, 2);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(cause, sizeof(cause), "cause %u", i);
		load_count_failure(&f, STEP_ICS, cause);
	}
	assert_int_equal(f.causes, LOAD_MAX_CAUSES);
	assert_int_equal(f.failed, 103);
}

static bool parse(struct options *o, enum command c, const char *const *words)
{
	char *argv[16] = {0};
	bool ok;

	for (unsigned i = 0; words[i]; i++)
		argv[i] = (char *)words[i];
	sim = (struct sim){0};
	ok = options_parse(o, c, 0, argv);
	if (!ok)
		options_free(o);
	return ok;
}

static void a_group_starts_from_the_defaults_whatever_the_order(void **state)
{
	static const char *const words[] = {
		"--ue",
		"imsi=001010000000001,k=00112233445566778899aabbccddeeff,eea=0,2,count=3",
		"--mme=10.0.0.1:1234",
		"--enb",
		"10.0.0.2,10.0.0.3",
		"--apn",
		"iot",
		"--pdn-type",
		"ipv6",
		NULL};
	struct options o;

	(void)state;
	assert_true(parse(&o, COMMAND_RUN, words));
	assert_int_equal(sim.mme_port, 1234);
	assert_int_equal(sim.enbs, 2);
	assert_string_equal(o.group->profile.apn, "iot");
	assert_int_equal(o.group->profile.pdn_type, 2);
	assert_int_equal(o.group->profile.eea, 0xa0);
	assert_int_equal(o.group->count, 3);
	options_free(&o);
}

static void mistakes_are_found_before_anything_starts(void **state)
{
	static const char *const wrong[][8] = {
		{"--mme", "10.0.0.1", NULL},
		{"--mme", "10.0.0.1", "--enb", "ten", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--plmn", "1", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--nonsense", "1", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--rate", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--ue", "imsi=12ab", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--ue", "k=00", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--ue", "colour=red", NULL},
		{"--mme", "10.0.0.1", "--enb", "10.0.0.2", "--silent-at", "noon", NULL},
	};
	struct options o;

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(parse(&o, COMMAND_RUN, wrong[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_within_two_percent_of_the_sorted_samples),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(merged_histograms_count_as_one),
		cmocka_unit_test(imsis_ascend_through_their_digits),
		cmocka_unit_test(patterns_take_the_number_once),
		cmocka_unit_test(faults_take_the_argument_they_need_and_no_other),
		cmocka_unit_test(failures_are_counted_by_step_and_cause),
		cmocka_unit_test(a_group_starts_from_the_defaults_whatever_the_order),
		cmocka_unit_test(mistakes_are_found_before_anything_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
