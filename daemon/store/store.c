/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between the loop and the writer thread.
 *
 * A write goes into `queue` and into a bucket of `pending` by its IMSI. The writer takes the whole
 * queue, up to GROUP writes, as one transaction: while one is being synced to disk the next
 * gathers, so the more there is to write the larger the groups. What is committed comes back
 * through loop_post; only then does a write leave `pending`. A read therefore takes the row from
 * the database, which may or may not hold the latest writes, and applies the pending ones in order:
 * each sets what it writes whole, so that applying one twice changes nothing.
 *
 * Of a device's context only the last matters: as long as the writer has not taken the one that
 * waits, a newer one takes its place in the queue, however slow the disk is. One whose transaction
 * is lost (the disk is full) is tried again until there is room, so that no device's keys and
 * COUNTs go back at a restart; at the end there is one attempt more.
 *
 * `lock` guards queue and what is in it, finished, posted and stopping. Everything else is the
 * loop's. */
#include "store/backend.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "core/log.h"
#include "core/loop.h"
#include "core/pool.h"
#include "core/timer.h"

/* BUCKETS: short chains when every device of a million has something to write. */
enum { BUCKET_BITS = 17, GROUP = 4096, MANY = 16 * GROUP, AGAIN_MS = 1000 };

struct list {
	struct write *first, **end;
};

static struct mem_pool write_pool = MEM_POOL(write);
static struct mem_pool row_pool = MEM_POOL(subscriber);
static struct write *pending[1 << BUCKET_BITS];
static uint64_t queued, most_queued; /* most: since it was none */
static atomic_int_least64_t rows;
static bool is_open;

static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static struct list queue, finished;
static bool posted, stopping;
static int unsettled; /* why a write failed of which nobody was told that asked for all before it */
static struct list lost; /* to be tried again: the loop's */
static struct timer again;

