/* SPDX-License-Identifier: Apache-2.0 */
/* A rule as text, and back: the words of filter.h in their order. */
#include "datapath/filter.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	int16_t protocol;
} protocols[] = {
	{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"icmp6", 58}, {"sctp", 132},
};
enum { PROTOCOLS = sizeof(protocols) / sizeof(*protocols) };

/* The words that are left, and what is wrong. */
struct words {
	char text[FILTER_RULE_TEXT];
	char *at, *word; /* word: the next one, NULL at the end */
	char *error;
	size_t cap;
};

static void next(struct words *w) { w->word = strtok_r(NULL, " \t", &w->at); }

static bool take(struct words *w, const char *word)
{
	if (!w->word || strcmp(w->word, word))
		return false;
	next(w);
	return true;
}

static const char *wrong(struct words *w, const char *what)
{
	if (w->word)
		snprintf(w->error, w->cap, "'%s' is not %s", w->word, what);
	else
		snprintf(w->error, w->cap, "%s is missing at its end", what);
	return w->error;
}

/* A number up to max at text, which ends there or at `stop`. */
static bool number(const char **text, unsigned long max, char stop, unsigned long *out)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	*out = strtoul(*text, &end, !strncmp(*text, "0x", 2) ? 16 : 10);
	if ((*end && *end != stop) || *out > max)
		return false;
	*text = end;
	return true;
}

static bool parse_ports(const char *text, struct filter_ports *out)
{
	unsigned long first, last;

	if (!text || !number(&text, UINT16_MAX, '-', &first))
		return false;
	last = first;
	if (*text && (text++, !number(&text, UINT16_MAX, 0, &last)))
		return false;
	*out = (struct filter_ports){(uint16_t)first, (uint16_t)last};
	return first <= last;
}

static bool parse_tos(const char *text, struct filter_rule *out)
{
	unsigned long tos, mask = 255;

	if (!text || !number(&text, 255, '/', &tos))
		return false;
	if (*text && (text++, !number(&text, 255, 0, &mask)))
		return false;
	out->tos = (uint8_t)tos;
	out->tos_mask = (uint8_t)mask;
	return mask && !(tos & ~mask & 255);
}

/* Whether all bits of the address behind the prefix are zero. */
static bool host_bits_clear(const struct in6_addr *a, unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		if (a->s6_addr[i / 8] & 0x80 >> (i % 8))
			return false;
	return true;
}

/* An address or prefix: 0, or -1 if it begins like one and is none. *found: that it is. */
static int parse_prefix(const char *text, struct filter_rule *out, bool *found)
{
	char address[INET6_ADDRSTRLEN];
	size_t n = strcspn(text, "/");
	unsigned long bits, width;
	const char *p = text + n;
	struct in_addr v4;

	*found = strchr(text, '.') || strchr(text, ':');
	if (!*found)
		return 0;
	if (n >= sizeof(address))
		return -1;
	snprintf(address, sizeof(address), "%.*s", (int)n, text);
	memset(&out->addr, 0, sizeof(out->addr));
	if (inet_pton(AF_INET, address, &v4) == 1) {
		out->family = 4;
		out->addr.s6_addr[10] = out->addr.s6_addr[11] = 0xff;
		memcpy(&out->addr.s6_addr[12], &v4, 4);
	} else if (inet_pton(AF_INET6, address, &out->addr) == 1) {
		out->family = 6;
	} else {
		return -1;
	}
	width = bits = out->family == 4 ? 32 : 128;
	if (*p && (p++, !number(&p, width, 0, &bits)))
		return -1;
	out->bits = (uint8_t)(bits + 128 - width);
	return host_bits_clear(&out->addr, out->bits) ? 0 : -1;
}

static bool parse_protocol(struct words *w, struct filter_rule *out)
{
	unsigned long n;

	if (take(w, "proto")) {
		const char *p = w->word;

		if (!p || !number(&p, 255, 0, &n))
			return false;
		out->protocol = (int16_t)n;
		next(w);
		return true;
	}
	for (unsigned i = 0; i < PROTOCOLS; i++)
		if (take(w, protocols[i].word)) {
			out->protocol = protocols[i].protocol;
			break;
		}
	return true;
}

