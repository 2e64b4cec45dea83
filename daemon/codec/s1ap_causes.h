/* SPDX-License-Identifier: Apache-2.0 */
/* Causes of S1AP (TS 36.413 9.2.1.3): one list a group makes the enum and the text for logs. Their
 * order is the encoding; values from ..._ROOT on are in the extension. */
#ifndef CODEC_S1AP_CAUSES_H
#define CODEC_S1AP_CAUSES_H

#define S1AP_CAUSES_RADIO(C) \
	C(S1AP_CAUSE_RADIO_UNSPECIFIED,                                                     "unspecified") \
	C(S1AP_CAUSE_RADIO_TX2RELOCOVERALL_EXPIRY,                                          "tx2relocoverall-expiry") \
	C(S1AP_CAUSE_RADIO_SUCCESSFUL_HANDOVER,                                             "successful-handover") \
	C(S1AP_CAUSE_RADIO_RELEASE_DUE_TO_EUTRAN_GENERATED_REASON,                          "release-due-to-eutran-generated-reason") \
	C(S1AP_CAUSE_RADIO_HANDOVER_CANCELLED,                                              "handover-cancelled") \
	C(S1AP_CAUSE_RADIO_PARTIAL_HANDOVER,                                                "partial-handover") \
	C(S1AP_CAUSE_RADIO_HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM,                   "ho-failure-in-target-epc-enb-or-target-system") \
	C(S1AP_CAUSE_RADIO_HO_TARGET_NOT_ALLOWED,                                           "ho-target-not-allowed") \
	C(S1AP_CAUSE_RADIO_TS1RELOCOVERALL_EXPIRY,                                          "ts1relocoverall-expiry") \
	C(S1AP_CAUSE_RADIO_TS1RELOCPREP_EXPIRY,                                             "ts1relocprep-expiry") \
	C(S1AP_CAUSE_RADIO_CELL_NOT_AVAILABLE,                                              "cell-not-available") \
	C(S1AP_CAUSE_RADIO_UNKNOWN_TARGETID,                                                "unknown-targetid") \
	C(S1AP_CAUSE_RADIO_NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL,                     "no-radio-resources-available-in-target-cell") \
	C(S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID,                                          "unknown-mme-ue-s1ap-id") \
	C(S1AP_CAUSE_RADIO_UNKNOWN_ENB_UE_S1AP_ID,                                          "unknown-enb-ue-s1ap-id") \
	C(S1AP_CAUSE_RADIO_UNKNOWN_PAIR_UE_S1AP_ID,                                         "unknown-pair-ue-s1ap-id") \
	C(S1AP_CAUSE_RADIO_HANDOVER_DESIRABLE_FOR_RADIO_REASON,                             "handover-desirable-for-radio-reason") \
	C(S1AP_CAUSE_RADIO_TIME_CRITICAL_HANDOVER,                                          "time-critical-handover") \
	C(S1AP_CAUSE_RADIO_RESOURCE_OPTIMISATION_HANDOVER,                                  "resource-optimisation-handover") \
	C(S1AP_CAUSE_RADIO_REDUCE_LOAD_IN_SERVING_CELL,                                     "reduce-load-in-serving-cell") \
	C(S1AP_CAUSE_RADIO_USER_INACTIVITY,                                                 "user-inactivity") \
	C(S1AP_CAUSE_RADIO_RADIO_CONNECTION_WITH_UE_LOST,                                   "radio-connection-with-ue-lost") \
	C(S1AP_CAUSE_RADIO_LOAD_BALANCING_TAU_REQUIRED,                                     "load-balancing-tau-required") \
	C(S1AP_CAUSE_RADIO_CS_FALLBACK_TRIGGERED,                                           "cs-fallback-triggered") \
	C(S1AP_CAUSE_RADIO_UE_NOT_AVAILABLE_FOR_PS_SERVICE,                                 "ue-not-available-for-ps-service") \
	C(S1AP_CAUSE_RADIO_RADIO_RESOURCES_NOT_AVAILABLE,                                   "radio-resources-not-available") \
	C(S1AP_CAUSE_RADIO_FAILURE_IN_RADIO_INTERFACE_PROCEDURE,                            "failure-in-radio-interface-procedure") \
	C(S1AP_CAUSE_RADIO_INVALID_QOS_COMBINATION,                                         "invalid-qos-combination") \
	C(S1AP_CAUSE_RADIO_INTERRAT_REDIRECTION,                                            "interrat-redirection") \
	C(S1AP_CAUSE_RADIO_INTERACTION_WITH_OTHER_PROCEDURE,                                "interaction-with-other-procedure") \
	C(S1AP_CAUSE_RADIO_UNKNOWN_E_RAB_ID,                                                "unknown-e-rab-id") \
	C(S1AP_CAUSE_RADIO_MULTIPLE_E_RAB_ID_INSTANCES,                                     "multiple-e-rab-id-instances") \
	C(S1AP_CAUSE_RADIO_ENCRYPTION_AND_OR_INTEGRITY_PROTECTION_ALGORITHMS_NOT_SUPPORTED, "encryption-and-or-integrity-protection-algorithms-not-supported") \
	C(S1AP_CAUSE_RADIO_S1_INTRA_SYSTEM_HANDOVER_TRIGGERED,                              "s1-intra-system-handover-triggered") \
	C(S1AP_CAUSE_RADIO_S1_INTER_SYSTEM_HANDOVER_TRIGGERED,                              "s1-inter-system-handover-triggered") \
	C(S1AP_CAUSE_RADIO_X2_HANDOVER_TRIGGERED,                                           "x2-handover-triggered") \
	C(S1AP_CAUSE_RADIO_REDIRECTION_TOWARDS_1XRTT,                                       "redirection-towards-1xrtt") \
	C(S1AP_CAUSE_RADIO_NOT_SUPPORTED_QCI_VALUE,                                         "not-supported-qci-value") \
	C(S1AP_CAUSE_RADIO_INVALID_CSG_ID,                                                  "invalid-csg-id") \
	C(S1AP_CAUSE_RADIO_RELEASE_DUE_TO_PRE_EMPTION,                                      "release-due-to-pre-emption") \
	C(S1AP_CAUSE_RADIO_N26_INTERFACE_NOT_AVAILABLE,                                     "n26-interface-not-available") \
	C(S1AP_CAUSE_RADIO_INSUFFICIENT_UE_CAPABILITIES,                                    "insufficient-ue-capabilities") \
	C(S1AP_CAUSE_RADIO_MAXIMUM_BEARER_PRE_EMPTION_RATE_EXCEEDED,                        "maximum-bearer-pre-emption-rate-exceeded") \
	C(S1AP_CAUSE_RADIO_UP_INTEGRITY_PROTECTION_NOT_POSSIBLE,                            "up-integrity-protection-not-possible") \
	C(S1AP_CAUSE_RADIO_RELEASE_DUE_TO_DISCONTINUOUS_COVERAGE,                           "release-due-to-discontinuous-coverage")
