/* SPDX-License-Identifier: Apache-2.0 */
/* `trace`: the daemon's stream of NDJSON, a line a step, until interrupted. Empty lines only keep
 * the connection alive. */
#include "ctl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct lines {
	char *p;
	size_t n, cap;
	bool one; /* all lines are of one device */
};

static const char *text_of(const json_t *event, const char *key)
{
	const char *s = json_string_value(json_object_get(event, key));

	return s ? s : "";
}

static void print_event(const struct lines *l, const json_t *e)
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
	if (!l->one)
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

static void take_line(const struct lines *l, const char *p, size_t n)
{
	json_t *event;

	if (!n)
		return;
	if (options.json) {
		printf("%.*s\n", (int)n, p);
		return;
	}
	event = json_loadb(p, n, 0, NULL);
	if (event)
		print_event(l, event);
	json_decref(event);
}

static bool take(void *arg, const char *p, size_t n)
{
	struct lines *l = arg;
	char *start, *eol;

	if (l->n + n > l->cap) {
		char *grown = realloc(l->p, 2 * (l->n + n));

		if (!grown)
			return false;
		l->p = grown;
		l->cap = 2 * (l->n + n);
	}
	memcpy(l->p + l->n, p, n);
	l->n += n;
	for (start = l->p; (eol = memchr(start, '\n', (size_t)(l->p + l->n - start)));
	     start = eol + 1)
		take_line(l, start, (size_t)(eol - start));
	l->n = (size_t)(l->p + l->n - start);
	memmove(l->p, start, l->n);
	fflush(stdout);
	return !ferror(stdout);
}

int trace(const struct command *c, int argc, char **argv)
{
	struct lines l = {.one = argc};
	char path[64];
	int code;

	if (argc > 1)
		return usage_of(c);
	if (argc && !imsi_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s%s%s", c->path, argc ? "/" : "", argc ? argv[0] : "");
	code = api_stream(path, take, &l);
	free(l.p);
	return code;
}
