/* SPDX-License-Identifier: Apache-2.0 */
/* S1 handover between two eNodeBs of this MME (TS 23.401 5.5.1.2, TS 36.413 8.4.1 to 8.4.3, 8.4.5
 * to 8.4.7). The device has two connections meanwhile, the legs: source and target. ue->conn is the
 * source until the target notifies; the other is known here alone.
 *
 *   PREPARE    Handover Request to the target, with the next {NH, NCC}
 *   FORWARD    tunnels through the SGW for what the source has left, if it cannot reach the target
 *   EXECUTE    Handover Command to the source; status goes across; until the target notifies
 *   SWITCH     Modify Bearer: the device is at the target
 *   COMPLETE   the source keeps its resources for a moment, to forward from (23.401 5.5.1.2.2 step
 * 19)
 *
 * Until Handover Notify a failure leaves the device at the source. A leg that is lost comes here as
 * EV_LEG_LOST: of the source in EXECUTE it leaves the device to the target. NAS messages wait
 * (held.c). Other MMEs and other radio accesses are no targets here. */
#include <stdlib.h>
#include "mme/esm.h"

enum { PREPARE, FORWARD, EXECUTE, SWITCH, COMPLETE };

struct s1ho {
	struct proc proc;
	struct gtpc_txn gtpc;
	struct s1_conn *source, *target;           /* NULL: gone */
	const struct s1ap_handover_required *from; /* while the request is made */
	struct enb *to;
	struct s1ap_cause cause; /* for the source, if the preparation fails */
	bool direct, forwarded, prepared, arrived, done;
	uint16_t asked, offered, taken; /* E-RABs: a bit by id */
	unsigned bearers;
	struct {
		uint8_t ebi;
		struct s1ap_transport_layer_address address;
		uint32_t teid;
		struct fteid dl, ul; /* where the source forwards to, as it is told */
	} bearer[GTPC_MAX_BEARERS];
	uint8_t *container; /* malloc: from target to source */
	uint32_t container_n;
};

static struct mem_pool pool = MEM_POOL(s1ho);

static bool is_there(const struct fteid *f) { return f->has4 || f->has6; }

static int fail(struct s1ho *h, struct s1ap_cause cause)
{
	h->cause = cause;
	h->proc.cause = cause_of_s1ap(cause);
	return PROC_FAIL;
}

/* ---- preparation ---- */

