/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a profile makes of its devices' packets: the values of `policies`, `filters`, `profiles`.
 *
 * A filter is an ordered list of rules compiled for a look-up whose cost does not grow with their
 * number. Each field of a packet (remote address, protocol, TOS, port of either side) falls into
 * one of a few classes, within which all rules agree about it: for addresses and ports the
 * intervals between the edges of all rules' ranges, found by a search of fixed length, for protocol
 * and TOS a table. A class has the set of the rules that it satisfies, one bit a rule; the first
 * bit of the sets' intersection is the first rule that matches. A filter in use is never changed:
 * the daemon compiles into a free element and then changes the index in `policies`, so that each
 * packet meets the old rules or the new. What a filter said of a kind of packet is remembered by
 * each CPU under the filter's serial number (bpf/filter.h). */
#ifndef MCORE_FILTER_H
#define MCORE_FILTER_H

#include <linux/types.h>

enum {
	FILTER_RULES = 256,
	FILTER_WORDS = FILTER_RULES / 64,
	FILTER_EDGES = 2 * FILTER_RULES, /* of all rules' ranges in one field */
	/* Addresses of both versions together, and each side's ports (one more: no ports), have at
	 * most two edges a rule; protocols and TOS 256 classes. */
	FILTER_SETS = 3 * (FILTER_EDGES + 2) + 2 * 256,
	DSCP_KEEP = 255,
	PROFILE_NAME = 32,
	PROFILE_RULES_TEXT = 16384,
};

/* What rules look at of a packet, but the remote address itself, is one word: its fields, by their
 * bits. */
enum {
	SEEN_REMOTE_PORT = 0,
	SEEN_LOCAL_PORT = 17,
	SEEN_PROTOCOL = 34,
	SEEN_TOS = 42,
	SEEN_V6 = 50,
	SEEN_DOWN = 51,
	SEEN_END = 52,
	NO_PORT = 0x1ffff, /* as a port */
};
#define FILTER_REMOTE_PORT (0x1ffffull << SEEN_REMOTE_PORT)
#define FILTER_LOCAL_PORT  (0x1ffffull << SEEN_LOCAL_PORT)
#define FILTER_PROTOCOL    (0xffull << SEEN_PROTOCOL)
#define FILTER_TOS         (0xffull << SEEN_TOS)
#define FILTER_ADDRESS     (1ull << SEEN_V6) /* and with it the remote address */
#define FILTER_DIRECTION   (1ull << SEEN_DOWN)

struct filter_set {
	__u64 rule[FILTER_WORDS]; /* rule i: bit i % 64 of word i / 64 */
};

/* Edges in ascending order, each the first value of a class; the rest of the array is the largest
 * value. The class of x: how many edges are at most x, but no more than `edges`. */
struct filter_range {
	__u32 edges;
	__u32 first; /* of its classes' sets: class c has set[first + c] */
	__u32 edge[FILTER_EDGES];
};
struct filter_range6 {
	__u32 edges;
	__u32 first;
	__u64 high[FILTER_EDGES], low[FILTER_EDGES];
};

/* Value of `filters`. Element 0 is never used. */
struct filter {
	__u64 serial; /* no two rule sets have had the same; 0: what it says is not to be remembered
		       */
	__u64 fields; /* FILTER_… bits that some rule looks at: the others cost nothing */
	__u32 rules;
	__u32 allow_default; /* what no rule matches: 1 goes on */
	__u32 no_port[2];    /* set of packets without ports, remote and local: see bpf/filter.h */
	__u32 protocols;     /* set of class 0 of `protocol`, */
	__u32 toses;         /* and of `tos` */
	__u32 reserved[2];
	struct filter_set direction[2]; /* rules for uplink, downlink */
	struct filter_set allow;        /* rules that let a packet go on, */
	struct filter_set mark;         /* and those of them that mark it with dscp */
	__u8 dscp[FILTER_RULES];
	__u8 protocol[256], tos[256];          /* their classes */
	struct filter_range address4, port[2]; /* host order; ports of remote and local side */
	struct filter_range6 address6;         /* host order */
	struct filter_set set[FILTER_SETS];
};

enum quota_action { QUOTA_BLOCK, QUOTA_THROTTLE, QUOTA_WALL };

/* Value of `policies`, one cache line: what the kernel needs of a profile. Element 0, all zero, is
 * that of devices without one. */
struct policy {
	__u16 filter; /* index in filters; 0: all goes */
	__u16 wall;   /* the same, for quarantine and QUOTA_WALL; 0: nothing goes */
	__u32 group;  /* devices of one group may talk to each other; 0: none */
	__u8 quota_action;
	__u8 dscp_outer; /* of tunnels downlink, in place of the session's; DSCP_KEEP: that */
	__u8 dscp[2];    /* of the device's packets, uplink and downlink, or DSCP_KEEP */
	__u32 throttle_burst_us[2]; /* QUOTA_THROTTLE: uplink and downlink, as in a session */
	__u32 reserved32;
	__u64 throttle_ns_per_mib[2];
	__u64 reserved[3];
};

/* `profiles` (hash): what a person reads. No program does; `index` is the policy's. */
struct profile_key {
	char name[PROFILE_NAME];
};
struct profile {
	__u32 index;
	__u32 group;
	__u64 bits_per_second_up, bits_per_second_down; /* of devices that have none of their own */
	__u64 quota;
	__u64 throttle_up, throttle_down; /* bit/s */
	char rules[PROFILE_RULES_TEXT];   /* in order, each ended by a semicolon */
	char wall[PROFILE_RULES_TEXT];
};

_Static_assert(sizeof(struct policy) == 64, "a policy is one cache line");

#endif
