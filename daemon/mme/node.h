/* SPDX-License-Identifier: Apache-2.0 */
/* What the MME does with eNodeBs as nodes, and the S1AP procedures of one device that are neither
 * NAS, bearers nor mobility (TS 36.413 clause 8). One concern a file:
 *
 *   enb_config.c    eNB and MME Configuration Update, S1 Removal, Reset by the MME, what S1 Setup told
 *   enb_transfer.c  SON and EN-DC SON Configuration Transfer, Direct Information Transfer, LPPa
 *   node_api.c      all of these for the administrator
 *   enb_view.c      cells and counters of an eNodeB, for the API and metrics
 *   overload.c      Overload Start and Stop, by load and by hand; NAS level congestion control
 *   warning.c       warning messages: Write-Replace, Kill, PWS Restart and Failure Indication
 *   warning_keep.c  and across a restart
 *   location.c      Location Reporting, where a device is and was
 *   radio_trace.c   Trace Start, Deactivate Trace, Trace Failure Indication, Cell Traffic Trace
 *   conn_modify.c   UE Context Modification and its Indication, UE Radio Capability Match
 *   ue_info.c       UE Capability Info, Retrieve UE Information, Secondary RAT Data Usage, NAS Delivery
 *
 * Included by mme.h, which has the contexts. */
#ifndef MME_NODE_H
#define MME_NODE_H

#include <mcore/api_sources.h>
#include <mcore/ids.h>
#include "codec/s1ap.h"
#include "core/proc.h"
#include "core/timer.h"

struct enb;
struct s1_conn;
struct mme_ue;
struct mme_config;

/* ---- an eNodeB as a node: a member of struct enb ---- */

enum { ENB_MAX_CELLS = 256, ENB_MAX_GNBS = 256, S1AP_MAX_PROCEDURE = 69, S1AP_MAX_CAUSE = 48 };

struct enb_cell {
	struct ecgi ecgi;
	uint64_t messages, seen; /* unix time, s */
};

struct enb_gnb { /* an en-gNB connected to it (9.2.1.146) */
	uint32_t id;
	uint8_t id_bits;
};

struct enb_node {
	struct proc_list procs;	 /* owner: the eNodeB */
	uint8_t paging_drx;	 /* Default Paging DRX: enum s1ap_paging_drx */
	bool has_nb_iot_drx;
	uint8_t nb_iot_drx;	 /* enum s1ap_nb_iot_default_paging_drx */
	unsigned csgs, gnbs, cells, cells_cap;
	uint32_t *csg;		 /* malloc */
	struct enb_gnb *gnb;	 /* malloc */
	struct enb_cell *cell;	 /* malloc, the first ENB_MAX_CELLS that were seen */
	struct bytes pdu;	 /* the message that is being handled */
	bool overload_told;	 /* an Overload Start is in force */
	uint64_t told;		 /* hash of what it knows of this MME */
	uint32_t in[S1AP_MAX_PROCEDURE + 1], out[S1AP_MAX_PROCEDURE + 1]; /* messages by procedure code */
	uint32_t cause[5][S1AP_MAX_CAUSE];				  /* causes it gave, by group */
};

/* Part of mme.h's MME_COUNTERS. */
#define NODE_COUNTERS(C)                                                                           \
	C(reset_sent, "Resets sent to eNodeBs")                                                    \
	C(enb_update, "eNB Configuration Updates accepted")                                        \
	C(enb_update_failed, "eNB Configuration Updates refused")                                  \
	C(mme_update, "MME Configuration Updates acknowledged")                                    \
	C(mme_update_failed, "MME Configuration Updates refused")                                  \
	C(enb_transfer, "SON transfers passed on to an eNodeB")                                    \
	C(enb_transfer_lost, "transfers of eNodeBs to what is not here")                           \
	C(conn_modified, "UE Context Modifications acknowledged")                                  \
	C(conn_modify_failed, "UE Context Modifications refused or unanswered")                    \
	C(location_reports, "Location Reports")                                                    \
	C(location_failed, "Location Reporting Failure Indications")                               \
	C(radio_traces, "Trace Starts sent")                                                       \
	C(radio_trace_failed, "Trace Failure Indications")                                         \
	C(cell_traces, "Cell Traffic Traces announced by eNodeBs")                                 \
	C(nas_delivered, "NAS Delivery Indications")                                               \
	C(overload_start, "Overload Starts sent")                                                  \
	C(overload_stop, "Overload Stops sent")                                                    \
	C(overload_refused, "NAS requests refused for overload")                                   \
	C(overload_attach_refused, "Attach Requests among them")                                   \
	C(warnings, "Write-Replace Warning Requests sent")                                         \
	C(warning_unanswered, "Write-Replace Warning and Kill Requests without an answer")         \
	C(warning_kills, "Kill Requests sent")                                                     \
	C(pws_restart, "PWS Restart Indications")                                                  \
	C(pws_failure, "PWS Failure Indications")

