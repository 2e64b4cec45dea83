/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded backend. Two connections to one database in WAL mode: `sqlite_reader` belongs to the
 * loop and sees what is committed, `sqlite_writer` to the writer thread. Neither is locked inside
 * SQLite, since each has one thread. All statements are prepared at open. synchronous=FULL: what
 * commit returned for is on disk. */
#include "store/sqlite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "core/log.h"

sqlite3 *sqlite_reader, *sqlite_writer;
static int lock_fd = -1;

#define COLUMNS                                                                                    \
	"imsi, msisdn, algorithm, keys, amf, sqn, profile, blocked, ue4, ue6, imeisv, visited, "   \
	"seen, access, usage_type, routes"

enum statement {
	GET,
	EACH,
	STATIC_EACH,
	ROUTES_EACH,
	CONTEXT_EACH,
	COUNT,
	SETTING_GET,
	READS, /* those before are the sqlite_reader's, those after the writer's */
	BEGIN = READS,
	COMMIT,
	ROLLBACK,
	PUT,
	CREATE,
	DEL,
	SQN,
	LOCATION,
	CONTEXT_PUT,
	CONTEXT_DEL,
	SETTING_PUT,
	HAS,
	STATEMENTS
};

#define INSERT "INSERT INTO subscriber (" COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,'','',0,?,?,?)"

static const char *const text[STATEMENTS] = {
	[GET] = "SELECT " COLUMNS " FROM subscriber WHERE imsi = ?",
	[EACH] = "SELECT " COLUMNS " FROM subscriber WHERE imsi >= ? ORDER BY imsi",
	[STATIC_EACH] = "SELECT " COLUMNS " FROM subscriber WHERE ue4 IS NOT NULL"
			" UNION SELECT " COLUMNS " FROM subscriber WHERE ue6 IS NOT NULL",
	[ROUTES_EACH] = "SELECT " COLUMNS " FROM subscriber WHERE routes != ''",
	[CONTEXT_EACH] = "SELECT imsi, sealed FROM context",
	[COUNT] = "SELECT count(*) FROM subscriber",
	[SETTING_GET] = "SELECT value FROM setting WHERE key = ?",
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[PUT] = INSERT " ON CONFLICT (imsi) DO UPDATE SET msisdn = excluded.msisdn,"
		       " algorithm = excluded.algorithm, keys = excluded.keys, amf = excluded.amf,"
		       " profile = excluded.profile, blocked = excluded.blocked,"
		       " ue4 = excluded.ue4, ue6 = excluded.ue6, access = excluded.access,"
		       " usage_type = excluded.usage_type,"
		       " routes = excluded.routes",
	[CREATE] = INSERT " ON CONFLICT (imsi) DO NOTHING",
	[DEL] = "DELETE FROM subscriber WHERE imsi = ?",
	[SQN] = "UPDATE subscriber SET sqn = ?2 WHERE imsi = ?1",
	[LOCATION] = "UPDATE subscriber SET imeisv = ?2, visited = ?3, seen = ?4 WHERE imsi = ?1",
	[CONTEXT_PUT] = "INSERT INTO context (imsi, sealed) VALUES (?1, ?2)"
			" ON CONFLICT (imsi) DO UPDATE SET sealed = excluded.sealed",
	[CONTEXT_DEL] = "DELETE FROM context WHERE imsi = ?",
	[SETTING_PUT] = "INSERT INTO setting (key, value) VALUES (?1, ?2)"
			" ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	[HAS] = "SELECT 1 FROM subscriber WHERE imsi = ?",
};

static sqlite3_stmt *stmt[STATEMENTS];

/* The integer key of an IMSI: 1 and its digits; of an IMEI in its place: 2 and its 14. */
sqlite3_int64 sqlite_imsi_key(imsi_t imsi)
{
	bool imei = imsi_is_imei(imsi);
	sqlite3_int64 key = imei ? 2 : 1;

	for (int shift = imei ? 56 : 60; shift >= 0 && (imsi >> shift & 0xf) < 10; shift -= 4)
		key = key * 10 + (sqlite3_int64)(imsi >> shift & 0xf);
	return key;
}

