/* SPDX-License-Identifier: Apache-2.0 */
/* Collisions and disorder (TS 24.301 5.4.1.6, 5.4.2.7, 5.4.3.7, 5.4.4.6, 5.5.1.2.7, 5.5.2.3.5):
 * each step of each procedure meets each message a device may begin anew with, an eNodeB that
 * vanishes, and silence; and what comes late, twice or in another's name. bench_close sees that
 * nothing is left over. */
#include "bench.h"

static const enum step attach_steps[] = {AT_AUTH, AT_SMC, AT_INFO, AT_ACCEPT, AT_CONTEXT};
enum { ATTACH_STEPS = sizeof(attach_steps) / sizeof(*attach_steps) };

static void nothing_left(void)
{
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(procedures(), 0);
	assert_int_equal(sessions(), 0);
}

/* A device that is in this step of an attach, on an eNodeB of its own. */
static struct device in_step(unsigned i)
{
	struct device d = device(&assoc[0], "001010000000001");

	if (!assoc[0].up)
		enb_ready(0);
	attach_to(&d, attach_steps[i]);
	if (attach_steps[i] == AT_INFO)
		hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
	return d;
}

static void drain(struct s1_assoc *a)
{
	while (next_pdu(a))
		;
}

/* Attaches from scratch, whatever was: the test of health. */
static void attaches(struct device *d)
{
	drain(d->enb);
	d->ask_info = false;
	attach_to(d, AT_DONE);
	is_registered(d);
	assert_int_equal(ue_count(), 1);
	assert_int_equal(sessions(), 1);
	assert_int_equal(in_use("mme_ue"), 1);
}

static void leave(struct device *d)
{
	if (ue_of(d))
		ue_remove(ue_of(d), UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
	enb_down(&assoc[0]);
	enb_down(&assoc[1]);
	run();
	nothing_left();
}

static struct bytes detach_request(const struct device *d, bool off)
{
	struct nas_detach_request r = {.detach_type = {NAS_DETACH_EPS, off},
				       .ksi = d->sec.ksi,
				       .identity = {.type = NAS_ID_IMSI, .imsi = d->imsi}};

	if (d->has_guti)
		r.identity = (struct nas_identity){.type = NAS_ID_GUTI, .guti = d->guti};
	return NAS(detach_request, &r);
}

static struct bytes tau_request(const struct device *d)
{
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI, .guti = d->guti}};

	r.ksi = d->sec.ksi;
	return NAS(tau_request, &r);
}

static void uplink_now(struct device *d, struct bytes plain)
{
	uplink(d, protect(d, plain, d->secure ? NAS_SEC_CIPHERED : NAS_SEC_PLAIN));
}

/* ---- attach meets ---- */

static void enb_vanishes_in_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		struct device d = in_step(i);

		enb_down(d.enb);
		nothing_left();
	}
}

static void enb_releases_in_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		struct device d = in_step(i);

		go_idle(&d);
		quiet(d.enb);
		nothing_left();
	}
}

static void device_is_silent_in_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		struct device d = in_step(i);

		elapse(60000);
		drain(d.enb);
		nothing_left();
		attaches(&d);
		leave(&d);
	}
}

static void detach_ends_the_attach_in_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++)
		for (int off = 0; off < 2; off++) {
			struct device d = in_step(i);

			if (attach_steps[i] == AT_SMC) /* the context is not in use yet */
				d.secure = false;
			uplink_now(&d, detach_request(&d, off));
			if (!off)
				hear(&d, detach_accept, DETACH_ACCEPT);
			assert_int_equal(released(&d).value, S1AP_CAUSE_NAS_DETACH);
			quiet(d.enb);
			nothing_left();
		}
}

