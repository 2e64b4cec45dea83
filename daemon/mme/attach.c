/* SPDX-License-Identifier: Apache-2.0 */
/* Attach (TS 24.301 5.5.1, TS 23.401 5.3.2.1). One procedure from the Attach Request to its
 * completion; identification, authentication and security mode control are its children.
 *
 *   BEGIN     decides what is needed: the IMSI, a proof, or nothing, where the MAC fits a context
 *   LOCATION  S6a: the subscription
 *   ESM_INFO  APN and PCO, where the device wants to tell them ciphered
 *   SESSION   S11: address and bearer; programmed into the datapath when the answer is here
 *   ACCEPT    Initial Context Setup with the Attach Accept in it, until the device has sent Attach
 *             Complete: it is registered from then on (5.5.1.2.4)
 *   BEARER    what remains then: the eNodeB's bearer on its way to the SGW
 *
 * The mme_ue of an attach that fails is removed. In the last step it fails only where the device
 * cannot have the bearer, and is told to attach again; if its connection, or the eNodeB's context
 * for it, is lost meanwhile, it is idle as any other. Collisions (5.5.1.2.7) are in collide.c.
 */
#include <stdlib.h>
#include <time.h>
#include "core/loop.h"
#include "core/metrics.h"
#include "mme/esm.h"

enum { BEGIN, IDENTIFY, AUTHENTICATE, SECURE, LOCATION, ESM_INFO, SESSION, ACCEPT, BEARER };

struct attach {
	struct proc proc;
	struct s6a_txn s6a;
	struct gtpc_txn s11, modify;
	uint64_t request_hash; /* of the Attach Request: is a second one the same? */
	uint8_t attach_type;
	bool secured, from_guti, bearer_ready, completed;
	uint8_t fault;     /* of the PDN Connectivity Request inside: an ESM cause, 0 if none */
	uint8_t esm_cause; /* told beside the bearer (50 to 52), 0 if none */
	struct pdn_wish want;
	struct pco pco_answer;
	struct mme_pdn *pdn;
};

static struct mem_pool pool = MEM_POOL(attach);
METRIC_LATENCY(attach_time, "mcore_attach_seconds",
	       "Attach Request to the last of Attach Complete and bearer")

/* ---- the children ---- */

static int enter_begin(struct proc *p)
{
	const struct attach *a = (const struct attach *)p;
	const struct mme_ue *ue = p->owner;

	if (a->fault)
		return proc_fail(p, (uint16_t)(CAUSE_ESM + a->fault));
	if (a->secured)
		return reroute_due(ue) ? proc_fail(p, CAUSE_REROUTED) : PROC_TO(LOCATION);
	return PROC_TO(ue->imsi == IMSI_NONE ? IDENTIFY : ue->unproven ? SECURE : AUTHENTICATE);
}

static int enter_identify(struct proc *p)
{
	const struct mme_ue *ue = p->owner;

	return identity_enter(p, ue->unproven ? NAS_ASK_IMEI : NAS_ASK_IMSI);
}

static int enter_secure(struct proc *p)
{
	static const uint8_t none[32];
	struct mme_ue *ue = p->owner;

	if (ue->unproven && !partial_new(ue, 0, none))
		return proc_fail(p, EMM_CAUSE_CONGESTION);
	return smc_enter(p);
}

static int child_done(struct proc *p, const void *child)
{
	(void)p, (void)child;
	return PROC_NEXT;
}

static int identified(struct proc *p, const void *child)
{
	struct mme_ue *ue = p->owner;

	ue->imsi = identity_answer(child);
	return ue->unproven ? PROC_TO(SECURE) : PROC_NEXT;
}

/* 5.4.2.5: whose identity came from a GUTI may be somebody else by now: ask for the IMSI before
 * turning the device away for good. */
