/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that dedicated bearers are made of: their packet filters as a TFT
 * (TS 24.008 10.5.6.12), and the configured ones by name or by what they say. */
#include <errno.h>
#include <string.h>
#include "pgw/internal.h"

int pgw_rule_filters(struct pgw_rule *r, const struct tft_filter *filter, unsigned n)
{
	struct tft_filters t = {.operation = TFT_CREATE, .n = (uint8_t)n};
	struct tft_filters check;
	struct wr w = wr_of(r->tft.b, sizeof(r->tft.b));

	r->tft.n = 0;
	if (!n || n > TFT_MAX_FILTERS)
		return -EINVAL;
	for (unsigned i = 0; i < n; i++) {
		t.filter[i] = filter[i];
		t.filter[i].id = (uint8_t)i;
		if (!t.filter[i].precedence)
			t.filter[i].precedence = (uint8_t)(128 + i);
	}
	if (tft_encode(&t, &w) || tft_decode(bytes_of(r->tft.b, (size_t)(w.p - r->tft.b)), &check))
		return -EINVAL;
	r->tft.n = (uint8_t)(w.p - r->tft.b);
	return 0;
}

const struct pgw_rule *pgw_rule_find(const char *name)
{
	for (unsigned i = 0; i < pgw.rules; i++)
		if (!strcmp(pgw.rule[i].name, name))
			return &pgw.rule[i];
	return NULL;
}

void pgw_rule_name(struct pgw_rule *r)
{
	for (unsigned i = 0; i < pgw.rules; i++)
		if (pgw.rule[i].tft.n == r->tft.n &&
		    !memcmp(pgw.rule[i].tft.b, r->tft.b, r->tft.n)) {
			memcpy(r->name, pgw.rule[i].name, sizeof(r->name));
			return;
		}
}
