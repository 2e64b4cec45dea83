/* SPDX-License-Identifier: Apache-2.0 */
/* PDN connectivity outside attach (TS 24.301 6.5.1, 6.4.1, TS 23.401 5.10.2): a further PDN
 * connection, with ESM information where the device wants to tell its APN ciphered.
 *
 *   INFO      the APN and PCO
 *   SESSION   S11: address and bearer
 *   REACH     a procedure of mobility management is waited for
 *   SETUP     E-RAB Setup with Activate Default EPS Bearer Context Request in it, until both the
 *             eNodeB and the device have answered
 *   MODIFY    the eNodeB's F-TEID to the SGW
 *   HANDOVER  as in activate.c
 *
 * One that fails leaves nothing: session deleted, E-RAB released. */
#include "mme/esm.h"

enum { BEGIN, INFO, SESSION, REACH, SETUP, MODIFY, HANDOVER };

struct pdn {
	struct esm_proc esm;
	struct gtpc_txn s11;
	struct pdn_wish want;
	struct pco answer;
	uint8_t told; /* ESM cause beside the bearer (50 to 52), 0 if none */
	bool accepted, radio;
	struct fteid enb;
};

static struct mem_pool pool = MEM_POOL(pdn);

static int enter_begin(struct proc *p)
{
	return ((struct pdn *)p)->want.ask_info ? PROC_TO(INFO) : PROC_TO(SESSION);
}

static int enter_info(struct proc *p)
{
	struct nas_esm_information_request r = {.pti = ((struct pdn *)p)->want.pti};

	NAS_SEND(p->owner, esm_information_request, &r);
	return PROC_STAY;
}

static int got_info(struct proc *p, const void *msg)
{
	esm_read_information(&((struct pdn *)p)->want, ((const struct nas_event *)msg)->body);
	return PROC_NEXT;
}

static void session_created(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct pdn, s11)->esm.proc, EV_SESSION_CREATED, r);
}

static int enter_session(struct proc *p)
{
	struct pdn *d = (struct pdn *)p;
	struct mme_ue *ue = p->owner;
	uint8_t refused = 0;
	struct mme_pdn *pdn = esm_new_pdn(ue, &d->want, &d->told, &refused);

	if (!pdn)
		return proc_fail(p, refused);
	d->esm.ebi = d->esm.linked = pdn->ebi;
	d->s11.done = session_created;
	esm_create_session(ue, pdn, &d->want.pco, &d->s11);
	return PROC_STAY;
}

static int got_session(struct proc *p, const void *msg)
{
	struct pdn *d = (struct pdn *)p;
	struct mme_pdn *pdn = pdn_by_ebi(p->owner, d->esm.ebi);
	const struct gtpc_response *r = msg;
	uint8_t cause = pdn ? esm_session_created(pdn, r, &d->told) : ESM_CAUSE_NETWORK_FAILURE;

	if (cause)
		return proc_fail(p, cause);
	d->answer = r->pco;
	return PROC_NEXT;
}

static int enter_reach(struct proc *p) { return esm_ready(p->owner) ? PROC_NEXT : PROC_STAY; }

static int enter_handover(struct proc *p) { return p->tries ? PROC_TO(REACH) : PROC_STAY; }

/* The first time with the E-RAB, then, as T3485 runs out, alone. */
static int enter_setup(struct proc *p)
{
	struct pdn *d = (struct pdn *)p;
	struct mme_ue *ue = p->owner;
	struct mme_pdn *pdn = pdn_by_ebi(ue, d->esm.ebi);

	if (!pdn)
		return proc_fail(p, CAUSE_GONE);
	if (p->tries && d->accepted) /* 6.4.1.6 a is of the device alone */
		return PROC_STAY;
	struct bytes nas =
		esm_activate_default(ue, pdn, d->want.pti, d->told, &d->answer, nas_protection(ue));

	if (p->tries)
		conn_send_nas(ue->conn, nas);
	else if (erab_setup(ue, pdn->bearers, nas))
		return proc_fail(p, CAUSE_RADIO);
	return PROC_STAY;
}

static int set_up(struct proc *p)
{
	const struct pdn *d = (const struct pdn *)p;

	return d->accepted && d->radio ? PROC_TO(MODIFY) : PROC_STAY;
}

