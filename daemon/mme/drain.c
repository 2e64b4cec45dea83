/* SPDX-License-Identifier: Apache-2.0 */
/* An MME of a pool is emptied (TS 23.401 4.3.7.3), for maintenance or because it has more than its
 * share. eNodeBs are told a relative capacity of 0, so that new devices go elsewhere; those that
 * are connected are released a few a second with the cause load-balancing-tau-required, after which
 * a device updates its tracking area without naming us, and the eNodeB chooses another MME. A
 * device that is idle, or attaches or updates all the same, is sent away when what it came for is
 * done. Each once: where no other MME is there it comes back, and is served. */
#include <errno.h>
#include <time.h>
#include "core/loop.h"
#include "mme/mme.h"

enum { TICK_MS = 1000 };

static struct {
	bool on;
	uint32_t number; /* of the drain, so that marks of earlier ones do not count */
	unsigned rate;   /* devices a second */
	uint64_t cursor, since, sent;
	bool walked; /* all that were connected at the start have been sent */
	struct timer tick;
} now;

uint8_t drain_capacity(void) { return now.on ? 0 : mme.relative_capacity; }

static bool due(const struct mme_ue *ue)
{
	return now.on && ue->drained != now.number && ue->emm == EMM_REGISTERED;
}

struct s1ap_cause drain_cause(struct mme_ue *ue, struct s1ap_cause cause)
{
	const struct s1ap_cause normal = S1AP_CAUSE(NAS, NORMAL_RELEASE);

	if (!due(ue) || cause.group != normal.group || cause.value != normal.value)
		return cause;
	ue->drained = now.number;
	now.sent++;
	mme_counters.drained++;
	return S1AP_CAUSE(RADIO, LOAD_BALANCING_TAU_REQUIRED);
}

bool drain_after(struct mme_ue *ue)
{
	if (!due(ue) || !ue->conn || ue->procs.first)
		return false;
	conn_release(ue->conn, S1AP_CAUSE(NAS, NORMAL_RELEASE));
	return true;
}

static void tick(struct timer *t)
{
	struct mme_ue *ue = NULL;
	unsigned left = now.rate;

	while (left && (ue = ue_next_known(&now.cursor)))
		left -= drain_after(ue);
	if (left) { /* then again from the start, for those that were busy */
		now.walked = true;
		now.cursor = 0;
	}
	timer_start(t, TICK_MS, tick);
}

int drain_start(unsigned rate)
{
	if (now.on)
		return -EALREADY;
	now.on = true;
	now.number++;
	now.rate = rate ? rate : mme.drain_rate;
	now.cursor = now.sent = 0;
	now.walked = false;
	now.since = (uint64_t)time(NULL);
	LOG(INFO, "drain.start", "devices=%u rate=%u", ue_count(), now.rate);
	node_config_changed();
	timer_start(&now.tick, TICK_MS, tick);
	return 0;
}

int drain_stop(void)
{
	if (!now.on)
		return -ENOENT;
	now.on = false;
	timer_stop(&now.tick);
	LOG(INFO, "drain.stop", "sent=%llu devices=%u", (unsigned long long)now.sent, ue_count());
	node_config_changed();
	return 0;
}

void drain_view(struct drain_view *v)
{
	uint64_t cursor = 0;

	v->state = !now.on ? "off" : now.walked ? "waiting" : "releasing";
	v->capacity = drain_capacity();
	if (!now.on)
		return;
	v->rate = now.rate;
	v->since = now.since;
	v->sent = now.sent;
	for (const struct mme_ue *ue; (ue = ue_next_known(&cursor));) {
		v->connected += ue->conn && ue->drained != now.number;
		v->idle += !ue->conn && ue->drained != now.number;
		v->back += ue->drained == now.number;
	}
}
