/* SPDX-License-Identifier: Apache-2.0 */
/* Serving gateway (TS 23.401 4.4.3.2). Between S11 and S5; one `sgw_ue` per device with its PDN
 * connections, under one S11 control TEID. With the PGW in the same process both share one slot of
 * the datapath: the S1-U F-TEID given to the MME is that slot's.
 *
 *   session.c  Create and Delete Session, contexts, restoration
 *   bearer.c   Modify Bearer, Release Access Bearers
 *   forward.c  Create and Delete Indirect Data Forwarding Tunnel
 *   idle.c     downlink data of idle devices: the MME is notified
 *   relay.c    Create, Update and Delete Bearer between PGW and MME, commands the other way */
#ifndef SGW_SGW_H
#define SGW_SGW_H

#include "transport/gtpc.h"

struct sgw_config {
	struct in_addr control, gtpu; /* our addresses in F-TEIDs; gtpu or gtpu6 may be zero */
	struct in6_addr gtpu6;
};

int sgw_start(const struct sgw_config *);
void sgw_stop(void);

/* For dp_handler. */
void sgw_downlink_data(uint32_t slot, uint8_t dscp);
void sgw_error_indication(uint32_t slot);

/* A dedicated bearer as it was before a restart; s1u_teid is its S1-U TEID now. */
struct sgw_restored_bearer {
	uint8_t ebi;
	struct bearer_qos qos;
	const uint8_t *tft;
	uint8_t tft_n;
	uint32_t s1u_teid;
	bool gone; /* it could not be restored */
};

/* A PDN connection as it was before a restart, as the MME saved it. */
struct sgw_restored {
	imsi_t imsi;
	uint8_t ebi; /* of the default bearer */
	const char *apn, *rules, *routes; /* rules, routes: of its subscription (s6a.h) */
	const char *due;                  /* as sgw_due_rules told */
	struct paa paa;
	uint64_t ambr_up, ambr_down; /* APN-AMBR, bit/s */
	struct bearer_qos qos;	     /* of the default bearer */
	struct fteid mme;            /* the MME's control F-TEID */
	uint32_t teid;               /* our S11 control TEID that the MME has */
	unsigned bearers;            /* dedicated */
	struct sgw_restored_bearer *bearer;
	bool tunnels; /* out: each bearer has its tunnel to an eNodeB in the datapath */
};
/* Names of the PGW's rules, apart by commas, that have no bearer for now: to be saved with a PDN
 * connection, by our S11 control TEID and the EBI of its default bearer. */
enum { SGW_RULES_STRLEN = 220 };
void sgw_due_rules(uint32_t teid, uint8_t ebi, char names[SGW_RULES_STRLEN]);
/* Makes the contexts of SGW and PGW anew, for a PGW in this process. *s1u_teid is the bearer's S1-U
 * TEID now: the one before, unless the datapath had lost the session. 0 or negative errno (see
 * pgw_restore; -EEXIST also if teid is another device's). */
int sgw_restore(struct sgw_restored *, uint32_t *s1u_teid);
/* After the last one: removes what the datapath has and nobody claimed. Returns how many slots. */
unsigned sgw_restore_end(void);

unsigned sgw_sessions(void);

#endif
