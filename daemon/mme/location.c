/* SPDX-License-Identifier: Apache-2.0 */
/* Where a device is and was (TS 36.413 8.11, TS 23.401 5.9). Each message that carries a cell moves
 * the device there; the cells before are kept in a ring with their times. The eNodeB of a connected
 * device can be asked where it is (an idle one is paged, if that is wanted), or to report each
 * change of cell, which it does until it is told to stop or the context ends: the request is made
 * again with each new context. */
#include <errno.h>
#include <time.h>
#include "mme/esm.h"

static struct mem_pool places_pool = MEM_POOL(ue_places);

void location_left(struct mme_ue *ue)
{
	struct ue_places *p = ue->places;

	if (!p)
		ue->places = p = pool_get(&places_pool);
	if (!p)
		return;
	p->before[p->next] = (struct ue_place){ue->tai, ue->ecgi, ue->moved, (uint64_t)time(NULL)};
	p->next = (p->next + 1) % UE_PLACES;
	if (p->n < UE_PLACES)
		p->n++;
}

void location_inherit(struct mme_ue *ue, struct mme_ue *old)
{
	location_ue_freed(ue);
	ue->places = old->places;
	old->places = NULL;
}

bool location_next(const struct mme_ue *ue, uint64_t *cursor, struct place_view *v)
{
	const struct ue_places *p = ue->places;
	uint64_t i = (*cursor)++;

	if (!i) {
		v->when = "now";
		v->tai = ue->tai;
		v->cell = ue->ecgi;
		v->since = ue->moved;
		v->until = ue->seen;
		return ue->tai.plmn != 0;
	}
	if (!p || i > p->n)
		return false;
	const struct ue_place *was = &p->before[(p->next + UE_PLACES - i) % UE_PLACES];

	v->when = "before";
	v->tai = was->tai;
	v->cell = was->ecgi;
	v->since = was->since;
	v->until = was->until;
	return true;
}

void location_ue_freed(struct mme_ue *ue)
{
	pool_put(&places_pool, ue->places);
	ue->places = NULL;
}

/* ---- asking the eNodeB ---- */

static int control(struct s1_conn *c, uint8_t event)
{
	struct s1ap_location_reporting_control m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	S1AP_SET(&m, request_type,
		 (struct s1ap_request_type){.event_type = event,
					    .report_area = S1AP_REPORT_AREA_ECGI});
	return conn_send(c, &s1ap_location_reporting_control_msg, &m);
}

enum { PAGE, ASK };

struct locate {
	struct proc proc;
	void (*done)(void *arg, int err);
	void *arg;
};

static struct mem_pool pool = MEM_POOL(locate);

static int enter_page(struct proc *p)
{
	const struct mme_ue *ue = p->owner;
	const struct proc *paging;
	int next;

	if (ue->conn)
		return PROC_TO(ASK);
	next = esm_reach(p, 0);
	paging = proc_find(&ue->procs, &paging_def);
	if (paging && paging->parent == p)
		timer_stop(&p->timer); /* how it ends is told, for extended DRX later than that */
	return next;
}

