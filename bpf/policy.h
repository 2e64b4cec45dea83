/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a device may do: one function a check, each GO_ON or the reason against it.
 *
 * Gates and rates are those of the session's owner, the device's first session, so that all its
 * bearers share one AMBR. Rates are GCRA (ITU-T I.371 annex A, virtual scheduling): a packet
 * conforms if the theoretical arrival time is not further ahead than the burst allows; it then
 * moves that time by what its length takes at the rate. One compare-and-swap, so that many CPUs
 * stay exact.
 *
 * "Now" is the last tick of the clock for bursts of 2^26 ns (67 ms) and more: it is late by at most
 * a tick (1 to 10 ms), so a device that was silent may send a tick's worth more at once, and never
 * gets more than its rate in the long run. Shorter bursts are held to the precise clock. */
#ifndef BPF_POLICY_H
#define BPF_POLICY_H

#include "maps.h"
#include "parse.h"
#include "session.h"

enum direction { UP, DOWN };

enum { RATE_RETRIES = 4, COARSE_BURST = 1 << 26 };

INLINE bool rate_conforms(struct rate *r, __u32 burst_us, __u32 len, __u64 now)
{
	__u64 per_mib = r->ns_per_mib, burst = burst_us * 1000ull,
	      cost = (len * per_mib + (1 << 19)) >> 20;

	if (!per_mib)
		return true;
	if (burst < COARSE_BURST)
		now = bpf_ktime_get_ns();
	for (int i = 0; i < RATE_RETRIES; i++) {
		__u64 tat = *(volatile __u64 *)&r->tat, from = tat;

		if ((__s64)(tat - now) < 0)
			from = now;
		else if (tat - now > burst) {
			/* Further ahead than the longest packet can push it at this rate: it is
			 * left from when the rate was lower. */
			if (tat - now <= burst + (per_mib >> 4) + 1)
				return false;
			from = now;
		}
		if (__sync_val_compare_and_swap(&r->tat, tat, from + cost) == tat)
			return true;
	}
	/* Others move it all the time, so it is not in the past. */
	return (__s64)(__sync_fetch_and_add(&r->tat, cost) - now) <= (__s64)burst;
}

/* The owner's gate and rate for a packet of that many octets. */
INLINE int policy(struct pkt *p, __u32 len, const enum direction dir)
{
	struct session *owner = p->session, *rated;
	__u32 slot = owner->owner;

	if (slot != p->slot) {
		owner = bpf_map_lookup_elem(&sessions, &slot);
		if (!owner)
			return REASON_internal;
	}
	if ((dir == UP ? owner->gate_up : owner->gate_down) != GATE_OPEN)
		return REASON_gate_closed;
	rated = p->session->flags & SESSION_OWN_RATE ? p->session : owner;
	if (!rate_conforms(dir == UP ? &rated->rate_up : &rated->rate_down,
			   dir == UP ? rated->burst_up_us : rated->burst_down_us, len, p->now))
		return dir == UP ? REASON_rate_up : REASON_rate_down;
	return GO_ON;
}

INLINE bool ip6_link_local(__u64 high)
{
	return (high & bpf_cpu_to_be64(0xffc0ull << 48)) == bpf_cpu_to_be64(0xfe80ull << 48);
}

INLINE bool ip6_multicast(__u64 high)
{
	return (high & bpf_cpu_to_be64(0xffull << 56)) == bpf_cpu_to_be64(0xffull << 56);
}

/* An ICMPv6 packet between the device and its router, which is mcored. */
INLINE bool ip6_on_link(const struct ip *in)
{
	return in->v6 && in->proto == PROTO_ICMPV6 &&
	       (ip6_link_local(in->dst) ||
		(in->dst & bpf_cpu_to_be64(0xffffull << 48)) == bpf_cpu_to_be64(0xff02ull << 48));
}

/* A device sends from its own addresses only; on the link also from fe80:: with the interface
 * identifier it was given, and from :: (TS 23.401 5.3.1.2.2, RFC 4861 4.1). */
INLINE int policy_source(const struct session *s, const struct ip *in)
{
	if (!in->v6)
		return in->src && in->src == s->ue4 ? GO_ON : REASON_spoofed_source;
	if (in->src && in->src == *(const __u64 *)s->ue6)
		return GO_ON;
	if (!ip6_on_link(in))
		return REASON_spoofed_source;
	if (!in->src && !in->src_low)
		return GO_ON;
	if (in->src == bpf_cpu_to_be64(0xfe80ull << 48) && in->src_low == *(const __u64 *)s->iid)
		return GO_ON;
	return REASON_spoofed_source;
}

/* Sources that nobody has: multicast, broadcast, this network, loopback, and of IPv6 also link-local
 * ones, which do not come through a router (RFC 1812 5.3.7, RFC 4291 2.5.6, 2.7). */
INLINE bool policy_martian(const struct ip *in)
{
	__u32 a = bpf_ntohl((__u32)in->src);

	if (in->v6)
		return !in->src || ip6_multicast(in->src) || ip6_link_local(in->src);
	return a >> 24 == 0 || a >> 24 == 127 || a >> 28 >= 14;
}

/* Destinations that no router forwards: multicast, loopback, link-local, and all of ::/64, which
 * holds loopback and IPv4 in disguise (RFC 1812 5.3.7, RFC 3927 7, RFC 4291 2.5). */
INLINE bool policy_routable(const struct ip *in)
{
	__u32 a = bpf_ntohl((__u32)in->dst);

	if (in->v6)
		return in->dst && !ip6_multicast(in->dst) && !ip6_link_local(in->dst);
	return a >> 24 != 0 && a >> 24 != 127 && a >> 28 < 14 && a >> 16 != 0xa9fe;
}

#endif
