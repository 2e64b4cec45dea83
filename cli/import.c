/* SPDX-License-Identifier: Apache-2.0 */
/* `sim import`: uploads a file as it is; the daemon reads its lines. How much it has taken is how
 * far it is, since it stops reading while its disk is behind. */
#include "ctl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *const import_words[] = {"replace", NULL};

enum { BAR = 30 };

struct import {
	FILE *f;
	int64_t size, sent; /* octets; size -1: not known */
	uint64_t lines;
	double started, shown;
	bool bar;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t give(void *arg, char *p, size_t cap)
{
	struct import *m = arg;
	size_t n = fread(p, 1, cap, m->f);

	m->sent += (int64_t)n;
	for (const char *at = p; (at = memchr(at, '\n', (size_t)(p + n - at))); at++)
		m->lines++;
	return n;
}

static void draw(struct import *m, bool last)
{
	double elapsed = m->shown - m->started,
	       rate = (double)m->lines / (elapsed > 0 ? elapsed : 1);
	double share = m->size > 0 ? (double)m->sent / (double)m->size : 0;
	int full = (int)(share * BAR);

	if (m->size > 0)
		fprintf(stderr, "\r[%.*s%*s] %3.0f %%  %" PRIu64 " lines  %.0f/s  ", full,
			"##############################", BAR - full, "", share * 100, m->lines,
			rate);
	else
		fprintf(stderr, "\r%" PRIu64 " lines  %.0f/s  ", m->lines, rate);
	if (m->size > 0 && share > 0 && !last)
		fprintf(stderr, "%.0f s left   ", elapsed / share - elapsed);
	else
		fputs("              ", stderr);
	if (last)
		fputc('\n', stderr);
	fflush(stderr);
}

static void tick(void *arg)
{
	struct import *m = arg;
	double t = now();

	if (!m->bar || t - m->shown < 0.1)
		return;
	m->shown = t;
	draw(m, false);
}

static int by_line(const void *a, const void *b)
{
	json_int_t x = json_integer_value(json_object_get(*(json_t *const *)a, "line"));
	json_int_t y = json_integer_value(json_object_get(*(json_t *const *)b, "line"));

	return x < y ? -1 : x > y;
}

static void print_errors(const char *file, const json_t *errors, uint64_t failed)
{
	size_t n = json_array_size(errors);
	json_t **sorted = calloc(n + 1, sizeof *sorted);

	for (size_t i = 0; sorted && i < n; i++)
		sorted[i] = json_array_get(errors, i);
	if (sorted)
		qsort(sorted, n, sizeof *sorted, by_line);
	for (size_t i = 0; sorted && i < n; i++)
		fprintf(stderr, "%s:%" JSON_INTEGER_FORMAT ": %s\n", file,
			json_integer_value(json_object_get(sorted[i], "line")),
			json_string_value(json_object_get(sorted[i], "error")));
	if (failed > n)
		fprintf(stderr, "%s: and %" PRIu64 " more\n", file, failed - n);
	free(sorted);
}

static int report(struct import *m, const char *file, const json_t *result)
{
	json_int_t imported = 0, failed = 0;
	double seconds = now() - m->started;
	json_t *errors = NULL;

	json_unpack((json_t *)(uintptr_t)result, "{s?I,s?I,s?o}", "imported", &imported, "failed",
		    &failed, "errors", &errors);
	if (options.json) {
		print_json(result);
	} else {
		print_errors(file, errors, (uint64_t)failed);
		printf("%" JSON_INTEGER_FORMAT " SIM%s imported in %.1f s (%.0f/s)", imported,
		       imported == 1 ? "" : "s", seconds,
		       (double)imported / (seconds > 0 ? seconds : 1));
		if (failed)
			printf(", %" JSON_INTEGER_FORMAT " line%s left out", failed,
			       failed == 1 ? "" : "s");
		putchar('\n');
	}
	return failed ? EXIT_REFUSED : 0;
}

/* An NDJSON file begins with a brace. */
static const char *type_of(FILE *f)
{
	int c = getc(f);

	if (c != EOF)
		ungetc(c, f);
	return c == '{' ? "application/x-ndjson" : "text/csv";
}

/* What comes through a pipe, so that its length is known: in memory, as it has keys in it. NULL,
 * with errno, if it cannot be. */
static FILE *all_of(FILE *in)
{
	int fd = memfd_create("sims", MFD_CLOEXEC);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w+");
	char p[65536];
	size_t n;

	if (!out) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	while ((n = fread(p, 1, sizeof p, in)) && fwrite(p, 1, n, out) == n)
		;
	if (ferror(in) || ferror(out) || fflush(out)) {
		fclose(out);
		return NULL;
	}
	rewind(out);
	return out;
}

static FILE *open_file(const char *name)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin, *all;
	struct stat st;

	if (!f || (!fstat(fileno(f), &st) && S_ISREG(st.st_mode)))
		return f;
	all = all_of(f);
	if (f != stdin)
		fclose(f);
	return all;
}

int sim_import(const struct command *c, int argc, char **argv)
{
	struct import m = {0};
	const char *path = "/sims";
	json_t *result = NULL;
	struct stat st;
	int code;

	if (argc < 1 || argc > 2)
		return usage_of(c);
	if (argc == 2 && word_index(import_words, argv[1]) < 0)
		return what_is(import_words, argv[1]);
	if (argc == 2)
		path = "/sims?replace=1";
	m.f = open_file(argv[0]);
	if (!m.f || fstat(fileno(m.f), &st)) {
		complain("%s: %m", argv[0]);
		return EXIT_USAGE;
	}
	m.size = st.st_size - ftello(m.f);
	m.bar = isatty(STDERR_FILENO) && !options.json;
	m.started = m.shown = now();
	code = api_upload(path, type_of(m.f), m.size, give, tick, &m, &result);
	if (m.bar && m.sent) {
		m.shown = now();
		draw(&m, true);
	}
	if (result)
		code = report(&m, argv[0], result) || code ? EXIT_REFUSED : 0;
	json_decref(result);
	if (m.f != stdin)
		fclose(m.f);
	return code;
}
