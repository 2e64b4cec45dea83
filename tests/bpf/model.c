/* SPDX-License-Identifier: Apache-2.0 */
/* Written against TS 29.281, RFC 791, 792, 1191, 1812, 4443, 8200 and include/mcore/datapath.h.
 * Where bpf/ works on words as loaded, this works on octets. */
#include <arpa/inet.h>
#include <string.h>
#include "model_parts.h"

bool model_allows(const struct model *m, int reason)
{
	return reason == m->reason || reason == m->instead[0] || reason == m->instead[1] ||
	       reason == m->instead[2];
}

static bool ported(uint8_t protocol)
{
	static const uint8_t with[] = {6, 17, 33, 132, 136};

	return memchr(with, protocol, sizeof with);
}

/* What rules see of a device's packet: ports only of a first fragment, and where they are whole. */
static void look(const struct model *m, const struct view *in, bool up, struct flow_seen *s)
{
	struct upper u = {.at = in->hlen, .proto = in->proto};
	bool hidden = in->v6 ? !view_upper(in, m->in, m->in_n, &u) : get16(in->p + 6) & 0x1fff;

	*s = (struct flow_seen){.remote = up ? in->dst : in->src, .v6 = in->v6};
	s->tos = in->v6 ? (uint8_t)(in->p[0] << 4 | in->p[1] >> 4) : in->p[1];
	s->protocol = in->v6 && !hidden ? u.proto : in->proto;
	s->remote_port = s->local_port = -1;
	if (hidden || u.later || u.at + 4 > in->n || !ported(s->protocol))
		return;
	s->remote_port = get16(in->p + u.at + (up ? 2 : 0));
	s->local_port = get16(in->p + u.at + (up ? 0 : 2));
}

static int rules_say(struct model *m, unsigned filter, const struct view *in, bool up)
{
	struct flow_seen seen;
	int said;

	look(m, in, up, &seen);
	said = filter ? rules_first(&lab.rules[filter], &seen, up) : -1;

	if (said >= 0 && said != DSCP_KEEP)
		m->dscp = (uint8_t)said;
	return said;
}

/* The owner's policy; side 0: of the packet's first device, 1: of the one it goes to. */
static int policy(struct model *m, const struct session *s, const struct view *in, bool up,
		  bool routed, int side)
{
	const struct session *o = s;
	const struct policy *pol;
	bool counted, over, walled, slow;
	int64_t left, taken = 0;

	if (s->owner >= LAB_SLOTS)
		return REASON_internal;
	o = &lab.sessions[s->owner];
	if (up ? o->gate_up : o->gate_down)
		return REASON_gate_closed;
	left = side && lab.sessions[m->slot].owner == s->owner ? m->quota[0] : o->quota_left;
	pol = &lab.policies[o->policy];
	counted = o->flags & (up ? SESSION_QUOTA_UP : SESSION_QUOTA_DOWN);
	over = counted && left < 0;
	walled = o->flags & SESSION_QUARANTINE || (over && pol->quota_action == QUOTA_WALL);
	m->quota[side] = left;
	m->judged[side] = true;
	if (routed && o->policy) {
		m->dscp_outer = pol->dscp_outer;
		if (pol->dscp[!up] != DSCP_KEEP)
			m->dscp = pol->dscp[!up];
		if (!walled && pol->filter && rules_say(m, pol->filter, in, up) < 0)
			return REASON_filtered;
	}
	if (counted && !over) {
		over = left < (int64_t)in->n;
		taken = over ? QUOTA_EXHAUSTED : (int64_t)in->n;
		m->quota[side] = left - taken;
	}
	if (over && pol->quota_action == QUOTA_BLOCK)
		return REASON_quota;
	walled |= over && pol->quota_action == QUOTA_WALL;
	if (walled && routed && rules_say(m, pol->wall, in, up) < 0) {
		m->quota[side] += over ? 0 : taken;
		return REASON_walled;
	}
	if (s->flags & SESSION_OWN_RATE)
		o = s;
	slow = over && pol->quota_action == QUOTA_THROTTLE;
	if (slow ? pol->throttle_ns_per_mib[!up]
		 : (up ? o->rate_up.ns_per_mib : o->rate_down.ns_per_mib))
		may(m, up ? REASON_rate_up : REASON_rate_down);
	return -1;
}

/* SCTP, what begins as UDP for a GTP port or TCP for one of Diameter's, or hides whether it does.
 */
