/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The datapath: GTP-U to IP and back in XDP, per device policy in between.
 *
 * A packet goes down one paragraph: parse, session, policy, act, out; each step returns GO_ON or
 * the reason it ends with, and all end in finish(), which counts it and knows what a reason does to
 * the frame. A frame that ends in PASS has not been touched.
 *
 * Entry points, one for each role of an interface; the role is a constant to the compiler:
 *   mcore_access  towards eNodeBs: takes GTP-U for our address
 *   mcore_sgi     towards the Internet: takes packets for devices' addresses
 *   mcore_both    one interface for both
 *   mcore_host    on mcore1, the datapath's end of the host's veth pair mcore0/mcore1: as both, but
 * what comes in was routed or made by this machine, so its source is not questioned and its TTL not
 * decremented.
 * And on the CPUs that packets are spread over (spread.h):
 *   mcore_cpu, mcore_worker  as both, for what these handed over
 *   mcore_cpu_full           counts what did not fit into a CPU's queue
 * An interface may carry VLAN tags; hops say which tag a packet leaves with.
 *
 * TS 29.281 (GTP-U), TS 29.061 and TS 23.401 (what a P-GW does with packets). */
#include "maps.h"
#include "parse.h"
#include "count.h"
#include "session.h"
#include "icmp.h"
#include "event.h"
#include "tft.h"
#include "filter.h"
#include "policy.h"
#include "rewrite.h"
#include "hold.h"
#include "iter.h"
#include "capture.h"
#include "spread.h"

#define GTPC_PORT      2123
#define DIAMETER_PORT  3868
#define DIAMETERS_PORT 5868 /* over TLS */
#define IP6_MIN_MTU    1280

enum role { ACCESS = 1, SGI = 2, BOTH = 3, HOST = 7, WORKER = 11 };

/* Whether packets that come in by it may be another CPU's. */
INLINE bool spreads(const enum role role) { return role <= BOTH; }

/* Whether a packet is for one of our GTP-U addresses. */
INLINE bool is_gtpu_address(const struct settings *c, const struct ip *ip)
{
	const __u64 *us = (const __u64 *)c->gtpu6;

	if (!ip->v6)
		return ip->dst == c->gtpu4 && ip->dst;
	return ip->dst == us[0] && ip->dst_low == us[1] && us[0];
}

/* The host's stack, as the session's network sees it. */
INLINE struct hop *host_hop(const struct session *s)
{
	return hop_get(MCORE_FIRST_HOST + s->network);
}

/* The gateway's address of a slot's pool, as struct ip has it. */
__noinline __u64 gateway_of(__u32 slot, __u32 v6, __u32 network)
{
	struct settings *c = settings_get();

	return c ? pool_gateway(c, slot, v6, network) : 0;
}

/* GTP-U for a TEID that is not ours (TS 29.281 7.3.1; a TEID of 0 and an End Marker get no answer).
 */
INLINE int unknown_teid(struct pkt *p, const struct gtpu_pdu *g, const struct ip *outer)
{
	struct ip_key from = ip_key(outer->src, outer->src_low, outer->v6);
	struct gtpu_sender *s = sender_of(&from);

	if (!s || g->type != GTPU_G_PDU)
		return REASON_teid_unanswered;
	__sync_fetch_and_add(&s->unknown_teid, 1);
	if (!g->teid || !limit_sender(s, ERROR_INDICATIONS_PEER_MAX) ||
	    !limit(LIMIT_ERROR_INDICATION, ERROR_INDICATIONS_MAX))
		return REASON_teid_unanswered;
	event_unknown_teid(g->teid, &from);
	if (answer_error_indication(p->ctx, p->l3, g->teid, outer->v6))
		return REASON_internal;
	return REASON_unknown_teid;
}

INLINE int wrong_peer(const struct ip *outer)
{
	struct ip_key from = ip_key(outer->src, outer->src_low, outer->v6);
	struct gtpu_sender *s = sender_of(&from);

	if (s)
		__sync_fetch_and_add(&s->wrong_peer, 1);
	return REASON_wrong_peer;
}

