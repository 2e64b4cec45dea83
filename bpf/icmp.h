/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers that the kernel side gives itself, in the frame that asked: ICMP and ICMPv6 "too big",
 * GTP-U Echo Response and Error Indication.
 *
 * They are global functions, rare and apart from the hot path: the verifier checks each once, and
 * each reads what it needs from the frame again. 0 is success and the frame is to be sent back
 * (a redirect); else it is to be dropped, since it may be half rewritten. `l3` is the offset of the
 * IP header. */
#ifndef BPF_ICMP_H
#define BPF_ICMP_H

#include "csum.h"
#include "maps.h"
#include "parse.h"

/* ICMP and ICMPv6 alike; <linux/icmp.h> drags in the C library. */
struct icmp {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 mtu;
};
enum { ICMP_ECHO_REPLY = 0, ICMP_UNREACHABLE = 3, ICMP_FRAGMENTATION_NEEDED = 4, ICMP_ECHO = 8 };
enum { ICMPV6_TOO_BIG = 2 };

/* How many we send per CPU and second. */
enum {
	ERROR_INDICATIONS_MAX = 100, /* and to one peer, of all CPUs: */
	ERROR_INDICATIONS_PEER_MAX = 20,
	ICMP_MAX = 1000,
	EVENTS_MAX = 20000
};

/* What of a packet that is too big is quoted: RFC 1812 4.3.2.3 wants no more than 576 octets in
 * all, RFC 4443 2.4 (c) as much as fits 1280. */
enum { QUOTE4 = 512, QUOTE6 = 1280 - sizeof(struct ipv6hdr) - sizeof(struct icmp) };

/* The checksum of n 16-bit words. */
INLINE __u16 sum_words(const __u16 *w, int n)
{
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < n; i++)
		sum += w[i];
	return sum_fold(sum);
}

/* Cuts `cut` octets (adds, if negative) in front of what is kept, makes the IP packet `len` octets
 * long, and turns the link-layer header, tags included, to where the frame came from. */
INLINE int turn_around(struct xdp_md *ctx, __u32 l3, int cut, __u32 len)
{
	__u16 *w = (void *)(long)ctx->data, link[11];
	__u64 now;

	if ((void *)(w + 11) > (void *)(long)ctx->data_end)
		return -1;
#pragma unroll
	for (int i = 0; i < 11; i++)
		link[i] = w[i];
	if (bpf_xdp_adjust_head(ctx, cut))
		return -1;
	now = (__u64)ctx->data_end - (__u64)ctx->data;
	opaque(now);
	if (bpf_xdp_adjust_tail(ctx, (int)(l3 + len - (__u32)now)))
		return -1;
	w = (void *)(long)ctx->data;
	if ((void *)(w + 11) > (void *)(long)ctx->data_end)
		return -1;
#pragma unroll
	for (int i = 0; i < 3; i++) {
		w[i] = link[3 + i];
		w[3 + i] = link[i];
	}
#pragma unroll
	for (int i = 6; i < 11; i++)
		if (i * 2u < l3)
			w[i] = link[i];
	return 0;
}

INLINE void write_ip4(struct iphdr *h, __u16 len, __u8 proto, __be32 src, __be32 dst)
{
	__be32 *w = (__be32 *)h;

	w[0] = bpf_htonl(0x45000000 | len);
	w[1] = bpf_htonl(0x00004000);
	w[2] = bpf_htonl(64u << 24 | (__u32)proto << 16);
	w[3] = src;
	w[4] = dst;
	h->check = sum_words((__u16 *)h, sizeof *h / 2);
}

INLINE void write_ip6(__u64 *w, __u16 payload, __u8 proto, const __u64 src[2], const __u64 dst[2])
{
	w[0] = bpf_cpu_to_be64(6ull << 60 | (__u64)payload << 16 | (__u64)proto << 8 | 64);
	w[1] = src[0];
	w[2] = src[1];
	w[3] = dst[0];
	w[4] = dst[1];
}

/* Bounds that the verifier of a global function asks for; the masks change no value that is real:
 * two VLAN tags end at 22, an outer header chain before MAX_IP6_OFFSET. */
enum { L3_MASK = 31, HLEN_MASK = 2047 };

/* A GTP-U message of ours, by both versions of IP. */
enum { ANSWER4 = sizeof(struct iphdr) + sizeof(struct udphdr), ANSWER6 = ANSWER4 + 20 };

/* An answer to the GTP-U message at l3: turned round, IP and UDP headers written, the GTP-U message
 * of `len` octets left to the caller, who gets its place; NULL on failure. From our address, port
 * 2152, to where it came from, `port` (TS 29.281 4.4.2). `head` is ANSWER4 or ANSWER6. The frame
 * ends where it did: an answer that is longer than the question, as an Error Indication is, finds
 * room in front of it always, and behind it where the driver left some. */
