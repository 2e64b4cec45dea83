/* SPDX-License-Identifier: Apache-2.0 */
/* Router Advertisements (RFC 4861, TS 29.061 11.2.1.3). The link is one bearer with two ends, the
 * device and us: the /64 is the device's alone, so no duplicate can be and the prefix is never
 * on-link (L = 0). It configures itself from it (A = 1) for ever. It is told when it asks, and
 * unasked when it gets a radio bearer, or has one, and was last told long ago: the router's
 * lifetime must not end while nothing renews it. A walk that goes round all sessions, a few a
 * second, finds those that stay connected. */
#include "pgw/internal.h"

#include "codec/wire.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer.h"
#include "datapath/datapath.h"

#include <errno.h>

enum {
	IP6_HEADER = 40,
	ICMP6 = 58,
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	OPTION_SOURCE_LINK_ADDRESS = 1,
	OPTION_PREFIX = 3,
	OPTION_MTU = 5,
	OPTION_RDNSS = 25, /* RFC 8106 */
	PREFIX_AUTONOMOUS = 0x40,
	LIFETIME_S = 65535,
	AGAIN_MS = 6 * 3600 * 1000, /* a third of it, as in 29.061 11.2.1.3.4 */
	LINK_MTU_MIN = 1280,
	ROUND_MS = 1000,
	ROUND_SESSIONS = 1000, /* looked at each time */
};

/* Ours on every bearer; a device's identifier never looks like it. */
static const struct in6_addr router = {{{0xfe, 0x80, [15] = 1}}};
static const struct in6_addr all_nodes = {{{0xff, 0x02, [15] = 1}}};
static const struct in6_addr all_routers = {{{0xff, 0x02, [15] = 2}}};

static uint32_t sum16(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return n % 2 ? sum + ((uint32_t)p[n - 1] << 8) : sum;
}

/* Of an ICMPv6 message of n octets behind an IPv6 header, its own checksum included: 0xffff if that
 * is right (RFC 8200 8.1). */