static const char *parse_action(struct words *w, struct filter_rule *out)
{
	unsigned long dscp;
	const char *p;

	if (take(w, "deny"))
		return NULL;
	out->allow = true;
	if (take(w, "allow"))
		return NULL;
	if (!take(w, "mark"))
		return wrong(w, "allow, deny or mark");
	p = w->word;
	if (!p || !number(&p, 63, 0, &dscp))
		return wrong(w, "a DSCP from 0 to 63");
	out->dscp = (uint8_t)dscp;
	next(w);
	return NULL;
}

static const char *parse_ports_of(struct words *w, const char *word, struct filter_ports *out)
{
	if (!take(w, word))
		return NULL;
	if (!parse_ports(w->word, out))
		return wrong(w, "a port or a range such as 8000-8080");
	next(w);
	return NULL;
}

static const char *parse_fields(struct words *w, struct filter_rule *out)
{
	const char *error;
	bool prefix;

	if (take(w, "up"))
		out->down = false;
	else if (take(w, "down"))
		out->up = false;
	if (w->word) {
		if (parse_prefix(w->word, out, &prefix))
			return wrong(w, "a prefix such as 10.0.0.0/8, without host bits");
		if (prefix)
			next(w);
	}
	if (!parse_protocol(w, out))
		return wrong(w, "a protocol number from 0 to 255");
	error = parse_ports_of(w, "port", &out->remote);
	if (!error)
		error = parse_ports_of(w, "device-port", &out->local);
	if (error)
		return error;
	if (take(w, "tos")) {
		if (!parse_tos(w->word, out))
			return wrong(w, "a TOS such as 0xb8/0xfc, without bits outside the mask");
		next(w);
	}
	return NULL;
}

const char *filter_rule_parse(const char *text, struct filter_rule *out, char *error, size_t cap)
{
	struct words w = {.error = error, .cap = cap};
	const char *bad;

	*out = FILTER_RULE_ANY;
	if (strlen(text) >= sizeof(w.text))
		return "the rule is too long";
	snprintf(w.text, sizeof(w.text), "%s", text);
	w.word = strtok_r(w.text, " \t", &w.at);
	bad = parse_action(&w, out);
	if (!bad)
		bad = parse_fields(&w, out);
	if (!bad && w.word)
		return wrong(&w, "understood here: the order is [up|down] [PREFIX] [PROTOCOL] "
				 "[port N] [device-port N] [tos N]");
	return bad;
}

struct print {
	char *out;
	int n;
};

static void put(struct print *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct print *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	p->n += vsnprintf(p->out + p->n, (size_t)(FILTER_RULE_TEXT - p->n), fmt, args);
	va_end(args);
	if (p->n >= FILTER_RULE_TEXT)
		p->n = FILTER_RULE_TEXT - 1;
}

static void put_ports(struct print *p, const char *word, struct filter_ports ports)
{
	if (ports.first > ports.last)
		return;
	put(p, " %s %u", word, ports.first);
	if (ports.last != ports.first)
		put(p, "-%u", ports.last);
}

static void put_prefix(struct print *p, const struct filter_rule *r)
{
	char address[INET6_ADDRSTRLEN];
	unsigned width = r->family == 4 ? 32 : 128;

	if (!r->family)
		return;
	inet_ntop(r->family == 4 ? AF_INET : AF_INET6, r->addr.s6_addr + (r->family == 4 ? 12 : 0),
		  address, sizeof(address));
	put(p, " %s", address);
	if (r->bits != 128)
		put(p, "/%u", r->bits + width - 128);
}

static void put_protocol(struct print *p, int16_t protocol)
{
	if (protocol < 0)
		return;
	for (unsigned i = 0; i < PROTOCOLS; i++)
		if (protocols[i].protocol == protocol) {
			put(p, " %s", protocols[i].word);
			return;
		}
	put(p, " proto %d", protocol);
}

const char *filter_rule_print(const struct filter_rule *r, char out[FILTER_RULE_TEXT])
{
	struct print p = {out, 0};

	if (r->allow && r->dscp != DSCP_KEEP)
		put(&p, "mark %u", r->dscp);
	else
		put(&p, r->allow ? "allow" : "deny");
	if (!r->down)
		put(&p, " up");
	else if (!r->up)
		put(&p, " down");
	put_prefix(&p, r);
	put_protocol(&p, r->protocol);
	put_ports(&p, "port", r->remote);
	put_ports(&p, "device-port", r->local);
	if (r->tos_mask)
		put(&p, " tos 0x%02x", r->tos);
	if (r->tos_mask && r->tos_mask != 255)
		put(&p, "/0x%02x", r->tos_mask);
	return out;
}
