/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "datapath/tft_rule.h"
#include "lab.h"

struct lab lab;

static struct ring_buffer *ring;
static struct event last_event;
static unsigned events;

static const char *const programs[LAB_ROLES] = {"mcore_access", "mcore_sgi", "mcore_both",
						"mcore_host"};

static const struct {
	const char *name, *text;
	enum mcore_verdict verdict;
} reason_table[REASON_COUNT] = {
#define R(name, verdict, text) {#name, text, VERDICT_##verdict},
	MCORE_REASONS(R)
#undef R
};

const char *lab_reason_name(int reason)
{
	return reason >= 0 && reason < REASON_COUNT ? reason_table[reason].name : "none";
}

enum mcore_verdict lab_verdict(int reason) { return reason_table[reason].verdict; }

static int on_event(void *ctx, void *data, size_t n)
{
	(void)ctx;
	if (n == sizeof last_event)
		memcpy(&last_event, data, n);
	events++;
	return 0;
}

unsigned lab_events(struct event *last)
{
	events = 0;
	ring_buffer__consume(ring);
	*last = last_event;
	return events;
}

static struct ring_buffer *held_ring;
static struct held_packet last_held;
static unsigned helds;

static int on_held(void *ctx, void *data, size_t n)
{
	(void)ctx;
	memcpy(&last_held, data, n < sizeof last_held ? n : sizeof last_held);
	helds++;
	return 0;
}

unsigned lab_held(const struct held_packet **last)
{
	helds = 0;
	ring_buffer__consume(held_ring);
	*last = &last_held;
	return helds;
}

static void *share(const char *map, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED,
		       bpf_object__find_map_fd_by_name(lab.obj, map), 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Veth pairs, so that each side's hops have an interface to be told apart by. */
static bool interfaces(void)
{
	if (unshare(CLONE_NEWNET)) {
		perror("unshare (are you root?)");
		return false;
	}
	if (system("ip link set lo up && ip link add access type veth peer name access1 && "
		   "ip link add sgi type veth peer name sgi1 && "
		   "ip link add mcore0 type veth peer name mcore1"))
		return false;
	for (int i = 0; i < LAB_HOPS; i++)
		lab.iface[i] = (int)if_nametoindex(
			i == HOP_HOST || i == HOP_HOST1 ? "mcore1"
			: i == HOP_EXIT || i == HOP_EXIT1 || i == HOP_EXIT_VLAN ||
					i == HOP_EXIT_LOST || i == HOP_EXIT_SMALL
				? "sgi"
				: "access");
	lab.aside = (int)if_nametoindex("lo");
	return true;
}

bool lab_open(const char *object)
{
	const struct bpf_cpumap_val queue = {.qsize = 64};
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	struct bpf_program *worker;
	uint32_t zero = 0;

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	if (!interfaces())
		return false;
	lab.cpus = (unsigned)libbpf_num_possible_cpus();
	if (cpus < 1 || !(lab.obj = bpf_object__open_file(object, NULL))) {
		fprintf(stderr, "%s: %s\n", object, strerror(errno));
		return false;
	}
	bpf_map__set_max_entries(bpf_object__find_map_by_name(lab.obj, "sessions"), LAB_SLOTS);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(lab.obj, "hops"), LAB_HOPS);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(lab.obj, "policies"), LAB_POLICIES);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(lab.obj, "filters"), LAB_RULESETS);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(lab.obj, "cpus"), 2);
	worker = bpf_object__find_program_by_name(lab.obj, "mcore_worker");
	bpf_program__set_expected_attach_type(worker, BPF_XDP); /* else there is no test run */
	if (bpf_object__load(lab.obj)) {
		fprintf(stderr, "%s: load: %s\n", object, strerror(errno));
		return false;
	}
	for (int i = 0; i < LAB_ROLES; i++)
		lab.program[i] =
			bpf_program__fd(bpf_object__find_program_by_name(lab.obj, programs[i]));
	lab.worker = bpf_program__fd(worker);
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(lab.obj, "cpus"), &zero, &queue,
			    BPF_ANY);
	lab.sessions = share("sessions", LAB_SLOTS * sizeof *lab.sessions);
	lab.hops = share("hops", LAB_HOPS * sizeof *lab.hops);
	lab.settings = share("settings", sizeof *lab.settings);
	lab.tfts = share("tfts", 64 * sizeof *lab.tfts);
	lab.policies = share("policies", LAB_POLICIES * sizeof *lab.policies);
	lab.filters = share("filters", LAB_RULESETS * sizeof *lab.filters);
	lab.reasons = bpf_object__find_map_fd_by_name(lab.obj, "reasons");
	lab.addresses = bpf_object__find_map_fd_by_name(lab.obj, "addresses");
	lab.local = bpf_object__find_map_fd_by_name(lab.obj, "local");
	lab.peers = bpf_object__find_map_fd_by_name(lab.obj, "peers");
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(lab.obj, "events"), on_event, NULL,
				NULL);
	held_ring = ring_buffer__new(bpf_object__find_map_fd_by_name(lab.obj, "held"), on_held,
				     NULL, NULL);
	if (!lab.sessions || !lab.hops || !lab.settings || !lab.tfts || !lab.policies ||
	    !lab.filters || !ring || !held_ring) {
		fprintf(stderr, "maps of %s: %s\n", object, strerror(errno));
		return false;
	}
	lab_reset();
	return true;
}

