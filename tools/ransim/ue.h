/* SPDX-License-Identifier: Apache-2.0 */
/* One UE: USIM, EMM and ESM state, NAS security context, one PDN connection (TS 24.301 5, 6). The
 * state names are the specification's. ue.c owns the procedures, ue_nas.c the messages, ue_pdn.c
 * the first bearer, ue_esm.c further ones; eNodeBs refer to a UE while it is ECM-CONNECTED through them. */
#ifndef RANSIM_UE_H
#define RANSIM_UE_H

#include "as.h"
#include "codec/nas_types.h"
#include "core/timer.h"
#include "path.h"
#include "security/nas_sec.h"
#include "sim.h"
#include "usim.h"

enum emm_state {
	EMM_DEREGISTERED,
	EMM_REGISTERED_INITIATED,
	EMM_REGISTERED,
	EMM_DEREGISTERED_INITIATED,
	EMM_SERVICE_REQUEST_INITIATED
};

enum { UE_MORE_BEARERS = UE_E_RABS - 1 };

struct pdn { /* the first default bearer's PDN connection */
	bool active;
	uint8_t ebi, type; /* NAS_PDN_* */
	uint8_t iid[8];
	struct in_addr ip4;
	struct in6_addr ip6; /* after the Router Advertisement */
	uint8_t dns4_n, dns6_n;
	struct in_addr dns4[2];
	struct in6_addr dns6[2];
	uint16_t mtu;
	uint8_t esm_cause, qci;
	struct nas_apn_ambr ambr;
	uint8_t solicitations;
	struct timer rs; /* router solicitation, until the advertisement comes */
	char apn[101];
};

struct ue {
	unsigned number; /* from 1 */
	imsi_t imsi;
	const struct ue_profile *profile;
	struct usim usim;
	/* EMM */
	enum emm_state state;
	enum procedure procedure;
	enum step step;
	bool has_guti, switch_off, reattach, fault_done;
	struct nas_identity identity; /* of its last Attach Request, */
	uint8_t ksi;		      /* and the key set */
	uint8_t esm_pti;
	struct guti guti;
	struct tai tai;
	struct nas_security sec, next; /* current; after authentication, until security mode */
	uint32_t kenb_count;           /* uplink COUNT that KeNB comes from (TS 33.401 A.3) */
	/* ECM */
	struct enb *enb; /* where it camps */
	uint32_t enb_ue_id, mme_ue_id;
	bool connected, mme_known;
	bool uplink_waits; /* a packet came while its eNodeB had no S1: service request then */
	bool wants_bearers; /* of the tracking area update that runs */
	bool context; /* Initial Context Setup is done */
	bool secure; /* secure exchange of NAS messages on this connection (TS 24.301 4.4.2.3) */
	/* user plane */
	struct pdn pdn;
	struct path path; /* of the first default bearer */
	struct bearer *more[UE_MORE_BEARERS]; /* ue_esm.h; malloc */
	/* between eNodeBs: move.c */
	struct as_device as;
	struct as_enb as_enb, as_target; /* its eNodeB's, and of an S1 handover's target */
	struct leg {
		struct enb *enb; /* NULL: none */
		uint32_t enb_ue_id, mme_ue_id;
	} other;
	struct leg suspended; /* the context that its eNodeB keeps while it is idle */
	struct timer settle;  /* while an old path has not ended */
	/* bookkeeping */
	struct timer timer;    /* guard of the running procedure */
	uint64_t scheduled_ns; /* when it was to start: latencies count from here */
	uint64_t started_ns;
	struct sent *sent; /* stray.c */
};

/* ---- procedures, asked by scenario and load
 * ------------------------------------------------------- Each returns 0 or negative errno:
 * -EALREADY in that state, -EBUSY in a procedure, -ENETDOWN no S1. Its end is sim.done and an event
 * line. */
