/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sums of packets, whatever their length (RFC 1071), and the UDP checksum of tunnels over IPv6.
 *
 * Over IPv6 we always send a UDP checksum. RFC 6935 and 6936 let a tunnel leave it out where both
 * ends are set up for that, but a receiver that is not drops all of it (Linux' sockets do so by
 * default), and no message of GTP-U tells. The device's packet has to be summed for it, in pieces
 * of 512 octets, the most that bpf_csum_diff takes; what its own checksum says cannot be trusted.
 * What we receive may have either. */
#ifndef BPF_CSUM_H
#define BPF_CSUM_H

#include "maps.h"
#include "parse.h"

enum { SUM_PIECE = 512, SUM_PIECES = 20 };

INLINE __u16 sum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~sum;
}

/* Adds the `piece` octets at off if `len` has that bit. */
#define SUM_TAIL(piece)                                                                            \
	do {                                                                                       \
		if (len & (piece)) {                                                               \
			__u64 at = off;                                                            \
			void *p;                                                                   \
                                                                                                   \
			opaque(at);                                                                \
			if (at > MAX_SUM_OFFSET)                                                   \
				return -1;                                                         \
			p = (void *)(long)ctx->data + at;                                          \
			if (p + (piece) > (void *)(long)ctx->data_end)                             \
				return -1;                                                         \
			sum = bpf_csum_diff(NULL, 0, p, (piece), (__wsum)sum);                     \
			off += (piece);                                                            \
		}                                                                                  \
	} while (0)

enum { MAX_SUM_OFFSET = SUM_PIECE * (SUM_PIECES + 1) };

/* The sum of the len octets at off, folded to 16 bits and not complemented; -1 if they are not there. */
__noinline int sum_octets(struct xdp_md *ctx, __u32 off, __u32 len)
{
	__s64 sum = 0;

	for (int i = 0; i < SUM_PIECES && len >= SUM_PIECE; i++) {
		__u64 at = off;
		void *p;

		opaque(at);
		if (at > MAX_SUM_OFFSET)
			return -1;
		p = (void *)(long)ctx->data + at;
		if (p + SUM_PIECE > (void *)(long)ctx->data_end)
			return -1;
		sum = bpf_csum_diff(NULL, 0, p, SUM_PIECE, (__wsum)sum);
		off += SUM_PIECE;
		len -= SUM_PIECE;
	}
	if (len >= SUM_PIECE)
		return -1;
	SUM_TAIL(256);
	SUM_TAIL(128);
	SUM_TAIL(64);
	SUM_TAIL(32);
	SUM_TAIL(16);
	SUM_TAIL(8);
	SUM_TAIL(4);
	if (len & 3) {
		__u64 at = off;
		__u8 *p;

		opaque(at);
		if (at > MAX_SUM_OFFSET)
			return -1;
		p = (void *)(long)ctx->data + at;
		if ((void *)(p + 1) > (void *)(long)ctx->data_end)
			return -1;
		sum = (sum & 0xffff) + (__u32)(sum >> 16);
		if (len & 2) {
			if ((void *)(p + 2) > (void *)(long)ctx->data_end)
				return -1;
			sum += *(__u16 *)p;
			p += 2;
		}
		if (len & 1) {
			if ((void *)(p + 1) > (void *)(long)ctx->data_end)
				return -1;
			sum += bpf_htons((__u16)(*p << 8));
		}
	}
	return (__u16)~sum_fold((__u32)sum);
}

/* Fills in the checksum of the UDP datagram behind the IPv6 header at l3, where 0 is
 * now. 0, or -1. */
__noinline int udp6_checksum(struct xdp_md *ctx, __u32 l3)
{
	struct ipv6hdr *ip;
	struct udphdr *udp;
	__u32 len;
	__s64 sum;
	int body;

	l3 &= 31;
	ip = (void *)(long)ctx->data + l3;
	udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > (void *)(long)ctx->data_end)
		return -1;
	len = bpf_ntohs(udp->len);
	sum = bpf_csum_diff(NULL, 0, (void *)&ip->saddr, 32, bpf_htonl(len + PROTO_UDP));
	body = sum_octets(ctx, l3 + (__u32)sizeof *ip, len);
	if (body < 0)
		return -1;
	ip = (void *)(long)ctx->data + l3;
	udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > (void *)(long)ctx->data_end)
		return -1;
	sum = (sum & 0xffff) + ((__u32)sum >> 16) + body;
	udp->check = sum_fold((__u32)sum) ?: 0xffff;
	return 0;
}

#endif
