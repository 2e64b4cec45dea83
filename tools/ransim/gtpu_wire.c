/* SPDX-License-Identifier: Apache-2.0 */
/* Header (29.281 5.1): flags, type, length of what follows the first 8 octets, TEID, then 4
 * optional octets if any of E, S, PN is set. */
#include "gtpu_wire.h"

#include <string.h>
#include "codec/wire.h"

enum {
	FLAG_VERSION_PT = 0x30,
	FLAG_E = 4,
	FLAG_S = 2,
	FLAG_PN = 1,
	IE_RECOVERY = 14,
	IE_TEID_DATA_I = 16,
	IE_PEER_ADDRESS = 133
};

bool gtpu_parse(const uint8_t *p, size_t n, struct gtpu_packet *out)
{
	struct rd r = rd_of(p, n);
	uint8_t flags = rd_u8(&r), next = 0;
	struct bytes rest;

	out->type = rd_u8(&r);
	size_t len = rd_u16(&r);
	out->teid = rd_u32(&r);
	r = rd_sub(&r, len);
	out->seq = 0;
	if (flags & (FLAG_E | FLAG_S | FLAG_PN)) {
		uint16_t seq = rd_u16(&r);

		out->seq = flags & FLAG_S ? seq : 0;
		rd_u8(&r); /* N-PDU number */
		next = rd_u8(&r);
	}
	while (flags & FLAG_E && next && !r.bad) {
		size_t units = rd_u8(&r);

		if (!units)
			return false;
		rd_take(&r, units * 4 - 2);
		next = rd_u8(&r);
	}
	rest = rd_rest(&r);
	out->payload = rest.p;
	out->n = rest.n;
	return !r.bad && (flags & 0xf0) == FLAG_VERSION_PT;
}

void gtpu_header_put(uint8_t *p, uint8_t type, uint32_t teid, size_t payload, bool sequence,
		     uint16_t seq)
{
	struct wr w = wr_of(p, sequence ? GTPU_LONG_LEN : GTPU_SHORT_LEN);

	wr_u8(&w, FLAG_VERSION_PT | (sequence ? FLAG_S : 0));
	wr_u8(&w, type);
	wr_u16(&w, (unsigned)payload + (sequence ? 4 : 0));
	wr_u32(&w, teid);
	if (sequence) {
		wr_u16(&w, seq);
		wr_u16(&w, 0);
	}
}

size_t gtpu_echo_response_put(uint8_t *p, uint16_t seq)
{
	gtpu_header_put(p, GTPU_ECHO_RESPONSE, 0, 2, true, seq);
	p[GTPU_LONG_LEN] = IE_RECOVERY;
	p[GTPU_LONG_LEN + 1] = 0;
	return GTPU_LONG_LEN + 2;
}

size_t gtpu_error_put(uint8_t *p, uint32_t teid, struct in_addr local)
{
	struct wr w = wr_of(p + GTPU_LONG_LEN, 12);

	gtpu_header_put(p, GTPU_ERROR_INDICATION, 0, 12, true, 0);
	wr_u8(&w, IE_TEID_DATA_I);
	wr_u32(&w, teid);
	wr_u8(&w, IE_PEER_ADDRESS);
	wr_u16(&w, 4);
	wr_raw(&w, &local, 4);
	return GTPU_LONG_LEN + 12;
}

bool gtpu_error_teid(const struct gtpu_packet *in, uint32_t *teid)
{
	struct rd r = rd_of(in->payload, in->n);

	if (in->type != GTPU_ERROR_INDICATION || rd_u8(&r) != IE_TEID_DATA_I)
		return false;
	*teid = rd_u32(&r);
	return !r.bad;
}
