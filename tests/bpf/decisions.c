/* SPDX-License-Identifier: Apache-2.0 */
/* What filters said is remembered: many packets of few kinds under many rule sets, so that most are
 * answered from memory, each as the model would; and what else must hold of it. */
#include "decisions.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"

enum { RULE_SETS = 60, PACKETS = 400, ANSWER_SHIFT = 52 };

static uint64_t state = 0x9e3779b97f4a7c15;
static char why[160];

static unsigned rnd(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 32) % below;
}

static struct frame_spec random_packet(void)
{
	static const char *const remote[2][3] = {
		{"203.0.113.66", "203.0.113.80", "198.51.100.7"},
		{"2001:db8:ffff::42", "2001:db8:ffff::80", "2001:db8:fffe::80"},
	};
	static const char *const device[2] = {"10.45.0.20", "2001:db8:45:14::1"};
	static const uint16_t port[] = {53, 443, 5050, 40000, 50000};
	static const uint8_t proto[] = {6, 17, 17, 47, 132}, tos[] = {0, 0, 0xb8, 0x28};
	const bool up = rnd(2), v6 = rnd(3) == 0;
	const char *net = remote[v6][rnd(3)];
	struct frame_spec f = {
		.inner = {.version = v6 ? 6 : 4,
			  .src = up ? device[v6] : net,
			  .dst = up ? net : device[v6],
			  .len = 100,
			  .proto = proto[rnd(5)],
			  .tos = tos[rnd(4)],
			  .sport = port[rnd(5)],
			  .dport = port[rnd(5)]},
	};

	if (up) {
		f.outer = (struct packet_spec){.version = 4, .src = "10.1.0.2", .dst = "10.1.0.1"};
		f.gtp.teid = lab_teid(RULED);
	}
	if (!v6 && !rnd(8))
		f.inner.frag = 0x10;
	return f;
}

/* A few of these, so that filters differ in the fields that they look at. */
static void random_rules(struct lab_rules *r)
{
	static const char *const text[] = {
		"deny up 203.0.113.66",
		"mark 46 up 203.0.113.0/24 udp port 5000-5100",
		"allow 2001:db8:ffff::/48 udp device-port 40000-50000",
		"mark 0 2001:db8:ffff::80",
		"deny tos 0xb8/0xfc",
		"deny proto 47",
		"allow tcp port 443",
		"mark 10 down udp",
		"deny device-port 1-1024",
		"allow down 198.51.100.0/24",
		"deny 2001:db8:ffff::42",
		"mark 63 tos 0x28",
		"allow",
	};
	char error[128];

	*r = (struct lab_rules){.allow_default = rnd(2)};
	for (unsigned i = 1 + rnd(5); i; i--)
		if (filter_rule_parse(text[rnd(sizeof text / sizeof *text)], &r->rule[r->n++],
				      error, sizeof error))
			abort();
}

static int reason_of(const struct reason_count before[], const struct reason_count after[])
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (after[i].packets != before[i].packets)
			return i;
	return -1;
}

static int sent(const struct frame_spec *f, struct lab_result *r, struct model *m)
{
	const enum lab_role role = f->outer.version ? LAB_ACCESS : LAB_SGI;
	struct reason_count before[REASON_COUNT], after[REASON_COUNT];
	uint8_t frame[FRAME_MAX];
	size_t n = frame_build(f, frame);

	model_run(role, frame, n, m);
	lab_reasons(before);
	if (lab_run(role, frame, n, lab.aside, 1, r))
		return -1;
	lab_reasons(after);
	return reason_of(before, after);
}

static bool as_the_model(const struct frame_spec *f)
{
	static struct model m;
	struct lab_result r;
	int reason = sent(f, &r, &m);

	if (reason == m.reason && (lab_verdict(reason) != VERDICT_FORWARD ||
				   (r.len == m.len && !memcmp(r.frame, m.frame, r.len))))
		return true;
	snprintf(why, sizeof why, "%s -> %s, protocol %u, ports %u, %u, tos %u: %s, the model's %s",
		 f->inner.src, f->inner.dst, f->inner.proto, f->inner.sport, f->inner.dport,
		 f->inner.tos, lab_reason_name(reason), lab_reason_name(m.reason));
	return false;
}

const char *decisions_are_those_of_rules(void)
{
	lab_reset();
	for (int set = 0; set < RULE_SETS; set++) {
		random_rules(&lab.rules[RULESET_RULES]);
		random_rules(&lab.rules[RULESET_WALL]);
		lab_compile(RULESET_RULES);
		lab_compile(RULESET_WALL);
		for (int i = 0; i < PACKETS; i++) {
			struct frame_spec f = random_packet();

			/* The same packet meets the one filter and the other. */
			lab.sessions[RULED].flags = rnd(3) ? 0 : SESSION_QUARANTINE;
			if (!as_the_model(&f))
				return why;
		}
	}
	return NULL;
}

/* Makes every decision that is remembered its opposite. */
static void turn_all(void)
{
	struct bpf_map *map = bpf_object__find_map_by_name(lab.obj, "decisions");
	size_t n = lab.cpus * bpf_map__value_size(map);
	uint64_t *value = calloc(1, n);
	uint32_t zero = 0;

	if (value && !bpf_map__lookup_elem(map, &zero, sizeof zero, value, n, 0)) {
		for (size_t i = 3; i < n / sizeof *value; i += 4)
			value[i] ^= 256ull << ANSWER_SHIFT;
		bpf_map__update_elem(map, &zero, sizeof zero, value, n, 0);
	}
	free(value);
}

const char *a_decision_holds_as_long_as_its_filter(void)
{
	const struct frame_spec f = {
		.inner = {.version = 4, .src = "198.51.100.7", .dst = "10.45.0.20", .len = 100},
	};
	static struct model m;
	struct lab_result r;

	lab_reset();
	lab.rules[RULESET_RULES] = (struct lab_rules){.allow_default = true};
	lab_compile(RULESET_RULES);
	if (sent(&f, &r, &m) != REASON_downlink)
		return "it is not allowed";
	turn_all();
	if (sent(&f, &r, &m) != REASON_filtered)
		return "it is not remembered";
	/* The element is written anew; the next packet must know. */
	lab_compile(RULESET_RULES);
	if (sent(&f, &r, &m) != REASON_downlink)
		return "of another filter is remembered";
	lab.rules[RULESET_RULES].allow_default = false;
	lab_compile(RULESET_RULES);
	if (sent(&f, &r, &m) != REASON_filtered || sent(&f, &r, &m) != REASON_filtered)
		return "a changed filter is not obeyed";
	turn_all();
	if (sent(&f, &r, &m) != REASON_downlink)
		return "a denial is not remembered";
	lab.filters[RULESET_RULES].serial = 0;
	turn_all();
	for (int i = 0; i < 2; i++, turn_all())
		if (sent(&f, &r, &m) != REASON_filtered)
			return "a filter without a number is remembered";
	return NULL;
}
