/* SPDX-License-Identifier: Apache-2.0 */
/* E-RAB procedures (TS 36.413 8.2). A request is about one bearer, or in a release about all of a
 * PDN connection; an answer may be about many, and each E-RAB's part goes to the ESM procedure of
 * that bearer. What an eNodeB set up and nobody waits for is released again; what it releases or
 * moves on its own is taken on to the gateways. */
#include <errno.h>
#include "mme/esm.h"

struct s1ap_e_rab_level_qos_parameters erab_qos(const struct bearer_qos *q)
{
	struct s1ap_e_rab_level_qos_parameters p = {
		.qci = q->qci,
		.allocation_retention_priority =
			{
				.priority_level = q->arp_priority,
				.pre_emption_capability = q->arp_may_preempt,
				.pre_emption_vulnerability = q->arp_preemptable,
			},
	};

	if (q->gbr_down || q->gbr_up) {
		struct s1ap_gbr_qos_information *g = &p.gbr_qos_information;

		S1AP_SET_RATE(g, e_rab_maximum_bitrate_dl, q->mbr_down);
		S1AP_SET_RATE(g, e_rab_maximum_bitrate_ul, q->mbr_up);
		S1AP_SET_RATE(g, e_rab_guaranteed_bitrate_dl, q->gbr_down);
		S1AP_SET_RATE(g, e_rab_guaranteed_bitrate_ul, q->gbr_up);
		p.has.gbr_qos_information = 1;
	}
	return p;
}

struct fteid erab_fteid(const struct s1ap_transport_layer_address *a, uint32_t teid)
{
	return (struct fteid){
		.type = FTEID_S1U_ENB,
		.has4 = a->has4,
		.has6 = a->has6,
		.ip4 = a->v4,
		.ip6 = a->v6,
		.teid = teid,
	};
}

/* ---- requests ---- */

#define IDS(m, conn)                                                                               \
	do {                                                                                       \
		S1AP_SET(m, mme_ue_s1ap_id, (conn)->mme_ue_s1ap_id);                               \
		S1AP_SET(m, enb_ue_s1ap_id, (conn)->enb_ue_s1ap_id);                               \
	} while (0)

int erab_setup(struct mme_ue *ue, const struct mme_bearer *b, struct bytes nas)
{
	struct s1ap_e_rab_setup_request m = {0};
	struct s1ap_e_rab_to_be_setup_item_bearer_su_req item = {
		.e_rab_id = b->ebi,
		.e_rab_level_qos_parameters = erab_qos(&b->qos),
		.transport_layer_address = {.has4 = b->s1u_sgw.has4,
					    .has6 = b->s1u_sgw.has6,
					    .v4 = b->s1u_sgw.ip4,
					    .v6 = b->s1u_sgw.ip6},
		.gtp_teid = b->s1u_sgw.teid,
		.nas_pdu = nas,
	};

	if (!ue->conn || !nas.n)
		return -ENOTCONN;
	IDS(&m, ue->conn);
	S1AP_SET(&m, e_rab_to_be_setup_list,
		 (struct s1ap_e_rab_to_be_setup_list_bearer_su_req){&item, 1});
	if (context_ambr_changed(ue))
		S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, ue->conn));
	return conn_send(ue->conn, &s1ap_e_rab_setup_request_msg, &m);
}

int erab_modify(struct mme_ue *ue, const struct mme_bearer *b, struct bytes nas)
{
	struct s1ap_e_rab_modify_request m = {0};
	struct s1ap_e_rab_to_be_modified_item_bearer_mod_req item = {
		.e_rab_id = b->ebi,
		.e_rab_level_qos_parameters = erab_qos(&b->qos),
		.nas_pdu = nas,
	};

	if (!ue->conn || !nas.n)
		return -ENOTCONN;
	IDS(&m, ue->conn);
	S1AP_SET(&m, e_rab_to_be_modified_list,
		 (struct s1ap_e_rab_to_be_modified_list_bearer_mod_req){&item, 1});
	if (context_ambr_changed(ue))
		S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, ue->conn));
	return conn_send(ue->conn, &s1ap_e_rab_modify_request_msg, &m);
}

