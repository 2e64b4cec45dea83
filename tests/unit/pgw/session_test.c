/* SPDX-License-Identifier: Apache-2.0 */
/* The PDN gateway through its GTPv2-C door, on a datapath in memory. */
#include "fake_datapath.h"

#include "codec/pco.h"
#include "pgw/internal.h"

/* Pool 0: internet, dual stack; pool 1: iot, IPv4 only. */
static struct pgw_config config(void)
{
	struct pgw_config c = {.apns = 2};

	strcpy(c.apn[0].name, "internet");
	c.apn[0].has4 = c.apn[0].has6 = true;
	c.apn[0].net4 = ip4("10.45.0.0");
	c.apn[0].len4 = 28;
	c.apn[0].net6 = ip6("2001:db8:45::");
	c.apn[0].len6 = 48;
	c.apn[0].dns4s = 1;
	c.apn[0].dns4[0] = ip4("9.9.9.9");
	c.apn[0].dns6s = 1;
	c.apn[0].dns6[0] = ip6("2620:fe::9");
	c.apn[0].ambr_up = 1000000;
	c.apn[0].ambr_down = 2000000;
	strcpy(c.apn[1].name, "iot");
	c.apn[1].has4 = true;
	c.apn[1].net4 = ip4("10.46.0.0");
	c.apn[1].len4 = 24;
	c.control = ip4("10.0.0.1");
	c.gtpu = ip4("10.0.0.2");
	return c;
}

static int setup(void **state)
{
	struct pgw_config c = config();

	(void)state;
	memset(&fake, 0, sizeof(fake));
	return pgw_start(&c);
}

static int teardown(void **state)
{
	(void)state;
	pgw_stop();
	return 0;
}

static struct gtpc_request create(unsigned n, const char *apn, enum pdn_type type)
{
	struct gtpc_request q = {
		.type = GTPC_CREATE_SESSION,
		.imsi = imsi_n(n),
		.pdn_type = type,
		.ambr_up = 5000000,
		.ambr_down = 6000000,
		.bearers = 1,
		.bearer[0] = {.ebi = 5, .qos = {.qci = 9, .arp_priority = 8}},
	};

	strcpy(q.apn, apn);
	return q;
}

static enum gtpc_cause delete_session(uint32_t teid, uint8_t ebi)
{
	struct gtpc_request q = {
		.type = GTPC_DELETE_SESSION, .teid = teid, .bearers = 1, .bearer[0].ebi = ebi};

	return ask(GTPC_PGW, &q).cause;
}

static uint32_t used(unsigned pool)
{
	struct pgw_pool_use use[MCORE_MAX_POOLS];

	assert_int_equal(pgw_pools(use), 2);
	return use[pool].used;
}

static void a_session_is_programmed_before_it_is_told(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4V6);
	struct gtpc_response r = ask(GTPC_PGW, &q);
	struct in6_addr net = ip6("2001:db8:45:2::");
	const struct session *s = dp_session(2);

	(void)state;
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_non_null(s);
	assert_string_equal(s->imsi, "001010000000001");
	assert_int_equal(s->ebi, 5);
	assert_int_equal(s->owner, 2);
	assert_int_equal(s->ue4, ip4("10.45.0.2").s_addr);
	assert_memory_equal(s->ue6, &net, 8);
	assert_true(s->bits_per_second_up == 5000000 && s->bits_per_second_down == 6000000);
	assert_int_equal(r.paa.type, PDN_IPV4V6);
	assert_int_equal(r.paa.ip4.s_addr, s->ue4);
	assert_memory_equal(&r.paa.ip6, &net, 8);
	assert_memory_equal(r.paa.ip6.s6_addr + 8, s->iid, 8);
	assert_int_equal(r.sender.type, FTEID_S5C_PGW);
	assert_true(r.sender.teid != 0);
	assert_int_equal(r.bearers, 1);
	assert_int_equal(r.bearer[0].s1u_sgw.teid, ntohl(s->teid));
	assert_int_equal(r.bearer[0].s1u_sgw.ip4.s_addr, ip4("10.0.0.2").s_addr);
	assert_int_equal(r.bearer[0].qos.qci, 9);
	assert_int_equal(r.mtu, 1448);
	assert_int_equal(used(0), 1);
	assert_int_equal(pgw_sessions(), 1);
	assert_int_equal(delete_session(r.sender.teid, 5), GTPC_ACCEPTED);
	assert_null(dp_session(2));
	assert_int_equal(used(0), 0);
	assert_int_equal(pgw_sessions(), 0);
	assert_int_equal(delete_session(r.sender.teid, 5), GTPC_CONTEXT_NOT_FOUND);
}

