/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: its keys as tables (core/config.h), what spans several keys as checks, and
 * the way from it to each role's own configuration. A new key is one row here. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <arpa/inet.h>
#include "settings.h"

static const char *parse_plmn(const char *text, void *out, size_t size, struct arena *a)
{
	(void)size, (void)a;
	return plmn_parse(text, out) ? NULL : "a PLMN: MCC and MNC, such as 00101 or 310-410";
}

/* "00101:7", "00101:1-16" */
static const char *parse_tacs(const char *text, void *out, size_t size, struct arena *a)
{
	static const char expected[] =
		"tracking areas: PLMN, colon, TAC or range of TACs, such as 00101:1-16";
	struct mme_tacs t = { 0 };
	const char *colon = strchr(text, ':');
	char plmn[16], *end;

	(void)size, (void)a;
	if (!colon || colon - text >= (int)sizeof(plmn))
		return expected;
	memcpy(plmn, text, (size_t)(colon - text));
	plmn[colon - text] = 0;
	unsigned long first = strtoul(colon + 1, &end, 0), last = first;

	if (*end == '-' && end != colon + 1)
		last = strtoul(end + 1, &end, 0);
	if (!plmn_parse(plmn, &t.plmn) || end == colon + 1 || *end || last < first || last > 0xffff)
		return expected;
	t.first = (uint16_t)first;
	t.last = (uint16_t)last;
	memcpy(out, &t, sizeof(t));
	return NULL;
}

/* "system", "+02:00", "+02:00 dst 1" */
static const char *parse_zone(const char *text, void *out, size_t size, struct arena *a)
{
	static const char expected[] = "system, or the offset from UTC such as -03:30, and with daylight "
				       "saving +02:00 dst 1";
	struct mme_zone z = { 0 };
	unsigned h, m, dst = 0;
	const bool west = *text == '-';
	int n = 0;

	(void)size, (void)a;
	memcpy(out, &z, sizeof(z));
	if (!strcmp(text, "system"))
		return NULL;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2u:%2u%n", &h, &m, &n) != 2)
		return expected;
	text += 1 + n;
	if (*text && (sscanf(text, " dst %u%n", &dst, &n) != 1 || text[n]))
		return expected;
	if (h > 19 || m % 15 || m > 45 || dst > 2)
		return expected;
	z.set = true;
	z.quarters = (int8_t)(west ? -(int)(4 * h + m / 15) : (int)(4 * h + m / 15));
	z.saving = (uint8_t)dst;
	memcpy(out, &z, sizeof(z));
	return NULL;
}

/* "112", "110 police", "112 ambulance fire" */
static const char *parse_emergency(const char *text, void *out, size_t size, struct arena *a)
{
	static const char *const services[] = { "police", "ambulance", "fire", "marine", "mountain" };
	static const char expected[] = "a number, and services among police, ambulance, fire, marine and "
				       "mountain, such as 110 police";
	struct mme_emergency_number e = { 0 };
	size_t n = strspn(text, "0123456789");

	(void)size, (void)a;
	if (!n || n >= sizeof(e.digits))
		return expected;
	memcpy(e.digits, text, n);
	for (text += n; *text;) {
		unsigned i = 0;

		if (*text++ != ' ')
			return expected;
		n = strcspn(text, " ");
		while (i < 5 && (strlen(services[i]) != n || strncmp(text, services[i], n) != 0))
			i++;
		if (i == 5)
			return expected;
		e.services |= (uint8_t)(1u << i);
		text += n;
	}
	memcpy(out, &e, sizeof(e));
	return NULL;
}

/* "32769:4" */
static const char *parse_identity(const char *text, void *out, size_t size, struct arena *a)
{
	static const char expected[] = "MME group id, colon, MME code, such as 32769:4";
	unsigned group, code;
	int n = 0;

	(void)size, (void)a;
	if (sscanf(text, "%5u:%3u%n", &group, &code, &n) != 2 || text[n] || group > 0xffff || code > 0xff)
		return expected;
	memcpy(out, &(struct mme_identity){ (uint16_t)group, (uint8_t)code }, sizeof(struct mme_identity));
	return NULL;
}

static const char *parse_rule(const char *text, void *out, size_t size, struct arena *a)
{
	struct access_rule r;
	const char *wrong = rule_parse(text, &r);

	(void)size;
	if (!wrong)
		memcpy(out, &r, sizeof(r));
	return wrong ? arena_copy(a, wrong, strlen(wrong) + 1) : NULL;
}

static const char *parse_algorithm(const char *text, const char *prefix, char lowest, void *out)
{
	size_t n = strlen(prefix);

	if (strncmp(text, prefix, n) || text[n] < lowest || text[n] > '3' || text[n + 1])
		return "error";
	*(uint8_t *)out = (uint8_t)(text[n] - '0');
	return NULL;
}

static const char *parse_eia(const char *text, void *out, size_t size, struct arena *a)
{
	(void)size, (void)a;
	return parse_algorithm(text, "EIA", '1', out)
		       ? "EIA1, EIA2 or EIA3 (EIA0 is no protection and never used)"
		       : NULL;
}

static const char *parse_eea(const char *text, void *out, size_t size, struct arena *a)
{
	(void)size, (void)a;
	return parse_algorithm(text, "EEA", '0', out) ? "EEA0, EEA1, EEA2 or EEA3" : NULL;
}

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

enum { ROLE_MME, ROLE_HSS, ROLE_SGW, ROLE_PGW };

static const struct config_word role_words[] = {
	{ "mme", ROLE_MME, "mobility management entity" },
	{ "hss", ROLE_HSS, "home subscriber server" },
	{ "sgw", ROLE_SGW, "serving gateway" },
	{ "pgw", ROLE_PGW, "packet data network gateway" },
	{ 0 },
};
static const struct config_word level_words[] = {
	{ "error", LOG_ERROR, "what does not work" },
	{ "warn", LOG_WARN, "and what was refused or is odd" },
	{ "info", LOG_INFO, "and what happened: starts, eNodeBs, attaches" },
	{ "debug", LOG_DEBUG, "and each step of each procedure" },
	{ 0 },
};
static const struct config_word sctp_words[] = {
	{ "auto", SCTP_AUTO, "the kernel's if it has SCTP, else usrsctp" },
	{ "kernel", SCTP_KERNEL, "the kernel's" },
	{ "usrsctp", SCTP_USRSCTP, "in this process, over raw IP" },
	{ 0 },
};
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

