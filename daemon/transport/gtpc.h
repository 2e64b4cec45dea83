/* SPDX-License-Identifier: Apache-2.0 */
/* GTPv2-C between MME, SGW and PGW as structs (TS 29.274): S11 and S5/S8, both ways. The sender does not know
 * where the peer is: in this process the struct is handed over on the loop; elsewhere it will be
 * encoded onto UDP. Structs own all they hold. A transaction is embedded in its owner, as in s6a.h;
 * `done` is never called from within gtpc_request. TEIDs are in host order here. What a handler is
 * given ends after the last of its bearers (but is never without room for one): it is copied by
 * gtpc_copy_request and gtpc_copy_response. */
#ifndef TRANSPORT_GTPC_H
#define TRANSPORT_GTPC_H

#include "transport/s6a.h"

/* A message by the number of its request (6.1). Commands (64 to 68) are answered with a cause: below
 * 64 the request that the command triggers is on its way, with the command's pti; else it is the
 * Failure Indication. Indications (70, 73) go by gtpc_send; what is replied to them goes nowhere. */
enum gtpc_message {
	/* to the SGW */
	GTPC_CREATE_SESSION = 32,
	GTPC_MODIFY_BEARER = 34,
	GTPC_DELETE_SESSION = 36,
	GTPC_MODIFY_BEARER_COMMAND = 64,
	GTPC_DELETE_BEARER_COMMAND = 66,
	GTPC_BEARER_RESOURCE_COMMAND = 68,
	GTPC_DOWNLINK_DATA_NOTIFICATION_FAILURE = 70,
	GTPC_CREATE_INDIRECT_FORWARDING = 166,
	GTPC_DELETE_INDIRECT_FORWARDING = 168,
	GTPC_RELEASE_ACCESS_BEARERS = 170,
	/* to the MME */
	GTPC_STOP_PAGING = 73,
	GTPC_DOWNLINK_DATA_NOTIFICATION = 176,
	/* from the PGW by the SGW to the MME */
	GTPC_CREATE_BEARER = 95,
	GTPC_UPDATE_BEARER = 97,
	GTPC_DELETE_BEARER = 99,
};

/* Cause (8.4) */
enum gtpc_cause {
	/* in a request */
	GTPC_LOCAL_DETACH = 2,
	GTPC_ERROR_INDICATION_RECEIVED = 6,
	GTPC_REACTIVATION_REQUESTED = 8,
	/* acceptance */
	GTPC_ACCEPTED = 16,
	GTPC_ACCEPTED_PARTIALLY = 17,
	GTPC_NEW_PDN_TYPE_NETWORK = 18, /* New PDN type due to network preference */
	GTPC_NEW_PDN_TYPE_SINGLE = 19,	/* New PDN type due to single address bearer only */
	/* rejection */
	GTPC_CONTEXT_NOT_FOUND = 64,
	GTPC_SERVICE_NOT_SUPPORTED = 68,
	GTPC_MANDATORY_IE_INCORRECT = 69,
	GTPC_MANDATORY_IE_MISSING = 70,
	GTPC_SYSTEM_FAILURE = 72,
	GTPC_NO_RESOURCES = 73,
	GTPC_SEMANTIC_ERROR_IN_TFT = 74, /* ... in the TFT operation */
	GTPC_SYNTACTIC_ERROR_IN_TFT = 75,
	GTPC_SEMANTIC_ERROR_IN_FILTER = 76,
	GTPC_SYNTACTIC_ERROR_IN_FILTER = 77,
	GTPC_MISSING_OR_UNKNOWN_APN = 78,
	GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED = 83,
	GTPC_ALL_ADDRESSES_OCCUPIED = 84,
	GTPC_UE_CONTEXT_WITHOUT_TFT = 85,
	GTPC_UE_NOT_RESPONDING = 87,
	GTPC_UE_REFUSES = 88,
	GTPC_SERVICE_DENIED = 89,
	GTPC_UNABLE_TO_PAGE = 90,
	GTPC_NO_MEMORY = 91,
	GTPC_USER_AUTHENTICATION_FAILED = 92,
	GTPC_APN_ACCESS_DENIED = 93, /* ... no subscription */
	GTPC_REQUEST_REJECTED = 94,
	GTPC_SEMANTIC_ERROR_IN_TAD = 97,
	GTPC_SYNTACTIC_ERROR_IN_TAD = 98,
	GTPC_REMOTE_PEER_NOT_RESPONDING = 100,
	GTPC_COLLISION = 101, /* Collision with network initiated request */
	GTPC_CONDITIONAL_IE_MISSING = 103,
	GTPC_FORWARDING_NOT_SUPPORTED = 106, /* Data forwarding not supported */
	GTPC_INVALID_REPLY = 107, /* ... from remote peer */
	GTPC_TEMPORARILY_REJECTED = 110, /* ... due to handover/TAU procedure in progress */
	GTPC_APN_CONGESTION = 113,
	GTPC_BEARER_NOT_SUPPORTED = 114, /* Bearer handling not supported */
	GTPC_ALREADY_REATTACHED = 115,
	GTPC_MULTIPLE_PDN_NOT_ALLOWED = 116, /* Multiple PDN connections for a given APN ... */
};

