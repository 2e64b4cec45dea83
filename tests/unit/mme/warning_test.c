/* SPDX-License-Identifier: Apache-2.0 */
/* Warning messages (TS 36.413 8.12): who is asked to broadcast one, what their answers mean, and
 * its end. */
#include "bench.h"

static const char *error;

static struct warning_text text(void)
{
	return (struct warning_text){
		.id = 4370, .serial = 0x4010, .period_s = 30, .broadcasts = 10, .text = "flood"};
}

static struct ecgi cell(unsigned enb, unsigned n)
{
	return (struct ecgi){PLMN, (100 + enb) << 8 | n};
}

/* Write-Replace Warning Response of an eNodeB for so many of its cells. */
static void broadcast(unsigned enb, uint16_t serial, uint32_t cells)
{
	struct s1ap_write_replace_warning_response r = {0};
	struct s1ap_cell_id_broadcast_item item[4];

	for (uint32_t i = 0; i < cells; i++)
		item[i].ecgi = cell(enb, i + 1);
	S1AP_SET(&r, message_identifier, 4370);
	S1AP_SET(&r, serial_number, serial);
	if (cells) {
		r.has.broadcast_completed_area_list = 1;
		r.broadcast_completed_area_list.choice =
			S1AP_BROADCAST_COMPLETED_AREA_LIST_CELL_ID_BROADCAST;
		r.broadcast_completed_area_list.cell_id_broadcast =
			(struct s1ap_cell_id_broadcast){item, cells};
	}
	tell(&assoc[enb], write_replace_warning_response, &r);
}

/* What is kept of it at an eNodeB. */
static struct warning_enb_view at(unsigned enb)
{
	struct warning_enb_view v = {0};
	uint64_t cursor = 0;
	char id[24];

	snprintf(id, sizeof(id), "00101-%05x", 100 + enb);
	while (node_api.warning_enb_next(4370, &cursor, &v)) {
		if (!strcmp(v.enb, id))
			return v;
		memset(&v, 0, sizeof(v));
	}
	fail_msg("nothing of %s", id);
	return v;
}

static struct warning_view view(unsigned n)
{
	struct warning_view v = {0};
	uint64_t cursor = n;

	assert_true(node_api.warning_next(&cursor, &v));
	return v;
}

static void a_warning_goes_to_all_and_their_cells_are_kept(void **state)
{
	(void)state;
	struct warning_text t = text();
	const struct s1ap_write_replace_warning_request *m;

	enb_ready(0);
	enb_ready(1);
	assert_int_equal(node_api.warning_send(&t, &error), 2);
	m = expect(&assoc[0], write_replace_warning_request);
	assert_int_equal(m->message_identifier, 4370);
	assert_int_equal(m->serial_number, 0x4010);
	assert_int_equal(m->repetition_period, 30);
	assert_int_equal(m->number_of_broadcast_request, 10);
	assert_int_equal(m->data_coding_scheme, 0x0f);
	assert_int_equal(m->warning_message_contents.n, 84);
	assert_false(m->has.warning_area_list);
	assert_false(m->has.extended_repetition_period);
	assert_false(m->has.concurrent_warning_message_indicator);
	broadcast(0, 0x4010, 3);
	assert_int_equal(view(0).enbs, 2);
	assert_int_equal(view(0).broadcasting, 1);
	assert_int_equal(view(0).cells, 3);
	assert_string_equal(view(0).state, "on");
	/* No list: in none of its cells. */
	expect(&assoc[1], write_replace_warning_request);
	broadcast(1, 0x4010, 0);
	assert_string_equal(at(1).state, "in no cell");
	assert_string_equal(at(0).state, "on");
	assert_string_equal(at(0).ecgis, "00101-0006401,00101-0006402,00101-0006403");
	assert_int_equal(in_use("warning_proc"), 0);
	assert_int_equal(node_api.warning_send(&t, &error), -EEXIST);
	broadcast(1, 0x4010, 1); /* nobody waits for it */
	assert_int_equal(view(0).cells, 3);
	assert_int_equal(mme_counters.s1_bad, 1);
}

