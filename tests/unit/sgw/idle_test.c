/* SPDX-License-Identifier: Apache-2.0 */
/* Downlink data of idle devices, between an MME that answers as the test tells it to and a datapath
 * in memory: who is notified, of what, how often, and what becomes of the packets
 * (TS 23.401 5.3.4.3, TS 29.274 7.2.11). */
#include "../pgw/fake_datapath.h"

#include "core/timer.h"
#include "pgw/pgw.h"
#include "sgw/sgw.h"

static uint64_t now;

/* The MME: what it was sent, and what it answers. */
static struct {
	unsigned ddns, stops;
	struct gtpc_request ddn, stop; /* the last of each */
	struct gtpc_response answer;
	bool silent; /* the answer comes by answer_now() */
	void *token;
} mme;

static void answer_now(void)
{
	mme.answer.type = GTPC_DOWNLINK_DATA_NOTIFICATION;
	gtpc_reply(mme.token, &mme.answer);
	settle();
}

static void mme_handle(void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_ACCEPTED};

	if (q->type == GTPC_STOP_PAGING) {
		mme.stops++;
		gtpc_copy_request(&mme.stop, q);
	}
	if (q->type == GTPC_STOP_PAGING || q->type == GTPC_DELETE_BEARER) {
		gtpc_reply(token, &r);
		return;
	}
	assert_int_equal(q->type, GTPC_DOWNLINK_DATA_NOTIFICATION);
	mme.ddns++;
	gtpc_copy_request(&mme.ddn, q);
	mme.token = token;
	mme.answer.type = q->type;
	if (!mme.silent)
		gtpc_reply(token, &mme.answer);
}

static int setup(void **state)
{
	struct pgw_config p = {.apns = 1, .gtpu = ip4("10.0.0.2")};
	struct sgw_config s = {.control = ip4("10.0.0.1"), .gtpu = ip4("10.0.0.2")};

	(void)state;
	strcpy(p.apn[0].name, "internet");
	p.apn[0].has4 = true;
	p.apn[0].net4 = ip4("10.45.0.0");
	p.apn[0].len4 = 24;
	memset(&fake, 0, sizeof(fake));
	fake.downlink_data = sgw_downlink_data;
	memset(&mme, 0, sizeof(mme));
	mme.answer.cause = GTPC_ACCEPTED;
	/* Far ahead of the loop's clock, which a test does not wait for. */
	if (!now)
		now = loop_now_ms() + 86400000;
	timer_advance(now);
	gtpc_serve(GTPC_MME, mme_handle);
	return pgw_start(&p) || sgw_start(&s);
}

static int teardown(void **state)
{
	(void)state;
	sgw_stop();
	settle();
	pgw_stop();
	gtpc_serve(GTPC_MME, NULL);
	return 0;
}

static void pass(uint64_t ms)
{
	timer_advance(now += ms);
	settle();
}

static uint32_t created_as(imsi_t imsi, unsigned n, uint8_t ebi, uint32_t teid, uint8_t arp)
{
	struct gtpc_request q = {
		.type = GTPC_CREATE_SESSION,
		.teid = teid,
		.sender = {.type = FTEID_S11_MME, .has4 = true, .teid = 70 + n},
		.imsi = imsi,
		.apn = "internet",
		.pdn_type = PDN_IPV4,
		.bearers = 1,
		.bearer[0] = {.ebi = ebi, .qos = {.qci = 9, .arp_priority = arp}},
	};
	struct gtpc_response r = ask(GTPC_SGW, &q);

	assert_int_equal(r.cause, GTPC_ACCEPTED);
	return r.sender.teid;
}

static uint32_t created(unsigned n, uint8_t ebi, uint32_t teid, uint8_t arp)
{
	return created_as(imsi_n(n), n, ebi, teid, arp);
}

/* Slots are given out from 2 on. */
static void data(uint32_t slot)
{
	sgw_downlink_data(slot, 46);
	settle();
}

static void comes(uint32_t teid, uint8_t ebi)
{
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .teid = teid, .bearers = 1};

	q.bearer[0].ebi = ebi;
	q.bearer[0].s1u_enb = (struct fteid){.has4 = true, .teid = 1, .ip4 = ip4("10.0.0.33")};
	assert_int_equal(ask(GTPC_SGW, &q).cause, GTPC_ACCEPTED);
}

static enum gtpc_cause failure_indication(uint32_t teid)
{
	struct gtpc_request q = {.type = GTPC_DOWNLINK_DATA_NOTIFICATION_FAILURE, .teid = teid};

