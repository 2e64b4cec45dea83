/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication and security mode control (TS 24.301 5.4.2, 5.4.3), what is taken without
 * protection (4.4.4.3), and what a stranger can do to a registered device: nothing. */
#include "bench.h"

/* ---- authentication ---- */

static void wrong_res_is_rejected(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_AUTH);
	d.res[3] ^= 1;
	answer_challenge(&d);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	assert_int_equal(released(&d).value, S1AP_CAUSE_NAS_AUTHENTICATION_FAILURE);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
}

static void short_res_is_rejected(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_AUTH);
	d.res_n = 4;
	answer_challenge(&d);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	released(&d);
}

/* 5.4.2.5, 5.4.2.7 c: the GUTI may be another's by now. */
static void guti_with_the_wrong_key_is_asked_who_it_is(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), other;

	other = device(d.enb, "001010000000002");
	other.has_guti = true;
	other.guti = d.guti;
	initial(&other, attach_request(&other));
	other.imsi = d.imsi; /* whose challenge it is */
	take_challenge(&other);
	imsi_parse("001010000000002", &other.imsi);
	fail_challenge(&other, EMM_CAUSE_MAC_FAILURE, NULL);
	identifies(&other);
	proves(&other);
	read_accept(&other, take_context(&other));
	context_is_up(&other, other.ebi);
	complete_attach(&other);
	is_registered(&other);
	is_registered(&d);
	assert_int_equal(ue_of(&d)->m_tmsi, d.guti.m_tmsi);
	assert_int_equal(sgw.deleted, 0);
}

static void wrong_key_of_a_named_imsi_is_final(void **state)
{
	static const uint8_t cause[] = {EMM_CAUSE_MAC_FAILURE, EMM_CAUSE_NON_EPS_AUTHENTICATION};
	struct device d = one();

	(void)state;
	for (size_t i = 0; i < sizeof(cause); i++) {
		attach_to(&d, AT_AUTH);
		fail_challenge(&d, cause[i], NULL);
		hear(&d, authentication_reject, AUTHENTICATION_REJECT);
		released(&d);
		quiet(d.enb);
		assert_int_equal(in_use("mme_ue"), 0);
	}
}

static void sqn_out_of_range_is_resynchronised(void **state)
{
	(void)state;
	struct device d = one();
	struct aka_key k = key_of(d.imsi);
	uint8_t auts[14];

	attach_to(&d, AT_AUTH);
	assert_int_equal(aka_make_auts(&k, d.rand, 0x123400, auts), 0);
	fail_challenge(&d, EMM_CAUSE_SYNCH_FAILURE, auts);
	assert_int_equal(hss.resyncs, 1);
	take_challenge(&d);
	assert_true(d.challenge_sqn > 0x123400);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	read_accept(&d, take_context(&d));
}

static void synch_failures_without_end_are_cut_off(void **state)
{
	(void)state;
	struct device d = one();
	struct aka_key k = key_of(d.imsi);
	uint8_t auts[14];

	attach_to(&d, AT_AUTH);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(aka_make_auts(&k, d.rand, 0x123400, auts), 0);
		fail_challenge(&d, EMM_CAUSE_SYNCH_FAILURE, auts);
		take_challenge(&d);
	}
	assert_int_equal(aka_make_auts(&k, d.rand, 0x123400, auts), 0);
	fail_challenge(&d, EMM_CAUSE_SYNCH_FAILURE, auts);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	released(&d);
	assert_int_equal(hss.resyncs, 2);
}

static void challenge_names_a_key_set_that_the_device_does_not_hold(void **state)
{
	struct device d = one();

	(void)state;
	for (uint8_t ksi = 0; ksi <= NAS_KSI_NONE; ksi++) {
		d.request_ksi = ksi;
		initial(&d, attach_request(&d));
		take_challenge(&d);
		assert_int_not_equal(d.ksi, ksi);
		assert_int_not_equal(d.ksi, NAS_KSI_NONE);
		d.request_ksi = NAS_KSI_NONE;
	}
}

static void challenge_is_sent_five_times(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_AUTH);
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		take_challenge(&d);
		quiet(d.enb);
	}
	elapse(6100);
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(hss.auths, 1);
}

