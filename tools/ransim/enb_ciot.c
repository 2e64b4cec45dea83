/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP for the Internet of Things: dedicated core networks (TS 23.401 5.19.1). Each eNodeB has one
 * MME, so that the node that it selects for a rerouted message is the same one again, told by the
 * MME Group ID that it shall serve the device. */
#include "enb_s1ap.h"

#include <errno.h>

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