INLINE int gtpu_message(struct pkt *p, const struct gtpu_pdu *g, const struct ip *outer)
{
	if (g->type != GTPU_ECHO_REQUEST)
		return REASON_gtpu_control;
	return answer_echo(p->ctx, p->l3, outer->hlen, outer->v6) ? REASON_internal
								  : REASON_gtpu_echo;
}

/* From one tunnel into another, G-PDUs and End Markers alike (TS 29.281 7.3.2,
 * TS 23.401 5.5.1.1.2). A relay is an intermediate node for extension headers (5.2.1). */
INLINE int relay(struct pkt *p, const struct gtpu_pdu *g)
{
	const __u32 len = g->length + (__u32)sizeof(struct gtpu);
	const struct way way = way_of(p->session);
	struct hop *hop = hop_get(way.exit);
	int reason;

	if (g->extensions & EXTENSION_ALL)
		return REASON_unknown_extension;
	if (!hop || hop->state != HOP_READY)
		return REASON_no_next_hop;
	if ((g->extensions & EXTENSION_ENDS) || len + tunnel_len(hop) > hop->mtu)
		return REASON_relay_slow;
	if (g->type == GTPU_G_PDU) {
		reason = policy(p, NULL, 0, g->room, UP);
		if (reason != GO_ON)
			return reason;
		count_session(&p->session->up, g->room);
	}
	p->session->last_seen = p->now;
	capture_maybe(p, g->type == GTPU_G_PDU ? REASON_relay : REASON_relay_end);
	if (!retunnel(p, g, p->session->dscp, hop, way.peer_teid))
		return REASON_internal;
	return g->type == GTPU_G_PDU ? REASON_relay : REASON_relay_end;
}

/* Whether it is of what the core's nodes say to each other: GTP, SCTP (S1AP, X2AP, Diameter), and
 * Diameter over TCP. A device that speaks so to this machine is up to no good. The first fragment
 * tells, so one that is too short to tell is taken for it, as is a chain of IPv6 headers that we
 * cannot follow. A function of its own: few packets go to this machine. */
__noinline int speaks_core(struct xdp_md *ctx, __u32 off, __u32 proto, __u32 len)
{
	struct udphdr *ports; /* TCP begins with the same */
	__u64 at = off;

	if (proto == IP6_HOP_BY_HOP || proto == IP6_ROUTING || proto == IP6_FRAGMENT ||
	    proto == IP6_AUTHENTICATION || proto == IP6_DESTINATION) {
		int upper = ip6_upper(ctx, off, proto);

		if (upper < 0)
			return 1;
		if (upper & UPPER_LATER)
			return 0;
		proto = (__u32)upper >> UPPER_PROTO_SHIFT & 0xff;
		at = (__u32)upper & UPPER_OFFSET;
		len = at - off < len ? len - (__u32)(at - off) : 0;
	}
	if (proto != PROTO_UDP && proto != PROTO_TCP)
		return proto == PROTO_SCTP;
	if (len < sizeof *ports)
		return 1;
	opaque(at);
	if (at > MAX_IP6_OFFSET)
		return 1;
	ports = (void *)(long)ctx->data + at;
	if ((void *)(ports + 1) > (void *)(long)ctx->data_end)
		return 1;
	if (proto == PROTO_TCP)
		return ports->dest == bpf_htons(DIAMETER_PORT) ||
		       ports->dest == bpf_htons(DIAMETERS_PORT);
	return ports->dest == bpf_htons(GTPU_PORT) || ports->dest == bpf_htons(GTPC_PORT);
}

/* Of the packet of a device at off. IPv4's protocol numbers are not those of IPv6's headers. */
INLINE bool core_in_gtp(struct pkt *p, const struct ip *in, __u32 off)
{
	if (!in->v6 &&
	    ((in->proto != PROTO_UDP && in->proto != PROTO_TCP && in->proto != PROTO_SCTP) ||
	     ((struct iphdr *)in->at)->frag_off & bpf_htons(0x1fff)))
		return false;
	return speaks_core(p->ctx, off + in->hlen, in->proto, in->len - in->hlen);
}

/* Where a device's packet goes. */
struct route {
	struct hop *hop;
	bool host;             /* to this machine's own stack */
	struct session *other; /* to another device's tunnel, */
	__u32 other_slot;
	__be32 other_teid;
};

