/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers from 0 up that are given out and come back: offsets of address pools, contexts of TEIDs.
 * A number that came back rests behind at least `rest` others before it is given out again; the
 * lowest fresh one is taken before that. Constant time; 5 octets a number up to the highest that
 * was ever in use. */
#ifndef TRANSPORT_INDEX_H
#define TRANSPORT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

struct index_pool {
	uint32_t limit; /* numbers 0 to limit - 1 */
	uint32_t rest;
	uint32_t used; /* given out, taken or kept */
	/* private */
	uint32_t fresh; /* never given out from here on */
	uint32_t cap;   /* of the arrays */
	uint32_t head, tail, queued;
	uint32_t *next;
	uint8_t *state;
};

void index_init(struct index_pool *, uint32_t limit, uint32_t rest);
void index_free(struct index_pool *);
/* A number, or INDEX_NONE if none is left. */
uint32_t index_get(struct index_pool *);
/* This very number. False if it is in use or out of range. */
bool index_take(struct index_pool *, uint32_t);
void index_put(struct index_pool *, uint32_t);
/* A kept number is not given out, only taken. */
void index_keep(struct index_pool *, uint32_t, bool keep);
bool index_used(const struct index_pool *, uint32_t);

#endif
