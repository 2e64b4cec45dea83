/* SPDX-License-Identifier: Apache-2.0 */
/* A row is name, argument, the subcommands it is for, a function that takes the value, help. UE
 * groups start as copies of what the general options said before them, whatever the order: groups
 * are parsed after everything else. */
#include "options.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "codec/nas.h"
#include "enb.h"
#include "security/milenage.h"
#include "security/tuak.h"
#include "ue.h"

static bool number(const char *s, uint64_t max, uint64_t *out)
{
	char *end;

	*out = strtoull(s, &end, 0);
	return *s >= '0' && *s <= '9' && !*end && *out <= max;
}

static bool hex(const char *s, uint8_t *out, size_t cap, size_t *n)
{
	size_t len = strlen(s);
	unsigned v;

	if (len % 2 || len / 2 > cap || !len)
		return false;
	for (size_t i = 0; i < len / 2; i++) {
		if (strspn(s + 2 * i, "0123456789abcdefABCDEF") < 2 ||
		    sscanf(s + 2 * i, "%2x", &v) != 1)
			return false;
		out[i] = (uint8_t)v;
	}
	*n = len / 2;
	return true;
}

static bool copy(char *dst, size_t cap, const char *src)
{
	return (size_t)snprintf(dst, cap, "%s", src) < cap;
}

/* "10.0.0.1" or "10.0.0.1:36412" */
static bool address_port(const char *s, struct in_addr *a, uint16_t *port)
{
	const char *colon = strchr(s, ':');
	char host[INET_ADDRSTRLEN];
	uint64_t v;

	if (colon) {
		if (!number(colon + 1, UINT16_MAX, &v))
			return false;
		*port = (uint16_t)v;
	}
	return snprintf(host, sizeof(host), "%.*s", colon ? (int)(colon - s) : (int)strlen(s), s) <
		       (int)sizeof(host) &&
	       inet_pton(AF_INET, host, a) == 1;
}

static bool algorithms(const char *s, uint8_t *out)
{
	for (*out = 0; *s; s++) {
		if (*s >= '0' && *s <= '3')
			*out |= (uint8_t)NAS_ALGORITHM_BIT(*s - '0');
		else if (*s != ',' && *s != '+')
			return false;
	}
	return true;
}

static bool pdn_type(const char *s, uint8_t *out)
{
	static const char *const names[] = {"", "ipv4", "ipv6", "ipv4v6"};

	for (unsigned i = 1; i < 4; i++)
		if (!strcmp(s, names[i])) {
			*out = (uint8_t)i;
			return true;
		}
	return false;
}

/* ---- a UE's parameters: of --ue KEY=VALUE,… and, as defaults, options of their own
 * ---------------- */

static bool ue_imsi(struct ue_group *g, const char *s) { return imsi_parse(s, &g->imsi); }

static bool ue_k(struct ue_group *g, const char *s)
{
	size_t n;

	g->has_key = hex(s, g->key.k, sizeof(g->key.k), &n) && (n == 16 || n == 32);
	g->key.k_len = (uint8_t)n;
	return g->has_key;
}

static bool ue_opc(struct ue_group *g, const char *s)
{
	size_t n;

	return hex(s, g->key.opc, sizeof(g->key.opc), &n) && n == 16;
}

static bool ue_op(struct ue_group *g, const char *s)
{
	uint8_t op[16];
	size_t n;

	if (!g->has_key || g->key.k_len != 16 || !hex(s, op, sizeof(op), &n) || n != 16)
		return false;
	milenage_opc(g->key.k, op, g->key.opc);
	return true;
}

static bool ue_topc(struct ue_group *g, const char *s)
{
	size_t n;

	g->key.algorithm = AKA_TUAK;
	return hex(s, g->key.opc, sizeof(g->key.opc), &n) && n == 32;
}

static bool ue_top(struct ue_group *g, const char *s)
{
	uint8_t top[32];
	size_t n;

	if (!g->has_key || !hex(s, top, sizeof(top), &n) || n != 32)
		return false;
	g->key.algorithm = AKA_TUAK;
	tuak_topc(g->key.k, g->key.k_len, top, 1, g->key.opc);
	return true;
}

