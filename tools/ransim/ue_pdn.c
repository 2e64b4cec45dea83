/* SPDX-License-Identifier: Apache-2.0 */
/* The default bearer of a UE: what the network gave it (TS 24.301 6.4.1), the tun a person sees it
 * by, and IPv6 by router solicitation and advertisement over the bearer (TS 23.401 5.3.1.2.2, RFC
 * 4861 6.3.7, with shorter intervals). */
#include "ue.h"
#include "ue_esm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codec/nas.h"
#include "codec/pco.h"
#include "core/loop.h"
#include "gtpu.h"
#include "move.h"
#include "tun.h"

enum { RS_FIRST_MS = 50, RS_AGAIN_MS = 1000, RS_MAX = 10 };

void pdn_activate(struct ue *ue, const struct nas_activate_default_bearer_request *in, uint8_t ebi)
{
	struct pdn *p = &ue->pdn;
	struct pco_config pco = {0};

	timer_stop(&p->rs);
	*p = (struct pdn){.active = true, .ebi = ebi, .type = in->pdn_address.type};
	memcpy(p->iid, in->pdn_address.iid, sizeof(p->iid));
	p->ip4 = in->pdn_address.ip4;
	p->qci = in->qos.qci;
	snprintf(p->apn, sizeof(p->apn), "%s", in->apn.name);
	if (HAS(in, nas_activate_default_bearer_request, esm_cause))
		p->esm_cause = in->esm_cause;
	p->ambr = in->apn_ambr; /* both zero where they are not there */
	nas_ambr_join(&p->ambr, &in->extended_ambr);
	if (!HAS(in, nas_activate_default_bearer_request, pco) || pco_read_answer(in->pco, &pco))
		return;
	p->mtu = pco.mtu;
	for (; p->dns4_n < 2 && p->dns4_n < pco.dns4_n; p->dns4_n++)
		p->dns4[p->dns4_n] = pco.dns4[p->dns4_n];
	for (; p->dns6_n < 2 && p->dns6_n < pco.dns6_n; p->dns6_n++)
		p->dns6[p->dns6_n] = pco.dns6[p->dns6_n];
}

const char *pdn_show(const struct ue *ue, char *out, size_t cap)
{
	const struct pdn *p = &ue->pdn;
	char a[INET6_ADDRSTRLEN];
	FILE *f = fmemopen(out, cap, "w");

	*out = 0;
	if (!f)
		return out;
	fprintf(f, "type=%u", p->type);
	if (p->type & NAS_PDN_IPV4)
		fprintf(f, " ip=%s", inet_ntop(AF_INET, &p->ip4, a, sizeof(a)));
	if (p->type & NAS_PDN_IPV6) {
		struct in6_addr ll = {.s6_addr = {0xfe, 0x80}};

		memcpy(ll.s6_addr + 8, p->iid, 8);
		fprintf(f, " link-local=%s", inet_ntop(AF_INET6, &ll, a, sizeof(a)));
	}
	fprintf(f, " apn=%s ebi=%u qci=%u", p->apn, p->ebi, p->qci);
	for (unsigned i = 0; i < p->dns4_n; i++)
		fprintf(f, "%s%s",
			i ? "," : " dns=", inet_ntop(AF_INET, &p->dns4[i], a, sizeof(a)));
	for (unsigned i = 0; i < p->dns6_n; i++)
		fprintf(f, "%s%s",
			i ? "," : " dns6=", inet_ntop(AF_INET6, &p->dns6[i], a, sizeof(a)));
	fprintf(f, " mtu=%u", p->mtu);
	if (p->ambr.up || p->ambr.down)
		fprintf(f, " ambr-up=%llu ambr-down=%llu", (unsigned long long)p->ambr.up,
			(unsigned long long)p->ambr.down);
	if (p->esm_cause)
		fprintf(f, " esm-cause=%u", p->esm_cause);
	fclose(f);
	return out;
}

/* The device's parameters as they are now; false if the UE is to have none. */
static bool device(const struct ue *ue, struct tun_config *c)
{
	const struct ue_profile *p = ue->profile;

	*c = (struct tun_config){.has4 = ue->pdn.type & NAS_PDN_IPV4,
				 .ip4 = ue->pdn.ip4,
				 .has_ll = ue->pdn.type & NAS_PDN_IPV6,
				 .mtu = ue->pdn.mtu,
				 .default_route = *p->netns || p->default_route};
	memcpy(c->iid, ue->pdn.iid, sizeof(c->iid));
	return *p->tun && pattern_expand(p->tun, ue->number, c->name, sizeof(c->name)) &&
	       pattern_expand(p->netns, ue->number, c->netns, sizeof(c->netns));
}

static void device_up(const struct ue *ue, uint32_t teid, const struct tun_config *c)
{
	const char *what;
	int err, fd = tun_open(c, &what);

	if (fd < 0) {
		event_ue(ue, "tun.failed", "dev=%s netns=%s step=\"%s\" error=\"%s\"", c->name,
			 c->netns, what, strerror(-fd));
		return;
	}
	err = gtpu_port_tun(teid, fd);
	if (err)
		event_ue(ue, "tun.failed", "dev=%s error=\"%s\"", c->name, strerror(-err));
	else
		event_ue(ue, "tun", "dev=%s%s%s", c->name, *c->netns ? " netns=" : "", c->netns);
}

