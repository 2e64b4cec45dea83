/* SPDX-License-Identifier: Apache-2.0 */
/* What of the store is encrypted, and bound to what: the associated data is a letter for the kind
 * of secret and the IMSI, so that neither another subscriber's keys nor a context opens in its
 * place. */
#include "store/backend.h"

#include <errno.h>
#include <string.h>
#include <openssl/crypto.h>

struct binding {
	uint8_t b[9];
};

static struct binding binding(char kind, imsi_t imsi)
{
	struct binding a = {{(uint8_t)kind}};

	for (unsigned i = 0; i < 8; i++)
		a.b[1 + i] = (uint8_t)(imsi >> (56 - 8 * i));
	return a;
}

size_t sealed_keys_make(const struct subscriber *s, uint8_t out[SEALED_KEYS_MAX])
{
	const struct binding ad = binding('k', s->imsi);
	uint8_t plain[2 + 32 + 32];
	size_t n = 2;

	plain[0] = s->k_len;
	plain[1] = s->opc_len;
	memcpy(plain + n, s->k, s->k_len);
	n += s->k_len;
	memcpy(plain + n, s->opc, s->opc_len);
	n += s->opc_len;
	secret_seal(&ad, sizeof ad, plain, n, out);
	OPENSSL_cleanse(plain, sizeof plain);
	return n + SECRET_OVERHEAD;
}

int sealed_keys_get(struct subscriber *s, const void *sealed, size_t n)
{
	const struct binding ad = binding('k', s->imsi);
	uint8_t plain[2 + 32 + 32];
	int err = -EBADMSG;

	if (n < 2 + SECRET_OVERHEAD || n > SEALED_KEYS_MAX ||
	    secret_open(&ad, sizeof ad, sealed, n, plain))
		return err;
	s->k_len = plain[0];
	s->opc_len = plain[1];
	if (s->k_len <= sizeof s->k && s->opc_len <= sizeof s->opc &&
	    n == 2u + s->k_len + s->opc_len + SECRET_OVERHEAD) {
		memcpy(s->k, plain + 2, s->k_len);
		memcpy(s->opc, plain + 2 + s->k_len, s->opc_len);
		err = 0;
	}
	OPENSSL_cleanse(plain, sizeof plain);
	return err;
}

void sealed_context_make(imsi_t imsi, const void *blob, size_t n, uint8_t *out)
{
	const struct binding ad = binding('c', imsi);

	secret_seal(&ad, sizeof ad, blob, n, out);
}

int sealed_context_get(imsi_t imsi, const void *sealed, size_t n, uint8_t *out)
{
	const struct binding ad = binding('c', imsi);

	return secret_open(&ad, sizeof ad, sealed, n, out);
}

void sealed_check_make(uint8_t out[SEALED_CHECK_LEN])
{
	const struct binding ad = binding('v', IMSI_NONE);

	secret_seal(&ad, sizeof ad, "mcore key check ", 16, out);
}

int sealed_check(const void *sealed, size_t n)
{
	const struct binding ad = binding('v', IMSI_NONE);
	uint8_t plain[16];

	if (n != SEALED_CHECK_LEN)
		return -EBADMSG;
	return secret_open(&ad, sizeof ad, sealed, n, plain);
}
