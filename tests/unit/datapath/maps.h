/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's side of the datapath over real BPF maps that the test makes: no program, no
 * interface, no route to any peer. For tests that are one file each. */
#ifndef TESTS_DATAPATH_MAPS_H
#define TESTS_DATAPATH_MAPS_H

#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

enum { POOL = 250, SECOND = 62, EXTRA = 8 };
static uint32_t test_extra = EXTRA; /* extra slots of the next setup */

static int array(const char *name, uint32_t value, uint32_t n)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, value, n, &opts);
}

static int hash(const char *name, uint32_t key, uint32_t value, uint32_t n)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, name, key, value, n, NULL);
}

static void *shared(int fd, size_t n)
{
	void *p = mmap(NULL, (n + 4095) & ~4095ul, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static struct dp_config test_config(void)
{
	struct dp_config c = {.pools = 2, .extra_slots = test_extra};

	c.pool[0] = (struct dp_pool){.has4 = true, .len4 = 24, .size = POOL - MCORE_HOST_OFFSETS};
	c.pool[0].net4.s_addr = htonl(0x0a2d0000);
	c.pool[1] = (struct dp_pool){.has6 = true, .len6 = 58, .size = SECOND - MCORE_HOST_OFFSETS};
	c.pool[1].net6 = (struct in6_addr){.s6_addr = {0x20, 0x01, 0x0d, 0xb8}};
	c.gtpu = ip_map4((struct in_addr){htonl(0x0a0a0001)});
	c.gtpu6 = (struct in6_addr){.s6_addr = {0x20, 0x01, 0x0d, 0xb8, 1, [15] = 1}};
	return c;
}

static int setup(void **state)
{
	uint32_t used;

	(void)state;
	memset(&dp, 0, sizeof(dp));
	for (unsigned i = 0; i < DP_MAPS; i++)
		dp.map[i] = -1;
	dp.config = test_config();
	assert_int_equal(dp_plan(), 0);
	dp.map[MAP_SESSIONS] = array("sessions", sizeof(struct session), dp.slots);
	dp.map[MAP_HOPS] = array("hops", sizeof(struct hop), HOPS);
	dp.map[MAP_SETTINGS] = array("settings", sizeof(struct settings), 1);
	dp.map[MAP_ADDRESSES] = hash("addresses", sizeof(struct address_key), 4, dp.addresses_max);
	dp.map[MAP_IMSIS] = hash("imsis", sizeof(struct imsi_key), sizeof(struct imsi_slots), dp.slots);
	dp.map[MAP_PEERS] = hash("peers", sizeof(struct ip_key), 4, 1000);
	dp.map[MAP_SENDERS] =
		hash("senders", sizeof(struct ip_key), sizeof(struct gtpu_sender), 1000);
	assert_true(dp.map[MAP_SESSIONS] >= 0 && dp.map[MAP_IMSIS] >= 0);
	dp.sessions = shared(dp.map[MAP_SESSIONS], dp.slots * sizeof(struct session));
	dp.hops = shared(dp.map[MAP_HOPS], HOPS * sizeof(struct hop));
	dp.settings = shared(dp.map[MAP_SETTINGS], sizeof(struct settings));
	*dp.settings = dp.wanted;
	assert_int_equal(session_start(&used), 0);
	assert_int_equal(used, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	session_stop();
	hop_stop();
	for (unsigned i = 0; i < DP_MAPS; i++)
		if (dp.map[i] >= 0)
			close(dp.map[i]);
	munmap(dp.sessions, (dp.slots * sizeof(struct session) + 4095) & ~4095ul);
	munmap(dp.hops, HOPS * sizeof(struct hop));
	munmap(dp.settings, 4096);
	return 0;
}

static struct dp_session session_for(uint32_t offset)
{
	struct dp_session s = {.apn = "internet", .ebi = 5, .owner = NO_SLOT};
	char imsi[IMSI_STRLEN];

	snprintf(imsi, sizeof(imsi), "00101%010u", offset);
	imsi_parse(imsi, &s.imsi);
	s.ue4.s_addr = htonl(0x0a2d0000 + offset);
	return s;
}

static uint32_t add(uint32_t offset)
{
	struct dp_session s = session_for(offset);
	uint32_t teid = 0, slot = dp_pool_slot(0, offset);

	assert_int_equal(dp_session_add(slot, &s, &teid), 0);
	return teid;
}

/* An eNodeB's address. */
static inline struct in6_addr enb(uint8_t n)
{
	return ip_map4((struct in_addr){htonl(0x0a0a0000u + n)});
}

static inline struct in6_addr enb6(uint8_t n)
{
	return (struct in6_addr){.s6_addr = {0x20, 0x01, 0x0d, 0xb8, 1, [15] = n}};
}

static inline uint32_t connected(uint32_t offset, struct in6_addr peer, uint32_t teid)
{
	uint32_t slot = dp_pool_slot(0, offset);

	add(offset);
	assert_int_equal(dp_session_connect(slot, &peer, teid), 0);
	return slot;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
