/* SPDX-License-Identifier: Apache-2.0 */
/* The MME's side of the chain of access stratum keys (TS 33.401 7.2.8): {NH, NCC} of one device.
 * Each key an eNodeB is given at a handover comes from the device's KASME by a path that no earlier
 * eNodeB can follow. */
#ifndef SECURITY_AS_CHAIN_H
#define SECURITY_AS_CHAIN_H

#include <stdint.h>

struct as_chain {
	uint8_t kasme[32]; /* what the keys in use come from, though a newer one be agreed (7.2.10) */
	uint8_t nh[32];
	uint8_t ncc; /* 0 to 7; that of nh */
};

/* With each KeNB that an eNodeB is given by a context setup, or by a key change on the fly: KeNB has NCC 0, and
 * the NH kept here, NCC 1, is given to nobody (7.2.8.1.1). */
void as_chain_begin(struct as_chain *, const uint8_t kasme[32], const uint8_t kenb[32]);
/* A fresh pair, for a Path Switch Request Acknowledge or a Handover Request (7.2.8.4.2,
 * 7.2.8.4.3). NCC goes from 7 to 0. */
void as_chain_next(struct as_chain *);

#endif
