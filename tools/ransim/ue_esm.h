/* SPDX-License-Identifier: Apache-2.0 */
/* A UE's bearers beside its first PDN connection's default one: further PDN connections, dedicated
 * bearers, and what it asks the network for (TS 24.301 6.4, 6.5). */
#ifndef RANSIM_UE_ESM_H
#define RANSIM_UE_ESM_H

#include "codec/tft.h"
#include "ue.h"

struct bearer {
	uint8_t ebi, linked; /* linked is ebi: the default bearer of a further PDN connection */
	uint8_t qci;
	bool known; /* to the UE: by NAS */
	struct path path;
	struct in_addr ip4;
	struct tft_filters tft;
};

/* NULL: none with that identity, or no memory for one more. */
struct bearer *bearer_find(struct ue *, uint8_t ebi);
struct bearer *bearer_take(struct ue *, uint8_t ebi);
void bearer_drop(struct ue *, uint8_t ebi);
/* All, as the UE deregisters; or their radio legs alone. */
void bearers_drop(struct ue *);
void bearers_idle(struct ue *);
/* The local TEID of a bearer, with a new port if it has none; 0 if it is unknown. */
uint32_t bearer_port(struct ue *, uint8_t ebi);
void bearers_show(struct ue *);

/* NAS from the network. */
void esm_on_activate_default(struct ue *, const void *body);
void esm_on_activate_dedicated(struct ue *, const void *body);
void esm_on_modify(struct ue *, const void *body);
void esm_on_deactivate(struct ue *, const void *body);
void esm_on_pdn_reject(struct ue *, const void *body);
void esm_on_disconnect_reject(struct ue *, const void *body);
void esm_on_allocation_reject(struct ue *, const void *body);
void esm_on_modification_reject(struct ue *, const void *body);

/* What a person makes the UE ask: 0 or negative errno. */
int esm_pdn(struct ue *, const char *apn, uint8_t pdn_type, uint8_t request_type);
int esm_disconnect(struct ue *, uint8_t linked);
/* QoS of a new bearer, or of one that is modified (qci 0: as it is). Rates in bit/s. */
struct esm_wish {
	uint8_t ebi; /* the default bearer's; in a modification that of the filters */
	uint8_t qci;
	uint64_t gbr, mbr;
	struct tft_filters tft;
};
/* From a command's words: EBI at [2], then qci N, gbr KBIT, mbr KBIT, operation N, id N, and "filter …" to
 * the end. False if the filter is none. */
bool esm_wish_parse(struct esm_wish *, unsigned n, char *const *words);
int esm_allocate(struct ue *, const struct esm_wish *);
int esm_modify(struct ue *, const struct esm_wish *);
/* Of the eNodeB: E-RAB Release Indication, E-RAB Modification Indication (to another TEID). */
int enb_release_e_rab(struct ue *, uint8_t ebi);
int enb_move_e_rabs(struct ue *);

/* ue_nas.c: encodes, protects as usual, and sends. */
struct nas_def;
void nas_send_message(struct ue *, const struct nas_def *, const void *body);

#endif
