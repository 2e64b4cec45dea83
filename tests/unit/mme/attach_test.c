/* SPDX-License-Identifier: Apache-2.0 */
/* Attach (TS 24.301 5.5.1): the whole, its refusals, its timers. */
#include "bench.h"

static void attach_by_imsi_registers_with_a_session(void **state)
{
	(void)state;
	struct device d = one();
	uint8_t kenb[32];

	initial(&d, attach_request(&d));
	take_challenge(&d);
	answer_challenge(&d);
	const struct nas_security_mode_command *c =
		hear(&d, security_mode_command, SECURITY_MODE_COMMAND);

	assert_int_equal(d.down_header, NAS_INTEGRITY_NEW);
	assert_int_equal(c->ue_security_capability.eea, d.capability[0]);
	assert_int_equal(c->ue_security_capability.eia, d.capability[1]);
	assert_int_equal(c->algorithms.eia, 2);
	assert_int_equal(c->algorithms.eea, 2);
	assert_true(HAS(c, nas_security_mode_command, hash_mme));
	complete_smc(&d);
	kdf_kenb(d.sec.kasme, 0, kenb); /* Security Mode Complete had COUNT 0 */
	const struct nas_attach_accept *a = read_accept(&d, take_context(&d));

	assert_memory_equal(d.kenb, kenb, 32);
	assert_int_equal(d.down_header, NAS_CIPHERED);
	assert_int_equal(a->attach_result, NAS_ATTACHED_EPS);
	assert_int_equal(a->tai_list.n, 5);
	assert_int_equal(a->tai_list.tai[0].tac, TAC);
	assert_int_equal(a->tai_list.tai[4].tac, 9);
	assert_int_equal(d.guti.gummei.code, CODE);
	assert_int_equal(the_session()->teid + 0x1000, d.s1u_teid);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(the_session()->enb_teid, 0x20000 + d.enb_id);
	complete_attach(&d);
	quiet(d.enb);
	is_registered(&d);
	assert_string_equal(ue_of(&d)->imeisv, "3534900698733190");
	assert_int_equal(procedures(), 0);
	assert_non_null(saved_of(d.imsi));
	assert_int_equal(mme_counters.attach, 1);
}

static void attach_complete_may_come_before_the_context(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_ACCEPT);
	complete_attach(&d);
	is_registered(&d); /* 5.5.1.2.4 */
	assert_int_equal(in_use("attach"), 1);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(procedures(), 0);
}

static void guti_with_a_good_mac_needs_no_authentication(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	uint32_t old = d.guti.m_tmsi, count = d.sec.ul_count;
	uint8_t kenb[32];

	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	assert_int_equal(hss.auths, 1);
	read_accept(&d, take_context(&d));
	kdf_kenb(d.sec.kasme, count, kenb);
	assert_memory_equal(d.kenb, kenb, 32);
	assert_int_not_equal(d.guti.m_tmsi, old);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	quiet(d.enb);
	assert_int_equal(sgw.created, 2);
	assert_int_equal(sgw.deleted, 1);
}

static void guti_with_a_wrong_mac_is_authenticated_and_hashed(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct bytes pdu = protect(&d, attach_request(&d), NAS_SEC_INTEGRITY);
	uint8_t ksi = d.sec.ksi;

	((uint8_t *)(uintptr_t)pdu.p)[2] ^= 1;
	initial(&d, pdu);
	take_challenge(&d);
	assert_int_not_equal(d.ksi, ksi);
	is_registered(&d);
	d.secure = false;
	answer_challenge(&d);
	assert_true(HAS(hear(&d, security_mode_command, SECURITY_MODE_COMMAND),
			nas_security_mode_command, hash_mme));
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	assert_int_equal(sgw.deleted, 1);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
}

static void changed_capabilities_need_a_new_security_mode_but_no_hash(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	d.capability[1] = 0x60;
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	take_challenge(&d);
	d.secure = false;
	answer_challenge(&d);
	assert_false(HAS(hear(&d, security_mode_command, SECURITY_MODE_COMMAND),
			 nas_security_mode_command, hash_mme));
	go_idle(&d);
}

