/* SPDX-License-Identifier: Apache-2.0 */
/* Bearers with guaranteed rates when the radio connection is lost (TS 23.401 5.3.5): which causes
 * cost them, what the gateways are told, and what the device is served with when it comes again. */
#include "legs.h"
#include "session.h"

enum { PLAIN_EBI = 7 };

/* A connected device with a bearer with guaranteed rates (NEXT) and one without. */
static struct device guaranteed(void)
{
	struct device d = with_bearer();

	bearer(&d, NEXT)->qos.gbr_down = 64000;
	assert_int_equal(dedicated(&d), PLAIN_EBI);
	return d;
}

static void ask_for_release(struct device *d, struct s1ap_cause cause)
{
	struct s1ap_ue_context_release_request m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, cause, cause);
	tell(d->enb, ue_context_release_request, &m);
}

static void release(struct device *d, struct s1ap_cause cause)
{
	ask_for_release(d, cause);
	released(d);
}

/* The E-RABs of an Initial Context Setup Request, a bit for each. */
static uint16_t served(struct device *d)
{
	const struct s1ap_initial_context_setup_request *r;
	uint16_t of = 0;

	initial(d, service_request(d));
	r = expect(d->enb, initial_context_setup_request);
	d->mme_id = r->mme_ue_s1ap_id;
	for (uint32_t i = 0; i < r->e_rab_to_be_setup_list.n; i++)
		of |= mobility_bit(r->e_rab_to_be_setup_list.v[i].e_rab_id);
	return of;
}

static const uint16_t all = 1 << EBI | 1 << NEXT | 1 << PLAIN_EBI, rest = 1 << EBI | 1 << PLAIN_EBI;

static void guaranteed_bearers_end_with_the_radio_connection(void **state)
{
	struct device d = guaranteed();

	(void)state;
	release(&d, S1AP_CAUSE(RADIO, RADIO_CONNECTION_WITH_UE_LOST));
	assert_int_equal(sgw.commands, 1);
	assert_int_equal(sgw.command.bearer[0].ebi, NEXT);
	assert_int_equal(mme_counters.bearer_lost, 1);
	delete_bearer(&d, NEXT); /* as the PGW does at the command */
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	assert_non_null(bearer(&d, PLAIN_EBI));
	is_registered(&d);
	quiet(d.enb); /* an idle device is not called for it */
	assert_int_equal(served(&d), rest);
}

static void each_cause_costs_them_or_does_not(void **state)
{
	static const struct {
		struct s1ap_cause cause;
		unsigned lost;
	} t[] = {
		{S1AP_CAUSE(RADIO, USER_INACTIVITY), 0},
		{S1AP_CAUSE(RADIO, INTERRAT_REDIRECTION), 0},
		{S1AP_CAUSE(RADIO, CS_FALLBACK_TRIGGERED), 0},
		{S1AP_CAUSE(NAS, NORMAL_RELEASE), 0},
		{S1AP_CAUSE(RADIO, RADIO_CONNECTION_WITH_UE_LOST), 1},
		{S1AP_CAUSE(RADIO, FAILURE_IN_RADIO_INTERFACE_PROCEDURE), 1},
		{S1AP_CAUSE(RADIO, RELEASE_DUE_TO_EUTRAN_GENERATED_REASON), 1},
		{S1AP_CAUSE(RADIO, UE_NOT_AVAILABLE_FOR_PS_SERVICE), 1},
		{S1AP_CAUSE(MISC, OM_INTERVENTION), 1},
		{S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE), 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct device d = guaranteed();

		sgw.commands = 0;
		release(&d, t[i].cause);
		if (sgw.commands != t[i].lost)
			fail_msg("%s: %u lost", s1ap_cause_text(t[i].cause), sgw.commands);
		ue_remove(ue_of(&d), UE_NO_RELEASE, S1AP_CAUSE(NAS, DETACH));
		run();
		enb_down(d.enb);
	}
}

static void enodeb_that_fails_or_resets_costs_them(void **state)
{
	struct device d = guaranteed();
	struct s1ap_reset m = {0};

	(void)state;
	S1AP_SET(&m, cause, S1AP_CAUSE(MISC, OM_INTERVENTION));
	S1AP_SET(&m, reset_type, (struct s1ap_reset_type){.choice = S1AP_RESET_TYPE_S1_INTERFACE});
	tell(d.enb, reset, &m);
	expect(d.enb, reset_acknowledge);
	assert_int_equal(sgw.commands, 1);
	ue_remove(ue_of(&d), UE_NO_RELEASE, S1AP_CAUSE(NAS, DETACH));
	run();
	enb_down(d.enb);
	d = guaranteed();
	enb_down(d.enb);
	assert_int_equal(sgw.commands, 2);
}

