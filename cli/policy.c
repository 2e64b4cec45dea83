/* SPDX-License-Identifier: Apache-2.0 */
/* `policy`: profiles from a file that a team reviews (plan, apply, rollback), and what single
 * devices are held to (set). The daemon judges the file; here its mistakes get the file's name. */
#include "ctl.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const policy_words[] = {"gate",  "gate-up", "gate-down",  "rate",
				    "quota", "profile", "quarantine", NULL};
const char *const policy_note_words[] = {"note", NULL};

enum { BATCH = 20000, FILE_MAX_SIZE = 1000000 };

static char *read_file(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *text = malloc(FILE_MAX_SIZE + 1);
	size_t n;

	if (!f || !text) {
		complain("%s: %m", path);
		free(text);
		return NULL;
	}
	n = fread(text, 1, FILE_MAX_SIZE + 1, f);
	if (f != stdin)
		fclose(f);
	if (n > FILE_MAX_SIZE) {
		complain("%s: longer than %d octets", path, FILE_MAX_SIZE);
		free(text);
		return NULL;
	}
	text[n] = 0;
	return text;
}

/* "FILE:LINE:COLUMN: KEY: MESSAGE" a mistake. */
static void print_mistakes(const char *path, const json_t *answer)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(answer, "errors"), i, item)
	{
		const char *key = "", *message = "";
		int line = 0, column = 0;

		json_unpack(item, "{s:i,s:i,s:s,s:s}", "line", &line, "column", &column, "key",
			    &key, "message", &message);
		fprintf(stderr, "%s:%d:%d: %s%s%s\n", path, line, column, key, *key ? ": " : "",
			message);
	}
}

/* Sends the file with what else there is; the answer's to the caller. */
static int send_file(const char *path, const char *to, json_t *body, json_t **answer)
{
	char *text = read_file(path);
	int code;

	*answer = NULL;
	if (!text) {
		json_decref(body);
		return EXIT_USAGE;
	}
	json_object_set_new(body, "file", json_string(text));
	if (!json_object_get(body, "file")) {
		complain("%s: it is not text in UTF-8", path);
		json_decref(body);
		free(text);
		return EXIT_USAGE;
	}
	code = api_call("POST", to, body, answer);
	if (*answer && code)
		print_mistakes(path, *answer);
	free(text);
	return code;
}

static void print_lines(const json_t *lines)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) puts(json_string_value(line));
}

int policy_plan(const struct command *c, int argc, char **argv)
{
	json_t *answer;
	int code;

	if (argc != 1)
		return usage_of(c);
	code = send_file(argv[0], c->path, json_object(), &answer);
	if (!code && options.json)
		print_json(answer);
	else if (!code && json_array_size(json_object_get(answer, "changes")))
		print_lines(json_object_get(answer, "changes"));
	else if (!code)
		puts("nothing changes");
	json_decref(answer);
	return code;
}

/* Who it is: SUDO_USER, or the user's name. */
static const char *author(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	return sudo && *sudo ? sudo : user ? user->pw_name : "?";
}

static void print_version(const json_t *answer)
{
	if (options.json)
		print_json(answer);
	else
		printf("version %" JSON_INTEGER_FORMAT "\n",
		       json_integer_value(json_object_get(answer, "version")));
}

int policy_apply(const struct command *c, int argc, char **argv)
{
	json_t *answer;
	int code;

	if (argc != 1 && argc != 3)
		return usage_of(c);
	if (argc == 3 && word_index(policy_note_words, argv[1]) < 0)
		return what_is(policy_note_words, argv[1]);
	code = send_file(
		argv[0], c->path,
		json_pack("{s:s,s:s}", "author", author(), "note", argc == 3 ? argv[2] : ""),
		&answer);
	if (!code)
		print_version(answer);
	json_decref(answer);
	return code;
}

static bool version_word(const char *word)
{
	if (*word && !word[strspn(word, "0123456789")])
		return true;
	complain("'%s' is not a version", word);
	return false;
}

int policy_rollback(const struct command *c, int argc, char **argv)
{
	char path[320], who[200];
	json_t *answer;
	int code;

	if (argc > 1)
		return usage_of(c);
	if (argc && !version_word(argv[0]))
		return EXIT_USAGE;
	url_escape(who, sizeof who, author());
	snprintf(path, sizeof path, "%s?author=%s%s%.20s", c->path, who, argc ? "&version=" : "",
		 argc ? argv[0] : "");
	code = api_call("POST", path, NULL, &answer);
	if (!code)
		print_version(answer);
	json_decref(answer);
	return code;
}

int policy_file(const struct command *c, int argc, char **argv)
{
	json_t *answer;
	char path[64];
	int code;

	if (argc > 1)
		return usage_of(c);
	if (argc && !version_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s%s%.20s", c->path, argc ? "?version=" : "",
		 argc ? argv[0] : "");
	code = api_call("GET", path, NULL, &answer);
	if (!code && options.json)
		print_json(answer);
	else if (!code)
		fputs(json_string_value(json_object_get(answer, "file")), stdout);
	json_decref(answer);
	return code;
}

int policy_show(const struct command *c, int argc, char **argv)
{
	json_t *answer;
	char path[64];
	int code;

	if (argc > 1)
		return usage_of(c);
	if (argc && !device_word(argv[0]))
		return EXIT_USAGE;
	if (argc)
		snprintf(path, sizeof path, "%s/devices/%s", c->path, argv[0]);
	code = api_call("GET", argc ? path : c->path, NULL, &answer);
	if (code)
		return code;
	if (options.json)
		print_json(answer);
	else if (argc)
		table_object(policy_device_columns, answer);
	else
		table_rows(c->columns, json_object_get(answer, "profiles"), true);
	json_decref(answer);
	return 0;
}

