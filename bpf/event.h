/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What mcored is told, through the ring buffer. 0, or -1 where there is no room or it is too much.
 */
#ifndef BPF_EVENT_H
#define BPF_EVENT_H

#include "count.h"
#include "icmp.h"
#include "maps.h"
#include "parse.h"

INLINE struct event *event_new(enum event_type type, __u32 slot)
{
	struct event *e =
		limit(LIMIT_EVENT, EVENTS_MAX) ? bpf_ringbuf_reserve(&events, sizeof *e, 0) : NULL;

	if (e) {
		__builtin_memset(e, 0, sizeof *e);
		e->type = type;
		e->slot = slot;
	}
	return e;
}

/* The inner packet of len octets at off, or as much of it as an event holds. */
__noinline int event_slow_path(struct xdp_md *ctx, __u32 slot, __u32 off, __u32 len)
{
	struct event *e = event_new(EVENT_SLOW_PATH, slot);

	if (!e)
		return -1;
	if (len > sizeof e->packet)
		len = sizeof e->packet;
	/* 1 to 256 in a form in which the verifier of 6.1 sees that it is not 0. */
	len--;
	opaque(len);
	len = (len & (sizeof e->packet - 1)) + 1;
	e->len = len;
	if (bpf_xdp_load_bytes(ctx, off, e->packet, len)) {
		bpf_ringbuf_discard(e, 0);
		return -1;
	}
	bpf_ringbuf_submit(e, 0);
	return 0;
}

__noinline int event_unknown_teid(__u32 teid, const struct ip_key *peer)
{
	struct event *e = event_new(EVENT_UNKNOWN_TEID, ~0u);

	if (!e)
		return -1;
	e->teid = teid;
	if (peer)
		__builtin_memcpy(e->peer, peer->addr, sizeof e->peer);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

__noinline int event_path(const struct ip_key *peer)
{
	struct event *e = event_new(EVENT_PATH, ~0u);

	if (!e)
		return -1;
	if (peer)
		__builtin_memcpy(e->peer, peer->addr, sizeof e->peer);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* An event that is told by its type and slot alone. */
__noinline int event_of_slot(__u32 type, __u32 slot)
{
	struct event *e = event_new(type, slot);

	if (!e)
		return -1;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

#endif
