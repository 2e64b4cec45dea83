/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers over the API: one by one and by import. */
#include "harness.h"

static atomic_int kept; /* addresses, IPv4 alone */

static void fake_keep(struct in_addr ue4, struct in6_addr ue6, bool keep)
{
	(void)ue6;
	if (ue4.s_addr)
		kept += keep ? 1 : -1;
}

/* ---- SIMs ---- */

static void sim_is_added_shown_without_keys_changed_and_deleted(void **state)
{
	struct answer a = ask("POST", "/sims", NULL,
			      "{\"imsi\":\"001010000000100\"," K_OPC
			      ",\"msisdn\":\"+46701234567\",\"profile\":\"meter\","
			      "\"ip\":\"10.45.0.9\",\"ip6\":\"2001:db8:1:2::/64\"}");

	(void)state;
	assert_int_equal(a.status, 201);
	drop(a);
	assert_int_equal(kept, 1);
	a = ask("GET", "/sims/001010000000100", NULL, NULL);
	assert_int_equal(a.status, 200);
	assert_null(strcasestr(a.text, K32));
	assert_null(strcasestr(a.text, OPC32));
	assert_string_equal(string_in(a.json, "k"), "set");
	assert_string_equal(string_in(a.json, "amf"), "8000");
	assert_string_equal(string_in(a.json, "ue4"), "10.45.0.9");
	assert_string_equal(string_in(a.json, "ue6"), "2001:db8:1:2::");
	assert_string_equal(string_in(a.json, "msisdn"), "46701234567");
	assert_string_equal(string_in(a.json, "algorithm"), "milenage");
	drop(a);
	assert_int_equal(status_of("PATCH", "/sims/001010000000100",
				   "{\"blocked\":true,\"ip\":\"\",\"msisdn\":123}"),
			 200);
	assert_int_equal(kept, 0);
	a = ask("GET", "/sims/001010000000100", NULL, NULL);
	assert_true(json_is_true(json_object_get(a.json, "blocked")));
	assert_true(json_is_null(json_object_get(a.json, "ue4")));
	assert_string_equal(string_in(a.json, "msisdn"), "123");
	assert_string_equal(string_in(a.json, "profile"), "meter");
	drop(a);
	assert_int_equal(status_of("DELETE", "/sims/001010000000100", NULL), 200);
	assert_int_equal(status_of("GET", "/sims/001010000000100", NULL), 404);
	assert_int_equal(status_of("DELETE", "/sims/001010000000100", NULL), 404);
	assert_non_null(strstr(said, "001010000000100"));
}

/* As a PGW would, of one network with the pool 10.45.0.0/16. */
static unsigned refused_asked;
static const char *fake_refused(const char *apn, const struct prefix *route)
{
	const struct prefix pool = {{.s6_addr = {[10] = 0xff, 0xff, 10, 45}}, 16};

	refused_asked++;
	return !strcmp(apn, "internet") && prefix_meet(&pool, route)
		       ? "shares addresses with an APN's pool"
		       : NULL;
}

static void networks_behind_devices_are_apart(void **state)
{
	struct answer a = ask("POST", "/sims", NULL,
			      "{\"imsi\":\"001010000000110\"," K_OPC
			      ",\"routes\":\"192.0.2.0/24, 2001:db8:b::/48\"}");

	(void)state;
	assert_int_equal(a.status, 201);
	assert_string_equal(string_in(a.json, "routes"), "192.0.2.0/24 2001:db8:b::/48");
	drop(a);
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000111\"," K_OPC
				   ",\"routes\":\"192.0.2.1/24\"}"),
			 400);
	a = ask("POST", "/sims", NULL,
		"{\"imsi\":\"001010000000111\"," K_OPC
		",\"routes\":\"198.18.0.0/16 192.0.2.128/25\"}");
	assert_int_equal(a.status, 409);
	assert_non_null(strstr(a.text, "192.0.2.128/25 shares addresses with what is behind SIM "
				       "001010000000110"));
	drop(a);
	assert_int_equal(
		status_of("PATCH", "/sims/001010000000110", "{\"routes\":\"192.0.0.0/16\"}"),
		200); /* its own is no other's */
	assert_int_equal(status_of("PATCH", "/sims/001010000000110", "{\"routes\":\"10.0.0.0/8\"}"),
			 409);
	refused_asked = 0; /* what is not about them is not held against them */
	assert_int_equal(status_of("PATCH", "/sims/001010000000110", "{\"blocked\":true}"), 200);
	assert_int_equal(refused_asked, 0);
	a = ask("POST", "/sims", "text/csv",
		"imsi,k,opc,routes\n001010000000112," K32 "," OPC32 ",10.45.1.0/24\n");
	assert_non_null(strstr(a.text, "routes: 10.45.1.0/24 shares addresses with an APN's pool"));
	drop(a);
	a = ask("PATCH", "/sims/001010000000110", NULL, "{\"routes\":\"\"}");
	assert_true(json_is_null(json_object_get(a.json, "routes")));
	drop(a);
	assert_int_equal(status_of("DELETE", "/sims/001010000000110", NULL), 200);
}

