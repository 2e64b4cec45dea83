/* SPDX-License-Identifier: Apache-2.0 */
/* Quotas over periods, sessions and restarts, with one session of a datapath that is stood in for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
/* The file itself: periods are its own affair, and so is its turn. */
#include "../../../daemon/policy/quota.c"

#define BEHAVIOUR(f) cmocka_unit_test_setup_teardown(f, begin, end)
#define IMSI         0x001010000000001fu

static struct session session;
static struct policy_profile profile;
static struct policy_session ps = {IMSI, "iot", 0, 0, 0};
static uint32_t slots, looked_at;
static struct store_usage kept;
static unsigned writes;
static const struct store_usage *stored;

uint32_t dp_slots(void) { return slots; }
const struct session *dp_session(uint32_t slot)
{
	looked_at++;
	return slot ? NULL : &session;
}
bool policy_session_at(uint32_t slot, struct policy_session *out)
{
	*out = ps;
	return !slot;
}
const struct session *dp_session_next(uint32_t *slot) { return *slot ? NULL : &session; }
unsigned dp_profiles(void) { return 2; }
const char *dp_profile_name(unsigned index) { return index ? "a" : ""; }
uint64_t dp_session_quota_left(uint32_t slot)
{
	(void)slot;
	return (uint64_t)quota_octets(session.quota_left);
}
void dp_session_quota_give(uint32_t slot, int64_t octets)
{
	session.quota_left = (int64_t)dp_session_quota_left(slot) + octets;
}
const struct policy_profile *policy_profile_for(imsi_t imsi, const char *apn)
{
	(void)imsi, (void)apn;
	return &profile;
}
void store_usage_put(const struct store_usage *u, size_t n, struct store_write w)
{
	(void)w;
	writes += (unsigned)n;
	kept = u[n - 1];
}
int store_usage_each(void (*fn)(void *arg, const struct store_usage *), void *arg)
{
	if (stored)
		fn(arg, stored);
	return 0;
}
void timer_start(struct timer *t, uint64_t ms, void (*fn)(struct timer *))
{
	(void)t, (void)ms, (void)fn;
}
void timer_stop(struct timer *t) { (void)t; }

static int begin(void **state)
{
	(void)state;
	memset(&session, 0, sizeof(session));
	strcpy(session.imsi, "001010000000001");
	strcpy(session.apn, "iot");
	ps.apn = "iot";
	slots = 1;
	profile = (struct policy_profile){.name = "a", .has_quota = true};
	profile.quota = (struct policy_quota){.bytes = 1000, .period = PERIOD_DAY};
	writes = 0;
	return quota_start();
}

static int end(void **state)
{
	(void)state;
	session.flags = 0;
	quota_stop();
	stored = NULL;
	return 0;
}

/* As policy.c does it. */
static void hold(uint64_t octets, bool fresh)
{
	quota_hold(&ps, octets, profile.quota.period, fresh);
	session.quota = octets;
	session.flags = octets ? SESSION_QUOTA_UP | SESSION_QUOTA_DOWN : 0;
}

static void use(int64_t octets) { session.quota_left -= octets; }

static void periods_begin_where_people_expect(void **state)
{
	const uint64_t t = 1796043330; /* Monday, 2026-11-30 12:55:30 UTC */

	(void)state;
	assert_int_equal(period_start(PERIOD_NONE, t), 0);
	assert_int_equal(period_start(PERIOD_HOUR, t), t - 55 * 60 - 30);
	assert_int_equal(period_start(PERIOD_DAY, t), t - t % 86400);
	assert_int_equal(period_start(PERIOD_WEEK, t), t - t % 86400);
	assert_int_equal(period_start(PERIOD_WEEK, t - 86400), t - t % 86400 - 7 * 86400);
	assert_int_equal(period_start(PERIOD_MONTH, t), t - t % 86400 - 29 * 86400);
}

static void a_new_session_has_the_whole_quota(void **state)
{
	(void)state;
	hold(1000, true);
	assert_int_equal(session.quota_left, 1000);
}

static void the_next_session_has_what_is_left(void **state)
{
	(void)state;
	hold(1000, true);
	use(300);
	quota_end(IMSI, "iot", 0);
	assert_int_equal(kept.used, 300);
	assert_int_equal(writes, 1);
	session.quota = 0;
	session.quota_left = 0;
	hold(1000, true);
	assert_int_equal(session.quota_left, 700);
	quota_end(IMSI, "iot", 0);
	assert_int_equal(writes, 1); /* nothing new to keep */
}

