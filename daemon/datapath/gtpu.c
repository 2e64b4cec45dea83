/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U by socket: what XDP leaves to the kernel, and what the daemon itself sends (TS 29.281).
 *
 * XDP takes whole frames only. A G-PDU in IP fragments goes to the kernel, which puts it together
 * and hands it to our UDP socket; we send it in again on mcore0 with the outer addresses it had,
 * and the program on mcore1 treats it as any other. Only reassembled datagrams are sent in again
 * (IP_RECVFRAGSIZE says so): everything else that comes up here was already seen by a program, and
 * could run in circles.
 *
 * Messages: Echo Request is answered (7.2.1), Error Indication told to the roles (7.3.1), an
 * unknown TEID answered with one; Echo Response, Supported Extension Headers Notification and End
 * Marker ask for nothing here.
 *
 * An End Marker of ours (7.3.2) must not overtake what XDP sends on the old path: a program that
 * read the old peer is through with its packet long before MARKER_MS have passed. */
#include "datapath/internal.h"
#include "core/loop.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ECHO_REQUEST = 1,
	ECHO_RESPONSE = 2,
	ERROR_INDICATION = 26,
	HEADERS_NOTIFICATION = 31,
	END_MARKER = 254,
	G_PDU = 255,

	HEADER = 8,
	FLAG_PN = 1,
	FLAG_S = 2,
	FLAG_E = 4,
	FLAGS_OPTIONAL = FLAG_PN | FLAG_S | FLAG_E,
	VERSION_1_GTP = 0x30, /* version 1, protocol type GTP */

	IE_RECOVERY = 14,
	IE_TEID_DATA_I = 16,
	IE_PEER_ADDRESS = 133,
	IE_TLV = 0x80, /* types from here on have a length; TV ones have fixed sizes */

	DATAGRAM_MAX = 65536,
	TURN_MAX = 64,          /* datagrams a call */
	ERRORS_PER_SECOND = 50, /* Error Indications that we send from here */
	REINJECT_NATIVE_MAX = 3400,
	MARKER_MS = 10,
	MARKERS_MIN = 64,
};

static struct {
	int udp, packet;
	struct loop_fd *watch;
	uint8_t in[DATAGRAM_MAX + ETH_HLEN + 28]; /* room for headers before what is received */
	uint64_t second;
	unsigned errors;
	struct marker {
		struct in_addr peer;
		uint32_t teid;
	} * marker; /* that wait; malloc */
	unsigned markers, markers_cap;
	struct timer marker_timer;
} state = {.udp = -1, .packet = -1};

struct datagram {
	uint8_t *p; /* has room for Ethernet, IPv4 and UDP headers in front */
	size_t n;
	struct sockaddr_in from;
	bool reassembled;
};

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static void header(uint8_t *p, uint8_t flags, uint8_t type, size_t length, uint32_t teid)
{
	p[0] = VERSION_1_GTP | flags;
	p[1] = type;
	put16(p + 2, length);
	put32(p + 4, teid);
}

static void reply(const struct datagram *d, const uint8_t *p, size_t n)
{
	/* Replies go to port 2152 except those to a request, which go where it came from (4.4.2).
	 */
	if (sendto(state.udp, p, n, MSG_DONTWAIT, (const struct sockaddr *)&d->from,
		   sizeof(d->from)) < 0)
		LOG(DEBUG, "gtpu.send", "error=\"%s\"", strerror(errno));
}

static void answer_echo(const struct datagram *d)
{
	uint8_t out[HEADER + 4 + 2] = {0};

	header(out, FLAG_S, ECHO_RESPONSE, 6, 0);
	if (d->n >= HEADER + 2)
		memcpy(out + HEADER, d->p + HEADER, 2);
	out[HEADER + 4] = IE_RECOVERY; /* its counter is 0 in GTP-U (8.2) */
	reply(d, out, sizeof(out));
}

static bool may_send_error(void)
{
	uint64_t second = loop_now_ms() / 1000;

	if (second != state.second) {
		state.second = second;
		state.errors = 0;
	}
	return state.errors++ < ERRORS_PER_SECOND;
}

static void send_error_indication(const struct datagram *d, uint32_t teid)
{
	uint8_t out[HEADER + 4 + 5 + 3 + 4] = {0}, *ie = out + HEADER + 4;
	struct datagram to = *d;
	struct in_addr ours = dp_gtpu4();

	if (!teid || !may_send_error())
		return;
	header(out, FLAG_S, ERROR_INDICATION, sizeof(out) - HEADER, 0);
	ie[0] = IE_TEID_DATA_I;
	put32(ie + 1, teid);
	ie[5] = IE_PEER_ADDRESS;
	put16(ie + 6, 4);
	memcpy(ie + 8, &ours, 4);
	to.from.sin_port = htons(GTPU_PORT);
	reply(&to, out, sizeof(out));
}

