/* SPDX-License-Identifier: Apache-2.0 */
/* Downlink packets that wait for idle devices: what is kept, how long, in which order it goes, and
 * when the kernel may send again. hold.c is compiled in, with a clock, a GTP-U socket and a ring
 * buffer of the test's own around it, over real BPF maps. Needs root (skips without). */
#include "maps.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include "core/loop.h"

static struct {
	uint64_t now;
	int send_error;
	unsigned sent, tries;
	uint8_t order[512]; /* the last octet of each packet sent */
	uint8_t dscp;       /* of the last one's tunnel */
	unsigned coming; /* packets of a slot that are on their way when the ring buffer is read, */
	uint32_t coming_to;
	bool endless;   /* and more each time */
	unsigned reads; /* of the ring buffer */
	unsigned told, drops_when_told;
	uint32_t told_slot;
	uint8_t told_dscp;
} world;

static int world_send(uint32_t slot, const void *packet, size_t n, uint8_t dscp);
static int world_consume(void);

#define loop_now_ms()              (world.now)
#define gtpu_send_packet           world_send
#define ring_buffer__consume(ring) world_consume()
#include "datapath/hold.c"

static int world_send(uint32_t slot, const void *packet, size_t n, uint8_t dscp)
{
	assert_non_null(dp_session(slot));
	world.tries++;
	if (world.send_error)
		return world.send_error;
	if (world.sent < sizeof(world.order))
		world.order[world.sent] = ((const uint8_t *)packet)[n - 1];
	world.sent++;
	world.dscp = dscp;
	return 0;
}

/* What the kernel does: counts a packet, and hands it over. */
static bool kernel_counts(uint32_t slot)
{
	struct session *s = &dp.sessions[slot];

	if (!(s->hold & HOLD_ON) || s->hold & HOLD_SHUT || (s->hold & HOLD_COUNT) >= s->hold_max)
		return false;
	s->hold++;
	return true;
}

static int kernel_hands_over(uint32_t slot, uint32_t n, uint8_t number)
{
	static struct held_packet h;

	h = (struct held_packet){.slot = slot, .len = n, .dscp = 10};
	h.packet[0] = 0x45;
	h.packet[1] = 46 << 2;
	h.packet[n - 1] = number;
	return on_record(NULL, &h, sizeof(h));
}

static bool arrives(uint32_t slot, uint32_t n, uint8_t number)
{
	if (!kernel_counts(slot))
		return false;
	kernel_hands_over(slot, n, number);
	return true;
}

static int world_consume(void)
{
	world.reads++;
	for (unsigned n = world.coming; n; n--) {
		kernel_hands_over(world.coming_to, 100, (uint8_t)(200 + n));
		if (!world.endless)
			world.coming--;
		else
			assert_true(kernel_counts(world.coming_to));
	}
	return 0;
}

static void on_data(uint32_t slot, uint8_t dscp)
{
	world.told++;
	world.told_slot = slot;
	world.told_dscp = dscp;
	if (world.drops_when_told)
		dp_hold_drop(slot);
}

static void pass(uint64_t ms)
{
	world.now += ms;
	timer_advance(world.now);
}

static struct queue *all_queues(void) { return state.by_slot; }

/* ---- the state of a slot ---- */

static unsigned waiting(uint32_t slot)
{
	const struct queue *q = find(slot);
	unsigned n = 0;

	for (const struct packet *p = q ? q->first : NULL; p; p = p->next)
		n++;
	return n;
}

static unsigned counted(uint32_t slot) { return dp.sessions[slot].hold & HOLD_COUNT; }
static bool open(uint32_t slot) { return !dp.sessions[slot].hold && !dp.sessions[slot].holding; }

static uint64_t became(enum outcome o) { return metric_get(&outcomes, o); }

static uint64_t base[OUTCOMES];

/* Nothing waits, and so many packets went each way since the test began. */
static void assert_became(enum outcome o, uint64_t n) { assert_int_equal(became(o) - base[o], n); }

static uint32_t idle_device(uint32_t offset)
{
	uint32_t slot = dp_pool_slot(0, offset);

	add(offset);
	assert_int_equal(dp.sessions[slot].hold, HOLD_ON);
	assert_int_equal(dp.sessions[slot].holding, 1);
	return slot;
}

