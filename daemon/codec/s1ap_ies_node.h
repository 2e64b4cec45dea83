/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP's IEs about nodes (TS 36.413 9.2): what eNodeBs and MMEs serve, overload, warning messages, RIM
 * and SON configuration transfer, in the words of s1ap_ies.h. */
LIST(bplmns, plmn, 1, 6)
#define S1AP_SUPPORTED_TAS_ITEM_FIELDS(F, X, S) \
	F(S, tac,             M, tac) \
	F(S, broadcast_plmns, M, bplmns) \
	X(S, rat_type, 232, REJECT, rat_type)
SEQUENCE(supported_tas_item, S1AP_SUPPORTED_TAS_ITEM_FIELDS)
LIST(supported_tas, supported_tas_item, 1, 256)
#define S1AP_CONNECTED_EN_GNB_ITEM_FIELDS(F, X, S) \
	F(S, en_gnb_id,     M, en_gnb_id) \
	F(S, supported_tas, M, supported_tas)
PLAIN(connected_en_gnb_item, S1AP_CONNECTED_EN_GNB_ITEM_FIELDS)
LIST(connected_en_gnb_list, connected_en_gnb_item, 1, 256)
LIST(served_plmns, plmn, 1, 32)
LIST(served_group_ids, mme_group_id, 1, 65535)
LIST(served_mmecs, mme_code, 1, 256)
#define S1AP_SERVED_GUMMEIS_ITEM_FIELDS(F, X, S) \
	F(S, served_plmns,     M, served_plmns) \
	F(S, served_group_ids, M, served_group_ids) \
	F(S, served_mmecs,     M, served_mmecs) \
	X(S, gummei_type, 170, IGNORE, gummei_type)
SEQUENCE(served_gummeis_item, S1AP_SERVED_GUMMEIS_ITEM_FIELDS)
LIST(served_gummeis, served_gummeis_item, 1, 8)
#define S1AP_SERVED_DCNS_ITEM_FIELDS(F, X, S) \
	F(S, dcn_id,                M, dcn_id) \
	F(S, relative_dcn_capacity, M, relative_mme_capacity)
PLAIN(served_dcns_item, S1AP_SERVED_DCNS_ITEM_FIELDS)
LIST(served_dcns, served_dcns_item, 0, 32)
#define S1AP_OVERLOAD_RESPONSE_CHOICES(A, S) \
	A(S, S1AP_OVERLOAD_RESPONSE_OVERLOAD_ACTION, overload_action, overload_action)
CHOICE(overload_response, S1AP_OVERLOAD_RESPONSE_CHOICES, 1, EXT)
LIST(gummei_list, gummei, 1, 256)
LIST(ecgi_list, eutran_cgi, 1, 65535)
LIST(tai_list_for_warning, tai, 1, 65535)
LIST(emergency_area_id_list, emergency_area_id, 1, 65535)
#define S1AP_WARNING_AREA_LIST_CHOICES(A, S) \
	A(S, S1AP_WARNING_AREA_LIST_CELL_ID_LIST,                   cell_id_list,                   ecgi_list) \
	A(S, S1AP_WARNING_AREA_LIST_TRACKING_AREA_LIST_FOR_WARNING, tracking_area_list_for_warning, tai_list_for_warning) \
	A(S, S1AP_WARNING_AREA_LIST_EMERGENCY_AREA_ID_LIST,         emergency_area_id_list,         emergency_area_id_list)
CHOICE(warning_area_list, S1AP_WARNING_AREA_LIST_CHOICES, 3, EXT)
#define S1AP_CELL_ID_BROADCAST_ITEM_FIELDS(F, X, S) F(S, ecgi, M, eutran_cgi)
PLAIN(cell_id_broadcast_item, S1AP_CELL_ID_BROADCAST_ITEM_FIELDS)
LIST(cell_id_broadcast, cell_id_broadcast_item, 1, 65535)
#define S1AP_COMPLETED_CELL_IN_TAI_ITEM_FIELDS(F, X, S) F(S, ecgi, M, eutran_cgi)
PLAIN(completed_cell_in_tai_item, S1AP_COMPLETED_CELL_IN_TAI_ITEM_FIELDS)
LIST(completed_cell_in_tai, completed_cell_in_tai_item, 1, 65535)
#define S1AP_TAI_BROADCAST_ITEM_FIELDS(F, X, S) \
	F(S, tai,                   M, tai) \
	F(S, completed_cell_in_tai, M, completed_cell_in_tai)
