/* SPDX-License-Identifier: Apache-2.0 */
/* Packet load over the bearers of attached UEs: UDP from each UE's address in turn to one reflector
 * (`ransim reflect`, or anything that sends UDP back), at a fixed rate whatever comes back. Counts
 * what returns, and how long it took. */
#ifndef RANSIM_GEN_H
#define RANSIM_GEN_H

#include <netinet/in.h>
#include <stdint.h>
#include "hist.h"

struct gen_flow {
	uint32_t teid; /* local TEID of the UE's port */
	struct in_addr source;
};

struct gen_config {
	struct in_addr to;
	uint16_t port;
	uint64_t pps;  /* of all flows together */
	uint32_t size; /* of the inner IPv4 packet, at least GEN_MIN_SIZE */
};

enum { GEN_MIN_SIZE = 52, GEN_MAX_SIZE = 9000, GEN_TICK_US = 500 };

struct gen_result {
	uint64_t sent, unsent, received, alien; /* unsent: bearer without radio leg */
	struct hist rtt;
};

/* Takes a copy of the flows. 0, -EINVAL, -ENOMEM. */
int gen_start(const struct gen_config *, const struct gen_flow *, unsigned flows);
/* Stops sending; what is under way still counts until gen_stop. */
void gen_pause(void);
void gen_stop(void);
/* A copy of the counters, at any time. */
void gen_result(struct gen_result *);

/* The other end: returns UDP packets to their senders until a signal. Process exit code. */
int reflect_run(struct in_addr listen, uint16_t port);

#endif
