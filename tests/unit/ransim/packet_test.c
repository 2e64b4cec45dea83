/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U headers and the inner packets that the simulator makes and reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>

#include "../../../tools/ransim/gtpu_wire.h"
#include "../../../tools/ransim/pkt.h"

static bool checksum_right_ip4(const uint8_t *p) { return pkt_sum(0, p, 20) == 0xffff; }

static uint32_t pseudo6(const uint8_t *p, size_t n)
{
	return pkt_sum((uint32_t)(n - 40) + p[6], p + 8, 32);
}

static bool checksum_right_icmp6(const uint8_t *p, size_t n)
{
	return pkt_sum(pseudo6(p, n), p + 40, n - 40) == 0xffff;
}

static void set_checksum_icmp6(uint8_t *p, size_t n)
{
	p[42] = p[43] = 0;

	uint32_t sum = ~pkt_sum(pseudo6(p, n), p + 40, n - 40);

	p[42] = (uint8_t)(sum >> 8);
	p[43] = (uint8_t)sum;
}

/* ---- GTP-U
 * ---------------------------------------------------------------------------------------- */

static void reads_what_it_writes(void **state)
{
	uint8_t p[GTPU_LONG_LEN + 5];
	struct gtpu_packet in;

	(void)state;
	for (int sequence = 0; sequence < 2; sequence++) {
		size_t len = sequence ? GTPU_LONG_LEN : GTPU_SHORT_LEN;

		gtpu_header_put(p, GTPU_GPDU, 0x12345678, 5, sequence, 77);
		memcpy(p + len, "hello", 5);
		assert_true(gtpu_parse(p, len + 5, &in));
		assert_int_equal(in.type, GTPU_GPDU);
		assert_int_equal(in.teid, 0x12345678);
		assert_int_equal(in.seq, sequence ? 77 : 0);
		assert_int_equal(in.n, 5);
		assert_memory_equal(in.payload, "hello", 5);
	}
}

static void skips_extension_headers(void **state)
{
	/* E flag; PDCP PDU number (0xc0), then one of two units, then the payload */
	static const uint8_t p[] = {0x34, 0xff, 0,    4 + 4 + 8 + 2, 0, 0, 0, 9, 0, 0, 0, 0xc0,
				    1,    0x12, 0x34, 0x85,          2, 1, 2, 3, 4, 5, 6, 0,
				    'h',  'i'};
	struct gtpu_packet in;

	(void)state;
	assert_true(gtpu_parse(p, sizeof(p), &in));
	assert_int_equal(in.n, 2);
	assert_memory_equal(in.payload, "hi", 2);
}

static void refuses_what_is_malformed(void **state)
{
	static const uint8_t good[] = {0x34, 0xff, 0,    9, 0, 0, 0, 9,  0,
				       0,    0,    0xc0, 1, 2, 3, 0, 'x'};
	uint8_t p[sizeof(good)];
	struct gtpu_packet in;

	(void)state;
	assert_true(gtpu_parse(good, sizeof(good), &in));
	for (size_t n = 0; n < sizeof(good); n++)
		assert_false(gtpu_parse(good, n, &in));
	memcpy(p, good, sizeof(p));
	p[0] = 0x54; /* version 2 */
	assert_false(gtpu_parse(p, sizeof(p), &in));
	p[0] = 0x24; /* GTP' */
	assert_false(gtpu_parse(p, sizeof(p), &in));
	memcpy(p, good, sizeof(p));
	p[12] = 0; /* an extension header of no length */
	assert_false(gtpu_parse(p, sizeof(p), &in));
	p[12] = 9; /* one that runs out of the message */
	assert_false(gtpu_parse(p, sizeof(p), &in));
}

static void error_indication_names_the_teid(void **state)
{
	struct in_addr local = {htonl(0x0a0a0002)};
	struct gtpu_packet in;
	uint8_t p[32];
	uint32_t teid;
	size_t n = gtpu_error_put(p, 0xdeadbeef, local);

	(void)state;
	assert_true(gtpu_parse(p, n, &in));
	assert_int_equal(in.type, GTPU_ERROR_INDICATION);
	assert_int_equal(in.teid, 0);
	assert_true(gtpu_error_teid(&in, &teid));
	assert_int_equal(teid, 0xdeadbeef);
	in.n = 4;
	assert_false(gtpu_error_teid(&in, &teid));
}

static void echo_response_keeps_the_sequence_number(void **state)
{
	struct gtpu_packet in;
	uint8_t p[32];

	(void)state;
	assert_true(gtpu_parse(p, gtpu_echo_response_put(p, 4711), &in));
	assert_int_equal(in.type, GTPU_ECHO_RESPONSE);
	assert_int_equal(in.seq, 4711);
}

/* ---- inner packets
 * -------------------------------------------------------------------------------- */

