/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP messages to their functions, by one table. What breaks TS 36.413 clause 10 is answered here:
 * syntax errors, unknown procedures and IEs by their criticality, messages out of state, and ids
 * that name nothing (10.6). */
#include <errno.h>
#include "mme/mme.h"

/* All messages about one device that an eNodeB sends begin with these two IEs. */
enum {
	IE_MME_UE_S1AP_ID = 0,
	IE_CAUSE = 2,
	IE_ENB_UE_S1AP_ID = 8,
	IE_CRITICALITY_DIAGNOSTICS = 58,
	IE_SOURCE_MME_UE_S1AP_ID = 88
};

struct ids {
	uint64_t have;
	uint32_t mme_ue_s1ap_id, enb_ue_s1ap_id;
};

static void initial_ue(struct enb *e, struct s1_conn *unused, const void *body)
{
	const struct s1ap_initial_ue_message *m = body;
	struct s1_conn *c = conn_find_by_enb(e, m->enb_ue_s1ap_id);

	(void)unused;
	if (c) /* the eNodeB has forgotten the one that had this id */
		conn_free(c);
	c = conn_new(e, m->enb_ue_s1ap_id);
	if (!c) {
		enb_error_indication(e, NULL, &m->enb_ue_s1ap_id,
				     S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD), NULL);
		return;
	}
	c->tai = m->tai;
	if (m->has.eutran_cgi)
		c->ecgi = m->eutran_cgi;
	c->rrc_cause = m->has.rrc_establishment_cause ? m->rrc_establishment_cause
						      : S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING;
	c->hybrid = m->has.cell_access_mode;
	c->rerouted = m->has.mme_group_id; /* 23.401 5.19.1: and is not sent on again */
	mme_counters.rerouted_here += c->rerouted;
	node_cell_seen(e, &c->ecgi);
	nas_initial(c, m->nas_pdu, m->has.s_tmsi ? &m->s_tmsi : NULL);
}

static void uplink_nas(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_uplink_nas_transport *m = body;

	(void)e;
	if (m->has.tai)
		c->tai = m->tai;
	if (m->has.eutran_cgi)
		c->ecgi = m->eutran_cgi;
	node_cell_seen(e, &c->ecgi);
	nas_uplink(c, m->nas_pdu);
}

static void non_delivery(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_nas_non_delivery_indication *m = body;

	(void)e;
	mme_counters.nas_not_delivered++;
	if (!c->ue)
		return;
	UE_LOG(DEBUG, c->ue, "nas.not_delivered", "cause=\"%s\"",
	       m->has.cause ? s1ap_cause_text(m->cause) : "-");
	if (m->has.cause && m->has.nas_pdu && c->ue->conn == c && mobility_is_cause(m->cause))
		nas_hold(c->ue, m->nas_pdu, true);
	/* Else the timer of the procedure sends it again (24.301 5.5.1.2.7 and others). */
}

static void context_response(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	if (c->ue && !proc_offer(&c->ue->procs, EV_ICS_RESPONSE, body))
		UE_LOG(DEBUG, c->ue, "s1.unexpected", "message=\"Initial Context Setup Response\"");
	if (c->ue && c->context)
		node_context_ready(c);
}

static void context_failure(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_initial_context_setup_failure *m = body;

	(void)e;
	if (!c->ue)
		return;
	UE_LOG(WARN, c->ue, "s1.context_failed", "cause=\"%s\"",
	       m->has.cause ? s1ap_cause_text(m->cause) : "-");
	if (m->has.cause)
		why_radio(c->ue, m->cause);
	proc_offer(&c->ue->procs, EV_ICS_FAILURE, body);
}

