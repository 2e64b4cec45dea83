/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames from descriptions, for the tests of the BPF programs.
 *
 * A description is written down as a designated initialiser with what matters to the test; all else
 * has a sensible default. Checksums and lengths are right unless a `lie` says otherwise. This code
 * shares nothing with bpf/, so that a mistake there does not cancel out here. */
#ifndef TESTS_BPF_FRAME_H
#define TESTS_BPF_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_MAX = 4096, TURNED = 255 };

struct packet_spec {
	uint8_t version; /* 4, 6 or, for garbage, another; 0: no packet at all */
	const char *src, *dst;
	uint16_t len;  /* of the whole packet; default 64 */
	uint8_t proto; /* default UDP */
	uint8_t ttl;   /* default 64 */
	uint8_t tos;
	uint8_t options;       /* octets of IPv4 options */
	const char *headers;   /* octets of IPv6 extension headers, the first of type proto, */
	uint8_t headers_len;
	uint8_t upper;         /* and what is behind them */
	bool no_sum;           /* outer UDP over IPv6: checksum 0 */
	uint16_t frag;         /* flags and offset, as in the header */
	uint16_t sport, dport; /* default 40000, 50000 */
	uint8_t icmp;          /* type, for ICMP and ICMPv6, */
	const char *quoted;    /* which says of a packet to there that it did not fit */
	int16_t lie;           /* added to the length field */
	int16_t udp_lie;       /* added to UDP's length field */
	uint8_t ihl;           /* in words, a lie if not 0 */
};

struct gtp_spec {
	uint8_t flags; /* default 0x30: version 1, no optional fields */
	uint8_t type;  /* default G-PDU */
	uint32_t teid;
	uint16_t sequence;
	uint8_t npdu, first_extension;
	const char *extensions; /* their octets */
	uint8_t extensions_len;
	uint8_t trailing; /* octets behind the packet, inside the length field */
	const char *ies;  /* instead of a packet */
	uint8_t ies_len;
	int16_t lie; /* added to the length field */
};

struct frame_spec {
	uint8_t hop; /* MAC addresses: 0 as frames arrive, TURNED back to there, else as by that hop
		      */
	uint16_t vlan[2];         /* VLAN ids, outermost first */
	uint16_t ethertype;       /* default by the packet's version */
	struct packet_spec outer; /* around GTP-U; version 0: plain frame */
	struct gtp_spec gtp;
	struct packet_spec inner;
	uint16_t padding; /* octets behind all */
	uint16_t cut;     /* cut the frame to this */
};

/* Writes the frame to out[FRAME_MAX]; returns its length. */
size_t frame_build(const struct frame_spec *, uint8_t *out);

uint16_t get16(const uint8_t *);
uint32_t get32(const uint8_t *);
void put16(uint8_t *, unsigned);
void put32(uint8_t *, uint32_t);

/* The Internet checksum (RFC 1071) of n octets, on top of `sum`, not yet complemented. */
uint32_t sum_add(uint32_t sum, const uint8_t *, size_t n);
uint16_t sum_done(uint32_t sum);

/* What is wrong with a frame that we sent: EtherType, version and lengths; where we made its IP
 * header (a tunnel's, an answer's), also IPv4, ICMP, ICMPv6 checksums, UDP and GTP-U. NULL if
 * nothing. */
const char *frame_fault(const uint8_t *, size_t n, bool made);

void frame_dump(const char *what, const uint8_t *, size_t n);

#endif
