/* SPDX-License-Identifier: Apache-2.0 */
/* An eNodeB as a node (TS 36.413 8.3.4 to 8.3.10, 8.7, 8.10 to 8.18): configuration updates
 * both ways, overload, configuration transfer, warnings, and of its UEs location, trace,
 * modification. What comes is answered as an eNodeB with one cell would, or refused where a command
 * said so; what it sends of its own accord are the words of `node` and `tell`. */
#include "enb_s1ap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/pool.h"

enum { REFUSE_UPDATE = 1, REFUSE_LOCATION = 2, REFUSE_TRACE = 4 };

/* LPPa (TS 36.455): Error Indication, cause unspecified. */
static const uint8_t lppa_error[] = {0x00, 0x00, 0x40, 0x00, 0x01, 0x08, 0x00,
				     0x00, 0x01, 0x00, 0x00, 0x40, 0x01, 0x00};
/* BSSGP (TS 48.018): RAN-INFORMATION-REQUEST for NACC from a GERAN cell to a GERAN cell. */
static const uint8_t rim_request[] = {0x71, 0x54, 0x89, 0x00, 0x00, 0xf1, 0x10, 0x00, 0x01, 0x01,
				      0x00, 0x01, 0x54, 0x89, 0x00, 0x00, 0xf1, 0x10, 0x00, 0x01,
				      0x01, 0x00, 0x02, 0x57, 0x99, 0x4b, 0x81, 0x01, 0x4c, 0x84,
				      0x00, 0x00, 0x00, 0x01, 0x4f, 0x81, 0x00, 0x55, 0x81, 0x01,
				      0x4d, 0x88, 0x00, 0xf1, 0x10, 0x00, 0x01, 0x01, 0x00, 0x01};

static const struct s1ap_cause radio = {S1AP_CAUSE_RADIO, S1AP_CAUSE_RADIO_UNSPECIFIED};
static const struct s1ap_cause misc = {S1AP_CAUSE_MISC, S1AP_CAUSE_MISC_UNSPECIFIED};

/* Both identifiers of a UE's messages. */
#define IDS(m, ue)                                                                                 \
	(S1AP_SET(m, mme_ue_s1ap_id, (ue)->mme_ue_id), S1AP_SET(m, enb_ue_s1ap_id, (ue)->enb_ue_id))

/* A cell of an eNodeB by its number; it has but the first one. */
static struct ecgi cell_of(const struct enb *enb, uint32_t number)
{
	struct ecgi cell = enb_cell(enb);

	cell.eci = (cell.eci & ~0xffu) | (number & 0xff);
	return cell;
}

/* ---- the interface ---- */

static void on_mme_update(struct enb *enb, const void *body)
{
	const struct s1ap_mme_configuration_update *m = body;
	struct s1ap_mme_configuration_update_acknowledge yes = {0};
	struct s1ap_mme_configuration_update_failure no = {0};
	char name[128] = "";

	if (m->has.mme_name)
		log_escape(name, sizeof(name), m->mme_name.p, m->mme_name.n);
	event_enb(enb, "mme.update", "mme=\"%s\" capacity=%u plmns=%u", name,
		  m->has.relative_mme_capacity ? m->relative_mme_capacity : 0,
		  m->has.served_gummeis ? m->served_gummeis.v[0].served_plmns.n : 0);
	if (!(enb->refuses & REFUSE_UPDATE)) {
		enb_send(enb, 0, &s1ap_mme_configuration_update_acknowledge_msg, &yes);
		return;
	}
	S1AP_SET(&no, cause, misc);
	if (enb->refusal_wait)
		S1AP_SET(&no, time_to_wait, (uint8_t)(enb->refusal_wait - 1));
	enb_send(enb, 0, &s1ap_mme_configuration_update_failure_msg, &no);
}

static void on_update_acknowledge(struct enb *enb, const void *body)
{
	(void)body;
	event_enb(enb, "update.acknowledged", "%s", "");
}

static void on_update_failure(struct enb *enb, const void *body)
{
	const struct s1ap_enb_configuration_update_failure *m = body;

	event_enb(enb, "update.refused", "cause=\"%s\" wait=%s", s1ap_cause_text(m->cause),
		  m->has.time_to_wait ? "yes" : "no");
}

static void on_removal(struct enb *enb, const void *body)
{
	(void)body;
	event_enb(enb, "removal.done", "%s", "");
	enb_release_all(enb, "S1 removed");
	enb_disconnect(enb, false, true);
}

