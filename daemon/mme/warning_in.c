/* SPDX-License-Identifier: Apache-2.0 */
/* What eNodeBs say to warning messages (TS 36.413 8.12): in which cells one is broadcast, how often
 * it was when it is killed, which cells have lost theirs or cannot broadcast; and how all of it is
 * shown. */
#include <stdlib.h>
#include "mme/warning.h"

/* ---- answers ---- */

static void add_cell(struct warning_enb *x, const struct ecgi *cell)
{
	struct ecgi *more = realloc(x->cell, (x->cells + 1) * sizeof(*more));

	if (!more)
		return;
	x->cell = more;
	more[x->cells++] = *cell;
}

static void completed(struct enb *e, struct warning_enb *x,
		      const struct s1ap_broadcast_completed_area_list *l)
{
	const struct s1ap_cell_id_broadcast *cells = &l->cell_id_broadcast;
	const struct s1ap_tai_broadcast *tais = &l->tai_broadcast;
	const struct s1ap_emergency_area_id_broadcast *areas = &l->emergency_area_id_broadcast;

	warning_drop_cells(x);
	switch (l->choice) {
	case S1AP_BROADCAST_COMPLETED_AREA_LIST_CELL_ID_BROADCAST:
		for (uint32_t i = 0; i < cells->n; i++)
			add_cell(x, &cells->v[i].ecgi);
		break;
	case S1AP_BROADCAST_COMPLETED_AREA_LIST_TAI_BROADCAST:
		for (uint32_t i = 0; i < tais->n; i++)
			for (uint32_t k = 0; k < tais->v[i].completed_cell_in_tai.n; k++)
				add_cell(x, &tais->v[i].completed_cell_in_tai.v[k].ecgi);
		break;
	case S1AP_BROADCAST_COMPLETED_AREA_LIST_EMERGENCY_AREA_ID_BROADCAST:
		for (uint32_t i = 0; i < areas->n; i++)
			for (uint32_t k = 0; k < areas->v[i].completed_cell_in_eai.n; k++)
				add_cell(x, &areas->v[i].completed_cell_in_eai.v[k].ecgi);
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < x->cells; i++)
		node_cell_seen(e, &x->cell[i]);
}

/* Where this one is on, those it is not beside of are off (8.12.1.2). */
static void replace_others(const struct warning *by, const struct enb *e)
{
	for (struct warning *w = warning_all; w; w = w->next) {
		struct warning_enb *x = w == by || w->ended ? NULL : warning_entry(w, e);

		if (x && x->state == BROADCAST) {
			x->state = REPLACED;
			warning_drop_cells(x);
		}
	}
}

static void unexpected(const struct enb *e, const char *name, uint16_t id, uint16_t serial)
{
	mme_counters.s1_bad++;
	LOG(WARN, "s1.unexpected", "peer=%s message=\"%s\" id=%u serial=0x%04x", s1_peer(e->assoc),
	    name, id, serial);
}

void on_write_replace_warning_response(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_write_replace_warning_response *m = body;
	struct proc *p =
		warning_running(e, &warning_write_def, m->message_identifier, m->serial_number);
	struct warning *w = warning_find(m->message_identifier, m->serial_number);
	struct warning_enb *x = w ? warning_entry(w, e) : NULL;

	(void)c;
	if (!p) {
		unexpected(e, "write_replace_warning_response", m->message_identifier,
			   m->serial_number);
		return;
	}
	proc_event(p, EV_WARNING_RESPONSE, body);
	if (!x)
		return;
	/* Without a list it is broadcast in no cell of this eNodeB (8.12.1.2). */
	x->state = m->has.broadcast_completed_area_list ? BROADCAST : NOWHERE;
	if (x->state == BROADCAST) {
		completed(e, x, &m->broadcast_completed_area_list);
		if (!w->order.concurrent)
			replace_others(w, e);
	}
	LOG(INFO, "warning.broadcast", "enb=%s id=%u serial=0x%04x cells=%u",
	    enb_print_id(e, (char[24]){0}), w->order.id, w->order.serial, x->cells);
}

