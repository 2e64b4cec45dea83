/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U peers: both families, paths by Echo, relays, and whose packets were counted (TS 29.281, TS
 * 23.007 20.3). Needs root (skips without). */
#include "maps.h"

#include <errno.h>
#include "datapath/gtpu_msg.h"

static uint64_t now = 1000;
static unsigned failed_slots;
static uint32_t failed_slot;

static struct dp_peer peer_of(struct in6_addr addr)
{
	unsigned n;
	struct dp_peer *list = dp_peers(&n), found = {.tunnels = 99};

	assert_non_null(list);
	for (unsigned i = 0; i < n; i++)
		if (!memcmp(&list[i].addr, &addr, sizeof(addr)))
			found = list[i];
	free(list);
	return found;
}

static void a_peer_may_be_of_either_family_that_we_have(void **state)
{
	uint32_t slot = connected(5, enb6(7), 77);
	const struct hop *h = dp_hop(dp_session(slot)->peer);
	struct in6_addr v6 = enb6(8), v4 = enb(8);

	(void)state;
	assert_int_equal(h->family, 6);
	assert_memory_equal(h->addr, enb6(7).s6_addr, 16);
	assert_memory_equal(h->local, &dp.config.gtpu6, 16);
	dp.config.gtpu6 = (struct in6_addr){{{0}}};
	assert_int_equal(dp_session_connect(slot, &v6, 1), -EAFNOSUPPORT);
	assert_int_equal(dp_session_connect(slot, &v4, 1), 0);
	dp.config.gtpu = (struct in6_addr){{{0}}};
	v4 = enb(9);
	assert_int_equal(dp_session_connect(slot, &v4, 1), -EAFNOSUPPORT);
}

static void uplink_is_taken_from_a_peers_other_address_as_long_as_it_has_tunnels(void **state)
{
	struct in6_addr v4 = enb(2), v6 = enb6(2);
	uint32_t slot, index;

	(void)state;
	dp_peer_also(&v4, &v6);
	slot = connected(5, v4, 77);
	assert_int_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &v6, &index), 0);
	assert_int_equal(dp_hop(dp_session(slot)->peer)->also, index);
	dp_peer_also(&v4, &v6); /* once more changes nothing */
	assert_int_equal(hop_refs((uint16_t)index), 1);
	dp_session_del(slot);
	for (unsigned i = 0; i < 2; i++)
		timer_advance(now += 61000);
	assert_int_not_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &v6, &index), 0);
	assert_int_not_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &v4, &index), 0);
}

/* What a Transport Layer Address of 160 bits may say: a second address that is the first, or of its
 * family, two of which could name each other for ever. */
static void a_peers_other_address_is_of_the_other_family(void **state)
{
	struct in6_addr a = enb(2), b = enb(3), c = enb6(2), d = enb6(3);
	uint32_t slot, index;

	(void)state;
	dp_peer_also(&a, &a);
	dp_peer_also(&a, &b);
	dp_peer_also(&b, &a);
	dp_peer_also(&c, &d);
	slot = connected(5, a, 77);
	assert_int_equal(dp_hop(hop_find(&a))->also, 0);
	dp_session_del(slot);
	for (unsigned i = 0; i < 2; i++)
		timer_advance(now += 61000);
	assert_int_not_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &a, &index), 0);
	assert_int_not_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &b, &index), 0);
	assert_int_not_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &d, &index), 0);
}

static void a_peer_with_tunnels_keeps_its_other_address_whatever_others_say(void **state)
{
	struct in6_addr v4 = enb(2), v6 = enb6(2), other = enb6(66);
	uint32_t slot, index;

	(void)state;
	dp_peer_also(&v4, &v6);
	slot = connected(5, v4, 77);
	dp_peer_also(&v4, &other);
	assert_int_equal(dp_hop(hop_find(&v4))->also, hop_find(&v6));
	assert_int_equal(hop_refs(hop_find(&v6)), 1);
	assert_int_not_equal(bpf_map_lookup_elem(dp.map[MAP_PEERS], &other, &index), 0);
	dp_session_del(slot);
	dp_peer_also(&v4, &other); /* it may have another by now */
	assert_int_equal(dp_hop(hop_find(&v4))->also, hop_find(&other));
	assert_int_equal(hop_refs(hop_find(&v6)), 0);
	assert_int_equal(hop_refs(hop_find(&other)), 1);
}

