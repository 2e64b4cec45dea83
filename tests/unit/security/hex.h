/* SPDX-License-Identifier: Apache-2.0 */
/* Test vectors as hex text. */
#ifndef TESTS_UNIT_SECURITY_HEX_H
#define TESTS_UNIT_SECURITY_HEX_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Octets of a hex text into out[cap]; returns how many. */
static inline size_t hex(const char *text, uint8_t *out, size_t cap)
{
	size_t n = strlen(text) / 2;

	assert_true(n <= cap);
	for (size_t i = 0; i < n; i++) {
		unsigned v;

		assert_int_equal(sscanf(text + 2 * i, "%2x", &v), 1);
		out[i] = (uint8_t)v;
	}
	return n;
}

#define assert_hex(got, text)                                                                      \
	do {                                                                                       \
		uint8_t want_[4096];                                                               \
		size_t n_ = hex(text, want_, sizeof(want_));                                       \
		assert_memory_equal(got, want_, n_);                                               \
	} while (0)

#endif
