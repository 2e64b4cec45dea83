/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filters as people write them: one row a word. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/tft.h"

static bool number(const char *s, unsigned long max, unsigned long *out)
{
	char *end;

	*out = strtoul(s, &end, 0);
	return *s >= '0' && *s <= '9' && !*end && *out <= max;
}

/* "N" or "N-N" */
static bool range(const char *s, unsigned long max, unsigned long *first, unsigned long *last)
{
	char a[16];
	const char *dash = strchr(s, '-');
	size_t n = dash ? (size_t)(dash - s) : strlen(s);

	if (n >= sizeof(a))
		return false;
	memcpy(a, s, n);
	a[n] = 0;
	if (!number(a, max, first))
		return false;
	*last = *first;
	return !dash || (number(dash + 1, max, last) && *first <= *last);
}

static void put(uint8_t *p, unsigned long v, unsigned n)
{
	while (n--) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

static bool address(const char *s, bool remote, struct tft_filter *f)
{
	char text[INET6_ADDRSTRLEN];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	unsigned long length;
	uint8_t a[16];

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = 0;
	if (inet_pton(AF_INET, text, a) == 1) {
		uint8_t *to = remote ? f->remote4 : f->local4;

		length = 32;
		if (slash && !number(slash + 1, 32, &length))
			return false;
		memcpy(to, a, 4);
		put(to + 4, length ? 0xfffffffful << (32 - length) : 0, 4);
		f->has |= remote ? TFT_BIT(remote4) : TFT_BIT(local4);
		return true;
	}
	if (inet_pton(AF_INET6, text, a) != 1)
		return false;
	uint8_t *to = remote ? f->remote6 : f->local6;

	length = 128;
	if (slash && !number(slash + 1, 128, &length))
		return false;
	memcpy(to, a, 16);
	to[16] = (uint8_t)length;
	f->has |= remote ? TFT_BIT(remote6) : TFT_BIT(local6);
	return true;
}

static bool word_remote(const char *s, struct tft_filter *f) { return address(s, true, f); }
static bool word_local(const char *s, struct tft_filter *f) { return address(s, false, f); }

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"esp", 50}, {"icmp6", 58}, {"sctp", 132}};

static bool word_proto(const char *s, struct tft_filter *f)
{
	unsigned long v;

	f->has |= TFT_BIT(protocol);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strcmp(protocols[i].name, s)) {
			*f->protocol = protocols[i].number;
			return true;
		}
	if (!number(s, 255, &v))
		return false;
	*f->protocol = (uint8_t)v;
	return true;
}

static bool word_remote_port(const char *s, struct tft_filter *f)
{
	unsigned long a, b;

	if (!range(s, 65535, &a, &b))
		return false;
	put(f->remote_port, a, 2);
	put(f->remote_ports, a, 2);
	put(f->remote_ports + 2, b, 2);
	f->has |= a == b ? TFT_BIT(remote_port) : TFT_BIT(remote_ports);
	return true;
}

static bool word_local_port(const char *s, struct tft_filter *f)
{
	unsigned long a, b;

	if (!range(s, 65535, &a, &b))
		return false;
	put(f->local_port, a, 2);
	put(f->local_ports, a, 2);
	put(f->local_ports + 2, b, 2);
	f->has |= a == b ? TFT_BIT(local_port) : TFT_BIT(local_ports);
	return true;
}

static bool word_tos(const char *s, struct tft_filter *f)
{
	char value[8];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	unsigned long v, mask = 255;

	if (n >= sizeof(value))
		return false;
	memcpy(value, s, n);
	value[n] = 0;
	if (!number(value, 255, &v) || (slash && !number(slash + 1, 255, &mask)))
		return false;
	f->tos[0] = (uint8_t)v;
	f->tos[1] = (uint8_t)mask;
	f->has |= TFT_BIT(tos);
	return true;
}

static bool word_spi(const char *s, struct tft_filter *f)
{
	unsigned long v;

	if (!number(s, 0xffffffff, &v))
		return false;
	put(f->spi, v, 4);
	f->has |= TFT_BIT(spi);
	return true;
}

static bool word_flow_label(const char *s, struct tft_filter *f)
{
	unsigned long v;

	if (!number(s, 0xfffff, &v))
		return false;
	put(f->flow_label, v, 3);
	f->has |= TFT_BIT(flow_label);
	return true;
}

static bool word_precedence(const char *s, struct tft_filter *f)
{
	unsigned long v;

	if (!number(s, 255, &v))
		return false;
	f->precedence = (uint8_t)v;
	return true;
}

static bool word_id(const char *s, struct tft_filter *f)
{
	unsigned long v;

	if (!number(s, 15, &v))
		return false;
	f->id = (uint8_t)v;
	return true;
}

static const struct {
	const char *word;
	bool (*read)(const char *, struct tft_filter *);
} words[] = {
	{"remote", word_remote},
	{"local", word_local},
	{"proto", word_proto},
	{"remote-port", word_remote_port},
	{"local-port", word_local_port},
	{"tos", word_tos},
	{"spi", word_spi},
	{"flow-label", word_flow_label},
	{"precedence", word_precedence},
	{"id", word_id},
};

static const char *const directions[] = {"both", "down", "up", "both"};

