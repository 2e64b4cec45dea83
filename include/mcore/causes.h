/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cause values as lists X(name, number, text), from which come enums, names and documentation.
 * EMM: TS 24.301 9.9.3.9 and annex A; ESM: TS 24.301 9.9.4.4 and annex B. 95 to 111 mean the same
 * in both. */
#ifndef MCORE_CAUSES_H
#define MCORE_CAUSES_H

/* clang-format off */
#define EMM_CAUSES(X) \
	X(IMSI_UNKNOWN_IN_HSS,                 2, "IMSI unknown in HSS") \
	X(ILLEGAL_UE,                          3, "illegal UE") \
	X(IMEI_NOT_ACCEPTED,                   5, "IMEI not accepted") \
	X(ILLEGAL_ME,                          6, "illegal ME") \
	X(EPS_NOT_ALLOWED,                     7, "EPS services not allowed") \
	X(EPS_AND_NON_EPS_NOT_ALLOWED,         8, "EPS and non-EPS services not allowed") \
	X(IDENTITY_NOT_DERIVED,                9, "UE identity cannot be derived by the network") \
	X(IMPLICITLY_DETACHED,                10, "implicitly detached") \
	X(PLMN_NOT_ALLOWED,                   11, "PLMN not allowed") \
	X(TA_NOT_ALLOWED,                     12, "tracking area not allowed") \
	X(ROAMING_NOT_ALLOWED_IN_TA,          13, "roaming not allowed in this tracking area") \
	X(EPS_NOT_ALLOWED_IN_PLMN,            14, "EPS services not allowed in this PLMN") \
	X(NO_SUITABLE_CELLS,                  15, "no suitable cells in tracking area") \
	X(MSC_NOT_REACHABLE,                  16, "MSC temporarily not reachable") \
	X(NETWORK_FAILURE,                    17, "network failure") \
	X(CS_DOMAIN_NOT_AVAILABLE,            18, "CS domain not available") \
	X(ESM_FAILURE,                        19, "ESM failure") \
	X(MAC_FAILURE,                        20, "MAC failure") \
	X(SYNCH_FAILURE,                      21, "synch failure") \
	X(CONGESTION,                         22, "congestion") \
	X(SECURITY_CAPABILITIES_MISMATCH,     23, "UE security capabilities mismatch") \
	X(SECURITY_MODE_REJECTED,             24, "security mode rejected, unspecified") \
	X(NOT_AUTHORIZED_FOR_CSG,             25, "not authorized for this CSG") \
	X(NON_EPS_AUTHENTICATION,             26, "non-EPS authentication unacceptable") \
	X(REDIRECTION_TO_5GCN,                31, "redirection to 5GCN required") \
	X(SERVICE_OPTION_NOT_AUTHORIZED,      35, "service option not authorized in this PLMN") \
	X(CS_TEMPORARILY_NOT_AVAILABLE,       39, "CS service temporarily not available") \
	X(NO_BEARER_ACTIVATED,                40, "no EPS bearer context activated") \
	X(SEVERE_NETWORK_FAILURE,             42, "severe network failure") \
	X(PLMN_NOT_ALLOWED_AT_LOCATION,       78, "PLMN not allowed at the UE's location") \
	X(SEMANTICALLY_INCORRECT,             95, "semantically incorrect message") \
	X(INVALID_MANDATORY_IE,               96, "invalid mandatory information") \
	X(MESSAGE_TYPE_UNKNOWN,               97, "message type unknown or not served") \
	X(MESSAGE_TYPE_NOT_COMPATIBLE,        98, "message type not compatible with state") \
	X(IE_UNKNOWN,                         99, "information element unknown") \
	X(CONDITIONAL_IE_ERROR,              100, "conditional IE error") \
	X(MESSAGE_NOT_COMPATIBLE,            101, "message not compatible with state") \
	X(PROTOCOL_ERROR,                    111, "protocol error, unspecified")

