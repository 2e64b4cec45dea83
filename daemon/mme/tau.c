/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking area update (TS 24.301 5.5.3) of a device whose context is here: normal, periodic, and
 * combined, which is answered for EPS alone. With the active flag, or when the device was
 * connected, its bearers are set up or stay; else the connection is released after the answer. */
#include "mme/mme.h"

static uint16_t bearer_status(const struct mme_ue *ue)
{
	uint16_t s = 0;

	for (const struct mme_pdn *p = ue->pdns; p; p = p->next)
		s = (uint16_t)(s | 1u << p->ebi);
	return s;
}

void tau_begin(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_tau_request *r = e->body;
	bool was_connected = ue->conn && ue->conn->context;
	struct nas_tau_accept a = {
		.update_result = NAS_TA_UPDATED,
		.t3412 = mme.t3412_s,
		.bearer_status = bearer_status(ue),
	};

	ue_seen(ue);
	a.tai_list = mme_tai_list(&ue->tai);
	SET(&a, nas_tau_accept, t3412);
	SET(&a, nas_tau_accept, tai_list);
	SET(&a, nas_tau_accept, bearer_status);
	if (r->update_type.type == NAS_TA_LA_UPDATE ||
	    r->update_type.type == NAS_TA_LA_UPDATE_IMSI) {
		a.emm_cause = EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE;
		SET(&a, nas_tau_accept, emm_cause);
	}
	view_trace(ue, "tau", "accepted",
		   r->update_type.type == NAS_TA_PERIODIC ? "periodic" : NULL);
	nas_kenb(&ue->sec, ue->kenb);
	NAS_SEND(ue, tau_accept, &a);
	if (was_connected)
		return;
	if (r->update_type.active && ue->pdns)
		service_begin(ue);
	else
		conn_release(ue->conn, S1AP_CAUSE(NAS, NORMAL_RELEASE));
}
