/* SPDX-License-Identifier: Apache-2.0 */
/* The UE's USIM: authenticates the network and itself (TS 33.102 6.3.3, 31.102 7.1.2) and keeps SQN
 * by the array scheme of 33.102 annex C (32 entries, index in the low 5 bits of SQN). */
#ifndef RANSIM_USIM_H
#define RANSIM_USIM_H

#include <stdbool.h>
#include <stdint.h>
#include <mcore/ids.h>
#include "security/aka.h"

enum { USIM_IND_BITS = 5, USIM_ENTRIES = 1 << USIM_IND_BITS };

struct usim {
	struct aka_key key;
	uint64_t seq[USIM_ENTRIES]; /* SEQ_MS per index: highest accepted; 0: none yet */
};

enum usim_result {
	USIM_OK,
	USIM_MAC_FAILURE,
	USIM_NON_EPS,      /* separation bit of AMF is 0 (TS 33.401 6.1.1) */
	USIM_SYNC_FAILURE, /* auts is set */
};

struct usim_answer {
	struct aka_vector v; /* res, ck, ik, sqn_xor_ak */
	uint8_t auts[14];
};

enum usim_result usim_authenticate(struct usim *, const uint8_t rand[16], const uint8_t autn[16],
				   struct usim_answer *out);
/* Moves SQN_MS ahead by n SEQ steps from its highest, so that the network finds itself behind. */
void usim_skip_ahead(struct usim *, uint64_t n);

/* K and OPc of a load SIM: the two halves of HMAC-SHA-256(seed, IMSI digits). */
void usim_derive(struct usim *, const uint8_t *seed, size_t seed_n, imsi_t imsi);

#endif
