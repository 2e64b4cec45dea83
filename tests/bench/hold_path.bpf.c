/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets that userspace is to have: by the datapath's own hold_hand_over(), and by AF_XDP.
 * `number` sends numbered frames, `meet` is where they come in. */
#include "hold.h"
#include "hold_path.h"

enum { SLOT = 2, LINK = 14 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hold_path);
} hold_path SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

INLINE struct hold_path *path_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&hold_path, &zero);
}

SEC("xdp") int number(struct xdp_md *ctx)
{
	struct hold_path *p = path_get();
	void *data = (void *)(long)ctx->data;

	if (!p || data + NUMBER_AT + sizeof(__u64) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(data + NUMBER_AT, &p->sent, sizeof p->sent);
	p->sent++;
	return (int)bpf_redirect(p->ifindex, 0);
}

INLINE int to_socket(struct xdp_md *ctx, struct hold_path *p)
{
	struct hold_note *note;
	int verdict = XDP_ABORTED;

	if (!bpf_xdp_adjust_meta(ctx, -(int)sizeof *note)) {
		note = (void *)(long)ctx->data_meta;
		if ((void *)(note + 1) > (void *)(long)ctx->data)
			return XDP_ABORTED;
		note->slot = SLOT;
		note->dscp = DSCP_KEEP;
		verdict = (int)bpf_redirect_map(&sockets, ctx->rx_queue_index, 0);
	}
	if (verdict != XDP_REDIRECT)
		p->refused++;
	return verdict;
}

SEC("xdp") int meet(struct xdp_md *ctx)
{
	const __u32 as_it_is = DSCP_KEEP << CHANGE_DSCP | DSCP_KEEP << CHANGE_OUTER;
	__u64 len = (__u64)ctx->data_end - (__u64)ctx->data;
	struct hold_path *p = path_get();

	opaque(len);
	if (!p)
		return XDP_ABORTED;
	p->met++;
	if (p->way == WAY_SOCKET)
		return to_socket(ctx, p);
	if (p->way == WAY_RING &&
	    hold_hand_over(ctx, SLOT, LINK, (__u32)len - LINK, as_it_is) != REASON_idle_held)
		p->refused++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
