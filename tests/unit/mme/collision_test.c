/* SPDX-License-Identifier: Apache-2.0 */
/* Attach (TS 24.301 5.5.1.2.7): failures of what is below, and requests that meet a running attach
 * or a registered device. */
#include "bench.h"

/* ---- lower layers ---- */

static void context_setup_failure_ends_the_attach(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_initial_context_setup_failure m = {0};

	attach_to(&d, AT_ACCEPT);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell(d.enb, initial_context_setup_failure, &m);
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(sgw.deleted, 1);
}

static void context_without_our_bearer_ends_the_attach(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_ACCEPT);
	context_is_up(&d, 9);
	rejected_esm(&d, ESM_CAUSE_INSUFFICIENT_RESOURCES);
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(sgw.deleted, 1);
}

static void repeated_context_response_does_no_harm(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_ACCEPT);
	sgw.hold = true;
	context_is_up(&d, d.ebi);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	context_is_up(&d, d.ebi);
	sgw_let_go();
	is_registered(&d);
	assert_int_equal(sgw.modified, 1);
	context_is_up(&d, d.ebi);
	quiet(d.enb);
}

static void bearer_that_the_gateway_refuses_ends_the_attach(void **state)
{
	(void)state;
	struct device d = one();

	sgw.modify_cause = GTPC_SYSTEM_FAILURE;
	attach_to(&d, AT_ACCEPT);
	context_is_up(&d, d.ebi);
	rejected_esm(&d, ESM_CAUSE_NETWORK_FAILURE);
	attach_to(&d, AT_ACCEPT);
	complete_attach(&d);
	context_is_up(&d, d.ebi);
	assert_int_equal(hear(&d, detach_request_network, DETACH_REQUEST_NETWORK)->detach_type.type,
			 NAS_DETACH_REATTACH);
	released(&d);
	quiet(d.enb);
	assert_null(ue_of(&d));
}

static void device_that_refuses_the_bearer_is_not_attached(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_activate_default_bearer_reject esm = {.ebi = 5, .esm_cause = 26};
	struct nas_attach_complete m = {0};

	attach_to(&d, AT_CONTEXT);
	m.esm = NAS(activate_default_bearer_reject, &esm);
	say(&d, attach_complete, &m);
	released(&d);
	assert_null(ue_of(&d));
}

/* How a connection ends, or an eNodeB's part of it. */
enum loss { ASSOCIATION, RESET, TWIN, RELEASE_REQUEST, CONTEXT_FAILURE, SILENCE, LOSSES };

static void lose(struct device *d, enum loss how)
{
	struct s1ap_reset reset = {0};
	struct s1ap_initial_context_setup_failure failure = {0};

	switch (how) {
	case ASSOCIATION:
		enb_down(d->enb);
		d->enb = enb_ready(1);
		return;
	case RESET:
		S1AP_SET(&reset, cause, S1AP_CAUSE(MISC, UNSPECIFIED));
		S1AP_SET(&reset, reset_type,
			 (struct s1ap_reset_type){.choice = S1AP_RESET_TYPE_S1_INTERFACE});
		tell(d->enb, reset, &reset);
		expect(d->enb, reset_acknowledge);
		return;
	case TWIN:
		enb_up(&assoc[1]);
		setup_as(&assoc[1], (struct site){PLMN, PLMN, 100, TAC});
		expect(&assoc[1], s1_setup_response);
		enb_down(d->enb);
		d->enb = &assoc[1];
		return;
	case RELEASE_REQUEST:
		go_idle(d);
		return;
	case CONTEXT_FAILURE:
		S1AP_SET(&failure, mme_ue_s1ap_id, d->mme_id);
		S1AP_SET(&failure, enb_ue_s1ap_id, d->enb_id);
		S1AP_SET(&failure, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
		tell(d->enb, initial_context_setup_failure, &failure);
		break;
	default:
		elapse(10100);
	}
	released(d);
}

/* 5.5.1.2.4: with Attach Complete the device is registered; 5.5.1.2.7 a: before it, nothing is. */
static void attach_lost(enum loss how, bool completed, bool context)
{
	struct device d = one();

	attach_to(&d, AT_ACCEPT);
	sgw.hold = context;
	if (context) /* and the SGW's answer is not there yet */
		context_is_up(&d, d.ebi);
	if (completed)
		complete_attach(&d);
	lose(&d, how);
	sgw_let_go();
	quiet(d.enb);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("s1_conn"), 0);
	assert_int_equal(mme_counters.attach, completed);
	assert_int_equal(mme_counters.attach_failed, !completed);
	if (!completed) {
		assert_int_equal(in_use("mme_ue"), 0);
		assert_int_equal(sessions(), 0);
		return;
	}
	is_registered(&d);
	assert_int_equal(sgw.deleted, 0);
	assert_false(the_session()->connected);
	assert_non_null(saved_of(d.imsi));
	/* Idle as any other: it can be called, and comes. */
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	expect(d.enb, paging);
	serve_device(&d);
	assert_true(the_session()->connected);
	assert_int_equal(procedures(), 0);
}