int erab_release(struct mme_ue *ue, uint16_t of, struct s1ap_cause cause, struct bytes nas)
{
	struct s1ap_e_rab_release_command m = {0};
	struct s1ap_e_rab_item item[GTPC_MAX_BEARERS];
	uint32_t n = 0;

	if (!ue->conn)
		return -ENOTCONN;
	for (uint8_t ebi = 5; ebi <= 15; ebi++)
		if (of >> ebi & 1)
			item[n++] = (struct s1ap_e_rab_item){.e_rab_id = ebi, .cause = cause};
	if (!n)
		return -ENOENT;
	IDS(&m, ue->conn);
	S1AP_SET(&m, e_rab_to_be_released_list, (struct s1ap_e_rab_list){item, n});
	if (nas.n)
		S1AP_SET(&m, nas_pdu, nas);
	if (context_ambr_changed(ue))
		S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, ue->conn));
	return conn_send(ue->conn, &s1ap_e_rab_release_command_msg, &m);
}

/* ---- answers ---- */

static void unexpected(const struct mme_ue *ue, uint8_t ebi, bool ok)
{
	UE_LOG(INFO, ue, "s1.unexpected_e_rab", "e_rab_id=%u ok=%d", ebi, ok);
}

static void answered(struct mme_ue *ue, uint8_t ebi, const struct fteid *enb)
{
	struct erab_answer a = {.ok = true};

	if (enb)
		a.enb = *enb;
	if (esm_event(ue, ebi, EV_ERAB, &a))
		return;
	unexpected(ue, ebi, true);
	if (enb && !bearer_by_ebi(ue, ebi)) /* set up for nobody (8.2.1.2) */
		erab_release(ue, (uint16_t)(1u << ebi), S1AP_CAUSE(NAS, NORMAL_RELEASE),
			     (struct bytes){0});
}

static void refused(struct mme_ue *ue, const struct s1ap_e_rab_list *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		UE_LOG(WARN, ue, "s1.e_rab_failed", "e_rab_id=%u cause=\"%s\"", l->v[i].e_rab_id,
		       s1ap_cause_text(l->v[i].cause));
		struct erab_answer a = {.handover = mobility_is_cause(l->v[i].cause)};

		if (!esm_event(ue, l->v[i].e_rab_id, EV_ERAB, &a))
			unexpected(ue, l->v[i].e_rab_id, false);
	}
}

void erab_setup_response(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_e_rab_setup_response *m = body;

	(void)e;
	/* What was under way at an eNodeB that the device has left is done again where it is. */
	if (c->ue && c->ue->conn != c)
		return;
	for (uint32_t i = 0; c->ue && m->has.e_rab_setup_list && i < m->e_rab_setup_list.n; i++) {
		const struct s1ap_e_rab_setup_item_bearer_su_res *r = &m->e_rab_setup_list.v[i];
		struct fteid enb = erab_fteid(&r->transport_layer_address, r->gtp_teid);
		struct mme_bearer *b = bearer_by_ebi(c->ue, r->e_rab_id);

		if (b && esm_proc_by_ebi(c->ue, r->e_rab_id, NULL))
			b->s1u_enb = enb;
		answered(c->ue, r->e_rab_id, &enb);
	}
	if (c->ue && m->has.e_rab_failed_to_setup_list)
		refused(c->ue, &m->e_rab_failed_to_setup_list);
}

void erab_modify_response(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_e_rab_modify_response *m = body;

	(void)e;
	for (uint32_t i = 0; c->ue && m->has.e_rab_modify_list && i < m->e_rab_modify_list.n; i++)
		answered(c->ue, m->e_rab_modify_list.v[i].e_rab_id, NULL);
	if (c->ue && m->has.e_rab_failed_to_modify_list)
		refused(c->ue, &m->e_rab_failed_to_modify_list);
}

static void released(struct mme_ue *ue, uint8_t ebi, bool later)
{
	struct erab_answer a = {.ok = !later, .handover = later};

	if (!esm_event(ue, ebi, EV_ERAB_RELEASED, &a))
		unexpected(ue, ebi, a.ok);
}

/* An E-RAB that the eNodeB did not know is released all the same; one that it keeps for a handover
 * is not. */
