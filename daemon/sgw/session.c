/* SPDX-License-Identifier: Apache-2.0 */
/* Between the MME and the PGW: a request of the MME waits (token) while the PGW is asked (s5).
 * Whatever ends a PDN connection early, the MME's request is answered once, and the PGW's answer
 * finds nobody.
 *
 * A Create Session for a bearer that exists ends what was there first (29.274 7.2.1). */
#include "sgw/internal.h"

#include <errno.h>

#include "core/pool.h"
#include "core/timer.h"
#include "datapath/datapath.h"
#include "pgw/pgw.h"
#include "transport/teid.h"

struct sgw_config sgw;

static struct mem_pool ues = MEM_POOL(sgw_ue);
static struct mem_pool pdns = MEM_POOL(sgw_pdn);
static struct teid_table teids;
static struct sgw_ue *by_imsi;

/* ---- contexts ---- */

struct sgw_ue *sgw_ue_find(uint32_t teid) { return teid_find(&teids, teid); }

static struct sgw_ue *ue_by_imsi(imsi_t imsi)
{
	struct sgw_ue *ue;

	HASH_FIND(by_imsi, by_imsi, &imsi, sizeof(imsi), ue);
	return ue;
}

struct sgw_pdn *sgw_pdn_find(const struct sgw_ue *ue, uint8_t ebi)
{
	struct sgw_pdn *pdn = ue->pdns;

	while (pdn && pdn->ebi != ebi)
		pdn = pdn->next;
	return pdn;
}

struct sgw_pdn *sgw_pdn_with(const struct sgw_ue *ue, uint8_t ebi, struct sgw_bearer **b)
{
	struct sgw_pdn *pdn = sgw_pdn_find(ue, ebi);

	*b = NULL;
	if (pdn)
		return pdn;
	for (pdn = ue->pdns; pdn; pdn = pdn->next)
		for (*b = pdn->bearers; *b; *b = (*b)->next)
			if ((*b)->ebi == ebi)
				return pdn;
	return NULL;
}

/* teid 0: a new one. NULL if there is no room, or teid is another's. */
static struct sgw_ue *ue_new(imsi_t imsi, uint32_t teid)
{
	struct sgw_ue *ue = pool_get(&ues);

	if (!ue)
		return NULL;
	ue->imsi = imsi;
	ue->teid = teid ? teid : teid_new(&teids, ue);
	if (!ue->teid || (teid && teid_claim(&teids, teid, ue))) {
		pool_put(&ues, ue);
		return NULL;
	}
	HASH_ADD(by_imsi, by_imsi, imsi, sizeof(ue->imsi), ue);
	return ue;
}

static void ue_end_if_empty(struct sgw_ue *ue)
{
	if (ue->pdns)
		return;
	forward_end(ue);
	gtpc_cancel(&ue->ddn);
	timer_stop(&ue->quiet);
	teid_drop(&teids, ue->teid);
	HASH_DELETE(by_imsi, by_imsi, ue);
	pool_put(&ues, ue);
}

static struct sgw_pdn *pdn_new(struct sgw_ue *ue, uint8_t ebi)
{
	struct sgw_pdn *pdn = pool_get(&pdns);

	if (!pdn)
		return NULL;
	pdn->ue = ue;
	pdn->ebi = ebi;
	pdn->slot = UINT32_MAX;
	pdn->next = ue->pdns;
	ue->pdns = pdn;
	return pdn;
}

static void answer(void *token, enum gtpc_message type, enum gtpc_cause cause)
{
	struct gtpc_response r = {.type = type, .cause = cause};

	gtpc_reply(token, &r);
}

