/* SPDX-License-Identifier: Apache-2.0 */
/* The MME (TS 23.401 4.4.2): contexts, and who owns them.
 *
 *   enb         an eNodeB with an S1 association; owned by enb.c, dies with the association
 *   s1_conn     the S1 connection of one device (its two S1AP ids); owned by conn.c, belongs to an
 *               enb, and to a mme_ue as long as that one is ECM-CONNECTED
 *   mme_ue      a device; owned by ue.c, found by IMSI and M-TMSI once it is authenticated
 *   mme_pdn     a PDN connection; owned by its mme_ue
 *   mme_bearer  an EPS bearer; owned by its mme_pdn, whose first is the default bearer
 *   procedures  core/proc objects in mme_ue.procs; one file each, no headers of their own
 *
 * An attach always makes a mme_ue of its own. When it is authenticated, a context that already has
 * the IMSI is superseded (its procedures aborted, its sessions deleted): a stranger who merely
 * knows an identity disturbs nobody. What ends is freed at the end of the loop's turn.
 *
 *   s1_in.c     S1AP messages to their functions        nas_in.c   NAS messages to procedures
 *   s11_in.c    requests of the SGW to theirs
 *   attach.c auth.c smc.c identity.c guti.c refresh.c detach.c service.c paging.c tau.c  procedures
 *   unproven.c  who sends a request without proof
 *   reach.c     how long an idle device can be paged, and when it is gone
 *   esm.c       ESM messages inside and outside attach
 *   x2.c s1ho.c mobility.c held.c  connected devices that move: path switch, handover, and what they share
 *   view.c      what the API sees, trace                 save.c     contexts across a restart
 *   keep.c      eNodeBs across a restart
 *   why.c       what failed last   advice.c  causes for people   procstat.c  figures of procedures */
#ifndef MME_MME_H
#define MME_MME_H

#include <uthash.h>
#include <mcore/api_sources.h>
#include <mcore/causes.h>
#include <mcore/ids.h>
#include "codec/nas.h"
#include "codec/s1ap.h"
#include "core/log.h"
#include "core/pool.h"
#include "core/proc.h"
#include "core/timer.h"
#include "mme/rule.h"
#include "mme/node.h"
#include "mme/counters.h"
#include "security/as_chain.h"
#include "security/nas_sec.h"
#include "transport/gtpc.h"
#include "transport/s1.h"
#include "transport/s6a.h"

/* ---- configuration ---- */

struct mme_tacs { /* served tracking areas: a range of one PLMN */
	plmn_t plmn;
	uint16_t first, last;
};

enum mme_timer_id { T3413, T3415, T3422, T3450, T3460, T3470, T3489, T3485, T3486, T3495,
		    T_ICS, T_REACH, T_RELEASE, T_NODE, MME_TIMERS };

/* When a device with extended DRX is paged: eNodeBs keep the Paging until it listens; or they are asked just before,
 * and have H-SFN 0 at 0:00 on 1 January 1970 UTC, or on 6 January 1980 by GPS time. */
enum edrx_paging { EDRX_AT_ONCE, EDRX_UTC, EDRX_GPS };

/* Who may attach for emergency bearer services (23.401 4.3.12.1): nobody, who proves its IMSI, everybody. */
enum emergency_attach { EMERGENCY_REFUSED, EMERGENCY_PROVEN, EMERGENCY_ANY };

struct mme_config {
	const char *name;
	struct gummei gummei;
	unsigned more_gummeis; /* groups and codes that it is, too: what was given under them stays valid */
	const struct mme_identity {
		uint16_t group;
		uint8_t code;
	} *more_gummei;
	unsigned dedicated_cores; /* whom other MMEs, or this one, are for: the first that fits decides */
	const struct mme_dedicated_core {
		bool without;	     /* devices without a UE Usage Type */
		uint8_t first, last; /* UE Usage Types */
		uint16_t group;
	} *dedicated_core;
	unsigned plmns; /* served beside the GUMMEI's own */
	const plmn_t *plmn;
	unsigned tacs;
	const struct mme_tacs *tac;
	uint8_t relative_capacity;
	uint32_t drain_rate; /* devices a second */
	unsigned eias, eeas; /* algorithms in the order of preference */
	uint8_t eia[3], eea[4];
	uint8_t *eia_list, *eea_list; /* as read; copied into the above */
	unsigned rules; /* access rules of the configuration, after those that are kept in the store */
	struct access_rule *rule;
	const char *network_full_name, *network_short_name; /* "": EMM Information without it */
	bool tell_time; /* and zone */
	struct mme_zone { /* not set: the system's */
		bool set;
		int8_t quarters; /* of an hour east of UTC, daylight saving included */
		uint8_t saving;	 /* hours of it */
	} zone;
	unsigned equivalents; /* PLMNs */
	const plmn_t *equivalent;
	unsigned emergency_numbers;
	const struct mme_emergency_number { /* TS 24.008 10.5.3.13 */
		uint8_t services;	    /* category: EMERGENCY_POLICE and so on */
		char digits[13];
	} *emergency_number;
	struct mme_refresh {
		uint32_t after_s, procedures; /* 0: never */
	} reauthenticate, reallocate_guti;
	bool guti_with_authentication;
	uint32_t t3412_s, t3402_s; /* told to the device */
	uint32_t mobile_reachable_extra_s; /* added to T3412 before the device is not paged any more */
	uint32_t implicit_detach_s; /* and how long from then on until it counts as gone */
	uint8_t paging_priority_arp; /* ARP priority levels up to this are paged with priority (1 to 8) */
	struct mme_power { /* what devices are given of what they ask for, at most */
		uint32_t active_s;   /* T3324; 0: no power saving mode */
		uint32_t periodic_s; /* extended T3412; 0: none */
		uint32_t edrx_ms;    /* eDRX cycle; 0: none */
		uint8_t paging;	     /* enum edrx_paging */
		uint32_t hyperframe_ms; /* added to the time since the epoch of H-SFN 0 */
		bool buffer;	     /* data for a device that cannot be called now waits for it in the SGW */
	} power;
	uint8_t cs_cause; /* told to who attaches or updates for CS services too: 2, 16 or 18 */
	struct proc_timer timer[MME_TIMERS]; /* by enum mme_timer_id; zero ms: the standard's value, of T3415 at
						least a device's cycle and window */
	uint64_t max_ues; /* 0: no ceiling */
	uint32_t max_unproven; /* devices at most that have not been authenticated yet; 0: no ceiling */
	uint32_t enb_attach_rate; /* attaches, and what else begins without proof, a second of one eNodeB; 0: any */
	struct mme_emergency {
		uint8_t attach; /* enum emergency_attach */
		const char *apn;
		uint8_t qci;
		uint64_t rate; /* AMBR, bit/s */
	} emergency;
	uint32_t failures; /* IMSIs whose last failure is remembered */
	const char *failures_path; /* NULL: until the restart */
	struct overload_config overload;
	struct in_addr control; /* our address in S11 F-TEIDs */
	struct s1_config s1;
};