void erab_release_response(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_e_rab_release_response *m = body;

	(void)e;
	if (c->ue && m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(c->ue, &m->secondary_rat_data_usage_report_list);
	for (uint32_t i = 0; c->ue && m->has.e_rab_release_list && i < m->e_rab_release_list.n; i++)
		released(c->ue, m->e_rab_release_list.v[i].e_rab_id, false);
	for (uint32_t i = 0;
	     c->ue && m->has.e_rab_failed_to_release_list && i < m->e_rab_failed_to_release_list.n;
	     i++) {
		const struct s1ap_e_rab_item *r = &m->e_rab_failed_to_release_list.v[i];

		released(c->ue, r->e_rab_id, mobility_is_cause(r->cause));
	}
}

/* ---- what an eNodeB does on its own ---- */

/* 8.2.3.2.2. With the last PDN connection's default bearer the device has nothing left there: it
 * becomes idle and keeps its bearers. */
void erab_release_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_e_rab_release_indication *m = body;
	struct mme_ue *ue = c->ue;
	unsigned defaults = 0, pdns = 0;
	uint16_t gone = 0; /* one that is named twice counts once (8.2.3.3) */

	(void)e;
	if (ue && m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(ue, &m->secondary_rat_data_usage_report_list);
	if (!ue || ue->emm != EMM_REGISTERED || !m->has.e_rab_released_list)
		return;
	for (uint32_t i = 0; i < m->e_rab_released_list.n; i++) {
		const struct s1ap_e_rab_item *r = &m->e_rab_released_list.v[i];

		UE_LOG(INFO, ue, "s1.e_rab_released", "e_rab_id=%u cause=\"%s\"", r->e_rab_id,
		       s1ap_cause_text(r->cause));
		gone |= mobility_bit(r->e_rab_id);
	}
	for (const struct mme_pdn *p = ue->pdns; p; p = p->next, pdns++)
		defaults += (gone & mobility_bit(p->ebi)) != 0;
	if (defaults && defaults >= pdns) {
		view_trace(ue, "release", "all default bearers lost", NULL);
		conn_release(c, S1AP_CAUSE(RADIO, RELEASE_DUE_TO_EUTRAN_GENERATED_REASON));
		return;
	}
	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));) {
		b->connected &= !(gone & mobility_bit(b->ebi));
		if (b->pdn->bearers != b && gone & mobility_bit(b->pdn->ebi))
			gone &= (uint16_t)~mobility_bit(b->ebi); /* with its PDN connection */
	}
	for (uint8_t ebi = 5; c->ue == ue && ebi <= 15; ebi++)
		if (gone & mobility_bit(ebi))
			bearer_lost(ue, ebi);
}

/* ---- E-RAB Modification Indication (8.2.4): a bearer's tunnel ends elsewhere from now on ---- */

struct moving {
	struct gtpc_txn txn;
	uint32_t mme_ue_s1ap_id;
	const struct enb *enb; /* who asked; to be compared alone */
	uint16_t asked;
	bool csg; /* whether the device is a member of a closed group */
	struct fteid s1u_enb[GTPC_MAX_BEARERS]; /* of EBI 5 + i */
};

static struct mem_pool moves = MEM_POOL(moving);

static void confirm(struct s1_conn *c, uint16_t moved, uint16_t failed, bool csg)
{
	struct s1ap_e_rab_modification_confirm m = {0};
	struct s1ap_e_rab_modify_item_bearer_mod_conf ok[GTPC_MAX_BEARERS];
	struct s1ap_e_rab_item no[GTPC_MAX_BEARERS];
	uint32_t oks = 0, nos = 0;

	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		if (moved >> ebi & 1)
			ok[oks++].e_rab_id = ebi;
		else if (failed >> ebi & 1)
			no[nos++] = (struct s1ap_e_rab_item){
				.e_rab_id = ebi,
				.cause = S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE),
			};
	}
	IDS(&m, c);
	if (oks)
		S1AP_SET(&m, e_rab_modify_list,
			 (struct s1ap_e_rab_modify_list_bearer_mod_conf){ok, oks});
	if (nos)
		S1AP_SET(&m, e_rab_failed_to_modify_list, (struct s1ap_e_rab_list){no, nos});
	if (csg) /* nobody is */
		S1AP_SET(&m, csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	conn_send(c, &s1ap_e_rab_modification_confirm_msg, &m);
}

