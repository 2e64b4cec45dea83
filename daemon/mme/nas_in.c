/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages from devices to procedures. Here protection is judged, once and for all messages
 * (TS 24.301 4.4.4.3): what is processed without it, what is discarded, and whose context it is
 * checked with. A message's procedure is then found by the device's running procedures, or it
 * starts one. */
#include <errno.h>
#include "mme/esm.h"

static void reject_service(struct s1_conn *c, uint8_t cause)
{
	struct nas_service_reject r = {.emm_cause = cause};

	mme_counters.service_failed++;
	why_refused(c, "service request", "TS 24.301 5.6.1.5", cause);
	nas_send_plain(c, &nas_service_reject_def, &r);
	conn_release(c, S1AP_CAUSE(NAS, UNSPECIFIED));
}

/* On a connection that exchanges protected messages, a message must be one. Before that, some are
 * processed without a MAC or although it is wrong: each is harmless or proven by what follows. ESM
 * messages and Security Mode Complete never are. */
static bool allowed(const struct mme_ue *ue, const struct nas_message *m, bool secured)
{
	if (ue->security_on)
		return secured;
	if (m->esm)
		return false;
	switch (m->type) {
	case NAS_SECURITY_MODE_COMPLETE:
		return secured;
	case NAS_IDENTITY_RESPONSE:
	case NAS_AUTHENTICATION_RESPONSE:
	case NAS_AUTHENTICATION_FAILURE:
	case NAS_SECURITY_MODE_REJECT:
	case NAS_ATTACH_REQUEST:
	case NAS_TAU_REQUEST:
	case NAS_DETACH_REQUEST:
	case NAS_DETACH_ACCEPT:
		return true;
	default:
		return false;
	}
}

/* 0, or what nas_decode says, counted and logged. */
static int decode(const struct mme_ue *ue, struct bytes plain, struct nas_message *m)
{
	int cause = nas_decode(&turn_arena, NAS_UP, plain, m);

	if (!cause)
		return 0;
	mme_counters.nas_bad++;
	LOG(WARN, "nas.bad", "imsi=%s message=%s ie=%s iei=0x%02x cause=%d",
	    imsi_print(ue ? ue->imsi : IMSI_NONE, (char[IMSI_STRLEN]){0}),
	    m->def ? m->def->name : "unknown", m->fault.row ? m->fault.row->name : "-",
	    m->fault.iei, cause);
	return cause;
}

/* Checks a protected message with a device's context: the current one, or for header types that say
 * so the one that a security mode command is about to take into use (then *partial). Returns 0 with
 * *plain, or what nas_unprotect says, with *plain the unchecked content where it can be read. */
static int unprotect(struct mme_ue *ue, const struct nas_header *h, struct bytes pdu,
		     struct bytes *plain, bool *partial)
{
	bool new = h->security == NAS_INTEGRITY_NEW || h->security == NAS_CIPHERED_NEW;
	int err = -EINVAL;

	*partial = false;
	if (ue && new && ue->partial && ue->partial->valid) {
		err = nas_unprotect(ue->partial, NAS_UPLINK, pdu, &turn_arena, plain);
		*partial = !err;
	}
	if (ue && err && (ue->sec->valid || err == -EINVAL))
		err = nas_unprotect(ue->sec, NAS_UPLINK, pdu, &turn_arena, plain);
	if (!err) {
		ue_save_counts(ue);
		return 0;
	}
	if (ue && err == -EBADMSG)
		mme_counters.nas_mac++;
	else if (err == -EALREADY)
		mme_counters.nas_replay++;
	if (ue && err != -EINVAL)
		UE_LOG(WARN, ue, "nas.unprotect", "header=%d error=\"%s\"", h->security,
		       err == -EBADMSG    ? "wrong MAC"
		       : err == -EALREADY ? "replayed"
					  : strerror(-err));
	*plain = nas_inner_unchecked(pdu);
	return err;
}

