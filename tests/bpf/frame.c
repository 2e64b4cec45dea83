/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frame.h"

uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

uint32_t sum_add(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

uint16_t sum_done(uint32_t sum) { return (uint16_t)~sum_add(sum, NULL, 0); }

static void address(int family, const char *text, uint8_t *out)
{
	if (text && inet_pton(family, text, out) != 1) {
		fprintf(stderr, "bad address in a fixture: %s\n", text);
		abort();
	}
}

/* What an IP packet carries: a UDP header, TCP's ports or an ICMP type, and a pattern. */
static void payload_build(const struct packet_spec *s, uint8_t proto, uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)((uint32_t)i * 2654435761u >> 24);
	if (proto == 17 && n >= 8) {
		put16(p, s->sport ? s->sport : 40000);
		put16(p + 2, s->dport ? s->dport : 50000);
		put16(p + 4, (unsigned)((int)n + s->udp_lie));
		put16(p + 6, 0);
	}
	if (proto == 6 && n >= 4) {
		put16(p, s->sport ? s->sport : 40000);
		put16(p + 2, s->dport ? s->dport : 50000);
	}
	if ((proto == 1 || proto == 58) && n) {
		p[0] = s->icmp;
		p[1] = s->quoted && proto == 1 ? 4 : 0;
	}
	if (s->quoted && n >= 48)
		address(proto == 1 ? AF_INET : AF_INET6, s->quoted, p + 8 + (proto == 1 ? 16 : 24));
}

/* Header of a packet of n octets in all; returns where its payload goes. */
static uint8_t *header_build(const struct packet_spec *s, uint8_t *p, size_t n)
{
	uint8_t proto = s->proto || s->headers_len ? s->proto : 17, ttl = s->ttl ? s->ttl : 64;

	if (s->version == 6) {
		memset(p, 0, 40);
		put16(p, 0x6000u | (unsigned)s->tos << 4);
		put16(p + 4, (unsigned)((int)n - 40 + s->lie));
		p[6] = proto;
		p[7] = ttl;
		address(AF_INET6, s->src, p + 8);
		address(AF_INET6, s->dst, p + 24);
		if (s->headers_len)
			memcpy(p + 40, s->headers, s->headers_len);
		return p + 40 + s->headers_len;
	}
	size_t hlen = 20u + s->options;

	memset(p, 0, hlen);
	memset(p + 20, 1, s->options);
	p[0] = (uint8_t)(s->version << 4 | (s->ihl ? s->ihl : hlen / 4));
	p[1] = s->tos;
	put16(p + 2, (unsigned)((int)n + s->lie));
	put16(p + 6, s->frag);
	p[8] = ttl;
	p[9] = proto;
	address(AF_INET, s->src, p + 12);
	address(AF_INET, s->dst, p + 16);
	put16(p + 10, sum_done(sum_add(0, p, hlen)));
	return p + hlen;
}

static uint8_t upper_of(const struct packet_spec *s)
{
	return s->headers_len ? s->upper : s->proto ? s->proto : 17;
}

static size_t packet_build(const struct packet_spec *s, uint8_t *p)
{
	size_t n = s->len ? s->len : 64;
	uint8_t *payload = header_build(s, p, n);

	payload_build(s, upper_of(s), payload, n - (size_t)(payload - p));
	return n;
}

/* The sum of a UDP or ICMPv6 packet of n octets with its pseudo-header; addresses at `a`. */
static uint16_t sum6(const uint8_t *a, uint8_t proto, const uint8_t *p, size_t n)
{
	uint8_t pseudo[8] = {[7] = proto};

	put32(pseudo, (uint32_t)n);
	return sum_done(sum_add(sum_add(sum_add(0, a, 32), pseudo, 8), p, n));
}

static size_t gtp_build(const struct frame_spec *f, uint8_t *p)
{
	const struct gtp_spec *g = &f->gtp;
	uint8_t *at = p + 8;

	p[0] = g->flags ? g->flags : 0x30;
	p[1] = g->type ? g->type : 255;
	put32(p + 4, g->teid);
	if (g->flags & 7) {
		put16(at, g->sequence);
		at[2] = g->npdu;
		at[3] = g->first_extension;
		at += 4;
		memcpy(at, g->extensions ? g->extensions : "", g->extensions_len);
		at += g->extensions_len;
	}
	if (g->ies_len) {
		memcpy(at, g->ies, g->ies_len);
		at += g->ies_len;
	}
	if (f->inner.version)
		at += packet_build(&f->inner, at);
	memset(at, 0xee, g->trailing);
	at += g->trailing;
	put16(p + 2, (unsigned)((int)(at - p - 8) + g->lie));
	return (size_t)(at - p);
}

