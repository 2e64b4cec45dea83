/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers, TS 33.102 annex C, not time-based (C.1.1.1): SQN is SEQ, 43 bits, and an index
 * IND, 5 bits, which selects the element of the USIM's array that SEQ is compared with. Each vector
 * has the next SEQ and the next IND (C.1.1.3), so vectors may be used out of order.
 *
 * What was given out is known in memory alone. The store holds a ceiling above all of it: before a
 * SEQ at or above the ceiling is used, a higher one is written, and who wants vectors waits until
 * it is on disk. A crash therefore skips up to `reserve` SEQs and never repeats one, and only one
 * in `reserve` vectors costs a write. A write is under way at most once for a subscriber. */
#include "hss/hss_int.h"

#include <errno.h>
#include <stdlib.h>
#include "core/log.h"
#include "core/pool.h"

enum { IND_BITS = 5, IND_MASK = (1 << IND_BITS) - 1, DEFAULT_RESERVE = 32 };
#define SEQ_MAX ((1ull << 43) - 1)
/* A USIM may refuse a SEQ that is so far above its own (C.2.1). */
#define DELTA (1ull << 28)

struct waiter {
	struct waiter *next;
	void (*resume)(void *arg, int err);
	void *arg;
};

struct sqn {
	imsi_t imsi;
	uint64_t seq;     /* next to be used */
	uint64_t ceiling; /* below it, all is reserved on disk */
	uint64_t asked;   /* ceiling that is being written, 0 if none, or if it came to nothing */
	struct waiter *waiters;
	struct sqn *next; /* in its bucket */
	uint8_t ind;      /* next to be used */
	bool writing, forgotten;
};

static struct mem_pool sqn_pool = MEM_POOL(sqn), waiter_pool = MEM_POOL(waiter);
static struct sqn **bucket;
static uint64_t buckets, entries;
static uint32_t reserve = DEFAULT_RESERVE;

static struct sqn **place(imsi_t imsi)
{
	struct sqn **at = &bucket[(imsi * 0x9e3779b97f4a7c15 >> 24) & (buckets - 1)];

	while (*at && (*at)->imsi != imsi)
		at = &(*at)->next;
	return at;
}

/* Doubles the table before it holds more entries than buckets. */
static bool grow(void)
{
	struct sqn **old = bucket;
	uint64_t n = buckets;

	if (entries < buckets)
		return true;
	bucket = calloc(n ? 2 * n : 1024, sizeof *bucket);
	if (!bucket) {
		bucket = old;
		return n;
	}
	buckets = n ? 2 * n : 1024;
	for (uint64_t i = 0; i < n; i++) {
		for (struct sqn *s = old[i], *next; s; s = next) {
			struct sqn **at = place(s->imsi);

			next = s->next;
			s->next = NULL;
			*at = s;
		}
	}
	free(old);
	return true;
}

static void start_at(struct sqn *s, uint64_t next)
{
	s->seq = next >> IND_BITS;
	if (!s->seq)
		s->seq = 1; /* a new USIM has seen 0 in every element of its array */
	s->ind = next & IND_MASK;
	s->ceiling = s->seq;
	s->asked = 0;
	s->forgotten = false;
}

struct sqn *sqn_get(imsi_t imsi, uint64_t next)
{
	struct sqn **at, *s;

	if (!grow())
		return NULL;
	at = place(imsi);
	s = *at;
	if (!s) {
		s = *at = pool_get(&sqn_pool);
		if (!s)
			return NULL;
		entries++;
		s->imsi = imsi;
		start_at(s, next);
	} else if (s->forgotten) {
		start_at(s, next);
	}
	return s;
}

static void remove_entry(struct sqn *s)
{
	struct sqn **at = place(s->imsi);

	*at = s->next;
	entries--;
	pool_put(&sqn_pool, s);
}

static void resume_all(struct sqn *s, int err)
{
	struct waiter *w = s->waiters, *next;

	s->waiters = NULL;
	for (; w; w = next) {
		void (*resume)(void *, int) = w->resume;
		void *arg = w->arg;

		next = w->next;
		pool_put(&waiter_pool, w);
		resume(arg, err);
	}
}

/* A ceiling is on disk, or could not be written. The entry is found anew: it may have gone. */
static void reserved(void *arg, int err)
{
	struct sqn *s = arg;

	s->writing = false;
	if (err)
		LOG(ERROR, "hss.sqn", "imsi=%s error=%d",
		    imsi_print(s->imsi, (char[IMSI_STRLEN]){0}), -err);
	else if (s->asked)
		s->ceiling = s->asked;
	s->asked = 0;
	resume_all(s, err);
	if (s->forgotten && !s->writing && !s->waiters)
		remove_entry(s);
}

static void ask(struct sqn *s, unsigned n)
{
	uint64_t ceiling = s->seq + (n > reserve ? n : reserve);

	s->writing = true;
	s->asked = ceiling > SEQ_MAX ? SEQ_MAX : ceiling;
	hss_stats.sqn_writes++;
	/* IND goes on by one a SEQ, so that of the ceiling follows. */
	store_subscriber_sqn(s->imsi,
			     s->asked << IND_BITS | ((s->ind + (s->asked - s->seq)) & IND_MASK),
			     (struct store_write){reserved, s});
}

uint64_t sqn_after(uint64_t sqn)
{
	return ((sqn >> IND_BITS) + 1) << IND_BITS | ((sqn + 1) & IND_MASK);
}

int sqn_take(struct sqn *s, unsigned n, uint64_t *first)
{
	if (s->seq + n > SEQ_MAX)
		return -ERANGE;
	if (s->seq + n > s->ceiling) {
		if (!s->writing)
			ask(s, n);
		return -EAGAIN;
	}
	*first = s->seq << IND_BITS | s->ind;
	s->seq += n;
	s->ind = (uint8_t)((s->ind + n) & IND_MASK);
	return 0;
}

void sqn_wait(struct sqn *s, void (*resume)(void *arg, int err), void *arg)
{
	struct waiter *w = pool_get(&waiter_pool), **end = &s->waiters;

	if (!w)
		abort(); /* the pool has no limit: memory is gone */
	w->resume = resume;
	w->arg = arg;
	while (*end)
		end = &(*end)->next;
	*end = w;
}

/* 33.102 6.3.5: if the next SQN would be accepted it stays; else it follows SQN_MS, upwards or, if
 * ours is too far above (C.2.1), downwards. */
void sqn_resync(struct sqn *s, uint64_t sqn_ms)
{
	uint64_t seq_ms = sqn_ms >> IND_BITS;

	if (s->seq > seq_ms && s->seq - seq_ms <= DELTA)
		return;
	s->ind = (uint8_t)((sqn_ms + 1) & IND_MASK);
	s->seq = seq_ms + 1;
	s->ceiling = s->seq;
	s->asked = 0; /* what is being written is about another range */
}

void sqn_forget(imsi_t imsi)
{
	struct sqn *s = buckets ? *place(imsi) : NULL;

	if (!s)
		return;
	if (!s->writing) {
		remove_entry(s);
		return;
	}
	s->forgotten = true;
	s->asked = 0;
}

void sqn_set_reserve(uint32_t vectors) { reserve = vectors ? vectors : DEFAULT_RESERVE; }

void sqn_clear(void)
{
	for (uint64_t i = 0; i < buckets; i++) {
		for (struct sqn *s = bucket[i], *next; s; s = next) {
			next = s->next;
			resume_all(s, -ECANCELED);
			sqn_forget(s->imsi);
		}
	}
}
