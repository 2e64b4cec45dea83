/* SPDX-License-Identifier: Apache-2.0 */
/* What the administrator may ask and order of eNodeBs and of devices at them: words to structs, and
 * the answers that come later. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include "codec/cbs.h"
#include "mme/mme.h"

/* An order that could not be begun has its answer now. */
static void begun(struct wish *w, int err)
{
	if (err)
		wish_answered(w, err);
}

/* ---- eNodeBs ---- */

static bool api_enb(const char *id, struct enb_view *v)
{
	const struct enb *e = enb_by_text(id);

	if (e)
		view_enb(e, v);
	return e != NULL;
}

static void api_enb_parts(const char *id, void (*cell)(void *arg, const struct enb_cell_view *),
			  void (*count)(void *arg, const struct enb_count_view *),
			  void (*cause)(void *arg, const struct enb_cause_view *), void *arg)
{
	const struct enb *e = enb_by_text(id);

	if (e)
		enb_parts(e, cell, count, cause, arg);
}

static void api_reset(const char *id, imsi_t only, void (*done)(void *arg, int err), void *arg)
{
	struct wish *w = wish_of(done, arg);
	struct enb *e = enb_by_text(id);
	struct mme_ue *ue = only == IMSI_NONE ? NULL : ue_by_imsi(only);
	struct s1_conn *c = ue ? ue->conn : NULL;

	if (!e || !e->ready)
		wish_answered(w, -ENOENT);
	else if (only != IMSI_NONE && (!c || c->enb != e))
		wish_answered(w, -ENOTCONN);
	else
		begun(w, node_reset(e, c, wish_answered, w));
}

/* ---- devices ---- */

static void api_locate(imsi_t imsi, enum api_locate how, void (*done)(void *arg, int err),
		       void *arg)
{
	struct wish *w = wish_of(done, arg);
	struct mme_ue *ue = ue_by_imsi(imsi);

	if (!ue)
		wish_answered(w, -ENOENT);
	else if (how == LOCATE_LAST)
		wish_answered(w, 0);
	else if (how != LOCATE_ASK && how != LOCATE_NOW)
		wish_answered(w, location_report_changes(ue, how == LOCATE_CHANGES));
	else
		begun(w, location_ask(ue, how == LOCATE_NOW, wish_answered, w));
}

static bool api_place_next(imsi_t imsi, uint64_t *cursor, struct place_view *v)
{
	const struct mme_ue *ue = ue_by_imsi(imsi);

	return ue && location_next(ue, cursor, v);
}

static bool read_address(const char *text, struct s1ap_transport_layer_address *a)
{
	a->has4 = inet_pton(AF_INET, text, &a->v4) == 1;
	a->has6 = !a->has4 && inet_pton(AF_INET6, text, &a->v6) == 1;
	return a->has4 || a->has6;
}

static int api_radio_trace(imsi_t imsi, const char *collector, const char *depth,
			   const char **error)
{
	static const char *const depths[] = {"minimum", "medium", "maximum"};
	struct radio_trace t = {.interfaces = TRACE_S1_MME | TRACE_X2 | TRACE_UU,
				.depth = S1AP_TRACE_DEPTH_MINIMUM};
	struct mme_ue *ue = ue_by_imsi(imsi);
	int err;

	*error = NULL;
	if (!ue)
		return -ENOENT;
	if (!collector) {
		*error = "it is not traced";
		return radio_trace_stop(ue);
	}
	*error = "expected the collector's IP address";
	if (!read_address(collector, &t.collector))
		return -EINVAL;
	*error = "expected minimum, medium or maximum";
	while (depth && strcmp(depth, depths[t.depth]))
		if (++t.depth == 3)
			return -EINVAL;
	err = radio_trace_start(ue, &t);
	*error = err == -EALREADY ? "it is traced already" : strerror(-err);
	return err;
}

static void api_voice(imsi_t imsi, void (*done)(void *arg, int err), void *arg)
{
	struct wish *w = wish_of(done, arg);
	struct mme_ue *ue = ue_by_imsi(imsi);

	if (!ue)
		wish_answered(w, -ENOENT);
	else
		begun(w, conn_match_capability(ue->conn, wish_answered, w));
}

/* ---- lists by commas ---- */

/* Calls put for each word; false at the first that is none, or above the most. */
static bool each(const char *list, unsigned most, unsigned *n, void *array,
		 bool (*put)(void *array, unsigned i, const char *word))
{
	char word[32];

	for (*n = 0; *list; list += *list == ',') {
		size_t len = strcspn(list, ",");

		if (*n == most || !len || len >= sizeof(word))
			return false;
		memcpy(word, list, len);
		word[len] = 0;
		if (!put(array, (*n)++, word))
			return false;
		list += len;
	}
	return *n > 0;
}

/* "00101-HEX" into PLMN and number. */
static bool plmn_hex(const char *word, unsigned long most, plmn_t *plmn, unsigned long *v)
{
	const char *dash = strrchr(word, '-');
	char digits[PLMN_STRLEN + 1], *end;

	if (!dash || (size_t)(dash - word) >= sizeof(digits) || !dash[1])
		return false;
	memcpy(digits, word, (size_t)(dash - word));
	digits[dash - word] = 0;
	*v = strtoul(dash + 1, &end, 16);
	return plmn_parse(digits, plmn) && !*end && *v <= most;
}

static bool put_plmn(void *array, unsigned i, const char *word)
{
	return plmn_parse(word, (plmn_t *)array + i);
}

static bool put_cell(void *array, unsigned i, const char *word)
{
	struct ecgi *c = (struct ecgi *)array + i;
	unsigned long v;

	if (!plmn_hex(word, 0xfffffff, &c->plmn, &v))
		return false;
	c->eci = (uint32_t)v;
	return true;
}

