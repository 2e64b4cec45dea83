/* SPDX-License-Identifier: Apache-2.0 */
/* Policy and rates, dedicated bearers, rules, quarantine and quotas. */
/* clang-format off: a table is read by columns. */
#include <time.h>
#include "cases_words.h"

static void close_up(void) { lab.sessions[DEVICE].gate_up = GATE_CLOSED; }
static void close_down(void) { lab.sessions[DEVICE].gate_down = GATE_CLOSED; }

static void wait_for(unsigned slot, uint32_t hold)
{
	lab.sessions[slot].hold = hold;
	lab.sessions[slot].holding = !!hold;
	lab.sessions[slot].hold_max = 2;
}

static void stale_tat(void)
{
	struct rate *r = &lab.sessions[DEVICE].rate_up;

	r->ns_per_mib = rate_ns_per_mib(1000000);
	lab.sessions[DEVICE].burst_up_us = 1;
	r->tat = ~0ull >> 1;
}

/* Used up for a second to come. */
static void slow(struct session *s)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	s->rate_down.ns_per_mib = rate_ns_per_mib(1000);
	s->rate_down.tat = ((uint64_t)t.tv_sec + 1) * 1000000000 + (uint64_t)t.tv_nsec;
	s->burst_down_us = 1;
}

static void fast_is_slow(void) { slow(&lab.sessions[FAST]); }
static void owner_is_slow(void) { slow(&lab.sessions[BEARERS]); }

static void fast_is_idle(void)
{
	lab.sessions[FAST].peer = 0;
	wait_for(FAST, HOLD_ON);
}

static void old_time(void)
{
	lab.sessions[SLOW].rate_up.tat = 1;
	lab.sessions[SLOW].rate_down.tat = 1;
}

static void allow_default(void)
{
	lab.rules[RULESET_RULES].allow_default = true;
	lab_compile(RULESET_RULES);
}

static void quarantine(void) { lab.sessions[DEVICE].flags = SESSION_QUARANTINE; }
static void no_octets(void) { lab.sessions[DEVICE].flags = SESSION_QUOTA_UP; }

static void second_of_capped(void)
{
	struct session *s = &lab.sessions[SECOND];

	s->owner = CAPPED;
	s->ue4 = lab.sessions[CAPPED].ue4;
}

static void mostly_used(void) { lab.sessions[THROTTLED].quota_left = 100; }
static void wall_exhausted(void) { lab.sessions[WALLED].quota_left = -QUOTA_EXHAUSTED; }

