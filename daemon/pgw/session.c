/* SPDX-License-Identifier: Apache-2.0 */
/* PDN connections. A session is found by its control TEID and by IMSI and EBI; it holds an address,
 * and with it a slot of the datapath, which is programmed before anybody is told (and so before the
 * device can know). Create Session for an IMSI and EBI that exist replaces what was there
 * (29.274 7.2.1). */
#include "pgw/internal.h"

#include <errno.h>
#include <strings.h>

#include "core/log.h"
#include "core/pool.h"
#include "datapath/datapath.h"
#include "security/crypto.h"
#include "transport/teid.h"

struct pgw_config pgw;

static struct mem_pool sessions = MEM_POOL(pgw_session);
static struct teid_table teids;
static struct pgw_session *by_key;
static const struct pgw_policy *policy;

static uint64_t key_of(imsi_t imsi, uint8_t ebi) { return (imsi & ~(imsi_t)0xf) | (ebi & 0xf); }

static imsi_t key_imsi(uint64_t key) { return key | 0xf; }

static struct pgw_session *find(imsi_t imsi, uint8_t ebi)
{
	uint64_t key = key_of(imsi, ebi);
	struct pgw_session *s;

	HASH_FIND(by_key, by_key, &key, sizeof(key), s);
	return s;
}

struct pgw_session *pgw_session_by_slot(uint32_t slot)
{
	const struct session *in_kernel = dp_session(slot);
	struct pgw_session *s = NULL;
	imsi_t imsi;

	if (in_kernel && imsi_parse_any(in_kernel->imsi, &imsi))
		s = find(imsi, in_kernel->ebi);
	return s && s->addr.slot == slot ? s : NULL;
}

struct pgw_session *pgw_session_first(void) { return by_key; }

struct pgw_session *pgw_session_find(imsi_t imsi, uint8_t ebi) { return find(imsi, ebi); }

struct pgw_session *pgw_session_by_teid(uint32_t teid) { return teid_find(&teids, teid); }

imsi_t pgw_session_imsi(const struct pgw_session *s) { return key_imsi(s->key); }

struct pgw_session *pgw_session_of(imsi_t imsi, const char *apn)
{
	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		struct pgw_session *s = find(imsi, ebi);

		if (s && (!*apn || !strcasecmp(pgw.apn[s->apn].name, apn)))
			return s;
	}
	return NULL;
}

bool pgw_slot(uint32_t teid, uint8_t ebi, uint32_t *slot)
{
	const struct pgw_session *s = teid_find(&teids, teid);

	if (!s || s->ebi != ebi)
		return false;
	*slot = s->addr.slot;
	return true;
}

uint16_t pgw_mtu(const struct pgw_apn *apn) { return apn->mtu ? apn->mtu : dp_ue_mtu(); }

/* The APN's network identifier, with or without the operator's part (23.003 9.1). */
static int apn_find(const char *name)
{
	const char *operator_part = strcasestr(name, ".mnc");
	size_t n = operator_part ? (size_t)(operator_part - name) : strlen(name);

	for (unsigned i = 0; i < pgw.apns; i++)
		if (strlen(pgw.apn[i].name) == n && !strncasecmp(pgw.apn[i].name, name, n))
			return (int)i;
	return -ENOENT;
}

/* The PDN type given for the one wanted (23.401 5.3.1.1); 0 if there is none. */
static enum pdn_type type_for(const struct pgw_apn *apn, enum pdn_type wanted,
			      enum gtpc_cause *cause)
{
	unsigned have = (apn->has4 ? PDN_IPV4 : 0) | (apn->has6 ? PDN_IPV6 : 0);
	unsigned type = wanted & have;

	*cause = !type            ? GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED
		 : type == wanted ? GTPC_ACCEPTED
				  : GTPC_NEW_PDN_TYPE_NETWORK;
	return (enum pdn_type)type;
}

/* Random, not the gateway's own and not all zeros (RFC 4291 2.5.1; universal bit clear). */
static void iid_make(uint8_t iid[8])
{
	crypto_random(iid, 8);
	iid[0] = (uint8_t)((iid[0] & 0xfc) | 0x40);
}

