/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL 3 looks an algorithm up by name at each use unless it was fetched before, which costs
 * more than the cipher itself on the short inputs here. So a thread fetches once and keeps its
 * contexts until it ends; a call re-keys them, and not even that when the key is the one of the
 * call before (MILENAGE makes five blocks under one K). CMAC (RFC 4493, SP 800-38B) is built on the
 * block cipher, because 128-EIA2 is defined for messages that are not whole octets. */
#include "security/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct crypto {
	EVP_CIPHER_CTX *ecb, *ctr;
	EVP_MAC_CTX *hmac;
	bool keyed;
	uint8_t key[16]; /* that ecb has */
};

static _Thread_local struct crypto *mine;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_exit;

static void must(bool ok)
{
	if (ok)
		return;
	fputs("crypto: OpenSSL failed\n", stderr);
	abort();
}

static void crypto_free(void *p)
{
	struct crypto *c = p;

	EVP_CIPHER_CTX_free(c->ecb);
	EVP_CIPHER_CTX_free(c->ctr);
	EVP_MAC_CTX_free(c->hmac);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
}

static void crypto_once(void) { must(!pthread_key_create(&at_exit, crypto_free)); }

static EVP_CIPHER_CTX *cipher_new(const char *name)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	must(cipher && ctx && EVP_EncryptInit_ex2(ctx, cipher, NULL, NULL, NULL));
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	EVP_CIPHER_free(cipher);
	return ctx;
}

static struct crypto *crypto_here(void)
{
	char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac;

	if (mine)
		return mine;
	pthread_once(&once, crypto_once);
	mine = calloc(1, sizeof(*mine));
	must(mine && !pthread_setspecific(at_exit, mine));
	mine->ecb = cipher_new("AES-128-ECB");
	mine->ctr = cipher_new("AES-128-CTR");
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	mine->hmac = mac ? EVP_MAC_CTX_new(mac) : NULL;
	must(mine->hmac && EVP_MAC_CTX_set_params(mine->hmac, params));
	EVP_MAC_free(mac);
	return mine;
}

static EVP_CIPHER_CTX *ecb_keyed(const uint8_t key[16])
{
	struct crypto *c = crypto_here();

	if (c->keyed && !CRYPTO_memcmp(c->key, key, 16))
		return c->ecb;
	must(EVP_EncryptInit_ex2(c->ecb, NULL, key, NULL, NULL));
	memcpy(c->key, key, 16);
	c->keyed = true;
	return c->ecb;
}

void aes128_encrypt(const uint8_t key[16], const uint8_t *in, uint8_t *out, size_t blocks)
{
	int n;

	must(EVP_EncryptUpdate(ecb_keyed(key), out, &n, in, (int)(16 * blocks)));
}

void aes128_ctr(const uint8_t key[16], const uint8_t counter[16], const uint8_t *in, uint8_t *out,
		size_t n)
{
	EVP_CIPHER_CTX *ctx = crypto_here()->ctr;
	int len;

	must(EVP_EncryptInit_ex2(ctx, NULL, key, counter, NULL));
	must(EVP_EncryptUpdate(ctx, out, &len, in, (int)n));
}

/* Doubling in GF(2^128) with x^128 + x^7 + x^2 + x + 1. */
static void double_block(uint8_t b[16])
{
	uint8_t carry = b[0] >> 7;

	for (unsigned i = 0; i < 15; i++)
		b[i] = (uint8_t)(b[i] << 1 | b[i + 1] >> 7);
	b[15] = (uint8_t)(b[15] << 1 ^ (carry ? 0x87 : 0));
}

void aes128_cmac(const uint8_t key[16], const uint8_t *head, size_t head_n, const uint8_t *in,
		 size_t bits, uint8_t mac[16])
{
	EVP_CIPHER_CTX *ctx = ecb_keyed(key);
	uint8_t x[16] = {0}, sub[16] = {0};
	size_t n = head_n + (bits + 7) / 8, whole = bits / 8;
	unsigned at = 0, spare = bits % 8;
	int len;

	must(EVP_EncryptUpdate(ctx, sub, &len, sub, 16));
	double_block(sub);
	for (size_t i = 0; i < n; i++) {
		size_t j = i - head_n;

		if (at == 16) {
			must(EVP_EncryptUpdate(ctx, x, &len, x, 16));
			at = 0;
		}
		if (i < head_n)
			x[at++] ^= head[i];
		else if (j < whole)
			x[at++] ^= in[j];
		else /* the last bits, and the 1 that ends a message that fills no block */
			x[at++] ^= (uint8_t)((in[j] & 0xff00u >> spare) | 0x80u >> spare);
	}
	if (at < 16 || spare) {
		double_block(sub);
		if (!spare)
			x[at] ^= 0x80;
	}
	for (unsigned i = 0; i < 16; i++)
		x[i] ^= sub[i];
	must(EVP_EncryptUpdate(ctx, mac, &len, x, 16));
	OPENSSL_cleanse(sub, sizeof(sub));
}

void hmac_sha256(const uint8_t *key, size_t key_n, const uint8_t *in, size_t n, uint8_t mac[32])
{
	EVP_MAC_CTX *ctx = crypto_here()->hmac;
	size_t len;

	must(EVP_MAC_init(ctx, key, key_n, NULL) && EVP_MAC_update(ctx, in, n) &&
	     EVP_MAC_final(ctx, mac, &len, 32));
}

void crypto_random(void *out, size_t n) { must(RAND_bytes(out, (int)n) == 1); }

bool crypto_equal(const void *a, const void *b, size_t n) { return !CRYPTO_memcmp(a, b, n); }

void crypto_wipe(void *p, size_t n) { OPENSSL_cleanse(p, n); }
