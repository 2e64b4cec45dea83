/* SPDX-License-Identifier: Apache-2.0 */
/* UMTS/EPS AKA (TS 33.102 6.3) over MILENAGE or TUAK: what the home network makes and what a USIM
 * checks. SQN is a number of 48 bits; RES has 8 octets, MAC 8, CK and IK 16. */
#ifndef SECURITY_AKA_H
#define SECURITY_AKA_H

#include <stdint.h>

enum aka_algorithm { AKA_MILENAGE, AKA_TUAK };

/* A subscriber's secrets. Wiped by the owner (crypto_wipe). */
struct aka_key {
	enum aka_algorithm algorithm;
	uint8_t k[32], k_len; /* MILENAGE: 16; TUAK: 16 or 32 */
	uint8_t opc[32];      /* OPc (16 octets) or TOPc (32) */
};

struct aka_vector {
	uint8_t autn[16]; /* SQN xor AK, AMF, MAC-A */
	uint8_t res[8];
	uint8_t ck[16], ik[16];
	uint8_t sqn_xor_ak[6]; /* for KASME */
};

/* Home network: the vector for a RAND and SQN. 0, or -EINVAL if k_len does not fit the algorithm.
 */
int aka_generate(const struct aka_key *, const uint8_t rand[16], uint64_t sqn, const uint8_t amf[2],
		 struct aka_vector *out);
/* Home network: checks AUTS (33.102 6.3.5), with the AMF of zeros it is made with, and gives
 * SQN_MS. 0, -EBADMSG if MAC-S is wrong, -EINVAL. */
int aka_check_auts(const struct aka_key *, const uint8_t rand[16], const uint8_t auts[14],
		   uint64_t *sqn_ms);
/* USIM: checks MAC-A of an AUTN and gives SQN, AMF and the vector's RES, CK, IK. Whether SQN is
 * fresh is the caller's to judge. 0, -EBADMSG if MAC-A is wrong, -EINVAL. */
int aka_check_autn(const struct aka_key *, const uint8_t rand[16], const uint8_t autn[16],
		   uint64_t *sqn, uint8_t amf[2], struct aka_vector *out);
/* USIM: AUTS for a RAND it found out of synchrony. 0 or -EINVAL. */
int aka_make_auts(const struct aka_key *, const uint8_t rand[16], uint64_t sqn_ms,
		  uint8_t auts[14]);

#endif