static void is_authenticated_and_secured(struct device *d)
{
	take_challenge(d);
	answer_challenge(d);
	hear(d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(d);
}

/* Once its connection exchanges protected messages, the device speaks with that context on: of one
 * that its MAC proves no more is asked, unless it says other capabilities (5.5.1.2.7 d, e). */
static void other_attach_replaces(unsigned i, bool other_capabilities)
{
	struct device d = in_step(i);
	bool proven = attach_steps[i] > AT_SMC;
	uint32_t count = 0;
	uint8_t kenb[32];

	if (!proven)
		d.secure = d.sec.valid = false;
	d.pdn_type = NAS_PDN_IPV6;
	d.ask_info = false;
	d.has_guti = false;
	if (other_capabilities)
		d.capability[2] ^= 0x40;
	uplink_now(&d, attach_request(&d));
	assert_int_equal(in_use("attach"), 1);
	assert_int_equal(in_use("mme_ue"), 1);
	if (!proven || other_capabilities)
		is_authenticated_and_secured(&d);
	else
		count = d.sec.ul_count - 1;
	/* 33.401 7.2.6.2: KeNB is of the request, or of the Security Mode Complete that came of it.
	 */
	kdf_kenb(d.sec.kasme, count, kenb);
	read_accept(&d, take_context(&d));
	assert_memory_equal(d.kenb, kenb, 32);
	assert_int_equal(the_session()->type, PDN_IPV6);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	leave(&d);
}

static void other_attach_replaces_in_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		other_attach_replaces(i, false);
		other_attach_replaces(i, true);
	}
}

/* Its GUTI went with the registration that the first request has replaced. */
static void other_attach_by_guti_is_known_by_its_keys(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");

	attaches(&d);
	go_idle(&d);
	d.ask_info = true;
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
	d.ask_info = false;
	d.pdn_type = NAS_PDN_IPV6;
	uplink(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	read_accept(&d, take_context(&d));
	assert_int_equal(the_session()->type, PDN_IPV6);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	leave(&d);
}

static void same_attach_does_not_disturb_any_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		struct device d = device(&assoc[0], "001010000000001");
		struct bytes request;

		if (!assoc[0].up)
			enb_ready(0);
		d.ask_info = attach_steps[i] == AT_INFO;
		request = attach_request(&d);
		attach_to(&d, attach_steps[i]);
		uplink(&d, protect(&d, request,
				   attach_steps[i] > AT_SMC ? NAS_SEC_CIPHERED : NAS_SEC_PLAIN));
		drain(d.enb);
		assert_int_equal(in_use("attach"), 1);
		assert_int_equal(sgw.deleted, 0);
		leave(&d);
		sgw.deleted = 0;
	}
}

static void attach_elsewhere_wins_over_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		struct device d = in_step(i), again = device(enb_ready(1), "001010000000001");

		attach_to(&again, AT_CONTEXT);
		complete_attach(&again);
		is_registered(&again);
		elapse(60000); /* the first one, if it is there still, is given up */
		assert_int_equal(ue_count(), 1);
		assert_int_equal(sessions(), 1);
		assert_int_equal(in_use("mme_ue"), 1);
		assert_ptr_equal(ue_of(&again)->conn->enb->assoc, &assoc[1]);
		drain(d.enb);
		leave(&again);
	}
}

static void network_detaches_in_each_step(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ATTACH_STEPS; i++) {
		struct device d = in_step(i);

		if (ue_of(&d)) /* known from LOCATION on */
			detach_by_network(ue_of(&d), false, NULL, NULL);
		else
			go_idle(&d);
		elapse(60000);
		drain(d.enb);
		nothing_left();
	}
}

/* ---- a refresh meets ---- */

enum { REFRESH_AUTH, REFRESH_SMC, REFRESH_IDENTITY, REFRESH_REALLOCATION, REFRESH_STEPS };

static int refreshed;
static void told(void *arg, int err)
{
	(void)arg;
	refreshed = err;
}

