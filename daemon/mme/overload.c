/* SPDX-License-Identifier: Apache-2.0 */
/* Overload of the MME (TS 36.413 8.7.6, TS 23.401 4.3.7.4). Once a second the load is measured:
 * attaches begun, how long messages wait to be taken up, the share of max_ues that is taken. Above
 * a configured mark the eNodeBs are told to hold traffic back, and what comes all the same is
 * refused here by the same rule, with EMM cause 22 and T3346; below all marks for `clear` it ends.
 * The administrator may begin and end it by hand, for all or for some of the GUMMEIs, and by hand
 * takes precedence. */
#include <errno.h>
#include <stdlib.h>
#include "core/loop.h"
#include "mme/mme.h"
#include "security/crypto.h"
#include "store/store.h"

enum why { NONE, BY_LOAD, BY_HAND };
enum { TICK_MS = 1000, MAX_PLMNS = 32, MAX_GUMMEIS = 256 };

static struct {
	enum why why;
	uint8_t action, reduction; /* as told */
	unsigned plmns;
	plmn_t plmn[MAX_PLMNS]; /* whose GUMMEIs are meant; none: all */
	uint64_t since_ms, calm_ms, last_ns, attaches;
	uint64_t wait_ms, rate; /* last measured */
	struct timer tick;
} now;

static const char store_key[] = "overload"; /* by hand: action, reduction, PLMNs; else "" */

/* ---- towards eNodeBs ---- */

static struct s1ap_gummei_list gummeis(void)
{
	uint32_t n = 0, most = now.plmns * (1 + mme.more_gummeis);
	struct gummei *g = arena_alloc(&turn_arena, most * sizeof(*g));

	for (unsigned i = 0; i < now.plmns; i++) {
		g[n++] = (struct gummei){now.plmn[i], mme.gummei.group, mme.gummei.code};
		for (unsigned k = 0; k < mme.more_gummeis; k++)
			g[n++] = (struct gummei){now.plmn[i], mme.more_gummei[k].group,
						 mme.more_gummei[k].code};
	}
	return (struct s1ap_gummei_list){g, n < MAX_GUMMEIS ? n : MAX_GUMMEIS};
}

static void tell_start(struct enb *e)
{
	struct s1ap_overload_start m = {0};

	m.has.overload_response = 1;
	m.overload_response.choice = S1AP_OVERLOAD_RESPONSE_OVERLOAD_ACTION;
	m.overload_response.overload_action = now.action;
	if (now.plmns)
		S1AP_SET(&m, gummei_list, gummeis());
	if (now.reduction)
		S1AP_SET(&m, traffic_load_reduction_indication, now.reduction);
	if (enb_send(e, 0, &s1ap_overload_start_msg, &m))
		return;
	e->node.overload_told = true;
	enb_keep(e);
	mme_counters.overload_start++;
}

static void tell_stop(struct enb *e)
{
	struct s1ap_overload_stop m = {0};

	if (!e->node.overload_told)
		return;
	if (now.plmns)
		S1AP_SET(&m, gummei_list, gummeis());
	e->node.overload_told = false;
	enb_keep(e);
	enb_send(e, 0, &s1ap_overload_stop_msg, &m);
	mme_counters.overload_stop++;
}

void overload_enb_ready(struct enb *e)
{
	e->node.overload_told = false; /* S1 Setup clears it on both sides */
	if (now.why)
		tell_start(e);
}

static void save(void)
{
	char text[64 + MAX_PLMNS * PLMN_STRLEN], plmn[PLMN_STRLEN];
	size_t at = 0;

	*text = 0;
	if (now.why == BY_HAND)
		at = (size_t)snprintf(text, sizeof(text), "%s %u", overload_action_text(now.action),
				      now.reduction);
	for (unsigned i = 0; at && i < now.plmns; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%c%s", i ? ',' : ' ',
				       plmn_print(now.plmn[i], plmn));
	store_setting_put(store_key, text, (struct store_write){0});
}

static void stop(const char *reason)
{
	bool by_hand = now.why == BY_HAND;

	LOG(INFO, "overload.stop", "reason=\"%s\" seconds=%llu", reason,
	    (unsigned long long)((loop_now_ms() - now.since_ms) / 1000));
	for (struct enb *e = enb_next(NULL); e; e = enb_next(e))
		if (e->ready)
			tell_stop(e);
	now.why = NONE;
	now.plmns = 0;
	if (by_hand)
		save();
}

/* An Overload Start takes the place of one in force (8.7.6.2). */
static void start(enum why why, uint8_t action, uint8_t reduction, const char *reason)
{
	now.why = why;
	now.action = action;
	now.reduction = reduction;
	now.since_ms = now.calm_ms = loop_now_ms();
	LOG(WARN, "overload.start", "reason=\"%s\" action=%s reduction=%u", reason,
	    overload_action_text(action), reduction);
	for (struct enb *e = enb_next(NULL); e; e = enb_next(e))
		if (e->ready)
			tell_start(e);
}

/* ---- by hand ---- */