static bool ue_apn(struct ue_group *g, const char *s)
{
	return copy(g->profile.apn, sizeof(g->profile.apn), s);
}

static bool ue_pdn_type(struct ue_group *g, const char *s)
{
	return pdn_type(s, &g->profile.pdn_type);
}

static bool ue_count(struct ue_group *g, const char *s)
{
	uint64_t v;
	bool ok = number(s, 10000000, &v) && v;

	g->count = (unsigned)v;
	return ok;
}

static bool ue_tun(struct ue_group *g, const char *s)
{
	return copy(g->profile.tun, sizeof(g->profile.tun), s);
}

static bool ue_netns(struct ue_group *g, const char *s)
{
	return copy(g->profile.netns, sizeof(g->profile.netns), s);
}

static bool ue_imeisv(struct ue_group *g, const char *s)
{
	return strlen(s) == 16 && strspn(s, "0123456789") == 16 &&
	       copy(g->profile.imeisv, sizeof(g->profile.imeisv), s);
}

static bool ue_faulty(struct ue_group *g, const char *s)
{
	return fault_parse(&g->profile.faults, s);
}
static bool ue_eea(struct ue_group *g, const char *s) { return algorithms(s, &g->profile.eea); }
static bool ue_eia(struct ue_group *g, const char *s) { return algorithms(s, &g->profile.eia); }

static bool ue_emergency(struct ue_group *g, const char *s)
{
	g->profile.emergency = !strcmp(s, "imei") ? EMERGENCY_BY_IMEI : EMERGENCY_BY_IMSI;
	return !strcmp(s, "imei") || !strcmp(s, "imsi");
}

static bool ue_identity(struct ue_group *g, const char *s)
{
	g->profile.identity = !strcmp(s, "imsi") ? IDENTITY_IMSI : IDENTITY_GUTI;
	return !strcmp(s, "imsi") || !strcmp(s, "guti");
}

static bool ue_t3324(struct ue_group *g, const char *s)
{
	uint64_t v;
	bool ok = number(s, 11160, &v);

	g->profile.psm = ok;
	g->profile.t3324_s = (uint32_t)v;
	return ok;
}

static bool ue_edrx(struct ue_group *g, const char *s)
{
	uint64_t v;

	g->profile.edrx = number(s, 15, &v);
	g->profile.edrx_cycle = (uint8_t)v;
	return g->profile.edrx;
}

static bool ue_attach_type(struct ue_group *g, const char *s)
{
	g->profile.combined = !strcmp(s, "combined");
	return g->profile.combined || !strcmp(s, "eps");
}

static bool ue_t3412(struct ue_group *g, const char *s)
{
	uint64_t v;
	bool ok = number(s, 35712000, &v);

	g->profile.t3412_s = (uint32_t)v;
	return ok;
}

static bool ue_route(struct ue_group *g, const char *s)
{
	(void)s;
	return g->profile.default_route = true;
}

static const struct ue_key {
	const char *name, *arg, *help;
	bool (*set)(struct ue_group *, const char *);
} ue_keys[] = {
	{"imsi", "DIGITS", "first IMSI of the group", ue_imsi},
	{"k", "HEX", "K, 16 octets (TUAK: or 32)", ue_k},
	{"opc", "HEX", "OPc (MILENAGE)", ue_opc},
	{"op", "HEX", "OP, after k", ue_op},
	{"topc", "HEX", "TOPc: the USIM uses TUAK", ue_topc},
	{"top", "HEX", "TOP, after k: TUAK", ue_top},
	{"apn", "NAME", "access point name; none: the subscription's default", ue_apn},
	{"pdn-type", "ipv4|ipv6|ipv4v6", "default ipv4v6", ue_pdn_type},
	{"count", "N", "so many UEs, IMSIs ascending", ue_count},
	{"tun", "NAME%d", "a tun device per UE", ue_tun},
	{"netns", "NAME%d", "the tun lives in this network namespace, made if absent", ue_netns},
	{"imeisv", "DIGITS", "16 digits; default: made from the UE's number", ue_imeisv},
	{"eea", "0,1,2,3", "ciphering algorithms the UE has", ue_eea},
	{"eia", "1,2,3", "integrity algorithms the UE has", ue_eia},
	{"identity", "guti|imsi", "attach by GUTI where there is one, or always by IMSI",
	 ue_identity},
	{"emergency", "imsi|imei", "attach for emergency bearer services, by that", ue_emergency},
	{"t3324", "SECONDS", "ask for power saving mode, with that active time", ue_t3324},
	{"edrx", "CODE", "ask for extended DRX, its cycle as in TS 24.008 10.5.5.32", ue_edrx},
	{"attach-type", "eps|combined", "combined: for non-EPS services too", ue_attach_type},
	{"t3412", "SECONDS", "ask for that extended periodic timer", ue_t3412},
	{"fault", "NAME[:ARG]", "misbehave; may be repeated (ransim help faults)", ue_faulty},
};