/* Where the payload begins, behind optional fields and extension headers; 0 if it is malformed. */
static size_t payload(const struct datagram *d)
{
	size_t at = HEADER;
	uint8_t next;

	if (!(d->p[0] & FLAGS_OPTIONAL))
		return at;
	at += 4;
	if (at > d->n)
		return 0;
	next = d->p[0] & FLAG_E ? d->p[at - 1] : 0;
	while (next) {
		size_t len = at < d->n ? 4u * d->p[at] : 0;

		if (!len || at + len > d->n)
			return 0;
		at += len;
		next = d->p[at - 1];
	}
	return at;
}

/* TEID Data I and GTP-U Peer Address of an Error Indication. False if one is missing. */
static bool parse_error(const struct datagram *d, uint32_t *teid, struct in6_addr *peer)
{
	size_t at = payload(d);
	bool has_teid = false, has_peer = false;

	while (at && at < d->n) {
		size_t left = d->n - at, len;
		const uint8_t *ie = d->p + at;

		if (ie[0] < IE_TLV)
			len = ie[0] == IE_TEID_DATA_I ? 5 : ie[0] == IE_RECOVERY ? 2 : 0;
		else
			len = left >= 3 ? 3 + ((size_t)ie[1] << 8 | ie[2]) : 0;
		if (!len || len > left)
			return false;
		if (ie[0] == IE_TEID_DATA_I) {
			*teid = get32(ie + 1);
			has_teid = true;
		} else if (ie[0] == IE_PEER_ADDRESS && len == 3 + 4) {
			struct in_addr a;

			memcpy(&a, ie + 3, 4);
			*peer = ip_map4(a);
			has_peer = true;
		}
		at += len;
	}
	return has_teid && has_peer;
}

/* Only somebody we send to can say that a tunnel is unknown. */
static void on_error_indication(const struct datagram *d)
{
	struct in6_addr from = ip_map4(d->from.sin_addr), peer;
	uint32_t teid = 0, slot;
	uint16_t hop;

	if (!hop_find(&from) || !parse_error(d, &teid, &peer)) {
		LOG(DEBUG, "gtpu.error_indication", "peer=%s text=\"ignored\"", ip_text(&from));
		return;
	}
	hop = hop_find(&peer);
	slot = hop ? tunnel_find(hop, teid) : NO_SLOT;
	LOG(INFO, "gtpu.error_indication", "peer=%s teid=%#x imsi=%s", ip_text(&from), teid,
	    slot == NO_SLOT ? "-" : dp.sessions[slot].imsi);
	if (slot != NO_SLOT && dp.handler.error_indication)
		dp.handler.error_indication(slot);
}

