/* SPDX-License-Identifier: Apache-2.0 */
/* A registered device: service request, tracking area update, detach in both directions, silence,
 * and the daemon's restart. */
#include "bench.h"

/* The Service Reject and the release after it. */
static void service_refused(struct device *d, uint8_t cause)
{
	d->secure = false;
	assert_int_equal(hear(d, service_reject, SERVICE_REJECT)->emm_cause, cause);
	released(d);
	quiet(d->enb);
	assert_int_equal(in_use("s1_conn"), 0);
}

static void service_up(struct device *d)
{
	uint32_t count = d->sec.ul_count;
	uint8_t kenb[32];

	initial(d, service_request(d));
	assert_int_equal(take_context(d).n, 0);
	kdf_kenb(d->sec.kasme, count, kenb);
	assert_memory_equal(d->kenb, kenb, 32);
	context_is_up(d, d->ebi);
	assert_true(the_session()->connected);
	assert_int_equal(the_session()->enb_teid, 0x20000 + d->enb_id);
	assert_int_equal(procedures(), 0);
	quiet(d->enb);
}

/* ---- service request ---- */

static void idle_device_gets_its_bearer_back(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	assert_false(the_session()->connected);
	service_up(&d);
	assert_int_equal(mme_counters.service, 1);
	go_idle(&d);
	assert_false(the_session()->connected);
	service_up(&d);
}

static void service_request_with_a_wrong_mac_disturbs_nobody(void **state)
{
	(void)state;
	struct device d = one(), thief;
	struct bytes pdu;

	attach_to(&d, AT_DONE);
	thief = d;
	thief.enb = enb_ready(1);
	pdu = service_request(&thief);
	((uint8_t *)(uintptr_t)pdu.p)[3] ^= 1;
	initial(&thief, pdu);
	thief.secure = false;
	assert_int_equal(hear(&thief, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_IDENTITY_NOT_DERIVED);
	released(&thief);
	quiet(d.enb);
	is_registered(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_int_equal(mme_counters.nas_mac, 1);
}

static void replayed_service_request_is_refused(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct bytes pdu;

	service_up(&d);
	pdu = d.last_up;
	pdu = service_request(&d);
	go_idle(&d);
	initial(&d, pdu);
	take_context(&d);
	context_is_up(&d, d.ebi);
	go_idle(&d);
	initial(&d, pdu);
	service_refused(&d, EMM_CAUSE_IDENTITY_NOT_DERIVED);
	assert_int_equal(mme_counters.nas_replay, 1);
	is_registered(&d);
}

static void unknown_tmsi_is_told_to_attach(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	d.guti.m_tmsi ^= 1;
	initial(&d, service_request(&d));
	service_refused(&d, EMM_CAUSE_IDENTITY_NOT_DERIVED);
	is_registered(&d);
}

static void device_of_low_priority_asks_with_an_extended_request(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_extended_service_request r = extended_request(&d);
	uint32_t count = d.sec.ul_count;
	uint8_t kenb[32];
	struct bytes pdu;

	r.device_properties = NAS_LOW_PRIORITY;
	SET(&r, nas_extended_service_request, device_properties);
	pdu = protect(&d, NAS(extended_service_request, &r), NAS_SEC_INTEGRITY);
	initial(&d, pdu);
	take_context(&d);
	kdf_kenb(d.sec.kasme, count, kenb);
	assert_memory_equal(d.kenb, kenb, 32);
	context_is_up(&d, d.ebi);
	assert_int_equal(mme_counters.service, 1);
	go_idle(&d);
	initial(&d, pdu);
	service_refused(&d, EMM_CAUSE_IDENTITY_NOT_DERIVED);
	d.secure = true;
	r.service_type = NAS_SERVICE_MO_CSFB;
	initial(&d, protect(&d, NAS(extended_service_request, &r), NAS_SEC_INTEGRITY));
	d.secure = true; /* protected, as its context is in use */
	assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE);
	released(&d);
	quiet(d.enb);
	is_registered(&d);
}

/* 5.6.1.4.1: bearers that it has lost end; without any it attaches again. */
static void extended_request_tells_which_bearers_are_left(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_extended_service_request r = extended_request(&d);
	struct mme_bearer *more = bearer_new(ue_of(&d), ue_of(&d)->pdns);

	r.bearer_status = (uint16_t)(1u << d.ebi);
	SET(&r, nas_extended_service_request, bearer_status);
	more->active = true;
	initial(&d, protect(&d, NAS(extended_service_request, &r), NAS_SEC_INTEGRITY));
	take_context(&d); /* of one bearer */
	context_is_up(&d, d.ebi);
	assert_null(bearer_by_ebi(ue_of(&d), d.ebi + 1));
	assert_int_equal(sgw.deleted, 0);
	go_idle(&d);
	r.bearer_status = 0;
	initial(&d, protect(&d, NAS(extended_service_request, &r), NAS_SEC_INTEGRITY));
	assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_NO_BEARER_ACTIVATED);
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(sgw.deleted, 1);
}

