/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the model share. */
#ifndef TESTS_BPF_MODEL_PARTS_H
#define TESTS_BPF_MODEL_PARTS_H

#include "model.h"

/* An IP packet in the frame. */
struct view {
	const uint8_t *p;
	size_t n, hlen;
	bool v6;
	uint8_t proto;
	const uint8_t *src, *dst;
};

/* What the IPv6 extension headers in front of a packet's upper layer say. */
struct upper {
	size_t at; /* from the packet's start */
	uint8_t proto;
	bool fragment, later;
};

/* What a chain of extension headers asks for. */
struct extensions {
	size_t end;
	bool endpoint, all, ends; /* must be understood: by endpoints, by all; not to be relayed */
};

/* model_view.c */
/* False unless a whole packet is there. */
bool view_ip(const uint8_t *p, size_t room, bool v6, struct view *v);
/* The pool of a network that an address is in, and its offset there; NULL if none. */
const struct pool *pool_with(const uint8_t *a, bool v6, uint32_t network, uint32_t *offset);
/* The network that a whole frame comes from, -1 if from nobody's. */
int network_of(const uint8_t *f);
/* The slot of a destination in a network, -1 if it is no device's; *own if it is the gateway's,
 * *behind if it is behind the slot's device. */
int slot_of(const struct view *v, uint32_t network, bool *own, bool *behind);
/* The gateway address of the pool that the slot belongs to. */
void gateway(uint32_t slot, bool v6, uint8_t *out);
bool is_gtpu(const uint8_t *a, bool v6);
bool is_local(const uint8_t *a, bool v6);
bool on_link(const struct view *v);
bool source_ok(const struct session *s, const struct view *v);
bool martian(const struct view *v);
/* Behind more than six headers, or beyond 2000 octets of the frame, nobody looks. */
bool view_upper(const struct view *v, const uint8_t *f, size_t n, struct upper *u);
bool routable(const struct view *v);
/* The extension headers from `at` on, the first of that type. */
bool extensions(const uint8_t *p, size_t n, size_t at, uint8_t type, struct extensions *e);

/* model_write.c */
/* Link-layer header of a hop; returns its length. */
size_t link_write(uint8_t *out, const struct hop *h, bool v6);
/* One hop less: TTL or hop limit, and the checksum as it was wrong or right before (RFC 1624). */
void age(uint8_t *p, bool v6);
size_t outer_len(bool v6);
/* Outer headers around the n octets of GTP-U that are in place behind them. */
void outer_write(uint8_t *p, bool v6, uint8_t tos, const uint8_t *src, const uint8_t *dst,
		 unsigned dport, size_t n);
int echo(struct model *m, const uint8_t *f, const struct view *o);
int error_indication(struct model *m, const uint8_t *f, const struct view *o);
/* The device's packet at p gets its DSCP; IPv4's checksum as in age(). */
void mark(const struct model *m, uint8_t *p, bool v6);
/* The packet in the session's tunnel, through m->hop. */
void tunnel(struct model *m, const struct session *s, const struct view *in, bool aged);
int too_big(struct model *m, enum lab_role role, const uint8_t *f, const struct view *in, unsigned mtu);

/* A limit may turn what becomes of the frame into that. */
static inline void may(struct model *m, int reason)
{
	int i = 0;

	while (m->instead[i] >= 0)
		i++;
	m->instead[i] = reason;
}

#endif
