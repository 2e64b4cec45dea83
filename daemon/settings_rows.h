/* SPDX-License-Identifier: Apache-2.0 */
/* What settings*.c share: settings.c has the root of the tables, settings_mme.c and settings_gw.c the
 * rows of the roles, settings_check.c what spans several keys, settings_use.c the way to each role's
 * own configuration. */
#ifndef SETTINGS_ROWS_H
#define SETTINGS_ROWS_H

#include <string.h>
#include "settings.h"

#define S(m)  CONFIG_FIELD(struct mcored_settings, m)
#define M(m)  CONFIG_FIELD(struct mcored_settings, mme.m)

extern const struct config_row settings_mme_rows[], settings_hss_rows[], settings_sgw_rows[],
	settings_pgw_rows[], settings_datapath_rows[];

/* What spans several mappings: mistakes, and in `odd` what works but hardly as meant. */
struct findings {
	const struct mcored_settings *s;
	struct config_errors *wrong, *odd;
	struct arena *arena;
};
void settings_check(struct findings *);

/* IPv4 as ::ffff:a.b.c.d. */
static inline struct in6_addr settings_mapped(struct in_addr ip)
{
	struct in6_addr a = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.s6_addr + 12, &ip, 4);
	return a;
}

/* A rule of pgw.bearers as the PGW has it. */
struct pgw_rule settings_bearer_rule(const struct settings_bearer *);
/* One of pgw.bearers; NULL if there is none of that name. */
const struct settings_bearer *settings_bearer_by_name(const struct mcored_settings *, const char *name);

#endif
