/* SPDX-License-Identifier: Apache-2.0 */
/* Start and stop of the datapath, what a configuration makes of slots and TEIDs, and its counters.
 *
 * Slots: the pools one after the other, then the extra ones. A TEID is the slot in its upper bits
 * and a random tag in the rest, so the more slots, the shorter the tag. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

struct dp_state dp = {.map = {[0 ... DP_MAPS - 1] = -1}};

int dp_fail(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (dp.error)
		vsnprintf(dp.error, dp.error_cap, fmt, args);
	va_end(args);
	return err ? err : -EINVAL;
}

const char *ip_text(const struct in6_addr *addr)
{
	static char buffer[4][INET6_ADDRSTRLEN];
	static unsigned next;
	char *out = buffer[next++ % 4];

	if (ip_is4(addr))
		inet_ntop(AF_INET, &addr->s6_addr[12], out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, addr, out, INET6_ADDRSTRLEN);
	return out;
}

uint64_t dp_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Offsets a pool has: the host's, and what the prefixes and the configuration allow. */
static int pool_size(const struct dp_pool *p, uint32_t *size)
{
	uint64_t n = POOL_MAX;

	if (!p->has4 && !p->has6)
		return dp_fail(-EINVAL, "apn %s has no address prefix", p->apn);
	if (p->has4 && p->len4 > 29)
		return dp_fail(-EINVAL, "apn %s: an IPv4 pool is a /29 or larger", p->apn);
	if (p->has6 && p->len6 > 62)
		return dp_fail(-EINVAL, "apn %s: an IPv6 pool is a /62 or larger", p->apn);
	if (p->has4 && n > 1ull << (32 - p->len4))
		n = 1ull << (32 - p->len4);
	if (p->has6 && 64 - p->len6 < 20 && n > 1ull << (64 - p->len6))
		n = 1ull << (64 - p->len6);
	if (p->size && n > (uint64_t)p->size + MCORE_HOST_OFFSETS)
		n = (uint64_t)p->size + MCORE_HOST_OFFSETS;
	*size = (uint32_t)n;
	return 0;
}

static uint64_t prefix6(const struct in6_addr *a)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | a->s6_addr[i];
	return v;
}

int dp_plan(void)
{
	const bool none4 = IN6_IS_ADDR_UNSPECIFIED(&dp.config.gtpu);
	uint64_t slots = 0;
	uint32_t bits = 0;

	if ((none4 && !dp_has_gtpu6()) || (!none4 && !ip_is4(&dp.config.gtpu)) ||
	    ip_is4(&dp.config.gtpu6) || IN6_IS_ADDR_LINKLOCAL(&dp.config.gtpu6))
		return dp_fail(-EAFNOSUPPORT,
			       "GTP-U needs an IPv4 address, a global IPv6 one, or both");
	memset(&dp.wanted, 0, sizeof(dp.wanted));
	for (unsigned i = 0; i < dp.config.pools; i++) {
		const struct dp_pool *p = &dp.config.pool[i];
		struct pool *out = &dp.wanted.pools[i];
		int err = pool_size(p, &out->size);

		if (err)
			return err;
		out->first_slot = (uint32_t)slots;
		out->base4 = p->has4 ? ntohl(p->net4.s_addr) : 0;
		out->base6 = p->has6 ? prefix6(&p->net6) : 0;
		out->network = p->network;
		slots += out->size;
	}
	dp.extra_first = (uint32_t)slots;
	dp.extra_count = dp.config.extra_slots ? dp.config.extra_slots : EXTRA_SLOTS;
	slots += dp.extra_count;
	if (slots > SLOTS_MAX)
		return dp_fail(-E2BIG, "pools and extra slots need %llu slots; at most %u",
			       (unsigned long long)slots, SLOTS_MAX);
	dp.slots = (uint32_t)slots;
	dp.imsis_max = dp.slots;
	dp.addresses_max = 2 * dp.extra_count;
	dp.policies_max = POLICIES;
	dp.filters_max = FILTERS;
	dp.tfts_max = TFTS;
	while (1ull << bits < slots)
		bits++;
	dp.wanted.gtpu4 = none4 ? 0 : ip_get4(&dp.config.gtpu).s_addr;
	memcpy(dp.wanted.gtpu6, &dp.config.gtpu6, sizeof(dp.wanted.gtpu6));
	dp.wanted.tag_bits = 32 - bits;
	dp.wanted.slots = dp.slots;
	dp.wanted.ue_to_ue = dp.config.ue_to_ue;
	dp.wanted.networks = dp.config.networks;
	for (unsigned i = 0; i < dp.config.networks; i++)
		dp.wanted.tables[i + 1] = dp.config.network[i].table;
	return 0;
}

