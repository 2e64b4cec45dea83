/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that go wrong by chance: --fault mutate:N mutates one in N of what an eNodeB and its
 * devices send. By octets: flipped, cut off, more of them. By fields: another message in its place,
 * legal by the tables, with the identities of the right one, so that it reaches the same
 * connection; a NAS message is protected as the right one would be. By order: twice, or an earlier
 * one instead. */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>
#include "codec/nas.h"
#include "core/pool.h"
#include "security/crypto.h"

enum { KEPT = 64, OCTETS = 1024, ID_MME = 0, ID_ENB = 8 };

static struct kept { /* earlier NAS messages, plain */
	uint8_t p[OCTETS];
	uint32_t n;
} kept[KEPT];

static uint32_t below(uint32_t n)
{
	uint32_t v;

	crypto_random(&v, sizeof(v));
	return v % n;
}

static bool due(void)
{
	uint32_t n = sim.faults.arg[FAULT_MUTATE];

	return fault_on(&sim.faults, FAULT_MUTATE) && below(n ? n : 1) == 0;
}

/* Returns the length. */
static uint32_t damage(uint8_t *p, uint32_t n, uint32_t cap)
{
	switch (below(4)) {
	case 0:
		return n ? below(n) : 0;
	case 1:
		for (uint32_t more = 1 + below(40); more && n < cap; more--)
			p[n++] = (uint8_t)below(256);
		return n;
	default:
		for (uint32_t flips = 1 + below(6); flips && n; flips--)
			p[below(n)] ^= (uint8_t)(1 + below(255));
		return n;
	}
}

/* A legal message of a random definition. Its length, 0 if it cannot be made. */
static uint32_t any_nas(uint8_t *out, uint32_t cap)
{
	const struct nas_def *d = nas_defs[below((uint32_t)nas_n_defs)];
	struct ie_any any = {.arena = &turn_arena};
	void *body = arena_zalloc(&turn_arena, d->ies.size);
	struct wr w = wr_of(out, cap);

	crypto_random(&any.seed, sizeof(any.seed));
	ie_make_any(&d->ies, &any, body);
	return nas_encode(&w, d, body) ? 0 : (uint32_t)(w.p - out);
}

struct bytes mutate_nas(struct bytes plain, bool *twice)
{
	struct kept *k = &kept[below(KEPT)];
	uint8_t *p;
	uint32_t n;

	*twice = false;
	if (!fault_on(&sim.faults, FAULT_MUTATE))
		return plain;
	p = arena_alloc(&turn_arena, OCTETS);
	memcpy(p, plain.p, n = plain.n < OCTETS ? plain.n : OCTETS);
	if (due())
		switch (below(4)) {
		case 0:
			n = any_nas(p, OCTETS);
			break;
		case 1:
			memcpy(p, k->p, n = k->n);
			break;
		case 2:
			*twice = true;
			break;
		default:
			n = damage(p, n, OCTETS);
		}
	if (!n)
		return plain;
	memcpy(k->p, plain.p, k->n = plain.n < OCTETS ? plain.n : OCTETS);
	return bytes_of(p, n);
}

/* Another message with the ids of this one. */
static void send_other(struct s1_assoc *assoc, uint16_t stream, const struct s1ap_msg *msg,
		       const void *body)
{
	const struct s1ap_msg *other = NULL;
	uint8_t out[8192];
	struct wr w = wr_of(out, sizeof(out));
	uint64_t seed;
	void *any;

	for (uint32_t skip = 1 + below(200); skip; skip--)
		other = s1ap_msg_next(other);
	if (!other)
		other = s1ap_msg_next(NULL);
	crypto_random(&seed, sizeof(seed));
	any = s1ap_any(&turn_arena, other, seed);
	for (unsigned i = 0; i < 2; i++) {
		uint16_t id = i ? ID_ENB : ID_MME;
		const uint32_t *from = s1ap_ie(msg, (void *)(uintptr_t)body, id);
		uint32_t *to = from ? s1ap_ie(other, any, id) : NULL;

		if (to)
			*to = *from;
	}
	if (!s1ap_encode(other, any, &w))
		s1_send(assoc, stream, out, (size_t)(w.p - out));
}

bool mutate_s1ap(struct s1_assoc *assoc, uint16_t stream, const struct s1ap_msg *msg,
		 const void *body, const uint8_t *p, size_t n)
{
	uint8_t bad[8192];

	if (msg == &s1ap_s1_setup_request_msg || n > sizeof(bad) / 2 || !due())
		return false;
	switch (below(4)) {
	case 0:
		send_other(assoc, stream, msg, body);
		return true;
	case 1: /* and the right one after it */
		send_other(assoc, stream, msg, body);
		return false;
	case 2:
		s1_send(assoc, stream, p, n);
		return false;
	default:
		memcpy(bad, p, n);
		n = damage(bad, (uint32_t)n, sizeof(bad));
		if (n)
			s1_send(assoc, stream, bad, n);
		return true;
	}
}