INLINE __be32 *gtpu_turn(struct xdp_md *ctx, __u32 l3, const int head, __u32 len, __be16 port)
{
	const bool v6 = head == ANSWER6;
	const __u16 total = (__u16)(head + len);
	__u64 src[2] = {}, dst[2] = {}, *w, n = (__u64)ctx->data_end - (__u64)ctx->data;
	struct iphdr *ip = (void *)(long)ctx->data + l3;
	struct udphdr *udp;

	if (v6) {
		w = (void *)ip;
		if ((void *)(w + 5) > (void *)(long)ctx->data_end)
			return NULL;
		dst[0] = w[1];
		dst[1] = w[2];
		src[0] = w[3];
		src[1] = w[4];
	} else {
		if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
			return NULL;
		dst[0] = ip->saddr;
		src[0] = ip->daddr;
	}
	opaque(n);
	if (turn_around(ctx, l3, (int)((__u32)n - l3 - total), total))
		return NULL;
	ip = (void *)(long)ctx->data + l3;
	if ((void *)ip + total > (void *)(long)ctx->data_end)
		return NULL;
	if (v6)
		write_ip6((void *)ip, (__u16)(total - sizeof(struct ipv6hdr)), PROTO_UDP, src, dst);
	else
		write_ip4(ip, total, PROTO_UDP, (__be32)src[0], (__be32)dst[0]);
	udp = (void *)ip + head - sizeof *udp;
	udp->source = bpf_htons(GTPU_PORT);
	udp->dest = port;
	udp->len = bpf_htons((__u16)(sizeof *udp + len));
	udp->check = 0;
	return (__be32 *)(udp + 1);
}

INLINE void write_echo(__be32 *gtpu, __be16 sequence)
{
	gtpu[0] = bpf_htonl((GTPU_V1 | GTPU_PT | GTPU_S) << 24 | GTPU_ECHO_RESPONSE << 16 | 6);
	gtpu[1] = 0;
	*(__be16 *)&gtpu[2] = sequence;
	*((__be16 *)&gtpu[2] + 1) = 0;
	*(__be16 *)&gtpu[3] = bpf_htons(14 << 8);
}

/* Echo Response to the Echo Request behind an IP header of hlen octets: same sequence number,
 * Recovery 0 (TS 29.281 7.2.2, 8.2). */
__noinline int answer_echo(struct xdp_md *ctx, __u32 l3, __u32 hlen, __u32 v6)
{
	const __u32 len = sizeof(struct gtpu) + 4 + 2;
	void *end = (void *)(long)ctx->data_end;
	struct udphdr *udp;
	struct gtpu *request;
	__be32 *gtpu;
	__be16 sequence = 0, port;

	l3 &= L3_MASK;
	hlen &= HLEN_MASK;
	udp = (void *)(long)ctx->data + l3 + hlen;
	request = (void *)(udp + 1);
	if ((void *)(request + 1) > end)
		return -1;
	if (request->flags & GTPU_S) {
		__be16 *option = (void *)(request + 1);

		if ((void *)(option + 1) > end)
			return -1;
		sequence = *option;
	}
	port = udp->source;
	if (!v6) {
		gtpu = gtpu_turn(ctx, l3, ANSWER4, len, port);
		if (!gtpu)
			return -1;
		write_echo(gtpu, sequence);
		return 0;
	}
	gtpu = gtpu_turn(ctx, l3, ANSWER6, len, port);
	if (!gtpu)
		return -1;
	write_echo(gtpu, sequence);
	return udp6_checksum(ctx, l3);
}

/* Up to the length of the address in GTP-U Peer Address, `n`. */
INLINE void write_error_indication(__be32 *gtpu, __u32 teid, __u32 n)
{
	gtpu[0] = bpf_htonl((GTPU_V1 | GTPU_PT | GTPU_S) << 24 | GTPU_ERROR_INDICATION << 16 |
			    (12 + n));
	gtpu[1] = 0;
	gtpu[2] = 0;
	gtpu[3] = bpf_htonl(16u << 24 | teid >> 8);
	gtpu[4] = bpf_htonl(teid << 24 | 133u << 16 | n);
}

/* Error Indication for a G-PDU with a TEID that is not ours (network order): Tunnel Endpoint
 * Identifier Data I and the address it was sent to as GTP-U Peer Address (TS 29.281 7.3.1, 8.3,
 * 8.4), to port 2152. */
__noinline int answer_error_indication(struct xdp_md *ctx, __u32 l3, __u32 teid, __u32 v6)
{
	const __u32 len = sizeof(struct gtpu) + 4 + 5 + 3;
	struct ipv6hdr *ip;
	__be32 *gtpu, us[4];

	l3 &= L3_MASK;
	teid = bpf_ntohl(teid);
	ip = (void *)(long)ctx->data + l3;
	if (!v6) {
		struct iphdr *ip4 = (void *)ip;

		if ((void *)(ip4 + 1) > (void *)(long)ctx->data_end)
			return -1;
		us[0] = ip4->daddr;
		gtpu = gtpu_turn(ctx, l3, ANSWER4, len + 4, bpf_htons(GTPU_PORT));
		if (!gtpu)
			return -1;
		write_error_indication(gtpu, teid, 4);
		gtpu[5] = us[0];
		return 0;
	}
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(us, &ip->daddr, sizeof us);
	gtpu = gtpu_turn(ctx, l3, ANSWER6, len + sizeof us, bpf_htons(GTPU_PORT));
	if (!gtpu)
		return -1;
	write_error_indication(gtpu, teid, sizeof us);
	__builtin_memcpy(gtpu + 5, us, sizeof us);
	return udp6_checksum(ctx, l3);
}

