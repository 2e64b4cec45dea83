/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication (TS 24.301 5.4.2): a vector from the HSS, the challenge, and what a device may say
 * to it. A child of attach and whatever else needs a device to prove itself. On success ue->partial
 * holds KASME and a fresh KSI, no keys derived yet; the current context goes on until security mode
 * control takes the new one into use (4.4.2.1). Ends with CAUSE_WRONG_KEY when the answer did
 * not fit the identity: the parent decides whether to ask for the IMSI or to send Authentication
 * Reject. */
#include "mme/mme.h"
#include "security/crypto.h"

enum { VECTOR, CHALLENGE };

struct auth {
	struct proc proc;
	struct s6a_txn txn;
	struct eutran_vector v;
	uint8_t ksi, resyncs;
};

static struct mem_pool pool = MEM_POOL(auth);

static void answered(struct s6a_txn *txn, const struct s6a_answer *a)
{
	proc_event(&container_of(txn, struct auth, txn)->proc, EV_S6A_ANSWER, a);
}

static int ask(struct auth *a, const uint8_t *auts)
{
	const struct mme_ue *ue = a->proc.owner;
	struct s6a_request r = {
		.command = S6A_AUTHENTICATION_INFORMATION,
		.imsi = ue->imsi,
		.visited_plmn = ue->tai.plmn, /* that the device has chosen: 33.401 A.2 */
		.vectors = 1,
	};

	r.send_usage_type =
		a->proc.parent && a->proc.parent->def == &attach_def && reroute_asks(ue);
	if (auts) {
		r.resync = true;
		memcpy(r.rand, a->v.rand, sizeof(r.rand));
		memcpy(r.auts, auts, sizeof(r.auts));
	}
	a->txn.done = answered;
	s6a_cancel(&a->txn);
	s6a_request(&a->txn, &r);
	return PROC_STAY;
}

static int enter_vector(struct proc *p)
{
	struct auth *a = (struct auth *)p;

	return a->resyncs ? PROC_STAY : ask(a, NULL);
}

static int got_vector(struct proc *p, const void *msg)
{
	struct auth *a = (struct auth *)p;
	struct mme_ue *ue = p->owner;
	const struct s6a_answer *ans = msg;

	if (ans->result != S6A_SUCCESS || !ans->vectors) {
		UE_LOG(WARN, ue, "auth.refused", "result=%d", ans->result);
		p->cause = mme_s6a_cause(ans->result);
		return PROC_FAIL;
	}
	if (p->parent && p->parent->def == &attach_def && reroute_asks(ue)) {
		ue->has_usage_type = ans->has_usage_type;
		ue->usage_type = ans->usage_type;
		if (reroute_due(ue)) {
			p->cause = CAUSE_REROUTED;
			return PROC_FAIL;
		}
	}
	a->v = ans->vector[0];
	/* A KSI that the device does not hold, so that its context and ours cannot be confused. */
	a->ksi = (uint8_t)(ue->sec->ksi >= NAS_KSI_NONE ? 0 : (ue->sec->ksi + 1) % NAS_KSI_NONE);
	return PROC_NEXT;
}

static int enter_challenge(struct proc *p)
{
	struct auth *a = (struct auth *)p;
	struct nas_authentication_request r = {.ksi = a->ksi};

	memcpy(r.rand.octet, a->v.rand, 16);
	memcpy(r.autn.octet, a->v.autn, 16);
	NAS_SEND(p->owner, authentication_request, &r);
	return PROC_STAY;
}

static int response(struct proc *p, const void *msg)
{
	struct auth *a = (struct auth *)p;
	struct mme_ue *ue = p->owner;
	const struct nas_authentication_response *r = ((const struct nas_event *)msg)->body;

	if (r->res.n != a->v.xres_len || !crypto_equal(r->res.octet, a->v.xres, r->res.n)) {
		proc_note(p, "RES is not XRES");
		p->cause = CAUSE_WRONG_KEY;
		return PROC_FAIL;
	}
	if (!partial_new(ue, a->ksi, a->v.kasme)) {
		p->cause = EMM_CAUSE_CONGESTION;
		return PROC_FAIL;
	}
	mme_counters.auth++;
	return PROC_END;
}

/* 5.4.2.6, 5.4.2.7 c to e */
static int failure(struct proc *p, const void *msg)
{
	struct auth *a = (struct auth *)p;
	struct mme_ue *ue = p->owner;
	const struct nas_authentication_failure *f = ((const struct nas_event *)msg)->body;

	if (f->emm_cause == EMM_CAUSE_SYNCH_FAILURE && HAS(f, nas_authentication_failure, auts) &&
	    a->resyncs++ < 2) {
		mme_counters.auth_resync++;
		proc_note(p, "resynchronisation");
		ask(a, f->auts.octet);
		return PROC_TO(VECTOR);
	}
	proc_note(p, emm_cause_text(f->emm_cause));
	UE_LOG(WARN, ue, "auth.failure", "cause=%u text=\"%s\"", f->emm_cause,
	       emm_cause_text(f->emm_cause));
	mme_counters.auth_mac++;
	p->cause = CAUSE_WRONG_KEY;
	return PROC_FAIL;
}

static void end(struct proc *p, uint16_t cause)
{
	struct auth *a = (struct auth *)p;

	s6a_cancel(&a->txn);
	crypto_wipe(&a->v, sizeof(a->v));
	if (cause)
		mme_counters.auth_failed++;
}

static const struct proc_timer t_s6a = {"T-S6a", 10000, 0};

static const struct proc_step steps[] = {
	[VECTOR] = {"vector", enter_vector, &t_s6a, EMM_CAUSE_NETWORK_FAILURE},
	[CHALLENGE] = {"challenge", enter_challenge, &mme.timer[T3460]},
};

static const struct proc_row rows[] = {
	{VECTOR, EV_S6A_ANSWER, got_vector, CHALLENGE},
	{CHALLENGE, NAS_AUTHENTICATION_RESPONSE, response, 0},
	{CHALLENGE, NAS_AUTHENTICATION_FAILURE, failure, 0},
};

const struct proc_def auth_def = {
	"authentication", "TS 24.301 5.4.2", steps, rows, 2, 3, &pool, end,
};

int auth_enter(struct proc *parent)
{
	return proc_start(&auth_def, parent->list, parent->owner, parent, NULL, NULL)
		       ? PROC_STAY
		       : proc_fail(parent, EMM_CAUSE_CONGESTION);
}
