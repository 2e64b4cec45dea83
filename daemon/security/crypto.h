/* SPDX-License-Identifier: Apache-2.0 */
/* The few primitives that come from OpenSSL, with algorithms fetched once a process and contexts
 * kept per thread, so that a call costs a key schedule and the blocks. Keys are 16 octets unless
 * said. A failure inside OpenSSL (memory gone) ends the process: no caller can go on without its
 * keys. */
#ifndef SECURITY_CRYPTO_H
#define SECURITY_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* AES-128 of whole blocks, each alone (ECB). in and out may be the same. */
void aes128_encrypt(const uint8_t key[16], const uint8_t *in, uint8_t *out, size_t blocks);
/* AES-128 in counter mode; the counter block is taken as one 128-bit number. */
void aes128_ctr(const uint8_t key[16], const uint8_t counter[16], const uint8_t *in, uint8_t *out,
		size_t n);
/* AES-CMAC over head_n octets of head and then `bits` of in. */
void aes128_cmac(const uint8_t key[16], const uint8_t *head, size_t head_n, const uint8_t *in,
		 size_t bits, uint8_t mac[16]);
void hmac_sha256(const uint8_t *key, size_t key_n, const uint8_t *in, size_t n, uint8_t mac[32]);

/* Octets that nobody can guess; cheap enough for a RAND or a TEID a message. */
void crypto_random(void *out, size_t n);
/* True if equal, in a time that does not depend on where they differ. */
bool crypto_equal(const void *a, const void *b, size_t n);
/* Overwrites a key, whatever the compiler thinks of it. */
void crypto_wipe(void *p, size_t n);

#endif