static int child_failed(struct proc *p, const void *msg)
{
	const struct proc *child = msg;
	struct attach *a = (struct attach *)p;
	struct mme_ue *ue = p->owner;

	bool unproven = emergency_unproven(ue) && !ue->unproven && child->def == &auth_def &&
			(child->cause < 256 || child->cause == CAUSE_WRONG_KEY);

	if (child->cause != CAUSE_WRONG_KEY && !unproven)
		return proc_fail(p, child->cause);
	if (unproven && !(a->from_guti && child->cause == CAUSE_WRONG_KEY)) {
		if (!enb_attach_allowed(ue->conn->enb))
			return proc_fail(p, EMM_CAUSE_CONGESTION);
		proc_note(p, "not authenticated: goes on by its IMEI");
		ue->unproven = true;
		ue->imsi = IMSI_NONE;
		return PROC_TO(IDENTIFY);
	}
	if (a->from_guti) {
		a->from_guti = false;
		ue->imsi = IMSI_NONE;
		return PROC_TO(IDENTIFY);
	}
	struct nas_authentication_reject r = {0};

	NAS_SEND(ue, authentication_reject, &r);
	return proc_fail(p, CAUSE_WRONG_KEY);
}

/* ---- subscription ---- */

static void located(struct s6a_txn *txn, const struct s6a_answer *ans)
{
	proc_event(&container_of(txn, struct attach, s6a)->proc, EV_S6A_ANSWER, ans);
}

/* No ceiling keeps out who proves an IMSI and is in need, one of its own who proves nothing.
 * Whoever is among the registered devices already takes nobody's place. */
static bool full(const struct mme_ue *ue)
{
	uint64_t most = ue->unproven ? mme.max_unproven : ue->emergency ? 0 : mme.max_ues;
	uint64_t here = ue->unproven ? ue_unproven() : ue_count() - ue_unproven();

	if (!most || here < most || ue_by_imsi(ue->imsi))
		return false;
	ue_ceiling(ue->unproven);
	return true;
}

static int enter_location(struct proc *p)
{
	struct attach *a = (struct attach *)p;
	struct mme_ue *ue = p->owner;

	if (a->fault) /* of a request that was replayed */
		return proc_fail(p, (uint16_t)(CAUSE_ESM + a->fault));
	if (full(ue))
		return proc_fail(p, EMM_CAUSE_CONGESTION);
	if (ue->emergency) {
		ue_make_known(ue);
		return emergency_subscribe(ue) ? proc_fail(p, EMM_CAUSE_NETWORK_FAILURE)
					       : PROC_TO(SESSION);
	}
	struct s6a_request r = {
		.command = S6A_UPDATE_LOCATION,
		.imsi = ue->imsi,
		.visited_plmn = ue->tai.plmn,
		.initial_attach = true,
	};

	uint8_t denied = access_check(ue, &ue->tai);

	if (denied && denied != ACCESS_UNDECIDED)
		return proc_fail(p, denied);
	ue_make_known(ue);
	memcpy(r.imeisv, ue->imeisv, sizeof(r.imeisv));
	a->s6a.done = located;
	s6a_request(&a->s6a, &r);
	return PROC_STAY;
}

static int got_location(struct proc *p, const void *msg)
{
	const struct attach *a = (const struct attach *)p;
	const struct s6a_answer *ans = msg;
	struct mme_ue *ue = p->owner;

	if (ans->result != S6A_SUCCESS)
		return proc_fail(p, mme_s6a_cause(ans->result));
	if (ans->access_restriction & S6A_NO_WB_EUTRAN) /* 29.272 annex A, as RAT not allowed */
		return proc_fail(p, EMM_CAUSE_NO_SUITABLE_CELLS);
	if (ans->blocked)
		return proc_fail(p, CAUSE_ESM + ESM_CAUSE_OPERATOR_DETERMINED_BARRING);
	if (mme_set_subscription(ue, ans))
		return proc_fail(p, EMM_CAUSE_NETWORK_FAILURE);
	uint8_t denied = access_check(ue, &ue->tai);

	if (denied)
		return proc_fail(p, denied);
	return a->want.ask_info ? PROC_TO(ESM_INFO) : PROC_TO(SESSION);
}

/* ---- ESM information (6.6.1.2) ---- */

static int enter_esm_info(struct proc *p)
{
	struct nas_esm_information_request r = {.pti = ((struct attach *)p)->want.pti};

	NAS_SEND(p->owner, esm_information_request, &r);
	return PROC_STAY;
}

