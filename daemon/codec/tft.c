/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic Flow Templates on the wire, and what an operation makes of a bearer's filters. The text
 * form and the matching of packets are in tft_text.c and tft_match.c. */
#include "codec/tft.h"

#include <errno.h>
#include <string.h>
#include <mcore/causes.h>

static const struct component {
	uint8_t type, octets;
	uint16_t offset;
} components[] = {
#define C(member, type, octets) {type, octets, offsetof(struct tft_filter, member)},
	TFT_COMPONENTS(C)
#undef C
};

static int find(uint8_t type)
{
	for (int i = 0; i < TFT_COMPONENT_COUNT; i++)
		if (components[i].type == type)
			return i;
	return -1;
}

/* The contents of one filter. A component that comes twice or is not known is a coding error. */
static bool get_components(struct rd *r, struct tft_filter *f)
{
	while (rd_left(r)) {
		int i = find(rd_u8(r));
		const uint8_t *octets = i < 0 ? NULL : rd_take(r, components[i].octets);

		if (!octets || f->has >> i & 1)
			return false;
		f->has |= 1u << i;
		memcpy((uint8_t *)f + components[i].offset, octets, components[i].octets);
	}
	return !r->bad && f->has;
}

static bool get_filter(struct rd *r, enum tft_operation op, struct tft_filter *f)
{
	uint8_t head = rd_u8(r);

	*f = (struct tft_filter){.id = head & 15, .direction = head >> 4 & 3};
	if (op == TFT_DELETE_FILTERS)
		return !r->bad;
	f->precedence = rd_u8(r);
	uint8_t n = rd_u8(r);
	const uint8_t *octets = rd_take(r, n);
	struct rd contents = rd_of(octets, octets ? n : 0);

	return octets && get_components(&contents, f);
}

/* Ids and precedences are each filter's own within a TFT (6.4.2.4 d). */
static bool distinct(const struct tft_filters *t)
{
	for (unsigned i = 0; i < t->n; i++)
		for (unsigned j = 0; j < i; j++)
			if (t->filter[i].id == t->filter[j].id ||
			    (t->operation != TFT_DELETE_FILTERS &&
			     t->filter[i].precedence == t->filter[j].precedence))
				return false;
	return true;
}

uint8_t tft_decode(struct bytes b, struct tft_filters *t)
{
	struct rd r = rd_of(b.p, b.n);
	uint8_t head = rd_u8(&r);
	bool wants_filters;

	*t = (struct tft_filters){.operation = head >> 5, .n = head & 15};
	if (r.bad || t->operation == TFT_NONE || t->operation > TFT_NO_OPERATION)
		return ESM_CAUSE_TFT_SYNTAX;
	wants_filters = t->operation != TFT_DELETE && t->operation != TFT_NO_OPERATION;
	if (wants_filters != (t->n != 0))
		return ESM_CAUSE_TFT_SYNTAX;
	for (unsigned i = 0; i < t->n; i++) {
		if (!rd_left(&r)) /* fewer than their number says */
			return ESM_CAUSE_TFT_SYNTAX;
		if (!get_filter(&r, t->operation, &t->filter[i]))
			return ESM_CAUSE_FILTER_SYNTAX;
	}
	if (rd_left(&r) && !(head & 0x10)) /* more than their number says */
		return ESM_CAUSE_TFT_SYNTAX;
	while (!r.bad && rd_left(&r)) { /* parameters: authorization token and the like */
		rd_u8(&r);
		rd_take(&r, rd_u8(&r));
	}
	if (r.bad)
		return ESM_CAUSE_TFT_SYNTAX;
	if (!distinct(t))
		return ESM_CAUSE_FILTER_SYNTAX;
	for (unsigned i = 0; i < t->n && t->operation != TFT_DELETE_FILTERS; i++) {
		uint8_t cause = tft_filter_check(&t->filter[i]);

		if (cause)
			return cause;
	}
	return 0;
}

static unsigned contents_length(const struct tft_filter *f)
{
	unsigned n = 0;

	for (int i = 0; i < TFT_COMPONENT_COUNT; i++)
		if (f->has >> i & 1)
			n += 1u + components[i].octets;
	return n;
}

