/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes each iteration of BPF_PROG_TEST_RUN see a frame of another session.
 *
 * The kernel restores neither the frame's ends nor its octets between iterations, so a program that
 * rewrites frames would be fed its own output. `drive` undoes what the last one did, writes the
 * head of the frame, picks a session at random, writes its TEID and address with the right
 * checksum (and, if they are to differ, a remote address and port at random), and calls the program
 * under test in target[0]. The runner subtracts what that costs with an empty program. `generate`
 * sends such frames to an interface instead (live frames), `sink` counts. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "plan.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct plan);
} plan SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

static __always_inline struct plan *plan_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&plan, &zero);
}

/* xorshift32: a long period from one word, and no helper call. */
static __always_inline __u32 draw(struct plan *p)
{
	__u32 x = p->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	p->random = x;
	return x;
}

static __always_inline __u32 pick(struct plan *p)
{
	return (__u32)((__u64)draw(p) * p->sessions >> 32);
}

/* The place of n octets at that offset of the head; NULL if they are not in it. */
static __always_inline void *field(struct xdp_md *ctx, __u32 offset, __u32 n)
{
	__u64 at = offset;
	void *p;

	asm volatile("" : "+r"(at));
	if (at > PLAN_HEAD)
		return NULL;
	p = (void *)(long)ctx->data + at;
	return p + n > (void *)(long)ctx->data_end ? NULL : p;
}

/* Another remote address and port. What the address adds to the header's sum. */
static __always_inline __u32 turn_elsewhere(struct xdp_md *ctx, struct plan *p)
{
	__u32 *remote = field(ctx, p->remote_at, sizeof *remote), r = draw(p), address;
	__u16 *port = field(ctx, p->port_at, sizeof *port);

	if (!remote || !port)
		return 0;
	address = bpf_htonl(PLAN_REMOTES + (r & ((1 << PLAN_REMOTE_BITS) - 1)));
	*remote = address;
	*port = bpf_htons((__u16)(1 + ((r >> 16) * PLAN_PORTS >> 16)));
	return (address & 0xffff) + (address >> 16);
}

static __always_inline int prepare(struct xdp_md *ctx, struct plan *p)
{
	__u64 len = (__u64)ctx->data_end - (__u64)ctx->data, *w;
	__u32 i = pick(p), address = bpf_htonl(PLAN_UE_BASE + PLAN_HOST + i), sum;
	__u32 *teid, *ue;
	__u16 *checksum;

	asm volatile("" : "+r"(len));
	if (bpf_xdp_adjust_head(ctx, (int)((__u32)len - p->frame_len)))
		return -1;
	w = (void *)(long)ctx->data;
	if ((void *)w + PLAN_HEAD > (void *)(long)ctx->data_end)
		return -1;
#pragma unroll
	for (int n = 0; n < PLAN_HEAD / 8; n++)
		w[n] = p->head[n];
	sum = p->sum + (address & 0xffff) + (address >> 16);
	if (p->remote_at)
		sum += turn_elsewhere(ctx, p);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ue = field(ctx, p->address_at, sizeof *ue);
	checksum = field(ctx, p->checksum_at, sizeof *checksum);
	teid = field(ctx, p->teid_at, sizeof *teid);
	if (!ue || !checksum || !teid)
		return -1;
	*ue = address;
	*checksum = (__u16)~sum;
	if (p->teid_at)
		*teid = bpf_htonl((PLAN_HOST + i) << PLAN_TAG_BITS | PLAN_TAG);
	return 0;
}

SEC("xdp") int drive(struct xdp_md *ctx)
{
	struct plan *p = plan_get();

	if (p && !prepare(ctx, p))
		bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

SEC("xdp") int generate(struct xdp_md *ctx)
{
	struct plan *p = plan_get();

	return p && !prepare(ctx, p) ? (int)bpf_redirect(p->ifindex, 0) : XDP_ABORTED;
}

SEC("xdp") int sink(struct xdp_md *ctx)
{
	struct plan *p = plan_get();

	if (p)
		p->sunk++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