static int got_esm_info(struct proc *p, const void *msg)
{
	struct attach *a = (struct attach *)p;
	const struct nas_esm_information_response *r = ((const struct nas_event *)msg)->body;

	if (r->pti != a->want.pti) { /* 7.3.1 */
		esm_status(p->owner, 0, r->pti, ESM_CAUSE_INVALID_PTI);
		return PROC_STAY;
	}
	esm_read_information(&a->want, r);
	return PROC_NEXT;
}

/* ---- session ---- */

static void session_created(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct attach, s11)->proc, EV_SESSION_CREATED, r);
}

static int enter_session(struct proc *p)
{
	struct attach *a = (struct attach *)p;
	struct mme_ue *ue = p->owner;
	uint8_t refused = 0;
	struct mme_pdn *pdn = esm_new_pdn(ue, &a->want, &a->esm_cause, &refused);

	if (!pdn)
		return proc_fail(p, CAUSE_ESM + refused);
	a->pdn = pdn;
	a->s11.done = session_created;
	esm_create_session(ue, pdn, &a->want.pco, &a->s11);
	return PROC_STAY;
}

static int got_session(struct proc *p, const void *msg)
{
	struct attach *a = (struct attach *)p;
	const struct gtpc_response *r = msg;
	uint8_t cause = esm_session_created(a->pdn, r, &a->esm_cause);

	if (cause)
		return proc_fail(p, CAUSE_ESM + cause);
	a->pco_answer = r->pco;
	return PROC_NEXT;
}

/* ---- accept ---- */

static struct bytes make_accept(struct attach *a)
{
	struct mme_ue *ue = a->proc.owner;
	struct nas_attach_accept m = {
		.attach_result = NAS_ATTACHED_EPS,
		.t3412 = mme.t3412_s,
		.tai_list = mme_new_tai_list(ue),
		.guti = {.type = NAS_ID_GUTI, .guti = ue_guti(ue)},
		.esm = esm_activate_default(ue, a->pdn, a->want.pti, a->esm_cause, &a->pco_answer,
					    NAS_SEC_PLAIN),
		.t3402 = mme.t3402_s,
		.network_features = mme_network_features(ue),
	};

	SET(&m, nas_attach_accept, guti);
	SET(&m, nas_attach_accept, t3402);
	SET(&m, nas_attach_accept, network_features);
	REACH_TELL(ue, &m, nas_attach_accept);
	if (mme_equivalents(ue, &m.equivalent_plmns))
		SET(&m, nas_attach_accept, equivalent_plmns);
	if (mme_emergency_numbers(&m.emergency_numbers))
		SET(&m, nas_attach_accept, emergency_numbers);
	if (a->attach_type == NAS_ATTACH_COMBINED) {
		/* 5.5.1.3.4.3: only EPS services; voice-centric devices may look for another
		 * network */
		m.emm_cause = mme.cs_cause;
		SET(&m, nas_attach_accept, emm_cause);
	}
	return nas_make(ue, &nas_attach_accept_def, &m, NAS_SEC_CIPHERED);
}

static int enter_accept(struct proc *p)
{
	struct attach *a = (struct attach *)p;
	struct mme_ue *ue = p->owner;

	if (p->tries) { /* T3450: the device may have lost it; the eNodeB has its context */
		conn_send_nas(ue->conn, make_accept(a));
		return PROC_STAY;
	}
	if (!ue->m_tmsi)
		ue_allot_tmsi(ue);
	struct bytes nas = make_accept(a);

	return nas.n && !context_setup(ue, nas) ? PROC_STAY
						: proc_fail(p, EMM_CAUSE_NETWORK_FAILURE);
}

static void bearer_modified(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct attach, modify)->proc, EV_BEARER_MODIFIED, r);
}

static int context_up(struct proc *p, const void *msg)
{
	struct attach *a = (struct attach *)p;

	if (a->bearer_ready || a->modify.pending)
		return PROC_STAY;
	if (!context_bearers(p->owner, msg, &a->modify, bearer_modified)) {
		UE_LOG(WARN, (struct mme_ue *)p->owner, "attach.no_bearer", "ebi=%u", a->pdn->ebi);
		return proc_fail(p, CAUSE_ESM + ESM_CAUSE_INSUFFICIENT_RESOURCES);
	}
	return PROC_STAY;
}

