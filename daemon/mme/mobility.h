/* SPDX-License-Identifier: Apache-2.0 */
/* Handover: by X2 and by S1, what both share, and what waits for the device meanwhile; included by
 * mme.h, which has the contexts. */
#ifndef MME_MOBILITY_H
#define MME_MOBILITY_H

/* ---- x2.c: Path Switch Request (36.413 8.4.4) ---- */
void x2_path_switch(struct enb *, const struct s1ap_path_switch_request *);

/* ---- s1ho.c: S1 handover (36.413 8.4.1 to 8.4.3, 8.4.5 to 8.4.7) ---- */
void s1ho_required(struct s1_conn *, const struct s1ap_handover_required *);
void s1ho_cancel(struct s1_conn *);
/* To the procedure, as these events, by either leg; unexpected where there is none. */
void s1ho_event(struct s1_conn *, uint16_t event, const void *body);
/* Handover Failure names the connection by our id alone. */
void s1ho_target_failed(struct enb *, const struct s1ap_handover_failure *);
/* From Handover Required to Handover Notify or failure: the MME starts nothing else on S1 (23.401
 * 5.5.1.2.1). */
bool s1ho_running(const struct mme_ue *);
/* The connection is the target's, and the device is not there yet. */
bool s1ho_awaits(const struct s1_conn *);

/* ---- mobility.c: what x2.c and s1ho.c share ---- */
/* What becomes of a mobility procedure that runs when a device's eNodeB begins another. */
enum mobility_event { MOBILITY_PATH_SWITCH, MOBILITY_REQUIRED };
enum mobility_verdict { MOBILITY_ABANDON, MOBILITY_REFUSE };
/* False: refused. What was to be abandoned is over when it returns. */
bool mobility_begin(struct mme_ue *, enum mobility_event);
/* Bearers whose E-RABs the target did not take are released (23.401 5.5.1.1.2, 5.5.1.2.2): those that were
 * connected and are not in `taken` (a bit by EPS bearer identity). True if there were any. */
bool mobility_drop_bearers(struct mme_ue *, uint16_t taken);
static inline uint16_t mobility_bit(uint8_t e_rab_id)
{
	return (uint16_t)(e_rab_id < 16 ? 1u << e_rab_id : 0);
}
/* The bearers in `offered` that are set up and whose PDN connection keeps its default bearer. */
uint16_t mobility_bearers(struct mme_ue *, uint16_t offered);
/* Of an eNodeB that gives a procedure up because the device is about to leave it. */
bool mobility_is_cause(struct s1ap_cause);
/* A path switch, or an S1 handover up to its notification: nothing else is begun on S1. */
bool mobility_running(const struct mme_ue *);
/* The device has arrived: what was under way at the eNodeB before goes on with this one. */
void mobility_moved(struct mme_ue *);
/* Ids of a bit mask as a list in the turn arena. */
struct s1ap_e_rab_list mobility_list(uint16_t ids, struct s1ap_cause);

/* ---- held.c ---- */
/* undelivered: it came back (NAS Non Delivery Indication), so it goes before what was held since. */
void nas_hold(struct mme_ue *, struct bytes pdu, bool undelivered);
void nas_held_send(struct mme_ue *);
/* Of both kinds. */
void nas_held_drop(struct mme_ue *);
/* Uplink, from the target of a handover before its notification: kept; read then, as nas_uplink does; or
 * dropped. */
void nas_early(struct mme_ue *, struct bytes pdu);
void nas_early_read(struct mme_ue *);
void nas_early_drop(struct mme_ue *);

/* ---- paging.c ---- */
/* A device that the SGW has data for comes by another connection: before the one that it had is lost, true with the
 * priority level; and with the new one, so that the SGW keeps the data. */
bool paging_lift(struct mme_ue *, uint8_t *arp);
void paging_go_on(struct mme_ue *, uint8_t arp);

#endif
