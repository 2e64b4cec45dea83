/* SPDX-License-Identifier: Apache-2.0 */
/* What devices ask for by protocol configuration options and what they get. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "codec/pco.h"

static struct pco_config config(void)
{
	struct pco_config c = {.dns4_n = 2, .dns6_n = 1, .mtu = 1358, .has4 = true, .has6 = true};

	inet_pton(AF_INET, "192.0.2.1", &c.dns4[0]);
	inet_pton(AF_INET, "192.0.2.2", &c.dns4[1]);
	inet_pton(AF_INET6, "2001:db8::53", &c.dns6[0]);
	return c;
}

/* The request's octets, and the answer's, n of them; n 0 for no answer. */
static void expect(const struct pco_config *c, const char *req, size_t reqn, const char *ans,
		   size_t n)
{
	uint8_t out[251];
	struct wr w = wr_of(out, sizeof(out));

	assert_int_equal(pco_answer(bytes_of(req, reqn), c, &w), n);
	assert_int_equal(w.p - out, n);
	assert_memory_equal(out, ans, n);
}
#define EXPECT(c, req, ans) expect(c, req, sizeof(req) - 1, ans, sizeof(ans) - 1)

static void dns_servers_and_mtu_are_given_to_who_asks(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "\x80\x00\x0d\x00\x00\x10\x00",
	       "\x80\x00\x0d\x04\xc0\x00\x02\x01\x00\x0d\x04\xc0\x00\x02\x02\x00\x10\x02\x05\x4e");
	EXPECT(&c, "\x80\x00\x03\x00",
	       "\x80\x00\x03\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53");
}

static void what_was_not_asked_for_is_not_given(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "", "");
	EXPECT(&c, "\x80", "");
	EXPECT(&c, "\x80\x00\x0a\x00\x00\x02\x00\x00\x0c\x00\x00\x05\x00\xff\x00\x03\x31\x32\x33",
	       "");
}

static void a_question_asked_twice_is_answered_once(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "\x80\x00\x10\x00\x00\x10\x00\x00\x10\x00", "\x80\x00\x10\x02\x05\x4e");
}

static void servers_of_the_other_address_family_are_left_out(void **state)
{
	struct pco_config c = config();

	(void)state;
	c.has6 = false;
	EXPECT(&c, "\x80\x00\x03\x00", "");
	c.has6 = true;
	c.has4 = false;
	EXPECT(&c, "\x80\x00\x0d\x00\x00\x10\x00", "");
}

static void ipcp_request_without_servers_is_nakked_with_them(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c,
	       "\x80\x80\x21\x10\x01\x07\x00\x10\x81\x06\x00\x00\x00\x00\x83\x06\x00\x00\x00\x00",
	       "\x80\x80\x21\x10\x03\x07\x00\x10\x81\x06\xc0\x00\x02\x01\x83\x06\xc0\x00\x02\x02");
}

static void ipcp_request_for_what_it_has_is_acknowledged(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "\x80\x80\x21\x0a\x01\x07\x00\x0a\x81\x06\xc0\x00\x02\x01",
	       "\x80\x80\x21\x0a\x02\x07\x00\x0a\x81\x06\xc0\x00\x02\x01");
}

static void ipcp_servers_come_before_a_reject_of_name_servers(void **state)
{
	struct pco_config c = config();

	(void)state;
	c.dns4_n = 1;
	EXPECT(&c,
	       "\x80\x80\x21\x16\x01\x00\x00\x16\x81\x06\x00\x00\x00\x00\x82\x06\x00\x00\x00\x00"
	       "\x83\x06\x00\x00\x00\x00",
	       "\x80\x80\x21\x0a\x03\x00\x00\x0a\x81\x06\xc0\x00\x02\x01");
}

static void ipcp_request_for_nothing_we_have_is_rejected(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "\x80\x80\x21\x0a\x01\x09\x00\x0a\x03\x06\x00\x00\x00\x00",
	       "\x80\x80\x21\x0a\x04\x09\x00\x0a\x03\x06\x00\x00\x00\x00");
}

static void ipcp_options_repeated_to_overflow_are_answered_once(void **state)
{
	struct pco_config c = config();
	uint8_t req[251] = {0x80, 0x80, 0x21, 244, 1, 0, 0, 244}, out[251];
	struct wr w = wr_of(out, sizeof(out));

	(void)state;
	for (size_t i = 8; i < 248; i += 2) {
		req[i] = 0x81;
		req[i + 1] = 2;
	}
	assert_int_equal(pco_answer(bytes_of(req, 248), &c, &w), 14);
	assert_memory_equal(out, "\x80\x80\x21\x0a\x03\x00\x00\x0a\x81\x06\xc0\x00\x02\x01", 14);
}

