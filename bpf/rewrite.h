/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Out of the tunnel, into the tunnel, and out of the machine.
 *
 * A P-GW is a router between the device and the packet data network (TS 23.060 9.1.2, TS 29.061
 * 11.1), so a packet that crosses it in XDP has its TTL or hop limit decremented once. One that
 * goes to or comes from the host's own stack does not: the stack does it when it forwards, and a
 * packet for the host itself has not crossed a router.
 *
 * The outer header has Don't Fragment set and identification 0 (an atomic datagram, RFC 6864): a
 * G-PDU that a path cannot carry shows as ICMP to this machine, instead of as fragments that
 * eNodeBs reassemble slowly or, under one identification, wrongly. What does not fit the hop's MTU
 * is never sent (icmp.h). The UDP checksum is 0 over IPv4, as TS 29.281 4.4.2 allows, and there over
 * IPv6 (csum.h); ECN of the outer header is Not-ECT (RFC 6040's compatibility mode), a flow label is
 * not set. */
#ifndef BPF_REWRITE_H
#define BPF_REWRITE_H

#include "csum.h"
#include "maps.h"
#include "parse.h"

enum {
	TUNNEL4 = sizeof(struct iphdr) + sizeof(struct udphdr),
	TUNNEL6 = sizeof(struct ipv6hdr) + sizeof(struct udphdr),
	OUTER_TTL = 64,
};

/* Octets of outer IP and UDP headers towards a hop. */
INLINE __u32 tunnel_len(const struct hop *h) { return h->family == 6 ? TUNNEL6 : TUNNEL4; }

/* The TTL or hop limit of a packet that was parsed. */
INLINE __u8 ttl_get(const struct ip *in)
{
	return in->v6 ? ((struct ipv6hdr *)in->at)->hop_limit : ((struct iphdr *)in->at)->ttl;
}

/* IPv4's checksum follows as in RFC 1624. */
INLINE void ttl_decrement(const struct ip *in)
{
	struct iphdr *h = in->at;
	__u32 sum;

	if (in->v6) {
		((struct ipv6hdr *)in->at)->hop_limit--;
		return;
	}
	h->ttl--;
	sum = h->check + bpf_htons(0x0100);
	h->check = (__u16)(sum + (sum >= 0xffff));
}

/* Marks the device's packet; ECN stays (RFC 2474 3, RFC 3168 5). */
INLINE void dscp_mark(const struct pkt *p, const struct ip *in)
{
	struct iphdr *h = in->at;
	__be16 was = *(__be16 *)h, now;
	__u32 sum;

	if (p->dscp == DSCP_KEEP)
		return;
	if (in->v6) {
		*(__be16 *)h = (was & bpf_htons(0xf03f)) | bpf_htons((__u16)(p->dscp << 6));
		return;
	}
	now = (was & bpf_htons(0xff03)) | bpf_htons((__u16)(p->dscp << 2));
	*(__be16 *)h = now;
	sum = (__u32)(__u16)~h->check + (__u16)~was + now;
	sum = (sum & 0xffff) + (sum >> 16);
	h->check = (__u16)~((sum & 0xffff) + (sum >> 16));
}

INLINE __u32 link_len(const struct hop *h)
{
	return sizeof(struct ethhdr) + (h->vlan ? sizeof(struct vlan_tag) : 0);
}

/* The hop's link-layer header at the start of a frame that has room for it and a tag. Both MAC
 * addresses are one run of 12 octets in struct hop, and go as a word and a half. */
INLINE void write_link(void *at, const struct hop *h, __be16 type)
{
	_Static_assert(__builtin_offsetof(struct hop, dmac) == 8, "aligned");
	*(__u64 *)at = *(const __u64 *)h->dmac;
	*(__u32 *)(at + 8) = *(const __u32 *)(h->dmac + 8);
	if (h->vlan) {
		*(__be16 *)(at + 12) = bpf_htons(ETH_P_8021Q);
		*(__be16 *)(at + 14) = h->vlan;
		at += sizeof(struct vlan_tag);
	}
	*(__be16 *)(at + 12) = type;
}

/* Cuts what is behind the packet that begins at `off`: Ethernet's padding, or the GTP-U peer's. */
INLINE int trim(struct pkt *p, const struct ip *in, __u32 off)
{
	__u32 excess = p->len - off - in->len;

	return excess ? (int)bpf_xdp_adjust_tail(p->ctx, -(int)excess) : 0;
}

/* Where a rewritten frame leaves, which may be where it came from (count.h: why not by XDP_TX). */
INLINE int leave(const struct hop *h) { return (int)bpf_redirect(h->ifindex, 0); }

/* Replaces all in front of the inner packet at offset `off` by a link-layer header. False if the
 * kernel cannot. */
INLINE bool decapsulate(struct pkt *p, const struct ip *in, __u32 off, const struct hop *h)
{
	if (trim(p, in, off) || bpf_xdp_adjust_head(p->ctx, (int)(off - link_len(h))))
		return false;
	pkt_reload(p);
	if (p->data + sizeof(struct ethhdr) + sizeof(struct vlan_tag) > p->end)
		return false;
	write_link(p->data, h, in->v6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP));
	p->action = leave(h);
	return true;
}

