/* SPDX-License-Identifier: Apache-2.0 */
/* Start, profiles, and which function answers which command. Owns the profiles; subscribers are the
 * store's. */
#include "hss/hss_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/log.h"
#include "security/crypto.h"

struct hss_stats hss_stats;

static struct hss_profile *profiles;
static unsigned n_profiles;

static void handle(void *token, const struct s6a_request *r)
{
	switch (r->command) {
	case S6A_AUTHENTICATION_INFORMATION:
		hss_stats.auth_requests++;
		auth_information(token, r);
		return;
	case S6A_UPDATE_LOCATION:
		hss_stats.locations++;
		location_update(token, r);
		return;
	case S6A_PURGE_UE:
		hss_stats.purges++;
		location_purge(token, r);
		return;
	}
	hss_refuse(token, r, S6A_UNABLE_TO_COMPLY);
}

void hss_refuse(void *token, const struct s6a_request *r, enum s6a_result result)
{
	const struct s6a_answer a = {.command = r->command, .result = result};
	char digits[IMSI_STRLEN];

	LOG(INFO, "hss.refuse", "imsi=%s command=%d result=%d", imsi_print(r->imsi, digits),
	    (int)r->command, (int)result);
	s6a_reply(token, &a);
}

bool hss_find(void *token, const struct s6a_request *r, struct subscriber *s,
	      const struct hss_profile **profile)
{
	char digits[IMSI_STRLEN];
	int err = store_subscriber_get(r->imsi, s);

	if (err == -ENOENT) {
		hss_stats.unknown++;
		hss_refuse(token, r, S6A_USER_UNKNOWN);
		return false;
	}
	if (err) {
		hss_stats.failures++;
		LOG(ERROR, "hss.store", "imsi=%s error=\"%s\"", imsi_print(r->imsi, digits),
		    err == -EBADMSG ? "keys do not open with this key file" : strerror(-err));
		hss_refuse(token, r,
			   r->command == S6A_AUTHENTICATION_INFORMATION
				   ? S6A_AUTHENTICATION_DATA_UNAVAILABLE
				   : S6A_UNABLE_TO_COMPLY);
		return false;
	}
	*profile = hss_profile(s->profile);
	if (!*profile) {
		LOG(WARN, "hss.profile", "imsi=%s profile=%s error=\"not in the configuration\"",
		    imsi_print(r->imsi, digits), s->profile);
		crypto_wipe(s, sizeof *s);
		hss_refuse(token, r, S6A_UNKNOWN_EPS_SUBSCRIPTION);
		return false;
	}
	return true;
}

const struct hss_profile *hss_profile(const char *name)
{
	for (unsigned i = 0; i < n_profiles; i++)
		if (!*name || !strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

static int check(const struct hss_config *c, char *error, size_t cap)
{
	if (!c->profiles) {
		snprintf(error, cap, "hss: no profile is configured");
		return -EINVAL;
	}
	for (unsigned i = 0; i < c->profiles; i++) {
		const struct hss_profile *p = &c->profile[i];

		if (!p->apns || p->apns > S6A_MAX_APNS || p->default_apn >= p->apns) {
			snprintf(error, cap,
				 "hss: profile %s: between 1 and %d APNs, one the default", p->name,
				 S6A_MAX_APNS);
			return -EINVAL;
		}
		for (unsigned j = 0; j < i; j++) {
			if (!strcmp(p->name, c->profile[j].name)) {
				snprintf(error, cap, "hss: profile %s is there twice", p->name);
				return -EINVAL;
			}
		}
	}
	return 0;
}

int hss_start(const struct hss_config *c, char *error, size_t cap)
{
	struct hss_profile *copy;
	int err = check(c, error, cap);

	if (err)
		return err;
	copy = malloc(c->profiles * sizeof *copy);
	if (!copy) {
		snprintf(error, cap, "hss: out of memory");
		return -ENOMEM;
	}
	memcpy(copy, c->profile, c->profiles * sizeof *copy);
	free(profiles);
	profiles = copy;
	n_profiles = c->profiles;
	sqn_set_reserve(c->sqn_reserve);
	s6a_serve(handle);
	return 0;
}

void hss_stop(void)
{
	s6a_serve(NULL);
	sqn_clear();
	free(profiles);
	profiles = NULL;
	n_profiles = 0;
}

void hss_forget(imsi_t imsi) { sqn_forget(imsi); }
