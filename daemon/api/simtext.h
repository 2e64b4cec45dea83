/* SPDX-License-Identifier: Apache-2.0 */
/* A SIM from words, as a JSON object, a line of CSV or mcorectl give them: KEY VALUE pairs. Private
 * to api/. Messages name the offending word and what was expected, and never a key's value. */
#ifndef API_SIMTEXT_H
#define API_SIMTEXT_H

#include "store/store.h"

struct simtext {
	struct subscriber sim;
	uint8_t op[32];
	uint8_t op_len;
	bool has_imsi, has_k, has_opc, has_algorithm;
	char error[320];
};

enum { SIMTEXT_WORDS_MAX = 16 };

/* The word's number for simtext_set, or -1: imsi k opc op amf msisdn profile algorithm blocked
 * access routes ue4 (ip) ue6 (ip6). */
int simtext_word(const char *word, size_t n);
/* Takes one value: false with the reason in t->error. "" of an optional one leaves it out. */
bool simtext_set(struct simtext *, int word, const char *value, size_t n);
/* All values of a JSON object; numbers are taken as their digits, null as "". */
bool simtext_json(struct simtext *, const char *text, size_t n);
/* Everything that is needed is there and fits together; OPc is computed from OP. For a new SIM, or
 * one that was read from the store into t->sim and is changed. */
bool simtext_finish(struct simtext *, bool is_new);

#endif
