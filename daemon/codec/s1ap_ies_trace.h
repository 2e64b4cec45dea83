/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP's IEs for trace, minimization of drive tests and QoE measurements (TS 36.413 9.2.1.4, 9.2.1.81),
 * in the words of s1ap_ies.h. */
LIST(cell_id_list_for_mdt, eutran_cgi, 1, 32)
#define S1AP_CELL_BASED_MDT_FIELDS(F, X, S) F(S, cell_id_list_for_mdt, M, cell_id_list_for_mdt)
PLAIN(cell_based_mdt, S1AP_CELL_BASED_MDT_FIELDS)
LIST(ta_list_for_mdt, tac, 1, 8)
#define S1AP_TA_BASED_MDT_FIELDS(F, X, S) F(S, ta_list_for_mdt, M, ta_list_for_mdt)
PLAIN(ta_based_mdt, S1AP_TA_BASED_MDT_FIELDS)
LIST(tai_list_for_mdt, tai, 1, 8)
#define S1AP_TAI_BASED_MDT_FIELDS(F, X, S) F(S, tai_list_for_mdt, M, tai_list_for_mdt)
PLAIN(tai_based_mdt, S1AP_TAI_BASED_MDT_FIELDS)
#define S1AP_AREA_SCOPE_OF_MDT_CHOICES(A, S) \
	A(S, S1AP_AREA_SCOPE_OF_MDT_CELL_BASED, cell_based, cell_based_mdt) \
	A(S, S1AP_AREA_SCOPE_OF_MDT_TA_BASED,   ta_based,   ta_based_mdt) \
	A(S, S1AP_AREA_SCOPE_OF_MDT_PLMN_WIDE,  plmn_wide,  null) \
	A(S, S1AP_AREA_SCOPE_OF_MDT_TAI_BASED,  tai_based,  tai_based_mdt)
CHOICE(area_scope_of_mdt, S1AP_AREA_SCOPE_OF_MDT_CHOICES, 3, EXT)
#define S1AP_MEASUREMENT_THRESHOLD_A2_CHOICES(A, S) \
	A(S, S1AP_MEASUREMENT_THRESHOLD_A2_THRESHOLD_RSRP, threshold_rsrp, threshold_rsrp) \
	A(S, S1AP_MEASUREMENT_THRESHOLD_A2_THRESHOLD_RSRQ, threshold_rsrq, threshold_rsrq)
CHOICE(measurement_threshold_a2, S1AP_MEASUREMENT_THRESHOLD_A2_CHOICES, 2, EXT)
#define S1AP_M1_THRESHOLD_EVENT_A2_FIELDS(F, X, S) \
	F(S, measurement_threshold, M, measurement_threshold_a2)
PLAIN(m1_threshold_event_a2, S1AP_M1_THRESHOLD_EVENT_A2_FIELDS)
#define S1AP_M1_PERIODIC_REPORTING_FIELDS(F, X, S) \
	F(S, report_interval, M, report_interval_mdt) \
	F(S, report_amount,   M, report_amount_mdt)
PLAIN(m1_periodic_reporting, S1AP_M1_PERIODIC_REPORTING_FIELDS)
#define S1AP_M3_CONFIGURATION_FIELDS(F, X, S) F(S, m3_period, M, m3_period)
PLAIN(m3_configuration, S1AP_M3_CONFIGURATION_FIELDS)
#define S1AP_M4_CONFIGURATION_FIELDS(F, X, S) \
	F(S, m4_period,       M, m4_period) \
	F(S, m4_links_to_log, M, links_to_log) \
	X(S, m4_report_amount, 346, IGNORE, m4_report_amount_mdt)
SEQUENCE(m4_configuration, S1AP_M4_CONFIGURATION_FIELDS)
#define S1AP_M5_CONFIGURATION_FIELDS(F, X, S) \
	F(S, m5_period,       M, m5_period) \
	F(S, m5_links_to_log, M, links_to_log) \
	X(S, m5_report_amount, 347, IGNORE, m5_report_amount_mdt)
