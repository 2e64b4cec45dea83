/* SPDX-License-Identifier: Apache-2.0 */
/* Slots, TEIDs, tunnels and the maps of people, over real BPF maps made by the test: no program, no
 * interface. Needs root (skips without). */
#include "maps.h"

#include <errno.h>

static bool find_imsi(const char *imsi, struct imsi_slots *out)
{
	struct imsi_key key = {{0}};

	snprintf(key.imsi, sizeof(key.imsi), "%s", imsi);
	return bpf_map_lookup_elem(dp.map[MAP_IMSIS], &key, out) == 0;
}

static void pools_lie_one_behind_the_other(void **state)
{
	(void)state;
	assert_int_equal(dp_pool_size(0), POOL);
	assert_int_equal(dp_pool_size(1), SECOND);
	assert_int_equal(dp_pool_slot(0, 3), 3);
	assert_int_equal(dp_pool_slot(1, 0), POOL);
	assert_int_equal(dp_pool_slot(0, POOL), NO_SLOT);
	assert_int_equal(dp_pool_slot(7, 0), NO_SLOT);
	assert_int_equal(dp.slots, POOL + SECOND + EXTRA);
	assert_int_equal(dp.wanted.tag_bits, 32 - 9);
}

static void teid_names_its_slot_and_nothing_else_does(void **state)
{
	uint32_t teid = add(9);

	(void)state;
	assert_int_equal(teid >> dp.settings->tag_bits, 9);
	assert_int_equal(dp_session_slot(teid), 9);
	assert_int_equal(dp_session_slot(teid ^ 1), NO_SLOT);
	assert_int_equal(dp_session_slot(0), NO_SLOT);
	assert_int_equal(dp_session_slot(UINT32_MAX), NO_SLOT);
	assert_int_equal(dp_session_teid(9), teid);
	dp_session_del(9);
	assert_int_equal(dp_session_slot(teid), NO_SLOT);
	assert_null(dp_session(9));
}

static void freed_slot_names_nobody(void **state)
{
	static const char none[sizeof(((struct session *)0)->imsi)];

	(void)state;
	add(9);
	assert_memory_not_equal(dp.sessions[9].imsi, none, sizeof(none));
	assert_memory_not_equal(dp.sessions[9].apn, none, sizeof(none));
	dp_session_del(9);
	assert_memory_equal(dp.sessions[9].imsi, none, sizeof(none));
	assert_memory_equal(dp.sessions[9].apn, none, sizeof(none));
	assert_int_equal(dp.sessions[9].ue4, 0);
}

static void tags_do_not_repeat_or_count(void **state)
{
	uint32_t seen[64], steps = 0, repeats = 0;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		seen[i] = add(20);
		dp_session_del(20);
		for (unsigned k = 0; k < i; k++)
			repeats += seen[i] == seen[k];
		if (i && (seen[i] - seen[i - 1] + 16) < 32)
			steps++;
	}
	assert_true(steps < 4);
	assert_true(repeats < 2);
}

static void slot_in_use_is_refused(void **state)
{
	struct dp_session s = session_for(9);
	uint32_t teid = add(9), other = 0;

	(void)state;
	assert_int_equal(dp_session_add(9, &s, &other), -EEXIST);
	assert_int_equal(dp_session_teid(9), teid);
	assert_int_equal(dp_session_add(dp.slots, &s, &other), -EINVAL);
	s.pool = 5;
	assert_int_equal(dp_session_add(10, &s, &other), -EINVAL);
}

static void kernels_counters_survive_every_change(void **state)
{
	struct session *s = &dp.sessions[9];

	(void)state;
	add(9);
	s->up.packets = 77;
	s->dropped = 3;
	s->rate_up.tat = 12345;
	dp_session_rate(9, 1000000, 2000000);
	dp_session_gate(9, GATE_CLOSED, GATE_OPEN);
	dp_session_idle(9);
	assert_int_equal(s->up.packets, 77);
	assert_int_equal(s->dropped, 3);
	assert_int_equal(s->rate_up.tat, 12345);
	assert_int_equal(s->gate_up, GATE_CLOSED);
	assert_int_equal(s->bits_per_second_down, 2000000);
	assert_int_equal(s->rate_down.ns_per_mib, rate_ns_per_mib(2000000));
}

static void slow_rate_lets_a_whole_packet_through(void **state)
{
	(void)state;
	add(9);
	dp_session_rate(9, 64000, 0);
	/* 1500 octets at 64 kbit/s take 187.5 ms: the allowance must hold them. */
	assert_true(dp.sessions[9].burst_up_us > 187500);
	assert_int_equal(dp.sessions[9].rate_down.ns_per_mib, 0);
}