static void unknown_guti_is_asked_for_its_imsi(void **state)
{
	(void)state;
	struct device d = one();

	d.has_guti = true;
	d.guti = (struct guti){{PLMN, GROUP, CODE}, 0xc0123456};
	initial(&d, attach_request(&d));
	identifies(&d);
	take_challenge(&d);
}

static void identity_of_another_kind_is_not_taken(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_identity_response r = {.identity = {.type = NAS_ID_IMEISV}};

	memcpy(r.identity.imei, "3534900698733190", 17);
	d.has_guti = true;
	d.guti = (struct guti){{PLMN, GROUP, CODE}, 0xc0123456};
	initial(&d, attach_request(&d));
	hear(&d, identity_request, IDENTITY_REQUEST);
	say_plain(&d, identity_response, &r);
	quiet(d.enb);
	elapse(6100);
	hear(&d, identity_request, IDENTITY_REQUEST);
}

static void identity_request_is_sent_five_times(void **state)
{
	(void)state;
	struct device d = one();

	d.has_guti = true;
	d.guti = (struct guti){{PLMN, GROUP, CODE}, 0xc0123456};
	initial(&d, attach_request(&d));
	for (int i = 0; i < 5; i++) {
		hear(&d, identity_request, IDENTITY_REQUEST);
		quiet(d.enb);
		elapse(6100);
	}
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
}

static void attach_accept_is_sent_five_times(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_CONTEXT);
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		read_accept(&d, expect(d.enb, downlink_nas_transport)->nas_pdu);
		quiet(d.enb);
	}
	elapse(6100);
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(sgw.deleted, 1);
}

/* ---- what the HSS says ---- */

static void hss_result_becomes_the_emm_cause(void **state)
{
	static const struct {
		enum s6a_result result;
		uint8_t cause;
	} t[] = {
		{S6A_USER_UNKNOWN, EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED},
		{S6A_UNKNOWN_EPS_SUBSCRIPTION, EMM_CAUSE_NO_SUITABLE_CELLS},
		{S6A_RAT_NOT_ALLOWED, EMM_CAUSE_NO_SUITABLE_CELLS},
		{S6A_ROAMING_NOT_ALLOWED, EMM_CAUSE_PLMN_NOT_ALLOWED},
		{S6A_UNABLE_TO_DELIVER, EMM_CAUSE_NETWORK_FAILURE},
		{S6A_UNABLE_TO_COMPLY, EMM_CAUSE_NETWORK_FAILURE},
		{S6A_AUTHENTICATION_DATA_UNAVAILABLE, EMM_CAUSE_NETWORK_FAILURE},
	};
	struct device d = one();

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		hss.auth_result = t[i].result;
		initial(&d, attach_request(&d));
		rejected(&d, t[i].cause);
		hss.auth_result = S6A_SUCCESS;
		hss.location_result = t[i].result;
		attach_to(&d, AT_SMC);
		complete_smc(&d);
		rejected(&d, t[i].cause);
		hss.location_result = S6A_SUCCESS;
		d.secure = false;
		nas_security_wipe(&d.sec);
	}
	assert_int_equal(sgw.created, 0);
}

static void silent_hss_is_a_network_failure(void **state)
{
	(void)state;
	struct device d = one();

	hss.hold = true;
	initial(&d, attach_request(&d));
	elapse(10100);
	rejected(&d, EMM_CAUSE_NETWORK_FAILURE);
	hss_release();
	attach_to(&d, AT_SMC);
	hss.hold = true;
	complete_smc(&d);
	elapse(10100);
	rejected(&d, EMM_CAUSE_NETWORK_FAILURE);
}

static void blocked_subscriber_is_barred(void **state)
{
	(void)state;
	struct device d = one();

	hss.blocked = true;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected_esm(&d, ESM_CAUSE_OPERATOR_DETERMINED_BARRING);
}

