/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the datapath share, and nobody else includes. There is one datapath in a
 * process, `dp`; all of it is the loop's. Start goes up the list of datapath.h and stop goes down.
 */
#ifndef DATAPATH_INTERNAL_H
#define DATAPATH_INTERNAL_H

#include <bpf/libbpf.h>
#include "core/log.h"
#include "core/timer.h"
#include "datapath/datapath.h"

/* Fixed elements of `hops`, so that they mean the same to the next daemon. */
enum {
	HOP_NONE,
	HOP_HOST = MCORE_FIRST_HOST, /* and on: this machine's own stack, in each network */
	HOP_EXIT = HOP_HOST + MCORE_MAX_NETWORKS, /* and on: where a pool's packets leave */
	HOP_PEER = MCORE_FIRST_PEER, /* and on: GTP-U peers */
	HOPS = 65536,
	PATH_CAP = 600,
	GTPU_OVERHEAD = 20 + 8 + 8,  /* IPv4, UDP, GTP-U without optional fields */
	GTPU_OVERHEAD6 = 40 + 8 + 8, /* the same over IPv6 */
	IPV4_MIN_MTU = 576,
	EXTRA_SLOTS = 4096,
	POLICIES = 1024,
	FILTERS = 128,
	TFTS = 16384,
	SLOTS_MAX = 1 << 24, /* leaves 8 bits of a TEID to the tag */
	POOL_MAX = 1 << 20,
};

#define NO_SLOT  UINT32_MAX
#define HOST_DEV "mcore0" /* the stack's end of the common network's veth pair */
enum { ROUTE_PROTOCOL = 109 }; /* marks our routes and rules for people: `ip route show proto 109` */

enum dp_map {
	MAP_SESSIONS,
	MAP_HOPS,
	MAP_SETTINGS,
	MAP_ADDRESSES,
	MAP_ROUTES,
	MAP_PORTS,
	MAP_LOCAL,
	MAP_IMSIS,
	MAP_PEERS,
	MAP_REASONS,
	MAP_POLICIES,
	MAP_FILTERS,
	MAP_PROFILES,
	MAP_TFTS,
	MAP_EVENTS,
	MAP_SENDERS,
	MAP_DROPS,
	MAP_CAPTURING,
	MAP_CAPTURED,
	MAP_HELD,
	MAP_CPUS,
	MAP_WORKER,
	DP_MAPS,
};

struct dp_state {
	bool running;
	struct dp_config config;
	struct dp_handler handler;
	char pin_dir[256];  /* of this ABI: DIR/vN */
	char root_dir[240]; /* DIR */
	char object_path[512];

	struct settings wanted; /* computed from the configuration, compared at adoption */
	uint32_t slots, extra_first, extra_count;
	uint32_t imsis_max, addresses_max;
	uint32_t policies_max, filters_max, tfts_max; /* elements, 0 among them */

	struct bpf_object *object;
	int map[DP_MAPS];
	bool adopted;             /* the maps are an earlier daemon's */
	struct session *sessions; /* shared with the kernel, as are: */
	struct hop *hops;
	struct settings *settings;
	struct policy *policies;
	struct filter *filters;
	struct tft_rule *tfts;

	char *error; /* of dp_start's caller, while it runs */
	size_t error_cap;
};

extern struct dp_state dp;

/* What dp.config makes of pools, slots and TEIDs, into dp.wanted and its neighbours. */
int dp_plan(void);
/* Puts the reason into the caller's error buffer and returns err. */
int dp_fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline struct in6_addr ip_map4(struct in_addr a)
{
	struct in6_addr m = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	memcpy(&m.s6_addr[12], &a, 4);
	return m;
}
static inline bool ip_is4(const struct in6_addr *a) { return IN6_IS_ADDR_V4MAPPED(a); }
static inline struct in_addr ip_get4(const struct in6_addr *a)
{
	struct in_addr v;

	memcpy(&v, &a->s6_addr[12], 4);
	return v;
}
static inline bool dp_has_gtpu6(void) { return !IN6_IS_ADDR_UNSPECIFIED(&dp.config.gtpu6); }
/* Address as text, IPv4 dotted, in one of four static buffers. */
const char *ip_text(const struct in6_addr *);

