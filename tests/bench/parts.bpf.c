/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a datapath is made of, one thing a program: the floor that it is compared with.
 *
 * The array is the datapath's own map `sessions` (the runner shares it), so its look-up costs what
 * it costs there; the hash has the same number of entries. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include <mcore/datapath.h>
#include "plan.h"

enum { TEID_AT = 46, ADDRESS_AT = 30, TUNNEL = 36, LINK = 14 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct session);
} sessions SEC(".maps");

struct line {
	__u64 word[8];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct line);
} table SEC(".maps");

const volatile __u32 ifindex;

static __always_inline __u32 slot_of(struct xdp_md *ctx)
{
	void *p = (void *)(long)ctx->data;

	if (p + TEID_AT + 4 > (void *)(long)ctx->data_end)
		return 0;
	return bpf_ntohl(*(__u32 *)(p + TEID_AT)) >> PLAN_TAG_BITS;
}

static __always_inline __u32 slot_of_address(struct xdp_md *ctx)
{
	void *p = (void *)(long)ctx->data;

	if (p + ADDRESS_AT + 4 > (void *)(long)ctx->data_end)
		return 0;
	return bpf_ntohl(*(__u32 *)(p + ADDRESS_AT)) - PLAN_UE_BASE;
}

SEC("xdp") int empty(struct xdp_md *ctx) { return XDP_TX; }

SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }

SEC("xdp") int redirect(struct xdp_md *ctx) { return (int)bpf_redirect(ifindex, 0); }

SEC("xdp") int clock(struct xdp_md *ctx) { return bpf_ktime_get_ns() ? XDP_TX : XDP_DROP; }

SEC("xdp") int array(struct xdp_md *ctx)
{
	__u32 slot = slot_of(ctx);
	struct session *s = bpf_map_lookup_elem(&sessions, &slot);

	return s && s->teid ? XDP_TX : XDP_DROP;
}

SEC("xdp") int hash(struct xdp_md *ctx)
{
	__u32 slot = slot_of(ctx);
	struct line *l = bpf_map_lookup_elem(&table, &slot);

	return l && l->word[0] ? XDP_TX : XDP_DROP;
}

/* The least that taking a packet out of a tunnel can be: a new link layer. */
static __always_inline bool write_up(struct xdp_md *ctx)
{
	__u64 *p;

	if (bpf_xdp_adjust_head(ctx, TUNNEL))
		return false;
	p = (void *)(long)ctx->data;
	if ((void *)p + LINK > (void *)(long)ctx->data_end)
		return false;
	p[0] = 0x0002010000000002;
	*(__u32 *)(p + 1) = 0x02010000;
	*((__u16 *)p + 6) = bpf_htons(0x0800);
	return true;
}

/* And into one: that, and 36 octets of constants with a checksum over the length. */
static __always_inline bool write_down(struct xdp_md *ctx)
{
	__u32 len = (__u32)(ctx->data_end - ctx->data) - LINK, sum, *w;
	__u64 *p;

	if (bpf_xdp_adjust_head(ctx, -TUNNEL))
		return false;
	p = (void *)(long)ctx->data;
	if ((void *)p + LINK + TUNNEL > (void *)(long)ctx->data_end)
		return false;
	p[0] = 0x0002010000000002;
	*(__u32 *)(p + 1) = 0x02010000;
	*((__u16 *)p + 6) = bpf_htons(0x0800);
	w = (void *)p + LINK;
	sum = 0x1234 + bpf_htons((__u16)(len + TUNNEL));
	sum = (sum & 0xffff) + (sum >> 16);
	w[0] = bpf_htonl(0x45000000 | (len + TUNNEL));
	w[1] = bpf_htonl(0x4000);
	w[2] = 0x1140 | ~sum << 16;
	w[3] = 0x0100010a;
	w[4] = 0x0200010a;
	w[5] = bpf_htonl(2152 << 16 | 2152);
	w[6] = bpf_htonl((len + 16) << 16);
	w[7] = bpf_htonl(0x30ff0000 | len);
	w[8] = 0x01020304;
	return true;
}

SEC("xdp") int headers_up(struct xdp_md *ctx) { return write_up(ctx) ? XDP_TX : XDP_ABORTED; }
SEC("xdp") int headers_down(struct xdp_md *ctx) { return write_down(ctx) ? XDP_TX : XDP_ABORTED; }

/* All of that for one packet, the clock read before the look-up, as nothing waits for memory then
 * but the next packet's clock. What the parts cost apart does not add up to it: of look-ups alone
 * the CPU has several packets' under way at once. */
static __always_inline bool find(__u32 slot)
{
	__u64 now = bpf_ktime_get_ns();
	struct session *s = bpf_map_lookup_elem(&sessions, &slot);

	return now && s && s->teid;
}

SEC("xdp") int together_up(struct xdp_md *ctx)
{
	return find(slot_of(ctx)) && write_up(ctx) ? (int)bpf_redirect(ifindex, 0) : XDP_ABORTED;
}

SEC("xdp") int together_down(struct xdp_md *ctx)
{
	return find(slot_of_address(ctx)) && write_down(ctx) ? (int)bpf_redirect(ifindex, 0)
							     : XDP_ABORTED;
}

char _license[] SEC("license") = "Dual BSD/GPL";