static void refuse(const struct s1_conn *c, struct s1ap_cause cause)
{
	struct s1ap_handover_preparation_failure m = {0};

	mme_counters.handover_refused++;
	LOG(WARN, "handover.refused", "peer=%s mme_ue_s1ap_id=%u enb_ue_s1ap_id=%u cause=\"%s\"",
	    s1_peer(c->enb->assoc), c->mme_ue_s1ap_id, c->enb_ue_s1ap_id, s1ap_cause_text(cause));
	S1AP_SET(&m, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	S1AP_SET(&m, cause, cause);
	enb_send(c->enb, c->stream, &s1ap_handover_preparation_failure_msg, &m);
}

static void request(struct s1ho *h, struct mme_ue *ue)
{
	struct s1ap_handover_request m = {0};
	struct s1ap_e_rab_to_be_setup_item_ho_req item[GTPC_MAX_BEARERS] = {0};
	uint32_t n = 0;

	for (struct mme_bearer *b = NULL; n < GTPC_MAX_BEARERS && (b = bearer_next(ue, b));) {
		if (!b->connected)
			continue;
		h->asked |= mobility_bit(b->ebi);
		item[n].e_rab_id = b->ebi;
		item[n].transport_layer_address = context_address(&b->s1u_sgw);
		item[n].gtp_teid = b->s1u_sgw.teid;
		item[n++].e_rab_level_qos_parameters = erab_qos(&b->qos);
	}
	as_chain_next(&ue->as);
	S1AP_SET(&m, mme_ue_s1ap_id, h->target->mme_ue_s1ap_id);
	S1AP_SET(&m, handover_type, h->from->handover_type);
	S1AP_SET(&m, cause, h->from->has.cause ? h->from->cause : S1AP_CAUSE(RADIO, UNSPECIFIED));
	S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, h->target));
	S1AP_SET(&m, e_rab_to_be_setup_list, (struct s1ap_e_rab_to_be_setup_list_ho_req){item, n});
	S1AP_SET(&m, source_to_target_transparent_container,
		 h->from->source_to_target_transparent_container);
	S1AP_SET(&m, ue_security_capabilities, context_capabilities(ue));
	if (suspend_offered(ue))
		S1AP_SET(&m, ue_user_plane_ciot_support_indicator,
			 S1AP_UE_USER_PLANE_CIOT_SUPPORT_INDICATOR_SUPPORTED);
	S1AP_SET(&m, security_context, context_keys(ue));
	S1AP_SET(&m, gummei, ue->gummei);
	/* Without restrictions, too: it tells the target which network is to serve (8.4.2.4). */
	context_restrictions(ue, h->from->target_id.target_enb_id.selected_tai.plmn,
			     &m.handover_restriction_list);
	m.has.handover_restriction_list = 1;
	if (h->from->has.csg_id) { /* nobody is a member: of a hybrid cell a guest */
		S1AP_SET(&m, csg_id, h->from->csg_id);
		S1AP_SET(&m, csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	}
	if (radio_trace_activation(ue, &m.trace_activation)) {
		m.has.trace_activation = 1;
		mme_counters.radio_traces++;
	}
	if (ue->report_location)
		S1AP_SET(&m, request_type,
			 (struct s1ap_request_type){.event_type =
							    S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL,
						    .report_area = S1AP_REPORT_AREA_ECGI});
	conn_send(h->target, &s1ap_handover_request_msg, &m);
}

static int enter_prepare(struct proc *p)
{
	struct s1ho *h = (struct s1ho *)p;
	struct mme_ue *ue = p->owner;

	h->target = conn_new_target(h->to);
	if (!h->target)
		return fail(h, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
	h->target->ue = ue;
	h->direct = h->from->has.direct_forwarding_path_availability;
	request(h, ue);
	h->from = NULL;
	return PROC_STAY;
}

static struct fteid forwarding_fteid(enum fteid_type type,
				     const struct s1ap_transport_layer_address *a, uint32_t teid)
{
	struct fteid f = erab_fteid(a, teid);

	f.type = (uint8_t)type;
	return f;
}

static void take_bearers(struct s1ho *h, const struct s1ap_e_rab_admitted_list *l)
{
	struct mme_ue *ue = h->proc.owner;
	uint16_t offered = 0;

	for (uint32_t i = 0; i < l->n; i++)
		offered |= mobility_bit(l->v[i].e_rab_id);
	h->offered = (uint16_t)(offered & h->asked);
	h->taken = mobility_bearers(ue, offered & h->asked);
	for (uint32_t i = 0; i < l->n && h->bearers < GTPC_MAX_BEARERS; i++) {
		const struct s1ap_e_rab_admitted_item *e = &l->v[i];

		if (!(h->taken & mobility_bit(e->e_rab_id)))
			continue;
		h->bearer[h->bearers].ebi = e->e_rab_id;
		h->bearer[h->bearers].address = e->transport_layer_address;
		h->bearer[h->bearers].teid = e->gtp_teid;
		if (e->has.dl_transport_layer_address && e->has.dl_gtp_teid)
			h->bearer[h->bearers].dl =
				forwarding_fteid(FTEID_ENB_DL_FORWARDING,
						 &e->dl_transport_layer_address, e->dl_gtp_teid);
		if (e->has.ul_transport_layer_address && e->has.ul_gtp_teid)
			h->bearer[h->bearers].ul =
				forwarding_fteid(FTEID_ENB_UL_FORWARDING,
						 &e->ul_transport_layer_address, e->ul_gtp_teid);
		h->bearers++;
	}
}

static int acknowledged(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	const struct s1ap_handover_request_acknowledge *m = msg;
	const struct bytes *container = &m->target_to_source_transparent_container;

	if (!h->target->named || !m->has.target_to_source_transparent_container)
		return fail(h, S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
	h->target->hybrid = m->has.cell_access_mode;
	if (m->has.e_rab_admitted_list)
		take_bearers(h, &m->e_rab_admitted_list);
	if (!h->taken)
		return fail(h, S1AP_CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL));
	h->container = malloc(container->n ? container->n : 1);
	if (!h->container)
		return fail(h, S1AP_CAUSE(MISC, NOT_ENOUGH_USER_PLANE_PROCESSING_RESOURCES));
	memcpy(h->container, container->p, h->container_n = container->n);
	return h->direct ? PROC_TO(EXECUTE) : PROC_NEXT;
}

static int refused(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	const struct s1ap_handover_failure *m = msg;
	struct s1_conn *c = h->target;

	h->target = NULL; /* there is nothing to release there */
	c->ue = NULL;
	conn_free(c);
	return fail(h, m->has.cause
			       ? m->cause
			       : S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
}

/* ---- indirect forwarding ---- */

static void created(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct s1ho, gtpc)->proc, EV_FORWARDING_CREATED, r);
}

