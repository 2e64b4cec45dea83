/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours whose MAC addresses the datapath needs.
 *
 * The kernel does not see what XDP sends, so an entry of its neighbour table would go stale and be
 * collected. We ask for entries with NTF_EXT_MANAGED: the kernel then resolves and probes them by
 * itself, forever, and tells every change by netlink. An entry that it gave up (the address did not
 * answer) is asked for anew, at growing intervals. Entries that an administrator made permanent are
 * used and not touched. Several hops behind one router share a neighbour here. */
#include "datapath/internal.h"
#include "datapath/netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <uthash.h>

enum { RETRY_FIRST_MS = 500, RETRY_LAST_MS = 30000 };
enum { VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY };

struct neigh_key {
	struct in6_addr addr;
	int ifindex;
};

struct neigh {
	struct neigh_key key;
	bool valid, permanent, complained;
	uint8_t mac[6];
	struct neigh_user *users;
	struct timer retry;
	uint32_t retry_ms;
	UT_hash_handle hh;
};

static struct {
	struct neigh *all;
	void (*changed)(struct neigh_user *, const uint8_t *mac);
} state;

static struct nl_msg *request(int type, int flags, const struct neigh *n, uint8_t ntf)
{
	struct ndmsg nd = {
		.ndm_family = ip_is4(&n->key.addr) ? AF_INET : AF_INET6,
		.ndm_ifindex = n->key.ifindex,
		.ndm_flags = ntf,
	};
	struct nl_msg *msg = netlink_request(type, flags, &nd, sizeof(nd));

	if (msg)
		netlink_put_addr(msg, NDA_DST, &n->key.addr);
	return msg;
}

static void retry(struct timer *t);

static void set(struct neigh *n, uint16_t nud, const uint8_t *mac)
{
	bool valid = (nud & VALID) && mac;

	n->permanent = nud & (NUD_PERMANENT | NUD_NOARP);
	if (valid) {
		timer_stop(&n->retry);
		n->retry_ms = RETRY_FIRST_MS;
		n->complained = false;
	} else if (!timer_running(&n->retry)) {
		timer_start(&n->retry, n->retry_ms, retry);
	}
	if (valid == n->valid && (!valid || !memcmp(n->mac, mac, 6)))
		return;
	n->valid = valid;
	if (valid)
		memcpy(n->mac, mac, 6);
	for (struct neigh_user *u = n->users, *next; u; u = next) {
		next = u->next;
		state.changed(u, valid ? n->mac : NULL);
	}
}

static bool parse(struct nlmsghdr *m, struct neigh_key *key, uint16_t *nud, const uint8_t **mac)
{
	struct ndmsg *nd = nlmsg_data(m);
	struct nlattr *tb[NDA_MAX + 1];

	memset(key, 0, sizeof(*key));
	if (nlmsg_parse(m, sizeof(*nd), tb, NDA_MAX, NULL) < 0 ||
	    (nd->ndm_family != AF_INET && nd->ndm_family != AF_INET6) ||
	    !netlink_get_addr(tb[NDA_DST], &key->addr))
		return false;
	key->ifindex = nd->ndm_ifindex;
	*nud = m->nlmsg_type == RTM_DELNEIGH ? NUD_NONE : nd->ndm_state;
	*mac = tb[NDA_LLADDR] && nla_len(tb[NDA_LLADDR]) == 6 ? nla_data(tb[NDA_LLADDR]) : NULL;
	return true;
}

void neigh_on_event(struct nlmsghdr *m)
{
	struct neigh_key key;
	struct neigh *n;
	const uint8_t *mac;
	uint16_t nud;

	if (!parse(m, &key, &nud, &mac))
		return;
	HASH_FIND(hh, state.all, &key, sizeof(key), n);
	if (n)
		set(n, nud, mac);
}

static void on_answer(struct nlmsghdr *m, void *arg)
{
	(void)arg;
	if (m->nlmsg_type == RTM_NEWNEIGH)
		neigh_on_event(m);
}

/* What the kernel has now; and, if it is not the administrator's, asks the kernel to keep it. */
static void ask(struct neigh *n)
{
	struct nl_msg *msg;
	int err;

	if (netlink_talk(request(RTM_GETNEIGH, 0, n, 0), on_answer, NULL) == 0 && n->permanent)
		return;
	msg = request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, n, NTF_USE);
	if (msg)
		nla_put_u32(msg, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	err = netlink_talk(msg, NULL, NULL);
	if (err && err != -ENETDOWN)
		LOG(WARN, "datapath.neigh", "address=%s ifindex=%d error=\"%s\"",
		    ip_text(&n->key.addr), n->key.ifindex, strerror(-err));
}

static void retry(struct timer *t)
{
	struct neigh *n = container_of(t, struct neigh, retry);
	const struct link *l = link_find(n->key.ifindex);

	if (n->retry_ms < RETRY_LAST_MS)
		n->retry_ms *= 2;
	timer_start(t, n->retry_ms, retry);
	if (!n->complained && n->retry_ms > 4 * RETRY_FIRST_MS) {
		n->complained = true;
		LOG(WARN, "datapath.unresolved", "address=%s dev=%s text=\"does not answer %s\"",
		    ip_text(&n->key.addr), l ? l->name : "?",
		    ip_is4(&n->key.addr) ? "ARP" : "neighbour solicitations");
	}
	ask(n);
}

static struct neigh *find_or_make(int ifindex, const struct in6_addr *addr)
{
	struct neigh_key key;
	struct neigh *n;

	memset(&key, 0, sizeof(key));
	key.addr = *addr;
	key.ifindex = ifindex;
	HASH_FIND(hh, state.all, &key, sizeof(key), n);
	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->key = key;
	n->retry_ms = RETRY_FIRST_MS;
	HASH_ADD(hh, state.all, key, sizeof(key), n);
	timer_start(&n->retry, n->retry_ms, retry);
	ask(n);
	return n;
}

static void discard(struct neigh *n)
{
	timer_stop(&n->retry);
	HASH_DEL(state.all, n);
	free(n);
}

void neigh_release(struct neigh_user *u)
{
	struct neigh *n = u->neigh;

	if (!n)
		return;
	*u->pprev = u->next;
	if (u->next)
		u->next->pprev = u->pprev;
	memset(u, 0, sizeof(*u));
	if (n->users)
		return;
	if (!n->permanent)
		netlink_talk(request(RTM_DELNEIGH, 0, n, 0), NULL, NULL);
	discard(n);
}

const uint8_t *neigh_use(struct neigh_user *u, int ifindex, const struct in6_addr *addr)
{
	struct neigh *n = find_or_make(ifindex, addr);

	if (n != u->neigh)
		neigh_release(u);
	if (n && !u->neigh) {
		u->neigh = n;
		u->next = n->users;
		u->pprev = &n->users;
		if (u->next)
			u->next->pprev = &u->next;
		n->users = u;
	}
	return n && n->valid ? n->mac : NULL;
}

void neigh_resync(void)
{
	for (struct neigh *n = state.all; n; n = n->hh.next)
		if (netlink_talk(request(RTM_GETNEIGH, 0, n, 0), on_answer, NULL))
			set(n, NUD_NONE, NULL);
}

void neigh_start(void (*changed)(struct neigh_user *, const uint8_t *mac))
{
	state.changed = changed;
}

/* The kernel's entries stay: what is pinned goes on using them. */
void neigh_stop(void)
{
	struct neigh *n, *next;

	HASH_ITER (hh, state.all, n, next)
		discard(n);
	memset(&state, 0, sizeof(state));
}
