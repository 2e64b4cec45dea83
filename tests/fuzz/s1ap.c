/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target of the S1AP decoder: whatever octets come, it must not read outside them, and
 *what it makes of them must survive being shown, encoded and decoded again.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Idaemon tests/fuzz/s1ap.c \
 *		daemon/codec/per*.c daemon/codec/s1ap*.c daemon/core/pool.c */
#include <stdlib.h>

#include "codec/s1ap.h"
#include "core/pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t most, unsigned seed);

static struct arena arena;
static uint8_t octets[1 << 20];

/* A decoded message holds nothing that cannot be encoded, but for strings so long, by then with
 * longer lengths around them, that they would need fragments. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static FILE *null;
	struct wr w = wr_of(octets, sizeof(octets));
	struct s1ap_pdu pdu, again;
	const void *copy;

	if (!null)
		null = fopen("/dev/null", "w");
	arena_reset(&arena);
	if (s1ap_decode(&arena, bytes_of(p, n), &pdu))
		return 0;
	s1ap_show(null, pdu.msg, pdu.body);
	s1ap_judge_cause(&pdu);
	s1ap_diagnose(&arena, &pdu);
	if (s1ap_encode_incomplete(pdu.msg, pdu.body, &w)) {
		if (n < 8192)
			abort();
		return 0;
	}
	copy = arena_copy(&arena, octets, (size_t)(w.p - octets));
	if (s1ap_decode(&arena, bytes_of(copy, (size_t)(w.p - octets)), &again) ||
	    again.msg != pdu.msg || !s1ap_equal(pdu.msg, pdu.body, again.body))
		abort();
	return 0;
}

/* Now and then begins anew with a random legal message, so that every type is reached without any
 * messages to start from. */
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t most, unsigned seed)
{
	const struct s1ap_msg *msg = NULL;
	struct wr w = wr_of(p, most);

	if (seed % 32)
		return LLVMFuzzerMutate(p, n, most);
	arena_reset(&arena);
	for (unsigned i = 0; i <= seed / 32 % 128; i++)
		msg = s1ap_msg_next(msg);
	if (!msg)
		msg = s1ap_msg_next(NULL);
	if (s1ap_encode(msg, s1ap_any(&arena, msg, seed), &w))
		return LLVMFuzzerMutate(p, n, most);
	return (size_t)(w.p - p);
}
