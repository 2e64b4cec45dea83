/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP (TS 36.413): bytes to structs and back.
 *
 * Every message, IE and field is one line in a table: s1ap_scalars.h (numbers, enums, strings),
 * s1ap_ies*.h (sequences, choices, lists), s1ap_msgs.h and s1ap_msgs_node.h (messages). A line makes
 * the struct's member, its presence bit and the row by which daemon/codec/per.c works. Names are
 * those of the specification in lower case: message S1 SETUP REQUEST is struct
 * s1ap_s1_setup_request, its IE eNB Name the member enb_name of type s1ap_enb_name_t.
 *
 *	struct s1ap_downlink_nas_transport m = { 0 };
 *
 *	S1AP_SET(&m, mme_ue_s1ap_id, 7);
 *	S1AP_SET(&m, enb_ue_s1ap_id, 9);
 *	S1AP_SET(&m, nas_pdu, bytes_of(p, n));
 *	err = s1ap_encode(&s1ap_downlink_nas_transport_msg, &m, &w);
 *
 * and of a received one: if (m->has.s_tmsi) ... m->s_tmsi.m_tmsi. Every IE of a message has a bit,
 * mandatory ones too: they must be set before encoding, and after decoding they may be clear where
 * the sender left out a mandatory IE (pdu.diag tells). In a SEQUENCE only optional fields count.
 * Structs with neither optional fields nor known extensions have no `has`.
 *
 * Who owns what: a decoded body lives in the arena; its strings point into the received PDU, which
 * must outlive it. Numbers are in host order. */
#ifndef CODEC_S1AP_H
#define CODEC_S1AP_H

#include <netinet/in.h>

#include "codec/per.h"
#include "codec/s1ap_causes.h"
#include "mcore/ids.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "presence bits are bit-fields, whose first is bit 0 on little-endian machines alone"
#endif

/* Transport Layer Address, TS 36.413 9.2.2.1: IPv4, IPv6, or both. */
struct s1ap_transport_layer_address {
	bool has4, has6;
	struct in_addr v4;
	struct in6_addr v6;
};

/* 9.2.1.3; value is one of the enum of the group. */
struct s1ap_cause {
	uint8_t group; /* enum s1ap_cause_group */
	uint8_t value;
};

typedef struct s1ap_transport_layer_address s1ap_transport_layer_address_t;
typedef struct s1ap_cause s1ap_cause_t;
typedef plmn_t s1ap_plmn_t;
typedef struct per_ie_field s1ap_ie_field_t;
typedef uint8_t s1ap_null_t;
extern const struct per_type s1ap_transport_layer_address_type, s1ap_cause_type;
extern const struct per_type s1ap_plmn_type, s1ap_ie_field_type, s1ap_null_type;

/* The tables, read for their C types. s1ap_tables.c reads them again for their rows. */
#define S1AP_TYPE(name, ...)                                                                       \
	typedef __VA_ARGS__ s1ap_##name##_t;                                                       \
	extern const struct per_type s1ap_##name##_type;
#define INTEGER(name, ctype, ...)     S1AP_TYPE(name, ctype)
#define BITS_UINT(name, ctype, ...)   S1AP_TYPE(name, ctype)
#define OCTETS_UINT(name, ctype, ...) S1AP_TYPE(name, ctype)
#define BITS(name, ...)               S1AP_TYPE(name, struct bits)
#define SECRET_BITS(name, ...)        S1AP_TYPE(name, struct bits)
#define OCTETS(name, ...)             S1AP_TYPE(name, struct bytes)
#define STRING(name, ...)             S1AP_TYPE(name, struct bytes)
#define S1AP_VALUE(value)             value,
#define ENUMERATED(name, LIST, ...)                                                                \
	enum s1ap_##name{LIST(S1AP_VALUE)};                                                        \
	S1AP_TYPE(name, uint8_t)

#define S1AP_HAS(S, name, ...)                 uint64_t name : 1;
#define S1AP_FIELD(S, name, presence, type)    s1ap_##type##_t name;
#define S1AP_EXT(S, name, id, crit, type)      s1ap_##type##_t name;
#define S1AP_IE(S, name, id, crit, pres, type) s1ap_##type##_t name;
#define S1AP_ALT(S, value, name, type)         s1ap_##type##_t name;
#define S1AP_ALT_VALUE(S, value, name, type)   value,

