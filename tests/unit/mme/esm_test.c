/* SPDX-License-Identifier: Apache-2.0 */
/* Session management of a registered device: further PDN connections, dedicated bearers, what the
 * device asks for, E-RABs that fail or go, and the silence of each side in each step. */
#include "session.h"

/* ---- dedicated bearers ---- */

static void bearer_is_activated_when_enodeb_and_device_agree(void **state)
{
	(void)state;
	for (int device_first = 0; device_first < 2; device_first++) {
		struct device d = registered();
		const struct nas_activate_dedicated_bearer_request *m;

		ask_for_a_bearer(&d, 7);
		m = setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
		assert_int_equal(m->ebi, NEXT);
		assert_int_equal(m->linked_ebi, EBI);
		assert_int_equal(m->qos.qci, 7);
		assert_int_equal(m->tft.n, TFT_N);
		assert_memory_equal(m->tft.p, tft, TFT_N);
		if (device_first)
			accept_dedicated(&d, NEXT);
		set_up(&d, NEXT, true);
		if (!device_first) {
			assert_int_equal(asked.answers, 0);
			accept_dedicated(&d, NEXT);
		}
		answer_is(GTPC_ACCEPTED);
		assert_int_equal(asked.r.bearer[0].ebi, NEXT);
		assert_int_equal(asked.r.bearer[0].s1u_enb.teid, 0x30000 + NEXT);
		assert_true(bearer(&d, NEXT)->active);
		assert_int_equal(procedures(), 0);
		ue_remove(ue_of(&d), UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
		released(&d);
		enb_down(d.enb);
	}
}

static void refusal_of_a_device_reaches_the_gateway_and_the_e_rab_goes(void **state)
{
	static const struct {
		uint8_t esm;
		enum gtpc_cause gtpc;
	} causes[] = {{ESM_CAUSE_INSUFFICIENT_RESOURCES, GTPC_NO_RESOURCES},
		      {ESM_CAUSE_TFT_SEMANTIC, GTPC_SEMANTIC_ERROR_IN_TFT},
		      {ESM_CAUSE_TFT_SYNTAX, GTPC_SYNTACTIC_ERROR_IN_TFT},
		      {ESM_CAUSE_FILTER_SEMANTIC, GTPC_SEMANTIC_ERROR_IN_FILTER},
		      {ESM_CAUSE_FILTER_SYNTAX, GTPC_SYNTACTIC_ERROR_IN_FILTER},
		      {ESM_CAUSE_REJECTED, GTPC_UE_REFUSES}};
	struct device d = registered();

	(void)state;
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		struct nas_activate_dedicated_bearer_reject r = {.ebi = NEXT,
								 .esm_cause = causes[i].esm};

		ask_for_a_bearer(&d, 7);
		setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
		set_up(&d, NEXT, true);
		say(&d, activate_dedicated_bearer_reject, &r);
		answer_is(causes[i].gtpc);
		assert_int_equal(release_of(&d, NEXT).n, 0);
		released_e_rab(&d, NEXT);
		assert_null(bearer(&d, NEXT));
	}
	quiet(d.enb);
}

