/* SPDX-License-Identifier: Apache-2.0 */
/* EPS bearer context modification (TS 24.301 6.4.3, TS 23.401 5.4.2, 5.4.3), as an Update Bearer
 * Request of the PGW asks for it: another QoS, another TFT, another APN-AMBR. Where the QoS
 * changes, the message travels in an E-RAB Modify Request; else alone. */
#include "codec/tft.h"
#include "mme/esm.h"

enum { REACH, MODIFY, HANDOVER }; /* as in activate.c */

struct modify {
	struct esm_proc esm;
	bool radio, has_qos, accepted, radio_done;
	uint64_t ambr_up, ambr_down; /* 0: as they were */
	struct bearer_qos qos, before;
	struct tft tft;   /* the operation, for the device; empty: none */
	struct tft whole; /* what the bearer's filters are then */
};

static struct mem_pool pool = MEM_POOL(modify);

static int enter_reach(struct proc *p)
{
	if (esm_ready(p->owner))
		return PROC_TO(MODIFY);
	return esm_reach(p, ((struct modify *)p)->qos.arp_priority);
}

static int enter_handover(struct proc *p) { return p->tries ? PROC_TO(REACH) : PROC_STAY; }

static struct bytes request(struct mme_ue *ue, const struct modify *d)
{
	struct nas_modify_bearer_request m = {
		.ebi = d->esm.ebi,
		.pti = d->esm.pti,
		.qos = esm_qos(&d->qos),
		.tft = bytes_of(d->tft.b, d->tft.n),
		.apn_ambr = {.up = d->ambr_up, .down = d->ambr_down},
	};

	if (d->has_qos)
		SET(&m, nas_modify_bearer_request, qos);
	if (d->has_qos && nas_qos_extend(&m.qos, &m.extended_qos))
		SET(&m, nas_modify_bearer_request, extended_qos);
	if (d->tft.n)
		SET(&m, nas_modify_bearer_request, tft);
	if (d->ambr_up && d->ambr_down) {
		SET(&m, nas_modify_bearer_request, apn_ambr);
		if (nas_ambr_extend(&m.apn_ambr, &m.extended_ambr))
			SET(&m, nas_modify_bearer_request, extended_ambr);
	}
	return nas_make(ue, &nas_modify_bearer_request_def, &m, nas_protection(ue));
}

static int enter_modify(struct proc *p)
{
	struct modify *d = (struct modify *)p;
	struct mme_ue *ue = p->owner;
	struct mme_bearer *b = bearer_by_ebi(ue, d->esm.ebi);

	if (!b)
		return proc_fail(p, CAUSE_GONE);
	if (!p->tries && d->has_qos && !d->radio_done) {
		if (!d->radio)
			d->before = b->qos;
		b->qos = d->qos;
		d->radio = true;
		if (erab_modify(ue, b, request(ue, d)))
			return proc_fail(p, CAUSE_RADIO);
		return PROC_STAY;
	}
	d->radio_done |= !d->has_qos;
	if (!d->accepted) /* 6.4.3.6 a */
		conn_send_nas(ue->conn, request(ue, d));
	return PROC_STAY;
}

static int done(struct modify *d) { return d->accepted && d->radio_done ? PROC_END : PROC_STAY; }

static int got_radio(struct proc *p, const void *msg)
{
	struct modify *d = (struct modify *)p;

	if (((const struct erab_answer *)msg)->handover)
		return esm_interrupted(p, PROC_TO(HANDOVER));
	if (!((const struct erab_answer *)msg)->ok)
		return proc_fail(p, CAUSE_RADIO);
	d->radio_done = true;
	return done(d);
}

/* The new eNodeB may have been told the old QoS. */
static int moved(struct proc *p, const void *msg)
{
	(void)msg;
	return ((struct modify *)p)->radio_done ? PROC_STAY : esm_interrupted(p, PROC_TO(REACH));
}

static int accepted(struct proc *p, const void *msg)
{
	(void)msg;
	((struct modify *)p)->accepted = true;
	return done((struct modify *)p);
}

static int rejected(struct proc *p, const void *msg)
{
	const struct nas_modify_bearer_reject *r = ((const struct nas_event *)msg)->body;

	UE_LOG(INFO, (struct mme_ue *)p->owner, "esm.refused", "ebi=%u cause=%u text=\"%s\"",
	       r->ebi, r->esm_cause, esm_cause_text(r->esm_cause));
	return proc_fail(p, r->esm_cause ? r->esm_cause : ESM_CAUSE_REJECTED);
}

/* The radio side goes back to what it was, without the device. */
static void restore(struct mme_ue *ue, struct modify *d, struct mme_bearer *b, uint16_t cause)
{
	if (!d->radio)
		return;
	b->qos = d->before;
	if ((cause < 256 || cause == PROC_TIMEOUT) && d->radio_done) {
		struct nas_esm_dummy m = {.ebi = b->ebi};

		/* An E-RAB Modify Request must carry a NAS message: one that says nothing. */
		erab_modify(ue, b, nas_make(ue, &nas_esm_dummy_def, &m, nas_protection(ue)));
	}
}

