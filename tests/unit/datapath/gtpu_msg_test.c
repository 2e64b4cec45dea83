/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U messages as octets: what is read, what is refused, what we send (TS 29.281). */
#include "datapath/gtpu_msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static struct gtpu_message m;

static void a_g_pdu_is_read(void **state)
{
	const uint8_t p[] = {0x30, 255, 0, 3, 0x12, 0x34, 0x56, 0x78, 'a', 'b', 'c', 'x'};

	(void)state;
	assert_true(gtpu_parse(p, sizeof(p), &m));
	assert_int_equal(m.type, GTPU_G_PDU);
	assert_int_equal(m.teid, 0x12345678);
	assert_false(m.has_sequence);
	assert_int_equal(m.n, 3);
	assert_memory_equal(m.body, "abc", 3);
}

static void what_is_not_whole_or_not_gtp_1_is_refused(void **state)
{
	uint8_t p[] = {0x36, 255, 0, 9, 0, 0, 0, 1, 0, 7, 0, 0x85, 1, 0, 0, 0, 'a'};

	(void)state;
	assert_true(gtpu_parse(p, sizeof(p), &m));
	assert_int_equal(m.sequence, 7);
	assert_int_equal(m.n, 1);
	for (size_t n = 0; n < sizeof(p); n++)
		assert_false(gtpu_parse(p, n, &m));
	p[0] = 0x26; /* GTP' */
	assert_false(gtpu_parse(p, sizeof(p), &m));
	p[0] = 0x56; /* version 2 */
	assert_false(gtpu_parse(p, sizeof(p), &m));
	p[0] = 0x36;
	p[12] = 0; /* a header of no length */
	assert_false(gtpu_parse(p, sizeof(p), &m));
	p[12] = 2; /* and one beyond the message */
	assert_false(gtpu_parse(p, sizeof(p), &m));
	p[12] = 1;
	p[3] = 3; /* no room for the optional fields */
	assert_false(gtpu_parse(p, sizeof(p), &m));
}

static bool parse_chain(uint8_t first, uint8_t second)
{
	uint8_t p[] = {0x34, 255, 0, 12, 0, 0, 0, 1, 0, 0, 0, first, 1, 0, 0, second, 1, 0, 0, 0};

	return gtpu_parse(p, sizeof(p), &m);
}

static void extension_headers_are_judged_by_their_two_upper_bits(void **state)
{
	(void)state;
	assert_true(parse_chain(0x85, 0xc0));
	assert_false(m.unknown_endpoint || m.unknown_all || m.ends);
	assert_true(parse_chain(0x0f, 0x85));
	assert_false(m.unknown_endpoint || m.unknown_all || m.ends);
	assert_true(parse_chain(0x85, 0x8f));
	assert_true(m.unknown_endpoint && !m.unknown_all);
	assert_true(parse_chain(0xe1, 0x85));
	assert_true(m.unknown_all && !m.unknown_endpoint);
	assert_true(parse_chain(0x40, 0x4f));
	assert_true(m.ends && !m.unknown_endpoint && !m.unknown_all);
}

static bool parse_error(const uint8_t *ies, size_t n, uint32_t *teid, struct in6_addr *peer)
{
	uint8_t p[128] = {0x32, GTPU_ERROR_INDICATION, 0, (uint8_t)(4 + n)};

	memcpy(p + 12, ies, n);
	return gtpu_parse(p, 12 + n, &m) && gtpu_parse_error(&m, teid, peer);
}

static void an_error_indication_names_a_tunnel(void **state)
{
	struct in6_addr peer;
	uint32_t teid;

	(void)state;
	assert_true(parse_error(BYTES(16, 1, 2, 3, 4, 133, 0, 4, 10, 0, 0, 1), &teid, &peer));
	assert_int_equal(teid, 0x01020304);
	assert_true(IN6_IS_ADDR_V4MAPPED(&peer));
	assert_int_equal(peer.s6_addr[15], 1);
	assert_true(parse_error(BYTES(14, 9, 255, 0, 2, 0, 0, 133, 0, 16, 0x20, 1, 0xd, 0xb8, 0, 0,
				      0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 16, 0, 0, 0, 5),
				&teid, &peer));
	assert_int_equal(teid, 5);
	assert_int_equal(peer.s6_addr[0], 0x20);
	assert_int_equal(peer.s6_addr[15], 7);
}