static void service_request_from_elsewhere_moves_the_device(void **state)
{
	(void)state;
	struct device d = one(), there;

	attach_to(&d, AT_DONE);
	there = d;
	there.enb = enb_ready(1);
	initial(&there, service_request(&there));
	released(&d);
	take_context(&there);
	/* and on, before the eNodeB has answered */
	d = there;
	d.enb = &assoc[0];
	initial(&d, service_request(&d));
	released(&there);
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("s1_conn"), 1);
	assert_int_equal(the_session()->enb_teid, 0x20000 + d.enb_id);
}

static void service_that_the_enodeb_does_not_answer_is_given_up(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	initial(&d, service_request(&d));
	take_context(&d);
	elapse(10100);
	released(&d);
	quiet(d.enb);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_int_equal(procedures(), 0);
}

static void connection_lost_while_the_bearer_is_modified_releases_it(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	initial(&d, service_request(&d));
	take_context(&d);
	sgw.hold = true;
	context_is_up(&d, d.ebi);
	go_idle(&d);
	sgw_let_go();
	assert_false(the_session()->connected);
	assert_int_equal(procedures(), 0);
}

static void radio_capability_is_given_back_at_the_next_connection(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_capability_info_indication m = {0};
	static uint8_t much[UE_RADIO_CAPABILITY_MAX + 1];

	memset(much, 0x5a, sizeof(much));
	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, ue_radio_capability, bytes_of("capable", 7));
	tell(d.enb, ue_capability_info_indication, &m);
	go_idle(&d);
	service_up(&d);
	assert_int_equal(d.radio_capability.n, 7);
	assert_memory_equal(d.radio_capability.p, "capable", 7);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, ue_radio_capability, bytes_of(much, sizeof(much) - 1));
	tell(d.enb, ue_capability_info_indication, &m);
	assert_int_equal(ue_of(&d)->radio_capability_n, UE_RADIO_CAPABILITY_MAX);
	go_idle(&d);
	service_up(&d);
	assert_int_equal(d.radio_capability.n, UE_RADIO_CAPABILITY_MAX);
	assert_memory_equal(d.radio_capability.p, much, UE_RADIO_CAPABILITY_MAX);
	/* One that is too long: what was known is not the device's any more (36.413 8.9.2). */
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, ue_radio_capability, bytes_of(much, sizeof(much)));
	tell(d.enb, ue_capability_info_indication, &m);
	go_idle(&d);
	service_up(&d);
	assert_int_equal(d.radio_capability.n, 0);
}

/* ---- tracking area update ---- */

static void tau_is_accepted_and_the_device_released(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_PERIODIC, false);

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	const struct nas_tau_accept *a = hear(&d, tau_accept, TAU_ACCEPT);

	assert_int_equal(a->bearer_status, 1 << 5);
	assert_int_equal(a->tai_list.tai[0].tac, TAC);
	released(&d);
	is_registered(&d);
	assert_true(timer_running(&ue_of(&d)->reachable));
}