/* ---- APN and PDN type ---- */

static void apn_outside_the_subscription_is_refused(void **state)
{
	(void)state;
	struct device d = one();

	d.apn = "elsewhere";
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected_esm(&d, ESM_CAUSE_OPTION_NOT_SUBSCRIBED);
	hss.apns = 0;
	d.apn = NULL;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected_esm(&d, ESM_CAUSE_UNKNOWN_APN);
}

static void apn_is_found_whatever_its_case_and_operator(void **state)
{
	(void)state;
	struct device d = one();

	hss.apns = 2;
	hss.apn[1] = hss.apn[0];
	snprintf(hss.apn[1].apn, sizeof(hss.apn[1].apn), "meters");
	d.apn = "MeterS.mnc001.mcc001.gprs";
	attach_to(&d, AT_DONE);
	assert_string_equal(the_session()->apn, "meters");
}

static void wildcard_subscription_takes_any_apn_but_none_by_default(void **state)
{
	(void)state;
	struct device d = one();

	snprintf(hss.apn[0].apn, sizeof(hss.apn[0].apn), "*");
	d.apn = "Private";
	attach_to(&d, AT_DONE);
	assert_string_equal(the_session()->apn, "private");
	go_idle(&d);
	d.apn = NULL;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected_esm(&d, ESM_CAUSE_UNKNOWN_APN);
}

static void pdn_types_meet_as_the_specification_says(void **state)
{
	static const struct {
		uint8_t asked;
		enum pdn_type subscribed, pgw;
		enum gtpc_cause cause;
		uint8_t given, told, refused;
	} t[] = {
		{NAS_PDN_IPV4, PDN_IPV4, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV4, 0, 0},
		{NAS_PDN_IPV4, PDN_IPV4V6, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV4, 0, 0},
		{NAS_PDN_IPV6, PDN_IPV4V6, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV6, 0, 0},
		{NAS_PDN_IPV4V6, PDN_IPV4V6, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV4V6, 0, 0},
		{NAS_PDN_IPV4V6, PDN_IPV4, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV4,
		 ESM_CAUSE_IPV4_ONLY, 0},
		{NAS_PDN_IPV4V6, PDN_IPV6, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV6,
		 ESM_CAUSE_IPV6_ONLY, 0},
		{NAS_PDN_IPV4V6, PDN_IPV4V6, PDN_IPV4, GTPC_NEW_PDN_TYPE_NETWORK, NAS_PDN_IPV4,
		 ESM_CAUSE_IPV4_ONLY, 0},
		{NAS_PDN_IPV4V6, PDN_IPV4V6, PDN_IPV6, GTPC_NEW_PDN_TYPE_SINGLE, NAS_PDN_IPV6,
		 ESM_CAUSE_SINGLE_ADDRESS_ONLY, 0},
		/* 24.301 table 9.9.4.10.1: the unused value counts as IPv6 */
		{4, PDN_IPV4V6, PDN_IPV4V6, GTPC_ACCEPTED, NAS_PDN_IPV6, 0, 0},
		{NAS_PDN_IPV4, PDN_IPV6, PDN_IPV4V6, GTPC_ACCEPTED, 0, 0, ESM_CAUSE_IPV6_ONLY},
		{NAS_PDN_IPV6, PDN_IPV4, PDN_IPV4V6, GTPC_ACCEPTED, 0, 0, ESM_CAUSE_IPV4_ONLY},
		{NAS_PDN_NON_IP, PDN_IPV4, PDN_IPV4V6, GTPC_ACCEPTED, 0, 0,
		 ESM_CAUSE_UNKNOWN_PDN_TYPE},
	};

	(void)state;
	enb_ready(0);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct device d = device(&assoc[0], "001010000000001");

		hss.apn[0].pdn_type = t[i].subscribed;
		sgw.gives = t[i].pgw;
		sgw.create_cause = t[i].cause;
		d.pdn_type = t[i].asked;
		attach_to(&d, AT_SMC);
		complete_smc(&d);
		if (t[i].refused) {
			rejected_esm(&d, t[i].refused);
			continue;
		}
		const struct nas_attach_accept *a = read_accept(&d, take_context(&d));
		const struct nas_activate_default_bearer_request *b = bearer_in(a);

		assert_int_equal(b->pdn_address.type, t[i].given);
		assert_int_equal(HAS(b, nas_activate_default_bearer_request, esm_cause),
				 t[i].told != 0);
		assert_int_equal(b->esm_cause, t[i].told);
		context_is_up(&d, d.ebi);
		complete_attach(&d);
		go_idle(&d);
	}
}

