/* SPDX-License-Identifier: Apache-2.0 */
/* GTPv2-C between MME, SGW and PGW as structs (TS 29.274): S11 and S5/S8. The sender does not know
 * where the peer is: in this process the struct is handed over on the loop; elsewhere it will be
 * encoded onto UDP. Structs own all they hold. A transaction is embedded in its owner, as in s6a.h;
 * `done` is never called from within gtpc_request. TEIDs are in host order here. */
#ifndef TRANSPORT_GTPC_H
#define TRANSPORT_GTPC_H

#include "transport/s6a.h"

enum gtpc_message {
	GTPC_CREATE_SESSION = 32,
	GTPC_MODIFY_BEARER = 34,
	GTPC_DELETE_SESSION = 36,
	GTPC_RELEASE_ACCESS_BEARERS = 170,
};

/* Cause (8.4) */
enum gtpc_cause {
	GTPC_ACCEPTED = 16,
	GTPC_ACCEPTED_PARTIALLY = 17,
	GTPC_NEW_PDN_TYPE_NETWORK = 18, /* New PDN type due to network preference */
	GTPC_NEW_PDN_TYPE_SINGLE = 19,	/* New PDN type due to single address bearer only */
	GTPC_CONTEXT_NOT_FOUND = 64,
	GTPC_SYSTEM_FAILURE = 72,
	GTPC_NO_RESOURCES = 73,
	GTPC_MISSING_OR_UNKNOWN_APN = 78,
	GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED = 83,
	GTPC_ALL_ADDRESSES_OCCUPIED = 84,
	GTPC_REQUEST_REJECTED = 94,
	GTPC_REMOTE_PEER_NOT_RESPONDING = 100,
};

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
};

struct fteid {
	uint8_t type; /* enum fteid_type */
	bool has4, has6;
	uint32_t teid; /* host order */
	struct in_addr ip4;
	struct in6_addr ip6;
};

struct bearer_qos {
	uint8_t qci, arp_priority;
	bool arp_may_preempt, arp_preemptable;
	uint64_t mbr_up, mbr_down, gbr_up, gbr_down; /* bit/s */
};

enum { GTPC_MAX_BEARERS = 11, PCO_MAX = 251 };

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

struct gtpc_bearer {
	uint8_t ebi;
	enum gtpc_cause cause;
	struct bearer_qos qos;
	struct fteid s1u_enb, s1u_sgw;
};

struct gtpc_request {
	enum gtpc_message type;
	uint32_t teid;		/* the receiver's control TEID; 0 in the first Create Session */
	struct fteid sender;	/* the sender's control F-TEID (Create Session) */
	imsi_t imsi;
	/* Create Session */
	char msisdn[17], imeisv[IMEISV_STRLEN];
	char apn[APN_STRLEN];
	plmn_t serving_plmn;
	struct tai tai;
	struct ecgi ecgi;
	enum pdn_type pdn_type; /* as requested and subscribed */
	struct paa paa;		/* static addresses, zero if dynamic */
	uint64_t ambr_up, ambr_down; /* APN-AMBR, bit/s */
	struct pco pco;
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
	uint8_t bearers;
	struct gtpc_bearer bearer[GTPC_MAX_BEARERS];
};

struct gtpc_txn {
	void (*done)(struct gtpc_txn *, const struct gtpc_response *);
	void *pending;
};

enum gtpc_role { GTPC_SGW, GTPC_PGW };

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
