/* SPDX-License-Identifier: Apache-2.0 */
/* The slots of `sessions`: the only code that writes them, through the mapping shared with the
 * kernel.
 *
 * teid is the switch: everything else is in place before it is set (release), and it is cleared
 * before anything else changes. Where downlink goes is one word (way_of in bpf/session.h), so that
 * a session moves to another peer between two packets. Counters, tat, last_seen and dropped are the
 * kernel's from the first packet on.
 *
 * A slot of a pool is its address's. The extra slots behind the pools are handed out in the order
 * in which they came back (those of one CPU, where packets are spread), so that one that was freed
 * rests as long as possible. `imsis` and
 * `addresses` follow each add and del at once. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
	EBI_FIRST = 5,
	EBIS = 11,
	BATCH = 4096,
	BURST_MS = 100,         /* how far a rate may be exceeded for a moment, or */
	BURST_OCTETS = 8 * 1024 /* this many octets, whichever is more */
};

static struct {
	uint32_t *extra; /* ring of free extra slots */
	bool *taken;     /* by extra slot: handed out */
	uint32_t head, free;
	uint8_t random[4096];
	size_t random_left;
} state;

static struct session *slot_session(uint32_t slot)
{
	return slot < dp.slots ? &dp.sessions[slot] : NULL;
}

const struct session *dp_session(uint32_t slot)
{
	const struct session *s = slot_session(slot);

	return s && s->teid ? s : NULL;
}

uint32_t dp_slots(void) { return dp.slots; }

const struct session *dp_session_next(uint32_t *slot)
{
	for (; *slot < dp.slots; ++*slot)
		if (dp.sessions[*slot].teid)
			return &dp.sessions[*slot];
	return NULL;
}

uint32_t dp_session_teid(uint32_t slot)
{
	const struct session *s = dp_session(slot);

	return s ? ntohl(s->teid) : 0;
}

uint32_t dp_session_slot(uint32_t teid)
{
	uint32_t slot = teid >> dp.settings->tag_bits;

	return teid && dp_session_teid(slot) == teid ? slot : NO_SLOT;
}

static uint32_t random_word(void)
{
	uint32_t v;

	if (state.random_left < sizeof(v)) {
		/* Blocks only before the machine's pool was ever seeded; whole for this size. */
		while (getrandom(state.random, sizeof(state.random), 0) !=
		       (ssize_t)sizeof(state.random))
			;
		state.random_left = sizeof(state.random);
	}
	state.random_left -= sizeof(v);
	memcpy(&v, &state.random[state.random_left], sizeof(v));
	memset(&state.random[state.random_left], 0, sizeof(v));
	return v;
}

uint32_t session_make_teid(uint32_t slot)
{
	uint32_t bits = dp.settings->tag_bits, teid;

	do
		teid = slot << bits | (random_word() & ((1u << bits) - 1));
	while (!teid);
	return teid;
}

