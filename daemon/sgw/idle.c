/* SPDX-License-Identifier: Apache-2.0 */
/* Downlink data for idle devices (TS 23.401 5.3.4.3, TS 29.274 7.2.11). The datapath keeps the
 * packets; this tells the MME that there are some, once until the device comes, and again for a
 * bearer whose ARP is more urgent than that of all before.
 *
 *   told      the notification is on its way, or the MME is calling the device
 *   kept      told, and the MME has said how long the device may take: whatever comes waits until
 *             then, and nobody is told of it (29.274 7.2.11.2)
 *   quiet     it is not told: for the delay the MME asked for, or for a while after a failure, when
 *             what comes is dropped by the kernel
 *
 * The device comes: Modify Bearer. It does not: the MME says so, and what waits is dropped. An MME
 * that says neither in its time is told again of what still waits, or comes. */
#include "sgw/internal.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/timer.h"
#include "datapath/datapath.h"

enum {
	PATIENCE_MS = 120000, /* for an MME that does not say how long a device may take */
	QUIET_MS = 5000,      /* after a failure */
};

enum happening {
	SENT,
	ACCEPTED,
	REFUSED,
	FAILED,
	THROTTLED,
	ERROR_INDICATION,
	STOPPED,
	HAPPENINGS
};
static const char *happening_of(unsigned i)
{
	static const char *const name[] = {"sent",      "accepted",         "refused", "failed",
					   "throttled", "error_indication", "stopped"};

	return name[i];
}
METRIC_COUNTER_BY(notifications, "mcore_sgw_downlink_data_notifications_total",
		  "Downlink Data Notifications, by what happened", "event", happening_of,
		  HAPPENINGS)

/* Of the MME as a whole, as it said last. */
static struct {
	uint16_t delay_ms;
	uint8_t throttling_percent;
	unsigned throttling_sum; /* percent of what came since: a notification at each 100 is left
				    out */
	struct timer throttling;
} mme;

static void each_slot(const struct sgw_ue *ue, void (*fn)(uint32_t slot))
{
	for (const struct sgw_pdn *p = ue->pdns; p; p = p->next) {
		if (p->state != SGW_ACTIVE)
			continue;
		fn(p->slot);
		for (const struct sgw_bearer *b = p->bearers; b; b = b->next)
			fn(b->slot);
	}
}

/* The QoS of a bearer; NULL if there is none. */
static const struct bearer_qos *qos_of(const struct sgw_ue *ue, uint8_t ebi)
{
	struct sgw_bearer *b = NULL;
	const struct sgw_pdn *pdn = sgw_pdn_with(ue, ebi, &b);

	return b ? &b->qos : pdn ? &pdn->qos : NULL;
}

static void shut(uint32_t slot) { dp_hold_shut(slot, true); }
static void unshut(uint32_t slot) { dp_hold_shut(slot, false); }
static void unkeep(uint32_t slot) { dp_hold_keep(slot, 0); }

static void forget(struct sgw_ue *ue)
{
	gtpc_cancel(&ue->ddn);
	timer_stop(&ue->quiet);
	ue->told = ue->kept = false;
	ue->data = 0;
}

/* ---- failure ---- */

static void listen_again(struct timer *t)
{
	struct sgw_ue *ue = container_of(t, struct sgw_ue, quiet);

	forget(ue);
	each_slot(ue, unshut);
}

/* What waits is dropped, and what comes in the next seconds too: a device that cannot be reached
 * now is not called for every packet. */
static void give_up(struct sgw_ue *ue)
{
	forget(ue);
	each_slot(ue, shut);
	each_slot(ue, dp_hold_drop);
	timer_start(&ue->quiet, QUIET_MS, listen_again);
}

static void tell_again(struct timer *t)
{
	struct sgw_ue *ue = container_of(t, struct sgw_ue, quiet);

	LOG(INFO, "sgw.ddn", "imsi=%s error=\"no word of the device in its time\"",
	    imsi_print(ue->imsi, (char[IMSI_STRLEN]){0}));
	forget(ue);
	each_slot(ue, unkeep);
}

/* ---- the notification ---- */

static void end_throttling(struct timer *t)
{
	(void)t;
	mme.throttling_percent = 0;
}

static void heed(const struct gtpc_response *r)
{
	if (gtpc_accepted(r->cause))
		mme.delay_ms = r->delay_ms;
	if (!r->throttling_s)
		return;
	mme.throttling_percent = r->throttling_percent < 100 ? r->throttling_percent : 100;
	timer_start(&mme.throttling, r->throttling_s * 1000ULL, end_throttling);
}

static void notify(struct sgw_ue *ue, enum gtpc_cause cause, bool by_imsi);

/* It sleeps: what waits, and what comes, is kept until it can be heard of. */
static void keep(uint32_t slot)
{
	const struct sgw_pdn *pdn = sgw_pdn_by_slot(slot, &(uint8_t){0});
	uint64_t left = timer_left_ms(&pdn->ue->quiet);

	dp_hold_keep(slot, left ? left : 1);
}

static void notified(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct sgw_ue *ue = container_of(txn, struct sgw_ue, ddn);

	heed(r);
	if (gtpc_accepted(r->cause)) {
		metric_add_at(&notifications, ACCEPTED, 1);
		ue->kept = r->buffering_s;
		timer_start(&ue->quiet, ue->kept ? r->buffering_s * 1000ULL : PATIENCE_MS,
			    tell_again);
		if (ue->kept)
			each_slot(ue, keep);
		return;
	}
	/* TS 23.007 25.2.3: an MME that has lost the device can still call it by its IMSI. */
	if (r->cause == GTPC_CONTEXT_NOT_FOUND && !ue->told_by_imsi) {
		notify(ue, 0, true);
		return;
	}
	metric_add_at(&notifications, REFUSED, 1);
	LOG(INFO, "sgw.ddn", "imsi=%s cause=%u", imsi_print(ue->imsi, (char[IMSI_STRLEN]){0}),
	    r->cause);
	give_up(ue);
}

