/* SPDX-License-Identifier: Apache-2.0 */
/* The frames that the model sends: tunnels and answers. */
#include <string.h>
#include "model_parts.h"

/* Link-layer header of a hop; returns its length. */
size_t link_write(uint8_t *out, const struct hop *h, bool v6)
{
	uint8_t *p = out + 12;

	memcpy(out, h->dmac, 6);
	memcpy(out + 6, h->smac, 6);
	if (h->vlan) {
		put16(p, 0x8100);
		memcpy(p + 2, &h->vlan, 2);
		p += 4;
	}
	put16(p, v6 ? 0x86dd : 0x0800);
	return (size_t)(p + 2 - out);
}

/* One hop less: TTL or hop limit, and the checksum as it was wrong or right before (RFC 1624). */
void age(uint8_t *p, bool v6)
{
	uint32_t sum;

	if (v6) {
		p[7]--;
		return;
	}
	sum = (uint32_t)(~get16(p + 10) & 0xffff) + (~get16(p + 8) & 0xffffu);
	p[8]--;
	sum += get16(p + 8);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(p + 10, ~((sum & 0xffff) + (sum >> 16)) & 0xffff);
}

static void turn(uint8_t *out, const uint8_t *f, size_t l3)
{
	memcpy(out, f + 6, 6);
	memcpy(out + 6, f, 6);
	memcpy(out + 12, f + 12, l3 - 12);
}

static void ip4_write(uint8_t *p, size_t n, uint8_t proto, uint8_t tos, const uint8_t *src,
		      const uint8_t *dst)
{
	memset(p, 0, 20);
	p[0] = 0x45;
	p[1] = tos;
	put16(p + 2, (unsigned)n);
	p[6] = 0x40;
	p[8] = 64;
	p[9] = proto;
	memcpy(p + 12, src, 4);
	memcpy(p + 16, dst, 4);
	put16(p + 10, sum_done(sum_add(0, p, 20)));
}

static void udp_write(uint8_t *p, unsigned sport, unsigned dport, size_t n)
{
	put16(p, sport);
	put16(p + 2, dport);
	put16(p + 4, (unsigned)n);
	put16(p + 6, 0);
}

size_t outer_len(bool v6) { return v6 ? 48 : 28; }

void outer_write(uint8_t *p, bool v6, uint8_t tos, const uint8_t *src, const uint8_t *dst,
		 unsigned dport, size_t n)
{
	uint8_t pseudo[8] = {[7] = 17};
	uint16_t sum;

	if (!v6) {
		ip4_write(p, 28 + n, 17, tos, src, dst);
		udp_write(p + 20, 2152, dport, 8 + n);
		return;
	}
	memset(p, 0, 40);
	put16(p, 0x6000u | (unsigned)tos << 4);
	put16(p + 4, (unsigned)(8 + n));
	p[6] = 17;
	p[7] = 64;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
	udp_write(p + 40, 2152, dport, 8 + n);
	put32(pseudo, (uint32_t)(8 + n));
	sum = sum_done(sum_add(sum_add(sum_add(0, p + 8, 32), pseudo, 8), p + 40, 8 + n));
	put16(p + 46, sum ? sum : 0xffff);
}

/* A GTP-U answer: IP and UDP around `n` octets that are in place. */
static void answer(struct model *m, const uint8_t *f, const struct view *o, unsigned dport,
		   size_t n)
{
	size_t l3 = (size_t)(o->p - f);

	turn(m->frame, f, l3);
	outer_write(m->frame + l3, o->v6, 0, o->dst, o->src, dport, n);
	m->len = l3 + outer_len(o->v6) + n;
}

int echo(struct model *m, const uint8_t *f, const struct view *o)
{
	const uint8_t *gtp = o->p + o->hlen + 8;
	uint8_t *a = m->frame + (o->p - f) + outer_len(o->v6);

	memset(a, 0, 14);
	memcpy(a, (uint8_t[4]){0x32, 2, 0, 6}, 4);
	if (gtp[0] & 2)
		memcpy(a + 8, gtp + 8, 2);
	a[12] = 14;
	answer(m, f, o, get16(o->p + o->hlen), 14);
	return REASON_gtpu_echo;
}

