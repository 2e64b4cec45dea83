/* SPDX-License-Identifier: Apache-2.0 */
/* Access rules as text, and whom they fit: see rule.h. */
#include "mme/rule.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <mcore/causes.h>

static const struct rule_cause causes[] = {
	{EMM_CAUSE_ILLEGAL_UE, true, false,
	 "its USIM is invalid until it is switched off or the USIM taken out"},
	{EMM_CAUSE_ILLEGAL_ME, true, false,
	 "its USIM is invalid until it is switched off or the USIM taken out"},
	{EMM_CAUSE_EPS_NOT_ALLOWED, true, false,
	 "its USIM is invalid for EPS until it is switched off or the USIM taken out"},
	{EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED, true, false,
	 "its USIM is invalid until it is switched off or the USIM taken out"},
	{EMM_CAUSE_PLMN_NOT_ALLOWED, true, false,
	 "the network is on its USIM's list of forbidden PLMNs, over power-off, until it is chosen "
	 "by "
	 "hand"},
	{EMM_CAUSE_TA_NOT_ALLOWED, false, false,
	 "it avoids the tracking area for 12 to 24 hours or until it is switched off"},
	{EMM_CAUSE_ROAMING_NOT_ALLOWED_IN_TA, false, true,
	 "it looks for another network, and avoids the tracking area for 12 to 24 hours or until "
	 "it is "
	 "switched off"},
	{EMM_CAUSE_EPS_NOT_ALLOWED_IN_PLMN, true, false,
	 "it avoids the network until it is switched off or the USIM taken out"},
	{EMM_CAUSE_NO_SUITABLE_CELLS, false, true,
	 "it looks for another tracking area of the network, and avoids this one for 12 to 24 "
	 "hours or "
	 "until it is switched off"},
	{EMM_CAUSE_NETWORK_FAILURE, false, true, "it tries again: five times, then after T3402"},
	{EMM_CAUSE_CONGESTION, false, true, "it tries again after T3346"},
};

const struct rule_cause *rule_cause(uint8_t cause)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (causes[i].cause == cause)
			return &causes[i];
	return NULL;
}

/* ---- reading ---- */

static bool digits(const char *s, size_t n, size_t most)
{
	return n && n <= most && strspn(s, "0123456789") >= n;
}

static const char *read_digits(const char *v, struct rule_digits *d, size_t most)
{
	static const char expected[] =
		"expected digits, or a range of equally many such as 100-199";
	size_t n = strcspn(v, "-");
	const char *last = v[n] ? v + n + 1 : v;

	if (!digits(v, n, most) || strlen(last) < n || !digits(last, n, most) ||
	    (last != v && last[n]) || strncmp(last, v, n) < 0)
		return expected;
	d->n = (uint8_t)n;
	memcpy(d->first, v, n);
	memcpy(d->last, last, n);
	d->first[n] = d->last[n] = 0;
	return NULL;
}

static const char *read_tac(const char *v, struct access_rule *r)
{
	char *end;
	unsigned long first = strtoul(v, &end, 0), last = first;

	if (end != v && *end == '-' && end[1] >= '0' && end[1] <= '9')
		last = strtoul(end + 1, &end, 0);
	if (end == v || *end || last < first || last > 0xffff || *v < '0' || *v > '9')
		return "expected a TAC or a range of TACs, such as 7 or 0x10-0x1f";
	r->has_tac = true;
	r->tac_first = (uint16_t)first;
	r->tac_last = (uint16_t)last;
	return NULL;
}

static const char *read_plmn(const char *v, struct access_rule *r)
{
	return plmn_parse(v, &r->plmn) ? NULL : "expected a PLMN such as 00101";
}

static const char *read_imsi(const char *v, struct access_rule *r)
{
	return read_digits(v, &r->imsi, 15);
}

static const char *read_imeisv(const char *v, struct access_rule *r)
{
	return read_digits(v, &r->imeisv, 16);
}

static const char *read_access(const char *v, struct access_rule *r)
{
	size_t n = strlen(v);

	if (!n || n >= sizeof(r->access))
		return "expected a word of up to 15 characters";
	for (size_t i = 0; i < n; i++) /* rules are stored in lines of words */
		if (!isgraph((unsigned char)v[i]) || strchr("\"',\\", v[i]))
			return "expected a word without quotes, commas and control characters";
	memcpy(r->access, v, n + 1);
	return NULL;
}

static const char *read_cause(const char *v, struct access_rule *r)
{
	char *end;
	unsigned long n = strtoul(v, &end, 10);

	if (end == v || *end || n > 255 || !rule_cause((uint8_t)n))
		return "expected one of 3, 6, 7, 8, 11, 12, 13, 14, 15, 17, 22";
	r->cause = (uint8_t)n;
	return NULL;
}

static const struct {
	const char *word;
	const char *(*read)(const char *value, struct access_rule *);
} words[] = {
	{"plmn", read_plmn},     {"tac", read_tac},       {"imsi", read_imsi},
	{"imeisv", read_imeisv}, {"access", read_access}, {"cause", read_cause},
};

