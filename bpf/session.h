/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose packet it is: the one look-up of each direction, and what an address is to this core.
 *
 * Both are indices: a TEID's upper bits are the slot, a device's address is an offset in a pool.
 * The slot is the one load that is likely to miss every cache, and a precise clock waits for all
 * loads under way; so the clock read here is the coarse one, of the last tick, which waits for
 * nothing. At a million sessions that lets the miss overlap with the rest, at a few it halves the
 * whole path. What needs better time reads it itself (policy.h). */
#ifndef BPF_SESSION_H
#define BPF_SESSION_H

#include "maps.h"
#include "parse.h"

/* Where an address was found: a pool's offset or a static address' slot. */
struct place {
	bool found;
	__u32 offset;
	__u32 slot;
	__u32 host_hop;
	__u64 gateway; /* the pool's own address, as struct ip has it: IPv4, or upper half of IPv6
			*/
};

INLINE struct settings *settings_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

INLINE struct hop *hop_get(__u32 index) { return bpf_map_lookup_elem(&hops, &index); }

/* Whether a packet is from the hop. */
INLINE bool hop_is(const struct hop *h, const struct ip *from)
{
	const __u64 *addr = (const __u64 *)h->addr;

	if (from->v6)
		return h->family == 6 && addr[0] == from->src && addr[1] == from->src_low;
	return h->family == 4 && *(const __u32 *)addr == (__u32)from->src;
}

/* Where a session's downlink packets go, read at one stroke: mcored changes it while they flow. */
struct way {
	__u16 peer, exit;
	__be32 peer_teid;
};

INLINE struct way way_of(const struct session *s)
{
	union {
		__u64 word;
		struct way way;
	} u = {.word = *(const volatile __u64 *)&s->peer};

	return u.way;
}

INLINE __u64 host_order(__u64 addr, bool v6)
{
	return v6 ? bpf_be64_to_cpu(addr) : bpf_ntohl((__u32)addr);
}

INLINE struct place pool_find(const struct settings *c, __u64 addr, bool v6)
{
	struct place where = {.found = false};
	__u64 a = host_order(addr, v6);

	for (int i = 0; i < MCORE_MAX_POOLS; i++) {
		const struct pool *pool = &c->pools[i];
		__u64 base = v6 ? pool->base6 : pool->base4, offset = a - base;

		if (!pool->size)
			break;
		if (base && offset < pool->size) {
			where.found = true;
			where.offset = (__u32)offset;
			where.slot = pool->first_slot + (__u32)offset;
			where.host_hop = pool->host_hop;
			where.gateway = v6 ? bpf_cpu_to_be64(base)
					   : bpf_htonl((__u32)base + MCORE_GATEWAY_OFFSET);
			break;
		}
	}
	return where;
}

/* The pool a slot belongs to; for slots beyond the pools the first one with that version. */
INLINE struct place pool_of(const struct settings *c, __u32 slot, bool v6)
{
	struct place where = {.found = false};

	for (int i = 0; i < MCORE_MAX_POOLS; i++) {
		const struct pool *pool = &c->pools[i];
		__u64 base = v6 ? pool->base6 : pool->base4;
		bool own = slot - pool->first_slot < pool->size;

		if (!pool->size)
			break;
		if (base && (own || !where.found)) {
			where.found = true;
			where.host_hop = pool->host_hop;
			where.gateway = v6 ? bpf_cpu_to_be64(base)
					   : bpf_htonl((__u32)base + MCORE_GATEWAY_OFFSET);
		}
		if (own)
			break;
	}
	return where;
}

INLINE struct ip_key ip_key(__u64 high, __u64 low, bool v6)
{
	struct ip_key key;
	__u64 *w = (__u64 *)key.addr;

	w[0] = v6 ? high : 0;
	w[1] = v6 ? low : bpf_cpu_to_be64(0xffff00000000ull | bpf_ntohl((__u32)high));
	return key;
}

/* The host hop for an address of this machine, 0 if it is none. */
INLINE __u32 local_find(const struct settings *c, struct ip_key key)
{
	__u32 *hop;

	if (!(c->local_filter & local_filter_bit(&key)))
		return 0;
	hop = bpf_map_lookup_elem(&local, &key);
	return hop ? *hop : 0;
}

/* The tunnel's own peer, or another that has tunnels of ours: in a handover a device's packets come
 * from the new eNodeB before its path is switched, and from the old one after; what a device sends
 * as soon as it has its radio bearer comes before the tunnel has a peer again (TS 23.401 5.3.4.1,
 * steps 7 to 9, and 5.3.2.1); and a peer with addresses of both families sends from either. */
INLINE bool peer_may_send(const struct session *s, const struct ip *outer)
{
	__u32 peer = way_of(s).peer;
	struct hop *hop = peer ? hop_get(peer) : NULL;
	struct ip_key key;

	if (hop && hop_is(hop, outer))
		return true;
	key = ip_key(outer->src, outer->src_low, outer->v6);
	return bpf_map_lookup_elem(&peers, &key);
}

/* The slot behind a device's address; found is false if it is not a device's. */
INLINE struct place address_find(const struct settings *c, const struct ip *in)
{
	struct place where = pool_find(c, in->dst, in->v6);

	if (where.found || !c->addresses)
		return where;
	struct ip_key key = ip_key(in->dst, 0, in->v6);
	__u32 *slot = bpf_map_lookup_elem(&addresses, &key);

	if (slot) {
		where.found = true;
		where.offset = MCORE_HOST_OFFSETS;
		where.slot = *slot;
	}
	return where;
}

/* The session a TEID of ours names (network order), with p->slot and p->now set; NULL if none. */
INLINE struct session *session_by_teid(struct pkt *p, const struct settings *c, __be32 teid)
{
	struct session *s;

	p->slot = bpf_ntohl(teid) >> (c->tag_bits & 31);
	p->now = bpf_ktime_get_coarse_ns();
	s = bpf_map_lookup_elem(&sessions, &p->slot);
	return s && teid && s->teid == teid ? s : NULL;
}

/* The session of a slot, if the destination is its own address; NULL if not or if the slot is free.
 */
INLINE struct session *session_at(__u32 slot, const struct ip *in)
{
	struct session *s = bpf_map_lookup_elem(&sessions, &slot);

	if (!s || !s->teid)
		return NULL;
	return (in->v6 ? *(__u64 *)s->ue6 : s->ue4) == in->dst ? s : NULL;
}

/* The same for the packet in hand, with p->slot and p->now set. */
INLINE struct session *session_by_address(struct pkt *p, __u32 slot, const struct ip *in)
{
	p->slot = slot;
	p->now = bpf_ktime_get_coarse_ns();
	return session_at(slot, in);
}

#endif
