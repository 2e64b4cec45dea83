/* SPDX-License-Identifier: Apache-2.0 */
/* Warning messages (TS 36.413 8.12, TS 23.041). A warning goes to the eNodeBs of its area, each by
 * a procedure of its own that ends with the eNodeB's answer; what each said is kept with the
 * warning, by eNodeB and cell. It is sent again to an eNodeB that sets up anew or tells by PWS
 * Restart Indication that it has lost its warnings. A warning ends when it is killed, replaced, or
 * broadcast as often as it was ordered; the last ones that ended are kept to be looked at. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "mme/warning.h"

enum { KEEP_ENDED = 32, MOST_ON = 256, MOST_GONE = 64 };

static struct mem_pool pool = MEM_POOL(warning);
static struct mem_pool enb_pool = MEM_POOL(warning_enb);
struct warning *warning_all;
const char warning_killed[] = "killed", warning_replaced[] = "replaced",
	   warning_done[] = "broadcast as often as ordered";

struct warning *warning_find(uint16_t id, uint16_t serial)
{
	for (struct warning *w = warning_all; w; w = w->next)
		if (w->order.id == id && w->order.serial == serial)
			return w;
	return NULL;
}

struct warning_enb *warning_entry(const struct warning *w, const struct enb *e)
{
	for (struct warning_enb *x = w->enbs; x; x = x->next)
		if (x->plmn == e->plmn && x->id == e->id && x->id_bits == e->id_bits)
			return x;
	return NULL;
}

void warning_drop_cells(struct warning_enb *x)
{
	free(x->cell);
	x->cell = NULL;
	x->cells = 0;
}

static void free_warning(struct warning *w)
{
	timer_stop(&w->over);
	while (w->enbs) {
		struct warning_enb *x = w->enbs;

		w->enbs = x->next;
		warning_drop_cells(x);
		pool_put(&enb_pool, x);
	}
	free(w->order.area.cell);
	free(w->order.area.tai);
	free(w->order.area.area);
	free((void *)(uintptr_t)w->order.contents.p);
	pool_put(&pool, w);
}

/* Newest first: those that ended longest ago go. */
static void forget_old(void)
{
	unsigned n = 0;

	for (struct warning **at = &warning_all; *at;) {
		struct warning *w = *at;

		if (w->ended && ++n > KEEP_ENDED) {
			*at = w->next;
			free_warning(w);
		} else {
			at = &w->next;
		}
	}
}

static void ended(struct warning *w, const char *why)
{
	if (w->ended)
		return;
	w->ended = why;
	timer_stop(&w->over);
	LOG(INFO, "warning.end", "id=%u serial=0x%04x reason=\"%s\"", w->order.id, w->order.serial,
	    why);
}

/* ---- the area ---- */

static bool is_cell_of(const struct ecgi *cell, const struct enb *e)
{
	return cell->plmn == e->plmn && cell->eci >> (28 - e->id_bits) == e->id;
}

static bool is_in(const struct warning_area *a, const struct enb *e)
{
	for (unsigned i = 0; i < a->cells; i++)
		if (is_cell_of(&a->cell[i], e))
			return true;
	for (unsigned i = 0; i < a->tais; i++)
		for (unsigned k = 0; k < e->tais; k++)
			if (a->tai[i].plmn == e->tai[k].plmn && a->tai[i].tac == e->tai[k].tac)
				return true;
	/* Emergency areas are the eNodeBs' own configuration: who has none of them says so. */
	return !a->cells && !a->tais;
}

