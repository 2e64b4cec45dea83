/* SPDX-License-Identifier: Apache-2.0 */
/* What spans several keys of the configuration: mistakes, and what works but hardly as meant. */
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <arpa/inet.h>
#include "core/cpus.h"
#include "settings_rows.h"

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

/* The pool that an address is in; of a network, or NULL: of any. */
static const struct settings_apn *pool_in(const struct mcored_settings *s, const char *network,
					  const struct in6_addr *address)
{
	const struct config_prefix one = { *address, 128 };

	for (unsigned i = 0; i < s->apns; i++)
		if (network && strcmp(network, s->apn[i].network) != 0)
			continue;
		else if (prefixes_meet(&one, &s->apn[i].ipv4) || prefixes_meet(&one, &s->apn[i].ipv6))
			return &s->apn[i];
	return NULL;
}

static const struct settings_apn *pool_of(const struct mcored_settings *s, const struct in6_addr *address)
{
	return pool_in(s, NULL, address);
}

static const struct settings_interface *find_interface(const struct mcored_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->interfaces; i++)
		if (!strcmp(s->interface[i].name, name))
			return &s->interface[i];
	return NULL;
}

static bool network_has(const struct mcored_settings *s, const char *network, const char *interface)
{
	const struct settings_network *n = &s->network[settings_network_of(s, network) - 1];

	for (unsigned i = 0; i < n->interfaces; i++)
		if (!strcmp(n->interface[i], interface))
			return true;
	return false;
}

static void check_network(struct findings *f, unsigned i)
{
	const struct settings_network *n = &f->s->network[i];

	if (settings_network_of(f->s, n->name) != i + 1)
		WRONG(f, key_of("pgw.networks[%u].name", i), "'%s' is there twice", n->name);
	if (n->table >= RT_TABLE_COMPAT && n->table <= RT_TABLE_LOCAL)
		WRONG(f, key_of("pgw.networks[%u].table", i), "252 to 255 are the system's own");
	for (unsigned k = 0; k < n->interfaces; k++) {
		const struct settings_interface *in = find_interface(f->s, n->interface[k]);

		if (!in || !(in->role & DP_SGI))
			WRONG(f, key_of("pgw.networks[%u].interfaces[%u]", i, k), "'%s' is none of "
			      "datapath.interfaces with the role sgi or both", n->interface[k]);
	}
	for (unsigned k = 0; k < i; k++) {
		const struct settings_network *m = &f->s->network[k];

		if (m->table == n->table)
			WRONG(f, key_of("pgw.networks[%u].table", i), "is that of '%s', too", m->name);
		for (unsigned j = 0; j < n->interfaces; j++)
			if (network_has(f->s, m->name, n->interface[j]))
				WRONG(f, key_of("pgw.networks[%u].interfaces[%u]", i, j),
				      "'%s' is of '%s' already", n->interface[j], m->name);
	}
}

static void check_pools(struct findings *f, unsigned i)
{
	const struct settings_apn *a = &f->s->apn[i];
	const struct settings_interface *device = find_interface(f->s, a->device);

	for (unsigned k = 0; k < i; k++) {
		const struct settings_apn *b = &f->s->apn[k];

		if (!strcasecmp(a->name, b->name))
			WRONG(f, key_of("pgw.apns[%u].name", i), "\"%s\" is there twice", a->name);
		if (strcmp(a->network, b->network) != 0)
			continue;
		if (prefixes_meet(&a->ipv4, &b->ipv4))
			WRONG(f, key_of("pgw.apns[%u].ipv4", i), "shares addresses with that of \"%s\"",
			      b->name);
		if (prefixes_meet(&a->ipv6, &b->ipv6))
			WRONG(f, key_of("pgw.apns[%u].ipv6", i), "shares addresses with that of \"%s\"",
			      b->name);
	}
	if (a->has_gateway && pool_in(f->s, a->network, &a->gateway))
		WRONG(f, key_of("pgw.apns[%u].gateway", i), "is an address for devices: in the pool of "
		      "\"%s\"", pool_in(f->s, a->network, &a->gateway)->name);
	if (*a->network && !settings_network_of(f->s, a->network))
		WRONG(f, key_of("pgw.apns[%u].network", i), "'%s' is none of pgw.networks", a->network);
	else if (*a->network && *a->device && !network_has(f->s, a->network, a->device))
		WRONG(f, key_of("pgw.apns[%u].device", i), "'%s' is no interface of the network '%s'",
		      a->device, a->network);
	for (unsigned k = 0; *a->device && !*a->network && k < f->s->networks; k++)
		if (network_has(f->s, f->s->network[k].name, a->device))
			WRONG(f, key_of("pgw.apns[%u].device", i), "'%s' is of the network '%s'",
			      a->device, f->s->network[k].name);
	if (*a->device && (!device || !(device->role & DP_SGI)))
		ODD(f, key_of("pgw.apns[%u].device", i), "'%s' is none of datapath.interfaces with the role "
		    "sgi or both, so what comes back through it takes the slow way", a->device);
	if (a->breakout != DP_DIRECT && (a->has_gateway || *a->device))
		ODD(f, key_of("pgw.apns[%u].%s", i, a->has_gateway ? "gateway" : "device"),
		    "only breakout: direct looks at it; with kernel this machine's routes decide");
}

static void check_cpus(struct findings *f)
{
	unsigned n = 0;

	if (f->s->cpus && f->s->mode == DP_GENERIC)
		WRONG(f, "datapath.cpus", "packets cannot be spread in the mode generic");
	for (unsigned i = 0; i < f->s->cpus; i++) {
		const struct settings_cpus *c = &f->s->cpu[i];
		const char *key = key_of("datapath.cpus[%u]", i);

		n += c->last - c->first + 1u;
		for (unsigned k = 0; k < i; k++)
			if (c->first <= f->s->cpu[k].last && f->s->cpu[k].first <= c->last)
				WRONG(f, key, "names a CPU that is there already");
		if (!cpu_is("possible", c->last)) {
			WRONG(f, key, "this machine has no CPU %u", c->last);
			continue;
		}
		for (unsigned cpu = c->first; cpu <= c->last; cpu++)
			if (!cpu_is("online", cpu))
				ODD(f, key, "CPU %u is not online, and gets no packets", cpu);
	}
	if (n > MCORE_CPU_SLOTS)
		WRONG(f, "datapath.cpus", "are more than %u", MCORE_CPU_SLOTS);
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

static void check_bearers(struct findings *f)
{
	const struct mcored_settings *s = f->s;

	for (unsigned i = 0; i < s->bearers; i++) {
		const struct settings_bearer *b = &s->bearer[i];

		if (settings_bearer_by_name(s, b->name) != b)
			WRONG(f, key_of("pgw.bearers[%u].name", i), "'%s' is there twice", b->name);
		if (settings_bearer_rule(b).tft.n == 0)
			WRONG(f, key_of("pgw.bearers[%u].filters", i), "are too many to be told a device, "
			      "or two have the same id or precedence");
	}
	for (unsigned i = 0; i < s->apns; i++)
		for (unsigned k = 0; k < s->apn[i].bearers; k++)
			if (!settings_bearer_by_name(s, s->apn[i].bearer[k]))
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
				if (!settings_bearer_by_name(s, p->apn[k].bearer[b]))
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
	const struct in6_addr gtpu = settings_mapped(s->gtpu);
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

void settings_check(struct findings *f)
{
	unsigned roles = 0;

	check_interfaces(f);
	check_cpus(f);
	for (unsigned i = 0; i < f->s->networks; i++)
		check_network(f, i);
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