/* A registered device in this step of a refresh; *before: as it is if it has not heard of it. */
static struct device refreshing(unsigned step, struct device *before)
{
	struct device d = device(assoc[0].up ? &assoc[0] : enb_ready(0), "001010000000001");

	attach_to(&d, AT_DONE);
	refreshed = 1;
	refresh_begin(ue_of(&d), step == REFRESH_REALLOCATION ? REFRESH_GUTI : REFRESH_KEYS, told,
		      NULL);
	run();
	if (step == REFRESH_REALLOCATION) {
		hear(&d, guti_reallocation_command, GUTI_REALLOCATION_COMMAND);
	} else {
		take_challenge(&d);
		if (step == REFRESH_IDENTITY) {
			d.res[0] ^= 1;
			answer_challenge(&d);
			hear(&d, identity_request, IDENTITY_REQUEST);
		} else if (step == REFRESH_SMC) {
			answer_challenge(&d);
			*before = d;
			hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
		}
	}
	if (step != REFRESH_SMC)
		*before = d;
	return d;
}

static void refresh_gives_way_to_what_the_device_begins(void **state)
{
	(void)state;
	for (unsigned step = 0; step < REFRESH_STEPS; step++)
		for (unsigned what = 0; what < 4; what++) {
			struct device d;

			bool guti = false;

			refreshing(step, &d);
			switch (what) {
			case 0:
				uplink_now(&d, tau_request(&d));
				/* A GUTI that is due comes with the accept. */
				guti = HAS(hear(&d, tau_accept, TAU_ACCEPT), nas_tau_accept, guti);
				if (guti)
					say(&d, tau_complete, &(struct nas_tau_complete){0});
				is_registered(&d);
				break;
			case 1:
				uplink_now(&d, detach_request(&d, false));
				hear(&d, detach_accept, DETACH_ACCEPT);
				released(&d);
				assert_null(ue_of(&d));
				break;
			case 2:
				uplink_now(&d, detach_request(&d, true));
				released(&d);
				assert_null(ue_of(&d));
				break;
			default:
				uplink_now(&d, attach_request(&d));
				/* What was not done is due: it is challenged anew. */
				drain(d.enb);
				assert_int_equal(in_use("attach"), 1);
			}
			assert_int_equal(refreshed, -ECANCELED);
			/* After the update what is due still is begun again. */
			if (what == 0 && !guti)
				assert_int_equal(in_use("refresh"), 1);
			else if (what)
				assert_int_equal(in_use("refresh"), 0);
			/* None is partial, and an attach has that of its device. */
			assert_int_equal(in_use("nas_context"), ue_of(&d) != NULL);
			leave(&d);
		}
}

static void refresh_ends_with_its_connection(void **state)
{
	(void)state;
	for (unsigned step = 0; step < REFRESH_STEPS; step++)
		for (int elsewhere = 0; elsewhere < 3; elsewhere++) {
			struct device d;

			refreshing(step, &d);
			if (elsewhere == 2) {
				enb_down(d.enb);
				enb_ready(0);
			} else if (elsewhere) { /* it asks for service on another eNodeB */
				d.enb = enb_ready(1);
				initial(&d, service_request(&d));
				take_context(&d);
			} else {
				go_idle(&d);
			}
			is_registered(&d);
			assert_int_equal(refreshed, -ECANCELED);
			assert_int_equal(in_use("refresh"), 0);
			assert_int_equal(in_use("nas_context"), in_use("mme_ue"));
			drain(&assoc[0]);
			leave(&d);
		}
}

/* ---- the network's detach meets ---- */

static struct device detaching(void)
{
	struct device d = device(assoc[0].up ? &assoc[0] : enb_ready(0), "001010000000001");

	attach_to(&d, AT_DONE);
	refreshed = 1;
	detach_by_network(ue_of(&d), false, told, NULL);
	run();
	hear(&d, detach_request_network, DETACH_REQUEST_NETWORK);
	return d;
}

