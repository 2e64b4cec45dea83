/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer procedures that the PGW begins (TS 29.274 7.2.3, 7.2.9.2, 7.2.15) on their way to the MME
 * and back, and commands of the MME (7.2.5, 7.2.17.1) on their way to the PGW. What the MME
 * accepted is a dedicated bearer here, too, and its tunnel is connected before the PGW hears of it.
 * A PDN connection that ends answers what is under way for it. */
#include "sgw/internal.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/timer.h"
#include "datapath/datapath.h"

struct sgw_relay {
	struct gtpc_txn txn;
	struct sgw_relay *next; /* of its PDN connection */
	struct sgw_pdn *pdn;
	void *token; /* the PGW's request */
	enum gtpc_message type;
	uint8_t ebi;
	uint32_t slot; /* of a bearer that is being created */
	struct bearer_qos qos;
};

static struct mem_pool relays = MEM_POOL(sgw_relay);
static struct mem_pool bearers = MEM_POOL(sgw_bearer);

static void answer(void *token, enum gtpc_message type, enum gtpc_cause cause)
{
	struct gtpc_response r = {.type = type, .cause = cause};

	gtpc_reply(token, &r);
}

/* ---- bearers ---- */

struct sgw_bearer *relay_bearer_new(struct sgw_pdn *pdn, uint8_t ebi, uint32_t slot,
				    const struct bearer_qos *qos)
{
	struct sgw_bearer *b = pool_get(&bearers);

	if (!b)
		return NULL;
	b->ebi = ebi;
	b->slot = slot;
	b->qos = *qos;
	b->s1u_teid = dp_session_teid(slot);
	b->next = pdn->bearers;
	pdn->bearers = b;
	return b;
}

static void bearer_end(struct sgw_pdn *pdn, uint8_t ebi)
{
	for (struct sgw_bearer **at = &pdn->bearers; *at; at = &(*at)->next)
		if ((*at)->ebi == ebi) {
			struct sgw_bearer *b = *at;

			*at = b->next;
			pool_put(&bearers, b);
			idle_bearers_end(pdn->ue, (uint16_t)(1u << ebi));
			return;
		}
}

/* ---- from the PGW ---- */

static void forget(struct sgw_relay *x)
{
	struct sgw_relay **at = &x->pdn->relays;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	pool_put(&relays, x);
}

/* The MME accepted a bearer: it is one here. The cause for the PGW. */
static enum gtpc_cause take_bearer(struct sgw_relay *x, const struct gtpc_response *r)
{
	struct sgw_bearer *other;
	enum gtpc_cause cause;

	if (!r->bearers || r->bearer[0].ebi < 5 || r->bearer[0].ebi > 15 ||
	    sgw_pdn_with(x->pdn->ue, r->bearer[0].ebi, &other))
		return GTPC_MANDATORY_IE_INCORRECT;
	if (!relay_bearer_new(x->pdn, r->bearer[0].ebi, x->slot, &x->qos))
		return GTPC_NO_MEMORY;
	cause = bearer_connect(x->pdn, x->slot, &r->bearer[0].s1u_enb);
	if (cause != GTPC_ACCEPTED)
		bearer_end(x->pdn, r->bearer[0].ebi);
	return cause;
}

static void withdraw(const struct sgw_ue *ue, uint8_t ebi)
{
	struct gtpc_request q = {
		.type = GTPC_DELETE_BEARER,
		.teid = ue->mme.teid,
		.imsi = ue->imsi,
		.bearers = 1,
		.bearer[0].ebi = ebi,
	};

	gtpc_send(GTPC_MME, &q);
}

