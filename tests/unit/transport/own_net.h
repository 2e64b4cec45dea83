/* SPDX-License-Identifier: Apache-2.0 */
/* A network namespace for the test alone, with lo up: no other program's ports, and no other's SCTP
 * over raw IP, which would abort associations that it does not know. Before the first socket, as
 * root. */
#ifndef TESTS_OWN_NET_H
#define TESTS_OWN_NET_H

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static inline bool own_net(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd, r;

	if (unshare(CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r = ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return !r;
}

#endif
