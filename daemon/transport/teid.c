/* SPDX-License-Identifier: Apache-2.0 */
/* Tags come from the system's random source, fetched in blocks. */
#include "transport/teid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct teid_entry {
	void *context;
	uint32_t teid;
};

enum { REST = 64 };

static uint32_t tag(void)
{
	static uint16_t block[512];
	static size_t left;

	if (!left) {
		while (getrandom(block, sizeof(block), 0) != (ssize_t)sizeof(block))
			;
		left = sizeof(block) / sizeof(block[0]);
	}
	return block[--left] & ((1u << TEID_TAG_BITS) - 1);
}

static void reach(struct teid_table *t, uint32_t i)
{
	uint32_t cap = t->cap ? t->cap : 256;

	if (!t->index.limit)
		index_init(&t->index, 1u << (32 - TEID_TAG_BITS), REST);
	if (i < t->cap)
		return;
	while (cap <= i)
		cap *= 2;
	t->entry = realloc(t->entry, cap * sizeof(*t->entry));
	if (!t->entry) {
		fputs("teid: out of memory\n", stderr);
		abort();
	}
	memset(t->entry + t->cap, 0, (cap - t->cap) * sizeof(*t->entry));
	t->cap = cap;
}

uint32_t teid_new(struct teid_table *t, void *context)
{
	uint32_t i, teid;

	reach(t, 0);
	i = index_get(&t->index);
	if (i == INDEX_NONE)
		return 0;
	do
		teid = i << TEID_TAG_BITS | tag();
	while (!teid);
	reach(t, i);
	t->entry[i] = (struct teid_entry){context, teid};
	return teid;
}

int teid_claim(struct teid_table *t, uint32_t teid, void *context)
{
	uint32_t i = teid >> TEID_TAG_BITS;

	if (!teid)
		return -EINVAL;
	reach(t, i);
	if (!index_take(&t->index, i))
		return -EEXIST;
	t->entry[i] = (struct teid_entry){context, teid};
	return 0;
}

void *teid_find(const struct teid_table *t, uint32_t teid)
{
	uint32_t i = teid >> TEID_TAG_BITS;

	return teid && i < t->cap && t->entry[i].teid == teid ? t->entry[i].context : NULL;
}

void teid_drop(struct teid_table *t, uint32_t teid)
{
	uint32_t i = teid >> TEID_TAG_BITS;

	if (!teid_find(t, teid))
		return;
	t->entry[i] = (struct teid_entry){0};
	index_put(&t->index, i);
}

void teid_free(struct teid_table *t)
{
	index_free(&t->index);
	free(t->entry);
	*t = (struct teid_table){0};
}