static const struct ue_key *ue_key(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(ue_keys) / sizeof(*ue_keys); i++)
		if (strlen(ue_keys[i].name) == n && !memcmp(ue_keys[i].name, name, n))
			return &ue_keys[i];
	return NULL;
}

/* "imsi=…,k=…"; a piece without "=" continues the value before it (eea=0,1,2). */
static bool group_parse(struct ue_group *g, char *spec)
{
	for (char *p = spec; p && *p;) {
		char *eq = strchr(p, '='), *end;
		const struct ue_key *key = eq ? ue_key(p, (size_t)(eq - p)) : NULL;

		if (!key) {
			fprintf(stderr, "ransim: --ue: what is '%s'?\n", p);
			return false;
		}
		end = strchr(eq, ',');
		while (end && strcspn(end + 1, "=") >= strcspn(end + 1, ","))
			end = strchr(end + 1, ',');
		if (end)
			*end++ = 0;
		if (!key->set(g, eq + 1)) {
			fprintf(stderr, "ransim: --ue: %s wants %s, not '%s'\n", key->name,
				key->arg, eq + 1);
			return false;
		}
		p = end;
	}
	return true;
}

/* ---- options
 * -------------------------------------------------------------------------------------- */

static bool o_mme(struct options *o, const char *s)
{
	struct in_addr a;

	(void)o;
	if (!address_port(s, &a, &sim.mme_port))
		return false;
	sim.mme = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(sim.mme.s6_addr + 12, &a, 4);
	return true;
}

