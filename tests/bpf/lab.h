/* SPDX-License-Identifier: Apache-2.0 */
/* The world that the tests of the BPF programs run in: the object loaded without the daemon, its
 * maps filled with a few devices, peers and exits, and BPF_PROG_TEST_RUN.
 *
 * Addresses: we are 10.1.0.1 and 2001:db8:1::1 to eNodeBs 10.1.0.2 and on. Pool 0 is 10.45.0.0 and 2001:db8:45::, 32
 * offsets from slot 0; pool 1 is 10.46.0.0, IPv4 alone, 16 offsets from slot 32. Slots from 48 are
 * extra: bearers beside a device's first, and one with addresses outside the pools. The machine itself
 * is also 198.51.100.9 and 2001:db8:99::9. A slot's device is offset `slot`, so slot 5 is 10.45.0.5
 * and 2001:db8:45:5::/64. Pool 2, 16 offsets from slot 64, has the addresses of pool 0 once more, in
 * network 1, which is behind VLAN tag 77 of whatever port. Network 0 is there untagged and behind
 * tags 7 and 300, and behind all others nothing is. */
#ifndef TESTS_BPF_LAB_H
#define TESTS_BPF_LAB_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mcore/datapath.h>
#include "codec/tft.h"
#include "datapath/filter.h"

enum {
	LAB_SLOTS = 80,
	LAB_HOPS = MCORE_FIRST_PEER + 8,
	LAB_NETWORK_VLAN = 77,
	LAB_POLICIES = 8,
	LAB_RULESETS = 4,
	LAB_TAG_BITS = 12,
	LAB_TAG = 0x5a7,
	LAB_PEER_TEID = 0x70000000, /* + slot */
};

enum lab_hop {
	HOP_NONE,
	HOP_HOST,
	HOP_HOST1, /* in network 1 */
	HOP_EXIT1,
	HOP_ENB,
	HOP_EXIT,
	HOP_ENB_VLAN,
	HOP_EXIT_VLAN,
	HOP_ENB_LOST,
	HOP_EXIT_LOST,
	HOP_ENB_SMALL,
	HOP_EXIT_SMALL,
	HOP_ENB6,   /* 2001:db8:1::2 */
	HOP_DUAL,   /* 10.1.0.16; also 2001:db8:1::10 */
	HOP_VLAN6,  /* 2001:db8:1::4 behind tag 100 */
	HOP_RELAY = MCORE_FIRST_PEER, /* 10.1.0.32, a gateway or eNodeB to relay to */
	HOP_RELAY6,                   /* 2001:db8:1::20 */
	HOP_RELAY_SMALL,              /* 10.1.0.34, MTU 576 */
	HOP_RELAY_LOST,               /* 10.1.0.36, MAC unknown */
};

enum lab_slot {
	DEVICE = 5,  /* dual stack, eNodeB 10.1.0.2 */
	VLANS,       /* peer and exit behind VLAN tags 100 and 200 */
	IDLE,        /* no peer */
	LOST,        /* neither hop's MAC address is known */
	SHUT,        /* both gates closed */
	SLOW,        /* 1 kbit/s each way, no burst */
	SMALL,       /* peer's MTU 1400, exit's 576 */
	MARKED,      /* DSCP 46 */
	ORPHAN,      /* its owner is no slot */
	DEVICE6,     /* eNodeB 2001:db8:1::2 */
	DUAL,        /* eNodeB with both addresses, HOP_DUAL */
	VLAN6,       /* eNodeB 2001:db8:1::4 behind a VLAN tag */
	BEARERS,     /* has dedicated bearers FAST and SAFE: lab_filters */
	RULED = 20,  /* held to the rules of lab.c, in group 7; walled where it is told to be */
	THROTTLED,   /* quota of 1000 octets both ways, then 1 kbit/s; marks 12 up, 14 down, 10 outside */
	CAPPED,      /* quota of 1000 octets uplink, then nothing */
	WALLED,      /* quota of 1000 octets downlink, then the wall; in group 7 */
	QUARANTINED, /* behind the wall */
	NOBODY = 30, /* free */
	OTHER_POOL = 37,
	SECOND = 48, /* second bearer of SHUT, its own gates open */
	FAST = 49,   /* dedicated bearer of BEARERS, DSCP 46, guaranteed rates (none set) */
	STATIC = 50, /* 192.0.2.77 and 2001:db8:77:77::/64 */
	RELAY,       /* from eNodeB 10.1.0.2 to 10.1.0.32 */
	RELAY66,     /* from 2001:db8:1::2 to 2001:db8:1::20 */
	RELAY46,     /* from IPv4 to IPv6, and back */
	RELAY64,
	RELAY_ANY,   /* from anybody */
	RELAY_SMALL, /* to HOP_RELAY_SMALL */
	RELAY_LOST,  /* to HOP_RELAY_LOST */
	SAFE,        /* dedicated bearer of BEARERS, with its rates */
	TWIN = 69,   /* in network 1, with DEVICE's addresses; 192.0.2.128/25 is behind it */
	ROUTER,      /* in network 1; behind it are 192.0.2.0/24 and 2001:db8:b::/48 */
};