static bool core_inside(const struct view *in, const uint8_t *f, size_t n)
{
	struct upper u = {.at = in->hlen, .proto = in->proto};
	unsigned port;

	if (in->v6 && !view_upper(in, f, n, &u))
		return true;
	if (u.later || (!in->v6 && get16(in->p + 6) & 0x1fff))
		return false;
	if (u.proto != 17 && u.proto != 6)
		return u.proto == 132;
	if (in->n < u.at + 8)
		return true;
	port = get16(in->p + u.at + 2);
	return u.proto == 17 ? port == 2152 || port == 2123 : port == 3868 || port == 5868;
}

static uint32_t group_of(const struct session *s)
{
	return s->owner < LAB_SLOTS ? lab.policies[lab.sessions[s->owner].policy].group : 0;
}

static bool has_address(const struct session *s, const uint8_t *a, bool v6)
{
	return s->teid && !(v6 ? memcmp(s->ue6, a, 8) : memcmp(&s->ue4, a, 4));
}

/* The slot of the bearer that a device's filters give a packet to, or the other one. */
static unsigned bearer_of(const struct view *in, bool up, unsigned other)
{
	struct tft_packet p;

	if (!tft_packet_read(in->p, in->n, up, &p))
		return other;
	for (unsigned i = 0; i < LAB_FILTERS; i++)
		if (tft_matches(&lab_filters[i].filter, &p))
			return lab_filters[i].slot;
	return other;
}

/* Where a device's packet goes: m->hop and *host, or m->other, or a reason. */
static int route(struct model *m, const struct session *s, const struct view *in, bool *host,
		 const uint8_t *f, size_t n)
{
	bool own, behind, device, us;
	enum access_limit limit;
	int slot = slot_of(in, s->network, &own, &behind), back = HOP_HOST + s->network;

	device = slot >= 0;
	*host = false;
	if (!routable(in))
		return REASON_not_routable;
	if (device && !own) {
		const struct session *other = &lab.sessions[slot];
		bool there = behind ? other->teid != 0 : has_address(other, in->dst, in->v6);
		const struct hop *h;

		if (!lab.settings->ue_to_ue &&
		    (!there || !group_of(s) || group_of(s) != group_of(other)))
			return REASON_ue_to_ue;
		if (there && other->tft) {
			slot = (int)bearer_of(in, false, (uint32_t)slot);
			other = &lab.sessions[slot];
		}
		h = &lab.hops[other->peer];
		if (there && other->peer && !other->holding && h->state == HOP_READY &&
		    in->n + 8 + outer_len(h->family == 6) <= h->mtu && in->p[in->v6 ? 7 : 8] > 1) {
			m->other = slot;
			m->hop = other->peer;
			return -1;
		}
	}
	us = (device && own) || is_local(in->dst, in->v6);
	limit = us                     ? ACCESS_NO_CORE
		: device || s->network ? ACCESS_OPEN
				       : lab_access(in->dst, in->v6);
	if (limit == ACCESS_CLOSED || (limit == ACCESS_NO_CORE && core_inside(in, f, n)))
		return us ? REASON_core_port : REASON_access_network;
	*host = device || us;
	m->hop = *host ? back : s->exit;
	*host |= lab.hops[m->hop].to_host;
	if (!*host && lab.hops[m->hop].state == HOP_READY &&
	    (in->n > lab.hops[m->hop].mtu || in->p[in->v6 ? 7 : 8] <= 1)) {
		*host = true;
		m->hop = back;
	}
	return lab.hops[m->hop].state == HOP_READY ? -1 : REASON_no_next_hop;
}

static int to_device(struct model *m, const struct view *in)
{
	const struct session *s = &lab.sessions[m->other];
	int reason;

	m->dscp_outer = DSCP_KEEP;
	reason = policy(m, s, in, false, true, 1);
	if (reason >= 0)
		return reason;
	tunnel(m, s, in, true);
	return REASON_device_to_device;
}

static int from_device(struct model *m, const struct session *s, const struct view *in,
		       const uint8_t *f, size_t n)
{
	bool host;
	size_t l2;
	int reason;

	if (!source_ok(s, in) && (s->network != 1 || lab_behind(in->src, in->v6) != (int)s->owner))
		return REASON_spoofed_source;
	if (s->flags & SESSION_DEDICATED &&
	    bearer_of(in, true, LAB_SLOTS) != (unsigned)(s - lab.sessions))
		return REASON_wrong_bearer;
	if (on_link(in)) {
		reason = policy(m, s, in, true, false, 0);
		if (reason < 0)
			may(m, REASON_event_lost);
		return reason >= 0 ? reason : REASON_slow_path;
	}
	reason = route(m, s, in, &host, f, n);
	if (reason < 0) {
		int other = m->other;

		m->other = -1;
		reason = policy(m, s, in, true, true, 0);
		if (reason < 0)
			m->other = other;
	}
	if (reason >= 0)
		return reason;
	if (m->other >= 0)
		return to_device(m, in);
	l2 = link_write(m->frame, &lab.hops[m->hop], in->v6);
	memcpy(m->frame + l2, in->p, in->n);
	if (!host)
		age(m->frame + l2, in->v6);
	mark(m, m->frame + l2, in->v6);
	m->len = l2 + in->n;
	return host ? REASON_to_host : REASON_uplink;
}