static int got_radio(struct proc *p, const void *msg)
{
	struct pdn *d = (struct pdn *)p;
	const struct erab_answer *a = msg;

	if (a->handover)
		return esm_interrupted(p, PROC_TO(HANDOVER));
	if (!a->ok)
		return proc_fail(p, CAUSE_RADIO);
	d->radio = true;
	d->enb = a->enb;
	return set_up(p);
}

static int moved(struct proc *p, const void *msg)
{
	(void)msg;
	((struct pdn *)p)->radio = false;
	return esm_interrupted(p, PROC_TO(REACH));
}

static int accepted(struct proc *p, const void *msg)
{
	(void)msg;
	((struct pdn *)p)->accepted = true;
	return set_up(p);
}

static int rejected(struct proc *p, const void *msg)
{
	const struct nas_activate_default_bearer_reject *r = ((const struct nas_event *)msg)->body;

	UE_LOG(INFO, (struct mme_ue *)p->owner, "esm.refused", "ebi=%u cause=%u", r->ebi,
	       r->esm_cause);
	return proc_fail(p, CAUSE_TOLD);
}

static void modified(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct pdn, s11)->esm.proc, EV_BEARER_MODIFIED, r);
}

static int enter_modify(struct proc *p)
{
	struct pdn *d = (struct pdn *)p;
	struct mme_ue *ue = p->owner;
	struct mme_pdn *pdn = pdn_by_ebi(ue, d->esm.ebi);
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .imsi = ue->imsi, .bearers = 1};

	if (!pdn)
		return proc_fail(p, CAUSE_GONE);
	pdn->bearers->active = pdn->bearers->connected = true;
	q.teid = pdn->s11_sgw.teid;
	q.bearer[0] = (struct gtpc_bearer){.ebi = pdn->ebi, .s1u_enb = d->enb};
	d->s11.done = modified;
	gtpc_request(&d->s11, GTPC_SGW, &q);
	return PROC_STAY;
}

static int got_modified(struct proc *p, const void *msg)
{
	return ((const struct gtpc_response *)msg)->cause == GTPC_ACCEPTED
		       ? PROC_END
		       : proc_fail(p, ESM_CAUSE_NETWORK_FAILURE);
}

static void reject(struct mme_ue *ue, uint8_t pti, uint8_t cause)
{
	struct nas_pdn_connectivity_reject r = {.pti = pti, .esm_cause = cause};

	mme_counters.pdn_refused++;
	UE_LOG(INFO, ue, "esm.pdn_refused", "pti=%u cause=%u text=\"%s\"", pti, cause,
	       esm_cause_text(cause));
	NAS_SEND(ue, pdn_connectivity_reject, &r);
}

/* Nothing of it stays. A device that took the bearer is told to give it up (6.4.4), and its eNodeB,
 * which may have it or not, with it. */
static void undo(struct pdn *d, uint16_t cause)
{
	struct mme_ue *ue = d->esm.proc.owner;
	struct mme_pdn *pdn = pdn_by_ebi(ue, d->esm.ebi);

	if (!pdn || !d->esm.ebi)
		return;
	if (d->accepted && cause != PROC_ABORTED) {
		pdn->bearers->connected = true;
		deactivate_bearer(ue, d->esm.ebi, ESM_CAUSE_NETWORK_FAILURE, PTI_NONE);
		return;
	}
	if (d->radio && cause != PROC_ABORTED)
		erab_release(ue, (uint16_t)(1u << d->esm.ebi), S1AP_CAUSE(NAS, NORMAL_RELEASE),
			     (struct bytes){0});
	pdn_delete(ue, pdn);
	context_ambr_check(ue);
}

static void end(struct proc *p, uint16_t cause)
{
	struct pdn *d = (struct pdn *)p;
	struct mme_ue *ue = p->owner;

	gtpc_cancel(&d->s11);
	if (!cause) {
		mme_counters.pdn++;
		ue_save(ue);
		esm_resume(ue);
		return;
	}
	undo(d, cause);
	/* One that is silent to T3485 would not hear a reject either. */
	if (cause == PROC_ABORTED || cause == CAUSE_TOLD || cause == CAUSE_GONE ||
	    cause == PROC_TIMEOUT || d->accepted)
		mme_counters.pdn_refused++;
	else
		reject(ue, d->want.pti,
		       cause == CAUSE_RADIO ? ESM_CAUSE_INSUFFICIENT_RESOURCES : (uint8_t)cause);
}

