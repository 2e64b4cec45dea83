/* SPDX-License-Identifier: Apache-2.0 */
/* Dedicated bearers through the PDN gateway's doors, on a datapath in memory and with an SGW that
 * answers as the test tells it to: how many a device may have, how they are called, and how far
 * guaranteed rates go (TS 23.203 6.1.7.3). */
#include "fake_datapath.h"

#include "pgw/internal.h"

static const uint8_t tft[] = "\x21\x30\x05\x02\x30\x11"; /* create: UDP, both ways */
enum { TFT_N = sizeof(tft) - 1, MBIT = 1000000, MOST = 10 };

/* The SGW: what it was asked, and what it answers. */
static struct {
	bool silent;                    /* answers come by answer_all() */
	enum gtpc_cause update, create; /* create: 0 for accepted */
	uint8_t next_ebi;
	unsigned waiting;
	struct {
		void *token;
		struct gtpc_request q;
	} wait[32];
} sgw;

static void answer(void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_ACCEPTED, .bearers = 1};

	r.bearer[0].ebi = q->bearer[0].ebi;
	if (q->type == GTPC_CREATE_BEARER)
		r.bearer[0].ebi = sgw.next_ebi++;
	if (q->type == GTPC_CREATE_BEARER && sgw.create)
		r.cause = sgw.create;
	if (q->type == GTPC_UPDATE_BEARER)
		r.cause = sgw.update;
	gtpc_reply(token, &r);
}

/* Request, answer, and word of it, each posted by the one before. */
static void rest(void)
{
	for (unsigned i = 0; i < 4; i++)
		settle();
}

static void answer_all(void)
{
	sgw.silent = false;
	for (unsigned i = 0; i < sgw.waiting; i++)
		answer(sgw.wait[i].token, &sgw.wait[i].q);
	sgw.waiting = 0;
	rest();
}

static void sgw_handle(void *token, const struct gtpc_request *q)
{
	if (!sgw.silent) {
		answer(token, q);
		return;
	}
	assert_true(sgw.waiting < 32);
	sgw.wait[sgw.waiting].token = token;
	gtpc_copy_request(&sgw.wait[sgw.waiting++].q, q);
}

static struct pgw_rule rule(const char *name, uint64_t gbr);

static struct pgw_config config(void)
{
	struct pgw_config c = {.apns = 1, .gbr_up = 10 * MBIT, .gbr_down = 10 * MBIT};

	strcpy(c.apn[0].name, "internet");
	c.apn[0].has4 = true;
	c.apn[0].net4 = ip4("10.45.0.0");
	c.apn[0].len4 = 28;
	c.gtpu = ip4("10.0.0.2");
	c.dscp[9] = 10;
	c.rules = 2;
	c.rule[0] = rule("voice", 4 * MBIT);
	c.rule[1] = rule("video", 2 * MBIT);
	c.rule[1].tft.b[5] = IPPROTO_TCP;
	return c;
}

static int setup(void **state)
{
	struct pgw_config c = config();

	(void)state;
	memset(&fake, 0, sizeof(fake));
	memset(&sgw, 0, sizeof(sgw));
	sgw.update = GTPC_ACCEPTED;
	sgw.next_ebi = 6;
	gtpc_serve(GTPC_SGW, sgw_handle);
	return pgw_start(&c);
}

static int teardown(void **state)
{
	(void)state;
	answer_all();
	pgw_stop();
	gtpc_serve(GTPC_SGW, NULL);
	return 0;
}

/* The control TEID of a session of that device. */
static uint32_t created_with(unsigned n, const char *rules)
{
	struct gtpc_request q = {
		.type = GTPC_CREATE_SESSION,
		.imsi = imsi_n(n),
		.apn = "internet",
		.pdn_type = PDN_IPV4,
		.bearers = 1,
		.bearer[0] = {.ebi = 5, .qos = {.qci = 9, .arp_priority = 8}},
	};
	struct gtpc_response r;

	snprintf(q.rules, sizeof(q.rules), "%s", rules);
	r = ask(GTPC_PGW, &q);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	return r.sender.teid;
}

static uint32_t created(unsigned n) { return created_with(n, ""); }

static unsigned heard;
static enum gtpc_cause cause;

