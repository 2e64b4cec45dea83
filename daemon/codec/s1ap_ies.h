/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP's composed IEs (TS 36.413 9.2, 9.3.4), each after those it is made of; read by s1ap.h and
 * s1ap_tables.c. Here: identities, places, E-RABs, and all that is told of a device.
 * s1ap_ies_trace.h has trace and measurements, s1ap_ies_node.h what is told of nodes: served areas,
 * overload, warnings, configuration transfer.
 *
 *	F(S, name, M or O, type)		a field of a SEQUENCE
 *	X(S, name, id, criticality, type)	an IE in its iE-Extensions
 *	A(S, enum value, name, type)		an alternative of a CHOICE
 *	SEQUENCE(name, rows)	PLAIN: no row is optional	..._AS: in a C type of include/mcore
 *	CHOICE(name, rows, alternatives before the "...", ROOT or EXT)
 *	LIST(name, of, fewest, most)
 *	CONTAINERS(name, of, id, criticality, fewest, most)	a list of single containers */
#define S1AP_ENB_ID_CHOICES(A, S) \
	A(S, S1AP_ENB_ID_MACRO_ENB_ID,       macro_enb_id,       macro_enb_id) \
	A(S, S1AP_ENB_ID_HOME_ENB_ID,        home_enb_id,        home_enb_id) \
	A(S, S1AP_ENB_ID_SHORT_MACRO_ENB_ID, short_macro_enb_id, short_macro_enb_id) \
	A(S, S1AP_ENB_ID_LONG_MACRO_ENB_ID,  long_macro_enb_id,  long_macro_enb_id)
CHOICE(enb_id, S1AP_ENB_ID_CHOICES, 2, EXT)
#define S1AP_GLOBAL_ENB_ID_FIELDS(F, X, S) \
	F(S, plmn,   M, plmn) \
	F(S, enb_id, M, enb_id)
PLAIN(global_enb_id, S1AP_GLOBAL_ENB_ID_FIELDS)
#define S1AP_TAI_FIELDS(F, X, S) \
	F(S, plmn, M, plmn) \
	F(S, tac,  M, tac)
SEQUENCE_AS(tai, struct tai, S1AP_TAI_FIELDS)
#define S1AP_TARGET_ENB_ID_FIELDS(F, X, S) \
	F(S, global_enb_id, M, global_enb_id) \
	F(S, selected_tai,  M, tai)
PLAIN(target_enb_id, S1AP_TARGET_ENB_ID_FIELDS)
#define S1AP_LAI_FIELDS(F, X, S) \
	F(S, plmn, M, plmn) \
	F(S, lac,  M, lac)
PLAIN(lai, S1AP_LAI_FIELDS)
#define S1AP_TARGET_RNC_ID_FIELDS(F, X, S) \
	F(S, lai,             M, lai) \
	F(S, rac,             O, rac) \
	F(S, rnc_id,          M, rnc_id) \
	F(S, extended_rnc_id, O, extended_rnc_id)
SEQUENCE(target_rnc_id, S1AP_TARGET_RNC_ID_FIELDS)
#define S1AP_CGI_FIELDS(F, X, S) \
	F(S, plmn, M, plmn) \
	F(S, lac,  M, lac) \
	F(S, ci,   M, ci) \
	F(S, rac,  O, rac)
SEQUENCE(cgi, S1AP_CGI_FIELDS)
#define S1AP_GNB_IDENTITY_CHOICES(A, S) A(S, S1AP_GNB_IDENTITY_GNB_ID, gnb_id, gnb_id)
CHOICE(gnb_identity, S1AP_GNB_IDENTITY_CHOICES, 1, EXT)
#define S1AP_GLOBAL_GNB_ID_FIELDS(F, X, S) \
	F(S, plmn,   M, plmn) \
	F(S, gnb_id, M, gnb_identity)
PLAIN(global_gnb_id, S1AP_GLOBAL_GNB_ID_FIELDS)
#define S1AP_GNB_FIELDS(F, X, S) F(S, global_gnb_id, M, global_gnb_id)
PLAIN(gnb, S1AP_GNB_FIELDS)
#define S1AP_NG_ENB_FIELDS(F, X, S) F(S, global_ng_enb_id, M, global_enb_id)
PLAIN(ng_enb, S1AP_NG_ENB_FIELDS)
#define S1AP_GLOBAL_RAN_NODE_ID_CHOICES(A, S) \
	A(S, S1AP_GLOBAL_RAN_NODE_ID_GNB,    gnb,    gnb) \
	A(S, S1AP_GLOBAL_RAN_NODE_ID_NG_ENB, ng_enb, ng_enb)
CHOICE(global_ran_node_id, S1AP_GLOBAL_RAN_NODE_ID_CHOICES, 2, EXT)
#define S1AP_FIVE_GS_TAI_FIELDS(F, X, S) \
	F(S, plmn,        M, plmn) \
	F(S, five_gs_tac, M, five_gs_tac)