static void e_rab_that_fails_is_no_bearer(void **state)
{
	struct device d = registered();

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(&d, NEXT, false);
	answer_is(GTPC_NO_RESOURCES);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

static void silent_device_hears_the_request_five_times_by_t3485(void **state)
{
	struct device d = registered();

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	for (int i = 0; i < 4; i++) {
		elapse(8500);
		hear(&d, activate_dedicated_bearer_request, ACTIVATE_DEDICATED_BEARER_REQUEST);
		quiet(d.enb);
	}
	assert_int_equal(asked.answers, 0);
	elapse(8500);
	answer_is(GTPC_UE_NOT_RESPONDING);
	release_of(&d, NEXT);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

/* 6.4.2.3: T3485 is the device's alone. */
static void device_that_took_a_bearer_of_a_silent_enodeb_gives_it_up(void **state)
{
	struct device d = registered();
	struct nas_deactivate_bearer_accept a = {.ebi = NEXT};

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	accept_dedicated(&d, NEXT);
	for (int i = 0; i < 4; i++) {
		elapse(8500);
		quiet(d.enb);
	}
	elapse(8500);
	answer_is(GTPC_NO_RESOURCES);
	read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	say(&d, deactivate_bearer_accept, &a);
	for (int i = 0; i < 5; i++) { /* nor is T3495 any more */
		quiet(d.enb);
		elapse(8500);
	}
	assert_null(bearer(&d, NEXT));
	assert_int_equal(procedures(), 0);
}

static void bearer_dies_with_its_connection_while_it_is_activated(void **state)
{
	struct device d = registered();

	(void)state;
	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	enb_down(d.enb);
	answer_is(GTPC_UE_NOT_RESPONDING);
	is_registered(&d);
	assert_null(bearer(&d, NEXT));
	assert_int_equal(procedures(), 0);
}

static void idle_device_is_paged_for_a_bearer(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");

	(void)state;
	ask_for_a_bearer(&d, 7);
	expect(d.enb, paging);
	assert_int_equal(asked.answers, 0);
	for (int i = 0; i < 2; i++) {
		elapse(6500);
		expect(d.enb, paging);
	}
	elapse(6500);
	answer_is(GTPC_UNABLE_TO_PAGE);
	assert_int_equal(procedures(), 0);
}

static void late_e_rab_of_nobody_is_released(void **state)
{
	struct device d = registered();

	(void)state;
	set_up(&d, 9, true);
	assert_int_equal(release_of(&d, 9).n, 0);
	quiet(d.enb);
}

static void create_bearer_for_what_is_not_there_is_refused(void **state)
{
	struct device d = registered();
	struct gtpc_request q = request(&d, GTPC_CREATE_BEARER);

	(void)state;
	q.linked_ebi = 9;
	gateway_asks(&q);
	answer_is(GTPC_MANDATORY_IE_MISSING);
	q.bearer[0].tft.n = TFT_N;
	memcpy(q.bearer[0].tft.b, tft, TFT_N);
	gateway_asks(&q);
	answer_is(GTPC_CONTEXT_NOT_FOUND);
	quiet(d.enb);
}

/* ---- modification ---- */

static void modified_e_rab(struct device *d, uint8_t ebi)
{
	struct s1ap_e_rab_modify_response r = {0};
	struct s1ap_e_rab_modify_item_bearer_mod_res item = {.e_rab_id = ebi};

	S1AP_SET(&r, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&r, e_rab_modify_list, (struct s1ap_e_rab_modify_list_bearer_mod_res){&item, 1});
	tell(d->enb, e_rab_modify_response, &r);
}

static void new_qos_travels_in_an_e_rab_modify_request(void **state)
{
	struct device d = with_bearer();
	const struct s1ap_e_rab_modify_request *m;
	struct nas_modify_bearer_accept a = {.ebi = NEXT};
	const struct nas_modify_bearer_request *nas;

	(void)state;
	modify(&d, 8, NULL, 0);
	m = expect(d.enb, e_rab_modify_request);
	assert_int_equal(m->e_rab_to_be_modified_list.v[0].e_rab_level_qos_parameters.qci, 8);
	nas = read_nas(&d, m->e_rab_to_be_modified_list.v[0].nas_pdu, NAS_MODIFY_BEARER_REQUEST);
	assert_int_equal(nas->qos.qci, 8);
	say(&d, modify_bearer_accept, &a);
	assert_int_equal(asked.answers, 0);
	modified_e_rab(&d, NEXT);
	answer_is(GTPC_ACCEPTED);
	assert_int_equal(bearer(&d, NEXT)->qos.qci, 8);
}

static void new_filters_travel_alone_and_are_the_bearers(void **state)
{
	struct device d = with_bearer();
	struct nas_modify_bearer_accept a = {.ebi = NEXT};

	(void)state;
	modify(&d, 0, "\x61\x31\x06\x02\x30\x06", 6);
	assert_int_equal(hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST)->tft.n, 6);
	say(&d, modify_bearer_accept, &a);
	answer_is(GTPC_ACCEPTED);
	assert_int_equal(bearer(&d, NEXT)->tft_n, TFT_N + 5);
	modify(&d, 0, "\xa2\x00\x01", 3); /* none would be left */
	answer_is(GTPC_SEMANTIC_ERROR_IN_TFT);
	quiet(d.enb);
}

static void modification_that_a_device_does_not_answer_leaves_the_bearer_as_it_was(void **state)
{
	struct device d = with_bearer();

	(void)state;
	modify(&d, 0, "\x61\x31\x06\x02\x30\x06", 6);
	for (int i = 0; i < 5; i++) {
		hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
		quiet(d.enb);
		elapse(8500);
	}
	answer_is(GTPC_UE_NOT_RESPONDING);
	assert_int_equal(bearer(&d, NEXT)->tft_n, TFT_N);
}

/* The eNodeB had the new QoS already: it is told the old one again. */
static void qos_that_a_device_does_not_answer_is_taken_back_at_the_enodeb(void **state)
{
	struct device d = with_bearer();
	const struct s1ap_e_rab_modify_request *m;
	uint8_t qci = bearer(&d, NEXT)->qos.qci;

	(void)state;
	modify(&d, 8, NULL, 0);
	m = expect(d.enb, e_rab_modify_request);
	read_nas(&d, m->e_rab_to_be_modified_list.v[0].nas_pdu, NAS_MODIFY_BEARER_REQUEST);
	modified_e_rab(&d, NEXT);
	for (int i = 0; i < 4; i++) {
		elapse(8500);
		hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
	}
	elapse(8500);
	answer_is(GTPC_UE_NOT_RESPONDING);
	m = expect(d.enb, e_rab_modify_request);
	assert_int_equal(m->e_rab_to_be_modified_list.v[0].e_rab_level_qos_parameters.qci, qci);
	assert_int_equal(bearer(&d, NEXT)->qos.qci, qci);
	modified_e_rab(&d, NEXT);
	quiet(d.enb);
}

static void bearer_that_the_device_does_not_know_is_lost(void **state)
{
	struct device d = with_bearer();
	struct nas_modify_bearer_reject r = {.ebi = NEXT,
					     .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};

	(void)state;
	modify(&d, 0, "\x61\x31\x06\x02\x30\x06", 6);
	hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
	say(&d, modify_bearer_reject, &r);
	answer_is(GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(sgw.commands, 1); /* Delete Bearer Command */
	assert_int_equal(release_of(&d, NEXT).n, 0);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

static void device_that_does_not_know_its_last_bearer_is_to_attach_again(void **state)
{
	struct device d = registered();
	struct nas_esm_status s = {.ebi = EBI, .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};

	(void)state;
	say(&d, esm_status, &s);
	assert_int_equal(release_of(&d, EBI).n, 0);
	assert_int_equal(sessions(), 0);
	assert_int_equal(hear(&d, detach_request_network, DETACH_REQUEST)->detach_type.type,
			 NAS_DETACH_REATTACH);
}

/* Nothing is put back at its eNodeB, whose answer came first. */
static void modified_bearer_that_the_device_does_not_know_is_lost(void **state)
{
	struct device d = with_bearer();
	struct nas_modify_bearer_reject r = {.ebi = NEXT,
					     .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};
	const struct s1ap_e_rab_modify_request *m;

	(void)state;
	modify(&d, 8, NULL, 0);
	m = expect(d.enb, e_rab_modify_request);
	read_nas(&d, m->e_rab_to_be_modified_list.v[0].nas_pdu, NAS_MODIFY_BEARER_REQUEST);
	modified_e_rab(&d, NEXT);
	say(&d, modify_bearer_reject, &r);
	assert_int_equal(release_of(&d, NEXT).n, 0);
	quiet(d.enb);
}

/* ---- deactivation ---- */

static void bearer_is_deactivated_at_enodeb_and_device(void **state)
{
	struct device d = with_bearer();
	struct nas_deactivate_bearer_accept a = {.ebi = NEXT};
	const struct nas_deactivate_bearer_request *m;

	(void)state;
	delete_bearer(&d, NEXT);
	m = read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	assert_int_equal(m->esm_cause, ESM_CAUSE_REGULAR_DEACTIVATION);
	released_e_rab(&d, NEXT);
	assert_int_equal(asked.answers, 0);
	say(&d, deactivate_bearer_accept, &a);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

static void silence_to_t3495_ends_the_bearer_all_the_same(void **state)
{
	struct device d = with_bearer();

	(void)state;
	delete_bearer(&d, NEXT);
	read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	for (int i = 0; i < 4; i++) {
		elapse(8500);
		hear(&d, deactivate_bearer_request, DEACTIVATE_BEARER_REQUEST);
	}
	elapse(8500);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
}

static void bearer_of_an_idle_device_ends_without_a_word(void **state)
{
	struct device d = with_bearer();

	(void)state;
	go_idle(&d);
	delete_bearer(&d, NEXT);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

static void e_rab_that_the_enodeb_releases_is_taken_to_the_gateway(void **state)
{
	struct device d = with_bearer();
	struct s1ap_e_rab_release_indication m = {0};
	struct s1ap_e_rab_item item = {.e_rab_id = NEXT,
				       .cause = S1AP_CAUSE(RADIO, RADIO_RESOURCES_NOT_AVAILABLE)};

	(void)state;
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_released_list, (struct s1ap_e_rab_list){&item, 1});
	tell(d.enb, e_rab_release_indication, &m);
	assert_int_equal(sgw.commands, 1);
	quiet(d.enb);
	item.e_rab_id = EBI; /* the last default bearer: nothing is left there */
	tell(d.enb, e_rab_release_indication, &m);
	released(&d);
	is_registered(&d);
	assert_non_null(bearer(&d, EBI));
}

/* ---- PDN connections ---- */

/* 36.413 8.2.3.3 */
static void e_rab_that_is_released_twice_is_one(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_activate_default_bearer_accept yes = {.ebi = NEXT};
	struct nas_deactivate_bearer_accept gone = {.ebi = NEXT};
	struct s1ap_e_rab_release_indication m = {0};
	struct s1ap_e_rab_item item[] = {
		{.e_rab_id = NEXT, .cause = S1AP_CAUSE(RADIO, UNSPECIFIED)},
		{.e_rab_id = NEXT, .cause = S1AP_CAUSE(RADIO, UNSPECIFIED)},
		{.e_rab_id = NEXT + 1, .cause = S1AP_CAUSE(RADIO, UNSPECIFIED)}};
	struct mme_bearer *more;

	(void)state;
	say(&d, pdn_connectivity_request, &q);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	say(&d, activate_default_bearer_accept, &yes);
	more = bearer_new(ue_of(&d), pdn_by_ebi(ue_of(&d), NEXT)); /* goes with it */
	more->active = more->connected = true;
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_released_list, (struct s1ap_e_rab_list){item, 3});
	tell(d.enb, e_rab_release_indication, &m);
	hear(&d, deactivate_bearer_request, DEACTIVATE_BEARER_REQUEST);
	say(&d, deactivate_bearer_accept, &gone);
	quiet(d.enb); /* the device stays, with the other connection */
	assert_non_null(ue_of(&d)->conn);
	assert_non_null(bearer(&d, EBI));
	assert_null(bearer(&d, NEXT));
	assert_null(bearer(&d, NEXT + 1));
	assert_int_equal(sgw.deleted, 1);
	assert_int_equal(sgw.commands, 0);
	assert_int_equal(procedures(), 0);
}

static void second_pdn_connection_is_set_up_and_disconnected(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_activate_default_bearer_accept a = {.ebi = NEXT};
	struct nas_pdn_disconnect_request x = {.pti = 8, .linked_ebi = NEXT};
	struct nas_deactivate_bearer_accept gone = {.ebi = NEXT};
	const struct nas_deactivate_bearer_request *end;

	(void)state;
	say(&d, pdn_connectivity_request, &q);
	assert_int_equal(sessions(), 2);
	const struct nas_activate_default_bearer_request *m =
		setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);

	assert_int_equal(m->pti, 7);
	assert_string_equal(m->apn.name, "internet");
	set_up(&d, NEXT, true);
	say(&d, activate_default_bearer_accept, &a);
	assert_int_equal(procedures(), 0);
	assert_int_equal(mme_counters.pdn, 1);
	assert_true(bearer(&d, NEXT)->active);
	say(&d, pdn_disconnect_request, &x);
	assert_int_equal(sessions(), 1);
	end = read_nas(&d, release_of(&d, NEXT), NAS_DEACTIVATE_BEARER_REQUEST);
	assert_int_equal(end->pti, 8);
	released_e_rab(&d, NEXT);
	say(&d, deactivate_bearer_accept, &gone);
	assert_null(bearer(&d, NEXT));
	quiet(d.enb);
}

static void pdn_request_sent_again_is_answered_again(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_bearer_resource_allocation_request r = {
		.pti = 7, .linked_ebi = EBI, .tfa = bytes_of(tft, TFT_N), .qos.qci = 7};

	(void)state;
	say(&d, pdn_connectivity_request, &q);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	say(&d, pdn_connectivity_request, &q);
	hear(&d, activate_default_bearer_request, ACTIVATE_DEFAULT_BEARER_REQUEST);
	assert_int_equal(sessions(), 2);
	say(&d, bearer_resource_allocation_request, &r); /* that PTI is taken */
	assert_int_equal(
		hear(&d, bearer_resource_allocation_reject, BEARER_RESOURCE_ALLOCATION_REJECT)
			->esm_cause,
		ESM_CAUSE_PTI_IN_USE);
	quiet(d.enb);
	assert_int_equal(sgw.resources, 0);
}

static void pdn_connection_that_fails_leaves_nothing(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		struct device d = registered();
		struct nas_pdn_connectivity_request q = pdn_of(7);
		struct nas_activate_default_bearer_reject no = {
			.ebi = NEXT, .esm_cause = ESM_CAUSE_INSUFFICIENT_RESOURCES};

		say(&d, pdn_connectivity_request, &q);
		setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
		switch (how) {
		case 0: /* the eNodeB refuses */
			set_up(&d, NEXT, false);
			assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)
						 ->esm_cause,
					 ESM_CAUSE_INSUFFICIENT_RESOURCES);
			break;
		case 1: /* the device refuses */
			set_up(&d, NEXT, true);
			say(&d, activate_default_bearer_reject, &no);
			release_of(&d, NEXT);
			break;
		case 2: /* it is silent */
			set_up(&d, NEXT, true);
			for (int i = 0; i < 4; i++) {
				elapse(8500);
				hear(&d, activate_default_bearer_request,
				     ACTIVATE_DEFAULT_BEARER_REQUEST);
			}
			elapse(8500);
			release_of(&d, NEXT);
			break;
		default:
			enb_down(d.enb);
		}
		assert_int_equal(sessions(), 1);
		assert_null(bearer(&d, NEXT));
		assert_int_equal(procedures(), 0);
		ue_remove(ue_of(&d), UE_NO_RELEASE, S1AP_CAUSE(NAS, DETACH));
		run();
		enb_down(d.enb);
	}
}