static void rates_reach_the_datapath_as_they_are(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct gtpc_response r;

	(void)state;
	q.ambr_up = 20000000000;
	q.ambr_down = RATE_MAX;
	r = ask(GTPC_PGW, &q);
	assert_true(r.ambr_up == 20000000000 && r.ambr_down == RATE_MAX);
	assert_true(dp_session(2)->bits_per_second_up == 20000000000 &&
		    dp_session(2)->bits_per_second_down == RATE_MAX);
}

static void identifiers_of_two_devices_differ(void **state)
{
	struct gtpc_request a = create(1, "internet", PDN_IPV6),
			    b = create(2, "internet", PDN_IPV6);
	struct gtpc_response ra = ask(GTPC_PGW, &a), rb = ask(GTPC_PGW, &b);

	(void)state;
	assert_memory_not_equal(ra.paa.ip6.s6_addr + 8, rb.paa.ip6.s6_addr + 8, 8);
	assert_int_equal(ra.paa.ip4.s_addr, 0);
	assert_int_equal(dp_session(2)->ue4, 0);
	assert_int_not_equal(ra.sender.teid, rb.sender.teid);
}

static void pdn_types_are_met_by_what_the_apn_has(void **state)
{
	static const struct {
		const char *apn;
		enum pdn_type wanted;
		enum gtpc_cause cause;
		unsigned given;
	} rows[] = {
		{"internet", PDN_IPV4, GTPC_ACCEPTED, PDN_IPV4},
		{"internet", PDN_IPV6, GTPC_ACCEPTED, PDN_IPV6},
		{"internet", PDN_IPV4V6, GTPC_ACCEPTED, PDN_IPV4V6},
		{"iot", PDN_IPV4, GTPC_ACCEPTED, PDN_IPV4},
		{"iot", PDN_IPV4V6, GTPC_NEW_PDN_TYPE_NETWORK, PDN_IPV4},
		{"iot", PDN_IPV6, GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gtpc_request q = create(i, rows[i].apn, rows[i].wanted);
		struct gtpc_response r = ask(GTPC_PGW, &q);

		assert_int_equal(r.cause, rows[i].cause);
		assert_int_equal(r.paa.type, rows[i].given);
	}
	assert_int_equal(fake_used(), 5);
}

static void apns_are_found_without_case_and_operator_part(void **state)
{
	struct gtpc_request q = create(1, "InterNet.mnc001.mcc001.gprs", PDN_IPV4);

	(void)state;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	strcpy(q.apn, "internets");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_MISSING_OR_UNKNOWN_APN);
	strcpy(q.apn, "");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_MISSING_OR_UNKNOWN_APN);
	assert_int_equal(fake_used(), 0);
}

static void ambr_of_the_apn_applies_where_none_is_given(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct gtpc_response r;

	(void)state;
	q.ambr_up = q.ambr_down = 0;
	r = ask(GTPC_PGW, &q);
	assert_true(r.ambr_up == 1000000 && r.ambr_down == 2000000);
	assert_true(dp_session(2)->bits_per_second_down == 2000000);
}

static void a_full_pool_refuses_and_recovers(void **state)
{
	struct gtpc_response r = {0};
	unsigned n = 0;
	uint32_t last = 0;

	(void)state;
	for (; n < 20; n++) {
		struct gtpc_request q = create(n, "internet", PDN_IPV4);

		r = ask(GTPC_PGW, &q);
		if (r.cause != GTPC_ACCEPTED)
			break;
		last = r.sender.teid;
		/* neither the host's, nor the broadcast address */
		assert_in_range(ntohl(r.paa.ip4.s_addr) & 0xf, 2, 14);
	}
	assert_int_equal(n, 13);
	assert_int_equal(r.cause, GTPC_ALL_ADDRESSES_OCCUPIED);
	assert_int_equal(pgw_sessions(), 13);
	assert_int_equal(used(0), 13);
	assert_int_equal(delete_session(last, 5), GTPC_ACCEPTED);
	{
		struct gtpc_request q = create(99, "internet", PDN_IPV4);

		assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	}
}

