/* SPDX-License-Identifier: Apache-2.0 */
/* What else the tables of the configuration give: the list of mistakes, the reference of all keys,
 * and the difference of two configurations. */
#include "core/config.h"
#include "core/config_value.h"

#include <string.h>

enum { KEY_MAX = 256, EXPECTED_MAX = 400 };

void config_print_errors(FILE *f, const char *path, const struct config_errors *errors)
{
	for (const struct config_error *e = errors->first; e; e = e->next) {
		fprintf(f, "%s:", path);
		if (e->line)
			fprintf(f, "%u:%u:", e->line, e->column);
		if (*e->key)
			fprintf(f, " %s:", e->key);
		fprintf(f, " %s\n", e->message);
	}
}

static void print_words(FILE *f, const struct config_row *row, unsigned depth)
{
	for (const struct config_word *w = row->words; w && w->word; w++)
		if (w->help)
			fprintf(f, "%*s#   %s: %s\n", (int)depth * 2, "", w->word, w->help);
}

static void print_rows(FILE *f, const struct config_row *rows, unsigned depth, const char *lead)
{
	char buffer[EXPECTED_MAX];

	for (const struct config_row *row = rows; row->key; row++) {
		bool maps = row->type == CONFIG_MAP ||
			    (row->type == CONFIG_LIST && row->of == CONFIG_MAP);
		const char *indent = row == rows ? lead : "";
		const char *out = maps || row->required || row->preset ? "" : "#"; /* left out */
		unsigned column = depth * 2;
		fprintf(f, "%*s# %s", (int)column, "", row->help ? row->help : row->key);
		if (!maps)
			fprintf(f, ": %s", config_expected(row, buffer, sizeof(buffer)));
		fprintf(f, "%s%s\n", row->required ? "; required" : "",
			row->reload ? "; reload" : "");
		print_words(f, row, depth);
		if (*indent)
			fprintf(f, "%*s%s%s:", (int)column - 2, "", indent, row->key);
		else
			fprintf(f, "%*s%s%s:", (int)column, "", out, row->key);
		if (row->preset && row->type == CONFIG_LIST)
			fprintf(f, " [%s]", row->preset);
		else if (row->preset)
			fprintf(f, " %s", *row->preset ? row->preset : "\"\"");
		fputc('\n', f);
		if (row->type == CONFIG_MAP)
			print_rows(f, row->rows, depth + 1, "");
		else if (maps)
			print_rows(f, row->rows, depth + 2, "- ");
	}
}

void config_print_schema(FILE *f, const struct config_row *rows) { print_rows(f, rows, 0, ""); }

struct diff {
	void (*changed)(void *arg, const struct config_row *row, const char *key);
	void *arg;
};

static const void *at(const void *base, size_t offset) { return (const char *)base + offset; }

static bool same_scalar(const struct config_row *row, const void *was, const void *is)
{
	const char *a, *b;

	switch (row->type) {
	case CONFIG_STRING:
		memcpy(&a, was, sizeof(a));
		memcpy(&b, is, sizeof(b));
		return strcmp(a, b) == 0;
	case CONFIG_CHARS:
		return strncmp(was, is, row->size) == 0;
	default:
		return memcmp(was, is, row->size) == 0;
	}
}

static void diff_rows(const struct diff *, const struct config_row *rows, const void *was,
		      const void *is, const char *path);

static bool same_items(const struct config_row *row, const char *was, const char *is, unsigned n)
{
	const struct config_row item = config_item_row(row);

	for (unsigned i = 0; i < n; i++)
		if (!same_scalar(&item, was + i * (size_t)row->size, is + i * (size_t)row->size))
			return false;
	return true;
}

static void diff_list(const struct diff *diff, const struct config_row *row, const void *was,
		      const void *is, const char *key)
{
	unsigned n, m;
	const char *a, *b;
	char item[KEY_MAX + 16];

	memcpy(&n, at(was, row->count_offset), sizeof(n));
	memcpy(&m, at(is, row->count_offset), sizeof(m));
	memcpy(&a, at(was, row->offset), sizeof(a));
	memcpy(&b, at(is, row->offset), sizeof(b));
	if (n != m || (row->of != CONFIG_MAP && !same_items(row, a, b, n))) {
		diff->changed(diff->arg, row, key);
		return;
	}
	for (unsigned i = 0; row->of == CONFIG_MAP && i < n; i++) {
		snprintf(item, sizeof(item), "%s[%u]", key, i);
		diff_rows(diff, row->rows, a + i * (size_t)row->size, b + i * (size_t)row->size,
			  item);
	}
}

static void diff_rows(const struct diff *diff, const struct config_row *rows, const void *was,
		      const void *is, const char *path)
{
	char key[KEY_MAX];

	for (const struct config_row *row = rows; row->key; row++) {
		bool differs = false;
		snprintf(key, sizeof(key), "%s%s%s", path, *path ? "." : "", row->key);
		if (row->present)
			differs = *(const bool *)at(was, row->present - 1) !=
				  *(const bool *)at(is, row->present - 1);
		if (differs)
			diff->changed(diff->arg, row, key);
		else if (row->type == CONFIG_LIST)
			diff_list(diff, row, was, is, key);
		else if (row->type == CONFIG_MAP)
			diff_rows(diff, row->rows, at(was, row->offset), at(is, row->offset), key);
		else if (!same_scalar(row, at(was, row->offset), at(is, row->offset)))
			diff->changed(diff->arg, row, key);
	}
}

void config_diff(const struct config_row *rows, const void *was, const void *is,
		 void (*changed)(void *arg, const struct config_row *row, const char *key),
		 void *arg)
{
	const struct diff diff = {.changed = changed, .arg = arg};

	diff_rows(&diff, rows, was, is, "");
}
