/* SPDX-License-Identifier: Apache-2.0 */
/* EPS bearer context deactivation (TS 24.301 6.4.4), of one bearer or with the default bearer of a
 * whole PDN connection: as the PGW wants it (Delete Bearer Request, TS 23.401 5.4.4.1), as the
 * device asked for (PDN disconnection, 24.301 6.5.2, 23.401 5.10.3), or because it was lost.
 *
 *   SESSION   S11: Delete Session, where the gateways do not know yet that a PDN connection ends
 *   RELEASE   E-RAB Release Command with Deactivate EPS Bearer Context Request in it, until both
 * the eNodeB and the device have answered; a device that is silent to T3495 has lost it
 *   HANDOVER  before that, while the device is on its way to another eNodeB
 *
 * A device that is not connected is not paged for it: it learns by the EPS bearer context status of
 * its next tracking area update, or by the bearers that its next service request brings
 * (24.301 6.4.4.2, 6.4.4.6). */
#include "mme/esm.h"

enum { SESSION, RELEASE, HANDOVER };

struct deactivate {
	struct esm_proc esm;
	struct gtpc_txn s11;
	uint8_t cause; /* ESM, told */
	uint16_t of;   /* bearers: bit of each identity */
	bool whole;    /* a PDN connection */
	bool here;     /* the gateways have no session any more */
	bool accepted, radio_done;
};

static struct mem_pool pool = MEM_POOL(deactivate);

static void session_deleted(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct deactivate, s11)->esm.proc, EV_SESSION_DELETED, r);
}

static int enter_session(struct proc *p)
{
	struct deactivate *d = (struct deactivate *)p;
	struct mme_ue *ue = p->owner;
	struct mme_pdn *pdn = d->whole && !d->here ? pdn_by_ebi(ue, d->esm.ebi) : NULL;
	struct gtpc_request q = {.type = GTPC_DELETE_SESSION, .imsi = ue->imsi, .bearers = 1};

	if (!pdn)
		return PROC_TO(RELEASE);
	q.teid = pdn->s11_sgw.teid;
	q.bearer[0].ebi = pdn->ebi;
	pdn->s11_sgw.teid = 0;
	d->s11.done = session_deleted;
	gtpc_request(&d->s11, GTPC_SGW, &q);
	return PROC_STAY;
}

static struct bytes request(struct mme_ue *ue, const struct deactivate *d)
{
	struct nas_deactivate_bearer_request m = {
		.ebi = d->esm.ebi,
		.pti = d->esm.pti,
		.esm_cause = d->cause,
	};

	return nas_make(ue, &nas_deactivate_bearer_request_def, &m, nas_protection(ue));
}

static int enter_release(struct proc *p)
{
	struct deactivate *d = (struct deactivate *)p;
	struct mme_ue *ue = p->owner;

	if (!ue->conn || !ue->security_on)
		return PROC_END;
	if (mobility_running(ue) && !p->tries)
		return PROC_TO(HANDOVER);
	if (p->tries || d->radio_done || !d->of || !ue->conn->context) {
		d->radio_done |= !d->of || !ue->conn->context;
		if (!d->accepted) /* 6.4.4.6 a */
			conn_send_nas(ue->conn, request(ue, d));
		return PROC_STAY;
	}
	return erab_release(ue, d->of, S1AP_CAUSE(NAS, NORMAL_RELEASE), request(ue, d)) ? PROC_END
											: PROC_STAY;
}

static int done(struct deactivate *d)
{
	return d->accepted && d->radio_done ? PROC_END : PROC_STAY;
}

static int enter_handover(struct proc *p) { return p->tries ? PROC_TO(RELEASE) : PROC_STAY; }

/* No handover takes the bearers along any more. */
static int got_radio(struct proc *p, const void *msg)
{
	struct deactivate *d = (struct deactivate *)p;
	struct mme_bearer *b;

	if (((const struct erab_answer *)msg)->handover)
		return esm_interrupted(p, PROC_TO(HANDOVER));
	for (uint8_t ebi = 5; ebi <= 15; ebi++)
		if (d->of >> ebi & 1 && (b = bearer_by_ebi(p->owner, ebi)))
			b->connected = false;
	d->radio_done = true;
	return done(d);
}

