/* SPDX-License-Identifier: Apache-2.0 */
/* Freshness (33.102 C.2.1): SEQ must be above the one stored at its index, and not so far above
 * that the counter would soon be used up (C.2.2, delta 2^28). The limit is not applied to an entry
 * never used: a USIM that starts from nothing takes whatever SQN its home network is at. AUTS tells
 * the highest SQN of the array (C.3.4). */
#include "usim.h"

#include <string.h>
#include "security/crypto.h"

static const uint64_t delta = 1ULL << 28;
static const uint64_t seq_mask = (1ULL << (48 - USIM_IND_BITS)) - 1;

static uint64_t sqn_highest(const struct usim *u)
{
	unsigned at = 0;

	for (unsigned i = 1; i < USIM_ENTRIES; i++)
		if (u->seq[i] > u->seq[at])
			at = i;
	return u->seq[at] << USIM_IND_BITS | at;
}

static bool seq_fresh(const struct usim *u, uint64_t seq, unsigned ind)
{
	uint64_t known = u->seq[ind];

	return seq > known && (!known || seq - known <= delta);
}

enum usim_result usim_authenticate(struct usim *u, const uint8_t rand[16], const uint8_t autn[16],
				   struct usim_answer *out)
{
	uint64_t sqn;
	uint8_t amf[2];
	unsigned ind;

	if (aka_check_autn(&u->key, rand, autn, &sqn, amf, &out->v))
		return USIM_MAC_FAILURE;
	if (!(amf[0] & 0x80))
		return USIM_NON_EPS;
	ind = sqn & (USIM_ENTRIES - 1);
	if (!seq_fresh(u, sqn >> USIM_IND_BITS, ind)) {
		aka_make_auts(&u->key, rand, sqn_highest(u), out->auts);
		return USIM_SYNC_FAILURE;
	}
	u->seq[ind] = sqn >> USIM_IND_BITS;
	return USIM_OK;
}

void usim_skip_ahead(struct usim *u, uint64_t n)
{
	uint64_t to = ((sqn_highest(u) >> USIM_IND_BITS) + n) & seq_mask;

	for (unsigned i = 0; i < USIM_ENTRIES; i++)
		u->seq[i] = to;
}

void usim_derive(struct usim *u, const uint8_t *seed, size_t seed_n, imsi_t imsi)
{
	char digits[IMSI_STRLEN];
	uint8_t mac[32];

	imsi_print(imsi, digits);
	hmac_sha256(seed, seed_n, (const uint8_t *)digits, strlen(digits), mac);
	u->key.algorithm = AKA_MILENAGE;
	u->key.k_len = 16;
	memcpy(u->key.k, mac, 16);
	memcpy(u->key.opc, mac + 16, 16);
}
