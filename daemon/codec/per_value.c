/* SPDX-License-Identifier: Apache-2.0 */
/* What can be done with any value described by rows (per.h) besides coding it: print it, compare
 * it, make a random legal one. */
#include <ctype.h>

#include "codec/per.h"
#include "core/pool.h"

static uint64_t number(const struct per_type *t, const void *v)
{
	switch (t->size) {
	case 1:
		return t->is_signed ? (uint64_t) * (const int8_t *)v : *(const uint8_t *)v;
	case 2:
		return t->is_signed ? (uint64_t) * (const int16_t *)v : *(const uint16_t *)v;
	case 4:
		return t->is_signed ? (uint64_t) * (const int32_t *)v : *(const uint32_t *)v;
	default:
		return *(const uint64_t *)v;
	}
}

static const void *element(const struct per_list *l, const struct per_type *of, uint32_t i)
{
	return (const char *)l->v + (size_t)i * of->size;
}

static bool present(const struct per_type *t, const void *v, unsigned i)
{
	if (t->kind == PER_SEQUENCE && t->rows[i].presence == PER_M)
		return true;
	return t->have && *(const uint64_t *)v >> i & 1;
}

static void show_octets(FILE *f, const uint8_t *p, uint32_t n)
{
	enum { MOST = 64 };

	for (uint32_t i = 0; i < n && i < MOST; i++)
		fprintf(f, "%02x", p[i]);
	if (n > MOST)
		fprintf(f, "...(%u octets)", n);
	if (!n)
		fputs("''", f);
}

static void show_string(FILE *f, const struct bytes *s)
{
	fputc('"', f);
	for (uint32_t i = 0; i < s->n; i++)
		if (isprint(s->p[i]) && s->p[i] != '"' && s->p[i] != '\\')
			fputc(s->p[i], f);
		else
			fprintf(f, "\\x%02x", s->p[i]);
	fputc('"', f);
}

/* Of names like S1AP_TYPE_VALUE the value is shown, in lower case. */
static void show_enumerated(FILE *f, const struct per_type *t, uint8_t v)
{
	static const char prefix[] = "S1AP_";
	const char *s;

	if (v >= t->n) {
		fprintf(f, "unknown(%u)", v);
		return;
	}
	s = t->names[v];
	if (!strncmp(s, prefix, strlen(prefix)))
		s += strlen(prefix) + strlen(t->name) + 1;
	for (; *s; s++)
		fputc(*s == '_' ? '-' : tolower((unsigned char)*s), f);
}

static void show_rows(FILE *f, const struct per_type *t, const void *v)
{
	const char *space = "";

	for (unsigned i = 0; i < t->n; i++) {
		if (!present(t, v, i))
			continue;
		fprintf(f, "%s%s=", space, t->rows[i].name);
		per_show(f, t->rows[i].type, (const char *)v + t->rows[i].offset);
		space = " ";
	}
}

static void show_choice(FILE *f, const struct per_type *t, const void *v)
{
	uint8_t i = *(const uint8_t *)v;

	if (i >= t->n) {
		fputs("unknown", f);
		return;
	}
	fprintf(f, "%s:", t->rows[i].name);
	per_show(f, t->rows[i].type, (const char *)v + t->rows[i].offset);
}

static void show_list(FILE *f, const struct per_type *t, const struct per_list *l)
{
	fputc('[', f);
	for (uint32_t i = 0; i < l->n; i++) {
		if (i)
			fputc(' ', f);
		per_show(f, t->of, element(l, t->of, i));
	}
	fputc(']', f);
}