#define S(m)  CONFIG_FIELD(struct mcored_settings, m)
#define M(m)  CONFIG_FIELD(struct mcored_settings, mme.m)

static const struct config_row log_rows[] = {
	{ "level", CONFIG_ENUM, S(log_level), .words = level_words, .preset = "info", .reload = true,
	  .help = "what is logged" },
	{ 0 },
};
static const struct config_row store_rows[] = {
	{ "path", CONFIG_STRING, S(store_path), .preset = "/var/lib/mcore/mcore.db",
	  .help = "database of subscribers and saved contexts" },
	{ "key", CONFIG_STRING, S(store_key),
	  .help = "file with the key that encrypts secrets in it, made if absent; empty: "
		  "systemd's credential mcored.key" },
	{ 0 },
};
static const struct config_row api_rows[] = {
	{ "socket", CONFIG_STRING, S(api_socket), .preset = API_SOCKET, .help = "for mcorectl" },
	{ "group", CONFIG_STRING, S(api_group), .help = "group that may use it beside root" },
	{ 0 },
};

static const struct config_row gummei_rows[] = {
	{ "plmn", CONFIG_CUSTOM, M(gummei.plmn), .parse = parse_plmn, .unit = "MCC and MNC, as 00101", .required = true,
	  .help = "the network's identity" },
	{ "group", CONFIG_INTEGER, M(gummei.group), .preset = "1", .help = "MME group id" },
	{ "code", CONFIG_INTEGER, M(gummei.code), .preset = "1", .help = "MME code" },
	{ 0 },
};
#define TIMER(name, id, lo, hi)                                                                    \
	{ name, CONFIG_DURATION, M(timer[id].ms), .min = lo, .max = hi, .reload = true,            \
	  .help = "TS 24.301 10.2; not given: the standard's value" }
static const struct config_row timer_rows[] = {
	{ "T3412", CONFIG_DURATION, M(t3412_s), .preset = "54min", .min = 60000, .max = 11160000,
	  .reload = true, .help = "periodic tracking area update" },
	{ "T3402", CONFIG_DURATION, M(t3402_s), .preset = "12min", .min = 60000, .max = 11160000,
	  .reload = true, .help = "a device waits this long after five failed attaches" },
	{ "mobile_reachable", CONFIG_DURATION, M(mobile_reachable_extra_s), .preset = "4min",
	  .min = 1000, .max = 86400000, .reload = true,
	  .help = "after T3412 before an unheard device is not paged any more" },
	{ "implicit_detach", CONFIG_DURATION, M(implicit_detach_s), .preset = "4min",
	  .min = 1000, .max = 86400000, .reload = true,
	  .help = "from then on before it counts as detached" },
	TIMER("T3413", T3413, 0, 60000),
	TIMER("T3415", T3415, 0, 3600000),
	TIMER("T3422", T3422, 0, 60000),
	TIMER("T3450", T3450, 0, 60000),
	TIMER("T3460", T3460, 0, 60000),
	TIMER("T3470", T3470, 0, 60000),
	TIMER("T3489", T3489, 0, 60000),
	TIMER("T3485", T3485, 0, 60000),
	TIMER("T3486", T3486, 0, 60000),
	TIMER("T3495", T3495, 0, 60000),
	{ 0 },
};

/* Devices are told these two in minutes up to 31, and in tenths of hours up to 186 (TS 24.008 10.5.7.3). */
static const char *check_timers(const void *map, const char **key)
{
	const struct mcored_settings *s = map; /* in ms still */
	const uint32_t ms[] = { s->mme.t3412_s, s->mme.t3402_s };

	for (unsigned i = 0; i < 2; i++)
		if (ms[i] % (ms[i] > 31 * 60000 ? 360000 : 60000)) {
			*key = i ? "T3402" : "T3412";
			return "devices can be told whole minutes up to 31min, and then multiples of 6min";
		}
	return NULL;
}
static const struct config_row s1_rows[] = {
	{ "address", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, s1_address, s1_addresses),
	  .of = CONFIG_IP, .min = 1, .max = S1_MAX_ADDRESSES, .required = true,
	  .help = "SCTP addresses, several for multi-homing" },
	{ "port", CONFIG_INTEGER, M(s1.port), .preset = "36412", .min = 1, .help = "SCTP port" },
	{ "sctp", CONFIG_ENUM, M(s1.kind), .words = sctp_words, .preset = "auto", .help = "whose SCTP" },
	{ "heartbeat", CONFIG_DURATION, M(s1.heartbeat_ms), .preset = "10s", .min = 100, .max = 600000,
	  .help = "how often a silent eNodeB is probed" },
	{ "path_max_retrans", CONFIG_INTEGER, M(s1.path_max_retrans), .preset = "3", .min = 1, .max = 20,
	  .help = "unanswered probes until it counts as gone" },
	{ "keeper", CONFIG_STRING, M(s1.keeper), .preset = "/run/mcore-keeper/socket", .max = 107,
	  .help = "socket of the process that holds associations while mcored restarts (kernel SCTP); \"\": none" },
	{ "keep", CONFIG_DURATION, M(s1.keep_ms), .preset = "60s", .min = 1000, .max = 3600000,
	  .help = "how long it holds them for the next mcored" },
	{ 0 },
};
static const struct config_row name_rows[] = {
	{ "full", CONFIG_STRING, M(network_full_name), .max = 63, .reload = true, .help = "long" },
	{ "short", CONFIG_STRING, M(network_short_name), .max = 63, .reload = true, .help = "short" },
	{ "time", CONFIG_BOOL, M(tell_time), .preset = "yes", .reload = true,
	  .help = "tell devices the time, the zone and daylight saving, too" },
	{ "time_zone", CONFIG_CUSTOM, M(zone), .parse = parse_zone, .unit = "+HH:MM, +HH:MM dst HOURS",
	  .preset = "system", .reload = true, .help = "told with it" },
	{ 0 },
};
#define REFRESH(m)                                                                                 \
	{ "after", CONFIG_DURATION, M(m.after_s), .min = 1000, .max = 2592000000, .reload = true,  \
	  .help = "at the next contact when so much time has passed; not given: never by time" },  \
	{ "procedures", CONFIG_INTEGER, M(m.procedures), .reload = true,                           \
	  .help = "after so many service requests and tracking area updates, 0: never by number" }
