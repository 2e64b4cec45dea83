/* SPDX-License-Identifier: Apache-2.0 */
/* SNOW 3G (ETSI/SAGE, referenced by TS 35.216): a stream of 32-bit words from key and IV. */
#ifndef SECURITY_SNOW3G_H
#define SECURITY_SNOW3G_H

#include <stdint.h>

struct snow3g {
	uint32_t s[16]; /* linear feedback register, as a ring that starts at `at` */
	uint32_t r1, r2, r3;
	unsigned at;
};

/* Key and IV as the words k0 to k3 and IV0 to IV3 of the specification. (UEA2 and UIA2 put the
 * first four octets of a key in k3.) */
void snow3g_init(struct snow3g *, const uint32_t k[4], const uint32_t iv[4]);
uint32_t snow3g_next(struct snow3g *);

#endif
