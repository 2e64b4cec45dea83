/* SPDX-License-Identifier: Apache-2.0 */
/* Service request (TS 24.301 5.6.1, TS 23.401 5.3.4.1): the bearers of an idle device are set up at
 * its eNodeB again. The Initial Context Setup is the answer: a device takes its security command
 * for it. */
#include "mme/mme.h"

enum { CONTEXT, BEARERS };

struct service {
	struct proc proc;
	struct gtpc_txn modify;
};

static struct mem_pool pool = MEM_POOL(service);

static int enter_context(struct proc *p)
{
	if (!context_setup(p->owner, (struct bytes){0}))
		return PROC_STAY;
	p->cause = EMM_CAUSE_NO_BEARER_ACTIVATED;
	return PROC_FAIL;
}

static void modified(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct service, modify)->proc, EV_BEARER_MODIFIED, r);
}

static int context_up(struct proc *p, const void *msg)
{
	if (context_bearers(p->owner, msg, &((struct service *)p)->modify, modified))
		return PROC_NEXT;
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static int context_failed(struct proc *p, const void *msg)
{
	(void)msg;
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static int done(struct proc *p, const void *msg)
{
	const struct gtpc_response *r = msg;
	struct mme_bearer *b;

	/* A bearer that the SGW does not take ends (esm_drop_failed); the others are served. */
	for (unsigned i = 0; i < r->bearers; i++)
		if (!gtpc_accepted(r->bearer[i].cause) &&
		    (b = bearer_by_ebi(p->owner, r->bearer[i].ebi)))
			b->connected = false;
	if (gtpc_accepted(r->cause) && ue_is_connected(p->owner))
		return PROC_END;
	p->cause = r->cause == GTPC_CONTEXT_NOT_FOUND ? EMM_CAUSE_IMPLICITLY_DETACHED : CAUSE_TOLD;
	return PROC_FAIL;
}

static void end(struct proc *p, uint16_t cause)
{
	struct mme_ue *ue = p->owner;

	gtpc_cancel(&((struct service *)p)->modify);
	const bool resumed = p->def == &resume_def;

	if (!cause) {
		*(resumed ? &mme_counters.resumed : &mme_counters.service) += 1;
		ue->data_waits = false;
		if (ue->procs.first) /* paging is over before anything is begun */
			proc_offer(&ue->procs, EV_SERVICE_UP, NULL);
		if (!refresh_after(ue, false))
			drain_after(ue);
		esm_drop_failed(ue);
		ue_save_conn(ue);
		esm_resume(ue);
		return;
	}
	*(resumed ? &mme_counters.resume_failed : &mme_counters.service_failed) += 1;
	if (cause == PROC_ABORTED || !ue->conn)
		return;
	/* 29.274 8.4: the gateway has nothing of it. */
	if (cause == EMM_CAUSE_IMPLICITLY_DETACHED) {
		detach_by_network(ue, true, NULL, NULL);
		return;
	}
	if (cause < 256) {
		struct nas_service_reject r = {.emm_cause = (uint8_t)cause};

		NAS_SEND(ue, service_reject, &r);
	}
	conn_release(ue->conn, S1AP_CAUSE(NAS, UNSPECIFIED));
}

static const struct proc_step steps[] = {
	[CONTEXT] = {"context", enter_context, &mme.timer[T_ICS]},
	[BEARERS] = {"bearers", NULL, &mme_s11_timer},
};

static const struct proc_row rows[] = {
	{CONTEXT, EV_ICS_RESPONSE, context_up, BEARERS},
	{CONTEXT, EV_ICS_FAILURE, context_failed, 0},
	{BEARERS, EV_BEARER_MODIFIED, done, 0},
};

/* The eNodeB has kept the bearers, and their ends of the tunnels are known. */
static int enter_resume(struct proc *p)
{
	struct service *s = (struct service *)p;
	struct mme_ue *ue = p->owner;
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .imsi = ue->imsi};

	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected && q.bearers < GTPC_MAX_BEARERS)
			context_connect(&q, b);
	s->modify.done = modified;
	gtpc_request(&s->modify, GTPC_SGW, &q);
	return PROC_STAY;
}

static const struct proc_step resume_steps[] = {{"bearers", enter_resume, &mme_s11_timer, 0}};
static const struct proc_row resume_rows[] = {{0, EV_BEARER_MODIFIED, done, 0}};

const struct proc_def resume_def = {
	"connection resume", "TS 23.401 5.3.5A", resume_steps, resume_rows, 1, 1, &pool, end,
};

const struct proc_def service_def = {
	"service request", "TS 24.301 5.6.1", steps, rows, 2, 3, &pool, end,
};

void service_refuse(struct mme_ue *ue, uint8_t cause)
{
	struct nas_service_reject r = {.emm_cause = cause};

	mme_counters.service_failed++;
	why_refused(ue->conn, "service request", "TS 24.301 5.6.1.5", cause);
	NAS_SEND(ue, service_reject, &r);
	if (rule_cause(cause) && rule_cause(cause)->stays)
		conn_release(ue->conn, S1AP_CAUSE(NAS, UNSPECIFIED));
	else
		ue_remove(ue, UE_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
}

bool service_due(const struct mme_ue *ue)
{
	return esm_pending(ue) || proc_find(&ue->procs, &paging_def);
}

void service_begin(struct mme_ue *ue)
{
	ue_seen(ue);
	if (!proc_start(&service_def, &ue->procs, ue, NULL, NULL, NULL))
		conn_release(ue->conn, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
}

void service_resume(struct mme_ue *ue)
{
	if (!proc_start(&resume_def, &ue->procs, ue, NULL, NULL, NULL))
		conn_release(ue->conn, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
}
