/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking area update: what goes with the accept, its repetition, and power saving. */
#include "session.h"

static void updates(struct device *d, const struct nas_tau_request *r)
{
	initial(d, protect(d, NAS(tau_request, r), NAS_SEC_INTEGRITY));
}

/* An idle device whose GUTI is due. */
static struct device due(void)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");

	ue_of(&d)->due |= REFRESH_GUTI;
	return d;
}

static void guti_that_is_due_comes_with_the_accept(void **state)
{
	(void)state;
	struct device d = due();
	struct nas_tau_request r = tau_of(&d, NAS_TA_PERIODIC, false);
	const struct nas_tau_accept *a;

	updates(&d, &r);
	a = hear(&d, tau_accept, TAU_ACCEPT);
	assert_true(HAS(a, nas_tau_accept, guti));
	assert_int_not_equal(a->guti.guti.m_tmsi, d.guti.m_tmsi);
	assert_int_equal(a->t3402, mme.t3402_s);
	quiet(d.enb); /* the connection stays for the answer */
	d.guti = a->guti.guti;
	say(&d, tau_complete, &(struct nas_tau_complete){0});
	released(&d);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("tau"), 0);
	assert_int_equal(in_use("old_tmsi"), 0);
	assert_int_equal(mme_counters.tau, 1);
	serve_device(&d);
}

static void accept_is_repeated_until_it_is_complete(void **state)
{
	(void)state;
	struct device d = due();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);
	struct guti old = d.guti, new;

	updates(&d, &r);
	new = hear(&d, tau_accept, TAU_ACCEPT)->guti.guti;
	for (int i = 0; i < 4; i++) {
		elapse(6100);
		assert_int_equal(hear(&d, tau_accept, TAU_ACCEPT)->guti.guti.m_tmsi, new.m_tmsi);
	}
	elapse(6100);
	released(&d);
	quiet(d.enb);
	assert_int_equal(mme_counters.tau_failed, 1);
	is_registered(&d);
	/* Either names the device from then on; the one it uses stays. */
	d.guti = old;
	initial(&d, service_request(&d));
	take_context(&d);
	assert_int_equal(ue_of(&d)->m_tmsi, old.m_tmsi);
	context_is_up(&d, d.ebi);
	/* What was not completed is done again. */
	d.guti = hear(&d, guti_reallocation_command, GUTI_REALLOCATION_COMMAND)->guti.guti;
	say(&d, guti_reallocation_complete, &(struct nas_guti_reallocation_complete){0});
	assert_int_equal(ue_of(&d)->m_tmsi, d.guti.m_tmsi);
}

static void same_request_is_answered_again_and_another_anew(void **state)
{
	(void)state;
	struct device d = due();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);
	uint32_t m_tmsi;

	updates(&d, &r);
	m_tmsi = hear(&d, tau_accept, TAU_ACCEPT)->guti.guti.m_tmsi;
	say(&d, tau_request, &r);
	assert_int_equal(hear(&d, tau_accept, TAU_ACCEPT)->guti.guti.m_tmsi, m_tmsi);
	assert_int_equal(in_use("tau"), 1);
	r.update_type.type = NAS_TA_LA_UPDATE;
	say(&d, tau_request, &r);
	const struct nas_tau_accept *a = hear(&d, tau_accept, TAU_ACCEPT);

	assert_int_equal(a->emm_cause, EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE);
	assert_true(HAS(a, nas_tau_accept, guti)); /* that was due is due still */
	d.guti = a->guti.guti;
	say(&d, tau_complete, &(struct nas_tau_complete){0});
	released(&d);
	assert_int_equal(in_use("tau"), 0);
	is_registered(&d);
	assert_int_equal(ue_of(&d)->m_tmsi, d.guti.m_tmsi);
}

static void bearers_come_while_the_guti_is_taken(void **state)
{
	(void)state;
	struct device d = due();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, true);

	updates(&d, &r);
	d.guti = hear(&d, tau_accept, TAU_ACCEPT)->guti.guti;
	take_context(&d);
	say(&d, tau_complete, &(struct nas_tau_complete){0});
	context_is_up(&d, d.ebi);
	assert_int_equal(in_use("tau") + in_use("service"), 0);
	assert_non_null(ue_of(&d)->conn);
	assert_true(the_session()->connected);
}

