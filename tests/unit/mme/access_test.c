/* SPDX-License-Identifier: Apache-2.0 */
/* Access rules: their text and order, when they are held against a device, and what it is told. */
#include "bench.h"

static struct mme_config config;
static struct access_rule configured[4];

static int open_bench(void **state)
{
	int err = bench_open(state);

	config = bench_config;
	return err;
}

#define ACCESS_BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, open_bench, bench_close)

static const char *warning;

static void add(const char *rule)
{
	char error[192] = "";
	int number = access_add(rule, 0, error, sizeof(error), &warning);

	if (number < 0)
		fail_msg("%s: %s", rule, error);
	run();
}

static void configure(unsigned n, const char *const rules[])
{
	for (unsigned i = 0; i < n; i++)
		assert_null(rule_parse(rules[i], &configured[i]));
	config.rules = n;
	config.rule = configured;
	mme_reload(&config);
	run();
}

/* ---- text ---- */

static void rules_read_and_print_the_same(void **state)
{
	static const struct {
		const char *text, *printed;
	} t[] = {
		{"deny", "deny cause 15"},
		{"allow imsi 001010000000001", "allow imsi 001010000000001"},
		{"deny  tac 7", "deny tac 7 cause 12"},
		{"deny tac 0x10-0x1f plmn 310-410", "deny plmn 310410 tac 16-31 cause 12"},
		{"deny roamers", "deny roamers cause 11"},
		{"deny roamers tac 1", "deny tac 1 roamers cause 13"},
		{"deny plmn 00101", "deny plmn 00101 cause 11"},
		{"deny imeisv 35349006", "deny imeisv 35349006 cause 15"},
		{"deny imsi 00101-00109 cause 8", "deny imsi 00101-00109 cause 8"},
		{"deny access meters cause 22", "deny access meters cause 22"},
	};
	struct access_rule r;
	char text[RULE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_null(rule_parse(t[i].text, &r));
		assert_string_equal(rule_print(&r, text), t[i].printed);
		assert_null(rule_parse(text, &r));
		assert_string_equal(rule_print(&r, text), t[i].printed);
	}
}

static void mistakes_in_rules_are_told(void **state)
{
	static const char *const bad[] = {
		"",
		"refuse",
		"deny tac",
		"deny tac x",
		"deny tac 9-8",
		"deny tac 70000",
		"deny imsi 12-1",
		"deny imsi 20-10",
		"deny imsi 1a",
		"deny imsi 0010100000000011",
		"deny plmn 1",
		"deny cause 9",
		"deny cause 300",
		"allow cause 15",
		"deny everybody",
		"deny access abcdefghijklmnopq",
		"deny imeisv",
		"deny tac -1",
		"deny imsi -5",
		"deny access a\nallow",
		"deny access \"a\"",
		"deny access a,b",
	};
	struct access_rule r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!rule_parse(bad[i], &r))
			fail_msg("'%s' was taken", bad[i]);
}

static bool fits(const char *rule, const char *imsi, const char *imeisv, const char *access,
		 uint16_t tac, bool roamer)
{
	struct access_rule r;
	struct access_subject s = {
		.imeisv = imeisv, .access = access, .tai = {PLMN, tac}, .roamer = roamer};

	assert_true(imsi_parse(imsi, &s.imsi));
	assert_null(rule_parse(rule, &r));
	return rule_match(&r, &s) == RULE_YES;
}

