/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles in `policies`, `filters` and `profiles`, and what a session is held to.
 *
 * A changed rule set is compiled into an element of `filters` that no profile uses, and one store
 * in the profile's policy makes it hold. The element it leaves rests until no program can be
 * looking at it any more. Index and elements of a profile are found again by its name in the pinned
 * maps, so that sessions go on under it while nobody is there to change it. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "datapath/filter.h"

enum { REST_NS = 20000000 };

static struct {
	char (*name)[PROFILE_NAME]; /* by index in policies; "" where free */
	bool *used;                 /* by index in filters */
	uint64_t *left;             /* when an element was left, ns */
	uint64_t serial;            /* the last that was given to one */
	struct dp_hold *hold;       /* by index in policies */
} state;

int profile_start(void)
{
	struct profile_key key, next;
	struct profile *p = malloc(sizeof(*p));
	void *from = NULL;

	state.name = calloc(dp.policies_max, sizeof(*state.name));
	state.used = calloc(dp.filters_max, sizeof(*state.used));
	state.left = calloc(dp.filters_max, sizeof(*state.left));
	state.hold = calloc(dp.policies_max, sizeof(*state.hold));
	if (!p || !state.name || !state.used || !state.left || !state.hold) {
		free(p);
		return -ENOMEM;
	}
	while (!bpf_map_get_next_key(dp.map[MAP_PROFILES], from, &next)) {
		key = next;
		from = &key;
		if (bpf_map_lookup_elem(dp.map[MAP_PROFILES], &key, p) || !p->index ||
		    p->index >= dp.policies_max)
			continue;
		memcpy(state.name[p->index], key.name, PROFILE_NAME - 1);
		state.used[dp.policies[p->index].filter % dp.filters_max] = true;
		state.used[dp.policies[p->index].wall % dp.filters_max] = true;
	}
	free(p);
	state.used[0] = true;
	return 0;
}

void profile_stop(void)
{
	free(state.name);
	free(state.used);
	free(state.left);
	free(state.hold);
	memset(&state, 0, sizeof(state));
}

unsigned dp_profile_find(const char *name)
{
	for (unsigned i = 1; i < dp.policies_max; i++)
		if (!strcmp(state.name[i], name))
			return i;
	return 0;
}

unsigned dp_profiles(void) { return dp.policies_max; }

const char *dp_profile_name(unsigned index)
{
	return index && index < dp.policies_max ? state.name[index] : "";
}

struct dp_hold profile_hold(unsigned index)
{
	struct dp_hold hold = dp.config.hold;
	const struct dp_hold *own =
		state.hold && index < dp.policies_max ? &state.hold[index] : NULL;

	if (own && own->packets)
		hold.packets = own->packets;
	if (own && own->octets)
		hold.octets = own->octets;
	if (own && own->age_ms)
		hold.age_ms = own->age_ms;
	return hold;
}

/* A free element that has rested longest; 0 if none is left. */
static unsigned filter_get(void)
{
	unsigned best = 0;
	uint64_t now;

	for (unsigned i = 1; i < dp.filters_max; i++)
		if (!state.used[i] && (!best || state.left[i] < state.left[best]))
			best = i;
	now = dp_now_ns();
	if (best && state.left[best] && now - state.left[best] < REST_NS) {
		struct timespec rest = {.tv_nsec = REST_NS};

		nanosleep(&rest, NULL);
	}
	state.used[best] = true;
	return best;
}

static void filter_put(unsigned i)
{
	if (!i)
		return;
	state.used[i] = false;
	state.left[i] = dp_now_ns();
}

/* Of the clock, so that numbers go on above those of a daemon that was here before. */
static uint64_t serial_next(void)
{
	uint64_t now = dp_now_ns();

	state.serial = now > state.serial ? now : state.serial + 1;
	return state.serial;
}

/* The element for these rules: the one in use, if it says the same. -ENOSPC. */
static int filter_for(unsigned used, const struct filter_rule *rule, unsigned n, bool allow_default)
{
	static struct filter compiled;
	unsigned i;

	filter_compile(rule, n, allow_default, &compiled);
	compiled.serial = used ? dp.filters[used].serial : 0;
	if (used && !memcmp(&dp.filters[used], &compiled, sizeof(compiled)))
		return (int)used;
	i = filter_get();
	if (!i)
		return -ENOSPC;
	compiled.serial = serial_next();
	dp.filters[i] = compiled;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return (int)i;
}

static void rules_text(const struct filter_rule *rule, unsigned n, char *out, size_t cap)
{
	size_t at = 0;

	out[0] = 0;
	for (unsigned i = 0; i < n && at + FILTER_RULE_TEXT + 2 < cap; i++) {
		char text[FILTER_RULE_TEXT];

		at += (size_t)snprintf(out + at, cap - at, "%s%s;", i ? " " : "",
				       filter_rule_print(&rule[i], text));
	}
}

