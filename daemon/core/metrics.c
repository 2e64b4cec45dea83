/* SPDX-License-Identifier: Apache-2.0 */
/* The list of metrics, kept sorted by name as they register before main, and its text form. A
 * latency histogram is shown to Prometheus at the powers of two, which are bounds of its own
 * buckets, so that the cumulative counts are exact. */
#include "core/metrics.h"

#include <stdbool.h>
#include <string.h>

enum { SUB = 1 << LATENCY_SUB_BITS, SHOWN_FROM = 7, SHOWN_TO = 26 }; /* 128 us to 67 s */

static struct metric *all;

void metric_register(struct metric *metric)
{
	struct metric **at = &all;

	while (*at && strcmp((*at)->name, metric->name) < 0)
		at = &(*at)->next;
	metric->next = *at;
	*at = metric;
}

struct metric *metric_next(const struct metric *metric) { return metric ? metric->next : all; }

uint64_t metric_get(const struct metric *metric, unsigned i)
{
	if (i >= metric->values)
		return 0;
	if (metric->read)
		return metric->read(i);
	return __atomic_load_n(&metric->value[i], __ATOMIC_RELAXED);
}

/* Bucket b holds the values in (bound(b - 1), bound(b)]: 0 to 8 us one each, then eighths of a
 * power. */
static unsigned bucket_of(uint64_t us)
{
	unsigned power, b;

	if (us <= SUB)
		return us ? (unsigned)us - 1 : 0;
	power = 63 - (unsigned)__builtin_clzll(us - 1);
	b = (power - LATENCY_SUB_BITS) * SUB + (unsigned)((us - 1) >> (power - LATENCY_SUB_BITS));
	return b < LATENCY_BUCKETS ? b : LATENCY_BUCKETS - 1;
}

static uint64_t bound_of(unsigned b)
{
	unsigned shift = b / SUB ? b / SUB - 1 : 0;

	return b < SUB ? b + 1 : (uint64_t)(b % SUB + SUB + 1) << shift;
}

void latency_add(struct latency *latency, uint64_t us)
{
	uint64_t max = __atomic_load_n(&latency->max_us, __ATOMIC_RELAXED);

	__atomic_fetch_add(&latency->bucket[bucket_of(us)], 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&latency->count, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&latency->sum_us, us, __ATOMIC_RELAXED);
	while (us > max && !__atomic_compare_exchange_n(&latency->max_us, &max, us, true,
							__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

uint64_t latency_percentile(const struct latency *latency, double share)
{
	uint64_t sum = 0, total = 0, wanted;

	for (unsigned b = 0; b < LATENCY_BUCKETS; b++)
		total += latency->bucket[b];
	if (!total)
		return 0;
	wanted = (uint64_t)(share * (double)total + 0.999999);
	for (unsigned b = 0; b < LATENCY_BUCKETS; b++) {
		sum += latency->bucket[b];
		if (sum >= wanted && latency->bucket[b])
			return bound_of(b) < latency->max_us ? bound_of(b) : latency->max_us;
	}
	return latency->max_us;
}

uint64_t latency_count_below(const struct latency *latency, unsigned power)
{
	uint64_t sum = 0;

	for (unsigned b = 0; b < LATENCY_BUCKETS && bound_of(b) <= 1ull << power; b++)
		sum += __atomic_load_n(&latency->bucket[b], __ATOMIC_RELAXED);
	return sum;
}

static void print_label(FILE *f, const char *before, const char *label, const char *value)
{
	fprintf(f, "%s%s=\"", before, label);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putc('\\', f);
		if (*value == '\n')
			fputs("\\n", f);
		else
			putc(*value, f);
	}
	putc('"', f);
}

/* name_suffix{labels} with the bound of a bucket, if there is one. */
static void print_name(FILE *f, const struct metric *m, unsigned i, const char *suffix,
		       const char *le)
{
	const char *before = "{";

	fprintf(f, "%s%s", m->name, suffix);
	if (m->label) {
		print_label(f, before, m->label, m->label_of(i));
		before = ",";
	}
	if (m->label2) {
		print_label(f, before, m->label2, m->label2_of(i));
		before = ",";
	}
	if (le)
		print_label(f, before, "le", le);
	fputs(m->label || le ? "} " : " ", f);
}

static void print_latency(FILE *f, const struct metric *metric, unsigned i)
{
	const struct latency *latency = &metric->latency[i];
	uint64_t total = latency_count_below(latency, 63);
	char le[32];

	for (unsigned power = SHOWN_FROM; power <= SHOWN_TO; power++) {
		snprintf(le, sizeof le, "%.6f", (double)(1ull << power) / 1e6);
		print_name(f, metric, i, "_bucket", le);
		fprintf(f, "%llu\n", (unsigned long long)latency_count_below(latency, power));
	}
	print_name(f, metric, i, "_bucket", "+Inf");
	fprintf(f, "%llu\n", (unsigned long long)total);
	print_name(f, metric, i, "_sum", NULL);
	fprintf(f, "%.6f\n", (double)latency->sum_us / 1e6);
	print_name(f, metric, i, "_count", NULL);
	fprintf(f, "%llu\n", (unsigned long long)total);
}

static void print_values(FILE *f, const struct metric *m)
{
	for (unsigned i = 0; i < m->values; i++) {
		if (m->label && !m->label_of(i))
			continue;
		if (m->latency) {
			print_latency(f, m, i);
			continue;
		}
		print_name(f, m, i, "", NULL);
		fprintf(f, "%llu\n", (unsigned long long)metric_get(m, i));
	}
}

void metrics_print(FILE *f)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};

	for (const struct metric *m = metric_next(NULL); m; m = metric_next(m)) {
		fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
			kinds[m->kind]);
		print_values(f, m);
	}
}
