/* SPDX-License-Identifier: Apache-2.0 */
/* TUAK (TS 35.231) on our Keccak-f[1600]. k is 16 or 32 octets (k_len). Lengths are in octets: MAC
 * 8, 16 or 32; RES 4, 8, 16 or 32; CK and IK 16 or 32. iterations is the number of Keccak
 * permutations, 1 unless the operator chose otherwise. A NULL output is not computed. Another
 * length is a bug of the caller, who checks it where it is provisioned (tuak_lengths_valid). */
#ifndef SECURITY_TUAK_H
#define SECURITY_TUAK_H

#include <stdbool.h>
#include <stdint.h>

struct tuak {
	const uint8_t *k;
	uint8_t k_len;       /* 16 or 32 */
	const uint8_t *topc; /* 32 octets */
	uint8_t iterations;  /* at least 1 */
	uint8_t mac_len, res_len, ck_len, ik_len;
};

bool tuak_lengths_valid(const struct tuak *);
/* TOPc from TOP (35.231 6.1). */
void tuak_topc(const uint8_t *k, uint8_t k_len, const uint8_t top[32], uint8_t iterations,
	       uint8_t topc[32]);
/* f1 and f1*: mac_len octets each. */
void tuak_f1(const struct tuak *, const uint8_t rand[16], const uint8_t sqn[6],
	     const uint8_t amf[2], uint8_t *mac_a, uint8_t *mac_s);
/* f2, f3, f4, f5, f5*. */
void tuak_f2345(const struct tuak *, const uint8_t rand[16], uint8_t *res, uint8_t *ck, uint8_t *ik,
		uint8_t ak[6], uint8_t ak_star[6]);

/* Keccak-f[1600] of a state of 200 octets (FIPS 202; lanes little-endian). */
void keccak_f1600(uint8_t state[200]);

#endif
