/* SPDX-License-Identifier: Apache-2.0 */
/* Registered devices get new keys and GUTIs (TS 24.301 5.4.1 to 5.4.3, TS 33.401 6.5, 7.2.9.2):
 * when that is due, what goes over the connection, and what stays valid when it fails. */
#include "bench.h"

static struct mme_config config;

static int open_bench(void **state)
{
	int err = bench_open(state);

	config = bench_config;
	return err;
}

#define REFRESH_BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, open_bench, bench_close)

static int result;
static unsigned results;
static void told(void *arg, int err)
{
	(void)arg;
	result = err;
	results++;
}

static void ask(const struct device *d, unsigned what)
{
	refresh_begin(ue_of(d), what, told, NULL);
	run();
}

static struct device connected(void)
{
	struct device d = one();

	results = 0;
	attach_to(&d, AT_DONE);
	return d;
}

static void works(struct device *d)
{
	struct nas_emm_status s = {.emm_cause = 97};
	uint64_t bad = mme_counters.nas_mac + mme_counters.nas_replay;

	say(d, emm_status, &s);
	assert_int_equal(mme_counters.nas_mac + mme_counters.nas_replay, bad);
	is_registered(d);
}

/* ---- keys ---- */

static void operator_asks_for_new_keys(void **state)
{
	(void)state;
	struct device d = connected();
	uint8_t ksi = d.sec.ksi, kasme[32];

	memcpy(kasme, d.sec.kasme, 32);
	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	assert_int_equal(d.down_header, NAS_SEC_CIPHERED); /* by the context that goes on */
	assert_int_not_equal(d.ksi, ksi);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	assert_int_equal(results, 0);
	rekey(&d, true);
	assert_int_equal(results, 1);
	assert_int_equal(result, 0);
	assert_memory_not_equal(ue_of(&d)->sec->kasme, kasme, 32);
	assert_memory_equal(ue_of(&d)->sec->kasme, d.sec.kasme, 32);
	quiet(d.enb);
	works(&d);
	assert_int_equal(mme_counters.reauth, 1);
	/* What is saved is the new context. */
	struct mme_ue *ue = ue_of(&d);

	assert_int_equal(ue->ul_saved, 1);
	go_idle(&d);
	serve_device(&d);
	works(&d);
}

static void messages_of_the_current_context_are_taken_until_the_new_one_is(void **state)
{
	(void)state;
	struct device d = connected(), before;

	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	answer_challenge(&d);
	before = d;
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	works(&before);
	complete_smc(&d);
	rekey(&d, true);
	works(&d);
	struct nas_emm_status s = {.emm_cause = 97};

	say(&before, emm_status, &s);
	assert_int_equal(mme_counters.nas_mac, 1);
}

static void refused_security_mode_leaves_the_context(void **state)
{
	(void)state;
	struct device d = connected(), before;
	struct nas_security_mode_reject r = {.emm_cause = EMM_CAUSE_SECURITY_MODE_REJECTED};

	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	answer_challenge(&d);
	before = d;
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	say(&before, security_mode_reject, &r);
	assert_int_equal(results, 1);
	assert_int_equal(result, -EIO);
	assert_null(ue_of(&d)->partial);
	works(&before);
	assert_int_equal(mme_counters.reauth_failed, 1);
}

static void wrong_answer_is_asked_who_it_is_and_rejected(void **state)
{
	(void)state;
	struct device d = connected();
	struct nas_identity_response id = {.identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};

	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	d.res[2] ^= 1;
	answer_challenge(&d);
	hear(&d, identity_request, IDENTITY_REQUEST);
	say(&d, identity_response, &id);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	assert_int_equal(released(&d).value, S1AP_CAUSE_NAS_AUTHENTICATION_FAILURE);
	assert_int_equal(result, -EACCES);
	assert_null(ue_of(&d));
	assert_int_equal(sessions(), 0);
}