int error_indication(struct model *m, const uint8_t *f, const struct view *o)
{
	const uint8_t *teid = o->p + o->hlen + 12;
	uint8_t *a = m->frame + (o->p - f) + outer_len(o->v6), n = o->v6 ? 16 : 4;

	may(m, REASON_teid_unanswered);
	if (!get32(teid) || o->p[o->hlen + 9] != 255)
		return REASON_teid_unanswered;
	memset(a, 0, 20);
	memcpy(a, (uint8_t[4]){0x32, 26, 0, (uint8_t)(12 + n)}, 4);
	a[12] = 16;
	memcpy(a + 13, teid, 4);
	memcpy(a + 17, (uint8_t[3]){133, 0, n}, 3);
	memcpy(a + 20, o->dst, n);
	answer(m, f, o, 2152, 20u + n);
	return REASON_unknown_teid;
}

/* The device's packet at p gets its DSCP; IPv4's checksum as in age(). */
void mark(const struct model *m, uint8_t *p, bool v6)
{
	unsigned was = get16(p);
	uint32_t sum;

	if (m->dscp == DSCP_KEEP)
		return;
	if (v6) {
		put16(p, (was & 0xf03f) | (unsigned)m->dscp << 6);
		return;
	}
	put16(p, (was & 0xff03) | (unsigned)m->dscp << 2);
	sum = (~get16(p + 10) & 0xffffu) + (~was & 0xffffu) + get16(p);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(p + 10, ~((sum & 0xffff) + (sum >> 16)) & 0xffff);
}

/* The packet in the session's tunnel, through m->hop. */
void tunnel(struct model *m, const struct session *s, const struct view *in, bool aged)
{
	const struct hop *h = &lab.hops[m->hop];
	size_t l2 = link_write(m->frame, h, h->family == 6), out = outer_len(h->family == 6);
	uint8_t *p = m->frame + l2 + out,
		dscp = m->dscp_outer == DSCP_KEEP ? s->dscp : m->dscp_outer;

	p[0] = 0x30;
	p[1] = 255;
	put16(p + 2, (unsigned)in->n);
	memcpy(p + 4, &s->peer_teid, 4);
	memcpy(p + 8, in->p, in->n);
	if (aged)
		age(p + 8, in->v6);
	mark(m, p + 8, in->v6);
	outer_write(m->frame + l2, h->family == 6, (uint8_t)(dscp << 2), h->local, h->addr, 2152,
		    in->n + 8);
	m->len = l2 + out + 8 + in->n;
}

int too_big(struct model *m, enum lab_role role, const uint8_t *f, const struct view *in,
	    unsigned mtu)
{
	size_t l3 = (size_t)(in->p - f), quote = in->v6 ? 1232 : 512;
	uint8_t from[16], pseudo[8] = {0, 0, 0, 0, 0, 0, 0, 58}, *p = m->frame + l3;

	if (!in->v6 && !(in->p[6] & 0x40))
		return role == LAB_HOST ? REASON_too_big_dropped : REASON_too_big_pass;
	if (in->v6 && (in->n <= 1280 || (in->proto == 58 && in->p[40] < 128)))
		return REASON_too_big_dropped;
	if (!in->v6 && (in->n < quote || get16(in->p + 6) & 0x1fff ||
			(in->proto == 1 && in->p[in->hlen] != 0 && in->p[in->hlen] != 8)))
		return REASON_too_big_dropped;
	may(m, REASON_too_big_dropped);
	memcpy(from, in->dst, in->v6 ? 16 : 4);
	if (role != LAB_HOST)
		gateway((uint32_t)m->slot, in->v6, from);
	turn(m->frame, f, l3);
	if (in->v6) {
		memset(p, 0, 48);
		p[0] = 0x60;
		put16(p + 4, (unsigned)(8 + quote));
		p[6] = 58;
		p[7] = 64;
		memcpy(p + 8, from, 16);
		memcpy(p + 24, in->src, 16);
		p[40] = 2;
		put32(p + 44, mtu < 1280 ? 1280 : mtu);
		memcpy(p + 48, in->p, quote);
		put32(pseudo, (uint32_t)(8 + quote));
		put16(p + 42, sum_done(sum_add(sum_add(sum_add(0, p + 8, 32), pseudo, 8), p + 40,
					       8 + quote)));
		m->len = l3 + 48 + quote;
	} else {
		ip4_write(p, 28 + quote, 1, 0, from, in->src);
		memset(p + 20, 0, 8);
		p[20] = 3;
		p[21] = 4;
		put16(p + 26, mtu);
		memcpy(p + 28, in->p, quote);
		put16(p + 22, sum_done(sum_add(0, p + 20, 8 + quote)));
		m->len = l3 + 28 + quote;
	}
	return REASON_too_big;
}
