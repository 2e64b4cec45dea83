/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as they read: from the first to the last, each compared with the packet's octets. What the
 * kernel looks up in compiled classes must be the same. */
#include <string.h>
#include "model.h"

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & 0x80 >> (i % 8))
			return false;
	return true;
}

static bool port_in(struct filter_ports p, int port)
{
	return p.first > p.last || (port >= p.first && port <= p.last);
}

static bool matches(const struct filter_rule *r, const struct flow_seen *s, bool up)
{
	if (!(up ? r->up : r->down))
		return false;
	if (r->family && (r->family == 6) != s->v6)
		return false;
	if (r->family == 4 && !same_bits(r->addr.s6_addr + 12, s->remote, r->bits - 96u))
		return false;
	if (r->family == 6 && !same_bits(r->addr.s6_addr, s->remote, r->bits))
		return false;
	return (r->protocol < 0 || r->protocol == s->protocol) &&
	       !((s->tos ^ r->tos) & r->tos_mask) && port_in(r->remote, s->remote_port) &&
	       port_in(r->local, s->local_port);
}

int rules_first(const struct lab_rules *rules, const struct flow_seen *s, bool up)
{
	for (unsigned i = 0; i < rules->n; i++)
		if (matches(&rules->rule[i], s, up))
			return rules->rule[i].allow ? rules->rule[i].dscp : -1;
	return rules->allow_default ? 255 : -1;
}
