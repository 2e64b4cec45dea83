/* SPDX-License-Identifier: Apache-2.0 */
/* A strict reader of Prometheus' text format (version 0.0.4), as far as a scraper or promtool would
 * object: syntax of each line, HELP and TYPE once and before the samples, samples of one name in one
 * block, no series twice, counters called _total, buckets in ascending order with cumulative
 * counts up to +Inf, which is the count. */
#ifndef TESTS_PROMETHEUS_H
#define TESTS_PROMETHEUS_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct prometheus {
	char name[128], type[16]; /* of the block */
	bool help;
	char *seen[20000], *blocks[4000]; /* series, names */
	unsigned series, names;
	char group[512]; /* labels of the histogram's series without le */
	double le, cumulative;
	bool infinite;
	char error[256];
};

static inline bool prometheus_bad(struct prometheus *p, const char *what, const char *line)
{
	snprintf(p->error, sizeof p->error, "%s: %.*s", what, (int)strcspn(line, "\n"), line);
	return false;
}

static inline size_t prometheus_word(const char *s, bool colon)
{
	size_t n = 0;

	if (isdigit((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_' || (colon && s[n] == ':'))
		n++;
	return n;
}

/* {a="b",le="0.1"}: le's value goes to le, all but it to group. NULL if it is malformed. */
static inline const char *prometheus_labels(const char *s, char *le, size_t le_cap, char *group,
					    size_t group_cap)
{
	size_t g = 0;

	*le = *group = 0;
	if (*s != '{')
		return s;
	for (s++; *s != '}';) {
		size_t n = prometheus_word(s, false);
		bool is_le = n == 2 && !strncmp(s, "le", 2);
		const char *start = s, *value = s + n + 2;

		if (!n || s[n] != '=' || s[n + 1] != '"')
			return NULL;
		for (s = value; *s != '"'; s++) {
			if (*s == '\n' || !*s)
				return NULL;
			if (*s == '\\' && !strchr("\\\"n", *++s))
				return NULL;
		}
		if (is_le)
			snprintf(le, le_cap, "%.*s", (int)(s - value), value);
		else
			g += (size_t)snprintf(group + g, g < group_cap ? group_cap - g : 0, "%.*s,",
					      (int)(s - start), start);
		s++;
		if (*s == ',')
			s++;
		else if (*s != '}')
			return NULL;
	}
	return s + 1;
}

/* A series ends without +Inf, or another begins. */
static inline bool prometheus_bucket(struct prometheus *p, const char *le, const char *group,
				     double value, const char *line)
{
	double bound = strcmp(le, "+Inf") ? strtod(le, NULL) : 1e300;

	if (strcmp(group, p->group) != 0 || p->infinite) {
		snprintf(p->group, sizeof p->group, "%s", group);
		p->le = -1;
		p->cumulative = 0;
		p->infinite = false;
	}
	if (!*le || bound <= p->le)
		return prometheus_bad(p, "buckets out of order", line);
	if (value < p->cumulative)
		return prometheus_bad(p, "buckets are not cumulative", line);
	p->le = bound;
	p->cumulative = value;
	p->infinite = bound == 1e300;
	return true;
}

static inline bool prometheus_sample(struct prometheus *p, const char *line)
{
	size_t n = prometheus_word(line, true), base = strlen(p->name);
	const char *suffix = line + base, *at;
	char le[64], group[512], *end;
	double value;

	if (!n)
		return prometheus_bad(p, "no name", line);
	at = prometheus_labels(line + n, le, sizeof le, group, sizeof group);
	if (!at || *at != ' ')
		return prometheus_bad(p, "labels", line);
	value = strtod(at + 1, &end);
	if (end == at + 1 || *end != '\n')
		return prometheus_bad(p, "value", line);
	if (!*p->type || strncmp(line, p->name, base) != 0)
		return prometheus_bad(p, "a sample outside its block", line);
	for (unsigned i = 0; i < p->series; i++)
		if (strlen(p->seen[i]) == (size_t)(at - line) &&
		    !strncmp(p->seen[i], line, (size_t)(at - line)))
			return prometheus_bad(p, "a series twice", line);
	if (p->series < sizeof p->seen / sizeof *p->seen)
		p->seen[p->series++] = strndup(line, (size_t)(at - line));
	if (strcmp(p->type, "histogram") != 0)
		return n == base ? true : prometheus_bad(p, "another name", line);
	if (n - base == 7 && !strncmp(suffix, "_bucket", 7))
		return prometheus_bucket(p, le, group, value, line);
	if (*le || !p->infinite)
		return prometheus_bad(p, "no +Inf bucket before", line);
	if (n - base == 6 && !strncmp(suffix, "_count", 6) && value != p->cumulative)
		return prometheus_bad(p, "the count is not that of +Inf", line);
	return (n - base == 4 && !strncmp(suffix, "_sum", 4)) || n - base == 6
		       ? true
		       : prometheus_bad(p, "another name", line);
}

static inline bool prometheus_comment(struct prometheus *p, const char *line)
{
	char what[8], name[128], type[16] = "";

	if (sscanf(line, "# %7s %127s %15s", what, name, type) < 3)
		return prometheus_bad(p, "comment", line);
	if (!strcmp(what, "HELP")) {
		for (unsigned i = 0; i < p->names; i++)
			if (!strcmp(p->blocks[i], name))
				return prometheus_bad(p, "a block twice", line);
		p->blocks[p->names++] = strdup(name);
		snprintf(p->name, sizeof p->name, "%s", name);
		p->help = true;
		*p->type = 0;
		*p->group = 0;
		p->infinite = true;
		return true;
	}
	if (strcmp(what, "TYPE") != 0 || !p->help || strcmp(name, p->name) != 0 || *p->type)
		return prometheus_bad(p, "TYPE does not follow its HELP", line);
	if (strcmp(type, "counter") && strcmp(type, "gauge") && strcmp(type, "histogram"))
		return prometheus_bad(p, "type", line);
	if (!strcmp(type, "counter") &&
	    (strlen(name) < 7 || strcmp(name + strlen(name) - 6, "_total") != 0))
		return prometheus_bad(p, "a counter that is not called _total", line);
	snprintf(p->type, sizeof p->type, "%s", type);
	return true;
}

/* NULL if the text is right, else what is wrong with which line (good until the next call). */
static inline const char *prometheus_fault(const char *text)
{
	static char fault[256];
	struct prometheus *p = calloc(1, sizeof *p);
	bool good = true;

	for (const char *line = text; good && *line;) {
		const char *eol = strchr(line, '\n');

		if (!eol)
			good = prometheus_bad(p, "no line's end", line);
		else
			good = *line == '#' ? prometheus_comment(p, line) : prometheus_sample(p, line);
		line = eol ? eol + 1 : line;
	}
	if (good && !p->series)
		good = prometheus_bad(p, "nothing is there", "");
	snprintf(fault, sizeof fault, "%s", p->error);
	for (unsigned i = 0; i < p->series; i++)
		free(p->seen[i]);
	for (unsigned i = 0; i < p->names; i++)
		free(p->blocks[i]);
	free(p);
	return good ? NULL : fault;
}

#endif
