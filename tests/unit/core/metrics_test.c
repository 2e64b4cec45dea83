/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metrics.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../prometheus.h"

static const char *colour(unsigned i)
{
	static const char *const names[] = {"red", NULL, "gr\"een\n"};

	return names[i];
}

static uint64_t ask(unsigned i) { return 40 + i; }

METRIC_COUNTER(plain, "test_plain_total", "Plain");
METRIC_COUNTER_BY(by_colour, "test_colours_total", "Colours", "colour", colour, 3);
METRIC_GAUGE(level, "test_level", "Level");
METRIC_GAUGE_READ(asked, "test_asked", "Asked", ask);
METRIC_LATENCY(took, "test_took_seconds", "Took");
METRIC_LATENCY_BY(took_by, "test_took_by_seconds", "Took, by colour", "colour", colour, 3);
METRIC_COUNTER_BY2(pair, "test_pairs_total", "Pairs", "colour", colour, "why", colour, 3);

static void *count_many(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 100000; i++)
		metric_add(&plain, 1);
	return NULL;
}

static void counts_of_many_threads_are_exact(void **state)
{
	pthread_t thread[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, count_many, NULL);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(metric_get(&plain, 0), 400000);
	assert_int_equal(metric_get(&plain, 1), 0);
}

static void an_index_beyond_the_end_counts_nothing(void **state)
{
	(void)state;
	metric_add_at(&by_colour, 3, 1);
	metric_add_at(&by_colour, UINT32_MAX, 1);
	metric_set_at(&level, 1, 7);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(metric_get(&by_colour, i), 0);
}

static void metrics_are_listed_by_name(void **state)
{
	const struct metric *before = NULL;
	unsigned ours = 0;

	(void)state;
	for (const struct metric *m = metric_next(NULL); m; m = metric_next(m)) {
		if (before)
			assert_true(strcmp(before->name, m->name) <= 0);
		before = m;
		ours += strncmp(m->name, "test_", 5) == 0;
	}
	assert_int_equal(ours, 7);
}

static void percentiles_are_at_most_an_eighth_too_high(void **state)
{
	static struct latency latency;

	(void)state;
	assert_int_equal(latency_percentile(&latency, 0.5), 0);
	for (uint64_t us = 1; us <= 1000000; us++)
		latency_add(&latency, us);
	for (double share = 0.01; share < 1; share += 0.01) {
		double value = (double)latency_percentile(&latency, share);
		assert_true(value >= share * 1e6 - 1 && value <= share * 1e6 * 1.126);
	}
	assert_int_equal(latency_percentile(&latency, 1), 1000000);
	assert_int_equal(latency.max_us, 1000000);
}

static void counts_below_a_power_of_two_are_exact(void **state)
{
	static struct latency latency;

	(void)state;
	for (uint64_t us = 0; us <= 5000; us++)
		latency_add(&latency, us);
	for (unsigned power = 0; power <= 12; power++)
		assert_int_equal(latency_count_below(&latency, power), (1u << power) + 1);
	assert_int_equal(latency_count_below(&latency, 20), 5001);
	latency_add(&latency, UINT64_MAX / 4);
	assert_int_equal(latency_count_below(&latency, 30), 5001);
	assert_int_equal(latency_percentile(&latency, 1), 1ull << 37);
}

static void prometheus_text_has_every_value(void **state)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	metric_add_at(&by_colour, 0, 3);
	metric_add_at(&by_colour, 2, 4);
	metric_set(&level, 12);
	latency_add(&took_latency, 1000);
	latency_add(&took_latency, 100000000);
	latency_add(&took_by_latency[0], 300);
	latency_add(&took_by_latency[0], 3000);
	latency_add(&took_by_latency[2], 30);
	metric_add_at(&pair, 2, 9);
	metrics_print(f);
	fclose(f);
	assert_string_equal(prometheus_fault(text) ? prometheus_fault(text) : "", "");
	assert_non_null(
		strstr(text, "\ntest_took_by_seconds_bucket{colour=\"red\",le=\"0.000512\"} 1\n"));
	assert_non_null(strstr(text, "\ntest_took_by_seconds_count{colour=\"gr\\\"een\\n\"} 1\n"));
	assert_non_null(strstr(
		text, "\ntest_pairs_total{colour=\"gr\\\"een\\n\",why=\"gr\\\"een\\n\"} 9\n"));
	assert_non_null(
		strstr(text, "# HELP test_plain_total Plain\n# TYPE test_plain_total counter\n"));
	assert_non_null(strstr(text, "\ntest_colours_total{colour=\"red\"} 3\n"
				     "test_colours_total{colour=\"gr\\\"een\\n\"} 4\n"));
	assert_non_null(strstr(text, "# TYPE test_level gauge\ntest_level 12\n"));
	assert_non_null(strstr(text, "\ntest_asked 40\n"));
	assert_non_null(strstr(text, "\ntest_took_seconds_bucket{le=\"0.000512\"} 0\n"));
	assert_non_null(strstr(text, "\ntest_took_seconds_bucket{le=\"0.001024\"} 1\n"));
	assert_non_null(strstr(text, "\ntest_took_seconds_bucket{le=\"+Inf\"} 2\n"
				     "test_took_seconds_sum 100.001000\n"
				     "test_took_seconds_count 2\n"));
	free(text);
}

/* The reader finds what a scraper would. */
static void prometheus_text_that_is_wrong_is_found(void **state)
{
#define BLOCK(type) "# HELP a_total A\n# TYPE a_total " type "\n"
#define HISTOGRAM   "# HELP h H\n# TYPE h histogram\n"
	static const char *const wrong[] = {
		"",
		"a_total 1\n",
		"# TYPE a_total counter\na_total 1\n",
		"# HELP a A\n# TYPE a counter\na 1\n",
		BLOCK("number") "a_total 1\n",
		BLOCK("counter") "a_total 1",
		BLOCK("counter") "a_total one\n",
		BLOCK("counter") "a_total{x=1} 1\n",
		BLOCK("counter") "a_total{x=\"1\\q\"} 1\n",
		BLOCK("counter") "a_total{x=\"1\"} 1\na_total{x=\"1\"} 2\n",
		BLOCK("counter") "b_total 1\n",
		BLOCK("counter") "a_total 1\n" BLOCK("counter") "a_total 1\n",
		HISTOGRAM "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
		HISTOGRAM "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
		HISTOGRAM "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\n",
		HISTOGRAM "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
	};
	static const char right[] = HISTOGRAM "h_bucket{x=\"a\",le=\"1\"} 1\n"
					      "h_bucket{x=\"a\",le=\"+Inf\"} 2\n"
					      "h_sum{x=\"a\"} 1.5\nh_count{x=\"a\"} 2\n"
					      "h_bucket{x=\"b\",le=\"1\"} 0\n"
					      "h_bucket{x=\"b\",le=\"+Inf\"} 0\n"
					      "h_sum{x=\"b\"} 0\nh_count{x=\"b\"} 0\n";

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (!prometheus_fault(wrong[i]))
			fail_msg("taken: %s", wrong[i]);
	assert_null(prometheus_fault(right));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_of_many_threads_are_exact),
		cmocka_unit_test(an_index_beyond_the_end_counts_nothing),
		cmocka_unit_test(metrics_are_listed_by_name),
		cmocka_unit_test(percentiles_are_at_most_an_eighth_too_high),
		cmocka_unit_test(counts_below_a_power_of_two_are_exact),
		cmocka_unit_test(prometheus_text_has_every_value),
		cmocka_unit_test(prometheus_text_that_is_wrong_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