void pdn_more_up(struct ue *ue, const struct bearer *b)
{
	struct tun_config c;
	size_t n;

	if (!sim.user_plane || !b->path.teid || !b->ip4.s_addr || !device(ue, &c))
		return;
	n = strlen(c.name);
	if ((size_t)snprintf(c.name + n, sizeof(c.name) - n, "-%u", b->ebi) >= sizeof(c.name) - n)
		return;
	c.has4 = true;
	c.has_ll = c.default_route = false;
	c.ip4 = b->ip4;
	device_up(ue, b->path.teid, &c);
}

static void solicit(struct timer *t)
{
	struct ue *ue = container_of(t, struct ue, pdn.rs);
	uint8_t rs[64];
	size_t n = pkt_router_solicit(rs, sizeof(rs), ue->pdn.iid);

	if (ue->pdn.solicitations++ == RS_MAX) {
		event_ue(ue, "ip6.failed", "why=\"no router advertisement\"");
		return;
	}
	gtpu_send(ue->path.teid, rs, n);
	timer_start(t, RS_AGAIN_MS, solicit);
}

void pdn_up(struct ue *ue)
{
	struct tun_config c;

	if (!sim.user_plane || !ue->path.teid)
		return;
	if (device(ue, &c))
		device_up(ue, ue->path.teid, &c);
	if (ue->pdn.type & NAS_PDN_IPV6) {
		gtpu_port_want_ra(ue->path.teid, true);
		timer_start(&ue->pdn.rs, RS_FIRST_MS, solicit);
	}
}

void pdn_down(struct ue *ue)
{
	timer_stop(&ue->pdn.rs);
	ue->pdn.active = false;
	bearers_drop(ue);
	path_close(&ue->path);
}

static void advertised(void *owner, const struct pkt_ra *ra)
{
	struct ue *ue = owner;
	char a[INET6_ADDRSTRLEN];
	struct tun_config c;
	int err;

	if (!ra->has_prefix || ra->prefix_len != 64 || !timer_running(&ue->pdn.rs))
		return;
	timer_stop(&ue->pdn.rs);
	memcpy(&ue->pdn.ip6, &ra->prefix, 8);
	memcpy(ue->pdn.ip6.s6_addr + 8, ue->pdn.iid, 8);
	if (device(ue, &c)) {
		if (!c.mtu && ra->mtu <= UINT16_MAX)
			c.mtu = (uint16_t)ra->mtu;
		err = tun_add_ip6(&c, &ue->pdn.ip6, 64);
		if (err)
			event_ue(ue, "tun.failed", "dev=%s step=\"IPv6 address\" error=\"%s\"",
				 c.name, strerror(-err));
	}
	event_ue(ue, "ip6", "ip6=%s prefix-len=%u mtu=%u",
		 inet_ntop(AF_INET6, &ue->pdn.ip6, a, sizeof(a)), ra->prefix_len, ra->mtu);
}

static void echo_reply(void *owner, uint16_t seq, uint64_t rtt_us, size_t size)
{
	event_ue(owner, "pong", "seq=%u rtt-ms=%.3f size=%zu", seq, (double)rtt_us / 1e3, size);
}

static void uplink_pending(void *owner)
{
	struct ue *ue = owner;

	/* The tun is not watched again until the bearer is there, so nobody else would ask. */
	if (!ue->connected)
		ue->uplink_waits = ue_service(ue) == -ENETDOWN;
}

static void error_indication(void *owner) { event_ue(owner, "gtpu.error-indication", "%s", ""); }

static void end_marker(void *owner, uint32_t teid)
{
	struct path *p = path_by_teid(owner, teid);

	if (!p)
		return;
	event_ue(owner, "gtpu.end-marker", "ebi=%u", path_ebi(owner, p));
	move_end_marker(owner, p);
}

const struct gtpu_events *pdn_events(void)
{
	static const struct gtpu_events ev = {.ra = advertised,
					      .echo_reply = echo_reply,
					      .uplink_pending = uplink_pending,
					      .error_indication = error_indication,
					      .end_marker = end_marker};

	return &ev;
}

int pdn_ping(struct ue *ue, uint8_t ebi, const char *address, uint16_t seq, size_t payload)
{
	const struct bearer *b = ebi ? bearer_find(ue, ebi) : NULL;
	uint32_t teid = b ? b->path.teid : ue->path.teid;
	uint64_t stamp = loop_clock_ns() / 1000;
	uint8_t packet[1500];
	struct in6_addr to6;
	struct in_addr to4;
	size_t n;

	if (!teid || (ebi && !b && ebi != ue->pdn.ebi))
		return -ENOTCONN;
	if (inet_pton(AF_INET, address, &to4) == 1)
		n = pkt_echo4(packet, sizeof(packet), b ? b->ip4 : ue->pdn.ip4, to4, seq, stamp,
			      payload);
	else if (inet_pton(AF_INET6, address, &to6) == 1)
		n = pkt_echo6(packet, sizeof(packet), &ue->pdn.ip6, &to6, seq, stamp, payload);
	else
		return -EINVAL;
	return n ? gtpu_send(teid, packet, n) : -EMSGSIZE;
}
