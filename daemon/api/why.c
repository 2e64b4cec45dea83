/* SPDX-License-Identifier: Apache-2.0 */
/* GET /why/:imsi: all that this process knows of why a device does not work, as findings in words
 * with what can be done; and what failed last. The order is that in which one looks: subscription,
 * radio sites, registration, session, packets. */
#include "api/http.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include "datapath/datapath.h"
#include "security/crypto.h"
#include "store/store.h"

static void find(json_t *findings, const char *advice, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void find(json_t *findings, const char *advice, const char *fmt, ...)
{
	struct finding_view v = {.advice = advice};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v.what, sizeof v.what, fmt, ap);
	va_end(ap);
	json_array_append_new(findings, view_json(finding_rows, &v));
}

/* "3 s", "5 min", "2 h", "4 days" */
static const char *ago(uint64_t s, char buf[24])
{
	if (s < 120)
		snprintf(buf, 24, "%" PRIu64 " s", s);
	else if (s < 7200)
		snprintf(buf, 24, "%" PRIu64 " min", s / 60);
	else if (s < 48 * 3600)
		snprintf(buf, 24, "%" PRIu64 " h", s / 3600);
	else
		snprintf(buf, 24, "%" PRIu64 " days", s / 86400);
	return buf;
}

static uint64_t since(uint64_t then)
{
	uint64_t now = (uint64_t)time(NULL);

	return now > then ? now - then : 0;
}

static void subscription(json_t *findings, imsi_t imsi)
{
	struct subscriber s;

	if (!api_config->store)
		return;
	if (store_subscriber_get(imsi, &s)) {
		find(findings, "mcorectl sim add IMSI k … opc …, if it is one of yours",
		     "the HSS does not know the IMSI");
		return;
	}
	if (s.blocked)
		find(findings, "mcorectl sim set IMSI blocked no", "the subscriber is blocked");
	crypto_wipe(&s, sizeof s);
}

static void sites(json_t *findings, const struct api_mme *m)
{
	uint64_t cursor = 0;
	unsigned up = 0;

	for (;;) {
		struct enb_view v = {0};

		if (!m->enb_next(&cursor, &v))
			break;
		up += v.state && !strcmp(v.state, "up");
	}
	if (!up)
		find(findings, "mcorectl enb show; mme.s1.address and firewall: IP protocol 132",
		     "no eNodeB is connected");
}

static bool registration(json_t *findings, const struct api_mme *m, imsi_t imsi, struct ue_view *v)
{
	char t[24];

	if (!m->ue(imsi, v)) {
		find(findings,
		     "nothing here stands against it: see what failed last, else the device",
		     "the MME does not know the device: it is detached, or was never here");
		return false;
	}
	if (v->procedure)
		find(findings, "mcorectl trace IMSI", "%s is under way", v->procedure);
	if (!strcmp(v->emm, "registered") && !strcmp(v->ecm, "idle"))
		find(findings,
		     "this is normal between transfers; if it does not come when paged, see what "
		     "failed last",
		     "it is idle, and was last heard %s ago", ago(since(v->seen), t));
	return true;
}

static void session(json_t *findings, const struct session *s)
{
	char t[24];

	if (s->gate_up != GATE_OPEN || s->gate_down != GATE_OPEN)
		find(findings, "mcorectl policy set IMSI gate open, if that was not meant",
		     "APN %s: its gate is closed%s", session_apn(s),
		     s->gate_up == GATE_OPEN     ? " downlink"
		     : s->gate_down == GATE_OPEN ? " uplink"
						 : "");
	if (s->quota && quota_is_exhausted(s->quota_left))
		find(findings,
		     "mcorectl policy set IMSI quota refill, or the next period of its profile",
		     "APN %s: its quota is used up", session_apn(s));
	if (s->flags & SESSION_QUARANTINE)
		find(findings, "mcorectl policy set IMSI quarantine no, if that was not meant",
		     "APN %s: it is in quarantine, and reaches its profile's wall alone",
		     session_apn(s));
	if (*s->rule) /* a dedicated bearer may well be still */
		return;
	if (!s->last_seen)
		find(findings,
		     "the device has sent nothing: its own routes, APN settings and firewall; or "
		     "the eNodeB's GTP-U does not arrive (mcorectl stats: wrong_peer, "
		     "unknown_teid)",
		     "APN %s: no packet since the session began %s ago", session_apn(s),
		     ago(since(s->since), t));
	else if (!s->down.packets)
		find(findings, "the way back: routes to the pool, masquerade, pgw.apns breakout",
		     "APN %s: packets go up, none come down", session_apn(s));
	else if (!s->up.packets)
		find(findings,
		     "the eNodeB's GTP-U does not arrive: mcorectl stats (wrong_peer, "
		     "unknown_teid), firewall: UDP 2152",
		     "APN %s: packets go down, none come up", session_apn(s));
}

