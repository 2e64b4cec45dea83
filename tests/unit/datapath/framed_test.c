/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind devices, over real BPF maps and this machine's routes in a network namespace, both
 * made by the test. Needs root (skips without). */
#include "maps.h"
#include "datapath/netlink.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

static unsigned which;

static int route(uint32_t slot, const char *text)
{
	struct prefix list[PREFIXES_MAX];
	const char *wrong;
	unsigned n = prefixes_read(text, list, &wrong);

	assert_null(wrong);
	return dp_session_routes(slot, list, n, &which);
}

/* The slot that an address of network 0 is behind, -1 if there is none. */
static int behind(const char *address)
{
	struct route_key key = {.prefixlen = ROUTE_KEY_BITS};
	struct prefix one[PREFIXES_MAX];
	const char *wrong;
	uint32_t slot;

	assert_int_equal(prefixes_read(address, one, &wrong), 1);
	memcpy(key.addr, &one[0].net, sizeof(key.addr));
	return bpf_map_lookup_elem(dp.map[MAP_ROUTES], &key, &slot) ? -1 : (int)slot;
}

static const char *routes_of(uint32_t slot)
{
	static char text[PREFIXES_STRLEN];
	struct prefix list[PREFIXES_MAX];

	assert_true(prefixes_print(list, dp_session_routes_of(slot, list), text));
	return text;
}

/* Where this machine's table leads exactly a prefix to: "" if it has no route. */
static const char *stack(const char *prefix)
{
	static char line[256];
	char command[128];
	FILE *f;

	snprintf(command, sizeof(command), "ip -%c -o route show exact %s",
		 strchr(prefix, ':') ? '6' : '4', prefix);
	f = popen(command, "r");
	assert_non_null(f);
	*line = 0;
	if (fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = 0;
	assert_int_equal(pclose(f), 0);
	return line;
}

static bool leads_to_devices(const char *prefix)
{
	return strstr(stack(prefix), "dev mcore0") != NULL;
}

static int setup_routes(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int err = setup(state);

	dp.map[MAP_ROUTES] = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "routes",
					    sizeof(struct route_key), 4, 2 * test_extra, &opts);
	assert_true(dp.map[MAP_ROUTES] >= 0);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(netlink_start(), 0);
	assert_int_equal(host_start(), 0);
	assert_int_equal(system("ip link add lan type veth peer name far && ip link set lan up &&"
				" ip link set far up && ip addr add 10.10.0.1/24 dev lan &&"
				" ip addr add 10.11.0.1 peer 10.11.0.2 dev lan &&"
				" ip addr add 2001:db8:aa::1/64 dev lan nodad"),
			 0);
	return err;
}

static int teardown_routes(void **state)
{
	framed_stop();
	host_stop(true);
	link_stop();
	netlink_stop();
	return teardown(state);
}

static void routes_lead_to_their_device_until_its_session_ends(void **state)
{
	(void)state;
	add(9);
	assert_int_equal(route(9, "192.0.2.0/24 2001:db9:b::/48"), 0);
	assert_int_equal(behind("192.0.2.77"), 9);
	assert_int_equal(behind("2001:db9:b:7::1"), 9);
	assert_int_equal(behind("192.0.3.1"), -1);
	assert_int_equal(dp.settings->routes, 2);
	assert_string_equal(routes_of(9), "192.0.2.0/24 2001:db9:b::/48");
	assert_int_equal(route(9, "192.0.3.0/24"), 0);
	assert_int_equal(behind("192.0.2.77"), -1);
	assert_int_equal(behind("192.0.3.1"), 9);
	dp_session_del(9);
	assert_int_equal(behind("192.0.3.1"), -1);
	assert_int_equal(dp.settings->routes, 0);
	assert_string_equal(routes_of(9), "");
	assert_int_equal(route(9, "192.0.2.0/24"), -ENOENT);
}

