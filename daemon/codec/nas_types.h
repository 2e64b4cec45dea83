/* SPDX-License-Identifier: Apache-2.0 */
/* The values of NAS information elements as C types (TS 24.301 9.9, TS 24.008 10.5). An IE of type
 * T in the tables has the C type nas_T_t and is read, written and shown by nas_type_T. Small enums
 * are uint8_t with the constants below. Rates are bit/s, times seconds, numbers in host order. */
#ifndef CODEC_NAS_TYPES_H
#define CODEC_NAS_TYPES_H

#include <netinet/in.h>
#include <mcore/ids.h>

#include "codec/ie.h"

/* ---- half octets and octets ---- */

typedef uint8_t nas_half_t;
typedef uint8_t nas_octet_t;
typedef uint8_t nas_emm_cause_t; /* EMM_CAUSE_* of mcore/causes.h */
typedef uint8_t nas_esm_cause_t; /* ESM_CAUSE_* */

/* NAS key set identifier (9.9.3.21): 3 bits and, for a mapped context, NAS_KSI_MAPPED */
typedef uint8_t nas_ksi_t;
enum { NAS_KSI_NONE = 7, NAS_KSI_MAPPED = 8 };

typedef uint8_t nas_attach_type_t; /* 9.9.3.11 */
enum {
	NAS_ATTACH_EPS = 1,
	NAS_ATTACH_COMBINED = 2,
	NAS_ATTACH_EMERGENCY = 6,
};

typedef uint8_t nas_attach_result_t; /* 9.9.3.10 */
enum { NAS_ATTACHED_EPS = 1, NAS_ATTACHED_COMBINED = 2 };

typedef uint8_t nas_update_result_t; /* 9.9.3.13 */
enum { NAS_TA_UPDATED = 0, NAS_TA_LA_UPDATED = 1 };

typedef uint8_t nas_identity_type_t; /* TS 24.008 10.5.5.9 */
enum { NAS_ASK_IMSI = 1, NAS_ASK_IMEI = 2, NAS_ASK_IMEISV = 3, NAS_ASK_TMSI = 4 };

typedef uint8_t nas_service_type_t; /* 9.9.3.27 */
enum {
	NAS_SERVICE_MO_CSFB = 0,
	NAS_SERVICE_MT_CSFB = 1,
	NAS_SERVICE_MO_CSFB_EMERGENCY = 2,
	NAS_SERVICE_PACKET = 8,
};

/* Control plane service type (9.9.3.47): 3 bits and the "active" flag */
typedef uint8_t nas_control_plane_service_type_t;
enum { NAS_CP_ORIGINATING = 0, NAS_CP_TERMINATING = 1, NAS_CP_ACTIVE = 8 };

typedef uint8_t nas_pdn_type_t; /* 9.9.4.10 */
enum {
	NAS_PDN_IPV4 = 1,
	NAS_PDN_IPV6 = 2,
	NAS_PDN_IPV4V6 = 3,
	NAS_PDN_NON_IP = 5,
	NAS_PDN_ETHERNET = 6,
};

typedef uint8_t nas_request_type_t; /* TS 24.008 10.5.6.17 */
enum {
	NAS_REQUEST_INITIAL = 1,
	NAS_REQUEST_HANDOVER = 2,
	NAS_REQUEST_EMERGENCY = 4,
	NAS_REQUEST_EMERGENCY_HANDOVER = 6,
};

/* Additional update type (9.9.3.0B): bits */
typedef uint8_t nas_additional_update_type_t;
enum {
	NAS_SMS_ONLY = 1,
	NAS_SIGNALLING_ACTIVE = 2,
	NAS_PREFER_CP_CIOT = 4,
	NAS_PREFER_UP_CIOT = 8
};

/* Device properties (TS 24.008 10.5.7.8): bit 0 is NAS signalling low priority */
typedef uint8_t nas_device_properties_t;
enum { NAS_LOW_PRIORITY = 1 };

typedef uint8_t nas_paging_identity_t; /* 9.9.3.25A: 0 IMSI, 1 TMSI */
typedef uint8_t nas_daylight_saving_t; /* TS 24.008 10.5.3.12: hours added, 0 to 2 */

