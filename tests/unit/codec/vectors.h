/* SPDX-License-Identifier: Apache-2.0 */
/* Reader of the messages of real networks, $MCORE_SHARED/vectors/wire.tsv (../shared by default):
 * one a line, protocol, code, name, direction, capture, frame, hex. A test calls vectors_each with
 * what to do for each message of a protocol, and skips where it returns -1: the file is not there.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vector {
	const char *protocol, *code, *name, *direction, *capture, *frame;
	const uint8_t *p; /* exactly n octets on the heap, so that reading past them is seen */
	size_t n;
	unsigned line;
};

static inline FILE *vectors_open(void)
{
	const char *shared = getenv("MCORE_SHARED");
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/vectors/wire.tsv", shared ? shared : "../shared");
	f = fopen(path, "r");
	if (!f)
		printf("# skipped: %s is not there\n", path);
	return f;
}

static inline size_t vectors_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned v;

	for (; hex[2 * n] && hex[2 * n + 1] && sscanf(hex + 2 * n, "%2x", &v) == 1; n++)
		out[n] = (uint8_t)v;
	return n;
}

/* Number of messages given to fn, -1 without the file. */
static inline int vectors_each(const char *protocol, void (*fn)(const struct vector *, void *),
			       void *arg)
{
	FILE *f = vectors_open();
	char *line = NULL;
	size_t cap = 0;
	unsigned at = 0;
	int count = 0;

	if (!f)
		return -1;
	while (getline(&line, &cap, f) > 0) {
		char *column[7], *rest = line;
		struct vector v;
		uint8_t *octets, *exact;
		unsigned n = 0;

		at++;
		rest[strcspn(rest, "\r\n")] = 0;
		while (n < 7 && (column[n] = strsep(&rest, "\t")))
			n++;
		if (n < 7 || strcmp(column[0], protocol) != 0)
			continue;
		octets = malloc(strlen(column[6]) / 2 + 1);
		v = (struct vector){column[0], column[1], column[2], column[3], column[4],
				    column[5], NULL,      0,         at};
		v.n = vectors_hex(column[6], octets);
		exact = malloc(v.n ? v.n : 1);
		memcpy(exact, octets, v.n);
		v.p = exact;
		fn(&v, arg);
		free(octets);
		free(exact);
		count++;
	}
	free(line);
	fclose(f);
	return count;
}

#endif