static void tau_with_the_active_flag_brings_the_bearer(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, true);
	uint32_t count = d.sec.ul_count;
	uint8_t kenb[32];

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	take_context(&d);
	kdf_kenb(d.sec.kasme, count, kenb);
	assert_memory_equal(d.kenb, kenb, 32);
	/* Another while the eNodeB is at work starts no second service. */
	say(&d, tau_request, &r);
	hear(&d, tau_accept, TAU_ACCEPT);
	quiet(d.enb);
	assert_int_equal(in_use("service"), 1);
	context_is_up(&d, d.ebi);
	assert_int_equal(procedures(), 0);
	say(&d, tau_request, &r);
	hear(&d, tau_accept, TAU_ACCEPT);
	quiet(d.enb);
	assert_non_null(ue_of(&d)->conn);
}

static void tau_without_bearers_must_attach_again(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	r.bearer_status = 1 << 7;
	SET(&r, nas_tau_request, bearer_status);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	assert_int_equal(hear(&d, tau_reject, TAU_REJECT)->emm_cause,
			 EMM_CAUSE_NO_BEARER_ACTIVATED);
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(sgw.deleted, 1);
}

static void combined_tau_is_for_eps_alone(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_LA_UPDATE, false);

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	assert_int_equal(hear(&d, tau_accept, TAU_ACCEPT)->emm_cause,
			 EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE);
	released(&d);
}

/* ---- detach ---- */

static struct nas_detach_request detach_of(const struct device *d, uint8_t type, bool off)
{
	struct nas_detach_request r = {
		.detach_type = {type, off},
		.ksi = d->sec.ksi,
		.identity = {.type = NAS_ID_GUTI, .guti = d->guti},
	};

	return r;
}

static void is_gone(const struct device *d)
{
	assert_null(ue_of(d));
	assert_int_equal(sessions(), 0);
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(in_use("s1_conn"), 0);
	assert_null(saved_of(d->imsi));
	quiet(d->enb);
}

static void device_that_detaches_is_answered(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_detach_request r;

	attach_to(&d, AT_DONE);
	r = detach_of(&d, NAS_DETACH_EPS, false);
	say(&d, detach_request, &r);
	hear(&d, detach_accept, DETACH_ACCEPT);
	released(&d);
	is_gone(&d);
}

static void device_that_switches_off_is_not_answered(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_detach_request r = detach_of(&d, NAS_DETACH_EPS, true);

	initial(&d, protect(&d, NAS(detach_request, &r), NAS_SEC_INTEGRITY));
	released(&d);
	is_gone(&d);
}

