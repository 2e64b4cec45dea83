/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a frame to the facts the rest works on. Nothing here decides and nothing is written.
 *
 * An IP packet is one `struct ip` whichever its version, so that no check is written twice: an IPv4
 * address is in the low 32 bits of src and dst, an IPv6 address in src, src_low; both as loaded
 * from the wire. The same function reads what comes from the Internet, the outer header of GTP-U
 * and the device's packet inside. Header checksums are not verified: a rewritten packet keeps a
 * wrong one wrong (RFC 1624), so its receiver still finds it. GTP-U is TS 29.281 5.1 and 5.2. */
#ifndef BPF_PARSE_H
#define BPF_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <mcore/datapath.h>

#define INLINE static __always_inline

/* What a step returns when the packet is to go on; else an enum mcore_reason. */
enum { GO_ON = -1 };

struct pkt {
	struct xdp_md *ctx;
	void *data, *end;
	__u32 len; /* of the frame as received */
	__u32 l3;  /* offset of the first IP header */
	__u32 slot;
	__u64 now;               /* ns, CLOCK_MONOTONIC, late by less than a tick */
	struct session *session; /* once known */
	bool down;               /* towards it */
	bool captured;           /* its frame was copied */
	int action;              /* XDP action of a FORWARD reason */
	__u8 dscp, dscp_outer;   /* to be marked on the packet and on its tunnel; DSCP_KEEP */
};

struct ip {
	void *at;
	__u32 hlen; /* IPv6: 40, extension headers count as payload (but in outer headers) */
	__u32 len;  /* of the whole packet */
	__u64 src, dst;
	__u64 src_low, dst_low;
	bool v6;
	bool fragment; /* IPv4: any but a whole packet */
	bool df;       /* may not be fragmented on the way; always for IPv6 */
	__u8 proto;
};

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

struct gtpu {
	__u8 flags;
	__u8 type;
	__be16 length; /* octets after these eight */
	__be32 teid;
};
enum { GTPU_PN = 1, GTPU_S = 2, GTPU_E = 4, GTPU_PT = 0x10, GTPU_V1 = 0x20, GTPU_VERSION = 0xe0 };
enum {
	GTPU_ECHO_REQUEST = 1,
	GTPU_ECHO_RESPONSE = 2,
	GTPU_ERROR_INDICATION = 26,
	GTPU_END_MARKER = 254,
	GTPU_G_PDU = 255,
};
enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_ESP = 50,
	PROTO_AH = 51,
	PROTO_ICMPV6 = 58,
	PROTO_SCTP = 132,
	PROTO_UDPLITE = 136,
};
enum {
	IP6_HOP_BY_HOP = 0,
	IP6_ROUTING = 43,
	IP6_FRAGMENT = 44,
	IP6_AUTHENTICATION = 51,
	IP6_DESTINATION = 60,
};

/* Keeps the compiler from 32-bit arithmetic on packet pointers and from reassociating sums. */
#define opaque(x) asm volatile("" : "+r"(x))

INLINE void pkt_load(struct pkt *p, struct xdp_md *ctx)
{
	__u64 n = (__u64)ctx->data_end - (__u64)ctx->data;

	opaque(n);
	p->ctx = ctx;
	p->data = (void *)(long)ctx->data;
	p->end = (void *)(long)ctx->data_end;
	p->len = (__u32)n;
	p->dscp = p->dscp_outer = DSCP_KEEP;
}

/* After a helper moved the frame's ends. */
INLINE void pkt_reload(struct pkt *p)
{
	p->data = (void *)(long)p->ctx->data;
	p->end = (void *)(long)p->ctx->data_end;
}

/* Sets l3; returns the EtherType behind up to two VLAN tags (IEEE 802.1Q, 802.1ad), 0 if cut. */
INLINE __be16 parse_ethernet(struct pkt *p)
{
	struct ethhdr *eth = p->data;
	__be16 type;

	if ((void *)(eth + 1) > p->end)
		return 0;
	type = eth->h_proto;
	p->l3 = sizeof *eth;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct vlan_tag *tag = p->data + sizeof *eth + i * sizeof *tag;

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > p->end)
			return 0;
		type = tag->proto;
		p->l3 += sizeof *tag;
	}
	return type;
}

INLINE bool parse_ip4(struct ip *ip, void *at, void *end, __u32 room)
{
	struct iphdr *h = at;

	if ((void *)(h + 1) > end || h->version != 4)
		return false;
	ip->hlen = h->ihl * 4;
	ip->len = bpf_ntohs(h->tot_len);
	if (ip->hlen < sizeof *h || ip->len < ip->hlen || ip->len > room)
		return false;
	ip->src = h->saddr;
	ip->dst = h->daddr;
	ip->proto = h->protocol;
	ip->fragment = h->frag_off & bpf_htons(0x3fff);
	ip->df = h->frag_off & bpf_htons(0x4000);
	return true;
}

