/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP's messages (TS 36.413 9.1, 9.3.3) of procedures from 24 on: status transfer, trace,
 * configuration, location, overload, warnings, LPPa, CIoT. The words are those of s1ap_msgs.h. */

#define S1AP_ENB_STATUS_TRANSFER(IE, S) \
	IE(S, mme_ue_s1ap_id,                            0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                            8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, enb_status_transfer_transparent_container, 90, REJECT, M, enb_status_transfer_transparent_container)
MESSAGE(enb_status_transfer, 24, INITIATING, IGNORE, S1AP_ENB_STATUS_TRANSFER)

#define S1AP_MME_STATUS_TRANSFER(IE, S) \
	IE(S, mme_ue_s1ap_id,                            0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                            8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, enb_status_transfer_transparent_container, 90, REJECT, M, enb_status_transfer_transparent_container)
MESSAGE(mme_status_transfer, 25, INITIATING, IGNORE, S1AP_MME_STATUS_TRANSFER)

#define S1AP_DEACTIVATE_TRACE(IE, S) \
	IE(S, mme_ue_s1ap_id,   0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,   8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_utran_trace_id, 86, IGNORE, M, e_utran_trace_id)
MESSAGE(deactivate_trace, 26, INITIATING, IGNORE, S1AP_DEACTIVATE_TRACE)

#define S1AP_TRACE_START(IE, S) \
	IE(S, mme_ue_s1ap_id,   0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,   8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, trace_activation, 25, IGNORE, M, trace_activation)
MESSAGE(trace_start, 27, INITIATING, IGNORE, S1AP_TRACE_START)

#define S1AP_TRACE_FAILURE_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,   0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,   8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_utran_trace_id, 86, IGNORE, M, e_utran_trace_id) \
	IE(S, cause,            2,  IGNORE, M, cause)
MESSAGE(trace_failure_indication, 28, INITIATING, IGNORE, S1AP_TRACE_FAILURE_INDICATION)

#define S1AP_ENB_CONFIGURATION_UPDATE(IE, S) \
	IE(S, enb_name,                        60,  IGNORE, O, enb_name) \
	IE(S, supported_tas,                   64,  REJECT, O, supported_tas) \
	IE(S, csg_id_list,                     128, REJECT, O, csg_id_list) \
	IE(S, default_paging_drx,              137, IGNORE, O, paging_drx) \
	IE(S, nb_iot_default_paging_drx,       234, IGNORE, O, nb_iot_default_paging_drx) \
	IE(S, connected_en_gnb_to_add_list,    292, IGNORE, O, connected_en_gnb_list) \
	IE(S, connected_en_gnb_to_remove_list, 293, IGNORE, O, connected_en_gnb_list)
MESSAGE(enb_configuration_update, 29, INITIATING, REJECT, S1AP_ENB_CONFIGURATION_UPDATE)

#define S1AP_ENB_CONFIGURATION_UPDATE_ACKNOWLEDGE(IE, S) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(enb_configuration_update_acknowledge, 29, SUCCESSFUL, REJECT, S1AP_ENB_CONFIGURATION_UPDATE_ACKNOWLEDGE)

#define S1AP_ENB_CONFIGURATION_UPDATE_FAILURE(IE, S) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, time_to_wait,            65, IGNORE, O, time_to_wait) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(enb_configuration_update_failure, 29, UNSUCCESSFUL, REJECT, S1AP_ENB_CONFIGURATION_UPDATE_FAILURE)

#define S1AP_MME_CONFIGURATION_UPDATE(IE, S) \
	IE(S, mme_name,              61,  IGNORE, O, mme_name) \
	IE(S, served_gummeis,        105, REJECT, O, served_gummeis) \
	IE(S, relative_mme_capacity, 87,  REJECT, O, relative_mme_capacity) \
	IE(S, served_dcns,           247, IGNORE, O, served_dcns)
MESSAGE(mme_configuration_update, 30, INITIATING, REJECT, S1AP_MME_CONFIGURATION_UPDATE)

