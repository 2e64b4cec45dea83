/* SPDX-License-Identifier: Apache-2.0 */
/* Dedicated bearers: show, add, set, del. */
#include "ctl.h"

#include <stdlib.h>
#include <string.h>

const char *const bearer_words[] = {"apn",         "qci",    "arp",      "may-preempt",
				    "preemptable", "gbr-up", "gbr-down", "mbr-up",
				    "mbr-down",    "filter", NULL};

/* "64kbit", "1.5mbit", "2gbit", or bit/s; how much is too much, the API says. */
static bool rate(const char *word, json_int_t *out)
{
	static const struct {
		const char *unit;
		double times;
	} units[] = {{"", 1},       {"bit", 1},    {"kbit", 1e3},
		     {"mbit", 1e6}, {"gbit", 1e9}, {"tbit", 1e12}};
	char *end;
	double v = strtod(word, &end);

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (end != word && v >= 0 && !strcmp(end, units[i].unit)) {
			v = v * units[i].times + 0.5;
			*out = v < 1e18 ? (json_int_t)v : 1000000000000000000;
			return true;
		}
	complain("'%s' is not a rate, such as 64kbit, 1.5mbit or 20gbit", word);
	return false;
}

static bool number(const char *key, const char *word, json_int_t *out)
{
	char *end;

	*out = strtol(word, &end, 10);
	if (*word && !*end)
		return true;
	complain("%s: '%s' is not a number", key, word);
	return false;
}

/* Puts a word's value into the body; 0 or an exit code. */
static int put(json_t *body, int word, const char *key, const char *value)
{
	char name[32];
	json_int_t v;

	snprintf(name, sizeof name, "%s", key);
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	switch (word) {
	case 0:
		json_object_set_new(body, name, json_string(value));
		return 0;
	case 1:
	case 2:
		if (!number(key, value, &v))
			return EXIT_USAGE;
		json_object_set_new(body, name, json_integer(v));
		return 0;
	case 3:
	case 4:
		if (strcmp(value, "yes") && strcmp(value, "no")) {
			complain("%s: expected yes or no", key);
			return EXIT_USAGE;
		}
		json_object_set_new(body, name, json_boolean(*value == 'y'));
		return 0;
	case 9:
		if (!json_object_get(body, "filters"))
			json_object_set_new(body, "filters", json_array());
		json_array_append_new(json_object_get(body, "filters"), json_string(value));
		return 0;
	default:
		if (!rate(value, &v))
			return EXIT_USAGE;
		json_object_set_new(body, name, json_integer(v));
		return 0;
	}
}

static int tell(json_t *answer)
{
	const char *why = NULL;

	json_unpack(answer, "{s?s}", "why", &why);
	if (options.json)
		print_json(answer);
	else if (why)
		printf("not yet: %s\n", why);
	json_decref(answer);
	return 0;
}

static int change(const struct command *c, int argc, char **argv, const char *method)
{
	json_t *body, *answer;
	char path[64];
	int code = 0;

	if (argc < 2 || argc % 2)
		return usage_of(c);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	body = json_pack("{s:s}", "name", argv[1]);
	for (int i = 2; i < argc && !code; i += 2) {
		int word = word_index(bearer_words, argv[i]);

		code = word < 0 ? what_is(bearer_words, argv[i])
				: put(body, word, bearer_words[word], argv[i + 1]);
	}
	if (code) {
		json_decref(body);
		return code;
	}
	snprintf(path, sizeof path, "%s/%s", c->path, argv[0]);
	code = api_call(method, path, body, &answer);
	return code ? code : tell(answer);
}

int bearer_add(const struct command *c, int argc, char **argv)
{
	return change(c, argc, argv, "POST");
}

int bearer_set(const struct command *c, int argc, char **argv)
{
	return change(c, argc, argv, "PATCH");
}

int bearer_del(const struct command *c, int argc, char **argv)
{
	char path[128];
	json_t *answer;
	int code;

	if (argc != 2)
		return usage_of(c);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	if (strspn(argv[1], "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") !=
		    strlen(argv[1]) ||
	    strlen(argv[1]) > 31) {
		complain("'%s' is not the name of a bearer", argv[1]);
		return EXIT_USAGE;
	}
	snprintf(path, sizeof path, "%s/%s?name=%s", c->path, argv[0], argv[1]);
	code = api_call("DELETE", path, NULL, &answer);
	return code ? code : tell(answer);
}

static void print_bearers(const struct command *c, const json_t *answer)
{
	json_t *item, *filter;
	size_t i, k;

	json_array_foreach(json_object_get(answer, c->list), i, item)
	{
		if (i)
			putchar('\n');
		table_object(c->columns, item);
		json_array_foreach(json_object_get(item, "filters"), k,
				   filter) if (k) /* the first is in the table */
			printf("%16s%s\n", "", json_string_value(filter));
	}
}

int bearer_show(const struct command *c, int argc, char **argv)
{
	return show_item(c, argc, argv, print_bearers);
}