size_t frame_build(const struct frame_spec *f, uint8_t *out)
{
	const uint8_t arrives[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
	const uint8_t turned[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	const uint8_t leaves[12] = {2, 0, 0, 0, 0xd0, f->hop, 2, 0, 0, 0, 0x50, f->hop};
	const struct packet_spec *first = f->outer.version ? &f->outer : &f->inner;
	uint8_t *p = out + 12, gtp[FRAME_MAX];

	memcpy(out, !f->hop ? arrives : f->hop == TURNED ? turned : leaves, 12);
	for (int i = 0; i < 2; i++)
		if (f->vlan[i]) {
			put16(p, i == 0 && f->vlan[1] ? 0x88a8 : 0x8100);
			put16(p + 2, f->vlan[i]);
			p += 4;
		}
	put16(p, f->ethertype ? f->ethertype : first->version == 6 ? 0x86dd : 0x0800);
	p += 2;
	if (f->outer.version) {
		struct packet_spec outer = f->outer;
		size_t hlen = outer.version == 6 ? 40u + outer.headers_len : 20u + outer.options;
		size_t n = gtp_build(f, gtp);
		uint8_t *udp, *ip = p;

		outer.sport = outer.sport ? outer.sport : 2152;
		outer.dport = outer.dport ? outer.dport : 2152;
		udp = header_build(&outer, p, hlen + 8 + n);
		payload_build(&outer, upper_of(&outer), udp, 8 + n);
		memcpy(udp + 8, gtp, n);
		if (outer.version == 6 && !outer.no_sum && upper_of(&outer) == 17) {
			uint16_t sum = sum6(ip + 8, 17, udp, 8 + n);

			put16(udp + 6, sum ? sum : 0xffff);
		}
		p = udp + 8 + n;
	} else if (f->inner.version) {
		p += packet_build(&f->inner, p);
	}
	memset(p, 0, f->padding);
	p += f->padding;
	return f->cut && f->cut < p - out ? f->cut : (size_t)(p - out);
}

static const char *gtp_fault(const uint8_t *p, size_t n)
{
	if (n < 8 || (p[0] & 0xf0) != 0x30)
		return "GTP-U header";
	if (get16(p + 2) != n - 8)
		return "GTP-U length";
	return p[0] & 7 && n < 12 ? "GTP-U optional fields" : NULL;
}

static const char *packet_fault(const uint8_t *p, size_t n, bool made);

static const char *udp_fault(const uint8_t *p, size_t n)
{
	const char *fault;

	if (get16(p + 4) != n)
		return "UDP length";
	if (get16(p + 2) != 2152)
		return NULL;
	fault = gtp_fault(p + 8, n - 8);
	/* Of a relayed packet the inside is not ours, nor are its optional fields. */
	if (fault || p[8] != 0x30 || p[9] != 255 || n < 36 || (p[16] >> 4 != 4 && p[16] >> 4 != 6))
		return fault;
	return packet_fault(p + 16, n - 16, false);
}

static const char *packet_fault(const uint8_t *p, size_t n, bool made)
{
	size_t hlen;

	if (n < 20)
		return "no room for an IP header";
	if (p[0] >> 4 == 6) {
		if (n < 40 || get16(p + 4) + 40u != n)
			return "IPv6 length";
		if (!made || (p[6] != 58 && p[6] != 17))
			return NULL;
		if (sum6(p + 8, p[6], p + 40, n - 40))
			return "UDP or ICMPv6 checksum";
		return p[6] == 17 ? udp_fault(p + 40, n - 40) : NULL;
	}
	hlen = (size_t)(p[0] & 15) * 4;
	if (p[0] >> 4 != 4 || hlen < 20 || hlen > n)
		return "IPv4 header length";
	if (get16(p + 2) != n)
		return "IPv4 length";
	if (!made)
		return NULL;
	if (sum_done(sum_add(0, p, hlen)))
		return "IPv4 checksum";
	if (p[9] == 17)
		return udp_fault(p + hlen, n - hlen);
	return p[9] == 1 && sum_done(sum_add(0, p + hlen, n - hlen)) ? "ICMP checksum" : NULL;
}

const char *frame_fault(const uint8_t *f, size_t n, bool made)
{
	size_t l3 = 12;

	while (l3 <= 16 && (get16(f + l3) == 0x8100 || get16(f + l3) == 0x88a8))
		l3 += 4;
	if (get16(f + l3) != (f[l3 + 2] >> 4 == 6 ? 0x86dd : 0x0800))
		return "EtherType";
	return packet_fault(f + l3 + 2, n - l3 - 2, made);
}

void frame_dump(const char *what, const uint8_t *p, size_t n)
{
	printf("#   %s, %zu octets\n", what, n);
	for (size_t i = 0; i < n && i < 160; i += 16) {
		printf("#   %04zx ", i);
		for (size_t j = i; j < n && j < i + 16; j++)
			printf(" %02x", p[j]);
		putchar('\n');
	}
}
