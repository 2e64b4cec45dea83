/* SPDX-License-Identifier: Apache-2.0 */
/* Path Switch Request (TS 36.413 8.4.4, TS 23.401 5.5.1.1.2): the device has come to another eNodeB
 * by X2. Its S1 connection moves there at once and keeps the MME UE S1AP ID; the source lets go by
 * X2. The SGW switches the tunnels by Modify Bearer, and the eNodeB is told the next {NH, NCC}.
 *
 * Bearers that the request leaves out are released (8.4.4.2); if no default bearer is left, the
 * request fails and the device is detached, to attach again (23.401 5.5.1.1.2 step 6). */
#include "mme/esm.h"

struct x2 {
	struct proc proc;
	struct gtpc_txn modify;
	uint16_t asked; /* E-RABs of the request: a bit by id */
	uint16_t taken; /* those of them that are on their way to the SGW */
	bool other_capabilities;
	bool resumed; /* it was suspended */
};

static struct mem_pool pool = MEM_POOL(x2);

/* ---- answers ---- */

static void send_failure(struct enb *e, uint32_t mme_id, uint32_t enb_id, struct s1ap_cause cause)
{
	struct s1ap_path_switch_request_failure m = {0};

	mme_counters.path_switch_failed++;
	LOG(WARN, "x2.refused", "peer=%s mme_ue_s1ap_id=%u enb_ue_s1ap_id=%u cause=\"%s\"",
	    s1_peer(e->assoc), mme_id, enb_id, s1ap_cause_text(cause));
	S1AP_SET(&m, mme_ue_s1ap_id, mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, enb_id);
	S1AP_SET(&m, cause, cause);
	enb_send(e, enb_stream_of(e, &mme_id, &enb_id), &s1ap_path_switch_request_failure_msg, &m);
}

static void fail_switch(struct mme_ue *ue, struct s1ap_cause cause)
{
	send_failure(ue->conn->enb, ue->conn->mme_ue_s1ap_id, ue->conn->enb_ue_s1ap_id, cause);
}

/* Uplink tunnels that the SGW has changed, which it may (29.274 7.2.8). */
static struct s1ap_e_rab_to_be_switched_ul_list uplink(struct mme_ue *ue,
						       const struct gtpc_response *r)
{
	struct s1ap_e_rab_to_be_switched_ul_list l = {
		.v = arena_zalloc(&turn_arena, GTPC_MAX_BEARERS * sizeof(*l.v))};

	for (unsigned i = 0; i < r->bearers; i++) {
		const struct fteid *f = &r->bearer[i].s1u_sgw;
		struct mme_bearer *b = bearer_by_ebi(ue, r->bearer[i].ebi);

		if (!b || (!f->has4 && !f->has6) ||
		    (f->teid == b->s1u_sgw.teid && f->ip4.s_addr == b->s1u_sgw.ip4.s_addr &&
		     !memcmp(&f->ip6, &b->s1u_sgw.ip6, sizeof(f->ip6))))
			continue;
		b->s1u_sgw = *f;
		l.v[l.n++] = (struct s1ap_e_rab_to_be_switched_ul_item){
			.e_rab_id = b->ebi,
			.transport_layer_address = context_address(f),
			.gtp_teid = f->teid,
		};
	}
	return l;
}

static void acknowledge(struct x2 *x, const struct gtpc_response *r)
{
	struct mme_ue *ue = x->proc.owner;
	struct s1ap_path_switch_request_acknowledge m = {0};
	struct s1ap_e_rab_to_be_switched_ul_list changed = uplink(ue, r);
	uint16_t lost = (uint16_t)(x->asked & ~x->taken);

	as_chain_next(&ue->as);
	S1AP_SET(&m, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
	S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, ue->conn));
	if (changed.n)
		S1AP_SET(&m, e_rab_to_be_switched_ul_list, changed);
	if (lost)
		S1AP_SET(
			&m, e_rab_to_be_released_list,
			mobility_list(lost, S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE)));
	S1AP_SET(&m, security_context, context_keys(ue));
	if (ue->conn->hybrid) /* nobody is a member (8.4.4.4) */
		S1AP_SET(&m, csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	if (x->other_capabilities) /* 33.401 7.2.4.2.2: ours are right */
		S1AP_SET(&m, ue_security_capabilities, context_capabilities(ue));
	conn_send(ue->conn, &s1ap_path_switch_request_acknowledge_msg, &m);
}

