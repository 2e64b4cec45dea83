/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol configuration options: see pco.h. A device asks once and gets one answer: there is no
 * PPP negotiation behind it, so each PPP packet is answered by the one packet that serves it best.
 */
#include <errno.h>

#include "codec/pco.h"

enum { PCO_HEADER = 0x80 }; /* extension bit, configuration protocol PPP */

/* PPP codes (RFC 1661 5, RFC 1334 2.2, RFC 1994 4) and IPCP options (RFC 1332 3, RFC 1877 1) */
enum {
	CONFIGURE_REQUEST = 1,
	CONFIGURE_ACK = 2,
	CONFIGURE_NAK = 3,
	CONFIGURE_REJECT = 4,
	PAP_REQUEST = 1,
	PAP_ACK = 2,
	CHAP_RESPONSE = 2,
	CHAP_SUCCESS = 3,
	IPCP_PRIMARY_DNS = 129,
	IPCP_SECONDARY_DNS = 131,
};

struct rd pco_open(struct bytes pco)
{
	struct rd r = rd_bytes(pco);

	if (pco.n)
		rd_u8(&r);
	return r;
}

bool pco_next(struct rd *r, struct pco_item *i)
{
	struct rd v;

	if (r->bad || !rd_left(r))
		return false;
	i->id = rd_u16(r);
	v = rd_sub(r, rd_u8(r));
	i->value = rd_rest(&v);
	return !r->bad;
}

/* ---- PPP ---- */

struct ppp {
	uint8_t code, id;
	struct rd body;
};

static bool ppp_open(struct bytes packet, struct ppp *p)
{
	struct rd r = rd_bytes(packet);
	size_t n;

	p->code = rd_u8(&r);
	p->id = rd_u8(&r);
	n = rd_u16(&r);
	if (r.bad || n < 4)
		return false;
	p->body = rd_sub(&r, n - 4);
	return !r.bad;
}

struct ppp_option {
	uint8_t type;
	struct bytes value;
};

static bool ppp_option(struct rd *r, struct ppp_option *o)
{
	uint8_t n;

	if (r->bad || !rd_left(r))
		return false;
	o->type = rd_u8(r);
	n = rd_u8(r);
	if (n < 2) {
		r->bad = true;
		return false;
	}
	o->value = bytes_of(rd_take(r, n - 2u), n - 2u);
	return !r->bad;
}

/* ---- the gateway's side ---- */

struct answer {
	const struct pco_config *config;
	struct wr *w;
	bool dns4, dns6, mtu, ipcp, pap, chap; /* answered already */
};

static bool first_time(bool *done)
{
	bool was = *done;

	*done = true;
	return !was;
}

/* A container whose contents follow up to container_close. */
static struct wr container_open(struct wr *w, uint16_t id)
{
	struct wr length;

	wr_u16(w, id);
	length = *w;
	wr_u8(w, 0);
	return length;
}

static void container_close(struct wr *w, struct wr *length)
{
	if (!w->bad)
		wr_u8(length, (unsigned)(w->p - length->p - 1));
}

static void container(struct wr *w, uint16_t id, const void *p, size_t n)
{
	wr_u16(w, id);
	wr_u8(w, (unsigned)n);
	wr_raw(w, p, n);
}

static unsigned servers4(const struct pco_config *c)
{
	if (c->has6 && !c->has4)
		return 0;
	return c->dns4_n < PCO_MAX_DNS ? c->dns4_n : PCO_MAX_DNS;
}

static unsigned servers6(const struct pco_config *c)
{
	if (c->has4 && !c->has6)
		return 0;
	return c->dns6_n < PCO_MAX_DNS ? c->dns6_n : PCO_MAX_DNS;
}

/* The server an IPCP option asks for, NULL if there is none or the option is another one. */
static const struct in_addr *ipcp_server(const struct pco_config *c, uint8_t option)
{
	unsigned i = option == IPCP_PRIMARY_DNS     ? 0
		     : option == IPCP_SECONDARY_DNS ? 1
						    : PCO_MAX_DNS;

	return i < servers4(c) ? &c->dns4[i] : NULL;
}

/* Which answer an IPCP request gets. By RFC 1661 a reject would come before a nak, and the device
 * would ask again without the options rejected; here it cannot, so servers it can have come first.
 */
static uint8_t ipcp_verdict(const struct pco_config *c, struct rd body)
{
	bool nak = false, reject = false;
	struct ppp_option o;

	while (ppp_option(&body, &o)) {
		const struct in_addr *server = ipcp_server(c, o.type);

		if (!server)
			reject = true;
		else if (o.value.n != 4 || memcmp(o.value.p, server, 4))
			nak = true;
	}
	if (body.bad)
		return 0;
	return nak ? CONFIGURE_NAK : reject ? CONFIGURE_REJECT : CONFIGURE_ACK;
}

