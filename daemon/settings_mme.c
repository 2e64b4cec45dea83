/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the MME: a new one is one row here. */
#include <stdlib.h>
#include "settings_rows.h"

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

/* "128:32770", "128-255:32770", "none:32769" */
static const char *parse_dedicated(const char *text, void *out, size_t size, struct arena *a)
{
	static const char expected[] = "UE Usage Type, range of them, or none, colon, MME group id, such as "
				       "128-255:32770";
	struct mme_dedicated_core d = { 0 };
	unsigned first = 0, last, group;
	int n = 0;

	(void)size, (void)a;
	d.without = sscanf(text, "none:%5u%n", &group, &n) == 1;
	if (!d.without) {
		if (sscanf(text, "%3u-%3u:%5u%n", &first, &last, &group, &n) == 3)
			;
		else if (n = 0, sscanf(text, "%3u:%5u%n", &first, &group, &n) == 2)
			last = first;
		else
			return expected;
		if (last < first || last > UINT8_MAX)
			return expected;
		d.first = (uint8_t)first;
		d.last = (uint8_t)last;
	}
	if (text[n] || group > UINT16_MAX)
		return expected;
	d.group = (uint16_t)group;
	memcpy(out, &d, sizeof(d));
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

static const struct config_word sctp_words[] = {
	{ "auto", SCTP_AUTO, "the kernel's if it has SCTP, else usrsctp" },
	{ "kernel", SCTP_KERNEL, "the kernel's" },
	{ "usrsctp", SCTP_USRSCTP, "in this process, over raw IP" },
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
	  .help = "time for which eNodeBs' messages wait, from which it is; 0: never by this" },
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
static const struct config_word emergency_words[] = {
	{ "refuse", EMERGENCY_REFUSED, "nobody" },
	{ "allow", EMERGENCY_PROVEN, "devices that prove their IMSI" },
	{ "no", EMERGENCY_REFUSED, "the same as refuse" },
	{ "yes", EMERGENCY_PROVEN, "the same as allow" },
	{ "allow-unauthenticated", EMERGENCY_ANY, "everybody, by IMEI and without protection who cannot prove an IMSI" },
	{ 0 },
};
static const struct config_row emergency_rows[] = {
	{ "attach", CONFIG_ENUM, M(emergency.attach), .words = emergency_words, .preset = "refuse", .reload = true,
	  .help = "who may, past access rules, barring and max_ues" },
	{ "apn", CONFIG_STRING, M(emergency.apn), .preset = "sos", .min = 1, .max = 100, .reload = true,
	  .help = "that they get" },
	{ "qci", CONFIG_INTEGER, M(emergency.qci), .preset = "5", .min = 1, .max = 254, .reload = true,
	  .help = "QoS class, with the highest priority" },
	{ "rate", CONFIG_BITRATE, M(emergency.rate), .preset = "1mbit", .min = 1000, .max = RATE_MAX,
	  .reload = true, .help = "AMBR both ways" },
	{ 0 },
};
static const struct config_word cs_words[] = {
	{ "imsi-unknown", EMM_CAUSE_IMSI_UNKNOWN_IN_HSS, "EMM cause 2: it does not try again" },
	{ "msc-not-reachable", EMM_CAUSE_MSC_NOT_REACHABLE, "16: it tries again" },
	{ "cs-not-available", EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE, "18: it stays for EPS, or looks elsewhere for CS" },
	{ 0 },
};
static const struct config_word edrx_words[] = {
	{ "at-once", EDRX_AT_ONCE, "eNodeBs keep the Paging until the device listens" },
	{ "utc", EDRX_UTC, "just before; at the eNodeBs H-SFN was 0 on 1 January 1970, 0:00 UTC" },
	{ "gps", EDRX_GPS, "just before; at the eNodeBs H-SFN was 0 on 6 January 1980, 0:00 GPS time" },
	{ 0 },
};
static const struct config_row power_rows[] = {
	{ "active_time", CONFIG_DURATION, M(power.active_s), .max = 11160000, .reload = true,
	  .help = "T3324 at most, for devices that ask for power saving mode; 0: none get it" },
	{ "periodic", CONFIG_DURATION, M(power.periodic_s), .reload = true,
	  .help = "extended T3412 at most; 0: none get it" },
	{ "edrx", CONFIG_DURATION, M(power.edrx_ms), .max = 2621440, .reload = true,
	  .help = "cycle of extended DRX at most; 0: none get it. T3415, unless it is configured, is longer" },
	{ "edrx_paging", CONFIG_ENUM, M(power.paging), .words = edrx_words, .preset = "at-once", .reload = true,
	  .help = "when devices with extended DRX are paged (TS 36.304 7.3). utc and gps need clocks that agree to a second" },
	{ "hyperframe_offset", CONFIG_DURATION, M(power.hyperframe_ms), .preset = "0", .max = 10485760, .reload = true,
	  .help = "so much earlier than edrx_paging says H-SFN was 0 at the eNodeBs" },
	{ "buffer", CONFIG_BOOL, M(power.buffer), .preset = "no", .reload = true,
	  .help = "data for a device that sleeps, or listens only later, waits for it, as much as may" },
	{ 0 },
};
const struct config_row settings_mme_rows[] = {
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
	{ "dedicated_cores", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, mme.dedicated_core, mme.dedicated_cores),
	  .of = CONFIG_CUSTOM, .parse = parse_dedicated, .unit = "TYPE[-TYPE]|none:GROUP", .max = 64, .reload = true,
	  .help = "MME groups by the UE Usage Type of a device's subscription, the first that fits: who is another "
	  "group's is sent there (TS 23.401 5.19); one of this MME's own groups, or none that fits: served here" },
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
	  .help = "devices at most that are not authenticated yet, and as many here for an emergency without proof, 0: no limit; one more is refused with cause 22" },
	{ "enb_attach_rate", CONFIG_INTEGER, M(enb_attach_rate), .reload = true,
	  .help = "attaches, and updates and detaches without proof, a second of one eNodeB, 0: any number; what is more is refused with cause 22, a detach is not answered" },
	{ "max_ues", CONFIG_INTEGER, M(max_ues), .reload = true,
	  .help = "devices at most, 0: no limit; one more is refused with cause 22" },
	{ 0 },
};
