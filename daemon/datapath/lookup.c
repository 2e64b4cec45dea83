/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups for people: a device's sessions, a hop's addresses. No packet waits for them. */
#include <bpf/bpf.h>
#include "datapath/internal.h"

enum { EBIS = 11 };

unsigned dp_session_find(imsi_t imsi, uint32_t slot[11])
{
	struct imsi_slots found;
	struct imsi_key key = {0};
	unsigned n = 0;

	imsi_print(imsi, key.imsi);
	if (bpf_map_lookup_elem(dp.map[MAP_IMSIS], &key, &found))
		return 0;
	for (unsigned i = 0; i < EBIS; i++) {
		const struct session *s = dp_session(found.slot[i]);

		if (s && !strncmp(s->imsi, key.imsi, sizeof(key.imsi)))
			slot[n++] = found.slot[i];
	}
	return n;
}

const struct hop *dp_hop(uint16_t index)
{
	return index && dp.hops[index].state != HOP_FREE ? &dp.hops[index] : NULL;
}
