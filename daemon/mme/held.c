/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages to a device that is being handed over (TS 23.401 5.5.1.2.1): they wait, protected as
 * they are and in their order, until the device can hear them, at its new eNodeB or still at the
 * old one. So do those that an eNodeB could not deliver because the device had just left it (36.413
 * 8.6.2.4). Beyond HELD_MAX the timers of the procedures that sent them do; longer than
 * HELD_OCTETS is none of ours. */
#include <stdlib.h>
#include "mme/mme.h"

enum { HELD_MAX = 16, HELD_OCTETS = 4096 + NAS_SEC_HEADER_LEN };

struct held_nas {
	struct held_nas *next;
	bool undelivered;
	uint32_t n;
	uint8_t b[];
};

void nas_hold(struct mme_ue *ue, struct bytes pdu, bool undelivered)
{
	struct held_nas **at = &ue->held, *h;
	unsigned count = 0;

	for (h = ue->held; h; h = h->next)
		count++;
	h = count < HELD_MAX && pdu.n <= HELD_OCTETS ? malloc(sizeof(*h) + pdu.n) : NULL;
	if (!h) {
		UE_LOG(WARN, ue, "nas.held", "octets=%u error=\"too many wait, or too long\"",
		       pdu.n);
		return;
	}
	*h = (struct held_nas){.undelivered = undelivered, .n = pdu.n};
	memcpy(h->b, pdu.p, pdu.n);
	while (*at && (!undelivered || (*at)->undelivered))
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	mme_counters.nas_held++;
}

void nas_held_send(struct mme_ue *ue)
{
	while (ue->held && ue->conn) {
		struct held_nas *h = ue->held;

		ue->held = h->next;
		conn_send_nas(ue->conn, bytes_of(h->b, h->n));
		free(h);
	}
}

void nas_held_drop(struct mme_ue *ue)
{
	while (ue->held) {
		struct held_nas *h = ue->held;

		ue->held = h->next;
		free(h);
	}
}
