/* SPDX-License-Identifier: Apache-2.0 */
/* One eNodeB: its S1 association, S1 Setup, and the UEs it has contexts for (TS 36.413 8). Contexts
 * are found by eNB-UE-S1AP-ID, which is an index into `slot`; freed ones are used again last, so
 * that a late message does not meet a new UE. */
#ifndef RANSIM_ENB_H
#define RANSIM_ENB_H

#include "codec/wire.h"
#include "core/timer.h"
#include "sim.h"

enum enb_state { ENB_DOWN, ENB_CONNECTING, ENB_SETUP, ENB_READY, ENB_REFUSED };

struct enb_slot {
	struct ue *ue; /* NULL: free, or lost */
	bool lost;     /* the MME still has the connection */
	uint32_t next_free;
};

struct enb {
	unsigned number; /* from 1 */
	uint32_t id;     /* Macro eNB ID, 20 bits */
	struct in_addr address;
	int gtpu_sock;
	enum enb_state state;
	struct s1_assoc *assoc;
	struct timer retry;
	uint32_t backoff_ms;
	plmn_t plmn;
	uint16_t tac;
	char mme_name[64];
	struct gummei gummei; /* first one served by the MME */
	struct enb_slot *slot;
	uint32_t slots, cap, free_first, free_last;
	unsigned connected; /* contexts in use */
	uint64_t error_indications;
	uint32_t refuses; /* enum in enb_node.c, a bit each */
	unsigned refusal_wait; /* Time to wait: enum s1ap_time_to_wait, plus one; 0: none */
	unsigned broadcasts; /* of each warning in each cell, as Kill Response says */
	bool leaving; /* no reconnection */
	bool deaf;    /* about to vanish */
	struct timer vanish;
};

/* Why a connection is established (RRC-Establishment-Cause). */
enum rrc_cause { RRC_MO_SIGNALLING, RRC_MO_DATA, RRC_MT_ACCESS };

int enb_init(struct enb *, unsigned number);
void enb_connect(struct enb *);
/* Ends the association, by ABORT or in order; no reconnection if for_good. */
void enb_disconnect(struct enb *, bool abort_it, bool for_good);
/* Ends it by ABORT once what was sent is gone, and takes nothing more till then. */
void enb_vanish(struct enb *);
/* 0 or negative errno. */
int enb_send_garbage(struct enb *, unsigned count);
int enb_send_reset(struct enb *, struct ue *only); /* NULL: the whole interface */

struct tai enb_tai(const struct enb *);
struct ecgi enb_cell(const struct enb *);

/* ---- as a node (enb_node.c) --------------------------------------------------------------------
 */

/* `node ENB WORD [ARG]...` and `tell UE WORD [ARG]...`: what an eNodeB sends of its own accord. 0 or
 * negative errno, -EINVAL for words that are none. */
int enb_node_command(struct enb *, unsigned words, char *const *word);
int enb_tell_command(struct ue *, unsigned words, char *const *word);

/* ---- of a UE (enb_ue.c) -----------------------------------------------------------------------
 */

/* An uplink NAS message: Uplink NAS Transport, or Initial UE Message where there is no connection.
 * 0, -ENETDOWN, -ENOMEM. */
int enb_uplink_nas(struct ue *, struct bytes nas, enum rrc_cause);
/* UE Context Release Request, with that S1AP_CAUSE_RADIO_. */
int enb_request_release(struct ue *, uint8_t radio_cause);
/* UE Context Suspend Request; and Resume Request of a UE whose context is kept: enb_ciot.c. */
int enb_suspend(struct ue *);
int enb_resume(struct ue *);
/* Drops the context, which the MME knows. */
void enb_forget(struct ue *);
/* Drops it without a word, as after a radio link failure nobody was told of: its identifier is used again when the
 * MME has released it, so that what comes for it reaches no other UE. */
void enb_lose(struct ue *);

/* ---- between enb*.c ---------------------------------------------------------------------------
 */
uint32_t enb_slot_take(struct enb *, struct ue *);
void enb_slot_put(struct enb *, uint32_t id);
void enb_slot_lose(struct enb *, uint32_t id);
void enb_slot_released(struct enb *, uint32_t id); /* if it was lost */
struct ue *enb_slot_ue(const struct enb *, uint32_t id);
/* All contexts are gone (association lost, Reset). */
void enb_release_all(struct enb *, const char *why);

#endif
