/* SPDX-License-Identifier: Apache-2.0 */
/* User plane CIoT EPS optimisation (TS 36.413 8.3.7, 8.3.8; TS 23.401 5.3.4A, 5.3.5A): a device
 * that can is suspended instead of released. It is idle then, and called like any other, but its S1
 * connection is kept here, as its context and bearers are in the eNodeB, so that it comes back
 * without a word of NAS: by UE Context Resume Request, or at another eNodeB by Path Switch Request
 * (x2.c).
 *
 * The Security Context of either response is optional, and whether a new NH is derived is this
 * MME's policy (33.401 7.2.11): it always is, by one step of NCC, so that the keys of each
 * connection come from one that the eNodeB did not have in the one before. That of a suspension
 * takes the place of a pair that the eNodeB has not used yet; that of a resumption is for the next
 * one, or for a handover (36.413 8.3.7.2, 8.3.8.2).
 *
 * A suspension that is not possible ends in the release of the connection, since it cannot be
 * refused; a device that comes by a new connection has left the old one, which is released. */
#include "mme/esm.h"

/* 24.301 9.9.3.34: octet 8, bit 4 */
bool suspend_offered(const struct mme_ue *ue)
{
	return ue->ue_capability_n > 5 && ue->ue_capability[5] & 0x08;
}

/* ---- suspension ---- */

/* The ends of all tunnels are known, and nothing is under way that moves the device. */
static const char *unsuspendable(const struct s1_conn *c)
{
	struct mme_ue *ue = c->ue;

	if (!c->context || ue->emm != EMM_REGISTERED)
		return "it has no context";
	if (mobility_running(ue))
		return "it moves";
	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected && !b->s1u_enb.teid)
			return "tunnel of the eNodeB not known";
	return ue_is_connected(ue) ? NULL : "it has no bearers";
}

void on_ue_context_suspend_request(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_ue_context_suspend_request *m = body;
	struct s1ap_ue_context_suspend_response r = {0};
	struct mme_ue *ue = c->ue;
	const char *why;

	if (!ue || ue->conn != c) {
		enb_error_indication(
			e, &m->mme_ue_s1ap_id, &m->enb_ue_s1ap_id,
			S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE), NULL);
		return;
	}
	if (m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(ue, &m->secondary_rat_data_usage_report_list);
	if (m->has.information_on_recommended_cells_and_enbs_for_paging)
		ue_keep_cells(ue, &m->information_on_recommended_cells_and_enbs_for_paging
					   .recommended_cells_for_paging.recommended_cell_list);
	why = unsuspendable(c);
	if (why) {
		mme_counters.suspend_refused++;
		UE_LOG(WARN, ue, "suspend.refused", "peer=%s error=\"%s\"", s1_peer(e->assoc), why);
		conn_release(c, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
		return;
	}
	mme_counters.suspended++;
	view_trace(ue, "suspend", "requested", NULL);
	as_chain_next(&ue->as);
	S1AP_SET(&r, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&r, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	S1AP_SET(&r, security_context, context_keys(ue));
	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (!b->connected)
			b->s1u_enb = (struct fteid){0};
	conn_suspend(c);
	ue_idle(ue, 0); /* Release Access Bearers: what comes for it is kept, and calls it */
	conn_send(c, &s1ap_ue_context_suspend_response_msg, &r);
}

/* ---- resumption ---- */

static void refuse(struct s1_conn *c, struct s1ap_cause cause)
{
	struct s1ap_ue_context_resume_failure f = {0};

	mme_counters.resume_failed++;
	LOG(WARN, "resume.refused", "imsi=%s peer=%s cause=\"%s\"",
	    imsi_print(c->imsi, (char[IMSI_STRLEN]){0}), s1_peer(c->enb->assoc),
	    s1ap_cause_text(cause));
	S1AP_SET(&f, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&f, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	S1AP_SET(&f, cause, cause);
	conn_send(c, &s1ap_ue_context_resume_failure_msg, &f);
}

void suspend_return(struct s1_conn *c, struct mme_ue *ue)
{
	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		b->connected = b->s1u_enb.teid != 0;
	conn_resume(c, ue);
	ue->security_on = true; /* 24.301 5.3.1.3 */
}

static uint16_t failed_ids(const struct s1ap_ue_context_resume_request *m)
{
	uint16_t ids = 0;

	for (uint32_t i = 0;
	     m->has.e_rab_failed_to_resume_list && i < m->e_rab_failed_to_resume_list.n; i++)
		ids |= mobility_bit(m->e_rab_failed_to_resume_list.v[i].e_rab_id);
	return ids;
}

/* 23.401 5.3.5A step 4: with a default bearer that the eNodeB could not take goes what depends on
 * it. */
static bool fails(const struct mme_bearer *b, uint16_t failed)
{
	return failed & (mobility_bit(b->ebi) | mobility_bit(b->pdn->ebi));
}

/* What the eNodeB kept and is in use no more, without its saying so: bearers whose default bearer
 * it could not take, which end with that (esm_drop_failed), and such as ended meanwhile. */
static struct s1ap_e_rab_failed_to_resume_list_resume_res not_resumed(struct mme_ue *ue,
								      uint16_t ids)
{
	struct s1ap_e_rab_failed_to_resume_list_resume_res l = {
		.v = arena_zalloc(&turn_arena, GTPC_MAX_BEARERS * sizeof(*l.v))};

	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected)
			ids &= (uint16_t)~mobility_bit(b->ebi);
	for (uint8_t ebi = 5; ebi <= 15; ebi++)
		if (ids & mobility_bit(ebi))
			l.v[l.n++] = (struct s1ap_e_rab_failed_to_resume_item_resume_res){
				.e_rab_id = ebi,
				.cause = S1AP_CAUSE(NAS, UNSPECIFIED),
			};
	return l;
}

/* kept: the eNodeB's E-RABs that it has not given up. */
static void answer(struct mme_ue *ue, uint16_t kept)
{
	struct s1ap_ue_context_resume_response r = {0};
	struct s1ap_e_rab_failed_to_resume_list_resume_res l = not_resumed(ue, kept);

	as_chain_next(&ue->as);
	S1AP_SET(&r, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
	S1AP_SET(&r, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
	S1AP_SET(&r, security_context, context_keys(ue));
	if (l.n)
		S1AP_SET(&r, e_rab_failed_to_resume_list, l);
	conn_send(ue->conn, &s1ap_ue_context_resume_response_msg, &r);
}

void on_ue_context_resume_request(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_ue_context_resume_request *m = body;
	struct mme_ue *ue = conn_suspended(c);
	uint16_t failed = failed_ids(m), had = c->suspended;
	bool any = false;

	(void)e;
	if (!ue) {
		refuse(c, S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
		return;
	}
	view_trace(ue, "resume", "requested", NULL);
	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		any |= b->s1u_enb.teid && !fails(b, failed);
	if (!any) {
		refuse(c, S1AP_CAUSE(RADIO, RADIO_RESOURCES_NOT_AVAILABLE));
		conn_release(c, S1AP_CAUSE(RADIO, RADIO_RESOURCES_NOT_AVAILABLE));
		return;
	}
	if (m->has.rrc_resume_cause)
		c->rrc_cause = m->rrc_resume_cause;
	suspend_return(c, ue);
	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		b->connected = b->connected && !fails(b, failed);
	ue_seen(ue);
	answer(ue, had & (uint16_t)~failed);
	service_resume(ue);
}
