/* SPDX-License-Identifier: Apache-2.0 */
/* What the MME knows: devices, eNodeBs; detach on request; trace. */
#include "api/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct api_mme *mme(struct api_request *r)
{
	if (!api_config->mme)
		api_error(r, 503, "this mcored has no MME");
	return api_config->mme;
}

void ues_list(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	uint64_t cursor, seen = 0;
	json_t *array;
	unsigned limit;

	if (!m || !api_page(r, &cursor, &limit))
		return;
	array = json_array();
	for (; seen < limit; seen++) {
		struct ue_view v = {0};

		if (!m->ue_next(&cursor, &v))
			break;
		json_array_append_new(array, view_json(ue_rows, &v));
	}
	api_reply(r, 200, view_list("ues", array, seen == limit ? cursor : 0));
}

static void add_timer(void *object, const struct timer_view *v)
{
	json_array_append_new(json_object_get(object, "timers"), view_json(timer_rows, v));
}

static void add_bearer(void *object, const struct bearer_view *v)
{
	json_array_append_new(json_object_get(object, "bearer_list"), view_json(bearer_rows, v));
}

/* One device in full: with its timers and bearers. */
static json_t *ue_json(const struct api_mme *m, imsi_t imsi, const struct ue_view *v)
{
	json_t *j = view_json(ue_rows, v);

	json_object_set_new(j, "timers", json_array());
	json_object_set_new(j, "bearer_list", json_array());
	if (m->ue_parts)
		m->ue_parts(imsi, add_timer, add_bearer, j);
	return j;
}

void ue_show(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	char digits[IMSI_STRLEN];
	struct ue_view v = {0};

	if (!m)
		return;
	if (m->ue(r->imsi, &v))
		api_reply(r, 200, ue_json(m, r->imsi, &v));
	else
		api_none(r, "device", imsi_print(r->imsi, digits), "ue");
}

void enbs_list(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	uint64_t cursor = 0;
	json_t *array;

	if (!m)
		return;
	array = json_array();
	for (;;) {
		struct enb_view v = {0};

		if (!m->enb_next(&cursor, &v))
			break;
		json_array_append_new(array, view_json(enb_rows, &v));
	}
	api_reply(r, 200, view_list("enbs", array, 0));
}

/* ---- detach ---- */

static void detached(void *arg, int err)
{
	struct api_request *r = arg;
	char digits[IMSI_STRLEN];

	imsi_print(r->imsi, digits);
	if (err == -ENOENT)
		api_none(r, "device", digits, "ue");
	else if (err && err != -ETIMEDOUT)
		api_error(r, 500, "%s was not detached: %s", digits, strerror(-err));
	else
		api_reply(r, 200,
			  json_pack("{s:s,s:b}", "imsi", digits, "answered", err != -ETIMEDOUT));
}

void ue_detach(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	const char *reattach = api_query(r, "reattach");

	if (!m)
		return;
	api_hold(r);
	m->detach(r->imsi, reattach && !strcmp(reattach, "1"), detached, r);
}

/* ---- new keys and GUTIs ---- */

static void refreshed(void *arg, int err)
{
	struct api_request *r = arg;
	char digits[IMSI_STRLEN];

	imsi_print(r->imsi, digits);
	if (err == -ENOENT)
		api_none(r, "device", digits, "ue");
	else if (err == -ENOTCONN || err == -EBUSY)
		api_reply(r, 202, json_pack("{s:s,s:b}", "imsi", digits, "done", 0));
	else if (err == -ETIMEDOUT)
		api_error(r, 504, "%s did not answer", digits);
	else if (err == -EACCES)
		api_error(r, 409, "%s could not prove its identity, and is detached", digits);
	else if (err)
		api_error(r, 500, "%s: %s", digits, strerror(-err));
	else
		api_reply(r, 200, json_pack("{s:s,s:b}", "imsi", digits, "done", 1));
}

static void refresh(struct api_request *r, bool keys)
{
	const struct api_mme *m = mme(r);

	if (!m)
		return;
	api_hold(r);
	m->refresh(r->imsi, keys, refreshed, r);
}

void ue_reauthenticate(struct api_request *r) { refresh(r, true); }
void ue_reallocate(struct api_request *r) { refresh(r, false); }

/* ---- trace ---- */

struct tracing {
	struct api_stream *stream;
	uint64_t lost; /* events the client was too slow for, not yet told */
};

static void traced(void *arg, const struct trace_view *v)
{
	struct tracing *t = arg;
	json_t *j = view_json(trace_rows, v);
	char *line;

	if (t->lost)
		json_object_set_new(j, "lost", json_integer((json_int_t)t->lost));
	line = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	if (line) {
		size_t n = strlen(line);

		line[n++] = '\n'; /* in place of the NUL */
		t->lost = api_stream_write(t->stream, line, n) ? 0 : t->lost + 1;
	}
	free(line);
}

static void trace_closed(void *arg)
{
	api_config->mme->trace_stop(arg);
	free(arg);
}

void trace(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	struct tracing *t;

	if (!m)
		return;
	t = calloc(1, sizeof *t);
	if (!t || m->trace_start(r->imsi, traced, t)) {
		free(t);
		api_error(r, 503, "out of memory");
		return;
	}
	t->stream = api_stream(r, API_BACKLOG, trace_closed, t);
	if (!t->stream) {
		m->trace_stop(t);
		free(t);
	}
}