static int context_failed(struct proc *p, const void *msg)
{
	(void)msg;
	return proc_fail(p, CAUSE_TOLD); /* 5.5.1.2.7 a: a failure of lower layers */
}

static int got_bearer(struct proc *p, const void *msg)
{
	struct attach *a = (struct attach *)p;
	const struct gtpc_response *r = msg;

	if (r->cause != GTPC_ACCEPTED)
		return proc_fail(p, CAUSE_ESM + ESM_CAUSE_NETWORK_FAILURE);
	a->bearer_ready = true;
	return a->completed ? PROC_END : PROC_STAY;
}

static int complete(struct proc *p, const void *msg)
{
	struct attach *a = (struct attach *)p;
	const struct nas_attach_complete *m = ((const struct nas_event *)msg)->body;
	struct nas_message esm;

	if (nas_decode(&turn_arena, NAS_UP, m->esm, &esm) ||
	    esm.type != NAS_ACTIVATE_DEFAULT_BEARER_ACCEPT || esm.ebi != a->pdn->ebi) {
		if (esm.def && esm.type == NAS_ACTIVATE_DEFAULT_BEARER_REJECT)
			return proc_fail(p, CAUSE_TOLD);
		return PROC_STAY; /* T3450 repeats the accept */
	}
	struct mme_ue *ue = p->owner;

	a->pdn->bearers->active = true;
	a->completed = true;
	ue->attached = (uint64_t)time(NULL);
	ue_set_emm(ue, EMM_REGISTERED);
	return a->bearer_ready ? PROC_END : PROC_TO(BEARER);
}

/* 5.5.1.2.7 d */
static int accept_again(struct proc *p, const void *msg)
{
	struct mme_ue *ue = p->owner;

	(void)msg;
	conn_send_nas(ue->conn, make_accept((struct attach *)p));
	proc_restart_timer(p);
	return PROC_STAY;
}

/* 5.5.1.2.7 g: the device believes that it is attached; it shall attach again. */
static int tau_too_early(struct proc *p, const void *msg)
{
	struct nas_tau_reject r = {.emm_cause = EMM_CAUSE_IMPLICITLY_DETACHED};

	if (!((const struct nas_event *)msg)->secured)
		return PROC_STAY;
	NAS_SEND(p->owner, tau_reject, &r);
	return proc_fail(p, CAUSE_TOLD);
}

/* ---- the end ---- */

static void reject(const struct attach *a, uint16_t cause)
{
	struct mme_ue *ue = a->proc.owner;
	struct nas_attach_reject r = {.emm_cause = (uint8_t)cause};

	if (cause >= CAUSE_ESM) {
		struct nas_pdn_connectivity_reject esm = {
			.pti = a->want.pti,
			.esm_cause = (uint8_t)(cause - CAUSE_ESM),
		};
		r.emm_cause = EMM_CAUSE_ESM_FAILURE;
		r.esm = nas_make(ue, &nas_pdn_connectivity_reject_def, &esm, NAS_SEC_PLAIN);
		SET(&r, nas_attach_reject, esm);
	}
	if (cause == EMM_CAUSE_CONGESTION) {
		r.t3346 = overload_back_off();
		SET(&r, nas_attach_reject, t3346);
	}
	NAS_SEND(ue, attach_reject, &r);
}

/* What the device is told of an attach that failed. */
static void tell_failure(const struct attach *a, uint16_t cause)
{
	if (cause == CAUSE_TOLD || cause == CAUSE_WRONG_KEY || cause == CAUSE_REROUTED ||
	    cause == PROC_ABORTED || cause == PROC_TIMEOUT)
		return;
	if (!a->completed) {
		reject(a, cause);
		return;
	}
	/* It has had its accept and completed it: no reject would be heard any more. */
	struct nas_detach_request_network m = {.detach_type.type = NAS_DETACH_REATTACH};

	NAS_SEND(a->proc.owner, detach_request_network, &m);
}

