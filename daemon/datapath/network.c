/* SPDX-License-Identifier: Apache-2.0 */
/* Networks beside the common one: APNs that share nothing with others, not even their addresses.
 *
 * A packet is of the network whose port it came by. To the programs the map `ports` says which
 * that is, and what comes by none of those ports is for no device. To this machine's stack it is
 * the interface: rules send what comes by a network's host device (mcore2 and on) or its ports to
 * the network's own routing table, and there the last route, below all that the administrator adds,
 * is "unreachable", so that nothing falls through to the common table and to another network's
 * devices. What the stack answers itself has no such interface; ICMP, resets and TCP connections
 * inherit the mark that nftables put on the question (nat.c), for which there is a rule, too; and
 * what is bound to the host's device goes by the network's table. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <stdlib.h>

enum {
	RULE_PRIORITY = 10900, /* and on, by network: before those of the main table */
	RULES_MAX = 2 * MCORE_MAX_NETWORKS * 3 + 2 * 32,
	PORTS_MAX = 64,
};

uint32_t network_table(unsigned network)
{
	return network ? dp.config.network[network - 1].table : RT_TABLE_MAIN;
}

unsigned network_of(int ifindex)
{
	const struct link *l = link_find(ifindex);

	for (unsigned i = 1; i <= dp.config.networks; i++)
		if (host_dev(i) == ifindex)
			return i;
	for (unsigned i = 0; l && i < dp.config.interfaces; i++)
		if (!strcmp(dp.config.interface[i].name, l->name))
			return dp.config.interface[i].network;
	return 0;
}

void network_put_table(struct nl_msg *msg, unsigned network)
{
	nla_put_u32(msg, RTA_TABLE, network_table(network));
}

struct rule {
	uint8_t family;
	char iif[IF_NAMESIZE], oif[IF_NAMESIZE]; /* one of both, "": by mark */
	uint32_t mark, table, priority;
};

struct rules {
	struct rule rule[RULES_MAX];
	unsigned n;
};

static bool rule_same(const struct rule *a, const struct rule *b)
{
	return a->family == b->family && !strcmp(a->iif, b->iif) && !strcmp(a->oif, b->oif) &&
	       a->mark == b->mark && a->table == b->table && a->priority == b->priority;
}

static bool rules_have(const struct rules *all, const struct rule *r)
{
	for (unsigned i = 0; i < all->n; i++)
		if (rule_same(&all->rule[i], r))
			return true;
	return false;
}

static void want(struct rules *all, unsigned network, uint8_t family, const char *iif,
		 const char *oif)
{
	struct rule r = {.family = family,
			 .mark = *iif || *oif ? 0 : (uint32_t)network << NETWORK_MARK_SHIFT,
			 .table = network_table(network),
			 .priority = RULE_PRIORITY + network};

	snprintf(r.iif, sizeof(r.iif), "%s", iif);
	snprintf(r.oif, sizeof(r.oif), "%s", oif);
	if (all->n < RULES_MAX)
		all->rule[all->n++] = r;
}

/* Whether IPv6 is forwarded, which does not stop at networks without it. */
static bool any6(void)
{
	for (unsigned i = 0; i < dp.config.pools; i++)
		if (dp.config.pool[i].has6)
			return true;
	return false;
}

static void want_family(struct rules *all, unsigned network, uint8_t family)
{
	want(all, network, family, "", "");
	want(all, network, family, host_name(network, false), "");
	want(all, network, family, "", host_name(network, false));
	for (unsigned i = 0; i < dp.config.interfaces; i++)
		if (dp.config.interface[i].network == network)
			want(all, network, family, dp.config.interface[i].name, "");
}

static int talk_rule(int type, int flags, const struct rule *r)
{
	struct fib_rule_hdr h = {.family = r->family, .action = FR_ACT_TO_TBL};
	struct nl_msg *msg = netlink_request(type, flags, &h, sizeof(h));

	if (msg) {
		nla_put_u32(msg, FRA_PRIORITY, r->priority);
		nla_put_u32(msg, FRA_TABLE, r->table);
		nla_put_u8(msg, FRA_PROTOCOL, ROUTE_PROTOCOL);
		if (*r->iif)
			nla_put_string(msg, FRA_IIFNAME, r->iif);
		if (*r->oif)
			nla_put_string(msg, FRA_OIFNAME, r->oif);
		if (r->mark) {
			nla_put_u32(msg, FRA_FWMARK, r->mark);
			nla_put_u32(msg, FRA_FWMASK, NETWORK_MARK_MASK);
		}
	}
	return netlink_talk(msg, NULL, NULL);
}

static void collect_rule(struct nlmsghdr *m, void *arg)
{
	struct rules *all = arg;
	struct nlattr *tb[FRA_MAX + 1];
	struct fib_rule_hdr *h = nlmsg_data(m);
	struct rule r = {.family = h->family, .table = h->table};

	if (nlmsg_parse(m, sizeof(*h), tb, FRA_MAX, NULL) < 0 || !tb[FRA_PROTOCOL] ||
	    nla_get_u8(tb[FRA_PROTOCOL]) != ROUTE_PROTOCOL || all->n == RULES_MAX)
		return;
	if (tb[FRA_IIFNAME])
		nla_strlcpy(r.iif, tb[FRA_IIFNAME], sizeof(r.iif));
	if (tb[FRA_OIFNAME])
		nla_strlcpy(r.oif, tb[FRA_OIFNAME], sizeof(r.oif));
	if (tb[FRA_FWMARK])
		r.mark = nla_get_u32(tb[FRA_FWMARK]);
	if (tb[FRA_TABLE])
		r.table = nla_get_u32(tb[FRA_TABLE]);
	if (tb[FRA_PRIORITY])
		r.priority = nla_get_u32(tb[FRA_PRIORITY]);
	all->rule[all->n++] = r;
}

