/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration engine on a small table of its own that has every kind of value. */
#include "core/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum colour { RED = 1, GREEN };

struct apn {
	const char *name;
	struct config_prefix pool;
	struct in_addr *dns;
	unsigned dnss;
	uint64_t rate;
};

struct settings {
	bool verbose, has_mme;
	const char *name;
	char label[9];
	enum colour colour;
	struct {
		uint32_t t3412_ms;
		uint16_t port;
		uint8_t *tac;
		unsigned tacs;
		uint32_t code;
	} mme;
	uint64_t size;
	struct in6_addr address;
	struct in6_addr address6;
	struct config_prefix host;
	struct apn *apn;
	unsigned apns;
};

/* "a-b" as a * 1000 + b */
static const char *parse_code(const char *text, void *out, size_t size, struct arena *arena)
{
	uint32_t a, b, code;
	char end;

	(void)arena;
	assert_int_equal(size, sizeof(code));
	if (sscanf(text, "%u-%u%c", &a, &b, &end) != 2)
		return "a code such as 1-2";
	code = a * 1000 + b;
	memcpy(out, &code, size);
	return NULL;
}

static const char *check_apn(const void *map, const char **key)
{
	const struct apn *apn = map;

	if (strcmp(apn->name, "slow") == 0 && apn->rate > 1000000) {
		*key = "rate";
		return "is too fast for a slow one";
	}
	return NULL;
}

static const struct config_word colours[] = {{"red", RED, "warm"}, {"green", GREEN, NULL}, {0}};

static const struct config_row apn_rows[] = {
	{"name", CONFIG_STRING, CONFIG_FIELD(struct apn, name), .min = 1, .max = 8,
	 .required = true},
	{"pool", CONFIG_PREFIX, CONFIG_FIELD(struct apn, pool), .required = true},
	{"dns", CONFIG_LIST, CONFIG_ITEMS(struct apn, dns, dnss), .of = CONFIG_IP4, .max = 2,
	 .preset = "8.8.8.8, 1.1.1.1"},
	{"rate", CONFIG_BITRATE, CONFIG_FIELD(struct apn, rate), .preset = "10mbit",
	 .reload = true},
	{0},
};

static const struct config_row mme_rows[] = {
	{"t3412", CONFIG_DURATION, CONFIG_FIELD(struct settings, mme.t3412_ms), .min = 60000,
	 .max = 11160000, .preset = "54min", .help = "periodic TAU"},
	{"port", CONFIG_INTEGER, CONFIG_FIELD(struct settings, mme.port), .min = 1,
	 .preset = "36412"},
	{"tacs", CONFIG_LIST, CONFIG_ITEMS(struct settings, mme.tac, mme.tacs),
	 .of = CONFIG_INTEGER, .item_min = 1, .item_max = 200, .min = 1, .max = 3,
	 .required = true},
	{"code", CONFIG_CUSTOM, CONFIG_FIELD(struct settings, mme.code), .parse = parse_code,
	 .preset = "3-4", .unit = "a code such as 1-2"},
	{0},
};

static const struct config_row rows[] = {
	{"verbose", CONFIG_BOOL, CONFIG_FIELD(struct settings, verbose), .preset = "yes",
	 .reload = true},
	{"name", CONFIG_STRING, CONFIG_FIELD(struct settings, name)},
	{"label", CONFIG_CHARS, CONFIG_FIELD(struct settings, label)},
	{"colour", CONFIG_ENUM, CONFIG_FIELD(struct settings, colour), .words = colours,
	 .preset = "green"},
	/* members of mme are named from the outermost struct */
	{"mme", CONFIG_MAP, .offset = 0, .size = sizeof(struct settings),
	 CONFIG_PRESENT(struct settings, has_mme), .rows = mme_rows, .help = "the MME"},
	{"size", CONFIG_SIZE, CONFIG_FIELD(struct settings, size)},
	{"address", CONFIG_IP, CONFIG_FIELD(struct settings, address)},
	{"address6", CONFIG_IP6, CONFIG_FIELD(struct settings, address6)},
	{"host", CONFIG_IFADDR, CONFIG_FIELD(struct settings, host)},
	{"apns", CONFIG_LIST, CONFIG_ITEMS(struct settings, apn, apns), .of = CONFIG_MAP,
	 .rows = apn_rows, .check = check_apn},
	{0},
};

