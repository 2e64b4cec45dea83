/* SPDX-License-Identifier: Apache-2.0 */
/* A device's context at its eNodeB, changed while it lasts: UE Context Modification
 * (TS 36.413 8.3.4), which waits for a handover and is done again after one that came in between
 * (33.401 7.2.10), the eNodeB's UE Context Modification Indication (8.3.6), and UE Radio
 * Capability Match (8.17). They are procedures of the device and end with its connection. */
#include <errno.h>
#include "mme/esm.h"
#include "security/crypto.h"

static int err_of(uint16_t cause)
{
	return !cause                  ? 0
	       : cause == PROC_TIMEOUT ? -ETIMEDOUT
	       : cause == PROC_ABORTED ? -ECANCELED
				       : -EPROTO;
}

/* ---- UE Context Modification ---- */

enum { WAIT, MODIFY, HANDOVER };

struct modification {
	struct proc proc;
	uint8_t interrupted, kenb[32]; /* kenb: as sent */
	struct conn_change what;
};

static struct mem_pool modification_pool = MEM_POOL(modification);

static int enter_wait(struct proc *p)
{
	return mobility_running(p->owner) ? PROC_STAY : PROC_TO(MODIFY);
}

static int enter_handover(struct proc *p) { return p->tries ? PROC_TO(WAIT) : PROC_STAY; }

static int ready(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_NEXT;
}