/* Destination Unreachable, fragmentation needed (RFC 792, RFC 1191), for the IPv4 packet at l3 that
 * does not fit `mtu`. From `from`, or where that is 0 from the packet's own destination. None for a
 * fragment but the first, nor in answer to an ICMP error (RFC 1122 3.2.2). */
__noinline int answer_too_big4(struct xdp_md *ctx, __u32 l3, __u32 mtu, __u32 from)
{
	const int head = sizeof(struct iphdr) + sizeof(struct icmp);
	struct iphdr *ip;
	struct icmp *icmp;
	__be32 src, to;
	__s64 sum;

	l3 &= L3_MASK;
	ip = (void *)(long)ctx->data + l3;
	if ((void *)ip + QUOTE4 > (void *)(long)ctx->data_end)
		return -1;
	if (ip->frag_off & bpf_htons(0x1fff))
		return -1;
	if (ip->protocol == PROTO_ICMP) {
		__u64 off = ip->ihl * 4u;
		__u8 *type = (void *)ip + off;

		if ((void *)(type + 1) > (void *)(long)ctx->data_end ||
		    (*type != ICMP_ECHO && *type != ICMP_ECHO_REPLY))
			return -1;
	}
	to = ip->saddr;
	src = from ? from : ip->daddr;
	if (turn_around(ctx, l3, -head, (__u32)head + QUOTE4))
		return -1;
	ip = (void *)(long)ctx->data + l3;
	if ((void *)ip + head + QUOTE4 > (void *)(long)ctx->data_end)
		return -1;
	write_ip4(ip, (__u16)(head + QUOTE4), PROTO_ICMP, src, to);
	icmp = (void *)(ip + 1);
	*(__be32 *)icmp = bpf_htonl(ICMP_UNREACHABLE << 24 | ICMP_FRAGMENTATION_NEEDED << 16);
	icmp->mtu = bpf_htonl(mtu & 0xffff);
	sum = bpf_csum_diff(NULL, 0, (void *)(icmp + 1), QUOTE4, *(__u32 *)icmp);
	sum = bpf_csum_diff(NULL, 0, &icmp->mtu, sizeof icmp->mtu, (__wsum)sum);
	icmp->checksum = sum_fold((__u32)sum);
	return 0;
}

/* Packet Too Big (RFC 4443 3.2) for the IPv6 packet at l3. From the first address of the /64 whose
 * upper half is `from`, or where that is 0 from the packet's own destination. */
__noinline int answer_too_big6(struct xdp_md *ctx, __u32 l3, __u32 mtu, __u64 from)
{
	const int head = sizeof(struct ipv6hdr) + sizeof(struct icmp);
	const __u32 len = sizeof(struct icmp) + QUOTE6;
	__u64 src[2], to[2];
	struct icmp *icmp;
	__u64 *w;
	__s64 sum = 0;

	l3 &= L3_MASK;
	w = (void *)(long)ctx->data + l3;
	if ((void *)w + QUOTE6 > (void *)(long)ctx->data_end)
		return -1;
	if (((struct ipv6hdr *)w)->nexthdr == PROTO_ICMPV6 && *(__u8 *)(w + 5) < 128)
		return -1;
	to[0] = w[1];
	to[1] = w[2];
	src[0] = from ? from : w[3];
	src[1] = from ? bpf_cpu_to_be64(1) : w[4];
	if (turn_around(ctx, l3, -head, (__u32)head + QUOTE6))
		return -1;
	w = (void *)(long)ctx->data + l3;
	if ((void *)w + head + QUOTE6 > (void *)(long)ctx->data_end)
		return -1;
	write_ip6(w, (__u16)len, PROTO_ICMPV6, src, to);
	icmp = (void *)(w + 5);
	*(__be32 *)icmp = bpf_htonl((__u32)ICMPV6_TOO_BIG << 24);
	icmp->mtu = bpf_htonl(mtu);
	sum = bpf_csum_diff(NULL, 0, (void *)(w + 1), 32, bpf_htonl(len));
	sum = bpf_csum_diff(NULL, 0, (void *)icmp, 512, (__wsum)sum);
	sum = bpf_csum_diff(NULL, 0, (void *)icmp + 512, 512, (__wsum)sum);
	sum = bpf_csum_diff(NULL, 0, (void *)icmp + 1024, len - 1024, (__wsum)sum);
	sum = (sum & 0xffff) + ((__u32)sum >> 16) + bpf_htons(PROTO_ICMPV6);
	icmp->checksum = sum_fold((__u32)sum);
	return 0;
}

#endif