/* To another device, in one hop if it has a tunnel that can take the packet; if not, the host's
 * stack routes it back to us, as from outside: it answers what is too big or too old, and an idle
 * device is told of. REASON_ue_to_ue, or GO_ON. */
INLINE int route_device(struct pkt *p, const struct settings *c, const struct ip *in, __u32 off,
			const struct place *at, struct route *to)
{
	struct session *other = session_at(at, in);
	__u32 group, slot = at->slot;
	struct hop *hop;
	struct way way;

	if (!c->ue_to_ue) {
		group = other ? policy_group(p->session) : 0;
		if (!group || group != policy_group(other))
			return REASON_ue_to_ue;
	}
	if (other && other->tft)
		other = tft_session(p->ctx, off, other, &slot);
	if (!other)
		return GO_ON;
	way = way_of(other);
	hop = way.peer && !other->holding ? hop_get(way.peer) : NULL;
	if (!hop || hop->state != HOP_READY ||
	    in->len + tunnel_len(hop) + sizeof(struct gtpu) > hop->mtu || ttl_get(in) <= 1)
		return GO_ON;
	to->hop = hop;
	to->other = other;
	to->other_slot = slot;
	to->other_teid = way.peer_teid;
	return GO_ON;
}

/* The hop of a device's packet, unless it is one that the core's own nodes would send, or for the
 * access network: the session's exit, another device's peer, or the host's stack for what is
 * addressed to this machine and for what does not fit the exit's MTU, about which the stack
 * tells the device by ICMP (or what has come to the end of its TTL). GO_ON with *r set, or a
 * reason. */
INLINE int uplink_route(struct pkt *p, const struct settings *c, const struct ip *in, __u32 off,
			struct route *r)
{
	struct place to = address_find(c, in, p->session->network);
	__u32 limit = ACCESS_OPEN;
	bool us;
	int reason;

	if (!policy_routable(in))
		return REASON_not_routable;
	if (to.found && to.offset >= MCORE_HOST_OFFSETS) {
		reason = route_device(p, c, in, off, &to, r);
		if (reason != GO_ON || r->other)
			return reason;
	}
	us = (to.found && to.offset < MCORE_HOST_OFFSETS) ||
	     local_find(c, in->dst, in->dst_low, in->v6);
	r->host = to.found || us;
	if (us)
		limit = ACCESS_NO_CORE;
	else if (!r->host && !p->session->network)
		limit = access_limit(c, in);
	if (limit == ACCESS_CLOSED || (limit == ACCESS_NO_CORE && core_in_gtp(p, in, off)))
		return us ? REASON_core_port : REASON_access_network;
	r->hop = r->host ? host_hop(p->session) : hop_get(p->session->exit);
	if (r->hop && r->hop->to_host)
		r->host = true;
	if (r->hop && !r->host && (in->len > r->hop->mtu || ttl_get(in) <= 1) &&
	    r->hop->state == HOP_READY) {
		r->host = true;
		r->hop = host_hop(p->session);
	}
	return r->hop && r->hop->state == HOP_READY ? GO_ON : REASON_no_next_hop;
}

/* A device's ICMPv6 to its router or to all routers, which mcored answers. */
INLINE int uplink_on_link(struct pkt *p, const struct ip *in, __u32 off)
{
	int reason = policy(p, NULL, 0, in->len, UP);

	if (reason != GO_ON)
		return reason;
	if (event_slow_path(p->ctx, p->slot, off, in->len))
		return REASON_event_lost;
	p->session->last_seen = p->now;
	count_session(&p->session->up, in->len);
	return REASON_slow_path;
}

/* Into another device's tunnel, under that device's policy, too. */
INLINE int uplink_to_device(struct pkt *p, const struct ip *in, __u32 off, const struct route *to)
{
	int reason;

	capture_maybe(p, REASON_device_to_device);
	p->captured = false;
	p->down = true;
	p->session = to->other;
	p->slot = to->other_slot;
	p->dscp_outer = DSCP_KEEP;
	reason = policy(p, in, off, in->len, DOWN);
	if (reason != GO_ON)
		return reason;
	count_session(&p->session->down, in->len);
	p->session->last_seen = p->now;
	ttl_decrement(in);
	dscp_mark(p, in);
	return encapsulate(p, in, off, p->session->dscp, to->hop, to->other_teid)
		       ? REASON_device_to_device
		       : REASON_internal;
}