static void knows_the_reply_to_its_own_echo_request(void **state)
{
	struct in_addr a = {htonl(0x0a2d0002)}, b = {htonl(0xc6336402)};
	struct in6_addr a6 = {.s6_addr = {0x20, 1, [15] = 1}},
			b6 = {.s6_addr = {0x20, 1, [15] = 2}};
	uint8_t p[128];
	uint64_t stamp;
	uint16_t seq;
	size_t n = pkt_echo4(p, sizeof(p), a, b, 300, 123456789, 56);

	(void)state;
	assert_int_equal(n, 84);
	assert_true(checksum_right_ip4(p));
	assert_int_equal(pkt_sum(0, p + 20, n - 20), 0xffff);
	assert_false(pkt_is_our_reply(p, n, &seq, &stamp));
	p[20] = 0;
	assert_true(pkt_is_our_reply(p, n, &seq, &stamp));
	assert_int_equal(seq, 300);
	assert_int_equal(stamp, 123456789);
	p[25] ^= 1; /* somebody else's ping */
	assert_false(pkt_is_our_reply(p, n, &seq, &stamp));

	n = pkt_echo6(p, sizeof(p), &a6, &b6, 301, 5, 56);
	assert_int_equal(n, 104);
	assert_true(checksum_right_icmp6(p, n));
	assert_false(pkt_is_our_reply(p, n, &seq, &stamp));
	p[40] = 129;
	assert_true(pkt_is_our_reply(p, n, &seq, &stamp));
	assert_int_equal(seq, 301);
	for (size_t i = 0; i < n - 56 + 8; i++)
		assert_false(pkt_is_our_reply(p, i, &seq, &stamp));
}

static void builds_nothing_where_there_is_no_room(void **state)
{
	struct in_addr a = {0};
	uint8_t p[64], iid[8] = {1};

	(void)state;
	assert_int_equal(pkt_echo4(p, 40, a, a, 1, 1, 56), 0);
	assert_int_equal(pkt_echo4(p, sizeof(p), a, a, 1, 1, 4), 0);
	assert_int_equal(pkt_router_solicit(p, 47, iid), 0);
	assert_int_equal(pkt_udp4(p, sizeof(p), a, a, 1, 2, 37), 0);
	assert_int_equal(pkt_udp4(p, sizeof(p), a, a, 1, 2, 36), 64);
}

static void router_solicitation_comes_from_the_link_local_address(void **state)
{
	static const uint8_t iid[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t p[64];
	size_t n = pkt_router_solicit(p, sizeof(p), iid);

	(void)state;
	assert_int_equal(n, 48);
	assert_int_equal(p[7], 255);
	assert_int_equal(p[8] << 8 | p[9], 0xfe80);
	assert_memory_equal(p + 16, iid, 8);
	assert_int_equal(p[40], 133);
	assert_true(checksum_right_icmp6(p, n));
}

/* Prefix information, MTU, then RDNSS with two servers. */
static size_t advertisement(uint8_t *p)
{
	static const uint8_t options[] = {
		3, 4,    64, 0x40, 0,    0,        1,           0, 0,       0,    1,  0, 0, 0, 0,
		0, 0x20, 1,  0xd,  0xb8, 0,        0x45,        0, 9,       0,    0,  0, 0, 0, 0,
		0, 0,    5,  1,    0,    0,        0,           0, 0x05,    0x78, 25, 5, 0, 0, 0,
		0, 2,    0,  0x20, 1,    [63] = 1, [64] = 0x20, 2, [79] = 2};
	size_t n = 40 + 16 + sizeof(options);

	memset(p, 0, n);
	p[0] = 0x60;
	p[5] = (uint8_t)(n - 40);
	p[6] = 58;
	p[7] = 255;
	p[8] = 0xfe;
	p[9] = 0x80;
	p[24] = 0xff;
	p[25] = 2;
	p[39] = 1;
	p[40] = 134;
	memcpy(p + 56, options, sizeof(options));
	set_checksum_icmp6(p, n);
	return n;
}

static void reads_a_router_advertisement(void **state)
{
	uint8_t p[256];
	struct pkt_ra ra;
	size_t n = advertisement(p);

	(void)state;
	assert_true(pkt_is_ra(p, n, &ra));
	assert_true(ra.has_prefix);
	assert_int_equal(ra.prefix_len, 64);
	assert_int_equal(ra.prefix.s6_addr[7], 9);
	assert_int_equal(ra.mtu, 1400);
	assert_int_equal(ra.dns, 2);
	assert_int_equal(ra.dns_addr[1].s6_addr[15], 2);
}

static void does_not_believe_a_damaged_or_routed_advertisement(void **state)
{
	uint8_t p[256];
	struct pkt_ra ra;
	size_t n = advertisement(p);

	(void)state;
	p[60] ^= 1;
	assert_false(pkt_is_ra(p, n, &ra));
	p[60] ^= 1;
	p[7] = 254; /* it crossed a router */
	assert_false(pkt_is_ra(p, n, &ra));
	p[7] = 255;
	for (size_t i = 0; i < n; i++)
		assert_false(pkt_is_ra(p, i, &ra));
	p[57] = 0; /* an option of no length: what follows is not read */
	set_checksum_icmp6(p, n);
	assert_true(pkt_is_ra(p, n, &ra));
	assert_false(ra.has_prefix);
	p[57] = 255; /* one beyond the end */
	set_checksum_icmp6(p, n);
	assert_true(pkt_is_ra(p, n, &ra));
	assert_false(ra.has_prefix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(skips_extension_headers),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(error_indication_names_the_teid),
		cmocka_unit_test(echo_response_keeps_the_sequence_number),
		cmocka_unit_test(knows_the_reply_to_its_own_echo_request),
		cmocka_unit_test(builds_nothing_where_there_is_no_room),
		cmocka_unit_test(router_solicitation_comes_from_the_link_local_address),
		cmocka_unit_test(reads_a_router_advertisement),
		cmocka_unit_test(does_not_believe_a_damaged_or_routed_advertisement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
