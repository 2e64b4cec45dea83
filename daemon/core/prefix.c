/* SPDX-License-Identifier: Apache-2.0 */
/* Address prefixes: see prefix.h. */
#include "core/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char separators[] = " ,";

static bool is4(const struct prefix *p) { return IN6_IS_ADDR_V4MAPPED(&p->net); }

unsigned prefix_bits(const struct prefix *p) { return p->len + (is4(p) ? 96u : 0u); }

bool prefix_meet(const struct prefix *a, const struct prefix *b)
{
	unsigned bits = prefix_bits(a) < prefix_bits(b) ? prefix_bits(a) : prefix_bits(b);
	unsigned bytes = bits / 8, rest = bits % 8;

	return !memcmp(&a->net, &b->net, bytes) &&
	       (!rest || !((a->net.s6_addr[bytes] ^ b->net.s6_addr[bytes]) >> (8 - rest)));
}

static bool has_host_bits(const struct prefix *p)
{
	for (unsigned bit = prefix_bits(p); bit < 128; bit++)
		if (p->net.s6_addr[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

/* What networks have: of IPv4 all but 0, 127 and from 224 on (and 169.254, the link's own), of IPv6
 * global unicast and unique local ones (RFC 4291 2.4, RFC 4193). */
static bool is_unicast(const struct prefix *p)
{
	const uint8_t *a = p->net.s6_addr + (is4(p) ? 12 : 0);

	if (p->len < 8)
		return false;
	if (is4(p))
		return a[0] && a[0] != 127 && a[0] < 224 && !(a[0] == 169 && a[1] == 254);
	return (a[0] & 0xe0) == 0x20 || (a[0] & 0xfe) == 0xfc;
}

bool prefix_valid(const struct prefix *p)
{
	return prefix_bits(p) <= 128 && is_unicast(p) && !has_host_bits(p);
}

static bool read_one(const char *word, size_t n, struct prefix *out)
{
	char text[INET6_ADDRSTRLEN + 4], *slash, *end;
	struct in_addr ip4;
	unsigned long len;

	if (n >= sizeof(text))
		return false;
	memcpy(text, word, n);
	text[n] = 0;
	slash = strchr(text, '/');
	if (slash)
		*slash++ = 0;
	*out = (struct prefix){.len = 128};
	if (inet_pton(AF_INET, text, &ip4) == 1) {
		out->net.s6_addr[10] = out->net.s6_addr[11] = 0xff;
		memcpy(out->net.s6_addr + 12, &ip4, 4);
		out->len = 32;
	} else if (inet_pton(AF_INET6, text, &out->net) != 1 || is4(out)) {
		return false;
	}
	if (slash) {
		len = strtoul(slash, &end, 10);
		if (*slash < '0' || *slash > '9' || *end || len > out->len)
			return false;
		out->len = (uint8_t)len;
	}
	return prefix_valid(out);
}

static bool meets(const struct prefix *one, const struct prefix *list, unsigned n)
{
	while (n--)
		if (prefix_meet(one, &list[n]))
			return true;
	return false;
}

unsigned prefixes_read(const char *text, struct prefix out[PREFIXES_MAX], const char **wrong)
{
	unsigned n = 0;

	*wrong = NULL;
	for (const char *p = text + strspn(text, separators); *p; p += strspn(p, separators)) {
		size_t len = strcspn(p, separators);

		if (n == PREFIXES_MAX || !read_one(p, len, &out[n]) || meets(&out[n], out, n)) {
			*wrong = p;
			return 0;
		}
		n++;
		p += len;
	}
	return n;
}

bool prefixes_print(const struct prefix *p, unsigned n, char out[PREFIXES_STRLEN])
{
	char address[INET6_ADDRSTRLEN];
	size_t at = 0;

	*out = 0;
	for (unsigned i = 0; i < n; i++) {
		inet_ntop(is4(&p[i]) ? AF_INET : AF_INET6, p[i].net.s6_addr + (is4(&p[i]) ? 12 : 0),
			  address, sizeof(address));
		at += (size_t)snprintf(out + at, PREFIXES_STRLEN - at, "%s%s/%u", i ? " " : "",
				       address, p[i].len);
		if (at >= PREFIXES_STRLEN)
			return false;
	}
	return true;
}