/* What is idle has no radio bearers to lose. */
static void bearers_that_were_not_connected_stay(void **state)
{
	struct device d = guaranteed();
	struct nas_tau_request t = tau_of(&d, NAS_TA_UPDATE, false);

	(void)state;
	go_idle(&d);
	initial(&d, protect(&d, NAS(tau_request, &t), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	released(&d);
	initial(&d, protect(&d, NAS(tau_request, &t), NAS_SEC_INTEGRITY));
	enb_down(d.enb);
	assert_int_equal(sgw.commands, 0);
	assert_non_null(bearer(&d, NEXT));
}

/* The gateways have not ended it yet. */
static void device_that_is_back_at_once_is_not_served_with_them(void **state)
{
	struct device d = guaranteed();
	struct s1ap_initial_context_setup_response m = {0};
	struct s1ap_e_rab_setup_item_ctxt_su_res e[] = {
		{.e_rab_id = EBI, .transport_layer_address = at(2), .gtp_teid = 1},
		{.e_rab_id = PLAIN_EBI, .transport_layer_address = at(2), .gtp_teid = 2},
	};

	(void)state;
	release(&d, S1AP_CAUSE(RADIO, RADIO_CONNECTION_WITH_UE_LOST));
	assert_int_equal(served(&d), rest);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_setup_list, (struct s1ap_e_rab_setup_list_ctxt_su_res){e, 2});
	tell(d.enb, initial_context_setup_response, &m);
	assert_int_equal(esm_bearer_status(ue_of(&d)), rest);
	assert_int_equal(sgw.commands, 1);
	/* It is told then, and the eNodeB has no E-RAB to release. */
	delete_bearer(&d, NEXT);
	hear(&d, deactivate_bearer_request, DEACTIVATE_BEARER_REQUEST);
	quiet(d.enb);
	say(&d, deactivate_bearer_accept, &(struct nas_deactivate_bearer_accept){.ebi = NEXT});
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
}

/* Its radio link failed, and it is at another eNodeB before the first knows. */
static void device_that_comes_on_another_connection_keeps_them(void **state)
{
	struct device d = guaranteed(), old = d;

	(void)state;
	d.enb = enb_ready(1);
	assert_int_equal(served(&d), all);
	assert_int_equal(released(&old).group, S1AP_CAUSE_NAS);
	assert_int_equal(sgw.commands, 0);
	assert_int_equal(mme_counters.bearer_lost, 0);
}

static const uint8_t all_ebi[] = {EBI, NEXT, PLAIN_EBI};

/* Of its source, whatever is said there then. */
static void device_that_moves_keeps_them(void **state)
{
	struct device d = guaranteed(), old = d;
	struct ho h = begin(&d, 1);

	(void)state;
	admit(&h, all_ebi, 3, PLAIN);
	commanded(&h, &d);
	notify_only(&h, &d);
	release(&old, S1AP_CAUSE(RADIO, RADIO_CONNECTION_WITH_UE_LOST));
	assert_int_equal(sgw.commands, 0);
	assert_true(bearer(&d, NEXT)->connected);
}

static void device_that_is_lost_on_its_way_has_lost_them(void **state)
{
	struct device d = guaranteed();
	struct ho h = begin(&d, 1);

	(void)state;
	admit(&h, all_ebi, 3, PLAIN);
	commanded(&h, &d);
	enb_down(h.from);
	assert_int_equal(sgw.commands, 0);
	elapse(10100);
	let_go(h.to, h.mme_id, h.enb_id);
	assert_int_equal(sgw.commands, 1);
	assert_int_equal(sgw.command.bearer[0].ebi, NEXT);
}

static void what_is_lost_is_remembered(void **state)
{
	struct device d = guaranteed();
	struct failure_view v = {0};

	(void)state;
	release(&d, S1AP_CAUSE(RADIO, RELEASE_DUE_TO_EUTRAN_GENERATED_REASON));
	assert_true(mme_api.why(d.imsi, &v));
	assert_string_equal(v.procedure, "S1 connection");
	assert_string_equal(v.detail, "guaranteed bearers lost: 6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(guaranteed_bearers_end_with_the_radio_connection),
		BEHAVIOUR(each_cause_costs_them_or_does_not),
		BEHAVIOUR(enodeb_that_fails_or_resets_costs_them),
		BEHAVIOUR(bearers_that_were_not_connected_stay),
		BEHAVIOUR(device_that_is_back_at_once_is_not_served_with_them),
		BEHAVIOUR(device_that_comes_on_another_connection_keeps_them),
		BEHAVIOUR(device_that_moves_keeps_them),
		BEHAVIOUR(device_that_is_lost_on_its_way_has_lost_them),
		BEHAVIOUR(what_is_lost_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
