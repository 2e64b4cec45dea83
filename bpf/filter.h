/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first rule of a filter that a device's packet matches, at a cost that does not grow with the
 * number of rules (include/mcore/filter.h tells how).
 *
 * "Remote" is the network's side of a packet whichever way it goes, "local" the device's. Ports are
 * those of TCP, UDP, UDP-Lite, SCTP and DCCP. A rule that names a port does not match a packet
 * without ports: another protocol, a header that is cut, and any fragment but the first, which can
 * only be judged by addresses, protocol and TOS. The protocol of an IPv6 packet is that behind its
 * extension headers; where ip6_upper() finds no end of them, it is the first one's number. */
#ifndef BPF_FILTER_H
#define BPF_FILTER_H

#include "maps.h"
#include "parse.h"
#include "tft.h"

enum direction { UP, DOWN };
enum side { REMOTE, LOCAL };
enum { NO_PORT = -1 };

/* What filter_first() returns beside the DSCP that the rule marks. */
enum { FILTER_DENY = -1, FILTER_ALLOW = DSCP_KEEP };

/* A packet at offset `off` of the frame, and what rules look at, in host order. */
struct seen {
	__u32 off, len;
	__u64 high, low; /* remote address; IPv4 in high */
	__s32 port[2];   /* by enum side; NO_PORT */
	__u8 v6;
	__u8 protocol;
	__u8 tos;
	__u8 direction;
};

/* Ports behind the headers that end at `at`. */
INLINE void seen_upper(struct xdp_md *ctx, struct seen *f, __u32 at)
{
	__u32 ports;

	if (!has_ports(f->protocol) || !load_word(ctx, at, f->off + f->len, &ports))
		return;
	f->port[f->direction == UP ? LOCAL : REMOTE] = ports >> 16;
	f->port[f->direction == UP ? REMOTE : LOCAL] = ports & 0xffff;
}

INLINE bool has_header6(__u8 proto)
{
	return proto == IP6_HOP_BY_HOP || proto == IP6_ROUTING || proto == IP6_FRAGMENT ||
	       proto == IP6_AUTHENTICATION || proto == IP6_DESTINATION;
}

INLINE void seen_of6(struct xdp_md *ctx, struct seen *f, void *at)
{
	const struct ipv6hdr *h = at;
	const __u64 *addr = at + (f->direction == UP ? 24 : 8);
	__u32 upper_at = f->off + (__u32)sizeof *h;
	int upper;

	f->high = bpf_be64_to_cpu(addr[0]);
	f->low = bpf_be64_to_cpu(addr[1]);
	f->tos = (__u8)(bpf_ntohs(*(const __be16 *)h) >> 4);
	f->protocol = h->nexthdr;
	if (has_header6(f->protocol)) {
		upper = ip6_upper(ctx, upper_at, f->protocol);
		if (upper < 0)
			return;
		f->protocol = (__u8)((__u32)upper >> UPPER_PROTO_SHIFT);
		upper_at = (__u32)upper & UPPER_OFFSET;
		if (upper & UPPER_LATER)
			return;
	}
	seen_upper(ctx, f, upper_at);
}

INLINE void seen_of4(struct xdp_md *ctx, struct seen *f, void *at)
{
	const struct iphdr *h = at;

	f->high = bpf_ntohl(f->direction == UP ? h->daddr : h->saddr);
	f->low = 0;
	f->tos = h->tos;
	f->protocol = h->protocol;
	if (!(h->frag_off & bpf_htons(0x1fff)))
		seen_upper(ctx, f, f->off + h->ihl * 4);
}

/* Looks at the packet that f says where it is, which was parsed before. */
INLINE bool seen_of(struct xdp_md *ctx, struct seen *f)
{
	__u64 off = f->off;
	void *at;

	opaque(off);
	if (off > MAX_INNER_OFFSET)
		return false;
	at = (void *)(long)ctx->data + off;
	f->port[REMOTE] = f->port[LOCAL] = NO_PORT;
	if (at + (f->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) >
	    (void *)(long)ctx->data_end)
		return false;
	if (f->v6)
		seen_of6(ctx, f, at);
	else
		seen_of4(ctx, f, at);
	return true;
}

/* 0 if the edge is at most x, else -1; without a branch, since none of it could be foreseen, and
 * each would double what the verifier has to look at. */
INLINE __s64 edge_ahead(__u32 edge, __u32 x)
{
	__s64 to_x = (__s64)x - edge;

	opaque(to_x);
	return to_x >> 63;
}

/* The same for 128 bits: the borrow of their difference. */
INLINE __s64 edge6_ahead(__u64 edge_high, __u64 edge_low, __u64 high, __u64 low)
{
	__u64 borrow = ((~low & edge_low) | ((~low | edge_low) & (low - edge_low))) >> 63;

	borrow = (~high & edge_high) | ((~high | edge_high) & (high - edge_high - borrow));
	opaque(borrow);
	return (__s64)borrow >> 63;
}

/* An index in a form whose bound the verifier of 6.1 sees, whatever the compiler knows of it. */
INLINE __u64 edge_at(__u64 i)
{
	opaque(i);
	return i & (FILTER_EDGES - 1);
}

