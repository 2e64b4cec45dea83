/* SPDX-License-Identifier: Apache-2.0 */
/* What came back waits in a queue linked through `next`. Taking a number out of its middle leaves
 * it there, marked: it is passed over when it comes to the front. */
#include "transport/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_USE = 1, KEPT = 2, QUEUED = 4 };

void index_init(struct index_pool *p, uint32_t limit, uint32_t rest)
{
	*p = (struct index_pool){.limit = limit, .rest = rest, .head = INDEX_NONE};
}

void index_free(struct index_pool *p)
{
	free(p->next);
	free(p->state);
	*p = (struct index_pool){0};
}

static void reach(struct index_pool *p, uint32_t i)
{
	uint64_t cap = p->cap ? p->cap : 256;

	if (i < p->cap)
		return;
	while (cap <= i)
		cap *= 2;
	if (cap > p->limit)
		cap = p->limit;
	p->next = realloc(p->next, cap * sizeof(*p->next));
	p->state = realloc(p->state, cap);
	if (!p->next || !p->state) {
		fputs("index: out of memory\n", stderr);
		abort();
	}
	memset(p->state + p->cap, 0, cap - p->cap);
	p->cap = (uint32_t)cap;
}

static uint8_t state_of(const struct index_pool *p, uint32_t i)
{
	return i < p->cap ? p->state[i] : 0;
}

/* Sets and clears bits; counts numbers that begin or cease to be used by that. */
static void mark(struct index_pool *p, uint32_t i, uint8_t set, uint8_t clear)
{
	bool before, after;

	reach(p, i);
	before = p->state[i] & (IN_USE | KEPT);
	p->state[i] = (uint8_t)((p->state[i] | set) & ~clear);
	after = p->state[i] & (IN_USE | KEPT);
	p->used += (uint32_t)after - (uint32_t)before;
}

static void enqueue_if_idle(struct index_pool *p, uint32_t i)
{
	if (i >= p->fresh || p->state[i])
		return;
	p->state[i] = QUEUED;
	p->next[i] = INDEX_NONE;
	if (p->head == INDEX_NONE)
		p->head = i;
	else
		p->next[p->tail] = i;
	p->tail = i;
	p->queued++;
}

static uint32_t from_queue(struct index_pool *p)
{
	while (p->head != INDEX_NONE) {
		uint32_t i = p->head;

		p->head = p->next[i];
		p->queued--;
		p->state[i] &= (uint8_t)~QUEUED;
		if (!p->state[i])
			return i;
	}
	return INDEX_NONE;
}

static uint32_t from_fresh(struct index_pool *p)
{
	while (p->fresh < p->limit)
		if (!state_of(p, p->fresh++))
			return p->fresh - 1;
	return INDEX_NONE;
}

uint32_t index_get(struct index_pool *p)
{
	uint32_t i = p->queued > p->rest ? from_queue(p) : INDEX_NONE;

	if (i == INDEX_NONE)
		i = from_fresh(p);
	if (i == INDEX_NONE)
		i = from_queue(p);
	if (i != INDEX_NONE)
		mark(p, i, IN_USE, 0);
	return i;
}

bool index_take(struct index_pool *p, uint32_t i)
{
	if (i >= p->limit || state_of(p, i) & IN_USE)
		return false;
	mark(p, i, IN_USE, 0);
	return true;
}

void index_put(struct index_pool *p, uint32_t i)
{
	if (!(state_of(p, i) & IN_USE))
		return;
	mark(p, i, 0, IN_USE);
	enqueue_if_idle(p, i);
}

void index_keep(struct index_pool *p, uint32_t i, bool keep)
{
	if (i >= p->limit)
		return;
	mark(p, i, keep ? KEPT : 0, keep ? 0 : KEPT);
	enqueue_if_idle(p, i);
}

bool index_used(const struct index_pool *p, uint32_t i) { return state_of(p, i) & (IN_USE | KEPT); }
