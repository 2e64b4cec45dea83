/* SPDX-License-Identifier: Apache-2.0 */
/* What a database behind store.c does. backend_get and the walks are called on the loop; begin,
 * write and commit by the writer thread alone, at the same time. Private to store/. */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "security/secret.h"
#include "store/store.h"

enum write_kind {
	WRITE_PUT,    /* row */
	WRITE_CREATE, /* row, -EEXIST if there is one */
	WRITE_DEL,
	WRITE_SQN,      /* row.sqn */
	WRITE_LOCATION, /* row.imeisv, visited_plmn, seen */
	WRITE_CONTEXT_PUT,
	WRITE_CONTEXT_DEL,
	WRITE_SETTING, /* blob: key, NUL, value, NUL */
	WRITE_POLICY,  /* blob: struct policy_head and three texts (policy.c) */
	WRITE_DEVICES, /* blob: of struct store_device */
	WRITE_USAGE,   /* blob: of struct store_usage */
	WRITE_NOTHING, /* done when what was queued before is */
};

struct blob {
	uint8_t *p; /* malloc */
	size_t n;
};

/* One queued write. Made and freed on the loop; the writer reads it, and sets err and rows. */
struct write {
	struct write *next;      /* in the queue, oldest first */
	struct write *hash_next; /* in its bucket of pending writes, youngest first */
	enum write_kind kind;
	int err, rows; /* rows: by how much it changed the number of subscribers */
	bool taken;    /* from the queue: what it writes is the writer's */
	bool lost;     /* with its transaction */
	int *err_out;  /* of an import, or NULL */
	imsi_t imsi;
	struct subscriber *row; /* NULL for kinds that have none */
	struct blob blob;
	struct store_write notify;
};

int backend_open(const char *path, char *error, size_t cap);
void backend_close(void);
int backend_get(imsi_t, struct subscriber *out);
int backend_each(imsi_t from, bool (*fn)(void *arg, const struct subscriber *), void *arg);
int backend_static_each(bool (*fn)(void *arg, const struct subscriber *), void *arg);
int backend_routes_each(bool (*fn)(void *arg, const struct subscriber *), void *arg);
int backend_context_each(void (*fn)(void *arg, imsi_t, const uint8_t *blob, size_t n), void *arg);
int backend_setting_get(const char *key, char **value);
int64_t backend_count(void);

/* policy.c: a write of one of its kinds, and how one is queued (store.c); takes p over. */
int policy_write(const struct write *);
void store_enqueue_blob(enum write_kind, void *p, size_t n, struct store_write);

int backend_begin(void);
/* Sets w->err and w->rows. Returns non-zero only when the whole transaction is lost. */
int backend_write(struct write *);
int backend_commit(void); /* rolls back and returns the error where it fails */

/* The schema (schema.c): step i brings version i to i + 1. */
extern const char *const schema_steps[];
extern const int schema_version;

/* sealed.c: a subscriber's K and OPc as one sealed blob, and back (0 or -EBADMSG). Any thread. */
enum { SEALED_KEYS_MAX = 2 + 32 + 32 + SECRET_OVERHEAD };
size_t sealed_keys_make(const struct subscriber *, uint8_t out[SEALED_KEYS_MAX]);
int sealed_keys_get(struct subscriber *, const void *sealed, size_t n);
/* A context, n + SECRET_OVERHEAD octets to out. */
void sealed_context_make(imsi_t, const void *blob, size_t n, uint8_t *out);
int sealed_context_get(imsi_t, const void *sealed, size_t n, uint8_t *out);
/* What shows at the next start that the key is still the same one. */
enum { SEALED_CHECK_LEN = 16 + SECRET_OVERHEAD };
void sealed_check_make(uint8_t out[SEALED_CHECK_LEN]);
int sealed_check(const void *sealed, size_t n);

#endif