/* ---- security mode ---- */

static void security_mode_command_is_sent_five_times(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_SMC);
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
		quiet(d.enb);
	}
	/* The last one does as well as the first. */
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	go_idle(&d);
	attach_to(&d, AT_SMC);
	elapse(5 * 6600);
	for (int i = 0; i < 4; i++)
		hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	released(&d);
	is_registered(&d); /* the proof was half given only */
	assert_int_equal(in_use("mme_ue"), 1);
}

static void refused_security_mode_ends_the_attach(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_security_mode_reject r = {.emm_cause = EMM_CAUSE_SECURITY_CAPABILITIES_MISMATCH};

	attach_to(&d, AT_SMC);
	say_plain(&d, security_mode_reject, &r);
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
}

static void unprotected_security_mode_complete_is_ignored(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes pdu;

	attach_to(&d, AT_SMC);
	uplink(&d, smc_complete());
	quiet(d.enb);
	pdu = protect(&d, smc_complete(), NAS_SEC_INTEGRITY_NEW);
	((uint8_t *)(uintptr_t)pdu.p)[4] ^= 1;
	uplink(&d, pdu);
	quiet(d.enb);
	assert_int_equal(mme_counters.nas_unprotected, 2);
	assert_int_equal(mme_counters.nas_mac, 1);
	complete_smc(&d);
	read_accept(&d, take_context(&d));
}

static void algorithms_are_what_both_have_and_the_network_likes_best(void **state)
{
	static const struct {
		uint8_t eea, eia; /* masks of the device */
		uint8_t chosen_eea, chosen_eia;
	} t[] = {{0xf0, 0x70, 2, 2}, {0xc0, 0x50, 1, 1}, {0x90, 0x10, 3, 3}, {0x80, 0x60, 0, 2}};
	struct device d = one();

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		d.capability[0] = t[i].eea;
		d.capability[1] = t[i].eia;
		attach_to(&d, AT_DONE);
		assert_int_equal(d.sec.eea, t[i].chosen_eea);
		assert_int_equal(d.sec.eia, t[i].chosen_eia);
		go_idle(&d);
	}
}

static void device_without_integrity_is_refused(void **state)
{
	(void)state;
	struct device d = one();

	d.capability[1] = 0x80; /* EIA0 alone */
	attach_to(&d, AT_AUTH);
	answer_challenge(&d);
	hear(&d, attach_reject, ATTACH_REJECT);
	released(&d);
	assert_int_equal(in_use("mme_ue"), 0);
}

/* TS 33.401 annex I: the device found another hash than its request has. */
static void request_replayed_in_security_mode_counts(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_security_mode_complete r = {0};

	attach_to(&d, AT_SMC);
	d.pdn_type = NAS_PDN_IPV6;
	d.ask_info = true;
	r.replayed_nas_message_container = attach_request(&d);
	SET(&r, nas_security_mode_complete, replayed_nas_message_container);
	uplink(&d, protect(&d, NAS(security_mode_complete, &r), NAS_SEC_CIPHERED_NEW));
	hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
	struct nas_esm_information_response i = {.pti = 1};

	say(&d, esm_information_response, &i);
	read_accept(&d, take_context(&d));
	assert_int_equal(the_session()->type, PDN_IPV6);
}

/* ---- what is taken, and what is not ---- */

static void replayed_uplink_message_is_refused(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_emm_status s = {.emm_cause = 97};
	struct bytes pdu;

	attach_to(&d, AT_DONE);
	pdu = protect(&d, NAS(emm_status, &s), NAS_SEC_CIPHERED);
	uplink(&d, pdu);
	uplink(&d, pdu);
	assert_int_equal(mme_counters.nas_replay, 1);
	/* one that would act, not ciphered */
	struct nas_detach_request r = {.detach_type = {NAS_DETACH_EPS, true},
				       .identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};

	pdu = protect(&d, NAS(detach_request, &r), NAS_SEC_INTEGRITY);
	pdu.n -= 1;
	uplink(&d, pdu);
	is_registered(&d);
	quiet(d.enb);
}

