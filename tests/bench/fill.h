/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath's maps for a benchmark, filled as the daemon would: sessions of one pool with source
 * check, gates, two rates, counters and next hops; no packet ever exceeds a rate. The peer is hop 1, the
 * exit hop 2, the host hop 3. */
#ifndef TESTS_BENCH_FILL_H
#define TESTS_BENCH_FILL_H

#include <arpa/inet.h>
#include <stdint.h>
#include <mcore/datapath.h>

struct bench_world {
	struct session *sessions;
	struct settings *settings;
	struct hop *hops;
	uint32_t slots, first; /* slots from first on are sessions */
	unsigned tag_bits, tag;
	uint32_t base4; /* address of offset 0 */
	uint32_t first_slot; /* slot of offset 0 */
	int access, sgi; /* interfaces */
	const char *peer, *exit;
};

static inline void bench_fill_hop(struct hop *h, int ifindex, const char *addr)
{
	*h = (struct hop){.state = HOP_READY,
			  .family = 4,
			  .mtu = 1500,
			  .ifindex = (uint32_t)ifindex,
			  .dmac = {2, 0, 0, 0, 1, 1},
			  .smac = {2, 0, 0, 0, 1, 2}};
	inet_pton(AF_INET, addr, h->addr);
	inet_pton(AF_INET, "10.1.0.1", h->local);
	h->ipsum = hop_ipsum(h);
}

static inline void bench_fill(const struct bench_world *w)
{
	const struct rate rate = {.ns_per_mib = rate_ns_per_mib(100000000000)};
	struct settings *c = w->settings;

	c->gtpu4 = htonl(0x0a010001);
	c->tag_bits = w->tag_bits;
	c->slots = w->slots;
	c->access[0] = (struct access_prefix){.net = {htonl(0x0a010000)},
					       .mask = {htonl(0xffff0000)},
					       .limit = ACCESS_CLOSED};
	c->pools[0] = (struct pool){.first_slot = w->first_slot,
				    .size = w->slots + 2,
				    .base4 = w->base4};
	bench_fill_hop(&w->hops[MCORE_FIRST_HOST], w->sgi, "0.0.0.0");
	bench_fill_hop(&w->hops[2], w->sgi, w->exit);
	bench_fill_hop(&w->hops[3], w->access, w->peer);
	for (uint32_t i = w->first; i < w->slots; i++) {
		struct session *s = &w->sessions[i];

		s->teid = htonl(i << w->tag_bits | w->tag);
		s->peer_teid = htonl(i);
		s->ue4 = htonl(w->base4 + (i - w->first_slot));
		s->peer = 3;
		s->exit = 2;
		s->owner = i;
		s->rate_up = s->rate_down = rate;
		s->burst_up_us = s->burst_down_us = UINT32_MAX;
	}
}

#endif