static void an_area_chooses_the_enodebs(void **state)
{
	(void)state;
	struct warning_text t = text();
	const struct s1ap_write_replace_warning_request *m;

	enb_ready(0);
	enb_up(&assoc[1]);
	setup_as(&assoc[1], (struct site){PLMN, PLMN, 101, TAC + 1});
	expect(&assoc[1], s1_setup_response);
	t.cells = "00101-0006501,00101-0006502";
	assert_int_equal(node_api.warning_send(&t, &error), 1);
	quiet(&assoc[0]);
	m = expect(&assoc[1], write_replace_warning_request);
	assert_int_equal(m->warning_area_list.choice, S1AP_WARNING_AREA_LIST_CELL_ID_LIST);
	assert_int_equal(m->warning_area_list.cell_id_list.v[1].eci, 0x6502);
	t.cells = NULL;
	t.tais = "00101-0007";
	t.serial = 0x4020;
	assert_int_equal(node_api.warning_send(&t, &error), 1);
	m = expect(&assoc[0], write_replace_warning_request);
	assert_int_equal(m->warning_area_list.tracking_area_list_for_warning.v[0].tac, TAC);
	quiet(&assoc[1]);
	t.tais = NULL;
	t.areas = "00abcd";
	t.serial = 0x4030;
	assert_int_equal(node_api.warning_send(&t, &error), 2);
	m = expect(&assoc[0], write_replace_warning_request);
	assert_int_equal(m->warning_area_list.emergency_area_id_list.v[0], 0xabcd);
	expect(&assoc[1], write_replace_warning_request);
}

static void bad_orders_are_refused(void **state)
{
	(void)state;
	static const struct warning_text bad[] = {
		{.id = 65536, .period_s = 1, .broadcasts = 1, .text = "x"},
		{.id = 1, .serial = 65536, .period_s = 1, .broadcasts = 1, .text = "x"},
		{.id = 1, .period_s = 131072, .broadcasts = 1, .text = "x"},
		{.id = 1, .period_s = 0, .broadcasts = 2, .text = "x"},
		{.id = 1, .period_s = 1},
		{.id = 1, .period_s = 1, .broadcasts = 0, .text = "x"},
		{.id = 1, .period_s = 1, .type = "58"},
		{.id = 1, .period_s = 1, .broadcasts = 1, .text = "x", .cells = "00101"},
		{.id = 1, .period_s = 1, .broadcasts = 1, .text = "x", .cells = "00101-fffffff1"},
		{.id = 1,
		 .period_s = 1,
		 .text = "x",
		 .tais = "00101-0001,"
			 ","},
		{.id = 1, .period_s = 1, .broadcasts = 1, .text = "x", .areas = "1000000"},
		{.id = 1,
		 .period_s = 1,
		 .broadcasts = 1,
		 .text = "x",
		 .areas = "01",
		 .tais = "00101-0001"},
		{.id = 1, .period_s = 1, .broadcasts = 1, .text = "\xff"},
	};

	enb_ready(0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (node_api.warning_send(&bad[i], &error) != -EINVAL)
			fail_msg("order %zu", i);
		assert_non_null(error);
	}
	quiet(&assoc[0]);
	assert_int_equal(in_use("warning"), 0);
}

static void long_periods_and_etws_have_their_ies(void **state)
{
	(void)state;
	struct warning_text t = {.id = 4352,
				 .serial = 0x3000,
				 .period_s = 100000,
				 .broadcasts = 0,
				 .type = "0580",
				 .concurrent = true};
	const struct s1ap_write_replace_warning_request *m;

	enb_ready(0);
	assert_int_equal(node_api.warning_send(&t, &error), 1);
	m = expect(&assoc[0], write_replace_warning_request);
	assert_int_equal(m->repetition_period, 4095);
	assert_int_equal(m->extended_repetition_period, 100000);
	assert_int_equal(m->warning_type, 0x0580);
	assert_false(m->has.warning_message_contents);
	assert_false(m->has.data_coding_scheme);
	assert_true(m->has.concurrent_warning_message_indicator);
}

static void an_enodeb_that_is_silent_is_asked_three_times(void **state)
{
	(void)state;
	struct warning_text t = text();

	enb_ready(0);
	node_api.warning_send(&t, &error);
	for (int i = 0; i < 3; i++) {
		expect(&assoc[0], write_replace_warning_request);
		quiet(&assoc[0]);
		elapse(10100);
	}
	quiet(&assoc[0]);
	assert_string_equal(at(0).state, "no answer");
	assert_int_equal(mme_counters.warning_unanswered, 1);
}