static void nothing_unprotected_is_taken_on_a_protected_connection(void **state)
{
	(void)state;
	struct device d = one(), e;
	struct nas_tau_request tau = {.old_guti = {.type = NAS_ID_GUTI}};
	struct nas_detach_request off = {.detach_type = {NAS_DETACH_EPS, true},
					 .identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};
	struct nas_pdn_disconnect_request pdn = {.pti = 3, .linked_ebi = 5};
	struct nas_emm_status status = {.emm_cause = 97};
	struct nas_identity_response id = {.identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};

	attach_to(&d, AT_DONE);
	e = d;
	tau.old_guti.guti = d.guti;
	say_plain(&e, tau_request, &tau);
	say_plain(&e, detach_request, &off);
	say_plain(&e, pdn_disconnect_request, &pdn);
	say_plain(&e, emm_status, &status);
	say_plain(&e, identity_response, &id);
	uplink(&e, attach_request(&e));
	quiet(d.enb);
	assert_int_equal(mme_counters.nas_unprotected, 6);
	is_registered(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_int_equal(in_use("mme_ue"), 1);
}

static void esm_before_security_is_discarded(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_esm_information_response r = {.pti = 1};

	attach_to(&d, AT_AUTH);
	say_plain(&d, esm_information_response, &r);
	say_plain(&d, attach_complete, &((struct nas_attach_complete){.esm = pdn_request(&d)}));
	quiet(d.enb);
	assert_int_equal(mme_counters.nas_unprotected, 2);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	say(&d, esm_information_response, &r); /* the MAC is right, but it is too early */
	quiet(d.enb);
	assert_int_equal(mme_counters.nas_unprotected, 3);
}

static void esm_requests_that_are_not_served_are_refused(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_pdn_connectivity_request c = {
		.pti = 3, .request_type = NAS_REQUEST_INITIAL, .pdn_type = NAS_PDN_IPV4};
	struct nas_pdn_disconnect_request x = {.pti = 4, .linked_ebi = 5};

	attach_to(&d, AT_DONE);
	snprintf(c.apn.name, sizeof(c.apn.name), "elsewhere");
	SET(&c, nas_pdn_connectivity_request, apn);
	say(&d, pdn_connectivity_request, &c);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_OPTION_NOT_SUBSCRIBED);
	say(&d, pdn_disconnect_request, &x);
	assert_int_equal(hear(&d, pdn_disconnect_reject, PDN_DISCONNECT_REJECT)->esm_cause,
			 ESM_CAUSE_LAST_PDN_DISCONNECTION);
	x.linked_ebi = 6;
	say(&d, pdn_disconnect_request, &x);
	assert_int_equal(hear(&d, pdn_disconnect_reject, PDN_DISCONNECT_REJECT)->esm_cause,
			 ESM_CAUSE_INVALID_BEARER_IDENTITY);
	uplink(&d, protect(&d, bytes_of("\x07\x3f", 2), NAS_SEC_CIPHERED));
	assert_int_equal(hear(&d, emm_status, EMM_STATUS)->emm_cause,
			 EMM_CAUSE_MESSAGE_TYPE_UNKNOWN);
	uplink(&d, protect(&d, bytes_of("\x52\x05\xff", 3), NAS_SEC_CIPHERED));
	assert_int_equal(hear(&d, esm_status, ESM_STATUS)->esm_cause,
			 ESM_CAUSE_MESSAGE_TYPE_UNKNOWN);
	quiet(d.enb);
}

