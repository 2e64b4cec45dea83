/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of pgw/ share. */
#ifndef PGW_INTERNAL_H
#define PGW_INTERNAL_H

#include <uthash.h>

#include "pgw/addr.h"

/* A dedicated bearer. Owned by bearer.c, which tells of its states. */
enum bearer_state { WAITING, ACTIVATING, ACTIVE, MODIFYING, ENDING };

struct pgw_bearer {
	struct pgw_bearer *next;
	struct pgw_session *session;
	enum bearer_state state;
	uint8_t ebi, pti;
	bool given;               /* by the configuration or the subscription */
	bool again;               /* it ended while it was being changed, or is to be withdrawn */
	bool due;                 /* it ends, to be activated when the device is connected next */
	uint32_t slot;            /* UINT32_MAX: none yet */
	struct pgw_rule rule, to; /* to: what it is being modified to */
	uint64_t held_up, held_down; /* of the sum of guaranteed rates */
	struct gtpc_txn txn;
	void (*done)(void *arg, enum gtpc_cause);
	void *arg;
};

/* A PDN connection. Owned by session.c. */
struct pgw_session {
	uint64_t key;  /* IMSI with the EBI in its last half octet, which no IMSI and no IMEI has */
	uint32_t teid; /* our control TEID */
	uint8_t apn;   /* index in the configuration */
	uint8_t ebi, qci;
	enum pdn_type type;
	struct addr addr;
	uint8_t iid[8]; /* interface identifier given to the device */
	uint64_t ambr_up, ambr_down;
	struct fteid sgw;
	struct pgw_bearer *bearers; /* dedicated */
	bool advertised;
	uint64_t advertised_ms; /* loop time of the last Router Advertisement */
	UT_hash_handle by_key;
};

extern struct pgw_config pgw;

/* ---- rule.c ---- */
/* Whose rule it was, where the datapath lost its name: the configured one that says the same. */
void pgw_rule_name(struct pgw_rule *);

struct pgw_session *pgw_session_by_slot(uint32_t slot);
/* The rest follow by by_key.next. */
struct pgw_session *pgw_session_first(void);
/* MTU told to devices of an APN. */
uint16_t pgw_mtu(const struct pgw_apn *);

struct pgw_session *pgw_session_by_teid(uint32_t teid);
struct pgw_session *pgw_session_find(imsi_t, uint8_t ebi);
/* The extra slot in which the datapath has a bearer, INDEX_NONE if it has not. */
uint32_t pgw_extra_slot_of(imsi_t, uint8_t ebi);
imsi_t pgw_session_imsi(const struct pgw_session *);
struct pgw_session *pgw_session_of(imsi_t, const char *apn); /* "": any */

/* bearer.c */
/* The bearers that rules give a new session; `rules` by subscription, names apart by commas. */
void bearers_begin(struct pgw_session *, const char *rules);
/* The device has its default bearer: what waits for that is asked for. */
void bearers_connected(struct pgw_session *);
void bearers_end(struct pgw_session *);
void bearers_forget(struct pgw_session *); /* what the datapath has goes on */
bool bearers_have_slot(const struct pgw_session *, uint32_t slot);
void bearer_command(struct pgw_session *, void *token, const struct gtpc_request *);

/* The bearer makes room for one of that ARP priority level. */
void bearer_preempt(struct pgw_bearer *, uint8_t by_arp);

/* admit.c */
static inline bool is_gbr(const struct bearer_qos *q) { return q->gbr_up || q->gbr_down; }
/* The bearer's part of the sums of guaranteed rates from now on. */
void admit_hold(struct pgw_bearer *, uint64_t up, uint64_t down);
/* With that QoS. Others may be preempted for it. */
bool admit_bearer(struct pgw_bearer *, const struct bearer_qos *);

/* pco.c: what the device asked for. Leaves *out empty if there is nothing to say. */
void pco_for(const struct pgw_apn *, enum pdn_type, const struct pco *request, struct pco *out);

/* ra.c: advertisements are renewed while sessions stay connected. */
void ra_start(void);
void ra_stop(void);
void ra_forget(const struct pgw_session *); /* before it is freed */

#endif