/* 2^20 octets at 20 Gbit/s take 419430.4 ns, at 4 Tbit/s 2097.2. */
static void fast_rate_is_held_as_it_is(void **state)
{
	const struct session *s = &dp.sessions[9];

	(void)state;
	add(9);
	dp_session_rate(9, 20000000000, 4000000000000);
	assert_int_equal(s->bits_per_second_up, 20000000000);
	assert_int_equal(s->rate_up.ns_per_mib, 419430);
	assert_int_equal(s->bits_per_second_down, 4000000000000);
	assert_int_equal(s->rate_down.ns_per_mib, 2097);
}

static void imsi_finds_all_bearers(void **state)
{
	struct dp_session s = session_for(9);
	struct imsi_slots slots;
	uint32_t extra = dp_extra_slot(NO_SLOT), teid;

	(void)state;
	add(9);
	s.ebi = 6;
	s.owner = 9;
	assert_int_equal(dp_session_add(extra, &s, &teid), 0);
	assert_int_equal(dp.sessions[extra].owner, 9);
	assert_true(find_imsi("001010000000009", &slots));
	assert_int_equal(slots.slot[0], 9);
	assert_int_equal(slots.slot[1], extra);
	assert_int_equal(slots.slot[2], NO_SLOT);
	dp_session_del(9);
	assert_true(find_imsi("001010000000009", &slots));
	assert_int_equal(slots.slot[0], NO_SLOT);
	dp_session_del(extra);
	assert_false(find_imsi("001010000000009", &slots));
}

static void extra_slots_are_given_out_once_and_come_back_last(void **state)
{
	uint32_t first = dp_extra_slot(NO_SLOT), slot;

	(void)state;
	assert_int_equal(first, POOL + SECOND);
	dp_session_del(first);
	dp_session_del(first); /* twice gives nothing more */
	for (unsigned i = 0; i < EXTRA; i++) {
		slot = dp_extra_slot(NO_SLOT);
		assert_true(slot >= POOL + SECOND && slot < dp.slots);
		assert_int_equal(slot == first, i == EXTRA - 1);
	}
	assert_int_equal(dp_extra_slot(NO_SLOT), NO_SLOT);
	dp_session_del(slot);
	assert_int_equal(dp_extra_slot(NO_SLOT), slot);
}

static void extra_slots_are_of_the_cpu_asked_for_as_long_as_there_are(void **state)
{
	uint32_t slot[EXTRA];

	(void)state;
	for (unsigned i = 0; i < MCORE_CPU_SLOTS; i++)
		dp.settings->cpu[i] = (uint16_t)(i % 3);
	dp.settings->cpus = 3;
	for (unsigned i = 0; i < EXTRA; i++) {
		slot[i] = dp_extra_slot(10);
		assert_true(slot[i] >= POOL + SECOND && slot[i] < dp.slots);
		for (unsigned k = 0; k < i; k++)
			assert_int_not_equal(slot[i], slot[k]);
		assert_int_equal(dp.settings->cpu[slot[i] % MCORE_CPU_SLOTS] == 1, i < EXTRA / 3);
	}
	assert_int_equal(dp_extra_slot(10), NO_SLOT);
	/* The others were given out in their order: */
	for (unsigned i = EXTRA / 3 + 1; i < EXTRA; i++)
		assert_true(slot[i] > slot[i - 1]);
	/* and the one of that CPU that came back is taken before others that came back earlier. */
	dp_session_del(slot[EXTRA - 1]);
	dp_session_del(slot[0]);
	assert_int_equal(dp_extra_slot(10), slot[0]);
	assert_int_equal(dp_extra_slot(NO_SLOT), slot[EXTRA - 1]);
}

static void walk_sees_each_session_once(void **state)
{
	uint32_t slot = 0, n = 0;

	(void)state;
	add(9);
	add(2);
	add(249);
	for (const struct session *s; (s = dp_session_next(&slot)); slot++, n++)
		assert_int_equal(slot, n == 0 ? 2 : n == 1 ? 9 : 249);
	assert_int_equal(n, 3);
}

