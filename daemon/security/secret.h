/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets at rest: short blobs sealed with AES-256-GCM under one key of the machine. A sealed blob
 * is nonce (12 octets, random), ciphertext, tag (16). The associated data (an IMSI) ties a blob to
 * its row: moved to another, it does not open. Any thread may seal and open once the key is loaded.
 */
#ifndef SECURITY_SECRET_H
#define SECURITY_SECRET_H

#include <stddef.h>
#include <stdint.h>

enum { SECRET_OVERHEAD = 28 };

/* Loads the key: a file of 32 octets, or 64 hex digits with or without a newline. An absent file is
 * made, mode 0600, with a random key. NULL: $CREDENTIALS_DIRECTORY/mcored.key, which must exist. A
 * file that others may read is refused, but for systemd credentials, which systemd guards. 0 or
 * negative errno with the reason in error[cap]. */
int secret_load_key(const char *path, char *error, size_t cap);
/* Forgets the key. */
void secret_drop_key(void);
/* Writes n + SECRET_OVERHEAD octets to out. */
void secret_seal(const void *ad, size_t ad_n, const void *plain, size_t n, uint8_t *out);
/* Writes n - SECRET_OVERHEAD octets to out. 0; -EBADMSG if it is too short, was changed, or was
 * sealed under another key or associated data (out is zeroed then). */
int secret_open(const void *ad, size_t ad_n, const uint8_t *sealed, size_t n, uint8_t *out);

#endif