static void end(struct proc *p, uint16_t cause)
{
	struct attach *a = (struct attach *)p;
	struct mme_ue *ue = p->owner;

	s6a_cancel(&a->s6a);
	gtpc_cancel(&a->modify);
	if (a->s11.pending) {
		/* The session may come to be after nobody waits for it any more: by its IMSI and
		 * bearer identity the gateway replaces it at the next attach. */
		gtpc_cancel(&a->s11);
	}
	const bool lost = a->completed &&
			  (cause == PROC_ABORTED || cause == PROC_TIMEOUT || cause == CAUSE_TOLD);

	mme_counters.attach += !cause || lost;
	if ((!cause || lost) && ue->conn)
		reroute_forget(ue->conn);
	if (lost) {
		if (cause != PROC_ABORTED)
			conn_release(ue->conn, S1AP_CAUSE(NAS, UNSPECIFIED));
		else if (!ue->doomed)
			ue_save(ue);
		return;
	}
	if (!cause) {
		latency_add(&attach_time_latency, (loop_clock_ns() - p->started_ns) / 1000);
		mme_send_information(ue);
		ue_save(ue);
		esm_resume(ue);
		drain_after(ue);
		return;
	}
	if (cause == CAUSE_REROUTED) {
		struct mme_ue *old = a->secured ? ue_by_imsi(ue->imsi) : NULL;

		reroute_send(ue);
		if (old && old != ue) /* its MAC was right: it is not coming back */
			ue_remove(old, UE_RELEASE, S1AP_CAUSE(NAS, NORMAL_RELEASE));
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
		return;
	}
	mme_counters.attach_failed++;
	tell_failure(a, cause);
	ue_remove(ue, UE_RELEASE,
		  cause == CAUSE_WRONG_KEY ? S1AP_CAUSE(NAS, AUTHENTICATION_FAILURE)
					   : S1AP_CAUSE(NAS, UNSPECIFIED));
}

static const struct proc_timer t_s6a = {"T-S6a", 10000, 0};

static const struct proc_step steps[] = {
	[BEGIN] = {"begin", enter_begin, NULL},
	[IDENTIFY] = {"identify", enter_identify, NULL},
	[AUTHENTICATE] = {"authenticate", auth_enter, NULL},
	[SECURE] = {"secure", enter_secure, NULL},
	[LOCATION] = {"location", enter_location, &t_s6a, EMM_CAUSE_NETWORK_FAILURE},
	[ESM_INFO] = {"esm-information", enter_esm_info, &mme.timer[T3489],
		      CAUSE_ESM + ESM_CAUSE_INFORMATION_NOT_RECEIVED},
	[SESSION] = {"session", enter_session, &mme_s11_timer,
		     CAUSE_ESM + ESM_CAUSE_NETWORK_FAILURE},
	[ACCEPT] = {"accept", enter_accept, &mme.timer[T3450]},
	[BEARER] = {"bearer", NULL, &mme.timer[T_ICS]},
};

static const struct proc_row rows[] = {
	{IDENTIFY, PROC_CHILD_DONE, identified, AUTHENTICATE},
	{AUTHENTICATE, PROC_CHILD_DONE, child_done, SECURE},
	{SECURE, PROC_CHILD_DONE, child_done, LOCATION},
	{LOCATION, EV_S6A_ANSWER, got_location, 0},
	{ESM_INFO, NAS_ESM_INFORMATION_RESPONSE, got_esm_info, SESSION},
	{SESSION, EV_SESSION_CREATED, got_session, ACCEPT},
	{ACCEPT, EV_ICS_RESPONSE, context_up, 0},
	{ACCEPT, EV_ICS_FAILURE, context_failed, 0},
	{ACCEPT, EV_BEARER_MODIFIED, got_bearer, 0},
	{ACCEPT, NAS_ATTACH_COMPLETE, complete, 0},
	{ACCEPT, NAS_ATTACH_REQUEST, accept_again, 0},
	{ACCEPT, NAS_TAU_REQUEST, tau_too_early, 0},
	{BEARER, EV_ICS_RESPONSE, context_up, 0},
	{BEARER, EV_ICS_FAILURE, context_failed, 0},
	{BEARER, EV_BEARER_MODIFIED, got_bearer, 0},
	{PROC_ANY_STEP, PROC_CHILD_FAILED, child_failed, 0},
};

const struct proc_def attach_def = {
	"attach",
	"TS 24.301 5.5.1",
	steps,
	rows,
	sizeof(steps) / sizeof(*steps),
	sizeof(rows) / sizeof(*rows),
	&pool,
	end,
};

