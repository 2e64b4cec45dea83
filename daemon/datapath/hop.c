/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of `hops`: the first are this machine's own stack, in each network, the next are the
 * pools' exits, all others are GTP-U peers, counted by the sessions that use them.
 *
 * A hop is looked up when it is made and again when links, addresses or routes change: the route
 * gives the interface and whom to ask for (gateway or the address itself), the link gives our MAC,
 * MTU and VLAN, the neighbour gives its MAC. Until all are known the element is HOP_UNRESOLVED and
 * packets to it are dropped and counted. The state is the switch: it leaves HOP_READY before
 * anything else changes.
 *
 * A peer with addresses of both families has an element for each: sessions use one, which holds a
 * reference of the other, so that uplink is taken from it, too (`peers`).
 *
 * A peer whose last session goes keeps its element for a while, because eNodeBs come back, and
 * because a packet in flight may still hold the index; or until all others are taken, too. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <uthash.h>

enum {
	LINGER_MS = 60000,
	REFRESH_BATCH = 256,
	REFRESH_MS = 10,
	PATH_MTU_MS = 20,          /* till the kernel has noted what an ICMP message said, */
	PATH_MTU_MIN = 1280,       /* which is not believed below this: anybody there may say it */
	PATH_MTU_AGAIN_MS = 60000, /* a smaller path MTU is looked up again: it may have grown */
};

struct route {
	int ifindex;
	struct in6_addr next; /* gateway, or the destination on the link */
	unsigned mtu;         /* 0: the interface's */
	uint32_t metric;
	bool local, found;
};

struct hop_user {                /* the daemon's side of an element */
	struct neigh_user neigh; /* first: neigh.c hands it back */
	struct in6_addr addr;    /* key */
	struct route route;
	uint16_t index;
	bool is_peer, complained;
	uint32_t refs, expected;
	uint16_t also;              /* index of its other address, of which it holds a reference */
	struct timer linger, again; /* `again`: the route is read anew, for its MTU */
	struct peer peer;
	UT_hash_handle hh;
};

static struct {
	struct hop_user *by_index[HOPS];
	struct hop_user *peers; /* by address */
	uint32_t next;          /* all elements from here on are free */
	uint32_t hint;          /* peer elements before it were taken later than those behind */
	uint32_t cursor;        /* of a refresh, 0: none goes on */
	bool again;             /* what changed meanwhile needs another */
	struct timer refresh;
} state;

/* Writes an element if it differs. Packets see it unresolved while it changes. */
static void store(uint16_t index, const struct hop *want)
{
	struct hop *h = &dp.hops[index];

	if (!memcmp(h, want, sizeof(*h)))
		return;
	__atomic_store_n(&h->state, HOP_UNRESOLVED, __ATOMIC_SEQ_CST);
	memcpy((uint8_t *)h + 1, (const uint8_t *)want + 1, sizeof(*h) - 1);
	__atomic_store_n(&h->state, want->state, __ATOMIC_RELEASE);
}

static void set_addresses(struct hop *h, const struct in6_addr *addr)
{
	if (ip_is4(addr)) {
		h->family = 4;
		memcpy(h->addr, &addr->s6_addr[12], 4);
		memcpy(h->local, &dp.config.gtpu.s6_addr[12], 4);
		h->ipsum = hop_ipsum(h);
	} else {
		h->family = 6;
		memcpy(h->addr, addr, 16);
		memcpy(h->local, &dp.config.gtpu6, 16);
	}
}

static const char *kind_of(const struct hop_user *u) { return u->is_peer ? "peer" : "apn"; }
static const char *name_of(const struct hop_user *u)
{
	return u->is_peer ? ip_text(&u->addr) : dp.config.pool[u->index - HOP_EXIT].apn;
}

static void look_again(struct timer *t);

