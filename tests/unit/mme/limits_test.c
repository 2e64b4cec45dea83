/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps a flood of strangers from taking everything, and emergency attach, which is let past
 * (TS 24.301 5.5.1, TS 23.401 4.3.12). */
#include "bench.h"

static struct mme_config config;

static int open_bench(void **state)
{
	int err = bench_open(state);

	config = bench_config;
	config.emergency =
		(struct mme_emergency){.attach = EMERGENCY_PROVEN, .apn = "sos", .qci = 5};
	config.emergency.rate = 640000;
	return err;
}

#define LIMITS_BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, open_bench, bench_close)

/* ---- floods ---- */

static void strangers_that_prove_nothing_are_few(void **state)
{
	struct s1_assoc *enb = enb_ready(0);
	struct device known = idle_device(enb, "001010000000099"), d[5];
	char imsi[IMSI_STRLEN];

	(void)state;
	config.max_unproven = 3;
	mme_reload(&config);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(imsi, sizeof(imsi), "00101000000%04u", i);
		d[i] = device(enb, imsi);
		if (i % 2) { /* some by a GUTI that nobody gave */
			d[i].has_guti = true;
			d[i].guti = (struct guti){{PLMN, GROUP, CODE}, 0xc0000000 + i};
		}
		initial(&d[i], attach_request(&d[i]));
		if (i >= 3) {
			assert_true(HAS(rejected_with(&d[i], EMM_CAUSE_CONGESTION),
					nas_attach_reject, t3346));
			continue;
		}
		if (i % 2)
			hear(&d[i], identity_request, IDENTITY_REQUEST);
		else
			take_challenge(&d[i]);
	}
	assert_int_equal(mme_counters.unproven_refused, 2);
	assert_int_equal(mme_counters.congestion, 0); /* that is of max_ues */
	assert_int_equal(in_use("mme_ue"), 4);
	serve_device(&known); /* who is known is served all the same */
	go_idle(&known);
	/* Who proves it makes room. */
	answer_challenge(&d[0]);
	hear(&d[0], security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d[0]);
	read_accept(&d[0], take_context(&d[0]));
	initial(&d[4], attach_request(&d[4]));
	take_challenge(&d[4]);
	/* So does silence. */
	elapse(60000);
	while (next_pdu(enb))
		;
	assert_int_equal(in_use("mme_ue"), 1);
}

static void detaches_without_proof_count_as_well(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), thief[2];
	struct nas_detach_request r = {.detach_type = {NAS_DETACH_EPS, false},
				       .identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};

	config.max_unproven = 1;
	mme_reload(&config);
	for (unsigned i = 0; i < 2; i++) {
		thief[i] = device(d.enb, "001010000000001");
		initial(&thief[i], NAS(detach_request, &r));
	}
	take_challenge(&thief[0]);
	released(&thief[1]);
	quiet(d.enb);
	is_registered(&d);
}

static void enb_brings_so_many_attaches_a_second(void **state)
{
	struct s1_assoc *enb = enb_ready(0), *other = enb_ready(1);
	unsigned refused = 0;

	(void)state;
	config.enb_attach_rate = 3;
	mme_reload(&config);
	for (unsigned i = 0; i < 6; i++) {
		struct device d = device(enb, "001010000000001");

		initial(&d, attach_request(&d));
		const struct s1ap_downlink_nas_transport *m = expect(enb, downlink_nas_transport);

		if (m->nas_pdu.p[1] == NAS_ATTACH_REJECT) {
			refused++;
			released(&d);
		}
	}
	assert_in_range(refused, 2, 3); /* a third of a second may have passed */
	assert_int_equal(mme_counters.enb_attach_refused, refused);
	assert_int_equal(mme_counters.congestion + mme_counters.unproven_refused, 0);
	struct device d = device(other, "001010000000002");

	initial(&d, attach_request(&d));
	take_challenge(&d);
	while (next_pdu(enb))
		;
}

