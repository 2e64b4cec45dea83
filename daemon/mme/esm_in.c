/* SPDX-License-Identifier: Apache-2.0 */
/* The device's ESM messages to their procedures, by EPS bearer identity or PTI, and what is
 * answered where none waits (TS 24.301 7.3); and what ESM procedures share with each other. */
#include <errno.h>
#include <stdlib.h>
#include "mme/esm.h"

/* ---- procedures ---- */

bool esm_is_proc(const struct proc *p)
{
	return p->def == &pdn_def || p->def == &activate_def || p->def == &modify_def ||
	       p->def == &deactivate_def || p->def == &resource_def;
}

struct esm_proc *esm_proc_by_ebi(struct mme_ue *ue, uint8_t ebi, const struct proc_def *def)
{
	for (struct proc *p = ue->procs.first; ebi && p; p = p->next)
		if (esm_is_proc(p) && ((struct esm_proc *)p)->ebi == ebi && (!def || p->def == def))
			return (struct esm_proc *)p;
	return NULL;
}

struct esm_proc *esm_proc_by_pti(struct mme_ue *ue, uint8_t pti)
{
	for (struct proc *p = ue->procs.first; p; p = p->next)
		if (esm_is_proc(p) && ((struct esm_proc *)p)->pti == pti)
			return (struct esm_proc *)p;
	return NULL;
}

bool esm_event(struct mme_ue *ue, uint8_t ebi, uint16_t event, const void *msg)
{
	const struct mme_bearer *b = ebi ? bearer_by_ebi(ue, ebi) : NULL;

	for (struct proc *p = ue->procs.first, *next; ebi && p; p = next) {
		const struct esm_proc *e = (const struct esm_proc *)p;

		next = p->next;
		if (!esm_is_proc(p))
			continue;
		/* An E-RAB released with its PDN connection is the default bearer's affair. */
		if (e->ebi != ebi && !(event == EV_ERAB_RELEASED && b && b->pdn->ebi == e->ebi))
			continue;
		if (proc_event(p, event, msg))
			return true;
	}
	return false;
}

void esm_abort(struct mme_ue *ue, uint8_t ebi)
{
	for (struct proc *p = ue->procs.first; p;) {
		const struct esm_proc *e = (const struct esm_proc *)p;

		if (!esm_is_proc(p) || (e->ebi != ebi && e->linked != ebi)) {
			p = p->next;
			continue;
		}
		proc_finish(p, CAUSE_GONE);
		p = ue->procs.first; /* its end may have ended others */
	}
}

bool esm_ready(struct mme_ue *ue)
{
	return ue->conn && ue->conn->context && ue->security_on && ue->emm == EMM_REGISTERED &&
	       !proc_find(&ue->procs, &service_def) && !mobility_running(ue);
}

int esm_reach(struct proc *p, uint8_t arp)
{
	struct mme_ue *ue = p->owner;

	if (ue->conn || proc_find(&ue->procs, &paging_def))
		return PROC_STAY;
	if (!ue->unreachable && paging_begin(ue, p, arp))
		return PROC_STAY;
	return proc_fail(p, CAUSE_PAGING);
}

int esm_unreached(struct proc *p, const void *child)
{
	(void)child;
	return proc_fail(p, CAUSE_PAGING);
}

bool esm_pending(const struct mme_ue *ue)
{
	for (const struct proc *p = ue->procs.first; p; p = p->next)
		if (esm_is_proc(p))
			return true;
	return false;
}

void esm_resume(struct mme_ue *ue)
{
	if (!esm_ready(ue))
		return;
	for (struct proc *p = ue->procs.first, *next; p; p = next) {
		next = p->next;
		proc_event(p, EV_READY, NULL);
	}
}

/* What a handover that an eNodeB speaks of takes to begin at most. */
const struct proc_timer esm_handover = {"T-handover", 5000, 1};

int esm_interrupted(struct proc *p, int to)
{
	enum { MOST = 3 };

	if (((struct esm_proc *)p)->interrupted++ < MOST)
		return to;
	return proc_fail(p, CAUSE_RADIO);
}

void esm_reply(struct esm_proc *e, enum gtpc_message type, enum gtpc_cause cause,
	       const struct fteid *enb)
{
	struct mme_ue *ue = e->proc.owner;
	const struct mme_bearer *b = bearer_by_ebi(ue, e->ebi);
	struct gtpc_response r = {.type = type, .cause = cause, .bearers = 1};

	if (!e->token)
		return;
	r.bearer[0] = (struct gtpc_bearer){.ebi = e->ebi, .cause = cause};
	if (b)
		r.bearer[0].s1u_sgw = b->s1u_sgw;
	if (enb)
		r.bearer[0].s1u_enb = *enb;
	gtpc_reply(e->token, &r);
	e->token = NULL;
}

