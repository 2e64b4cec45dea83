/* SPDX-License-Identifier: Apache-2.0 */
/* Every EMM and ESM message of TS 24.301 8.2 and 8.3 as a table (ie.h tells what a line's columns
 * are): identifier, presence, format, least and most octets as in the clause's table. A half octet
 * IE has its identifier in the high nibble. The order is that of the specification, which is the
 * order on the wire of what has no identifier. NAS_EMM_MESSAGES and NAS_ESM_MESSAGES list them:
 *
 *	X(tag, NAME, message type, direction, clause)
 *
 * from which nas.h makes `struct nas_TAG`, the enumerator NAS_NAME and the engine's tables. */
#ifndef CODEC_NAS_MSGS_H
#define CODEC_NAS_MSGS_H

/* clang-format off */

/* ---- EPS mobility management ---- */

/* 24.301 8.2.4 */
#define IES_ATTACH_REQUEST(IE, S) \
	IE(S, attach_type,                      0x00, M, LO,  1,  1,  attach_type) \
	IE(S, ksi,                              0x00, M, HI,  1,  1,  ksi) \
	IE(S, identity,                         0x00, M, LV,  5,  12, eps_identity) \
	IE(S, ue_network_capability,            0x00, M, LV,  3,  14, ue_network_capability) \
	IE(S, esm,                              0x00, M, LVE, 5,  0,  octets) \
	IE(S, old_p_tmsi_signature,             0x19, O, TV,  4,  4,  p_tmsi_signature) \
	IE(S, additional_guti,                  0x50, O, TLV, 13, 13, eps_identity) \
	IE(S, last_tai,                         0x52, O, TV,  6,  6,  tai) \
	IE(S, drx,                              0x5c, O, TV,  3,  3,  drx) \
	IE(S, ms_network_capability,            0x31, O, TLV, 4,  10, octets) \
	IE(S, old_lai,                          0x13, O, TV,  6,  6,  lai) \
	IE(S, tmsi_status,                      0x90, O, TV1, 1,  1,  half) \
	IE(S, classmark_2,                      0x11, O, TLV, 5,  5,  octets) \
	IE(S, classmark_3,                      0x20, O, TLV, 2,  34, octets) \
	IE(S, supported_codecs,                 0x40, O, TLV, 5,  0,  octets) \
	IE(S, additional_update_type,           0xf0, O, TV1, 1,  1,  additional_update_type) \
	IE(S, voice_domain,                     0x5d, O, TLV, 3,  3,  octet) \
	IE(S, device_properties,                0xd0, O, TV1, 1,  1,  device_properties) \
	IE(S, old_guti_type,                    0xe0, O, TV1, 1,  1,  half) \
	IE(S, ms_network_features,              0xc0, O, TV1, 1,  1,  half) \
	IE(S, nri,                              0x10, O, TLV, 4,  4,  nri) \
	IE(S, t3324,                            0x6a, O, TLV, 3,  3,  gprs_timer) \
	IE(S, t3412_extended,                   0x5e, O, TLV, 3,  3,  gprs_timer_3) \
	IE(S, edrx,                             0x6e, O, TLV, 3,  3,  edrx) \
	IE(S, additional_security_capability,   0x6f, O, TLV, 6,  6,  additional_security) \
	IE(S, ue_status,                        0x6d, O, TLV, 3,  3,  octet) \
	IE(S, information_requested,            0x17, O, TV,  2,  2,  octet) \
	IE(S, n1_ue_network_capability,         0x32, O, TLV, 3,  15, octets) \
	IE(S, radio_capability_id_availability, 0x34, O, TLV, 3,  3,  octet) \
	IE(S, wus,                              0x35, O, TLV, 3,  0,  octets) \
	IE(S, nb_s1_drx,                        0x36, O, TLV, 3,  3,  octet) \
	IE(S, imsi_offset,                      0x38, O, TLV, 4,  4,  imsi_offset)

/* 24.301 8.2.1 */
#define IES_ATTACH_ACCEPT(IE, S) \
	IE(S, attach_result,                0x00, M, LO,   1,  1,     attach_result) \
	IE(S, t3412,                        0x00, M, V,    1,  1,     gprs_timer) \
	IE(S, tai_list,                     0x00, M, LV,   7,  97,    tai_list) \
	IE(S, esm,                          0x00, M, LVE,  5,  0,     octets) \
	IE(S, guti,                         0x50, O, TLV,  13, 13,    eps_identity) \
	IE(S, lai,                          0x13, O, TV,   6,  6,     lai) \
	IE(S, ms_identity,                  0x23, O, TLV,  7,  10,    mobile_identity) \
	IE(S, emm_cause,                    0x53, O, TV,   2,  2,     emm_cause) \
	IE(S, t3402,                        0x17, O, TV,   2,  2,     gprs_timer) \
	IE(S, t3423,                        0x59, O, TV,   2,  2,     gprs_timer) \
	IE(S, equivalent_plmns,             0x4a, O, TLV,  5,  47,    plmn_list) \
	IE(S, emergency_numbers,            0x34, O, TLV,  5,  50,    octets) \
	IE(S, network_features,             0x64, O, TLV,  3,  4,     network_features) \
	IE(S, additional_update_result,     0xf0, O, TV1,  1,  1,     half) \
	IE(S, t3412_extended,               0x5e, O, TLV,  3,  3,     gprs_timer_3) \
	IE(S, t3324,                        0x6a, O, TLV,  3,  3,     gprs_timer) \
	IE(S, edrx,                         0x6e, O, TLV,  3,  3,     edrx) \
	IE(S, dcn_id,                       0x65, O, TLV,  4,  4,     dcn_id) \
	IE(S, sms_services_status,          0xe0, O, TV1,  1,  1,     half) \
	IE(S, non_3gpp_policies,            0xd0, O, TV1,  1,  1,     half) \
	IE(S, t3448,                        0x6b, O, TLV,  3,  3,     gprs_timer) \
	IE(S, network_policy,               0xc0, O, TV1,  1,  1,     half) \
	IE(S, t3447,                        0x6c, O, TLV,  3,  3,     gprs_timer_3) \
	IE(S, extended_emergency_numbers,   0x7a, O, TLVE, 7,  65538, octets) \
	IE(S, ciphering_key_data,           0x7c, O, TLVE, 35, 2291,  octets) \
	IE(S, radio_capability_id,          0x66, O, TLV,  3,  0,     octets) \
	IE(S, radio_capability_id_deletion, 0xb0, O, TV1,  1,  1,     half) \
	IE(S, wus,                          0x35, O, TLV,  3,  0,     octets) \
	IE(S, nb_s1_drx,                    0x36, O, TLV,  3,  3,     octet) \
	IE(S, imsi_offset,                  0x38, O, TLV,  4,  4,     imsi_offset) \
	IE(S, forbidden_tai_roaming,        0x1d, O, TLV,  8,  98,    tai_list) \
	IE(S, forbidden_tai_regional,       0x1e, O, TLV,  8,  98,    tai_list)