/* load.c */
/* Makes or adopts the maps, loads the programs, maps sessions, hops and settings. */
int load_start(void);
void load_stop(void);
/* Another object of the same file that shares our maps, not loaded; NULL with errno set. */
struct bpf_object *load_clone(void);
/* Path of a pin of this ABI. */
void load_pin_path(char *out, size_t cap, const char *prefix, const char *name);
const char *load_log_text(char *text, int n, size_t cap);
/* Calls fn for each pin of this ABI whose name begins so; fn may take it away. */
void load_each_pin(const char *prefix, void (*fn)(const char *dir, const char *name));
void load_unlink(const char *dir, const char *name);
/* Whether maps of that name are pinned; the others are the kernel's own. */
bool load_pins(const char *name);
/* Takes all pins away, of every ABI. */
void load_unpin(void);

/* programs.c */
/* Which programs of an object are to be loaded. */
void programs_choose(struct bpf_object *);
/* Opens the pinned programs of the object that has this hash; false, and none, if one is missing or of
 * other maps. */
bool programs_keep(uint64_t hash);
/* Takes the pins of programs away; what is attached stays. */
void programs_forget(void);
/* Takes and pins those of dp.object, which are loaded; a pin that fails is logged and costs a slow
 * start only. */
void programs_pin(uint64_t hash);
void programs_stop(void);
/* `cat DIR/subscribers` prints the sessions. */
void programs_show(void);
/* The daemon's own descriptor of a program, -ENOENT if the object has none of that name. */
int program_fd(const char *name);

/* layout.c: what the values of an object's pinned maps look like, as a number. */
uint64_t layout_of(const struct bpf_object *);

/* attach.c */
int attach_start(void);
void attach_stop(bool remove);
const char *attach_describe(void);
/* A link was made or its index changed: put the programs back on a configured interface. */
void attach_link_appeared(const char *name, int ifindex);
bool attach_is_generic(void);

/* spread.c */
/* First of all: this thread, and those it makes, leave the listed CPUs to the packets. */
void spread_aside(void);
/* The CPUs of the configuration are ready to be given packets; none is yet. */
int spread_start(void);
/* The programs are attached, natively: packets are handed over. */
void spread_on(void);
/* Before they are attached in generic mode: no packet is. */
void spread_off(void);
unsigned spread_highest(void); /* number of a CPU that packets are handed to */
/* ", spread over CPUs 2,3" or nothing. */
void spread_describe(char *text, size_t cap);

/* session.c */
/* Rebuilds what the daemon knows of adopted slots; *used is how many are in use. */
int session_start(uint32_t *used);
void session_stop(void);
/* How far a rate may be exceeded for a moment: burst_ms (0: 100), 8 KiB at least. */
uint32_t session_burst_us(uint64_t bits_per_second, uint32_t burst_ms);
void session_rates(struct session *, uint64_t up, uint64_t down, uint32_t burst_ms);
/* A TEID for the slot, host order, with an unguessable tag. */
uint32_t session_make_teid(uint32_t slot);
/* Where packets come from and go, in one store: indices in hops that the caller holds a reference
 * of, which become the session's; what it had before is let go. */
void session_set_way(uint32_t slot, uint16_t peer, uint16_t exit, uint32_t peer_teid);
static inline bool session_is_relay(const struct session *s) { return s->exit >= HOP_PEER; }
/* The hop that has peer_teid; 0 if the session is idle. */
static inline uint16_t session_out(const struct session *s)
{
	return session_is_relay(s) ? s->exit : s->peer;
}

/* profile.c */
int profile_start(void);
void profile_stop(void);
/* What may wait for a bearer of its devices, in all members; index 0: as configured. */
struct dp_hold profile_hold(unsigned index);

/* tunnel.c: (index in hops of session_out(), the TEID there) to slot */
bool tunnel_start(uint32_t slots);
void tunnel_stop(void);
void tunnel_add(uint32_t slot); /* by the slot's session_out() and peer_teid */
void tunnel_del(uint32_t slot); /* before these change */
uint32_t tunnel_find(uint16_t peer, uint32_t teid);

