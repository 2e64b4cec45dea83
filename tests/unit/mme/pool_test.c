/* SPDX-License-Identifier: Apache-2.0 */
/* An MME of a pool (TS 23.401 4.3.7.3, TS 36.413 8.7.5): its identities, GUTIs of others, and
 * sending its devices to them. */
#include "bench.h"

static struct mme_config config;

static int open_bench(void **state)
{
	int err = bench_open(state);

	config = bench_config;
	config.drain_rate = 10;
	mme_reload(&config);
	return err;
}

#define POOL_BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, open_bench, bench_close)

enum { OTHER_PLMN = 0x00f120 };

/* ---- identities ---- */

static void all_identities_are_told_and_answered_to(void **state)
{
	static const struct mme_identity more[] = {{GROUP, 9}, {0x8002, CODE}};
	static const plmn_t plmn[] = {OTHER_PLMN};
	const struct s1ap_s1_setup_response *r;
	struct gummei g = {PLMN, 0x8002, 9};

	(void)state;
	config.more_gummeis = 2;
	config.more_gummei = more;
	config.plmns = 1;
	config.plmn = plmn;
	mme_reload(&config);
	enb_up(&assoc[0]);
	setup_as(&assoc[0], (struct site){PLMN, PLMN, 100, TAC});
	r = expect(&assoc[0], s1_setup_response);
	assert_int_equal(r->served_gummeis.n, 1);
	assert_int_equal(r->served_gummeis.v[0].served_plmns.n, 2);
	assert_int_equal(r->served_gummeis.v[0].served_group_ids.n, 2);
	assert_int_equal(r->served_gummeis.v[0].served_mmecs.n, 2);
	assert_false(mme_is(&g)); /* neither of the pairs */
	g.code = CODE;
	assert_true(mme_is(&g));
	g.plmn = OTHER_PLMN;
	assert_true(mme_is(&g));
	g.plmn = 0x00f130;
	assert_false(mme_is(&g));
}

/* A device goes on with what it was given under an identity that is an additional one by now. */
static void guti_of_an_earlier_identity_stays_valid(void **state)
{
	static const struct mme_identity more[] = {{GROUP, 9}};
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct mme_ue *ue = ue_of(&d);

	(void)state;
	d.guti.gummei.code = ue->gummei.code = 9;
	initial(&d, service_request(&d)); /* S-TMSI alone: code and M-TMSI */
	take_context(&d);
	context_is_up(&d, d.ebi);
	go_idle(&d);
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	d.secure = false;
	hear(&d, identity_request, IDENTITY_REQUEST); /* not ours */
	go_idle(&d);
	config.more_gummeis = 1;
	config.more_gummei = more;
	mme_reload(&config);
	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	d.secure = true;
	read_accept(&d, take_context(&d));
	assert_int_equal(d.guti.gummei.code, CODE); /* the new one is of the first */
}

static void guti_of_another_mme_of_the_pool_is_asked_who_it_is(void **state)
{
	(void)state;
	struct device d = one();

	d.has_guti = true;
	d.guti = (struct guti){{PLMN, GROUP, CODE + 1}, 0xc0000001};
	initial(&d, attach_request(&d));
	identifies(&d);
	proves(&d);
	read_accept(&d, take_context(&d));
	assert_int_equal(d.guti.gummei.code, CODE);
}

/* ---- drain ---- */

static uint8_t told_capacity(struct s1_assoc *a)
{
	const struct s1ap_mme_configuration_update *m = expect(a, mme_configuration_update);
	struct s1ap_mme_configuration_update_acknowledge ack = {0};

	assert_true(m->has.relative_mme_capacity);
	tell(a, mme_configuration_update_acknowledge, &ack);
	return m->relative_mme_capacity;
}

static bool sent_away(struct device *d)
{
	struct s1ap_cause c = released(d);

	return c.group == S1AP_CAUSE_RADIO &&
	       c.value == S1AP_CAUSE_RADIO_LOAD_BALANCING_TAU_REQUIRED;
}

static struct drain_view progress(void)
{
	struct drain_view v = {0};

	drain_view(&v);
	return v;
}

