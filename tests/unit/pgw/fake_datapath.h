/* SPDX-License-Identifier: Apache-2.0 */
/* A datapath of two pools and a few extra slots in plain memory, in place of the one with BPF maps:
 * what the gateways program can be looked at, and errors and adopted sessions made. For one test
 * file each. */
#ifndef TESTS_UNIT_PGW_FAKE_DATAPATH_H
#define TESTS_UNIT_PGW_FAKE_DATAPATH_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/loop.h"
#include "datapath/datapath.h"
#include "transport/gtpc.h"

enum { POOLS = 2, POOL_SIZE = 16, EXTRA = 16, SLOTS = POOLS * POOL_SIZE + EXTRA };

static struct {
	struct session s[SLOTS];
	bool extra_taken[EXTRA], is_relay[SLOTS];
	unsigned adds, dels;
	uint8_t sent[512];
	size_t sent_n;
	unsigned sends;
	int add_error, connect_error;
	struct dp_relay relay; /* the last one made */
	uint32_t beside;       /* of the last extra slot */
	struct hop hop;
	unsigned routes; /* of the last dp_session_routes */
	struct prefix route[PREFIXES_MAX];
	int routes_error;
	unsigned tfts; /* of the last dp_session_tft */
	struct dp_tft tft[32];
	struct in6_addr peer, also; /* of the last dp_peer_also */
	unsigned dropped[SLOTS];
	bool shut[SLOTS];
	uint64_t keep[SLOTS];
	bool waits[SLOTS]; /* packets do */
	void (*downlink_data)(uint32_t slot, uint8_t dscp);
} fake;

uint32_t dp_pool_size(unsigned pool) { return pool < POOLS ? POOL_SIZE : 0; }
unsigned dp_pool_network(unsigned pool)
{
	(void)pool;
	return 0;
}
int dp_route_check(unsigned network, const struct prefix *p)
{
	const struct prefix pool = {{.s6_addr = {[10] = 0xff, 0xff, 10, 45}}, 16};
	const struct prefix own = {{.s6_addr = {[10] = 0xff, 0xff, 10, 10}}, 24};

	if (network)
		return 0;
	return prefix_meet(p, &pool) ? -EADDRNOTAVAIL : prefix_meet(p, &own) ? -EBUSY : 0;
}

int dp_session_routes(uint32_t slot, const struct prefix *route, unsigned n, unsigned *which)
{
	assert_true(fake.s[slot].teid);
	*which = n ? n - 1 : 0;
	if (n && fake.routes_error)
		return fake.routes_error;
	fake.routes = n;
	memcpy(fake.route, route, n * sizeof(*route));
	return 0;
}

uint32_t dp_pool_slot(unsigned pool, uint32_t offset) { return pool * POOL_SIZE + offset; }
uint16_t dp_ue_mtu(void) { return 1448; }

uint32_t dp_extra_slot(uint32_t beside)
{
	fake.beside = beside;
	for (unsigned i = 0; i < EXTRA; i++)
		if (!fake.extra_taken[i]) {
			fake.extra_taken[i] = true;
			return POOLS * POOL_SIZE + i;
		}
	return UINT32_MAX;
}

int dp_session_add(uint32_t slot, const struct dp_session *d, uint32_t *teid)
{
	struct session *s = &fake.s[slot];

	assert_true(slot < SLOTS);
	if (fake.add_error)
		return fake.add_error;
	if (s->teid)
		return -EEXIST;
	memset(s, 0, sizeof(*s));
	fake.is_relay[slot] = false;
	*teid = slot << 12 | (++fake.adds & 0xfff);
	imsi_print(d->imsi, s->imsi);
	s->ebi = d->ebi;
	s->ue4 = d->ue4.s_addr;
	memcpy(s->ue6, &d->ue6, 8);
	memcpy(s->iid, d->iid, 8);
	s->bits_per_second_up = d->rate_up;
	s->bits_per_second_down = d->rate_down;
	s->owner = d->owner == UINT32_MAX ? slot : d->owner;
	s->exit = (uint16_t)d->pool;
	s->dscp = d->dscp;
	if (s->owner != slot)
		s->flags = (uint8_t)(SESSION_DEDICATED | (d->own_rate ? SESSION_OWN_RATE : 0));
	s->teid = htonl(*teid);
	return 0;
}

void dp_peer_also(const struct in6_addr *peer, const struct in6_addr *also)
{
	fake.peer = *peer;
	fake.also = *also;
}

int dp_session_connect(uint32_t slot, const struct in6_addr *peer, uint32_t teid)
{
	struct session *s = &fake.s[slot];

	if (fake.connect_error)
		return fake.connect_error;
	assert_true(slot < SLOTS && s->teid);
	s->peer = peer->s6_addr[15];
	s->peer_teid = htonl(teid);
	return 0;
}

/* All peers are at 192.0.2.0/24. */
const struct hop *dp_hop(uint16_t index)
{
	fake.hop = (struct hop){.state = HOP_READY, .family = 4};
	memcpy(fake.hop.addr, (uint8_t[]){192, 0, 2, (uint8_t)index}, 4);
	return &fake.hop;
}

