/* SPDX-License-Identifier: Apache-2.0 */
/* Paging (TS 24.301 5.6.2.2, TS 36.413 8.5, TS 23.401 5.3.4.3): an idle device is called in all
 * cells of its tracking area list until it comes, by whatever message, or T3413 has expired for the
 * last time. Why it is called is the SGW's Downlink Data Notification, which is told when the
 * device did not come, or a procedure that needs the device connected, the parent.
 *
 *   PAGE      to every eNodeB that serves an area of the list, with the S-TMSI
 *   PAGE_EDRX the same for a device with extended DRX; eNodeBs keep it until the device listens,
 * and T3415 spans its cycle AWAIT     where eNodeBs and MME count hyperframes alike: until just
 * before the device listens WINDOW    then it is called as often as T3413 fits into its paging time
 * window. With two GUTIs that may be valid it is called by the other one when that one's window
 * comes ANSWERED  the device has a signalling connection; ends when its bearers are up (or with the
 *             connection, as all procedures of a device)
 *
 * An eNodeB that begins to serve an area is asked at once for the devices that are being called
 * there. A device that saves power (T3324, 23.401 4.3.22) or was not heard of for too long
 * (23.401 4.3.5.2) is not called; the SGW is told for how long to keep what comes. IMSI is used
 * only where the network has lost the S-TMSI (24.301 5.6.2.2.2): data came for a device that is no
 * longer known here, and the SGW could say whose. */
#include <stdlib.h>
#include <time.h>
#include "core/loop.h"
#include "core/metrics.h"
#include "mme/mme.h"

enum { PAGE, PAGE_EDRX, AWAIT, WINDOW, ANSWERED };
enum {
	BEFORE_MS = 1000, /* the window: "just before" (36.300 10.1.4) */
	BUFFER_MS = 5000, /* who listens within that is not worth telling the SGW of */
	GRACE_S = 5,      /* for the SGW to hear that a device has not come */
};

struct paging {
	struct proc proc;
	struct paging *next, **at; /* of all that are under way */
	bool notified;             /* the SGW waits for the outcome */
	uint8_t arp;               /* priority level of what it is for: 1 (highest) to 15 */
	uint8_t identity;          /* AWAIT, WINDOW: by which of two S-TMSIs */
	uint8_t attempts;          /* WINDOW: so many */
};

static struct mem_pool pool = MEM_POOL(paging);
static struct paging *under_way;
METRIC_LATENCY(paging_time, "mcore_paging_seconds", "Paging to the device's answer")

/* ---- the message ---- */

static bool serves(unsigned tais, const struct tai *tai, const struct nas_tai_list *l)
{
	for (unsigned i = 0; i < tais; i++)
		for (unsigned k = 0; k < l->n; k++)
			if (tai[i].plmn == l->tai[k].plmn && tai[i].tac == l->tai[k].tac)
				return true;
	return false;
}

/* To each eNodeB that serves one of the areas, or to that one. Returns to how many. */
static unsigned fan_out(struct s1ap_paging *m, const struct nas_tai_list *l, struct enb *only)
{
	struct s1ap_tai_item item[NAS_MAX_TAIS];
	struct bytes pdu;
	unsigned n = 0;

	for (unsigned i = 0; i < l->n; i++)
		item[i] = (struct s1ap_tai_item){.tai = l->tai[i]};
	S1AP_SET(m, tai_list, (struct s1ap_tai_list){item, l->n});
	S1AP_SET(m, cn_domain, S1AP_CN_DOMAIN_PS);
	if (enb_encode(&s1ap_paging_msg, m, &pdu))
		return 0;
	for (struct enb *e = only ? only : enb_next(NULL); e; e = only ? NULL : enb_next(e))
		if (e->ready && serves(e->tais, e->tai, l) &&
		    !enb_send_octets(e, 0, &s1ap_paging_msg, pdu))
			n++;
	mme_counters.paging_sent += n;
	return n;
}

/* The digits as TS 29.274 8.3 has them: two an octet, the first in the low half, 15 filled up. Of
 * an IMSI alone. */
static struct bytes imsi_octets(imsi_t imsi, uint8_t out[8])
{
	char digits[IMSI_STRLEN];
	size_t n;

	imsi_print(imsi, digits);
	n = strlen(digits);
	for (size_t i = 0; i < (n + 1) / 2; i++) {
		uint8_t high = 2 * i + 1 < n ? (uint8_t)(digits[2 * i + 1] - '0') : 15;

		out[i] = (uint8_t)(high << 4 | (digits[2 * i] - '0'));
	}
	return bytes_of(out, (n + 1) / 2);
}

