/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target for what a device or a network sends as NAS: header, message, the messages and
 *PCO inside. Whatever decodes must be shown and, where it can be written, come back the same.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Iinclude -Idaemon
 *		tests/fuzz/nas.c daemon/codec/{ie,nas*,pco}.c daemon/core/pool.c */
#include <stdlib.h>

#include "codec/nas.h"
#include "codec/pco.h"
#include "core/pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena arena;
static FILE *null;

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void fuzz_pco(struct bytes b)
{
	static const struct pco_config given = {.dns4_n = 2, .dns6_n = 2, .mtu = 1400};
	struct pco_config read = {0};
	uint8_t out[512];
	struct wr w = wr_of(out, sizeof(out));
	int n = pco_answer(b, &given, &w);

	pco_read_answer(b, &read);
	require(n <= 251 && (n < 0 || w.p == out + n));
	if (n > 0)
		require(pco_read_answer(bytes_of(out, (size_t)n), &read) == 0);
}

static void fuzz_message(enum nas_dir dir, struct bytes plain, unsigned depth)
{
	static uint8_t out[1 << 17];
	struct wr w = wr_of(out, sizeof(out));
	struct nas_message m, again;

	if (nas_decode(&arena, dir, plain, &m))
		return;
	nas_show(null, &m);
	if (!nas_encode(&w, m.def, m.body)) {
		require(nas_decode(&arena, dir, bytes_of(out, (size_t)(w.p - out)), &again) == 0);
		require(again.def == m.def && ie_equal(&m.def->ies, m.body, again.body));
	}
	for (size_t i = 0; i < m.def->ies.n; i++) {
		const struct ie_row *row = &m.def->ies.row[i];
		const void *value = (const char *)m.body + row->offset;

		if (!(*(const uint64_t *)m.body >> i & 1) || row->type != &nas_type_octets)
			continue;
		if (depth < 3 && !strcmp(row->name, "esm"))
			fuzz_message(dir, *(const struct bytes *)value, depth + 1);
		if (!strcmp(row->name, "pco") || !strcmp(row->name, "epco"))
			fuzz_pco(*(const struct bytes *)value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nas_header h;

	if (!null)
		null = fopen("/dev/null", "w");
	if (!size || !null)
		return 0;
	if (data[0] & 2) {
		fuzz_pco(bytes_of(data + 1, size - 1));
	} else if (!nas_header_decode(bytes_of(data + 1, size - 1), &h)) {
		fuzz_message(data[0] & 1 ? NAS_UP : NAS_DOWN, h.inner, 0);
	}
	arena_reset(&arena);
	return 0;
}