static void end(struct proc *p, uint16_t cause)
{
	struct modify *d = (struct modify *)p;
	struct mme_ue *ue = p->owner;
	struct mme_bearer *b = bearer_by_ebi(ue, d->esm.ebi);

	if (!cause && b) {
		mme_counters.bearer_modified++;
		if (d->whole.n && bearer_set_tft(b, d->whole.b, d->whole.n))
			UE_LOG(ERROR, ue, "esm.tft", "ebi=%u error=\"no memory\"", b->ebi);
		if (d->ambr_up && d->ambr_down) {
			b->pdn->ambr_up = d->ambr_up;
			b->pdn->ambr_down = d->ambr_down;
			context_ambr_check(ue);
		}
		esm_reply(&d->esm, GTPC_UPDATE_BEARER, GTPC_ACCEPTED, NULL);
		ue_save(ue);
		return;
	}
	mme_counters.bearer_modify_failed++;
	if (cause == PROC_TIMEOUT && p->step == REACH)
		cause = CAUSE_PAGING;
	if (b && cause != ESM_CAUSE_INVALID_BEARER_IDENTITY)
		restore(ue, d, b, cause);
	if (d->esm.pti && cause == CAUSE_RADIO)
		resource_reject(ue, true, d->esm.pti, ESM_CAUSE_INSUFFICIENT_RESOURCES);
	esm_reply(&d->esm, GTPC_UPDATE_BEARER, esm_gtpc_cause(cause), NULL);
	if (b && cause == ESM_CAUSE_INVALID_BEARER_IDENTITY)
		bearer_unknown(ue, b->ebi);
}

static const struct proc_step steps[] = {
	[REACH] = {"reach", enter_reach, &mme.timer[T_REACH]},
	[MODIFY] = {"modify", enter_modify, &mme.timer[T3486]},
	[HANDOVER] = {"handover", enter_handover, &esm_handover},
};

static const struct proc_row rows[] = {
	{REACH, PROC_CHILD_FAILED, esm_unreached, 0},
	{REACH, EV_READY, esm_go_on, MODIFY},
	{MODIFY, EV_ERAB, got_radio, 0},
	{MODIFY, NAS_MODIFY_BEARER_ACCEPT, accepted, 0},
	{MODIFY, NAS_MODIFY_BEARER_REJECT, rejected, 0},
	{MODIFY, EV_MOVED, moved, 0},
	{HANDOVER, EV_READY, esm_go_on, REACH},
};

const struct proc_def modify_def = {
	"bearer modification", "TS 24.301 6.4.3", steps, rows, 3, 7, &pool, end,
};

struct start {
	void *token;
	const struct gtpc_request *q;
	const struct mme_pdn *pdn;
	struct tft whole;
};

static void init(struct proc *p, const void *arg)
{
	struct modify *d = (struct modify *)p;
	const struct start *s = arg;
	const struct gtpc_bearer *b = &s->q->bearer[0];

	d->esm.token = s->token;
	d->esm.pti = s->q->pti;
	d->esm.ebi = b->ebi;
	d->esm.linked = s->pdn->ebi;
	d->has_qos = b->qos.qci != 0;
	d->qos = b->qos;
	d->tft = b->tft;
	d->whole = s->whole;
	if (s->q->ambr_up != s->pdn->ambr_up || s->q->ambr_down != s->pdn->ambr_down) {
		d->ambr_up = s->q->ambr_up;
		d->ambr_down = s->q->ambr_down;
	}
}

/* What the bearer's filters are when the operation is carried out. 0, or what to refuse it with. */
static enum gtpc_cause apply(const struct mme_bearer *b, const struct tft *op, struct tft *whole)
{
	static const enum gtpc_cause reads[] = {
		[ESM_CAUSE_TFT_SEMANTIC] = GTPC_SEMANTIC_ERROR_IN_TFT,
		[ESM_CAUSE_TFT_SYNTAX] = GTPC_SYNTACTIC_ERROR_IN_TFT,
		[ESM_CAUSE_FILTER_SEMANTIC] = GTPC_SEMANTIC_ERROR_IN_FILTER,
		[ESM_CAUSE_FILTER_SYNTAX] = GTPC_SYNTACTIC_ERROR_IN_FILTER,
	};
	struct tft_filters now = {.operation = TFT_CREATE}, change;
	struct wr w = wr_of(whole->b, sizeof(whole->b));
	uint8_t cause = 0;

	if (b->tft_n)
		cause = tft_decode(bytes_of(b->tft, b->tft_n), &now);
	if (!cause)
		cause = tft_decode(bytes_of(op->b, op->n), &change);
	if (!cause)
		cause = tft_apply(&now, &change);
	if (cause)
		return reads[cause];
	if (!now.n || tft_encode(&now, &w))
		return GTPC_SEMANTIC_ERROR_IN_TFT;
	whole->n = (uint8_t)(w.p - whole->b);
	return 0;
}

void modify_begin(struct mme_ue *ue, void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type};
	struct mme_bearer *b = q->bearers ? bearer_by_ebi(ue, q->bearer[0].ebi) : NULL;
	struct start s = {.token = token, .q = q};

	if (!b)
		r.cause = q->bearers ? GTPC_CONTEXT_NOT_FOUND : GTPC_MANDATORY_IE_MISSING;
	else if (esm_proc_by_ebi(ue, b->ebi, NULL))
		r.cause = GTPC_TEMPORARILY_REJECTED;
	else if (q->bearer[0].tft.n)
		r.cause = apply(b, &q->bearer[0].tft, &s.whole);
	if (b)
		s.pdn = b->pdn;
	if (!r.cause && proc_start(&modify_def, &ue->procs, ue, NULL, init, &s))
		return;
	if (!r.cause)
		r.cause = GTPC_NO_MEMORY;
	gtpc_reply(token, &r);
}
