/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the HSS, the gateways and the datapath: a new one is one row here. */
#include <ctype.h>
#include <stdlib.h>
#include "settings_rows.h"

static const char *parse_filter(const char *text, void *out, size_t size, struct arena *a)
{
	struct tft_filter f;
	const char *bad;

	(void)size, (void)a;
	if (!tft_filter_parse(text, &f, &bad))
		return "a packet filter: [up|down|both] [remote ADDRESS/N] [local ADDRESS/N] [proto N] "
		       "[remote-port N-M] [local-port N-M] [tos N/MASK] [spi N] [flow-label N] "
		       "[precedence N]";
	memcpy(out, &f, sizeof(f));
	return NULL;
}

/* "5:26" */
static const char *parse_dscp(const char *text, void *out, size_t size, struct arena *a)
{
	char *end;
	unsigned long qci = strtoul(text, &end, 10), dscp = 64;
	struct settings_dscp d;

	(void)size, (void)a;
	if (*end == ':')
		dscp = strtoul(end + 1, &end, 10);
	if (*end || !qci || qci > 254 || dscp > 63)
		return "a QCI, colon, DSCP, such as 1:46";
	d = (struct settings_dscp){ (uint8_t)qci, (uint8_t)dscp };
	memcpy(out, &d, sizeof(d));
	return NULL;
}

/* "2" or "2-5" */
static const char *parse_cpus(const char *text, void *out, size_t size, struct arena *a)
{
	struct settings_cpus c;
	unsigned long first, last;
	char *end;

	(void)size, (void)a;
	first = last = strtoul(text, &end, 10);
	if (*end == '-' && isdigit((unsigned char)end[1]))
		last = strtoul(end + 1, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || last < first || last > UINT16_MAX)
		return "a CPU's number, or two with a hyphen between, such as 2-5";
	c = (struct settings_cpus){ (uint16_t)first, (uint16_t)last };
	memcpy(out, &c, sizeof(c));
	return NULL;
}

static const struct config_word dp_mode_words[] = {
	{ "auto", DP_AUTO, "native where the driver can, else generic" },
	{ "native", DP_NATIVE, "in the driver" },
	{ "generic", DP_GENERIC, "in the stack, any driver" },
	{ "libxdp", DP_LIBXDP, "by libxdp's dispatcher, beside other XDP programs" },
	{ 0 },
};
static const struct config_word dp_role_words[] = {
	{ "access", DP_ACCESS, "eNodeBs" },
	{ "sgi", DP_SGI, "the Internet side" },
	{ "both", DP_BOTH, "both on one interface" },
	{ 0 },
};
static const struct config_word breakout_words[] = {
	{ "kernel", DP_KERNEL, "into this machine's stack: its routes and masquerade decide" },
	{ "direct", DP_DIRECT, "from XDP to the SGi interface's next hop" },
	{ 0 },
};
static const struct config_word pdn_words[] = {
	{ "ipv4", PDN_IPV4, NULL }, { "ipv6", PDN_IPV6, NULL }, { "ipv4v6", PDN_IPV4V6, NULL }, { 0 },
};

#define P(m) CONFIG_FIELD(struct settings_profile_apn, m)
static const struct config_row profile_apn_rows[] = {
	{ "name", CONFIG_STRING, P(name), .min = 1, .max = 100, .required = true,
	  .help = "APN, or * for any" },
	{ "type", CONFIG_ENUM, P(type), .words = pdn_words, .preset = "ipv4v6", .help = "PDN type" },
	{ "qci", CONFIG_INTEGER, P(qci), .preset = "9", .min = 1, .max = 254, .help = "QoS class" },
	{ "arp", CONFIG_INTEGER, P(arp), .preset = "8", .min = 1, .max = 15, .help = "priority level" },
	{ "may_preempt", CONFIG_BOOL, P(may_preempt), .preset = "no", .help = "pre-emption capability" },
	{ "preemptable", CONFIG_BOOL, P(preemptable), .preset = "no",
	  .help = "pre-emption vulnerability" },
	{ "up", CONFIG_BITRATE, P(up), .preset = "50mbit", .min = 1000, .max = RATE_MAX,
	  .help = "APN-AMBR uplink" },
	{ "down", CONFIG_BITRATE, P(down), .preset = "100mbit", .min = 1000, .max = RATE_MAX,
	  .help = "APN-AMBR downlink" },
	{ "bearers", CONFIG_LIST, CONFIG_ITEMS(struct settings_profile_apn, bearer, bearers),
	  .of = CONFIG_STRING, .max = PGW_APN_RULES, .item_max = PGW_RULE_NAME - 1, .reload = true,
	  .help = "dedicated bearers beside it: names of pgw.bearers" },
	{ 0 },
};
static const struct config_row profile_rows[] = {
	{ "name", CONFIG_STRING, CONFIG_FIELD(struct settings_profile, name), .min = 1, .max = 31,
	  .required = true, .help = "that a SIM names" },
	{ "up", CONFIG_BITRATE, CONFIG_FIELD(struct settings_profile, up), .preset = "50mbit",
	  .min = 1000, .max = RATE_MAX, .help = "UE-AMBR uplink" },
	{ "down", CONFIG_BITRATE, CONFIG_FIELD(struct settings_profile, down), .preset = "100mbit",
	  .min = 1000, .max = RATE_MAX, .help = "UE-AMBR downlink" },
	{ "apns", CONFIG_LIST, CONFIG_ITEMS(struct settings_profile, apn, apns), .of = CONFIG_MAP,
	  .rows = profile_apn_rows, .min = 1, .max = S6A_MAX_APNS, .required = true,
	  .help = "APNs subscribed to, the first is the default" },
	{ 0 },
};
const struct config_row settings_hss_rows[] = {
	{ "profiles", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, profile, profiles), .of = CONFIG_MAP,
	  .rows = profile_rows, .min = 1, .max = 1000, .required = true, .reload = true,
	  .help = "subscription profiles, the first is that of SIMs which name none" },
	{ 0 },
};