static void opc_is_computed_from_op(void **state)
{
	struct subscriber s;
	imsi_t imsi = IMSI_NONE;

	(void)state;
	/* 3GPP TS 35.208 test set 1 */
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000101\","
				   "\"k\":\"465b5ce8b199b49faa5f0a2ee238a6bc\","
				   "\"op\":\"cdc202d5123e20f62b6d676ac72cb318\"}"),
			 201);
	imsi_parse("001010000000101", &imsi);
	/* The loop is idle, so reading here races with nobody. */
	assert_int_equal(store_subscriber_get(imsi, &s), 0);
	static const uint8_t opc[] = {0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e,
				      0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf};
	assert_memory_equal(s.opc, opc, 16);
}

static void mistakes_in_a_sim_name_the_word_and_never_a_key(void **state)
{
	static const struct {
		const char *body, *says;
	} wrong[] = {
		{"{\"imsi\":\"12345\"," K_OPC "}", "imsi: expected 6 to 15 digits, not '12345'"},
		{"{" K_OPC "}", "imsi is missing"},
		{"{\"imsi\":\"001010000000102\",\"opc\":\"" OPC32 "\"}", "k is missing"},
		{"{\"imsi\":\"001010000000102\",\"k\":\"" K32 "\"}", "opc (or op) is missing"},
		{"{\"imsi\":\"001010000000102\",\"k\":\"" K32 "zz\",\"opc\":\"" OPC32 "\"}",
		 "k: expected 32 hex digits"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"op\":\"" OPC32 "\"}", "not both"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"profile\":\"gold\"}", "gold"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"ip\":\"10.0.0\"}", "ip: expected"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"ip6\":\"2001:db8::1\"}", "/64"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"colour\":\"red\"}",
		 "what is 'colour'?"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"blocked\":[1]}", "blocked: expected"},
		{"[1]", "JSON object"},
		{"nonsense", "JSON object"},
		{"", "JSON object"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(status_of("POST", "/sims", wrong[i].body), 400);
		if (!strstr(said, wrong[i].says))
			fail_msg("'%s' instead of '%s'", said, wrong[i].says);
		assert_null(strcasestr(said, "00112233"));
	}
	assert_int_equal(status_of("GET", "/sims/001010000000102", NULL), 404);
}

static void sim_twice_or_with_anothers_address_is_refused(void **state)
{
	(void)state;
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000103\"," K_OPC ",\"ip\":\"10.45.0.3\"}"),
			 201);
	assert_int_equal(status_of("POST", "/sims", "{\"imsi\":\"001010000000103\"," K_OPC "}"),
			 409);
	assert_non_null(strstr(said, "there already"));
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000104\"," K_OPC ",\"ip\":\"10.45.0.3\"}"),
			 409);
	assert_non_null(strstr(said, "address"));
}

static void import_of_csv_tells_mistakes_by_line(void **state)
{
	struct answer a = ask("POST", "/sims", "text/csv",
			      "\xef\xbb\xbfimsi;k;opc;msisdn\r\n"
			      "# a comment\r\n"
			      "001010000000200;" K32 ";" OPC32 ";123\r\n"
			      "\r\n"
			      "001010000000201;" K32 ";" OPC32 "\r\n"
			      "\"001010000000202\"; " K32 " ;" OPC32 ";\r\n"
			      "001010000000200;" K32 ";" OPC32 ";\r\n"
			      "001010000000203;shortkey;" OPC32 ";\r\n"
			      "001010000000204;" K32 ";" OPC32 ";7");
	static const int lines[] = {5, 7, 8};
	json_t *e, *errors = json_object_get(a.json, "errors");
	unsigned seen = 0;
	size_t i;

	(void)state;
	assert_int_equal(a.status, 200);
	assert_int_equal(number_in(a.json, "imported"), 3);
	assert_int_equal(number_in(a.json, "failed"), 3);
	json_array_foreach(errors, i, e) for (unsigned l = 0; l < 3; l++) seen |=
		(unsigned)(number_in(e, "line") == lines[l]) << l;
	assert_int_equal(seen, 7);
	assert_null(strstr(a.text, "shortkey"));
	drop(a);
	assert_int_equal(status_of("GET", "/sims/001010000000204", NULL), 200);
	assert_int_equal(status_of("GET", "/sims/001010000000203", NULL), 404);
}

