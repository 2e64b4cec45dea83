/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as tables of information elements. One X-macro line an IE,
 *
 *	IE(S, member, iei, presence, format, min, max, type)
 *
 * gives the member of the message's struct, its presence bit, and the row by which the engine
 * decodes, encodes, compares, shows and makes random messages. presence, format, min and max are
 * those of the message's table in the specification: lengths are octets of the whole IE, identifier
 * and length field included; max 0 stands for the specification's "n". A value is converted by its
 * type's functions. Formats are those of TS 24.007 11.2.1.1; two half octets (LO, HI) share an
 * octet, a LO without a HI after it has a spare half.
 *
 * Decoded octet strings point into the input, which must outlive the message. The engine keeps no
 * state and, except for any(), allocates nothing. */
#ifndef CODEC_IE_H
#define CODEC_IE_H

#include <stdio.h>

#include "codec/wire.h"

struct arena;

enum ie_presence { IE_M, IE_O, IE_C };
enum ie_format { IE_LO, IE_HI, IE_V, IE_LV, IE_LVE, IE_TV1, IE_TV, IE_TLV, IE_TLVE };

/* For making random legal values: octets wanted, where pointers may point to. */
struct ie_any {
	uint64_t seed;
	size_t min, max;
	struct arena *arena;
};
uint64_t ie_random(struct ie_any *, uint64_t below); /* 0 to below-1; any number if below is 0 */
void ie_any_octets(struct ie_any *, uint8_t *out, size_t n);
void ie_show_hex(FILE *, const uint8_t *, size_t n);

struct ie_type {
	const char *name;
	size_t size;
	/* Reads all of the value's octets it knows; sets `bad` if they are not a legal value. */
	void (*get)(struct rd *, void *);
	void (*put)(struct wr *, const void *);
	void (*show)(FILE *, const void *);
	void (*any)(struct ie_any *, void *);
	/* NULL: equal if put gives equal octets */
	bool (*equal)(const void *, const void *);
};

struct ie_row {
	const char *name;
	uint8_t iei, presence, format;
	uint32_t min, max;
	uint16_t offset;
	const struct ie_type *type;
};

struct ie_table {
	const char *name;
	size_t size; /* of the struct, whose first member is uint64_t have */
	uint16_t n;
	const struct ie_row *row;
};

/* What is wrong with a message: the row at fault, or NULL with the identifier of an unknown IE. */
struct ie_fault {
	const struct ie_row *row;
	uint8_t iei;
};

/* 0, or an EMM/ESM cause: 96 with *fault filled in (TS 24.301 7.5). Unknown optional IEs and those
 * that do not parse count as absent, the first of repeated ones is used (7.6, 7.7). */
int ie_decode(const struct ie_table *, struct rd *, void *out, struct ie_fault *fault);
/* Mandatory IEs are written whatever their bit. 0; -EINVAL if a value's length is not one that the
 * table allows; -ENOSPC if a value cannot be coded or the buffer is full. Not 0 leaves w->bad set.
 */
int ie_encode(const struct ie_table *, struct wr *, const void *in);
bool ie_equal(const struct ie_table *, const void *a, const void *b);
void ie_show(const struct ie_table *, FILE *, const void *);
void ie_make_any(const struct ie_table *, struct ie_any *, void *out);

/* Of an X-macro list */
#define IE_MEMBER(S, member, iei, presence, format, min, max, type) nas_##type##_t member;
#define IE_BIT(S, member, iei, presence, format, min, max, type)    S##_##member,
#define IE_ROW(S, member, iei, presence, format, min, max, type)                                   \
	{#member,         iei, IE_##presence, IE_##format, min, max, offsetof(struct S, member),   \
	 &nas_type_##type},

#endif
