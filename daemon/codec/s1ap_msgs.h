/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP's messages (TS 36.413 9.1, 9.3.3) of procedures 0 to 23, mobility, bearers, UE contexts and NAS
 * transport; the words for lists and items are those of s1ap_ies.h.
 *
 *	IE(S, name, id, criticality, presence, type)
 *	MESSAGE(name, procedure code, which outcome, criticality of the procedure, rows) */

#define S1AP_HANDOVER_REQUIRED(IE, S) \
	IE(S, mme_ue_s1ap_id,                                   0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                                   8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, handover_type,                                    1,   REJECT, M, handover_type) \
	IE(S, cause,                                            2,   IGNORE, M, cause) \
	IE(S, target_id,                                        4,   REJECT, M, target_id) \
	IE(S, direct_forwarding_path_availability,              79,  IGNORE, O, direct_forwarding_path_availability) \
	IE(S, srvcc_ho_indication,                              125, REJECT, O, srvcc_ho_indication) \
	IE(S, source_to_target_transparent_container,           104, REJECT, M, source_to_target_transparent_container) \
	IE(S, source_to_target_transparent_container_secondary, 138, REJECT, O, source_to_target_transparent_container) \
	IE(S, ms_classmark2,                                    132, REJECT, C, ms_classmark2) \
	IE(S, ms_classmark3,                                    133, IGNORE, C, ms_classmark3) \
	IE(S, csg_id,                                           127, REJECT, O, csg_id) \
	IE(S, cell_access_mode,                                 145, REJECT, O, cell_access_mode) \
	IE(S, ps_service_not_available,                         150, IGNORE, O, ps_service_not_available)
MESSAGE(handover_required, 0, INITIATING, REJECT, S1AP_HANDOVER_REQUIRED)

#define S1AP_E_RAB_DATA_FORWARDING_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                   M, e_rab_id) \
	F(S, dl_transport_layer_address, O, transport_layer_address) \
	F(S, dl_gtp_teid,                O, gtp_teid) \
	F(S, ul_transport_layer_address, O, transport_layer_address) \
	F(S, ul_gtp_teid,                O, gtp_teid)
SEQUENCE(e_rab_data_forwarding_item, S1AP_E_RAB_DATA_FORWARDING_ITEM_FIELDS)
CONTAINERS(e_rab_subject_to_data_forwarding_list, e_rab_data_forwarding_item, 14, IGNORE, 1, 256)
#define S1AP_HANDOVER_COMMAND(IE, S) \
	IE(S, mme_ue_s1ap_id,                                   0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                                   8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, handover_type,                                    1,   REJECT, M, handover_type) \
	IE(S, nas_security_parameters_from_e_utran,             135, REJECT, C, nas_security_parameters_from_e_utran) \
	IE(S, e_rab_subject_to_data_forwarding_list,            12,  IGNORE, O, e_rab_subject_to_data_forwarding_list) \
	IE(S, e_rab_to_release_list,                            13,  IGNORE, O, e_rab_list) \
	IE(S, target_to_source_transparent_container,           123, REJECT, M, target_to_source_transparent_container) \
	IE(S, target_to_source_transparent_container_secondary, 139, REJECT, O, target_to_source_transparent_container) \
	IE(S, criticality_diagnostics,                          58,  IGNORE, O, criticality_diagnostics)
MESSAGE(handover_command, 0, SUCCESSFUL, REJECT, S1AP_HANDOVER_COMMAND)

#define S1AP_HANDOVER_PREPARATION_FAILURE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(handover_preparation_failure, 0, UNSUCCESSFUL, REJECT, S1AP_HANDOVER_PREPARATION_FAILURE)

#define S1AP_E_RAB_TO_BE_SETUP_ITEM_HO_REQ_FIELDS(F, X, S) \
	F(S, e_rab_id,                   M, e_rab_id) \
	F(S, transport_layer_address,    M, transport_layer_address) \
	F(S, gtp_teid,                   M, gtp_teid) \
	F(S, e_rab_level_qos_parameters, M, e_rab_level_qos_parameters) \
	X(S, data_forwarding_not_possible, 143, IGNORE, data_forwarding_not_possible) \
	X(S, bearer_type,                  233, REJECT, bearer_type) \
	X(S, ethernet_type,                305, IGNORE, ethernet_type) \
	X(S, security_indication,          332, REJECT, security_indication)
SEQUENCE(e_rab_to_be_setup_item_ho_req, S1AP_E_RAB_TO_BE_SETUP_ITEM_HO_REQ_FIELDS)
CONTAINERS(e_rab_to_be_setup_list_ho_req, e_rab_to_be_setup_item_ho_req, 27, REJECT, 1, 256)
#define S1AP_HANDOVER_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,                             0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, handover_type,                              1,   REJECT, M, handover_type) \
	IE(S, cause,                                      2,   IGNORE, M, cause) \
	IE(S, ue_aggregate_maximum_bitrate,               66,  REJECT, M, ue_aggregate_maximum_bitrate) \
	IE(S, e_rab_to_be_setup_list,                     53,  REJECT, M, e_rab_to_be_setup_list_ho_req) \
	IE(S, source_to_target_transparent_container,     104, REJECT, M, source_to_target_transparent_container) \
	IE(S, ue_security_capabilities,                   107, REJECT, M, ue_security_capabilities) \
	IE(S, handover_restriction_list,                  41,  IGNORE, O, handover_restriction_list) \
	IE(S, trace_activation,                           25,  IGNORE, O, trace_activation) \
	IE(S, request_type,                               98,  IGNORE, O, request_type) \
	IE(S, srvcc_operation_possible,                   124, IGNORE, O, srvcc_operation_possible) \
	IE(S, security_context,                           40,  REJECT, M, security_context) \
	IE(S, nas_security_parameters_to_e_utran,         136, REJECT, C, nas_security_parameters_to_e_utran) \
	IE(S, csg_id,                                     127, REJECT, O, csg_id) \
	IE(S, csg_membership_status,                      146, IGNORE, O, csg_membership_status) \
	IE(S, gummei,                                     75,  IGNORE, O, gummei) \
	IE(S, mme_ue_s1ap_id_2,                           158, IGNORE, O, mme_ue_s1ap_id) \
	IE(S, management_based_mdt_allowed,               165, IGNORE, O, management_based_mdt_allowed) \
	IE(S, management_based_mdt_plmn_list,             177, IGNORE, O, mdt_plmn_list) \
	IE(S, masked_imeisv,                              192, IGNORE, O, masked_imeisv) \
	IE(S, expected_ue_behaviour,                      196, IGNORE, O, expected_ue_behaviour) \
	IE(S, prose_authorized,                           195, IGNORE, O, prose_authorized) \
	IE(S, ue_user_plane_ciot_support_indicator,       241, IGNORE, O, ue_user_plane_ciot_support_indicator) \
	IE(S, v2x_services_authorized,                    240, IGNORE, O, v2x_services_authorized) \
	IE(S, ue_sidelink_aggregate_maximum_bitrate,      248, IGNORE, O, ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, enhanced_coverage_restricted,               251, IGNORE, O, enhanced_coverage_restricted) \
	IE(S, nr_ue_security_capabilities,                269, IGNORE, O, nr_ue_security_capabilities) \
	IE(S, ce_mode_b_restricted,                       271, IGNORE, O, ce_mode_b_restricted) \
	IE(S, aerial_ue_subscription_information,         277, IGNORE, O, aerial_ue_subscription_information) \
	IE(S, pending_data_indication,                    283, IGNORE, O, pending_data_indication) \
	IE(S, subscription_based_ue_differentiation_info, 278, IGNORE, O, subscription_based_ue_differentiation_info) \
	IE(S, additional_rrm_priority_index,              299, IGNORE, O, additional_rrm_priority_index) \
	IE(S, iab_authorized,                             301, REJECT, O, iab_authorized) \
	IE(S, nr_v2x_services_authorized,                 306, IGNORE, O, nr_v2x_services_authorized) \
	IE(S, nr_ue_sidelink_aggregate_maximum_bitrate,   307, IGNORE, O, nr_ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, pc5_qos_parameters,                         308, IGNORE, O, pc5_qos_parameters) \
	IE(S, ue_radio_capability_id,                     314, REJECT, O, ue_radio_capability_id) \
	IE(S, time_ref_distribution,                      355, IGNORE, O, time_ref_distribution)