static void all_that_a_rule_names_must_fit(void **state)
{
	static const char me[] = "001010000000005", box[] = "3534900698733190";

	(void)state;
	assert_true(fits("deny", me, box, "", 7, false));
	assert_true(fits("deny imsi 00101", me, box, "", 7, false));
	assert_false(fits("deny imsi 00102", me, box, "", 7, false));
	assert_true(fits("deny imsi 001010000000004-001010000000005", me, box, "", 7, false));
	assert_false(fits("deny imsi 001010000000006-001010000000009", me, box, "", 7, false));
	assert_false(fits("deny imsi 001010000000001-001010000000004", me, box, "", 7, false));
	assert_true(fits("deny imeisv 35349006", me, box, "", 7, false));
	assert_true(fits("deny imeisv 35349000-35349009", me, box, "", 7, false));
	assert_false(fits("deny imeisv 35349007", me, box, "", 7, false));
	assert_false(fits("deny imeisv 3", me, "", "", 7, false));
	assert_true(fits("deny tac 5-7", me, box, "", 7, false));
	assert_false(fits("deny tac 8-9", me, box, "", 7, false));
	assert_false(fits("deny plmn 00102 tac 7", me, box, "", 7, false));
	assert_true(
		fits("deny plmn 00101 tac 7 imsi 001 access Meters", me, box, "meters", 7, false));
	assert_false(fits("deny access meters", me, box, "", 7, false));
	assert_false(fits("deny roamers", me, box, "", 7, false));
	assert_true(fits("deny roamers", me, box, "", 7, true));
}

/* What a device does with a cause is TS 24.301's; who is warned of is who does not come back. */
static void lasting_causes_are_warned_of(void **state)
{
	static const uint8_t lasting[] = {3, 6, 7, 8, 11, 14}, passing[] = {12, 13, 15, 17, 22};
	char rule[40];

	(void)state;
	for (size_t i = 0; i < sizeof(lasting); i++) {
		snprintf(rule, sizeof(rule), "deny imsi 99 cause %u", lasting[i]);
		add(rule);
		assert_non_null(warning);
	}
	for (size_t i = 0; i < sizeof(passing); i++) {
		snprintf(rule, sizeof(rule), "deny imsi 99 cause %u", passing[i]);
		add(rule);
		assert_null(warning);
	}
}

/* ---- order, and the store ---- */

static const char *listed(unsigned number, const char **source)
{
	static struct access_view v;
	uint64_t cursor = number - 1;

	memset(&v, 0, sizeof(v));
	if (!access_view_next(&cursor, &v))
		return NULL;
	*source = v.source;
	return v.rule;
}

static void stored_rules_come_first_and_stay(void **state)
{
	static const char *const file[] = {"deny tac 9"};
	const char *source;
	char error[192];

	(void)state;
	configure(1, file);
	add("deny imsi 001019");
	assert_int_equal(access_add("allow imsi 0010199", 1, error, sizeof(error), &warning), 1);
	assert_int_equal(access_add("deny imsi 001019", 0, error, sizeof(error), &warning),
			 -EINVAL);
	assert_int_equal(access_add("deny imsi 5", 4, error, sizeof(error), &warning), -EINVAL);
	access_start(); /* as after a restart */
	assert_string_equal(listed(1, &source), "allow imsi 0010199");
	assert_string_equal(listed(2, &source), "deny imsi 001019 cause 15");
	assert_string_equal(source, "store");
	assert_string_equal(listed(3, &source), "deny tac 9 cause 12");
	assert_string_equal(source, "file");
	assert_null(listed(4, &source));
	assert_int_equal(access_del(3), -EPERM);
	assert_int_equal(access_del(4), -ENOENT);
	assert_int_equal(access_del(0), -ENOENT);
	assert_int_equal(access_del(1), 0);
	assert_string_equal(listed(1, &source), "deny imsi 001019 cause 15");
	access_start();
	assert_string_equal(listed(2, &source), "deny tac 9 cause 12");
}

/* ---- attach ---- */

static void attach_is_refused_with_the_rules_cause(void **state)
{
	static const struct {
		const char *rule;
		uint8_t cause;
	} t[] = {
		{"deny imsi 0010100", 15},
		{"deny imsi 001010000000001 cause 8", 8},
		{"deny tac 7", 12},
		{"deny plmn 00101", 11},
		{"deny imeisv 35349006 cause 6", 6},
		{"deny access meters cause 14", 14},
		{"deny cause 17", 17},
	};
	struct device d = one();

	(void)state;
	snprintf(hss.access, sizeof(hss.access), "meters");
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		add(t[i].rule);
		attach_to(&d, AT_SMC);
		complete_smc(&d);
		rejected(&d, t[i].cause);
		assert_int_equal(d.down_header,
				 NAS_SEC_CIPHERED); /* so that the device acts on it */
		assert_int_equal(in_use("mme_ue"), 0);
		assert_int_equal(access_del(1), 0);
		run();
	}
	assert_int_equal(mme_counters.access_denied, sizeof(t) / sizeof(*t));
	attach_to(&d, AT_DONE);
	is_registered(&d);
}