static void pdn_requests_are_refused_with_their_causes(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	static const struct {
		uint8_t pti, type, pdn_type, cause;
	} rows[] = {
		{0, NAS_REQUEST_INITIAL, NAS_PDN_IPV4, ESM_CAUSE_INVALID_PTI},
		{255, NAS_REQUEST_INITIAL, NAS_PDN_IPV4, ESM_CAUSE_INVALID_PTI},
		{9, NAS_REQUEST_HANDOVER, NAS_PDN_IPV4, ESM_CAUSE_NO_PDN_CONNECTION},
		{9, NAS_REQUEST_EMERGENCY_HANDOVER, NAS_PDN_IPV4, ESM_CAUSE_NO_PDN_CONNECTION},
		{9, NAS_REQUEST_EMERGENCY, NAS_PDN_IPV4, ESM_CAUSE_OPTION_NOT_SUPPORTED},
		{9, NAS_REQUEST_INITIAL, NAS_PDN_NON_IP, ESM_CAUSE_UNKNOWN_PDN_TYPE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		q.pti = rows[i].pti;
		q.request_type = rows[i].type;
		q.pdn_type = rows[i].pdn_type;
		say(&d, pdn_connectivity_request, &q);
		assert_int_equal(
			hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			rows[i].cause);
	}
	q = pdn_of(9);
	sgw.create_cause = GTPC_MISSING_OR_UNKNOWN_APN;
	say(&d, pdn_connectivity_request, &q);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_UNKNOWN_APN);
	sgw.create_cause = GTPC_NO_RESOURCES;
	say(&d, pdn_connectivity_request, &q);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_INSUFFICIENT_RESOURCES);
	quiet(d.enb);
}

