/* SPDX-License-Identifier: Apache-2.0 */
/* What eNodeBs tell and ask about a device without changing its state
 * (TS 36.413 8.3.10, 8.6.2.4a, 8.9, 8.18): its radio capabilities, what a secondary node carried,
 * that a NAS message has arrived, and what the MME knows of a device that an eNodeB knows by its
 * S-TMSI alone. */
#include <stdlib.h>
#include "mme/esm.h"

/* 8.9.2: what is told takes the place of what was known, also where it cannot be kept: without any
 * the eNodeB asks the device at each connection. */
static void keep(struct mme_ue *ue, uint8_t **at, uint32_t *n, struct bytes b, const char *what)
{
	if (!b.n)
		return;
	free(*at);
	*at = NULL;
	*n = 0;
	if (b.n > UE_RADIO_CAPABILITY_MAX) {
		UE_LOG(INFO, ue, what, "octets=%u error=\"too long to be kept\"", b.n);
		return;
	}
	*at = malloc(b.n);
	if (!*at)
		return;
	memcpy(*at, b.p, b.n);
	*n = b.n;
}

void on_ue_capability_info_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_ue_capability_info_indication *m = body;
	struct mme_ue *ue = c->ue;

	(void)e;
	if (!ue)
		return;
	if (m->has.ue_radio_capability)
		keep(ue, &ue->radio_capability, &ue->radio_capability_n, m->ue_radio_capability,
		     "ue.radio_capability");
	if (m->has.ue_radio_capability_for_paging)
		keep(ue, &ue->paging_capability, &ue->paging_capability_n,
		     m->ue_radio_capability_for_paging, "ue.paging_capability");
	if (m->has.lte_m_indication)
		ue->lte_m = true;
}

/* Retrieve UE Information: the device's QoS and radio capability to the eNodeB that hears it by
 * control plane alone. An S-TMSI that is nobody's has no answer but an Error Indication. */
void on_retrieve_ue_information(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_retrieve_ue_information *m = body;
	struct s1ap_ue_information_transfer r = {0};
	const struct mme_ue *ue = ue_by_tmsi(m->s_tmsi.mmec, m->s_tmsi.m_tmsi);

	(void)c;
	if (!ue) {
		struct s1ap_error_indication err = {0};

		S1AP_SET(&err, cause, S1AP_CAUSE(PROTOCOL, SEMANTIC_ERROR));
		S1AP_SET(&err, s_tmsi, m->s_tmsi);
		mme_counters.error_indication_sent++;
		enb_send(e, 0, &s1ap_error_indication_msg, &err);
		return;
	}
	S1AP_SET(&r, s_tmsi, m->s_tmsi);
	if (ue->pdns && ue->pdns->bearers)
		S1AP_SET(&r, ue_level_qos_parameters, erab_qos(&ue->pdns->bearers->qos));
	if (ue->radio_capability)
		S1AP_SET(&r, ue_radio_capability,
			 bytes_of(ue->radio_capability, ue->radio_capability_n));
	enb_send(e, 0, &s1ap_ue_information_transfer_msg, &r);
}

void ue_secondary_usage(struct mme_ue *ue,
			const struct s1ap_secondary_rat_data_usage_report_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		for (uint32_t k = 0; k < l->v[i].e_rab_usage_report_list.n; k++) {
			const struct s1ap_e_rab_usage_report_item *u =
				&l->v[i].e_rab_usage_report_list.v[k];

			ue->secondary_up += u->usage_count_ul;
			ue->secondary_down += u->usage_count_dl;
		}
	UE_LOG(DEBUG, ue, "ue.secondary_rat", "up=%llu down=%llu",
	       (unsigned long long)ue->secondary_up, (unsigned long long)ue->secondary_down);
}

void on_secondary_rat_data_usage_report(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_secondary_rat_data_usage_report *m = body;

	(void)e;
	if (c->ue && m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(c->ue, &m->secondary_rat_data_usage_report_list);
}

void on_nas_delivery_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e, (void)body;
	mme_counters.nas_delivered++;
	if (c->ue)
		view_trace(c->ue, "nas", "delivered", NULL);
}

void node_ue_freed(struct mme_ue *ue)
{
	free(ue->paging_capability);
	location_ue_freed(ue);
	radio_trace_ue_freed(ue);
}