#define S1AP_MME_CONFIGURATION_UPDATE_ACKNOWLEDGE(IE, S) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(mme_configuration_update_acknowledge, 30, SUCCESSFUL, REJECT, S1AP_MME_CONFIGURATION_UPDATE_ACKNOWLEDGE)

#define S1AP_MME_CONFIGURATION_UPDATE_FAILURE(IE, S) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, time_to_wait,            65, IGNORE, O, time_to_wait) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(mme_configuration_update_failure, 30, UNSUCCESSFUL, REJECT, S1AP_MME_CONFIGURATION_UPDATE_FAILURE)

#define S1AP_LOCATION_REPORTING_CONTROL(IE, S) \
	IE(S, mme_ue_s1ap_id, 0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, request_type,   98, IGNORE, M, request_type)
MESSAGE(location_reporting_control, 31, INITIATING, IGNORE, S1AP_LOCATION_REPORTING_CONTROL)

#define S1AP_LOCATION_REPORTING_FAILURE_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id, 0, REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8, REJECT, M, enb_ue_s1ap_id) \
	IE(S, cause,          2, IGNORE, M, cause)
MESSAGE(location_reporting_failure_indication, 32, INITIATING, IGNORE, S1AP_LOCATION_REPORTING_FAILURE_INDICATION)

#define S1AP_LOCATION_REPORT(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, eutran_cgi,              100, IGNORE, M, eutran_cgi) \
	IE(S, tai,                     67,  IGNORE, M, tai) \
	IE(S, request_type,            98,  IGNORE, M, request_type) \
	IE(S, pscell_information,      288, IGNORE, O, pscell_information) \
	IE(S, lte_ntn_tai_information, 339, IGNORE, O, lte_ntn_tai_information)
MESSAGE(location_report, 33, INITIATING, IGNORE, S1AP_LOCATION_REPORT)

#define S1AP_OVERLOAD_START(IE, S) \
	IE(S, overload_response,                 101, REJECT, M, overload_response) \
	IE(S, gummei_list,                       154, IGNORE, O, gummei_list) \
	IE(S, traffic_load_reduction_indication, 161, IGNORE, O, traffic_load_reduction_indication)
MESSAGE(overload_start, 34, INITIATING, IGNORE, S1AP_OVERLOAD_START)

#define S1AP_OVERLOAD_STOP(IE, S) IE(S, gummei_list, 154, IGNORE, O, gummei_list)
MESSAGE(overload_stop, 35, INITIATING, REJECT, S1AP_OVERLOAD_STOP)

#define S1AP_WRITE_REPLACE_WARNING_REQUEST(IE, S) \
	IE(S, message_identifier,                   111, REJECT, M, message_identifier) \
	IE(S, serial_number,                        112, REJECT, M, serial_number) \
	IE(S, warning_area_list,                    113, IGNORE, O, warning_area_list) \
	IE(S, repetition_period,                    114, REJECT, M, repetition_period) \
	IE(S, extended_repetition_period,           144, REJECT, O, extended_repetition_period) \
	IE(S, number_of_broadcast_request,          115, REJECT, M, number_of_broadcast_request) \
	IE(S, warning_type,                         116, IGNORE, O, warning_type) \
	IE(S, warning_security_info,                117, IGNORE, O, warning_security_info) \
	IE(S, data_coding_scheme,                   118, IGNORE, O, data_coding_scheme) \
	IE(S, warning_message_contents,             119, IGNORE, O, warning_message_contents) \
	IE(S, concurrent_warning_message_indicator, 142, REJECT, O, concurrent_warning_message_indicator) \
	IE(S, warning_area_coordinates,             286, IGNORE, O, warning_area_coordinates)
MESSAGE(write_replace_warning_request, 36, INITIATING, REJECT, S1AP_WRITE_REPLACE_WARNING_REQUEST)

#define S1AP_WRITE_REPLACE_WARNING_RESPONSE(IE, S) \
	IE(S, message_identifier,            111, REJECT, M, message_identifier) \
	IE(S, serial_number,                 112, REJECT, M, serial_number) \
	IE(S, broadcast_completed_area_list, 120, IGNORE, O, broadcast_completed_area_list) \
	IE(S, criticality_diagnostics,       58,  IGNORE, O, criticality_diagnostics)