static struct paa paa_of(const struct pgw_session *s)
{
	struct paa paa = {.type = s->type, .ip4 = s->addr.ip4};

	if (s->type & PDN_IPV6) {
		paa.ip6 = s->addr.ip6;
		memcpy(paa.ip6.s6_addr + 8, s->iid, 8);
	}
	return paa;
}

void pgw_set_policy(const struct pgw_policy *p) { policy = p; }

const char *pgw_apn(uint32_t slot, uint64_t *ambr_up, uint64_t *ambr_down)
{
	const struct pgw_session *s = pgw_session_by_slot(slot);

	if (!s)
		return NULL;
	*ambr_up = s->ambr_up;
	*ambr_down = s->ambr_down;
	return pgw.apn[s->apn].name;
}

static void policy_begin(const struct pgw_session *s, bool adopted)
{
	if (policy)
		policy->begin(key_imsi(s->key), pgw.apn[s->apn].name, s->addr.slot, s->ambr_up,
			      s->ambr_down, adopted);
}

static int program(struct pgw_session *s, uint32_t *s1u_teid)
{
	int err;

	struct dp_session d = {
		.imsi = key_imsi(s->key),
		.apn = pgw.apn[s->apn].name,
		.ebi = s->ebi,
		.pool = s->apn,
		.ue4 = s->addr.ip4,
		.ue6 = s->addr.ip6,
		.rate_up = s->ambr_up,
		.rate_down = s->ambr_down,
		.owner = UINT32_MAX,
		.dscp = pgw.dscp[s->qci],
	};

	if (s->type & PDN_IPV6)
		memcpy(d.iid, s->iid, 8);
	err = dp_session_add(s->addr.slot, &d, s1u_teid);
	if (!err)
		policy_begin(s, false);
	return err;
}

/* Why a framed route cannot be had. */
static const char *route_why(int err)
{
	switch (err) {
	case -EADDRNOTAVAIL:
		return "shares addresses with an APN's pool";
	case -EADDRINUSE:
		return "shares addresses with what is behind another device";
	case -EBUSY:
		return "shares addresses with a network of this machine's own";
	default:
		return strerror(-err);
	}
}

/* Its framed routes (TS 29.061 16.4.7) of the families that it has. *why is good until the next
 * call. */
static int program_routes(const struct pgw_session *s, const char *routes, const char **why)
{
	static char text[256];
	char one[PREFIXES_STRLEN];
	struct prefix route[PREFIXES_MAX];
	unsigned all = prefixes_read(routes, route, why), n = 0, which;
	int err;

	if (*why) {
		*why = "a framed route is no prefix";
		return -EINVAL;
	}
	*why = "";
	for (unsigned i = 0; i < all; i++)
		if (s->type & (IN6_IS_ADDR_V4MAPPED(&route[i].net) ? PDN_IPV4 : PDN_IPV6))
			route[n++] = route[i];
	err = dp_session_routes(s->addr.slot, route, n, &which);
	if (!err)
		return 0;
	prefixes_print(&route[which], n ? 1 : 0, one);
	snprintf(text, sizeof(text), "framed route %s: %s", one, route_why(err));
	*why = text;
	return err;
}

const char *pgw_route_refused(const char *apn, const struct prefix *route)
{
	int i = apn_find(apn);
	int err = i < 0 ? 0 : dp_route_check(dp_pool_network((unsigned)i), route);

	return err ? route_why(err) : NULL;
}

bool pgw_same_network(const char *apn, const char *other)
{
	int a = apn_find(apn), b = apn_find(other);

	return a < 0 || b < 0 || dp_pool_network((unsigned)a) == dp_pool_network((unsigned)b);
}

static void session_free(struct pgw_session *s)
{
	bearers_end(s);
	if (policy && dp_session(s->addr.slot))
		policy->end(key_imsi(s->key), pgw.apn[s->apn].name, s->addr.slot);
	dp_session_del(s->addr.slot);
	addr_put(s->apn, &s->addr);
	teid_drop(&teids, s->teid);
	ra_forget(s);
	HASH_DELETE(by_key, by_key, s);
	pool_put(&sessions, s);
}