static void release_request(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_ue_context_release_request *m = body;
	struct s1ap_cause cause = m->has.cause ? m->cause : S1AP_CAUSE(NAS, UNSPECIFIED);

	(void)e;
	if (c->ue && m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(c->ue, &m->secondary_rat_data_usage_report_list);
	if (c->ue)
		view_trace(c->ue, "release", "requested", s1ap_cause_text(cause));
	conn_release(c, cause);
}

/* For Assistance Data for Paging (9.2.1.103): where the eNodeB would look for the device. */
void ue_keep_cells(struct mme_ue *ue, const struct s1ap_recommended_cell_list *l)
{
	struct ecgi *cell = realloc(ue->cell, (l->n ? l->n : 1) * sizeof(*cell));

	if (!cell)
		return;
	ue->cell = cell;
	ue->cells_n = (uint8_t)l->n; /* at most 16 */
	for (uint32_t i = 0; i < l->n; i++)
		cell[i] = l->v[i].eutran_cgi;
}

static void release_complete(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_ue_context_release_complete *m = body;
	struct mme_ue *ue = c->imsi == IMSI_NONE ? NULL : ue_by_imsi(c->imsi);

	(void)e;
	if (ue && m->has.secondary_rat_data_usage_report_list)
		ue_secondary_usage(ue, &m->secondary_rat_data_usage_report_list);
	if (ue && !ue->conn && m->has.information_on_recommended_cells_and_enbs_for_paging)
		ue_keep_cells(ue, &m->information_on_recommended_cells_and_enbs_for_paging
					   .recommended_cells_for_paging.recommended_cell_list);
	conn_free(c);
}

static void path_switch(struct enb *e, struct s1_conn *unused, const void *body)
{
	(void)unused;
	x2_path_switch(e, body);
}

static void target_failed(struct enb *e, struct s1_conn *unused, const void *body)
{
	(void)unused;
	s1ho_target_failed(e, body);
}

static void required(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	s1ho_required(c, body);
}

static void acknowledged(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	s1ho_event(c, EV_HANDOVER_ACKNOWLEDGED, body);
}

static void notified(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	s1ho_event(c, EV_HANDOVER_NOTIFIED, body);
}

static void cancelled(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e, (void)body;
	s1ho_cancel(c);
}

static void status(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	s1ho_event(c, EV_STATUS_TRANSFER, body);
}

static void early_status(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	s1ho_event(c, EV_EARLY_STATUS_TRANSFER, body);
}

static void setup(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c;
	enb_setup(e, body);
}

static void reset(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c;
	enb_reset(e, body);
}

/* 8.7.2.2; one that names a device's connection ends it: the sides disagree about its state. */
static void error_indication(struct enb *e, struct s1_conn *unused, const void *body)
{
	const struct s1ap_error_indication *m = body;
	struct s1_conn *c = m->has.mme_ue_s1ap_id   ? conn_find(m->mme_ue_s1ap_id)
			    : m->has.enb_ue_s1ap_id ? conn_find_by_enb(e, m->enb_ue_s1ap_id)
						    : NULL;

	(void)unused;
	mme_counters.error_indication++;
	LOG(WARN, "s1.error_indication", "peer=%s cause=\"%s\" ue=%s", s1_peer(e->assoc),
	    m->has.cause ? s1ap_cause_text(m->cause) : "-", c ? "yes" : "no");
	if (!c || c->enb != e || !m->has.cause || m->cause.group != S1AP_CAUSE_RADIO)
		return;
	if (m->cause.value == S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID ||
	    m->cause.value == S1AP_CAUSE_RADIO_UNKNOWN_ENB_UE_S1AP_ID ||
	    m->cause.value == S1AP_CAUSE_RADIO_UNKNOWN_PAIR_UE_S1AP_ID)
		conn_free(c);
}

static const struct row {
	const struct s1ap_msg *msg;
	void (*fn)(struct enb *, struct s1_conn *, const void *body);
	bool of_ue;        /* begins with struct ids */
	bool before_setup; /* may come before S1 Setup */
} rows[] = {{&s1ap_uplink_nas_transport_msg, uplink_nas, true, false},
	    {&s1ap_initial_ue_message_msg, initial_ue, false, false},
	    {&s1ap_initial_context_setup_response_msg, context_response, true, false},
	    {&s1ap_ue_context_release_complete_msg, release_complete, true, false},
	    {&s1ap_ue_context_release_request_msg, release_request, true, false},
	    {&s1ap_initial_context_setup_failure_msg, context_failure, true, false},
	    {&s1ap_nas_non_delivery_indication_msg, non_delivery, true, false},
	    {&s1ap_e_rab_setup_response_msg, erab_setup_response, true, false},
	    {&s1ap_e_rab_modify_response_msg, erab_modify_response, true, false},
	    {&s1ap_e_rab_release_response_msg, erab_release_response, true, false},
	    {&s1ap_e_rab_release_indication_msg, erab_release_indication, true, false},
	    {&s1ap_e_rab_modification_indication_msg, erab_modification_indication, true, false},
	    {&s1ap_path_switch_request_msg, path_switch, false, false},
	    {&s1ap_handover_required_msg, required, true, false},
	    {&s1ap_handover_request_acknowledge_msg, acknowledged, true, false},
	    {&s1ap_handover_failure_msg, target_failed, false, false},
	    {&s1ap_handover_notify_msg, notified, true, false},
	    {&s1ap_handover_cancel_msg, cancelled, true, false},
	    {&s1ap_enb_status_transfer_msg, status, true, false},
	    {&s1ap_enb_early_status_transfer_msg, early_status, true, false},
	    {&s1ap_s1_setup_request_msg, setup, false, true},
	    {&s1ap_reset_msg, reset, false, false},
	    {&s1ap_error_indication_msg, error_indication, false, true},
#define NODE_ROW(name, of_ue) {&s1ap_##name##_msg, on_##name, of_ue, false},
	    NODE_MESSAGES(NODE_ROW)
#undef NODE_ROW
};

#define IDS_FIRST(m)                                                                               \
	_Static_assert(offsetof(struct m, mme_ue_s1ap_id) ==                                       \
				       offsetof(struct ids, mme_ue_s1ap_id) &&                     \
			       offsetof(struct m, enb_ue_s1ap_id) ==                               \
				       offsetof(struct ids, enb_ue_s1ap_id),                       \
		       "ids come first")
IDS_FIRST(s1ap_uplink_nas_transport);
IDS_FIRST(s1ap_initial_context_setup_response);
IDS_FIRST(s1ap_initial_context_setup_failure);
IDS_FIRST(s1ap_ue_context_release_complete);
IDS_FIRST(s1ap_ue_context_release_request);
IDS_FIRST(s1ap_nas_non_delivery_indication);
IDS_FIRST(s1ap_e_rab_setup_response);
IDS_FIRST(s1ap_e_rab_modify_response);
IDS_FIRST(s1ap_e_rab_release_response);
IDS_FIRST(s1ap_e_rab_release_indication);
IDS_FIRST(s1ap_e_rab_modification_indication);
IDS_FIRST(s1ap_handover_required);
IDS_FIRST(s1ap_handover_request_acknowledge);
IDS_FIRST(s1ap_handover_notify);
IDS_FIRST(s1ap_handover_cancel);
IDS_FIRST(s1ap_enb_status_transfer);
IDS_FIRST(s1ap_enb_early_status_transfer);
#define IDS_true(m) IDS_FIRST(m);
#define IDS_false(m)
#define NODE_IDS(name, of_ue) IDS_##of_ue(s1ap_##name)
NODE_MESSAGES(NODE_IDS)
#undef NODE_IDS

enum { HAVE_MME_ID = 1, HAVE_ENB_ID = 2, HAVE_BOTH = 3 };

/* 10.6. NULL when the ids name no connection of this eNodeB, which has then been told. An id may be
 * missing where its criticality is to ignore that; the other one does then. */
static struct s1_conn *find(struct enb *e, const struct s1ap_pdu *pdu)
{
	const struct ids *ids = pdu->body;
	uint64_t have = ids->have & HAVE_BOTH;
	struct s1_conn *c = have & HAVE_MME_ID ? conn_find(ids->mme_ue_s1ap_id) : NULL;
	struct s1_conn *other =
		have & HAVE_ENB_ID ? conn_find_by_enb(e, ids->enb_ue_s1ap_id) : NULL;

	if (c && c->enb != e)
		c = NULL;
	if (have != HAVE_BOTH)
		return c ? c : other;
	if (c && !c->named) { /* a handover's target tells its id */
		conn_name(c, ids->enb_ue_s1ap_id);
		return c;
	}
	if (c && c == other)
		return c;
	mme_counters.s1_unknown_ue++;
	LOG(INFO, "s1.unknown_ue", "peer=%s message=\"%s\" mme_ue_s1ap_id=%u enb_ue_s1ap_id=%u",
	    s1_peer(e->assoc), pdu->msg->name, ids->mme_ue_s1ap_id, ids->enb_ue_s1ap_id);
	if (pdu->msg == &s1ap_ue_context_release_complete_msg)
		return NULL; /* late: what was to be reached is reached */
	enb_error_indication(e, &ids->mme_ue_s1ap_id, &ids->enb_ue_s1ap_id,
			     c ? S1AP_CAUSE(RADIO, UNKNOWN_PAIR_UE_S1AP_ID)
			       : S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID),
			     NULL);
	/* All that goes by one of the erroneous ids ends, as the eNodeB does on its side. */
	if (c)
		conn_free(c);
	if (other)
		conn_free(other);
	return NULL;
}