/* ---- set ---- */

/* UP/DOWN, "default". */
static bool put_rate(json_t *set, json_t *reset, const char *value)
{
	const char *slash = strchr(value, '/');
	char up[32];

	if (!strcmp(value, "default")) {
		json_array_append_new(reset, json_string("rate"));
		return true;
	}
	if (!slash || (size_t)(slash - value) >= sizeof up) {
		complain("'%s' is not a rate such as 2mbit/10mbit, nor default", value);
		return false;
	}
	snprintf(up, sizeof up, "%.*s", (int)(slash - value), value);
	json_object_set_new(set, "rate", json_pack("{s:s,s:s}", "up", up, "down", slash + 1));
	return true;
}

static bool put_word(json_t *set, json_t *reset, int word, const char *value)
{
	static const char *const keys[] = {"gate",  "gate_up", "gate_down", NULL,
					   "quota", "profile", "quarantine"};

	if (word == 3)
		return put_rate(set, reset, value);
	if (word == 4 && !strcmp(value, "default"))
		json_array_append_new(reset, json_string("quota"));
	else if (word == 4 && !strcmp(value, "refill"))
		json_object_set_new(set, "refill", json_true());
	else
		json_object_set_new(set, keys[word], json_string(value));
	return true;
}

/* KEY VALUE pairs; NULL after a complaint. */
static json_t *changes(const struct command *c, int argc, char **argv)
{
	json_t *set = json_object(), *reset = json_array();
	bool good = argc > 0;

	if (!good)
		usage_of(c);
	for (int i = 0; good && i < argc; i += 2) {
		int word = word_index(policy_words, argv[i]);

		good = word >= 0 && i + 1 < argc;
		if (word < 0)
			what_is(policy_words, argv[i]);
		else if (!good)
			complain("a value is missing after '%s'", argv[i]);
		else
			good = put_word(set, reset, word, argv[i + 1]);
	}
	if (json_array_size(reset))
		json_object_set(set, "reset", reset);
	json_decref(reset);
	if (good)
		return set;
	json_decref(set);
	return NULL;
}

static int post(const struct command *c, json_t *body, json_int_t *devices)
{
	json_t *answer = NULL;
	int code = api_call("POST", c->path, body, &answer);

	if (!code)
		*devices += json_integer_value(json_object_get(answer, "devices"));
	json_decref(answer);
	return code;
}

/* The IMSIs of a file, one a line, in batches. */
static int set_of_file(const struct command *c, const char *path, json_t *set, json_int_t *devices)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	json_t *list = json_array();
	char line[64];
	int code = 0;

	if (!f) {
		complain("%s: %m", path);
		json_decref(list);
		return EXIT_USAGE;
	}
	for (unsigned n = 1; !code && fgets(line, sizeof line, f); n++) {
		imsi_t imsi;

		line[strcspn(line, " ,;\t\r\n")] = 0;
		if (!*line || *line == '#')
			continue;
		if (!imsi_parse(line, &imsi)) {
			complain("%s:%u: '%s' is not an IMSI: 6 to 15 digits", path, n, line);
			code = EXIT_USAGE;
			break;
		}
		json_array_append_new(list, json_string(line));
		if (json_array_size(list) < BATCH)
			continue;
		code = post(c, json_pack("{s:O,s:O}", "imsis", list, "set", set), devices);
		json_array_clear(list);
	}
	if (!code && json_array_size(list))
		code = post(c, json_pack("{s:O,s:O}", "imsis", list, "set", set), devices);
	json_decref(list);
	if (f != stdin)
		fclose(f);
	return code;
}

/* "FROM-TO" into body. */
static bool put_range(json_t *body, const char *word)
{
	char from[IMSI_STRLEN];
	const char *dash = strchr(word, '-');
	imsi_t imsi;

	if ((size_t)(dash - word) >= sizeof from)
		return imsi_word(word);
	snprintf(from, sizeof from, "%.*s", (int)(dash - word), word);
	json_object_set_new(body, "from", json_string(from));
	json_object_set_new(body, "to", json_string(dash + 1));
	return imsi_parse(from, &imsi) ? imsi_word(dash + 1) : imsi_word(from);
}

/* Which devices: how many words that took, 0 after a complaint. */
static int put_devices(json_t *body, int argc, char **argv)
{
	if (!strcmp(argv[0], "all")) {
		json_object_set_new(body, "all", json_true());
		return 1;
	}
	if (!strcmp(argv[0], "apn") && argc > 1) {
		json_object_set_new(body, "apn", json_string(argv[1]));
		return 2;
	}
	if (strchr(argv[0], '-'))
		return put_range(body, argv[0]);
	json_object_set_new(body, "imsis", json_pack("[s]", argv[0]));
	return imsi_word(argv[0]);
}

int policy_set(const struct command *c, int argc, char **argv)
{
	bool file = argc > 1 && !strcmp(argv[0], "file");
	json_t *body = json_object(), *set;
	json_int_t devices = 0;
	int taken, code;

	if (argc < 3) {
		json_decref(body);
		return usage_of(c);
	}
	taken = file ? 2 : put_devices(body, argc, argv);
	set = taken ? changes(c, argc - taken, argv + taken) : NULL;
	if (!set) {
		json_decref(body);
		return EXIT_USAGE;
	}
	if (file) {
		json_decref(body);
		code = set_of_file(c, argv[1], set, &devices);
	} else {
		json_object_set(body, "set", set);
		code = post(c, body, &devices);
	}
	json_decref(set);
	if (!code && options.json)
		printf("{\"devices\": %" JSON_INTEGER_FORMAT "}\n", devices);
	else if (!code)
		printf("%" JSON_INTEGER_FORMAT " device%s\n", devices, devices == 1 ? "" : "s");
	return code;
}
