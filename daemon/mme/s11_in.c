/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the SGW on S11 (TS 29.274) to their functions, which call gtpc_reply once, then or
 * later. A device is named by our control TEID. */
#include "mme/esm.h"

static const struct row {
	enum gtpc_message type;
	void (*fn)(struct mme_ue *, void *token, const struct gtpc_request *);
} rows[] = {
	{GTPC_CREATE_BEARER, activate_begin},   {GTPC_UPDATE_BEARER, modify_begin},
	{GTPC_DELETE_BEARER, deactivate_begin}, {GTPC_DOWNLINK_DATA_NOTIFICATION, paging_notified},
	{GTPC_STOP_PAGING, paging_stopped},
};

static void refuse(void *token, const struct gtpc_request *q, enum gtpc_cause cause)
{
	struct gtpc_response r = {.type = q->type, .cause = cause};

	LOG(INFO, "s11.refused", "message=%u teid=0x%08x cause=%u", q->type, q->teid, cause);
	gtpc_reply(token, &r);
}

void s11_in(void *token, const struct gtpc_request *q)
{
	struct mme_ue *ue = ue_by_s11(q->teid);

	if (!ue) {
		mme_counters.s11_unknown++;
		/* TS 23.007 25.2.3: named by IMSI, the device can be called all the same. */
		if (q->type == GTPC_DOWNLINK_DATA_NOTIFICATION && q->sender.teid &&
		    q->imsi != IMSI_NONE && !ue_by_imsi(q->imsi) &&
		    paging_by_imsi(q->imsi, q->bearers ? q->bearer[0].qos.arp_priority : 0)) {
			struct gtpc_response r = {.type = q->type, .cause = GTPC_ACCEPTED};

			gtpc_reply(token, &r);
			return;
		}
		refuse(token, q, GTPC_CONTEXT_NOT_FOUND);
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].type == q->type) {
			rows[i].fn(ue, token, q);
			return;
		}
	refuse(token, q, GTPC_SERVICE_NOT_SUPPORTED);
}
