/* SPDX-License-Identifier: Apache-2.0 */
/* A restart that eNodeBs do not notice: what they said, and what they were told, is known
 * afterwards, and what is not so any more they are told. */
#include "bench.h"
#include <time.h>

static const char *error;

/* The daemon is killed, and another one started. */
static void restart_with(const struct mme_config *c)
{
	char why[128];

	mme_stop(false);
	run();
	assert_int_equal(in_use("enb") + in_use("warning") + in_use("warning_enb"), 0);
	for (int i = 0; i < ASSOCS; i++)
		assoc[i].first = NULL;
	assert_int_equal(mme_start(c, why, sizeof(why)), 0);
}

static void restart(void) { restart_with(&bench_config); }

static int open(void **state)
{
	keeps = true;
	return bench_open(state);
}

/* ---- what the eNodeB said ---- */

static const struct enb *enb_at(unsigned i) { return s1_user(&assoc[i]); }

static void all_of_an_s1_setup_is_kept(void **state)
{
	(void)state;
	plmn_t plmn[2] = {PLMN, 0x22f210};
	struct s1ap_supported_tas_item ta[2] = {{.tac = TAC, .broadcast_plmns = {plmn, 2}},
						{.tac = 99, .broadcast_plmns = {plmn, 1}}};
	struct s1ap_csg_id_list_item csg[2] = {{.csg_id = 5}, {.csg_id = 0x7ffffff}};
	struct s1ap_connected_en_gnb_item gnb[2] = {
		{.en_gnb_id = {(const uint8_t *)"\xab\xcd\xec", 22}, .supported_tas = {ta, 1}},
		{.en_gnb_id = {(const uint8_t *)"\x89\xab\xcd\xef", 32}, .supported_tas = {ta, 2}}};
	struct s1ap_global_enb_id id = {.plmn = PLMN};
	struct s1ap_s1_setup_request m = {0};
	struct enb_view was = {0}, v = {0};

	id.enb_id.choice = S1AP_ENB_ID_LONG_MACRO_ENB_ID;
	id.enb_id.long_macro_enb_id = 0x12345;
	S1AP_SET(&m, global_enb_id, id);
	S1AP_SET(&m, enb_name, bytes_of("tower", 5));
	S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){ta, 2});
	S1AP_SET(&m, default_paging_drx, S1AP_PAGING_DRX_V64);
	S1AP_SET(&m, csg_id_list, (struct s1ap_csg_id_list){csg, 2});
	S1AP_SET(&m, nb_iot_default_paging_drx, S1AP_NB_IOT_DEFAULT_PAGING_DRX_V512);
	S1AP_SET(&m, connected_en_gnb_list, (struct s1ap_connected_en_gnb_list){gnb, 2});
	enb_up(&assoc[0]);
	tell(&assoc[0], s1_setup_request, &m);
	expect(&assoc[0], s1_setup_response);
	((struct enb *)s1_user(&assoc[0]))->since -= 1000;
	enb_keep(s1_user(&assoc[0]));
	assert_true(node_api.enb("tower", &was));
	restart();
	quiet(&assoc[0]);
	assert_true(node_api.enb("tower", &v));
	assert_string_equal(v.id, was.id);
	assert_string_equal(v.tais, "00101-0007");
	assert_int_equal(v.paging_drx, 64);
	assert_int_equal(v.csgs, 2);
	assert_int_equal(v.gnbs, 2);
	assert_int_equal(v.since, was.since);
	assert_int_equal(enb_at(0)->node.csg[1], 0x7ffffff);
	assert_int_equal(enb_at(0)->node.gnb[0].id_bits, 22);
	assert_int_equal(enb_at(0)->node.gnb[0].id, 0xabcdec >> 2);
	assert_int_equal(enb_at(0)->node.gnb[1].id, 0x89abcdef);
	assert_int_equal(enb_at(0)->node.nb_iot_drx, S1AP_NB_IOT_DEFAULT_PAGING_DRX_V512);
	/* Once more: what was restored is kept, too. */
	restart();
	assert_int_equal(enb_at(0)->node.gnb[1].id, 0x89abcdef);
	assert_int_equal(enb_at(0)->since, was.since);
}