/* The kernel may be reading: what is equal stays, single words are written whole. */
static void write_settings(void)
{
	struct settings *s = dp.settings;

	s->gtpu4 = dp.wanted.gtpu4;
	memcpy(s->gtpu6, dp.wanted.gtpu6, sizeof(s->gtpu6));
	s->ue_to_ue = dp.wanted.ue_to_ue;
	if (dp.adopted)
		return;
	s->tag_bits = dp.wanted.tag_bits;
	s->slots = dp.wanted.slots;
	s->layout = dp.wanted.layout;
	s->networks = dp.wanted.networks;
	memcpy(s->tables, dp.wanted.tables, sizeof(s->tables));
	memcpy(s->pools, dp.wanted.pools, sizeof(s->pools));
}

static int start(uint32_t *adopted)
{
	int err;

	spread_aside();
	err = netlink_start();
	if (!err)
		err = link_sync();
	if (err)
		return dp_fail(err, "netlink: %s", strerror(-err));
	if ((err = load_start()) || (err = host_start()) || (err = network_start()))
		return err;
	write_settings();
	err = profile_start();
	if (!err)
		err = session_start(adopted);
	if (!err)
		err = framed_start();
	if (!err)
		err = tft_start();
	if (!err)
		err = link_start(); /* first: neighbours that hop_start asks for answer at once */
	/* And what became of links before events are heard: a new one takes a while to run. */
	if (!err)
		err = link_sync();
	if (!err) {
		hop_adopted();
		err = hop_start();
	}
	if (!err)
		err = link_sync_addresses();
	if (!err)
		err = access_sync();
	if (err)
		return dp_fail(err, "datapath: %s", strerror(-err));
	if ((err = gtpu_start()) || (err = event_start()) || (err = hold_start()) ||
	    (err = capture_start()) || (err = nat_start()) || (err = spread_start()))
		return err;
	return attach_start();
}

int dp_start(const struct dp_config *config, const struct dp_handler *handler, uint32_t *adopted,
	     char *error, size_t cap)
{
	int err;

	dp.config = *config;
	dp.handler = *handler;
	dp.error = error;
	dp.error_cap = cap;
	*adopted = 0;
	if (cap)
		error[0] = 0;
	snprintf(dp.root_dir, sizeof(dp.root_dir), "%s",
		 config->pin_dir ? config->pin_dir : MCORE_PIN_DIR);
	snprintf(dp.pin_dir, sizeof(dp.pin_dir), "%s/v%d", dp.root_dir, MCORE_ABI);
	dp.running = true;
	err = dp_plan();
	if (!err)
		err = start(adopted);
	dp.error = NULL;
	if (err)
		dp_stop(false);
	return err;
}

void dp_stop(bool remove)
{
	if (!dp.running)
		return;
	attach_stop(remove);
	nat_stop(remove);
	capture_stop();
	hold_stop();
	event_stop();
	gtpu_stop();
	access_stop();
	hop_stop();
	tft_stop();
	framed_stop();
	session_stop();
	profile_stop();
	network_stop(remove);
	host_stop(remove);
	link_stop();
	netlink_stop();
	load_stop();
	if (remove)
		load_unpin();
	dp.running = false;
}

const char *dp_describe(void) { return attach_describe(); }

const char *dp_pins(void) { return dp.pin_dir; }

uint32_t dp_pool_slot(unsigned pool, uint32_t offset)
{
	const struct pool *p = &dp.wanted.pools[pool];

	return pool < dp.config.pools && offset < p->size ? p->first_slot + offset : NO_SLOT;
}

uint32_t dp_pool_size(unsigned pool)
{
	return pool < dp.config.pools ? dp.wanted.pools[pool].size : 0;
}

unsigned dp_pool_network(unsigned pool)
{
	return pool < dp.config.pools ? dp.config.pool[pool].network : 0;
}

void dp_reasons(struct reason_count out[])
{
	int cpus = libbpf_num_possible_cpus();
	struct reason_count *each = calloc(cpus > 0 ? (size_t)cpus : 1, sizeof(*each));

	memset(out, 0, REASON_COUNT * sizeof(*out));
	for (uint32_t i = 0; each && i < REASON_COUNT; i++) {
		if (bpf_map_lookup_elem(dp.map[MAP_REASONS], &i, each))
			continue;
		for (int c = 0; c < cpus; c++) {
			out[i].packets += each[c].packets;
			out[i].bytes += each[c].bytes;
		}
	}
	free(each);
}