static void on_done(void *arg, enum gtpc_cause c)
{
	(void)arg;
	heard++;
	cause = c;
}

static struct pgw_rule rule(const char *name, uint64_t gbr)
{
	struct pgw_rule r = {
		.qos = {.qci = gbr ? 1 : 7,
			.arp_priority = 8,
			.gbr_up = gbr,
			.gbr_down = gbr,
			.mbr_up = gbr,
			.mbr_down = gbr},
		.tft.n = TFT_N,
	};

	snprintf(r.name, sizeof(r.name), "%s", name);
	memcpy(r.tft.b, tft, TFT_N);
	return r;
}

/* What is heard of it; 0 if nothing yet. */
static enum gtpc_cause add_rule(unsigned n, const struct pgw_rule *r)
{
	cause = 0;
	assert_int_equal(pgw_bearer_add(imsi_n(n), "", r, on_done, NULL), 0);
	rest();
	return cause;
}

static enum gtpc_cause add(unsigned n, const char *name, uint64_t gbr)
{
	struct pgw_rule r = rule(name, gbr);

	return add_rule(n, &r);
}

static enum gtpc_cause set(unsigned n, const char *name, uint64_t gbr)
{
	struct pgw_rule r = rule(name, gbr);

	r.tft.n = 0;
	cause = 0;
	assert_int_equal(pgw_bearer_set(imsi_n(n), &r, on_done, NULL), 0);
	rest();
	return cause;
}

static enum gtpc_cause del(unsigned n, const char *name)
{
	cause = 0;
	assert_int_equal(pgw_bearer_del(imsi_n(n), name, on_done, NULL), 0);
	rest();
	return cause;
}

static enum gtpc_cause device_asks(uint32_t teid, uint8_t pti)
{
	struct gtpc_request q = {
		.type = GTPC_BEARER_RESOURCE_COMMAND,
		.teid = teid,
		.pti = pti,
		.linked_ebi = 5,
		.bearers = 1,
		.bearer[0].qos.qci = 7,
		.bearer[0].tft.n = TFT_N,
	};
	struct gtpc_response r;

	memcpy(q.bearer[0].tft.b, tft, TFT_N);
	r = ask(GTPC_PGW, &q);
	rest();
	return r.cause;
}

static unsigned bearers(unsigned n)
{
	struct pgw_bearer_view v;
	unsigned i = 0;

	while (pgw_bearer_walk(imsi_n(n), i, &v))
		i++;
	return i;
}

static struct pgw_bearer_view view(unsigned n, const char *name)
{
	struct pgw_bearer_view v;

	for (unsigned i = 0; pgw_bearer_walk(imsi_n(n), i, &v); i++)
		if (!strcmp(v.name, name))
			return v;
	return (struct pgw_bearer_view){.state = "none"};
}

static bool has(unsigned n, const char *name) { return view(n, name).name; }

static void is_in(unsigned n, const char *name, const char *state)
{
	assert_string_equal(view(n, name).state, state);
}

/* The MME has lost it (Delete Bearer Command). */
static enum gtpc_cause lose(uint32_t teid, uint8_t ebi)
{
	struct gtpc_request q = {.type = GTPC_DELETE_BEARER_COMMAND,
				 .teid = teid,
				 .bearers = 1,
				 .bearer[0].ebi = ebi};
	struct gtpc_response r = ask(GTPC_PGW, &q);

	rest();
	return r.cause;
}

/* The device of the session is connected (Modify Bearer). */
static void connect_device(uint32_t teid)
{
	uint32_t slot;

	assert_true(pgw_slot(teid, 5, &slot));
	pgw_connected(slot);
	rest();
}