void lab_close(void)
{
	ring_buffer__free(ring);
	ring_buffer__free(held_ring);
	bpf_object__close(lab.obj);
}

static struct ip_key key4(const char *text)
{
	struct ip_key k = {.addr = {[10] = 0xff, [11] = 0xff}};

	inet_pton(AF_INET, text, k.addr + 12);
	return k;
}

static struct ip_key key6(const char *text)
{
	struct ip_key k;

	inet_pton(AF_INET6, text, k.addr);
	return k;
}

static void set_local(struct ip_key k)
{
	uint32_t hop = HOP_HOST;

	bpf_map_update_elem(lab.local, &k, &hop, BPF_ANY);
	lab.settings->local_filter |= local_filter_bit(&k);
}

/* eNodeBs that have tunnels, though not the one a packet is for. */
static const char *const peers4[] = {"10.1.0.8", "10.1.0.9", "10.1.0.16"};
#define PEER6 "2001:db8:1::10"

static void set_peers(void)
{
	uint32_t hop = HOP_HOST;

	struct ip_key k6 = key6(PEER6);

	for (size_t i = 0; i < sizeof(peers4) / sizeof(*peers4); i++) {
		struct ip_key k = key4(peers4[i]);

		bpf_map_update_elem(lab.peers, &k, &hop, BPF_ANY);
	}
	bpf_map_update_elem(lab.peers, &k6, &hop, BPF_ANY);
}

bool lab_is_peer(const uint8_t *addr, bool v6)
{
	bool is = false;

	if (v6)
		return !memcmp(key6(PEER6).addr, addr, 16);
	for (size_t i = 0; i < sizeof(peers4) / sizeof(*peers4); i++)
		is |= !memcmp(key4(peers4[i]).addr + 12, addr, 4);
	return is;
}

static void set_static(struct ip_key k)
{
	struct address_key key = {.network = 0};
	uint32_t slot = STATIC;

	memcpy(key.addr, k.addr, sizeof key.addr);
	bpf_map_update_elem(lab.addresses, &key, &slot, BPF_ANY);
	lab.settings->addresses++;
}

/* What is behind devices, longer prefixes first. */
static const struct {
	const char *net;
	unsigned bits;
	uint32_t slot;
} behind[] = {
	{"192.0.2.128", 25, TWIN},
	{"192.0.2.0", 24, ROUTER},
	{"2001:db8:b::", 48, ROUTER},
};
enum { BEHIND = sizeof(behind) / sizeof(*behind) };

static bool is_text6(const char *text) { return strchr(text, ':') != NULL; }

