/* SPDX-License-Identifier: Apache-2.0 */
/* The S1AP-PDU around a message (TS 36.413 9.3.2), the types that are not made by rows, and what
 * clause 10 asks for when a message is not as it should be. */
#include "codec/s1ap_impl.h"

#include <arpa/inet.h>
#include <errno.h>

#include "core/pool.h"

const struct s1ap_msg *s1ap_msg_find(uint8_t procedure, enum s1ap_choice choice)
{
	return procedure < S1AP_PROCEDURES ? s1ap_by_code[procedure][choice] : NULL;
}

const struct s1ap_msg *s1ap_msg_next(const struct s1ap_msg *msg)
{
	unsigned i = msg ? 3u * msg->procedure + msg->choice + 1 : 0;

	while (i < 3 * S1AP_PROCEDURES && !s1ap_by_code[i / 3][i % 3])
		i++;
	return i < 3 * S1AP_PROCEDURES ? s1ap_by_code[i / 3][i % 3] : NULL;
}

int s1ap_decode(struct arena *arena, struct bytes pdu, struct s1ap_pdu *out)
{
	struct per_rd r = per_rd_of(pdu, arena, &out->diag);
	bool beyond = per_get_bits(&r, 1);
	unsigned choice = (unsigned)per_get_bits(&r, 2);
	struct per_outer outer;

	*out = (struct s1ap_pdu){0};
	out->choice = (enum s1ap_choice)choice;
	per_get_align(&r);
	out->procedure = (uint8_t)per_get_bits(&r, 8);
	out->criticality = (uint8_t)per_get_bits(&r, 2);
	outer = per_get_open(&r);
	if (r.bad || beyond || choice > S1AP_UNSUCCESSFUL || out->criticality > PER_NOTIFY) {
		out->choice = S1AP_INITIATING;
		out->diag.syntax = true;
		return -EBADMSG;
	}
	out->msg = s1ap_msg_find(out->procedure, out->choice);
	if (!out->msg)
		return -ENOMSG;
	out->body = arena_zalloc(arena, out->msg->body.size);
	per_get(&r, &out->msg->body, out->body);
	per_get_close(&r, &outer);
	if (!r.bad)
		return 0;
	out->diag.syntax = true;
	out->diag.where = r.where;
	out->body = NULL;
	return -EBADMSG;
}

static int encode(const struct s1ap_msg *msg, const void *body, struct wr *w, bool incomplete,
		  const char **where)
{
	struct per_wr p = per_wr_of(w->p, (size_t)(w->end - w->p));
	size_t open;

	if (w->bad)
		return -ENOSPC;
	p.incomplete = incomplete;
	per_put_bits(&p, msg->choice, 3);
	per_put_align(&p);
	per_put_bits(&p, msg->procedure, 8);
	per_put_bits(&p, msg->criticality, 2);
	open = per_put_open(&p);
	per_put(&p, &msg->body, body);
	per_put_close(&p, open);
	if (p.bad) {
		if (where)
			*where = p.where ? p.where : msg->name;
		w->bad = true;
		return p.full ? -ENOSPC : -EINVAL;
	}
	w->p += per_wr_octets(&p);
	return 0;
}

int s1ap_encode_where(const struct s1ap_msg *msg, const void *body, struct wr *w,
		      const char **where)
{
	return encode(msg, body, w, false, where);
}

int s1ap_encode_incomplete(const struct s1ap_msg *msg, const void *body, struct wr *w)
{
	return encode(msg, body, w, true, NULL);
}

/* Reads the container's fields one after the other: extension bit, number, then id, criticality and
 * open type of each. */
struct bytes s1ap_raw_ie(struct arena *arena, struct bytes pdu, uint16_t id)
{
	struct per_rd r = per_rd_of(pdu, arena, NULL);

	per_get_bits(&r, 3);
	per_get_align(&r);
	per_get_bits(&r, 10);
	per_get_open(&r);
	per_get_bits(&r, 1);
	per_get_align(&r);
	for (uint64_t n = per_get_bits(&r, 16); n && !r.bad; n--) {
		uint16_t is = (uint16_t)per_get_bits(&r, 16);
		struct bytes value;

		per_get_bits(&r, 2);
		if (is != id) {
			per_skip_open(&r);
			continue;
		}
		value.p = per_get_counted(&r, 8, &value.n);
		if (value.p)
			return value;
	}
	return (struct bytes){0};
}

static const struct per_row *row_of(const struct s1ap_msg *msg, uint16_t id, unsigned *bit)
{
	for (*bit = 0; *bit < msg->body.n; ++*bit)
		if (msg->body.rows[*bit].id == id)
			return &msg->body.rows[*bit];
	return NULL;
}