static struct arena arena;
static struct settings settings;
static struct config_errors errors;
static char *printed;

static int parse(const char *text)
{
	size_t n;
	FILE *f;
	int r;

	arena_free(&arena);
	free(printed);
	memset(&errors, 0, sizeof(errors));
	memset(&settings, 0xee, sizeof(settings)); /* all is to be set */
	r = config_parse(text, strlen(text), rows, &settings, &arena, &errors);
	f = open_memstream(&printed, &n);
	config_print_errors(f, "f", &errors);
	fclose(f);
	assert_int_equal(r == 0, errors.n == 0);
	return r;
}

/* The text is wrong in just this way. */
static void wrong(const char *text, const char *expected)
{
	parse(text);
	assert_string_equal(printed, expected);
}

static void right(const char *text)
{
	parse(text);
	assert_string_equal(printed, "");
}

static void an_empty_file_gives_the_defaults(void **state)
{
	static const struct in6_addr none;

	(void)state;
	right("");
	assert_true(settings.verbose);
	assert_false(settings.has_mme);
	assert_string_equal(settings.name, "");
	assert_string_equal(settings.label, "");
	assert_int_equal(settings.colour, GREEN);
	assert_int_equal(settings.mme.t3412_ms, 54 * 60 * 1000);
	assert_int_equal(settings.mme.port, 36412);
	assert_int_equal(settings.mme.code, 3004);
	assert_int_equal(settings.mme.tacs,
			 0); /* required, but not of a mapping that is not there */
	assert_memory_equal(&settings.address, &none, sizeof(none));
	assert_int_equal(settings.apns, 0);
	assert_int_equal(settings.size, 0);
}

static void every_kind_of_value_is_read(void **state)
{
	char text[INET6_ADDRSTRLEN];

	(void)state;
	right("verbose: off\nname: \"a name\"\nlabel: 12345678\ncolour: Red\nsize: 64kib\n"
	      "address: 10.1.2.3\naddress6: 2001:db8::1\nhost: 10.45.0.1/16\n"
	      "mme:\n  t3412: 1h30min\n  port: 0x100\n  tacs: [1, 200]\n  code: 12-7\n"
	      "apns:\n"
	      "- {name: fast, pool: 10.0.0.0/8, rate: 1.5gbit}\n"
	      "- name: six\n  pool: 2001:db8::/32\n  dns: [9.9.9.9]\n");
	assert_false(settings.verbose);
	assert_string_equal(settings.name, "a name");
	assert_string_equal(settings.label, "12345678");
	assert_int_equal(settings.colour, RED);
	assert_int_equal(settings.size, 65536);
	assert_string_equal(inet_ntop(AF_INET6, &settings.address, text, sizeof(text)),
			    "::ffff:10.1.2.3");
	assert_string_equal(inet_ntop(AF_INET6, &settings.address6, text, sizeof(text)),
			    "2001:db8::1");
	assert_string_equal(inet_ntop(AF_INET6, &settings.host.address, text, sizeof(text)),
			    "::ffff:10.45.0.1");
	assert_int_equal(settings.host.bits, 112);
	assert_true(settings.has_mme);
	assert_int_equal(settings.mme.t3412_ms, 5400000);
	assert_int_equal(settings.mme.port, 256);
	assert_int_equal(settings.mme.tacs, 2);
	assert_int_equal(settings.mme.tac[1], 200);
	assert_int_equal(settings.mme.code, 12007);
	assert_int_equal(settings.apns, 2);
	assert_int_equal(settings.apn[0].rate, 1500000000);
	assert_int_equal(settings.apn[0].dnss, 2);
	assert_string_equal(inet_ntop(AF_INET, &settings.apn[0].dns[1], text, sizeof(text)),
			    "1.1.1.1");
	assert_string_equal(settings.apn[1].name, "six");
	assert_int_equal(settings.apn[1].pool.bits, 32);
	assert_int_equal(settings.apn[1].dnss, 1);
	assert_int_equal(settings.apn[1].rate, 10000000);
}