static struct mme_ue *by_identity(const struct nas_identity *id)
{
	return id->type == NAS_ID_GUTI   ? ue_by_guti(&id->guti)
	       : id->type == NAS_ID_IMSI ? ue_by_imsi(id->imsi)
					 : NULL;
}

/* A registered device has shown that it is at this connection: a connection it had before is lost,
 * and what was under way there (5.4 and 5.5: failure of lower layers). False if it is not
 * registered any more after that. */
static bool arrived(struct s1_conn *c, struct mme_ue *ue)
{
	const bool elsewhere = ue->conn && ue->conn != c;
	uint8_t arp;
	bool called = elsewhere && paging_lift(ue, &arp);

	if (elsewhere && !ue_conn_lost(ue))
		return false;
	conn_bind(c, ue);
	if (called)
		paging_go_on(ue, arp);
	ue->security_on = true;
	return true;
}

/* An Initial UE Message with a Detach Request (5.5.2.2): nobody waits for more than the answer. */
static void initial_detach(struct s1_conn *c, struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_detach_request *d = e->body;

	if (ue && e->secured && arrived(c, ue)) {
		detach_by_ue(ue, e);
		return;
	}
	/* Of an IMSI it is not told whether it is known; a GUTI says nothing of who it is. */
	if ((ue && !ue->doomed) || d->identity.type == NAS_ID_IMSI) {
		mme_counters.nas_unprotected++;
		detach_unproven(c, ue, e);
		return;
	}
	if (!d->detach_type.switch_off) {
		struct nas_detach_accept a = {0};

		nas_send_plain(c, &nas_detach_accept_def, &a);
	}
	conn_release(c, S1AP_CAUSE(NAS, DETACH));
}

/* General NAS level congestion control (5.3.9): the device stays registered, and it can check
 * T3346. */
