/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon and its keeper say to each other: packets of one `struct keeper_word` and a note.
 * Both ends are the same program or neighbouring versions of it, on one machine, so it is in the
 * machine's own byte order; a word that is not known is ignored.
 *
 *   daemon                       keeper
 *   START id=grace in s   ->
 *                         <-     HELD id, note, descriptor    for each
 *                         <-     READY
 *   PUT id, note, descriptor ->
 *   SET id, note          ->
 *   DROP id               ->
 *
 * A keeper that has a daemon closes the connection of another. */
#ifndef CORE_KEEPER_WIRE_H
#define CORE_KEEPER_WIRE_H

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "core/keeper.h"

enum keeper_what { KEEPER_START = 1, KEEPER_HELD, KEEPER_READY, KEEPER_PUT, KEEPER_SET, KEEPER_DROP };

struct keeper_word {
	uint32_t what; /* enum keeper_what */
	uint32_t id;
};

/* Either waits so long for the other. The loop makes the daemon's end non-blocking, so it is waited
 * for here. */
enum { KEEPER_PATIENCE_S = 2 };

/* 0 or negative errno (-EAGAIN: the other end does not listen); fd -1: none. */
static inline int keeper_say(int to, enum keeper_what what, uint32_t id, int fd, const void *note,
			     size_t n)
{
	struct keeper_word word = {.what = what, .id = id};
	struct iovec part[2] = {{&word, sizeof(word)}, {(void *)(uintptr_t)note, n}};
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct msghdr m = {.msg_iov = part, .msg_iovlen = 2};

	if (fd >= 0) {
		m.msg_control = control.room;
		m.msg_controllen = sizeof(control.room);
		struct cmsghdr *header = CMSG_FIRSTHDR(&m);

		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(int));
	}
	while (sendmsg(to, &m, MSG_NOSIGNAL) < 0) {
		struct pollfd room = {to, POLLOUT, 0};

		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		if (poll(&room, 1, KEEPER_PATIENCE_S * 1000) <= 0)
			return -EAGAIN;
	}
	return 0;
}

/* One packet: octets of its note (at note[KEEPER_NOTE_MAX]), *fd or -1; -EPIPE at the end, or
 * another negative errno. */
static inline ptrdiff_t keeper_hear(int from, struct keeper_word *word, uint8_t *note, int *fd)
{
	struct iovec part[2] = {{word, sizeof(*word)}, {note, KEEPER_NOTE_MAX}};
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr m = {
		.msg_iov = part,
		.msg_iovlen = 2,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	ptrdiff_t n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);

	*fd = -1;
	if (n < 0)
		return -errno;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS &&
		    h->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(fd, CMSG_DATA(h), sizeof(int));
	if (n >= (ptrdiff_t)sizeof(*word))
		return n - (ptrdiff_t)sizeof(*word);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return -EPIPE;
}

/* False if the path is too long. */
static inline bool keeper_address(struct sockaddr_un *a, const char *path)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(a->sun_path))
		return false;
	memcpy(a->sun_path, path, strlen(path));
	return true;
}

/* The other end is root or this user. */
static inline bool keeper_trusts(int fd)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

#endif
