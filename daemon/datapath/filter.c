/* SPDX-License-Identifier: Apache-2.0 */
/* From rules to classes and their sets. A field's edges are where some rule's range begins or the
 * value behind it; between two edges all rules agree, so the set of a class is that of any value in
 * it, and its first is taken. The work is classes times rules, a millisecond or two at most. */
#include "datapath/filter.h"

#include <stdlib.h>
#include <string.h>

struct address {
	uint64_t high, low;
};

static uint64_t word(const uint8_t b[8])
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

/* The first and last address of a rule's prefix; IPv4 in high. */
static void prefix_range(const struct filter_rule *r, struct address *first, struct address *last)
{
	unsigned bits = r->bits;

	if (r->family == 4) {
		uint32_t a = (uint32_t)word(r->addr.s6_addr + 8), host;

		host = bits <= 96 ? UINT32_MAX : bits >= 128 ? 0 : UINT32_MAX >> (bits - 96);
		*first = (struct address){a & ~host, 0};
		*last = (struct address){a | host, 0};
		return;
	}
	first->high = word(r->addr.s6_addr);
	first->low = word(r->addr.s6_addr + 8);
	*last = *first;
	if (bits < 64) {
		uint64_t host = UINT64_MAX >> bits;

		first->high &= ~host;
		last->high |= host;
	}
	if (bits < 128) {
		uint64_t host = bits <= 64 ? UINT64_MAX : UINT64_MAX >> (bits - 64);

		first->low &= ~host;
		last->low |= host;
	}
}

static int compare(const struct address *a, const struct address *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return a->low < b->low ? -1 : a->low > b->low;
}

static int by_address(const void *a, const void *b) { return compare(a, b); }

/* The edges of one field, made one rule after the other. Zero is no edge: class 0 begins there. */
struct edges {
	struct address at[FILTER_EDGES];
	unsigned n;
};

static void edge_add(struct edges *e, struct address a)
{
	if (a.high || a.low)
		e->at[e->n++] = a;
}

/* max: the largest value of the field, which has no value behind it. */
static void range_add(struct edges *e, struct address first, struct address last,
		      struct address max)
{
	edge_add(e, first);
	if (!compare(&last, &max))
		return;
	if (max.low == UINT64_MAX && !++last.low)
		last.high++;
	else if (max.low != UINT64_MAX)
		last.high++;
	edge_add(e, last);
}

static void edges_sort(struct edges *e)
{
	unsigned n = 0;

	qsort(e->at, e->n, sizeof(*e->at), by_address);
	for (unsigned i = 0; i < e->n; i++)
		if (!n || compare(&e->at[n - 1], &e->at[i]))
			e->at[n++] = e->at[i];
	e->n = n;
}

struct work {
	const struct filter_rule *rule;
	size_t n;
	struct filter *out;
	uint32_t sets;
	struct edges edges;
};

/* Another set of the rules for which matches(rule, value) is true; its index. */
static uint32_t set_add(struct work *w,
			bool (*matches)(const struct filter_rule *, const struct address *),
			struct address value)
{
	struct filter_set *s = &w->out->set[w->sets];

	for (size_t i = 0; i < w->n; i++)
		if (matches(&w->rule[i], &value))
			s->rule[i / 64] |= 1ull << (i % 64);
	return w->sets++;
}

/* Sets of all classes between the edges; the first one's index. */
static uint32_t sets_of_edges(struct work *w,
			      bool (*matches)(const struct filter_rule *, const struct address *))
{
	uint32_t first = set_add(w, matches, (struct address){0, 0});

	for (unsigned i = 0; i < w->edges.n; i++)
		set_add(w, matches, w->edges.at[i]);
	return first;
}

/* ---- addresses ---- */

static bool address_matches(const struct filter_rule *r, uint8_t family, const struct address *a)
{
	struct address first, last;

	if (!r->family)
		return true;
	if (r->family != family)
		return false;
	prefix_range(r, &first, &last);
	return compare(&first, a) <= 0 && compare(a, &last) <= 0;
}

static bool address4_matches(const struct filter_rule *r, const struct address *a)
{
	return address_matches(r, 4, a);
}

static bool address6_matches(const struct filter_rule *r, const struct address *a)
{
	return address_matches(r, 6, a);
}

static void edges_of_family(struct work *w, uint8_t family)
{
	const struct address max = family == 4 ? (struct address){UINT32_MAX, 0}
					       : (struct address){UINT64_MAX, UINT64_MAX};

	w->edges.n = 0;
	for (size_t i = 0; i < w->n; i++) {
		struct address first, last;

		if (w->rule[i].family != family)
			continue;
		prefix_range(&w->rule[i], &first, &last);
		range_add(&w->edges, first, last, max);
	}
	edges_sort(&w->edges);
}

static void range_fill(struct work *w, struct filter_range *r)
{
	r->edges = w->edges.n;
	for (unsigned i = 0; i < FILTER_EDGES; i++)
		r->edge[i] = i < w->edges.n ? (uint32_t)w->edges.at[i].high : UINT32_MAX;
}

