/* SPDX-License-Identifier: Apache-2.0 */
/* Indirect data forwarding (TS 23.401 5.5.1.2, TS 29.274 7.2.18, 7.2.20): in an S1 handover the
 * source eNodeB sends on, through here, what it still has or gets for a device. Each tunnel is a
 * relay of the datapath. A device has those of one handover, until the MME deletes them or its
 * sessions. */
#include "sgw/internal.h"

#include "core/log.h"
#include "core/pool.h"
#include "datapath/datapath.h"

struct sgw_forward {
	struct sgw_forward *next;
	uint32_t slot;
};

static struct mem_pool pool = MEM_POOL(sgw_forward);

void forward_end(struct sgw_ue *ue)
{
	while (ue->forwards) {
		struct sgw_forward *f = ue->forwards;

		ue->forwards = f->next;
		dp_session_del(f->slot);
		pool_put(&pool, f);
	}
}

/* From the eNodeB that has the bearer. */
static bool source_of(uint32_t slot, struct in6_addr *out)
{
	const struct session *s = dp_session(slot);
	const struct hop *h = s && s->peer ? dp_hop(s->peer) : NULL;

	if (!h)
		return false;
	*out = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	if (h->family == 4)
		memcpy(out->s6_addr + 12, h->addr, 4);
	else
		memcpy(out, h->addr, sizeof(*out));
	return true;
}

/* One tunnel to the target's F-TEID; *ours is what the source is told. */
static bool add(struct sgw_ue *ue, uint8_t ebi, uint32_t slot, const struct fteid *to,
		enum fteid_type type, struct fteid *ours)
{
	struct dp_relay r = {.imsi = ue->imsi, .apn = "forwarding", .ebi = ebi, .beside = slot};
	struct sgw_forward *f;
	uint32_t teid;
	int err;

	if (!to->has4 && !to->has6)
		return true;
	if (!source_of(slot, &r.from) || !(f = pool_get(&pool)))
		return false;
	r.to = bearer_address(to);
	r.to_teid = to->teid;
	err = dp_relay_add(&r, &f->slot, &teid);
	if (err) {
		LOG(WARN, "sgw.forwarding", "imsi=%s ebi=%u error=\"%s\"",
		    imsi_print(ue->imsi, (char[IMSI_STRLEN]){0}), ebi, strerror(-err));
		pool_put(&pool, f);
		return false;
	}
	f->next = ue->forwards;
	ue->forwards = f;
	*ours = sgw_s1u(teid);
	ours->type = (uint8_t)type;
	return true;
}

void forward_create(const struct gtpc_request *q, struct gtpc_response *r)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);
	unsigned accepted = 0;

	r->cause = GTPC_CONTEXT_NOT_FOUND;
	if (!ue)
		return;
	forward_end(ue);
	r->cause = GTPC_FORWARDING_NOT_SUPPORTED;
	r->bearers = q->bearers < GTPC_MAX_BEARERS ? q->bearers : GTPC_MAX_BEARERS;
	for (unsigned i = 0; i < r->bearers; i++) {
		const struct gtpc_bearer *from = &q->bearer[i];
		struct gtpc_bearer *b = &r->bearer[i];
		struct sgw_bearer *d;
		const struct sgw_pdn *pdn = sgw_pdn_with(ue, from->ebi, &d);
		uint32_t slot = pdn && d ? d->slot : pdn ? pdn->slot : UINT32_MAX;

		b->ebi = from->ebi;
		b->cause = GTPC_CONTEXT_NOT_FOUND;
		if (!pdn || pdn->state != SGW_ACTIVE)
			continue;
		b->cause = GTPC_NO_RESOURCES;
		if (!add(ue, b->ebi, slot, &from->dl_forwarding, FTEID_SGW_DL_FORWARDING,
			 &b->dl_forwarding) ||
		    !add(ue, b->ebi, slot, &from->ul_forwarding, FTEID_SGW_UL_FORWARDING,
			 &b->ul_forwarding))
			continue;
		b->cause = GTPC_ACCEPTED;
		accepted++;
	}
	if (accepted)
		r->cause = accepted == r->bearers ? GTPC_ACCEPTED : GTPC_ACCEPTED_PARTIALLY;
}

void forward_delete(const struct gtpc_request *q, struct gtpc_response *r)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);

	r->cause = ue ? GTPC_ACCEPTED : GTPC_CONTEXT_NOT_FOUND;
	if (ue)
		forward_end(ue);
}