static void device_that_has_completed_stays_registered(void **state)
{
	for (int how = 0; how < LOSSES; how++)
		for (int context = 0; context < 2; context++) {
			if (context && (how == CONTEXT_FAILURE || how == SILENCE))
				continue;
			attach_lost(how, true, context);
			bench_close(state);
			bench_open(state);
		}
}

static void device_that_has_not_completed_is_not_registered(void **state)
{
	for (int how = 0; how < SILENCE; how++)
		for (int context = 0; context < 2; context++) {
			if (context && how == CONTEXT_FAILURE)
				continue;
			attach_lost(how, false, context);
			bench_close(state);
			bench_open(state);
		}
}

/* What a registered device may do, it may do while its bearer is on its way. */
static void device_that_has_completed_may_update_and_attach_again(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_tau_request r;

	attach_to(&d, AT_ACCEPT);
	complete_attach(&d);
	r = tau_of(&d, NAS_TA_UPDATE, false);
	say(&d, tau_request, &r);
	hear(&d, tau_accept, TAU_ACCEPT);
	quiet(d.enb); /* the connection stays */
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(procedures(), 0);
	go_idle(&d);
	/* On a connection of its own, while the first still waits. */
	attach_to(&d, AT_ACCEPT);
	complete_attach(&d);
	struct device there = d;

	initial(&there, service_request(&there));
	released(&d);
	take_context(&there);
	context_is_up(&there, there.ebi);
	is_registered(&there);
	assert_int_equal(procedures(), 0);
	go_idle(&there);
	/* The same request again is a new attach of a registered device (5.5.1.2.7 f). */
	attach_to(&d, AT_ACCEPT);
	complete_attach(&d);
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	assert_int_equal(ue_count(), 1);
	assert_int_equal(sessions(), 1);
	assert_int_equal(procedures(), 0);
}

/* ---- collisions (5.5.1.2.7) ---- */

static void same_request_again_goes_on(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes request;

	attach_to(&d, AT_AUTH);
	request = attach_request(&d);
	uplink(&d, request);
	quiet(d.enb);
	assert_int_equal(in_use("attach"), 1);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
}

static void same_request_after_the_accept_brings_the_accept_again(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes request;

	request = attach_request(&d);
	attach_to(&d, AT_CONTEXT);
	elapse(5000);
	uplink(&d, protect(&d, request, NAS_SEC_CIPHERED));
	read_accept(&d, expect(d.enb, downlink_nas_transport)->nas_pdu);
	elapse(5000); /* T3450 was started again */
	quiet(d.enb);
	elapse(1200);
	read_accept(&d, expect(d.enb, downlink_nas_transport)->nas_pdu);
	complete_attach(&d);
	is_registered(&d);
}

static void different_request_starts_anew(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_AUTH);
	d.pdn_type = NAS_PDN_IPV6;
	uplink(&d, attach_request(&d));
	take_challenge(&d);
	run();
	assert_int_equal(in_use("attach"), 1);
	assert_int_equal(in_use("mme_ue"), 1);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	assert_int_equal(the_session()->type, PDN_IPV6);
}