static const struct config_row reauthenticate_rows[] = { REFRESH(reauthenticate), { 0 } };
static const struct config_row reallocate_rows[] = {
	REFRESH(reallocate_guti),
	{ "with_authentication", CONFIG_BOOL, M(guti_with_authentication), .preset = "yes",
	  .reload = true, .help = "and with each new authentication of a registered device" },
	{ 0 },
};
static const struct config_row security_rows[] = {
	{ "integrity", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.eia_list, mme.eias),
	  .of = CONFIG_CUSTOM, .parse = parse_eia, .unit = "EIA1 to EIA3", .min = 1, .max = 3, .preset = "EIA2, EIA1, EIA3",
	  .reload = true, .help = "in order of preference" },
	{ "ciphering", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.eea_list, mme.eeas),
	  .of = CONFIG_CUSTOM, .parse = parse_eea, .unit = "EEA0 to EEA3", .min = 1, .max = 4,
	  .preset = "EEA2, EEA1, EEA3, EEA0", .reload = true, .help = "in order of preference" },
	{ "reauthenticate", CONFIG_MAP, .rows = reauthenticate_rows,
	  .help = "registered devices, beside what NAS COUNTs near their end demand" },
	{ "reallocate_guti", CONFIG_MAP, .rows = reallocate_rows, .help = "of registered devices" },
	{ 0 },
};
/* The words of overload_action_text. */
static const struct config_word action_words[] = {
	{ "reject-mo-data", S1AP_OVERLOAD_ACTION_REJECT_NON_EMERGENCY_MO_DT, "data that devices begin" },
	{ "reject-signalling", S1AP_OVERLOAD_ACTION_REJECT_RRC_CR_SIGNALLING, "and signalling: attaches, updates" },
	{ "permit-emergency",
	  S1AP_OVERLOAD_ACTION_PERMIT_EMERGENCY_SESSIONS_AND_MOBILE_TERMINATED_SERVICES_ONLY,
	  "all but emergency calls and what was paged" },
	{ "permit-high-priority",
	  S1AP_OVERLOAD_ACTION_PERMIT_HIGH_PRIORITY_SESSIONS_AND_MOBILE_TERMINATED_SERVICES_ONLY,
	  "all but high priority and what was paged" },
	{ "reject-delay-tolerant", S1AP_OVERLOAD_ACTION_REJECT_DELAY_TOLERANT_ACCESS,
	  "devices that can wait, as most of IoT" },
	{ 0 },
};
#define O(m) M(overload.m)
static const struct config_row overload_rows[] = {
	{ "attach_rate", CONFIG_INTEGER, O(attach_rate), .preset = "0", .reload = true,
	  .help = "attaches a second from which the MME is overloaded; 0: never by this" },
	{ "latency", CONFIG_DURATION, O(latency_ms), .preset = "0s", .max = 60000, .reload = true,
	  .help = "lag of the daemon's loop from which it is; 0: never by this" },
	{ "ues", CONFIG_INTEGER, O(ues), .preset = "0", .max = 100, .reload = true,
	  .help = "percent of max_ues from which it is; 0: never by this" },
	{ "action", CONFIG_ENUM, O(action), .words = action_words, .preset = "reject-signalling",
	  .reload = true, .help = "what eNodeBs hold back then, and what is refused with cause 22" },
	{ "reduction", CONFIG_INTEGER, O(reduction), .preset = "0", .max = 99, .reload = true,
	  .help = "percent of that traffic; 0: all of it" },
	{ "back_off", CONFIG_DURATION, O(back_off_s), .preset = "60s", .min = 2000, .max = 3600000,
	  .reload = true, .help = "T3346 that refused devices are told, half as much less or more" },
	{ "clear", CONFIG_DURATION, O(clear_ms), .preset = "10s", .min = 1000, .max = 600000,
	  .reload = true, .help = "so long below the marks until it ends" },
	{ 0 },
};
#undef O
static const struct config_row emergency_rows[] = {
	{ "attach", CONFIG_BOOL, M(emergency.attach), .preset = "no", .reload = true,
	  .help = "of devices that prove their IMSI, past access rules, barring and max_ues" },
	{ "apn", CONFIG_STRING, M(emergency.apn), .preset = "sos", .min = 1, .max = 100, .reload = true,
	  .help = "that they get" },
	{ "qci", CONFIG_INTEGER, M(emergency.qci), .preset = "5", .min = 1, .max = 254, .reload = true,
	  .help = "QoS class, with the highest priority" },
	{ "rate", CONFIG_BITRATE, M(emergency.rate), .preset = "1mbit", .min = 1000, .reload = true,
	  .help = "AMBR both ways" },
	{ 0 },
};
static const struct config_word cs_words[] = {
	{ "imsi-unknown", EMM_CAUSE_IMSI_UNKNOWN_IN_HSS, "EMM cause 2: it does not try again" },
	{ "msc-not-reachable", EMM_CAUSE_MSC_NOT_REACHABLE, "16: it tries again" },
	{ "cs-not-available", EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE, "18: it stays for EPS, or looks elsewhere for CS" },
	{ 0 },
};
static const struct config_row power_rows[] = {
	{ "active_time", CONFIG_DURATION, M(power.active_s), .max = 11160000, .reload = true,
	  .help = "T3324 at most, for devices that ask for power saving mode; 0: none get it" },
	{ "periodic", CONFIG_DURATION, M(power.periodic_s), .reload = true,
	  .help = "extended T3412 at most; 0: none get it" },
	{ "edrx", CONFIG_DURATION, M(power.edrx_ms), .max = 2621440, .reload = true,
	  .help = "cycle of extended DRX at most; 0: none get it. T3415 is to be longer" },
	{ "buffer", CONFIG_BOOL, M(power.buffer), .preset = "no", .reload = true,
	  .help = "data for a device in power saving mode waits for it, as much as may" },
	{ 0 },
};
static const struct config_row mme_rows[] = {
	{ "name", CONFIG_STRING, M(name), .preset = "mcore", .max = 150, .reload = true,
	  .help = "told to eNodeBs" },
	{ "gummei", CONFIG_MAP, .rows = gummei_rows, .required = true, .help = "this MME's identity" },
	{ "plmns", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.plmn, mme.plmns), .of = CONFIG_CUSTOM,
	  .parse = parse_plmn, .unit = "MCC and MNC, as 00101", .max = 31, .reload = true, .help = "networks served beside the GUMMEI's" },
	{ "equivalent_plmns", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.equivalent, mme.equivalents),
	  .of = CONFIG_CUSTOM, .parse = parse_plmn, .unit = "MCC and MNC, as 00101", .max = 15, .reload = true,
	  .help = "that devices take for the same network" },
	{ "emergency_numbers", CONFIG_LIST,
	  CONFIG_ITEMS(struct mcored_settings, mme.emergency_number, mme.emergency_numbers),
	  .of = CONFIG_CUSTOM, .parse = parse_emergency, .unit = "DIGITS [police] [ambulance] [fire] [marine] "
	  "[mountain]", .max = 10, .reload = true, .help = "told to devices beside those they know" },
	{ "tracking_areas", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.tac, mme.tacs),
	  .of = CONFIG_CUSTOM, .parse = parse_tacs, .unit = "PLMN and TACs, as 00101:1-16", .max = 256,
	  .reload = true, .help = "areas served; none: all of the served networks" },
	{ "more_gummeis", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.more_gummei, mme.more_gummeis),
	  .of = CONFIG_CUSTOM, .parse = parse_identity, .unit = "GROUP:CODE", .max = 31, .reload = true,
	  .help = "what it is beside the GUMMEI: what was given under these stays valid, new ones are of the first" },
	{ "drain_rate", CONFIG_INTEGER, M(drain_rate), .preset = "50", .min = 1, .max = 100000, .reload = true,
	  .help = "devices a second that mcorectl mme drain sends to others" },
	{ "relative_capacity", CONFIG_INTEGER, M(relative_capacity), .preset = "255", .reload = true,
	  .help = "share of new devices in a pool of MMEs" },
	{ "access", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.rule, mme.rules),
	  .of = CONFIG_CUSTOM, .parse = parse_rule, .unit = "deny|allow [plmn PLMN] [tac N-M] [imsi DIGITS] "
	  "[imeisv DIGITS] [access WORD] [roamers] [cause N]", .max = 1000, .reload = true,
	  .help = "who may come in: the first rule that fits decides, those of mcorectl access before these" },
	{ "s1", CONFIG_MAP, .rows = s1_rows, .required = true, .help = "towards eNodeBs" },
	{ "network_name", CONFIG_MAP, .rows = name_rows, .help = "shown by devices" },
	{ "security", CONFIG_MAP, .rows = security_rows, .help = "NAS algorithms" },
	{ "timers", CONFIG_MAP, .rows = timer_rows, .check = check_timers, .help = "TS 24.301 clause 10" },
	{ "failures", CONFIG_INTEGER, M(failures), .preset = "65536", .max = 1 << 24,
	  .help = "IMSIs whose last failure is remembered for mcorectl why, 256 octets each; 0: none" },
	{ "overload", CONFIG_MAP, .rows = overload_rows, .help = "when and how load is shed (TS 23.401 4.3.7.4)" },
	{ "power_saving", CONFIG_MAP, .rows = power_rows, .help = "what devices get of what they ask for (TS 23.682 4.5.4, 4.5.13)" },
	{ "cs_cause", CONFIG_ENUM, M(cs_cause), .words = cs_words, .preset = "cs-not-available", .reload = true,
	  .help = "told to who attaches or updates for CS services too: it gets EPS services alone" },
	{ "paging_priority_arp", CONFIG_INTEGER, M(paging_priority_arp), .max = 8, .reload = true,
	  .help = "bearers of these ARP priority levels, 1 to this, are paged with priority; 0: none" },
	{ "emergency", CONFIG_MAP, .rows = emergency_rows, .help = "emergency bearer services" },
	{ "max_unproven", CONFIG_INTEGER, M(max_unproven), .preset = "20000", .reload = true,
	  .help = "devices at most that are not authenticated yet, 0: no limit; one more is refused with cause 22" },
	{ "enb_attach_rate", CONFIG_INTEGER, M(enb_attach_rate), .reload = true,
	  .help = "attaches a second of one eNodeB, 0: any number; what is more is refused with cause 22" },
	{ "max_ues", CONFIG_INTEGER, M(max_ues), .reload = true,
	  .help = "devices at most, 0: no limit; one more is refused with cause 22" },
	{ 0 },
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
	{ "up", CONFIG_BITRATE, P(up), .preset = "50mbit", .min = 1000, .help = "APN-AMBR uplink" },
	{ "down", CONFIG_BITRATE, P(down), .preset = "100mbit", .min = 1000, .help = "APN-AMBR downlink" },
	{ "bearers", CONFIG_LIST, CONFIG_ITEMS(struct settings_profile_apn, bearer, bearers),
	  .of = CONFIG_STRING, .max = PGW_APN_RULES, .item_max = PGW_RULE_NAME - 1, .reload = true,
	  .help = "dedicated bearers beside it: names of pgw.bearers" },
	{ 0 },
};
static const struct config_row profile_rows[] = {
	{ "name", CONFIG_STRING, CONFIG_FIELD(struct settings_profile, name), .min = 1, .max = 31,
	  .required = true, .help = "that a SIM names" },
	{ "up", CONFIG_BITRATE, CONFIG_FIELD(struct settings_profile, up), .preset = "50mbit",
	  .min = 1000, .help = "UE-AMBR uplink" },
	{ "down", CONFIG_BITRATE, CONFIG_FIELD(struct settings_profile, down), .preset = "100mbit",
	  .min = 1000, .help = "UE-AMBR downlink" },
	{ "apns", CONFIG_LIST, CONFIG_ITEMS(struct settings_profile, apn, apns), .of = CONFIG_MAP,
	  .rows = profile_apn_rows, .min = 1, .max = S6A_MAX_APNS, .required = true,
	  .help = "APNs subscribed to, the first is the default" },
	{ 0 },
};
static const struct config_row hss_rows[] = {
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
	  .help = "SGi interface of a direct breakout; else that of the routing table" },
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
	{ "gbr_up", CONFIG_BITRATE, B(gbr_up), .help = "guaranteed uplink; none: it shares the APN-AMBR" },
	{ "gbr_down", CONFIG_BITRATE, B(gbr_down), .help = "guaranteed downlink" },
	{ "mbr_up", CONFIG_BITRATE, B(mbr_up), .help = "what a guaranteed bearer may use at most" },
	{ "mbr_down", CONFIG_BITRATE, B(mbr_down), .help = "the same downlink" },
	{ "filters", CONFIG_LIST, CONFIG_ITEMS(struct settings_bearer, filter, filters),
	  .of = CONFIG_CUSTOM, .parse = parse_filter, .unit = "[up|down|both] [remote ADDRESS/N] [local "
	  "ADDRESS/N] [proto N] [remote-port N-M] [local-port N-M] [tos N/MASK] [precedence N]", .min = 1,
	  .max = TFT_MAX_FILTERS, .required = true, .help = "whose packets, the first that fits" },
	{ 0 },
};
static const struct config_row guaranteed_rows[] = {
	{ "up", CONFIG_BITRATE, S(gbr_up), .reload = true, .help = "uplink; not given: no limit" },
	{ "down", CONFIG_BITRATE, S(gbr_down), .reload = true, .help = "downlink; not given: no limit" },
	{ 0 },
};
static const struct config_row pgw_rows[] = {
	{ "apns", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, apn, apns), .of = CONFIG_MAP,
	  .rows = apn_rows, .check = check_apn, .min = 1, .max = MCORE_MAX_POOLS, .required = true,
	  .help = "networks that devices reach" },
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
static const struct config_row sgw_rows[] = {
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
static const struct config_row datapath_rows[] = {
	{ "interfaces", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, interface, interfaces),
	  .of = CONFIG_MAP, .rows = interface_rows, .min = 1, .max = 32, .required = true,
	  .help = "where XDP programs are attached" },
	{ "mode", CONFIG_ENUM, S(mode), .words = dp_mode_words, .preset = "auto", .help = "how" },
	{ "ue_to_ue", CONFIG_BOOL, S(ue_to_ue), .preset = "no",
	  .help = "devices may talk to each other, through this machine's stack" },
	{ "extra_slots", CONFIG_INTEGER, S(extra_slots), .preset = "4096", .max = 1 << 20,
	  .help = "bearers beyond one per address" },
	{ "object", CONFIG_STRING, S(object), .help = "mcore.bpf.o, if not the installed one" },
	{ "pin_dir", CONFIG_STRING, S(pin_dir), .preset = MCORE_PIN_DIR, .help = "folder on bpffs" },
	{ 0 },
};

