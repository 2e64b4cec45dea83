/* SPDX-License-Identifier: Apache-2.0 */
/* What devices are told beside answers: names and time (TS 24.301 5.4.5), equivalent PLMNs,
 * emergency numbers; and their capabilities, replayed (5.4.3.2). */
#include "bench.h"

#include <time.h>

static struct mme_config config;

static int open_bench(void **state)
{
	int err = bench_open(state);

	config = bench_config;
	return err;
}

#define TOLD_BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, open_bench, bench_close)

/* EMM Information after an attach; NULL if there is none. */
static const struct nas_emm_information *information(struct device *d)
{
	mme_reload(&config);
	attach_to(d, AT_CONTEXT);
	complete_attach(d);
	return d->enb->first ? hear(d, emm_information, EMM_INFORMATION) : NULL;
}

static void names_and_time_are_told_as_configured(void **state)
{
	(void)state;
	struct device d = one();
	const struct nas_emm_information *m;
	time_t now = time(NULL), then;

	assert_null(information(&d));
	go_idle(&d);
	config.network_full_name = "Nät åttio €";
	m = information(&d);
	assert_string_equal(m->full_name.utf8, "Nät åttio €");
	assert_false(HAS(m, nas_emm_information, short_name));
	assert_false(HAS(m, nas_emm_information, time));
	go_idle(&d);
	config.network_short_name = "सञ्जाल"; /* not of the GSM alphabet: UCS2 */
	config.tell_time = true;
	config.zone = (struct mme_zone){true, -14, 1};
	m = information(&d);
	assert_string_equal(m->short_name.utf8, "सञ्जाल");
	assert_true(HAS(m, nas_emm_information, time) && HAS(m, nas_emm_information, time_zone) &&
		    HAS(m, nas_emm_information, daylight_saving));
	assert_int_equal(m->time_zone, -14);
	assert_int_equal(m->time.zone, -14);
	assert_int_equal(m->daylight_saving, 1);
	then = timegm(&(struct tm){.tm_year = m->time.year - 1900,
				   .tm_mon = m->time.month - 1,
				   .tm_mday = m->time.day,
				   .tm_hour = m->time.hour,
				   .tm_min = m->time.minute,
				   .tm_sec = m->time.second});
	assert_in_range(then, now, now + 30); /* universal time */
	go_idle(&d);
	config.network_full_name = config.network_short_name = "";
	config.zone = (struct mme_zone){0};
	setenv("TZ", "MCT-02:45", 1);
	tzset();
	m = information(&d);
	assert_false(HAS(m, nas_emm_information, full_name));
	assert_int_equal(m->time_zone, 11);
	assert_int_equal(m->daylight_saving, 0);
	unsetenv("TZ");
	tzset();
}

static void equivalents_and_emergency_numbers_are_told(void **state)
{
	static const plmn_t equivalent[] = {0x62f210, PLMN, 0x13f040};
	static const struct mme_emergency_number number[] = {
		{EMERGENCY_POLICE, "110"}, {EMERGENCY_AMBULANCE | EMERGENCY_FIRE, "1122"}};
	struct device d = one();
	const struct nas_attach_accept *a;
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI}};

	(void)state;
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	a = read_accept(&d, take_context(&d));
	assert_false(HAS(a, nas_attach_accept, equivalent_plmns));
	assert_false(HAS(a, nas_attach_accept, emergency_numbers));
	go_idle(&d);
	config.equivalents = 3;
	config.equivalent = equivalent;
	config.emergency_numbers = 2;
	config.emergency_number = number;
	mme_reload(&config);
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	a = read_accept(&d, take_context(&d));
	assert_int_equal(a->equivalent_plmns.n, 2); /* its own goes without saying */
	assert_int_equal(a->equivalent_plmns.plmn[0], equivalent[0]);
	assert_int_equal(a->equivalent_plmns.plmn[1], equivalent[2]);
	assert_int_equal(a->emergency_numbers.n, 8);
	assert_memory_equal(a->emergency_numbers.p, "\x03\x01\x11\xf0\x03\x06\x11\x22", 8);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	r.old_guti.guti = d.guti;
	say(&d, tau_request, &r);
	const struct nas_tau_accept *t = hear(&d, tau_accept, TAU_ACCEPT);

	assert_int_equal(t->equivalent_plmns.n, 2);
	assert_int_equal(t->emergency_numbers.n, 8);
}

/* Attach Request with or without a UE additional security capability. */
static struct bytes request_with(const struct device *d, uint16_t nea)
{
	struct nas_attach_request r = {
		.attach_type = d->type,
		.ksi = d->sec.valid ? d->sec.ksi : NAS_KSI_NONE,
		.identity = {.type = NAS_ID_IMSI, .imsi = d->imsi},
		.ue_network_capability.n = 4,
		.esm = pdn_request(d),
	};

	memcpy(r.ue_network_capability.octet, d->capability, 4);
	if (nea) {
		r.additional_security_capability = (struct nas_additional_security){nea, 0x7000};
		SET(&r, nas_attach_request, additional_security_capability);
	}
	return NAS(attach_request, &r);
}

static void additional_security_capability_is_replayed(void **state)
{
	(void)state;
	struct device d = one();
	const struct nas_security_mode_command *c;

	for (int has = 0; has < 2; has++) {
		initial(&d, request_with(&d, has ? 0xf000 : 0));
		take_challenge(&d);
		answer_challenge(&d);
		c = hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
		assert_int_equal(HAS(c, nas_security_mode_command, additional_security_capability),
				 has);
		if (has) {
			assert_int_equal(c->additional_security_capability.nea, 0xf000);
			assert_int_equal(c->additional_security_capability.nia, 0x7000);
		} else {
			go_idle(&d);
			d.secure = false;
			nas_security_wipe(&d.sec);
		}
	}
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	go_idle(&d);
	/* Known and unchanged: no new proof. Changed: it is replayed. */
	initial(&d, protect(&d, request_with(&d, 0xf000), NAS_SEC_INTEGRITY));
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	go_idle(&d);
	initial(&d, protect(&d, request_with(&d, 0xe000), NAS_SEC_INTEGRITY));
	d.secure = false;
	take_challenge(&d);
}

/* No algorithm in common (the configuration may do without EEA0): 24.301 5.5.1.2.7 b, not cause 23,
 * which is the device's to send (A.4). */
static void no_common_algorithm_is_cause_111(void **state)
{
	(void)state;
	struct device d = one();

	config.eeas = 1;
	config.eea[0] = 2;
	mme_reload(&config);
	d.capability[0] = 0xc0; /* EEA0, EEA1 */
	attach_to(&d, AT_AUTH);
	answer_challenge(&d);
	rejected(&d, EMM_CAUSE_PROTOCOL_ERROR);
	d.capability[0] = 0xf0;
	attach_to(&d, AT_DONE);
	assert_int_equal(d.sec.eea, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD_BEHAVIOUR(names_and_time_are_told_as_configured),
		TOLD_BEHAVIOUR(equivalents_and_emergency_numbers_are_told),
		TOLD_BEHAVIOUR(additional_security_capability_is_replayed),
		TOLD_BEHAVIOUR(no_common_algorithm_is_cause_111),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