static void a_peer_without_tunnels_makes_room_when_all_are_taken(void **state)
{
	struct in6_addr addr, first = enb(2), second = enb(3), third = enb(4), new = enb6(9);
	uint32_t slot = connected(5, first, 1);
	uint16_t was = hop_find(&first), then;

	(void)state;
	hop_get(&second);
	hop_get(&third);
	for (uint32_t i = 3; i < HOPS - HOP_PEER; i++) {
		addr = ip_map4((struct in_addr){htonl(0x0b000000 + i)});
		assert_true(hop_get(&addr) > 0);
	}
	assert_int_equal(hop_get(&new), -ENOSPC); /* all are in use */
	then = hop_find(&third);
	hop_put(then);
	timer_advance(now += 10000);
	hop_put(hop_find(&second));
	assert_int_equal(hop_get(&new), then); /* in the place of who has had none for longest */
	assert_int_equal(hop_find(&third), 0);
	assert_int_not_equal(hop_find(&second), 0);
	dp.running = true;
	dp_peer_expect(&second, true); /* soon in use: not this one */
	assert_int_equal(hop_get(&third), -ENOSPC);
	assert_int_equal(dp.sessions[slot].peer, was);
	assert_int_equal(hop_find(&first), was);
}

static void a_path_is_read_anew_however_often_its_mtu_is_told(void **state)
{
	struct in6_addr peer = enb(2);
	uint16_t index;

	(void)state;
	connected(5, peer, 1);
	index = hop_find(&peer);
	dp.hops[index].mtu = 1400; /* what is read differs */
	for (unsigned i = 0; i < 5; i++) {
		hop_path_changed(&peer);
		timer_advance(now += 10);
	}
	assert_int_not_equal(dp.hops[index].mtu, 1400);
	timer_advance(now += 40);
	dp.hops[index].mtu = 1400;
	timer_advance(now += 100); /* not for ever, */
	assert_int_equal(dp.hops[index].mtu, 1400);
	hop_path_changed(&peer); /* and again when it is told again */
	timer_advance(now += 40);
	assert_int_not_equal(dp.hops[index].mtu, 1400);
}

static void on_path_failure(uint32_t slot)
{
	failed_slots++;
	failed_slot = slot;
}

/* Every 60 s, T3-RESPONSE 3 s, three repetitions, and a second to hold. */
static void start_echo(void)
{
	dp.config.echo = (struct dp_echo){60000, 3000, 3, 1000};
	dp.handler.path_failure = on_path_failure;
	failed_slots = 0;
	timer_advance(now += 100);
}

static void respond(struct in6_addr from, int wrong)
{
	uint8_t out[GTPU_MESSAGE_MAX];
	struct gtpu_message m;
	struct peer *p = hop_peer(hop_find(&from));
	size_t n = gtpu_put_echo_response(out, (uint16_t)(p->sequence + wrong));

	assert_true(gtpu_parse(out, n, &m));
	peer_echo_response(&from, &m);
}