static void another_device_is_sent_to_attach(void **state)
{
	(void)state;
	struct device d = connected();
	struct nas_identity_response id = {.identity = {.type = NAS_ID_IMSI}};

	imsi_parse("001010000000009", &id.identity.imsi);
	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	fail_challenge(&d, EMM_CAUSE_MAC_FAILURE, NULL);
	hear(&d, identity_request, IDENTITY_REQUEST);
	say(&d, identity_response, &id);
	assert_int_equal(hear(&d, detach_request_network, DETACH_REQUEST_NETWORK)->detach_type.type,
			 NAS_DETACH_REATTACH);
	released(&d);
	assert_null(ue_of(&d));
}

static void silence_costs_the_connection_and_no_more(void **state)
{
	(void)state;
	struct device d = connected();

	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		take_challenge(&d);
	}
	elapse(6100);
	released(&d);
	assert_int_equal(result, -ETIMEDOUT);
	is_registered(&d);
	serve_device(&d);
	works(&d);
}

/* The eNodeB goes on with the keys it had: so it must not go on for long. */
static void enb_that_refuses_the_key_loses_the_connection(void **state)
{
	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		struct device d = device(silent ? &assoc[0] : enb_ready(0), "001010000000001");

		attach_to(&d, AT_DONE);
		results = 0;
		ask(&d, REFRESH_KEYS);
		take_challenge(&d);
		answer_challenge(&d);
		hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
		complete_smc(&d);
		if (silent) {
			expect(d.enb, ue_context_modification_request);
			elapse(11000);
		} else {
			rekey(&d, false);
		}
		assert_int_equal(result, 0);
		released(&d);
		is_registered(&d);
		serve_device(&d);
		works(&d);
		go_idle(&d);
	}
}

static void idle_device_is_asked_at_its_next_contact(void **state)
{
	(void)state;
	struct device d = connected();

	go_idle(&d);
	ask(&d, REFRESH_KEYS);
	assert_int_equal(result, -ENOTCONN);
	quiet(d.enb);
	serve_device(&d);
	prove(&d);
	quiet(d.enb);
	works(&d);
	go_idle(&d);
	serve_device(&d);
	quiet(d.enb);
}

static void keys_are_renewed_by_number_and_by_time(void **state)
{
	(void)state;
	struct device d = connected();

	config.reauthenticate.procedures = 2;
	mme_reload(&config);
	for (int i = 0; i < 4; i++) {
		go_idle(&d);
		serve_device(&d);
		if (i % 2)
			prove(&d);
		quiet(d.enb);
	}
	config.reauthenticate = (struct mme_refresh){.after_s = 3600};
	mme_reload(&config);
	go_idle(&d);
	serve_device(&d);
	quiet(d.enb);
	ue_of(&d)->authenticated -= 3600;
	go_idle(&d);
	serve_device(&d);
	prove(&d);
	works(&d);
}

/* What is due is done before the connection of a tracking area update is released, and a change of
 * capabilities is a reason (they are replayed with the new keys). */
static void update_that_changes_capabilities_brings_new_keys(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI, .guti = d.guti}};
	const struct nas_security_mode_command *c;

	r.ksi = d.sec.ksi;
	r.ue_network_capability.n = 4;
	d.capability[1] = 0x60;
	memcpy(r.ue_network_capability.octet, d.capability, 4);
	SET(&r, nas_tau_request, ue_network_capability);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	take_challenge(&d);
	answer_challenge(&d);
	c = hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	assert_int_equal(c->ue_security_capability.eia, 0x60);
	complete_smc(&d);
	assert_int_equal(released(&d).value, S1AP_CAUSE_NAS_NORMAL_RELEASE);
	quiet(d.enb);
	r.ksi = d.sec.ksi;
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	released(&d); /* the same again: no reason */
	quiet(d.enb);
}

static void keys_are_renewed_before_a_count_is_used_up(void **state)
{
	(void)state;
	for (int down = 0; down < 2; down++) {
		struct device d = device(down ? &assoc[0] : enb_ready(0), "001010000000001");

		attach_to(&d, AT_DONE);
		go_idle(&d);
		if (down)
			ue_of(&d)->sec->dl_count = d.sec.dl_count = NAS_COUNT_END - 300;
		else
			ue_of(&d)->sec->ul_count = d.sec.ul_count = NAS_COUNT_END - 300;
		serve_device(&d);
		prove(&d);
		assert_true(ue_of(&d)->sec->ul_count < 10);
		assert_true(ue_of(&d)->sec->dl_count < 10);
		works(&d);
		go_idle(&d);
	}
}