enum gtpc_cause esm_gtpc_cause(uint16_t cause)
{
	switch (cause) {
	case ESM_CAUSE_INSUFFICIENT_RESOURCES:
	case CAUSE_RADIO:
		return GTPC_NO_RESOURCES;
	case ESM_CAUSE_TFT_SEMANTIC:
		return GTPC_SEMANTIC_ERROR_IN_TFT;
	case ESM_CAUSE_TFT_SYNTAX:
		return GTPC_SYNTACTIC_ERROR_IN_TFT;
	case ESM_CAUSE_FILTER_SEMANTIC:
		return GTPC_SEMANTIC_ERROR_IN_FILTER;
	case ESM_CAUSE_FILTER_SYNTAX:
		return GTPC_SYNTACTIC_ERROR_IN_FILTER;
	case ESM_CAUSE_INVALID_BEARER_IDENTITY:
	case CAUSE_GONE:
		return GTPC_CONTEXT_NOT_FOUND;
	case CAUSE_PAGING:
		return GTPC_UNABLE_TO_PAGE;
	case PROC_TIMEOUT:
	case PROC_ABORTED:
		return GTPC_UE_NOT_RESPONDING;
	default:
		return GTPC_UE_REFUSES;
	}
}

uint8_t esm_header_fault(const struct nas_message *m)
{
	if (m->pti == PTI_NONE || m->pti == PTI_RESERVED)
		return ESM_CAUSE_INVALID_PTI;
	return m->ebi ? ESM_CAUSE_INVALID_BEARER_IDENTITY : 0;
}

void esm_fault(struct mme_ue *ue, const struct nas_message *m, uint8_t cause)
{
	const uint8_t header = esm_header_fault(m), first = header ? header : cause;
	struct nas_pdn_connectivity_reject connectivity = {.pti = m->pti, .esm_cause = first};
	struct nas_pdn_disconnect_reject disconnect = {.pti = m->pti, .esm_cause = first};

	switch (m->def ? m->type : 0) {
	case NAS_PDN_CONNECTIVITY_REQUEST:
		NAS_SEND(ue, pdn_connectivity_reject, &connectivity);
		break;
	case NAS_PDN_DISCONNECT_REQUEST:
		NAS_SEND(ue, pdn_disconnect_reject, &disconnect);
		break;
	case NAS_BEARER_RESOURCE_ALLOCATION_REQUEST:
		resource_reject(ue, false, m->pti, first);
		break;
	case NAS_BEARER_RESOURCE_MODIFICATION_REQUEST:
		resource_reject(ue, true, m->pti, first);
		break;
	default:
		esm_status(ue, m->ebi, m->pti, cause);
	}
}

void esm_status(struct mme_ue *ue, uint8_t ebi, uint8_t pti, uint8_t cause)
{
	struct nas_esm_status s = {.ebi = ebi, .pti = pti, .esm_cause = cause};

	NAS_SEND(ue, esm_status, &s);
}

/* ---- bearers ---- */

struct nas_eps_qos esm_qos(const struct bearer_qos *q)
{
	return (struct nas_eps_qos){
		.qci = q->qci,
		.rates = q->gbr_up || q->gbr_down,
		.mbr_up = q->mbr_up,
		.mbr_down = q->mbr_down,
		.gbr_up = q->gbr_up,
		.gbr_down = q->gbr_down,
	};
}

int bearer_set_tft(struct mme_bearer *b, const uint8_t *octets, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, octets, n);
	free(b->tft);
	b->tft = copy;
	b->tft_n = (uint8_t)n;
	return 0;
}

void esm_drop_failed(struct mme_ue *ue)
{
	uint16_t failed = 0;

	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->active && !b->connected && !b->lost && !esm_proc_by_ebi(ue, b->ebi, NULL))
			failed = (uint16_t)(failed | 1u << b->ebi);
	for (uint8_t ebi = 5; ebi <= 15; ebi++)
		if (failed >> ebi & 1 && bearer_by_ebi(ue, ebi)) {
			UE_LOG(WARN, ue, "esm.not_set_up", "ebi=%u", ebi);
			bearer_lost(ue, ebi);
		}
}

/* ---- messages ---- */

/* 7.3.2, 9.9.4.4: the device does not have a bearer, or what we sent it did not understand. The
 * bearer's procedure ends as it would with a reject; without one, a bearer that the device does not
 * know is lost. */
