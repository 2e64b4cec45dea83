/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through a YAML document by tables. libyaml loads the document as a tree of nodes with
 * their places; read_map matches the pairs of a mapping with the rows, then gives the rows that are
 * left their defaults. A mistake is noted and the walk goes on, so that one run shows all of them.
 */
#include "core/config.h"
#include "core/config_value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { FILE_MAX = 16 << 20, EXPECTED_MAX = 400, SHOWN_MAX = 48, LIST_MAX = 65536 };

struct config_place {
	const char *key;
	size_t n; /* its length */
	unsigned line, column;
	struct config_place *next;
};

struct walk {
	yaml_document_t document;
	const char *text; /* the file */
	size_t size;
	struct arena *arena;
	struct config_errors *errors;
};

/* Where we are, for messages: a.b[2].c */
struct path {
	const struct path *up;
	const char *key; /* NULL: index */
	size_t index;
};

static void put_path(FILE *f, const struct path *path)
{
	if (!path)
		return;
	put_path(f, path->up);
	if (path->key)
		fprintf(f, "%s%s", path->up ? "." : "", path->key);
	else
		fprintf(f, "[%zu]", path->index);
}

static char *path_text(struct arena *arena, const struct path *path)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		abort();
	put_path(f, path);
	fclose(f);
	char *copy = arena_copy(arena, text, n + 1);
	free(text);
	return copy;
}

