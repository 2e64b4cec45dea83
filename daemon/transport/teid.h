/* SPDX-License-Identifier: Apache-2.0 */
/* Control TEIDs of a role: an index into its contexts above a random tag, so that a look-up is an
 * array access and a TEID of a context that ended, or a guessed one, finds nothing. Host order;
 * never 0. */
#ifndef TRANSPORT_TEID_H
#define TRANSPORT_TEID_H

#include "transport/index.h"

enum { TEID_TAG_BITS = 10 };

struct teid_table {
	struct index_pool index;
	uint32_t cap;
	struct teid_entry *entry;
};

/* 0 if all 4 million are in use. */
uint32_t teid_new(struct teid_table *, void *context);
/* One that was given out before a restart. 0, -EEXIST, -EINVAL for 0. */
int teid_claim(struct teid_table *, uint32_t teid, void *context);
/* NULL if unknown. */
void *teid_find(const struct teid_table *, uint32_t teid);
void teid_drop(struct teid_table *, uint32_t teid);
void teid_free(struct teid_table *);

#endif