#define PLAIN(name, FIELDS)                                                                        \
	struct s1ap_##name {                                                                       \
		FIELDS(S1AP_FIELD, S1AP_EXT, name)                                                 \
	};                                                                                         \
	S1AP_TYPE(name, struct s1ap_##name)
#define SEQUENCE(name, FIELDS)                                                                     \
	struct s1ap_##name {                                                                       \
		union {                                                                            \
			uint64_t have;                                                             \
			struct {                                                                   \
				FIELDS(S1AP_HAS, S1AP_HAS, name)                                   \
			} has;                                                                     \
		};                                                                                 \
		FIELDS(S1AP_FIELD, S1AP_EXT, name)                                                 \
	};                                                                                         \
	S1AP_TYPE(name, struct s1ap_##name)
#define SEQUENCE_NO_EXT(name, FIELDS)    SEQUENCE(name, FIELDS)
#define PLAIN_NO_EXT(name, FIELDS)       PLAIN(name, FIELDS)
#define PLAIN_NO_IES(name, FIELDS)       PLAIN(name, FIELDS)
#define SEQUENCE_AS(name, ctype, FIELDS) S1AP_TYPE(name, ctype)
#define CHOICE(name, LIST, ...)                                                                    \
	enum s1ap_##name##_choice{LIST(S1AP_ALT_VALUE, name)};                                     \
	struct s1ap_##name {                                                                       \
		uint8_t choice;                                                                    \
		union {                                                                            \
			LIST(S1AP_ALT, name)                                                       \
		};                                                                                 \
	};                                                                                         \
	S1AP_TYPE(name, struct s1ap_##name)
#define LIST(name, of, ...)                                                                        \
	struct s1ap_##name {                                                                       \
		s1ap_##of##_t *v;                                                                  \
		uint32_t n;                                                                        \
	};                                                                                         \
	S1AP_TYPE(name, struct s1ap_##name)
#define CONTAINERS(name, of, ...) LIST(name, of)
#define MESSAGE(name, procedure, choice, criticality, IES)                                         \
	struct s1ap_##name {                                                                       \
		union {                                                                            \
			uint64_t have;                                                             \
			struct {                                                                   \
				IES(S1AP_HAS, name)                                                \
			} has;                                                                     \
		};                                                                                 \
		IES(S1AP_IE, name)                                                                 \
	};                                                                                         \
	extern const struct s1ap_msg s1ap_##name##_msg;

#include "codec/s1ap_scalars.h"
#include "codec/s1ap_ies.h"
#include "codec/s1ap_ies_trace.h"
#include "codec/s1ap_ies_node.h"
#include "codec/s1ap_msgs.h"
#include "codec/s1ap_msgs_node.h"
#include "codec/s1ap_undef.h"

/* Sets an IE or optional field together with its presence bit; the value may hold commas. */
#define S1AP_SET(m, name, ...) ((m)->has.name = 1, (void)((m)->name = (__VA_ARGS__)))

/* Sets a rate in bit/s that has an extension, extended_NAME (9.2.1.18, 9.2.1.20): above what a Bit
 * Rate (9.2.1.19) can say, that is at its maximum and an Extended Bit Rate is beside it, which may
 * be at its maximum, too. Evaluates rate three times. */