static void compile_addresses(struct work *w)
{
	struct filter_range6 *six = &w->out->address6;

	edges_of_family(w, 4);
	range_fill(w, &w->out->address4);
	w->out->address4.first = sets_of_edges(w, address4_matches);
	edges_of_family(w, 6);
	six->edges = w->edges.n;
	for (unsigned i = 0; i < FILTER_EDGES; i++) {
		six->high[i] = i < w->edges.n ? w->edges.at[i].high : UINT64_MAX;
		six->low[i] = i < w->edges.n ? w->edges.at[i].low : UINT64_MAX;
	}
	six->first = sets_of_edges(w, address6_matches);
}

/* ---- ports ---- */

static bool port_any(struct filter_ports p) { return p.first > p.last; }

static bool port_matches(struct filter_ports p, const struct address *a)
{
	return port_any(p) || (a->high >= p.first && a->high <= p.last);
}

static bool remote_matches(const struct filter_rule *r, const struct address *a)
{
	return port_matches(r->remote, a);
}

static bool local_matches(const struct filter_rule *r, const struct address *a)
{
	return port_matches(r->local, a);
}

/* A value that no port has: only rules without ports match. */
static const struct address no_port = {1 << 16, 0};

static void compile_ports(struct work *w, unsigned side)
{
	bool (*matches)(const struct filter_rule *, const struct address *) =
		side ? local_matches : remote_matches;

	w->edges.n = 0;
	for (size_t i = 0; i < w->n; i++) {
		struct filter_ports p = side ? w->rule[i].local : w->rule[i].remote;

		if (!port_any(p))
			range_add(&w->edges, (struct address){p.first, 0},
				  (struct address){p.last, 0}, (struct address){UINT16_MAX, 0});
	}
	edges_sort(&w->edges);
	range_fill(w, &w->out->port[side]);
	w->out->port[side].first = sets_of_edges(w, matches);
	w->out->no_port[side] = set_add(w, matches, no_port);
}

/* ---- octets ---- */

static bool protocol_matches(const struct filter_rule *r, const struct address *a)
{
	return r->protocol < 0 || (uint64_t)r->protocol == a->high;
}

static bool tos_matches(const struct filter_rule *r, const struct address *a)
{
	return !((a->high ^ r->tos) & r->tos_mask);
}

/* A class for each set that differs; that of each octet in class[]. Returns class 0's set. */
static uint32_t compile_octets(struct work *w, uint8_t class[256],
			       bool (*matches)(const struct filter_rule *, const struct address *))
{
	uint32_t first = w->sets;

	for (unsigned v = 0; v < 256; v++) {
		uint32_t set = set_add(w, matches, (struct address){v, 0}), same = first;

		while (memcmp(&w->out->set[same], &w->out->set[set], sizeof(struct filter_set)))
			same++;
		if (same < set)
			memset(&w->out->set[--w->sets], 0, sizeof(struct filter_set));
		class[v] = (uint8_t)(same - first);
	}
	return first;
}

static uint64_t fields_of(const struct filter_rule *rule, size_t n)
{
	uint64_t fields = FILTER_DIRECTION;

	for (size_t i = 0; i < n; i++)
		fields |= (rule[i].family ? FILTER_ADDRESS : 0) |
			  (rule[i].protocol >= 0 ? FILTER_PROTOCOL : 0) |
			  (rule[i].tos_mask ? FILTER_TOS : 0) |
			  (port_any(rule[i].remote) ? 0 : FILTER_REMOTE_PORT) |
			  (port_any(rule[i].local) ? 0 : FILTER_LOCAL_PORT);
	return fields;
}

static void compile_actions(const struct filter_rule *rule, size_t n, struct filter *out)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = 1ull << (i % 64);

		if (rule[i].up)
			out->direction[0].rule[i / 64] |= bit;
		if (rule[i].down)
			out->direction[1].rule[i / 64] |= bit;
		if (rule[i].allow)
			out->allow.rule[i / 64] |= bit;
		if (rule[i].allow && rule[i].dscp != DSCP_KEEP)
			out->mark.rule[i / 64] |= bit;
		out->dscp[i] = rule[i].dscp;
	}
}

void filter_compile(const struct filter_rule *rule, size_t n, bool allow_default,
		    struct filter *out)
{
	static struct work w; /* 8 KiB that are not the stack's */

	memset(out, 0, sizeof(*out));
	w = (struct work){.rule = rule, .n = n < FILTER_RULES ? n : FILTER_RULES, .out = out};
	out->rules = (uint32_t)w.n;
	out->fields = fields_of(rule, w.n);
	out->allow_default = allow_default;
	compile_actions(rule, w.n, out);
	if (out->fields & FILTER_ADDRESS)
		compile_addresses(&w);
	if (out->fields & FILTER_REMOTE_PORT)
		compile_ports(&w, 0);
	if (out->fields & FILTER_LOCAL_PORT)
		compile_ports(&w, 1);
	if (out->fields & FILTER_PROTOCOL)
		out->protocols = compile_octets(&w, out->protocol, protocol_matches);
	if (out->fields & FILTER_TOS)
		out->toses = compile_octets(&w, out->tos, tos_matches);
}
