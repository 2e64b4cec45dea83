/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the packet thread share: gtpu.c, gtpu_forward.c. Under g.lock, all of it. */
#ifndef RANSIM_GTPU_PORT_H
#define RANSIM_GTPU_PORT_H

#include <pthread.h>
#include <sys/socket.h>
#include "gtpu.h"

enum {
	BATCH = 64,
	PACKET_MAX = 9600,
	HEADROOM = 16,
	SLOT = HEADROOM + PACKET_MAX,
	MAX_SOCKS = 256,
	SOCKET_BUFFER = 16 << 20,
	TEID_SLOT_BITS = 24
};

enum watched { WATCH_WAKE, WATCH_SOCK, WATCH_TUN, WATCH_TIMER };

/* A bearer's; of one that has left for another eNodeB, which passes its packets on; or of the way
 * those come to the other. */
enum port_kind { PORT_BEARER, PORT_LEFT, PORT_FORWARDED };

struct port {
	enum port_kind kind;
	void *owner;
	uint32_t teid; /* 0: free, and next_free counts */
	uint32_t peer_teid;
	struct in_addr peer;
	int tun, sock;
	bool connected, want_ra;
	uint32_t bearer;   /* PORT_FORWARDED: whose packets */
	struct held *held; /* of a bearer: packets that must wait for the forwarded ones */
	bool holding;
	uint8_t generation;
	uint32_t next_free;
	uint64_t up_packets, up_bytes, down_packets, down_bytes;
	uint32_t joined;            /* port whose tun takes what comes; 0: its own */
	struct gtpu_filter *filter; /* malloc */
	unsigned filters;
};

struct batch {
	struct mmsghdr m[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in sa[BATCH];
	unsigned n;
	uint8_t *buf; /* BATCH slots */
};

struct sock {
	int fd;
	struct in_addr local;
	struct batch tx;
};

struct gtpu_state {
	pthread_mutex_t lock;
	pthread_t thread;
	bool running, stop, sequence;
	uint16_t next_seq;
	int epoll, wake, timer;
	struct gtpu_events ev;
	struct gtpu_generator gen;
	struct sock *sock[MAX_SOCKS];
	int socks;
	struct port *port;
	uint32_t ports, cap, free; /* free: slot + 1 of the first free one */
	struct batch rx;
	struct gtpu_counters c;
};
extern struct gtpu_state g;

enum event_kind { EVENT_RA, EVENT_ECHO, EVENT_PENDING, EVENT_ERROR, EVENT_END_MARKER };

struct event {
	enum event_kind kind;
	uint32_t teid;
	void *owner;
	uint16_t seq;
	uint64_t rtt_us;
	size_t size;
	struct pkt_ra ra;
};

/* The port of a TEID, NULL if there is none. */
struct port *gtpu_port_of(uint32_t teid);
/* To the loop: gtpu_events. */
void gtpu_event_post(struct event, const struct port *);
int gtpu_watch(int op, int fd, enum watched, uint32_t id, uint32_t events);
/* A packet to the device. */
void gtpu_deliver(struct port *, const uint8_t *packet, size_t n);
/* A G-PDU or End Marker that came in for a port, on its socket. */
void gtpu_forward_in(struct sock *, struct port *, const uint8_t *packet, size_t n);
void gtpu_forward_end(struct sock *, struct port *);
/* Packets that wait go with their port. */
void gtpu_forward_drop(struct port *);

#endif
