/* SPDX-License-Identifier: Apache-2.0 */
/* Our own nftables table, replaced as a whole at start in one transaction (connections that are
 * tracked keep their addresses), and again when others change it (nft.c).
 *
 * It masquerades pools that break out through the kernel, but those marked as routed. Nothing is
 * forwarded from devices to the access network. And what tells of the path to an eNodeB that it is
 * smaller is heard from the access network alone: the kernel believes it of whoever knows our
 * address and the eNodeB's, devices too.
 *
 * Where there are networks, the same table keeps their connections apart, which may have the same
 * addresses (conntrack zones), and marks their packets, so that what the stack answers goes back to
 * where the question came from (network.c): before conntrack puts fragments together (priority
 * -400), as those may have the same addresses, too. Nothing is forwarded to a network but what came
 * by it: what an interface of it has as addresses are routes of the main table, too. And those
 * addresses are this machine's to all who send to them, so the table says which network may: it is
 * written anew when they change. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACES_MAX = 1024 };
#define ALL_NETWORKS (~0u)

static const char head[] =
	"add table inet mcore\ndelete table inet mcore\n"; /* whether it is there or not */

/* Addresses by which this machine is reached in some networks only, and in which (a bit each). */
struct places {
	struct {
		struct in6_addr addr;
		uint32_t networks;
	} at[PLACES_MAX];
	unsigned n;
};

static struct {
	char *script; /* that nft has; malloc */
	size_t n;
} state;

static void masquerade(FILE *f, const struct dp_pool *p)
{
	const char *dev = host_name(p->network, false);
	char net[INET6_ADDRSTRLEN];

	if (p->has4)
		fprintf(f, "  iifname \"%s\" ip saddr %s/%u oifname != \"%s\" masquerade\n", dev,
			inet_ntop(AF_INET, &p->net4, net, sizeof(net)), p->len4, dev);
	if (p->has6)
		fprintf(f, "  iifname \"%s\" ip6 saddr %s/%u oifname != \"%s\" masquerade\n", dev,
			inet_ntop(AF_INET6, &p->net6, net, sizeof(net)), p->len6, dev);
}

/* What comes (iifname) or leaves (oifname) by the host's device or a port of a network, or not. */
static void by_network(FILE *f, const char *way, unsigned network)
{
	fprintf(f, "%s { \"%s\"", way, host_name(network, false));
	for (unsigned i = 0; i < dp.config.interfaces; i++)
		if (dp.config.interface[i].network == network)
			fprintf(f, ", \"%s\"", dp.config.interface[i].name);
	fprintf(f, " }");
}

static void tell_apart(FILE *f, unsigned network)
{
	by_network(f, "  iifname", network);
	fprintf(f, " ct zone set %u meta mark set meta mark & %#x | %#x\n", network,
		~(unsigned)NETWORK_MARK_MASK, network << NETWORK_MARK_SHIFT);
}

static void keep_apart(FILE *f, unsigned network)
{
	by_network(f, "  oifname", network);
	by_network(f, " iifname !=", network);
	fprintf(f, " drop\n");
}

/* The networks that a device is of: all, if it is no port of one alone. */
static uint32_t networks_of(int ifindex)
{
	const struct link *l = link_find(ifindex);

	for (unsigned i = 0; i <= dp.config.networks; i++)
		if (host_dev(i) == ifindex)
			return 1u << i;
	for (unsigned i = 0; l && i < dp.config.interfaces; i++)
		if (dp.config.interface[i].role == DP_SGI &&
		    !strcmp(dp.config.interface[i].name, l->name))
			return 1u << dp.config.interface[i].network;
	return ALL_NETWORKS;
}

static void collect_place(struct nlmsghdr *m, void *arg)
{
	const struct ifaddrmsg *ifa = nlmsg_data(m);
	struct nlattr *tb[IFA_MAX + 1];
	struct places *p = arg;
	struct in6_addr addr;
	unsigned i = 0;

	if (ifa->ifa_scope >= RT_SCOPE_LINK ||
	    nlmsg_parse(m, sizeof(*ifa), tb, IFA_MAX, NULL) < 0 ||
	    (!netlink_get_addr(tb[IFA_LOCAL], &addr) && !netlink_get_addr(tb[IFA_ADDRESS], &addr)))
		return;
	while (i < p->n && memcmp(&p->at[i].addr, &addr, sizeof(addr)) != 0)
		i++;
	if (i == PLACES_MAX)
		return;
	p->at[i].addr = addr;
	p->at[i].networks |= networks_of((int)ifa->ifa_index);
	p->n += i == p->n;
}

