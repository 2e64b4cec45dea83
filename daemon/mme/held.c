/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages to a device that is being handed over (TS 23.401 5.5.1.2.1): they wait, protected as
 * they are and in their order, until the device can hear them, at its new eNodeB or still at the
 * old one. So do those that an eNodeB could not deliver because the device had just left it (36.413
 * 8.6.2.4). Beyond HELD_MAX the timers of the procedures that sent them do; longer than
 * HELD_OCTETS is none of ours.
 *
 * Messages from the device by its new eNodeB can overtake that one's Handover Notify on another
 * SCTP stream. They wait for it, so that they are read where the device is, and go if it does not
 * come there. */
#include <stdlib.h>
#include "mme/mme.h"

enum { HELD_MAX = 16, HELD_OCTETS = 4096 + NAS_SEC_HEADER_LEN };

struct held_nas {
	struct held_nas *next;
	bool undelivered;
	uint32_t n;
	uint8_t b[];
};

static bool hold(const struct mme_ue *ue, struct held_nas **at, struct bytes pdu, bool undelivered)
{
	struct held_nas *h;
	unsigned count = 0;

	for (h = *at; h; h = h->next)
		count++;
	h = count < HELD_MAX && pdu.n <= HELD_OCTETS ? malloc(sizeof(*h) + pdu.n) : NULL;
	if (!h) {
		UE_LOG(WARN, ue, "nas.held", "octets=%u error=\"too many wait, or too long\"",
		       pdu.n);
		return false;
	}
	*h = (struct held_nas){.undelivered = undelivered, .n = pdu.n};
	memcpy(h->b, pdu.p, pdu.n);
	while (*at && (!undelivered || (*at)->undelivered))
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	return true;
}

void nas_hold(struct mme_ue *ue, struct bytes pdu, bool undelivered)
{
	mme_counters.nas_held += hold(ue, &ue->held, pdu, undelivered);
}

void nas_early(struct mme_ue *ue, struct bytes pdu)
{
	mme_counters.nas_early += hold(ue, &ue->early, pdu, false);
}

static struct held_nas *take(struct held_nas **list)
{
	struct held_nas *h = *list;

	*list = h->next;
	return h;
}

void nas_held_send(struct mme_ue *ue)
{
	while (ue->held && ue->conn) {
		struct held_nas *h = take(&ue->held);

		conn_send_nas(ue->conn, bytes_of(h->b, h->n));
		free(h);
	}
}

void nas_early_read(struct mme_ue *ue)
{
	while (ue->early && ue->conn) {
		struct held_nas *h = take(&ue->early);

		nas_uplink(ue->conn, bytes_of(h->b, h->n));
		free(h);
	}
}

void nas_held_drop(struct mme_ue *ue)
{
	while (ue->held)
		free(take(&ue->held));
	nas_early_drop(ue);
}

void nas_early_drop(struct mme_ue *ue)
{
	while (ue->early)
		free(take(&ue->early));
}