MESSAGE(write_replace_warning_response, 36, SUCCESSFUL, REJECT, S1AP_WRITE_REPLACE_WARNING_RESPONSE)

#define S1AP_INTER_SYSTEM_INFORMATION_TRANSFER_TYPE_CHOICES(A, S) \
	A(S, S1AP_INTER_SYSTEM_INFORMATION_TRANSFER_TYPE_RIM_TRANSFER, rim_transfer, rim_transfer)
CHOICE(inter_system_information_transfer_type, S1AP_INTER_SYSTEM_INFORMATION_TRANSFER_TYPE_CHOICES, 1, EXT)
#define S1AP_ENB_DIRECT_INFORMATION_TRANSFER(IE, S) \
	IE(S, inter_system_information_transfer_type_edt, 121, REJECT, M, inter_system_information_transfer_type)
MESSAGE(enb_direct_information_transfer, 37, INITIATING, IGNORE, S1AP_ENB_DIRECT_INFORMATION_TRANSFER)

#define S1AP_MME_DIRECT_INFORMATION_TRANSFER(IE, S) \
	IE(S, inter_system_information_transfer_type_mdt, 122, REJECT, M, inter_system_information_transfer_type)
MESSAGE(mme_direct_information_transfer, 38, INITIATING, IGNORE, S1AP_MME_DIRECT_INFORMATION_TRANSFER)

#define S1AP_ENB_CONFIGURATION_TRANSFER(IE, S) \
	IE(S, son_configuration_transfer_ect,             129, IGNORE, O, son_configuration_transfer) \
	IE(S, en_dc_son_configuration_transfer_ect,       294, IGNORE, O, en_dc_son_configuration_transfer) \
	IE(S, intersystem_son_configuration_transfer_ect, 310, IGNORE, O, intersystem_son_configuration_transfer)
MESSAGE(enb_configuration_transfer, 40, INITIATING, IGNORE, S1AP_ENB_CONFIGURATION_TRANSFER)

#define S1AP_MME_CONFIGURATION_TRANSFER(IE, S) \
	IE(S, son_configuration_transfer_mct,             130, IGNORE, O, son_configuration_transfer) \
	IE(S, en_dc_son_configuration_transfer_mct,       295, IGNORE, O, en_dc_son_configuration_transfer) \
	IE(S, intersystem_son_configuration_transfer_mct, 309, IGNORE, O, intersystem_son_configuration_transfer)
MESSAGE(mme_configuration_transfer, 41, INITIATING, IGNORE, S1AP_MME_CONFIGURATION_TRANSFER)

#define S1AP_CELL_TRAFFIC_TRACE(IE, S) \
	IE(S, mme_ue_s1ap_id,                     0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                     8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_utran_trace_id,                   86,  IGNORE, M, e_utran_trace_id) \
	IE(S, eutran_cgi,                         100, IGNORE, M, eutran_cgi) \
	IE(S, trace_collection_entity_ip_address, 131, IGNORE, M, transport_layer_address) \
	IE(S, privacy_indicator,                  166, IGNORE, O, privacy_indicator)
MESSAGE(cell_traffic_trace, 42, INITIATING, IGNORE, S1AP_CELL_TRAFFIC_TRACE)

#define S1AP_KILL_REQUEST(IE, S) \
	IE(S, message_identifier,        111, REJECT, M, message_identifier) \
	IE(S, serial_number,             112, REJECT, M, serial_number) \
	IE(S, warning_area_list,         113, IGNORE, O, warning_area_list) \
	IE(S, kill_all_warning_messages, 191, REJECT, O, kill_all_warning_messages)
MESSAGE(kill_request, 43, INITIATING, REJECT, S1AP_KILL_REQUEST)

