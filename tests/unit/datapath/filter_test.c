/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: their text, and their compiled form against reading them one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "datapath/filter.h"

#define BEHAVIOUR(f) cmocka_unit_test(f)

static uint64_t state = 0x9e3779b97f4a7c15;

static uint32_t rnd(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % below;
}

struct packet {
	bool v6, up;
	uint8_t address[16]; /* IPv4 in the last four */
	uint8_t protocol, tos;
	int port[2]; /* -1: none */
};

/* ---- reading them one after the other ---- */

static bool matches(const struct filter_rule *r, const struct packet *p)
{
	const struct filter_ports *ports[2] = {&r->remote, &r->local};

	if (!(p->up ? r->up : r->down) || (r->family && (r->family == 6) != p->v6))
		return false;
	for (unsigned i = r->family == 4 ? 96 : 0; r->family && i < r->bits; i++)
		if ((r->addr.s6_addr[i / 8] ^ p->address[i / 8]) & 0x80 >> (i % 8))
			return false;
	if ((r->protocol >= 0 && r->protocol != p->protocol) || ((r->tos ^ p->tos) & r->tos_mask))
		return false;
	for (int i = 0; i < 2; i++)
		if (ports[i]->first <= ports[i]->last &&
		    (p->port[i] < ports[i]->first || p->port[i] > ports[i]->last))
			return false;
	return true;
}

static int first_of_rules(const struct filter_rule *r, size_t n, const struct packet *p)
{
	for (size_t i = 0; i < n; i++)
		if (matches(&r[i], p))
			return (int)i;
	return -1;
}

/* ---- looking them up ---- */

static uint32_t class_of(const struct filter_range *r, uint32_t x)
{
	uint32_t n = 0;

	while (n < r->edges && r->edge[n] <= x)
		n++;
	return r->first + n;
}

static uint32_t class6_of(const struct filter_range6 *r, uint64_t high, uint64_t low)
{
	uint32_t n = 0;

	while (n < r->edges && (r->high[n] < high || (r->high[n] == high && r->low[n] <= low)))
		n++;
	return r->first + n;
}

static uint64_t word(const uint8_t *b)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

static void meet(struct filter_set *all, const struct filter *f, uint32_t set)
{
	assert_in_range(set, 0, FILTER_SETS - 1);
	for (int i = 0; i < FILTER_WORDS; i++)
		all->rule[i] &= f->set[set].rule[i];
}

static int first_of_sets(const struct filter *f, const struct packet *p)
{
	static const uint64_t port_field[2] = {FILTER_REMOTE_PORT, FILTER_LOCAL_PORT};
	struct filter_set all = f->direction[!p->up];

	if (f->fields & FILTER_ADDRESS)
		meet(&all, f,
		     p->v6 ? class6_of(&f->address6, word(p->address), word(p->address + 8))
			   : class_of(&f->address4, (uint32_t)word(p->address + 8)));
	if (f->fields & FILTER_PROTOCOL)
		meet(&all, f, f->protocols + f->protocol[p->protocol]);
	for (int i = 0; i < 2; i++)
		if (f->fields & port_field[i])
			meet(&all, f,
			     p->port[i] < 0 ? f->no_port[i]
					    : class_of(&f->port[i], (uint32_t)p->port[i]));
	if (f->fields & FILTER_TOS)
		meet(&all, f, f->toses + f->tos[p->tos]);
	for (int i = 0; i < FILTER_RULES; i++)
		if (all.rule[i / 64] >> (i % 64) & 1)
			return i;
	return -1;
}

/* ---- both, at random ---- */

static void random_address(uint8_t out[16], bool v6)
{
	static const uint8_t edge[] = {0, 1, 2, 127, 128, 254, 255};

	memset(out, 0, 16);
	for (int i = v6 ? 0 : 12; i < 16; i++)
		out[i] = rnd(3) ? edge[rnd(sizeof(edge))] : (uint8_t)rnd(256);
	if (!v6)
		out[10] = out[11] = 0xff;
}

