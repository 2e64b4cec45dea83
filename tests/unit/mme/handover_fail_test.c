/* SPDX-License-Identifier: Apache-2.0 */
/* S1 handovers that come to nothing: targets that are none, refuse or are silent, eNodeBs that are
 * lost while it is prepared, second thoughts of the source. */
#include "legs.h"

/* ---- preparation that fails ---- */

static void targets_that_are_none(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1ap_handover_required m = required(&d, 3);

	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, UNKNOWN_TARGETID));
	m = required(&d, 0); /* the number of a home eNodeB */
	m.target_id.target_enb_id.global_enb_id.enb_id.choice = S1AP_ENB_ID_HOME_ENB_ID;
	m.target_id.target_enb_id.global_enb_id.enb_id.home_enb_id = 100;
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, UNKNOWN_TARGETID));
	m = required(&d, 0);
	m.target_id.choice = S1AP_TARGET_ID_TARGET_RNC_ID;
	m.target_id.target_rnc_id =
		(struct s1ap_target_rnc_id){.lai = {.plmn = PLMN, .lac = 1}, .rnc_id = 1};
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, UNKNOWN_TARGETID));
	m = required(&d, 0);
	m.handover_type = S1AP_HANDOVER_TYPE_LTETOUTRAN;
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, UNKNOWN_TARGETID));
	m = required(&d, 0);
	m.target_id.target_enb_id.selected_tai.tac = 99;
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, HO_TARGET_NOT_ALLOWED));
	m = required(&d, 0);
	S1AP_SET(&m, csg_id, 27);
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, INVALID_CSG_ID));
	assert_int_equal(mme_counters.handover_refused, 6);
	stays(&d);
}

static void required_without_a_target_fails_with_diagnostics(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1ap_handover_required m = required(&d, 1);
	const struct s1ap_handover_preparation_failure *f;

	m.has.target_id = 0;
	tell_incomplete(d.enb, handover_required, &m);
	f = expect(d.enb, handover_preparation_failure);
	assert_int_equal(f->cause.group, S1AP_CAUSE_PROTOCOL);
	assert_true(f->has.criticality_diagnostics);
	stays(&d);
}

static void required_without_a_context_is_refused(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	struct s1ap_handover_required m;

	attach_to(&d, AT_ACCEPT);
	m = required(&d, 0);
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	stays(&d);
}

static void target_refuses(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);
	struct s1ap_handover_failure m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, h.mme_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL));
	tell(h.to, handover_failure, &m);
	refused(h.from, &d, S1AP_CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL));
	quiet(h.to);
	stays(&d);
	tell(h.to, handover_failure, &m); /* nobody's any more */
	is_unknown_at(h.to, S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID);
	h = begin(&d, 1); /* the chain goes on */
	is_pair(&d, &h.request.security_context, 3);
	cancel(&d);
	nameless_let_go(&h);
}

static void target_takes_no_bearer(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	admit(&h, NULL, 0, PLAIN);
	refused(h.from, &d, S1AP_CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL));
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

static void target_takes_bearers_of_others_alone(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	admit(&h, (const uint8_t[]){12}, 1, PLAIN);
	refused(h.from, &d, S1AP_CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL));
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

static void target_is_silent(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	elapse(5100);
	refused(h.from, &d, S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
	nameless_let_go(&h);
	stays(&d);
}

static void answer_of_a_stranger_is_none(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1), forged = h;

	forged.to = enb_ready(2);
	admit(&forged, &d.ebi, 1, PLAIN);
	is_unknown_at(forged.to, S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID);
	quiet(h.from);
	admit(&h, &d.ebi, 1, PLAIN);
	commanded(&h, &d);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
}

static void target_is_lost_in_preparation(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	enb_down(h.to);
	refused(h.from, &d, S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
	stays(&d);
}

static void source_is_lost_in_preparation(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	struct failure_view v;

	enb_down(h.from);
	nameless_let_go(&h);
	is_registered(&d);
	assert_true(why_view(d.imsi, &v)); /* the source's fault, not the target's */
	assert_string_equal(v.procedure, "S1 handover");
	assert_string_equal(v.cause, "the eNodeB's association was lost");
	assert_null(ue_of(&d)->conn);
	assert_int_equal(procedures(), 0);
	assert_false(the_session()->connected);
}

static void source_releases_the_device_in_preparation(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	go_idle(&d);
	nameless_let_go(&h);
	assert_int_equal(procedures(), 0);
	assert_null(ue_of(&d)->conn);
}

static void second_wish_counts(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = begin(&d, 1);
	struct s1ap_handover_required m = required(&d, 2);
	struct ho second = {.from = d.enb, .to = enb_ready(2)};

	tell(d.enb, handover_required, &m);
	quiet(d.enb); /* one answer, to the second */
	nameless_let_go(&h);
	requested(&second);
	is_pair(&d, &second.request.security_context, 3);
	admit(&second, &d.ebi, 1, PLAIN);
	commanded(&second, &d);
	notify_only(&second, &d);
	elapse(1100);
	let_go(second.from, was.mme_id, was.enb_id);
	talks(&d);
}

/* ---- cancelled ---- */

static void cancelled_in_preparation(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	cancel(&d);
	nameless_let_go(&h);
	assert_int_equal(mme_counters.handover_cancelled, 1);
	stays(&d);
	cancel(&d); /* nothing is left to cancel, and that is said, too */
	stays(&d);
}

static void cancelled_in_execution(void **state)
{
	(void)state;
	struct device d = connected(0), late;
	struct ho h = prepare(&d, 1);

	cancel(&d);
	late = d;
	notify_only(&h, &late); /* it had come after all: too late */
	assert_int_equal(mme_counters.handover_unexpected, 1);
	IS_CAUSE(let_go(h.to, h.mme_id, h.enb_id), RADIO, HANDOVER_CANCELLED);
	stays(&d);
}

static void cancelled_too_late(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 1);

	notify_only(&h, &d);
	cancel(&was);
	talks(&d);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
	talks(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(targets_that_are_none),
		BEHAVIOUR(required_without_a_target_fails_with_diagnostics),
		BEHAVIOUR(required_without_a_context_is_refused),
		BEHAVIOUR(target_refuses),
		BEHAVIOUR(target_takes_no_bearer),
		BEHAVIOUR(target_takes_bearers_of_others_alone),
		BEHAVIOUR(target_is_silent),
		BEHAVIOUR(answer_of_a_stranger_is_none),
		BEHAVIOUR(target_is_lost_in_preparation),
		BEHAVIOUR(source_is_lost_in_preparation),
		BEHAVIOUR(source_releases_the_device_in_preparation),
		BEHAVIOUR(second_wish_counts),
		BEHAVIOUR(cancelled_in_preparation),
		BEHAVIOUR(cancelled_in_execution),
		BEHAVIOUR(cancelled_too_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
