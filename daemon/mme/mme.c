/* SPDX-License-Identifier: Apache-2.0 */
/* The MME's start, reload and end, and what its procedures share: served areas, the device's
 * subscription, EMM Information. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "core/hash.h"
#include "core/loop.h"
#include "mme/apns.h"
#include "mme/mme.h"

struct mme_config mme;
struct mme_counters mme_counters;

/* TS 24.301 table 10.2.1 and 10.3.1; those of T_ are ours. */
static const struct proc_timer standard[MME_TIMERS] = {
	[T3413] = {"T3413", 6000, 2},         [T3415] = {"T3415", 60000, 0},
	[T3422] = {"T3422", 6000, 4},         [T3450] = {"T3450", 6000, 4},
	[T3460] = {"T3460", 6000, 4},         [T3470] = {"T3470", 6000, 4},
	[T3489] = {"T3489", 4000, 2},         [T3485] = {"T3485", 8000, 4},
	[T3486] = {"T3486", 8000, 4},         [T3495] = {"T3495", 8000, 4},
	[T_ICS] = {"T-ICS", 10000, 0},        [T_REACH] = {"T-reach", 30000, 0},
	[T_RELEASE] = {"T-release", 5000, 0}, [T_NODE] = {"T-node", 10000, 2},
};

const struct proc_timer mme_s11_timer = {"T-S11", 10000, 0};

bool mme_serves_plmn(plmn_t plmn)
{
	bool served = plmn == mme.gummei.plmn;

	for (unsigned i = 0; i < mme.plmns; i++)
		served |= mme.plmn[i] == plmn;
	return served;
}

bool mme_is(const struct gummei *g)
{
	bool ours = g->group == mme.gummei.group && g->code == mme.gummei.code;

	for (unsigned i = 0; i < mme.more_gummeis; i++)
		ours |= g->group == mme.more_gummei[i].group && g->code == mme.more_gummei[i].code;
	return ours && mme_serves_plmn(g->plmn);
}

/* Without configured areas, all of the served networks. */
bool mme_serves_tai(const struct tai *t)
{
	if (!mme.tacs)
		return mme_serves_plmn(t->plmn);
	for (unsigned i = 0; i < mme.tacs; i++)
		if (mme.tac[i].plmn == t->plmn && t->tac >= mme.tac[i].first &&
		    t->tac <= mme.tac[i].last)
			return true;
	return false;
}

uint64_t mme_hash(struct bytes b) { return hash_add(HASH_BEGIN, b.p, b.n); }

struct nas_tai_list mme_tai_list(const struct mme_ue *ue)
{
	const struct tai *tai = &ue->registered;
	struct nas_tai_list l = {.n = 1, .tai = {*tai}};

	/* Where a few areas were configured, a device may move among them without telling. */
	for (unsigned i = 0; i < mme.tacs; i++) {
		if (mme.tac[i].plmn != tai->plmn ||
		    mme.tac[i].last - mme.tac[i].first >= NAS_MAX_TAIS)
			continue;
		for (unsigned tac = mme.tac[i].first; tac <= mme.tac[i].last && l.n < NAS_MAX_TAIS;
		     tac++) {
			const struct tai other = {tai->plmn, (uint16_t)tac};

			if (tac != tai->tac && access_allowed(ue, &other))
				l.tai[l.n++] = other;
		}
	}
	return l;
}

struct nas_tai_list mme_new_tai_list(struct mme_ue *ue)
{
	ue->registered = ue->tai;
	return mme_tai_list(ue);
}

/* TS 29.272 annex A */
uint8_t mme_s6a_cause(enum s6a_result r)
{
	switch (r) {
	case S6A_USER_UNKNOWN:
		return EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED;
	case S6A_UNKNOWN_EPS_SUBSCRIPTION:
	case S6A_RAT_NOT_ALLOWED:
		return EMM_CAUSE_NO_SUITABLE_CELLS;
	case S6A_ROAMING_NOT_ALLOWED:
		return EMM_CAUSE_PLMN_NOT_ALLOWED;
	default:
		return EMM_CAUSE_NETWORK_FAILURE;
	}
}