static bool is_from(const struct hop *h, const struct view *o)
{
	return h->family == (o->v6 ? 6 : 4) && !memcmp(h->addr, o->src, o->v6 ? 16 : 4);
}

static bool is_peer(uint16_t peer, const struct view *o)
{
	return (peer && is_from(&lab.hops[peer], o)) || lab_is_peer(o->src, o->v6);
}

/* A GTP-U message of n octets, `inner` of which are the device's, into another tunnel. */
static int relay(struct model *m, const struct session *s, const uint8_t *gtp, size_t n,
		 const struct extensions *e)
{
	const struct hop *h = &lab.hops[s->exit];
	const bool v6 = h->family == 6;
	const struct view body = {.n = n - e->end}; /* not looked into */
	size_t l2;
	int reason;

	m->inner = body.n;
	if (e->all)
		return REASON_unknown_extension;
	if (h->state != HOP_READY)
		return REASON_no_next_hop;
	if (e->ends || n + outer_len(v6) > h->mtu)
		return REASON_relay_slow;
	reason = gtp[1] == 255 ? policy(m, s, &body, true, false, 0) : -1;
	if (reason >= 0)
		return reason;
	m->hop = s->exit;
	l2 = link_write(m->frame, h, v6);
	memcpy(m->frame + l2 + outer_len(v6), gtp, n);
	memcpy(m->frame + l2 + outer_len(v6) + 4, &s->peer_teid, 4);
	outer_write(m->frame + l2, v6, (uint8_t)(s->dscp << 2), h->local, h->addr, 2152, n);
	m->len = l2 + outer_len(v6) + n;
	return gtp[1] == 255 ? REASON_relay : REASON_relay_end;
}

static int uplink(struct model *m, const uint8_t *f, size_t n, const struct view *o)
{
	const uint8_t *udp = o->p + o->hlen, *gtp = udp + 8;
	size_t left = o->n - o->hlen, body;
	struct extensions e = {.end = 8};
	const struct session *s;
	struct view in;
	uint32_t teid, slot;

	if (left < 16 || get16(udp + 4) < 16 || get16(udp + 4) > left)
		return REASON_bad_gtpu;
	body = get16(gtp + 2);
	if (body + 16 > get16(udp + 4) || gtp[0] >> 5 != 1 || !(gtp[0] & 0x10))
		return REASON_bad_gtpu;
	if (gtp[0] & 7) {
		if (body < 4)
			return REASON_bad_gtpu;
		e.end = 12;
		if (gtp[0] & 4 && !extensions(gtp, body + 8, 12, gtp[11], &e))
			return REASON_bad_gtpu;
		/* Beyond 1500 octets of the frame nobody looks. */
		if ((size_t)(gtp - f) + e.end > 1500)
			return REASON_bad_gtpu;
	}
	if (gtp[1] < 254)
		return gtp[1] == 1 ? echo(m, f, o) : REASON_gtpu_control;

	teid = get32(gtp + 4);
	slot = teid >> LAB_TAG_BITS;
	if (!teid || slot >= LAB_SLOTS || ntohl(lab.sessions[slot].teid) != teid)
		return error_indication(m, f, o);
	s = &lab.sessions[slot];
	m->slot = (int)slot;
	if (!is_peer(s->peer, o) && (s->peer || s->exit < MCORE_FIRST_PEER))
		return REASON_wrong_peer;
	if (s->exit >= MCORE_FIRST_PEER)
		return relay(m, s, gtp, body + 8, &e);
	if (gtp[1] == 254) {
		m->slot = -1;
		return REASON_end_marker;
	}
	if (e.endpoint || e.all)
		return REASON_unknown_extension;
	if (body + 8 - e.end < 20 || (size_t)(gtp - f) + e.end > 1500 ||
	    !view_ip(gtp + e.end, body + 8 - e.end, gtp[e.end] >> 4 == 6, &in))
		return REASON_bad_inner;
	m->inner = in.n;
	return from_device(m, s, &in, f, n);
}

