/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer resource allocation and modification as the device asks for them (TS 24.301 6.5.3, 6.5.4,
 * TS 23.401 5.4.5). What is wrong with the request is told here; the PGW decides about the rest:
 * the bearer procedure that it then begins carries the device's PTI and is the answer. */
#include "codec/tft.h"
#include "mme/esm.h"

struct resource {
	struct esm_proc esm; /* ebi and linked stay 0: the bearer procedure that it causes must not
				end it */
	struct gtpc_txn s11;
	uint8_t ebi, linked;
	bool modification;
	struct bearer_qos qos;
	struct tft tad;
};

static struct mem_pool pool = MEM_POOL(resource);

void resource_reject(struct mme_ue *ue, bool modification, uint8_t pti, uint8_t cause)
{
	struct nas_bearer_resource_allocation_reject a = {.pti = pti, .esm_cause = cause};
	struct nas_bearer_resource_modification_reject m = {.pti = pti, .esm_cause = cause};

	mme_counters.resource_refused++;
	UE_LOG(INFO, ue, "esm.resource_refused", "pti=%u modification=%d cause=%u text=\"%s\"", pti,
	       modification, cause, esm_cause_text(cause));
	if (modification)
		NAS_SEND(ue, bearer_resource_modification_reject, &m);
	else
		NAS_SEND(ue, bearer_resource_allocation_reject, &a);
}

static void commanded(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct resource, s11)->esm.proc, EV_BEARER_MODIFIED, r);
}

static int enter(struct proc *p)
{
	struct resource *d = (struct resource *)p;
	struct mme_ue *ue = p->owner;
	const struct mme_pdn *pdn = pdn_by_ebi(ue, d->linked);
	struct gtpc_request q = {
		.type = GTPC_BEARER_RESOURCE_COMMAND,
		.imsi = ue->imsi,
		.pti = d->esm.pti,
		.linked_ebi = d->linked,
		.bearers = 1,
		.bearer[0] = {.ebi = d->ebi, .qos = d->qos, .tft = d->tad},
	};

	if (!pdn) {
		p->cause = ESM_CAUSE_INVALID_BEARER_IDENTITY;
		return PROC_FAIL;
	}
	q.teid = pdn->s11_sgw.teid;
	d->s11.done = commanded;
	gtpc_request(&d->s11, GTPC_SGW, &q);
	return PROC_STAY;
}

static int answered(struct proc *p, const void *msg)
{
	const struct gtpc_response *r = msg;

	if (r->cause < GTPC_CONTEXT_NOT_FOUND)
		return PROC_END;
	p->cause = r->cause == GTPC_CONTEXT_NOT_FOUND ? ESM_CAUSE_INVALID_BEARER_IDENTITY
						      : esm_cause_of_gtpc(r->cause);
	return PROC_FAIL;
}

static void end(struct proc *p, uint16_t cause)
{
	struct resource *d = (struct resource *)p;

	gtpc_cancel(&d->s11);
	if (cause && cause != PROC_ABORTED)
		resource_reject(p->owner, d->modification, d->esm.pti,
				cause < 256 ? (uint8_t)cause : ESM_CAUSE_NETWORK_FAILURE);
}

static const struct proc_step steps[] = {
	{"command", enter, &mme_s11_timer, ESM_CAUSE_NETWORK_FAILURE}};
static const struct proc_row rows[] = {{0, EV_BEARER_MODIFIED, answered, 0}};

const struct proc_def resource_def = {
	"bearer resource request", "TS 24.301 6.5.3", steps, rows, 1, 1, &pool, end,
};

static void init(struct proc *p, const void *arg)
{
	struct resource *d = (struct resource *)p;
	const struct resource *like = arg;

	d->ebi = like->ebi;
	d->linked = like->linked;
	d->esm.pti = like->esm.pti;
	d->modification = like->modification;
	d->qos = like->qos;
	d->tad = like->tad;
}

/* ---- the requests ---- */

/* GBR QCIs (TS 23.203 table 6.1.7): rates must be there, and for others not. */
static bool is_gbr(uint8_t qci)
{
	return (qci >= 1 && qci <= 4) || (qci >= 65 && qci <= 67) || (qci >= 71 && qci <= 76) ||
	       (qci >= 82 && qci <= 85);
}

