/* SPDX-License-Identifier: Apache-2.0 */
/* MILENAGE (TS 35.205, 35.206): f1, f1*, f2, f3, f4, f5, f5* on AES-128 with the standard
 * constants. All strings are octets in the specification's order; a NULL output is not computed. */
#ifndef SECURITY_MILENAGE_H
#define SECURITY_MILENAGE_H

#include <stdint.h>

/* OPc from OP (35.205 8.2). */
void milenage_opc(const uint8_t k[16], const uint8_t op[16], uint8_t opc[16]);
/* MAC-A (f1) and MAC-S (f1*). */
void milenage_f1(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16],
		 const uint8_t sqn[6], const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8]);
/* RES (f2), CK (f3), IK (f4), AK (f5) and the AK of resynchronisation (f5*). */
void milenage_f2345(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16],
		    uint8_t res[8], uint8_t ck[16], uint8_t ik[16], uint8_t ak[6],
		    uint8_t ak_star[6]);

#endif