int s1ap_encode_raw(const struct s1ap_msg *msg, uint16_t id, struct bytes value, struct wr *w)
{
	struct per_wr p = per_wr_of(w->p, (size_t)(w->end - w->p));
	unsigned bit;
	const struct per_row *row = row_of(msg, id, &bit);
	size_t open;

	if (!row || w->bad)
		return -EINVAL;
	per_put_bits(&p, msg->choice, 3);
	per_put_align(&p);
	per_put_bits(&p, msg->procedure, 8);
	per_put_bits(&p, msg->criticality, 2);
	open = per_put_open(&p);
	per_put_bits(&p, 0, 1);
	per_put_align(&p);
	per_put_bits(&p, 1, 16);
	per_put_bits(&p, id, 16);
	per_put_bits(&p, row->criticality, 2);
	per_put_counted(&p, 8, value.p, value.n);
	per_put_close(&p, open);
	if (p.bad)
		return -ENOSPC;
	w->p += per_wr_octets(&p);
	return 0;
}

void *s1ap_ie(const struct s1ap_msg *msg, void *body, uint16_t id)
{
	unsigned bit;
	const struct per_row *row = row_of(msg, id, &bit);

	return row && *(uint64_t *)body >> bit & 1 ? (char *)body + row->offset : NULL;
}

void *s1ap_ie_set(const struct s1ap_msg *msg, void *body, uint16_t id)
{
	unsigned bit;
	const struct per_row *row = row_of(msg, id, &bit);

	if (!row)
		return NULL;
	*(uint64_t *)body |= UINT64_C(1) << bit;
	return (char *)body + row->offset;
}

void s1ap_show(FILE *f, const struct s1ap_msg *msg, const void *body)
{
	fprintf(f, "%s ", msg->name);
	per_show(f, &msg->body, body);
}

bool s1ap_equal(const struct s1ap_msg *msg, const void *a, const void *b)
{
	return per_equal(&msg->body, a, b);
}

void *s1ap_any(struct arena *arena, const struct s1ap_msg *msg, uint64_t seed)
{
	struct per_any any = {.state = seed, .arena = arena};
	void *body = arena_zalloc(arena, msg->body.size);

	per_make_any(&any, &msg->body, body);
	return body;
}

/* 10.3.4 to 10.3.6: the worst of the faults decides. An IE's criticality says what to do when it is
 * not understood or missing; of a repeated one the message is falsely constructed. */
enum s1ap_verdict s1ap_judge(const struct s1ap_pdu *pdu)
{
	uint8_t crit = pdu->criticality;

	if (pdu->diag.syntax)
		return S1AP_REJECT_PROCEDURE;
	if (!pdu->msg)
		return crit == PER_REJECT   ? S1AP_REJECT_PROCEDURE
		       : crit == PER_NOTIFY ? S1AP_CONTINUE_AND_NOTIFY
					    : S1AP_CONTINUE;
	if (pdu->diag.reject || pdu->diag.repeated)
		return S1AP_REJECT_PROCEDURE;
	return pdu->diag.notify ? S1AP_CONTINUE_AND_NOTIFY : S1AP_CONTINUE;
}

struct s1ap_cause s1ap_judge_cause(const struct s1ap_pdu *pdu)
{
	struct s1ap_cause cause = {S1AP_CAUSE_PROTOCOL,
				   S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY};

	if (pdu->diag.syntax)
		cause.value = S1AP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR;
	else if (pdu->diag.repeated)
		cause.value = S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE;
	else if (s1ap_judge(pdu) == S1AP_REJECT_PROCEDURE)
		cause.value = S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT;
	return cause;
}

/* IEs whose criticality is ignore are not reported (10.3.4.1B, 10.3.5). */
struct s1ap_criticality_diagnostics s1ap_diagnose(struct arena *arena, const struct s1ap_pdu *pdu)
{
	struct s1ap_criticality_diagnostics d = {0};
	struct s1ap_criticality_diagnostics_ie_list list = {0};

