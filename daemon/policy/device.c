/* SPDX-License-Identifier: Apache-2.0 */
/* Devices with something of their own: all of them in memory, since each new session asks. A change
 * of many devices is one write, and their sessions are changed in the same turn of the loop. */
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

static struct mem_pool pool = MEM_POOL(device);
static struct device *devices;

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

void device_stop(void)
{
	struct device *d, *next;

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

int policy_set_devices(const imsi_t *imsi, size_t n, const struct policy_change *c,
		       void (*done)(void *arg, int err), void *arg)
{
	struct store_device *rows;

	if (c->set_profile && c->to.profile[0] &&
	    !policy_profile_find(policy_current(), c->to.profile))
		return -ENOENT;
	rows = calloc(n ? n : 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct device *d = get_or_make(imsi[i]);

		if (!d) {
			free(rows);
			return -ENOMEM;
		}
		apply(&d->own, c);
		if (d->own.gate_up == DEVICE_GATE_OPEN)
			d->own.gate_up = DEVICE_GATE_DEFAULT;
		if (d->own.gate_down == DEVICE_GATE_OPEN)
			d->own.gate_down = DEVICE_GATE_DEFAULT;
		rows[i] = d->own;
		hold_sessions(imsi[i], c->refill);
		if (is_plain(&d->own))
			drop(d);
	}
	store_devices_put(rows, n, (struct store_write){done, arg});
	free(rows);
	return 0;
}
