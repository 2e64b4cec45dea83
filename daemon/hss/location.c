/* SPDX-License-Identifier: Apache-2.0 */
/* Update-Location (TS 29.272 5.2.1.1) and Purge-UE (5.2.1.3): Subscription-Data is the SIM's
 * profile with the SIM's own static addresses; where the device is goes to the store. The answer
 * does not wait for the disk: a location that a crash lost is told again by the next
 * Update-Location. */
#include "hss/hss_int.h"

#include <string.h>
#include <time.h>
#include "core/log.h"
#include "security/crypto.h"

/* A device that attaches again and again in the same place costs one write a minute. */
enum { SEEN_RESOLUTION_S = 60 };

static void remember(const struct subscriber *s, const char *imeisv, plmn_t visited)
{
	uint64_t now = (uint64_t)time(NULL);

	if (!*imeisv)
		imeisv = s->imeisv;
	if (s->visited_plmn == visited && !strcmp(s->imeisv, imeisv) &&
	    now - s->seen < SEEN_RESOLUTION_S)
		return;
	store_subscriber_location(s->imsi, imeisv, visited, now, (struct store_write){0});
}

/* 5.2.1.1.3: whose subscription does not allow roaming is served at home alone. */
static bool may_roam(const struct subscriber *s, plmn_t visited)
{
	return strcmp(s->access, "no-roaming") != 0 || visited == imsi_plmn(s->imsi, 2) ||
	       visited == imsi_plmn(s->imsi, 3);
}

/* The SIM's addresses and routes are for the profile's default APN. */
static void subscription_data(const struct subscriber *s, const struct hss_profile *p,
			      struct s6a_answer *a)
{
	struct apn_subscription *apn = &a->apn[p->default_apn];

	memcpy(a->msisdn, s->msisdn, sizeof a->msisdn);
	a->blocked = s->blocked;
	a->has_usage_type = s->has_usage_type;
	a->usage_type = s->usage_type;
	snprintf(a->access, sizeof a->access, "%s", s->access);
	if (!strcmp(s->access, "no-lte"))
		a->access_restriction |= S6A_NO_WB_EUTRAN;
	a->ambr_up = p->ambr_up;
	a->ambr_down = p->ambr_down;
	a->apns = p->apns;
	a->default_apn = p->default_apn;
	memcpy(a->apn, p->apn, sizeof a->apn);
	snprintf(apn->routes, sizeof apn->routes, "%s", s->routes);
	if (s->has_ue4 && apn->pdn_type & PDN_IPV4) {
		apn->has_ue4 = true;
		apn->ue4 = s->ue4;
	}
	if (s->has_ue6 && apn->pdn_type & PDN_IPV6) {
		apn->has_ue6 = true;
		apn->ue6 = s->ue6;
	}
}

void location_update(void *token, const struct s6a_request *r)
{
	struct s6a_answer a = {.command = r->command, .result = S6A_SUCCESS};
	const struct hss_profile *profile;
	struct subscriber s;

	if (!hss_find(token, r, &s, &profile))
		return;
	if (may_roam(&s, r->visited_plmn)) {
		subscription_data(&s, profile, &a);
		remember(&s, r->imeisv, r->visited_plmn);
	} else {
		a.result = S6A_ROAMING_NOT_ALLOWED;
	}
	crypto_wipe(&s, sizeof s);
	s6a_reply(token, &a);
}

void location_purge(void *token, const struct s6a_request *r)
{
	struct s6a_answer a = {.command = r->command, .result = S6A_SUCCESS};
	const struct hss_profile *profile;
	struct subscriber s;

	if (!hss_find(token, r, &s, &profile))
		return;
	/* Only the network it is in can say that it is gone. */
	if (s.visited_plmn == r->visited_plmn)
		store_subscriber_location(s.imsi, s.imeisv, 0, s.seen, (struct store_write){0});
	crypto_wipe(&s, sizeof s);
	s6a_reply(token, &a);
}