	return ask(GTPC_SGW, &q).cause;
}

static void deleted(uint32_t teid, uint8_t ebi)
{
	struct gtpc_request q = {
		.type = GTPC_DELETE_SESSION, .teid = teid, .bearers = 1, .bearer[0].ebi = ebi};

	assert_int_equal(ask(GTPC_SGW, &q).cause, GTPC_ACCEPTED);
}

/* ---- once, and again ---- */

static void the_mme_is_notified_once_until_the_device_comes(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	data(2);
	assert_int_equal(mme.ddns, 1);
	assert_int_equal(mme.ddn.teid, 71);
	assert_true(mme.ddn.imsi == IMSI_NONE);
	assert_int_equal(mme.ddn.bearers, 1);
	assert_int_equal(mme.ddn.bearer[0].ebi, 5);
	assert_int_equal(mme.ddn.bearer[0].qos.arp_priority, 8);
	assert_true(mme.ddn.has_dscp);
	assert_int_equal(mme.ddn.dscp, 46);
	assert_int_equal(mme.ddn.cause, 0);
	data(2);
	assert_int_equal(mme.ddns, 1);
	comes(teid, 5);
	assert_int_equal(fake.dropped[2], 0);
	data(2);
	assert_int_equal(mme.ddns, 2);
}

/* 23.401 4.3.12.1: with an IMEI in the place of the IMSI, which may have the digits of one. */
static void a_device_without_an_imsi_is_told_of_as_well(void **state)
{
	char digits[IMSI_STRLEN];
	imsi_t key = IMSI_NONE;

	(void)state;
	created(1, 5, 0, 8);
	assert_true(imsi_of_imei(imsi_print(imsi_n(1), digits), &key));
	created_as(key, 2, 5, 0, 8);
	data(3);
	assert_int_equal(mme.ddns, 1);
	assert_int_equal(mme.ddn.teid, 72);
	data(2);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.teid, 71);
}

static void a_bearer_of_higher_priority_is_told_of_at_once(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 8);
	created(1, 7, teid, 2);
	data(2);
	data(3); /* the same priority */
	assert_int_equal(mme.ddns, 1);
	data(4);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.bearers, 3);
	assert_int_equal(mme.ddn.bearer[0].ebi, 7); /* the most urgent one first */
	assert_int_equal(mme.ddn.bearer[0].qos.arp_priority, 2);
	data(3);
	data(4);
	assert_int_equal(mme.ddns, 2);
}

static void nothing_is_told_again_before_the_first_is_answered(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 2);
	mme.silent = true;
	data(2);
	data(3);
	assert_int_equal(mme.ddns, 1);
	answer_now();
	data(3);
	assert_int_equal(mme.ddns, 2);
	answer_now();
}

static void devices_are_told_of_one_by_one(void **state)
{
	(void)state;
	created(1, 5, 0, 8);
	created(2, 5, 0, 8);
	data(2);
	data(3);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.teid, 72);
}

/* It may call a device for longer than that: extended DRX has cycles of 43 minutes. */
static void an_mme_that_is_silent_is_told_again(void **state)
{
	(void)state;
	created(1, 5, 0, 8);
	data(2);
	pass(119000);
	assert_int_equal(mme.ddns, 1);
	fake.waits[2] = true;
	pass(2000); /* of what waits still, */
	assert_int_equal(mme.ddns, 2);
	fake.waits[2] = false;
	pass(121000);
	assert_int_equal(mme.ddns, 2);
	data(2); /* or comes */
	assert_int_equal(mme.ddns, 3);
	assert_int_equal(fake.dropped[2], 0);
	assert_false(fake.shut[2]);
}

/* ---- what the MME asks for ---- */

static void the_next_notification_waits_as_long_as_the_mme_asks_for(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	mme.answer.delay_ms = 500;
	data(2);
	assert_int_equal(mme.ddns, 1);
	comes(teid, 5);
	data(2);
	pass(400);
	assert_int_equal(mme.ddns, 1);
	pass(200);
	assert_int_equal(mme.ddns, 2);
	comes(teid, 5); /* the device is back before the delay is over: nobody is told */
	data(2);
	comes(teid, 5);
	pass(1000);
	assert_int_equal(mme.ddns, 2);
	created(2, 5, 0, 8); /* it is of the MME, not of the device */
	mme.answer.delay_ms = 0;
	data(3);
	pass(400);
	assert_int_equal(mme.ddns, 2);
	pass(200);
	assert_int_equal(mme.ddns, 3);
	created(3, 5, 0, 8); /* and it is over when the MME says so */
	data(4);
	assert_int_equal(mme.ddns, 4);
}

