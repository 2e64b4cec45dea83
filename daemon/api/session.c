/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions as the datapath's maps have them, and the PGW's pools. A list is a page of slots: where
 * the next one starts is its cursor. */
#include "api/http.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>
#include "datapath/datapath.h"
#include "pgw/pgw.h"

static bool have_datapath(struct api_request *r)
{
	if (!api_config->datapath)
		api_error(r, 503, "this mcored has no gateway: it forwards nothing");
	return api_config->datapath;
}

const char *session_apn(const struct session *s)
{
	uint64_t up, down;
	const char *whole = pgw_apn(s->owner, &up, &down);

	return whole ? whole : s->apn;
}

static void print_peer(const struct session *s, char *out, size_t cap)
{
	const struct hop *h = dp_hop(s->peer);
	char address[INET6_ADDRSTRLEN];

	if (h && inet_ntop(h->family == 6 ? AF_INET6 : AF_INET, h->addr, address, sizeof address))
		snprintf(out, cap, "%s", address);
}

/* Since the last packet, or the session's start if there was none. */
static uint64_t idle_ms(const struct session *s)
{
	uint64_t now = s->last_seen ? dp_now_ns() / 1000000 : (uint64_t)time(NULL) * 1000;
	uint64_t then = s->last_seen ? s->last_seen / 1000000 : s->since * 1000;

	return now > then ? now - then : 0;
}

/* The kernel writes some of this meanwhile: each figure is right, together they are a moment. */
static json_t *show(uint32_t slot, const struct session *s)
{
	struct session_view v = {
		.ebi = s->ebi,
		.ue4.s_addr = s->ue4,
		.state = s->peer ? "connected" : "idle",
		.teid = ntohl(s->teid),
		.peer_teid = s->peer ? ntohl(s->peer_teid) : 0,
		.gate_up = s->gate_up == GATE_OPEN ? "open" : "closed",
		.gate_down = s->gate_down == GATE_OPEN ? "open" : "closed",
		.rate_up = s->bits_per_second_up,
		.rate_down = s->bits_per_second_down,
		.quarantine = s->flags & SESSION_QUARANTINE,
		.quota = s->quota,
		.quota_left = s->quota ? dp_session_quota_left(slot) : 0,
		.exhausted = s->quota && quota_is_exhausted(s->quota_left),
		.packets_up = s->up.packets,
		.bytes_up = s->up.bytes,
		.packets_down = s->down.packets,
		.bytes_down = s->down.bytes,
		.dropped = s->dropped,
		.slot = slot,
		.since = s->since,
		.idle_ms = idle_ms(s),
	};
	struct prefix route[PREFIXES_MAX];

	if (!imsi_parse_any(s->imsi, &v.imsi))
		v.imsi = IMSI_NONE;
	snprintf(v.apn, sizeof v.apn, "%s", session_apn(s));
	memcpy(&v.ue6, s->ue6, sizeof s->ue6);
	prefixes_print(route, dp_session_routes_of(slot, route), v.routes);
	snprintf(v.policy, sizeof v.policy, "%s", dp_profile_name(s->policy));
	print_peer(s, v.peer, sizeof v.peer);
	return view_json(session_rows, &v);
}

void sessions_list(struct api_request *r)
{
	const struct session *s = NULL;
	json_t *array;
	unsigned limit;
	uint64_t from;
	uint32_t slot;

	if (!have_datapath(r) || !api_page(r, &from, &limit))
		return;
	array = json_array();
	slot = from < UINT32_MAX ? (uint32_t)from : UINT32_MAX;
	for (; (s = dp_session_next(&slot)) && limit; slot++, limit--)
		json_array_append_new(array, show(slot, s));
	api_reply(r, 200, view_list("sessions", array, s ? slot : 0));
}

void sessions_show(struct api_request *r)
{
	uint32_t slot[11];
	unsigned n;
	json_t *array;
	char digits[IMSI_STRLEN];

	if (!have_datapath(r))
		return;
	n = dp_session_find(r->imsi, slot);
	if (!n) {
		api_none(r, "session of", imsi_print(r->imsi, digits), "session");
		return;
	}
	array = json_array();
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(array, show(slot[i], dp_session(slot[i])));
	api_reply(r, 200, view_list("sessions", array, 0));
}

void pools_list(struct api_request *r)
{
	struct pgw_pool_use use[MCORE_MAX_POOLS];
	json_t *array;
	unsigned n;

	if (!api_config->pools) {
		api_error(r, 503, "this mcored has no PGW");
		return;
	}
	n = api_config->pools(use);
	array = json_array();
	for (unsigned i = 0; i < n; i++) {
		struct pool_view v = {.size = use[i].size,
				      .in_use = use[i].used,
				      .free = use[i].size > use[i].used ? use[i].size - use[i].used
									: 0};

		snprintf(v.apn, sizeof v.apn, "%s", use[i].apn);
		json_array_append_new(array, view_json(pool_rows, &v));
	}
	api_reply(r, 200, view_list("pools", array, 0));
}
