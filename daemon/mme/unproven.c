/* SPDX-License-Identifier: Apache-2.0 */
/* Detach and Tracking Area Update Requests that come without proof: unprotected, with a MAC that
 * does not fit, or with a GUTI that names nobody here. They are processed nevertheless (TS 24.301
 * 4.4.4.3), once the sender has shown who it is. Until then it has a context of its own, as in an
 * attach, so that a stranger who merely knows an identity disturbs nobody.
 *
 *   IDENTIFY      its GUTI is another MME's, nobody's any more, or was that of somebody else: the
 *                 context cannot be fetched from elsewhere, so the device is asked (5.4.4)
 *   AUTHENTICATE  by the same child as attach has; a detach is carried out then
 *   SECURE        an update goes on in the registered context, which takes over the new keys, and
 *                 gets a new GUTI (5.4.1.1)
 *
 * An update needs bearers that the device has here. Without a registered context of that IMSI there
 * is nothing to be updated: cause 10 (annex A.1: the context does not exist in the MME) lets the
 * device attach again, as cause 9 does, which is for who cannot be identified. That comes after the
 * proof as well (5.5.3.2.3 leaves it to the network when it authenticates), so that who merely
 * knows an IMSI sees the same whether it is registered or not. */
#include <stdlib.h>
#include "mme/mme.h"

enum { BEGIN, IDENTIFY, AUTHENTICATE, SECURE };

struct unproven {
	struct proc proc;
	bool update; /* or a detach */
	bool from_guti;
	uint8_t *request; /* malloc: the plain message */
	uint32_t request_n;
};

static struct mem_pool pool = MEM_POOL(unproven);

static int enter_begin(struct proc *p)
{
	const struct mme_ue *ue = p->owner;

	return PROC_TO(ue->imsi == IMSI_NONE ? IDENTIFY : AUTHENTICATE);
}

static int enter_identify(struct proc *p) { return identity_enter(p, NAS_ASK_IMSI); }

/* The context that an update can go on in. */
static struct mme_ue *registered(imsi_t imsi)
{
	struct mme_ue *ue = ue_by_imsi(imsi);

	return ue && ue->emm == EMM_REGISTERED && ue->pdns ? ue : NULL;
}

/* What security mode control replays, and keeps in the end. */
static void copy_capabilities(struct mme_ue *to, const struct mme_ue *from)
{
	to->ue_capability_n = from->ue_capability_n;
	memcpy(to->ue_capability, from->ue_capability, from->ue_capability_n);
	to->ms_capability_n = from->ms_capability_n;
	memcpy(to->ms_capability, from->ms_capability, from->ms_capability_n);
	to->has_more_capability = from->has_more_capability;
	to->more_capability = from->more_capability;
}

/* The kept request, decoded into the turn arena; NULL, which cannot be, if it is none. */
static const struct nas_tau_request *request_of(const struct unproven *u, struct nas_message *m)
{
	if (nas_decode(&turn_arena, NAS_UP, bytes_of(u->request, u->request_n), m) ||
	    m->type != NAS_TAU_REQUEST)
		return NULL;
	return m->body;
}

/* Takes the message in the place of one before. */
static bool keep(struct unproven *u, struct bytes request)
{
	uint8_t *copy = malloc(request.n);

	if (!copy)
		return false;
	memcpy(copy, request.p, request.n);
	free(u->request);
	u->request = copy;
	u->request_n = (uint32_t)request.n;
	return true;
}

/* What the device can, as it says now, or as was known. */
static void read_capabilities(struct mme_ue *ue, const struct mme_ue *known,
			      const struct unproven *u)
{
	struct nas_message m;
	const struct nas_tau_request *r = request_of(u, &m);

	copy_capabilities(ue, known);
	if (r)
		tau_read_capabilities(ue, r);
}

static int identified(struct proc *p, const void *child)
{
	struct mme_ue *ue = p->owner;

	ue->imsi = identity_answer(child);
	return PROC_NEXT;
}

