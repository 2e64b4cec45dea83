/* SPDX-License-Identifier: Apache-2.0 */
/* When a device with extended DRX listens (TS 36.304 7.3, TS 23.401 5.13a): in a paging time
 * window, once in a cycle of hyperframes (10.24 s each, counted by H-SFN from 0 to 1023). Device,
 * eNodeB and MME compute its hyperframe and its first radio frame there from the S-TMSI. MME and
 * eNodeBs need to agree on when H-SFN was 0, to within a second or two; frames are not theirs to
 * agree on. */
#include <time.h>
#include "mme/mme.h"

enum {
	HYPERFRAME_MS = 10240,
	H_SFNS = 1024,
	PTW_UNIT_MS = 1280,
	/* Of 6 January 1980 in ms, and how far GPS time, which knows no leap seconds, is ahead of
	   UTC since 2017. */
	GPS_AHEAD_MS = 18000,
};
static const uint64_t gps_epoch_ms = UINT64_C(315964800000);

/* Cycles by their code, in ms (TS 24.008 table 10.5.5.32, S1 mode). Longer ones are NB-IoT's. */
static const uint32_t cycles_ms[] = {5120,   10240,  20480,  40960,  61440,  81920,   102400,
				     122880, 143360, 163840, 327680, 655360, 1310720, 2621440};

uint32_t edrx_cycle_ms(uint8_t code)
{
	const unsigned n = sizeof(cycles_ms) / sizeof(*cycles_ms);

	return cycles_ms[code < n ? code : n - 1];
}

bool edrx_cycle_within(uint8_t asked, uint32_t most_ms, uint8_t *code)
{
	unsigned i = sizeof(cycles_ms) / sizeof(*cycles_ms) - 1;

	if (i > asked)
		i = asked;
	while (i && cycles_ms[i] > most_ms)
		i--;
	*code = (uint8_t)i;
	return cycles_ms[i] <= most_ms;
}

uint32_t edrx_window_ms(uint8_t ptw) { return (ptw + 1U) * PTW_UNIT_MS; }

uint32_t edrx_hash(uint32_t s_tmsi)
{
	uint32_t fcs = UINT32_MAX;

	for (unsigned bit = 32; bit--;) {
		bool out = (fcs >> 31 ^ s_tmsi >> bit) & 1;

		fcs = fcs << 1 ^ (out ? 0x04c11db7 : 0);
	}
	return ~fcs;
}

uint64_t edrx_now_ms(void)
{
	struct timespec t;
	uint64_t ms;

	clock_gettime(CLOCK_REALTIME, &t);
	ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	if (mme.power.paging == EDRX_GPS)
		ms = ms - gps_epoch_ms + GPS_AHEAD_MS;
	return ms + mme.power.hyperframe_ms;
}

struct edrx_window edrx_window(uint32_t s_tmsi, uint8_t cycle, uint8_t ptw, uint64_t now_ms)
{
	uint32_t length = edrx_cycle_ms(cycle) / HYPERFRAME_MS, id = edrx_hash(s_tmsi) >> 22;
	uint64_t start_ms = 256 * 10 * (uint64_t)(id / length % 4), window_ms = edrx_window_ms(ptw);
	uint64_t at = now_ms / HYPERFRAME_MS;
	struct edrx_window w;

	/* The window may have begun some hyperframes ago. */
	at -= at < 3 ? at : 3;
	for (;; at++) {
		w.start_ms = at * HYPERFRAME_MS + start_ms;
		w.end_ms = w.start_ms + window_ms;
		if (at % H_SFNS % length == id % length && w.end_ms >= now_ms + PTW_UNIT_MS)
			return w;
	}
}
