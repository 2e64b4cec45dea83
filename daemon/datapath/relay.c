/* SPDX-License-Identifier: Apache-2.0 */
/* Relays: slots whose exit is a GTP-U peer (include/mcore/datapath.h). One is one way; it holds a
 * reference of the hop it takes from, if it does not take from all, and one of its exit. It is in
 * neither `imsis` nor `addresses`: no packet is for it by address, and a device's bearers are not
 * it. */
#include "datapath/internal.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static void fill(struct session *s, uint32_t slot, const struct dp_relay *given)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	memset(s, 0, sizeof(*s));
	s->owner = slot;
	s->dscp = given->dscp;
	s->ebi = given->ebi;
	imsi_print(given->imsi, s->imsi);
	snprintf(s->apn, sizeof(s->apn), "%s", given->apn ? given->apn : "");
	s->since = (uint64_t)now.tv_sec;
}

int dp_relay_add(const struct dp_relay *given, uint32_t *slot, uint32_t *teid)
{
	int to = hop_get(&given->to), from;

	if (to < 0)
		return to;
	from = given->from_any ? HOP_NONE : hop_get(&given->from);
	*slot = from < 0 ? NO_SLOT : dp_extra_slot(given->beside);
	if (*slot == NO_SLOT) {
		hop_put((uint16_t)to);
		if (from > 0)
			hop_put((uint16_t)from);
		return from < 0 ? from : -ENOSPC;
	}
	fill(&dp.sessions[*slot], *slot, given);
	session_set_way(*slot, (uint16_t)from, (uint16_t)to, given->to_teid);
	*teid = session_make_teid(*slot);
	__atomic_store_n(&dp.sessions[*slot].teid, htonl(*teid), __ATOMIC_RELEASE);
	return 0;
}

int dp_relay_switch(uint32_t slot, const struct in6_addr *to, uint32_t to_teid)
{
	const struct session *s = dp_session(slot);
	int hop;

	if (!s || !session_is_relay(s))
		return -ENOENT;
	hop = hop_get(to);
	if (hop < 0)
		return hop;
	if (s->exit == hop && s->peer_teid == htonl(to_teid)) {
		hop_put((uint16_t)hop);
		return 0;
	}
	gtpu_end_marker(s->exit, ntohl(s->peer_teid));
	if (s->peer) /* stays, with a reference of its own */
		hop_adopt(s->peer);
	session_set_way(slot, s->peer, (uint16_t)hop, to_teid);
	return 0;
}
