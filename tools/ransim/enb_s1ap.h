/* SPDX-License-Identifier: Apache-2.0 */
/* Between enb.c (the interface) and enb_ue.c (UE-associated S1AP). */
#ifndef RANSIM_ENB_S1AP_H
#define RANSIM_ENB_S1AP_H

#include "codec/s1ap.h"
#include "core/log.h"
#include "enb.h"

/* Encodes and sends. 0, -ENETDOWN, or the codec's or transport's error. */
int enb_send(struct enb *, uint16_t stream, const struct s1ap_msg *, const void *body);
/* By whichever identifier is there; NULL if there is no such context. */
struct ue *enb_find_ue(const struct enb *, bool has_enb_id, uint32_t enb_id, bool has_mme_id,
		       uint32_t mme_id);

struct s1ap_global_enb_id enb_global_id(const struct enb *);

void enb_on_downlink_nas(struct enb *, const void *body);
void enb_on_context_setup(struct enb *, const void *body);
void enb_on_context_modification(struct enb *, const void *body);
void enb_on_context_release(struct enb *, const void *body);

#endif