static int moved(struct proc *p, const void *msg)
{
	(void)msg;
	return ((struct deactivate *)p)->radio_done ? PROC_STAY
						    : esm_interrupted(p, PROC_TO(RELEASE));
}

static int accepted(struct proc *p, const void *msg)
{
	(void)msg;
	((struct deactivate *)p)->accepted = true;
	return done((struct deactivate *)p);
}

/* However it ends, the bearer is gone (6.4.4.6 a). */
static void end(struct proc *p, uint16_t cause)
{
	struct deactivate *d = (struct deactivate *)p;
	struct mme_ue *ue = p->owner;

	(void)cause;
	gtpc_cancel(&d->s11);
	if (d->whole)
		mme_counters.pdn_disconnected++;
	else
		mme_counters.bearer_deactivated++;
	deactivate_locally(ue, d->esm.ebi);
	esm_reply(&d->esm, GTPC_DELETE_BEARER, GTPC_ACCEPTED, NULL);
}

static const struct proc_step steps[] = {
	[SESSION] = {"session", enter_session, &mme_s11_timer},
	[RELEASE] = {"release", enter_release, &mme.timer[T3495]},
	[HANDOVER] = {"handover", enter_handover, &esm_handover},
};

static const struct proc_row rows[] = {
	{SESSION, EV_SESSION_DELETED, esm_go_on, RELEASE},
	{RELEASE, EV_ERAB_RELEASED, got_radio, 0},
	{RELEASE, NAS_DEACTIVATE_BEARER_ACCEPT, accepted, 0},
	{RELEASE, EV_MOVED, moved, 0},
	{HANDOVER, EV_READY, esm_go_on, RELEASE},
};

const struct proc_def deactivate_def = {
	"bearer deactivation", "TS 24.301 6.4.4", steps, rows, 3, 5, &pool, end,
};

static void init(struct proc *p, const void *arg)
{
	struct deactivate *d = (struct deactivate *)p;
	const struct deactivate *like = arg;

	d->esm.ebi = like->esm.ebi;
	d->esm.linked = like->esm.linked;
	d->esm.pti = like->esm.pti;
	d->esm.token = like->esm.token;
	d->cause = like->cause;
	d->of = like->of;
	d->whole = like->whole;
	d->here = like->here;
}

/* ---- beginnings ---- */

static void begin(struct mme_ue *ue, struct deactivate *like)
{
	struct mme_bearer *b = bearer_by_ebi(ue, like->esm.ebi);
	struct proc *p;

	like->whole = b->pdn->bearers == b;
	like->esm.linked = b->pdn->ebi;
	for (const struct mme_bearer *of = b; of; of = like->whole ? of->next : NULL)
		like->of = (uint16_t)(like->of | (of->connected ? 1u << of->ebi : 0));
	esm_abort(ue, like->esm.ebi); /* what was being done to it is over */
	p = proc_start(&deactivate_def, &ue->procs, ue, NULL, init, like);
	if (!p) {
		deactivate_locally(ue, like->esm.ebi);
		esm_reply(&like->esm, GTPC_DELETE_BEARER, GTPC_ACCEPTED, NULL);
	}
}

void deactivate_bearer(struct mme_ue *ue, uint8_t ebi, uint8_t esm_cause, uint8_t pti)
{
	struct deactivate d = {.esm = {.ebi = ebi, .pti = pti}, .cause = esm_cause};

	if (bearer_by_ebi(ue, ebi) && !esm_proc_by_ebi(ue, ebi, &deactivate_def))
		begin(ue, &d);
}

