/* SPDX-License-Identifier: Apache-2.0 */
/* The veth pair mcore0/mcore1 by which this machine's own stack takes part.
 *
 * Up: the datapath takes a device's packet out of its tunnel and redirects it to mcore1, so that it
 * enters the stack on mcore0. Down: the routes of the pools point to mcore0; what leaves there
 * arrives at mcore1, whose program encapsulates it. mcore0 has each pool's gateway address, no ARP,
 * no checksum offload (a redirected frame must be complete) and GRO (without it a veth takes no
 * redirected frames). Routes carry the devices' MTU, so that the stack segments, fragments and
 * answers "too big" by itself. The pair outlives the daemon, as the maps do.
 *
 * Each network beside the common one has a pair of its own, mcore2/mcore3 and on, so that the stack
 * knows by the interface whose packet it is; its routes are in the network's table (network.c). */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <stdio.h>
#include <unistd.h>

enum {
	/* XDP on mcore1 limits mcore0 to about 3500; mcore1 takes a whole tunnelled packet on top.
	 */
	STACK_MTU = 3400,
	XDP_MTU = 9000,
	ADDR_GEN_NONE = 1,
};

static struct {
	struct {
		int dev, xdp;
	} pair[MCORE_MAX_NETWORKS];
	uint16_t mtu;
} state;

int host_dev(unsigned network) { return state.pair[network].dev; }
int host_xdp(unsigned network) { return state.pair[network].xdp; }

bool host_is_dev(int ifindex)
{
	for (unsigned i = 0; i <= dp.config.networks; i++)
		if (state.pair[i].dev == ifindex)
			return true;
	return false;
}

const char *host_name(unsigned network, bool xdp)
{
	static char buffer[4][IF_NAMESIZE];
	static unsigned next;
	char *out = buffer[next++ % 4];

	snprintf(out, IF_NAMESIZE, "mcore%u", 2 * network + xdp);
	return out;
}

/* The smallest MTU of the access interfaces, less the tunnel's headers. */
uint16_t dp_ue_mtu(void)
{
	const unsigned overhead = dp_has_gtpu6() ? GTPU_OVERHEAD6 : GTPU_OVERHEAD;
	unsigned mtu = 1500;
	bool found = false;

	for (unsigned i = 0; i < dp.config.interfaces; i++) {
		const struct dp_interface *in = &dp.config.interface[i];
		const struct link *l = link_by_name(in->name);

		if (!(in->role & DP_ACCESS) || !l)
			continue;
		mtu = found && mtu < l->mtu ? mtu : l->mtu;
		found = true;
	}
	if (mtu > STACK_MTU)
		mtu = STACK_MTU;
	if (mtu < IPV4_MIN_MTU + overhead)
		mtu = IPV4_MIN_MTU + overhead;
	return (uint16_t)(mtu - overhead);
}

int host_sysctl(const char *value, const char *fmt, ...)
{
	char path[96], full[128], now[16] = "";
	int fd, err = 0;
	va_list args;
	ssize_t n;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	snprintf(full, sizeof(full), "/proc/sys/net/%s", path);
	fd = open(full, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, now, sizeof(now) - 1);
	if (n <= 0 || strncmp(now, value, strlen(value)))
		err = pwrite(fd, value, strlen(value), 0) < 0 ? -errno : 0;
	close(fd);
	if (err)
		LOG(WARN, "datapath.sysctl", "key=%s value=%s error=\"%s\"", path, value,
		    strerror(-err));
	return err;
}

static void set_ethtool(const char *name, uint32_t command, uint32_t value)
{
	struct ethtool_value v = {.cmd = command, .data = value};
	int err = link_ethtool(name, &v);

	/* What depends on an offload that is off already cannot be set, and need not be. */
	if (err && err != -EOPNOTSUPP)
		LOG(WARN, "datapath.ethtool", "dev=%s command=%#x error=\"%s\"", name, command,
		    strerror(-err));
}

static int create(unsigned network)
{
	struct ifinfomsg ifi = {.ifi_family = AF_UNSPEC,
				.ifi_flags = IFF_NOARP,
				.ifi_change = IFF_NOARP},
			 peer = {.ifi_family = AF_UNSPEC};
	struct nl_msg *msg =
		netlink_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	struct nlattr *info, *data, *far;

	if (!msg)
		return -ENOMEM;
	nla_put_string(msg, IFLA_IFNAME, host_name(network, false));
	nla_put_u32(msg, IFLA_MTU, STACK_MTU);
	/* Each CPU that redirects to it has a queue of its own, and the stack's work is its. */
	nla_put_u32(msg, IFLA_NUM_RX_QUEUES, (uint32_t)libbpf_num_possible_cpus());
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	far = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &peer, sizeof(peer), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, host_name(network, true));
	nla_put_u32(msg, IFLA_MTU, XDP_MTU);
	nla_nest_end(msg, far);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return netlink_talk(msg, NULL, NULL);
}