static int enter_forward(struct proc *p)
{
	struct s1ho *h = (struct s1ho *)p;
	struct mme_ue *ue = p->owner;
	struct gtpc_request q = {.type = GTPC_CREATE_INDIRECT_FORWARDING, .imsi = ue->imsi};

	if (p->tries) { /* the SGW does not answer: without, then */
		for (unsigned i = 0; i < h->bearers; i++)
			h->bearer[i].dl = h->bearer[i].ul = (struct fteid){0};
		return PROC_TO(EXECUTE);
	}
	for (unsigned i = 0; i < h->bearers; i++) {
		struct mme_bearer *b = bearer_by_ebi(ue, h->bearer[i].ebi);

		if (!b || (!is_there(&h->bearer[i].dl) && !is_there(&h->bearer[i].ul)))
			continue;
		q.teid = b->pdn->s11_sgw.teid;
		q.bearer[q.bearers].ebi = b->ebi;
		q.bearer[q.bearers].dl_forwarding = h->bearer[i].dl;
		q.bearer[q.bearers++].ul_forwarding = h->bearer[i].ul;
	}
	if (!q.bearers)
		return PROC_TO(EXECUTE);
	h->gtpc.done = created;
	h->forwarded = true;
	gtpc_request(&h->gtpc, GTPC_SGW, &q);
	return PROC_STAY;
}

static int forwarding(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	const struct gtpc_response *r = msg;

	for (unsigned i = 0; i < h->bearers; i++) {
		h->bearer[i].dl = h->bearer[i].ul = (struct fteid){0};
		for (unsigned k = 0; gtpc_accepted(r->cause) && k < r->bearers; k++)
			if (r->bearer[k].ebi == h->bearer[i].ebi) {
				h->bearer[i].dl = r->bearer[k].dl_forwarding;
				h->bearer[i].ul = r->bearer[k].ul_forwarding;
			}
	}
	h->forwarded = gtpc_accepted(r->cause);
	return PROC_NEXT;
}

static void delete_forwarding(struct s1ho *h)
{
	struct mme_ue *ue = h->proc.owner;
	struct gtpc_request q = {.type = GTPC_DELETE_INDIRECT_FORWARDING, .imsi = ue->imsi};

	if (!h->forwarded || !ue->pdns)
		return;
	h->forwarded = false;
	q.teid = ue->pdns->s11_sgw.teid;
	gtpc_send(GTPC_SGW, &q);
}

/* ---- execution ---- */

