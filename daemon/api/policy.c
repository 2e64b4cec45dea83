/* SPDX-License-Identifier: Apache-2.0 */
/* /policy: the profiles in force and their versions; plan, apply and rollback of a file; what
 * devices have of their own. A mistake in a file is answered by its place, key and message. */
#include "api/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "datapath/datapath.h"
#include "pgw/pgw.h"
#include "policy/policy.h"

static bool have_policy(struct api_request *r)
{
	if (!api_config->datapath)
		api_error(r, 503, "this mcored has no gateway: it holds nobody to a policy");
	return api_config->datapath;
}

static json_t *profile_json(const struct policy_profile *p, const struct policy_use *use)
{
	static const char *const actions[] = {"block", "throttle", "wall"};
	struct policy_view v = {.sessions = use->sessions,
				.devices = use->devices,
				.rules = p->rules,
				.rate_up = p->rate.up,
				.rate_down = p->rate.down,
				.quota = p->has_quota ? p->quota.bytes : 0,
				.then = p->has_quota ? actions[p->quota.then % 3] : NULL,
				.group = p->group,
				.wall = p->walls};

	snprintf(v.name, sizeof v.name, "%s", p->name);
	return view_json(policy_rows, &v);
}

void policy_list(struct api_request *r)
{
	const struct policy_set *set = policy_current();
	struct policy_use *use;
	json_t *array;

	if (!have_policy(r))
		return;
	use = policy_uses(set, true);
	if (!use) {
		api_error(r, 503, "out of memory");
		return;
	}
	array = json_array();
	for (unsigned i = 0; i < set->profiles; i++)
		json_array_append_new(array, profile_json(&set->profile[i], &use[i]));
	free(use);
	api_reply(
		r, 200,
		json_pack("{s:I,s:o}", "version", (json_int_t)policy_version(), "profiles", array));
}

static bool version_row(void *arg, const struct store_policy *row)
{
	struct policy_version_view v = {.version = row->version, .time = row->time};

	snprintf(v.author, sizeof v.author, "%s", row->author);
	snprintf(v.note, sizeof v.note, "%s", row->note);
	json_array_append_new(arg, view_json(policy_version_rows, &v));
	return true;
}

void policy_versions(struct api_request *r)
{
	json_t *array;

	if (!have_policy(r))
		return;
	array = json_array();
	store_policy_each(version_row, array);
	api_reply(r, 200, view_list("versions", array, 0));
}

/* A version's text: that one, or with `before` the newest older than it. */
struct wanted {
	uint64_t version, found;
	bool before;
	char *text;
};

static bool find_version(void *arg, const struct store_policy *row)
{
	struct wanted *w = arg;

	if (w->before ? row->version >= w->version : row->version != w->version)
		return true;
	w->found = row->version;
	w->text = strdup(row->text);
	return false;
}

void policy_file(struct api_request *r)
{
	const char *version = api_query(r, "version");
	struct wanted w = {.version = version ? strtoull(version, NULL, 10) : policy_version()};

	if (!have_policy(r))
		return;
	store_policy_each(find_version, &w);
	if (w.text)
		api_reply(r, 200,
			  json_pack("{s:I,s:s}", "version", (json_int_t)w.found, "file", w.text));
	else
		api_none(r, "policy version", version ? version : "0", "policy versions");
	free(w.text);
}

static json_t *errors_json(const struct config_errors *errors)
{
	json_t *array = json_array();

	for (const struct config_error *e = errors->first; e; e = e->next)
		json_array_append_new(array, json_pack("{s:i,s:i,s:s,s:s}", "line", (int)e->line,
						       "column", (int)e->column, "key", e->key,
						       "message", e->message));
	return json_pack("{s:o}", "errors", array);
}

static void say_line(void *arg, const char *line) { json_array_append_new(arg, json_string(line)); }

/* {"file": TEXT, ...} of the body; the caller's to decref. NULL after an answer. */
static json_t *file_body(struct api_request *r, const char **text)
{
	json_t *body = json_loadb(r->body ? r->body : "", r->body_n, 0, NULL);

	if (!json_unpack(body, "{s:s}", "file", text))
		return body;
	api_error(r, 400, "expected {\"file\": TEXT}");
	json_decref(body);
	return NULL;
}

