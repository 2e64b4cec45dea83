/* SPDX-License-Identifier: Apache-2.0 */
/* The access side of bearers: which eNodeB has them, or none (idle). */
#include "sgw/internal.h"

#include <errno.h>

#include "core/log.h"
#include "datapath/datapath.h"
#include "pgw/pgw.h"

static struct in6_addr address_of(const struct fteid *f)
{
	struct in6_addr a = {0};

	if (!f->has4)
		return f->ip6;
	a.s6_addr[10] = a.s6_addr[11] = 0xff;
	memcpy(a.s6_addr + 12, &f->ip4, 4);
	return a;
}

static enum gtpc_cause connect_bearer(const struct sgw_pdn *pdn, const struct fteid *enb)
{
	struct in6_addr peer = address_of(enb);
	char imsi[IMSI_STRLEN];
	int err;

	if (!pdn || pdn->state != SGW_ACTIVE)
		return GTPC_CONTEXT_NOT_FOUND;
	if (!enb->has4 && !enb->has6)
		return GTPC_REQUEST_REJECTED;
	err = dp_session_connect(pdn->slot, &peer, enb->teid);
	if (!err) {
		pgw_connected(pdn->slot);
		return GTPC_ACCEPTED;
	}
	LOG(WARN, "sgw.modify_bearer", "imsi=%s ebi=%u enb_teid=0x%08x error=%s",
	    imsi_print(pdn->ue->imsi, imsi), pdn->ebi, enb->teid, strerror(-err));
	return err == -ENOENT   ? GTPC_CONTEXT_NOT_FOUND
	       : err == -ENOSPC ? GTPC_NO_RESOURCES
				: GTPC_REQUEST_REJECTED;
}

void bearer_modify(const struct gtpc_request *q, struct gtpc_response *r)
{
	const struct sgw_ue *ue = sgw_ue_find(q->teid);
	unsigned accepted = 0;

	r->cause = GTPC_CONTEXT_NOT_FOUND;
	if (!ue)
		return;
	r->bearers = q->bearers < GTPC_MAX_BEARERS ? q->bearers : GTPC_MAX_BEARERS;
	for (unsigned i = 0; i < r->bearers; i++) {
		const struct sgw_pdn *pdn = sgw_pdn_find(ue, q->bearer[i].ebi);
		struct gtpc_bearer *b = &r->bearer[i];

		b->ebi = q->bearer[i].ebi;
		b->cause = connect_bearer(pdn, &q->bearer[i].s1u_enb);
		if (b->cause != GTPC_ACCEPTED) {
			r->cause = b->cause;
			continue;
		}
		b->s1u_sgw = sgw_s1u(pdn);
		accepted++;
	}
	if (accepted)
		r->cause = accepted == r->bearers ? GTPC_ACCEPTED : GTPC_ACCEPTED_PARTIALLY;
}

void bearer_release_access(const struct gtpc_request *q, struct gtpc_response *r)
{
	const struct sgw_ue *ue = sgw_ue_find(q->teid);

	r->cause = ue ? GTPC_ACCEPTED : GTPC_CONTEXT_NOT_FOUND;
	for (const struct sgw_pdn *pdn = ue ? ue->pdns : NULL; pdn; pdn = pdn->next)
		if (pdn->state == SGW_ACTIVE)
			dp_session_idle(pdn->slot);
}
