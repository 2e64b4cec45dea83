/* SPDX-License-Identifier: Apache-2.0 */
/* NAS security of EPS (TS 24.301 4.4, TS 33.401 8): one context, either side. The MME sends
 * downlink and receives uplink, a UE the reverse, so each call is told the direction. The counts
 * here are the next ones: what the sender will use, the lowest the receiver will accept; the COUNT
 * of the message just accepted is therefore the stored one less 1 (KeNB is derived from it). */
#ifndef SECURITY_NAS_SEC_H
#define SECURITY_NAS_SEC_H

#include "codec/nas_types.h" /* NAS_KSI_NONE */
#include "core/pool.h"
#include "security/eea.h"
#include "security/eia.h"

enum nas_direction { NAS_UPLINK = 0, NAS_DOWNLINK = 1 };

/* Security header type (24.301 9.3.1) */
enum nas_sec_header {
	NAS_SEC_PLAIN = 0,
	NAS_SEC_INTEGRITY = 1,
	NAS_SEC_CIPHERED = 2,
	NAS_SEC_INTEGRITY_NEW = 3,
	NAS_SEC_CIPHERED_NEW = 4,
	NAS_SEC_SERVICE_REQUEST = 12,
};

enum {

	NAS_SEC_HEADER_LEN = 6,  /* PD and header type, MAC, sequence number */
	NAS_COUNT_END = 1 << 24, /* a stored count that reached this is used up */
};

struct nas_security {
	bool valid;  /* keys derived, may be used */
	uint8_t ksi; /* eKSI 0 to 6, NAS_KSI_NONE */
	uint8_t eea, eia;
	uint8_t kasme[32];
	uint8_t knas_enc[16], knas_int[16];
	uint32_t ul_count, dl_count; /* next NAS COUNT, 24 bits */
};

/* Keys from kasme and the chosen algorithms (33.401 A.7), both counts to zero, valid. -EINVAL for
 * an algorithm that is not there or EIA0. */
int nas_security_derive(struct nas_security *, uint8_t eea, uint8_t eia);
/* The null algorithms, which protect nothing, with a key that nobody has: for emergency attaches without
 * authentication alone (33.401 15.2.2). eKSI is 0. */
void nas_security_null(struct nas_security *);
/* Zeroes keys and all else; ksi becomes NAS_KSI_NONE. */
void nas_security_wipe(struct nas_security *);
/* The highest-preferred algorithm that the UE has. caps is the EEA or EIA octet of the UE (security
 * or network) capability, most significant bit algorithm 0. Negative if none is common. For
 * integrity 0 is never chosen. */
int nas_select_eea(const uint8_t *preference, size_t n, uint8_t caps);
int nas_select_eia(const uint8_t *preference, size_t n, uint8_t caps);

/* Writes the protected message to w: header, MAC, sequence number and plain, ciphered if the header
 * type says so; takes and steps the direction's COUNT. 0; -EOVERFLOW when COUNT is used up
 * (authenticate again, 33.401 6.5); -EINVAL if the context is not valid or the header type not one
 * of 1 to 4; -ENOSPC if w has no room (COUNT not stepped). */
int nas_protect(struct nas_security *, enum nas_direction, enum nas_sec_header, struct bytes plain,
		struct wr *w);
/* Checks and opens a message with header type 1 to 4. COUNT is estimated from the sequence number,
 * the MAC compared in constant time, and only a message that passes moves the stored count. *plain
 * is in `a` where deciphered, else within msg. 0; -EBADMSG wrong MAC; -EALREADY MAC is right for a
 * COUNT already used (replay); -EOVERFLOW COUNT used up; -EINVAL not a protected message or context
 * not valid. */
int nas_unprotect(struct nas_security *, enum nas_direction, struct bytes msg, struct arena *a,
		  struct bytes *plain);
/* What is inside a message with header type 1 or 3, unchecked: for messages the MME must read
 * without a context (24.301 4.4.4.3) and for a UE that learns its algorithms from a Security Mode
 * Command. Of a ciphered or too short message, empty. */
struct bytes nas_inner_unchecked(struct bytes msg);

/* SERVICE REQUEST (24.301 8.2.25, 9.9.3.28): KSI with a 5-bit sequence number and the low half of a
 * MAC over the first two octets. Makes the 4 octets (UE); checks them (MME), errors as
 * nas_unprotect, and -ENOKEY if the KSI is another's. */
int nas_service_request(struct nas_security *, struct wr *w);
int nas_service_request_check(struct nas_security *, struct bytes msg);

/* KeNB of the last uplink message accepted or sent (33.401 A.3). */
void nas_kenb(const struct nas_security *, uint8_t kenb[32]);

#endif
