/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of policy/ share. */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "core/log.h"
#include "core/timer.h"
#include "datapath/datapath.h"
#include "policy/policy.h"

/* policy.c: holds the session of a slot to what the set and its device say. */
struct policy_session {
	imsi_t imsi;
	const char *apn;
	uint32_t slot;
	uint64_t ambr_up, ambr_down;
};
/* False if the slot has no session's default bearer. */
bool policy_session_at(uint32_t slot, struct policy_session *);
/* The profile of a device's session; NULL if it has none. */
const struct policy_profile *policy_profile_for(imsi_t, const char *apn);
void policy_hold(const struct policy_session *);

/* device.c */
int device_start(void);
void device_stop(void);
const struct store_device *device_find(imsi_t);
void device_each(void (*fn)(void *arg, const struct store_device *), void *arg);

/* quota.c */
int quota_start(void);
void quota_stop(void);
/* A session's quota: octets 0 if it has none any more. fresh: its slot is new. */
void quota_hold(const struct policy_session *, uint64_t octets, uint8_t period, bool fresh);
void quota_refill(const struct policy_session *);
void quota_end(imsi_t, const char *apn, uint32_t slot); /* before the session goes */

#endif