static void an_unknown_key_is_named_with_the_nearest(void **state)
{
	(void)state;
	wrong("nmae: x\n", "f:1:1: 'nmae' is not a key here; did you mean 'name'?\n");
	wrong("mme:\n  tacs: [1]\n  t3142: 54min\n",
	      "f:3:3: mme: 't3142' is not a key here; did you mean 't3412'?\n");
	wrong("zzzzzzzz: 1\n", "f:1:1: 'zzzzzzzz' is not a key here\n");
}

static void a_key_given_twice_is_named_with_both_lines(void **state)
{
	(void)state;
	wrong("name: a\nlabel: b\nname: c\n", "f:3:1: name: given twice, first in line 1\n");
}

static void a_missing_key_is_named(void **state)
{
	(void)state;
	wrong("mme:\n  port: 1\n",
	      "f:2:3: mme.tacs: is missing: a list of 1 to 3, each a number from 1 to 200\n");
	wrong("apns:\n- name: a\n", "f:2:3: apns[0].pool: is missing: a prefix without host bits, "
				    "such as 10.45.0.0/16 or "
				    "2001:db8::/48\n");
}

static void a_value_out_of_range_is_named_with_the_range(void **state)
{
	(void)state;
	wrong("mme: {tacs: [1], t3412: 59s}\n",
	      "f:1:25: mme.t3412: '59s' is not a duration from 1min to "
	      "186min, such as 500ms, 6s or 54min\n");
	wrong("mme: {tacs: [1], port: 65536}\n",
	      "f:1:24: mme.port: '65536' is not a number from 1 to 65535\n");
	wrong("mme: {tacs: [1, 201]}\n",
	      "f:1:17: mme.tacs[1]: '201' is not a number from 1 to 200\n");
	wrong("mme: {tacs: [1, 2, 3, 4]}\n", "f:1:13: mme.tacs: has 4 elements, not 1 to 3\n");
	wrong("label: 123456789\n", "f:1:8: label: '123456789' is not text of 0 to 8 characters\n");
}

static void a_value_of_the_wrong_kind_is_named_with_what_was_expected(void **state)
{
	static const char *const durations[] = {"5",        "5 s",   "s",     "-5min",
						"5minutes", "5min3", "1.min", ""};
	char text[64];

	(void)state;
	wrong("verbose: maybe\n", "f:1:10: verbose: 'maybe' is not true or false\n");
	wrong("colour: blue\n", "f:1:9: colour: 'blue' is not one of red, green\n");
	wrong("address: 10.1.2\n", "f:1:10: address: '10.1.2' is not an IPv4 or IPv6 address\n");
	wrong("mme: {tacs: [1], code: 12}\n", "f:1:24: mme.code: '12' is not a code such as 1-2\n");
	wrong("mme: {tacs: 1}\n",
	      "f:1:13: mme.tacs: '1' is not a list of 1 to 3, each a number from 1 to 200\n");
	wrong("mme: [1]\n", "f:1:6: mme: a list is not a mapping\n");
	wrong("name: {a: b}\n", "f:1:7: name: a mapping is not text\n");
	wrong("name:\n", "f:1:6: name: needs a value: text\n");
	wrong("host: 10.45.0.1/33\n",
	      "f:1:7: host: '10.45.0.1/33' is not an address with its prefix "
	      "length, such as 10.45.0.1/16\n");
	wrong("apns: [{name: a, pool: 10.1.0.0/8}]\n",
	      "f:1:24: apns[0].pool: '10.1.0.0/8' is not a prefix without host bits, such as "
	      "10.45.0.0/16 or 2001:db8::/48\n");
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		snprintf(text, sizeof(text), "mme: {tacs: [1], t3412: '%s'}\n", durations[i]);
		parse(text);
		assert_int_equal(errors.n, 1);
		assert_string_equal(errors.first->key, "mme.t3412");
	}
}