static int again(struct modification *m, int to)
{
	enum { MOST = 3 };

	if (m->interrupted++ < MOST)
		return PROC_TO(to);
	m->proc.cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static int moved(struct proc *p, const void *msg)
{
	(void)msg;
	return again((struct modification *)p, WAIT);
}

static int enter_modify(struct proc *p)
{
	struct modification *sent = (struct modification *)p;
	const struct conn_change *what = &sent->what;
	struct s1ap_ue_context_modification_request m = {0};
	struct mme_ue *ue = p->owner;

	S1AP_SET(&m, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
	memcpy(sent->kenb, ue->kenb, sizeof(sent->kenb));
	if (what->key)
		S1AP_SET(&m, security_key, (struct bits){sent->kenb, 256});
	if (what->ambr)
		S1AP_SET(&m, ue_aggregate_maximum_bitrate, context_ambr(ue, ue->conn));
	if (what->capabilities)
		S1AP_SET(&m, ue_security_capabilities, context_capabilities(ue));
	if (!conn_send(ue->conn, &s1ap_ue_context_modification_request_msg, &m))
		return PROC_STAY;
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

/* A Security Mode Complete to a repeated command has made KeNB another meanwhile. */
static int taken(struct proc *p, const void *msg)
{
	const struct modification *m = (const struct modification *)p;
	const struct mme_ue *ue = p->owner;

	(void)msg;
	return m->what.key && memcmp(m->kenb, ue->kenb, sizeof(m->kenb)) ? PROC_TO(WAIT) : PROC_END;
}

/* 8.3.4.3: the eNodeB goes on with what it had. */
static int refused(struct proc *p, const void *msg)
{
	const struct s1ap_ue_context_modification_failure *m = msg;

	UE_LOG(WARN, (struct mme_ue *)p->owner, "s1.modify_refused", "cause=\"%s\"",
	       m->has.cause ? s1ap_cause_text(m->cause) : "-");
	if (m->has.cause && mobility_is_cause(m->cause))
		return again((struct modification *)p, HANDOVER);
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static void modify_ended(struct proc *p, uint16_t cause)
{
	struct modification *m = (struct modification *)p;
	struct mme_ue *ue = p->owner;
	struct s1_conn *c = ue->conn;
	/* One that is not waited for any more, for what the device has begun, is on its way. */
	bool sent = !cause || (cause == PROC_ABORTED && p->step == MODIFY);

	if (cause)
		mme_counters.conn_modify_failed++;
	else
		mme_counters.conn_modified++;
	if (cause && c && m->what.ambr)
		c->ambr_up = c->ambr_down = 0; /* the next message that can tell it does */
	if (sent && c && m->what.key) {        /* 33.401 7.2.9.2: the chain begins anew */
		as_chain_begin(&ue->as, ue->sec->kasme, m->kenb);
		ue_save_conn(ue);
	}
	crypto_wipe(m->kenb, sizeof(m->kenb));
	if (m->what.done)
		m->what.done(ue, m->what.arg, err_of(cause));
	if (!cause) /* perhaps it has changed meanwhile */
		context_ambr_check(ue);
}

static const struct proc_step modify_steps[] = {
	[WAIT] = {"wait", enter_wait, &mme.timer[T_REACH]},
	[MODIFY] = {"modify", enter_modify, &mme.timer[T_ICS]},
	[HANDOVER] = {"handover", enter_handover, &esm_handover},
};
static const struct proc_row modify_rows[] = {
	{WAIT, EV_READY, ready, MODIFY},
	{MODIFY, EV_CONTEXT_MODIFIED, taken, 0},
	{MODIFY, EV_CONTEXT_MODIFY_FAILED, refused, 0},
	{MODIFY, EV_MOVED, moved, 0},
	{HANDOVER, EV_READY, ready, WAIT},
};
static const struct proc_def modification_def = {
	"UE context modification", "TS 36.413 8.3.4", modify_steps, modify_rows, 3, 5,
	&modification_pool,        modify_ended,
};

static void modify_init(struct proc *p, const void *arg)
{
	((struct modification *)p)->what = *(const struct conn_change *)arg;
}

int conn_modify(struct s1_conn *c, const struct conn_change *what)
{
	if (!c || !c->ue || !c->context || c->releasing)
		return -ENOTCONN;
	if (proc_find(&c->ue->procs, &modification_def))
		return -EALREADY;
	return proc_start(&modification_def, &c->ue->procs, c->ue, NULL, modify_init, what)
		       ? 0
		       : -ENOMEM;
}

static void offer(struct s1_conn *c, uint16_t event, const void *body, const char *name)
{
	if (c->ue && !proc_offer(&c->ue->procs, event, body))
		UE_LOG(DEBUG, c->ue, "s1.unexpected", "message=\"%s\"", name);
}

void on_ue_context_modification_response(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	offer(c, EV_CONTEXT_MODIFIED, body, "ue_context_modification_response");
}

void on_ue_context_modification_failure(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	offer(c, EV_CONTEXT_MODIFY_FAILED, body, "ue_context_modification_failure");
}

/* A device that moved into a hybrid cell, or out of it: nobody here subscribes to a closed group.
 * In a cell for members alone its context ends (8.3.6.4). */
void on_ue_context_modification_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_ue_context_modification_indication *m = body;
	struct s1ap_ue_context_modification_confirm r = {0};

	(void)e;
	c->hybrid = m->has.csg_membership_info;
	if (c->hybrid && !m->csg_membership_info.has.cell_access_mode) {
		conn_release(c, S1AP_CAUSE(RADIO, INVALID_CSG_ID));
		return;
	}
	S1AP_SET(&r, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&r, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	if (c->hybrid)
		S1AP_SET(&r, csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	conn_send(c, &s1ap_ue_context_modification_confirm_msg, &r);
}

/* ---- UE Radio Capability Match ---- */

struct match {
	struct proc proc;
	void (*done)(void *arg, int err);
	void *arg;
};

static struct mem_pool match_pool = MEM_POOL(match);

static int enter_match(struct proc *p)
{
	struct s1ap_ue_radio_capability_match_request m = {0};
	const struct mme_ue *ue = p->owner;

	S1AP_SET(&m, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
	if (ue->radio_capability)
		S1AP_SET(&m, ue_radio_capability,
			 bytes_of(ue->radio_capability, ue->radio_capability_n));
	if (!conn_send(ue->conn, &s1ap_ue_radio_capability_match_request_msg, &m))
		return PROC_STAY;
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static int matched(struct proc *p, const void *msg)
{
	const struct s1ap_ue_radio_capability_match_response *m = msg;
	struct mme_ue *ue = p->owner;

	ue->voice_match =
		m->voice_support_match_indicator == S1AP_VOICE_SUPPORT_MATCH_INDICATOR_SUPPORTED
			? VOICE_SUPPORTED
			: VOICE_NOT_SUPPORTED;
	return PROC_END;
}

static void match_ended(struct proc *p, uint16_t cause)
{
	const struct match *m = (const struct match *)p;

	if (m->done)
		m->done(m->arg, err_of(cause));
}

static const struct proc_step match_steps[] = {{"match", enter_match, &mme.timer[T_ICS], 0}};
static const struct proc_row match_rows[] = {{0, EV_CAPABILITY_MATCHED, matched, 0}};
static const struct proc_def match_def = {
	"UE radio capability match",
	"TS 36.413 8.3.5",
	match_steps,
	match_rows,
	1,
	1,
	&match_pool,
	match_ended,
};

static void match_init(struct proc *p, const void *arg)
{
	((struct match *)p)->done = ((const struct match *)arg)->done;
	((struct match *)p)->arg = ((const struct match *)arg)->arg;
}

int conn_match_capability(struct s1_conn *c, void (*done)(void *arg, int err), void *arg)
{
	struct match m = {.done = done, .arg = arg};

	if (!c || !c->ue || c->releasing)
		return -ENOTCONN;
	if (proc_find(&c->ue->procs, &match_def))
		return -EALREADY;
	return proc_start(&match_def, &c->ue->procs, c->ue, NULL, match_init, &m) ? 0 : -ENOMEM;
}

void on_ue_radio_capability_match_response(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)e;
	offer(c, EV_CAPABILITY_MATCHED, body, "ue_radio_capability_match_response");
}
