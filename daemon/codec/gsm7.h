/* SPDX-License-Identifier: Apache-2.0 */
/* The GSM 7-bit default alphabet and its extension table (TS 23.038 6.2.1). */
#ifndef CODEC_GSM7_H
#define CODEC_GSM7_H

#include <stddef.h>
#include <stdint.h>

enum { GSM7_ESCAPE = 0x1b, GSM7_CR = 0x0d, GSM7_EXTENSIONS = 10 };

extern const uint16_t gsm7_points[128]; /* code points by septet; 0 for GSM7_ESCAPE */
extern const struct gsm7_extension { /* after GSM7_ESCAPE */
	uint8_t septet;
	uint16_t point;
} gsm7_extension[GSM7_EXTENSIONS];

/* Septets of a code point: one, or GSM7_ESCAPE and one; 0 if the alphabet has not got it. */
unsigned gsm7_septets(uint32_t point, uint8_t out[2]);

#endif
