/* SPDX-License-Identifier: Apache-2.0 */
/* Import of SIMs: a body of CSV or NDJSON as long as it likes, taken line by line as it comes. Rows
 * go to the store in batches; when more than STORE_BACKLOG writes are queued the connection is
 * suspended until a batch is on disk, so that memory stays bounded and a client's sending tells its
 * progress. A line with a mistake is left out and told by its number; the rest goes on.
 *
 * CSV: the first line names the columns; they are separated by comma, semicolon or tab, whichever
 * it has. Values may stand in double quotes. Empty lines and lines that begin with # count but are
 * not read. NDJSON: an object a line. */
#include "api/http.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "api/simtext.h"
#include "hss/hss.h"
#include "security/crypto.h"

enum { BATCH = 512, LINE_MAX_LEN = 2048, ERRORS_MAX = 100 };

struct batch {
	struct import *import;
	unsigned n;
	struct subscriber row[BATCH];
	uint64_t line[BATCH];
	int err[BATCH];
};

struct import {
	struct api_request *request;
	bool csv, replace, has_header, ended, broken;
	char separator;
	unsigned columns;
	int column[SIMTEXT_WORDS_MAX]; /* simtext words */
	uint64_t line, imported, failed;
	json_t *errors;
	struct batch *batch; /* being filled */
	unsigned batches;    /* on their way to disk */
	size_t n;            /* of a line that is not whole yet */
	bool overlong;       /* skips to the end of the line */
	char text[LINE_MAX_LEN];
};

static void import_free(void *state)
{
	struct import *m = state;

	if (m->batch)
		crypto_wipe(m->batch, sizeof *m->batch);
	free(m->batch);
	json_decref(m->errors);
	crypto_wipe(m, sizeof *m);
	free(m);
}

bool sims_import(struct api_request *r)
{
	const char *type = api_header(r, "Content-Type"), *replace = api_query(r, "replace");
	bool csv = type && !strncmp(type, "text/csv", 8);
	struct import *m;

	if (!csv && (!type || strncmp(type, "application/x-ndjson", 20)))
		return false;
	if (!api_config->store) {
		api_error(r, 503, "this mcored has no HSS: subscribers are elsewhere");
		return false;
	}
	m = calloc(1, sizeof *m);
	if (!m) {
		api_error(r, 503, "out of memory");
		return false;
	}
	m->request = r;
	m->csv = csv;
	m->replace = replace && !strcmp(replace, "1");
	m->errors = json_array();
	r->state = m;
	r->state_free = import_free;
	return true;
}