static const struct config_row rows[] = {
	{ "roles", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, roles.v, roles.n), .of = CONFIG_ENUM,
	  .words = role_words, .min = 1, .max = 4, .preset = "mme, hss, sgw, pgw",
	  .help = "what this process is" },
	{ "log", CONFIG_MAP, .rows = log_rows, .help = "to stderr, for journald" },
	{ "store", CONFIG_MAP, .rows = store_rows, .help = "what is kept on disk" },
	{ "api", CONFIG_MAP, .rows = api_rows, .help = "for administrators" },
	{ "mme", CONFIG_MAP, .rows = mme_rows, .required = true, .help = "mobility management" },
	{ "hss", CONFIG_MAP, .rows = hss_rows, .required = true, .help = "subscriptions" },
	{ "sgw", CONFIG_MAP, .rows = sgw_rows, .required = true, .help = "serving gateway" },
	{ "pgw", CONFIG_MAP, .rows = pgw_rows, .required = true, .help = "packet gateway" },
	{ "datapath", CONFIG_MAP, .rows = datapath_rows, .required = true, .help = "XDP" },
	{ 0 },
};

void settings_print_schema(void)
{
	puts("# Every key of mcored's configuration. \"required\": has no default; \"reload\": a change is taken\n"
	     "# up by SIGHUP, others need a restart. Keys that are commented out have no default.");
	config_print_schema(stdout, rows);
}