/* link.c */
struct link {
	int ifindex;
	char name[IF_NAMESIZE];
	char kind[16]; /* "vlan", "veth", "" of hardware */
	uint8_t mac[6];
	unsigned mtu;
	bool up;
	int parent;    /* of a VLAN device, else 0 */
	uint16_t vlan; /* its id, host order */
};
int link_start(void);
void link_stop(void);
int link_sync(void);
const struct link *link_find(int ifindex);
const struct link *link_by_name(const char *name);
const struct link *link_next(const struct link *); /* of all; NULL: the first, or no more */
/* Calls each(arg, network, prefix) for the prefixes that this machine is connected to, as its
 * addresses tell, with the network whose they are. 0, or the kernel's negative errno. */
int link_prefixes(void (*each)(void *arg, unsigned network, const struct prefix *), void *arg);
/* Asks the driver; a command is a struct of linux/ethtool.h. 0 or negative errno. */
int link_ethtool(const char *name, void *command);
/* This machine's own addresses into `local`. */
int link_sync_addresses(void);

/* hop.c */
int hop_start(void);
void hop_stop(void);
/* After adoption: this peer index is used by one more session. False if the element is no peer. */
bool hop_adopt(uint16_t index);
/* After all were adopted: elements that nothing uses are freed. */
void hop_adopted(void);
/* The index of a peer with one reference more; in `peers` from then on. -ENOSPC, -EAFNOSUPPORT. */
int hop_get(const struct in6_addr *peer);
void hop_put(uint16_t index);
/* The index of a peer, 0 if it has none. */
uint16_t hop_find(const struct in6_addr *peer);
/* The address of a peer's element, NULL if it is none. */
const struct in6_addr *hop_address(uint16_t index);
/* The kernel heard of another path MTU to a peer: its route is read again, soon. */
void hop_path_changed(const struct in6_addr *peer);
/* What peer.c keeps of an element; NULL if it is no peer's. Walk: from HOP_PEER on, NULL at the end. */
struct peer *hop_peer(uint16_t index);
struct peer *hop_peer_next(uint32_t *index);
uint32_t hop_refs(uint16_t index);
/* Routes or links changed: all hops are looked up again, soon. */
void hop_refresh(void);

/* neigh.c */
struct neigh;
/* Somebody who sends to a neighbour; embedded in its owner. */
struct neigh_user {
	struct neigh *neigh;
	struct neigh_user *next, **pprev;
};
/* changed(user, mac) for each user when the MAC becomes known, changes, or is lost (NULL). */
void neigh_start(void (*changed)(struct neigh_user *, const uint8_t *mac));
void neigh_stop(void);
/* Subscribes, in place of what the user had. The MAC if the address is resolved already, else NULL
 * and resolution begins. */
const uint8_t *neigh_use(struct neigh_user *, int ifindex, const struct in6_addr *addr);
void neigh_release(struct neigh_user *);
struct nlmsghdr;
void neigh_on_event(struct nlmsghdr *);
void neigh_resync(void);

/* access.c */
/* The access networks' prefixes, by this machine's routes, into `settings`. 0 or negative errno. */
int access_sync(void);
void access_changed(void); /* links or routes changed: the same, soon */
void access_stop(void);

/* host.c */
int host_start(void);
void host_stop(bool remove);
/* ifindex of mcore0 (mcore2 for network 1, and so on), and of mcore1 (mcore3). */
int host_dev(unsigned network);
int host_xdp(unsigned network);
bool host_is_dev(int ifindex); /* one of the former */
/* "mcore0" and "mcore1" for network 0: names, good until the fourth next call. */
const char *host_name(unsigned network, bool xdp);
/* Routes addresses outside the pools (IPv4 mapped, with its own length) to a network's stack's end;
 * failure is logged: -EEXIST another's route to them is there, which stays. */
