/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose packet it is: the one look-up of each direction, and what an address is to this core.
 *
 * Both are indices: a TEID's upper bits are the slot, a device's address is an offset in a pool.
 * The slot is the one load that is likely to miss every cache, and a precise clock waits for all
 * loads under way, and every call of the kernel costs what guards its return; so a CPU reads the
 * clock once in a tick, and compares jiffies otherwise, which is one load. At a million sessions
 * that lets the miss overlap with the rest, at a few it halves the whole path. What needs better
 * time reads it itself (policy.h). */
#ifndef BPF_SESSION_H
#define BPF_SESSION_H

#include "maps.h"
#include "parse.h"

/* Where an address was found: a pool's offset, or the slot of a static address or a framed route.
 */
struct place {
	bool found;
	bool behind; /* the device, not its own */
	__u32 offset;
	__u32 slot;
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

INLINE struct place pool_find(const struct settings *c, __u64 addr, bool v6, __u32 network)
{
	struct place where = {.found = false};
	__u64 a = host_order(addr, v6);

	for (int i = 0; i < MCORE_MAX_POOLS; i++) {
		const struct pool *pool = &c->pools[i];
		__u64 base = v6 ? pool->base6 : pool->base4, offset = a - base;

		if (!pool->size)
			break;
		if (base && offset < pool->size && pool->network == network) {
			where.found = true;
			where.offset = (__u32)offset;
			where.slot = pool->first_slot + (__u32)offset;
			break;
		}
	}
	return where;
}

/* The gateway's address, as struct ip has it (IPv4, or upper half of IPv6), of the pool that a slot
 * belongs to; for slots beyond the pools of the first one of its network with that version. */
INLINE __u64 pool_gateway(const struct settings *c, __u32 slot, bool v6, __u32 network)
{
	__u64 gateway = 0;

	for (int i = 0; i < MCORE_MAX_POOLS; i++) {
		const struct pool *pool = &c->pools[i];
		__u64 base = v6 ? pool->base6 : pool->base4;
		bool own = slot - pool->first_slot < pool->size;

		if (!pool->size)
			break;
		if (base && pool->network == network && (own || !gateway))
			gateway = v6 ? bpf_cpu_to_be64(base)
				     : bpf_htonl((__u32)base + MCORE_GATEWAY_OFFSET);
		if (own)
			break;
	}
	return gateway;
}

INLINE struct ip_key ip_key(__u64 high, __u64 low, bool v6)
{
	struct ip_key key;
	__u64 *w = (__u64 *)key.addr;

	w[0] = v6 ? high : 0;
	w[1] = v6 ? low : bpf_cpu_to_be64(0xffff00000000ull | bpf_ntohl((__u32)high));
	return key;
}

/* Whether an address is this machine's own. The filter's bit is that of the key, which few need. */
INLINE bool local_find(const struct settings *c, __u64 high, __u64 low, bool v6)
{
	__u64 words = high ^ low ^ (v6 ? 0 : bpf_htonl(0xffff));
	struct ip_key key;

	if (!(c->local_filter & local_filter_word((__u32)(words ^ words >> 32))))
		return false;
	key = ip_key(high, low, v6);
	return bpf_map_lookup_elem(&local, &key);
}

/* What a device of network 0 reaches there. Prefixes are few, and one compare each. */
INLINE __u32 access_limit(const struct settings *c, const struct ip *in)
{
	for (int i = 0; i < MCORE_MAX_ACCESS; i++) {
		const struct access_prefix *a = &c->access[i];

		if (a->limit == ACCESS_END)
			break;
		if (a->v6 == in->v6 && !(((in->dst ^ a->net[0]) & a->mask[0]) |
					 ((in->dst_low ^ a->net[1]) & a->mask[1])))
			return a->limit;
	}
	return ACCESS_OPEN;
}

#define NO_NETWORK (~0u) /* has no pool, address or route */

/* The network that a frame comes from. What comes by none's port is nobody's: a tag that no network
 * has, or none on the parent of a VLAN, leads from one network's link into no other. */
INLINE __u32 network_of(const struct pkt *p, const struct settings *c)
{
	struct port_key key = {.ifindex = p->ctx->ingress_ifindex};
	const struct ethhdr *eth = p->data;
	const struct vlan_tag *tag = (void *)(eth + 1);
	__u32 *network;

	if (!c->networks)
		return 0;
	if ((void *)(tag + 1) > p->end)
		return NO_NETWORK;
	if (eth->h_proto == bpf_htons(ETH_P_8021Q) || eth->h_proto == bpf_htons(ETH_P_8021AD))
		key.vlan = bpf_ntohs(tag->tci) & 0xfff;
	network = bpf_map_lookup_elem(&ports, &key);
	return network ? *network : NO_NETWORK;
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

/* The slot of the device that an address is behind; NULL if there is none. */
INLINE __u32 *route_find(const struct settings *c, __u64 high, __u64 low, bool v6, __u32 network)
{
	struct ip_key ip = ip_key(high, low, v6);
	struct route_key key = {.prefixlen = ROUTE_KEY_BITS, .network = network};

	if (!c->routes)
		return NULL;
	__builtin_memcpy(key.addr, ip.addr, sizeof(key.addr));
	return bpf_map_lookup_elem(&routes, &key);
}

/* Of static addresses and framed routes. */
INLINE __u32 *outside_pools(const struct settings *c, const struct ip *in, __u32 network,
			    struct place *where)
{
	struct ip_key ip = ip_key(in->dst, 0, in->v6);
	struct address_key key = {.network = network};
	__u32 *slot = NULL;

	__builtin_memcpy(key.addr, ip.addr, sizeof(key.addr));
	if (c->addresses)
		slot = bpf_map_lookup_elem(&addresses, &key);
	if (slot)
		return slot;
	where->behind = true;
	return route_find(c, in->dst, in->dst_low, in->v6, network);
}

/* The slot behind a device's address in a network; found is false if it is not a device's. */
INLINE struct place address_find(const struct settings *c, const struct ip *in, __u32 network)
{
	struct place where = pool_find(c, in->dst, in->v6, network);

	__u32 *slot;

	if (where.found || !(c->addresses | c->routes))
		return where;
	slot = outside_pools(c, in, network, &where);

	if (slot) {
		where.found = true;
		where.offset = MCORE_HOST_OFFSETS;
		where.slot = *slot;
	}
	return where;
}

/* ns, CLOCK_MONOTONIC, at the first packet that this CPU saw in the present tick. */
INLINE __u64 tick_now(void)
{
	__u64 jiffies = bpf_jiffies64();
	__u32 zero = 0;
	struct tick *t = bpf_map_lookup_elem(&ticks, &zero);

	if (!t)
		return bpf_ktime_get_ns();
	if (t->jiffies != jiffies) {
		t->ns = bpf_ktime_get_ns();
		t->jiffies = jiffies;
	}
	return t->ns;
}

/* The session a TEID of ours names (network order), with p->slot set; NULL if none. */
INLINE struct session *session_by_teid(struct pkt *p, const struct settings *c, __be32 teid)
{
	struct session *s;

	p->slot = bpf_ntohl(teid) >> (c->tag_bits & 31);
	s = bpf_map_lookup_elem(&sessions, &p->slot);
	return s && teid && s->teid == teid ? s : NULL;
}

/* The session at a place, if the destination is its own address or behind it; NULL if not or if the
 * slot is free. */
INLINE struct session *session_at(const struct place *where, const struct ip *in)
{
	struct session *s = bpf_map_lookup_elem(&sessions, &where->slot);

	if (!s || !s->teid)
		return NULL;
	return where->behind || (in->v6 ? *(__u64 *)s->ue6 : s->ue4) == in->dst ? s : NULL;
}

/* The same for the packet in hand, with p->slot set. */
INLINE struct session *session_by_address(struct pkt *p, const struct place *where,
					  const struct ip *in)
{
	p->slot = where->slot;
	return session_at(where, in);
}

#endif