static int downlink(struct model *m, enum lab_role role, const uint8_t *f, const struct view *in)
{
	const int from = network_of(f);
	const uint32_t network = (uint32_t)from;
	uint32_t other, slot;
	bool own, behind;
	int at = from < 0 ? -1 : slot_of(in, network, &own, &behind);
	const struct session *s;
	const struct hop *h;
	size_t out;
	bool judged = false;
	int reason;

	if (at < 0 || own)
		return REASON_not_ours;
	if (role != LAB_HOST &&
	    (is_local(in->src, in->v6) || pool_with(in->src, in->v6, network, &other) ||
	     (network == 1 && lab_behind(in->src, in->v6) >= 0)))
		return REASON_own_source;
	if (role != LAB_HOST && martian(in))
		return REASON_martian_source;
	slot = (uint32_t)at;
	s = &lab.sessions[slot];
	if (behind ? !s->teid : !has_address(s, in->dst, in->v6))
		return REASON_no_session;
	if (s->tft) {
		slot = bearer_of(in, false, slot);
		s = &lab.sessions[slot];
	}
	m->slot = (int)slot;
	m->inner = in->n;
	if (!s->peer || s->holding) {
		if (role != LAB_HOST && in->p[in->v6 ? 7 : 8] <= 1)
			return REASON_ttl;
		reason = policy(m, s, in, false, true, 0);
		if (reason >= 0)
			return reason;
		judged = true;
		if (s->hold & HOLD_ON)
			may(m, REASON_idle_lost); /* where the ring buffer is full */
		if (s->hold & HOLD_ON)
			return s->hold & HOLD_SHUT                     ? REASON_idle
			       : (s->hold & HOLD_COUNT) >= s->hold_max ? REASON_idle_full
								       : REASON_idle_held;
		if (!s->peer)
			return REASON_idle;
	}
	h = &lab.hops[s->peer];
	if (h->state != HOP_READY)
		return REASON_no_next_hop;
	out = outer_len(h->family == 6);
	if (in->n + out + 8 > h->mtu)
		return too_big(m, role, f, in, h->mtu - (unsigned)out - 8);
	if (!judged && role != LAB_HOST && in->p[in->v6 ? 7 : 8] <= 1)
		return REASON_ttl;
	reason = judged ? -1 : policy(m, s, in, false, true, 0);
	if (reason >= 0)
		return reason;

	m->hop = s->peer;
	tunnel(m, s, in, role != LAB_HOST);
	return REASON_downlink;
}

/* Whether it is UDP for our GTP-U address; *o then has the outer header with its extensions. */
static bool for_gtpu(struct view *o, const uint8_t *f, size_t n, bool *fragment)
{
	struct upper u;

	*fragment = !o->v6 && get16(o->p + 6) & 0x3fff;
	if (!is_gtpu(o->dst, o->v6))
		return false;
	if (!o->v6)
		return o->proto == 17;
	if (!view_upper(o, f, n, &u) || u.proto != 17 || u.at > o->n || u.at > 2000)
		return false;
	*fragment = u.fragment;
	o->hlen = u.at;
	return true;
}

static int decide(struct model *m, enum lab_role role, const uint8_t *f, size_t n)
{
	size_t at = 12;
	struct view ip;
	bool fragment;

	if (n < 14)
		return REASON_not_ours;
	for (int i = 0; i < 2 && (get16(f + at) == 0x8100 || get16(f + at) == 0x88a8); i++) {
		at += 4;
		if (at + 2 > n)
			return REASON_not_ours;
	}
	if ((get16(f + at) != 0x0800 && get16(f + at) != 0x86dd) ||
	    !view_ip(f + at + 2, n - at - 2, get16(f + at) == 0x86dd, &ip))
		return REASON_not_ours;
	if (role != LAB_SGI && for_gtpu(&ip, f, n, &fragment)) {
		if (fragment)
			return REASON_outer_fragment;
		if (ip.n >= ip.hlen + 8 && get16(ip.p + ip.hlen + 2) == 2152)
			return uplink(m, f, n, &ip);
	}
	return role == LAB_ACCESS ? REASON_not_ours : downlink(m, role, f, &ip);
}

void model_run(enum lab_role role, const uint8_t *frame, size_t n, struct model *m)
{
	m->instead[0] = m->instead[1] = m->instead[2] = -1;
	m->hop = m->slot = m->other = -1;
	m->dscp = m->dscp_outer = DSCP_KEEP;
	m->quota[0] = m->quota[1] = 0;
	m->judged[0] = m->judged[1] = false;
	m->len = m->inner = 0;
	m->in = frame;
	m->in_n = n;
	m->reason = decide(m, role, frame, n);
}