PLAIN(tai_broadcast_item, S1AP_TAI_BROADCAST_ITEM_FIELDS)
LIST(tai_broadcast, tai_broadcast_item, 1, 65535)
#define S1AP_COMPLETED_CELL_IN_EAI_ITEM_FIELDS(F, X, S) F(S, ecgi, M, eutran_cgi)
PLAIN(completed_cell_in_eai_item, S1AP_COMPLETED_CELL_IN_EAI_ITEM_FIELDS)
LIST(completed_cell_in_eai, completed_cell_in_eai_item, 1, 65535)
#define S1AP_EMERGENCY_AREA_ID_BROADCAST_ITEM_FIELDS(F, X, S) \
	F(S, emergency_area_id,     M, emergency_area_id) \
	F(S, completed_cell_in_eai, M, completed_cell_in_eai)
PLAIN(emergency_area_id_broadcast_item, S1AP_EMERGENCY_AREA_ID_BROADCAST_ITEM_FIELDS)
LIST(emergency_area_id_broadcast, emergency_area_id_broadcast_item, 1, 65535)
#define S1AP_BROADCAST_COMPLETED_AREA_LIST_CHOICES(A, S) \
	A(S, S1AP_BROADCAST_COMPLETED_AREA_LIST_CELL_ID_BROADCAST,           cell_id_broadcast,           cell_id_broadcast) \
	A(S, S1AP_BROADCAST_COMPLETED_AREA_LIST_TAI_BROADCAST,               tai_broadcast,               tai_broadcast) \
	A(S, S1AP_BROADCAST_COMPLETED_AREA_LIST_EMERGENCY_AREA_ID_BROADCAST, emergency_area_id_broadcast, emergency_area_id_broadcast)
CHOICE(broadcast_completed_area_list, S1AP_BROADCAST_COMPLETED_AREA_LIST_CHOICES, 3, EXT)
#define S1AP_GERAN_CELL_ID_FIELDS(F, X, S) \
	F(S, lai, M, lai) \
	F(S, rac, M, rac) \
	F(S, ci,  M, ci)
PLAIN(geran_cell_id, S1AP_GERAN_CELL_ID_FIELDS)
#define S1AP_RIM_ROUTING_ADDRESS_CHOICES(A, S) \
	A(S, S1AP_RIM_ROUTING_ADDRESS_GERAN_CELL_ID,   geran_cell_id,   geran_cell_id) \
	A(S, S1AP_RIM_ROUTING_ADDRESS_TARGET_RNC_ID,   target_rnc_id,   target_rnc_id) \
	A(S, S1AP_RIM_ROUTING_ADDRESS_EHRPD_SECTOR_ID, ehrpd_sector_id, ehrpd_sector_id)
CHOICE(rim_routing_address, S1AP_RIM_ROUTING_ADDRESS_CHOICES, 1, EXT)
#define S1AP_RIM_TRANSFER_FIELDS(F, X, S) \
	F(S, rim_information,     M, rim_information) \
	F(S, rim_routing_address, O, rim_routing_address)
SEQUENCE(rim_transfer, S1AP_RIM_TRANSFER_FIELDS)
#define S1AP_SOURCE_ENB_ID_FIELDS(F, X, S) \
	F(S, global_enb_id, M, global_enb_id) \
	F(S, selected_tai,  M, tai)
PLAIN_NO_EXT(source_enb_id, S1AP_SOURCE_ENB_ID_FIELDS)
LIST(enb_x2_tlas, transport_layer_address, 1, 2)
LIST(enb_x2_gtp_tlas, transport_layer_address, 1, 16)
#define S1AP_ENB_X2_EXT_TLA_FIELDS(F, X, S) \
	F(S, i_psec_tla, O, transport_layer_address) \
	F(S, gtp_tla_a,  O, enb_x2_gtp_tlas)
SEQUENCE(enb_x2_ext_tla, S1AP_ENB_X2_EXT_TLA_FIELDS)
LIST(enb_x2_ext_tlas, enb_x2_ext_tla, 1, 16)
LIST(enb_indirect_x2_transport_layer_addresses, transport_layer_address, 1, 2)
#define S1AP_X2_TNL_CONFIGURATION_INFO_FIELDS(F, X, S) \
	F(S, enb_x2_transport_layer_addresses, M, enb_x2_tlas) \
	X(S, enb_x2_extended_transport_layer_addresses, 153, IGNORE, enb_x2_ext_tlas) \
	X(S, enb_indirect_x2_transport_layer_addresses, 193, IGNORE, enb_indirect_x2_transport_layer_addresses)
SEQUENCE(x2_tnl_configuration_info, S1AP_X2_TNL_CONFIGURATION_INFO_FIELDS)
#define S1AP_TIME_SYNCHRONISATION_INFO_FIELDS(F, X, S) \
	F(S, stratum_level,          M, stratum_level) \
	F(S, synchronisation_status, M, synchronisation_status) \
	X(S, muting_availability_indication, 207, IGNORE, muting_availability_indication)
