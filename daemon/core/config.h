/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration: YAML read by tables. A table row names a key, the kind of its value, the member of
 * the settings struct that takes it, its range, default and help; from the same row come the
 * parser, the error messages, --help and the manual page. All mistakes of a file are found in one
 * pass and named with line, column, key and what was expected; the struct is only to be used when
 * there are none. Strings and lists live in the arena given by the caller, so that a reload reads
 * into a fresh struct and arena and drops the old pair.
 *
 *	static const struct config_row mme_rows[] = {
 *		{"t3412", CONFIG_DURATION, CONFIG_FIELD(struct mme, t3412_ms), .min = 60000,
 *		 .max = 11160000, .preset = "54min", .help = "periodic TAU"},
 *		{"plmn", CONFIG_CUSTOM, CONFIG_FIELD(struct mme, plmn), .parse = parse_plmn,
 *		 .unit = "MCC-MNC", .required = true, .help = "the network's identity"},
 *		{"tacs", CONFIG_LIST, CONFIG_ITEMS(struct mme, tac, tacs), .max = 256,
 *		 .of = CONFIG_INTEGER, .item_max = 65535, .help = "tracking areas"},
 *		{0},
 *	};
 *	static const struct config_row rows[] = {
 *		{"mme", CONFIG_MAP, CONFIG_FIELD(struct settings, mme), .rows = mme_rows,
 *		 CONFIG_PRESENT(struct settings, has_mme), .help = "the MME role"},
 *		{0},
 *	};
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "core/pool.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum config_type {
	CONFIG_END,      /* closes a table */
	CONFIG_BOOL,     /* bool: true, false, yes, no, on, off */
	CONFIG_INTEGER,  /* uint8_t to uint64_t: decimal or 0x… */
	CONFIG_STRING,   /* const char *, never NULL ("" if not given); min, max: its length */
	CONFIG_CHARS,    /* char[]: the same, copied into the struct */
	CONFIG_ENUM,     /* an enum or integer; .words */
	CONFIG_DURATION, /* ms in uint32_t or uint64_t: 500ms, 6s, 54min, 1h30min, 7d */
	CONFIG_BITRATE,  /* bit/s in uint64_t: 64kbit, 10mbit, 1.5gbit (powers of 1000) */
	CONFIG_SIZE,   /* octets in uint64_t: 500kb, 1gb (powers of 1000), 64kib, 1gib (of 1024) */
	CONFIG_IP4,    /* struct in_addr */
	CONFIG_IP6,    /* struct in6_addr */
	CONFIG_IP,     /* struct in6_addr, IPv4 as ::ffff:a.b.c.d */
	CONFIG_PREFIX, /* struct config_prefix: 10.45.0.0/16, 2001:db8::/48; no host bits */
	CONFIG_IFADDR, /* struct config_prefix: the same with host bits, 10.45.0.1/16 */
	CONFIG_CUSTOM, /* a scalar read by .parse */
	CONFIG_MAP,    /* a struct; .rows */
	CONFIG_LIST,   /* T * and unsigned (CONFIG_ITEMS); .of: kind of T; min, max: how many */
};

/* IPv4 is mapped: address ::ffff:a.b.c.d and bits 96 more than written. */
struct config_prefix {
	struct in6_addr address;
	uint8_t bits;
};

struct config_word { /* an enum's words; closed by {0} */
	const char *word;
	int64_t value;
	const char *help;
};

struct config_row {
	const char *key;
	enum config_type type;
	uint32_t offset, size; /* CONFIG_FIELD, or CONFIG_ITEMS with: */
	uint32_t count_offset;
	uint32_t present; /* CONFIG_PRESENT: 1 + offset of a bool, true if the key was given */
	bool required;
	bool reload;                 /* a change takes effect without a restart */
	uint64_t min, max;           /* in the member's unit; max 0: what the member can hold */
	uint64_t item_min, item_max; /* CONFIG_LIST: the same for each element */
	const char *preset; /* default, as written; of a list "a, b"; NULL: zero or empty */
	const char *unit;   /* what a number counts, or the form of a CUSTOM value: for help */
	const char *help;   /* a phrase, not a sentence */
	enum config_type of;
	const struct config_word *words;
	const struct config_row *rows;
	/* CUSTOM: text to *out, which has size octets (of an element in a list). NULL, or what was
	 * expected: "a PLMN such as 001-01". */
	const char *(*parse)(const char *text, void *out, size_t size, struct arena *);
	/* MAP (or each MAP of a list), after all its rows were read without a mistake: NULL, or
	 * what is wrong with their combination, with *key the key to blame. */
	const char *(*check)(const void *map, const char **key);
};

#define CONFIG_FIELD(s, m)   .offset = offsetof(s, m), .size = sizeof(((s *)0)->m)
#define CONFIG_PRESENT(s, m) .present = 1 + offsetof(s, m)
#define CONFIG_ITEMS(s, m, count)                                                                  \
	.offset = offsetof(s, m), .size = sizeof(*((s *)0)->m), .count_offset = offsetof(s, count)

struct config_error {
	unsigned line, column; /* from 1; 0 where there is no place */
	const char *key;       /* "mme.t3412", "apns[2].name"; "" where there is none */
	const char *message;
	struct config_error *next;
};

struct config_place; /* where a key's value is in the file */

struct config_errors { /* in the order of the file; memory is the arena's; zeroed: none */
	unsigned n;
	struct config_error *first, *last;
	struct config_place *places; /* of all that was read, for config_error */
};

/* Reads the file into out, which need not be initialised: all that the rows name is set, from the
 * file or from the defaults (members that no row names stay as they are). Required keys of an
 * optional mapping that is not there are not missed. 0; -EINVAL if there are mistakes, a negative
 * errno if the file cannot be read; errors says both. */
int config_load(const char *path, const struct config_row *rows, void *out, struct arena *,
		struct config_errors *errors);
/* The same from memory. */
int config_parse(const char *text, size_t n, const struct config_row *rows, void *out,
		 struct arena *, struct config_errors *errors);
/* For checks of the caller's own, between mappings: printf-like message. Its place is that of the key
 * ("pgw.apns[1].ipv4"), or of what the key would be in, if these errors are those of the file's reading. */
void config_error(struct config_errors *, struct arena *, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* "path:line:column: key: message" a line. */
void config_print_errors(FILE *, const char *path, const struct config_errors *);

/* "a duration from 1s to 3h, such as 500ms or 54min": what a value of this row looks like. */
const char *config_expected(const struct config_row *, char *buffer, size_t cap);
/* Every key with its help, kind, range and default, in YAML's layout: for --help and the manual. Keys
 * without a default are commented out, unless required; "reload" says that .reload is set. */
void config_print_schema(FILE *, const struct config_row *rows);

/* Calls changed for each key whose value differs between two structs read by the same rows; a list
 * of mappings of different length is reported as a whole. */
void config_diff(const struct config_row *rows, const void *was, const void *is,
		 void (*changed)(void *arg, const struct config_row *row, const char *key),
		 void *arg);

#endif