static void detach_from_other_services_leaves_eps(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_detach_request r = detach_of(&d, NAS_DETACH_IMSI, false);

	initial(&d, protect(&d, NAS(detach_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, detach_accept, DETACH_ACCEPT);
	released(&d);
	is_registered(&d);
}

static void detach_that_cannot_be_proven_disturbs_nobody(void **state)
{
	(void)state;
	struct device d = one(), thief;
	struct nas_detach_request r;

	attach_to(&d, AT_DONE);
	thief = d;
	thief.enb = enb_ready(1);
	r = detach_of(&d, NAS_DETACH_EPS, true);
	initial(&thief, NAS(detach_request, &r));
	released(&thief);
	r.identity = (struct nas_identity){.type = NAS_ID_IMSI, .imsi = d.imsi};
	initial(&thief, NAS(detach_request, &r));
	released(&thief);
	/* On its own connection, too. */
	say_plain(&d, detach_request, &r);
	quiet(d.enb);
	is_registered(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_int_equal(sessions(), 1);
}

static void detach_during_attach_ends_the_attach(void **state)
{
	static const enum step at[] = {AT_AUTH, AT_SMC, AT_INFO, AT_ACCEPT, AT_CONTEXT};

	(void)state;
	enb_ready(0);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		struct device d = device(&assoc[0], "001010000000001");
		struct nas_detach_request r;

		attach_to(&d, at[i]);
		if (at[i] == AT_INFO)
			hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
		r = detach_of(&d, NAS_DETACH_EPS, true);
		r.identity = (struct nas_identity){.type = NAS_ID_IMSI, .imsi = d.imsi};
		if (at[i] <= AT_SMC)
			say_plain(&d, detach_request, &r);
		else
			say(&d, detach_request, &r);
		released(&d);
		is_gone(&d);
	}
}

static int detached;
static void on_detached(void *arg, int err)
{
	(void)arg;
	detached = err ? err : 1;
}

static void network_detach_is_answered_by_the_device(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_detach_accept a = {0};

	detached = 0;
	attach_to(&d, AT_DONE);
	mme_api.detach(d.imsi, true, on_detached, NULL);
	assert_int_equal(hear(&d, detach_request_network, DETACH_REQUEST_NETWORK)->detach_type.type,
			 NAS_DETACH_REATTACH);
	run();
	assert_int_equal(detached, 0);
	say_plain(&d, detach_accept, &a); /* not protected: not taken */
	assert_int_equal(detached, 0);
	say(&d, detach_accept, &a);
	run();
	assert_int_equal(detached, 1);
	released(&d);
	is_gone(&d);
}

static void network_detach_is_repeated_and_then_done_all_the_same(void **state)
{
	(void)state;
	struct device d = one();

	detached = 0;
	attach_to(&d, AT_DONE);
	mme_api.detach(d.imsi, false, on_detached, NULL);
	for (int i = 0; i < 5; i++) {
		hear(&d, detach_request_network, DETACH_REQUEST_NETWORK);
		quiet(d.enb);
		elapse(6100);
	}
	assert_int_equal(detached, -ETIMEDOUT);
	released(&d);
	is_gone(&d);
}

static void network_detach_of_an_idle_device_is_silent(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	detached = 0;
	mme_api.detach(d.imsi, false, on_detached, NULL);
	run();
	assert_int_equal(detached, 1);
	is_gone(&d);
	mme_api.detach(d.imsi, false, on_detached, NULL);
	run();
	assert_int_equal(detached, -ENOENT);
}

static void network_detach_during_attach_leaves_nothing(void **state)
{
	(void)state;
	struct device d = one();

	detached = 0;
	attach_to(&d, AT_CONTEXT);
	mme_api.detach(d.imsi, false, on_detached, NULL);
	run();
	assert_int_equal(detached, 1);
	released(&d);
	is_gone(&d);
}

static void both_sides_detach_at_once(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_detach_request r;

	detached = 0;
	attach_to(&d, AT_DONE);
	mme_api.detach(d.imsi, false, on_detached, NULL);
	hear(&d, detach_request_network, DETACH_REQUEST_NETWORK);
	r = detach_of(&d, NAS_DETACH_EPS, false);
	say(&d, detach_request, &r);
	hear(&d, detach_accept, DETACH_ACCEPT);
	run();
	assert_int_equal(detached, 1);
	released(&d);
	is_gone(&d);
}

static void connection_lost_during_network_detach(void **state)
{
	(void)state;
	struct device d = one();

	detached = 0;
	attach_to(&d, AT_DONE);
	mme_api.detach(d.imsi, false, on_detached, NULL);
	hear(&d, detach_request_network, DETACH_REQUEST_NETWORK);
	enb_down(d.enb);
	run();
	assert_int_equal(detached, 1);
	is_gone(&d);
}

static void silent_device_is_detached_implicitly(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r;

	elapse(10);
	reach_start(ue_of(&d));
	pass((mme.t3412_s + mme.mobile_reachable_extra_s) * 1000ULL - 60000, 60000);
	is_registered(&d);
	assert_false(ue_of(&d)->unreachable);
	pass(120000, 60000);
	is_registered(&d);
	assert_true(ue_of(&d)->unreachable);
	pass(mme.implicit_detach_s * 1000ULL + 60000, 60000);
	assert_int_equal(mme_counters.detach_implicit, 1);
	is_gone(&d);
	r = tau_of(&d, NAS_TA_PERIODIC, false);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	d.secure = false;
	hear(&d, identity_request, IDENTITY_REQUEST); /* unproven_test.c: cause 10 in the end */
}

/* ---- restart ---- */

static void restart(void)
{
	char error[128];

	mme_stop(false);
	run();
	assert_int_equal(ue_count(), 0);
	assert_int_equal(in_use("mme_ue") + in_use("mme_pdn") + in_use("s1_conn") + in_use("enb"),
			 0);
	assert_int_equal(procedures(), 0);
	memset(assoc, 0, sizeof(assoc));
	assert_int_equal(mme_start(&bench_config, error, sizeof(error)), 0);
}

static void restart_keeps_registered_devices(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct device e = device(&assoc[0], "001010000000002");
	struct nas_tau_request r;
	struct mme_ue was = *ue_of(&d);
	struct mme_pdn pdn = *was.pdns;
	struct bearer_qos qos = pdn.bearers->qos;

	attach_to(&e, AT_SMC); /* on its way: not kept */
	restart();
	assert_int_equal(restores, 1);
	assert_int_equal(sessions(), 1);
	is_registered(&d);
	assert_null(ue_of(&e));
	const struct mme_ue *ue = ue_of(&d);

	assert_int_equal(ue->m_tmsi, was.m_tmsi);
	assert_string_equal(ue->imeisv, was.imeisv);
	assert_string_equal(ue->msisdn, was.msisdn);
	assert_int_equal(ue->attached, was.attached);
	assert_int_equal(ue->ambr_up, was.ambr_up);
	assert_int_equal(ue->apns, 1);
	assert_string_equal(ue->apn[0].apn, "internet");
	assert_int_equal(ue->apn[0].qci, 9);
	assert_string_equal(ue->pdns->apn, pdn.apn);
	assert_int_equal(ue->pdns->type, pdn.type);
	assert_int_equal(ue->pdns->paa.ip4.s_addr, pdn.paa.ip4.s_addr);
	assert_int_equal(ue->pdns->bearers->qos.qci, qos.qci);
	assert_true(timer_running(&ue->reachable));
	enb_ready(0);
	r = tau_of(&d, NAS_TA_UPDATE, true);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT); /* the device takes the downlink COUNT for good */
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
}

/* As if killed: what is saved is what is there. */
static void killed(const struct device *d)
{
	struct saved now = *saved_of(d->imsi);

	restart();
	*saved_of(d->imsi) = now;
	restart();
}

/* The device must understand, and no COUNT may be used twice, however far it went since. */
static void downlink_count_never_comes_again(void **state)
{
	static const unsigned messages[] = {0, 1, 100, 127, 128, 129, 300};
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, true);

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
		hear(&d, tau_accept, TAU_ACCEPT);
		take_context(&d);
		context_is_up(&d, d.ebi);
		for (unsigned k = 0; k < messages[i]; k++) {
			say(&d, tau_request, &r);
			hear(&d, tau_accept, TAU_ACCEPT);
		}
		uint32_t used = ue_of(&d)->sec->dl_count;

		killed(&d);
		assert_true(ue_of(&d)->sec->dl_count >= used);
		enb_ready(0);
	}
}