/* Of who has no IMSI: 0 (36.304 7.1). */
static uint64_t imsi_number(imsi_t imsi)
{
	char digits[IMSI_STRLEN];

	if (imsi_is_imei(imsi))
		return 0;
	return strtoull(imsi_print(imsi, digits), NULL, 10);
}

/* Where in its cycle the device listens. eNodeBs that page over MPDCCH or NPDCCH count in more
 * steps. */
static void set_index(struct s1ap_paging *m, imsi_t imsi)
{
	uint64_t number = imsi_number(imsi);

	S1AP_SET(m, ue_identity_index_value, (uint16_t)(number % 1024));
	S1AP_SET(m, extended_ue_identity_index_value, (uint16_t)(number % 16384));
}

static void set_priority(struct s1ap_paging *m, uint8_t arp)
{
	if (arp && arp <= mme.paging_priority_arp)
		S1AP_SET(m, paging_priority, (enum s1ap_paging_priority)(arp - 1));
}

static void set_assistance(struct s1ap_paging *m, const struct mme_ue *ue, uint8_t attempt,
			   unsigned attempts)
{
	struct s1ap_assistance_data_for_paging a = {0};
	struct s1ap_recommended_cell_item *cell;
	uint8_t intended = (uint8_t)(attempts < 16 ? attempts : 16);

	if (ue->cells_n) {
		cell = arena_zalloc(&turn_arena, ue->cells_n * sizeof(*cell));
		for (unsigned i = 0; i < ue->cells_n; i++)
			cell[i].eutran_cgi = ue->cell[i];
		S1AP_SET(&a, assistance_data_for_recommended_cells,
			 (struct s1ap_assistance_data_for_recommended_cells){
				 .recommended_cells_for_paging.recommended_cell_list = {
					 cell, ue->cells_n}});
	}
	S1AP_SET(&a, paging_attempt_information,
		 (struct s1ap_paging_attempt_information){
			 .paging_attempt_count = attempt < intended ? attempt : intended,
			 .intended_number_of_paging_attempts = intended,
		 });
	S1AP_SET(m, assistance_data_for_paging, a);
}

static bool with_edrx(const struct mme_ue *ue) { return ue->edrx && !emergency_here(ue); }

/* In all its areas, or through that eNodeB only. Returns how many eNodeBs were asked. */
static unsigned page_as(const struct paging *p, struct enb *only, unsigned identity)
{
	const struct mme_ue *ue = p->proc.owner;
	struct s1ap_paging m = {0};
	struct nas_tai_list list = mme_tai_list(ue);
	bool window = p->proc.step == WINDOW;

	set_index(&m, ue->imsi);
	S1AP_SET(&m, ue_paging_id,
		 (struct s1ap_ue_paging_id){
			 .choice = S1AP_UE_PAGING_ID_S_TMSI,
			 .s_tmsi = ue_s_tmsi(ue, identity),
		 });
	if (ue->paging_drx)
		S1AP_SET(&m, paging_drx, (enum s1ap_paging_drx)(ue->paging_drx - 1));
	if (with_edrx(ue)) {
		struct s1ap_paging_edrx_information e = {
			.paging_edrx_cycle = (enum s1ap_paging_edrx_cycle)ue->edrx_cycle};

		if (ue->edrx_cycle) /* a cycle of half a hyperframe has no window */
			S1AP_SET(&e, paging_time_window,
				 (enum s1ap_paging_time_window)ue->edrx_ptw);
		S1AP_SET(&m, paging_edrx_information, e);
	}
	set_priority(&m, p->arp);
	if (ue->paging_capability)
		S1AP_SET(&m, ue_radio_capability_for_paging,
			 bytes_of(ue->paging_capability, ue->paging_capability_n));
	set_assistance(&m, ue, (uint8_t)(p->proc.tries + 1),
		       window ? p->attempts : mme.timer[T3413].retries + 1U);
	return fan_out(&m, &list, only);
}

/* By either GUTI in turn; all at once where the eNodeBs wait for the window of each. */
static unsigned page(const struct paging *p, struct enb *only)
{
	if (p->proc.step == PAGE_EDRX && ue_old_tmsi(p->proc.owner))
		page_as(p, only, 1);
	return page_as(p, only, p->proc.step == WINDOW ? p->identity : p->proc.tries);
}