MESSAGE(handover_request, 1, INITIATING, REJECT, S1AP_HANDOVER_REQUEST)

#define S1AP_E_RAB_ADMITTED_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                   M, e_rab_id) \
	F(S, transport_layer_address,    M, transport_layer_address) \
	F(S, gtp_teid,                   M, gtp_teid) \
	F(S, dl_transport_layer_address, O, transport_layer_address) \
	F(S, dl_gtp_teid,                O, gtp_teid) \
	F(S, ul_transport_layer_address, O, transport_layer_address) \
	F(S, ul_gtp_teid,                O, gtp_teid)
SEQUENCE(e_rab_admitted_item, S1AP_E_RAB_ADMITTED_ITEM_FIELDS)
CONTAINERS(e_rab_admitted_list, e_rab_admitted_item, 20, IGNORE, 1, 256)
#define S1AP_E_RAB_FAILED_TO_SETUP_ITEM_HO_REQ_ACK_FIELDS(F, X, S) \
	F(S, e_rab_id, M, e_rab_id) \
	F(S, cause,    M, cause)
PLAIN(e_rab_failed_to_setup_item_ho_req_ack, S1AP_E_RAB_FAILED_TO_SETUP_ITEM_HO_REQ_ACK_FIELDS)
CONTAINERS(e_rab_failed_to_setup_list_ho_req_ack, e_rab_failed_to_setup_item_ho_req_ack, 21, IGNORE, 1, 256)
#define S1AP_HANDOVER_REQUEST_ACKNOWLEDGE(IE, S) \
	IE(S, mme_ue_s1ap_id,                         0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                         8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_admitted_list,                    18,  IGNORE, M, e_rab_admitted_list) \
	IE(S, e_rab_failed_to_setup_list,             19,  IGNORE, O, e_rab_failed_to_setup_list_ho_req_ack) \
	IE(S, target_to_source_transparent_container, 123, REJECT, M, target_to_source_transparent_container) \
	IE(S, csg_id,                                 127, IGNORE, O, csg_id) \
	IE(S, criticality_diagnostics,                58,  IGNORE, O, criticality_diagnostics) \
	IE(S, cell_access_mode,                       145, IGNORE, O, cell_access_mode) \
	IE(S, ce_mode_b_support_indicator,            242, IGNORE, O, ce_mode_b_support_indicator)
MESSAGE(handover_request_acknowledge, 1, SUCCESSFUL, REJECT, S1AP_HANDOVER_REQUEST_ACKNOWLEDGE)

#define S1AP_HANDOVER_FAILURE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(handover_failure, 1, UNSUCCESSFUL, REJECT, S1AP_HANDOVER_FAILURE)

#define S1AP_HANDOVER_NOTIFY(IE, S) \
	IE(S, mme_ue_s1ap_id,             0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,             8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, eutran_cgi,                 100, IGNORE, M, eutran_cgi) \
	IE(S, tai,                        67,  IGNORE, M, tai) \
	IE(S, tunnel_information_for_bbf, 176, IGNORE, O, tunnel_information) \
	IE(S, lhn_id,                     186, IGNORE, O, lhn_id) \
	IE(S, pscell_information,         288, IGNORE, O, pscell_information) \
	IE(S, notify_source_enb,          320, IGNORE, O, notify_source_enb) \
	IE(S, lte_ntn_tai_information,    339, IGNORE, O, lte_ntn_tai_information)
MESSAGE(handover_notify, 2, INITIATING, IGNORE, S1AP_HANDOVER_NOTIFY)

#define S1AP_E_RAB_TO_BE_SWITCHED_DL_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, gtp_teid,                M, gtp_teid) \
	X(S, security_indication, 332, IGNORE, security_indication)
SEQUENCE(e_rab_to_be_switched_dl_item, S1AP_E_RAB_TO_BE_SWITCHED_DL_ITEM_FIELDS)
CONTAINERS(e_rab_to_be_switched_dl_list, e_rab_to_be_switched_dl_item, 23, REJECT, 1, 256)
#define S1AP_PATH_SWITCH_REQUEST(IE, S) \
	IE(S, enb_ue_s1ap_id,               8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_rab_to_be_switched_dl_list, 22,  REJECT, M, e_rab_to_be_switched_dl_list) \
	IE(S, source_mme_ue_s1ap_id,        88,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, eutran_cgi,                   100, IGNORE, M, eutran_cgi) \
	IE(S, tai,                          67,  IGNORE, M, tai) \
	IE(S, ue_security_capabilities,     107, IGNORE, M, ue_security_capabilities) \
	IE(S, csg_id,                       127, IGNORE, O, csg_id) \
	IE(S, cell_access_mode,             145, IGNORE, O, cell_access_mode) \
	IE(S, source_mme_gummei,            157, IGNORE, O, gummei) \
	IE(S, csg_membership_status,        146, IGNORE, O, csg_membership_status) \
	IE(S, tunnel_information_for_bbf,   176, IGNORE, O, tunnel_information) \
	IE(S, lhn_id,                       186, IGNORE, O, lhn_id) \
	IE(S, rrc_resume_cause,             245, IGNORE, O, rrc_establishment_cause) \
	IE(S, nr_ue_security_capabilities,  269, IGNORE, O, nr_ue_security_capabilities) \
	IE(S, pscell_information,           288, IGNORE, O, pscell_information) \
	IE(S, lte_ntn_tai_information,      339, IGNORE, O, lte_ntn_tai_information)
