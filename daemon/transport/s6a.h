/* SPDX-License-Identifier: Apache-2.0 */
/* S6a between MME and HSS as structs (TS 29.272). The MME calls s6a_request and does not know where
 * the HSS is: in this process the struct is handed over on the loop; elsewhere it will be encoded
 * onto Diameter. Structs own all they hold: no pointers into them survive the call.
 *
 * A transaction is embedded in whatever waits for it; s6a_cancel from the owner's destructor makes
 * sure that a late answer finds nobody. `done` is never called from within s6a_request. */
#ifndef TRANSPORT_S6A_H
#define TRANSPORT_S6A_H

#include <netinet/in.h>
#include <mcore/ids.h>
#include "core/prefix.h"

enum s6a_command {
	S6A_AUTHENTICATION_INFORMATION = 318,
	S6A_UPDATE_LOCATION = 316,
	S6A_PURGE_UE = 321,
};

/* Result-Code or Experimental-Result-Code (TS 29.272 7.4, RFC 6733 7.1) */
enum s6a_result {
	S6A_SUCCESS = 2001,
	S6A_UNABLE_TO_DELIVER = 3002,
	S6A_AUTHENTICATION_DATA_UNAVAILABLE = 4181,
	S6A_USER_UNKNOWN = 5001,
	S6A_ROAMING_NOT_ALLOWED = 5004,
	S6A_UNABLE_TO_COMPLY = 5012,
	S6A_UNKNOWN_EPS_SUBSCRIPTION = 5420,
	S6A_RAT_NOT_ALLOWED = 5421,
};

enum { S6A_MAX_VECTORS = 5, S6A_MAX_APNS = 16, APN_STRLEN = 101, APN_RULES = 64 };

struct s6a_request {
	enum s6a_command command;
	imsi_t imsi;
	plmn_t visited_plmn;
	/* Authentication-Information */
	uint8_t vectors; /* wanted, 1 to S6A_MAX_VECTORS */
	bool resync;
	uint8_t rand[16], auts[14]; /* Re-Synchronization-Info */
	bool send_usage_type; /* AIR-Flags: Send UE Usage Type */
	/* Update-Location */
	char imeisv[IMEISV_STRLEN]; /* "" if not known */
	bool initial_attach;
};

struct eutran_vector {
	uint8_t rand[16], autn[16], kasme[32];
	uint8_t xres[16], xres_len; /* 4 to 16 */
};

/* Bits of Access-Restriction-Data. */
enum { S6A_NO_WB_EUTRAN = 1 << 4 };

enum pdn_type { PDN_IPV4 = 1, PDN_IPV6 = 2, PDN_IPV4V6 = 3 };

/* APN-Configuration (7.3.35). Rates in bit/s. */
struct apn_subscription {
	char apn[APN_STRLEN]; /* APN-NI, "*" for any */
	enum pdn_type pdn_type;
	uint8_t qci;		  /* 1 to 9 and the operator's own */
	uint8_t arp_priority;	  /* 1 to 15 */
	bool arp_may_preempt, arp_preemptable;
	uint64_t ambr_up, ambr_down;
	bool has_ue4, has_ue6; /* static addresses (Served-Party-IP-Address) */
	struct in_addr ue4;
	struct in6_addr ue6; /* the /64 */
	char routes[PREFIXES_STRLEN]; /* framed routes: what is behind the device (core/prefix.h) */
	char rules[APN_RULES]; /* names of the PGW's rules for dedicated bearers, apart by commas */
};

struct s6a_answer {
	enum s6a_command command;
	enum s6a_result result;
	/* Authentication-Information */
	uint8_t vectors;
	struct eutran_vector vector[S6A_MAX_VECTORS];
	bool has_usage_type; /* UE-Usage-Type (7.3.202), where asked for; Update-Location always tells it */
	uint8_t usage_type;
	/* Update-Location: Subscription-Data */
	char msisdn[17]; /* digits, "" if none */
	bool blocked;	 /* Subscriber-Status OPERATOR_DETERMINED_BARRING */
	uint32_t access_restriction; /* Access-Restriction-Data (7.3.31) */
	char access[16]; /* word of the operator's access rules, "" if none */
	uint64_t ambr_up, ambr_down; /* UE-AMBR */
	uint8_t apns;
	uint8_t default_apn; /* index */
	struct apn_subscription apn[S6A_MAX_APNS];
};

struct s6a_txn {
	void (*done)(struct s6a_txn *, const struct s6a_answer *);
	void *pending; /* the transport's; NULL when nothing is under way */
};

/* Always answers (UNABLE_TO_DELIVER if there is no HSS), unless cancelled. */
void s6a_request(struct s6a_txn *, const struct s6a_request *);
void s6a_cancel(struct s6a_txn *);

/* The HSS of this process. handle is called on the loop and calls s6a_reply(token, …) once, then or
 * later. */
void s6a_serve(void (*handle)(void *token, const struct s6a_request *));
void s6a_reply(void *token, const struct s6a_answer *);

#endif