static void data_it_was_called_for_comes_without_the_active_flag(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_PERIODIC, false);

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	updates(&d, &r);
	hear(&d, tau_accept, TAU_ACCEPT);
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(procedures(), 0);
	assert_int_equal(sgw.unpaged, 0);
}

/* The notification comes while the device is here without bearers: no loss, and no call. */
static void data_that_comes_meanwhile_is_no_reason_to_let_it_go(void **state)
{
	(void)state;
	struct device d = due();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	updates(&d, &r);
	d.guti = hear(&d, tau_accept, TAU_ACCEPT)->guti.guti;
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	quiet(d.enb);
	say(&d, tau_complete, &(struct nas_tau_complete){0});
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(sgw.unpaged, 0);
	go_idle(&d);
	/* The same while it is given new keys behind the update. */
	ue_of(&d)->due |= REFRESH_KEYS;
	r = tau_of(&d, NAS_TA_PERIODIC, false);
	updates(&d, &r);
	hear(&d, tau_accept, TAU_ACCEPT);
	take_challenge(&d);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(sgw.unpaged, 0);
	assert_int_equal(procedures(), 0);
}

/* 5.5.3.2.4: a bearer is wanted while the update runs, without the active flag. */
static void bearer_that_is_wanted_meanwhile_keeps_the_connection(void **state)
{
	(void)state;
	struct device d = due();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	updates(&d, &r);
	d.guti = hear(&d, tau_accept, TAU_ACCEPT)->guti.guti;
	ask_for_a_bearer(&d, 7);
	quiet(d.enb);
	say(&d, tau_complete, &(struct nas_tau_complete){0});
	take_context(&d);
	context_is_up(&d, d.ebi);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	accept_dedicated(&d, NEXT);
	answer_is(GTPC_ACCEPTED);
	assert_true(bearer(&d, NEXT)->active);
	assert_int_equal(procedures(), 0);
	assert_non_null(ue_of(&d)->conn);
}

static void cause_for_cs_services_is_the_configured_one(void **state)
{
	(void)state;
	struct mme_config c = bench_config;

	c.cs_cause = EMM_CAUSE_MSC_NOT_REACHABLE;
	mme_reload(&c);
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r = tau_of(&d, NAS_TA_LA_UPDATE_IMSI, false);

	updates(&d, &r);
	const struct nas_tau_accept *a = hear(&d, tau_accept, TAU_ACCEPT);

	assert_int_equal(a->update_result, NAS_TA_UPDATED);
	assert_int_equal(a->emm_cause, EMM_CAUSE_MSC_NOT_REACHABLE);
	released(&d);
}

/* A device that asks for all there is, with what it is given. */
static const struct nas_tau_accept *asks(struct device *d, uint32_t active, uint32_t periodic,
					 uint8_t edrx)
{
	struct nas_tau_request r = tau_of(d, NAS_TA_UPDATE, false);
	const struct nas_tau_accept *a;

	r.t3324 = active;
	r.t3412_extended = periodic;
	r.edrx = (struct nas_edrx){.ptw = 3, .value = edrx};
	SET(&r, nas_tau_request, t3324);
	SET(&r, nas_tau_request, t3412_extended);
	SET(&r, nas_tau_request, edrx);
	updates(d, &r);
	a = hear(d, tau_accept, TAU_ACCEPT);
	released(d);
	return a;
}

static void power_saving_is_given_as_configured(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	const struct nas_tau_accept *a = asks(&d, 60, 7200, 9);

	assert_false(HAS(a, nas_tau_accept, t3324));
	assert_false(HAS(a, nas_tau_accept, t3412_extended));
	assert_false(HAS(a, nas_tau_accept, edrx));
	c.power = (struct mme_power){.active_s = 30, .periodic_s = 36000, .edrx_ms = 41000};
	mme_reload(&c);
	a = asks(&d, 60, 7200, 9);
	assert_int_equal(a->t3324, 30);
	assert_int_equal(a->t3412_extended, 7200);
	assert_int_equal(a->edrx.value, 3); /* 40.96 s */
	assert_int_equal(a->edrx.ptw, 3);
	a = asks(&d, NAS_TIMER_DEACTIVATED, 72000, 0);
	assert_false(HAS(a, nas_tau_accept, t3324));
	assert_int_equal(a->t3412_extended, 36000);
	assert_int_equal(a->edrx.value, 0);
	/* What the device is told can be coded, and counts here, too. */
	c.power = (struct mme_power){.active_s = 90, .periodic_s = 3 * 86400};
	mme_reload(&c);
	a = asks(&d, 100, 360000, 0);
	assert_int_equal(a->t3324, 120);
	assert_int_equal(ue_of(&d)->t3324_s, 120);
	assert_int_equal(a->t3412_extended, 288000);
	assert_int_equal(ue_of(&d)->t3412_s, 288000);
}