static struct in6_addr mapped(struct in_addr ip)
{
	struct in6_addr a = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.s6_addr + 12, &ip, 4);
	return a;
}

/* What spans several mappings: mistakes, and in `odd` what works but hardly as meant. */
struct findings {
	const struct mcored_settings *s;
	struct config_errors *wrong, *odd;
	struct arena *arena;
};

#define WRONG(f, key, ...) config_error((f)->wrong, (f)->arena, key, __VA_ARGS__)
#define ODD(f, key, ...) config_error((f)->odd, (f)->arena, key, "warning: " __VA_ARGS__)

/* "pgw.apns[1].ipv4"; good until the next call. */
static const char *key_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *key_of(const char *fmt, ...)
{
	static char key[64];
	va_list args;

	va_start(args, fmt);
	vsnprintf(key, sizeof(key), fmt, args);
	va_end(args);
	return key;
}

/* Whether one is a part of the other; not given is a part of nothing. */
static bool prefixes_meet(const struct config_prefix *p, const struct config_prefix *q)
{
	unsigned bits = p->bits < q->bits ? p->bits : q->bits, rest = bits % 8;

	return p->bits && q->bits && !memcmp(&p->address, &q->address, bits / 8) &&
	       (!rest || !((p->address.s6_addr[bits / 8] ^ q->address.s6_addr[bits / 8]) >> (8 - rest)));
}