static bool is_before(const struct config_error *a, const struct config_error *b)
{
	if (!a->line || !b->line)
		return a->line && !b->line;
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* In the order of the file: mistakes mostly come in it. */
static void add_error(struct config_errors *errors, struct config_error *error)
{
	struct config_error **at = &errors->first;

	errors->n++;
	if (errors->last && !is_before(error, errors->last)) {
		errors->last->next = error;
		errors->last = error;
		return;
	}
	while (*at && !is_before(error, *at))
		at = &(*at)->next;
	error->next = *at;
	*at = error;
	if (!error->next)
		errors->last = error;
}

static struct config_error *new_error(struct arena *arena, const char *key, const char *fmt,
				      va_list args)
{
	struct config_error *error = arena_zalloc(arena, sizeof(*error));
	char *message = NULL;

	if (vasprintf(&message, fmt, args) < 0)
		abort();
	error->message = arena_copy(arena, message, strlen(message) + 1);
	error->key = key;
	free(message);
	return error;
}

static void note_place(struct walk *walk, const yaml_node_t *node, const struct path *path)
{
	struct config_place *place = arena_zalloc(walk->arena, sizeof(*place));

	place->key = path_text(walk->arena, path);
	place->n = strlen(place->key);
	place->line = (unsigned)node->start_mark.line + 1;
	place->column = (unsigned)node->start_mark.column + 1;
	place->next = walk->errors->places;
	walk->errors->places = place;
}

/* That of the key or of the innermost mapping or list that it is in; NULL if neither was read. */
static const struct config_place *find_place(const struct config_errors *errors, const char *key)
{
	const struct config_place *found = NULL;

	for (const struct config_place *place = errors->places; place; place = place->next)
		if (strncmp(key, place->key, place->n) == 0 && strchr(".[", key[place->n]) &&
		    (!found || place->n > found->n))
			found = place;
	return found;
}

void config_error(struct config_errors *errors, struct arena *arena, const char *key,
		  const char *fmt, ...)
{
	const struct config_place *place = find_place(errors, key);
	struct config_error *error;
	va_list args;

	va_start(args, fmt);
	error = new_error(arena, arena_copy(arena, key, strlen(key) + 1), fmt, args);
	va_end(args);
	error->line = place ? place->line : 0;
	error->column = place ? place->column : 0;
	add_error(errors, error);
}

static void mistake(struct walk *walk, yaml_mark_t at, const struct path *path, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

static void mistake(struct walk *walk, yaml_mark_t at, const struct path *path, const char *fmt,
		    ...)
{
	struct config_error *error;
	va_list args;

	va_start(args, fmt);
	error = new_error(walk->arena, path_text(walk->arena, path), fmt, args);
	va_end(args);
	error->line = (unsigned)at.line + 1;
	error->column = (unsigned)at.column + 1;
	add_error(walk->errors, error);
}

/* What a node is, to be shown in a message: its text, shortened, or its kind. */
static const char *shown(const yaml_node_t *node, char buffer[SHOWN_MAX])
{
	const unsigned char *text = node->data.scalar.value;
	size_t n = 0;

	if (node->type == YAML_MAPPING_NODE)
		return "a mapping";
	if (node->type == YAML_SEQUENCE_NODE)
		return "a list";
	buffer[n++] = '\'';
	for (size_t i = 0; i < node->data.scalar.length && n < SHOWN_MAX - 5; i++)
		buffer[n++] = text[i] < ' ' || text[i] == 0x7f ? '?' : (char)text[i];
	memcpy(buffer + n, n < SHOWN_MAX - 5 ? "'" : "...'", n < SHOWN_MAX - 5 ? 2 : 5);
	return buffer;
}

static bool is_null(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static void *member(void *base, size_t offset) { return (char *)base + offset; }

/* Edit distance, for short words. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64];
	size_t n = strlen(b);

	if (n >= 64 || strlen(a) >= 64)
		return UINT32_MAX;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a; a++, i++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned best = diagonal + (*a != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

static const char *nearest(const struct config_row *rows, const char *key)
{
	unsigned best = (unsigned)strlen(key) / 2 + 1;
	const char *found = NULL;

	for (; rows->key; rows++) {
		unsigned d = distance(key, rows->key);
		if (d < best) {
			best = d;
			found = rows->key;
		}
	}
	return found;
}

/* Defaults */

static void set_list(const struct config_row *row, void *base, void *items, unsigned count)
{
	memcpy(member(base, row->offset), &items, sizeof(items));
	memcpy(member(base, row->count_offset), &count, sizeof(count));
}

static void bad_preset(struct walk *walk, const struct config_row *row, const char *expected)
{
	config_error(walk->errors, walk->arena, row->key, "its default '%s' is not %s", row->preset,
		     expected);
}

static void set_default_list(struct walk *walk, const struct config_row *row, void *base)
{
	struct config_row item = config_item_row(row);
	char *words, *word, *rest, buffer[EXPECTED_MAX];
	unsigned count = 0, most = 1;
	const char *expected;
	char *items;

	if (!row->preset) {
		set_list(row, base, NULL, 0);
		return;
	}
	for (const char *p = row->preset; *p; p++)
		most += *p == ',';
	items = arena_zalloc(walk->arena, most * (size_t)row->size);
	words = arena_copy(walk->arena, row->preset, strlen(row->preset) + 1);
	for (word = strtok_r(words, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
		expected = config_value_read(&item, word, items + count++ * (size_t)row->size,
					     walk->arena, buffer, sizeof(buffer));
		if (expected)
			bad_preset(walk, row, expected);
	}
	set_list(row, base, items, count);
}

static void set_default(struct walk *walk, const struct config_row *row, void *base)
{
	char buffer[EXPECTED_MAX];
	const char *expected, *empty = "";

	if (row->present)
		*(bool *)member(base, row->present - 1) = false;
	if (row->type == CONFIG_LIST) {
		set_default_list(walk, row, base);
		return;
	}
	if (row->type == CONFIG_MAP) {
		for (const struct config_row *inner = row->rows; inner->key; inner++)
			set_default(walk, inner, member(base, row->offset));
		return;
	}
	memset(member(base, row->offset), 0, row->size);
	if (row->type == CONFIG_STRING)
		memcpy(member(base, row->offset), &empty, sizeof(empty));
	if (!row->preset)
		return;
	expected = config_value_read(row, row->preset, member(base, row->offset), walk->arena,
				     buffer, sizeof(buffer));
	if (expected)
		bad_preset(walk, row, expected);
}

/* The walk */

static void read_map(struct walk *walk, const yaml_node_t *node, const struct config_row *rows,
		     void *base, const struct path *path);

static void read_submap(struct walk *walk, const yaml_node_t *node, const struct config_row *row,
			void *out, const struct path *path)
{
	unsigned before = walk->errors->n;
	const char *key = NULL, *wrong;
	char buffer[SHOWN_MAX];

	if (node->type != YAML_MAPPING_NODE && !is_null(node)) {
		mistake(walk, node->start_mark, path, "%s is not a mapping%s", shown(node, buffer),
			node->type == YAML_SCALAR_NODE ? ": lines of 'key: value'" : "");
		return;
	}
	read_map(walk, node, row->rows, out, path);
	if (!row->check || walk->errors->n != before)
		return;
	wrong = row->check(out, &key);
	if (wrong) {
		const struct path blamed = {.up = path, .key = key};
		config_error(walk->errors, walk->arena,
			     path_text(walk->arena, key ? &blamed : path), "%s", wrong);
	}
}

static void read_value(struct walk *walk, const yaml_node_t *node, const struct config_row *row,
		       void *out, const struct path *path)
{
	char buffer[EXPECTED_MAX], what[SHOWN_MAX];
	const char *text = (const char *)node->data.scalar.value, *expected;

	note_place(walk, node, path);
	if (row->type == CONFIG_MAP) {
		read_submap(walk, node, row, out, path);
		return;
	}
	if (node->type == YAML_SCALAR_NODE && is_null(node)) {
		mistake(walk, node->start_mark, path, "needs a value: %s",
			config_expected(row, buffer, sizeof(buffer)));
		return;
	}
	if (node->type != YAML_SCALAR_NODE)
		expected = config_expected(row, buffer, sizeof(buffer));
	else if (strlen(text) != node->data.scalar.length)
		expected = "free of NUL characters";
	else
		expected = config_value_read(row, text, out, walk->arena, buffer, sizeof(buffer));
	if (expected)
		mistake(walk, node->start_mark, path, "%s is not %s", shown(node, what), expected);
}

static void read_list(struct walk *walk, const yaml_node_t *node, const struct config_row *row,
		      void *base, const struct path *path)
{
	struct config_row item = config_item_row(row);
	size_t n = 0, max = row->max ? row->max : LIST_MAX;
	char buffer[EXPECTED_MAX], what[SHOWN_MAX];
	yaml_node_item_t *ids = NULL;
	char *items;

	note_place(walk, node, path);
	if (node->type == YAML_SEQUENCE_NODE) {
		ids = node->data.sequence.items.start;
		n = (size_t)(node->data.sequence.items.top - ids);
	} else if (!is_null(node)) {
		mistake(walk, node->start_mark, path, "%s is not %s", shown(node, what),
			config_expected(row, buffer, sizeof(buffer)));
		return;
	}
	if (n < row->min || n > max) {
		mistake(walk, node->start_mark, path, "has %zu elements, not %llu to %zu", n,
			(unsigned long long)row->min, max);
		return;
	}
	items = arena_zalloc(walk->arena, n * row->size);
	for (size_t i = 0; i < n; i++) {
		const struct path at = {.up = path, .index = i};
		read_value(walk, yaml_document_get_node(&walk->document, ids[i]), &item,
			   items + i * row->size, &at);
	}
	set_list(row, base, items, (unsigned)n);
}

static void read_row(struct walk *walk, const yaml_node_t *node, const struct config_row *row,
		     void *base, const struct path *path)
{
	if (row->type == CONFIG_LIST)
		read_list(walk, node, row, base, path);
	else
		read_value(walk, node, row, member(base, row->offset), path);
	if (row->present)
		*(bool *)member(base, row->present - 1) = true;
}

static const struct config_row *find_row(const struct config_row *rows, const char *key)
{
	for (; rows->key; rows++)
		if (strcmp(rows->key, key) == 0)
			return rows;
	return NULL;
}

/* The row of a pair's key, noted in seen; NULL with the mistake said. */
static const struct config_row *match_key(struct walk *walk, const yaml_node_t *key,
					  const struct config_row *rows, const yaml_node_t **seen,
					  const struct path *path)
{
	const char *text = (const char *)key->data.scalar.value, *near;
	struct path at = {.up = path, .key = text};
	const struct config_row *row;

	if (key->type != YAML_SCALAR_NODE) {
		mistake(walk, key->start_mark, path, "a key is not a word");
		return NULL;
	}
	row = find_row(rows, text);
	if (!row) {
		char what[SHOWN_MAX];
		near = nearest(rows, text);
		mistake(walk, key->start_mark, path,
			near ? "%s is not a key here; did you mean '%s'?" : "%s is not a key here",
			shown(key, what), near);
		return NULL;
	}
	if (seen[row - rows]) {
		mistake(walk, key->start_mark, &at, "given twice, first in line %zu",
			seen[row - rows]->start_mark.line + 1);
		return NULL;
	}
	seen[row - rows] = key;
	return row;
}

static void read_map(struct walk *walk, const yaml_node_t *node, const struct config_row *rows,
		     void *base, const struct path *path)
{
	const yaml_node_t **seen;
	yaml_node_pair_t *pair = NULL, *end = NULL;
	char buffer[EXPECTED_MAX];
	size_t n = 0;

	while (rows[n].key)
		n++;
	seen = arena_zalloc(walk->arena, n * sizeof(const yaml_node_t *) + 1);
	for (size_t i = 0; i < n; i++)
		set_default(walk, &rows[i], base);
	if (node && node->type == YAML_MAPPING_NODE) {
		pair = node->data.mapping.pairs.start;
		end = node->data.mapping.pairs.top;
	}
	for (; pair < end; pair++) {
		const yaml_node_t *key = yaml_document_get_node(&walk->document, pair->key);
		const yaml_node_t *value = yaml_document_get_node(&walk->document, pair->value);
		const struct config_row *row = match_key(walk, key, rows, seen, path);
		const struct path at = {.up = path, .key = row ? row->key : NULL};
		if (row)
			read_row(walk, value, row, base, &at);
	}
	for (size_t i = 0; i < n; i++) {
		const struct path at = {.up = path, .key = rows[i].key};
		if (rows[i].required && !seen[i])
			mistake(walk, node ? node->start_mark : (yaml_mark_t){0}, &at,
				"is missing: %s",
				config_expected(&rows[i], buffer, sizeof(buffer)));
	}
}

/* What YAML has no words for: the line is indented by a tab. */
static bool has_tab(const struct walk *walk, size_t line)
{
	const char *p = walk->text, *end = p + walk->size;

	while (p && line--) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	while (p && p < end && *p == ' ')
		p++;
	return p && p < end && *p == '\t';
}

static void syntax_error(struct walk *walk, const yaml_parser_t *parser)
{
	if (has_tab(walk, parser->problem_mark.line)) {
		mistake(walk, parser->problem_mark, NULL,
			"not YAML: a tab, where it indents by spaces");
		return;
	}
	mistake(walk, parser->problem_mark, NULL, "not YAML: %s%s%s",
		parser->problem ? parser->problem : "cannot be read", parser->context ? ", " : "",
		parser->context ? parser->context : "");
}

/* The root of the only document, NULL if the file is empty or wrong. */
static void read_documents(struct walk *walk, yaml_parser_t *parser, const struct config_row *rows,
			   void *out)
{
	yaml_document_t second;
	yaml_node_t *root;

	if (!yaml_parser_load(parser, &walk->document)) {
		syntax_error(walk, parser);
		return;
	}
	root = yaml_document_get_root_node(&walk->document);
	if (root && root->type != YAML_MAPPING_NODE && !is_null(root))
		mistake(walk, root->start_mark, NULL,
			"the file is not a mapping of keys to values");
	else
		read_map(walk, root, rows, out, NULL);
	if (root) {
		if (!yaml_parser_load(parser, &second)) {
			syntax_error(walk, parser);
		} else {
			root = yaml_document_get_root_node(&second);
			if (root)
				mistake(walk, root->start_mark, NULL,
					"a second document in the file");
			yaml_document_delete(&second);
		}
	}
	yaml_document_delete(&walk->document);
}

int config_parse(const char *text, size_t n, const struct config_row *rows, void *out,
		 struct arena *arena, struct config_errors *errors)
{
	struct walk walk = {.text = text, .size = n, .arena = arena, .errors = errors};
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
	read_documents(&walk, &parser, rows, out);
	yaml_parser_delete(&parser);
	return errors->n ? -EINVAL : 0;
}

int config_load(const char *path, const struct config_row *rows, void *out, struct arena *arena,
		struct config_errors *errors)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n = 0;
	int r = 0;

	if (!f) {
		r = -errno;
		config_error(errors, arena, "", "%s", strerror(errno));
		return r;
	}
	text = malloc(FILE_MAX + 1);
	if (!text)
		r = -ENOMEM;
	else
		n = fread(text, 1, FILE_MAX + 1, f);
	if (text && ferror(f))
		r = errno ? -errno : -EIO;
	if (n > FILE_MAX)
		r = -EFBIG;
	fclose(f);
	if (r < 0)
		config_error(errors, arena, "", "%s", strerror(-r));
	else
		r = config_parse(text, n, rows, out, arena, errors);
	free(text);
	return r;
}
