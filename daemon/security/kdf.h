/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation of EPS (TS 33.401 annex A, function of TS 33.220 B.2): HMAC-SHA-256 over FC and
 * parameters. Keys are octets, most significant first. */
#ifndef SECURITY_KDF_H
#define SECURITY_KDF_H

#include <stdbool.h>
#include <stdint.h>
#include <mcore/ids.h>

/* Algorithm type distinguishers (table A.7-1). */
enum kdf_algorithm {
	KDF_NAS_ENC = 1,
	KDF_NAS_INT = 2,
	KDF_RRC_ENC = 3,
	KDF_RRC_INT = 4,
	KDF_UP_ENC = 5,
	KDF_UP_INT = 6,
};

/* KASME (A.2) for the serving network. */
void kdf_kasme(const uint8_t ck[16], const uint8_t ik[16], plmn_t serving,
	       const uint8_t sqn_xor_ak[6], uint8_t kasme[32]);
/* KeNB (A.3) from the NAS uplink COUNT of the message that led to it. */
void kdf_kenb(const uint8_t kasme[32], uint32_t ul_count, uint8_t kenb[32]);
/* NH (A.4); sync is KeNB for the first and the previous NH after. */
void kdf_nh(const uint8_t kasme[32], const uint8_t sync[32], uint8_t nh[32]);
/* KeNB* (A.5) from KeNB or NH; EARFCN-DL above 65535 takes three octets. */
void kdf_kenb_star(const uint8_t kenb[32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[32]);
/* A key of 16 octets for an algorithm (A.7): the low half of the output. from is KASME for NAS,
 * KeNB for RRC and user plane. identity is the 128-EEA/EIA number. */
void kdf_algorithm_key(const uint8_t from[32], enum kdf_algorithm type, uint8_t identity,
		       uint8_t key[16]);

#endif