/* 24.301 8.2.2 */
#define IES_ATTACH_COMPLETE(IE, S) \
	IE(S, esm, 0x00, M, LVE, 5, 0, octets)

/* 24.301 8.2.3 */
#define IES_ATTACH_REJECT(IE, S) \
	IE(S, emm_cause,              0x00, M, V,    1, 1,  emm_cause) \
	IE(S, esm,                    0x78, O, TLVE, 6, 0,  octets) \
	IE(S, t3346,                  0x5f, O, TLV,  3, 3,  gprs_timer) \
	IE(S, t3402,                  0x16, O, TLV,  3, 3,  gprs_timer) \
	IE(S, extended_emm_cause,     0xa0, O, TV1,  1, 1,  half) \
	IE(S, lower_bound_timer,      0x1c, O, TLV,  3, 3,  gprs_timer_3) \
	IE(S, forbidden_tai_roaming,  0x1d, O, TLV,  8, 98, tai_list) \
	IE(S, forbidden_tai_regional, 0x1e, O, TLV,  8, 98, tai_list)

/* 24.301 8.2.11.1 */
#define IES_DETACH_REQUEST(IE, S) \
	IE(S, detach_type, 0x00, M, LO, 1, 1,  detach_type) \
	IE(S, ksi,         0x00, M, HI, 1, 1,  ksi) \
	IE(S, identity,    0x00, M, LV, 5, 12, eps_identity)

/* 24.301 8.2.11.2 */
#define IES_DETACH_REQUEST_NETWORK(IE, S) \
	IE(S, detach_type,            0x00, M, LO,  1, 1,  detach_type) \
	IE(S, emm_cause,              0x53, O, TV,  2, 2,  emm_cause) \
	IE(S, lower_bound_timer,      0x1c, O, TLV, 3, 3,  gprs_timer_3) \
	IE(S, forbidden_tai_roaming,  0x1d, O, TLV, 8, 98, tai_list) \
	IE(S, forbidden_tai_regional, 0x1e, O, TLV, 8, 98, tai_list)

/* 24.301 8.2.10.1 */
#define IES_DETACH_ACCEPT(IE, S)

/* 24.301 8.2.29 */
#define IES_TAU_REQUEST(IE, S) \
	IE(S, update_type,                      0x00, M, LO,  1,  1,  update_type) \
	IE(S, ksi,                              0x00, M, HI,  1,  1,  ksi) \
	IE(S, old_guti,                         0x00, M, LV,  12, 12, eps_identity) \
	IE(S, native_ksi,                       0xb0, O, TV1, 1,  1,  ksi) \
	IE(S, gprs_ksi,                         0x80, O, TV1, 1,  1,  half) \
	IE(S, old_p_tmsi_signature,             0x19, O, TV,  4,  4,  p_tmsi_signature) \
	IE(S, additional_guti,                  0x50, O, TLV, 13, 13, eps_identity) \
	IE(S, nonce_ue,                         0x55, O, TV,  5,  5,  nonce) \
	IE(S, ue_network_capability,            0x58, O, TLV, 4,  15, ue_network_capability) \
	IE(S, last_tai,                         0x52, O, TV,  6,  6,  tai) \
	IE(S, drx,                              0x5c, O, TV,  3,  3,  drx) \
	IE(S, radio_capability_update,          0xa0, O, TV1, 1,  1,  half) \
	IE(S, bearer_status,                    0x57, O, TLV, 4,  4,  bearer_status) \
	IE(S, ms_network_capability,            0x31, O, TLV, 4,  10, octets) \
	IE(S, old_lai,                          0x13, O, TV,  6,  6,  lai) \
	IE(S, tmsi_status,                      0x90, O, TV1, 1,  1,  half) \
	IE(S, classmark_2,                      0x11, O, TLV, 5,  5,  octets) \
	IE(S, classmark_3,                      0x20, O, TLV, 2,  34, octets) \
	IE(S, supported_codecs,                 0x40, O, TLV, 5,  0,  octets) \
	IE(S, additional_update_type,           0xf0, O, TV1, 1,  1,  additional_update_type) \
	IE(S, voice_domain,                     0x5d, O, TLV, 3,  3,  octet) \
	IE(S, old_guti_type,                    0xe0, O, TV1, 1,  1,  half) \
	IE(S, device_properties,                0xd0, O, TV1, 1,  1,  device_properties) \
	IE(S, ms_network_features,              0xc0, O, TV1, 1,  1,  half) \
	IE(S, nri,                              0x10, O, TLV, 4,  4,  nri) \
	IE(S, t3324,                            0x6a, O, TLV, 3,  3,  gprs_timer) \
	IE(S, t3412_extended,                   0x5e, O, TLV, 3,  3,  gprs_timer_3) \
	IE(S, edrx,                             0x6e, O, TLV, 3,  3,  edrx) \
	IE(S, additional_security_capability,   0x6f, O, TLV, 6,  6,  additional_security) \
	IE(S, ue_status,                        0x6d, O, TLV, 3,  3,  octet) \
	IE(S, information_requested,            0x17, O, TV,  2,  2,  octet) \
	IE(S, n1_ue_network_capability,         0x32, O, TLV, 3,  15, octets) \
	IE(S, radio_capability_id_availability, 0x34, O, TLV, 3,  3,  octet) \
	IE(S, wus,                              0x35, O, TLV, 3,  0,  octets) \
	IE(S, nb_s1_drx,                        0x36, O, TLV, 3,  3,  octet) \
	IE(S, imsi_offset,                      0x38, O, TLV, 4,  4,  imsi_offset) \
	IE(S, ue_request_type,                  0x29, O, TLV, 3,  3,  octet) \
	IE(S, paging_restriction,               0x28, O, TLV, 3,  5,  octets)