/* How often the warning was broadcast, over all cells. */
static uint64_t broadcasts(const struct s1ap_broadcast_cancelled_area_list *l)
{
	const struct s1ap_cell_id_cancelled *cells = &l->cell_id_cancelled;
	const struct s1ap_tai_cancelled *tais = &l->tai_cancelled;
	const struct s1ap_emergency_area_id_cancelled *areas = &l->emergency_area_id_cancelled;
	uint64_t n = 0;

	switch (l->choice) {
	case S1AP_BROADCAST_CANCELLED_AREA_LIST_CELL_ID_CANCELLED:
		for (uint32_t i = 0; i < cells->n; i++)
			n += cells->v[i].number_of_broadcasts;
		break;
	case S1AP_BROADCAST_CANCELLED_AREA_LIST_TAI_CANCELLED:
		for (uint32_t i = 0; i < tais->n; i++)
			for (uint32_t k = 0; k < tais->v[i].cancelled_cell_in_tai.n; k++)
				n += tais->v[i].cancelled_cell_in_tai.v[k].number_of_broadcasts;
		break;
	case S1AP_BROADCAST_CANCELLED_AREA_LIST_EMERGENCY_AREA_ID_CANCELLED:
		for (uint32_t i = 0; i < areas->n; i++)
			for (uint32_t k = 0; k < areas->v[i].cancelled_cell_in_eai.n; k++)
				n += areas->v[i].cancelled_cell_in_eai.v[k].number_of_broadcasts;
		break;
	default:
		break;
	}
	return n;
}

void on_kill_response(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_kill_response *m = body;
	struct proc *p =
		warning_running(e, &warning_kill_def, m->message_identifier, m->serial_number);
	bool every = p && ((struct warning_proc *)p)->all, left = false;

	(void)c;
	if (!p) {
		unexpected(e, "kill_response", m->message_identifier, m->serial_number);
		return;
	}
	for (struct warning *w = warning_all; w; w = w->next) {
		struct warning_enb *x = warning_entry(w, e);

		if (!x || x->state != KILLING ||
		    (!every &&
		     (w->order.id != m->message_identifier || w->order.serial != m->serial_number)))
			continue;
		x->state = KILLED;
		warning_drop_cells(x);
		if (m->has.broadcast_cancelled_area_list && !every)
			x->broadcasts = broadcasts(&m->broadcast_cancelled_area_list);
		w->kill_again = warning_is_killing(w);
		left |= w->kill_again;
	}
	proc_event(p, EV_KILL_RESPONSE, body);
	if (!left)
		warning_save();
}

/* ---- what an eNodeB has lost ---- */

static bool restarted(const struct warning *w, const void *arg)
{
	const struct s1ap_pws_restart_indication *m = arg;
	const struct warning_area *a = &w->order.area;

	for (unsigned i = 0; i < a->cells; i++)
		for (uint32_t k = 0; k < m->ecgi_list_for_restart.n; k++)
			if (a->cell[i].plmn == m->ecgi_list_for_restart.v[k].plmn &&
			    a->cell[i].eci == m->ecgi_list_for_restart.v[k].eci)
				return true;
	for (unsigned i = 0; i < a->tais; i++)
		for (uint32_t k = 0; k < m->tai_list_for_restart.n; k++)
			if (a->tai[i].plmn == m->tai_list_for_restart.v[k].plmn &&
			    a->tai[i].tac == m->tai_list_for_restart.v[k].tac)
				return true;
	for (unsigned i = 0; i < a->areas; i++)
		for (uint32_t k = 0; m->has.emergency_area_id_list_for_restart &&
				     k < m->emergency_area_id_list_for_restart.n;
		     k++)
			if (a->area[i] == m->emergency_area_id_list_for_restart.v[k])
				return true;
	return !a->cells && !a->tais && (!a->areas || !m->has.emergency_area_id_list_for_restart);
}

static void drop_cell(struct warning_enb *x, const struct ecgi *cell)
{
	for (unsigned i = 0; i < x->cells; i++)
		if (x->cell[i].plmn == cell->plmn && x->cell[i].eci == cell->eci)
			x->cell[i--] = x->cell[--x->cells];
}

void on_pws_restart_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_pws_restart_indication *m = body;
	unsigned n;

	(void)c;
	mme_counters.pws_restart++;
	for (struct warning *w = warning_all; w; w = w->next) {
		struct warning_enb *x = w->ended ? NULL : warning_entry(w, e);

		for (uint32_t i = 0; x && restarted(w, m) && i < m->ecgi_list_for_restart.n; i++)
			drop_cell(x, &m->ecgi_list_for_restart.v[i]);
	}
	n = warning_write_again(e, restarted, m);
	LOG(WARN, "warning.restart", "enb=%s cells=%u warnings=%u", enb_print_id(e, (char[24]){0}),
	    m->ecgi_list_for_restart.n, n);
}

