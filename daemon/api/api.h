/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP and JSON for mcorectl and other administrators' tools, on a unix socket. libmicrohttpd has
 * no thread of its own: the loop watches its epoll descriptor and runs it.
 *
 *   http.c     the server: socket, peer credentials, request bodies, answers, streams
 *   crowd.c    more clients than there are connections
 *   routes.h   one table of method, path and function, and route.c, who looks there
 *   view.c     views (mcore/api_fields.h) to JSON
 *   sim.c      /sims: subscribers
 *   import.c   POST /sims with CSV or NDJSON
 *   simtext.c  a SIM from words: what a JSON object or a CSV line says
 *   session.c  /sessions, /pools
 *   policy.c   /policy: profiles, their versions, devices' own
 *   bearer.c   /bearers
 *   mme.c      /ues, /enbs, detach, /trace
 *   node.c     /enbs/ID, location, trace at the eNodeB, /overload, /warnings
 *   why.c      /why
 *   capture.c  /capture
 *   metrics.c  /stats, /metrics, /memory, /version */
#ifndef API_API_H
#define API_API_H

#include <stddef.h>
#include <mcore/api_sources.h>
#include "pgw/pgw.h"

enum { API_MAX_STATS = 8 };

struct api_config {
	const char *socket; /* path; NULL: API_SOCKET. Its directory is made if absent */
	const char *group;  /* may use it beside root and the daemon's user; NULL: nobody else */
	const struct api_mme *mme; /* NULL: no MME in this process */
	/* pgw_pools; NULL: no PGW */
	unsigned (*pools)(struct pgw_pool_use out[MCORE_MAX_POOLS]);
	/* pgw_keep: static addresses of SIMs that come, change and go; NULL: no PGW */
	void (*keep)(struct in_addr ue4, struct in6_addr ue6, bool keep);
	/* pgw_route_refused, pgw_same_network: framed routes of SIMs; NULL: no PGW */
	const char *(*route_refused)(const char *apn, const struct prefix *);
	bool (*same_network)(const char *apn, const char *other);
	api_stats stats[API_MAX_STATS]; /* NULL ends the list */
	bool store;                     /* subscribers are in store/store.h */
	bool datapath;                  /* sessions are in datapath/datapath.h */
};

/* Listens. What the configuration points to lives as long as the API. 0 or negative errno
 * (-EADDRINUSE: another daemon answers on the socket), the reason in error[cap]. */
int api_start(const struct api_config *, char *error, size_t cap);
/* Ends streams, answers 503 to what is under way, removes the socket. */
void api_stop(void);

#endif
