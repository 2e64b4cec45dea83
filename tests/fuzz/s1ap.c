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
static uint8_t octets[1 << 20], expanded[1 << 18];

/* libFuzzer's inputs are short. So that fragments (X.691 10.9.3.8) are tried too, one that begins
 * with PACKED, as no S1AP-PDU does, is a message of which RUN and a number stand for so many times
 * 1024 zero octets, RUN and 0 for itself. */
enum { PACKED = 0xff, RUN = 0xfe, RUN_OCTETS = 1024 };

static size_t expand(const uint8_t *p, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n && at < sizeof(expanded); i++) {
		uint8_t octet = p[i];
		size_t run;

		if (octet != RUN || i + 1 == n || !p[++i]) {
			expanded[at++] = octet;
			continue;
		}
		run = p[i] * (size_t)RUN_OCTETS;
		if (run > sizeof(expanded) - at)
			run = sizeof(expanded) - at;
		memset(expanded + at, 0, run);
		at += run;
	}
	return at;
}

/* 0 for want of room. */
static size_t pack(const uint8_t *p, size_t n, uint8_t *to, size_t most)
{
	size_t at = 1;

	if (most < 1)
		return 0;
	to[0] = PACKED;
	for (size_t i = 0; i < n;) {
		size_t zeros = 0;

		while (i + zeros < n && zeros < 255 * RUN_OCTETS && !p[i + zeros])
			zeros++;
		if (at + 2 > most)
			return 0;
		if (zeros >= RUN_OCTETS || p[i] == RUN) {
			to[at++] = RUN;
			to[at++] = (uint8_t)(zeros / RUN_OCTETS);
			i += zeros >= RUN_OCTETS ? zeros / RUN_OCTETS * RUN_OCTETS : 1;
		} else {
			to[at++] = p[i++];
		}
	}
	return at;
}

/* Makes a message's octet strings long. */
static void lengthen(const struct s1ap_msg *msg, void *body, uint32_t n)
{
	static uint8_t zeros[1 << 17];

	for (unsigned i = 0; i < msg->body.n; i++) {
		const struct per_row *row = &msg->body.rows[i];

		if (row->type->kind != PER_OCTETS || row->type->hi != PER_ANY)
			continue;
		*(uint64_t *)body |= (uint64_t)1 << i;
		*(struct bytes *)(void *)((char *)body + row->offset) =
			bytes_of(zeros, n % sizeof(zeros));
		n = n * 5 / 3 + 1;
	}
}

/* A decoded message holds nothing that cannot be encoded. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static FILE *null;
	struct wr w = wr_of(octets, sizeof(octets));
	struct s1ap_pdu pdu, again;
	const void *copy;

	if (!null)
		null = fopen("/dev/null", "w");
	arena_reset(&arena);
	if (n && *p == PACKED) {
		n = expand(p, n);
		p = arena_copy(&arena, expanded, n);
	}
	if (s1ap_decode(&arena, bytes_of(p, n), &pdu))
		return 0;
	s1ap_show(null, pdu.msg, pdu.body);
	s1ap_judge_cause(&pdu);
	s1ap_diagnose(&arena, &pdu);
	if (s1ap_encode_incomplete(pdu.msg, pdu.body, &w))
		abort();
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
	struct wr w = wr_of(p, most), whole = wr_of(octets, sizeof(octets));
	void *body;

	if (seed % 32)
		return LLVMFuzzerMutate(p, n, most);
	arena_reset(&arena);
	for (unsigned i = 0; i <= seed / 32 % 128; i++)
		msg = s1ap_msg_next(msg);
	if (!msg)
		msg = s1ap_msg_next(NULL);
	body = s1ap_any(&arena, msg, seed);
	if (seed / 4096 % 4 == 0) {
		lengthen(msg, body, seed / 16384);
		if (s1ap_encode(msg, body, &whole))
			abort();
		n = pack(octets, (size_t)(whole.p - octets), p, most);
		return n ? n : LLVMFuzzerMutate(p, n, most);
	}
	if (s1ap_encode(msg, body, &w))
		return LLVMFuzzerMutate(p, n, most);
	return (size_t)(w.p - p);
}