static void killed(unsigned enb, uint16_t id, uint16_t serial, uint16_t times)
{
	struct s1ap_kill_response r = {0};
	struct s1ap_cell_id_cancelled_item item[2] = {{cell(enb, 1), times}, {cell(enb, 2), times}};

	S1AP_SET(&r, message_identifier, id);
	S1AP_SET(&r, serial_number, serial);
	if (times) {
		r.has.broadcast_cancelled_area_list = 1;
		r.broadcast_cancelled_area_list.choice =
			S1AP_BROADCAST_CANCELLED_AREA_LIST_CELL_ID_CANCELLED;
		r.broadcast_cancelled_area_list.cell_id_cancelled =
			(struct s1ap_cell_id_cancelled){item, 2};
	}
	tell(&assoc[enb], kill_response, &r);
}

static void a_kill_ends_it_where_it_is(void **state)
{
	(void)state;
	struct warning_text t = text();
	const struct s1ap_kill_request *k;

	enb_ready(0);
	t.tais = "00101-0007";
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 2);
	enb_up(&assoc[1]);
	setup_as(&assoc[1], (struct site){PLMN, PLMN, 101, TAC + 1});
	expect(&assoc[1], s1_setup_response);
	assert_int_equal(node_api.warning_kill(4370, 1, false, &error), -ENOENT);
	assert_int_equal(node_api.warning_kill(4370, 0x4010, false, &error), 1);
	k = expect(&assoc[0], kill_request);
	assert_int_equal(k->message_identifier, 4370);
	assert_int_equal(k->serial_number, 0x4010);
	assert_int_equal(k->warning_area_list.tracking_area_list_for_warning.n, 1);
	assert_false(k->has.kill_all_warning_messages);
	quiet(&assoc[1]);
	assert_string_equal(at(0).state, "being killed");
	killed(0, 4370, 0x4010, 7);
	assert_string_equal(at(0).state, "killed");
	assert_int_equal(at(0).broadcasts, 14);
	assert_string_equal(view(0).state, "killed");
	assert_int_equal(node_api.warning_kill(4370, 0x4010, false, &error), -ENOENT);
	/* The number may be used again. */
	assert_int_equal(node_api.warning_send(&t, &error), 1);
	expect(&assoc[0], write_replace_warning_request);
}

static void all_are_killed_at_once(void **state)
{
	(void)state;
	struct warning_text t = text();
	const struct s1ap_kill_request *k;

	enb_ready(0);
	enb_ready(1);
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	expect(&assoc[1], write_replace_warning_request);
	broadcast(0, 0x4010, 1);
	assert_int_equal(node_api.warning_kill(0, 0, true, &error), 2);
	k = expect(&assoc[0], kill_request);
	assert_true(k->has.kill_all_warning_messages);
	assert_false(k->has.warning_area_list);
	expect(&assoc[1], kill_request);
	killed(0, 0, 0, 3);
	assert_string_equal(at(0).state, "killed");
	assert_string_equal(at(1).state, "being killed");
	killed(1, 0, 0, 0);
	assert_string_equal(at(1).state, "killed");
}

static void a_newer_one_takes_the_place_of_the_old(void **state)
{
	(void)state;
	struct warning_text t = text();

	enb_ready(0);
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 1);
	t.serial = 0x4011; /* the same message, another update number */
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	assert_string_equal(view(1).state, "replaced");
	broadcast(0, 0x4011, 1);
	t.serial = 0x5000; /* another message, not beside it */
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	assert_string_equal(view(1).state, "on");
	assert_int_equal(view(1).cells, 1);
	broadcast(0, 0x5000, 1);
	assert_int_equal(view(1).cells, 0);
	assert_int_equal(view(0).cells, 1);
	t.serial = 0x6000;
	t.concurrent = true;
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x6000, 1);
	assert_int_equal(view(0).cells + view(1).cells, 2);
}

static void it_ends_when_it_was_broadcast_as_often_as_ordered(void **state)
{
	(void)state;
	struct warning_text t = text();

	enb_ready(0);
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 1);
	pass(299000, 10000);
	assert_string_equal(view(0).state, "on");
	pass(2000, 1000);
	assert_string_equal(view(0).state, "broadcast as often as ordered");
	enb_ready(1);
	quiet(&assoc[1]);
}

