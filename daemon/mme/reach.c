/* SPDX-License-Identifier: Apache-2.0 */
/* How an idle device can be reached (TS 24.301 5.3.5, TS 23.401 4.3.5.2). One timer, three times:
 *
 *   active        T3324, of a device that was given power saving mode: it sleeps after that, until
 *                 it has something to say or its periodic update is due (23.401 4.3.22)
 *   reachable     the mobile reachable timer: T3412, extended or not, and a grace; who was not
 *                 heard of by then is not paged any more, but kept
 *   implicit      until it is detached without being told
 *
 * A device that is here for an emergency makes no periodic update: it detaches itself when T3412 is
 * over, and so does the MME. */
#include "mme/mme.h"

static void gone(struct timer *t)
{
	struct mme_ue *ue = container_of(t, struct mme_ue, reachable);

	UE_LOG(INFO, ue, "ue.implicit_detach", "last_seen=%llu", (unsigned long long)ue->seen);
	mme_counters.detach_implicit++;
	ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
}

static void not_heard_of(struct timer *t)
{
	struct mme_ue *ue = container_of(t, struct mme_ue, reachable);

	UE_LOG(INFO, ue, "ue.unreachable", "last_seen=%llu", (unsigned long long)ue->seen);
	ue->unreachable = true;
	ue->asleep = ue->data_waits = false; /* the SGW was told to keep it until now */
	timer_start(&ue->reachable, mme.implicit_detach_s * 1000ULL, gone);
}

static uint64_t reachable_ms(const struct mme_ue *ue)
{
	uint32_t periodic = ue->t3412_s ? ue->t3412_s : mme.t3412_s;

	return (periodic + (ue->emergency ? 0 : mme.mobile_reachable_extra_s)) * 1000ULL;
}

static void falls_asleep(struct timer *t)
{
	struct mme_ue *ue = container_of(t, struct mme_ue, reachable);
	uint64_t all = reachable_ms(ue), past = ue->t3324_s * 1000ULL;

	UE_LOG(DEBUG, ue, "ue.asleep", "active_s=%u", ue->t3324_s);
	ue->unreachable = ue->asleep = true;
	timer_start(&ue->reachable, all > past ? all - past : 0, not_heard_of);
}

void reach_start(struct mme_ue *ue)
{
	ue->unreachable = ue->asleep = false;
	if (ue->psm && !emergency_here(ue))
		timer_start(&ue->reachable, ue->t3324_s * 1000ULL, falls_asleep);
	else
		timer_start(&ue->reachable, reachable_ms(ue), ue->emergency ? gone : not_heard_of);
}

void reach_stop(struct mme_ue *ue)
{
	ue->unreachable = ue->asleep = false;
	timer_stop(&ue->reachable);
}

void reach_read_drx(struct mme_ue *ue, nas_drx_t drx)
{
	unsigned s1 = drx >> 4 & 15; /* 6 to 9: T = 32, 64, 128, 256 radio frames; else not given */

	ue->paging_drx = (uint8_t)(s1 >= 6 && s1 <= 9 ? s1 - 6 + S1AP_PAGING_DRX_V32 + 1 : 0);
}

/* ---- what devices ask for ---- */

void reach_asked(struct mme_ue *ue, uint32_t t3324, uint32_t t3412, const struct nas_edrx *edrx)
{
	const struct mme_power *c = &mme.power;

	ue->psm = c->active_s && t3324 != NAS_TIMER_DEACTIVATED && !ue->emergency;
	ue->t3324_s = !ue->psm ? 0 : nas_timer_told(t3324 < c->active_s ? t3324 : c->active_s);
	ue->t3412_s = 0;
	if (c->periodic_s && t3412 && t3412 != NAS_TIMER_DEACTIVATED)
		ue->t3412_s = nas_timer3_told(t3412 < c->periodic_s ? t3412 : c->periodic_s);
	ue->edrx = !ue->emergency && edrx &&
		   edrx_cycle_within(edrx->value, c->edrx_ms, &ue->edrx_cycle);
	ue->edrx_ptw = ue->edrx ? edrx->ptw : 0;
}
