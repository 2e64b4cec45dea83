/* SPDX-License-Identifier: Apache-2.0 */
/* One row a word, with the function that reads its value. Lengths of keys tell MILENAGE (OPc of 16
 * octets) from TUAK (TOPc of 32) where `algorithm` does not. */
#include "api/simtext.h"

#include <arpa/inet.h>
#include <string.h>
#include <jansson.h>
#include "hss/hss.h"
#include "security/crypto.h"
#include "security/milenage.h"
#include "security/tuak.h"

struct word {
	const char *word;
	bool (*read)(struct simtext *, const char *value); /* value is not "" */
	void (*clear)(struct simtext *);                   /* NULL: "" is a mistake */
	const char *expected;
};

static bool hex(const char *s, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < 2 * n; i++) {
		char c = s[i];
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
							: 16;

		if (digit > 15)
			return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] * 16u + digit : digit);
	}
	return !s[2 * n];
}

/* 32 or 64 hex digits. */
static bool hex_key(const char *s, uint8_t out[32], uint8_t *len)
{
	size_t n = strlen(s) / 2;

	if ((n != 16 && n != 32) || !hex(s, out, n))
		return false;
	memset(out + n, 0, 32 - n);
	*len = (uint8_t)n;
	return true;
}

static bool read_imsi(struct simtext *t, const char *v)
{
	t->has_imsi = imsi_parse(v, &t->sim.imsi);
	return t->has_imsi;
}

static bool read_k(struct simtext *t, const char *v)
{
	t->has_k = hex_key(v, t->sim.k, &t->sim.k_len);
	return t->has_k;
}

static bool read_opc(struct simtext *t, const char *v)
{
	t->has_opc = hex_key(v, t->sim.opc, &t->sim.opc_len);
	return t->has_opc;
}

static bool read_op(struct simtext *t, const char *v) { return hex_key(v, t->op, &t->op_len); }

static bool read_amf(struct simtext *t, const char *v) { return hex(v, t->sim.amf, 2); }

static bool read_msisdn(struct simtext *t, const char *v)
{
	size_t n;

	v += *v == '+';
	n = strspn(v, "0123456789");
	if (v[n] || !n || n > 15)
		return false;
	memcpy(t->sim.msisdn, v, n + 1);
	return true;
}

static bool read_profile(struct simtext *t, const char *v)
{
	if (strlen(v) >= sizeof t->sim.profile || !hss_profile(v))
		return false;
	memcpy(t->sim.profile, v, strlen(v) + 1);
	return true;
}

static bool read_algorithm(struct simtext *t, const char *v)
{
	t->has_algorithm = true;
	t->sim.algorithm = !strcmp(v, "tuak") ? ALG_TUAK : ALG_MILENAGE;
	return !strcmp(v, "tuak") || !strcmp(v, "milenage");
}

static bool read_blocked(struct simtext *t, const char *v)
{
	static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};

	for (unsigned i = 0; i < 6; i++) {
		if (!strcmp(v, words[i])) {
			t->sim.blocked = i & 1;
			return true;
		}
	}
	return false;
}

/* A word of access rules (mme/rule.h), and two that the HSS acts by: no-roaming, no-lte. */
static bool read_access(struct simtext *t, const char *v)
{
	size_t n = strlen(v);

	if (n >= sizeof t->sim.access || v[strcspn(v, " \t,\"'")])
		return false;
	memcpy(t->sim.access, v, n + 1);
	return true;
}

static bool read_usage_type(struct simtext *t, const char *v)
{
	char *end;
	unsigned long n = strtoul(v, &end, 10);

	t->sim.has_usage_type = *v >= '0' && *v <= '9' && !*end && n <= UINT8_MAX;
	t->sim.usage_type = (uint8_t)n;
	return t->sim.has_usage_type;
}