static void write_hop(struct hop_user *u, const uint8_t *mac)
{
	const struct link *l = link_find(u->route.ifindex), *out;
	struct hop h = {.state = HOP_UNRESOLVED};

	set_addresses(&h, &u->addr);
	h.also = u->also;
	if (l && mac) {
		out = l->parent ? link_find(l->parent) : l;
		h.state = l->up && out && out->up ? HOP_READY : HOP_UNRESOLVED;
		h.vlan = htons(l->vlan);
		h.ifindex = (uint32_t)(out ? out->ifindex : l->ifindex);
		memcpy(h.dmac, mac, 6);
		memcpy(h.smac, l->mac, 6);
		h.mtu = (uint16_t)(l->mtu < UINT16_MAX ? l->mtu : UINT16_MAX);
		if (u->route.mtu && u->route.mtu < h.mtu)
			h.mtu = (uint16_t)u->route.mtu;
		if (h.mtu < l->mtu && u->is_peer && !timer_running(&u->again))
			timer_start(&u->again, PATH_MTU_AGAIN_MS, look_again);
		if (dp.hops[u->index].mtu && h.mtu != dp.hops[u->index].mtu)
			LOG(INFO, "datapath.path_mtu", "%s=%s mtu=%u", kind_of(u), name_of(u),
			    h.mtu);
	}
	store(u->index, &h);
}

static void on_neigh(struct neigh_user *n, const uint8_t *mac)
{
	struct hop_user *u = (struct hop_user *)n;

	LOG(INFO, "datapath.hop", "%s=%s index=%u state=%s", kind_of(u), name_of(u), u->index,
	    mac ? "resolved" : "lost");
	write_hop(u, mac);
}

static void on_route(struct nlmsghdr *m, void *arg)
{
	struct route *r = arg;
	struct rtmsg *rt = nlmsg_data(m);
	struct nlattr *tb[RTA_MAX + 1], *metrics[RTAX_MAX + 1];
	const struct rta_cacheinfo *cached;

	if (m->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(m, sizeof(*rt), tb, RTA_MAX, NULL) < 0)
		return;
	r->local = rt->rtm_type == RTN_LOCAL;
	if (rt->rtm_type != RTN_UNICAST || !tb[RTA_OIF])
		return;
	r->ifindex = (int)nla_get_u32(tb[RTA_OIF]);
	netlink_get_addr(tb[RTA_GATEWAY], &r->next);
	if (tb[RTA_VIA] && nla_len(tb[RTA_VIA]) == 2 + 16) /* IPv4 by an IPv6 router */
		memcpy(&r->next, (char *)nla_data(tb[RTA_VIA]) + 2, 16);
	if (tb[RTA_METRICS] && nla_parse_nested(metrics, RTAX_MAX, tb[RTA_METRICS], NULL) >= 0 &&
	    metrics[RTAX_MTU])
		r->mtu = nla_get_u32(metrics[RTAX_MTU]);
	/* One that was written down does not expire, and is taken as it is. */
	if (tb[RTA_CACHEINFO] && nla_len(tb[RTA_CACHEINFO]) >= (int)sizeof(*cached)) {
		cached = nla_data(tb[RTA_CACHEINFO]);
		if (cached->rta_expires && r->mtu && r->mtu < PATH_MTU_MIN)
			r->mtu = PATH_MTU_MIN;
	}
	r->found = true;
}

static bool route_to(const struct in6_addr *addr, int ifindex, struct route *r)
{
	bool v4 = ip_is4(addr);
	struct rtmsg rt = {
		.rtm_family = v4 ? AF_INET : AF_INET6,
		.rtm_dst_len = v4 ? 32 : 128,
	};
	struct nl_msg *msg = netlink_request(RTM_GETROUTE, 0, &rt, sizeof(rt));

	memset(r, 0, sizeof(*r));
	r->next = *addr;
	if (msg) {
		netlink_put_addr(msg, RTA_DST, addr);
		if (ifindex)
			nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex);
	}
	return netlink_talk(msg, on_route, r) == 0 && r->found;
}

struct default_search {
	int ifindex; /* 0: any */
	uint32_t table;
	struct route best;
};

static void on_default(struct nlmsghdr *m, void *arg)
{
	struct default_search *search = arg;
	struct rtmsg *rt = nlmsg_data(m);
	struct nlattr *tb[RTA_MAX + 1];
	struct route r = {0};

	if (rt->rtm_dst_len)
		return;
	on_route(m, &r);
	if (!r.found || (search->ifindex && r.ifindex != search->ifindex) ||
	    nlmsg_parse(m, sizeof(*rt), tb, RTA_MAX, NULL) < 0 ||
	    (tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rt->rtm_table) != search->table ||
	    (!tb[RTA_GATEWAY] && !tb[RTA_VIA]))
		return;
	r.metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0;
	if (!search->best.found || r.metric < search->best.metric)
		search->best = r;
}

