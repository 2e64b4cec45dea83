/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind devices: framed routes (TS 29.061 16.4.7, RFC 2865 5.22, RFC 3162 2.5). They live
 * in the map `routes`, of which this file keeps what a slot has; after a restart it is read from
 * there. The longest prefix decides, so that a part of what is behind one device may be behind
 * another; the same prefix cannot. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

struct framed { /* the routes of a slot */
	uint32_t slot;
	unsigned n;
	struct dp_route route[DP_ROUTES];
	UT_hash_handle hh;
};
static struct framed *by_slot;

static unsigned mapped_len(const struct dp_route *r)
{
	return r->len + (ip_is4(&r->net) ? 96u : 0u);
}

static struct route_key key_of(unsigned network, const struct dp_route *r)
{
	struct route_key key = {.prefixlen = ROUTE_KEY_BITS - 128 + mapped_len(r),
				.network = network};

	memcpy(key.addr, &r->net, sizeof(key.addr));
	return key;
}

static struct dp_route route_of(const struct route_key *key)
{
	struct dp_route r;
	unsigned len = key->prefixlen - (ROUTE_KEY_BITS - 128);

	memcpy(&r.net, key->addr, sizeof(r.net));
	r.len = (uint8_t)(ip_is4(&r.net) ? len - 96 : len);
	return r;
}

static struct framed *find(uint32_t slot)
{
	struct framed *f;

	HASH_FIND(hh, by_slot, &slot, sizeof(slot), f);
	return f;
}

/* Whether one is a part of the other; both IPv4 mapped, with lengths of 128 at most. */
static bool meet(const struct in6_addr *a, unsigned len_a, const struct in6_addr *b, unsigned len_b)
{
	unsigned bits = len_a < len_b ? len_a : len_b, bytes = bits / 8, rest = bits % 8;

	return !memcmp(a, b, bytes) &&
	       (!rest || !((a->s6_addr[bytes] ^ b->s6_addr[bytes]) >> (8 - rest)));
}

static bool in_pool(unsigned network, const struct dp_route *r)
{
	for (unsigned i = 0; i < dp.config.pools; i++) {
		const struct dp_pool *p = &dp.config.pool[i];
		struct in6_addr net4 = ip_map4(p->net4);

		if (p->network != network)
			continue;
		if ((p->has4 && meet(&r->net, mapped_len(r), &net4, p->len4 + 96u)) ||
		    (p->has6 && meet(&r->net, mapped_len(r), &p->net6, p->len6)))
			return true;
	}
	return false;
}

static int add(uint32_t slot, unsigned network, const struct dp_route *r)
{
	struct route_key key = key_of(network, r);

	if (in_pool(network, r))
		return -EADDRNOTAVAIL;

	if (bpf_map_update_elem(dp.map[MAP_ROUTES], &key, &slot, BPF_NOEXIST))
		return errno == EEXIST ? -EADDRINUSE : -errno;
	dp.settings->routes++;
	if (host_add_route(network, &r->net, r->len))
		LOG(WARN, "datapath.route", "address=%s/%u text=\"no route to %s\"",
		    ip_text(&r->net), r->len, host_name(network, false));
	return 0;
}

static void del(unsigned network, const struct dp_route *r)
{
	struct route_key key = key_of(network, r);

	if (bpf_map_delete_elem(dp.map[MAP_ROUTES], &key))
		return;
	dp.settings->routes--;
	host_del_route(network, &r->net, r->len);
}

void framed_forget(uint32_t slot)
{
	struct framed *f = find(slot);

	if (!f)
		return;
	while (f->n)
		del(dp.sessions[slot].network, &f->route[--f->n]);
	HASH_DEL(by_slot, f);
	free(f);
}

static struct framed *make(uint32_t slot)
{
	struct framed *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->slot = slot;
	HASH_ADD(hh, by_slot, slot, sizeof(f->slot), f);
	return f;
}

int dp_session_routes(uint32_t slot, const struct dp_route *route, unsigned n, unsigned *which)
{
	const struct session *s = dp_session(slot);
	struct framed *f;
	int err = 0;

	*which = 0;
	if (!s)
		return -ENOENT;
	framed_forget(slot);
	if (!n)
		return 0;
	f = n <= DP_ROUTES ? make(slot) : NULL;
	if (!f)
		return -ENOMEM;
	while (f->n < n && !err) {
		*which = f->n;
		err = add(slot, s->network, &route[f->n]);
		if (!err) {
			f->route[f->n] = route[f->n];
			f->n++;
		}
	}
	if (err)
		framed_forget(slot);
	return err;
}

unsigned dp_session_routes_of(uint32_t slot, struct dp_route out[DP_ROUTES])
{
	const struct framed *f = find(slot);

	if (!f)
		return 0;
	memcpy(out, f->route, f->n * sizeof(*out));
	return f->n;
}

/* A route of an earlier daemon: false if its session is gone. */
static bool adopt(const struct route_key *key, uint32_t slot)
{
	const struct session *s = dp_session(slot);
	struct framed *f = s && s->network == key->network ? find(slot) : NULL;

	if (s && s->network == key->network && !f)
		f = make(slot);
	if (!f || f->n == DP_ROUTES)
		return false;
	f->route[f->n++] = route_of(key);
	return true;
}

int framed_start(void)
{
	struct route_key key, next;
	void *prev = NULL;
	uint32_t slot, n = 0;

	while (dp.adopted && !bpf_map_get_next_key(dp.map[MAP_ROUTES], prev, &next)) {
		if (bpf_map_lookup_elem(dp.map[MAP_ROUTES], &next, &slot) || !adopt(&next, slot)) {
			bpf_map_delete_elem(dp.map[MAP_ROUTES], &next);
			continue; /* from the same place on */
		}
		n++;
		key = next;
		prev = &key;
	}
	dp.settings->routes = n;
	return 0;
}

void framed_stop(void)
{
	struct framed *f, *next;

	HASH_ITER (hh, by_slot, f, next) {
		HASH_DEL(by_slot, f);
		free(f);
	}
}