#define ESM_CAUSES(X) \
	X(OPERATOR_DETERMINED_BARRING,         8, "operator determined barring") \
	X(INSUFFICIENT_RESOURCES,             26, "insufficient resources") \
	X(UNKNOWN_APN,                        27, "missing or unknown APN") \
	X(UNKNOWN_PDN_TYPE,                   28, "unknown PDN type") \
	X(USER_AUTHENTICATION_FAILED,         29, "user authentication failed") \
	X(REJECTED_BY_GATEWAY,                30, "rejected by serving GW or PDN GW") \
	X(REJECTED,                           31, "rejected, unspecified") \
	X(OPTION_NOT_SUPPORTED,               32, "service option not supported") \
	X(OPTION_NOT_SUBSCRIBED,              33, "service option not subscribed") \
	X(OPTION_OUT_OF_ORDER,                34, "service option temporarily out of order") \
	X(PTI_IN_USE,                         35, "PTI already in use") \
	X(REGULAR_DEACTIVATION,               36, "regular deactivation") \
	X(QOS_NOT_ACCEPTED,                   37, "EPS QoS not accepted") \
	X(NETWORK_FAILURE,                    38, "network failure") \
	X(REACTIVATION_REQUESTED,             39, "reactivation requested") \
	X(TFT_SEMANTIC,                       41, "semantic error in the TFT operation") \
	X(TFT_SYNTAX,                         42, "syntactical error in the TFT operation") \
	X(INVALID_BEARER_IDENTITY,            43, "invalid EPS bearer identity") \
	X(FILTER_SEMANTIC,                    44, "semantic errors in packet filters") \
	X(FILTER_SYNTAX,                      45, "syntactical errors in packet filters") \
	X(PTI_MISMATCH,                       47, "PTI mismatch") \
	X(LAST_PDN_DISCONNECTION,             49, "last PDN disconnection not allowed") \
	X(IPV4_ONLY,                          50, "PDN type IPv4 only allowed") \
	X(IPV6_ONLY,                          51, "PDN type IPv6 only allowed") \
	X(SINGLE_ADDRESS_ONLY,                52, "single address bearers only allowed") \
	X(INFORMATION_NOT_RECEIVED,           53, "ESM information not received") \
	X(NO_PDN_CONNECTION,                  54, "PDN connection does not exist") \
	X(MULTIPLE_CONNECTIONS_NOT_ALLOWED,   55, "several PDN connections for an APN not allowed") \
	X(COLLISION,                          56, "collision with network initiated request") \
	X(IPV4V6_ONLY,                        57, "PDN type IPv4v6 only allowed") \
	X(NON_IP_ONLY,                        58, "PDN type non IP only allowed") \
	X(UNSUPPORTED_QCI,                    59, "unsupported QCI value") \
	X(BEARER_HANDLING_NOT_SUPPORTED,      60, "bearer handling not supported") \
	X(ETHERNET_ONLY,                      61, "PDN type Ethernet only allowed") \
	X(MAX_BEARERS,                        65, "maximum number of EPS bearers reached") \
	X(APN_NOT_SUPPORTED_HERE,             66, "APN not supported in this RAT and PLMN") \
	X(INVALID_PTI,                        81, "invalid PTI value") \
	X(SEMANTICALLY_INCORRECT,             95, "semantically incorrect message") \
	X(INVALID_MANDATORY_IE,               96, "invalid mandatory information") \
	X(MESSAGE_TYPE_UNKNOWN,               97, "message type unknown or not served") \
	X(MESSAGE_TYPE_NOT_COMPATIBLE,        98, "message type not compatible with state") \
	X(IE_UNKNOWN,                         99, "information element unknown") \
	X(CONDITIONAL_IE_ERROR,              100, "conditional IE error") \
	X(MESSAGE_NOT_COMPATIBLE,            101, "message not compatible with state") \
	X(PROTOCOL_ERROR,                    111, "protocol error, unspecified") \
	X(APN_RESTRICTION,                   112, "APN restriction incompatible with active bearer") \
	X(MULTIPLE_ACCESSES_NOT_ALLOWED,     113, "multiple accesses to a PDN connection not allowed")
/* clang-format on */

#define EMM_CAUSE_ENUM(name, number, text) EMM_CAUSE_##name = number,
#define ESM_CAUSE_ENUM(name, number, text) ESM_CAUSE_##name = number,
enum emm_cause { EMM_CAUSES(EMM_CAUSE_ENUM) };
enum esm_cause { ESM_CAUSES(ESM_CAUSE_ENUM) };

#define CAUSE_TEXT(name, number, text)                                                             \
	case number:                                                                               \
		return text;

/* The text of a cause; "unknown" for a number that has none. */
static inline const char *emm_cause_text(unsigned cause)
{
	switch (cause) {
		EMM_CAUSES(CAUSE_TEXT)
	default:
		return "unknown";
	}
}

static inline const char *esm_cause_text(unsigned cause)
{
	switch (cause) {
		ESM_CAUSES(CAUSE_TEXT)
	default:
		return "unknown";
	}
}

#endif