imsi_t sqlite_imsi_of_key(sqlite3_int64 key)
{
	imsi_t imsi = IMSI_NONE;

	for (; key >= 10; key /= 10)
		imsi = imsi >> 4 | (imsi_t)(key % 10) << 60;
	return key == 2 ? imsi >> 4 | (imsi_t)0xe << 60 : imsi;
}

int sqlite_errno_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return -EACCES;
	default:
		return -EIO;
	}
}

/* Resets the statement and clears what was bound, which may be a key. */
static void done_with(sqlite3_stmt *s)
{
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
}

static void bind_text(sqlite3_stmt *s, int at, const char *v)
{
	sqlite3_bind_text(s, at, v, -1, SQLITE_STATIC);
}

static void column_text(sqlite3_stmt *s, int at, char *dst, size_t cap)
{
	const unsigned char *v = sqlite3_column_text(s, at);

	snprintf(dst, cap, "%s", v ? (const char *)v : "");
}

static int read_row(sqlite3_stmt *s, bool keys, struct subscriber *out)
{
	char address[INET6_ADDRSTRLEN];
	int amf = sqlite3_column_int(s, 4);
	char visited[PLMN_STRLEN];

	memset(out, 0, sizeof *out);
	out->imsi = sqlite_imsi_of_key(sqlite3_column_int64(s, 0));
	column_text(s, 1, out->msisdn, sizeof out->msisdn);
	out->algorithm = sqlite3_column_int(s, 2) ? ALG_TUAK : ALG_MILENAGE;
	out->amf[0] = (uint8_t)(amf >> 8);
	out->amf[1] = (uint8_t)amf;
	out->sqn = (uint64_t)sqlite3_column_int64(s, 5);
	column_text(s, 6, out->profile, sizeof out->profile);
	out->blocked = sqlite3_column_int(s, 7);
	if (sqlite3_column_type(s, 8) != SQLITE_NULL) {
		column_text(s, 8, address, sizeof address);
		out->has_ue4 = inet_pton(AF_INET, address, &out->ue4) == 1;
	}
	if (sqlite3_column_type(s, 9) != SQLITE_NULL) {
		column_text(s, 9, address, sizeof address);
		out->has_ue6 = inet_pton(AF_INET6, address, &out->ue6) == 1;
	}
	column_text(s, 10, out->imeisv, sizeof out->imeisv);
	column_text(s, 11, visited, sizeof visited);
	plmn_parse(visited, &out->visited_plmn);
	out->seen = (uint64_t)sqlite3_column_int64(s, 12);
	column_text(s, 13, out->access, sizeof out->access);
	out->has_usage_type = sqlite3_column_type(s, 14) != SQLITE_NULL;
	out->usage_type = (uint8_t)sqlite3_column_int(s, 14);
	column_text(s, 15, out->routes, sizeof out->routes);
	if (!keys) {
		out->k_len = out->opc_len = out->algorithm == ALG_TUAK ? 32 : 16;
		return 0;
	}
	return sealed_keys_get(out, sqlite3_column_blob(s, 3), (size_t)sqlite3_column_bytes(s, 3));
}

int backend_get(imsi_t imsi, struct subscriber *out)
{
	sqlite3_stmt *s = stmt[GET];
	int rc, err;

	sqlite3_bind_int64(s, 1, sqlite_imsi_key(imsi));
	rc = sqlite3_step(s);
	err = rc == SQLITE_ROW    ? read_row(s, true, out)
	      : rc == SQLITE_DONE ? -ENOENT
				  : sqlite_errno_of(rc);
	sqlite3_reset(s);
	return err;
}

static int each(sqlite3_stmt *s, bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	struct subscriber row;
	int rc;

	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		read_row(s, false, &row);
		if (!fn(arg, &row)) {
			rc = SQLITE_DONE;
			break;
		}
	}
	sqlite3_reset(s);
	return sqlite_errno_of(rc);
}

int backend_each(imsi_t from, bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	sqlite3_bind_int64(stmt[EACH], 1, from ? sqlite_imsi_key(from) : 0);
	return each(stmt[EACH], fn, arg);
}

int backend_static_each(bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	return each(stmt[STATIC_EACH], fn, arg);
}

int backend_routes_each(bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	return each(stmt[ROUTES_EACH], fn, arg);
}

