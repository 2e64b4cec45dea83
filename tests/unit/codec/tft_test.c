/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic flow templates: wire, operations, words, and which packets they are for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mcore/causes.h>
#include "codec/tft.h"

static uint8_t decode(const char *octets, size_t n, struct tft_filters *t)
{
	return tft_decode(bytes_of(octets, n), t);
}
#define DECODE(s, t) decode(s, sizeof(s) - 1, t)

static void a_template_is_read_and_written_the_same(void **state)
{
	static const char wire[] = "\x22"
				   "\x30\x05\x0b"
				   "\x10\xc6\x33\x64\x02\xff\xff\xff\xff"
				   "\x30\x11"
				   "\x11\x06\x0a"
				   "\x51\x13\x88\x13\x92"
				   "\x41\x00\x01\x00\x02";
	struct tft_filters t;
	uint8_t out[TFT_MAX_OCTETS];
	struct wr w = wr_of(out, sizeof(out));

	(void)state;
	assert_int_equal(DECODE(wire, &t), 0);
	assert_int_equal(t.operation, TFT_CREATE);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.filter[0].direction, TFT_BOTH);
	assert_int_equal(t.filter[0].has, TFT_BIT(remote4) | TFT_BIT(protocol));
	assert_int_equal(t.filter[1].id, 1);
	assert_int_equal(t.filter[1].direction, TFT_DOWN);
	assert_int_equal(t.filter[1].precedence, 6);
	assert_int_equal(tft_encode(&t, &w), 0);
	/* components are written in the order of their types */
	assert_int_equal(w.p - out, sizeof(wire) - 1);
	assert_int_equal(tft_decode(bytes_of(out, (size_t)(w.p - out)), &t), 0);
	assert_int_equal(t.filter[1].remote_ports[3], 0x92);
}

static void errors_have_their_causes(void **state)
{
	struct tft_filters t;

	(void)state;
	assert_int_equal(DECODE("", &t), ESM_CAUSE_TFT_SYNTAX);
	assert_int_equal(DECODE("\x20", &t), ESM_CAUSE_TFT_SYNTAX); /* create nothing */
	assert_int_equal(DECODE("\x41", &t), ESM_CAUSE_TFT_SYNTAX); /* delete with a list */
	assert_int_equal(DECODE("\xe0", &t), ESM_CAUSE_TFT_SYNTAX); /* reserved */
	assert_int_equal(DECODE("\x00", &t), ESM_CAUSE_TFT_SYNTAX);
	assert_int_equal(DECODE("\x22\x30\x05\x02\x30\x11", &t),
			 ESM_CAUSE_TFT_SYNTAX); /* one less */
	assert_int_equal(DECODE("\x21\x30\x05\x02\x30\x11\x00", &t), ESM_CAUSE_TFT_SYNTAX);
	assert_int_equal(DECODE("\x21\x30\x05\x02\x31\x11", &t), ESM_CAUSE_FILTER_SYNTAX);
	assert_int_equal(DECODE("\x21\x30\x05\x03\x30\x11", &t), ESM_CAUSE_FILTER_SYNTAX); /* cut */
	assert_int_equal(DECODE("\x21\x30\x05\x00", &t), ESM_CAUSE_FILTER_SYNTAX); /* empty */
	assert_int_equal(DECODE("\x21\x30\x05\x04\x30\x11\x30\x06", &t), ESM_CAUSE_FILTER_SYNTAX);
	/* the same id, the same precedence */
	assert_int_equal(DECODE("\x22\x30\x05\x02\x30\x11\x30\x06\x02\x30\x11", &t),
			 ESM_CAUSE_FILTER_SYNTAX);
	assert_int_equal(DECODE("\x22\x30\x05\x02\x30\x11\x31\x05\x02\x30\x11", &t),
			 ESM_CAUSE_FILTER_SYNTAX);
	/* a range that is empty; a port and a range; ports and SPI */
	assert_int_equal(DECODE("\x21\x30\x05\x05\x51\x00\x02\x00\x01", &t),
			 ESM_CAUSE_FILTER_SEMANTIC);
	assert_int_equal(DECODE("\x21\x30\x05\x08\x50\x00\x02\x51\x00\x01\x00\x02", &t),
			 ESM_CAUSE_FILTER_SEMANTIC);
	assert_int_equal(DECODE("\x21\x30\x05\x08\x50\x00\x02\x60\x00\x01\x00\x02", &t),
			 ESM_CAUSE_FILTER_SEMANTIC);
}