static void attach_with_due_keys_is_challenged(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	config.reauthenticate.procedures = 1;
	mme_reload(&config);
	ue_of(&d)->keys_used = 1;
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	d.secure = false;
	take_challenge(&d);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
}

/* It was of the message that came without protection, long ago. */
static void hash_of_the_attach_request_is_sent_once(void **state)
{
	(void)state;
	struct device d = connected();
	const struct nas_security_mode_command *c;

	ask(&d, REFRESH_KEYS);
	take_challenge(&d);
	answer_challenge(&d);
	c = hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	assert_false(HAS(c, nas_security_mode_command, hash_mme));
}

/* 4.4.2.2: a context mapped from UTRAN is none of ours, whatever the MAC says. */
static void mapped_key_set_is_not_trusted(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct bytes request;
	struct nas_detach_request off = {.detach_type = {NAS_DETACH_EPS, true},
					 .identity = {.type = NAS_ID_GUTI, .guti = d.guti}};

	off.ksi = (uint8_t)(d.sec.ksi | NAS_KSI_MAPPED);
	initial(&d, protect(&d, NAS(detach_request, &off), NAS_SEC_INTEGRITY));
	released(&d);
	is_registered(&d);
	request = attach_request(&d);
	((uint8_t *)(uintptr_t)request.p)[2] |= NAS_KSI_MAPPED << 4;
	initial(&d, protect(&d, request, NAS_SEC_INTEGRITY));
	d.secure = false;
	take_challenge(&d);
	go_idle(&d);
}

/* ---- GUTI ---- */

static struct guti take_guti(struct device *d)
{
	const struct nas_guti_reallocation_command *c =
		hear(d, guti_reallocation_command, GUTI_REALLOCATION_COMMAND);

	assert_true(HAS(c, nas_guti_reallocation_command, tai_list));
	assert_int_equal(c->tai_list.tai[0].tac, TAC);
	assert_int_not_equal(c->guti.guti.m_tmsi, d->guti.m_tmsi);
	return c->guti.guti;
}

/* Keys that are new do not become due again because the GUTI's turn failed. */
static void only_what_failed_is_due_again(void **state)
{
	(void)state;
	struct device d = connected();

	ask(&d, REFRESH_KEYS | REFRESH_GUTI);
	prove(&d);
	take_guti(&d);
	go_idle(&d);
	assert_int_equal(ue_of(&d)->due & (REFRESH_KEYS | REFRESH_GUTI), REFRESH_GUTI);
}

static void new_guti_replaces_the_old_one(void **state)
{
	(void)state;
	struct device d = connected();
	struct guti old = d.guti;
	struct nas_guti_reallocation_complete c = {0};

	ask(&d, REFRESH_GUTI);
	d.guti = take_guti(&d);
	assert_ptr_equal(ue_by_guti(&old), ue_of(&d)); /* both until it is known which */
	assert_ptr_equal(ue_by_guti(&d.guti), ue_of(&d));
	say(&d, guti_reallocation_complete, &c);
	assert_int_equal(result, 0);
	assert_null(ue_by_guti(&old));
	assert_ptr_equal(ue_by_guti(&d.guti), ue_of(&d));
	assert_int_equal(mme_counters.guti, 1);
	quiet(d.enb);
	go_idle(&d);
	serve_device(&d);
}

static void guti_command_is_sent_five_times_with_the_same_guti(void **state)
{
	(void)state;
	struct device d = connected();
	struct guti given;

	ask(&d, REFRESH_GUTI);
	given = take_guti(&d);
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		assert_int_equal(take_guti(&d).m_tmsi, given.m_tmsi);
	}
	elapse(6100);
	quiet(d.enb); /* 5.4.1.6 b: the procedure alone is aborted */
	assert_int_equal(result, -ETIMEDOUT);
	assert_non_null(ue_of(&d)->conn);
	assert_int_equal(mme_counters.guti_failed, 1);
	assert_int_equal(ue_old_tmsi(ue_of(&d)), d.guti.m_tmsi);
}