int tft_encode(const struct tft_filters *t, struct wr *w)
{
	const uint8_t *start = w->p;

	wr_u8(w, (unsigned)t->operation << 5 | t->n);
	for (unsigned i = 0; i < t->n; i++) {
		const struct tft_filter *f = &t->filter[i];

		if (t->operation == TFT_DELETE_FILTERS) {
			wr_u8(w, f->id & 15u);
			continue;
		}
		wr_u8(w, (unsigned)f->direction << 4 | (f->id & 15u));
		wr_u8(w, f->precedence);
		wr_u8(w, contents_length(f));
		for (int k = 0; k < TFT_COMPONENT_COUNT; k++)
			if (f->has >> k & 1) {
				wr_u8(w, components[k].type);
				wr_raw(w, (const uint8_t *)f + components[k].offset,
				       components[k].octets);
			}
	}
	return w->bad || w->p - start > TFT_MAX_OCTETS ? -EMSGSIZE : 0;
}

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

uint8_t tft_filter_check(const struct tft_filter *f)
{
	const uint32_t v4 = TFT_BIT(remote4) | TFT_BIT(local4);
	const uint32_t v6 =
		TFT_BIT(remote6) | TFT_BIT(remote6mask) | TFT_BIT(local6) | TFT_BIT(flow_label);
	const uint32_t ports = TFT_BIT(local_port) | TFT_BIT(local_ports) | TFT_BIT(remote_port) |
			       TFT_BIT(remote_ports);
	const uint32_t local_both = TFT_BIT(local_port) | TFT_BIT(local_ports),
		       remote_both = TFT_BIT(remote_port) | TFT_BIT(remote_ports),
		       remote6_both = TFT_BIT(remote6) | TFT_BIT(remote6mask);

	if ((f->has & v4 && f->has & v6) || (f->has & TFT_BIT(spi) && f->has & ports) ||
	    (f->has & local_both) == local_both || (f->has & remote_both) == remote_both ||
	    (f->has & remote6_both) == remote6_both)
		return ESM_CAUSE_FILTER_SEMANTIC;
	if ((f->has & TFT_BIT(local_ports) && be16(f->local_ports) > be16(f->local_ports + 2)) ||
	    (f->has & TFT_BIT(remote_ports) && be16(f->remote_ports) > be16(f->remote_ports + 2)))
		return ESM_CAUSE_FILTER_SEMANTIC;
	if ((f->has & TFT_BIT(remote6) && f->remote6[16] > 128) ||
	    (f->has & TFT_BIT(local6) && f->local6[16] > 128))
		return ESM_CAUSE_FILTER_SYNTAX;
	return 0;
}

static int index_of(const struct tft_filters *t, uint8_t id)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->filter[i].id == id)
			return (int)i;
	return -1;
}

static void remove_at(struct tft_filters *t, int i)
{
	t->n--;
	memmove(t->filter + i, t->filter + i + 1, (size_t)(t->n - i) * sizeof(*t->filter));
}

static uint8_t put_filters(struct tft_filters *t, const struct tft_filters *op)
{
	for (unsigned i = 0; i < op->n; i++) {
		int at = index_of(t, op->filter[i].id);

		/* An id that is there is replaced, whatever the operation (6.4.3.4 b, not an
		 * error); to replace one that is not there is to add it. */
		if (at < 0 && t->n == TFT_MAX_FILTERS)
			return ESM_CAUSE_TFT_SEMANTIC;
		t->filter[at < 0 ? t->n++ : at] = op->filter[i];
	}
	t->operation = TFT_CREATE;
	return distinct(t) ? 0 : ESM_CAUSE_FILTER_SYNTAX;
}

uint8_t tft_apply(struct tft_filters *tft, const struct tft_filters *op)
{
	struct tft_filters next = *tft;
	uint8_t cause = 0;

	switch (op->operation) {
	case TFT_CREATE:
		next = *op;
		break;
	case TFT_DELETE:
		next.n = 0;
		break;
	case TFT_ADD:
	case TFT_REPLACE:
		if (!next.n)
			return ESM_CAUSE_TFT_SEMANTIC;
		cause = put_filters(&next, op);
		break;
	case TFT_DELETE_FILTERS:
		if (!next.n)
			return ESM_CAUSE_TFT_SEMANTIC;
		for (unsigned i = 0; i < op->n; i++) {
			int at = index_of(&next, op->filter[i].id);

			if (at >= 0)
				remove_at(&next, at);
		}
		break;
	case TFT_NO_OPERATION:
		break;
	default:
		return ESM_CAUSE_TFT_SYNTAX;
	}
	if (!cause)
		*tft = next;
	return cause;
}
