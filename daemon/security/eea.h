/* SPDX-License-Identifier: Apache-2.0 */
/* Ciphering of EPS (TS 33.401 annex B.1): 128-EEA1 SNOW 3G, 128-EEA2 AES in counter mode, 128-EEA3
 * ZUC. The same call deciphers. */
#ifndef SECURITY_EEA_H
#define SECURITY_EEA_H

#include <stddef.h>
#include <stdint.h>

enum eea { EEA0, EEA1, EEA2, EEA3 };

/* count is the 32-bit COUNT, bearer 0 to 31 (NAS: 0), direction 0 uplink, 1 downlink. Of the last
 * octet only the bits that belong to the message are kept, the rest are zero. in and out may be the
 * same. An unknown algorithm copies nothing and returns -EINVAL; else 0. */
int eea_crypt(enum eea, const uint8_t key[16], uint32_t count, unsigned bearer, unsigned direction,
	      const uint8_t *in, uint8_t *out, size_t bits);

#endif