/* A packet that a device sends on from a network behind it. */
INLINE bool from_behind(const struct pkt *p, const struct settings *c, const struct ip *in)
{
	__u32 *slot = route_find(c, in->src, in->src_low, in->v6, p->session->network);

	return slot && *slot == p->session->owner;
}

/* From a device to the network. */
INLINE int uplink(struct pkt *p, const struct settings *c, const struct ip *outer)
{
	struct gtpu_pdu g;
	struct ip in = {};
	struct route to = {};
	int reason;

	reason = parse_gtpu(p, outer, &g);
	if (reason != GO_ON)
		return reason;
	if (g.type < GTPU_END_MARKER)
		return gtpu_message(p, &g, outer);

	p->session = session_by_teid(p, c, g.teid);
	if (!p->session)
		return unknown_teid(p, &g, outer);
	if (p->session->exit >= MCORE_FIRST_PEER)
		return !p->session->peer || peer_may_send(p->session, outer) ? relay(p, &g)
									     : wrong_peer(outer);
	if (!peer_may_send(p->session, outer))
		return wrong_peer(outer);
	if (g.type == GTPU_END_MARKER) {
		p->session = NULL;
		return REASON_end_marker;
	}
	if (g.extensions & (EXTENSION_ENDPOINT | EXTENSION_ALL))
		return REASON_unknown_extension;

	if (!parse_inner(p, &g, &in))
		return REASON_bad_inner;
	reason = policy_source(p->session, &in);
	if (reason != GO_ON && !from_behind(p, c, &in))
		return reason;
	if (p->session->flags & SESSION_DEDICATED &&
	    tft_slot(p->ctx, g.inner, p->session->tft, TFT_RULE_UP) != p->slot)
		return REASON_wrong_bearer;
	if (ip6_on_link(&in))
		return uplink_on_link(p, &in, g.inner);
	reason = uplink_route(p, c, &in, g.inner, &to);
	if (reason != GO_ON)
		return reason;
	reason = policy(p, &in, g.inner, in.len, UP);
	if (reason != GO_ON)
		return reason;

	count_session(&p->session->up, in.len);
	p->session->last_seen = p->now;
	if (to.other)
		return uplink_to_device(p, &in, g.inner, &to);
	capture_maybe(p, to.host ? REASON_to_host : REASON_uplink);
	if (!to.host)
		ttl_decrement(&in);
	dscp_mark(p, &in);
	if (!decapsulate(p, &in, g.inner, to.hop))
		return REASON_internal;
	return to.host ? REASON_to_host : REASON_uplink;
}

/* A packet of a size that the hop cannot carry. Never back to the kernel if it came from there. */
INLINE int downlink_too_big(struct pkt *p, const struct ip *in, const struct hop *h,
			    const enum role role)
{
	__u32 mtu = h->mtu - tunnel_len(h) - (__u32)sizeof(struct gtpu);
	__u64 from;

	if (!in->df)
		return role == HOST ? REASON_too_big_dropped : REASON_too_big_pass;
	if ((in->v6 && in->len <= IP6_MIN_MTU) || !limit(LIMIT_ICMP, ICMP_MAX))
		return REASON_too_big_dropped;
	from = role == HOST ? 0 : gateway_of(p->slot, in->v6, p->session->network);
	if (in->v6 ? answer_too_big6(p->ctx, p->l3, mtu < IP6_MIN_MTU ? IP6_MIN_MTU : mtu, from)
		   : answer_too_big4(p->ctx, p->l3, mtu, (__u32)from))
		return REASON_too_big_dropped;
	return REASON_too_big;
}

/* What comes in from outside cannot be from a device or from us. */
INLINE int source_from_outside(const struct settings *c, const struct ip *in, __u32 network)
{
	if (pool_find(c, in->src, in->v6, network).found ||
	    route_find(c, in->src, in->src_low, in->v6, network) ||
	    local_find(c, in->src, in->src_low, in->v6))
		return REASON_own_source;
	return policy_martian(in) ? REASON_martian_source : GO_ON;
}