static int authenticated(struct proc *p, const void *child)
{
	struct unproven *u = (struct unproven *)p;
	struct mme_ue *ue = p->owner,
		      *known = u->update ? registered(ue->imsi) : ue_by_imsi(ue->imsi);
	struct nas_detach_accept a = {0};

	(void)child;
	if (u->update && !known)
		return proc_fail(p, EMM_CAUSE_IMPLICITLY_DETACHED);
	if (u->update) {
		read_capabilities(ue, known, u);
		return PROC_NEXT;
	}
	if (known) {
		mme_counters.detach++;
		view_trace(known, "detach", "requested", "without protection, then authenticated");
		UE_LOG(INFO, known, "detach", "switch_off=0 proof=authentication");
		ue_remove(known, UE_RELEASE, S1AP_CAUSE(NAS, DETACH));
	}
	NAS_SEND(ue, detach_accept, &a);
	return PROC_END;
}

/* 5.4.2.5: whose identity came from a GUTI may be somebody else. */
static int failed(struct proc *p, const void *msg)
{
	const struct proc *child = msg;
	struct unproven *u = (struct unproven *)p;
	struct mme_ue *ue = p->owner;
	struct nas_authentication_reject r = {0};

	if (child->cause != CAUSE_WRONG_KEY)
		return proc_fail(p, child->cause);
	if (u->from_guti) {
		u->from_guti = false;
		ue->imsi = IMSI_NONE;
		return PROC_TO(IDENTIFY);
	}
	NAS_SEND(ue, authentication_reject, &r);
	return proc_fail(p, CAUSE_WRONG_KEY);
}

/* The registered context has the connection and the keys from here on. A connection that it had
 * elsewhere is lost. */
static int secured(struct proc *p, const void *child)
{
	struct mme_ue *ue = p->owner, *known = registered(ue->imsi);
	struct s1_conn *c = ue->conn;
	struct nas_message m;
	const struct nas_tau_request *r = request_of((struct unproven *)p, &m);

	(void)child;
	if (!known || !r || (known->conn && !ue_conn_lost(known)))
		return proc_fail(p, EMM_CAUSE_IMPLICITLY_DETACHED);
	keys_share(known, ue);
	known->authenticated = ue->authenticated;
	known->keys_used = 0;
	known->due = (uint8_t)((known->due & ~REFRESH_KEYS) | REFRESH_GUTI);
	if (ue->imeisv[0])
		memcpy(known->imeisv, ue->imeisv, sizeof(known->imeisv));
	copy_capabilities(known, ue);
	conn_unbind(c);
	conn_bind(c, known);
	known->security_on = true;
	ue_save(known);
	mme_counters.tau_proven++;
	tau_begin(known, &(struct nas_event){
				 .m = &m,
				 .body = r,
				 .pdu = bytes_of(((struct unproven *)p)->request,
						 ((struct unproven *)p)->request_n),
				 .secured = true,
			 });
	return PROC_END;
}

/* 5.5.3.2.7 e: another request takes the place of the first; who sends it is still to be shown.
 * Once the device has been told a hash of the one, no other can. */
static int another(struct proc *p, const void *msg)
{
	const struct nas_event *e = msg;

	if (p->step >= SECURE)
		return PROC_STAY;
	if (((struct unproven *)p)->update && keep((struct unproven *)p, e->pdu))
		smc_hash_request(p->owner, e->pdu);
	return PROC_STAY;
}

void unproven_replayed(struct proc *parent, struct bytes request)
{
	struct nas_message m;

	if (!parent || parent->def != &unproven_def ||
	    nas_decode(&turn_arena, NAS_UP, request, &m) || m.type != NAS_TAU_REQUEST)
		return;
	proc_note(parent, "Tracking Area Update Request replayed by the device");
	if (keep((struct unproven *)parent, request))
		tau_read_capabilities(parent->owner, m.body);
}