static void malformed_ppp_is_not_answered(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "\x80\x80\x21\x02\x01\x07", "");                 /* no length */
	EXPECT(&c, "\x80\x80\x21\x04\x01\x07\x00\x20", "");         /* length beyond */
	EXPECT(&c, "\x80\x80\x21\x06\x01\x07\x00\x06\x81\x00", ""); /* option of length 0 */
	EXPECT(&c, "\x80\x80\x21\x06\x01\x07\x00\x06\x81\x06", ""); /* option cut short */
	EXPECT(&c, "\x80\x80\x21\x04\x02\x07\x00\x04", "");         /* not a request */
	EXPECT(&c, "\x80\xc0\x23\x00\xc2\x23\x01\x02", "");
}

static void pap_is_acknowledged_and_chap_succeeds(void **state)
{
	struct pco_config c = config();

	(void)state;
	EXPECT(&c, "\x80\xc0\x23\x0a\x01\x05\x00\x0a\x02\x61\x62\x02\x63\x64",
	       "\x80\xc0\x23\x05\x02\x05\x00\x05\x00");
	EXPECT(&c,
	       "\x80\xc2\x23\x07\x01\x06\x00\x07\x02\xaa\xbb\xc2\x23\x07\x02\x06\x00\x07\x02\xcc"
	       "\xdd",
	       "\x80\xc2\x23\x04\x03\x06\x00\x04");
}

static void a_container_beyond_the_end_is_an_error_and_writes_nothing(void **state)
{
	struct pco_config c = config();
	uint8_t out[64];
	struct wr w = wr_of(out, sizeof(out));

	(void)state;
	assert_int_equal(pco_answer(bytes_of("\x80\x00\x0d\x00\x00\x10\x09", 7), &c, &w), -EBADMSG);
	assert_ptr_equal(w.p, out);
	assert_int_equal(pco_answer(bytes_of("\x80\x00", 2), &c, &w), -EBADMSG);
}

static void a_full_buffer_is_an_error(void **state)
{
	struct pco_config c = config();
	uint8_t out[64];

	(void)state;
	for (size_t n = 0; n < 21; n++) {
		struct wr w = wr_of(out, n);
		int r = pco_answer(bytes_of("\x80\x00\x0d\x00\x00\x10\x00", 7), &c, &w);

		assert_int_equal(r, n < 20 ? -ENOSPC : 20);
	}
}

static void the_device_reads_what_the_gateway_answers(void **state)
{
	struct pco_config c = config(), got = {0};
	uint8_t req[251], ans[251];
	struct wr q = wr_of(req, sizeof(req)), a = wr_of(ans, sizeof(ans));
	int n;

	(void)state;
	pco_request(&q);
	assert_false(q.bad);
	n = pco_answer(bytes_of(req, (size_t)(q.p - req)), &c, &a);
	assert_true(n > 0);
	assert_int_equal(pco_read_answer(bytes_of(ans, (size_t)n), &got), 0);
	assert_int_equal(got.dns4_n, 2);
	assert_memory_equal(got.dns4, c.dns4, 8);
	assert_int_equal(got.dns6_n, 1);
	assert_memory_equal(got.dns6, c.dns6, 16);
	assert_int_equal(got.mtu, 1358);
}

static void random_octets_do_no_harm(void **state)
{
	struct pco_config c = config();
	uint8_t in[64], out[251];

	(void)state;
	srandom(1);
	for (unsigned k = 0; k < 200000; k++) {
		struct wr w = wr_of(out, sizeof(out));
		size_t n = (size_t)random() % sizeof(in);

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)(random() % 4 ? random() % 8 : random());
		for (size_t i = 1; i + 2 < n; i += 8)
			memcpy(in + i, random() % 2 ? "\x80\x21" : "\xc0\x23", 2);
		if (pco_answer(bytes_of(in, n), &c, &w) > 0)
			pco_read_answer(bytes_of(out, (size_t)(w.p - out)), &c);
		c = config();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dns_servers_and_mtu_are_given_to_who_asks),
		cmocka_unit_test(what_was_not_asked_for_is_not_given),
		cmocka_unit_test(a_question_asked_twice_is_answered_once),
		cmocka_unit_test(servers_of_the_other_address_family_are_left_out),
		cmocka_unit_test(ipcp_request_without_servers_is_nakked_with_them),
		cmocka_unit_test(ipcp_request_for_what_it_has_is_acknowledged),
		cmocka_unit_test(ipcp_servers_come_before_a_reject_of_name_servers),
		cmocka_unit_test(ipcp_request_for_nothing_we_have_is_rejected),
		cmocka_unit_test(ipcp_options_repeated_to_overflow_are_answered_once),
		cmocka_unit_test(malformed_ppp_is_not_answered),
		cmocka_unit_test(pap_is_acknowledged_and_chap_succeeds),
		cmocka_unit_test(a_container_beyond_the_end_is_an_error_and_writes_nothing),
		cmocka_unit_test(a_full_buffer_is_an_error),
		cmocka_unit_test(the_device_reads_what_the_gateway_answers),
		cmocka_unit_test(random_octets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
