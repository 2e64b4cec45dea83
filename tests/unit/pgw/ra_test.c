/* SPDX-License-Identifier: Apache-2.0 */
/* Router Solicitation in, Router Advertisement out, on a datapath in memory. */
#include "fake_datapath.h"

#include "core/timer.h"
#include "pgw/pgw.h"

enum { HEADER = 40, NO_SUM = 0xffff };

static int setup(void **state)
{
	struct pgw_config c = {.apns = 1};

	(void)state;
	memset(&fake, 0, sizeof(fake));
	strcpy(c.apn[0].name, "internet");
	c.apn[0].has4 = c.apn[0].has6 = true;
	c.apn[0].net4 = ip4("10.45.0.0");
	c.apn[0].len4 = 24;
	c.apn[0].net6 = ip6("2001:db8:45::");
	c.apn[0].len6 = 48;
	c.apn[0].dns6s = 2;
	c.apn[0].dns6[0] = ip6("2620:fe::9");
	c.apn[0].dns6[1] = ip6("2620:fe::10");
	return pgw_start(&c);
}

static int teardown(void **state)
{
	(void)state;
	pgw_stop();
	return 0;
}

/* A connected session in slot 2. */
static struct gtpc_response session(enum pdn_type type)
{
	struct gtpc_request q = {.type = GTPC_CREATE_SESSION,
				 .imsi = imsi_n(1),
				 .apn = "internet",
				 .pdn_type = type,
				 .bearers = 1,
				 .bearer[0].ebi = 5};
	struct gtpc_response r = ask(GTPC_PGW, &q);

	assert_int_equal(r.cause, GTPC_ACCEPTED);
	fake.s[2].peer = 1;
	return r;
}