MESSAGE(path_switch_request, 3, INITIATING, REJECT, S1AP_PATH_SWITCH_REQUEST)

#define S1AP_E_RAB_TO_BE_SWITCHED_UL_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, gtp_teid,                M, gtp_teid)
PLAIN(e_rab_to_be_switched_ul_item, S1AP_E_RAB_TO_BE_SWITCHED_UL_ITEM_FIELDS)
CONTAINERS(e_rab_to_be_switched_ul_list, e_rab_to_be_switched_ul_item, 94, IGNORE, 1, 256)
#define S1AP_E_RAB_TO_BE_UPDATED_ITEM_FIELDS(F, X, S) \
	F(S, e_rab_id,            M, e_rab_id) \
	F(S, security_indication, O, security_indication)
SEQUENCE(e_rab_to_be_updated_item, S1AP_E_RAB_TO_BE_UPDATED_ITEM_FIELDS)
CONTAINERS(e_rab_to_be_updated_list, e_rab_to_be_updated_item, 342, IGNORE, 1, 256)
#define S1AP_PATH_SWITCH_REQUEST_ACKNOWLEDGE(IE, S) \
	IE(S, mme_ue_s1ap_id,                             0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                             8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, ue_aggregate_maximum_bitrate,               66,  IGNORE, O, ue_aggregate_maximum_bitrate) \
	IE(S, e_rab_to_be_switched_ul_list,               95,  IGNORE, O, e_rab_to_be_switched_ul_list) \
	IE(S, e_rab_to_be_released_list,                  33,  IGNORE, O, e_rab_list) \
	IE(S, security_context,                           40,  REJECT, M, security_context) \
	IE(S, criticality_diagnostics,                    58,  IGNORE, O, criticality_diagnostics) \
	IE(S, mme_ue_s1ap_id_2,                           158, IGNORE, O, mme_ue_s1ap_id) \
	IE(S, csg_membership_status,                      146, IGNORE, O, csg_membership_status) \
	IE(S, prose_authorized,                           195, IGNORE, O, prose_authorized) \
	IE(S, ue_user_plane_ciot_support_indicator,       241, IGNORE, O, ue_user_plane_ciot_support_indicator) \
	IE(S, v2x_services_authorized,                    240, IGNORE, O, v2x_services_authorized) \
	IE(S, ue_sidelink_aggregate_maximum_bitrate,      248, IGNORE, O, ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, enhanced_coverage_restricted,               251, IGNORE, O, enhanced_coverage_restricted) \
	IE(S, nr_ue_security_capabilities,                269, IGNORE, O, nr_ue_security_capabilities) \
	IE(S, ce_mode_b_restricted,                       271, IGNORE, O, ce_mode_b_restricted) \
	IE(S, aerial_ue_subscription_information,         277, IGNORE, O, aerial_ue_subscription_information) \
	IE(S, pending_data_indication,                    283, IGNORE, O, pending_data_indication) \
	IE(S, subscription_based_ue_differentiation_info, 278, IGNORE, O, subscription_based_ue_differentiation_info) \
	IE(S, handover_restriction_list,                  41,  IGNORE, O, handover_restriction_list) \
	IE(S, additional_rrm_priority_index,              299, IGNORE, O, additional_rrm_priority_index) \
	IE(S, nr_v2x_services_authorized,                 306, IGNORE, O, nr_v2x_services_authorized) \
	IE(S, nr_ue_sidelink_aggregate_maximum_bitrate,   307, IGNORE, O, nr_ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, pc5_qos_parameters,                         308, IGNORE, O, pc5_qos_parameters) \
	IE(S, ue_radio_capability_id,                     314, REJECT, O, ue_radio_capability_id) \
	IE(S, ue_security_capabilities,                   107, IGNORE, O, ue_security_capabilities) \
	IE(S, e_rab_to_be_updated_list,                   341, IGNORE, O, e_rab_to_be_updated_list) \
	IE(S, time_ref_distribution,                      355, IGNORE, O, time_ref_distribution)
MESSAGE(path_switch_request_acknowledge, 3, SUCCESSFUL, REJECT, S1AP_PATH_SWITCH_REQUEST_ACKNOWLEDGE)

#define S1AP_PATH_SWITCH_REQUEST_FAILURE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(path_switch_request_failure, 3, UNSUCCESSFUL, REJECT, S1AP_PATH_SWITCH_REQUEST_FAILURE)

#define S1AP_HANDOVER_CANCEL(IE, S) \
	IE(S, mme_ue_s1ap_id, 0, REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8, REJECT, M, enb_ue_s1ap_id) \
	IE(S, cause,          2, IGNORE, M, cause)
MESSAGE(handover_cancel, 4, INITIATING, REJECT, S1AP_HANDOVER_CANCEL)

#define S1AP_HANDOVER_CANCEL_ACKNOWLEDGE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(handover_cancel_acknowledge, 4, SUCCESSFUL, REJECT, S1AP_HANDOVER_CANCEL_ACKNOWLEDGE)

#define S1AP_E_RAB_TO_BE_SETUP_ITEM_BEARER_SU_REQ_FIELDS(F, X, S) \
	F(S, e_rab_id,                   M, e_rab_id) \
	F(S, e_rab_level_qos_parameters, M, e_rab_level_qos_parameters) \
	F(S, transport_layer_address,    M, transport_layer_address) \
	F(S, gtp_teid,                   M, gtp_teid) \
	F(S, nas_pdu,                    M, nas_pdu) \
	X(S, correlation_id,       156, IGNORE, correlation_id) \
	X(S, sipto_correlation_id, 183, IGNORE, correlation_id) \
	X(S, bearer_type,          233, REJECT, bearer_type) \
	X(S, ethernet_type,        305, IGNORE, ethernet_type) \
	X(S, security_indication,  332, REJECT, security_indication)
SEQUENCE(e_rab_to_be_setup_item_bearer_su_req, S1AP_E_RAB_TO_BE_SETUP_ITEM_BEARER_SU_REQ_FIELDS)
CONTAINERS(e_rab_to_be_setup_list_bearer_su_req, e_rab_to_be_setup_item_bearer_su_req, 17, REJECT, 1, 256)
#define S1AP_E_RAB_SETUP_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,               0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,               8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, ue_aggregate_maximum_bitrate, 66, REJECT, O, ue_aggregate_maximum_bitrate) \
	IE(S, e_rab_to_be_setup_list,       16, REJECT, M, e_rab_to_be_setup_list_bearer_su_req)