PLAIN(five_gs_tai, S1AP_FIVE_GS_TAI_FIELDS)
#define S1AP_TARGET_NG_RAN_NODE_ID_FIELDS(F, X, S) \
	F(S, global_ran_node_id, M, global_ran_node_id) \
	F(S, selected_tai,       M, five_gs_tai)
PLAIN(target_ng_ran_node_id, S1AP_TARGET_NG_RAN_NODE_ID_FIELDS)
#define S1AP_TARGET_ID_CHOICES(A, S) \
	A(S, S1AP_TARGET_ID_TARGET_ENB_ID,         target_enb_id,         target_enb_id) \
	A(S, S1AP_TARGET_ID_TARGET_RNC_ID,         target_rnc_id,         target_rnc_id) \
	A(S, S1AP_TARGET_ID_CGI,                   cgi,                   cgi) \
	A(S, S1AP_TARGET_ID_TARGET_NG_RAN_NODE_ID, target_ng_ran_node_id, target_ng_ran_node_id)
CHOICE(target_id, S1AP_TARGET_ID_CHOICES, 3, EXT)
#define S1AP_E_RAB_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id, M, e_rab_id) \
	F(S, cause,    M, cause)
PLAIN(e_rab_item, S1AP_E_RAB_ITEM_FIELDS)
CONTAINERS(e_rab_list, e_rab_item, 35, IGNORE, 1, 256)
#define S1AP_CRITICALITY_DIAGNOSTICS_IE_ITEM_FIELDS(F, X, S) \
	F(S, ie_criticality, M, criticality) \
	F(S, ie_id,          M, protocol_ie_id) \
	F(S, type_of_error,  M, type_of_error)
PLAIN(criticality_diagnostics_ie_item, S1AP_CRITICALITY_DIAGNOSTICS_IE_ITEM_FIELDS)
LIST(criticality_diagnostics_ie_list, criticality_diagnostics_ie_item, 1, 256)
#define S1AP_CRITICALITY_DIAGNOSTICS_FIELDS(F, X, S) \
	F(S, procedure_code,              O, procedure_code) \
	F(S, triggering_message,          O, triggering_message) \
	F(S, procedure_criticality,       O, criticality) \
	F(S, ies_criticality_diagnostics, O, criticality_diagnostics_ie_list)
SEQUENCE(criticality_diagnostics, S1AP_CRITICALITY_DIAGNOSTICS_FIELDS)
#define S1AP_UE_AGGREGATE_MAXIMUM_BITRATE_FIELDS(F, X, S) \
	F(S, ue_aggregate_maximum_bit_rate_dl, M, bit_rate) \
	F(S, ue_aggregate_maximum_bit_rate_ul, M, bit_rate) \
	X(S, extended_ue_aggregate_maximum_bit_rate_dl, 259, IGNORE, extended_bit_rate) \
	X(S, extended_ue_aggregate_maximum_bit_rate_ul, 260, IGNORE, extended_bit_rate)
SEQUENCE(ue_aggregate_maximum_bitrate, S1AP_UE_AGGREGATE_MAXIMUM_BITRATE_FIELDS)
#define S1AP_ALLOCATION_AND_RETENTION_PRIORITY_FIELDS(F, X, S) \
	F(S, priority_level,            M, priority_level) \
	F(S, pre_emption_capability,    M, pre_emption_capability) \
	F(S, pre_emption_vulnerability, M, pre_emption_vulnerability)
PLAIN(allocation_and_retention_priority, S1AP_ALLOCATION_AND_RETENTION_PRIORITY_FIELDS)
#define S1AP_GBR_QOS_INFORMATION_FIELDS(F, X, S) \
	F(S, e_rab_maximum_bitrate_dl,    M, bit_rate) \
	F(S, e_rab_maximum_bitrate_ul,    M, bit_rate) \
	F(S, e_rab_guaranteed_bitrate_dl, M, bit_rate) \
	F(S, e_rab_guaranteed_bitrate_ul, M, bit_rate) \
	X(S, extended_e_rab_maximum_bitrate_dl,    255, IGNORE, extended_bit_rate) \
	X(S, extended_e_rab_maximum_bitrate_ul,    256, IGNORE, extended_bit_rate) \
	X(S, extended_e_rab_guaranteed_bitrate_dl, 257, IGNORE, extended_bit_rate) \
	X(S, extended_e_rab_guaranteed_bitrate_ul, 258, IGNORE, extended_bit_rate)
SEQUENCE(gbr_qos_information, S1AP_GBR_QOS_INFORMATION_FIELDS)
#define S1AP_E_RAB_LEVEL_QOS_PARAMETERS_FIELDS(F, X, S) \
	F(S, qci,                           M, qci) \
	F(S, allocation_retention_priority, M, allocation_and_retention_priority) \
	F(S, gbr_qos_information,           O, gbr_qos_information) \
	X(S, downlink_packet_loss_rate, 273, IGNORE, packet_loss_rate) \
	X(S, uplink_packet_loss_rate,   274, IGNORE, packet_loss_rate)