static void gateway_refusal_becomes_the_esm_cause(void **state)
{
	static const struct {
		enum gtpc_cause cause;
		uint8_t esm;
	} t[] = {
		{GTPC_MISSING_OR_UNKNOWN_APN, ESM_CAUSE_UNKNOWN_APN},
		{GTPC_ALL_ADDRESSES_OCCUPIED, ESM_CAUSE_INSUFFICIENT_RESOURCES},
		{GTPC_NO_RESOURCES, ESM_CAUSE_INSUFFICIENT_RESOURCES},
		{GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED, ESM_CAUSE_IPV6_ONLY},
		{GTPC_REQUEST_REJECTED, ESM_CAUSE_REJECTED_BY_GATEWAY},
		{GTPC_SERVICE_DENIED, ESM_CAUSE_REJECTED},
		{GTPC_USER_AUTHENTICATION_FAILED, ESM_CAUSE_USER_AUTHENTICATION_FAILED},
		{GTPC_APN_ACCESS_DENIED, ESM_CAUSE_OPTION_NOT_SUBSCRIBED},
		{GTPC_INVALID_REPLY, ESM_CAUSE_REJECTED},
		{GTPC_MULTIPLE_PDN_NOT_ALLOWED, ESM_CAUSE_MULTIPLE_CONNECTIONS_NOT_ALLOWED},
		{GTPC_SYSTEM_FAILURE, ESM_CAUSE_NETWORK_FAILURE},
		{GTPC_REMOTE_PEER_NOT_RESPONDING, ESM_CAUSE_NETWORK_FAILURE},
	};
	struct device d = one();

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		sgw.create_cause = t[i].cause;
		attach_to(&d, AT_SMC);
		complete_smc(&d);
		rejected_esm(&d, t[i].esm);
	}
}

static void silent_gateway_leaves_no_session(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_SMC);
	sgw.hold = true;
	complete_smc(&d);
	elapse(10100);
	rejected_esm(&d, ESM_CAUSE_NETWORK_FAILURE);
	sgw_let_go(); /* creates it after all: the transport deletes it */
	assert_int_equal(sessions(), 0);
}

/* ---- ESM information ---- */

static void esm_information_names_the_apn(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_esm_information_response r = {.pti = 1};

	hss.apns = 2;
	hss.apn[1] = hss.apn[0];
	snprintf(hss.apn[1].apn, sizeof(hss.apn[1].apn), "meters");
	attach_to(&d, AT_INFO);
	assert_int_equal(hear(&d, esm_information_request, ESM_INFORMATION_REQUEST)->pti, 1);
	snprintf(r.apn.name, sizeof(r.apn.name), "meters");
	SET(&r, nas_esm_information_response, apn);
	r.pti = 9;
	say(&d, esm_information_response, &r);
	assert_int_equal(hear(&d, esm_status, ESM_STATUS)->esm_cause, ESM_CAUSE_INVALID_PTI);
	r.pti = 0;
	say(&d, esm_information_response, &r);
	r.pti = 1;
	r.ebi = 5;
	say(&d, esm_information_response, &r);
	quiet(d.enb);
	r.ebi = 0;
	say(&d, esm_information_response, &r);
	read_accept(&d, take_context(&d));
	assert_string_equal(the_session()->apn, "meters");
}

