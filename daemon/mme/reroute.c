/* SPDX-License-Identifier: Apache-2.0 */
/* Dedicated core networks (TS 23.401 5.19.1, TS 36.413 8.6.2.5). Which MME group a device is for
 * follows from its UE Usage Type by mme.dedicated_cores; one of our own groups, or no row, means
 * that it is served here. The type comes with the authentication vectors, before the device has
 * begun to protect its messages (after that it would hear nobody else), or from its context where
 * the MAC of its request is right. Who is another's is sent there by Reroute NAS Request, with the
 * Initial UE Message as it came: attach and tracking area update alone, and none that an MME has
 * sent here already, which the MME Group ID of its Initial UE Message tells: it is ours for as long
 * as it is registered. Emergency attaches stay. */
#include <stdlib.h>
#include "mme/mme.h"

static bool is_ours(uint16_t group)
{
	bool ours = group == mme.gummei.group;

	for (unsigned i = 0; i < mme.more_gummeis; i++)
		ours |= group == mme.more_gummei[i].group;
	return ours;
}

/* The row that decides, NULL: none, it stays. */
static const struct mme_dedicated_core *core_of(const struct mme_ue *ue)
{
	for (unsigned i = 0; i < mme.dedicated_cores; i++) {
		const struct mme_dedicated_core *d = &mme.dedicated_core[i];

		if (ue->has_usage_type
			    ? !d->without && ue->usage_type >= d->first && ue->usage_type <= d->last
			    : d->without)
			return d;
	}
	return NULL;
}

void reroute_keep(struct s1_conn *c)
{
	struct bytes pdu = c->enb->node.pdu;

	if (!mme.dedicated_cores || c->rerouted || c->initial || !pdu.n)
		return;
	c->initial = malloc(pdu.n);
	if (!c->initial)
		return;
	memcpy(c->initial, pdu.p, pdu.n);
	c->initial_n = pdu.n;
}

void reroute_forget(struct s1_conn *c)
{
	free(c->initial);
	c->initial = NULL;
	c->initial_n = 0;
}

bool reroute_asks(const struct mme_ue *ue)
{
	return ue->conn && ue->conn->initial && !ue->emergency;
}

bool reroute_due(const struct mme_ue *ue)
{
	const struct mme_dedicated_core *d = reroute_asks(ue) ? core_of(ue) : NULL;

	return d && !ue->rerouted && !is_ours(d->group);
}

/* The Additional GUTI of the NAS message inside (24.301 8.2.4.5, 8.2.29.6), by which the target may
 * know the device. */
static bool additional_guti(struct bytes initial, struct s1ap_additional_guti *out)
{
	const struct s1ap_initial_ue_message *i;
	const struct nas_identity *id = NULL;
	struct nas_header h;
	struct nas_message m;
	struct s1ap_pdu pdu;

	if (s1ap_decode(&turn_arena, initial, &pdu) || pdu.msg != &s1ap_initial_ue_message_msg)
		return false;
	i = pdu.body;
	if (nas_header_decode(i->nas_pdu, &h) ||
	    nas_decode(&turn_arena, NAS_UP,
		       h.security == NAS_PLAIN ? i->nas_pdu : nas_inner_unchecked(i->nas_pdu), &m))
		return false;
	if (m.type == NAS_ATTACH_REQUEST) {
		const struct nas_attach_request *r = m.body;

		id = HAS(r, nas_attach_request, additional_guti) ? &r->additional_guti : NULL;
	} else if (m.type == NAS_TAU_REQUEST) {
		const struct nas_tau_request *r = m.body;

		id = HAS(r, nas_tau_request, additional_guti) ? &r->additional_guti : NULL;
	}
	if (!id || id->type != NAS_ID_GUTI)
		return false;
	*out = (struct s1ap_additional_guti){id->guti.gummei, id->guti.m_tmsi};
	return true;
}

void reroute_send(struct mme_ue *ue)
{
	const struct mme_dedicated_core *d = core_of(ue);
	struct s1ap_reroute_nas_request m = {0};
	struct s1ap_additional_guti guti;
	struct s1_conn *c = ue->conn;
	struct bytes initial = bytes_of(c->initial, c->initial_n);

	S1AP_SET(&m, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	S1AP_SET(&m, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&m, s1_message, initial);
	S1AP_SET(&m, mme_group_id, d->group);
	if (additional_guti(initial, &guti))
		S1AP_SET(&m, additional_guti, guti);
	if (ue->has_usage_type)
		S1AP_SET(&m, ue_usage_type, ue->usage_type);
	mme_counters.rerouted++;
	UE_LOG(INFO, ue, "reroute", "peer=%s group=%u usage_type=%d octets=%u",
	       s1_peer(c->enb->assoc), d->group, ue->has_usage_type ? ue->usage_type : -1,
	       initial.n);
	conn_send(c, &s1ap_reroute_nas_request_msg, &m);
	conn_unbind(c);
	conn_free(c);
}
