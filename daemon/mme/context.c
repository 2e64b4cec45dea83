/* SPDX-License-Identifier: Apache-2.0 */
/* Initial Context Setup (TS 36.413 8.3.1): security, the UE-AMBR and all active bearers of a device
 * to its eNodeB, and what the eNodeB answers on to the SGW. A bearer counts as connected from the
 * moment the SGW is asked, so that whatever comes in between is followed by its release. */
#include <errno.h>
#include <strings.h>
#include "mme/esm.h"

/* Octets of the UE's NAS capability to S1AP's bit strings, which leave out algorithm 0 (9.2.1.40).
 */
static uint16_t algorithms(uint8_t octet) { return (uint16_t)((octet & 0x7f) << 9); }

/* The UE-AMBR in use (TS 23.401 4.7.3): what the active APNs allow together, at most what is
 * subscribed. Several PDN connections of one APN share its APN-AMBR. One whose session is not there
 * yet, or no longer, does not count. */
static uint64_t ambr_in_use(const struct mme_ue *ue, bool up)
{
	const uint64_t most = s1ap_extended_bit_rate_type.hi;
	uint64_t subscribed = up ? ue->ambr_up : ue->ambr_down, sum = 0;

	for (const struct mme_pdn *pdn = ue->pdns; pdn; pdn = pdn->next) {
		uint64_t rate = up ? pdn->ambr_up : pdn->ambr_down;
		const struct mme_pdn *before = ue->pdns;

		if (!pdn->s11_sgw.teid)
			continue;
		while (before != pdn &&
		       (!before->s11_sgw.teid || before->emergency != pdn->emergency ||
			strcasecmp(before->apn, pdn->apn) != 0))
			before = before->next;
		if (before == pdn)
			sum += rate < most ? rate : most;
	}
	if (!sum || (subscribed && subscribed < sum))
		sum = subscribed;
	return sum < most ? sum : most;
}

struct s1ap_ue_aggregate_maximum_bitrate context_ambr(const struct mme_ue *ue, struct s1_conn *told)
{
	struct s1ap_ue_aggregate_maximum_bitrate a = {0};

	told->ambr_up = ambr_in_use(ue, true);
	told->ambr_down = ambr_in_use(ue, false);
	S1AP_SET_RATE(&a, ue_aggregate_maximum_bit_rate_ul, told->ambr_up);
	S1AP_SET_RATE(&a, ue_aggregate_maximum_bit_rate_dl, told->ambr_down);
	return a;
}

bool context_ambr_changed(const struct mme_ue *ue)
{
	return ue->conn && (ue->conn->ambr_up != ambr_in_use(ue, true) ||
			    ue->conn->ambr_down != ambr_in_use(ue, false));
}

void context_ambr_check(struct mme_ue *ue)
{
	if (!ue->doomed && ue->emm == EMM_REGISTERED && context_ambr_changed(ue))
		conn_modify(ue->conn, &(struct conn_change){.ambr = true});
}

struct s1ap_ue_security_capabilities context_capabilities(const struct mme_ue *ue)
{
	if (ue->unproven) /* 33.401 15.2.2: the null algorithms alone */
		return (struct s1ap_ue_security_capabilities){0};
	return (struct s1ap_ue_security_capabilities){algorithms(ue->ue_capability[0]),
						      algorithms(ue->ue_capability[1])};
}

struct s1ap_security_context context_keys(const struct mme_ue *ue)
{
	return (struct s1ap_security_context){ue->as.ncc, {ue->as.nh, 256}};
}

struct s1ap_transport_layer_address context_address(const struct fteid *f)
{
	return (struct s1ap_transport_layer_address){
		.has4 = f->has4,
		.has6 = f->has6,
		.v4 = f->ip4,
		.v6 = f->ip6,
	};
}

/* Of areas that eNodeBs serve here: nobody else could be a target. Many serve the same: the rules
 * are asked once for each of the areas seen last. */
static void forbid_tas(const struct mme_ue *ue, struct s1ap_forbidden_tas *l)
{
	enum { PLMNS = 16, TACS = 4096, SEEN = 1024 };
	struct tai *seen;

	if (!access_any())
		return;
	seen = arena_zalloc(&turn_arena, SEEN * sizeof(*seen));
	l->v = arena_zalloc(&turn_arena, PLMNS * sizeof(*l->v));
	for (const struct enb *e = NULL; (e = enb_next(e));)
		for (unsigned i = 0; i < e->tais; i++) {
			struct tai *last = &seen[e->tai[i].tac % SEEN];
			struct s1ap_forbidden_tacs *t;
			uint32_t k = 0, n = 0;

			if (last->plmn == e->tai[i].plmn && last->tac == e->tai[i].tac)
				continue;
			*last = e->tai[i];
			if (access_allowed(ue, last))
				continue;
			while (k < l->n && l->v[k].plmn != e->tai[i].plmn)
				k++;
			if (k == PLMNS)
				continue;
			t = &l->v[k].forbidden_tacs;
			if (k == l->n) {
				l->v[l->n++].plmn = e->tai[i].plmn;
				t->v = arena_alloc(&turn_arena, TACS * sizeof(*t->v));
			}
			while (n < t->n && t->v[n] != e->tai[i].tac)
				n++;
			if (n == t->n && n < TACS)
				t->v[t->n++] = e->tai[i].tac;
		}
}