	S1AP_SET(&d, procedure_code, pdu->procedure);
	S1AP_SET(&d, triggering_message, (uint8_t)pdu->choice);
	S1AP_SET(&d, procedure_criticality, pdu->criticality);
	list.v = arena_zalloc(arena, PER_MAX_FAULTS * sizeof(*list.v));
	for (unsigned i = 0; i < pdu->diag.n; i++) {
		const struct per_fault *f = &pdu->diag.fault[i];

		if (f->error == PER_OUT_OF_ORDER ||
		    (f->criticality == PER_IGNORE && f->error != PER_REPEATED))
			continue;
		list.v[list.n++] = (struct s1ap_criticality_diagnostics_ie_item){
			.ie_criticality = f->criticality,
			.ie_id = f->id,
			.type_of_error = f->error == PER_MISSING
						 ? S1AP_TYPE_OF_ERROR_MISSING
						 : S1AP_TYPE_OF_ERROR_NOT_UNDERSTOOD,
		};
	}
	if (list.n)
		S1AP_SET(&d, ies_criticality_diagnostics, list);
	return d;
}

/* Causes: a CHOICE of five ENUMERATEDs, all of which are the one member `value`. */
#define TEXT(value, text) text,
#define CAUSE_GROUP(group, VALUES, in_root)                                                        \
	static const char *const group##_text[] = {VALUES(TEXT)};                                  \
	static const struct per_type group##_type = {.name = #group,                               \
						     .kind = PER_ENUMERATED,                       \
						     .extensible = true,                           \
						     .size = 1,                                    \
						     .names = group##_text,                        \
						     .n = sizeof(group##_text) / sizeof(char *),   \
						     .root = in_root};
CAUSE_GROUP(radio, S1AP_CAUSES_RADIO, S1AP_CAUSES_RADIO_ROOT)
CAUSE_GROUP(transport, S1AP_CAUSES_TRANSPORT, S1AP_CAUSES_TRANSPORT_ROOT)
CAUSE_GROUP(nas, S1AP_CAUSES_NAS, S1AP_CAUSES_NAS_ROOT)
CAUSE_GROUP(protocol, S1AP_CAUSES_PROTOCOL, S1AP_CAUSES_PROTOCOL_ROOT)
CAUSE_GROUP(misc, S1AP_CAUSES_MISC, S1AP_CAUSES_MISC_ROOT)

#define CAUSE_ROW(group)                                                                           \
	{                                                                                          \
#group, &group##_type, offsetof(struct s1ap_cause, value), 0, 0, 0                 \
	}
static const struct per_row cause_rows[] = {CAUSE_ROW(radio), CAUSE_ROW(transport), CAUSE_ROW(nas),
					    CAUSE_ROW(protocol), CAUSE_ROW(misc)};
const struct per_type s1ap_cause_type = {.name = "cause",
					 .kind = PER_CHOICE,
					 .extensible = true,
					 .size = sizeof(struct s1ap_cause),
					 .rows = cause_rows,
					 .n = 5,
					 .root = 5};

#define CAUSE_TEXTS(group, VALUES)  static const char *const group##_full[] = {VALUES(group##_TEXT)};
#define radio_TEXT(value, text)     "radio: " text,
#define transport_TEXT(value, text) "transport: " text,
#define nas_TEXT(value, text)       "nas: " text,
#define protocol_TEXT(value, text)  "protocol: " text,
#define misc_TEXT(value, text)      "misc: " text,
CAUSE_TEXTS(radio, S1AP_CAUSES_RADIO)
CAUSE_TEXTS(transport, S1AP_CAUSES_TRANSPORT)
CAUSE_TEXTS(nas, S1AP_CAUSES_NAS)
CAUSE_TEXTS(protocol, S1AP_CAUSES_PROTOCOL)
CAUSE_TEXTS(misc, S1AP_CAUSES_MISC)

const char *s1ap_cause_text(struct s1ap_cause cause)
{
	static const char *const *const full[] = {radio_full, transport_full, nas_full,
						  protocol_full, misc_full};

	if (cause.group >= 5 || cause.value >= cause_rows[cause.group].type->n)
		return "unknown";
	return full[cause.group][cause.value];
}

/* 9.2.2.1: a BIT STRING (1..160, ...) of 32, 128, or both in this order. */
static void address_get(struct per_rd *r, void *out)
{
	struct s1ap_transport_layer_address *a = out;
	bool beyond = per_get_bits(r, 1);
	size_t n = beyond ? per_get_length(r) : per_get_whole(r, 159) + 1;
	const uint8_t *p = per_get_octets(r, (n + 7) / 8);

	*a = (struct s1ap_transport_layer_address){0};
	if (!p)
		return;
	r->pos -= (8 - n % 8) % 8;
	a->has4 = n == 32 || n == 160;
	a->has6 = n == 128 || n == 160;
	if (!a->has4 && !a->has6)
		r->alien = true;
	if (a->has4)
		memcpy(&a->v4, p, 4);
	if (a->has6)
		memcpy(&a->v6, p + (a->has4 ? 4 : 0), 16);
}