#define S1AP_KILL_RESPONSE(IE, S) \
	IE(S, message_identifier,            111, REJECT, M, message_identifier) \
	IE(S, serial_number,                 112, REJECT, M, serial_number) \
	IE(S, broadcast_cancelled_area_list, 141, IGNORE, O, broadcast_cancelled_area_list) \
	IE(S, criticality_diagnostics,       58,  IGNORE, O, criticality_diagnostics)
MESSAGE(kill_response, 43, SUCCESSFUL, REJECT, S1AP_KILL_RESPONSE)

#define S1AP_DOWNLINK_UE_ASSOCIATED_LPPA_TRANSPORT(IE, S) \
	IE(S, mme_ue_s1ap_id, 0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, routing_id,     148, REJECT, M, routing_id) \
	IE(S, lppa_pdu,       147, REJECT, M, lppa_pdu)
MESSAGE(downlink_ue_associated_lppa_transport, 44, INITIATING, IGNORE, S1AP_DOWNLINK_UE_ASSOCIATED_LPPA_TRANSPORT)

#define S1AP_UPLINK_UE_ASSOCIATED_LPPA_TRANSPORT(IE, S) \
	IE(S, mme_ue_s1ap_id, 0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, routing_id,     148, REJECT, M, routing_id) \
	IE(S, lppa_pdu,       147, REJECT, M, lppa_pdu)
MESSAGE(uplink_ue_associated_lppa_transport, 45, INITIATING, IGNORE, S1AP_UPLINK_UE_ASSOCIATED_LPPA_TRANSPORT)

#define S1AP_DOWNLINK_NON_UE_ASSOCIATED_LPPA_TRANSPORT(IE, S) \
	IE(S, routing_id, 148, REJECT, M, routing_id) \
	IE(S, lppa_pdu,   147, REJECT, M, lppa_pdu)
MESSAGE(downlink_non_ue_associated_lppa_transport, 46, INITIATING, IGNORE, S1AP_DOWNLINK_NON_UE_ASSOCIATED_LPPA_TRANSPORT)

#define S1AP_UPLINK_NON_UE_ASSOCIATED_LPPA_TRANSPORT(IE, S) \
	IE(S, routing_id, 148, REJECT, M, routing_id) \
	IE(S, lppa_pdu,   147, REJECT, M, lppa_pdu)
MESSAGE(uplink_non_ue_associated_lppa_transport, 47, INITIATING, IGNORE, S1AP_UPLINK_NON_UE_ASSOCIATED_LPPA_TRANSPORT)

#define S1AP_UE_RADIO_CAPABILITY_MATCH_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,         0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,         8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, ue_radio_capability,    74,  IGNORE, O, ue_radio_capability) \
	IE(S, ue_radio_capability_id, 314, REJECT, O, ue_radio_capability_id)
MESSAGE(ue_radio_capability_match_request, 48, INITIATING, REJECT, S1AP_UE_RADIO_CAPABILITY_MATCH_REQUEST)

#define S1AP_UE_RADIO_CAPABILITY_MATCH_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,                0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, voice_support_match_indicator, 169, REJECT, M, voice_support_match_indicator) \
	IE(S, criticality_diagnostics,       58,  IGNORE, O, criticality_diagnostics)
MESSAGE(ue_radio_capability_match_response, 48, SUCCESSFUL, REJECT, S1AP_UE_RADIO_CAPABILITY_MATCH_RESPONSE)

#define S1AP_PWS_RESTART_INDICATION(IE, S) \
	IE(S, ecgi_list_for_restart,              182, REJECT, M, ecgi_list_for_restart) \
	IE(S, global_enb_id,                      59,  REJECT, M, global_enb_id) \
	IE(S, tai_list_for_restart,               188, REJECT, M, tai_list_for_restart) \
	IE(S, emergency_area_id_list_for_restart, 190, REJECT, O, emergency_area_id_list_for_restart)
MESSAGE(pws_restart_indication, 49, INITIATING, IGNORE, S1AP_PWS_RESTART_INDICATION)