/* 4.4.4.3: each costs a vector and a context. Whose IMSI it is makes no difference. */
static void detaches_without_proof_count_for_the_rate_of_an_enb(void **state)
{
	(void)state;
	struct s1_assoc *enb = enb_ready(0);
	struct device d = idle_device(enb, "001010000000001");
	struct nas_detach_request r = {.detach_type = {NAS_DETACH_EPS, false},
				       .identity = {.type = NAS_ID_IMSI}};
	unsigned refused = 0, auths;

	config.enb_attach_rate = 3;
	mme_reload(&config);
	auths = hss.auths;
	for (unsigned i = 0; i < 6; i++) {
		struct device thief = device(enb, i % 2 ? "001010000000001" : "001010000000002");
		const struct s1ap_pdu *pdu;

		r.identity.imsi = thief.imsi;
		initial(&thief, NAS(detach_request, &r));
		pdu = next_pdu(enb);
		assert_non_null(pdu);
		if (pdu->msg == &s1ap_ue_context_release_command_msg) {
			const struct s1ap_ue_context_release_command *c = pdu->body;

			refused++;
			assert_int_equal(c->cause.group, S1AP_CAUSE_MISC);
		}
	}
	assert_in_range(refused, 2, 3); /* a third of a second may have passed */
	assert_int_equal(hss.auths - auths, 6 - refused);
	assert_int_equal(mme_counters.enb_attach_refused, refused);
	/* Who proves it is not held to it, nor is who is switched off. */
	r.detach_type.switch_off = true;
	r.identity = (struct nas_identity){.type = NAS_ID_GUTI, .guti = d.guti};
	initial(&d, protect(&d, NAS(detach_request, &r), NAS_SEC_INTEGRITY));
	while (next_pdu(enb))
		;
	assert_null(ue_of(&d));
	assert_int_equal(mme_counters.enb_attach_refused, refused);
}

/* ---- emergency ---- */

static void emergency_attach_of_a_proven_device_goes_past_everything(void **state)
{
	(void)state;
	struct device d = one();
	const struct nas_attach_accept *a;
	char error[192];
	const char *warning;

	config.max_ues = 1;
	mme_reload(&config);
	idle_device(d.enb, "001010000000099");
	assert_int_equal(access_add("deny imsi 001010000000001", 0, error, sizeof(error), &warning),
			 1);
	run();
	hss.location_result = S6A_ROAMING_NOT_ALLOWED;
	hss.locations = 0;
	d.type = NAS_ATTACH_EMERGENCY;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	a = read_accept(&d, take_context(&d));
	assert_true(a->network_features & NAS_FEATURE_EMC_BS);
	assert_int_equal(hss.locations, 0);
	assert_int_equal(bearer_in(a)->qos.qci, 5);
	assert_string_equal(bearer_in(a)->apn.name, "sos");
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	assert_int_equal(ue_of(&d)->ambr_up, 640000);
	go_idle(&d);
	serve_device(&d); /* the rule does not hold here either */
	is_registered(&d);
	assert_int_equal(mme_counters.emergency, 1);
	/* 5.3.5: there is no periodic update to wait for. */
	go_idle(&d);
	elapse(10);
	reach_start(ue_of(&d));
	pass(mme.t3412_s * 1000ULL - 1000, 60000);
	is_registered(&d);
	pass(2000, 500);
	assert_null(ue_of(&d));
	assert_int_equal(mme_counters.detach_implicit, 1);
}

static void emergency_attach_without_proof_is_refused(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_attach_request r = {.attach_type = NAS_ATTACH_EMERGENCY,
				       .ksi = NAS_KSI_NONE,
				       .identity = {.type = NAS_ID_IMEI},
				       .ue_network_capability.n = 2};

	mme_reload(&config);
	d.type = NAS_ATTACH_EMERGENCY;
	r.esm = pdn_request(&d);
	memcpy(r.identity.imei, "353490069873310", 16);
	initial(&d, NAS(attach_request, &r));
	rejected(&d, EMM_CAUSE_IMEI_NOT_ACCEPTED);
	attach_to(&d, AT_AUTH);
	d.res[1] ^= 1;
	answer_challenge(&d);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	released(&d);
	assert_int_equal(in_use("mme_ue"), 0);
	config.emergency.attach = EMERGENCY_REFUSED;
	mme_reload(&config);
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_IMEI_NOT_ACCEPTED);
}

static const char imei[] = "353490069873310";