static void what_is_a_pools_or_anothers_is_refused_and_leaves_nothing(void **state)
{
	(void)state;
	add(9);
	add(10);
	assert_int_equal(route(9, "192.0.2.0/24"), 0);
	assert_int_equal(route(10, "198.18.0.0/16 192.0.2.0/24"), -EADDRINUSE);
	assert_int_equal(which, 1);
	assert_int_equal(behind("198.18.0.1"), -1);
	assert_int_equal(route(10, "192.0.2.128/25"), -EADDRINUSE);
	assert_int_equal(route(10, "192.0.0.0/16"), -EADDRINUSE);
	assert_int_equal(route(10, "10.45.0.128/25"), -EADDRNOTAVAIL);
	assert_int_equal(route(10, "10.0.0.0/8"), -EADDRNOTAVAIL);
	assert_int_equal(route(10, "2001:db8::/48"), -EADDRNOTAVAIL);
	assert_int_equal(dp.settings->routes, 1);
	assert_int_equal(behind("192.0.2.200"), 9);
	dp_session_del(9);
	assert_int_equal(route(10, "192.0.2.0/24"), 0);
	assert_int_equal(behind("192.0.2.200"), 10);
}

static void what_is_no_network_or_this_machines_own_is_refused(void **state)
{
	const struct prefix longer = {{.s6_addr = {[10] = 0xff, 0xff, 192, 0, 2}}, 120};
	const struct prefix all4 = {{.s6_addr = {[10] = 0xff, 0xff}}, 0}, all6 = {.len = 0};
	uint32_t slot = 9;

	(void)state;
	add(9);
	assert_int_equal(dp_session_routes(slot, &longer, 1, &which), -EINVAL);
	assert_int_equal(dp_session_routes(slot, &all4, 1, &which), -EINVAL);
	assert_int_equal(dp_session_routes(slot, &all6, 1, &which), -EINVAL);
	assert_int_equal(route(9, "192.0.2.0/24 10.10.0.0/24"), -EBUSY);
	assert_int_equal(which, 1);
	assert_int_equal(route(9, "10.10.0.128/25"), -EBUSY);
	assert_int_equal(route(9, "10.10.0.0/16"), -EBUSY);
	assert_int_equal(route(9, "10.11.0.1/32"), -EBUSY); /* of a link between two, one end */
	assert_int_equal(route(9, "10.11.0.2/32"), -EBUSY); /* and the other */
	assert_int_equal(route(9, "2001:db8:aa::/48"), -EBUSY);
	assert_int_equal(dp.settings->routes, 0);
	assert_string_equal(routes_of(9), "");
	assert_string_equal(stack("192.0.2.0/24"), "");
	assert_non_null(strstr(stack("10.10.0.0/24"), "dev lan proto kernel"));
	assert_int_equal(route(9, "10.10.1.0/24 10.11.0.3/32 2001:db8:ab::/48"), 0);
}

static void this_machines_stack_finds_them_while_they_are_there(void **state)
{
	(void)state;
	add(9);
	assert_int_equal(route(9, "192.0.2.0/24 2001:db8:b::/48"), 0);
	assert_true(leads_to_devices("192.0.2.0/24"));
	assert_true(leads_to_devices("2001:db8:b::/48"));
	assert_int_equal(route(9, "192.0.2.0/24"), 0);
	assert_true(leads_to_devices("192.0.2.0/24"));
	assert_string_equal(stack("2001:db8:b::/48"), "");
	dp_session_del(9);
	assert_string_equal(stack("192.0.2.0/24"), "");
}

static void another_route_of_this_machine_stays_as_it_was(void **state)
{
	static const char *const prefix[] = {"192.0.2.0/24", "2001:db8:b::/48"};

	(void)state;
	assert_int_equal(system("ip route add 192.0.2.0/24 via 10.10.0.2 &&"
				" ip route add 2001:db8:b::/48 via 2001:db8:aa::2"),
			 0);
	add(9);
	assert_int_equal(route(9, "192.0.2.0/24 2001:db8:b::/48"), 0);
	assert_int_equal(behind("192.0.2.1"), 9); /* by the datapath it is reached */
	for (unsigned i = 0; i < 2; i++)
		assert_non_null(strstr(stack(prefix[i]), "dev lan"));
	dp_session_del(9);
	for (unsigned i = 0; i < 2; i++)
		assert_non_null(strstr(stack(prefix[i]), "dev lan"));
}

static void a_route_left_by_a_daemon_that_was_killed_is_taken_over(void **state)
{
	(void)state;
	assert_int_equal(system("ip route add 192.0.2.0/24 dev mcore0 proto 109 mtu 1280"), 0);
	add(9);
	assert_int_equal(route(9, "192.0.2.0/24"), 0);
	assert_true(leads_to_devices("192.0.2.0/24"));
	assert_null(strstr(stack("192.0.2.0/24"), "mtu 1280"));
	dp_session_del(9);
	assert_string_equal(stack("192.0.2.0/24"), "");
}