int backend_context_each(void (*fn)(void *arg, imsi_t, const uint8_t *blob, size_t n), void *arg)
{
	sqlite3_stmt *s = stmt[CONTEXT_EACH];
	uint8_t *plain = NULL;
	int rc, unreadable = 0;

	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		imsi_t imsi = sqlite_imsi_of_key(sqlite3_column_int64(s, 0));
		size_t n = (size_t)sqlite3_column_bytes(s, 1);
		uint8_t *p = realloc(plain, n + 1);

		if (!p) {
			rc = SQLITE_NOMEM;
			break;
		}
		plain = p;
		if (sealed_context_get(imsi, sqlite3_column_blob(s, 1), n, plain)) {
			unreadable++;
			continue;
		}
		fn(arg, imsi, plain, n - SECRET_OVERHEAD);
		OPENSSL_cleanse(plain, n - SECRET_OVERHEAD);
	}
	free(plain);
	sqlite3_reset(s);
	return rc == SQLITE_DONE ? unreadable : sqlite_errno_of(rc);
}

int64_t backend_count(void)
{
	int64_t n =
		sqlite3_step(stmt[COUNT]) == SQLITE_ROW ? sqlite3_column_int64(stmt[COUNT], 0) : 0;

	sqlite3_reset(stmt[COUNT]);
	return n;
}

static int run(enum statement which)
{
	int rc = sqlite3_step(stmt[which]);

	sqlite3_reset(stmt[which]);
	return sqlite_errno_of(rc);
}

int backend_begin(void) { return run(BEGIN); }

int backend_commit(void)
{
	int err = run(COMMIT);

	if (err && !sqlite3_get_autocommit(sqlite_writer))
		run(ROLLBACK);
	return err;
}

static bool has_subscriber(imsi_t imsi)
{
	bool found;

	sqlite3_bind_int64(stmt[HAS], 1, sqlite_imsi_key(imsi));
	found = sqlite3_step(stmt[HAS]) == SQLITE_ROW;
	sqlite3_reset(stmt[HAS]);
	return found;
}

static int step_put(const struct write *w)
{
	const struct subscriber *row = w->row;
	sqlite3_stmt *s = stmt[w->kind == WRITE_CREATE ? CREATE : PUT];
	char ue4[INET_ADDRSTRLEN], ue6[INET6_ADDRSTRLEN];
	uint8_t keys[SEALED_KEYS_MAX];
	int rc;

	sqlite3_bind_int64(s, 1, sqlite_imsi_key(w->imsi));
	bind_text(s, 2, row->msisdn);
	sqlite3_bind_int(s, 3, row->algorithm);
	sqlite3_bind_blob(s, 4, keys, (int)sealed_keys_make(row, keys), SQLITE_STATIC);
	sqlite3_bind_int(s, 5, row->amf[0] << 8 | row->amf[1]);
	sqlite3_bind_int64(s, 6, (sqlite3_int64)row->sqn);
	bind_text(s, 7, row->profile);
	sqlite3_bind_int(s, 8, row->blocked);
	if (row->has_ue4)
		bind_text(s, 9, inet_ntop(AF_INET, &row->ue4, ue4, sizeof ue4));
	if (row->has_ue6)
		bind_text(s, 10, inet_ntop(AF_INET6, &row->ue6, ue6, sizeof ue6));
	bind_text(s, 11, row->access);
	if (row->has_usage_type)
		sqlite3_bind_int(s, 12, row->usage_type);
	bind_text(s, 13, row->routes);
	rc = sqlite3_step(s);
	done_with(s);
	return rc;
}

static int write_put(struct write *w)
{
	bool known = w->kind == WRITE_PUT && has_subscriber(w->imsi);
	int rc = step_put(w);

	if ((rc & 0xff) == SQLITE_CONSTRAINT)
		return -EADDRINUSE;
	if (rc == SQLITE_DONE && w->kind == WRITE_CREATE && !sqlite3_changes(sqlite_writer))
		return -EEXIST;
	w->rows = rc == SQLITE_DONE && !known;
	return sqlite_errno_of(rc);
}

/* A statement that changes one row by its IMSI, the rest already bound: -ENOENT if there is none.
 */