/* Events of procedures, beside those of mme.h. */
enum node_event {
	EV_MME_UPDATE_ACK = 0x500,
	EV_MME_UPDATE_FAILURE,
	EV_RESET_ACK,
	EV_WARNING_RESPONSE,
	EV_KILL_RESPONSE,
	EV_CONTEXT_MODIFIED, /* UE Context Modification Response */
	EV_CONTEXT_MODIFY_FAILED,
	EV_LOCATION_REPORT,
	EV_LOCATION_FAILED,
	EV_CAPABILITY_MATCHED,
};

/* ---- enb_config.c ---- */
/* The eNodeB of that global id that has set up S1; NULL if there is none. */
struct enb *enb_by_global_id(const struct s1ap_global_enb_id *);
/* By the text of enb_print_id, by its name, or by the number of that text alone (hex) where one has it. */
struct enb *enb_by_text(const char *);
struct enb_gnb node_gnb(const struct bits *);
/* The list of what this MME is, for S1 Setup Response and MME Configuration Update; in the turn arena. */
struct s1ap_served_gummeis node_served_gummeis(void);
/* What the S1 Setup told beside its tracking areas; and, as it is ready, what must be told to it. */
void node_read_setup(struct enb *, const struct s1ap_s1_setup_request *);
void node_enb_ready(struct enb *);
void node_enb_down(struct enb *); /* procedures end, lists are freed */
/* Its association has outlived the process before: what it was told then and is no longer so is told anew. */
void node_enb_back(struct enb *);
/* Hash of what eNodeBs are told of this MME now. */
uint64_t node_told(void);
/* The name, the served PLMNs or the capacity have changed: to all eNodeBs (8.7.5). */
void node_config_changed(void);
/* Reset by the MME (8.7.1.2.1) of all of an eNodeB's connections, or of that one. 0, -EALREADY while one
 * is under way, or the transport's error. done (may be NULL) is told 0, -ETIMEDOUT or -ECONNRESET. */
int node_reset(struct enb *, struct s1_conn *only, void (*done)(void *arg, int err), void *arg);
/* Procedures of an eNodeB are logged with its id. */
void node_procs_init(struct enb *);

/* ---- enb_transfer.c, and the others: functions of rows in s1_in.c ---- */
#define NODE_MESSAGES(M)                                                                           \
	M(enb_configuration_update, false)                                                         \
	M(mme_configuration_update_acknowledge, false)                                             \
	M(mme_configuration_update_failure, false)                                                 \
	M(s1_removal_request, false)                                                               \
	M(reset_acknowledge, false)                                                                \
	M(enb_configuration_transfer, false)                                                       \
	M(enb_direct_information_transfer, false)                                                  \
	M(uplink_ue_associated_lppa_transport, true)                                               \
	M(uplink_non_ue_associated_lppa_transport, false)                                          \
	M(location_report, true)                                                                   \
	M(location_reporting_failure_indication, true)                                             \
	M(trace_failure_indication, true)                                                          \
	M(cell_traffic_trace, true)                                                                \
	M(ue_context_modification_response, true)                                                  \
	M(ue_context_modification_failure, true)                                                   \
	M(ue_context_modification_indication, true)                                                \
	M(ue_radio_capability_match_response, true)                                                \
	M(ue_capability_info_indication, true)                                                     \
	M(retrieve_ue_information, false)                                                          \
	M(secondary_rat_data_usage_report, true)                                                   \
	M(ue_context_suspend_request, true)                                                        \
	M(ue_context_resume_request, true)                                                         \
	M(nas_delivery_indication, true)                                                           \
	M(write_replace_warning_response, false)                                                   \
	M(kill_response, false)                                                                    \
	M(pws_restart_indication, false)                                                           \
	M(pws_failure_indication, false)

