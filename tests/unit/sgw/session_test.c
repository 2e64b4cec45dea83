/* SPDX-License-Identifier: Apache-2.0 */
/* The serving gateway between an MME and the PGW of the same process, on a datapath in memory. */
#include "../pgw/fake_datapath.h"

#include "pgw/pgw.h"
#include "sgw/sgw.h"

static struct pgw_config pgw_config(void)
{
	struct pgw_config c = {.apns = 1};

	strcpy(c.apn[0].name, "internet");
	c.apn[0].has4 = true;
	c.apn[0].net4 = ip4("10.45.0.0");
	c.apn[0].len4 = 24;
	c.gtpu = ip4("10.0.0.2");
	return c;
}

static struct sgw_config sgw_config(void)
{
	return (struct sgw_config){.control = ip4("10.0.0.1"), .gtpu = ip4("10.0.0.2")};
}

static int setup(void **state)
{
	struct pgw_config p = pgw_config();
	struct sgw_config s = sgw_config();

	(void)state;
	memset(&fake, 0, sizeof(fake));
	return pgw_start(&p) || sgw_start(&s);
}

static int teardown(void **state)
{
	(void)state;
	sgw_stop();
	settle();
	pgw_stop();
	return 0;
}

static struct gtpc_request create(unsigned n, uint8_t ebi, uint32_t teid)
{
	return (struct gtpc_request){
		.type = GTPC_CREATE_SESSION,
		.teid = teid,
		.sender = {.type = FTEID_S11_MME, .has4 = true, .teid = 77},
		.imsi = imsi_n(n),
		.apn = "internet",
		.pdn_type = PDN_IPV4,
		.bearers = 1,
		.bearer[0].ebi = ebi,
	};
}

static uint32_t created(unsigned n, uint8_t ebi, uint32_t teid)
{
	struct gtpc_request q = create(n, ebi, teid);
	struct gtpc_response r = ask(GTPC_SGW, &q);

	assert_int_equal(r.cause, GTPC_ACCEPTED);
	return r.sender.teid;
}

static enum gtpc_cause delete_session(uint32_t teid, uint8_t ebi)
{
	struct gtpc_request q = {
		.type = GTPC_DELETE_SESSION, .teid = teid, .bearers = 1, .bearer[0].ebi = ebi};

	return ask(GTPC_SGW, &q).cause;
}

static struct gtpc_response connect_to(uint32_t teid, uint8_t ebi, const struct fteid *enb)
{
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .teid = teid, .bearers = 1};

	q.bearer[0].ebi = ebi;
	q.bearer[0].s1u_enb = *enb;
	return ask(GTPC_SGW, &q);
}

static struct gtpc_response modify(uint32_t teid, uint8_t ebi, const char *enb)
{
	struct fteid f = {.type = FTEID_S1U_ENB, .has4 = true, .teid = 0x1234, .ip4 = ip4(enb)};

	return connect_to(teid, ebi, &f);
}

static void the_mme_gets_the_slots_teid_at_our_gtpu_address(void **state)
{
	struct gtpc_request q = create(1, 5, 0);
	struct gtpc_response r = ask(GTPC_SGW, &q);

	(void)state;
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(r.sender.type, FTEID_S11_SGW);
	assert_int_equal(r.sender.ip4.s_addr, ip4("10.0.0.1").s_addr);
	assert_int_equal(r.bearer[0].s1u_sgw.type, FTEID_S1U_SGW);
	assert_int_equal(r.bearer[0].s1u_sgw.teid, ntohl(dp_session(2)->teid));
	assert_int_equal(r.bearer[0].s1u_sgw.ip4.s_addr, ip4("10.0.0.2").s_addr);
	assert_int_equal(r.paa.ip4.s_addr, ip4("10.45.0.2").s_addr);
}

static void a_bearer_is_connected_released_and_connected_again(void **state)
{
	uint32_t teid = created(1, 5, 0);
	struct gtpc_request release = {.type = GTPC_RELEASE_ACCESS_BEARERS, .teid = teid};
	struct gtpc_response r = modify(teid, 5, "10.0.0.33");

	(void)state;
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(r.bearer[0].s1u_sgw.teid, ntohl(dp_session(2)->teid));
	assert_int_equal(dp_session(2)->peer, 33);
	assert_int_equal(ntohl(dp_session(2)->peer_teid), 0x1234);
	assert_int_equal(ask(GTPC_SGW, &release).cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(2)->peer, 0);
	modify(teid, 5, "10.0.0.44");
	assert_int_equal(dp_session(2)->peer, 44);
}

