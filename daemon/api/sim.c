/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers: list, show, add, set, delete. A change is answered when it is on disk. Keys come in
 * and never go out. Import is import.c's. */
#include "api/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "api/simtext.h"
#include "hss/hss.h"
#include "security/crypto.h"

static bool have_store(struct api_request *r)
{
	if (!api_config->store)
		api_error(r, 503, "this mcored has no HSS: subscribers are elsewhere");
	return api_config->store;
}

static void fill(const struct subscriber *s, struct sim_view *v)
{
	memset(v, 0, sizeof *v);
	v->imsi = s->imsi;
	snprintf(v->msisdn, sizeof v->msisdn, "%s", s->msisdn);
	snprintf(v->profile, sizeof v->profile, "%s", s->profile);
	v->algorithm = s->algorithm == ALG_TUAK ? "tuak" : "milenage";
	v->k = s->k_len ? "set" : NULL;
	v->opc = s->opc_len ? "set" : NULL;
	snprintf(v->amf, sizeof v->amf, "%02x%02x", s->amf[0], s->amf[1]);
	if (s->has_ue4)
		v->ue4 = s->ue4;
	if (s->has_ue6)
		v->ue6 = s->ue6;
	v->blocked = s->blocked;
	snprintf(v->access, sizeof v->access, "%s", s->access);
	if (s->has_usage_type)
		snprintf(v->usage_type, sizeof v->usage_type, "%u", s->usage_type);
	snprintf(v->routes, sizeof v->routes, "%s", s->routes);
	snprintf(v->imeisv, sizeof v->imeisv, "%s", s->imeisv);
	v->visited_plmn = s->visited_plmn;
	v->seen = s->seen;
}

static json_t *show(const struct subscriber *s)
{
	struct sim_view v;

	fill(s, &v);
	return view_json(sim_rows, &v);
}

/* ---- GET ---- */

struct page {
	json_t *array;
	unsigned left;
	imsi_t next; /* 0: the end */
};

static bool list_one(void *arg, const struct subscriber *s)
{
	struct page *p = arg;

	if (!p->left) {
		p->next = s->imsi;
		return false;
	}
	p->left--;
	json_array_append_new(p->array, show(s));
	return true;
}

/* The cursor of this list is an IMSI. */
void sims_list(struct api_request *r)
{
	const char *from = api_query(r, "from"), *limit = api_query(r, "limit");
	struct page p = {.left = API_PAGE};
	char digits[IMSI_STRLEN];
	imsi_t first = 0;
	json_t *list;
	int err;

	if (!have_store(r))
		return;
	if (from && !imsi_parse(from, &first)) {
		api_error(r, 400, "from: expected an IMSI, not '%.20s'", from);
		return;
	}
	if (limit && atoi(limit) > 0 && atoi(limit) < API_PAGE)
		p.left = (unsigned)atoi(limit);
	p.array = json_array();
	err = store_subscriber_each(first, list_one, &p);
	if (err) {
		json_decref(p.array);
		api_error(r, 500, "the store cannot be read: %s", strerror(-err));
		return;
	}
	list = view_list("sims", p.array, 0);
	json_object_set_new(list, "count", json_integer((json_int_t)store_subscriber_count()));
	if (p.next)
		json_object_set_new(list, "next", json_string(imsi_print(p.next, digits)));
	api_reply(r, 200, list);
}

/* Reads it, or answers and returns false. */
static bool read_sim(struct api_request *r, struct subscriber *s)
{
	char digits[IMSI_STRLEN];
	int err;

	if (!have_store(r))
		return false;
	err = store_subscriber_get(r->imsi, s);
	imsi_print(r->imsi, digits);
	if (err == -ENOENT)
		api_none(r, "SIM", digits, "sim");
	else if (err == -EBADMSG)
		api_error(r, 500, "SIM %s: its keys do not open with mcored's key file", digits);
	else if (err)
		api_error(r, 500, "SIM %s: the store cannot be read: %s", digits, strerror(-err));
	return !err;
}

void sim_show(struct api_request *r)
{
	struct subscriber s;

	if (!read_sim(r, &s))
		return;
	api_reply(r, 200, show(&s));
	crypto_wipe(&s, sizeof s);
}

/* ---- changes ---- */

struct change {
	struct api_request *request;
	imsi_t imsi;
	unsigned status;
	struct in_addr was4; /* static addresses before, zero if none */
	struct in6_addr was6;
};

void sim_keep(struct in_addr ue4, struct in6_addr ue6, bool keep)
{
	if (api_config->keep && (ue4.s_addr || !IN6_IS_ADDR_UNSPECIFIED(&ue6)))
		api_config->keep(ue4, ue6, keep);
}

static void refuse_change(struct api_request *r, const char *digits, int err)
{
	if (err == -EEXIST)
		api_error(r, 409, "SIM %s is there already: use set to change it", digits);
	else if (err == -EADDRINUSE)
		api_error(r, 409, "the static address is another SIM's");
	else if (err == -ENOENT)
		api_none(r, "SIM", digits, "sim");
	else
		api_error(r, 500, "SIM %s was not written: %s", digits, strerror(-err));
}