/* ---- the beginning ---- */

struct start {
	const struct nas_attach_request *request;
	const struct nas_event *event;
	bool from_guti, secured;
};

/* The PDN Connectivity Request inside (8.2.4.5), and what is wrong with it. */
static void read_esm(struct attach *a, struct bytes esm)
{
	const struct mme_ue *ue = a->proc.owner;
	struct nas_message m;
	int err = nas_decode(&turn_arena, NAS_UP, esm, &m);

	a->want = (struct pdn_wish){0};
	a->fault = ESM_CAUSE_PROTOCOL_ERROR;
	if (err < 0 || m.type != NAS_PDN_CONNECTIVITY_REQUEST)
		return;
	a->want.pti = m.pti;
	a->fault = esm_header_fault(&m);
	if (!a->fault)
		a->fault = (uint8_t)err;
	if (a->fault)
		return;
	esm_read_request(&a->want, m.body);
	a->fault = esm_request_fault(&a->want);
	if (!a->fault && ue->emergency != (a->want.request_type == NAS_REQUEST_EMERGENCY))
		a->fault = ESM_CAUSE_PROTOCOL_ERROR;
}

/* What the device can and wants, from its request. */
static void read_device(struct mme_ue *ue, const struct nas_attach_request *r)
{
	ue->has_more_capability = HAS(r, nas_attach_request, additional_security_capability);
	if (ue->has_more_capability)
		ue->more_capability = r->additional_security_capability;
	ue->ue_capability_n = r->ue_network_capability.n;
	memcpy(ue->ue_capability, r->ue_network_capability.octet, ue->ue_capability_n);
	ue->ms_capability_n = 0;
	if (HAS(r, nas_attach_request, ms_network_capability) &&
	    r->ms_network_capability.n <= UE_MS_CAPABILITY_MAX) {
		ue->ms_capability_n = (uint8_t)r->ms_network_capability.n;
		memcpy(ue->ms_capability, r->ms_network_capability.p, ue->ms_capability_n);
	}
	reach_read_drx(ue, HAS(r, nas_attach_request, drx) ? r->drx : 0);
	REACH_ASKED(ue, r, nas_attach_request);
}

void attach_replayed(struct proc *parent, struct bytes request)
{
	struct attach *a = (struct attach *)parent;
	struct nas_message m;

	if (!parent || parent->def != &attach_def || nas_decode(&turn_arena, NAS_UP, request, &m) ||
	    m.type != NAS_ATTACH_REQUEST)
		return;
	const struct nas_attach_request *r = m.body;

	proc_note(parent, "Attach Request replayed by the device");
	a->attach_type = r->attach_type;
	read_device(parent->owner, r);
	read_esm(a, r->esm);
}

static void init(struct proc *p, const void *arg)
{
	struct attach *a = (struct attach *)p;
	const struct start *s = arg;

	a->request_hash = mme_hash(s->event->pdu);
	a->attach_type = s->request->attach_type;
	a->from_guti = s->from_guti;
	a->secured = s->secured;
	read_esm(a, s->request->esm);
}

void attach_refuse(struct s1_conn *c, struct mme_ue *here, uint8_t cause)
{
	struct nas_attach_reject r = {.emm_cause = cause};

	if (cause == EMM_CAUSE_CONGESTION) {
		r.t3346 = overload_back_off();
		SET(&r, nas_attach_reject, t3346);
	}
	mme_counters.attach_failed++;
	why_refused(c, "attach", "TS 24.301 5.5.1.2.5", cause);
	if (here)
		conn_send_nas(c, nas_make(here, &nas_attach_reject_def, &r, NAS_SEC_CIPHERED));
	else
		nas_send_plain(c, &nas_attach_reject_def, &r);
	conn_release(c, S1AP_CAUSE(NAS, UNSPECIFIED));
}

bool attach_is_same(const struct mme_ue *ue, const struct nas_event *e)
{
	const struct proc *p = proc_find(&ue->procs, &attach_def);

	return p && ((const struct attach *)p)->request_hash == mme_hash(e->pdu);
}