static void notify(struct sgw_ue *ue, enum gtpc_cause cause, bool by_imsi)
{
	struct gtpc_request q = {
		.type = GTPC_DOWNLINK_DATA_NOTIFICATION,
		.teid = ue->mme.teid,
		.imsi = by_imsi ? ue->imsi : IMSI_NONE,
		.cause = cause,
		.has_dscp = !cause,
		.dscp = ue->dscp,
	};

	if (by_imsi)
		q.sender = sgw_s11(ue);
	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		const struct bearer_qos *qos = ue->data >> ebi & 1 ? qos_of(ue, ebi) : NULL;
		struct gtpc_bearer *b = &q.bearer[q.bearers];

		if (!qos)
			continue;
		b->ebi = ebi;
		b->qos = *qos;
		/* The first one's ARP is told: the most urgent. */
		if (q.bearers++ && qos->arp_priority < q.bearer[0].qos.arp_priority) {
			struct gtpc_bearer first = q.bearer[0];

			q.bearer[0] = *b;
			*b = first;
		}
	}
	ue->told_by_imsi = by_imsi;
	ue->told = true;
	ue->told_arp = q.bearer[0].qos.arp_priority;
	ue->ddn.done = notified;
	metric_add_at(&notifications, SENT, 1);
	gtpc_cancel(&ue->ddn);
	gtpc_request(&ue->ddn, GTPC_MME, &q);
}

static void delayed(struct timer *t) { notify(container_of(t, struct sgw_ue, quiet), 0, false); }

/* Of the notifications for traffic of low priority, so many in a hundred are left out. */
static bool throttled(const struct bearer_qos *qos)
{
	if (!mme.throttling_percent || qos->arp_priority < SGW_LOW_PRIORITY_ARP)
		return false;
	mme.throttling_sum += mme.throttling_percent;
	if (mme.throttling_sum < 100)
		return false;
	mme.throttling_sum -= 100;
	return true;
}

void sgw_downlink_data(uint32_t slot, uint8_t dscp)
{
	uint8_t ebi;
	struct sgw_pdn *pdn = sgw_pdn_by_slot(slot, &ebi);
	struct sgw_ue *ue = pdn ? pdn->ue : NULL;
	const struct bearer_qos *qos = ue ? qos_of(ue, ebi) : NULL;

	if (!qos || pdn->state != SGW_ACTIVE) {
		dp_hold_drop(slot);
		return;
	}
	ue->data = (uint16_t)(ue->data | 1u << ebi);
	ue->dscp = dscp;
	if (ue->kept) {
		keep(slot);
	} else if (ue->told) {
		if (qos->arp_priority < ue->told_arp && !ue->ddn.pending)
			notify(ue, 0, false);
	} else if (timer_running(&ue->quiet)) {
		return;
	} else if (throttled(qos)) {
		metric_add_at(&notifications, THROTTLED, 1);
		dp_hold_drop(slot);
	} else if (mme.delay_ms) {
		timer_start(&ue->quiet, mme.delay_ms, delayed);
	} else {
		notify(ue, 0, false);
	}
}

void sgw_error_indication(uint32_t slot)
{
	uint8_t ebi;
	struct sgw_pdn *pdn = sgw_pdn_by_slot(slot, &ebi);

	if (!pdn || pdn->state != SGW_ACTIVE)
		return;
	metric_add_at(&notifications, ERROR_INDICATION, 1);
	forget(pdn->ue);
	/* TS 23.007 21.7: no tunnel of the device to that eNodeB is of use any more. */
	pdn->ue->data = (uint16_t)(1u << ebi);
	notify(pdn->ue, GTPC_ERROR_INDICATION_RECEIVED, false);
	each_slot(pdn->ue, dp_session_idle);
}

/* ---- what the MME says ---- */

void idle_failed(const struct gtpc_request *q, struct gtpc_response *r)
{
	struct sgw_ue *ue = sgw_ue_find(q->teid);

	r->cause = ue ? GTPC_ACCEPTED : GTPC_CONTEXT_NOT_FOUND;
	if (!ue || !ue->told)
		return;
	metric_add_at(&notifications, FAILED, 1);
	give_up(ue);
}

void idle_over(struct sgw_ue *ue)
{
	if (!ue->told && !timer_running(&ue->quiet))
		return;
	forget(ue);
	each_slot(ue, unshut);
}

void idle_bearers_end(struct sgw_ue *ue, uint16_t of)
{
	struct gtpc_request q = {.type = GTPC_STOP_PAGING, .teid = ue->mme.teid, .imsi = ue->imsi};
	uint16_t data = ue->data;

	ue->data = (uint16_t)(data & ~of);
	if (!data || ue->data)
		return;
	/* The device is called for what is gone. */
	if (ue->told && !ue->ddn.pending) {
		metric_add_at(&notifications, STOPPED, 1);
		gtpc_send(GTPC_MME, &q);
	}
	forget(ue);
}

void idle_pdn_ends(struct sgw_pdn *pdn)
{
	uint16_t of = (uint16_t)(1u << pdn->ebi);

	for (const struct sgw_bearer *b = pdn->bearers; b; b = b->next)
		of = (uint16_t)(of | 1u << b->ebi);
	idle_bearers_end(pdn->ue, of);
}

void idle_stop(void)
{
	timer_stop(&mme.throttling);
	mme.delay_ms = 0;
	mme.throttling_percent = 0;
}
