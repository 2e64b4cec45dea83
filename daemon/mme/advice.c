/* SPDX-License-Identifier: Apache-2.0 */
/* Causes for people: the text, the clause that has it, and what an administrator can do about it.
 * One row a cause; where it depends on what was under way, rows with a procedure or step come
 * first. */
#include "mme/esm.h"
#include "mme/mme.h"

uint16_t mme_cause_of(const struct proc *p)
{
	return p->cause && p->cause < 256 && esm_is_proc(p) ? CAUSE_ESM + p->cause : p->cause;
}

const char *mme_cause_text(uint16_t cause)
{
	if (cause >= CAUSE_S1AP && cause < CAUSE_ENB_LOST)
		return s1ap_cause_text(
			(struct s1ap_cause){(uint8_t)((cause - CAUSE_S1AP) >> 8), (uint8_t)cause});
	return cause < 256                ? emm_cause_text(cause)
	       : cause == PROC_TIMEOUT    ? "timeout"
	       : cause == PROC_ABORTED    ? "aborted"
	       : cause == CAUSE_TOLD      ? "lower layers or the device itself"
	       : cause == CAUSE_WRONG_KEY ? "authentication rejected: its key and the HSS's differ"
	       : cause == CAUSE_REROUTED  ? "sent on: another dedicated core network is for it"
	       : cause == CAUSE_ENB_LOST  ? "the eNodeB's association was lost"
	       : cause == CAUSE_HANDOVER_CANCELLED ? "cancelled by the source eNodeB"
	       : cause == CAUSE_ENB_RESET ? "the eNodeB does not know the connection any more"
	       : cause == CAUSE_RADIO     ? "the eNodeB refused or was silent"
	       : cause == CAUSE_PAGING    ? "the device could not be paged"
	       : cause == CAUSE_GONE      ? "its bearer or PDN connection went meanwhile"
	       : cause >= CAUSE_ESM       ? esm_cause_text(cause - CAUSE_ESM)
					  : "unknown";
}

const char *mme_cause_print(uint16_t cause, char buf[96])
{
	const char *text = mme_cause_text(cause);

	if (cause < 256)
		snprintf(buf, 96, "EMM cause %u, %s", cause, text);
	else if (cause >= CAUSE_ESM && cause < CAUSE_S1AP)
		snprintf(buf, 96, "ESM cause %d, %s", cause - CAUSE_ESM, text);
	else if (cause >= CAUSE_S1AP && cause < CAUSE_ENB_LOST)
		snprintf(buf, 96, "S1AP cause %s", text);
	else
		snprintf(buf, 96, "%s", text);
	return buf;
}

const char *mme_cause_clause(uint16_t cause)
{
	if (cause >= CAUSE_S1AP && cause < CAUSE_ENB_LOST)
		return "TS 36.413 9.2.1.3";
	if (cause >= CAUSE_ESM && cause < CAUSE_S1AP) {
		cause = (uint16_t)(cause - CAUSE_ESM);
		return cause >= 95 && cause <= 111 ? "TS 24.301 9.9.4.4, B.2"
						   : "TS 24.301 9.9.4.4, B.1";
	}
	switch (cause) {
	case CAUSE_WRONG_KEY:
		return "TS 24.301 5.4.2.5";
	case CAUSE_REROUTED:
		return "TS 23.401 5.19.1";
	case CAUSE_ENB_LOST:
		return "TS 23.007 16.1.1";
	case CAUSE_ENB_RESET:
		return "TS 36.413 8.7.1";
	case PROC_TIMEOUT:
		return "TS 24.301 10.2";
	case EMM_CAUSE_IMSI_UNKNOWN_IN_HSS:
	case EMM_CAUSE_ILLEGAL_UE:
	case EMM_CAUSE_ILLEGAL_ME:
	case EMM_CAUSE_IDENTITY_NOT_DERIVED:
	case EMM_CAUSE_IMPLICITLY_DETACHED:
		return "TS 24.301 9.9.3.9, A.1";
	case EMM_CAUSE_IMEI_NOT_ACCEPTED:
	case EMM_CAUSE_EPS_NOT_ALLOWED:
	case EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED:
	case EMM_CAUSE_PLMN_NOT_ALLOWED:
	case EMM_CAUSE_TA_NOT_ALLOWED:
	case EMM_CAUSE_ROAMING_NOT_ALLOWED_IN_TA:
	case EMM_CAUSE_EPS_NOT_ALLOWED_IN_PLMN:
	case EMM_CAUSE_NO_SUITABLE_CELLS:
	case EMM_CAUSE_NOT_AUTHORIZED_FOR_CSG:
	case EMM_CAUSE_REDIRECTION_TO_5GCN:
	case EMM_CAUSE_SERVICE_OPTION_NOT_AUTHORIZED:
	case EMM_CAUSE_NO_BEARER_ACTIVATED:
		return "TS 24.301 9.9.3.9, A.2";
	}
	return cause >= 256 ? NULL
	       : cause < 95 ? "TS 24.301 9.9.3.9, A.3"
			    : "TS 24.301 9.9.3.9, A.5";
}

