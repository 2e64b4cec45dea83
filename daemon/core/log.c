/* SPDX-License-Identifier: Apache-2.0 */
/* A line is built on the stack and leaves with one write, so that lines of several threads do not
 * mix. Under systemd (JOURNAL_STREAM) it starts with the <N> of syslog's levels and journald adds
 * the time; elsewhere it starts with the time (UTC) and the level's name. */
#include "core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOG_BURST = 50, LINE_MAX_OCTETS = 2048 };

enum log_level log_max = LOG_INFO;

static const struct {
	const char *name;
	int syslog;
} levels[] = {
	[LOG_ERROR] = {"error", 3},
	[LOG_WARN] = {"warn", 4},
	[LOG_INFO] = {"info", 6},
	[LOG_DEBUG] = {"debug", 7},
};

/* Whether the site may print now; *suppressed is what it left out before. Races between threads
 * cost at most a line more or less. */
static bool site_allows(struct log_site *site, uint32_t *suppressed)
{
	struct timespec now;
	uint64_t second;

	*suppressed = 0;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	second = (uint64_t)now.tv_sec + 1;
	if (__atomic_exchange_n(&site->second, second, __ATOMIC_RELAXED) != second) {
		*suppressed = __atomic_exchange_n(&site->suppressed, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&site->lines, 0, __ATOMIC_RELAXED);
	}
	if (__atomic_add_fetch(&site->lines, 1, __ATOMIC_RELAXED) <= LOG_BURST)
		return true;
	__atomic_add_fetch(&site->suppressed, 1, __ATOMIC_RELAXED);
	return false;
}

static size_t put_prefix(char *line, size_t cap, enum log_level level)
{
	struct timespec now;
	struct tm utc;
	int n;

	if (getenv("JOURNAL_STREAM")) {
		n = snprintf(line, cap, "<%d>", levels[level].syslog);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		gmtime_r(&now.tv_sec, &utc);
		n = snprintf(line, cap, "%02d:%02d:%02d.%03ld %-5s ", utc.tm_hour, utc.tm_min,
			     utc.tm_sec, now.tv_nsec / 1000000, levels[level].name);
	}
	return n > 0 ? (size_t)n : 0;
}

/* What was printed into cap octets from at on, with truncation. */
static size_t advance(size_t at, size_t cap, int printed)
{
	if (printed < 0)
		return at;
	return at + (size_t)printed < cap ? at + (size_t)printed : cap - 1;
}

void log_write(enum log_level level, struct log_site *site, const char *event, const char *fmt, ...)
{
	char line[LINE_MAX_OCTETS +
		  40]; /* room for suppressed= and the newline after a full line */
	uint32_t suppressed;
	size_t n;
	va_list args;

	if (!site_allows(site, &suppressed))
		return;
	n = put_prefix(line, LINE_MAX_OCTETS, level);
	n = advance(n, LINE_MAX_OCTETS, snprintf(line + n, LINE_MAX_OCTETS - n, "%s ", event));
	va_start(args, fmt);
	n = advance(n, LINE_MAX_OCTETS, vsnprintf(line + n, LINE_MAX_OCTETS - n, fmt, args));
	va_end(args);
	if (suppressed)
		n = advance(n, sizeof(line),
			    snprintf(line + n, sizeof(line) - n, " suppressed=%u", suppressed));
	while (n && (line[n - 1] == ' ' || line[n - 1] == '\n'))
		n--;
	line[n++] = '\n';
	while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
		;
}

const char *log_escape(char *dst, size_t cap, const void *src, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = src;
	size_t at = 0;

	if (!cap)
		return dst;
	for (size_t i = 0; i < n; i++) {
		bool plain = s[i] > ' ' && s[i] < 0x7f && s[i] != '\\';
		if (at + (plain ? 1 : 4) >= cap)
			break;
		if (plain) {
			dst[at++] = (char)s[i];
			continue;
		}
		dst[at++] = '\\';
		dst[at++] = 'x';
		dst[at++] = hex[s[i] >> 4];
		dst[at++] = hex[s[i] & 15];
	}
	dst[at] = '\0';
	return dst;
}

bool log_level_parse(const char *word, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(word, levels[i].name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}