/* A session in the tables, with a TEID; NULL if there is no room for it. */
static struct pgw_session *session_new(imsi_t imsi, uint8_t ebi, unsigned apn)
{
	struct pgw_session *s = pool_get(&sessions);

	if (!s)
		return NULL;
	s->key = key_of(imsi, ebi);
	s->ebi = ebi;
	s->apn = (uint8_t)apn;
	s->addr.slot = UINT32_MAX;
	s->addr.offset = INDEX_NONE;
	s->teid = teid_new(&teids, s);
	if (!s->teid) {
		pool_put(&sessions, s);
		return NULL;
	}
	HASH_ADD(by_key, by_key, key, sizeof(s->key), s);
	return s;
}

static void refused(const struct gtpc_request *q, enum gtpc_cause cause, const char *why)
{
	char imsi[IMSI_STRLEN], apn[APN_STRLEN * 4];

	LOG(WARN, "pgw.create_session", "imsi=%s ebi=%u apn=%s cause=%d why=\"%s\"",
	    imsi_print(q->imsi, imsi), q->bearer[0].ebi,
	    log_escape(apn, sizeof(apn), q->apn, strnlen(q->apn, sizeof(q->apn))), cause, why);
}

/* Everything a session needs. On failure the caller frees it, whatever it has by then. */
static enum gtpc_cause session_fill(struct pgw_session *s, const struct gtpc_request *q,
				    enum pdn_type type, uint32_t *s1u_teid, const char **why)
{
	const struct pgw_apn *apn = &pgw.apn[s->apn];
	enum gtpc_cause cause;
	int err;

	s->type = type;
	s->sgw = q->sender;
	s->qci = q->bearer[0].qos.qci;
	s->ambr_up = q->ambr_up ? q->ambr_up : apn->ambr_up;
	s->ambr_down = q->ambr_down ? q->ambr_down : apn->ambr_down;
	iid_make(s->iid);
	cause = addr_get(s->apn, type, &q->paa, NULL, &s->addr, why);
	if (cause != GTPC_ACCEPTED) {
		s->addr = (struct addr){.slot = UINT32_MAX, .offset = INDEX_NONE};
		return cause;
	}
	err = program(s, s1u_teid);
	if (!err && program_routes(s, q->routes, why))
		return GTPC_NO_RESOURCES;
	if (!err)
		return GTPC_ACCEPTED;
	*why = strerror(-err);
	return err == -ENOSPC || err == -EEXIST ? GTPC_NO_RESOURCES : GTPC_SYSTEM_FAILURE;
}

static void accept_session(const struct pgw_session *s, const struct gtpc_request *q,
			   uint32_t s1u_teid, struct gtpc_response *r)
{
	r->sender = (struct fteid){
		.type = FTEID_S5C_PGW, .has4 = true, .teid = s->teid, .ip4 = pgw.control};
	r->paa = paa_of(s);
	r->ambr_up = s->ambr_up;
	r->ambr_down = s->ambr_down;
	r->mtu = pgw_mtu(&pgw.apn[s->apn]);
	pco_for(&pgw.apn[s->apn], s->type, &q->pco, &r->pco);
	r->bearers = 1;
	r->bearer[0] = (struct gtpc_bearer){
		.ebi = s->ebi,
		.cause = GTPC_ACCEPTED,
		.qos = q->bearer[0].qos,
		.s1u_sgw = fteid_of(FTEID_S5U_PGW, s1u_teid, pgw.gtpu, pgw.gtpu6),
	};
}

static bool request_valid(const struct gtpc_request *q)
{
	return q->bearers && q->bearer[0].ebi >= 5 && q->bearer[0].ebi <= 15 &&
	       q->imsi != IMSI_NONE && q->pdn_type >= PDN_IPV4 && q->pdn_type <= PDN_IPV4V6;
}

