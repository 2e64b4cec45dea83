/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U by socket: what XDP leaves to the kernel, and what the daemon itself sends (TS 29.281). One
 * socket for each of our addresses; gtpu_msg.c knows the octets, peer.c what is asked of whom.
 *
 * XDP takes whole frames only. A G-PDU in IP fragments goes to the kernel, which puts it together
 * and hands it to our UDP socket; we send it in again on mcore0 with the outer addresses it had,
 * and the program on mcore1 treats it as any other. Only reassembled datagrams are sent in again
 * (IP_RECVFRAGSIZE says so): everything else that comes up here was already seen by a program, and
 * could run in circles. What is to be relayed and the programs cannot (it does not fit the next
 * hop, or an extension header ends here) is relayed from here, in fragments where it must.
 *
 * A device reaches this machine by mcore0, and its packets may come in fragments that hide what
 * they are: what comes in there is never taken for GTP-U. Nor is what comes by an interface without
 * the role access, where programs take none: it has no other proof of who sends it than its source.
 *
 * Messages: Echo Request is answered (7.2.1), Error Indication told to the roles (7.3.1), an
 * unknown TEID answered with one, an unknown extension header that must be understood with a
 * Supported Extension Headers Notification (7.2.3). One that we get is logged: it says that a peer
 * did not take a G-PDU, and we send none of our own.
 *
 * An End Marker of ours (7.3.2) must not overtake what XDP sends on the old path: a program that
 * read the old peer is through with its packet long before MARKER_MS have passed. */
#include "datapath/internal.h"
#include "datapath/gtpu_msg.h"
#include "core/loop.h"
#include "core/metrics.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DATAGRAM_MAX = 65536,
	OUTER_MAX = 40 + 8,
	TURN_MAX = 64,           /* datagrams a call */
	ANSWERS_PER_SECOND = 50, /* Error Indications and notifications that we send from here */
	REINJECT_NATIVE_MAX = 3400,
	MARKER_MS = 10,
	MARKERS_MIN = 64,
};

enum { RECEIVED, SENT, WAYS };
static const char *way_name(unsigned i) { return i == SENT ? "sent" : "received"; }

METRIC_COUNTER_BY(notifications, "mcore_gtpu_headers_notifications_total",
		  "Supported Extension Headers Notifications", "way", way_name, WAYS);
METRIC_COUNTER_BY(end_markers, "mcore_gtpu_end_markers_total",
		  "End Markers that mcored itself sent, or got by its socket", "way", way_name,
		  WAYS);
METRIC_COUNTER(error_indications, "mcore_gtpu_error_indications_total",
	       "Error Indications received");
METRIC_COUNTER(relayed, "mcore_gtpu_relayed_total", "G-PDUs relayed by mcored, not by XDP");
METRIC_COUNTER(hidden, "mcore_gtpu_from_devices_total",
	       "GTP-U that came out of a device's tunnel, dropped");
METRIC_COUNTER(strays, "mcore_gtpu_strays_total",
	       "GTP-U that came by no interface of role access, dropped");
METRIC_COUNTER(damaged, "mcore_gtpu_damaged_total", "messages that mcored could not read");

struct socket {
	int fd;
	struct loop_fd *watch;
	struct in6_addr ours;
};

static struct {
	struct socket udp[2]; /* IPv4, IPv6 */
	int packet;
	uint8_t in[ETH_HLEN + OUTER_MAX +
		   DATAGRAM_MAX]; /* room for headers before what is received */
	uint64_t second;
	unsigned answers;
	struct marker {
		struct in6_addr peer;
		uint32_t teid;
		uint64_t due_ms;
	} * marker; /* that wait, in the order of their times; malloc */
	unsigned markers, markers_cap;
	struct timer marker_timer;
} state = {.udp = {{.fd = -1}, {.fd = -1}}, .packet = -1};

struct datagram {
	uint8_t *p; /* has room for Ethernet, IP and UDP headers in front */
	size_t n;
	struct in6_addr from; /* IPv4 mapped */
	in_port_t port;       /* network order */
	const struct socket *at;
	bool reassembled;
	int ifindex;
};