static void on_overload_start(struct enb *enb, const void *body)
{
	const struct s1ap_overload_start *m = body;

	event_enb(enb, "overload.start", "action=%u reduction=%u gummeis=%u",
		  m->overload_response.overload_action,
		  m->has.traffic_load_reduction_indication ? m->traffic_load_reduction_indication
							   : 0,
		  m->has.gummei_list ? m->gummei_list.n : 0);
}

static void on_overload_stop(struct enb *enb, const void *body)
{
	(void)body;
	event_enb(enb, "overload.stop", "%s", "");
}

static void on_mme_transfer(struct enb *enb, const void *body)
{
	const struct s1ap_mme_configuration_transfer *m = body;

	event_enb(enb, "transfer.received", "son=%s en-dc=%s",
		  m->has.son_configuration_transfer_mct ? "yes" : "no",
		  m->has.en_dc_son_configuration_transfer_mct ? "yes" : "no");
}

static void on_ue_information(struct enb *enb, const void *body)
{
	const struct s1ap_ue_information_transfer *m = body;

	event_enb(enb, "ue.information", "m-tmsi=%08x qci=%u capability=%u", m->s_tmsi.m_tmsi,
		  m->has.ue_level_qos_parameters ? m->ue_level_qos_parameters.qci : 0,
		  m->has.ue_radio_capability ? m->ue_radio_capability.n : 0);
}

/* ---- warnings: broadcast in the one cell ---- */

static void on_warning(struct enb *enb, const void *body)
{
	const struct s1ap_write_replace_warning_request *m = body;
	struct s1ap_write_replace_warning_response r = {0};
	struct s1ap_cell_id_broadcast_item cell = {.ecgi = enb_cell(enb)};

	event_enb(enb, "warning", "id=%u serial=%04x period=%u count=%u octets=%u concurrent=%s",
		  m->message_identifier, m->serial_number, m->repetition_period,
		  m->number_of_broadcast_request,
		  m->has.warning_message_contents ? m->warning_message_contents.n : 0,
		  m->has.concurrent_warning_message_indicator ? "yes" : "no");
	enb->broadcasts++;
	S1AP_SET(&r, message_identifier, m->message_identifier);
	S1AP_SET(&r, serial_number, m->serial_number);
	r.has.broadcast_completed_area_list = 1;
	r.broadcast_completed_area_list.choice =
		S1AP_BROADCAST_COMPLETED_AREA_LIST_CELL_ID_BROADCAST;
	r.broadcast_completed_area_list.cell_id_broadcast =
		(struct s1ap_cell_id_broadcast){&cell, 1};
	enb_send(enb, 0, &s1ap_write_replace_warning_response_msg, &r);
}

static void on_kill(struct enb *enb, const void *body)
{
	const struct s1ap_kill_request *m = body;
	struct s1ap_kill_response r = {0};
	struct s1ap_cell_id_cancelled_item cell = {.ecgi = enb_cell(enb)};

	event_enb(enb, "kill", "id=%u serial=%04x all=%s", m->message_identifier, m->serial_number,
		  m->has.kill_all_warning_messages ? "yes" : "no");
	if (!m->has.kill_all_warning_messages)
		cell.number_of_broadcasts = (uint16_t)enb->broadcasts;
	S1AP_SET(&r, message_identifier, m->message_identifier);
	S1AP_SET(&r, serial_number, m->serial_number);
	r.has.broadcast_cancelled_area_list = enb->broadcasts > 0;
	r.broadcast_cancelled_area_list.choice =
		S1AP_BROADCAST_CANCELLED_AREA_LIST_CELL_ID_CANCELLED;
	r.broadcast_cancelled_area_list.cell_id_cancelled =
		(struct s1ap_cell_id_cancelled){&cell, 1};
	enb_send(enb, 0, &s1ap_kill_response_msg, &r);
}

/* ---- of a UE ---- */

static int report_location(struct ue *ue, uint32_t cell, uint8_t event)
{
	struct s1ap_location_report r = {0};

	IDS(&r, ue);
	S1AP_SET(&r, eutran_cgi, cell_of(ue->enb, cell));
	S1AP_SET(&r, tai, enb_tai(ue->enb));
	S1AP_SET(&r, request_type,
		 (struct s1ap_request_type){.event_type = event,
					    .report_area = S1AP_REPORT_AREA_ECGI});
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_location_report_msg, &r);
}