static void changed(void *arg, int err)
{
	struct change c = *(struct change *)arg;
	char digits[IMSI_STRLEN];
	struct subscriber s;

	free(arg);
	imsi_print(c.imsi, digits);
	if (err) {
		refuse_change(c.request, digits, err);
		return;
	}
	sim_keep(c.was4, c.was6, false);
	if (store_subscriber_get(c.imsi, &s)) {
		api_reply(c.request, 200, json_pack("{s:s}", "imsi", digits)); /* deleted */
	} else {
		sim_keep(s.ue4, s.ue6, true);
		api_reply(c.request, c.status, show(&s));
		crypto_wipe(&s, sizeof s);
	}
}

/* was: the subscriber before, NULL if there was none. */
static struct store_write when_written(struct api_request *r, imsi_t imsi, unsigned status,
				       const struct subscriber *was)
{
	struct change *c = malloc(sizeof *c);

	if (!c)
		abort();
	*c = (struct change){.request = r, .imsi = imsi, .status = status};
	if (was) {
		c->was4 = was->ue4;
		c->was6 = was->ue6;
	}
	api_hold(r);
	return (struct store_write){changed, c};
}

/* The words of the body taken into t; or a 400. */
static bool read_body(struct api_request *r, struct simtext *t, bool is_new)
{
	if (simtext_json(t, r->body ? r->body : "", r->body_n) && simtext_finish(t, is_new))
		return true;
	api_error(r, 400, "%s", t->error);
	return false;
}

/* ---- framed routes ---- */

struct routes_check {
	const struct subscriber *sim;
	const char *apn;
	struct prefix route[PREFIXES_MAX];
	unsigned n;
	imsi_t other;   /* 0; or who has addresses of one already, */
	unsigned which; /* and of which */
};

/* The APN that a SIM's addresses and routes are for. */
static const char *default_apn(const struct subscriber *s)
{
	const struct hss_profile *p = hss_profile(s->profile);

	return p ? p->apn[p->default_apn].apn : "";
}

static bool routes_apart(void *arg, const struct subscriber *s)
{
	struct routes_check *c = arg;
	struct prefix route[PREFIXES_MAX];
	const char *wrong;
	unsigned n = prefixes_read(s->routes, route, &wrong);

	if (s->imsi == c->sim->imsi ||
	    (api_config->same_network && !api_config->same_network(c->apn, default_apn(s))))
		return true;
	for (unsigned i = 0; i < c->n * n && !c->other; i++)
		if (prefix_meet(&c->route[i / n], &route[i % n])) {
			c->other = s->imsi;
			c->which = i / n;
		}
	return !c->other;
}

bool sim_route_refused(const struct subscriber *s, char *text, size_t cap)
{
	struct prefix route[PREFIXES_MAX];
	char one[PREFIXES_STRLEN];
	const char *why;
	unsigned n = api_config->route_refused ? prefixes_read(s->routes, route, &why) : 0;

	for (unsigned i = 0; i < n; i++) {
		why = api_config->route_refused(default_apn(s), &route[i]);
		if (!why)
			continue;
		prefixes_print(&route[i], 1, one);
		snprintf(text, cap, "routes: %s %s", one, why);
		return true;
	}
	return false;
}

/* False after a 409: what is behind one device is behind no other of its network, and is no pool's
 * nor this machine's. What is written meanwhile is found when the device comes. */
static bool routes_free(struct api_request *r, const struct subscriber *s)
{
	struct routes_check c = {.sim = s, .apn = default_apn(s)};
	char text[256], digits[IMSI_STRLEN];
	const char *wrong;

	if (sim_route_refused(s, text, sizeof text)) {
		api_error(r, 409, "%s", text);
		return false;
	}
	c.n = prefixes_read(s->routes, c.route, &wrong);
	if (c.n)
		store_routes_each(routes_apart, &c);
	if (!c.other)
		return true;
	prefixes_print(&c.route[c.which], 1, text);
	api_error(r, 409, "routes: %s shares addresses with what is behind SIM %s", text,
		  imsi_print(c.other, digits));
	return false;
}

/* The profile says in which network they are. */
static bool routes_change(const struct subscriber *was, const struct subscriber *is)
{
	return strcmp(was->routes, is->routes) != 0 || strcmp(was->profile, is->profile) != 0;
}

void sims_post(struct api_request *r)
{
	struct simtext t = {0};

	if (r->state) {
		sims_chunk(r, "", 0); /* the end of an import */
		return;
	}
	if (have_store(r) && read_body(r, &t, true) && routes_free(r, &t.sim))
		store_subscriber_put(&t.sim, true, when_written(r, t.sim.imsi, 201, NULL));
	crypto_wipe(&t, sizeof t);
}

void sim_set(struct api_request *r)
{
	struct simtext t = {0};
	struct subscriber was;

	if (!read_sim(r, &was))
		return;
	t.sim = was;
	if (read_body(r, &t, false)) {
		if (t.sim.imsi != r->imsi)
			api_error(r, 400, "imsi: it cannot be changed");
		else if (!routes_change(&was, &t.sim) || routes_free(r, &t.sim))
			store_subscriber_put(&t.sim, false, when_written(r, r->imsi, 200, &was));
	}
	crypto_wipe(&was, sizeof was);
	crypto_wipe(&t, sizeof t);
}

void sim_delete(struct api_request *r)
{
	struct subscriber was;
	int err;

	if (!have_store(r))
		return;
	/* One whose keys do not open any more can be deleted, too. */
	err = store_subscriber_get(r->imsi, &was);
	hss_forget(r->imsi);
	store_subscriber_del(r->imsi, when_written(r, r->imsi, 200, err ? NULL : &was));
	crypto_wipe(&was, sizeof was);
}