static uint8_t usual_cause(const struct access_rule *r)
{
	return r->has_tac && r->roamers                   ? EMM_CAUSE_ROAMING_NOT_ALLOWED_IN_TA
	       : r->has_tac                               ? EMM_CAUSE_TA_NOT_ALLOWED
	       : r->imsi.n || r->imeisv.n || r->access[0] ? EMM_CAUSE_NO_SUITABLE_CELLS
	       : r->plmn || r->roamers                    ? EMM_CAUSE_PLMN_NOT_ALLOWED
							  : EMM_CAUSE_NO_SUITABLE_CELLS;
}

/* The next word into buf; false at the end. */
static bool next_word(const char **at, char buf[48])
{
	size_t n;

	*at += strspn(*at, " \t");
	n = strcspn(*at, " \t");
	snprintf(buf, 48, "%.*s", (int)(n < 47 ? n : 47), *at);
	*at += n;
	return n;
}

static const char *read_word(const char *word, const char **at, struct access_rule *r)
{
	static char error[160];
	char value[48];
	const char *wrong;

	if (!strcmp(word, "roamers")) {
		r->roamers = true;
		return NULL;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		wrong = next_word(at, value) ? words[i].read(value, r) : "a value is missing";
		if (wrong)
			snprintf(error, sizeof(error), "%s: %s", word, wrong);
		return wrong ? error : NULL;
	}
	snprintf(error, sizeof(error),
		 "what is '%.40s'? Expected plmn, tac, imsi, imeisv, access, roamers or cause",
		 word);
	return error;
}

const char *rule_parse(const char *text, struct access_rule *out)
{
	struct access_rule r = {0};
	char word[48], printed[RULE_TEXT_MAX];
	const char *wrong;

	if (!next_word(&text, word) || (strcmp(word, "deny") != 0 && strcmp(word, "allow") != 0))
		return "a rule begins with deny or allow";
	r.deny = *word == 'd';
	while (next_word(&text, word))
		if ((wrong = read_word(word, &text, &r)))
			return wrong;
	if (r.cause && !r.deny)
		return "cause: only who is denied is told one";
	if (r.deny && !r.cause)
		r.cause = usual_cause(&r);
	if (strlen(rule_print(&r, printed)) >= RULE_TEXT_MAX - 1)
		return "the rule is too long";
	*out = r;
	return NULL;
}

/* ---- printing ---- */

static void add(char buf[RULE_TEXT_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add(char buf[RULE_TEXT_MAX], const char *fmt, ...)
{
	size_t n = strlen(buf);
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf + n, RULE_TEXT_MAX - n, fmt, args);
	va_end(args);
}

static void add_digits(char buf[RULE_TEXT_MAX], const char *word, const struct rule_digits *d)
{
	if (d->n)
		add(buf, " %s %s", word, d->first);
	if (d->n && strcmp(d->first, d->last) != 0)
		add(buf, "-%s", d->last);
}

const char *rule_print(const struct access_rule *r, char buf[RULE_TEXT_MAX])
{
	buf[0] = 0;
	add(buf, "%s", r->deny ? "deny" : "allow");
	if (r->plmn)
		add(buf, " plmn %s", plmn_print(r->plmn, (char[PLMN_STRLEN]){0}));
	if (r->has_tac)
		add(buf, " tac %u", r->tac_first);
	if (r->has_tac && r->tac_last != r->tac_first)
		add(buf, "-%u", r->tac_last);
	add_digits(buf, "imsi", &r->imsi);
	add_digits(buf, "imeisv", &r->imeisv);
	if (r->access[0])
		add(buf, " access %s", r->access);
	if (r->roamers)
		add(buf, " roamers");
	if (r->deny)
		add(buf, " cause %u", r->cause);
	return buf;
}

bool rule_equal(const struct access_rule *a, const struct access_rule *b)
{
	char left[RULE_TEXT_MAX], right[RULE_TEXT_MAX];

	return !strcmp(rule_print(a, left), rule_print(b, right));
}

/* ---- matching ---- */

/* A subject's digits that are fewer than the rule's, or not known, fit no rule about them. */
static bool fits(const struct rule_digits *d, const char *of)
{
	return !d->n || (strlen(of) >= d->n && strncmp(of, d->first, d->n) >= 0 &&
			 strncmp(of, d->last, d->n) <= 0);
}

enum rule_fit rule_match(const struct access_rule *r, const struct access_subject *s)
{
	char imsi[IMSI_STRLEN];

	if ((r->plmn && r->plmn != s->tai.plmn) || (r->roamers && !s->roamer) ||
	    (r->has_tac && (s->tai.tac < r->tac_first || s->tai.tac > r->tac_last)) ||
	    (r->imsi.n && !fits(&r->imsi, imsi_print(s->imsi, imsi))) ||
	    !fits(&r->imeisv, s->imeisv))
		return RULE_NO;
	if (!r->access[0])
		return RULE_YES;
	return !s->access ? RULE_UNDECIDED : strcasecmp(r->access, s->access) ? RULE_NO : RULE_YES;
}