void deactivate_locally(struct mme_ue *ue, uint8_t ebi)
{
	struct mme_bearer *b;

	if (!bearer_by_ebi(ue, ebi))
		return;
	esm_abort(ue, ebi); /* the end of what was under way may have taken the bearer along */
	b = bearer_by_ebi(ue, ebi);
	if (!b)
		return;
	if (b->pdn->bearers == b)
		pdn_delete(ue, b->pdn);
	else
		bearer_free(b);
	context_ambr_check(ue);
	if (ue->emm == EMM_REGISTERED && !ue->doomed)
		ue_save(ue);
}

/* Of the last PDN connection the device is detached (23.401 5.4.4.1), told to attach again if the
 * gateway says so. */
void deactivate_begin(struct mme_ue *ue, void *token, const struct gtpc_request *q)
{
	uint8_t ebi = q->linked_ebi ? q->linked_ebi : q->bearers ? q->bearer[0].ebi : 0;
	struct mme_bearer *b = bearer_by_ebi(ue, ebi);
	bool again = q->cause == GTPC_REACTIVATION_REQUESTED;
	struct gtpc_response r = {.type = q->type, .cause = GTPC_ACCEPTED};
	struct deactivate d = {
		.esm = {.ebi = ebi, .pti = q->pti, .token = token},
		.cause = again ? ESM_CAUSE_REACTIVATION_REQUESTED : ESM_CAUSE_REGULAR_DEACTIVATION,
		.here = true,
	};

	r.bearers = 1;
	r.bearer[0] = (struct gtpc_bearer){.ebi = ebi, .cause = GTPC_ACCEPTED};
	if (!b)
		r.cause = r.bearer[0].cause = GTPC_CONTEXT_NOT_FOUND;
	else if (esm_proc_by_ebi(ue, ebi, &deactivate_def))
		r.cause = r.bearer[0].cause = GTPC_ACCEPTED; /* it is on its way */
	else if (b->pdn->bearers != b || ue->pdns->next) {
		if (b->pdn->bearers == b)
			b->pdn->s11_sgw.teid = 0;
		begin(ue, &d);
		return;
	} else {
		b->pdn->s11_sgw.teid = 0;
		detach_by_network(ue, again, NULL, NULL);
	}
	gtpc_reply(token, &r);
}

static bool lasts(struct mme_ue *ue, const struct mme_pdn *p)
{
	return p->bearers->active && !esm_proc_by_ebi(ue, p->ebi, &deactivate_def);
}

/* 24.301 6.5.2 */
void pdn_disconnect(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_pdn_disconnect_request *m = e->body;
	struct mme_pdn *pdn = pdn_by_ebi(ue, m->linked_ebi);
	struct esm_proc *other = esm_proc_by_pti(ue, m->pti), *ending;
	struct nas_pdn_disconnect_reject r = {.pti = m->pti};
	unsigned others = 0;

	for (const struct mme_pdn *p = ue->pdns; p; p = p->next)
		others += p != pdn && lasts(ue, p);
	ending = pdn ? esm_proc_by_ebi(ue, pdn->ebi, &deactivate_def) : NULL;
	if (ending && ending->pti == m->pti) { /* 6.5.2.6: sent again */
		if (ending->proc.step == RELEASE)
			conn_send_nas(ue->conn, request(ue, (struct deactivate *)ending));
		return;
	}
	if (m->pti == PTI_NONE || m->pti == PTI_RESERVED)
		r.esm_cause = ESM_CAUSE_INVALID_PTI;
	else if (other)
		r.esm_cause = ESM_CAUSE_PTI_IN_USE;
	else if (!pdn || e->m->ebi || ending)
		r.esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY;
	else if (!others)
		r.esm_cause = ESM_CAUSE_LAST_PDN_DISCONNECTION;
	if (!r.esm_cause) {
		deactivate_bearer(ue, pdn->ebi, ESM_CAUSE_REGULAR_DEACTIVATION, m->pti);
		return;
	}
	UE_LOG(INFO, ue, "esm.disconnect_refused", "ebi=%u pti=%u cause=%u text=\"%s\"",
	       m->linked_ebi, m->pti, r.esm_cause, esm_cause_text(r.esm_cause));
	NAS_SEND(ue, pdn_disconnect_reject, &r);
}