/* What is decided of a downlink packet before it matters where the device is. */
INLINE int downlink_policy(struct pkt *p, const struct ip *in, const enum role role)
{
	if (role != HOST && ttl_get(in) <= 1)
		return REASON_ttl;
	return policy(p, in, p->l3, in->len, DOWN);
}

/* A packet for a device that is idle, or that others wait for. What its policy is against wakes no
 * device. GO_ON if the way is open by now. */
INLINE int downlink_hold(struct pkt *p, const struct ip *in, const enum role role)
{
	int reason = downlink_policy(p, in, role);

	return reason == GO_ON ? hold(p->ctx, p->slot, p->l3, in->len, hold_change(p, role != HOST))
			       : reason;
}

/* From the network to a device. */
INLINE int downlink(struct pkt *p, const struct settings *c, const struct ip *in,
		    const enum role role)
{
	const __u32 network = network_of(p, c);
	struct place to = address_find(c, in, network);
	bool judged = false;
	struct hop *hop;
	struct way way;
	int reason;

	if (!to.found || to.offset < MCORE_HOST_OFFSETS)
		return REASON_not_ours;
	/* A worker would take what is for our address for a tunnel's packet, which it is only on an
	 * interface towards eNodeBs. */
	if (spreads(role) && ((role & ACCESS) || !is_gtpu_address(c, in)) &&
	    hand_over(c, to.slot) == HANDED_OVER)
		return HANDED_OVER;
	reason = role == HOST ? GO_ON : source_from_outside(c, in, network);
	if (reason != GO_ON)
		return reason;
	p->down = true;
	p->session = session_by_address(p, &to, in);
	if (!p->session)
		return REASON_no_session;
	if (p->session->tft)
		p->session = tft_session(p->ctx, p->l3, p->session, &p->slot);
	way = way_of(p->session);
	if (!way.peer || p->session->holding) {
		reason = downlink_hold(p, in, role);
		if (reason != GO_ON)
			return reason;
		way = way_of(p->session);
		judged = true;
	}
	hop = hop_get(way.peer);
	if (!hop || hop->state != HOP_READY)
		return REASON_no_next_hop;
	if (in->len + tunnel_len(hop) + sizeof(struct gtpu) > hop->mtu)
		return downlink_too_big(p, in, hop, role);
	if (!judged) {
		reason = downlink_policy(p, in, role);
		if (reason != GO_ON)
			return reason;
	}

	count_session(&p->session->down, in->len);
	p->session->last_seen = p->now;
	if (role != HOST)
		ttl_decrement(in);
	dscp_mark(p, in);
	return encapsulate(p, in, p->l3, p->session->dscp, hop, way.peer_teid) ? REASON_downlink
									       : REASON_internal;
}

/* UDP for one of our GTP-U addresses; extension headers of IPv6 are counted into hlen then. */
INLINE bool to_gtpu_address(struct pkt *p, const struct settings *c, struct ip *ip)
{
	int upper;

	if (!is_gtpu_address(c, ip))
		return false;
	if (!ip->v6 || ip->proto == PROTO_UDP)
		return ip->proto == PROTO_UDP;
	upper = ip6_upper(p->ctx, p->l3 + ip->hlen, ip->proto);
	if (upper < 0 || ((__u32)upper >> UPPER_PROTO_SHIFT & 0xff) != PROTO_UDP)
		return false;
	ip->fragment = upper & UPPER_FRAGMENT;
	ip->hlen = ((__u32)upper & UPPER_OFFSET) - p->l3;
	return ip->hlen <= MAX_IP6_OFFSET && ip->hlen <= ip->len;
}

/* ICMP for one of our GTP-U addresses that says of a packet of ours to a peer that it did not fit:
 * the kernel learns the path's MTU from it, and mcored is to ask the kernel. `off` is the ICMP
 * header. What strangers say of others takes no event away. */
