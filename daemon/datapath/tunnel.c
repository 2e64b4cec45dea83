/* SPDX-License-Identifier: Apache-2.0 */
/* Which slot has a peer's F-TEID: a GTP-U Error Indication names the tunnel by it
 * (TS 29.281 7.3.1).
 *
 * Open addressing over slots alone; the keys, index in hops and the peer's TEID, are read from the
 * sessions themselves. At most half full; an entry that goes closes the gap behind it (Knuth 6.4,
 * algorithm R), so that there are no tombstones. */
#include "datapath/internal.h"

#include <stdlib.h>

static struct {
	uint32_t *slot; /* slot + 1, 0: empty */
	uint32_t mask;
} table;

static uint32_t place(uint16_t peer, __be32 teid)
{
	uint64_t h = ((uint64_t)teid << 16 | peer) * 0x9e3779b97f4a7c15ull;

	return (uint32_t)(h >> 32) & table.mask;
}

static uint32_t home(uint32_t entry)
{
	const struct session *s = &dp.sessions[entry - 1];

	return place(session_out(s), s->peer_teid);
}

bool tunnel_start(uint32_t slots)
{
	uint32_t size = 64;

	while (size < 2 * slots)
		size *= 2;
	table.mask = size - 1;
	table.slot = calloc(size, sizeof(*table.slot));
	return table.slot != NULL;
}

void tunnel_stop(void)
{
	free(table.slot);
	table.slot = NULL;
}

void tunnel_add(uint32_t slot)
{
	uint32_t i = home(slot + 1);

	while (table.slot[i] && table.slot[i] != slot + 1)
		i = (i + 1) & table.mask;
	table.slot[i] = slot + 1;
}

void tunnel_del(uint32_t slot)
{
	uint32_t i = home(slot + 1), hole;

	while (table.slot[i] != slot + 1) {
		if (!table.slot[i])
			return;
		i = (i + 1) & table.mask;
	}
	hole = i;
	for (;;) {
		i = (i + 1) & table.mask;
		if (!table.slot[i])
			break;
		/* An entry may move into the hole unless its home lies after the hole. */
		if (((i - home(table.slot[i])) & table.mask) >= ((i - hole) & table.mask)) {
			table.slot[hole] = table.slot[i];
			hole = i;
		}
	}
	table.slot[hole] = 0;
}

uint32_t tunnel_find(uint16_t peer, uint32_t teid)
{
	__be32 wire = htonl(teid);

	for (uint32_t i = place(peer, wire); table.slot[i]; i = (i + 1) & table.mask) {
		const struct session *s = &dp.sessions[table.slot[i] - 1];

		if (session_out(s) == peer && s->peer_teid == wire)
			return table.slot[i] - 1;
	}
	return NO_SLOT;
}