static void command(struct s1ho *h)
{
	struct s1ap_handover_command m = {0};
	struct s1ap_e_rab_data_forwarding_item item[GTPC_MAX_BEARERS] = {0};
	uint16_t lost = (uint16_t)(h->asked & ~h->taken);
	uint32_t n = 0;

	for (unsigned i = 0; i < h->bearers; i++) {
		const struct fteid *dl = &h->bearer[i].dl, *ul = &h->bearer[i].ul;

		if (!is_there(dl) && !is_there(ul))
			continue;
		item[n].e_rab_id = h->bearer[i].ebi;
		if (is_there(dl)) {
			S1AP_SET(&item[n], dl_transport_layer_address, context_address(dl));
			S1AP_SET(&item[n], dl_gtp_teid, dl->teid);
		}
		if (is_there(ul)) {
			S1AP_SET(&item[n], ul_transport_layer_address, context_address(ul));
			S1AP_SET(&item[n], ul_gtp_teid, ul->teid);
		}
		n++;
	}
	S1AP_SET(&m, mme_ue_s1ap_id, h->source->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, h->source->enb_ue_s1ap_id);
	S1AP_SET(&m, handover_type, S1AP_HANDOVER_TYPE_INTRALTE);
	if (n)
		S1AP_SET(&m, e_rab_subject_to_data_forwarding_list,
			 (struct s1ap_e_rab_subject_to_data_forwarding_list){item, n});
	if (lost)
		S1AP_SET(&m, e_rab_to_release_list,
			 mobility_list(lost, S1AP_CAUSE(RADIO, PARTIAL_HANDOVER)));
	S1AP_SET(&m, target_to_source_transparent_container,
		 bytes_of(h->container, h->container_n));
	conn_send(h->source, &s1ap_handover_command_msg, &m);
}

static int enter_execute(struct proc *p)
{
	struct s1ho *h = (struct s1ho *)p;

	h->prepared = true;
	command(h);
	return PROC_STAY;
}

static int status(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	const struct s1ap_enb_status_transfer *from = msg;
	struct s1ap_mme_status_transfer m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, h->target->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, h->target->enb_ue_s1ap_id);
	S1AP_SET(&m, enb_status_transfer_transparent_container,
		 from->enb_status_transfer_transparent_container);
	conn_send(h->target, &s1ap_mme_status_transfer_msg, &m);
	return PROC_STAY;
}

static int early_status(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	const struct s1ap_enb_early_status_transfer *from = msg;
	struct s1ap_mme_early_status_transfer m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, h->target->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, h->target->enb_ue_s1ap_id);
	S1AP_SET(&m, enb_early_status_transfer_transparent_container,
		 from->enb_early_status_transfer_transparent_container);
	conn_send(h->target, &s1ap_mme_early_status_transfer_msg, &m);
	return PROC_STAY;
}

static int lost_preparing(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;

	if (msg == h->source) { /* no fault of the target's: why_ended has told */
		h->source = NULL;
		return proc_fail(p, PROC_ABORTED);
	}
	h->target = NULL;
	return fail(h, S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
}

/* The device may be on its way: the target will tell. Not if the source was told to let go. */
static int lost_executing(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	const struct s1_conn *c = msg;

	if (c == h->target)
		h->target = NULL;
	else
		h->source = NULL;
	if (!h->target)
		return fail(h, S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
	if (c->releasing)
		return proc_fail(p, PROC_ABORTED);
	proc_note(p, "source lost");
	((struct mme_ue *)p->owner)->conn = h->target;
	return PROC_STAY;
}

static int lost_source(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;

	if (msg == h->source)
		h->source = NULL;
	else
		h->target = NULL;
	return PROC_STAY; /* of the target the device becomes idle, which ends this */
}

/* ---- completion ---- */

static int notified(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	struct mme_ue *ue = p->owner;
	const struct s1ap_handover_notify *m = msg;

	if (m->has.tai)
		h->target->tai = m->tai;
	if (m->has.eutran_cgi)
		h->target->ecgi = m->eutran_cgi;
	h->target->context = h->arrived = true;
	ue->conn = h->target;
	ue_seen(ue);
	if (m->has.notify_source_enb && h->source) {
		struct s1ap_handover_success s = {0};

		S1AP_SET(&s, mme_ue_s1ap_id, h->source->mme_ue_s1ap_id);
		S1AP_SET(&s, enb_ue_s1ap_id, h->source->enb_ue_s1ap_id);
		conn_send(h->source, &s1ap_handover_success_msg, &s);
	}
	return PROC_NEXT;
}

static void modified(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct s1ho, gtpc)->proc, EV_BEARER_MODIFIED, r);
}

