/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first rule of a filter that a device's packet matches, at a cost that does not grow with the
 * number of rules (include/mcore/filter.h tells how).
 *
 * "Remote" is the network's side of a packet whichever way it goes, "local" the device's. Ports are
 * those of TCP, UDP, UDP-Lite, SCTP and DCCP. A rule that names a port does not match a packet
 * without ports: another protocol, a header that is cut, and any fragment but the first, which can
 * only be judged by addresses, protocol and TOS. The protocol of an IPv6 packet is that behind its
 * extension headers; where ip6_upper() finds no end of them, it is the first one's number.
 *
 * Devices of a profile talk to the same few servers, so each CPU remembers what filters said: an
 * element that all that a filter looks at leads to, and what it said if that is what is there. A
 * rule set that changed has another serial number, under which nothing is remembered. */
#ifndef BPF_FILTER_H
#define BPF_FILTER_H

#include "maps.h"
#include "parse.h"
#include "tft.h"

enum direction { UP, DOWN };
enum side { REMOTE, LOCAL };

/* What filter_first() returns beside the DSCP that the rule marks. */
enum { FILTER_DENY = -1, FILTER_ALLOW = DSCP_KEEP };

#define SEEN_ALL ((1ull << SEEN_END) - 1)

/* What rules look at, in host order: the remote address, IPv4 in high; and all else as one word. */
struct seen {
	__u64 high, low;
	__u64 word;
};

INLINE __u32 seen_port(const struct seen *s, const enum side side)
{
	return (__u32)(s->word >> (side == REMOTE ? SEEN_REMOTE_PORT : SEEN_LOCAL_PORT)) & NO_PORT;
}
INLINE __u8 seen_protocol(const struct seen *s) { return (__u8)(s->word >> SEEN_PROTOCOL); }
INLINE __u8 seen_tos(const struct seen *s) { return (__u8)(s->word >> SEEN_TOS); }

/* Protocol, and ports behind the headers that end at `at` of a packet that ends at `end`. */
INLINE __u64 seen_upper(struct xdp_md *ctx, __u32 at, __u32 end, __u8 protocol,
			const enum direction dir)
{
	__u64 word = (__u64)protocol << SEEN_PROTOCOL;
	__u32 ports;

	if (!has_ports(protocol) || !load_word(ctx, at, end, &ports))
		return word | FILTER_REMOTE_PORT | FILTER_LOCAL_PORT;
	return word | (__u64)(ports >> 16) << (dir == UP ? SEEN_LOCAL_PORT : SEEN_REMOTE_PORT) |
	       (__u64)(ports & 0xffff) << (dir == UP ? SEEN_REMOTE_PORT : SEEN_LOCAL_PORT);
}

/* The protocol alone, of what has no ports for us. */
INLINE __u64 seen_portless(__u8 protocol)
{
	return (__u64)protocol << SEEN_PROTOCOL | FILTER_REMOTE_PORT | FILTER_LOCAL_PORT;
}

INLINE bool has_header6(__u8 proto)
{
	return proto == IP6_HOP_BY_HOP || proto == IP6_ROUTING || proto == IP6_FRAGMENT ||
	       proto == IP6_AUTHENTICATION || proto == IP6_DESTINATION;
}

INLINE __u64 seen_upper6(struct xdp_md *ctx, __u32 at, __u32 end, __u8 protocol,
			 const enum direction dir)
{
	int upper;

	if (!has_header6(protocol))
		return seen_upper(ctx, at, end, protocol, dir);
	upper = ip6_upper(ctx, at, protocol);
	if (upper < 0)
		return seen_portless(protocol);
	protocol = (__u8)((__u32)upper >> UPPER_PROTO_SHIFT);
	if (upper & UPPER_LATER)
		return seen_portless(protocol);
	return seen_upper(ctx, (__u32)upper & UPPER_OFFSET, end, protocol, dir);
}

