/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U messages as octets (TS 29.281 5, 7, 8): what is read of one that was received, and those we
 * send. No state and no sockets. TEIDs are in host order; a put function writes to out, which has
 * room for GTPU_MESSAGE_MAX octets, and returns how many. */
#ifndef DATAPATH_GTPU_MSG_H
#define DATAPATH_GTPU_MSG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gtpu_type {
	GTPU_ECHO_REQUEST = 1,
	GTPU_ECHO_RESPONSE = 2,
	GTPU_ERROR_INDICATION = 26,
	GTPU_HEADERS_NOTIFICATION = 31,
	GTPU_END_MARKER = 254,
	GTPU_G_PDU = 255,
};

enum { GTPU_HEADER = 8, GTPU_MESSAGE_MAX = 64 };

struct gtpu_message {
	uint8_t type; /* enum gtpu_type, or another */
	uint32_t teid;
	bool has_sequence;
	uint16_t sequence;
	/* Extension headers: unknown ones that endpoints must understand, that all must, and those
	 * that a relay must not pass on (5.2.1). */
	bool unknown_endpoint, unknown_all, ends;
	const uint8_t *body; /* behind all headers, in the datagram */
	size_t n;
};

/* A datagram. False unless it is a whole message of GTP version 1. Octets behind it are ignored. */
bool gtpu_parse(const uint8_t *p, size_t n, struct gtpu_message *);
/* TEID Data I and GTP-U Peer Address of an Error Indication; false if one is missing or damaged
 * (7.3.1). */
bool gtpu_parse_error(const struct gtpu_message *, uint32_t *teid, struct in6_addr *peer);
/* The list of a Supported Extension Headers Notification, as text; false if it is missing (7.2.3). */
bool gtpu_parse_headers(const struct gtpu_message *, char *out, size_t cap);

size_t gtpu_put_header(uint8_t *out, uint8_t type, uint32_t teid, size_t length);
size_t gtpu_put_echo_request(uint8_t *out, uint16_t sequence);
size_t gtpu_put_echo_response(uint8_t *out, uint16_t sequence);
/* `ours` is the address that the G-PDU was sent to. */
size_t gtpu_put_error_indication(uint8_t *out, uint32_t teid, const struct in6_addr *ours);
size_t gtpu_put_headers_notification(uint8_t *out);

/* A message as a relay sends it on: another TEID, and without the extension headers that end at an
 * intermediate node. In place; p is one that gtpu_parse took. Returns its length now. */
size_t gtpu_relay(uint8_t *p, uint32_t teid);

#endif