/* Nobody reaches this machine by an address that it has in other networks alone. */
static void keep_from(FILE *f, unsigned network, const struct places *p, bool v4)
{
	const char *between = "{ ";

	for (unsigned i = 0; i < p->n; i++) {
		if (p->at[i].networks & 1u << network || ip_is4(&p->at[i].addr) != v4)
			continue;
		if (*between == '{') {
			by_network(f, "  iifname", network);
			fprintf(f, v4 ? " ip daddr " : " ip6 daddr ");
		}
		fprintf(f, "%s%s", between, ip_text(&p->at[i].addr));
		between = ", ";
	}
	if (*between == ',')
		fprintf(f, " } drop\n");
}

static bool same_port(const struct link *a, const struct link *b)
{
	return (a->parent ? a->parent : a->ifindex) == (b->parent ? b->parent : b->ifindex);
}

/* Whether a device shares a port with one of our interfaces and is none of them: another VLAN, or
 * what is untagged beside VLANs. */
static bool beside(const struct link *l)
{
	bool shares = false;

	for (unsigned i = 0; i < dp.config.interfaces; i++) {
		const struct link *ours = link_by_name(dp.config.interface[i].name);

		if (ours && ours->ifindex == l->ifindex)
			return false;
		shares |= ours && same_port(ours, l);
	}
	return shares;
}

/* What comes there is for no device, as the programs have it: nor by the stack, answers aside. */
static void keep_beside(FILE *f)
{
	const char *between = "  iifname { ";

	for (const struct link *l = link_next(NULL); l; l = link_next(l))
		if (beside(l)) {
			fprintf(f, "%s\"%s\"", between, l->name);
			between = ", ";
		}
	if (*between == ',')
		fprintf(f, " } oifname \"%s\" ct state { new, invalid, untracked } drop\n",
			host_name(0, false));
}

static bool masqueraded(const struct dp_pool *p) { return p->breakout == DP_KERNEL && !p->routed; }

/* Interfaces with all of these roles and none of those, as a set behind `before`; how many. */
static unsigned put_interfaces(FILE *f, const char *before, enum dp_role all, enum dp_role but)
{
	unsigned n = 0;

	for (unsigned i = 0; i < dp.config.interfaces; i++) {
		const struct dp_interface *in = &dp.config.interface[i];

		if ((in->role & all) != all || in->role & but)
			continue;
		fprintf(f, "%s%s\"%s\"", n ? "" : before, n ? ", " : " { ", in->name);
		n++;
	}
	if (n)
		fprintf(f, " }");
	return n;
}

/* From devices to the access network: where a device is masqueraded it has the core's own address
 * to the eNodeBs there, which take tunnels' packets from that. As bpf/mcore.bpf.c has it. */
static void keep_off(FILE *f)
{
	const char *what = dp.config.ue_to_access ? "jump core_ports" : "drop";

	fprintf(f, " chain core_ports {\n  udp dport { 2123, 2152 } drop\n"
		   "  tcp dport { 3868, 5868 } drop\n  meta l4proto sctp drop\n }\n"
		   " chain from_devices {\n");
	if (put_interfaces(f, "  oifname", DP_ACCESS, DP_SGI))
		fprintf(f, " %s\n", what);
	if (put_interfaces(f, "  oifname", DP_BOTH, 0))
		fprintf(f, " jump core_ports\n");
	fprintf(f, " }\n");
}

static void put_forward(FILE *f)
{
	keep_off(f);
	fprintf(f, " chain forward {\n  type filter hook forward priority filter;\n  iifname {");
	for (unsigned i = 0; i <= dp.config.networks; i++)
		fprintf(f, "%s \"%s\"", i ? "," : "", host_name(i, false));
	fprintf(f, " } jump from_devices\n");
	for (unsigned i = 1; i <= dp.config.networks; i++)
		keep_apart(f, i);
	if (dp.config.networks)
		keep_beside(f);
	fprintf(f, " }\n");
}