uint32_t session_burst_us(uint64_t bits_per_second, uint32_t burst_ms)
{
	uint64_t us = ((uint64_t)BURST_OCTETS * rate_ns_per_mib(bits_per_second) >> 20) / 1000;

	if (us < (burst_ms ? burst_ms : BURST_MS) * 1000ull)
		us = (burst_ms ? burst_ms : BURST_MS) * 1000ull;
	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

void session_rates(struct session *s, uint64_t up, uint64_t down, uint32_t burst_ms)
{
	__atomic_store_n(&s->burst_up_us, session_burst_us(up, burst_ms), __ATOMIC_RELAXED);
	__atomic_store_n(&s->burst_down_us, session_burst_us(down, burst_ms), __ATOMIC_RELAXED);
	__atomic_store_n(&s->rate_up.ns_per_mib, rate_ns_per_mib(up), __ATOMIC_RELAXED);
	__atomic_store_n(&s->rate_down.ns_per_mib, rate_ns_per_mib(down), __ATOMIC_RELAXED);
	s->bits_per_second_up = up;
	s->bits_per_second_down = down;
}

/* Whether the datapath finds an IPv4 address (host order) or a /64 of a network in a pool. */
static bool pooled(unsigned network, uint64_t addr, bool v6)
{
	for (const struct pool *p = dp.wanted.pools; p < &dp.wanted.pools[dp.config.pools]; p++) {
		uint64_t base = v6 ? p->base6 : p->base4;

		if (p->network == network && base && addr - base < p->size)
			return true;
	}
	return false;
}

static uint64_t prefix_word(const uint8_t b[8])
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

/* The keys in `addresses` of a session whose addresses are outside the pools. Returns how many. */
static unsigned static_keys(const struct session *s, struct address_key out[2])
{
	struct in_addr a = {.s_addr = s->ue4};
	uint64_t prefix = prefix_word(s->ue6);
	struct in6_addr mapped = ip_map4(a);
	unsigned n = 0;

	memset(out, 0, 2 * sizeof(*out));
	out[0].network = out[1].network = s->network;
	if (s->ue4 && !pooled(s->network, ntohl(s->ue4), false))
		memcpy(out[n++].addr, &mapped, sizeof(mapped));
	if (prefix && !pooled(s->network, prefix, true))
		memcpy(out[n++].addr, s->ue6, 8);
	return n;
}

static void host_route(const struct address_key *key, bool add)
{
	struct in6_addr addr;
	uint8_t len;

	memcpy(&addr, key->addr, sizeof(addr));
	len = ip_is4(&addr) ? 32 : 64;
	if (add)
		host_add_route(key->network, &addr, len);
	else
		host_del_route(key->network, &addr, len);
}

static void addresses_del(const struct session *s, uint32_t slot)
{
	struct address_key key[2];
	uint32_t owner;

	for (unsigned i = static_keys(s, key); i-- > 0;)
		if (!bpf_map_lookup_elem(dp.map[MAP_ADDRESSES], &key[i], &owner) && owner == slot &&
		    !bpf_map_delete_elem(dp.map[MAP_ADDRESSES], &key[i])) {
			dp.settings->addresses--;
			host_route(&key[i], false);
		}
}

/* Only a device's default bearer is found by address: a dedicated one has an owner. */
static int addresses_add(const struct session *s, uint32_t slot)
{
	struct address_key key[2];
	unsigned n = static_keys(s, key);

	for (unsigned i = 0; i < n; i++) {
		if (bpf_map_update_elem(dp.map[MAP_ADDRESSES], &key[i], &slot, BPF_NOEXIST)) {
			int err = errno == EEXIST ? -EEXIST : -ENOSPC;

			addresses_del(s, slot);
			return err;
		}
		dp.settings->addresses++;
		host_route(&key[i], true);
	}
	return 0;
}

static void imsi_key(const struct session *s, struct imsi_key *key)
{
	memcpy(key->imsi, s->imsi, sizeof(key->imsi));
}

static bool ebi_known(uint8_t ebi) { return ebi >= EBI_FIRST && ebi < EBI_FIRST + EBIS; }

/* A device's first session, which most are, costs one call. */
static int imsis_add(const struct session *s, uint32_t slot)
{
	struct imsi_slots slots;
	struct imsi_key key;

	if (!ebi_known(s->ebi))
		return 0;
	imsi_key(s, &key);
	memset(&slots, 0xff, sizeof(slots));
	slots.slot[s->ebi - EBI_FIRST] = slot;
	if (!bpf_map_update_elem(dp.map[MAP_IMSIS], &key, &slots, BPF_NOEXIST))
		return 0;
	if (errno != EEXIST || bpf_map_lookup_elem(dp.map[MAP_IMSIS], &key, &slots))
		return -ENOSPC;
	slots.slot[s->ebi - EBI_FIRST] = slot;
	return bpf_map_update_elem(dp.map[MAP_IMSIS], &key, &slots, BPF_EXIST) ? -ENOSPC : 0;
}

static void imsis_del(const struct session *s, uint32_t slot)
{
	struct imsi_slots slots;
	struct imsi_key key;

	imsi_key(s, &key);
	if (!ebi_known(s->ebi) || bpf_map_lookup_elem(dp.map[MAP_IMSIS], &key, &slots) ||
	    slots.slot[s->ebi - EBI_FIRST] != slot)
		return;
	slots.slot[s->ebi - EBI_FIRST] = NO_SLOT;
	for (unsigned i = 0; i < EBIS; i++)
		if (slots.slot[i] != NO_SLOT) {
			bpf_map_update_elem(dp.map[MAP_IMSIS], &key, &slots, BPF_EXIST);
			return;
		}
	bpf_map_delete_elem(dp.map[MAP_IMSIS], &key);
}

static void fill(struct session *s, uint32_t slot, const struct dp_session *given)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	memset(s, 0, sizeof(*s));
	s->ue4 = given->ue4.s_addr;
	memcpy(s->ue6, &given->ue6, sizeof(s->ue6));
	memcpy(s->iid, given->iid, sizeof(s->iid));
	s->exit = (uint16_t)(HOP_EXIT + given->pool);
	s->network = (uint8_t)dp.config.pool[given->pool].network;
	s->dscp = given->dscp;
	s->ebi = given->ebi;
	s->owner = given->owner == NO_SLOT ? slot : given->owner;
	if (s->owner != slot)
		s->flags = (uint8_t)(SESSION_DEDICATED | (given->own_rate ? SESSION_OWN_RATE : 0));
	imsi_print(given->imsi, s->imsi);
	snprintf(s->apn, sizeof(s->apn), "%s", given->apn ? given->apn : "");
	snprintf(s->rule, sizeof(s->rule), "%s", given->rule ? given->rule : "");
	s->since = (uint64_t)now.tv_sec;
	session_rates(s, given->rate_up, given->rate_down, 0);
}