static void status_in(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_esm_status *s = e->body;
	struct esm_proc *p = esm_proc_by_ebi(ue, s->ebi, NULL);

	UE_LOG(INFO, ue, "esm.status", "ebi=%u pti=%u cause=%u text=\"%s\"", s->ebi, s->pti,
	       s->esm_cause, esm_cause_text(s->esm_cause));
	if (!p && s->pti)
		p = esm_proc_by_pti(ue, s->pti);
	switch (s->esm_cause) {
	case ESM_CAUSE_INVALID_BEARER_IDENTITY:
		if (p && p->proc.def == &deactivate_def)
			esm_event(ue, s->ebi, NAS_DEACTIVATE_BEARER_ACCEPT, e);
		else if (p)
			proc_finish(&p->proc, s->esm_cause);
		else if (s->ebi)
			bearer_unknown(ue, s->ebi);
		break;
	case ESM_CAUSE_INVALID_PTI:
	case ESM_CAUSE_MESSAGE_TYPE_UNKNOWN:
	case ESM_CAUSE_PTI_MISMATCH:
		if (p)
			proc_finish(&p->proc, s->esm_cause);
		break;
	}
}

/* What no procedure waited for. */
static void unexpected(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_message *m = e->m;

	mme_counters.nas_unexpected++;
	UE_LOG(INFO, ue, "esm.unexpected", "message=%s ebi=%u pti=%u", m->def->name, m->ebi,
	       m->pti);
	switch (m->type) {
	case NAS_ACTIVATE_DEFAULT_BEARER_ACCEPT: /* perhaps late, after T3485 */
	case NAS_ACTIVATE_DEDICATED_BEARER_ACCEPT:
	case NAS_MODIFY_BEARER_ACCEPT:
	case NAS_ACTIVATE_DEFAULT_BEARER_REJECT:
	case NAS_ACTIVATE_DEDICATED_BEARER_REJECT:
	case NAS_MODIFY_BEARER_REJECT:
	case NAS_DEACTIVATE_BEARER_ACCEPT:
		break;                     /* 7.3.2: ignored */
	case NAS_ESM_INFORMATION_RESPONSE: /* 7.3.1, 7.3.2 */
		if (!esm_header_fault(m))
			esm_status(ue, 0, m->pti, ESM_CAUSE_INVALID_PTI);
		break;
	default:
		esm_status(ue, m->ebi, m->pti, ESM_CAUSE_MESSAGE_TYPE_NOT_COMPATIBLE);
	}
}

static void to_bearer(struct mme_ue *ue, const struct nas_event *e)
{
	/* The attach's own bearer is accepted inside Attach Complete. */
	if (!esm_event(ue, e->m->ebi, e->m->type, e))
		unexpected(ue, e);
}

/* During an attach the procedure is the attach; afterwards by PTI. */
static void information(struct mme_ue *ue, const struct nas_event *e)
{
	struct esm_proc *p = esm_proc_by_pti(ue, e->m->pti);
	bool taken = !esm_header_fault(e->m) && (p ? proc_event(&p->proc, e->m->type, e)
						   : proc_offer(&ue->procs, e->m->type, e));

	if (!taken)
		unexpected(ue, e);
}

static const struct row {
	uint16_t type;
	void (*fn)(struct mme_ue *, const struct nas_event *);
	bool registered; /* makes sense of a registered device only */
} messages[] = {
	{NAS_ACTIVATE_DEFAULT_BEARER_ACCEPT, to_bearer, false},
	{NAS_ACTIVATE_DEFAULT_BEARER_REJECT, to_bearer, false},
	{NAS_ACTIVATE_DEDICATED_BEARER_ACCEPT, to_bearer, false},
	{NAS_ACTIVATE_DEDICATED_BEARER_REJECT, to_bearer, false},
	{NAS_MODIFY_BEARER_ACCEPT, to_bearer, false},
	{NAS_MODIFY_BEARER_REJECT, to_bearer, false},
	{NAS_DEACTIVATE_BEARER_ACCEPT, to_bearer, false},
	{NAS_ESM_INFORMATION_RESPONSE, information, false},
	{NAS_PDN_CONNECTIVITY_REQUEST, pdn_begin, true},
	{NAS_PDN_DISCONNECT_REQUEST, pdn_disconnect, true},
	{NAS_BEARER_RESOURCE_ALLOCATION_REQUEST, resource_allocate, true},
	{NAS_BEARER_RESOURCE_MODIFICATION_REQUEST, resource_modify, true},
	{NAS_ESM_STATUS, status_in, false},
};

void esm_in(struct mme_ue *ue, const struct nas_event *e)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		if (messages[i].type == e->m->type &&
		    (!messages[i].registered || ue->emm == EMM_REGISTERED)) {
			messages[i].fn(ue, e);
			return;
		}
	unexpected(ue, e);
}