/* The default route with a gateway in a table, by this interface or any; of IPv4, else of IPv6. */
static bool route_default(uint32_t table, int ifindex, bool v4, struct route *r)
{
	struct rtmsg rt = {.rtm_family = v4 ? AF_INET : AF_INET6};
	struct default_search search = {.ifindex = ifindex, .table = table};

	netlink_talk(netlink_request(RTM_GETROUTE, NLM_F_DUMP, &rt, sizeof(rt)), on_default,
		     &search);
	*r = search.best;
	return r->found;
}

static bool find_route(struct hop_user *u, struct route *r)
{
	const struct dp_pool *pool;
	const struct link *l = NULL;
	uint32_t table;

	if (u->is_peer)
		return route_to(&u->addr, 0, r);
	pool = &dp.config.pool[u->index - HOP_EXIT];
	memset(r, 0, sizeof(*r));
	if (pool->device[0]) {
		l = link_by_name(pool->device);
		if (!l)
			return false;
	}
	if (pool->has_gateway)
		return route_to(&pool->gateway, l ? l->ifindex : 0, r);
	table = network_table(pool->network);
	return (pool->has4 && route_default(table, l ? l->ifindex : 0, true, r)) ||
	       (pool->has6 && route_default(table, l ? l->ifindex : 0, false, r));
}

static void complain(struct hop_user *u, const struct route *r)
{
	if (u->complained)
		return;
	u->complained = true;
	if (u->is_peer)
		LOG(WARN, "datapath.route", "peer=%s text=\"%s\"", ip_text(&u->addr),
		    r->local ? "it is this machine's own address" : "no route");
	else
		LOG(WARN, "datapath.route", "apn=%s dev=%s text=\"no gateway for direct breakout\"",
		    dp.config.pool[u->index - HOP_EXIT].apn,
		    dp.config.pool[u->index - HOP_EXIT].device);
}

static void resolve(struct hop_user *u)
{
	struct route r;
	const uint8_t *mac = NULL;
	bool found = find_route(u, &r);

	if (!found)
		complain(u, &r);
	else
		u->complained = false;
	if (found)
		mac = neigh_use(&u->neigh, r.ifindex, &r.next);
	else
		neigh_release(&u->neigh);
	u->route = r;
	write_hop(u, mac);
}

static void look_again(struct timer *t) { resolve(container_of(t, struct hop_user, again)); }

static void write_host(uint16_t index, unsigned network)
{
	const struct link *in = link_find(host_dev(network)), *out = link_find(host_xdp(network));
	struct hop h = {.state = HOP_UNRESOLVED, .to_host = 1};
	struct in6_addr none = ip_map4((struct in_addr){0});

	set_addresses(&h, &none);
	if (in && out) {
		h.state = in->up && out->up ? HOP_READY : HOP_UNRESOLVED;
		h.ifindex = (uint32_t)out->ifindex;
		memcpy(h.dmac, in->mac, 6);
		memcpy(h.smac, out->mac, 6);
		h.mtu = (uint16_t)in->mtu;
	}
	store(index, &h);
}

static void refresh_step(struct timer *t)
{
	uint32_t n = 0;

	if (state.cursor < HOP_PEER) {
		for (unsigned i = 0; i <= dp.config.networks; i++)
			write_host((uint16_t)(HOP_HOST + i), i);
		for (unsigned i = 0; i < dp.config.pools; i++)
			if (dp.config.pool[i].breakout == DP_KERNEL)
				write_host((uint16_t)(HOP_EXIT + i), dp.config.pool[i].network);
	}
	for (; state.cursor < state.next && n < REFRESH_BATCH; state.cursor++) {
		if (!state.by_index[state.cursor])
			continue;
		resolve(state.by_index[state.cursor]);
		n++;
	}
	if (state.cursor < state.next) {
		timer_start(t, REFRESH_MS, refresh_step);
		return;
	}
	state.cursor = 0;
	if (state.again)
		hop_refresh();
}

void hop_refresh(void)
{
	state.again = state.cursor != 0;
	if (state.again)
		return;
	state.cursor = HOP_HOST;
	refresh_step(&state.refresh);
}

