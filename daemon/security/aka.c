/* SPDX-License-Identifier: Apache-2.0 */
/* AKA over either algorithm set: f1 to f5* behind two functions, the rest is arithmetic on strings.
 */
#include "security/aka.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "security/crypto.h"
#include "security/milenage.h"
#include "security/tuak.h"

static const uint8_t amf_resync[2]; /* 33.102 6.3.3: AUTS is made with a dummy AMF of zeros */

static struct tuak tuak_of(const struct aka_key *k)
{
	return (struct tuak){.k = k->k,
			     .k_len = k->k_len,
			     .topc = k->opc,
			     .iterations = 1,
			     .mac_len = 8,
			     .res_len = 8,
			     .ck_len = 16,
			     .ik_len = 16};
}

static bool key_valid(const struct aka_key *k)
{
	return k->k_len == 16 || (k->algorithm == AKA_TUAK && k->k_len == 32);
}

static void f1(const struct aka_key *k, const uint8_t rand[16], const uint8_t sqn[6],
	       const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8])
{
	struct tuak t = tuak_of(k);

	if (k->algorithm == AKA_TUAK)
		tuak_f1(&t, rand, sqn, amf, mac_a, mac_s);
	else
		milenage_f1(k->k, k->opc, rand, sqn, amf, mac_a, mac_s);
}

static void f2345(const struct aka_key *k, const uint8_t rand[16], struct aka_vector *v,
		  uint8_t ak[6], uint8_t ak_star[6])
{
	struct tuak t = tuak_of(k);
	uint8_t *res = v ? v->res : NULL, *ck = v ? v->ck : NULL, *ik = v ? v->ik : NULL;

	if (k->algorithm == AKA_TUAK)
		tuak_f2345(&t, rand, res, ck, ik, ak, ak_star);
	else
		milenage_f2345(k->k, k->opc, rand, res, ck, ik, ak, ak_star);
}

static void sqn_put(uint8_t out[6], uint64_t sqn)
{
	for (unsigned i = 6; i--; sqn >>= 8)
		out[i] = (uint8_t)sqn;
}

static uint64_t sqn_get(const uint8_t in[6])
{
	uint64_t sqn = 0;

	for (unsigned i = 0; i < 6; i++)
		sqn = sqn << 8 | in[i];
	return sqn;
}

static void xor6(uint8_t out[6], const uint8_t a[6], const uint8_t b[6])
{
	for (unsigned i = 0; i < 6; i++)
		out[i] = a[i] ^ b[i];
}

int aka_generate(const struct aka_key *k, const uint8_t rand[16], uint64_t sqn,
		 const uint8_t amf[2], struct aka_vector *out)
{
	uint8_t octets[6], ak[6];

	if (!key_valid(k))
		return -EINVAL;
	sqn_put(octets, sqn);
	f2345(k, rand, out, ak, NULL);
	xor6(out->sqn_xor_ak, octets, ak);
	memcpy(out->autn, out->sqn_xor_ak, 6);
	memcpy(out->autn + 6, amf, 2);
	f1(k, rand, octets, amf, out->autn + 8, NULL);
	return 0;
}

int aka_check_auts(const struct aka_key *k, const uint8_t rand[16], const uint8_t auts[14],
		   uint64_t *sqn_ms)
{
	uint8_t octets[6], ak[6], mac_s[8];

	if (!key_valid(k))
		return -EINVAL;
	f2345(k, rand, NULL, NULL, ak);
	xor6(octets, auts, ak);
	f1(k, rand, octets, amf_resync, NULL, mac_s);
	if (!crypto_equal(mac_s, auts + 6, 8))
		return -EBADMSG;
	*sqn_ms = sqn_get(octets);
	return 0;
}

int aka_check_autn(const struct aka_key *k, const uint8_t rand[16], const uint8_t autn[16],
		   uint64_t *sqn, uint8_t amf[2], struct aka_vector *out)
{
	uint8_t octets[6], ak[6], mac_a[8];

	if (!key_valid(k))
		return -EINVAL;
	f2345(k, rand, out, ak, NULL);
	memcpy(out->autn, autn, 16);
	memcpy(out->sqn_xor_ak, autn, 6);
	xor6(octets, autn, ak);
	f1(k, rand, octets, autn + 6, mac_a, NULL);
	if (!crypto_equal(mac_a, autn + 8, 8))
		return -EBADMSG;
	*sqn = sqn_get(octets);
	memcpy(amf, autn + 6, 2);
	return 0;
}

int aka_make_auts(const struct aka_key *k, const uint8_t rand[16], uint64_t sqn_ms,
		  uint8_t auts[14])
{
	uint8_t octets[6], ak[6];

	if (!key_valid(k))
		return -EINVAL;
	sqn_put(octets, sqn_ms);
	f2345(k, rand, NULL, NULL, ak);
	xor6(auts, octets, ak);
	f1(k, rand, octets, amf_resync, NULL, auts + 6);
	return 0;
}
