/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a device may do: one function a check, each GO_ON or the reason against it.
 *
 * Gates, profile, rates and quota are those of the session's owner, the device's first session, so
 * that all its bearers share them. A packet meets, in this order: the gate; the profile's rules, or
 * its wall while the device is walled in; the quota; the rate.
 *
 * Rates are GCRA (ITU-T I.371 annex A, virtual scheduling): a packet conforms if the theoretical
 * arrival time is not further ahead than the burst allows; it then moves that time by what its
 * length takes at the rate. One compare-and-swap, so that many CPUs stay exact.
 *
 * "Now" is of the present tick of the clock for bursts of 2^26 ns (67 ms) and more: it is late by
 * less than a tick (1 to 10 ms), so a device that was silent may send a tick's worth more at once,
 * and never gets more than its rate in the long run. Shorter bursts are held to the precise clock.
 *
 * A quota is a number of octets, taken by one addition: what does not fit does not go under it, to
 * the octet, from however many CPUs. The packet that does not fit gives back what it took, marks it
 * exhausted and tells mcored. From then on packets are dropped, held to the profile's second rate,
 * or walled in. */
#ifndef BPF_POLICY_H
#define BPF_POLICY_H

#include "event.h"
#include "filter.h"
#include "maps.h"
#include "parse.h"
#include "session.h"

enum { RATE_RETRIES = 4, QUOTA_RETRIES = 16, COARSE_BURST = 1 << 26 };

/* A packet before the owner's policy, and what that makes of it. */
struct held {
	__u64 ns_per_mib; /* of the rate that it is held to, */
	__u32 burst_us;
	__u32 taken; /* octets that the quota gave */
	__u32 len;
	__u8 direction;
	bool routed; /* false: it does not leave the link, rules are not asked */
	__u8 dscp, dscp_outer;
};

INLINE bool rate_conforms(__u64 *rate_tat, __u64 per_mib, __u32 burst_us, __u32 len, __u64 now)
{
	__u64 burst = burst_us * 1000ull, cost = (len * per_mib + (1 << 19)) >> 20;

	if (!per_mib)
		return true;
	if (burst < COARSE_BURST)
		now = bpf_ktime_get_ns();
	for (int i = 0; i < RATE_RETRIES; i++) {
		__u64 tat = *(volatile __u64 *)rate_tat, from = tat;

		if ((__s64)(tat - now) < 0)
			from = now;
		else if (tat - now > burst) {
			/* Further ahead than the longest packet can push it at this rate: it is
			 * left from when the rate was lower. */
			if (tat - now <= burst + (per_mib >> 4) + 1)
				return false;
			from = now;
		}
		if (__sync_val_compare_and_swap(rate_tat, tat, from + cost) == tat)
			return true;
	}
	/* Others move it all the time, so it is not in the past. */
	return (__s64)(__sync_fetch_and_add(rate_tat, cost) - now) <= (__s64)burst;
}

/* A packet did not fit: it gives back what it took, and marks the quota exhausted unless somebody
 * else did, or mcored gave more meanwhile. */
INLINE void quota_exhaust(struct session *owner, __s64 n)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < QUOTA_RETRIES; i++) {
		__s64 left = *(volatile __s64 *)&owner->quota_left;

		if (left >= 0 || quota_is_exhausted(left))
			break;
		if (__sync_val_compare_and_swap(&owner->quota_left, left,
						left + n - QUOTA_EXHAUSTED) == left) {
			event_of_slot(EVENT_QUOTA, owner->owner);
			return;
		}
	}
	__sync_fetch_and_add(&owner->quota_left, n);
}

/* Takes the octets, or finds or makes the quota exhausted: false. */
INLINE bool quota_take(struct session *owner, __u32 len)
{
	__s64 n = len, left = __sync_fetch_and_add(&owner->quota_left, -n);

	if (left >= n)
		return true;
	quota_exhaust(owner, n);
	return false;
}

/* GO_ON, or the reason if that is what a filter said; its marks into h. */
INLINE int policy_said(struct held *h, int said, int reason)
{
	if (said == FILTER_DENY)
		return reason;
	if (said != FILTER_ALLOW)
		h->dscp = (__u8)said;
	return GO_ON;
}

/* Rules, wall and quota of the owner, which has any of these. A function of its own to the
 * verifier, which so checks it once and not for each way that leads here. GO_ON or a reason. */
