/* SPDX-License-Identifier: Apache-2.0 */
/* How a benchmark ends that cannot go on. */
#ifndef TESTS_BENCH_DIE_H
#define TESTS_BENCH_DIE_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* With what errno says. */
static inline void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

#endif
