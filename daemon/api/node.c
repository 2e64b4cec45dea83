/* SPDX-License-Identifier: Apache-2.0 */
/* eNodeBs as nodes, and devices at them: one eNodeB in full, Reset, location, trace by the eNodeB,
 * overload, warning messages. */
#include "api/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct api_node *node(struct api_request *r)
{
	if (api_config->mme && api_config->mme->node)
		return api_config->mme->node;
	api_error(r, 503, "this mcored has no MME");
	return NULL;
}

/* What a negative errno is in HTTP. */
static unsigned status_of(int err)
{
	return err == -ENOENT                       ? 404
	       : err == -EINVAL                     ? 400
	       : err == -EALREADY || err == -EEXIST ? 409
	       : err == -ENOTCONN                   ? 409
	       : err == -ETIMEDOUT                  ? 504
	       : err == -ENOSPC                     ? 507
						    : 500;
}

/* ---- one eNodeB ---- */

static void add_cell(void *object, const struct enb_cell_view *v)
{
	json_array_append_new(json_object_get(object, "cell_list"), view_json(enb_cell_rows, v));
}

static void add_count(void *object, const struct enb_count_view *v)
{
	json_array_append_new(json_object_get(object, "procedures"), view_json(enb_count_rows, v));
}

static void add_cause(void *object, const struct enb_cause_view *v)
{
	json_array_append_new(json_object_get(object, "causes"), view_json(enb_cause_rows, v));
}

void enb_show(struct api_request *r)
{
	const struct api_node *n = node(r);
	struct enb_view v = {0};
	json_t *j;

	if (!n)
		return;
	if (!n->enb(r->word, &v)) {
		api_none(r, "eNodeB", r->word, "enb");
		return;
	}
	j = view_json(enb_rows, &v);
	json_object_set_new(j, "cell_list", json_array());
	json_object_set_new(j, "procedures", json_array());
	json_object_set_new(j, "causes", json_array());
	n->enb_parts(r->word, add_cell, add_count, add_cause, j);
	api_reply(r, 200, j);
}

static void reset_done(void *arg, int err)
{
	struct api_request *r = arg;

	if (!err)
		api_reply(r, 200, json_pack("{s:s,s:b}", "enb", r->word, "acknowledged", 1));
	else if (err == -ENOENT)
		api_none(r, "eNodeB", r->word, "enb");
	else
		api_error(r, status_of(err), "%s: %s", r->word,
			  err == -ENOTCONN   ? "the device is not connected there"
			  : err == -EALREADY ? "a reset is under way"
			  : err == -ETIMEDOUT
				  ? "it was reset here, but the eNodeB did not acknowledge it"
				  : strerror(-err));
}

void enb_reset_post(struct api_request *r)
{
	const struct api_node *n = node(r);
	const char *digits = api_query(r, "imsi");
	imsi_t imsi = IMSI_NONE;

	if (!n)
		return;
	if (digits && !imsi_parse_any(digits, &imsi)) {
		api_error(r, 400, "'%s' is not an IMSI", digits);
		return;
	}
	api_hold(r);
	n->reset(r->word, imsi, reset_done, r);
}

/* ---- devices ---- */

static void refuse(struct api_request *r, int err)
{
	if (err == -ENOENT)
		api_none(r, "device", r->word, "ue");
	else
		api_error(r, status_of(err), "%s: %s", r->word,
			  err == -ENOTCONN   ? "the device is idle"
			  : err == -EALREADY ? "its eNodeB is being asked"
					     : strerror(-err));
}

static const char *const how_words[] = {[LOCATE_ASK] = "ask",
					[LOCATE_NOW] = "now",
					[LOCATE_LAST] = "last",
					[LOCATE_CHANGES] = "changes",
					[LOCATE_STOP] = "stop"};