static bool o_enb(struct options *o, const char *s)
{
	char list[1024], *save, *word;

	(void)o;
	if (!copy(list, sizeof(list), s))
		return false;
	for (word = strtok_r(list, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (sim.enb_addresses == sizeof(sim.enb_address) / sizeof(*sim.enb_address) ||
		    inet_pton(AF_INET, word, &sim.enb_address[sim.enb_addresses++]) != 1)
			return false;
	}
	return true;
}

static bool o_enbs(struct options *o, const char *s)
{
	uint64_t v;
	bool ok = number(s, 100000, &v) && v;

	(void)o;
	sim.enbs = (unsigned)v;
	return ok;
}

static bool o_enb_id(struct options *o, const char *s)
{
	uint64_t v;
	bool ok = number(s, 0xfffff, &v);

	(void)o;
	sim.first_enb_id = (uint32_t)v;
	return ok;
}

static bool o_plmn(struct options *o, const char *s)
{
	(void)o;
	return plmn_parse(s, &sim.plmn);
}

static bool o_tac(struct options *o, const char *s)
{
	char list[128], *save, *p;
	uint64_t v;

	(void)o;
	sim.tacs = 0;
	if (!copy(list, sizeof(list), s))
		return false;
	for (p = strtok_r(list, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
		if (sim.tacs == sizeof(sim.tac) / sizeof(*sim.tac) || !number(p, UINT16_MAX, &v))
			return false;
		sim.tac[sim.tacs++] = (uint16_t)v;
	}
	return sim.tacs;
}

static bool o_ue(struct options *o, const char *s)
{
	struct ue_group *g = calloc(1, sizeof(*g));

	if (!g)
		return false;
	*o->group_end = g;
	o->group_end = &g->next;
	g->spec = strdup(s);
	return g->spec != NULL;
}

static bool o_ue_count(struct options *o, const char *s)
{
	return number(s, 10000000, &o->count) && o->count;
}

static bool o_sctp(struct options *o, const char *s)
{
	static const char *const names[] = {"auto", "kernel", "usrsctp"};

	for (unsigned i = 0; i < 3; i++)
		if (!strcmp(s, names[i])) {
			o->sctp = (enum sctp_kind)i;
			return true;
		}
	return false;
}

static bool o_seed(struct options *o, const char *s)
{
	return hex(s, o->seed, sizeof(o->seed), &o->seed_n);
}

static bool o_fault(struct options *o, const char *s)
{
	return fault_parse(&o->defaults.profile.faults, s) && fault_parse(&sim.faults, s);
}

static bool o_silent(struct options *o, const char *s)
{
	char spec[64];

	return (size_t)snprintf(spec, sizeof(spec), "silent-at:%s", s) < sizeof(spec) &&
	       o_fault(o, spec);
}

static bool o_timeout(struct options *o, const char *s)
{
	uint64_t v;
	bool ok = number(s, 3600000, &v) && v;

	(void)o;
	sim.guard_ms = (uint32_t)v;
	return ok;
}

static bool o_imsi(struct options *o, const char *s)
{
	return o->has_imsi = imsi_parse(s, &o->first_imsi);
}

static bool o_execute(struct options *o, const char *s)
{
	char *all;

	if (asprintf(&all, "%s%s%s", o->commands ? o->commands : "", o->commands ? "\n" : "", s) <
	    0)
		return false;
	free(o->commands);
	o->commands = all;
	return true;
}

static bool o_file(struct options *o, const char *s) { return (o->file = s) != NULL; }
static bool o_control(struct options *o, const char *s) { return (o->control = s) != NULL; }
static bool o_rate(struct options *o, const char *s)
{
	return number(s, 1000000, &o->rate) && o->rate;
}
static bool o_rounds(struct options *o, const char *s)
{
	return number(s, UINT32_MAX, &o->rounds) && o->rounds;
}
static bool o_duration(struct options *o, const char *s)
{
	return number(s, UINT32_MAX, &o->duration);
}
static bool o_hold(struct options *o, const char *s) { return number(s, UINT32_MAX, &o->hold_ms); }
static bool o_x2_rate(struct options *o, const char *s)
{
	return number(s, 1000000, &o->x2_rate) && o->x2_rate;
}

static bool o_service_rate(struct options *o, const char *s)
{
	return number(s, 1000000, &o->service_rate) && o->service_rate;
}

static bool o_service_time(struct options *o, const char *s)
{
	return number(s, 86400, &o->service_time) && o->service_time;
}

static bool o_x2_time(struct options *o, const char *s)
{
	return number(s, 86400, &o->x2_time) && o->x2_time;
}

static bool o_pps(struct options *o, const char *s)
{
	return number(s, 100000000, &o->traffic_pps);
}
static bool o_size(struct options *o, const char *s) { return number(s, 9000, &o->traffic_size); }
static bool o_time(struct options *o, const char *s)
{
	return number(s, UINT32_MAX, &o->traffic_time);
}

static bool o_traffic(struct options *o, const char *s)
{
	return address_port(s, &o->traffic_to, &o->traffic_port);
}

static bool o_listen(struct options *o, const char *s)
{
	return address_port(s, &o->listen, &o->listen_port);
}

#define FLAG(name, field)                                                                          \
	static bool name(struct options *o, const char *s)                                         \
	{                                                                                          \
		(void)o;                                                                           \
		(void)s;                                                                           \
		return (field) = true;                                                             \
	}
FLAG(o_keep, o->keep)
FLAG(o_json, o->json)
FLAG(o_switch_off, o->switch_off)
FLAG(o_no_attach, o->no_attach)
FLAG(o_stay, o->stay)
FLAG(o_sequence, sim.gtpu_sequence)
FLAG(o_verbose, sim.events)

static bool o_detach(struct options *o, const char *s)
{
	(void)s;
	return !(o->keep = false);
}

static bool o_once(struct options *o, const char *s)
{
	(void)o;
	(void)s;
	return !(sim.reconnect = false);
}

static bool o_default_route(struct options *o, const char *s) { return ue_route(&o->defaults, s); }

enum { ANY = COMMAND_RUN | COMMAND_LOAD };

static const struct option_row {
	const char *name, *arg;
	int commands;
	bool (*set)(struct options *, const char *);
	const char *help;
} rows[] = {
	{"--mme", "ADDRESS[:PORT]", ANY, o_mme, "the MME (default port 36412)"},
	{"--enb", "ADDRESS[,…]", ANY, o_enb, "eNodeBs' addresses, for S1 and GTP-U, used in turn"},
	{"--enbs", "N", ANY, o_enbs, "number of eNodeBs (default: one an address)"},
	{"--enb-id", "N", ANY, o_enb_id, "eNB ID of the first (default 1)"},
	{"--plmn", "MCCMNC", ANY, o_plmn, "default 00101"},
	{"--tac", "N[,N]…", ANY, o_tac, "one an eNodeB, in turn (default 1)"},
	{"--sctp", "auto|kernel|usrsctp", ANY, o_sctp, "default auto"},
	{"--once", NULL, ANY, o_once, "do not make a lost association anew"},
	{"--timeout", "MS", ANY, o_timeout, "a procedure fails after this (default 15000)"},
	{"--fault", "NAME[:ARG]", ANY, o_fault, "misbehave; may be repeated (ransim help faults)"},
	{"--silent-at", "STEP", ANY, o_silent, "same as --fault silent-at:STEP"},
	{"--gtpu-sequence", NULL, ANY, o_sequence, "sequence numbers on uplink G-PDUs"},
	{"--key-seed", "HEX", ANY | COMMAND_KEYS, o_seed, "K and OPc derived from seed and IMSI"},
	{"--ue", "imsi=…,k=…,…", COMMAND_RUN, o_ue,
	 "a UE or, with count=N, a group; may be repeated"},
	{"--execute", "COMMANDS", COMMAND_RUN, o_execute,
	 "(-e) run these, then end; ransim help commands"},
	{"--file", "FILE", COMMAND_RUN, o_file, "(-f) the same from a file"},
	{"--control", "FIFO", COMMAND_RUN, o_control,
	 "read commands from this FIFO (made), - for stdin"},
	{"--no-attach", NULL, COMMAND_RUN, o_no_attach, "do not attach UEs at start"},
	{"--stay", NULL, COMMAND_RUN, o_stay, "go on after the commands of -e or -f"},
	{"--default-route", NULL, COMMAND_RUN, o_default_route,
	 "through the tun also without netns"},
	{"--ue", "N", COMMAND_LOAD, o_ue_count, "number of UEs"},
	{"--imsi", "DIGITS", COMMAND_LOAD | COMMAND_KEYS, o_imsi, "the first one's IMSI"},
	{"--count", "N", COMMAND_KEYS, o_ue_count, "number of SIMs"},
	{"--rate", "N", ANY, o_rate, "attaches a second"},
	{"--rounds", "N", COMMAND_LOAD, o_rounds, "each UE attaches N times (default 1)"},
	{"--duration", "S", COMMAND_LOAD, o_duration, "instead of rounds: so many seconds"},
	{"--hold", "MS", COMMAND_LOAD, o_hold, "from attached to detach (default 0)"},
	{"--detach", NULL, COMMAND_LOAD, o_detach, "detach once attached (the default)"},
	{"--keep", NULL, COMMAND_LOAD, o_keep, "stay attached"},
	{"--switch-off", NULL, COMMAND_LOAD, o_switch_off, "detach without waiting for an answer"},
	{"--x2-rate", "N", COMMAND_LOAD, o_x2_rate,
	 "with --keep: then so many X2 handovers a second, to the next eNodeB each"},
	{"--x2-time", "S", COMMAND_LOAD, o_x2_time, "default 10"},
	{"--service-rate", "N", COMMAND_LOAD, o_service_rate,
	 "with --keep: then so many service requests a second, each released again"},
	{"--service-time", "S", COMMAND_LOAD, o_service_time, "default 10"},
	{"--traffic-to", "ADDRESS[:PORT]", COMMAND_LOAD, o_traffic,
	 "with --keep: UDP to this reflector"},
	{"--traffic-pps", "N", COMMAND_LOAD, o_pps, "packets a second of all UEs (default 10000)"},
	{"--traffic-size", "OCTETS", COMMAND_LOAD, o_size, "of the inner packet (default 200)"},
	{"--traffic-time", "S", COMMAND_LOAD, o_time, "default 10"},
	{"--json", NULL, COMMAND_LOAD, o_json, "(-j) one JSON object a second and one in the end"},
	{"--verbose", NULL, COMMAND_LOAD, o_verbose, "(-v) print each UE's events"},
	{"--listen", "ADDRESS:PORT", COMMAND_REFLECT, o_listen, "where to answer UDP"},
};

static const char *long_name(const char *s)
{
	static const char *const pairs[][2] = {
		{"-e", "--execute"}, {"-f", "--file"}, {"-j", "--json"}, {"-v", "--verbose"}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (!strcmp(s, pairs[i][0]))
			return pairs[i][1];
	return s;
}

/* Also the UE's keys, as defaults of all groups: --apn NAME. */
static bool default_key(struct options *o, const char *name, const char *value, bool *known)
{
	const struct ue_key *k = ue_key(name + 2, strlen(name + 2));

	*known = k != NULL;
	return k && value && k->set(&o->defaults, value);
}

static bool take(struct options *o, enum command command, char ***argv)
{
	char *word = *(*argv)++, *eq = strchr(word, '=');
	char name[64];
	const char *value = NULL;
	bool known = false, ok;

	if (eq && !strncmp(word, "--", 2)) {
		snprintf(name, sizeof(name), "%.*s", (int)(eq - word), word);
		value = eq + 1;
	} else {
		snprintf(name, sizeof(name), "%s", long_name(word));
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].name, name) || !(rows[i].commands & (int)command))
			continue;
		if (rows[i].arg && !value)
			value = **argv ? *(*argv)++ : NULL;
		if ((rows[i].arg && !value) || !rows[i].set(o, value)) {
			fprintf(stderr, "ransim: %s wants %s%s%s\n", name,
				rows[i].arg ? rows[i].arg : "no value", value ? ", not " : "",
				value ? value : "");
			return false;
		}
		return true;
	}
	if (!strncmp(name, "--", 2)) {
		if (!value && ue_key(name + 2, strlen(name + 2)))
			value = **argv ? *(*argv)++ : NULL;
		ok = default_key(o, name, value, &known);
		if (ok)
			return true;
	}
	fprintf(stderr, known ? "ransim: %s: wrong value\n" : "ransim: what is '%s'?\n", name);
	return false;
}