static void connected_devices_are_released_a_few_a_second(void **state)
{
	struct s1_assoc *enb = enb_ready(0);
	struct device d[4];
	char imsi[IMSI_STRLEN];
	unsigned gone = 0;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		snprintf(imsi, sizeof(imsi), "00101000000%04u", i);
		d[i] = device(enb, imsi);
		attach_to(&d[i], AT_DONE);
	}
	assert_int_equal(drain_start(2), 0);
	assert_int_equal(drain_start(2), -EALREADY);
	assert_int_equal(told_capacity(enb), 0);
	assert_string_equal(progress().state, "releasing");
	assert_int_equal(progress().connected, 4);
	pass(1200, 100); /* of the first second: two */
	for (unsigned i = 0; i < 2; i++)
		assert_true(sent_away(&d[i]));
	quiet(enb);
	assert_int_equal(progress().sent, 2);
	pass(1200, 100);
	for (unsigned i = 2; i < 4; i++)
		assert_true(sent_away(&d[i]));
	pass(3000, 100);
	quiet(enb);
	assert_int_equal(progress().sent, 4);
	assert_string_equal(progress().state, "waiting");
	assert_int_equal(progress().connected + progress().idle, 0);
	for (unsigned i = 0; i < 4; i++)
		gone += ue_of(&d[i])->conn == NULL;
	assert_int_equal(gone, 4);
	/* There is no other MME: it comes back, and is served. */
	serve_device(&d[0]);
	pass(3000, 100);
	quiet(enb);
	is_registered(&d[0]);
	assert_int_equal(drain_stop(), 0);
	assert_int_equal(drain_stop(), -ENOENT);
	assert_int_equal(told_capacity(enb), 77);
	assert_string_equal(progress().state, "off");
}

static void idle_devices_are_sent_away_at_their_next_contact(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), e;
	struct nas_tau_request r = {.old_guti = {.type = NAS_ID_GUTI, .guti = d.guti}};

	e = idle_device(d.enb, "001010000000002");
	drain_start(0);
	told_capacity(d.enb);
	pass(2000, 100);
	quiet(d.enb);
	assert_int_equal(progress().idle, 2);
	serve_device(&d); /* what it came for is done first */
	assert_true(sent_away(&d));
	r.old_guti.guti = e.guti;
	initial(&e, protect(&e, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&e, tau_accept, TAU_ACCEPT);
	assert_true(sent_away(&e));
	assert_int_equal(progress().idle, 0);
	/* and who attaches all the same */
	e = device(d.enb, "001010000000003");
	attach_to(&e, AT_CONTEXT);
	complete_attach(&e);
	assert_true(sent_away(&e));
	assert_int_equal(progress().sent, 3);
	drain_stop();
	told_capacity(d.enb);
}

static void device_that_is_busy_is_sent_away_when_it_is_done(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	refresh_begin(ue_of(&d), REFRESH_GUTI, NULL, NULL);
	run();
	hear(&d, guti_reallocation_command, GUTI_REALLOCATION_COMMAND);
	drain_start(0);
	told_capacity(d.enb);
	pass(1500, 100);
	quiet(d.enb);
	say(&d, guti_reallocation_complete, &(struct nas_guti_reallocation_complete){0});
	assert_true(sent_away(&d));
	drain_stop();
	told_capacity(d.enb);
}

/* What ends for a reason keeps its cause. */
static void other_releases_are_as_ever(void **state)
{
	(void)state;
	struct device d = one();
	struct nas_detach_request off = {.detach_type = {NAS_DETACH_EPS, true},
					 .identity = {.type = NAS_ID_IMSI, .imsi = d.imsi}};

	attach_to(&d, AT_DONE);
	drain_start(1);
	told_capacity(d.enb);
	say(&d, detach_request, &off);
	assert_int_equal(released(&d).group, S1AP_CAUSE_NAS);
	drain_stop();
	told_capacity(d.enb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		POOL_BEHAVIOUR(all_identities_are_told_and_answered_to),
		POOL_BEHAVIOUR(guti_of_an_earlier_identity_stays_valid),
		POOL_BEHAVIOUR(guti_of_another_mme_of_the_pool_is_asked_who_it_is),
		POOL_BEHAVIOUR(connected_devices_are_released_a_few_a_second),
		POOL_BEHAVIOUR(idle_devices_are_sent_away_at_their_next_contact),
		POOL_BEHAVIOUR(device_that_is_busy_is_sent_away_when_it_is_done),
		POOL_BEHAVIOUR(other_releases_are_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
