/* SPDX-License-Identifier: Apache-2.0 */
/* The difference of two sets in words. Rules are compared as lists: what is only in the new one was
 * added, with its number, what is only in the old one removed; the same rules in another order are
 * said to be so. */
#include "policy/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plan {
	void (*say)(void *arg, const char *line);
	void *arg;
	unsigned lines;
	const struct policy_set *was;
	const struct policy_use *use; /* of its profiles */
};

static void line(struct plan *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line(struct plan *p, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	p->lines++;
	p->say(p->arg, text);
}

/* A scalar of a profile, as text. */
struct scalar {
	const char *key;
	char text[40];
};
enum { SCALARS = 17 };

static void put(struct scalar *s, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void put(struct scalar *s, const char *key, const char *fmt, ...)
{
	va_list args;

	s->key = key;
	va_start(args, fmt);
	vsnprintf(s->text, sizeof(s->text), fmt, args);
	va_end(args);
}

static void put_rate(struct scalar *s, const char *key, uint64_t bits)
{
	if (!bits)
		put(s, key, "-");
	else if (bits % 1000000 == 0)
		put(s, key, "%" PRIu64 "mbit", bits / 1000000);
	else
		put(s, key, "%" PRIu64 "kbit", bits / 1000);
}

static void put_dscp(struct scalar *s, const char *key, uint8_t dscp)
{
	if (dscp == DSCP_KEEP)
		put(s, key, "-");
	else
		put(s, key, "%u", dscp);
}

static void scalars(const struct policy_profile *p, struct scalar out[SCALARS])
{
	static const char *const counts[] = {"", "up", "down", "total"};
	static const char *const periods[] = {"none", "hour", "day", "week", "month"};
	static const char *const actions[] = {"block", "throttle", "wall"};
	bool q = p->has_quota;

	put_rate(&out[0], "rate.up", p->rate.up);
	put_rate(&out[1], "rate.down", p->rate.down);
	put(&out[2], "burst", "%ums", p->burst_ms ? p->burst_ms : 100);
	put(&out[3], "quota.bytes", q ? "%" PRIu64 "b" : "-", p->quota.bytes);
	put(&out[4], "quota.counts", "%s", q ? counts[p->quota.counts & 3] : "-");
	put(&out[5], "quota.period", "%s", q ? periods[p->quota.period % 5] : "-");
	put(&out[6], "quota.then", "%s", q ? actions[p->quota.then % 3] : "-");
	put_rate(&out[7], "quota.throttle.up", q ? p->quota.throttle.up : 0);
	put_rate(&out[8], "quota.throttle.down", q ? p->quota.throttle.down : 0);
	put(&out[9], "default", "%s", p->deny_default ? "deny" : "allow");
	put(&out[10], "group", p->group ? "%u" : "-", p->group);
	put_dscp(&out[11], "dscp_outer", p->dscp_outer);
	put_dscp(&out[12], "dscp_up", p->dscp_up);
	put_dscp(&out[13], "dscp_down", p->dscp_down);
	put(&out[14], "buffer.packets", p->buffer.packets ? "%u" : "-", p->buffer.packets);
	put(&out[15], "buffer.octets", p->buffer.octets ? "%" PRIu64 "b" : "-", p->buffer.octets);
	put(&out[16], "buffer.age", p->buffer.age_ms ? "%ums" : "-", p->buffer.age_ms);
}

struct rules {
	const struct filter_rule *rule;
	unsigned n;
};

static bool same_rule(const struct filter_rule *a, const struct filter_rule *b)
{
	return a->up == b->up && a->down == b->down && a->allow == b->allow && a->dscp == b->dscp &&
	       a->family == b->family && a->bits == b->bits &&
	       !memcmp(&a->addr, &b->addr, sizeof(a->addr)) && a->protocol == b->protocol &&
	       a->tos == b->tos && a->tos_mask == b->tos_mask &&
	       a->remote.first == b->remote.first && a->remote.last == b->remote.last &&
	       a->local.first == b->local.first && a->local.last == b->local.last;
}

/* How many of rule i's kind there are more in `a` up to i than in all of `b`. */
static bool only_in(struct rules a, unsigned i, struct rules b)
{
	unsigned mine = 0, theirs = 0;

	for (unsigned k = 0; k <= i; k++)
		mine += same_rule(&a.rule[i], &a.rule[k]);
	for (unsigned k = 0; k < b.n; k++)
		theirs += same_rule(&a.rule[i], &b.rule[k]);
	return mine > theirs;
}

static bool same_rules(struct rules a, struct rules b)
{
	if (a.n != b.n)
		return false;
	for (unsigned i = 0; i < a.n; i++)
		if (!same_rule(&a.rule[i], &b.rule[i]))
			return false;
	return true;
}

static void plan_rules(struct plan *p, const char *what, struct rules was, struct rules is)
{
	char text[FILTER_RULE_TEXT];
	unsigned before = p->lines;

	if (same_rules(was, is))
		return;
	for (unsigned i = 0; i < was.n; i++)
		if (only_in(was, i, is))
			line(p, "    - %s %u: %s", what, i + 1,
			     filter_rule_print(&was.rule[i], text));
	for (unsigned i = 0; i < is.n; i++)
		if (only_in(is, i, was))
			line(p, "    + %s %u: %s", what, i + 1,
			     filter_rule_print(&is.rule[i], text));
	if (p->lines == before)
		line(p, "    ~ %ss in another order", what);
}

static bool differ(const struct policy_profile *a, const struct policy_profile *b)
{
	struct scalar x[SCALARS], y[SCALARS];

	scalars(a, x);
	scalars(b, y);
	for (unsigned i = 0; i < SCALARS; i++)
		if (strcmp(x[i].text, y[i].text) != 0)
			return true;
	return !same_rules((struct rules){a->rule, a->rules}, (struct rules){b->rule, b->rules}) ||
	       !same_rules((struct rules){a->wall, a->walls}, (struct rules){b->wall, b->walls});
}

/* was: NULL if it is new, and nobody's yet. */
static void head(struct plan *p, char sign, const char *name, const struct policy_profile *was)
{
	if (p->use)
		line(p, "%c profile %s (%u sessions)", sign, name,
		     was ? p->use[was - p->was->profile].sessions : 0);
	else
		line(p, "%c profile %s", sign, name);
}

static void plan_profile(struct plan *p, const struct policy_profile *was,
			 const struct policy_profile *is)
{
	static const struct policy_profile nothing = {
		.dscp_outer = DSCP_KEEP, .dscp_up = DSCP_KEEP, .dscp_down = DSCP_KEEP};
	const struct policy_profile *from = was ? was : &nothing;
	struct scalar a[SCALARS], b[SCALARS];

	if (was && !differ(was, is))
		return;
	head(p, was ? '~' : '+', is->name, was);
	scalars(from, a);
	scalars(is, b);
	for (unsigned i = 0; i < SCALARS; i++)
		if (strcmp(a[i].text, b[i].text) != 0)
			line(p, "    ~ %s: %s -> %s", a[i].key, a[i].text, b[i].text);
	plan_rules(p, "rule", (struct rules){from->rule, from->rules},
		   (struct rules){is->rule, is->rules});
	plan_rules(p, "wall", (struct rules){from->wall, from->walls},
		   (struct rules){is->wall, is->walls});
}

static const char *apn_profile(const struct policy_set *set, const char *apn)
{
	const struct policy_profile *p = policy_profile_of_apn(set, apn);

	return p ? p->name : NULL;
}

static void plan_apns(struct plan *p, const struct policy_set *was, const struct policy_set *is)
{
	for (unsigned i = 0; i < is->apns; i++) {
		const char *old = apn_profile(was, is->apn[i].name);

		if (!old || strcmp(old, is->apn[i].profile) != 0)
			line(p, "~ apn %s: profile %s -> %s", is->apn[i].name, old ? old : "-",
			     is->apn[i].profile);
	}
	for (unsigned i = 0; i < was->apns; i++)
		if (!apn_profile(is, was->apn[i].name))
			line(p, "~ apn %s: profile %s -> -", was->apn[i].name, was->apn[i].profile);
}

unsigned policy_plan(const struct policy_set *was, const struct policy_set *is,
		     const struct policy_use *use, void (*say)(void *arg, const char *line),
		     void *arg)
{
	struct plan p = {.say = say, .arg = arg, .was = was, .use = use};

	for (unsigned i = 0; i < is->profiles; i++)
		plan_profile(&p, policy_profile_find(was, is->profile[i].name), &is->profile[i]);
	for (unsigned i = 0; i < was->profiles; i++)
		if (!policy_profile_find(is, was->profile[i].name))
			head(&p, '-', was->profile[i].name, &was->profile[i]);
	plan_apns(&p, was, is);
	return p.lines;
}