/* By the emergency configuration, whatever is subscribed (23.401 4.3.12.1); one. */
static void registered_device_has_a_connection_for_an_emergency(void **state)
{
	struct mme_config config = bench_config;
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_activate_default_bearer_accept yes = {.ebi = NEXT};
	const struct nas_activate_default_bearer_request *m;

	(void)state;
	config.emergency =
		(struct mme_emergency){.attach = EMERGENCY_PROVEN, .apn = "sos", .qci = 5};
	config.emergency.rate = 640000;
	mme_reload(&config);
	struct device d = registered();

	q.request_type = NAS_REQUEST_EMERGENCY;
	q.information_transfer = NAS_INFORMATION_TRANSFER_REQUIRED; /* it has nothing to say */
	SET(&q, nas_pdn_connectivity_request, information_transfer);
	say(&d, pdn_connectivity_request, &q);
	m = setup_of(&d, NEXT, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	assert_string_equal(m->apn.name, "sos");
	assert_int_equal(m->qos.qci, 5);
	assert_int_equal(bearer(&d, NEXT)->qos.arp_priority, 1);
	set_up(&d, NEXT, true);
	say(&d, activate_default_bearer_accept, &yes);
	assert_int_equal(sessions(), 2);
	q.pti = 8;
	say(&d, pdn_connectivity_request, &q);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_MULTIPLE_CONNECTIONS_NOT_ALLOWED);
	quiet(d.enb);
	mme_reload(&bench_config);
}