#define S1AP_E_RAB_TO_BE_MODIFIED_ITEM_BEARER_MOD_IND_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, dl_gtp_teid,             M, gtp_teid)
PLAIN(e_rab_to_be_modified_item_bearer_mod_ind, S1AP_E_RAB_TO_BE_MODIFIED_ITEM_BEARER_MOD_IND_FIELDS)
CONTAINERS(e_rab_to_be_modified_list_bearer_mod_ind, e_rab_to_be_modified_item_bearer_mod_ind, 200, REJECT, 1, 256)
#define S1AP_E_RAB_NOT_TO_BE_MODIFIED_ITEM_BEARER_MOD_IND_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, dl_gtp_teid,             M, gtp_teid)
PLAIN(e_rab_not_to_be_modified_item_bearer_mod_ind, S1AP_E_RAB_NOT_TO_BE_MODIFIED_ITEM_BEARER_MOD_IND_FIELDS)
CONTAINERS(e_rab_not_to_be_modified_list_bearer_mod_ind, e_rab_not_to_be_modified_item_bearer_mod_ind, 202, REJECT, 1, 256)
#define S1AP_CSG_MEMBERSHIP_INFO_FIELDS(F, X, S) \
	F(S, csg_membership_status, M, csg_membership_status) \
	F(S, csg_id,                M, csg_id) \
	F(S, cell_access_mode,      O, cell_access_mode) \
	F(S, plmn,                  O, plmn)
SEQUENCE(csg_membership_info, S1AP_CSG_MEMBERSHIP_INFO_FIELDS)
#define S1AP_E_RAB_MODIFICATION_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,                       0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                       8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_rab_to_be_modified_list,            199, REJECT, M, e_rab_to_be_modified_list_bearer_mod_ind) \
	IE(S, e_rab_not_to_be_modified_list,        201, REJECT, O, e_rab_not_to_be_modified_list_bearer_mod_ind) \
	IE(S, csg_membership_info,                  226, REJECT, O, csg_membership_info) \
	IE(S, tunnel_information_for_bbf,           176, IGNORE, O, tunnel_information) \
	IE(S, secondary_rat_data_usage_report_list, 264, IGNORE, O, secondary_rat_data_usage_report_list) \
	IE(S, user_location_information,            189, IGNORE, O, user_location_information)
MESSAGE(e_rab_modification_indication, 50, INITIATING, REJECT, S1AP_E_RAB_MODIFICATION_INDICATION)

#define S1AP_E_RAB_MODIFY_ITEM_BEARER_MOD_CONF_FIELDS(F, X, S) F(S, e_rab_id, M, e_rab_id)
PLAIN(e_rab_modify_item_bearer_mod_conf, S1AP_E_RAB_MODIFY_ITEM_BEARER_MOD_CONF_FIELDS)
CONTAINERS(e_rab_modify_list_bearer_mod_conf, e_rab_modify_item_bearer_mod_conf, 204, IGNORE, 1, 256)
#define S1AP_E_RAB_MODIFICATION_CONFIRM(IE, S) \
	IE(S, mme_ue_s1ap_id,              0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,              8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_modify_list,           203, IGNORE, O, e_rab_modify_list_bearer_mod_conf) \
	IE(S, e_rab_failed_to_modify_list, 205, IGNORE, O, e_rab_list) \
	IE(S, e_rab_to_be_released_list,   210, IGNORE, O, e_rab_list) \
	IE(S, criticality_diagnostics,     58,  IGNORE, O, criticality_diagnostics) \
	IE(S, csg_membership_status,       146, IGNORE, O, csg_membership_status)
MESSAGE(e_rab_modification_confirm, 50, SUCCESSFUL, REJECT, S1AP_E_RAB_MODIFICATION_CONFIRM)

#define S1AP_PWS_FAILURE_INDICATION(IE, S) \
	IE(S, pws_failed_ecgi_list, 222, REJECT, M, pws_failed_ecgi_list) \
	IE(S, global_enb_id,        59,  REJECT, M, global_enb_id)
MESSAGE(pws_failure_indication, 51, INITIATING, IGNORE, S1AP_PWS_FAILURE_INDICATION)