/* 7.3, 7.5: what a device can understand as the end of what it began. */
static void faulty_requests_on_a_connection_are_rejected(void **state)
{
	static const struct {
		const char *octets;
		uint8_t n, answer, cause;
	} rows[] = {
		{"\x02\x07\xd0", 3, 0xd1, ESM_CAUSE_INVALID_MANDATORY_IE},
		{"\x02\x07\xd2", 3, 0xd3, ESM_CAUSE_INVALID_MANDATORY_IE},
		{"\x02\x07\xd4", 3, 0xd5, ESM_CAUSE_INVALID_MANDATORY_IE},
		{"\x02\x07\xd6", 3, 0xd7, ESM_CAUSE_INVALID_MANDATORY_IE},
		{"\x02\x00\xd0", 3, 0xd1, ESM_CAUSE_INVALID_PTI},
		{"\x52\x07\xd2", 3, 0xd3, ESM_CAUSE_INVALID_BEARER_IDENTITY},
		{"\x02\x07\xe8", 3, 0xe8, ESM_CAUSE_INVALID_MANDATORY_IE}, /* a status of one */
	};
	struct device d = one();

	(void)state;
	attach_to(&d, AT_DONE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct nas_esm_status *s; /* begins as the rejects do */

		uplink(&d, protect(&d, bytes_of(rows[i].octets, rows[i].n), NAS_SEC_CIPHERED));
		s = hear_type(&d, rows[i].answer);
		assert_int_equal(s->pti, (uint8_t)rows[i].octets[1]);
		assert_int_equal(s->esm_cause, rows[i].cause);
	}
	quiet(d.enb);
	uplink(&d, protect(&d, bytes_of("\x07\x48\x00", 3), NAS_SEC_CIPHERED));
	assert_int_equal(hear(&d, tau_reject, TAU_REJECT)->emm_cause,
			 EMM_CAUSE_INVALID_MANDATORY_IE);
	assert_int_equal(d.down_header, NAS_CIPHERED);
	released(&d);
	is_registered(&d);
	serve_device(&d);
	uplink(&d, bytes_of("\x07\x41\x71", 3)); /* without protection: whoever says that */
	quiet(d.enb);
	uplink(&d, protect(&d, bytes_of("\x07\x41\x71", 3), NAS_SEC_CIPHERED));
	assert_int_equal(hear(&d, attach_reject, ATTACH_REJECT)->emm_cause,
			 EMM_CAUSE_INVALID_MANDATORY_IE);
	released(&d);
	attach_to(&d, AT_AUTH); /* nothing is protected yet */
	uplink(&d, bytes_of("\x07\x41\x71", 3));
	assert_int_equal(hear(&d, attach_reject, ATTACH_REJECT)->emm_cause,
			 EMM_CAUSE_INVALID_MANDATORY_IE);
	released(&d);
}

/* ---- strangers ---- */

/* An attach in somebody's name, by IMSI or GUTI, that goes no further than its knowledge. */
static void stolen_identity_disturbs_nobody(void **state)
{
	(void)state;
	struct device d = one(), thief;

	attach_to(&d, AT_DONE);
	enb_ready(1);
	for (int guti = 0; guti < 2; guti++)
		for (int mac = 0; mac < 2; mac++) {
			struct bytes pdu;

			thief = device(&assoc[1], "001010000000001");
			thief.has_guti = guti;
			thief.guti = d.guti;
			thief.sec = d.sec;
			thief.sec.knas_int[0] ^= 1;
			pdu = attach_request(&thief);
			pdu = mac ? protect(&thief, pdu, NAS_SEC_INTEGRITY) : pdu;
			initial(&thief, pdu);
			take_challenge(&thief);
			thief.res[0] ^= 1;
			answer_challenge(&thief);
			if (guti) {
				hear(&thief, identity_request, IDENTITY_REQUEST);
				go_idle(&thief);
			} else {
				hear(&thief, authentication_reject, AUTHENTICATION_REJECT);
				released(&thief);
			}
			assert_int_equal(in_use("mme_ue"), 1);
			assert_int_equal(in_use("s1_conn"), 1);
			is_registered(&d);
			assert_non_null(ue_of(&d)->conn);
			assert_true(the_session()->connected);
			quiet(d.enb);
		}
	struct nas_emm_status s = {.emm_cause = 97};

	say(&d, emm_status, &s); /* its context is what it was */
	assert_int_equal(mme_counters.nas_replay, 0);
	assert_int_equal(sgw.deleted, 0);
}

static void replayed_attach_request_is_challenged(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), thief;
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI, .guti = d.guti}};
	struct bytes pdu;

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	released(&d);
	pdu = protect(&d, attach_request(&d), NAS_SEC_INTEGRITY);
	initial(&d, pdu);
	take_context(&d);
	go_idle(&d); /* the attach is over: the device is gone */
	assert_null(ue_of(&d));
	thief = device(d.enb, "001010000000001");
	initial(&thief, pdu);
	hear(&thief, identity_request, IDENTITY_REQUEST);
	go_idle(&thief);
}

