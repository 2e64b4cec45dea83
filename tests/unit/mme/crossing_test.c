/* SPDX-License-Identifier: Apache-2.0 */
/* Session management and what crosses its way: handovers before, during and after each step
 * (TS 36.413 8.2.1.4, TS 23.401 5.5.1), an eNodeB that vanishes, a device that says at its next
 * update what it has lost, an attach that meets the detach that asked for it; location reporting
 * that crosses a handover. */
#include "legs.h"
#include "session.h"

static void put_off(struct device *d, uint8_t ebi, uint8_t radio_cause)
{
	struct s1ap_e_rab_setup_response m = {0};
	struct s1ap_e_rab_item no = {.e_rab_id = ebi, .cause = {S1AP_CAUSE_RADIO, radio_cause}};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, e_rab_failed_to_setup_list, (struct s1ap_e_rab_list){&no, 1});
	tell(d->enb, e_rab_setup_response, &m);
}

/* The device goes over with its default bearer; the source is let go. */
static void goes_over(const struct ho *h, struct device *d)
{
	uint32_t mme_id = d->mme_id, enb_id = d->enb_id;

	admit(h, &d->ebi, 1, PLAIN);
	commanded(h, d);
	notify_only(h, d);
	elapse(1500);
	IS_CAUSE(let_go(h->from, mme_id, enb_id), RADIO, SUCCESSFUL_HANDOVER);
}

static void is_set_up(struct device *d)
{
	setup_of(d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(d, NEXT, true);
	accept_dedicated(d, NEXT);
	answer_is(GTPC_ACCEPTED);
	assert_int_equal(asked.r.bearer[0].s1u_enb.teid, 0x30000 + NEXT);
	assert_true(bearer(d, NEXT)->connected);
	assert_int_equal(procedures(), 0);
	quiet(d->enb);
}

static void e_rab_put_off_for_a_handover_is_set_up_at_the_target(void **state)
{
	struct device d = registered();

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	put_off(&d, NEXT, S1AP_CAUSE_RADIO_S1_INTRA_SYSTEM_HANDOVER_TRIGGERED);
	quiet(d.enb);
	assert_int_equal(asked.answers, 0);
	struct ho h = begin(&d, 1);

	assert_int_equal(h.request.e_rab_to_be_setup_list.n, 1);
	goes_over(&h, &d);
	is_set_up(&d);
}

static void e_rab_put_off_for_nothing_is_tried_again_three_times(void **state)
{
	struct device d = registered();

	(void)state;
	ask_for_a_bearer(&d, 7);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(asked.answers, 0);
		setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
		put_off(&d, NEXT, S1AP_CAUSE_RADIO_X2_HANDOVER_TRIGGERED);
		elapse(5500);
	}
	answer_is(GTPC_NO_RESOURCES);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

static void device_that_moves_before_it_accepts_gets_the_bearer_where_it_is(void **state)
{
	struct device d = registered();

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	struct ho h = begin(&d, 1);

	goes_over(&h, &d);
	is_set_up(&d);
}

/* The source handed the E-RAB over by X2 before the device had accepted the bearer. */
static void path_switch_takes_no_bearer_that_is_not_there_yet(void **state)
{
	struct device d = registered();
	struct s1ap_path_switch_request m = {0};
	struct s1ap_e_rab_to_be_switched_dl_item item[] = {
		{.e_rab_id = EBI, .transport_layer_address = at(9), .gtp_teid = 0x9005},
		{.e_rab_id = NEXT, .transport_layer_address = at(9), .gtp_teid = 0x9006}};
	const struct s1ap_path_switch_request_acknowledge *a;

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	S1AP_SET(&m, enb_ue_s1ap_id, NEW_ID);
	S1AP_SET(&m, e_rab_to_be_switched_dl_list,
		 (struct s1ap_e_rab_to_be_switched_dl_list){item, 2});
	S1AP_SET(&m, source_mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 0x7654321});
	S1AP_SET(&m, tai, (struct tai){PLMN, TAC});
	S1AP_SET(&m, ue_security_capabilities,
		 (struct s1ap_ue_security_capabilities){(uint16_t)(d.capability[0] << 9),
							(uint16_t)(d.capability[1] << 9)});
	d.enb = enb_ready(1);
	d.enb_id = NEW_ID;
	tell(d.enb, path_switch_request, &m);
	a = expect(d.enb, path_switch_request_acknowledge);
	assert_true(a->has.e_rab_to_be_released_list);
	assert_int_equal(a->e_rab_to_be_released_list.n, 1);
	assert_int_equal(a->e_rab_to_be_released_list.v[0].e_rab_id, NEXT);
	assert_int_equal(sgw.commands, 0);
	is_set_up(&d);
}