#define S1AP_REROUTE_NAS_REQUEST(IE, S) \
	IE(S, enb_ue_s1ap_id,  8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, mme_ue_s1ap_id,  0,   IGNORE, O, mme_ue_s1ap_id) \
	IE(S, s1_message,      225, REJECT, M, reroute_nas_request_s1_message) \
	IE(S, mme_group_id,    223, REJECT, M, mme_group_id) \
	IE(S, additional_guti, 224, IGNORE, O, additional_guti) \
	IE(S, ue_usage_type,   230, IGNORE, O, ue_usage_type)
MESSAGE(reroute_nas_request, 52, INITIATING, REJECT, S1AP_REROUTE_NAS_REQUEST)

#define S1AP_UE_CONTEXT_MODIFICATION_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,      0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,      8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, csg_membership_info, 226, REJECT, O, csg_membership_info)
MESSAGE(ue_context_modification_indication, 53, INITIATING, REJECT, S1AP_UE_CONTEXT_MODIFICATION_INDICATION)

#define S1AP_UE_CONTEXT_MODIFICATION_CONFIRM(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, csg_membership_status,   146, IGNORE, O, csg_membership_status) \
	IE(S, criticality_diagnostics, 58,  IGNORE, O, criticality_diagnostics)
MESSAGE(ue_context_modification_confirm, 53, SUCCESSFUL, REJECT, S1AP_UE_CONTEXT_MODIFICATION_CONFIRM)

#define S1AP_CONNECTION_ESTABLISHMENT_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,                             0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                             8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, ue_radio_capability,                        74,  IGNORE, O, ue_radio_capability) \
	IE(S, enhanced_coverage_restricted,               251, IGNORE, O, enhanced_coverage_restricted) \
	IE(S, dl_cp_security_information,                 253, IGNORE, O, dl_cp_security_information) \
	IE(S, ce_mode_b_restricted,                       271, IGNORE, O, ce_mode_b_restricted) \
	IE(S, end_indication,                             280, IGNORE, O, end_indication) \
	IE(S, subscription_based_ue_differentiation_info, 278, IGNORE, O, subscription_based_ue_differentiation_info) \
	IE(S, ue_level_qos_parameters,                    252, IGNORE, O, e_rab_level_qos_parameters) \
	IE(S, ue_radio_capability_id,                     314, REJECT, O, ue_radio_capability_id) \
	IE(S, masked_imeisv,                              192, IGNORE, O, masked_imeisv) \
	IE(S, coarse_ue_location,                         354, IGNORE, O, coarse_ue_location)
MESSAGE(connection_establishment_indication, 54, INITIATING, REJECT, S1AP_CONNECTION_ESTABLISHMENT_INDICATION)

#define S1AP_UE_CONTEXT_SUSPEND_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,                                       0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                                       8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, information_on_recommended_cells_and_enbs_for_paging, 213, IGNORE, O, information_on_recommended_cells_and_enbs_for_paging) \
	IE(S, cell_identifier_and_ce_level_for_ce_capable_ues,      212, IGNORE, O, cell_identifier_and_ce_level_for_ce_capable_ues) \
	IE(S, secondary_rat_data_usage_report_list,                 264, IGNORE, O, secondary_rat_data_usage_report_list) \
	IE(S, user_location_information,                            189, IGNORE, O, user_location_information) \
	IE(S, time_since_secondary_node_release,                    297, IGNORE, O, time_since_secondary_node_release)
MESSAGE(ue_context_suspend_request, 55, INITIATING, REJECT, S1AP_UE_CONTEXT_SUSPEND_REQUEST)

#define S1AP_UE_CONTEXT_SUSPEND_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics) \
	IE(S, security_context,        40, REJECT, O, security_context)
MESSAGE(ue_context_suspend_response, 55, SUCCESSFUL, REJECT, S1AP_UE_CONTEXT_SUSPEND_RESPONSE)

#define S1AP_E_RAB_FAILED_TO_RESUME_ITEM_RESUME_REQ_FIELDS(F, X, S) \
	F(S, e_rab_id, M, e_rab_id) \
	F(S, cause,    M, cause)