/* Control plane values of other IEs that are plain half octets: */
enum {
	NAS_IMEISV_REQUESTED = 1,              /* IMEISV request (TS 24.008 10.5.5.10) */
	NAS_INFORMATION_TRANSFER_REQUIRED = 1, /* ESM information transfer flag (9.9.4.5) */
	NAS_CSFB_REJECTED = 0,
	NAS_CSFB_ACCEPTED = 1, /* CSFB response (9.9.3.5) */
	NAS_GUTI_NATIVE = 0,
	NAS_GUTI_MAPPED = 1, /* old GUTI type (9.9.3.45) */
};

/* ---- numbers ---- */

typedef uint16_t nas_bearer_status_t; /* 9.9.2.1: bit n is EPS bearer identity n */
typedef uint16_t nas_drx_t;           /* TS 24.008 10.5.5.6: SPLIT PG CYCLE CODE, then the rest */
typedef uint16_t nas_nri_t;           /* 10 bits of TMSI based NRI (TS 24.008 10.5.5.31) */
typedef uint16_t nas_dcn_id_t;
typedef uint16_t nas_imsi_offset_t;
typedef uint16_t nas_rate_control_t; /* messages in 6 minutes; 0xffff: no limit */
typedef uint32_t nas_nonce_t;
typedef uint32_t nas_p_tmsi_signature_t; /* 24 bits */
typedef uint16_t nas_short_mac_t;

/* GPRS timers (TS 24.008 10.5.7.3, 10.5.7.4, 10.5.7.4a) in seconds. What cannot be coded exactly is
 * coded as the next longer time that can; what is longer than the longest, as that. */
typedef uint32_t nas_gprs_timer_t;   /* timer and timer 2: to 3 h 6 min */
typedef uint32_t nas_gprs_timer_3_t; /* to 413 days */
#define NAS_TIMER_DEACTIVATED UINT32_MAX
/* What a device understands that is told so many seconds. */
uint32_t nas_timer_told(uint32_t seconds);
uint32_t nas_timer3_told(uint32_t seconds);

/* EPS network feature support (9.9.3.12A): octet 3 in bits 0 to 7, octet 4 in 8 to 15, … */
typedef uint32_t nas_network_features_t;
enum {
	NAS_FEATURE_IMS_VOPS = 1 << 0,
	NAS_FEATURE_EMC_BS = 1 << 1,
	NAS_FEATURE_EPC_LCS = 1 << 2,
	NAS_FEATURE_ESRPS = 1 << 5,
	NAS_FEATURE_ERWOPDN = 1 << 6,
	NAS_FEATURE_CP_CIOT = 1 << 7,
	NAS_FEATURE_UP_CIOT = 1 << 8,
	NAS_FEATURE_S1U_DATA = 1 << 9,
	NAS_FEATURE_HC_CP_CIOT = 1 << 10,
	NAS_FEATURE_EPCO = 1 << 11,
	NAS_FEATURE_RESTRICT_EC = 1 << 12,
	NAS_FEATURE_RESTRICT_DCNR = 1 << 13,
	NAS_FEATURE_IWK_N26 = 1 << 14,
	NAS_FEATURE_15_BEARERS = 1 << 15,
};

/* ---- identities and areas ---- */

enum nas_identity_kind {
	NAS_ID_NONE = 0,
	NAS_ID_IMSI = 1,
	NAS_ID_IMEI = 2, /* on the wire 3 in an EPS mobile identity */
	NAS_ID_IMEISV = 3,
	NAS_ID_TMSI = 4,
	NAS_ID_GUTI = 6,
};

/* EPS mobile identity (9.9.3.12): IMSI, GUTI or IMEI. Mobile identity (TS 24.008 10.5.1.4): none,
 * IMSI, IMEI, IMEISV or TMSI. */
struct nas_identity {
	enum nas_identity_kind type;
	union {
		imsi_t imsi;
		struct guti guti;
		char imei[IMEISV_STRLEN]; /* digits: 15 of an IMEI, 16 of an IMEISV */
		uint32_t tmsi;
	};
};
typedef struct nas_identity nas_eps_identity_t;
typedef struct nas_identity nas_mobile_identity_t;

typedef struct tai nas_tai_t; /* 9.9.3.32 */

struct nas_lai { /* TS 24.008 10.5.1.3 */
	plmn_t plmn;
	uint16_t lac;
};
typedef struct nas_lai nas_lai_t;

enum { NAS_MAX_TAIS = 16, NAS_MAX_PLMNS = 15 };

/* Tracking area identity list (9.9.3.33). Written in the shortest of its three codings. */
struct nas_tai_list {
	uint8_t n;
	struct tai tai[NAS_MAX_TAIS];
};
typedef struct nas_tai_list nas_tai_list_t;

