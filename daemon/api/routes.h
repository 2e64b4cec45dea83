/* SPDX-License-Identifier: Apache-2.0 */
/* Every path of the API, its method and its function (http.h, struct api_route): R, or S for one that
 * may take its body as it comes. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#define API_ROUTES(R, S)                                                                           \
	R("GET", "/sims", sims_list)                                                               \
	S("POST", "/sims", sims_post, sims_import, sims_chunk)                                     \
	R("GET", "/sims/:imsi", sim_show)                                                          \
	R("PATCH", "/sims/:imsi", sim_set)                                                         \
	R("DELETE", "/sims/:imsi", sim_delete)                                                     \
	R("GET", "/sessions", sessions_list)                                                       \
	R("GET", "/sessions/:imsi", sessions_show)                                                 \
	R("GET", "/ues", ues_list)                                                                 \
	R("GET", "/ues/:imsi", ue_show)                                                            \
	R("POST", "/ues/:imsi/detach", ue_detach)                                                  \
	R("POST", "/ues/:imsi/reauthenticate", ue_reauthenticate)                                  \
	R("POST", "/ues/:imsi/reallocate", ue_reallocate)                                          \
	R("GET", "/mme", mme_show)                                                                 \
	R("GET", "/mme/drain", mme_drain_show)                                                     \
	R("POST", "/mme/drain", mme_drain_start)                                                   \
	R("DELETE", "/mme/drain", mme_drain_stop)                                                  \
	R("GET", "/bearers/:imsi", bearers_show)                                                   \
	R("POST", "/bearers/:imsi", bearer_add)                                                    \
	R("PATCH", "/bearers/:imsi", bearer_set)                                                   \
	R("DELETE", "/bearers/:imsi", bearer_del)                                                  \
	R("GET", "/access", access_list)                                                           \
	R("POST", "/access", access_post)                                                          \
	R("DELETE", "/access", access_delete)                                                      \
	R("POST", "/ues/:imsi/locate", ue_locate)                                                  \
	R("POST", "/ues/:imsi/radio-trace", ue_radio_trace)                                        \
	R("DELETE", "/ues/:imsi/radio-trace", ue_radio_trace)                                      \
	R("POST", "/ues/:imsi/voice", ue_voice)                                                    \
	R("GET", "/enbs", enbs_list)                                                               \
	R("GET", "/enbs/:word", enb_show)                                                          \
	R("POST", "/enbs/:word/reset", enb_reset_post)                                             \
	R("GET", "/overload", overload_show)                                                       \
	R("POST", "/overload", overload_set)                                                       \
	R("DELETE", "/overload", overload_set)                                                     \
	R("GET", "/warnings", warnings_list)                                                       \
	R("GET", "/warnings/:word", warning_show)                                                  \
	R("POST", "/warnings", warning_post)                                                       \
	R("DELETE", "/warnings", warning_delete)                                                   \
	R("GET", "/policy", policy_list)                                                           \
	R("GET", "/policy/versions", policy_versions)                                              \
	R("GET", "/policy/file", policy_file)                                                      \
	R("POST", "/policy/plan", policy_plan_post)                                                \
	R("POST", "/policy/apply", policy_apply_post)                                              \
	R("POST", "/policy/rollback", policy_rollback)                                             \
	R("GET", "/policy/devices/:imsi", policy_device_show)                                      \
	R("POST", "/policy/devices", policy_devices_post)                                          \
	R("GET", "/pools", pools_list)                                                             \
	R("GET", "/peers", peers_list)                                                             \
	R("GET", "/trace", trace)                                                                  \
	R("GET", "/trace/:imsi", trace)                                                            \
	R("GET", "/capture/:imsi", capture)                                                        \
	R("GET", "/why/:imsi", why)                                                                \
	R("GET", "/stats", stats_show)                                                             \
	R("GET", "/metrics", metrics_show)                                                         \
	R("GET", "/memory", memory_show)                                                           \
	R("GET", "/version", version_show)

#endif