static const struct test_case rows[] = {
	/* Policy. */
	{ "a_closed_gate_stops_uplink", LAB_ACCESS,
	  { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, REASON_gate_closed, .slot = DEVICE, .before = close_up },
	{ "a_gate_closed_down_does_not_stop_uplink", LAB_ACCESS,
	  { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE, NET, .ttl = 63) }, .slot = DEVICE, .before = close_down },
	{ "a_closed_gate_stops_a_router_solicitation", LAB_ACCESS,
	  { FROM_ENB, PDU(SHUT), IP6("::", "ff02::2", .proto = 58, .icmp = 133) }, REASON_gate_closed, .slot = SHUT },
	{ "the_owners_gate_holds_for_a_second_bearer", LAB_ACCESS,
	  { FROM_ENB, PDU(SECOND), IP4("10.45.0.9", NET) }, REASON_gate_closed, .slot = SECOND },
	{ "the_first_packet_conforms_to_any_rate", LAB_ACCESS,
	  { FROM_ENB, PDU(SLOW), IP4("10.45.0.10", NET) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.10", NET, .ttl = 63) }, .slot = SLOW, .before = old_time },
	{ "the_second_packet_exceeds_the_uplink_rate", LAB_ACCESS,
	  { FROM_ENB, PDU(SLOW), IP4("10.45.0.10", NET) }, REASON_rate_up, .slot = SLOW, .warm_up = 1 },
	{ "the_second_packet_exceeds_the_downlink_rate", LAB_SGI,
	  { IP4(NET, "10.45.0.10") }, REASON_rate_down, .slot = SLOW, .warm_up = 1 },
	{ "a_time_left_from_a_lower_rate_does_not_block", LAB_ACCESS,
	  { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE, NET, .ttl = 63) }, .slot = DEVICE, .before = stale_tat },
	{ "an_owner_that_is_no_slot_is_an_internal_error", LAB_ACCESS,
	  { FROM_ENB, PDU(ORPHAN), IP4("10.45.0.13", NET) }, REASON_internal, .slot = ORPHAN },

	/* Dedicated bearers: by TFT (lab_filters). */
	{ "downlink_goes_by_the_bearer_whose_filter_matches", LAB_SGI,
	  { IP4(NET, UEB, .sport = 5004) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(FAST, "10.1.0.2", .tos = 46 << 2), IP4(NET, UEB, .sport = 5004, .ttl = 63) }, .slot = FAST },
	{ "downlink_that_no_filter_matches_goes_by_the_default_bearer", LAB_SGI,
	  { IP4(NET, UEB, .sport = 5011) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(BEARERS, "10.1.0.2"), IP4(NET, UEB, .sport = 5011, .ttl = 63) }, .slot = BEARERS },
	{ "an_earlier_precedence_wins", LAB_SGI,
	  { IP4(NET, UEB, .dport = 8080, .tos = 0xb8) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(SAFE, "10.1.0.2"), IP4(NET, UEB, .dport = 8080, .tos = 0xb8, .ttl = 63) }, .slot = SAFE },
	{ "a_filter_by_tos_has_a_mask", LAB_SGI,
	  { IP4("203.0.113.9", UEB, .tos = 0xbb) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(FAST, "10.1.0.2", .tos = 46 << 2), IP4("203.0.113.9", UEB, .tos = 0xbb, .ttl = 63) }, .slot = FAST },
	{ "a_later_fragment_has_no_ports", LAB_SGI,
	  { IP4(NET, UEB, .sport = 5004, .frag = 0x0010) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(BEARERS, "10.1.0.2"), IP4(NET, UEB, .sport = 5004, .frag = 0x0010, .ttl = 63) }, .slot = BEARERS },
	{ "a_packet_that_ends_before_its_ports_has_none_whatever_is_behind_it", LAB_SGI,
	  { IP4(NET, UEB, .sport = 5004, .lie = -44) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(BEARERS, "10.1.0.2"), IP4(NET, UEB, .len = 20, .ttl = 63) }, .slot = BEARERS },
	{ "so_has_an_ipv6_packet", LAB_SGI,
	  { IP6(NET6, UEB6, .dport = 8080, .lie = -24) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(BEARERS, "10.1.0.2"), IP6(NET6, UEB6, .len = 40, .ttl = 63) }, .slot = BEARERS },
	{ "ports_are_found_behind_extension_headers", LAB_SGI,
	  { IP6(NET6, UEB6, SIX6, .dport = 8080) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(SAFE, "10.1.0.2"), IP6(NET6, UEB6, SIX6, .dport = 8080, .ttl = 63) }, .slot = SAFE },
	{ "a_filter_for_uplink_is_none_for_downlink", LAB_SGI,
	  { IP6("2001:db8:ffff::1", UEB6, .sport = 53) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(BEARERS, "10.1.0.2"), IP6("2001:db8:ffff::1", UEB6, .sport = 53, .ttl = 63) }, .slot = BEARERS },
	{ "uplink_of_a_dedicated_bearer_is_what_its_tft_says", LAB_ACCESS,
	  { FROM_ENB, PDU(FAST), IP4(UEB, NET, .dport = 5000) }, REASON_uplink, HOP_EXIT,
	  { IP4(UEB, NET, .dport = 5000, .ttl = 63) }, .slot = FAST },
	{ "ipv6_uplink_of_a_dedicated_bearer", LAB_ACCESS,
	  { FROM_ENB, PDU(SAFE), IP6(UEB6, NET6, .dport = 53) }, REASON_uplink, HOP_EXIT,
	  { IP6(UEB6, NET6, .dport = 53, .ttl = 63) }, .slot = SAFE },
	{ "other_uplink_of_a_dedicated_bearer_is_dropped", LAB_ACCESS,
	  { FROM_ENB, PDU(FAST), IP4(UEB, NET, .dport = 4999) }, REASON_wrong_bearer, .slot = FAST },
	{ "uplink_of_one_dedicated_bearer_on_another_is_dropped", LAB_ACCESS,
	  { FROM_ENB, PDU(SAFE), IP4(UEB, NET, .dport = 5000) }, REASON_wrong_bearer, .slot = SAFE },
	{ "the_default_bearer_carries_anything", LAB_ACCESS,
	  { FROM_ENB, PDU(BEARERS), IP4(UEB, NET, .dport = 5000) }, REASON_uplink, HOP_EXIT,
	  { IP4(UEB, NET, .dport = 5000, .ttl = 63) }, .slot = BEARERS },
	{ "a_bearer_with_its_own_rate_is_held_to_it", LAB_SGI,
	  { IP4(NET, UEB, .sport = 5004) }, REASON_rate_down, .slot = FAST, .before = fast_is_slow },
	{ "a_bearer_with_its_own_rate_is_not_held_to_its_owners", LAB_SGI,
	  { IP4(NET, UEB, .sport = 5004) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(FAST, "10.1.0.2", .tos = 46 << 2), IP4(NET, UEB, .sport = 5004, .ttl = 63) }, .slot = FAST, .before = owner_is_slow },
	{ "other_bearers_share_their_owners_rate", LAB_SGI,
	  { IP4(NET, UEB, .dport = 8080) }, REASON_rate_down, .slot = SAFE, .before = owner_is_slow },
	{ "data_for_an_idle_dedicated_bearer_is_told", LAB_SGI, { IP4(NET, UEB, .sport = 5004) },
	  REASON_idle_held, .slot = FAST, .before = fast_is_idle },

	/* Rules. */
	{ "a_rule_allows", LAB_ACCESS, { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE_RULED, NET, .ttl = 63) }, .slot = RULED },
	{ "an_earlier_rule_denies", LAB_ACCESS, { FROM_ENB, PDU(RULED), IP4(UE_RULED, "203.0.113.66") },
	  REASON_filtered, .slot = RULED },
	{ "what_no_rule_matches_is_denied_by_default", LAB_ACCESS, { FROM_ENB, PDU(RULED), IP4(UE_RULED, "198.51.100.1") },
	  REASON_filtered, .slot = RULED },
	{ "or_allowed_by_default", LAB_ACCESS, { FROM_ENB, PDU(RULED), IP4(UE_RULED, "198.51.100.1") },
	  REASON_uplink, HOP_EXIT, { IP4(UE_RULED, "198.51.100.1", .ttl = 63) }, .slot = RULED, .before = allow_default },
	{ "a_port_out_of_the_range_does_not_match", LAB_ACCESS, { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET, .dport = 50001) },
	  REASON_filtered, .slot = RULED },
	{ "a_rule_for_uplink_does_not_allow_downlink", LAB_SGI, { IP4("203.0.113.81", UE_RULED, .sport = 50000, .dport = 40000) },
	  REASON_filtered, .slot = RULED },
	{ "a_rule_for_downlink_sees_the_sender", LAB_SGI, { IP4(NET, UE_RULED) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(RULED, "10.1.0.2"), IP4(NET, UE_RULED, .ttl = 63) }, .slot = RULED },
	{ "a_port_of_the_device_is_denied", LAB_SGI, { IP4(NET, UE_RULED, .proto = 6, .dport = 23) },
	  REASON_filtered, .slot = RULED },
	{ "and_another_is_not", LAB_SGI, { IP4(NET, UE_RULED, .proto = 6, .dport = 24) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(RULED, "10.1.0.2"), IP4(NET, UE_RULED, .proto = 6, .dport = 24, .ttl = 63) }, .slot = RULED },
	{ "a_rule_sees_tos_under_its_mask", LAB_SGI, { IP4(NET, UE_RULED, .tos = 0xba) }, REASON_filtered, .slot = RULED },
	{ "a_rule_sees_the_protocol", LAB_SGI, { IP4(NET, UE_RULED, .proto = 47) }, REASON_filtered, .slot = RULED },
	{ "a_rule_marks_and_leaves_ecn", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET, .dport = 5050, .tos = 0x23) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE_RULED, NET, .dport = 5050, .tos = 46 << 2 | 3, .ttl = 63) }, .slot = RULED },
	{ "a_rule_marks_ipv6", LAB_SGI, { IP6(NET6, UE6_RULED, .tos = 0xfd) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(RULED, "10.1.0.2"), IP6(NET6, UE6_RULED, .tos = 1, .ttl = 63) }, .slot = RULED },
	{ "a_later_fragment_matches_no_rule_with_ports", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET, .frag = 0x10) }, REASON_filtered, .slot = RULED },
	{ "but_one_without", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP4(UE_RULED, "203.0.113.130", .frag = 0x10) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE_RULED, "203.0.113.130", .frag = 0x10, .ttl = 63) }, .slot = RULED },
	{ "the_first_fragment_has_ports", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET, .frag = 0x2000) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE_RULED, NET, .frag = 0x2000, .ttl = 63) }, .slot = RULED },
	{ "a_cut_header_has_no_ports", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET, .len = 23) }, REASON_filtered, .slot = RULED },
	{ "ports_behind_ipv4_options_are_seen", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP4(UE_RULED, NET, .options = 12) }, REASON_uplink, HOP_EXIT,
	  { IP4(UE_RULED, NET, .options = 12, .ttl = 63) }, .slot = RULED },
	{ "ports_behind_ipv6_headers_are_seen", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP6(UE6_RULED, NET6, HEADERS6) }, REASON_uplink, HOP_EXIT,
	  { IP6(UE6_RULED, NET6, HEADERS6, .ttl = 63) }, .slot = RULED },
	{ "and_not_in_a_later_ipv6_fragment", LAB_ACCESS,
	  { FROM_ENB, PDU(RULED), IP6(UE6_RULED, NET6, .headers = "\x11\0\0\x10\0\0\0\1", .headers_len = 8, .proto = 44, .upper = 17) },
	  REASON_filtered, .slot = RULED },
	{ "a_router_solicitation_needs_no_rule", LAB_ACCESS,
	  { FROM_ENB, PDU(QUARANTINED), IP6("fe80::1d18", "ff02::2", .proto = 58, .icmp = 133) }, REASON_slow_path,
	  .slot = QUARANTINED, .event = EVENT_SLOW_PATH + 1 },
	{ "a_profile_marks_both_headers", LAB_SGI, { IP4(NET, "10.45.0.21", .tos = 2) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(THROTTLED, "10.1.0.2", .tos = 10 << 2), IP4(NET, "10.45.0.21", .tos = 14 << 2 | 2, .ttl = 63) },
	  .slot = THROTTLED },
	{ "and_uplink_by_its_own", LAB_ACCESS, { FROM_ENB, PDU(THROTTLED), IP6("2001:db8:45:15::1", NET6) }, REASON_uplink, HOP_EXIT,
	  { IP6("2001:db8:45:15::1", NET6, .tos = 12 << 2, .ttl = 63) }, .slot = THROTTLED },

	/* Quarantine and quota. */
	{ "in_quarantine_the_wall_is_reached", LAB_ACCESS, { FROM_ENB, PDU(QUARANTINED), IP4("10.45.0.24", "203.0.113.53") },
	  REASON_uplink, HOP_EXIT, { IP4("10.45.0.24", "203.0.113.53", .ttl = 63) }, .slot = QUARANTINED },
	{ "and_nothing_else", LAB_ACCESS, { FROM_ENB, PDU(QUARANTINED), IP4("10.45.0.24", NET) },
	  REASON_walled, .slot = QUARANTINED },
	{ "nor_from_outside", LAB_SGI, { IP4(NET, "10.45.0.24") }, REASON_walled, .slot = QUARANTINED },
	{ "in_quarantine_without_profile_nothing_goes", LAB_ACCESS, { FROM_ENB, PDU(DEVICE), IP4(UE, NET) },
	  REASON_walled, .slot = DEVICE, .before = quarantine },
	{ "the_octets_of_a_quota_go", LAB_ACCESS, { FROM_ENB, PDU(CAPPED), IP4("10.45.0.22", NET, .len = 500) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.22", NET, .len = 500, .ttl = 63) }, .slot = CAPPED, .warm_up = 1 },
	{ "to_the_last_one", LAB_ACCESS, { FROM_ENB, PDU(CAPPED), IP4("10.45.0.22", NET, .len = 1000) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.22", NET, .len = 1000, .ttl = 63) }, .slot = CAPPED },
	{ "and_not_one_more_which_is_told", LAB_ACCESS, { FROM_ENB, PDU(CAPPED), IP4("10.45.0.22", NET, .len = 1001) },
	  REASON_quota, .slot = CAPPED, .event = EVENT_QUOTA + 1 },
	{ "an_exhausted_quota_blocks", LAB_ACCESS, { FROM_ENB, PDU(CAPPED), IP4("10.45.0.22", NET, .len = 400) },
	  REASON_quota, .slot = CAPPED, .warm_up = 3 },
	{ "the_other_direction_is_not_counted", LAB_SGI, { IP4(NET, "10.45.0.22", .len = 1001) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(CAPPED, "10.1.0.2"), IP4(NET, "10.45.0.22", .len = 1001, .ttl = 63) }, .slot = CAPPED },
	{ "a_quota_without_profile_blocks", LAB_ACCESS, { FROM_ENB, PDU(DEVICE), IP4(UE, NET) },
	  REASON_quota, .slot = DEVICE, .before = no_octets, .event = EVENT_QUOTA + 1 },
	{ "the_quota_of_the_owner_holds_for_a_second_bearer", LAB_ACCESS, { FROM_ENB, PDU(SECOND), IP4("10.45.0.22", NET, .len = 600) },
	  REASON_quota, .slot = SECOND, .before = second_of_capped, .warm_up = 1 },
	{ "an_exhausted_quota_holds_to_the_second_rate", LAB_ACCESS,
	  { FROM_ENB, PDU(THROTTLED), IP4("10.45.0.21", NET, .len = 600) }, REASON_rate_up, .slot = THROTTLED, .warm_up = 2 },
	{ "whose_first_packet_conforms", LAB_ACCESS, { FROM_ENB, PDU(THROTTLED), IP4("10.45.0.21", NET, .len = 600) },
	  REASON_uplink, HOP_EXIT, { IP4("10.45.0.21", NET, .len = 600, .tos = 12 << 2, .ttl = 63) }, .slot = THROTTLED, .warm_up = 1 },
	{ "both_directions_take_from_one_quota", LAB_SGI, { IP4(NET, "10.45.0.21", .len = 600) }, REASON_rate_down,
	  .slot = THROTTLED, .before = mostly_used, .warm_up = 1 },
	{ "an_exhausted_quota_walls_in", LAB_SGI, { IP4(NET, "10.45.0.23", .len = 1001) }, REASON_walled, .slot = WALLED,
	  .event = EVENT_QUOTA + 1 },
	{ "and_leaves_the_wall_open", LAB_SGI, { IP4("203.0.113.53", "10.45.0.23", .len = 600) }, REASON_downlink, HOP_ENB,
	  { TUNNEL(WALLED, "10.1.0.2"), IP4("203.0.113.53", "10.45.0.23", .len = 600, .ttl = 63) }, .slot = WALLED, .warm_up = 2 },
	{ "uncounted_uplink_is_not_walled_in", LAB_ACCESS, { FROM_ENB, PDU(WALLED), IP4("10.45.0.23", NET) }, REASON_uplink, HOP_EXIT,
	  { IP4("10.45.0.23", NET, .ttl = 63) }, .slot = WALLED, .before = wall_exhausted },
};

const struct test_cases cases_policy = CASES(rows);
