/* SPDX-License-Identifier: Apache-2.0 */
/* From the settings to the configuration of each role. */
#include "settings_rows.h"

const struct settings_bearer *settings_bearer_by_name(const struct mcored_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->bearers; i++)
		if (!strcmp(s->bearer[i].name, name))
			return &s->bearer[i];
	return NULL;
}

/* The rule of a bearer: filters get ids, and precedences where none are written. Its TFT is empty if
 * it cannot be coded. */
struct pgw_rule settings_bearer_rule(const struct settings_bearer *b)
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

static struct in_addr ip4_of(const struct in6_addr *a)
{
	struct in_addr ip;

	memcpy(&ip, a->s6_addr + 12, 4);
	return ip;
}

unsigned settings_network_of(const struct mcored_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->networks; i++)
		if (!strcmp(s->network[i].name, name))
			return i + 1;
	return 0;
}

static void datapath_networks(const struct mcored_settings *s, struct dp_config *c)
{
	c->networks = s->networks;
	for (unsigned i = 0; i < s->networks; i++) {
		const struct settings_network *n = &s->network[i];

		snprintf(c->network[i].name, sizeof(c->network[i].name), "%s", n->name);
		c->network[i].table = n->table;
		for (unsigned k = 0; k < n->interfaces; k++)
			for (unsigned j = 0; j < c->interfaces; j++)
				if (!strcmp(c->interface[j].name, n->interface[k]))
					c->interface[j].network = i + 1;
	}
}

void settings_datapath(const struct mcored_settings *s, struct dp_config *c)
{
	memset(c, 0, sizeof(*c));
	c->mode = s->mode;
	if (s->gtpu.s_addr)
		c->gtpu = settings_mapped(s->gtpu);
	c->gtpu6 = s->gtpu6;
	c->echo = s->echo;
	c->ue_to_ue = s->ue_to_ue;
	c->ue_to_access = s->ue_to_access;
	c->extra_slots = s->extra_slots;
	c->cpu_queue = s->cpu_queue;
	for (unsigned i = 0; i < s->cpus; i++)
		for (unsigned n = s->cpu[i].first; n <= s->cpu[i].last && c->cpus < MCORE_CPU_SLOTS; n++)
			c->cpu[c->cpus++] = (uint16_t)n;
	c->hold = s->hold;
	c->pin_dir = s->pin_dir;
	c->object = *s->object ? s->object : NULL;
	c->interfaces = s->interfaces;
	for (unsigned i = 0; i < s->interfaces; i++) {
		snprintf(c->interface[i].name, IF_NAMESIZE, "%s", s->interface[i].name);
		c->interface[i].role = s->interface[i].role;
	}
	datapath_networks(s, c);
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
		p->network = settings_network_of(s, a->network);
		snprintf(p->device, sizeof(p->device), "%s",
			 p->network && !*a->device ? s->network[p->network - 1].interface[0] : a->device);
	}
}

static void pgw_bearers(const struct mcored_settings *s, struct pgw_config *c)
{
	c->rules = s->bearers;
	for (unsigned i = 0; i < s->bearers; i++)
		c->rule[i] = settings_bearer_rule(&s->bearer[i]);
	c->gbr_up = s->gbr_up;
	c->gbr_down = s->gbr_down;
	for (unsigned i = 0; i < s->dscps; i++)
		c->dscp[s->dscp[i].qci] = s->dscp[i].dscp;
	for (unsigned i = 0; i < s->apns; i++) {
		c->apn[i].refuse_resources = !s->apn[i].bearer_requests;
		for (unsigned k = 0; k < s->apn[i].bearers; k++)
			c->apn[i].rule[c->apn[i].rules++] =
				(uint8_t)(settings_bearer_by_name(s, s->apn[i].bearer[k]) - s->bearer);
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