static void set_routes(void)
{
	int map = bpf_object__find_map_fd_by_name(lab.obj, "routes");

	for (unsigned i = 0; i < BEHIND; i++) {
		bool v6 = is_text6(behind[i].net);
		struct ip_key ip = v6 ? key6(behind[i].net) : key4(behind[i].net);
		struct route_key key = {.prefixlen = 32u + (v6 ? 0u : 96u) + behind[i].bits,
					.network = 1};

		memcpy(key.addr, ip.addr, sizeof key.addr);
		bpf_map_update_elem(map, &key, &behind[i].slot, BPF_ANY);
	}
	lab.settings->routes = BEHIND;
}

static bool is_in(const uint8_t *addr, bool v6, const char *text, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;
	uint8_t net[16];

	if (is_text6(text) != v6)
		return false;
	inet_pton(v6 ? AF_INET6 : AF_INET, text, net);
	return !memcmp(net, addr, bytes) && (!rest || !((net[bytes] ^ addr[bytes]) >> (8 - rest)));
}

int lab_behind(const uint8_t *addr, bool v6)
{
	for (unsigned i = 0; i < BEHIND; i++)
		if (is_in(addr, v6, behind[i].net, behind[i].bits))
			return (int)behind[i].slot;
	return -1;
}

/* Prefixes of access networks, longer ones first. */
static const struct {
	const char *net;
	unsigned bits;
	enum access_limit limit;
} access_nets[] = {
	{"10.1.7.0", 24, ACCESS_OPEN},        {"10.1.0.0", 16, ACCESS_CLOSED},
	{"10.2.0.0", 16, ACCESS_NO_CORE},     {"2001:db8:1::", 48, ACCESS_CLOSED},
	{"2001:db8:2::", 48, ACCESS_NO_CORE},
};
enum { ACCESS_NETS = sizeof(access_nets) / sizeof(*access_nets) };

static void set_access(void)
{
	for (unsigned i = 0; i < ACCESS_NETS; i++) {
		struct access_prefix *a = &lab.settings->access[i];
		uint8_t mask[16] = {0};

		for (unsigned bit = 0; bit < access_nets[i].bits; bit++)
			mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		*a = (struct access_prefix){.v6 = is_text6(access_nets[i].net),
					    .limit = access_nets[i].limit};
		inet_pton(a->v6 ? AF_INET6 : AF_INET, access_nets[i].net, a->net);
		memcpy(a->mask, mask, a->v6 ? 16 : 4);
	}
}

enum access_limit lab_access(const uint8_t *addr, bool v6)
{
	for (unsigned i = 0; i < ACCESS_NETS; i++)
		if (is_in(addr, v6, access_nets[i].net, access_nets[i].bits))
			return access_nets[i].limit;
	return ACCESS_OPEN;
}

/* Which network is behind which tag, of whatever port. Other tags are nobody's. */
static const struct {
	uint16_t vlan;
	uint32_t network;
} tags[] = {{0, 0}, {7, 0}, {300, 0}, {LAB_NETWORK_VLAN, 1}};
enum { TAGS = sizeof(tags) / sizeof(*tags) };

static void set_ports(void)
{
	int map = bpf_object__find_map_fd_by_name(lab.obj, "ports");
	const int port[] = {lab.iface[HOP_ENB], lab.iface[HOP_EXIT], lab.iface[HOP_HOST],
			    lab.aside};

	for (unsigned i = 0; i < sizeof port / sizeof *port; i++)
		for (unsigned k = 0; k < TAGS; k++) {
			struct port_key key = {.ifindex = (uint32_t)port[i], .vlan = tags[k].vlan};

			bpf_map_update_elem(map, &key, &tags[k].network, BPF_ANY);
		}
	lab.settings->networks = 1;
}

int lab_network(uint16_t vlan)
{
	for (unsigned i = 0; i < TAGS; i++)
		if (tags[i].vlan == vlan)
			return (int)tags[i].network;
	return -1;
}