static void different_request_after_the_accept_starts_anew(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_CONTEXT);
	d.pdn_type = NAS_PDN_IPV6;
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	assert_int_equal(sgw.deleted, 1);
	assert_int_equal(in_use("mme_ue"), 1);
}

static void attach_of_a_registered_device_on_its_connection(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	read_accept(&d, take_context(&d));
	assert_int_equal(sgw.created, 2);
	assert_int_equal(sgw.deleted, 1);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	assert_int_equal(ue_count(), 1);
	assert_int_equal(in_use("s1_conn"), 1);
	quiet(d.enb);
}

/* 4.4.2.3: the exchange on a connection stays protected, whoever an attach on it says to be. */
static void attach_on_a_protected_connection_is_protected(void **state)
{
	(void)state;
	struct device d = one();
	uint8_t ksi;

	attach_to(&d, AT_DONE);
	d.has_guti = false; /* a stranger by its IMSI */
	imsi_parse("001010000000002", &d.imsi);
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	take_challenge(&d);
	assert_int_equal(d.down_header, NAS_CIPHERED);
	ksi = d.sec.ksi;
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	assert_int_not_equal(d.sec.ksi, ksi);
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	assert_int_equal(ue_count(), 2);
}

/* The keys of a connection prove who it is that has them, and nobody that this one says to be. */
static void claims_another_twice(bool by_guti)
{
	struct device d = one();

	attach_to(&d, AT_DONE);
	d.has_guti = false;
	imsi_parse("001010000000002", &d.imsi);
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	take_challenge(&d);
	d.pdn_type = NAS_PDN_IPV6;
	d.has_guti = by_guti;
	d.guti.m_tmsi ^= 0x1234;
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	if (by_guti)
		hear(&d, identity_request, IDENTITY_REQUEST);
	else
		take_challenge(&d);
	assert_int_equal(ue_count(), 1);
	assert_null(ue_by_imsi(d.imsi));
}

static void imsi_that_is_claimed_twice_is_proven_by_nothing(void **state)
{
	(void)state;
	claims_another_twice(false);
}

static void guti_of_nobody_proves_no_claim(void **state)
{
	(void)state;
	claims_another_twice(true);
}

/* 4.4.4.2: a device hears nothing else there. */
static void refusal_on_a_protected_connection_is_protected(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	d.type = NAS_ATTACH_EMERGENCY; /* is not served */
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	assert_int_equal(hear(&d, attach_reject, ATTACH_REJECT)->emm_cause,
			 EMM_CAUSE_IMEI_NOT_ACCEPTED);
	assert_int_equal(d.down_header, NAS_CIPHERED);
	released(&d);
	is_registered(&d);
	serve_device(&d);
}

/* What was said meanwhile took COUNTs of the context that is registered. */
static void attach_that_fails_there_leaves_the_context_usable(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	ue_of(&d)->due |= REFRESH_KEYS;
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
	take_challenge(&d);
	d.res[0] ^= 1;
	answer_challenge(&d);
	hear(&d, identity_request, IDENTITY_REQUEST);
	enb_down(d.enb);
	d.enb = enb_ready(0);
	assert_int_equal(ue_of(&d)->sec->ul_count, d.sec.ul_count);
	assert_int_equal(ue_of(&d)->sec->dl_count, d.sec.dl_count);
	is_registered(&d);
	serve_device(&d);
}

/* Until that attach has succeeded the device is served elsewhere, too: no COUNT of their keys
 * serves twice, and none is taken twice (33.401 6.5). */