MESSAGE(e_rab_setup_request, 5, INITIATING, REJECT, S1AP_E_RAB_SETUP_REQUEST)

#define S1AP_E_RAB_SETUP_ITEM_BEARER_SU_RES_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, gtp_teid,                M, gtp_teid)
PLAIN(e_rab_setup_item_bearer_su_res, S1AP_E_RAB_SETUP_ITEM_BEARER_SU_RES_FIELDS)
CONTAINERS(e_rab_setup_list_bearer_su_res, e_rab_setup_item_bearer_su_res, 39, IGNORE, 1, 256)
#define S1AP_E_RAB_SETUP_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,             0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,             8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_setup_list,           28,  IGNORE, O, e_rab_setup_list_bearer_su_res) \
	IE(S, e_rab_failed_to_setup_list, 29,  IGNORE, O, e_rab_list) \
	IE(S, criticality_diagnostics,    58,  IGNORE, O, criticality_diagnostics) \
	IE(S, user_location_information,  189, IGNORE, O, user_location_information)
MESSAGE(e_rab_setup_response, 5, SUCCESSFUL, REJECT, S1AP_E_RAB_SETUP_RESPONSE)

#define S1AP_E_RAB_TO_BE_MODIFIED_ITEM_BEARER_MOD_REQ_FIELDS(F, X, S) \
	F(S, e_rab_id,                   M, e_rab_id) \
	F(S, e_rab_level_qos_parameters, M, e_rab_level_qos_parameters) \
	F(S, nas_pdu,                    M, nas_pdu) \
	X(S, transport_information, 185, REJECT, transport_information)
SEQUENCE(e_rab_to_be_modified_item_bearer_mod_req, S1AP_E_RAB_TO_BE_MODIFIED_ITEM_BEARER_MOD_REQ_FIELDS)
CONTAINERS(e_rab_to_be_modified_list_bearer_mod_req, e_rab_to_be_modified_item_bearer_mod_req, 36, REJECT, 1, 256)
#define S1AP_E_RAB_MODIFY_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,                   0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                   8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, ue_aggregate_maximum_bitrate,     66,  REJECT, O, ue_aggregate_maximum_bitrate) \
	IE(S, e_rab_to_be_modified_list,        30,  REJECT, M, e_rab_to_be_modified_list_bearer_mod_req) \
	IE(S, secondary_rat_data_usage_request, 268, IGNORE, O, secondary_rat_data_usage_request)
MESSAGE(e_rab_modify_request, 6, INITIATING, REJECT, S1AP_E_RAB_MODIFY_REQUEST)

#define S1AP_E_RAB_MODIFY_ITEM_BEARER_MOD_RES_FIELDS(F, X, S) F(S, e_rab_id, M, e_rab_id)
PLAIN(e_rab_modify_item_bearer_mod_res, S1AP_E_RAB_MODIFY_ITEM_BEARER_MOD_RES_FIELDS)
CONTAINERS(e_rab_modify_list_bearer_mod_res, e_rab_modify_item_bearer_mod_res, 37, IGNORE, 1, 256)
#define S1AP_E_RAB_MODIFY_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,                       0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                       8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_modify_list,                    31,  IGNORE, O, e_rab_modify_list_bearer_mod_res) \
	IE(S, e_rab_failed_to_modify_list,          32,  IGNORE, O, e_rab_list) \
	IE(S, criticality_diagnostics,              58,  IGNORE, O, criticality_diagnostics) \
	IE(S, secondary_rat_data_usage_report_list, 264, IGNORE, O, secondary_rat_data_usage_report_list) \
	IE(S, user_location_information,            189, IGNORE, O, user_location_information)
MESSAGE(e_rab_modify_response, 6, SUCCESSFUL, REJECT, S1AP_E_RAB_MODIFY_RESPONSE)

#define S1AP_E_RAB_RELEASE_COMMAND(IE, S) \
	IE(S, mme_ue_s1ap_id,               0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,               8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, ue_aggregate_maximum_bitrate, 66, REJECT, O, ue_aggregate_maximum_bitrate) \
	IE(S, e_rab_to_be_released_list,    33, IGNORE, M, e_rab_list) \
	IE(S, nas_pdu,                      26, IGNORE, O, nas_pdu)
MESSAGE(e_rab_release_command, 7, INITIATING, REJECT, S1AP_E_RAB_RELEASE_COMMAND)

#define S1AP_E_RAB_RELEASE_ITEM_BEARER_REL_COMP_FIELDS(F, X, S) F(S, e_rab_id, M, e_rab_id)
PLAIN(e_rab_release_item_bearer_rel_comp, S1AP_E_RAB_RELEASE_ITEM_BEARER_REL_COMP_FIELDS)
CONTAINERS(e_rab_release_list_bearer_rel_comp, e_rab_release_item_bearer_rel_comp, 15, IGNORE, 1, 256)
#define S1AP_E_RAB_RELEASE_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,                       0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                       8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_release_list,                   69,  IGNORE, O, e_rab_release_list_bearer_rel_comp) \
	IE(S, e_rab_failed_to_release_list,         34,  IGNORE, O, e_rab_list) \
	IE(S, criticality_diagnostics,              58,  IGNORE, O, criticality_diagnostics) \
	IE(S, user_location_information,            189, IGNORE, O, user_location_information) \
	IE(S, secondary_rat_data_usage_report_list, 264, IGNORE, O, secondary_rat_data_usage_report_list)
MESSAGE(e_rab_release_response, 7, SUCCESSFUL, REJECT, S1AP_E_RAB_RELEASE_RESPONSE)

#define S1AP_E_RAB_RELEASE_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,                       0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                       8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_rab_released_list,                  110, IGNORE, M, e_rab_list) \
	IE(S, user_location_information,            189, IGNORE, O, user_location_information) \
	IE(S, secondary_rat_data_usage_report_list, 264, IGNORE, O, secondary_rat_data_usage_report_list)
MESSAGE(e_rab_release_indication, 8, INITIATING, IGNORE, S1AP_E_RAB_RELEASE_INDICATION)

