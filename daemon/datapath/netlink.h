/* SPDX-License-Identifier: Apache-2.0 */
/* rtnetlink: requests that wait for their answer (the kernel's, so at once), and events; and sockets
 * to ask others than rtnetlink by. */
#ifndef DATAPATH_NETLINK_H
#define DATAPATH_NETLINK_H

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netinet/in.h>

int netlink_start(void);
void netlink_stop(void);
/* From now on event(message) on the loop for links, neighbours, addresses and routes; overrun()
 * when some were lost. */
int netlink_listen(void (*event)(struct nlmsghdr *), void (*overrun)(void));

/* A request with its fixed header; attributes are added with nla_put. NULL if out of memory. */
struct nl_msg *netlink_request(int type, int flags, const void *header, size_t n);
/* Sends and frees the request; each(answer, arg) for every message before the end of the answer. 0
 * or the kernel's negative errno. NULL msg: -ENOMEM. */
int netlink_talk(struct nl_msg *, void (*each)(struct nlmsghdr *, void *), void *arg);

/* A socket of another protocol, or of one's own, to netlink_talk_by() on or, with groups (a bit each,
 * from bit 0 on), to hear events by. Negative errno. */
int netlink_open(int protocol, uint32_t groups);
int netlink_talk_by(int fd, struct nl_msg *, void (*each)(struct nlmsghdr *, void *), void *arg);

/* An address attribute of the family that addr (IPv4 mapped) has. */
void netlink_put_addr(struct nl_msg *, int attr, const struct in6_addr *);
/* The other way, by the attribute's length. False if it is no address. */
bool netlink_get_addr(struct nlattr *, struct in6_addr *);

#endif
