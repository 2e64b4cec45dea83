/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of the API as columns or lines for people. Columns come from mcore/api_fields.h, the same
 * lines that made the JSON. */
#include "ctl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMN(name, type, place, text) {#name, text, FIELD_##type, FIELD_##place},
#define COLUMNS(object, fields)                                                                    \
	const struct column object##_columns[] = {fields(COLUMN){NULL, NULL, 0, 0}};
API_OBJECTS(COLUMNS)

enum { MAX_COLUMNS = 32 };

/* 1536 with steps of 1024: "1.5K". */
static void scaled(uint64_t v, unsigned step, const char *unit, char *buf, size_t cap)
{
	static const char prefixes[] = " KMGTPE";
	double d = (double)v;
	unsigned i = 0;

	for (; d >= step && i < sizeof prefixes - 2; i++)
		d /= step;
	if (!i)
		snprintf(buf, cap, "%" PRIu64 "%s%s", v, *unit ? " " : "", unit);
	else if ((uint64_t)(d * 10 + 0.5) % 10 == 0)
		snprintf(buf, cap, "%.0f%s%c%s", d, *unit ? " " : "", prefixes[i], unit);
	else
		snprintf(buf, cap, "%.1f%s%c%s", d, *unit ? " " : "", prefixes[i], unit);
}

static void duration(uint64_t ms, char *buf, size_t cap)
{
	if (ms < 1000)
		snprintf(buf, cap, "%" PRIu64 "ms", ms);
	else if (ms < 60000)
		snprintf(buf, cap, "%.1fs", (double)ms / 1000);
	else if (ms < 3600000)
		snprintf(buf, cap, "%" PRIu64 "m%02" PRIu64 "s", ms / 60000, ms / 1000 % 60);
	else if (ms < 48 * 3600000ull)
		snprintf(buf, cap, "%" PRIu64 "h%02" PRIu64 "m", ms / 3600000, ms / 60000 % 60);
	else
		snprintf(buf, cap, "%" PRIu64 "d", ms / 86400000);
}

static void number(const struct column *c, uint64_t v, bool list, char *buf, size_t cap)
{
	char human[32];
	time_t t = (time_t)v;
	struct tm tm;

	switch (c->kind) {
	case FIELD_bytes:
		scaled(v, 1024, "", human, sizeof human);
		if (list || v < 1024)
			snprintf(buf, cap, "%s", human);
		else
			snprintf(buf, cap, "%" PRIu64 " (%s)", v, human);
		return;
	case FIELD_rate:
		if (!v)
			snprintf(buf, cap, "unlimited");
		else
			scaled(v, 1000, "bit/s", buf, cap);
		return;
	case FIELD_time:
		localtime_r(&t, &tm);
		strftime(buf, cap, "%Y-%m-%d %H:%M:%S", &tm);
		return;
	case FIELD_ms:
		duration(v, buf, cap);
		return;
	default:
		snprintf(buf, cap, "%" PRIu64, v);
	}
}

const char *value_text(const struct column *c, const json_t *v, bool list, char *buf, size_t cap)
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_boolean(v))
		return json_is_true(v) ? "yes" : "no";
	if (!json_is_integer(v))
		return "-";
	number(c, (uint64_t)json_integer_value(v), list, buf, cap);
	return buf;
}

static bool is_number(enum field_kind kind)
{
	return kind == FIELD_number || kind == FIELD_rate || kind == FIELD_bytes ||
	       kind == FIELD_ms;
}

static bool listed(const struct column *c) { return options.wide || c->where == FIELD_LIST; }

static void pad(const char *text, int width, bool right, bool last)
{
	if (right)
		printf("%*s", width, text);
	else if (last)
		printf("%s", text);
	else
		printf("%-*s", width, text);
	fputs(last ? "\n" : "  ", stdout);
}

/* A key as people see it. */
static const char *heading(const struct column *c, char *buf, size_t cap)
{
	size_t n = strlen(c->key);

	if (c->kind == FIELD_ms && n > 3 && !strcmp(c->key + n - 3, "_ms"))
		n -= 3; /* the value has its unit */
	snprintf(buf, cap, "%.*s", (int)n, c->key);
	return buf;
}

/* Widths only grow, so that the pages of a long list stay aligned as well as they can. */
void table_rows(const struct column *columns, const json_t *array, bool first)
{
	static int width[MAX_COLUMNS];
	char buf[64];
	size_t i;
	json_t *row;
	int n, last = 0;

	for (n = 0; columns[n].key; n++) {
		if (!listed(&columns[n]))
			continue;
		last = n;
		if (first)
			width[n] = (int)strlen(heading(&columns[n], buf, sizeof buf));
		json_array_foreach(array, i, row)
		{
			const char *text =
				value_text(&columns[n], json_object_get(row, columns[n].key), true,
					   buf, sizeof buf);
			if ((int)strlen(text) > width[n])
				width[n] = (int)strlen(text);
		}
	}
	for (n = 0; first && columns[n].key; n++)
		if (listed(&columns[n]))
			pad(heading(&columns[n], buf, sizeof buf), width[n],
			    is_number(columns[n].kind), n == last);
	json_array_foreach(array, i, row) for (n = 0; columns[n].key; n++) if (listed(&columns[n]))
		pad(value_text(&columns[n], json_object_get(row, columns[n].key), true, buf,
			       sizeof buf),
		    width[n], is_number(columns[n].kind), n == last);
}

void table_object(const struct column *columns, const json_t *object)
{
	int width = 16;
	char buf[64], key[64];

	for (const struct column *c = columns; c->key; c++)
		if ((int)strlen(c->key) >= width)
			width = (int)strlen(c->key) + 1;
	for (; columns->key; columns++)
		printf("%-*s%s\n", width, heading(columns, key, sizeof key),
		       value_text(columns, json_object_get(object, columns->key), false, buf,
				  sizeof buf));
}

void print_json(const json_t *j)
{
	char *text = json_dumps(j, JSON_INDENT(2) | JSON_ENCODE_ANY);

	if (text)
		puts(text);
	free(text);
}