__noinline int path_message(struct xdp_md *ctx, __u32 off, __u32 v6)
{
	struct ip_key peer = {};
	__u8 head[2];

	if (bpf_xdp_load_bytes(ctx, off, head, sizeof head))
		return -1;
	if (v6) {
		if (head[0] != ICMPV6_TOO_BIG ||
		    bpf_xdp_load_bytes(ctx, off + sizeof(struct icmp) + 24, peer.addr, 16))
			return -1;
	} else {
		if (head[0] != ICMP_UNREACHABLE || head[1] != ICMP_FRAGMENTATION_NEEDED ||
		    bpf_xdp_load_bytes(ctx, off + sizeof(struct icmp) + 16, peer.addr + 12, 4))
			return -1;
		peer.addr[10] = peer.addr[11] = 0xff;
	}
	return bpf_map_lookup_elem(&peers, &peer) ? event_path(&peer) : -1;
}

INLINE bool about_path(const struct settings *c, const struct ip *ip)
{
	return is_gtpu_address(c, ip) &&
	       (ip->v6 ? ip->proto == PROTO_ICMPV6 : ip->proto == PROTO_ICMP && !ip->fragment);
}

INLINE int classify(struct pkt *p, const enum role role)
{
	struct ip ip = {};
	struct settings *c;

	if (!parse_frame(p, &ip))
		return REASON_not_ours;
	c = settings_get();
	if (!c)
		return REASON_internal;
	if ((role & ACCESS) && to_gtpu_address(p, c, &ip)) {
		struct udphdr *udp = behind(&ip);

		if (ip.fragment)
			return REASON_outer_fragment;
		if (udp && ip.len >= ip.hlen + sizeof *udp && (void *)(udp + 1) <= p->end &&
		    udp->dest == bpf_htons(GTPU_PORT)) {
			if (spreads(role) && hand_over_gtpu(p, c, udp) == HANDED_OVER)
				return HANDED_OVER;
			return uplink(p, c, &ip);
		}
	}
	if ((role & ACCESS) && about_path(c, &ip))
		path_message(p->ctx, p->l3 + ip.hlen, ip.v6);
	return role & SGI ? downlink(p, c, &ip, role) : REASON_not_ours;
}

/* The one exit every packet takes. */
INLINE int finish(struct pkt *p, int reason)
{
	__u32 key = (__u32)reason;
	__u64 bit = 1ull << (key & 63);
	struct reason_count *c = bpf_map_lookup_elem(&reasons, &key);

	if (c) {
		c->packets++;
		c->bytes += p->len;
	}
	capture_maybe(p, reason);
	if (bit & FORWARDS)
		return p->action;
	if (bit & PASSES)
		return XDP_PASS;
	/* Not XDP_TX: a veth delivers that only to a far end with an XDP program of its own, and
	 * mcore0 has none. */
	if (bit & ANSWERS)
		return (int)bpf_redirect(p->ctx->ingress_ifindex, 0);
	if (p->session && (bit & DROPS)) {
		__sync_fetch_and_add(&p->session->dropped, 1);
		drop_of(p->slot, key);
	}
	return XDP_DROP;
}

INLINE int run(struct xdp_md *ctx, const enum role role)
{
	struct pkt p = {};
	int reason;

	p.now = tick_now();
	pkt_load(&p, ctx);
	reason = classify(&p, role);
	return reason == HANDED_OVER ? XDP_REDIRECT : finish(&p, reason);
}

SEC("xdp") int mcore_access(struct xdp_md *ctx) { return run(ctx, ACCESS); }
SEC("xdp") int mcore_sgi(struct xdp_md *ctx) { return run(ctx, SGI); }
SEC("xdp") int mcore_both(struct xdp_md *ctx) { return run(ctx, BOTH); }
SEC("xdp") int mcore_host(struct xdp_md *ctx) { return run(ctx, HOST); }
SEC("xdp/cpumap") int mcore_worker(struct xdp_md *ctx) { return run(ctx, WORKER); }

SEC("xdp/cpumap") int mcore_cpu(struct xdp_md *ctx)
{
	struct pkt p = {};

	bpf_tail_call(ctx, &worker, 0);
	pkt_load(&p, ctx);
	return finish(&p, REASON_internal);
}

char _license[] SEC("license") = "Dual BSD/GPL";