static const struct settings_apn *find_apn(const struct mcored_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->apns; i++)
		if (!strcasecmp(s->apn[i].name, name))
			return &s->apn[i];
	return NULL;
}

/* The pool that an address is in. */
static const struct settings_apn *pool_of(const struct mcored_settings *s, const struct in6_addr *address)
{
	const struct config_prefix one = { *address, 128 };

	for (unsigned i = 0; i < s->apns; i++)
		if (prefixes_meet(&one, &s->apn[i].ipv4) || prefixes_meet(&one, &s->apn[i].ipv6))
			return &s->apn[i];
	return NULL;
}

static const struct settings_interface *find_interface(const struct mcored_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->interfaces; i++)
		if (!strcmp(s->interface[i].name, name))
			return &s->interface[i];
	return NULL;
}

static void check_pools(struct findings *f, unsigned i)
{
	const struct settings_apn *a = &f->s->apn[i];
	const struct settings_interface *device = find_interface(f->s, a->device);

	for (unsigned k = 0; k < i; k++) {
		const struct settings_apn *b = &f->s->apn[k];

		if (!strcasecmp(a->name, b->name))
			WRONG(f, key_of("pgw.apns[%u].name", i), "\"%s\" is there twice", a->name);
		if (prefixes_meet(&a->ipv4, &b->ipv4))
			WRONG(f, key_of("pgw.apns[%u].ipv4", i), "shares addresses with that of \"%s\"",
			      b->name);
		if (prefixes_meet(&a->ipv6, &b->ipv6))
			WRONG(f, key_of("pgw.apns[%u].ipv6", i), "shares addresses with that of \"%s\"",
			      b->name);
	}
	if (a->has_gateway && pool_of(f->s, &a->gateway))
		WRONG(f, key_of("pgw.apns[%u].gateway", i), "is an address for devices: in the pool of "
		      "\"%s\"", pool_of(f->s, &a->gateway)->name);
	if (*a->device && (!device || !(device->role & DP_SGI)))
		ODD(f, key_of("pgw.apns[%u].device", i), "'%s' is none of datapath.interfaces with the role "
		    "sgi or both, so what comes back through it takes the slow way", a->device);
	if (a->breakout != DP_DIRECT && (a->has_gateway || *a->device))
		ODD(f, key_of("pgw.apns[%u].%s", i, a->has_gateway ? "gateway" : "device"),
		    "only breakout: direct looks at it; with kernel this machine's routes decide");
}

static void check_interfaces(struct findings *f)
{
	const struct mcored_settings *s = f->s;
	bool access = false, sgi = false;

	for (unsigned i = 0; i < s->interfaces; i++) {
		access |= s->interface[i].role & DP_ACCESS;
		sgi |= s->interface[i].role & DP_SGI;
		if (find_interface(s, s->interface[i].name) != &s->interface[i])
			WRONG(f, key_of("datapath.interfaces[%u].name", i), "'%s' is there twice; for both "
			      "sides on one interface: role: both", s->interface[i].name);
	}
	if (!access)
		WRONG(f, "datapath.interfaces", "none has the role access or both");
	for (unsigned i = 0; i < s->apns; i++)
		if (s->apn[i].breakout == DP_DIRECT && !sgi)
			WRONG(f, key_of("pgw.apns[%u].breakout", i), "direct needs one of "
			      "datapath.interfaces with the role sgi or both");
}

/* The rule of a bearer: filters get ids, and precedences where none are written. Its TFT is empty if
 * it cannot be coded. */
static struct pgw_rule bearer_rule(const struct settings_bearer *b)
{
	struct pgw_rule r = {
		.qos = {.qci = b->qci,
			.arp_priority = b->arp,
			.arp_may_preempt = b->may_preempt,
			.arp_preemptable = b->preemptable,
			.mbr_up = b->mbr_up,
			.mbr_down = b->mbr_down,
			.gbr_up = b->gbr_up,
			.gbr_down = b->gbr_down},
	};

	snprintf(r.name, sizeof(r.name), "%s", b->name);
	pgw_rule_filters(&r, b->filter, b->filters);
	return r;
}

static const struct settings_bearer *find_bearer(const struct mcored_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->bearers; i++)
		if (!strcmp(s->bearer[i].name, name))
			return &s->bearer[i];
	return NULL;
}

static void check_bearers(struct findings *f)
{
	const struct mcored_settings *s = f->s;

	for (unsigned i = 0; i < s->bearers; i++) {
		const struct settings_bearer *b = &s->bearer[i];

		if (find_bearer(s, b->name) != b)
			WRONG(f, key_of("pgw.bearers[%u].name", i), "'%s' is there twice", b->name);
		if (bearer_rule(b).tft.n == 0)
			WRONG(f, key_of("pgw.bearers[%u].filters", i), "are too many to be told a device, "
			      "or two have the same id or precedence");
	}
	for (unsigned i = 0; i < s->apns; i++)
		for (unsigned k = 0; k < s->apn[i].bearers; k++)
			if (!find_bearer(s, s->apn[i].bearer[k]))
				WRONG(f, key_of("pgw.apns[%u].bearers[%u]", i, k), "no rule of pgw.bearers is "
				      "called '%s'", s->apn[i].bearer[k]);
}