static void use_of_an_earlier_run_counts(void **state)
{
	const struct store_usage was = {.imsi = IMSI,
					.apn = "iot",
					.used = 400,
					.period = period_start(PERIOD_DAY, (uint64_t)time(NULL))};

	end(state);
	stored = &was;
	begin(state);
	hold(1000, true);
	assert_int_equal(session.quota_left, 600);
}

static void use_of_an_earlier_period_does_not(void **state)
{
	const struct store_usage was = {.imsi = IMSI, .apn = "iot", .used = 400, .period = 86400};

	end(state);
	stored = &was;
	begin(state);
	hold(1000, true);
	assert_int_equal(session.quota_left, 1000);
}

static void another_amount_keeps_what_was_used(void **state)
{
	(void)state;
	hold(1000, true);
	use(300);
	hold(5000, false);
	assert_int_equal(session.quota_left, 4700);
	hold(200, false);
	assert_true(session.quota_left <= 0);
}

static void an_adopted_session_keeps_what_the_kernel_counted(void **state)
{
	(void)state;
	hold(1000, true);
	use(300);
	end(state); /* killed: nothing of this is known any more but what is in the slot */
	session.flags = SESSION_QUOTA_UP | SESSION_QUOTA_DOWN;
	writes = 0;
	quota_start();
	hold(1000, false);
	assert_int_equal(session.quota_left, 700);
	look_at(0, (uint64_t)time(NULL));
	assert_int_equal(session.quota_left, 700);
}

static void a_new_period_fills_it(void **state)
{
	uint64_t now = (uint64_t)time(NULL);

	(void)state;
	hold(1000, true);
	use(1000);
	session.quota_left -= QUOTA_EXHAUSTED;
	look_at(0, now);
	assert_true(session.quota_left < 0);
	look_at(0, now + 86400);
	assert_int_equal(session.quota_left, 1000);
}

static void use_is_kept_now_and_then(void **state)
{
	uint64_t now = (uint64_t)time(NULL);

	(void)state;
	hold(1000, true);
	use(100);
	look_at(0, now);
	flush();
	assert_int_equal(kept.used, 100);
	use(100);
	look_at(0, now + SAVE_S - 1);
	flush();
	assert_int_equal(writes, 1);
	look_at(0, now + SAVE_S);
	flush();
	assert_int_equal(kept.used, 200);
}

static void it_is_counted_under_the_whole_name_of_its_apn(void **state)
{
	(void)state;
	ps.apn = "sensors.of-the-northern-valleys.example.operator";
	memcpy(session.apn, ps.apn, sizeof(session.apn) - 1);
	hold(1000, true);
	use(100);
	look_at(0, (uint64_t)time(NULL));
	flush();
	assert_string_equal(kept.apn, ps.apn);
	assert_int_equal(kept.used, 100);
	quota_end(IMSI, ps.apn, 0);
	assert_int_equal(writes, 1);
	assert_int_equal(HASH_COUNT(uses), 1);
}

static void a_turn_looks_at_so_many_slots_in_use_or_not(void **state)
{
	(void)state;
	slots = 2 * TURN_SLOTS + 10;
	hold(1000, true);
	use(100);
	looked_at = 0;
	turn(&timer);
	assert_in_range(looked_at, TURN_SLOTS, TURN_SLOTS + 10);
	assert_int_equal(writes, 1);
	turn(&timer);
	turn(&timer);
	assert_in_range(looked_at, slots, slots + 10);
	use(100);
	session.quota = 0; /* a new period is another matter */
	session.quota_left = 0;
	uses->saved_at = 0;
	turn(&timer);
	assert_int_equal(cursor, TURN_SLOTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(periods_begin_where_people_expect),
		BEHAVIOUR(a_new_session_has_the_whole_quota),
		BEHAVIOUR(the_next_session_has_what_is_left),
		BEHAVIOUR(use_of_an_earlier_run_counts),
		BEHAVIOUR(use_of_an_earlier_period_does_not),
		BEHAVIOUR(another_amount_keeps_what_was_used),
		BEHAVIOUR(an_adopted_session_keeps_what_the_kernel_counted),
		BEHAVIOUR(a_new_period_fills_it),
		BEHAVIOUR(use_is_kept_now_and_then),
		BEHAVIOUR(it_is_counted_under_the_whole_name_of_its_apn),
		BEHAVIOUR(a_turn_looks_at_so_many_slots_in_use_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