static bool area_list(const struct warning_area *a, struct s1ap_warning_area_list *l)
{
	if (a->cells) {
		l->choice = S1AP_WARNING_AREA_LIST_CELL_ID_LIST;
		l->cell_id_list = (struct s1ap_ecgi_list){a->cell, a->cells};
	} else if (a->tais) {
		l->choice = S1AP_WARNING_AREA_LIST_TRACKING_AREA_LIST_FOR_WARNING;
		l->tracking_area_list_for_warning =
			(struct s1ap_tai_list_for_warning){a->tai, a->tais};
	} else if (a->areas) {
		l->choice = S1AP_WARNING_AREA_LIST_EMERGENCY_AREA_ID_LIST;
		l->emergency_area_id_list = (struct s1ap_emergency_area_id_list){a->area, a->areas};
	} else {
		return false;
	}
	return true;
}

/* ---- the procedures ---- */

static struct mem_pool proc_pool = MEM_POOL(warning_proc);

struct s1ap_write_replace_warning_request warning_request(const struct warning_order *o)
{
	struct s1ap_write_replace_warning_request m = {0};

	S1AP_SET(&m, message_identifier, o->id);
	S1AP_SET(&m, serial_number, o->serial);
	m.has.warning_area_list = area_list(&o->area, &m.warning_area_list);
	S1AP_SET(&m, repetition_period, (uint16_t)(o->period_s > 4095 ? 4095 : o->period_s));
	if (o->period_s > 4095)
		S1AP_SET(&m, extended_repetition_period, o->period_s);
	S1AP_SET(&m, number_of_broadcast_request, o->broadcasts);
	if (o->has_type)
		S1AP_SET(&m, warning_type, o->type);
	if (o->has_text) {
		S1AP_SET(&m, data_coding_scheme, o->dcs);
		S1AP_SET(&m, warning_message_contents, o->contents);
	}
	if (o->concurrent)
		S1AP_SET(&m, concurrent_warning_message_indicator,
			 S1AP_CONCURRENT_WARNING_MESSAGE_INDICATOR_TRUE);
	return m;
}

static int enter_write(struct proc *p)
{
	const struct warning_proc *x = (const struct warning_proc *)p;
	const struct warning *w = warning_find(x->id, x->serial);
	struct s1ap_write_replace_warning_request m;

	p->cause = CAUSE_TOLD;
	if (!w)
		return PROC_FAIL;
	m = warning_request(&w->order);
	if (enb_send(p->owner, 0, &s1ap_write_replace_warning_request_msg, &m))
		return PROC_FAIL;
	mme_counters.warnings++;
	return PROC_STAY;
}

/* What the request that was not answered means for the warning is shown, and no more: the eNodeB
 * may broadcast it all the same. */
static void write_ended(struct proc *p, uint16_t cause)
{
	const struct warning_proc *x = (const struct warning_proc *)p;
	struct warning *w = warning_find(x->id, x->serial);
	struct warning_enb *at = w ? warning_entry(w, p->owner) : NULL;

	if (!cause || cause == PROC_ABORTED)
		return;
	mme_counters.warning_unanswered++;
	if (at && at->state == ASKED)
		at->state = UNANSWERED;
}

static int enter_kill(struct proc *p)
{
	const struct warning_proc *x = (const struct warning_proc *)p;
	const struct warning *w = warning_find(x->id, x->serial);
	struct s1ap_kill_request m = {0};

	S1AP_SET(&m, message_identifier, x->id);
	S1AP_SET(&m, serial_number, x->serial);
	if (x->all)
		S1AP_SET(&m, kill_all_warning_messages, S1AP_KILL_ALL_WARNING_MESSAGES_TRUE);
	else if (w)
		m.has.warning_area_list = area_list(&w->order.area, &m.warning_area_list);
	p->cause = CAUSE_TOLD;
	if (enb_send(p->owner, 0, &s1ap_kill_request_msg, &m))
		return PROC_FAIL;
	mme_counters.warning_kills++;
	return PROC_STAY;
}

static int answered(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_END;
}

static const struct proc_step write_steps[] = {
	{"write-replace", enter_write, &mme.timer[T_NODE], 0}};
