/* SPDX-License-Identifier: Apache-2.0 */
/* Into the tunnel, what does not go or does not fit, and tunnels over IPv6. */
/* clang-format off: a table is read by columns. */
#include "cases_words.h"

static void close_down(void) { lab.sessions[DEVICE].gate_down = GATE_CLOSED; }
static void mark_vlan6(void) { lab.sessions[VLAN6].dscp = 10; }
static void no_statics(void) { lab.settings->addresses = 0; }

static void wait_for(unsigned slot, uint32_t hold)
{
	lab.sessions[slot].hold = hold;
	lab.sessions[slot].holding = !!hold;
	lab.sessions[slot].hold_max = 2;
}

static void waits(void) { wait_for(IDLE, HOLD_ON); }

static void waits_closed(void)
{
	waits();
	lab.sessions[IDLE].gate_down = GATE_CLOSED;
}

static void one_waits(void) { wait_for(DEVICE, HOLD_ON | 1); }

static void any_may_wait(void)
{
	waits();
	lab.sessions[IDLE].hold_max = HOLD_COUNT;
}

static void two_wait(void) { wait_for(IDLE, HOLD_ON | 2); }
static void unreachable(void) { wait_for(IDLE, HOLD_ON | HOLD_SHUT); }

static const struct test_case rows[] = {
	/* Downlink: into the tunnel. */
	{ "downlink_ipv4_is_encapsulated_with_ttl_one_less", LAB_SGI,
	  { IP4(NET, UE) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .ttl = 63) }, .slot = DEVICE },
	{ "downlink_ipv6_is_encapsulated_with_hop_limit_one_less", LAB_SGI,
	  { IP6(NET6, UE6) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP6(NET6, UE6, .ttl = 63) }, .slot = DEVICE },
	{ "downlink_is_taken_by_an_interface_with_both_roles", LAB_BOTH,
	  { IP4(NET, UE) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .ttl = 63) }, .slot = DEVICE },
	{ "plain_ip_to_a_device_on_an_access_interface_is_left_to_the_kernel", LAB_ACCESS,
	  { IP4(NET, UE) }, REASON_not_ours },
	{ "what_the_host_routed_keeps_its_ttl", LAB_HOST,
	  { IP4(NET, UE, .ttl = 1) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .ttl = 1) }, .slot = DEVICE },
	{ "the_host_may_send_from_the_gateway_address", LAB_HOST,
	  { IP4("10.45.0.1", UE, .proto = 1) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4("10.45.0.1", UE, .proto = 1) }, .slot = DEVICE },
	{ "the_host_may_send_from_its_gtpu_address", LAB_HOST,
	  { IP4(US, UE) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(US, UE) }, .slot = DEVICE },
	{ "ethernet_padding_does_not_enter_the_tunnel", LAB_SGI,
	  { IP4(NET, UE, .len = 40), .padding = 6 }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .len = 40, .ttl = 63) }, .slot = DEVICE },
	{ "a_peer_behind_a_vlan_gets_its_tag", LAB_SGI,
	  { IP4(NET, "10.45.0.6") }, REASON_downlink, HOP_ENB_VLAN,
	  { .vlan = { 100 }, TUNNEL(VLANS, "10.1.0.4"), IP4(NET, "10.45.0.6", .ttl = 63) }, .slot = VLANS },
	{ "a_tag_on_the_sgi_side_is_taken_off", LAB_SGI,
	  { .vlan = { 300 }, IP4(NET, UE) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .ttl = 63) }, .slot = DEVICE },
	{ "two_tags_become_one", LAB_SGI,
	  { .vlan = { 7, 300 }, IP6(NET6, "2001:db8:45:6::1") }, REASON_downlink, HOP_ENB_VLAN,
	  { .vlan = { 100 }, TUNNEL(VLANS, "10.1.0.4"), IP6(NET6, "2001:db8:45:6::1", .ttl = 63) }, .slot = VLANS },
	{ "dscp_is_marked_on_the_tunnel", LAB_SGI,
	  { IP4(NET, "10.45.0.12") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(MARKED, "10.1.0.2", .tos = 46 << 2), IP4(NET, "10.45.0.12", .ttl = 63) }, .slot = MARKED },
	{ "downlink_options_are_kept", LAB_SGI,
	  { IP4(NET, UE, .options = 12) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .options = 12, .ttl = 63) }, .slot = DEVICE },
	{ "a_device_of_the_second_pool_is_found", LAB_SGI,
	  { IP4(NET, "10.46.0.5") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(OTHER_POOL, "10.1.0.2"), IP4(NET, "10.46.0.5", .ttl = 63) }, .slot = OTHER_POOL },
	{ "a_static_ipv4_address_is_found", LAB_SGI,
	  { IP4(NET, "192.0.2.77") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(STATIC, "10.1.0.2"), IP4(NET, "192.0.2.77", .ttl = 63) }, .slot = STATIC },
	{ "a_static_ipv6_prefix_is_found", LAB_SGI,
	  { IP6(NET6, "2001:db8:77:77::1234") }, REASON_downlink, HOP_ENB,
	  { TUNNEL(STATIC, "10.1.0.2"), IP6(NET6, "2001:db8:77:77::1234", .ttl = 63) }, .slot = STATIC },
	{ "without_static_addresses_none_is_looked_for", LAB_SGI,
	  { IP4(NET, "192.0.2.77") }, REASON_not_ours, .before = no_statics },
	{ "the_largest_downlink_packet_is_encapsulated", LAB_SGI,
	  { IP4(NET, UE, .len = 1464, DF) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(DEVICE, "10.1.0.2"), IP4(NET, UE, .len = 1464, DF, .ttl = 63) }, .slot = DEVICE },

	/* Downlink that does not go. */
	{ "an_address_without_session_is_dropped", LAB_SGI, { IP4(NET, "10.45.0.30") }, REASON_no_session },
	{ "an_ipv6_address_without_session_is_dropped", LAB_SGI, { IP6(NET6, "2001:db8:45:1e::1") }, REASON_no_session },
	{ "an_ipv4_pool_alone_has_no_ipv6", LAB_SGI, { IP6(NET6, "2001:db8:46:5::1") }, REASON_not_ours },
	{ "the_gateway_address_from_outside_is_left_to_the_kernel", LAB_SGI, { IP4(NET, "10.45.0.1") }, REASON_not_ours },
	{ "the_address_behind_a_pool_is_not_ours", LAB_SGI, { IP4(NET, "10.45.0.32") }, REASON_not_ours },
	{ "the_address_before_a_pool_is_not_ours", LAB_SGI, { IP4(NET, "10.44.255.255") }, REASON_not_ours },
	{ "a_device_as_source_from_outside_is_dropped", LAB_SGI, { IP4("10.45.0.6", UE) }, REASON_own_source },
	{ "a_device_as_ipv6_source_from_outside_is_dropped", LAB_BOTH, { IP6("2001:db8:45:6::1", UE6) }, REASON_own_source },
	{ "our_gtpu_address_as_source_from_outside_is_dropped", LAB_SGI, { IP4(US, UE) }, REASON_own_source },
	{ "our_ipv6_gtpu_address_as_source_from_outside_is_dropped", LAB_SGI, { IP6(US6, UE6) }, REASON_own_source },
	{ "any_address_of_this_machine_as_source_is_dropped", LAB_SGI, { IP4("198.51.100.9", UE) }, REASON_own_source },
	{ "a_multicast_source_is_dropped", LAB_SGI, { IP4("224.0.0.1", UE) }, REASON_martian_source },
	{ "a_broadcast_source_is_dropped", LAB_SGI, { IP4("255.255.255.255", UE) }, REASON_martian_source },
	{ "a_loopback_source_is_dropped", LAB_BOTH, { IP4("127.0.0.1", UE) }, REASON_martian_source },
	{ "source_0_is_dropped", LAB_SGI, { IP4("0.0.0.0", UE) }, REASON_martian_source },
	{ "an_unspecified_ipv6_source_is_dropped", LAB_SGI, { IP6("::", UE6) }, REASON_martian_source },
	{ "an_ipv6_loopback_source_is_dropped", LAB_SGI, { IP6("::1", UE6) }, REASON_martian_source },
	{ "an_ipv6_multicast_source_is_dropped", LAB_SGI, { IP6("ff02::1", UE6) }, REASON_martian_source },
	{ "a_link_local_source_from_outside_is_dropped", LAB_SGI, { IP6("fe80::1", UE6) }, REASON_martian_source },
	{ "a_closed_gate_stops_downlink", LAB_SGI, { IP4(NET, UE) }, REASON_gate_closed, .slot = DEVICE, .before = close_down },
	{ "downlink_ttl_1_is_given_to_the_kernel_for_its_icmp", LAB_SGI, { IP4(NET, UE, .ttl = 1) }, REASON_ttl },
	{ "downlink_hop_limit_1_is_given_to_the_kernel_for_its_icmp", LAB_SGI, { IP6(NET6, UE6, .ttl = 1) }, REASON_ttl },
	{ "data_for_an_idle_device_waits", LAB_SGI, { IP4(NET, "10.45.0.7") }, REASON_idle_held, .slot = IDLE, .before = waits },
	{ "ipv6_data_for_an_idle_device_waits", LAB_SGI, { IP6(NET6, "2001:db8:45:7::1") }, REASON_idle_held, .slot = IDLE, .before = waits },
	{ "a_large_packet_waits_whole", LAB_SGI, { .vlan = { 7 }, IP4(NET, "10.45.0.7", .len = 1500, DF) }, REASON_idle_held, .slot = IDLE, .before = waits },
	{ "what_the_host_sends_waits", LAB_HOST, { IP4(NET, "10.45.0.7") }, REASON_idle_held, .slot = IDLE, .before = waits },
	{ "a_device_that_has_come_gets_what_waits_first", LAB_SGI, { IP4(NET, UE) }, REASON_idle_held, .slot = DEVICE, .before = one_waits },
	{ "no_more_waits_than_may", LAB_SGI, { IP4(NET, "10.45.0.7") }, REASON_idle_full, .slot = IDLE, .before = two_wait },
	{ "what_finds_no_room_is_counted", LAB_SGI, { IP4(NET, "10.45.0.7", .len = 1500) }, REASON_idle_lost, .slot = IDLE, .before = any_may_wait, .warm_up = 4000 },
	{ "nothing_waits_for_a_device_that_cannot_be_reached", LAB_SGI, { IP4(NET, "10.45.0.7") }, REASON_idle, .slot = IDLE, .before = unreachable },
	{ "nothing_waits_where_nobody_takes_it", LAB_SGI, { IP4(NET, "10.45.0.7") }, REASON_idle, .slot = IDLE },
	{ "a_closed_gate_wakes_no_device", LAB_SGI, { IP4(NET, "10.45.0.7") }, REASON_gate_closed, .slot = IDLE, .before = waits_closed },
	{ "ttl_1_wakes_no_device", LAB_SGI, { IP4(NET, "10.45.0.7", .ttl = 1) }, REASON_ttl, .before = waits },
	{ "a_peer_without_mac_address_drops", LAB_SGI, { IP4(NET, "10.45.0.8") }, REASON_no_next_hop, .slot = LOST },

	/* Packets that do not fit. */
	{ "ipv4_too_big_with_df_is_told_to_its_sender", LAB_SGI,
	  { IP4(NET, UE, .len = 1465, DF) }, REASON_too_big, .slot = DEVICE, .icmp_from = "10.45.0.1", .icmp_mtu = 1464 },
	{ "through_vlan_tags_too", LAB_SGI,
	  { .vlan = { 7, 300 }, IP4(NET, "10.45.0.11", .len = 1500, DF) }, REASON_too_big, .slot = SMALL,
	  .icmp_from = "10.45.0.1", .icmp_mtu = 1364 },
	{ "a_tunnel_over_ipv6_has_room_for_20_octets_less", LAB_SGI,
	  { IP4(NET, "10.45.0.14", .len = 1445, DF) }, REASON_too_big, .slot = DEVICE6, .icmp_from = "10.45.0.1", .icmp_mtu = 1444 },
	{ "ipv6_too_big_is_told_to_its_sender", LAB_SGI,
	  { IP6(NET6, UE6, .len = 1465) }, REASON_too_big, .slot = DEVICE, .icmp_from = "2001:db8:45::1", .icmp_mtu = 1464 },
	{ "the_second_pools_gateway_speaks_for_its_devices", LAB_SGI,
	  { IP4(NET, "10.46.0.5", .len = 1500, DF) }, REASON_too_big, .slot = OTHER_POOL, .icmp_from = "10.46.0.1", .icmp_mtu = 1464 },
	{ "to_the_host_the_device_speaks_for_itself", LAB_HOST,
	  { IP4(NET, UE, .len = 1500, DF) }, REASON_too_big, .slot = DEVICE, .icmp_from = UE, .icmp_mtu = 1464 },
	{ "to_the_host_by_ipv6_too", LAB_HOST,
	  { IP6(NET6, UE6, .len = 1500) }, REASON_too_big, .slot = DEVICE, .icmp_from = UE6, .icmp_mtu = 1464 },
	{ "a_ping_that_is_too_big_is_told", LAB_SGI,
	  { IP4(NET, UE, .len = 1500, .proto = 1, .icmp = 8, DF) }, REASON_too_big, .slot = DEVICE, .icmp_from = "10.45.0.1", .icmp_mtu = 1464 },
	{ "without_df_the_kernel_fragments", LAB_SGI,
	  { IP4(NET, UE, .len = 1465) }, REASON_too_big_pass },
	{ "but_not_what_came_from_the_kernel", LAB_HOST,
	  { IP4(NET, UE, .len = 1465) }, REASON_too_big_dropped, .slot = DEVICE },
	{ "no_icmp_about_an_icmp_error", LAB_SGI,
	  { IP4(NET, UE, .len = 1500, .proto = 1, .icmp = 3, DF) }, REASON_too_big_dropped, .slot = DEVICE },
	{ "no_icmpv6_about_an_icmpv6_error", LAB_SGI,
	  { IP6(NET6, UE6, .len = 1500, .proto = 58, .icmp = 1) }, REASON_too_big_dropped, .slot = DEVICE },
	{ "no_icmp_about_a_later_fragment", LAB_SGI,
	  { IP4(NET, UE, .len = 1500, .frag = 0x4010) }, REASON_too_big_dropped, .slot = DEVICE },
	{ "icmp_stops_at_the_limit", LAB_SGI,
	  { IP4(NET, UE, .len = 1500, DF) }, REASON_too_big_dropped, .slot = DEVICE, .warm_up = 2500 },

	/* Tunnels over IPv6. */
	{ "uplink_over_ipv6_is_decapsulated", LAB_ACCESS,
	  { FROM_ENB6, PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.14", NET, .ttl = 63) }, .slot = DEVICE6 },
	{ "ipv6_in_ipv6_too", LAB_BOTH,
	  { .vlan = { 100 }, FROM_ENB6, PDU(DEVICE6, .flags = 0x32), IP6("2001:db8:45:e::1", NET6) }, REASON_uplink, HOP_EXIT,
	  { IP6("2001:db8:45:e::1", NET6, .ttl = 63) }, .slot = DEVICE6 },
	{ "a_zero_checksum_is_taken", LAB_ACCESS,
	  { ENB6("2001:db8:1::2", .no_sum = true), PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.14", NET, .ttl = 63) }, .slot = DEVICE6 },
	{ "outer_extension_headers_are_skipped", LAB_ACCESS,
	  { ENB6("2001:db8:1::2", .proto = 0, .upper = 17, .headers = "\x3c\0\1\4\0\0\0\0\x11\1\1\4\0\0\0\0\1\4\0\0\0\0\0\0", .headers_len = 24),
	    PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.14", NET, .ttl = 63) }, .slot = DEVICE6 },
	{ "an_outer_ipv6_fragment_is_left_to_the_kernel", LAB_ACCESS,
	  { ENB6("2001:db8:1::2", .proto = 44, .upper = 17, .headers = "\x11\0\0\1\0\0\0\7", .headers_len = 8),
	    PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_outer_fragment },
	{ "and_the_last_one_too", LAB_ACCESS,
	  { ENB6("2001:db8:1::2", .proto = 44, .upper = 17, .headers = "\x11\0\0\x20\0\0\0\7", .headers_len = 8),
	    PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_outer_fragment },
	{ "tcp_behind_ipv6_headers_is_left_to_the_kernel", LAB_ACCESS,
	  { IP6("2001:db8:1::2", US6, .proto = 60, .upper = 6, .headers = "\x06\0\1\4\0\0\0\0", .headers_len = 8) }, REASON_not_ours },
	{ "gtpu_to_another_ipv6_address_is_left_to_the_kernel", LAB_ACCESS,
	  { .outer = { .version = 6, .src = "2001:db8:1::2", .dst = "2001:db8:1::3" }, PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_not_ours },
	{ "gtpu_from_another_ipv6_peer_is_dropped", LAB_ACCESS,
	  { ENB6("2001:db8:1::3"), PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_wrong_peer, .slot = DEVICE6 },
	{ "ipv4_is_not_the_ipv6_peer", LAB_ACCESS,
	  { FROM_ENB, PDU(DEVICE6), IP4("10.45.0.14", NET) }, REASON_wrong_peer, .slot = DEVICE6 },
	{ "a_peer_with_two_addresses_sends_from_the_first", LAB_ACCESS,
	  { ENB("10.1.0.16"), PDU(DUAL), IP4("10.45.0.15", NET) }, REASON_uplink, HOP_EXIT, { IP4("10.45.0.15", NET, .ttl = 63) }, .slot = DUAL },
	{ "and_from_the_second", LAB_ACCESS,
	  { ENB6("2001:db8:1::10"), PDU(DUAL), IP4("10.45.0.15", NET) }, REASON_uplink, HOP_EXIT, { IP4("10.45.0.15", NET, .ttl = 63) }, .slot = DUAL },
	{ "and_from_no_third", LAB_ACCESS,
	  { ENB6("2001:db8:1::11"), PDU(DUAL), IP4("10.45.0.15", NET) }, REASON_wrong_peer, .slot = DUAL },
	{ "downlink_over_ipv6_has_a_checksum", LAB_SGI,
	  { IP4(NET, "10.45.0.14") }, REASON_downlink, HOP_ENB6,
	  { TUNNEL6(DEVICE6, "2001:db8:1::2"), IP4(NET, "10.45.0.14", .ttl = 63) }, .slot = DEVICE6 },
	{ "of_odd_lengths_too", LAB_SGI,
	  { IP4(NET, "10.45.0.14", .len = 1031), .padding = 3 }, REASON_downlink, HOP_ENB6,
	  { TUNNEL6(DEVICE6, "2001:db8:1::2"), IP4(NET, "10.45.0.14", .len = 1031, .ttl = 63) }, .slot = DEVICE6 },
	{ "of_any_length_too", LAB_SGI,
	  { IP6(NET6, "2001:db8:45:e::1", .len = 767) }, REASON_downlink, HOP_ENB6,
	  { TUNNEL6(DEVICE6, "2001:db8:1::2"), IP6(NET6, "2001:db8:45:e::1", .len = 767, .ttl = 63) }, .slot = DEVICE6 },
	{ "an_ipv6_peer_behind_a_vlan_gets_its_tag_and_dscp", LAB_SGI,
	  { .vlan = { 7, 300 }, IP4(NET, "10.45.0.16") }, REASON_downlink, HOP_VLAN6,
	  { .vlan = { 100 }, TUNNEL6(VLAN6, "2001:db8:1::4", .tos = 10 << 2), IP4(NET, "10.45.0.16", .ttl = 63) }, .slot = VLAN6, .before = mark_vlan6 },
	{ "the_largest_packet_over_ipv6_is_encapsulated", LAB_SGI,
	  { IP4(NET, "10.45.0.14", .len = 1444, DF) }, REASON_downlink, HOP_ENB6,
	  { TUNNEL6(DEVICE6, "2001:db8:1::2"), IP4(NET, "10.45.0.14", .len = 1444, DF, .ttl = 63) }, .slot = DEVICE6 },
	{ "an_echo_request_over_ipv6_is_answered", LAB_ACCESS,
	  { ENB6("2001:db8:1::9", .sport = 50123), .gtp = { .flags = 0x32, .type = 1, .sequence = 0xbeef } }, REASON_gtpu_echo, 0,
	  { .hop = TURNED, .outer = { .version = 6, .src = US6, .dst = "2001:db8:1::9", .dport = 50123 },
	    .gtp = { .flags = 0x32, .type = 2, .sequence = 0xbeef, .ies = "\x0e\0", .ies_len = 2 } } },
	{ "and_through_extension_headers", LAB_ACCESS,
	  { ENB6("2001:db8:1::9", .proto = 60, .upper = 17, .headers = "\x11\0\1\4\0\0\0\0", .headers_len = 8),
	    .gtp = { .flags = 0x32, .type = 1, .sequence = 7 } }, REASON_gtpu_echo, 0,
	  { .hop = TURNED, .outer = { .version = 6, .src = US6, .dst = "2001:db8:1::9" },
	    .gtp = { .flags = 0x32, .type = 2, .sequence = 7, .ies = "\x0e\0", .ies_len = 2 } } },
	{ "an_error_indication_over_ipv6_has_our_ipv6_address", LAB_ACCESS,
	  { .vlan = { 100 }, FROM_ENB6, PDU(NOBODY), IP4(UE, NET) }, REASON_unknown_teid, 0,
	  { .hop = TURNED, .vlan = { 100 }, .outer = { .version = 6, .src = US6, .dst = "2001:db8:1::2" },
	    .gtp = { .flags = 0x32, .type = 26, .ies = "\x10\x00\x01\xe5\xa7\x85\x00\x10\x20\x01\x0d\xb8\0\1\0\0\0\0\0\0\0\0\0\1", .ies_len = 24 } },
	  .event = EVENT_UNKNOWN_TEID + 1 },
	{ "over_ipv6_a_bare_header_gets_an_error_indication_that_is_longer", LAB_ACCESS,
	  { FROM_ENB6, PDU(NOBODY) }, REASON_unknown_teid, 0,
	  { .hop = TURNED, .outer = { .version = 6, .src = US6, .dst = "2001:db8:1::2" },
	    .gtp = { .flags = 0x32, .type = 26, .ies = "\x10\x00\x01\xe5\xa7\x85\x00\x10\x20\x01\x0d\xb8\0\1\0\0\0\0\0\0\0\0\0\1", .ies_len = 24 } },
	  .event = EVENT_UNKNOWN_TEID + 1 },
	{ "a_peer_is_told_a_few_times_a_second", LAB_ACCESS,
	  { FROM_ENB6, PDU(NOBODY), IP4(UE, NET) }, REASON_teid_unanswered, .warm_up = 150 },
};

const struct test_cases cases_downlink = CASES(rows);