/* The word of the packet at `off` of the frame. */
INLINE __u64 seen_word(struct xdp_md *ctx, const struct ip *in, __u32 off, const enum direction dir)
{
	const struct iphdr *h = in->at;
	const __u32 end = off + in->len;
	__u64 word = (__u64)dir << SEEN_DOWN;

	off += in->hlen;
	if (in->v6)
		return word | FILTER_ADDRESS |
		       (__u64)(bpf_ntohs(*(const __be16 *)h) >> 4 & 0xff) << SEEN_TOS |
		       seen_upper6(ctx, off, end, in->proto, dir);
	word |= (__u64)h->tos << SEEN_TOS;
	if (h->frag_off & bpf_htons(0x1fff))
		return word | seen_portless(in->proto);
	return word | seen_upper(ctx, off, end, in->proto, dir);
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

INLINE void match_port(struct matching *m, const enum side side, __u32 port)
{
	const struct filter_range *r = &m->f->port[side];

	match(m, port == NO_PORT ? m->f->no_port[side] : r->first + range_class(r, port));
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
	__u64 fields = f->fields;
	__u32 set = 0;

	/* First what needs most registers. */
	if (fields & FILTER_ADDRESS)
		set = seen->word & FILTER_ADDRESS
			      ? f->address6.first +
					range6_class(&f->address6, seen->high, seen->low)
			      : f->address4.first + range_class(&f->address4, (__u32)seen->high);
#pragma unroll
	for (__u32 i = 0; i < FILTER_WORDS; i++)
		if (i < words)
			m.rule[i] = f->direction[seen->word >> SEEN_DOWN & 1].rule[i];
	if (fields & FILTER_ADDRESS)
		match(&m, set);
	if (fields & FILTER_PROTOCOL)
		match(&m, f->protocols + f->protocol[seen_protocol(seen)]);
	if (fields & FILTER_REMOTE_PORT)
		match_port(&m, REMOTE, seen_port(seen, REMOTE));
	if (fields & FILTER_LOCAL_PORT)
		match_port(&m, LOCAL, seen_port(seen, LOCAL));
	if (fields & FILTER_TOS)
		match(&m, f->toses + f->tos[seen_tos(seen)]);
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

/* What the filter of that index says of the packet, from its rules; up to 64, the usual case, are
 * one word. A function of its own to the verifier. */
__noinline int filter_ask(__u64 high, __u64 low, __u64 word, __u32 index)
{
	const struct filter *f = bpf_map_lookup_elem(&filters, &index);
	const struct seen seen = {high, low, word};

	if (!f)
		return FILTER_DENY;
	return f->rules <= 64 ? first_of(f, &seen, 1) : first_of(f, &seen, FILTER_WORDS);
}

/* Where is remembered what the filter of that number said of a packet. */
INLINE struct decision *decision_find(__u64 serial, const struct seen *s)
{
	__u64 h = serial * 0x9e3779b97f4a7c15 ^ s->high * 0xc2b2ae3d27d4eb4f ^
		  s->low * 0x165667b19e3779f9 ^ s->word * 0xd6e8feb86659fd93;
	__u32 zero = 0;
	struct decisions *d = bpf_map_lookup_elem(&decisions, &zero);

	h >>= 64 - DECISION_BITS;
	opaque(h);
	return d ? &d->of[h & ((1 << DECISION_BITS) - 1)] : NULL;
}

/* What the filter of that index says: FILTER_DENY, FILTER_ALLOW, or allowed with the DSCP returned.
 */
INLINE int filter_first(const struct seen *seen, __u32 index)
{
	const struct filter *f = bpf_map_lookup_elem(&filters, &index);
	struct decision *d;
	struct seen asked;
	__u64 serial;
	int said;

	if (!f)
		return FILTER_DENY;
	/* All that the answer depends on. */
	asked.word = seen->word & f->fields;
	asked.high = f->fields & FILTER_ADDRESS ? seen->high : 0;
	asked.low = f->fields & FILTER_ADDRESS ? seen->low : 0;
	serial = f->serial;
	d = serial ? decision_find(serial, &asked) : NULL;
	if (!d)
		return filter_ask(asked.high, asked.low, asked.word, index);
	if (!((d->serial ^ serial) | (d->high ^ asked.high) | (d->low ^ asked.low) |
	      ((d->seen ^ asked.word) & SEEN_ALL)))
		return (int)(d->seen >> SEEN_END) + FILTER_DENY;
	said = filter_ask(asked.high, asked.low, asked.word, index);
	d->serial = serial;
	d->high = asked.high;
	d->low = asked.low;
	d->seen = asked.word | (__u64)(said - FILTER_DENY) << SEEN_END;
	return said;
}

#endif
