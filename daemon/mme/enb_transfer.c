/* SPDX-License-Identifier: Apache-2.0 */
/* What eNodeBs tell each other by way of the MME (TS 36.413 8.13 to 8.17): SON Configuration
 * Transfer and its EN-DC form go to the eNodeB they name as they are, octet for octet. RIM
 * information for GERAN, UTRAN and HRPD, SON information for 5GS, and LPPa have nobody behind them
 * here: they are counted, logged and go no further. */
#include <errno.h>
#include "mme/mme.h"

static void lost(const struct enb *e, const char *what, const char *why)
{
	mme_counters.enb_transfer_lost++;
	LOG(INFO, "s1.transfer", "enb=%s message=\"%s\" error=\"%s\"",
	    enb_print_id(e, (char[24]){0}), what, why);
}

static void pass_on(const struct enb *from, struct enb *to, uint16_t id_in, uint16_t id_out)
{
	const struct s1ap_msg *msg = &s1ap_mme_configuration_transfer_msg;
	struct bytes value = s1ap_raw_ie(&turn_arena, from->node.pdu, id_in);
	uint8_t *buf = arena_alloc(&turn_arena, value.n + 64);
	struct wr w = wr_of(buf, value.n + 64);
	int err = s1ap_encode_raw(msg, id_out, value, &w);

	if (!err)
		err = enb_send_octets(to, 0, msg, bytes_of(buf, (size_t)(w.p - buf)));
	if (err) {
		lost(from, "configuration transfer", strerror(-err));
		return;
	}
	mme_counters.enb_transfer++;
	LOG(DEBUG, "s1.transfer", "enb=%s to=%s octets=%u", enb_print_id(from, (char[24]){0}),
	    enb_print_id(to, (char[24]){0}), value.n);
}

static bool has_gnb(const struct enb *e, const struct s1ap_global_en_gnb_id *id)
{
	struct enb_gnb g = node_gnb(&id->en_gnb_id);

	for (unsigned i = 0; e->ready && i < e->node.gnbs; i++)
		if (e->node.gnb[i].id == g.id && e->node.gnb[i].id_bits == g.id_bits)
			return true;
	return false;
}

/* A request goes to the eNodeB it names, or to one that the en-gNB is connected to; a reply to the
 * eNodeB (8.15.2.1). */
static struct enb *en_dc_target(const struct s1ap_en_dc_son_configuration_transfer *t)
{
	const struct s1ap_en_dc_transfer_type_request *q = &t->transfer_type.request;
	struct enb *e;

	if (t->transfer_type.choice == S1AP_EN_DC_SON_TRANSFER_TYPE_REPLY)
		return enb_by_global_id(&t->transfer_type.reply.target_enb.global_enb_id);
	if (t->transfer_type.choice != S1AP_EN_DC_SON_TRANSFER_TYPE_REQUEST)
		return NULL;
	if (q->has.target_enb)
		return enb_by_global_id(&q->target_enb.global_enb_id);
	for (e = enb_next(NULL); e; e = enb_next(e))
		if (has_gnb(e, &q->target_en_gnb.globalen_gnb_id))
			break;
	return e;
}

void on_enb_configuration_transfer(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_enb_configuration_transfer *m = body;
	struct enb *to;

	(void)c;
	if (m->has.son_configuration_transfer_ect) {
		to = enb_by_global_id(
			&m->son_configuration_transfer_ect.target_enb_id.global_enb_id);
		if (to)
			pass_on(e, to, 129, 130);
		else
			lost(e, "SON configuration transfer", "no such eNodeB");
	}
	if (m->has.en_dc_son_configuration_transfer_ect) {
		to = en_dc_target(&m->en_dc_son_configuration_transfer_ect);
		if (to)
			pass_on(e, to, 294, 295);
		else
			lost(e, "EN-DC SON configuration transfer", "no such eNodeB");
	}
	if (m->has.intersystem_son_configuration_transfer_ect)
		lost(e, "inter-system SON configuration transfer", "no 5GS");
}

void on_enb_direct_information_transfer(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c, (void)body;
	lost(e, "direct information transfer", "no GERAN, UTRAN or HRPD");
}

void on_uplink_ue_associated_lppa_transport(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c, (void)body;
	lost(e, "uplink UE associated LPPa transport", "no E-SMLC");
}

void on_uplink_non_ue_associated_lppa_transport(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c, (void)body;
	lost(e, "uplink non UE associated LPPa transport", "no E-SMLC");
}