/* ---- the procedure ---- */

static bool by_cycle; /* T3415 */
/* Of the device whose step is entered. */
static struct proc_timer t3415 = {"T3415", 0, 0}, await = {"paging-window", 0, 1},
			 t3413_in_window = {"T3413", 0, UINT8_MAX};

void paging_reload(bool t3415_by_cycle)
{
	by_cycle = t3415_by_cycle;
	t3413_in_window.ms = mme.timer[T3413].ms;
}

/* A cycle of half a hyperframe has no windows. */
static bool has_windows(const struct mme_ue *ue)
{
	return with_edrx(ue) && ue->edrx_cycle && mme.power.paging != EDRX_AT_ONCE;
}

static struct edrx_window window_of(const struct mme_ue *ue, unsigned identity, uint64_t now)
{
	return edrx_window(ue_s_tmsi(ue, identity).m_tmsi, ue->edrx_cycle, ue->edrx_ptw, now);
}

static int enter_await(struct proc *p) { return p->tries ? PROC_TO(WINDOW) : PROC_STAY; }

/* Into the step before the next window, or into the one that is open. */
static int to_window(struct proc *p)
{
	const struct paging *g = (struct paging *)p;
	uint64_t now = edrx_now_ms();
	struct edrx_window w = window_of(p->owner, g->identity, now);
	char note[48];

	if (w.start_ms <= now + BEFORE_MS)
		return PROC_TO(WINDOW);
	await.ms = (uint32_t)(w.start_ms - BEFORE_MS - now);
	snprintf(note, sizeof(note), "it listens in %u s",
		 (unsigned)((w.start_ms - now + 500) / 1000));
	proc_note(p, note);
	return PROC_TO(AWAIT);
}

static uint32_t cycle_and_window_ms(const struct mme_ue *ue)
{
	return edrx_cycle_ms(ue->edrx_cycle) + edrx_window_ms(ue->edrx_ptw) + mme.timer[T3413].ms;
}

static int enter_page(struct proc *p)
{
	const struct mme_ue *ue = p->owner;

	if (ue->conn)
		return PROC_TO(ANSWERED);
	if (has_windows(ue) && p->step == PAGE)
		return to_window(p);
	if (with_edrx(ue) && p->step == PAGE) {
		t3415.ms = mme.timer[T3415].ms;
		if (by_cycle && t3415.ms < cycle_and_window_ms(ue))
			t3415.ms = cycle_and_window_ms(ue);
		return PROC_TO(PAGE_EDRX);
	}
	/* No eNodeB there now: one may come before T3413 has expired for the last time. */
	if (!page((const struct paging *)p, NULL))
		proc_note(p, "no eNodeB serves its areas");
	return PROC_STAY;
}

static int enter_window(struct proc *p)
{
	struct paging *g = (struct paging *)p;
	const struct mme_ue *ue = p->owner;
	unsigned most = mme.timer[T3413].retries + 1U;
	uint64_t now = edrx_now_ms(), fit;
	struct edrx_window w;

	if (!p->tries) {
		w = window_of(ue, g->identity, now);
		fit = 1 + (w.end_ms - (w.start_ms > now ? w.start_ms : now)) / t3413_in_window.ms;
		g->attempts = (uint8_t)(fit < most ? fit : most);
	}
	if (p->tries < g->attempts)
		return enter_page(p);
	if (g->identity || !ue_old_tmsi(ue))
		return proc_fail(p, PROC_TIMEOUT);
	g->identity = 1;
	return to_window(p);
}

static int answered(struct proc *p, const void *msg)
{
	(void)msg;
	mme_counters.paging_answered++;
	latency_add(&paging_time_latency, (loop_clock_ns() - p->started_ns) / 1000);
	return PROC_NEXT;
}

static int up(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_END;
}

static void tell_sgw(struct mme_ue *ue, enum gtpc_cause cause)
{
	struct gtpc_request q = {
		.type = GTPC_DOWNLINK_DATA_NOTIFICATION_FAILURE,
		.imsi = ue->imsi,
		.cause = cause,
	};

	ue->data_waits = false;
	if (!ue->pdns)
		return;
	q.teid = ue->pdns->s11_sgw.teid;
	gtpc_send(GTPC_SGW, &q);
}