static void pdn_connection_and_deactivation_wait_for_a_handover(void **state)
{
	struct device d = with_bearer();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_activate_default_bearer_accept yes = {.ebi = NEXT + 1};
	struct nas_deactivate_bearer_accept gone = {.ebi = NEXT};
	uint8_t ebi[] = {EBI, NEXT};
	struct ho h = begin(&d, 1);
	uint32_t mme_id = d.mme_id, enb_id = d.enb_id;

	(void)state;
	say(&d, pdn_connectivity_request, &q);
	delete_bearer(&d, NEXT);
	quiet(d.enb);
	admit(&h, ebi, 2, PLAIN);
	commanded(&h, &d);
	notify_only(&h, &d);
	read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	setup_of(&d, NEXT + 1, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	released_e_rab(&d, NEXT);
	say(&d, deactivate_bearer_accept, &gone);
	set_up(&d, NEXT + 1, true);
	say(&d, activate_default_bearer_accept, &yes);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	assert_true(bearer(&d, NEXT + 1)->active);
	elapse(1500);
	let_go(h.from, mme_id, enb_id);
	assert_int_equal(procedures(), 0);
	quiet(d.enb);
}

/* 36.413 8.4.1.2: the source breaks off the release, and the bearer comes along. */
static void e_rab_whose_release_is_put_off_for_a_handover_is_released_at_the_target(void **state)
{
	struct device d = with_bearer();
	struct s1ap_e_rab_release_response m = {0};
	struct s1ap_e_rab_item no = {
		.e_rab_id = NEXT, .cause = S1AP_CAUSE(RADIO, S1_INTRA_SYSTEM_HANDOVER_TRIGGERED)};
	struct nas_deactivate_bearer_accept gone = {.ebi = NEXT};
	uint8_t ebi[] = {EBI, NEXT};
	uint32_t mme_id = d.mme_id, enb_id = d.enb_id;
	struct ho h;

	(void)state;
	delete_bearer(&d, NEXT);
	release_of(&d, NEXT);
	h = begin(&d, 1);
	assert_int_equal(h.request.e_rab_to_be_setup_list.n, 2);
	S1AP_SET(&m, mme_ue_s1ap_id, mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, enb_id);
	S1AP_SET(&m, e_rab_failed_to_release_list, (struct s1ap_e_rab_list){&no, 1});
	tell(d.enb, e_rab_release_response, &m);
	admit(&h, ebi, 2, PLAIN);
	assert_false(commanded(&h, &d)->has.e_rab_to_release_list);
	notify_only(&h, &d);
	read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	released_e_rab(&d, NEXT);
	assert_int_equal(asked.answers, 0);
	say(&d, deactivate_bearer_accept, &gone);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	elapse(1500);
	let_go(h.from, mme_id, enb_id);
	assert_int_equal(procedures(), 0);
	quiet(d.enb);
}

static void e_rab_that_the_enodeb_does_not_know_is_released(void **state)
{
	struct device d = with_bearer();
	struct s1ap_e_rab_release_response m = {0};
	struct s1ap_e_rab_item no = {.e_rab_id = NEXT,
				     .cause = S1AP_CAUSE(RADIO, UNKNOWN_E_RAB_ID)};
	struct nas_deactivate_bearer_accept gone = {.ebi = NEXT};

	(void)state;
	delete_bearer(&d, NEXT);
	release_of(&d, NEXT);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_failed_to_release_list, (struct s1ap_e_rab_list){&no, 1});
	tell(d.enb, e_rab_release_response, &m);
	say(&d, deactivate_bearer_accept, &gone);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	assert_int_equal(procedures(), 0);
	quiet(d.enb);
}