static const char *const actions[] = {
	[S1AP_OVERLOAD_ACTION_REJECT_NON_EMERGENCY_MO_DT] = "reject-mo-data",
	[S1AP_OVERLOAD_ACTION_REJECT_RRC_CR_SIGNALLING] = "reject-signalling",
	[S1AP_OVERLOAD_ACTION_PERMIT_EMERGENCY_SESSIONS_AND_MOBILE_TERMINATED_SERVICES_ONLY] =
		"permit-emergency",
	[S1AP_OVERLOAD_ACTION_PERMIT_HIGH_PRIORITY_SESSIONS_AND_MOBILE_TERMINATED_SERVICES_ONLY] =
		"permit-high-priority",
	[S1AP_OVERLOAD_ACTION_REJECT_DELAY_TOLERANT_ACCESS] = "reject-delay-tolerant",
	[S1AP_OVERLOAD_ACTION_PERMIT_HIGH_PRIORITY_SESSIONS_AND_EXCEPTION_REPORTING_AND_MOBILE_TERMINATED_SERVICES_ONLY] =
		"permit-high-priority-and-exceptions",
	[S1AP_OVERLOAD_ACTION_NOT_ACCEPT_MO_DATA_OR_DELAY_TOLERANT_ACCESS_FROM_CP_CIOT] =
		"refuse-cp-ciot",
};
enum { ACTIONS = sizeof(actions) / sizeof(*actions) };

const char *overload_action_text(uint8_t action)
{
	return action < ACTIONS ? actions[action] : "?";
}

int overload_action_parse(const char *word)
{
	for (int i = 0; i < ACTIONS; i++)
		if (!strcmp(actions[i], word))
			return i;
	return -EINVAL;
}

int overload_by_hand(uint8_t action, uint8_t reduction, unsigned plmns, const plmn_t *plmn)
{
	if (action >= ACTIONS || reduction > 99 || plmns > MAX_PLMNS)
		return -EINVAL;
	for (unsigned i = 0; i < plmns; i++)
		if (!mme_serves_plmn(plmn[i]))
			return -ENOENT;
	if (now.why) /* for other GUMMEIs, perhaps */
		stop("replaced");
	now.plmns = plmns;
	memcpy(now.plmn, plmn, plmns * sizeof(*plmn));
	start(BY_HAND, action, reduction, "operator");
	save();
	return 0;
}

int overload_end_by_hand(void)
{
	if (!now.why)
		return -ENOENT;
	stop("operator");
	return 0;
}

void overload_view(struct overload_view *v)
{
	static const char *const why[] = {"no", "by load", "by operator"};

	v->active = why[now.why];
	if (now.why) {
		v->action = actions[now.action];
		v->reduction = now.reduction;
		v->seconds = (loop_now_ms() - now.since_ms) / 1000;
	}
	v->attach_rate = now.rate;
	v->latency = now.wait_ms;
	v->ues = ue_count();
	v->refused = mme_counters.overload_refused;
}

/* ---- by load ---- */

/* What is above its mark, NULL if nothing is. */
static const char *load(void)
{
	const struct overload_config *o = &mme.overload;

	if (o->attach_rate && now.rate >= o->attach_rate)
		return "attach rate";
	if (o->latency_ms && now.wait_ms >= o->latency_ms)
		return "latency";
	if (o->ues && mme.max_ues &&
	    (ue_count() - ue_unproven()) * UINT64_C(100) >= mme.max_ues * o->ues)
		return "devices";
	return NULL;
}

void overload_measured(uint64_t rate, uint64_t wait_ms)
{
	const char *above;

	now.rate = rate;
	now.wait_ms = wait_ms;
	above = load();
	if (now.why == BY_HAND)
		return;
	if (above) {
		now.calm_ms = loop_now_ms();
		if (!now.why)
			start(BY_LOAD, mme.overload.action, mme.overload.reduction, above);
	} else if (now.why && loop_now_ms() - now.calm_ms >= mme.overload.clear_ms) {
		stop("load");
	}
}

/* A message waits while the loop is at work on others: a turn, of which the timer's own delay
 * beyond its second tells, and as many turns as its association is behind. A burst that is worked
 * off is none of that. An attach that is refused is one all the same; what else is refused is not,
 * or overload would keep itself alive. */
static void tick(struct timer *t)
{
	uint64_t ns = loop_clock_ns(), took_ms = (ns - now.last_ns) / 1000000;
	uint64_t lag_ms = took_ms > TICK_MS + 20 ? took_ms - TICK_MS : 0,
		 behind_ms = s1_behind_ms();
	uint64_t begun = mme_counters.attach_started + mme_counters.overload_attach_refused;

	timer_start(t, TICK_MS, tick);
	overload_measured(took_ms ? (begun - now.attaches) * 1000 / took_ms : 0,
			  lag_ms > behind_ms ? lag_ms : behind_ms);
	now.last_ns = ns;
	now.attaches = begun;
}

/* What was begun by hand before the restart. Its PLMNs are those that are served still: none of
 * them is not the same as all of them. */