static bool put_tai(void *array, unsigned i, const char *word)
{
	struct tai *t = (struct tai *)array + i;
	unsigned long v;

	if (!plmn_hex(word, 0xffff, &t->plmn, &v))
		return false;
	t->tac = (uint16_t)v;
	return true;
}

static bool put_area(void *array, unsigned i, const char *word)
{
	char *end;
	unsigned long v = strtoul(word, &end, 16);

	((uint32_t *)array)[i] = (uint32_t)v;
	return !*end && v <= 0xffffff;
}

/* ---- overload ---- */

static int api_overload_set(const char *action, uint64_t percent, const char *plmns,
			    const char **error)
{
	plmn_t plmn[32];
	unsigned n = 0;
	int a, err;

	if (!action) {
		*error = "there is no overload";
		return overload_end_by_hand();
	}
	*error = "no such action: mme.overload.action in mcored.yaml(5) lists them";
	a = overload_action_parse(action);
	if (a < 0)
		return -EINVAL;
	*error = "expected PLMNs with commas between them";
	if (plmns && !each(plmns, 32, &n, plmn, put_plmn))
		return -EINVAL;
	*error = "expected a reduction of 1 to 99 percent";
	if (percent > 99)
		return -EINVAL;
	err = overload_by_hand((uint8_t)a, (uint8_t)percent, n, plmn);
	*error = err == -ENOENT ? "that PLMN is not served" : strerror(-err);
	return err;
}

/* ---- warnings ---- */

enum { MAX_AREA = 1000 };

static bool read_area(const struct warning_text *t, struct warning_area *a, const char **error)
{
	*error = "only one of cells, tas and areas";
	if (!!t->cells + !!t->tais + !!t->areas > 1)
		return false;
	a->cell = arena_alloc(&turn_arena, MAX_AREA * sizeof(*a->cell));
	a->tai = arena_alloc(&turn_arena, MAX_AREA * sizeof(*a->tai));
	a->area = arena_alloc(&turn_arena, MAX_AREA * sizeof(*a->area));
	*error = "expected cells as 00101-0019b01, with commas between them";
	if (t->cells && !each(t->cells, MAX_AREA, &a->cells, a->cell, put_cell))
		return false;
	*error = "expected tracking areas as 00101-0001, with commas between them";
	if (t->tais && !each(t->tais, MAX_AREA, &a->tais, a->tai, put_tai))
		return false;
	*error = "expected emergency areas as six hex digits, with commas between them";
	return !t->areas || each(t->areas, MAX_AREA, &a->areas, a->area, put_area);
}

static int api_warning_send(const struct warning_text *t, const char **error)
{
	struct warning_order o = {
		.id = (uint16_t)t->id,
		.serial = (uint16_t)t->serial,
		.period_s = (uint32_t)t->period_s,
		.broadcasts = (uint16_t)t->broadcasts,
		.concurrent = t->concurrent,
	};
	uint8_t pages[CBS_MAX];
	char *end;
	int err;

	*error = "out of range: id, serial and broadcasts to 65535, period to 131071";
	if (t->id > 0xffff || t->serial > 0xffff || t->broadcasts > 0xffff || t->period_s > 131071)
		return -EINVAL;
	/* 36.413 8.12.1.3 */
	*error = "without a period there is one broadcast";
	if (!t->period_s && t->broadcasts != 1)
		return -EINVAL;
	/* 8.12.1.3: without an end there is none unless it is beside others. */
	*error = "broadcasts 0 (until it is killed) is for concurrent warnings";
	if (t->text && !t->broadcasts && !t->concurrent)
		return -EINVAL;
	if (!read_area(t, &o.area, error))
		return -EINVAL;
	if (t->type) {
		unsigned long v = strtoul(t->type, &end, 16);

		*error = "expected a warning type of four hex digits";
		if (*end || strlen(t->type) != 4)
			return -EINVAL;
		o.has_type = true;
		o.type = (uint16_t)v;
	}
	*error = "there is neither text nor type";
	if (!t->text && !t->type)
		return -EINVAL;
	if (t->text) {
		o.has_text = true;
		o.contents =
			bytes_of(pages, cbs_encode(t->text, t->language, &o.dcs, pages, error));
		if (!o.contents.n)
			return -EINVAL;
	}
	err = warning_send(&o);
	*error = err == -EEXIST   ? "a warning with that id and serial number is on"
		 : err == -ENOSPC ? "too many warnings are on: kill some first"
		 : err < 0        ? strerror(-err)
				  : NULL;
	return err;
}

static int api_warning_kill(uint64_t id, uint64_t serial, bool every, const char **error)
{
	*error = "no warning of that id and serial number: mcorectl warning lists what there is";
	if (every)
		return warning_kill_all();
	return id > 0xffff || serial > 0xffff ? -ENOENT
					      : warning_kill((uint16_t)id, (uint16_t)serial);
}

static bool api_warning_enb_next(uint64_t id, uint64_t *cursor, struct warning_enb_view *v)
{
	return id <= 0xffff && warning_enb_next((uint16_t)id, -1, cursor, v);
}

const struct api_node node_api = {
	.enb = api_enb,
	.enb_parts = api_enb_parts,
	.reset = api_reset,
	.locate = api_locate,
	.place_next = api_place_next,
	.radio_trace = api_radio_trace,
	.voice = api_voice,
	.overload = overload_view,
	.overload_set = api_overload_set,
	.warning_send = api_warning_send,
	.warning_kill = api_warning_kill,
	.warning_next = warning_next,
	.warning_enb_next = api_warning_enb_next,
};