static void answered(struct gtpc_txn *txn, const struct gtpc_response *from_mme)
{
	struct sgw_relay *x = container_of(txn, struct sgw_relay, txn);
	struct gtpc_response r;
	void *token = x->token;

	gtpc_copy_response(&r, from_mme);
	if (x->type == GTPC_CREATE_BEARER && gtpc_accepted(r.cause)) {
		r.cause = r.bearer[0].cause = take_bearer(x, from_mme);
		if (!gtpc_accepted(r.cause)) /* the device has it and nobody else */
			withdraw(x->pdn->ue, r.bearer[0].ebi);
	}
	if (x->type == GTPC_DELETE_BEARER && x->ebi != x->pdn->ebi)
		bearer_end(x->pdn, x->ebi); /* whatever the MME said, the PGW ends it */
	forget(x);
	gtpc_reply(token, &r);
}

void relay_down(void *token, const struct gtpc_request *q)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);
	struct gtpc_request to_mme;
	uint8_t ebi = q->linked_ebi ? q->linked_ebi : q->bearer[0].ebi;
	struct sgw_bearer *b;
	struct sgw_pdn *pdn = ue ? sgw_pdn_with(ue, ebi, &b) : NULL;
	struct sgw_relay *x;
	uint32_t slot = UINT32_MAX;

	gtpc_copy_request(&to_mme, q);
	if (!pdn || pdn->state != SGW_ACTIVE || !q->bearers)
		return answer(token, q->type, GTPC_CONTEXT_NOT_FOUND);
	if (q->type == GTPC_CREATE_BEARER) {
		slot = dp_session_slot(q->bearer[0].s1u_sgw.teid);
		if (slot == UINT32_MAX)
			return answer(token, q->type, GTPC_SYSTEM_FAILURE);
		to_mme.bearer[0].s1u_sgw = sgw_s1u(q->bearer[0].s1u_sgw.teid);
	}
	x = pool_get(&relays);
	if (!x)
		return answer(token, q->type, GTPC_NO_MEMORY);
	x->pdn = pdn;
	x->token = token;
	x->type = q->type;
	x->ebi = ebi;
	x->slot = slot;
	x->qos = q->bearer[0].qos;
	x->next = pdn->relays;
	pdn->relays = x;
	x->txn.done = answered;
	to_mme.teid = ue->mme.teid;
	to_mme.imsi = ue->imsi;
	gtpc_request(&x->txn, GTPC_MME, &to_mme);
}

void relay_end(struct sgw_pdn *pdn)
{
	while (pdn->relays) {
		struct sgw_relay *x = pdn->relays;
		void *token = x->token;
		enum gtpc_message type = x->type;

		gtpc_cancel(&x->txn);
		forget(x);
		answer(token, type,
		       type == GTPC_DELETE_BEARER ? GTPC_ACCEPTED : GTPC_CONTEXT_NOT_FOUND);
	}
	while (pdn->bearers)
		bearer_end(pdn, pdn->bearers->ebi);
}

/* ---- from the MME ---- */

/* The PGW's answer goes back as it is. */
struct command {
	struct gtpc_txn txn;
	void *token;
};

static struct mem_pool commands = MEM_POOL(command);

static void commanded(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct command *c = container_of(txn, struct command, txn);

	gtpc_reply(c->token, r);
	pool_put(&commands, c);
}

void relay_up(void *token, const struct gtpc_request *q)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);
	struct gtpc_request to_pgw;
	uint8_t ebi = q->linked_ebi ? q->linked_ebi : q->bearer[0].ebi;
	struct sgw_bearer *b;
	struct sgw_pdn *pdn = ue ? sgw_pdn_with(ue, ebi, &b) : NULL;
	struct command *c;

	gtpc_copy_request(&to_pgw, q);
	if (!pdn || pdn->state != SGW_ACTIVE)
		return answer(token, q->type, GTPC_CONTEXT_NOT_FOUND);
	c = pool_get(&commands);
	if (!c)
		return answer(token, q->type, GTPC_NO_MEMORY);
	c->token = token;
	c->txn.done = commanded;
	to_pgw.teid = pdn->pgw_teid;
	gtpc_request(&c->txn, GTPC_PGW, &to_pgw);
}
