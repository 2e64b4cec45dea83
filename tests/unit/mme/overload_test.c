/* SPDX-License-Identifier: Apache-2.0 */
/* Overload (TS 36.413 8.7.6, TS 23.401 4.3.7.4, TS 24.301 5.3.9): what eNodeBs are told, by hand
 * and by load, and who is refused with cause 22 meanwhile. */
#include "bench.h"
#include <time.h>

static const char *error;

static void begin(const char *action, uint64_t percent)
{
	assert_int_equal(node_api.overload_set(action, percent, NULL, &error), 0);
}

static void overload_is_told_to_all_and_to_those_who_come(void **state)
{
	(void)state;
	const struct s1ap_overload_start *m;
	struct overload_view v = {0};

	enb_ready(0);
	begin("permit-emergency", 30);
	m = expect(&assoc[0], overload_start);
	assert_int_equal(
		m->overload_response.overload_action,
		S1AP_OVERLOAD_ACTION_PERMIT_EMERGENCY_SESSIONS_AND_MOBILE_TERMINATED_SERVICES_ONLY);
	assert_int_equal(m->traffic_load_reduction_indication, 30);
	assert_false(m->has.gummei_list);
	enb_ready(1);
	expect(&assoc[1], overload_start);
	node_api.overload(&v);
	assert_string_equal(v.active, "by operator");
	assert_string_equal(v.action, "permit-emergency");
	assert_int_equal(node_api.overload_set(NULL, 0, NULL, &error), 0);
	assert_false(expect(&assoc[0], overload_stop)->has.gummei_list);
	expect(&assoc[1], overload_stop);
	enb_ready(2);
	quiet(&assoc[2]);
	assert_int_equal(node_api.overload_set(NULL, 0, NULL, &error), -ENOENT);
	assert_int_equal(node_api.overload_set("nonsense", 0, NULL, &error), -EINVAL);
	assert_int_equal(node_api.overload_set("permit-emergency", 100, NULL, &error), -EINVAL);
}

static void overload_may_be_of_some_gummeis(void **state)
{
	(void)state;
	struct device d = one();
	const struct s1ap_overload_start *m;

	assert_int_equal(node_api.overload_set("reject-signalling", 0, "22201", &error), -ENOENT);
	assert_int_equal(node_api.overload_set("reject-signalling", 0, "00101", &error), 0);
	m = expect(d.enb, overload_start);
	assert_int_equal(m->gummei_list.n, 1);
	assert_int_equal(m->gummei_list.v[0].plmn, PLMN);
	assert_int_equal(m->gummei_list.v[0].group, GROUP);
	assert_false(m->has.traffic_load_reduction_indication);
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_CONGESTION);
	assert_int_equal(node_api.overload_set(NULL, 0, NULL, &error), 0);
	assert_int_equal(expect(d.enb, overload_stop)->gummei_list.n, 1);
}

static void attaches_are_refused_with_a_back_off(void **state)
{
	(void)state;
	struct device d = one();

	begin("reject-signalling", 0);
	expect(d.enb, overload_start);
	for (int i = 0; i < 20; i++) {
		initial(&d, attach_request(&d));
		const struct nas_attach_reject *r = rejected(&d, EMM_CAUSE_CONGESTION);

		assert_true(HAS(r, nas_attach_reject, t3346));
		assert_in_range(r->t3346, 30, 90);
	}
	assert_int_equal(hss.auths, 0);
	assert_int_equal(mme_counters.overload_refused, 20);
	overload_end_by_hand();
	expect(d.enb, overload_stop);
	attach_to(&d, AT_DONE);
}

/* 24.301 10.2, note 4: it would be detached for its silence. */
static void nobody_is_held_back_until_it_is_taken_for_gone(void **state)
{
	(void)state;
	struct mme_config c = bench_config;

	c.overload.back_off_s = 3600;
	c.t3412_s = 600;
	c.mobile_reachable_extra_s = c.implicit_detach_s = 60;
	mme_reload(&c);
	for (int i = 0; i < 100; i++)
		assert_in_range(overload_back_off(), 2, 719);
}

static void ask_for(struct device *d, struct bytes pdu, uint8_t rrc_cause)
{
	struct s1ap_initial_ue_message m = {0};
	static uint32_t id = 90000;

	d->enb_id = ++id;
	d->mme_id = UINT32_MAX;
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, nas_pdu, pdu);
	S1AP_SET(&m, tai, (struct tai){PLMN, TAC});
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 0x1234567});
	S1AP_SET(&m, rrc_establishment_cause, rrc_cause);
	S1AP_SET(&m, s_tmsi, (struct s1ap_s_tmsi){d->guti.gummei.code, d->guti.m_tmsi});
	tell(d->enb, initial_ue_message, &m);
}

