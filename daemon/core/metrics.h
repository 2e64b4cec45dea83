/* SPDX-License-Identifier: Apache-2.0 */
/* Counters, gauges and latency histograms. A metric is a static object next to the code that
 * counts; it enters the list before main. Counting is one relaxed atomic add, from any thread, and
 * allocates nothing; api/ walks the list for Prometheus and JSON.
 *
 *	METRIC_COUNTER(attaches, "mcore_attaches_total", "Attach procedures completed");
 *	METRIC_COUNTER_BY(rejects, "mcore_rejects_total", "Attach Reject sent", "cause", name, N);
 *	METRIC_GAUGE_READ(registered, "mcore_registered", "UEs in EMM-REGISTERED", count);
 *	METRIC_LATENCY(attach_time, "mcore_attach_seconds", "Attach Request to Attach Complete");
 *	…
 *	metric_add(&attaches, 1);
 *	metric_add_at(&rejects, cause, 1);
 *	latency_add(&attach_time_latency, microseconds);
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum metric_kind { METRIC_KIND_COUNTER, METRIC_KIND_GAUGE, METRIC_KIND_LATENCY };

/* Eight buckets to a power of two of microseconds: a percentile is at most 12.5 % too high. Values
 * beyond 2^37 us (38 hours) count in the last. A zeroed one is empty. */
enum { LATENCY_SUB_BITS = 3, LATENCY_BUCKETS = 35 << LATENCY_SUB_BITS };
struct latency {
	uint64_t count, sum_us, max_us;
	uint64_t bucket[LATENCY_BUCKETS];
};

void latency_add(struct latency *, uint64_t us);
/* The upper bound in us of what the given share of the values (0.99) stays within; 0 if empty. */
uint64_t latency_percentile(const struct latency *, double share);
/* Values of at most 2^power us; power 0 to 37. */
uint64_t latency_count_below(const struct latency *, unsigned power);

struct metric {
	const char *name; /* as Prometheus wants it: a unit last, _total for counters */
	const char *help;
	enum metric_kind kind;
	const char *label;                 /* NULL: one value */
	const char *(*label_of)(unsigned); /* the label's value at an index; NULL: index not used */
	const char *label2;		   /* a second one beside it; NULL: none */
	const char *(*label2_of)(unsigned);
	unsigned values;
	uint64_t *value;              /* [values] */
	uint64_t (*read)(unsigned i); /* in place of value: asked when it is shown */
	struct latency *latency;      /* [values] */
	struct metric *next;
};

void metric_register(struct metric *);
struct metric *metric_next(const struct metric *); /* NULL: the first, in the order of names */

static inline void metric_add_at(struct metric *m, unsigned i, uint64_t n)
{
	if (i < m->values)
		__atomic_fetch_add(&m->value[i], n, __ATOMIC_RELAXED);
}
static inline void metric_add(struct metric *m, uint64_t n) { metric_add_at(m, 0, n); }
static inline void metric_set_at(struct metric *m, unsigned i, uint64_t n)
{
	if (i < m->values)
		__atomic_store_n(&m->value[i], n, __ATOMIC_RELAXED);
}
static inline void metric_set(struct metric *m, uint64_t n) { metric_set_at(m, 0, n); }
/* By the value or by asking `read`; 0 beyond the end. */
uint64_t metric_get(const struct metric *, unsigned i);

/* All metrics in Prometheus' text format. `read` functions run in the caller's thread. */
void metrics_print(FILE *);

#define METRIC_DEFINE_(var, ...)                                                                   \
	static struct metric var = {__VA_ARGS__};                                                  \
	__attribute__((constructor)) static void var##_register_(void) { metric_register(&var); }

#define METRIC_VALUES_(var, metric_kind, metric_name, text, by, names, n)                          \
	static uint64_t var##_values_[n];                                                          \
	METRIC_DEFINE_(var, .name = (metric_name), .help = (text), .kind = (metric_kind),          \
		       .label = (by), .label_of = (names), .values = (n), .value = var##_values_)

#define METRIC_COUNTER(var, name, help)                                                            \
	METRIC_VALUES_(var, METRIC_KIND_COUNTER, name, help, NULL, NULL, 1)
#define METRIC_COUNTER_BY(var, name, help, label, label_of, n)                                     \
	METRIC_VALUES_(var, METRIC_KIND_COUNTER, name, help, label, label_of, n)
#define METRIC_COUNTER_BY2(var, metric_name, text, by, names, by2, names2, n)                      \
	static uint64_t var##_values_[n];                                                          \
	METRIC_DEFINE_(var, .name = (metric_name), .help = (text), .kind = METRIC_KIND_COUNTER,    \
		       .label = (by), .label_of = (names), .label2 = (by2), .label2_of = (names2), \
		       .values = (n), .value = var##_values_)
#define METRIC_GAUGE(var, name, help)                                                              \
	METRIC_VALUES_(var, METRIC_KIND_GAUGE, name, help, NULL, NULL, 1)
#define METRIC_GAUGE_BY(var, name, help, label, label_of, n)                                       \
	METRIC_VALUES_(var, METRIC_KIND_GAUGE, name, help, label, label_of, n)
/* uint64_t fn(unsigned i), i is 0 */
#define METRIC_GAUGE_READ(var, metric_name, text, fn)                                              \
	METRIC_DEFINE_(var, .name = (metric_name), .help = (text), .kind = METRIC_KIND_GAUGE,      \
		       .values = 1, .read = (fn))
#define METRIC_GAUGE_READ_BY(var, metric_name, text, by, names, n, fn)                             \
	METRIC_DEFINE_(var, .name = (metric_name), .help = (text), .kind = METRIC_KIND_GAUGE,      \
		       .label = (by), .label_of = (names), .values = (n), .read = (fn))
/* Defines var_latency beside it, for latency_add. */
#define METRIC_LATENCY(var, metric_name, text)                                                     \
	static struct latency var##_latency;                                                       \
	METRIC_DEFINE_(var, .name = (metric_name), .help = (text), .kind = METRIC_KIND_LATENCY,    \
		       .values = 1, .latency = &var##_latency)
/* The same for each value of a label: latency_add(&var_latency[i], …) */
#define METRIC_LATENCY_BY(var, metric_name, text, by, names, n)                                    \
	static struct latency var##_latency[n];                                                    \
	METRIC_DEFINE_(var, .name = (metric_name), .help = (text), .kind = METRIC_KIND_LATENCY,    \
		       .label = (by), .label_of = (names), .values = (n), .latency = var##_latency)

#endif