#define EMM(name) EMM_CAUSE_##name
#define ESM(name) CAUSE_ESM + ESM_CAUSE_##name

static const struct row {
	uint16_t cause;
	const char *within; /* the beginning of the procedure's or step's name; NULL: any */
	const char *advice;
} rows[] = {
	/* who it is */
	{EMM(IMSI_UNKNOWN_IN_HSS), NULL, "add the subscriber: mcorectl sim add IMSI k … opc …"},
	{EMM(EPS_AND_NON_EPS_NOT_ALLOWED), NULL,
	 "the HSS does not know the IMSI: mcorectl sim add IMSI k … opc …; the device tries again "
	 "after it was switched off and on"},
	{EMM(EPS_NOT_ALLOWED), NULL,
	 "the subscription has no EPS service: mcorectl sim show IMSI; after the change the device "
	 "must be switched off and on"},
	{EMM(ILLEGAL_UE), NULL,
	 "the network could not authenticate it: compare K and OPc of the SIM card and of mcorectl "
	 "sim show IMSI"},
	{EMM(ILLEGAL_ME), NULL,
	 "its IMEI is barred: see the equipment checks of the configuration"},
	{EMM(IMEI_NOT_ACCEPTED), NULL,
	 "emergency attach, which this network does not offer, or an IMEI that is barred"},
	{EMM(IDENTITY_NOT_DERIVED), NULL,
	 "the device came with an identity that is not known here any more, and attaches anew by "
	 "itself: nothing to do unless it repeats"},
	{EMM(IMPLICITLY_DETACHED), NULL,
	 "it had not been heard of for T3412 and the grace, or the administrator detached it: it "
	 "attaches anew by itself"},
	/* keys */
	{CAUSE_WRONG_KEY, NULL,
	 "K, OPc or AMF differ between the SIM card and the HSS: mcorectl sim set IMSI k … opc …"},
	{EMM(MAC_FAILURE), NULL,
	 "K or OPc differ between the SIM card and the HSS: mcorectl sim set IMSI k … opc …"},
	{EMM(SYNCH_FAILURE), NULL,
	 "the SIM's sequence number is ahead and resynchronisation failed: K or OPc differ, or two "
	 "cards have the same IMSI"},
	{EMM(NON_EPS_AUTHENTICATION), NULL,
	 "the SIM's AMF lacks the separation bit: mcorectl sim set IMSI amf 8000"},
	{EMM(SECURITY_CAPABILITIES_MISMATCH), NULL,
	 "its capabilities changed on the way: a faulty eNodeB, or somebody between"},
	{EMM(SECURITY_MODE_REJECTED), NULL,
	 "the device refuses the algorithms: mme.security.integrity and ciphering"},
	/* where it is */
	{CAUSE_REROUTED, NULL,
	 "its eNodeB was asked to take it to the MME group of its usage type: if it is not served "
	 "there, "
	 "mme.dedicated_cores, mcorectl sim show IMSI, and the MMEs that the eNodeB has"},
	{EMM(PLMN_NOT_ALLOWED), NULL,
	 "the subscription does not allow this network: roaming of the subscriber, mme.plmns"},
	{EMM(TA_NOT_ALLOWED), NULL,
	 "the tracking area is restricted for it: its subscription, mme.tracking_areas"},
	{EMM(ROAMING_NOT_ALLOWED_IN_TA), NULL,
	 "roaming is not allowed here for this subscriber: its subscription"},
	{EMM(EPS_NOT_ALLOWED_IN_PLMN), NULL,
	 "EPS is not allowed for it in this network: its subscription, mme.plmns"},
	{EMM(NO_SUITABLE_CELLS), NULL,
	 "its cell's tracking area is not served, or the subscription does not allow this access: "
	 "mme.tracking_areas, mcorectl enb show"},
	{EMM(NOT_AUTHORIZED_FOR_CSG), NULL, "it is not a member of the cell's closed group"},
	{EMM(SERVICE_OPTION_NOT_AUTHORIZED), NULL,
	 "the subscription does not allow what it asked for"},
	/* this network */
	{EMM(CONGESTION), NULL,
	 "mme.max_ues or another ceiling is reached: mcorectl memory, mcorectl stats"},
	{EMM(NETWORK_FAILURE), NULL,
	 "something of ours did not answer or failed: mcored's log at that time; mcorectl stats"},
	{EMM(SEVERE_NETWORK_FAILURE), NULL, "mcored's log at that time"},
	{EMM(CS_DOMAIN_NOT_AVAILABLE), NULL,
	 "it asked for the circuit-switched domain, which this network has not: set the device to "
	 "data only"},
	{EMM(MSC_NOT_REACHABLE), NULL,
	 "it asked for the circuit-switched domain, which this network has not: set the device to "
	 "data only"},
	{EMM(NO_BEARER_ACTIVATED), NULL,
	 "device and network had no bearer in common any more: it attaches anew by itself"},
	/* APN and session */
	{ESM(OPERATOR_DETERMINED_BARRING), NULL,
	 "the subscriber is blocked: mcorectl sim set IMSI blocked no"},
	{ESM(UNKNOWN_APN), NULL,
	 "no gateway has that APN: pgw.apns; compare with the APN set in the device"},
	{ESM(OPTION_NOT_SUBSCRIBED), NULL,
	 "the APN that the device asks for is not in its profile: hss.profiles, mcorectl sim set "
	 "IMSI profile NAME, or the APN set in the device"},
	{ESM(INSUFFICIENT_RESOURCES), NULL,
	 "no address is left or the eNodeB has no room for the bearer: mcorectl pool show, "
	 "mcorectl enb show"},
	{ESM(REJECTED_BY_GATEWAY), NULL, "a gateway refused: its log at that time"},
	{ESM(NETWORK_FAILURE), NULL, "a gateway did not answer or failed: its log at that time"},
	{ESM(USER_AUTHENTICATION_FAILED), NULL, "name and password of the APN set in the device"},
	{ESM(UNKNOWN_PDN_TYPE), NULL, "the PDN type (IPv4, IPv6) set in the device"},
	{ESM(IPV4_ONLY), NULL,
	 "the APN has IPv4 alone: the PDN type set in the device, pgw.apns or hss.profiles"},
	{ESM(IPV6_ONLY), NULL,
	 "the APN has IPv6 alone: the PDN type set in the device, pgw.apns or hss.profiles"},
	{ESM(OPTION_NOT_SUPPORTED), NULL, "the device asks for what this network does not offer"},
	{ESM(INFORMATION_NOT_RECEIVED), NULL,
	 "the device did not tell its APN when asked: radio coverage, or a faulty device"},
	{ESM(MULTIPLE_CONNECTIONS_NOT_ALLOWED), NULL,
	 "the device has a connection to that APN already"},
	{ESM(MAX_BEARERS), NULL, "the device has all the bearers that it can have"},
	{ESM(PROTOCOL_ERROR), NULL,
	 "the device's PDN Connectivity Request is faulty or for emergency: mcored's log"},
	/* radio */
	{CAUSE_S1AP_OF(RADIO, RADIO_CONNECTION_WITH_UE_LOST), NULL,
	 "radio coverage of the device: antenna, signal strength, interference in its cell"},
	{CAUSE_S1AP_OF(RADIO, FAILURE_IN_RADIO_INTERFACE_PROCEDURE), NULL,
	 "the device did not do what the eNodeB asked for over the radio: coverage, or algorithms "
	 "that the device does not have"},
	{CAUSE_S1AP_OF(RADIO, RADIO_RESOURCES_NOT_AVAILABLE), NULL,
	 "the cell is full: mcorectl enb show, and the eNodeB's own figures"},
	{CAUSE_S1AP_OF(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL), NULL,
	 "the target cell is full: the eNodeB's own figures"},
	{CAUSE_S1AP_OF(RADIO, NOT_SUPPORTED_QCI_VALUE), NULL,
	 "the eNodeB does not know the QCI: qci in hss.profiles"},
	{CAUSE_S1AP_OF(RADIO, INVALID_QOS_COMBINATION), NULL,
	 "the eNodeB does not take the QoS: qci, arp and rates in hss.profiles"},
	{CAUSE_S1AP_OF(RADIO, ENCRYPTION_AND_OR_INTEGRITY_PROTECTION_ALGORITHMS_NOT_SUPPORTED),
	 NULL, "the eNodeB and the device share no algorithm: the eNodeB's configuration"},
	{CAUSE_S1AP_OF(RADIO, CELL_NOT_AVAILABLE), NULL, "the cell is down: the eNodeB's state"},
	{CAUSE_S1AP_OF(RADIO, RELEASE_DUE_TO_PRE_EMPTION), NULL,
	 "another device was more important: arp in hss.profiles"},
	{CAUSE_S1AP_OF(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE), NULL,
	 "the eNodeB has no way to sgw.gtpu: its transport network, address and routes"},
	{CAUSE_S1AP_OF(RADIO, UNKNOWN_TARGETID), NULL,
	 "no eNodeB of that identity has an association here: the source's neighbour list; "
	 "mcorectl enb show"},
	{CAUSE_S1AP_OF(RADIO, HO_TARGET_NOT_ALLOWED), NULL,
	 "the target's tracking area is not served: mme.tracking_areas"},
	{CAUSE_S1AP_OF(RADIO, HO_FAILURE_IN_TARGET_EPC_ENB_OR_TARGET_SYSTEM), NULL,
	 "the target eNodeB refused, was silent or went away: its log"},
	{CAUSE_HANDOVER_CANCELLED, NULL, "the source eNodeB thought better of it: nothing to do"},
	{CAUSE_S1AP_OF(TRANSPORT, UNSPECIFIED), NULL,
	 "the eNodeB has no way to sgw.gtpu: its transport network, address and routes"},
	{CAUSE_S1AP_OF(MISC, CONTROL_PROCESSING_OVERLOAD), NULL, "the eNodeB is overloaded"},
	{CAUSE_S1AP_OF(MISC, HARDWARE_FAILURE), NULL, "the eNodeB reports a fault of its hardware"},
	{CAUSE_S1AP_OF(MISC, OM_INTERVENTION), NULL,
	 "somebody maintains the eNodeB, or locked its cell"},
	{CAUSE_ENB_LOST, NULL,
	 "the eNodeB's SCTP association broke: its power and the network to it; mcorectl enb show"},
	{CAUSE_ENB_RESET, NULL,
	 "the eNodeB restarted or was set up anew: the device comes back by itself"},
	/* silence */
	{PROC_TIMEOUT, "paging",
	 "the device does not answer: it is switched off, asleep (PSM, eDRX) or out of coverage"},
	{PROC_TIMEOUT, "authentication/challenge",
	 "the device does not answer the challenge: radio coverage, or a SIM card that fails"},
	{PROC_TIMEOUT, "identification",
	 "the device does not tell its identity: radio coverage, or a faulty device"},
	{PROC_TIMEOUT, "security mode control",
	 "the device does not answer the Security Mode Command: radio coverage, or it finds the "
	 "MAC wrong (mme.security)"},
	{PROC_TIMEOUT, "accept",
	 "the device does not complete its attach: radio coverage, or it does not accept the "
	 "bearer"},
	{PROC_TIMEOUT, "context", "the eNodeB does not answer: its log; mcorectl enb show"},
	{PROC_TIMEOUT, "detach", "the device was gone already: nothing to do"},
	{PROC_TIMEOUT, NULL, "no answer in time: mcorectl trace IMSI while it tries again"},
	{CAUSE_TOLD, NULL,
	 "the eNodeB or the device ended it: mcorectl trace IMSI while it tries again"},
};

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

const char *mme_cause_advice(uint16_t cause, const char *procedure, const char *step)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].cause == cause &&
		    (!rows[i].within || begins(procedure, rows[i].within) ||
		     begins(step, rows[i].within)))
			return rows[i].advice;
	if (cause >= CAUSE_S1AP && cause < CAUSE_ENB_LOST)
		return "the eNodeB ended it: its log at that time";
	if ((cause >= 95 && cause <= 111) || (cause >= CAUSE_ESM + 95 && cause <= CAUSE_ESM + 111))
		return "a message of the device broke the protocol: mcored's log (nas.bad) has the "
		       "element; the device's firmware";
	return "mcorectl trace IMSI while it tries again; mcored's log (procedure.failed)";
}
