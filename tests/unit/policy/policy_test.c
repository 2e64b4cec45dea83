/* SPDX-License-Identifier: Apache-2.0 */
/* The set in force: another one, one that does not fit, one that the store does not keep. The
 * datapath is stood in for: few elements for rules, of which a changed profile needs a new one
 * before it leaves its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/pool.h"
#include "pgw/pgw.h"
#include "policy/internal.h"

#define BEHAVIOUR(f) cmocka_unit_test_setup_teardown(f, begin, end)
#define LONG_APN     "sensors.of-the-northern-valleys.example.operator"

enum { SLOTS = 40000, PROFILES = 8, ELEMENTS = 2 };

static struct {
	struct session session[SLOTS];
	const char *apn[SLOTS];
	unsigned profile[SLOTS];
	struct profile_now {
		char name[PROFILE_NAME];
		unsigned rules; /* an element, if any */
	} now[PROFILES];
	unsigned elements, sets, holds;
	bool broken;
} dp;

static struct store_write waiting;
static struct timer *running;
static void (*expires)(struct timer *);

/* ---- the datapath ---- */

uint32_t dp_slots(void) { return SLOTS; }
const struct session *dp_session(uint32_t slot)
{
	return slot < SLOTS && dp.session[slot].teid ? &dp.session[slot] : NULL;
}
const struct session *dp_session_next(uint32_t *slot)
{
	while (*slot < SLOTS && !dp.session[*slot].teid)
		++*slot;
	return dp_session(*slot);
}
unsigned dp_session_find(imsi_t imsi, uint32_t slot[11])
{
	char digits[IMSI_STRLEN];

	imsi_print(imsi, digits);
	*slot = (uint32_t)strtoul(digits + 5, NULL, 10);
	return dp_session(*slot) != NULL;
}
void dp_session_hold(uint32_t slot, const struct dp_limits *l)
{
	dp.holds++;
	dp.profile[slot] = l->profile;
	dp.session[slot].policy = (uint16_t)l->profile;
	dp.session[slot].bits_per_second_up = l->rate_up;
}
uint64_t dp_session_quota_left(uint32_t slot)
{
	(void)slot;
	return 0;
}
void dp_session_quota_give(uint32_t slot, int64_t octets) { (void)slot, (void)octets; }

unsigned dp_profile_find(const char *name)
{
	for (unsigned i = 1; i < PROFILES; i++)
		if (!strcmp(dp.now[i].name, name))
			return i;
	return 0;
}
unsigned dp_profiles(void) { return PROFILES; }
const char *dp_profile_name(unsigned index) { return dp.now[index].name; }
int dp_profile_set(const struct dp_profile *p)
{
	unsigned i = dp_profile_find(p->name);
	bool other;

	dp.sets++;
	if (!i)
		i = dp_profile_find("");
	other = p->rules != dp.now[i].rules;
	if (!i || dp.broken || (other && p->rules && dp.elements == ELEMENTS))
		return -ENOSPC;
	if (other)
		dp.elements += (unsigned)(p->rules > 0) - (dp.now[i].rules > 0);
	strcpy(dp.now[i].name, p->name);
	dp.now[i].rules = p->rules;
	return (int)i;
}
void dp_profile_del(const char *name)
{
	unsigned i = dp_profile_find(name);

	dp.elements -= i && dp.now[i].rules;
	dp.now[i] = (struct profile_now){0};
}

/* ---- the PGW, the store, time ---- */