static void set_hop(enum lab_hop i, const char *addr, uint16_t vlan, uint16_t mtu)
{
	struct hop h = {.state = HOP_READY, .family = 4, .vlan = htons(vlan), .mtu = mtu};

	h.ifindex = (uint32_t)lab.iface[i];
	memcpy(h.dmac, (uint8_t[6]){2, 0, 0, 0, 0xd0, (uint8_t)i}, 6);
	memcpy(h.smac, (uint8_t[6]){2, 0, 0, 0, 0x50, (uint8_t)i}, 6);
	if (inet_pton(AF_INET6, addr, h.addr) == 1) {
		h.family = 6;
		inet_pton(AF_INET6, LAB_GTPU6, h.local);
	} else {
		inet_pton(AF_INET, addr, h.addr);
		inet_pton(AF_INET, "10.1.0.1", h.local);
		h.ipsum = hop_ipsum(&h);
	}
	lab.hops[i] = h;
}

static struct session *set_session(unsigned slot, enum lab_hop peer, enum lab_hop out)
{
	struct session *s = &lab.sessions[slot];

	*s = (struct session){
		.teid = htonl(lab_teid(slot)),
		.peer_teid = htonl(LAB_PEER_TEID + slot),
		.peer = (uint16_t)peer,
		.exit = (uint16_t)out,
		.owner = slot,
		.ebi = 5,
		.apn = "internet",
	};
	snprintf(s->imsi, sizeof s->imsi, "0010100000000%02u", slot % 100);
	s->ue4 = htonl(slot < 32 || slot >= 64 ? 0x0a2d0000u + slot % 64 : 0x0a2e0000u + slot - 32);
	if (slot < 32 || slot >= 64)
		memcpy(s->ue6, (uint8_t[8]){0x20, 1, 0xd, 0xb8, 0, 0x45, 0, (uint8_t)(slot % 64)},
		       8);
	memcpy(s->iid, (uint8_t[8]){0, 0, 0, 0, 0, 0, 0x1d, (uint8_t)slot}, 8);
	return s;
}

static void set_rate(struct rate *r, uint64_t bits_per_second)
{
	r->ns_per_mib = rate_ns_per_mib(bits_per_second);
}

static void set_relay(unsigned slot, enum lab_hop peer, enum lab_hop out)
{
	struct session *s = set_session(slot, peer, out);

	s->ue4 = 0;
	memset(s->iid, 0, sizeof s->iid);
}

struct lab_filter lab_filters[LAB_FILTERS] = {
	{FAST, "both remote 203.0.113.80 proto udp remote-port 5000-5010", {0}},
	{SAFE, "both proto udp local-port 8080", {0}},
	{FAST, "down remote 203.0.113.0/24 tos 0xb8/0xfc", {0}},
	{SAFE, "up remote 2001:db8:ffff::/48 proto udp remote-port 53", {0}},
	{FAST, "both remote 2001:db8:ffff::80 flow-label 0x12345", {0}},
	{FAST, "both proto esp spi 0x11223344", {0}},
	{SAFE, "both local 10.45.0.17 proto 132", {0}},
	{SAFE, "down remote 198.51.100.0/25 proto icmp", {0}},
	{FAST, "up remote 203.0.113.128/25 local-port 1000-2000", {0}},
	{SAFE, "both proto icmp6 remote 2001:db8:ffff::/64", {0}},
};

static void set_bearer(unsigned slot, uint8_t flags)
{
	struct session *s = set_session(slot, HOP_ENB, HOP_EXIT);

	s->owner = BEARERS;
	s->flags = (uint8_t)(SESSION_DEDICATED | flags);
	s->tft = 1;
	s->ue4 = lab.sessions[BEARERS].ue4;
	memcpy(s->ue6, lab.sessions[BEARERS].ue6, 8);
}