int dp_session_add(uint32_t slot, const struct dp_session *given, uint32_t *teid)
{
	struct session *s = slot_session(slot);
	int err;

	if (!s || given->pool >= dp.config.pools ||
	    (given->owner != NO_SLOT && given->owner >= dp.slots))
		return -EINVAL;
	if (s->teid)
		return -EEXIST;
	fill(s, slot, given);
	err = given->owner == NO_SLOT || given->owner == slot ? addresses_add(s, slot) : 0;
	if (err)
		return err;
	err = imsis_add(s, slot);
	if (err) {
		addresses_del(s, slot);
		return err;
	}
	hold_new(slot);
	*teid = session_make_teid(slot);
	capture_session(slot);
	__atomic_store_n(&s->teid, htonl(*teid), __ATOMIC_RELEASE);
	return 0;
}

void session_set_way(uint32_t slot, uint16_t peer, uint16_t exit, uint32_t peer_teid)
{
	struct session *s = &dp.sessions[slot];
	const struct {
		uint16_t peer, exit;
		__be32 peer_teid;
	} way = {peer, exit, htonl(peer_teid)};
	uint16_t had[2] = {s->peer, session_is_relay(s) ? s->exit : HOP_NONE};
	uint64_t word;

	memcpy(&word, &way, sizeof(word));
	peer_account(slot, false);
	if (session_out(s))
		tunnel_del(slot);
	__atomic_store_n((uint64_t *)&s->peer, word, __ATOMIC_RELEASE);
	if (session_out(s))
		tunnel_add(slot);
	peer_account(slot, true);
	for (unsigned i = 0; i < 2; i++)
		if (had[i])
			hop_put(had[i]);
}

