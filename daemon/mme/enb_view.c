/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of each eNodeB: its messages by procedure, the causes it gives, the cells that
 * devices were heard in; and how the API and metrics are told. */
#include <stdlib.h>
#include <time.h>
#include "mme/mme.h"

_Static_assert((int)S1AP_CAUSE_RADIO_RELEASE_DUE_TO_DISCONTINUOUS_COVERAGE < (int)S1AP_MAX_CAUSE,
	       "room for all causes");

enum { IE_CAUSE = 2 };

void node_count_in(struct enb *e, const struct s1ap_pdu *pdu)
{
	const struct s1ap_cause *cause = pdu->body ? s1ap_ie(pdu->msg, pdu->body, IE_CAUSE) : NULL;

	e->in++;
	if (pdu->procedure <= S1AP_MAX_PROCEDURE)
		e->node.in[pdu->procedure]++;
	if (cause && cause->group < 5 && cause->value < S1AP_MAX_CAUSE)
		e->node.cause[cause->group][cause->value]++;
}

void node_cell_seen(struct enb *e, const struct ecgi *cell)
{
	struct enb_node *n = &e->node;
	struct enb_cell *more;

	if (!cell->plmn)
		return;
	for (unsigned i = 0; i < n->cells; i++)
		if (n->cell[i].ecgi.eci == cell->eci && n->cell[i].ecgi.plmn == cell->plmn) {
			n->cell[i].messages++;
			n->cell[i].seen = (uint64_t)time(NULL);
			return;
		}
	if (n->cells == n->cells_cap) {
		unsigned cap = n->cells_cap ? 2 * n->cells_cap : 4;

		more = cap <= ENB_MAX_CELLS ? realloc(n->cell, cap * sizeof(*more)) : NULL;
		if (!more)
			return;
		n->cell = more;
		n->cells_cap = cap;
	}
	n->cell[n->cells++] = (struct enb_cell){*cell, 1, (uint64_t)time(NULL)};
}

/* ---- for the API ---- */

void view_enb(const struct enb *e, struct enb_view *v)
{
	static const uint16_t frames[] = {32, 64, 128, 256};
	const struct enb_node *n = &e->node;
	size_t at = 0;

	if (e->id_bits)
		enb_print_id(e, v->id);
	log_escape(v->name, sizeof(v->name), e->name, strlen(e->name));
	snprintf(v->peer, sizeof(v->peer), "%s", s1_peer(e->assoc));
	v->state = e->ready ? "up" : "no S1 Setup";
	for (unsigned i = 0; i < e->tais && at + 16 < sizeof(v->tais); i++)
		if (mme_serves_tai(&e->tai[i]))
			at += (size_t)snprintf(
				v->tais + at, sizeof(v->tais) - at, "%s%s-%04x", at ? "," : "",
				plmn_print(e->tai[i].plmn, (char[PLMN_STRLEN]){0}), e->tai[i].tac);
	for (const struct s1_conn *c = e->conns; c; c = c->next)
		v->ues++;
	v->streams = s1_streams(e->assoc);
	v->messages_in = e->in;
	v->messages_out = e->out;
	v->since = e->since;
	v->cells = n->cells;
	v->paging_drx = n->paging_drx < 4 ? frames[n->paging_drx] : 0;
	v->csgs = n->csgs;
	v->gnbs = n->gnbs;
	v->overload = n->overload_told;
}

static const char *procedure_name(unsigned code)
{
	const struct s1ap_msg *m = s1ap_msg_find((uint8_t)code, S1AP_INITIATING);

	return m ? m->name : "unknown";
}

void enb_parts(const struct enb *e, void (*cell)(void *arg, const struct enb_cell_view *),
	       void (*count)(void *arg, const struct enb_count_view *),
	       void (*cause)(void *arg, const struct enb_cause_view *), void *arg)
{
	const struct enb_node *n = &e->node;

	for (unsigned i = 0; i < n->cells; i++)
		cell(arg, &(struct enb_cell_view){.cell = n->cell[i].ecgi,
						  .messages = n->cell[i].messages,
						  .seen = n->cell[i].seen});
	for (unsigned i = 0; i <= S1AP_MAX_PROCEDURE; i++)
		if (n->in[i] || n->out[i])
			count(arg, &(struct enb_count_view){.procedure = procedure_name(i),
							    .in = n->in[i],
							    .out = n->out[i]});
	for (unsigned g = 0; g < 5; g++)
		for (unsigned i = 0; i < S1AP_MAX_CAUSE; i++)
			if (n->cause[g][i])
				cause(arg, &(struct enb_cause_view){
						   .cause = s1ap_cause_text((struct s1ap_cause){
							   (uint8_t)g, (uint8_t)i}),
						   .times = n->cause[g][i]});
}

/* Three figures an eNodeB, no more: there may be thousands. */
void node_stats(api_emit emit, void *arg)
{
	static const struct {
		const char *name, *help;
		enum api_metric_kind kind;
	} figures[] = {{"mme_enb_ues", "devices connected through an eNodeB", METRIC_GAUGE},
		       {"mme_enb_messages_in", "S1AP messages from an eNodeB", METRIC_COUNTER},
		       {"mme_enb_messages_out", "S1AP messages to an eNodeB", METRIC_COUNTER}};
	struct overload_view o = {0};

	for (unsigned i = 0; i < 3; i++)
		for (const struct enb *e = enb_next(NULL); e; e = enb_next(e)) {
			char id[24];
			uint64_t ues = 0;

			if (!e->ready)
				continue;
			for (const struct s1_conn *c = e->conns; c; c = c->next)
				ues++;
			emit(arg, &(struct api_metric){figures[i].name, figures[i].kind,
						       figures[i].help, "enb", enb_print_id(e, id),
						       i == 0   ? ues
						       : i == 1 ? e->in
								: e->out});
		}
	overload_view(&o);
	emit(arg, &(struct api_metric){"mme_overload", METRIC_GAUGE,
				       "1 while eNodeBs are told to hold traffic back", NULL, NULL,
				       o.action != NULL});
}