static void set_tfts(void)
{
	const char *bad;

	for (unsigned i = 0; i < LAB_FILTERS; i++) {
		if (!tft_filter_parse(lab_filters[i].text, &lab_filters[i].filter, &bad)) {
			fprintf(stderr, "filter: what is '%s'?\n", bad);
			abort();
		}
		lab.tfts[i + 1] = tft_rule_of(&lab_filters[i].filter, lab_filters[i].slot,
					      i + 1 < LAB_FILTERS ? i + 2 : 0);
	}
	set_session(BEARERS, HOP_ENB, HOP_EXIT)->tft = 1;
	set_bearer(FAST, SESSION_OWN_RATE);
	lab.sessions[FAST].dscp = 46;
	set_bearer(SAFE, 0);
}

void lab_compile(enum lab_ruleset i)
{
	const struct lab_rules *r = &lab.rules[i];

	static uint64_t serial;

	filter_compile(r->rule, r->n, r->allow_default, &lab.filters[i]);
	lab.filters[i].serial = ++serial;
}

static void set_rules(enum lab_ruleset i, const char *const *text)
{
	struct lab_rules *r = &lab.rules[i];
	char error[128];

	*r = (struct lab_rules){.n = 0};
	for (; *text; text++) {
		const char *wrong = filter_rule_parse(*text, &r->rule[r->n++], error, sizeof error);

		if (wrong) {
			fprintf(stderr, "rule '%s': %s\n", *text, wrong);
			exit(1);
		}
	}
	lab_compile(i);
}

static void reset_policies(void)
{
	static const char *const rules[] = {
		"deny up 203.0.113.66",
		"mark 46 up 203.0.113.0/24 udp port 5000-5100",
		"allow up 203.0.113.0/24 udp port 50000",
		"deny down tcp device-port 23",
		"deny tos 0xb8/0xfc",
		"deny proto 47",
		"allow 203.0.113.0/24 tcp",
		"allow up 2001:db8:ffff::/48 udp port 50000",
		"mark 0 down 2001:db8:ffff::/48",
		"allow 203.0.113.128/25",
		"allow down 203.0.113.80 udp",
		"allow 10.45.0.0/16",
		"allow icmp6",
		NULL,
	};
	static const char *const wall[] = {"allow 203.0.113.53", "allow 10.45.0.16/29",
					   "allow 2001:db8:ffff::53", NULL};
	const struct policy base = {.dscp_outer = DSCP_KEEP, .dscp = {DSCP_KEEP, DSCP_KEEP}};
	struct policy *p = lab.policies;

	set_rules(RULESET_RULES, rules);
	set_rules(RULESET_WALL, wall);
	memset(p, 0, LAB_POLICIES * sizeof *p);
	for (int i = POLICY_RULES; i <= POLICY_WALL; i++)
		p[i] = base;
	p[POLICY_RULES].filter = RULESET_RULES;
	p[POLICY_RULES].wall = p[POLICY_WALL].wall = RULESET_WALL;
	p[POLICY_RULES].group = p[POLICY_WALL].group = 7;
	p[POLICY_THROTTLE].quota_action = QUOTA_THROTTLE;
	p[POLICY_THROTTLE].dscp_outer = 10;
	p[POLICY_THROTTLE].dscp[0] = 12;
	p[POLICY_THROTTLE].dscp[1] = 14;
	for (int i = 0; i < 2; i++)
		p[POLICY_THROTTLE].throttle_ns_per_mib[i] = rate_ns_per_mib(1000);
	p[POLICY_BLOCK].quota_action = QUOTA_BLOCK;
	p[POLICY_WALL].quota_action = QUOTA_WALL;
}

static struct session *set_profiled(unsigned slot, enum lab_policy policy, uint8_t flags)
{
	struct session *s = set_session(slot, HOP_ENB, HOP_EXIT);

	s->policy = (uint16_t)policy;
	s->flags = flags;
	s->quota = 1000;
	s->quota_left = 1000;
	return s;
}