#define S1AP_E_RAB_TO_BE_SETUP_ITEM_CTXT_SU_REQ_FIELDS(F, X, S) \
	F(S, e_rab_id,                   M, e_rab_id) \
	F(S, e_rab_level_qos_parameters, M, e_rab_level_qos_parameters) \
	F(S, transport_layer_address,    M, transport_layer_address) \
	F(S, gtp_teid,                   M, gtp_teid) \
	F(S, nas_pdu,                    O, nas_pdu) \
	X(S, correlation_id,       156, IGNORE, correlation_id) \
	X(S, sipto_correlation_id, 183, IGNORE, correlation_id) \
	X(S, bearer_type,          233, REJECT, bearer_type) \
	X(S, ethernet_type,        305, IGNORE, ethernet_type) \
	X(S, security_indication,  332, REJECT, security_indication)
SEQUENCE(e_rab_to_be_setup_item_ctxt_su_req, S1AP_E_RAB_TO_BE_SETUP_ITEM_CTXT_SU_REQ_FIELDS)
CONTAINERS(e_rab_to_be_setup_list_ctxt_su_req, e_rab_to_be_setup_item_ctxt_su_req, 52, REJECT, 1, 256)
#define S1AP_INITIAL_CONTEXT_SETUP_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,                             0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                             8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, ue_aggregate_maximum_bitrate,               66,  REJECT, M, ue_aggregate_maximum_bitrate) \
	IE(S, e_rab_to_be_setup_list,                     24,  REJECT, M, e_rab_to_be_setup_list_ctxt_su_req) \
	IE(S, ue_security_capabilities,                   107, REJECT, M, ue_security_capabilities) \
	IE(S, security_key,                               73,  REJECT, M, security_key) \
	IE(S, trace_activation,                           25,  IGNORE, O, trace_activation) \
	IE(S, handover_restriction_list,                  41,  IGNORE, O, handover_restriction_list) \
	IE(S, ue_radio_capability,                        74,  IGNORE, O, ue_radio_capability) \
	IE(S, subscriber_profile_id_for_rfp,              106, IGNORE, O, subscriber_profile_id_for_rfp) \
	IE(S, cs_fallback_indicator,                      108, REJECT, O, cs_fallback_indicator) \
	IE(S, srvcc_operation_possible,                   124, IGNORE, O, srvcc_operation_possible) \
	IE(S, csg_membership_status,                      146, IGNORE, O, csg_membership_status) \
	IE(S, registered_lai,                             159, IGNORE, O, lai) \
	IE(S, gummei,                                     75,  IGNORE, O, gummei) \
	IE(S, mme_ue_s1ap_id_2,                           158, IGNORE, O, mme_ue_s1ap_id) \
	IE(S, management_based_mdt_allowed,               165, IGNORE, O, management_based_mdt_allowed) \
	IE(S, management_based_mdt_plmn_list,             177, IGNORE, O, mdt_plmn_list) \
	IE(S, additional_cs_fallback_indicator,           187, IGNORE, C, additional_cs_fallback_indicator) \
	IE(S, masked_imeisv,                              192, IGNORE, O, masked_imeisv) \
	IE(S, expected_ue_behaviour,                      196, IGNORE, O, expected_ue_behaviour) \
	IE(S, prose_authorized,                           195, IGNORE, O, prose_authorized) \
	IE(S, ue_user_plane_ciot_support_indicator,       241, IGNORE, O, ue_user_plane_ciot_support_indicator) \
	IE(S, v2x_services_authorized,                    240, IGNORE, O, v2x_services_authorized) \
	IE(S, ue_sidelink_aggregate_maximum_bitrate,      248, IGNORE, O, ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, enhanced_coverage_restricted,               251, IGNORE, O, enhanced_coverage_restricted) \
	IE(S, nr_ue_security_capabilities,                269, IGNORE, O, nr_ue_security_capabilities) \
	IE(S, ce_mode_b_restricted,                       271, IGNORE, O, ce_mode_b_restricted) \
	IE(S, aerial_ue_subscription_information,         277, IGNORE, O, aerial_ue_subscription_information) \
	IE(S, pending_data_indication,                    283, IGNORE, O, pending_data_indication) \
	IE(S, subscription_based_ue_differentiation_info, 278, IGNORE, O, subscription_based_ue_differentiation_info) \
	IE(S, additional_rrm_priority_index,              299, IGNORE, O, additional_rrm_priority_index) \
	IE(S, iab_authorized,                             301, IGNORE, O, iab_authorized) \
	IE(S, nr_v2x_services_authorized,                 306, IGNORE, O, nr_v2x_services_authorized) \
	IE(S, nr_ue_sidelink_aggregate_maximum_bitrate,   307, IGNORE, O, nr_ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, pc5_qos_parameters,                         308, IGNORE, O, pc5_qos_parameters) \
	IE(S, ue_radio_capability_id,                     314, REJECT, O, ue_radio_capability_id) \
	IE(S, coarse_ue_location,                         354, IGNORE, O, coarse_ue_location) \
	IE(S, time_ref_distribution,                      355, IGNORE, O, time_ref_distribution)
MESSAGE(initial_context_setup_request, 9, INITIATING, REJECT, S1AP_INITIAL_CONTEXT_SETUP_REQUEST)

#define S1AP_E_RAB_SETUP_ITEM_CTXT_SU_RES_FIELDS(F, X, S) \
	F(S, e_rab_id,                M, e_rab_id) \
	F(S, transport_layer_address, M, transport_layer_address) \
	F(S, gtp_teid,                M, gtp_teid)
PLAIN(e_rab_setup_item_ctxt_su_res, S1AP_E_RAB_SETUP_ITEM_CTXT_SU_RES_FIELDS)
CONTAINERS(e_rab_setup_list_ctxt_su_res, e_rab_setup_item_ctxt_su_res, 50, IGNORE, 1, 256)
#define S1AP_INITIAL_CONTEXT_SETUP_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,             0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,             8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, e_rab_setup_list,           51, IGNORE, M, e_rab_setup_list_ctxt_su_res) \
	IE(S, e_rab_failed_to_setup_list, 48, IGNORE, O, e_rab_list) \
	IE(S, criticality_diagnostics,    58, IGNORE, O, criticality_diagnostics)
MESSAGE(initial_context_setup_response, 9, SUCCESSFUL, REJECT, S1AP_INITIAL_CONTEXT_SETUP_RESPONSE)

#define S1AP_INITIAL_CONTEXT_SETUP_FAILURE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(initial_context_setup_failure, 9, UNSUCCESSFUL, REJECT, S1AP_INITIAL_CONTEXT_SETUP_FAILURE)