void pgw_set_policy(const struct pgw_policy *p) { (void)p; }
const char *pgw_apn(uint32_t slot, uint64_t *ambr_up, uint64_t *ambr_down)
{
	*ambr_up = *ambr_down = 7000;
	return dp.apn[slot];
}
void store_policy_put(const struct store_policy *p, struct store_write notify)
{
	(void)p;
	waiting = notify;
}
int store_policy_each(bool (*fn)(void *arg, const struct store_policy *), void *arg)
{
	(void)fn, (void)arg;
	return 0;
}
int store_device_each(void (*fn)(void *arg, const struct store_device *), void *arg)
{
	(void)fn, (void)arg;
	return 0;
}
void store_devices_put(const struct store_device *d, size_t n, struct store_write w)
{
	(void)d, (void)n;
	waiting = w;
}
int store_usage_each(void (*fn)(void *arg, const struct store_usage *), void *arg)
{
	(void)fn, (void)arg;
	return 0;
}
void store_usage_put(const struct store_usage *u, size_t n, struct store_write w)
{
	(void)u, (void)n, (void)w;
}
void timer_start(struct timer *t, uint64_t ms, void (*fn)(struct timer *))
{
	if (ms >= 200) /* the scan for quotas */
		return;
	running = t;
	expires = fn;
}
void timer_stop(struct timer *t)
{
	if (running == t)
		running = NULL;
}

static void session_of(uint32_t slot, const char *apn)
{
	struct session *s = &dp.session[slot];

	s->teid = slot + 1;
	s->owner = slot;
	snprintf(s->imsi, sizeof(s->imsi), "00101%010u", slot);
	snprintf(s->apn, sizeof(s->apn), "%.31s", apn);
	dp.apn[slot] = apn;
}

static int begin(void **state)
{
	char error[128];

	(void)state;
	memset(&dp, 0, sizeof(dp));
	waiting = (struct store_write){0};
	return policy_start(error, sizeof(error));
}

static int end(void **state)
{
	(void)state;
	policy_stop();
	return 0;
}

static int last_err;
static void done(void *arg, int err, uint64_t version)
{
	(void)arg, (void)version;
	last_err = err;
}

static int apply(const char *text)
{
	struct config_errors errors = {0};
	struct arena arena = {0};
	const char *missing;
	int err = policy_apply(text, strlen(text), "a", "", &arena, &errors, &missing, done, NULL);

	arena_free(&arena);
	return err;
}

static void the_store_answers(int err)
{
	struct store_write w = waiting;

	waiting = (struct store_write){0};
	last_err = 1;
	w.done(w.arg, err);
	assert_int_equal(last_err, err);
}

static void in_force(const char *text)
{
	assert_int_equal(apply(text), 0);
	the_store_answers(0);
}

/* The profiles in the kernel with their number of rules: "a1 b0 ", by name. */
static const char *kernel(void)
{
	static char text[64];
	size_t n = 0;

	text[0] = 0;
	for (char c = 'a'; c <= 'z'; c++) {
		const char name[2] = {c};
		unsigned i = dp_profile_find(name);

		if (i)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%c%u ", c,
					      dp.now[i].rules);
	}
	return text;
}

static const char two[] = "profiles:\n"
			  "  - {name: a, rate: {up: 1mbit, down: 1mbit}, rules: [deny]}\n"
			  "  - {name: b, rules: [deny tcp]}\n"
			  "apns: [{name: iot, profile: a}]\n";

static void a_set_that_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	session_of(0, "iot");
	in_force(two);
	assert_string_equal(kernel(), "a1 b1 ");
	/* What a leaves b takes, and what b leaves c. */
	assert_int_equal(apply("profiles: [{name: a}, {name: b, rules: [deny, deny]},"
			       " {name: c, rules: [deny]}, {name: d, rules: [deny]}]"),
			 -ENOSPC);
	assert_string_equal(kernel(), "a1 b1 ");
	assert_int_equal(dp.elements, 2);
	assert_int_equal(policy_current()->profiles, 2);
	assert_int_equal(dp.session[0].bits_per_second_up, 1000000);
	in_force("profiles: [{name: a}]"); /* not busy */
}