static void parameters_are_read_over(void **state)
{
	struct tft_filters t;

	(void)state;
	assert_int_equal(DECODE("\x31\x30\x05\x02\x30\x11\x03\x02\x00\x01", &t), 0);
	assert_int_equal(DECODE("\xd0\x01\x02\x00\x01", &t), 0);
	assert_int_equal(t.operation, TFT_NO_OPERATION);
	assert_int_equal(DECODE("\xd0\x01\x03\x00\x01", &t), ESM_CAUSE_TFT_SYNTAX);
}

static struct tft_filter filter(const char *text)
{
	struct tft_filter f;
	const char *bad;

	if (!tft_filter_parse(text, &f, &bad))
		fail_msg("%s: what is %s?", text, bad);
	return f;
}

static void operations_change_the_filters(void **state)
{
	struct tft_filters t = {.operation = TFT_CREATE, .n = 2};
	struct tft_filters op = {.operation = TFT_ADD, .n = 1};

	(void)state;
	t.filter[0] = filter("proto 17 id 0 precedence 1");
	t.filter[1] = filter("proto 6 id 1 precedence 2");
	op.filter[0] = filter("proto 1 id 2 precedence 3");
	assert_int_equal(tft_apply(&t, &op), 0);
	assert_int_equal(t.n, 3);
	op.operation = TFT_REPLACE;
	op.filter[0] = filter("proto 58 id 1 precedence 9");
	assert_int_equal(tft_apply(&t, &op), 0);
	assert_int_equal(t.n, 3);
	assert_int_equal(*t.filter[1].protocol, 58);
	op.filter[0].precedence = 1; /* another's */
	assert_int_equal(tft_apply(&t, &op), ESM_CAUSE_FILTER_SYNTAX);
	assert_int_equal(t.filter[1].precedence, 9);
	op.operation = TFT_DELETE_FILTERS;
	op.filter[0].id = 0;
	assert_int_equal(tft_apply(&t, &op), 0);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.filter[0].id, 1);
	op.operation = TFT_DELETE;
	op.n = 0;
	assert_int_equal(tft_apply(&t, &op), 0);
	assert_int_equal(t.n, 0);
	op.operation = TFT_ADD;
	op.n = 1;
	assert_int_equal(tft_apply(&t, &op), ESM_CAUSE_TFT_SEMANTIC);
}