/* What a person reads with bpftool. */
static int publish(unsigned index, const struct dp_profile *given)
{
	struct profile_key key = {0};
	struct profile *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	snprintf(key.name, sizeof(key.name), "%s", given->name);
	p->index = index;
	p->group = given->group;
	p->bits_per_second_up = given->rate_up;
	p->bits_per_second_down = given->rate_down;
	p->quota = given->quota;
	p->throttle_up = given->throttle_up;
	p->throttle_down = given->throttle_down;
	rules_text(given->rule, given->rules, p->rules, sizeof(p->rules));
	rules_text(given->wall, given->walls, p->wall, sizeof(p->wall));
	err = bpf_map_update_elem(dp.map[MAP_PROFILES], &key, p, BPF_ANY) ? -errno : 0;
	free(p);
	return err;
}

static unsigned index_get(const char *name)
{
	unsigned i = dp_profile_find(name);

	return i ? i : dp_profile_find("");
}

int dp_profile_set(const struct dp_profile *given)
{
	unsigned i = index_get(given->name);
	struct policy *p = &dp.policies[i], was = *p, next = {0};
	int filter = 0, wall = 0, err = 0;

	if (!i)
		return -ENOSPC;
	if (given->rules || !given->allow_default)
		filter = filter_for(was.filter, given->rule, given->rules, given->allow_default);
	if (given->walls)
		wall = filter_for(was.wall, given->wall, given->walls, false);
	if (filter < 0 || wall < 0)
		err = -ENOSPC;
	if (!err)
		err = publish(i, given);
	if (err) {
		if (filter > 0 && filter != was.filter)
			filter_put((unsigned)filter);
		if (wall > 0 && wall != was.wall)
			filter_put((unsigned)wall);
		return err;
	}
	next.filter = (uint16_t)filter;
	next.wall = (uint16_t)wall;
	next.group = given->group;
	next.quota_action = given->quota_action;
	next.dscp_outer = given->dscp_outer;
	memcpy(next.dscp, given->dscp, sizeof(next.dscp));
	next.throttle_ns_per_mib[0] = rate_ns_per_mib(given->throttle_up);
	next.throttle_ns_per_mib[1] = rate_ns_per_mib(given->throttle_down);
	next.throttle_burst_us[0] = session_burst_us(given->throttle_up, 0);
	next.throttle_burst_us[1] = session_burst_us(given->throttle_down, 0);
	/* Word by word: what a packet meets meanwhile is each the old or the new. */
	for (unsigned w = 0; w < sizeof(next) / 8; w++)
		__atomic_store_n((uint64_t *)(void *)p + w, ((uint64_t *)(void *)&next)[w],
				 __ATOMIC_RELAXED);
	if (was.filter != filter)
		filter_put(was.filter);
	if (was.wall != wall)
		filter_put(was.wall);
	snprintf(state.name[i], PROFILE_NAME, "%s", given->name);
	state.hold[i] = given->hold;
	return (int)i;
}

void dp_profile_del(const char *name)
{
	unsigned i = dp_profile_find(name);
	struct profile_key key = {0};

	if (!i)
		return;
	snprintf(key.name, sizeof(key.name), "%s", name);
	bpf_map_delete_elem(dp.map[MAP_PROFILES], &key);
	filter_put(dp.policies[i].filter);
	filter_put(dp.policies[i].wall);
	memset(&dp.policies[i], 0, sizeof(dp.policies[i]));
	state.name[i][0] = 0;
	state.hold[i] = (struct dp_hold){0};
}

void dp_session_hold(uint32_t slot, const struct dp_limits *l)
{
	struct session *s = slot < dp.slots ? &dp.sessions[slot] : NULL;
	uint8_t flags;

	if (!s || !s->teid)
		return;
	session_rates(s, l->rate_up, l->rate_down, l->burst_ms);
	s->quota = l->quota;
	flags = (uint8_t)((s->flags & ~SESSION_POLICY) | (l->quota_up ? SESSION_QUOTA_UP : 0) |
			  (l->quota_down ? SESSION_QUOTA_DOWN : 0) |
			  (l->quarantine ? SESSION_QUARANTINE : 0));
	__atomic_store_n(&s->policy, (uint16_t)l->profile, __ATOMIC_RELAXED);
	__atomic_store_n(&s->flags, flags, __ATOMIC_RELEASE);
	s->gate_up = (uint8_t)l->gate_up;
	s->gate_down = (uint8_t)l->gate_down;
	hold_limits(slot);
}

/* quota_left, past the moment in which a packet that does not fit gives back what it took. */
static int64_t quota_settled(const struct session *s)
{
	int64_t left = __atomic_load_n(&s->quota_left, __ATOMIC_RELAXED);

	for (unsigned i = 0; i < 10000 && quota_octets(left) < 0; i++)
		left = __atomic_load_n(&s->quota_left, __ATOMIC_RELAXED);
	return left;
}

uint64_t dp_session_quota_left(uint32_t slot)
{
	const struct session *s = dp_session(slot);
	int64_t left = s ? quota_octets(quota_settled(s)) : 0;

	return left > 0 ? (uint64_t)left : 0;
}

void dp_session_quota_give(uint32_t slot, int64_t octets)
{
	struct session *s = slot < dp.slots ? &dp.sessions[slot] : NULL;
	int64_t was, next;

	if (!s || !s->teid)
		return;
	do {
		was = quota_settled(s);
		next = quota_octets(was) + octets;
		if (next < 0)
			next = 0;
	} while (!__atomic_compare_exchange_n(&s->quota_left, (__s64 *)&was, next, false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}