static void congested(struct s1_conn *c, struct mme_ue *ue, bool tau)
{
	if (tau) {
		why_refused(c, "tracking area update", "TS 24.301 5.5.3.2.5", EMM_CAUSE_CONGESTION);
		tau_refuse(ue, EMM_CAUSE_CONGESTION);
	} else {
		struct nas_service_reject r = {.emm_cause = EMM_CAUSE_CONGESTION};

		r.t3346 = overload_back_off();
		SET(&r, nas_service_reject, t3346);
		mme_counters.service_failed++;
		why_refused(c, "service request", "TS 24.301 5.6.1.5", EMM_CAUSE_CONGESTION);
		NAS_SEND(ue, service_reject, &r);
	}
	conn_release(c, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
}

/* A registered device that is another core network's by now (23.401 5.19.1): what is here of it
 * ends. */
static bool rerouted(struct s1_conn *c, struct mme_ue *ue)
{
	ue->rerouted |= c->rerouted;
	reroute_keep(c);
	if (!reroute_due(ue)) {
		reroute_forget(c);
		return false;
	}
	why_refused(c, "tracking area update", "TS 23.401 5.19.1", CAUSE_REROUTED);
	reroute_send(ue);
	ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
	return true;
}

static void initial_tau(struct s1_conn *c, struct mme_ue *ue, const struct nas_event *e)
{
	if (ue && e->secured) {
		if (ue->emm != EMM_REGISTERED || !arrived(c, ue))
			tau_refuse_at(c, NULL, EMM_CAUSE_IMPLICITLY_DETACHED);
		else if (overload_refuses(c))
			congested(c, ue, true);
		else if (!rerouted(c, ue))
			tau_begin(ue, e);
		return;
	}
	mme_counters.nas_unprotected++;
	if (overload_refuses(c) || !enb_attach_allowed(c->enb) || !tau_unproven(c, ue, e))
		tau_refuse_at(c, NULL, EMM_CAUSE_CONGESTION);
}

/* status: the EPS bearer context status, NULL where the request has none. */
static void serve(struct s1_conn *c, struct mme_ue *ue, const uint16_t *status)
{
	if (!arrived(c, ue)) {
		reject_service(c, EMM_CAUSE_IMPLICITLY_DETACHED);
		return;
	}
	if (overload_refuses(c)) {
		congested(c, ue, false);
		return;
	}
	nas_kenb(ue->sec, ue->kenb);
	uint8_t denied = access_check(ue, &c->tai);

	if (!denied && status) { /* 5.6.1.4.1: what the device has lost is lost here, too */
		esm_sync_bearers(ue, *status);
		if (!bearers_left(ue))
			denied = EMM_CAUSE_NO_BEARER_ACTIVATED;
	}
	if (denied)
		service_refuse(ue, denied);
	else
		service_begin(ue);
}

/* About the CS domain, which is not served; protected, for its context is in use (4.4.4.1). */
static void refuse_cs(struct s1_conn *c, struct mme_ue *ue)
{
	struct nas_service_reject r = {.emm_cause = EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE};

	mme_counters.service_failed++;
	why_refused(c, "service request", "TS 24.301 5.6.1.5", r.emm_cause);
	NAS_SEND(ue, service_reject, &r);
	conn_release(c, S1AP_CAUSE(NAS, UNSPECIFIED));
}

/* Devices of low priority ask for their bearers with this one (5.6.1.1). */
static void initial_extended_service(struct s1_conn *c, struct mme_ue *ue,
				     const struct nas_event *e)
{
	const struct nas_extended_service_request *r = e->body;

	if (!ue || !e->secured || ue->emm != EMM_REGISTERED)
		reject_service(c, EMM_CAUSE_IDENTITY_NOT_DERIVED);
	else if (r->service_type & NAS_SERVICE_PACKET)
		serve(c, ue,
		      HAS(r, nas_extended_service_request, bearer_status) ? &r->bearer_status
									  : NULL);
	else if (arrived(c, ue))
		refuse_cs(c, ue);
	else
		reject_service(c, EMM_CAUSE_IMPLICITLY_DETACHED);
}

static void initial_service(struct s1_conn *c, struct mme_ue *ue, struct bytes pdu,
			    const struct s1ap_s_tmsi *s_tmsi)
{
	int err =
		ue && ue->emm == EMM_REGISTERED ? nas_service_request_check(ue->sec, pdu) : -ENOKEY;

	if (err) {
		if (err == -EBADMSG)
			mme_counters.nas_mac++;
		else if (err == -EALREADY)
			mme_counters.nas_replay++;
		LOG(INFO, "service.refused", "imsi=%s error=\"%s\"",
		    imsi_print(ue ? ue->imsi : IMSI_NONE, (char[IMSI_STRLEN]){0}),
		    ue ? strerror(-err) : "no context");
		reject_service(c, EMM_CAUSE_IDENTITY_NOT_DERIVED);
		return;
	}
	ue_save_counts(ue);
	ue_tmsi_used(ue, s_tmsi->m_tmsi);
	serve(c, ue, NULL);
}

/* A protocol error in the message that begins a connection (5.5.1.2.7 b and its like); m is NULL
 * where there is nothing to answer to. */
static void initial_fault(struct s1_conn *c, const struct nas_message *m, uint8_t cause)
{
	switch (m ? m->type : 0) {
	case NAS_ATTACH_REQUEST:
		attach_refuse(c, NULL, cause);
		break;
	case NAS_TAU_REQUEST:
		tau_refuse_at(c, NULL, cause);
		break;
	case NAS_EXTENDED_SERVICE_REQUEST:
	case NAS_CONTROL_PLANE_SERVICE_REQUEST:
		reject_service(c, cause);
		break;
	default:
		conn_release(c, S1AP_CAUSE(PROTOCOL, UNSPECIFIED));
	}
}

static uint8_t ksi_of(const struct nas_message *m)
{
	switch (m->type) {
	case NAS_ATTACH_REQUEST:
		return ((const struct nas_attach_request *)m->body)->ksi;
	case NAS_DETACH_REQUEST:
		return ((const struct nas_detach_request *)m->body)->ksi;
	case NAS_TAU_REQUEST:
		return ((const struct nas_tau_request *)m->body)->ksi;
	case NAS_EXTENDED_SERVICE_REQUEST:
		return ((const struct nas_extended_service_request *)m->body)->ksi;
	default:
		return NAS_KSI_NONE;
	}
}

/* Reads the message that begins a connection, whoever sent it, and finds its device. *ue comes as
 * the one that the S-TMSI names. False when it could not be read, which has been answered. */
static bool read_initial(struct s1_conn *c, const struct nas_header *h, struct bytes pdu,
			 struct mme_ue **ue, struct nas_message *m, struct nas_event *e)
{
	struct bytes plain = h->security == NAS_PLAIN ? pdu : nas_inner_unchecked(pdu);
	bool secured = false, partial;

	/* Whose context? The message itself says it, and initial messages are not ciphered; one
	 * that is can only be that of the S-TMSI. */
	if (!plain.n && *ue)
		secured = !unprotect(*ue, h, pdu, &plain, &partial);
	int fault = plain.n ? decode(NULL, plain, m) : -EBADMSG;

	if (fault) {
		initial_fault(c, fault > 0 ? m : NULL, (uint8_t)fault);
		return false;
	}
	const struct nas_identity *id =
		m->type == NAS_ATTACH_REQUEST   ? &((struct nas_attach_request *)m->body)->identity
		: m->type == NAS_DETACH_REQUEST ? &((struct nas_detach_request *)m->body)->identity
		: m->type == NAS_TAU_REQUEST    ? &((struct nas_tau_request *)m->body)->old_guti
						: NULL;
	if (id && by_identity(id) != *ue) {
		*ue = by_identity(id);
		secured = false;
	}
	c->claimed = *ue ? (*ue)->imsi : id && id->type == NAS_ID_IMSI ? id->imsi : 0;
	/* A context mapped from another system (4.4.2.2) cannot be one of ours. */
	bool mapped = ksi_of(m) & NAS_KSI_MAPPED;

	if (h->security != NAS_PLAIN && !secured && *ue && !mapped)
		secured = !unprotect(*ue, h, pdu, &plain, &partial);
	if (*ue && secured && !mapped && id && id->type == NAS_ID_GUTI)
		ue_tmsi_used(*ue, id->guti.m_tmsi);
	*e = (struct nas_event){
		.m = m, .body = m->body, .pdu = plain, .secured = secured && !mapped};
	return true;
}

void nas_initial(struct s1_conn *c, struct bytes pdu, const struct s1ap_s_tmsi *s_tmsi)
{
	struct mme_ue *ue = s_tmsi ? ue_by_tmsi(s_tmsi->mmec, s_tmsi->m_tmsi) : NULL;
	struct nas_header h;
	struct nas_message m;
	struct nas_event e;

	if (ue)
		c->claimed = ue->imsi;
	if (nas_header_decode(pdu, &h)) {
		mme_counters.nas_bad++;
		LOG(WARN, "nas.bad", "enb_ue_s1ap_id=%u octets=%u error=\"no NAS message\"",
		    c->enb_ue_s1ap_id, pdu.n);
		initial_fault(c, NULL, 0);
		return;
	}
	if (h.security == NAS_SHORT) {
		initial_service(c, ue, pdu, s_tmsi);
		return;
	}
	if (!read_initial(c, &h, pdu, &ue, &m, &e))
		return;
	if (m.type == NAS_EXTENDED_SERVICE_REQUEST && ue && e.secured && s_tmsi)
		ue_tmsi_used(ue, s_tmsi->m_tmsi);
	switch (m.type) {
	case NAS_ATTACH_REQUEST:
		if (((const struct nas_attach_request *)m.body)->attach_type !=
			    NAS_ATTACH_EMERGENCY &&
		    overload_refuses(c)) {
			mme_counters.overload_attach_refused++;
			attach_refuse(c, NULL, EMM_CAUSE_CONGESTION);
		} else {
			reroute_keep(c);
			attach_begin(c, ue, NULL, &e);
		}
		break;
	case NAS_DETACH_REQUEST:
		initial_detach(c, ue, &e);
		break;
	case NAS_TAU_REQUEST:
		initial_tau(c, ue, &e);
		break;
	case NAS_EXTENDED_SERVICE_REQUEST:
		initial_extended_service(c, ue, &e);
		break;
	case NAS_CONTROL_PLANE_SERVICE_REQUEST: /* no Attach Accept of ours offers it */
		reject_service(c, ue && e.secured ? EMM_CAUSE_MESSAGE_TYPE_UNKNOWN
						  : EMM_CAUSE_IDENTITY_NOT_DERIVED);
		break;
	default:
		mme_counters.nas_unexpected++;
		LOG(WARN, "nas.initial", "message=%s error=\"cannot begin a connection\"",
		    m.def->name);
		conn_release(c, S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
	}
}

/* What no running procedure wanted. */
static void unwanted(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_message *m = e->m;

	switch (m->type) {
	case NAS_EMM_STATUS:
		UE_LOG(INFO, ue, "nas.emm_status", "cause=%u",
		       ((const struct nas_emm_status *)e->body)->emm_cause);
		return;
	case NAS_SECURITY_MODE_COMPLETE: /* to a repeated command: the last one is KeNB's (33.401
					    7.2.6.2) */
		if (e->secured && !e->partial)
			nas_kenb(ue->sec, ue->kenb);
		break;
	case NAS_ATTACH_COMPLETE: /* again, after the first was lost on its way to the timer */
	case NAS_AUTHENTICATION_RESPONSE:
	case NAS_IDENTITY_RESPONSE:
	case NAS_DETACH_ACCEPT:
		break;
	default:
		if (ue->security_on)
			nas_send_emm_status(ue, EMM_CAUSE_MESSAGE_TYPE_NOT_COMPATIBLE);
	}
	mme_counters.nas_unexpected++;
	UE_LOG(DEBUG, ue, "nas.unexpected", "message=%s", m->def->name);
}

/* In connected mode this one is about the CS domain alone (5.6.1.1). */
static void extended_service(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_extended_service_request *r = e->body;
	struct nas_service_reject m = {.emm_cause = EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE};

	if (!(r->service_type & NAS_SERVICE_PACKET))
		NAS_SEND(ue, service_reject, &m);
}

/* The context that an identity on the device's own connection names. Of a GUTI that an attach has
 * just done away with, the keys say whose it was, if that one has proven who it is: keys alone are
 * those of this connection. */
static struct mme_ue *named_here(struct mme_ue *ue, const struct nas_identity *id)
{
	struct mme_ue *old = by_identity(id);

	if (!old && ue->known &&
	    (id->type == NAS_ID_GUTI || (id->type == NAS_ID_IMSI && id->imsi == ue->imsi)))
		return ue;
	return old;
}

/* A message that begins a procedure, on a connection that is there. False if it is none. */
static bool begins(struct mme_ue *ue, struct nas_event *e)
{
	struct s1_conn *c = ue->conn;
	struct mme_ue *old = NULL;
	struct mme_ue *here = e->secured && !e->partial ? ue : NULL;
	enum nas_incoming in;

	switch (e->m->type) {
	case NAS_ATTACH_REQUEST:
		old = named_here(ue, &((struct nas_attach_request *)e->m->body)->identity);
		in = attach_is_same(ue, e) ? INCOMING_ATTACH_AGAIN : INCOMING_ATTACH;
		break;
	case NAS_DETACH_REQUEST:
		in = INCOMING_DETACH;
		break;
	case NAS_TAU_REQUEST:
		in = INCOMING_TAU;
		break;
	case NAS_EXTENDED_SERVICE_REQUEST:
		in = INCOMING_SERVICE;
		break;
	default:
		return false;
	}
	switch (collide(ue, in)) {
	case COLLISION_IGNORE:
		return true;
	case COLLISION_OFFER:
		proc_offer(&ue->procs, e->m->type, e);
		return true;
	case COLLISION_RESTART:
		conn_unbind(c);
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, NORMAL_RELEASE));
		break;
	case COLLISION_ABORT:
		if (in == INCOMING_DETACH) /* that ends all by itself, and is answered first */
			break;
		proc_abort_all(&ue->procs, PROC_ABORTED);
		partial_free(ue);
		break;
	case COLLISION_NONE:
		break;
	}
	switch (in) {
	case INCOMING_ATTACH:
	case INCOMING_ATTACH_AGAIN:
		/* MAC judged with this connection's context proves nothing about another's. */
		e->secured = e->secured && old == ue;
		attach_begin(c, old, here, e);
		return true;
	case INCOMING_DETACH:
		detach_by_ue(ue, e);
		return true;
	case INCOMING_TAU:
		if (!e->secured || ue->emm != EMM_REGISTERED)
			return false;
		tau_begin(ue, e);
		return true;
	default:
		if (ue->emm != EMM_REGISTERED)
			return false;
		extended_service(ue, e);
		return true;
	}
}