/* Into `peers`, or out of it: whom programs take uplink packets from. */
static void set_known(const struct hop_user *u, bool known)
{
	uint32_t index = u->index;

	if (known ? bpf_map_update_elem(dp.map[MAP_PEERS], &u->addr, &index, BPF_ANY)
		  : bpf_map_delete_elem(dp.map[MAP_PEERS], &u->addr))
		LOG(WARN, "datapath.peer", "peer=%s error=\"%s\"", ip_text(&u->addr),
		    strerror(errno));
}

static struct hop_user *make(const struct in6_addr *addr, uint16_t index, bool peer)
{
	struct hop_user *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->addr = *addr;
	u->index = index;
	u->is_peer = peer;
	u->peer.addr = *addr;
	u->peer.index = index;
	state.by_index[index] = u;
	if (peer) {
		HASH_ADD(hh, state.peers, addr, sizeof(u->addr), u);
		set_known(u, true);
	}
	if (index >= state.next)
		state.next = index + 1u;
	return u;
}

static void discard(struct hop_user *u)
{
	timer_stop(&u->linger);
	timer_stop(&u->again);
	peer_unused(&u->peer);
	state.by_index[u->index] = NULL;
	if (u->is_peer)
		HASH_DEL(state.peers, u);
	free(u);
}

static void expire(struct timer *t)
{
	struct hop_user *u = container_of(t, struct hop_user, linger);
	const struct hop none = {.state = HOP_FREE};

	neigh_release(&u->neigh);
	set_known(u, false);
	store(u->index, &none);
	if (u->also)
		hop_put(u->also);
	discard(u);
}

/* Takes the element of the peer that has had no session for longest. */
static uint16_t reuse_index(void)
{
	struct hop_user *oldest = NULL;
	uint16_t index;

	for (uint32_t i = HOP_PEER; i < HOPS; i++) {
		struct hop_user *u = state.by_index[i];

		if (u && timer_running(&u->linger) &&
		    (!oldest || timer_left_ms(&u->linger) < timer_left_ms(&oldest->linger)))
			oldest = u;
	}
	if (!oldest)
		return HOP_NONE;
	index = oldest->index;
	timer_stop(&oldest->linger);
	expire(&oldest->linger);
	return index;
}

static uint16_t free_index(void)
{
	for (uint32_t n = 0; n < HOPS - HOP_PEER; n++) {
		uint32_t i = HOP_PEER + (state.hint + n) % (HOPS - HOP_PEER);

		if (!state.by_index[i]) {
			state.hint = i + 1 - HOP_PEER;
			return (uint16_t)i;
		}
	}
	return reuse_index();
}

int hop_get(const struct in6_addr *peer)
{
	struct hop_user *u;
	uint16_t index;

	if (ip_is4(peer) ? !ip_is4(&dp.config.gtpu) : !dp_has_gtpu6())
		return -EAFNOSUPPORT;
	HASH_FIND(hh, state.peers, peer, sizeof(*peer), u);
	if (!u) {
		index = free_index();
		u = index ? make(peer, index, true) : NULL;
		if (!u)
			return -ENOSPC;
		resolve(u);
	}
	timer_stop(&u->linger);
	if (!u->refs++)
		peer_used(&u->peer);
	return u->index;
}

static void linger(struct hop_user *u)
{
	if (!u->refs && !u->expected)
		timer_start(&u->linger, LINGER_MS, expire);
}

void hop_put(uint16_t index)
{
	struct hop_user *u = state.by_index[index];

	if (!u || !u->refs || --u->refs)
		return;
	peer_unused(&u->peer);
	linger(u);
}

void dp_peer_expect(const struct in6_addr *peer, bool expected)
{
	int index = !dp.running ? HOP_NONE : expected ? hop_get(peer) : hop_find(peer);
	struct hop_user *u = index > 0 ? state.by_index[index] : NULL;

	if (!u || (!expected && !u->expected))
		return;
	u->expected += expected ? 1 : -1u;
	if (expected)
		hop_put((uint16_t)index);
	else
		linger(u);
}

/* What was said of a peer stays as long as it has sessions: anybody may say it, and so also that
 * its other address is itself. From one family to the other alone no element holds itself. */
