/* SPDX-License-Identifier: Apache-2.0 */
/* Policy: profiles that a team writes down in a file, devices' own exceptions, and quotas (the part
 * of a PCRF that this core has, TS 23.203 4.1, beside the PGW which is its PCEF).
 *
 *   file.c    a file of profiles to structs, with the place of every mistake
 *   plan.c    what another file would change, in words
 *   policy.c  the set in force: applying another, versions in the store, sessions held to it
 *   device.c  what single devices have of their own
 *   quota.c   periods, use of quotas kept in the store, exhausted ones told
 *
 * A session's profile is its device's own, else its APN's. What a device has of its own (gates,
 * rates, quota, quarantine) goes before its profile's, and that before its subscription's APN-AMBR.
 * Each PDN connection is a session of its own, with its own quota. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mcore/ids.h>
#include "core/config.h"
#include "datapath/filter.h"
#include "store/store.h"

/* After pgw_start, before sessions are restored. 0 or negative errno, with the reason. */
int policy_start(char *error, size_t cap);
void policy_stop(void);
/* For dp_handler.quota. */
void policy_quota_exhausted(uint32_t slot);

/* ---- the file ---- */

enum policy_period { PERIOD_NONE, PERIOD_HOUR, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH };
enum policy_counts { COUNTS_UP = 1, COUNTS_DOWN = 2, COUNTS_TOTAL = 3 };

struct policy_rates {
	uint64_t up, down; /* bit/s, 0: not said */
};
struct policy_quota {
	uint64_t bytes;
	uint8_t counts, period, then; /* enum policy_counts, policy_period, quota_action */
	struct policy_rates throttle;
};
/* How much may wait for an idle device, of each bearer. 0: not said. */
struct policy_buffer {
	uint32_t packets, age_ms;
	uint64_t octets;
};
struct policy_profile {
	char name[POLICY_NAME_LEN];
	bool deny_default, has_quota;
	struct policy_rates rate;
	uint32_t burst_ms, group;
	struct policy_quota quota;
	struct policy_buffer buffer;
	uint8_t dscp_outer, dscp_up, dscp_down; /* DSCP_KEEP: not said */
	unsigned rules, walls;
	struct filter_rule *rule, *wall;
};
struct policy_apn {
	char name[64], profile[POLICY_NAME_LEN];
};
struct policy_set {
	unsigned profiles, apns;
	struct policy_profile *profile;
	struct policy_apn *apn;
};
/* 0 or -EINVAL; lists are the arena's. */
int policy_parse(const char *text, size_t n, struct policy_set *, struct arena *,
		 struct config_errors *);
const struct policy_profile *policy_profile_find(const struct policy_set *, const char *name);
const struct policy_profile *policy_profile_of_apn(const struct policy_set *, const char *apn);
/* The keys of the file with their meaning. */
void policy_print_schema(FILE *);

/* What another set changes, a line at a time: "+ profile camera", "~ profile camera: rate.up
 * 2000000 -> 4000000", "  + 3 deny up 10.0.0.0/8". use: who has each profile of `was`, in its order;
 * NULL: it is not said. Returns the number of lines. */
struct policy_use {
	unsigned sessions, devices; /* devices: of their own */
};
unsigned policy_plan(const struct policy_set *was, const struct policy_set *is,
		     const struct policy_use *use, void (*say)(void *arg, const char *line),
		     void *arg);

/* ---- in force ---- */

const struct policy_set *policy_current(void);
uint64_t policy_version(void); /* 0: none was applied */
/* Who has each profile of the set, in its order, by one pass over all devices, and over all sessions
 * if those are asked for; the caller's to free. NULL: out of memory. */
struct policy_use *policy_uses(const struct policy_set *, bool sessions);
/* Makes the set hold for every session and keeps it as the next version. All or nothing:
 * done(arg, err, version), never from within, when it is on disk; on an error the set before holds
 * again. -EINVAL: it has mistakes (errors says which, in the arena); -EBUSY: another is being
 * applied; -ENOSPC: too many profiles or rules; -EUCLEAN: a device has a profile that is not in it
 * (its name in *missing). */
int policy_apply(const char *text, size_t n, const char *author, const char *note, struct arena *,
		 struct config_errors *errors, const char **missing,
		 void (*done)(void *arg, int err, uint64_t version), void *arg);

/* ---- devices ---- */

/* What of a device is to change: members that are not `set` stay. */
struct policy_change {
	bool set_profile, set_gate_up, set_gate_down, set_quarantine, set_rate, set_quota, refill;
	struct store_device to; /* has_rate, has_quota false: back to the profile's */
};
/* For all these devices, attached or not, or for none: -ENOENT: there is no such profile; -ENOMEM.
 * done as above, when they are held to it. */
int policy_set_devices(const imsi_t *, size_t n, const struct policy_change *,
		       void (*done)(void *arg, int err), void *arg);
/* The device's own, zero but for imsi if it has nothing. */
struct store_device policy_device(imsi_t);

#endif