SEQUENCE(m5_configuration, S1AP_M5_CONFIGURATION_FIELDS)
#define S1AP_M6_CONFIGURATION_FIELDS(F, X, S) \
	F(S, m6_report_interval, M, m6_report_interval) \
	F(S, m6_delay_threshold, O, m6_delay_threshold) \
	F(S, m6_links_to_log,    M, links_to_log) \
	X(S, m6_report_amount, 348, IGNORE, m6_report_amount_mdt)
SEQUENCE(m6_configuration, S1AP_M6_CONFIGURATION_FIELDS)
#define S1AP_M7_CONFIGURATION_FIELDS(F, X, S) \
	F(S, m7_period,       M, m7_period) \
	F(S, m7_links_to_log, M, links_to_log) \
	X(S, m7_report_amount, 349, IGNORE, m7_report_amount_mdt)
SEQUENCE(m7_configuration, S1AP_M7_CONFIGURATION_FIELDS)
LIST(bluetooth_meas_config_name_list, bluetooth_name, 1, 4)
#define S1AP_BLUETOOTH_MEASUREMENT_CONFIGURATION_FIELDS(F, X, S) \
	F(S, bluetooth_meas_config,           M, bluetooth_meas_config) \
	F(S, bluetooth_meas_config_name_list, O, bluetooth_meas_config_name_list) \
	F(S, bt_rssi,                         O, bt_rssi)
SEQUENCE(bluetooth_measurement_configuration, S1AP_BLUETOOTH_MEASUREMENT_CONFIGURATION_FIELDS)
LIST(wlan_meas_config_name_list, wlan_name, 1, 4)
#define S1AP_WLAN_MEASUREMENT_CONFIGURATION_FIELDS(F, X, S) \
	F(S, wlan_meas_config,           M, wlan_meas_config) \
	F(S, wlan_meas_config_name_list, O, wlan_meas_config_name_list) \
	F(S, wlan_rssi,                  O, wlan_rssi) \
	F(S, wlan_rtt,                   O, wlan_rtt)
SEQUENCE(wlan_measurement_configuration, S1AP_WLAN_MEASUREMENT_CONFIGURATION_FIELDS)
#define S1AP_SENSOR_NAME_CONFIG_CHOICES(A, S) \
	A(S, S1AP_SENSOR_NAME_CONFIG_UNCOMPENSATED_BAROMETRIC_CONFIG, uncompensated_barometric_config, uncompensated_barometric_config) \
	A(S, S1AP_SENSOR_NAME_CONFIG_CHOICE_EXTENSIONS,               choice_extensions,               ie_field)
CHOICE(sensor_name_config, S1AP_SENSOR_NAME_CONFIG_CHOICES, 2, ROOT)
#define S1AP_SENSOR_MEAS_CONFIG_NAME_ITEM_FIELDS(F, X, S) \
	F(S, sensor_name_config, M, sensor_name_config)
PLAIN(sensor_meas_config_name_item, S1AP_SENSOR_MEAS_CONFIG_NAME_ITEM_FIELDS)
LIST(sensor_meas_config_name_list, sensor_meas_config_name_item, 1, 3)
#define S1AP_SENSOR_MEASUREMENT_CONFIGURATION_FIELDS(F, X, S) \
	F(S, sensor_meas_config,           M, sensor_meas_config) \
	F(S, sensor_meas_config_name_list, O, sensor_meas_config_name_list)
SEQUENCE(sensor_measurement_configuration, S1AP_SENSOR_MEASUREMENT_CONFIGURATION_FIELDS)
#define S1AP_IMMEDIATE_MDT_FIELDS(F, X, S) \
	F(S, measurements_to_activate, M, measurements_to_activate) \
	F(S, m1_reporting_trigger,     M, m1_reporting_trigger) \
	F(S, m1_threshold_event_a2,    O, m1_threshold_event_a2) \
	F(S, m1_periodic_reporting,    O, m1_periodic_reporting) \
	X(S, m3_configuration,                    171, IGNORE, m3_configuration) \
	X(S, m4_configuration,                    172, IGNORE, m4_configuration) \
	X(S, m5_configuration,                    173, IGNORE, m5_configuration) \
	X(S, mdt_location_info,                   174, IGNORE, mdt_location_info) \
	X(S, m6_configuration,                    220, IGNORE, m6_configuration) \
	X(S, m7_configuration,                    221, IGNORE, m7_configuration) \
	X(S, bluetooth_measurement_configuration, 284, IGNORE, bluetooth_measurement_configuration) \
	X(S, wlan_measurement_configuration,      285, IGNORE, wlan_measurement_configuration) \
	X(S, sensor_measurement_configuration,    345, IGNORE, sensor_measurement_configuration)