static const struct row *row_of(const struct s1ap_msg *msg)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].msg == msg)
			return &rows[i];
	return NULL;
}

/* Error Indication about a message, with the ids it came with (8.7.2.2). */
static void indicate(struct enb *e, const struct s1ap_pdu *pdu, struct s1ap_cause cause)
{
	const uint32_t *mme_id = pdu->body ? s1ap_ie(pdu->msg, pdu->body, IE_MME_UE_S1AP_ID) : NULL;
	const uint32_t *enb_id = pdu->body ? s1ap_ie(pdu->msg, pdu->body, IE_ENB_UE_S1AP_ID) : NULL;

	enb_error_indication(e, mme_id, enb_id, cause, pdu);
}

/* A procedure with a message of its own for that is refused by it (10.3.4.2, 10.3.5), built by its
 * table: the ids, the cause, the diagnostics. False if there is none, or it would lack an id. */
static bool refuse_by_outcome(struct enb *e, const struct s1ap_pdu *pdu, struct s1ap_cause cause)
{
	static const struct {
		uint16_t id,
			from[2]; /* Path Switch Request has its MME UE S1AP ID by another name */
	} ids[] = {{IE_MME_UE_S1AP_ID, {IE_MME_UE_S1AP_ID, IE_SOURCE_MME_UE_S1AP_ID}},
		   {IE_ENB_UE_S1AP_ID, {IE_ENB_UE_S1AP_ID, IE_ENB_UE_S1AP_ID}}};
	const struct s1ap_msg *f = s1ap_msg_find(pdu->procedure, S1AP_UNSUCCESSFUL);
	void *body, *to;

	if (!f || !pdu->body || pdu->choice != S1AP_INITIATING || !row_of(pdu->msg))
		return false;
	body = arena_zalloc(&turn_arena, f->body.size);
	for (unsigned i = 0; i < 2; i++) {
		const void *from = s1ap_ie(pdu->msg, pdu->body, ids[i].from[0]);

		if (!from)
			from = s1ap_ie(pdu->msg, pdu->body, ids[i].from[1]);
		to = s1ap_ie_set(f, body, ids[i].id);
		if (to && !from)
			return false;
		if (to)
			memcpy(to, from, sizeof(uint32_t));
	}
	to = s1ap_ie_set(f, body, IE_CAUSE);
	if (!to)
		return false;
	memcpy(to, &cause, sizeof(cause));
	if (enb_can_be_told(pdu) && (to = s1ap_ie_set(f, body, IE_CRITICALITY_DIAGNOSTICS)))
		*(struct s1ap_criticality_diagnostics *)to = s1ap_diagnose(&turn_arena, pdu);
	return !enb_send(e,
			 enb_stream_of(e, s1ap_ie(f, body, IE_MME_UE_S1AP_ID),
				       s1ap_ie(f, body, IE_ENB_UE_S1AP_ID)),
			 f, body);
}