static void reset_sessions(void)
{
	struct session *s;

	memset(lab.sessions, 0, LAB_SLOTS * sizeof *lab.sessions);
	set_session(DEVICE, HOP_ENB, HOP_EXIT);
	set_session(VLANS, HOP_ENB_VLAN, HOP_EXIT_VLAN);
	set_session(IDLE, HOP_NONE, HOP_EXIT);
	set_session(LOST, HOP_ENB_LOST, HOP_EXIT_LOST);
	s = set_session(SHUT, HOP_ENB, HOP_EXIT);
	s->gate_up = s->gate_down = GATE_CLOSED;
	s = set_session(SLOW, HOP_ENB, HOP_EXIT);
	set_rate(&s->rate_up, 1000);
	set_rate(&s->rate_down, 1000);
	set_session(SMALL, HOP_ENB_SMALL, HOP_EXIT_SMALL);
	set_session(MARKED, HOP_ENB, HOP_EXIT)->dscp = 46;
	set_session(ORPHAN, HOP_ENB, HOP_EXIT)->owner = 1u << 30;
	set_tfts();
	set_profiled(RULED, POLICY_RULES, 0);
	set_profiled(THROTTLED, POLICY_THROTTLE, SESSION_QUOTA_UP | SESSION_QUOTA_DOWN);
	set_profiled(CAPPED, POLICY_BLOCK, SESSION_QUOTA_UP);
	set_profiled(WALLED, POLICY_WALL, SESSION_QUOTA_DOWN);
	set_profiled(QUARANTINED, POLICY_RULES, SESSION_QUARANTINE);
	set_session(OTHER_POOL, HOP_ENB, HOP_EXIT);
	s = set_session(SECOND, HOP_ENB, HOP_EXIT);
	s->owner = SHUT;
	s->ue4 = lab.sessions[SHUT].ue4;
	memcpy(s->ue6, lab.sessions[SHUT].ue6, 8);
	s = set_session(STATIC, HOP_ENB, HOP_EXIT);
	inet_pton(AF_INET, "192.0.2.77", &s->ue4);
	memcpy(s->ue6, key6("2001:db8:77:77::").addr, 8);
	set_session(DEVICE6, HOP_ENB6, HOP_EXIT);
	set_session(DUAL, HOP_DUAL, HOP_EXIT);
	set_session(VLAN6, HOP_VLAN6, HOP_EXIT);
	set_session(TWIN, HOP_ENB, HOP_EXIT1)->network = 1;
	set_session(ROUTER, HOP_ENB, HOP_EXIT1)->network = 1;
	set_relay(RELAY, HOP_ENB, HOP_RELAY);
	set_relay(RELAY66, HOP_ENB6, HOP_RELAY6);
	set_relay(RELAY46, HOP_ENB, HOP_RELAY6);
	set_relay(RELAY64, HOP_ENB6, HOP_RELAY);
	set_relay(RELAY_ANY, HOP_NONE, HOP_RELAY);
	set_relay(RELAY_SMALL, HOP_ENB, HOP_RELAY_SMALL);
	set_relay(RELAY_LOST, HOP_ENB, HOP_RELAY_LOST);
}