static int delete_pair(unsigned network)
{
	const struct link *l = link_by_name(host_name(network, false));
	struct ifinfomsg ifi = {.ifi_family = AF_UNSPEC};

	if (!l || strcmp(l->kind, "veth"))
		return 0;
	ifi.ifi_index = l->ifindex;
	return netlink_talk(netlink_request(RTM_DELLINK, 0, &ifi, sizeof(ifi)), NULL, NULL);
}

static int bring_up(int ifindex)
{
	struct ifinfomsg ifi = {.ifi_family = AF_UNSPEC,
				.ifi_index = ifindex,
				.ifi_flags = IFF_UP,
				.ifi_change = IFF_UP};

	return netlink_talk(netlink_request(RTM_NEWLINK, 0, &ifi, sizeof(ifi)), NULL, NULL);
}

/* The gateway's address of a pool: IPv4 the first host, IPv6 ::1 of the first /64. */
static struct in6_addr gateway4(const struct dp_pool *p)
{
	return ip_map4((struct in_addr){htonl(ntohl(p->net4.s_addr) + MCORE_GATEWAY_OFFSET)});
}
static struct in6_addr gateway6(const struct dp_pool *p)
{
	struct in6_addr a = p->net6;

	a.s6_addr[15] = 1;
	return a;
}

static int add_address(unsigned network, const struct in6_addr *addr)
{
	bool v4 = ip_is4(addr);
	struct ifaddrmsg ifa = {
		.ifa_family = v4 ? AF_INET : AF_INET6,
		.ifa_prefixlen = v4 ? 32 : 128,
		.ifa_index = (unsigned)host_dev(network),
		.ifa_flags = v4 ? 0 : IFA_F_NODAD,
	};
	struct nl_msg *msg =
		netlink_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &ifa, sizeof(ifa));

	if (msg) {
		netlink_put_addr(msg, IFA_LOCAL, addr);
		netlink_put_addr(msg, IFA_ADDRESS, addr);
	}
	return netlink_talk(msg, NULL, NULL);
}