/* 24.301 8.2.26 */
#define IES_TAU_ACCEPT(IE, S) \
	IE(S, update_result,                0x00, M, LO,   1,  1,     update_result) \
	IE(S, t3412,                        0x5a, O, TV,   2,  2,     gprs_timer) \
	IE(S, guti,                         0x50, O, TLV,  13, 13,    eps_identity) \
	IE(S, tai_list,                     0x54, O, TLV,  8,  98,    tai_list) \
	IE(S, bearer_status,                0x57, O, TLV,  4,  4,     bearer_status) \
	IE(S, lai,                          0x13, O, TV,   6,  6,     lai) \
	IE(S, ms_identity,                  0x23, O, TLV,  7,  10,    mobile_identity) \
	IE(S, emm_cause,                    0x53, O, TV,   2,  2,     emm_cause) \
	IE(S, t3402,                        0x17, O, TV,   2,  2,     gprs_timer) \
	IE(S, t3423,                        0x59, O, TV,   2,  2,     gprs_timer) \
	IE(S, equivalent_plmns,             0x4a, O, TLV,  5,  47,    plmn_list) \
	IE(S, emergency_numbers,            0x34, O, TLV,  5,  50,    octets) \
	IE(S, network_features,             0x64, O, TLV,  3,  4,     network_features) \
	IE(S, additional_update_result,     0xf0, O, TV1,  1,  1,     half) \
	IE(S, t3412_extended,               0x5e, O, TLV,  3,  3,     gprs_timer_3) \
	IE(S, t3324,                        0x6a, O, TLV,  3,  3,     gprs_timer) \
	IE(S, edrx,                         0x6e, O, TLV,  3,  3,     edrx) \
	IE(S, header_compression_status,    0x68, O, TLV,  4,  4,     bearer_status) \
	IE(S, dcn_id,                       0x65, O, TLV,  4,  4,     dcn_id) \
	IE(S, sms_services_status,          0xe0, O, TV1,  1,  1,     half) \
	IE(S, non_3gpp_policies,            0xd0, O, TV1,  1,  1,     half) \
	IE(S, t3448,                        0x6b, O, TLV,  3,  3,     gprs_timer) \
	IE(S, network_policy,               0xc0, O, TV1,  1,  1,     half) \
	IE(S, t3447,                        0x6c, O, TLV,  3,  3,     gprs_timer_3) \
	IE(S, extended_emergency_numbers,   0x7a, O, TLVE, 7,  65538, octets) \
	IE(S, ciphering_key_data,           0x7c, O, TLVE, 35, 2291,  octets) \
	IE(S, radio_capability_id,          0x66, O, TLV,  3,  0,     octets) \
	IE(S, radio_capability_id_deletion, 0xb0, O, TV1,  1,  1,     half) \
	IE(S, wus,                          0x35, O, TLV,  3,  0,     octets) \
	IE(S, nb_s1_drx,                    0x36, O, TLV,  3,  3,     octet) \
	IE(S, imsi_offset,                  0x38, O, TLV,  4,  4,     imsi_offset) \
	IE(S, additional_request_result,    0x37, O, TLV,  3,  3,     octet) \
	IE(S, forbidden_tai_roaming,        0x1d, O, TLV,  8,  98,    tai_list) \
	IE(S, forbidden_tai_regional,       0x1e, O, TLV,  8,  98,    tai_list)

/* 24.301 8.2.27 */
#define IES_TAU_COMPLETE(IE, S)

/* 24.301 8.2.28 */
#define IES_TAU_REJECT(IE, S) \
	IE(S, emm_cause,              0x00, M, V,   1, 1,  emm_cause) \
	IE(S, t3346,                  0x5f, O, TLV, 3, 3,  gprs_timer) \
	IE(S, extended_emm_cause,     0xa0, O, TV1, 1, 1,  half) \
	IE(S, lower_bound_timer,      0x1c, O, TLV, 3, 3,  gprs_timer_3) \
	IE(S, forbidden_tai_roaming,  0x1d, O, TLV, 8, 98, tai_list) \
	IE(S, forbidden_tai_regional, 0x1e, O, TLV, 8, 98, tai_list)

/* 24.301 8.2.15 */
#define IES_EXTENDED_SERVICE_REQUEST(IE, S) \
	IE(S, service_type,       0x00, M, LO,  1, 1, service_type) \
	IE(S, ksi,                0x00, M, HI,  1, 1, ksi) \
	IE(S, m_tmsi,             0x00, M, LV,  6, 6, mobile_identity) \
	IE(S, csfb_response,      0xb0, C, TV1, 1, 1, half) \
	IE(S, bearer_status,      0x57, O, TLV, 4, 4, bearer_status) \
	IE(S, device_properties,  0xd0, O, TV1, 1, 1, device_properties) \
	IE(S, ue_request_type,    0x29, O, TLV, 3, 3, octet) \
	IE(S, paging_restriction, 0x28, O, TLV, 3, 5, octets)