void policy_plan_post(struct api_request *r)
{
	struct config_errors errors = {0};
	struct arena arena = {0};
	struct policy_set set;
	const char *text;
	json_t *body = have_policy(r) ? file_body(r, &text) : NULL, *lines;
	struct policy_use *use;

	if (!body)
		return;
	if (policy_parse(text, strlen(text), &set, &arena, &errors)) {
		api_reply(r, 400, errors_json(&errors));
	} else {
		lines = json_array();
		use = policy_uses(policy_current(), true);
		policy_plan(policy_current(), &set, use, say_line, lines);
		free(use);
		api_reply(r, 200,
			  json_pack("{s:I,s:o}", "version", (json_int_t)policy_version(), "changes",
				    lines));
	}
	arena_free(&arena);
	json_decref(body);
}

static void applied(void *arg, int err, uint64_t version)
{
	struct api_request *r = arg;

	if (err)
		api_error(r, 500, "the policy is as it was: the store says %s", strerror(-err));
	else
		api_reply(r, 200, json_pack("{s:I}", "version", (json_int_t)version));
}

static void apply(struct api_request *r, const char *text, const char *author, const char *note)
{
	struct config_errors errors = {0};
	struct arena arena = {0};
	const char *missing = NULL;
	int err;

	api_hold(r);
	err = policy_apply(text, strlen(text), author, note, &arena, &errors, &missing, applied, r);
	if (err == -EINVAL)
		api_reply(r, 400, errors_json(&errors));
	else if (err == -EUCLEAN)
		api_error(r, 409, "devices have the profile '%s', which is not in it any more",
			  missing);
	else if (err == -EBUSY)
		api_error(r, 409, "another policy is being applied");
	else if (err == -ENOSPC)
		api_error(r, 507, "too many profiles with rules: nothing was changed");
	else if (err)
		api_error(r, 500, "%s", strerror(-err));
	arena_free(&arena);
}

void policy_apply_post(struct api_request *r)
{
	const char *text, *author = "", *note = "";
	json_t *body = have_policy(r) ? file_body(r, &text) : NULL;

	if (!body)
		return;
	json_unpack(body, "{s?s,s?s}", "author", &author, "note", &note);
	apply(r, text, author, note);
	json_decref(body);
}

void policy_rollback(struct api_request *r)
{
	const char *version = api_query(r, "version"), *author = api_query(r, "author");
	struct wanted w = {.before = !version};
	char note[64];

	if (!have_policy(r))
		return;
	w.version = version ? strtoull(version, NULL, 10) : policy_version();
	store_policy_each(find_version, &w);
	if (!w.text) {
		api_error(r, 404, "there is no version to go back to");
		return;
	}
	snprintf(note, sizeof note, "rollback to %llu", (unsigned long long)w.found);
	apply(r, w.text, author ? author : "", note);
	free(w.text);
}

/* ---- devices ---- */

static const char *gate_name(uint8_t gate)
{
	return gate == DEVICE_GATE_CLOSED ? "closed" : "open";
}

void policy_device_show(struct api_request *r)
{
	struct policy_device_view v = {.imsi = r->imsi};
	struct store_device d;

	if (!have_policy(r))
		return;
	d = policy_device(r->imsi);
	snprintf(v.profile, sizeof v.profile, "%s", d.profile);
	v.gate_up = gate_name(d.gate_up);
	v.gate_down = gate_name(d.gate_down);
	v.quarantine = d.quarantine;
	v.rate_up = d.has_rate ? d.rate_up : 0;
	v.rate_down = d.has_rate ? d.rate_down : 0;
	v.quota = d.has_quota ? d.quota : 0;
	api_reply(r, 200, view_json(policy_device_rows, &v));
}