static void areas_that_are_served_from_now_on_are_known(void **state)
{
	(void)state;
	static const struct mme_tacs more[] = {{PLMN, 5, 9}, {PLMN, 90, 99}};
	struct mme_config c = bench_config;
	plmn_t plmn = PLMN;
	struct s1ap_supported_tas_item ta[2] = {{.tac = 99, .broadcast_plmns = {&plmn, 1}},
						{.tac = TAC, .broadcast_plmns = {&plmn, 1}}};
	struct s1ap_enb_configuration_update m = {0};
	struct enb_view v = {0};

	c.tacs = 2;
	c.tac = more;
	enb_ready(0);
	S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){ta, 2});
	tell(&assoc[0], enb_configuration_update, &m);
	expect(&assoc[0], enb_configuration_update_acknowledge);
	assert_true(node_api.enb("site", &v));
	assert_string_equal(v.tais, "00101-0007");
	restart_with(&c);
	assert_true(node_api.enb("site", &v));
	assert_string_equal(v.tais, "00101-0007,00101-0063");
	/* The same by a new configuration without a restart. */
	mme_reload(&bench_config);
	assert_true(node_api.enb("site", &v));
	assert_string_equal(v.tais, "00101-0007");
}

/* ---- what it was told of the MME ---- */

static void acknowledge(unsigned i)
{
	struct s1ap_mme_configuration_update_acknowledge a = {0};

	tell(&assoc[i], mme_configuration_update_acknowledge, &a);
}

static void what_has_changed_of_the_mme_is_told(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	const struct s1ap_mme_configuration_update *m;

	c.name = "another";
	c.relative_capacity = 12;
	enb_ready(0);
	enb_ready(1);
	restart_with(&c);
	m = expect(&assoc[0], mme_configuration_update);
	assert_memory_equal(m->mme_name.p, "another", 7);
	assert_int_equal(m->relative_mme_capacity, 12);
	expect(&assoc[1], mme_configuration_update);
	acknowledge(0);
	/* Who has not acknowledged it is told again. */
	restart_with(&c);
	quiet(&assoc[0]);
	expect(&assoc[1], mme_configuration_update);
	acknowledge(1);
	restart_with(&c);
	quiet(&assoc[0]);
	quiet(&assoc[1]);
}

static void emptied_mme_is_none_after_a_restart(void **state)
{
	(void)state;
	enb_ready(0);
	assert_int_equal(drain_start(1), 0);
	run();
	assert_int_equal(expect(&assoc[0], mme_configuration_update)->relative_mme_capacity, 0);
	acknowledge(0);
	drain_stop(); /* as the process's end does, of which the eNodeB hears nothing */
	restart();
	assert_int_equal(expect(&assoc[0], mme_configuration_update)->relative_mme_capacity,
			 bench_config.relative_capacity);
	acknowledge(0);
}

/* ---- overload ---- */

static struct overload_view overload(void)
{
	struct overload_view v = {0};

	overload_view(&v);
	return v;
}

static void overload_by_hand_goes_on(void **state)
{
	(void)state;
	const struct s1ap_overload_start *m;

	enb_ready(0);
	assert_int_equal(node_api.overload_set("permit-emergency", 30, "00101", &error), 0);
	expect(&assoc[0], overload_start);
	restart();
	assert_string_equal(overload().active, "by operator");
	assert_string_equal(overload().action, "permit-emergency");
	assert_int_equal(overload().reduction, 30);
	m = expect(&assoc[0], overload_start);
	assert_int_equal(m->traffic_load_reduction_indication, 30);
	assert_int_equal(m->gummei_list.n, 1);
	quiet(&assoc[0]);
	overload_measured(0, 0); /* it does not end by itself */
	quiet(&assoc[0]);
	restart();
	expect(&assoc[0], overload_start);
	assert_int_equal(node_api.overload_set(NULL, 0, NULL, &error), 0);
	expect(&assoc[0], overload_stop);
	restart();
	assert_string_equal(overload().active, "no");
	quiet(&assoc[0]);
}

/* With none of its networks left it would be one for all of them. */
static void overload_of_a_network_that_is_gone_ends(void **state)
{
	(void)state;
	static const plmn_t second = 0x22f210;
	struct mme_config c = bench_config;

	c.plmns = 1;
	c.plmn = &second;
	mme_reload(&c);
	enb_ready(0);
	assert_int_equal(node_api.overload_set("permit-emergency", 0, "22201", &error), 0);
	expect(&assoc[0], overload_start);
	restart();
	expect(&assoc[0], mme_configuration_update);
	acknowledge(0);
	expect(&assoc[0], overload_start); /* by load, for what it is worth: */
	assert_string_equal(overload().active, "by load");
	overload_measured(0, 0);
	expect(&assoc[0], overload_stop);
}