/* Nor those of an attach that goes on with its keys and has not succeeded. */
static void counts_of_an_attach_under_way_never_come_again(void **state)
{
	struct device d = one();
	uint32_t down;

	(void)state;
	attach_to(&d, AT_DONE);
	for (unsigned k = 0; k < 300; k++) {
		ue_of(&d)->due |= REFRESH_KEYS;
		d.pdn_type ^= NAS_PDN_IPV4 ^ NAS_PDN_IPV6; /* another request each time */
		uplink(&d, protect(&d, attach_request(&d), NAS_SEC_CIPHERED));
		take_challenge(&d);
	}
	down = d.sec.dl_count;
	assert_true(down >= 300);
	killed(&d);
	assert_true(ue_of(&d)->sec->dl_count >= down);
	assert_true(ue_of(&d)->sec->ul_count + 16 >= d.sec.ul_count);
}

/* Nor those of a device that is being detached by the network. */
static void counts_of_a_detach_under_way_never_come_again(void **state)
{
	struct device d = one();

	(void)state;
	attach_to(&d, AT_DONE);
	detach_by_network(ue_of(&d), false, NULL, NULL);
	run();
	hear(&d, detach_request_network, DETACH_REQUEST);
	for (int i = 0; i < 200; i++) {
		say(&d, tau_complete, &(struct nas_tau_complete){0}); /* of nothing */
		hear(&d, emm_status, EMM_STATUS);
	}
	killed(&d);
	assert_true(ue_of(&d)->sec->dl_count >= d.sec.dl_count);
	assert_true(ue_of(&d)->sec->ul_count + 16 >= d.sec.ul_count);
}