__noinline int policy_profile(struct held *h, struct session *owner, __u64 high, __u64 low,
			      __u64 word)
{
	bool counted, over, walled;
	const struct policy *pol;
	const struct seen seen = {high, low, word};
	__u32 key, dir;
	int reason;

	if (!h || !owner)
		return REASON_internal;
	dir = h->direction & 1;
	key = owner->policy;
	pol = bpf_map_lookup_elem(&policies, &key);
	if (!pol)
		return REASON_internal;
	counted = owner->flags & (dir == UP ? SESSION_QUOTA_UP : SESSION_QUOTA_DOWN);
	over = counted && *(volatile __s64 *)&owner->quota_left < 0;
	walled = owner->flags & SESSION_QUARANTINE || (over && pol->quota_action == QUOTA_WALL);
	if (h->routed && key) {
		if (pol->dscp[dir] != DSCP_KEEP)
			h->dscp = pol->dscp[dir];
		h->dscp_outer = pol->dscp_outer;
		if (!walled && pol->filter) {
			reason = policy_said(h, filter_first(&seen, pol->filter), REASON_filtered);
			if (reason != GO_ON)
				return reason;
		}
	}
	if (counted && !over) {
		over = !quota_take(owner, h->len);
		h->taken = over ? 0 : h->len;
	}
	if (over && pol->quota_action == QUOTA_BLOCK)
		return REASON_quota;
	if (over && pol->quota_action == QUOTA_WALL)
		walled = true;
	if (over && pol->quota_action == QUOTA_THROTTLE) {
		h->ns_per_mib = pol->throttle_ns_per_mib[dir];
		h->burst_us = pol->throttle_burst_us[dir];
	}
	if (!walled || !h->routed)
		return GO_ON;
	if (!pol->wall)
		return REASON_walled;
	return policy_said(h, filter_first(&seen, pol->wall), REASON_walled);
}

/* The owner's policy for a packet of that many octets. `in` is the packet, at offset `off`, for the
 * rules; NULL for one that does not leave the link or is not looked into. */
INLINE int policy(struct pkt *p, const struct ip *in, __u32 off, __u32 len,
		  const enum direction dir)
{
	struct session *owner = p->session, *rated;
	__u32 slot = owner->owner, burst_us, taken = 0;
	__u64 ns_per_mib;
	struct rate *rate;
	int reason = GO_ON;

	if (slot != p->slot) {
		owner = bpf_map_lookup_elem(&sessions, &slot);
		if (!owner)
			return REASON_internal;
	}
	if ((dir == UP ? owner->gate_up : owner->gate_down) != GATE_OPEN)
		return REASON_gate_closed;
	rated = p->session->flags & SESSION_OWN_RATE ? p->session : owner;
	rate = dir == UP ? &rated->rate_up : &rated->rate_down;
	ns_per_mib = rate->ns_per_mib;
	burst_us = dir == UP ? rated->burst_up_us : rated->burst_down_us;
	if (owner->policy | (owner->flags & SESSION_POLICY)) {
		struct held h = {.direction = dir,
				 .len = len,
				 .routed = in != NULL,
				 .ns_per_mib = ns_per_mib,
				 .burst_us = burst_us,
				 .dscp = p->dscp,
				 .dscp_outer = p->dscp_outer};
		__u64 word = in && owner->policy ? seen_word(p->ctx, in, off, dir) : 0;

		reason = policy_profile(
			&h, owner, in ? host_order(dir == UP ? in->dst : in->src, in->v6) : 0,
			in ? bpf_be64_to_cpu(dir == UP ? in->dst_low : in->src_low) : 0, word);
		ns_per_mib = h.ns_per_mib;
		burst_us = h.burst_us;
		taken = h.taken;
		p->dscp = h.dscp;
		p->dscp_outer = h.dscp_outer;
	}
	if (reason == GO_ON && !rate_conforms(&rate->tat, ns_per_mib, burst_us, len, p->now))
		reason = dir == UP ? REASON_rate_up : REASON_rate_down;
	if (reason != GO_ON && taken)
		__sync_fetch_and_add(&owner->quota_left, (__s64)taken);
	return reason;
}

/* The group that the owner of a session is in, 0 if in none. */
INLINE __u32 policy_group(const struct session *s)
{
	__u32 slot = s->owner, key;
	const struct session *owner = bpf_map_lookup_elem(&sessions, &slot);
	const struct policy *pol;

	if (!owner || !owner->policy)
		return 0;
	key = owner->policy;
	pol = bpf_map_lookup_elem(&policies, &key);
	return pol ? pol->group : 0;
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

/* Sources that nobody has: multicast, broadcast, this network, loopback, and of IPv6 also
 * link-local ones, which do not come through a router (RFC 1812 5.3.7, RFC 4291 2.5.6, 2.7). */
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
