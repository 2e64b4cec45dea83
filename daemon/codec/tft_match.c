/* SPDX-License-Identifier: Apache-2.0 */
/* Which packets a filter is for (TS 23.060 15.3.3): all of its components must hold. The header
 * walk follows IPv6 extension headers as the datapath does. */
#include <string.h>

#include "codec/tft.h"

enum {
	HOP_BY_HOP = 0,
	TCP = 6,
	UDP = 17,
	ROUTING = 43,
	FRAGMENT = 44,
	ESP = 50,
	AH = 51,
	DESTINATION = 60,
	DCCP = 33,
	SCTP = 132,
	UDP_LITE = 136,
	MAX_HEADERS = 6, /* which the datapath follows, too */
};

static uint32_t be(const uint8_t *p, unsigned n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* Ports or SPI, from what is behind the IP header. */
static void read_transport(const uint8_t *at, size_t n, struct tft_packet *p)
{
	uint16_t src, dst;

	if (p->protocol == ESP && n >= 4)
		p->spi = be(at, 4);
	else if (p->protocol == AH && n >= 8)
		p->spi = be(at + 4, 4);
	if (n < 4 || (p->protocol != TCP && p->protocol != UDP && p->protocol != SCTP &&
		      p->protocol != DCCP && p->protocol != UDP_LITE))
		return;
	src = (uint16_t)be(at, 2);
	dst = (uint16_t)be(at + 2, 2);
	p->local_port = p->up ? src : dst;
	p->remote_port = p->up ? dst : src;
}

static void addresses(const uint8_t *src, const uint8_t *dst, unsigned n, struct tft_packet *p)
{
	memcpy(p->local, p->up ? src : dst, n);
	memcpy(p->remote, p->up ? dst : src, n);
}

static bool skipped(uint8_t protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT ||
	       protocol == DESTINATION;
}

/* Behind the extension headers: what is there, with *protocol set; NULL where there is no end of
 * them, or in a fragment but the first. */
static const uint8_t *upper6(const uint8_t *at, const uint8_t *end, uint8_t *protocol)
{
	uint8_t type = *protocol;

	for (int i = 0; skipped(type); i++) {
		if (end - at < 8)
			return NULL;
		if (type == FRAGMENT && be(at + 2, 2) & 0xfff8) {
			*protocol = *at;
			return NULL;
		}
		size_t n = type == FRAGMENT ? 8 : (at[1] + 1u) * 8;

		if (i == MAX_HEADERS || n > (size_t)(end - at))
			return NULL;
		type = *at;
		at += n;
	}
	*protocol = type;
	return at;
}

static bool read6(const uint8_t *ip, size_t n, struct tft_packet *p)
{
	const uint8_t *end = ip + n, *at;

	if (n < 40)
		return false;
	p->v6 = true;
	p->tos = (uint8_t)(be(ip, 2) >> 4);
	p->flow_label = be(ip, 4) & 0xfffff;
	p->protocol = ip[6];
	addresses(ip + 8, ip + 24, 16, p);
	at = upper6(ip + 40, end, &p->protocol);
	p->fragment = !at;
	if (at)
		read_transport(at, (size_t)(end - at), p);
	return true;
}

bool tft_packet_read(const uint8_t *ip, size_t n, bool up, struct tft_packet *p)
{
	*p = (struct tft_packet){.up = up};
	if (n && *ip >> 4 == 6)
		return read6(ip, n, p);
	size_t hlen = n ? (*ip & 15u) * 4 : 0;

	if (n < 20 || *ip >> 4 != 4 || hlen < 20 || hlen > n)
		return false;
	p->tos = ip[1];
	p->protocol = ip[9];
	p->fragment = be(ip + 6, 2) & 0x1fff;
	addresses(ip + 12, ip + 16, 4, p);
	if (!p->fragment)
		read_transport(ip + hlen, n - hlen, p);
	return true;
}

static bool masked(const uint8_t *a, const uint8_t *b, const uint8_t *mask, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((a[i] ^ b[i]) & mask[i])
			return false;
	return true;
}

static bool prefixed(const uint8_t *a, const uint8_t *b, unsigned length)
{
	uint8_t mask[16] = {0};

	for (unsigned i = 0; i < length && i < 128; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return masked(a, b, mask, 16);
}

static bool in_range(uint16_t port, const uint8_t *first, const uint8_t *last)
{
	return port >= be(first, 2) && port <= be(last, 2);
}

bool tft_matches(const struct tft_filter *f, const struct tft_packet *p)
{
	const uint32_t v4 = TFT_BIT(remote4) | TFT_BIT(local4);
	const uint32_t v6 =
		TFT_BIT(remote6) | TFT_BIT(remote6mask) | TFT_BIT(local6) | TFT_BIT(flow_label);
	const uint32_t ethernet = TFT_BIT(mac_dst) | TFT_BIT(mac_src) | TFT_BIT(c_vid) |
				  TFT_BIT(s_vid) | TFT_BIT(c_pcp) | TFT_BIT(s_pcp) |
				  TFT_BIT(ethertype);

#define IF(member, holds)                                                                          \
	if (f->has & TFT_BIT(member) && !(holds))                                                  \
	return false
	if (f->direction != TFT_OLD && !(f->direction & (p->up ? TFT_UP : TFT_DOWN)))
		return false;
	if (f->has & (p->v6 ? v4 : v6) || f->has & ethernet)
		return false;
	IF(remote4, masked(p->remote, f->remote4, f->remote4 + 4, 4));
	IF(local4, masked(p->local, f->local4, f->local4 + 4, 4));
	IF(remote6mask, masked(p->remote, f->remote6mask, f->remote6mask + 16, 16));
	IF(remote6, prefixed(p->remote, f->remote6, f->remote6[16]));
	IF(local6, prefixed(p->local, f->local6, f->local6[16]));
	IF(protocol, p->protocol == *f->protocol);
	IF(local_port, p->local_port && p->local_port == be(f->local_port, 2));
	IF(remote_port, p->remote_port && p->remote_port == be(f->remote_port, 2));
	IF(local_ports,
	   p->local_port && in_range(p->local_port, f->local_ports, f->local_ports + 2));
	IF(remote_ports,
	   p->remote_port && in_range(p->remote_port, f->remote_ports, f->remote_ports + 2));
	IF(spi, p->spi && p->spi == be(f->spi, 4));
	IF(tos, !((p->tos ^ f->tos[0]) & f->tos[1]));
	IF(flow_label, p->flow_label == (be(f->flow_label, 3) & 0xfffff));
#undef IF
	return true;
}