static void put_prerouting(FILE *f)
{
	fprintf(f, " chain prerouting {\n  type filter hook prerouting priority raw - 150;\n");
	for (unsigned i = 1; i <= dp.config.networks; i++)
		tell_apart(f, i);
	fprintf(f, " }\n");
}

static void put_input(FILE *f, const struct places *p)
{
	fprintf(f, " chain input {\n  type filter hook input priority filter;\n");
	if (ip_is4(&dp.config.gtpu) && put_interfaces(f, "  iifname !=", DP_ACCESS, 0))
		fprintf(f, " ip daddr %s icmp type 3 icmp code 4 drop\n", ip_text(&dp.config.gtpu));
	if (dp_has_gtpu6() && put_interfaces(f, "  iifname !=", DP_ACCESS, 0))
		fprintf(f, " ip6 daddr %s icmpv6 type packet-too-big drop\n",
			ip_text(&dp.config.gtpu6));
	for (unsigned i = 0; i <= dp.config.networks; i++) {
		keep_from(f, i, p, true);
		keep_from(f, i, p, false);
	}
	fprintf(f, " }\n");
}

/* Without any the chain is left out, which would have the kernel track connections. */
static void put_postrouting(FILE *f)
{
	bool any = false;

	for (unsigned i = 0; i < dp.config.pools; i++)
		any |= masqueraded(&dp.config.pool[i]);
	if (!any)
		return;
	fprintf(f, " chain postrouting {\n  type nat hook postrouting priority srcnat;\n");
	for (unsigned i = 0; i < dp.config.pools; i++)
		if (masqueraded(&dp.config.pool[i]))
			masquerade(f, &dp.config.pool[i]);
	fprintf(f, " }\n");
}

/* 0 or negative errno; *script is the caller's to free. */
static int write_script(char **script, size_t *n)
{
	struct ifaddrmsg ifa = {.ifa_family = AF_UNSPEC};
	struct places *p = calloc(1, sizeof(*p));
	FILE *f = p ? open_memstream(script, n) : NULL;
	int err = f ? 0 : -ENOMEM;

	if (f && dp.config.networks)
		err = netlink_talk(netlink_request(RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa)),
				   collect_place, p);
	if (f) {
		fprintf(f, "%stable inet mcore {\n", head);
		if (dp.config.networks)
			put_prerouting(f);
		put_input(f, p);
		put_forward(f);
		put_postrouting(f);
		fprintf(f, "}\n");
		err = fclose(f) && !err ? -ENOMEM : err;
	}
	free(p);
	return err;
}

/* Gives nft the table as it is to be, if that is not what it has. */
static int update(void)
{
	char *script = NULL;
	size_t n = 0;
	int err = write_script(&script, &n);

	if (!err && (n != state.n || memcmp(script, state.script, n) != 0)) {
		err = nft_load(script, n);
		if (!err) {
			char *old = state.script;

			state.script = script;
			state.n = n;
			script = old;
		}
	}
	free(script);
	return err;
}

/* Others changed the table. */
static int restore(void)
{
	int err = nft_load(state.script, state.n);

	LOG(WARN, "datapath.nft", "table=mcore text=\"others have changed it\" %s%s",
	    err ? "error=" : "restored=yes", err ? strerror(-err) : "");
	return err;
}

int nat_start(void)
{
	int err = nft_start(restore);

	if (!err)
		err = update();
	return err ? dp_fail(err, "table mcore: nft failed: %s (package nftables)", strerror(-err))
		   : 0;
}

void nat_sync(void)
{
	int err = dp.config.networks ? update() : 0;

	if (err)
		LOG(WARN, "datapath.nft", "error=\"%s\"", strerror(-err));
}

void nat_stop(bool remove)
{
	nft_stop();
	if (remove)
		nft_load(head, sizeof(head) - 1);
	free(state.script);
	memset(&state, 0, sizeof(state));
}