INLINE bool parse_ip6(struct ip *ip, void *at, void *end, __u32 room)
{
	struct ipv6hdr *h = at;
	__u64 *a = at;

	if ((void *)(h + 1) > end || h->version != 6)
		return false;
	ip->hlen = sizeof *h;
	ip->len = bpf_ntohs(h->payload_len) + (__u32)sizeof *h;
	if (ip->len > room)
		return false;
	ip->src = a[1];
	ip->src_low = a[2];
	ip->dst = a[3];
	ip->dst_low = a[4];
	ip->proto = h->nexthdr;
	ip->df = true;
	return true;
}

/* The IP packet at `at`, of which at most `room` octets are there. False unless it is whole. */
INLINE bool parse_ip(struct ip *ip, void *at, void *end, __u32 room, bool v6)
{
	ip->at = at;
	ip->v6 = v6;
	return v6 ? parse_ip6(ip, at, end, room) : parse_ip4(ip, at, end, room);
}

/* The frame's own IP packet. False for frames that are neither IPv4 nor IPv6, or are damaged. */
INLINE bool parse_frame(struct pkt *p, struct ip *ip)
{
	__be16 type = parse_ethernet(p);

	if (type != bpf_htons(ETH_P_IP) && type != bpf_htons(ETH_P_IPV6))
		return false;
	return parse_ip(ip, p->data + p->l3, p->end, p->len - p->l3, type == bpf_htons(ETH_P_IPV6));
}

/* The longest chains of headers that we follow, by their end in the frame and their number. */
enum { MAX_INNER_OFFSET = 1500, MAX_EXTENSIONS = 8, MAX_IP6_OFFSET = 2000, MAX_IP6_HEADERS = 6 };

/* What ip6_upper() returns: the offset of the upper-layer header, its protocol, and whether a
 * Fragment header stands before it; beyond a later fragment's there is none to be found. */
enum { UPPER_OFFSET = 0xffff, UPPER_PROTO_SHIFT = 16, UPPER_FRAGMENT = 1 << 24, UPPER_LATER = 1 << 25 };
/* Beside its `type`: an Authentication Header is not one to be skipped. */
enum { UPPER_TO_AH = 1 << 8 };

/* Follows a chain of IPv6 extension headers (RFC 8200 4.1), the first of which, of that type, is at
 * `off`. Negative if it is cut or longer than we follow. A function of its own for the same reason
 * as gtpu_extensions(). */
__noinline int ip6_upper(struct xdp_md *ctx, __u32 off, __u32 type)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	const __u32 last = type & UPPER_TO_AH ? IP6_AUTHENTICATION : ~0u;
	int flags = 0;

	type &= 0xff;
	for (int i = 0; i <= MAX_IP6_HEADERS; i++) {
		__u64 at = off;
		__u8 *h = data + at;

		if (off > MAX_IP6_OFFSET)
			return -1;
		if (type == last || (type != IP6_HOP_BY_HOP && type != IP6_ROUTING &&
				     type != IP6_FRAGMENT && type != IP6_AUTHENTICATION &&
				     type != IP6_DESTINATION))
			return (int)(off | (type & 0xff) << UPPER_PROTO_SHIFT) | flags;
		opaque(at);
		if (at > MAX_IP6_OFFSET)
			return -1;
		h = data + at;
		if ((void *)(h + 8) > end)
			return -1;
		if (type == IP6_FRAGMENT) {
			flags |= UPPER_FRAGMENT;
			if (h[2] || h[3] & 0xf8)
				return (int)(off | (__u32)h[0] << UPPER_PROTO_SHIFT) | flags |
				       UPPER_LATER;
			off += 8;
		} else if (type == IP6_AUTHENTICATION) {
			off += (h[1] + 2u) * 4;
		} else {
			off += (h[1] + 1u) * 8;
		}
		type = h[0];
	}
	return -1;
}

INLINE bool has_ports(__u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP ||
	       proto == PROTO_DCCP || proto == PROTO_UDPLITE;
}

/* The four octets at that offset of the frame, in host order, unless the packet that ends at `limit`
 * has them not: ports, source first, or an SPI. Most frames have them in their first piece, where a
 * look costs no call. */
INLINE bool load_word(struct xdp_md *ctx, __u32 at, __u32 limit, __u32 *word)
{
	__u64 off = at;
	__be32 *w;

	if (at + sizeof *w > limit)
		return false;
	opaque(off);
	w = (void *)(long)ctx->data + off;
	if (off <= MAX_IP6_OFFSET && (void *)(w + 1) <= (void *)(long)ctx->data_end)
		*word = *w;
	else if (bpf_xdp_load_bytes(ctx, at, word, sizeof *word))
		return false;
	*word = bpf_ntohl(*word);
	return true;
}

/* Extension header types that may stand in front of a G-PDU's packet and mean nothing to us:
 * service class, UDP port, RAN container, long PDCP PDU number (twice), Xw and NR RAN container,
 * PDU session container, PDCP PDU number (TS 29.281 figure 5.2.1-3). */
INLINE bool extension_known(__u8 type)
{
	return type == 0x20 || type == 0x40 || (type >= 0x81 && type <= 0x85) || type == 0xc0;
}

/* What a chain of extension headers has that is not simply skipped, by bits 8 and 7 of their types
 * (TS 29.281 5.2.1): unknown ones that an endpoint must understand, that everybody must, and those
 * that a relay must not pass on. */