int ue_attach(struct ue *);
/* As ue_attach, whatever the UE's state, on a new S1 connection: a device that lost power. */
int ue_attach_again(struct ue *);
int ue_detach(struct ue *, bool switch_off);
/* What runs is over for the UE, and nobody is told: it may begin something else at once, where it is. */
void ue_interrupt(struct ue *);
/* The UE is busy moving until ue_succeed or ue_fail. */
void ue_begin_move(struct ue *);
int ue_service(struct ue *);
/* Tracking area update of that type (NAS_TA_*); active: with bearers. */
int ue_update(struct ue *, uint8_t type, bool active);
/* The eNodeB asks for the release, with that S1AP_CAUSE_RADIO_ (user inactivity, for one): the UE
 * becomes idle. */
int ue_idle(struct ue *, uint8_t radio_cause);
void ue_init(struct ue *, unsigned number, imsi_t, const struct ue_profile *, struct enb *camp);
/* Forgets GUTI and security context, like a device fresh from the factory. */
void ue_forget(struct ue *);

/* ---- from the eNodeB
 * ------------------------------------------------------------------------------ */
void ue_downlink_nas(struct ue *, struct bytes nas);
/* The S1 connection is gone: released in order, or lost (why, for the event; NULL in order). */
void ue_released(struct ue *, const char *lost);
/* Context set up with a radio leg: after the eNodeB's answer has been sent. */
void ue_context_ready(struct ue *);
void ue_paged(struct ue *, bool by_imsi);

/* ---- between ue*.c
 * -------------------------------------------------------------------------------- */
static inline bool ue_fault(const struct ue *ue, enum fault f)
{
	return fault_on(&ue->profile->faults, f);
}
/* The UE comes to a step with what it has received. False if a fault took it over (silence,
 * association dropped, another attach): the caller does nothing more. */
bool ue_step(struct ue *, enum step);
/* The same of one of its eNodeBs, for a step that is not one of the UE's own procedure. */
bool ue_step_at(struct ue *, enum step, struct enb *);
/* The UE comes to a step by sending: whether it does (not if silent), and that it has. */
bool ue_sends(struct ue *, enum step);
void ue_sent(struct ue *, enum step);
void ue_succeed(struct ue *);
void ue_fail(struct ue *, const char *cause);
/* EMM-DEREGISTERED: the PDN connection is gone. */
void ue_deregister(struct ue *);

/* same: octet for octet the request before, as far as it is not the security header. */
void nas_send_attach_request(struct ue *, bool by_imsi, bool same);
void nas_send_detach_request(struct ue *, bool switch_off);
void nas_send_service_request(struct ue *);
void nas_send_attach_complete(struct ue *);
void nas_send_tau_request(struct ue *, uint8_t type, bool active);
/* Any plain message, in hexadecimal; protected as the security context demands. 0 or -EINVAL. */
int nas_send_octets(struct ue *, const char *hex);
/* A plain message of before, protected anew. */
void nas_send_again(struct ue *, struct bytes plain, unsigned header);

struct nas_activate_default_bearer_request;
void pdn_activate(struct ue *, const struct nas_activate_default_bearer_request *, uint8_t ebi);
/* The bearer has its radio leg for the first time: device, addresses, router solicitation. */
void pdn_up(struct ue *);
void pdn_down(struct ue *);
/* Of a further PDN connection: a device "-EBI" after the first one's name, without a default route. */
struct bearer;
void pdn_more_up(struct ue *, const struct bearer *default_bearer);
/* "ip=… ip6=… apn=… dns=… mtu=…" of the connection. */
const char *pdn_show(const struct ue *, char *out, size_t cap);
/* One echo request of a PDN connection (0: the first); its answer is an event. */
int pdn_ping(struct ue *, uint8_t ebi, const char *address, uint16_t seq, size_t payload);
/* Callbacks for gtpu_start. */
const struct gtpu_events *pdn_events(void);

#endif
