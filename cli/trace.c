/* SPDX-License-Identifier: Apache-2.0 */
/* `trace`: the daemon's stream of NDJSON, a line a step, until interrupted. Empty lines only keep
 * the connection alive. */
#include "ctl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *text_of(const json_t *event, const char *key)
{
	const char *s = json_string_value(json_object_get(event, key));

	return s ? s : "";
}

static void print_event(bool one, const json_t *e)
{
	json_int_t ms = json_integer_value(json_object_get(e, "time_ms"));
	json_int_t lost = json_integer_value(json_object_get(e, "lost"));
	time_t t = (time_t)(ms / 1000);
	char clock[16];
	struct tm tm;

	strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&t, &tm));
	if (lost)
		printf("(%" JSON_INTEGER_FORMAT " steps were lost: too slow a reader)\n", lost);
	printf("%s.%03d  ", clock, (int)(ms % 1000));
	if (!one)
		printf("%-15s  ", text_of(e, "imsi"));
	printf("%-24s %-20s %-6s %5" JSON_INTEGER_FORMAT " ms", text_of(e, "procedure"),
	       text_of(e, "step"), text_of(e, "event"),
	       json_integer_value(json_object_get(e, "took_ms")));
	if (*text_of(e, "cause"))
		printf("  cause: %s", text_of(e, "cause"));
	if (*text_of(e, "detail"))
		printf("  %s", text_of(e, "detail"));
	putchar('\n');
}

/* arg: whether all lines are of one device. */
static bool take_line(void *arg, const char *p, size_t n)
{
	json_t *event;

	if (options.json) {
		printf("%.*s\n", (int)n, p);
		return true;
	}
	event = json_loadb(p, n, 0, NULL);
	if (event)
		print_event(*(bool *)arg, event);
	json_decref(event);
	return true;
}

static bool take(void *arg, const char *p, size_t n)
{
	bool on = lines_take(arg, p, n);

	fflush(stdout);
	return on && !ferror(stdout);
}

int trace(const struct command *c, int argc, char **argv)
{
	bool one = argc;
	struct lines l = {.take = take_line, .arg = &one};
	char path[64];
	int code;

	if (argc > 1)
		return usage_of(c);
	if (argc && !device_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s%s%s", c->path, argc ? "/" : "", argc ? argv[0] : "");
	code = api_stream(path, take, &l);
	lines_free(&l);
	return code;
}