SEQUENCE(e_rab_level_qos_parameters, S1AP_E_RAB_LEVEL_QOS_PARAMETERS_FIELDS)
#define S1AP_SECURITY_INDICATION_FIELDS(F, X, S) \
	F(S, integrity_protection_indication, M, integrity_protection_indication)
PLAIN(security_indication, S1AP_SECURITY_INDICATION_FIELDS)
#define S1AP_UE_SECURITY_CAPABILITIES_FIELDS(F, X, S) \
	F(S, encryption_algorithms,           M, encryption_algorithms) \
	F(S, integrity_protection_algorithms, M, integrity_protection_algorithms)
PLAIN(ue_security_capabilities, S1AP_UE_SECURITY_CAPABILITIES_FIELDS)
LIST(eplmns, plmn, 1, 15)
LIST(forbidden_tacs, tac, 1, 4096)
#define S1AP_FORBIDDEN_TAS_ITEM_FIELDS(F, X, S) \
	F(S, plmn,           M, plmn) \
	F(S, forbidden_tacs, M, forbidden_tacs)
PLAIN(forbidden_tas_item, S1AP_FORBIDDEN_TAS_ITEM_FIELDS)
LIST(forbidden_tas, forbidden_tas_item, 1, 16)
LIST(forbidden_lacs, lac, 1, 4096)
#define S1AP_FORBIDDEN_LAS_ITEM_FIELDS(F, X, S) \
	F(S, plmn,           M, plmn) \
	F(S, forbidden_lacs, M, forbidden_lacs)
PLAIN(forbidden_las_item, S1AP_FORBIDDEN_LAS_ITEM_FIELDS)
LIST(forbidden_las, forbidden_las_item, 1, 16)
#define S1AP_CN_TYPE_RESTRICTIONS_ITEM_FIELDS(F, X, S) \
	F(S, plmn,    M, plmn) \
	F(S, cn_type, M, cn_type)
PLAIN(cn_type_restrictions_item, S1AP_CN_TYPE_RESTRICTIONS_ITEM_FIELDS)
LIST(cn_type_restrictions, cn_type_restrictions_item, 1, 16)
#define S1AP_RAT_RESTRICTIONS_ITEM_FIELDS(F, X, S) \
	F(S, plmn,                        M, plmn) \
	F(S, rat_restriction_information, M, rat_restriction_information)
PLAIN(rat_restrictions_item, S1AP_RAT_RESTRICTIONS_ITEM_FIELDS)
LIST(rat_restrictions, rat_restrictions_item, 1, 16)
#define S1AP_HANDOVER_RESTRICTION_LIST_FIELDS(F, X, S) \
	F(S, serving_plmn,         M, plmn) \
	F(S, equivalent_plmns,     O, eplmns) \
	F(S, forbidden_tas,        O, forbidden_tas) \
	F(S, forbidden_las,        O, forbidden_las) \
	F(S, forbidden_inter_rats, O, forbidden_inter_rats) \
	X(S, nr_restriction_in_eps_as_secondary_rat, 261, IGNORE, nr_restriction_in_eps_as_secondary_rat) \
	X(S, unlicensed_spectrum_restriction,        270, IGNORE, unlicensed_spectrum_restriction) \
	X(S, cn_type_restrictions,                   282, IGNORE, cn_type_restrictions) \
	X(S, nr_restriction_in_5gs,                  287, IGNORE, nr_restriction_in_5gs) \
	X(S, last_ng_ran_plmn_identity,              290, IGNORE, plmn) \
	X(S, rat_restrictions,                       336, IGNORE, rat_restrictions)
SEQUENCE(handover_restriction_list, S1AP_HANDOVER_RESTRICTION_LIST_FIELDS)
#define S1AP_EUTRAN_CGI_FIELDS(F, X, S) \
	F(S, plmn, M, plmn) \
	F(S, eci,  M, cell_identity)
SEQUENCE_AS(eutran_cgi, struct ecgi, S1AP_EUTRAN_CGI_FIELDS)
#define S1AP_REQUEST_TYPE_FIELDS(F, X, S) \
	F(S, event_type,  M, event_type) \
	F(S, report_area, M, report_area) \
	X(S, request_type_additional_info, 298, IGNORE, request_type_additional_info)
SEQUENCE(request_type, S1AP_REQUEST_TYPE_FIELDS)
#define S1AP_SECURITY_CONTEXT_FIELDS(F, X, S) \
	F(S, next_hop_chaining_count, M, next_hop_chaining_count) \
	F(S, next_hop_parameter,      M, security_key)
PLAIN(security_context, S1AP_SECURITY_CONTEXT_FIELDS)
#define S1AP_GUMMEI_FIELDS(F, X, S) \
	F(S, plmn,  M, plmn) \
	F(S, group, M, mme_group_id) \
	F(S, code,  M, mme_code)
