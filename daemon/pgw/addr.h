/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of the APNs' pools. Private to pgw/. */
#ifndef PGW_ADDR_H
#define PGW_ADDR_H

#include "pgw/pgw.h"
#include "transport/index.h"

/* What a session was allotted: its place in the datapath and its addresses. */
struct addr {
	uint32_t slot;
	uint32_t offset;     /* in the pool; INDEX_NONE: an extra slot */
	struct in_addr ip4;  /* zero if none */
	struct in6_addr ip6; /* the /64, zero if none */
};

void addr_start(const struct pgw_config *);
void addr_stop(void);
struct pgw_session;
/* Allots what `type` wants: the given addresses where `fixed` has some, dynamic ones else. A
 * session whose addresses are all outside the pools goes to an extra slot: the one in which the
 * datapath has `restored` (NULL: a new session), or another. GTPC_ACCEPTED;
 * GTPC_ALL_ADDRESSES_OCCUPIED; GTPC_NO_RESOURCES if a given address cannot be had or there are no
 * extra slots, with the reason in *why. */
enum gtpc_cause addr_get(unsigned apn, enum pdn_type type, const struct paa *fixed,
			 const struct pgw_session *restored, struct addr *out, const char **why);
/* Gives the offset back. The slot goes back with dp_session_del. */
void addr_put(unsigned apn, const struct addr *);
void addr_keep(struct in_addr ue4, struct in6_addr ue6, bool keep);
/* Addresses for devices that the pool has, and how many are given out or kept. */
void addr_use(unsigned apn, uint32_t *size, uint32_t *used);

#endif