static int add_route(unsigned network, const struct in6_addr *net, uint8_t len,
		     const struct in6_addr *source, int flags)
{
	bool v4 = ip_is4(net);
	struct rtmsg rt = {
		.rtm_family = v4 ? AF_INET : AF_INET6,
		.rtm_dst_len = len,
		.rtm_table = RT_TABLE_UNSPEC, /* network_put_table() */
		.rtm_protocol = ROUTE_PROTOCOL,
		.rtm_scope = v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg = netlink_request(RTM_NEWROUTE, NLM_F_CREATE | flags, &rt, sizeof(rt));
	struct nlattr *metrics;

	if (msg) {
		netlink_put_addr(msg, RTA_DST, net);
		if (source)
			netlink_put_addr(msg, RTA_PREFSRC, source);
		nla_put_u32(msg, RTA_OIF, (uint32_t)host_dev(network));
		network_put_table(msg, network);
		metrics = nla_nest_start(msg, RTA_METRICS);
		nla_put_u32(msg, RTAX_MTU, state.mtu);
		nla_nest_end(msg, metrics);
	}
	return netlink_talk(msg, NULL, NULL);
}

static int set_pool(const struct dp_pool *p)
{
	struct in6_addr net4 = ip_map4(p->net4), gw4 = gateway4(p), gw6 = gateway6(p);
	int err = 0;

	if (p->has4) {
		err = add_address(p->network, &gw4);
		if (!err)
			err = add_route(p->network, &net4, p->len4, &gw4, NLM_F_REPLACE);
	}
	if (!err && p->has6) {
		err = add_address(p->network, &gw6);
		if (!err)
			err = add_route(p->network, &p->net6, p->len6, &gw6, NLM_F_REPLACE);
	}
	return err ? dp_fail(err, "apn %s: address or route on %s: %s", p->apn,
			     host_name(p->network, false), strerror(-err))
		   : 0;
}

int host_add_route(unsigned network, const struct in6_addr *addr, uint8_t len)
{
	int err = add_route(network, addr, len, NULL, NLM_F_EXCL);

	/* An earlier daemon that was killed may have left ours. */
	if (err == -EEXIST && !host_del_route(network, addr, len))
		err = add_route(network, addr, len, NULL, NLM_F_EXCL);
	if (err)
		LOG(WARN, "datapath.route", "address=%s/%u dev=%s error=\"%s\"", ip_text(addr), len,
		    host_name(network, false), strerror(-err));
	return err;
}

int host_del_route(unsigned network, const struct in6_addr *addr, uint8_t len)
{
	struct rtmsg rt = {
		.rtm_family = ip_is4(addr) ? AF_INET : AF_INET6,
		.rtm_dst_len = len,
		.rtm_table = RT_TABLE_UNSPEC, /* network_put_table() */
		.rtm_protocol = ROUTE_PROTOCOL,
		.rtm_scope = RT_SCOPE_NOWHERE,
	};
	struct nl_msg *msg = netlink_request(RTM_DELROUTE, 0, &rt, sizeof(rt));

	if (msg) {
		netlink_put_addr(msg, RTA_DST, addr);
		nla_put_u32(msg, RTA_OIF, (uint32_t)host_dev(network));
		network_put_table(msg, network);
	}
	return netlink_talk(msg, NULL, NULL);
}

void host_set_mtu(void)
{
	uint16_t mtu = dp_ue_mtu();

	if (!host_dev(0) || mtu == state.mtu)
		return;
	LOG(INFO, "datapath.mtu", "devices=%u", mtu);
	state.mtu = mtu;
	for (unsigned i = 0; i < dp.config.pools; i++)
		set_pool(&dp.config.pool[i]);
}

static void set_sysctls(unsigned network, bool any6)
{
	const char *dev = host_name(network, false);

	host_sysctl("0", "ipv4/conf/%s/rp_filter", dev);
	host_sysctl("0", "ipv4/conf/%s/send_redirects", dev);
	host_sysctl("1", "ipv6/conf/%s/disable_ipv6", host_name(network, true));
	if (!any6)
		return;
	host_sysctl("0", "ipv6/conf/%s/accept_ra", dev);
	host_sysctl("0", "ipv6/conf/%s/disable_ipv6", dev);
}

static int make_pair(unsigned network)
{
	const char *dev = host_name(network, false), *xdp = host_name(network, true);
	const struct link *in, *out;
	int err = 0;

	if (!link_by_name(dev)) {
		err = create(network);
		if (!err)
			err = link_sync();
	}
	in = link_by_name(dev);
	out = link_by_name(xdp);
	if (err || !in || !out)
		return dp_fail(err ? err : -ENODEV, "the veth pair %s/%s cannot be made: %s", dev,
			       xdp, strerror(err ? -err : ENODEV));
	state.pair[network].dev = in->ifindex;
	state.pair[network].xdp = out->ifindex;
	set_ethtool(dev, ETHTOOL_STXCSUM, 0);
	set_ethtool(dev, ETHTOOL_STSO, 0);
	set_ethtool(dev, ETHTOOL_SGSO, 0);
	set_ethtool(dev, ETHTOOL_SGRO, 1);
	host_sysctl("1", "ipv6/conf/%s/addr_gen_mode", dev);
	return 0;
}

static int start_pair(unsigned network, bool any6)
{
	int err = make_pair(network);

	if (err)
		return err;
	set_sysctls(network, any6);
	err = bring_up(host_dev(network));
	if (!err)
		err = bring_up(host_xdp(network));
	return err ? dp_fail(err, "%s: %s", host_name(network, false), strerror(-err)) : 0;
}

/* Pairs left by a daemon with other pools or networks have their addresses and routes. */
static int delete_others(void)
{
	int err = 0;

	for (unsigned i = 0; i < MCORE_MAX_NETWORKS && !err; i++)
		if (!dp.adopted || i > dp.config.networks)
			err = delete_pair(i);
	return err ? err : link_sync();
}

int host_start(void)
{
	bool any6 = false;
	int err = delete_others();

	if (err)
		return dp_fail(err, HOST_DEV ": %s", strerror(-err));
	for (unsigned i = 0; i < dp.config.pools; i++)
		any6 |= dp.config.pool[i].has6;
	state.mtu = dp_ue_mtu();
	host_sysctl("1", "ipv4/ip_forward");
	/* Forwarding makes an interface deaf to router advertisements unless accept_ra is 2: said
	 * in the manual, not changed here. */
	if (any6)
		host_sysctl("1", "ipv6/conf/all/forwarding");
	for (unsigned i = 0; i <= dp.config.networks && !err; i++)
		err = start_pair(i, any6);
	for (unsigned i = 0; i < dp.config.pools && !err; i++)
		err = set_pool(&dp.config.pool[i]);
	return err ? err : link_sync();
}

void host_stop(bool remove)
{
	for (unsigned i = 0; remove && i <= dp.config.networks; i++)
		if (host_dev(i))
			delete_pair(i);
	memset(&state, 0, sizeof(state));
}
