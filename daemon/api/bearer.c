/* SPDX-License-Identifier: Apache-2.0 */
/* /bearers: dedicated bearers of a device at the PGW. A change is answered when the device has
 * taken or refused it. */
#include "api/http.h"

#include <errno.h>
#include <string.h>

static bool have_pgw(struct api_request *r)
{
	if (!api_config->pools)
		api_error(r, 503, "this mcored has no PGW");
	return api_config->pools;
}

static json_t *filters_of(const struct tft *tft, char *first, size_t cap)
{
	json_t *array = json_array();
	struct tft_filters f;
	char text[512];

	if (tft_decode(bytes_of(tft->b, tft->n), &f))
		return array;
	for (unsigned i = 0; i < f.n; i++) {
		tft_filter_print(&f.filter[i], text, sizeof text);
		if (!i)
			snprintf(first, cap, "%.*s", (int)cap - 1, text);
		json_array_append_new(array, json_string(text));
	}
	return array;
}

void bearers_show(struct api_request *r)
{
	struct pgw_bearer_view b;
	json_t *array;

	if (!have_pgw(r))
		return;
	array = json_array();
	for (unsigned i = 0; pgw_bearer_walk(r->imsi, i, &b); i++) {
		struct dedicated_view v = {
			.imsi = r->imsi,
			.state = b.state,
			.ebi = b.ebi,
			.linked = b.linked,
			.qci = b.qos.qci,
			.arp = b.qos.arp_priority,
			.gbr_up = b.qos.gbr_up,
			.gbr_down = b.qos.gbr_down,
			.mbr_up = b.qos.mbr_up,
			.mbr_down = b.qos.mbr_down,
		};
		json_t *filters = filters_of(&b.tft, v.filter, sizeof v.filter), *j;

		snprintf(v.name, sizeof v.name, "%s", b.name);
		snprintf(v.apn, sizeof v.apn, "%.100s", b.apn);
		j = view_json(dedicated_rows, &v);
		json_object_set_new(j, "filters", filters);
		json_array_append_new(array, j);
	}
	api_reply(r, 200, view_list("bearers", array, 0));
}

/* ---- changes ---- */

static const char *cause_text(enum gtpc_cause cause)
{
	switch (cause) {
	case GTPC_UE_REFUSES:
		return "the device refuses it";
	case GTPC_UE_NOT_RESPONDING:
		return "the device does not answer";
	case GTPC_UNABLE_TO_PAGE:
		return "the device cannot be reached";
	case GTPC_NO_RESOURCES:
		return "no resources: of the eNodeB, or of pgw.guaranteed";
	case GTPC_SEMANTIC_ERROR_IN_TFT:
	case GTPC_SYNTACTIC_ERROR_IN_TFT:
	case GTPC_SEMANTIC_ERROR_IN_FILTER:
	case GTPC_SYNTACTIC_ERROR_IN_FILTER:
		return "the device does not understand the filters";
	case GTPC_TEMPORARILY_REJECTED:
		return "another procedure is under way";
	case GTPC_CONTEXT_NOT_FOUND:
		return "the bearer or its PDN connection is gone";
	default:
		return "refused";
	}
}

/* Not reached: it stays, and the device gets it when it comes. */
static void done(void *arg, enum gtpc_cause cause)
{
	struct api_request *r = arg;
	char digits[IMSI_STRLEN];

	imsi_print(r->imsi, digits);
	if (gtpc_accepted(cause))
		api_reply(r, 200, json_pack("{s:s,s:b}", "imsi", digits, "done", 1));
	else if (cause == GTPC_UNABLE_TO_PAGE || cause == GTPC_UE_NOT_RESPONDING)
		api_reply(r, 202,
			  json_pack("{s:s,s:b,s:s}", "imsi", digits, "done", 0, "why",
				    cause_text(cause)));
	else
		api_error(r, 409, "%s: %s (cause %d)", digits, cause_text(cause), (int)cause);
}

static void refuse(struct api_request *r, int err, const char *name, bool whole)
{
	char digits[IMSI_STRLEN], what[96], list[64];

	imsi_print(r->imsi, digits);
	snprintf(what, sizeof what, "bearer %s of", name);
	snprintf(list, sizeof list, "bearer show %s", digits);
	if (err == -ENOENT && whole)
		api_none(r, "such session of", digits, "session");
	else if (err == -ENOENT)
		api_none(r, what, digits, list);
	else if (err == -EEXIST)
		api_error(r, 409, "%s has a bearer '%s' already", digits, name);
	else if (err == -EBUSY)
		api_error(r, 409, "bearer '%s' of %s is being changed", name, digits);
	else
		api_error(r, 503, "bearer '%s': %s", name, strerror(-err));
}

static bool legal_name(const char *s)
{
	size_t n = strspn(s, "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	return n && n < PGW_RULE_NAME && !s[n];
}

static bool read_filters(struct api_request *r, const json_t *body, struct pgw_rule *rule)
{
	struct tft_filter f[TFT_MAX_FILTERS];
	const json_t *list = json_object_get(body, "filters");
	size_t n = json_array_size(list);
	const char *bad;

	if (!n)
		return true;
	if (n > TFT_MAX_FILTERS) {
		api_error(r, 400, "a bearer has at most %d filters", TFT_MAX_FILTERS);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !tft_filter_parse(text, &f[i], &bad)) {
			api_error(r, 400, "filter %zu: what is '%s'?", i + 1, text ? bad : "it");
			return false;
		}
	}
	if (pgw_rule_filters(rule, f, (unsigned)n)) {
		api_error(r, 400,
			  "the filters do not fit a device, or two have the same precedence");
		return false;
	}
	return true;
}