void per_show(FILE *f, const struct per_type *t, const void *v)
{
	const struct bits *bits = v;
	const struct bytes *bytes = v;
	const struct per_ie_field *field = v;

	if (t->secret) {
		fputs("(secret)", f);
		return;
	}
	switch ((enum per_kind)t->kind) {
	case PER_NULL:
		fputs("null", f);
		break;
	case PER_INTEGER:
		fprintf(f, t->is_signed ? "%lld" : "%llu", (unsigned long long)number(t, v));
		break;
	case PER_ENUMERATED:
		show_enumerated(f, t, *(const uint8_t *)v);
		break;
	case PER_BITS_UINT:
		fprintf(f, "0x%llx", (unsigned long long)number(t, v));
		break;
	case PER_OCTETS_UINT:
		fprintf(f, "%0*llx", 2 * (int)t->lo, (unsigned long long)number(t, v));
		break;
	case PER_BITS:
		show_octets(f, bits->p, (bits->n + 7) / 8);
		fprintf(f, "/%u", bits->n);
		break;
	case PER_OCTETS:
		show_octets(f, bytes->p, bytes->n);
		break;
	case PER_STRING:
		show_string(f, v);
		break;
	case PER_SEQUENCE:
		fputc('{', f);
		show_rows(f, t, v);
		fputc('}', f);
		break;
	case PER_PROTOCOL_IES:
		show_rows(f, t, v);
		break;
	case PER_LIST:
	case PER_CONTAINERS:
		show_list(f, t, v);
		break;
	case PER_CHOICE:
		show_choice(f, t, v);
		break;
	case PER_IE_FIELD:
		fprintf(f, "ie-%u:", field->id);
		show_octets(f, field->value.p, field->value.n);
		break;
	case PER_CUSTOM:
		t->custom->show(f, v);
		break;
	}
}

static bool equal_bits(const struct bits *a, const struct bits *b)
{
	unsigned rest = a->n % 8;

	if (a->n != b->n || (a->n >= 8 && memcmp(a->p, b->p, a->n / 8)))
		return false;
	return !rest || !((a->p[a->n / 8] ^ b->p[a->n / 8]) >> (8 - rest));
}

static bool equal_rows(const struct per_type *t, const void *a, const void *b)
{
	for (unsigned i = 0; i < t->n; i++) {
		bool in = present(t, a, i);

		if (in != present(t, b, i))
			return false;
		if (in && !per_equal(t->rows[i].type, (const char *)a + t->rows[i].offset,
				     (const char *)b + t->rows[i].offset))
			return false;
	}
	return true;
}

static bool equal_list(const struct per_type *t, const struct per_list *a, const struct per_list *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!per_equal(t->of, element(a, t->of, i), element(b, t->of, i)))
			return false;
	return true;
}

static bool equal_choice(const struct per_type *t, const void *a, const void *b)
{
	uint8_t i = *(const uint8_t *)a;

	if (i != *(const uint8_t *)b)
		return false;
	return i >= t->n || per_equal(t->rows[i].type, (const char *)a + t->rows[i].offset,
				      (const char *)b + t->rows[i].offset);
}

static bool equal_ie_field(const struct per_ie_field *a, const struct per_ie_field *b)
{
	return a->id == b->id && a->criticality == b->criticality &&
	       bytes_equal(a->value, b->value);
}

bool per_equal(const struct per_type *t, const void *a, const void *b)
{
	switch ((enum per_kind)t->kind) {
	case PER_NULL:
		return true;
	case PER_INTEGER:
	case PER_ENUMERATED:
	case PER_BITS_UINT:
	case PER_OCTETS_UINT:
		return number(t, a) == number(t, b);
	case PER_BITS:
		return equal_bits(a, b);
	case PER_OCTETS:
	case PER_STRING:
		return bytes_equal(*(const struct bytes *)a, *(const struct bytes *)b);
	case PER_SEQUENCE:
	case PER_PROTOCOL_IES:
		return equal_rows(t, a, b);
	case PER_LIST:
	case PER_CONTAINERS:
		return equal_list(t, a, b);
	case PER_CHOICE:
		return equal_choice(t, a, b);
	case PER_IE_FIELD:
		return equal_ie_field(a, b);
	case PER_CUSTOM:
		return t->custom->equal(a, b);
	}
	return false;
}

/* splitmix64 */
uint64_t per_random(struct per_any *any, uint64_t below)
{
	uint64_t z = any->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	z ^= z >> 31;
	return below ? z % below : z;
}