/* From the Security Mode Command to the end. Its context is that of the IMEI from then on. */
static void attach_null(struct device *d)
{
	const struct s1ap_initial_context_setup_request *r;
	const struct nas_attach_accept *a;

	d->null = true;
	assert_int_equal(hear(d, security_mode_command, SECURITY_MODE_COMMAND)->ksi, 0);
	complete_smc(d);
	r = expect(d->enb, initial_context_setup_request);
	assert_int_equal(r->ue_security_capabilities.encryption_algorithms, 0);
	assert_int_equal(r->ue_security_capabilities.integrity_protection_algorithms, 0);
	d->mme_id = r->mme_ue_s1ap_id;
	a = read_accept(d, r->e_rab_to_be_setup_list.v[0].nas_pdu);
	assert_string_equal(bearer_in(a)->apn.name, "sos");
	context_is_up(d, d->ebi);
	complete_attach(d);
	quiet(d->enb);
	assert_true(imsi_of_imei(d->imei ? d->imei : imei, &d->imsi));
	is_registered(d);
	assert_int_equal(hss.locations, 0);
}

static void emergency_attach_by_imei_has_null_algorithms(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_pdn_connectivity_request pdn = {
		.pti = 9, .request_type = NAS_REQUEST_INITIAL, .pdn_type = NAS_PDN_IPV4};
	struct nas_identity_response other = {.identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};

	config.emergency.attach = EMERGENCY_ANY;
	mme_reload(&config);
	d.type = NAS_ATTACH_EMERGENCY;
	d.imei = imei;
	initial(&d, attach_request(&d));
	attach_null(&d);
	assert_int_equal(hss.auths, 0);
	char text[IMSI_STRLEN];

	assert_string_equal(imsi_print(d.imsi, text), "E35349006987331");
	/* No other PDN. */
	snprintf(pdn.apn.name, sizeof(pdn.apn.name), "internet");
	SET(&pdn, nas_pdn_connectivity_request, apn);
	say(&d, pdn_connectivity_request, &pdn);
	hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT);
	pdn.request_type = NAS_REQUEST_EMERGENCY; /* of which it has one */
	say(&d, pdn_connectivity_request, &pdn);
	assert_int_equal(hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT)->esm_cause,
			 ESM_CAUSE_MULTIPLE_CONNECTIONS_NOT_ALLOWED);
	assert_int_equal(sessions(), 1);
	go_idle(&d);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	assert_int_equal(expect(d.enb, paging)->ue_identity_index_value, 0);
	serve_device(&d);
	go_idle(&d);
	/* What it has opens no other door. */
	struct device normal = d;

	normal.type = NAS_ATTACH_EPS;
	normal.imei = NULL;
	initial(&normal, protect(&normal, attach_request(&normal), NAS_SEC_INTEGRITY));
	hear(&normal, identity_request, IDENTITY_REQUEST);
	normal.secure = false;
	say_plain(&normal, identity_response, &other);
	normal.imsi = other.identity.imsi;
	take_challenge(&normal);
	is_registered(&d);
}

static void device_that_fails_authentication_goes_on_by_its_imei(void **state)
{
	(void)state;
	struct device owner = idle_device(enb_ready(0), "001010000000001"), d = owner;

	hss.locations = 0;
	config.emergency.attach = EMERGENCY_ANY;
	mme_reload(&config);
	d.type = NAS_ATTACH_EMERGENCY;
	attach_to(&d, AT_AUTH);
	d.res[1] ^= 1;
	answer_challenge(&d);
	identifies_by_imei(&d, imei);
	attach_null(&d);
	is_registered(&owner); /* whose IMSI that was */
	assert_int_equal(sessions(), 2);
}

/* Who proves nothing has a ceiling of its own, and takes no room of who does. */
static void emergencies_without_proof_are_few(void **state)
{
	(void)state;
	struct s1_assoc *enb = enb_ready(0);
	struct device d[5], normal = device(enb, "001010000000001");

	config.emergency.attach = EMERGENCY_ANY;
	config.max_unproven = 4;
	config.max_ues = 1;
	mme_reload(&config);
	for (unsigned i = 0; i < 5; i++) {
		static char many[5][16];

		snprintf(many[i], sizeof(many[i]), "35349006987%04u", i * 10);
		d[i] = device(enb, "001010000000099");
		d[i].type = NAS_ATTACH_EMERGENCY;
		d[i].imei = many[i];
		initial(&d[i], attach_request(&d[i]));
		if (i < 4) {
			attach_null(&d[i]);
			go_idle(&d[i]);
		}
	}
	d[4].null = true;
	hear(&d[4], security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d[4]);
	assert_int_equal(hear(&d[4], attach_reject, ATTACH_REJECT)->emm_cause,
			 EMM_CAUSE_CONGESTION);
	released(&d[4]);
	assert_int_equal(mme_counters.unproven_refused, 1);
	assert_int_equal(mme_counters.congestion, 0);
	assert_int_equal(ue_count(), 4);
	initial(&d[0], attach_request(&d[0])); /* who is here already is no further one */
	attach_null(&d[0]);
	attach_to(&normal, AT_DONE);
	hss.locations = 0;
	assert_int_equal(ue_count(), 5);
	/* Of those that do prove it there may be one. */
	struct device second = device(enb, "001010000000002");

	initial(&second, attach_request(&second));
	rejected_with(&second, EMM_CAUSE_CONGESTION);
	/* An end makes room. */
	ue_remove(ue_of(&d[1]), UE_NO_RELEASE, S1AP_CAUSE(NAS, DETACH));
	run();
	d[4].sec = (struct nas_security){.ksi = NAS_KSI_NONE};
	initial(&d[4], attach_request(&d[4]));
	attach_null(&d[4]);
}