/* Tunnels are found by hop and the peer's TEID, however they collide. */
static void tunnels_come_and_go(void **state)
{
	(void)state;
	for (uint32_t i = 2; i < POOL; i++) {
		dp.sessions[i].peer = (uint16_t)(40 + i % 3);
		dp.sessions[i].peer_teid = htonl(i / 3);
		tunnel_add(i);
	}
	for (uint32_t i = 2; i < POOL; i += 2)
		tunnel_del(i);
	tunnel_del(2); /* not there: nothing happens */
	for (uint32_t i = 2; i < POOL; i++)
		assert_int_equal(tunnel_find((uint16_t)(40 + i % 3), i / 3), i % 2 ? i : NO_SLOT);
	for (uint32_t i = 2; i < POOL; i += 2)
		tunnel_add(i);
	for (uint32_t i = 2; i < POOL; i++)
		assert_int_equal(tunnel_find((uint16_t)(40 + i % 3), i / 3), i);
	assert_int_equal(tunnel_find(99, 1), NO_SLOT);
}

static void plan_refuses_what_cannot_work(void **state)
{
	char error[200];

	(void)state;
	dp.error = error;
	dp.error_cap = sizeof(error);
	dp.config.pool[0].len4 = 30;
	assert_int_equal(dp_plan(), -EINVAL);
	assert_non_null(strstr(error, "/29"));
	dp.config = test_config();
	dp.config.gtpu = (struct in6_addr){.s6_addr = {0xfe, 0x80}};
	assert_int_equal(dp_plan(), -EAFNOSUPPORT);
	dp.config = test_config();
	dp.config.gtpu6 = (struct in6_addr){.s6_addr = {0xfe, 0x80}};
	assert_int_equal(dp_plan(), -EAFNOSUPPORT);
	dp.config = test_config();
	dp.config.gtpu = dp.config.gtpu6 = (struct in6_addr){{{0}}};
	assert_int_equal(dp_plan(), -EAFNOSUPPORT);
	dp.config = test_config();
	dp.config.extra_slots = UINT32_MAX;
	assert_int_equal(dp_plan(), -E2BIG);
	dp.error = NULL;
	dp.config = test_config();
	assert_int_equal(dp_plan(), 0);
}

static void dual_stack_pool_has_the_smaller_prefixs_size(void **state)
{
	(void)state;
	dp.config.pool[0] = (struct dp_pool){.has4 = true, .len4 = 16, .has6 = true, .len6 = 56};
	assert_int_equal(dp_plan(), 0);
	assert_int_equal(dp.wanted.pools[0].size, 256);
	dp.config.pool[0].len6 = 32;
	assert_int_equal(dp_plan(), 0);
	assert_int_equal(dp.wanted.pools[0].size, 65536);
	dp.config.pool[0].len4 = 8;
	assert_int_equal(dp_plan(), 0);
	assert_int_equal(dp.wanted.pools[0].size, 1 << 20);
	dp.config = test_config();
	assert_int_equal(dp_plan(), 0);
}

static bool is_peer(const struct in6_addr *a)
{
	uint32_t hop;

	return !bpf_map_lookup_elem(dp.map[MAP_PEERS], a, &hop);
}

static void expected_peers_are_known_before_they_have_tunnels(void **state)
{
	struct in6_addr a = ip_map4((struct in_addr){htonl(0x0a0a0063)});
	uint64_t now = 1000;

	(void)state;
	dp.running = true;
	timer_advance(now);
	dp_peer_expect(&a, false); /* of nobody */
	dp_peer_expect(&a, true);
	dp_peer_expect(&a, true); /* two at one address */
	assert_true(is_peer(&a));
	dp_peer_expect(&a, false);
	timer_advance(now += 70000);
	assert_true(is_peer(&a));
	dp_peer_expect(&a, false);
	timer_advance(now += 70000);
	assert_false(is_peer(&a));
	dp.running = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pools_lie_one_behind_the_other),
		TEST(teid_names_its_slot_and_nothing_else_does),
		TEST(freed_slot_names_nobody),
		TEST(tags_do_not_repeat_or_count),
		TEST(slot_in_use_is_refused),
		TEST(kernels_counters_survive_every_change),
		TEST(slow_rate_lets_a_whole_packet_through),
		TEST(fast_rate_is_held_as_it_is),
		TEST(imsi_finds_all_bearers),
		TEST(extra_slots_are_given_out_once_and_come_back_last),
		TEST(extra_slots_are_of_the_cpu_asked_for_as_long_as_there_are),
		TEST(walk_sees_each_session_once),
		TEST(tunnels_come_and_go),
		TEST(plan_refuses_what_cannot_work),
		TEST(dual_stack_pool_has_the_smaller_prefixs_size),
		TEST(expected_peers_are_known_before_they_have_tunnels),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
