/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U headers and the messages of the path (TS 29.281 5, 7). Pure functions over octets. */
#ifndef RANSIM_GTPU_WIRE_H
#define RANSIM_GTPU_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GTPU_ECHO_REQUEST = 1,
	GTPU_ECHO_RESPONSE = 2,
	GTPU_ERROR_INDICATION = 26,
	GTPU_END_MARKER = 254,
	GTPU_GPDU = 255,
	GTPU_SHORT_LEN = 8,
	GTPU_LONG_LEN = 12
};

struct gtpu_packet {
	uint8_t type;
	uint32_t teid;
	uint16_t seq;           /* 0 without the S flag */
	const uint8_t *payload; /* behind extension headers; points into the datagram */
	size_t n;
};

/* False if malformed: version, PT, a length beyond the datagram, an extension that runs out. */
bool gtpu_parse(const uint8_t *p, size_t n, struct gtpu_packet *out);
/* Header of GTPU_SHORT_LEN octets, or GTPU_LONG_LEN with a sequence number. */
void gtpu_header_put(uint8_t *p, uint8_t type, uint32_t teid, size_t payload, bool sequence,
		     uint16_t seq);
/* Whole messages, at most 32 octets; their length. */
size_t gtpu_echo_response_put(uint8_t *p, uint16_t seq);
size_t gtpu_error_put(uint8_t *p, uint32_t teid, struct in_addr local);
/* The TEID that an Error Indication complains of. */
bool gtpu_error_teid(const struct gtpu_packet *, uint32_t *teid);

static inline struct sockaddr_in gtpu_sockaddr(struct in_addr a)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = a, .sin_port = htons(2152)};
}

#endif