/* Link layer, outer IPv4 and UDP around `len` octets of GTP-U; returns where these begin, NULL if
 * there is no room. */
INLINE __be32 *write_tunnel4(struct pkt *p, const struct hop *h, __u32 tos, __u32 len)
{
	__u16 total = bpf_htons((__u16)(len + TUNNEL4));
	__be32 *w = p->data + link_len(h);
	__u32 sum;

	if ((void *)w + TUNNEL4 + sizeof(struct gtpu) > p->end)
		return NULL;
	write_link(p->data, h, bpf_htons(ETH_P_IP));
	sum = (__u32)h->ipsum + total + bpf_htons((__u16)tos);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	w[0] = bpf_htonl(0x45000000 | tos << 16 | (len + TUNNEL4));
	w[1] = bpf_htonl(0x00004000);
	*(__be16 *)&w[2] = bpf_htons(OUTER_TTL << 8 | PROTO_UDP);
	*((__u16 *)&w[2] + 1) = (__u16)~sum;
	w[3] = *(const __be32 *)h->local;
	w[4] = *(const __be32 *)h->addr;
	w[5] = bpf_htonl(GTPU_PORT << 16 | GTPU_PORT);
	w[6] = bpf_htonl((len + (__u32)sizeof(struct udphdr)) << 16);
	return w + 7;
}

/* The same by IPv6. The checksum is filled in by udp6_checksum() once all is written. */
INLINE __be32 *write_tunnel6(struct pkt *p, const struct hop *h, __u32 tos, __u32 len)
{
	__be32 *w = p->data + link_len(h);

	if ((void *)w + TUNNEL6 + sizeof(struct gtpu) > p->end)
		return NULL;
	write_link(p->data, h, bpf_htons(ETH_P_IPV6));
	w[0] = bpf_htonl(0x60000000 | tos << 20);
	w[1] = bpf_htonl((len + (__u32)sizeof(struct udphdr)) << 16 | PROTO_UDP << 8 | OUTER_TTL);
	__builtin_memcpy(w + 2, h->local, 16);
	__builtin_memcpy(w + 6, h->addr, 16);
	w[10] = bpf_htonl(GTPU_PORT << 16 | GTPU_PORT);
	w[11] = bpf_htonl((len + (__u32)sizeof(struct udphdr)) << 16);
	return w + 12;
}

/* Makes the frame begin so that what is at `off` now stands behind the hop's link-layer, IP and UDP
 * headers, and `more` octets. */
INLINE bool make_room(struct pkt *p, const struct hop *h, __u32 off, __u32 more)
{
	int delta = (int)off - (int)(link_len(h) + tunnel_len(h) + more);

	if (delta && bpf_xdp_adjust_head(p->ctx, delta))
		return false;
	pkt_reload(p);
	return true;
}

/* Replaces all in front of the device's packet at `off` by the hop's link-layer header, outer IP, UDP
 * and GTP-U (TS 29.281 5.1: version 1, no optional fields). The tunnel's DSCP is that given, unless
 * the policy has one. */
INLINE bool encapsulate(struct pkt *p, const struct ip *in, __u32 off, __u8 dscp,
			const struct hop *h, __be32 teid)
{
	const __u32 len = in->len + (__u32)sizeof(struct gtpu);
	const __u32 tos = (p->dscp_outer == DSCP_KEEP ? dscp : p->dscp_outer) << 2 & 0xff;
	const bool v6 = h->family == 6;
	__be32 *w;

	if (trim(p, in, off) || !make_room(p, h, off, sizeof(struct gtpu)))
		return false;
	w = v6 ? write_tunnel6(p, h, tos, len) : write_tunnel4(p, h, tos, len);
	if (!w)
		return false;
	w[0] = bpf_htonl((GTPU_V1 | GTPU_PT) << 24 | GTPU_G_PDU << 16 | in->len);
	w[1] = teid;
	if (v6 && udp6_checksum(p->ctx, link_len(h)))
		return false;
	p->action = leave(h);
	return true;
}

/* Replaces all in front of the GTP-U header by the hop's, and the TEID; what is behind it, sequence
 * number and extension headers too, goes on as it is. */
INLINE bool retunnel(struct pkt *p, const struct gtpu_pdu *g, __u8 dscp, const struct hop *h,
		     __be32 teid)
{
	const __u32 len = g->length + (__u32)sizeof(struct gtpu), tos = (__u32)dscp << 2;
	const bool v6 = h->family == 6;
	__u32 excess = p->len - g->header - len;
	__be32 *w;

	if ((excess && bpf_xdp_adjust_tail(p->ctx, -(int)excess)) || !make_room(p, h, g->header, 0))
		return false;
	w = v6 ? write_tunnel6(p, h, tos, len) : write_tunnel4(p, h, tos, len);
	if (!w)
		return false;
	w[1] = teid;
	if (v6 && udp6_checksum(p->ctx, link_len(h)))
		return false;
	p->action = leave(h);
	return true;
}

#endif