/* extended: zero where it is not there. */
static uint8_t read_qos(struct nas_eps_qos q, const struct nas_extended_qos *extended,
			struct bearer_qos *out)
{
	*out = (struct bearer_qos){.qci = q.qci};
	if (!q.qci || q.qci == 255) /* reserved (9.9.4.3) */
		return ESM_CAUSE_UNSUPPORTED_QCI;
	if (q.rates)
		nas_qos_join(&q, extended);
	if (is_gbr(q.qci) != (q.rates && (q.gbr_up || q.gbr_down)))
		return ESM_CAUSE_QOS_NOT_ACCEPTED;
	if (q.rates && (q.gbr_up > q.mbr_up || q.gbr_down > q.mbr_down || q.mbr_up > RATE_MAX ||
			q.mbr_down > RATE_MAX))
		return ESM_CAUSE_QOS_NOT_ACCEPTED;
	out->mbr_up = q.mbr_up;
	out->mbr_down = q.mbr_down;
	out->gbr_up = q.gbr_up;
	out->gbr_down = q.gbr_down;
	return 0;
}

static void begin(struct mme_ue *ue, struct resource *like, uint8_t cause, struct bytes tad)
{
	if (!cause) {
		like->tad.n = (uint8_t)tad.n;
		memcpy(like->tad.b, tad.p, tad.n);
		mme_counters.resource_requests++;
		if (!proc_start(&resource_def, &ue->procs, ue, NULL, init, like))
			cause = ESM_CAUSE_INSUFFICIENT_RESOURCES;
	}
	if (cause)
		resource_reject(ue, like->modification, like->esm.pti, cause);
}

/* A request that was sent again, as its answer is on its way, goes on; a PTI that another procedure
 * of the device has is refused. */
static bool repeated(struct mme_ue *ue, uint8_t pti, uint8_t *cause)
{
	const struct esm_proc *p = esm_proc_by_pti(ue, pti);

	if (!p)
		return false;
	if (p->proc.def == &pdn_def) {
		*cause = ESM_CAUSE_PTI_IN_USE;
		return false;
	}
	proc_note(&p->proc, "bearer resource request again");
	return true;
}

void resource_allocate(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_bearer_resource_allocation_request *m = e->body;
	struct resource d = {.esm.pti = m->pti, .linked = m->linked_ebi};
	const struct mme_pdn *pdn = pdn_by_ebi(ue, m->linked_ebi);
	struct tft_filters tad;
	uint8_t cause = esm_header_fault(e->m);

	if (!cause && repeated(ue, m->pti, &cause))
		return;
	if (!cause &&
	    (!pdn || !pdn->bearers->active || esm_proc_by_ebi(ue, pdn->ebi, &deactivate_def)))
		cause = ESM_CAUSE_INVALID_BEARER_IDENTITY;
	if (!cause)
		cause = tft_decode(m->tfa, &tad);
	if (!cause && tad.operation != TFT_CREATE)
		cause = ESM_CAUSE_TFT_SEMANTIC;
	if (!cause)
		cause = read_qos(m->qos, &m->extended_qos, &d.qos);
	begin(ue, &d, cause, m->tfa);
}

/* What the operation would do to the bearer's filters; those are the PGW's to change. */
static uint8_t operation_fault(const struct mme_bearer *b, struct bytes tad, bool qos)
{
	struct tft_filters now = {.operation = TFT_CREATE}, op;
	uint8_t cause = tft_decode(tad, &op);

	if (cause)
		return cause;
	if (op.operation == TFT_CREATE || op.operation == TFT_DELETE ||
	    (op.operation == TFT_NO_OPERATION && !qos))
		return ESM_CAUSE_TFT_SEMANTIC;
	if (b->tft_n)
		tft_decode(bytes_of(b->tft, b->tft_n), &now);
	for (unsigned i = 0; i < op.n && op.operation != TFT_ADD; i++) {
		bool found = false;

		for (unsigned k = 0; k < now.n; k++)
			found |= now.filter[k].id == op.filter[i].id;
		if (!found && now.n)
			return ESM_CAUSE_TFT_SYNTAX;
	}
	return tft_apply(&now, &op);
}

void resource_modify(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_bearer_resource_modification_request *m = e->body;
	struct resource d = {.esm.pti = m->pti, .ebi = m->linked_ebi, .modification = true};
	const struct mme_bearer *b = bearer_by_ebi(ue, m->linked_ebi);
	bool qos = HAS(m, nas_bearer_resource_modification_request, qos);
	uint8_t cause = esm_header_fault(e->m);

	if (!cause && repeated(ue, m->pti, &cause))
		return;
	if (!cause && (!b || !b->active))
		cause = ESM_CAUSE_INVALID_BEARER_IDENTITY;
	if (!cause && esm_proc_by_ebi(ue, b->ebi, NULL))
		cause = ESM_CAUSE_COLLISION;
	if (!cause)
		cause = operation_fault(b, m->tfa, qos);
	if (!cause && qos)
		cause = read_qos(m->qos, &m->extended_qos, &d.qos);
	if (b)
		d.linked = b->pdn->ebi;
	begin(ue, &d, cause, m->tfa);
}
