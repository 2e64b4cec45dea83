/* SPDX-License-Identifier: Apache-2.0 */
/* Latency histogram: log-linear buckets, 64 to an octave (error below 1.6 %), microseconds from 1
 * to over an hour in 14 KiB. Recording is O(1) and never fails; two histograms can be added. */
#ifndef RANSIM_HIST_H
#define RANSIM_HIST_H

#include <stdint.h>

enum { HIST_SUB = 64, HIST_BUCKETS = HIST_SUB * 28 };

struct hist {
	uint64_t count, sum, max, min; /* µs but for count; min is 0 while empty */
	uint64_t bucket[HIST_BUCKETS];
};

void hist_add(struct hist *, uint64_t us);
void hist_merge(struct hist *into, const struct hist *from);
void hist_clear(struct hist *);
/* The smallest value, in µs, that at least fraction q (0 to 1) of the samples do not exceed: the
 * upper edge of its bucket, never more than max. 0 while empty. */
uint64_t hist_quantile(const struct hist *, double q);

#endif