/* All that may be guaranteed is free: a bearer gets it. */
static void nothing_is_held(void)
{
	assert_int_equal(add(9, "all", 10 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(del(9, "all"), GTPC_ACCEPTED);
}

/* ---- how many, and their names ---- */

static void a_session_has_ten_dedicated_bearers_at_most(void **state)
{
	struct pgw_rule r = rule("one-more", 0);
	uint32_t teid = created(1);
	char name[PGW_RULE_NAME];

	(void)state;
	sgw.silent = true; /* the device is away: they wait */
	for (unsigned i = 0; i < MOST; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		add(1, name, 0);
	}
	assert_int_equal(bearers(1), MOST);
	assert_int_equal(pgw_bearer_add(imsi_n(1), "", &r, on_done, NULL), -ENOSPC);
	assert_int_equal(device_asks(teid, 1), GTPC_NO_RESOURCES);
	assert_int_equal(bearers(1), MOST);
}

static void a_device_that_asks_and_asks_leaves_slots_for_others(void **state)
{
	uint32_t teid = created(1);
	unsigned refused = 0;

	(void)state;
	sgw.silent = true;
	for (unsigned pti = 1; pti <= 20; pti++)
		refused += device_asks(teid, (uint8_t)pti) == GTPC_NO_RESOURCES;
	assert_true(bearers(1) <= MOST);
	assert_int_equal(bearers(1) + refused, 20);
}

/* 24.007 11.2.3.1a: a PTI is free again when its transaction is over. */
static void a_pti_may_be_used_again_for_a_second_bearer(void **state)
{
	uint32_t teid = created(1);

	(void)state;
	assert_int_equal(device_asks(teid, 7), GTPC_ACCEPTED);
	assert_int_equal(device_asks(teid, 7), GTPC_ACCEPTED);
	assert_int_equal(device_asks(teid, 254), GTPC_ACCEPTED);
	assert_int_equal(device_asks(teid, 254), GTPC_ACCEPTED);
	assert_true(has(1, "device-7") && has(1, "device-8"));
	assert_true(has(1, "device-254") && has(1, "device-1"));
	sgw.silent = true;
	assert_int_equal(device_asks(teid, 20), GTPC_ACCEPTED);
	assert_int_equal(device_asks(teid, 20), GTPC_COLLISION); /* that is under way */
	assert_int_equal(bearers(1), 5);
}

static void a_bearer_is_asked_to_be_on_its_sessions_cpu(void **state)
{
	(void)state;
	created(1), created(2);
	assert_int_equal(add(2, "a", 0), GTPC_ACCEPTED);
	assert_true(fake.beside < POOLS * POOL_SIZE);
	assert_string_equal(fake.s[fake.beside].imsi,
			    imsi_print(imsi_n(2), (char[IMSI_STRLEN]){0}));
}

/* ---- guaranteed rates ---- */

static void guaranteed_rates_are_admitted_up_to_the_sum(void **state)
{
	(void)state;
	created(1), created(2), created(9);
	assert_int_equal(add(1, "a", 6 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(add(2, "b", 5 * MBIT), GTPC_NO_RESOURCES);
	assert_int_equal(bearers(2), 0);
	assert_int_equal(add(2, "b", 4 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(add(2, "c", 1), GTPC_NO_RESOURCES);
	assert_int_equal(add(2, "c", 0), GTPC_ACCEPTED);
	assert_int_equal(add(2, "most", UINT64_MAX), GTPC_NO_RESOURCES);
	assert_int_equal(del(1, "a"), GTPC_ACCEPTED);
	assert_int_equal(add(1, "a", 7 * MBIT), GTPC_NO_RESOURCES);
	assert_int_equal(add(1, "a", 6 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(del(1, "a"), GTPC_ACCEPTED);
	assert_int_equal(del(2, "b"), GTPC_ACCEPTED);
	nothing_is_held();
}

static void two_raises_at_once_do_not_exceed_the_sum(void **state)
{
	(void)state;
	created(1), created(2), created(9);
	assert_int_equal(add(1, "a", 2 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(add(2, "b", 2 * MBIT), GTPC_ACCEPTED);
	sgw.silent = true;
	assert_int_equal(set(1, "a", 6 * MBIT), 0);
	assert_int_equal(set(2, "b", 6 * MBIT), GTPC_NO_RESOURCES);
	answer_all();
	assert_int_equal(cause, GTPC_ACCEPTED);
	assert_int_equal(set(2, "b", 5 * MBIT), GTPC_NO_RESOURCES);
	assert_int_equal(set(2, "b", 4 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(del(1, "a"), GTPC_ACCEPTED);
	assert_int_equal(del(2, "b"), GTPC_ACCEPTED);
	nothing_is_held();
}

/* Until the device has agreed it may go on with the old rates, and after a refusal it does. */
static void a_bearer_holds_the_greater_of_its_rates_while_it_changes(void **state)
{
	(void)state;
	created(1), created(9);
	assert_int_equal(add(1, "a", 6 * MBIT), GTPC_ACCEPTED);
	sgw.silent = true;
	assert_int_equal(set(1, "a", 2 * MBIT), 0);
	assert_int_equal(add(9, "b", 5 * MBIT), GTPC_NO_RESOURCES);
	sgw.update = GTPC_UE_REFUSES;
	answer_all();
	assert_int_equal(cause, GTPC_UE_REFUSES);
	assert_int_equal(add(9, "b", 5 * MBIT), GTPC_NO_RESOURCES);
	sgw.update = GTPC_ACCEPTED;
	assert_int_equal(set(1, "a", 2 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(add(9, "b", 8 * MBIT), GTPC_ACCEPTED);
	assert_int_equal(del(9, "b"), GTPC_ACCEPTED);
	assert_int_equal(set(1, "a", 0), GTPC_ACCEPTED); /* shares what all have */
	nothing_is_held();
}

static void what_never_came_to_be_holds_nothing(void **state)
{
	uint32_t teid = created(1);
	struct gtpc_request q = {
		.type = GTPC_DELETE_SESSION, .teid = teid, .bearers = 1, .bearer[0].ebi = 5};

	(void)state;
	created(9);
	fake.add_error = -ENOSPC;
	assert_int_equal(add(1, "a", 6 * MBIT), GTPC_NO_RESOURCES);
	fake.add_error = 0;
	nothing_is_held();
	sgw.silent = true;
	assert_int_equal(add(1, "a", 6 * MBIT), 0);
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	sgw.silent = false;
	nothing_is_held();
}

static void who_may_preempt_takes_the_place_of_the_least_important(void **state)
{
	struct pgw_rule low = rule("low", 4 * MBIT), lower = rule("lower", 4 * MBIT),
			firm = rule("firm", 2 * MBIT), big = rule("big", 9 * MBIT),
			urgent = rule("urgent", 3 * MBIT);

	(void)state;
	created(1), created(2), created(9);
	low.qos.arp_priority = 10;
	lower.qos.arp_priority = 12;
	low.qos.arp_preemptable = lower.qos.arp_preemptable = true;
	big.qos.arp_priority = urgent.qos.arp_priority = 2;
	big.qos.arp_may_preempt = urgent.qos.arp_may_preempt = true;
	assert_int_equal(add_rule(1, &lower), GTPC_ACCEPTED);
	assert_int_equal(add_rule(1, &low), GTPC_ACCEPTED);
	assert_int_equal(add_rule(1, &firm), GTPC_ACCEPTED);
	assert_int_equal(add_rule(2, &big), GTPC_NO_RESOURCES); /* in vain: nobody goes */
	assert_int_equal(bearers(1), 3);
	assert_int_equal(add_rule(2, &urgent), GTPC_ACCEPTED);
	assert_false(has(1, "lower"));
	assert_true(has(1, "low") && has(1, "firm"));
	assert_int_equal(del(2, "urgent"), GTPC_ACCEPTED);
	assert_int_equal(del(1, "low"), GTPC_ACCEPTED);
	assert_int_equal(del(1, "firm"), GTPC_ACCEPTED);
	nothing_is_held();
}

/* ---- the radio connection is lost (23.401 5.4.4.2) ---- */

static void a_rules_bearer_that_is_lost_comes_with_the_next_connection(void **state)
{
	uint32_t teid = created_with(1, "voice"), slot;
	struct pgw_bearer_view v;

	(void)state;
	created(9);
	connect_device(teid);
	is_in(1, "voice", "active");
	slot = view(1, "voice").slot;
	assert_non_null(dp_session(slot));
	assert_int_equal(fake.tfts, 1);
	assert_int_equal(lose(teid, view(1, "voice").ebi), GTPC_ACCEPTED);
	v = view(1, "voice");
	assert_string_equal(v.state, "waiting");
	assert_int_equal(v.ebi, 0);
	assert_null(dp_session(slot));
	assert_int_equal(fake.tfts, 0);
	nothing_is_held();
	connect_device(teid);
	is_in(1, "voice", "active");
	assert_non_null(dp_session(view(1, "voice").slot));
	assert_int_equal(fake.tfts, 1);
	assert_int_equal(add(9, "b", 7 * MBIT), GTPC_NO_RESOURCES);
	assert_int_equal(add(9, "b", 6 * MBIT), GTPC_ACCEPTED);
}

/* An eNodeB's lack of room is the moment's: there is another, or a later one. */
static void a_given_bearer_that_finds_no_room_comes_with_the_next_connection(void **state)
{
	uint32_t teid = created_with(1, "voice");

	(void)state;
	created(9);
	sgw.create = GTPC_NO_RESOURCES;
	connect_device(teid);
	is_in(1, "voice", "waiting");
	assert_int_equal(add(1, "asked", 2 * MBIT), GTPC_NO_RESOURCES);
	assert_false(has(1, "asked"));
	sgw.create = 0;
	nothing_is_held();
	connect_device(teid);
	is_in(1, "voice", "active");
}

static void a_lost_bearer_whose_rule_is_gone_does_not_come_again(void **state)
{
	uint32_t teid = created_with(1, "voice");
	unsigned rules = pgw.rules;

	(void)state;
	created(9);
	connect_device(teid);
	assert_int_equal(lose(teid, view(1, "voice").ebi), GTPC_ACCEPTED);
	pgw.rules = 0;
	connect_device(teid);
	pgw.rules = rules;
	assert_false(has(1, "voice"));
	nothing_is_held();
}

static void what_the_administrator_or_the_device_asked_for_is_gone(void **state)
{
	uint32_t teid = created(1);

	(void)state;
	created(9);
	assert_int_equal(add(1, "voice", 4 * MBIT), GTPC_ACCEPTED); /* the rule, by hand */
	assert_int_equal(device_asks(teid, 7), GTPC_ACCEPTED);
	assert_int_equal(lose(teid, view(1, "voice").ebi), GTPC_ACCEPTED);
	assert_int_equal(lose(teid, view(1, "device-7").ebi), GTPC_ACCEPTED);
	assert_int_equal(bearers(1), 0);
	assert_int_equal(lose(teid, 6), GTPC_CONTEXT_NOT_FOUND);
	nothing_is_held();
	connect_device(teid);
	assert_int_equal(bearers(1), 0);
}

/* As it is being changed, and with the MME saying so twice. */
static void a_bearer_that_is_lost_while_it_changes_comes_again(void **state)
{
	uint32_t teid = created_with(1, "voice");
	uint8_t ebi;

	(void)state;
	connect_device(teid);
	ebi = view(1, "voice").ebi;
	sgw.silent = true;
	assert_int_equal(set(1, "voice", 2 * MBIT), 0);
	assert_int_equal(lose(teid, ebi), GTPC_ACCEPTED);
	assert_int_equal(lose(teid, ebi), GTPC_ACCEPTED);
	is_in(1, "voice", "modifying");
	sgw.update = GTPC_UE_NOT_RESPONDING;
	answer_all();
	is_in(1, "voice", "waiting");
	connect_device(teid);
	is_in(1, "voice", "active");
	assert_int_equal(view(1, "voice").qos.gbr_up, 4 * MBIT);
}

static void a_bearer_that_was_taken_away_does_not_come_again(void **state)
{
	uint32_t teid = created_with(1, "voice");

	(void)state;
	connect_device(teid);
	assert_int_equal(del(1, "voice"), GTPC_ACCEPTED);
	connect_device(teid);
	assert_false(has(1, "voice"));
	teid = created_with(1, "voice");
	connect_device(teid);
	lose(teid, view(1, "voice").ebi);
	is_in(1, "voice", "waiting");
	assert_int_equal(del(1, "voice"), GTPC_ACCEPTED);
	connect_device(teid);
	assert_false(has(1, "voice"));
}

/* Another has the guaranteed rates by then: it is tried with each connection. */
static void a_bearer_that_comes_again_is_admitted_first(void **state)
{
	uint32_t teid = created_with(1, "voice");

	(void)state;
	created(9);
	connect_device(teid);
	lose(teid, view(1, "voice").ebi);
	assert_int_equal(add(9, "b", 7 * MBIT), GTPC_ACCEPTED);
	connect_device(teid);
	is_in(1, "voice", "waiting");
	assert_int_equal(del(9, "b"), GTPC_ACCEPTED);
	connect_device(teid);
	is_in(1, "voice", "active");
}

/* ---- restart ---- */

static uint32_t restored(void)
{
	struct pgw_restored was = {.imsi = imsi_n(1),
				   .ebi = 5,
				   .qci = 9,
				   .apn = "internet",
				   .paa = {.type = PDN_IPV4, .ip4 = ip4("10.45.0.9")}};
	uint32_t teid, slot;

	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	return teid;
}

static void what_is_due_is_due_after_a_restart(void **state)
{
	struct pgw_config c = config();
	struct pgw_restored_bearer b = {
		.ebi = 6, .qos = c.rule[1].qos, .tft = c.rule[1].tft.b, .tft_n = c.rule[1].tft.n};
	uint32_t teid = created_with(1, "voice,video");
	char due[PGW_RULES_STRLEN];

	(void)state;
	connect_device(teid);
	pgw_due_rules(teid, due);
	assert_string_equal(due, "");
	sgw.silent = true;
	lose(teid, view(1, "voice").ebi);
	is_in(1, "voice", "ending");
	pgw_due_rules(teid, due); /* saved as the MME lets go of it */
	assert_string_equal(due, "voice");
	answer_all();
	pgw_due_rules(teid, due);
	assert_string_equal(due, "voice");
	/* Its session, and the bearer that it has, are restored. */
	pgw_stop();
	memset(&fake, 0, sizeof(fake));
	assert_int_equal(pgw_start(&c), 0);
	gtpc_serve(GTPC_SGW, sgw_handle);
	teid = restored();
	assert_int_equal(pgw_restore_bearer(teid, &b), 0);
	pgw_restore_rules(teid, "voice,video", due);
	is_in(1, "voice", "waiting");
	is_in(1, "video", "active");
	assert_int_equal(bearers(1), 2);
	connect_device(teid);
	is_in(1, "voice", "active");
}

static void restored_bearers_hold_their_rates(void **state)
{
	struct pgw_restored_bearer b = {.ebi = 6,
					.qos = rule("", 6 * MBIT).qos,
					.tft = (const uint8_t *)"\x21\x30\x05\x02\x30\x01",
					.tft_n = TFT_N};
	uint32_t teid = restored(), slot;

	(void)state;
	created(9);
	assert_true(pgw_slot(teid, 5, &slot));
	assert_int_equal(dp_session(slot)->dscp, 10);
	assert_int_equal(pgw_restore_bearer(teid, &b), 0);
	assert_int_equal(add(9, "b", 5 * MBIT), GTPC_NO_RESOURCES);
	assert_int_equal(del(1, "ebi-6"), GTPC_ACCEPTED);
	nothing_is_held();
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
		TEST(a_session_has_ten_dedicated_bearers_at_most),
		TEST(a_device_that_asks_and_asks_leaves_slots_for_others),
		TEST(a_bearer_is_asked_to_be_on_its_sessions_cpu),
		TEST(a_pti_may_be_used_again_for_a_second_bearer),
		TEST(guaranteed_rates_are_admitted_up_to_the_sum),
		TEST(two_raises_at_once_do_not_exceed_the_sum),
		TEST(a_bearer_holds_the_greater_of_its_rates_while_it_changes),
		TEST(what_never_came_to_be_holds_nothing),
		TEST(who_may_preempt_takes_the_place_of_the_least_important),
		TEST(a_rules_bearer_that_is_lost_comes_with_the_next_connection),
		TEST(a_given_bearer_that_finds_no_room_comes_with_the_next_connection),
		TEST(a_lost_bearer_whose_rule_is_gone_does_not_come_again),
		TEST(what_the_administrator_or_the_device_asked_for_is_gone),
		TEST(a_bearer_that_is_lost_while_it_changes_comes_again),
		TEST(a_bearer_that_was_taken_away_does_not_come_again),
		TEST(a_bearer_that_comes_again_is_admitted_first),
		TEST(what_is_due_is_due_after_a_restart),
		TEST(restored_bearers_hold_their_rates),
	};

	return cmocka_run_group_tests(tests, loop_up, loop_down);
}
