/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets: values below 64 have one each; above, an octave [2^k, 2^(k+1)) is cut into 64 equal
 * parts. The top bucket takes whatever is larger. */
#include "hist.h"

#include <math.h>
#include <string.h>

enum { SUB_BITS = 6 };

static unsigned bucket_of(uint64_t v)
{
	unsigned octave, b;

	if (v < HIST_SUB)
		return (unsigned)v;
	octave = 63u - (unsigned)__builtin_clzll(v);
	b = (octave - SUB_BITS + 1) * HIST_SUB +
	    (unsigned)(v >> (octave - SUB_BITS) & (HIST_SUB - 1));
	return b < HIST_BUCKETS ? b : HIST_BUCKETS - 1;
}

static uint64_t upper_edge(unsigned b)
{
	unsigned shift = b / HIST_SUB;

	if (!shift)
		return b;
	return ((uint64_t)(HIST_SUB + b % HIST_SUB + 1) << (shift - 1)) - 1;
}

void hist_add(struct hist *h, uint64_t us)
{
	if (!h->count || us < h->min)
		h->min = us;
	if (us > h->max)
		h->max = us;
	h->count++;
	h->sum += us;
	h->bucket[bucket_of(us)]++;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	if (!from->count)
		return;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	into->count += from->count;
	into->sum += from->sum;
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
}

void hist_clear(struct hist *h) { memset(h, 0, sizeof(*h)); }

uint64_t hist_quantile(const struct hist *h, double q)
{
	uint64_t want = (uint64_t)ceil(q * (double)h->count), seen = 0;

	if (!h->count)
		return 0;
	if (!want)
		want = 1;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= want)
			return upper_edge(i) < h->max ? upper_edge(i) : h->max;
	}
	return h->max;
}