/* A socket address that its own family's sockets take. */
static socklen_t to_sockaddr(const struct in6_addr *a, in_port_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (ip_is4(a)) {
		v4->sin_family = AF_INET;
		v4->sin_port = port;
		v4->sin_addr = ip_get4(a);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = port;
	v6->sin6_addr = *a;
	return sizeof(*v6);
}

/* 0 or negative errno. */
static int send_iov(const struct in6_addr *to, in_port_t port, struct iovec *iov, size_t n,
		    uint8_t dscp)
{
	const bool v4 = ip_is4(to);
	const struct socket *s = &state.udp[!v4];
	const int tos = dscp << 2;
	struct sockaddr_storage address;
	union {
		struct cmsghdr cmsg;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.cmsg = {.cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6,
			      .cmsg_type = v4 ? IP_TOS : IPV6_TCLASS,
			      .cmsg_len = CMSG_LEN(sizeof(int))}};
	struct msghdr msg = {
		.msg_name = &address,
		.msg_namelen = to_sockaddr(to, port, &address),
		.msg_iov = iov,
		.msg_iovlen = n,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.cmsg), &tos, sizeof(tos));
	if (s->fd < 0)
		return -EAFNOSUPPORT;
	return sendmsg(s->fd, &msg, MSG_DONTWAIT) < 0 ? -errno : 0;
}

int gtpu_send(const struct in6_addr *to, in_port_t port, const void *p, size_t n)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)p, .iov_len = n};
	int err = send_iov(to, port, &iov, 1, 0);

	if (err)
		LOG(DEBUG, "gtpu.send", "peer=%s error=\"%s\"", ip_text(to), strerror(-err));
	return err;
}

/* Replies go to port 2152 except those to a request, which go where it came from (4.4.2). */
static void answer_echo(const struct datagram *d, const struct gtpu_message *m)
{
	uint8_t out[GTPU_MESSAGE_MAX];

	gtpu_send(&d->from, d->port, out, gtpu_put_echo_response(out, m->sequence));
}

static bool may_answer(void)
{
	uint64_t second = loop_now_ms() / 1000;

	if (second != state.second) {
		state.second = second;
		state.answers = 0;
	}
	return state.answers++ < ANSWERS_PER_SECOND;
}

static void send_error_indication(const struct datagram *d, uint32_t teid)
{
	uint8_t out[GTPU_MESSAGE_MAX];

	if (teid && may_answer())
		gtpu_send(&d->from, htons(GTPU_PORT), out,
			  gtpu_put_error_indication(out, teid, &d->at->ours));
}

static void send_headers_notification(const struct datagram *d)
{
	uint8_t out[GTPU_MESSAGE_MAX];

	if (!may_answer())
		return;
	metric_add_at(&notifications, SENT, 1);
	LOG(INFO, "gtpu.unknown_extension", "peer=%s text=\"told what is supported\"",
	    ip_text(&d->from));
	gtpu_send(&d->from, htons(GTPU_PORT), out, gtpu_put_headers_notification(out));
}

static void on_headers_notification(const struct datagram *d, const struct gtpu_message *m)
{
	char types[128];

	metric_add_at(&notifications, RECEIVED, 1);
	if (hop_find(&d->from) && gtpu_parse_headers(m, types, sizeof(types)))
		LOG(WARN, "gtpu.headers_notification", "peer=%s supported=%s", ip_text(&d->from),
		    types);
	else
		metric_add(&damaged, 1);
}

/* Only who has the tunnel can say that it is unknown there; where else it can be reached, it could
 * say of anybody. */