static void an_address_rests_before_it_is_given_out_again(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct gtpc_response first = ask(GTPC_PGW, &q), next;

	(void)state;
	delete_session(first.sender.teid, 5);
	next = ask(GTPC_PGW, &q);
	assert_int_not_equal(first.paa.ip4.s_addr, next.paa.ip4.s_addr);
}

static void the_same_bearer_again_replaces_the_old(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct gtpc_response old = ask(GTPC_PGW, &q), r = ask(GTPC_PGW, &q);

	(void)state;
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(fake_used(), 1);
	assert_int_equal(used(0), 1);
	assert_int_equal(delete_session(old.sender.teid, 5), GTPC_CONTEXT_NOT_FOUND);
	assert_int_equal(fake_used(), 1);
	q.bearer[0].ebi = 6;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	assert_int_equal(fake_used(), 2);
	assert_int_equal(delete_session(r.sender.teid, 6), GTPC_CONTEXT_NOT_FOUND);
}

/* An emergency without proof: the IMEI may be chosen to look like somebody's IMSI. */
static void the_key_of_an_imei_is_no_subscribers(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4), other = q;
	struct gtpc_response mine = ask(GTPC_PGW, &q), r;
	char imei[IMSI_STRLEN];

	(void)state;
	assert_true(imsi_of_imei(imsi_print(q.imsi, imei), &other.imsi));
	r = ask(GTPC_PGW, &other);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(pgw_sessions(), 2);
	assert_non_null(dp_session(2));
	assert_string_equal(dp_session(2)->imsi, imei);
	assert_non_null(dp_session(3));
	assert_string_not_equal(dp_session(3)->imsi, imei);
	assert_true(pgw_session_imsi(pgw_session_by_slot(2)) == q.imsi);
	assert_true(pgw_session_imsi(pgw_session_by_slot(3)) == other.imsi);
	assert_ptr_equal(pgw_session_by_teid(mine.sender.teid), pgw_session_by_slot(2));
	assert_int_equal(delete_session(r.sender.teid, 5), GTPC_ACCEPTED);
	assert_int_equal(delete_session(mine.sender.teid, 5), GTPC_ACCEPTED);
}

static void static_addresses_inside_the_pool_have_their_slot(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4V6),
			    other = create(2, "internet", PDN_IPV4);
	struct gtpc_response r;
	struct in6_addr net = ip6("2001:db8:45:7::");

	(void)state;
	q.paa.ip4 = other.paa.ip4 = ip4("10.45.0.7");
	r = ask(GTPC_PGW, &q);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(7)->ue4, ip4("10.45.0.7").s_addr);
	assert_memory_equal(dp_session(7)->ue6, &net, 8);
	assert_int_equal(ask(GTPC_PGW, &other).cause, GTPC_NO_RESOURCES);
	other.paa.ip4 = ip4("10.45.0.1"); /* the gateway's */
	assert_int_equal(ask(GTPC_PGW, &other).cause, GTPC_NO_RESOURCES);
	other.paa.ip4 = ip4("10.46.0.9"); /* another APN's */
	assert_int_equal(ask(GTPC_PGW, &other).cause, GTPC_NO_RESOURCES);
	q = create(3, "internet", PDN_IPV4V6);
	q.paa.ip4 = ip4("10.45.0.8");
	q.paa.ip6 = ip6("2001:db8:45:9::");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_NO_RESOURCES);
	assert_int_equal(pgw_sessions(), 1);
	assert_int_equal(used(0), 1);
}

static void static_addresses_outside_the_pools_take_an_extra_slot(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4V6);
	struct gtpc_response r;

	(void)state;
	q.paa.ip4 = ip4("192.0.2.1");
	q.paa.ip6 = ip6("2001:db8:ffff:1::");
	r = ask(GTPC_PGW, &q);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(POOLS * POOL_SIZE)->ue4, ip4("192.0.2.1").s_addr);
	assert_int_equal(used(0), 0);
	for (unsigned i = 1; i < EXTRA; i++) {
		q.imsi = imsi_n(1 + i);
		assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	}
	q.imsi = imsi_n(1 + EXTRA);
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_NO_RESOURCES);
	assert_int_equal(delete_session(r.sender.teid, 5), GTPC_ACCEPTED);
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
}