static void end(struct proc *p, uint16_t cause)
{
	struct mme_ue *ue = p->owner;
	struct paging *g = (struct paging *)p;

	*g->at = g->next;
	if (g->next)
		g->next->at = g->at;
	if (!cause)
		return;
	mme_counters.paging_failed += p->step != ANSWERED;
	if (g->notified)
		tell_sgw(ue, p->step == ANSWERED     ? GTPC_SERVICE_DENIED
			     : cause == PROC_ABORTED ? GTPC_ALREADY_REATTACHED
						     : GTPC_UE_NOT_RESPONDING);
}

static const struct proc_step steps[] = {
	[PAGE] = {"page", enter_page, &mme.timer[T3413]},
	[PAGE_EDRX] = {"page-edrx", enter_page, &t3415},
	[AWAIT] = {"await-window", enter_await, &await},
	[WINDOW] = {"page-window", enter_window, &t3413_in_window},
	[ANSWERED] = {"answered", NULL, NULL},
};

static const struct proc_row rows[] = {
	{PAGE, EV_CONNECTED, answered, ANSWERED},  {PAGE_EDRX, EV_CONNECTED, answered, ANSWERED},
	{AWAIT, EV_CONNECTED, answered, ANSWERED}, {WINDOW, EV_CONNECTED, answered, ANSWERED},
	{ANSWERED, EV_SERVICE_UP, up, 0},
};

const struct proc_def paging_def = {
	"paging", "TS 24.301 5.6.2", steps, rows, 5, 5, &pool, end,
};

static void init(struct proc *p, const void *arg)
{
	struct paging *g = (struct paging *)p;

	g->arp = *(const uint8_t *)arg;
	g->next = under_way;
	g->at = &under_way;
	if (under_way)
		under_way->at = &g->next;
	under_way = g;
	mme_counters.paging++;
}

struct proc *paging_begin(struct mme_ue *ue, struct proc *parent, uint8_t arp)
{
	return proc_start(&paging_def, &ue->procs, ue, parent, init, &arp);
}

static const struct proc *begin_notified(struct mme_ue *ue, uint8_t arp)
{
	struct proc *p = paging_begin(ue, NULL, arp);

	if (p)
		((struct paging *)p)->notified = true;
	return p;
}

bool paging_lift(struct mme_ue *ue, uint8_t *arp)
{
	struct paging *g = (struct paging *)proc_find(&ue->procs, &paging_def);

	if (!g || !g->notified)
		return false;
	g->notified = false;
	*arp = g->arp;
	return true;
}

void paging_go_on(struct mme_ue *ue, uint8_t arp)
{
	if (!begin_notified(ue, arp))
		tell_sgw(ue, GTPC_SERVICE_DENIED);
}

void paging_enb_serves(struct enb *e, unsigned before, const struct tai *tai)
{
	unsigned n = 0;

	for (const struct paging *g = under_way; g; g = g->next) {
		struct nas_tai_list l = mme_tai_list(g->proc.owner);

		if (g->proc.step == ANSWERED || g->proc.step == AWAIT ||
		    !serves(e->tais, e->tai, &l) || serves(before, tai, &l))
			continue;
		if (!page(g, e)) /* it takes no more now: T3413 will ask again */
			break;
		n++;
	}
	if (n)
		LOG(INFO, "paging.enb", "enb=%s devices=%u", enb_print_id(e, (char[24]){0}), n);
}

/* ---- what the SGW says ---- */

/* Seconds until a device that cannot be called now is heard of at the latest. */
static uint32_t sleeps_s(const struct mme_ue *ue)
{
	uint64_t ms = timer_left_ms(&ue->reachable);

	return (uint32_t)((ms + 999) / 1000);
}

/* Seconds until a device with extended DRX has come, or has not; 0: soon. */
static uint32_t listens_s(const struct mme_ue *ue)
{
	uint64_t now = edrx_now_ms(), ms;

	if (!with_edrx(ue) || !ue->edrx_cycle)
		return 0;
	ms = cycle_and_window_ms(ue);
	if (has_windows(ue))
		ms = window_of(ue, 0, now).end_ms + mme.timer[T3413].ms - now;
	return ms > BUFFER_MS + edrx_window_ms(ue->edrx_ptw) + mme.timer[T3413].ms
		       ? (uint32_t)(ms / 1000 + GRACE_S)
		       : 0;
}

static void again_if_more_urgent(struct proc *p, uint8_t arp)
{
	struct paging *g = (struct paging *)p;

	g->notified = true;
	if (!arp || (g->arp && arp >= g->arp))
		return;
	g->arp = arp;
	if (p->step != ANSWERED && p->step != AWAIT)
		page(g, NULL);
}