SEQUENCE(time_synchronisation_info, S1AP_TIME_SYNCHRONISATION_INFO_FIELDS)
#define S1AP_MUTING_PATTERN_INFORMATION_FIELDS(F, X, S) \
	F(S, muting_pattern_period, M, muting_pattern_period) \
	F(S, muting_pattern_offset, O, muting_pattern_offset)
SEQUENCE(muting_pattern_information, S1AP_MUTING_PATTERN_INFORMATION_FIELDS)
#define S1AP_SON_INFORMATION_REPLY_FIELDS(F, X, S) \
	F(S, x2_tnl_configuration_info, O, x2_tnl_configuration_info) \
	X(S, time_synchronisation_info,  149, IGNORE, time_synchronisation_info) \
	X(S, muting_pattern_information, 208, IGNORE, muting_pattern_information)
SEQUENCE(son_information_reply, S1AP_SON_INFORMATION_REPLY_FIELDS)
#define S1AP_SON_INFORMATION_CHOICES(A, S) \
	A(S, S1AP_SON_INFORMATION_SON_INFORMATION_REQUEST,   son_information_request,   son_information_request) \
	A(S, S1AP_SON_INFORMATION_SON_INFORMATION_REPLY,     son_information_reply,     son_information_reply) \
	A(S, S1AP_SON_INFORMATION_SON_INFORMATION_EXTENSION, son_information_extension, ie_field)
CHOICE(son_information, S1AP_SON_INFORMATION_CHOICES, 2, EXT)
#define S1AP_LISTENING_SUBFRAME_PATTERN_FIELDS(F, X, S) \
	F(S, pattern_period, M, pattern_period) \
	F(S, pattern_offset, M, pattern_offset)
PLAIN(listening_subframe_pattern, S1AP_LISTENING_SUBFRAME_PATTERN_FIELDS)
LIST(enb_ecgi_list, eutran_cgi, 1, 256)
#define S1AP_SYNCHRONISATION_INFORMATION_FIELDS(F, X, S) \
	F(S, source_stratum_level,       O, stratum_level) \
	F(S, listening_subframe_pattern, O, listening_subframe_pattern) \
	F(S, aggressor_ecgi_list,        O, enb_ecgi_list)
SEQUENCE(synchronisation_information, S1AP_SYNCHRONISATION_INFORMATION_FIELDS)
#define S1AP_REQUESTED_TNL_INFO_FIELDS(F, X, S) F(S, plmn, M, plmn)
PLAIN(requested_tnl_info, S1AP_REQUESTED_TNL_INFO_FIELDS)
#define S1AP_SON_CONFIGURATION_TRANSFER_FIELDS(F, X, S) \
	F(S, target_enb_id,   M, target_enb_id) \
	F(S, source_enb_id,   M, source_enb_id) \
	F(S, son_information, M, son_information) \
	X(S, x2_tnl_configuration_info,   152, IGNORE, x2_tnl_configuration_info) \
	X(S, synchronisation_information, 209, IGNORE, synchronisation_information) \
	X(S, requested_tnl_info,          356, IGNORE, requested_tnl_info)
SEQUENCE(son_configuration_transfer, S1AP_SON_CONFIGURATION_TRANSFER_FIELDS)
#define S1AP_EN_DC_SON_ENB_IDENTIFICATION_FIELDS(F, X, S) \
	F(S, global_enb_id, M, global_enb_id) \
	F(S, selected_tai,  M, tai)
PLAIN(en_dc_son_enb_identification, S1AP_EN_DC_SON_ENB_IDENTIFICATION_FIELDS)
#define S1AP_GLOBAL_EN_GNB_ID_FIELDS(F, X, S) \
	F(S, plmn,      M, plmn) \
	F(S, en_gnb_id, M, en_gnb_id)
PLAIN(global_en_gnb_id, S1AP_GLOBAL_EN_GNB_ID_FIELDS)
#define S1AP_EN_DC_SON_EN_GNB_IDENTIFICATION_FIELDS(F, X, S) \
	F(S, globalen_gnb_id, M, global_en_gnb_id) \
	F(S, selected_tai,    M, tai)
PLAIN(en_dc_son_en_gnb_identification, S1AP_EN_DC_SON_EN_GNB_IDENTIFICATION_FIELDS)
#define S1AP_EN_DC_TRANSFER_TYPE_REQUEST_FIELDS(F, X, S) \
	F(S, source_enb,        M, en_dc_son_enb_identification) \
	F(S, target_en_gnb,     M, en_dc_son_en_gnb_identification) \
	F(S, target_enb,        O, en_dc_son_enb_identification) \
	F(S, associated_tai,    O, tai) \
	F(S, broadcast_5gs_tai, O, five_gs_tai)
