/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking area updates without proof (TS 24.301 4.4.4.3, 5.4.4): with a GUTI of another MME or of
 * nobody, without a MAC or with one that does not fit. */
#include "bench.h"

enum { NO_MAC, WRONG_MAC, OLD_COUNT, MAPPED, WAYS };

/* An idle device's request on a new connection, without a proof that counts. */
static void updates(struct device *d, const struct nas_tau_request *asked, int way)
{
	struct nas_tau_request r = *asked;
	struct bytes pdu;

	if (way == MAPPED)
		r.ksi |= NAS_KSI_MAPPED;
	if (way == OLD_COUNT)
		d->sec.ul_count = 0;
	pdu = way == NO_MAC ? NAS(tau_request, &r)
			    : protect(d, NAS(tau_request, &r), NAS_SEC_INTEGRITY);
	if (way == WRONG_MAC)
		((uint8_t *)(uintptr_t)pdu.p)[1] ^= 1;
	d->secure = false;
	initial(d, pdu);
}

/* The accept has a GUTI of ours, which the device takes. */
static void accepted(struct device *d)
{
	const struct nas_tau_accept *a = hear(d, tau_accept, TAU_ACCEPT);

	assert_true(HAS(a, nas_tau_accept, guti));
	assert_true(mme_is(&a->guti.guti.gummei));
	assert_int_not_equal(a->guti.guti.m_tmsi, d->guti.m_tmsi);
	d->guti = a->guti.guti;
	say(d, tau_complete, &(struct nas_tau_complete){0});
}

static void refused(struct device *d, uint8_t cause)
{
	assert_int_equal(hear(d, tau_reject, TAU_REJECT)->emm_cause, cause);
	released(d);
	quiet(d->enb);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("mme_ue"), ue_count());
}

static void device_that_proves_itself_goes_on_with_what_it_had(void **state)
{
	(void)state;
	struct s1_assoc *enb = enb_ready(0);

	for (int way = 0; way < WAYS; way++) {
		struct device d = idle_device(enb, "001010000000001");
		struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, true);
		uint32_t session = ue_of(&d)->s11_teid;
		uint8_t kenb[32];

		updates(&d, &r, way);
		proves(&d);
		accepted(&d);
		take_context(&d);
		kdf_kenb(d.sec.kasme, 0, kenb); /* of the Security Mode Complete */
		assert_memory_equal(d.kenb, kenb, 32);
		context_is_up(&d, d.ebi);
		quiet(d.enb);
		assert_int_equal(procedures(), 0);
		assert_int_equal(in_use("mme_ue"), 1);
		assert_int_equal(in_use("nas_context"), in_use("mme_ue"));
		assert_int_equal(ue_of(&d)->s11_teid, session);
		assert_int_equal(sgw.deleted, 0);
		assert_true(the_session()->connected);
		assert_int_equal(mme_counters.tau_proven, way + 1);
		/* And the keys are those that it has now. */
		go_idle(&d);
		serve_device(&d);
		assert_int_equal(hss.locations, (unsigned)way + 1);
		detach_by_network(ue_of(&d), false, NULL, NULL);
		hear(&d, detach_request_network, DETACH_REQUEST);
		say(&d, detach_accept, &(struct nas_detach_accept){0});
		released(&d);
		sgw.deleted = 0;
	}
}

static void guti_of_another_mme_is_asked_for_the_imsi(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct guti ours = d.guti;

	for (int what = 0; what < 3; what++) {
		struct nas_tau_request r;

		if (what == 0)
			d.guti.gummei.group++; /* nobody fetches contexts from elsewhere */
		else if (what == 1)
			d.guti.m_tmsi ^= 1;
		else
			d.guti.gummei.plmn = PLMN + 0x10;
		r = tau_of(&d, NAS_TA_UPDATE, false);
		updates(&d, &r, what == 1 ? NO_MAC : WRONG_MAC);
		identifies(&d);
		proves(&d);
		accepted(&d);
		released(&d);
		quiet(d.enb);
		assert_int_equal(procedures(), 0);
		is_registered(&d);
		assert_int_equal(sgw.deleted, 0);
		assert_int_not_equal(d.guti.m_tmsi, ours.m_tmsi);
		serve_device(&d);
		go_idle(&d);
	}
}