static void esm_information_is_asked_three_times(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_INFO);
	for (int i = 0; i < 3; i++) {
		hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
		quiet(d.enb);
		elapse(4100);
	}
	rejected_esm(&d, ESM_CAUSE_INFORMATION_NOT_RECEIVED);
	assert_int_equal(in_use("mme_ue"), 0);
}

/* ---- requests that cannot be served ---- */

static void emergency_attach_is_refused(void **state)
{
	(void)state;
	struct device d = one();

	d.type = NAS_ATTACH_EMERGENCY;
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_IMEI_NOT_ACCEPTED);
}

static void combined_attach_is_for_eps_alone(void **state)
{
	(void)state;
	struct device d = one();

	d.type = NAS_ATTACH_COMBINED;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	const struct nas_attach_accept *a = read_accept(&d, take_context(&d));

	assert_int_equal(a->attach_result, NAS_ATTACHED_EPS);
	assert_true(HAS(a, nas_attach_accept, emm_cause));
	assert_int_equal(a->emm_cause, EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE);
}

static void attach_with_something_else_than_a_pdn_request_is_refused(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_esm_status esm = {.pti = 1, .esm_cause = 97};
	struct nas_attach_request r = {
		.attach_type = NAS_ATTACH_EPS,
		.ksi = NAS_KSI_NONE,
		.identity = {.type = NAS_ID_IMSI, .imsi = d.imsi},
		.ue_network_capability = {.n = 2, .octet = {0xe0, 0xe0}},
		.esm = NAS(esm_status, &esm),
	};

	initial(&d, NAS(attach_request, &r));
	rejected(&d, EMM_CAUSE_ESM_FAILURE);
}

static void attach_without_a_transaction_is_refused(void **state)
{
	(void)state;
	struct device d = one();

	d.pti = 0;
	initial(&d, attach_request(&d));
	rejected_esm(&d, ESM_CAUSE_INVALID_PTI);
}

/* 9.9.3.11: by a network that does not serve them. */
static void attach_for_restricted_local_operator_services_is_an_attach(void **state)
{
	(void)state;
	struct device d = one();

	d.type = 3;
	attach_to(&d, AT_DONE);
	is_registered(&d);
}

/* Here is nothing of the access that the device comes from (6.5.1.6 b). */
static void attach_with_a_connection_from_elsewhere_is_refused(void **state)
{
	(void)state;
	struct device d = one();

	d.request = NAS_REQUEST_HANDOVER;
	initial(&d, attach_request(&d));
	rejected_esm(&d, ESM_CAUSE_NO_PDN_CONNECTION);
}

static void reload_changes_no_identity(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	c.gummei.code++;
	c.t3412_s = 600;
	mme_reload(&c);
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	assert_int_equal(read_accept(&d, take_context(&d))->t3412, 600);
	assert_int_equal(d.guti.gummei.code, CODE);
}

static void attach_without_a_mandatory_ie_is_refused(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes r = attach_request(&d);

	r.n = 12; /* ends within the identity */
	initial(&d, r);
	rejected(&d, EMM_CAUSE_INVALID_MANDATORY_IE);
}

static void ceiling_refuses_with_a_back_off(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = one(), e = device(d.enb, "001010000000002");

	c.max_ues = 1;
	mme_reload(&c);
	attach_to(&d, AT_DONE);
	initial(&e, attach_request(&e));
	const struct nas_attach_reject *r = rejected(&e, EMM_CAUSE_CONGESTION);

	assert_true(HAS(r, nas_attach_reject, t3346));
	assert_true(r->t3346 > 0);
	assert_int_equal(mme_counters.congestion, 1);
	is_registered(&d);
	/* Who is counted already may attach again. */
	go_idle(&d);
	attach_to(&d, AT_DONE);
	assert_int_equal(ue_count(), 1);
}