static void on_error_indication(const struct datagram *d, const struct gtpu_message *m)
{
	struct in6_addr peer;
	uint32_t teid = 0, slot;
	uint16_t hop;

	metric_add(&error_indications, 1);
	peer_error(&d->from);
	if (!gtpu_parse_error(m, &teid, &peer)) {
		metric_add(&damaged, 1);
		LOG(DEBUG, "gtpu.error_indication",
		    "peer=%s text=\"an information element is missing or damaged\"",
		    ip_text(&d->from));
		return;
	}
	hop = hop_find(&peer);
	slot = hop && hop == hop_find(&d->from) ? tunnel_find(hop, teid) : NO_SLOT;
	if (slot == NO_SLOT) {
		LOG(DEBUG, "gtpu.error_indication",
		    "peer=%s address=%s teid=%#x text=\"no such tunnel\"", ip_text(&d->from),
		    ip_text(&peer), teid);
		return;
	}
	LOG(INFO, "gtpu.error_indication", "peer=%s address=%s teid=%#x imsi=%s", ip_text(&d->from),
	    ip_text(&peer), teid, dp.sessions[slot].imsi);
	if (dp.handler.error_indication)
		dp.handler.error_indication(slot);
}

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint16_t ip_sum(const uint8_t *p)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* The IP header of n octets behind it, ending at p; returns its start. */
static uint8_t *put_ip(uint8_t *p, const struct datagram *d, size_t n)
{
	if (ip_is4(&d->from)) {
		p -= 20;
		memset(p, 0, 20);
		p[0] = 0x45;
		put16(p + 2, n + 20);
		p[8] = 64;
		p[9] = IPPROTO_UDP;
		memcpy(p + 12, &d->from.s6_addr[12], 4);
		memcpy(p + 16, &d->at->ours.s6_addr[12], 4);
		put16(p + 10, ip_sum(p));
		return p;
	}
	p -= 40;
	memset(p, 0, 40);
	p[0] = 0x60;
	put16(p + 4, n);
	p[6] = IPPROTO_UDP;
	p[7] = 64;
	memcpy(p + 8, &d->from, 16);
	memcpy(p + 24, &d->at->ours, 16);
	return p;
}

/* Sends a reassembled G-PDU in again, as one frame from mcore0 to mcore1. */
static void send_in(struct datagram *d)
{
	const struct link *in = link_find(host_dev(0)), *out = link_find(host_xdp(0));
	uint8_t *udp = d->p - 8, *ip = put_ip(udp, d, d->n + 8), *eth = ip - ETH_HLEN;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = host_dev(0)};
	size_t n = d->n + (size_t)(d->p - ip);

	if (!in || !out)
		return;
	if (!attach_is_generic() && n > REINJECT_NATIVE_MAX) {
		LOG(WARN, "gtpu.reassembled", "octets=%zu text=\"too long for native XDP\"", n);
		return;
	}
	memcpy(eth, out->mac, 6);
	memcpy(eth + 6, in->mac, 6);
	put16(eth + 12, ip_is4(&d->from) ? ETHERTYPE_IP : ETHERTYPE_IPV6);
	memcpy(udp, &d->port, 2);
	put16(udp + 2, GTPU_PORT);
	put16(udp + 4, d->n + 8);
	put16(udp + 6, 0); /* none: the kernel has checked the one it had */
	if (sendto(state.packet, eth, n + ETH_HLEN, MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		LOG(WARN, "gtpu.reassembled", "octets=%zu error=\"%s\"", n, strerror(errno));
}

/* The rate is the programs' to enforce; what comes here are exceptions. */
static void relay(struct datagram *d, struct session *s, const struct gtpu_message *m)
{
	const struct in6_addr *to = hop_address(s->exit);

	if (s->gate_up != GATE_OPEN || !to)
		return;
	metric_add(&relayed, 1);
	__atomic_fetch_add(&s->up.packets, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->up.bytes, m->n, __ATOMIC_RELAXED);
	gtpu_send(to, htons(GTPU_PORT), d->p, gtpu_relay(d->p, ntohl(s->peer_teid)));
}

/* As a program found it, or would find it. */
static void on_g_pdu(struct datagram *d, const struct gtpu_message *m)
{
	uint32_t slot = dp_session_slot(m->teid);
	struct session *s = slot == NO_SLOT ? NULL : &dp.sessions[slot];

	if (!s) {
		if (d->reassembled)
			send_error_indication(d, m->teid);
		return;
	}
	if ((s->peer || !session_is_relay(s)) && !hop_find(&d->from))
		return;
	if (m->unknown_all || (m->unknown_endpoint && !session_is_relay(s)))
		send_headers_notification(d);
	else if (session_is_relay(s))
		relay(d, s, m);
	else if (d->reassembled)
		send_in(d);
}

static bool by_access(int ifindex)
{
	const struct link *l = link_find(ifindex);

	for (unsigned i = 0; l && i < dp.config.interfaces; i++)
		if (dp.config.interface[i].role & DP_ACCESS &&
		    !strcmp(dp.config.interface[i].name, l->name))
			return true;
	return false;
}

static void on_datagram(struct datagram *d)
{
	struct gtpu_message m;

	if (host_is_dev(d->ifindex)) {
		metric_add(&hidden, 1);
		LOG(WARN, "gtpu.from_device", "address=%s text=\"dropped\"", ip_text(&d->from));
		return;
	}
	if (!by_access(d->ifindex)) {
		metric_add(&strays, 1);
		LOG(WARN, "gtpu.stray",
		    "address=%s ifindex=%d text=\"not by an interface of role access, dropped\"",
		    ip_text(&d->from), d->ifindex);
		return;
	}
	if (!gtpu_parse(d->p, d->n, &m)) {
		metric_add(&damaged, 1);
		return;
	}
	switch (m.type) {
	case GTPU_ECHO_REQUEST:
		answer_echo(d, &m);
		break;
	case GTPU_ECHO_RESPONSE:
		peer_echo_response(&d->from, &m);
		break;
	case GTPU_ERROR_INDICATION:
		on_error_indication(d, &m);
		break;
	case GTPU_HEADERS_NOTIFICATION:
		on_headers_notification(d, &m);
		break;
	case GTPU_G_PDU:
		on_g_pdu(d, &m);
		break;
	case GTPU_END_MARKER:
		metric_add_at(&end_markers, RECEIVED, 1);
		break;
	default:
		LOG(DEBUG, "gtpu.message", "peer=%s type=%u text=\"ignored\"", ip_text(&d->from),
		    m.type);
	}
}

static void from_sockaddr(const struct sockaddr_storage *a, struct datagram *d)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

	d->from = a->ss_family == AF_INET ? ip_map4(v4->sin_addr) : v6->sin6_addr;
	d->port = a->ss_family == AF_INET ? v4->sin_port : v6->sin6_port;
}