static void eleven_bearers_are_the_most(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);

	(void)state;
	for (uint8_t ebi = 6; ebi <= 15; ebi++) {
		struct nas_activate_default_bearer_accept a = {.ebi = ebi};

		say(&d, pdn_connectivity_request, &q);
		setup_of(&d, ebi, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
		set_up(&d, ebi, true);
		say(&d, activate_default_bearer_accept, &a);
	}
	say(&d, pdn_connectivity_request, &q);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_MAX_BEARERS);
	ask_for_a_bearer(&d, 7);
	answer_is(GTPC_NO_RESOURCES);
	assert_int_equal(sessions(), 11);
}

/* ---- what the device asks for ---- */

static void resource_request_goes_to_the_gateway_with_its_pti(void **state)
{
	struct device d = registered();
	struct nas_bearer_resource_allocation_request r = {
		.pti = 9, .linked_ebi = EBI, .tfa = bytes_of(tft, TFT_N), .qos.qci = 7};

	(void)state;
	say(&d, bearer_resource_allocation_request, &r);
	assert_int_equal(sgw.resources, 1);
	assert_int_equal(sgw.resource.pti, 9);
	assert_int_equal(sgw.resource.linked_ebi, EBI);
	assert_int_equal(sgw.resource.bearer[0].qos.qci, 7);
	quiet(d.enb);
	sgw.resource_cause = GTPC_SERVICE_DENIED;
	r.pti = 10;
	say(&d, bearer_resource_allocation_request, &r);
	assert_int_equal(
		hear(&d, bearer_resource_allocation_reject, BEARER_RESOURCE_ALLOCATION_REJECT)
			->esm_cause,
		ESM_CAUSE_REJECTED);
}