/* Marks the map's entry and the stack's route of what stays, by which both are known again. */
static void only_what_changes_is_changed(void **state)
{
	const uint32_t marked = 77;
	struct prefix stays[PREFIXES_MAX];
	struct route_key key;
	const char *wrong;

	(void)state;
	add(9);
	add(10);
	assert_int_equal(route(9, "192.0.2.0/24 198.18.0.0/16"), 0);
	assert_int_equal(route(10, "198.19.0.0/16"), 0);
	prefixes_read("192.0.2.0/24", stays, &wrong);
	key = (struct route_key){.prefixlen = ROUTE_KEY_BITS - 128 + prefix_bits(stays)};
	memcpy(key.addr, &stays->net, sizeof(key.addr));
	assert_int_equal(bpf_map_update_elem(dp.map[MAP_ROUTES], &key, &marked, BPF_EXIST), 0);
	assert_int_equal(system("ip route change 192.0.2.0/24 dev mcore0 proto 109 mtu 1234"), 0);

	assert_int_equal(route(9, "2001:db8:b::/48 192.0.2.0/24"), 0);
	assert_string_equal(routes_of(9), "2001:db8:b::/48 192.0.2.0/24");
	assert_int_equal(behind("192.0.2.1"), marked);
	assert_non_null(strstr(stack("192.0.2.0/24"), "mtu 1234"));
	assert_int_equal(behind("2001:db8:b::1"), 9);
	assert_int_equal(behind("198.18.0.1"), -1);
	assert_int_equal(dp.settings->routes, 3);

	assert_int_equal(route(9, "192.0.3.0/24 198.19.1.0/24"),
			 -EADDRINUSE); /* nor if one is refused */
	assert_int_equal(which, 1);
	assert_string_equal(routes_of(9), "2001:db8:b::/48 192.0.2.0/24");
	assert_int_equal(behind("192.0.2.1"), marked);
	assert_int_equal(behind("192.0.3.1"), -1);

	assert_int_equal(route(9, "192.0.2.0/25"), 0); /* a part of what it had */
	assert_int_equal(behind("192.0.2.1"), 9);
	assert_int_equal(behind("192.0.2.128"), -1);
	assert_int_equal(route(9, ""), 0);
	assert_int_equal(dp.settings->routes, 1);
}

static void what_the_map_has_no_room_for_is_not_half_there(void **state)
{
	char text[PREFIXES_STRLEN];

	(void)state;
	add(9);
	add(10);
	add(11);
	assert_int_equal(route(9, "1.0.0.0/8 2.0.0.0/8 3.0.0.0/8 4.0.0.0/8 5.0.0.0/8 6.0.0.0/8"),
			 0);
	assert_int_equal(
		route(10, "21.0.0.0/8 22.0.0.0/8 23.0.0.0/8 24.0.0.0/8 25.0.0.0/8 26.0.0.0/8"), 0);
	snprintf(text, sizeof(text), "31.0.0.0/8 32.0.0.0/8 33.0.0.0/8");
	assert_int_equal(route(11, text), 0);
	assert_int_equal(route(11, "31.0.0.0/8 34.0.0.0/8 35.0.0.0/8"), -ENOSPC);
	assert_int_equal(which, 2);
	assert_string_equal(routes_of(11), text);
	assert_int_equal(behind("34.0.0.1"), -1);
	assert_string_equal(stack("34.0.0.0/8"), "");
	assert_int_equal(behind("33.0.0.1"), 11);
	assert_int_equal(dp.settings->routes, 15);
}

