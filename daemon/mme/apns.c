/* SPDX-License-Identifier: Apache-2.0 */
/* Lists are found by their octets; a reference count says how many devices have one. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include "core/timer.h"
#include "mme/apns.h"

struct shared {
	UT_hash_handle hh;
	unsigned users;
	struct apn_subscription apn[];
};

static struct shared *all;

const struct apn_subscription *apns_share(const struct apn_subscription *apn, unsigned n)
{
	size_t octets = n * sizeof(*apn);
	struct shared *s;

	HASH_FIND(hh, all, apn, octets, s);
	if (!s) {
		s = calloc(1, sizeof(*s) + octets);
		if (!s)
			return NULL;
		memcpy(s->apn, apn, octets);
		HASH_ADD_KEYPTR(hh, all, s->apn, octets, s);
	}
	s->users++;
	return s->apn;
}

void apns_release(const struct apn_subscription *apn)
{
	struct shared *s;

	if (!apn)
		return;
	s = container_of((struct apn_subscription *)(uintptr_t)apn, struct shared, apn);
	if (--s->users)
		return;
	HASH_DELETE(hh, all, s);
	free(s);
}
