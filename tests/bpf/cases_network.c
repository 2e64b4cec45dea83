/* SPDX-License-Identifier: Apache-2.0 */
/* Networks: the addresses of network 0 once more in network 1, and what is behind devices. */
/* clang-format off: a table is read by columns. */
#include "cases_words.h"

static void allow_ue_to_ue(void) { lab.settings->ue_to_ue = 1; }
static void no_networks(void) { lab.settings->networks = 0; }
static void router_gone(void) { lab.sessions[ROUTER].teid = 0; }

static const struct test_case rows[] = {
	{ "a_device_of_another_network_leaves_by_its_own_exit", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP4(UE, NET) }, REASON_uplink, HOP_EXIT1,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(UE, NET, .ttl = 63) }, .slot = TWIN },
	{ "an_address_of_another_networks_device_is_one_outside", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP4(UE, "10.46.0.5") }, REASON_uplink, HOP_EXIT1,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(UE, "10.46.0.5", .ttl = 63) }, .slot = TWIN, .before = allow_ue_to_ue },
	{ "and_so_is_its_static_address", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP6(UE6, "2001:db8:77:77::5") }, REASON_uplink, HOP_EXIT1,
	  { .vlan = { LAB_NETWORK_VLAN }, IP6(UE6, "2001:db8:77:77::5", .ttl = 63) }, .slot = TWIN, .before = allow_ue_to_ue },
	{ "the_gateway_of_another_network_is_its_own_stack", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP4(UE, "10.45.0.1") }, REASON_to_host, HOP_HOST1,
	  { IP4(UE, "10.45.0.1") }, .slot = TWIN },
	{ "devices_of_one_network_reach_each_other_where_allowed", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP4(UE, "10.45.0.6") }, REASON_device_to_device, HOP_ENB,
	  { TUNNEL(ROUTER, "10.1.0.2"), IP4(UE, "10.45.0.6", .ttl = 63) }, .slot = TWIN, .other = ROUTER, .before = allow_ue_to_ue },
	{ "and_what_is_behind_them", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP4(UE, "192.0.2.7") }, REASON_device_to_device, HOP_ENB,
	  { TUNNEL(ROUTER, "10.1.0.2"), IP4(UE, "192.0.2.7", .ttl = 63) }, .slot = TWIN, .other = ROUTER, .before = allow_ue_to_ue },
	{ "but_not_where_it_is_not", LAB_ACCESS,
	  { FROM_ENB, PDU(TWIN), IP4(UE, "192.0.2.7") }, REASON_ue_to_ue, .slot = TWIN },
	{ "a_network_behind_a_device_sends", LAB_ACCESS,
	  { FROM_ENB, PDU(ROUTER), IP4("192.0.2.7", NET) }, REASON_uplink, HOP_EXIT1,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4("192.0.2.7", NET, .ttl = 63) }, .slot = ROUTER },
	{ "an_ipv6_network_behind_a_device_sends", LAB_ACCESS,
	  { FROM_ENB, PDU(ROUTER), IP6("2001:db8:b:7::1", NET6) }, REASON_uplink, HOP_EXIT1,
	  { .vlan = { LAB_NETWORK_VLAN }, IP6("2001:db8:b:7::1", NET6, .ttl = 63) }, .slot = ROUTER },
	{ "a_part_that_is_behind_another_device_does_not", LAB_ACCESS,
	  { FROM_ENB, PDU(ROUTER), IP4("192.0.2.200", NET) }, REASON_spoofed_source, .slot = ROUTER },
	{ "nor_does_it_by_a_device_of_another_network", LAB_ACCESS,
	  { FROM_ENB, PDU(DEVICE), IP4("192.0.2.7", NET) }, REASON_spoofed_source, .slot = DEVICE },
	{ "a_port_of_another_network_leads_to_its_devices", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, UE) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(TWIN, "10.1.0.2"), IP4(NET, UE, .ttl = 63) }, .slot = TWIN },
	{ "and_so_does_its_own_stack", LAB_HOST,
	  { .vlan = { LAB_NETWORK_VLAN }, IP6(NET6, UE6) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(TWIN, "10.1.0.2"), IP6(NET6, UE6) }, .slot = TWIN },
	{ "without_networks_no_port_is_asked", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "10.45.0.12") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(MARKED, "10.1.0.2", .tos = 46 << 2), IP4(NET, "10.45.0.12", .ttl = 63) }, .slot = MARKED, .before = no_networks },
	{ "no_device_of_another_network_is_found_there", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "10.46.0.5") }, REASON_not_ours },
	{ "a_network_behind_a_device_is_found", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "192.0.2.7") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(ROUTER, "10.1.0.2"), IP4(NET, "192.0.2.7", .ttl = 63) }, .slot = ROUTER },
	{ "the_longest_prefix_decides", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "192.0.2.200") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(TWIN, "10.1.0.2"), IP4(NET, "192.0.2.200", .ttl = 63) }, .slot = TWIN },
	{ "an_ipv6_network_behind_a_device_is_found", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP6(NET6, "2001:db8:b:7::1") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(ROUTER, "10.1.0.2"), IP6(NET6, "2001:db8:b:7::1", .ttl = 63) }, .slot = ROUTER },
	{ "what_is_behind_a_device_does_not_come_from_outside", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4("192.0.2.7", UE) }, REASON_own_source },
	{ "a_network_behind_a_device_whose_session_ended_has_none", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "192.0.2.7") }, REASON_no_session, .before = router_gone },
	{ "too_big_comes_from_the_networks_own_gateway", LAB_SGI,
	  { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "192.0.2.7", .len = 1500, DF) }, REASON_too_big, .slot = ROUTER, .icmp_from = "10.45.0.1", .icmp_mtu = 1464 },
};

const struct test_cases cases_network = CASES(rows);