/* By the procedure's own message of failure, where there is one (10.3.5). */
static void refuse(struct enb *e, const struct s1ap_pdu *pdu, struct s1ap_cause cause)
{
	if (pdu->msg == &s1ap_s1_setup_request_msg)
		enb_setup_failure(e, cause, pdu);
	else if (!refuse_by_outcome(e, pdu, cause))
		indicate(e, pdu, cause);
}

static bool acceptable(struct enb *e, struct s1ap_pdu *pdu, int err)
{
	bool is_error = pdu->procedure == s1ap_error_indication_msg.procedure;

	if (!err && !pdu->diag.n)
		return true;
	mme_counters.s1_bad++;
	LOG(WARN, "s1.bad",
	    "peer=%s message=\"%s\" procedure=%u faults=%u id=%u where=%s error=\"%s\"",
	    s1_peer(e->assoc), pdu->msg ? pdu->msg->name : "-", pdu->procedure, pdu->diag.n,
	    pdu->diag.n ? pdu->diag.fault[0].id : 0, pdu->diag.where ? pdu->diag.where : "-",
	    err == -EBADMSG ? "transfer syntax"
	    : err           ? "unknown message"
			    : "abstract syntax");
	if (err == -EBADMSG) {
		if (!is_error)
			enb_error_indication(e, NULL, NULL,
					     S1AP_CAUSE(PROTOCOL, TRANSFER_SYNTAX_ERROR),
					     pdu->msg ? pdu : NULL);
		return false;
	}
	switch (s1ap_judge(pdu)) {
	case S1AP_CONTINUE:
		return !err;
	case S1AP_CONTINUE_AND_NOTIFY:
		if (!is_error)
			indicate(e, pdu, s1ap_judge_cause(pdu));
		return !err;
	default:
		if (!is_error)
			refuse(e, pdu, s1ap_judge_cause(pdu));
		return false;
	}
}