/* How many of the edges are at most x: each step asks an eighth as many as are left for how many
 * more, by comparisons that do not wait for each other. */
enum { EDGE_WAYS = 8 };
_Static_assert(FILTER_EDGES == EDGE_WAYS * EDGE_WAYS * EDGE_WAYS, "three steps");

INLINE __u64 edge_step(const struct filter_range *r, __u64 at, const __u32 step, __u32 x)
{
	const int asked = step > 1 ? EDGE_WAYS - 1 : EDGE_WAYS;
	__u64 more = (__u64)asked;
	const __u32 *edge;

	opaque(at);
	edge = &r->edge[at & (FILTER_EDGES - EDGE_WAYS * step)];
#pragma unroll
	for (int i = 1; i <= asked; i++)
		more += (__u64)edge_ahead(edge[(__u32)i * step - 1], x);
	return at + more * step;
}

INLINE __u32 range_class(const struct filter_range *r, __u32 x)
{
	__u64 at = 0;
	__u32 edges = r->edges;

	if (edges > EDGE_WAYS * EDGE_WAYS)
		at = edge_step(r, at, EDGE_WAYS * EDGE_WAYS, x);
	at = edge_step(r, at, EDGE_WAYS, x);
	at = edge_step(r, at, 1, x);
	return at > edges ? edges : (__u32)at;
}

INLINE __u32 range6_class(const struct filter_range6 *r, __u64 high, __u64 low)
{
	__u64 at = 0;
	__u32 edges = r->edges;

#pragma unroll
	for (__u32 step = FILTER_EDGES / 2; step; step >>= 1) {
		__u64 i = edge_at(at + step - 1);

		at += step & ~(__u64)edge6_ahead(r->high[i], r->low[i], high, low);
	}
	at &= FILTER_EDGES - 1;
	at += 1 & ~(__u64)edge6_ahead(r->high[at], r->low[at], high, low);
	return at > edges ? edges : (__u32)at;
}

/* The rules that a packet matches, of which `words` are looked at: a constant to the compiler. */
struct matching {
	const struct filter *f;
	__u32 words;
	bool bad; /* the filter names a set that is none */
	__u64 rule[FILTER_WORDS];
};

INLINE void match(struct matching *m, __u32 set)
{
	if (set >= FILTER_SETS) {
		m->bad = true;
		return;
	}
#pragma unroll
	for (__u32 i = 0; i < FILTER_WORDS; i++)
		if (i < m->words)
			m->rule[i] &= m->f->set[set].rule[i];
}

INLINE void match_port(struct matching *m, const enum side side, __s32 port)
{
	const struct filter_range *r = &m->f->port[side];

	match(m, port == NO_PORT ? m->f->no_port[side] : r->first + range_class(r, (__u32)port));
}

INLINE __u32 lowest_bit(__u64 v)
{
	__u32 n = 0;

#pragma unroll
	for (int half = 32; half; half >>= 1)
		if (!(v & ((1ull << half) - 1))) {
			v >>= half;
			n += half;
		}
	return n & 63;
}

INLINE int first_of(const struct filter *f, const struct seen *seen, const __u32 words)
{
	struct matching m = {.f = f, .words = words};
	__u32 fields = f->fields;

#pragma unroll
	for (__u32 i = 0; i < FILTER_WORDS; i++)
		if (i < words)
			m.rule[i] = f->direction[seen->direction & 1].rule[i];
	if (fields & FILTER_ADDRESS)
		match(&m,
		      seen->v6 ? f->address6.first +
					 range6_class(&f->address6, seen->high, seen->low)
			       : f->address4.first + range_class(&f->address4, (__u32)seen->high));
	if (fields & FILTER_PROTOCOL)
		match(&m, f->protocols + f->protocol[seen->protocol]);
	if (fields & FILTER_REMOTE_PORT)
		match_port(&m, REMOTE, seen->port[REMOTE]);
	if (fields & FILTER_LOCAL_PORT)
		match_port(&m, LOCAL, seen->port[LOCAL]);
	if (fields & FILTER_TOS)
		match(&m, f->toses + f->tos[seen->tos]);
	if (m.bad)
		return FILTER_DENY;
#pragma unroll
	for (__u32 i = 0; i < FILTER_WORDS; i++) {
		__u64 first = i < words ? m.rule[i] & -m.rule[i] : 0;

		if (!first)
			continue;
		if (!(first & f->allow.rule[i]))
			return FILTER_DENY;
		return first & f->mark.rule[i] ? f->dscp[i * 64 + lowest_bit(first)] : FILTER_ALLOW;
	}
	return f->allow_default ? FILTER_ALLOW : FILTER_DENY;
}

/* What the filter of that index says: FILTER_DENY, FILTER_ALLOW, or allowed with the DSCP returned.
 * Up to 64 rules, the usual case, are one word. */
__noinline int filter_first(const struct seen *seen, __u32 index)
{
	const struct filter *f = bpf_map_lookup_elem(&filters, &index);

	if (!seen || !f)
		return FILTER_DENY;
	return f->rules <= 64 ? first_of(f, seen, 1) : first_of(f, seen, FILTER_WORDS);
}

#endif
