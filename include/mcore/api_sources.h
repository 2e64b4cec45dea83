/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the MME lets the API look at it: functions that it fills in and main.c hands to api_start. It
 * is here, below the roles, so that none of them includes the API. All functions are
 * called on the loop and must not block; a NULL function means that the role has no such thing. */
#ifndef MCORE_API_SOURCES_H
#define MCORE_API_SOURCES_H

#include "api_fields.h"

/* A warning message as it is ordered; texts may be NULL. */
struct warning_text {
	uint64_t id, serial, period_s, broadcasts;
	bool concurrent;
	const char *type; /* of an ETWS primary notification: four hex digits */
	const char *text, *language;
	const char *cells, *tais, *areas; /* lists by commas; none of them: everywhere */
};

enum api_locate { LOCATE_ASK, LOCATE_NOW /* and pages it */, LOCATE_LAST, LOCATE_CHANGES, LOCATE_STOP };

/* eNodeBs as nodes. An eNodeB is named by its id as text or its name. Functions that return int give 0
 * or more, or a negative errno with *error in words (static text). done is called exactly once, never
 * from within. */
struct api_node {
	bool (*enb)(const char *id, struct enb_view *out);
	void (*enb_parts)(const char *id, void (*cell)(void *arg, const struct enb_cell_view *),
			  void (*count)(void *arg, const struct enb_count_view *),
			  void (*cause)(void *arg, const struct enb_cause_view *), void *arg);
	/* Reset of all of its connections, or of that device's. done: 0, -ENOENT, -EALREADY,
	 * -ETIMEDOUT, -ECONNRESET. */
	void (*reset)(const char *id, imsi_t only, void (*done)(void *arg, int err), void *arg);
	/* done: 0 the eNodeB has said, -ENOTCONN what is known is shown, -ENOENT, -ETIMEDOUT, -EPROTO,
	 * -EALREADY. */
	void (*locate)(imsi_t, enum api_locate, void (*done)(void *arg, int err), void *arg);
	bool (*place_next)(imsi_t, uint64_t *cursor, struct place_view *out);
	/* Trace at the eNodeB; collector NULL: stop. */
	int (*radio_trace)(imsi_t, const char *collector, const char *depth, const char **error);
	void (*voice)(imsi_t, void (*done)(void *arg, int err), void *arg);
	void (*overload)(struct overload_view *out);
	/* action NULL: stop. plmns: list by commas or NULL. */
	int (*overload_set)(const char *action, uint64_t percent, const char *plmns,
			    const char **error);
	/* How many eNodeBs were asked. */
	int (*warning_send)(const struct warning_text *, const char **error);
	int (*warning_kill)(uint64_t id, uint64_t serial, bool all, const char **error);
	bool (*warning_next)(uint64_t *cursor, struct warning_view *out);
	bool (*warning_enb_next)(uint64_t id, uint64_t *cursor, struct warning_enb_view *out);
};

struct api_mme {
	const struct api_node *node;
	/* Fills *out (zeroed by the caller). False if the device is not known. */
	bool (*ue)(imsi_t imsi, struct ue_view *out);
	/* Calls timer and bearer for each that a known device has. */
	void (*ue_parts)(imsi_t imsi, void (*timer)(void *arg, const struct timer_view *),
			 void (*bearer)(void *arg, const struct bearer_view *), void *arg);
	/* What failed last for an IMSI, known or not. False if nothing is remembered. */
	bool (*why)(imsi_t imsi, struct failure_view *out);
	/* Walks all devices, resumable in a later turn of the loop: *cursor is 0 at the start and
	 * the role's own from then on. A device that stays is seen exactly once, one that comes or
	 * goes meanwhile once or not at all. False at the end. */
	bool (*ue_next)(uint64_t *cursor, struct ue_view *out);
	/* Walks the eNodeBs, all in one turn. */
	bool (*enb_next)(uint64_t *cursor, struct enb_view *out);
	/* Network-initiated detach. done(arg, err) is called exactly once, never from within: 0
	 * when the device is deregistered, -ENOENT if it is not known, -ETIMEDOUT if it did not
	 * answer (deregistered nevertheless). reattach: the device is told to attach again. */
	void (*detach)(imsi_t imsi, bool reattach, void (*done)(void *arg, int err), void *arg);
	/* New keys (keys) or a new GUTI for a registered device. done as above: 0; -ENOENT; -ENOTCONN
	 * or -EBUSY: later, at its next contact; -ETIMEDOUT: it did not answer; -EACCES: it answered
	 * wrongly; -ECANCELED: the connection ended before it was done. */
	void (*refresh)(imsi_t imsi, bool keys, void (*done)(void *arg, int err), void *arg);
	/* Emptying this MME. start: rate in devices a second, 0 as configured; -EALREADY. stop: -ENOENT. */
	void (*self)(struct mme_view *out);
	void (*drain)(struct drain_view *out);
	int (*drain_start)(unsigned rate);
	int (*drain_stop)(void);
	/* Access rules, in their order. add: the number of the new one and *warning, a text that outlives
	 * the call or NULL; or negative with the reason in error. del: 0, -ENOENT, -EPERM. */
	bool (*access_next)(uint64_t *cursor, struct access_view *out);
	int (*access_add)(const char *rule, unsigned at, char *error, size_t cap,
			  const char **warning);
	int (*access_del)(unsigned number);
	/* From now on fn(arg, event) is called for each step of a procedure of that device (of any,
	 * for IMSI_NONE). The event is the caller's and is copied by fn. 0, -ENOMEM. */
	int (*trace_start)(imsi_t imsi, void (*fn)(void *arg, const struct trace_view *),
			   void *arg);
	/* Ends what was started with this arg. Also from within fn. */
	void (*trace_stop)(void *arg);
};

/* A figure a role works out when it is asked, for GET /stats and /metrics; what is counted as it
 * happens is in core/metrics.h. */
enum api_metric_kind { METRIC_COUNTER, METRIC_GAUGE };
struct api_metric {
	const char *name; /* "mme_attach": shown with the prefix mcore_ and, of counters, _total */
	enum api_metric_kind kind;
	const char *help;
	const char *label, *label_value; /* {label="value"}, NULL if there is none */
	uint64_t value;
};
/* Calls emit(arg, &metric) for each, those of one name one after the other. */
typedef void (*api_emit)(void *arg, const struct api_metric *);
typedef void (*api_stats)(api_emit emit, void *arg);

#endif