static int changed = 1;

static void on_changed(struct mme_ue *ue, void *arg, int err)
{
	(void)ue, (void)arg;
	changed = err;
}

static void context_modification_waits_for_a_handover_and_goes_to_the_target(void **state)
{
	struct device d = registered();
	struct conn_change what = {.ambr = true, .done = on_changed};
	struct s1ap_ue_context_modification_failure f = {0};
	struct s1ap_ue_context_modification_response r = {0};
	struct ho h;

	(void)state;
	changed = 1;
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), 0);
	expect(d.enb, ue_context_modification_request);
	S1AP_SET(&f, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&f, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&f, cause, S1AP_CAUSE(RADIO, S1_INTRA_SYSTEM_HANDOVER_TRIGGERED));
	tell(d.enb, ue_context_modification_failure, &f);
	assert_int_equal(changed, 1);
	h = begin(&d, 1);
	goes_over(&h, &d);
	expect(d.enb, ue_context_modification_request);
	S1AP_SET(&r, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d.enb_id);
	tell(d.enb, ue_context_modification_response, &r);
	assert_int_equal(changed, 0);
	/* One that is asked for meanwhile is not begun at the source. */
	h = begin(&d, 2);
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), 0);
	quiet(d.enb);
	cancel(&d);
	nameless_let_go(&h);
	expect(d.enb, ue_context_modification_request);
}

static int located;

static void on_located(void *arg, int err)
{
	(void)arg;
	located = err;
}

/* Location Reporting Control for that, to that eNodeB. */
static void is_asked(struct s1_assoc *enb, const struct device *d, uint8_t event)
{
	const struct s1ap_location_reporting_control *c = expect(enb, location_reporting_control);

	assert_int_equal(c->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(c->request_type.event_type, event);
}

static void puts_off(const struct device *d)
{
	struct s1ap_location_reporting_failure_indication m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, S1_INTRA_SYSTEM_HANDOVER_TRIGGERED));
	tell(d->enb, location_reporting_failure_indication, &m);
}