static void on_location(struct enb *enb, const void *body)
{
	const struct s1ap_location_reporting_control *m = body;
	struct s1ap_location_reporting_failure_indication no = {0};
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (!ue)
		return;
	event_ue(ue, "location.control", "event=%u", m->request_type.event_type);
	if (enb->refuses & REFUSE_LOCATION) {
		IDS(&no, ue);
		S1AP_SET(&no, cause, radio);
		enb_send(enb, stream_of(ue->enb_ue_id),
			 &s1ap_location_reporting_failure_indication_msg, &no);
	} else if (m->request_type.event_type == S1AP_EVENT_TYPE_DIRECT) {
		report_location(ue, 1, S1AP_EVENT_TYPE_DIRECT);
	}
}

static void on_trace(struct enb *enb, const void *body)
{
	const struct s1ap_trace_start *m = body;
	struct s1ap_trace_failure_indication no = {0};
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (!ue)
		return;
	event_ue(ue, "trace.start", "id=%016llx depth=%u",
		 (unsigned long long)m->trace_activation.e_utran_trace_id,
		 m->trace_activation.trace_depth);
	if (!(enb->refuses & REFUSE_TRACE))
		return;
	IDS(&no, ue);
	S1AP_SET(&no, e_utran_trace_id, m->trace_activation.e_utran_trace_id);
	S1AP_SET(&no, cause, radio);
	enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_trace_failure_indication_msg, &no);
}

static void on_trace_stop(struct enb *enb, const void *body)
{
	const struct s1ap_deactivate_trace *m = body;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (ue)
		event_ue(ue, "trace.stop", "id=%016llx", (unsigned long long)m->e_utran_trace_id);
}

static void on_match(struct enb *enb, const void *body)
{
	const struct s1ap_ue_radio_capability_match_request *m = body;
	struct s1ap_ue_radio_capability_match_response r = {0};
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (!ue)
		return;
	event_ue(ue, "capability.match", "capability=%u",
		 m->has.ue_radio_capability ? m->ue_radio_capability.n : 0);
	IDS(&r, ue);
	S1AP_SET(&r, voice_support_match_indicator, S1AP_VOICE_SUPPORT_MATCH_INDICATOR_SUPPORTED);
	enb_send(enb, stream_of(ue->enb_ue_id), &s1ap_ue_radio_capability_match_response_msg, &r);
}

static void on_modification_confirm(struct enb *enb, const void *body)
{
	const struct s1ap_ue_context_modification_confirm *m = body;
	struct ue *ue = enb_context(enb, m->mme_ue_s1ap_id, m->enb_ue_s1ap_id);

	if (ue)
		event_ue(ue, "modification.confirm", "member=%s",
			 !m->has.csg_membership_status                                   ? "-"
			 : m->csg_membership_status == S1AP_CSG_MEMBERSHIP_STATUS_MEMBER ? "yes"
											 : "no");
}

static const struct {
	const struct s1ap_msg *msg;
	void (*handle)(struct enb *, const void *body);
} incoming[] = {
	{&s1ap_mme_configuration_update_msg, on_mme_update},
	{&s1ap_enb_configuration_update_acknowledge_msg, on_update_acknowledge},
	{&s1ap_enb_configuration_update_failure_msg, on_update_failure},
	{&s1ap_s1_removal_response_msg, on_removal},
	{&s1ap_overload_start_msg, on_overload_start},
	{&s1ap_overload_stop_msg, on_overload_stop},
	{&s1ap_mme_configuration_transfer_msg, on_mme_transfer},
	{&s1ap_ue_information_transfer_msg, on_ue_information},
	{&s1ap_write_replace_warning_request_msg, on_warning},
	{&s1ap_kill_request_msg, on_kill},
	{&s1ap_location_reporting_control_msg, on_location},
	{&s1ap_trace_start_msg, on_trace},
	{&s1ap_deactivate_trace_msg, on_trace_stop},
	{&s1ap_ue_radio_capability_match_request_msg, on_match},
	{&s1ap_ue_context_modification_confirm_msg, on_modification_confirm},
};

bool enb_node_message(struct enb *enb, const struct s1ap_msg *msg, const void *body)
{
	for (size_t i = 0; i < sizeof(incoming) / sizeof(*incoming); i++)
		if (incoming[i].msg == msg) {
			incoming[i].handle(enb, body);
			return true;
		}
	return false;
}

/* ---- node ENB WORD [ARG]... ---- */