enum lab_policy { POLICY_NONE, POLICY_RULES, POLICY_THROTTLE, POLICY_BLOCK, POLICY_WALL };
enum lab_ruleset { RULESET_NONE, RULESET_RULES, RULESET_WALL };

/* The rules of a filter, beside their compiled form. */
struct lab_rules {
	struct filter_rule rule[FILTER_RULES];
	unsigned n;
	bool allow_default;
};

#define LAB_GTPU4 0x0a010001u
#define LAB_GTPU6 "2001:db8:1::1"

enum lab_role { LAB_ACCESS, LAB_SGI, LAB_BOTH, LAB_HOST, LAB_ROLES };

struct lab {
	struct bpf_object *obj;
	int program[LAB_ROLES], worker;
	bool spreads; /* what is handed over to a CPU goes on there, and lab_run() with it */
	unsigned handed_over; /* so many were */
	struct session *sessions; /* shared with the kernel */
	struct hop *hops;
	struct settings *settings;
	struct tft_rule *tfts;
	struct policy *policies;
	struct filter *filters;
	struct lab_rules rules[LAB_RULESETS];
	int reasons, addresses, local, peers;
	unsigned cpus;
	int iface[LAB_HOPS]; /* interface of each hop */
	int aside;           /* one more that no hop uses */
};
extern struct lab lab;

/* The packet filters of BEARERS, in the order of precedence. */
enum { LAB_FILTERS = 10 };
extern struct lab_filter {
	unsigned slot;
	const char *text;
	struct tft_filter filter;
} lab_filters[LAB_FILTERS];

/* Loads the object into a network namespace of its own; false with a message on stderr. */
bool lab_open(const char *object);
/* All maps as described above. */
void lab_reset(void);
void lab_close(void);
/* Compiles lab.rules[filter] for the kernel, with a serial number of its own. */
void lab_compile(enum lab_ruleset);

/* The slot of the device that an address is behind in network 1, -1 if it is behind none. */
int lab_behind(const uint8_t *, bool v6);
/* What devices of network 0 reach there: 10.1.0.0/16 and 2001:db8:1::/48 are closed but for 10.1.7.0/24,
 * 10.2.0.0/16 and 2001:db8:2::/48 to what the core's nodes say. */
enum access_limit lab_access(const uint8_t *, bool v6);
/* The network behind a VLAN tag (0: none) of whatever port, -1 if it is nobody's. */
int lab_network(uint16_t vlan);
/* The address is in the map `peers`. */
bool lab_is_peer(const uint8_t *, bool v6);

static inline uint32_t lab_teid(unsigned slot) { return slot << LAB_TAG_BITS | LAB_TAG; }

struct lab_result {
	uint32_t action; /* XDP_… */
	size_t len;
	uint8_t frame[8192];
};
/* Runs a program on a frame that arrives at that interface. 0 or negative errno. */
int lab_run(enum lab_role, const uint8_t *frame, size_t n, int iface, unsigned repeat,
	    struct lab_result *);

/* Sums of the per-CPU counters. */
void lab_reasons(struct reason_count out[REASON_COUNT]);
const char *lab_reason_name(int reason);
enum mcore_verdict lab_verdict(int reason);

/* Reads what is in the ring buffer; returns how many, the last in *last. */
unsigned lab_events(struct event *last);
/* The same of packets held for idle devices. */
unsigned lab_held(const struct held_packet **last);

#endif