PLAIN(e_rab_failed_to_resume_item_resume_req, S1AP_E_RAB_FAILED_TO_RESUME_ITEM_RESUME_REQ_FIELDS)
CONTAINERS(e_rab_failed_to_resume_list_resume_req, e_rab_failed_to_resume_item_resume_req, 236, REJECT, 1, 256)
#define S1AP_UE_CONTEXT_RESUME_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,              0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,              8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_rab_failed_to_resume_list, 235, REJECT, O, e_rab_failed_to_resume_list_resume_req) \
	IE(S, rrc_resume_cause,            245, IGNORE, O, rrc_establishment_cause)
MESSAGE(ue_context_resume_request, 56, INITIATING, REJECT, S1AP_UE_CONTEXT_RESUME_REQUEST)

#define S1AP_E_RAB_FAILED_TO_RESUME_ITEM_RESUME_RES_FIELDS(F, X, S) \
	F(S, e_rab_id, M, e_rab_id) \
	F(S, cause,    M, cause)
PLAIN(e_rab_failed_to_resume_item_resume_res, S1AP_E_RAB_FAILED_TO_RESUME_ITEM_RESUME_RES_FIELDS)
CONTAINERS(e_rab_failed_to_resume_list_resume_res, e_rab_failed_to_resume_item_resume_res, 238, REJECT, 1, 256)
#define S1AP_UE_CONTEXT_RESUME_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,              0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,              8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_failed_to_resume_list, 237, REJECT, O, e_rab_failed_to_resume_list_resume_res) \
	IE(S, criticality_diagnostics,     58,  IGNORE, O, criticality_diagnostics) \
	IE(S, security_context,            40,  REJECT, O, security_context) \
	IE(S, pending_data_indication,     283, IGNORE, O, pending_data_indication)
MESSAGE(ue_context_resume_response, 56, SUCCESSFUL, REJECT, S1AP_UE_CONTEXT_RESUME_RESPONSE)

#define S1AP_UE_CONTEXT_RESUME_FAILURE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(ue_context_resume_failure, 56, UNSUCCESSFUL, REJECT, S1AP_UE_CONTEXT_RESUME_FAILURE)

#define S1AP_NAS_DELIVERY_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id, 0, REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8, REJECT, M, enb_ue_s1ap_id)
MESSAGE(nas_delivery_indication, 57, INITIATING, IGNORE, S1AP_NAS_DELIVERY_INDICATION)

#define S1AP_RETRIEVE_UE_INFORMATION(IE, S) IE(S, s_tmsi, 96, REJECT, M, s_tmsi)
MESSAGE(retrieve_ue_information, 58, INITIATING, REJECT, S1AP_RETRIEVE_UE_INFORMATION)

#define S1AP_UE_INFORMATION_TRANSFER(IE, S) \
	IE(S, s_tmsi,                                     96,  REJECT, M, s_tmsi) \
	IE(S, ue_level_qos_parameters,                    252, IGNORE, O, e_rab_level_qos_parameters) \
	IE(S, ue_radio_capability,                        74,  IGNORE, O, ue_radio_capability) \
	IE(S, subscription_based_ue_differentiation_info, 278, IGNORE, O, subscription_based_ue_differentiation_info) \
	IE(S, pending_data_indication,                    283, IGNORE, O, pending_data_indication) \
	IE(S, masked_imeisv,                              192, IGNORE, O, masked_imeisv)
MESSAGE(ue_information_transfer, 59, INITIATING, REJECT, S1AP_UE_INFORMATION_TRANSFER)

#define S1AP_ENB_CP_RELOCATION_INDICATION(IE, S) \
	IE(S, enb_ue_s1ap_id,             8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, s_tmsi,                     96,  REJECT, M, s_tmsi) \
	IE(S, eutran_cgi,                 100, IGNORE, M, eutran_cgi) \
	IE(S, tai,                        67,  IGNORE, M, tai) \
	IE(S, ul_cp_security_information, 254, REJECT, M, ul_cp_security_information) \
	IE(S, lte_ntn_tai_information,    339, IGNORE, O, lte_ntn_tai_information)