static bool direction(const char *s, struct tft_filter *f)
{
	for (unsigned i = TFT_DOWN; i <= TFT_BOTH; i++)
		if (!strcmp(directions[i], s)) {
			f->direction = (uint8_t)i;
			return true;
		}
	return false;
}

bool tft_filter_parse(const char *text, struct tft_filter *f, const char **bad)
{
	static char buf[256]; /* *bad points into it */
	char *save = NULL, *w, *value;

	*f = (struct tft_filter){.direction = TFT_BOTH};
	*bad = text;
	if ((size_t)snprintf(buf, sizeof(buf), "%s", text) >= sizeof(buf))
		return false;
	for (w = strtok_r(buf, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		bool (*read)(const char *, struct tft_filter *) = NULL;

		*bad = w;
		if (direction(w, f))
			continue;
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (!strcmp(words[i].word, w))
				read = words[i].read;
		value = read ? strtok_r(NULL, " \t", &save) : NULL;
		if (!value)
			return false;
		*bad = value;
		if (!read(value, f))
			return false;
	}
	*bad = text;
	return f->has && !tft_filter_check(f);
}

static unsigned long be(const uint8_t *p, unsigned n)
{
	unsigned long v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static void print4(FILE *o, const char *word, const uint8_t *a)
{
	char text[INET_ADDRSTRLEN];
	uint32_t mask = (uint32_t)be(a + 4, 4);

	inet_ntop(AF_INET, a, text, sizeof(text));
	fprintf(o, " %s %s", word, text);
	if (!(~mask & (~mask + 1)))
		fprintf(o, "/%d", __builtin_popcount(mask));
	else
		fprintf(o, "/mask:%08x", mask);
}

static void print6(FILE *o, const char *word, const uint8_t *a)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, a, text, sizeof(text));
	fprintf(o, " %s %s/%u", word, text, a[16]);
}

/* The mask's length if it is a prefix, -1 if not. */
static int prefix_of(const uint8_t mask[16])
{
	int n = 0, ones = 0;

	while (n < 128 && mask[n / 8] >> (7 - n % 8) & 1)
		n++;
	for (int i = 0; i < 16; i++)
		ones += __builtin_popcount(mask[i]);
	return ones == n ? n : -1;
}

static void print6mask(FILE *o, const char *word, const uint8_t *a)
{
	char text[INET6_ADDRSTRLEN];
	int n = prefix_of(a + 16);

	inet_ntop(AF_INET6, a, text, sizeof(text));
	fprintf(o, " %s %s", word, text);
	if (n >= 0)
		fprintf(o, "/%d", n);
	else
		fprintf(o, "/mask:%016lx%016lx", be(a + 16, 8), be(a + 24, 8));
}

static void print_mac(FILE *o, const char *word, const uint8_t *a)
{
	fprintf(o, " %s %02x:%02x:%02x:%02x:%02x:%02x", word, a[0], a[1], a[2], a[3], a[4], a[5]);
}

const char *tft_filter_print(const struct tft_filter *f, char *out, size_t cap)
{
	FILE *o = fmemopen(out, cap, "w");

	*out = 0;
	if (!o)
		return out;
	fprintf(o, "%s precedence %u", directions[f->direction & 3], f->precedence);
#define HAS_(member) (f->has & TFT_BIT(member))
	if (HAS_(remote4))
		print4(o, "remote", f->remote4);
	if (HAS_(local4))
		print4(o, "local", f->local4);
	if (HAS_(remote6))
		print6(o, "remote", f->remote6);
	if (HAS_(remote6mask))
		print6mask(o, "remote", f->remote6mask);
	if (HAS_(local6))
		print6(o, "local", f->local6);
	if (HAS_(protocol))
		fprintf(o, " proto %u", *f->protocol);
	if (HAS_(remote_port))
		fprintf(o, " remote-port %lu", be(f->remote_port, 2));
	if (HAS_(remote_ports))
		fprintf(o, " remote-port %lu-%lu", be(f->remote_ports, 2),
			be(f->remote_ports + 2, 2));
	if (HAS_(local_port))
		fprintf(o, " local-port %lu", be(f->local_port, 2));
	if (HAS_(local_ports))
		fprintf(o, " local-port %lu-%lu", be(f->local_ports, 2), be(f->local_ports + 2, 2));
	if (HAS_(tos))
		fprintf(o, " tos 0x%02x/0x%02x", f->tos[0], f->tos[1]);
	if (HAS_(spi))
		fprintf(o, " spi 0x%08lx", be(f->spi, 4));
	if (HAS_(flow_label))
		fprintf(o, " flow-label 0x%05lx", be(f->flow_label, 3));
	if (HAS_(mac_dst))
		print_mac(o, "mac-dst", f->mac_dst);
	if (HAS_(mac_src))
		print_mac(o, "mac-src", f->mac_src);
	if (HAS_(c_vid))
		fprintf(o, " c-vid %lu", be(f->c_vid, 2));
	if (HAS_(s_vid))
		fprintf(o, " s-vid %lu", be(f->s_vid, 2));
	if (HAS_(c_pcp))
		fprintf(o, " c-pcp 0x%02x", *f->c_pcp);
	if (HAS_(s_pcp))
		fprintf(o, " s-pcp 0x%02x", *f->s_pcp);
	if (HAS_(ethertype))
		fprintf(o, " ethertype 0x%04lx", be(f->ethertype, 2));
#undef HAS_
	fclose(o);
	return out;
}