static void moved(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct moving *mv = container_of(txn, struct moving, txn);
	struct s1_conn *c = conn_find(mv->mme_ue_s1ap_id);
	struct mme_ue *ue = c && c->enb == mv->enb ? c->ue : NULL;
	uint16_t ok = 0;

	for (unsigned i = 0; i < r->bearers; i++)
		if (r->bearer[i].cause == GTPC_ACCEPTED)
			ok = (uint16_t)(ok | 1u << (r->bearer[i].ebi & 15));
	ok &= mv->asked;
	if (ue && ue->conn == c && ok) {
		for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
			if (ok >> b->ebi & 1)
				b->s1u_enb = mv->s1u_enb[b->ebi - 5];
		ue_save_conn(ue);
	}
	if (ue && !c->releasing)
		confirm(c, ok, mv->asked, mv->csg);
	pool_put(&moves, mv);
}

/* 8.2.4.4: an E-RAB named twice, or one of the context in no list, ends the context. */
static bool lists_right(struct mme_ue *ue, const struct s1ap_e_rab_modification_indication *m)
{
	uint16_t named = 0, context = 0;

	for (uint32_t i = 0; i < m->e_rab_to_be_modified_list.n; i++) {
		uint8_t id = m->e_rab_to_be_modified_list.v[i].e_rab_id;

		if (id > 15 || named >> id & 1)
			return false;
		named = (uint16_t)(named | 1u << id);
	}
	for (uint32_t i = 0;
	     m->has.e_rab_not_to_be_modified_list && i < m->e_rab_not_to_be_modified_list.n; i++) {
		uint8_t id = m->e_rab_not_to_be_modified_list.v[i].e_rab_id;

		if (id > 15 || named >> id & 1)
			return false;
		named = (uint16_t)(named | 1u << id);
	}
	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected)
			context = (uint16_t)(context | 1u << b->ebi);
	return !(context & ~named);
}

void erab_modification_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_e_rab_modification_indication *m = body;
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER};
	struct mme_ue *ue = c->ue;
	uint16_t asked = 0;

	struct moving *mv;

	if (!ue || ue->conn != c || !c->context)
		return;
	if (m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(ue, &m->secondary_rat_data_usage_report_list);
	if (!m->has.e_rab_to_be_modified_list || !lists_right(ue, m)) {
		UE_LOG(WARN, ue, "s1.bad",
		       "message=\"E-RAB Modification Indication\" error=\"E-RABs twice or "
		       "missing\"");
		conn_release(c, S1AP_CAUSE(PROTOCOL, SEMANTIC_ERROR));
		return;
	}
	if (m->has.csg_membership_info && !m->csg_membership_info.has.cell_access_mode) {
		conn_release(c, S1AP_CAUSE(RADIO, INVALID_CSG_ID)); /* a cell for members alone */
		return;
	}
	mv = pool_get(&moves);
	q.imsi = ue->imsi;
	for (uint32_t i = 0; i < m->e_rab_to_be_modified_list.n; i++) {
		const struct s1ap_e_rab_to_be_modified_item_bearer_mod_ind *r =
			&m->e_rab_to_be_modified_list.v[i];
		struct mme_bearer *b = bearer_by_ebi(ue, r->e_rab_id);

		asked = (uint16_t)(asked | 1u << (r->e_rab_id & 15));
		if (!b || !mv || q.bearers == GTPC_MAX_BEARERS)
			continue;
		mv->s1u_enb[b->ebi - 5] = erab_fteid(&r->transport_layer_address, r->dl_gtp_teid);
		q.teid = b->pdn->s11_sgw.teid;
		q.bearer[q.bearers].ebi = b->ebi;
		q.bearer[q.bearers++].s1u_enb = mv->s1u_enb[b->ebi - 5];
	}
	if (!q.bearers) {
		if (mv)
			pool_put(&moves, mv);
		confirm(c, 0, asked, m->has.csg_membership_info);
		return;
	}
	mv->enb = e;
	mv->mme_ue_s1ap_id = c->mme_ue_s1ap_id;
	mv->asked = asked;
	mv->csg = m->has.csg_membership_info;
	mv->txn.done = moved;
	gtpc_request(&mv->txn, GTPC_SGW, &q);
}