static void quantities_are_exact_and_do_not_overflow(void **state)
{
	(void)state;
	right("size: 18446744073709551615b\n");
	assert_true(settings.size == UINT64_MAX);
	right("size: 0.000001tb\n");
	assert_int_equal(settings.size, 1000000);
	parse("size: 18446744073709551616b\n");
	assert_int_equal(errors.n, 1);
	parse("size: 16777216tib\n");
	assert_int_equal(errors.n, 1);
	right("apns: [{name: a, pool: 10.0.0.0/8, rate: 64kbit/s}]\n");
	assert_int_equal(settings.apn[0].rate, 64000);
}

static void all_mistakes_are_named_in_the_order_of_the_file(void **state)
{
	(void)state;
	wrong("colour: blue\nmme:\n  port: 0\n  tacs: [0]\nnmae: 1\naddress: x\n",
	      "f:1:9: colour: 'blue' is not one of red, green\n"
	      "f:3:9: mme.port: '0' is not a number from 1 to 65535\n"
	      "f:4:10: mme.tacs[0]: '0' is not a number from 1 to 200\n"
	      "f:5:1: 'nmae' is not a key here; did you mean 'name'?\n"
	      "f:6:10: address: 'x' is not an IPv4 or IPv6 address\n");
}

static void a_check_of_the_callers_sees_a_whole_mapping(void **state)
{
	(void)state;
	wrong("apns:\n- {name: slow, pool: 10.0.0.0/8, rate: 1gbit}\n",
	      "f:2:40: apns[0].rate: is too fast for a slow one\n");
	right("apns:\n- {name: slow, pool: 10.0.0.0/8, rate: 1mbit}\n");
}

static const char *blame(const char *key)
{
	static char place[16];

	memset(&errors, 0, sizeof(errors));
	right("name: a\napns:\n- {name: b, pool: 10.0.0.0/8}\n");
	config_error(&errors, &arena, key, "is %s", "bad");
	snprintf(place, sizeof(place), "%u:%u", errors.first->line, errors.first->column);
	return place;
}

static void a_mistake_between_mappings_has_a_place(void **state)
{
	(void)state;
	assert_string_equal(blame("apns[0].pool"), "3:19");
	assert_string_equal(blame("apns[0].rate"), "3:3");
	assert_string_equal(blame("apns"), "3:1");
	assert_string_equal(blame("name"), "1:7");
	assert_string_equal(blame("names"), "0:0");
}

static void what_is_not_yaml_is_named_with_its_place(void **state)
{
	static const char *const texts[] = {"name: [1\n",  "a: b: c\n", "\tname: x\n",
					    "name: \"x\n", "{",         "%"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		parse(texts[i]);
		assert_true(errors.n >= 1);
		assert_true(errors.first->line >= 1);
		assert_int_equal(strncmp(errors.first->message, "not YAML: ", 10), 0);
	}
	wrong("name: a\nmme:\n \tport: 7\n",
	      "f:3:2: not YAML: a tab, where it indents by spaces\n");
	wrong("mme: port=7\n", "f:1:6: mme: 'port=7' is not a mapping: lines of 'key: value'\n");
	wrong("- a\n", "f:1:1: the file is not a mapping of keys to values\n");
	wrong("name: a\n---\nname: b\n", "f:3:1: a second document in the file\n");
	wrong("[a]: b\n", "f:1:1: a key is not a word\n");
}

static void a_file_that_cannot_be_read_is_said(void **state)
{
	(void)state;
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(config_load("/does/not/exist", rows, &settings, &arena, &errors), -ENOENT);
	assert_int_equal(errors.n, 1);
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(config_load("/tmp", rows, &settings, &arena, &errors), -EISDIR);
}

static void a_file_is_read(void **state)
{
	char path[] = "/tmp/config_test.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "name: from a file\n", 18), 18);
	close(fd);
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(config_load(path, rows, &settings, &arena, &errors), 0);
	unlink(path);
	assert_string_equal(settings.name, "from a file");
}