static void list_init(struct list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

/* Appends a list that is not empty. */
static void list_join(struct list *to, const struct list *from)
{
	*to->end = from->first;
	to->end = from->end;
}

/* Takes up to `most` from the head of `from`. */
static struct list list_take(struct list *from, unsigned most)
{
	struct list l = {.first = from->first};
	struct write *last = NULL;

	for (; from->first && most; most--) {
		last = from->first;
		last->taken = true;
		from->first = last->next;
	}
	if (!from->first)
		list_init(from);
	if (last) {
		last->next = NULL;
		l.end = &last->next;
	}
	return l;
}

static struct write **bucket(imsi_t imsi)
{
	return &pending[imsi * 0x9e3779b97f4a7c15 >> (64 - BUCKET_BITS)];
}

/* Of no subscriber's row. */
static bool of_context(const struct write *w) { return w->kind >= WRITE_CONTEXT_PUT; }

static bool is_context(const struct write *w)
{
	return w->kind == WRITE_CONTEXT_PUT || w->kind == WRITE_CONTEXT_DEL;
}

/* The latest that is to be done to a context; NULL if there is nothing. */
static struct write *latest_of_context(imsi_t imsi)
{
	struct write *w = *bucket(imsi);

	while (w && (w->imsi != imsi || !is_context(w)))
		w = w->hash_next;
	return w;
}

static void enqueue_list(const struct list *l)
{
	bool idle;

	pthread_mutex_lock(&lock);
	idle = !queue.first;
	list_join(&queue, l);
	pthread_mutex_unlock(&lock);
	if (idle)
		pthread_cond_signal(&wake);
}

static void try_again(struct timer *t)
{
	struct list l = list_take(&lost, UINT32_MAX);

	(void)t;
	for (struct write *w = l.first; w; w = w->next)
		w->taken = false;
	if (l.first)
		enqueue_list(&l);
}

/* True if this one waits for the next attempt. */
static bool keep_lost(struct write *w)
{
	if (!w->lost || !is_context(w) || w->notify.done || latest_of_context(w->imsi) != w)
		return false;
	if (!is_open) {
		LOG(ERROR, "store.lost", "imsi=%s error=\"%s\"",
		    imsi_print(w->imsi, (char[IMSI_STRLEN]){0}), strerror(-w->err));
		return false;
	}
	w->lost = w->taken = false;
	w->next = NULL;
	w->err = 0;
	list_join(&lost, &(struct list){w, &w->next});
	if (!timer_running(&again))
		timer_start(&again, AGAIN_MS, try_again);
	return true;
}

static void write_free(struct write *w)
{
	if (w->row)
		OPENSSL_cleanse(w->row, sizeof *w->row);
	pool_put(&row_pool, w->row);
	if (w->blob.p)
		OPENSSL_cleanse(w->blob.p, w->blob.n);
	free(w->blob.p);
	pool_put(&write_pool, w);
}

/* Tells the owners of finished writes, oldest first; on the loop. */
static void finish(struct list l)
{
	struct write *w, *next;

	for (w = l.first; w; w = next) {
		struct write **at = bucket(w->imsi);
		struct store_write notify = w->notify;
		int err = w->err;

		next = w->next;
		if (keep_lost(w))
			continue;
		if (w->kind == WRITE_NOTHING) {
			err = err ? err : unsettled;
			unsettled = 0;
		} else if (w->kind == WRITE_SETTING && err) {
			unsettled = err;
		}
		while (*at != w)
			at = &(*at)->hash_next;
		*at = w->hash_next;
		if (w->err_out)
			*w->err_out = err;
		write_free(w);
		queued--;
		if (notify.done)
			notify.done(notify.arg, err);
	}
	if (!queued && most_queued > MANY) /* what waited in a storm is the system's again */
		malloc_trim(0);
	most_queued = queued ? most_queued : 0;
}

static void take_finished(void *arg)
{
	struct list l;

	(void)arg;
	pthread_mutex_lock(&lock);
	l = list_take(&finished, UINT32_MAX);
	posted = false;
	pthread_mutex_unlock(&lock);
	finish(l);
}

/* One transaction. If it is lost, all its writes failed. */
static void commit_group(const struct list *group)
{
	int err = backend_begin();
	int64_t delta = 0;

	for (struct write *w = group->first; w && !err; w = w->next) {
		err = backend_write(w);
		delta += w->rows;
	}
	if (!err)
		err = backend_commit();
	if (!err) {
		rows += delta;
		return;
	}
	LOG(ERROR, "store.commit", "error=\"%s\"", strerror(-err));
	for (struct write *w = group->first; w; w = w->next) {
		w->err = err;
		w->lost = true;
	}
}

static void *writer_main(void *arg)
{
	struct list group;

	(void)arg;
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!queue.first && !stopping)
			pthread_cond_wait(&wake, &lock);
		if (!queue.first)
			break;
		group = list_take(&queue, GROUP);
		pthread_mutex_unlock(&lock);
		commit_group(&group);
		pthread_mutex_lock(&lock);
		list_join(&finished, &group);
		if (!posted && !stopping) {
			posted = true;
			loop_post(take_finished, NULL);
		}
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static struct write *write_new(enum write_kind kind, imsi_t imsi, struct store_write notify)
{
	struct write *w = pool_get(&write_pool);

	if (!w)
		abort(); /* the pool has no limit: memory is gone */
	w->kind = kind;
	w->imsi = imsi;
	w->notify = notify;
	return w;
}

static struct write *row_write_new(enum write_kind kind, imsi_t imsi, struct store_write notify)
{
	struct write *w = write_new(kind, imsi, notify);

	w->row = pool_get(&row_pool);
	if (!w->row)
		abort();
	return w;
}

static void enqueue(struct write *w)
{
	struct write **at = bucket(w->imsi);

	w->hash_next = *at;
	*at = w;
	queued++;
	most_queued = queued > most_queued ? queued : most_queued;
	enqueue_list(&(struct list){w, &w->next});
}

/* A key file that would be made anew can only be wrong for a database that is there. */
static int check_key_file(const struct store_config *c, char *error, size_t cap)
{
	if (!c->key || access(c->key, F_OK) == 0 || access(c->path, F_OK) < 0)
		return 0;
	snprintf(error, cap,
		 "key file %s is not there, and database %s was written with it: put it back (or "
		 "move the database away to start anew)",
		 c->key, c->path);
	return -EBADMSG;
}

int store_open(const struct store_config *c, char *error, size_t cap)
{
	int err = check_key_file(c, error, cap);

	if (!err)
		err = secret_load_key(c->key, error, cap);
	if (err)
		return err;
	err = backend_open(c->path, error, cap);
	if (err == -EBADMSG)
		snprintf(error, cap, "key file %s is not the one database %s was written with",
			 c->key ? c->key : "$CREDENTIALS_DIRECTORY/mcored.key", c->path);
	if (err) {
		secret_drop_key();
		return err;
	}
	list_init(&queue);
	list_init(&finished);
	list_init(&lost);
	rows = backend_count();
	stopping = false;
	err = -pthread_create(&thread, NULL, writer_main, NULL);
	if (err) {
		snprintf(error, cap, "store: thread: %s", strerror(-err));
		backend_close();
		secret_drop_key();
		return err;
	}
	is_open = true;
	return 0;
}

void store_close(void)
{
	if (!is_open)
		return;
	take_finished(NULL);
	is_open = false;
	timer_stop(&again);
	try_again(&again);
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_mutex_unlock(&lock);
	pthread_cond_signal(&wake);
	pthread_join(thread, NULL);
	take_finished(NULL);
	backend_close();
	secret_drop_key();
}

uint64_t store_queued(void) { return queued; }

uint64_t store_subscriber_count(void) { return (uint64_t)rows; }

/* What a write that is still queued makes of a row; *there tells whether there is one. */
static void apply(const struct write *w, struct subscriber *row, bool *there)
{
	struct subscriber old;

	switch (w->kind) {
	case WRITE_CREATE:
		if (!*there)
			*row = *w->row;
		*there = true;
		break;
	case WRITE_PUT:
		old = *row;
		*row = *w->row;
		if (*there) {
			row->sqn = old.sqn;
			memcpy(row->imeisv, old.imeisv, sizeof row->imeisv);
			row->visited_plmn = old.visited_plmn;
			row->seen = old.seen;
		}
		OPENSSL_cleanse(&old, sizeof old);
		*there = true;
		break;
	case WRITE_DEL:
		*there = false;
		break;
	case WRITE_SQN:
		row->sqn = w->row->sqn;
		break;
	case WRITE_LOCATION:
		memcpy(row->imeisv, w->row->imeisv, sizeof row->imeisv);
		row->visited_plmn = w->row->visited_plmn;
		row->seen = w->row->seen;
		break;
	case WRITE_CONTEXT_PUT:
	case WRITE_CONTEXT_DEL:
	case WRITE_SETTING:
	case WRITE_POLICY:
	case WRITE_DEVICES:
	case WRITE_USAGE:
	case WRITE_NOTHING:
		break;
	}
}

/* Oldest first: a bucket is youngest first, and short. */
static void apply_pending(const struct write *w, imsi_t imsi, struct subscriber *row, bool *there)
{
	if (!w)
		return;
	apply_pending(w->hash_next, imsi, row, there);
	if (w->imsi == imsi && !of_context(w))
		apply(w, row, there);
}

int store_subscriber_get(imsi_t imsi, struct subscriber *out)
{
	int err = backend_get(imsi, out);
	bool there = !err;

	if (err && err != -ENOENT)
		goto out;
	if (*bucket(imsi)) {
		apply_pending(*bucket(imsi), imsi, out, &there);
		err = there ? 0 : -ENOENT;
	}
out:
	if (err)
		OPENSSL_cleanse(out, sizeof *out);
	return err;
}

static void put(const struct subscriber *s, bool create, int *err_out, struct store_write notify)
{
	struct write *w = row_write_new(create ? WRITE_CREATE : WRITE_PUT, s->imsi, notify);

	*w->row = *s;
	/* Location is Update-Location's to write. */
	memset(w->row->imeisv, 0, sizeof w->row->imeisv);
	w->row->visited_plmn = 0;
	w->row->seen = 0;
	w->err_out = err_out;
	enqueue(w);
}

void store_subscriber_put(const struct subscriber *s, bool create, struct store_write notify)
{
	put(s, create, NULL, notify);
}

void store_subscribers_import(const struct subscriber *s, size_t n, bool create, int *errs,
			      struct store_write notify)
{
	for (size_t i = 0; i < n; i++)
		put(&s[i], create, &errs[i], i + 1 == n ? notify : (struct store_write){0});
}

void store_subscriber_del(imsi_t imsi, struct store_write notify)
{
	enqueue(write_new(WRITE_DEL, imsi, notify));
}

void store_subscriber_sqn(imsi_t imsi, uint64_t sqn, struct store_write notify)
{
	struct write *w = row_write_new(WRITE_SQN, imsi, notify);

	w->row->sqn = sqn;
	enqueue(w);
}

void store_subscriber_location(imsi_t imsi, const char *imeisv, plmn_t visited, uint64_t seen,
			       struct store_write notify)
{
	struct write *w = row_write_new(WRITE_LOCATION, imsi, notify);

	snprintf(w->row->imeisv, sizeof w->row->imeisv, "%s", imeisv);
	w->row->visited_plmn = visited;
	w->row->seen = seen;
	enqueue(w);
}

int store_subscriber_each(imsi_t from, bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	return backend_each(from, fn, arg);
}

int store_static_each(bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	return backend_static_each(fn, arg);
}

int store_routes_each(bool (*fn)(void *arg, const struct subscriber *), void *arg)
{
	return backend_routes_each(fn, arg);
}

/* Puts what w does in the place of what waits to be done to the same context. False if nothing
 * does, or somebody is to be told of it. */
static bool replace_waiting(struct write *w)
{
	struct write *old = latest_of_context(w->imsi);
	struct blob blob;
	bool waits;

	if (!old || old->notify.done || w->notify.done)
		return false;
	pthread_mutex_lock(&lock);
	waits = !old->taken;
	if (waits) {
		blob = old->blob;
		old->kind = w->kind;
		old->blob = w->blob;
		w->blob = blob;
	}
	pthread_mutex_unlock(&lock);
	return waits;
}

static void enqueue_context(struct write *w)
{
	if (replace_waiting(w))
		write_free(w);
	else
		enqueue(w);
}

void store_context_put(imsi_t imsi, const void *blob, size_t n, struct store_write notify)
{
	struct write *w = write_new(WRITE_CONTEXT_PUT, imsi, notify);

	w->blob.p = malloc(n ? n : 1);
	if (!w->blob.p)
		abort();
	memcpy(w->blob.p, blob, n);
	w->blob.n = n;
	enqueue_context(w);
}

void store_context_del(imsi_t imsi, struct store_write notify)
{
	enqueue_context(write_new(WRITE_CONTEXT_DEL, imsi, notify));
}

int store_context_each(void (*fn)(void *arg, imsi_t, const uint8_t *blob, size_t n), void *arg)
{
	return backend_context_each(fn, arg);
}

void store_enqueue_blob(enum write_kind kind, void *p, size_t n, struct store_write notify)
{
	struct write *w = write_new(kind, IMSI_NONE, notify);

	w->blob.p = p;
	w->blob.n = n;
	enqueue(w);
}

void store_setting_put(const char *key, const char *value, struct store_write notify)
{
	struct write *w = write_new(WRITE_SETTING, IMSI_NONE, notify);
	size_t k = strlen(key) + 1, v = strlen(value) + 1;

	w->blob.p = malloc(k + v);
	if (!w->blob.p)
		abort();
	memcpy(w->blob.p, key, k);
	memcpy(w->blob.p + k, value, v);
	w->blob.n = k + v;
	enqueue(w);
}

void store_settled(struct store_write notify)
{
	enqueue(write_new(WRITE_NOTHING, IMSI_NONE, notify));
}

int store_setting_get(const char *key, char **value) { return backend_setting_get(key, value); }