void attach_begin(struct s1_conn *c, struct mme_ue *old, struct mme_ue *here,
		  const struct nas_event *e)
{
	const struct nas_attach_request *r = e->body;
	struct start s = {.request = r, .event = e};

	if (old && old->doomed && old != here) /* else it was attaching, and now is anew */
		old = NULL;
	mme_counters.attach_started++;
	bool emergency = r->attach_type == NAS_ATTACH_EMERGENCY;

	if (emergency && !emergency_served(&r->identity)) {
		attach_refuse(c, here, EMM_CAUSE_IMEI_NOT_ACCEPTED);
		return;
	}
	if (!mme_serves_tai(&c->tai)) {
		attach_refuse(c, here, EMM_CAUSE_NO_SUITABLE_CELLS);
		return;
	}
	/* Who is counted already may come again; whether it is really that one shows later. */
	bool refused =
		!emergency && mme.max_ues && !old && ue_count() - ue_unproven() >= mme.max_ues;
	struct mme_ue *ue;

	if (refused)
		ue_ceiling(false);
	/* Nor is it to be an emergency where who asks will prove nothing. */
	else if (!emergency || r->identity.type == NAS_ID_IMEI)
		refused = !enb_attach_allowed(c->enb);
	ue = refused ? NULL : ue_new(e->secured && !(old && old->unproven));

	if (!ue) {
		attach_refuse(c, here, EMM_CAUSE_CONGESTION);
		return;
	}
	conn_bind(c, ue);
	ue_seen(ue);
	ue->emergency = emergency;
	ue->rerouted = c->rerouted;
	mme_counters.emergency += emergency;
	read_device(ue, r);
	/* What the device holds, so that a challenge names another (5.4.2.2). */
	ue->sec->ksi = r->ksi & NAS_KSI_NONE;
	if (old && ue->sec->ksi == NAS_KSI_NONE)
		ue->sec->ksi = old->sec->ksi;
	/* All on this connection stays protected (4.4.2.3), whoever it says to be. */
	if (here) {
		keys_share(ue, here);
		ue->security_on = true;
		ue->keys_of = here->known ? here->imsi : here->keys_of;
	}
	if (old && old->unproven) { /* what it has proves nothing, and serves emergencies alone */
		s.from_guti = false;
		if (emergency_unproven(ue))
			ue->imsi = old->imsi;
		ue->unproven = emergency_unproven(ue);
	} else if (r->identity.type == NAS_ID_IMEI) {
		ue->unproven = emergency && imsi_of_imei(r->identity.imei, &ue->imsi);
	} else if (r->identity.type == NAS_ID_IMSI) {
		ue->imsi = r->identity.imsi;
	} else if (old && r->identity.type == NAS_ID_GUTI) {
		ue->imsi = old->imsi;
		s.from_guti = true;
	}
	/* The device's capabilities are covered by the MAC, and unchanged they need no new replay.
	 */
	if (e->secured && old && !old->unproven && !(refresh_due(old) & REFRESH_KEYS) &&
	    old->imsi == ue->imsi && old->ue_capability_n == ue->ue_capability_n &&
	    !memcmp(old->ue_capability, ue->ue_capability, ue->ue_capability_n) &&
	    old->has_more_capability == ue->has_more_capability &&
	    old->more_capability.nea == ue->more_capability.nea &&
	    old->more_capability.nia == ue->more_capability.nia) {
		keys_share(ue, old);
		ue->keys_of = old->imsi;
		ue->authenticated = old->authenticated;
		ue->keys_used = old->keys_used + 1;
		ue->security_on = true;
		ue->has_usage_type = old->has_usage_type;
		ue->usage_type = old->usage_type;
		ue->rerouted |= old->rerouted;
		memcpy(ue->imeisv, old->imeisv, sizeof(ue->imeisv));
		nas_kenb(ue->sec, ue->kenb);
		s.secured = true;
	}
	ue_set_emm(ue, EMM_COMMON_PROCEDURE_INITIATED);
	if (!e->secured)
		smc_hash_request(ue, e->pdu);
	if (!proc_start(&attach_def, &ue->procs, ue, NULL, init, &s)) {
		conn_unbind(c);
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
		attach_refuse(c, here, EMM_CAUSE_CONGESTION);
	}
}