/* Ends a PDN connection here; its device may be without one then. */
static void pdn_end(struct sgw_pdn *pdn)
{
	struct sgw_pdn **at = &pdn->ue->pdns;

	idle_pdn_ends(pdn);
	gtpc_cancel(&pdn->s5);
	relay_end(pdn);
	if (pdn->token)
		answer(pdn->token,
		       pdn->state == SGW_CREATING ? GTPC_CREATE_SESSION : GTPC_DELETE_SESSION,
		       pdn->state == SGW_CREATING ? GTPC_REQUEST_REJECTED : GTPC_ACCEPTED);
	while (*at != pdn)
		at = &(*at)->next;
	*at = pdn->next;
	pool_put(&pdns, pdn);
}

struct sgw_pdn *sgw_pdn_by_slot(uint32_t slot, uint8_t *ebi)
{
	const struct session *k = dp_session(slot);
	struct sgw_bearer *b = NULL;
	struct sgw_pdn *pdn;
	struct sgw_ue *ue;
	imsi_t imsi;

	if (!k || !imsi_parse_any(k->imsi, &imsi))
		return NULL;
	*ebi = k->ebi;
	ue = ue_by_imsi(imsi);
	pdn = ue ? sgw_pdn_with(ue, k->ebi, &b) : NULL;
	return pdn && (b ? b->slot : pdn->slot) == slot ? pdn : NULL;
}

struct fteid sgw_s11(const struct sgw_ue *ue)
{
	return (struct fteid){
		.type = FTEID_S11_SGW, .has4 = true, .teid = ue->teid, .ip4 = sgw.control};
}

struct fteid sgw_s1u(uint32_t teid) { return fteid_of(FTEID_S1U_SGW, teid, sgw.gtpu, sgw.gtpu6); }

/* ---- Create Session ---- */

static void delete_at_pgw(const struct sgw_pdn *pdn)
{
	struct gtpc_request q = {
		.type = GTPC_DELETE_SESSION,
		.teid = pdn->pgw_teid,
		.imsi = pdn->ue->imsi,
		.bearers = 1,
		.bearer[0].ebi = pdn->ebi,
	};

	gtpc_send(GTPC_PGW, &q);
}

static void session_created(struct gtpc_txn *txn, const struct gtpc_response *from_pgw)
{
	struct sgw_pdn *pdn = container_of(txn, struct sgw_pdn, s5);
	struct sgw_ue *ue = pdn->ue;
	struct gtpc_response r;
	void *token = pdn->token;

	gtpc_copy_response(&r, from_pgw);
	pdn->token = NULL;
	pdn->pgw_teid = r.sender.teid;
	if (gtpc_accepted(r.cause) && !pgw_slot(pdn->pgw_teid, pdn->ebi, &pdn->slot)) {
		delete_at_pgw(pdn);
		r = (struct gtpc_response){.type = r.type, .cause = GTPC_SYSTEM_FAILURE};
	}
	if (!gtpc_accepted(r.cause)) {
		pdn_end(pdn);
		ue_end_if_empty(ue);
		gtpc_reply(token, &r);
		return;
	}
	pdn->state = SGW_ACTIVE;
	pdn->s1u_teid = r.bearer[0].s1u_sgw.teid;
	r.sender = sgw_s11(ue);
	r.bearer[0].s1u_sgw = sgw_s1u(pdn->s1u_teid);
	gtpc_reply(token, &r);
}

/* The device a Create Session is for: named by our TEID, or by IMSI (TEID 0), known or new. */
static struct sgw_ue *ue_for(const struct gtpc_request *q, enum gtpc_cause *cause)
{
	struct sgw_ue *ue = q->teid ? sgw_ue_find(q->teid) : ue_by_imsi(q->imsi);

	*cause = GTPC_CONTEXT_NOT_FOUND;
	if (q->teid)
		return ue && ue->imsi == q->imsi ? ue : NULL;
	*cause = GTPC_NO_RESOURCES;
	return ue ? ue : ue_new(q->imsi, 0);
}