static void emergencies_without_proof_count_for_the_rate_of_an_enb(void **state)
{
	(void)state;
	struct device d = one();
	unsigned refused = 0;

	config.emergency.attach = EMERGENCY_ANY;
	config.enb_attach_rate = 1;
	mme_reload(&config);
	d.type = NAS_ATTACH_EMERGENCY;
	d.imei = imei;
	for (unsigned i = 0; i < 3; i++) {
		initial(&d, attach_request(&d));
		const struct s1ap_downlink_nas_transport *m = expect(d.enb, downlink_nas_transport);

		if (m->nas_pdu.p[1] == NAS_ATTACH_REJECT) {
			refused++;
			released(&d);
		}
	}
	assert_in_range(refused, 1, 2); /* a moment may have passed */
	assert_int_equal(mme_counters.enb_attach_refused, refused);
}

/* Nor does one whom the HSS does not know need to be. */
static void unknown_subscriber_may_call_for_help(void **state)
{
	(void)state;
	struct device d = one();

	config.emergency.attach = EMERGENCY_ANY;
	mme_reload(&config);
	hss.auth_result = S6A_USER_UNKNOWN;
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED);
	d.type = NAS_ATTACH_EMERGENCY;
	initial(&d, attach_request(&d));
	identifies_by_imei(&d, imei);
	attach_null(&d);
	/* New keys are not asked of it, whatever would be due. */
	ue_of(&d)->due |= REFRESH_KEYS;
	assert_int_equal(refresh_due(ue_of(&d)) & REFRESH_KEYS, 0);
}

/* Type of attach and type of request must fit each other. */
static void emergency_bearer_needs_an_emergency_attach(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes normal, emergency;
	struct nas_message m;
	struct nas_attach_request r;

	mme_reload(&config);
	normal = pdn_request(&d);
	d.type = NAS_ATTACH_EMERGENCY;
	emergency = pdn_request(&d);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(nas_decode(&mem, NAS_UP, attach_request(&d), &m), 0);
		r = *(const struct nas_attach_request *)m.body;
		r.attach_type = i ? NAS_ATTACH_EPS : NAS_ATTACH_EMERGENCY;
		r.esm = i ? emergency : normal;
		initial(&d, NAS(attach_request, &r));
		rejected_esm(&d, ESM_CAUSE_PROTOCOL_ERROR);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIMITS_BEHAVIOUR(strangers_that_prove_nothing_are_few),
		LIMITS_BEHAVIOUR(detaches_without_proof_count_as_well),
		LIMITS_BEHAVIOUR(enb_brings_so_many_attaches_a_second),
		LIMITS_BEHAVIOUR(detaches_without_proof_count_for_the_rate_of_an_enb),
		LIMITS_BEHAVIOUR(emergency_attach_of_a_proven_device_goes_past_everything),
		LIMITS_BEHAVIOUR(emergency_attach_without_proof_is_refused),
		LIMITS_BEHAVIOUR(emergency_attach_by_imei_has_null_algorithms),
		LIMITS_BEHAVIOUR(device_that_fails_authentication_goes_on_by_its_imei),
		LIMITS_BEHAVIOUR(emergencies_without_proof_are_few),
		LIMITS_BEHAVIOUR(emergencies_without_proof_count_for_the_rate_of_an_enb),
		LIMITS_BEHAVIOUR(unknown_subscriber_may_call_for_help),
		LIMITS_BEHAVIOUR(emergency_bearer_needs_an_emergency_attach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