static void so_many_in_a_hundred_of_low_priority_are_left_out(void **state)
{
	uint32_t teid = created(1, 5, 0, 9), high = created(2, 5, 0, 8);
	unsigned before;

	(void)state;
	mme.answer.throttling_percent = 40;
	mme.answer.throttling_s = 60;
	data(2);
	comes(teid, 5);
	mme.answer.throttling_s = 0;
	before = mme.ddns;
	for (unsigned i = 0; i < 10; i++) {
		data(2);
		comes(teid, 5);
	}
	assert_int_equal(mme.ddns - before, 6);
	assert_int_equal(fake.dropped[2], 4);
	before = mme.ddns;
	for (unsigned i = 0; i < 10; i++) {
		data(3);
		comes(high, 5);
	}
	assert_int_equal(mme.ddns - before, 10);
	assert_int_equal(fake.dropped[3], 0);
	pass(61000);
	before = mme.ddns;
	for (unsigned i = 0; i < 10; i++) {
		data(2);
		comes(teid, 5);
	}
	assert_int_equal(mme.ddns - before, 10);
}

static void data_of_a_sleeping_device_is_kept_and_nobody_told_before_its_time(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 2);
	mme.answer.buffering_s = 600;
	data(2);
	assert_in_range(fake.keep[2], 600000, 600020);
	data(2);
	pass(590000);
	data(2);
	data(3); /* however urgent: it waits as long as the rest */
	assert_in_range(fake.keep[3], 9000, 10020);
	assert_int_equal(mme.ddns, 1);
	assert_int_equal(fake.dropped[2], 0);
	mme.answer.buffering_s = 0;
	fake.waits[3] = true;
	pass(11000); /* what waits still is told of */
	assert_int_equal(fake.keep[2], 0);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.bearers, 1);
	assert_int_equal(mme.ddn.bearer[0].ebi, 6);
}

static void a_sleeping_device_that_cannot_be_reached_after_all_is_given_up(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	mme.answer.buffering_s = 600;
	data(2);
	assert_int_equal(failure_indication(teid), GTPC_ACCEPTED);
	assert_int_equal(fake.dropped[2], 1);
	assert_true(fake.shut[2]);
	pass(5100);
	data(2);
	assert_int_equal(mme.ddns, 2);
}

static void a_sleeping_device_that_wakes_is_told_of_as_any_other(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	mme.answer.buffering_s = 600;
	data(2);
	comes(teid, 5);
	mme.answer.buffering_s = 0;
	data(2);
	assert_int_equal(mme.ddns, 2);
	comes(teid, 5);
	data(2);
	pass(601000); /* the old time is nobody's any more */
	assert_int_equal(mme.ddns, 3);
}

/* ---- failure ---- */

static void a_failure_drops_what_waits_and_is_quiet_for_a_while(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 2);
	data(3);
	assert_int_equal(failure_indication(teid), GTPC_ACCEPTED);
	assert_int_equal(fake.dropped[2], 1);
	assert_int_equal(fake.dropped[3], 1);
	assert_true(fake.shut[2] && fake.shut[3]);
	data(2);
	data(3); /* however urgent */
	pass(4500);
	assert_int_equal(mme.ddns, 1);
	assert_true(fake.shut[2]);
	pass(1000);
	assert_false(fake.shut[2] || fake.shut[3]);
	data(2);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.bearers, 1); /* what was dropped is not told of */
	assert_int_equal(mme.ddn.bearer[0].ebi, 5);
}

static void the_quiet_ends_for_what_is_left_of_the_device(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 8);
	data(3);
	failure_indication(teid);
	deleted(teid, 6);
	pass(5500);
	assert_false(fake.shut[2]);
}

static void a_late_refusal_means_nothing_to_a_device_that_came(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	mme.silent = true;
	data(2);
	comes(teid, 5);
	mme.answer.cause = GTPC_UNABLE_TO_PAGE;
	answer_now();
	assert_int_equal(fake.dropped[2], 0);
	assert_false(fake.shut[2]);
}

static void what_an_mme_asked_for_ends_with_the_gateway(void **state)
{
	struct sgw_config s = {.control = ip4("10.0.0.1"), .gtpu = ip4("10.0.0.2")};

	(void)state;
	created(1, 5, 0, 9);
	mme.answer.delay_ms = 500;
	mme.answer.throttling_percent = 100;
	mme.answer.throttling_s = 60;
	data(2);
	sgw_stop();
	settle();
	assert_int_equal(sgw_start(&s), 0);
	created(2, 5, 0, 9);
	data(3);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(fake.dropped[3], 0);
}