static void random_damage_is_survived(void **state)
{
	static const char good[] =
		"verbose: on\nname: &x \"a\"\nmme:\n  tacs: [1, 2]\n  t3412: 1h\n"
		"apns:\n- {name: *x, pool: 10.0.0.0/8, dns: [1.2.3.4], rate: 1mbit}\n";
	char text[sizeof(good)];

	(void)state;
	right(good);
	srandom(7);
	for (unsigned i = 0; i < 20000; i++) {
		memcpy(text, good, sizeof(good));
		for (unsigned n = 1 + (unsigned)random() % 3; n; n--)
			text[(size_t)random() % (sizeof(good) - 1)] = (char)(random() % 96 + 31);
		parse(text);
	}
}

static char changes[256];

static void note_change(void *arg, const struct config_row *row, const char *key)
{
	size_t n = strlen(changes);

	(void)arg;
	snprintf(changes + n, sizeof(changes) - n, "%s%s ", key, row->reload ? "*" : "");
}

static const char *diff(const char *was, const char *is)
{
	struct arena old_arena;
	struct settings old;

	right(was);
	old = settings;
	old_arena = arena;
	arena = (struct arena){0};
	right(is);
	changes[0] = '\0';
	config_diff(rows, &old, &settings, note_change, NULL);
	arena_free(&old_arena);
	return changes;
}

static void a_difference_is_told_by_key(void **state)
{
	const char *all = "verbose: on\nname: a\nmme: {tacs: [1, 2]}\n"
			  "apns: [{name: x, pool: 10.0.0.0/8, rate: 1mbit}]\n";

	(void)state;
	assert_string_equal(diff(all, all), "");
	assert_string_equal(diff(all, "verbose: off\nname: b\nmme: {tacs: [1, 3], port: 5}\n"
				      "apns: [{name: x, pool: 10.0.0.0/8, rate: 2mbit}]\n"),
			    "verbose* name mme.port mme.tacs apns[0].rate* ");
	assert_string_equal(diff(all, "name: a\n"), "mme apns ");
}

static void the_reference_names_every_key_with_its_range_and_default(void **state)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	config_print_schema(f, rows);
	fclose(f);
	assert_non_null(strstr(text, "# the MME\nmme:\n"));
	assert_non_null(strstr(
		text, "  # periodic TAU: a duration from 1min to 186min, such as 500ms, 6s or "
		      "54min\n  t3412: 54min\n"));
	assert_non_null(
		strstr(text, "    # name: text of 1 to 8 characters; required\n  - name:\n"));
	assert_non_null(strstr(text, "    dns: [8.8.8.8, 1.1.1.1]\n"));
	assert_non_null(strstr(text, "#   red: warm\n"));
	free(text);
}

static int clean(void **state)
{
	(void)state;
	arena_free(&arena);
	free(printed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_gives_the_defaults),
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(an_unknown_key_is_named_with_the_nearest),
		cmocka_unit_test(a_key_given_twice_is_named_with_both_lines),
		cmocka_unit_test(a_missing_key_is_named),
		cmocka_unit_test(a_value_out_of_range_is_named_with_the_range),
		cmocka_unit_test(a_value_of_the_wrong_kind_is_named_with_what_was_expected),
		cmocka_unit_test(quantities_are_exact_and_do_not_overflow),
		cmocka_unit_test(all_mistakes_are_named_in_the_order_of_the_file),
		cmocka_unit_test(a_check_of_the_callers_sees_a_whole_mapping),
		cmocka_unit_test(a_mistake_between_mappings_has_a_place),
		cmocka_unit_test(what_is_not_yaml_is_named_with_its_place),
		cmocka_unit_test(a_file_that_cannot_be_read_is_said),
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(random_damage_is_survived),
		cmocka_unit_test(a_difference_is_told_by_key),
		cmocka_unit_test(the_reference_names_every_key_with_its_range_and_default),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