static void a_set_that_is_not_kept_is_taken_back(void **state)
{
	(void)state;
	session_of(0, "iot");
	session_of(1, "web");
	in_force(two);
	assert_int_equal(apply("profiles: [{name: c, rate: {up: 2mbit, down: 2mbit}},"
			       " {name: b}]\napns: [{name: iot, profile: c},"
			       " {name: web, profile: b}]"),
			 0);
	assert_string_equal(kernel(), "b0 c0 ");
	assert_int_equal(dp.session[0].bits_per_second_up, 2000000);
	assert_int_equal(apply(two), -EBUSY);
	the_store_answers(-EIO);
	assert_string_equal(kernel(), "a1 b1 ");
	assert_int_equal(dp.profile[0], dp_profile_find("a"));
	assert_int_equal(dp.profile[1], 0);
	assert_int_equal(dp.session[0].bits_per_second_up, 1000000);
	assert_int_equal(dp.session[1].bits_per_second_up, 7000);
	assert_int_equal(policy_version(), 1);
}

static void the_first_set_that_is_not_kept_leaves_none(void **state)
{
	(void)state;
	session_of(0, "iot");
	assert_int_equal(apply(two), 0);
	the_store_answers(-EIO);
	assert_string_equal(kernel(), "");
	assert_int_equal(dp.elements, 0);
	assert_int_equal(policy_current()->profiles, 0);
	assert_int_equal(dp.profile[0], 0);
}

static void a_set_that_cannot_be_taken_back_goes_on(void **state)
{
	(void)state;
	session_of(0, "iot");
	in_force(two);
	assert_int_equal(apply("profiles: [{name: c}]\napns: [{name: iot, profile: c}]"), 0);
	dp.broken = true;
	the_store_answers(-EIO);
	dp.broken = false;
	assert_string_equal(kernel(), "c0 ");
	assert_string_equal(policy_current()->profile[0].name, "c");
	assert_string_equal(policy_profile_for(1, "iot")->name, "c");
	in_force(two);
	assert_int_equal(policy_version(), 2);
}

static void an_answer_after_the_end_touches_nothing(void **state)
{
	unsigned holds, sets;

	session_of(0, "iot");
	in_force(two);
	assert_int_equal(apply("profiles: []"), 0);
	policy_stop();
	holds = dp.holds;
	sets = dp.sets;
	the_store_answers(-EIO);
	assert_int_equal(dp.holds, holds);
	assert_int_equal(dp.sets, sets);
	assert_int_equal(policy_current()->profiles, 0);
	begin(state);
	in_force(two);
	assert_int_equal(apply("profiles: []"), 0);
	policy_stop();
	the_store_answers(0);
	assert_int_equal(policy_version(), 0);
	begin(state);
}

static void the_whole_name_of_an_apn_counts(void **state)
{
	static const char text[] = "profiles: [{name: a}, {name: b}]\napns:\n"
				   "  - {name: sensors.of-the-northern-valleys, profile: b}\n"
				   "  - {name: " LONG_APN ", profile: a}\n";

	(void)state;
	session_of(0, LONG_APN);
	session_of(1, "sensors.of-the-northern-valleys");
	assert_string_equal(dp.session[0].apn, dp.session[1].apn);
	in_force(text);
	assert_int_equal(dp.profile[0], dp_profile_find("a"));
	assert_int_equal(dp.profile[1], dp_profile_find("b"));
}

static void many_sessions(void)
{
	for (uint32_t i = 0; i < SLOTS; i++)
		session_of(i, "iot");
}

/* How often the loop had its turn until nothing waited for it. */
static unsigned turns(void)
{
	unsigned n = 0;

	for (; running; n++) {
		struct timer *t = running;

		running = NULL;
		expires(t);
	}
	return n;
}