/* It gets a peer whose MAC address is known, as dp_session_connect does it. */
static void comes(uint32_t slot)
{
	dp.hops[40].state = HOP_READY;
	dp.sessions[slot].peer = 40;
	hold_drain(slot);
}

static int world_setup(void **unused)
{
	int err = setup(unused);

	/* Each test at a later time: the wheel does not go back. */
	world = (typeof(world)){.now = world.now + 10000000};
	timer_advance(world.now);
	dp.handler.downlink_data = on_data;
	dp.config.hold = (struct dp_hold){.packets = 64,
					  .octets = 1000,
					  .age_ms = 30000,
					  .memory = 1700 + 2 * sizeof(struct packet)};
	for (unsigned i = 0; i < OUTCOMES; i++)
		base[i] = became((enum outcome)i);
	dp.policies_max = dp.filters_max = 4;
	dp.policies = calloc(4, sizeof(*dp.policies));
	dp.filters = calloc(4, sizeof(*dp.filters));
	dp.map[MAP_PROFILES] =
		hash("profiles", sizeof(struct profile_key), sizeof(struct profile), 4);
	return err || profile_start();
}

static int world_teardown(void **unused)
{
	struct queue *q, *next;

	for (uint32_t slot = 0; dp_session_next(&slot); slot++)
		dp.sessions[slot].peer = 0; /* the test's own */
	HASH_ITER (by_slot, all_queues(), q, next)
		queue_drop(q, GIVEN_UP);
	assert_int_equal(read_packets(0), 0);
	assert_int_equal(read_octets(0), 0);
	profile_stop();
	free(dp.policies);
	free(dp.filters);
	return teardown(unused);
}

/* ---- behaviours ---- */

static void the_first_packet_is_told_with_its_dscp_and_others_are_not(void **unused)
{
	uint32_t a = idle_device(5), b = idle_device(6);

	(void)unused;
	assert_true(arrives(a, 100, 1));
	assert_int_equal(world.told, 1);
	assert_int_equal(world.told_slot, a);
	assert_int_equal(world.told_dscp, 46);
	assert_true(arrives(a, 100, 2));
	assert_int_equal(world.told, 1);
	assert_true(arrives(b, 100, 1));
	assert_int_equal(world.told, 2);
	assert_int_equal(world.told_slot, b);
	assert_int_equal(waiting(a), 2);
	assert_int_equal(counted(a), 2);
}

static void what_waited_goes_in_order_and_then_the_way_is_open(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	for (uint8_t i = 0; i < 5; i++)
		assert_true(arrives(slot, 100, i));
	comes(slot);
	assert_int_equal(world.sent, 5);
	for (uint8_t i = 0; i < 5; i++)
		assert_int_equal(world.order[i], i);
	assert_int_equal(world.dscp, 10);
	assert_true(open(slot));
	assert_null(find(slot));
	assert_int_equal(dp.sessions[slot].down.packets, 5);
	assert_int_equal(dp.sessions[slot].down.bytes, 500);
	assert_became(SENT, 5);
}

static void the_way_stays_closed_while_a_packet_is_on_its_way(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(arrives(slot, 100, 1));
	assert_true(kernel_counts(slot)); /* and does not come yet */
	comes(slot);
	assert_int_equal(world.sent, 1);
	assert_false(open(slot));
	kernel_hands_over(slot, 100, 2);
	pass(20);
	assert_int_equal(world.sent, 2);
	assert_int_equal(world.order[1], 2);
	assert_true(open(slot));
}

static void packets_in_the_ring_buffer_go_before_the_way_is_open(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(arrives(slot, 100, 1));
	assert_true(kernel_counts(slot));
	assert_true(kernel_counts(slot));
	world.coming = 2;
	world.coming_to = slot;
	comes(slot);
	assert_int_equal(world.sent, 3);
	assert_memory_equal(world.order, ((uint8_t[]){1, 202, 201}), 3);
	assert_true(open(slot));
}

static void the_way_is_opened_by_force_for_a_packet_that_never_comes(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(kernel_counts(slot));
	comes(slot);
	pass(PATIENCE_MS - 100);
	assert_false(open(slot));
	pass(200);
	assert_true(open(slot));
	assert_null(find(slot));
}

