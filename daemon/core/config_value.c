/* SPDX-License-Identifier: Apache-2.0 */
/* One scalar of the configuration: from text to a member, and from a row to the words that say what
 * is expected. A quantity is a number with a unit, or a sum of such (1h30min), computed in
 * integers. */
#include "core/config_value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct unit {
	const char *name;
	uint64_t factor;
};

/* Largest first, {0} last. */
static const struct unit durations[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000},
					{"s", 1000},     {"ms", 1},      {0}};
static const struct unit bitrates[] = {
	{"tbit", 1000000000000}, {"gbit", 1000000000}, {"mbit", 1000000},
	{"kbit", 1000},          {"bit", 1},           {0}};
static const struct unit sizes[] = {{"tib", 1ull << 40},
				    {"tb", 1000000000000},
				    {"gib", 1ull << 30},
				    {"gb", 1000000000},
				    {"mib", 1ull << 20},
				    {"mb", 1000000},
				    {"kib", 1ull << 10},
				    {"kb", 1000},
				    {"b", 1},
				    {0}};

static const struct unit *units_of(enum config_type type)
{
	switch (type) {
	case CONFIG_DURATION:
		return durations;
	case CONFIG_BITRATE:
		return bitrates;
	case CONFIG_SIZE:
		return sizes;
	default:
		return NULL;
	}
}

/* The end of the unit at p, and its factor; NULL if there is none. */
static const char *read_unit(const char *p, const struct unit *units, uint64_t *factor)
{
	size_t n = 0;

	while (isalpha((unsigned char)p[n]))
		n++;
	for (; units->name; units++) {
		size_t length = strlen(units->name);
		if (n == length && strncasecmp(p, units->name, n) == 0) {
			*factor = units->factor;
			return p + n;
		}
	}
	return NULL;
}

/* "12" or "1.5" times a unit, added to *sum. The end, or NULL. */
static const char *read_term(const char *p, const struct unit *units, uint64_t *sum)
{
	uint64_t whole = 0, fraction = 0, scale = 1, factor, value;
	const char *start = p;

	for (; isdigit((unsigned char)*p); p++)
		if (__builtin_mul_overflow(whole, 10u, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(*p - '0'), &whole))
			return NULL;
	if (p == start)
		return NULL;
	if (*p == '.') {
		for (start = ++p; isdigit((unsigned char)*p) && p - start < 6; p++) {
			fraction = fraction * 10 + (uint64_t)(*p - '0');
			scale *= 10;
		}
		if (p == start)
			return NULL;
	}
	p = read_unit(p, units, &factor);
	if (!p || __builtin_mul_overflow(whole, factor, &value) ||
	    __builtin_add_overflow(*sum, value, sum) ||
	    __builtin_add_overflow(
		    *sum, fraction * (factor / scale) + fraction * (factor % scale) / scale, sum))
		return NULL;
	return p;
}

static bool read_quantity(const char *text, enum config_type type, uint64_t *out)
{
	const struct unit *units = units_of(type);
	const char *p = text;

	*out = 0;
	if (strcmp(text, "0") == 0)
		return true;
	do
		p = read_term(p, units, out);
	while (p && *p && type == CONFIG_DURATION);
	if (p && type == CONFIG_BITRATE && strcmp(p, "/s") == 0)
		p += 2;
	return p && *p == '\0';
}

static bool read_integer(const char *text, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = text + (hex ? 2 : 0);
	char *end;

	if (!isxdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*out = strtoull(digits, &end, hex ? 16 : 10);
	return errno == 0 && *end == '\0' && end != digits;
}

static bool read_bool(const char *text, uint64_t *out)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = i & 1;
			return true;
		}
	}
	return false;
}

static bool read_word(const struct config_word *words, const char *text, uint64_t *out)
{
	for (; words->word; words++) {
		if (strcasecmp(text, words->word) == 0) {
			*out = (uint64_t)words->value;
			return true;
		}
	}
	return false;
}

static bool read_ip(const char *text, struct in6_addr *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(out, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, &out->s6_addr[12]) == 1 ||
	       inet_pton(AF_INET6, text, out) == 1;
}

