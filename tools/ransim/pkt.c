/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 791, 8200 headers by hand: each is written once, octet by octet, through small helpers. */
#include "pkt.h"

#include <string.h>

enum {
	IP4_LEN = 20,
	IP6_LEN = 40,
	UDP_LEN = 8,
	ICMP_LEN = 8,
	STAMP_LEN = 8,
	ICMP6_ECHO = 128,
	ICMP6_REPLY = 129,
	ICMP6_RS = 133,
	ICMP6_RA = 134
};

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static unsigned get16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

uint32_t pkt_sum(uint32_t sum, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t s = sum;

	for (; n > 1; p += 2, n -= 2)
		s += get16(p);
	if (n)
		s += (uint32_t)*p << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

static void put_sum(uint8_t *where, uint32_t sum)
{
	unsigned v = ~sum & 0xffff;

	put16(where, v);
}

static void ip4_header(uint8_t *p, size_t total, uint8_t proto, struct in_addr src,
		       struct in_addr dst)
{
	memset(p, 0, IP4_LEN);
	p[0] = 0x45;
	put16(p + 2, (unsigned)total);
	p[6] = 0x40; /* don't fragment */
	p[8] = 64;
	p[9] = proto;
	memcpy(p + 12, &src, 4);
	memcpy(p + 16, &dst, 4);
	put_sum(p + 10, pkt_sum(0, p, IP4_LEN));
}

static void ip6_header(uint8_t *p, size_t payload, uint8_t proto, uint8_t hops,
		       const struct in6_addr *src, const struct in6_addr *dst)
{
	memset(p, 0, 8);
	p[0] = 0x60;
	put16(p + 4, (unsigned)payload);
	p[6] = proto;
	p[7] = hops;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
}

/* The pseudo-header's share of a checksum (RFC 8200 8.1). */
static uint32_t pseudo6(const uint8_t *ip6, uint8_t proto, size_t len)
{
	return pkt_sum((uint32_t)len + proto, ip6 + 8, 32);
}

static void echo_body(uint8_t *icmp, uint8_t type, uint16_t seq, uint64_t stamp, size_t payload)
{
	memset(icmp, 0, ICMP_LEN);
	icmp[0] = type;
	put16(icmp + 4, PKT_ECHO_ID);
	put16(icmp + 6, seq);
	for (size_t i = 0; i < payload; i++)
		icmp[ICMP_LEN + i] = (uint8_t)i;
	memcpy(icmp + ICMP_LEN, &stamp, STAMP_LEN);
}

size_t pkt_echo4(uint8_t *out, size_t cap, struct in_addr src, struct in_addr dst, uint16_t seq,
		 uint64_t stamp, size_t payload)
{
	size_t icmp = ICMP_LEN + payload;

	if (payload < STAMP_LEN || IP4_LEN + icmp > cap || IP4_LEN + icmp > UINT16_MAX)
		return 0;
	ip4_header(out, IP4_LEN + icmp, IPPROTO_ICMP, src, dst);
	echo_body(out + IP4_LEN, 8, seq, stamp, payload);
	put_sum(out + IP4_LEN + 2, pkt_sum(0, out + IP4_LEN, icmp));
	return IP4_LEN + icmp;
}

size_t pkt_echo6(uint8_t *out, size_t cap, const struct in6_addr *src, const struct in6_addr *dst,
		 uint16_t seq, uint64_t stamp, size_t payload)
{
	size_t icmp = ICMP_LEN + payload;

	if (payload < STAMP_LEN || IP6_LEN + icmp > cap || icmp > UINT16_MAX)
		return 0;
	ip6_header(out, icmp, IPPROTO_ICMPV6, 64, src, dst);
	echo_body(out + IP6_LEN, ICMP6_ECHO, seq, stamp, payload);
	put_sum(out + IP6_LEN + 2,
		pkt_sum(pseudo6(out, IPPROTO_ICMPV6, icmp), out + IP6_LEN, icmp));
	return IP6_LEN + icmp;
}

size_t pkt_router_solicit(uint8_t *out, size_t cap, const uint8_t iid[8])
{
	static const struct in6_addr all_routers = {.s6_addr = {0xff, 2, [15] = 2}};
	struct in6_addr ll = {.s6_addr = {0xfe, 0x80}};

	if (IP6_LEN + ICMP_LEN > cap)
		return 0;
	memcpy(ll.s6_addr + 8, iid, 8);
	ip6_header(out, ICMP_LEN, IPPROTO_ICMPV6, 255, &ll, &all_routers);
	memset(out + IP6_LEN, 0, ICMP_LEN);
	out[IP6_LEN] = ICMP6_RS;
	put_sum(out + IP6_LEN + 2,
		pkt_sum(pseudo6(out, IPPROTO_ICMPV6, ICMP_LEN), out + IP6_LEN, ICMP_LEN));
	return IP6_LEN + ICMP_LEN;
}

size_t pkt_udp4(uint8_t *out, size_t cap, struct in_addr src, struct in_addr dst, uint16_t sport,
		uint16_t dport, size_t payload)
{
	uint8_t *udp = out + IP4_LEN;
	size_t len = UDP_LEN + payload;
	uint32_t sum;

	if (IP4_LEN + len > cap || IP4_LEN + len > UINT16_MAX)
		return 0;
	ip4_header(out, IP4_LEN + len, IPPROTO_UDP, src, dst);
	put16(udp, sport);
	put16(udp + 2, dport);
	put16(udp + 4, (unsigned)len);
	put16(udp + 6, 0);
	sum = pkt_sum((uint32_t)len + IPPROTO_UDP, out + 12, 8);
	put_sum(udp + 6, pkt_sum(sum, udp, len));
	return IP4_LEN + len;
}

bool pkt_is_our_reply(const uint8_t *p, size_t n, uint16_t *seq, uint64_t *stamp)
{
	const uint8_t *icmp;

	if (n >= IP4_LEN + ICMP_LEN + STAMP_LEN && p[0] >> 4 == 4 && p[9] == IPPROTO_ICMP &&
	    n >= (p[0] & 0xfu) * 4 + ICMP_LEN + STAMP_LEN && (p[0] & 0xf) >= 5) {
		icmp = p + (p[0] & 0xf) * 4;
		if (icmp[0])
			return false;
	} else if (n >= IP6_LEN + ICMP_LEN + STAMP_LEN && p[0] >> 4 == 6 &&
		   p[6] == IPPROTO_ICMPV6) {
		icmp = p + IP6_LEN;
		if (icmp[0] != ICMP6_REPLY)
			return false;
	} else {
		return false;
	}
	if (get16(icmp + 4) != PKT_ECHO_ID)
		return false;
	*seq = (uint16_t)get16(icmp + 6);
	memcpy(stamp, icmp + ICMP_LEN, STAMP_LEN);
	return true;
}

/* One option of the advertisement; o[1] is its length in units of 8 octets. */
static void ra_option(const uint8_t *o, struct pkt_ra *out)
{
	size_t n = o[1] * 8u;

	if (o[0] == 3 && n == 32 && o[3] & 0x40) { /* prefix information with the A flag */
		out->has_prefix = true;
		out->prefix_len = o[2];
		memcpy(&out->prefix, o + 16, 16);
	} else if (o[0] == 5 && n == 8) {
		out->mtu = get32(o + 4);
	} else if (o[0] == 25 && n >= 24) {
		for (size_t at = 8; at + 16 <= n && out->dns < 2; at += 16)
			memcpy(&out->dns_addr[out->dns++], o + at, 16);
	}
}

bool pkt_is_ra(const uint8_t *p, size_t n, struct pkt_ra *out)
{
	enum { RA_LEN = 16 };
	size_t len, at;
	const uint8_t *icmp = p + IP6_LEN;

	if (n < IP6_LEN + RA_LEN || p[0] >> 4 != 6 || p[6] != IPPROTO_ICMPV6 || p[7] != 255)
		return false;
	len = get16(p + 4);
	if (icmp[0] != ICMP6_RA || len < RA_LEN || IP6_LEN + len > n)
		return false;
	if (pkt_sum(pseudo6(p, IPPROTO_ICMPV6, len), icmp, len) != 0xffff)
		return false;
	memset(out, 0, sizeof(*out));
	for (at = RA_LEN; at + 8 <= len && icmp[at + 1] && at + icmp[at + 1] * 8u <= len;
	     at += icmp[at + 1] * 8u)
		ra_option(icmp + at, out);
	return true;
}