static void a_device_that_comes_after_a_failure_ends_the_quiet(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	data(2);
	failure_indication(teid);
	comes(teid, 5);
	assert_false(fake.shut[2]);
	data(2);
	assert_int_equal(mme.ddns, 2);
}

static void a_failure_of_nothing_changes_nothing(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	assert_int_equal(failure_indication(teid), GTPC_ACCEPTED);
	assert_false(fake.shut[2]);
	assert_int_equal(fake.dropped[2], 0);
	assert_int_equal(failure_indication(teid + 1), GTPC_CONTEXT_NOT_FOUND);
	data(2);
	assert_int_equal(mme.ddns, 1);
}

static void a_refusal_is_a_failure(void **state)
{
	(void)state;
	created(1, 5, 0, 8);
	mme.answer.cause = GTPC_UNABLE_TO_PAGE;
	data(2);
	assert_int_equal(fake.dropped[2], 1);
	assert_true(fake.shut[2]);
	data(2);
	assert_int_equal(mme.ddns, 1);
	pass(5100);
	data(2);
	assert_int_equal(mme.ddns, 2);
}

static void what_a_refusal_says_of_a_delay_is_not_heeded(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	mme.answer.cause = GTPC_UNABLE_TO_PAGE;
	mme.answer.delay_ms = 500;
	data(2);
	comes(teid, 5);
	data(2);
	assert_int_equal(mme.ddns, 2);
}

static void an_mme_that_has_lost_the_device_is_told_its_imsi_once(void **state)
{
	(void)state;
	created(1, 5, 0, 8);
	mme.answer.cause = GTPC_CONTEXT_NOT_FOUND;
	data(2);
	assert_int_equal(mme.ddns, 2);
	assert_true(mme.ddn.imsi == imsi_n(1));
	assert_int_equal(mme.ddn.sender.type, FTEID_S11_SGW);
	assert_int_equal(fake.dropped[2], 1);
	assert_true(fake.shut[2]);
}

/* ---- what ends meanwhile ---- */

static void paging_stops_when_what_it_is_for_ends(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 8);
	data(3);
	deleted(teid, 6);
	assert_int_equal(mme.stops, 1);
	assert_int_equal(mme.stop.teid, 71);
	assert_true(mme.stop.imsi == imsi_n(1));
	data(2); /* and the other connection's data is told of anew */
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.bearers, 1);
	assert_int_equal(mme.ddn.bearer[0].ebi, 5);
}

static void paging_goes_on_for_the_data_of_another_connection(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 8);
	data(2);
	data(3);
	deleted(teid, 6);
	assert_int_equal(mme.stops, 0);
	data(2);
	assert_int_equal(mme.ddns, 1);
	deleted(teid, 5);
	assert_int_equal(mme.stops, 1);
}

/* A device with bearer 6 in an extra slot, beside its default one. */
static uint32_t with_dedicated(uint32_t *slot)
{
	static const uint8_t tft[] = "\x21\x30\x05\x02\x30\x11";
	struct sgw_restored_bearer b = {
		.ebi = 6, .qos = {.qci = 7, .arp_priority = 8}, .tft = tft, .tft_n = 6};
	struct sgw_restored was = {.imsi = imsi_n(1),
				   .ebi = 5,
				   .apn = "internet",
				   .paa = {.type = PDN_IPV4, .ip4 = ip4("10.45.0.9")},
				   .qos = {.qci = 9, .arp_priority = 8},
				   .mme = {.type = FTEID_S11_MME, .has4 = true, .teid = 71},
				   .teid = 0x1234,
				   .bearers = 1,
				   .bearer = &b};
	uint32_t s1u;

	assert_int_equal(sgw_restore(&was, &s1u), 0);
	*slot = dp_session_slot(b.s1u_teid);
	return was.teid;
}

static void dedicated_ends(void)
{
	assert_int_equal(pgw_bearer_del(imsi_n(1), "ebi-6", NULL, NULL), 0);
	for (unsigned i = 0; i < 4; i++) /* PGW, SGW, MME, and back */
		settle();
}

