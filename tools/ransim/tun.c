/* SPDX-License-Identifier: Apache-2.0 */
/* Works by entering the namespace (setns affects this thread alone), opening /dev/net/tun there,
 * and coming back: the device is born where it will live. The list of namespaces made here is the
 * only state. Linux man-pages: netdevice(7), netns(7), tuntap.txt of the kernel. */
#include "tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/route.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct in6_ifreq_ { /* struct in6_ifreq of linux/ipv6.h, which clashes with netinet/in.h */
	struct in6_addr addr;
	uint32_t prefixlen;
	int ifindex;
};

static struct made {
	struct made *next;
	char name[NETNS_NAMELEN];
} * netns_made;

static int run_ip_netns(const char *verb, const char *name)
{
	char *argv[] = {(char *)"ip", (char *)"netns", (char *)verb, (char *)name, NULL};
	int status;
	pid_t pid;
	int err = posix_spawnp(&pid, "ip", NULL, NULL, argv, environ);

	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

static int netns_open(const char *name)
{
	char path[NETNS_NAMELEN + 16];
	struct made *m;
	int fd, err;

	if (!*name || strchr(name, '/'))
		return -EINVAL;
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return -errno;
	err = run_ip_netns("add", name);
	if (err)
		return err;
	m = calloc(1, sizeof(*m));
	if (m) {
		snprintf(m->name, sizeof(m->name), "%s", name);
		m->next = netns_made;
		netns_made = m;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void netns_cleanup(void)
{
	while (netns_made) {
		struct made *m = netns_made;

		netns_made = m->next;
		run_ip_netns("del", m->name);
		free(m);
	}
}

/* The descriptor of the namespace that was left, for netns_leave; negative errno. */
static int netns_enter(const char *name)
{
	int home, fd, err = 0;

	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return -errno;
	if (!*name)
		return home;
	fd = netns_open(name);
	if (fd < 0)
		err = fd;
	else if (setns(fd, CLONE_NEWNET))
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (err) {
		close(home);
		return err;
	}
	return home;
}

static void netns_leave(int home)
{
	if (setns(home, CLONE_NEWNET))
		abort(); /* staying in a UE's namespace would send S1 from there */
	close(home);
}

static void sockaddr_set(struct sockaddr *dst, uint32_t addr_be)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = addr_be};

	memcpy(dst, &sin, sizeof(sin));
}

static int link_up(int s, const char *name)
{
	struct ifreq r = {0};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(s, SIOCGIFFLAGS, &r))
		return -errno;
	r.ifr_flags |= IFF_UP;
	return ioctl(s, SIOCSIFFLAGS, &r) ? -errno : 0;
}

static int link_mtu(int s, const char *name, uint16_t mtu)
{
	struct ifreq r = {.ifr_mtu = mtu};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return ioctl(s, SIOCSIFMTU, &r) ? -errno : 0;
}

static int address4(int s, const char *name, struct in_addr ip)
{
	struct ifreq r = {0};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	sockaddr_set(&r.ifr_addr, ip.s_addr);
	if (ioctl(s, SIOCSIFADDR, &r))
		return -errno;
	sockaddr_set(&r.ifr_netmask, UINT32_MAX);
	return ioctl(s, SIOCSIFNETMASK, &r) ? -errno : 0;
}

static int default4(int s, const char *name)
{
	char dev[IF_NAMESIZE];
	struct rtentry rt = {.rt_flags = RTF_UP, .rt_dev = dev};

	snprintf(dev, sizeof(dev), "%s", name);
	sockaddr_set(&rt.rt_dst, 0);
	sockaddr_set(&rt.rt_genmask, 0);
	sockaddr_set(&rt.rt_gateway, 0);
	return ioctl(s, SIOCADDRT, &rt) && errno != EEXIST ? -errno : 0;
}

static int address6(int s6, const char *name, const struct in6_addr *ip, uint8_t len)
{
	struct in6_ifreq_ r = {.addr = *ip, .prefixlen = len, .ifindex = (int)if_nametoindex(name)};

	return ioctl(s6, SIOCSIFADDR, &r) && errno != EEXIST ? -errno : 0;
}

static int default6(int s6, const char *name)
{
	struct in6_rtmsg rt = {.rtmsg_flags = RTF_UP,
			       .rtmsg_metric = 1024,
			       .rtmsg_ifindex = (int)if_nametoindex(name)};

	return ioctl(s6, SIOCADDRT, &rt) && errno != EEXIST ? -errno : 0;
}

/* The device takes its addresses from the PDN connection alone: we interpret the Router
 * Advertisement. */
static void quiet_ip6(const char *name, bool disable)
{
	static const char *const knob[] = {"accept_ra", "dad_transmits", "router_solicitations",
					   "addr_gen_mode", "disable_ipv6"};
	char path[96];

	for (size_t i = 0; i < sizeof(knob) / sizeof(*knob); i++) {
		/* /proc/sys/net shows the namespace of the thread that opens it */
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name, knob[i]);
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		const char *value = i == 3 || (i == 4 && disable) ? "1" : "0";

		if (fd < 0)
			continue;
		if (write(fd, value, 1) != 1 && errno != EINVAL)
			fprintf(stderr, "ransim: %s: %s\n", path, strerror(errno));
		close(fd);
	}
}

static int configure(const struct tun_config *c, const char **what)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int s6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = s < 0 ? -errno : 0;

	*what = "socket";
	if (!err && *c->netns)
		*what = "lo up", err = link_up(s, "lo");
	if (!err && c->mtu)
		*what = "mtu", err = link_mtu(s, c->name, c->mtu);
	quiet_ip6(c->name, !c->has_ll);
	if (!err && c->has4)
		*what = "IPv4 address", err = address4(s, c->name, c->ip4);
	if (!err)
		*what = "link up", err = link_up(s, c->name);
	if (!err && c->has4 && c->default_route)
		*what = "IPv4 default route", err = default4(s, c->name);
	if (!err && c->has_ll && s6 >= 0) {
		struct in6_addr ll = {.s6_addr = {0xfe, 0x80}};

		memcpy(ll.s6_addr + 8, c->iid, 8);
		*what = "link-local address";
		err = address6(s6, c->name, &ll, 64);
	}
	if (s >= 0)
		close(s);
	if (s6 >= 0)
		close(s6);
	return err;
}

int tun_open(const struct tun_config *c, const char **what)
{
	struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd, err, home;

	*what = "netns";
	home = netns_enter(c->netns);
	if (home < 0)
		return home;
	*what = "/dev/net/tun";
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	*what = "TUNSETIFF";
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", c->name);
	if (ioctl(fd, TUNSETIFF, &r)) {
		err = -errno;
		goto out;
	}
	err = configure(c, what);
out:
	netns_leave(home);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

int tun_add_ip6(const struct tun_config *c, const struct in6_addr *ip, uint8_t prefix_len)
{
	int s6, err, home = netns_enter(c->netns);

	if (home < 0)
		return home;
	s6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = s6 < 0 ? -errno : address6(s6, c->name, ip, prefix_len);
	if (!err && c->mtu)
		err = link_mtu(s6, c->name, c->mtu);
	if (!err && c->default_route)
		err = default6(s6, c->name);
	if (s6 >= 0)
		close(s6);
	netns_leave(home);
	return err;
}
