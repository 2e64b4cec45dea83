/* SPDX-License-Identifier: Apache-2.0 */
/* ZUC (ETSI/SAGE, referenced by TS 35.222): a stream of 32-bit words from key and IV. */
#ifndef SECURITY_ZUC_H
#define SECURITY_ZUC_H

#include <stdint.h>

struct zuc {
	uint32_t s[16]; /* 31-bit cells, as a ring that starts at `at` */
	uint32_t r1, r2;
	unsigned at;
};

void zuc_init(struct zuc *, const uint8_t key[16], const uint8_t iv[16]);
uint32_t zuc_next(struct zuc *);

#endif
