/* SPDX-License-Identifier: Apache-2.0 */
/* The file of profiles: YAML (or JSON, which is YAML), by tables as the configuration. */
#include "policy/internal.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const char *parse_rule(const char *text, void *out, size_t size, struct arena *arena)
{
	enum { CAP = 256 };
	char error[CAP];
	const char *wrong = filter_rule_parse(text, out, error, CAP);
	char *message;

	(void)size;
	if (!wrong)
		return NULL;
	message = arena_alloc(arena, 2 * CAP);
	snprintf(message, 2 * CAP, "a rule such as 'deny up 10.0.0.0/8 tcp port 22': %s", wrong);
	return message;
}

/* What is on a wall is allowed: a rule without its first word. */
static const char *parse_wall(const char *text, void *out, size_t size, struct arena *arena)
{
	char rule[FILTER_RULE_TEXT];

	if (snprintf(rule, sizeof(rule), "allow %s", text) >= (int)sizeof(rule))
		return "shorter";
	return parse_rule(rule, out, size, arena);
}

static const struct config_word defaults[] = {
	{"allow", 0, "goes on"}, {"deny", 1, "is dropped"}, {0}};
static const struct config_word counts[] = {{"total", COUNTS_TOTAL, "both directions together"},
					    {"up", COUNTS_UP, "from the device"},
					    {"down", COUNTS_DOWN, "to the device"},
					    {0}};
static const struct config_word periods[] = {{"none", PERIOD_NONE, "never filled again"},
					     {"hour", PERIOD_HOUR, ""},
					     {"day", PERIOD_DAY, "from 0:00 UTC"},
					     {"week", PERIOD_WEEK, "from Monday 0:00 UTC"},
					     {"month", PERIOD_MONTH, "from the 1st, 0:00 UTC"},
					     {0}};
static const struct config_word actions[] = {{"block", QUOTA_BLOCK, "nothing goes"},
					     {"throttle", QUOTA_THROTTLE, "held to `throttle`"},
					     {"wall", QUOTA_WALL, "only `wall` is reached"},
					     {0}};

static const struct config_row rate_rows[] = {
	{"up", CONFIG_BITRATE, CONFIG_FIELD(struct policy_rates, up),
	 .help = "from the device; 0: as subscribed"},
	{"down", CONFIG_BITRATE, CONFIG_FIELD(struct policy_rates, down), .help = "to the device"},
	{0}};

static const char *check_quota(const void *map, const char **key)
{
	const struct policy_quota *q = map;

	*key = "throttle";
	if (q->then == QUOTA_THROTTLE && (!q->throttle.up || !q->throttle.down))
		return "both rates are needed where a quota ends in throttle";
	return NULL;
}

static const struct config_row quota_rows[] = {
	{"bytes", CONFIG_SIZE, CONFIG_FIELD(struct policy_quota, bytes), .required = true, .min = 1,
	 .max = 1ull << 60, .help = "octets of the devices' packets"},
	{"counts", CONFIG_ENUM, CONFIG_FIELD(struct policy_quota, counts), .words = counts,
	 .preset = "total", .help = "which packets count"},
	{"period", CONFIG_ENUM, CONFIG_FIELD(struct policy_quota, period), .words = periods,
	 .preset = "month", .help = "when it is filled again"},
	{"then", CONFIG_ENUM, CONFIG_FIELD(struct policy_quota, then), .words = actions,
	 .preset = "block", .help = "what becomes of packets that do not fit"},
	{"throttle", CONFIG_MAP, CONFIG_FIELD(struct policy_quota, throttle), .rows = rate_rows,
	 .help = "the second rate"},
	{0}};

static const struct config_row buffer_rows[] = {
	{"packets", CONFIG_INTEGER, CONFIG_FIELD(struct policy_buffer, packets), .max = 65535,
	 .help = "at most; 0: as sgw.buffer says"},
	{"octets", CONFIG_SIZE, CONFIG_FIELD(struct policy_buffer, octets),
	 .help = "at most; 0: as sgw.buffer says"},
	{"age", CONFIG_DURATION, CONFIG_FIELD(struct policy_buffer, age_ms), .max = 86400000,
	 .help = "older ones are dropped; 0: as sgw.buffer says"},
	{0}};

static const char *check_profile(const void *map, const char **key)
{
	const struct policy_profile *p = map;

	*key = "name";
	if (!strcmp(p->name, "default"))
		return "\"default\" means to have no profile of one's own";
	*key = "wall";
	if (p->has_quota && p->quota.then == QUOTA_WALL && !p->walls)
		return "a quota that ends at the wall needs one";
	return NULL;
}

#define DSCP_ROW(member, text)                                                                     \
	CONFIG_INTEGER, CONFIG_FIELD(struct policy_profile, member),                               \
		.max = 255, .preset = "255", .unit = "DSCP, 255: as it is", .help = text