/* ---- the procedure ---- */

static void modified(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	proc_event(&container_of(txn, struct x2, modify)->proc, EV_BEARER_MODIFIED, r);
}

static int switched(struct proc *p, const void *msg)
{
	struct x2 *x = (struct x2 *)p;
	struct mme_ue *ue = p->owner;
	const struct gtpc_response *r = msg;
	uint16_t accepted = 0;

	for (unsigned i = 0; gtpc_accepted(r->cause) && i < r->bearers; i++)
		if (r->bearer[i].cause == GTPC_ACCEPTED)
			accepted |= mobility_bit(r->bearer[i].ebi);
	x->taken = mobility_bearers(ue, x->taken & accepted);
	if (!x->taken) {
		p->cause = CAUSE_S1AP_OF(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE);
		return PROC_FAIL;
	}
	if (mobility_drop_bearers(ue, x->taken))
		mme_counters.path_switch_partial++;
	acknowledge(x, r);
	return PROC_END;
}

static void end(struct proc *p, uint16_t cause)
{
	struct x2 *x = (struct x2 *)p;
	struct mme_ue *ue = p->owner;

	gtpc_cancel(&x->modify);
	if (!cause) {
		mme_counters.path_switch++;
		nas_held_send(ue);
		ue_save(ue);
		mobility_moved(ue);
		if (x->resumed) {
			mme_counters.resumed++;
			esm_drop_failed(ue);
			proc_offer(&ue->procs, EV_SERVICE_UP, NULL);
		}
		return;
	}
	if (!ue->conn)
		return;
	if (cause == PROC_ABORTED) {
		fail_switch(ue, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
		return;
	}
	fail_switch(ue, S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE));
	detach_by_network(ue, true, NULL, NULL);
}

static const struct proc_step steps[] = {
	{"switch", NULL, &mme_s11_timer, CAUSE_S1AP_OF(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE)}};
static const struct proc_row rows[] = {{0, EV_BEARER_MODIFIED, switched, 0}};

const struct proc_def x2_def = {
	"path switch", "TS 36.413 8.4.4", steps, rows, 1, 1, &pool, end,
};

/* ---- the beginning ---- */

static uint16_t offered(const struct s1ap_e_rab_to_be_switched_dl_list *l)
{
	uint16_t ids = 0;

	for (uint32_t i = 0; i < l->n; i++)
		ids |= mobility_bit(l->v[i].e_rab_id);
	return ids;
}

static bool has_twins(const struct s1ap_e_rab_to_be_switched_dl_list *l)
{
	uint16_t seen = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		if (seen & mobility_bit(l->v[i].e_rab_id))
			return true;
		seen |= mobility_bit(l->v[i].e_rab_id);
	}
	return false;
}

/* Ids that name a connected device of ours; it has an access stratum context that can move. */
static struct s1_conn *find(const struct s1ap_path_switch_request *m)
{
	struct s1_conn *c = conn_find(m->source_mme_ue_s1ap_id);

	if (m->has.source_mme_gummei && !mme_is(&m->source_mme_gummei))
		return NULL; /* another MME's number */
	return c && c->context && ((c->ue && c->ue->conn == c) || conn_suspended(c)) ? c : NULL;
}