SEQUENCE_AS(gummei, struct gummei, S1AP_GUMMEI_FIELDS)
#define S1AP_EXPECTED_UE_ACTIVITY_BEHAVIOUR_FIELDS(F, X, S) \
	F(S, expected_activity_period,                    O, expected_activity_period) \
	F(S, expected_idle_period,                        O, expected_idle_period) \
	F(S, source_of_ue_activity_behaviour_information, O, source_of_ue_activity_behaviour_information)
SEQUENCE(expected_ue_activity_behaviour, S1AP_EXPECTED_UE_ACTIVITY_BEHAVIOUR_FIELDS)
#define S1AP_EXPECTED_UE_BEHAVIOUR_FIELDS(F, X, S) \
	F(S, expected_activity,    O, expected_ue_activity_behaviour) \
	F(S, expected_ho_interval, O, expected_ho_interval)
SEQUENCE(expected_ue_behaviour, S1AP_EXPECTED_UE_BEHAVIOUR_FIELDS)
#define S1AP_PROSE_AUTHORIZED_FIELDS(F, X, S) \
	F(S, prose_direct_discovery,     O, prose_direct_discovery) \
	F(S, prose_direct_communication, O, prose_direct_communication) \
	X(S, prose_ue_to_network_relaying, 216, IGNORE, prose_ue_to_network_relaying)
SEQUENCE(prose_authorized, S1AP_PROSE_AUTHORIZED_FIELDS)
#define S1AP_V2X_SERVICES_AUTHORIZED_FIELDS(F, X, S) \
	F(S, vehicle_ue,    O, vehicle_ue) \
	F(S, pedestrian_ue, O, pedestrian_ue)
SEQUENCE(v2x_services_authorized, S1AP_V2X_SERVICES_AUTHORIZED_FIELDS)
#define S1AP_UE_SIDELINK_AGGREGATE_MAXIMUM_BITRATE_FIELDS(F, X, S) \
	F(S, ue_sidelink_aggregate_maximum_bit_rate, M, bit_rate)
PLAIN(ue_sidelink_aggregate_maximum_bitrate, S1AP_UE_SIDELINK_AGGREGATE_MAXIMUM_BITRATE_FIELDS)
#define S1AP_NR_UE_SECURITY_CAPABILITIES_FIELDS(F, X, S) \
	F(S, nr_encryption_algorithms,           M, nr_encryption_algorithms) \
	F(S, nr_integrity_protection_algorithms, M, nr_integrity_protection_algorithms)
PLAIN(nr_ue_security_capabilities, S1AP_NR_UE_SECURITY_CAPABILITIES_FIELDS)
#define S1AP_SCHEDULED_COMMUNICATION_TIME_FIELDS(F, X, S) \
	F(S, day_of_week,       O, day_of_week) \
	F(S, time_of_day_start, O, time_of_day_start) \
	F(S, time_of_day_end,   O, time_of_day_end)
SEQUENCE(scheduled_communication_time, S1AP_SCHEDULED_COMMUNICATION_TIME_FIELDS)
#define S1AP_SUBSCRIPTION_BASED_UE_DIFFERENTIATION_INFO_FIELDS(F, X, S) \
	F(S, periodic_communication_indicator, O, periodic_communication_indicator) \
	F(S, periodic_time,                    O, periodic_time) \
	F(S, scheduled_communication_time,     O, scheduled_communication_time) \
	F(S, stationary_indication,            O, stationary_indication) \
	F(S, traffic_profile,                  O, traffic_profile) \
	F(S, battery_indication,               O, battery_indication)
SEQUENCE(subscription_based_ue_differentiation_info, S1AP_SUBSCRIPTION_BASED_UE_DIFFERENTIATION_INFO_FIELDS)
#define S1AP_NR_V2X_SERVICES_AUTHORIZED_FIELDS(F, X, S) \
	F(S, vehicle_ue,    O, vehicle_ue) \
	F(S, pedestrian_ue, O, pedestrian_ue)
SEQUENCE(nr_v2x_services_authorized, S1AP_NR_V2X_SERVICES_AUTHORIZED_FIELDS)
#define S1AP_NR_UE_SIDELINK_AGGREGATE_MAXIMUM_BITRATE_FIELDS(F, X, S) \
	F(S, ue_aggregate_maximum_bit_rate, M, bit_rate)
PLAIN(nr_ue_sidelink_aggregate_maximum_bitrate, S1AP_NR_UE_SIDELINK_AGGREGATE_MAXIMUM_BITRATE_FIELDS)
#define S1AP_PC5_FLOW_BIT_RATES_FIELDS(F, X, S) \
	F(S, guaranteed_flow_bit_rate, M, bit_rate) \
	F(S, maximum_flow_bit_rate,    M, bit_rate)