/* on_NAME(eNodeB, its connection where the message is of a device, struct s1ap_NAME) */
#define NODE_HANDLER(name, of_ue) void on_##name(struct enb *, struct s1_conn *, const void *body);
NODE_MESSAGES(NODE_HANDLER)
#undef NODE_HANDLER

/* ---- conn_modify.c: UE Context Modification (8.3.4) ---- */
struct conn_change {
	bool key;	   /* KeNB: of struct mme_ue, as after a key change on the fly (33.401 7.2.9.2) */
	bool capabilities; /* UE security capabilities */
	bool ambr;	   /* UE-AMBR */
	/* 0 when the eNodeB has taken it up; -EPROTO if it refused (it keeps what it had), -ETIMEDOUT,
	 * or -ECANCELED where the connection went away. May be NULL. */
	void (*done)(struct mme_ue *, void *arg, int err);
	void *arg;
};
/* Tells the eNodeB what has changed. 0; -ENOTCONN where it has no context (the next Initial Context
 * Setup brings all); -EALREADY while one is under way; -ENOMEM. done is not called on an error here. */
int conn_modify(struct s1_conn *, const struct conn_change *);
enum ue_voice { VOICE_UNKNOWN, VOICE_SUPPORTED, VOICE_NOT_SUPPORTED };
/* UE Radio Capability Match (8.3.5): can the radio carry voice? Kept in ue->voice_match. The same errors. */
int conn_match_capability(struct s1_conn *, void (*done)(void *arg, int err), void *arg);

/* ---- location.c ---- */
enum { UE_PLACES = 8 };
struct ue_place {
	struct tai tai;
	struct ecgi ecgi;
	uint64_t since, until; /* unix time, s */
};
struct ue_places { /* made when a device is seen in a second cell */
	struct ue_place before[UE_PLACES]; /* ring */
	unsigned n, next;
};
void location_left(struct mme_ue *); /* the place it is in goes among those before */
void location_inherit(struct mme_ue *, struct mme_ue *old);
/* Where it is and was, latest first. */
bool location_next(const struct mme_ue *, uint64_t *cursor, struct place_view *);
/* The eNodeB has a context of the device now: reports and traces that were asked for begin again. */
void node_context_ready(struct s1_conn *);
void node_ue_freed(struct mme_ue *);
void location_ue_freed(struct mme_ue *);
/* Asks the eNodeB of a connected device (8.11.1, direct); an idle one is paged first, if page says so. 0;
 * -ENOTCONN, -EALREADY, -ENOMEM. done is told 0, -ENOTCONN (it is not to be paged: it sleeps, or was not
 * heard of for too long), -ETIMEDOUT, -EPROTO (the eNodeB cannot say) or -ECANCELED; the answer is in the
 * device. */
int location_ask(struct mme_ue *, bool page, void (*done)(void *arg, int err), void *arg);
/* Each change of cell is to be reported, or no longer. 0 or the transport's error. */
int location_report_changes(struct mme_ue *, bool on);

/* ---- radio_trace.c ---- */
enum { TRACE_S1_MME = 0x80, TRACE_X2 = 0x40, TRACE_UU = 0x20 }; /* 9.2.1.4, first bits */
struct radio_trace {
	uint64_t id; /* E-UTRAN Trace ID: PLMN, trace reference, recording session reference */
	uint8_t depth, interfaces;
	struct s1ap_transport_layer_address collector;
};
/* Trace Activation of this device for the next Initial Context Setup; false: none. */
bool radio_trace_activation(const struct mme_ue *, struct s1ap_trace_activation *);
/* Starts, at once or with the next context. 0; -EALREADY, -ENOMEM. The id is made here. */
int radio_trace_start(struct mme_ue *, const struct radio_trace *);
int radio_trace_stop(struct mme_ue *); /* 0 or -ENOENT */
void radio_trace_ue_freed(struct mme_ue *);

/* ---- ue_info.c ---- */
/* Octets that a secondary node carried (9.2.1.124), from whichever message tells. */
void ue_secondary_usage(struct mme_ue *, const struct s1ap_secondary_rat_data_usage_report_list *);

/* Where the eNodeB would look for an idle device (9.2.1.103). */
void ue_keep_cells(struct mme_ue *, const struct s1ap_recommended_cell_list *);

/* ---- suspend.c: user plane CIoT EPS optimisation (23.401 5.3.4A, 5.3.5A) ---- */
/* The device can suspend and resume its connection, and is told that the network can. */
bool suspend_offered(const struct mme_ue *);
/* The device of a suspended connection is at it again, with all the bearers that it had. */
void suspend_return(struct s1_conn *, struct mme_ue *);

