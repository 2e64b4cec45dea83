/* SPDX-License-Identifier: Apache-2.0 */
/* What the session management procedures of a registered device share (TS 24.301 6.4, 6.5):
 *
 *   pdn.c         PDN connectivity            activate.c    dedicated bearer activation
 *   modify.c      bearer modification         deactivate.c  bearer deactivation, PDN disconnection
 *   resource.c    bearer resource allocation and modification
 *   esm_in.c      the device's ESM messages   erab.c        E-RAB procedures (TS 36.413 8.2)
 *
 * Each is an object of core/proc in mme_ue.procs that begins with struct esm_proc. Many may run at
 * once, one for a bearer; what comes from the device or its eNodeB finds its procedure by the EPS
 * bearer identity or the PTI, never by mere type. They refer to bearers by identity: a bearer may be
 * gone by the time. */
#ifndef MME_ESM_H
#define MME_ESM_H

#include "mme/mme.h"

struct esm_proc {
	struct proc proc;
	uint8_t ebi;	/* of the bearer, 0 before there is one */
	uint8_t linked; /* of its PDN connection's default bearer, 0 before it is known */
	uint8_t pti;	/* of the device's request behind it, 0: the network's own idea */
	void *token; /* the SGW's request that waits for the end, or NULL */
	uint8_t interrupted; /* times that a handover came in between */
};

extern const struct proc_def pdn_def, activate_def, modify_def, deactivate_def, resource_def;

/* Events beside those of enum mme_event and NAS message types: */
enum esm_event {
	EV_ERAB = 0x300, /* the eNodeB's answer about the bearer's E-RAB: struct erab_answer */
	EV_ERAB_RELEASED, /* the same to a release */
	EV_READY,	 /* the device is connected and nothing is in the way */
	EV_MOVED,	 /* it is at another eNodeB, which knows nothing of what is under way */
	EV_SESSION_DELETED,
};

/* Why an ESM procedure failed: an ESM cause of the device's or ours (below 256), PROC_TIMEOUT (the
 * device is silent), PROC_ABORTED (the connection is gone), or one of these. */
enum { CAUSE_RADIO = 0x5000, /* the eNodeB refused or was silent */
       CAUSE_PAGING,	     /* an idle device could not be reached */
       CAUSE_GONE };	     /* the bearer or PDN connection went meanwhile */

enum { PTI_NONE = 0, PTI_RESERVED = 255 }; /* TS 24.007 11.2.3.1a */

/* ---- esm_in.c ---- */
bool esm_is_proc(const struct proc *);
/* The procedure of that kind (NULL: any) for a bearer; NULL if none runs, or for
 * identity 0. */
struct esm_proc *esm_proc_by_ebi(struct mme_ue *, uint8_t ebi, const struct proc_def *);
struct esm_proc *esm_proc_by_pti(struct mme_ue *, uint8_t pti);
/* False if no procedure for that bearer wanted it. */
bool esm_event(struct mme_ue *, uint8_t ebi, uint16_t event, const void *msg);
/* Ends the procedures of a bearer, and of a default bearer those of its whole PDN connection. */
void esm_abort(struct mme_ue *, uint8_t ebi);
/* Messages can be exchanged with the device now: it is connected, registered, and no procedure of
 * mobility management is under way. */
bool esm_ready(struct mme_ue *);
/* For a row whose event is all that its step waits for. */
static inline int esm_go_on(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_NEXT;
}
/* For a procedure whose device is not: pages it if it is idle, with the ARP priority level given. The
 * procedure hears EV_READY, or its timer or the paging's failure ends it. What `enter` is to return. */
int esm_reach(struct proc *, uint8_t arp);
int esm_unreached(struct proc *, const void *child);
/* An eNodeB gives up an E-RAB procedure for a handover: it is begun again when that is over, or does
 * not come (36.413 8.2.1.4, 8.2.2.4, 23.401 5.5.1.1.1, 5.5.1.2.1), a few times. `to`, or PROC_FAIL. */