static void create_session(const struct gtpc_request *q, struct gtpc_response *r)
{
	int apn = apn_find(q->apn);
	struct pgw_session *s;
	enum gtpc_cause cause;
	uint32_t s1u_teid = 0;
	const char *why = "";
	enum pdn_type type;

	if (!request_valid(q)) {
		r->cause = GTPC_REQUEST_REJECTED;
		return refused(q, r->cause, "no IMSI, EBI or PDN type");
	}
	s = find(q->imsi, q->bearer[0].ebi);
	if (s)
		session_free(s);
	if (apn < 0) {
		r->cause = GTPC_MISSING_OR_UNKNOWN_APN;
		return refused(q, r->cause, "APN is not configured");
	}
	type = type_for(&pgw.apn[apn], q->pdn_type, &r->cause);
	if (!type)
		return refused(q, r->cause, "APN has no addresses of that type");
	s = session_new(q->imsi, q->bearer[0].ebi, (unsigned)apn);
	if (!s) {
		r->cause = GTPC_NO_RESOURCES;
		return refused(q, r->cause, "too many sessions");
	}
	cause = session_fill(s, q, type, &s1u_teid, &why);
	if (cause == GTPC_ACCEPTED) {
		bearers_begin(s, q->rules);
		return accept_session(s, q, s1u_teid, r);
	}
	r->cause = cause;
	refused(q, cause, *why ? why : "no address left");
	session_free(s);
}

static void delete_session(const struct gtpc_request *q, struct gtpc_response *r)
{
	struct pgw_session *s = teid_find(&teids, q->teid);

	if (!s || !q->bearers || q->bearer[0].ebi != s->ebi) {
		r->cause = GTPC_CONTEXT_NOT_FOUND;
		return;
	}
	session_free(s);
	r->cause = GTPC_ACCEPTED;
}

static void handle(void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_REQUEST_REJECTED};

	switch (q->type) {
	case GTPC_CREATE_SESSION:
		create_session(q, &r);
		break;
	case GTPC_DELETE_SESSION:
		delete_session(q, &r);
		break;
	case GTPC_BEARER_RESOURCE_COMMAND:
	case GTPC_DELETE_BEARER_COMMAND:
		bearer_command(teid_find(&teids, q->teid), token, q);
		return;
	default:
		break;
	}
	gtpc_reply(token, &r);
}

int pgw_start(const struct pgw_config *config)
{
	for (unsigned i = 0; i < config->apns; i++)
		if (!config->apn[i].has4 && !config->apn[i].has6)
			return -EINVAL;
	pgw = *config;
	addr_start(&pgw);
	ra_start();
	gtpc_serve(GTPC_PGW, handle);
	return 0;
}

void pgw_reload(const struct pgw_config *config)
{
	pgw.rules = config->rules;
	memcpy(pgw.rule, config->rule, sizeof(pgw.rule));
	pgw.gbr_up = config->gbr_up;
	pgw.gbr_down = config->gbr_down;
	memcpy(pgw.dscp, config->dscp, sizeof(pgw.dscp));
	for (unsigned i = 0; i < pgw.apns && i < config->apns; i++) {
		struct pgw_apn *to = &pgw.apn[i];
		const struct pgw_apn *from = &config->apn[i];

		to->dns4s = from->dns4s;
		to->dns6s = from->dns6s;
		memcpy(to->dns4, from->dns4, sizeof(to->dns4));
		memcpy(to->dns6, from->dns6, sizeof(to->dns6));
		to->mtu = from->mtu;
		to->ambr_up = from->ambr_up;
		to->ambr_down = from->ambr_down;
		to->rules = from->rules;
		memcpy(to->rule, from->rule, sizeof(to->rule));
		to->refuse_resources = from->refuse_resources;
	}
}

void pgw_stop(void)
{
	struct pgw_session *s, *next;

	gtpc_serve(GTPC_PGW, NULL);
	ra_stop();
	HASH_ITER (by_key, by_key, s, next) {
		/* cppcheck-suppress uninitvar */
		bearers_forget(s);
		HASH_DELETE(by_key, by_key, s);
		pool_put(&sessions, s);
	}
	teid_free(&teids);
	addr_stop();
}