#define S1AP_CAUSE(group, value)                                                                   \
	((struct s1ap_cause){ S1AP_CAUSE_##group, S1AP_CAUSE_##group##_##value })

/* ---- contexts ---- */

enum emm_state { EMM_DEREGISTERED, EMM_COMMON_PROCEDURE_INITIATED, EMM_REGISTERED,
		 EMM_DEREGISTERED_INITIATED };
enum ecm_state { ECM_IDLE, ECM_CONNECTED };

enum { ENB_MAX_TAIS = 256, ENB_NAME_MAX = 150 };

struct enb {
	struct enb *next, *prev;
	struct s1_assoc *assoc;
	bool ready; /* S1 Setup succeeded */
	bool expected; /* the user plane knows of it: mme_on_enb */
	bool home;
	plmn_t plmn;
	uint32_t id; /* 20 bits; home eNodeB 28; short macro 18, long macro 21 */
	uint8_t id_bits;
	char name[ENB_NAME_MAX + 1];
	unsigned tais;
	struct tai *tai; /* malloc: where it is, also where nobody is served (mme_serves_tai) */
	struct s1_conn *conns;
	uint64_t in, out; /* messages */
	uint64_t since; /* unix time, s, of the S1 Setup */
	uint16_t next_stream;
	uint64_t attach_tat; /* theoretical arrival time of the next attach, ns: enb_attach_rate */
	struct enb_node node;
	uint64_t instance; /* random, of the S1 Setup: names it across a restart */
	UT_hash_handle by_instance;
};

struct s1_conn {
	struct s1_conn *next, *prev; /* of the eNodeB */
	UT_hash_handle by_enb;
	struct { /* key of by_enb */
		uint64_t enb; /* its pointer, as a number */
		uint32_t enb_ue_s1ap_id, zero;
	} key;
	struct enb *enb;
	struct mme_ue *ue; /* NULL while being released after the device went elsewhere. Its connection is
			      ue->conn; another that names it is the other leg of its handover */
	uint32_t mme_ue_s1ap_id; /* slot and generation */
	uint32_t enb_ue_s1ap_id; /* once named */
	bool named; /* false: of a handover's target that has not answered */
	uint16_t stream;
	uint8_t rrc_cause; /* enum s1ap_rrc_establishment_cause, of its Initial UE Message */
	bool rerouted; /* by another MME: it is served here, whatever its type */
	uint8_t *initial; /* malloc: the Initial UE Message, as long as it may be sent on: reroute.c */
	uint32_t initial_n;
	/* Kept for a device that is idle, mme_ue.suspended of imsi (suspend.c): the EBIs that the eNodeB has. */
	uint16_t suspended;
	bool context; /* the eNodeB has a UE context (Initial Context Setup succeeded) */
	uint64_t ambr_up, ambr_down; /* UE-AMBR that it was told last; 0: none by this process */
	bool releasing, hybrid; /* hybrid: its cell serves a closed group and guests (36.413 9.2.1.74) */
	struct timer timer; /* of the release */
	struct tai tai;
	struct ecgi ecgi;
	imsi_t claimed; /* whom its first message named, proven or not; 0: nobody known */
	imsi_t imsi; /* of the device it was last tied to */
};

/* One E-RAB at the eNodeB, one GTP-U tunnel. */
struct mme_bearer {
	struct mme_bearer *next; /* of its PDN connection */
	struct mme_pdn *pdn;
	uint8_t ebi, tft_n;
	uint8_t *tft; /* malloc: of a dedicated bearer, as the device was told it; NULL of a default one */
	struct bearer_qos qos;
	struct fteid s1u_sgw;
	struct fteid s1u_enb; /* as last told: also of a suspended device */
	bool active;	/* the device has accepted the bearer */
	bool connected; /* the SGW has the eNodeB's F-TEID */
	bool lost;	/* with the radio connection: the gateways are ending it */
};

struct mme_pdn {
	struct mme_pdn *next;
	struct mme_bearer *bearers; /* never empty: the first is the default bearer */
	uint8_t ebi;		    /* of the default bearer */
	char apn[APN_STRLEN]; /* NI as chosen */
	bool emergency;	      /* a registered device's: emergency.c */
	enum pdn_type type;
	struct paa paa;
	uint64_t ambr_up, ambr_down;
	struct fteid s11_sgw;
};

/* A longer UE Radio Capability is not kept: the eNodeB then asks the device at each connection. */
enum { UE_NETWORK_CAPABILITY_MAX = 13, UE_MS_CAPABILITY_MAX = 8, UE_RADIO_CAPABILITY_MAX = 65536 };

struct mme_ue {
	imsi_t imsi; /* IMSI_NONE until known */
	struct gummei gummei; /* of its GUTI: the network it is registered in, one of our identities */
	uint32_t m_tmsi; /* 0: none allotted */
	uint64_t serial; /* of entry into the tables */
	enum emm_state emm;
	bool known;  /* in the tables by IMSI and M-TMSI */
	bool doomed; /* freed at the end of the turn */
	bool security_on; /* this NAS connection has exchanged protected messages */
	uint8_t ue_capability[UE_NETWORK_CAPABILITY_MAX], ue_capability_n;
	uint8_t ms_capability[UE_MS_CAPABILITY_MAX], ms_capability_n;
	bool has_more_capability;
	struct nas_additional_security more_capability; /* UE additional security capability */
	char imeisv[IMEISV_STRLEN];
	char msisdn[17];
	struct s1_conn *conn;
	struct s1_conn *suspended; /* NULL: none. Never beside conn */
	struct proc_list procs;
	struct mme_pdn *pdns;
	struct nas_security *sec; /* current (24.301 4.4.2.1), valid or not: keys.c */
	imsi_t keys_of; /* an attach that goes on with a registered device's: whose, else IMSI_NONE */
	struct nas_security *partial; /* authenticated, not yet taken into use by a security mode
					 command; NULL */
	uint32_t dl_saved, ul_saved; /* COUNTs that the saved context covers: save.c */
	uint8_t hash_mme[8]; /* of an initial message that came without protection */
	bool has_hash_mme;
	uint8_t kenb[32]; /* of the NAS COUNT that 33.401 7.2.6.2 says; for the next context setup */
	/* When it was last authenticated and given its GUTI (unix time, s), procedures since then, and
	 * what is due at its next contact: refresh.c. */
	uint64_t authenticated, guti_given;
	uint32_t keys_used, guti_used;
	uint8_t due;
	uint32_t drained; /* the drain that has sent it away once: drain.c */
	struct as_chain as; /* from the last context setup on */
	struct held_nas *held, *early; /* NAS messages to and from it that wait for the end of a handover: held.c */
	struct timer reachable; /* active time, mobile reachable, implicit detach: reach.c */
	bool unreachable; /* idle, and not to be paged: the paging proceed flag is down */
	bool asleep;	  /* because it is in PSM */
	bool psm;	  /* it may be: it was given T3324 */
	bool data_waits; /* in the SGW, until it is heard of (23.401 5.3.4.3 step 2a) */
	uint32_t t3324_s; /* what it was given */
	uint32_t t3412_s; /* extended T3412 it was given, 0: the configured one */
	bool edrx;	  /* it was given extended DRX: */
	uint8_t edrx_cycle, edrx_ptw; /* codes of TS 24.008 10.5.5.32 */
	struct tai tai;		/* last seen in */
	struct tai registered;	/* whose list it was told: mme_new_tai_list() */
	struct ecgi ecgi;
	struct tai tai_before; /* and before it moved, at that time */
	struct ecgi ecgi_before;
	uint64_t attached, seen, moved; /* unix time, s */
	/* subscription, as the HSS told it */
	uint64_t ambr_up, ambr_down;
	char access[RULE_WORD_MAX]; /* word that access rules name */
	bool subscribed;	     /* the above is known */
	bool has_usage_type;	     /* UE Usage Type (23.401 5.19), of the subscription */
	uint8_t usage_type;
	bool rerouted; /* another MME has sent it here: it stays */
	bool emergency;		     /* attached for emergency bearer services: emergency.c */
	bool unproven;		     /* without authentication: the null algorithms, imsi is of its IMEI */
	uint8_t apns, default_apn;
	const struct apn_subscription *apn; /* apns of them: apns.h */
	uint32_t s11_teid; /* ours, as the SGW is told; 0 before the first session */
	uint8_t *radio_capability; /* malloc: UE Radio Capability, as the eNodeB gave it */
	uint32_t radio_capability_n;
	uint8_t *paging_capability; /* malloc: UE Radio Capability for Paging */
	uint32_t paging_capability_n;
	struct ue_places *places; /* cells before; NULL as long as it was seen in one only */
	struct radio_trace *radio_trace; /* NULL: none */
	uint64_t secondary_up, secondary_down; /* octets through a secondary node */
	uint8_t voice_match;	  /* enum ue_voice */
	bool report_location;	  /* each change of cell */
	bool lte_m;
	/* for paging: what eNodeB and device said */
	uint8_t paging_drx; /* enum s1ap_paging_drx and one, 0: not known */
	uint8_t cells_n;    /* recommended by the last eNodeB */
	struct ecgi *cell;  /* malloc */
	UT_hash_handle by_imsi, by_tmsi;
	struct mme_ue *next_doomed;
};

extern struct mme_config mme; /* as configured; timers resolved */

/* ---- counters ---- */

struct mme_counters {
#define C(name, text) uint64_t name;
	MME_COUNTERS(C)
#undef C
};
extern struct mme_counters mme_counters;

/* ---- mme.c ---- */
int mme_start(const struct mme_config *, char *error, size_t cap);
/* New values of what may change while running: names, timers, algorithms, capacity, served areas.
 * The configuration's strings and lists must outlive it. */
void mme_reload(const struct mme_config *);
/* The end. With tell_peers eNodeBs learn it (their associations are shut down); else they shall
 * find the next mcored as if nothing had happened. */
/* fn(address, here) for each eNodeB that is set up, and that goes: its S1 address, where most have their user plane
 * too. Before mme_start. */
void mme_on_enb(void (*fn)(const struct in6_addr *, bool here));
void mme_stop(bool tell_peers);
extern const struct api_mme mme_api;
void mme_stats(api_emit emit, void *arg);

/* The EMM cause for a Diameter result (TS 29.272 annex A). */
uint8_t mme_s6a_cause(enum s6a_result);

/* Of a message: is a second one the same? */
uint64_t mme_hash(struct bytes);
bool mme_serves_plmn(plmn_t);
/* Group and code are ours, and the network is served. */
bool mme_is(const struct gummei *);
bool mme_serves_tai(const struct tai *);

/* The tracking areas a device is registered in: its own first, others that are served and where it may
 * be. */
struct nas_tai_list mme_tai_list(const struct mme_ue *);
/* The same for where it is now, for a message that tells it. */
struct nas_tai_list mme_new_tai_list(struct mme_ue *);
/* Keeps what the HSS told. 0 or -ENOMEM. */
int mme_set_subscription(struct mme_ue *, const struct s6a_answer *);

/* ---- enb.c ---- */
extern const struct s1_handler enb_handler;
struct enb *enb_next(const struct enb *); /* NULL: first */
/* Whether this eNodeB may bring one more attach, or update or detach without proof, now; else that is counted and
 * logged. */
bool enb_attach_allowed(struct enb *);
/* Into a buffer that the next one takes. 0 or negative errno, logged with the IE; *pdu is empty then. */
int enb_encode(const struct s1ap_msg *, const void *body, struct bytes *pdu);
/* Encodes and sends; counts. 0 or negative errno. */
int enb_send(struct enb *, uint16_t stream, const struct s1ap_msg *, const void *body);
/* The same of a message that is encoded already. */
int enb_send_octets(struct enb *, uint16_t stream, const struct s1ap_msg *, struct bytes pdu);
/* Takes over these tracking areas, as many as there is room for, those that are served first: which these are
 * may change with the configuration. How many are served; 0 or -ENOMEM: what was stays. *plmn tells whether at
 * least a network is ours. */
int enb_read_tas(struct enb *, const struct s1ap_supported_tas *, bool *plmn);
void enb_set_name(struct enb *, struct bytes name);
/* Error Indication (36.413 8.7.2): ids as far as known (NULL), cause, and diagnostics about the faulty
 * message (NULL: none). */
void enb_error_indication(struct enb *, const uint32_t *mme_id, const uint32_t *enb_id,
			  struct s1ap_cause, const struct s1ap_pdu *faulty);
bool enb_can_be_told(const struct s1ap_pdu *faulty); /* as Criticality Diagnostics */
/* It is set up, or gone: tells who asked by mme_on_enb. */
void enb_expect(struct enb *, bool here);
const char *enb_print_id(const struct enb *, char buf[24]); /* "00101-0019b" */
void enb_setup(struct enb *, const struct s1ap_s1_setup_request *);
void enb_setup_failure(struct enb *, struct s1ap_cause, const struct s1ap_pdu *faulty);
void enb_reset(struct enb *, const struct s1ap_reset *);
/* Identity, name and areas from a request; *plmn: it broadcasts a network of ours. The number of
 * areas that are served, or -ENOMEM. */
int enb_read(struct enb *, const struct s1ap_s1_setup_request *, bool *plmn);
/* S1AP from an association that is up: s1_in.c. */
void s1_in(struct enb *, struct bytes pdu);

/* ---- keep.c: what outlives the process beside saved contexts ---- */
/* The eNodeB, as it is now, shall be found again: after S1 Setup and each change of its
 * configuration. */
void enb_keep(struct enb *);
/* The eNodeB of an association that came back. False if it cannot go on. */
bool enb_take_back(struct enb *, const uint8_t *note, size_t n);
struct enb *enb_by_instance(uint64_t);
void enb_forget(struct enb *); /* it ends */

/* ---- conn.c ---- */
struct s1_conn *conn_new(struct enb *, uint32_t enb_ue_s1ap_id);
/* With the ids that it had in an earlier process. NULL if they are taken. */
struct s1_conn *conn_restore(struct enb *, uint32_t mme_ue_s1ap_id, uint32_t enb_ue_s1ap_id);
struct s1_conn *conn_find(uint32_t mme_ue_s1ap_id);
struct s1_conn *conn_find_by_enb(struct enb *, uint32_t enb_ue_s1ap_id);
/* To an eNodeB that is asked for resources and has no id for the device yet. */
struct s1_conn *conn_new_target(struct enb *);
/* The eNodeB tells its id; a connection that it has forgotten and that had it is gone. */
void conn_name(struct s1_conn *, uint32_t enb_ue_s1ap_id);
/* The device is at another eNodeB: the connection keeps the MME UE S1AP ID alone. */
void conn_move(struct s1_conn *, struct enb *, uint32_t enb_ue_s1ap_id);
/* The connection is gone (released, reset, association lost): its device becomes idle, unless its
 * handover goes on with the other leg (EV_LEG_LOST). */
void conn_free(struct s1_conn *);
/* The device becomes idle, and the eNodeB keeps its context: unties it, and ties it again when it resumes. The
 * device of a suspended connection, NULL if it is none. */
void conn_suspend(struct s1_conn *);
void conn_resume(struct s1_conn *, struct mme_ue *);
struct mme_ue *conn_suspended(const struct s1_conn *);
/* Sends on the connection's stream. 0 or negative errno; -ENOTCONN while it is released. */
int conn_send(struct s1_conn *, const struct s1ap_msg *, const void *body);
/* Downlink NAS Transport; held back while the device is handed over. */
int conn_send_nas(struct s1_conn *, struct bytes pdu);
/* Ties and unties a device. Binding unties an earlier device of the connection (which becomes idle)
 * and releases an earlier connection of the device. */
void conn_bind(struct s1_conn *, struct mme_ue *);
void conn_unbind(struct s1_conn *);
/* UE Context Release Command; the connection is freed when the eNodeB answers or does not. Its
 * device becomes idle at once. */
void conn_release(struct s1_conn *, struct s1ap_cause);

/* ---- context.c: Initial Context Setup (36.413 8.3.1) ---- */
/* Sends the request with all of the device's bearers; nas (may be empty) rides on the first. 0 or
 * negative errno. */
int context_setup(struct mme_ue *, struct bytes nas);
/* The response: what the eNodeB set up goes to the SGW by Modify Bearer. Returns the number of
 * bearers; 0 means that nothing was asked and done will not be called. */
unsigned context_bearers(struct mme_ue *, const struct s1ap_initial_context_setup_response *,
			 struct gtpc_txn *,
			 void (*done)(struct gtpc_txn *, const struct gtpc_response *));

/* Into a Modify Bearer request, as a bearer that is connected from now on. */
void context_connect(struct gtpc_request *, struct mme_bearer *);
/* A bearer and the eNodeB's end of its tunnel into a Modify Bearer request. False, logged, if the device has no such
 * bearer. */
bool context_add_bearer(struct mme_ue *, struct gtpc_request *, uint8_t e_rab_id,
			const struct s1ap_transport_layer_address *, uint32_t teid);
/* What S1AP is told of a device or bearer. */
/* Handover Restriction List (36.413 9.2.1.22) for that serving network: its equivalents, and the areas
 * around that access rules deny to the device. False: there are none, and nothing restricts it. */
bool context_restrictions(const struct mme_ue *, plmn_t, struct s1ap_handover_restriction_list *);
struct s1ap_transport_layer_address context_address(const struct fteid *);
/* The UE-AMBR that is in use (23.401 4.7.3), to be told on that connection, which remembers it. */
struct s1ap_ue_aggregate_maximum_bitrate context_ambr(const struct mme_ue *, struct s1_conn *told);
/* It is another than the device's eNodeB was told. */
bool context_ambr_changed(const struct mme_ue *);
/* A PDN connection has gone or changed: tells the eNodeB what follows from that, if it does not know. */
void context_ambr_check(struct mme_ue *);
struct s1ap_ue_security_capabilities context_capabilities(const struct mme_ue *);
struct s1ap_security_context context_keys(const struct mme_ue *); /* {NH, NCC} as they are */

/* ---- ue.c ---- */
struct mme_ue *ue_new(bool proven); /* NULL at a ceiling; that of those who prove nothing is not for others */
struct mme_ue *ue_by_imsi(imsi_t);
/* By GUTI; NULL if the GUMMEI is not ours. */
struct mme_ue *ue_by_guti(const struct guti *);
struct mme_ue *ue_by_tmsi(uint8_t code, uint32_t m_tmsi);
struct mme_ue *ue_next_known(uint64_t *cursor);
/* Authenticated: enters the tables; an earlier context with this IMSI is superseded. */
void ue_make_known(struct mme_ue *);
/* A new M-TMSI. An earlier one is valid beside it until the device has shown which one it uses
 * (24.301 5.4.1.6 a): ue_tmsi_used, which drops the other. */
void ue_allot_tmsi(struct mme_ue *);
void ue_tmsi_used(struct mme_ue *, uint32_t m_tmsi);
uint32_t ue_old_tmsi(const struct mme_ue *); /* 0: none beside m_tmsi */
/* What to page it by in the nth attempt: while two are valid, the old one and the new one in turn
 * (24.301 5.4.1.6 a). */
struct s1ap_s_tmsi ue_s_tmsi(const struct mme_ue *, unsigned attempt);
struct guti ue_guti(const struct mme_ue *);
void ue_set_emm(struct mme_ue *, enum emm_state);
/* Ends the device: procedures, sessions (Delete Session), tables, and its saved context. The S1
 * connection is released with the cause; with no_release it was lost already. */
enum ue_remove_how { UE_RELEASE, UE_NO_RELEASE };
void ue_remove(struct mme_ue *, enum ue_remove_how, struct s1ap_cause);
/* The S1 connection is gone by that cause (CAUSE_S1AP, CAUSE_ENB_..., 0: suspended): ECM-IDLE. */
void ue_idle(struct mme_ue *, uint16_t cause);
/* The same because it speaks on another connection. False if it ended with that. */
bool ue_conn_lost(struct mme_ue *);
/* Into the tables without superseding anybody: for contexts that are restored. */
void ue_enter_tables(struct mme_ue *);
/* Our control F-TEID on S11 for the device; allots its TEID at first. The TEID is 0 if none is left. */
struct fteid ue_s11(struct mme_ue *);
/* The s11_teid that was saved, for a context that is restored. 0; else it is 0 now. */
int ue_claim_s11(struct mme_ue *);
struct mme_ue *ue_by_s11(uint32_t teid);
/* The SGW has, or is being told, its eNodeB's F-TEIDs. */
bool ue_is_connected(struct mme_ue *);
void ue_reap(void);	/* frees what ended, at the end of the turn */
void ue_drop_all(void); /* at the daemon's end: contexts stay saved, sessions stay programmed */
void ue_seen(struct mme_ue *); /* a message came: timers, place, time */
unsigned ue_count(void);
unsigned ue_unproven(void); /* of these, who proves nothing: outside max_ues, max_unproven at most */
/* A PDN connection with its default bearer; NULL if there is no EPS bearer identity (5 to 15) left. */
struct mme_pdn *pdn_new(struct mme_ue *);
/* By the EPS bearer identity of its default bearer. */
struct mme_pdn *pdn_by_ebi(struct mme_ue *, uint8_t ebi);
void pdn_free(struct mme_ue *, struct mme_pdn *);
/* All bearers of a device, of one PDN connection after the other; NULL: first. Not across a change of
 * the lists. */
struct mme_bearer *bearer_next(struct mme_ue *, const struct mme_bearer *);
struct mme_bearer *bearer_by_ebi(struct mme_ue *, uint8_t ebi);
/* A dedicated bearer; NULL if there is no EPS bearer identity left. */
struct mme_bearer *bearer_new(struct mme_ue *, struct mme_pdn *);
/* Of a dedicated bearer, here alone: nobody is told. */
void bearer_free(struct mme_bearer *);
/* Delete Session, and frees it. */
void pdn_delete(struct mme_ue *, struct mme_pdn *);

#define UE_LOG(level, ue, event, fmt, ...)                                                         \
	LOG(level, event, "imsi=%s " fmt, imsi_print((ue)->imsi, (char[IMSI_STRLEN]){ 0 }),        \
	    ##__VA_ARGS__)

/* ---- nas_in.c / nas_out.c ---- */
/* A NAS message of a connection, as the eNodeB gave it; s_tmsi is of the Initial UE Message (NULL
 * elsewhere). */
void nas_initial(struct s1_conn *, struct bytes pdu, const struct s1ap_s_tmsi *s_tmsi);
void nas_uplink(struct s1_conn *, struct bytes pdu);
/* Encodes a message into the turn arena, protected as the header type says. Empty on failure, which
 * is logged: a message beyond every bound, or a NAS COUNT that is used up. */
struct bytes nas_make(struct mme_ue *, const struct nas_def *, const void *body, enum nas_sec_header);
/* What messages to this device are protected with now. */
enum nas_sec_header nas_protection(const struct mme_ue *);
/* Encodes, protects and sends by Downlink NAS Transport. 0 or negative errno. */
int nas_send(struct mme_ue *, const struct nas_def *, const void *body);
int nas_send_as(struct mme_ue *, const struct nas_def *, const void *body, enum nas_sec_header);
/* To a connection whose device has no context worth the name. */
int nas_send_plain(struct s1_conn *, const struct nas_def *, const void *body);
void nas_send_emm_status(struct mme_ue *, uint8_t cause);
#define NAS_SEND(ue, tag, msg) nas_send(ue, &nas_##tag##_def, 1 ? (msg) : (const struct nas_##tag *)NULL)

/* A NAS message that was decoded: what procedures get as the event's msg. */
struct nas_event {
	const struct nas_message *m;
	const void *body; /* struct nas_TAG */
	struct bytes pdu; /* the plain message */
	bool secured;	  /* its MAC was right */
	bool partial;	  /* by the context that is not yet in use */
};

/* Events of procedures beside NAS message types (0 to 255): */
enum mme_event {
	EV_S6A_ANSWER = 0x200, /* above enum nas_type */
	EV_SESSION_CREATED,
	EV_BEARER_MODIFIED,
	EV_ICS_RESPONSE,
	EV_ICS_FAILURE,
	EV_REKEYED,  /* the eNodeB took the new KeNB, or did not: int, as conn_modify tells it */
	EV_LEG_LOST, /* a connection of the device is gone; msg is it */
	EV_HANDOVER_ACKNOWLEDGED,
	EV_HANDOVER_FAILED, /* by the target */
	EV_HANDOVER_CANCELLED,
	EV_HANDOVER_NOTIFIED,
	EV_STATUS_TRANSFER,
	EV_EARLY_STATUS_TRANSFER,
	EV_FORWARDING_CREATED,
	EV_CONNECTED,  /* an idle device has a signalling connection */
	EV_SERVICE_UP, /* and its bearers */
};

/* Why a procedure failed: an EMM cause (below 256) that the device is told, or one of these. */
enum { CAUSE_TOLD = 0x1000, /* the device knows already */
       CAUSE_WRONG_KEY,	    /* RES or AUTN did not fit: perhaps it is another's identity */
       CAUSE_REROUTED,	    /* it belongs to another dedicated core network */
       CAUSE_ESM = 0x2000,  /* plus an ESM cause: EMM cause 19 with it inside */
       /* and why a connection ended: */
       CAUSE_S1AP = 0x3000, /* plus group << 8 and value of an S1AP cause */
       CAUSE_ENB_LOST = 0x4000, CAUSE_ENB_RESET,
       CAUSE_HANDOVER_CANCELLED }; /* by the source eNodeB */
#define CAUSE_S1AP_OF(group, value)                                                                \
	(CAUSE_S1AP + (S1AP_CAUSE_##group << 8) + S1AP_CAUSE_##group##_##value)
static inline uint16_t cause_of_s1ap(struct s1ap_cause c)
{
	return (uint16_t)(CAUSE_S1AP + (c.group << 8) + c.value);
}

/* ---- advice.c: such a cause for people; texts outlive the call ---- */
/* Why a procedure failed, its ESM cause told from an EMM cause. */
uint16_t mme_cause_of(const struct proc *);
const char *mme_cause_text(uint16_t cause);
/* "EMM cause 8, …" into buf; returns buf. */
const char *mme_cause_print(uint16_t cause, char buf[96]);
const char *mme_cause_clause(uint16_t cause); /* NULL: none */
const char *mme_cause_advice(uint16_t cause, const char *procedure, const char *step);

/* ---- why.c: what failed last for an IMSI ---- */
/* remember: IMSIs at most, 0: none; path of the file that keeps them, NULL: memory only. */
void why_open(const char *path, unsigned remember);
void why_close(void);
/* A first message is refused before there is a procedure: kept for the IMSI that it claims. */
void why_refused(const struct s1_conn *, const char *procedure, const char *clause, uint16_t cause);
/* The device's connection ends by that cause (CAUSE_S1AP, CAUSE_ENB_...): before its procedures are
 * aborted. */
void why_ended(struct mme_ue *, const struct s1_conn *, uint16_t cause);
/* The eNodeB gave this cause for what fails now. */
void why_radio(const struct mme_ue *, struct s1ap_cause);
void why_observe(const struct proc *, const char *what, const char *detail);
bool why_view(imsi_t, struct failure_view *);

/* ---- procstat.c ---- */
void procstat_observe(const struct proc *, const char *what);

/* ---- procedures ---- */
extern const struct proc_timer mme_s11_timer; /* a gateway answers within that, or does not */
extern const struct proc_def x2_def, s1ho_def, resume_def;
extern const struct proc_def attach_def, auth_def, smc_def, identity_def, guti_def, refresh_def,
	detach_def, unproven_def, service_def, paging_def, tau_def;

/* An Attach Request: `old` is the context that its identity names, and `secured` says that the MAC fits
 * old's security context; `here` is whose connection it is, if the MAC fits that one's. May be NULL. */
void attach_begin(struct s1_conn *, struct mme_ue *old, struct mme_ue *here, const struct nas_event *);
/* Whether this is the Attach Request that the device's attach, if it has one, is about. */
bool attach_is_same(const struct mme_ue *, const struct nas_event *);
/* Attach Reject, with T3346 where the cause is congestion, and release of the connection. */
void attach_refuse(struct s1_conn *, struct mme_ue *here, uint8_t emm_cause);
/* The device's own copy of its Attach Request, from a Security Mode Complete; parent is the attach. */
void attach_replayed(struct proc *parent, struct bytes request);
/* The request that security mode control lets the device verify. */
void smc_hash_request(struct mme_ue *, struct bytes request);
void service_begin(struct mme_ue *);
/* Signalling or data waits for the bearers of a device that is here without them. */
bool service_due(const struct mme_ue *);
/* The same of a device whose suspended connection has been resumed: the eNodeB has its bearers. */
void service_resume(struct mme_ue *);
/* Service Reject; what is kept of the device is as the EMM cause says (5.6.1.5). */
void service_refuse(struct mme_ue *, uint8_t cause);
void tau_begin(struct mme_ue *, const struct nas_event *);
/* What a Tracking Area Update Request says of the device. */
void tau_read_capabilities(struct mme_ue *, const struct nas_tau_request *);
/* Tracking Area Update Reject, with T3346 where the cause is congestion; and the same to a connection, which
 * is released: protected for the device that is there, NULL: plain. */
void tau_refuse(struct mme_ue *, uint8_t cause);
void tau_refuse_at(struct s1_conn *, struct mme_ue *here, uint8_t cause);

/* ---- unproven.c: requests without proof (24.301 4.4.4.3) ---- */
/* In the name of a registered device, or of an IMSI of which nothing is here (NULL): the sender is authenticated
 * first, where it waits for an answer. */
void detach_unproven(struct s1_conn *, const struct mme_ue *known, const struct nas_event *);
/* By a GUTI that is `known`'s, or that nobody has (NULL): the sender is identified and authenticated. False if there
 * is no room for that. */
bool tau_unproven(struct s1_conn *, const struct mme_ue *known, const struct nas_event *);
/* As attach_replayed. */
void unproven_replayed(struct proc *parent, struct bytes request);
/* Network-initiated; done may be NULL. */
void detach_by_network(struct mme_ue *, bool reattach, void (*done)(void *arg, int err), void *arg);
/* Of a network's detach: with re-attach. */
bool detach_wants_back(const struct proc *);
/* The same at an access rule's word, not to come back: the device is told the EMM cause (5.5.2.3.2). */
void detach_denied(struct mme_ue *, uint8_t cause);
void detach_by_ue(struct mme_ue *, const struct nas_event *);
/* Calls an idle device (or waits for its bearers, if it has a connection). A parent, which may be
 * NULL, hears when they are up. arp is the priority level of what it is for, 0: none. NULL if there
 * is no room. */
struct proc *paging_begin(struct mme_ue *, struct proc *parent, uint8_t arp);
/* Downlink Data Notification and Stop Paging Indication of the SGW. */
void paging_notified(struct mme_ue *, void *token, const struct gtpc_request *);
void paging_stopped(struct mme_ue *, void *token, const struct gtpc_request *);
/* Timers have changed; T3415 is as long as each device's cycle needs, or what mme.timer says. */
void paging_reload(bool t3415_by_cycle);
/* For data of a device that is not known here any more: it will attach. False if no eNodeB is there. */
bool paging_by_imsi(imsi_t, uint8_t arp);
/* An eNodeB has set up S1 or told other areas: pages through it the devices that are being called in what it
 * serves now, and did not when these were its areas. */
void paging_enb_serves(struct enb *, unsigned before, const struct tai *);
/* Children, for the `enter` of a step: begin below the procedure given, which waits for them, or
 * fails with cause 22 where there is no room. */
int auth_enter(struct proc *parent);
int smc_enter(struct proc *parent);
int identity_enter(struct proc *parent, uint8_t type);
int guti_enter(struct proc *parent);
/* The IMSI that the device told, for the parent when the child is done. */
imsi_t identity_answer(const struct proc *child); /* asked for an IMEI: imsi_of_imei() */

/* ---- esm.c ---- */
/* What a PDN Connectivity Request, and ESM information after it, asks for. */
struct pdn_wish {
	uint8_t pti, request_type, pdn_type;
	bool ask_info;	      /* APN and PCO are to be asked for */
	char apn[APN_STRLEN]; /* "" if none was named */
	struct pco pco;
};
void esm_read_request(struct pdn_wish *, const struct nas_pdn_connectivity_request *);
void esm_read_information(struct pdn_wish *, const struct nas_esm_information_response *);
/* A PDN connection for the APN asked for ("": the default) and PDN type, by subscription, or for an
 * emergency. *told is the ESM cause to tell with it (50, 51; 0: none). NULL with *refused an ESM cause. */
struct mme_pdn *esm_new_pdn(struct mme_ue *, const struct pdn_wish *, uint8_t *told, uint8_t *refused);
/* Create Session to the SGW. */
void esm_create_session(struct mme_ue *, struct mme_pdn *, const struct pco *, struct gtpc_txn *);
/* Its answer into the PDN connection. 0, or the ESM cause to refuse with. */
uint8_t esm_session_created(struct mme_pdn *, const struct gtpc_response *, uint8_t *told);
/* What a device is told for a SGW's refusal (29.274 annex C). */
uint8_t esm_cause_of_gtpc(enum gtpc_cause);
/* Activate Default EPS Bearer Context Request, protected, or plain for inside another message. */
struct bytes esm_activate_default(struct mme_ue *, const struct mme_pdn *, uint8_t pti, uint8_t told,
				  const struct pco *, enum nas_sec_header);
/* The EPS bearer context status (9.9.2.1): a bit for each active bearer. */
uint16_t esm_bearer_status(struct mme_ue *);
/* Bearers that the device has lost by its status are lost here too, and at the gateways: a PDN
 * connection with its default bearer (24.301 5.5.3.2.4). */
void esm_sync_bearers(struct mme_ue *, uint16_t status);

/* ---- esm_in.c ---- */
/* An ESM message of a registered device. */
void esm_in(struct mme_ue *, const struct nas_event *);
/* The device is connected, and attach, service request or tracking area update are over: what has
 * waited for that goes on. */
void esm_resume(struct mme_ue *);
/* A session management procedure is under way, or waits for the device. */
bool esm_pending(const struct mme_ue *);
/* After an Initial Context Setup: the bearers that the eNodeB did not set up are deactivated, at the
 * gateways and at the device (23.401 5.3.4.1). */
void esm_drop_failed(struct mme_ue *);

/* ---- erab.c: of the eNodeB, by s1_in.c ---- */
void erab_setup_response(struct enb *, struct s1_conn *, const void *body);
void erab_modify_response(struct enb *, struct s1_conn *, const void *body);
void erab_release_response(struct enb *, struct s1_conn *, const void *body);
void erab_release_indication(struct enb *, struct s1_conn *, const void *body);
void erab_modification_indication(struct enb *, struct s1_conn *, const void *body);

/* ---- reach.c: how an idle device can be reached (24.301 5.3.5, 23.401 4.3.5.2, 4.3.22) ---- */
void reach_start(struct mme_ue *); /* the device is idle from now on */
void reach_stop(struct mme_ue *);  /* it is heard of, or gone */
/* What a device asks for in an Attach or Tracking Area Update Request (24.301 5.3.11, 5.3.12) and is
 * given within the configured bounds; t3324 NAS_TIMER_DEACTIVATED: not asked for. */
void reach_asked(struct mme_ue *, uint32_t t3324, uint32_t t3412_extended, const struct nas_edrx *);
#define REACH_ASKED(ue, r, tag)                                                                    \
	reach_asked(ue, HAS(r, tag, t3324) ? (r)->t3324 : NAS_TIMER_DEACTIVATED,                   \
		    HAS(r, tag, t3412_extended) ? (r)->t3412_extended : 0,                         \
		    HAS(r, tag, edrx) ? &(r)->edrx : NULL)
/* And what it was given, into the accept. */
#define REACH_TELL(ue, m, tag)                                                                     \
	do {                                                                                       \
		if ((ue)->psm) {                                                                   \
			(m)->t3324 = (ue)->t3324_s;                                                \
			SET(m, tag, t3324);                                                        \
		}                                                                                  \
		if ((ue)->t3412_s) {                                                               \
			(m)->t3412_extended = (ue)->t3412_s;                                       \
			SET(m, tag, t3412_extended);                                               \
		}                                                                                  \
		if ((ue)->edrx) {                                                                  \
			(m)->edrx = (struct nas_edrx){(ue)->edrx_ptw, (ue)->edrx_cycle};           \
			SET(m, tag, edrx);                                                         \
		}                                                                                  \
	} while (0)
/* The DRX parameter (TS 24.008 10.5.5.6) that the device tells. */
void reach_read_drx(struct mme_ue *, nas_drx_t);

/* ---- edrx.c: when a device with extended DRX listens (36.304 7.3) ---- */
/* By the code of TS 24.008 10.5.5.32: cycle, and length of the paging time window (WB-S1). */
uint32_t edrx_cycle_ms(uint8_t code);
uint32_t edrx_window_ms(uint8_t ptw);
/* The longest cycle up to the code asked for and most_ms. False if there is none. */
bool edrx_cycle_within(uint8_t asked, uint32_t most_ms, uint8_t *code);
/* Hashed ID of the 32 bits of an M-TMSI. */
uint32_t edrx_hash(uint32_t s_tmsi);
/* ms since a time when H-SFN and SFN were 0, as configured. */
uint64_t edrx_now_ms(void);
/* The window that is open at now_ms, for 1.28 s more at least, or else the next. The cycle's code is 1 or more (a
 * shorter one has no windows). */
struct edrx_window {
	uint64_t start_ms, end_ms;
} edrx_window(uint32_t s_tmsi, uint8_t cycle, uint8_t ptw, uint64_t now_ms);

/* ---- s11_in.c ---- */
void s11_in(void *token, const struct gtpc_request *);

/* ---- save.c ---- */
void ue_save(struct mme_ue *);
/* Again, if NAS COUNTs have gone beyond what was saved. */
void ue_save_counts(struct mme_ue *);
/* Before a downlink message is protected: its COUNT is covered by what is saved. */
void ue_cover_downlink(struct mme_ue *);
/* Again, where its S1 connection outlives this process: it has been set up. */
void ue_save_conn(struct mme_ue *);
void ue_forget(imsi_t);
/* All saved contexts, at start. Returns how many. */
unsigned ue_restore_all(void);

/* ---- view.c ---- */
/* An answer that comes later, once: wish_answered(wish, err) from anywhere lets done(arg, err) be called
 * in the loop's next turn. */
struct wish;
struct wish *wish_of(void (*done)(void *arg, int err), void *arg);
void wish_answered(void *wish, int err);
void view_init(void); /* observes the procedures: log and trace */
/* A step of something that is no procedure object: a detach by the device, a release. */
void view_trace(const struct mme_ue *, const char *procedure, const char *step, const char *detail);

#include "mme/admit.h"
#include "mme/mobility.h"

#endif