static const struct proc_step kill_steps[] = {{"kill", enter_kill, &mme.timer[T_NODE], 0}};
static const struct proc_row write_rows[] = {{0, EV_WARNING_RESPONSE, answered, 0}};
static const struct proc_row kill_rows[] = {{0, EV_KILL_RESPONSE, answered, 0}};
const struct proc_def warning_write_def = {
	"write-replace warning",
	"TS 36.413 8.12.1",
	write_steps,
	write_rows,
	1,
	1,
	&proc_pool,
	write_ended,
};
const struct proc_def warning_kill_def = {
	"kill", "TS 36.413 8.12.2", kill_steps, kill_rows, 1, 1, &proc_pool, write_ended,
};

struct proc *warning_running(struct enb *e, const struct proc_def *def, uint16_t id,
			     uint16_t serial)
{
	for (struct proc *p = e->node.procs.first; p; p = p->next) {
		const struct warning_proc *x = (const struct warning_proc *)p;

		if (p->def == def && x->id == id && x->serial == serial)
			return p;
	}
	return NULL;
}

static void init(struct proc *p, const void *arg)
{
	const struct warning_proc *from = arg;
	struct warning_proc *x = (struct warning_proc *)p;

	x->id = from->id;
	x->serial = from->serial;
	x->all = from->all;
}

/* One of a kind for a warning at an eNodeB: a new one begins anew. */
static void begin(struct enb *e, const struct proc_def *def, struct warning_proc what)
{
	struct proc *before = warning_running(e, def, what.id, what.serial);

	if (before)
		proc_finish(before, PROC_ABORTED);
	proc_start(def, &e->node.procs, e, NULL, init, &what);
}

/* Of eNodeBs that are gone some are kept to be looked at: with more, the one that is longest in the
 * list makes room. */
static struct warning_enb *new_entry(struct warning *w)
{
	struct warning_enb *x, *last = NULL;
	unsigned gone = 0;

	for (x = w->enbs; x; x = x->next)
		if (x->state == GONE) {
			last = x;
			gone++;
		}
	if (gone >= MOST_GONE)
		return last;
	x = pool_get(&enb_pool);
	if (!x)
		return NULL;
	x->next = w->enbs;
	return w->enbs = x;
}

static struct warning_enb *entry_for(struct warning *w, const struct enb *e)
{
	struct warning_enb *x = warning_entry(w, e);

	if (x)
		return x;
	x = new_entry(w);
	if (!x)
		return NULL;
	x->plmn = e->plmn;
	x->id = e->id;
	x->id_bits = e->id_bits;
	x->broadcasts = 0;
	return x;
}

static void write_to(struct warning *w, struct enb *e)
{
	struct warning_enb *x = entry_for(w, e);

	if (!x)
		return;
	x->state = ASKED;
	begin(e, &warning_write_def,
	      (struct warning_proc){.id = w->order.id, .serial = w->order.serial});
}

static void kill_at(const struct warning *w, struct warning_enb *x, struct enb *e)
{
	x->state = KILLING;
	begin(e, &warning_kill_def,
	      (struct warning_proc){.id = w->order.id, .serial = w->order.serial});
}

/* ---- orders ---- */

static void over(struct timer *t)
{
	ended(container_of(t, struct warning, over), warning_done);
	forget_old();
	warning_save();
}

void warning_run(struct warning *w)
{
	const struct warning_order *o = &w->order;
	uint64_t end = w->since + (uint64_t)(o->period_s ? o->period_s : 1) * o->broadcasts;
	uint64_t now = (uint64_t)time(NULL);

	if (!o->broadcasts)
		return;
	if (end <= now)
		ended(w, warning_done);
	else
		timer_start(&w->over, 1000 * (end - now), over);
}

static void *copy(const void *p, size_t n)
{
	void *c = n ? malloc(n) : NULL;

	if (c)
		memcpy(c, p, n);
	return c;
}

struct warning *warning_new(const struct warning_order *o)
{
	struct warning *w = pool_get(&pool);
	const struct warning_area *a = &o->area;

