/* SPDX-License-Identifier: Apache-2.0 */
/* Files of profiles: what is read, what is refused and where, and what a plan says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "policy/policy.h"

#define BEHAVIOUR(f) cmocka_unit_test(f)

static struct arena arena;

static struct policy_set read_file(const char *text)
{
	struct config_errors errors = {0};
	struct policy_set set;

	if (policy_parse(text, strlen(text), &set, &arena, &errors))
		fail_msg("%u:%u: %s: %s", errors.first->line, errors.first->column,
			 errors.first->key, errors.first->message);
	return set;
}

/* The first mistake is in that line, of that key, and says so. */
static void refused(const char *text, unsigned line, const char *key, const char *says)
{
	struct config_errors errors = {0};
	struct policy_set set;

	assert_int_equal(policy_parse(text, strlen(text), &set, &arena, &errors), -EINVAL);
	assert_non_null(errors.first);
	assert_string_equal(errors.first->key, key);
	assert_int_equal(errors.first->line, line);
	if (!strstr(errors.first->message, says))
		fail_msg("\"%s\" does not say \"%s\"", errors.first->message, says);
}

static const char camera[] = "profiles:\n"
			     "  - name: camera\n"
			     "    rate: {up: 2mbit, down: 10mbit}\n"
			     "    burst: 200ms\n"
			     "    buffer: {packets: 8, octets: 64kib, age: 10min}\n"
			     "    quota: {bytes: 1gb, counts: down, period: day, then: wall}\n"
			     "    rules:\n"
			     "      - deny up 10.0.0.0/8\n"
			     "      - allow tcp port 443\n"
			     "    default: deny\n"
			     "    wall: [192.0.2.53 udp port 53]\n"
			     "    group: 7\n"
			     "    dscp_outer: 10\n"
			     "apns:\n"
			     "  - {name: IoT, profile: camera}\n";

static void profile_is_read(void **state)
{
	struct policy_set set = read_file(camera);
	const struct policy_profile *p = policy_profile_of_apn(&set, "iot");
	char text[FILTER_RULE_TEXT];

	(void)state;
	assert_non_null(p);
	assert_ptr_equal(p, policy_profile_find(&set, "camera"));
	assert_int_equal(p->rate.up, 2000000);
	assert_int_equal(p->burst_ms, 200);
	assert_int_equal(p->buffer.packets, 8);
	assert_int_equal(p->buffer.octets, 65536);
	assert_int_equal(p->buffer.age_ms, 600000);
	assert_true(p->has_quota && p->deny_default);
	assert_int_equal(p->quota.bytes, 1000000000);
	assert_int_equal(p->quota.counts, COUNTS_DOWN);
	assert_int_equal(p->quota.period, PERIOD_DAY);
	assert_int_equal(p->quota.then, QUOTA_WALL);
	assert_int_equal(p->rules, 2);
	assert_string_equal(filter_rule_print(&p->rule[1], text), "allow tcp port 443");
	assert_string_equal(filter_rule_print(&p->wall[0], text), "allow 192.0.2.53 udp port 53");
	assert_int_equal(p->group, 7);
	assert_int_equal(p->dscp_outer, 10);
	assert_int_equal(p->dscp_up, DSCP_KEEP);
	assert_null(policy_profile_of_apn(&set, "internet"));
}

static void json_is_read_too(void **state)
{
	struct policy_set set =
		read_file("{\"profiles\": [{\"name\": \"a\", \"rules\": [\"deny tcp\"]}]}");

	(void)state;
	assert_int_equal(set.profiles, 1);
	assert_int_equal(set.profile[0].rules, 1);
}