static void read_control(struct msghdr *msg, struct datagram *d)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			d->ifindex = ((struct in_pktinfo *)(void *)CMSG_DATA(c))->ipi_ifindex;
		else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			d->ifindex =
				(int)((struct in6_pktinfo *)(void *)CMSG_DATA(c))->ipi6_ifindex;
		else
			d->reassembled |=
				(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVFRAGSIZE) ||
				(c->cmsg_level == IPPROTO_IPV6 &&
				 c->cmsg_type == IPV6_RECVFRAGSIZE);
	}
}

static bool receive(struct socket *s, struct datagram *d)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(64)];
	} control;
	struct sockaddr_storage from = {0};
	struct iovec iov = {.iov_base = state.in + ETH_HLEN + OUTER_MAX, .iov_len = DATAGRAM_MAX};
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(s->fd, &msg, MSG_DONTWAIT);

	if (n < 0)
		return false;
	*d = (struct datagram){.p = iov.iov_base, .n = (size_t)n, .at = s};
	from_sockaddr(&from, d);
	read_control(&msg, d);
	return true;
}

static void on_readable(void *arg, int events)
{
	struct datagram d;

	(void)events;
	for (unsigned i = 0; i < TURN_MAX && receive(arg, &d); i++)
		on_datagram(&d);
}

int gtpu_send_packet(uint32_t slot, const void *packet, size_t n, uint8_t dscp)
{
	const struct session *s = dp_session(slot);
	const struct in6_addr *to = s ? hop_address(s->peer) : NULL;
	uint8_t head[GTPU_HEADER];
	struct iovec iov[] = {
		{.iov_base = head, .iov_len = sizeof(head)},
		{.iov_base = (void *)(uintptr_t)packet, .iov_len = n},
	};

	if (!s)
		return -ENOENT;
	if (!to)
		return -ENOTCONN;
	if (n > UINT16_MAX - GTPU_OVERHEAD6)
		return -EMSGSIZE;
	gtpu_put_header(head, GTPU_G_PDU, ntohl(s->peer_teid), n);
	return send_iov(to, htons(GTPU_PORT), iov, 2, dscp);
}

