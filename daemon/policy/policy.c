/* SPDX-License-Identifier: Apache-2.0 */
/* The set in force. A new one is put into the kernel profile by profile, each of which changes at
 * one stroke for all its sessions; then sessions are held to it, so many at a time that the loop
 * has its turns between; then it is kept in the store as the next version. Where a step fails, the
 * set before is put back the same way. */
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "pgw/pgw.h"

struct in_force {
	struct arena arena;
	struct policy_set set;
};

/* Another set on its way. `other` is the set before, or on the way back the one that is not kept.
 */
struct change {
	struct in_force *other;
	struct store_policy row; /* in the arena */
	struct arena arena;
	void (*done)(void *arg, int err, uint64_t version);
	void *arg;
	struct timer timer;
	uint32_t slot; /* sessions up to that are held to the set in force */
	bool storing;
	int err; /* of the store: it goes back */
};

static struct {
	struct in_force *now;
	uint64_t version;
	struct change *change;
} state;

enum { SLICE = 16384, PAUSE_MS = 1 }; /* sessions at a time */

static const struct policy_set nothing;

const struct policy_set *policy_current(void) { return state.now ? &state.now->set : &nothing; }

uint64_t policy_version(void) { return state.version; }

static void in_force_free(struct in_force *f)
{
	if (f)
		arena_free(&f->arena);
	free(f);
}

/* ---- sessions ---- */

bool policy_session_at(uint32_t slot, struct policy_session *out)
{
	const struct session *s = dp_session(slot);

	if (!s || s->owner != slot || !imsi_parse_any(s->imsi, &out->imsi))
		return false;
	out->slot = slot;
	out->apn = pgw_apn(slot, &out->ambr_up, &out->ambr_down);
	return out->apn;
}

const struct policy_profile *policy_profile_for(imsi_t imsi, const char *apn)
{
	const struct store_device *d = device_find(imsi);
	const struct policy_profile *own =
		d && d->profile[0] ? policy_profile_find(policy_current(), d->profile) : NULL;

	return own ? own : policy_profile_of_apn(policy_current(), apn);
}

static uint64_t first_of(bool has_own, uint64_t own, uint64_t profile, uint64_t subscribed)
{
	return has_own ? own : profile ? profile : subscribed;
}

static void hold(const struct policy_session *ps, bool fresh)
{
	static const struct policy_profile none;
	static const struct store_device nothing_own;
	const struct store_device *own = device_find(ps->imsi), *d = own ? own : &nothing_own;
	const struct policy_profile *p = policy_profile_for(ps->imsi, ps->apn);
	struct dp_limits l = {.profile = p ? dp_profile_find(p->name) : 0};
	uint8_t counts;

	if (!p)
		p = &none;
	l.rate_up = first_of(d->has_rate, d->rate_up, p->rate.up, ps->ambr_up);
	l.rate_down = first_of(d->has_rate, d->rate_down, p->rate.down, ps->ambr_down);
	l.burst_ms = p->burst_ms;
	l.quota = first_of(d->has_quota, d->quota, p->has_quota ? p->quota.bytes : 0, 0);
	counts = !l.quota ? 0 : p->has_quota ? p->quota.counts : COUNTS_TOTAL;
	l.quota_up = counts & COUNTS_UP;
	l.quota_down = counts & COUNTS_DOWN;
	l.quarantine = d->quarantine;
	l.gate_up = d->gate_up == DEVICE_GATE_CLOSED ? GATE_CLOSED : GATE_OPEN;
	l.gate_down = d->gate_down == DEVICE_GATE_CLOSED ? GATE_CLOSED : GATE_OPEN;
	/* First: no packet may find the quota counted and not filled. */
	quota_hold(ps, l.quota, p->has_quota ? p->quota.period : PERIOD_NONE, fresh);
	dp_session_hold(ps->slot, &l);
}

void policy_hold(const struct policy_session *ps) { hold(ps, false); }

static void begin(imsi_t imsi, const char *apn, uint32_t slot, uint64_t ambr_up, uint64_t ambr_down,
		  bool adopted)
{
	const struct policy_session ps = {imsi, apn, slot, ambr_up, ambr_down};

	hold(&ps, !adopted);
}

/* The profiles of a set by the datapath's index and by name. */
struct uses {
	struct policy_use *use;
	unsigned n, indexes;
	unsigned *by_index; /* 1 and up; 0: none */
	struct named {
		const char *name;
		struct policy_use *use;
	} * by_name; /* sorted */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void use_device(void *arg, const struct store_device *d)
{
	const struct uses *u = arg;
	const struct named key = {.name = d->profile};
	const struct named *found = bsearch(&key, u->by_name, u->n, sizeof(key), by_name);

	if (found)
		found->use->devices++;
}

static void use_sessions(const struct uses *u)
{
	const struct session *s;

	for (uint32_t slot = 0; (s = dp_session_next(&slot)); slot++)
		if (s->owner == slot && s->policy < u->indexes && u->by_index[s->policy])
			u->use[u->by_index[s->policy] - 1].sessions++;
}

struct policy_use *policy_uses(const struct policy_set *set, bool sessions)
{
	struct uses u = {.n = set->profiles, .indexes = UINT16_MAX + 1};