struct nas_plmn_list { /* TS 24.008 10.5.1.13 */
	uint8_t n;
	plmn_t plmn[NAS_MAX_PLMNS];
};
typedef struct nas_plmn_list nas_plmn_list_t;

/* ---- security ---- */

/* Algorithms as a bit mask of the wire: 0x80 is number 0, 0x40 number 1, … */
#define NAS_ALGORITHM_BIT(number) (0x80u >> (number))

/* UE network capability (9.9.3.34): the octets as they came, of which eea … uia are the first four
 * (0 where absent). Written from octet[]. */
struct nas_ue_network_capability {
	uint8_t n; /* octets, 2 to 13 */
	union {
		uint8_t octet[13];
		struct {
			uint8_t eea, eia, uea, uia;
		};
	};
};
typedef struct nas_ue_network_capability nas_ue_network_capability_t;

/* UE security capability (9.9.3.36). uea and uia are on the wire if one of the last three is set.
 */
struct nas_ue_security_capability {
	uint8_t eea, eia, uea, uia, gea;
};
typedef struct nas_ue_security_capability nas_ue_security_capability_t;

/* What the network replays (TS 24.301 5.4.3.2): from the UE's network capability and, for GEA, its
 * MS network capability (may be empty). */
struct nas_ue_security_capability nas_replay(const struct nas_ue_network_capability *,
					     struct bytes ms_network_capability);

struct nas_algorithms {   /* 9.9.3.23 */
	uint8_t eea, eia; /* numbers, 0 to 7 */
};
typedef struct nas_algorithms nas_algorithms_t;

struct nas_additional_security { /* 9.9.3.53, masks as for eea, eight more in the low octet */
	uint16_t nea, nia;
};
typedef struct nas_additional_security nas_additional_security_t;

struct nas_rand {
	uint8_t octet[16];
};
typedef struct nas_rand nas_rand_t;
typedef struct nas_rand nas_autn_t;

struct nas_res {   /* 9.9.3.4 */
	uint8_t n; /* 4 to 16 */
	uint8_t octet[16];
};
typedef struct nas_res nas_res_t;

struct nas_auts { /* 9.9.3.1 */
	uint8_t octet[14];
};
typedef struct nas_auts nas_auts_t;

struct nas_hash_mme {
	uint8_t octet[8];
};
typedef struct nas_hash_mme nas_hash_mme_t;

/* ---- mobility management ---- */

struct nas_detach_type { /* 9.9.3.7 */
	uint8_t type;
	bool switch_off; /* of the UE only */
};
typedef struct nas_detach_type nas_detach_type_t;
enum {
	NAS_DETACH_EPS = 1,
	NAS_DETACH_IMSI = 2,
	NAS_DETACH_COMBINED = 3,
	NAS_DETACH_REATTACH = 1, /* from the network */
	NAS_DETACH_NO_REATTACH = 2,
	NAS_DETACH_NETWORK_IMSI = 3,
};

struct nas_update_type { /* 9.9.3.14 */
	uint8_t type;
	bool active; /* bearers are to be established */
};
typedef struct nas_update_type nas_update_type_t;
enum { NAS_TA_UPDATE = 0, NAS_TA_LA_UPDATE = 1, NAS_TA_LA_UPDATE_IMSI = 2, NAS_TA_PERIODIC = 3 };

/* Network name (TS 24.008 10.5.3.5a) as UTF-8. Written in the GSM 7-bit alphabet where that has all
 * its characters, else in UCS2. */
enum { NAS_NAME_SIZE = 128 };
struct nas_network_name {
	bool add_country; /* the UE shall add the country's initials */
	char utf8[NAS_NAME_SIZE];
};
typedef struct nas_network_name nas_network_name_t;

typedef int8_t nas_time_zone_t; /* TS 24.008 10.5.3.8: quarters of an hour east of Greenwich */

struct nas_time {                                 /* TS 24.008 10.5.3.9 */
	uint16_t year;                            /* 2000 to 2099 */
	uint8_t month, day, hour, minute, second; /* month and day from 1; universal time */
	nas_time_zone_t zone;
};
typedef struct nas_time nas_time_t;

/* Extended DRX (TS 24.008 10.5.5.32): codes */
struct nas_edrx {
	uint8_t ptw, value;
};
typedef struct nas_edrx nas_edrx_t;

/* ---- session management ---- */

