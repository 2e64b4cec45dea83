/* SPDX-License-Identifier: Apache-2.0 */
/* Access rules of the MME: the list, one more, one less. And its emptying for others of the pool.
 */
#include "api/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct api_mme *mme(struct api_request *r)
{
	if (api_config->mme && api_config->mme->access_next)
		return api_config->mme;
	api_error(r, 503, "this mcored has no MME");
	return NULL;
}

void access_list(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	uint64_t cursor = 0;
	json_t *array;

	if (!m)
		return;
	array = json_array();
	for (;;) {
		struct access_view v = {0};

		if (!m->access_next(&cursor, &v))
			break;
		json_array_append_new(array, view_json(access_rows, &v));
	}
	api_reply(r, 200, view_list("access", array, 0));
}

void access_post(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	json_t *body = m ? json_loadb(r->body ? r->body : "", r->body_n, 0, NULL) : NULL;
	const char *rule = NULL, *warning;
	char error[192];
	int at = 0, number;

	if (!m)
		return;
	if (json_unpack(body, "{s:s,s?i}", "rule", &rule, "at", &at) || at < 0) {
		api_error(r, 400, "expected {\"rule\": \"deny ...\", \"at\": NUMBER}");
		json_decref(body);
		return;
	}
	number = m->access_add(rule, (unsigned)at, error, sizeof error, &warning);
	if (number < 0)
		api_error(r, number == -EINVAL ? 400 : 500, "%s", error);
	else
		api_reply_settled(r, 201,
				  json_pack("{s:i,s:s?}", "number", number, "warning", warning));
	json_decref(body);
}

void access_delete(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	const char *number = api_query(r, "number");
	int err;

	if (!m)
		return;
	err = m->access_del(number ? (unsigned)strtoul(number, NULL, 10) : 0);
	if (err == -EPERM)
		api_error(r, 409,
			  "rule %s is in the configuration file: change it there, and reload",
			  number);
	else if (err)
		api_none(r, "access rule", number ? number : "without its number", "access");
	else
		api_reply_settled(r, 200, json_object());
}

/* ---- the MME itself, and drain ---- */

void mme_show(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	struct mme_view v = {0};

	if (!m)
		return;
	m->self(&v);
	api_reply(r, 200, view_json(mme_rows, &v));
}

void mme_drain_show(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	struct drain_view v = {0};

	if (!m)
		return;
	m->drain(&v);
	api_reply(r, 200, view_json(drain_rows, &v));
}

void mme_drain_start(struct api_request *r)
{
	const struct api_mme *m = mme(r);
	const char *rate = api_query(r, "rate");

	if (!m)
		return;
	if (rate && (!*rate || strlen(rate) > 6 || rate[strspn(rate, "0123456789")]))
		api_error(r, 400, "rate: expected devices a second");
	else if (m->drain_start(rate ? (unsigned)strtoul(rate, NULL, 10) : 0))
		api_error(r, 409, "it is being drained already");
	else
		api_reply(r, 200, json_object());
}

void mme_drain_stop(struct api_request *r)
{
	const struct api_mme *m = mme(r);

	if (!m)
		return;
	if (m->drain_stop())
		api_error(r, 409, "it is not being drained");
	else
		api_reply(r, 200, json_object());
}
