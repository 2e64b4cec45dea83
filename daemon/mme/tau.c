/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking area update (TS 24.301 5.5.3) of a device whose context is here: normal, periodic, and
 * combined, which is answered for EPS alone. With the active flag, or when the device was
 * connected, its bearers are set up or stay; else the connection is released after the answer. */
#include <stdlib.h>
#include "mme/mme.h"

/* What the device says about itself replaces what was known (5.5.3.2.4). */
/* One that changes is to be replayed to it (33.401 7.2.4.3): new keys are due. */
static void read_security_capabilities(struct mme_ue *ue, const struct nas_tau_request *r)
{
	const struct nas_ue_network_capability *c = &r->ue_network_capability;
	bool has_more = HAS(r, nas_tau_request, additional_security_capability);

	if (!HAS(r, nas_tau_request, ue_network_capability))
		return;
	if (ue->ue_capability_n != c->n || memcmp(ue->ue_capability, c->octet, c->n) != 0 ||
	    ue->has_more_capability != has_more ||
	    (has_more && (ue->more_capability.nea != r->additional_security_capability.nea ||
			  ue->more_capability.nia != r->additional_security_capability.nia)))
		ue->due |= REFRESH_KEYS;
	ue->ue_capability_n = c->n;
	memcpy(ue->ue_capability, c->octet, c->n);
	ue->has_more_capability = has_more;
	if (has_more)
		ue->more_capability = r->additional_security_capability;
}

static void read_capabilities(struct mme_ue *ue, const struct nas_tau_request *r)
{
	read_security_capabilities(ue, r);
	if (HAS(r, nas_tau_request, ms_network_capability) &&
	    r->ms_network_capability.n <= UE_MS_CAPABILITY_MAX) {
		ue->ms_capability_n = (uint8_t)r->ms_network_capability.n;
		memcpy(ue->ms_capability, r->ms_network_capability.p, ue->ms_capability_n);
	}
	if (HAS(r, nas_tau_request, radio_capability_update) && r->radio_capability_update & 1) {
		free(ue->radio_capability);
		ue->radio_capability = NULL;
		ue->radio_capability_n = 0;
	}
}

static void reject(struct mme_ue *ue, uint8_t cause)
{
	struct nas_tau_reject m = {.emm_cause = cause};

	why_refused(ue->conn, "tracking area update", "TS 24.301 5.5.3.2.5", cause);
	NAS_SEND(ue, tau_reject, &m);
	if (rule_cause(cause) && rule_cause(cause)->stays)
		conn_release(ue->conn, S1AP_CAUSE(NAS, UNSPECIFIED));
	else
		ue_remove(ue, UE_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
}

static void send_accept(struct mme_ue *ue, const struct nas_tau_request *r)
{
	struct nas_tau_accept a = {
		.update_result = NAS_TA_UPDATED,
		.t3412 = mme.t3412_s,
		.tai_list = mme_new_tai_list(ue),
		.bearer_status = esm_bearer_status(ue),
	};

	SET(&a, nas_tau_accept, t3412);
	SET(&a, nas_tau_accept, tai_list);
	SET(&a, nas_tau_accept, bearer_status);
	if (mme_equivalents(ue, &a.equivalent_plmns))
		SET(&a, nas_tau_accept, equivalent_plmns);
	if (mme_emergency_numbers(&a.emergency_numbers))
		SET(&a, nas_tau_accept, emergency_numbers);
	if (r->update_type.type == NAS_TA_LA_UPDATE ||
	    r->update_type.type == NAS_TA_LA_UPDATE_IMSI) {
		a.emm_cause = EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE;
		SET(&a, nas_tau_accept, emm_cause);
	}
	NAS_SEND(ue, tau_accept, &a);
}

void tau_begin(struct mme_ue *ue, const struct nas_event *e)
{
	const struct nas_tau_request *r = e->body;
	bool connected = ue->conn->context || proc_find(&ue->procs, &service_def);

	ue_seen(ue);
	uint8_t denied = access_check(ue, &ue->tai);

	if (denied) {
		reject(ue, denied);
		return;
	}
	if (HAS(r, nas_tau_request, drx))
		reach_read_drx(ue, r->drx);
	read_capabilities(ue, r);
	if (HAS(r, nas_tau_request, bearer_status))
		esm_sync_bearers(ue, r->bearer_status);
	if (!ue->pdns) {
		reject(ue, EMM_CAUSE_NO_BEARER_ACTIVATED);
		return;
	}
	view_trace(ue, "tau", "accepted",
		   r->update_type.type == NAS_TA_PERIODIC ? "periodic" : NULL);
	if (!connected) /* 33.401 7.2.6.2: what follows starts from this message's COUNT */
		nas_kenb(&ue->sec, ue->kenb);
	send_accept(ue, r);
	if (connected) {
		refresh_after(ue, false);
		return;
	}
	/* Data that it was called for comes too (23.401 5.3.3.1). */
	if (r->update_type.active || proc_find(&ue->procs, &paging_def))
		service_begin(ue);
	else if (!refresh_after(ue, true))
		conn_release(ue->conn, S1AP_CAUSE(NAS, NORMAL_RELEASE));
}