uint32_t pgw_extra_slot_of(imsi_t imsi, uint8_t ebi)
{
	uint32_t slot[11], extra = 0;
	unsigned n = dp_session_find(imsi, slot);

	for (unsigned i = 0; i < pgw.apns; i++)
		extra += dp_pool_size(i);
	while (n--)
		if (slot[n] >= extra && dp_session(slot[n])->ebi == ebi)
			return slot[n];
	return INDEX_NONE;
}

/* Its routes as they are to be, whatever the datapath has of them. Where they cannot be had, the
 * session goes on with those it has. */
static void restore_routes(const struct pgw_session *s, const char *routes)
{
	const char *why;

	if (program_routes(s, routes ? routes : "", &why))
		LOG(WARN, "pgw.restore", "imsi=%s ebi=%u why=\"%s\"",
		    imsi_print(key_imsi(s->key), (char[IMSI_STRLEN]){0}), s->ebi, why);
}

/* What the kernel has in the session's slot is this session, or nothing. */
static int adopt(struct pgw_session *s, const char *routes)
{
	const struct session *k = dp_session(s->addr.slot);
	char digits[IMSI_STRLEN];
	uint32_t teid;
	int err = 0;

	if (k) {
		imsi_print(key_imsi(s->key), digits);
		if (strcmp(k->imsi, digits) || k->ebi != s->ebi)
			return -EEXIST;
		policy_begin(s, true);
	} else {
		err = program(s, &teid);
	}
	if (!err)
		restore_routes(s, routes);
	return err;
}

int pgw_restore(const struct pgw_restored *was, uint32_t *teid, uint32_t *slot)
{
	int apn = apn_find(was->apn), err;
	struct pgw_session *s;
	const char *why;
	enum gtpc_cause cause;

	if (apn < 0)
		return -ENOENT;
	if (find(was->imsi, was->ebi))
		return -EEXIST;
	s = session_new(was->imsi, was->ebi, (unsigned)apn);
	if (!s)
		return -ENOSPC;
	s->type = was->paa.type;
	s->sgw = was->sgw;
	s->qci = was->qci;
	s->ambr_up = was->ambr_up;
	s->ambr_down = was->ambr_down;
	memcpy(s->iid, was->paa.ip6.s6_addr + 8, 8);
	cause = addr_get(s->apn, s->type, &was->paa, s, &s->addr, &why);
	err = cause == GTPC_ACCEPTED ? adopt(s, was->routes) : -EEXIST;
	if (err) {
		s->addr.slot = UINT32_MAX; /* another's: not to be touched */
		if (cause != GTPC_ACCEPTED)
			s->addr.offset = INDEX_NONE;
		session_free(s);
		return err;
	}
	*teid = s->teid;
	*slot = s->addr.slot;
	return 0;
}

/* A dedicated bearer of a session here. */
static bool is_bearer(uint32_t slot)
{
	const struct session *owner = dp_session(dp_session(slot)->owner);
	const struct pgw_session *s = owner ? pgw_session_by_slot(dp_session(slot)->owner) : NULL;

	return s && bearers_have_slot(s, slot);
}

unsigned pgw_restore_end(void)
{
	unsigned removed = 0;

	for (uint32_t slot = 0; dp_session_next(&slot); slot++)
		if (!pgw_session_by_slot(slot) && !is_bearer(slot)) {
			dp_session_del(slot);
			removed++;
		}
	return removed;
}

void pgw_keep(struct in_addr ue4, struct in6_addr ue6, bool keep) { addr_keep(ue4, ue6, keep); }

unsigned pgw_pools(struct pgw_pool_use out[MCORE_MAX_POOLS])
{
	for (unsigned i = 0; i < pgw.apns; i++) {
		out[i].apn = pgw.apn[i].name;
		addr_use(i, &out[i].size, &out[i].used);
	}
	return pgw.apns;
}

unsigned pgw_sessions(void) { return HASH_CNT(by_key, by_key); }
