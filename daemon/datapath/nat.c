/* SPDX-License-Identifier: Apache-2.0 */
/* Masquerade for pools that break out through the kernel: our own nftables table, replaced as a
 * whole at start in one transaction (connections that are tracked keep their addresses). Pools
 * marked as routed are left out.
 *
 * Where there are networks, the same table keeps their connections apart, which may have the same
 * addresses (conntrack zones), and marks their packets, so that what the stack answers goes back to
 * where the question came from (network.c): before conntrack puts fragments together (priority
 * -400), as those may have the same addresses, too. Nothing is forwarded to a network but what came
 * by it: what an interface of it has as addresses are routes of the main table, too. */
#include "datapath/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
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

static void masquerade(FILE *f, const struct dp_pool *p)
{
	const char *dev = host_name(p->network, false);
	char net[INET6_ADDRSTRLEN];

	if (p->has4)
		fprintf(f, "  iifname \"%s\" ip saddr %s/%u oifname != \"%s\" masquerade\n", dev,
			inet_ntop(AF_INET, &p->net4, net, sizeof(net)), p->len4, dev);
	if (p->has6)
		fprintf(f, "  iifname \"%s\" ip6 saddr %s/%u oifname != \"%s\" masquerade\n", dev,
			inet_ntop(AF_INET6, &p->net6, net, sizeof(net)), p->len6, dev);
}

/* What comes (iifname) or leaves (oifname) by the host's device or a port of a network, or not. */
static void by_network(FILE *f, const char *way, unsigned network)
{
	fprintf(f, "%s { \"%s\"", way, host_name(network, false));
	for (unsigned i = 0; i < dp.config.interfaces; i++)
		if (dp.config.interface[i].network == network)
			fprintf(f, ", \"%s\"", dp.config.interface[i].name);
	fprintf(f, " }");
}

static void tell_apart(FILE *f, unsigned network)
{
	by_network(f, "  iifname", network);
	fprintf(f, " ct zone set %u meta mark set meta mark & %#x | %#x\n", network,
		~(unsigned)NETWORK_MARK_MASK, network << NETWORK_MARK_SHIFT);
}

static void keep_apart(FILE *f, unsigned network)
{
	by_network(f, "  oifname", network);
	by_network(f, " iifname !=", network);
	fprintf(f, " drop\n");
}

static bool masqueraded(const struct dp_pool *p) { return p->breakout == DP_KERNEL && !p->routed; }

/* Whether there is anything for our table to do. */
static bool needed(void)
{
	bool any = dp.config.networks != 0;

	for (unsigned i = 0; i < dp.config.pools; i++)
		any |= masqueraded(&dp.config.pool[i]);
	return any;
}

int nat_start(void)
{
	char *script = NULL;
	size_t n = 0;
	FILE *f;
	int err;

	if (!needed()) {
		run_nft(head, sizeof(head) - 1);
		return 0;
	}
	f = open_memstream(&script, &n);
	if (!f)
		return -ENOMEM;
	fprintf(f,
		"%stable inet mcore {\n chain prerouting {\n"
		"  type filter hook prerouting priority raw - 150;\n",
		head);
	for (unsigned i = 1; i <= dp.config.networks; i++)
		tell_apart(f, i);
	fprintf(f, " }\n chain forward {\n  type filter hook forward priority filter;\n");
	for (unsigned i = 1; i <= dp.config.networks; i++)
		keep_apart(f, i);
	fprintf(f, " }\n chain postrouting {\n  type nat hook postrouting priority srcnat;\n");
	for (unsigned i = 0; i < dp.config.pools; i++)
		if (masqueraded(&dp.config.pool[i]))
			masquerade(f, &dp.config.pool[i]);
	fprintf(f, " }\n}\n");
	err = fclose(f) ? -ENOMEM : run_nft(script, n);
	free(script);
	if (err)
		return dp_fail(err,
			       "masquerade: nft failed: %s (package nftables; or mark the "
			       "pools as routed)",
			       strerror(-err));
	return 0;
}

void nat_stop(bool remove)
{
	if (remove && needed())
		run_nft(head, sizeof(head) - 1);
}
