/* SPDX-License-Identifier: Apache-2.0 */
#include "as.h"

#include <string.h>
#include "security/kdf.h"

enum { NCC_MASK = 7, CELLS = 504, EARFCN = 6300 };

static void to_cell(const uint8_t from[32], unsigned cell, uint8_t kenb[32])
{
	uint8_t out[32];

	kdf_kenb_star(from, (uint16_t)(cell % CELLS), EARFCN, out);
	memcpy(kenb, out, 32);
}

/* The device's NH is moved on until it is that of the NCC (7.2.8.4.1). */
static void reach(struct as_device *d, uint8_t ncc)
{
	while (d->ncc != ncc) {
		uint8_t next[32];

		kdf_nh(d->kasme, d->nh, next);
		memcpy(d->nh, next, 32);
		d->ncc = (d->ncc + 1) & NCC_MASK;
	}
}

void as_begin(struct as_device *d, struct as_enb *e, const uint8_t kasme[32],
	      const uint8_t kenb[32])
{
	*d = (struct as_device){0};
	*e = (struct as_enb){0};
	memcpy(d->kasme, kasme, 32);
	memcpy(d->kenb, kenb, 32);
	memcpy(d->nh, kenb, 32);
	memcpy(e->kenb, kenb, 32);
}

bool as_arrive(struct as_device *d, const struct as_enb *target, unsigned cell)
{
	bool vertical = target->ncc != d->ncc;

	reach(d, target->ncc);
	to_cell(vertical ? d->nh : d->kenb, cell, d->kenb);
	return !memcmp(d->kenb, target->kenb, 32);
}

bool as_x2(struct as_device *d, struct as_enb *e, unsigned cell)
{
	to_cell(e->fresh ? e->nh : e->kenb, cell, e->kenb);
	if (e->fresh)
		e->ncc = e->next;
	e->fresh = false;
	return as_arrive(d, e, cell);
}

void as_s1(struct as_enb *target, const uint8_t nh[32], uint8_t ncc, unsigned cell)
{
	*target = (struct as_enb){.ncc = ncc};
	to_cell(nh, cell, target->kenb);
}

bool as_next(const struct as_device *d, struct as_enb *e, const uint8_t nh[32], uint8_t ncc)
{
	struct as_device ahead = *d;

	reach(&ahead, ncc);
	memcpy(e->nh, nh, 32);
	e->next = ncc;
	e->fresh = true;
	return ncc != d->ncc && !memcmp(ahead.nh, nh, 32);
}