static void an_echo_that_is_answered_keeps_the_path_up(void **state)
{
	(void)state;
	start_echo();
	connected(5, enb(2), 1);
	assert_int_equal(peer_of(enb(2)).path, DP_PATH_UNKNOWN);
	timer_advance(now += 1200);
	assert_int_equal(peer_of(enb(2)).echo_sent, 1);
	respond(enb(2), 1); /* of another sequence number: none */
	assert_int_equal(peer_of(enb(2)).echo_answered, 0);
	respond(enb(2), 0);
	respond(enb(2), 0); /* and a second one is not asked for */
	assert_int_equal(peer_of(enb(2)).echo_answered, 1);
	assert_int_equal(peer_of(enb(2)).path, DP_PATH_UP);
	timer_advance(now += 59000);
	assert_int_equal(peer_of(enb(2)).echo_sent, 1);
	timer_advance(now += 1100);
	assert_int_equal(peer_of(enb(2)).echo_sent, 2);
}

static void a_path_is_down_when_unanswered_requests_exceed_n3(void **state)
{
	uint32_t slot;

	(void)state;
	start_echo();
	slot = connected(5, enb(2), 1);
	connected(6, enb(3), 1);
	timer_advance(now += 1300);
	respond(enb(2), 0);
	respond(enb(3), 0);
	timer_advance(now += 60100);
	respond(enb(3), 0);
	for (unsigned i = 0; i < 3; i++) {
		timer_advance(now += 3020);
		assert_int_equal(peer_of(enb(2)).path, DP_PATH_UP);
	}
	assert_int_equal(peer_of(enb(2)).echo_sent, 5);
	timer_advance(now += 3020);
	assert_int_equal(peer_of(enb(2)).path, DP_PATH_DOWN);
	assert_int_equal(peer_of(enb(2)).failures, 1);
	assert_int_equal(failed_slots, 0);
	timer_advance(now += 980);
	assert_int_equal(failed_slots, 0);
	timer_advance(now += 40);
	timer_advance(now += 110);
	assert_int_equal(failed_slots, 1);
	assert_int_equal(failed_slot, slot);
	assert_int_equal(peer_of(enb(3)).path, DP_PATH_UP);
	timer_advance(now += 60000);
	respond(enb(2), 0);
	assert_int_equal(peer_of(enb(2)).path, DP_PATH_UP);
}

static void paths_that_fail_one_after_the_other_are_given_up_together(void **state)
{
	unsigned turns = 0;

	(void)state;
	start_echo();
	for (uint8_t i = 0; i < 3; i++) /* asked 37 ms apart */
		connected(5 + i, enb(2 + i), 1);
	for (unsigned i = 0; i < 2000 && failed_slots < 3; i++) {
		unsigned before = failed_slots;

		timer_advance(now += 10);
		turns += failed_slots != before;
	}
	assert_int_equal(failed_slots, 3);
	assert_int_equal(turns, 1);
	timer_advance(now += 2000);
	assert_int_equal(failed_slots, 3);
}

static void a_path_that_comes_back_at_the_last_moment_keeps_its_tunnels(void **state)
{
	uint32_t slot;

	(void)state;
	start_echo();
	dp.config.echo.interval_ms = 1000; /* so that it is asked in the hold time */
	dp.config.echo.hold_ms = 3000;
	slot = connected(5, enb(2), 1);
	connected(6, enb(3), 1);
	for (unsigned i = 0; i < 5000 && peer_of(enb(2)).path != DP_PATH_DOWN; i++)
		timer_advance(now += 10);
	for (unsigned i = 0; i < 306; i++)
		timer_advance(now += 10);
	assert_int_equal(failed_slots, 0);
	respond(enb(2), 0);
	timer_advance(now += 100);
	assert_int_equal(failed_slots, 1); /* the other's */
	assert_int_not_equal(failed_slot, slot);
}

static void a_path_that_comes_back_in_time_keeps_its_tunnels(void **state)
{
	(void)state;
	start_echo();
	dp.config.echo.hold_ms = 100000;
	connected(5, enb(2), 1);
	timer_advance(now += 1300);
	for (unsigned i = 0; i < 4; i++)
		timer_advance(now += 3020);
	assert_int_equal(peer_of(enb(2)).path, DP_PATH_DOWN);
	timer_advance(now += 60100);
	respond(enb(2), 0);
	timer_advance(now += 100000);
	assert_int_equal(failed_slots, 0);
}

