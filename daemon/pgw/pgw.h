/* SPDX-License-Identifier: Apache-2.0 */
/* PDN gateway (TS 23.401 4.4.3.3): addresses, PCO, the bearer in the datapath, router
 * advertisements. It answers GTPv2-C requests that gtpc hands it and owns one `pgw_session` per PDN
 * connection.
 *
 *   bearer.c   dedicated bearers: by rule, by the administrator, by the device
 *   admit.c    guaranteed rates: who is admitted, who is preempted
 *   session.c  Create and Delete Session, contexts by control TEID and by IMSI and EBI, restoration
 *   addr.c     addresses of each APN's pool
 *   pco.c      what the device is told beside its address
 *   ra.c       Router Solicitation in, Router Advertisement out */
#ifndef PGW_PGW_H
#define PGW_PGW_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <mcore/datapath.h>
#include "codec/tft.h"
#include "transport/gtpc.h"

enum { PGW_RULE_NAME = 20, PGW_MAX_RULES = 64, PGW_APN_RULES = 8 };
enum { PGW_RULES_STRLEN = GTPC_MAX_BEARERS * PGW_RULE_NAME }; /* names of a session's, apart by commas */

/* What a dedicated bearer is for: a predefined rule (TS 23.203 6.3.1), or one of its own. */
struct pgw_rule {
	char name[PGW_RULE_NAME]; /* of letters, digits, - and _ */
	struct bearer_qos qos;    /* GBR and MBR zero: it shares the APN-AMBR */
	struct tft tft;           /* TFT_CREATE */
};

/* The TFT of these filters, with ids in their order and, for those without one (0), precedences
 * behind it. 0; -EINVAL, and it is empty, if they cannot be told a device. */
int pgw_rule_filters(struct pgw_rule *, const struct tft_filter *, unsigned n);

struct pgw_apn {
	char name[APN_STRLEN]; /* APN-NI; compared without regard to case */
	bool has4, has6;
	struct in_addr net4; /* as in dp_pool */
	uint8_t len4;
	struct in6_addr net6;
	uint8_t len6;
	unsigned dns4s, dns6s;
	struct in_addr dns4[2];
	struct in6_addr dns6[2];
	uint16_t mtu;                /* told to the device, 0: not */
	uint64_t ambr_up, ambr_down; /* bit/s, where the request has none; 0: unlimited */
	unsigned rules;
	uint8_t rule[PGW_APN_RULES]; /* of every session: indices in pgw_config.rule */
	bool refuse_resources;       /* devices may not ask for bearers (24.301 6.5.3) */
};

struct pgw_config {
	unsigned apns; /* in the order of dp_config.pool: index is the datapath's pool */
	struct pgw_apn apn[MCORE_MAX_POOLS];
	unsigned rules;
	struct pgw_rule rule[PGW_MAX_RULES];
	/* Sum of the guaranteed rates of all dedicated bearers, bit/s; 0: unlimited. At the ceiling
	 * a bearer that may preempt takes the place of preemptable ones of lower ARP priority. */
	uint64_t gbr_up, gbr_down;
	uint8_t dscp[256];            /* of downlink GTP-U, by QCI */
	struct in_addr control, gtpu; /* our addresses in F-TEIDs; gtpu or gtpu6 may be zero */
	struct in6_addr gtpu6;
};

/* After dp_start. Copies the configuration. 0, or -EINVAL if an APN has no address family. */
int pgw_start(const struct pgw_config *);
/* New values of an APN that may change under sessions: DNS, MTU, default AMBR. Same APNs, same
 * order. */
void pgw_reload(const struct pgw_config *);
/* Frees all contexts; what the datapath has goes on. */
void pgw_stop(void);

/* Who says what a session is held to (policy/): told of each when its slot is programmed, or found
 * programmed after a restart, and before it is freed. Rates are those of the subscription. */
struct pgw_policy {
	void (*begin)(imsi_t, const char *apn, uint32_t slot, uint64_t ambr_up, uint64_t ambr_down,
		      bool adopted);
	void (*end)(imsi_t, const char *apn, uint32_t slot);
};
void pgw_set_policy(const struct pgw_policy *);
/* The APN of the session whose default bearer has that slot, whole (the datapath's is cut), with its
 * APN-AMBR; NULL if none has. */
const char *pgw_apn(uint32_t slot, uint64_t *ambr_up, uint64_t *ambr_down);

