/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in, how far, and with which keys and identities; included by mme.h, which has the contexts.
 *
 *   access.c rule.c  ordered rules                     emergency.c    past them
 *   refresh.c        new keys and GUTIs                keys.c         current, shared and partial keys
 *   collide.c        what meets a procedure under way  information.c  what devices are told of the network
 *   drain.c          devices are sent to other MMEs   reroute.c      to their dedicated core network */
#ifndef MME_ADMIT_H
#define MME_ADMIT_H

/* ---- ue.c ---- */
/* One more device is refused, since as many are here as max_ues says, or who has not proven itself, max_unproven:
 * counted and logged. */
void ue_ceiling(bool of_unproven);

/* ---- collide.c ---- */
enum nas_incoming {
	INCOMING_ATTACH,       /* differs from the one under way */
	INCOMING_ATTACH_AGAIN, /* is the same */
	INCOMING_TAU,
	INCOMING_SERVICE,
	INCOMING_DETACH,
};
/* What is to be done, in the order of who wins where several procedures run. */
enum nas_collision {
	COLLISION_NONE,    /* nothing is under way that minds */
	COLLISION_ABORT,   /* what is under way ends, then the message is taken up */
	COLLISION_RESTART, /* the same, and the device begins anew as a stranger */
	COLLISION_OFFER,   /* what is under way answers it */
	COLLISION_IGNORE,
};
enum nas_collision collide(struct mme_ue *, enum nas_incoming);

/* ---- keys.c: the current and the partial native EPS security context ---- */
/* A current one that is not valid yet. False when there is no memory. */
bool keys_new(struct mme_ue *);
/* The one goes on with the current context of the other, and both with the same NAS COUNTs. */
void keys_share(struct mme_ue *to, struct mme_ue *from);
void keys_free(struct mme_ue *);
/* In place of the one before, if any. NULL when there is no memory. */
struct nas_security *partial_new(struct mme_ue *, uint8_t ksi, const uint8_t kasme[32]);
/* It is the current one. */
void partial_taken(struct mme_ue *);
void partial_free(struct mme_ue *);

/* ---- refresh.c: new keys and GUTIs for registered devices ---- */
enum { REFRESH_KEYS = 1, REFRESH_GUTI = 2 };
/* What is due by the configured intervals, by a NAS COUNT near its end (33.401 6.5), or was asked for. */
unsigned refresh_due(const struct mme_ue *);
/* A procedure (service request, tracking area update) is over: it counts, and what is due is begun.
 * True if something was begun; the connection is released at its end if `release`. */
bool refresh_after(struct mme_ue *, bool release);
/* Now, for an operator. done(arg, err), may be NULL, is called exactly once, perhaps from within: 0;
 * -ENOTCONN: the device is idle, it is done at its next contact; -EBUSY: another procedure is under
 * way, the same; -ETIMEDOUT, -EACCES: it did not answer, or answered wrongly. */
void refresh_begin(struct mme_ue *, unsigned what, void (*done)(void *arg, int err), void *arg);

/* ---- drain.c: devices are sent to other MMEs of the pool (TS 23.401 4.3.7.3) ---- */
uint8_t drain_capacity(void); /* the relative capacity to tell eNodeBs */
/* Devices a second, 0: as configured. -EALREADY. */
int drain_start(unsigned rate);
int drain_stop(void); /* -ENOENT if there is none */
void drain_view(struct drain_view *);
/* A connection is to end for no reason of its own: the cause to tell. */
struct s1ap_cause drain_cause(struct mme_ue *, struct s1ap_cause);
/* A procedure is over. True if the connection was ended, so that the device goes elsewhere. */
bool drain_after(struct mme_ue *);

/* ---- reroute.c: dedicated core networks (TS 23.401 5.19.1, TS 36.413 8.6.2.5) ---- */
/* The connection's first message, of which this is the turn, may have to be sent on. */
void reroute_keep(struct s1_conn *);
void reroute_forget(struct s1_conn *); /* it stays here */
/* UE Usage Types matter to where a device is served, so the HSS is to be asked for its. */
bool reroute_asks(const struct mme_ue *);
/* The device, whose usage type is known now if it has one, is another MME group's, and its first message
 * can be sent there. */
bool reroute_due(const struct mme_ue *);
/* Reroute NAS Request; the connection is gone here, the device is the caller's to remove. */
void reroute_send(struct mme_ue *);

/* ---- emergency.c ---- */
bool emergency_served(const struct nas_identity *);
/* The device need not prove who it is: it is here for emergency bearer services, and that is configured. */
bool emergency_unproven(const struct mme_ue *);
/* A device is attached for one, or has a PDN connection for one: it uses no PSM and no extended DRX (24.301 5.3.11, 5.3.12). */
bool emergency_here(const struct mme_ue *);
/* The emergency configuration data, in the turn arena, and in place of a subscription: 0 or -ENOMEM. */
const struct apn_subscription *emergency_subscription(void);
int emergency_subscribe(struct mme_ue *);

/* ---- information.c ---- */
enum { EMERGENCY_POLICE = 1, EMERGENCY_AMBULANCE = 2, EMERGENCY_FIRE = 4, EMERGENCY_MARINE = 8,
       EMERGENCY_MOUNTAIN = 16 };
/* EPS network feature support (24.301 9.9.3.12A) for this device. */
nas_network_features_t mme_network_features(const struct mme_ue *);
/* EMM Information (24.301 5.4.5), where names or time are configured. */
void mme_send_information(struct mme_ue *);
/* False if there are none to tell. The octets are the turn arena's. Equivalent PLMNs are to where the device is, or
 * to that network. */
bool mme_equivalents(const struct mme_ue *, struct nas_plmn_list *);
bool mme_equivalents_of(plmn_t, struct nas_plmn_list *);
bool mme_emergency_numbers(struct bytes *);

/* ---- access.c ---- */
void access_start(void); /* the store's rules */
/* The EMM cause that the first rule that fits demands, logged and counted, or that of an area that is not served;
 * 0 if the device may come in at this place. ACCESS_UNDECIDED: a rule names the word of its subscription, which is
 * not known yet. */
enum { ACCESS_UNDECIDED = 255 };
uint8_t access_check(const struct mme_ue *, const struct tai *);
/* For the API. access_add: the new rule's number, *warning (may become NULL) what devices do that it
 * denies and that will not come back by themselves; or negative with the reason in error. access_del:
 * 0, -ENOENT, -EPERM: it is the configuration's. */
bool access_view_next(uint64_t *cursor, struct access_view *);
int access_add(const char *text, unsigned at, char *error, size_t cap, const char **warning);
int access_del(unsigned number);
/* There are rules at all. */
bool access_any(void);
/* Whether it might be there, without a log line. */
bool access_allowed(const struct mme_ue *, const struct tai *);
/* Rules have changed: registered devices that they deny are detached, a few a turn. */
void access_apply(void);

#endif