static void a_peer_without_tunnels_is_not_asked(void **state)
{
	uint32_t slot;

	(void)state;
	start_echo();
	slot = connected(5, enb(2), 1);
	dp_session_idle(slot);
	timer_advance(now += 2000);
	assert_int_equal(peer_of(enb(2)).echo_sent, 0);
	assert_int_equal(peer_of(enb(2)).path, DP_PATH_UNUSED);
}

static void packets_are_counted_for_the_peer_that_had_the_tunnel(void **state)
{
	uint32_t slot = connected(5, enb(2), 1);
	struct in6_addr third = enb(3);

	(void)state;
	dp.sessions[slot].up = (struct count){10, 1000};
	dp.sessions[slot].down = (struct count){20, 2000};
	assert_int_equal(peer_of(enb(2)).up.packets, 10);
	assert_int_equal(peer_of(enb(2)).down.bytes, 2000);
	dp_session_connect(slot, &third, 9);
	dp.sessions[slot].up.packets += 5;
	assert_int_equal(peer_of(enb(2)).up.packets, 10);
	assert_int_equal(peer_of(enb(2)).tunnels, 0);
	assert_int_equal(peer_of(enb(3)).up.packets, 5);
	assert_int_equal(peer_of(enb(3)).down.packets, 0);
	assert_int_equal(peer_of(enb(3)).tunnels, 1);
	dp_session_del(slot);
	assert_int_equal(peer_of(enb(3)).up.packets, 5);
	slot = connected(5, enb(3), 1); /* whose counters begin anew */
	dp.sessions[slot].up.packets = 2;
	assert_int_equal(peer_of(enb(3)).up.packets, 7);
}

static void a_relay_goes_from_peer_to_peer(void **state)
{
	struct dp_relay r = {.apn = "iot", .ebi = 6, .from = enb(2), .to = enb6(3), .to_teid = 33};
	struct in6_addr next = enb(4), fifth = enb(5);
	uint32_t slot, teid;
	const struct session *s;

	(void)state;
	imsi_parse("001010000000001", &r.imsi);
	assert_int_equal(dp_relay_add(&r, &slot, &teid), 0);
	s = dp_session(slot);
	assert_non_null(s);
	assert_int_equal(dp_session_teid(slot), teid);
	assert_true(s->exit >= MCORE_FIRST_PEER);
	assert_memory_equal(dp_hop(s->exit)->addr, enb6(3).s6_addr, 16);
	assert_int_equal(ntohl(s->peer_teid), 33);
	assert_int_equal(tunnel_find(s->exit, 33), slot);
	assert_int_equal(dp_session_connect(slot, &fifth, 1), -ENOENT);
	dp.sessions[slot].up = (struct count){4, 400};
	assert_int_equal(peer_of(enb(2)).up.packets, 4);
	assert_int_equal(peer_of(enb(2)).down.packets, 0);
	assert_int_equal(peer_of(enb6(3)).down.packets, 4);
	assert_int_equal(dp_relay_switch(slot, &next, 44), 0);
	assert_int_equal(tunnel_find(s->exit, 44), slot);
	assert_int_equal(peer_of(enb6(3)).tunnels, 0);
	assert_int_equal(peer_of(enb(4)).tunnels, 1);
	assert_int_equal(peer_of(enb(2)).tunnels, 1);
	assert_int_equal(hop_refs(hop_find(&r.from)), 1);
	dp_session_del(slot);
	assert_null(dp_session(slot));
	assert_int_equal(hop_refs(hop_find(&r.from)), 0);
	assert_int_equal(hop_refs(hop_find(&next)), 0);
	assert_int_equal(dp_relay_switch(slot, &next, 44), -ENOENT);
}

