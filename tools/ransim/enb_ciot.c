/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP for the Internet of Things: connections that are suspended and resumed
 * (TS 23.401 5.3.4A, 5.3.5A), with the bearers that had an E-RAB then; dedicated core networks
 * (5.19.1). Each eNodeB has one MME, so that the node that it selects for a rerouted
 * message is the same one again, told by the MME Group ID that it shall serve the device. */
#include "enb_s1ap.h"

#include <errno.h>
#include "gtpu.h"
#include "ue_esm.h"

/* 36.413 8.6.2.5 */
void enb_on_reroute(struct enb *enb, const void *body)
{
	const struct s1ap_reroute_nas_request *m = body;
	struct ue *ue = enb_slot_ue(enb, m->enb_ue_s1ap_id);
	struct s1ap_initial_ue_message again;
	struct s1ap_pdu pdu;
	int err = s1ap_decode(&turn_arena, m->s1_message, &pdu);
	bool same = !err && pdu.msg == &s1ap_initial_ue_message_msg && ue && ue->enb == enb &&
		    ((const struct s1ap_initial_ue_message *)pdu.body)->enb_ue_s1ap_id ==
			    m->enb_ue_s1ap_id;

	if (!same) {
		event_enb(enb, "reroute.wrong", "enb-ue=%u error=%d", m->enb_ue_s1ap_id, err);
		return;
	}
	event_ue(ue, "reroute", "group=%u usage-type=%d additional-guti=%s", m->mme_group_id,
		 m->has.ue_usage_type ? m->ue_usage_type : -1,
		 m->has.additional_guti ? "yes" : "no");
	again = *(const struct s1ap_initial_ue_message *)pdu.body;
	enb_slot_put(enb, ue->enb_ue_id);
	ue->mme_known = false;
	ue->enb_ue_id = enb_slot_take(enb, ue);
	if (!ue->enb_ue_id) {
		ue->connected = false;
		ue_released(ue, "no memory");
		return;
	}
	again.enb_ue_s1ap_id = ue->enb_ue_id;
	S1AP_SET(&again, mme_group_id, m->mme_group_id);
	if (m->has.ue_usage_type)
		S1AP_SET(&again, ue_usage_type, m->ue_usage_type);
	enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_initial_ue_message_msg, &again);
}

/* ---- suspend and resume (36.413 8.3.7, 8.3.8) ---- */

/* The pair for the next time; true if the UE comes to the same. */
static bool take_pair(struct ue *ue, bool has, const struct s1ap_security_context *c)
{
	return has && c->next_hop_parameter.n == 256 &&
	       as_next(&ue->as, &ue->as_enb, c->next_hop_parameter.p, c->next_hop_chaining_count);
}

int enb_suspend(struct ue *ue)
{
	struct s1ap_ue_context_suspend_request m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_ue_context_suspend_request_msg,
			&m);
}

/* The slot stays, as the context does. */
void enb_on_suspend(struct enb *enb, const void *body)
{
	const struct s1ap_ue_context_suspend_response *m = body;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (!ue)
		return;
	event_ue(ue, "suspended", "pair=%s",
		 take_pair(ue, m->has.security_context, &m->security_context) ? "right" : "wrong");
	ue->suspended =
		(struct leg){.enb = enb, .enb_ue_id = ue->enb_ue_id, .mme_ue_id = ue->mme_ue_id};
	ue->connected = ue->mme_known = ue->secure = false;
	ue_released(ue, NULL);
}

int enb_resume(struct ue *ue)
{
	struct s1ap_e_rab_failed_to_resume_item_resume_req no[UE_E_RABS];
	struct s1ap_ue_context_resume_request m = {0};
	uint32_t nos = 0;
	int err;

	ue->enb_ue_id = ue->suspended.enb_ue_id;
	ue->mme_ue_id = ue->suspended.mme_ue_id;
	ue->suspended = (struct leg){0};
	ue->connected = ue->mme_known = true;
	event_ue(ue, "resume.request", "key=%s",
		 as_x2(&ue->as, &ue->as_enb, ue->enb->number) ? "right" : "wrong");
	for (struct path *p = NULL; (p = path_next(ue, p));) {
		bool refused = p != &ue->path && ue_fault(ue, FAULT_ERAB_FAILURE);

		if (!refused)
			gtpu_port_resume(p->teid); /* data may come before the response */
		if (p != &ue->path && !path_up(p))
			no[nos++] = (struct s1ap_e_rab_failed_to_resume_item_resume_req){
				.e_rab_id = path_ebi(ue, p),
				.cause = {S1AP_CAUSE_RADIO,
					  S1AP_CAUSE_RADIO_RADIO_RESOURCES_NOT_AVAILABLE}};
	}
	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	if (nos)
		S1AP_SET(&m, e_rab_failed_to_resume_list,
			 (struct s1ap_e_rab_failed_to_resume_list_resume_req){no, nos});
	S1AP_SET(&m, rrc_resume_cause, S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA);
	err = enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_ue_context_resume_request_msg, &m);
	if (err)
		enb_forget(ue);
	return err;
}

void enb_on_resume(struct enb *enb, const void *body)
{
	const struct s1ap_ue_context_resume_response *m = body;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (!ue)
		return;
	for (uint32_t i = 0;
	     m->has.e_rab_failed_to_resume_list && i < m->e_rab_failed_to_resume_list.n; i++) {
		struct path *p = path_by_ebi(ue, m->e_rab_failed_to_resume_list.v[i].e_rab_id);

		if (p && p != &ue->path)
			path_close(p);
	}
	event_ue(ue, "resumed", "pair=%s",
		 take_pair(ue, m->has.security_context, &m->security_context) ? "right" : "wrong");
	ue->secure = true; /* TS 24.301 5.3.1.3 */
	ue_context_ready(ue);
}

void enb_on_resume_failure(struct enb *enb, const void *body)
{
	const struct s1ap_ue_context_resume_failure *m = body;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (!ue)
		return;
	event_ue(ue, "resume.refused", "cause=\"%s\"", s1ap_cause_text(m->cause));
	enb_forget(ue);
	ue_released(ue, "resumption refused");
}