static void overload_by_load_ends_when_the_load_is_over(void **state)
{
	(void)state;
	struct mme_config c = bench_config;

	c.overload = (struct overload_config){
		.attach_rate = 100, .action = S1AP_OVERLOAD_ACTION_REJECT_DELAY_TOLERANT_ACCESS};
	mme_reload(&c);
	enb_ready(0);
	overload_measured(100, 0);
	expect(&assoc[0], overload_start);
	restart_with(&c);
	assert_string_equal(overload().active, "by load");
	assert_string_equal(overload().action, "reject-delay-tolerant");
	expect(&assoc[0], overload_start);
	overload_measured(100, 0);
	quiet(&assoc[0]);
	restart_with(&c);
	expect(&assoc[0], overload_start);
	overload_measured(10, 0);
	expect(&assoc[0], overload_stop);
	restart_with(&c);
	assert_string_equal(overload().active, "no");
	quiet(&assoc[0]);
}

/* ---- warnings ---- */

static struct warning_text text(uint16_t serial)
{
	return (struct warning_text){
		.id = 4370, .serial = serial, .period_s = 5000, .broadcasts = 10, .text = "flood"};
}

static void order(struct warning_text t, int enbs)
{
	assert_int_equal(node_api.warning_send(&t, &error), enbs);
	for (int i = 0; i < enbs; i++)
		expect(&assoc[i], write_replace_warning_request);
}

/* It is on in that cell. */
static void is_on(unsigned enb, uint16_t serial)
{
	struct s1ap_write_replace_warning_response r = {0};
	struct s1ap_cell_id_broadcast_item item = {.ecgi = {PLMN, (100 + enb) << 8 | 1}};

	S1AP_SET(&r, message_identifier, 4370);
	S1AP_SET(&r, serial_number, serial);
	r.has.broadcast_completed_area_list = 1;
	r.broadcast_completed_area_list.choice =
		S1AP_BROADCAST_COMPLETED_AREA_LIST_CELL_ID_BROADCAST;
	r.broadcast_completed_area_list.cell_id_broadcast =
		(struct s1ap_cell_id_broadcast){&item, 1};
	tell(&assoc[enb], write_replace_warning_response, &r);
}

static void is_off(unsigned enb, uint16_t serial)
{
	struct s1ap_kill_response r = {0};

	S1AP_SET(&r, message_identifier, 4370);
	S1AP_SET(&r, serial_number, serial);
	tell(&assoc[enb], kill_response, &r);
}

static struct warning_view view(unsigned n)
{
	struct warning_view v = {0};
	uint64_t cursor = n;

	if (!node_api.warning_next(&cursor, &v))
		fail_msg("no warning %u", n);
	return v;
}

static void a_warning_is_known_and_can_be_killed(void **state)
{
	(void)state;
	struct warning_text t = text(0x4010);
	const struct s1ap_write_replace_warning_request *m;
	struct s1ap_write_replace_warning_request first;
	struct warning_view was;

	t.period_s = 100000;
	t.broadcasts = 0;
	t.concurrent = true;
	t.type = "0580";
	t.tais = "00101-0007,00101-0063";
	enb_ready(0);
	enb_ready(1);
	assert_int_equal(node_api.warning_send(&t, &error), 2);
	first = *expect(&assoc[0], write_replace_warning_request);
	expect(&assoc[1], write_replace_warning_request);
	is_on(0, 0x4010);
	is_on(1, 0x4010);
	was = view(0);
	restart();
	m = expect(&assoc[0], write_replace_warning_request);
	expect(&assoc[1], write_replace_warning_request);
	assert_int_equal(m->message_identifier, 4370);
	assert_int_equal(m->serial_number, 0x4010);
	assert_int_equal(m->repetition_period, first.repetition_period);
	assert_int_equal(m->extended_repetition_period, 100000);
	assert_int_equal(m->number_of_broadcast_request, 0);
	assert_int_equal(m->warning_type, 0x0580);
	assert_int_equal(m->data_coding_scheme, first.data_coding_scheme);
	assert_true(m->has.concurrent_warning_message_indicator);
	assert_int_equal(m->warning_message_contents.n, first.warning_message_contents.n);
	assert_memory_equal(m->warning_message_contents.p, first.warning_message_contents.p,
			    first.warning_message_contents.n);
	assert_int_equal(m->warning_area_list.tracking_area_list_for_warning.n, 2);
	assert_int_equal(m->warning_area_list.tracking_area_list_for_warning.v[1].tac, 99);
	is_on(0, 0x4010);
	is_on(1, 0x4010);
	assert_string_equal(view(0).state, "on");
	assert_string_equal(view(0).area, was.area);
	assert_int_equal(view(0).since, was.since);
	assert_int_equal(view(0).cells, 2);
	assert_int_equal(view(0).broadcasting, 2);
	assert_int_equal(node_api.warning_send(&t, &error), -EEXIST);
	assert_int_equal(node_api.warning_kill(4370, 0x4010, false, &error), 2);
	expect(&assoc[0], kill_request);
	expect(&assoc[1], kill_request);
	is_off(0, 0x4010);
	/* The other one has not answered: it is asked again, and no one else. */
	restart();
	assert_string_equal(view(0).state, "killed");
	expect(&assoc[0], kill_request);
	expect(&assoc[1], kill_request);
	is_off(0, 0x4010);
	is_off(1, 0x4010);
	restart();
	assert_string_equal(view(0).state, "killed");
	quiet(&assoc[0]);
	quiet(&assoc[1]);
}