typedef struct bytes
	nas_octets_t; /* PCO, containers, TFT, classmarks, …: points into the message */

enum { NAS_APN_SIZE = 101 };
struct nas_apn { /* 9.9.4.1: labels joined by dots, as "internet.mnc001.mcc001.gprs" */
	char name[NAS_APN_SIZE];
};
typedef struct nas_apn nas_apn_t;

struct nas_pdn_address { /* 9.9.4.9 */
	uint8_t type;    /* NAS_PDN_* */
	struct in_addr ip4;
	uint8_t iid[8]; /* IPv6 interface identifier */
};
typedef struct nas_pdn_address nas_pdn_address_t;

/* Rates in bit/s. What cannot be coded exactly is coded as the next lower rate that can, but 1
 * kbit/s at least if not 0. APN-AMBR reaches 65,280 Mbit/s, QoS 10 Gbit/s; above that the
 * extended IE is there, too. */
struct nas_apn_ambr { /* 9.9.4.2 */
	uint64_t down, up;
};
typedef struct nas_apn_ambr nas_apn_ambr_t;
typedef struct nas_apn_ambr nas_extended_ambr_t; /* 9.9.4.29: steps of 4 Mbit/s and more */

struct nas_eps_qos { /* 9.9.4.3 */
	uint8_t qci;
	bool rates; /* the four below are there (GBR bearers) */
	uint64_t mbr_up, mbr_down, gbr_up, gbr_down;
};
typedef struct nas_eps_qos nas_eps_qos_t;

struct nas_extended_qos { /* 9.9.4.30: steps of 200 kbit/s and more */
	uint64_t mbr_up, mbr_down, gbr_up, gbr_down;
};
typedef struct nas_extended_qos nas_extended_qos_t;

/* The extended IE that goes with the base one. False: it says nothing more and is not sent. */
bool nas_ambr_extend(const struct nas_apn_ambr *, nas_extended_ambr_t *out);
bool nas_qos_extend(const struct nas_eps_qos *, struct nas_extended_qos *out);
/* What both say: of the extended one only rates count that are beyond the base one's reach. */
void nas_ambr_join(struct nas_apn_ambr *, const nas_extended_ambr_t *);
void nas_qos_join(struct nas_eps_qos *, const struct nas_extended_qos *);

struct nas_header_compression { /* 9.9.4.22 */
	uint8_t profiles;       /* bits: 0x0002, 0x0003, 0x0004, 0x0006, 0x0102, 0x0103, 0x0104 */
	uint16_t max_cid;
	struct bytes parameters; /* type and container, or empty */
};
typedef struct nas_header_compression nas_header_compression_t;

/* ---- how each type is read and written ---- */

#define NAS_TYPES(T)                                                                               \
	T(half)                                                                                    \
	T(octet)                                                                                   \
	T(emm_cause) T(esm_cause) T(ksi) T(attach_type) T(attach_result) T(update_result) T(       \
		identity_type) T(service_type) T(control_plane_service_type) T(pdn_type)           \
		T(request_type) T(additional_update_type) T(device_properties) T(                  \
			paging_identity) T(daylight_saving) T(bearer_status) T(drx) T(nri)         \
			T(dcn_id) T(imsi_offset) T(rate_control) T(nonce) T(p_tmsi_signature) T(   \
				short_mac) T(gprs_timer) T(gprs_timer_3) T(network_features)       \
				T(eps_identity) T(mobile_identity) T(tai) T(lai) T(tai_list) T(    \
					plmn_list) T(ue_network_capability)                        \
					T(ue_security_capability) T(algorithms) T(                 \
						additional_security) T(rand) T(autn) T(res)        \
						T(auts) T(hash_mme) T(detach_type) T(              \
							update_type) T(network_name) T(time_zone)  \
							T(time) T(edrx) T(octets) T(apn) T(        \
								pdn_address) T(apn_ambr)           \
								T(extended_ambr) T(eps_qos) T(     \
									extended_qos)              \
									T(header_compression)

/* Defines nas_type_T from the functions T_get, T_put, T_show, T_any. */
#define NAS_TYPE(T)                                                                                \
	const struct ie_type nas_type_##T = {                                                      \
		#T, sizeof(nas_##T##_t), T##_get, T##_put, T##_show, T##_any, NULL}

#define NAS_TYPE_DECLARE(type) extern const struct ie_type nas_type_##type;
NAS_TYPES(NAS_TYPE_DECLARE)

#endif