static void a_static_address_with_a_dynamic_prefix_uses_the_prefixs_slot(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4V6);
	struct in6_addr net = ip6("2001:db8:45:2::");

	(void)state;
	q.paa.ip4 = ip4("192.0.2.1");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	assert_int_equal(dp_session(2)->ue4, ip4("192.0.2.1").s_addr);
	assert_memory_equal(dp_session(2)->ue6, &net, 8);
}

static void kept_addresses_go_to_their_owner_alone(void **state)
{
	struct in6_addr none = {0};
	struct gtpc_request q = create(1, "internet", PDN_IPV4);

	(void)state;
	pgw_keep(ip4("10.45.0.2"), none, true);
	assert_int_equal(used(0), 1);
	assert_int_equal(ask(GTPC_PGW, &q).paa.ip4.s_addr, ip4("10.45.0.3").s_addr);
	q = create(2, "internet", PDN_IPV4);
	q.paa.ip4 = ip4("10.45.0.2");
	assert_int_equal(ask(GTPC_PGW, &q).paa.ip4.s_addr, ip4("10.45.0.2").s_addr);
	assert_int_equal(used(0), 2);
	pgw_keep(ip4("10.45.0.2"), none, false);
	assert_int_equal(used(0), 2);
}

static void a_datapath_that_refuses_leaves_nothing_behind(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);

	(void)state;
	fake.add_error = -ENOSPC;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_NO_RESOURCES);
	fake.add_error = -EINVAL;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_SYSTEM_FAILURE);
	assert_int_equal(pgw_sessions(), 0);
	assert_int_equal(used(0), 0);
}

static void requests_without_sense_are_refused(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4),
			    none = {.type = GTPC_MODIFY_BEARER};

	(void)state;
	q.bearer[0].ebi = 4;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_REQUEST_REJECTED);
	q = create(1, "internet", (enum pdn_type)0);
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_REQUEST_REJECTED);
	q = create(1, "internet", PDN_IPV4);
	q.bearers = 0;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_REQUEST_REJECTED);
	assert_int_equal(ask(GTPC_PGW, &none).cause, GTPC_REQUEST_REJECTED);
	none.type = GTPC_DELETE_SESSION;
	assert_int_equal(ask(GTPC_PGW, &none).cause, GTPC_CONTEXT_NOT_FOUND);
}

static void pco_answers_what_was_asked(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4V6);
	struct wr w = wr_of(q.pco.b, sizeof(q.pco.b));
	struct pco_config told = {0};
	struct gtpc_response r;

	(void)state;
	pco_request(&w);
	q.pco.n = (uint8_t)(w.p - q.pco.b);
	r = ask(GTPC_PGW, &q);
	assert_int_equal(pco_read_answer(bytes_of(r.pco.b, r.pco.n), &told), 0);
	assert_int_equal(told.dns4_n, 1);
	assert_int_equal(told.dns4[0].s_addr, ip4("9.9.9.9").s_addr);
	assert_int_equal(told.dns6_n, 1);
	assert_int_equal(told.mtu, 1448);
	q = create(2, "internet", PDN_IPV4);
	q.pco.n = 3;
	memset(q.pco.b, 0xff, 3);
	r = ask(GTPC_PGW, &q);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	assert_int_equal(r.pco.n, 0);
}

static void reload_changes_what_devices_are_told(void **state)
{
	struct pgw_config c = config();
	struct gtpc_request q = create(1, "internet", PDN_IPV4);

	(void)state;
	c.apn[0].mtu = 1400;
	pgw_reload(&c);
	assert_int_equal(ask(GTPC_PGW, &q).mtu, 1400);
}