static void address_put(struct per_wr *w, const void *in)
{
	const struct s1ap_transport_layer_address *a = in;
	unsigned n = (a->has4 ? 32u : 0) + (a->has6 ? 128u : 0);

	if (!n) {
		per_refuse(w);
		return;
	}
	per_put_bits(w, 0, 1);
	per_put_whole(w, n - 1, 159);
	if (a->has4)
		per_put_octets(w, &a->v4, 4);
	if (a->has6)
		per_put_octets(w, &a->v6, 16);
}

static void address_show(FILE *f, const void *in)
{
	const struct s1ap_transport_layer_address *a = in;
	char s[INET6_ADDRSTRLEN];

	if (a->has4)
		fputs(inet_ntop(AF_INET, &a->v4, s, sizeof(s)), f);
	if (a->has4 && a->has6)
		fputc('+', f);
	if (a->has6)
		fputs(inet_ntop(AF_INET6, &a->v6, s, sizeof(s)), f);
}

static void address_any(struct per_any *any, void *out)
{
	struct s1ap_transport_layer_address *a = out;
	unsigned which = 1 + (unsigned)per_random(any, 3);

	*a = (struct s1ap_transport_layer_address){.has4 = which & 1, .has6 = which & 2};
	for (unsigned i = 0; a->has4 && i < 4; i++)
		((uint8_t *)&a->v4)[i] = (uint8_t)per_random(any, 256);
	for (unsigned i = 0; a->has6 && i < 16; i++)
		((uint8_t *)&a->v6)[i] = (uint8_t)per_random(any, 256);
}

static bool address_equal(const void *x, const void *y)
{
	const struct s1ap_transport_layer_address *a = x, *b = y;

	return a->has4 == b->has4 && a->has6 == b->has6 &&
	       (!a->has4 || a->v4.s_addr == b->v4.s_addr) &&
	       (!a->has6 || !memcmp(&a->v6, &b->v6, sizeof(a->v6)));
}

static const struct per_custom address = {address_get, address_put, address_show, address_any,
					  address_equal};
const struct per_type s1ap_transport_layer_address_type = {
	.name = "transport_layer_address",
	.kind = PER_CUSTOM,
	.size = sizeof(struct s1ap_transport_layer_address),
	.custom = &address,
};

/* 9.2.3.8: three octets as in TS 24.008 10.5.1.3. */
static void plmn_get(struct per_rd *r, void *out)
{
	const uint8_t *p = per_get_octets(r, 3);

	*(plmn_t *)out = p ? plmn_from_wire(p) : 0;
}

static void plmn_put(struct per_wr *w, const void *in)
{
	uint8_t b[3];

	plmn_to_wire(*(const plmn_t *)in, b);
	per_put_octets(w, b, 3);
}

static void plmn_show(FILE *f, const void *in)
{
	char s[PLMN_STRLEN];

	fputs(plmn_print(*(const plmn_t *)in, s), f);
}

static void plmn_any(struct per_any *any, void *out)
{
	char s[PLMN_STRLEN];
	bool long_mnc = per_random(any, 2);

	snprintf(s, sizeof(s), "%0*u", long_mnc ? 6 : 5,
		 (unsigned)per_random(any, long_mnc ? 1000000 : 100000));
	plmn_parse(s, out);
}

static bool plmn_equal(const void *a, const void *b)
{
	return *(const plmn_t *)a == *(const plmn_t *)b;
}

static const struct per_custom plmn = {plmn_get, plmn_put, plmn_show, plmn_any, plmn_equal};
const struct per_type s1ap_plmn_type = {
	.name = "plmn", .kind = PER_CUSTOM, .size = sizeof(plmn_t), .custom = &plmn};

const struct per_type s1ap_null_type = {.name = "null", .kind = PER_NULL, .size = 1};
const struct per_type s1ap_ie_field_type = {
	.name = "ie_field", .kind = PER_IE_FIELD, .size = sizeof(struct per_ie_field)};

uint32_t s1ap_enb_id_number(const struct s1ap_enb_id *id, unsigned *bits)
{
	static const unsigned lengths[] = {[S1AP_ENB_ID_MACRO_ENB_ID] = 20,
					   [S1AP_ENB_ID_HOME_ENB_ID] = 28,
					   [S1AP_ENB_ID_SHORT_MACRO_ENB_ID] = 18,
					   [S1AP_ENB_ID_LONG_MACRO_ENB_ID] = 21};

	*bits = id->choice < 4 ? lengths[id->choice] : 0;
	return *bits ? id->macro_enb_id : 0;
}
