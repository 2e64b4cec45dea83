/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers and saved contexts behind one interface. The embedded backend is SQLite (WAL,
 * synchronous=FULL): reads happen on the loop, writes are queued to one writer thread that commits
 * them in groups; `done` runs on the loop when the write is on disk, in the order of queueing. A
 * read sees every write queued before it (what is still queued is applied to what is read).
 *
 *   store.c    the queue, the writer thread, what is read while a write is queued
 *   backend.h  what a backend does; sqlite.c does it, schema.c has its tables and their versions
 *   policy.c   policy's tables, by sqlite.h
 *   sealed.c   what is encrypted, and how
 *
 * K, OPc and saved contexts are encrypted (AES-256-GCM, the IMSI as associated data) under the key
 * of store_config.key; plain keys exist only in the structs handed out, which the caller wipes.
 *
 * Errors of writes (through `done`): -ENOSPC (disk full), -EIO, -EBUSY (another process
 * holds the database), and those named below. All functions are called on the loop's thread. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mcore/ids.h>
#include "core/prefix.h"

struct store_config {
	const char *path; /* of the database */
	const char *key;  /* file of 32 octets or 64 hex digits, mode 0600; made if absent.
			     NULL: $CREDENTIALS_DIRECTORY/mcored.key */
};

enum auth_algorithm { ALG_MILENAGE, ALG_TUAK };

struct subscriber {
	imsi_t imsi;
	char msisdn[17]; /* digits, "" if none */
	enum auth_algorithm algorithm;
	uint8_t k[32], k_len;     /* 16 or 32 */
	uint8_t opc[32], opc_len; /* OPc: 16; TOPc: 32 */
	uint8_t amf[2];
	uint64_t sqn;     /* next to be used, 48 bits, with IND in the low bits (33.102 C) */
	char profile[32]; /* name of an hss profile, "" for the default */
	bool blocked;
	char access[16]; /* word that access rules name, "" if none */
	bool has_usage_type;
	uint8_t usage_type; /* UE Usage Type (23.401 5.19): its dedicated core network */
	bool has_ue4, has_ue6;
	struct in_addr ue4;
	struct in6_addr ue6;
	char routes[PREFIXES_STRLEN]; /* networks behind the device (core/prefix.h), "" if none */
	/* where it is, as last told by Update-Location */
	char imeisv[IMEISV_STRLEN];
	plmn_t visited_plmn;
	uint64_t seen; /* unix time, s */
};

struct store_write {
	void (*done)(void *arg, int err); /* NULL allowed */
	void *arg;
};

/* 0; -EBADMSG: the key file is not the one the database was written with; -EPROTO: the database has
 * a newer schema; other negative errno. The reason, with the file's name, is in error[cap]. */
int store_open(const struct store_config *, char *error, size_t cap);
void store_close(void); /* commits what is queued, runs its `done`s */

/* Writes queued and not yet on disk: who sends many stops above STORE_BACKLOG until a `done`. */
enum { STORE_BACKLOG = 16384 };
uint64_t store_queued(void);
/* Done when all that was queued before is on disk, or is known not to be: then with the error. */
void store_settled(struct store_write);

/* 0, -ENOENT, -EBADMSG (secret does not open with this key), -EIO. */
int store_subscriber_get(imsi_t, struct subscriber *out);
/* Inserts, or replaces all but sqn and location of an existing one; -EEXIST if `create` and it
 * exists, -EADDRINUSE if a static address is another subscriber's. The struct is copied. */
void store_subscriber_put(const struct subscriber *, bool create, struct store_write);
/* Puts n subscribers; errs[i] (the caller's until done) tells what became of the i-th. done's own
 * error is that of the last. */
void store_subscribers_import(const struct subscriber *, size_t n, bool create, int *errs,
			      struct store_write);
void store_subscriber_del(imsi_t, struct store_write); /* -ENOENT */
/* -ENOENT if the subscriber is not there. */
void store_subscriber_sqn(imsi_t, uint64_t sqn, struct store_write);
void store_subscriber_location(imsi_t, const char *imeisv, plmn_t visited, uint64_t seen,
			       struct store_write);
uint64_t store_subscriber_count(void);
/* What is on disk, in order of IMSI (shorter ones first) from `from` (0: the first) on, keys left
 * out (zero; their lengths say that they are there). Stops when fn returns false. */
int store_subscriber_each(imsi_t from, bool (*fn)(void *arg, const struct subscriber *), void *arg);
/* The same for all that have a static address, in no order: for reserving them at start. */
int store_static_each(bool (*fn)(void *arg, const struct subscriber *), void *arg);
/* And for all that have routes. Stops when fn returns false. */
int store_routes_each(bool (*fn)(void *arg, const struct subscriber *), void *arg);

/* What an operator set at run time, by key: text, not encrypted. Read at start: get (malloc, NULL if
 * there is none) sees what is on disk. */
void store_setting_put(const char *key, const char *value, struct store_write);
int store_setting_get(const char *key, char **value);

/* Saved contexts: an opaque blob per IMSI, encrypted. The blob is copied. Where nobody waits to be
 * told, a put or del may take the place of an earlier one of the same IMSI that is still queued. A
 * blob that does not open is left out by each, and counted by its return value (negative errno on
 * failure). */
void store_context_put(imsi_t, const void *blob, size_t n, struct store_write);
void store_context_del(imsi_t, struct store_write);
int store_context_each(void (*fn)(void *arg, imsi_t, const uint8_t *blob, size_t n), void *arg);

/* ---- policy: versions of the profiles, what devices have of their own, and quotas' use ---- */

struct store_policy {
	uint64_t version, time; /* unix time, s */
	const char *author, *note, *text;
};
/* A new version. Copied. */
void store_policy_put(const struct store_policy *, struct store_write);
/* All of them, the newest first; texts live as long as the call. Stops when fn returns false. */
int store_policy_each(bool (*fn)(void *arg, const struct store_policy *), void *arg);

enum { POLICY_NAME_LEN = 32 };
enum device_gate { DEVICE_GATE_DEFAULT, DEVICE_GATE_OPEN, DEVICE_GATE_CLOSED };
struct store_device {
	imsi_t imsi;
	char profile[POLICY_NAME_LEN]; /* "": that of its APN */
	uint8_t gate_up, gate_down;    /* enum device_gate */
	bool quarantine;
	bool has_rate, has_quota;
	uint64_t rate_up, rate_down, quota;
};
/* All n in one transaction; those with nothing of their own are removed. Copied. */
void store_devices_put(const struct store_device *, size_t n, struct store_write);
int store_device_each(void (*fn)(void *arg, const struct store_device *), void *arg);

struct store_usage {
	imsi_t imsi;
	char apn[64];
	uint64_t used, period; /* octets in the period that began then, unix time, s */
};
void store_usage_put(const struct store_usage *, size_t n, struct store_write);
int store_usage_each(void (*fn)(void *arg, const struct store_usage *), void *arg);

#endif
