/* SPDX-License-Identifier: Apache-2.0 */
/* The chains of packet filters in `tfts`: see include/mcore/tft_rule.h. Free elements are handed
 * out in the order in which they came back, so that a packet which is still on its way along an old
 * chain does not meet a new one. */
#include "datapath/internal.h"
#include "datapath/tft_rule.h"

#include <errno.h>
#include <stdlib.h>

static struct {
	uint32_t *ring; /* of free elements */
	uint32_t head, free;
} state;

static void give_back(uint32_t i) { state.ring[(state.head + state.free++) % dp.tfts_max] = i; }

static void chain_free(uint32_t at)
{
	while (at && at < dp.tfts_max && state.free < dp.tfts_max) {
		uint32_t next = dp.tfts[at].next;

		give_back(at);
		at = next;
	}
}

int tft_start(void)
{
	bool *used = calloc(dp.tfts_max, sizeof(*used));
	uint32_t slot = 0;
	const struct session *s;

	state.ring = calloc(dp.tfts_max, sizeof(*state.ring));
	if (!used || !state.ring) {
		free(used);
		return -ENOMEM;
	}
	for (; dp.adopted && (s = dp_session_next(&slot)); slot++)
		for (uint32_t at = s->tft; at && at < dp.tfts_max && !used[at];
		     at = dp.tfts[at].next)
			used[at] = true;
	for (uint32_t i = 1; i < dp.tfts_max; i++)
		if (!used[i])
			give_back(i);
	free(used);
	return 0;
}

void tft_stop(void)
{
	free(state.ring);
	memset(&state, 0, sizeof(state));
}

/* ---- chains ---- */

static void set_head(uint32_t slot, uint32_t head)
{
	__atomic_store_n(&dp.sessions[slot].tft, head, __ATOMIC_RELEASE);
}

/* Which of the filters that are left is first. */
static int first_after(const struct dp_tft *t, unsigned n, const bool *taken)
{
	int best = -1;

	for (unsigned i = 0; i < n; i++)
		if (!taken[i] && (best < 0 || t[i].filter.precedence < t[best].filter.precedence))
			best = (int)i;
	return best;
}

int dp_session_tft(uint32_t default_slot, const struct dp_tft *t, unsigned n)
{
	const struct session *s = dp_session(default_slot);
	uint32_t element[TFT_RULES_MAX], before = s ? s->tft : 0, slot[11];
	bool taken[TFT_RULES_MAX] = {false};
	unsigned slots;
	imsi_t imsi;

	if (!s || !imsi_parse_any(s->imsi, &imsi))
		return -ENOENT;
	if (n > TFT_RULES_MAX || n > state.free)
		return -ENOSPC;
	for (unsigned i = 0; i < n; i++, state.free--) {
		element[i] = state.ring[state.head];
		state.head = (state.head + 1) % dp.tfts_max;
	}
	for (unsigned i = 0; i < n; i++) {
		int k = first_after(t, n, taken);

		taken[k] = true;
		dp.tfts[element[i]] =
			tft_rule_of(&t[k].filter, t[k].slot, i + 1 < n ? element[i + 1] : 0);
	}
	slots = dp_session_find(imsi, slot);
	for (unsigned i = 0; i < slots; i++)
		if (slot[i] == default_slot || dp.sessions[slot[i]].owner == default_slot)
			set_head(slot[i], n ? element[0] : 0);
	chain_free(before);
	return 0;
}

void tft_forget(uint32_t slot)
{
	struct session *s = &dp.sessions[slot];
	uint32_t head = s->tft;

	set_head(slot, 0);
	if (!(s->flags & SESSION_DEDICATED))
		chain_free(head);
}