/* The gateway agrees, and there is no bearer identity left for it. */
static void device_with_eleven_bearers_is_refused_a_resource_of_its_own(void **state)
{
	struct device d = registered();
	struct gtpc_request q = request(&d, GTPC_CREATE_BEARER);
	const struct nas_bearer_resource_allocation_reject *r;

	(void)state;
	for (uint8_t ebi = NEXT; ebi <= 15; ebi++) {
		ask_for_a_bearer(&d, 7);
		setup_of(&d, ebi, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
		set_up(&d, ebi, true);
		accept_dedicated(&d, ebi);
		answer_is(GTPC_ACCEPTED);
	}
	q.linked_ebi = EBI;
	q.pti = 9;
	q.bearer[0].qos.qci = 7;
	q.bearer[0].tft.n = TFT_N;
	memcpy(q.bearer[0].tft.b, tft, TFT_N);
	gateway_asks(&q);
	answer_is(GTPC_NO_RESOURCES);
	r = hear(&d, bearer_resource_allocation_reject, BEARER_RESOURCE_ALLOCATION_REJECT);
	assert_int_equal(r->pti, 9);
	assert_int_equal(r->esm_cause, ESM_CAUSE_INSUFFICIENT_RESOURCES);
	quiet(d.enb);
}

/* 7.3.2: without a bearer's identity it is about the transaction that it names, or nothing. */
static void esm_status_without_a_bearer_ends_nobody_elses_procedure(void **state)
{
	struct device d = registered();
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_esm_status s = {.pti = 8, .esm_cause = ESM_CAUSE_INVALID_PTI};

	(void)state;
	q.information_transfer = NAS_INFORMATION_TRANSFER_REQUIRED;
	SET(&q, nas_pdn_connectivity_request, information_transfer);
	say(&d, pdn_connectivity_request, &q);
	hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
	say(&d, esm_status, &s);
	s = (struct nas_esm_status){.esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};
	say(&d, esm_status, &s);
	assert_int_equal(procedures(), 1);
	quiet(d.enb);
	s = (struct nas_esm_status){.pti = 7, .esm_cause = ESM_CAUSE_INVALID_PTI};
	say(&d, esm_status, &s);
	assert_int_equal(procedures(), 0);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_INVALID_PTI);
}

