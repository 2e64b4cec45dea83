/* SPDX-License-Identifier: Apache-2.0 */
/* One line an event, key=value, to stderr. Under systemd (JOURNAL_STREAM is set) it starts with the
 * <N> of a syslog level, elsewhere with the time (UTC) and the level's name. Text that came from a
 * peer goes through log_escape. Each call site prints at most LOG_BURST lines a second; what was
 * left out is said as suppressed=N. May be called by any thread. Keys of devices and subscribers
 * are never arguments of a log line. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

extern enum log_level log_max; /* lines above this level are not printed; default LOG_INFO */

struct log_site { /* rate limit of one call site */
	uint64_t second;
	uint32_t lines, suppressed;
};

/* LOG(INFO, "s1.setup", "peer=%s enb=%u", ...). The first word is the event, without spaces. */
#define LOG(level, event, ...)                                                                     \
	do {                                                                                       \
		static struct log_site log_site_;                                                  \
		if (LOG_##level <= log_max)                                                        \
			log_write(LOG_##level, &log_site_, event, __VA_ARGS__);                    \
	} while (0)

void log_write(enum log_level level, struct log_site *site, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Copies n octets of src into dst[cap] with everything but printable ASCII as \xNN, and a NUL.
 * Returns dst. */
const char *log_escape(char *dst, size_t cap, const void *src, size_t n);

/* "error", "warn", "info", "debug" to a level; false otherwise. */
bool log_level_parse(const char *word, enum log_level *out);

#endif