/* An eNodeB may still have cells in an area that a reload took out of service. */
static void area_that_is_not_served_is_refused(void **state)
{
	(void)state;
	static const struct mme_tacs elsewhere[] = {{PLMN, 100, 109}};
	struct mme_config c = bench_config;
	struct device d = one();

	c.tac = elsewhere;
	mme_reload(&c);
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_NO_SUITABLE_CELLS);
	assert_int_equal(ue_count(), 0);
	/* So is who is registered, and stays so; it looks elsewhere. */
	mme_reload(&bench_config);
	d = idle_device(d.enb, "001010000000001");
	mme_reload(&c);
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, true);

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	assert_int_equal(hear(&d, tau_reject, TAU_REJECT)->emm_cause, EMM_CAUSE_NO_SUITABLE_CELLS);
	released(&d);
	initial(&d, service_request(&d));
	assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_NO_SUITABLE_CELLS);
	released(&d);
	is_registered(&d);
	assert_int_equal(sessions(), 1);
}

static void registered_idle_device_is_small(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	size_t n = sizeof(struct mme_ue) + sizeof(struct mme_pdn) + sizeof(struct mme_bearer) +
		   sizeof(struct nas_security) + 8 /* keys.c's */ +
		   sizeof(struct apn_subscription) * ue_of(&d)->apns;

	print_message("mme_ue %zu, mme_pdn %zu, mme_bearer %zu, apn_subscription %zu; saved %zu; "
		      "s1_conn %zu\n",
		      sizeof(struct mme_ue), sizeof(struct mme_pdn), sizeof(struct mme_bearer),
		      sizeof(struct apn_subscription), saved_of(d.imsi)->n, sizeof(struct s1_conn));
	assert_true(n + saved_of(d.imsi)->n < 4096);
	assert_int_equal(in_use("s1_conn"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(attach_by_imsi_registers_with_a_session),
		BEHAVIOUR(attach_complete_may_come_before_the_context),
		BEHAVIOUR(guti_with_a_good_mac_needs_no_authentication),
		BEHAVIOUR(guti_with_a_wrong_mac_is_authenticated_and_hashed),
		BEHAVIOUR(changed_capabilities_need_a_new_security_mode_but_no_hash),
		BEHAVIOUR(unknown_guti_is_asked_for_its_imsi),
		BEHAVIOUR(identity_of_another_kind_is_not_taken),
		BEHAVIOUR(identity_request_is_sent_five_times),
		BEHAVIOUR(attach_accept_is_sent_five_times),
		BEHAVIOUR(hss_result_becomes_the_emm_cause),
		BEHAVIOUR(silent_hss_is_a_network_failure),
		BEHAVIOUR(blocked_subscriber_is_barred),
		BEHAVIOUR(apn_outside_the_subscription_is_refused),
		BEHAVIOUR(apn_is_found_whatever_its_case_and_operator),
		BEHAVIOUR(wildcard_subscription_takes_any_apn_but_none_by_default),
		BEHAVIOUR(pdn_types_meet_as_the_specification_says),
		BEHAVIOUR(gateway_refusal_becomes_the_esm_cause),
		BEHAVIOUR(silent_gateway_leaves_no_session),
		BEHAVIOUR(esm_information_names_the_apn),
		BEHAVIOUR(esm_information_is_asked_three_times),
		BEHAVIOUR(emergency_attach_is_refused),
		BEHAVIOUR(combined_attach_is_for_eps_alone),
		BEHAVIOUR(attach_with_something_else_than_a_pdn_request_is_refused),
		BEHAVIOUR(attach_without_a_transaction_is_refused),
		BEHAVIOUR(attach_for_restricted_local_operator_services_is_an_attach),
		BEHAVIOUR(attach_with_a_connection_from_elsewhere_is_refused),
		BEHAVIOUR(reload_changes_no_identity),
		BEHAVIOUR(attach_without_a_mandatory_ie_is_refused),
		BEHAVIOUR(ceiling_refuses_with_a_back_off),
		BEHAVIOUR(area_that_is_not_served_is_refused),
		BEHAVIOUR(registered_idle_device_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
