/* SPDX-License-Identifier: Apache-2.0 */
/* One access rule: whom it is about, and whether they may come in. As text, in the configuration, in
 * the store and to mcorectl, words in any order after the first:
 *
 *	deny|allow [plmn PLMN] [tac N[-M]] [imsi DIGITS[-DIGITS]] [imeisv DIGITS[-DIGITS]]
 *	           [access WORD] [roamers] [cause N]
 *
 * plmn and tac are of the cell; digits are a prefix, or a range of as many digits each; access is the
 * word the SIM has in the HSS; roamers are those whose IMSI is of no network that is served here. All
 * that is given must fit. Pure functions; access.c has the list and acts by it. */
#ifndef MME_RULE_H
#define MME_RULE_H

#include <mcore/ids.h>

enum { RULE_WORD_MAX = 16, RULE_TEXT_MAX = 104 };

struct rule_digits { /* n 0: any */
	uint8_t n;
	char first[IMSI_STRLEN + 1], last[IMSI_STRLEN + 1];
};

struct access_rule {
	bool deny, roamers, has_tac;
	uint8_t cause; /* EMM; 0 where allowed */
	plmn_t plmn;   /* 0: any */
	uint16_t tac_first, tac_last;
	struct rule_digits imsi, imeisv;
	char access[RULE_WORD_MAX];
	uint64_t hits;
};

/* Whom a rule is held against. */
struct access_subject {
	imsi_t imsi;
	const char *imeisv; /* "" while it is not known */
	const char *access; /* NULL while it is not known */
	struct tai tai;
	bool roamer;
};

/* Reads a rule, with the cause that fits it if none is named: 13 for roamers in an area, 12 for an
 * area, 11 for a network or roamers at large, else 15. NULL, or what is wrong, valid until the next
 * call. */
const char *rule_parse(const char *text, struct access_rule *out);
const char *rule_print(const struct access_rule *, char buf[RULE_TEXT_MAX]);
bool rule_equal(const struct access_rule *, const struct access_rule *);

enum rule_fit { RULE_NO, RULE_YES, RULE_UNDECIDED /* the subject's access word is not known yet */ };
enum rule_fit rule_match(const struct access_rule *, const struct access_subject *);

/* What a device does that is told an EMM cause (TS 24.301 5.5.1.2.5, 5.5.3.2.5, 5.6.1.5); NULL for one
 * that is no choice here. */
struct rule_cause {
	uint8_t cause;
	bool lasting; /* it does not come back by itself when the rule is gone */
	bool stays;   /* it stays registered: what it has here is kept */
	const char *device;
};
const struct rule_cause *rule_cause(uint8_t cause);

#endif
