/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages in and out: the octets in front of the tables (TS 24.301 9.2 to 9.8), the choice of
 * a table by protocol discriminator, message type and direction, and the rules for messages that
 * have none (7.2 to 7.4). The same message type may have one table a direction (DETACH REQUEST). */
#include <errno.h>

#include "codec/nas.h"
#include "core/pool.h"

/* ---- tables ---- */

#define NAS_DEF(pd, tag, NAME, code, dir, clause)                                                  \
	static const struct ie_row nas_##tag##_rows[] = {IES_##NAME(IE_ROW, nas_##tag)};           \
	_Static_assert(nas_##tag##_n < 64, "one presence word");                                   \
	const struct nas_def nas_##tag##_def =                                                     \
		{                                                                                  \
			#tag,                                                                      \
			clause,                                                                    \
			code,                                                                      \
			pd,                                                                        \
			NAS_##dir,                                                                 \
			{#tag, sizeof(struct nas_##tag), nas_##tag##_n, nas_##tag##_rows},         \
	};
#define NAS_EMM_DEF(tag, NAME, code, dir, clause) NAS_DEF(NAS_PD_EMM, tag, NAME, code, dir, clause)
#define NAS_ESM_DEF(tag, NAME, code, dir, clause) NAS_DEF(NAS_PD_ESM, tag, NAME, code, dir, clause)
NAS_EMM_MESSAGES(NAS_EMM_DEF)
NAS_ESM_MESSAGES(NAS_ESM_DEF)
NAS_EMM_DEF(service_request, SERVICE_REQUEST, NAS_SERVICE_REQUEST, UP, "8.2.25")

#define NAS_LIST(tag, ...) &nas_##tag##_def,
const struct nas_def *const nas_defs[] = {NAS_EMM_MESSAGES(NAS_LIST) NAS_ESM_MESSAGES(NAS_LIST) &
					  nas_service_request_def};
const size_t nas_n_defs = sizeof(nas_defs) / sizeof(nas_defs[0]);

static const struct nas_def *find(enum nas_dir dir, uint16_t type)
{
	for (size_t i = 0; i < nas_n_defs; i++)
		if (nas_defs[i]->type == type && nas_defs[i]->dir & dir)
			return nas_defs[i];
	return NULL;
}

const char *nas_type_name(enum nas_dir dir, uint16_t type)
{
	const struct nas_def *d = find(dir, type);

	return d ? d->name : "unknown";
}

/* ---- security header ---- */

int nas_header_decode(struct bytes pdu, struct nas_header *h)
{
	struct rd r = rd_bytes(pdu);
	uint8_t first = rd_u8(&r);

	*h = (struct nas_header){.pd = first & 0x0f, .inner = pdu};
	if (h->pd == NAS_PD_ESM)
		return pdu.n < 3 ? -EBADMSG : 0;
	h->security = first >> 4;
	if (h->pd != NAS_PD_EMM)
		return -EBADMSG;
	if (h->security == NAS_PLAIN)
		return pdu.n < 2 ? -EBADMSG : 0;
	if (h->security >= NAS_SHORT) {
		uint8_t octet = rd_u8(&r);

		h->security = NAS_SHORT;
		h->ksi = octet >> 5;
		h->seq = octet & 31;
		h->mac = rd_u16(&r);
		h->covered = bytes_of(pdu.p, 2);
		return r.bad ? -EBADMSG : 0;
	}
	if (h->security > NAS_PARTLY_CIPHERED)
		return -EBADMSG;
	h->mac = rd_u32(&r);
	h->covered = bytes_of(r.p, rd_left(&r));
	h->seq = rd_u8(&r);
	h->inner = rd_rest(&r);
	return r.bad || !h->inner.n ? -EBADMSG : 0;
}

void nas_header_encode(struct wr *w, const struct nas_header *h)
{
	wr_u8(w, (unsigned)h->security << 4 | NAS_PD_EMM);
	if (h->security == NAS_SHORT) {
		wr_u8(w, (h->ksi & 7u) << 5 | (h->seq & 31u));
		wr_u16(w, h->mac & 0xffff);
		return;
	}
	wr_u32(w, h->mac);
	wr_u8(w, h->seq);
}

/* ---- messages ---- */

/* ESM structs have these after `have`. */
struct esm_head {
	uint64_t have;
	uint8_t ebi, pti;
};

/* The octets up to the first IE. */
static int head_get(struct rd *r, struct nas_message *m)
{
	uint8_t first = rd_u8(r);

	m->esm = (first & 0x0f) == NAS_PD_ESM;
	if (m->esm) {
		m->ebi = first >> 4;
		m->pti = rd_u8(r);
	} else if ((first & 0x0f) != NAS_PD_EMM) {
		return -EBADMSG;
	}
	if (!m->esm && first >> 4 >= NAS_SHORT)
		m->type = NAS_SERVICE_REQUEST;
	else if (!m->esm && first >> 4 != NAS_PLAIN)
		return -EBADMSG;
	else
		m->type = rd_u8(r);
	return r->bad ? -EBADMSG : 0;
}

int nas_decode(struct arena *arena, enum nas_dir dir, struct bytes plain, struct nas_message *m)
{
	struct rd r = rd_bytes(plain);
	int err;

	*m = (struct nas_message){0};
	err = head_get(&r, m);
	if (err)
		return err;
	m->def = find(dir, m->type);
	if (!m->def || (m->def->pd == NAS_PD_ESM) != m->esm) {
		m->def = NULL;
		return EMM_CAUSE_MESSAGE_TYPE_UNKNOWN;
	}
	m->body = arena_zalloc(arena, m->def->ies.size);
	if (m->esm) {
		struct esm_head *h = m->body;

		h->ebi = m->ebi;
		h->pti = m->pti;
	}
	return ie_decode(&m->def->ies, &r, m->body, &m->fault);
}

int nas_encode(struct wr *w, const struct nas_def *d, const void *body)
{
	if (d->type == NAS_SERVICE_REQUEST) {
		wr_u8(w, NAS_SHORT << 4 | NAS_PD_EMM);
	} else if (d->pd == NAS_PD_ESM) {
		const struct esm_head *h = body;

		wr_u8(w, (h->ebi & 15u) << 4 | NAS_PD_ESM);
		wr_u8(w, h->pti);
		wr_u8(w, d->type);
	} else {
		wr_u8(w, NAS_PD_EMM);
		wr_u8(w, d->type);
	}
	return ie_encode(&d->ies, w, body);
}

void nas_show(FILE *f, const struct nas_message *m)
{
	if (!m->def) {
		fprintf(f, "unknown type=0x%02x", m->type);
		return;
	}
	fputs(m->def->name, f);
	if (m->esm)
		fprintf(f, " ebi=%u pti=%u", m->ebi, m->pti);
	if (m->body)
		ie_show(&m->def->ies, f, m->body);
}