/* Labels of letters, digits and hyphens, at most 63 each (TS 23.003 9.1). */
static bool is_apn(const char *name)
{
	for (const char *p = name;; p++) {
		size_t n = strcspn(p, ".");

		if (!n || n > 63 || *p == '-' || p[n - 1] == '-')
			return false;
		for (size_t i = 0; i < n; i++)
			if (!strchr("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", p[i]))
				return false;
		p += n;
		if (!*p)
			return true;
	}
}

#define A(m) CONFIG_FIELD(struct settings_apn, m)
static const char *check_apn(const void *map, const char **key)
{
	const struct settings_apn *a = map;
	bool v4 = IN6_IS_ADDR_V4MAPPED(&a->ipv4.address) && a->ipv4.bits;

	if (!is_apn(a->name)) {
		*key = "name";
		return "expected words of letters, digits and hyphens, with dots between them";
	}
	if (!a->ipv4.bits && !a->ipv6.bits) {
		*key = "ipv4";
		return "an APN needs ipv4, ipv6 or both";
	}
	if (a->ipv4.bits && (!v4 || a->ipv4.bits > 96 + 29)) {
		*key = "ipv4";
		return "expected an IPv4 prefix of /29 or shorter";
	}
	if (a->ipv6.bits && (IN6_IS_ADDR_V4MAPPED(&a->ipv6.address) || a->ipv6.bits > 61)) {
		*key = "ipv6";
		return "expected an IPv6 prefix of /61 or shorter: each device gets a /64 of it";
	}
	unsigned dns4 = 0;

	for (unsigned i = 0; i < a->dns_n; i++)
		dns4 += IN6_IS_ADDR_V4MAPPED(&a->dns[i]) ? 1 : 0;
	if (dns4 > 2 || a->dns_n - dns4 > 2) {
		*key = "dns";
		return "expected at most two of IPv4 and two of IPv6";
	}
	return NULL;
}
static const struct config_row apn_rows[] = {
	{ "name", CONFIG_STRING, A(name), .min = 1, .max = 100, .required = true, .help = "the APN" },
	{ "ipv4", CONFIG_PREFIX, A(ipv4), .help = "addresses for devices" },
	{ "ipv6", CONFIG_PREFIX, A(ipv6), .help = "prefix of which each device gets a /64" },
	{ "dns", CONFIG_LIST, CONFIG_ITEMS(struct settings_apn, dns, dns_n), .of = CONFIG_IP, .max = 4,
	  .reload = true, .help = "name servers for devices, at most two of each family" },
	{ "mtu", CONFIG_INTEGER, A(mtu), .preset = "1400", .min = 1280, .max = 9000, .reload = true,
	  .help = "told to devices" },
	{ "breakout", CONFIG_ENUM, A(breakout), .words = breakout_words, .preset = "kernel",
	  .help = "how uplink packets leave" },
	{ "gateway", CONFIG_IP, A(gateway), CONFIG_PRESENT(struct settings_apn, has_gateway),
	  .help = "next hop of a direct breakout; else that of the routing table" },
	{ "device", CONFIG_STRING, A(device), .max = 15,
	  .help = "SGi interface of a direct breakout; else the first of its network, or that of the routing table" },
	{ "network", CONFIG_STRING, A(network), .max = 31,
	  .help = "one of pgw.networks; not given: the common one" },
	{ "bearers", CONFIG_LIST, CONFIG_ITEMS(struct settings_apn, bearer, bearers), .of = CONFIG_STRING,
	  .max = PGW_APN_RULES, .item_max = PGW_RULE_NAME - 1, .reload = true,
	  .help = "dedicated bearers of every device: names of pgw.bearers" },
	{ "bearer_requests", CONFIG_BOOL, A(bearer_requests), .preset = "yes", .reload = true,
	  .help = "devices may ask for bearers of their own" },
	{ 0 },
};
#define B(m) CONFIG_FIELD(struct settings_bearer, m)
static const char *check_bearer(const void *map, const char **key)
{
	const struct settings_bearer *b = map;

	for (const char *p = b->name; *p; p++)
		if (!strchr("-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", *p)) {
			*key = "name";
			return "expected letters, digits, - and _";
		}
	if (b->gbr_up > b->mbr_up || b->gbr_down > b->mbr_down) {
		*key = b->gbr_up > b->mbr_up ? "mbr_up" : "mbr_down";
		return "is less than the guaranteed rate";
	}
	return NULL;
}
static const struct config_row bearer_rows[] = {
	{ "name", CONFIG_STRING, B(name), .min = 1, .max = PGW_RULE_NAME - 1, .required = true,
	  .help = "that APNs, profiles and mcorectl bearer name" },
	{ "qci", CONFIG_INTEGER, B(qci), .required = true, .min = 1, .max = 254, .help = "QoS class" },
	{ "arp", CONFIG_INTEGER, B(arp), .preset = "8", .min = 1, .max = 15, .help = "priority level" },
	{ "may_preempt", CONFIG_BOOL, B(may_preempt), .preset = "no", .help = "pre-emption capability" },
	{ "preemptable", CONFIG_BOOL, B(preemptable), .preset = "yes",
	  .help = "pre-emption vulnerability" },
	{ "gbr_up", CONFIG_BITRATE, B(gbr_up), .max = RATE_MAX,
	  .help = "guaranteed uplink; none: it shares the APN-AMBR" },
	{ "gbr_down", CONFIG_BITRATE, B(gbr_down), .max = RATE_MAX, .help = "guaranteed downlink" },
	{ "mbr_up", CONFIG_BITRATE, B(mbr_up), .max = RATE_MAX,
	  .help = "what a guaranteed bearer may use at most" },
	{ "mbr_down", CONFIG_BITRATE, B(mbr_down), .max = RATE_MAX, .help = "the same downlink" },
	{ "filters", CONFIG_LIST, CONFIG_ITEMS(struct settings_bearer, filter, filters),
	  .of = CONFIG_CUSTOM, .parse = parse_filter, .unit = "[up|down|both] [remote ADDRESS/N] [local "
	  "ADDRESS/N] [proto N] [remote-port N-M] [local-port N-M] [tos N/MASK] [precedence N]", .min = 1,
	  .max = TFT_MAX_FILTERS, .required = true, .help = "whose packets, the first that fits" },
	{ 0 },
};
#define N(m) CONFIG_FIELD(struct settings_network, m)
static const struct config_row network_rows[] = {
	{ "name", CONFIG_STRING, N(name), .min = 1, .max = 31, .required = true,
	  .help = "that APNs name" },
	{ "table", CONFIG_INTEGER, N(table), .required = true, .min = 1, .max = 0x7fffffff,
	  .help = "routing table by which this machine's stack routes what is of the network" },
	{ "interfaces", CONFIG_LIST, CONFIG_ITEMS(struct settings_network, interface, interfaces),
	  .of = CONFIG_STRING, .max = 32, .item_max = 15, .min = 1, .required = true,
	  .help = "of datapath.interfaces: what comes by them is of the network, and a direct breakout leaves by the first unless its APN has a device" },
	{ 0 },
};
static const struct config_row guaranteed_rows[] = {
	{ "up", CONFIG_BITRATE, S(gbr_up), .reload = true, .help = "uplink; not given: no limit" },
	{ "down", CONFIG_BITRATE, S(gbr_down), .reload = true, .help = "downlink; not given: no limit" },
	{ 0 },
};
const struct config_row settings_pgw_rows[] = {
	{ "apns", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, apn, apns), .of = CONFIG_MAP,
	  .rows = apn_rows, .check = check_apn, .min = 1, .max = MCORE_MAX_POOLS, .required = true,
	  .help = "networks that devices reach" },
	{ "networks", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, network, networks),
	  .of = CONFIG_MAP, .rows = network_rows, .max = MCORE_MAX_NETWORKS - 1,
	  .help = "apart from the common one and each other: their APNs may have the same addresses" },
	{ "bearers", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, bearer, bearers), .of = CONFIG_MAP,
	  .rows = bearer_rows, .check = check_bearer, .max = PGW_MAX_RULES, .reload = true,
	  .help = "rules for dedicated bearers" },
	{ "guaranteed", CONFIG_MAP, .rows = guaranteed_rows,
	  .help = "sum of all guaranteed rates: more is refused, or takes the place of what is preemptable" },
	{ "dscp", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, dscp, dscps), .of = CONFIG_CUSTOM,
	  .parse = parse_dscp, .unit = "QCI:DSCP", .max = 254,
	  .preset = "1:46, 2:46, 3:46, 4:34, 5:26, 6:28, 7:18, 8:10, 65:46, 66:46, 67:46, 69:26, 70:18",
	  .reload = true, .help = "marks of downlink GTP-U by QCI, as bearers begin" },
	{ 0 },
};
static const struct config_row buffer_rows[] = {
	{ "packets", CONFIG_INTEGER, S(hold.packets), .preset = "64", .min = 1, .max = 65535, .help = "of a bearer, at most" },
	{ "octets", CONFIG_SIZE, S(hold.octets), .preset = "256kib", .min = 1500, .help = "of a bearer, at most" },
	{ "age", CONFIG_DURATION, S(hold.age_ms), .preset = "30s", .min = 100, .max = 86400000,
	  .help = "older ones are dropped" },
	{ "memory", CONFIG_SIZE, S(hold.memory), .preset = "64mib", .min = 65536, .help = "for the packets of all devices" },
	{ 0 },
};
const struct config_row settings_sgw_rows[] = {
	{ "gtpu", CONFIG_IP4, S(gtpu), .help = "our GTP-U address towards eNodeBs; it, gtpu6 or both" },
	{ "gtpu6", CONFIG_IP6, S(gtpu6), .help = "our GTP-U address for tunnels over IPv6" },
	{ "echo_interval", CONFIG_DURATION, S(echo.interval_ms), .preset = "60s", .max = 3600000,
	  .help = "between Echo Requests to a peer in use, 0: none; TS 29.281 wants no less than 60s" },
	{ "t3_response", CONFIG_DURATION, S(echo.t3_response_ms), .preset = "3s", .min = 100, .max = 60000,
	  .help = "T3-RESPONSE: after it an Echo Request is repeated" },
	{ "n3_requests", CONFIG_INTEGER, S(echo.n3_requests), .preset = "3", .max = 20,
	  .help = "N3-REQUESTS: so many repetitions before the path is down" },
	{ "path_failure", CONFIG_DURATION, S(echo.hold_ms), .preset = "0s", .max = 3600000,
	  .help = "so long may a path be down until its bearers are released (TS 23.007 20.3.1)" },
	{ "control", CONFIG_IP4, S(control), .help = "our GTP-C address; not given: the GTP-U one" },
	{ "buffer", CONFIG_MAP, .rows = buffer_rows, .help = "downlink packets that wait for idle devices" },
	{ 0 },
};
static const struct config_row interface_rows[] = {
	{ "name", CONFIG_STRING, CONFIG_FIELD(struct settings_interface, name), .min = 1, .max = 15,
	  .required = true, .help = "device, a VLAN's too" },
	{ "role", CONFIG_ENUM, CONFIG_FIELD(struct settings_interface, role), .words = dp_role_words,
	  .required = true, .help = "what is behind it" },
	{ 0 },
};
const struct config_row settings_datapath_rows[] = {
	{ "interfaces", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, interface, interfaces),
	  .of = CONFIG_MAP, .rows = interface_rows, .min = 1, .max = 32, .required = true,
	  .help = "where XDP programs are attached" },
	{ "mode", CONFIG_ENUM, S(mode), .words = dp_mode_words, .preset = "auto", .help = "how" },
	{ "cpus", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, cpu, cpus), .of = CONFIG_CUSTOM,
	  .parse = parse_cpus, .unit = "N or N-M", .max = 64,
	  .help = "CPUs that packets are spread over by device, at most 256, native mode only; one that is not online is left out until the next start; not given: each packet is worked on where the card delivers it" },
	{ "cpu_queue", CONFIG_INTEGER, S(cpu_queue), .preset = "2048", .min = 64, .max = 16384,
	  .help = "packets that may wait for such a CPU" },
	{ "ue_to_ue", CONFIG_BOOL, S(ue_to_ue), .preset = "no",
	  .help = "devices may talk to each other, through this machine's stack" },
	{ "ue_to_access", CONFIG_BOOL, S(ue_to_access), .preset = "no",
	  .help = "devices reach what is behind interfaces of role access, but not by GTP, SCTP and Diameter" },
	{ "extra_slots", CONFIG_INTEGER, S(extra_slots), .preset = "4096", .max = 1 << 20,
	  .help = "bearers beyond one per address" },
	{ "object", CONFIG_STRING, S(object), .help = "mcore.bpf.o, if not the installed one" },
	{ "pin_dir", CONFIG_STRING, S(pin_dir), .preset = MCORE_PIN_DIR, .help = "folder on bpffs" },
	{ 0 },
};