static void relays_end_where_the_slots_do(void **state)
{
	struct dp_relay r = {.from_any = true, .to = enb(3), .to_teid = 33};
	uint32_t slot, teid;

	(void)state;
	for (unsigned i = 0; i < EXTRA; i++)
		assert_int_equal(dp_relay_add(&r, &slot, &teid), 0);
	assert_int_equal(dp_relay_add(&r, &slot, &teid), -ENOSPC);
	assert_int_equal(hop_refs(hop_find(&r.to)), EXTRA);
	assert_int_equal(peer_of(enb(3)).tunnels, EXTRA);
}

static void strangers_are_told_from_peers(void **state)
{
	struct in6_addr known = enb(2), unknown = enb6(66);
	struct gtpu_sender s = {.unknown_teid = 5, .wrong_peer = 6, .answered = 2};

	(void)state;
	connected(5, known, 1);
	bpf_map_update_elem(dp.map[MAP_SENDERS], &known, &s, BPF_ANY);
	bpf_map_update_elem(dp.map[MAP_SENDERS], &unknown, &s, BPF_ANY);
	assert_int_equal(peer_of(known).path, DP_PATH_UNKNOWN);
	assert_int_equal(peer_of(known).unknown_teid, 5);
	assert_int_equal(peer_of(unknown).path, DP_PATH_STRANGER);
	assert_int_equal(peer_of(unknown).wrong_peer, 6);
	assert_int_equal(peer_of(unknown).errors_sent, 2);
}

static void adopted_tunnels_keep_their_peers(void **state)
{
	struct in6_addr v4 = enb(2), v6 = enb6(2);
	struct dp_relay r = {.from = enb(2), .to = enb(3), .to_teid = 33};
	uint32_t slot, relay, teid, used;

	(void)state;
	dp_peer_also(&v4, &v6);
	slot = connected(5, v4, 77);
	assert_int_equal(dp_relay_add(&r, &relay, &teid), 0);
	dp.sessions[slot].up.packets = 100;
	session_stop();
	hop_stop();
	dp.adopted = true;
	assert_int_equal(session_start(&used), 0);
	assert_int_equal(used, 2);
	assert_int_equal(hop_refs(hop_find(&v4)), 2);
	assert_int_equal(hop_refs(hop_find(&v6)), 1);
	assert_int_equal(dp_hop(hop_find(&v4))->also, hop_find(&v6));
	assert_int_equal(tunnel_find(hop_find(&v4), 77), slot);
	assert_int_equal(tunnel_find(hop_find(&r.to), 33), relay);
	assert_int_equal(peer_of(v4).up.packets, 0); /* counted since the start */
	dp.sessions[slot].up.packets = 101;
	assert_int_equal(peer_of(v4).up.packets, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_peer_may_be_of_either_family_that_we_have),
		TEST(uplink_is_taken_from_a_peers_other_address_as_long_as_it_has_tunnels),
		TEST(a_peers_other_address_is_of_the_other_family),
		TEST(a_peer_with_tunnels_keeps_its_other_address_whatever_others_say),
		TEST(a_peer_without_tunnels_makes_room_when_all_are_taken),
		TEST(a_path_is_read_anew_however_often_its_mtu_is_told),
		TEST(an_echo_that_is_answered_keeps_the_path_up),
		TEST(a_path_is_down_when_unanswered_requests_exceed_n3),
		TEST(paths_that_fail_one_after_the_other_are_given_up_together),
		TEST(a_path_that_comes_back_at_the_last_moment_keeps_its_tunnels),
		TEST(a_path_that_comes_back_in_time_keeps_its_tunnels),
		TEST(a_peer_without_tunnels_is_not_asked),
		TEST(packets_are_counted_for_the_peer_that_had_the_tunnel),
		TEST(a_relay_goes_from_peer_to_peer),
		TEST(relays_end_where_the_slots_do),
		TEST(strangers_are_told_from_peers),
		TEST(adopted_tunnels_keep_their_peers),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