/* 36.413 8.11.2 */
static void location_that_the_source_cannot_tell_is_asked_of_the_target(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1ap_location_report r = {0};
	struct ho h = begin(&d, 1);

	located = 1;
	assert_int_equal(location_ask(ue_of(&d), false, on_located, NULL), 0);
	is_asked(d.enb, &d, S1AP_EVENT_TYPE_DIRECT);
	puts_off(&d);
	assert_int_equal(location_report_changes(ue_of(&d), true), 0);
	is_asked(d.enb, &d, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	puts_off(&d);
	assert_false(h.request.has.request_type);
	admit(&h, &d.ebi, 1, PLAIN);
	commanded(&h, &d);
	notify_only(&h, &d);
	is_asked(d.enb, &d, S1AP_EVENT_TYPE_DIRECT);
	is_asked(d.enb, &d, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	quiet(d.enb);
	assert_int_equal(located, 1);
	S1AP_SET(&r, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&r, eutran_cgi, (struct ecgi){PLMN, 0x7654321});
	S1AP_SET(&r, tai, (struct tai){PLMN, TAC + 1});
	S1AP_SET(&r, request_type,
		 (struct s1ap_request_type){.event_type = S1AP_EVENT_TYPE_DIRECT});
	tell(d.enb, location_report, &r);
	assert_int_equal(located, 0);
}

static void reports_are_stopped_at_the_source_if_the_handover_does_not_come(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h;

	assert_int_equal(location_report_changes(ue_of(&d), true), 0);
	is_asked(d.enb, &d, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	for (int begun = 0; begun < 2; begun++) {
		assert_int_equal(location_report_changes(ue_of(&d), false), 0);
		is_asked(d.enb, &d, S1AP_EVENT_TYPE_STOP_CHANGE_OF_SERVE_CELL);
		puts_off(&d);
		if (begun) {
			h = begin(&d, 1);
			quiet(d.enb);
			cancel(&d);
			nameless_let_go(&h);
		} else {
			quiet(d.enb);
			elapse(5500);
		}
		is_asked(d.enb, &d, S1AP_EVENT_TYPE_STOP_CHANGE_OF_SERVE_CELL);
		quiet(d.enb);
		ue_of(&d)->report_location = true;
	}
	puts_off(&d);
	go_idle(&d); /* nothing is left to be asked */
	elapse(5500);
	quiet(d.enb);
}

static void enodeb_that_vanishes_ends_a_modification_and_a_deactivation(void **state)
{
	struct device d = with_bearer();

	(void)state;
	modify(&d, 8, NULL, 0);
	expect(d.enb, e_rab_modify_request);
	enb_down(d.enb);
	answer_is(GTPC_UE_NOT_RESPONDING);
	is_registered(&d);
	assert_int_equal(bearer(&d, NEXT)->qos.qci, 7);
	assert_int_equal(procedures(), 0);
	ue_remove(ue_of(&d), UE_NO_RELEASE, S1AP_CAUSE(NAS, DETACH));
	d = with_bearer();
	delete_bearer(&d, NEXT);
	release_of(&d, NEXT);
	enb_down(d.enb);
	answer_is(GTPC_ACCEPTED);
	is_registered(&d);
	assert_null(bearer(&d, NEXT));
	assert_int_equal(procedures(), 0);
}

/* An update of a device that has its default bearer alone. */
/* lost: the E-RAB that its eNodeB still has and is told to release, 0: none. */
static void updates(struct device *d, uint8_t lost)
{
	struct nas_tau_request r = {
		.update_type = {.type = NAS_TA_PERIODIC},
		.old_guti = {.type = NAS_ID_GUTI, .guti = d->guti},
		.ksi = d->sec.ksi,
		.bearer_status = 1 << EBI,
	};

	SET(&r, nas_tau_request, bearer_status);
	say(d, tau_request, &r);
	if (lost) {
		assert_int_equal(release_of(d, lost).n, 0); /* of which it knows already */
		released_e_rab(d, lost);
	}
	assert_int_equal(hear(d, tau_accept, TAU_ACCEPT)->bearer_status, 1 << EBI);
}

static void dedicated_bearer_that_a_device_has_lost_ends_at_its_update(void **state)
{
	struct device d = with_bearer();

	(void)state;
	updates(&d, NEXT);
	assert_int_equal(sgw.commands, 1);
	assert_null(bearer(&d, NEXT));
	assert_non_null(bearer(&d, EBI));
	quiet(d.enb);
}

/* The device says that the bearer is gone before its answer to the deactivation. */
static void update_without_a_bearer_that_is_being_deactivated_ends_it(void **state)
{
	struct device d = with_bearer();

	(void)state;
	delete_bearer(&d, NEXT);
	release_of(&d, NEXT);
	assert_int_equal(asked.answers, 0);
	updates(&d, 0);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	assert_non_null(bearer(&d, EBI));
	assert_int_equal(procedures(), 0);
	quiet(d.enb);
}

/* The same of a whole PDN connection, which the gateway has not connected yet. */
static void update_without_a_connection_that_is_being_set_up_ends_it(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_activate_default_bearer_accept yes = {.ebi = NEXT};

	(void)state;
	say(&d, pdn_connectivity_request, &q);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	sgw.hold = true;
	say(&d, activate_default_bearer_accept, &yes);
	set_up(&d, NEXT, true);
	assert_int_equal(procedures(), 1);
	updates(&d, NEXT);
	assert_null(bearer(&d, NEXT));
	assert_non_null(bearer(&d, EBI));
	assert_int_equal(procedures(), 0);
	sgw_let_go();
	assert_int_equal(sessions(), 1);
}

static void bearer_that_the_gateway_refuses_does_not_cost_the_others(void **state)
{
	struct device d = with_bearer();
	struct s1ap_initial_context_setup_response m = {0};
	struct s1ap_e_rab_setup_item_ctxt_su_res e[] = {
		{.e_rab_id = EBI, .transport_layer_address = at(2), .gtp_teid = 0x20001},
		{.e_rab_id = NEXT, .transport_layer_address = at(2), .gtp_teid = 0x20002}};
	const struct s1ap_initial_context_setup_request *q;

	(void)state;
	go_idle(&d);
	sgw.refused_ebi = NEXT;
	initial(&d, service_request(&d));
	q = expect(d.enb, initial_context_setup_request);
	d.mme_id = q->mme_ue_s1ap_id;
	assert_int_equal(q->e_rab_to_be_setup_list.n, 2);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_setup_list, (struct s1ap_e_rab_setup_list_ctxt_su_res){e, 2});
	tell(d.enb, initial_context_setup_response, &m);
	assert_non_null(ue_of(&d)->conn);
	assert_true(bearer(&d, EBI)->connected);
	assert_false(bearer(&d, NEXT)->connected);
	assert_int_equal(sgw.commands, 1);
	assert_int_equal(mme_counters.service, 1);
}

/* 5.5.2.3.5 c */
static void device_that_is_told_to_attach_again_does_so_at_once(void **state)
{
	for (int again = 0; again < 2; again++) {
		struct device d = registered();

		(void)state;
		detach_by_network(ue_of(&d), again, NULL, NULL);
		run();
		hear(&d, detach_request_network, DETACH_REQUEST);
		uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
		if (again) {
			read_accept(&d, take_context(&d));
			context_is_up(&d, d.ebi);
			complete_attach(&d);
			is_registered(&d);
			ue_remove(ue_of(&d), UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
		} else {
			quiet(d.enb);
			say(&d, detach_accept, &(struct nas_detach_accept){0});
		}
		released(&d);
		enb_down(d.enb);
	}
}

/* 36.413 9.2.1.22: eNodeBs are told where the device must not go, and it is not let go there. */
static void denied_area_is_told_to_enodebs_and_is_no_target(void **state)
{
	char error[128];
	const char *warning;
	struct device d = device(enb_ready(0), "001010000000001");
	struct s1_assoc *other = &assoc[1];
	const struct s1ap_initial_context_setup_request *q;
	struct s1ap_handover_required m;

	(void)state;
	enb_up(other);
	setup_as(other, (struct site){PLMN, PLMN, 101, 9});
	expect(other, s1_setup_response);
	assert_true(access_add("deny tac 9", 0, error, sizeof(error), &warning) > 0);
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	q = expect(d.enb, initial_context_setup_request);
	assert_true(q->has.handover_restriction_list);
	assert_int_equal(q->handover_restriction_list.serving_plmn, PLMN);
	assert_false(q->handover_restriction_list.has.equivalent_plmns);
	assert_int_equal(q->handover_restriction_list.forbidden_tas.n, 1);
	assert_int_equal(q->handover_restriction_list.forbidden_tas.v[0].forbidden_tacs.n, 1);
	assert_int_equal(q->handover_restriction_list.forbidden_tas.v[0].forbidden_tacs.v[0], 9);
	d.mme_id = q->mme_ue_s1ap_id;
	read_accept(&d, q->e_rab_to_be_setup_list.v[0].nas_pdu);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	m = required(&d, 1);
	m.target_id.target_enb_id.selected_tai.tac = 9;
	tell(d.enb, handover_required, &m);
	refused(d.enb, &d, S1AP_CAUSE(RADIO, HO_TARGET_NOT_ALLOWED));
	quiet(other);
	assert_int_equal(access_del(1), 0);
}

/* The other one is being disconnected. */
static void device_that_is_left_without_a_connection_is_to_attach_again(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_activate_default_bearer_accept yes = {.ebi = NEXT};
	struct nas_pdn_disconnect_request end = {.pti = 8, .linked_ebi = NEXT};
	struct nas_esm_status s = {.ebi = EBI, .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};

	(void)state;
	say(&d, pdn_connectivity_request, &q);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	say(&d, activate_default_bearer_accept, &yes);
	say(&d, pdn_disconnect_request, &end);
	read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	say(&d, esm_status, &s);
	assert_int_equal(release_of(&d, EBI).n, 0);
	hear(&d, detach_request_network, DETACH_REQUEST);
}

/* The answer to the release of the one that had its identity is not its own. */
static void bearer_with_the_identity_of_one_that_was_lost(void **state)
{
	struct device d = with_bearer();
	struct nas_esm_status s = {.ebi = NEXT, .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};

	(void)state;
	say(&d, esm_status, &s);
	assert_int_equal(release_of(&d, NEXT).n, 0);
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	released_e_rab(&d, NEXT);
	accept_dedicated(&d, NEXT);
	assert_int_equal(asked.answers, 0);
	set_up(&d, NEXT, true);
	answer_is(GTPC_ACCEPTED);
	assert_int_equal(asked.r.bearer[0].s1u_enb.teid, 0x30000u + NEXT);
}

/* The source has put its release off, and the target has taken it. */
static void e_rab_that_a_device_has_lost_meanwhile_goes_at_the_target(void **state)
{
	struct device d = with_bearer();
	struct s1ap_e_rab_release_response m = {0};
	struct s1ap_e_rab_item no = {
		.e_rab_id = NEXT, .cause = S1AP_CAUSE(RADIO, S1_INTRA_SYSTEM_HANDOVER_TRIGGERED)};
	struct nas_esm_status s = {.ebi = NEXT, .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};
	uint8_t ebi[] = {EBI, NEXT};
	struct ho h;

	(void)state;
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_failed_to_release_list, (struct s1ap_e_rab_list){&no, 1});
	h = begin(&d, 1);
	say(&d, esm_status, &s);
	assert_int_equal(release_of(&d, NEXT).n, 0);
	tell(d.enb, e_rab_release_response, &m);
	admit(&h, ebi, 2, PLAIN);
	commanded(&h, &d);
	notify_only(&h, &d);
	assert_null(bearer(&d, NEXT));
	assert_int_equal(release_of(&d, NEXT).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(e_rab_put_off_for_a_handover_is_set_up_at_the_target),
		BEHAVIOUR(e_rab_put_off_for_nothing_is_tried_again_three_times),
		BEHAVIOUR(device_that_moves_before_it_accepts_gets_the_bearer_where_it_is),
		BEHAVIOUR(path_switch_takes_no_bearer_that_is_not_there_yet),
		BEHAVIOUR(pdn_connection_and_deactivation_wait_for_a_handover),
		BEHAVIOUR(e_rab_whose_release_is_put_off_for_a_handover_is_released_at_the_target),
		BEHAVIOUR(e_rab_that_the_enodeb_does_not_know_is_released),
		BEHAVIOUR(e_rab_that_a_device_has_lost_meanwhile_goes_at_the_target),
		BEHAVIOUR(device_that_is_left_without_a_connection_is_to_attach_again),
		BEHAVIOUR(bearer_with_the_identity_of_one_that_was_lost),
		BEHAVIOUR(context_modification_waits_for_a_handover_and_goes_to_the_target),
		BEHAVIOUR(location_that_the_source_cannot_tell_is_asked_of_the_target),
		BEHAVIOUR(reports_are_stopped_at_the_source_if_the_handover_does_not_come),
		BEHAVIOUR(enodeb_that_vanishes_ends_a_modification_and_a_deactivation),
		BEHAVIOUR(dedicated_bearer_that_a_device_has_lost_ends_at_its_update),
		BEHAVIOUR(update_without_a_bearer_that_is_being_deactivated_ends_it),
		BEHAVIOUR(update_without_a_connection_that_is_being_set_up_ends_it),
		BEHAVIOUR(bearer_that_the_gateway_refuses_does_not_cost_the_others),
		BEHAVIOUR(denied_area_is_told_to_enodebs_and_is_no_target),
		BEHAVIOUR(device_that_is_told_to_attach_again_does_so_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