void on_pws_failure_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_pws_failure_indication *m = body;

	(void)c;
	mme_counters.pws_failure++;
	LOG(WARN, "warning.failure", "enb=%s cells=%u", enb_print_id(e, (char[24]){0}),
	    m->pws_failed_ecgi_list.n);
	for (struct warning *w = warning_all; w; w = w->next) {
		struct warning_enb *x = w->ended ? NULL : warning_entry(w, e);

		for (uint32_t i = 0; x && i < m->pws_failed_ecgi_list.n; i++)
			drop_cell(x, &m->pws_failed_ecgi_list.v[i]);
		if (x && x->state == BROADCAST && !x->cells)
			x->state = FAILED;
	}
}

/* ---- for the API ---- */

static void print_area(const struct warning_area *a, char *out, size_t cap)
{
	char plmn[PLMN_STRLEN];
	size_t at = 0;

	if (!a->cells && !a->tais && !a->areas)
		snprintf(out, cap, "everywhere");
	for (unsigned i = 0; i < a->cells && at + 16 < cap; i++)
		at += (size_t)snprintf(out + at, cap - at, "%s%s-%07x", i ? "," : "",
				       plmn_print(a->cell[i].plmn, plmn), a->cell[i].eci);
	for (unsigned i = 0; i < a->tais && at + 14 < cap; i++)
		at += (size_t)snprintf(out + at, cap - at, "%s%s-%04x", i ? "," : "",
				       plmn_print(a->tai[i].plmn, plmn), a->tai[i].tac);
	for (unsigned i = 0; i < a->areas && at + 8 < cap; i++)
		at += (size_t)snprintf(out + at, cap - at, "%s%06x", i ? "," : "", a->area[i]);
}

bool warning_next(uint64_t *cursor, struct warning_view *v)
{
	const struct warning *w = warning_all;

	for (uint64_t skip = (*cursor)++; w && skip; skip--)
		w = w->next;
	if (!w)
		return false;
	v->id = w->order.id;
	snprintf(v->serial, sizeof(v->serial), "0x%04x", w->order.serial);
	v->state = w->ended ? w->ended : "on";
	print_area(&w->order.area, v->area, sizeof(v->area));
	v->period = w->order.period_s;
	v->broadcasts = w->order.broadcasts;
	v->pages = w->order.contents.n ? w->order.contents.p[0] : 0;
	v->since = w->since;
	for (const struct warning_enb *x = w->enbs; x; x = x->next) {
		v->enbs++;
		v->broadcasting += x->state == BROADCAST;
		v->cells += x->cells;
	}
	return true;
}

bool warning_enb_next(uint16_t id, int serial, uint64_t *cursor, struct warning_enb_view *v)
{
	static const char *const words[] = {
		[ASKED] = "asked",          [BROADCAST] = "on",      [NOWHERE] = "in no cell",
		[UNANSWERED] = "no answer", [FAILED] = "failed",     [KILLING] = "being killed",
		[KILLED] = "killed",        [REPLACED] = "replaced", [GONE] = "eNodeB gone",
	};
	uint64_t skip = (*cursor)++;
	char plmn[PLMN_STRLEN];
	size_t at = 0;

	for (const struct warning *w = warning_all; w; w = w->next) {
		if (w->order.id != id || (serial >= 0 && w->order.serial != serial))
			continue;
		for (const struct warning_enb *x = w->enbs; x; x = x->next) {
			if (skip--)
				continue;
			v->id = id;
			snprintf(v->serial, sizeof(v->serial), "0x%04x", w->order.serial);
			snprintf(v->enb, sizeof(v->enb), "%s-%0*x", plmn_print(x->plmn, plmn),
				 (x->id_bits + 3) / 4, x->id);
			v->state = words[x->state];
			v->cells = x->cells;
			v->broadcasts = x->broadcasts;
			for (unsigned i = 0; i < x->cells && at + 16 < sizeof(v->ecgis); i++)
				at += (size_t)snprintf(v->ecgis + at, sizeof(v->ecgis) - at,
						       "%s%s-%07x", i ? "," : "",
						       plmn_print(x->cell[i].plmn, plmn),
						       x->cell[i].eci);
			return true;
		}
	}
	return false;
}