/* What the body says over what is known; mbr not said is at least gbr. False after a 400. */
static bool read_qos(struct api_request *r, const json_t *body, bool whole, struct bearer_qos *q)
{
	enum { QCI, ARP, GBR_UP, GBR_DOWN, MBR_UP, MBR_DOWN, NUMBERS };
	static const char *const keys[] = {"qci",      "arp",    "gbr_up",
					   "gbr_down", "mbr_up", "mbr_down"};
	uint64_t v[] = {q->qci, q->arp_priority, q->gbr_up, q->gbr_down, q->mbr_up, q->mbr_down};
	const json_t *may = json_object_get(body, "may_preempt"),
		     *can = json_object_get(body, "preemptable");
	bool some = may || can;

	for (unsigned i = 0; i < NUMBERS; i++) {
		const json_t *j = json_object_get(body, keys[i]);

		if (j && (!json_is_integer(j) || json_integer_value(j) < (i == QCI))) {
			api_error(r, 400, "%s is a number%s", keys[i], i == QCI ? " above 0" : "");
			return false;
		}
		if (j && i >= GBR_UP && (uint64_t)json_integer_value(j) > RATE_MAX) {
			api_error(r, 400, "%s is at most 4tbit, %llu bit/s", keys[i],
				  (unsigned long long)RATE_MAX);
			return false;
		}
		if (j)
			v[i] = (uint64_t)json_integer_value(j);
		else if (i >= MBR_UP && v[i] < v[i - MBR_UP + GBR_UP])
			v[i] = v[i - MBR_UP + GBR_UP];
		some |= j != NULL;
	}
	/* A change has all of the QoS or none of it. */
	if (!whole && (some ? !v[QCI] : !json_array_size(json_object_get(body, "filters")))) {
		api_error(r, 400, "expected qci with all of the QoS, or filters");
		return false;
	}
	if (v[QCI] > 254 || v[ARP] < 1 || v[ARP] > 15 || v[MBR_UP] < v[GBR_UP] ||
	    v[MBR_DOWN] < v[GBR_DOWN]) {
		api_error(r, 400, "expected qci 1 to 254, arp 1 to 15, and mbr not below gbr");
		return false;
	}
	*q = (struct bearer_qos){
		.qci = (uint8_t)v[QCI],
		.arp_priority = (uint8_t)v[ARP],
		.arp_may_preempt = may ? json_is_true(may) : q->arp_may_preempt,
		.arp_preemptable = can ? json_is_true(can) : q->arp_preemptable,
		.gbr_up = v[GBR_UP],
		.gbr_down = v[GBR_DOWN],
		.mbr_up = v[MBR_UP],
		.mbr_down = v[MBR_DOWN],
	};
	return true;
}

/* What the body says over what the rule of that name says, if there is one. */
static bool read_rule(struct api_request *r, const json_t *body, bool whole, struct pgw_rule *rule)
{
	const char *name = json_string_value(json_object_get(body, "name"));
	const struct pgw_rule *known = name && whole ? pgw_rule_find(name) : NULL;

	if (!name || !legal_name(name)) {
		api_error(r, 400, "expected a name of letters, digits, - and _");
		return false;
	}
	*rule = known ? *known : (struct pgw_rule){.qos = {.arp_priority = 8}};
	snprintf(rule->name, sizeof rule->name, "%s", name);
	if (!read_qos(r, body, whole, &rule->qos) || !read_filters(r, body, rule))
		return false;
	if (whole && (!rule->qos.qci || !rule->tft.n)) {
		api_error(r, 400,
			  "no rule of pgw.bearers is called '%s': qci and filters are needed",
			  name);
		return false;
	}
	return true;
}

static void change(struct api_request *r, bool whole)
{
	json_t *body;
	const char *apn;
	struct pgw_rule rule;
	int err;

	if (!have_pgw(r))
		return;
	body = json_loadb(r->body ? r->body : "", r->body_n, 0, NULL);
	apn = json_string_value(json_object_get(body, "apn"));
	if (read_rule(r, body, whole, &rule)) {
		api_hold(r);
		err = whole ? pgw_bearer_add(r->imsi, apn ? apn : "", &rule, done, r)
			    : pgw_bearer_set(r->imsi, &rule, done, r);
		if (err)
			refuse(r, err, rule.name, whole);
	}
	json_decref(body);
}

void bearer_add(struct api_request *r) { change(r, true); }
void bearer_set(struct api_request *r) { change(r, false); }

void bearer_del(struct api_request *r)
{
	const char *name = api_query(r, "name");
	int err;

	if (!have_pgw(r))
		return;
	if (!name) {
		api_error(r, 400, "expected ?name=");
		return;
	}
	api_hold(r);
	err = pgw_bearer_del(r->imsi, name, done, r);
	if (err)
		refuse(r, err, name, false);
}
