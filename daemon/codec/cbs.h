/* SPDX-License-Identifier: Apache-2.0 */
/* Cell broadcast text: UTF-8 to the pages of a Warning Message Contents (TS 23.041 9.4.2.2.5), in the
 * GSM 7 bit default alphabet where it has all characters, else in UCS2 (TS 23.038). */
#ifndef CODEC_CBS_H
#define CODEC_CBS_H

#include <stddef.h>
#include <stdint.h>

enum { CBS_PAGE = 82, CBS_PAGES = 15, CBS_MAX = 1 + CBS_PAGES * (CBS_PAGE + 1) };

/* Writes the contents to out[CBS_MAX]; *dcs is the data coding scheme. language is two letters of
 * ISO 639, or NULL. Returns the octets, or 0 with *error in words: no UTF-8, a character that UCS2 has
 * not, more than 15 pages, or nothing at all. */
size_t cbs_encode(const char *utf8, const char *language, uint8_t *dcs, uint8_t out[CBS_MAX],
		  const char **error);

#endif