static void located(void *arg, int err)
{
	static const char *const words[] = {"asked", "last known"};
	struct api_request *r = arg;
	const char *how = api_query(r, "how");
	bool asked = !err && (!how || !strcmp(how, "ask") || !strcmp(how, "now"));
	uint64_t cursor = 0;
	json_t *array, *j;

	/* Of an idle device, or where the eNodeB cannot say, what is known is shown. */
	if (err && err != -ENOTCONN && err != -EPROTO && err != -ETIMEDOUT && err != -ECANCELED) {
		refuse(r, err);
		return;
	}
	array = json_array();
	for (;;) {
		struct place_view v = {0};

		if (!api_config->mme->node->place_next(r->imsi, &cursor, &v))
			break;
		json_array_append_new(array, view_json(place_rows, &v));
	}
	j = view_list("places", array, 0);
	json_object_set_new(j, "source", json_string(words[!asked]));
	api_reply(r, 200, j);
}

void ue_locate(struct api_request *r)
{
	const struct api_node *n = node(r);
	const char *how = api_query(r, "how");
	unsigned i = 0;

	if (!n)
		return;
	while (how && strcmp(how, how_words[i]))
		if (++i == sizeof how_words / sizeof *how_words) {
			api_error(r, 400, "how: ask, now, last, changes or stop");
			return;
		}
	api_hold(r);
	n->locate(r->imsi, (enum api_locate)i, located, r);
}

/* The body of a request as an object; an empty one is {}. NULL after a 400. */
static json_t *object_of(struct api_request *r)
{
	json_t *j = r->body_n ? json_loadb(r->body, r->body_n, 0, NULL) : json_object();

	if (json_is_object(j))
		return j;
	json_decref(j);
	api_error(r, 400, "expected a JSON object");
	return NULL;
}

/* error is read once value is known: it is set by the call that gives value. */
static void reply_int(struct api_request *r, int value, const char *key, const char *const *error,
		      void (*reply)(struct api_request *, unsigned status, json_t *body))
{
	if (value < 0 && !*error) /* of a device */
		api_none(r, "device", r->word, "ue");
	else if (value < 0)
		api_error(r, status_of(value), "%s", *error);
	else
		reply(r, 200, json_pack("{s:i}", key, value));
}

void ue_radio_trace(struct api_request *r)
{
	const struct api_node *n = node(r);
	const char *collector = NULL, *depth = NULL, *error = "";
	bool stop = !strcmp(r->method, "DELETE");
	json_t *body;

	if (!n)
		return;
	body = object_of(r);
	if (!body)
		return;
	if (!stop && json_unpack(body, "{s:s,s?s}", "collector", &collector, "depth", &depth))
		api_error(r, 400, "expected {\"collector\": \"ADDRESS\", \"depth\": \"WORD\"}");
	else
		reply_int(r, n->radio_trace(r->imsi, collector, depth, &error), "error", &error,
			  api_reply);
	json_decref(body);
}

static void voice_told(void *arg, int err)
{
	struct api_request *r = arg;
	struct ue_view v = {0};

	if (!err && api_config->mme->ue(r->imsi, &v))
		api_reply(r, 200, json_pack("{s:s,s:s?}", "imsi", r->word, "voice", v.voice));
	else
		refuse(r, err ? err : -ENOENT);
}

void ue_voice(struct api_request *r)
{
	const struct api_node *n = node(r);

	if (!n)
		return;
	api_hold(r);
	n->voice(r->imsi, voice_told, r);
}

/* ---- overload ---- */

void overload_show(struct api_request *r)
{
	const struct api_node *n = node(r);
	struct overload_view v = {0};

	if (!n)
		return;
	n->overload(&v);
	api_reply(r, 200, view_json(overload_rows, &v));
}