static void a_packet_that_comes_after_that_is_sent_too(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(kernel_counts(slot));
	comes(slot);
	pass(PATIENCE_MS + 100);
	kernel_hands_over(slot, 100, 9);
	on_readable(NULL, LOOP_READ);
	pass(20);
	assert_int_equal(world.sent, 1);
	assert_int_equal(world.order[0], 9);
	assert_true(open(slot));
	assert_null(find(slot));
}

static void a_stream_without_end_does_not_keep_the_way_closed_for_ever(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(kernel_counts(slot));
	world.endless = true;
	world.coming = 1;
	world.coming_to = slot;
	comes(slot);
	assert_in_range(world.sent, 1, ATTEMPTS); /* and the loop goes on */
	assert_false(open(slot));
	world.now += PATIENCE_MS;
	timer_advance(world.now);
	assert_true(open(slot));
}

static void one_that_is_read_while_others_are_sent_is_sent_too(void **unused)
{
	uint32_t a = idle_device(5), b = idle_device(6);

	(void)unused;
	assert_true(kernel_counts(b));
	comes(b);
	pass(PATIENCE_MS + 100); /* b's way is opened by force */
	assert_true(arrives(a, 100, 1));
	assert_true(kernel_counts(a));
	comes(a);
	world.coming = 1;
	world.coming_to = b;
	pass(20); /* a's next attempt reads it */
	pass(20);
	assert_int_equal(world.coming, 0);
	assert_int_equal(world.sent, 2);
	assert_int_equal(world.order[1], 201);
	assert_null(find(b));
	kernel_hands_over(a, 100, 2);
	pass(20);
	assert_true(open(a));
}

static void a_flood_to_one_that_is_sent_to_leaves_the_loop_to_others(void **unused)
{
	uint32_t slot;

	(void)unused;
	dp.config.hold = (struct dp_hold){2 * PORTION, 1 << 20, 30000, 1 << 20};
	slot = idle_device(5);
	assert_true(kernel_counts(slot));
	world.endless = true;
	world.coming = 1;
	world.coming_to = slot;
	comes(slot);
	assert_false(open(slot));
	for (int i = 0; i < PORTION; i++)
		assert_true(arrives(slot, 30, 1));
	world.reads = 0;
	on_readable(NULL, LOOP_READ);
	pass(20);
	assert_in_range(world.reads, 1, 2 * ATTEMPTS);
	pass(PATIENCE_MS);
	assert_true(open(slot));
}

static void a_full_socket_is_waited_for(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(arrives(slot, 100, 1));
	world.send_error = -EAGAIN;
	comes(slot);
	assert_int_equal(world.tries, 1);
	assert_int_equal(waiting(slot), 1);
	pass(5 * SOON_MS);
	assert_int_equal(waiting(slot), 1);
	world.send_error = 0;
	pass(5 * SOON_MS);
	assert_int_equal(world.sent, 1);
	assert_true(open(slot));
}

static void a_socket_that_stays_full_costs_the_packets(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(arrives(slot, 100, 1));
	world.send_error = -ENOBUFS;
	comes(slot);
	pass(PATIENCE_MS + 100);
	assert_became(NOT_SENT, 1);
	assert_int_equal(dp.sessions[slot].down.packets, 0);
	assert_true(open(slot));
}

static void a_peer_without_mac_address_is_waited_for(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(arrives(slot, 100, 1));
	dp.hops[40].state = HOP_UNRESOLVED;
	dp.sessions[slot].peer = 40;
	hold_drain(slot);
	assert_int_equal(world.tries, 0);
	pass(100);
	assert_int_equal(world.tries, 0);
	dp.hops[40].state = HOP_READY;
	pass(2 * SOON_MS);
	assert_int_equal(world.sent, 1);
	assert_true(open(slot));
}

static void octets_of_a_bearer_are_limited(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	assert_true(arrives(slot, 600, 1));
	assert_true(arrives(slot, 400, 2)); /* 1000: just so */
	assert_true(arrives(slot, 20, 3));
	assert_int_equal(waiting(slot), 2);
	assert_int_equal(counted(slot), 2); /* what is not kept does not count */
	assert_became(TOO_MUCH, 1);
	comes(slot);
	assert_int_equal(world.sent, 2);
	assert_true(open(slot));
}

