/* SPDX-License-Identifier: Apache-2.0 */
/* Integrity of EPS (TS 33.401 annex B.2): 128-EIA1 SNOW 3G, 128-EIA2 AES-CMAC, 128-EIA3 ZUC. EIA0
 * is not here: null integrity is for unauthenticated emergency calls only. */
#ifndef SECURITY_EIA_H
#define SECURITY_EIA_H

#include <stddef.h>
#include <stdint.h>

enum eia { EIA0, EIA1, EIA2, EIA3 };

/* MAC over `bits` of in; parameters as in eea.h. 0, or -EINVAL (mac untouched) for another
 * algorithm. */
int eia_mac(enum eia, const uint8_t key[16], uint32_t count, unsigned bearer, unsigned direction,
	    const uint8_t *in, size_t bits, uint8_t mac[4]);

#endif
