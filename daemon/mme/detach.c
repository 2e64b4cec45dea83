/* SPDX-License-Identifier: Apache-2.0 */
/* Detach (TS 24.301 5.5.2) in both directions. By the device it is an answer; by the network a
 * procedure with T3422, after which the device counts as detached whether it answered or not. */
#include <errno.h>
#include "mme/mme.h"

struct detach {
	struct proc proc;
	bool reattach;
	uint8_t cause; /* 0: none is told */
	void (*done)(void *arg, int err);
	void *arg;
};

static struct mem_pool pool = MEM_POOL(detach);

static int enter(struct proc *p)
{
	struct nas_detach_request_network m = {
		.detach_type.type = ((struct detach *)p)->reattach ? NAS_DETACH_REATTACH
								   : NAS_DETACH_NO_REATTACH,
	};

	m.emm_cause = ((struct detach *)p)->cause;
	if (m.emm_cause)
		SET(&m, nas_detach_request_network, emm_cause);
	ue_set_emm(p->owner, EMM_DEREGISTERED_INITIATED);
	NAS_SEND(p->owner, detach_request_network, &m);
	return PROC_STAY;
}

static int accepted(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_END;
}

static void end(struct proc *p, uint16_t cause)
{
	struct detach *d = (struct detach *)p;

	mme_counters.detach_network++;
	/* Before the device goes, so that who asked hears of its end and not of its absence. */
	if (d->done)
		d->done(d->arg, cause == PROC_TIMEOUT ? -ETIMEDOUT : 0);
	ue_remove(p->owner, UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
}

bool detach_wants_back(const struct proc *p) { return ((const struct detach *)p)->reattach; }

static const struct proc_step steps[] = {{"request", enter, &mme.timer[T3422], 0}};
static const struct proc_row rows[] = {{0, NAS_DETACH_ACCEPT, accepted, 0}};

const struct proc_def detach_def = {
	"detach", "TS 24.301 5.5.2.3", steps, rows, 1, 1, &pool, end,
};

static void init(struct proc *p, const void *arg)
{
	const struct detach *from = arg;
	struct detach *d = (struct detach *)p;

	d->reattach = from->reattach;
	d->cause = from->cause;
	d->done = from->done;
	d->arg = from->arg;
}

static void begin(struct mme_ue *ue, const struct detach *d)
{
	if (ue->conn && ue->security_on && !proc_find(&ue->procs, &detach_def)) {
		/* What else is under way with this device is over (5.5.2.3.5). */
		proc_abort_all(&ue->procs, PROC_ABORTED);
		if (!ue->doomed && proc_start(&detach_def, &ue->procs, ue, NULL, init, d))
			return;
	}
	/* Not reachable by a message now: it learns of it by cause 9 or 10 when it next speaks. */
	mme_counters.detach_network++;
	view_trace(ue, "detach", "implicit", NULL);
	ue_remove(ue, UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
	if (d->done)
		d->done(d->arg, 0);
}

void detach_by_network(struct mme_ue *ue, bool reattach, void (*done)(void *arg, int err),
		       void *arg)
{
	begin(ue, &(struct detach){.reattach = reattach, .done = done, .arg = arg});
}

void detach_denied(struct mme_ue *ue, uint8_t cause)
{
	begin(ue, &(struct detach){.cause = cause});
}

/* 5.5.2.2.2, 5.5.2.2.3 */
void detach_by_ue(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_detach_request *d = e->body;

	view_trace(ue, "detach", d->detach_type.switch_off ? "switched-off" : "requested", NULL);
	if (!d->detach_type.switch_off) {
		struct nas_detach_accept a = {0};

		NAS_SEND(ue, detach_accept, &a);
	}
	if (d->detach_type.type == NAS_DETACH_IMSI) { /* from non-EPS services only */
		if (ue->emm == EMM_REGISTERED && !ue->conn->context)
			conn_release(ue->conn, S1AP_CAUSE(NAS, NORMAL_RELEASE));
		return;
	}
	mme_counters.detach++;
	UE_LOG(INFO, ue, "detach", "switch_off=%d", d->detach_type.switch_off);
	ue_remove(ue, UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
}