static void packets_of_a_bearer_are_limited(void **unused)
{
	uint32_t slot;

	(void)unused;
	dp.config.hold.packets = 3;
	slot = idle_device(5);
	for (uint8_t i = 0; i < 3; i++)
		assert_true(arrives(slot, 50, i));
	assert_false(arrives(slot, 50, 3));
	comes(slot);
	assert_int_equal(world.sent, 3);
}

static void octets_of_all_are_limited(void **unused)
{
	uint32_t a = idle_device(5), b = idle_device(6);

	(void)unused;
	assert_true(arrives(a, 1000, 1));
	assert_true(arrives(b, 700, 1)); /* 1700: just so */
	assert_true(arrives(b, 20, 2));
	assert_int_equal(waiting(b), 1);
	assert_int_equal(counted(b), 1);
	assert_became(NO_MEMORY, 1);
	dp_hold_drop(a);
	assert_true(arrives(b, 20, 3));
	assert_int_equal(waiting(b), 2);
}

static void small_packets_take_up_memory_too(void **unused)
{
	uint32_t slot;

	(void)unused;
	dp.config.hold.memory = 10 * (sizeof(struct packet) + 30);
	slot = idle_device(5);
	for (uint8_t i = 0; i < 11; i++)
		assert_true(arrives(slot, 30, i));
	assert_int_equal(waiting(slot), 10);
	assert_became(NO_MEMORY, 1);
}

/* A profile of that many packets, octets and milliseconds, which holds for the device. */
static void profile_says(uint32_t slot, uint32_t packets, uint64_t octets, uint32_t age_ms)
{
	struct dp_profile p = {
		.name = "meter",
		.allow_default = true,
		.hold = {.packets = packets, .octets = octets, .age_ms = age_ms},
	};
	struct dp_limits l = {.profile = (unsigned)dp_profile_set(&p)};

	assert_in_range(l.profile, 1, 3);
	dp_session_hold(slot, &l);
}

static void a_profile_says_how_much_waits_for_its_devices_alone(void **unused)
{
	uint32_t slot = idle_device(5), other = idle_device(6);

	(void)unused;
	profile_says(slot, 2, 150, 1000);
	arrives(slot, 100, 1);
	arrives(slot, 100, 2); /* 200 octets: too many */
	assert_int_equal(waiting(slot), 1);
	arrives(slot, 50, 3);
	assert_int_equal(waiting(slot), 2);
	assert_false(arrives(slot, 10, 4)); /* a third packet */
	pass(1200);
	assert_int_equal(waiting(slot), 0);
	for (uint8_t i = 0; i < 3; i++)
		assert_true(arrives(other, 100, i));
	pass(29000);
	assert_int_equal(waiting(other), 3);
}

static void what_a_profile_does_not_say_is_as_configured(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	profile_says(slot, 0, 0, 60000);
	assert_int_equal(dp.sessions[slot].hold_max, 64);
	arrives(slot, 1000, 1);
	arrives(slot, 20, 2);
	assert_int_equal(waiting(slot), 1);
	pass(59000);
	assert_int_equal(waiting(slot), 1);
	pass(1200);
	assert_int_equal(waiting(slot), 0);
}

static void a_profile_that_changes_holds_for_dedicated_bearers_too(void **unused)
{
	uint32_t slot = idle_device(5), extra = dp_extra_slot(NO_SLOT), teid;
	struct dp_session s = session_for(5);

	(void)unused;
	profile_says(slot, 7, 0, 0);
	s.ue4.s_addr = 0;
	s.ebi = 6;
	s.owner = slot;
	assert_int_equal(dp_session_add(extra, &s, &teid), 0);
	assert_int_equal(dp.sessions[extra].hold_max, 7); /* from its begin on */
	s = session_for(5); /* another connection of the device has a profile of its own */
	s.ue4 = session_for(6).ue4;
	assert_int_equal(dp_session_add(dp_pool_slot(0, 6), &s, &teid), 0);
	profile_says(slot, 3, 80, 0);
	assert_int_equal(dp.sessions[slot].hold_max, 3);
	assert_int_equal(dp.sessions[extra].hold_max, 3);
	assert_int_equal(dp.sessions[dp_pool_slot(0, 6)].hold_max, 64);
	arrives(extra, 100, 1);
	assert_int_equal(waiting(extra), 0);
	dp_session_hold(slot, &(struct dp_limits){0}); /* it has none any more */
	assert_int_equal(dp.sessions[extra].hold_max, 64);
	dp_session_del(extra);
}