	if (!w)
		return NULL;
	w->order = *o;
	w->since = (uint64_t)time(NULL);
	w->order.area.cell = copy(a->cell, a->cells * sizeof(*a->cell));
	w->order.area.tai = copy(a->tai, a->tais * sizeof(*a->tai));
	w->order.area.area = copy(a->area, a->areas * sizeof(*a->area));
	w->order.contents.p = copy(o->contents.p, o->contents.n);
	if ((a->cells && !w->order.area.cell) || (a->tais && !w->order.area.tai) ||
	    (a->areas && !w->order.area.area) || (o->contents.n && !w->order.contents.p)) {
		free_warning(w);
		return NULL;
	}
	return w;
}

/* 23.041 9.4.1.2.1: scope (2), message code (10), update number (4). A new update number of the
 * same message takes the place of the old one. */
static bool is_update_of(const struct warning_order *a, const struct warning_order *b)
{
	return a->id == b->id && (a->serial ^ b->serial) >> 4 == 0;
}

static unsigned on(void)
{
	unsigned n = 0;

	for (const struct warning *w = warning_all; w; w = w->next)
		n += !w->ended;
	return n;
}

int warning_send(const struct warning_order *o)
{
	struct warning *w, *was = warning_find(o->id, o->serial);
	int n = 0;

	if (o->period_s > 131071 || !!o->area.cells + !!o->area.tais + !!o->area.areas > 1)
		return -EINVAL;
	if (was && !was->ended)
		return -EEXIST;
	if (on() >= MOST_ON)
		return -ENOSPC;
	w = warning_new(o);
	if (!w)
		return -ENOMEM;
	for (struct warning **at = &warning_all; *at;) { /* one that ended had this number */
		if (*at == was) {
			*at = was->next;
			free_warning(was);
		} else {
			at = &(*at)->next;
		}
	}
	for (struct warning *old = warning_all; old; old = old->next)
		if (is_update_of(&old->order, o))
			ended(old, warning_replaced);
	w->next = warning_all;
	warning_all = w;
	warning_run(w);
	for (struct enb *e = enb_next(NULL); e; e = enb_next(e))
		if (e->ready && is_in(&o->area, e)) {
			write_to(w, e);
			n++;
		}
	LOG(WARN, "warning.send", "id=%u serial=0x%04x period=%u broadcasts=%u enbs=%d", o->id,
	    o->serial, o->period_s, o->broadcasts, n);
	forget_old();
	warning_save();
	return n;
}

int warning_kill(uint16_t id, uint16_t serial)
{
	struct warning *w = warning_find(id, serial);
	int n = 0;

	if (!w || w->ended)
		return -ENOENT;
	for (struct enb *e = enb_next(NULL); e; e = enb_next(e)) {
		struct warning_enb *x = e->ready ? warning_entry(w, e) : NULL;
		struct proc *writing =
			x ? warning_running(e, &warning_write_def, id, serial) : NULL;

		if (!x)
			continue;
		if (writing)
			proc_finish(writing, PROC_ABORTED);
		kill_at(w, x, e);
		n++;
	}
	ended(w, warning_killed);
	forget_old();
	warning_save();
	return n;
}

int warning_kill_all(void)
{
	int n = 0;

	for (struct enb *e = enb_next(NULL); e; e = enb_next(e)) {
		struct proc *p;

		if (!e->ready)
			continue;
		while ((p = proc_find(&e->node.procs, &warning_write_def)))
			proc_finish(p, PROC_ABORTED);
		for (struct warning *w = warning_all; w; w = w->next) {
			struct warning_enb *x = w->ended ? NULL : warning_entry(w, e);

			if (x)
				x->state = KILLING;
		}
		begin(e, &warning_kill_def, (struct warning_proc){.all = true});
		n++;
	}
	for (struct warning *w = warning_all; w; w = w->next)
		ended(w, warning_killed);
	forget_old();
	warning_save();
	return n;
}