static void words_are_read_and_printed(void **state)
{
	static const char *const good[] = {
		"down precedence 7 remote 192.0.2.0/24 proto 17 remote-port 5000-5010",
		"up precedence 255 local 10.45.0.9/32 local-port 80",
		"both precedence 3 remote 2001:db8::/32 proto 58",
		"both precedence 0 tos 0xb8/0xfc",
		"both precedence 0 spi 0x11223344",
		"both precedence 0 flow-label 0x12345",
	};
	static const char *const bad[] = {
		"",
		"up",
		"proto",
		"proto 256",
		"remote 1.2.3",
		"remote-port 9-8",
		"remote 1.2.3.4/33",
		"colour red",
		"tos 0x100",
		"remote 1.2.3.4 remote 2001:db8::1",
	};
	struct tft_filter f;
	const char *word;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		f = filter(good[i]);
		assert_string_equal(tft_filter_print(&f, text, sizeof(text)), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(tft_filter_parse(bad[i], &f, &word));
}

static void what_a_device_may_ask_for_and_nobody_writes_is_printed_too(void **state)
{
	struct tft_filters t;
	char text[256];

	(void)state;
	assert_int_equal(DECODE("\x23"
				"\x10\x01\x21" /* a mask that is a prefix, */
				"\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
				"\xff\xff\xff\xff\xf0\0\0\0\0\0\0\0\0\0\0\0"
				"\x11\x02\x21" /* and one that is none */
				"\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
				"\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\xff"
				"\x32\x03\x1b"
				"\x81\x02\0\0\0\0\x01"
				"\x82\x02\0\0\0\0\x02"
				"\x83\x00\x64"
				"\x84\x0f\xff"
				"\x85\x0b"
				"\x86\x0e"
				"\x87\x08\x06",
				&t),
			 0);
	assert_string_equal(tft_filter_print(&t.filter[0], text, sizeof(text)),
			    "down precedence 1 remote 2001:db8::7/36");
	assert_string_equal(
		tft_filter_print(&t.filter[1], text, sizeof(text)),
		"down precedence 2 remote 2001:db8::7/mask:ffff00000000000000000000000000ff");
	assert_string_equal(tft_filter_print(&t.filter[2], text, sizeof(text)),
			    "both precedence 3 mac-dst 02:00:00:00:00:01 "
			    "mac-src 02:00:00:00:00:02 c-vid 100 s-vid 4095 c-pcp 0x0b s-pcp 0x0e "
			    "ethertype 0x0806");
}

/* IPv4 UDP from 10.0.0.1:1000 to 192.0.2.1:2000, TOS 0xb8. */
static const uint8_t udp4[] = {0x45, 0xb8, 0,   28, 0, 0, 0, 0,    64, 17,   0, 0, 10, 0,
			       0,    1,    192, 0,  2, 1, 3, 0xe8, 7,  0xd0, 0, 8, 0,  0};

static void packets_are_matched_from_the_devices_side(void **state)
{
	static const struct {
		const char *filter;
		bool up, down;
	} rows[] = {
		{"remote 192.0.2.0/24", true, false},
		{"local 192.0.2.0/24", false, true},
		{"proto udp remote-port 2000", true, false},
		{"proto udp remote-port 1000", false, true},
		{"local-port 900-1000", true, false},
		{"up proto 17", true, false},
		{"down proto 17", false, true},
		{"proto 6", false, false},
		{"tos 0xb8/0xff", true, true},
		{"tos 0xb0/0xf0", true, true},
		{"tos 0x00/0xff", false, false},
		{"spi 5", false, false},
		{"remote ::/0", false, false},
	};
	struct tft_packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tft_filter f = filter(rows[i].filter);

		assert_true(tft_packet_read(udp4, sizeof(udp4), true, &p));
		assert_int_equal(tft_matches(&f, &p), rows[i].up);
		assert_true(tft_packet_read(udp4, sizeof(udp4), false, &p));
		assert_int_equal(tft_matches(&f, &p), rows[i].down);
	}
}

static void later_fragments_have_no_ports(void **state)
{
	uint8_t later[sizeof(udp4)];
	struct tft_filter ports = filter("proto udp remote-port 2000"), proto = filter("proto udp");
	struct tft_packet p;

	(void)state;
	memcpy(later, udp4, sizeof(later));
	later[7] = 1;
	assert_true(tft_packet_read(later, sizeof(later), true, &p));
	assert_false(tft_matches(&ports, &p));
	assert_true(tft_matches(&proto, &p));
}

static void garbage_is_an_error_and_no_more(void **state)
{
	struct tft_filters t;
	uint32_t x = 12345;
	uint8_t b[64];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t n = (x >> 8) % sizeof(b);

		for (size_t k = 0; k < n; k++)
			b[k] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
		x = x * 1664525 + 1013904223;
		if (!tft_decode(bytes_of(b, n), &t)) {
			uint8_t out[TFT_MAX_OCTETS];
			struct wr w = wr_of(out, sizeof(out));

			assert_int_equal(tft_encode(&t, &w), 0);
			assert_int_equal(tft_decode(bytes_of(out, (size_t)(w.p - out)), &t), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_is_read_and_written_the_same),
		cmocka_unit_test(errors_have_their_causes),
		cmocka_unit_test(parameters_are_read_over),
		cmocka_unit_test(operations_change_the_filters),
		cmocka_unit_test(words_are_read_and_printed),
		cmocka_unit_test(what_a_device_may_ask_for_and_nobody_writes_is_printed_too),
		cmocka_unit_test(packets_are_matched_from_the_devices_side),
		cmocka_unit_test(later_fragments_have_no_ports),
		cmocka_unit_test(garbage_is_an_error_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