static void who_sets_up_or_restarts_is_told_again(void **state)
{
	(void)state;
	struct warning_text t = text();
	struct s1ap_pws_restart_indication r = {0};
	struct ecgi lost = cell(0, 2);
	struct tai tai = {PLMN, TAC}, other = {PLMN, TAC + 1};

	enb_ready(0);
	t.tais = "00101-0007";
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 3);
	S1AP_SET(&r, ecgi_list_for_restart, (struct s1ap_ecgi_list_for_restart){&lost, 1});
	r.has.global_enb_id = 1;
	r.global_enb_id.plmn = PLMN;
	r.global_enb_id.enb_id.macro_enb_id = 100;
	S1AP_SET(&r, tai_list_for_restart, (struct s1ap_tai_list_for_restart){&other, 1});
	tell(&assoc[0], pws_restart_indication, &r);
	quiet(&assoc[0]);
	r.tai_list_for_restart.v = &tai;
	tell(&assoc[0], pws_restart_indication, &r);
	expect(&assoc[0], write_replace_warning_request);
	assert_int_equal(at(0).cells, 2);
	broadcast(0, 0x4010, 3);
	assert_int_equal(at(0).cells, 3);
	enb_down(&assoc[0]);
	assert_string_equal(at(0).state, "eNodeB gone");
	enb_ready(0);
	expect(&assoc[0], write_replace_warning_request);
	assert_string_equal(at(0).state, "asked");
	assert_int_equal(view(0).enbs, 1);
	assert_int_equal(mme_counters.pws_restart, 2);
}

/* Another message than the others. */
static void send_one(uint16_t serial, bool concurrent, const char *tais, const char *cells)
{
	struct warning_text t = text();

	t.serial = serial;
	t.concurrent = concurrent;
	t.tais = tais;
	t.cells = cells;
	assert_true(node_api.warning_send(&t, &error) >= 0);
}

static void written(unsigned enb, uint16_t serial)
{
	const struct s1ap_write_replace_warning_request *m =
		expect(&assoc[enb], write_replace_warning_request);

	assert_int_equal(m->serial_number, serial);
}

/* What comes later and not beside the others replaces them (8.12.1.2): the order matters, and what
 * is replaced everywhere is not written only to be replaced. */
static void who_sets_up_is_told_what_is_left_of_many_in_their_order(void **state)
{
	(void)state;
	struct s1ap_pws_restart_indication r = {0};
	struct ecgi lost = cell(0, 2);
	struct tai tai = {PLMN, TAC};

	send_one(0x1000, false, NULL, NULL);
	send_one(0x2000, true, NULL, NULL);
	send_one(0x3000, false, "00101-0007,00101-0008", NULL);
	send_one(0x4000, true, NULL, "00101-0006401,00101-0006402");
	send_one(0x5000, false, NULL, "00101-0006402,00101-0006501");
	send_one(0x6000, false, NULL, "00101-0006501,00101-0006402");
	send_one(0x7000, true, "00101-0007", NULL);
	enb_ready(0);
	written(0, 0x1000); /* everywhere is more than two areas */
	written(0, 0x2000);
	written(0, 0x3000);
	written(0, 0x4000);
	written(0, 0x6000);
	written(0, 0x7000);
	quiet(&assoc[0]);
	send_one(0x8000, false, NULL, NULL);
	written(0, 0x8000);
	send_one(0x9000, true, NULL, NULL);
	written(0, 0x9000);
	S1AP_SET(&r, ecgi_list_for_restart, (struct s1ap_ecgi_list_for_restart){&lost, 1});
	r.has.global_enb_id = 1;
	r.global_enb_id.plmn = PLMN;
	r.global_enb_id.enb_id.macro_enb_id = 100;
	S1AP_SET(&r, tai_list_for_restart, (struct s1ap_tai_list_for_restart){&tai, 1});
	tell(&assoc[0], pws_restart_indication, &r);
	written(0, 0x8000);
	written(0, 0x9000);
	quiet(&assoc[0]);
}

static void cells_that_fail_are_taken_off(void **state)
{
	(void)state;
	struct warning_text t = text();
	struct s1ap_pws_failure_indication f = {0};
	struct ecgi failed[2] = {cell(0, 1), cell(0, 2)};

	enb_ready(0);
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 2);
	S1AP_SET(&f, pws_failed_ecgi_list, (struct s1ap_pws_failed_ecgi_list){failed, 1});
	f.has.global_enb_id = 1;
	f.global_enb_id.plmn = PLMN;
	f.global_enb_id.enb_id.macro_enb_id = 100;
	tell(&assoc[0], pws_failure_indication, &f);
	assert_string_equal(at(0).state, "on");
	assert_int_equal(at(0).cells, 1);
	f.pws_failed_ecgi_list.n = 2;
	tell(&assoc[0], pws_failure_indication, &f);
	assert_string_equal(at(0).state, "failed");
	quiet(&assoc[0]);
}

