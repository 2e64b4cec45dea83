/* SPDX-License-Identifier: Apache-2.0 */
/* S = FC || P0 || L0 || P1 || L1 …, each length two octets; the key is HMAC-SHA-256 of S (33.220
 * B.2). */
#include "security/kdf.h"

#include <string.h>

#include "codec/wire.h"
#include "security/crypto.h"

/* FC (33.401 annex A) */
enum {
	FC_KASME = 0x10,
	FC_KENB = 0x11,
	FC_NH = 0x12,
	FC_KENB_STAR = 0x13,
	FC_ALGORITHM_KEY = 0x15,
};

struct param {
	const void *p;
	uint16_t n;
};

static void derive(const uint8_t *key, size_t key_n, uint8_t fc, struct param p0, struct param p1,
		   uint8_t out[32])
{
	uint8_t s[64];
	struct wr w = wr_of(s, sizeof(s));

	wr_u8(&w, fc);
	wr_raw(&w, p0.p, p0.n);
	wr_u16(&w, p0.n);
	if (p1.n) {
		wr_raw(&w, p1.p, p1.n);
		wr_u16(&w, p1.n);
	}
	hmac_sha256(key, key_n, s, (size_t)(w.p - s), out);
	crypto_wipe(s, sizeof(s));
}

void kdf_kasme(const uint8_t ck[16], const uint8_t ik[16], plmn_t serving,
	       const uint8_t sqn_xor_ak[6], uint8_t kasme[32])
{
	uint8_t key[32], plmn[3];

	memcpy(key, ck, 16);
	memcpy(key + 16, ik, 16);
	plmn_to_wire(serving, plmn);
	derive(key, sizeof(key), FC_KASME, (struct param){plmn, 3}, (struct param){sqn_xor_ak, 6},
	       kasme);
	crypto_wipe(key, sizeof(key));
}

void kdf_kenb(const uint8_t kasme[32], uint32_t ul_count, uint8_t kenb[32])
{
	uint8_t count[4];
	struct wr w = wr_of(count, sizeof(count));

	wr_u32(&w, ul_count);
	derive(kasme, 32, FC_KENB, (struct param){count, 4}, (struct param){0}, kenb);
}

void kdf_nh(const uint8_t kasme[32], const uint8_t sync[32], uint8_t nh[32])
{
	derive(kasme, 32, FC_NH, (struct param){sync, 32}, (struct param){0}, nh);
}

void kdf_kenb_star(const uint8_t kenb[32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[32])
{
	uint8_t cell[2], earfcn[3];
	uint16_t n = earfcn_dl > UINT16_MAX ? 3 : 2;
	struct wr wc = wr_of(cell, sizeof(cell)), we = wr_of(earfcn, sizeof(earfcn));

	wr_u16(&wc, pci);
	wr_be(&we, earfcn_dl, n);
	derive(kenb, 32, FC_KENB_STAR, (struct param){cell, 2}, (struct param){earfcn, n}, out);
}

void kdf_algorithm_key(const uint8_t from[32], enum kdf_algorithm type, uint8_t identity,
		       uint8_t key[16])
{
	uint8_t distinguisher = (uint8_t)type, out[32];

	derive(from, 32, FC_ALGORITHM_KEY, (struct param){&distinguisher, 1},
	       (struct param){&identity, 1}, out);
	memcpy(key, out + 16, 16);
	crypto_wipe(out, sizeof(out));
}