static void answer_ipcp(struct answer *a, struct bytes packet)
{
	struct wr length, ppp_length;
	bool given[4] = {false};
	struct ppp_option o;
	uint8_t verdict;
	struct ppp p;

	if (!ppp_open(packet, &p) || p.code != CONFIGURE_REQUEST)
		return;
	verdict = ipcp_verdict(a->config, p.body);
	if (!verdict || !first_time(&a->ipcp))
		return;
	length = container_open(a->w, PCO_IPCP);
	wr_u8(a->w, verdict);
	wr_u8(a->w, p.id);
	ppp_length = *a->w;
	wr_u16(a->w, 0);
	while (ppp_option(&p.body, &o)) {
		const struct in_addr *server = ipcp_server(a->config, o.type);

		if (server && verdict != CONFIGURE_REJECT && first_time(&given[o.type & 3])) {
			wr_u8(a->w, o.type);
			wr_u8(a->w, 6);
			wr_raw(a->w, server, 4);
		} else if (!server && verdict == CONFIGURE_REJECT) {
			wr_u8(a->w, o.type);
			wr_u8(a->w, o.value.n + 2);
			wr_bytes(a->w, o.value);
		}
	}
	if (!a->w->bad)
		wr_u16(&ppp_length, (unsigned)(a->w->p - length.p - 1));
	container_close(a->w, &length);
}

static void answer_pap(struct answer *a, struct bytes packet)
{
	struct ppp p;

	if (!ppp_open(packet, &p) || p.code != PAP_REQUEST || !first_time(&a->pap))
		return;
	container(a->w, PCO_PAP, (const uint8_t[]){PAP_ACK, p.id, 0, 5, 0}, 5);
}

static void answer_chap(struct answer *a, struct bytes packet)
{
	struct ppp p;

	if (!ppp_open(packet, &p) || p.code != CHAP_RESPONSE || !first_time(&a->chap))
		return;
	container(a->w, PCO_CHAP, (const uint8_t[]){CHAP_SUCCESS, p.id, 0, 4}, 4);
}

static void answer_item(struct answer *a, const struct pco_item *i)
{
	const struct pco_config *c = a->config;

	switch (i->id) {
	case PCO_IPCP:
		answer_ipcp(a, i->value);
		break;
	case PCO_PAP:
		answer_pap(a, i->value);
		break;
	case PCO_CHAP:
		answer_chap(a, i->value);
		break;
	case PCO_DNS_IPV4:
		if (first_time(&a->dns4))
			for (unsigned k = 0; k < servers4(c); k++)
				container(a->w, PCO_DNS_IPV4, &c->dns4[k], 4);
		break;
	case PCO_DNS_IPV6:
		if (first_time(&a->dns6))
			for (unsigned k = 0; k < servers6(c); k++)
				container(a->w, PCO_DNS_IPV6, &c->dns6[k], 16);
		break;
	case PCO_IPV4_MTU:
		if (c->mtu && (c->has4 || !c->has6) && first_time(&a->mtu))
			container(a->w, PCO_IPV4_MTU,
				  (const uint8_t[]){(uint8_t)(c->mtu >> 8), (uint8_t)c->mtu}, 2);
		break;
	default:
		break;
	}
}

int pco_answer(struct bytes request, const struct pco_config *config, struct wr *w)
{
	struct answer a = {.config = config, .w = w};
	struct rd r = pco_open(request);
	uint8_t *start = w->p;
	struct pco_item i;

	wr_u8(w, PCO_HEADER);
	while (pco_next(&r, &i))
		answer_item(&a, &i);
	if (w->bad)
		return -ENOSPC;
	if (r.bad || w->p == start + 1)
		w->p = start;
	return r.bad ? -EBADMSG : (int)(w->p - start);
}

/* ---- the device's side ---- */

void pco_request(struct wr *w)
{
	static const uint8_t ipcp[] = {CONFIGURE_REQUEST,
				       0,
				       0,
				       16,
				       IPCP_PRIMARY_DNS,
				       6,
				       0,
				       0,
				       0,
				       0,
				       IPCP_SECONDARY_DNS,
				       6,
				       0,
				       0,
				       0,
				       0};

	wr_u8(w, PCO_HEADER);
	container(w, PCO_IPCP, ipcp, sizeof(ipcp));
	container(w, PCO_DNS_IPV4, NULL, 0);
	container(w, PCO_DNS_IPV6, NULL, 0);
	container(w, PCO_IPV4_MTU, NULL, 0);
	container(w, PCO_IP_VIA_NAS, NULL, 0);
}

int pco_read_answer(struct bytes answer, struct pco_config *c)
{
	struct rd r = pco_open(answer);
	bool dns4 = false, dns6 = false;
	struct pco_item i;

	while (pco_next(&r, &i)) {
		if (i.id == PCO_DNS_IPV4 && i.value.n == 4) {
			if (first_time(&dns4))
				c->dns4_n = 0;
			if (c->dns4_n < PCO_MAX_DNS)
				memcpy(&c->dns4[c->dns4_n++], i.value.p, 4);
		} else if (i.id == PCO_DNS_IPV6 && i.value.n == 16) {
			if (first_time(&dns6))
				c->dns6_n = 0;
			if (c->dns6_n < PCO_MAX_DNS)
				memcpy(&c->dns6[c->dns6_n++], i.value.p, 16);
		} else if (i.id == PCO_IPV4_MTU && i.value.n == 2) {
			c->mtu = (uint16_t)(i.value.p[0] << 8 | i.value.p[1]);
		}
	}
	return r.bad ? -EBADMSG : 0;
}
