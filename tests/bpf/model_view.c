/* SPDX-License-Identifier: Apache-2.0 */
/* What the model sees in a frame, and whose addresses those are. */
#include <arpa/inet.h>
#include <string.h>
#include "model_parts.h"

static const uint8_t zero[16];

bool view_ip(const uint8_t *p, size_t room, bool v6, struct view *v)
{
	v->p = p;
	v->v6 = v6;
	if (v6) {
		if (room < 40 || p[0] >> 4 != 6)
			return false;
		v->hlen = 40;
		v->n = 40u + get16(p + 4);
		v->proto = p[6];
		v->src = p + 8;
		v->dst = p + 24;
		return v->n <= room;
	}
	if (room < 20 || p[0] >> 4 != 4)
		return false;
	v->hlen = (p[0] & 15u) * 4;
	v->n = get16(p + 2);
	v->proto = p[9];
	v->src = p + 12;
	v->dst = p + 16;
	return v->hlen >= 20 && v->n >= v->hlen && v->n <= room;
}

const struct pool *pool_with(const uint8_t *a, bool v6, uint32_t network, uint32_t *offset)
{
	for (int i = 0; i < MCORE_MAX_POOLS && lab.settings->pools[i].size; i++) {
		const struct pool *p = &lab.settings->pools[i];
		uint64_t base = v6 ? p->base6 : p->base4;
		uint64_t x = v6 ? (uint64_t)get32(a) << 32 | get32(a + 4) : get32(a);

		if (p->network == network && base && x >= base && x - base < p->size) {
			*offset = (uint32_t)(x - base);
			return p;
		}
	}
	return NULL;
}

int network_of(const uint8_t *f)
{
	unsigned type = get16(f + 12);
	bool tagged = type == 0x8100 || type == 0x88a8;

	if (!lab.settings->networks)
		return 0;
	return lab_network(tagged ? get16(f + 14) & 0xfff : 0);
}

/* The gateway address of the pool that the slot belongs to. */
void gateway(uint32_t slot, bool v6, uint8_t *out)
{
	const uint32_t network = lab.sessions[slot].network;
	const struct pool *p = NULL;

	for (int i = 0; i < MCORE_MAX_POOLS && lab.settings->pools[i].size; i++) {
		const struct pool *q = &lab.settings->pools[i];

		if ((v6 ? !q->base6 : !q->base4) || q->network != network)
			continue;
		if (!p || (slot >= q->first_slot && slot < q->first_slot + q->size))
			p = q;
	}
	if (!p)
		return;
	if (v6) {
		memset(out, 0, 16);
		put32(out, (uint32_t)(p->base6 >> 32));
		put32(out + 4, (uint32_t)p->base6);
		out[15] = 1;
	} else {
		put32(out, p->base4 + 1);
	}
}

static bool is_static(const struct view *v)
{
	uint8_t a4[4], a6[16];

	inet_pton(AF_INET, "192.0.2.77", a4);
	inet_pton(AF_INET6, "2001:db8:77:77::", a6);
	return lab.settings->addresses && !memcmp(v->dst, v->v6 ? a6 : a4, v->v6 ? 8 : 4);
}

int slot_of(const struct view *v, uint32_t network, bool *own, bool *behind)
{
	uint32_t offset = 0;
	const struct pool *pool = pool_with(v->dst, v->v6, network, &offset);

	*own = pool && offset < 2;
	*behind = false;
	if (pool)
		return (int)(pool->first_slot + offset);
	if (!network && is_static(v))
		return STATIC;
	*behind = network == 1;
	return network == 1 ? lab_behind(v->dst, v->v6) : -1;
}

bool is_gtpu(const uint8_t *a, bool v6)
{
	uint8_t us[16];

	inet_pton(AF_INET6, LAB_GTPU6, us);
	return v6 ? !memcmp(a, us, 16) : get32(a) == LAB_GTPU4;
}

bool is_local(const uint8_t *a, bool v6)
{
	uint8_t a4[4], a6[16];

	inet_pton(AF_INET, "198.51.100.9", a4);
	inet_pton(AF_INET6, "2001:db8:99::9", a6);
	return is_gtpu(a, v6) || !memcmp(a, v6 ? a6 : a4, v6 ? 16 : 4);
}

static bool link_local(const uint8_t *a) { return a[0] == 0xfe && (a[1] & 0xc0) == 0x80; }

bool on_link(const struct view *v)
{
	return v->v6 && v->proto == 58 &&
	       (link_local(v->dst) || (v->dst[0] == 0xff && v->dst[1] == 2));
}

bool source_ok(const struct session *s, const struct view *v)
{
	static const uint8_t fe80[8] = {0xfe, 0x80};

	if (!v->v6)
		return s->ue4 && !memcmp(v->src, &s->ue4, 4);
	if (memcmp(s->ue6, zero, 8) && !memcmp(v->src, s->ue6, 8))
		return true;
	if (!on_link(v))
		return false;
	return !memcmp(v->src, zero, 16) ||
	       (!memcmp(v->src, fe80, 8) && !memcmp(v->src + 8, s->iid, 8));
}

bool martian(const struct view *v)
{
	if (v->v6)
		return !memcmp(v->src, zero, 8) || v->src[0] == 0xff || link_local(v->src);
	return v->src[0] == 0 || v->src[0] == 127 || v->src[0] >= 224;
}

/* Behind more than six headers, or beyond 2000 octets of the frame, nobody looks. */
bool view_upper(const struct view *v, const uint8_t *f, size_t n, struct upper *u)
{
	const size_t base = (size_t)(v->p - f);

	*u = (struct upper){.at = 40, .proto = v->proto};
	for (int i = 0; i < 7; i++) {
		const uint8_t *h = v->p + u->at;

		if (base + u->at > 2000)
			return false;
		if (u->proto != 0 && u->proto != 43 && u->proto != 44 && u->proto != 51 &&
		    u->proto != 60)
			return true;
		if (base + u->at + 8 > n)
			return false;
		if (u->proto == 44) {
			u->fragment = true;
			u->later = get16(h + 2) >> 3;
			u->proto = h[0];
			if (u->later)
				return true;
			u->at += 8;
			continue;
		}
		u->at += u->proto == 51 ? (h[1] + 2u) * 4 : (h[1] + 1u) * 8;
		u->proto = h[0];
	}
	return false;
}

bool routable(const struct view *v)
{
	if (v->v6)
		return memcmp(v->dst, zero, 8) && v->dst[0] != 0xff && !link_local(v->dst);
	return v->dst[0] != 0 && v->dst[0] != 127 && v->dst[0] < 224 &&
	       !(v->dst[0] == 169 && v->dst[1] == 254);
}

/* The extension headers from `at` on, the first of that type. */
bool extensions(const uint8_t *p, size_t n, size_t at, uint8_t type, struct extensions *e)
{
	static const uint8_t known[] = {0x20, 0x40, 0x81, 0x82, 0x83, 0x84, 0x85, 0xc0};
	int count = 0;

	for (; type; count++) {
		if (count == 8 || at >= n || !p[at] || at + p[at] * 4u > n)
			return false;
		e->ends |= type >> 6 == 1;
		e->endpoint |= type >> 6 == 2 && !memchr(known, type, sizeof known);
		e->all |= type >> 6 == 3 && !memchr(known, type, sizeof known);
		at += p[at] * 4u;
		type = p[at - 1];
	}
	e->end = at;
	return true;
}
