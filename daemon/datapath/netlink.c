/* SPDX-License-Identifier: Apache-2.0 */
/* Two sockets: one for requests, read until the kernel's acknowledgement of this request, and one
 * for events, read by the loop. libnl makes and parses the attributes. */
#include "datapath/internal.h"
#include "datapath/netlink.h"
#include "core/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, EVENT_BUFFER = 4 << 20 };

static struct {
	int request, event;
	struct loop_fd *watch;
	uint32_t seq;
	void (*on_event)(struct nlmsghdr *);
	void (*on_overrun)(void);
	char *buffer; /* of the answer to a request */
	char *event_buffer;
} nl = {.request = -1, .event = -1};

int netlink_open(int protocol, uint32_t groups)
{
	const struct timeval patience = {.tv_sec = 2};
	struct sockaddr_nl self = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(fd, (struct sockaddr *)&self, sizeof(self))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int netlink_start(void)
{
	nl.buffer = malloc(BUFFER);
	nl.event_buffer = malloc(BUFFER);
	if (!nl.buffer || !nl.event_buffer)
		return -ENOMEM;
	nl.request = netlink_open(NETLINK_ROUTE, 0);
	return nl.request < 0 ? nl.request : 0;
}

static void on_readable(void *arg, int events)
{
	(void)arg;
	(void)events;
	for (;;) {
		ssize_t got = recv(nl.event, nl.event_buffer, BUFFER, MSG_DONTWAIT);
		unsigned left = got > 0 ? (unsigned)got : 0;

		if (got < 0 && errno == ENOBUFS) {
			nl.on_overrun();
			continue;
		}
		if (got <= 0)
			return;
		for (struct nlmsghdr *m = (void *)nl.event_buffer; NLMSG_OK(m, left);
		     m = NLMSG_NEXT(m, left))
			nl.on_event(m);
	}
}

int netlink_listen(void (*event)(struct nlmsghdr *), void (*overrun)(void))
{
	int size = EVENT_BUFFER;

	nl.on_event = event;
	nl.on_overrun = overrun;
	nl.event = netlink_open(NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR |
						       RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
						       RTMGRP_IPV6_ROUTE);
	if (nl.event < 0)
		return nl.event;
	if (setsockopt(nl.event, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(nl.event, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	nl.watch = loop_fd_add(nl.event, LOOP_READ, on_readable, NULL);
	return nl.watch ? 0 : -ENOMEM;
}

void netlink_stop(void)
{
	loop_fd_del(nl.watch);
	if (nl.request >= 0)
		close(nl.request);
	if (nl.event >= 0)
		close(nl.event);
	free(nl.buffer);
	free(nl.event_buffer);
	memset(&nl, 0, sizeof(nl));
	nl.request = nl.event = -1;
}

struct nl_msg *netlink_request(int type, int flags, const void *header, size_t n)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (msg && nlmsg_append(msg, (void *)(uintptr_t)header, n, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Handles the messages of one datagram: 1 when the answer goes on, else 0 or the error it ends
 * with. */
static int answer(unsigned left, void (*each)(struct nlmsghdr *, void *), void *arg)
{
	for (struct nlmsghdr *m = (void *)nl.buffer; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
		if (m->nlmsg_seq != nl.seq)
			continue;
		if (m->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(m))->error;
		if (m->nlmsg_type == NLMSG_DONE)
			return 0;
		if (each)
			each(m, arg);
	}
	return 1;
}

int netlink_talk(struct nl_msg *msg, void (*each)(struct nlmsghdr *, void *), void *arg)
{
	return netlink_talk_by(nl.request, msg, each, arg);
}

int netlink_talk_by(int fd, struct nl_msg *msg, void (*each)(struct nlmsghdr *, void *), void *arg)
{
	struct nlmsghdr *h;
	int err = 1;

	if (!msg)
		return -ENOMEM;
	h = nlmsg_hdr(msg);
	h->nlmsg_seq = ++nl.seq;
	h->nlmsg_pid = 0;
	if ((h->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		h->nlmsg_flags |= NLM_F_ACK;
	if (send(fd, h, h->nlmsg_len, 0) < 0)
		err = -errno;
	nlmsg_free(msg);
	while (err == 1) {
		ssize_t got = recv(fd, nl.buffer, BUFFER, 0);

		if (got < 0 && errno == EINTR)
			continue;
		err = got < 0 ? -errno : answer((unsigned)got, each, arg);
	}
	return err;
}

void netlink_put_addr(struct nl_msg *msg, int attr, const struct in6_addr *addr)
{
	if (ip_is4(addr))
		nla_put(msg, attr, 4, &addr->s6_addr[12]);
	else
		nla_put(msg, attr, 16, addr);
}

bool netlink_get_addr(struct nlattr *attr, struct in6_addr *out)
{
	struct in_addr v4;

	if (!attr)
		return false;
	if (nla_len(attr) == 16) {
		memcpy(out, nla_data(attr), 16);
	} else if (nla_len(attr) == 4) {
		memcpy(&v4, nla_data(attr), 4);
		*out = ip_map4(v4);
	} else {
		return false;
	}
	return true;
}
