/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind devices, over real BPF maps and this machine's routes in a network namespace, both
 * made by the test. Needs root (skips without). */
#include "maps.h"
#include "datapath/netlink.h"

#include <errno.h>
#include <sched.h>

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

/* Runs a command; the first line of what it prints. */
static const char *run(const char *command)
{
	static char line[256];
	FILE *f = popen(command, "r");

	assert_non_null(f);
	*line = 0;
	if (fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = 0;
	assert_int_equal(pclose(f), 0);
	return line;
}

/* Where this machine's table leads exactly a prefix to. */
static const char *stack(const char *prefix)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "ip -o route show exact %s; ip -o -6 route show exact %s 2>&1 | grep -v rror || :",
		 prefix, prefix);
	return run(command);
}

static int setup_routes(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int err = setup(state);

	dp.map[MAP_ROUTES] = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "routes",
					    sizeof(struct route_key), 4, 16, &opts);
	assert_true(dp.map[MAP_ROUTES] >= 0);
	return err;
}

static int teardown_routes(void **state)
{
	framed_stop();
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
	assert_int_equal(dp_session_routes_of(9, (struct prefix[PREFIXES_MAX]){0}), 2);
	assert_int_equal(behind("192.0.3.1"), -1);
	dp_session_del(9);
	assert_int_equal(behind("192.0.2.1"), -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup_routes, teardown_routes)
	const struct CMUnitTest tests[] = {
		T(routes_lead_to_their_device_until_its_session_ends),
		T(what_is_a_pools_or_anothers_is_refused_and_leaves_nothing),
		T(routes_are_found_again_by_the_next_daemon),
	};

	if (geteuid()) {
		printf("skip: makes BPF maps, which needs root\n");
		return 0;
	}
	return cmocka_run_group_tests_name("framed", tests, NULL, NULL);
}