static struct filter_ports random_ports(void)
{
	uint16_t a = (uint16_t)(rnd(4) ? rnd(40) : 65535 - rnd(3)), b = (uint16_t)(a + rnd(20));

	return rnd(3) ? FILTER_ANY_PORT : (struct filter_ports){a, b < a ? a : b};
}

static struct filter_rule random_rule(void)
{
	struct filter_rule r = FILTER_RULE_ANY;

	r.allow = rnd(2);
	r.up = rnd(4);
	r.down = !r.up || rnd(4);
	if (rnd(4)) {
		r.family = rnd(2) ? 4 : 6;
		r.bits = (uint8_t)(r.family == 4 ? 96 + rnd(33) : rnd(129));
		random_address(r.addr.s6_addr, r.family == 6);
		for (unsigned i = r.bits; i < 128; i++)
			r.addr.s6_addr[i / 8] &= (uint8_t) ~(0x80u >> (i % 8));
	}
	if (rnd(2))
		r.protocol = (int16_t)rnd(rnd(2) ? 8 : 256);
	r.remote = random_ports();
	r.local = random_ports();
	if (!rnd(3)) {
		r.tos_mask = (uint8_t)(1 + rnd(255));
		r.tos = (uint8_t)rnd(256) & r.tos_mask;
	}
	return r;
}

static struct packet random_packet(const struct filter_rule *r, size_t n)
{
	struct packet p = {.v6 = rnd(2), .up = rnd(2), .port = {-1, -1}};

	random_address(p.address, p.v6);
	/* Most are near some rule: its address and the ones beside, its ports. */
	if (n && rnd(4)) {
		r += rnd((uint32_t)n);
		if (r->family) {
			p.v6 = r->family == 6;
			memcpy(p.address, r->addr.s6_addr, 16);
			p.address[15] = (uint8_t)(p.address[15] + rnd(3) - 1);
		}
		p.protocol = (uint8_t)(r->protocol < 0 ? (int16_t)rnd(256) : r->protocol);
		p.tos = rnd(2) ? r->tos : (uint8_t)rnd(256);
	}
	if (rnd(4)) {
		p.port[0] = rnd(2) ? (int)rnd(64) : 65535 - (int)rnd(4);
		p.port[1] = rnd(2) ? (int)rnd(64) : 65535 - (int)rnd(4);
	}
	return p;
}

static void compiled_rules_say_what_rules_say(void **arg)
{
	static struct filter f;
	static struct filter_rule rule[FILTER_RULES];
	unsigned hits = 0;

	(void)arg;
	for (int round = 0; round < 60; round++) {
		size_t n = round < 4 ? (size_t[]){0, 1, FILTER_RULES, 64}[round]
				     : rnd(round % 2 ? 20 : FILTER_RULES + 1);

		for (size_t i = 0; i < n; i++)
			rule[i] = random_rule();
		filter_compile(rule, n, false, &f);
		for (int i = 0; i < 2000; i++) {
			struct packet p = random_packet(rule, n);
			int want = first_of_rules(rule, n, &p);

			assert_int_equal(first_of_sets(&f, &p), want);
			hits += want >= 0;
		}
	}
	assert_in_range(hits, 20000, 110000);
}