static inline bool gtpc_accepted(enum gtpc_cause cause)
{
	return cause >= GTPC_ACCEPTED && cause < GTPC_CONTEXT_NOT_FOUND;
}

/* Interface Type of an F-TEID (8.22) */
enum fteid_type {
	FTEID_S1U_ENB = 0,
	FTEID_S1U_SGW = 1,
	FTEID_S5U_SGW = 4,
	FTEID_S5U_PGW = 5,
	FTEID_S5C_SGW = 6,
	FTEID_S5C_PGW = 7,
	FTEID_S11_MME = 10,
	FTEID_S11_SGW = 11,
	FTEID_ENB_DL_FORWARDING = 19,
	FTEID_ENB_UL_FORWARDING = 20,
	FTEID_SGW_DL_FORWARDING = 23,
	FTEID_SGW_UL_FORWARDING = 28,
};

struct fteid {
	uint8_t type; /* enum fteid_type */
	bool has4, has6;
	uint32_t teid; /* host order */
	struct in_addr ip4;
	struct in6_addr ip6;
};

/* An F-TEID with one or both addresses; zero is none. */
static inline struct fteid fteid_of(enum fteid_type type, uint32_t teid, struct in_addr ip4,
				    struct in6_addr ip6)
{
	return (struct fteid){
		.type = (uint8_t)type,
		.has4 = ip4.s_addr != 0,
		.has6 = !IN6_IS_ADDR_UNSPECIFIED(&ip6),
		.teid = teid,
		.ip4 = ip4,
		.ip6 = ip6,
	};
}

/* 4 Tbit/s: the most that an eNodeB can be told (Extended Bit Rate, TS 36.413 9.3.4). */
#define RATE_MAX UINT64_C(4000000000000)

struct bearer_qos {
	uint8_t qci, arp_priority;
	bool arp_may_preempt, arp_preemptable;
	uint64_t mbr_up, mbr_down, gbr_up, gbr_down; /* bit/s */
};

enum { GTPC_MAX_BEARERS = 11, PCO_MAX = 251, TFT_MAX = 255 };

struct pco {
	uint8_t n;
	uint8_t b[PCO_MAX]; /* contents of the IE of TS 24.008 10.5.6.3, without type and length */
};

/* PDN Address Allocation (8.14) */
struct paa {
	enum pdn_type type;
	struct in_addr ip4;
	struct in6_addr ip6; /* prefix and interface identifier */
};

/* Bearer TFT or Traffic Aggregate Description (8.19, 8.20) */
struct tft {
	uint8_t n;
	uint8_t b[TFT_MAX]; /* contents of the IE of TS 24.008 10.5.6.12, without type and length */
};