static void nobody_is_told_of_a_packet_that_is_not_kept(void **unused)
{
	uint32_t a = idle_device(5), b = idle_device(6), c = idle_device(7);

	(void)unused;
	arrives(a, 1000, 1);
	arrives(b, 700, 1);
	assert_int_equal(world.told, 2);
	arrives(c, 20, 1);
	assert_int_equal(world.told, 2);
	assert_null(find(c));
	assert_int_equal(counted(c), 0);
}

static void each_packet_goes_when_it_is_too_old(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	pass(20000);
	arrives(slot, 100, 2);
	pass(9900);
	assert_int_equal(waiting(slot), 2);
	pass(200);
	assert_int_equal(waiting(slot), 1);
	assert_int_equal(counted(slot), 1);
	assert_became(TOO_OLD, 1);
	pass(19700);
	assert_int_equal(waiting(slot), 1);
	pass(300);
	assert_int_equal(waiting(slot), 0);
	assert_int_equal(counted(slot), 0);
}

static void the_next_packet_after_all_are_too_old_is_told_again(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	pass(30100);
	assert_null(find(slot));
	assert_int_equal(counted(slot), 0);
	arrives(slot, 100, 2);
	assert_int_equal(world.told, 2);
}

static void what_waits_for_a_sleeping_device_may_be_older(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	dp_hold_keep(slot, 100000);
	pass(99000);
	assert_int_equal(waiting(slot), 1);
	pass(1200);
	assert_int_equal(waiting(slot), 0);
	arrives(slot, 100, 2);
	dp_hold_keep(slot, 1000); /* never shorter than configured */
	pass(29000);
	assert_int_equal(waiting(slot), 1);
	arrives(slot, 100, 3);
	dp_hold_keep(slot, 0); /* what is left is told of again */
	assert_int_equal(world.told, 3);
	pass(1200);
	assert_int_equal(waiting(slot), 1);
	pass(29000);
	assert_int_equal(waiting(slot), 0);
}

static void a_drop_leaves_the_slot_idle_and_its_count_right(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	arrives(slot, 100, 2);
	assert_true(kernel_counts(slot)); /* on its way */
	dp_hold_drop(slot);
	assert_int_equal(dp.sessions[slot].hold, HOLD_ON | 1);
	assert_became(GIVEN_UP, 2);
	kernel_hands_over(slot, 100, 3);
	assert_int_equal(waiting(slot), 1);
	assert_int_equal(world.told, 2);
}

static void a_drop_spares_what_is_being_sent(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	world.send_error = -EAGAIN;
	comes(slot);
	dp_hold_drop(slot);
	assert_int_equal(waiting(slot), 1);
	world.send_error = 0;
	pass(5 * SOON_MS);
	assert_int_equal(world.sent, 1);
	assert_true(open(slot));
}

static void the_one_who_is_told_may_drop_at_once(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	world.drops_when_told = true;
	arrives(slot, 100, 1);
	assert_null(find(slot));
	assert_int_equal(dp.sessions[slot].hold, HOLD_ON);
}

static void a_slot_that_is_shut_takes_nothing_until_it_has_a_peer(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	dp_hold_shut(slot, true);
	assert_false(arrives(slot, 100, 1));
	dp_hold_shut(slot, false);
	assert_true(arrives(slot, 100, 2));
	dp_hold_shut(slot, true);
	comes(slot);
	assert_int_equal(world.sent, 1);
	assert_true(open(slot));
}

static void a_device_that_goes_idle_while_packets_wait_is_told_of_again(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	world.send_error = -EAGAIN;
	comes(slot);
	assert_int_equal(world.told, 1);
	hold_on(slot);
	dp.sessions[slot].peer = 0;
	hold_idle(slot);
	assert_int_equal(world.told, 2);
	world.send_error = 0;
	pass(10 * SOON_MS);
	assert_int_equal(world.sent, 0); /* it has no peer */
	comes(slot);
	assert_int_equal(world.sent, 1);
	assert_true(open(slot));
}

