/* SPDX-License-Identifier: Apache-2.0 */
/* What the API sees of the MME. */
#include "bench.h"

struct seen {
	unsigned events, secure, ended;
	bool stop;
};

static void on_event(void *arg, const struct trace_view *v)
{
	struct seen *s = arg;

	s->events++;
	s->secure += !strcmp(v->procedure, "attach") && !strcmp(v->step, "secure");
	s->ended += !strcmp(v->procedure, "attach") && !strcmp(v->event, "end");
	if (s->stop)
		mme_api.trace_stop(s);
}

static void trace_shows_the_steps_of_one_device(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002");
	struct seen mine = {0}, all = {0};

	mme_api.trace_start(d.imsi, on_event, &mine);
	mme_api.trace_start(IMSI_NONE, on_event, &all);
	attach_to(&d, AT_DONE);
	assert_int_equal(mine.secure, 1);
	assert_int_equal(mine.ended, 1);
	assert_int_equal(mine.events, all.events);
	attach_to(&e, AT_DONE);
	assert_int_equal(mine.ended, 1);
	assert_int_equal(all.ended, 2);
	mme_api.trace_stop(&mine);
	mme_api.trace_stop(&all);
	go_idle(&d);
	assert_int_equal(in_use("tracer"), 0);
}

static void trace_may_be_stopped_by_what_it_shows(void **state)
{
	(void)state;
	struct device d = one();
	struct seen a = {.stop = true}, b = {.stop = true}, c = {0};

	mme_api.trace_start(IMSI_NONE, on_event, &a);
	mme_api.trace_start(IMSI_NONE, on_event, &b);
	mme_api.trace_start(IMSI_NONE, on_event, &c);
	attach_to(&d, AT_DONE);
	assert_int_equal(a.events, 1);
	assert_int_equal(b.events, 1);
	assert_int_equal(c.ended, 1);
	mme_api.trace_stop(&c);
	assert_int_equal(in_use("tracer"), 0);
}

static void devices_and_enodebs_are_listed(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002");
	struct ue_view v = {0};
	struct enb_view b = {0};
	uint64_t at = 0;

	attach_to(&d, AT_DONE);
	attach_to(&e, AT_DONE);
	go_idle(&e);
	assert_true(mme_api.ue_next(&at, &v));
	assert_true(v.imsi == d.imsi);
	assert_string_equal(v.emm, "registered");
	assert_string_equal(v.ecm, "connected");
	assert_int_equal(v.enb_ue_s1ap_id, d.enb_id);
	assert_string_equal(v.imeisv, "3534900698733190");
	assert_string_equal(v.integrity, "128-EIA2");
	assert_string_equal(v.ncc, "1");
	/* The walk goes on although the device it has come to goes. */
	ue_remove(ue_of(&d), UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
	run();
	released(&d);
	v = (struct ue_view){0};
	assert_true(mme_api.ue_next(&at, &v));
	assert_true(v.imsi == e.imsi);
	assert_string_equal(v.ecm, "idle");
	assert_string_equal(v.ncc, ""); /* keys of no eNodeB */
	assert_false(mme_api.ue_next(&at, &v));
	assert_false(mme_api.ue(d.imsi, &v));
	assert_true(mme_api.ue(e.imsi, &v));
	at = 0;
	assert_true(mme_api.enb_next(&at, &b));
	assert_string_equal(b.id, "00101-00064");
	assert_string_equal(b.name, "site");
	assert_string_equal(b.tais, "00101-0007");
	assert_string_equal(b.state, "up");
	assert_int_equal(b.ues, 0);
	assert_false(mme_api.enb_next(&at, &b));
}

static void enodeb_is_found_by_id_number_and_name(void **state)
{
	(void)state;
	struct device d = one();
	struct enb_view v = {0};
	const char *yes[] = {"00101-00064", "64", "00064", "0x64", "site"},
		   *no[] = {"", "65", "100", "00101-64", "sit", "64-", "-64", "0x", " 64"};

	(void)d;
	for (unsigned i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(node_api.enb(yes[i], &v));
	for (unsigned i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(node_api.enb(no[i], &v));
	/* The number alone must be one's alone. */
	enb_up(&assoc[1]);
	setup_as(&assoc[1], (struct site){0x00f220, PLMN, 100, TAC});
	expect(&assoc[1], s1_setup_response);
	assert_false(node_api.enb("64", &v));
	assert_true(node_api.enb("00101-00064", &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(trace_shows_the_steps_of_one_device),
		BEHAVIOUR(trace_may_be_stopped_by_what_it_shows),
		BEHAVIOUR(devices_and_enodebs_are_listed),
		BEHAVIOUR(enodeb_is_found_by_id_number_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
