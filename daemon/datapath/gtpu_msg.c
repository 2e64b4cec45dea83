/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath/gtpu_msg.h"

#include <stdio.h>
#include <string.h>

enum {
	FLAG_PN = 1,
	FLAG_S = 2,
	FLAG_E = 4,
	FLAGS_OPTIONAL = FLAG_PN | FLAG_S | FLAG_E,
	VERSION_1_GTP = 0x30, /* version 1, protocol type GTP */
	OPTIONAL = 4,

	IE_RECOVERY = 14,
	IE_TEID_DATA_I = 16,
	IE_PEER_ADDRESS = 133,
	IE_HEADER_TYPES = 141, /* its length is one octet (8.5) */
	IE_TLV = 0x80,         /* types from here on have a length; TV ones have fixed sizes */
};

/* Extension headers that we skip knowingly, or that mean nothing to us (figure 5.2.1-3). */
static const uint8_t headers[] = {0x20, 0x40, 0x81, 0x82, 0x83, 0x84, 0x85, 0xc0};

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static size_t length_of(const uint8_t *p) { return GTPU_HEADER + ((size_t)p[2] << 8 | p[3]); }

/* What bits 8 and 7 of an extension header's type ask for. */
static void note(uint8_t type, struct gtpu_message *m)
{
	bool known = memchr(headers, type, sizeof(headers)) != NULL;

	m->ends |= type >> 6 == 1;
	m->unknown_endpoint |= type >> 6 == 2 && !known;
	m->unknown_all |= type >> 6 == 3 && !known;
}

bool gtpu_parse(const uint8_t *p, size_t n, struct gtpu_message *m)
{
	size_t at = GTPU_HEADER;
	uint8_t next;

	memset(m, 0, sizeof(*m));
	if (n < GTPU_HEADER || (p[0] & 0xf0) != VERSION_1_GTP || length_of(p) > n)
		return false;
	n = length_of(p);
	m->type = p[1];
	m->teid = get32(p + 4);
	if (p[0] & FLAGS_OPTIONAL) {
		at += OPTIONAL;
		if (at > n)
			return false;
		m->has_sequence = p[0] & FLAG_S;
		m->sequence = (uint16_t)(p[8] << 8 | p[9]);
		next = p[0] & FLAG_E ? p[11] : 0;
		while (next) {
			size_t len = at < n ? 4u * p[at] : 0;

			if (!len || at + len > n)
				return false;
			note(next, m);
			at += len;
			next = p[at - 1];
		}
	}
	m->body = p + at;
	m->n = n - at;
	return true;
}

/* The information element at p; 0 if it is cut, or of a type whose length nobody knows. */
static size_t ie_length(const uint8_t *p, size_t left)
{
	size_t len = 0;

	if (p[0] == IE_TEID_DATA_I)
		len = 5;
	else if (p[0] == IE_RECOVERY)
		len = 2;
	else if (p[0] == IE_HEADER_TYPES)
		len = left >= 2 ? 2u + p[1] : 0;
	else if (p[0] >= IE_TLV)
		len = left >= 3 ? 3 + ((size_t)p[1] << 8 | p[2]) : 0;
	return len > left ? 0 : len;
}

static bool get_address(const uint8_t *p, size_t n, struct in6_addr *out)
{
	static const struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (n != 4 && n != 16)
		return false;
	*out = mapped;
	memcpy(&out->s6_addr[16 - n], p, n);
	return true;
}

bool gtpu_parse_error(const struct gtpu_message *m, uint32_t *teid, struct in6_addr *peer)
{
	bool has_teid = false, has_peer = false;
	size_t len;

	for (size_t at = 0; at < m->n; at += len) {
		const uint8_t *ie = m->body + at;

		len = ie_length(ie, m->n - at);
		if (!len)
			return false;
		if (ie[0] == IE_TEID_DATA_I && !has_teid) {
			*teid = get32(ie + 1);
			has_teid = true;
		} else if (ie[0] == IE_PEER_ADDRESS && !has_peer) {
			has_peer = get_address(ie + 3, len - 3, peer);
		}
	}
	return has_teid && has_peer;
}

bool gtpu_parse_headers(const struct gtpu_message *m, char *out, size_t cap)
{
	size_t len, n = 0;

	out[0] = 0;
	for (size_t at = 0; at < m->n; at += len) {
		const uint8_t *ie = m->body + at;

		len = ie_length(ie, m->n - at);
		if (!len)
			return false;
		if (ie[0] != IE_HEADER_TYPES)
			continue;
		for (size_t i = 2; i < len && n + 4 < cap; i++)
			n += (size_t)snprintf(out + n, cap - n, "%s%02x", n ? "," : "", ie[i]);
		return true;
	}
	return false;
}

size_t gtpu_put_header(uint8_t *out, uint8_t type, uint32_t teid, size_t length)
{
	out[0] = VERSION_1_GTP;
	out[1] = type;
	put16(out + 2, length);
	put32(out + 4, teid);
	return GTPU_HEADER;
}

/* Those of 7.2 and 7.3.1 have a sequence number and TEID 0 (5.1). */
static size_t put_numbered(uint8_t *out, uint8_t type, uint16_t sequence, size_t ies)
{
	gtpu_put_header(out, type, 0, OPTIONAL + ies);
	out[0] |= FLAG_S;
	put16(out + GTPU_HEADER, sequence);
	put16(out + GTPU_HEADER + 2, 0);
	return GTPU_HEADER + OPTIONAL;
}

size_t gtpu_put_echo_request(uint8_t *out, uint16_t sequence)
{
	return put_numbered(out, GTPU_ECHO_REQUEST, sequence, 0);
}

size_t gtpu_put_echo_response(uint8_t *out, uint16_t sequence)
{
	size_t at = put_numbered(out, GTPU_ECHO_RESPONSE, sequence, 2);

	out[at++] = IE_RECOVERY;
	out[at++] = 0; /* the restart counter is 0 in GTP-U (8.2) */
	return at;
}

size_t gtpu_put_error_indication(uint8_t *out, uint32_t teid, const struct in6_addr *ours)
{
	size_t n = IN6_IS_ADDR_V4MAPPED(ours) ? 4 : 16;
	size_t at = put_numbered(out, GTPU_ERROR_INDICATION, 0, 5 + 3 + n);

	out[at] = IE_TEID_DATA_I;
	put32(out + at + 1, teid);
	out[at + 5] = IE_PEER_ADDRESS;
	put16(out + at + 6, n);
	memcpy(out + at + 8, &ours->s6_addr[16 - n], n);
	return at + 8 + n;
}

size_t gtpu_put_headers_notification(uint8_t *out)
{
	size_t at = put_numbered(out, GTPU_HEADERS_NOTIFICATION, 0, 2 + sizeof(headers));

	out[at] = IE_HEADER_TYPES;
	out[at + 1] = sizeof(headers);
	memcpy(out + at + 2, headers, sizeof(headers));
	return at + 2 + sizeof(headers);
}

size_t gtpu_relay(uint8_t *p, uint32_t teid)
{
	uint8_t *type = p + GTPU_HEADER + OPTIONAL - 1; /* of the next extension header */
	size_t n = length_of(p), at = GTPU_HEADER + OPTIONAL;

	while ((p[0] & FLAG_E) && *type) {
		size_t len = 4u * p[at];

		if (*type >> 6 == 1) {
			*type = p[at + len - 1];
			memmove(p + at, p + at + len, n - at - len);
			n -= len;
		} else {
			at += len;
			type = p + at - 1;
		}
	}
	put16(p + 2, n - GTPU_HEADER);
	put32(p + 4, teid);
	return n;
}
