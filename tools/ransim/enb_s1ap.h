/* SPDX-License-Identifier: Apache-2.0 */
/* Between enb.c (the interface), enb_ue.c (UE-associated S1AP) and enb_node.c (nodes and warnings). */
#ifndef RANSIM_ENB_S1AP_H
#define RANSIM_ENB_S1AP_H

#include "codec/s1ap.h"
#include "core/log.h"
#include "enb.h"
#include "ue.h"

/* Encodes and sends. 0, -ENETDOWN, or the codec's or transport's error. */
int enb_send(struct enb *, uint16_t stream, const struct s1ap_msg *, const void *body);
/* By whichever identifier is there; NULL if there is no such context. */
struct ue *enb_find_ue(const struct enb *, bool has_enb_id, uint32_t enb_id, bool has_mme_id,
		       uint32_t mme_id);

/* The rates of a UE-AMBR, for an event of this format. */
#define AMBR_FORMAT "ambr-up=%llu ambr-down=%llu"
#define AMBR_VALUES(a)                                                                             \
	(unsigned long long)S1AP_RATE(a, ue_aggregate_maximum_bit_rate_ul),                        \
		(unsigned long long)S1AP_RATE(a, ue_aggregate_maximum_bit_rate_dl)

struct s1ap_global_enb_id enb_global_id(const struct enb *);
/* The context a message is for; its MME identifier is learned. NULL if there is none, or it has another
 * one, which the MME has then been told. */
struct ue *enb_context(struct enb *, uint32_t mme_id, uint32_t enb_id);

/* A NAS message for the UE, unless a fault says that it does not arrive. */
void enb_deliver_nas(struct ue *, struct bytes nas);

static inline uint16_t stream_of(uint32_t enb_ue_id) { return (uint16_t)(1 + enb_ue_id % 29); }

/* enb_node.c: false if the message is none of its. */
bool enb_node_message(struct enb *, const struct s1ap_msg *, const void *body);

void enb_on_downlink_nas(struct enb *, const void *body);
void enb_on_reroute(struct enb *, const void *body);
void enb_on_suspend(struct enb *, const void *body);
void enb_on_resume(struct enb *, const void *body);
void enb_on_resume_failure(struct enb *, const void *body);
void enb_on_context_setup(struct enb *, const void *body);
void enb_on_context_modification(struct enb *, const void *body);
void enb_on_context_release(struct enb *, const void *body);
void enb_on_e_rab_setup(struct enb *, const void *body);
void enb_on_e_rab_modify(struct enb *, const void *body);
void enb_on_e_rab_release(struct enb *, const void *body);
void enb_on_modification_confirm(struct enb *, const void *body);

#endif