/* A change as it is written, and what its words mean. */
struct written {
	char profile[POLICY_NAME_LEN];
	uint8_t gate, gate_up, gate_down;
	bool has_profile, has_gate, has_gate_up, has_gate_down, quarantine, has_quarantine;
	bool has_rate, has_quota, refill;
	struct policy_rates rate;
	uint64_t quota;
	unsigned resets;
	uint8_t *reset;
};
enum { RESET_RATE, RESET_QUOTA };

static const struct config_word gates[] = {
	{"open", DEVICE_GATE_OPEN, ""}, {"closed", DEVICE_GATE_CLOSED, ""}, {0}};
static const struct config_word resets[] = {
	{"rate", RESET_RATE, ""}, {"quota", RESET_QUOTA, ""}, {0}};
#define GATE(member)                                                                               \
	CONFIG_ENUM, CONFIG_FIELD(struct written, member),                                         \
		.words = gates, CONFIG_PRESENT(struct written, has_##member), .help = ""
static const struct config_row rate_rows[] = {
	{"up", CONFIG_BITRATE, CONFIG_FIELD(struct policy_rates, up), .required = true, .help = ""},
	{"down", CONFIG_BITRATE, CONFIG_FIELD(struct policy_rates, down), .required = true,
	 .help = ""},
	{0}};
static const struct config_row change_rows[] = {
	{"profile", CONFIG_CHARS, CONFIG_FIELD(struct written, profile),
	 CONFIG_PRESENT(struct written, has_profile), .min = 1, .help = ""},
	{"gate", GATE(gate)},
	{"gate_up", GATE(gate_up)},
	{"gate_down", GATE(gate_down)},
	{"quarantine", CONFIG_BOOL, CONFIG_FIELD(struct written, quarantine),
	 CONFIG_PRESENT(struct written, has_quarantine), .help = ""},
	{"rate", CONFIG_MAP, CONFIG_FIELD(struct written, rate), .rows = rate_rows,
	 CONFIG_PRESENT(struct written, has_rate), .help = ""},
	{"quota", CONFIG_SIZE, CONFIG_FIELD(struct written, quota), .min = 1, .max = 1ull << 60,
	 CONFIG_PRESENT(struct written, has_quota), .help = ""},
	{"refill", CONFIG_BOOL, CONFIG_FIELD(struct written, refill), .help = ""},
	{"reset", CONFIG_LIST, CONFIG_ITEMS(struct written, reset, resets), .of = CONFIG_ENUM,
	 .words = resets, .max = 2, .help = ""},
	{0}};

static struct policy_change change_of(const struct written *w)
{
	struct policy_change c = {.set_profile = w->has_profile,
				  .set_gate_up = w->has_gate || w->has_gate_up,
				  .set_gate_down = w->has_gate || w->has_gate_down,
				  .set_quarantine = w->has_quarantine,
				  .set_rate = w->has_rate,
				  .set_quota = w->has_quota,
				  .refill = w->refill};

	if (strcmp(w->profile, "default") != 0)
		memcpy(c.to.profile, w->profile, sizeof c.to.profile);
	c.to.gate_up = w->has_gate_up ? w->gate_up : w->gate;
	c.to.gate_down = w->has_gate_down ? w->gate_down : w->gate;
	c.to.quarantine = w->quarantine;
	c.to.has_rate = w->has_rate;
	c.to.rate_up = w->rate.up;
	c.to.rate_down = w->rate.down;
	c.to.has_quota = w->has_quota;
	c.to.quota = w->quota;
	for (unsigned i = 0; i < w->resets; i++) {
		c.set_rate |= w->reset[i] == RESET_RATE;
		c.set_quota |= w->reset[i] == RESET_QUOTA;
	}
	return c;
}

/* The devices that are meant. */
struct devices {
	imsi_t *imsi, to;
	size_t n, cap;
	bool failed;
};

static void add_device(struct devices *d, imsi_t imsi)
{
	if (d->n == d->cap) {
		size_t cap = d->cap ? 2 * d->cap : 1024;
		imsi_t *more = realloc(d->imsi, cap * sizeof *more);

		if (!more) {
			d->failed = true;
			return;
		}
		d->imsi = more;
		d->cap = cap;
	}
	d->imsi[d->n++] = imsi;
}

static bool add_subscriber(void *arg, const struct subscriber *s)
{
	struct devices *d = arg;

	if (s->imsi > d->to)
		return false;
	add_device(d, s->imsi);
	return true;
}

static void add_apn(struct devices *d, const char *apn)
{
	const struct session *s;
	uint64_t up, down;
	imsi_t imsi;

	for (uint32_t slot = 0; (s = dp_session_next(&slot)); slot++) {
		const char *its = s->owner == slot ? pgw_apn(slot, &up, &down) : NULL;

		if (its && !strcasecmp(its, apn) && imsi_parse(s->imsi, &imsi))
			add_device(d, imsi);
	}
}

static const char *add_listed(struct devices *d, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const char *digits = json_string_value(item);
		imsi_t imsi;

		if (!digits || !imsi_parse(digits, &imsi))
			return digits ? digits : "?";
		add_device(d, imsi);
	}
	return NULL;
}

