/* SPDX-License-Identifier: Apache-2.0 */
/* UE-associated S1AP of an eNodeB (TS 36.413 8.3, 8.6): NAS transport, context set-up and release,
 * UE capability info. A context begins with Initial UE Message; the MME's identifier is learned
 * from its first answer. What a UE would check by radio (KeNB, its security capabilities) is
 * checked here against the UE itself, since both are at hand: a wrong key fails the context set-up
 * as it would on air. */
#include "enb_s1ap.h"

#include <errno.h>
#include <string.h>
#include "gtpu.h"
#include "move.h"
#include "security/kdf.h"
#include "ue.h"
#include "ue_esm.h"

/* UERadioAccessCapabilityInformation (TS 36.331 10.2.2) around an empty UECapabilityInformation. */
static const uint8_t radio_capability[] = {0x00, 0x10, 0x00, 0x00};

struct tai enb_tai(const struct enb *enb)
{
	return (struct tai){.plmn = enb->plmn, .tac = enb->tac};
}

struct ecgi enb_cell(const struct enb *enb)
{
	return (struct ecgi){.plmn = enb->plmn, .eci = enb->id << 8 | 1};
}

struct ue *enb_find_ue(const struct enb *enb, bool has_enb_id, uint32_t enb_id, bool has_mme_id,
		       uint32_t mme_id)
{
	if (has_enb_id)
		return enb_slot_ue(enb, enb_id);
	for (uint32_t id = 1; has_mme_id && id <= enb->slots; id++) {
		struct ue *ue = enb_slot_ue(enb, id);

		if (ue && ((ue->mme_known && ue->mme_ue_id == mme_id) ||
			   (ue->other.enb == enb && ue->other.mme_ue_id == mme_id)))
			return ue;
	}
	return NULL;
}

static void drop(struct ue *ue, void (*slot)(struct enb *, uint32_t id))
{
	if (!ue->connected)
		return;
	move_forget(ue);
	slot(ue->enb, ue->enb_ue_id);
	ue->connected = ue->mme_known = ue->secure = ue->context = false;
	if (ue->path.teid)
		gtpu_port_idle(ue->path.teid);
	bearers_idle(ue);
}

void enb_forget(struct ue *ue) { drop(ue, enb_slot_put); }
void enb_lose(struct ue *ue) { drop(ue, enb_slot_lose); }

/* ---- uplink -----------------------------------------------------------------------------------
 */

static int initial_ue_message(struct ue *ue, struct bytes nas, enum rrc_cause cause)
{
	static const uint8_t rrc[] = {
		[RRC_MO_SIGNALLING] = S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING,
		[RRC_MO_DATA] = S1AP_RRC_ESTABLISHMENT_CAUSE_MO_DATA,
		[RRC_MT_ACCESS] = S1AP_RRC_ESTABLISHMENT_CAUSE_MT_ACCESS,
	};
	struct enb *enb = ue->enb;
	struct s1ap_initial_ue_message m = {0};
	int err;

	ue->enb_ue_id = enb_slot_take(enb, ue);
	if (!ue->enb_ue_id)
		return -ENOMEM;
	ue->connected = true;
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, nas_pdu, nas);
	S1AP_SET(&m, tai, enb_tai(enb));
	S1AP_SET(&m, eutran_cgi, enb_cell(enb));
	S1AP_SET(&m, rrc_establishment_cause, rrc[cause]);
	/* RRC gives the S-TMSI of a UE that is registered here, else the GUMMEI of where it was. */
	if (ue->has_guti && ue->state != EMM_REGISTERED_INITIATED)
		S1AP_SET(&m, s_tmsi, (struct s1ap_s_tmsi){ue->guti.gummei.code, ue->guti.m_tmsi});
	else if (ue->has_guti && ue->profile->identity == IDENTITY_GUTI)
		S1AP_SET(&m, gummei, ue->guti.gummei);
	err = enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_initial_ue_message_msg, &m);
	if (err)
		enb_forget(ue);
	return err;
}

