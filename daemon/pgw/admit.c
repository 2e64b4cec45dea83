/* SPDX-License-Identifier: Apache-2.0 */
/* Admission of bearers with guaranteed rates: as far as the configured sums allow, and in the place
 * of preemptable ones of lower priority (TS 23.203 6.1.7.3). */
#include "pgw/internal.h"

static uint64_t held_up, held_down; /* by all bearers */

void admit_hold(struct pgw_bearer *b, uint64_t up, uint64_t down)
{
	held_up += up - b->held_up;
	held_down += down - b->held_down;
	b->held_up = up;
	b->held_down = down;
}

static uint64_t greater(uint64_t a, uint64_t b) { return a > b ? a : b; }

static bool room(uint64_t held, uint64_t wanted, uint64_t most)
{
	return !most || (wanted <= most && held <= most - wanted);
}

/* In the place of what b holds, and if that much were free. */
static bool fits(const struct pgw_bearer *b, const struct bearer_qos *q, uint64_t free_up,
		 uint64_t free_down)
{
	return !is_gbr(q) ||
	       (room(held_up - b->held_up - free_up, q->gbr_up, pgw.gbr_up) &&
		room(held_down - b->held_down - free_down, q->gbr_down, pgw.gbr_down));
}

static bool may_go(const struct pgw_bearer *b, const struct pgw_bearer *for_, uint8_t arp)
{
	return b != for_ && b->state == ACTIVE && is_gbr(&b->rule.qos) &&
	       b->rule.qos.arp_preemptable && b->rule.qos.arp_priority > arp;
}

/* The preemptable bearer of lowest priority; the later one among equals. *up, *down: what all that
 * are preemptable hold. */
static struct pgw_bearer *victim(const struct pgw_bearer *for_, uint8_t arp, uint64_t *up,
				 uint64_t *down)
{
	struct pgw_bearer *found = NULL;

	*up = *down = 0;
	for (const struct pgw_session *s = pgw_session_first(); s; s = s->by_key.next)
		for (struct pgw_bearer *b = s->bearers; b; b = b->next) {
			if (!may_go(b, for_, arp))
				continue;
			*up += b->held_up;
			*down += b->held_down;
			if (!found || b->rule.qos.arp_priority >= found->rule.qos.arp_priority)
				found = b;
		}
	return found;
}

/* Nobody is preempted in vain: first it is seen that there are victims enough. */
bool admit_bearer(struct pgw_bearer *b, const struct bearer_qos *q)
{
	uint64_t up, down;

	while (!fits(b, q, 0, 0)) {
		struct pgw_bearer *v =
			q->arp_may_preempt ? victim(b, q->arp_priority, &up, &down) : NULL;

		if (!v || !fits(b, q, up, down))
			return false;
		bearer_preempt(v, q->arp_priority);
	}
	/* While it changes it may have its old rates, or the new. */
	admit_hold(b, greater(b->held_up, q->gbr_up), greater(b->held_down, q->gbr_down));
	return true;
}
