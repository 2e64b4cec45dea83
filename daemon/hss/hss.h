/* SPDX-License-Identifier: Apache-2.0 */
/* The HSS: answers Authentication-Information, Update-Location and Purge-UE of TS 29.272 from the
 * subscribers in the store and the profiles of the configuration.
 *
 *   hss.c           start, profiles, dispatch of requests
 *   auth.c          vectors (TS 33.401 annex A, 33.102 6.3) and resynchronisation
 *   sqn.c           which SQN comes next (33.102 annex C): in memory, behind a durable ceiling
 *   location.c      Update-Location, Purge, Subscription-Data
 *
 * Runs on the loop and takes requests only through transport/s6a.h. */
#ifndef HSS_HSS_H
#define HSS_HSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "transport/s6a.h"

/* What SIMs with this profile's name are subscribed to. Rates in bit/s. */
struct hss_profile {
	char name[32];
	uint64_t ambr_up, ambr_down; /* UE-AMBR */
	uint8_t apns;                /* 1 to S6A_MAX_APNS */
	uint8_t default_apn;         /* index */
	struct apn_subscription
		apn[S6A_MAX_APNS]; /* static addresses left zero: they are the SIM's */
};

struct hss_config {
	const struct hss_profile *profile; /* [0] is the profile of SIMs that name none */
	unsigned profiles;
	uint32_t sqn_reserve; /* vectors a durable reservation covers; 0: 32 */
};

/* Copies the configuration and serves S6a; the store is open. Called again, replaces the profiles
 * (reload). 0, -EINVAL (no profile, a profile without APN, the same name twice), -ENOMEM; the
 * reason in error[cap]. */
int hss_start(const struct hss_config *, char *error, size_t cap);
void hss_stop(void);

/* The profile of that name ("" is the first), NULL if there is none. */
const struct hss_profile *hss_profile(const char *name);

/* The subscriber was deleted or given another key: what is known of its SQN is forgotten. */
void hss_forget(imsi_t);

struct hss_stats {
	uint64_t auth_requests, vectors, resyncs, resync_failures; /* wrong MAC-S */
	uint64_t locations, purges, unknown, failures; /* failures: store errors, key file */
	uint64_t sqn_writes;                           /* durable reservations */
};
extern struct hss_stats hss_stats;

#endif