#define S1AP_TAI_ITEM_FIELDS(F, X, S) F(S, tai, M, tai)
PLAIN(tai_item, S1AP_TAI_ITEM_FIELDS)
CONTAINERS(tai_list, tai_item, 47, IGNORE, 1, 256)
#define S1AP_PAGING(IE, S) \
	IE(S, ue_identity_index_value,          80,  IGNORE, M, ue_identity_index_value) \
	IE(S, ue_paging_id,                     43,  IGNORE, M, ue_paging_id) \
	IE(S, paging_drx,                       44,  IGNORE, O, paging_drx) \
	IE(S, cn_domain,                        109, IGNORE, M, cn_domain) \
	IE(S, tai_list,                         46,  IGNORE, M, tai_list) \
	IE(S, csg_id_list,                      128, IGNORE, O, csg_id_list) \
	IE(S, paging_priority,                  151, IGNORE, O, paging_priority) \
	IE(S, ue_radio_capability_for_paging,   198, IGNORE, O, ue_radio_capability_for_paging) \
	IE(S, assistance_data_for_paging,       211, IGNORE, O, assistance_data_for_paging) \
	IE(S, paging_edrx_information,          227, IGNORE, O, paging_edrx_information) \
	IE(S, extended_ue_identity_index_value, 231, IGNORE, O, extended_ue_identity_index_value) \
	IE(S, nb_iot_paging_edrx_information,   239, IGNORE, O, nb_iot_paging_edrx_information) \
	IE(S, nb_iot_ue_identity_index_value,   244, IGNORE, O, nb_iot_ue_identity_index_value) \
	IE(S, enhanced_coverage_restricted,     251, IGNORE, O, enhanced_coverage_restricted) \
	IE(S, ce_mode_b_restricted,             271, IGNORE, O, ce_mode_b_restricted) \
	IE(S, data_size,                        304, IGNORE, O, data_size) \
	IE(S, wus_assistance_information,       323, IGNORE, O, wus_assistance_information) \
	IE(S, nb_iot_paging_drx,                324, IGNORE, O, nb_iot_paging_drx) \
	IE(S, paging_cause,                     331, IGNORE, O, paging_cause)
MESSAGE(paging, 10, INITIATING, IGNORE, S1AP_PAGING)

#define S1AP_DOWNLINK_NAS_TRANSPORT(IE, S) \
	IE(S, mme_ue_s1ap_id,                             0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                             8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, nas_pdu,                                    26,  REJECT, M, nas_pdu) \
	IE(S, handover_restriction_list,                  41,  IGNORE, O, handover_restriction_list) \
	IE(S, subscriber_profile_id_for_rfp,              106, IGNORE, O, subscriber_profile_id_for_rfp) \
	IE(S, srvcc_operation_possible,                   124, IGNORE, O, srvcc_operation_possible) \
	IE(S, ue_radio_capability,                        74,  IGNORE, O, ue_radio_capability) \
	IE(S, dl_nas_pdu_delivery_ack_request,            249, IGNORE, O, dl_nas_pdu_delivery_ack_request) \
	IE(S, enhanced_coverage_restricted,               251, IGNORE, O, enhanced_coverage_restricted) \
	IE(S, nr_ue_security_capabilities,                269, IGNORE, O, nr_ue_security_capabilities) \
	IE(S, ce_mode_b_restricted,                       271, IGNORE, O, ce_mode_b_restricted) \
	IE(S, ue_capability_info_request,                 275, IGNORE, O, ue_capability_info_request) \
	IE(S, end_indication,                             280, IGNORE, O, end_indication) \
	IE(S, pending_data_indication,                    283, IGNORE, O, pending_data_indication) \
	IE(S, subscription_based_ue_differentiation_info, 278, IGNORE, O, subscription_based_ue_differentiation_info) \
	IE(S, additional_rrm_priority_index,              299, IGNORE, O, additional_rrm_priority_index) \
	IE(S, ue_radio_capability_id,                     314, REJECT, O, ue_radio_capability_id) \
	IE(S, masked_imeisv,                              192, IGNORE, O, masked_imeisv) \
	IE(S, coarse_ue_location,                         354, IGNORE, O, coarse_ue_location)
MESSAGE(downlink_nas_transport, 11, INITIATING, IGNORE, S1AP_DOWNLINK_NAS_TRANSPORT)

#define S1AP_INITIAL_UE_MESSAGE(IE, S) \
	IE(S, enb_ue_s1ap_id,                              8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, nas_pdu,                                     26,  REJECT, M, nas_pdu) \
	IE(S, tai,                                         67,  REJECT, M, tai) \
	IE(S, eutran_cgi,                                  100, IGNORE, M, eutran_cgi) \
	IE(S, rrc_establishment_cause,                     134, IGNORE, M, rrc_establishment_cause) \
	IE(S, s_tmsi,                                      96,  REJECT, O, s_tmsi) \
	IE(S, csg_id,                                      127, REJECT, O, csg_id) \
	IE(S, gummei,                                      75,  REJECT, O, gummei) \
	IE(S, cell_access_mode,                            145, REJECT, O, cell_access_mode) \
	IE(S, gw_transport_layer_address,                  155, IGNORE, O, transport_layer_address) \
	IE(S, relay_node_indicator,                        160, REJECT, O, relay_node_indicator) \
	IE(S, gummei_type,                                 170, IGNORE, O, gummei_type) \
	IE(S, tunnel_information_for_bbf,                  176, IGNORE, O, tunnel_information) \
	IE(S, sipto_l_gw_transport_layer_address,          184, IGNORE, O, transport_layer_address) \
	IE(S, lhn_id,                                      186, IGNORE, O, lhn_id) \
	IE(S, mme_group_id,                                223, IGNORE, O, mme_group_id) \
	IE(S, ue_usage_type,                               230, IGNORE, O, ue_usage_type) \
	IE(S, ce_mode_b_support_indicator,                 242, IGNORE, O, ce_mode_b_support_indicator) \
	IE(S, dcn_id,                                      246, IGNORE, O, dcn_id) \
	IE(S, coverage_level,                              250, IGNORE, O, coverage_level) \
	IE(S, ue_application_layer_measurement_capability, 263, IGNORE, O, ue_application_layer_measurement_capability) \
	IE(S, edt_session,                                 281, IGNORE, O, edt_session) \
	IE(S, iab_node_indication,                         302, REJECT, O, iab_node_indication) \
	IE(S, lte_ntn_tai_information,                     339, IGNORE, O, lte_ntn_tai_information) \
	IE(S, coarse_ue_location_requested,                353, IGNORE, O, coarse_ue_location_requested)
MESSAGE(initial_ue_message, 12, INITIATING, IGNORE, S1AP_INITIAL_UE_MESSAGE)