/* ---- overload.c ---- */
struct overload_config {
	uint32_t attach_rate; /* attaches a second from which the MME is overloaded; 0: not by this */
	uint32_t latency_ms;  /* that messages wait to be taken up */
	uint8_t ues;	      /* percent of max_ues */
	uint8_t action;	      /* enum s1ap_overload_action */
	uint8_t reduction;    /* percent of the traffic to be refused, 1 to 99; 0: all of it */
	uint32_t back_off_s;  /* T3346 */
	uint32_t clear_ms;    /* so long below the marks until it ends */
};
/* Begins to measure. An overload by hand goes on after a restart; one by load, of which eNodeBs still know, ends
 * when the marks say so. */
void overload_start(void);
void overload_stop(void);
/* By NAS: must a request that came with this RRC establishment cause be refused now? Counts. */
/* Once a second: attaches a second, and how long messages wait to be taken up. */
void overload_measured(uint64_t rate, uint64_t wait_ms);
/* By hand; reduction 0: all of that traffic; plmns 0: all of the MME's GUMMEIs. 0, -EINVAL, -ENOENT (a
 * PLMN that is not served; nothing to end). */
int overload_by_hand(uint8_t action, uint8_t reduction, unsigned plmns, const plmn_t *);
int overload_end_by_hand(void);
const char *overload_action_text(uint8_t action);
int overload_action_parse(const char *word); /* or -EINVAL */
void overload_view(struct overload_view *);
bool overload_refuses(const struct s1_conn *);
void overload_enb_ready(struct enb *); /* Overload Start to one that comes */
/* T3346, spread over half to one and a half of what is configured, s. */
uint32_t overload_back_off(void);

/* ---- warning.c ---- */
struct warning_area { /* at most one of the lists; none: everywhere */
	unsigned cells, tais, areas;
	struct ecgi *cell;
	struct tai *tai;
	uint32_t *area; /* Emergency Area IDs, 24 bits */
};
struct warning_order {
	uint16_t id, serial;
	uint32_t period_s;   /* up to 131071 */
	uint16_t broadcasts; /* 0: until it is killed */
	bool concurrent;     /* beside others, and not in their place */
	bool has_type;
	uint16_t type; /* of ETWS' primary notification */
	bool has_text;
	uint8_t dcs;
	struct bytes contents; /* pages as of 23.041 9.4.2.2.5 */
	struct warning_area area;
};
/* Begins the broadcast; all is copied. How many eNodeBs are asked, or -EEXIST (that serial number is
 * broadcast), -ENOSPC (too many are), -ENOMEM, -EINVAL. */
int warning_send(const struct warning_order *);
/* How many eNodeBs are asked to end it, -ENOENT if there is no such warning. */
int warning_kill(uint16_t id, uint16_t serial);
int warning_kill_all(void);
bool warning_next(uint64_t *cursor, struct warning_view *);
/* What each eNodeB made of a warning; serial -1: of all of that id. */
bool warning_enb_next(uint16_t id, int serial, uint64_t *cursor, struct warning_enb_view *);
void warning_enb_ready(struct enb *); /* what is broadcast in its area */
/* The same to one whose association has outlived the process before; and what it was to end is ended. */
void warning_enb_back(struct enb *);
/* Those that were on, and the last that ended, as an earlier process left them. */
void warning_start(void);
void warning_enb_down(struct enb *); /* under its id so far: it is gone, or becomes another */
void warning_drop_all(void);

/* ---- enb_view.c ---- */
void node_count_in(struct enb *, const struct s1ap_pdu *);
/* Where a message goes that is not sent by its connection: stream 0 is for the procedures of nodes alone
 * (36.412 7). With these ids, as far as it has them (NULL), that of their connection, if there is one. */
uint16_t enb_stream_of(const struct enb *, const uint32_t *mme_id, const uint32_t *enb_id);
void node_cell_seen(struct enb *, const struct ecgi *);
void node_stats(api_emit emit, void *arg);
void view_enb(const struct enb *, struct enb_view *);
void enb_parts(const struct enb *, void (*cell)(void *arg, const struct enb_cell_view *),
	       void (*count)(void *arg, const struct enb_count_view *),
	       void (*cause)(void *arg, const struct enb_cause_view *), void *arg);

/* ---- node_api.c ---- */
extern const struct api_node node_api;

#endif