SEQUENCE(immediate_mdt, S1AP_IMMEDIATE_MDT_FIELDS)
#define S1AP_MEASUREMENT_THRESHOLD_L1_LOGGED_MDT_CHOICES(A, S) \
	A(S, S1AP_MEASUREMENT_THRESHOLD_L1_LOGGED_MDT_THRESHOLD_RSRP,    threshold_rsrp,    threshold_rsrp) \
	A(S, S1AP_MEASUREMENT_THRESHOLD_L1_LOGGED_MDT_THRESHOLD_RSRQ,    threshold_rsrq,    threshold_rsrq) \
	A(S, S1AP_MEASUREMENT_THRESHOLD_L1_LOGGED_MDT_CHOICE_EXTENSIONS, choice_extensions, ie_field)
CHOICE(measurement_threshold_l1_logged_mdt, S1AP_MEASUREMENT_THRESHOLD_L1_LOGGED_MDT_CHOICES, 3, ROOT)
#define S1AP_EVENT_L1_LOGGED_MDT_CONFIG_FIELDS(F, X, S) \
	F(S, l1_threshold,    M, measurement_threshold_l1_logged_mdt) \
	F(S, hysteresis,      M, hysteresis) \
	F(S, time_to_trigger, M, time_to_trigger)
PLAIN(event_l1_logged_mdt_config, S1AP_EVENT_L1_LOGGED_MDT_CONFIG_FIELDS)
#define S1AP_EVENT_TRIGGER_CHOICES(A, S) \
	A(S, S1AP_EVENT_TRIGGER_OUT_OF_COVERAGE,            out_of_coverage,            out_of_coverage) \
	A(S, S1AP_EVENT_TRIGGER_EVENT_L1_LOGGED_MDT_CONFIG, event_l1_logged_mdt_config, event_l1_logged_mdt_config) \
	A(S, S1AP_EVENT_TRIGGER_CHOICE_EXTENSIONS,          choice_extensions,          ie_field)
CHOICE(event_trigger, S1AP_EVENT_TRIGGER_CHOICES, 3, ROOT)
#define S1AP_LOGGED_MDT_TRIGGER_CHOICES(A, S) \
	A(S, S1AP_LOGGED_MDT_TRIGGER_PERIODICAL,    periodical,    null) \
	A(S, S1AP_LOGGED_MDT_TRIGGER_EVENT_TRIGGER, event_trigger, event_trigger)
CHOICE(logged_mdt_trigger, S1AP_LOGGED_MDT_TRIGGER_CHOICES, 2, EXT)
#define S1AP_LOGGED_MDT_FIELDS(F, X, S) \
	F(S, logging_interval, M, logging_interval) \
	F(S, logging_duration, M, logging_duration) \
	X(S, bluetooth_measurement_configuration, 284, IGNORE, bluetooth_measurement_configuration) \
	X(S, wlan_measurement_configuration,      285, IGNORE, wlan_measurement_configuration) \
	X(S, logged_mdt_trigger,                  344, IGNORE, logged_mdt_trigger) \
	X(S, sensor_measurement_configuration,    345, IGNORE, sensor_measurement_configuration)
SEQUENCE(logged_mdt, S1AP_LOGGED_MDT_FIELDS)
#define S1AP_MDT_MODE_CHOICES(A, S) \
	A(S, S1AP_MDT_MODE_IMMEDIATE_MDT,      immediate_mdt,      immediate_mdt) \
	A(S, S1AP_MDT_MODE_LOGGED_MDT,         logged_mdt,         logged_mdt) \
	A(S, S1AP_MDT_MODE_MDT_MODE_EXTENSION, mdt_mode_extension, ie_field)