void dp_peer_also(const struct in6_addr *peer, const struct in6_addr *also)
{
	bool other_family = IN6_IS_ADDR_V4MAPPED(peer) && !IN6_IS_ADDR_V4MAPPED(also);
	int index = other_family ? hop_get(peer) : HOP_NONE, other;
	struct hop_user *u = index < 0 ? NULL : state.by_index[index];

	if (!u)
		return;
	other = u->also && u->refs > 1 ? -EEXIST : hop_get(also);
	if (other >= 0 && u->also != other) {
		if (u->also)
			hop_put(u->also);
		u->also = (uint16_t)other; /* and our reference is its */
		dp.hops[index].also = (uint16_t)other;
	} else if (other >= 0) {
		hop_put((uint16_t)other);
	}
	hop_put((uint16_t)index);
}

const struct in6_addr *hop_address(uint16_t index)
{
	const struct hop_user *u = state.by_index[index];

	return u && u->is_peer ? &u->addr : NULL;
}

void hop_path_changed(const struct in6_addr *peer)
{
	uint16_t index = hop_find(peer);
	struct timer *again = index ? &state.by_index[index]->again : NULL;

	if (again && (!timer_running(again) || timer_left_ms(again) > PATH_MTU_MS))
		timer_start(again, PATH_MTU_MS, look_again);
}

struct peer *hop_peer(uint16_t index)
{
	struct hop_user *u = state.by_index[index];

	return u && u->is_peer ? &u->peer : NULL;
}

struct peer *hop_peer_next(uint32_t *index)
{
	for (; *index < state.next; ++*index)
		if (hop_peer((uint16_t)*index))
			return hop_peer((uint16_t)*index);
	return NULL;
}

uint32_t hop_refs(uint16_t index)
{
	return state.by_index[index] ? state.by_index[index]->refs : 0;
}

uint16_t hop_find(const struct in6_addr *peer)
{
	struct hop_user *u;

	HASH_FIND(hh, state.peers, peer, sizeof(*peer), u);
	return u ? u->index : HOP_NONE;
}

bool hop_adopt(uint16_t index)
{
	const struct hop *h = &dp.hops[index];
	struct hop_user *u = state.by_index[index];
	struct in6_addr addr;
	struct in_addr a;

	if (index < HOP_PEER || h->state == HOP_FREE)
		return false;
	if (!u) {
		memcpy(&a, h->addr, 4);
		memcpy(&addr, h->addr, 16);
		if (h->family == 4)
			addr = ip_map4(a);
		if (hop_find(&addr))
			return false;
		u = make(&addr, index, true);
		if (!u)
			return false;
		if (h->also && h->also != index && hop_adopt(h->also))
			u->also = h->also;
	}
	if (!u->refs++)
		peer_used(&u->peer);
	return true;
}

/* What an earlier daemon left in `peers` and nothing uses. */
static void forget_strangers(void)
{
	struct in6_addr key, next;
	void *prev = NULL;

	while (!bpf_map_get_next_key(dp.map[MAP_PEERS], prev, &next)) {
		if (!hop_find(&next)) {
			bpf_map_delete_elem(dp.map[MAP_PEERS], &next);
			continue; /* from the same place on */
		}
		key = next;
		prev = &key;
	}
}

void hop_adopted(void)
{
	const struct hop none = {.state = HOP_FREE};

	for (uint32_t i = HOP_PEER; i < HOPS; i++)
		if (!state.by_index[i] && dp.hops[i].state != HOP_FREE)
			store((uint16_t)i, &none);
	forget_strangers();
}

/* The exits, then (after a restart) the adopted peers are looked up. */
int hop_start(void)
{
	struct in6_addr none = ip_map4((struct in_addr){0});

	neigh_start(on_neigh);
	if (state.next < HOP_PEER)
		state.next = HOP_PEER;
	for (unsigned i = 0; i < dp.config.pools; i++)
		if (dp.config.pool[i].breakout == DP_DIRECT &&
		    !make(&none, (uint16_t)(HOP_EXIT + i), false))
			return -ENOMEM;
	hop_refresh();
	return 0;
}

void hop_stop(void)
{
	peer_stop();
	timer_stop(&state.refresh);
	for (uint32_t i = 0; i < HOPS; i++)
		if (state.by_index[i])
			discard(state.by_index[i]);
	neigh_stop();
	memset(&state, 0, sizeof(state));
}