/* From now on packets find the device idle. A relay ends: no hop is its exit any more. */
static void disconnect(uint32_t slot)
{
	const struct session *s = &dp.sessions[slot];

	if (!session_out(s))
		return;
	if (!session_is_relay(s))
		hold_on(slot);
	session_set_way(slot, HOP_NONE, session_is_relay(s) ? HOP_NONE : s->exit, 0);
}

int dp_session_connect(uint32_t slot, const struct in6_addr *peer, uint32_t teid)
{
	struct session *s = slot_session(slot);
	int hop;

	if (!s || !s->teid || session_is_relay(s))
		return -ENOENT;
	hop = hop_get(peer);
	if (hop < 0)
		return hop;
	if (s->peer == hop && s->peer_teid == htonl(teid)) {
		hop_put((uint16_t)hop);
		return 0;
	}
	if (s->peer)
		gtpu_end_marker(s->peer, ntohl(s->peer_teid));
	session_set_way(slot, (uint16_t)hop, s->exit, teid);
	hold_drain(slot);
	return 0;
}

void dp_session_idle(uint32_t slot)
{
	if (!dp_session(slot) || !dp.sessions[slot].peer)
		return;
	disconnect(slot);
	hold_idle(slot);
}

void dp_session_gate(uint32_t slot, enum gate up, enum gate down)
{
	struct session *s = slot_session(slot);

	if (!s || !s->teid)
		return;
	s->gate_up = (uint8_t)up;
	s->gate_down = (uint8_t)down;
}

void dp_session_rate(uint32_t slot, uint64_t up, uint64_t down)
{
	struct session *s = slot_session(slot);

	if (!s || !s->teid)
		return;
	session_rates(s, up, down, 0);
}

void dp_session_own_rate(uint32_t slot, bool own)
{
	struct session *s = slot_session(slot);

	if (!s || !s->teid)
		return;
	if (own)
		__atomic_fetch_or(&s->flags, SESSION_OWN_RATE, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&s->flags, (uint8_t)~SESSION_OWN_RATE, __ATOMIC_RELAXED);
}

int dp_session_ebi(uint32_t slot, uint8_t ebi)
{
	struct session *s = slot_session(slot);

	if (!s || !s->teid)
		return -ENOENT;
	s->ebi = ebi;
	return imsis_add(s, slot);
}

void dp_session_dscp(uint32_t slot, uint8_t dscp)
{
	struct session *s = slot_session(slot);

	if (s && s->teid)
		s->dscp = dscp;
}

static void extra_put(uint32_t slot)
{
	uint32_t i = slot - dp.extra_first;

	if (slot < dp.extra_first || i >= dp.extra_count || !state.taken[i])
		return;
	state.taken[i] = false;
	state.extra[(state.head + state.free++) % dp.extra_count] = slot;
}

static bool same_cpu(uint32_t slot, uint32_t other)
{
	const struct settings *s = dp.settings;

	return !s->cpus || other == NO_SLOT ||
	       s->cpu[slot % MCORE_CPU_SLOTS] == s->cpu[other % MCORE_CPU_SLOTS];
}

static uint32_t *extra_at(uint32_t i) { return &state.extra[(state.head + i) % dp.extra_count]; }

uint32_t dp_extra_slot(uint32_t beside)
{
	uint32_t slot, i = 0;

	if (!state.free)
		return NO_SLOT;
	while (i < state.free && !same_cpu(*extra_at(i), beside))
		i++;
	i = i < state.free ? i : 0;
	slot = *extra_at(i);
	for (; i; i--)
		*extra_at(i) = *extra_at(i - 1);
	state.head = (state.head + 1) % dp.extra_count;
	state.free--;
	state.taken[slot - dp.extra_first] = true;
	return slot;
}