/* For dp_handler.slow_path. */
void pgw_slow_path(uint32_t slot, const uint8_t *packet, size_t n);
/* The device of a slot has a radio bearer: tells it its prefix unasked (RFC 4861 6.2.4). */
void pgw_connected(uint32_t slot);
/* The slot of a session of this process, by its control TEID; false if there is none: the SGW
 * shares it. */
bool pgw_slot(uint32_t teid, uint8_t ebi, uint32_t *slot);

/* ---- dedicated bearers, as the administrator sees them ---- */

/* Of a session (apn "": any of the device's). When the device has the bearer, or has refused it,
 * done(arg, cause) is called, once and never from within, with a 29.274 cause. A device that cannot
 * be reached gets it when it comes back, and done hears so (UNABLE_TO_PAGE). 0, -ENOENT no session,
 * -EEXIST name in use, -ENOSPC. */
int pgw_bearer_add(imsi_t, const char *apn, const struct pgw_rule *,
		   void (*done)(void *arg, enum gtpc_cause), void *arg);
/* New QoS (qci 0: as before) and TFT (empty: as before) of a bearer by its name. -EBUSY while it is
 * being changed. */
int pgw_bearer_set(imsi_t, const struct pgw_rule *, void (*done)(void *arg, enum gtpc_cause),
		   void *arg);
int pgw_bearer_del(imsi_t, const char *name, void (*done)(void *arg, enum gtpc_cause), void *arg);

struct pgw_bearer_view {
	const char *name, *state, *apn;
	uint8_t ebi, linked;
	uint32_t slot;
	struct bearer_qos qos;
	struct tft tft;
};
/* The i-th dedicated bearer of a device; false at the end. */
bool pgw_bearer_walk(imsi_t, unsigned i, struct pgw_bearer_view *);
/* A configured rule by its name; NULL if there is none. */
const struct pgw_rule *pgw_rule_find(const char *name);

/* A session as it was before a restart. */
struct pgw_restored {
	imsi_t imsi;
	uint8_t ebi, qci; /* of the default bearer */
	const char *apn, *routes; /* routes: NULL or "": none */
	struct paa paa;
	uint64_t ambr_up, ambr_down;
	struct fteid sgw; /* the SGW's control F-TEID */
};
/* Makes the session anew: its addresses are taken before anybody else can have them, and its slot
 * is found in the datapath, or programmed (idle) if the datapath lost it. *teid is its (new)
 * control TEID and *slot its slot. 0; -ENOENT APN not configured any more or address outside it;
 * -EEXIST address or slot is another's; -ENOSPC. */
int pgw_restore(const struct pgw_restored *, uint32_t *teid, uint32_t *slot);
struct pgw_restored_bearer {
	uint8_t ebi;
	struct bearer_qos qos;
	const uint8_t *tft;
	uint8_t tft_n;
	uint32_t slot; /* told */
};
/* A dedicated bearer of a session that was restored, by its control TEID. 0 or negative errno. */
int pgw_restore_bearer(uint32_t teid, struct pgw_restored_bearer *);
/* The rules that give a session, by its control TEID, a bearer when its device is connected next: to be
 * saved with it, and told when its bearers are restored, with those of its subscription. */
void pgw_due_rules(uint32_t teid, char names[PGW_RULES_STRLEN]);
void pgw_restore_rules(uint32_t teid, const char *rules, const char *due);
/* All that was saved is restored: slots of the datapath that nobody claimed are removed. Returns
 * how many. */
unsigned pgw_restore_end(void);

/* Keeps addresses for a SIM that has them by subscription (zero: none of that family), or gives
 * them back to the pool they are in. Without this a static address may be in use when its owner
 * comes. */
void pgw_keep(struct in_addr ue4, struct in6_addr ue6, bool keep);

/* Of SIMs that have framed routes: why one cannot be had in the APN's network, whoever has it, as
 * words that follow it ("shares addresses with ..."); NULL if it can. */
const char *pgw_route_refused(const char *apn, const struct prefix *);
/* Whether two APNs are of one network, so that their addresses are apart. */
bool pgw_same_network(const char *apn, const char *other);

struct pgw_pool_use {
	const char *apn;
	uint32_t size, used; /* dynamic and static addresses of the pool */
};
/* Fills out[MCORE_MAX_POOLS]; returns how many. */
unsigned pgw_pools(struct pgw_pool_use out[MCORE_MAX_POOLS]);
unsigned pgw_sessions(void);

#endif