static void only_what_is_on_is_written_again(void **state)
{
	(void)state;
	struct warning_text t = text(0x5000);

	enb_ready(0);
	order(text(0x4010), 1);
	is_on(0, 0x4010);
	order(text(0x4011), 1); /* an update: the first is replaced */
	is_on(0, 0x4011);
	order(t, 1); /* another one, not beside it */
	is_on(0, 0x5000);
	t.serial = 0x6000;
	t.concurrent = true;
	order(t, 1);
	is_on(0, 0x6000);
	restart();
	assert_int_equal(expect(&assoc[0], write_replace_warning_request)->serial_number, 0x5000);
	assert_int_equal(expect(&assoc[0], write_replace_warning_request)->serial_number, 0x6000);
	quiet(&assoc[0]);
	assert_int_equal(view(0).serial[2], '6');
	assert_string_equal(view(1).state, "on");
	assert_string_equal(view(2).state, "on");
	assert_string_equal(view(3).state, "replaced");
}

static void who_sets_up_after_the_restart_is_told_too(void **state)
{
	(void)state;
	enb_ready(0);
	order(text(0x4010), 1);
	is_on(0, 0x4010);
	enb_down(&assoc[0]);
	restart();
	assert_int_equal(view(0).enbs, 0);
	enb_ready(0);
	expect(&assoc[0], write_replace_warning_request);
}

static void one_that_was_over_meanwhile_is_over(void **state)
{
	(void)state;
	char *saved_as = setting_of("warnings"), *rest, copy[4096];
	unsigned long long since;

	enb_ready(0);
	order(text(0x4010), 1); /* 50,000 s */
	is_on(0, 0x4010);
	since = strtoull(saved_as, &rest, 10);
	snprintf(copy, sizeof(copy), "%s", rest);
	sprintf(saved_as, "%llu%s", since - 49990, copy);
	restart();
	expect(&assoc[0], write_replace_warning_request);
	is_on(0, 0x4010);
	assert_string_equal(view(0).state, "on");
	elapse(12000);
	assert_string_equal(view(0).state, "broadcast as often as ordered");
	sprintf(saved_as, "%llu%s", since - 50010, copy);
	restart();
	quiet(&assoc[0]);
	assert_string_equal(view(0).state, "broadcast as often as ordered");
}

static void what_cannot_be_read_is_left_out(void **state)
{
	(void)state;
	char *saved_as = setting_of("warnings"), copy[4096];

	order(text(0x4010), 0);
	assert_true(strlen(saved_as) < sizeof(copy));
	strcpy(copy, saved_as);
	sprintf(saved_as, "nonsense\n1 on\n1 on 00\n1 perhaps %s%s", copy, copy);
	restart();
	assert_int_equal(in_use("warning"), 1);
	assert_string_equal(view(0).state, "on");
}

int main(void)
{
#define KEPT(name) cmocka_unit_test_setup_teardown(name, open, bench_close)
	const struct CMUnitTest tests[] = {
		KEPT(all_of_an_s1_setup_is_kept),
		KEPT(areas_that_are_served_from_now_on_are_known),
		KEPT(what_has_changed_of_the_mme_is_told),
		KEPT(emptied_mme_is_none_after_a_restart),
		KEPT(overload_by_hand_goes_on),
		KEPT(overload_of_a_network_that_is_gone_ends),
		KEPT(overload_by_load_ends_when_the_load_is_over),
		KEPT(a_warning_is_known_and_can_be_killed),
		KEPT(only_what_is_on_is_written_again),
		KEPT(who_sets_up_after_the_restart_is_told_too),
		KEPT(one_that_was_over_meanwhile_is_over),
		KEPT(what_cannot_be_read_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
