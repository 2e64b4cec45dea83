/* SPDX-License-Identifier: Apache-2.0 */
/* Connected UEs that go from one eNodeB to another: by X2 with a path switch (TS 36.413 8.4.4), or by S1
 * handover (8.4.1 to 8.4.3). Of an S1 handover the other leg is the target's context until the UE is
 * there, and the source's from then on. */
#ifndef RANSIM_MOVE_H
#define RANSIM_MOVE_H

#include "enb.h"
#include "path.h"

/* 0; -ENOTCONN, -EBUSY in a procedure, -EINVAL (it is there), -ENETDOWN (no S1 there), -ENOMEM. Its end
 * is sim.done with PROC_MOVE and an event "moved" or "failed". */
int move_x2(struct ue *, struct enb *to);
int move_s1(struct ue *, struct enb *to);
/* Handover Cancel. */
int move_cancel(struct ue *);

/* The other leg and what waits for it is gone with the UE's connection. */
void move_forget(struct ue *);
/* A context that is released: true if it was an other leg, which is gone then. */
bool move_released(struct ue *, const struct enb *, uint32_t enb_ue_id);
/* A bearer's path has ended at the old eNodeB. */
void move_end_marker(struct ue *, struct path *);

void move_on_path_switch_acknowledge(struct enb *, const void *body);
void move_on_path_switch_failure(struct enb *, const void *body);
void move_on_handover_request(struct enb *, const void *body);
void move_on_handover_command(struct enb *, const void *body);
void move_on_preparation_failure(struct enb *, const void *body);
void move_on_cancel_acknowledge(struct enb *, const void *body);
void move_on_status(struct enb *, const void *body);
void move_on_success(struct enb *, const void *body);

#endif