/* Nothing to be resumed, which only who has shown to be that device is told. */
static void device_without_a_context_is_implicitly_detached(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	struct nas_tau_request r;

	d.guti = (struct guti){.gummei = mme.gummei, .m_tmsi = 0xc1234567};
	d.has_guti = true;
	for (int foreign = 0; foreign < 2; foreign++) {
		d.guti.gummei.code = (uint8_t)(d.guti.gummei.code + foreign);
		r = tau_of(&d, NAS_TA_PERIODIC, false);
		updates(&d, &r, NO_MAC);
		identifies(&d);
		take_challenge(&d);
		answer_challenge(&d);
		refused(&d, EMM_CAUSE_IMPLICITLY_DETACHED);
		assert_int_equal(d.down_header, NAS_PLAIN);
		assert_int_equal(hss.locations, 0);
	}
	assert_int_equal(mme_counters.tau_failed, 2);
	attach_to(&d, AT_DONE);
}

/* All that a stranger sees who claims an IMSI: the messages, and what they say but for random
 * numbers. */
struct sight {
	uint8_t ksi, cause;
};

static void sees_nothing(struct device *thief, struct sight *s)
{
	take_challenge(thief);
	s->ksi = thief->ksi;
	thief->res[0] ^= 1;
	answer_challenge(thief);
	hear(thief, authentication_reject, AUTHENTICATION_REJECT);
	s->cause = released(thief).value;
	assert_int_equal(s->cause, S1AP_CAUSE_NAS_AUTHENTICATION_FAILURE);
	quiet(thief->enb);
}

static void stranger_cannot_tell_who_is_registered(void **state)
{
	(void)state;
	struct device d = one(), thief = device(enb_ready(1), "001010000000002");
	struct nas_detach_request off = {.detach_type = {.type = NAS_DETACH_EPS},
					 .ksi = NAS_KSI_NONE};
	const char *claimed[] = {"001010000000001", "001010000000002"};
	struct sight update[2], detach[2];

	attach_to(&d, AT_DONE);
	for (int i = 0; i < 2; i++) {
		struct nas_tau_request r;

		imsi_parse(claimed[i], &thief.imsi);
		thief.guti = (struct guti){.gummei = mme.gummei, .m_tmsi = 0xc1234567};
		r = tau_of(&thief, NAS_TA_UPDATE, false);
		r.ksi = NAS_KSI_NONE;
		updates(&thief, &r, NO_MAC);
		identifies(&thief);
		sees_nothing(&thief, &update[i]);
		off.identity = (struct nas_identity){.type = NAS_ID_IMSI, .imsi = thief.imsi};
		thief.enb_id = 1000000u + (unsigned)i;
		thief.mme_id = UINT32_MAX;
		initial_with(&thief, NAS(detach_request, &off), false);
		sees_nothing(&thief, &detach[i]);
	}
	assert_memory_equal(&update[0], &update[1], sizeof(struct sight));
	assert_memory_equal(&detach[0], &detach[1], sizeof(struct sight));
	is_registered(&d);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("mme_ue"), 1);
}

