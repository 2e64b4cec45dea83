/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces and this machine's own addresses, as netlink tells them.
 *
 * The table of links is filled by a dump and kept by events. Any change of a link, an address or a
 * route sets a flag and starts a short timer, so that a burst of events (a routing daemon's, a
 * flapping port's) costs one pass over the hops. `local` and its filter in `settings` get every
 * address but loopback and link-local ones: the bit is set before the entry, cleared after it. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uthash.h>

enum { SETTLE_MS = 50, LOCAL_MAX = 4096 };

struct entry {
	struct link link;
	bool seen;
	UT_hash_handle hh;
};

static struct {
	struct entry *links;
	struct timer settle;
	bool addresses, hops;
} state;

const struct link *link_find(int ifindex)
{
	struct entry *e;

	HASH_FIND_INT(state.links, &ifindex, e);
	return e ? &e->link : NULL;
}

const struct link *link_by_name(const char *name)
{
	for (struct entry *e = state.links; e; e = e->hh.next)
		if (!strcmp(e->link.name, name))
			return &e->link;
	return NULL;
}

const struct link *link_next(const struct link *after)
{
	struct entry *e = state.links;

	if (after) {
		HASH_FIND_INT(state.links, &after->ifindex, e);
		e = e ? e->hh.next : NULL;
	}
	return e ? &e->link : NULL;
}

static void parse_info(struct nlattr *info, struct link *l)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1], *data[IFLA_VLAN_MAX + 1];

	if (!info || nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) < 0 || !tb[IFLA_INFO_KIND])
		return;
	nla_strlcpy(l->kind, tb[IFLA_INFO_KIND], sizeof(l->kind));
	if (strcmp(l->kind, "vlan") || !tb[IFLA_INFO_DATA] ||
	    nla_parse_nested(data, IFLA_VLAN_MAX, tb[IFLA_INFO_DATA], NULL) < 0 ||
	    !data[IFLA_VLAN_ID])
		return;
	l->vlan = nla_get_u16(data[IFLA_VLAN_ID]);
}

static bool parse_link(struct nlmsghdr *m, struct link *l)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct ifinfomsg *ifi = nlmsg_data(m);

	memset(l, 0, sizeof(*l));
	if (nlmsg_parse(m, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME])
		return false;
	l->ifindex = ifi->ifi_index;
	l->up = (ifi->ifi_flags & IFF_UP) && (ifi->ifi_flags & IFF_RUNNING);
	nla_strlcpy(l->name, tb[IFLA_IFNAME], sizeof(l->name));
	if (tb[IFLA_MTU])
		l->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == 6)
		memcpy(l->mac, nla_data(tb[IFLA_ADDRESS]), 6);
	parse_info(tb[IFLA_LINKINFO], l);
	if (l->vlan && tb[IFLA_LINK])
		l->parent = (int)nla_get_u32(tb[IFLA_LINK]);
	return true;
}

/* Returns whether anything changed. */
static bool learn(struct nlmsghdr *m)
{
	struct link l;
	struct entry *e;
	bool changed = true;

	if (!parse_link(m, &l))
		return false;
	HASH_FIND_INT(state.links, &l.ifindex, e);
	if (m->nlmsg_type == RTM_DELLINK) {
		if (e) {
			HASH_DEL(state.links, e);
			free(e);
		}
		return e != NULL;
	}
	if (e) {
		changed = memcmp(&e->link, &l, sizeof(l)) != 0;
	} else {
		e = calloc(1, sizeof(*e));
		if (!e)
			return false;
		e->link.ifindex = l.ifindex;
		HASH_ADD_INT(state.links, link.ifindex, e);
	}
	e->link = l;
	e->seen = true;
	return changed;
}

static void learn_each(struct nlmsghdr *m, void *arg)
{
	(void)arg;
	learn(m);
}

int link_sync(void)
{
	struct ifinfomsg ifi = {.ifi_family = AF_UNSPEC};
	struct entry *e, *next;
	int err;

	for (e = state.links; e; e = e->hh.next)
		e->seen = false;
	err = netlink_talk(netlink_request(RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi)), learn_each,
			   NULL);
	if (err)
		return err;
	HASH_ITER (hh, state.links, e, next) {
		if (e->seen)
			continue;
		HASH_DEL(state.links, e);
		free(e);
	}
	return 0;
}

struct prefixes_each {
	void (*each)(void *arg, unsigned network, const struct prefix *);
	void *arg;
};