static bool read_ue4(struct simtext *t, const char *v)
{
	t->sim.has_ue4 = inet_pton(AF_INET, v, &t->sim.ue4) == 1 && t->sim.ue4.s_addr;
	return t->sim.has_ue4;
}

/* Networks behind the device (framed routes), as core/prefix.h has them. */
static bool read_routes(struct simtext *t, const char *v)
{
	struct prefix route[PREFIXES_MAX];
	const char *wrong;
	unsigned n = prefixes_read(v, route, &wrong);

	return n && prefixes_print(route, n, t->sim.routes);
}

/* A /64, with or without saying so. */
static bool read_ue6(struct simtext *t, const char *v)
{
	static const uint8_t none[8];
	char address[INET6_ADDRSTRLEN];
	size_t n = strcspn(v, "/");

	if (n >= sizeof address || (v[n] && strcmp(v + n, "/64")))
		return false;
	memcpy(address, v, n);
	address[n] = 0;
	t->sim.has_ue6 = inet_pton(AF_INET6, address, &t->sim.ue6) == 1 &&
			 !memcmp(t->sim.ue6.s6_addr + 8, none, 8) &&
			 memcmp(t->sim.ue6.s6_addr, none, 8);
	return t->sim.has_ue6;
}

static void clear_nothing(struct simtext *t) { (void)t; }
static void clear_msisdn(struct simtext *t) { t->sim.msisdn[0] = 0; }
static void clear_profile(struct simtext *t) { t->sim.profile[0] = 0; }

static void clear_access(struct simtext *t) { t->sim.access[0] = 0; }
static void clear_usage_type(struct simtext *t) { t->sim.has_usage_type = false; }

static void clear_routes(struct simtext *t) { t->sim.routes[0] = 0; }

static void clear_ue4(struct simtext *t)
{
	t->sim.has_ue4 = false;
	t->sim.ue4.s_addr = 0;
}

static void clear_ue6(struct simtext *t)
{
	t->sim.has_ue6 = false;
	t->sim.ue6 = in6addr_any;
}

static const char ip4[] = "an IPv4 address", ip6[] = "an IPv6 /64 such as 2001:db8:1:2::";

static const struct word words[] = {
	{"imsi", read_imsi, NULL, "6 to 15 digits"},
	{"k", read_k, NULL, "32 hex digits (or 64, TUAK)"},
	{"opc", read_opc, clear_nothing, "32 hex digits (64 for TUAK's TOPc)"},
	{"op", read_op, clear_nothing, "32 hex digits (64 for TUAK's TOP)"},
	{"amf", read_amf, clear_nothing, "4 hex digits"},
	{"msisdn", read_msisdn, clear_msisdn, "up to 15 digits"},
	{"profile", read_profile, clear_profile, "a profile of mcored's configuration"},
	{"algorithm", read_algorithm, clear_nothing, "milenage or tuak"},
	{"blocked", read_blocked, clear_nothing, "yes or no"},
	{"access", read_access, clear_access, "a word of up to 15 characters"},
	{"usage_type", read_usage_type, clear_usage_type, "a UE Usage Type, 0 to 255"},
	{"routes", read_routes, clear_routes,
	 "up to 8 prefixes without host bits, apart from each other, such as "
	 "192.0.2.0/24,2001:db8:b::/48"},
	{"ue4", read_ue4, clear_ue4, ip4},
	{"ue6", read_ue6, clear_ue6, ip6},
	{"ip", read_ue4, clear_ue4, ip4},
	{"ip6", read_ue6, clear_ue6, ip6},
};

_Static_assert(sizeof words / sizeof *words <= SIMTEXT_WORDS_MAX, "see simtext.h");

int simtext_word(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].word) == n && !strncasecmp(words[i].word, word, n))
			return (int)i;
	return -1;
}

static bool is_secret(const char *word)
{
	return !strcmp(word, "k") || !strcmp(word, "opc") || !strcmp(word, "op");
}

