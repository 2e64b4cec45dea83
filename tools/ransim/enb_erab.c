/* SPDX-License-Identifier: Apache-2.0 */
/* E-RABs after the context set-up (TS 36.413 8.2): set up, modified and released as the MME wants,
 * released or moved to another tunnel as the eNodeB does on its own. */
#include <errno.h>
#include "enb_s1ap.h"
#include "gtpu.h"
#include "ue_esm.h"

#define IDS(m, ue)                                                                                 \
	do {                                                                                       \
		S1AP_SET(m, mme_ue_s1ap_id, (ue)->mme_ue_id);                                      \
		S1AP_SET(m, enb_ue_s1ap_id, (ue)->enb_ue_id);                                      \
	} while (0)

static const struct s1ap_cause radio = {S1AP_CAUSE_RADIO,
					S1AP_CAUSE_RADIO_RADIO_RESOURCES_NOT_AVAILABLE};

enum { QOS_TEXT = 160 };
static const char *qos_text(const struct s1ap_e_rab_level_qos_parameters *q, char out[QOS_TEXT])
{
	const struct s1ap_gbr_qos_information *g = &q->gbr_qos_information;

	snprintf(out, QOS_TEXT, "qci=%u arp=%u gbr-up=%llu gbr-down=%llu mbr-up=%llu mbr-down=%llu",
		 q->qci, q->allocation_retention_priority.priority_level,
		 (unsigned long long)S1AP_RATE(g, e_rab_guaranteed_bitrate_ul),
		 (unsigned long long)S1AP_RATE(g, e_rab_guaranteed_bitrate_dl),
		 (unsigned long long)S1AP_RATE(g, e_rab_maximum_bitrate_ul),
		 (unsigned long long)S1AP_RATE(g, e_rab_maximum_bitrate_dl));
	return out;
}

void enb_on_e_rab_setup(struct enb *enb, const void *body)
{
	const struct s1ap_e_rab_setup_request *m = body;
	struct ue *ue = enb_find_ue(enb, true, m->enb_ue_s1ap_id, true, m->mme_ue_s1ap_id);
	struct s1ap_e_rab_setup_item_bearer_su_res ok[16];
	struct s1ap_e_rab_item no[16];
	struct s1ap_e_rab_setup_response r = {0};
	uint32_t oks = 0, nos = 0;

	for (uint32_t i = 0; ue && i < m->e_rab_to_be_setup_list.n && i < 16; i++) {
		const struct s1ap_e_rab_to_be_setup_item_bearer_su_req *q =
			&m->e_rab_to_be_setup_list.v[i];
		uint32_t teid;
		char qos[QOS_TEXT];

		event_ue(ue, "e-rab.setup", "ebi=%u teid=%08x %s", q->e_rab_id, q->gtp_teid,
			 qos_text(&q->e_rab_level_qos_parameters, qos));
		if (ue_fault(ue, FAULT_ERAB_FAILURE) || !bearer_take(ue, q->e_rab_id)) {
			no[nos++] =
				(struct s1ap_e_rab_item){.e_rab_id = q->e_rab_id, .cause = radio};
			continue;
		}
		teid = bearer_port(ue, q->e_rab_id);
		gtpu_port_connect(teid, enb->gtpu_sock, q->transport_layer_address.v4, q->gtp_teid);
		ok[oks++] = (struct s1ap_e_rab_setup_item_bearer_su_res){
			.e_rab_id = q->e_rab_id,
			.transport_layer_address = {.has4 = true, .v4 = enb->address},
			.gtp_teid = teid,
		};
	}
	if (!ue)
		return;
	IDS(&r, ue);
	if (oks)
		S1AP_SET(&r, e_rab_setup_list,
			 (struct s1ap_e_rab_setup_list_bearer_su_res){ok, oks});
	if (nos)
		S1AP_SET(&r, e_rab_failed_to_setup_list, (struct s1ap_e_rab_list){no, nos});
	if (!ue_fault(ue, FAULT_ERAB_SILENT))
		enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_e_rab_setup_response_msg, &r);
	for (uint32_t i = 0; i < m->e_rab_to_be_setup_list.n && !nos && ue->connected; i++)
		enb_deliver_nas(ue, m->e_rab_to_be_setup_list.v[i].nas_pdu);
}