/* 24.301 8.2.33 */
#define IES_CONTROL_PLANE_SERVICE_REQUEST(IE, S) \
	IE(S, control_plane_service_type, 0x00, M, LO,   1, 1,   control_plane_service_type) \
	IE(S, ksi,                        0x00, M, HI,   1, 1,   ksi) \
	IE(S, esm,                        0x78, O, TLVE, 3, 0,   octets) \
	IE(S, nas_message_container,      0x67, O, TLV,  4, 253, octets) \
	IE(S, bearer_status,              0x57, O, TLV,  4, 4,   bearer_status) \
	IE(S, device_properties,          0xd0, O, TV1,  1, 1,   device_properties) \
	IE(S, ue_request_type,            0x29, O, TLV,  3, 3,   octet) \
	IE(S, paging_restriction,         0x28, O, TLV,  3, 5,   octets)

/* 24.301 8.2.24 */
#define IES_SERVICE_REJECT(IE, S) \
	IE(S, emm_cause,              0x00, M, V,   1, 1,  emm_cause) \
	IE(S, t3442,                  0x5b, C, TV,  2, 2,  gprs_timer) \
	IE(S, t3346,                  0x5f, O, TLV, 3, 3,  gprs_timer) \
	IE(S, t3448,                  0x6b, O, TLV, 3, 3,  gprs_timer) \
	IE(S, lower_bound_timer,      0x1c, O, TLV, 3, 3,  gprs_timer_3) \
	IE(S, forbidden_tai_roaming,  0x1d, O, TLV, 8, 98, tai_list) \
	IE(S, forbidden_tai_regional, 0x1e, O, TLV, 8, 98, tai_list)

/* 24.301 8.2.34 */
#define IES_SERVICE_ACCEPT(IE, S) \
	IE(S, bearer_status,             0x57, O, TLV, 4, 4,  bearer_status) \
	IE(S, t3448,                     0x6b, O, TLV, 3, 3,  gprs_timer) \
	IE(S, additional_request_result, 0x37, O, TLV, 3, 3,  octet) \
	IE(S, forbidden_tai_roaming,     0x1d, O, TLV, 8, 98, tai_list) \
	IE(S, forbidden_tai_regional,    0x1e, O, TLV, 8, 98, tai_list)

/* 24.301 8.2.16 */
#define IES_GUTI_REALLOCATION_COMMAND(IE, S) \
	IE(S, guti,                         0x00, M, LV,  12, 12, eps_identity) \
	IE(S, tai_list,                     0x54, O, TLV, 8,  98, tai_list) \
	IE(S, dcn_id,                       0x65, O, TLV, 4,  4,  dcn_id) \
	IE(S, radio_capability_id,          0x66, O, TLV, 3,  0,  octets) \
	IE(S, radio_capability_id_deletion, 0xb0, O, TV1, 1,  1,  half)

/* 24.301 8.2.17 */
#define IES_GUTI_REALLOCATION_COMPLETE(IE, S)

/* 24.301 8.2.7 */
#define IES_AUTHENTICATION_REQUEST(IE, S) \
	IE(S, ksi,  0x00, M, LO, 1,  1,  ksi) \
	IE(S, rand, 0x00, M, V,  16, 16, rand) \
	IE(S, autn, 0x00, M, LV, 17, 17, autn)

/* 24.301 8.2.8 */
#define IES_AUTHENTICATION_RESPONSE(IE, S) \
	IE(S, res, 0x00, M, LV, 5, 17, res)

/* 24.301 8.2.6 */
#define IES_AUTHENTICATION_REJECT(IE, S)

/* 24.301 8.2.5 */
#define IES_AUTHENTICATION_FAILURE(IE, S) \
	IE(S, emm_cause, 0x00, M, V,   1,  1,  emm_cause) \
	IE(S, auts,      0x30, O, TLV, 16, 16, auts)

/* 24.301 8.2.18 */
#define IES_IDENTITY_REQUEST(IE, S) \
	IE(S, identity_type, 0x00, M, LO, 1, 1, identity_type)

/* 24.301 8.2.19 */
#define IES_IDENTITY_RESPONSE(IE, S) \
	IE(S, identity, 0x00, M, LV, 4, 10, mobile_identity)

/* 24.301 8.2.20 */
#define IES_SECURITY_MODE_COMMAND(IE, S) \
	IE(S, algorithms,                     0x00, M, V,   1,  1,  algorithms) \
	IE(S, ksi,                            0x00, M, LO,  1,  1,  ksi) \
	IE(S, ue_security_capability,         0x00, M, LV,  3,  6,  ue_security_capability) \
	IE(S, imeisv_request,                 0xc0, O, TV1, 1,  1,  half) \
	IE(S, nonce_ue,                       0x55, O, TV,  5,  5,  nonce) \
	IE(S, nonce_mme,                      0x56, O, TV,  5,  5,  nonce) \
	IE(S, hash_mme,                       0x4f, O, TLV, 10, 10, hash_mme) \
	IE(S, additional_security_capability, 0x6f, O, TLV, 6,  6,  additional_security) \
	IE(S, radio_capability_id_request,    0x37, O, TLV, 3,  3,  octet)

/* 24.301 8.2.21 */
#define IES_SECURITY_MODE_COMPLETE(IE, S) \
	IE(S, imeisv,                         0x23, O, TLV,  11, 11, mobile_identity) \
	IE(S, replayed_nas_message_container, 0x79, O, TLVE, 3,  0,  octets) \
	IE(S, radio_capability_id,            0x66, O, TLV,  3,  0,  octets)

/* 24.301 8.2.22 */
#define IES_SECURITY_MODE_REJECT(IE, S) \
	IE(S, emm_cause, 0x00, M, V, 1, 1, emm_cause)