/* The argument after a word, NULL without it. */
static const char *after(unsigned n, char *const *w, const char *word)
{
	for (unsigned i = 1; i + 1 < n; i++)
		if (!strcmp(w[i], word))
			return w[i + 1];
	return NULL;
}

static unsigned number(const char *s) { return s ? (unsigned)strtoul(s, NULL, 0) : 0; }

/* An en-gNB id of 32 bits, in octets that live as long as the turn. */
static struct bits gnb_id(const char *s)
{
	uint8_t *p = arena_alloc(&turn_arena, 4);
	uint32_t id = number(s);

	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(id >> (24 - 8 * i));
	return (struct bits){p, 32};
}

static int send_update(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_enb_configuration_update m = {0};
	const char *name = after(n, w, "name"), *tac = after(n, w, "tac"),
		   *gnb = after(n, w, "gnb");
	struct s1ap_supported_tas_item ta = {.tac = enb->tac, .broadcast_plmns = {&enb->plmn, 1}};
	struct s1ap_connected_en_gnb_item item = {.supported_tas = {&ta, 1}};

	if (name)
		S1AP_SET(&m, enb_name, bytes_of(name, strlen(name)));
	if (tac) {
		ta.tac = (uint16_t)number(tac);
		S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){&ta, 1});
	}
	if (gnb) {
		item.en_gnb_id = gnb_id(gnb);
		S1AP_SET(&m, connected_en_gnb_to_add_list,
			 (struct s1ap_connected_en_gnb_list){&item, 1});
	}
	return enb_send(enb, 0, &s1ap_enb_configuration_update_msg, &m);
}

/* For another eNodeB: the request for its X2 addresses. */
static int send_son(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_enb_configuration_transfer m = {0};
	struct s1ap_son_configuration_transfer *t = &m.son_configuration_transfer_ect;
	unsigned to = n > 1 ? number(w[1]) : 0;

	if (!to || to > sim.enbs)
		return -EINVAL;
	m.has.son_configuration_transfer_ect = 1;
	t->target_enb_id.global_enb_id = enb_global_id(&sim.enb[to - 1]);
	t->target_enb_id.selected_tai = enb_tai(&sim.enb[to - 1]);
	t->source_enb_id.global_enb_id = enb_global_id(enb);
	t->source_enb_id.selected_tai = enb_tai(enb);
	t->son_information.choice = S1AP_SON_INFORMATION_SON_INFORMATION_REQUEST;
	t->son_information.son_information_request =
		S1AP_SON_INFORMATION_REQUEST_X2_TNL_CONFIGURATION_INFO;
	return enb_send(enb, 0, &s1ap_enb_configuration_transfer_msg, &m);
}

static int send_en_dc(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_enb_configuration_transfer m = {0};
	struct s1ap_en_dc_son_configuration_transfer *t = &m.en_dc_son_configuration_transfer_ect;
	struct s1ap_en_dc_transfer_type_request *q = &t->transfer_type.request;

	m.has.en_dc_son_configuration_transfer_ect = 1;
	t->transfer_type.choice = S1AP_EN_DC_SON_TRANSFER_TYPE_REQUEST;
	q->source_enb.global_enb_id = enb_global_id(enb);
	q->source_enb.selected_tai = q->target_en_gnb.selected_tai = enb_tai(enb);
	q->target_en_gnb.globalen_gnb_id.plmn = enb->plmn;
	q->target_en_gnb.globalen_gnb_id.en_gnb_id = gnb_id(n > 1 ? w[1] : NULL);
	t->son_information.choice = S1AP_SON_INFORMATION_SON_INFORMATION_REQUEST;
	t->son_information.son_information_request =
		S1AP_SON_INFORMATION_REQUEST_X2_TNL_CONFIGURATION_INFO;
	return enb_send(enb, 0, &s1ap_enb_configuration_transfer_msg, &m);
}

static int send_rim(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_enb_direct_information_transfer m = {0};

	(void)n, (void)w;
	m.has.inter_system_information_transfer_type_edt = 1;
	m.inter_system_information_transfer_type_edt.rim_transfer.rim_information =
		bytes_of(rim_request, sizeof(rim_request));
	return enb_send(enb, 0, &s1ap_enb_direct_information_transfer_msg, &m);
}

static int send_lppa(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_uplink_non_ue_associated_lppa_transport m = {0};

	(void)n, (void)w;
	S1AP_SET(&m, routing_id, 1);
	S1AP_SET(&m, lppa_pdu, bytes_of(lppa_error, sizeof(lppa_error)));
	return enb_send(enb, 0, &s1ap_uplink_non_ue_associated_lppa_transport_msg, &m);
}

