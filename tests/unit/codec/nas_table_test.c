/* SPDX-License-Identifier: Apache-2.0 */
/* The NAS tables against the message tables of TS 24.301 clause 8, read from the specification's
 * text
 * (../shared/spec, or $MCORE_SHARED/spec): every message, IE for IE in order, identifier, presence,
 * format and lengths. Skipped where the text is not at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "codec/nas.h"

enum { COLUMNS = 6, CELL = 160, MAX_ROWS = 800 };

struct spec_row {
	char clause[16];
	uint8_t iei, presence, format;
	uint32_t min, max;
	char name[CELL];
	bool used;
};

static struct spec_row rows[MAX_ROWS];
static size_t n_rows;

/* Where our tables are right and the clause's are not. */
static const struct {
	const char *clause;
	uint8_t iei;
	uint32_t spec_min, our_min, spec_max, our_max;
} errata[] = {
	/* A list with one TAI has 8 octets (9.9.3.33), so these can be as short as elsewhere. */
	{"8.2.11.2", 0x1d, 9, 8, 98, 98}, {"8.2.11.2", 0x1e, 9, 8, 98, 98},
	{"8.2.24", 0x1d, 9, 8, 98, 98},   {"8.2.24", 0x1e, 9, 8, 98, 98},
	{"8.2.28", 0x1d, 9, 8, 98, 98},   {"8.2.28", 0x1e, 9, 8, 98, 98},
};

static void trim(char *s)
{
	size_t n = strlen(s), i = strspn(s, " \t");

	while (n > i && strchr(" \t\r\n", s[n - 1]))
		n--;
	memmove(s, s + i, n - i);
	s[n - i] = 0;
}

/* "| 5E   | name | type | O | TLV | 3 |" */
static unsigned cells(char *line, char cell[COLUMNS][CELL])
{
	unsigned n = 0;

	for (char *s = line + 1, *end; n < COLUMNS && (end = strchr(s, '|')); s = end + 1) {
		*end = 0;
		snprintf(cell[n], CELL, "%.*s", CELL - 1, s);
		trim(cell[n++]);
	}
	return n;
}

/* The non-breaking hyphen that some tables use */
static void plain_hyphens(char *s)
{
	for (char *p; (p = strstr(s, "\xe2\x80\x91"));) {
		*p = '-';
		memmove(p + 1, p + 3, strlen(p + 3) + 1);
	}
}

static bool format_of(const char *s, bool half, bool second_half, uint8_t *out)
{
	static const struct {
		const char *name;
		uint8_t format;
	} formats[] = {{"V", IE_V},   {"LV", IE_LV},   {"LV-E", IE_LVE},
		       {"TV", IE_TV}, {"TLV", IE_TLV}, {"TLV-E", IE_TLVE}};

	if (half) {
		*out = second_half ? IE_HI : IE_LO;
		return true;
	}
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(s, formats[i].name)) {
			*out = formats[i].format;
			return true;
		}
	return false;
}

/* Adds a table line if it is an IE that our tables have a row for. *half is true between the two
 * halves of an octet. */
static void add_row(const char *clause, char cell[COLUMNS][CELL], bool *half)
{
	struct spec_row *r = &rows[n_rows];
	char *dash;
	bool is_half = !strcmp(cell[5], "1/2");

	if (!cell[3][0] || strchr("MOC", cell[3][0]) == NULL || cell[3][1])
		return;
	if (strstr(cell[2], "Protocol discriminator") || strstr(cell[1], "Security header type") ||
	    !strcmp(cell[2], "Message type") || !strcmp(cell[2], "EPS bearer identity") ||
	    !strcmp(cell[2], "Procedure transaction identity"))
		return;
	*r = (struct spec_row){.presence = cell[3][0] == 'M'   ? IE_M
					   : cell[3][0] == 'O' ? IE_O
							       : IE_C};
	snprintf(r->clause, sizeof(r->clause), "%s", clause);
	snprintf(r->name, sizeof(r->name), "%s", cell[1]);
	plain_hyphens(cell[4]);
	assert_true(format_of(cell[4], is_half, *half, &r->format));
	*half = is_half && !*half;
	if (!strncmp(cell[2], "Spare half", 10))
		return;
	r->iei = (uint8_t)strtoul(cell[0], NULL, 16);
	if (cell[0][1] == '-')
		r->iei = (uint8_t)(r->iei << 4);
	if (is_half) {
		r->min = r->max = 1;
	} else {
		dash = strchr(cell[5], '-');
		r->min = (uint32_t)atoi(cell[5]);
		r->max = dash ? (uint32_t)atoi(dash + 1) : r->min;
		if (r->format == IE_TV && r->max == 1)
			r->format = IE_TV1;
	}
	assert_true(++n_rows < MAX_ROWS);
}