static void restored_sessions_keep_address_and_slot(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4V6);
	struct gtpc_response r = ask(GTPC_PGW, &q);
	struct pgw_config c = config();
	struct pgw_restored was = {.imsi = q.imsi, .ebi = 5, .apn = "internet", .paa = r.paa};
	uint32_t teid, slot;
	__be32 s1u = dp_session(2)->teid;

	(void)state;
	pgw_stop();
	pgw_start(&c);
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_equal(slot, 2);
	assert_int_equal(dp_session(2)->teid, s1u);
	assert_int_equal(pgw_restore(&was, &teid, &slot), -EEXIST);
	assert_int_equal(pgw_restore_end(), 0);
	q = create(2, "internet", PDN_IPV4);
	assert_int_equal(ask(GTPC_PGW, &q).paa.ip4.s_addr, ip4("10.45.0.3").s_addr);
	assert_int_equal(delete_session(teid, 5), GTPC_ACCEPTED);
	assert_null(dp_session(2));
}

static void routes_of_a_session_found_again_are_what_they_were_saved_as(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct pgw_restored was = {.imsi = q.imsi, .ebi = 5, .apn = "internet"};
	struct pgw_config c = config();
	uint32_t teid, slot;

	(void)state;
	strcpy(q.routes, "192.0.2.0/24");
	was.paa = ask(GTPC_PGW, &q).paa;
	pgw_stop();
	pgw_start(&c);
	fake.routes = 0;
	was.routes = "192.0.2.0/24 192.0.3.0/24";
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_equal(fake.routes, 2);
	pgw_stop();
	pgw_start(&c);
	fake.routes_error = -EADDRINUSE; /* it goes on without what it cannot have */
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_equal(pgw_restore_end(), 0);
	pgw_stop();
	pgw_start(&c);
	fake.routes_error = 0;
	was.routes = "";
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_equal(fake.routes, 0);
}

static void what_the_datapath_lost_is_programmed_again(void **state)
{
	struct pgw_restored was = {.imsi = imsi_n(1),
				   .ebi = 5,
				   .apn = "internet",
				   .routes = "192.0.2.0/24",
				   .paa = {.type = PDN_IPV4, .ip4 = ip4("10.45.0.9")}};
	uint32_t teid, slot;

	(void)state;
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_equal(slot, 9);
	assert_string_equal(dp_session(9)->imsi, "001010000000001");
	assert_int_equal(fake.routes, 1); /* with what is behind it */
	was.apn = "gone";
	was.imsi = imsi_n(2);
	assert_int_equal(pgw_restore(&was, &teid, &slot), -ENOENT);
	was.apn = "internet"; /* the address is the first one's now */
	assert_int_equal(pgw_restore(&was, &teid, &slot), -EEXIST);
	assert_int_equal(pgw_sessions(), 1);
}

static void what_is_behind_a_device_is_programmed_by_family(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct prefix expected[PREFIXES_MAX];
	const char *wrong;

	(void)state;
	strcpy(q.routes, "2001:db8:b::/48 192.0.2.0/24");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	assert_int_equal(fake.routes, 1);
	prefixes_read("192.0.2.0/24", expected, &wrong);
	assert_memory_equal(&fake.route[0], expected, sizeof(*expected));
	q = create(2, "internet", PDN_IPV4V6);
	strcpy(q.routes, "2001:db8:c::/48 192.0.3.0/24");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
	assert_int_equal(fake.routes, 2);
}

static void a_session_whose_route_cannot_be_had_is_refused(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);

	(void)state;
	strcpy(q.routes, "192.0.2.0/24");
	fake.routes_error = -EADDRINUSE;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_NO_RESOURCES);
	fake.routes_error = -EADDRNOTAVAIL;
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_NO_RESOURCES);
	strcpy(q.routes, "no prefix");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_NO_RESOURCES);
	assert_int_equal(pgw_sessions(), 0);
	assert_int_equal(used(0), 0);
	fake.routes_error = 0;
	strcpy(q.routes, "192.0.2.0/24");
	assert_int_equal(ask(GTPC_PGW, &q).cause, GTPC_ACCEPTED);
}

static void routes_of_sims_are_held_against_the_apns_pools_and_this_machines(void **state)
{
	struct prefix route[PREFIXES_MAX];
	const char *wrong;

	(void)state;
	prefixes_read("10.45.0.0/24 192.0.2.0/24 10.10.0.0/16", route, &wrong);
	assert_string_equal(pgw_route_refused("internet", &route[0]),
			    "shares addresses with an APN's pool");
	assert_null(pgw_route_refused("internet", &route[1]));
	assert_string_equal(pgw_route_refused("internet", &route[2]),
			    "shares addresses with a network of this machine's own");
	assert_null(pgw_route_refused("elsewhere", &route[0]));
	assert_true(pgw_same_network("internet", "iot"));
}

