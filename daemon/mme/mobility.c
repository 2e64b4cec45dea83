/* SPDX-License-Identifier: Apache-2.0 */
/* What path switches and S1 handovers share: which of the two gives way when they meet, and what
 * becomes of bearers that the target did not take. */
#include "mme/esm.h"

/* ---- collisions ---- */

/* A device is where its eNodeB says it is: a Path Switch Request is a fact, a Handover Required a
 * wish, and the latest wish counts. */
static const struct {
	const struct proc_def *running;
	enum mobility_event begins;
	enum mobility_verdict verdict;
} collisions[] = {
	{&x2_def, MOBILITY_PATH_SWITCH, MOBILITY_ABANDON}, /* it has moved on meanwhile */
	{&x2_def, MOBILITY_REQUIRED, MOBILITY_REFUSE},
	{&s1ho_def, MOBILITY_PATH_SWITCH, MOBILITY_ABANDON},
	{&s1ho_def, MOBILITY_REQUIRED, MOBILITY_ABANDON},
};

bool mobility_begin(struct mme_ue *ue, enum mobility_event begins)
{
	for (size_t i = 0; i < sizeof(collisions) / sizeof(*collisions); i++) {
		struct proc *p = collisions[i].begins == begins
					 ? proc_find(&ue->procs, collisions[i].running)
					 : NULL;

		if (p && collisions[i].verdict == MOBILITY_REFUSE)
			return false;
		if (p)
			proc_finish(p, PROC_ABORTED);
	}
	return true;
}

bool mobility_is_cause(struct s1ap_cause c)
{
	return c.group == S1AP_CAUSE_RADIO &&
	       (c.value == S1AP_CAUSE_RADIO_X2_HANDOVER_TRIGGERED ||
		c.value == S1AP_CAUSE_RADIO_S1_INTRA_SYSTEM_HANDOVER_TRIGGERED ||
		c.value == S1AP_CAUSE_RADIO_S1_INTER_SYSTEM_HANDOVER_TRIGGERED);
}

bool mobility_running(const struct mme_ue *ue)
{
	return s1ho_running(ue) || proc_find(&ue->procs, &x2_def);
}

void mobility_moved(struct mme_ue *ue)
{
	for (struct proc *p = ue->procs.first, *next; p; p = next) {
		next = p->next;
		proc_event(p, EV_MOVED, NULL);
	}
	esm_resume(ue);
	context_ambr_check(ue);
}

/* ---- bearers ---- */

uint16_t mobility_bearers(struct mme_ue *ue, uint16_t offered)
{
	uint16_t kept = 0;

	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected && offered & mobility_bit(b->ebi) &&
		    offered & mobility_bit(b->pdn->ebi))
			kept |= mobility_bit(b->ebi);
	return kept;
}

bool mobility_drop_bearers(struct mme_ue *ue, uint16_t taken)
{
	uint16_t lost = 0;

	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected && !(taken & mobility_bit(b->ebi)))
			lost |= mobility_bit(b->ebi);
	for (uint8_t ebi = 0; ebi < 16; ebi++)
		if (lost & mobility_bit(ebi))
			bearer_lost(ue, ebi);
	return lost != 0;
}

struct s1ap_e_rab_list mobility_list(uint16_t ids, struct s1ap_cause cause)
{
	struct s1ap_e_rab_list l = {.v = arena_zalloc(&turn_arena, 16 * sizeof(*l.v))};

	for (uint8_t id = 0; id < 16; id++)
		if (ids >> id & 1) {
			l.v[l.n].e_rab_id = id;
			l.v[l.n++].cause = cause;
		}
	return l;
}