int dp_session_send(uint32_t slot, const void *packet, size_t n)
{
	const struct session *s = dp_session(slot);

	return gtpu_send_packet(slot, packet, n, s ? s->dscp : 0);
}

static void send_markers(uint64_t until_ms)
{
	uint8_t out[GTPU_HEADER];
	unsigned n;

	for (n = 0; n < state.markers && state.marker[n].due_ms <= until_ms; n++) {
		const struct marker *m = &state.marker[n];

		metric_add_at(&end_markers, SENT, 1);
		gtpu_send(&m->peer, htons(GTPU_PORT), out,
			  gtpu_put_header(out, GTPU_END_MARKER, m->teid, 0));
	}
	state.markers -= n;
	if (n)
		memmove(state.marker, state.marker + n, state.markers * sizeof(*state.marker));
}

static void markers_due(struct timer *t)
{
	uint64_t now = loop_now_ms();

	send_markers(now);
	if (state.markers)
		timer_start(t, state.marker->due_ms - now, markers_due);
}

void gtpu_end_marker(uint16_t hop, uint32_t teid)
{
	const struct in6_addr *to = hop_address(hop);

	if (!to)
		return;
	if (state.markers == state.markers_cap) {
		unsigned cap = state.markers_cap ? 2 * state.markers_cap : MARKERS_MIN;
		struct marker *more = realloc(state.marker, cap * sizeof(*more));

		if (!more) /* the eNodeB then waits for its own timer */
			return;
		state.marker = more;
		state.markers_cap = cap;
	}
	state.marker[state.markers++] = (struct marker){*to, teid, loop_now_ms() + MARKER_MS};
	if (!timer_running(&state.marker_timer))
		timer_start(&state.marker_timer, MARKER_MS, markers_due);
}

static int open_socket(struct socket *s, const struct in6_addr *ours)
{
	struct sockaddr_storage self;
	socklen_t len = to_sockaddr(ours, htons(GTPU_PORT), &self);
	bool v4 = self.ss_family == AF_INET;
	int on = 1, level = v4 ? IPPROTO_IP : IPPROTO_IPV6;

	s->ours = *ours;
	s->fd = socket(self.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd >= 0 && !v4)
		setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&self, len))
		return dp_fail(-errno, "GTP-U address %s, port %d: %s", ip_text(ours), GTPU_PORT,
			       strerror(errno));
	setsockopt(s->fd, level, v4 ? IP_RECVFRAGSIZE : IPV6_RECVFRAGSIZE, &on, sizeof(on));
	setsockopt(s->fd, level, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on, sizeof(on));
	if (!v4) /* a checksum of 0 is taken (RFC 6935) */
		setsockopt(s->fd, IPPROTO_UDP, UDP_NO_CHECK6_RX, &on, sizeof(on));
	s->watch = loop_fd_add(s->fd, LOOP_READ, on_readable, s);
	return s->watch ? 0 : dp_fail(-ENOMEM, "GTP-U: out of memory");
}

int gtpu_start(void)
{
	int err = 0;

	state.packet = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (state.packet < 0)
		return dp_fail(-errno, "packet socket: %s", strerror(errno));
	if (ip_is4(&dp.config.gtpu))
		err = open_socket(&state.udp[0], &dp.config.gtpu);
	if (!err && dp_has_gtpu6())
		err = open_socket(&state.udp[1], &dp.config.gtpu6);
	return err;
}

void gtpu_stop(void)
{
	send_markers(UINT64_MAX);
	timer_stop(&state.marker_timer);
	free(state.marker);
	state.marker = NULL;
	state.markers_cap = 0;
	for (unsigned i = 0; i < 2; i++) {
		struct socket *s = &state.udp[i];

		loop_fd_del(s->watch);
		if (s->fd >= 0)
			close(s->fd);
		*s = (struct socket){.fd = -1};
	}
	if (state.packet >= 0)
		close(state.packet);
	state.packet = -1;
}