static const struct config_row profile_rows[] = {
	{"name", CONFIG_CHARS, CONFIG_FIELD(struct policy_profile, name), .required = true,
	 .min = 1, .help = "what devices and APNs call it"},
	{"rate", CONFIG_MAP, CONFIG_FIELD(struct policy_profile, rate), .rows = rate_rows,
	 .help = "limits"},
	{"burst", CONFIG_DURATION, CONFIG_FIELD(struct policy_profile, burst_ms), .max = 3600000,
	 .help = "how far rates may be exceeded for a moment; 0: 100ms"},
	{"quota", CONFIG_MAP, CONFIG_FIELD(struct policy_profile, quota), .rows = quota_rows,
	 CONFIG_PRESENT(struct policy_profile, has_quota), .check = check_quota,
	 .help = "how much in a period"},
	{"buffer", CONFIG_MAP, CONFIG_FIELD(struct policy_profile, buffer), .rows = buffer_rows,
	 .help = "downlink packets that wait while a device is idle, of each bearer"},
	{"rules", CONFIG_LIST, CONFIG_ITEMS(struct policy_profile, rule, rules),
	 .of = CONFIG_CUSTOM, .parse = parse_rule, .max = FILTER_RULES, .unit = "rule",
	 .help = "the first that matches counts"},
	{"default", CONFIG_ENUM, CONFIG_FIELD(struct policy_profile, deny_default),
	 .words = defaults, .preset = "allow", .help = "what becomes of what no rule matches"},
	{"wall", CONFIG_LIST, CONFIG_ITEMS(struct policy_profile, wall, walls), .of = CONFIG_CUSTOM,
	 .parse = parse_wall, .max = FILTER_RULES, .unit = "[up|down] PREFIX [PROTOCOL] [port N]",
	 .help = "all that is reached in quarantine"},
	{"group", CONFIG_INTEGER, CONFIG_FIELD(struct policy_profile, group), .max = UINT32_MAX,
	 .help = "devices of one group may talk to each other; 0: to none"},
	{"dscp_outer", DSCP_ROW(dscp_outer, "of tunnels to eNodeBs")},
	{"dscp_up", DSCP_ROW(dscp_up, "of packets from the device")},
	{"dscp_down", DSCP_ROW(dscp_down, "of packets to the device")},
	{0}};

static const struct config_row apn_rows[] = {
	{"name", CONFIG_CHARS, CONFIG_FIELD(struct policy_apn, name), .required = true, .min = 1,
	 .help = "the APN"},
	{"profile", CONFIG_CHARS, CONFIG_FIELD(struct policy_apn, profile), .required = true,
	 .min = 1, .help = "of its devices that have none of their own"},
	{0}};

static const struct config_row rows[] = {
	{"profiles", CONFIG_LIST, CONFIG_ITEMS(struct policy_set, profile, profiles),
	 .of = CONFIG_MAP, .rows = profile_rows, .check = check_profile, .max = 1000,
	 .help = "what devices may do"},
	{"apns", CONFIG_LIST, CONFIG_ITEMS(struct policy_set, apn, apns), .of = CONFIG_MAP,
	 .rows = apn_rows, .max = 64, .help = "which APN has which profile"},
	{0}};

void policy_print_schema(FILE *f) { config_print_schema(f, rows); }

const struct policy_profile *policy_profile_find(const struct policy_set *set, const char *name)
{
	for (unsigned i = 0; i < set->profiles; i++)
		if (!strcmp(set->profile[i].name, name))
			return &set->profile[i];
	return NULL;
}

const struct policy_profile *policy_profile_of_apn(const struct policy_set *set, const char *apn)
{
	for (unsigned i = 0; i < set->apns; i++)
		if (!strcasecmp(set->apn[i].name, apn))
			return policy_profile_find(set, set->apn[i].profile);
	return NULL;
}

static bool dscp_good(uint8_t dscp) { return dscp < 64 || dscp == DSCP_KEEP; }

static void check_between(const struct policy_set *set, struct arena *arena,
			  struct config_errors *errors)
{
	char key[64];

	for (unsigned i = 0; i < set->profiles; i++) {
		const struct policy_profile *p = &set->profile[i];

		snprintf(key, sizeof(key), "profiles[%u].name", i);
		if (policy_profile_find(set, p->name) != p)
			config_error(errors, arena, key, "there is another profile '%s'", p->name);
		snprintf(key, sizeof(key), "profiles[%u]", i);
		if (!dscp_good(p->dscp_outer) || !dscp_good(p->dscp_up) || !dscp_good(p->dscp_down))
			config_error(errors, arena, key, "a DSCP is 0 to 63, or 255");
	}
	for (unsigned i = 0; i < set->apns; i++) {
		snprintf(key, sizeof(key), "apns[%u].profile", i);
		if (!policy_profile_find(set, set->apn[i].profile))
			config_error(errors, arena, key, "there is no profile '%s'",
				     set->apn[i].profile);
	}
}

int policy_parse(const char *text, size_t n, struct policy_set *set, struct arena *arena,
		 struct config_errors *errors)
{
	int err;

	memset(set, 0, sizeof(*set));
	err = config_parse(text, n, rows, set, arena, errors);
	if (!err)
		check_between(set, arena, errors);
	return err ? err : errors->n ? -EINVAL : 0;
}
