/* SPDX-License-Identifier: Apache-2.0 */
/* Data forwarding at handovers (TS 36.300 10.1.2.3): the old eNodeB passes packets on to the new
 * one, directly or by the S-GW, and then the End Marker that ends the old path (TS 29.281 7.3.2);
 * the new eNodeB gives the device those first, and then what came by the new path meanwhile. */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "gtpu_port.h"
#include "gtpu_wire.h"

enum { HELD_MAX = 4096 };

struct held {
	struct held *next;
	size_t n;
	uint8_t b[];
};

static void pass_on(struct sock *s, const struct port *p, uint8_t type, const uint8_t *packet,
		    size_t n)
{
	uint8_t out[GTPU_SHORT_LEN + PACKET_MAX];
	struct sockaddr_in to = gtpu_sockaddr(p->peer);

	if (!p->connected || n > PACKET_MAX)
		return;
	gtpu_header_put(out, type, p->peer_teid, n, false, 0);
	memcpy(out + GTPU_SHORT_LEN, packet, n);
	if (sendto(s->fd, out, GTPU_SHORT_LEN + n, MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		g.c.send_failed++;
}

static void hold(struct port *p, const uint8_t *packet, size_t n)
{
	struct held **at = &p->held, *h = malloc(sizeof(*h) + n);
	unsigned count = 0;

	for (; *at; at = &(*at)->next)
		count++;
	if (!h || count >= HELD_MAX) {
		free(h);
		g.c.tun_dropped++;
		return;
	}
	*h = (struct held){.n = n};
	memcpy(h->b, packet, n);
	*at = h;
}

static void settle(struct port *p)
{
	struct held *h;

	p->holding = false;
	while ((h = p->held)) {
		p->held = h->next;
		gtpu_deliver(p, h->b, h->n);
		free(h);
	}
}

void gtpu_forward_drop(struct port *p)
{
	struct held *h;

	p->holding = false;
	while ((h = p->held)) {
		p->held = h->next;
		free(h);
	}
}

void gtpu_forward_in(struct sock *s, struct port *p, const uint8_t *packet, size_t n)
{
	struct port *bearer = p->kind == PORT_FORWARDED ? gtpu_port_of(p->bearer) : p;

	if (p->kind == PORT_LEFT)
		pass_on(s, p, GTPU_GPDU, packet, n);
	else if (p->kind == PORT_BEARER && p->holding)
		hold(p, packet, n);
	else if (bearer)
		gtpu_deliver(bearer, packet, n);
}

void gtpu_forward_end(struct sock *s, struct port *p)
{
	struct port *bearer = p->kind == PORT_FORWARDED ? gtpu_port_of(p->bearer) : NULL;

	if (p->kind == PORT_LEFT)
		pass_on(s, p, GTPU_END_MARKER, (const uint8_t *)"", 0);
	if (p->kind == PORT_LEFT && !p->connected)
		gtpu_event_post((struct event){.kind = EVENT_END_MARKER}, p);
	if (bearer) {
		settle(bearer);
		gtpu_event_post((struct event){.kind = EVENT_END_MARKER}, bearer);
	}
}

uint32_t gtpu_port_forwarded(uint32_t bearer, int sock)
{
	uint32_t teid = gtpu_port_new(sock, NULL);
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(teid);
	if (p) {
		p->kind = PORT_FORWARDED;
		p->bearer = bearer;
	}
	pthread_mutex_unlock(&g.lock);
	return teid;
}

uint32_t gtpu_port_twin(uint32_t teid, int sock, void *owner)
{
	uint32_t twin = gtpu_port_new(sock, owner);
	struct port *from, *p;

	pthread_mutex_lock(&g.lock);
	from = gtpu_port_of(teid);
	p = gtpu_port_of(twin);
	if (from && p) {
		p->peer = from->peer;
		p->peer_teid = from->peer_teid;
		p->connected = from->connected;
	}
	pthread_mutex_unlock(&g.lock);
	return twin;
}

static void leave(const struct gtpu_move *m)
{
	struct port *from = gtpu_port_of(m->old), *p = gtpu_port_of(m->bearer);

	if (!from)
		return;
	if (p) {
		p->tun = from->tun;
		from->tun = -1;
		p->want_ra = from->want_ra;
		p->up_packets = from->up_packets;
		p->up_bytes = from->up_bytes;
		p->down_packets = from->down_packets;
		p->down_bytes = from->down_bytes;
		p->joined = from->joined;
		p->filter = from->filter;
		p->filters = from->filters;
		from->filter = NULL;
		from->filters = 0;
		p->holding = m->teid != 0;
		if (p->tun >= 0)
			gtpu_watch(EPOLL_CTL_MOD, p->tun, WATCH_TUN, p->teid, EPOLLIN);
	}
	from->kind = PORT_LEFT;
	from->peer = m->to;
	from->peer_teid = m->teid;
	from->connected = m->teid != 0;
}

static uint32_t moved_to(const struct gtpu_move *m, unsigned n, uint32_t teid)
{
	for (unsigned i = 0; i < n; i++)
		if (m[i].old == teid)
			return m[i].bearer;
	return teid;
}

void gtpu_ports_move(const struct gtpu_move *m, unsigned n)
{
	struct port *before;

	pthread_mutex_lock(&g.lock);
	for (unsigned i = 0; i < n; i++)
		if ((before = gtpu_port_of(
			     m[i].old))) /* it leaves before the path before has ended */
			settle(before);
	for (unsigned i = 0; i < n; i++)
		leave(&m[i]);
	for (unsigned i = 0; i < n; i++) {
		struct port *p = gtpu_port_of(m[i].bearer);

		if (!p)
			continue;
		p->joined = moved_to(m, n, p->joined);
		for (unsigned k = 0; k < p->filters; k++)
			p->filter[k].teid = moved_to(m, n, p->filter[k].teid);
	}
	pthread_mutex_unlock(&g.lock);
}

void gtpu_port_settle(uint32_t bearer)
{
	struct port *p;

	pthread_mutex_lock(&g.lock);
	p = gtpu_port_of(bearer);
	if (p)
		settle(p);
	pthread_mutex_unlock(&g.lock);
}
