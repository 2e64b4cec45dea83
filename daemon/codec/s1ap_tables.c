/* SPDX-License-Identifier: Apache-2.0 */
/* The S1AP tables, read for their rows: one struct per_type an IE or field, one struct s1ap_msg a
 * message, and the list of all messages. s1ap.h reads the same tables for the C types. */
#include "codec/s1ap.h"
#include "codec/s1ap_impl.h"

#define ROOT	   false
#define EXT	   true
#define ANY	   PER_ANY
#define REJECT	   PER_REJECT
#define IGNORE	   PER_IGNORE
#define NOTIFY	   PER_NOTIFY
#define INITIATING S1AP_INITIATING
#define SUCCESSFUL S1AP_SUCCESSFUL
#define UNSUCCESSFUL S1AP_UNSUCCESSFUL

/* Head of every type's initialiser. */
#define TYPE(asn, ctype, k)                                                                       \
	const struct per_type s1ap_##asn##_type = { .name = #asn, .kind = k, .size = sizeof(ctype)

#define INTEGER(type, ctype, from, to, ext)                                                        \
	TYPE(type, ctype, PER_INTEGER), .lo = from, .hi = (uint64_t)to, .extensible = ext,         \
					.is_signed = (ctype)-1 < (ctype)1 };
#define BITS_UINT(type, ctype, bits, ext)                                                          \
	_Static_assert(bits <= 8 * sizeof(ctype), #type " fits");                                  \
	TYPE(type, ctype, PER_BITS_UINT), .lo = bits, .hi = bits, .extensible = ext };
#define OCTETS_UINT(type, ctype, octets)                                                           \
	_Static_assert(octets <= sizeof(ctype), #type " fits");                                    \
	TYPE(type, ctype, PER_OCTETS_UINT), .lo = octets, .hi = octets };
#define SIZED(type, ctype, k, from, to, ext)                                                       \
	TYPE(type, ctype, k), .lo = from, .hi = to, .extensible = ext };
#define BITS(type, from, to, ext)   SIZED(type, struct bits, PER_BITS, from, to, ext)
#define OCTETS(type, from, to, ext) SIZED(type, struct bytes, PER_OCTETS, from, to, ext)
#define STRING(type, from, to, ext) SIZED(type, struct bytes, PER_STRING, from, to, ext)
#define SECRET_BITS(type, from, to, ext)                                                           \
	TYPE(type, struct bits, PER_BITS), .lo = from, .hi = to, .extensible = ext,                \
					   .secret = true };

#define VALUE_NAME(value) #value,
#define ENUMERATED(type, VALUES, in_root, ext)                                                     \
	static const char *const s1ap_##type##_names[] = { VALUES(VALUE_NAME) };                   \
	TYPE(type, uint8_t, PER_ENUMERATED), .names = s1ap_##type##_names,                         \
		.n = sizeof(s1ap_##type##_names) / sizeof(char *), .root = in_root,                \
		.extensible = ext };

