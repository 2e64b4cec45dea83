/* SPDX-License-Identifier: Apache-2.0 */
/* eNodeBs and devices at them, overload and warning messages. */
#include "ctl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *const locate_words[] = {"now", "last", "changes", "stop", NULL};
const char *const radio_trace_words[] = {"start", "stop", NULL};
const char *const overload_words[] = {"start", "stop", NULL};
const char *const warning_words[] = {"text", "language", "period", "broadcasts", "cells",
				     "tas",  "areas",    "type",   "concurrent", NULL};
static const char *const depth_words[] = {"minimum", "medium", "maximum", NULL};

/* Asks; what came is printed as JSON if that is wanted. 0 with *out (may be NULL), or an exit code.
 */
static int ask(const char *method, const char *path, json_t *body, json_t **out)
{
	json_t *answer = NULL;
	int code = api_call(method, path, body, &answer);

	if (!code && options.json)
		print_json(answer);
	if (!code && out)
		*out = answer;
	else
		json_decref(answer);
	return code;
}

static void part(const json_t *object, const char *name, const struct column *columns)
{
	const json_t *array = json_object_get(object, name);

	if (!json_array_size(array))
		return;
	putchar('\n');
	table_rows(columns, array, true);
}

/* ---- eNodeBs ---- */

static void print_enb(const struct command *c, const json_t *answer)
{
	table_object(c->columns, answer);
	part(answer, "cell_list", enb_cell_columns);
	part(answer, "procedures", enb_count_columns);
	part(answer, "causes", enb_cause_columns);
}

int enb_show(const struct command *c, int argc, char **argv)
{
	return argc ? show_item(c, argc, argv, print_enb) : show(c, argc, argv);
}

int enb_reset(const struct command *c, int argc, char **argv)
{
	char path[512], id[440];

	if (argc < 1 || argc > 2)
		return usage_of(c);
	if (argc == 2 && !device_word(argv[1]))
		return EXIT_USAGE;
	url_escape(id, sizeof id, argv[0]);
	snprintf(path, sizeof path, "%s/%s/reset%s%s", c->path, id, argc == 2 ? "?imsi=" : "",
		 argc == 2 ? argv[1] : "");
	return ask("POST", path, NULL, NULL);
}

/* ---- devices ---- */

int ue_locate(const struct command *c, int argc, char **argv)
{
	char path[96];
	json_t *answer;
	int code, how = -1;

	if (argc < 1 || argc > 2)
		return usage_of(c);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	if (argc == 2 && (how = word_index(locate_words, argv[1])) < 0)
		return what_is(locate_words, argv[1]);
	snprintf(path, sizeof path, "%s/%s/locate?how=%s", c->path, argv[0],
		 how < 0 ? "ask" : locate_words[how]);
	code = ask("POST", path, NULL, &answer);
	if (code)
		return code;
	if (!options.json) {
		printf("%s\n", json_string_value(json_object_get(answer, "source")));
		table_rows(place_columns, json_object_get(answer, "places"), true);
	}
	json_decref(answer);
	return 0;
}

int ue_trace_radio(const struct command *c, int argc, char **argv)
{
	char path[96];
	json_t *body;
	int word;

	if (argc < 2 || argc > 4)
		return usage_of(c);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	word = word_index(radio_trace_words, argv[1]);
	if (word < 0)
		return what_is(radio_trace_words, argv[1]);
	snprintf(path, sizeof path, "%s/%s/radio-trace", c->path, argv[0]);
	if (word == 1)
		return argc == 2 ? ask("DELETE", path, NULL, NULL) : usage_of(c);
	if (argc < 3)
		return usage_of(c);
	body = json_pack("{s:s}", "collector", argv[2]);
	if (argc == 4) {
		word = word_index(depth_words, argv[3]);
		if (word < 0) {
			json_decref(body);
			return what_is(depth_words, argv[3]);
		}
		json_object_set_new(body, "depth", json_string(depth_words[word]));
	}
	return ask("POST", path, body, NULL);
}

int ue_voice(const struct command *c, int argc, char **argv)
{
	char path[96];
	json_t *answer;
	int code;

	if (argc != 1)
		return usage_of(c);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s/%s/voice", c->path, argv[0]);
	code = ask("POST", path, NULL, &answer);
	if (code)
		return code;
	if (!options.json)
		printf("%s\n", json_string_value(json_object_get(answer, "voice")));
	json_decref(answer);
	return 0;
}

/* ---- overload ---- */

int mme_overload(const struct command *c, int argc, char **argv)
{
	json_t *answer, *body;
	int code, word;

	if (!argc) {
		code = ask("GET", c->path, NULL, &answer);
		if (!code && !options.json)
			table_object(c->columns, answer);
		if (!code)
			json_decref(answer);
		return code;
	}
	word = word_index(overload_words, argv[0]);
	if (word < 0)
		return what_is(overload_words, argv[0]);
	if (word == 1)
		return argc == 1 ? ask("DELETE", c->path, NULL, NULL) : usage_of(c);
	body = json_object();
	for (int i = 1; i < argc; i++) { /* an action, a number of percent, PLMNs */
		char *end;
		long percent = strtol(argv[i], &end, 10);

		if (isalpha((unsigned char)argv[i][0]))
			json_object_set_new(body, "action", json_string(argv[i]));
		else if ((!*end || !strcmp(end, "%")) && percent > 0 && strlen(argv[i]) < 5)
			json_object_set_new(body, "percent", json_integer(percent));
		else
			json_object_set_new(body, "plmns", json_string(argv[i]));
	}
	return ask("POST", c->path, body, NULL);
}

/* ---- warnings ---- */

static void print_warning(const struct command *c, const json_t *answer)
{
	(void)c;
	table_rows(warning_enb_columns, json_object_get(answer, "enbs"), true);
}

int warning_show(const struct command *c, int argc, char **argv)
{
	return argc ? show_item(c, argc, argv, print_warning) : show(c, argc, argv);
}

int warning_send(const struct command *c, int argc, char **argv)
{
	json_t *body, *answer;
	int code, word;

	if (argc < 3)
		return usage_of(c);
	body = json_pack("{s:s,s:s}", "id", argv[0], "serial", argv[1]);
	for (int i = 2; i < argc; i++) {
		word = word_index(warning_words, argv[i]);
		if (word < 0) {
			json_decref(body);
			return what_is(warning_words, argv[i]);
		}
		if (!strcmp(warning_words[word], "concurrent")) {
			json_object_set_new(body, "concurrent", json_true());
			continue;
		}
		if (i + 1 == argc) {
			json_decref(body);
			complain("a value is missing after '%s'", argv[i]);
			return usage_of(c);
		}
		json_object_set_new(body, warning_words[word], json_string(argv[++i]));
	}
	code = ask("POST", c->path, body, &answer);
	if (code)
		return code;
	if (!options.json)
		printf("eNodeBs asked: %" JSON_INTEGER_FORMAT "\n",
		       json_integer_value(json_object_get(answer, "enbs")));
	json_decref(answer);
	return 0;
}

int warning_kill(const struct command *c, int argc, char **argv)
{
	char path[512], id[120], serial[120];

	if (argc == 1 && !strcmp(argv[0], "all")) {
		snprintf(path, sizeof path, "%s?all=1", c->path);
	} else if (argc == 2) {
		url_escape(id, sizeof id, argv[0]);
		url_escape(serial, sizeof serial, argv[1]);
		snprintf(path, sizeof path, "%s?id=%s&serial=%s", c->path, id, serial);
	} else {
		return usage_of(c);
	}
	return ask("DELETE", path, NULL, NULL);
}
