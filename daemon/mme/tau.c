/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking area update (TS 24.301 5.5.3) of a device whose context is here: normal, periodic, and
 * combined, which is answered for EPS alone. With the active flag, or data that waits for the
 * device, its bearers are set up; when it was connected they stay; else the connection is
 * released in the end. A GUTI that is due goes with the accept, which is then repeated by T3450
 * until Tracking Area Update Complete. The same request again is answered again, another one takes
 * its place (5.5.3.2.7). Who is not known, or sends no MAC that fits, is asked first who it is:
 * unproven.c. */
#include <stdlib.h>
#include "mme/esm.h"

/* What the device says about itself replaces what was known (5.5.3.2.4). What changes is to be
 * replayed to it (33.401 7.2.4.3): new keys are due. */
static void read_security_capabilities(struct mme_ue *ue, const struct nas_tau_request *r)
{
	const struct nas_ue_network_capability *c = &r->ue_network_capability;
	bool has_more = HAS(r, nas_tau_request, additional_security_capability);

	if (!HAS(r, nas_tau_request, ue_network_capability))
		return;
	if (ue->ue_capability_n != c->n || memcmp(ue->ue_capability, c->octet, c->n) != 0 ||
	    ue->has_more_capability != has_more ||
	    (has_more && (ue->more_capability.nea != r->additional_security_capability.nea ||
			  ue->more_capability.nia != r->additional_security_capability.nia)))
		ue->due |= REFRESH_KEYS;
	ue->ue_capability_n = c->n;
	memcpy(ue->ue_capability, c->octet, c->n);
	ue->has_more_capability = has_more;
	if (has_more)
		ue->more_capability = r->additional_security_capability;
}

void tau_read_capabilities(struct mme_ue *ue, const struct nas_tau_request *r)
{
	read_security_capabilities(ue, r);
	if (HAS(r, nas_tau_request, ms_network_capability) &&
	    r->ms_network_capability.n <= UE_MS_CAPABILITY_MAX) {
		ue->ms_capability_n = (uint8_t)r->ms_network_capability.n;
		memcpy(ue->ms_capability, r->ms_network_capability.p, ue->ms_capability_n);
	}
	if (HAS(r, nas_tau_request, radio_capability_update) && r->radio_capability_update & 1) {
		free(ue->radio_capability);
		ue->radio_capability = NULL;
		ue->radio_capability_n = 0;
	}
}

static struct nas_tau_reject reject_with(uint8_t cause)
{
	struct nas_tau_reject m = {.emm_cause = cause};

	mme_counters.tau_failed++;
	if (cause == EMM_CAUSE_CONGESTION) { /* 5.3.9 */
		m.t3346 = overload_back_off();
		SET(&m, nas_tau_reject, t3346);
	}
	return m;
}

void tau_refuse(struct mme_ue *ue, uint8_t cause)
{
	struct nas_tau_reject m = reject_with(cause);

	NAS_SEND(ue, tau_reject, &m);
}

void tau_refuse_at(struct s1_conn *c, struct mme_ue *here, uint8_t cause)
{
	struct nas_tau_reject m = reject_with(cause);

	why_refused(c, "tracking area update", "TS 24.301 5.5.3.2.5", cause);
	if (here)
		NAS_SEND(here, tau_reject, &m);
	else
		nas_send_plain(c, &nas_tau_reject_def, &m);
	conn_release(c, S1AP_CAUSE(NAS, UNSPECIFIED));
}