/* NULL, or what is wrong with how the devices are named. */
static const char *find_devices(const json_t *body, struct devices *d)
{
	const char *apn = NULL, *from = NULL, *to = NULL;
	json_t *list = NULL;
	int all = 0;
	imsi_t first = 0;

	d->to = IMSI_NONE;
	json_unpack((json_t *)(uintptr_t)body, "{s?s,s?s,s?s,s?o,s?b}", "apn", &apn, "from", &from,
		    "to", &to, "imsis", &list, "all", &all);
	if (list)
		return add_listed(d, list) ? "an IMSI is 6 to 15 digits" : NULL;
	if (apn)
		add_apn(d, apn);
	else if (from && to && (!imsi_parse(from, &first) || !imsi_parse(to, &d->to)))
		return "an IMSI is 6 to 15 digits";
	else if ((from && to) || all)
		store_subscriber_each(first, add_subscriber, d);
	else
		return "expected imsis, from and to, apn, or all";
	return NULL;
}

struct setting {
	struct api_request *request;
	size_t n;
};

static void set_done(void *arg, int err)
{
	struct setting *s = arg;

	if (err)
		api_error(s->request, 500, "held, but not kept: the store says %s", strerror(-err));
	else
		api_reply(s->request, 200, json_pack("{s:I}", "devices", (json_int_t)s->n));
	free(s);
}

static void set_devices(struct api_request *r, const struct devices *d, const struct written *w)
{
	struct policy_change c = change_of(w);
	struct setting *s = malloc(sizeof *s);
	int err = -ENOMEM;

	api_hold(r);
	if (s) {
		*s = (struct setting){r, d->n};
		err = policy_set_devices(d->imsi, d->n, &c, set_done, s);
	}
	if (!err)
		return;
	free(s);
	if (err == -ENOENT)
		api_error(r, 404, "there is no profile '%s'", w->profile);
	else
		api_error(r, 503, "%s", strerror(-err));
}

void policy_devices_post(struct api_request *r)
{
	json_t *body = json_loadb(r->body ? r->body : "", r->body_n, 0, NULL);
	json_t *set = json_object_get(body, "set");
	char *text = set ? json_dumps(set, 0) : NULL;
	struct config_errors errors = {0};
	struct written w = {0};
	struct devices d = {0};
	struct arena arena = {0};
	const char *wrong;

	if (!have_policy(r))
		goto out;
	if (!text) {
		api_error(r, 400, "expected {\"set\": {...}} and which devices");
		goto out;
	}
	if (config_parse(text, strlen(text), change_rows, &w, &arena, &errors)) {
		api_error(r, 400, "%s: %s", errors.first->key, errors.first->message);
		goto out;
	}
	wrong = find_devices(body, &d);
	if (wrong)
		api_error(r, 400, "%s", wrong);
	else if (d.failed)
		api_error(r, 503, "out of memory");
	else
		set_devices(r, &d, &w);
out:
	free(d.imsi);
	free(text);
	arena_free(&arena);
	json_decref(body);
}