static bool load_saved(void)
{
	char *text = NULL, *rest, *word, action[64];
	unsigned reduction, named = 0;
	int at = 0, a;

	if (store_setting_get(store_key, &text) || !text)
		return false;
	if (sscanf(text, "%63s %u %n", action, &reduction, &at) != 2)
		at = 0;
	a = at ? overload_action_parse(action) : -EINVAL;
	now.plmns = 0;
	for (word = strtok_r(text + at, ",", &rest); a >= 0 && word;
	     word = strtok_r(NULL, ",", &rest), named++)
		if (now.plmns < MAX_PLMNS && plmn_parse(word, &now.plmn[now.plmns]) &&
		    mme_serves_plmn(now.plmn[now.plmns]))
			now.plmns++;
	free(text);
	if (a < 0 || reduction > 99 || (named && !now.plmns))
		return false;
	start(BY_HAND, (uint8_t)a, (uint8_t)reduction, "operator, before the restart");
	return true;
}

void overload_start(void)
{
	const struct enb *e = NULL;

	now.last_ns = loop_clock_ns();
	now.attaches = mme_counters.attach_started + mme_counters.overload_attach_refused;
	timer_start(&now.tick, TICK_MS, tick);
	if (load_saved())
		return;
	while ((e = enb_next(e)))
		if (e->node.overload_told)
			break;
	if (e)
		start(BY_LOAD, mme.overload.action, mme.overload.reduction,
		      "not over at the restart");
}

void overload_stop(void)
{
	timer_stop(&now.tick);
	now.why = NONE;
	now.plmns = 0;
}

/* ---- NAS level congestion control (24.301 5.3.9) ---- */

/* What the eNodeB was to hold back by the action in force (36.413 8.7.6.2). Emergency calls,
 * access classes 11 to 15 and those who were paged are never refused here. */
static bool held_back(uint8_t rrc_cause)
{
	switch (rrc_cause) {
	case S1AP_RRC_ESTABLISHMENT_CAUSE_EMERGENCY:
	case S1AP_RRC_ESTABLISHMENT_CAUSE_HIGH_PRIORITY_ACCESS:
	case S1AP_RRC_ESTABLISHMENT_CAUSE_MT_ACCESS:
		return false;
	default:
		break;
	}
	switch (now.action) {
	case S1AP_OVERLOAD_ACTION_REJECT_NON_EMERGENCY_MO_DT:
		return rrc_cause == S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA ||
		       rrc_cause == S1AP_RRC_ESTABLISHMENT_CAUSE_MO_VOICE_CALL ||
		       rrc_cause == S1AP_RRC_ESTABLISHMENT_CAUSE_DELAY_TOLERANT_ACCESS;
	case S1AP_OVERLOAD_ACTION_REJECT_DELAY_TOLERANT_ACCESS:
		return rrc_cause == S1AP_RRC_ESTABLISHMENT_CAUSE_DELAY_TOLERANT_ACCESS;
	case S1AP_OVERLOAD_ACTION_NOT_ACCEPT_MO_DATA_OR_DELAY_TOLERANT_ACCESS_FROM_CP_CIOT:
		return false; /* no device uses it here */
	case S1AP_OVERLOAD_ACTION_PERMIT_HIGH_PRIORITY_SESSIONS_AND_EXCEPTION_REPORTING_AND_MOBILE_TERMINATED_SERVICES_ONLY:
		return rrc_cause != S1AP_RRC_ESTABLISHMENT_CAUSE_MO_EXCEPTION_DATA;
	case S1AP_OVERLOAD_ACTION_REJECT_RRC_CR_SIGNALLING:
		return rrc_cause != S1AP_RRC_ESTABLISHMENT_CAUSE_MO_EXCEPTION_DATA;
	default:
		return true;
	}
}

bool overload_refuses(const struct s1_conn *c)
{
	bool meant = !now.plmns;
	uint8_t dice;

	if (!now.why || !held_back(c->rrc_cause))
		return false;
	for (unsigned i = 0; i < now.plmns; i++)
		meant |= now.plmn[i] == c->tai.plmn;
	crypto_random(&dice, sizeof(dice));
	if (!meant || (now.reduction && dice * 100 >= now.reduction * 256))
		return false;
	mme_counters.overload_refused++;
	return true;
}

/* In whole units of GPRS timer (24.008 10.5.7.3): 2 s up to a minute, then minutes, then tenths of
 * hours. Before a registered device that obeys it is taken for gone (24.301 10.2, note 4). */
uint32_t overload_back_off(void)
{
	uint32_t base = mme.overload.back_off_s ? mme.overload.back_off_s : 60, s, unit;
	uint32_t gone = mme.t3412_s + mme.mobile_reachable_extra_s + mme.implicit_detach_s;
	uint16_t dice;

	crypto_random(&dice, sizeof(dice));
	s = base / 2 + (uint32_t)((uint64_t)base * dice / 65536);
	s = s < gone ? s : gone - 1;
	unit = s <= 62 ? 2 : s <= 31 * 60 ? 60 : 360;
	s -= s % unit;
	return s ? s : unit;
}
