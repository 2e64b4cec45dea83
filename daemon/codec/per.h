/* SPDX-License-Identifier: Apache-2.0 */
/* ASN.1 by rows, aligned PER (X.691). A struct per_type describes one ASN.1 type and the C value it
 * becomes; one engine decodes, encodes, compares, prints and makes random values of all of them.
 *
 * C values: INTEGER and ENUMERATED are an unsigned (or, with a negative bound, signed) integer of
 * the declared width; OCTET and BIT STRINGs of a small fixed size are one too (first octet or bit
 * highest), the others are struct bytes or struct bits; a CHOICE begins with the uint8_t index of
 * its alternative; lists are { v, n }; a SEQUENCE with optional fields, and a container of
 * ProtocolIEs, begin with one 64-bit word of presence bits, one a row in the rows' order.
 *
 * What later releases add is skipped: extension additions of a SEQUENCE, unknown extension IEs,
 * unknown protocol IEs. The last two, and whatever TS 36.413 10.3 calls an abstract syntax error,
 * are noted in a struct per_diag.
 *
 * Open types, and strings without an upper bound below 64K, of 16384 octets (bits) and more come
 * and go in fragments (10.9.3.8). What came in more than one is put together in the arena; all the
 * rest is read where it is. Nothing else of S1AP may be so long: numbers are not, and every list
 * has an upper bound below 64K, so their lengths are refused from 16384 on. */
#ifndef CODEC_PER_H
#define CODEC_PER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "codec/wire.h"

struct arena;

/* A BIT STRING: n bits, the first in the highest bit of *p. */
struct bits {
	const uint8_t *p;
	uint32_t n;
};

enum per_kind {
	PER_NULL,
	PER_INTEGER,      /* lo to hi */
	PER_ENUMERATED,   /* root values, then those of the extension, in order */
	PER_BITS_UINT,    /* lo bits held as a number */
	PER_BITS,         /* lo to hi bits */
	PER_OCTETS_UINT,  /* lo octets held as a number */
	PER_OCTETS,       /* lo to hi octets */
	PER_STRING,       /* the same, printable */
	PER_SEQUENCE,     /* rows */
	PER_LIST,         /* lo to hi times `of` */
	PER_CONTAINERS,   /* lo to hi ProtocolIE-SingleContainers of id and criticality with `of` */
	PER_CHOICE,       /* rows */
	PER_IE_FIELD,     /* any one ProtocolIE-Field, kept as it is */
	PER_PROTOCOL_IES, /* ProtocolIE-Container of rows: a message's body */
	PER_CUSTOM,       /* by functions */
};

enum per_criticality { PER_REJECT, PER_IGNORE, PER_NOTIFY };
enum per_presence { PER_M, PER_O, PER_C, PER_EXTENSION /* a row of iE-Extensions */ };

enum { PER_ANY = UINT16_MAX + 1u /* no upper bound of a size */, PER_UNKNOWN = UINT8_MAX };

struct per_type;
struct per_rd;
struct per_wr;

struct per_row {
	const char *name;
	const struct per_type *type;
	uint16_t offset;
	uint16_t id; /* of a protocol or extension IE */
	uint8_t criticality, presence;
};

struct per_any; /* source of random values */

struct per_custom {
	void (*get)(struct per_rd *, void *);
	void (*put)(struct per_wr *, const void *);
	void (*show)(FILE *, const void *);
	void (*any)(struct per_any *, void *);
	bool (*equal)(const void *, const void *);
};

struct per_type {
	const char *name;
	uint8_t kind;
	bool extensible; /* has "..." */
	bool extensions; /* SEQUENCE: has iE-Extensions */
	bool have;       /* the C value begins with presence bits */
	bool is_signed;
	bool secret;         /* a key: never printed */
	uint8_t criticality; /* PER_CONTAINERS */
	uint16_t id;         /* PER_CONTAINERS */
	uint16_t n;          /* rows or names */
	uint16_t root;       /* of these, before the "..." */
	uint32_t size;       /* of the C value */
	int64_t lo;
	uint64_t hi;
	union {
		const struct per_row *rows;
		const struct per_type *of;
		const char *const *names;
		const struct per_custom *custom;
	};
};

struct per_list {
	void *v;
	uint32_t n;
};

struct per_ie_field {
	uint16_t id;
	uint8_t criticality;
	struct bytes value;
};

/* Abstract syntax errors (TS 36.413 10.3). Those of values deep in an IE name the innermost
 * protocol or extension IE. */