static void stranger_disturbs_nobody(void **state)
{
	(void)state;
	struct device d = one(), thief;
	struct s1_assoc *enb = enb_ready(1);
	struct nas_tau_request r;

	attach_to(&d, AT_DONE);
	r = tau_of(&d, NAS_TA_UPDATE, true);
	for (int way = 0; way < 2; way++) {
		thief = d;
		thief.enb = enb;
		updates(&thief, &r, way);
		take_challenge(&thief);
		thief.res[0] ^= 1;
		answer_challenge(&thief);
		identifies(&thief); /* the GUTI may be another's by now */
		take_challenge(&thief);
		thief.res[0] ^= 1;
		answer_challenge(&thief);
		hear(&thief, authentication_reject, AUTHENTICATION_REJECT);
		assert_int_equal(released(&thief).value, S1AP_CAUSE_NAS_AUTHENTICATION_FAILURE);
		quiet(thief.enb);
		assert_int_equal(in_use("mme_ue"), 1);
	}
	quiet(d.enb);
	is_registered(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_int_equal(ue_of(&d)->m_tmsi, d.guti.m_tmsi);
}

/* 5.4.2.5: the other one has a context as well. */
static void device_with_anothers_guti_updates_its_own_context(void **state)
{
	(void)state;
	struct device a = idle_device(enb_ready(0), "001010000000001"),
		      b = idle_device(a.enb, "001010000000002");
	struct guti of_b = b.guti;
	struct nas_tau_request r;

	b.guti = a.guti;
	r = tau_of(&b, NAS_TA_UPDATE, false);
	updates(&b, &r, NO_MAC);
	b.imsi = a.imsi; /* whose challenge it is */
	take_challenge(&b);
	imsi_parse("001010000000002", &b.imsi);
	fail_challenge(&b, EMM_CAUSE_MAC_FAILURE, NULL);
	identifies(&b);
	proves(&b);
	accepted(&b);
	released(&b);
	is_registered(&a);
	is_registered(&b);
	assert_int_equal(ue_of(&a)->m_tmsi, a.guti.m_tmsi);
	assert_int_equal(ue_of(&b)->m_tmsi, b.guti.m_tmsi);
	assert_int_not_equal(b.guti.m_tmsi, of_b.m_tmsi);
	serve_device(&a);
}

/* The connection that it had before is lost, at another eNodeB. */
static void connection_elsewhere_is_released_by_the_proof(void **state)
{
	(void)state;
	struct device d = one(), there;
	struct nas_tau_request r;

	attach_to(&d, AT_DONE);
	there = d;
	there.enb = enb_ready(1);
	r = tau_of(&d, NAS_TA_UPDATE, true);
	updates(&there, &r, NO_MAC);
	quiet(d.enb);
	take_challenge(&there);
	answer_challenge(&there);
	hear(&there, security_mode_command, SECURITY_MODE_COMMAND);
	quiet(d.enb);
	complete_smc(&there);
	released(&d);
	accepted(&there);
	take_context(&there);
	context_is_up(&there, there.ebi);
	assert_int_equal(in_use("s1_conn"), 1);
	is_registered(&there);
}

/* 33.401 annex I: the device compares what arrived with what it sent, and sends that again. */
static void changed_request_is_replayed_and_counts(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);
	const struct nas_security_mode_command *c;
	struct nas_security_mode_complete m = {0};

	updates(&d, &r, NO_MAC);
	take_challenge(&d);
	answer_challenge(&d);
	c = hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	assert_true(HAS(c, nas_security_mode_command, hash_mme));
	r.update_type.active = true;
	m.replayed_nas_message_container = NAS(tau_request, &r);
	SET(&m, nas_security_mode_complete, replayed_nas_message_container);
	uplink(&d, protect(&d, NAS(security_mode_complete, &m), NAS_SEC_CIPHERED_NEW));
	accepted(&d);
	take_context(&d); /* the active flag was set */
}

/* 5.5.3.2.7 e */
static void second_request_takes_the_place_of_the_first(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	updates(&d, &r, NO_MAC);
	take_challenge(&d);
	r.update_type.active = true;
	say_plain(&d, tau_request, &r);
	quiet(d.enb);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	accepted(&d);
	take_context(&d);
}

/* Once the device has found the hash of the first to be right, none that somebody has put in does.
 */
static void request_put_in_during_security_mode_control_is_ignored(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	updates(&d, &r, NO_MAC);
	take_challenge(&d);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	r.update_type.active = true;
	r.ue_network_capability = (struct nas_ue_network_capability){.n = 2, .octet = {0x80, 0x40}};
	SET(&r, nas_tau_request, ue_network_capability);
	say_plain(&d, tau_request, &r);
	quiet(d.enb);
	complete_smc(&d);
	accepted(&d);
	assert_int_not_equal(ue_of(&d)->ue_capability[0], 0x80);
	released(&d); /* it was not active */
}

