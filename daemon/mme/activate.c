/* SPDX-License-Identifier: Apache-2.0 */
/* Dedicated EPS bearer context activation (TS 24.301 6.4.2, TS 23.401 5.4.1), as a Create Bearer
 * Request of the PGW asks for it.
 *
 *   REACH   an idle device is paged; a procedure of mobility management is waited for
 *   SETUP   E-RAB Setup with Activate Dedicated EPS Bearer Context Request in it, until both the
 *           eNodeB and the device have answered
 *   HANDOVER  the eNodeB has put it off for one; it is set up anew after that, as it is where the
 *           device moves before both have answered
 *
 * The EPS bearer identity is allotted when the device can be asked. The answer to the SGW has the
 * eNodeB's F-TEID, by which packets flow. */
#include <stdlib.h>
#include "mme/esm.h"

enum { REACH, SETUP, HANDOVER };

struct activate {
	struct esm_proc esm;
	bool accepted, radio;
	struct fteid enb, sgw;
	struct bearer_qos qos;
	struct tft tft;
};

static struct mem_pool pool = MEM_POOL(activate);

static int enter_reach(struct proc *p)
{
	if (esm_ready(p->owner))
		return PROC_TO(SETUP);
	return esm_reach(p, ((struct activate *)p)->qos.arp_priority);
}

/* The handover is over, or none came. */
static int enter_handover(struct proc *p) { return p->tries ? PROC_TO(REACH) : PROC_STAY; }

static struct mme_bearer *bearer_for(struct activate *a)
{
	struct mme_ue *ue = a->esm.proc.owner;
	struct mme_pdn *pdn = pdn_by_ebi(ue, a->esm.linked);
	struct mme_bearer *b = pdn ? bearer_new(ue, pdn) : NULL;

	if (!b) {
		a->esm.proc.cause = pdn ? ESM_CAUSE_INSUFFICIENT_RESOURCES : CAUSE_GONE;
		return NULL;
	}
	a->esm.ebi = b->ebi;
	b->qos = a->qos;
	b->s1u_sgw = a->sgw;
	if (bearer_set_tft(b, a->tft.b, a->tft.n)) {
		a->esm.proc.cause = ESM_CAUSE_INSUFFICIENT_RESOURCES;
		return NULL;
	}
	return b;
}

static struct bytes request(struct mme_ue *ue, const struct activate *a)
{
	struct nas_activate_dedicated_bearer_request m = {
		.ebi = a->esm.ebi,
		.pti = a->esm.pti,
		.linked_ebi = a->esm.linked,
		.qos = esm_qos(&a->qos),
		.tft = bytes_of(a->tft.b, a->tft.n),
	};

	if (nas_qos_extend(&m.qos, &m.extended_qos))
		SET(&m, nas_activate_dedicated_bearer_request, extended_qos);
	return nas_make(ue, &nas_activate_dedicated_bearer_request_def, &m, nas_protection(ue));
}

static int enter_setup(struct proc *p)
{
	struct activate *a = (struct activate *)p;
	struct mme_ue *ue = p->owner;
	bool known = a->esm.ebi;
	struct mme_bearer *b = known ? bearer_by_ebi(ue, a->esm.ebi) : bearer_for(a);

	if (!b)
		return known ? proc_fail(p, CAUSE_GONE) : PROC_FAIL;
	if (p->tries) { /* 6.4.2.6 a; who has accepted is not asked again */
		if (!a->accepted)
			conn_send_nas(ue->conn, request(ue, a));
	} else if (erab_setup(ue, b, request(ue, a)))
		return proc_fail(p, CAUSE_RADIO);
	return PROC_STAY;
}

static int got_radio(struct proc *p, const void *msg)
{
	struct activate *a = (struct activate *)p;
	const struct erab_answer *r = msg;

	if (r->handover)
		return esm_interrupted(p, PROC_TO(HANDOVER));
	if (!r->ok)
		return proc_fail(p, CAUSE_RADIO);
	a->radio = true;
	a->enb = r->enb;
	return a->accepted ? PROC_END : PROC_STAY;
}

static int moved(struct proc *p, const void *msg)
{
	(void)msg;
	((struct activate *)p)->radio = false;
	return esm_interrupted(p, PROC_TO(REACH));
}

static int accepted(struct proc *p, const void *msg)
{
	struct activate *a = (struct activate *)p;

	(void)msg;
	a->accepted = true;
	return a->radio ? PROC_END : PROC_STAY;
}