static const struct proc_step steps[] = {
	[BEGIN] = {"begin", enter_begin, NULL},
	[INFO] = {"esm-information", enter_info, &mme.timer[T3489],
		  ESM_CAUSE_INFORMATION_NOT_RECEIVED},
	[SESSION] = {"session", enter_session, &mme_s11_timer, ESM_CAUSE_NETWORK_FAILURE},
	[REACH] = {"reach", enter_reach, &mme.timer[T_REACH], ESM_CAUSE_NETWORK_FAILURE},
	[SETUP] = {"setup", enter_setup, &mme.timer[T3485]},
	[MODIFY] = {"modify", enter_modify, &mme_s11_timer, ESM_CAUSE_NETWORK_FAILURE},
	[HANDOVER] = {"handover", enter_handover, &esm_handover},
};

static const struct proc_row rows[] = {
	{INFO, NAS_ESM_INFORMATION_RESPONSE, got_info, SESSION},
	{SESSION, EV_SESSION_CREATED, got_session, REACH},
	{REACH, EV_READY, esm_go_on, SETUP},
	{SETUP, EV_ERAB, got_radio, 0},
	{SETUP, NAS_ACTIVATE_DEFAULT_BEARER_ACCEPT, accepted, 0},
	{SETUP, NAS_ACTIVATE_DEFAULT_BEARER_REJECT, rejected, 0},
	{SETUP, EV_MOVED, moved, 0},
	{MODIFY, EV_BEARER_MODIFIED, got_modified, 0},
	{HANDOVER, EV_READY, esm_go_on, REACH},
};

const struct proc_def pdn_def = {
	"PDN connectivity", "TS 24.301 6.5.1", steps, rows, 7, 9, &pool, end,
};

/* ---- the beginning ---- */

static void init(struct proc *p, const void *arg)
{
	struct pdn *d = (struct pdn *)p;

	d->want = *(const struct pdn_wish *)arg;
	d->esm.pti = d->want.pti;
}

uint8_t esm_request_fault(const struct pdn_wish *w)
{
	switch (w->request_type) {
	case NAS_REQUEST_INITIAL:
		return 0;
	case NAS_REQUEST_HANDOVER: /* from an access that has no session here */
	case NAS_REQUEST_EMERGENCY_HANDOVER:
		return ESM_CAUSE_NO_PDN_CONNECTION;
	case NAS_REQUEST_EMERGENCY:
		return mme.emergency.attach ? 0 : ESM_CAUSE_OPTION_NOT_SUPPORTED;
	default:
		return ESM_CAUSE_INVALID_MANDATORY_IE;
	}
}

void pdn_begin(struct mme_ue *ue, const struct nas_event *e)
{
	struct pdn_wish want;
	struct esm_proc *other = esm_proc_by_pti(ue, e->m->pti);
	uint8_t cause;

	esm_read_request(&want, e->body);
	cause = esm_header_fault(e->m);
	if (!cause)
		cause = esm_request_fault(&want);
	if (!cause && other && other->proc.def == &pdn_def) {
		/* 6.5.1.6: sent again, as T3482 ran out before our answer came through */
		if (other->proc.step == SETUP)
			conn_send_nas(ue->conn,
				      esm_activate_default(ue, pdn_by_ebi(ue, other->ebi), want.pti,
							   ((struct pdn *)other)->told,
							   &((struct pdn *)other)->answer,
							   nas_protection(ue)));
		proc_note(&other->proc, "PDN Connectivity Request again");
		return;
	}
	if (!cause && other)
		cause = ESM_CAUSE_PTI_IN_USE;
	if (cause)
		reject(ue, e->m->pti, cause);
	else if (!proc_start(&pdn_def, &ue->procs, ue, NULL, init, &want))
		reject(ue, e->m->pti, ESM_CAUSE_INSUFFICIENT_RESOURCES);
}