static void silence_ends_the_connection_alone(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	updates(&d, &r, NO_MAC);
	take_challenge(&d);
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		take_challenge(&d);
	}
	elapse(6100);
	released(&d);
	quiet(d.enb);
	is_registered(&d);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("mme_ue"), 1);
}

/* 5.4.4.6 c: an attach on the same connection ends what was asked before. */
static void attach_takes_the_connection_over(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	struct nas_tau_request r;

	d.guti = (struct guti){.gummei = mme.gummei, .m_tmsi = 0xc1234567};
	r = tau_of(&d, NAS_TA_UPDATE, false);
	updates(&d, &r, NO_MAC);
	hear(&d, identity_request, IDENTITY_REQUEST);
	uplink(&d, attach_request(&d));
	take_challenge(&d);
	assert_int_equal(in_use("unproven"), 0);
	assert_int_equal(in_use("mme_ue"), 1);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
}

/* As with attaches: nobody is asked or authenticated above the rate. */
static void enb_brings_so_many_updates_without_proof_a_second(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	struct mme_config config = bench_config;
	unsigned refused = 0;

	config.enb_attach_rate = 1;
	mme_reload(&config);
	for (unsigned i = 0; i < 3; i++) {
		d.guti = (struct guti){.gummei = mme.gummei, .m_tmsi = 0xc1234567 + i};
		struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

		updates(&d, &r, NO_MAC);
		const struct s1ap_downlink_nas_transport *m = expect(d.enb, downlink_nas_transport);

		if (m->nas_pdu.p[1] == NAS_TAU_REJECT) {
			assert_int_equal(m->nas_pdu.p[2], EMM_CAUSE_CONGESTION);
			refused++;
			released(&d);
		}
		quiet(d.enb);
	}
	assert_in_range(refused, 1, 2); /* a moment may have passed */
	assert_int_equal(mme_counters.enb_attach_refused, refused);
	assert_int_equal(in_use("mme_ue"), 3 - refused);
}

/* The HSS refuses: the device is told its cause, the registered context stays. */
static void refusal_of_the_hss_is_told(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	hss.auth_result = S6A_USER_UNKNOWN;
	updates(&d, &r, NO_MAC);
	refused(&d, mme_s6a_cause(S6A_USER_UNKNOWN));
}

static void no_room_for_strangers_is_congestion(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = idle_device(enb_ready(0), "001010000000001"), other;
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);
	const struct nas_tau_reject *no;

	c.max_unproven = 1;
	mme_reload(&c);
	other = d;
	updates(&other, &r, NO_MAC);
	take_challenge(&other);
	updates(&d, &r, NO_MAC);
	no = hear(&d, tau_reject, TAU_REJECT);
	assert_int_equal(no->emm_cause, EMM_CAUSE_CONGESTION);
	assert_true(HAS(no, nas_tau_reject, t3346));
	assert_int_equal(mme_counters.tau_failed, 1);
	released(&d);
	answer_challenge(&other);
	hear(&other, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&other);
	accepted(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(device_that_proves_itself_goes_on_with_what_it_had),
		BEHAVIOUR(guti_of_another_mme_is_asked_for_the_imsi),
		BEHAVIOUR(device_without_a_context_is_implicitly_detached),
		BEHAVIOUR(stranger_cannot_tell_who_is_registered),
		BEHAVIOUR(stranger_disturbs_nobody),
		BEHAVIOUR(device_with_anothers_guti_updates_its_own_context),
		BEHAVIOUR(connection_elsewhere_is_released_by_the_proof),
		BEHAVIOUR(changed_request_is_replayed_and_counts),
		BEHAVIOUR(second_request_takes_the_place_of_the_first),
		BEHAVIOUR(request_put_in_during_security_mode_control_is_ignored),
		BEHAVIOUR(silence_ends_the_connection_alone),
		BEHAVIOUR(attach_takes_the_connection_over),
		BEHAVIOUR(enb_brings_so_many_updates_without_proof_a_second),
		BEHAVIOUR(refusal_of_the_hss_is_told),
		BEHAVIOUR(no_room_for_strangers_is_congestion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
