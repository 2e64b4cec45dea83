/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's side of the datapath: loads, attaches, pins and adopts the BPF object, and is the
 * only writer of its maps (include/mcore/datapath.h tells what they mean).
 *
 *   datapath.c start and stop, settings, counters
 *   load.c     object, maps, their pins and adoption
 *   layout.c   how the maps' values are laid out
 *   attach.c   programs on interfaces: modes, pinned links, replacement, libxdp's dispatcher
 *   spread.c   the CPUs that packets are spread over
 *   session.c  slots of `sessions`, through a shared mapping
 *   tft.c      which packets belong to which bearer of a PDN connection: `tfts`
 *   profile.c  profiles, and what a session is held to; filter.c compiles rules, rule.c reads them
 *   tunnel.c   which slot has a peer's F-TEID
 *   hop.c      elements of `hops`: peers and exits, and which neighbour each goes to
 *   neigh.c    neighbours that the kernel keeps resolved for us
 *   access.c   prefixes of access networks
 *   link.c     what netlink says of interfaces and of this machine's own addresses
 *   netlink.c  requests and events of rtnetlink
 *   gtpu.c     UDP sockets on port 2152: fragments that the kernel reassembled (sent in again by the
 *              host's veth pair), control messages, packets the daemon itself sends to a device
 *   gtpu_msg.c GTP-U messages as octets
 *   peer.c     paths to GTP-U peers: Echo, failure, what went over them
 *   relay.c    tunnels from peer to peer
 *   host.c     the veth pairs mcore0/mcore1 and on by which the core's own host takes part
 *   network.c  networks beside the first: routing tables, rules, ports
 *   framed.c   networks behind devices
 *   nat.c      masquerade, and what is kept apart, by nftables; nft.c loads it and watches over it
 *   event.c    ring buffer from the kernel
 *   hold.c     downlink packets that wait for idle devices
 *   capture.c  copies of a device's frames; what was dropped of a session */
#ifndef DATAPATH_DATAPATH_H
#define DATAPATH_DATAPATH_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mcore/datapath.h>
#include <mcore/ids.h>
#include "codec/tft.h"
#include "core/prefix.h"

enum dp_mode { DP_AUTO, DP_NATIVE, DP_GENERIC, DP_LIBXDP };
enum dp_role { DP_ACCESS = 1, DP_SGI = 2, DP_BOTH = 3 };
enum dp_breakout { DP_DIRECT, DP_KERNEL };

struct dp_interface {
	char name[IF_NAMESIZE]; /* "eth0", or a VLAN device "eth0.100": XDP goes on its parent */
	enum dp_role role;
	unsigned network; /* of the side `sgi`; index in dp_config.network + 1, 0: the common one */
};

/* A network beside the common one: APNs with their own addresses, which may be others' too, their own
 * ports and their own routing table. */
struct dp_network {
	char name[32];
	uint32_t table;
};

/* One per APN with addresses, in the order of the configuration. */
struct dp_pool {
	char apn[101];
	bool has4, has6;
	struct in_addr net4; /* network order, host bits zero */
	uint8_t len4;
	struct in6_addr net6; /* each device gets a /64 of it */
	uint8_t len6;
	uint32_t size; /* offsets that can be given out, 0: what the prefixes hold, at most 2^20 */
	enum dp_breakout
		breakout; /* DIRECT: to `gateway` (or the interface's default route) in XDP;
			     KERNEL: into the host's stack, whose routes and nftables decide */
	bool routed;      /* KERNEL: the prefix is routed to this machine: no masquerade */
	bool has_gateway;
	struct in6_addr
		gateway; /* router on the SGi side, IPv4 mapped; else by the routing table */
	char device[IF_NAMESIZE]; /* SGi interface for DIRECT, "" for that of the route */
	unsigned network;	  /* as of dp_interface */
};

/* How much may wait for idle devices. 0: the default. */
struct dp_hold {
	uint32_t packets; /* for a slot: 64, */
	uint64_t octets;  /* 256 KiB, */
	uint32_t age_ms;  /* 30 s */
	uint64_t memory;  /* octets that packets of all devices take up here: 64 MiB */
};

struct dp_config {
	enum dp_mode mode;
	unsigned interfaces;
	struct dp_interface interface[32];
	unsigned networks;
	struct dp_network network[MCORE_MAX_NETWORKS - 1];
	unsigned pools;
	struct dp_pool pool[MCORE_MAX_POOLS];
	struct in6_addr gtpu;  /* our GTP-U address, IPv4 mapped; zero if none */
	struct in6_addr gtpu6; /* and the IPv6 one, zero if none; at least one is there */
	struct dp_echo {
		uint32_t interval_ms; /* between Echo Requests to a peer in use, 0: none are sent */
		uint32_t t3_response_ms;
		uint32_t n3_requests; /* so many repetitions before a path is down */
		uint32_t hold_ms;     /* then so long until its tunnels are given up */
	} echo;
	struct dp_hold hold;
	uint32_t extra_slots; /* for bearers beyond a pool's one per offset; 0: 4096 */
	unsigned cpus;	      /* that work on packets; 0: each on those that come to it */
	uint16_t cpu[MCORE_CPU_SLOTS];
	uint32_t cpu_queue; /* packets that may wait for a CPU, 0: 2048 */
	bool ue_to_ue;
	bool ue_to_access; /* devices reach hosts of access networks, but not as a node of the core */
	const char *pin_dir; /* NULL: MCORE_PIN_DIR */
	const char *object;  /* path of mcore.bpf.o */
};

/* What the roles above hear; on the loop. */
struct dp_handler {
	/* A packet of a device that the daemon answers (Router Solicitation). */
	void (*slow_path)(uint32_t slot, const uint8_t *packet, size_t n);
	/* Downlink data for an idle device: the first packet waits, and those that follow; with the
	 * first one's DSCP. Told again when nothing waited any more. NULL: nothing waits. */
	void (*downlink_data)(uint32_t slot, uint8_t dscp);
	/* The peer said that it does not know the TEID (GTP-U Error Indication). */
	void (*error_indication)(uint32_t slot);
	/* A packet of the slot did not fit into its quota, which is exhausted. */
	void (*quota)(uint32_t slot);
	/* The path of a slot's tunnel is down, and the hold time over (TS 23.007 20.3.1). */
	void (*path_failure)(uint32_t slot);
};

/* Loads or adopts, attaches, starts netlink. 0 or negative errno with the reason in error[cap].
 * *adopted is the number of sessions found in pinned maps, which go on forwarding. */
int dp_start(const struct dp_config *, const struct dp_handler *, uint32_t *adopted, char *error,
	     size_t cap);
/* Stops the daemon's part; what is pinned goes on. With remove, detaches and unpins everything. */
void dp_stop(bool remove);
/* "native on s1u, generic on sgi": for the log and mcorectl. */
const char *dp_describe(void);

/* The folder on bpffs where this version's maps are pinned. */
const char *dp_pins(void);

/* The largest IP packet of a device that goes through unfragmented: the smallest MTU of the access
 * interfaces less the GTP-U tunnel's headers (TS 29.281 4.2.1). For the MTU told in PCO. */
uint16_t dp_ue_mtu(void);

/* The slot of an offset in a pool (devices: from MCORE_HOST_OFFSETS), and one of the extra slots
 * (UINT32_MAX when none is left); one whose packets go to the same CPU as those of `beside`, if there
 * is any, unless that is UINT32_MAX. */
uint32_t dp_pool_slot(unsigned pool, uint32_t offset);
uint32_t dp_pool_size(unsigned pool);
unsigned dp_pool_network(unsigned pool);
uint32_t dp_extra_slot(uint32_t beside);
uint32_t dp_slots(void); /* in use or not: 0 up to that */

struct dp_session {
	imsi_t imsi;
	const char *apn, *rule; /* NULL: none */
	uint8_t ebi, dscp;
	unsigned pool;
	struct in_addr ue4;  /* zero if none */
	struct in6_addr ue6; /* the /64, zero if none */
	uint8_t iid[8];
	uint64_t rate_up, rate_down; /* bit/s, 0: unlimited */
	uint32_t owner;              /* slot whose policy applies, UINT32_MAX: itself */
	bool own_rate; /* rate_up and rate_down hold in the place of the owner's (guaranteed rates) */
};

/* Programs a slot, idle (no peer): uplink works once a peer is set. The slot must be free.
 * *teid is ours, host order, with an unguessable tag. 0, -EEXIST, -ENOSPC. */
int dp_session_add(uint32_t slot, const struct dp_session *, uint32_t *teid);
/* Framed routes (TS 29.061 16.4.7) of a default bearer, what is behind its device, in the place of
 * those before: uplink from them is taken and downlink to them goes to the device, from the next
 * packet on; one that stays loses none. 0; -EADDRINUSE one shares addresses with what is another
 * device's in its network, what dp_route_check says, -ENOSPC, -ENOMEM; *which is it then, and
 * nothing has changed. */
int dp_session_routes(uint32_t slot, const struct prefix *, unsigned n, unsigned *which);
/* Returns how many. */
unsigned dp_session_routes_of(uint32_t slot, struct prefix out[PREFIXES_MAX]);
/* Whether a prefix can be behind devices of a network: 0; -EADDRNOTAVAIL it shares addresses with a
 * pool, -EBUSY with what this machine itself is connected to there, -EINVAL it is no network's
 * (prefix_valid); another negative errno where the kernel does not tell. */
int dp_route_check(unsigned network, const struct prefix *);
/* The TFTs of all dedicated bearers of a PDN connection, in the place of those before; filters of
 * one precedence are taken in the given order. From the next packet on downlink goes by them and
 * uplink of the dedicated bearers is held to them. Slots are the bearers', all with the default
 * bearer's as owner. 0, -ENOENT, -ENOSPC (no filter left; all is as it was). */
struct dp_tft {
	uint32_t slot;
	struct tft_filter filter;
};
int dp_session_tft(uint32_t default_slot, const struct dp_tft *, unsigned n);
/* The EPS bearer identity of a bearer that was added with 0, before it was known. */
int dp_session_ebi(uint32_t slot, uint8_t ebi);
/* What a bearer is held to from now on: outer DSCP, and its rates as in dp_session. */
void dp_session_dscp(uint32_t slot, uint8_t dscp);
void dp_session_own_rate(uint32_t slot, bool own);
/* The peer's F-TEID: packets flow both ways from the next one on. teid in host order. A tunnel that the
 * session had before gets an End Marker behind its last packet (TS 29.281 7.3.2). 0, -ENOENT,
 * -ENOSPC (no hop left), -EAFNOSUPPORT. */
int dp_session_connect(uint32_t slot, const struct in6_addr *peer, uint32_t teid);
/* No radio bearer any more: downlink packets wait, and are told by downlink_data. They go to the next
 * peer before all others. */
void dp_session_idle(uint32_t slot);
/* What waits for an idle device is dropped. */
void dp_hold_drop(uint32_t slot);
/* What comes for it is dropped from now on, or waits again; until it has a peer. */
void dp_hold_shut(uint32_t slot, bool shut);
/* What waits is kept for so long, if that is longer than configured. 0: as configured, and what still waits then
 * is told by downlink_data again. */
void dp_hold_keep(uint32_t slot, uint64_t ms);
void dp_session_gate(uint32_t slot, enum gate up, enum gate down);
void dp_session_rate(uint32_t slot, uint64_t up, uint64_t down);
/* The peer may also send from this address, of the other family: a F-TEID or Transport Layer Address
 * with both. Call it before dp_session_connect to `peer`. As long as the peer has sessions, what was
 * said of it first holds. */
void dp_peer_also(const struct in6_addr *peer, const struct in6_addr *also);

/* An eNodeB that may get tunnels at any moment, or does not any more; counted. Its next hop is looked
 * up ahead, and uplink packets of a device that comes to it in a handover are taken from the first. */
void dp_peer_expect(const struct in6_addr *, bool expected);

/* A tunnel from peer to peer, one way: S1-U to S5/S8-U or back, or indirect forwarding (TS 23.401
 * 5.5.1.2). What comes for our *teid goes on to to_teid at `to`: G-PDUs with their sequence numbers
 * and extension headers, End Markers; gates, rates, counters and dscp are the slot's own, which is an
 * extra one. dp_session_gate, dp_session_rate, dp_session_teid and dp_session_del work as on a
 * session, and counters of what was relayed are the uplink ones. */
struct dp_relay {
	imsi_t imsi; /* whose it is, for people */
	const char *apn;
	uint8_t ebi, dscp;
	uint32_t beside; /* as of dp_extra_slot(): UINT32_MAX: none */
	bool from_any; /* from whoever knows the TEID; else from `from`, and peers of other tunnels */
	struct in6_addr from, to; /* IPv4 mapped */
	uint32_t to_teid;	  /* host order */
};
/* 0, -ENOSPC, -EAFNOSUPPORT (we have no address of that family). */
int dp_relay_add(const struct dp_relay *, uint32_t *slot, uint32_t *teid);
/* From the next packet on it goes there; the tunnel it went to gets an End Marker. 0, -ENOENT,
 * -ENOSPC, -EAFNOSUPPORT. */
int dp_relay_switch(uint32_t slot, const struct in6_addr *to, uint32_t to_teid);

/* A GTP-U peer, as `mcorectl peer show` tells of it. UNKNOWN: no Echo Response yet. STRANGER: it has
 * no tunnel here, and sent G-PDUs all the same. */
enum dp_path { DP_PATH_UNKNOWN, DP_PATH_UP, DP_PATH_DOWN, DP_PATH_UNUSED, DP_PATH_STRANGER };
struct dp_peer {
	struct in6_addr addr; /* IPv4 mapped */
	enum dp_path path;
	bool resolved; /* its next hop's link-layer address is known */
	int ifindex;
	uint16_t mtu; /* of the path, as far as it is known */
	uint32_t tunnels;
	uint64_t since; /* unix time, s, of the path's state */
	uint64_t rtt_us, echo_sent, echo_answered, failures;
	uint64_t errors;		   /* Error Indications received */
	uint64_t unknown_teid, wrong_peer; /* G-PDUs from it that belong to no tunnel of its */
	uint64_t errors_sent;
	struct count up, down; /* of inner packets, since mcored started */
};
/* All of them, by index, then strangers; *n is how many. To be freed; NULL if out of memory. Walks all
 * slots. */
struct dp_peer *dp_peers(unsigned *n);

/* What a profile makes of its devices' packets. Rules are copied. */
struct filter_rule;
struct dp_profile {
	const char *name; /* shorter than PROFILE_NAME */
	const struct filter_rule *rule;
	unsigned rules; /* at most FILTER_RULES; and what none of them matches goes on: */
	bool allow_default;
	const struct filter_rule *wall; /* what goes in quarantine, and by QUOTA_WALL */
	unsigned walls;
	uint32_t group; /* devices of which may talk to each other; 0: none */
	struct dp_hold hold; /* of each bearer; 0: as configured. Not `memory` */
	uint8_t quota_action;	  /* enum quota_action */
	uint8_t dscp_outer, dscp[2]; /* DSCP_KEEP: as it is */
	uint64_t throttle_up, throttle_down; /* bit/s, of QUOTA_THROTTLE */
	uint64_t rate_up, rate_down, quota;  /* for people */
};
/* Makes or changes the profile of that name, for all its sessions at once and without a packet
 * lost. Its index (from 1 on); -ENOSPC, and nothing has changed. */
int dp_profile_set(const struct dp_profile *);
/* No session may have it any more. */
void dp_profile_del(const char *name);
unsigned dp_profile_find(const char *name);	 /* index; 0: there is none */
const char *dp_profile_name(unsigned index); /* "" if there is none */
unsigned dp_profiles(void);		     /* indexes are below it */

/* What a device's session is held to. */
struct dp_limits {
	unsigned profile; /* index, 0: none */
	bool quarantine, quota_up, quota_down;
	enum gate gate_up, gate_down;
	uint64_t rate_up, rate_down; /* bit/s, 0: unlimited */
	uint32_t burst_ms;	     /* 0: 100 ms, and 8 KiB at least */
	uint64_t quota;		     /* octets of a whole quota, for people */
};
void dp_session_hold(uint32_t slot, const struct dp_limits *);
uint64_t dp_session_quota_left(uint32_t slot);
/* More octets (or fewer) to what is left; an exhausted quota is none any more. */
void dp_session_quota_give(uint32_t slot, int64_t octets);

/* Frees the slot (and an extra slot to where it came from). */
void dp_session_del(uint32_t slot);
/* The slot as the kernel sees it; NULL if it is free. Read only. */
const struct session *dp_session(uint32_t slot);
/* Slots in use, ascending from *slot on; NULL at the end. Start with 0; pass slot + 1 to go on. */
const struct session *dp_session_next(uint32_t *slot);
uint32_t dp_session_teid(uint32_t slot); /* ours, host order */
/* The slot of one of our TEIDs (host order), UINT32_MAX if it is not in use. */
uint32_t dp_session_slot(uint32_t teid);
/* The slots of a device; returns how many (at most 11). */
unsigned dp_session_find(imsi_t, uint32_t slot[11]);
/* Where packets leave, by a session's `peer` or `exit`; NULL if there is no such hop. Read only. */
const struct hop *dp_hop(uint16_t index);

/* What was dropped of a session, by reason; all zero where there is none. Returns of how many reasons.
 * The table is an LRU of all sessions: what has not happened for long may be forgotten. */
unsigned dp_drops(uint32_t slot, struct drop_count out[REASON_COUNT]);

/* A frame that was copied. Forwarded ones have their tunnel's headers, both ways. */
struct dp_frame {
	uint64_t time_ns; /* unix time */
	const struct session *session;
	enum mcore_reason reason;
	bool down;
	const uint8_t *frame; /* from the link layer on, n octets of len */
	uint32_t n, len;
};
typedef void dp_captured(void *arg, const struct dp_frame *);
/* From now on, and at most for so long, fn hears of each frame of the device's sessions, those that
 * begin later too; at the end of the time of NULL, which is the last call. 0, -EBUSY (too many captures),
 * -ENOMEM or what the kernel says. */
int dp_capture_start(imsi_t, uint32_t seconds, dp_captured *fn, void *arg);
/* Ends the one with this arg; also from within fn. */
void dp_capture_stop(void *arg);
/* Frames not copied since the first of the captures that run: too many, or mcored was too slow. */
uint64_t dp_capture_lost(void);

/* Sends an IP packet to a connected device by GTP-U. 0 or negative errno. */
int dp_session_send(uint32_t slot, const void *packet, size_t n);

/* Sums of the per-CPU counters, REASON_COUNT of them. */
void dp_reasons(struct reason_count out[]);
uint64_t dp_now_ns(void); /* the kernel's clock, as in last_seen */

#endif
