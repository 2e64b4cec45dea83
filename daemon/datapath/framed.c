/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind devices: framed routes (TS 29.061 16.4.7, RFC 2865 5.22, RFC 3162 2.5). They live
 * in the map `routes`, of which this file keeps what a slot has; after a restart it is read from
 * there. What is behind one device of a network is behind no other, not even in part: so they have
 * an order, in which a tree of each network finds what shares addresses with a new one. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <uthash.h>

struct framed { /* the routes of a slot */
	uint32_t slot;
	unsigned n;
	struct prefix route[PREFIXES_MAX];
	UT_hash_handle hh;
};
static struct framed *by_slot;
static void *tree[MCORE_MAX_NETWORKS]; /* tsearch(3): their routes, where they are */

static struct route_key key_of(unsigned network, const struct prefix *r)
{
	struct route_key key = {.prefixlen = ROUTE_KEY_BITS - 128 + prefix_bits(r),
				.network = network};

	memcpy(key.addr, &r->net, sizeof(key.addr));
	return key;
}

static struct prefix route_of(const struct route_key *key)
{
	struct prefix r;
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

static bool in_pool(unsigned network, const struct prefix *r)
{
	for (unsigned i = 0; i < dp.config.pools; i++) {
		const struct dp_pool *p = &dp.config.pool[i];
		const struct prefix pool4 = {ip_map4(p->net4), p->len4}, pool6 = {p->net6, p->len6};

		if (p->network == network &&
		    ((p->has4 && prefix_meet(r, &pool4)) || (p->has6 && prefix_meet(r, &pool6))))
			return true;
	}
	return false;
}

struct own_check {
	unsigned network;
	const struct prefix *route;
	bool meets;
};

static void check_own(void *arg, unsigned network, const struct prefix *own)
{
	struct own_check *c = arg;

	c->meets |= network == c->network && prefix_meet(own, c->route);
}

int dp_route_check(unsigned network, const struct prefix *r)
{
	struct own_check own = {.network = network, .route = r};
	int err;

	if (!prefix_valid(r))
		return -EINVAL;
	if (in_pool(network, r))
		return -EADDRNOTAVAIL;
	err = link_prefixes(check_own, &own);
	return own.meets ? -EBUSY : err;
}

/* Equal are those that share addresses. */
static int order(const void *a, const void *b)
{
	const struct prefix *p = a, *q = b;

	return prefix_meet(p, q) ? 0 : memcmp(&p->net, &q->net, sizeof(p->net));
}

/* What is in the tree already, of a slot that had a part of the same, stays alone there. */
static bool plant(const struct framed *f, unsigned network)
{
	bool good = true;

	for (unsigned i = 0; f && i < f->n; i++)
		good &= tsearch(&f->route[i], &tree[network], order) != NULL;
	return good;
}

static void uproot(const struct framed *f, unsigned network)
{
	for (unsigned i = 0; f && i < f->n; i++) {
		const struct prefix *const *at = tfind(&f->route[i], &tree[network], order);

		if (at && *at == &f->route[i])
			tdelete(&f->route[i], &tree[network], order);
	}
}

static int add(uint32_t slot, unsigned network, const struct prefix *r)
{
	struct route_key key = key_of(network, r);

	if (bpf_map_update_elem(dp.map[MAP_ROUTES], &key, &slot, BPF_NOEXIST))
		return errno == EEXIST ? -EADDRINUSE : -errno;
	dp.settings->routes++;
	host_add_route(network, &r->net, r->len); /* without it only the stack does not find it */
	return 0;
}

static void del(unsigned network, const struct prefix *r)
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
	uproot(f, dp.sessions[slot].network);
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

static bool has(const struct prefix *list, unsigned n, const struct prefix *one)
{
	while (n--)
		if (list[n].len == one->len && !memcmp(&list[n].net, &one->net, sizeof(one->net)))
			return true;
	return false;
}

/* Whether a slot, of which f is what it has or NULL and which is in no tree now, can have them; if
 * not, *which it cannot. */
static int check(const struct framed *f, unsigned network, const struct prefix *route, unsigned n,
		 unsigned *which)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++) {
		if (f && has(f->route, f->n, &route[i]))
			continue;
		*which = i;
		err = dp_route_check(network, &route[i]);
		if (!err && tfind(&route[i], &tree[network], order))
			err = -EADDRINUSE;
	}
	return err;
}

/* What is new comes before what is not wanted any more goes; what stays is not touched. */
static int change(struct framed *f, unsigned network, const struct prefix *route, unsigned n,
		  unsigned *which)
{
	int err = 0;
	unsigned i;

	for (i = 0; i < n && !err; i++) {
		*which = i;
		if (!has(f->route, f->n, &route[i]))
			err = add(f->slot, network, &route[i]);
	}
	if (err) {
		for (i = 0; i < *which; i++)
			if (!has(f->route, f->n, &route[i]))
				del(network, &route[i]);
		return err;
	}
	for (i = 0; i < f->n; i++)
		if (!has(route, n, &f->route[i]))
			del(network, &f->route[i]);
	memcpy(f->route, route, n * sizeof(*route));
	f->n = n;
	return 0;
}

int dp_session_routes(uint32_t slot, const struct prefix *route, unsigned n, unsigned *which)
{
	const struct session *s = dp_session(slot);
	struct framed *f = find(slot);
	int err;

	*which = 0;
	if (!s)
		return -ENOENT;
	if (n > PREFIXES_MAX)
		return -ENOSPC;
	uproot(f, s->network);
	err = check(f, s->network, route, n, which);
	if (!err && n && !f && !(f = make(slot)))
		err = -ENOMEM;
	if (!err && f)
		err = change(f, s->network, route, n, which);
	if (!plant(f, s->network) && !err)
		err = -ENOMEM;
	if (f && !f->n)
		framed_forget(slot);
	return err;
}

unsigned dp_session_routes_of(uint32_t slot, struct prefix out[PREFIXES_MAX])
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
	if (!f || f->n == PREFIXES_MAX)
		return false;
	f->route[f->n++] = route_of(key);
	return plant(f, key->network);
}

int framed_start(void)
{
	struct route_key key, next;
	void *prev = NULL;
	uint32_t slot, n = 0;

	while (dp.adopted && !bpf_map_get_next_key(dp.map[MAP_ROUTES], prev, &next)) {
		if (bpf_map_lookup_elem(dp.map[MAP_ROUTES], &next, &slot) || !adopt(&next, slot)) {
			const struct prefix gone = route_of(&next);

			bpf_map_delete_elem(dp.map[MAP_ROUTES], &next);
			host_del_route(next.network, &gone.net, gone.len);
			continue; /* from the same place on */
		}
		n++;
		key = next;
		prev = &key;
	}
	dp.settings->routes = n;
	return 0;
}

static void stays(void *route) { (void)route; }

void framed_stop(void)
{
	struct framed *f, *next;

	for (unsigned i = 0; i < MCORE_MAX_NETWORKS; i++) {
		tdestroy(tree[i], stays);
		tree[i] = NULL;
	}
	HASH_ITER (hh, by_slot, f, next) {
		HASH_DEL(by_slot, f);
		free(f);
	}
}
