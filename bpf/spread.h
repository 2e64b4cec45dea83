/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which CPU works on a packet.
 *
 * All that one eNodeB sends comes from one address to one port, so the card puts it into one queue,
 * and one CPU would do all the work. Where `settings` lists CPUs, that one only looks whose a
 * packet is, and hands it to the CPU of its slot through the map `cpus`; a slot's packets of both
 * ways go to one CPU, so they stay in order and their session in one cache. What belongs to no slot
 * is worked on where it arrived, and so is what this machine's own stack sends.
 *
 * On the other CPU mcore_cpu calls mcore_worker through the map `worker`, so that a newer build of
 * the worker takes over between two packets. With a program of its own in each element of `cpus`
 * the kernel would begin a new queue, whose packets overtake those in the old one. */
#ifndef BPF_SPREAD_H
#define BPF_SPREAD_H

#include "maps.h"
#include "parse.h"

/* What classify() returns of a packet that another CPU works on, and counts. */
enum { HANDED_OVER = -2 };

/* HANDED_OVER, or GO_ON: here. */
INLINE int hand_over(const struct settings *c, __u32 slot)
{
	if (!c->cpus || bpf_redirect_map(&cpus, c->cpu[slot % MCORE_CPU_SLOTS], 0) != XDP_REDIRECT)
		return GO_ON;
	return HANDED_OVER;
}

/* The same of UDP for our GTP-U port. An End Marker stays behind the G-PDUs before it. */
INLINE int hand_over_gtpu(struct pkt *p, const struct settings *c, const struct udphdr *udp)
{
	const struct gtpu *h = (const void *)(udp + 1);

	if (!c->cpus || (void *)(h + 1) > p->end ||
	    (h->type != GTPU_G_PDU && h->type != GTPU_END_MARKER))
		return GO_ON;
	return hand_over(c, bpf_ntohl(h->teid) >> (c->tag_bits & 31));
}

/* The kernel says here, and nowhere else, that a CPU's queue had no room. */
SEC("raw_tp/xdp_cpumap_enqueue") int mcore_cpu_full(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 zero = 0, key = REASON_cpu_full;
	struct settings *c = bpf_map_lookup_elem(&settings, &zero);
	struct reason_count *full = bpf_map_lookup_elem(&reasons, &key);

	if (c && full && (__u32)ctx->args[0] == c->cpus_id)
		full->packets += (__u32)ctx->args[2];
	return 0;
}

#endif