int mme_set_subscription(struct mme_ue *ue, const struct s6a_answer *a)
{
	const struct apn_subscription *apn = apns_share(a->apn, a->apns);

	if (!apn)
		return -ENOMEM;
	apns_release(ue->apn);
	ue->apn = apn;
	ue->apns = a->apns;
	ue->default_apn = a->default_apn;
	ue->ambr_up = a->ambr_up;
	ue->ambr_down = a->ambr_down;
	memcpy(ue->msisdn, a->msisdn, sizeof(ue->msisdn));
	memcpy(ue->access, a->access, sizeof(ue->access));
	ue->has_usage_type = a->has_usage_type;
	ue->usage_type = a->usage_type;
	ue->subscribed = true;
	return 0;
}

static bool running;

static bool same_rules(const struct mme_config *a, const struct mme_config *b)
{
	bool same = a->rules == b->rules;

	for (unsigned i = 0; same && i < a->rules; i++)
		same = rule_equal(&a->rule[i], &b->rule[i]);
	return same;
}

void mme_reload(const struct mme_config *c)
{
	const struct mme_config was = mme;

	mme = *c;
	if (running) { /* who we are, and where, stays until the restart */
		mme.s1 = was.s1;
		mme.gummei = was.gummei;
		mme.control = was.control;
		if (!same_rules(&was, &mme))
			access_apply();
	}
	bool changed =
		running &&
		(strcmp(mme.name, was.name) != 0 ||
		 mme.relative_capacity != was.relative_capacity || mme.plmns != was.plmns ||
		 (mme.plmns && memcmp(mme.plmn, was.plmn, mme.plmns * sizeof(*mme.plmn)) != 0));
	for (unsigned i = 0; i < MME_TIMERS; i++) {
		uint32_t ms = mme.timer[i].ms;

		mme.timer[i] = standard[i];
		if (ms)
			mme.timer[i].ms = ms;
	}
	paging_reload(!c->timer[T3415].ms);
	if (!mme.t3412_s)
		mme.t3412_s = 54 * 60;
	if (!mme.t3402_s)
		mme.t3402_s = 12 * 60;
	if (!mme.mobile_reachable_extra_s)
		mme.mobile_reachable_extra_s = 4 * 60;
	if (!mme.cs_cause)
		mme.cs_cause = EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE;
	if (!mme.implicit_detach_s)
		mme.implicit_detach_s = 4 * 60;
	if (!mme.eias)
		memcpy(mme.eia, (uint8_t[]){EIA2, EIA1, EIA3}, mme.eias = 3);
	if (!mme.eeas)
		memcpy(mme.eea, (uint8_t[]){EEA2, EEA1, EEA3, EEA0}, mme.eeas = 4);
	if (changed)
		node_config_changed();
}

static void turn_end(void *arg)
{
	(void)arg;
	ue_reap();
}

int mme_start(const struct mme_config *c, char *error, size_t cap)
{
	const char *why = "";
	int err;

	mme_reload(c);
	view_init();
	why_open(mme.failures_path, mme.failures);
	loop_at_turn_end(turn_end, NULL);
	gtpc_serve(GTPC_MME, s11_in);
	access_start();
	/* An eNodeB whose association died with an earlier mcored shall learn it at once. */
	mme.s1.alone = true;
	err = s1_start(&mme.s1, &why);
	if (!err)
		err = s1_listen(&enb_handler);
	if (err) {
		snprintf(error, cap, "S1: %s%s%s", strerror(-err), *why ? ": " : "", why);
		return err;
	}
	unsigned restored = ue_restore_all(); /* onto the eNodeBs that came back */

	if (restored)
		LOG(INFO, "mme.restored", "devices=%u", restored);
	running = true;
	warning_start();
	for (struct enb *e = NULL; (e = enb_next(e));)
		node_enb_back(e);
	overload_start();
	LOG(INFO, "mme.start", "name=\"%s\" plmn=%s group=%u code=%u sctp=%s", mme.name,
	    plmn_print(mme.gummei.plmn, (char[PLMN_STRLEN]){0}), mme.gummei.group, mme.gummei.code,
	    s1_backend());
	return 0;
}

void mme_stop(bool tell_peers)
{
	running = false;
	gtpc_serve(GTPC_MME, NULL);
	overload_stop();
	ue_drop_all();
	s1_stop(tell_peers);
	warning_drop_all();
	proc_reap();
	ue_reap();
	why_close();
}
