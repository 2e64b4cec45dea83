/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of sgw/ share. */
#ifndef SGW_INTERNAL_H
#define SGW_INTERNAL_H

#include <uthash.h>

#include "core/timer.h"
#include "sgw/sgw.h"

enum sgw_pdn_state { SGW_CREATING, SGW_ACTIVE, SGW_DELETING };

/* A dedicated bearer. Owned by its sgw_pdn. */
struct sgw_bearer {
	struct sgw_bearer *next;
	uint8_t ebi;
	uint32_t slot; /* in the datapath, shared with the PGW */
	uint32_t s1u_teid;
	struct bearer_qos qos;
};

struct sgw_relay;
struct sgw_forward;

/* A PDN connection. Owned by its sgw_ue. */
struct sgw_pdn {
	struct sgw_pdn *next;
	struct sgw_ue *ue;
	enum sgw_pdn_state state;
	uint8_t ebi;        /* of the default bearer */
	struct gtpc_txn s5; /* under way while CREATING or DELETING */
	void *token;        /* of the MME's request that waits for it */
	uint32_t pgw_teid;
	uint32_t slot; /* in the datapath, shared with the PGW */
	uint32_t s1u_teid;
	struct bearer_qos qos;      /* of the default bearer */
	struct sgw_bearer *bearers; /* beside the default one */
	struct sgw_relay *relays;   /* requests of the PGW that the MME has not answered */
};

/* A device on S11. Owned by session.c; ends with its last PDN connection. */
struct sgw_ue {
	imsi_t imsi;
	uint32_t teid; /* our S11 and S5 control TEID */
	struct fteid mme;
	struct sgw_pdn *pdns;
	struct sgw_forward *forwards; /* of a handover under way */
	/* idle.c */
	struct gtpc_txn ddn;
	struct timer quiet;     /* until the MME is told, or told again */
	uint16_t data;          /* bearers that packets wait for, a bit for each EBI */
	bool told;              /* the MME has been told of data, and has not done with it */
	bool kept;              /* and has said how long that may take */
	bool told_by_imsi;      /* since it has lost the device */
	uint8_t told_arp, dscp; /* what it was told */
	UT_hash_handle by_imsi;
};

extern struct sgw_config sgw;

/* By our TEID; NULL if unknown. */
struct sgw_ue *sgw_ue_find(uint32_t teid);
struct sgw_pdn *sgw_pdn_find(const struct sgw_ue *, uint8_t ebi);
/* The PDN connection with that bearer, default or dedicated (*b, NULL for the default one). */
struct sgw_pdn *sgw_pdn_with(const struct sgw_ue *, uint8_t ebi, struct sgw_bearer **b);
/* By the slot of any of its bearers, whose identity is *ebi; NULL if it is none of ours. */
struct sgw_pdn *sgw_pdn_by_slot(uint32_t slot, uint8_t *ebi);
struct fteid sgw_s1u(uint32_t teid);
struct fteid sgw_s11(const struct sgw_ue *);

/* relay.c: between PGW and MME */
/* Create, Update and Delete Bearer Request of the PGW. */
void relay_down(void *token, const struct gtpc_request *);
/* Delete Bearer Command and Bearer Resource Command of the MME. */
void relay_up(void *token, const struct gtpc_request *);
/* All of a PDN connection that ends: the PGW is answered, dedicated bearers are forgotten. */
void relay_end(struct sgw_pdn *);
struct sgw_bearer *relay_bearer_new(struct sgw_pdn *, uint8_t ebi, uint32_t slot,
				    const struct bearer_qos *);

/* forward.c: indirect data forwarding */
void forward_create(const struct gtpc_request *, struct gtpc_response *);
void forward_delete(const struct gtpc_request *, struct gtpc_response *);
void forward_end(struct sgw_ue *); /* all of a device */

/* bearer.c */
/* The address of a F-TEID that we send to. */
struct in6_addr bearer_address(const struct fteid *);
enum gtpc_cause bearer_connect(const struct sgw_pdn *, uint32_t slot, const struct fteid *enb);
void bearer_modify(const struct gtpc_request *, struct gtpc_response *);
void bearer_release_access(const struct gtpc_request *, struct gtpc_response *);

/* idle.c */
/* ARP priority levels from here on are traffic of low priority (29.274 7.2.11.2, NOTE 1). */
enum { SGW_LOW_PRIORITY_ARP = 9 };
/* Downlink Data Notification Failure Indication */
void idle_failed(const struct gtpc_request *, struct gtpc_response *);
void idle_over(struct sgw_ue *); /* its bearers come back */
void idle_pdn_ends(struct sgw_pdn *);
/* of: a bit for each EBI. Nobody is called for them any more. */
void idle_bearers_end(struct sgw_ue *, uint16_t of);
void idle_stop(void);

#endif
