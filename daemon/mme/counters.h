/* SPDX-License-Identifier: Apache-2.0 */
/* What the MME counts, but for NODE_COUNTERS (node.h): one list makes struct, text and metric. */
#ifndef MME_COUNTERS_H
#define MME_COUNTERS_H

#define MME_COUNTERS(C)                                                                            \
	NODE_COUNTERS(C)                                                                           \
	C(s1_setup, "S1 Setup Requests accepted")                                                  \
	C(s1_setup_failed, "S1 Setup Requests refused")                                            \
	C(s1_bad, "S1AP messages that broke TS 36.413 clause 10")                                  \
	C(s1_unknown_ue, "S1AP messages for an unknown UE S1AP id")                                \
	C(nas_bad, "NAS messages that broke TS 24.301 clause 7")                                   \
	C(nas_mac, "NAS messages with a wrong MAC")                                                \
	C(nas_replay, "NAS messages with a COUNT already used")                                    \
	C(nas_unprotected, "NAS messages discarded for lack of protection")                        \
	C(nas_unexpected, "NAS messages that no procedure wanted")                                 \
	C(nas_not_delivered, "NAS messages the eNodeB could not deliver")                          \
	C(collision, "NAS messages that met a procedure under way")                                \
	C(attach, "attaches completed")                                                            \
	C(attach_started, "attach requests taken up")                                              \
	C(attach_failed, "attaches that failed")                                                   \
	C(auth, "authentications completed")                                                       \
	C(auth_failed, "authentications that failed")                                              \
	C(auth_resync, "SQN resynchronisations")                                                   \
	C(auth_mac, "authentication failures: MAC, sent by devices")                               \
	C(reauth, "registered devices authenticated again")                                        \
	C(reauth_failed, "registered devices whose new authentication failed")                     \
	C(guti, "GUTIs reallocated")                                                               \
	C(guti_failed, "GUTI reallocations that the device did not complete")                      \
	C(detach, "detaches by the device")                                                        \
	C(detach_network, "detaches by the network")                                               \
	C(detach_implicit, "implicit detaches")                                                    \
	C(service, "service requests completed")                                                   \
	C(service_failed, "service requests that failed")                                          \
	C(pdn, "further PDN connections established")                                              \
	C(pdn_refused, "PDN connectivity requests refused outside attach")                         \
	C(pdn_disconnected, "PDN connections ended, the device staying attached")                  \
	C(bearer_activated, "dedicated bearers activated")                                         \
	C(bearer_refused, "dedicated bearer activations that failed")                              \
	C(bearer_modified, "bearers modified")                                                     \
	C(bearer_modify_failed, "bearer modifications that failed")                                \
	C(bearer_deactivated, "dedicated bearers deactivated")                                     \
	C(bearer_lost, "bearers with guaranteed rates lost with the radio connection")              \
	C(resource_requests, "bearer resource requests of devices taken up")                       \
	C(resource_refused, "bearer resource requests of devices refused")                         \
	C(tau, "tracking area updates completed")                                                  \
	C(tau_failed, "tracking area updates that failed")                                         \
	C(tau_proven, "tracking area updates taken up after an authentication")                    \
	C(ddn, "Downlink Data Notifications received")                                             \
	C(paging, "devices paged")                                                                 \
	C(paging_sent, "Paging messages sent to eNodeBs")                                          \
	C(paging_answered, "paged devices that came")                                              \
	C(paging_failed, "paged devices that did not come")                                        \
	C(paging_refused, "Downlink Data Notifications refused: device not reachable")             \
	C(release, "UE contexts released")                                                         \
	C(suspended, "connections suspended")                                                      \
	C(suspend_refused, "UE Context Suspend Requests that ended the connection")                \
	C(resumed, "suspended connections resumed")                                                \
	C(resume_failed, "UE Context Resume Requests that failed")                                 \
	C(reset, "S1 Resets")                                                                      \
	C(s11_unknown, "requests of the SGW for an unknown TEID")                                  \
	C(error_indication, "Error Indications received")                                          \
	C(error_indication_sent, "Error Indications sent")                                         \
	C(rerouted, "devices sent to another dedicated core network")                              \
	C(rerouted_here, "devices that another MME sent here")                                     \
	C(access_denied, "attaches, tracking area updates and service requests denied by a rule")  \
	C(access_detached, "registered devices detached because rules changed")                    \
	C(path_switch, "paths switched after X2 handovers")                                        \
	C(path_switch_failed, "Path Switch Requests refused")                                      \
	C(path_switch_capabilities, "path switches with UE security capabilities not the device's") \
	C(path_switch_partial, "path switches that cost a device a bearer")                        \
	C(handover, "S1 handovers completed")                                                      \
	C(handover_required, "S1 handovers begun")                                                 \
	C(handover_refused, "S1 handovers that failed in preparation")                             \
	C(handover_cancelled, "S1 handovers cancelled by the source")                              \
	C(handover_failed, "S1 handovers that failed after preparation")                           \
	C(handover_partial, "S1 handovers that cost a device a bearer")                            \
	C(handover_unexpected, "messages of handovers that are not under way")                     \
	C(nas_held, "NAS messages held back during handovers")                                     \
	C(nas_early, "NAS messages from a handover's target before its notification")              \
	C(drained, "devices sent to other MMEs of the pool")                                       \
	C(unproven_refused, "devices refused at the ceiling of max_unproven")                      \
	C(enb_attach_refused, "attaches, and updates and detaches without proof, refused above an eNodeB's enb_attach_rate") \
	C(emergency, "emergency attaches taken up")                                                \
	C(congestion, "devices refused at the ceiling of max_ues")

#endif