static void a_gateway_with_two_addresses_gives_both_and_takes_either(void **state)
{
	struct sgw_config config = sgw_config();
	struct gtpc_request q = create(1, 5, 0);
	struct gtpc_response r;
	struct fteid enb = {.type = FTEID_S1U_ENB, .teid = 0x1234, .ip4 = ip4("10.0.0.33")};

	(void)state;
	enb.ip6.s6_addr[0] = 0x20;
	enb.ip6.s6_addr[15] = 77;
	config.gtpu6.s6_addr[0] = 0x20;
	config.gtpu6.s6_addr[15] = 9;
	sgw_start(&config);
	r = ask(GTPC_SGW, &q);
	assert_true(r.bearer[0].s1u_sgw.has4 && r.bearer[0].s1u_sgw.has6);
	assert_int_equal(r.bearer[0].s1u_sgw.ip6.s6_addr[15], 9);
	enb.has4 = enb.has6 = true;
	assert_int_equal(connect_to(r.sender.teid, 5, &enb).cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(2)->peer, 33);
	assert_int_equal(fake.peer.s6_addr[15], 33);
	assert_int_equal(fake.also.s6_addr[15], 77);
	enb.has4 = false;
	assert_int_equal(connect_to(r.sender.teid, 5, &enb).cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(2)->peer, 77);
	enb.has4 = true;
	config.gtpu.s_addr = 0; /* and we have no IPv4 */
	sgw_start(&config);
	assert_int_equal(connect_to(r.sender.teid, 5, &enb).cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(2)->peer, 77);
	enb.has4 = enb.has6 = false;
	assert_int_equal(connect_to(r.sender.teid, 5, &enb).cause, GTPC_REQUEST_REJECTED);
}

static void release_idles_all_bearers_of_that_device_alone(void **state)
{
	uint32_t a = created(1, 5, 0), b = created(2, 5, 0);
	struct gtpc_request release = {.type = GTPC_RELEASE_ACCESS_BEARERS, .teid = a};

	(void)state;
	assert_int_equal(created(1, 6, a), a);
	modify(a, 5, "10.0.0.33");
	modify(a, 6, "10.0.0.33");
	modify(b, 5, "10.0.0.33");
	ask(GTPC_SGW, &release);
	assert_int_equal(dp_session(2)->peer, 0);
	assert_int_equal(dp_session(3)->peer, 33);
	assert_int_equal(dp_session(4)->peer, 0);
}

static void some_bearers_known_is_a_partial_success(void **state)
{
	uint32_t teid = created(1, 5, 0);
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .teid = teid, .bearers = 2};
	struct gtpc_response r;

	(void)state;
	q.bearer[0].ebi = 9;
	q.bearer[1].ebi = 5;
	q.bearer[1].s1u_enb = (struct fteid){.has4 = true, .ip4 = ip4("10.0.0.3"), .teid = 1};
	r = ask(GTPC_SGW, &q);
	assert_int_equal(r.cause, GTPC_ACCEPTED_PARTIALLY);
	assert_int_equal(r.bearer[0].cause, GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(r.bearer[1].cause, GTPC_ACCEPTED);
	fake.connect_error = -ENOSPC;
	assert_int_equal(modify(teid, 5, "10.0.0.4").cause, GTPC_NO_RESOURCES);
}