static void resource_requests_are_refused_with_their_causes(void **state)
{
	struct device d = registered();
	static const struct {
		const char *tfa;
		uint8_t n, pti, linked, qci, cause;
	} rows[] = {
		{"\x21\x30\x05\x02\x30\x11", 6, 0, EBI, 7, ESM_CAUSE_INVALID_PTI},
		{"\x21\x30\x05\x02\x30\x11", 6, 9, 12, 7, ESM_CAUSE_INVALID_BEARER_IDENTITY},
		{"\x61\x30\x05\x02\x30\x11", 6, 9, EBI, 7, ESM_CAUSE_TFT_SEMANTIC},
		{"\x22\x30\x05\x02\x30\x11", 6, 9, EBI, 7, ESM_CAUSE_TFT_SYNTAX},
		{"\x21\x30\x05\x05\x51\x00\x02\x00\x01", 9, 9, EBI, 7, ESM_CAUSE_FILTER_SEMANTIC},
		{"\x21\x30\x05\x02\x31\x11", 6, 9, EBI, 7, ESM_CAUSE_FILTER_SYNTAX},
		{"\x21\x30\x05\x02\x30\x11", 6, 9, EBI, 1, ESM_CAUSE_QOS_NOT_ACCEPTED},
		{"\x21\x30\x05\x02\x30\x11", 6, 9, EBI, 0, ESM_CAUSE_UNSUPPORTED_QCI},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nas_bearer_resource_allocation_request r = {
			.pti = rows[i].pti,
			.linked_ebi = rows[i].linked,
			.tfa = bytes_of(rows[i].tfa, rows[i].n),
			.qos.qci = rows[i].qci,
		};

		say(&d, bearer_resource_allocation_request, &r);
		assert_int_equal(hear(&d, bearer_resource_allocation_reject,
				      BEARER_RESOURCE_ALLOCATION_REJECT)
					 ->esm_cause,
				 rows[i].cause);
	}
	assert_int_equal(sgw.resources, 0);
	quiet(d.enb);
}