static void reject(struct mme_ue *ue, uint8_t cause)
{
	why_refused(ue->conn, "tracking area update", "TS 24.301 5.5.3.2.5", cause);
	tau_refuse(ue, cause);
	if (rule_cause(cause) && rule_cause(cause)->stays)
		conn_release(ue->conn, S1AP_CAUSE(NAS, UNSPECIFIED));
	else
		ue_remove(ue, UE_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
}

enum { ACCEPT };

struct tau {
	struct proc proc;
	uint64_t request_hash;
	bool combined;
	bool connected; /* it was */
	bool bearers;   /* are to be set up */
	bool guti;      /* the accept has a new one */
};

static struct mem_pool pool = MEM_POOL(tau);

static void send_accept(const struct tau *t)
{
	struct mme_ue *ue = t->proc.owner;
	struct nas_tau_accept a = {
		.update_result = NAS_TA_UPDATED,
		.t3412 = mme.t3412_s,
		.guti = {.type = NAS_ID_GUTI, .guti = ue_guti(ue)},
		.tai_list = mme_new_tai_list(ue),
		.bearer_status = esm_bearer_status(ue),
		.t3402 = mme.t3402_s,
		.network_features = mme_network_features(ue),
	};

	SET(&a, nas_tau_accept, t3412);
	SET(&a, nas_tau_accept, tai_list);
	SET(&a, nas_tau_accept, bearer_status);
	SET(&a, nas_tau_accept, t3402);
	SET(&a, nas_tau_accept, network_features);
	if (t->guti)
		SET(&a, nas_tau_accept, guti);
	REACH_TELL(ue, &a, nas_tau_accept);
	if (mme_equivalents(ue, &a.equivalent_plmns))
		SET(&a, nas_tau_accept, equivalent_plmns);
	if (mme_emergency_numbers(&a.emergency_numbers))
		SET(&a, nas_tau_accept, emergency_numbers);
	if (t->combined) { /* 5.5.3.3.4.3: only EPS services */
		a.emm_cause = mme.cs_cause;
		SET(&a, nas_tau_accept, emm_cause);
	}
	NAS_SEND(ue, tau_accept, &a);
}

static int enter_accept(struct proc *p)
{
	struct tau *t = (struct tau *)p;
	struct mme_ue *ue = p->owner;

	if (!p->tries && refresh_due(ue) & REFRESH_GUTI) {
		ue_allot_tmsi(ue);
		ue->due &= (uint8_t)~REFRESH_GUTI;
		t->guti = true;
	}
	send_accept(t);
	if (!p->tries && (t->guti || t->connected)) /* else it is saved when the connection ends */
		ue_save(ue);
	if (!p->tries && t->bearers)
		service_begin(ue);
	return t->guti ? PROC_STAY : PROC_END;
}

static int again(struct proc *p, const void *msg)
{
	(void)msg;
	send_accept((const struct tau *)p);
	proc_restart_timer(p);
	return PROC_STAY;
}

static int complete(struct proc *p, const void *msg)
{
	struct mme_ue *ue = p->owner;

	(void)msg;
	ue_tmsi_used(ue, ue->m_tmsi);
	ue_save(ue);
	return PROC_END;
}

static void end(struct proc *p, uint16_t cause)
{
	const struct tau *t = (const struct tau *)p;
	struct mme_ue *ue = p->owner;

	if (cause)
		mme_counters.tau_failed++;
	else
		mme_counters.tau++;
	if (cause && t->guti)
		ue->due |= REFRESH_GUTI; /* another time */
	if (cause == PROC_ABORTED || !ue->conn)
		return;
	if (t->connected && !cause)
		refresh_after(ue, false);
	if (t->connected || t->bearers) /* with those, service.c goes on */
		return;
	/* 5.5.3.2.4, 23.401 5.3.3.1: what is pending needs no active flag. */
	if (!cause && service_due(ue))
		service_begin(ue);
	else if (cause || !refresh_after(ue, true))
		conn_release(ue->conn, S1AP_CAUSE(NAS, NORMAL_RELEASE));
}

static const struct proc_step steps[] = {{"accept", enter_accept, &mme.timer[T3450], 0}};
static const struct proc_row rows[] = {
	{ACCEPT, NAS_TAU_COMPLETE, complete, 0},
	{ACCEPT, NAS_TAU_REQUEST, again, 0},
};

const struct proc_def tau_def = {
	"tracking area update", "TS 24.301 5.5.3", steps, rows, 1, 2, &pool, end,
};

static void init(struct proc *p, const void *arg)
{
	const struct tau *from = arg;
	struct tau *t = (struct tau *)p;

	t->request_hash = from->request_hash;
	t->combined = from->combined;
	t->connected = from->connected;
	t->bearers = from->bearers;
}

/* 5.5.3.2.7 d, e: True if the request is the one that is being answered. */
static bool repeated(struct mme_ue *ue, const struct nas_event *e, uint64_t hash)
{
	struct proc *p = proc_find(&ue->procs, &tau_def);

	if (!p)
		return false;
	if (((struct tau *)p)->request_hash == hash)
		return proc_event(p, NAS_TAU_REQUEST, e);
	proc_finish(p, PROC_ABORTED);
	return false;
}

void tau_begin(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_tau_request *r = e->body;
	uint8_t type = r->update_type.type;
	struct tau t = {
		.request_hash = mme_hash(e->pdu),
		.combined = type == NAS_TA_LA_UPDATE || type == NAS_TA_LA_UPDATE_IMSI,
		.connected = ue->conn->context || proc_find(&ue->procs, &service_def) ||
			     proc_find(&ue->procs, &attach_def),
	};

	ue_seen(ue);
	if (repeated(ue, e, t.request_hash))
		return;
	uint8_t denied = access_check(ue, &ue->tai);

	if (denied) {
		reject(ue, denied);
		return;
	}
	if (HAS(r, nas_tau_request, drx))
		reach_read_drx(ue, r->drx);
	REACH_ASKED(ue, r, nas_tau_request);
	tau_read_capabilities(ue, r);
	if (HAS(r, nas_tau_request, bearer_status))
		esm_sync_bearers(ue, r->bearer_status);
	if (!bearers_left(ue)) {
		reject(ue, EMM_CAUSE_NO_BEARER_ACTIVATED);
		return;
	}
	/* Data comes too that it was called for (23.401 5.3.3.1), or that waited till it woke. */
	t.bearers = !t.connected &&
		    (r->update_type.active || ue->data_waits || proc_find(&ue->procs, &paging_def));
	if (!t.connected) /* 33.401 7.2.6.2: what follows starts from this message's COUNT */
		nas_kenb(ue->sec, ue->kenb);
	if (!proc_start(&tau_def, &ue->procs, ue, NULL, init, &t))
		conn_release(ue->conn, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
}