static void fail_line(struct import *m, uint64_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void fail_line(struct import *m, uint64_t line, const char *fmt, ...)
{
	char text[192];
	va_list ap;

	m->failed++;
	if (json_array_size(m->errors) >= ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
	json_array_append_new(m->errors,
			      json_pack("{s:I,s:s}", "line", (json_int_t)line, "error", text));
}

/* ---- to the store ---- */

static void finish(struct import *m)
{
	json_t *result = json_pack("{s:I,s:I,s:O}", "imported", (json_int_t)m->imported, "failed",
				   (json_int_t)m->failed, "errors", m->errors);

	api_reply(m->request, m->broken ? 400 : 200, result);
}

static void batch_result(struct import *m, const struct batch *b, unsigned i)
{
	char digits[IMSI_STRLEN];

	if (!b->err[i]) {
		m->imported++;
		sim_keep(b->row[i].ue4, b->row[i].ue6, true);
		return;
	}
	imsi_print(b->row[i].imsi, digits);
	if (b->err[i] == -EEXIST)
		fail_line(m, b->line[i], "SIM %s is there already", digits);
	else if (b->err[i] == -EADDRINUSE)
		fail_line(m, b->line[i], "the static address is another SIM's");
	else
		fail_line(m, b->line[i], "SIM %s was not written: %s", digits,
			  strerror(-b->err[i]));
}

static void batch_done(void *arg, int err)
{
	struct batch *b = arg;
	struct import *m = b->import;
	struct api_request *r = m->request;

	(void)err;
	for (unsigned i = 0; i < b->n; i++)
		batch_result(m, b, i);
	crypto_wipe(b, sizeof *b);
	free(b);
	m->batches--;
	if (!m->ended)
		api_resume(r);
	else if (!m->batches)
		finish(m);
	api_unref(r);
}

static void flush(struct import *m)
{
	struct batch *b = m->batch;

	m->batch = NULL;
	if (!b)
		return;
	m->batches++;
	api_ref(m->request);
	store_subscribers_import(b->row, b->n, !m->replace, b->err,
				 (struct store_write){batch_done, b});
}

static void take(struct import *m, const struct subscriber *s)
{
	struct batch *b = m->batch;

	if (!b) {
		b = m->batch = malloc(sizeof *b);
		if (!b) {
			fail_line(m, m->line, "out of memory");
			return;
		}
		b->import = m;
		b->n = 0;
	}
	b->row[b->n] = *s;
	b->line[b->n++] = m->line;
	if (b->n == BATCH)
		flush(m);
}

/* ---- lines ---- */

/* The next value of a CSV line: its text without quotes and blanks around. */
static const char *next_value(const struct import *m, const char **at, const char *end, size_t *n)
{
	const char *p = *at, *stop = memchr(p, m->separator, (size_t)(end - p));

	if (!stop)
		stop = end;
	*at = stop < end ? stop + 1 : NULL;
	while (p < stop && *p == ' ')
		p++;
	while (stop > p && stop[-1] == ' ')
		stop--;
	if (stop - p >= 2 && *p == '"' && stop[-1] == '"') {
		p++;
		stop--;
	}
	*n = (size_t)(stop - p);
	return p;
}

static void read_header(struct import *m, const char *p, size_t n)
{
	const char *at = p, *end = p + n, *word;
	size_t len;

	m->separator = memchr(p, '\t', n) ? '\t' : memchr(p, ';', n) ? ';' : ',';
	m->has_header = true;
	while (at) {
		word = next_value(m, &at, end, &len);
		if (m->columns == SIMTEXT_WORDS_MAX) {
			fail_line(m, m->line, "more than %d columns", SIMTEXT_WORDS_MAX);
			m->broken = true;
			return;
		}
		m->column[m->columns] = simtext_word(word, len);
		if (m->column[m->columns++] < 0) {
			fail_line(m, m->line,
				  "the first line names the columns (imsi,k,opc or "
				  "op,amf,msisdn,profile,"
				  "ue4,ue6,routes): what is '%.*s'?",
				  (int)(len < 20 ? len : 20), word);
			m->broken = true;
			return;
		}
	}
}

static bool read_csv(struct import *m, struct simtext *t, const char *p, size_t n)
{
	const char *at = p, *end = p + n, *value;
	unsigned i = 0;
	size_t len;

	for (; at && i < m->columns; i++) {
		value = next_value(m, &at, end, &len);
		if (!simtext_set(t, m->column[i], value, len))
			return false;
	}
	if (at || i < m->columns) {
		snprintf(t->error, sizeof t->error, "expected %u values", m->columns);
		return false;
	}
	return true;
}

static void read_line(struct import *m, const char *p, size_t n)
{
	struct simtext t;
	bool ok;

	m->line++;
	if (m->line == 1 && n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
		p += 3;
		n -= 3;
	}
	if (n && p[n - 1] == '\r')
		n--;
	if (!n || *p == '#' || m->broken)
		return;
	if (m->csv && !m->has_header) {
		read_header(m, p, n);
		return;
	}
	memset(&t, 0, sizeof t);
	ok = m->csv ? read_csv(m, &t, p, n) : simtext_json(&t, p, n);
	if (ok && simtext_finish(&t, true) && !sim_route_refused(&t.sim, t.error, sizeof t.error))
		take(m, &t.sim);
	else
		fail_line(m, m->line, "%s", t.error);
	crypto_wipe(&t, sizeof t);
}

static void overlong(struct import *m)
{
	m->line++;
	m->n = 0;
	m->overlong = true;
	if (!m->broken)
		fail_line(m, m->line, "longer than %d octets", LINE_MAX_LEN);
}

/* What is left of a chunk after its last line waits in m->text. */
static void keep(struct import *m, const char *p, size_t n)
{
	if (m->overlong)
		return;
	if (m->n + n > sizeof m->text) {
		overlong(m);
		return;
	}
	memcpy(m->text + m->n, p, n);
	m->n += n;
}

static void end_of_line(struct import *m, const char *p, size_t n)
{
	if (m->overlong) {
		m->overlong = false;
	} else if (m->n) {
		keep(m, p, n);
		if (!m->overlong)
			read_line(m, m->text, m->n);
		m->overlong = false;
	} else if (n > LINE_MAX_LEN) {
		overlong(m);
		m->overlong = false;
	} else {
		read_line(m, p, n);
	}
	m->n = 0;
}

/* n is 0 at the end of the body. */
void sims_chunk(struct api_request *r, const char *p, size_t n)
{
	struct import *m = r->state;
	const char *end = p + n, *eol;

	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (!eol) {
			keep(m, p, (size_t)(end - p));
			break;
		}
		end_of_line(m, p, (size_t)(eol - p));
	}
	if (n) {
		if (store_queued() > STORE_BACKLOG && m->batches)
			api_pause(r);
		return;
	}
	if (m->n)
		end_of_line(m, "", 0);
	m->ended = true;
	flush(m);
	if (m->batches)
		api_hold(r);
	else
		finish(m);
}