static void create_session(void *token, const struct gtpc_request *q)
{
	struct gtpc_request to_pgw;
	enum gtpc_cause cause;
	struct sgw_pdn *pdn;
	struct sgw_ue *ue;

	gtpc_copy_request(&to_pgw, q);
	if (!q->bearers || q->bearer[0].ebi < 5 || q->bearer[0].ebi > 15 || q->imsi == IMSI_NONE)
		return answer(token, q->type, GTPC_REQUEST_REJECTED);
	ue = ue_for(q, &cause);
	if (!ue)
		return answer(token, q->type, cause);
	pdn = sgw_pdn_find(ue, q->bearer[0].ebi);
	if (pdn && pdn->state == SGW_ACTIVE)
		delete_at_pgw(pdn);
	if (pdn)
		pdn_end(pdn);
	pdn = pdn_new(ue, q->bearer[0].ebi);
	if (!pdn) {
		ue_end_if_empty(ue);
		return answer(token, q->type, GTPC_NO_RESOURCES);
	}
	ue->mme = q->sender;
	pdn->token = token;
	pdn->qos = q->bearer[0].qos;
	pdn->s5.done = session_created;
	to_pgw.teid = 0;
	to_pgw.sender = (struct fteid){
		.type = FTEID_S5C_SGW, .has4 = true, .teid = ue->teid, .ip4 = sgw.control};
	gtpc_request(&pdn->s5, GTPC_PGW, &to_pgw);
}

/* ---- Delete Session ---- */

static void session_deleted(struct gtpc_txn *txn, const struct gtpc_response *from_pgw)
{
	struct sgw_pdn *pdn = container_of(txn, struct sgw_pdn, s5);
	struct sgw_ue *ue = pdn->ue;

	(void)from_pgw; /* gone there, or never known: gone here in any case */
	pdn_end(pdn);
	ue_end_if_empty(ue);
}

static void delete_session(void *token, const struct gtpc_request *q)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);
	struct sgw_pdn *pdn = ue && q->bearers ? sgw_pdn_find(ue, q->bearer[0].ebi) : NULL;
	struct gtpc_request to_pgw = {.type = q->type, .imsi = q->imsi, .bearers = 1};

	if (!pdn || pdn->state == SGW_DELETING)
		return answer(token, q->type, GTPC_CONTEXT_NOT_FOUND);
	if (pdn->state == SGW_CREATING) {
		pdn_end(pdn);
		ue_end_if_empty(ue);
		return answer(token, q->type, GTPC_ACCEPTED);
	}
	pdn->state = SGW_DELETING;
	pdn->token = token;
	pdn->s5.done = session_deleted;
	to_pgw.teid = pdn->pgw_teid;
	to_pgw.bearer[0].ebi = pdn->ebi;
	gtpc_request(&pdn->s5, GTPC_PGW, &to_pgw);
}

static void handle(void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_REQUEST_REJECTED};

	switch (q->type) {
	case GTPC_CREATE_SESSION:
		return create_session(token, q);
	case GTPC_DELETE_SESSION:
		return delete_session(token, q);
	case GTPC_MODIFY_BEARER:
		bearer_modify(q, &r);
		break;
	case GTPC_RELEASE_ACCESS_BEARERS:
		bearer_release_access(q, &r);
		break;
	case GTPC_CREATE_INDIRECT_FORWARDING:
		forward_create(q, &r);
		break;
	case GTPC_DELETE_INDIRECT_FORWARDING:
		forward_delete(q, &r);
		break;
	case GTPC_DOWNLINK_DATA_NOTIFICATION_FAILURE:
		idle_failed(q, &r);
		break;
	case GTPC_CREATE_BEARER:
	case GTPC_UPDATE_BEARER:
	case GTPC_DELETE_BEARER:
		return relay_down(token, q);
	case GTPC_DELETE_BEARER_COMMAND:
	case GTPC_BEARER_RESOURCE_COMMAND:
		return relay_up(token, q);
	default:
		r.cause = GTPC_SERVICE_NOT_SUPPORTED;
	}
	gtpc_reply(token, &r);
}