void dp_session_del(uint32_t slot)
{
	struct session *s = slot_session(slot);

	if (!s)
		return;
	if (s->teid) {
		__atomic_store_n(&s->teid, 0, __ATOMIC_SEQ_CST);
		tft_forget(slot);
		disconnect(slot);
		hold_forget(slot);
		imsis_del(s, slot);
		addresses_del(s, slot);
		framed_forget(slot);
		if (s->dropped)
			drops_forget(slot);
		/* Whose it was is nobody's to read in a dump any more. */
		memset(s->imsi, 0, sizeof(s->imsi));
		memset(s->apn, 0, sizeof(s->apn));
		memset(s->iid, 0, sizeof(s->iid));
		memset(s->ue6, 0, sizeof(s->ue6));
		s->ue4 = 0;
	}
	extra_put(slot);
}

/* A daemon that died between two writes leaves at most an entry of `imsis` that no slot confirms.
 */
static void imsis_clean(void)
{
	struct imsi_key *key = calloc(BATCH, sizeof(*key));
	struct imsi_slots *value = calloc(BATCH, sizeof(*value));
	struct imsi_key gone[64];
	unsigned n = 0;
	uint8_t at[sizeof(*key)];
	void *from = NULL;
	int err = 0;

	while (key && value && !err) {
		uint32_t count = BATCH;

		err = bpf_map_lookup_batch(dp.map[MAP_IMSIS], from, at, key, value, &count, NULL);
		if (err && errno != ENOENT)
			break;
		from = at;
		for (uint32_t i = 0; i < count; i++) {
			bool used = false;

			for (unsigned e = 0; e < EBIS; e++) {
				const struct session *s = dp_session(value[i].slot[e]);

				used |= s && !memcmp(s->imsi, key[i].imsi, sizeof(s->imsi));
			}
			if (!used && n < 64)
				gone[n++] = key[i];
		}
	}
	while (n)
		bpf_map_delete_elem(dp.map[MAP_IMSIS], &gone[--n]);
	free(key);
	free(value);
}

static void addresses_count(void)
{
	struct address_key key, next;
	void *prev = NULL;
	uint32_t n = 0;

	for (; !bpf_map_get_next_key(dp.map[MAP_ADDRESSES], prev, &next); n++) {
		key = next;
		prev = &key;
	}
	dp.settings->addresses = n;
}

/* References of an adopted slot's hops. */
static void adopt_way(uint32_t slot)
{
	struct session *s = &dp.sessions[slot];
	bool peer = s->peer && hop_adopt(s->peer);
	bool out = session_is_relay(s) && hop_adopt(s->exit);

	if ((s->peer && !peer) || (session_is_relay(s) && !out)) {
		LOG(WARN, "datapath.adopt", "imsi=%s slot=%u peer=%u text=\"no such peer\"",
		    s->imsi, slot, s->peer);
		if (peer)
			hop_put(s->peer);
		if (out)
			hop_put(s->exit);
		s->exit = session_is_relay(s) ? HOP_NONE : s->exit;
		s->peer = HOP_NONE;
	}
	if (session_out(s))
		tunnel_add(slot);
	peer_account(slot, true);
}

/* Adopted slots: references to peers, tunnels, extra slots. */
int session_start(uint32_t *used)
{
	uint32_t slot = 0;

	*used = 0;

	state.extra = calloc(dp.extra_count, sizeof(*state.extra));
	state.taken = calloc(dp.extra_count, sizeof(*state.taken));
	if (!state.extra || !state.taken || !tunnel_start(dp.slots))
		return -ENOMEM;
	for (struct session *s; dp.adopted && (s = (struct session *)dp_session_next(&slot));
	     slot++) {
		++*used;
		if (slot >= dp.extra_first)
			state.taken[slot - dp.extra_first] = true;
		adopt_way(slot);
	}
	for (uint32_t i = 0; i < dp.extra_count; i++)
		if (!state.taken[i])
			state.extra[state.free++] = dp.extra_first + i;
	if (dp.adopted) {
		imsis_clean();
		addresses_count();
	}
	return 0;
}

void session_stop(void)
{
	tunnel_stop();
	free(state.extra);
	free(state.taken);
	explicit_bzero(&state, sizeof(state));
}