static void modification_collides_with_the_networks(void **state)
{
	struct device d = with_bearer();
	struct nas_bearer_resource_modification_request r = {
		.pti = 9, .linked_ebi = NEXT, .tfa = bytes_of("\x61\x31\x06\x02\x30\x06", 6)};

	(void)state;
	modify(&d, 0, "\x61\x31\x06\x02\x30\x06", 6);
	hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
	say(&d, bearer_resource_modification_request, &r);
	assert_int_equal(
		hear(&d, bearer_resource_modification_reject, BEARER_RESOURCE_MODIFICATION_REJECT)
			->esm_cause,
		ESM_CAUSE_COLLISION);
	assert_int_equal(sgw.resources, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(bearer_is_activated_when_enodeb_and_device_agree),
		BEHAVIOUR(refusal_of_a_device_reaches_the_gateway_and_the_e_rab_goes),
		BEHAVIOUR(e_rab_that_fails_is_no_bearer),
		BEHAVIOUR(silent_device_hears_the_request_five_times_by_t3485),
		BEHAVIOUR(device_that_took_a_bearer_of_a_silent_enodeb_gives_it_up),
		BEHAVIOUR(bearer_dies_with_its_connection_while_it_is_activated),
		BEHAVIOUR(idle_device_is_paged_for_a_bearer),
		BEHAVIOUR(late_e_rab_of_nobody_is_released),
		BEHAVIOUR(create_bearer_for_what_is_not_there_is_refused),
		BEHAVIOUR(new_qos_travels_in_an_e_rab_modify_request),
		BEHAVIOUR(new_filters_travel_alone_and_are_the_bearers),
		BEHAVIOUR(modification_that_a_device_does_not_answer_leaves_the_bearer_as_it_was),
		BEHAVIOUR(qos_that_a_device_does_not_answer_is_taken_back_at_the_enodeb),
		BEHAVIOUR(bearer_that_the_device_does_not_know_is_lost),
		BEHAVIOUR(device_that_does_not_know_its_last_bearer_is_to_attach_again),
		BEHAVIOUR(modified_bearer_that_the_device_does_not_know_is_lost),
		BEHAVIOUR(bearer_is_deactivated_at_enodeb_and_device),
		BEHAVIOUR(silence_to_t3495_ends_the_bearer_all_the_same),
		BEHAVIOUR(bearer_of_an_idle_device_ends_without_a_word),
		BEHAVIOUR(e_rab_that_the_enodeb_releases_is_taken_to_the_gateway),
		BEHAVIOUR(e_rab_that_is_released_twice_is_one),
		BEHAVIOUR(second_pdn_connection_is_set_up_and_disconnected),
		BEHAVIOUR(pdn_request_sent_again_is_answered_again),
		BEHAVIOUR(pdn_connection_that_fails_leaves_nothing),
		BEHAVIOUR(pdn_requests_are_refused_with_their_causes),
		BEHAVIOUR(registered_device_has_a_connection_for_an_emergency),
		BEHAVIOUR(eleven_bearers_are_the_most),
		BEHAVIOUR(resource_request_goes_to_the_gateway_with_its_pti),
		BEHAVIOUR(device_with_eleven_bearers_is_refused_a_resource_of_its_own),
		BEHAVIOUR(esm_status_without_a_bearer_ends_nobody_elses_procedure),
		BEHAVIOUR(resource_requests_are_refused_with_their_causes),
		BEHAVIOUR(modification_collides_with_the_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