static void congestion_by_rule_has_its_back_off_timer(void **state)
{
	(void)state;
	struct device d = one();

	add("deny imsi 001 cause 22");
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	assert_true(HAS(rejected(&d, 22), nas_attach_reject, t3346));
}

static void first_rule_that_fits_decides(void **state)
{
	(void)state;
	struct device d = one();

	add("allow imsi 001010000000001");
	add("deny");
	attach_to(&d, AT_DONE);
	is_registered(&d);
	struct device e = device(d.enb, "001010000000002");

	attach_to(&e, AT_SMC);
	complete_smc(&e);
	rejected(&e, 15);
}

/* A rule that allows by the subscription's word goes before one that denies all, though the word is
 * known later. */
static void word_of_the_subscription_is_waited_for(void **state)
{
	(void)state;
	struct device d = one();

	add("allow access meters");
	add("deny cause 7");
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected(&d, 7);
	assert_int_equal(hss.locations, 1);
	snprintf(hss.access, sizeof(hss.access), "meters");
	attach_to(&d, AT_DONE);
	is_registered(&d);
}

static void roamers_are_told_from_others(void **state)
{
	(void)state;
	struct device home = one(), away = device(home.enb, "262010000000001");

	add("deny roamers tac 5-8");
	attach_to(&away, AT_SMC);
	complete_smc(&away);
	rejected(&away, 13);
	attach_to(&home, AT_DONE);
	is_registered(&home);
}

static void subscription_without_lte_is_refused(void **state)
{
	(void)state;
	struct device d = one();

	hss.access_restriction = S6A_NO_WB_EUTRAN;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected(&d, 15);
	hss.access_restriction = 0;
	hss.location_result = S6A_ROAMING_NOT_ALLOWED;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	rejected(&d, 11);
}

static void denied_areas_are_not_in_the_list(void **state)
{
	(void)state;
	struct device d = one();
	const struct nas_attach_accept *a;

	add("deny tac 5-6");
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	a = read_accept(&d, take_context(&d));
	assert_int_equal(a->tai_list.n, 3); /* 7, 8, 9 of 5 to 9 */
	for (unsigned i = 0; i < a->tai_list.n; i++)
		assert_true(a->tai_list.tai[i].tac >= 7);
}

/* ---- later ---- */

static void rule_detaches_who_is_connected(void **state)
{
	(void)state;
	struct device d = one();
	const struct nas_detach_request_network *r;
	struct nas_detach_accept a = {0};

	attach_to(&d, AT_DONE);
	add("deny imsi 001010000000002");
	quiet(d.enb);
	add("deny tac 7");
	r = hear(&d, detach_request_network, DETACH_REQUEST_NETWORK);
	assert_int_equal(r->detach_type.type, NAS_DETACH_NO_REATTACH);
	assert_true(HAS(r, nas_detach_request_network, emm_cause));
	assert_int_equal(r->emm_cause, 12);
	say(&d, detach_accept, &a);
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(mme_counters.access_detached, 1);
}

static void rule_detaches_who_is_idle(void **state)
{
	static const char *const file[] = {"deny imsi 001010000000001"};
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct device e = idle_device(d.enb, "001010000000002");

	(void)state;
	configure(1, file);
	assert_null(ue_of(&d));
	is_registered(&e);
	assert_int_equal(sessions(), 1);
	quiet(d.enb);
	initial(&d, service_request(&d));
	d.secure = false;
	assert_int_equal(hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
			 EMM_CAUSE_IDENTITY_NOT_DERIVED);
	released(&d);
}