static int enter_switch(struct proc *p)
{
	struct s1ho *h = (struct s1ho *)p;
	struct mme_ue *ue = p->owner;
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .imsi = ue->imsi};

	for (unsigned i = 0; i < h->bearers; i++)
		context_add_bearer(ue, &q, h->bearer[i].ebi, &h->bearer[i].address,
				   h->bearer[i].teid);
	if (!q.bearers)
		return fail(h, S1AP_CAUSE(RADIO, UNKNOWN_E_RAB_ID));
	h->gtpc.done = modified;
	gtpc_request(&h->gtpc, GTPC_SGW, &q);
	uint16_t stale = h->offered;

	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		stale &= (uint16_t)~mobility_bit(b->ebi);
	erab_release(ue, stale, S1AP_CAUSE(NAS, NORMAL_RELEASE), (struct bytes){0});
	/* These may end this procedure: nothing of it is touched after them. */
	nas_held_send(ue);
	mobility_moved(ue);
	nas_early_read(ue);
	return PROC_STAY;
}

static int switched(struct proc *p, const void *msg)
{
	struct s1ho *h = (struct s1ho *)p;
	struct mme_ue *ue = p->owner;
	const struct gtpc_response *r = msg;
	uint16_t accepted = 0;

	for (unsigned i = 0; gtpc_accepted(r->cause) && i < r->bearers; i++)
		if (r->bearer[i].cause == GTPC_ACCEPTED)
			accepted |= mobility_bit(r->bearer[i].ebi);
	h->taken = mobility_bearers(ue, h->taken & accepted);
	if (!h->taken)
		return fail(h, S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE));
	mme_counters.handover++;
	if (mobility_drop_bearers(ue, h->taken))
		mme_counters.handover_partial++;
	h->done = true;
	ue_save(ue);
	return h->source ? PROC_NEXT : PROC_END;
}

static int enter_complete(struct proc *p) { return p->tries ? PROC_END : PROC_STAY; }

/* ---- the end ---- */

static void let_go(struct mme_ue *ue, struct s1_conn **leg, struct s1ap_cause cause)
{
	struct s1_conn *c = *leg;

	if (!c || c == ue->conn)
		return;
	*leg = NULL;
	conn_unbind(c); /* its last word may be about the device still */
	conn_release(c, cause);
}

static void end(struct proc *p, uint16_t cause)
{
	struct s1ho *h = (struct s1ho *)p;
	struct mme_ue *ue = p->owner;

	gtpc_cancel(&h->gtpc);
	delete_forwarding(h);
	free(h->container);
	if (h->done) {
		let_go(ue, &h->source, S1AP_CAUSE(RADIO, SUCCESSFUL_HANDOVER));
		return;
	}
	/* Aborted, the source wants something else already. */
	if (h->source && !h->prepared && cause != CAUSE_HANDOVER_CANCELLED && cause != PROC_ABORTED)
		refuse(h->source, h->cause);
	else if (cause == CAUSE_HANDOVER_CANCELLED)
		mme_counters.handover_cancelled++;
	else
		mme_counters.handover_failed++;
	let_go(ue, &h->target,
	       cause == PROC_ABORTED || cause == CAUSE_HANDOVER_CANCELLED
		       ? S1AP_CAUSE(RADIO, HANDOVER_CANCELLED)
		       : S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
	let_go(ue, &h->source, S1AP_CAUSE(RADIO, RELEASE_DUE_TO_EUTRAN_GENERATED_REASON));
	nas_held_send(ue);
	if (!h->arrived)
		nas_early_drop(ue);
	if (!ue->conn || cause == PROC_ABORTED)
		return;
	if (h->arrived) /* its bearers could not follow */
		detach_by_network(ue, true, NULL, NULL);
	else if (ue->conn == h->target) /* without a source, and not come to the target */
		conn_release(h->target,
			     S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM));
	else {
		ue_save_conn(ue); /* its key chain has moved on */
		esm_resume(ue);
	}
}