enum per_error {
	PER_NOT_UNDERSTOOD, /* unknown IE, or a value out of its logical range */
	PER_MISSING,        /* mandatory and absent */
	PER_REPEATED,       /* a second one of the same; the first counts */
	PER_OUT_OF_ORDER,   /* accepted all the same */
};
struct per_fault {
	uint16_t id;
	uint8_t criticality; /* as sent; of a missing one, as specified */
	uint8_t error;
};
enum { PER_MAX_FAULTS = 16 };
struct per_diag {
	bool syntax; /* transfer syntax error: nothing of the message may be used */
	uint8_t n;
	uint16_t total;    /* n plus those for which there was no room */
	const char *where; /* name of the row at fault, of a transfer syntax error */
	/* of all faults but those of order: */
	bool reject, notify, repeated;
	struct per_fault fault[PER_MAX_FAULTS];
};

/* Cursor for reading; positions are bits. Sticky: once bad, reads give 0. */
struct per_rd {
	const uint8_t *p;
	size_t pos, end, size; /* end: of the innermost open type; size: of p, in octets */
	struct arena *arena;   /* for lists and fragments; NULL: there are none */
	struct per_diag *diag; /* or NULL */
	const char *where;
	bool bad;
	bool alien; /* the value just read has a choice that we do not know */
	bool range; /* ... a value outside the logical range */
};

struct per_wr {
	uint8_t *p;
	size_t pos, end;
	const char *where; /* of the first thing that could not be encoded */
	bool incomplete;   /* mandatory IEs may be missing */
	bool bad, full;    /* full: for want of room */
};

struct per_any {
	uint64_t state; /* seed; not 0 */
	struct arena *arena;
	unsigned depth;
};

/* Whole values; out is t->size octets. Octet and bit strings point into the input or, where
 * fragments were put together, into the arena. */
void per_get(struct per_rd *, const struct per_type *t, void *out);
void per_put(struct per_wr *, const struct per_type *t, const void *in);
void per_show(FILE *, const struct per_type *t, const void *in);
bool per_equal(const struct per_type *t, const void *a, const void *b);
void per_make_any(struct per_any *, const struct per_type *t, void *out);
uint64_t per_random(struct per_any *, uint64_t below); /* 0 to below-1 */

struct per_rd per_rd_of(struct bytes, struct arena *, struct per_diag *);
struct per_wr per_wr_of(void *p, size_t n);
/* Octets written so far, the last one filled up with zero bits. */
size_t per_wr_octets(const struct per_wr *);

/* X.691 primitives. */
uint64_t per_get_bits(struct per_rd *, unsigned n);       /* n up to 64 */
uint64_t per_get_whole(struct per_rd *, uint64_t span);   /* 10.5: 0 to span */
uint64_t per_get_small(struct per_rd *);                  /* 10.6 */
size_t per_get_length(struct per_rd *);                   /* 10.9, unconstrained, below 16K */
const uint8_t *per_get_octets(struct per_rd *, size_t n); /* aligned; NULL once bad */
void per_get_align(struct per_rd *);
void per_put_bits(struct per_wr *, uint64_t v, unsigned n);
void per_put_whole(struct per_wr *, uint64_t v, uint64_t span);
void per_put_small(struct per_wr *, uint64_t v);
void per_put_length(struct per_wr *, size_t n);
void per_put_octets(struct per_wr *, const void *p, size_t n); /* aligned */
void per_put_align(struct per_wr *);
void per_refuse(struct per_wr *); /* the value cannot be encoded */

/* Octets (unit 8) or bits (unit 1) of any number, which is in front of them (10.9, unconstrained).
 * NULL once bad. */
const uint8_t *per_get_counted(struct per_rd *, unsigned unit, uint32_t *n);
void per_put_counted(struct per_wr *, unsigned unit, const void *p, size_t n);

/* Open types (10.2): what is between begin and end has a length in front of it. */
struct per_outer { /* where reading goes on after an open type, for per_get_close */
	const uint8_t *p;
	size_t pos, end, size;
};
struct per_outer per_get_open(struct per_rd *);
void per_get_close(struct per_rd *, const struct per_outer *);
void per_skip_open(struct per_rd *);
size_t per_put_open(struct per_wr *);
void per_put_close(struct per_wr *, size_t open);

void per_note(struct per_rd *, uint16_t id, uint8_t criticality, enum per_error);

#endif
