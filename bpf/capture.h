/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies of a session's frames for `mcorectl capture`, and what of it was dropped why.
 *
 * A session that is captured has a flag in its first line, which every packet has loaded anyway: off,
 * that is all it costs. A frame is copied once, by finish(), where its reason is known; uplink frames
 * that go on are copied before their tunnel's headers are taken off, so that all forwarded frames show
 * both inner and outer packet. It ends by itself at `until`, whatever became of mcored. */
#ifndef BPF_CAPTURE_H
#define BPF_CAPTURE_H

#include "count.h"
#include "maps.h"
#include "parse.h"

/* 0, or -1 if it was not copied. */
__noinline int capture(struct xdp_md *ctx, __u32 slot, __u32 reason, __u32 down)
{
	__u32 zero = 0, len, n;
	struct capture_settings *c = bpf_map_lookup_elem(&capturing, &zero);
	struct captured *e = bpf_map_lookup_elem(&capture_space, &zero);

	if (!c || !e)
		return -1;
	e->time = bpf_ktime_get_ns();
	if (e->time > c->until)
		return -1;
	len = (__u32)bpf_xdp_get_buff_len(ctx);
	n = len < c->snap ? len : c->snap;
	if (n > CAPTURE_MAX)
		n = CAPTURE_MAX;
	if (!n || !limit(LIMIT_CAPTURE, c->per_second)) {
		__sync_fetch_and_add(&c->lost, 1);
		return -1;
	}
	e->slot = slot;
	e->reason = reason;
	e->len = len;
	e->n = n;
	e->down = down;
	/* 1 to CAPTURE_MAX in a form that the verifier of 6.1 sees. */
	n--;
	opaque(n);
	n = (n & (CAPTURE_MAX - 1)) + 1;
	if (bpf_xdp_load_bytes(ctx, 0, e->frame, n) ||
	    bpf_ringbuf_output(&captured, e, sizeof *e - CAPTURE_MAX + n, 0)) {
		__sync_fetch_and_add(&c->lost, 1);
		return -1;
	}
	return 0;
}

INLINE void capture_maybe(struct pkt *p, int reason)
{
	if (p->session && !p->captured && p->session->flags & SESSION_CAPTURE) {
		p->captured = true;
		capture(p->ctx, p->slot, (__u32)reason, p->down);
	}
}

/* Counts what is dropped of a session by its reason. */
__noinline int drop_of(__u32 slot, __u32 reason)
{
	struct drop_key key = {.slot = slot, .reason = reason};
	struct drop_count *d = bpf_map_lookup_elem(&drops, &key), first = {.packets = 1};

	if (d) {
		__sync_fetch_and_add(&d->packets, 1);
		d->last = bpf_ktime_get_coarse_ns();
		return 0;
	}
	first.last = bpf_ktime_get_coarse_ns();
	return (int)bpf_map_update_elem(&drops, &key, &first, BPF_ANY);
}

#endif