static int cancelled(struct proc *p, const void *msg)
{
	(void)msg;
	p->cause = CAUSE_HANDOVER_CANCELLED;
	return PROC_FAIL;
}

/* The eNodeB's own are TS1RELOCprep and TS1RELOCoverall (36.413 8.4.1.2). */
static const struct proc_timer t_prepare = {"T-preparation", 5000, 0},
			       t_execute = {"T-execution", 10000, 0},
			       t_forward = {"T-S11", 2000, 1}, t_source = {"T-source", 1000, 1};

#define SILENT_TARGET CAUSE_S1AP_OF(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM)

static const struct proc_step steps[] = {
	[PREPARE] = {"prepare", enter_prepare, &t_prepare, SILENT_TARGET},
	[FORWARD] = {"forward", enter_forward, &t_forward, SILENT_TARGET},
	[EXECUTE] = {"execute", enter_execute, &t_execute, SILENT_TARGET},
	[SWITCH] = {"switch", enter_switch, &mme_s11_timer,
		    CAUSE_S1AP_OF(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE)},
	[COMPLETE] = {"complete", enter_complete, &t_source},
};

static const struct proc_row rows[] = {
	{PREPARE, EV_HANDOVER_ACKNOWLEDGED, acknowledged, FORWARD},
	{PREPARE, EV_HANDOVER_FAILED, refused, 0},
	{PREPARE, EV_HANDOVER_CANCELLED, cancelled, 0},
	{PREPARE, EV_LEG_LOST, lost_preparing, 0},
	{FORWARD, EV_FORWARDING_CREATED, forwarding, EXECUTE},
	{FORWARD, EV_HANDOVER_CANCELLED, cancelled, 0},
	{FORWARD, EV_LEG_LOST, lost_preparing, 0},
	{EXECUTE, EV_STATUS_TRANSFER, status, 0},
	{EXECUTE, EV_EARLY_STATUS_TRANSFER, early_status, 0},
	{EXECUTE, EV_HANDOVER_NOTIFIED, notified, SWITCH},
	{EXECUTE, EV_HANDOVER_CANCELLED, cancelled, 0},
	{EXECUTE, EV_LEG_LOST, lost_executing, 0},
	{SWITCH, EV_BEARER_MODIFIED, switched, COMPLETE},
	{SWITCH, EV_STATUS_TRANSFER, status, 0}, /* overtaken by the target's word */
	{SWITCH, EV_LEG_LOST, lost_source, 0},
	{COMPLETE, EV_STATUS_TRANSFER, status, 0},
	{COMPLETE, EV_LEG_LOST, lost_source, 0},
};

const struct proc_def s1ho_def = {
	"S1 handover",
	"TS 23.401 5.5.1.2",
	steps,
	rows,
	sizeof(steps) / sizeof(*steps),
	sizeof(rows) / sizeof(*rows),
	&pool,
	end,
};

bool s1ho_running(const struct mme_ue *ue)
{
	const struct proc *p = proc_find(&ue->procs, &s1ho_def);

	return p && p->step < SWITCH;
}

bool s1ho_awaits(const struct s1_conn *c)
{
	const struct proc *p = c->ue ? proc_find(&c->ue->procs, &s1ho_def) : NULL;

	return p && p->step < SWITCH && ((const struct s1ho *)p)->target == c;
}

/* ---- from S1AP ---- */

static bool serves(const struct enb *e, const struct tai *tai)
{
	for (unsigned i = 0; mme_serves_tai(tai) && i < e->tais; i++)
		if (e->tai[i].plmn == tai->plmn && e->tai[i].tac == tai->tac)
			return true;
	return false;
}