static void detach_of_both_sides_is_one(void **state)
{
	(void)state;
	for (int off = 0; off < 2; off++) {
		struct device d = detaching();

		uplink_now(&d, detach_request(&d, off));
		if (!off)
			hear(&d, detach_accept, DETACH_ACCEPT);
		released(&d);
		quiet(d.enb);
		assert_int_equal(refreshed, 0);
		leave(&d);
	}
}

static void detach_of_the_network_goes_before_what_the_device_begins(void **state)
{
	(void)state;
	struct nas_detach_accept a = {0};
	struct nas_extended_service_request esr = {.m_tmsi = {.type = NAS_ID_TMSI}};

	for (unsigned what = 0; what < 3; what++) {
		struct device d = detaching();

		uplink_now(&d, what == 0   ? tau_request(&d)
			       : what == 1 ? attach_request(&d)
					   : NAS(extended_service_request, &esr));
		quiet(d.enb);
		assert_int_equal(in_use("mme_ue"), 1);
		assert_int_equal(refreshed, 1);
		say(&d, detach_accept, &a);
		released(&d);
		assert_int_equal(refreshed, 0);
		leave(&d);
	}
}

/* 5.5.2.3.5: the connection is lost, and the device does not count as registered any more. */
static void device_that_is_being_detached_and_comes_anew_attaches(void **state)
{
	(void)state;
	for (unsigned what = 0; what < 3; what++) {
		struct device d = detaching();

		d.enb = enb_ready(1);
		if (what == 0) {
			initial(&d, service_request(&d));
			d.secure = false;
			assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
					 EMM_CAUSE_IDENTITY_NOT_DERIVED);
		} else if (what == 1) {
			initial(&d, protect(&d, tau_request(&d), NAS_SEC_INTEGRITY));
			d.secure = false;
			hear(&d, tau_reject, TAU_REJECT);
		} else {
			initial(&d, protect(&d, detach_request(&d, false), NAS_SEC_INTEGRITY));
			d.secure = false;
			hear(&d, detach_accept, DETACH_ACCEPT);
		}
		released(&d);
		drain(&assoc[0]);
		attaches(&d);
		assert_int_equal(refreshed, 0);
		leave(&d);
	}
}

/* ---- a service request meets ---- */

static struct device asking(bool connected)
{
	struct device d = idle_device(assoc[0].up ? &assoc[0] : enb_ready(0), "001010000000001");

	sgw.hold = connected;
	initial(&d, service_request(&d));
	take_context(&d);
	if (connected)
		context_is_up(&d, d.ebi); /* and the SGW has not answered */
	return d;
}

static void service_request_meets_each_message(void **state)
{
	(void)state;
	for (int connected = 0; connected < 2; connected++)
		for (unsigned what = 0; what < 5; what++) {
			struct device d = asking(connected);

			switch (what) {
			case 0:
				uplink_now(&d, tau_request(&d));
				sgw_let_go();
				hear(&d, tau_accept, TAU_ACCEPT);
				is_registered(&d);
				break;
			case 1:
				uplink_now(&d, detach_request(&d, false));
				sgw_let_go();
				hear(&d, detach_accept, DETACH_ACCEPT);
				released(&d);
				assert_null(ue_of(&d));
				break;
			case 2: /* again, elsewhere */
				d.enb = enb_ready(1);
				initial(&d, service_request(&d));
				take_context(&d);
				sgw_let_go();
				context_is_up(&d, d.ebi);
				is_registered(&d);
				assert_int_equal(in_use("service"), 0);
				assert_true(the_session()->connected);
				break;
			case 3: /* again, on the same connection */
				uplink(&d, service_request(&d));
				assert_int_equal(in_use("service"), 1);
				sgw_let_go();
				break;
			default:
				enb_down(d.enb);
				sgw_let_go();
				is_registered(&d);
				assert_null(ue_of(&d)->conn);
				assert_int_equal(in_use("service"), 0);
			}
			drain(&assoc[0]);
			leave(&d);
		}
}