static int rejected(struct proc *p, const void *msg)
{
	const struct nas_activate_dedicated_bearer_reject *r =
		((const struct nas_event *)msg)->body;

	UE_LOG(INFO, (struct mme_ue *)p->owner, "esm.refused", "ebi=%u cause=%u text=\"%s\"",
	       r->ebi, r->esm_cause, esm_cause_text(r->esm_cause));
	return proc_fail(p, r->esm_cause ? r->esm_cause : ESM_CAUSE_REJECTED);
}

/* The bearer is none. A device that took it is told to give it up (6.4.4), and its eNodeB, which
 * may have it or not, with it. */
static void undo(struct activate *a, struct mme_bearer *b)
{
	struct mme_ue *ue = a->esm.proc.owner;

	if (a->accepted) {
		b->connected = true;
		deactivate_bearer(ue, b->ebi, ESM_CAUSE_NETWORK_FAILURE, PTI_NONE);
		return;
	}
	if (a->radio)
		erab_release(ue, (uint16_t)(1u << b->ebi), S1AP_CAUSE(NAS, NORMAL_RELEASE),
			     (struct bytes){0});
	bearer_free(b);
}

static void end(struct proc *p, uint16_t cause)
{
	struct activate *a = (struct activate *)p;
	struct mme_ue *ue = p->owner;
	struct mme_bearer *b = a->esm.ebi ? bearer_by_ebi(ue, a->esm.ebi) : NULL;

	if (!cause && b) {
		mme_counters.bearer_activated++;
		b->active = b->connected = true;
		esm_reply(&a->esm, GTPC_CREATE_BEARER, GTPC_ACCEPTED, &a->enb);
		ue_save(ue);
		return;
	}
	mme_counters.bearer_refused++;
	if (cause == PROC_TIMEOUT && p->step == REACH)
		cause = CAUSE_PAGING;
	else if (cause == PROC_TIMEOUT && a->accepted)
		cause = CAUSE_RADIO; /* it was the eNodeB that was silent */
	if (b && cause != PROC_ABORTED)
		undo(a, b);
	else if (b)
		bearer_free(b);
	/* Without an identity yet, no cause is the device's own. */
	if (a->esm.pti && !a->accepted && cause != PROC_ABORTED && cause != PROC_TIMEOUT &&
	    (cause >= 256 || !a->esm.ebi))
		resource_reject(ue, false, a->esm.pti, ESM_CAUSE_INSUFFICIENT_RESOURCES);
	esm_reply(&a->esm, GTPC_CREATE_BEARER, esm_gtpc_cause(cause), NULL);
}

static const struct proc_step steps[] = {
	[REACH] = {"reach", enter_reach, &mme.timer[T_REACH]},
	[SETUP] = {"setup", enter_setup, &mme.timer[T3485]},
	[HANDOVER] = {"handover", enter_handover, &esm_handover},
};

static const struct proc_row rows[] = {
	{REACH, PROC_CHILD_FAILED, esm_unreached, 0},
	{REACH, EV_READY, esm_go_on, SETUP},
	{SETUP, EV_ERAB, got_radio, 0},
	{SETUP, NAS_ACTIVATE_DEDICATED_BEARER_ACCEPT, accepted, 0},
	{SETUP, NAS_ACTIVATE_DEDICATED_BEARER_REJECT, rejected, 0},
	{SETUP, EV_MOVED, moved, 0},
	{HANDOVER, EV_READY, esm_go_on, REACH},
};

const struct proc_def activate_def = {
	"dedicated bearer activation", "TS 24.301 6.4.2", steps, rows, 3, 7, &pool, end,
};

struct start {
	void *token;
	const struct gtpc_request *q;
};

static void init(struct proc *p, const void *arg)
{
	struct activate *a = (struct activate *)p;
	const struct start *s = arg;

	a->esm.token = s->token;
	a->esm.pti = s->q->pti;
	a->esm.linked = s->q->linked_ebi;
	a->sgw = s->q->bearer[0].s1u_sgw;
	a->qos = s->q->bearer[0].qos;
	a->tft = s->q->bearer[0].tft;
}

void activate_begin(struct mme_ue *ue, void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type};

	if (!q->bearers || !q->bearer[0].tft.n)
		r.cause = GTPC_MANDATORY_IE_MISSING;
	else if (!pdn_by_ebi(ue, q->linked_ebi))
		r.cause = GTPC_CONTEXT_NOT_FOUND;
	if (!r.cause &&
	    proc_start(&activate_def, &ue->procs, ue, NULL, init, &(struct start){token, q}))
		return;
	if (!r.cause)
		r.cause = GTPC_NO_MEMORY;
	gtpc_reply(token, &r);
}
