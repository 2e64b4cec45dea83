/* SPDX-License-Identifier: Apache-2.0 */
/* MILENAGE: TEMP = E(RAND ^ OPc) feeds each function, which rotates it by r octets (r = 8, 0, 4, 8,
 * 12 for f1 to f5*), adds a constant in the last octet (0, 1, 2, 4, 8) and encrypts again. */
#include "security/milenage.h"

#include <string.h>

#include "security/crypto.h"

static void xor_block(uint8_t out[16], const uint8_t a[16], const uint8_t b[16])
{
	for (unsigned i = 0; i < 16; i++)
		out[i] = a[i] ^ b[i];
}

static void temp_make(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16],
		      uint8_t temp[16])
{
	xor_block(temp, rand, opc);
	aes128_encrypt(k, temp, temp, 1);
}

void milenage_opc(const uint8_t k[16], const uint8_t op[16], uint8_t opc[16])
{
	uint8_t e[16];

	aes128_encrypt(k, op, e, 1);
	xor_block(opc, e, op);
}

void milenage_f1(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16],
		 const uint8_t sqn[6], const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8])
{
	uint8_t temp[16], in[16];

	temp_make(k, opc, rand, temp);
	for (unsigned half = 0; half < 16; half += 8) {
		memcpy(in + half, sqn, 6);
		memcpy(in + half + 6, amf, 2);
	}
	for (unsigned i = 0; i < 16; i++)
		temp[i] ^= in[(i + 8) % 16] ^ opc[(i + 8) % 16];
	aes128_encrypt(k, temp, temp, 1);
	xor_block(temp, temp, opc);
	if (mac_a)
		memcpy(mac_a, temp, 8);
	if (mac_s)
		memcpy(mac_s, temp + 8, 8);
}

void milenage_f2345(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16],
		    uint8_t res[8], uint8_t ck[16], uint8_t ik[16], uint8_t ak[6],
		    uint8_t ak_star[6])
{
	static const struct {
		uint8_t rotate, constant;
	} f[4] = {{0, 1}, {4, 2}, {8, 4}, {12, 8}};
	uint8_t temp[16], out[4][16];

	temp_make(k, opc, rand, temp);
	for (unsigned n = 0; n < 4; n++) {
		for (unsigned i = 0; i < 16; i++) {
			unsigned j = (i + f[n].rotate) % 16;

			out[n][i] = temp[j] ^ opc[j];
		}
		out[n][15] ^= f[n].constant;
	}
	aes128_encrypt(k, out[0], out[0], 4);
	for (unsigned n = 0; n < 4; n++)
		xor_block(out[n], out[n], opc);
	if (res)
		memcpy(res, out[0] + 8, 8);
	if (ak)
		memcpy(ak, out[0], 6);
	if (ck)
		memcpy(ck, out[1], 16);
	if (ik)
		memcpy(ik, out[2], 16);
	if (ak_star)
		memcpy(ak_star, out[3], 6);
	crypto_wipe(out, sizeof(out));
}