/* A dedicated bearer ends by the PGW, which answers the command with a Delete Bearer Request; a
 * default bearer by the MME. */
void bearer_lost(struct mme_ue *ue, uint8_t ebi)
{
	struct mme_bearer *b = bearer_by_ebi(ue, ebi);
	struct gtpc_request q = {
		.type = GTPC_DELETE_BEARER_COMMAND, .imsi = ue->imsi, .bearers = 1};

	if (!b)
		return;
	b->connected = false;
	if (b->pdn->bearers == b) {
		deactivate_bearer(ue, ebi, ESM_CAUSE_NETWORK_FAILURE, PTI_NONE);
		return;
	}
	q.teid = b->pdn->s11_sgw.teid;
	q.bearer[0].ebi = ebi;
	gtpc_send(GTPC_SGW, &q);
}

void bearers_unknown(struct mme_ue *ue, uint16_t which)
{
	uint16_t e_rabs = 0;

	if (proc_find(&ue->procs, &attach_def)) /* it lives and dies with the attach */
		return;
	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		const struct mme_bearer *b = which >> ebi & 1 ? bearer_by_ebi(ue, ebi) : NULL;
		bool whole = b && b->pdn->bearers == b;
		uint16_t of_it = 0;

		if (!b)
			continue; /* it went with its PDN connection */
		UE_LOG(INFO, ue, "esm.bearer_lost", "ebi=%u apn=%s", ebi, b->pdn->apn);
		for (const struct mme_bearer *of = b; of; of = whole ? of->next : NULL)
			of_it = (uint16_t)(of_it | (of->connected ? 1u << of->ebi : 0));
		for (const struct proc *p = ue->procs.first; p; p = p->next)
			if (p->def == &deactivate_def && p->step == RELEASE) /* on their way */
				of_it &= (uint16_t) ~((const struct deactivate *)p)->of;
		e_rabs |= of_it;
		if (!whole)
			bearer_lost(ue, ebi); /* by the PGW, before it is not known here any more */
		deactivate_locally(ue, ebi);
	}
	if (e_rabs && ue->conn && ue->conn->context)
		erab_release(ue, e_rabs, S1AP_CAUSE(NAS, NORMAL_RELEASE), (struct bytes){0});
}

bool bearers_left(struct mme_ue *ue)
{
	for (const struct mme_pdn *p = ue->pdns; p; p = p->next)
		if (lasts(ue, p))
			return true;
	return false;
}

void bearer_unknown(struct mme_ue *ue, uint8_t ebi)
{
	bearers_unknown(ue, (uint16_t)(1u << ebi));
	if (!bearers_left(ue) && ue->emm == EMM_REGISTERED)
		detach_by_network(ue, true, NULL, NULL);
}

/* 23.401 5.3.5: what preserves them. Who is released in order, or told to come by another MME, has
 * lost nothing either. */
static bool preserves(uint16_t cause)
{
	switch (cause) {
	case 0: /* suspended */
	case CAUSE_S1AP_OF(RADIO, USER_INACTIVITY):
	case CAUSE_S1AP_OF(RADIO, INTERRAT_REDIRECTION):
	case CAUSE_S1AP_OF(RADIO, CS_FALLBACK_TRIGGERED): /* 23.272 6.3 */
	case CAUSE_S1AP_OF(RADIO, LOAD_BALANCING_TAU_REQUIRED):
	case CAUSE_S1AP_OF(NAS, NORMAL_RELEASE):
		return true;
	default:
		return false;
	}
}

uint16_t bearers_lost_by(struct mme_ue *ue, uint16_t cause)
{
	uint16_t lost = 0;

	if (ue->emm != EMM_REGISTERED || preserves(cause))
		return 0;
	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected && b->pdn->bearers != b && (b->qos.gbr_up || b->qos.gbr_down))
			lost = (uint16_t)(lost | 1u << b->ebi);
	return lost;
}
