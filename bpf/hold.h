/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets for a device that is idle, or whose waiting packets mcored is sending: handed over whole.
 * include/mcore/datapath.h tells how nothing is lost or overtaken. A flood costs no more than
 * hold_max records a device, and what the ring buffer holds.
 *
 * A ring buffer and not AF_XDP, which carries about as many in copy mode (tests/bench/hold_path.c):
 * one is for all interfaces, queues and CPUs, takes what a packet has and not a chunk of 2 KiB for
 * each, and keeps what comes while no daemon is there; a socket is for one queue of one interface,
 * ends with its process, and drops what it has no room for after the program has counted it. */
#ifndef BPF_HOLD_H
#define BPF_HOLD_H

#include "count.h"
#include "maps.h"
#include "parse.h"
#include "rewrite.h"

enum { HOLD_RETRIES = 8, UNCOUNT_RETRIES = 64 };

/* What happens to a packet on its way, as one number: hops it grows older by (0 of this machine's
 * own), and DSCP to be marked on it and its tunnel. */
enum { CHANGE_DSCP = 8, CHANGE_OUTER = 16 };

INLINE __u32 hold_change(const struct pkt *p, bool older)
{
	__u32 outer = p->dscp_outer == DSCP_KEEP ? p->session->dscp : p->dscp_outer;

	return older | (__u32)p->dscp << CHANGE_DSCP | outer << CHANGE_OUTER;
}

INLINE void hold_apply(struct held_packet *h, __u32 change)
{
	struct ip in = {.at = h->packet, .v6 = h->packet[0] >> 4 == 6};
	struct pkt p = {.dscp = change >> CHANGE_DSCP & 0xff};

	if (change & 1)
		ttl_decrement(&in);
	dscp_mark(&p, &in);
	h->dscp = change >> CHANGE_OUTER;
}

/* The packet of len octets at off, as it is to be sent. REASON_idle_held, or why not. */
INLINE int hold_hand_over(struct xdp_md *ctx, __u32 slot, __u32 off, __u32 len, __u32 change)
{
	__u32 zero = 0;
	struct held_packet *h = bpf_map_lookup_elem(&held_room, &zero);

	if (!h || !len || len > sizeof h->packet)
		return REASON_idle_lost;
	/* 1 to 16384 in a form in which the verifier of 6.1 sees that it is not 0. */
	len--;
	opaque(len);
	len = (len & (sizeof h->packet - 1)) + 1;
	h->slot = slot;
	h->len = len;
	if (bpf_xdp_load_bytes(ctx, off, h->packet, len))
		return REASON_idle_lost;
	hold_apply(h, change);
	if (bpf_ringbuf_output(&held, h, __builtin_offsetof(struct held_packet, packet) + len, 0))
		return REASON_idle_lost;
	return REASON_idle_held;
}

/* Takes back what was counted. Never below zero: mcored may have opened the way by force. */
INLINE void hold_uncount(struct session *s)
{
	for (int i = 0; i < UNCOUNT_RETRIES; i++) {
		__u32 word = *(volatile __u32 *)&s->hold;

		if (!(word & HOLD_COUNT) ||
		    __sync_val_compare_and_swap(&s->hold, word, word - 1) == word)
			return;
	}
}

/* change is of hold_change(). GO_ON if the way is open by now. */
__noinline int hold(struct xdp_md *ctx, __u32 slot, __u32 off, __u32 len, __u32 change)
{
	struct session *s = bpf_map_lookup_elem(&sessions, &slot);
	int reason;

	if (!s)
		return REASON_internal;
	for (int i = 0; i < HOLD_RETRIES; i++) {
		__u32 word = *(volatile __u32 *)&s->hold;

		if (!(word & HOLD_ON))
			return s->peer ? GO_ON : REASON_idle;
		if (word & HOLD_SHUT)
			return REASON_idle;
		if ((word & HOLD_COUNT) >= s->hold_max)
			return REASON_idle_full;
		if (__sync_val_compare_and_swap(&s->hold, word, word + 1) != word)
			continue;
		reason = hold_hand_over(ctx, slot, off, len, change);
		if (reason != REASON_idle_held)
			hold_uncount(s);
		return reason;
	}
	return REASON_idle_lost;
}

#endif