static void import_of_ndjson_can_replace(void **state)
{
	const char *body = "{\"imsi\":\"001010000000210\"," K_OPC ",\"msisdn\":\"1\"}\n"
			   "{\"imsi\":\"001010000000211\"," K_OPC "}\n";
	struct answer a = ask("POST", "/sims", "application/x-ndjson", body);

	(void)state;
	assert_int_equal(number_in(a.json, "imported"), 2);
	drop(a);
	a = ask("POST", "/sims", "application/x-ndjson", body);
	assert_int_equal(number_in(a.json, "failed"), 2);
	drop(a);
	a = ask("POST", "/sims?replace=1", "application/x-ndjson", body);
	assert_int_equal(number_in(a.json, "imported"), 2);
	drop(a);
}

static void import_with_an_unknown_column_is_refused_whole(void **state)
{
	struct answer a = ask("POST", "/sims", "text/csv",
			      "imsi,kk,opc\n001010000000220," K32 "," OPC32 "\n");

	(void)state;
	assert_int_equal(a.status, 400);
	assert_non_null(strstr(a.text, "kk"));
	assert_int_equal(number_in(a.json, "imported"), 0);
	drop(a);
}

static void overlong_line_is_left_out_and_the_next_is_read(void **state)
{
	char *body = malloc(200000), *at = body;
	struct answer a;

	(void)state;
	at += sprintf(at, "imsi,k,opc\n");
	memset(at, '9', 150000);
	at += 150000;
	sprintf(at, "\n001010000000230," K32 "," OPC32 "\n");
	a = ask("POST", "/sims", "text/csv", body);
	assert_int_equal(number_in(a.json, "imported"), 1);
	assert_int_equal(number_in(a.json, "failed"), 1);
	assert_int_equal(number_in(json_array_get(json_object_get(a.json, "errors"), 0), "line"),
			 2);
	drop(a);
	free(body);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 60,000 rows: many more than may be queued, so the connection is suspended in between; and a list
 * of them in pages has each once. */
static void long_import_is_bounded_and_listed_in_pages(void **state)
{
	enum { N = 60000 };
	char *body = malloc(N * 100), *at = body, path[64] = "/sims?from=001020000000000";
	double t = seconds();
	unsigned listed = 0;
	struct answer a;

	(void)state;
	at += sprintf(at, "imsi,k,opc\n");
	for (unsigned i = 0; i < N; i++)
		at += sprintf(at, "00102%010u," K32 "," OPC32 "\n", i);
	a = ask("POST", "/sims", "text/csv", body);
	assert_int_equal(a.status, 200);
	assert_int_equal(number_in(a.json, "imported"), N);
	drop(a);
	print_message("# import over HTTP: %.0f rows/s\n", N / (seconds() - t));
	while (*path) {
		const char *next;
		json_t *sims;

		a = ask("GET", path, NULL, NULL);
		sims = json_object_get(a.json, "sims");
		for (size_t i = 0; i < json_array_size(sims); i++) {
			char expected[IMSI_STRLEN];

			snprintf(expected, sizeof expected, "00102%010u", listed++);
			assert_string_equal(string_in(json_array_get(sims, i), "imsi"), expected);
		}
		next = string_in(a.json, "next");
		snprintf(path, sizeof path, *next ? "/sims?from=%s" : "%s", next);
		drop(a);
	}
	assert_int_equal(listed, N);
	free(body);
}

static void import_that_breaks_off_harms_nobody(void **state)
{
	static const char head[] = "POST /sims HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
				   "Content-Length: 1000000\r\n\r\nimsi,k,opc\n0010300000";

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		int fd = dial();

		say(fd, head, sizeof head - 1);
		close(fd);
	}
	assert_int_equal(status_of("GET", "/version", NULL), 200);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(sim_is_added_shown_without_keys_changed_and_deleted),
		T(networks_behind_devices_are_apart),
		T(opc_is_computed_from_op),
		T(mistakes_in_a_sim_name_the_word_and_never_a_key),
		T(sim_twice_or_with_anothers_address_is_refused),
		T(import_of_csv_tells_mistakes_by_line),
		T(import_of_ndjson_can_replace),
		T(import_with_an_unknown_column_is_refused_whole),
		T(overlong_line_is_left_out_and_the_next_is_read),
		T(long_import_is_bounded_and_listed_in_pages),
		T(import_that_breaks_off_harms_nobody),
	};

	config.keep = fake_keep;
	config.route_refused = fake_refused;
	return run_group("sim", tests, sizeof tests / sizeof *tests);
}