static void many_sessions_are_held_so_many_at_a_time(void **state)
{
	(void)state;
	many_sessions();
	assert_int_equal(apply(two), 0);
	assert_in_range(dp.holds, 1, SLOTS / 2);
	assert_null(waiting.done);
	assert_int_equal(apply("profiles: []"), -EBUSY);
	assert_int_equal(turns(), 2);
	assert_int_equal(dp.holds, SLOTS);
	the_store_answers(0);
	/* Who is not held to another yet has what it had. */
	assert_int_equal(apply("profiles: [{name: c}]\napns: [{name: iot, profile: c}]"), 0);
	assert_string_equal(kernel(), "a1 b1 c0 ");
	assert_int_equal(dp.profile[0], dp_profile_find("c"));
	assert_int_equal(dp.profile[SLOTS - 1], dp_profile_find("a"));
	turns();
	assert_string_equal(kernel(), "c0 ");
	/* Nor is it on the way back. */
	last_err = 1;
	waiting.done(waiting.arg, -EIO);
	waiting = (struct store_write){0};
	assert_string_equal(kernel(), "a1 b1 c0 ");
	assert_int_equal(dp.profile[SLOTS - 1], dp_profile_find("c"));
	assert_int_equal(last_err, 1);
	assert_int_equal(turns(), 2);
	assert_int_equal(last_err, -EIO);
	assert_string_equal(kernel(), "a1 b1 ");
	assert_int_equal(dp.profile[SLOTS - 1], dp_profile_find("a"));
	assert_int_equal(dp.holds, 3 * SLOTS);
}

static void the_end_amid_a_change_is_told(void **state)
{
	(void)state;
	many_sessions();
	assert_int_equal(apply(two), 0);
	assert_non_null(running);
	policy_stop();
	assert_null(running);
	assert_int_equal(last_err, -ECANCELED);
	assert_null(waiting.done);
	begin(state);
}

/* Sessions may have them until they are held to another set. */
static void what_an_end_left_goes_with_the_next_set(void **state)
{
	char error[128];

	(void)state;
	many_sessions();
	assert_int_equal(apply(two), 0);
	policy_stop();
	assert_string_equal(kernel(), "a1 b1 ");
	assert_int_equal(policy_start(error, sizeof(error)), 0);
	assert_string_equal(kernel(), "a1 b1 ");
	assert_int_equal(apply("profiles: [{name: c}]"), 0);
	assert_string_equal(kernel(), "a1 b1 c0 ");
	turns();
	the_store_answers(0);
	assert_string_equal(kernel(), "c0 ");
}

static void devices_done(void *arg, int err) { *(int *)arg = err; }

static imsi_t imsi_of(unsigned i)
{
	char digits[IMSI_STRLEN];
	imsi_t imsi = IMSI_NONE;

	snprintf(digits, sizeof(digits), "00101%010u", i);
	assert_true(imsi_parse(digits, &imsi));
	return imsi;
}

/* For devices 0 to n - 1. */
static void set_rate(size_t n, uint64_t rate, int *told)
{
	static imsi_t imsi[SLOTS];
	struct policy_change c = {.set_rate = true, .to = {.has_rate = true, .rate_up = rate}};

	for (unsigned i = 0; i < n; i++)
		imsi[i] = imsi_of(i);
	*told = 1;
	assert_int_equal(policy_set_devices(imsi, n, &c, devices_done, told), 0);
}

static void many_devices_are_held_so_many_at_a_time(void **state)
{
	int told;

	(void)state;
	many_sessions();
	set_rate(SLOTS - 1, 3000, &told);
	assert_in_range(dp.holds, 1, SLOTS / 4);
	assert_int_equal(dp.session[0].bits_per_second_up, 3000);
	waiting.done(waiting.arg, -EIO);
	assert_int_equal(told, 1); /* kept or not, not all have it */
	assert_in_range(turns(), 4, 20);
	assert_int_equal(told, -EIO);
	assert_int_equal(dp.holds, SLOTS - 1);
	assert_int_equal(dp.session[SLOTS - 2].bits_per_second_up, 3000);
	assert_int_equal(dp.session[SLOTS - 1].bits_per_second_up, 0);
	set_rate(1, 4000, &told);
	assert_int_equal(dp.session[0].bits_per_second_up, 4000);
	assert_int_equal(told, 1);
	waiting.done(waiting.arg, 0);
	assert_int_equal(told, 0);
}