/* Of a link between two, IFA_ADDRESS is the other's. */
static void tell_prefix(struct nlmsghdr *m, void *arg)
{
	const struct prefixes_each *to = arg;
	struct ifaddrmsg *ifa = nlmsg_data(m);
	struct nlattr *tb[IFA_MAX + 1];
	const unsigned network = network_of((int)ifa->ifa_index);
	struct prefix p = {.len = ifa->ifa_prefixlen};

	if (nlmsg_parse(m, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return;
	if (netlink_get_addr(tb[IFA_ADDRESS], &p.net) && prefix_bits(&p) <= 128)
		to->each(to->arg, network, &p);
	p.len = ifa->ifa_family == AF_INET ? 32 : 128;
	if (netlink_get_addr(tb[IFA_LOCAL], &p.net) && prefix_bits(&p) <= 128)
		to->each(to->arg, network, &p);
}

int link_prefixes(void (*each)(void *arg, unsigned network, const struct prefix *), void *arg)
{
	struct ifaddrmsg ifa = {.ifa_family = AF_UNSPEC};
	struct prefixes_each to = {each, arg};

	return netlink_talk(netlink_request(RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa)),
			    tell_prefix, &to);
}

struct local_set {
	struct ip_key key[LOCAL_MAX];
	unsigned n;
	bool full;
};

static void collect_address(struct nlmsghdr *m, void *arg)
{
	struct local_set *set = arg;
	struct ifaddrmsg *ifa = nlmsg_data(m);
	struct nlattr *tb[IFA_MAX + 1];
	struct in6_addr addr;

	if (nlmsg_parse(m, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return;
	if (!netlink_get_addr(tb[IFA_LOCAL], &addr) && !netlink_get_addr(tb[IFA_ADDRESS], &addr))
		return;
	if (ifa->ifa_scope >= RT_SCOPE_LINK)
		return;
	if (set->n == LOCAL_MAX) {
		set->full = true;
		return;
	}
	memcpy(set->key[set->n++].addr, &addr, sizeof(addr));
}

static bool set_has(const struct local_set *set, const struct ip_key *key)
{
	for (unsigned i = 0; i < set->n; i++)
		if (!memcmp(&set->key[i], key, sizeof(*key)))
			return true;
	return false;
}

/* What is in the map and not in the set is removed. Keys are gathered first: a hash must not change
 * under the walk. */
static void remove_others(const struct local_set *set)
{
	struct ip_key *gone = calloc(LOCAL_MAX, sizeof(*gone)), key, next;
	unsigned n = 0;
	void *prev = NULL;

	if (!gone)
		return;
	while (n < LOCAL_MAX && !bpf_map_get_next_key(dp.map[MAP_LOCAL], prev, &next)) {
		if (!set_has(set, &next))
			gone[n++] = next;
		key = next;
		prev = &key;
	}
	while (n)
		bpf_map_delete_elem(dp.map[MAP_LOCAL], &gone[--n]);
	free(gone);
}

int link_ethtool(const char *name, void *command)
{
	struct ifreq req = {.ifr_data = command};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &req))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

int link_sync_addresses(void)
{
	struct ifaddrmsg ifa = {.ifa_family = AF_UNSPEC};
	struct local_set *set = calloc(1, sizeof(*set));
	const uint32_t yes = 1;
	uint64_t filter = 0;
	int err;

	if (!set)
		return -ENOMEM;
	err = netlink_talk(netlink_request(RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa)),
			   collect_address, set);
	if (err)
		goto out;
	for (unsigned i = 0; i < set->n; i++)
		filter |= local_filter_bit(&set->key[i]);
	__atomic_fetch_or(&dp.settings->local_filter, filter, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < set->n; i++)
		if (bpf_map_update_elem(dp.map[MAP_LOCAL], &set->key[i], &yes, BPF_ANY))
			err = -errno;
	remove_others(set);
	__atomic_store_n(&dp.settings->local_filter, filter, __ATOMIC_RELAXED);
	if (set->full)
		LOG(WARN, "datapath.addresses",
		    "known=%u text=\"more addresses than the datapath can know\"", LOCAL_MAX);
out:
	free(set);
	return err;
}

static void settled(struct timer *t)
{
	(void)t;
	if (state.addresses && link_sync_addresses())
		LOG(WARN, "datapath.addresses", "text=\"own addresses could not be read\"");
	nat_sync();
	if (state.hops) {
		host_set_mtu();
		network_sync_ports();
		hop_refresh();
		access_changed();
	}
	state.addresses = state.hops = false;
}

static void changed(bool addresses)
{
	state.hops = true;
	state.addresses |= addresses;
	if (!timer_running(&state.settle))
		timer_start(&state.settle, SETTLE_MS, settled);
}

static void on_event(struct nlmsghdr *m)
{
	struct link l;

	switch (m->nlmsg_type) {
	case RTM_NEWLINK:
		if (!learn(m))
			return;
		if (parse_link(m, &l))
			attach_link_appeared(l.name, l.ifindex);
		changed(false);
		return;
	case RTM_DELLINK:
		if (learn(m))
			changed(true);
		return;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		changed(true);
		return;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		/* Our own lead to devices, and so to no hop. */
		if (((struct rtmsg *)nlmsg_data(m))->rtm_protocol != ROUTE_PROTOCOL)
			changed(false);
		return;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		neigh_on_event(m);
		return;
	}
}

static void on_overrun(void)
{
	LOG(WARN, "datapath.netlink", "text=\"events lost, reading all again\"");
	link_sync();
	neigh_resync();
	changed(true);
}

int link_start(void) { return netlink_listen(on_event, on_overrun); }

void link_stop(void)
{
	struct entry *e, *next;

	timer_stop(&state.settle);
	HASH_ITER (hh, state.links, e, next) {
		HASH_DEL(state.links, e);
		free(e);
	}
	memset(&state, 0, sizeof(state));
}
