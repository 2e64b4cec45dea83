/* SPDX-License-Identifier: Apache-2.0 */
/* Identification (TS 24.301 5.4.4): asks a device for its IMSI, IMEI or IMEISV. A child of
 * procedures that cannot go on without. The answer is taken without protection (4.4.4.3): it is a
 * claim, which authentication then proves; what to do with it is the parent's to say
 * (identity_answer). */
#include "mme/mme.h"

struct identity {
	struct proc proc;
	uint8_t type;
	imsi_t imsi;
};

static struct mem_pool pool = MEM_POOL(identity);

static int enter(struct proc *p)
{
	struct nas_identity_request r = {.identity_type = ((struct identity *)p)->type};

	NAS_SEND(p->owner, identity_request, &r);
	return PROC_STAY;
}

static int response(struct proc *p, const void *msg)
{
	const struct nas_identity_response *r = ((const struct nas_event *)msg)->body;
	struct mme_ue *ue = p->owner;
	uint8_t type = ((struct identity *)p)->type;

	if (type == NAS_ASK_IMSI && r->identity.type == NAS_ID_IMSI)
		((struct identity *)p)->imsi = r->identity.imsi;
	else if (type == NAS_ASK_IMEISV && r->identity.type == NAS_ID_IMEISV)
		memcpy(ue->imeisv, r->identity.imei, sizeof(ue->imeisv));
	else if (type == NAS_ASK_IMEI && r->identity.type == NAS_ID_IMEI &&
		 imsi_of_imei(r->identity.imei, &((struct identity *)p)->imsi))
		;
	else
		return PROC_STAY; /* not what was asked: T3470 asks again */
	return PROC_END;
}

static const struct proc_step steps[] = {{"request", enter, &mme.timer[T3470], 0}};
static const struct proc_row rows[] = {{0, NAS_IDENTITY_RESPONSE, response, 0}};

const struct proc_def identity_def = {
	"identification", "TS 24.301 5.4.4", steps, rows, 1, 1, &pool, NULL,
};

static void init(struct proc *p, const void *arg)
{
	((struct identity *)p)->type = *(const uint8_t *)arg;
	((struct identity *)p)->imsi = IMSI_NONE;
}

imsi_t identity_answer(const struct proc *p) { return ((const struct identity *)p)->imsi; }

int identity_enter(struct proc *parent, uint8_t type)
{
	return proc_start(&identity_def, parent->list, parent->owner, parent, init, &type)
		       ? PROC_STAY
		       : proc_fail(parent, EMM_CAUSE_CONGESTION);
}