PLAIN(pc5_flow_bit_rates, S1AP_PC5_FLOW_BIT_RATES_FIELDS)
#define S1AP_PC5_QOS_FLOW_ITEM_FIELDS(F, X, S) \
	F(S, pqi,                M, five_qi) \
	F(S, pc5_flow_bit_rates, O, pc5_flow_bit_rates) \
	F(S, range,              O, range)
SEQUENCE(pc5_qos_flow_item, S1AP_PC5_QOS_FLOW_ITEM_FIELDS)
LIST(pc5_qos_flow_list, pc5_qos_flow_item, 1, 2048)
#define S1AP_PC5_QOS_PARAMETERS_FIELDS(F, X, S) \
	F(S, pc5_qos_flow_list,             M, pc5_qos_flow_list) \
	F(S, pc5_link_aggregated_bit_rates, O, bit_rate)
SEQUENCE(pc5_qos_parameters, S1AP_PC5_QOS_PARAMETERS_FIELDS)
#define S1AP_TUNNEL_INFORMATION_FIELDS(F, X, S) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, udp_port_number,         O, port_number)
SEQUENCE(tunnel_information, S1AP_TUNNEL_INFORMATION_FIELDS)
#define S1AP_NR_CGI_FIELDS(F, X, S) \
	F(S, plmn,             M, plmn) \
	F(S, nr_cell_identity, M, nr_cell_identity)
PLAIN(nr_cgi, S1AP_NR_CGI_FIELDS)
#define S1AP_PSCELL_INFORMATION_FIELDS(F, X, S) F(S, ncgi, M, nr_cgi)
PLAIN(pscell_information, S1AP_PSCELL_INFORMATION_FIELDS)
LIST(tac_list_in_lte_ntn, tac, 1, 12)
#define S1AP_LTE_NTN_TAI_INFORMATION_FIELDS(F, X, S) \
	F(S, serving_plmn,            M, plmn) \
	F(S, tac_list_in_lte_ntn,     M, tac_list_in_lte_ntn) \
	F(S, ue_location_derived_tac, O, tac)
SEQUENCE(lte_ntn_tai_information, S1AP_LTE_NTN_TAI_INFORMATION_FIELDS)
#define S1AP_USER_LOCATION_INFORMATION_FIELDS(F, X, S) \
	F(S, eutran_cgi, M, eutran_cgi) \
	F(S, tai,        M, tai) \
	X(S, pscell_information,      288, IGNORE, pscell_information) \
	X(S, lte_ntn_tai_information, 339, IGNORE, lte_ntn_tai_information)
SEQUENCE(user_location_information, S1AP_USER_LOCATION_INFORMATION_FIELDS)
#define S1AP_TRANSPORT_INFORMATION_FIELDS(F, X, S) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, ul_gtp_teid,             M, gtp_teid)
PLAIN_NO_IES(transport_information, S1AP_TRANSPORT_INFORMATION_FIELDS)
#define S1AP_E_RAB_USAGE_REPORT_ITEM_FIELDS(F, X, S) \
	F(S, start_timestamp, M, start_timestamp) \
	F(S, end_timestamp,   M, end_timestamp) \
	F(S, usage_count_ul,  M, usage_count_ul) \
	F(S, usage_count_dl,  M, usage_count_dl)
PLAIN(e_rab_usage_report_item, S1AP_E_RAB_USAGE_REPORT_ITEM_FIELDS)
CONTAINERS(e_rab_usage_report_list, e_rab_usage_report_item, 267, IGNORE, 1, 2)
#define S1AP_SECONDARY_RAT_DATA_USAGE_REPORT_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, secondary_rat_type,      M, secondary_rat_type) \
	F(S, e_rab_usage_report_list, M, e_rab_usage_report_list)
PLAIN(secondary_rat_data_usage_report_item, S1AP_SECONDARY_RAT_DATA_USAGE_REPORT_ITEM_FIELDS)
CONTAINERS(secondary_rat_data_usage_report_list, secondary_rat_data_usage_report_item, 265, IGNORE, 1, 256)
#define S1AP_S_TMSI_FIELDS(F, X, S) \
	F(S, mmec,   M, mme_code) \
	F(S, m_tmsi, M, m_tmsi)
PLAIN(s_tmsi, S1AP_S_TMSI_FIELDS)
#define S1AP_UE_PAGING_ID_CHOICES(A, S) \
	A(S, S1AP_UE_PAGING_ID_S_TMSI, s_tmsi, s_tmsi) \
	A(S, S1AP_UE_PAGING_ID_IMSI,   imsi,   imsi)
CHOICE(ue_paging_id, S1AP_UE_PAGING_ID_CHOICES, 2, EXT)
#define S1AP_CSG_ID_LIST_ITEM_FIELDS(F, X, S) F(S, csg_id, M, csg_id)
PLAIN(csg_id_list_item, S1AP_CSG_ID_LIST_ITEM_FIELDS)
LIST(csg_id_list, csg_id_list_item, 1, 256)
#define S1AP_RECOMMENDED_CELL_ITEM_FIELDS(F, X, S) \
	F(S, eutran_cgi,          M, eutran_cgi) \
	F(S, time_stayed_in_cell, O, time_stayed_in_cell)
