/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters.
 *
 * Counters of a session are in its slot and are added to atomically, since both directions and many
 * CPUs meet there. Reasons are per CPU: a program runs with bottom halves off, so a plain add is
 * exact. */
#ifndef BPF_COUNT_H
#define BPF_COUNT_H

#include "maps.h"
#include "parse.h"

/* The set of reasons with a verdict, one bit a reason. */
#define IS_FORWARD(name, verdict, text)                                                            \
	| (__u64)(VERDICT_##verdict == VERDICT_FORWARD) << REASON_##name
#define IS_PASS(name, verdict, text) | (__u64)(VERDICT_##verdict == VERDICT_PASS) << REASON_##name
#define IS_ANSWER(name, verdict, text)                                                             \
	| (__u64)(VERDICT_##verdict == VERDICT_ANSWER) << REASON_##name
#define IS_DROP(name, verdict, text) | (__u64)(VERDICT_##verdict == VERDICT_DROP) << REASON_##name
#define FORWARDS                     (0ull MCORE_REASONS(IS_FORWARD))
#define PASSES                       (0ull MCORE_REASONS(IS_PASS))
#define ANSWERS                      (0ull MCORE_REASONS(IS_ANSWER))
#define DROPS                        (0ull MCORE_REASONS(IS_DROP))
_Static_assert(REASON_COUNT <= 64, "a reason is a bit of a word");

INLINE void count_session(struct count *c, __u32 bytes)
{
	__sync_fetch_and_add(&c->packets, 1);
	__sync_fetch_and_add(&c->bytes, bytes);
}

/* What we send of our own accord is limited per CPU and second, so that nobody makes an amplifier
 * or a denial of service of us. True if one more of that kind may go now. */
INLINE bool limit(enum limit_kind kind, __u64 max)
{
	__u64 second = bpf_ktime_get_ns() >> 30;
	__u32 key = kind;
	struct limit *l = bpf_map_lookup_elem(&limits, &key);

	if (!l)
		return false;
	if (l->window != second) {
		l->window = second;
		l->count = 0;
	}
	return l->count++ < max;
}

/* The outer source of GTP-U that belongs to no tunnel of ours; NULL if it cannot be noted. A
 * function of its own for the stack of its callers: with all that they call they have 512 octets.
 */
static __noinline __attribute__((unused)) struct gtpu_sender *sender_of(const struct ip_key *key)
{
	struct gtpu_sender *s = bpf_map_lookup_elem(&senders, key);
	struct gtpu_sender none = {};

	if (s)
		return s;
	bpf_map_update_elem(&senders, key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&senders, key);
}

/* True if that sender may have one more answer in this second. Two CPUs that begin a second at once
 * may let one or two more through. */
INLINE bool limit_sender(struct gtpu_sender *s, __u64 max)
{
	__u64 second = bpf_ktime_get_ns() >> 30;

	if (s->window != second) {
		s->window = second;
		s->in_window = 0;
	}
	if (__sync_fetch_and_add(&s->in_window, 1) >= max)
		return false;
	__sync_fetch_and_add(&s->answered, 1);
	return true;
}

#endif