/* A Bearer Context (8.28), or one EPS Bearer ID of a list. What is zero or empty is not there. */
struct gtpc_bearer {
	uint8_t ebi; /* 0 in a Create Bearer Request: the MME chooses */
	enum gtpc_cause cause;
	struct bearer_qos qos; /* in a Bearer Resource Command the Flow QoS */
	struct fteid s1u_enb, s1u_sgw;
	/* indirect forwarding: the eNodeB's in the request, the SGW's in the response */
	struct fteid dl_forwarding, ul_forwarding;
	struct tft tft; /* in a Bearer Resource Command the Traffic Aggregate Description */
};

struct gtpc_request {
	enum gtpc_message type;
	uint32_t teid;		/* the receiver's control TEID; 0 in the first Create Session */
	struct fteid sender;	/* the sender's control F-TEID (Create Session) */
	imsi_t imsi;
	/* Create Session */
	char msisdn[17], imeisv[IMEISV_STRLEN];
	char apn[APN_STRLEN];
	char rules[APN_RULES], routes[PREFIXES_STRLEN]; /* of the subscription, as in s6a.h */
	plmn_t serving_plmn;
	struct tai tai;
	struct ecgi ecgi;
	enum pdn_type pdn_type; /* as requested and subscribed */
	struct paa paa;		/* static addresses, zero if dynamic */
	uint64_t ambr_up, ambr_down; /* APN-AMBR, bit/s */
	struct pco pco;
	/* Create/Update/Delete Bearer, Bearer Resource Command */
	uint8_t pti;	    /* of the device's request that this answers, 0: none */
	uint8_t linked_ebi; /* Create Bearer, Bearer Resource Command; Delete Bearer of a whole PDN
			       connection, 0 if single bearers (bearer[].ebi) */
	enum gtpc_cause cause; /* Delete Bearer, Downlink Data Notification and its failure; 0: none */
	/* Downlink Data Notification: bearer[].ebi have data; bearer[0].qos has the highest ARP of
	 * them; DSCP of the packet that triggers it (Paging and Service Information) */
	bool has_dscp;
	uint8_t dscp;
	/* Create Session, Modify Bearer: bearers; Delete Session: bearer[0].ebi is the linked one */
	uint8_t bearers;
	struct gtpc_bearer bearer[GTPC_MAX_BEARERS];
};

struct gtpc_response {
	enum gtpc_message type;
	enum gtpc_cause cause;
	struct fteid sender; /* the responder's control F-TEID (Create Session) */
	struct paa paa;
	uint64_t ambr_up, ambr_down;
	struct pco pco;
	uint16_t mtu; /* that the PGW told the device, 0 if none */
	/* Downlink Data Notification Acknowledge; 0: not there */
	uint16_t delay_ms;	     /* Data Notification Delay, for all devices of this MME */
	uint8_t throttling_percent;  /* DL low priority traffic Throttling: factor and */
	uint32_t throttling_s;	     /* for how long */
	uint32_t buffering_s;	     /* DL Buffering Duration: no further notification until then */
	uint16_t buffering_packets;  /* DL Buffering Suggested Packet Count */
	uint8_t bearers;
	struct gtpc_bearer bearer[GTPC_MAX_BEARERS];
};

struct gtpc_txn {
	void (*done)(struct gtpc_txn *, const struct gtpc_response *);
	void *pending;
};

void gtpc_copy_request(struct gtpc_request *to, const struct gtpc_request *from);
void gtpc_copy_response(struct gtpc_response *to, const struct gtpc_response *from);

enum gtpc_role { GTPC_SGW, GTPC_PGW, GTPC_MME, GTPC_ROLES };

/* Always answers (REMOTE_PEER_NOT_RESPONDING if there is none), unless cancelled. */
void gtpc_request(struct gtpc_txn *, enum gtpc_role to, const struct gtpc_request *);
/* The answer will find nobody. A Create Session that is, or was, accepted all the same is deleted. */
void gtpc_cancel(struct gtpc_txn *);
/* Without interest in the answer: for the clean-up of sessions whose owner is gone. */
void gtpc_send(enum gtpc_role to, const struct gtpc_request *);

/* A role of this process. handle calls gtpc_reply(token, …) once, then or later. */
void gtpc_serve(enum gtpc_role role, void (*handle)(void *token, const struct gtpc_request *));
void gtpc_reply(void *token, const struct gtpc_response *);

#endif