/* All that can differ does: the arrays are as large as they must be. */
static void the_most_different_rules_fit(void **arg)
{
	static struct filter f;
	static struct filter_rule rule[FILTER_RULES];

	(void)arg;
	for (int i = 0; i < FILTER_RULES; i++) {
		rule[i] = FILTER_RULE_ANY;
		rule[i].family = i % 2 ? 4 : 6;
		rule[i].addr = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
		rule[i].addr.s6_addr[15] = (uint8_t)(i & ~1);
		rule[i].addr.s6_addr[14] = 7;
		rule[i].bits = 128;
		rule[i].protocol = (int16_t)i;
		rule[i].tos = (uint8_t)i;
		rule[i].tos_mask = 255;
		rule[i].remote = rule[i].local =
			(struct filter_ports){(uint16_t)(100 + 2 * i), (uint16_t)(100 + 2 * i)};
	}
	filter_compile(rule, FILTER_RULES, false, &f);
	for (int i = 0; i < FILTER_RULES; i++) {
		struct packet p = {.v6 = i % 2 == 0,
				   .up = true,
				   .protocol = (uint8_t)i,
				   .tos = (uint8_t)i,
				   .port = {100 + 2 * i, 100 + 2 * i}};

		memcpy(p.address, rule[i].addr.s6_addr, 16);
		assert_int_equal(first_of_sets(&f, &p), i);
		p.port[0]++;
		assert_int_equal(first_of_sets(&f, &p), -1);
	}
}

/* ---- text ---- */

static void rule_text_is_read_and_written(void **arg)
{
	static const char *const same[] = {
		"allow",
		"deny up",
		"deny down 10.0.0.0/8",
		"allow 192.0.2.1",
		"allow 0.0.0.0/0",
		"allow ::/0 icmp6",
		"mark 46 up 2001:db8::/32 udp port 5060-5070",
		"deny tcp port 22 device-port 1024-65535",
		"deny down tcp device-port 23 tos 0xb8/0xfc",
		"allow proto 47 tos 0x01",
		NULL,
	};
	char out[FILTER_RULE_TEXT], error[128];
	struct filter_rule r;

	(void)arg;
	for (int i = 0; same[i]; i++) {
		assert_null(filter_rule_parse(same[i], &r, error, sizeof(error)));
		assert_string_equal(filter_rule_print(&r, out), same[i]);
	}
	assert_null(filter_rule_parse("  allow   proto 6  tos 16/255", &r, error, sizeof(error)));
	assert_string_equal(filter_rule_print(&r, out), "allow tcp tos 0x10");
}

static void wrong_rule_text_is_told(void **arg)
{
	static const struct {
		const char *text, *wrong;
	} bad[] = {
		{"", "allow, deny or mark is missing at its end"},
		{"drop tcp", "'drop' is not allow, deny or mark"},
		{"mark 64", "'64' is not a DSCP from 0 to 63"},
		{"deny 10.0.0.1/8", "'10.0.0.1/8' is not a prefix such as 10.0.0.0/8, without host "
				    "bits"},
		{"deny 10.0.0.0/33", "'10.0.0.0/33' is not a prefix such as 10.0.0.0/8, without "
				     "host bits"},
		{"deny 10.0.0", "'10.0.0' is not a prefix such as 10.0.0.0/8, without host bits"},
		{"deny tcp port", "a port or a range such as 8000-8080 is missing at its end"},
		{"deny tcp port 90-80", "'90-80' is not a port or a range such as 8000-8080"},
		{"deny tcp port 65536", "'65536' is not a port or a range such as 8000-8080"},
		{"deny proto 256", "'256' is not a protocol number from 0 to 255"},
		{"deny tos 0xff/0x0f", "'0xff/0x0f' is not a TOS such as 0xb8/0xfc, without bits "
				       "outside the mask"},
		{"deny port 80 tcp", "'tcp' is not understood here: the order is [up|down] "
				     "[PREFIX] [PROTOCOL] [port N] [device-port N] [tos N]"},
	};
	struct filter_rule r;
	char error[200];

	(void)arg;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *wrong = filter_rule_parse(bad[i].text, &r, error, sizeof(error));

		assert_non_null(wrong);
		assert_string_equal(wrong, bad[i].wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(compiled_rules_say_what_rules_say),
		BEHAVIOUR(the_most_different_rules_fit),
		BEHAVIOUR(rule_text_is_read_and_written),
		BEHAVIOUR(wrong_rule_text_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