/* ---- without protection (4.4.4.3) ---- */

static void detach_without_proof_is_authenticated(void **state)
{
	(void)state;
	for (int guti = 0; guti < 2; guti++) {
		struct device d =
			idle_device(assoc[0].up ? &assoc[0] : enb_ready(0), "001010000000001");

		d.has_guti = guti;
		d.secure = false;
		initial(&d, detach_request(&d, false));
		is_registered(&d);
		take_challenge(&d);
		answer_challenge(&d);
		hear(&d, detach_accept, DETACH_ACCEPT);
		assert_int_equal(released(&d).value, S1AP_CAUSE_NAS_DETACH);
		quiet(d.enb);
		assert_null(ue_of(&d));
		leave(&d);
	}
}

static void detach_in_anothers_name_detaches_nobody(void **state)
{
	(void)state;
	struct device d = one(), thief;

	attach_to(&d, AT_DONE);
	thief = device(d.enb, "001010000000001");
	initial(&thief, detach_request(&thief, true)); /* cannot be asked */
	released(&thief);
	initial(&thief, detach_request(&thief, false));
	take_challenge(&thief);
	thief.res[0] ^= 1;
	answer_challenge(&thief);
	hear(&thief, authentication_reject, AUTHENTICATION_REJECT);
	released(&thief);
	initial(&thief, detach_request(&thief, false));
	take_challenge(&thief);
	elapse(60000);
	drain(d.enb);
	is_registered(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_true(the_session()->connected);
	assert_int_equal(in_use("mme_ue"), 1);
}

static void detach_of_a_stranger_is_answered(void **state)
{
	(void)state;
	struct device d = one();

	initial(&d, detach_request(&d, false));
	take_challenge(&d); /* as if its IMSI were registered */
	answer_challenge(&d);
	hear(&d, detach_accept, DETACH_ACCEPT);
	released(&d);
	initial(&d, detach_request(&d, true));
	released(&d);
	d.has_guti = true; /* nobody's */
	d.guti = (struct guti){.gummei = mme.gummei, .m_tmsi = 0xc1234567};
	initial(&d, detach_request(&d, false));
	hear(&d, detach_accept, DETACH_ACCEPT);
	released(&d);
	quiet(d.enb);
	assert_int_equal(in_use("mme_ue"), 0);
}

/* ---- late, twice, out of order ---- */

static void answers_that_come_twice_or_late_change_nothing(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_identity_response id = {.identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};
	struct nas_detach_accept accept = {0};
	struct nas_guti_reallocation_complete guti = {0};

	attach_to(&d, AT_AUTH);
	say_plain(&d, identity_response, &id); /* not asked for */
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	d.secure = false;
	answer_challenge(&d);
	d.secure = true;
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	complete_smc(&d);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	uint32_t m_tmsi = ue_of(&d)->m_tmsi;

	complete_attach(&d);
	answer_challenge(&d);
	complete_smc(&d);
	say(&d, identity_response, &id);
	say(&d, detach_accept, &accept);
	say(&d, guti_reallocation_complete, &guti);
	is_registered(&d);
	assert_int_equal(ue_of(&d)->m_tmsi, m_tmsi);
	assert_int_equal(sgw.created, 1);
	assert_int_equal(hss.auths, 1);
}

static void what_comes_after_the_release_is_told_to_the_enb(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	go_idle(&d);
	context_is_up(&d, d.ebi);
	expect(d.enb, error_indication);
	uplink_now(&d, tau_request(&d));
	expect(d.enb, error_indication);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
}

static void what_comes_during_the_release_is_ignored(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_context_release_request m = {0};

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, USER_INACTIVITY));
	tell(d.enb, ue_context_release_request, &m);
	tell(d.enb, ue_context_release_request, &m); /* twice */
	uplink_now(&d, tau_request(&d));
	context_is_up(&d, d.ebi);
	released(&d);
	quiet(d.enb);
	is_registered(&d);
}