static uint16_t icmp6_sum(const uint8_t *packet, size_t n)
{
	uint32_t sum = sum16(packet + 8, 32, (uint32_t)n + ICMP6);

	sum = sum16(packet + IP6_HEADER, n, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static bool options_valid(struct rd r, bool source_unspecified)
{
	while (rd_left(&r)) {
		uint8_t type = rd_u8(&r), len = rd_u8(&r);

		if (!len || (source_unspecified && type == OPTION_SOURCE_LINK_ADDRESS))
			return false;
		rd_take(&r, 8u * len - 2);
	}
	return !r.bad;
}

/* RFC 4861 6.1.1. *source is who asks. */
static bool solicitation_valid(const uint8_t *packet, size_t n, struct in6_addr *source)
{
	struct rd r = rd_of(packet, n);
	uint32_t version = rd_u32(&r) >> 28;
	size_t len = rd_u16(&r);
	uint8_t next = rd_u8(&r), hops = rd_u8(&r);
	const uint8_t *from = rd_take(&r, 16), *to = rd_take(&r, 16);
	uint8_t type = rd_u8(&r), code = rd_u8(&r);
	bool unspecified;

	rd_take(&r, 6);
	if (r.bad || version != 6 || next != ICMP6 || hops != 255 || len != n - IP6_HEADER ||
	    type != ROUTER_SOLICITATION || code || icmp6_sum(packet, len) != 0xffff)
		return false;
	memcpy(source, from, 16);
	unspecified = IN6_IS_ADDR_UNSPECIFIED(source);
	return (unspecified || IN6_IS_ADDR_LINKLOCAL(source)) &&
	       (!memcmp(to, &all_routers, 16) || !memcmp(to, &router, 16)) &&
	       options_valid(r, unspecified);
}

static void options_put(struct wr *w, const struct pgw_session *s)
{
	const struct pgw_apn *apn = &pgw.apn[s->apn];
	uint16_t mtu = pgw_mtu(apn);

	wr_u8(w, OPTION_PREFIX);
	wr_u8(w, 4);
	wr_u8(w, 64);
	wr_u8(w, PREFIX_AUTONOMOUS);
	wr_u32(w, UINT32_MAX); /* valid and preferred lifetime: infinite */
	wr_u32(w, UINT32_MAX);
	wr_u32(w, 0);
	wr_raw(w, &s->addr.ip6, 16);
	if (mtu >= LINK_MTU_MIN) {
		wr_u8(w, OPTION_MTU);
		wr_u8(w, 1);
		wr_u16(w, 0);
		wr_u32(w, mtu);
	}
	if (apn->dns6s) {
		wr_u8(w, OPTION_RDNSS);
		wr_u8(w, 1 + 2 * apn->dns6s);
		wr_u16(w, 0);
		wr_u32(w, UINT32_MAX);
		wr_raw(w, apn->dns6, 16 * (size_t)apn->dns6s);
	}
}

static size_t advertisement(uint8_t *packet, size_t cap, const struct pgw_session *s,
			    const struct in6_addr *to)
{
	struct wr w = wr_of(packet, cap);
	size_t n;

	wr_u32(&w, 6u << 28);
	wr_u16(&w, 0); /* payload length, below */
	wr_u8(&w, ICMP6);
	wr_u8(&w, 255);
	wr_raw(&w, &router, 16);
	wr_raw(&w, to, 16);
	wr_u8(&w, ROUTER_ADVERTISEMENT);
	wr_u8(&w, 0);
	wr_u16(&w, 0); /* checksum, below */
	wr_u8(&w, 64); /* hop limit for the device's own packets */
	wr_u8(&w, 0);  /* neither managed nor other configuration: no DHCPv6 here */
	wr_u16(&w, LIFETIME_S);
	wr_u32(&w, 0); /* reachable time, retransmission timer: unspecified */
	wr_u32(&w, 0);
	options_put(&w, s);
	n = (size_t)(w.p - packet) - IP6_HEADER;
	w = wr_of(packet + 4, 2);
	wr_u16(&w, (unsigned)n);
	w = wr_of(packet + IP6_HEADER + 2, 2);
	wr_u16(&w, ~icmp6_sum(packet, n) & 0xffffu);
	return IP6_HEADER + n;
}

static void advertise(struct pgw_session *s, const struct in6_addr *to)
{
	uint8_t packet[256];
	size_t n = advertisement(packet, sizeof(packet), s, to);
	int err = dp_session_send(s->addr.slot, packet, n);
	char imsi[IMSI_STRLEN];

	s->advertised = !err;
	s->advertised_ms = loop_now_ms();
	if (err && err != -ENOTCONN) /* it asked before its path was switched: pgw_connected */
		LOG(WARN, "pgw.router_advertisement", "imsi=%s ebi=%u error=%s",
		    imsi_print(s->key | 0xf, imsi), s->ebi, strerror(-err));
}

void pgw_slow_path(uint32_t slot, const uint8_t *packet, size_t n)
{
	struct pgw_session *s = pgw_session_by_slot(slot);
	struct in6_addr source;

	if (!s || !(s->type & PDN_IPV6) || !solicitation_valid(packet, n, &source))
		return;
	advertise(s, IN6_IS_ADDR_UNSPECIFIED(&source) ? &all_nodes : &source);
}

static bool is_due(const struct pgw_session *s)
{
	return s->type & PDN_IPV6 &&
	       (!s->advertised || loop_now_ms() - s->advertised_ms >= AGAIN_MS);
}

void pgw_connected(uint32_t slot)
{
	struct pgw_session *s = pgw_session_by_slot(slot);

	if (s && is_due(s))
		advertise(s, &all_nodes);
	if (s)
		bearers_connected(s);
}

static struct timer round_timer;
static struct pgw_session *round_at;

static void go_round(struct timer *t)
{
	if (!round_at)
		round_at = pgw_session_first();
	for (unsigned n = 0; round_at && n < ROUND_SESSIONS; n++) {
		struct pgw_session *s = round_at;
		const struct session *k = is_due(s) ? dp_session(s->addr.slot) : NULL;

		round_at = s->by_key.next;
		if (k && k->peer)
			advertise(s, &all_nodes);
	}
	timer_start(t, ROUND_MS, go_round);
}

void ra_start(void) { timer_start(&round_timer, ROUND_MS, go_round); }

void ra_stop(void)
{
	timer_stop(&round_timer);
	round_at = NULL;
}

void ra_forget(const struct pgw_session *s)
{
	if (round_at == s)
		round_at = s->by_key.next;
}
