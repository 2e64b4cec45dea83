/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which bearer of a PDN connection a packet belongs to: the first packet filter that matches, along
 * the chain that include/mcore/tft_rule.h tells of (TS 23.060 15.3.3, TS 23.401 4.7.2.2). Devices
 * without dedicated bearers have no chain and never come here.
 *
 * A packet's ports are those of TCP, UDP, SCTP, DCCP and UDP-Lite behind the IPv6 extension headers
 * that ip6_upper() follows, but an Authentication Header, which is itself what a filter may ask for;
 * where that finds no end of them, the protocol is the first one's number. Fragments but the first,
 * and packets that end before them, have neither ports nor SPI, so that a filter with such a
 * component is not theirs. */
#ifndef BPF_TFT_H
#define BPF_TFT_H

#include "maps.h"
#include "parse.h"

enum { NO_SLOT = ~0u };

/* A packet as filters see it. */
struct flow {
	__u64 local[2], remote[2];
	__u32 spi, flow_label; /* 0: none */
	__u16 local_port, remote_port; /* 0: none */
	__u8 direction; /* enum tft_rule_direction */
	__u8 family, protocol, tos;
};

/* Ports or SPI of a packet that ends at `end`, from what is behind its headers at `at`. */
INLINE void flow_transport(struct xdp_md *ctx, struct flow *f, __u32 at, __u32 end)
{
	__u32 word;

	if (f->protocol == PROTO_AH)
		at += 4;
	else if (f->protocol != PROTO_ESP && !has_ports(f->protocol))
		return;
	if (!load_word(ctx, at, end, &word))
		return;
	if (has_ports(f->protocol)) {
		f->local_port = (__u16)(f->direction == TFT_RULE_UP ? word >> 16 : word);
		f->remote_port = (__u16)(f->direction == TFT_RULE_UP ? word : word >> 16);
	} else {
		f->spi = word;
	}
}

INLINE bool flow_read(struct xdp_md *ctx, __u64 off, struct flow *f)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *h4;
	struct ipv6hdr *h6;
	__u64 *a, src[2] = {}, dst[2] = {};
	__u32 at = (__u32)off, len;
	bool later = false;
	int upper;

	opaque(off);
	if (off > MAX_INNER_OFFSET)
		return false;
	h4 = data + off;
	if ((void *)(h4 + 1) > end)
		return false;
	if (h4->version == 4) {
		f->family = 4;
		f->protocol = h4->protocol;
		f->tos = h4->tos;
		src[0] = h4->saddr;
		dst[0] = h4->daddr;
		later = h4->frag_off & bpf_htons(0x1fff);
		at += h4->ihl * 4;
		len = bpf_ntohs(h4->tot_len);
	} else {
		h6 = data + off;
		if ((void *)(h6 + 1) > end)
			return false;
		a = (void *)h6;
		f->family = 6;
		f->protocol = h6->nexthdr;
		f->tos = (__u8)(bpf_ntohl(*(__be32 *)h6) >> 20);
		f->flow_label = bpf_ntohl(*(__be32 *)h6) & 0xfffff;
		src[0] = a[1];
		src[1] = a[2];
		dst[0] = a[3];
		dst[1] = a[4];
		len = bpf_ntohs(h6->payload_len) + (__u32)sizeof *h6;
		upper = ip6_upper(ctx, at + (__u32)sizeof *h6, f->protocol | UPPER_TO_AH);
		later = upper < 0 || upper & UPPER_LATER;
		at = (__u32)upper & UPPER_OFFSET;
		if (upper >= 0 && at + (later ? 8 : 0) <= off + len)
			f->protocol = (__u8)((__u32)upper >> UPPER_PROTO_SHIFT);
	}
	if (f->direction == TFT_RULE_UP) {
		f->local[0] = src[0], f->local[1] = src[1];
		f->remote[0] = dst[0], f->remote[1] = dst[1];
	} else {
		f->local[0] = dst[0], f->local[1] = dst[1];
		f->remote[0] = src[0], f->remote[1] = src[1];
	}
	if (!later)
		flow_transport(ctx, f, at, (__u32)off + len);
	return true;
}

INLINE bool port_in(__u16 port, const __u16 range[2])
{
	return port && port >= range[0] && port <= range[1];
}

INLINE bool rule_matches(const struct tft_rule *r, const struct flow *f)
{
	__u32 fields = r->fields;

	if (!(r->direction & f->direction) || (r->family && r->family != f->family))
		return false;
	if (((f->local[0] ^ r->local[0]) & r->local_mask[0]) |
	    ((f->local[1] ^ r->local[1]) & r->local_mask[1]) |
	    ((f->remote[0] ^ r->remote[0]) & r->remote_mask[0]) |
	    ((f->remote[1] ^ r->remote[1]) & r->remote_mask[1]))
		return false;
	if ((f->tos ^ r->tos) & r->tos_mask)
		return false;
	if (!fields)
		return true;
	if (fields & TFT_RULE_NEVER)
		return false;
	if (fields & TFT_RULE_PROTOCOL && f->protocol != r->protocol)
		return false;
	if (fields & TFT_RULE_LOCAL_PORT && !port_in(f->local_port, r->local_port))
		return false;
	if (fields & TFT_RULE_REMOTE_PORT && !port_in(f->remote_port, r->remote_port))
		return false;
	if (fields & TFT_RULE_SPI && (!f->spi || f->spi != r->spi))
		return false;
	return !(fields & TFT_RULE_FLOW_LABEL) || f->flow_label == r->flow_label;
}

struct tft_walk {
	struct flow flow;
	__u32 at, slot;
};

static long tft_step(__u32 i, struct tft_walk *w)
{
	struct tft_rule *r = bpf_map_lookup_elem(&tfts, &w->at);

	(void)i;
	if (!r)
		return 1;
	if (rule_matches(r, &w->flow)) {
		w->slot = r->slot;
		return 1;
	}
	w->at = r->next;
	return !w->at;
}

/* The slot of the dedicated bearer that the chain from `head` gives the IP packet at `off` to;
 * NO_SLOT: none. A function of its own to the verifier. */
__noinline __u32 tft_slot(struct xdp_md *ctx, __u32 off, __u32 head, __u32 direction)
{
	struct tft_walk w = { .flow = { .direction = direction }, .at = head, .slot = NO_SLOT };

	if (flow_read(ctx, off, &w.flow))
		bpf_loop(TFT_RULES_MAX, tft_step, &w, 0);
	return w.slot;
}

/* The session, at *slot, of the dedicated bearer for the downlink packet at `off` in place of the
 * default bearer's, or that itself. */
INLINE struct session *tft_session(struct xdp_md *ctx, __u32 off, struct session *session,
				   __u32 *slot)
{
	__u32 dedicated = tft_slot(ctx, off, session->tft, TFT_RULE_DOWN);
	struct session *s = bpf_map_lookup_elem(&sessions, &dedicated);

	if (!s || !s->teid)
		return session;
	*slot = dedicated;
	return s;
}

#endif