static const char *const reason_names[REASON_COUNT] = {
#define R(name, verdict, text) [REASON_##name] = #name,
	MCORE_REASONS(R)
#undef R
};

static const char *drop_advice(enum mcore_reason r)
{
	switch (r) {
	case REASON_wrong_peer:
		return "the eNodeB sends GTP-U from another address than it told: its "
		       "configuration, NAT";
	case REASON_spoofed_source:
		return "the device, or a network behind it, uses another source address: NAT in "
		       "the "
		       "device";
	case REASON_gate_closed:
		return "mcorectl policy set IMSI gate open, if that was not meant";
	case REASON_quota:
		return "mcorectl policy set IMSI quota refill, or the next period of its profile";
	case REASON_walled:
		return "mcorectl policy set IMSI quarantine no, or what its profile's quota leads "
		       "to";
	case REASON_filtered:
		return "a rule of its profile: mcorectl capture IMSI --drops, mcorectl policy file";
	case REASON_rate_up:
	case REASON_rate_down:
		return "its rate is exceeded: the subscription's AMBR, hss.profiles";
	case REASON_idle:
		return "the device was idle and did not come when it was paged";
	case REASON_ue_to_ue:
		return "devices may not talk to each other: datapath.ue_to_ue, its policy";
	case REASON_access_network:
		return "devices do not reach the access network: datapath.ue_to_access";
	case REASON_core_port:
		return "it speaks to this machine as a node of the core would";
	case REASON_no_next_hop:
		return "the next hop's MAC address is unknown: ip neigh; is the gateway there?";
	case REASON_not_routable:
		return "it sends to addresses that no router forwards: nothing is wrong here";
	case REASON_ttl:
		return "a routing loop, or traceroute";
	default:
		return "mcorectl capture IMSI --drops shows each";
	}
}

static void drops(json_t *findings, uint32_t slot, const struct session *s)
{
	struct drop_count count[REASON_COUNT];
	uint64_t now = dp_now_ns();
	char t[24];

	if (s->dropped && !dp_drops(slot, count))
		find(findings, "mcorectl capture IMSI --drops shows each with its reason",
		     "APN %s: %" PRIu64 " packets were dropped", session_apn(s),
		     (uint64_t)s->dropped);
	else if (s->dropped)
		for (unsigned i = 0; i < REASON_COUNT; i++)
			if (count[i].packets)
				find(findings, drop_advice(i),
				     "APN %s: %" PRIu64 " packets dropped as %s, the last %s ago",
				     session_apn(s), (uint64_t)count[i].packets, reason_names[i],
				     ago(now > count[i].last ? (now - count[i].last) / 1000000000
							     : 0,
					 t));
}

static void sessions(json_t *findings, imsi_t imsi, bool registered)
{
	uint32_t slot[11];
	unsigned n;

	if (!api_config->datapath)
		return;
	n = dp_session_find(imsi, slot);
	if (!n && registered)
		find(findings, "mcorectl trace IMSI while it attaches again",
		     "it is registered and has no session in the datapath");
	for (unsigned i = 0; i < n; i++) {
		session(findings, dp_session(slot[i]));
		drops(findings, slot[i], dp_session(slot[i]));
	}
}

void why(struct api_request *r)
{
	const struct api_mme *m = api_config->mme;
	json_t *findings = json_array(), *answer = json_object();
	struct failure_view failure = {0};
	struct ue_view ue = {0};
	char digits[IMSI_STRLEN];
	bool known = false;

	subscription(findings, r->imsi);
	if (m) {
		sites(findings, m);
		known = registration(findings, m, r->imsi, &ue);
	}
	sessions(findings, r->imsi, known && !strcmp(ue.emm, "registered"));
	json_object_set_new(answer, "imsi", json_string(imsi_print(r->imsi, digits)));
	json_object_set_new(answer, "ue", known ? view_json(ue_rows, &ue) : json_null());
	json_object_set_new(answer, "failure",
			    m && m->why && m->why(r->imsi, &failure)
				    ? view_json(failure_rows, &failure)
				    : json_null());
	json_object_set_new(answer, "findings", findings);
	api_reply(r, 200, answer);
}