void lab_reset(void)
{
	static const struct settings empty;
	struct settings *c = lab.settings;
	const struct held_packet *held;
	struct event ignored;

	*c = empty;
	c->gtpu4 = htonl(LAB_GTPU4);
	memcpy(c->gtpu6, key6(LAB_GTPU6).addr, 16);
	c->tag_bits = LAB_TAG_BITS;
	c->slots = LAB_SLOTS;
	c->pools[0] = (struct pool){
		.first_slot = 0, .size = 32, .base4 = 0x0a2d0000, .base6 = 0x20010db800450000};
	c->pools[1] = (struct pool){.first_slot = 32, .size = 16, .base4 = 0x0a2e0000};
	c->pools[2] = (struct pool){.first_slot = 64,
				    .size = 16,
				    .base4 = 0x0a2d0000,
				    .network = 1,
				    .base6 = 0x20010db800450000};
	set_ports();
	set_routes();
	set_access();
	set_local(key4("10.1.0.1"));
	set_local(key6(LAB_GTPU6));
	set_local(key4("198.51.100.9"));
	set_local(key6("2001:db8:99::9"));
	set_peers();
	set_static(key4("192.0.2.77"));
	set_static(key6("2001:db8:77:77::"));
	memset(lab.hops, 0, LAB_HOPS * sizeof *lab.hops);
	set_hop(HOP_HOST, "0.0.0.0", 0, 65535);
	set_hop(HOP_ENB, "10.1.0.2", 0, 1500);
	set_hop(HOP_EXIT, "203.0.113.1", 0, 1500);
	set_hop(HOP_HOST1, "0.0.0.0", 0, 65535);
	set_hop(HOP_EXIT1, "203.0.113.1", LAB_NETWORK_VLAN, 1500);
	set_hop(HOP_ENB_VLAN, "10.1.0.4", 100, 1500);
	set_hop(HOP_EXIT_VLAN, "203.0.113.1", 200, 1500);
	set_hop(HOP_ENB_LOST, "10.1.0.6", 0, 1500);
	set_hop(HOP_EXIT_LOST, "203.0.113.2", 0, 1500);
	lab.hops[HOP_ENB_LOST].state = lab.hops[HOP_EXIT_LOST].state = HOP_UNRESOLVED;
	set_hop(HOP_ENB_SMALL, "10.1.0.8", 0, 1400);
	set_hop(HOP_EXIT_SMALL, "203.0.113.3", 0, 576);
	set_hop(HOP_ENB6, "2001:db8:1::2", 0, 1500);
	set_hop(HOP_DUAL, "10.1.0.16", 0, 1500);
	set_hop(HOP_VLAN6, "2001:db8:1::4", 100, 1500);
	set_hop(HOP_RELAY, "10.1.0.32", 0, 1500);
	set_hop(HOP_RELAY6, "2001:db8:1::20", 0, 1500);
	set_hop(HOP_RELAY_SMALL, "10.1.0.34", 0, 576);
	set_hop(HOP_RELAY_LOST, "10.1.0.36", 0, 1500);
	lab.hops[HOP_RELAY_LOST].state = HOP_UNRESOLVED;
	reset_policies();
	reset_sessions();
	lab_events(&ignored);
	lab_held(&held);
}

int lab_run(enum lab_role role, const uint8_t *frame, size_t n, int iface, unsigned repeat,
	    struct lab_result *r)
{
	struct xdp_md md = {.data_end = (uint32_t)n, .ingress_ifindex = (uint32_t)iface};
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = (uint32_t)n,
		    .data_out = r->frame, .data_size_out = sizeof r->frame, .ctx_in = &md,
		    .ctx_size_in = sizeof md, .repeat = (int)repeat);
	int err;

	if (lab.spreads)
		lab.settings->cpus = 1;
	err = bpf_prog_test_run_opts(lab.program[role], &o);
	if (!err && lab.spreads && o.retval == XDP_REDIRECT && o.data_size_out == n &&
	    !memcmp(frame, r->frame, n)) { /* as it came */
		o.data_size_out = sizeof r->frame;
		err = bpf_prog_test_run_opts(lab.worker, &o);
		lab.handed_over++;
	}
	r->action = o.retval;
	r->len = o.data_size_out;
	return err;
}

void lab_reasons(struct reason_count out[REASON_COUNT])
{
	static struct reason_count *each;
	static uint32_t keys[REASON_COUNT];
	uint32_t batch, n = REASON_COUNT;

	if (!each)
		each = calloc((size_t)REASON_COUNT * lab.cpus, sizeof *each);
	memset(out, 0, REASON_COUNT * sizeof *out);
	if (!each || (bpf_map_lookup_batch(lab.reasons, NULL, &batch, keys, each, &n, NULL) &&
		      errno != ENOENT)) {
		perror("map reasons");
		exit(1);
	}
	for (uint32_t i = 0; i < n; i++)
		for (unsigned c = 0; c < lab.cpus; c++) {
			out[keys[i]].packets += each[i * lab.cpus + c].packets;
			out[keys[i]].bytes += each[i * lab.cpus + c].bytes;
		}
}