static void mistakes_have_a_place(void **state)
{
	(void)state;
	refused("profiles:\n  - name: a\n    rules:\n      - deny 10.0.0.1/8\n", 4,
		"profiles[0].rules[0]", "without host bits");
	refused("profiles:\n  - name: a\n    rate: {up: fast, down: 1mbit}\n", 3,
		"profiles[0].rate.up", "fast");
	refused("profiles:\n  - {name: a}\n  - {name: a}\n", 3, "profiles[1].name",
		"another profile 'a'");
	refused("apns:\n  - {name: iot, profile: b}\n", 2, "apns[0].profile", "no profile 'b'");
	refused("profiles:\n  - name: default\n", 2, "profiles[0].name", "no profile of one's own");
	refused("profiles:\n  - name: a\n    dscp_up: 64\n", 2, "profiles[0]", "0 to 63");
	refused("profiles:\n  - name: a\n    colour: red\n", 3, "profiles[0]", "colour");
}

static void quota_needs_what_follows_it(void **state)
{
	(void)state;
	refused("profiles:\n  - name: a\n    quota: {bytes: 1mb, then: throttle}\n", 3,
		"profiles[0].quota.throttle", "both rates");
	refused("profiles:\n  - name: a\n    quota: {bytes: 1mb, then: wall}\n", 2,
		"profiles[0].wall", "needs one");
}

static char said[4096];

static void say(void *arg, const char *line)
{
	size_t n = strlen(said);

	(void)arg;
	snprintf(said + n, sizeof said - n, "%s\n", line);
}

static void plan_is(const char *was, const char *is, const char *words)
{
	static const struct policy_use use[] = {{3, 1}, {4, 0}};
	struct policy_set a = read_file(was), b = read_file(is);
	unsigned lines = 0, n;

	said[0] = 0;
	n = policy_plan(&a, &b, use, say, NULL);
	assert_string_equal(said, words);
	for (const char *c = words; *c; c++)
		lines += *c == '\n';
	assert_int_equal(n, lines);
}

static void plan_tells_each_change(void **state)
{
	(void)state;
	plan_is(camera, camera, "");
	plan_is("profiles: []",
		"profiles:\n  - name: a\n    rate: {up: 64kbit, down: 2mbit}\n    rules: [deny "
		"tcp]\n",
		"+ profile a (0 sessions)\n"
		"    ~ rate.up: - -> 64kbit\n"
		"    ~ rate.down: - -> 2mbit\n"
		"    + rule 1: deny tcp\n");
	plan_is("profiles:\n  - {name: a, rules: [deny tcp, allow udp]}\n",
		"profiles:\n  - {name: a, group: 4, rules: [allow udp, deny udp port 53]}\n",
		"~ profile a (3 sessions)\n"
		"    ~ group: - -> 4\n"
		"    - rule 1: deny tcp\n"
		"    + rule 2: deny udp port 53\n");
	plan_is("profiles:\n  - {name: a, rules: [deny tcp, allow udp]}\n",
		"profiles:\n  - {name: a, rules: [allow udp, deny tcp]}\n",
		"~ profile a (3 sessions)\n    ~ rules in another order\n");
	plan_is("profiles:\n  - {name: a, buffer: {packets: 8, age: 1min}}\n",
		"profiles:\n  - {name: a, buffer: {octets: 64kib, age: 2min}}\n",
		"~ profile a (3 sessions)\n"
		"    ~ buffer.packets: 8 -> -\n"
		"    ~ buffer.octets: - -> 65536b\n"
		"    ~ buffer.age: 60000ms -> 120000ms\n");
	plan_is("profiles: [{name: a}, {name: b}]\napns: [{name: iot, profile: a}]\n",
		"profiles: [{name: b}]\napns: [{name: web, profile: b}]\n",
		"- profile a (3 sessions)\n"
		"~ apn web: profile - -> b\n"
		"~ apn iot: profile a -> -\n");
}

static int empty(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(profile_is_read),        BEHAVIOUR(json_is_read_too),
		BEHAVIOUR(mistakes_have_a_place),  BEHAVIOUR(quota_needs_what_follows_it),
		BEHAVIOUR(plan_tells_each_change),
	};

	return cmocka_run_group_tests(tests, NULL, empty);
}