void overload_set(struct api_request *r)
{
	const struct api_node *n = node(r);
	const char *action = "reject-signalling", *plmns = NULL, *error = "";
	json_int_t percent = 0;
	json_t *body;

	if (!n)
		return;
	body = object_of(r);
	if (!body)
		return;
	if (!strcmp(r->method, "DELETE"))
		reply_int(r, n->overload_set(NULL, 0, NULL, &error), "error", &error,
			  api_reply_settled);
	else if (json_unpack(body, "{s?s,s?I,s?s}", "action", &action, "percent", &percent, "plmns",
			     &plmns))
		api_error(r, 400, "expected action, percent (a number) and plmns");
	else
		reply_int(r, n->overload_set(action, (uint64_t)percent, plmns, &error), "error",
			  &error, api_reply_settled);
	json_decref(body);
}

/* ---- warnings ---- */

void warnings_list(struct api_request *r)
{
	const struct api_node *n = node(r);
	uint64_t cursor = 0;
	json_t *array;

	if (!n)
		return;
	array = json_array();
	for (;;) {
		struct warning_view v = {0};

		if (!n->warning_next(&cursor, &v))
			break;
		json_array_append_new(array, view_json(warning_rows, &v));
	}
	api_reply(r, 200, view_list("warnings", array, 0));
}

static bool number(const char *s, uint64_t *out)
{
	char *end;

	if (!s || *s < '0' || *s > '9')
		return false;
	*out = strtoull(s, &end, 0);
	return !*end;
}

void warning_show(struct api_request *r)
{
	const struct api_node *n = node(r);
	uint64_t cursor = 0, id;
	json_t *array;

	if (!n)
		return;
	if (!number(r->word, &id)) {
		api_error(r, 400, "'%s' is not a message identifier", r->word);
		return;
	}
	array = json_array();
	for (;;) {
		struct warning_enb_view v = {0};

		if (!n->warning_enb_next(id, &cursor, &v))
			break;
		json_array_append_new(array, view_json(warning_enb_rows, &v));
	}
	api_reply(r, 200, view_list("enbs", array, 0));
}

/* Numbers may be hex, so they come as text as well. */
static bool get_number(const json_t *body, const char *key, uint64_t *out)
{
	const json_t *j = json_object_get(body, key);

	if (json_is_integer(j) && json_integer_value(j) >= 0) {
		*out = (uint64_t)json_integer_value(j);
		return true;
	}
	return !j || number(json_string_value(j), out);
}

void warning_post(struct api_request *r)
{
	const struct api_node *n = node(r);
	struct warning_text t = {.period_s = 30, .broadcasts = 1};
	const char *error = "";
	json_t *body;
	int concurrent = 0;

	if (!n)
		return;
	body = object_of(r);
	if (!body)
		return;
	if (!json_object_get(body, "id") || !json_object_get(body, "serial") ||
	    !get_number(body, "id", &t.id) || !get_number(body, "serial", &t.serial) ||
	    !get_number(body, "period", &t.period_s) ||
	    !get_number(body, "broadcasts", &t.broadcasts) ||
	    json_unpack(body, "{s?b,s?s,s?s,s?s,s?s,s?s,s?s}", "concurrent", &concurrent, "type",
			&t.type, "text", &t.text, "language", &t.language, "cells", &t.cells, "tas",
			&t.tais, "areas", &t.areas)) {
		api_error(r, 400, "expected numbers id, serial, period, broadcasts, and texts");
	} else {
		t.concurrent = concurrent != 0;
		reply_int(r, n->warning_send(&t, &error), "enbs", &error, api_reply_settled);
	}
	json_decref(body);
}

void warning_delete(struct api_request *r)
{
	const struct api_node *n = node(r);
	const char *every = api_query(r, "all"), *error = "";
	uint64_t id = 0, serial = 0;

	if (!n)
		return;
	if (!every &&
	    (!number(api_query(r, "id"), &id) || !number(api_query(r, "serial"), &serial)))
		api_error(r, 400, "expected id and serial, or all=1");
	else
		reply_int(r, n->warning_kill(id, serial, every != NULL, &error), "enbs", &error,
			  api_reply_settled);
}