/* ---- eNodeBs that come and go ---- */

static unsigned items(const struct warning_area *a) { return a->cells + a->tais + a->areas; }

/* The ith of its list, as a number that no other has. */
static uint64_t item(const struct warning_area *a, unsigned i)
{
	return a->cells  ? UINT64_C(1) << 60 | (uint64_t)a->cell[i].plmn << 32 | a->cell[i].eci
	       : a->tais ? UINT64_C(2) << 60 | (uint64_t)a->tai[i].plmn << 32 | a->tai[i].tac
			 : UINT64_C(3) << 60 | a->area[i];
}

/* Of b's list, one that this eNodeB may have. */
static bool concerns(const struct warning_area *b, unsigned i, const struct enb *e)
{
	const struct warning_area one = {.cells = b->cells != 0,
					 .tais = b->tais != 0,
					 .cell = b->cell ? b->cell + i : NULL,
					 .tai = b->tai ? b->tai + i : NULL};

	return is_in(&one, e);
}

/* What of the eNodeB is in b, is in a. */
static bool covers(const struct warning_area *a, const struct warning_area *b, const struct enb *e)
{
	for (unsigned i = 0; items(a) && i < items(b); i++) {
		unsigned k = 0;

		if (!concerns(b, i, e))
			continue;
		while (k < items(a) && item(a, k) != item(b, i))
			k++;
		if (k == items(a))
			return false;
	}
	return !items(a) || items(b);
}

/* A later one, not beside it, is on at the eNodeB wherever it was. */
static bool is_replaced(const struct warning *w, const struct enb *e)
{
	for (const struct warning *v = warning_all; v != w; v = v->next)
		if (!v->ended && !v->order.concurrent && is_in(&v->order.area, e) &&
		    covers(&v->order.area, &w->order.area, e))
			return true;
	return false;
}

unsigned warning_write_again(struct enb *e, bool (*lost)(const struct warning *, const void *arg),
			     const void *arg)
{
	struct warning **w = arena_alloc(&turn_arena, MOST_ON * sizeof(struct warning *));
	unsigned n = 0, i;

	for (struct warning *x = warning_all; x; x = x->next)
		if (!x->ended && is_in(&x->order.area, e) && !is_replaced(x, e) &&
		    (!lost || lost(x, arg)))
			w[n++] = x;
	for (i = n; i--;)
		write_to(w[i], e);
	return n;
}

void warning_enb_ready(struct enb *e) { warning_write_again(e, NULL, NULL); }

/* The same warning again does not begin anew: the eNodeB tells where it is on (8.12.1.2). */
void warning_enb_back(struct enb *e)
{
	for (struct warning *w = warning_all; w; w = w->next) {
		struct warning_enb *x =
			w->kill_again && is_in(&w->order.area, e) ? entry_for(w, e) : NULL;

		if (x)
			kill_at(w, x, e);
	}
	warning_write_again(e, NULL, NULL);
}

/* Its id is another's: that one has taken its place, or it never had a right to it. */
static bool is_anothers_id(const struct enb *e)
{
	for (const struct enb *o = enb_next(NULL); o; o = enb_next(o))
		if (o != e && o->ready && o->plmn == e->plmn && o->id == e->id &&
		    o->id_bits == e->id_bits)
			return true;
	return false;
}

void warning_enb_down(struct enb *e)
{
	if (is_anothers_id(e))
		return;
	for (struct warning *w = warning_all; w; w = w->next) {
		struct warning_enb *x = warning_entry(w, e);

		if (!x || x->state == KILLED || (w->ended && x->state == REPLACED))
			continue;
		x->state = GONE;
		warning_drop_cells(x);
	}
}

void warning_drop_all(void)
{
	while (warning_all) {
		struct warning *w = warning_all;

		warning_all = w->next;
		free_warning(w);
	}
}
