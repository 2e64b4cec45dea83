/* SPDX-License-Identifier: Apache-2.0 */
/* The few inner packets that ransim itself makes or reads on a bearer: ICMP echo, UDP, router
 * solicitation and advertisement. Builders return the packet's length, 0 if cap is too small. */
#ifndef RANSIM_PKT_H
#define RANSIM_PKT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Identifier of our echo requests: replies to other people's pings go to the tun. */
enum { PKT_ECHO_ID = 0x7253 };

struct pkt_ra { /* what a host needs of a Router Advertisement (RFC 4861 4.2, 4.6; RFC 8106) */
	bool has_prefix;
	struct in6_addr prefix;
	uint8_t prefix_len;
	uint32_t mtu; /* 0 if not advertised */
	unsigned dns;
	struct in6_addr dns_addr[2];
};

/* Internet checksum of n octets on top of `sum` (partial sums add up), not yet complemented. */
uint32_t pkt_sum(uint32_t sum, const void *p, size_t n);

size_t pkt_echo4(uint8_t *out, size_t cap, struct in_addr src, struct in_addr dst, uint16_t seq,
		 uint64_t stamp, size_t payload);
size_t pkt_echo6(uint8_t *out, size_t cap, const struct in6_addr *src, const struct in6_addr *dst,
		 uint16_t seq, uint64_t stamp, size_t payload);
/* From the link-local address of the interface identifier to all routers. */
size_t pkt_router_solicit(uint8_t *out, size_t cap, const uint8_t iid[8]);
/* IPv4 and UDP headers with checksums in front of `payload` octets that are already in place. */
size_t pkt_udp4(uint8_t *out, size_t cap, struct in_addr src, struct in_addr dst, uint16_t sport,
		uint16_t dport, size_t payload);

/* An echo reply to our identifier: its sequence number and stamp. */
bool pkt_is_our_reply(const uint8_t *p, size_t n, uint16_t *seq, uint64_t *stamp);
/* A whole Router Advertisement with a right checksum. */
bool pkt_is_ra(const uint8_t *p, size_t n, struct pkt_ra *out);

#endif