/* Where to, or NULL with the cause. */
static const struct enb *find_target(const struct mme_ue *ue,
				     const struct s1ap_handover_required *m,
				     struct s1ap_cause *cause)
{
	const struct s1ap_target_enb_id *id = &m->target_id.target_enb_id;
	const struct enb *e = NULL;

	*cause = S1AP_CAUSE(RADIO, UNKNOWN_TARGETID);
	if (m->handover_type == S1AP_HANDOVER_TYPE_INTRALTE &&
	    m->target_id.choice == S1AP_TARGET_ID_TARGET_ENB_ID)
		e = enb_by_global_id(&id->global_enb_id);
	if (!e)
		return NULL;
	*cause = S1AP_CAUSE(RADIO, HO_TARGET_NOT_ALLOWED);
	if (!serves(e, &id->selected_tai) || !access_allowed(ue, &id->selected_tai))
		return NULL;
	*cause = S1AP_CAUSE(RADIO, INVALID_CSG_ID); /* a closed group has no members here */
	return m->has.csg_id && !m->has.cell_access_mode ? NULL : e;
}

struct start {
	struct s1_conn *source;
	const struct s1ap_handover_required *from;
	const struct enb *to;
};

static void init(struct proc *p, const void *arg)
{
	const struct start *s = arg;
	struct s1ho *h = (struct s1ho *)p;

	h->source = s->source;
	h->from = s->from;
	h->to = (struct enb *)s->to;
	h->cause = S1AP_CAUSE(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM);
}

void s1ho_required(struct s1_conn *c, const struct s1ap_handover_required *m)
{
	struct mme_ue *ue = c->ue;
	struct s1ap_cause cause;
	struct start s = {.source = c, .from = m};

	if (!ue || ue->conn != c || !c->context) {
		refuse(c, S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
		return;
	}
	if (!mobility_begin(ue, MOBILITY_REQUIRED)) {
		refuse(c, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
		return;
	}
	s.to = find_target(ue, m, &cause);
	if (!s.to) {
		refuse(c, cause);
		return;
	}
	mme_counters.handover_required++;
	if (!proc_start(&s1ho_def, &ue->procs, ue, NULL, init, &s))
		refuse(c, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
}

/* The leg that may send it: what the source says is about leaving, what the target says about
 * arriving. */
static bool of_source(uint16_t event)
{
	return event == EV_STATUS_TRANSFER || event == EV_EARLY_STATUS_TRANSFER ||
	       event == EV_HANDOVER_CANCELLED;
}

void s1ho_event(struct s1_conn *c, uint16_t event, const void *body)
{
	struct proc *p = c->ue ? proc_find(&c->ue->procs, &s1ho_def) : NULL;
	const struct s1ho *h = (const struct s1ho *)p;

	if (p && c == (of_source(event) ? h->source : h->target) && proc_event(p, event, body))
		return;
	mme_counters.handover_unexpected++;
	LOG(INFO, "handover.unexpected", "peer=%s mme_ue_s1ap_id=%u event=%u",
	    s1_peer(c->enb->assoc), c->mme_ue_s1ap_id, event);
}

void s1ho_cancel(struct s1_conn *c)
{
	struct s1ap_handover_cancel_acknowledge m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	conn_send(c, &s1ap_handover_cancel_acknowledge_msg, &m);
	s1ho_event(c, EV_HANDOVER_CANCELLED, NULL);
}

void s1ho_target_failed(struct enb *e, const struct s1ap_handover_failure *m)
{
	struct s1_conn *c = m->has.mme_ue_s1ap_id ? conn_find(m->mme_ue_s1ap_id) : NULL;

	if (c && c->enb == e) {
		s1ho_event(c, EV_HANDOVER_FAILED, m);
		return;
	}
	mme_counters.s1_unknown_ue++;
	enb_error_indication(e, m->has.mme_ue_s1ap_id ? &m->mme_ue_s1ap_id : NULL, NULL,
			     S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID), NULL);
}