static void unknown_contexts_are_told(void **state)
{
	struct gtpc_request release = {.type = GTPC_RELEASE_ACCESS_BEARERS, .teid = 12345};
	struct gtpc_request q = create(1, 5, 4711);
	uint32_t teid = created(1, 5, 0);

	(void)state;
	assert_int_equal(ask(GTPC_SGW, &release).cause, GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(modify(12345, 5, "10.0.0.3").cause, GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(delete_session(12345, 5), GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(delete_session(teid, 6), GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(ask(GTPC_SGW, &q).cause, GTPC_CONTEXT_NOT_FOUND);
	q = create(2, 5, teid); /* another device's TEID */
	assert_int_equal(ask(GTPC_SGW, &q).cause, GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(fake_used(), 1);
}

static void deletion_frees_both_gateways(void **state)
{
	uint32_t teid = created(1, 5, 0);

	(void)state;
	created(1, 6, teid);
	assert_int_equal(sgw_sessions(), 2);
	assert_int_equal(delete_session(teid, 5), GTPC_ACCEPTED);
	assert_int_equal(modify(teid, 6, "10.0.0.3").cause, GTPC_ACCEPTED);
	assert_int_equal(delete_session(teid, 6), GTPC_ACCEPTED);
	assert_int_equal(fake_used(), 0);
	assert_int_equal(pgw_sessions(), 0);
	assert_int_equal(sgw_sessions(), 0);
	assert_int_equal(delete_session(teid, 6), GTPC_CONTEXT_NOT_FOUND);
}

static void the_pgws_refusal_reaches_the_mme(void **state)
{
	struct gtpc_request q = create(1, 5, 0);

	(void)state;
	strcpy(q.apn, "nowhere");
	assert_int_equal(ask(GTPC_SGW, &q).cause, GTPC_MISSING_OR_UNKNOWN_APN);
	assert_int_equal(sgw_sessions(), 0);
	assert_int_equal(created(1, 5, 0) != 0, true);
}

static void the_same_bearer_again_replaces_the_old(void **state)
{
	uint32_t teid = created(1, 5, 0);
	struct gtpc_request bad = create(1, 5, 0);

	(void)state;
	assert_int_equal(created(1, 5, 0), teid);
	assert_int_equal(fake_used(), 1);
	assert_int_equal(sgw_sessions(), 1);
	bad.pdn_type = (enum pdn_type)0;
	assert_int_equal(ask(GTPC_SGW, &bad).cause, GTPC_REQUEST_REJECTED);
	assert_int_equal(fake_used(), 0);
	assert_int_equal(sgw_sessions(), 0);
}

/* In every order of creation, cancellation and renewed creation exactly what was last wanted
 * remains. */
static void a_device_that_gives_up_and_comes_again_has_one_session(void **state)
{
	struct gtpc_request q = create(1, 5, 0);

	(void)state;
	for (unsigned turns = 0; turns < 4; turns++) {
		struct waiting first = {.txn.done = got}, second = {.txn.done = got};

		gtpc_request(&first.txn, GTPC_SGW, &q);
		if (turns & 1)
			settle();
		gtpc_cancel(&first.txn);
		if (turns & 2)
			settle();
		gtpc_request(&second.txn, GTPC_SGW, &q);
		settle();
		assert_int_equal(first.answers, turns & 1);
		assert_int_equal(second.answers, 1);
		assert_int_equal(second.r.cause, GTPC_ACCEPTED);
		assert_int_equal(fake_used(), 1);
		assert_int_equal(modify(second.r.sender.teid, 5, "10.0.0.3").cause, GTPC_ACCEPTED);
		assert_int_equal(delete_session(second.r.sender.teid, 5), GTPC_ACCEPTED);
		assert_int_equal(fake_used(), 0);
	}
}

static void two_requests_at_once_for_one_bearer_are_both_answered(void **state)
{
	struct gtpc_request q = create(1, 5, 0);
	struct waiting first = {.txn.done = got}, second = {.txn.done = got};

	(void)state;
	gtpc_request(&first.txn, GTPC_SGW, &q);
	gtpc_request(&second.txn, GTPC_SGW, &q);
	settle();
	assert_int_equal(first.answers, 1);
	assert_int_equal(first.r.cause, GTPC_REQUEST_REJECTED);
	assert_int_equal(second.r.cause, GTPC_ACCEPTED);
	assert_int_equal(fake_used(), 1);
	assert_int_equal(sgw_sessions(), 1);
}

static void a_session_is_restored_with_the_teid_the_mme_has(void **state)
{
	struct gtpc_request q = create(1, 5, 0);
	struct gtpc_response r = ask(GTPC_SGW, &q);
	struct pgw_config p = pgw_config();
	struct sgw_config s = sgw_config();
	struct sgw_restored was = {.imsi = q.imsi,
				   .ebi = 5,
				   .apn = "internet",
				   .paa = r.paa,
				   .mme = q.sender,
				   .teid = r.sender.teid};
	uint32_t s1u;

	(void)state;
	modify(r.sender.teid, 5, "10.0.0.33");
	sgw_stop();
	pgw_stop();
	pgw_start(&p);
	sgw_start(&s);
	assert_int_equal(sgw_restore(&was, &s1u), 0);
	assert_int_equal(s1u, r.bearer[0].s1u_sgw.teid);
	assert_int_equal(dp_session(2)->peer, 33); /* it never stopped */
	assert_true(was.tunnels);
	assert_int_equal(sgw_restore(&was, &s1u), -EEXIST);
	was.imsi = imsi_n(2); /* somebody else's TEID */
	assert_int_equal(sgw_restore(&was, &s1u), -EEXIST);
	assert_int_equal(sgw_restore_end(), 0);
	assert_int_equal(modify(r.sender.teid, 5, "10.0.0.44").cause, GTPC_ACCEPTED);
	assert_int_equal(delete_session(r.sender.teid, 5), GTPC_ACCEPTED);
	assert_int_equal(fake_used(), 0);
}

static void an_address_that_is_gone_is_not_restored(void **state)
{
	struct sgw_restored was = {.imsi = imsi_n(1),
				   .ebi = 5,
				   .apn = "gone",
				   .teid = 5000,
				   .paa = {.type = PDN_IPV4, .ip4 = ip4("10.45.0.9")}};
	uint32_t s1u;

	(void)state;
	assert_int_equal(sgw_restore(&was, &s1u), -ENOENT);
	assert_int_equal(sgw_sessions(), 0);
	was.apn = "internet";
	assert_int_equal(sgw_restore(&was, &s1u), 0);
	assert_int_equal(s1u, ntohl(dp_session(9)->teid));
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

/* ---- indirect forwarding ---- */

static struct gtpc_response forward(uint32_t teid, uint8_t ebi)
{
	struct gtpc_request q = {
		.type = GTPC_CREATE_INDIRECT_FORWARDING, .teid = teid, .bearers = 1};

	q.bearer[0].ebi = ebi;
	q.bearer[0].dl_forwarding = (struct fteid){.type = FTEID_ENB_DL_FORWARDING,
						   .has4 = true,
						   .teid = 0x4321,
						   .ip4 = ip4("192.0.2.9")};
	return ask(GTPC_SGW, &q);
}

static enum gtpc_cause end_forwarding(uint32_t teid)
{
	struct gtpc_request q = {.type = GTPC_DELETE_INDIRECT_FORWARDING, .teid = teid};

	return ask(GTPC_SGW, &q).cause;
}

static unsigned extra_slots(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < EXTRA; i++)
		n += fake.extra_taken[i];
	return n;
}

static void packets_are_forwarded_from_the_source_to_the_target(void **state)
{
	(void)state;
	uint32_t teid = created(1, 5, 0);
	struct gtpc_response r;

	modify(teid, 5, "192.0.2.7");
	r = forward(teid, 5);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(r.bearer[0].ebi, 5);
	assert_int_equal(r.bearer[0].dl_forwarding.type, FTEID_SGW_DL_FORWARDING);
	assert_int_equal(r.bearer[0].dl_forwarding.ip4.s_addr, ip4("10.0.0.2").s_addr);
	assert_int_not_equal(dp_session_slot(r.bearer[0].dl_forwarding.teid), UINT32_MAX);
	assert_false(r.bearer[0].ul_forwarding.has4);
	assert_int_equal(fake.relay.to_teid, 0x4321);
	assert_int_equal(fake.relay.to.s6_addr[15], 9);
	assert_false(fake.relay.from_any);
	assert_int_equal(fake.relay.from.s6_addr[15], 7);
	assert_int_equal(extra_slots(), 1);
	assert_int_equal(end_forwarding(teid), GTPC_ACCEPTED);
	assert_int_equal(extra_slots(), 0);
	assert_int_equal(end_forwarding(teid), GTPC_ACCEPTED);
}

static void forwarding_ends_with_the_next_and_with_the_session(void **state)
{
	(void)state;
	uint32_t teid = created(1, 5, 0);

	modify(teid, 5, "192.0.2.7");
	forward(teid, 5);
	forward(teid, 5);
	assert_int_equal(extra_slots(), 1);
	delete_session(teid, 5);
	assert_int_equal(extra_slots(), 0);
}

static void forwarding_that_is_not_possible_is_refused(void **state)
{
	(void)state;
	uint32_t teid = created(1, 5, 0);

	assert_int_equal(forward(teid, 5).cause, GTPC_FORWARDING_NOT_SUPPORTED); /* idle */
	modify(teid, 5, "192.0.2.7");
	assert_int_equal(forward(teid, 6).bearer[0].cause, GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(forward(teid + 1, 5).cause, GTPC_CONTEXT_NOT_FOUND);
	fake.connect_error = -ENOSPC;
	assert_int_equal(forward(teid, 5).bearer[0].cause, GTPC_NO_RESOURCES);
	fake.connect_error = 0;
	assert_int_equal(end_forwarding(teid + 1), GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(extra_slots(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_mme_gets_the_slots_teid_at_our_gtpu_address),
		TEST(a_bearer_is_connected_released_and_connected_again),
		TEST(a_gateway_with_two_addresses_gives_both_and_takes_either),
		TEST(release_idles_all_bearers_of_that_device_alone),
		TEST(some_bearers_known_is_a_partial_success),
		TEST(unknown_contexts_are_told),
		TEST(deletion_frees_both_gateways),
		TEST(the_pgws_refusal_reaches_the_mme),
		TEST(the_same_bearer_again_replaces_the_old),
		TEST(a_device_that_gives_up_and_comes_again_has_one_session),
		TEST(two_requests_at_once_for_one_bearer_are_both_answered),
		TEST(a_session_is_restored_with_the_teid_the_mme_has),
		TEST(an_address_that_is_gone_is_not_restored),
		TEST(packets_are_forwarded_from_the_source_to_the_target),
		TEST(forwarding_ends_with_the_next_and_with_the_session),
		TEST(forwarding_that_is_not_possible_is_refused),
	};

	return cmocka_run_group_tests(tests, loop_up, loop_down);
}
