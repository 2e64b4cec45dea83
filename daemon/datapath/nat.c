/* SPDX-License-Identifier: Apache-2.0 */
/* Masquerade for pools that break out through the kernel: our own nftables table, replaced as a
 * whole at start in one transaction (connections that are tracked keep their addresses). Pools
 * marked as routed are left out. */
#include "datapath/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char head[] =
	"add table inet mcore\ndelete table inet mcore\n"; /* whether it is there or not */

/* Gives the script to nft. 0 or negative errno. */
static int run_nft(const char *script, size_t n)
{
	char *argv[] = {"nft", "-f", "-", NULL};
	posix_spawn_file_actions_t actions;
	int pipe_fd[2], status, err;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipe_fd[0], 0);
	err = -posix_spawnp(&pid, "nft", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	/* A pipe holds more than the longest script, so this cannot block; nor raise SIGPIPE while
	 * our copy of the reading end is open. */
	if (!err && write(pipe_fd[1], script, n) != (ssize_t)n)
		err = -EIO;
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	if (err)
		return err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPROTO;
}

int nat_start(void)
{
	char script[4096], net[INET6_ADDRSTRLEN];
	size_t at = sizeof(head) - 1, cap = sizeof(script);
	unsigned rules = 0;
	int err;

	memcpy(script, head, sizeof(head));
	at += (size_t)snprintf(script + at, cap - at,
			       "table inet mcore {\n chain postrouting {\n"
			       "  type nat hook postrouting priority srcnat;\n");
	for (unsigned i = 0; i < dp.config.pools; i++) {
		const struct dp_pool *p = &dp.config.pool[i];

		if (p->breakout != DP_KERNEL || p->routed)
			continue;
		if (p->has4)
			at += (size_t)snprintf(
				script + at, cap - at,
				"  ip saddr %s/%u oifname != \"" HOST_DEV "\" masquerade\n",
				inet_ntop(AF_INET, &p->net4, net, sizeof(net)), p->len4);
		if (p->has6)
			at += (size_t)snprintf(
				script + at, cap - at,
				"  ip6 saddr %s/%u oifname != \"" HOST_DEV "\" masquerade\n",
				inet_ntop(AF_INET6, &p->net6, net, sizeof(net)), p->len6);
		rules++;
	}
	at += (size_t)snprintf(script + at, cap - at, " }\n}\n");
	if (!rules) {
		run_nft(head, sizeof(head) - 1);
		return 0;
	}
	err = run_nft(script, at);
	if (err)
		return dp_fail(err,
			       "masquerade: nft failed: %s (package nftables; or mark the "
			       "pools as routed)",
			       strerror(-err));
	return 0;
}

void nat_stop(bool remove)
{
	bool any = false;

	for (unsigned i = 0; i < dp.config.pools; i++)
		any |= dp.config.pool[i].breakout == DP_KERNEL && !dp.config.pool[i].routed;
	if (remove && any)
		run_nft(head, sizeof(head) - 1);
}
