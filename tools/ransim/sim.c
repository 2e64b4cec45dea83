/* SPDX-License-Identifier: Apache-2.0 */
/* Event lines are built whole in one buffer, so that scenario's `expect` sees what a person sees.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "core/loop.h"
#include "enb.h"
#include "ue.h"

struct sim sim;

static int exit_code = -1;

void sim_note_exit(int code)
{
	if (code > exit_code)
		exit_code = code;
}

void sim_exit(int code)
{
	sim_note_exit(code);
	loop_stop();
}

int sim_exit_code(void) { return exit_code < 0 ? 0 : exit_code; }

static void emit(char *line, size_t at, size_t cap, const char *name, const char *fmt, va_list ap)
{
	uint64_t us = (loop_clock_ns() - sim.started_ns) / 1000;
	int n = snprintf(line + at, cap - at, "event=%s", name);

	at += (size_t)n;
	if (*fmt && at < cap - 1) {
		line[at] = ' ';
		if (!vsnprintf(line + at + 1, cap - at - 1, fmt, ap))
			line[at] = 0;
	}
	if (sim.events) {
		printf("time=%u.%03u %s\n", (unsigned)(us / 1000000), (unsigned)(us / 1000 % 1000),
		       line);
		fflush(stdout);
	}
	if (sim.watch)
		sim.watch(line);
}

void event_ue(const struct ue *ue, const char *name, const char *fmt, ...)
{
	char line[768], imsi[IMSI_STRLEN];
	va_list ap;
	int n;

	if (!events_on())
		return;
	n = snprintf(line, sizeof(line), "ue=%u imsi=%s ", ue->number, imsi_print(ue->imsi, imsi));
	va_start(ap, fmt);
	emit(line, (size_t)n, sizeof(line), name, fmt, ap);
	va_end(ap);
}

void event_enb(const struct enb *enb, const char *name, const char *fmt, ...)
{
	char line[768];
	va_list ap;
	int n;

	if (!events_on())
		return;
	n = snprintf(line, sizeof(line), "enb=%u ", enb->number);
	va_start(ap, fmt);
	emit(line, (size_t)n, sizeof(line), name, fmt, ap);
	va_end(ap);
}

void event_sim(const char *name, const char *fmt, ...)
{
	char line[768];
	va_list ap;

	if (!events_on())
		return;
	va_start(ap, fmt);
	emit(line, 0, sizeof(line), name, fmt, ap);
	va_end(ap);
}

imsi_t imsi_add(imsi_t imsi, uint64_t n)
{
	unsigned digits = 0, shift;
	uint64_t carry = n;

	while (digits < 15 && (imsi >> (60 - 4 * digits) & 0xf) < 10)
		digits++;
	for (unsigned i = digits; carry && i--;) {
		shift = 60 - 4 * i;
		carry += imsi >> shift & 0xf;
		imsi = (imsi & ~(0xfULL << shift)) | (carry % 10) << shift;
		carry /= 10;
	}
	return imsi;
}

bool pattern_expand(const char *pattern, unsigned number, char *out, size_t cap)
{
	const char *d = strstr(pattern, "%d");
	int n = d ? snprintf(out, cap, "%.*s%u%s", (int)(d - pattern), pattern, number, d + 2)
		  : snprintf(out, cap, "%s", pattern);

	return n >= 0 && (size_t)n < cap;
}
