/* SPDX-License-Identifier: Apache-2.0 */
/* GUTI reallocation (TS 24.301 5.4.1): a registered, connected device gets a new GUTI and its list
 * of tracking areas with it. From the command on both M-TMSIs name the device; the first message
 * that uses one of them, or GUTI Reallocation Complete, decides (5.4.1.6 a, b). What else the
 * device begins meanwhile goes before it (5.4.1.6 c to e): collide.c. */
#include "mme/mme.h"

struct reallocation {
	struct proc proc;
};

static struct mem_pool pool = MEM_POOL(reallocation);

static int enter(struct proc *p)
{
	struct mme_ue *ue = p->owner;

	if (!p->tries)
		ue_allot_tmsi(ue);
	struct nas_guti_reallocation_command m = {
		.guti = {.type = NAS_ID_GUTI, .guti = ue_guti(ue)},
		.tai_list = mme_new_tai_list(ue),
	};

	SET(&m, nas_guti_reallocation_command, tai_list);
	NAS_SEND(ue, guti_reallocation_command, &m);
	if (!p->tries)
		ue_save(ue);
	return PROC_STAY;
}

static int complete(struct proc *p, const void *msg)
{
	struct mme_ue *ue = p->owner;

	(void)msg;
	ue_tmsi_used(ue, ue->m_tmsi);
	ue_save(ue);
	return PROC_END;
}

static void end(struct proc *p, uint16_t cause)
{
	(void)p;
	if (cause)
		mme_counters.guti_failed++;
	else
		mme_counters.guti++;
}

static const struct proc_step steps[] = {{"command", enter, &mme.timer[T3450], 0}};
static const struct proc_row rows[] = {{0, NAS_GUTI_REALLOCATION_COMPLETE, complete, 0}};

const struct proc_def guti_def = {
	"GUTI reallocation", "TS 24.301 5.4.1", steps, rows, 1, 1, &pool, end,
};

int guti_enter(struct proc *parent)
{
	return proc_start(&guti_def, parent->list, parent->owner, parent, NULL, NULL)
		       ? PROC_STAY
		       : proc_fail(parent, EMM_CAUSE_CONGESTION);
}
