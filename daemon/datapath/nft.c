/* SPDX-License-Identifier: Apache-2.0 */
/* Our table of nftables as the kernel has it: loaded by nft, and looked at again when the kernel
 * says that somebody changed something, as `nft flush ruleset` and restarts of firewalls do. What
 * is said is a hint alone; the truth is what its rules look like, as a number, which is what they
 * looked like when we had loaded them. */
#include "datapath/internal.h"
#include "datapath/netlink.h"
#include "core/hash.h"
#include "core/loop.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
	CHECK_MS = 100, /* a burst of changes is one */
	RETRY_MS = 10000,
};

static struct {
	int request, event;
	struct loop_fd *watch;
	struct timer check;
	uint64_t ours; /* what the rules look like */
	int (*changed)(void);
} state = {.request = -1, .event = -1};

/* Gives the script to nft. 0 or negative errno. */
static int run_nft(const char *script, size_t n)
{
	char *argv[] = {"nft", "-f", "-", NULL};
	posix_spawn_file_actions_t actions;
	int fd = memfd_create("nft", MFD_CLOEXEC), status, err;
	pid_t pid;

	if (fd < 0)
		return -errno;
	if (write(fd, script, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET)) {
		close(fd);
		return -EIO;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, 0);
	err = -posix_spawnp(&pid, "nft", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fd);
	if (err)
		return err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPROTO;
}

/* Each rule: its chain, handle and expressions. */
static void add_rule(struct nlmsghdr *m, void *arg)
{
	uint64_t *sum = arg;
	const size_t head = NLMSG_LENGTH(sizeof(struct nfgenmsg));

	if (m->nlmsg_len >= head)
		*sum = hash_add(*sum ? *sum : HASH_BEGIN, (const uint8_t *)m + head,
				m->nlmsg_len - head);
}

/* What the rules of our table look like; 0 if there are none. */
static uint64_t look(void)
{
	struct nfgenmsg g = {.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0};
	struct nl_msg *msg = netlink_request(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE,
					     NLM_F_DUMP, &g, sizeof(g));
	uint64_t sum = 0;

	if (msg)
		nla_put_string(msg, NFTA_RULE_TABLE, "mcore");
	return netlink_talk_by(state.request, msg, add_rule, &sum) ? 0 : sum;
}

int nft_load(const char *script, size_t n)
{
	int err = run_nft(script, n);

	if (!err && state.request >= 0)
		state.ours = look();
	return err;
}

static void check(struct timer *t)
{
	uint64_t now = look();

	if ((!now || now != state.ours) && state.changed())
		timer_start(t, RETRY_MS, check);
}

static void on_readable(void *arg, int events)
{
	char some[8192];

	(void)arg;
	(void)events;
	while (recv(state.event, some, sizeof(some), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
	if (!timer_running(&state.check))
		timer_start(&state.check, CHECK_MS, check);
}

int nft_start(int (*changed)(void))
{
	state.changed = changed;
	state.request = netlink_open(NETLINK_NETFILTER, 0);
	state.event = netlink_open(NETLINK_NETFILTER, 1u << (NFNLGRP_NFTABLES - 1));
	if (state.request < 0 || state.event < 0)
		return state.request < 0 ? state.request : state.event;
	state.watch = loop_fd_add(state.event, LOOP_READ, on_readable, NULL);
	return state.watch ? 0 : -ENOMEM;
}

void nft_stop(void)
{
	timer_stop(&state.check);
	loop_fd_del(state.watch);
	if (state.request >= 0)
		close(state.request);
	if (state.event >= 0)
		close(state.event);
	memset(&state, 0, sizeof(state));
	state.request = state.event = -1;
}