int esm_interrupted(struct proc *, int to);
extern const struct proc_timer esm_handover; /* for a step that waits so, with one retry: no more */
/* A SGW's request is answered; the bearer's F-TEID of the eNodeB may be NULL. */
void esm_reply(struct esm_proc *, enum gtpc_message, enum gtpc_cause, const struct fteid *enb);
/* How a procedure's end reads on S11. */
enum gtpc_cause esm_gtpc_cause(uint16_t cause);
/* The subscription of an APN, which may be the wildcard's; NULL: there is none. */
const struct apn_subscription *esm_subscribed(const struct mme_ue *, const char *apn);
/* That of a PDN connection; NULL also where it is a registered device's for an emergency. */
const struct apn_subscription *esm_subscription_of(const struct mme_ue *, const struct mme_pdn *);
void esm_status(struct mme_ue *, uint8_t ebi, uint8_t pti, uint8_t cause);
/* A message in which nas_decode found that fault: a request is rejected, of others a status tells (7.5). */
void esm_fault(struct mme_ue *, const struct nas_message *, uint8_t cause);
/* The ESM cause to refuse a PDN connection of that request type with, 0 if it is to be taken up. */
uint8_t esm_request_fault(const struct pdn_wish *);
/* What is wrong with the PTI or the EPS bearer identity of a device's request (7.3), else 0. */
uint8_t esm_header_fault(const struct nas_message *);
/* Bearer Resource Allocation Reject, or Modification Reject. */
void resource_reject(struct mme_ue *, bool modification, uint8_t pti, uint8_t cause);

/* ---- erab.c ---- */
struct erab_answer {
	bool ok;
	bool handover; /* not ok, but may be after the handover that is coming */
	struct fteid enb; /* of a set up that is ok */
};
/* E-RAB Setup, Modify and Release with a NAS message, protected already (empty in a Release: none).
 * 0 or negative errno. */
int erab_setup(struct mme_ue *, const struct mme_bearer *, struct bytes nas);
int erab_modify(struct mme_ue *, const struct mme_bearer *, struct bytes nas);
/* of: a bit for each EPS bearer identity */
int erab_release(struct mme_ue *, uint16_t of, struct s1ap_cause, struct bytes nas);
struct s1ap_e_rab_level_qos_parameters erab_qos(const struct bearer_qos *);
struct fteid erab_fteid(const struct s1ap_transport_layer_address *, uint32_t teid);

/* ---- the procedures' beginnings ---- */
void pdn_begin(struct mme_ue *, const struct nas_event *);
void pdn_disconnect(struct mme_ue *, const struct nas_event *);
void resource_allocate(struct mme_ue *, const struct nas_event *);
void resource_modify(struct mme_ue *, const struct nas_event *);
/* From the SGW (Create, Update, Delete Bearer Request). */
void activate_begin(struct mme_ue *, void *token, const struct gtpc_request *);
void modify_begin(struct mme_ue *, void *token, const struct gtpc_request *);
void deactivate_begin(struct mme_ue *, void *token, const struct gtpc_request *);

/* Ends a bearer, or with its default bearer a PDN connection, with the device if it can hear and
 * locally if not; the PDN connection's session is deleted at the gateways. The PTI answers a request
 * of the device. */
void deactivate_bearer(struct mme_ue *, uint8_t ebi, uint8_t esm_cause, uint8_t pti);
/* The device does not have them (24.301 6.4.3.5, 6.7, EPS bearer context status), and is told nothing
 * of their end: they end here, at the gateways and at the eNodeB. Nothing ends while it attaches. */
void bearers_unknown(struct mme_ue *, uint16_t which);
/* Whether the device has a PDN connection that is to last. */
bool bearers_left(struct mme_ue *);
/* One of them; a device that is left without any is detached, to attach again. */
void bearer_unknown(struct mme_ue *, uint8_t ebi);
/* Here alone, without a word to anybody. The default bearer: its PDN connection with it. */
void deactivate_locally(struct mme_ue *, uint8_t ebi);
/* A bearer that eNodeB or device has lost (36.413 8.2.3.2.2, 23.401 5.4.4.2): it ends here, at the
 * gateways, and at the device if that does not know. */
void bearer_lost(struct mme_ue *, uint8_t ebi);
/* The bearers with guaranteed rates that are lost with a connection that ends by that cause
 * (23.401 5.3.5): a bit for each EPS bearer identity, while they are connected. */
uint16_t bearers_lost_by(struct mme_ue *, uint16_t cause);

/* Contents of a bearer's QoS in NAS. */
struct nas_eps_qos esm_qos(const struct bearer_qos *);
/* A new TFT in the place of the bearer's; 0 or -ENOMEM. */
int bearer_set_tft(struct mme_bearer *, const uint8_t *octets, size_t n);

#endif
