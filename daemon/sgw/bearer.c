/* SPDX-License-Identifier: Apache-2.0 */
/* The access side of bearers: which eNodeB has them, or none (idle). */
#include "sgw/internal.h"

#include <errno.h>

#include "core/log.h"
#include "datapath/datapath.h"
#include "pgw/pgw.h"

/* Of a F-TEID with two addresses the one that we have a family for, IPv4 first: its headers are
 * shorter. The peer sends from either. */
struct in6_addr bearer_address(const struct fteid *f)
{
	struct in6_addr a = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	memcpy(a.s6_addr + 12, &f->ip4, 4);
	if (!f->has4 || (f->has6 && !sgw.gtpu.s_addr))
		return f->ip6;
	if (f->has6 && !IN6_IS_ADDR_UNSPECIFIED(&sgw.gtpu6))
		dp_peer_also(&a, &f->ip6);
	return a;
}

enum gtpc_cause bearer_connect(const struct sgw_pdn *pdn, uint32_t slot, const struct fteid *enb)
{
	struct in6_addr peer = bearer_address(enb);
	char imsi[IMSI_STRLEN];
	int err;

	if (!enb->has4 && !enb->has6)
		return GTPC_REQUEST_REJECTED;
	err = dp_session_connect(slot, &peer, enb->teid);
	if (!err) {
		if (slot == pdn->slot)
			pgw_connected(slot);
		return GTPC_ACCEPTED;
	}
	LOG(WARN, "sgw.modify_bearer", "imsi=%s ebi=%u slot=%u enb_teid=0x%08x error=%s",
	    imsi_print(pdn->ue->imsi, imsi), pdn->ebi, slot, enb->teid, strerror(-err));
	return err == -ENOENT   ? GTPC_CONTEXT_NOT_FOUND
	       : err == -ENOSPC ? GTPC_NO_RESOURCES
				: GTPC_REQUEST_REJECTED;
}

void bearer_modify(const struct gtpc_request *q, struct gtpc_response *r)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);
	unsigned accepted = 0;

	r->cause = GTPC_CONTEXT_NOT_FOUND;
	if (!ue)
		return;
	idle_over(ue);
	r->bearers = q->bearers < GTPC_MAX_BEARERS ? q->bearers : GTPC_MAX_BEARERS;
	for (unsigned i = 0; i < r->bearers; i++) {
		struct sgw_bearer *d;
		const struct sgw_pdn *pdn = sgw_pdn_with(ue, q->bearer[i].ebi, &d);
		struct gtpc_bearer *b = &r->bearer[i];

		b->ebi = q->bearer[i].ebi;
		b->cause = pdn && pdn->state == SGW_ACTIVE
				   ? bearer_connect(pdn, d ? d->slot : pdn->slot,
						    &q->bearer[i].s1u_enb)
				   : GTPC_CONTEXT_NOT_FOUND;
		if (b->cause != GTPC_ACCEPTED) {
			r->cause = b->cause;
			continue;
		}
		b->s1u_sgw = sgw_s1u(d ? d->s1u_teid : pdn->s1u_teid);
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
		if (pdn->state == SGW_ACTIVE) {
			dp_session_idle(pdn->slot);
			for (const struct sgw_bearer *b = pdn->bearers; b; b = b->next)
				dp_session_idle(b->slot);
		}
}