#define S1AP_UPLINK_NAS_TRANSPORT(IE, S) \
	IE(S, mme_ue_s1ap_id,                     0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                     8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, nas_pdu,                            26,  REJECT, M, nas_pdu) \
	IE(S, eutran_cgi,                         100, IGNORE, M, eutran_cgi) \
	IE(S, tai,                                67,  IGNORE, M, tai) \
	IE(S, gw_transport_layer_address,         155, IGNORE, O, transport_layer_address) \
	IE(S, sipto_l_gw_transport_layer_address, 184, IGNORE, O, transport_layer_address) \
	IE(S, lhn_id,                             186, IGNORE, O, lhn_id) \
	IE(S, pscell_information,                 288, IGNORE, O, pscell_information) \
	IE(S, lte_ntn_tai_information,            339, IGNORE, O, lte_ntn_tai_information)
MESSAGE(uplink_nas_transport, 13, INITIATING, IGNORE, S1AP_UPLINK_NAS_TRANSPORT)

CONTAINERS(ue_associated_logical_s1_connection_list_res, ue_associated_logical_s1_connection_item, 91, REJECT, 1, 256)
#define S1AP_RESET_TYPE_CHOICES(A, S) \
	A(S, S1AP_RESET_TYPE_S1_INTERFACE,         s1_interface,         reset_all) \
	A(S, S1AP_RESET_TYPE_PART_OF_S1_INTERFACE, part_of_s1_interface, ue_associated_logical_s1_connection_list_res)
CHOICE(reset_type, S1AP_RESET_TYPE_CHOICES, 2, EXT)
#define S1AP_RESET(IE, S) \
	IE(S, cause,      2,  IGNORE, M, cause) \
	IE(S, reset_type, 92, REJECT, M, reset_type)
MESSAGE(reset, 14, INITIATING, REJECT, S1AP_RESET)

CONTAINERS(ue_associated_logical_s1_connection_list_res_ack, ue_associated_logical_s1_connection_item, 91, IGNORE, 1, 256)
#define S1AP_RESET_ACKNOWLEDGE(IE, S) \
	IE(S, ue_associated_logical_s1_connection_list, 93, IGNORE, O, ue_associated_logical_s1_connection_list_res_ack) \
	IE(S, criticality_diagnostics,                  58, IGNORE, O, criticality_diagnostics)
MESSAGE(reset_acknowledge, 14, SUCCESSFUL, REJECT, S1AP_RESET_ACKNOWLEDGE)

#define S1AP_ERROR_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, O, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, O, enb_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, O, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics) \
	IE(S, s_tmsi,                  96, IGNORE, O, s_tmsi)
MESSAGE(error_indication, 15, INITIATING, IGNORE, S1AP_ERROR_INDICATION)

#define S1AP_NAS_NON_DELIVERY_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id, 0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id, 8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, nas_pdu,        26, IGNORE, M, nas_pdu) \
	IE(S, cause,          2,  IGNORE, M, cause)
MESSAGE(nas_non_delivery_indication, 16, INITIATING, IGNORE, S1AP_NAS_NON_DELIVERY_INDICATION)

#define S1AP_S1_SETUP_REQUEST(IE, S) \
	IE(S, global_enb_id,             59,  REJECT, M, global_enb_id) \
	IE(S, enb_name,                  60,  IGNORE, O, enb_name) \
	IE(S, supported_tas,             64,  REJECT, M, supported_tas) \
	IE(S, default_paging_drx,        137, IGNORE, M, paging_drx) \
	IE(S, csg_id_list,               128, REJECT, O, csg_id_list) \
	IE(S, ue_retention_information,  228, IGNORE, O, ue_retention_information) \
	IE(S, nb_iot_default_paging_drx, 234, IGNORE, O, nb_iot_default_paging_drx) \
	IE(S, connected_en_gnb_list,     291, IGNORE, O, connected_en_gnb_list)
MESSAGE(s1_setup_request, 17, INITIATING, REJECT, S1AP_S1_SETUP_REQUEST)

#define S1AP_S1_SETUP_RESPONSE(IE, S) \
	IE(S, mme_name,                    61,  IGNORE, O, mme_name) \
	IE(S, served_gummeis,              105, REJECT, M, served_gummeis) \
	IE(S, relative_mme_capacity,       87,  IGNORE, M, relative_mme_capacity) \
	IE(S, mme_relay_support_indicator, 163, IGNORE, O, mme_relay_support_indicator) \
	IE(S, criticality_diagnostics,     58,  IGNORE, O, criticality_diagnostics) \
	IE(S, ue_retention_information,    228, IGNORE, O, ue_retention_information) \
	IE(S, served_dcns,                 247, IGNORE, O, served_dcns) \
	IE(S, iab_supported,               303, IGNORE, O, iab_supported)
MESSAGE(s1_setup_response, 17, SUCCESSFUL, REJECT, S1AP_S1_SETUP_RESPONSE)

#define S1AP_S1_SETUP_FAILURE(IE, S) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, time_to_wait,            65, IGNORE, O, time_to_wait) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(s1_setup_failure, 17, UNSUCCESSFUL, REJECT, S1AP_S1_SETUP_FAILURE)

#define S1AP_UE_CONTEXT_RELEASE_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,                       0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                       8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, cause,                                2,   IGNORE, M, cause) \
	IE(S, gw_context_release_indication,        164, REJECT, O, gw_context_release_indication) \
	IE(S, secondary_rat_data_usage_report_list, 264, IGNORE, O, secondary_rat_data_usage_report_list)
MESSAGE(ue_context_release_request, 18, INITIATING, IGNORE, S1AP_UE_CONTEXT_RELEASE_REQUEST)

#define S1AP_DOWNLINK_S1_CDMA2000_TUNNELLING(IE, S) \
	IE(S, mme_ue_s1ap_id,                        0,  REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                        8,  REJECT, M, enb_ue_s1ap_id) \
	IE(S, e_rab_subject_to_data_forwarding_list, 12, IGNORE, O, e_rab_subject_to_data_forwarding_list) \
	IE(S, cdma2000_ho_status,                    83, IGNORE, O, cdma2000_ho_status) \
	IE(S, cdma2000_rat_type,                     71, REJECT, M, cdma2000_rat_type) \
	IE(S, cdma2000_pdu,                          70, REJECT, M, cdma2000_pdu)
MESSAGE(downlink_s1_cdma2000_tunnelling, 19, INITIATING, IGNORE, S1AP_DOWNLINK_S1_CDMA2000_TUNNELLING)

#define S1AP_UPLINK_S1_CDMA2000_TUNNELLING(IE, S) \
	IE(S, mme_ue_s1ap_id,                          0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                          8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, cdma2000_rat_type,                       71,  REJECT, M, cdma2000_rat_type) \
	IE(S, cdma2000_sector_id,                      72,  REJECT, M, cdma2000_sector_id) \
	IE(S, cdma2000_ho_required_indication,         84,  IGNORE, O, cdma2000_ho_required_indication) \
	IE(S, cdma2000_onex_srvcc_info,                102, REJECT, O, cdma2000_onex_srvcc_info) \
	IE(S, cdma2000_onex_rand,                      97,  REJECT, O, cdma2000_onex_rand) \
	IE(S, cdma2000_pdu,                            70,  REJECT, M, cdma2000_pdu) \
	IE(S, eutran_round_trip_delay_estimation_info, 140, IGNORE, O, eutran_round_trip_delay_estimation_info)