/* What it replays counts, also where the first was right. */
static void replays(nas_request_type_t type, uint8_t cause)
{
	struct device d = one();
	struct nas_security_mode_complete r = {0};

	attach_to(&d, AT_SMC);
	d.request = type;
	r.replayed_nas_message_container = attach_request(&d);
	SET(&r, nas_security_mode_complete, replayed_nas_message_container);
	uplink(&d, protect(&d, NAS(security_mode_complete, &r), NAS_SEC_CIPHERED_NEW));
	rejected_esm(&d, cause);
	assert_int_equal(sessions(), 0);
}

/* What was put into the first, or changed in it, does not. */
static void timers_that_are_not_replayed_do_not_count(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = one();
	struct nas_security_mode_complete r = {0};
	struct nas_attach_request a = {
		.attach_type = NAS_ATTACH_EPS,
		.ksi = NAS_KSI_NONE,
		.identity = {.type = NAS_ID_IMSI, .imsi = d.imsi},
		.ue_network_capability.n = 4,
		.esm = pdn_request(&d),
		.t3324 = 10,
		.drx = 0x70,
	};

	memcpy(a.ue_network_capability.octet, d.capability, 4);
	c.power = (struct mme_power){.active_s = 30, .periodic_s = 3600};
	mme_reload(&c);
	SET(&a, nas_attach_request, t3324);
	SET(&a, nas_attach_request, drx);
	initial(&d, NAS(attach_request, &a));
	take_challenge(&d);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	r.replayed_nas_message_container = attach_request(&d);
	SET(&r, nas_security_mode_complete, replayed_nas_message_container);
	uplink(&d, protect(&d, NAS(security_mode_complete, &r), NAS_SEC_CIPHERED_NEW));
	assert_false(HAS(read_accept(&d, take_context(&d)), nas_attach_accept, t3324));
	assert_false(ue_of(&d)->psm);
	assert_int_equal(ue_of(&d)->paging_drx, 0);
	mme_reload(&bench_config);
}

static void handover_that_is_replayed_is_refused(void **state)
{
	(void)state;
	replays(NAS_REQUEST_HANDOVER, ESM_CAUSE_NO_PDN_CONNECTION);
}

static void emergency_that_is_replayed_is_refused(void **state)
{
	(void)state;
	replays(NAS_REQUEST_EMERGENCY, ESM_CAUSE_OPTION_NOT_SUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(wrong_res_is_rejected),
		BEHAVIOUR(short_res_is_rejected),
		BEHAVIOUR(guti_with_the_wrong_key_is_asked_who_it_is),
		BEHAVIOUR(wrong_key_of_a_named_imsi_is_final),
		BEHAVIOUR(sqn_out_of_range_is_resynchronised),
		BEHAVIOUR(synch_failures_without_end_are_cut_off),
		BEHAVIOUR(challenge_names_a_key_set_that_the_device_does_not_hold),
		BEHAVIOUR(challenge_is_sent_five_times),
		BEHAVIOUR(security_mode_command_is_sent_five_times),
		BEHAVIOUR(refused_security_mode_ends_the_attach),
		BEHAVIOUR(unprotected_security_mode_complete_is_ignored),
		BEHAVIOUR(algorithms_are_what_both_have_and_the_network_likes_best),
		BEHAVIOUR(device_without_integrity_is_refused),
		BEHAVIOUR(request_replayed_in_security_mode_counts),
		BEHAVIOUR(timers_that_are_not_replayed_do_not_count),
		BEHAVIOUR(handover_that_is_replayed_is_refused),
		BEHAVIOUR(emergency_that_is_replayed_is_refused),
		BEHAVIOUR(replayed_uplink_message_is_refused),
		BEHAVIOUR(nothing_unprotected_is_taken_on_a_protected_connection),
		BEHAVIOUR(esm_before_security_is_discarded),
		BEHAVIOUR(esm_requests_that_are_not_served_are_refused),
		BEHAVIOUR(faulty_requests_on_a_connection_are_rejected),
		BEHAVIOUR(stolen_identity_disturbs_nobody),
		BEHAVIOUR(replayed_attach_request_is_challenged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