static void message_that_was_not_delivered_is_repeated(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_nas_non_delivery_indication m = {0};

	attach_to(&d, AT_AUTH);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, nas_pdu, bytes_of("\x07\x52", 2));
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell(d.enb, nas_non_delivery_indication, &m);
	assert_int_equal(mme_counters.nas_not_delivered, 1);
	elapse(6100);
	take_challenge(&d);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
}

static void id_that_the_enb_uses_again_ends_the_connection_before(void **state)
{
	(void)state;
	struct device d = one(), e;

	attach_to(&d, AT_DONE);
	e = device(d.enb, "001010000000002");
	e.enb_id = d.enb_id;
	initial_with(&e, attach_request(&e), false);
	e.mme_id = UINT32_MAX;
	take_challenge(&e);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_false(the_session()->connected);
}

static void clone_with_the_right_key_takes_its_place(void **state)
{
	(void)state;
	struct device d = one(), clone;

	attach_to(&d, AT_DONE);
	clone = device(enb_ready(1), "001010000000001");
	attach_to(&clone, AT_SMC);
	is_registered(&d);
	complete_smc(&clone);
	released(&d);
	read_accept(&clone, take_context(&clone));
	context_is_up(&clone, clone.ebi);
	complete_attach(&clone);
	initial(&d, service_request(&d)); /* the first: its GUTI is nobody's */
	d.secure = false;
	assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_IDENTITY_NOT_DERIVED);
	released(&d);
	is_registered(&clone);
	assert_int_equal(ue_count(), 1);
}

/* In connected mode an Extended Service Request is about the CS domain alone. */
static void csfb_of_a_connected_device_is_refused(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_extended_service_request r = {.m_tmsi = {.type = NAS_ID_TMSI}};

	attach_to(&d, AT_DONE);
	say(&d, extended_service_request, &r);
	assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE);
	is_registered(&d);
	quiet(d.enb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(enb_vanishes_in_each_step),
		BEHAVIOUR(enb_releases_in_each_step),
		BEHAVIOUR(device_is_silent_in_each_step),
		BEHAVIOUR(detach_ends_the_attach_in_each_step),
		BEHAVIOUR(other_attach_replaces_in_each_step),
		BEHAVIOUR(other_attach_by_guti_is_known_by_its_keys),
		BEHAVIOUR(same_attach_does_not_disturb_any_step),
		BEHAVIOUR(attach_elsewhere_wins_over_each_step),
		BEHAVIOUR(network_detaches_in_each_step),
		BEHAVIOUR(refresh_gives_way_to_what_the_device_begins),
		BEHAVIOUR(refresh_ends_with_its_connection),
		BEHAVIOUR(detach_of_both_sides_is_one),
		BEHAVIOUR(detach_of_the_network_goes_before_what_the_device_begins),
		BEHAVIOUR(device_that_is_being_detached_and_comes_anew_attaches),
		BEHAVIOUR(service_request_meets_each_message),
		BEHAVIOUR(detach_without_proof_is_authenticated),
		BEHAVIOUR(detach_in_anothers_name_detaches_nobody),
		BEHAVIOUR(detach_of_a_stranger_is_answered),
		BEHAVIOUR(answers_that_come_twice_or_late_change_nothing),
		BEHAVIOUR(what_comes_after_the_release_is_told_to_the_enb),
		BEHAVIOUR(what_comes_during_the_release_is_ignored),
		BEHAVIOUR(message_that_was_not_delivered_is_repeated),
		BEHAVIOUR(id_that_the_enb_uses_again_ends_the_connection_before),
		BEHAVIOUR(clone_with_the_right_key_takes_its_place),
		BEHAVIOUR(csfb_of_a_connected_device_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
