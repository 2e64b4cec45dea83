/* SPDX-License-Identifier: Apache-2.0 */
/* The device a person or a test sees a UE's packets on: a layer-3 tun, in a network namespace of
 * its own if asked. All configuration is by ioctl from within that namespace, so nothing needs
 * iproute2 but the making of a named namespace (`ip netns add`, so that its mounts are the usual
 * ones). */
#ifndef RANSIM_TUN_H
#define RANSIM_TUN_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { NETNS_NAMELEN = 64 };

struct tun_config {
	char name[IF_NAMESIZE];
	char netns[NETNS_NAMELEN]; /* "": where ransim runs */
	bool has4;
	struct in_addr ip4;
	bool has_ll; /* link-local address with the interface identifier of the PDN */
	uint8_t iid[8];
	uint16_t mtu;       /* 0: left as the kernel makes it */
	bool default_route; /* through the tun, both families */
};

/* Makes the namespace if it is not there (it then belongs to ransim: netns_cleanup deletes it),
 * makes the device, sets what is configured, brings it and the namespace's lo up. The descriptor,
 * non-blocking and close-on-exec, or negative errno with *what naming the step that failed. */
int tun_open(const struct tun_config *, const char **what);

/* Adds a global IPv6 address (and the default route if configured): after the Router Advertisement.
 */
int tun_add_ip6(const struct tun_config *, const struct in6_addr *, uint8_t prefix_len);

/* Deletes the namespaces that tun_open made. */
void netns_cleanup(void);

#endif