static int send_retrieve(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_retrieve_ue_information m = {0};
	unsigned ue = n > 1 ? number(w[1]) : 0;

	if (!ue || ue > sim.ues || !sim.ue[ue - 1].has_guti)
		return -EINVAL;
	S1AP_SET(&m, s_tmsi,
		 (struct s1ap_s_tmsi){sim.ue[ue - 1].guti.gummei.code, sim.ue[ue - 1].guti.m_tmsi});
	return enb_send(enb, 0, &s1ap_retrieve_ue_information_msg, &m);
}

static int send_restart(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_pws_restart_indication m = {0};
	struct ecgi cell = enb_cell(enb);
	struct tai tai = enb_tai(enb);

	(void)n, (void)w;
	S1AP_SET(&m, ecgi_list_for_restart, (struct s1ap_ecgi_list_for_restart){&cell, 1});
	S1AP_SET(&m, global_enb_id, enb_global_id(enb));
	S1AP_SET(&m, tai_list_for_restart, (struct s1ap_tai_list_for_restart){&tai, 1});
	return enb_send(enb, 0, &s1ap_pws_restart_indication_msg, &m);
}

static int send_failure(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_pws_failure_indication m = {0};
	struct ecgi cell = enb_cell(enb);

	(void)n, (void)w;
	S1AP_SET(&m, pws_failed_ecgi_list, (struct s1ap_pws_failed_ecgi_list){&cell, 1});
	S1AP_SET(&m, global_enb_id, enb_global_id(enb));
	return enb_send(enb, 0, &s1ap_pws_failure_indication_msg, &m);
}

static int send_removal(struct enb *enb, unsigned n, char *const *w)
{
	struct s1ap_s1_removal_request m = {0};

	(void)n, (void)w;
	S1AP_SET(&m, global_enb_id, enb_global_id(enb));
	return enb_send(enb, 0, &s1ap_s1_removal_request_msg, &m);
}

/* "refuse update 1": with a Time to wait of the first value, 1 s. */
static int refuse(struct enb *enb, unsigned n, char *const *w)
{
	static const struct {
		const char *word;
		uint32_t bit;
	} words[] = {{"none", 0},
		     {"update", REFUSE_UPDATE},
		     {"location", REFUSE_LOCATION},
		     {"trace", REFUSE_TRACE}};

	for (size_t i = 0; n > 1 && i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, w[1])) {
			enb->refuses = words[i].bit ? enb->refuses | words[i].bit : 0;
			enb->refusal_wait = n > 2 ? number(w[2]) : 0;
			event_enb(enb, "refuses", "what=%s", words[i].word);
			return 0;
		}
	return -EINVAL;
}

int enb_node_command(struct enb *enb, unsigned words, char *const *word)
{
	static const struct {
		const char *word;
		int (*run)(struct enb *, unsigned n, char *const *w);
	} table[] = {
		{"update", send_update},       {"son", send_son},
		{"en-dc", send_en_dc},         {"rim", send_rim},
		{"lppa", send_lppa},           {"retrieve", send_retrieve},
		{"pws-restart", send_restart}, {"pws-failure", send_failure},
		{"remove", send_removal},      {"refuse", refuse},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].word, word[0]))
			return table[i].run(enb, words, word);
	return -EINVAL;
}

/* ---- tell UE WORD [ARG]... ---- */

static int tell_location(struct ue *ue, unsigned n, char *const *w)
{
	return report_location(ue, n > 1 ? number(w[1]) : 1, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
}

static int tell_usage(struct ue *ue, unsigned n, char *const *w)
{
	struct s1ap_secondary_rat_data_usage_report m = {0};
	struct s1ap_e_rab_usage_report_item u = {.start_timestamp = 1, .end_timestamp = 2};
	struct s1ap_secondary_rat_data_usage_report_item item = {.e_rab_id = 5};

	if (n < 3)
		return -EINVAL;
	u.usage_count_ul = number(w[1]);
	u.usage_count_dl = number(w[2]);
	item.e_rab_usage_report_list = (struct s1ap_e_rab_usage_report_list){&u, 1};
	IDS(&m, ue);
	S1AP_SET(&m, secondary_rat_data_usage_report_list,
		 (struct s1ap_secondary_rat_data_usage_report_list){&item, 1});
	return enb_send(ue->enb, stream_of(ue->enb_ue_id),
			&s1ap_secondary_rat_data_usage_report_msg, &m);
}

static int tell_delivered(struct ue *ue, unsigned n, char *const *w)
{
	struct s1ap_nas_delivery_indication m = {0};

	(void)n, (void)w;
	IDS(&m, ue);
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_nas_delivery_indication_msg, &m);
}