static void paging_stops_when_the_bearer_that_it_is_for_ends(void **state)
{
	uint32_t slot;

	(void)state;
	with_dedicated(&slot);
	data(slot);
	assert_int_equal(mme.ddns, 1);
	assert_int_equal(mme.ddn.bearer[0].ebi, 6);
	dedicated_ends();
	assert_int_equal(mme.stops, 1);
	data(9);
	assert_int_equal(mme.ddns, 2);
	assert_int_equal(mme.ddn.bearers, 1);
	assert_int_equal(mme.ddn.bearer[0].ebi, 5);
}

static void a_notification_that_is_put_off_is_not_sent_for_a_bearer_that_is_gone(void **state)
{
	uint32_t slot, teid = with_dedicated(&slot);

	(void)state;
	mme.answer.delay_ms = 1000;
	data(9);
	comes(teid, 5);
	data(slot);
	assert_int_equal(mme.ddns, 1);
	dedicated_ends();
	pass(1500);
	assert_int_equal(mme.ddns, 1);
	assert_int_equal(mme.stops, 0);
}

static void nobody_is_told_to_stop_what_was_not_begun(void **state)
{
	uint32_t a = created(1, 5, 0, 8), b = created(2, 5, 0, 8);

	(void)state;
	deleted(a, 5);
	mme.silent = true;
	data(3);
	deleted(b, 5); /* the notification is not answered yet */
	assert_int_equal(mme.stops, 0);
	answer_now(); /* for nobody */
	assert_int_equal(fake_used(), 0);
}

static void data_of_a_slot_that_is_nobodys_is_dropped(void **state)
{
	(void)state;
	data(9);
	assert_int_equal(mme.ddns, 0);
	assert_int_equal(fake.dropped[9], 1);
}

static void an_error_indication_idles_all_bearers_and_calls_the_device(void **state)
{
	uint32_t teid = created(1, 5, 0, 8);

	(void)state;
	created(1, 6, teid, 8);
	comes(teid, 5);
	comes(teid, 6);
	sgw_error_indication(2);
	settle();
	assert_int_equal(mme.ddns, 1);
	assert_int_equal(mme.ddn.cause, GTPC_ERROR_INDICATION_RECEIVED);
	assert_false(mme.ddn.has_dscp);
	assert_int_equal(mme.ddn.bearer[0].ebi, 5);
	assert_int_equal(dp_session(2)->peer, 0);
	assert_int_equal(dp_session(3)->peer, 0);
	sgw_error_indication(9);
	settle();
	assert_int_equal(mme.ddns, 1);
}

static int loop_up(void **state)
{
	(void)state;
	return loop_init();
}

static int loop_down(void **state)
{
	(void)state;
	loop_close();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_mme_is_notified_once_until_the_device_comes),
		TEST(a_device_without_an_imsi_is_told_of_as_well),
		TEST(a_bearer_of_higher_priority_is_told_of_at_once),
		TEST(nothing_is_told_again_before_the_first_is_answered),
		TEST(devices_are_told_of_one_by_one),
		TEST(an_mme_that_is_silent_is_told_again),
		TEST(the_next_notification_waits_as_long_as_the_mme_asks_for),
		TEST(so_many_in_a_hundred_of_low_priority_are_left_out),
		TEST(data_of_a_sleeping_device_is_kept_and_nobody_told_before_its_time),
		TEST(a_sleeping_device_that_cannot_be_reached_after_all_is_given_up),
		TEST(a_sleeping_device_that_wakes_is_told_of_as_any_other),
		TEST(a_failure_drops_what_waits_and_is_quiet_for_a_while),
		TEST(the_quiet_ends_for_what_is_left_of_the_device),
		TEST(a_late_refusal_means_nothing_to_a_device_that_came),
		TEST(what_an_mme_asked_for_ends_with_the_gateway),
		TEST(a_device_that_comes_after_a_failure_ends_the_quiet),
		TEST(a_failure_of_nothing_changes_nothing),
		TEST(a_refusal_is_a_failure),
		TEST(what_a_refusal_says_of_a_delay_is_not_heeded),
		TEST(an_mme_that_has_lost_the_device_is_told_its_imsi_once),
		TEST(paging_stops_when_what_it_is_for_ends),
		TEST(paging_goes_on_for_the_data_of_another_connection),
		TEST(paging_stops_when_the_bearer_that_it_is_for_ends),
		TEST(a_notification_that_is_put_off_is_not_sent_for_a_bearer_that_is_gone),
		TEST(nobody_is_told_to_stop_what_was_not_begun),
		TEST(data_of_a_slot_that_is_nobodys_is_dropped),
		TEST(an_error_indication_idles_all_bearers_and_calls_the_device),
	};

	return cmocka_run_group_tests(tests, loop_up, loop_down);
}