void enb_on_e_rab_modify(struct enb *enb, const void *body)
{
	const struct s1ap_e_rab_modify_request *m = body;
	struct ue *ue = enb_find_ue(enb, true, m->enb_ue_s1ap_id, true, m->mme_ue_s1ap_id);
	struct s1ap_e_rab_modify_item_bearer_mod_res ok[16];
	struct s1ap_e_rab_item no[16];
	struct s1ap_e_rab_modify_response r = {0};
	uint32_t oks = 0, nos = 0;

	for (uint32_t i = 0; ue && i < m->e_rab_to_be_modified_list.n && i < 16; i++) {
		const struct s1ap_e_rab_to_be_modified_item_bearer_mod_req *q =
			&m->e_rab_to_be_modified_list.v[i];
		char qos[QOS_TEXT];

		event_ue(ue, "e-rab.modify", "ebi=%u %s", q->e_rab_id,
			 qos_text(&q->e_rab_level_qos_parameters, qos));
		if (ue_fault(ue, FAULT_ERAB_FAILURE))
			no[nos++] =
				(struct s1ap_e_rab_item){.e_rab_id = q->e_rab_id, .cause = radio};
		else
			ok[oks++].e_rab_id = q->e_rab_id;
	}
	if (!ue)
		return;
	IDS(&r, ue);
	if (oks)
		S1AP_SET(&r, e_rab_modify_list,
			 (struct s1ap_e_rab_modify_list_bearer_mod_res){ok, oks});
	if (nos)
		S1AP_SET(&r, e_rab_failed_to_modify_list, (struct s1ap_e_rab_list){no, nos});
	enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_e_rab_modify_response_msg, &r);
	for (uint32_t i = 0; i < m->e_rab_to_be_modified_list.n && !nos && ue->connected; i++)
		enb_deliver_nas(ue, m->e_rab_to_be_modified_list.v[i].nas_pdu);
}

void enb_on_e_rab_release(struct enb *enb, const void *body)
{
	const struct s1ap_e_rab_release_command *m = body;
	struct ue *ue = enb_find_ue(enb, true, m->enb_ue_s1ap_id, true, m->mme_ue_s1ap_id);
	struct s1ap_e_rab_release_item_bearer_rel_comp done[16];
	struct s1ap_e_rab_release_response r = {0};
	uint32_t n = 0;

	for (uint32_t i = 0; ue && i < m->e_rab_to_be_released_list.n && i < 16; i++) {
		uint8_t ebi = m->e_rab_to_be_released_list.v[i].e_rab_id;
		struct bearer *b = bearer_find(ue, ebi);

		event_ue(ue, "e-rab.release", "ebi=%u cause=\"%s\"", ebi,
			 s1ap_cause_text(m->e_rab_to_be_released_list.v[i].cause));
		if (b)
			path_close(&b->path);
		if (b && !b->known) /* the UE never heard of it */
			bearer_drop(ue, ebi);
		done[n++].e_rab_id = ebi;
	}
	if (!ue)
		return;
	if (m->has.nas_pdu)
		enb_deliver_nas(ue, m->nas_pdu);
	IDS(&r, ue);
	S1AP_SET(&r, e_rab_release_list, (struct s1ap_e_rab_release_list_bearer_rel_comp){done, n});
	if (!ue_fault(ue, FAULT_ERAB_SILENT))
		enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_e_rab_release_response_msg, &r);
}

/* ---- of the eNodeB's own accord ---- */

int enb_release_e_rab(struct ue *ue, uint8_t ebi)
{
	struct s1ap_e_rab_release_indication m = {0};
	struct s1ap_e_rab_item item = {.e_rab_id = ebi, .cause = radio};
	struct bearer *b = bearer_find(ue, ebi);

	if (!ue->connected || !ue->mme_known)
		return -ENOTCONN;
	if (b)
		path_close(&b->path);
	IDS(&m, ue);
	S1AP_SET(&m, e_rab_released_list, (struct s1ap_e_rab_list){&item, 1});
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_e_rab_release_indication_msg, &m);
}

/* All of them, as to a secondary node: the same ports under other TEIDs cannot be, so each says
 * its own again. */
int enb_move_e_rabs(struct ue *ue)
{
	struct s1ap_e_rab_modification_indication m = {0};
	struct s1ap_e_rab_to_be_modified_item_bearer_mod_ind item[UE_E_RABS];
	uint32_t n = 0;

	if (!ue->connected || !ue->mme_known || !ue->path.teid)
		return -ENOTCONN;
	for (struct path *p = NULL; (p = path_next(ue, p));)
		if (p->teid)
			item[n++] = (struct s1ap_e_rab_to_be_modified_item_bearer_mod_ind){
				.e_rab_id = path_ebi(ue, p),
				.transport_layer_address = {.has4 = true, .v4 = ue->enb->address},
				.dl_gtp_teid = p->teid};
	IDS(&m, ue);
	S1AP_SET(&m, e_rab_to_be_modified_list,
		 (struct s1ap_e_rab_to_be_modified_list_bearer_mod_ind){item, n});
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_e_rab_modification_indication_msg,
			&m);
}

void enb_on_modification_confirm(struct enb *enb, const void *body)
{
	const struct s1ap_e_rab_modification_confirm *m = body;
	struct ue *ue = enb_find_ue(enb, true, m->enb_ue_s1ap_id, true, m->mme_ue_s1ap_id);

	if (ue)
		event_ue(ue, "e-rab.moved", "moved=%u failed=%u",
			 m->has.e_rab_modify_list ? m->e_rab_modify_list.n : 0,
			 m->has.e_rab_failed_to_modify_list ? m->e_rab_failed_to_modify_list.n : 0);
}
