/* SPDX-License-Identifier: Apache-2.0 */
/* The access network's prefixes, into `settings`: programs keep devices of the common network from
 * them, by whatever way these leave (nat.c does the same for what this machine's stack forwards).
 *
 * They are what this machine's routes lead to by an interface of role access or both, with the
 * default route left out, which says of no network that it is there; and where a longer prefix
 * inside of one leads elsewhere, that, too. Routes are read again when some have changed, but not
 * for each of a burst: a routing daemon may have very many, so reading them takes a twentieth of
 * the loop's time at most. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <errno.h>
#include <stdlib.h>

enum { AGAIN_MS = 500, SHARE = 20 };

struct found {
	struct prefix prefix;
	enum access_limit limit;
};

static struct {
	struct found found[MCORE_MAX_ACCESS];
	unsigned n;
	bool inside, full; /* inside: look for what is not of it, but within */
	uint8_t family;
	struct timer again;
	uint64_t took_ms; /* to read them */
} state;

static enum access_limit limit_by(int ifindex)
{
	const struct link *l = link_find(ifindex);

	for (unsigned i = 0; l && i < dp.config.interfaces; i++) {
		const struct dp_interface *in = &dp.config.interface[i];

		if (in->role & DP_ACCESS && !strcmp(in->name, l->name))
			return in->role == DP_ACCESS && !dp.config.ue_to_access ? ACCESS_CLOSED
										: ACCESS_NO_CORE;
	}
	return ACCESS_OPEN;
}

/* By the strictest of its next hops. */
static enum access_limit limit_of(struct nlattr *tb[])
{
	enum access_limit limit =
		tb[RTA_OIF] ? limit_by((int)nla_get_u32(tb[RTA_OIF])) : ACCESS_OPEN;
	int left = tb[RTA_MULTIPATH] ? nla_len(tb[RTA_MULTIPATH]) : 0;

	for (struct rtnexthop *nh = left ? nla_data(tb[RTA_MULTIPATH]) : NULL;
	     left >= (int)sizeof(*nh) && RTNH_OK(nh, left);
	     left -= (int)RTNH_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh)) {
		enum access_limit one = limit_by(nh->rtnh_ifindex);

		limit = one > limit ? one : limit;
	}
	return limit;
}

static bool of_a_network(uint32_t table)
{
	for (unsigned i = 1; i <= dp.config.networks; i++)
		if (network_table(i) == table)
			return true;
	return false;
}

static void note(const struct prefix *p, enum access_limit limit)
{
	bool within = false;

	for (unsigned i = 0; i < state.n; i++) {
		struct found *f = &state.found[i];

		if (f->prefix.len == p->len && !memcmp(&f->prefix.net, &p->net, sizeof(p->net))) {
			f->limit = limit > f->limit ? limit : f->limit;
			return;
		}
		within |= f->limit != ACCESS_OPEN && f->prefix.len < p->len &&
			  prefix_meet(&f->prefix, p);
	}
	if (state.inside && !within)
		return;
	if (state.n == MCORE_MAX_ACCESS) {
		state.full = true;
		return;
	}
	state.found[state.n++] = (struct found){*p, limit};
}

static void on_route(struct nlmsghdr *m, void *arg)
{
	const struct rtmsg *rt = nlmsg_data(m);
	struct nlattr *tb[RTA_MAX + 1];
	struct prefix p = {.len = rt->rtm_dst_len};
	enum access_limit limit;

	(void)arg;
	if (m->nlmsg_type != RTM_NEWROUTE || rt->rtm_family != state.family || !rt->rtm_dst_len ||
	    rt->rtm_type != RTN_UNICAST || nlmsg_parse(m, sizeof(*rt), tb, RTA_MAX, NULL) < 0 ||
	    !netlink_get_addr(tb[RTA_DST], &p.net) || prefix_bits(&p) > 128 ||
	    IN6_IS_ADDR_LINKLOCAL(&p.net) ||
	    of_a_network(tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rt->rtm_table))
		return;
	limit = limit_of(tb);
	if (state.inside == (limit == ACCESS_OPEN))
		note(&p, limit);
}

static int read_routes(bool inside)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	int err = 0;

	state.inside = inside;
	for (unsigned i = 0; i < 2 && !err; i++) {
		struct rtmsg rt = {.rtm_family = families[i]};

		state.family = families[i];
		err = netlink_talk(netlink_request(RTM_GETROUTE, NLM_F_DUMP, &rt, sizeof(rt)),
				   on_route, NULL);
	}
	return err;
}

static int longest_first(const void *a, const void *b)
{
	return (int)prefix_bits(&((const struct found *)b)->prefix) -
	       (int)prefix_bits(&((const struct found *)a)->prefix);
}

/* As programs compare: IPv4 in the low 32 bits of the first word, as loaded. */
static struct access_prefix coded(const struct found *f)
{
	const bool v6 = !ip_is4(&f->prefix.net);
	struct access_prefix a = {.v6 = v6, .limit = f->limit};
	uint8_t mask[16] = {0};
	uint32_t w;

	for (unsigned bit = 0; bit < f->prefix.len; bit++)
		mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	if (v6) {
		memcpy(a.net, &f->prefix.net, 16);
		memcpy(a.mask, mask, 16);
		return a;
	}
	memcpy(&w, mask, 4);
	a.mask[0] = w;
	a.net[0] = ip_get4(&f->prefix.net).s_addr;
	return a;
}

/* Programs read meanwhile: what is equal stays. */
static void store(void)
{
	static const struct access_prefix end;

	for (unsigned i = 0; i < MCORE_MAX_ACCESS; i++) {
		struct access_prefix a = i < state.n ? coded(&state.found[i]) : end;

		if (memcmp(&dp.settings->access[i], &a, sizeof(a)) != 0)
			dp.settings->access[i] = a;
	}
}

int access_sync(void)
{
	const uint64_t begin = dp_now_ns();
	int err;

	state.n = 0;
	state.full = false;
	err = read_routes(false);
	if (!err && state.n)
		err = read_routes(true);
	state.took_ms = (dp_now_ns() - begin) / 1000000;
	if (state.full)
		LOG(WARN, "datapath.access",
		    "known=%u text=\"more prefixes of access networks than the datapath can know\"",
		    MCORE_MAX_ACCESS);
	if (err)
		return err;
	qsort(state.found, state.n, sizeof(*state.found), longest_first);
	store();
	return 0;
}

static void again(struct timer *t)
{
	int err = access_sync();

	(void)t;
	if (err)
		LOG(WARN, "datapath.access", "error=\"%s\"", strerror(-err));
}

void access_changed(void)
{
	uint64_t pause = state.took_ms * SHARE;

	if (!timer_running(&state.again))
		timer_start(&state.again, pause > AGAIN_MS ? pause : AGAIN_MS, again);
}

void access_stop(void)
{
	timer_stop(&state.again);
	memset(&state, 0, sizeof(state));
}