SEQUENCE(recommended_cell_item, S1AP_RECOMMENDED_CELL_ITEM_FIELDS)
CONTAINERS(recommended_cell_list, recommended_cell_item, 214, IGNORE, 1, 16)
#define S1AP_RECOMMENDED_CELLS_FOR_PAGING_FIELDS(F, X, S) \
	F(S, recommended_cell_list, M, recommended_cell_list)
PLAIN(recommended_cells_for_paging, S1AP_RECOMMENDED_CELLS_FOR_PAGING_FIELDS)
#define S1AP_ASSISTANCE_DATA_FOR_RECOMMENDED_CELLS_FIELDS(F, X, S) \
	F(S, recommended_cells_for_paging, M, recommended_cells_for_paging)
PLAIN(assistance_data_for_recommended_cells, S1AP_ASSISTANCE_DATA_FOR_RECOMMENDED_CELLS_FIELDS)
#define S1AP_CELL_IDENTIFIER_AND_CE_LEVEL_FOR_CE_CAPABLE_UES_FIELDS(F, X, S) \
	F(S, global_cell_id, M, eutran_cgi) \
	F(S, ce_level,       M, ce_level)
PLAIN(cell_identifier_and_ce_level_for_ce_capable_ues, S1AP_CELL_IDENTIFIER_AND_CE_LEVEL_FOR_CE_CAPABLE_UES_FIELDS)
#define S1AP_ASSISTANCE_DATA_FOR_CE_CAPABLE_UES_FIELDS(F, X, S) \
	F(S, cell_identifier_and_ce_level_for_ce_capable_ues, M, cell_identifier_and_ce_level_for_ce_capable_ues)
PLAIN(assistance_data_for_ce_capable_ues, S1AP_ASSISTANCE_DATA_FOR_CE_CAPABLE_UES_FIELDS)
#define S1AP_PAGING_ATTEMPT_INFORMATION_FIELDS(F, X, S) \
	F(S, paging_attempt_count,               M, paging_attempt_count) \
	F(S, intended_number_of_paging_attempts, M, intended_number_of_paging_attempts) \
	F(S, next_paging_area_scope,             O, next_paging_area_scope)
SEQUENCE(paging_attempt_information, S1AP_PAGING_ATTEMPT_INFORMATION_FIELDS)
#define S1AP_ASSISTANCE_DATA_FOR_PAGING_FIELDS(F, X, S) \
	F(S, assistance_data_for_recommended_cells, O, assistance_data_for_recommended_cells) \
	F(S, assistance_data_for_ce_capable_ues,    O, assistance_data_for_ce_capable_ues) \
	F(S, paging_attempt_information,            O, paging_attempt_information)
SEQUENCE(assistance_data_for_paging, S1AP_ASSISTANCE_DATA_FOR_PAGING_FIELDS)
#define S1AP_PAGING_EDRX_INFORMATION_FIELDS(F, X, S) \
	F(S, paging_edrx_cycle,  M, paging_edrx_cycle) \
	F(S, paging_time_window, O, paging_time_window)
SEQUENCE(paging_edrx_information, S1AP_PAGING_EDRX_INFORMATION_FIELDS)
#define S1AP_NB_IOT_PAGING_EDRX_INFORMATION_FIELDS(F, X, S) \
	F(S, nb_iot_paging_edrx_cycle,  M, nb_iot_paging_edrx_cycle) \
	F(S, nb_iot_paging_time_window, O, nb_iot_paging_time_window)
SEQUENCE(nb_iot_paging_edrx_information, S1AP_NB_IOT_PAGING_EDRX_INFORMATION_FIELDS)
#define S1AP_WUS_ASSISTANCE_INFORMATION_FIELDS(F, X, S) \
	F(S, paging_probability_information, M, paging_probability_information)
PLAIN(wus_assistance_information, S1AP_WUS_ASSISTANCE_INFORMATION_FIELDS)
#define S1AP_UE_ASSOCIATED_LOGICAL_S1_CONNECTION_ITEM_FIELDS(F, X, S) \
	F(S, mme_ue_s1ap_id, O, mme_ue_s1ap_id) \
	F(S, enb_ue_s1ap_id, O, enb_ue_s1ap_id)
SEQUENCE(ue_associated_logical_s1_connection_item, S1AP_UE_ASSOCIATED_LOGICAL_S1_CONNECTION_ITEM_FIELDS)
#define S1AP_CDMA2000_ONEX_SRVCC_INFO_FIELDS(F, X, S) \
	F(S, cdma2000_onex_meid,  M, cdma2000_onex_meid) \
	F(S, cdma2000_onex_msi,   M, cdma2000_onex_msi) \
	F(S, cdma2000_onex_pilot, M, cdma2000_onex_pilot)