int host_add_route(unsigned network, const struct in6_addr *, uint8_t len);
/* Takes away ours, never another's. 0, -ESRCH (there is none), the kernel's negative errno. */
int host_del_route(unsigned network, const struct in6_addr *, uint8_t len);
/* Writes a value to the file of /proc/sys/net by that name, unless it is there; failure is logged. */
int host_sysctl(const char *value, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void host_set_mtu(void); /* the access networks' MTU changed */

/* framed.c: networks behind devices */
int framed_start(void); /* after the sessions: those of earlier daemons */
void framed_stop(void);
void framed_forget(uint32_t slot); /* a session ends */

/* network.c */
int network_start(void); /* after the host's devices */
void network_stop(bool remove);
/* Links came or went: which port is of which network. */
void network_sync_ports(void);
/* Whose an interface of this machine is; the common network's if no other's. */
unsigned network_of(int ifindex);
/* The routing table of a network. */
uint32_t network_table(unsigned network);
/* Puts a table into a request for a route; the common one's is in its header. */
struct nl_msg;
void network_put_table(struct nl_msg *, unsigned network);

/* Marks of packets that came from a network's side: answers of the stack go back to it. */
enum { NETWORK_MARK_SHIFT = 24, NETWORK_MARK_MASK = 0x0f000000 };

/* nat.c */
int nat_start(void);
void nat_stop(bool remove);
/* Addresses or links came or went: by what each network is reached. */
void nat_sync(void);

/* nft.c */
/* From now on others' changes of our table are told: changed() is to load it again, 0 or negative
 * errno, and called again after a while if it could not. 0 or negative errno. */
int nft_start(int (*changed)(void));
void nft_stop(void);
/* Gives a script that makes our table to nft. 0 or negative errno. */
int nft_load(const char *script, size_t n);

/* gtpu.c */
/* As dp_session_send, with the DSCP of the tunnel. */
int gtpu_send_packet(uint32_t slot, const void *packet, size_t n, uint8_t dscp);
int gtpu_start(void);
void gtpu_stop(void);
/* A message to a peer; the port is in network order. 0 or negative errno. */
int gtpu_send(const struct in6_addr *, in_port_t port, const void *, size_t n);
/* End Marker to a peer's tunnel (host order) that no session sends to any more, as soon as packets that
 * are on their way have left. */
void gtpu_end_marker(uint16_t hop, uint32_t teid);

/* peer.c: paths to GTP-U peers */
struct peer { /* embedded in its hop's element; all zero in the beginning */
	struct in6_addr addr;
	uint16_t index;
	enum dp_path path;
	bool waiting;          /* for an Echo Response to `sequence` */
	bool lost;             /* it stayed down: its tunnels are to be given up */
	uint16_t sequence;
	unsigned unanswered;   /* expiries of T3-RESPONSE since the last response */
	struct timer timer;    /* the next Echo Request, or T3-RESPONSE */
	struct timer hold;     /* until a path that is down costs its tunnels */
	uint64_t sent_ns, since;
	uint64_t rtt_us, echo_sent, echo_answered, failures, errors;
	struct count up, down; /* less what tunnels that are there had when they came */
};
void peer_stop(void);
/* It has its first tunnel, or lost its last. */
void peer_used(struct peer *);
void peer_unused(struct peer *);
/* The slot's counters begin to be its peer's, or end. */
void peer_account(uint32_t slot, bool begins);
struct gtpu_message;
void peer_echo_response(const struct in6_addr *from, const struct gtpu_message *);
/* An Error Indication came from there. */
void peer_error(const struct in6_addr *from);

/* capture.c */
int capture_start(void);
void capture_stop(void);
/* A session has begun: its flag, if its device is captured. */
void capture_session(uint32_t slot);
/* What was dropped of a slot that is somebody else's now. */
void drops_forget(uint32_t slot);
/* hold.c */
int hold_start(void); /* after the sessions */
void hold_stop(void);
void hold_new(uint32_t slot);	 /* a session that has no peer yet */
void hold_on(uint32_t slot);	 /* before its peer goes */
void hold_idle(uint32_t slot);	 /* and after */
void hold_drain(uint32_t slot);	 /* it has a peer */
void hold_forget(uint32_t slot); /* it ends */
void hold_limits(uint32_t slot); /* a device has another profile, or that says something else */

/* tft.c */
/* What adopted sessions use; all else is free. */
int tft_start(void);
void tft_stop(void);
/* A session ends: with the default bearer's ends its chain. */
void tft_forget(uint32_t slot);

/* event.c */
int event_start(void);
void event_stop(void);

#endif