/* Adds what is wanted before it takes away what is not. */
static int set_rules(const struct rules *wanted)
{
	const uint8_t families[] = {AF_INET, AF_INET6};
	struct rules *there = calloc(1, sizeof(*there));
	int err = there ? 0 : -ENOMEM;

	for (unsigned i = 0; i < 2 && !err; i++) {
		struct fib_rule_hdr h = {.family = families[i]};

		/* Without IPv6 there are none. */
		netlink_talk(netlink_request(RTM_GETRULE, NLM_F_DUMP, &h, sizeof(h)), collect_rule,
			     there);
	}
	for (unsigned i = 0; i < wanted->n && !err; i++)
		if (!rules_have(there, &wanted->rule[i]))
			err = talk_rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, &wanted->rule[i]);
	for (unsigned i = 0; there && i < there->n && !err; i++)
		if (!rules_have(wanted, &there->rule[i]))
			err = talk_rule(RTM_DELRULE, 0, &there->rule[i]);
	free(there);
	return err;
}

/* The end of a network's table: what has no route there has none at all. */
static int set_last_route(int type, int flags, unsigned network, uint8_t family)
{
	struct rtmsg rt = {.rtm_family = family,
			   .rtm_protocol = ROUTE_PROTOCOL,
			   .rtm_scope = RT_SCOPE_UNIVERSE,
			   .rtm_type = RTN_UNREACHABLE};
	struct nl_msg *msg = netlink_request(type, flags, &rt, sizeof(rt));

	if (msg) {
		network_put_table(msg, network);
		nla_put_u32(msg, RTA_PRIORITY, UINT32_MAX);
	}
	return netlink_talk(msg, NULL, NULL);
}

static int start(unsigned network, struct rules *rules)
{
	const int flags = NLM_F_CREATE | NLM_F_REPLACE;
	int err = set_last_route(RTM_NEWROUTE, flags, network, AF_INET);

	want_family(rules, network, AF_INET);
	if (!err && any6()) {
		err = set_last_route(RTM_NEWROUTE, flags, network, AF_INET6);
		want_family(rules, network, AF_INET6);
	}
	/* So that the reverse path filter looks where answers would go, too. */
	for (unsigned i = 0; i < dp.config.interfaces; i++)
		if (dp.config.interface[i].network == network)
			host_sysctl("1", "ipv4/conf/%s/src_valid_mark",
				    dp.config.interface[i].name);
	return err;
}

int network_start(void)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	int err = rules ? 0 : -ENOMEM;

	for (unsigned i = 1; i <= dp.config.networks && !err; i++) {
		err = start(i, rules);
		if (err)
			dp_fail(err, "network %s: table %u: %s", dp.config.network[i - 1].name,
				network_table(i), strerror(-err));
	}
	if (dp.config.networks) {
		host_sysctl("1", "ipv4/fwmark_reflect");
		host_sysctl("1", "ipv6/fwmark_reflect");
		host_sysctl("1", "ipv4/tcp_fwmark_accept"); /* IPv6's, too */
	}
	if (!err && (err = set_rules(rules)))
		dp_fail(err, "networks: routing rules: %s", strerror(-err));
	free(rules);
	if (!err)
		network_sync_ports();
	return err;
}

void network_stop(bool remove)
{
	static const struct rules none;

	if (!remove)
		return;
	set_rules(&none);
	for (unsigned i = 1; i <= dp.config.networks; i++) {
		set_last_route(RTM_DELROUTE, 0, i, AF_INET);
		if (any6())
			set_last_route(RTM_DELROUTE, 0, i, AF_INET6);
	}
}

struct ports {
	struct port_key key[PORTS_MAX];
	uint32_t network[PORTS_MAX];
	unsigned n;
};

static void want_port(struct ports *p, const struct link *l, unsigned network)
{
	if (!l || p->n == PORTS_MAX)
		return;
	p->key[p->n] = (struct port_key){
		.ifindex = (uint32_t)(l->parent ? l->parent : l->ifindex),
		.vlan = l->vlan,
	};
	p->network[p->n++] = network;
}

static void remove_others(const struct ports *p)
{
	struct port_key next, gone[PORTS_MAX];
	void *prev = NULL;
	unsigned n = 0, k;

	while (n < PORTS_MAX && !bpf_map_get_next_key(dp.map[MAP_PORTS], prev, &next)) {
		for (k = 0; k < p->n && memcmp(&p->key[k], &next, sizeof(next)) != 0; k++)
			;
		gone[n] = next;
		prev = &gone[n];
		n += k == p->n;
		if (k < p->n)
			prev = (void *)&p->key[k];
	}
	while (n)
		bpf_map_delete_elem(dp.map[MAP_PORTS], &gone[--n]);
}

void network_sync_ports(void)
{
	struct ports p = {.n = 0};

	for (unsigned i = 0; i < dp.config.interfaces; i++)
		if (dp.config.interface[i].role & DP_SGI)
			want_port(&p, link_by_name(dp.config.interface[i].name),
				  dp.config.interface[i].network);
	for (unsigned i = 0; i <= dp.config.networks; i++)
		want_port(&p, link_find(host_xdp(i)), i);
	for (unsigned i = 0; i < p.n; i++)
		if (bpf_map_update_elem(dp.map[MAP_PORTS], &p.key[i], &p.network[i], BPF_ANY))
			LOG(WARN, "datapath.port", "ifindex=%u vlan=%u error=\"%s\"",
			    p.key[i].ifindex, p.key[i].vlan, strerror(errno));
	remove_others(&p);
}