static void a_slot_of_another_device_is_not_restored_over(void **state)
{
	struct pgw_restored was = {.imsi = imsi_n(1),
				   .ebi = 5,
				   .apn = "internet",
				   .paa = {.type = PDN_IPV4, .ip4 = ip4("10.45.0.9")}};
	struct dp_session d = {.imsi = imsi_n(7), .ebi = 5, .owner = UINT32_MAX};
	uint32_t teid, slot;

	(void)state;
	dp_session_add(9, &d, &teid);
	assert_int_equal(pgw_restore(&was, &teid, &slot), -EEXIST);
	assert_non_null(dp_session(9));
	assert_int_equal(used(0), 0);
	assert_int_equal(pgw_restore_end(), 1);
	assert_null(dp_session(9));
}

static void extra_slots_are_found_again(void **state)
{
	struct gtpc_request q = create(1, "internet", PDN_IPV4);
	struct gtpc_response r;
	struct pgw_config c = config();
	struct pgw_restored was = {.imsi = q.imsi, .ebi = 5, .apn = "internet"};
	uint32_t teid, slot;

	(void)state;
	q.paa.ip4 = ip4("192.0.2.1");
	r = ask(GTPC_PGW, &q);
	was.paa = r.paa;
	pgw_stop();
	pgw_start(&c);
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_equal(slot, POOLS * POOL_SIZE);
	assert_int_equal(fake_used(), 1);
}

/* Of a handover that was under way: it has the same IMSI and EBI. */
static void a_relay_is_not_taken_for_a_bearer(void **state)
{
	struct dp_relay relay = {.imsi = imsi_n(1), .ebi = 5};
	struct pgw_restored was = {.imsi = imsi_n(1),
				   .ebi = 5,
				   .apn = "internet",
				   .paa = {.type = PDN_IPV4, .ip4 = ip4("192.0.2.1")}};
	uint32_t teid, slot, at;

	(void)state;
	assert_int_equal(dp_relay_add(&relay, &at, &teid), 0);
	assert_int_equal(pgw_restore(&was, &teid, &slot), 0);
	assert_int_not_equal(slot, at);
	assert_int_equal(dp_session(slot)->ue4, ip4("192.0.2.1").s_addr);
	assert_int_equal(pgw_restore_end(), 1);
	assert_null(dp_session(at));
	assert_non_null(dp_session(slot));
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
		TEST(a_session_is_programmed_before_it_is_told),
		TEST(rates_reach_the_datapath_as_they_are),
		TEST(identifiers_of_two_devices_differ),
		TEST(pdn_types_are_met_by_what_the_apn_has),
		TEST(apns_are_found_without_case_and_operator_part),
		TEST(ambr_of_the_apn_applies_where_none_is_given),
		TEST(a_full_pool_refuses_and_recovers),
		TEST(an_address_rests_before_it_is_given_out_again),
		TEST(the_same_bearer_again_replaces_the_old),
		TEST(the_key_of_an_imei_is_no_subscribers),
		TEST(static_addresses_inside_the_pool_have_their_slot),
		TEST(static_addresses_outside_the_pools_take_an_extra_slot),
		TEST(a_static_address_with_a_dynamic_prefix_uses_the_prefixs_slot),
		TEST(kept_addresses_go_to_their_owner_alone),
		TEST(a_datapath_that_refuses_leaves_nothing_behind),
		TEST(requests_without_sense_are_refused),
		TEST(pco_answers_what_was_asked),
		TEST(reload_changes_what_devices_are_told),
		TEST(restored_sessions_keep_address_and_slot),
		TEST(what_the_datapath_lost_is_programmed_again),
		TEST(routes_of_a_session_found_again_are_what_they_were_saved_as),
		TEST(what_is_behind_a_device_is_programmed_by_family),
		TEST(a_session_whose_route_cannot_be_had_is_refused),
		TEST(routes_of_sims_are_held_against_the_apns_pools_and_this_machines),
		TEST(a_slot_of_another_device_is_not_restored_over),
		TEST(extra_slots_are_found_again),
		TEST(a_relay_is_not_taken_for_a_bearer),
	};

	return cmocka_run_group_tests(tests, loop_up, loop_down);
}