static bool groups_parse(struct options *o)
{
	for (struct ue_group *g = o->group; g; g = g->next) {
		struct ue_group *next = g->next;
		char *spec = g->spec;
		bool ok;

		*g = o->defaults;
		g->next = next;
		ok = group_parse(g, spec);
		free(spec);
		g->spec = NULL;
		if (!ok)
			return false;
	}
	return true;
}

bool options_parse(struct options *o, enum command command, int argc, char **argv)
{
	(void)argc;
	*o = (struct options){.rate = 100,
			      .rounds = 1,
			      .traffic_port = 9000,
			      .traffic_pps = 10000,
			      .x2_time = 10,
			      .service_time = 10,
			      .traffic_size = 200,
			      .traffic_time = 10,
			      .listen_port = 9000};
	o->group_end = &o->group;
	o->defaults.count = 1;
	o->defaults.profile.pdn_type = command == COMMAND_LOAD ? NAS_PDN_IPV4 : NAS_PDN_IPV4V6;
	o->defaults.profile.eea = 0xf0;
	o->defaults.profile.eia = 0x70;
	o->defaults.profile.identity = command == COMMAND_LOAD ? IDENTITY_IMSI : IDENTITY_GUTI;
	plmn_parse("00101", &sim.plmn);
	sim.tac[0] = 1;
	sim.tacs = 1;
	sim.mme_port = S1_PORT;
	sim.first_enb_id = 1;
	sim.guard_ms = 15000;
	sim.reconnect = true;
	sim.events = command == COMMAND_RUN;
	while (*argv)
		if (!take(o, command, &argv))
			return false;
	if (!groups_parse(o))
		return false;
	if (command & ANY && (!sim.enb_addresses || !sim.mme.s6_addr[10])) {
		fprintf(stderr, "ransim: --mme and --enb are needed\n");
		return false;
	}
	if (!sim.enbs)
		sim.enbs = sim.enb_addresses;
	return true;
}