static void the_end_amid_a_change_of_devices_is_told(void **state)
{
	unsigned holds;
	int told;

	(void)state;
	many_sessions();
	set_rate(SLOTS, 3000, &told);
	policy_stop();
	assert_null(running);
	holds = dp.holds;
	waiting.done(waiting.arg, 0); /* as the store ends */
	assert_int_equal(told, 0);
	assert_int_equal(dp.holds, holds);
	begin(state);
	set_rate(SLOTS, 3000, &told);
	waiting.done(waiting.arg, 0);
	policy_stop();
	assert_null(running);
	assert_int_equal(told, 0);
	begin(state);
}

static struct mem_pool *devices_pool(void)
{
	struct mem_pool *p = NULL;

	while ((p = pool_next(p)) && strcmp(p->name, "device"))
		;
	assert_non_null(p);
	return p;
}

static void what_not_all_devices_can_have_none_has(void **state)
{
	const imsi_t imsi[] = {imsi_of(1), imsi_of(0), imsi_of(2), imsi_of(3)};
	const struct policy_change c = {.set_rate = true, .to = {.has_rate = true, .rate_up = 9}};
	struct mem_pool *pool;
	uint64_t limit;
	int told, err;

	(void)state;
	set_rate(1, 3000, &told);
	waiting.done(waiting.arg, 0);
	waiting = (struct store_write){0};
	pool = devices_pool();
	limit = pool->limit;
	assert_int_equal(pool->in_use, 1);
	pool->limit = 3;
	err = policy_set_devices(imsi, 4, &c, devices_done, &told);
	pool->limit = limit;
	assert_int_equal(err, -ENOMEM);
	assert_null(waiting.done);
	assert_int_equal(pool->in_use, 1);
	assert_int_equal(policy_device(imsi[1]).rate_up, 3000);
	assert_false(policy_device(imsi[0]).has_rate);
	assert_int_equal(policy_set_devices(imsi, 4, &c, devices_done, &told), 0);
	waiting.done(waiting.arg, 0);
	assert_int_equal(pool->in_use, 4);
	assert_int_equal(policy_device(imsi[1]).rate_up, 9);
}

static void a_device_that_is_named_twice_is_one(void **state)
{
	const imsi_t imsi[] = {imsi_of(1), imsi_of(2), imsi_of(1)};
	struct policy_change c = {.set_rate = true, .to = {.has_rate = true, .rate_up = 9}};
	int told;

	(void)state;
	for (unsigned i = 0; i < 2; i++) { /* a rate, and back to none */
		assert_int_equal(policy_set_devices(imsi, 3, &c, devices_done, &told), 0);
		waiting.done(waiting.arg, 0);
		assert_int_equal(devices_pool()->in_use, i ? 0 : 2);
		assert_int_equal(policy_device(imsi[2]).has_rate, !i);
		c.to.has_rate = false;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(a_set_that_does_not_fit_changes_nothing),
		BEHAVIOUR(a_set_that_is_not_kept_is_taken_back),
		BEHAVIOUR(the_first_set_that_is_not_kept_leaves_none),
		BEHAVIOUR(a_set_that_cannot_be_taken_back_goes_on),
		BEHAVIOUR(an_answer_after_the_end_touches_nothing),
		BEHAVIOUR(the_whole_name_of_an_apn_counts),
		BEHAVIOUR(many_sessions_are_held_so_many_at_a_time),
		BEHAVIOUR(the_end_amid_a_change_is_told),
		BEHAVIOUR(what_an_end_left_goes_with_the_next_set),
		BEHAVIOUR(many_devices_are_held_so_many_at_a_time),
		BEHAVIOUR(the_end_amid_a_change_of_devices_is_told),
		BEHAVIOUR(what_not_all_devices_can_have_none_has),
		BEHAVIOUR(a_device_that_is_named_twice_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