static int tell_cell_trace(struct ue *ue, unsigned n, char *const *w)
{
	struct s1ap_cell_traffic_trace m = {0};

	(void)n, (void)w;
	IDS(&m, ue);
	S1AP_SET(&m, e_utran_trace_id, 0x00f1100000010001);
	S1AP_SET(&m, eutran_cgi, enb_cell(ue->enb));
	S1AP_SET(&m, trace_collection_entity_ip_address,
		 (struct s1ap_transport_layer_address){.has4 = true, .v4 = ue->enb->address});
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_cell_traffic_trace_msg, &m);
}

/* It has come to a hybrid cell. */
static int tell_csg(struct ue *ue, unsigned n, char *const *w)
{
	struct s1ap_ue_context_modification_indication m = {0};
	struct s1ap_csg_membership_info info = {.csg_id = 1};

	(void)n, (void)w;
	IDS(&m, ue);
	S1AP_SET(&info, cell_access_mode, S1AP_CELL_ACCESS_MODE_HYBRID);
	S1AP_SET(&m, csg_membership_info, info);
	return enb_send(ue->enb, stream_of(ue->enb_ue_id),
			&s1ap_ue_context_modification_indication_msg, &m);
}

/* Of that many octets: an empty container, and what RRC takes for a later release's. */
static int tell_capability(struct ue *ue, unsigned n, char *const *w)
{
	static uint8_t octets[64 << 10] = {0x00, 0x10, 0x00, 0x00};
	struct s1ap_ue_capability_info_indication m = {0};
	uint64_t size = n > 1 ? number(w[1]) : sizeof(octets);

	if (size > sizeof(octets))
		return -EINVAL;
	for (size_t i = 4; i < size; i++)
		octets[i] = (uint8_t)(i * 2654435761u >> 13);
	IDS(&m, ue);
	S1AP_SET(&m, ue_radio_capability, bytes_of(octets, (uint32_t)size));
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_ue_capability_info_indication_msg,
			&m);
}

static int tell_suspend(struct ue *ue, unsigned n, char *const *w)
{
	(void)n, (void)w;
	return enb_suspend(ue);
}

static int tell_lppa(struct ue *ue, unsigned n, char *const *w)
{
	struct s1ap_uplink_ue_associated_lppa_transport m = {0};

	(void)n, (void)w;
	IDS(&m, ue);
	S1AP_SET(&m, routing_id, 1);
	S1AP_SET(&m, lppa_pdu, bytes_of(lppa_error, sizeof(lppa_error)));
	return enb_send(ue->enb, stream_of(ue->enb_ue_id),
			&s1ap_uplink_ue_associated_lppa_transport_msg, &m);
}

/* As about a message for a pair of identifiers that it never gave. */
static int tell_error(struct ue *ue, unsigned n, char *const *w)
{
	struct s1ap_error_indication m = {0};
	int err;

	(void)n, (void)w;
	IDS(&m, ue);
	S1AP_SET(&m, cause,
		 (struct s1ap_cause){S1AP_CAUSE_RADIO, S1AP_CAUSE_RADIO_UNKNOWN_PAIR_UE_S1AP_ID});
	err = enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_error_indication_msg, &m);
	enb_forget(ue);
	ue_released(ue, "error");
	return err;
}

int enb_tell_command(struct ue *ue, unsigned words, char *const *word)
{
	static const struct {
		const char *word;
		int (*run)(struct ue *, unsigned n, char *const *w);
	} table[] = {
		{"location", tell_location},
		{"usage", tell_usage},
		{"delivered", tell_delivered},
		{"cell-trace", tell_cell_trace},
		{"csg", tell_csg},
		{"capability", tell_capability},
		{"suspend", tell_suspend},
		{"lppa", tell_lppa},
		{"error", tell_error},
	};

	if (!strcmp(word[0], "nas")) /* without a connection it makes one */
		return words > 1 ? nas_send_octets(ue, word[1]) : -EINVAL;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].word, word[0]))
			return ue->connected ? table[i].run(ue, words, word) : -ENOTCONN;
	return -EINVAL;
}
