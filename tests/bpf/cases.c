/* SPDX-License-Identifier: Apache-2.0 */
/* All the tables of cases as one. */
#include "cases.h"

static const struct test_cases *const tables[] = {
	&cases_uplink, &cases_inside, &cases_network, &cases_downlink, &cases_policy, &cases_relay,
};
enum { TABLES = sizeof tables / sizeof *tables };

unsigned case_count(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TABLES; i++)
		n += tables[i]->n;
	return n;
}

const struct test_case *case_at(unsigned at)
{
	for (unsigned i = 0; i < TABLES; at -= tables[i++]->n)
		if (at < tables[i]->n)
			return &tables[i]->at[at];
	return NULL;
}
