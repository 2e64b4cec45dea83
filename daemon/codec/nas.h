/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages of EPS (TS 24.301): struct nas_TAG for each message, made from nas_msgs.h, whose
 *first member `have` tells which IEs are there (HAS and SET of wire.h, tag nas_TAG):
 *
 *	struct nas_message m;
 *	int cause = nas_decode(&turn_arena, NAS_UP, plain, &m);
 *	if (!cause && m.type == NAS_ATTACH_REQUEST) {
 *		const struct nas_attach_request *req = m.body;
 *		if (HAS(req, nas_attach_request, t3324)) …
 *	}
 *
 *	struct nas_attach_reject rej = { .emm_cause = EMM_CAUSE_PLMN_NOT_ALLOWED, .t3346 = 600 };
 *	SET(&rej, nas_attach_reject, t3346);
 *	NAS_ENCODE(&w, attach_reject, &rej);
 *
 * Mandatory IEs need no SET. ESM structs also have ebi and pti. Ciphering and integrity are
 * security/nas_sec's, on what nas_header_decode gives. */
#ifndef CODEC_NAS_H
#define CODEC_NAS_H

#include <mcore/causes.h>

#include "codec/nas_msgs.h"
#include "codec/nas_types.h"

enum nas_pd { NAS_PD_ESM = 2, NAS_PD_EMM = 7 }; /* TS 24.007 11.2.3.1.1 */
enum nas_dir { NAS_UP = 1, NAS_DOWN = 2, NAS_BOTH = 3 };

/* Security header type (9.3.1) */
enum nas_sht {
	NAS_PLAIN = 0,
	NAS_INTEGRITY = 1,
	NAS_CIPHERED = 2,
	NAS_INTEGRITY_NEW = 3,   /* with a new EPS security context: SECURITY MODE COMMAND */
	NAS_CIPHERED_NEW = 4,    /* the same: SECURITY MODE COMPLETE */
	NAS_PARTLY_CIPHERED = 5, /* CONTROL PLANE SERVICE REQUEST */
	NAS_SHORT = 12,          /* SERVICE REQUEST */
};

/* The octets before the message. Offsets are those of what was decoded. */
struct nas_header {
	enum nas_pd pd;
	enum nas_sht security;
	uint32_t mac; /* of NAS_SHORT the 16 bits of the short MAC */
	uint8_t seq;  /* of NAS_SHORT 5 bits */
	uint8_t ksi;  /* of NAS_SHORT */
	/* What the MAC is computed over: sequence number and message; of NAS_SHORT the first two
	 * octets. Empty for NAS_PLAIN. */
	struct bytes covered;
	/* The message: ciphered where the security header says so. The whole of a plain one and of
	 * a NAS_SHORT. */
	struct bytes inner;
};
enum { NAS_HEADER_SIZE = 6 }; /* in front of a protected message */

/* 0, or -EBADMSG for what is to be ignored: too short, not EPS (TS 24.301 7.2, 7.3.2). Security
 * header types 13 to 15 are read as NAS_SHORT; unused ones are -EBADMSG. */
int nas_header_decode(struct bytes pdu, struct nas_header *);
/* Writes the header of a protected message; what follows is the caller's. mac may be filled in
 * afterwards at octet 1. For NAS_SHORT writes the whole SERVICE REQUEST (4 octets). */
void nas_header_encode(struct wr *, const struct nas_header *);

#define NAS_ENUM(tag, NAME, code, dir, clause) NAS_##NAME = code,
/* clang-format off */
enum nas_type {
	NAS_EMM_MESSAGES(NAS_ENUM)
	NAS_ESM_MESSAGES(NAS_ENUM)
	NAS_SERVICE_REQUEST = 0x100, /* has no message type on the wire */
};
/* clang-format on */

struct nas_def {
	const char *name, *clause;
	uint16_t type;
	uint8_t pd, dir;
	struct ie_table ies;
};

#define NAS_EMM_STRUCT(tag, NAME, code, dir, clause)                                               \
	enum { IES_##NAME(IE_BIT, nas_##tag) nas_##tag##_n };                                      \
	struct nas_##tag {                                                                         \
		uint64_t have;                                                                     \
		IES_##NAME(IE_MEMBER, nas_##tag)                                                   \
	};                                                                                         \
	extern const struct nas_def nas_##tag##_def;
#define NAS_ESM_STRUCT(tag, NAME, code, dir, clause)                                               \
	enum { IES_##NAME(IE_BIT, nas_##tag) nas_##tag##_n };                                      \
	struct nas_##tag {                                                                         \
		uint64_t have;                                                                     \
		uint8_t ebi, pti;                                                                  \
		IES_##NAME(IE_MEMBER, nas_##tag)                                                   \
	};                                                                                         \
	extern const struct nas_def nas_##tag##_def;
NAS_EMM_MESSAGES(NAS_EMM_STRUCT)
NAS_ESM_MESSAGES(NAS_ESM_STRUCT)
NAS_EMM_STRUCT(service_request, SERVICE_REQUEST, 0x100, UP, "8.2.25")

/* All messages, SERVICE REQUEST included. */
extern const struct nas_def *const nas_defs[];
extern const size_t nas_n_defs;

struct nas_message {
	const struct nas_def *def; /* NULL if the type is not known */
	uint16_t type;             /* enum nas_type, or the unknown number */
	bool esm;
	uint8_t ebi, pti; /* of ESM, also when a cause is returned */
	void *body;       /* struct nas_TAG of def, in the arena; points into the input */
	struct ie_fault fault;
};

/* Decodes a plain message (deciphered; no security header) travelling in direction dir. Returns 0;
 * an EMM or ESM cause to answer with (95 to 111 mean the same in both: TS 24.301 7.4, 7.5),
 * m->fault telling the IE; or -EBADMSG if it is to be ignored (too short, unknown protocol: 7.2).
 */
int nas_decode(struct arena *, enum nas_dir dir, struct bytes plain, struct nas_message *m);

/* Writes a plain message. 0, or -ENOSPC. */
int nas_encode(struct wr *, const struct nas_def *, const void *body);
/* The same with the body's type checked: NAS_ENCODE(&w, attach_accept, &accept) */
#define NAS_ENCODE(w, tag, message)                                                                \
	nas_encode(w, &nas_##tag##_def, 1 ? (message) : (const struct nas_##tag *)NULL)

/* The name of a message type in a direction ("attach_request"), or "unknown". */
const char *nas_type_name(enum nas_dir, uint16_t type);
/* One line without the newline: name, then member=value of all IEs that are there. */
void nas_show(FILE *, const struct nas_message *);

#endif
