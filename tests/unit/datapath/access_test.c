/* SPDX-License-Identifier: Apache-2.0 */
/* Which prefixes are of access networks, by this machine's routes in a network namespace that the
 * test makes. Needs root (skips without). */
#include "maps.h"
#include "datapath/netlink.h"

#include <arpa/inet.h>
#include <sched.h>

static void interface(const char *name, enum dp_role role)
{
	struct dp_interface *in = &dp.config.interface[dp.config.interfaces++];

	snprintf(in->name, sizeof(in->name), "%s", name);
	in->role = role;
}

static int setup_routes(void **state)
{
	int err = setup(state);

	interface("s1u", DP_ACCESS);
	interface("sgi", DP_SGI);
	interface("lan", DP_BOTH);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(system("for i in s1u sgi lan; do ip link add $i type veth peer name p$i; "
				"ip link set $i up; ip link set p$i up; done; "
				"ip addr add 10.10.0.1/24 dev s1u; "
				"ip addr add 2001:db8:10::1/64 dev s1u nodad; "
				"ip addr add 198.51.100.1/24 dev sgi; "
				"ip addr add 2001:db8:ff::1/64 dev sgi nodad; "
				"ip addr add 192.168.1.2/24 dev lan; "
				"ip route add default via 10.10.0.254"),
			 0);
	assert_int_equal(netlink_start(), 0);
	assert_int_equal(link_sync(), 0);
	return err;
}

static int teardown_routes(void **state)
{
	access_stop();
	link_stop();
	netlink_stop();
	return teardown(state);
}

static void routes(const char *command)
{
	assert_int_equal(system(command), 0);
	assert_int_equal(access_sync(), 0);
}

/* As programs find it. */
static enum access_limit limit_of(const char *text)
{
	const bool v6 = strchr(text, ':');
	uint64_t a[2] = {0};

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, text, a), 1);
	for (unsigned i = 0; i < MCORE_MAX_ACCESS && dp.settings->access[i].limit; i++) {
		const struct access_prefix *p = &dp.settings->access[i];

		if (p->v6 == v6 && !((a[0] ^ p->net[0]) & p->mask[0]) &&
		    !((a[1] ^ p->net[1]) & p->mask[1]))
			return p->limit;
	}
	return ACCESS_OPEN;
}

static void what_a_route_leads_to_by_the_access_side_is_closed(void **state)
{
	(void)state;
	routes("ip route add 10.20.0.0/16 via 10.10.0.2; "
	       "ip route add 2001:db8:20::/48 via 2001:db8:10::2; "
	       "ip route add 10.30.0.0/16 nexthop via 198.51.100.2 nexthop via 10.10.0.2; "
	       "ip route add 10.40.0.0/16 via 10.10.0.2 table 77");
	assert_int_equal(limit_of("10.10.0.2"), ACCESS_CLOSED);
	assert_int_equal(limit_of("10.20.255.255"), ACCESS_CLOSED);
	assert_int_equal(limit_of("10.21.0.0"), ACCESS_OPEN);
	assert_int_equal(limit_of("10.30.0.1"), ACCESS_CLOSED);
	assert_int_equal(limit_of("10.40.0.1"), ACCESS_CLOSED);
	assert_int_equal(limit_of("2001:db8:10::2"), ACCESS_CLOSED);
	assert_int_equal(limit_of("2001:db8:20:7::1"), ACCESS_CLOSED);
	assert_int_equal(limit_of("198.51.100.2"), ACCESS_OPEN);
	assert_int_equal(limit_of("2001:db8:ff::2"), ACCESS_OPEN);
	assert_int_equal(limit_of("8.8.8.8"), ACCESS_OPEN); /* by the default route */
	routes("ip route del 10.20.0.0/16");
	assert_int_equal(limit_of("10.20.0.1"), ACCESS_OPEN);
}

static void a_longer_prefix_that_leads_elsewhere_is_open(void **state)
{
	(void)state;
	routes("ip route add 10.0.0.0/8 via 10.10.0.2; ip route add 10.200.0.0/16 via "
	       "198.51.100.2; "
	       "ip route add 10.200.7.0/24 via 10.10.0.2; "
	       "ip route add 172.16.0.0/12 via 198.51.100.2; "
	       "ip route add 2001:db8::/32 via 2001:db8:10::2");
	assert_int_equal(limit_of("10.1.0.1"), ACCESS_CLOSED);
	assert_int_equal(limit_of("10.200.0.1"), ACCESS_OPEN);
	assert_int_equal(limit_of("10.200.7.1"), ACCESS_CLOSED);
	assert_int_equal(limit_of("2001:db8:1::1"), ACCESS_CLOSED);
	assert_int_equal(limit_of("2001:db8:ff::2"), ACCESS_OPEN);
	for (unsigned i = 0; i < MCORE_MAX_ACCESS; i++) /* what is in none takes no place */
		assert_int_not_equal(dp.settings->access[i].net[0], htonl(0xac100000));
	/* The same prefix by both ways is closed. */
	routes("ip route add 10.200.0.0/16 via 10.10.0.2 metric 9");
	assert_int_equal(limit_of("10.200.0.1"), ACCESS_CLOSED);
}

static void what_is_for_both_sides_or_allowed_is_closed_to_the_core_s_own(void **state)
{
	(void)state;
	routes("true");
	assert_int_equal(limit_of("192.168.1.1"), ACCESS_NO_CORE);
	assert_int_equal(limit_of("10.10.0.2"), ACCESS_CLOSED);
	dp.config.ue_to_access = true;
	routes("true");
	assert_int_equal(limit_of("10.10.0.2"), ACCESS_NO_CORE);
}

static void a_network_s_own_routes_open_nothing(void **state)
{
	(void)state;
	dp.config.networks = 1;
	dp.config.network[0].table = 102;
	routes("ip route add 10.10.0.128/25 via 198.51.100.2 table 102");
	assert_int_equal(limit_of("10.10.0.129"), ACCESS_CLOSED);
}

static void more_than_there_is_room_for_does_no_harm(void **state)
{
	(void)state;
	routes("for i in $(seq 100); do ip route add 10.$((100 + i)).0.0/16 via 10.10.0.2; done");
	assert_int_equal(limit_of("10.10.0.2"), ACCESS_CLOSED);
	assert_int_equal(dp.settings->access[MCORE_MAX_ACCESS - 1].limit, ACCESS_CLOSED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup_routes, teardown_routes)
	const struct CMUnitTest tests[] = {
		T(what_a_route_leads_to_by_the_access_side_is_closed),
		T(a_longer_prefix_that_leads_elsewhere_is_open),
		T(what_is_for_both_sides_or_allowed_is_closed_to_the_core_s_own),
		T(a_network_s_own_routes_open_nothing),
		T(more_than_there_is_room_for_does_no_harm),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
