/* SPDX-License-Identifier: Apache-2.0 */
/* User plane of all eNodeBs and UEs (TS 29.281): one thread of its own with UDP sockets on port
 * 2152 and the UEs' tun devices, so that packets and signalling do not wait for each other.
 *
 * A port is one UE's default bearer: local TEID, the S-GW's F-TEID while the bearer has a radio
 * leg, a tun (or none). It is made and changed by the loop's thread and used by the packet thread
 * under one mutex, which the packet thread takes once a batch. What the packet thread sees and the
 * loop must know arrives on the loop through struct gtpu_events. */
#ifndef RANSIM_GTPU_H
#define RANSIM_GTPU_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "codec/tft.h"
#include "pkt.h"

enum { GTPU_PORT = 2152 };

/* On the loop's thread. owner is what gtpu_port_new was given. */
struct gtpu_events {
	void (*ra)(void *owner, const struct pkt_ra *);
	void (*echo_reply)(void *owner, uint16_t seq, uint64_t rtt_us, size_t size);
	void (*uplink_pending)(void *owner); /* the tun has a packet, the bearer no radio leg */
	void (*error_indication)(void *owner);
	/* Nothing more comes by the old path of that bearer, or of that port that has left. */
	void (*end_marker)(void *owner, uint32_t teid);
};

struct gtpu_counters {
	uint64_t up_packets, up_bytes, down_packets, down_bytes; /* inner packets */
	uint64_t unknown_teid, malformed, echo_requests, send_failed, tun_dropped;
};

/* Starts the thread. sequence: put sequence numbers on G-PDUs. 0 or negative errno. */
int gtpu_start(const struct gtpu_events *, bool sequence);
void gtpu_stop(void);
/* A socket on the address (one an address, however often asked). Its index or negative errno. */
int gtpu_bind(struct in_addr local);

/* A local TEID on the socket, 0 if out of memory. */
uint32_t gtpu_port_new(int sock, void *owner);
/* Closes the tun too. 0 is allowed. */
void gtpu_port_free(uint32_t teid);
/* The radio leg: uplink goes to this F-TEID (host order) from now on, from this socket. */
void gtpu_port_connect(uint32_t teid, int sock, struct in_addr peer, uint32_t peer_teid);
void gtpu_port_idle(uint32_t teid);
/* As it was before gtpu_port_idle. */
void gtpu_port_resume(uint32_t teid);
bool gtpu_port_connected(uint32_t teid);
/* ---- a bearer that moves to another eNodeB (gtpu_forward.c) ---- */
/* Where the old eNodeB's packets shall come for a bearer that arrives here: a TEID on its socket. 0 if
 * out of memory. */
uint32_t gtpu_port_forwarded(uint32_t bearer, int sock);
/* A port on another socket that is connected to the same F-TEID. 0 if out of memory. */
uint32_t gtpu_port_twin(uint32_t teid, int sock, void *owner);
/* The device and what belongs to it go from one bearer to another (0: nowhere). What still comes for the
 * old one is passed on to that F-TEID until an End Marker (teid 0: it is lost), and what comes for the
 * new one waits until then. Bearers of one device go together. */
struct gtpu_move {
	uint32_t old, bearer;
	struct in_addr to;
	uint32_t teid;
};
void gtpu_ports_move(const struct gtpu_move *, unsigned n);
/* It waits no longer. */
void gtpu_port_settle(uint32_t bearer);

/* Takes the descriptor over. */
int gtpu_port_tun(uint32_t teid, int fd);
/* Router Advertisements go to events->ra instead of the tun. */
void gtpu_port_want_ra(uint32_t teid, bool want);
/* One uplink packet. 0, -ENOTCONN, -errno of the socket. */
int gtpu_send(uint32_t teid, const void *packet, size_t n);
/* A dedicated bearer's packets come out of the tun of another port. */
void gtpu_port_join(uint32_t teid, uint32_t to);
/* Which bearers uplink packets of a port go by: the first filter that matches, by precedence and in
 * the given order; none: the port's own. */
struct gtpu_filter {
	uint32_t teid;
	struct tft_filter filter;
};
void gtpu_port_filters(uint32_t teid, const struct gtpu_filter *, unsigned n);
bool gtpu_port_counters(uint32_t teid, struct gtpu_counters *out);
void gtpu_counters(struct gtpu_counters *out);

/* The packet generator's way in (gen.c), on the packet thread. */
struct gtpu_generator {
	/* Called every tick_us; sends through gtpu_emit. */
	void (*tick)(void *arg);
	/* A downlink packet of a port without a tun. */
	void (*packet)(void *arg, void *owner, const uint8_t *p, size_t n);
	void *arg;
	uint32_t tick_us;
};
void gtpu_generator_set(const struct gtpu_generator *); /* NULL: none */
/* From within tick: builds the packet by fill (its length, 0 to give up) and queues it. False if
 * the port has no radio leg. */
bool gtpu_emit(uint32_t teid, size_t (*fill)(void *arg, uint8_t *out, size_t cap), void *arg);

#endif