SEQUENCE(en_dc_transfer_type_request, S1AP_EN_DC_TRANSFER_TYPE_REQUEST_FIELDS)
#define S1AP_EN_DC_TRANSFER_TYPE_REPLY_FIELDS(F, X, S) \
	F(S, source_en_gnb, M, en_dc_son_en_gnb_identification) \
	F(S, target_enb,    M, en_dc_son_enb_identification)
PLAIN(en_dc_transfer_type_reply, S1AP_EN_DC_TRANSFER_TYPE_REPLY_FIELDS)
#define S1AP_EN_DC_SON_TRANSFER_TYPE_CHOICES(A, S) \
	A(S, S1AP_EN_DC_SON_TRANSFER_TYPE_REQUEST, request, en_dc_transfer_type_request) \
	A(S, S1AP_EN_DC_SON_TRANSFER_TYPE_REPLY,   reply,   en_dc_transfer_type_reply)
CHOICE(en_dc_son_transfer_type, S1AP_EN_DC_SON_TRANSFER_TYPE_CHOICES, 2, EXT)
#define S1AP_EN_DC_SON_CONFIGURATION_TRANSFER_FIELDS(F, X, S) \
	F(S, transfer_type,      M, en_dc_son_transfer_type) \
	F(S, son_information,    M, son_information) \
	F(S, x2_tnl_config_info, O, x2_tnl_configuration_info)
SEQUENCE(en_dc_son_configuration_transfer, S1AP_EN_DC_SON_CONFIGURATION_TRANSFER_FIELDS)
#define S1AP_CELL_ID_CANCELLED_ITEM_FIELDS(F, X, S) \
	F(S, ecgi,                 M, eutran_cgi) \
	F(S, number_of_broadcasts, M, number_of_broadcasts)
PLAIN(cell_id_cancelled_item, S1AP_CELL_ID_CANCELLED_ITEM_FIELDS)
LIST(cell_id_cancelled, cell_id_cancelled_item, 1, 65535)
#define S1AP_CANCELLED_CELL_IN_TAI_ITEM_FIELDS(F, X, S) \
	F(S, ecgi,                 M, eutran_cgi) \
	F(S, number_of_broadcasts, M, number_of_broadcasts)
PLAIN(cancelled_cell_in_tai_item, S1AP_CANCELLED_CELL_IN_TAI_ITEM_FIELDS)
LIST(cancelled_cell_in_tai, cancelled_cell_in_tai_item, 1, 65535)
#define S1AP_TAI_CANCELLED_ITEM_FIELDS(F, X, S) \
	F(S, tai,                   M, tai) \
	F(S, cancelled_cell_in_tai, M, cancelled_cell_in_tai)
PLAIN(tai_cancelled_item, S1AP_TAI_CANCELLED_ITEM_FIELDS)
LIST(tai_cancelled, tai_cancelled_item, 1, 65535)
#define S1AP_CANCELLED_CELL_IN_EAI_ITEM_FIELDS(F, X, S) \
	F(S, ecgi,                 M, eutran_cgi) \
	F(S, number_of_broadcasts, M, number_of_broadcasts)
PLAIN(cancelled_cell_in_eai_item, S1AP_CANCELLED_CELL_IN_EAI_ITEM_FIELDS)
LIST(cancelled_cell_in_eai, cancelled_cell_in_eai_item, 1, 65535)
#define S1AP_EMERGENCY_AREA_ID_CANCELLED_ITEM_FIELDS(F, X, S) \
	F(S, emergency_area_id,     M, emergency_area_id) \
	F(S, cancelled_cell_in_eai, M, cancelled_cell_in_eai)
PLAIN(emergency_area_id_cancelled_item, S1AP_EMERGENCY_AREA_ID_CANCELLED_ITEM_FIELDS)
LIST(emergency_area_id_cancelled, emergency_area_id_cancelled_item, 1, 65535)
#define S1AP_BROADCAST_CANCELLED_AREA_LIST_CHOICES(A, S) \
	A(S, S1AP_BROADCAST_CANCELLED_AREA_LIST_CELL_ID_CANCELLED,           cell_id_cancelled,           cell_id_cancelled) \
	A(S, S1AP_BROADCAST_CANCELLED_AREA_LIST_TAI_CANCELLED,               tai_cancelled,               tai_cancelled) \
	A(S, S1AP_BROADCAST_CANCELLED_AREA_LIST_EMERGENCY_AREA_ID_CANCELLED, emergency_area_id_cancelled, emergency_area_id_cancelled)
CHOICE(broadcast_cancelled_area_list, S1AP_BROADCAST_CANCELLED_AREA_LIST_CHOICES, 3, EXT)
LIST(ecgi_list_for_restart, eutran_cgi, 1, 256)
LIST(tai_list_for_restart, tai, 1, 2048)
LIST(emergency_area_id_list_for_restart, emergency_area_id, 1, 256)
LIST(pws_failed_ecgi_list, eutran_cgi, 1, 256)