/* 5.4.1.6 a: the device shows which of the two it has. */
static void lost_completion_leaves_both_valid(void **state)
{
	(void)state;
	struct device d = connected();
	struct guti given, old;
	struct nas_guti_reallocation_complete c = {0};

	for (int has_new = 0; has_new < 2; has_new++) {
		old = d.guti;
		ask(&d, REFRESH_GUTI);
		given = take_guti(&d);
		go_idle(&d);
		assert_int_equal(result, -ECANCELED);
		if (has_new)
			d.guti = given;
		initial(&d, service_request(&d));
		take_context(&d);
		assert_int_equal(ue_old_tmsi(ue_of(&d)), 0);
		assert_int_equal(ue_of(&d)->m_tmsi, d.guti.m_tmsi);
		assert_null(ue_by_guti(has_new ? &old : &given));
		context_is_up(&d, d.ebi);
		d.guti = take_guti(&d); /* what was not completed is done again */
		say(&d, guti_reallocation_complete, &c);
		quiet(d.enb);
	}
}

static void guti_follows_new_keys_where_configured(void **state)
{
	(void)state;
	struct device d = connected();
	struct nas_guti_reallocation_complete c = {0};

	config.guti_with_authentication = true;
	config.reallocate_guti.procedures = 1;
	mme_reload(&config);
	ask(&d, REFRESH_KEYS);
	prove(&d);
	d.guti = take_guti(&d);
	say(&d, guti_reallocation_complete, &c);
	assert_int_equal(result, 0);
	go_idle(&d);
	serve_device(&d);
	d.guti = take_guti(&d);
	say(&d, guti_reallocation_complete, &c);
	quiet(d.enb);
	assert_int_equal(mme_counters.guti, 2);
}

static void one_at_a_time(void **state)
{
	(void)state;
	struct device d = connected();

	ask(&d, REFRESH_GUTI);
	d.guti = take_guti(&d);
	ask(&d, REFRESH_KEYS);
	assert_int_equal(result, -EBUSY);
	quiet(d.enb);
	assert_int_equal(ue_of(&d)->due, REFRESH_KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFRESH_BEHAVIOUR(operator_asks_for_new_keys),
		REFRESH_BEHAVIOUR(messages_of_the_current_context_are_taken_until_the_new_one_is),
		REFRESH_BEHAVIOUR(refused_security_mode_leaves_the_context),
		REFRESH_BEHAVIOUR(wrong_answer_is_asked_who_it_is_and_rejected),
		REFRESH_BEHAVIOUR(another_device_is_sent_to_attach),
		REFRESH_BEHAVIOUR(silence_costs_the_connection_and_no_more),
		REFRESH_BEHAVIOUR(enb_that_refuses_the_key_loses_the_connection),
		REFRESH_BEHAVIOUR(idle_device_is_asked_at_its_next_contact),
		REFRESH_BEHAVIOUR(keys_are_renewed_by_number_and_by_time),
		REFRESH_BEHAVIOUR(update_that_changes_capabilities_brings_new_keys),
		REFRESH_BEHAVIOUR(keys_are_renewed_before_a_count_is_used_up),
		REFRESH_BEHAVIOUR(attach_with_due_keys_is_challenged),
		REFRESH_BEHAVIOUR(hash_of_the_attach_request_is_sent_once),
		REFRESH_BEHAVIOUR(only_what_failed_is_due_again),
		REFRESH_BEHAVIOUR(mapped_key_set_is_not_trusted),
		REFRESH_BEHAVIOUR(new_guti_replaces_the_old_one),
		REFRESH_BEHAVIOUR(guti_command_is_sent_five_times_with_the_same_guti),
		REFRESH_BEHAVIOUR(lost_completion_leaves_both_valid),
		REFRESH_BEHAVIOUR(guti_follows_new_keys_where_configured),
		REFRESH_BEHAVIOUR(one_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