/* A protocol error in a message on a connection (5.5.1.2.7 b, 5.5.3.2.7 b, 7.5). A status says
 * nothing to a device that cannot check it. */
static void uplink_fault(struct s1_conn *c, const struct nas_message *m, uint8_t cause)
{
	struct mme_ue *ue = c->ue, *here = ue->security_on ? ue : NULL;

	switch (m->def ? m->type : 0) {
	case NAS_ATTACH_REQUEST:
		attach_refuse(c, here, cause);
		return;
	case NAS_TAU_REQUEST:
		tau_refuse_at(c, here, cause);
		return;
	default:
		if (here && m->esm)
			esm_fault(ue, m, cause);
		else if (here)
			nas_send_emm_status(ue, cause);
	}
}

void nas_uplink(struct s1_conn *c, struct bytes pdu)
{
	struct mme_ue *ue = c->ue;
	struct bytes plain = pdu;
	struct nas_header h;
	struct nas_message m;
	bool secured = false, partial = false;

	if (!ue)
		return;
	if (s1ho_awaits(c)) {
		nas_early(ue, pdu);
		return;
	}
	if (nas_header_decode(pdu, &h)) {
		mme_counters.nas_bad++;
		UE_LOG(WARN, ue, "nas.bad", "octets=%u error=\"no NAS message\"", pdu.n);
		return;
	}
	if (h.security == NAS_SHORT) /* the connection is there already */
		return;
	if (h.security != NAS_PLAIN) {
		secured = !unprotect(ue, &h, pdu, &plain, &partial);
		if (!plain.n) {
			mme_counters.nas_unprotected += !ue->sec->valid;
			return;
		}
	}
	int fault = decode(secured ? ue : NULL, plain, &m);

	if (fault > 0 && (secured || !ue->security_on))
		uplink_fault(c, &m, (uint8_t)fault);
	if (fault)
		return;
	if (!allowed(ue, &m, secured)) {
		mme_counters.nas_unprotected++;
		UE_LOG(WARN, ue, "nas.unprotected", "message=%s", m.def->name);
		return;
	}
	struct nas_event e = {
		.m = &m, .body = m.body, .pdu = plain, .secured = secured, .partial = partial};

	ue_seen(ue);
	if (begins(ue, &e))
		return;
	if (m.esm)
		esm_in(ue, &e);
	else if (!proc_offer(&ue->procs, m.type, &e))
		unwanted(ue, &e);
}
