/* SPDX-License-Identifier: Apache-2.0 */
/* Messages out of turn: a NAS message once more, in whatever state; any S1AP message of a UE's
 * connection, by the identifiers that it has or had; another UE's GUTI. For tests of what the
 * network makes of it. */
#ifndef RANSIM_STRAY_H
#define RANSIM_STRAY_H

#include "codec/wire.h"

struct ue;

/* Keeps the last uplink NAS message of each type, where there is a scenario that may want it again.
 */
void stray_sent(struct ue *, unsigned header, struct bytes plain, struct bytes pdu);
/* MESSAGE [replay]: the last one of that name, protected anew, or octet for octet. 0 or negative
 * errno. */
int stray_nas(struct ue *, unsigned words, char *const *word);
/* MESSAGE [mme-ue N] [enb-ue N] [cause N] [by ENB]: N is added to the identifiers; the cause is a
 * radio network layer's. 0 or negative errno. */
int stray_s1ap(struct ue *, unsigned words, char *const *word);
/* The UE says to be another one: it has that one's GUTI, and keys that are not that one's. */
int stray_claim(struct ue *, const struct ue *of);
void stray_free(void);

#endif