/* 24.301 8.2.14 */
#define IES_EMM_STATUS(IE, S) \
	IE(S, emm_cause, 0x00, M, V, 1, 1, emm_cause)

/* 24.301 8.2.13 */
#define IES_EMM_INFORMATION(IE, S) \
	IE(S, full_name,       0x43, O, TLV, 3, 0, network_name) \
	IE(S, short_name,      0x45, O, TLV, 3, 0, network_name) \
	IE(S, time_zone,       0x46, O, TV,  2, 2, time_zone) \
	IE(S, time,            0x47, O, TV,  8, 8, time) \
	IE(S, daylight_saving, 0x49, O, TLV, 3, 3, daylight_saving)

/* 24.301 8.2.12 */
#define IES_DOWNLINK_NAS_TRANSPORT(IE, S) \
	IE(S, nas_message_container, 0x00, M, LV, 3, 252, octets)

/* 24.301 8.2.30 */
#define IES_UPLINK_NAS_TRANSPORT(IE, S) \
	IE(S, nas_message_container, 0x00, M, LV, 3, 252, octets)

/* 24.301 8.2.9 */
#define IES_CS_SERVICE_NOTIFICATION(IE, S) \
	IE(S, paging_identity,     0x00, M, V,   1, 1,   paging_identity) \
	IE(S, cli,                 0x60, O, TLV, 3, 14,  octets) \
	IE(S, ss_code,             0x61, O, TV,  2, 2,   octet) \
	IE(S, lcs_indicator,       0x62, O, TV,  2, 2,   octet) \
	IE(S, lcs_client_identity, 0x63, O, TLV, 3, 257, octets)

/* 24.301 8.2.31 */
#define IES_DOWNLINK_GENERIC_NAS_TRANSPORT(IE, S) \
	IE(S, generic_message_container_type, 0x00, M, V,   1, 1, octet) \
	IE(S, generic_message_container,      0x00, M, LVE, 3, 0, octets) \
	IE(S, additional_information,         0x65, O, TLV, 3, 0, octets)

/* 24.301 8.2.32 */
#define IES_UPLINK_GENERIC_NAS_TRANSPORT(IE, S) \
	IE(S, generic_message_container_type, 0x00, M, V,   1, 1, octet) \
	IE(S, generic_message_container,      0x00, M, LVE, 3, 0, octets) \
	IE(S, additional_information,         0x65, O, TLV, 3, 0, octets)

/* ---- EPS session management ---- */

/* 24.301 8.3.6 */
#define IES_ACTIVATE_DEFAULT_BEARER_REQUEST(IE, S) \
	IE(S, qos,                           0x00, M, LV,   2,  14,    eps_qos) \
	IE(S, apn,                           0x00, M, LV,   2,  101,   apn) \
	IE(S, pdn_address,                   0x00, M, LV,   6,  14,    pdn_address) \
	IE(S, transaction_identifier,        0x5d, O, TLV,  3,  4,     octets) \
	IE(S, negotiated_qos,                0x30, O, TLV,  14, 22,    octets) \
	IE(S, negotiated_llc_sapi,           0x32, O, TV,   2,  2,     octet) \
	IE(S, radio_priority,                0x80, O, TV1,  1,  1,     half) \
	IE(S, packet_flow_identifier,        0x34, O, TLV,  3,  3,     octet) \
	IE(S, apn_ambr,                      0x5e, O, TLV,  4,  8,     apn_ambr) \
	IE(S, esm_cause,                     0x58, O, TV,   2,  2,     esm_cause) \
	IE(S, pco,                           0x27, O, TLV,  3,  253,   octets) \
	IE(S, connectivity_type,             0xb0, O, TV1,  1,  1,     half) \
	IE(S, wlan_offload_indication,       0xc0, O, TV1,  1,  1,     half) \
	IE(S, nbifom_container,              0x33, O, TLV,  3,  257,   octets) \
	IE(S, header_compression,            0x66, O, TLV,  5,  257,   header_compression) \
	IE(S, control_plane_only_indication, 0x90, O, TV1,  1,  1,     half) \
	IE(S, epco,                          0x7b, O, TLVE, 4,  65538, octets) \
	IE(S, serving_plmn_rate_control,     0x6e, O, TLV,  4,  4,     rate_control) \
	IE(S, extended_ambr,                 0x5f, O, TLV,  8,  8,     extended_ambr)