#define S1AP_SET_RATE(m, name, rate)                                                               \
	((m)->name = s1ap_at_most(rate, &s1ap_bit_rate_type),                                      \
	 (m)->extended_##name = s1ap_at_most(rate, &s1ap_extended_bit_rate_type),                  \
	 (void)((m)->has.extended_##name = (rate) > (m)->name))
/* Such a rate as it was received: where the extension is there, it counts. */
#define S1AP_RATE(m, name) ((m)->has.extended_##name ? (m)->extended_##name : (m)->name)

static inline uint64_t s1ap_at_most(uint64_t n, const struct per_type *t)
{
	return n < t->hi ? n : t->hi;
}

enum s1ap_choice { S1AP_INITIATING, S1AP_SUCCESSFUL, S1AP_UNSUCCESSFUL };

struct s1ap_msg {
	const char *name;
	uint8_t procedure;   /* procedure code */
	uint8_t choice;      /* enum s1ap_choice */
	uint8_t criticality; /* of the procedure, enum per_criticality */
	struct per_type body;
};

/* What was received. */
struct s1ap_pdu {
	enum s1ap_choice choice;
	uint8_t procedure;
	uint8_t criticality;        /* as sent */
	const struct s1ap_msg *msg; /* NULL: no such message (TS 36.413 10.3.4.1) */
	void *body;                 /* struct s1ap_NAME of msg; NULL without msg */
	struct per_diag diag;       /* what clause 10 must be applied to */
};

/* 0: body is there, diag.n tells of abstract syntax errors (IEs at fault are left out of the body,
 * but for those out of order). -EBADMSG: transfer syntax error (10.2); of out, choice, procedure,
 * criticality and msg are valid as far as they could be read (msg NULL otherwise). -ENOMSG: unknown
 * procedure or message. */
int s1ap_decode(struct arena *, struct bytes pdu, struct s1ap_pdu *out);

/* Appends the PDU to w. 0, -ENOSPC for want of room, or -EINVAL where a mandatory IE is not set or
 * a value is outside its constraint, with *where (if not NULL) the name of the row. */
int s1ap_encode_where(const struct s1ap_msg *, const void *body, struct wr *, const char **where);
static inline int s1ap_encode(const struct s1ap_msg *msg, const void *body, struct wr *w)
{
	return s1ap_encode_where(msg, body, w, NULL);
}
/* The same of a message that may lack mandatory IEs: for those who test a receiver. */
int s1ap_encode_incomplete(const struct s1ap_msg *, const void *body, struct wr *);

/* What clause 10.3 asks of the receiver for the worst of diag's faults. Repeated IEs make a falsely
 * constructed message, which is rejected. */
enum s1ap_verdict { S1AP_CONTINUE, S1AP_CONTINUE_AND_NOTIFY, S1AP_REJECT_PROCEDURE };
enum s1ap_verdict s1ap_judge(const struct s1ap_pdu *);
/* The protocol cause that goes with it. */
struct s1ap_cause s1ap_judge_cause(const struct s1ap_pdu *);
/* Criticality Diagnostics (9.2.1.21) about pdu; the list is in the arena. */
struct s1ap_criticality_diagnostics s1ap_diagnose(struct arena *, const struct s1ap_pdu *);

/* The octets of an IE's value as they are in a PDU that was decoded, or in the arena where fragments
 * had to be put together; none if it is not there. And a message made of one such IE: what a node
 * only passes on (8.15) keeps what later releases put in. */
struct bytes s1ap_raw_ie(struct arena *, struct bytes pdu, uint16_t id);
int s1ap_encode_raw(const struct s1ap_msg *, uint16_t id, struct bytes value, struct wr *);
/* An IE of a decoded or made-up body by its id, NULL if the message has none or it is not present. */
void *s1ap_ie(const struct s1ap_msg *, void *body, uint16_t id);
/* The same whether present or not, and marked as present. */
void *s1ap_ie_set(const struct s1ap_msg *, void *body, uint16_t id);

const struct s1ap_msg *s1ap_msg_find(uint8_t procedure, enum s1ap_choice);
/* All messages: start with NULL. */
const struct s1ap_msg *s1ap_msg_next(const struct s1ap_msg *);

/* One line, no newline at its end; peers' strings are escaped. */
void s1ap_show(FILE *, const struct s1ap_msg *, const void *body);
bool s1ap_equal(const struct s1ap_msg *, const void *a, const void *b);
/* A random legal body in the arena, the same for the same seed. */
void *s1ap_any(struct arena *, const struct s1ap_msg *, uint64_t seed);

/* "radio: user-inactivity"; static text. */
const char *s1ap_cause_text(struct s1ap_cause);
/* An eNB ID's number and its length: 20, 28, 18 or 21 bits. */
uint32_t s1ap_enb_id_number(const struct s1ap_enb_id *, unsigned *bits);

#endif