MESSAGE(uplink_s1_cdma2000_tunnelling, 20, INITIATING, IGNORE, S1AP_UPLINK_S1_CDMA2000_TUNNELLING)

#define S1AP_UE_CONTEXT_MODIFICATION_REQUEST(IE, S) \
	IE(S, mme_ue_s1ap_id,                           0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                           8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, security_key,                             73,  REJECT, O, security_key) \
	IE(S, subscriber_profile_id_for_rfp,            106, IGNORE, O, subscriber_profile_id_for_rfp) \
	IE(S, ue_aggregate_maximum_bitrate,             66,  IGNORE, O, ue_aggregate_maximum_bitrate) \
	IE(S, cs_fallback_indicator,                    108, REJECT, O, cs_fallback_indicator) \
	IE(S, ue_security_capabilities,                 107, REJECT, O, ue_security_capabilities) \
	IE(S, csg_membership_status,                    146, IGNORE, O, csg_membership_status) \
	IE(S, registered_lai,                           159, IGNORE, O, lai) \
	IE(S, additional_cs_fallback_indicator,         187, IGNORE, C, additional_cs_fallback_indicator) \
	IE(S, prose_authorized,                         195, IGNORE, O, prose_authorized) \
	IE(S, srvcc_operation_possible,                 124, IGNORE, O, srvcc_operation_possible) \
	IE(S, srvcc_operation_not_possible,             243, IGNORE, O, srvcc_operation_not_possible) \
	IE(S, v2x_services_authorized,                  240, IGNORE, O, v2x_services_authorized) \
	IE(S, ue_sidelink_aggregate_maximum_bitrate,    248, IGNORE, O, ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, nr_ue_security_capabilities,              269, IGNORE, O, nr_ue_security_capabilities) \
	IE(S, aerial_ue_subscription_information,       277, IGNORE, O, aerial_ue_subscription_information) \
	IE(S, additional_rrm_priority_index,            299, IGNORE, O, additional_rrm_priority_index) \
	IE(S, iab_authorized,                           301, IGNORE, O, iab_authorized) \
	IE(S, nr_v2x_services_authorized,               306, IGNORE, O, nr_v2x_services_authorized) \
	IE(S, nr_ue_sidelink_aggregate_maximum_bitrate, 307, IGNORE, O, nr_ue_sidelink_aggregate_maximum_bitrate) \
	IE(S, pc5_qos_parameters,                       308, IGNORE, O, pc5_qos_parameters) \
	IE(S, ue_radio_capability_id,                   314, REJECT, O, ue_radio_capability_id) \
	IE(S, time_ref_distribution,                    355, IGNORE, O, time_ref_distribution)
MESSAGE(ue_context_modification_request, 21, INITIATING, REJECT, S1AP_UE_CONTEXT_MODIFICATION_REQUEST)

#define S1AP_UE_CONTEXT_MODIFICATION_RESPONSE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(ue_context_modification_response, 21, SUCCESSFUL, REJECT, S1AP_UE_CONTEXT_MODIFICATION_RESPONSE)

#define S1AP_UE_CONTEXT_MODIFICATION_FAILURE(IE, S) \
	IE(S, mme_ue_s1ap_id,          0,  IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,          8,  IGNORE, M, enb_ue_s1ap_id) \
	IE(S, cause,                   2,  IGNORE, M, cause) \
	IE(S, criticality_diagnostics, 58, IGNORE, O, criticality_diagnostics)
MESSAGE(ue_context_modification_failure, 21, UNSUCCESSFUL, REJECT, S1AP_UE_CONTEXT_MODIFICATION_FAILURE)

#define S1AP_UE_CAPABILITY_INFO_INDICATION(IE, S) \
	IE(S, mme_ue_s1ap_id,                              0,   REJECT, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                              8,   REJECT, M, enb_ue_s1ap_id) \
	IE(S, ue_radio_capability,                         74,  IGNORE, M, ue_radio_capability) \
	IE(S, ue_radio_capability_for_paging,              198, IGNORE, O, ue_radio_capability_for_paging) \
	IE(S, ue_application_layer_measurement_capability, 263, IGNORE, O, ue_application_layer_measurement_capability) \
	IE(S, lte_m_indication,                            272, IGNORE, O, lte_m_indication) \
	IE(S, ue_radio_capability_nr_format,               315, IGNORE, O, ue_radio_capability) \
	IE(S, ue_radio_capability_for_paging_nr_format,    327, IGNORE, O, ue_radio_capability_for_paging)
MESSAGE(ue_capability_info_indication, 22, INITIATING, IGNORE, S1AP_UE_CAPABILITY_INFO_INDICATION)

#define S1AP_UE_CONTEXT_RELEASE_COMMAND(IE, S) \
	IE(S, ue_s1ap_ids, 99, REJECT, M, ue_s1ap_ids) \
	IE(S, cause,       2,  IGNORE, M, cause)
MESSAGE(ue_context_release_command, 23, INITIATING, REJECT, S1AP_UE_CONTEXT_RELEASE_COMMAND)

#define S1AP_UE_CONTEXT_RELEASE_COMPLETE(IE, S) \
	IE(S, mme_ue_s1ap_id,                                       0,   IGNORE, M, mme_ue_s1ap_id) \
	IE(S, enb_ue_s1ap_id,                                       8,   IGNORE, M, enb_ue_s1ap_id) \
	IE(S, criticality_diagnostics,                              58,  IGNORE, O, criticality_diagnostics) \
	IE(S, user_location_information,                            189, IGNORE, O, user_location_information) \
	IE(S, information_on_recommended_cells_and_enbs_for_paging, 213, IGNORE, O, information_on_recommended_cells_and_enbs_for_paging) \
	IE(S, cell_identifier_and_ce_level_for_ce_capable_ues,      212, IGNORE, O, cell_identifier_and_ce_level_for_ce_capable_ues) \
	IE(S, secondary_rat_data_usage_report_list,                 264, IGNORE, O, secondary_rat_data_usage_report_list) \
	IE(S, time_since_secondary_node_release,                    297, IGNORE, O, time_since_secondary_node_release)
MESSAGE(ue_context_release_complete, 23, SUCCESSFUL, REJECT, S1AP_UE_CONTEXT_RELEASE_COMPLETE)