static int write_one(struct write *w, enum statement which)
{
	sqlite3_stmt *s = stmt[which];
	int rc;

	sqlite3_bind_int64(s, 1, sqlite_imsi_key(w->imsi));
	rc = sqlite3_step(s);
	done_with(s);
	if (rc == SQLITE_DONE && !sqlite3_changes(sqlite_writer))
		return -ENOENT;
	return sqlite_errno_of(rc);
}

static int write_location(struct write *w)
{
	char visited[PLMN_STRLEN] = "";

	bind_text(stmt[LOCATION], 2, w->row->imeisv);
	bind_text(stmt[LOCATION], 3,
		  w->row->visited_plmn ? plmn_print(w->row->visited_plmn, visited) : visited);
	sqlite3_bind_int64(stmt[LOCATION], 4, (sqlite3_int64)w->row->seen);
	return write_one(w, LOCATION);
}

static int write_context(struct write *w)
{
	size_t n = w->blob.n + SECRET_OVERHEAD;
	uint8_t *sealed = malloc(n);
	int err;

	if (!sealed)
		return -ENOMEM;
	sealed_context_make(w->imsi, w->blob.p, w->blob.n, sealed);
	sqlite3_bind_blob64(stmt[CONTEXT_PUT], 2, sealed, n, SQLITE_STATIC);
	err = write_one(w, CONTEXT_PUT);
	free(sealed);
	return err;
}

static int write_setting(struct write *w)
{
	const char *key = (const char *)w->blob.p;
	sqlite3_stmt *s = stmt[SETTING_PUT];
	int rc;

	bind_text(s, 1, key);
	bind_text(s, 2, key + strlen(key) + 1);
	rc = sqlite3_step(s);
	done_with(s);
	return sqlite_errno_of(rc);
}

int backend_setting_get(const char *key, char **value)
{
	sqlite3_stmt *s = stmt[SETTING_GET];
	int rc;

	*value = NULL;
	bind_text(s, 1, key);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		*value = strdup((const char *)sqlite3_column_text(s, 0));
		rc = *value ? SQLITE_DONE : SQLITE_NOMEM;
	}
	done_with(s);
	return sqlite_errno_of(rc);
}

int backend_write(struct write *w)
{
	switch (w->kind) {
	case WRITE_PUT:
	case WRITE_CREATE:
		w->err = write_put(w);
		break;
	case WRITE_DEL:
		w->err = write_one(w, DEL);
		w->rows = w->err ? 0 : -1;
		break;
	case WRITE_SQN:
		sqlite3_bind_int64(stmt[SQN], 2, (sqlite3_int64)w->row->sqn);
		w->err = write_one(w, SQN);
		break;
	case WRITE_LOCATION:
		w->err = write_location(w);
		break;
	case WRITE_CONTEXT_PUT:
		w->err = write_context(w);
		break;
	case WRITE_CONTEXT_DEL:
		w->err = write_one(w, CONTEXT_DEL);
		break;
	case WRITE_POLICY:
	case WRITE_DEVICES:
	case WRITE_USAGE:
		w->err = policy_write(w);
		break;
	case WRITE_SETTING:
		w->err = write_setting(w);
		break;
	case WRITE_NOTHING:
		break;
	}
	/* SQLite rolls the whole transaction back by itself on some errors. */
	return sqlite3_get_autocommit(sqlite_writer) ? w->err ? w->err : -EIO : 0;
}

static int fail(char *error, size_t cap, const char *path, const char *what, sqlite3 *db)
{
	int rc = sqlite3_extended_errcode(db);

	snprintf(error, cap, "database %s: %s: %s", path, what,
		 db ? sqlite3_errmsg(db) : "out of memory");
	return sqlite_errno_of(rc) ? sqlite_errno_of(rc) : -EIO;
}

static int execute(sqlite3 *db, const char *sql) { return sqlite3_exec(db, sql, NULL, NULL, NULL); }

