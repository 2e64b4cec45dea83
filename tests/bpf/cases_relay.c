/* SPDX-License-Identifier: Apache-2.0 */
/* From tunnel to tunnel, and what is not ours. */
/* clang-format off: a table is read by columns. */
#include "cases_words.h"

static void close_relay(void) { lab.sessions[RELAY].gate_up = GATE_CLOSED; }

static const struct test_case rows[] = {
	/* From tunnel to tunnel. */
	{ "a_g_pdu_is_relayed_with_another_teid_and_its_ttl", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY), IP4("198.18.0.1", NET, .ttl = 1), .padding = 5 }, REASON_relay, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY), IP4("198.18.0.1", NET, .ttl = 1) }, .slot = RELAY },
	{ "its_sequence_number_and_extension_headers_go_on", LAB_ACCESS,
	  { .vlan = { 7, 100 }, ENB("10.1.0.2", .options = 8),
	    PDU(RELAY, .flags = 0x37, .sequence = 9, .npdu = 3, .first_extension = 0xc0, .extensions = "\1\0\1\x85\1\x10\1\0", .extensions_len = 8),
	    IP4(UE, NET) }, REASON_relay, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY, .flags = 0x37, .sequence = 9, .npdu = 3, .first_extension = 0xc0, .extensions = "\1\0\1\x85\1\x10\1\0", .extensions_len = 8),
	    IP4(UE, NET) }, .slot = RELAY },
	{ "what_it_carries_is_not_looked_at", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY), .inner = { .version = 5, .src = UE, .dst = NET } }, REASON_relay, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY), .inner = { .version = 5, .src = UE, .dst = NET } }, .slot = RELAY },
	{ "ipv6_is_relayed_to_ipv6", LAB_ACCESS,
	  { FROM_ENB6, PDU(RELAY66), IP6(UE6, NET6, .len = 999) }, REASON_relay, HOP_RELAY6,
	  { ON6("2001:db8:1::20"), GTP(RELAY66), IP6(UE6, NET6, .len = 999) }, .slot = RELAY66 },
	{ "ipv4_is_relayed_to_ipv6", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY46), IP4(UE, NET, .len = 77) }, REASON_relay, HOP_RELAY6,
	  { ON6("2001:db8:1::20"), GTP(RELAY46), IP4(UE, NET, .len = 77) }, .slot = RELAY46 },
	{ "ipv6_is_relayed_to_ipv4", LAB_ACCESS,
	  { FROM_ENB6, PDU(RELAY64), IP4(UE, NET) }, REASON_relay, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY64), IP4(UE, NET) }, .slot = RELAY64 },
	{ "a_relay_may_take_from_anybody", LAB_ACCESS,
	  { ENB("10.1.0.77"), PDU(RELAY_ANY), IP4(UE, NET) }, REASON_relay, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY_ANY), IP4(UE, NET) }, .slot = RELAY_ANY },
	{ "or_from_its_peer_alone", LAB_ACCESS,
	  { ENB("10.1.0.77"), PDU(RELAY), IP4(UE, NET) }, REASON_wrong_peer, .slot = RELAY },
	{ "an_end_marker_is_relayed", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY, .type = 254) }, REASON_relay_end, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY, .type = 254) }, .slot = RELAY },
	{ "an_unknown_extension_for_endpoints_is_relayed", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY, .flags = 0x34, .first_extension = 0x8f, .extensions = "\1\0\0\0", .extensions_len = 4), IP4(UE, NET) },
	  REASON_relay, HOP_RELAY,
	  { ON4("10.1.0.32"), GTP(RELAY, .flags = 0x34, .first_extension = 0x8f, .extensions = "\1\0\0\0", .extensions_len = 4), IP4(UE, NET) },
	  .slot = RELAY },
	{ "one_that_everybody_must_understand_is_not", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY, .flags = 0x34, .first_extension = 0xe1, .extensions = "\1\0\0\0", .extensions_len = 4), IP4(UE, NET) },
	  REASON_unknown_extension },
	{ "one_that_ends_at_a_relay_is_left_to_mcored", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY, .flags = 0x34, .first_extension = 0x40, .extensions = "\1\x08\x68\0", .extensions_len = 4), IP4(UE, NET) },
	  REASON_relay_slow },
	{ "the_largest_message_is_relayed", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY_SMALL), IP4(UE, NET, .len = 540) }, REASON_relay, HOP_RELAY_SMALL,
	  { ON4("10.1.0.34"), GTP(RELAY_SMALL), IP4(UE, NET, .len = 540) }, .slot = RELAY_SMALL },
	{ "a_larger_one_is_left_to_mcored", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY_SMALL), IP4(UE, NET, .len = 541) }, REASON_relay_slow },
	{ "an_exit_without_mac_address_relays_nothing", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY_LOST), IP4(UE, NET) }, REASON_no_next_hop, .slot = RELAY_LOST },
	{ "a_closed_gate_relays_nothing", LAB_ACCESS,
	  { FROM_ENB, PDU(RELAY), IP4(UE, NET) }, REASON_gate_closed, .slot = RELAY, .before = close_relay },

	/* Not ours. */
	{ "arp_is_left_to_the_kernel", LAB_BOTH, { .ethertype = 0x0806, .padding = 46 }, REASON_not_ours },
	{ "sctp_of_s1ap_is_left_to_the_kernel", LAB_BOTH, { IP4("10.1.0.2", US, .proto = 132, .dport = 36412) }, REASON_not_ours },
	{ "ipv6_of_others_is_left_to_the_kernel", LAB_BOTH, { IP6("fe80::1", "ff02::1", .proto = 58) }, REASON_not_ours },
	{ "a_broken_ip_header_to_a_device_is_left_to_the_kernel", LAB_SGI, { IP4(NET, UE, .lie = 1) }, REASON_not_ours },
	{ "a_cut_vlan_tag_is_left_to_the_kernel", LAB_BOTH, { .vlan = { 5 }, IP4(NET, UE), .cut = 16 }, REASON_not_ours },
	{ "three_vlan_tags_are_left_to_the_kernel", LAB_BOTH, { .vlan = { 5, 6 }, .ethertype = 0x8100, IP4(NET, UE) }, REASON_not_ours },
	{ "a_frame_of_14_octets_is_left_to_the_kernel", LAB_BOTH, { IP4(NET, UE), .cut = 14 }, REASON_not_ours },
};

const struct test_cases cases_relay = CASES(rows);