CHOICE(mdt_mode, S1AP_MDT_MODE_CHOICES, 2, EXT)
LIST(mdt_plmn_list, plmn, 1, 16)
#define S1AP_MDT_CONFIGURATION_FIELDS(F, X, S) \
	F(S, mdt_activation,    M, mdt_activation) \
	F(S, area_scope_of_mdt, M, area_scope_of_mdt) \
	F(S, mdt_mode,          M, mdt_mode) \
	X(S, signalling_based_mdt_plmn_list, 178, IGNORE, mdt_plmn_list)
SEQUENCE(mdt_configuration, S1AP_MDT_CONFIGURATION_FIELDS)
LIST(cell_id_list_for_qmc, eutran_cgi, 1, 32)
#define S1AP_CELL_BASED_QMC_FIELDS(F, X, S) F(S, cell_id_list_for_qmc, M, cell_id_list_for_qmc)
PLAIN(cell_based_qmc, S1AP_CELL_BASED_QMC_FIELDS)
LIST(ta_list_for_qmc, tac, 1, 8)
#define S1AP_TA_BASED_QMC_FIELDS(F, X, S) F(S, ta_list_for_qmc, M, ta_list_for_qmc)
PLAIN(ta_based_qmc, S1AP_TA_BASED_QMC_FIELDS)
LIST(tai_list_for_qmc, tai, 1, 8)
#define S1AP_TAI_BASED_QMC_FIELDS(F, X, S) F(S, tai_list_for_qmc, M, tai_list_for_qmc)
PLAIN(tai_based_qmc, S1AP_TAI_BASED_QMC_FIELDS)
LIST(plmn_list_for_qmc, plmn, 1, 16)
#define S1AP_PLMN_AREA_BASED_QMC_FIELDS(F, X, S) F(S, plmn_list_for_qmc, M, plmn_list_for_qmc)
PLAIN(plmn_area_based_qmc, S1AP_PLMN_AREA_BASED_QMC_FIELDS)
#define S1AP_AREA_SCOPE_OF_QMC_CHOICES(A, S) \
	A(S, S1AP_AREA_SCOPE_OF_QMC_CELL_BASED,      cell_based,      cell_based_qmc) \
	A(S, S1AP_AREA_SCOPE_OF_QMC_TA_BASED,        ta_based,        ta_based_qmc) \
	A(S, S1AP_AREA_SCOPE_OF_QMC_TAI_BASED,       tai_based,       tai_based_qmc) \
	A(S, S1AP_AREA_SCOPE_OF_QMC_PLMN_AREA_BASED, plmn_area_based, plmn_area_based_qmc)
CHOICE(area_scope_of_qmc, S1AP_AREA_SCOPE_OF_QMC_CHOICES, 4, EXT)
#define S1AP_UE_APP_LAYER_MEAS_CONFIG_FIELDS(F, X, S) \
	F(S, container_for_app_layer_meas_config, M, container_for_app_layer_meas_config) \
	F(S, area_scope_of_qmc,                   M, area_scope_of_qmc) \
	X(S, service_type, 276, IGNORE, service_type)
SEQUENCE(ue_app_layer_meas_config, S1AP_UE_APP_LAYER_MEAS_CONFIG_FIELDS)
#define S1AP_TRACE_ACTIVATION_FIELDS(F, X, S) \
	F(S, e_utran_trace_id,                   M, e_utran_trace_id) \
	F(S, interfaces_to_trace,                M, interfaces_to_trace) \
	F(S, trace_depth,                        M, trace_depth) \
	F(S, trace_collection_entity_ip_address, M, transport_layer_address) \
	X(S, mdt_configuration,           162, IGNORE, mdt_configuration) \
	X(S, ue_app_layer_meas_config,    262, IGNORE, ue_app_layer_meas_config) \
	X(S, mdt_configuration_nr,        316, IGNORE, mdt_configuration_nr) \
	X(S, trace_collection_entity_uri, 325, IGNORE, uri_address)
SEQUENCE(trace_activation, S1AP_TRACE_ACTIVATION_FIELDS)
