/* SPDX-License-Identifier: Apache-2.0 */
/* Attach for emergency bearer services (TS 24.301 5.5.1, TS 23.401 4.3.12): where it is configured,
 * of devices that prove their IMSI, or of all (23.401 4.3.12.1 b, d). They get the MME's emergency
 * configuration data in place of their subscription: one APN, which the HSS is not asked about, and
 * no access rule, barring or ceiling keeps them out. Who has no IMSI, or cannot prove it, is known
 * here by its IMEI alone, so that it takes no other's place, and has the null algorithms
 * (33.401 15.2.2), which nobody else is given; where only authenticated devices are allowed it is
 * refused. A registered device has its emergency by a PDN connection beside its others, by the same
 * configuration (23.401 4.3.12.1). */
#include <errno.h>
#include <stdlib.h>
#include "mme/mme.h"

bool emergency_served(const struct nas_identity *id)
{
	return id->type == NAS_ID_IMSI || id->type == NAS_ID_GUTI
		       ? mme.emergency.attach != EMERGENCY_REFUSED
		       : id->type == NAS_ID_IMEI && mme.emergency.attach == EMERGENCY_ANY;
}

bool emergency_unproven(const struct mme_ue *ue)
{
	return ue->emergency && mme.emergency.attach == EMERGENCY_ANY;
}

bool emergency_here(const struct mme_ue *ue)
{
	for (const struct mme_pdn *p = ue->pdns; p; p = p->next)
		if (p->emergency)
			return true;
	return ue->emergency;
}

/* 23.203 6.1.7.3: of the highest priority, may pre-empt, not to be pre-empted. */
const struct apn_subscription *emergency_subscription(void)
{
	struct apn_subscription *apn = arena_zalloc(&turn_arena, sizeof(*apn));

	snprintf(apn->apn, sizeof(apn->apn), "%s", mme.emergency.apn);
	apn->pdn_type = PDN_IPV4V6;
	apn->qci = mme.emergency.qci;
	apn->arp_priority = 1;
	apn->arp_may_preempt = true;
	apn->ambr_up = apn->ambr_down = mme.emergency.rate;
	return apn;
}

int emergency_subscribe(struct mme_ue *ue)
{
	struct s6a_answer a = {
		.apns = 1,
		.apn[0] = *emergency_subscription(),
		.ambr_up = mme.emergency.rate,
		.ambr_down = mme.emergency.rate,
	};

	return mme_set_subscription(ue, &a);
}
