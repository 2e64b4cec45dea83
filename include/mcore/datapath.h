/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The datapath's ABI: key and value of every pinned map.
 *
 * One look-up a packet, and it is an index. A *slot* of the `sessions` array is one EPS bearer.
 * Uplink, the TEID that we allotted is (slot << tag_bits | tag), and the session checks the whole
 * TEID; downlink, the device's address is an offset in one of a few pools, and the pool's first
 * slot plus that offset is the slot. The IPv4 address and IPv6 /64 of a session have the same
 * offset in their pool. Only addresses outside the pools are looked up in `addresses`, and what is
 * behind devices (framed routes, TS 29.061 16.4.7) in `routes`.
 *
 * APNs may be of several networks, in which the same addresses are different devices: a session says
 * in which it is, and a downlink packet is of the network whose port it came by (`ports`), or nobody's.
 * Where all are of network 0, as most are, nobody asks.
 *
 * A slot whose exit is a GTP-U peer is a relay: what comes in under its TEID goes on in another
 * tunnel, from S1-U to S5/S8-U or the other way, or to another eNodeB (TS 23.401 5.5.1.2). It is one
 * way, has no address, and peer_teid is the TEID at the exit.
 *
 * Where packets leave is another index: `hops` holds, for each peer (an eNodeB's or gateway's GTP-U
 * address) and each exit (router on the Internet side, the host's own stack), interface, link-layer
 * and IP addresses. mcored keeps it fresh from netlink; one write serves all sessions of a peer.
 *
 * The daemon writes `sessions` through a shared mapping, field by field: the kernel's counters are
 * never overwritten. A slot becomes valid by the write of `teid`, last; and ends by writing 0 to
 * it, first. Addresses and TEIDs on the wire are in network order here (__be32); all else is in
 * host order, rates in bit/s, times in ns, counts in packets and bytes of inner IP packets.
 *
 * MCORE_ABI is part of the pin path: a daemon with another layout never adopts these maps. */
#ifndef MCORE_DATAPATH_H
#define MCORE_DATAPATH_H

#include <linux/types.h>
#include "filter.h"
#include "reasons.h"
#include "tft_rule.h"

#define MCORE_ABI     5
#define MCORE_PIN_DIR "/sys/fs/bpf/mcore"
#define GTPU_PORT     2152

enum {
	MCORE_MAX_POOLS = 64, /* address ranges, compared one after the other */
	MCORE_MAX_NETWORKS = 16, /* network 0 among them */
	/* The first offsets of a pool are this machine's own: 0 is the network's address, 1 the
	 * gateway's (IPv4 base4 + 1; IPv6 the /64 of offset 0, interface identifier ::1). */
	MCORE_HOST_OFFSETS = 2,
	MCORE_GATEWAY_OFFSET = 1,
	MCORE_MAX_ACCESS = 32, /* prefixes of access networks, compared in the same way */
	MCORE_LINE = 64,
	MCORE_CPU_SLOTS = 256,
	/* Elements of `hops`: the host's stack in network 0, and those of the others; */
	MCORE_FIRST_HOST = 1,
	/* and from here on GTP-U peers. */
	MCORE_FIRST_PEER = 128,
};

enum gate { GATE_OPEN, GATE_CLOSED };

/* A rate is enforced by GCRA: tat is the theoretical arrival time of the next conforming packet. How
 * far it may be ahead of now is the session's burst_*_us (from 2^26 ns on to a clock tick, see
 * bpf/policy.h). A mebibyte, so that 100 Gbit/s is exact to a millionth, and 1 kbit/s (8.4e12 ns)
 * times the longest packet still fits in 64 bits. */
struct rate {
	__u64 tat;	  /* ns, CLOCK_MONOTONIC; written by the kernel alone */
	__u64 ns_per_mib; /* time that 2^20 bytes take, from rate_ns_per_mib(); 0: unlimited */
};

/* The member of that name for a rate in bit/s. Rates below 1 kbit/s are held to 1 kbit/s. */
static inline __u64 rate_ns_per_mib(__u64 bits_per_second)
{
	const __u64 ns_bits = 8ull * (1 << 20) * 1000000000;

	if (!bits_per_second)
		return 0;
	if (bits_per_second < 1000)
		bits_per_second = 1000;
	if (bits_per_second >= ns_bits)
		return 1;
	return (ns_bits + bits_per_second / 2) / bits_per_second;
}

struct count {
	__u64 packets;
	__u64 bytes;
};

/* Bits of a session's flags. */
enum session_flag {
	SESSION_QUOTA_UP = 1,	/* quota_left counts uplink packets, */
	SESSION_QUOTA_DOWN = 2, /* downlink packets; both: their sum */
	SESSION_QUARANTINE = 4, /* only what its policy's wall allows */
	SESSION_POLICY = 7,	/* any of these */
	SESSION_OWN_RATE = 64,	/* a bearer with a guaranteed rate: rates are its own, not its owner's */
	SESSION_DEDICATED = 32, /* a dedicated bearer: carries what its TFT says */
	SESSION_CAPTURE = 128,	/* of each session itself: frames are copied to `captured` */
};

/* quota_left of a quota that a packet did not fit into is this less than what was left: negative
 * from then on. (For a moment before, it is less than 0 by as much as that packet was too long.) */
#define QUOTA_EXHAUSTED (1ll << 62)
static inline __attribute__((always_inline)) int quota_is_exhausted(__s64 left)
{
	return left < -QUOTA_EXHAUSTED / 2;
}
/* What is left of either, in octets; less than 0 for that moment. */
static inline __attribute__((always_inline)) __s64 quota_octets(__s64 left)
{
	return quota_is_exhausted(left) ? left + QUOTA_EXHAUSTED : left;
}

/* Downlink packets of a device that is idle are handed to mcored, whole, through the ring buffer
 * `held`, until it comes; and so that none overtakes them, also while mcored sends what it has. The
 * word `hold` of a session counts them: a packet adds one before it is handed over, mcored takes one
 * away when it has sent or dropped it. The way is opened by changing exactly HOLD_ON, with nothing
 * waiting, to 0; so whoever sees it closed is sent before those who see it open. `holding` spares all
 * others the look: it is set before HOLD_ON and cleared after. */
enum hold {
	HOLD_ON = 1u << 31,   /* packets wait */
	HOLD_SHUT = 1u << 30, /* they are dropped: the device cannot be reached for now */
	HOLD_COUNT = 0xffff,
};

/* Value of `sessions`: 256 bytes. Uplink IPv4 waits for line 0 alone, all else for lines 0 and 1,
 * which are a pair that the processor fetches together. Gates, flags, policy, rates and quota are
 * those of the owner. */
struct session {
	/* line 0: who may use it, where it goes, and uplink's state */
	__be32 teid;	/* ours; 0: slot not in use */
	__be32 ue4;	/* device's IPv4 address, 0 if none */
	/* These three are one word: one store moves a session to another peer, one load sees it whole. */
	__u16 peer;	/* index in hops of the GTP-U peer; 0: idle (a relay: from anybody) */
	__u16 exit;	/* index in hops where decapsulated packets go, or a relay's G-PDUs */
	__be32 peer_teid; /* the peer's (a relay: its exit's); meaningless while peer is 0 */
	__u32 owner;	/* slot whose policy applies: itself for a device's first session */
	__u8 gate_up;	/* enum gate */
	__u8 gate_down;
	__u8 dscp;	  /* of outer downlink packets */
	__u8 flags;	  /* enum session_flag */
	__u16 policy;	  /* index in policies; 0: none */
	__u8 holding;	  /* 1: see hold */
	__u8 network;	  /* whose addresses it has */
	__u32 burst_up_us;
	struct rate rate_up;
	struct count up;
	/* line 1: downlink's state, and both's */
	struct rate rate_down;
	struct count down;
	__u8 ue6[8];	  /* device's IPv6 /64, zero if none */
	__u64 last_seen;  /* ns, CLOCK_MONOTONIC (to a clock tick), of the last packet either way */
	__s64 quota_left; /* octets; see QUOTA_EXHAUSTED. Meaningless without SESSION_QUOTA_* */
	__u32 burst_down_us;
	__u32 tft;	  /* head of its PDN connection's chain in tfts; 0: there is none */
	/* line 2: for people */
	char imsi[16];
	char apn[32];
	__u64 since; /* unix time, s, of the session's start */
	__u8 iid[8]; /* interface identifier given to the device, for its link-local address */
	/* line 3 */
	__u64 bits_per_second_up; /* what rate_up and rate_down were made from; 0: unlimited */
	__u64 bits_per_second_down;
	__u32 hold;	/* enum hold: downlink packets that wait in mcored */
	__u32 hold_max; /* so many at most */
	__u64 dropped;	 /* packets of this session, both ways, that were dropped */
	__u64 quota;	 /* octets of a whole quota, for people */
	__u8 ebi;	 /* EPS bearer identity, 5 to 15 */
	char rule[20];	 /* name of a dedicated bearer, for people */
	__u8 reserved[3];
};

/* Value of `hops`, 64 bytes. Index 0 is never used. */
enum hop_state { HOP_FREE, HOP_UNRESOLVED, HOP_READY };
struct hop {
	__u8 state;  /* enum hop_state */
	__u8 family; /* 4 or 6: of addr and local */
	__be16 vlan; /* 0: untagged; else the TCI's VLAN id, network order */
	__u32 ifindex;
	__u8 dmac[6], smac[6];
	__u16 mtu; /* of the interface: the whole IP packet, headers included */
	__u16 ipsum;	 /* hop_ipsum(): constant part of an outer IPv4 header's checksum */
	__u8 addr[16];	 /* the peer's address (IPv4 in the first 4 octets), network order */
	__u8 local[16];	 /* ours towards it */
	__u32 to_host;	 /* 1: this machine's own stack, which is the router then */
	__u16 also;	 /* index of the same peer's address of the other family, 0: none; for the daemon */
	__u16 reserved;
};

/* The member ipsum of a hop of family 4 whose addr and local are set: the words of an IPv4 header without
 * options, TOS 0, identification 0, Don't Fragment, TTL 64, UDP, as this machine loads them, folded
 * to 16 bits. TOS and total length are added for each packet. */
static inline __attribute__((always_inline)) __u16 hop_ipsum(const struct hop *h)
{
	const __u8 fixed[6] = { 0x45, 0, 0x40, 0, 64, 17 };
	__u16 w[7];
	__u32 sum = 0;

	__builtin_memcpy(w, fixed, 6);
	__builtin_memcpy(w + 3, h->addr, 4);
	__builtin_memcpy(w + 5, h->local, 4);
	for (int i = 0; i < 7; i++)
		sum += w[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)((sum & 0xffff) + (sum >> 16));
}

/* Value of `settings` (one element): what does not change per device. */
struct pool {
	__u32 first_slot; /* of offset 0 */
	__u32 size;	  /* offsets 0 to size - 1; 0 ends the list */
	__u32 base4;	  /* host order; 0: no IPv4 */
	__u32 network;
	__u64 base6;	  /* upper 64 bits of the first /64, host order; 0: no IPv6 */
	__u64 reserved;
};
/* What devices of network 0 reach of a prefix. ACCESS_END ends the list; the strictest is the last. */
enum access_limit {
	ACCESS_END,
	ACCESS_OPEN,	/* all: a part that is not of the access network around it */
	ACCESS_NO_CORE, /* all but what the core's nodes say to each other */
	ACCESS_CLOSED,	/* nothing */
};
/* Longer prefixes come first. Network order; an IPv4 address is in the first four octets of net[0],
 * and of mask[0], as loaded. */
struct access_prefix {
	__u64 net[2], mask[2];
	__u32 v6;
	__u32 limit; /* enum access_limit */
};
struct settings {
	__be32 gtpu4; /* our GTP-U address, 0 if none */
	__u32 tag_bits; /* low bits of a TEID that are not the slot */
	__u32 slots;	/* elements in sessions */
	__u32 ue_to_ue; /* 1: devices may talk to each other (through the host's stack) */
	__u64 local_filter; /* bit hash(address) of every address in `local`: most look-ups end here */
	__u8 gtpu6[16];	    /* our IPv6 GTP-U address, zero if none */
	__u32 addresses; /* entries in the map `addresses`; 0 saves its look-up for frames not ours */
	__u32 networks;	 /* beside network 0; 0 saves a look-up in `ports` */
	__u32 routes;	 /* entries in the map `routes` */
	__u32 cpus;	 /* that packets are spread over; 0: each is worked on where it arrives */
	__u64 layout;	 /* what the values of all maps look like, as a number: for the daemon */
	struct pool pools[MCORE_MAX_POOLS];
	__u32 tables[MCORE_MAX_NETWORKS]; /* routing table of each network; for the daemon */
	struct access_prefix access[MCORE_MAX_ACCESS];
	__u32 cpus_id;	 /* of the map `cpus`, among the kernel's maps */
	__u32 reserved;
	__u16 cpu[MCORE_CPU_SLOTS]; /* key in `cpus` of a slot, by slot % MCORE_CPU_SLOTS */
};

/* Key of `local` (hash, value 1): this machine's own addresses. IPv4 as ::ffff:a.b.c.d. */
struct ip_key {
	__u8 addr[16];
};

/* Key of `addresses` (hash, value __u32 slot): static addresses outside the pools. An IPv6 key is the
 * /64 with a zero interface identifier. */
struct address_key {
	__u32 network;
	__u8 addr[16];
};

/* Key of `routes` (LPM trie, value __u32 slot): networks behind devices. prefixlen counts the network's
 * bits, too; IPv4 as ::ffff:a.b.c.d. */
struct route_key {
	__u32 prefixlen;
	__u32 network;
	__u8 addr[16];
};
enum { ROUTE_KEY_BITS = 32 + 128 };

/* Key of `ports` (hash, value __u32, a network): where packets of each network come in, if there are
 * others than network 0. */
struct port_key {
	__u32 ifindex; /* that the frame came by */
	__u32 vlan;    /* id of its outermost tag, 0: untagged */
};

/* The bit of `local_filter` an address sets, by the exclusive or of its four words as loaded from the
 * key. */
static inline __attribute__((always_inline)) __u64 local_filter_word(__u32 words)
{
	return 1ull << (words * 0x9e3779b1u >> 26);
}
static inline __attribute__((always_inline)) __u64 local_filter_bit(const struct ip_key *k)
{
	__u32 w[4];

	__builtin_memcpy(w, k->addr, sizeof w);
	return local_filter_word(w[0] ^ w[1] ^ w[2] ^ w[3]);
}

/* Key of `peers` (hash, value __u32, an index in hops): GTP-U peers that have, or had a moment ago, a tunnel of any
 * device. In a handover, and when a device comes out of idle, its uplink comes from its eNodeB before
 * the session has that peer, and a straggler from the old one after. */

/* Key of `imsis` (hash): finds the slots of a device. Value: slot by EBI - 5, ~0u where none. */
struct imsi_key {
	char imsi[16];
};
struct imsi_slots {
	__u32 slot[11];
};

/* Key of `senders` (LRU hash): the outer source of GTP-U that belongs to no tunnel of ours, IPv4 as
 * ::ffff:a.b.c.d; struct ip_key. Who guesses TEIDs shows here, and is answered seldom. */
struct gtpu_sender {
	__u64 unknown_teid; /* G-PDUs for a TEID that is not ours */
	__u64 wrong_peer;   /* for a tunnel that is another's */
	__u64 answered;	    /* Error Indications sent */
	__u64 window;	    /* second (2^30 ns) that is counted, */
	__u64 in_window;    /* and the answers in it */
};

/* Value of `reasons` (per-CPU array, key enum mcore_reason). */
struct reason_count {
	__u64 packets;
	__u64 bytes;
};

/* A record of the ring buffer `events`. */
/* SLOW_PATH: uplink packet of `slot` in `packet`, to be answered (ICMPv6 to a link-local or multicast
 * address). UNKNOWN_TEID: an Error Indication was sent to `peer` for `teid`. QUOTA: a packet of `slot`
 * did not fit into its quota, which is exhausted from this packet on; told once. PATH: an ICMP message says that a packet of
 * ours to `peer` did not fit its path. */
enum event_type { EVENT_SLOW_PATH, EVENT_UNKNOWN_TEID, EVENT_QUOTA, EVENT_PATH };
struct event {
	__u32 type; /* enum event_type */
	__u32 slot;
	__u8 peer[16]; /* outer source address, IPv4 as ::ffff:a.b.c.d */
	__be32 teid;
	__u32 len;	/* octets of packet that follow */
	__u8 packet[256]; /* inner IP packet, cut to this */
};

/* Value of `capturing` (one element), for all sessions with SESSION_CAPTURE, and a record of the ring
 * buffer `captured`: a frame as it came in or, of forwarded downlink packets and answers, went out. */
enum { CAPTURE_MAX = 2048 };
struct capture_settings {
	__u64 until; /* ns, CLOCK_MONOTONIC; nothing is captured later */
	__u32 snap;  /* octets of a frame, at most CAPTURE_MAX */
	__u32 per_second; /* frames on a CPU */
	__u64 lost;	  /* for want of room, or above per_second; the kernel counts */
};
struct captured {
	__u64 time; /* ns, CLOCK_MONOTONIC */
	__u32 slot;
	__u32 reason; /* enum mcore_reason */
	__u32 len;    /* octets of the frame */
	__u32 n;      /* of them here */
	__u32 down;   /* 1: downlink */
	__u32 reserved;
	__u8 frame[CAPTURE_MAX]; /* cut to n: a record is no longer */
};

/* Key and value of `drops` (LRU hash): what was dropped of a session. */
struct drop_key {
	__u32 slot;
	__u32 reason; /* enum mcore_reason */
};
struct drop_count {
	__u64 packets;
	__u64 last; /* ns, CLOCK_MONOTONIC, of the last */
};

/* A record of the ring buffer `held`: a downlink packet for `slot`, shortened to its length. */
enum { HELD_MAX = 16384 };
struct held_packet {
	__u32 slot;
	__u32 len;
	__u32 dscp; /* of its tunnel */
	__u8 packet[HELD_MAX];
};

_Static_assert(sizeof(struct session) == 4 * MCORE_LINE, "a session is four cache lines");
_Static_assert(__builtin_offsetof(struct session, peer) == 8 &&
		       __builtin_offsetof(struct session, exit) == 10 &&
		       __builtin_offsetof(struct session, peer_teid) == 12,
	       "peer, exit and peer_teid are an aligned word");
_Static_assert(__builtin_offsetof(struct session, rate_down) == 1 * MCORE_LINE, "line 1");
_Static_assert(__builtin_offsetof(struct session, imsi) == 2 * MCORE_LINE, "line 2");
_Static_assert(__builtin_offsetof(struct session, bits_per_second_up) == 3 * MCORE_LINE, "line 3");
_Static_assert(sizeof(struct hop) == MCORE_LINE, "a hop is one cache line");

#endif
