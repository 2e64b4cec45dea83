/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metrics.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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
	assert_int_equal(ours, 5);
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
	metrics_print(f);
	fclose(f);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_of_many_threads_are_exact),
		cmocka_unit_test(an_index_beyond_the_end_counts_nothing),
		cmocka_unit_test(metrics_are_listed_by_name),
		cmocka_unit_test(percentiles_are_at_most_an_eighth_too_high),
		cmocka_unit_test(counts_below_a_power_of_two_are_exact),
		cmocka_unit_test(prometheus_text_has_every_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