static void check_capabilities(struct x2 *x, const struct s1ap_path_switch_request *m)
{
	const struct mme_ue *ue = x->proc.owner;
	const struct s1ap_ue_security_capabilities ours = context_capabilities(ue);

	if (!m->has.ue_security_capabilities ||
	    (m->ue_security_capabilities.encryption_algorithms == ours.encryption_algorithms &&
	     m->ue_security_capabilities.integrity_protection_algorithms ==
		     ours.integrity_protection_algorithms))
		return;
	x->other_capabilities = true;
	mme_counters.path_switch_capabilities++;
	UE_LOG(WARN, ue, "x2.capabilities",
	       "peer=%s eea=0x%04x eia=0x%04x error=\"not the device's\"",
	       s1_peer(ue->conn->enb->assoc), m->ue_security_capabilities.encryption_algorithms,
	       m->ue_security_capabilities.integrity_protection_algorithms);
}

static void init(struct proc *p, const void *arg)
{
	const struct s1ap_path_switch_request *m = arg;
	struct x2 *x = (struct x2 *)p;
	struct mme_ue *ue = p->owner;
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .imsi = ue->imsi};
	const struct s1ap_e_rab_to_be_switched_dl_list *l = &m->e_rab_to_be_switched_dl_list;

	check_capabilities(x, m);
	x->asked = offered(l);
	x->taken = mobility_bearers(ue, x->asked);
	for (uint32_t i = 0; i < l->n; i++)
		if (x->taken & mobility_bit(l->v[i].e_rab_id))
			context_add_bearer(ue, &q, l->v[i].e_rab_id,
					   &l->v[i].transport_layer_address, l->v[i].gtp_teid);
	x->modify.done = modified;
	gtpc_request(&x->modify, GTPC_SGW, &q);
}

void x2_path_switch(struct enb *e, const struct s1ap_path_switch_request *m)
{
	struct s1_conn *c = find(m);
	struct mme_ue *ue = !c ? NULL : c->suspended ? conn_suspended(c) : c->ue;

	bool resumed = false;

	if (!ue) {
		send_failure(e, m->source_mme_ue_s1ap_id, m->enb_ue_s1ap_id,
			     S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID));
		return;
	}
	if (has_twins(&m->e_rab_to_be_switched_dl_list)) { /* 8.4.4.4 */
		send_failure(e, m->source_mme_ue_s1ap_id, m->enb_ue_s1ap_id,
			     S1AP_CAUSE(RADIO, MULTIPLE_E_RAB_ID_INSTANCES));
		return;
	}
	if (proc_find(&ue->procs, &x2_def) && c->enb == e &&
	    c->enb_ue_s1ap_id == m->enb_ue_s1ap_id) {
		mme_counters.handover_unexpected++;
		UE_LOG(INFO, ue, "x2.repeated", "peer=%s", s1_peer(e->assoc));
		return;
	}
	if (c->suspended) { /* 23.401 5.3.5A: it resumes at this eNodeB */
		suspend_return(c, ue);
		resumed = true;
	}
	mobility_begin(ue, MOBILITY_PATH_SWITCH);
	conn_move(c, e, m->enb_ue_s1ap_id);
	if (m->has.eutran_cgi)
		c->ecgi = m->eutran_cgi;
	if (m->has.tai)
		c->tai = m->tai;
	c->hybrid = m->has.cell_access_mode;
	ue_seen(ue);
	if (m->has.tai && !mme_serves_tai(&m->tai)) {
		/* Idle, it will ask for this area by a TAU, and be told the cause. */
		fail_switch(ue, S1AP_CAUSE(RADIO, HO_TARGET_NOT_ALLOWED));
		conn_release(c, S1AP_CAUSE(RADIO, HO_TARGET_NOT_ALLOWED));
		return;
	}
	if (!mobility_bearers(ue, offered(&m->e_rab_to_be_switched_dl_list))) {
		fail_switch(ue, S1AP_CAUSE(RADIO, UNKNOWN_E_RAB_ID));
		detach_by_network(ue, true, NULL, NULL);
		return;
	}
	struct proc *p = proc_start(&x2_def, &ue->procs, ue, NULL, init, m);

	if (p)
		((struct x2 *)p)->resumed = resumed;
	if (!p) {
		fail_switch(ue, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
		conn_release(c, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD));
	}
}