static void routes_are_found_again_by_the_next_daemon(void **state)
{
	(void)state;
	add(9);
	add(10);
	assert_int_equal(route(9, "192.0.2.0/24 2001:db9:b::/48"), 0);
	assert_int_equal(route(10, "192.0.3.0/24"), 0);
	framed_stop();
	dp.sessions[10].teid = 0; /* it ended meanwhile */
	dp.adopted = true;
	dp.settings->routes = 0;
	assert_int_equal(framed_start(), 0);
	dp.adopted = false;
	assert_int_equal(dp.settings->routes, 2);
	add(11);
	assert_int_equal(route(11, "192.0.2.7/32"), -EADDRINUSE);
	assert_int_equal(dp_session_routes_of(9, (struct prefix[PREFIXES_MAX]){0}), 2);
	assert_int_equal(behind("192.0.3.1"), -1);
	assert_string_equal(stack("192.0.3.0/24"), "");
	assert_true(leads_to_devices("192.0.2.0/24"));
	dp_session_del(9);
	assert_int_equal(behind("192.0.2.1"), -1);
}

enum { FEW = 200, MANY = 20000 };

static int setup_many(void **state)
{
	test_extra = MANY + 1;
	return setup_routes(state);
}

static int teardown_many(void **state)
{
	test_extra = EXTRA;
	return teardown_routes(state);
}

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Gives the nth of the many a /28 of its own; the time of that. */
static uint64_t route_of_many(unsigned n)
{
	struct prefix p = {.net = ip_map4((struct in_addr){htonl(0x40000000 + n * 16)}), .len = 28};
	struct dp_session s = {.apn = "internet", .ebi = 5, .owner = NO_SLOT};
	uint32_t teid, slot = dp_extra_slot(NO_SLOT);
	char imsi[IMSI_STRLEN];
	uint64_t begin;

	snprintf(imsi, sizeof(imsi), "00101%010u", n);
	imsi_parse(imsi, &s.imsi);
	assert_int_equal(dp_session_add(slot, &s, &teid), 0);
	begin = cpu_ns();
	assert_int_equal(dp_session_routes(slot, &p, 1, &which), 0);
	return cpu_ns() - begin;
}

/* The least of those from n on to the mth. */
static uint64_t least_of(unsigned n, unsigned m)
{
	uint64_t least = UINT64_MAX;

	for (; n < m; n++) {
		uint64_t one = route_of_many(n);

		least = one < least ? one : least;
	}
	return least;
}

static void a_route_costs_the_same_beside_many(void **state)
{
	uint64_t few, many;

	(void)state;
	few = least_of(0, FEW);
	least_of(FEW, MANY - FEW);
	many = least_of(MANY - FEW, MANY);
	printf("# a route beside %d: %.1f us, beside %d: %.1f us\n", FEW, (double)few / 1000, MANY,
	       (double)many / 1000);
	assert_true(many < 10 * few);
	add(9);
	assert_int_equal(route(9, "64.0.0.0/16"), -EADDRINUSE);
	assert_int_equal(route(9, "64.1.2.3/32"), -EADDRINUSE);
}

/* Of one prefix more than what is its own is another's. */
static void what_takes_in_ones_own_and_anothers_is_refused(void **state)
{
	(void)state;
	add(9);
	add(10);
	assert_int_equal(route(9, "192.0.2.0/25"), 0);
	assert_int_equal(route(10, "192.0.2.128/25"), 0);
	assert_int_equal(route(9, "192.0.2.0/24"), -EADDRINUSE);
	assert_int_equal(route(10, "192.0.2.0/24"), -EADDRINUSE);
	assert_string_equal(routes_of(9), "192.0.2.0/25");
	assert_int_equal(route(10, ""), 0);
	assert_int_equal(route(9, "192.0.2.0/24"), 0);
	assert_int_equal(route(10, "192.0.2.0/25"), -EADDRINUSE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup_routes, teardown_routes)
	const struct CMUnitTest tests[] = {
		T(routes_lead_to_their_device_until_its_session_ends),
		T(what_is_a_pools_or_anothers_is_refused_and_leaves_nothing),
		T(what_is_no_network_or_this_machines_own_is_refused),
		T(this_machines_stack_finds_them_while_they_are_there),
		T(another_route_of_this_machine_stays_as_it_was),
		T(a_route_left_by_a_daemon_that_was_killed_is_taken_over),
		T(only_what_changes_is_changed),
		T(what_the_map_has_no_room_for_is_not_half_there),
		T(routes_are_found_again_by_the_next_daemon),
		T(what_takes_in_ones_own_and_anothers_is_refused),
		cmocka_unit_test_setup_teardown(a_route_costs_the_same_beside_many, setup_many,
						teardown_many),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests_name("framed", tests, NULL, NULL);
}
