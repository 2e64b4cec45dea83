/* SPDX-License-Identifier: Apache-2.0 */
/* Policy's tables: versions of the profiles as they were applied, devices with something of their
 * own, and how much of quotas is used. They are read at start and when somebody asks, so statements
 * are prepared where they are run. A write carries as many rows as its caller likes. */
#include "store/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct policy_head {
	uint64_t version, time;
	size_t author, note, text; /* octets of each, with NUL, one behind the other */
};

void store_policy_put(const struct store_policy *p, struct store_write notify)
{
	struct policy_head h = {p->version, p->time, strlen(p->author) + 1, strlen(p->note) + 1,
				strlen(p->text) + 1};
	size_t n = sizeof(h) + h.author + h.note + h.text;
	char *blob = malloc(n), *at;

	if (!blob)
		abort();
	memcpy(blob, &h, sizeof(h));
	at = blob + sizeof(h);
	memcpy(at, p->author, h.author);
	memcpy(at + h.author, p->note, h.note);
	memcpy(at + h.author + h.note, p->text, h.text);
	store_enqueue_blob(WRITE_POLICY, blob, n, notify);
}

static void enqueue_copy(enum write_kind kind, const void *rows, size_t n,
			 struct store_write notify)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	memcpy(p, rows, n);
	store_enqueue_blob(kind, p, n, notify);
}

void store_devices_put(const struct store_device *d, size_t n, struct store_write notify)
{
	enqueue_copy(WRITE_DEVICES, d, n * sizeof(*d), notify);
}

void store_usage_put(const struct store_usage *u, size_t n, struct store_write notify)
{
	enqueue_copy(WRITE_USAGE, u, n * sizeof(*u), notify);
}

/* ---- the writer's ---- */

static void bind_optional(sqlite3_stmt *s, int at, bool there, uint64_t v)
{
	if (there)
		sqlite3_bind_int64(s, at, (sqlite3_int64)v);
	else
		sqlite3_bind_null(s, at);
}

static int write_version(const struct write *w)
{
	const char *at = (const char *)w->blob.p + sizeof(struct policy_head);
	struct policy_head h;
	sqlite3_stmt *s;
	int rc;

	memcpy(&h, w->blob.p, sizeof(h));
	rc = sqlite3_prepare_v2(sqlite_writer, "INSERT INTO policy VALUES (?, ?, ?, ?, ?)", -1, &s,
				NULL);
	if (rc)
		return sqlite_errno_of(rc);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)h.version);
	sqlite3_bind_text(s, 2, at, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)h.time);
	sqlite3_bind_text(s, 4, at + h.author, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 5, at + h.author + h.note, -1, SQLITE_STATIC);
	rc = sqlite3_step(s);
	sqlite3_finalize(s);
	return sqlite_errno_of(rc);
}

static bool is_plain(const struct store_device *d)
{
	return !d->profile[0] && !d->gate_up && !d->gate_down && !d->quarantine && !d->has_rate &&
	       !d->has_quota;
}

static void bind_device(sqlite3_stmt *s, const struct store_device *d)
{
	sqlite3_bind_text(s, 2, d->profile, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 3, d->gate_up);
	sqlite3_bind_int(s, 4, d->gate_down);
	sqlite3_bind_int(s, 5, d->quarantine);
	bind_optional(s, 6, d->has_rate, d->rate_up);
	bind_optional(s, 7, d->has_rate, d->rate_down);
	bind_optional(s, 8, d->has_quota, d->quota);
}

static int write_devices(const struct write *w)
{
	const struct store_device *d = (const void *)w->blob.p;
	sqlite3_stmt *put = NULL, *del = NULL;
	int rc = sqlite3_prepare_v2(sqlite_writer,
				    "INSERT OR REPLACE INTO device_policy VALUES (?,?,?,?,?,?,?,?)",
				    -1, &put, NULL);

	if (!rc)
		rc = sqlite3_prepare_v2(sqlite_writer, "DELETE FROM device_policy WHERE imsi = ?",
					-1, &del, NULL);
	for (size_t i = 0; !sqlite_errno_of(rc) && i < w->blob.n / sizeof(*d); i++) {
		sqlite3_stmt *s = is_plain(&d[i]) ? del : put;

		sqlite3_bind_int64(s, 1, sqlite_imsi_key(d[i].imsi));
		if (s == put)
			bind_device(s, &d[i]);
		rc = sqlite3_step(s);
		sqlite3_reset(s);
	}
	sqlite3_finalize(put);
	sqlite3_finalize(del);
	return sqlite_errno_of(rc);
}

