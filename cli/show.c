/* SPDX-License-Identifier: Apache-2.0 */
/* `show`: a list page by page, or one object; stats; version. */
#include "ctl.h"

#include <stdlib.h>
#include <string.h>

/* Elements of a list in one array, though they come in pages. */
static void list_json(const char *name, const json_t *array, bool first)
{
	json_t *item;
	size_t i;

	if (first)
		printf("{\"%s\": [", name);
	json_array_foreach(array, i, item)
	{
		char *text = json_dumps(item, 0);

		printf("%s\n  %s", first && !i ? "" : ",", text ? text : "null");
		free(text);
	}
}

static int show_list(const struct command *c)
{
	char path[128];
	bool first = true;
	int code;

	snprintf(path, sizeof path, "%s", c->path);
	for (;;) {
		const char *next = NULL;
		json_int_t resident = 0, own = 0;
		json_t *page, *array;

		code = api_call("GET", path, NULL, &page);
		if (code)
			return code;
		array = json_object_get(page, c->list);
		if (options.json)
			list_json(c->list, array, first);
		else
			table_rows(c->columns, array, first);
		json_unpack(page, "{s?I, s?I}", "resident", &resident, "own", &own);
		if (resident && !options.json)
			printf("resident: %lld KiB, of which %lld KiB are its own, and the rest "
			       "files and the kernel's maps\n",
			       (long long)resident / 1024, (long long)own / 1024);
		first = false;
		json_unpack(page, "{s?s}", "next", &next);
		snprintf(path, sizeof path, "%s?from=%s", c->path, next ? next : "");
		json_decref(page);
		if (!next)
			break;
	}
	if (options.json)
		puts("\n]}");
	return 0;
}

/* Lists inside an object: tables below it. */
static void show_parts(const json_t *object, const char *name, const struct column *columns)
{
	const json_t *array = json_object_get(object, name);

	if (!json_array_size(array))
		return;
	putchar('\n');
	table_rows(columns, array, true);
}

/* A path of one thing gives the object. */
static int show_whole(const struct command *c)
{
	json_t *answer;
	int code = api_call("GET", c->path, NULL, &answer);

	if (code)
		return code;
	if (options.json)
		print_json(answer);
	else
		table_object(c->columns, answer);
	json_decref(answer);
	return 0;
}

/* A path of one IMSI gives the object, or a list where there can be several. */
static int show_one(const struct command *c, const char *imsi)
{
	json_t *answer, *array, *item;
	char path[128];
	size_t i;
	int code;

	snprintf(path, sizeof path, "%s/%s", c->path, imsi);
	code = api_call("GET", path, NULL, &answer);
	if (code)
		return code;
	array = json_object_get(answer, c->list);
	if (options.json) {
		print_json(answer);
	} else if (!array) {
		table_object(c->columns, answer);
		show_parts(answer, "timers", timer_columns);
		show_parts(answer, "bearer_list", bearer_columns);
	} else {
		json_array_foreach(array, i, item)
		{
			if (i)
				putchar('\n');
			table_object(c->columns, item);
		}
	}
	json_decref(answer);
	return 0;
}

int show(const struct command *c, int argc, char **argv)
{
	if (argc > 1 || (argc && !*c->args))
		return usage_of(c);
	if (argc)
		return device_word(argv[0]) ? show_one(c, argv[0]) : EXIT_USAGE;
	return c->list ? show_list(c) : show_whole(c);
}

int show_item(const struct command *c, int argc, char **argv,
	      void (*print)(const struct command *, const json_t *))
{
	char path[512], id[480];
	json_t *answer;
	int code;

	if (argc != 1)
		return usage_of(c);
	if (!strncmp(c->args, "IMSI", 4) && !device_word(argv[0]))
		return EXIT_USAGE;
	url_escape(id, sizeof id, argv[0]);
	snprintf(path, sizeof path, "%s/%s", c->path, id);
	code = api_call("GET", path, NULL, &answer);
	if (code)
		return code;
	if (options.json)
		print_json(answer);
	else
		print(c, answer);
	json_decref(answer);
	return 0;
}

/* ---- stats ---- */

static void stat_line(const char *name, const char *label, const json_t *value)
{
	const char *inner;
	json_t *part;

	if (json_is_object(value)) { /* a latency of one label */
		char both[96];

		json_object_foreach((json_t *)(uintptr_t)value, inner, part)
		{
			snprintf(both, sizeof both, "%s %s", label, inner);
			stat_line(name, both, part);
		}
		return;
	}
	int width = 48 - (int)strlen(name) - (label ? (int)strlen(label) + 2 : 0);

	if (width < 0)
		width = 0; /* printf would make it so wide at the other side */

	if (!json_integer_value(value) && !options.wide)
		return;
	if (label)
		printf("%s{%s}%*s %" JSON_INTEGER_FORMAT "\n", name, label, width, "",
		       json_integer_value(value));
	else
		printf("%s%*s %" JSON_INTEGER_FORMAT "\n", name, width, "",
		       json_integer_value(value));
}

int show_stats(const struct command *c, int argc, char **argv)
{
	json_t *stats, *value, *inner;
	const char *name, *label;
	int code;

	(void)argv;
	if (argc)
		return usage_of(c);
	code = api_call("GET", c->path, NULL, &stats);
	if (code)
		return code;
	if (options.json) {
		print_json(stats);
	} else {
		json_object_foreach(stats, name, value)
		{
			if (!json_is_object(value))
				stat_line(name, NULL, value);
			else
				json_object_foreach(value, label, inner)
					stat_line(name, label, inner);
		}
	}
	json_decref(stats);
	return 0;
}

int show_version(const struct command *c, int argc, char **argv)
{
	const char *version = "?", *datapath = "?";
	json_t *answer;
	int code, pid = 0;

	(void)argv;
	if (argc)
		return usage_of(c);
	if (!options.json) {
		printf("mcorectl  %s\n", MCORE_VERSION);
		fflush(stdout);
	}
	code = api_call("GET", c->path, NULL, &answer);
	if (code)
		return code;
	json_unpack(answer, "{s?s,s?i,s?s}", "version", &version, "pid", &pid, "datapath",
		    &datapath);
	if (options.json)
		print_json(answer);
	else
		printf("mcored    %s\npid       %d\ndatapath  %s\n", version, pid, datapath);
	json_decref(answer);
	return 0;
}