static void any_number(struct per_any *any, const struct per_type *t, void *out)
{
	uint64_t span = t->kind == PER_INTEGER ? t->hi - (uint64_t)t->lo : 0, v;

	if (t->kind == PER_BITS_UINT || t->kind == PER_OCTETS_UINT) {
		unsigned n = (unsigned)t->lo * (t->kind == PER_OCTETS_UINT ? 8 : 1);

		v = per_random(any, 0) >> (64 - n);
	} else if (t->kind == PER_ENUMERATED) {
		v = per_random(any, t->n);
	} else {
		/* the ends, numbers of all lengths */
		v = per_random(any, 0) >> per_random(any, 64);
		v = span == UINT64_MAX ? v : v % (span + 1);
		if (!per_random(any, 8))
			v = per_random(any, 2) ? span : 0;
		v += (uint64_t)t->lo;
	}
	switch (t->size) {
	case 1:
		*(uint8_t *)out = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)out = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)out = (uint32_t)v;
		break;
	default:
		*(uint64_t *)out = v;
	}
}

static uint32_t any_size(struct per_any *any, const struct per_type *t, unsigned usual)
{
	uint64_t n = (uint64_t)t->lo + per_random(any, per_random(any, 16) ? usual : 300);

	return (uint32_t)(n < t->hi ? n : t->hi);
}

static const uint8_t *any_octets(struct per_any *any, uint32_t n, bool printable)
{
	uint8_t *p = arena_alloc(any->arena, n ? n : 1);

	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)(printable ? 'a' + per_random(any, 26) : per_random(any, 256));
	return p;
}

static void any_list(struct per_any *any, const struct per_type *t, struct per_list *out)
{
	uint64_t n = (uint64_t)t->lo + per_random(any, any->depth < 3 ? 3 : 2);

	if (any->depth < 2 && t->of->size <= 64 && !per_random(any, 32))
		n += 40;
	out->n = (uint32_t)(n < t->hi ? n : t->hi);
	out->v = arena_zalloc(any->arena, (size_t)out->n * t->of->size + 1);
	for (uint32_t i = 0; i < out->n; i++)
		per_make_any(any, t->of, (char *)out->v + (size_t)i * t->of->size);
}

static void any_rows(struct per_any *any, const struct per_type *t, char *out)
{
	uint64_t have = 0;

	for (unsigned i = 0; i < t->n; i++) {
		if (t->rows[i].presence != PER_M && per_random(any, any->depth < 3 ? 2 : 4))
			continue;
		have |= (uint64_t)1 << i;
		per_make_any(any, t->rows[i].type, out + t->rows[i].offset);
	}
	if (t->have)
		*(uint64_t *)(void *)out = have;
}

/* Alternatives whose content we do not know can be kept, not invented. */
static void any_choice(struct per_any *any, const struct per_type *t, char *out)
{
	unsigned i = (unsigned)per_random(any, t->n);

	if (t->rows[i].type->kind == PER_IE_FIELD)
		i = 0;
	*(uint8_t *)out = (uint8_t)i;
	per_make_any(any, t->rows[i].type, out + t->rows[i].offset);
}

void per_make_any(struct per_any *any, const struct per_type *t, void *out)
{
	struct bits *bits = out;
	struct bytes *bytes = out;

	any->depth++;
	switch ((enum per_kind)t->kind) {
	case PER_NULL:
		*(uint8_t *)out = 0;
		break;
	case PER_INTEGER:
	case PER_ENUMERATED:
	case PER_BITS_UINT:
	case PER_OCTETS_UINT:
		any_number(any, t, out);
		break;
	case PER_BITS:
		bits->n = any_size(any, t, 64);
		bits->p = any_octets(any, (bits->n + 7) / 8, false);
		break;
	case PER_OCTETS:
	case PER_STRING:
		bytes->n = any_size(any, t, 24);
		bytes->p = any_octets(any, bytes->n, t->kind == PER_STRING);
		break;
	case PER_SEQUENCE:
	case PER_PROTOCOL_IES:
		any_rows(any, t, out);
		break;
	case PER_LIST:
	case PER_CONTAINERS:
		any_list(any, t, out);
		break;
	case PER_CHOICE:
		any_choice(any, t, out);
		break;
	case PER_IE_FIELD:
		*(struct per_ie_field *)out = (struct per_ie_field){.id = UINT16_MAX};
		break;
	case PER_CUSTOM:
		t->custom->any(any, out);
		break;
	}
	any->depth--;
}
