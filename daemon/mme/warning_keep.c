/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings across a restart of the MME, of which neither eNodeBs nor people in the warned area need
 * to know. All that are on, and the last that ended, are one setting of the store, a line each,
 * newest first: since when, what became of it, and the Write-Replace Warning Request as it is sent,
 * in hex, so that the one way through for its contents serves here too. What each eNodeB made of it
 * is not kept: eNodeBs whose associations outlived the process are asked again (36.413 8.12.1.2: a
 * warning that is on goes on, and they say where), the others set up anew. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include "mme/warning.h"
#include "store/store.h"

static const char store_key[] = "warnings", killing[] = "killing", on[] = "on";

/* Words of the setting for reasons. */
static const struct {
	const char *word, *ended;
} states[] = {
	{on, NULL},
	{killing, warning_killed},
	{"killed", warning_killed},
	{"replaced", warning_replaced},
	{"done", warning_done},
};
enum { STATES = sizeof(states) / sizeof(*states) };

bool warning_is_killing(const struct warning *w)
{
	for (const struct warning_enb *x = w->enbs; x; x = x->next)
		if (x->state == KILLING)
			return true;
	return false;
}

static const char *state_of(const struct warning *w)
{
	if (w->ended == warning_killed)
		return warning_is_killing(w) || w->kill_again ? killing : "killed";
	for (unsigned i = 0; i < STATES; i++)
		if (states[i].ended == w->ended)
			return states[i].word;
	return on;
}

void warning_save(void)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		abort();
	for (const struct warning *w = warning_all; w; w = w->next) {
		struct s1ap_write_replace_warning_request m = warning_request(&w->order);
		struct bytes request;

		if (enb_encode(&s1ap_write_replace_warning_request_msg, &m, &request)) {
			LOG(ERROR, "warning.save", "id=%u serial=0x%04x error=\"cannot be kept\"",
			    w->order.id, w->order.serial);
			continue;
		}
		fprintf(f, "%" PRIu64 " %s ", w->since, state_of(w));
		for (uint32_t i = 0; i < request.n; i++)
			fprintf(f, "%02x", request.p[i]);
		fputc('\n', f);
	}
	if (fclose(f))
		abort();
	store_setting_put(store_key, text, (struct store_write){0});
	free(text);
}

/* ---- at start ---- */

static struct warning_area area_of(const struct s1ap_warning_area_list *l)
{
	struct warning_area a = {0};

	switch (l->choice) {
	case S1AP_WARNING_AREA_LIST_CELL_ID_LIST:
		a.cell = l->cell_id_list.v;
		a.cells = l->cell_id_list.n;
		break;
	case S1AP_WARNING_AREA_LIST_TRACKING_AREA_LIST_FOR_WARNING:
		a.tai = l->tracking_area_list_for_warning.v;
		a.tais = l->tracking_area_list_for_warning.n;
		break;
	case S1AP_WARNING_AREA_LIST_EMERGENCY_AREA_ID_LIST:
		a.area = l->emergency_area_id_list.v;
		a.areas = l->emergency_area_id_list.n;
		break;
	default:
		break;
	}
	return a;
}

static struct warning *of_request(const struct s1ap_write_replace_warning_request *m)
{
	const struct warning_order o = {
		.id = m->message_identifier,
		.serial = m->serial_number,
		.period_s = m->has.extended_repetition_period ? m->extended_repetition_period
							      : m->repetition_period,
		.broadcasts = m->number_of_broadcast_request,
		.concurrent = m->has.concurrent_warning_message_indicator,
		.has_type = m->has.warning_type,
		.type = m->warning_type,
		.has_text = m->has.warning_message_contents,
		.dcs = m->data_coding_scheme,
		.contents = m->has.warning_message_contents ? m->warning_message_contents
							    : (struct bytes){0},
		.area = m->has.warning_area_list ? area_of(&m->warning_area_list)
						 : (struct warning_area){0},
	};

	return warning_new(&o);
}

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* A line of the setting; NULL if it is none. */
static struct warning *read_warning(const char *line)
{
	char word[16];
	uint64_t since;
	int at = 0;
	unsigned i = 0;
	struct warning *w;
	struct s1ap_pdu pdu;

	if (sscanf(line, "%" SCNu64 " %15s %n", &since, word, &at) != 2)
		return NULL;
	while (i < STATES && strcmp(word, states[i].word) != 0)
		i++;
	line += at;
	size_t n = strspn(line, "0123456789abcdef") / 2;
	uint8_t *b = arena_alloc(&turn_arena, n + 1);

	for (size_t k = 0; k < n; k++)
		b[k] = (uint8_t)(digit(line[2 * k]) << 4 | digit(line[2 * k + 1]));
	if (i == STATES || s1ap_decode(&turn_arena, bytes_of(b, n), &pdu) || pdu.diag.n ||
	    pdu.msg != &s1ap_write_replace_warning_request_msg)
		return NULL;
	w = of_request(pdu.body);
	if (!w)
		return NULL;
	w->since = since;
	w->ended = states[i].ended;
	w->kill_again = states[i].word == killing;
	return w;
}

void warning_start(void)
{
	struct warning **at = &warning_all;
	char *text = NULL, *rest, *line;
	unsigned n = 0;

	if (store_setting_get(store_key, &text) || !text)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct warning *w = read_warning(line);

		if (!w) {
			LOG(ERROR, "warning.stored",
			    "error=\"cannot be read: it is not known any more\"");
			continue;
		}
		*at = w;
		at = &w->next;
		if (!w->ended)
			warning_run(w);
		n += !w->ended;
	}
	free(text);
	if (n)
		LOG(INFO, "warning.start", "on=%u", n);
}