static void attach_there_and_the_context_have_one_count(void **state)
{
	(void)state;
	struct device d = one(), there, stranger;
	struct nas_tau_request update;
	uint32_t down;

	attach_to(&d, AT_DONE);
	there = d;
	there.enb = enb_ready(1);
	update = tau_of(&there, NAS_TA_UPDATE, false);
	for (int i = 0; i < 40; i++) {
		d.sec = there.sec;
		ue_of(&d)->due |= REFRESH_KEYS;
		d.pdn_type ^= NAS_PDN_IPV4 ^ NAS_PDN_IPV6; /* another request each time */
		uplink(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
		take_challenge(&d);
		ue_of(&d)->due = 0;
		there.sec = d.sec;
		down = d.sec.dl_count;
		initial(&there, protect(&there, NAS(tau_request, &update), NAS_SEC_INTEGRITY));
		hear(&there, tau_accept, TAU_ACCEPT);
		assert_true(there.sec.dl_count > down);
		released(&there);
	}
	/* What has been heard on the one connection proves nothing on another. */
	stranger = d;
	stranger.enb = there.enb;
	initial(&stranger, d.last_up);
	hear(&stranger, authentication_request, AUTHENTICATION_REQUEST);
	assert_int_equal(stranger.down_header, NAS_PLAIN);
	is_registered(&d);
}

/* Its bearer is the attach's, whatever the device says of it in between. */
static void bearer_that_is_disowned_during_the_attach_stays(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_esm_status s = {.ebi = 5, .esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY};

	attach_to(&d, AT_ACCEPT);
	say(&d, esm_status, &s);
	elapse(6100); /* T3450 */
	hear(&d, attach_accept, ATTACH_ACCEPT);
	complete_attach(&d); /* before the eNodeB's answer */
	say(&d, esm_status, &s);
	context_is_up(&d, d.ebi);
	is_registered(&d);
	assert_int_equal(procedures(), 0);
	assert_int_equal(sessions(), 1);
}

static void attach_of_a_registered_device_on_another_connection(void **state)
{
	(void)state;
	struct device d = one(), again;

	attach_to(&d, AT_DONE);
	again = d;
	again.enb = enb_ready(1);
	attach_to(&again, AT_SMC);
	is_registered(&d); /* nothing has happened to it until the proof */
	quiet(d.enb);
	complete_smc(&again);
	released(&d);
	read_accept(&again, take_context(&again));
	assert_int_equal(sgw.deleted, 1);
	context_is_up(&again, again.ebi);
	complete_attach(&again);
	is_registered(&again);
	assert_int_equal(ue_count(), 1);
	assert_int_equal(sessions(), 1);
	assert_int_equal(in_use("s1_conn"), 1);
	assert_int_equal(sgw.strays, 0);
}

static void tau_before_the_attach_is_complete_detaches(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI}};

	attach_to(&d, AT_CONTEXT);
	r.old_guti.guti = d.guti;
	say(&d, tau_request, &r);
	assert_int_equal(hear(&d, tau_reject, TAU_REJECT)->emm_cause,
			 EMM_CAUSE_IMPLICITLY_DETACHED);
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(context_setup_failure_ends_the_attach),
		BEHAVIOUR(context_without_our_bearer_ends_the_attach),
		BEHAVIOUR(repeated_context_response_does_no_harm),
		BEHAVIOUR(bearer_that_the_gateway_refuses_ends_the_attach),
		BEHAVIOUR(device_that_refuses_the_bearer_is_not_attached),
		BEHAVIOUR(device_that_has_completed_stays_registered),
		BEHAVIOUR(device_that_has_not_completed_is_not_registered),
		BEHAVIOUR(device_that_has_completed_may_update_and_attach_again),
		BEHAVIOUR(same_request_again_goes_on),
		BEHAVIOUR(same_request_after_the_accept_brings_the_accept_again),
		BEHAVIOUR(different_request_starts_anew),
		BEHAVIOUR(different_request_after_the_accept_starts_anew),
		BEHAVIOUR(attach_of_a_registered_device_on_its_connection),
		BEHAVIOUR(attach_on_a_protected_connection_is_protected),
		BEHAVIOUR(imsi_that_is_claimed_twice_is_proven_by_nothing),
		BEHAVIOUR(guti_of_nobody_proves_no_claim),
		BEHAVIOUR(refusal_on_a_protected_connection_is_protected),
		BEHAVIOUR(attach_that_fails_there_leaves_the_context_usable),
		BEHAVIOUR(attach_there_and_the_context_have_one_count),
		BEHAVIOUR(bearer_that_is_disowned_during_the_attach_stays),
		BEHAVIOUR(attach_of_a_registered_device_on_another_connection),
		BEHAVIOUR(tau_before_the_attach_is_complete_detaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