#define OFFSET(S, member) offsetof(s1ap_##S##_t, member)
#define FIELD_ROW(S, member, pres, t)                                                              \
	{ .name = #member, .type = &s1ap_##t##_type, .offset = OFFSET(S, member),                  \
	  .presence = PER_##pres },
#define EXT_ROW(S, member, ie, crit, t)                                                            \
	{ .name = #member, .type = &s1ap_##t##_type, .offset = OFFSET(S, member), .id = ie,        \
	  .criticality = crit, .presence = PER_EXTENSION },
#define ALT_ROW(S, value, member, t)                                                               \
	{ .name = #member, .type = &s1ap_##t##_type, .offset = OFFSET(S, member) },

#define ROWS(type, ...)                                                                            \
	static const struct per_row s1ap_##type##_rows[] = { __VA_ARGS__ };
#define ROW_COUNT(type) sizeof(s1ap_##type##_rows) / sizeof(struct per_row)
#define SEQUENCE_OF_ROWS(type, FIELDS, bits, ext, ies)                                             \
	ROWS(type, FIELDS(FIELD_ROW, EXT_ROW, type))                                               \
	TYPE(type, s1ap_##type##_t, PER_SEQUENCE), .rows = s1ap_##type##_rows,                     \
		.n = ROW_COUNT(type), .have = bits, .extensible = ext, .extensions = ies };
#define PLAIN(type, FIELDS)		 SEQUENCE_OF_ROWS(type, FIELDS, false, true, true)
#define PLAIN_NO_EXT(type, FIELDS)	 SEQUENCE_OF_ROWS(type, FIELDS, false, false, true)
#define PLAIN_NO_IES(type, FIELDS)	 SEQUENCE_OF_ROWS(type, FIELDS, false, true, false)
#define SEQUENCE_AS(type, ctype, FIELDS) SEQUENCE_OF_ROWS(type, FIELDS, false, true, true)
#define SEQUENCE(type, FIELDS)                                                                     \
	_Static_assert(offsetof(struct s1ap_##type, have) == 0, "bits first");                     \
	SEQUENCE_OF_ROWS(type, FIELDS, true, true, true)
#define SEQUENCE_NO_EXT(type, FIELDS) SEQUENCE_OF_ROWS(type, FIELDS, true, false, true)

#define CHOICE(type, ALTERNATIVES, in_root, ext)                                                   \
	ROWS(type, ALTERNATIVES(ALT_ROW, type))                                                    \
	TYPE(type, s1ap_##type##_t, PER_CHOICE), .rows = s1ap_##type##_rows, .n = ROW_COUNT(type), \
		.root = in_root, .extensible = ext };

#define LIST(type, element, from, to)                                                              \
	TYPE(type, s1ap_##type##_t, PER_LIST), .of = &s1ap_##element##_type, .lo = from, .hi = to };
#define CONTAINERS(type, element, ie, crit, from, to)                                              \
	TYPE(type, s1ap_##type##_t, PER_CONTAINERS), .of = &s1ap_##element##_type, .id = ie,       \
		.criticality = crit, .lo = from, .hi = to };

#define IE_ROW(S, member, ie, crit, pres, t)                                                       \
	{ .name = #member, .type = &s1ap_##t##_type, .offset = offsetof(struct s1ap_##S, member),  \
	  .id = ie, .criticality = crit, .presence = PER_##pres },
#define MESSAGE(type, code, outcome, crit, IES)                                                    \
	ROWS(type, IES(IE_ROW, type))                                                              \
	_Static_assert(ROW_COUNT(type) <= 64, "one word of presence bits");                        \
	const struct s1ap_msg s1ap_##type##_msg = {                                                \
		.name = #type,                                                                     \
		.procedure = code,                                                                 \
		.choice = outcome,                                                                 \
		.criticality = crit,                                                               \
		.body = { .name = #type,                                                           \
			  .kind = PER_PROTOCOL_IES,                                                \
			  .size = sizeof(struct s1ap_##type),                                      \
			  .extensible = true,                                                      \
			  .have = true,                                                            \
			  .n = ROW_COUNT(type),                                                    \
			  .rows = s1ap_##type##_rows },                                            \
	};

#include "codec/s1ap_scalars.h"
#include "codec/s1ap_ies.h"
#include "codec/s1ap_ies_trace.h"
#include "codec/s1ap_ies_node.h"
#include "codec/s1ap_msgs.h"
#include "codec/s1ap_msgs_node.h"
#include "codec/s1ap_undef.h"

/* Once more, the messages alone: by procedure and outcome, and one after the other. */
#define PLAIN(...)
#define SEQUENCE(...)
#define CHOICE(...)
#define LIST(...)
#define CONTAINERS(...)
#define MESSAGE(type, code, outcome, crit, IES) [code][outcome] = &s1ap_##type##_msg,

const struct s1ap_msg *const s1ap_by_code[S1AP_PROCEDURES][3] = {
#include "codec/s1ap_msgs.h"
#include "codec/s1ap_msgs_node.h"
};