enum { EXTENSION_OFFSET = 0xffff, EXTENSION_ENDPOINT = 1 << 16, EXTENSION_ALL = 1 << 17, EXTENSION_ENDS = 1 << 18 };

INLINE __u32 extension_flag(__u8 type)
{
	if (type >> 6 == 1)
		return EXTENSION_ENDS;
	if (type < 0x80 || extension_known(type))
		return 0;
	return type >> 6 == 2 ? EXTENSION_ENDPOINT : EXTENSION_ALL;
}

/* Follows the chain of extension headers, the first of which, of that type, is at `off`. Returns
 * the offset behind the last and flags, or -REASON_bad_gtpu. A function of its own to the verifier,
 * which so checks what follows once and not once for each length of the chain. */
__noinline int gtpu_extensions(struct xdp_md *ctx, __u32 off, __u32 type, __u32 limit)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 flags = 0;

	for (int i = 0; i < MAX_EXTENSIONS && off <= MAX_INNER_OFFSET; i++) {
		__u64 at = off, last;
		__u8 *length = data + at, *next;

		if (!type)
			return (int)(off | flags);
		flags |= extension_flag((__u8)type);
		if ((void *)(length + 1) > end || !*length)
			return -REASON_bad_gtpu;
		last = at + *length * 4u - 1;
		opaque(last);
		if (last > MAX_INNER_OFFSET || last >= limit)
			return -REASON_bad_gtpu;
		next = data + last;
		if ((void *)(next + 1) > end)
			return -REASON_bad_gtpu;
		off = (__u32)last + 1;
		type = *next;
	}
	return type || off > MAX_INNER_OFFSET ? -REASON_bad_gtpu : (int)(off | flags);
}

/* What is behind an outer header, NULL if that is longer than we follow. The verifier of 6.1 forgets in
 * a spill what was assured of the length. */
INLINE void *behind(const struct ip *ip)
{
	__u64 n = ip->hlen;

	opaque(n);
	return n <= MAX_IP6_OFFSET ? ip->at + n : NULL;
}

struct gtpu_pdu {
	__be32 teid;
	__u8 type;
	__u32 extensions; /* EXTENSION_… flags */
	__u32 header;     /* offset of the GTP-U header */
	__u32 length;     /* octets of the message behind its first eight */
	__u32 inner;  /* offset of what it carries */
	__u32 room;   /* octets it carries */
};

/* The UDP datagram in `outer`, a whole packet to port 2152, as GTP-U. GO_ON or a reason. */
INLINE int parse_gtpu(struct pkt *p, const struct ip *outer, struct gtpu_pdu *g)
{
	struct udphdr *udp = behind(outer);
	struct gtpu *h = (void *)(udp + 1);
	__u32 room, udp_len, headers;
	__u8 *option = (__u8 *)(h + 1);
	int inner;

	if (!udp || (void *)(h + 1) > p->end)
		return REASON_bad_gtpu;
	udp_len = bpf_ntohs(udp->len);
	room = bpf_ntohs(h->length);
	if (udp_len > outer->len - outer->hlen || room + sizeof *udp + sizeof *h > udp_len)
		return REASON_bad_gtpu;
	if ((h->flags & (GTPU_VERSION | GTPU_PT)) != (GTPU_V1 | GTPU_PT))
		return REASON_bad_gtpu;
	g->type = h->type;
	g->teid = h->teid;
	g->header = p->l3 + outer->hlen + (__u32)sizeof *udp;
	g->inner = g->header + (__u32)sizeof *h;
	g->room = g->length = room;
	g->extensions = 0;
	if (!(h->flags & (GTPU_E | GTPU_S | GTPU_PN)))
		return GO_ON;
	if (room < 4 || (void *)(option + 4) > p->end)
		return REASON_bad_gtpu;
	g->inner += 4;
	if ((h->flags & GTPU_E) && option[3]) {
		inner = gtpu_extensions(p->ctx, g->inner, option[3],
					g->header + (__u32)sizeof *h + room);
		if (inner < 0)
			return -inner;
		g->inner = (__u32)inner & EXTENSION_OFFSET;
		g->extensions = (__u32)inner & ~(__u32)EXTENSION_OFFSET;
	}
	headers = g->inner - g->header - (__u32)sizeof *h;
	if (g->inner > MAX_INNER_OFFSET || headers > room)
		return REASON_bad_gtpu;
	g->room = room - headers;
	return GO_ON;
}

/* The device's packet in a G-PDU. False unless it is a whole IPv4 or IPv6 packet. */
INLINE bool parse_inner(struct pkt *p, const struct gtpu_pdu *g, struct ip *ip)
{
	__u64 off = g->inner;
	__u8 *at;

	/* What parse_gtpu() assured, again for the verifier, which loses it in a spill. */
	opaque(off);
	if (off > MAX_INNER_OFFSET)
		return false;
	at = p->data + off;
	if ((void *)(at + sizeof(struct iphdr)) > p->end || g->room < sizeof(struct iphdr))
		return false;
	return parse_ip(ip, at, p->end, g->room, *at >> 4 == 6);
}

#endif
