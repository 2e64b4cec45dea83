/* SPDX-License-Identifier: Apache-2.0 */
/* A pool is a range of offsets; an offset stands for an IPv4 address, a /64 and a slot of the
 * datapath, so one allotment gives all three. The first offsets are the host's
 * (MCORE_HOST_OFFSETS), and where the range reaches the end of the IPv4 prefix the broadcast
 * address is nobody's. The datapath finds a device by pool first: a static address inside a pool
 * therefore needs that offset of its own APN's pool, one outside all pools any slot. */
#include "pgw/internal.h"

#include <string.h>

#include "datapath/datapath.h"

enum { REST = 1024 };

static struct range {
	struct index_pool offsets;
	uint32_t nobodys; /* offsets that no device can have */
	bool has4, has6;
	uint32_t base4; /* host order */
	uint64_t base6; /* of the first /64 */
} ranges[MCORE_MAX_POOLS];
static unsigned range_n;

static uint64_t prefix_of(const struct in6_addr *a)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | a->s6_addr[i];
	return v;
}

static struct in6_addr prefix_address(uint64_t prefix)
{
	struct in6_addr a = {0};

	for (unsigned i = 8; i--; prefix >>= 8)
		a.s6_addr[i] = (uint8_t)prefix;
	return a;
}

void addr_start(const struct pgw_config *c)
{
	range_n = c->apns;
	for (unsigned i = 0; i < range_n; i++) {
		const struct pgw_apn *apn = &c->apn[i];
		struct range *r = &ranges[i];
		uint32_t size = dp_pool_size(i);

		*r = (struct range){.has4 = apn->has4, .has6 = apn->has6};
		r->base4 = ntohl(apn->net4.s_addr);
		r->base6 = prefix_of(&apn->net6);
		index_init(&r->offsets, size, REST < size / 4 ? REST : size / 4);
		for (uint32_t offset = 0; offset < MCORE_HOST_OFFSETS; offset++)
			index_take(&r->offsets, offset);
		if (apn->has4 && apn->len4 && size == 1ull << (32 - apn->len4))
			index_take(&r->offsets, size - 1);
		r->nobodys = r->offsets.used;
	}
}

void addr_stop(void)
{
	for (unsigned i = 0; i < range_n; i++)
		index_free(&ranges[i].offsets);
	range_n = 0;
}

/* The offset of an address in a range, INDEX_NONE outside it. */
static uint32_t offset4(const struct range *r, struct in_addr a)
{
	uint32_t offset = ntohl(a.s_addr) - r->base4;

	return r->has4 && a.s_addr && offset < r->offsets.limit ? offset : INDEX_NONE;
}

static uint32_t offset6(const struct range *r, const struct in6_addr *a)
{
	uint64_t prefix = prefix_of(a);

	return r->has6 && prefix && prefix - r->base6 < r->offsets.limit
		       ? (uint32_t)(prefix - r->base6)
		       : INDEX_NONE;
}

static bool in_another_pool(unsigned apn, struct in_addr ip4, const struct in6_addr *ip6)
{
	for (unsigned i = 0; i < range_n; i++)
		if (i != apn && dp_pool_network(i) == dp_pool_network(apn) &&
		    (offset4(&ranges[i], ip4) != INDEX_NONE ||
		     offset6(&ranges[i], ip6) != INDEX_NONE))
			return true;
	return false;
}

static enum gtpc_cause refuse(const char **why, const char *reason)
{
	*why = reason;
	return GTPC_NO_RESOURCES;
}

/* Slot and offset for the given addresses (zero: dynamic if `dynamic`). */
static enum gtpc_cause place(unsigned apn, struct in_addr ip4, const struct in6_addr *ip6,
			     bool dynamic, const struct pgw_session *restored, struct addr *out,
			     const char **why)
{
	struct range *r = &ranges[apn];
	uint32_t at4 = offset4(r, ip4), at6 = offset6(r, ip6);

	out->offset = at4 != INDEX_NONE ? at4 : at6;
	if (in_another_pool(apn, ip4, ip6))
		return refuse(why, "static address is in another APN's pool");
	if (at4 != INDEX_NONE && at6 != INDEX_NONE && at4 != at6)
		return refuse(
			why,
			"static IPv4 address and IPv6 prefix have different places in the pool");
	if (out->offset != INDEX_NONE) {
		if (!index_take(&r->offsets, out->offset))
			return refuse(why, "static address is in use");
	} else if (dynamic) {
		out->offset = index_get(&r->offsets);
		if (out->offset == INDEX_NONE)
			return GTPC_ALL_ADDRESSES_OCCUPIED;
	} else {
		out->slot = restored ? pgw_extra_slot_of(pgw_session_imsi(restored), restored->ebi)
				     : INDEX_NONE;
		if (out->slot == INDEX_NONE)
			out->slot = dp_extra_slot(UINT32_MAX);
		return out->slot != UINT32_MAX ? GTPC_ACCEPTED
					       : refuse(why, "no slot left for a static address");
	}
	out->slot = dp_pool_slot(apn, out->offset);
	return GTPC_ACCEPTED;
}

enum gtpc_cause addr_get(unsigned apn, enum pdn_type type, const struct paa *fixed,
			 const struct pgw_session *restored, struct addr *out, const char **why)
{
	const struct range *r = &ranges[apn];
	bool want4 = type & PDN_IPV4, want6 = type & PDN_IPV6;
	struct in_addr ip4 = want4 ? fixed->ip4 : (struct in_addr){0};
	struct in6_addr ip6 = want6 ? prefix_address(prefix_of(&fixed->ip6)) : (struct in6_addr){0};
	bool free4 = want4 && !ip4.s_addr, free6 = want6 && !prefix_of(&ip6);
	enum gtpc_cause cause;

	*out = (struct addr){0};
	*why = "";
	cause = place(apn, ip4, &ip6, free4 || free6, restored, out, why);
	if (cause != GTPC_ACCEPTED)
		return cause;
	out->ip4 = free4 ? (struct in_addr){htonl(r->base4 + out->offset)} : ip4;
	out->ip6 = free6 ? prefix_address(r->base6 + out->offset) : ip6;
	return GTPC_ACCEPTED;
}

void addr_put(unsigned apn, const struct addr *a)
{
	if (a->offset != INDEX_NONE)
		index_put(&ranges[apn].offsets, a->offset);
}

void addr_keep(struct in_addr ue4, struct in6_addr ue6, bool keep)
{
	for (unsigned i = 0; i < range_n; i++) {
		uint32_t at4 = offset4(&ranges[i], ue4), at6 = offset6(&ranges[i], &ue6);

		if (at4 >= MCORE_HOST_OFFSETS && at4 != INDEX_NONE)
			index_keep(&ranges[i].offsets, at4, keep);
		if (at6 >= MCORE_HOST_OFFSETS && at6 != INDEX_NONE)
			index_keep(&ranges[i].offsets, at6, keep);
	}
}

void addr_use(unsigned apn, uint32_t *size, uint32_t *used)
{
	const struct range *r = &ranges[apn];

	*size = r->offsets.limit - r->nobodys;
	*used = r->offsets.used - r->nobodys;
}