static void set_up_as(unsigned i, uint32_t id, bool served)
{
	setup_as(&assoc[i], (struct site){PLMN, PLMN, id, served ? TAC : 99});
	if (!served)
		expect(&assoc[i], s1_setup_failure);
	else
		expect(&assoc[i], s1_setup_response);
}

static void an_association_that_changes_its_id_leaves_few_traces(void **state)
{
	(void)state;
	struct warning_text t = text();

	enb_ready(0);
	enb_up(&assoc[1]);
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 2);
	for (uint32_t id = 1000; id < 1300; id++) {
		set_up_as(1, id, true);
		expect(&assoc[1], write_replace_warning_request);
		broadcast(1, 0x4010, 4);
	}
	assert_int_equal(in_use("warning_enb"), 65);
	assert_int_equal(view(0).enbs, 65);
	assert_int_equal(view(0).broadcasting, 2);
	assert_int_equal(view(0).cells, 6);
	assert_string_equal(at(0).state, "on");
	/* All who have it are asked to end it. */
	assert_int_equal(node_api.warning_kill(4370, 0x4010, false, &error), 2);
	expect(&assoc[0], kill_request);
	expect(&assoc[1], kill_request);
}

static void what_an_enodeb_broadcasts_is_not_forgotten_for_anothers_end(void **state)
{
	(void)state;
	struct warning_text t = text();

	enb_ready(0);
	node_api.warning_send(&t, &error);
	expect(&assoc[0], write_replace_warning_request);
	broadcast(0, 0x4010, 2);
	enb_up(&assoc[1]);
	set_up_as(1, 100, false); /* refused under the same id, and gone */
	set_up_as(1, 200, false);
	set_up_as(1, 100, false);
	enb_down(&assoc[1]);
	assert_string_equal(at(0).state, "on");
	assert_int_equal(at(0).cells, 2);
	enb_up(&assoc[2]);
	set_up_as(2, 100, true); /* it comes again before its old association has ended */
	expect(&assoc[2], write_replace_warning_request);
	assert_true(assoc[0].closed);
	enb_down(&assoc[0]);
	assert_string_equal(at(0).state, "asked");
}

static void no_more_than_256_are_on(void **state)
{
	(void)state;
	struct warning_text t = text();

	for (unsigned i = 0; i < 256; i++) {
		t.serial = i << 4;
		assert_int_equal(node_api.warning_send(&t, &error), 0);
	}
	t.serial = 256 << 4;
	assert_int_equal(node_api.warning_send(&t, &error), -ENOSPC);
	assert_non_null(error);
	assert_int_equal(in_use("warning"), 256);
	assert_int_equal(node_api.warning_kill(4370, 0, false, &error), 0);
	assert_int_equal(node_api.warning_send(&t, &error), 0);
}

static void those_that_ended_longest_ago_are_forgotten(void **state)
{
	(void)state;
	struct warning_text t = text();

	for (unsigned i = 0; i < 60; i++) {
		t.serial = i << 4;
		assert_int_equal(node_api.warning_send(&t, &error), 0);
		assert_int_equal(node_api.warning_kill(4370, t.serial, false, &error), 0);
	}
	assert_int_equal(in_use("warning"), 32);
	assert_string_equal(view(0).serial, "0x03b0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(a_warning_goes_to_all_and_their_cells_are_kept),
		BEHAVIOUR(an_area_chooses_the_enodebs),
		BEHAVIOUR(bad_orders_are_refused),
		BEHAVIOUR(long_periods_and_etws_have_their_ies),
		BEHAVIOUR(an_enodeb_that_is_silent_is_asked_three_times),
		BEHAVIOUR(a_kill_ends_it_where_it_is),
		BEHAVIOUR(all_are_killed_at_once),
		BEHAVIOUR(a_newer_one_takes_the_place_of_the_old),
		BEHAVIOUR(it_ends_when_it_was_broadcast_as_often_as_ordered),
		BEHAVIOUR(who_sets_up_or_restarts_is_told_again),
		BEHAVIOUR(who_sets_up_is_told_what_is_left_of_many_in_their_order),
		BEHAVIOUR(cells_that_fail_are_taken_off),
		BEHAVIOUR(an_association_that_changes_its_id_leaves_few_traces),
		BEHAVIOUR(what_an_enodeb_broadcasts_is_not_forgotten_for_anothers_end),
		BEHAVIOUR(no_more_than_256_are_on),
		BEHAVIOUR(those_that_ended_longest_ago_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
