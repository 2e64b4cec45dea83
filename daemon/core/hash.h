/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a, to tell what is the same from what is not; not against whoever chooses the octets. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* Of what h is of and n octets more. */
static inline uint64_t hash_add(uint64_t h, const void *octets, size_t n)
{
	const uint8_t *b = octets;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return h;
}

#endif