static void sleeping_device_is_not_called(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct gtpc_response r;

	c.power = (struct mme_power){.active_s = 10, .periodic_s = 3600};
	mme_reload(&c);
	asks(&d, 10, 3600, 15);
	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging); /* in its active time */
	pass(30000, 500);
	while (next_pdu(d.enb))
		;
	assert_true(ue_of(&d)->asleep);
	r = sgw_notifies(&d, 8, 0);
	assert_int_equal(r.cause, GTPC_UNABLE_TO_PAGE);
	c.power.buffer = true;
	mme_reload(&c);
	r = sgw_notifies(&d, 8, 0);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_in_range(r.buffering_s, 3600, 3600 + mme.mobile_reachable_extra_s);
	quiet(d.enb);
	/* It is heard of later than others. */
	pass(3500000, 60000);
	is_registered(&d);
	serve_device(&d);
	assert_false(ue_of(&d)->asleep);
}

/* 23.401 5.3.4.3: what the SGW was told to keep is what the next contact is used for. */
static void data_that_waited_comes_with_the_periodic_update(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request r;

	c.power = (struct mme_power){.active_s = 10, .periodic_s = 3600, .buffer = true};
	mme_reload(&c);
	asks(&d, 10, 3600, 0);
	pass(11000, 500);
	assert_true(ue_of(&d)->asleep);
	assert_in_range(sgw_notifies(&d, 8, 0).buffering_s, 3590, 4000);
	pass(3580000, 60000);
	r = tau_of(&d, NAS_TA_PERIODIC, false);
	r.t3324 = 10;
	SET(&r, nas_tau_request, t3324);
	r.t3412_extended = 3600;
	SET(&r, nas_tau_request, t3412_extended);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_true(the_session()->connected);
	go_idle(&d);
	/* That was it. */
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	released(&d);
	quiet(d.enb);
	/* And beyond its time nothing waits. */
	pass(11000, 500);
	assert_in_range(sgw_notifies(&d, 8, 0).buffering_s, 3590, 4000);
	pass(4000000, 60000);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	released(&d);
}

static void device_with_extended_drx_is_called_with_its_cycle(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	const struct s1ap_paging *p;

	c.power.edrx_ms = 2621440;
	c.timer[T3415].ms = 60000;
	mme_reload(&c);
	asks(&d, NAS_TIMER_DEACTIVATED, 0, 10);
	sgw_notifies(&d, 8, 0);
	p = expect(d.enb, paging);
	assert_int_equal(p->paging_edrx_information.paging_edrx_cycle, S1AP_PAGING_EDRX_CYCLE_HF32);
	assert_int_equal(p->paging_edrx_information.paging_time_window, S1AP_PAGING_TIME_WINDOW_S4);
	elapse(59000);
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 0);
	elapse(2000); /* T3415 */
	assert_int_equal(sgw.unpaged, 1);
	assert_int_equal(sgw.unpaged_cause, GTPC_UE_NOT_RESPONDING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(guti_that_is_due_comes_with_the_accept),
		BEHAVIOUR(accept_is_repeated_until_it_is_complete),
		BEHAVIOUR(same_request_is_answered_again_and_another_anew),
		BEHAVIOUR(bearers_come_while_the_guti_is_taken),
		BEHAVIOUR(data_it_was_called_for_comes_without_the_active_flag),
		BEHAVIOUR(data_that_comes_meanwhile_is_no_reason_to_let_it_go),
		BEHAVIOUR(bearer_that_is_wanted_meanwhile_keeps_the_connection),
		BEHAVIOUR(cause_for_cs_services_is_the_configured_one),
		BEHAVIOUR(power_saving_is_given_as_configured),
		BEHAVIOUR(sleeping_device_is_not_called),
		BEHAVIOUR(data_that_waited_comes_with_the_periodic_update),
		BEHAVIOUR(device_with_extended_drx_is_called_with_its_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