/* 24.301 8.3.4 */
#define IES_ACTIVATE_DEFAULT_BEARER_ACCEPT(IE, S) \
	IE(S, pco,  0x27, O, TLV,  3, 253,   octets) \
	IE(S, epco, 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.5 */
#define IES_ACTIVATE_DEFAULT_BEARER_REJECT(IE, S) \
	IE(S, esm_cause, 0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,       0x27, O, TLV,  3, 253,   octets) \
	IE(S, epco,      0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.3 */
#define IES_ACTIVATE_DEDICATED_BEARER_REQUEST(IE, S) \
	IE(S, linked_ebi,              0x00, M, LO,   1,  1,     half) \
	IE(S, qos,                     0x00, M, LV,   2,  14,    eps_qos) \
	IE(S, tft,                     0x00, M, LV,   2,  256,   octets) \
	IE(S, transaction_identifier,  0x5d, O, TLV,  3,  4,     octets) \
	IE(S, negotiated_qos,          0x30, O, TLV,  14, 22,    octets) \
	IE(S, negotiated_llc_sapi,     0x32, O, TV,   2,  2,     octet) \
	IE(S, radio_priority,          0x80, O, TV1,  1,  1,     half) \
	IE(S, packet_flow_identifier,  0x34, O, TLV,  3,  3,     octet) \
	IE(S, pco,                     0x27, O, TLV,  3,  253,   octets) \
	IE(S, wlan_offload_indication, 0xc0, O, TV1,  1,  1,     half) \
	IE(S, nbifom_container,        0x33, O, TLV,  3,  257,   octets) \
	IE(S, epco,                    0x7b, O, TLVE, 4,  65538, octets) \
	IE(S, extended_qos,            0x5c, O, TLV,  12, 12,    extended_qos)

/* 24.301 8.3.1 */
#define IES_ACTIVATE_DEDICATED_BEARER_ACCEPT(IE, S) \
	IE(S, pco,              0x27, O, TLV,  3, 253,   octets) \
	IE(S, nbifom_container, 0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,             0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.2 */
#define IES_ACTIVATE_DEDICATED_BEARER_REJECT(IE, S) \
	IE(S, esm_cause,        0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,              0x27, O, TLV,  3, 253,   octets) \
	IE(S, nbifom_container, 0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,             0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.18 */
#define IES_MODIFY_BEARER_REQUEST(IE, S) \
	IE(S, qos,                     0x5b, O, TLV,  3,  15,    eps_qos) \
	IE(S, tft,                     0x36, O, TLV,  3,  257,   octets) \
	IE(S, negotiated_qos,          0x30, O, TLV,  14, 22,    octets) \
	IE(S, negotiated_llc_sapi,     0x32, O, TV,   2,  2,     octet) \
	IE(S, radio_priority,          0x80, O, TV1,  1,  1,     half) \
	IE(S, packet_flow_identifier,  0x34, O, TLV,  3,  3,     octet) \
	IE(S, apn_ambr,                0x5e, O, TLV,  4,  8,     apn_ambr) \
	IE(S, pco,                     0x27, O, TLV,  3,  253,   octets) \
	IE(S, wlan_offload_indication, 0xc0, O, TV1,  1,  1,     half) \
	IE(S, nbifom_container,        0x33, O, TLV,  3,  257,   octets) \
	IE(S, header_compression,      0x66, O, TLV,  5,  257,   header_compression) \
	IE(S, epco,                    0x7b, O, TLVE, 4,  65538, octets) \
	IE(S, extended_ambr,           0x5f, O, TLV,  8,  8,     extended_ambr) \
	IE(S, extended_qos,            0x5c, O, TLV,  12, 12,    extended_qos)

/* 24.301 8.3.16 */
#define IES_MODIFY_BEARER_ACCEPT(IE, S) \
	IE(S, pco,              0x27, O, TLV,  3, 253,   octets) \
	IE(S, nbifom_container, 0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,             0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.17 */
#define IES_MODIFY_BEARER_REJECT(IE, S) \
	IE(S, esm_cause,        0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,              0x27, O, TLV,  3, 253,   octets) \
	IE(S, nbifom_container, 0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,             0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.12 */
#define IES_DEACTIVATE_BEARER_REQUEST(IE, S) \
	IE(S, esm_cause,               0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,                     0x27, O, TLV,  3, 253,   octets) \
	IE(S, t3396,                   0x37, O, TLV,  3, 3,     gprs_timer_3) \
	IE(S, wlan_offload_indication, 0xc0, O, TV1,  1, 1,     half) \
	IE(S, nbifom_container,        0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,                    0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.11 */
#define IES_DEACTIVATE_BEARER_ACCEPT(IE, S) \
	IE(S, pco,  0x27, O, TLV,  3, 253,   octets) \
	IE(S, epco, 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.20 */
#define IES_PDN_CONNECTIVITY_REQUEST(IE, S) \
	IE(S, request_type,         0x00, M, LO,   1, 1,     request_type) \
	IE(S, pdn_type,             0x00, M, HI,   1, 1,     pdn_type) \
	IE(S, information_transfer, 0xd0, O, TV1,  1, 1,     half) \
	IE(S, apn,                  0x28, O, TLV,  3, 102,   apn) \
	IE(S, pco,                  0x27, O, TLV,  3, 253,   octets) \
	IE(S, device_properties,    0xc0, O, TV1,  1, 1,     device_properties) \
	IE(S, nbifom_container,     0x33, O, TLV,  3, 257,   octets) \
	IE(S, header_compression,   0x66, O, TLV,  5, 257,   header_compression) \
	IE(S, epco,                 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.19 */
#define IES_PDN_CONNECTIVITY_REJECT(IE, S) \
	IE(S, esm_cause,            0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,                  0x27, O, TLV,  3, 253,   octets) \
	IE(S, t3396,                0x37, O, TLV,  3, 3,     gprs_timer_3) \
	IE(S, re_attempt_indicator, 0x6b, O, TLV,  3, 3,     octet) \
	IE(S, nbifom_container,     0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,                 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.22 */
#define IES_PDN_DISCONNECT_REQUEST(IE, S) \
	IE(S, linked_ebi, 0x00, M, LO,   1, 1,     half) \
	IE(S, pco,        0x27, O, TLV,  3, 253,   octets) \
	IE(S, epco,       0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.21 */
#define IES_PDN_DISCONNECT_REJECT(IE, S) \
	IE(S, esm_cause, 0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,       0x27, O, TLV,  3, 253,   octets) \
	IE(S, epco,      0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.8 */
#define IES_BEARER_RESOURCE_ALLOCATION_REQUEST(IE, S) \
	IE(S, linked_ebi,        0x00, M, LO,   1,  1,     half) \
	IE(S, tfa,               0x00, M, LV,   2,  256,   octets) \
	IE(S, qos,               0x00, M, LV,   2,  14,    eps_qos) \
	IE(S, pco,               0x27, O, TLV,  3,  253,   octets) \
	IE(S, device_properties, 0xc0, O, TV1,  1,  1,     device_properties) \
	IE(S, nbifom_container,  0x33, O, TLV,  3,  257,   octets) \
	IE(S, epco,              0x7b, O, TLVE, 4,  65538, octets) \
	IE(S, extended_qos,      0x5c, O, TLV,  12, 12,    extended_qos)

/* 24.301 8.3.7 */
#define IES_BEARER_RESOURCE_ALLOCATION_REJECT(IE, S) \
	IE(S, esm_cause,            0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,                  0x27, O, TLV,  3, 253,   octets) \
	IE(S, t3396,                0x37, O, TLV,  3, 3,     gprs_timer_3) \
	IE(S, re_attempt_indicator, 0x6b, O, TLV,  3, 3,     octet) \
	IE(S, nbifom_container,     0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,                 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.10 */
#define IES_BEARER_RESOURCE_MODIFICATION_REQUEST(IE, S) \
	IE(S, linked_ebi,         0x00, M, LO,   1,  1,     half) \
	IE(S, tfa,                0x00, M, LV,   2,  256,   octets) \
	IE(S, qos,                0x5b, O, TLV,  3,  15,    eps_qos) \
	IE(S, esm_cause,          0x58, O, TV,   2,  2,     esm_cause) \
	IE(S, pco,                0x27, O, TLV,  3,  253,   octets) \
	IE(S, device_properties,  0xc0, O, TV1,  1,  1,     device_properties) \
	IE(S, nbifom_container,   0x33, O, TLV,  3,  257,   octets) \
	IE(S, header_compression, 0x66, O, TLV,  5,  257,   header_compression) \
	IE(S, epco,               0x7b, O, TLVE, 4,  65538, octets) \
	IE(S, extended_qos,       0x5c, O, TLV,  12, 12,    extended_qos)

/* 24.301 8.3.9 */
#define IES_BEARER_RESOURCE_MODIFICATION_REJECT(IE, S) \
	IE(S, esm_cause,            0x00, M, V,    1, 1,     esm_cause) \
	IE(S, pco,                  0x27, O, TLV,  3, 253,   octets) \
	IE(S, t3396,                0x37, O, TLV,  3, 3,     gprs_timer_3) \
	IE(S, re_attempt_indicator, 0x6b, O, TLV,  3, 3,     octet) \
	IE(S, nbifom_container,     0x33, O, TLV,  3, 257,   octets) \
	IE(S, epco,                 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.13 */
#define IES_ESM_INFORMATION_REQUEST(IE, S)

/* 24.301 8.3.14 */
#define IES_ESM_INFORMATION_RESPONSE(IE, S) \
	IE(S, apn,  0x28, O, TLV,  3, 102,   apn) \
	IE(S, pco,  0x27, O, TLV,  3, 253,   octets) \
	IE(S, epco, 0x7b, O, TLVE, 4, 65538, octets)

/* 24.301 8.3.18A */
#define IES_NOTIFICATION(IE, S) \
	IE(S, notification_indicator, 0x00, M, LV, 2, 2, octet)

/* 24.301 8.3.12A */
#define IES_ESM_DUMMY(IE, S)

/* 24.301 8.3.15 */
#define IES_ESM_STATUS(IE, S) \
	IE(S, esm_cause, 0x00, M, V, 1, 1, esm_cause)

/* 24.301 8.3.23 */
#define IES_REMOTE_UE_REPORT(IE, S) \
	IE(S, remote_ue_context_connected,    0x79, O, TLVE, 3, 65538, octets) \
	IE(S, remote_ue_context_disconnected, 0x7a, O, TLVE, 3, 65538, octets) \
	IE(S, pkmf_address,                   0x6f, O, TLV,  3, 19,    octets)

/* 24.301 8.3.24 */
#define IES_REMOTE_UE_REPORT_RESPONSE(IE, S)

/* 24.301 8.3.25 */
#define IES_ESM_DATA_TRANSPORT(IE, S) \
	IE(S, user_data_container,           0x00, M, LVE, 2, 0, octets) \
	IE(S, release_assistance_indication, 0xf0, O, TV1, 1, 1, half)

/* 24.301 8.2.25: no message type; its security header type says what it is */
#define IES_SERVICE_REQUEST(IE, S) \
	IE(S, ksi_and_seq, 0x00, M, V, 1, 1, octet) \
	IE(S, short_mac,   0x00, M, V, 2, 2, short_mac)

/* ---- the lists ---- */

#define NAS_EMM_MESSAGES(X) \
	X(attach_request,                 ATTACH_REQUEST, 0x41, UP,   "8.2.4") \
	X(attach_accept,                  ATTACH_ACCEPT, 0x42, DOWN, "8.2.1") \
	X(attach_complete,                ATTACH_COMPLETE, 0x43, UP,   "8.2.2") \
	X(attach_reject,                  ATTACH_REJECT, 0x44, DOWN, "8.2.3") \
	X(detach_request,                 DETACH_REQUEST, 0x45, UP,   "8.2.11.1") \
	X(detach_request_network,         DETACH_REQUEST_NETWORK, 0x45, DOWN, "8.2.11.2") \
	X(detach_accept,                  DETACH_ACCEPT, 0x46, BOTH, "8.2.10.1") \
	X(tau_request,                    TAU_REQUEST, 0x48, UP,   "8.2.29") \
	X(tau_accept,                     TAU_ACCEPT, 0x49, DOWN, "8.2.26") \
	X(tau_complete,                   TAU_COMPLETE, 0x4a, UP,   "8.2.27") \
	X(tau_reject,                     TAU_REJECT, 0x4b, DOWN, "8.2.28") \
	X(extended_service_request,       EXTENDED_SERVICE_REQUEST, 0x4c, UP,   "8.2.15") \
	X(control_plane_service_request,  CONTROL_PLANE_SERVICE_REQUEST, 0x4d, UP,   "8.2.33") \
	X(service_reject,                 SERVICE_REJECT, 0x4e, DOWN, "8.2.24") \
	X(service_accept,                 SERVICE_ACCEPT, 0x4f, DOWN, "8.2.34") \
	X(guti_reallocation_command,      GUTI_REALLOCATION_COMMAND, 0x50, DOWN, "8.2.16") \
	X(guti_reallocation_complete,     GUTI_REALLOCATION_COMPLETE, 0x51, UP,   "8.2.17") \
	X(authentication_request,         AUTHENTICATION_REQUEST, 0x52, DOWN, "8.2.7") \
	X(authentication_response,        AUTHENTICATION_RESPONSE, 0x53, UP,   "8.2.8") \
	X(authentication_reject,          AUTHENTICATION_REJECT, 0x54, DOWN, "8.2.6") \
	X(authentication_failure,         AUTHENTICATION_FAILURE, 0x5c, UP,   "8.2.5") \
	X(identity_request,               IDENTITY_REQUEST, 0x55, DOWN, "8.2.18") \
	X(identity_response,              IDENTITY_RESPONSE, 0x56, UP,   "8.2.19") \
	X(security_mode_command,          SECURITY_MODE_COMMAND, 0x5d, DOWN, "8.2.20") \
	X(security_mode_complete,         SECURITY_MODE_COMPLETE, 0x5e, UP,   "8.2.21") \
	X(security_mode_reject,           SECURITY_MODE_REJECT, 0x5f, UP,   "8.2.22") \
	X(emm_status,                     EMM_STATUS, 0x60, BOTH, "8.2.14") \
	X(emm_information,                EMM_INFORMATION, 0x61, DOWN, "8.2.13") \
	X(downlink_nas_transport,         DOWNLINK_NAS_TRANSPORT, 0x62, DOWN, "8.2.12") \
	X(uplink_nas_transport,           UPLINK_NAS_TRANSPORT, 0x63, UP,   "8.2.30") \
	X(cs_service_notification,        CS_SERVICE_NOTIFICATION, 0x64, DOWN, "8.2.9") \
	X(downlink_generic_nas_transport, DOWNLINK_GENERIC_NAS_TRANSPORT, 0x68, DOWN, "8.2.31") \
	X(uplink_generic_nas_transport,   UPLINK_GENERIC_NAS_TRANSPORT, 0x69, UP,   "8.2.32")

#define NAS_ESM_MESSAGES(X) \
	X(activate_default_bearer_request,      ACTIVATE_DEFAULT_BEARER_REQUEST, 0xc1, DOWN, "8.3.6") \
	X(activate_default_bearer_accept,       ACTIVATE_DEFAULT_BEARER_ACCEPT, 0xc2, UP,   "8.3.4") \
	X(activate_default_bearer_reject,       ACTIVATE_DEFAULT_BEARER_REJECT, 0xc3, UP,   "8.3.5") \
	X(activate_dedicated_bearer_request,    ACTIVATE_DEDICATED_BEARER_REQUEST, 0xc5, DOWN, "8.3.3") \
	X(activate_dedicated_bearer_accept,     ACTIVATE_DEDICATED_BEARER_ACCEPT, 0xc6, UP,   "8.3.1") \
	X(activate_dedicated_bearer_reject,     ACTIVATE_DEDICATED_BEARER_REJECT, 0xc7, UP,   "8.3.2") \
	X(modify_bearer_request,                MODIFY_BEARER_REQUEST, 0xc9, DOWN, "8.3.18") \
	X(modify_bearer_accept,                 MODIFY_BEARER_ACCEPT, 0xca, UP,   "8.3.16") \
	X(modify_bearer_reject,                 MODIFY_BEARER_REJECT, 0xcb, UP,   "8.3.17") \
	X(deactivate_bearer_request,            DEACTIVATE_BEARER_REQUEST, 0xcd, DOWN, "8.3.12") \
	X(deactivate_bearer_accept,             DEACTIVATE_BEARER_ACCEPT, 0xce, UP,   "8.3.11") \
	X(pdn_connectivity_request,             PDN_CONNECTIVITY_REQUEST, 0xd0, UP,   "8.3.20") \
	X(pdn_connectivity_reject,              PDN_CONNECTIVITY_REJECT, 0xd1, DOWN, "8.3.19") \
	X(pdn_disconnect_request,               PDN_DISCONNECT_REQUEST, 0xd2, UP,   "8.3.22") \
	X(pdn_disconnect_reject,                PDN_DISCONNECT_REJECT, 0xd3, DOWN, "8.3.21") \
	X(bearer_resource_allocation_request,   BEARER_RESOURCE_ALLOCATION_REQUEST, 0xd4, UP,   "8.3.8") \
	X(bearer_resource_allocation_reject,    BEARER_RESOURCE_ALLOCATION_REJECT, 0xd5, DOWN, "8.3.7") \
	X(bearer_resource_modification_request, BEARER_RESOURCE_MODIFICATION_REQUEST, 0xd6, UP,   "8.3.10") \
	X(bearer_resource_modification_reject,  BEARER_RESOURCE_MODIFICATION_REJECT, 0xd7, DOWN, "8.3.9") \
	X(esm_information_request,              ESM_INFORMATION_REQUEST, 0xd9, DOWN, "8.3.13") \
	X(esm_information_response,             ESM_INFORMATION_RESPONSE, 0xda, UP,   "8.3.14") \
	X(notification,                         NOTIFICATION, 0xdb, DOWN, "8.3.18A") \
	X(esm_dummy,                            ESM_DUMMY, 0xdc, BOTH, "8.3.12A") \
	X(esm_status,                           ESM_STATUS, 0xe8, BOTH, "8.3.15") \
	X(remote_ue_report,                     REMOTE_UE_REPORT, 0xe9, UP,   "8.3.23") \
	X(remote_ue_report_response,            REMOTE_UE_REPORT_RESPONSE, 0xea, DOWN, "8.3.24") \
	X(esm_data_transport,                   ESM_DATA_TRANSPORT, 0xeb, BOTH, "8.3.25")

#endif