void options_help(FILE *f, enum command command)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].commands & (int)command)
			fprintf(f, "  %-16s %-20s %s\n", rows[i].name,
				rows[i].arg ? rows[i].arg : "", rows[i].help);
	if (!(command & (COMMAND_RUN | COMMAND_LOAD)))
		return;
	fprintf(f, "Of UEs: KEY=VALUE of --ue, or --KEY VALUE for all:\n");
	for (size_t i = 0; i < sizeof(ue_keys) / sizeof(*ue_keys); i++)
		fprintf(f, "  %-16s %-20s %s\n", ue_keys[i].name, ue_keys[i].arg, ue_keys[i].help);
}

void options_free(struct options *o)
{
	while (o->group) {
		struct ue_group *g = o->group;

		o->group = g->next;
		free(g->spec);
		free(g);
	}
	free(o->commands);
}

bool options_key(const struct options *o, imsi_t imsi, struct usim *u)
{
	if (o->seed_n) {
		usim_derive(u, o->seed, o->seed_n, imsi);
		return true;
	}
	u->key = o->defaults.key;
	return o->defaults.has_key;
}

/* ---- population
 * ------------------------------------------------------------------------------------ */

static struct ue *population_room(unsigned n)
{
	sim.enb = calloc(sim.enbs, sizeof(*sim.enb));
	sim.ue = calloc(n ? n : 1, sizeof(*sim.ue));
	if (!sim.enb || !sim.ue)
		fprintf(stderr, "ransim: out of memory for %u UEs\n", n);
	return sim.enb && sim.ue ? sim.ue : NULL;
}

