/* SPDX-License-Identifier: Apache-2.0 */
/* The list of fault.h as a table; nothing here acts on a fault. */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *help;
	enum fault_arg arg;
} table[FAULT_COUNT] = {
#define F(id, name, arg, help) [FAULT_##id] = {name, help, FAULT_##arg},
	FAULTS(F)
#undef F
};

static const char *const steps[STEP_COUNT] = {
	[STEP_NONE] = "none",
	[STEP_CONNECT] = "connect",
	[STEP_IDENTITY] = "identity",
	[STEP_AUTHENTICATION] = "authentication",
	[STEP_SECURITY_MODE] = "security-mode",
	[STEP_ESM_INFORMATION] = "esm-information",
	[STEP_ICS] = "ics",
	[STEP_COMPLETE] = "complete",
	[STEP_DETACH] = "detach",
	[STEP_RELEASE] = "release",
	[STEP_SERVICE] = "service",
	[STEP_UPDATE] = "update",
	[STEP_MOVE] = "move",
	[STEP_ADMIT] = "admit",
	[STEP_COMMAND] = "command",
	[STEP_LEAVE] = "leave",
	[STEP_NOTIFY] = "notify",
	[STEP_PAGING] = "paging",
};

const char *step_name(enum step s) { return s < STEP_COUNT ? steps[s] : "?"; }

bool step_parse(const char *word, enum step *out)
{
	for (unsigned i = 0; i < STEP_COUNT; i++)
		if (!strcmp(word, steps[i])) {
			*out = (enum step)i;
			return true;
		}
	return false;
}

static bool arg_parse(enum fault_arg kind, const char *s, uint32_t *out)
{
	enum step step;
	char *end;

	switch (kind) {
	case FAULT_PLAIN:
		return !s;
	case FAULT_NUMBER:
		*out = 1;
		if (!s)
			return true;
		*out = (uint32_t)strtoul(s, &end, 0);
		return *s && !*end;
	case FAULT_STEP:
		if (!s || !step_parse(s, &step))
			return false;
		*out = (uint32_t)step;
		return true;
	}
	return false;
}

bool fault_parse(struct faults *f, const char *spec)
{
	const char *colon = strchr(spec, ':');
	size_t n = colon ? (size_t)(colon - spec) : strlen(spec);

	if (!strcmp(spec, "none")) {
		*f = (struct faults){0};
		return true;
	}
	for (unsigned i = 0; i < FAULT_COUNT; i++) {
		if (strlen(table[i].name) != n || memcmp(table[i].name, spec, n))
			continue;
		if (!arg_parse(table[i].arg, colon ? colon + 1 : NULL, &f->arg[i]))
			return false;
		f->on |= 1ull << i;
		return true;
	}
	return false;
}

void fault_help(FILE *f)
{
	static const char *const arg[] = {"", "[:N]", ":STEP"};

	for (unsigned i = 0; i < FAULT_COUNT; i++) {
		int n = fprintf(f, "  %s%s", table[i].name, arg[table[i].arg]);

		fprintf(f, "%*s%s\n", n < 24 ? 24 - n : 1, "", table[i].help);
	}
	fprintf(f, "  STEP:");
	for (unsigned i = STEP_CONNECT; i < STEP_COUNT; i++)
		fprintf(f, " %s", steps[i]);
	fprintf(f, "\n");
}