/* Also where the answer is not protected, an uplink COUNT is not taken much later again. */
static void uplink_counts_of_initial_messages_are_saved(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");

	(void)state;
	for (int i = 0; i < 60; i++) {
		ue_of(&d)->due |= REFRESH_KEYS;
		initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
		take_challenge(&d);
		go_idle(&d);
	}
	assert_true(d.sec.ul_count > 60);
	killed(&d);
	assert_true(ue_of(&d)->sec->ul_count + 16 >= d.sec.ul_count);
}

static void context_whose_session_is_lost_is_dropped(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	the_session()->imsi++;
	restart();
	assert_null(ue_of(&d));
	assert_null(saved_of(d.imsi));
	memset(sgw.session, 0, sizeof(sgw.session));
}

static void broken_context_is_dropped(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct saved whole = *saved_of(d.imsi);

	for (size_t n = 1; n < whole.n; n += 7) {
		*saved_of(d.imsi) = whole;
		saved_of(d.imsi)->n = n;
		restart();
		assert_null(ue_of(&d));
		saved[0] = whole;
	}
	restart();
	is_registered(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(idle_device_gets_its_bearer_back),
		BEHAVIOUR(service_request_with_a_wrong_mac_disturbs_nobody),
		BEHAVIOUR(replayed_service_request_is_refused),
		BEHAVIOUR(unknown_tmsi_is_told_to_attach),
		BEHAVIOUR(device_of_low_priority_asks_with_an_extended_request),
		BEHAVIOUR(extended_request_tells_which_bearers_are_left),
		BEHAVIOUR(service_request_from_elsewhere_moves_the_device),
		BEHAVIOUR(service_that_the_enodeb_does_not_answer_is_given_up),
		BEHAVIOUR(connection_lost_while_the_bearer_is_modified_releases_it),
		BEHAVIOUR(radio_capability_is_given_back_at_the_next_connection),
		BEHAVIOUR(tau_is_accepted_and_the_device_released),
		BEHAVIOUR(tau_with_the_active_flag_brings_the_bearer),
		BEHAVIOUR(tau_without_bearers_must_attach_again),
		BEHAVIOUR(combined_tau_is_for_eps_alone),
		BEHAVIOUR(device_that_detaches_is_answered),
		BEHAVIOUR(device_that_switches_off_is_not_answered),
		BEHAVIOUR(detach_from_other_services_leaves_eps),
		BEHAVIOUR(detach_that_cannot_be_proven_disturbs_nobody),
		BEHAVIOUR(detach_during_attach_ends_the_attach),
		BEHAVIOUR(network_detach_is_answered_by_the_device),
		BEHAVIOUR(network_detach_is_repeated_and_then_done_all_the_same),
		BEHAVIOUR(network_detach_of_an_idle_device_is_silent),
		BEHAVIOUR(network_detach_during_attach_leaves_nothing),
		BEHAVIOUR(both_sides_detach_at_once),
		BEHAVIOUR(connection_lost_during_network_detach),
		BEHAVIOUR(silent_device_is_detached_implicitly),
		BEHAVIOUR(restart_keeps_registered_devices),
		BEHAVIOUR(downlink_count_never_comes_again),
		BEHAVIOUR(counts_of_an_attach_under_way_never_come_again),
		BEHAVIOUR(counts_of_a_detach_under_way_never_come_again),
		BEHAVIOUR(uplink_counts_of_initial_messages_are_saved),
		BEHAVIOUR(context_whose_session_is_lost_is_dropped),
		BEHAVIOUR(broken_context_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