enum { S1AP_CAUSES_RADIO_ROOT = 36 };

#define S1AP_CAUSES_TRANSPORT(C) \
	C(S1AP_CAUSE_TRANSPORT_TRANSPORT_RESOURCE_UNAVAILABLE, "transport-resource-unavailable") \
	C(S1AP_CAUSE_TRANSPORT_UNSPECIFIED,                    "unspecified")
enum { S1AP_CAUSES_TRANSPORT_ROOT = 2 };

#define S1AP_CAUSES_NAS(C) \
	C(S1AP_CAUSE_NAS_NORMAL_RELEASE,              "normal-release") \
	C(S1AP_CAUSE_NAS_AUTHENTICATION_FAILURE,      "authentication-failure") \
	C(S1AP_CAUSE_NAS_DETACH,                      "detach") \
	C(S1AP_CAUSE_NAS_UNSPECIFIED,                 "unspecified") \
	C(S1AP_CAUSE_NAS_CSG_SUBSCRIPTION_EXPIRY,     "csg-subscription-expiry") \
	C(S1AP_CAUSE_NAS_UE_NOT_IN_PLMN_SERVING_AREA, "ue-not-in-plmn-serving-area") \
	C(S1AP_CAUSE_NAS_IAB_NOT_AUTHORIZED,          "iab-not-authorized")
enum { S1AP_CAUSES_NAS_ROOT = 4 };

#define S1AP_CAUSES_PROTOCOL(C) \
	C(S1AP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR,                             "transfer-syntax-error") \
	C(S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT,                      "abstract-syntax-error-reject") \
	C(S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY,           "abstract-syntax-error-ignore-and-notify") \
	C(S1AP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE,        "message-not-compatible-with-receiver-state") \
	C(S1AP_CAUSE_PROTOCOL_SEMANTIC_ERROR,                                    "semantic-error") \
	C(S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE, "abstract-syntax-error-falsely-constructed-message") \
	C(S1AP_CAUSE_PROTOCOL_UNSPECIFIED,                                       "unspecified")
enum { S1AP_CAUSES_PROTOCOL_ROOT = 7 };

#define S1AP_CAUSES_MISC(C) \
	C(S1AP_CAUSE_MISC_CONTROL_PROCESSING_OVERLOAD,                "control-processing-overload") \
	C(S1AP_CAUSE_MISC_NOT_ENOUGH_USER_PLANE_PROCESSING_RESOURCES, "not-enough-user-plane-processing-resources") \
	C(S1AP_CAUSE_MISC_HARDWARE_FAILURE,                           "hardware-failure") \
	C(S1AP_CAUSE_MISC_OM_INTERVENTION,                            "om-intervention") \
	C(S1AP_CAUSE_MISC_UNSPECIFIED,                                "unspecified") \
	C(S1AP_CAUSE_MISC_UNKNOWN_PLMN,                               "unknown-plmn")
enum { S1AP_CAUSES_MISC_ROOT = 6 };

#define S1AP_CAUSE_VALUE(value, text) value,
enum s1ap_cause_radio { S1AP_CAUSES_RADIO(S1AP_CAUSE_VALUE) };
enum s1ap_cause_transport { S1AP_CAUSES_TRANSPORT(S1AP_CAUSE_VALUE) };
enum s1ap_cause_nas { S1AP_CAUSES_NAS(S1AP_CAUSE_VALUE) };
enum s1ap_cause_protocol { S1AP_CAUSES_PROTOCOL(S1AP_CAUSE_VALUE) };
enum s1ap_cause_misc { S1AP_CAUSES_MISC(S1AP_CAUSE_VALUE) };
#undef S1AP_CAUSE_VALUE

/* The CHOICE's alternatives. */
enum s1ap_cause_group {
	S1AP_CAUSE_RADIO,
	S1AP_CAUSE_TRANSPORT,
	S1AP_CAUSE_NAS,
	S1AP_CAUSE_PROTOCOL,
	S1AP_CAUSE_MISC,
};

#endif
