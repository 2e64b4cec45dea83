/* SPDX-License-Identifier: Apache-2.0 */
/* PDN gateway (TS 23.401 4.4.3.3): addresses, PCO, the bearer in the datapath, router
 * advertisements. It answers GTPv2-C requests that gtpc hands it and owns one `pgw_session` per PDN
 * connection.
 *
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
#include "transport/gtpc.h"

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
};

struct pgw_config {
	unsigned apns; /* in the order of dp_config.pool: index is the datapath's pool */
	struct pgw_apn apn[MCORE_MAX_POOLS];
	struct in_addr control, gtpu; /* our addresses in F-TEIDs */
};

/* After dp_start. Copies the configuration. 0, or -EINVAL if an APN has no address family. */
int pgw_start(const struct pgw_config *);
/* New values of an APN that may change under sessions: DNS, MTU, default AMBR. Same APNs, same
 * order. */
void pgw_reload(const struct pgw_config *);
/* Frees all contexts; what the datapath has goes on. */
void pgw_stop(void);

/* For dp_handler.slow_path. */
void pgw_slow_path(uint32_t slot, const uint8_t *packet, size_t n);
/* The device of a slot has a radio bearer: tells it its prefix unasked (RFC 4861 6.2.4). */
void pgw_connected(uint32_t slot);
/* The slot of a session of this process, by its control TEID; false if there is none: the SGW
 * shares it. */
bool pgw_slot(uint32_t teid, uint8_t ebi, uint32_t *slot);

/* A session as it was before a restart. */
struct pgw_restored {
	imsi_t imsi;
	uint8_t ebi;
	const char *apn;
	struct paa paa;
	uint64_t ambr_up, ambr_down;
	struct fteid sgw; /* the SGW's control F-TEID */
};
/* Makes the session anew: its addresses are taken before anybody else can have them, and its slot
 * is found in the datapath, or programmed (idle) if the datapath lost it. *teid is its (new)
 * control TEID and *slot its slot. 0; -ENOENT APN not configured any more or address outside it;
 * -EEXIST address or slot is another's; -ENOSPC. */
int pgw_restore(const struct pgw_restored *, uint32_t *teid, uint32_t *slot);
/* All that was saved is restored: slots of the datapath that nobody claimed are removed. Returns
 * how many. */
unsigned pgw_restore_end(void);

/* Keeps addresses for a SIM that has them by subscription (zero: none of that family), or gives
 * them back to the pool they are in. Without this a static address may be in use when its owner
 * comes. */
void pgw_keep(struct in_addr ue4, struct in6_addr ue6, bool keep);

struct pgw_pool_use {
	const char *apn;
	uint32_t size, used; /* dynamic and static addresses of the pool */
};
/* Fills out[MCORE_MAX_POOLS]; returns how many. */
unsigned pgw_pools(struct pgw_pool_use out[MCORE_MAX_POOLS]);
unsigned pgw_sessions(void);

#endif