int enb_uplink_nas(struct ue *ue, struct bytes nas, enum rrc_cause cause)
{
	struct s1ap_uplink_nas_transport m = {0};

	if (ue->enb->state != ENB_READY)
		return -ENETDOWN;
	if (!ue->connected)
		return initial_ue_message(ue, nas, cause);
	if (!ue->mme_known)
		return -EAGAIN;
	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, nas_pdu, nas);
	S1AP_SET(&m, eutran_cgi, enb_cell(ue->enb));
	S1AP_SET(&m, tai, enb_tai(ue->enb));
	if (ue_fault(ue, FAULT_WRONG_MME_ID)) {
		m.mme_ue_s1ap_id ^= 0x00ffffff;
		enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_uplink_nas_transport_msg, &m);
		m.mme_ue_s1ap_id ^= 0x00ffffff;
	}
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_uplink_nas_transport_msg, &m);
}

int enb_request_release(struct ue *ue, uint8_t radio_cause)
{
	struct s1ap_ue_context_release_request m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, cause, (struct s1ap_cause){S1AP_CAUSE_RADIO, radio_cause});
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_ue_context_release_request_msg,
			&m);
}

static void capability_info(struct ue *ue)
{
	struct s1ap_ue_capability_info_indication m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, ue_radio_capability, bytes_of(radio_capability, sizeof(radio_capability)));
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_ue_capability_info_indication_msg, &m);
}

/* ---- downlink ---------------------------------------------------------------------------------
 */

/* The context a message is for; its MME identifier is learned. An unknown one is an error of the
 * peer (10.6). */
struct ue *enb_context(struct enb *enb, uint32_t mme_id, uint32_t enb_id)
{
	struct ue *ue = enb_slot_ue(enb, enb_id);
	struct s1ap_error_indication m = {0};
	bool pair_wrong = ue && ((ue->mme_known && ue->mme_ue_id != mme_id) || ue->enb != enb ||
				 ue->enb_ue_id != enb_id);

	if (ue && !pair_wrong) {
		ue->mme_ue_id = mme_id;
		ue->mme_known = true;
		return ue;
	}
	event_enb(enb, "s1ap.unknown-context", "mme-ue=%u enb-ue=%u", mme_id, enb_id);
	S1AP_SET(&m, mme_ue_s1ap_id, mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, enb_id);
	S1AP_SET(&m, cause,
		 (struct s1ap_cause){S1AP_CAUSE_RADIO,
				     pair_wrong ? S1AP_CAUSE_RADIO_UNKNOWN_PAIR_UE_S1AP_ID
						: S1AP_CAUSE_RADIO_UNKNOWN_ENB_UE_S1AP_ID});
	enb_send(enb, 0, &s1ap_error_indication_msg, &m);
	return NULL;
}

static void not_delivered(struct ue *ue, struct bytes nas)
{
	struct s1ap_nas_non_delivery_indication m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, nas_pdu, nas);
	S1AP_SET(&m, cause,
		 (struct s1ap_cause){S1AP_CAUSE_RADIO,
				     (uint8_t)ue->profile->faults.arg[FAULT_UNDELIVERED]});
	event_ue(ue, "nas.undelivered", "octets=%zu cause=\"%s\"", (size_t)nas.n,
		 s1ap_cause_text(m.cause));
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_nas_non_delivery_indication_msg, &m);
}

void enb_deliver_nas(struct ue *ue, struct bytes nas)
{
	if (ue_fault(ue, FAULT_UNDELIVERED))
		not_delivered(ue, nas);
	else if (ue_fault(ue, FAULT_DEAF))
		event_ue(ue, "nas.unheard", "octets=%zu", (size_t)nas.n);
	else
		ue_downlink_nas(ue, nas);
}

void enb_on_downlink_nas(struct enb *enb, const void *body)
{
	const struct s1ap_downlink_nas_transport *m = body;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (ue)
		enb_deliver_nas(ue, m->nas_pdu);
}

static void setup_failure(struct ue *ue)
{
	struct s1ap_initial_context_setup_failure m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, cause,
		 (struct s1ap_cause){S1AP_CAUSE_RADIO,
				     S1AP_CAUSE_RADIO_FAILURE_IN_RADIO_INTERFACE_PROCEDURE});
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_initial_context_setup_failure_msg, &m);
}

