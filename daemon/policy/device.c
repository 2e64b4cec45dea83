/* SPDX-License-Identifier: Apache-2.0 */
/* Devices with something of their own: all of them in memory, since each new session asks. A change
 * of many devices is one write; their sessions are held to it so many at a time that the loop has
 * its turns between. */
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include "core/pool.h"

struct device {
	struct store_device own;
	UT_hash_handle hh;
};

enum { SLICE = 4096, PAUSE_MS = 1 }; /* devices at a time */

/* A change on its way. */
struct setting {
	struct setting *next;
	struct store_device *row;
	size_t n, held; /* so many are */
	bool refill, stored;
	int err; /* of the store */
	void (*done)(void *arg, int err);
	void *arg;
	struct timer timer;
};

static struct mem_pool pool = MEM_POOL(device);
static struct device *devices;
static struct setting *settings;

static struct device *get(imsi_t imsi)
{
	struct device *d;

	HASH_FIND(hh, devices, &imsi, sizeof(imsi), d);
	return d;
}

static struct device *get_or_make(imsi_t imsi)
{
	struct device *d = get(imsi);

	if (d)
		return d;
	d = pool_get(&pool);
	if (!d)
		return NULL;
	d->own = (struct store_device){.imsi = imsi};
	HASH_ADD(hh, devices, own.imsi, sizeof(d->own.imsi), d);
	return d;
}

static void drop(struct device *d)
{
	HASH_DELETE(hh, devices, d);
	pool_put(&pool, d);
}

static void load(void *arg, const struct store_device *row)
{
	struct device *d = get_or_make(row->imsi);

	(void)arg;
	if (d)
		d->own = *row;
}

int device_start(void) { return store_device_each(load, NULL); }

/* When it is kept, and all are held to it. */
static void finish_if_done(struct setting *s)
{
	struct setting **at = &settings;

	if (!s->stored || s->held < s->n)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	if (s->done)
		s->done(s->arg, s->err);
	free(s->row);
	free(s);
}

void device_stop(void)
{
	struct device *d, *next;

	for (struct setting *s = settings, *after; s; s = after) {
		after = s->next;
		timer_stop(&s->timer);
		s->held = s->n;
		finish_if_done(s);
	}
	HASH_ITER (hh, devices, d, next)
		drop(d);
}

const struct store_device *device_find(imsi_t imsi)
{
	struct device *d = get(imsi);

	return d ? &d->own : NULL;
}

struct store_device policy_device(imsi_t imsi)
{
	const struct store_device *d = device_find(imsi);

	return d ? *d : (struct store_device){.imsi = imsi};
}

void device_each(void (*fn)(void *arg, const struct store_device *), void *arg)
{
	struct device *d, *next;

	HASH_ITER (hh, devices, d, next)
		fn(arg, &d->own);
}

static void apply(struct store_device *d, const struct policy_change *c)
{
	if (c->set_profile)
		memcpy(d->profile, c->to.profile, sizeof(d->profile));
	if (c->set_gate_up)
		d->gate_up = c->to.gate_up;
	if (c->set_gate_down)
		d->gate_down = c->to.gate_down;
	if (c->set_quarantine)
		d->quarantine = c->to.quarantine;
	if (c->set_rate) {
		d->has_rate = c->to.has_rate;
		d->rate_up = c->to.rate_up;
		d->rate_down = c->to.rate_down;
	}
	if (c->set_quota) {
		d->has_quota = c->to.has_quota;
		d->quota = c->to.quota;
	}
}

static bool is_plain(const struct store_device *d)
{
	return !d->profile[0] && d->gate_up != DEVICE_GATE_CLOSED &&
	       d->gate_down != DEVICE_GATE_CLOSED && !d->quarantine && !d->has_rate &&
	       !d->has_quota;
}

static void hold_sessions(imsi_t imsi, bool refill)
{
	struct policy_session ps;
	uint32_t slot[11];

	for (unsigned i = dp_session_find(imsi, slot); i-- > 0;)
		if (policy_session_at(slot[i], &ps)) {
			policy_hold(&ps);
			if (refill)
				quota_refill(&ps);
		}
}

static void hold_some(struct timer *t)
{
	struct setting *s = container_of(t, struct setting, timer);

	for (unsigned i = 0; i < SLICE && s->held < s->n; i++)
		hold_sessions(s->row[s->held++].imsi, s->refill);
	if (s->held < s->n)
		timer_start(t, PAUSE_MS, hold_some);
	else
		finish_if_done(s);
}

static void stored(void *arg, int err)
{
	struct setting *s = arg;

	s->stored = true;
	s->err = err;
	finish_if_done(s);
}

static void set_device(struct store_device *d, const struct policy_change *c)
{
	apply(d, c);
	if (d->gate_up == DEVICE_GATE_OPEN)
		d->gate_up = DEVICE_GATE_DEFAULT;
	if (d->gate_down == DEVICE_GATE_OPEN)
		d->gate_down = DEVICE_GATE_DEFAULT;
}

static void drop_plain(const imsi_t *imsi, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct device *d = get(imsi[i]);

		if (d && is_plain(&d->own))
			drop(d);
	}
}

/* All, or none of those that have nothing of their own. */
static bool make_all(const imsi_t *imsi, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!get_or_make(imsi[i])) {
			drop_plain(imsi, i);
			return false;
		}
	return true;
}

int policy_set_devices(const imsi_t *imsi, size_t n, const struct policy_change *c,
		       void (*done)(void *arg, int err), void *arg)
{
	struct setting *s;

	if (c->set_profile && c->to.profile[0] &&
	    !policy_profile_find(policy_current(), c->to.profile))
		return -ENOENT;
	s = calloc(1, sizeof(*s));
	if (s)
		s->row = calloc(n ? n : 1, sizeof(*s->row));
	if (!s || !s->row || !make_all(imsi, n)) {
		free(s ? s->row : NULL);
		free(s);
		return -ENOMEM;
	}
	for (; s->n < n; s->n++) {
		struct device *d = get(imsi[s->n]);

		set_device(&d->own, c);
		s->row[s->n] = d->own;
	}
	drop_plain(imsi, n);
	s->refill = c->refill;
	s->done = done;
	s->arg = arg;
	s->next = settings;
	settings = s;
	store_devices_put(s->row, n, (struct store_write){stored, s});
	hold_some(&s->timer);
	return 0;
}