static bool read_spec(void)
{
	const char *shared = getenv("MCORE_SHARED");
	char path[512], line[4096], clause[16] = "", cell[COLUMNS][CELL];
	bool half = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/spec/24301-h90-clauses-8-to-10.txt",
		 shared ? shared : "../shared");
	f = fopen(path, "r");
	if (!f) {
		printf("skip: no %s\n", path);
		return false;
	}
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "9.1", 3) && strchr("\t ", line[3]) && n_rows)
			break;
		if (line[0] == '8' && line[1] == '.') {
			size_t n = strcspn(line, " \t\n");

			snprintf(clause, sizeof(clause), "%.*s", (int)n, line);
			half = false;
		}
		if (line[0] == '|' && cells(line, cell) == COLUMNS)
			add_row(clause, cell, &half);
	}
	fclose(f);
	return true;
}

static bool same_clause(const char *heading, const char *ours)
{
	size_t n = strlen(ours);

	return !strncmp(heading, ours, n) && (!heading[n] || !strcmp(heading + n, ".1"));
}

static bool erratum(const struct nas_def *d, const struct spec_row *s, const struct ie_row *r)
{
	for (size_t i = 0; i < sizeof(errata) / sizeof(errata[0]); i++)
		if (!strcmp(errata[i].clause, d->clause) && errata[i].iei == r->iei &&
		    s->min == errata[i].spec_min && r->min == errata[i].our_min &&
		    s->max == errata[i].spec_max && r->max == errata[i].our_max)
			return true;
	return false;
}

static bool same(const struct nas_def *d, const struct spec_row *s, const struct ie_row *r)
{
	return s->iei == r->iei && s->presence == r->presence && s->format == r->format &&
	       ((s->min == r->min && s->max == r->max) || erratum(d, s, r));
}

static unsigned compare(const struct nas_def *d)
{
	unsigned wrong = 0;
	size_t k = 0;

	for (size_t i = 0; i < n_rows; i++) {
		const struct ie_row *r = &d->ies.row[k];

		if (!same_clause(rows[i].clause, d->clause) || rows[i].used)
			continue;
		rows[i].used = true;
		if (k == d->ies.n || !same(d, &rows[i], r)) {
			print_error("%s %s: \"%s\" IEI %02x %u-%u: ours is %s IEI %02x %u-%u\n",
				    d->clause, d->name, rows[i].name, rows[i].iei, rows[i].min,
				    rows[i].max, k < d->ies.n ? r->name : "missing",
				    k < d->ies.n ? r->iei : 0, k < d->ies.n ? r->min : 0,
				    k < d->ies.n ? r->max : 0);
			wrong++;
		}
		if (k < d->ies.n)
			k++;
	}
	if (k != d->ies.n) {
		print_error("%s %s: %s is not in the specification\n", d->clause, d->name,
			    d->ies.row[k].name);
		wrong++;
	}
	return wrong;
}

static void every_table_is_the_specifications(void **state)
{
	unsigned wrong = 0, left = 0;

	(void)state;
	if (!read_spec())
		skip();
	assert_true(n_rows > 300);
	for (size_t i = 0; i < nas_n_defs; i++)
		wrong += compare(nas_defs[i]);
	for (size_t i = 0; i < n_rows; i++)
		if (!rows[i].used && strcmp(rows[i].clause, "8.2.23")) {
			print_error("%s \"%s\": no table of ours\n", rows[i].clause, rows[i].name);
			left++;
		}
	printf("%zu IEs of %zu messages compared\n", n_rows, nas_n_defs);
	assert_int_equal(wrong, 0);
	assert_int_equal(left, 0);
}

/* Two rows with one identifier could not be told apart. */
static void identifiers_are_unique_in_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < nas_n_defs; i++) {
		const struct ie_table *t = &nas_defs[i]->ies;

		for (size_t a = 0; a < t->n; a++)
			for (size_t b = a + 1; b < t->n; b++)
				assert_false(t->row[a].iei && t->row[a].iei == t->row[b].iei);
	}
}

static void a_row_has_the_identifier_its_format_wants(void **state)
{
	(void)state;
	for (size_t i = 0; i < nas_n_defs; i++)
		for (size_t k = 0; k < nas_defs[i]->ies.n; k++) {
			const struct ie_row *r = &nas_defs[i]->ies.row[k];

			assert_int_equal(r->format >= IE_TV1, r->iei != 0);
			assert_int_equal(r->format == IE_TV1, r->iei >> 7);
			assert_true(!r->max || r->max >= r->min);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_is_the_specifications),
		cmocka_unit_test(identifiers_are_unique_in_a_message),
		cmocka_unit_test(a_row_has_the_identifier_its_format_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