static void check_profiles(struct findings *f)
{
	const struct mcored_settings *s = f->s;

	for (unsigned i = 0; i < s->profiles; i++) {
		const struct settings_profile *p = &s->profile[i];

		for (unsigned k = 0; k < i; k++)
			if (!strcmp(p->name, s->profile[k].name))
				WRONG(f, key_of("hss.profiles[%u].name", i), "'%s' is there twice", p->name);
		for (unsigned k = 0; k < p->apns; k++)
			for (unsigned b = 0; b < p->apn[k].bearers; b++)
				if (!find_bearer(s, p->apn[k].bearer[b]))
					ODD(f, key_of("hss.profiles[%u].apns[%u].bearers[%u]", i, k, b),
					    "no rule of pgw.bearers is called '%s'", p->apn[k].bearer[b]);
		for (unsigned k = 0; k < p->apns; k++)
			if (strcmp(p->apn[k].name, "*") != 0 && !find_apn(s, p->apn[k].name))
				ODD(f, key_of("hss.profiles[%u].apns[%u].name", i, k), "no APN of pgw.apns "
				    "is called '%s': who asks for it is refused", p->apn[k].name);
	}
}

static void check_addresses(struct findings *f)
{
	const struct mcored_settings *s = f->s;
	const struct in6_addr gtpu = mapped(s->gtpu);
	const bool has6 = !IN6_IS_ADDR_UNSPECIFIED(&s->gtpu6);

	if (!s->gtpu.s_addr && !has6)
		WRONG(f, "sgw", "expected gtpu, gtpu6 or both: our GTP-U addresses");
	if (s->gtpu.s_addr && IN_MULTICAST(ntohl(s->gtpu.s_addr)))
		WRONG(f, "sgw.gtpu", "expected the address of one of this machine's interfaces");
	else if (s->gtpu.s_addr && pool_of(s, &gtpu))
		WRONG(f, "sgw.gtpu", "is an address for devices: in the pool of \"%s\"",
		      pool_of(s, &gtpu)->name);
	if (has6 && (s->gtpu6.s6_addr[0] == 0xff || IN6_IS_ADDR_LINKLOCAL(&s->gtpu6) ||
		     IN6_IS_ADDR_LOOPBACK(&s->gtpu6)))
		WRONG(f, "sgw.gtpu6", "expected a global address of one of this machine's interfaces");
	else if (has6 && pool_of(s, &s->gtpu6))
		WRONG(f, "sgw.gtpu6", "is an address for devices: in the pool of \"%s\"",
		      pool_of(s, &s->gtpu6)->name);
	for (unsigned i = 0; i < s->s1_addresses; i++)
		for (unsigned k = 0; k < i; k++)
			if (!memcmp(&s->s1_address[i], &s->s1_address[k], sizeof(struct in6_addr)))
				WRONG(f, key_of("mme.s1.address[%u]", i), "is there twice");
}

static void check_mme(struct findings *f)
{
	const struct mme_config *m = &f->s->mme;

	for (unsigned i = 0; i < m->tacs; i++) {
		bool served = m->tac[i].plmn == m->gummei.plmn;

		for (unsigned k = 0; k < m->plmns; k++)
			served |= m->tac[i].plmn == m->plmn[k];
		if (!served)
			WRONG(f, key_of("mme.tracking_areas[%u]", i), "PLMN %s is neither the GUMMEI's nor "
			      "in mme.plmns", plmn_print(m->tac[i].plmn, (char[PLMN_STRLEN]){ 0 }));
	}
	for (unsigned i = 0; i < m->eias; i++)
		if (memchr(m->eia_list, m->eia_list[i], i))
			WRONG(f, key_of("mme.security.integrity[%u]", i), "EIA%u is there twice",
			      m->eia_list[i]);
	for (unsigned i = 0; i < m->eeas; i++)
		if (memchr(m->eea_list, m->eea_list[i], i))
			WRONG(f, key_of("mme.security.ciphering[%u]", i), "EEA%u is there twice",
			      m->eea_list[i]);
}

static void check(struct findings *f)
{
	unsigned roles = 0;

	check_interfaces(f);
	for (unsigned i = 0; i < f->s->apns; i++)
		check_pools(f, i);
	check_profiles(f);
	check_bearers(f);
	check_addresses(f);
	check_mme(f);
	for (unsigned i = 0; i < f->s->roles.n; i++)
		roles |= 1u << f->s->roles.v[i];
	if (roles != 0xf)
		WRONG(f, "roles", "all of mme, hss, sgw and pgw run in one process in this version");
}

int settings_load(const char *path, struct mcored_settings *out, struct arena *a)
{
	struct config_errors errors = { 0 }, odd = { 0 };
	int err;

	memset(out, 0, sizeof(*out));
	err = config_load(path, rows, out, a, &errors);
	if (!err) {
		odd.places = errors.places;
		check(&(struct findings){ out, &errors, &odd, a });
		err = errors.n ? -EINVAL : 0;
	}
	config_print_errors(stderr, path, &errors);
	config_print_errors(stderr, path, &odd);
	if (err)
		return err;
	out->mme.t3412_s /= 1000; /* durations are read as ms */
	out->mme.t3402_s /= 1000;
	out->mme.overload.back_off_s /= 1000;
	out->mme.mobile_reachable_extra_s /= 1000;
	out->mme.reauthenticate.after_s /= 1000;
	out->mme.reallocate_guti.after_s /= 1000;
	char *failures = arena_alloc(a, strlen(out->store_path) + sizeof(".failures"));

	strcpy(failures, out->store_path);
	out->mme.failures_path = strcat(failures, ".failures");
	if (!*out->mme.s1.keeper)
		out->mme.s1.keeper = NULL;
	out->mme.implicit_detach_s /= 1000;
	out->mme.power.active_s /= 1000;
	out->mme.power.periodic_s /= 1000;
	out->mme.s1.addresses = out->s1_addresses;
	memcpy(out->mme.s1.address, out->s1_address, out->s1_addresses * sizeof(*out->s1_address));
	memcpy(out->mme.eia, out->mme.eia_list, out->mme.eias);
	memcpy(out->mme.eea, out->mme.eea_list, out->mme.eeas);
	if (!out->control.s_addr)
		out->control = out->gtpu;
	out->mme.control = out->control;
	return 0;
}