static bool has_host_bits(const struct config_prefix *prefix)
{
	for (unsigned bit = prefix->bits; bit < 128; bit++)
		if (prefix->address.s6_addr[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

static bool read_prefix(const char *text, bool host_bits, struct config_prefix *out)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	uint64_t bits;

	memset(out, 0, sizeof(*out));
	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (!read_ip(address, &out->address) || !read_integer(slash + 1, &bits))
		return false;
	if (bits > (strchr(address, ':') ? 128 : 32))
		return false;
	out->bits = (uint8_t)(bits + (strchr(address, ':') ? 0 : 96));
	return host_bits || !has_host_bits(out);
}

static uint64_t capacity(size_t size) { return size >= 8 ? UINT64_MAX : (1ull << 8 * size) - 1; }

static uint64_t max_of(const struct config_row *row)
{
	if (row->max)
		return row->max;
	if (row->type == CONFIG_CHARS)
		return row->size - 1;
	return row->type == CONFIG_STRING ? UINT64_MAX : capacity(row->size);
}

static void store(void *out, size_t size, uint64_t value)
{
	switch (size) {
	case 1:
		memcpy(out, &(uint8_t){(uint8_t)value}, 1);
		break;
	case 2:
		memcpy(out, &(uint16_t){(uint16_t)value}, 2);
		break;
	case 4:
		memcpy(out, &(uint32_t){(uint32_t)value}, 4);
		break;
	case 8:
		memcpy(out, &value, 8);
		break;
	default:
		abort(); /* a row for a member of no integer type */
	}
}

static bool read_number(const struct config_row *row, const char *text, void *out)
{
	uint64_t value;
	bool good;

	if (row->type == CONFIG_BOOL)
		good = read_bool(text, &value);
	else if (row->type == CONFIG_ENUM)
		good = read_word(row->words, text, &value);
	else if (row->type == CONFIG_INTEGER)
		good = read_integer(text, &value) && value >= row->min && value <= max_of(row);
	else
		good = read_quantity(text, row->type, &value) && value >= row->min &&
		       value <= max_of(row);
	if (good)
		store(out, row->size, value);
	return good;
}

static bool read_text(const struct config_row *row, const char *text, void *out,
		      struct arena *arena)
{
	size_t n = strlen(text);

	if (n < row->min || n > max_of(row))
		return false;
	if (row->type == CONFIG_CHARS) {
		memset(out, 0, row->size);
		memcpy(out, text, n);
		return true;
	}
	const char *copy = arena_copy(arena, text, n + 1);
	memcpy(out, &copy, sizeof(copy));
	return true;
}

const char *config_value_read(const struct config_row *row, const char *text, void *out,
			      struct arena *arena, char *buffer, size_t cap)
{
	bool good = false;

	switch (row->type) {
	case CONFIG_BOOL:
	case CONFIG_INTEGER:
	case CONFIG_ENUM:
	case CONFIG_DURATION:
	case CONFIG_BITRATE:
	case CONFIG_SIZE:
		good = read_number(row, text, out);
		break;
	case CONFIG_STRING:
	case CONFIG_CHARS:
		good = read_text(row, text, out, arena);
		break;
	case CONFIG_IP4:
		good = inet_pton(AF_INET, text, out) == 1;
		break;
	case CONFIG_IP6:
		good = inet_pton(AF_INET6, text, out) == 1;
		break;
	case CONFIG_IP:
		good = read_ip(text, out);
		break;
	case CONFIG_PREFIX:
	case CONFIG_IFADDR:
		good = read_prefix(text, row->type == CONFIG_IFADDR, out);
		break;
	case CONFIG_CUSTOM:
		return row->parse(text, out, row->size, arena);
	case CONFIG_MAP:
	case CONFIG_LIST:
	case CONFIG_END:
		break;
	}
	return good ? NULL : config_expected(row, buffer, cap);
}

/* Appends to buffer[cap] at *at; truncates. */
static void put(char *buffer, size_t cap, size_t *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void put(char *buffer, size_t cap, size_t *at, const char *fmt, ...)
{
	va_list args;
	int n;

	if (*at >= cap)
		return;
	va_start(args, fmt);
	n = vsnprintf(buffer + *at, cap - *at, fmt, args);
	va_end(args);
	*at = n < 0 || *at + (size_t)n >= cap ? cap : *at + (size_t)n;
}

static void put_quantity(char *buffer, size_t cap, size_t *at, enum config_type type,
			 uint64_t value)
{
	const struct unit *unit = units_of(type);

	if (!unit || value == 0) {
		put(buffer, cap, at, "%llu", (unsigned long long)value);
		return;
	}
	while (value % unit->factor)
		unit++;
	put(buffer, cap, at, "%llu%s", (unsigned long long)(value / unit->factor), unit->name);
}

static void put_range(char *buffer, size_t cap, size_t *at, const struct config_row *row)
{
	bool open = !row->max && row->size >= 4 && row->type != CONFIG_CHARS;

	if (open && !row->min)
		return;
	put(buffer, cap, at, open ? " of at least " : " from ");
	put_quantity(buffer, cap, at, row->type, row->min);
	if (open)
		return;
	put(buffer, cap, at, " to ");
	put_quantity(buffer, cap, at, row->type, max_of(row));
}

static void put_expected(char *buffer, size_t cap, size_t *at, const struct config_row *row)
{
	static const char *const plain[] = {
		[CONFIG_BOOL] = "true or false",
		[CONFIG_IP4] = "an IPv4 address",
		[CONFIG_IP6] = "an IPv6 address",
		[CONFIG_IP] = "an IPv4 or IPv6 address",
		[CONFIG_PREFIX] =
			"a prefix without host bits, such as 10.45.0.0/16 or 2001:db8::/48",
		[CONFIG_IFADDR] = "an address with its prefix length, such as 10.45.0.1/16",
		[CONFIG_MAP] = "a mapping",
	};

	switch (row->type) {
	case CONFIG_INTEGER:
		put(buffer, cap, at, "a number");
		put_range(buffer, cap, at, row);
		if (row->unit)
			put(buffer, cap, at, " (%s)", row->unit);
		break;
	case CONFIG_DURATION:
		put(buffer, cap, at, "a duration");
		put_range(buffer, cap, at, row);
		put(buffer, cap, at, ", such as 500ms, 6s or 54min");
		break;
	case CONFIG_BITRATE:
		put(buffer, cap, at, "a bit rate");
		put_range(buffer, cap, at, row);
		put(buffer, cap, at, ", such as 64kbit, 10mbit or 1.5gbit");
		break;
	case CONFIG_SIZE:
		put(buffer, cap, at, "a size");
		put_range(buffer, cap, at, row);
		put(buffer, cap, at, ", such as 500kb, 64kib or 1gb");
		break;
	case CONFIG_STRING:
	case CONFIG_CHARS:
		put(buffer, cap, at, "text");
		if (row->min || row->max || row->type == CONFIG_CHARS)
			put(buffer, cap, at, " of %llu to %llu characters",
			    (unsigned long long)row->min, (unsigned long long)max_of(row));
		break;
	case CONFIG_ENUM:
		put(buffer, cap, at, "one of ");
		for (const struct config_word *w = row->words; w->word; w++)
			put(buffer, cap, at, "%s%s", w->word, w[1].word ? ", " : "");
		break;
	case CONFIG_CUSTOM:
		put(buffer, cap, at, "%s", row->unit ? row->unit : "a value");
		break;
	case CONFIG_LIST:
		put(buffer, cap, at, "a list");
		if (row->min || row->max)
			put(buffer, cap, at, " of %llu to %llu", (unsigned long long)row->min,
			    (unsigned long long)(row->max ? row->max : UINT32_MAX));
		put(buffer, cap, at, ", each ");
		struct config_row item = config_item_row(row);
		put_expected(buffer, cap, at, &item);
		break;
	default:
		put(buffer, cap, at, "%s", plain[row->type]);
	}
}

const char *config_expected(const struct config_row *row, char *buffer, size_t cap)
{
	size_t at = 0;

	buffer[0] = '\0';
	put_expected(buffer, cap, &at, row);
	return buffer;
}