/* A message that exists, but not in this direction or in this release of ours: a procedure we do
 * not comprehend goes by its criticality (10.3.4.1), an answer to nothing is a logical error
 * (10.4).
 */
static void unsupported(struct enb *e, const struct s1ap_pdu *pdu)
{
	mme_counters.s1_bad++;
	LOG(WARN, "s1.unexpected", "peer=%s message=\"%s\"", s1_peer(e->assoc), pdu->msg->name);
	if (pdu->choice != S1AP_INITIATING)
		indicate(e, pdu, S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
	else if (pdu->criticality == PER_REJECT)
		indicate(e, pdu, S1AP_CAUSE(PROTOCOL, ABSTRACT_SYNTAX_ERROR_REJECT));
	else if (pdu->criticality == PER_NOTIFY)
		indicate(e, pdu, S1AP_CAUSE(PROTOCOL, ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY));
}

void s1_in(struct enb *e, struct bytes bytes)
{
	struct s1ap_pdu pdu;
	int err = s1ap_decode(&turn_arena, bytes, &pdu);

	node_count_in(e, &pdu);
	if (!acceptable(e, &pdu, err))
		return;
	const struct row *r = row_of(pdu.msg);
	struct s1_conn *c = NULL;

	if (!r) {
		unsupported(e, &pdu);
		return;
	}
	if (!e->ready && !r->before_setup) {
		indicate(e, &pdu, S1AP_CAUSE(PROTOCOL, MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE));
		return;
	}
	if (r->of_ue && !(c = find(e, &pdu)))
		return;
	e->node.pdu = bytes;
	r->fn(e, c, pdu.body);
}