/* The device stays registered, and can trust what it is told. */
static void service_is_refused_but_not_to_whom_was_paged(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	begin("permit-high-priority", 0);
	expect(d.enb, overload_start);
	ask_for(&d, service_request(&d), S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA);
	const struct nas_service_reject *r = hear(&d, service_reject, SERVICE_REJECT);

	assert_int_equal(r->emm_cause, EMM_CAUSE_CONGESTION);
	assert_true(HAS(r, nas_service_reject, t3346));
	assert_int_not_equal(d.down_header, NAS_PLAIN);
	assert_int_equal(released(&d).value, S1AP_CAUSE_MISC_CONTROL_PROCESSING_OVERLOAD);
	is_registered(&d);
	ask_for(&d, service_request(&d), S1AP_RRC_ESTABLISHMENT_CAUSE_MT_ACCESS);
	take_context(&d);
	context_is_up(&d, d.ebi);
	go_idle(&d);
	ask_for(&d, service_request(&d), S1AP_RRC_ESTABLISHMENT_CAUSE_HIGH_PRIORITY_ACCESS);
	take_context(&d);
	context_is_up(&d, d.ebi);
	go_idle(&d);
	ask_for(&d, service_request(&d), S1AP_RRC_ESTABLISHMENT_CAUSE_EMERGENCY);
	take_context(&d);
	context_is_up(&d, d.ebi);
}

static void tracking_area_updates_are_refused(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_tau_request t = {
		.update_type = {.type = NAS_TA_PERIODIC},
		.ksi = d.sec.ksi,
		.old_guti = {.type = NAS_ID_GUTI, .guti = d.guti},
	};

	begin("reject-signalling", 0);
	expect(d.enb, overload_start);
	ask_for(&d, protect(&d, NAS(tau_request, &t), NAS_SEC_INTEGRITY),
		S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING);
	const struct nas_tau_reject *r = hear(&d, tau_reject, TAU_REJECT);

	assert_int_equal(r->emm_cause, EMM_CAUSE_CONGESTION);
	assert_true(HAS(r, nas_tau_reject, t3346));
	assert_int_equal(mme_counters.tau_failed, 1);
	released(&d);
	is_registered(&d);
	assert_int_equal(sessions(), 1);
}

static void each_action_holds_its_own_traffic_back(void **state)
{
	(void)state;
	static const struct {
		const char *action;
		uint8_t cause;
		bool refused;
	} t[] = {
		{"reject-mo-data", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA, true},
		{"reject-mo-data", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING, false},
		{"reject-mo-data", S1AP_RRC_ESTABLISHMENT_CAUSE_DELAY_TOLERANT_ACCESS, true},
		{"reject-mo-data", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_VOICE_CALL, true},
		{"reject-signalling", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING, true},
		{"reject-signalling", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_VOICE_CALL, true},
		{"reject-signalling", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_EXCEPTION_DATA, false},
		{"reject-signalling", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA, true},
		{"reject-delay-tolerant", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA, false},
		{"reject-delay-tolerant", S1AP_RRC_ESTABLISHMENT_CAUSE_DELAY_TOLERANT_ACCESS, true},
		{"permit-emergency", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_VOICE_CALL, true},
		{"permit-emergency", S1AP_RRC_ESTABLISHMENT_CAUSE_EMERGENCY, false},
		{"permit-high-priority-and-exceptions",
		 S1AP_RRC_ESTABLISHMENT_CAUSE_MO_EXCEPTION_DATA, false},
		{"permit-high-priority-and-exceptions", S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING,
		 true},
	};
	struct s1_conn c = {.tai = {PLMN, TAC}};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		begin(t[i].action, 0);
		c.rrc_cause = t[i].cause;
		if (overload_refuses(&c) != t[i].refused)
			fail_msg("%s with RRC cause %u", t[i].action, t[i].cause);
	}
}

static void a_share_of_the_traffic_is_refused(void **state)
{
	(void)state;
	struct s1_conn c = {.tai = {PLMN, TAC},
			    .rrc_cause = S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING};
	unsigned n = 0;

	begin("reject-signalling", 25);
	for (int i = 0; i < 4000; i++)
		n += overload_refuses(&c);
	assert_in_range(n, 800, 1200); /* seven standard deviations */
}

/* ---- by load ---- */