static void many_are_walked_over_and_none_is_missed(void **state)
{
	struct s1_assoc *enb = enb_ready(0);
	char imsi[IMSI_STRLEN];

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		snprintf(imsi, sizeof(imsi), "00101000000%04u", i);
		idle_device(enb, imsi);
	}
	add("deny imsi 001010000000001-001010000000003");
	assert_int_equal(ue_count(), 4);
	add("deny imsi 001010000000006");
	assert_int_equal(ue_count(), 3);
	add("deny");
	assert_int_equal(ue_count(), 0);
}

/* A context is kept or not as the cause says; rules that a restart brings are met at the next
 * contact. */
static void service_and_tau_are_denied(void **state)
{
	static const struct {
		const char *rule;
		uint8_t cause;
		bool stays;
	} t[] = {{"deny tac 7", 12, false}, {"deny tac 7 cause 15", 15, true}};
	struct device d;
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI}};
	struct s1_assoc *enb = enb_ready(0);

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (int tau = 0; tau < 2; tau++) {
			d = idle_device(enb, "001010000000001");
			strcpy(setting_of("access rules"), t[i].rule);
			access_start();
			r.old_guti.guti = d.guti;
			if (tau) {
				initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
				assert_int_equal(hear(&d, tau_reject, TAU_REJECT)->emm_cause,
						 t[i].cause);
			} else {
				initial(&d, service_request(&d));
				assert_int_equal(
					hear(&d, service_reject, SERVICE_REJECT)->emm_cause,
					t[i].cause);
			}
			assert_int_equal(d.down_header, NAS_SEC_CIPHERED);
			released(&d);
			quiet(enb);
			assert_int_equal(ue_of(&d) != NULL, t[i].stays);
			forget_settings();
			access_start();
		}
	assert_int_equal(mme_counters.tau_failed, 2);
	assert_int_equal(mme_counters.service_failed, 2);
}

/* The reject took a COUNT of the context that the device goes on with (33.401 6.5). */
static void denied_attach_uses_no_count_twice(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");
	uint32_t before = d.sec.dl_count;

	(void)state;
	strcpy(setting_of("access rules"), "deny tac 7 cause 15");
	access_start();
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	assert_int_equal(hear(&d, attach_reject, ATTACH_REJECT)->emm_cause, 15);
	assert_true(d.sec.dl_count > before);
	assert_int_equal(ue_of(&d)->sec->dl_count, d.sec.dl_count);
	forget_settings();
	access_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ACCESS_BEHAVIOUR(rules_read_and_print_the_same),
		ACCESS_BEHAVIOUR(mistakes_in_rules_are_told),
		ACCESS_BEHAVIOUR(all_that_a_rule_names_must_fit),
		ACCESS_BEHAVIOUR(lasting_causes_are_warned_of),
		ACCESS_BEHAVIOUR(stored_rules_come_first_and_stay),
		ACCESS_BEHAVIOUR(attach_is_refused_with_the_rules_cause),
		ACCESS_BEHAVIOUR(congestion_by_rule_has_its_back_off_timer),
		ACCESS_BEHAVIOUR(first_rule_that_fits_decides),
		ACCESS_BEHAVIOUR(word_of_the_subscription_is_waited_for),
		ACCESS_BEHAVIOUR(roamers_are_told_from_others),
		ACCESS_BEHAVIOUR(subscription_without_lte_is_refused),
		ACCESS_BEHAVIOUR(denied_areas_are_not_in_the_list),
		ACCESS_BEHAVIOUR(rule_detaches_who_is_connected),
		ACCESS_BEHAVIOUR(rule_detaches_who_is_idle),
		ACCESS_BEHAVIOUR(many_are_walked_over_and_none_is_missed),
		ACCESS_BEHAVIOUR(service_and_tau_are_denied),
		ACCESS_BEHAVIOUR(denied_attach_uses_no_count_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