/* Sum of the pseudo-header and message, written apart from the code under test. */
static uint16_t checksum(const uint8_t *packet, size_t n)
{
	uint32_t sum = 58 + (uint32_t)(n - HEADER);

	for (size_t i = 8; i < n; i++)
		sum += i % 2 ? packet[i] : (uint32_t)packet[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t solicitation(uint8_t *p, const char *from, const char *to, const void *options,
			   size_t n)
{
	struct in6_addr a = ip6(from), b = ip6(to);
	uint16_t sum;

	memset(p, 0, HEADER + 8);
	p[0] = 0x60;
	p[5] = (uint8_t)(8 + n);
	p[6] = 58;
	p[7] = 255;
	memcpy(p + 8, &a, 16);
	memcpy(p + 24, &b, 16);
	p[40] = 133;
	if (n)
		memcpy(p + 48, options, n);
	sum = checksum(p, HEADER + 8 + n);
	p[42] = (uint8_t)(sum >> 8);
	p[43] = (uint8_t)sum;
	return HEADER + 8 + n;
}

static void a_solicitation_is_answered_with_the_prefix(void **state)
{
	const uint8_t link[8] = {1, 1, 2, 3, 4, 5, 6, 7};
	struct in6_addr from = ip6("fe80::4242"), net = ip6("2001:db8:45:2::"),
			dns = ip6("2620:fe::10");
	uint8_t p[128];
	const uint8_t *ra = fake.sent, *o = fake.sent + HEADER + 16;

	(void)state;
	session(PDN_IPV6);
	pgw_slow_path(2, p, solicitation(p, "fe80::4242", "ff02::2", link, sizeof(link)));
	assert_int_equal(fake.sends, 1);
	assert_int_equal(fake.sent_n, HEADER + 16 + 32 + 8 + 40);
	assert_int_equal(ra[0], 0x60);
	assert_int_equal(ra[4] << 8 | ra[5], fake.sent_n - HEADER);
	assert_int_equal(ra[6], 58);
	assert_int_equal(ra[7], 255);
	assert_int_equal(ra[8] << 8 | ra[9], 0xfe80);
	assert_memory_equal(ra + 24, &from, 16);
	assert_int_equal(ra[40], 134);
	assert_int_equal(checksum(ra, fake.sent_n), 0);
	assert_int_equal(ra[45], 0);                   /* M, O */
	assert_true((ra[46] << 8 | ra[47]) > 0);       /* lifetime: a default router */
	assert_memory_equal(o, "\x03\x04\x40\x40", 4); /* /64, A and not L */
	assert_memory_equal(o + 4, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	assert_memory_equal(o + 16, &net, 16);
	o += 32;
	assert_memory_equal(o, "\x05\x01\x00\x00\x00\x00\x05\xa8", 8); /* MTU 1448 */
	o += 8;
	assert_memory_equal(o, "\x19\x05", 2);
	assert_memory_equal(o + 24, &dns, 16);
}

static void an_unspecified_source_is_answered_to_all_nodes(void **state)
{
	struct in6_addr all = ip6("ff02::1");
	uint8_t p[128];

	(void)state;
	session(PDN_IPV4V6);
	pgw_slow_path(2, p, solicitation(p, "::", "ff02::2", NULL, 0));
	assert_int_equal(fake.sends, 1);
	assert_memory_equal(fake.sent + 24, &all, 16);
}

static void what_is_not_a_solicitation_is_not_answered(void **state)
{
	const uint8_t endless[8] = {1, 0}, beyond[8] = {1, 2}, link[8] = {1, 1};
	uint8_t good[128], p[128];
	size_t n;

	(void)state;
	session(PDN_IPV6);
	n = solicitation(good, "fe80::1234", "ff02::2", NULL, 0);
	for (size_t cut = 0; cut < n; cut++)
		pgw_slow_path(2, good, cut);
	for (size_t i = 0; i < n; i++) /* the checksum covers all but version, flow and hop limit */
		if (i < 1 || i > 3) {
			good[i] ^= 0x10;
			pgw_slow_path(2, good, n);
			good[i] ^= 0x10;
		}
	pgw_slow_path(2, p, solicitation(p, "fe80::1", "ff02::2", endless, 8));
	pgw_slow_path(2, p, solicitation(p, "fe80::1", "ff02::2", beyond, 8));
	pgw_slow_path(2, p, solicitation(p, "::", "ff02::2", link, 8));
	pgw_slow_path(2, p, solicitation(p, "2001:db8::1", "ff02::2", NULL, 0));
	pgw_slow_path(2, p, solicitation(p, "fe80::1", "ff02::1", NULL, 0));
	pgw_slow_path(3, good, n);
	pgw_slow_path(SLOTS + 5, good, n);
	assert_int_equal(fake.sends, 0);
	pgw_slow_path(2, good, n);
	assert_int_equal(fake.sends, 1);
}

static void an_ipv4_session_has_no_router(void **state)
{
	uint8_t p[128];

	(void)state;
	session(PDN_IPV4);
	pgw_slow_path(2, p, solicitation(p, "fe80::1", "ff02::2", NULL, 0));
	pgw_connected(2);
	assert_int_equal(fake.sends, 0);
}

static void a_connection_is_told_once_in_a_long_while(void **state)
{
	(void)state;
	session(PDN_IPV6);
	pgw_connected(2);
	assert_int_equal(fake.sends, 1);
	pgw_connected(2);
	assert_int_equal(fake.sends, 1);
}

static void a_session_that_stays_connected_is_told_by_the_round(void **state)
{
	uint64_t at = loop_now_ms();

	(void)state;
	session(PDN_IPV6);
	fake.s[2].peer = 0;
	timer_advance(at + 3000);
	assert_int_equal(fake.sends, 0); /* idle */
	fake.s[2].peer = 1;
	timer_advance(at + 6000);
	assert_int_equal(fake.sends, 1);
	timer_advance(at + 9000);
	assert_int_equal(fake.sends, 1);
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
		TEST(a_solicitation_is_answered_with_the_prefix),
		TEST(an_unspecified_source_is_answered_to_all_nodes),
		TEST(what_is_not_a_solicitation_is_not_answered),
		TEST(an_ipv4_session_has_no_router),
		TEST(a_connection_is_told_once_in_a_long_while),
		TEST(a_session_that_stays_connected_is_told_by_the_round),
	};

	return cmocka_run_group_tests(tests, loop_up, loop_down);
}
