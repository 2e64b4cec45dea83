/* SPDX-License-Identifier: Apache-2.0 */
#include "security/as_chain.h"

#include <string.h>

#include "security/crypto.h"
#include "security/kdf.h"

enum { NCC_MASK = 7 };

void as_chain_begin(struct as_chain *c, const uint8_t kasme[32], const uint8_t kenb[32])
{
	memcpy(c->kasme, kasme, sizeof(c->kasme));
	kdf_nh(kasme, kenb, c->nh);
	c->ncc = 1;
}

void as_chain_next(struct as_chain *c)
{
	uint8_t fresh[32];

	kdf_nh(c->kasme, c->nh, fresh);
	memcpy(c->nh, fresh, sizeof(c->nh));
	crypto_wipe(fresh, sizeof(fresh));
	c->ncc = (c->ncc + 1) & NCC_MASK;
}