MESSAGE(enb_cp_relocation_indication, 60, INITIATING, REJECT, S1AP_ENB_CP_RELOCATION_INDICATION)

#define S1AP_MME_CP_RELOCATION_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id, 0, REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8, REJECT, M, enb_ue_s1ap_id)
MESSAGE(mme_cp_relocation_indication, 61, INITIATING, REJECT, S1AP_MME_CP_RELOCATION_INDICATION)

#define S1AP_SECONDARY_RAT_DATA_USAGE_REPORT(IE, S) \
	IE(S, mme_ue_s1ap_id,                       0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                       8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, secondary_rat_data_usage_report_list, 264, IGNORE, M, secondary_rat_data_usage_report_list) \
	IE(S, handover_flag,                        266, IGNORE, O, handover_flag) \
	IE(S, user_location_information,            189, IGNORE, O, user_location_information) \
	IE(S, time_since_secondary_node_release,    297, IGNORE, O, time_since_secondary_node_release)
MESSAGE(secondary_rat_data_usage_report, 62, INITIATING, IGNORE, S1AP_SECONDARY_RAT_DATA_USAGE_REPORT)

#define S1AP_UE_RADIO_CAPABILITY_ID_MAPPING_REQUEST(IE, S) \
	IE(S, ue_radio_capability_id, 314, REJECT, M, ue_radio_capability_id)
MESSAGE(ue_radio_capability_id_mapping_request, 63, INITIATING, REJECT, S1AP_UE_RADIO_CAPABILITY_ID_MAPPING_REQUEST)

#define S1AP_UE_RADIO_CAPABILITY_ID_MAPPING_RESPONSE(IE, S) \
	IE(S, ue_radio_capability_id,  314, REJECT, M, ue_radio_capability_id) \
	IE(S, ue_radio_capability,     74,  IGNORE, M, ue_radio_capability) \
	IE(S, criticality_diagnostics, 58,  IGNORE, O, criticality_diagnostics)
MESSAGE(ue_radio_capability_id_mapping_response, 63, SUCCESSFUL, REJECT, S1AP_UE_RADIO_CAPABILITY_ID_MAPPING_RESPONSE)

#define S1AP_HANDOVER_SUCCESS(IE, S) \
	IE(S, mme_ue_s1ap_id, 0, REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8, REJECT, M, enb_ue_s1ap_id)
MESSAGE(handover_success, 64, INITIATING, IGNORE, S1AP_HANDOVER_SUCCESS)

#define S1AP_ENB_EARLY_STATUS_TRANSFER(IE, S) \
	IE(S, mme_ue_s1ap_id,                                  0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                                  8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, enb_early_status_transfer_transparent_container, 321, REJECT, M, enb_early_status_transfer_transparent_container)
MESSAGE(enb_early_status_transfer, 65, INITIATING, REJECT, S1AP_ENB_EARLY_STATUS_TRANSFER)

#define S1AP_MME_EARLY_STATUS_TRANSFER(IE, S) \
	IE(S, mme_ue_s1ap_id,                                  0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                                  8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, enb_early_status_transfer_transparent_container, 321, REJECT, M, enb_early_status_transfer_transparent_container)
MESSAGE(mme_early_status_transfer, 66, INITIATING, IGNORE, S1AP_MME_EARLY_STATUS_TRANSFER)

#define S1AP_S1_REMOVAL_REQUEST(IE, S) IE(S, global_enb_id, 59, REJECT, M, global_enb_id)
MESSAGE(s1_removal_request, 67, INITIATING, REJECT, S1AP_S1_REMOVAL_REQUEST)

#define S1AP_S1_REMOVAL_RESPONSE(IE, S) \
	IE(S, mme_name,                61, IGNORE, O, mme_name) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(s1_removal_response, 67, SUCCESSFUL, REJECT, S1AP_S1_REMOVAL_RESPONSE)

#define S1AP_S1_REMOVAL_FAILURE(IE, S) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(s1_removal_failure, 67, UNSUCCESSFUL, REJECT, S1AP_S1_REMOVAL_FAILURE)
