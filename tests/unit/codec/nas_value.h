/* SPDX-License-Identifier: Apache-2.0 */
/* Values of NAS against their octets. After cmocka.h. */
#ifndef TESTS_NAS_VALUE_H
#define TESTS_NAS_VALUE_H

#include "codec/nas.h"

/* A literal's octets, without its NUL */
#define LIT(s) bytes_of(s, sizeof(s) - 1)

/* Puts a value of type T and compares the octets; reads them again and puts the value once more. */
static inline void check_value(const struct ie_type *t, const void *value, struct bytes want)
{
	uint8_t out[300], again[300], copy[512] = {0};
	struct wr w = wr_of(out, sizeof(out)), v = wr_of(again, sizeof(again));
	struct rd r = rd_bytes(want);

	assert_true(t->size <= sizeof(copy));
	t->put(&w, value);
	assert_false(w.bad);
	assert_int_equal(w.p - out, want.n);
	assert_memory_equal(out, want.p, want.n);
	t->get(&r, copy);
	assert_false(r.bad);
	t->put(&v, copy);
	assert_int_equal(v.p - again, want.n);
	assert_memory_equal(again, want.p, want.n);
}
#define CHECK(T, value, literal) check_value(&nas_type_##T, (value), LIT(literal))

static inline bool refused(const struct ie_type *t, struct bytes b)
{
	uint8_t value[512] = {0};
	struct rd r = rd_bytes(b);

	t->get(&r, value);
	return r.bad;
}
#define REFUSED(T, literal) assert_true(refused(&nas_type_##T, LIT(literal)))

#endif