static int enter_ask(struct proc *p)
{
	if (!control(((const struct mme_ue *)p->owner)->conn, S1AP_EVENT_TYPE_DIRECT))
		return PROC_STAY;
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static int came(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_NEXT;
}

static int over(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_END;
}

static int failed(struct proc *p, const void *msg)
{
	(void)msg;
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static void end(struct proc *p, uint16_t cause)
{
	const struct locate *l = (const struct locate *)p;

	l->done(l->arg, !cause                  ? 0
			: cause == CAUSE_PAGING ? -ENOTCONN
			: cause == PROC_TIMEOUT ? -ETIMEDOUT
			: cause == PROC_ABORTED ? -ECANCELED
						: -EPROTO);
}

static const struct proc_step steps[] = {
	[PAGE] = {"page", enter_page, &mme.timer[T_REACH], 0},
	[ASK] = {"ask", enter_ask, &mme.timer[T_ICS], 0},
};
static const struct proc_row rows[] = {
	{PAGE, PROC_CHILD_DONE, came, ASK},
	{PAGE, EV_READY, came, ASK}, /* another procedure's paging was under way */
	{ASK, EV_LOCATION_REPORT, over, 0},
	{ASK, EV_LOCATION_FAILED, failed, 0},
};
static const struct proc_def locate_def = {
	"location reporting", "TS 36.413 8.11", steps, rows, 2, 4, &pool, end,
};

static void init(struct proc *p, const void *arg)
{
	((struct locate *)p)->done = ((const struct locate *)arg)->done;
	((struct locate *)p)->arg = ((const struct locate *)arg)->arg;
}

int location_ask(struct mme_ue *ue, bool page, void (*done)(void *arg, int err), void *arg)
{
	struct locate l = {.done = done, .arg = arg};

	if ((!ue->conn && !page) || (ue->conn && ue->conn->releasing))
		return -ENOTCONN;
	if (proc_find(&ue->procs, &locate_def))
		return -EALREADY;
	return proc_start(&locate_def, &ue->procs, ue, NULL, init, &l) ? 0 : -ENOMEM;
}

int location_report_changes(struct mme_ue *ue, bool on)
{
	bool was = ue->report_location;

	ue->report_location = on;
	if (!ue->conn || was == on)
		return 0;
	return control(ue->conn, on ? S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL
				    : S1AP_EVENT_TYPE_STOP_CHANGE_OF_SERVE_CELL);
}

void on_location_report(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_location_report *m = body;
	char cell[40];

	mme_counters.location_reports++;
	if (m->has.tai)
		c->tai = m->tai;
	if (m->has.eutran_cgi)
		c->ecgi = m->eutran_cgi;
	node_cell_seen(e, &c->ecgi);
	if (!c->ue)
		return;
	ue_seen(c->ue);
	snprintf(cell, sizeof(cell), "cell=%s-%07x",
		 plmn_print(c->ecgi.plmn, (char[PLMN_STRLEN]){0}), c->ecgi.eci);
	view_trace(c->ue, "location", "report", cell);
	/* A report of a change is no answer to a direct question. */
	if (!m->has.request_type || m->request_type.event_type == S1AP_EVENT_TYPE_DIRECT)
		proc_offer(&c->ue->procs, EV_LOCATION_REPORT, body);
}

/* ---- what an eNodeB put off for a handover (8.11.2): again, where the device is then ---- */

struct locate_again {
	struct proc proc;
};

static struct mem_pool again_pool = MEM_POOL(locate_again);

static int enter_handover(struct proc *p)
{
	return !p->tries ? PROC_STAY : mobility_running(p->owner) ? PROC_TO(0) : PROC_END;
}

static void ask_again(struct proc *p, uint16_t cause)
{
	struct mme_ue *ue = p->owner;
	const struct proc *locate = proc_find(&ue->procs, &locate_def);
	bool asked = locate && locate->step == ASK;

	if (cause || !ue->conn) /* the next context begins anew */
		return;
	if (asked)
		control(ue->conn, S1AP_EVENT_TYPE_DIRECT);
	if (ue->report_location || !asked)
		control(ue->conn, ue->report_location ? S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL
						      : S1AP_EVENT_TYPE_STOP_CHANGE_OF_SERVE_CELL);
}

static const struct proc_step again_steps[] = {{"handover", enter_handover, &esm_handover, 0}};
static const struct proc_row again_rows[] = {{0, EV_READY, over, 0}, {0, EV_MOVED, over, 0}};
static const struct proc_def again_def = {
	"location reporting again",
	"TS 36.413 8.11.2",
	again_steps,
	again_rows,
	1,
	2,
	&again_pool,
	ask_again,
};

void on_location_reporting_failure_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_location_reporting_failure_indication *m = body;

	(void)e;
	mme_counters.location_failed++;
	if (!c->ue)
		return;
	UE_LOG(WARN, c->ue, "ue.location_failed", "cause=\"%s\"",
	       m->has.cause ? s1ap_cause_text(m->cause) : "-");
	if (!m->has.cause || !mobility_is_cause(m->cause))
		proc_offer(&c->ue->procs, EV_LOCATION_FAILED, body);
	else if (!proc_find(&c->ue->procs, &again_def))
		proc_start(&again_def, &c->ue->procs, c->ue, NULL, NULL, NULL);
}

void node_context_ready(struct s1_conn *c)
{
	if (c->ue && c->ue->report_location)
		control(c, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
}