PLAIN(cdma2000_onex_srvcc_info, S1AP_CDMA2000_ONEX_SRVCC_INFO_FIELDS)
#define S1AP_UE_S1AP_ID_PAIR_FIELDS(F, X, S) \
	F(S, mme_ue_s1ap_id, M, mme_ue_s1ap_id) \
	F(S, enb_ue_s1ap_id, M, enb_ue_s1ap_id)
PLAIN(ue_s1ap_id_pair, S1AP_UE_S1AP_ID_PAIR_FIELDS)
#define S1AP_UE_S1AP_IDS_CHOICES(A, S) \
	A(S, S1AP_UE_S1AP_IDS_UE_S1AP_ID_PAIR, ue_s1ap_id_pair, ue_s1ap_id_pair) \
	A(S, S1AP_UE_S1AP_IDS_MME_UE_S1AP_ID,  mme_ue_s1ap_id,  mme_ue_s1ap_id)
CHOICE(ue_s1ap_ids, S1AP_UE_S1AP_IDS_CHOICES, 2, EXT)
#define S1AP_MME_PAGING_TARGET_CHOICES(A, S) \
	A(S, S1AP_MME_PAGING_TARGET_GLOBAL_ENB_ID, global_enb_id, global_enb_id) \
	A(S, S1AP_MME_PAGING_TARGET_TAI,           tai,           tai)
CHOICE(mme_paging_target, S1AP_MME_PAGING_TARGET_CHOICES, 2, EXT)
#define S1AP_RECOMMENDED_ENB_ITEM_FIELDS(F, X, S) F(S, mme_paging_target, M, mme_paging_target)
PLAIN(recommended_enb_item, S1AP_RECOMMENDED_ENB_ITEM_FIELDS)
CONTAINERS(recommended_enb_list, recommended_enb_item, 215, IGNORE, 1, 16)
#define S1AP_RECOMMENDED_ENBS_FOR_PAGING_FIELDS(F, X, S) \
	F(S, recommended_enb_list, M, recommended_enb_list)
PLAIN(recommended_enbs_for_paging, S1AP_RECOMMENDED_ENBS_FOR_PAGING_FIELDS)
#define S1AP_INFORMATION_ON_RECOMMENDED_CELLS_AND_ENBS_FOR_PAGING_FIELDS(F, X, S) \
	F(S, recommended_cells_for_paging, M, recommended_cells_for_paging) \
	F(S, recommend_enbs_for_paging,    M, recommended_enbs_for_paging)
PLAIN(information_on_recommended_cells_and_enbs_for_paging, S1AP_INFORMATION_ON_RECOMMENDED_CELLS_AND_ENBS_FOR_PAGING_FIELDS)
#define S1AP_COUNT_VALUE_FIELDS(F, X, S) \
	F(S, pdcp_sn, M, pdcp_sn) \
	F(S, hfn,     M, hfn)
PLAIN(count_value, S1AP_COUNT_VALUE_FIELDS)
#define S1AP_COUNT_VALUE_EXTENDED_FIELDS(F, X, S) \
	F(S, pdcp_sn_extended, M, pdcp_sn_extended) \
	F(S, hfn_modified,     M, hfn_modified)
PLAIN(count_value_extended, S1AP_COUNT_VALUE_EXTENDED_FIELDS)
#define S1AP_COUNT_VALUE_PDCP_SN_LENGTH18_FIELDS(F, X, S) \
	F(S, pdcp_sn_length18,         M, pdcp_sn_length18) \
	F(S, hfn_for_pdcp_sn_length18, M, hfn_for_pdcp_sn_length18)
PLAIN(count_value_pdcp_sn_length18, S1AP_COUNT_VALUE_PDCP_SN_LENGTH18_FIELDS)
#define S1AP_BEARERS_SUBJECT_TO_STATUS_TRANSFER_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                       M, e_rab_id) \
	F(S, ul_count_value,                 M, count_value) \
	F(S, dl_count_value,                 M, count_value) \
	F(S, receive_status_of_ul_pdcp_sdus, O, receive_status_of_ul_pdcp_sdus) \
	X(S, ul_count_value_extended,                         179, IGNORE, count_value_extended) \
	X(S, dl_count_value_extended,                         180, IGNORE, count_value_extended) \
	X(S, receive_status_of_ul_pdcp_sdus_extended,         181, IGNORE, receive_status_of_ul_pdcp_sdus_extended) \
	X(S, ul_count_value_pdcp_sn_length18,                 217, IGNORE, count_value_pdcp_sn_length18) \
	X(S, dl_count_value_pdcp_sn_length18,                 218, IGNORE, count_value_pdcp_sn_length18) \
	X(S, receive_status_of_ul_pdcp_sdus_pdcp_sn_length18, 219, IGNORE, receive_status_of_ul_pdcp_sdus_pdcp_sn_length18)