bool simtext_set(struct simtext *t, int word, const char *value, size_t n)
{
	const struct word *w = &words[word];
	char text[PREFIXES_STRLEN + 32];
	bool ok;

	if (n < sizeof text) {
		memcpy(text, value, n);
		text[n] = 0;
		if (!n && w->clear) {
			w->clear(t);
			return true;
		}
		ok = w->read(t, text);
		if (!ok && is_secret(w->word))
			snprintf(t->error, sizeof t->error, "%s: expected %s", w->word,
				 w->expected);
		else if (!ok)
			snprintf(t->error, sizeof t->error, "%s: expected %s, not '%s'", w->word,
				 w->expected, text);
		if (is_secret(w->word))
			crypto_wipe(text, sizeof text);
		return ok;
	}
	snprintf(t->error, sizeof t->error, "%s: expected %s", w->word, w->expected);
	return false;
}

static bool set_json(struct simtext *t, const char *key, const json_t *value)
{
	int word = simtext_word(key, strlen(key));
	char digits[24];

	if (word < 0) {
		snprintf(t->error, sizeof t->error, "what is '%.40s'?", key);
		return false;
	}
	switch (json_typeof(value)) {
	case JSON_STRING:
		return simtext_set(t, word, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return simtext_set(t, word, digits, strlen(digits));
	case JSON_TRUE:
		return simtext_set(t, word, "yes", 3);
	case JSON_FALSE:
		return simtext_set(t, word, "no", 2);
	case JSON_NULL:
		return simtext_set(t, word, "", 0);
	default:
		snprintf(t->error, sizeof t->error, "%.40s: expected %s", key,
			 words[word].expected);
		return false;
	}
}

bool simtext_json(struct simtext *t, const char *text, size_t n)
{
	json_t *object = json_loadb(text, n, 0, NULL), *value;
	bool ok = json_is_object(object);
	const char *key;

	if (!ok)
		snprintf(t->error, sizeof t->error, "expected a JSON object");
	else
		json_object_foreach(object, key, value) if (ok) ok = set_json(t, key, value);
	json_decref(object);
	return ok;
}

static bool mistake(struct simtext *t, const char *what)
{
	snprintf(t->error, sizeof t->error, "%s", what);
	return false;
}

static void opc_from_op(struct simtext *t)
{
	struct subscriber *s = &t->sim;

	if (s->algorithm == ALG_TUAK)
		tuak_topc(s->k, s->k_len, t->op, 1, s->opc);
	else
		milenage_opc(s->k, t->op, s->opc);
	s->opc_len = t->op_len;
}

bool simtext_finish(struct simtext *t, bool is_new)
{
	struct subscriber *s = &t->sim;

	if (is_new && !t->has_imsi)
		return mistake(t, "imsi is missing");
	if (is_new && !t->has_k)
		return mistake(t, "k is missing");
	if (t->has_opc && t->op_len)
		return mistake(t, "opc and op: one of them, not both");
	if (t->has_k && !t->has_opc && !t->op_len)
		return mistake(t, "opc (or op) is missing: it goes with k");
	if (!t->has_algorithm && (t->has_k || t->has_opc || t->op_len))
		s->algorithm = (t->op_len ? t->op_len : s->opc_len) == 32 ? ALG_TUAK : ALG_MILENAGE;
	if (s->algorithm == ALG_MILENAGE &&
	    (s->k_len != 16 || (t->op_len ? t->op_len : s->opc_len) != 16))
		return mistake(t, "milenage: k and opc (or op) have 32 hex digits");
	if (s->algorithm == ALG_TUAK && (t->op_len ? t->op_len : s->opc_len) != 32)
		return mistake(t, "tuak: opc (or op) has 64 hex digits");
	if (t->op_len)
		opc_from_op(t);
	if (is_new && !s->amf[0] && !s->amf[1])
		s->amf[0] = 0x80;
	return true;
}
