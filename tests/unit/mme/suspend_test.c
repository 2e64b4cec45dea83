/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that are suspended and resumed (TS 36.413 8.3.7, 8.3.8; TS 23.401 5.3.4A, 5.3.5A). */
#include "legs.h"
#include "session.h"

#define ID_PAIR(m, d)                                                                              \
	(S1AP_SET(m, mme_ue_s1ap_id, (d)->mme_id), S1AP_SET(m, enb_ue_s1ap_id, (d)->enb_id))

static struct device ciot(unsigned enb)
{
	struct device d = device(enb_ready(enb), "001010000000001");

	d.up_ciot = true;
	attach_to(&d, AT_DONE);
	return d;
}

static void ask_suspend(const struct device *d)
{
	struct s1ap_ue_context_suspend_request m = {0};

	ID_PAIR(&m, d);
	tell(d->enb, ue_context_suspend_request, &m);
}

/* Pairs so far since the KeNB: steps. */
static void suspended(const struct device *d, unsigned steps)
{
	const struct s1ap_ue_context_suspend_response *r;
	unsigned released_before = sgw.released;

	ask_suspend(d);
	r = expect(d->enb, ue_context_suspend_response);
	assert_int_equal(r->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(r->enb_ue_s1ap_id, d->enb_id);
	assert_true(r->has.security_context);
	is_pair(d, &r->security_context, steps);
	quiet(d->enb);
	assert_null(ue_of(d)->conn);
	assert_false(ue_is_connected(ue_of(d)));
	assert_int_equal(sgw.released, released_before + 1);
	assert_int_equal(in_use("s1_conn"), 1);
}

static void ask_resume(const struct device *d, uint8_t failed)
{
	struct s1ap_ue_context_resume_request m = {0};
	struct s1ap_e_rab_failed_to_resume_item_resume_req item = {
		.e_rab_id = failed,
		.cause = S1AP_CAUSE(RADIO, RADIO_RESOURCES_NOT_AVAILABLE),
	};

	ID_PAIR(&m, d);
	if (failed)
		S1AP_SET(&m, e_rab_failed_to_resume_list,
			 (struct s1ap_e_rab_failed_to_resume_list_resume_req){&item, 1});
	S1AP_SET(&m, rrc_resume_cause, S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA);
	tell(d->enb, ue_context_resume_request, &m);
}

static void resumed(struct device *d, unsigned steps)
{
	const struct s1ap_ue_context_resume_response *r;

	ask_resume(d, 0);
	r = expect(d->enb, ue_context_resume_response);
	assert_int_equal(r->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(r->enb_ue_s1ap_id, d->enb_id);
	assert_false(r->has.e_rab_failed_to_resume_list);
	is_pair(d, &r->security_context, steps);
	assert_true(the_session()->connected);
	talks(d); /* protected on both sides, without a word of NAS before */
}

static void who_can_is_offered_it(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	const struct s1ap_initial_context_setup_request *r;

	for (unsigned can = 0; can < 2; can++) {
		d.up_ciot = can;
		attach_to(&d, AT_SMC);
		complete_smc(&d);
		r = expect(d.enb, initial_context_setup_request);
		assert_int_equal(r->has.ue_user_plane_ciot_support_indicator, can);
		d.mme_id = r->mme_ue_s1ap_id;
		const struct nas_attach_accept *a =
			read_accept(&d, r->e_rab_to_be_setup_list.v[0].nas_pdu);

		assert_int_equal(a->network_features & NAS_FEATURE_UP_CIOT,
				 can ? NAS_FEATURE_UP_CIOT : 0);
		context_is_up(&d, d.ebi);
		complete_attach(&d);
		go_idle(&d);
		d.sec.ksi = NAS_KSI_NONE;
	}
	struct nas_tau_request t = tau_of(&d, NAS_TA_UPDATE, false);

	t.ksi = ue_of(&d)->sec->ksi;
	initial(&d, protect(&d, NAS(tau_request, &t), NAS_SEC_INTEGRITY));
	assert_true(hear(&d, tau_accept, TAU_ACCEPT)->network_features & NAS_FEATURE_UP_CIOT);
	released(&d);
}

static void suspended_device_resumes(void **state)
{
	(void)state;
	struct device d = ciot(0);
	uint32_t tunnel = the_session()->enb_teid;

	suspended(&d, 2);
	the_session()->enb_teid = 0;
	resumed(&d, 3);
	assert_int_equal(the_session()->enb_teid, tunnel);
	suspended(&d, 4);
	resumed(&d, 5);
	assert_int_equal(mme_counters.suspended, 2);
	assert_int_equal(mme_counters.resumed, 2);
	assert_int_equal(mme_counters.service, 0);
	assert_int_equal(procedures(), 0);
}

static void data_calls_a_suspended_device(void **state)
{
	(void)state;
	struct device d = ciot(0);

	suspended(&d, 2);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	expect(d.enb, paging);
	resumed(&d, 3);
	assert_int_equal(mme_counters.paging_answered, 1);
	assert_int_equal(procedures(), 0);
	elapse(60000); /* and it is not called again */
	quiet(d.enb);
}

static void device_that_comes_anew_leaves_the_old_connection(void **state)
{
	(void)state;
	struct device d = ciot(0), old = d;

	suspended(&d, 2);
	initial(&d, service_request(&d));
	assert_int_equal(released(&old).value, S1AP_CAUSE_NAS_NORMAL_RELEASE);
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_true(ue_is_connected(ue_of(&d)));
	assert_int_equal(in_use("s1_conn"), 1);
	ask_resume(&old, 0); /* too late */
	is_unknown_at(d.enb, S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID);
	talks(&d);
}

static void device_resumes_at_another_enodeb(void **state)
{
	(void)state;
	struct device d = ciot(0);
	struct s1_assoc *from = d.enb, *to = enb_ready(1);
	struct request r;

	suspended(&d, 2);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	expect(from, paging);
	expect(to, paging);
	compose(&r, &d, 77);
	S1AP_SET(&r.m, rrc_resume_cause, S1AP_RRC_ESTABLISHMENT_CAUSE_MT_ACCESS);
	ask(&r, &d, to);
	is_pair(&d, &expect(to, path_switch_request_acknowledge)->security_context, 3);
	assert_int_equal(the_session()->enb_teid, 0x9000 + 77);
	assert_int_equal(mme_counters.resumed, 1);
	assert_int_equal(procedures(), 0);
	quiet(from);
	talks(&d);
}

static void resumption_of_nothing_fails(void **state)
{
	(void)state;
	struct device d = ciot(0);
	const struct s1ap_ue_context_resume_failure *f;

	ask_resume(&d, 0); /* it is not suspended */
	f = expect(d.enb, ue_context_resume_failure);
	assert_int_equal(f->cause.value,
			 S1AP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
	talks(&d);
	suspended(&d, 2);
	ask_suspend(&d); /* twice */
	assert_int_equal(expect(d.enb, error_indication)->cause.value,
			 S1AP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
	say(&d, emm_status, (&(struct nas_emm_status){.emm_cause = EMM_CAUSE_PROTOCOL_ERROR}));
	quiet(d.enb); /* nobody is at a suspended connection */
	resumed(&d, 3);
	assert_int_equal(mme_counters.resume_failed, 1);
}

static void resumption_without_a_bearer_fails(void **state)
{
	(void)state;
	struct device d = ciot(0);

	suspended(&d, 2);
	ask_resume(&d, d.ebi);
	assert_int_equal(expect(d.enb, ue_context_resume_failure)->cause.value,
			 S1AP_CAUSE_RADIO_RADIO_RESOURCES_NOT_AVAILABLE);
	released(&d);
	is_registered(&d);
	serve_device(&d); /* by a service request */
	assert_true(ue_is_connected(ue_of(&d)));
}

static void bearer_that_fails_to_resume_ends(void **state)
{
	(void)state;
	struct device d = ciot(0);
	uint8_t more = dedicated(&d);

	bearer_by_ebi(ue_of(&d), more)->s1u_enb = ue_of(&d)->pdns->bearers->s1u_enb;
	suspended(&d, 2);
	ask_resume(&d, more);
	expect(d.enb, ue_context_resume_response);
	assert_true(the_session()->connected);
	assert_int_equal(sgw.commands, 1); /* Delete Bearer Command */
}

/* The eNodeB has it still. */
static void bearer_that_ended_meanwhile_is_not_resumed(void **state)
{
	(void)state;
	struct device d = ciot(0);
	uint8_t more = dedicated(&d);
	const struct s1ap_ue_context_resume_response *r;

	bearer_by_ebi(ue_of(&d), more)->s1u_enb = ue_of(&d)->pdns->bearers->s1u_enb;
	suspended(&d, 2);
	delete_bearer(&d, more);
	answer_is(GTPC_ACCEPTED);
	assert_null(bearer_by_ebi(ue_of(&d), more));
	ask_resume(&d, 0);
	r = expect(d.enb, ue_context_resume_response);
	assert_true(r->has.e_rab_failed_to_resume_list);
	assert_int_equal(r->e_rab_failed_to_resume_list.n, 1);
	assert_int_equal(r->e_rab_failed_to_resume_list.v[0].e_rab_id, more);
	assert_true(the_session()->connected);
	suspended(&d, 4); /* and told once */
	resumed(&d, 5);
}

static void e_rab_moves(const struct device *d, uint32_t teid)
{
	struct s1ap_e_rab_modification_indication m = {0};
	struct s1ap_e_rab_to_be_modified_item_bearer_mod_ind item = {
		.e_rab_id = d->ebi, .transport_layer_address = at(9), .dl_gtp_teid = teid};

	ID_PAIR(&m, d);
	S1AP_SET(&m, e_rab_to_be_modified_list,
		 (struct s1ap_e_rab_to_be_modified_list_bearer_mod_ind){&item, 1});
	tell(d->enb, e_rab_modification_indication, &m);
}

/* 36.413 8.2.4.2: what was not modified stays as it was. */
static void tunnel_that_the_gateway_has_not_moved_is_resumed_where_it_was(void **state)
{
	(void)state;
	struct device d = ciot(0);
	uint32_t tunnel = the_session()->enb_teid;
	const struct s1ap_e_rab_modification_confirm *c;

	sgw.refused_ebi = d.ebi;
	e_rab_moves(&d, 0x9005);
	c = expect(d.enb, e_rab_modification_confirm);
	assert_true(c->has.e_rab_failed_to_modify_list);
	assert_false(c->has.e_rab_modify_list);
	sgw.refused_ebi = 0;
	suspended(&d, 2);
	resumed(&d, 3);
	assert_int_equal(the_session()->enb_teid, tunnel);
	e_rab_moves(&d, 0x9006);
	c = expect(d.enb, e_rab_modification_confirm);
	assert_true(c->has.e_rab_modify_list);
	assert_false(c->has.e_rab_failed_to_modify_list);
	suspended(&d, 4);
	the_session()->enb_teid = 0;
	resumed(&d, 5);
	assert_int_equal(the_session()->enb_teid, 0x9006);
}

static void tunnel_that_a_left_enodeb_names_is_not_resumed(void **state)
{
	(void)state;
	struct device d = ciot(0), before = d;
	struct ho h = prepare(&d, 1);

	notify_only(&h, &d);
	set_up(&before, d.ebi, true);
	e_rab_moves(&before, 0x9007);
	elapse(1500);
	released(&before);
	suspended(&d, 3);
	resumed(&d, 4);
	assert_int_equal(the_session()->enb_teid, 0x9000u + d.ebi);
}

/* Nobody had asked for that. */
static void e_rab_that_is_set_up_unasked_changes_no_tunnel(void **state)
{
	(void)state;
	struct device d = ciot(0);
	uint32_t tunnel = the_session()->enb_teid;

	set_up(&d, d.ebi, true);
	suspended(&d, 2);
	resumed(&d, 3);
	assert_int_equal(the_session()->enb_teid, tunnel);
}

static void gateway_that_refuses_ends_the_connection(void **state)
{
	(void)state;
	struct device d = ciot(0);

	suspended(&d, 2);
	sgw.modify_cause = GTPC_REQUEST_REJECTED;
	ask_resume(&d, 0);
	expect(d.enb, ue_context_resume_response);
	released(&d);
	is_registered(&d);
	assert_int_equal(mme_counters.resume_failed, 1);
	assert_int_equal(in_use("s1_conn"), 0);
}

static void suspension_in_an_attach_ends_it(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");

	attach_to(&d, AT_ACCEPT);
	ask_suspend(&d);
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(mme_counters.suspend_refused, 1);
	assert_int_equal(procedures(), 0);
}

static void enodeb_that_goes_takes_suspended_connections_along(void **state)
{
	(void)state;
	struct device d = ciot(0);

	suspended(&d, 2);
	enb_down(d.enb);
	assert_int_equal(in_use("s1_conn"), 0);
	assert_null(ue_of(&d)->suspended);
	d.enb = enb_ready(0);
	serve_device(&d);
}

static void device_that_ends_is_released_at_its_enodeb(void **state)
{
	(void)state;
	struct device d = ciot(0), old = d;

	suspended(&d, 2);
	attach_to(&d, AT_SMC); /* as a stranger, on another connection */
	complete_smc(&d);
	released(&old);
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	suspended(&d, 2);
	ue_remove(ue_of(&d), UE_NO_RELEASE, S1AP_CAUSE(NAS, DETACH)); /* implicit detach */
	run();
	released(&d);
	assert_int_equal(in_use("s1_conn"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(who_can_is_offered_it),
		BEHAVIOUR(suspended_device_resumes),
		BEHAVIOUR(data_calls_a_suspended_device),
		BEHAVIOUR(device_that_comes_anew_leaves_the_old_connection),
		BEHAVIOUR(device_resumes_at_another_enodeb),
		BEHAVIOUR(resumption_of_nothing_fails),
		BEHAVIOUR(resumption_without_a_bearer_fails),
		BEHAVIOUR(bearer_that_fails_to_resume_ends),
		BEHAVIOUR(bearer_that_ended_meanwhile_is_not_resumed),
		BEHAVIOUR(tunnel_that_the_gateway_has_not_moved_is_resumed_where_it_was),
		BEHAVIOUR(tunnel_that_a_left_enodeb_names_is_not_resumed),
		BEHAVIOUR(e_rab_that_is_set_up_unasked_changes_no_tunnel),
		BEHAVIOUR(gateway_that_refuses_ends_the_connection),
		BEHAVIOUR(suspension_in_an_attach_ends_it),
		BEHAVIOUR(enodeb_that_goes_takes_suspended_connections_along),
		BEHAVIOUR(device_that_ends_is_released_at_its_enodeb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