static uint16_t ip_sum(const uint8_t *p)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* Sends a reassembled G-PDU in again, as one frame from mcore0 to mcore1. */
static void send_in(struct datagram *d)
{
	const struct link *in = link_find(host_dev()), *out = link_find(host_xdp());
	uint8_t *udp = d->p - 8, *ip = udp - 20, *eth = ip - ETH_HLEN;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = host_dev()};
	struct in_addr ours = dp_gtpu4();
	size_t n = d->n + 28;

	if (!in || !out)
		return;
	if (!attach_is_generic() && n > REINJECT_NATIVE_MAX) {
		LOG(WARN, "gtpu.reassembled", "octets=%zu text=\"too long for native XDP\"", n);
		return;
	}
	memcpy(eth, out->mac, 6);
	memcpy(eth + 6, in->mac, 6);
	put16(eth + 12, ETHERTYPE_IP);
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, n);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, &d->from.sin_addr, 4);
	memcpy(ip + 16, &ours, 4);
	put16(ip + 10, ip_sum(ip));
	memcpy(udp, &d->from.sin_port, 2);
	put16(udp + 2, GTPU_PORT);
	put16(udp + 4, d->n + 8);
	put16(udp + 6, 0); /* none: the kernel has checked the one it had */
	if (sendto(state.packet, eth, n + ETH_HLEN, MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		LOG(WARN, "gtpu.reassembled", "octets=%zu error=\"%s\"", n, strerror(errno));
}

static void on_g_pdu(struct datagram *d)
{
	uint32_t teid = get32(d->p + 4);

	if (!d->reassembled)
		return;
	if (dp_session_slot(teid) == NO_SLOT)
		send_error_indication(d, teid);
	else
		send_in(d);
}

static void on_datagram(struct datagram *d)
{
	if (d->n < HEADER || (d->p[0] & 0xf0) != VERSION_1_GTP ||
	    HEADER + ((size_t)d->p[2] << 8 | d->p[3]) > d->n)
		return;
	switch (d->p[1]) {
	case ECHO_REQUEST:
		answer_echo(d);
		break;
	case ERROR_INDICATION:
		on_error_indication(d);
		break;
	case G_PDU:
		on_g_pdu(d);
		break;
	case ECHO_RESPONSE:
	case HEADERS_NOTIFICATION:
	case END_MARKER:
		break;
	default: {
		struct in6_addr from = ip_map4(d->from.sin_addr);

		LOG(DEBUG, "gtpu.message", "peer=%s type=%u text=\"ignored\"", ip_text(&from),
		    d->p[1]);
	}
	}
}

static bool receive(struct datagram *d)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(64)];
	} control;
	struct iovec iov = {.iov_base = state.in + ETH_HLEN + 28, .iov_len = DATAGRAM_MAX};
	struct msghdr msg = {
		.msg_name = &d->from,
		.msg_namelen = sizeof(d->from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(state.udp, &msg, MSG_DONTWAIT);

	if (n < 0)
		return false;
	d->p = iov.iov_base;
	d->n = (size_t)n;
	d->reassembled = false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		d->reassembled |= c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVFRAGSIZE;
	return true;
}

static void on_readable(void *arg, int events)
{
	struct datagram d;

	(void)arg;
	(void)events;
	for (unsigned i = 0; i < TURN_MAX && receive(&d); i++)
		on_datagram(&d);
}

int dp_session_send(uint32_t slot, const void *packet, size_t n)
{
	const struct session *s = dp_session(slot);
	uint8_t head[HEADER];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(GTPU_PORT)};
	struct iovec iov[] = {
		{.iov_base = head, .iov_len = sizeof(head)},
		{.iov_base = (void *)(uintptr_t)packet, .iov_len = n},
	};
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = iov,
		.msg_iovlen = 2,
	};

	if (!s)
		return -ENOENT;
	if (!s->peer)
		return -ENOTCONN;
	if (n > UINT16_MAX - GTPU_OVERHEAD)
		return -EMSGSIZE;
	header(head, 0, G_PDU, n, ntohl(s->peer_teid));
	memcpy(&to.sin_addr, dp.hops[s->peer].addr, 4);
	return sendmsg(state.udp, &msg, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void send_markers(struct timer *t)
{
	uint8_t out[HEADER];

	(void)t;
	for (unsigned i = 0; i < state.markers; i++) {
		const struct sockaddr_in to = {
			.sin_family = AF_INET,
			.sin_port = htons(GTPU_PORT),
			.sin_addr = state.marker[i].peer,
		};

		header(out, 0, END_MARKER, 0, state.marker[i].teid);
		if (sendto(state.udp, out, sizeof(out), MSG_DONTWAIT, (const struct sockaddr *)&to,
			   sizeof(to)) < 0)
			LOG(DEBUG, "gtpu.end_marker", "teid=%#x error=\"%s\"", state.marker[i].teid,
			    strerror(errno));
	}
	state.markers = 0;
}

void gtpu_end_marker(const struct hop *hop, uint32_t teid)
{
	struct marker *m = &state.marker[state.markers];

	if (state.markers == state.markers_cap) {
		unsigned cap = state.markers_cap ? 2 * state.markers_cap : MARKERS_MIN;
		struct marker *more = realloc(state.marker, cap * sizeof(*more));

		if (!more) /* the eNodeB then waits for its own timer */
			return;
		state.marker = more;
		state.markers_cap = cap;
		m = &state.marker[state.markers];
	}
	memcpy(&m->peer, hop->addr, sizeof(m->peer));
	m->teid = teid;
	if (!state.markers++)
		timer_start(&state.marker_timer, MARKER_MS, send_markers);
}

int gtpu_start(void)
{
	struct sockaddr_in self = {
		.sin_family = AF_INET,
		.sin_port = htons(GTPU_PORT),
		.sin_addr = dp_gtpu4(),
	};
	int on = 1;

	state.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (state.udp < 0 || bind(state.udp, (struct sockaddr *)&self, sizeof(self)))
		return dp_fail(-errno, "GTP-U address %s, port %d: %s", ip_text(&dp.config.gtpu),
			       GTPU_PORT, strerror(errno));
	setsockopt(state.udp, IPPROTO_IP, IP_RECVFRAGSIZE, &on, sizeof(on));
	state.packet = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (state.packet < 0)
		return dp_fail(-errno, "packet socket: %s", strerror(errno));
	state.watch = loop_fd_add(state.udp, LOOP_READ, on_readable, NULL);
	return state.watch ? 0 : dp_fail(-ENOMEM, "GTP-U: out of memory");
}

void gtpu_stop(void)
{
	if (state.markers)
		send_markers(&state.marker_timer);
	timer_stop(&state.marker_timer);
	free(state.marker);
	state.marker = NULL;
	state.markers_cap = 0;
	loop_fd_del(state.watch);
	if (state.udp >= 0)
		close(state.udp);
	if (state.packet >= 0)
		close(state.packet);
	state.udp = state.packet = -1;
	state.watch = NULL;
}
