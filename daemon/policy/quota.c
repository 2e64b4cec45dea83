/* SPDX-License-Identifier: Apache-2.0 */
/* Quotas. The kernel takes octets from a session's slot, and the slot outlives this process; here
 * is when a quota is filled again, and how much of it a device without a session has used. A few
 * thousand slots a turn are looked at: a new period fills them, and what has been used since it was
 * last written goes to the store, each at most every SAVE_S seconds, and at a session's end. */
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>
#include "core/metrics.h"
#include "core/pool.h"

enum { TURN_MS = 200, TURN_SLOTS = 16384, SAVE_S = 30 };

struct use_key {
	imsi_t imsi;
	char apn[64];
};
struct use {
	struct use_key key;
	uint64_t used, period; /* octets in the period that began then */
	uint64_t saved, saved_at;
	UT_hash_handle hh;
};

METRIC_COUNTER(quotas_exhausted, "mcore_quotas_exhausted_total", "Quotas that were used up");

static struct mem_pool pool = MEM_POOL(use);
static struct use *uses;
static struct timer timer;
static uint32_t cursor;
static struct store_usage *batch;
static size_t batched;

static uint64_t period_start(uint8_t period, uint64_t now)
{
	const uint64_t day = now - now % 86400;
	time_t t = (time_t)now;
	struct tm tm;

	switch (period) {
	case PERIOD_HOUR:
		return now - now % 3600;
	case PERIOD_DAY:
		return day;
	case PERIOD_WEEK: /* the epoch began on a Thursday */
		return day - (day / 86400 + 3) % 7 * 86400;
	case PERIOD_MONTH:
		gmtime_r(&t, &tm);
		return day - (uint64_t)(tm.tm_mday - 1) * 86400;
	default:
		return 0;
	}
}

static struct use *use_of(imsi_t imsi, const char *apn, bool make)
{
	struct use_key key;
	struct use *u;

	memset(&key, 0, sizeof(key));
	key.imsi = imsi;
	snprintf(key.apn, sizeof(key.apn), "%s", apn);
	HASH_FIND(hh, uses, &key, sizeof(key), u);
	if (u || !make)
		return u;
	u = pool_get(&pool);
	if (!u)
		return NULL;
	memcpy(&u->key, &key, sizeof(key));
	HASH_ADD(hh, uses, key, sizeof(key), u);
	return u;
}

static void load(void *arg, const struct store_usage *row)
{
	struct use *u = use_of(row->imsi, row->apn, true);

	(void)arg;
	if (u) {
		u->used = u->saved = row->used;
		u->period = row->period;
	}
}

static void flush(void)
{
	if (batched)
		store_usage_put(batch, batched, (struct store_write){0});
	batched = 0;
}

static void save(struct use *u, uint64_t now)
{
	struct store_usage *row = &batch[batched++];

	*row = (struct store_usage){.imsi = u->key.imsi, .used = u->used, .period = u->period};
	memcpy(row->apn, u->key.apn, sizeof(row->apn));
	u->saved = u->used;
	u->saved_at = now;
	if (batched == TURN_SLOTS)
		flush();
}

static bool counted(const struct session *s)
{
	return s->flags & (SESSION_QUOTA_UP | SESSION_QUOTA_DOWN);
}

static uint64_t used_of(uint32_t slot, const struct session *s)
{
	uint64_t left = dp_session_quota_left(slot);

	return s->quota > left ? s->quota - left : 0;
}

static void fill(uint32_t slot, uint64_t octets)
{
	dp_session_quota_give(slot, (int64_t)octets - (int64_t)dp_session_quota_left(slot));
}

static void look_at(uint32_t slot, uint64_t now)
{
	const struct session *s = dp_session(slot);
	const struct policy_profile *p;
	struct policy_session ps;
	uint64_t start;
	struct use *u;

	if (!s || !counted(s) || !policy_session_at(slot, &ps))
		return;
	u = use_of(ps.imsi, ps.apn, true);
	if (!u)
		return;
	p = policy_profile_for(ps.imsi, ps.apn);
	start = period_start(p && p->has_quota ? p->quota.period : PERIOD_NONE, now);
	if (u->period != start) {
		fill(slot, s->quota);
		u->period = start;
		u->saved_at = 0;
	}
	u->used = used_of(slot, s);
	if (u->used != u->saved && now - u->saved_at >= SAVE_S)
		save(u, now);
}

static void turn(struct timer *t)
{
	uint64_t now = (uint64_t)time(NULL);

	for (unsigned i = 0; i < TURN_SLOTS && cursor < dp_slots(); i++)
		look_at(cursor++, now);
	if (cursor >= dp_slots())
		cursor = 0;
	flush();
	timer_start(t, TURN_MS, turn);
}

int quota_start(void)
{
	batch = calloc(TURN_SLOTS, sizeof(*batch));
	if (!batch)
		return -ENOMEM;
	timer_start(&timer, TURN_MS, turn);
	return store_usage_each(load, NULL);
}

void quota_stop(void)
{
	const struct session *s;
	struct use *u, *next;

	timer_stop(&timer);
	for (uint32_t slot = 0; batch && (s = dp_session_next(&slot)); slot++)
		look_at(slot, (uint64_t)time(NULL));
	if (batch)
		HASH_ITER (hh, uses, u, next)
			if (u->used != u->saved)
				save(u, 0);
	flush();
	HASH_ITER (hh, uses, u, next) {
		HASH_DELETE(hh, uses, u);
		pool_put(&pool, u);
	}
	free(batch);
	batch = NULL;
	cursor = 0;
}

void quota_hold(const struct policy_session *ps, uint64_t octets, uint8_t period, bool fresh)
{
	const struct session *s = dp_session(ps->slot);
	uint64_t start = period_start(period, (uint64_t)time(NULL));
	struct use *u;

	if (!s)
		return;
	if (!octets || (!fresh && s->quota)) {
		/* What was used stays used. */
		u = octets ? use_of(ps->imsi, ps->apn, true) : NULL;
		if (u && !u->period)
			u->period = start;
		if (octets != s->quota)
			dp_session_quota_give(ps->slot, (int64_t)octets - (int64_t)s->quota);
		return;
	}
	u = use_of(ps->imsi, ps->apn, true);
	if (!u)
		return;
	if (u->period != start) {
		u->period = start;
		u->used = 0;
	}
	fill(ps->slot, octets > u->used ? octets - u->used : 0);
}

void quota_refill(const struct policy_session *ps)
{
	const struct session *s = dp_session(ps->slot);

	if (s && counted(s))
		fill(ps->slot, s->quota);
}

void quota_end(imsi_t imsi, const char *apn, uint32_t slot)
{
	const struct session *s = dp_session(slot);
	struct use *u = s && counted(s) ? use_of(imsi, apn, true) : NULL;

	if (!u)
		return;
	u->used = used_of(slot, s);
	if (u->used != u->saved) {
		save(u, (uint64_t)time(NULL));
		flush();
	}
}

void policy_quota_exhausted(uint32_t slot)
{
	const struct session *s = dp_session(slot);

	metric_add(&quotas_exhausted, 1);
	LOG(INFO, "policy.quota_exhausted", "imsi=%s apn=%s octets=%llu profile=%s", s->imsi,
	    s->apn, (unsigned long long)s->quota, dp_profile_name(s->policy));
}