bool context_restrictions(const struct mme_ue *ue, plmn_t serving,
			  struct s1ap_handover_restriction_list *r)
{
	struct nas_plmn_list equivalent;
	struct s1ap_forbidden_tas tas = {0};

	*r = (struct s1ap_handover_restriction_list){.serving_plmn = serving};
	if (mme_equivalents_of(serving, &equivalent)) {
		struct s1ap_eplmns l = {arena_alloc(&turn_arena, equivalent.n * sizeof(*l.v)),
					equivalent.n};

		memcpy(l.v, equivalent.plmn, equivalent.n * sizeof(*l.v));
		S1AP_SET(r, equivalent_plmns, l);
	}
	forbid_tas(ue, &tas);
	if (tas.n)
		S1AP_SET(r, forbidden_tas, tas);
	return r->has.equivalent_plmns || r->has.forbidden_tas;
}

int context_setup(struct mme_ue *ue, struct bytes nas)
{
	struct s1ap_initial_context_setup_request m = {0};
	struct s1ap_e_rab_to_be_setup_item_ctxt_su_req item[GTPC_MAX_BEARERS] = {0};
	uint32_t n = 0;

	if (!ue->conn)
		return -ENOTCONN;
	for (struct mme_bearer *p = NULL; n < GTPC_MAX_BEARERS && (p = bearer_next(ue, p));) {
		if (p->lost)
			continue;
		item[n].e_rab_id = p->ebi;
		item[n].e_rab_level_qos_parameters = erab_qos(&p->qos);
		item[n].transport_layer_address = context_address(&p->s1u_sgw);
		item[n].gtp_teid = p->s1u_sgw.teid;
		if (!n && nas.n)
			S1AP_SET(&item[n], nas_pdu, nas);
		n++;
	}
	if (!n)
		return -ENOENT;
	S1AP_SET(&m, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
	S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, ue->conn));
	S1AP_SET(&m, e_rab_to_be_setup_list,
		 (struct s1ap_e_rab_to_be_setup_list_ctxt_su_req){item, n});
	S1AP_SET(&m, ue_security_capabilities, context_capabilities(ue));
	if (suspend_offered(ue))
		S1AP_SET(&m, ue_user_plane_ciot_support_indicator,
			 S1AP_UE_USER_PLANE_CIOT_SUPPORT_INDICATOR_SUPPORTED);
	m.has.handover_restriction_list =
		context_restrictions(ue, ue->tai.plmn, &m.handover_restriction_list);
	if (ue->conn->hybrid) /* nobody is a member (8.3.1.4) */
		S1AP_SET(&m, csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	as_chain_begin(&ue->as, ue->sec->kasme, ue->kenb);
	S1AP_SET(&m, security_key, (struct bits){ue->kenb, 256});
	if (ue->radio_capability)
		S1AP_SET(&m, ue_radio_capability,
			 bytes_of(ue->radio_capability, ue->radio_capability_n));
	if (radio_trace_activation(ue, &m.trace_activation)) {
		m.has.trace_activation = 1;
		mme_counters.radio_traces++;
	}
	return conn_send(ue->conn, &s1ap_initial_context_setup_request_msg, &m);
}

void context_connect(struct gtpc_request *q, struct mme_bearer *b)
{
	q->teid = b->pdn->s11_sgw.teid;
	q->bearer[q->bearers].ebi = b->ebi;
	q->bearer[q->bearers++].s1u_enb = b->s1u_enb;
	b->connected = true;
}

bool context_add_bearer(struct mme_ue *ue, struct gtpc_request *q, uint8_t e_rab_id,
			const struct s1ap_transport_layer_address *a, uint32_t teid)
{
	struct mme_bearer *b = bearer_by_ebi(ue, e_rab_id);

	if (!b || q->bearers == GTPC_MAX_BEARERS) {
		UE_LOG(WARN, ue, "s1.unknown_e_rab", "e_rab_id=%u", e_rab_id);
		return false;
	}
	b->s1u_enb = erab_fteid(a, teid);
	context_connect(q, b);
	return true;
}

unsigned context_bearers(struct mme_ue *ue, const struct s1ap_initial_context_setup_response *r,
			 struct gtpc_txn *txn,
			 void (*done)(struct gtpc_txn *, const struct gtpc_response *))
{
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER, .imsi = ue->imsi};

	if (ue->conn)
		ue->conn->context = true;
	for (uint32_t i = 0; r->has.e_rab_setup_list && i < r->e_rab_setup_list.n; i++) {
		const struct s1ap_e_rab_setup_item_ctxt_su_res *e = &r->e_rab_setup_list.v[i];

		context_add_bearer(ue, &q, e->e_rab_id, &e->transport_layer_address, e->gtp_teid);
	}
	if (!q.bearers)
		return 0;
	txn->done = done;
	gtpc_request(txn, GTPC_SGW, &q);
	return q.bearers;
}