/* ---- the role ---- */

int sgw_start(const struct sgw_config *config)
{
	sgw = *config;
	gtpc_serve(GTPC_SGW, handle);
	return 0;
}

void sgw_stop(void)
{
	struct sgw_ue *ue, *next;

	gtpc_serve(GTPC_SGW, NULL);
	HASH_ITER (by_imsi, by_imsi, ue, next) {
		/* cppcheck-suppress uninitvar */
		while (ue->pdns)
			pdn_end(ue->pdns);
		ue_end_if_empty(ue);
	}
	teid_free(&teids);
	idle_stop();
}

static void restore_bearer(struct sgw_pdn *pdn, struct sgw_restored_bearer *was)
{
	struct pgw_restored_bearer at_pgw = {
		.ebi = was->ebi, .qos = was->qos, .tft = was->tft, .tft_n = was->tft_n};
	struct sgw_bearer *b = NULL;

	if (!pgw_restore_bearer(pdn->pgw_teid, &at_pgw))
		b = relay_bearer_new(pdn, was->ebi, at_pgw.slot, &was->qos);
	was->gone = !b;
	was->s1u_teid = b ? b->s1u_teid : 0;
}

static bool has_tunnel(uint32_t slot)
{
	const struct session *s = dp_session(slot);

	return s && s->peer;
}

int sgw_restore(struct sgw_restored *was, uint32_t *s1u_teid)
{
	struct pgw_restored at_pgw = {
		.imsi = was->imsi,
		.ebi = was->ebi,
		.qci = was->qos.qci,
		.apn = was->apn,
		.routes = was->routes,
		.paa = was->paa,
		.ambr_up = was->ambr_up,
		.ambr_down = was->ambr_down,
		.sgw = {.type = FTEID_S5C_SGW, .has4 = true, .teid = was->teid, .ip4 = sgw.control},
	};
	struct sgw_ue *ue = ue_by_imsi(was->imsi);
	struct sgw_pdn *pdn;
	int err;

	if (ue && (ue->teid != was->teid || sgw_pdn_find(ue, was->ebi)))
		return -EEXIST;
	if (!ue)
		ue = ue_new(was->imsi, was->teid);
	if (!ue)
		return -EEXIST;
	pdn = pdn_new(ue, was->ebi);
	err = pdn ? pgw_restore(&at_pgw, &pdn->pgw_teid, &pdn->slot) : -ENOSPC;
	if (err) {
		if (pdn)
			pdn_end(pdn);
		ue_end_if_empty(ue);
		return err;
	}
	pdn->state = SGW_ACTIVE;
	pdn->qos = was->qos;
	pdn->s1u_teid = *s1u_teid = dp_session_teid(pdn->slot);
	ue->mme = was->mme;
	for (unsigned i = 0; i < was->bearers; i++)
		restore_bearer(pdn, &was->bearer[i]);
	pgw_restore_rules(pdn->pgw_teid, was->rules, was->due);
	was->tunnels = has_tunnel(pdn->slot);
	for (const struct sgw_bearer *b = pdn->bearers; b; b = b->next)
		was->tunnels &= has_tunnel(b->slot);
	return 0;
}

_Static_assert((int)SGW_RULES_STRLEN == (int)PGW_RULES_STRLEN, "one text");

void sgw_due_rules(uint32_t teid, uint8_t ebi, char names[SGW_RULES_STRLEN])
{
	const struct sgw_ue *ue = sgw_ue_find(teid);
	const struct sgw_pdn *pdn = ue ? sgw_pdn_find(ue, ebi) : NULL;

	pgw_due_rules(pdn ? pdn->pgw_teid : 0, names);
}

unsigned sgw_restore_end(void) { return pgw_restore_end(); }

unsigned sgw_sessions(void) { return (unsigned)pdns.in_use; }