static void a_damaged_error_indication_names_none(void **state)
{
	const uint8_t ies[] = {16, 1, 2, 3, 4, 133, 0, 4, 10, 0, 0, 1};
	struct in6_addr peer;
	uint32_t teid;

	(void)state;
	for (size_t n = 0; n < sizeof(ies); n++)
		assert_false(parse_error(ies, n, &teid, &peer));
	assert_false(parse_error(BYTES(16, 1, 2, 3, 4, 133, 0, 5, 10, 0, 0, 1, 1), &teid, &peer));
	assert_false(parse_error(BYTES(99, 16, 1, 2, 3, 4, 133, 0, 4, 10, 0, 0, 1), &teid, &peer));
	assert_false(parse_error(BYTES(16, 1, 2, 3, 4, 133, 255, 255, 10), &teid, &peer));
}

static void what_we_send_is_what_we_read(void **state)
{
	const struct in6_addr ours = {.s6_addr = {0x20, 1, 0xd, 0xb8, [15] = 1}};
	uint8_t out[GTPU_MESSAGE_MAX];
	struct in6_addr peer;
	uint32_t teid;
	size_t n = gtpu_put_echo_request(out, 0xbeef);
	char types[64];

	(void)state;
	assert_memory_equal(out, "\x32\1\0\4\0\0\0\0\xbe\xef\0\0", 12);
	assert_int_equal(n, 12);
	n = gtpu_put_echo_response(out, 0xbeef);
	assert_memory_equal(out, "\x32\2\0\6\0\0\0\0\xbe\xef\0\0\x0e\0", 14);
	assert_int_equal(n, 14);
	n = gtpu_put_error_indication(out, 0xa1b2c3d4, &ours);
	assert_true(gtpu_parse(out, n, &m) && gtpu_parse_error(&m, &teid, &peer));
	assert_int_equal(teid, 0xa1b2c3d4);
	assert_memory_equal(&peer, &ours, sizeof(ours));
	n = gtpu_put_headers_notification(out);
	assert_true(gtpu_parse(out, n, &m) && m.type == GTPU_HEADERS_NOTIFICATION);
	assert_int_equal(m.teid, 0);
	assert_true(m.has_sequence);
	assert_true(gtpu_parse_headers(&m, types, sizeof(types)));
	assert_string_equal(types, "20,40,81,82,83,84,85,c0");
	assert_true(gtpu_parse_headers(&m, types, 7)); /* cut, not beyond */
	assert_true(strlen(types) < 7);
}

static void a_relay_takes_out_what_ends_there(void **state)
{
	uint8_t p[] = {0x36, 255,  0, 19, 0, 0,    0, 1, 0, 7, 0,   0x40, 1,  8,
		       0x68, 0x85, 1, 1,  1, 0x4f, 1, 0, 0, 0, 'a', 'b',  'c'};
	const uint8_t want[] = {0x36, 255,  0, 11, 0, 0, 0,   9,   0,  7,
				0,    0x85, 1, 1,  1, 0, 'a', 'b', 'c'};

	(void)state;
	assert_true(gtpu_parse(p, sizeof(p), &m) && m.ends);
	assert_int_equal(gtpu_relay(p, 9), sizeof(want));
	assert_memory_equal(p, want, sizeof(want));
	assert_true(gtpu_parse(p, sizeof(want), &m) && !m.ends);
	assert_int_equal(gtpu_relay(p, 10), sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_g_pdu_is_read),
		cmocka_unit_test(what_is_not_whole_or_not_gtp_1_is_refused),
		cmocka_unit_test(extension_headers_are_judged_by_their_two_upper_bits),
		cmocka_unit_test(an_error_indication_names_a_tunnel),
		cmocka_unit_test(a_damaged_error_indication_names_none),
		cmocka_unit_test(what_we_send_is_what_we_read),
		cmocka_unit_test(a_relay_takes_out_what_ends_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