static void and_what_waits_for_it_may_be_dropped(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	world.send_error = -EAGAIN;
	comes(slot);
	hold_on(slot);
	dp.sessions[slot].peer = 0;
	hold_idle(slot);
	dp_hold_drop(slot);
	assert_int_equal(waiting(slot), 0);
	assert_int_equal(dp.sessions[slot].hold, HOLD_ON);
}

static void a_session_that_ends_takes_what_waits_along(void **unused)
{
	uint32_t slot = idle_device(5);

	(void)unused;
	arrives(slot, 100, 1);
	dp_session_del(slot);
	assert_null(find(slot));
	assert_became(GIVEN_UP, 1);
	kernel_hands_over(slot, 100, 2); /* late, for a slot that is nobody's */
	assert_null(find(slot));
}

static void records_are_taken_in_portions(void **unused)
{
	uint32_t slot = idle_device(5);
	int more = 0;

	(void)unused;
	consume(); /* begins a portion */
	for (int i = 0; i < PORTION - 1; i++) {
		kernel_counts(slot);
		more |= kernel_hands_over(slot, 30, 1);
	}
	assert_int_equal(more, 0);
	kernel_counts(slot);
	assert_int_equal(kernel_hands_over(slot, 30, 1), -EAGAIN);
}

static void a_record_that_lies_is_ignored(void **unused)
{
	static struct held_packet h;
	uint32_t slot = idle_device(5);

	(void)unused;
	h = (struct held_packet){.slot = slot, .len = HELD_MAX + 1};
	assert_int_equal(on_record(NULL, &h, sizeof(h)), 0);
	h.len = 100;
	assert_int_equal(on_record(NULL, &h, offsetof(struct held_packet, packet) + 99), 0);
	assert_int_equal(on_record(NULL, &h, 4), 0);
	h.slot = UINT32_MAX;
	assert_int_equal(on_record(NULL, &h, sizeof(h)), 0);
	assert_null(find(slot));
	assert_int_equal(world.told, 0);
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_packet_is_told_with_its_dscp_and_others_are_not),
		TEST(what_waited_goes_in_order_and_then_the_way_is_open),
		TEST(the_way_stays_closed_while_a_packet_is_on_its_way),
		TEST(packets_in_the_ring_buffer_go_before_the_way_is_open),
		TEST(the_way_is_opened_by_force_for_a_packet_that_never_comes),
		TEST(a_packet_that_comes_after_that_is_sent_too),
		TEST(a_stream_without_end_does_not_keep_the_way_closed_for_ever),
		TEST(one_that_is_read_while_others_are_sent_is_sent_too),
		TEST(a_flood_to_one_that_is_sent_to_leaves_the_loop_to_others),
		TEST(a_full_socket_is_waited_for),
		TEST(a_socket_that_stays_full_costs_the_packets),
		TEST(a_peer_without_mac_address_is_waited_for),
		TEST(octets_of_a_bearer_are_limited),
		TEST(packets_of_a_bearer_are_limited),
		TEST(octets_of_all_are_limited),
		TEST(small_packets_take_up_memory_too),
		TEST(a_profile_says_how_much_waits_for_its_devices_alone),
		TEST(what_a_profile_does_not_say_is_as_configured),
		TEST(a_profile_that_changes_holds_for_dedicated_bearers_too),
		TEST(nobody_is_told_of_a_packet_that_is_not_kept),
		TEST(each_packet_goes_when_it_is_too_old),
		TEST(the_next_packet_after_all_are_too_old_is_told_again),
		TEST(what_waits_for_a_sleeping_device_may_be_older),
		TEST(a_drop_leaves_the_slot_idle_and_its_count_right),
		TEST(a_drop_spares_what_is_being_sent),
		TEST(the_one_who_is_told_may_drop_at_once),
		TEST(a_slot_that_is_shut_takes_nothing_until_it_has_a_peer),
		TEST(a_device_that_goes_idle_while_packets_wait_is_told_of_again),
		TEST(and_what_waits_for_it_may_be_dropped),
		TEST(a_session_that_ends_takes_what_waits_along),
		TEST(records_are_taken_in_portions),
		TEST(a_record_that_lies_is_ignored),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