static int user_version(void)
{
	sqlite3_stmt *s;
	int version = -1;

	if (sqlite3_prepare_v2(sqlite_writer, "PRAGMA user_version", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		version = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return version;
}

static int migrate(const char *path, char *error, size_t cap)
{
	int version = user_version();

	if (version < 0)
		return fail(error, cap, path, "cannot be read", sqlite_writer);
	if (version > schema_version) {
		snprintf(error, cap,
			 "database %s: schema version %d is newer than this mcored's (%d): install "
			 "a newer "
			 "one",
			 path, version, schema_version);
		return -EPROTO;
	}
	for (; version < schema_version; version++) {
		char set[48];

		snprintf(set, sizeof set, "PRAGMA user_version = %d", version + 1);
		if (execute(sqlite_writer, "BEGIN IMMEDIATE") ||
		    execute(sqlite_writer, schema_steps[version]) || execute(sqlite_writer, set) ||
		    execute(sqlite_writer, "COMMIT"))
			return fail(error, cap, path, "schema", sqlite_writer);
		LOG(INFO, "store.schema", "path=%s version=%d", path, version + 1);
	}
	return 0;
}

/* The key opens what it sealed when the database was new, or the database is new. */
static int check_key(const char *path, char *error, size_t cap)
{
	uint8_t check[SEALED_CHECK_LEN];
	sqlite3_stmt *s;
	int rc, err = 0;

	if (sqlite3_prepare_v2(sqlite_writer, "SELECT value FROM about WHERE key = 'key check'", -1,
			       &s, NULL))
		return fail(error, cap, path, "key check", sqlite_writer);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		err = sealed_check(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
	sqlite3_finalize(s);
	if (rc == SQLITE_ROW || err)
		return err;
	sealed_check_make(check);
	if (sqlite3_prepare_v2(sqlite_writer, "INSERT INTO about VALUES ('key check', ?)", -1, &s,
			       NULL))
		return fail(error, cap, path, "key check", sqlite_writer);
	sqlite3_bind_blob(s, 1, check, sizeof check, SQLITE_STATIC);
	rc = sqlite3_step(s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : fail(error, cap, path, "key check", sqlite_writer);
}

static int prepare_all(const char *path, char *error, size_t cap)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3 *db = i < READS ? sqlite_reader : sqlite_writer;

		if (sqlite3_prepare_v3(db, text[i], -1, SQLITE_PREPARE_PERSISTENT, &stmt[i], NULL))
			return fail(error, cap, path, "prepare", db);
	}
	return 0;
}

/* One daemon a database: two would give out the same SQNs. A file beside it carries the lock, since
 * closing a descriptor of the database itself would drop SQLite's own locks. */
static int lock(const char *path, char *error, size_t cap)
{
	char name[4096];
	int err;

	snprintf(name, sizeof name, "%s.lock", path);
	lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock_fd < 0) {
		err = -errno;
		snprintf(error, cap, "database %s: %s: %s", path, name, strerror(-err));
		return err;
	}
	if (flock(lock_fd, LOCK_EX | LOCK_NB) < 0) {
		snprintf(error, cap, "database %s: another mcored uses it", path);
		return -EBUSY;
	}
	return 0;
}

int backend_open(const char *path, char *error, size_t cap)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	mode_t mask = umask(077);
	int rc, err = lock(path, error, cap);

	if (err)
		goto out;
	rc = sqlite3_open_v2(path, &sqlite_writer, flags | SQLITE_OPEN_CREATE, NULL);
	if (rc ||
	    execute(sqlite_writer, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
				   "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8000;"
				   "PRAGMA temp_store = MEMORY;")) {
		err = fail(error, cap, path, "cannot be opened", sqlite_writer);
		goto out;
	}
	sqlite3_busy_timeout(sqlite_writer, 5000);
	err = migrate(path, error, cap);
	if (!err)
		err = check_key(path, error, cap);
	if (err)
		goto out;
	rc = sqlite3_open_v2(path, &sqlite_reader, flags, NULL);
	if (rc || execute(sqlite_reader, "PRAGMA query_only = ON; PRAGMA mmap_size = 268435456;"))
		err = fail(error, cap, path, "cannot be opened", sqlite_reader);
	else
		err = prepare_all(path, error, cap);
out:
	umask(mask);
	if (err)
		backend_close();
	return err;
}

void backend_close(void)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(stmt[i]);
		stmt[i] = NULL;
	}
	sqlite3_close(sqlite_reader);
	sqlite3_close(sqlite_writer);
	sqlite_reader = sqlite_writer = NULL;
	if (lock_fd >= 0)
		close(lock_fd);
	lock_fd = -1;
}
