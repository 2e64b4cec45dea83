/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U by socket: whose Error Indications are believed (TS 29.281 7.3.1), and when End Markers go
 * (7.3.2). gtpu.c is compiled in, with a clock, a socket and links of the test's own around it,
 * over real BPF maps. Needs root (skips without). */
#include "maps.h"

#include <fcntl.h>
#include <sys/socket.h>
#include "core/loop.h"

static struct {
	uint64_t now;
	unsigned sent, told;
	uint32_t teid, slot; /* of the last */
} world = {.now = 1000};

static ssize_t world_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const uint8_t *p = msg->msg_iov[0].iov_base;

	(void)fd;
	(void)flags;
	world.sent++;
	world.teid = (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7];
	return (ssize_t)msg->msg_iov[0].iov_len;
}

enum { S1U = 7, SGI };

static const struct link *world_link(int ifindex)
{
	static const struct link links[] = {{.ifindex = S1U, .name = "s1u"},
					    {.ifindex = SGI, .name = "sgi"}};

	return ifindex == S1U || ifindex == SGI ? &links[ifindex - S1U] : NULL;
}

#define loop_now_ms() (world.now)
#define sendmsg       world_sendmsg
#define link_find     world_link
#include "datapath/gtpu.c"

static void pass(uint64_t ms)
{
	world.now += ms;
	timer_advance(world.now);
}

static void on_error(uint32_t slot)
{
	world.told++;
	world.slot = slot;
}

static int world_setup(void **unused)
{
	int err = setup(unused);

	world = (typeof(world)){.now = (world.now / 1000 + 1) * 1000};
	timer_advance(world.now);
	dp.config.interfaces = 2;
	dp.config.interface[0] = (struct dp_interface){.name = "s1u", .role = DP_ACCESS};
	dp.config.interface[1] = (struct dp_interface){.name = "sgi", .role = DP_SGI};
	dp.handler.error_indication = on_error;
	state.udp[0].fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return err || state.udp[0].fd < 0;
}

static int world_teardown(void **unused)
{
	gtpu_stop();
	return teardown(unused);
}

/* An Error Indication about teid at `peer`. */
static void error_comes_by(int ifindex, struct in6_addr from, struct in6_addr peer, uint32_t teid)
{
	uint8_t p[GTPU_MESSAGE_MAX];
	struct datagram d = {.p = p, .from = from, .at = &state.udp[0], .ifindex = ifindex};

	d.n = gtpu_put_error_indication(p, teid, &peer);
	on_datagram(&d);
}

static void error_comes(struct in6_addr from, struct in6_addr peer, uint32_t teid)
{
	error_comes_by(S1U, from, peer, teid);
}

static void an_error_indication_is_believed_from_the_one_who_has_the_tunnel(void **unused)
{
	uint32_t slot = connected(5, enb(2), 77), six;

	(void)unused;
	connected(6, enb(3), 1);
	error_comes(enb(3), enb(2), 77);
	error_comes(enb(4), enb(2), 77); /* no peer at all */
	error_comes(enb(2), enb(2), 78);
	error_comes(enb(2), enb(3), 77);
	assert_int_equal(world.told, 0);
	error_comes(enb(2), enb(2), 77);
	assert_int_equal(world.told, 1);
	assert_int_equal(world.slot, slot);
	six = connected(7, enb6(2), 77);
	error_comes(enb6(2), enb6(2), 77);
	assert_int_equal(world.told, 2);
	assert_int_equal(world.slot, six);
}

static void nor_from_one_who_says_that_the_address_is_its_own(void **unused)
{
	struct in6_addr v4 = enb(2), v6 = enb6(2), other4 = enb(66), other6 = enb6(66);

	(void)unused;
	dp_peer_also(&v4, &other6);
	dp_peer_also(&other4, &v6);
	connected(5, v4, 77);
	connected(6, v6, 78);
	connected(7, other4, 1);
	connected(8, other6, 1);
	error_comes(other6, v4, 77);
	error_comes(other4, v6, 78);
	assert_int_equal(world.told, 0);
	error_comes(v4, v4, 77);
	error_comes(v6, v6, 78);
	assert_int_equal(world.told, 2);
}

static void what_comes_by_no_interface_of_role_access_is_not_heard(void **unused)
{
	(void)unused;
	connected(5, enb(2), 77);
	error_comes_by(SGI, enb(2), enb(2), 77);
	error_comes_by(SGI + 1, enb(2), enb(2), 77); /* nobody knows it */
	assert_int_equal(world.told, 0);
	dp.config.interface[1].role = DP_BOTH;
	error_comes_by(SGI, enb(2), enb(2), 77);
	assert_int_equal(world.told, 1);
}

static void each_end_marker_waits_its_time(void **unused)
{
	uint16_t hop;

	(void)unused;
	connected(5, enb(2), 77);
	hop = dp.sessions[dp_pool_slot(0, 5)].peer;
	gtpu_end_marker(hop, 1);
	pass(6);
	gtpu_end_marker(hop, 2);
	pass(4);
	assert_int_equal(world.sent, 1);
	assert_int_equal(world.teid, 1);
	gtpu_end_marker(hop, 3);
	pass(5);
	assert_int_equal(world.sent, 1);
	pass(5);
	assert_int_equal(world.sent, 3);
	assert_int_equal(world.teid, 3);
	pass(100);
	assert_int_equal(world.sent, 3);
	gtpu_end_marker(hop, 4);
	pass(10);
	assert_int_equal(world.sent, 4);
}

static void end_markers_that_wait_go_before_the_socket_does(void **unused)
{
	uint16_t hop;

	(void)unused;
	connected(5, enb(2), 77);
	hop = dp.sessions[dp_pool_slot(0, 5)].peer;
	gtpu_end_marker(hop, 1);
	pass(2);
	gtpu_end_marker(hop, 2);
	gtpu_stop();
	assert_int_equal(world.sent, 2);
	pass(100);
	assert_int_equal(world.sent, 2);
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_error_indication_is_believed_from_the_one_who_has_the_tunnel),
		TEST(nor_from_one_who_says_that_the_address_is_its_own),
		TEST(what_comes_by_no_interface_of_role_access_is_not_heard),
		TEST(each_end_marker_waits_its_time),
		TEST(end_markers_that_wait_go_before_the_socket_does),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