	u.use = calloc(u.n + 1, sizeof(*u.use));
	u.by_name = calloc(u.n + 1, sizeof(*u.by_name));
	u.by_index = calloc(u.indexes, sizeof(*u.by_index));
	if (u.use && u.by_name && u.by_index) {
		for (unsigned i = 0; i < u.n; i++) {
			unsigned index = dp_profile_find(set->profile[i].name);

			u.by_name[i] = (struct named){set->profile[i].name, &u.use[i]};
			if (index && index < u.indexes)
				u.by_index[index] = i + 1;
		}
		qsort(u.by_name, u.n, sizeof(*u.by_name), by_name);
		device_each(use_device, &u);
		if (sessions)
			use_sessions(&u);
	} else {
		free(u.use);
		u.use = NULL;
	}
	free(u.by_name);
	free(u.by_index);
	return u.use;
}

/* ---- another set ---- */

static int install(const struct policy_profile *p)
{
	struct dp_profile d = {.name = p->name,
			       .rule = p->rule,
			       .rules = p->rules,
			       .allow_default = !p->deny_default,
			       .wall = p->wall,
			       .walls = p->walls,
			       .group = p->group,
			       .hold = {.packets = p->buffer.packets,
					.octets = p->buffer.octets,
					.age_ms = p->buffer.age_ms},
			       .quota_action = p->quota.then,
			       .dscp_outer = p->dscp_outer,
			       .dscp = {p->dscp_up, p->dscp_down},
			       .throttle_up = p->quota.throttle.up,
			       .throttle_down = p->quota.throttle.down,
			       .rate_up = p->rate.up,
			       .rate_down = p->rate.down,
			       .quota = p->has_quota ? p->quota.bytes : 0};
	int index = dp_profile_set(&d);

	return index < 0 ? index : 0;
}

/* Profiles that the set has not are taken out of the kernel, all sessions being held to it: those
 * of the set before, and of one that was on its way when mcored was stopped. */
static void uninstall_but(const struct policy_set *set)
{
	for (unsigned i = 1; i < dp_profiles(); i++) {
		const char *name = dp_profile_name(i);

		if (*name && !policy_profile_find(set, name))
			dp_profile_del(name);
	}
}

/* The first n profiles of a set are as they were. Backwards: each step finds the room that it left
 * on the way. */
static void put_back(const struct policy_set *is, unsigned n, const struct policy_set *was)
{
	while (n-- > 0) {
		const char *name = is->profile[n].name;
		const struct policy_profile *before = policy_profile_find(was, name);
		int err = before ? install(before) : 0;

		if (err)
			LOG(ERROR, "policy.put_back", "profile=%s error=\"%s\"", name,
			    strerror(-err));
		if (!before)
			dp_profile_del(name);
	}
}

static const struct policy_set *set_of(const struct in_force *f) { return f ? &f->set : &nothing; }

static void finish(struct change *c, int err)
{
	if (state.change == c)
		state.change = NULL;
	in_force_free(c->other);
	if (c->done)
		c->done(c->arg, err, c->row.version);
	arena_free(&c->arena);
	free(c);
}

static void stored(void *arg, int err);

/* All sessions are held to the set in force. */
static void held(struct change *c)
{
	const struct policy_set *other = set_of(c->other);

	if (c->err) {
		put_back(other, other->profiles, policy_current());
		finish(c, c->err);
		return;
	}
	uninstall_but(policy_current());
	c->storing = true;
	store_policy_put(&c->row, (struct store_write){stored, c});
}

/* Sessions that begin meanwhile are held to the set in force as they begin. */
static void hold_some(struct timer *t)
{
	struct change *c = container_of(t, struct change, timer);
	struct policy_session ps;

	for (unsigned i = 0; i < SLICE; i++, c->slot++) {
		if (!dp_session_next(&c->slot)) {
			held(c);
			return;
		}
		if (policy_session_at(c->slot, &ps))
			policy_hold(&ps);
	}
	timer_start(t, PAUSE_MS, hold_some);
}

static void hold_all(struct change *c)
{
	c->slot = 0;
	hold_some(&c->timer);
}

/* From the set that is in force to another, all or nothing. */
static int change_to(struct in_force *to, struct change *c)
{
	const struct policy_set *was = policy_current(), *is = &to->set;

	for (unsigned i = 0; i < is->profiles; i++) {
		int err = install(&is->profile[i]);

		if (err) {
			put_back(is, i, was);
			return err;
		}
	}
	c->other = state.now;
	state.now = to;
	state.change = c;
	hold_all(c);
	return 0;
}

/* To the set before, the same steps backwards. On an error the set in force stays. */
static int change_back(struct change *c, int why)
{
	const struct policy_set *is = policy_current(), *was = set_of(c->other);
	struct in_force *not_kept = state.now;

	for (unsigned i = was->profiles; i-- > 0;) {
		const struct policy_profile *p = &was->profile[i];
		int err = policy_profile_find(is, p->name) ? 0 : install(p);

		if (err) {
			uninstall_but(is);
			return err;
		}
	}
	state.now = c->other;
	c->other = not_kept;
	c->err = why;
	c->storing = false;
	hold_all(c);
	return 0;
}

/* Where the set before cannot be had any more, the one that is not kept holds until the next. */
static void stored(void *arg, int err)
{
	struct change *c = arg;

	if (err)
		LOG(ERROR, "policy.apply", "version=%llu error=\"%s\" text=\"not kept\"",
		    (unsigned long long)c->row.version, strerror(-err));
	else
		LOG(INFO, "policy.apply", "version=%llu", (unsigned long long)c->row.version);
	if (state.change == c) { /* else stopped meanwhile */
		if (err && !change_back(c, err))
			return;
		if (!err)
			state.version = c->row.version;
	}
	finish(c, err);
}

/* -EUCLEAN: a device has a profile that is not in the set. */
static int missing_profile(const struct policy_set *is, const char **missing)
{
	const struct policy_set *was = policy_current();
	struct policy_use *use = policy_uses(was, false);

	*missing = NULL;
	if (!use)
		return -ENOMEM;
	for (unsigned i = 0; i < was->profiles && !*missing; i++)
		if (use[i].devices && !policy_profile_find(is, was->profile[i].name))
			*missing = was->profile[i].name;
	free(use);
	return *missing ? -EUCLEAN : 0;
}

int policy_apply(const char *text, size_t n, const char *author, const char *note,
		 struct arena *arena, struct config_errors *errors, const char **missing,
		 void (*done)(void *arg, int err, uint64_t version), void *arg)
{
	struct config_errors again = {0};
	struct policy_set checked;
	struct in_force *next;
	struct change *c;
	int err = state.change ? -EBUSY : policy_parse(text, n, &checked, arena, errors);

	if (!err)
		err = missing_profile(&checked, missing);
	if (err)
		return err;
	next = calloc(1, sizeof(*next));
	c = calloc(1, sizeof(*c));
	if (next && c)
		err = policy_parse(text, n, &next->set, &next->arena, &again);
	else
		err = -ENOMEM;
	if (!err) {
		c->row = (struct store_policy){
			.version = state.version + 1,
			.time = (uint64_t)time(NULL),
			.author = arena_copy(&c->arena, author, strlen(author) + 1),
			.note = arena_copy(&c->arena, note, strlen(note) + 1),
			.text = arena_copy(&c->arena, text, strlen(text) + 1)};
		c->done = done;
		c->arg = arg;
		err = change_to(next, c);
	}
	if (err) {
		in_force_free(next);
		if (c)
			arena_free(&c->arena);
		free(c);
	}
	return err;
}

/* ---- start ---- */

struct loading {
	struct in_force *set;
	int err;
	uint64_t version;
	struct config_errors errors;
};

static bool load_newest(void *arg, const struct store_policy *row)
{
	struct loading *l = arg;

	l->version = row->version;
	l->set = calloc(1, sizeof(*l->set));
	l->err = l->set ? policy_parse(row->text, strlen(row->text), &l->set->set, &l->set->arena,
				       &l->errors)
			: -ENOMEM;
	return false;
}

static const struct pgw_policy hooks = {begin, quota_end};

int policy_start(char *error, size_t cap)
{
	struct loading l = {0};
	int err = store_policy_each(load_newest, &l);

	if (!err)
		err = l.err;
	if (!err)
		err = device_start();
	if (!err)
		err = quota_start();
	for (unsigned i = 0; !err && l.set && i < l.set->set.profiles; i++)
		err = install(&l.set->set.profile[i]);
	if (err) {
		snprintf(error, cap, "version %llu in the store: %s", (unsigned long long)l.version,
			 l.errors.first ? l.errors.first->message : strerror(-err));
		in_force_free(l.set);
		return err;
	}
	state.now = l.set;
	state.version = l.version;
	pgw_set_policy(&hooks);
	return 0;
}

void policy_stop(void)
{
	struct change *c = state.change;

	pgw_set_policy(NULL);
	quota_stop();
	device_stop();
	in_force_free(state.now);
	memset(&state, 0, sizeof(state));
	if (c && !c->storing) {
		timer_stop(&c->timer);
		finish(c, -ECANCELED);
	}
}