SEQUENCE(bearers_subject_to_status_transfer_item, S1AP_BEARERS_SUBJECT_TO_STATUS_TRANSFER_ITEM_FIELDS)
CONTAINERS(bearers_subject_to_status_transfer_list, bearers_subject_to_status_transfer_item, 89, IGNORE, 1, 256)
#define S1AP_ENB_STATUS_TRANSFER_TRANSPARENT_CONTAINER_FIELDS(F, X, S) \
	F(S, bearers_subject_to_status_transfer_list, M, bearers_subject_to_status_transfer_list)
PLAIN(enb_status_transfer_transparent_container, S1AP_ENB_STATUS_TRANSFER_TRANSPARENT_CONTAINER_FIELDS)
#define S1AP_ADDITIONAL_GUTI_FIELDS(F, X, S) \
	F(S, gummei, M, gummei) \
	F(S, m_tmsi, M, m_tmsi)
PLAIN(additional_guti, S1AP_ADDITIONAL_GUTI_FIELDS)
#define S1AP_DL_CP_SECURITY_INFORMATION_FIELDS(F, X, S) F(S, dl_nas_mac, M, dl_nas_mac)
PLAIN(dl_cp_security_information, S1AP_DL_CP_SECURITY_INFORMATION_FIELDS)
#define S1AP_UL_CP_SECURITY_INFORMATION_FIELDS(F, X, S) \
	F(S, ul_nas_mac,   M, ul_nas_mac) \
	F(S, ul_nas_count, M, ul_nas_count)
PLAIN(ul_cp_security_information, S1AP_UL_CP_SECURITY_INFORMATION_FIELDS)
#define S1AP_DL_COUNT_PDCP_SN_LENGTH_CHOICES(A, S) \
	A(S, S1AP_DL_COUNT_PDCP_SN_LENGTH_DL_COUNT_VALUE_PDCP_SN_LENGTH12, dl_count_value_pdcp_sn_length12, count_value) \
	A(S, S1AP_DL_COUNT_PDCP_SN_LENGTH_DL_COUNT_VALUE_PDCP_SN_LENGTH15, dl_count_value_pdcp_sn_length15, count_value_extended) \
	A(S, S1AP_DL_COUNT_PDCP_SN_LENGTH_DL_COUNT_VALUE_PDCP_SN_LENGTH18, dl_count_value_pdcp_sn_length18, count_value_pdcp_sn_length18)
CHOICE(dl_count_pdcp_sn_length, S1AP_DL_COUNT_PDCP_SN_LENGTH_CHOICES, 3, EXT)
#define S1AP_BEARERS_SUBJECT_TO_EARLY_STATUS_TRANSFER_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, dl_count_pdcp_sn_length, M, dl_count_pdcp_sn_length)
PLAIN(bearers_subject_to_early_status_transfer_item, S1AP_BEARERS_SUBJECT_TO_EARLY_STATUS_TRANSFER_ITEM_FIELDS)
CONTAINERS(bearers_subject_to_early_status_transfer_list, bearers_subject_to_early_status_transfer_item, 322, IGNORE, 1, 256)
#define S1AP_DL_DISCARDING_CHOICES(A, S) \
	A(S, S1AP_DL_DISCARDING_DISCARD_DL_COUNT_VALUE_PDCP_SN_LENGTH12, discard_dl_count_value_pdcp_sn_length12, count_value) \
	A(S, S1AP_DL_DISCARDING_DISCARD_DL_COUNT_VALUE_PDCP_SN_LENGTH15, discard_dl_count_value_pdcp_sn_length15, count_value_extended) \
	A(S, S1AP_DL_DISCARDING_DISCARD_DL_COUNT_VALUE_PDCP_SN_LENGTH18, discard_dl_count_value_pdcp_sn_length18, count_value_pdcp_sn_length18)
CHOICE(dl_discarding, S1AP_DL_DISCARDING_CHOICES, 3, EXT)
#define S1AP_BEARERS_SUBJECT_TO_DL_DISCARDING_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,      M, e_rab_id) \
	F(S, dl_discarding, M, dl_discarding)
PLAIN(bearers_subject_to_dl_discarding_item, S1AP_BEARERS_SUBJECT_TO_DL_DISCARDING_ITEM_FIELDS)
CONTAINERS(bearers_subject_to_dl_discarding_list, bearers_subject_to_dl_discarding_item, 351, IGNORE, 1, 256)
#define S1AP_ENB_EARLY_STATUS_TRANSFER_TRANSPARENT_CONTAINER_FIELDS(F, X, S) \
	F(S, bearers_subject_to_early_status_transfer_list, M, bearers_subject_to_early_status_transfer_list) \
	X(S, bearers_subject_to_dl_discarding_list, 352, IGNORE, bearers_subject_to_dl_discarding_list)
SEQUENCE(enb_early_status_transfer_transparent_container, S1AP_ENB_EARLY_STATUS_TRANSFER_TRANSPARENT_CONTAINER_FIELDS)