static void load_begins_it_and_calm_ends_it(void **state)
{
	(void)state;
	struct mme_config c = bench_config;

	c.overload = (struct overload_config){
		.attach_rate = 100,
		.latency_ms = 200,
		.action = S1AP_OVERLOAD_ACTION_REJECT_DELAY_TOLERANT_ACCESS,
		.reduction = 40,
		.clear_ms = 0};
	mme_reload(&c);
	enb_ready(0);
	overload_measured(99, 199);
	quiet(&assoc[0]);
	overload_measured(100, 0);
	assert_int_equal(expect(&assoc[0], overload_start)->traffic_load_reduction_indication, 40);
	overload_measured(500, 0);
	quiet(&assoc[0]);
	overload_measured(20, 0);
	expect(&assoc[0], overload_stop);
	overload_measured(0, 200);
	expect(&assoc[0], overload_start);
	/* By hand takes precedence: it does not end by itself. */
	begin("permit-emergency", 0);
	expect(&assoc[0], overload_stop);
	expect(&assoc[0], overload_start);
	overload_measured(0, 0);
	quiet(&assoc[0]);
	overload_end_by_hand();
	expect(&assoc[0], overload_stop);
}

/* What the eNodeBs send is not taken up in time: measured each second, by the clock. */
static void messages_that_wait_are_load(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct overload_view v = {0};

	c.overload = (struct overload_config){.latency_ms = 200, .clear_ms = 0};
	mme_reload(&c);
	enb_ready(0);
	behind_ms = 199;
	pass(1100, 1100);
	quiet(&assoc[0]);
	behind_ms = 200;
	pass(1100, 1100);
	expect(&assoc[0], overload_start);
	node_api.overload(&v);
	assert_int_equal(v.latency, 200);
	pass(1100, 1100);
	quiet(&assoc[0]);
	behind_ms = 0;
	pass(1100, 1100);
	expect(&assoc[0], overload_stop);
}

static void calm_must_last(void **state)
{
	(void)state;
	struct mme_config c = bench_config;

	c.overload = (struct overload_config){.attach_rate = 10, .clear_ms = 3600000};
	mme_reload(&c);
	enb_ready(0);
	overload_measured(10, 0);
	expect(&assoc[0], overload_start);
	overload_measured(0, 0);
	quiet(&assoc[0]);
}

static void devices_up_to_a_share_of_the_most_are_load(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	struct device d = one();

	attach_to(&d, AT_DONE);
	c.max_ues = 2;
	c.overload.ues = 51;
	mme_reload(&c);
	overload_measured(0, 0);
	quiet(d.enb);
	c.overload.ues = 50;
	mme_reload(&c);
	overload_measured(0, 0);
	expect(d.enb, overload_start);
}

/* The load of the last second, in which so many requests came. */
static uint64_t attach_rate(void)
{
	struct overload_view v = {0};
	struct timespec some = {.tv_nsec = 5000000};

	nanosleep(&some, NULL); /* the rate is of real time */
	pass(1100, 1100);
	node_api.overload(&v);
	return v.attach_rate;
}

static void only_refused_attaches_are_attaches(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct device other = device(d.enb, "001010000000002");

	begin("reject-signalling", 0);
	expect(d.enb, overload_start);
	attach_rate();
	ask_for(&d, service_request(&d), S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA);
	hear(&d, service_reject, SERVICE_REJECT);
	released(&d);
	assert_int_equal(mme_counters.overload_refused, 1);
	assert_int_equal(attach_rate(), 0);
	initial(&other, attach_request(&other));
	rejected(&other, EMM_CAUSE_CONGESTION);
	assert_int_equal(mme_counters.overload_refused, 2);
	assert_int_equal(mme_counters.overload_attach_refused, 1);
	assert_true(attach_rate() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(overload_is_told_to_all_and_to_those_who_come),
		BEHAVIOUR(overload_may_be_of_some_gummeis),
		BEHAVIOUR(attaches_are_refused_with_a_back_off),
		BEHAVIOUR(nobody_is_held_back_until_it_is_taken_for_gone),
		BEHAVIOUR(service_is_refused_but_not_to_whom_was_paged),
		BEHAVIOUR(tracking_area_updates_are_refused),
		BEHAVIOUR(each_action_holds_its_own_traffic_back),
		BEHAVIOUR(a_share_of_the_traffic_is_refused),
		BEHAVIOUR(load_begins_it_and_calm_ends_it),
		BEHAVIOUR(messages_that_wait_are_load),
		BEHAVIOUR(calm_must_last),
		BEHAVIOUR(devices_up_to_a_share_of_the_most_are_load),
		BEHAVIOUR(only_refused_attaches_are_attaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