static void end(struct proc *p, uint16_t cause)
{
	struct unproven *u = (struct unproven *)p;
	struct mme_ue *ue = p->owner;

	free(u->request);
	u->request = NULL;
	if (u->update && cause) {
		if (cause < CAUSE_TOLD) /* a cause of EMM */
			tau_refuse(ue, (uint8_t)cause);
		else
			mme_counters.tau_failed++;
	}
	ue_remove(ue, UE_RELEASE,
		  cause == CAUSE_WRONG_KEY ? S1AP_CAUSE(NAS, AUTHENTICATION_FAILURE)
		  : u->update              ? S1AP_CAUSE(NAS, UNSPECIFIED)
					   : S1AP_CAUSE(NAS, DETACH));
}

static const struct proc_step steps[] = {
	[BEGIN] = {"begin", enter_begin, NULL, 0},
	[IDENTIFY] = {"identify", enter_identify, NULL, 0},
	[AUTHENTICATE] = {"authenticate", auth_enter, NULL, 0},
	[SECURE] = {"secure", smc_enter, NULL, 0},
};

static const struct proc_row rows[] = {
	{IDENTIFY, PROC_CHILD_DONE, identified, AUTHENTICATE},
	{AUTHENTICATE, PROC_CHILD_DONE, authenticated, SECURE},
	{SECURE, PROC_CHILD_DONE, secured, 0},
	{PROC_ANY_STEP, PROC_CHILD_FAILED, failed, 0},
	{PROC_ANY_STEP, NAS_TAU_REQUEST, another, 0},
};

const struct proc_def unproven_def = {
	"request without proof",        "TS 24.301 4.4.4.3",          steps, rows,
	sizeof(steps) / sizeof(*steps), sizeof(rows) / sizeof(*rows), &pool, end,
};

/* ---- the beginning ---- */

static void init(struct proc *p, const void *arg)
{
	const struct unproven *from = arg;
	struct unproven *u = (struct unproven *)p;

	u->update = from->update;
	u->from_guti = from->from_guti;
	u->request = from->request;
	u->request_n = from->request_n;
}

/* A context for the sender, who says to be that IMSI, or is asked (IMSI_NONE), and to hold that key
 * set. False, with the connection as it was, if there is no room. */
static bool begin(struct s1_conn *c, imsi_t imsi, uint8_t ksi, struct unproven *u)
{
	struct mme_ue *ue = ue_new(false);

	if (!ue)
		return false;
	/* A challenge names a key set that the device does not hold (5.4.2.2). */
	ue->sec->ksi = ksi;
	ue->imsi = imsi;
	conn_bind(c, ue);
	ue_seen(ue);
	if (u->update)
		smc_hash_request(ue, bytes_of(u->request, u->request_n));
	if (proc_start(&unproven_def, &ue->procs, ue, NULL, init, u))
		return true;
	conn_unbind(c);
	ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
	return false;
}

void detach_unproven(struct s1_conn *c, const struct mme_ue *known, const struct nas_event *e)
{
	const struct nas_detach_request *d = e->body;

	/* Who is switched off cannot be asked: the device stays registered, and is missed by its
	 * periodic update if it was the one. */
	struct unproven u = {.from_guti = d->identity.type == NAS_ID_GUTI};
	imsi_t imsi = known                             ? known->imsi
		      : d->identity.type == NAS_ID_IMSI ? d->identity.imsi
							: IMSI_NONE;

	if (d->detach_type.switch_off)
		conn_release(c, S1AP_CAUSE(NAS, DETACH));
	else if (!enb_attach_allowed(c->enb) || !begin(c, imsi, d->ksi & NAS_KSI_NONE, &u))
		conn_release(c, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
}

bool tau_unproven(struct s1_conn *c, const struct mme_ue *known, const struct nas_event *e)
{
	const struct nas_tau_request *r = e->body;
	struct unproven u = {.update = true};

	if (known)
		known = registered(known->imsi);
	u.from_guti = known != NULL;
	if (keep(&u, e->pdu) &&
	    begin(c, known ? known->imsi : IMSI_NONE, r->ksi & NAS_KSI_NONE, &u))
		return true;
	free(u.request);
	return false;
}