/* NULL, or what the UE would find wrong when access stratum security starts. */
static const char *security_wrong(struct ue *ue, const struct s1ap_initial_context_setup_request *m)
{
	uint8_t kenb[32];

	if (ue->sec.valid && ue->sec.eia == 0) { /* TS 33.401 15.2.2 */
		as_begin(&ue->as, &ue->as_enb, ue->sec.kasme, m->security_key.p);
		return m->ue_security_capabilities.encryption_algorithms ||
				       m->ue_security_capabilities.integrity_protection_algorithms
			       ? "not the null algorithms alone"
			       : NULL;
	}
	if (m->ue_security_capabilities.encryption_algorithms !=
		    (uint16_t)(ue->profile->eea << 9 & 0xffff) ||
	    m->ue_security_capabilities.integrity_protection_algorithms !=
		    (uint16_t)(ue->profile->eia << 9 & 0xffff))
		return "UE security capabilities not the UE's";
	kdf_kenb(ue->sec.kasme, ue->kenb_count, kenb);
	if (m->security_key.n != 256 || memcmp(m->security_key.p, kenb, sizeof(kenb)))
		return "KeNB not the UE's";
	as_begin(&ue->as, &ue->as_enb, ue->sec.kasme, kenb);
	return NULL;
}

/* One item of the request: its port, or false if it is refused. */
static bool set_up(struct ue *ue, const struct s1ap_e_rab_to_be_setup_item_ctxt_su_req *rab,
		   bool first, uint32_t *teid)
{
	bool more = bearer_find(ue, rab->e_rab_id) != NULL;

	if (!first && !more && rab->e_rab_id != ue->pdn.ebi)
		return false; /* nothing that the UE knows */
	if (more && ue_fault(ue, FAULT_ERAB_FAILURE))
		return false;
	*teid = bearer_port(ue, rab->e_rab_id);
	if (rab->transport_layer_address.has4)
		gtpu_port_connect(*teid, ue->enb->gtpu_sock, rab->transport_layer_address.v4,
				  rab->gtp_teid);
	return true;
}

static void setup_response(struct ue *ue, const struct s1ap_initial_context_setup_request *q)
{
	struct s1ap_initial_context_setup_response m = {0};
	struct s1ap_e_rab_setup_item_ctxt_su_res ok[1 + UE_MORE_BEARERS];
	struct s1ap_e_rab_item no[1 + UE_MORE_BEARERS];
	uint32_t oks = 0, nos = 0;

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	for (uint32_t i = 0; i < q->e_rab_to_be_setup_list.n && i <= UE_MORE_BEARERS; i++) {
		const struct s1ap_e_rab_to_be_setup_item_ctxt_su_req *rab =
			&q->e_rab_to_be_setup_list.v[i];
		uint32_t teid;

		if (set_up(ue, rab, q->e_rab_to_be_setup_list.n == 1, &teid))
			ok[oks++] = (struct s1ap_e_rab_setup_item_ctxt_su_res){
				.e_rab_id = rab->e_rab_id,
				.transport_layer_address = {.has4 = true, .v4 = ue->enb->address},
				.gtp_teid = teid};
		else
			no[nos++] = (struct s1ap_e_rab_item){
				.e_rab_id = rab->e_rab_id,
				.cause = {S1AP_CAUSE_RADIO,
					  S1AP_CAUSE_RADIO_RADIO_RESOURCES_NOT_AVAILABLE}};
	}
	S1AP_SET(&m, e_rab_setup_list, (struct s1ap_e_rab_setup_list_ctxt_su_res){ok, oks});
	if (nos)
		S1AP_SET(&m, e_rab_failed_to_setup_list, (struct s1ap_e_rab_list){no, nos});
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_initial_context_setup_response_msg, &m);
}

void enb_on_context_setup(struct enb *enb, const void *body)
{
	const struct s1ap_initial_context_setup_request *m = body;
	const struct s1ap_e_rab_to_be_setup_item_ctxt_su_req *rab = m->e_rab_to_be_setup_list.v;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);
	const char *wrong;

	if (!ue || !m->e_rab_to_be_setup_list.n)
		return;
	ue->context = false;
	event_ue(ue, "context.request", "ebi=%u teid=%08x qci=%u " AMBR_FORMAT, rab->e_rab_id,
		 rab->gtp_teid, rab->e_rab_level_qos_parameters.qci,
		 AMBR_VALUES(&m->ue_aggregate_maximum_bitrate));
	wrong = security_wrong(ue, m);
	if (wrong || ue_fault(ue, FAULT_ICS_FAILURE)) {
		ue->step = STEP_ICS;
		setup_failure(ue);
		ue_fail(ue, wrong ? wrong : "context set-up refused on purpose");
		return;
	}
	if (!ue_step(ue, STEP_ICS))
		return;
	if (rab->has.nas_pdu)
		enb_deliver_nas(ue, rab->nas_pdu);
	if (!m->has.ue_radio_capability)
		capability_info(ue);
	setup_response(ue, m);
	ue->context = true;
	ue_context_ready(ue);
}