int dp_relay_add(const struct dp_relay *r, uint32_t *slot, uint32_t *teid)
{
	struct dp_session d = {.imsi = r->imsi, .ebi = r->ebi};

	if (fake.connect_error)
		return fake.connect_error;
	fake.relay = *r;
	*slot = dp_extra_slot(r->beside);
	if (*slot == UINT32_MAX || dp_session_add(*slot, &d, teid))
		return -ENOSPC;
	fake.is_relay[*slot] = true;
	return 0;
}

unsigned dp_session_find(imsi_t imsi, uint32_t slot[11])
{
	char digits[IMSI_STRLEN];
	unsigned n = 0;

	imsi_print(imsi, digits);
	for (uint32_t i = 0; i < SLOTS && n < 11; i++)
		if (fake.s[i].teid && !fake.is_relay[i] && !strcmp(fake.s[i].imsi, digits))
			slot[n++] = i;
	return n;
}

int dp_session_tft(uint32_t default_slot, const struct dp_tft *t, unsigned n)
{
	assert_true(default_slot < SLOTS && fake.s[default_slot].teid && n <= 32);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(fake.s[t[i].slot].owner, default_slot);
	memcpy(fake.tft, t, n * sizeof(*t));
	fake.tfts = n;
	return 0;
}

int dp_session_ebi(uint32_t slot, uint8_t ebi)
{
	fake.s[slot].ebi = ebi;
	return 0;
}

void dp_session_dscp(uint32_t slot, uint8_t dscp) { fake.s[slot].dscp = dscp; }

void dp_session_own_rate(uint32_t slot, bool own)
{
	fake.s[slot].flags = (uint8_t)(SESSION_DEDICATED | (own ? SESSION_OWN_RATE : 0));
}

void dp_session_rate(uint32_t slot, uint64_t up, uint64_t down)
{
	fake.s[slot].bits_per_second_up = up;
	fake.s[slot].bits_per_second_down = down;
}

uint32_t dp_session_slot(uint32_t teid)
{
	for (uint32_t i = 0; i < SLOTS; i++)
		if (teid && fake.s[i].teid == htonl(teid))
			return i;
	return UINT32_MAX;
}

void dp_session_idle(uint32_t slot) { fake.s[slot].peer = 0; }

void dp_hold_drop(uint32_t slot) { fake.dropped[slot]++; }
void dp_hold_shut(uint32_t slot, bool shut) { fake.shut[slot] = shut; }
void dp_hold_keep(uint32_t slot, uint64_t ms)
{
	fake.keep[slot] = ms;
	if (!ms && fake.waits[slot])
		fake.downlink_data(slot, 0);
}

void dp_session_del(uint32_t slot)
{
	if (slot >= SLOTS)
		return;
	if (fake.s[slot].teid)
		fake.dels++;
	fake.s[slot].teid = 0;
	if (slot >= POOLS * POOL_SIZE)
		fake.extra_taken[slot - POOLS * POOL_SIZE] = false;
}

const struct session *dp_session(uint32_t slot)
{
	return slot < SLOTS && fake.s[slot].teid ? &fake.s[slot] : NULL;
}

const struct session *dp_session_next(uint32_t *slot)
{
	for (; *slot < SLOTS; ++*slot)
		if (fake.s[*slot].teid)
			return &fake.s[*slot];
	return NULL;
}

uint32_t dp_session_teid(uint32_t slot) { return dp_session(slot) ? ntohl(fake.s[slot].teid) : 0; }

int dp_session_send(uint32_t slot, const void *packet, size_t n)
{
	if (!dp_session(slot) || !fake.s[slot].peer)
		return -ENOTCONN;
	assert_true(n <= sizeof(fake.sent));
	memcpy(fake.sent, packet, n);
	fake.sent_n = n;
	fake.sends++;
	return 0;
}

static inline unsigned fake_used(void)
{
	unsigned n = 0;

	for (uint32_t slot = 0; dp_session_next(&slot); slot++)
		n++;
	return n;
}

static void stop_loop(void *arg)
{
	(void)arg;
	loop_stop();
}

/* Lets the loop do what was posted, and what follows from it. */
static inline void settle(void)
{
	loop_post(stop_loop, NULL);
	loop_run();
}

struct waiting {
	struct gtpc_txn txn;
	unsigned answers;
	struct gtpc_response r;
};

static inline void got(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct waiting *w = (struct waiting *)txn;

	w->answers++;
	gtpc_copy_response(&w->r, r);
}

static inline struct gtpc_response ask(enum gtpc_role to, const struct gtpc_request *q)
{
	struct waiting w = {.txn.done = got};

	gtpc_request(&w.txn, to, q);
	assert_int_equal(w.answers, 0);
	settle();
	assert_int_equal(w.answers, 1);
	assert_null(w.txn.pending);
	assert_int_equal(w.r.type, q->type);
	return w.r;
}

static inline struct in_addr ip4(const char *text)
{
	struct in_addr a = {0};

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return a;
}

static inline struct in6_addr ip6(const char *text)
{
	struct in6_addr a = {0};

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static inline imsi_t imsi_n(unsigned n)
{
	char text[IMSI_STRLEN];
	imsi_t v = IMSI_NONE;

	snprintf(text, sizeof(text), "00101%010u", n);
	assert_true(imsi_parse(text, &v));
	return v;
}

#endif