static int write_usage(const struct write *w)
{
	const struct store_usage *u = (const void *)w->blob.p;
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(sqlite_writer,
				    "INSERT OR REPLACE INTO quota_usage VALUES (?, ?, ?, ?)", -1,
				    &s, NULL);

	if (rc)
		return sqlite_errno_of(rc);
	for (size_t i = 0; !sqlite_errno_of(rc) && i < w->blob.n / sizeof(*u); i++) {
		sqlite3_bind_int64(s, 1, sqlite_imsi_key(u[i].imsi));
		sqlite3_bind_text(s, 2, u[i].apn, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 3, (sqlite3_int64)u[i].used);
		sqlite3_bind_int64(s, 4, (sqlite3_int64)u[i].period);
		rc = sqlite3_step(s);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return sqlite_errno_of(rc);
}

int policy_write(const struct write *w)
{
	if (w->kind == WRITE_POLICY)
		return write_version(w);
	return w->kind == WRITE_DEVICES ? write_devices(w) : write_usage(w);
}

/* ---- the loop's ---- */

static const char *text_of(sqlite3_stmt *s, int at)
{
	const char *v = (const char *)sqlite3_column_text(s, at);

	return v ? v : "";
}

int store_policy_each(bool (*fn)(void *arg, const struct store_policy *), void *arg)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(sqlite_reader,
				    "SELECT version, time, author, note, text FROM policy"
				    " ORDER BY version DESC",
				    -1, &s, NULL);

	if (rc)
		return sqlite_errno_of(rc);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct store_policy p = {.version = (uint64_t)sqlite3_column_int64(s, 0),
					 .time = (uint64_t)sqlite3_column_int64(s, 1),
					 .author = text_of(s, 2),
					 .note = text_of(s, 3),
					 .text = text_of(s, 4)};

		if (!fn(arg, &p))
			break;
	}
	sqlite3_finalize(s);
	return sqlite_errno_of(rc);
}

int store_device_each(void (*fn)(void *arg, const struct store_device *), void *arg)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(sqlite_reader,
				    "SELECT imsi, profile, gate_up, gate_down, quarantine, rate_up,"
				    " rate_down, quota FROM device_policy",
				    -1, &s, NULL);

	if (rc)
		return sqlite_errno_of(rc);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct store_device d = {.imsi = sqlite_imsi_of_key(sqlite3_column_int64(s, 0)),
					 .gate_up = (uint8_t)sqlite3_column_int(s, 2),
					 .gate_down = (uint8_t)sqlite3_column_int(s, 3),
					 .quarantine = sqlite3_column_int(s, 4)};

		snprintf(d.profile, sizeof(d.profile), "%s", text_of(s, 1));
		d.has_rate = sqlite3_column_type(s, 5) != SQLITE_NULL;
		d.rate_up = (uint64_t)sqlite3_column_int64(s, 5);
		d.rate_down = (uint64_t)sqlite3_column_int64(s, 6);
		d.has_quota = sqlite3_column_type(s, 7) != SQLITE_NULL;
		d.quota = (uint64_t)sqlite3_column_int64(s, 7);
		fn(arg, &d);
	}
	sqlite3_finalize(s);
	return sqlite_errno_of(rc);
}

int store_usage_each(void (*fn)(void *arg, const struct store_usage *), void *arg)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(
		sqlite_reader, "SELECT imsi, apn, used, period FROM quota_usage", -1, &s, NULL);

	if (rc)
		return sqlite_errno_of(rc);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct store_usage u = {.imsi = sqlite_imsi_of_key(sqlite3_column_int64(s, 0)),
					.used = (uint64_t)sqlite3_column_int64(s, 2),
					.period = (uint64_t)sqlite3_column_int64(s, 3)};

		snprintf(u.apn, sizeof(u.apn), "%s", text_of(s, 1));
		fn(arg, &u);
	}
	sqlite3_finalize(s);
	return sqlite_errno_of(rc);
}