static void needs_restart(void *arg, const struct config_row *row, const char *key)
{
	(void)arg;
	if (!row->reload)
		LOG(WARN, "config.restart", "key=%s error=\"takes effect at the next start\"", key);
	else
		LOG(INFO, "config.changed", "key=%s", key);
}

void settings_diff(const struct mcored_settings *was, const struct mcored_settings *is)
{
	config_diff(rows, was, is, needs_restart, NULL);
}

static struct in_addr ip4_of(const struct in6_addr *a)
{
	struct in_addr ip;

	memcpy(&ip, a->s6_addr + 12, 4);
	return ip;
}

void settings_datapath(const struct mcored_settings *s, struct dp_config *c)
{
	memset(c, 0, sizeof(*c));
	c->mode = s->mode;
	if (s->gtpu.s_addr)
		c->gtpu = mapped(s->gtpu);
	c->gtpu6 = s->gtpu6;
	c->echo = s->echo;
	c->ue_to_ue = s->ue_to_ue;
	c->extra_slots = s->extra_slots;
	c->hold = s->hold;
	c->pin_dir = s->pin_dir;
	c->object = *s->object ? s->object : NULL;
	c->interfaces = s->interfaces;
	for (unsigned i = 0; i < s->interfaces; i++) {
		snprintf(c->interface[i].name, IF_NAMESIZE, "%s", s->interface[i].name);
		c->interface[i].role = s->interface[i].role;
	}
	c->pools = s->apns;
	for (unsigned i = 0; i < s->apns; i++) {
		const struct settings_apn *a = &s->apn[i];
		struct dp_pool *p = &c->pool[i];

		snprintf(p->apn, sizeof(p->apn), "%s", a->name);
		p->has4 = a->ipv4.bits;
		p->net4 = ip4_of(&a->ipv4.address);
		p->len4 = a->ipv4.bits ? (uint8_t)(a->ipv4.bits - 96) : 0;
		p->has6 = a->ipv6.bits;
		p->net6 = a->ipv6.address;
		p->len6 = a->ipv6.bits;
		p->breakout = a->breakout;
		p->has_gateway = a->has_gateway;
		p->gateway = a->gateway;
		snprintf(p->device, sizeof(p->device), "%s", a->device);
	}
}

static void pgw_bearers(const struct mcored_settings *s, struct pgw_config *c)
{
	c->rules = s->bearers;
	for (unsigned i = 0; i < s->bearers; i++)
		c->rule[i] = bearer_rule(&s->bearer[i]);
	c->gbr_up = s->gbr_up;
	c->gbr_down = s->gbr_down;
	for (unsigned i = 0; i < s->dscps; i++)
		c->dscp[s->dscp[i].qci] = s->dscp[i].dscp;
	for (unsigned i = 0; i < s->apns; i++) {
		c->apn[i].refuse_resources = !s->apn[i].bearer_requests;
		for (unsigned k = 0; k < s->apn[i].bearers; k++)
			c->apn[i].rule[c->apn[i].rules++] =
				(uint8_t)(find_bearer(s, s->apn[i].bearer[k]) - s->bearer);
	}
}

void settings_pgw(const struct mcored_settings *s, struct pgw_config *c)
{
	memset(c, 0, sizeof(*c));
	pgw_bearers(s, c);
	c->apns = s->apns;
	c->control = s->control;
	c->gtpu = s->gtpu;
	c->gtpu6 = s->gtpu6;
	for (unsigned i = 0; i < s->apns; i++) {
		const struct settings_apn *a = &s->apn[i];
		struct pgw_apn *p = &c->apn[i];

		snprintf(p->name, sizeof(p->name), "%s", a->name);
		p->has4 = a->ipv4.bits;
		p->net4 = ip4_of(&a->ipv4.address);
		p->len4 = a->ipv4.bits ? (uint8_t)(a->ipv4.bits - 96) : 0;
		p->has6 = a->ipv6.bits;
		p->net6 = a->ipv6.address;
		p->len6 = a->ipv6.bits;
		p->mtu = a->mtu;
		for (unsigned k = 0; k < a->dns_n; k++)
			if (IN6_IS_ADDR_V4MAPPED(&a->dns[k])) {
				if (p->dns4s < 2)
					p->dns4[p->dns4s++] = ip4_of(&a->dns[k]);
			} else if (p->dns6s < 2) {
				p->dns6[p->dns6s++] = a->dns[k];
			}
	}
}

void settings_hss(const struct mcored_settings *s, struct hss_config *c, struct arena *arena)
{
	struct hss_profile *out = arena_zalloc(arena, s->profiles * sizeof(*out));

	memset(c, 0, sizeof(*c));
	c->profile = out;
	c->profiles = s->profiles;
	for (unsigned i = 0; i < s->profiles; i++) {
		const struct settings_profile *p = &s->profile[i];

		snprintf(out[i].name, sizeof(out[i].name), "%s", p->name);
		out[i].ambr_up = p->up;
		out[i].ambr_down = p->down;
		out[i].apns = (uint8_t)p->apns;
		for (unsigned k = 0; k < p->apns; k++) {
			const struct settings_profile_apn *a = &p->apn[k];
			struct apn_subscription *n = &out[i].apn[k];

			snprintf(n->apn, sizeof(n->apn), "%s", a->name);
			n->pdn_type = a->type;
			n->qci = a->qci;
			n->arp_priority = a->arp;
			n->arp_may_preempt = a->may_preempt;
			n->arp_preemptable = a->preemptable;
			n->ambr_up = a->up;
			n->ambr_down = a->down;
			for (unsigned b = 0; b < a->bearers; b++)
				snprintf(n->rules + strlen(n->rules),
					 sizeof(n->rules) - strlen(n->rules), "%s%s", b ? "," : "",
					 a->bearer[b]);
		}
	}
}