/* What becomes of a notification. */
static void notified(struct mme_ue *ue, const struct gtpc_request *q, struct gtpc_response *r)
{
	uint8_t arp = q->bearers ? q->bearer[0].qos.arp_priority : 0;
	struct proc *running = proc_find(&ue->procs, &paging_def);

	r->cause = GTPC_ACCEPTED;
	if (proc_find(&ue->procs, &attach_def)) {
		; /* so are those of a device that attaches */
	} else if (ue->emm != EMM_REGISTERED) {
		r->cause = GTPC_UNABLE_TO_PAGE;
	} else if (running) {
		again_if_more_urgent(running, arp);
		if (running->step != ANSWERED && mme.power.buffer)
			r->buffering_s = listens_s(ue);
	} else if (ue_is_connected(ue)) {
		; /* its bearers are on their way to the SGW */
	} else if (ue->unreachable && ue->asleep && mme.power.buffer) {
		r->buffering_s = sleeps_s(ue);
		ue->data_waits = true;
	} else if (ue->unreachable) {
		r->cause = GTPC_UNABLE_TO_PAGE;
	} else {
		const struct proc *p = begin_notified(ue, arp);

		if (!p)
			r->cause = GTPC_NO_RESOURCES;
		else if (p->step != ANSWERED && mme.power.buffer)
			r->buffering_s = listens_s(ue);
	}
}

void paging_notified(struct mme_ue *ue, void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type};

	mme_counters.ddn++;
	/* TS 23.007 21.8: the eNodeB has lost the bearer's tunnel, and with it the device. */
	if (q->cause == GTPC_ERROR_INDICATION_RECEIVED && ue->conn && ue->conn->context &&
	    ue->emm == EMM_REGISTERED) {
		UE_LOG(WARN, ue, "mme.bearer_lost", "ebi=%u", q->bearers ? q->bearer[0].ebi : 0);
		conn_release(ue->conn, S1AP_CAUSE(RADIO, RADIO_CONNECTION_WITH_UE_LOST));
	}
	notified(ue, q, &r);
	if (r.cause != GTPC_ACCEPTED)
		UE_LOG(INFO, ue, "paging.refused", "cause=%u emm=%d unreachable=%s", r.cause,
		       ue->emm, ue->unreachable ? "yes" : "no");
	mme_counters.paging_refused += r.cause != GTPC_ACCEPTED;
	gtpc_reply(token, &r);
}

void paging_stopped(struct mme_ue *ue, void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_ACCEPTED};
	struct proc *p = proc_find(&ue->procs, &paging_def);

	ue->data_waits = false;
	/* What a procedure of ours waits for goes on. */
	if (p && p->step != ANSWERED && !p->parent) {
		((struct paging *)p)->notified = false;
		proc_finish(p, 0);
	}
	gtpc_reply(token, &r);
}

bool paging_by_imsi(imsi_t imsi, uint8_t arp)
{
	struct s1ap_paging m = {0};
	uint8_t octets[8];
	unsigned n = 0;

	if (imsi_is_imei(imsi)) /* no cell is told that: it will attach, or not */
		return false;
	set_index(&m, imsi);
	S1AP_SET(&m, ue_paging_id,
		 (struct s1ap_ue_paging_id){.choice = S1AP_UE_PAGING_ID_IMSI,
					    .imsi = imsi_octets(imsi, octets)});
	S1AP_SET(&m, cn_domain, S1AP_CN_DOMAIN_PS);
	set_priority(&m, arp);
	for (struct enb *e = enb_next(NULL); e; e = enb_next(e)) {
		struct s1ap_tai_item *item;
		uint32_t served = 0;

		if (!e->ready)
			continue;
		item = arena_zalloc(&turn_arena, e->tais * sizeof(*item));
		for (unsigned i = 0; i < e->tais; i++)
			if (mme_serves_tai(&e->tai[i]))
				item[served++].tai = e->tai[i];
		S1AP_SET(&m, tai_list, (struct s1ap_tai_list){item, served});
		n += served && !enb_send(e, 0, &s1ap_paging_msg, &m);
	}
	LOG(INFO, "paging.imsi", "imsi=%s enbs=%u", imsi_print(imsi, (char[IMSI_STRLEN]){0}), n);
	mme_counters.paging_sent += n;
	return n > 0;
}