static bool add(const struct options *o, const struct ue_group *g, imsi_t imsi)
{
	struct ue *ue = &sim.ue[sim.ues];
	char digits[IMSI_STRLEN];

	ue->usim.key = g->key;
	if (!g->has_key && !options_key(o, imsi, &ue->usim)) {
		fprintf(stderr, "ransim: no K for IMSI %s (k=, --k or --key-seed)\n",
			imsi_print(imsi, digits));
		return false;
	}
	ue_init(ue, sim.ues + 1, imsi, &g->profile, &sim.enb[sim.ues % sim.enbs]);
	sim.ues++;
	return true;
}

bool options_population(struct options *o, enum command command)
{
	unsigned n = 0;

	if (command == COMMAND_LOAD) {
		if (!o->has_imsi || !o->count) {
			fprintf(stderr, "ransim: load wants --imsi and --ue\n");
			return false;
		}
		o->defaults.imsi = o->first_imsi;
		o->defaults.count = (unsigned)o->count;
		o->defaults.next = NULL;
	}
	for (struct ue_group *g = command == COMMAND_LOAD ? &o->defaults : o->group; g; g = g->next)
		n += g->count;
	if (!population_room(n))
		return false;
	for (struct ue_group *g = command == COMMAND_LOAD ? &o->defaults : o->group; g; g = g->next)
		for (unsigned i = 0; i < g->count; i++)
			if (!add(o, g, imsi_add(g->imsi, i)))
				return false;
	return true;
}