/* A key is taken if it is the one that the UE has by now (TS 33.401 7.2.9.2). */
void enb_on_context_modification(struct enb *enb, const void *body)
{
	const struct s1ap_ue_context_modification_request *m = body;
	struct s1ap_ue_context_modification_response yes = {0};
	struct s1ap_ue_context_modification_failure no = {0};
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);
	uint8_t kenb[32];
	bool wrong;

	if (!ue)
		return;
	kdf_kenb(ue->sec.kasme, ue->kenb_count, kenb);
	wrong = m->has.security_key &&
		(m->security_key.n != 256 || memcmp(m->security_key.p, kenb, sizeof(kenb)) != 0);
	if (m->has.security_key && !wrong)
		as_begin(&ue->as, &ue->as_enb, ue->sec.kasme, kenb);
	event_ue(ue, "context.modification", "key=%s " AMBR_FORMAT,
		 !m->has.security_key ? "no"
		 : wrong              ? "wrong"
				      : "right",
		 AMBR_VALUES(&m->ue_aggregate_maximum_bitrate));
	S1AP_SET(&yes, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&yes, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&no, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&no, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&no, cause,
		 (struct s1ap_cause){
			 S1AP_CAUSE_RADIO,
			 wrong ? S1AP_CAUSE_RADIO_UNSPECIFIED
			       : (uint8_t)ue->profile->faults.arg[FAULT_MODIFY_FAILURE]});
	if (wrong || ue_fault(ue, FAULT_MODIFY_FAILURE))
		enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_ue_context_modification_failure_msg,
			 &no);
	else
		enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_ue_context_modification_response_msg,
			 &yes);
}

void enb_on_context_release(struct enb *enb, const void *body)
{
	const struct s1ap_ue_context_release_command *m = body;
	bool pair = m->ue_s1ap_ids.choice == S1AP_UE_S1AP_IDS_UE_S1AP_ID_PAIR;
	uint32_t mme_id = pair ? m->ue_s1ap_ids.ue_s1ap_id_pair.mme_ue_s1ap_id
			       : m->ue_s1ap_ids.mme_ue_s1ap_id;
	uint32_t enb_id = pair ? m->ue_s1ap_ids.ue_s1ap_id_pair.enb_ue_s1ap_id : 0;
	struct s1ap_ue_context_release_complete done = {0};
	struct ue *ue = enb_find_ue(enb, pair, enb_id, true, mme_id);

	if (ue && pair && ue->enb == enb && ue->enb_ue_id == enb_id && ue->mme_known &&
	    ue->mme_ue_id != mme_id)
		ue = NULL; /* of a leg whose id is in use again */
	if (ue && !pair)
		enb_id = ue->enb == enb && ue->mme_ue_id == mme_id ? ue->enb_ue_id
								   : ue->other.enb_ue_id;
	if (!ue) {
		event_enb(enb, "s1ap.unknown-context", "mme-ue=%u enb-ue=%u", mme_id, enb_id);
		enb_slot_released(enb, enb_id);
	} else {
		event_ue(ue, "context.release", "cause=\"%s\"", s1ap_cause_text(m->cause));
		if (ue_fault(ue, FAULT_SILENT_RELEASE) || !ue_step_at(ue, STEP_RELEASE, enb))
			return;
		if (move_released(ue, enb, enb_id))
			ue = NULL;
		else
			enb_forget(ue);
	}
	S1AP_SET(&done, mme_ue_s1ap_id, mme_id);
	S1AP_SET(&done, enb_ue_s1ap_id, enb_id);
	enb_send(enb, (uint16_t)(1 + enb_id % 29), &s1ap_ue_context_release_complete_msg, &done);
	if (ue)
		ue_released(ue, NULL);
}
