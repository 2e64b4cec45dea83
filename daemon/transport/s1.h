/* SPDX-License-Identifier: Apache-2.0 */
/* S1 transport: SCTP associations that carry S1AP (TS 36.412), behind one interface with two
 * backends: the kernel's SCTP (sctp.c, libsctp) and usrsctp over raw IP (usrsctp.c) where the
 * kernel has none. Which one is chosen at start and logged. Real SCTP on the wire in both cases.
 *
 * Callbacks run on the loop. PPID is 18 on all that is sent; another PPID on what is received is
 * accepted with a warning. A message is delivered whole, whatever its SCTP fragments, up to
 * S1_MESSAGE_MAX octets: no S1AP message of a device comes near it (what is longest, a container
 * with a device's capabilities, has tens of KiB). Longer ones end the association. */
#ifndef TRANSPORT_S1_H
#define TRANSPORT_S1_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	S1_PPID = 18,
	S1_PORT = 36412,
	S1_MAX_ADDRESSES = 4,
	S1_PEER_STRLEN = 56,
	S1_MESSAGE_MAX = 1 << 20, /* octets, each direction */
};
enum sctp_kind { SCTP_AUTO, SCTP_KERNEL, SCTP_USRSCTP };

struct s1_config {
	enum sctp_kind kind;
	bool alone; /* usrsctp: no other process of this network namespace speaks SCTP over raw IP, so
		       what belongs to no association is answered with ABORT (RFC 9260 8.4) */
	uint16_t port; /* host order; 0: S1_PORT (listen) or ephemeral (connect) */
	unsigned addresses;
	struct in6_addr address[S1_MAX_ADDRESSES]; /* local, IPv4 as ::ffff:a.b.c.d; multi-homing */
	uint32_t heartbeat_ms;                     /* 0: 10,000 */
	uint8_t path_max_retrans;                  /* 0: 5 */
	uint16_t streams;                          /* outbound, 0: 30 */
	size_t backlog; /* most octets that wait for a slow peer, 0: 4 MiB */
	const char *keeper; /* path of the keeper's socket (core/keeper.h); NULL: associations end with
			       the process */
	uint32_t keep_ms;   /* how long it holds them for the next process */
};

struct s1_assoc; /* one association; freed by the transport after `down` */

struct s1_handler {
	/* An association is up. *user is the owner's, kept in the association (s1_user). */
	void (*up)(struct s1_assoc *);
	void (*message)(struct s1_assoc *, uint16_t stream, const uint8_t *p, size_t n);
	/* It is gone: shutdown, abort, or path failure found by heartbeats. why is for logs. Last
	 * call. A peer that restarted its association (RFC 9260 5.2) is one `down` and one `up`. */
	void (*down)(struct s1_assoc *, const char *why);
	/* Instead of `up`: an association of an earlier process, which its peer never noticed to have
	 * ended, with the note that s1_keep was given. Called from within s1_listen. May be NULL. */
	void (*back)(struct s1_assoc *, const uint8_t *note, size_t n);
};

/* Chooses the backend and starts it. 0 or negative errno, with *error said in words. Once. */
int s1_start(const struct s1_config *, const char **error);
/* "kernel" or "usrsctp": for the log. */
const char *s1_backend(void);
/* Takes back the associations that were kept, then listens on the configured addresses. 0 or
 * negative errno. */
int s1_listen(const struct s1_handler *);
/* Connects from the given local addresses (0: any) to a peer. The association is returned at once,
 * and `up` or `down` follows. NULL with errno. */
struct s1_assoc *s1_connect(const struct s1_handler *, unsigned locals,
			    const struct in6_addr *local, const struct in6_addr *peer,
			    uint16_t port, void *user);
/* Queues one message, which leaves at the end of the turn; it never blocks. 0, -EPIPE if the
 * association is going down, -EMSGSIZE over S1_MESSAGE_MAX, -ENOBUFS if more than the configured
 * backlog of 4 MiB waits for a slow peer. stream is taken modulo the number of streams of the
 * association, never 0 for stream != 0 where there is more than one. */
int s1_send(struct s1_assoc *, uint16_t stream, const void *p, size_t n);
/* For how long there has been an association of which more came in than was taken up: so long messages
 * may have waited. 0: all that came has been read. */
uint64_t s1_behind_ms(void);
/* Graceful (SHUTDOWN, after what is queued; ABORT if that takes 5 s) or not (ABORT). No message is
 * delivered any more; `down` follows from the loop, not from within. */
void s1_close(struct s1_assoc *, bool abort);
/* What follows this process shall find this association as it is, with this note; may be called
 * again with a new one. Nothing happens where the backend cannot: usrsctp's associations live in the
 * process. n at most KEEPER_NOTE_MAX. */
void s1_keep(struct s1_assoc *, const void *note, size_t n);
/* Whether associations outlive this process. */
bool s1_keeps(void);
/* Sends what is queued, for up to three seconds. With tell_peers all associations are shut down; else
 * peers are told nothing: what was kept goes on, and the rest is ended by the next process, or by
 * the peer's heartbeats. */
void s1_stop(bool tell_peers);

void *s1_user(const struct s1_assoc *);
void s1_set_user(struct s1_assoc *, void *);
uint16_t s1_streams(const struct s1_assoc *); /* outbound streams granted */
/* Its address, IPv4 as ::ffff:a.b.c.d; of a multi-homed one the first. False if it is not known. */
bool s1_peer_address(const struct s1_assoc *, struct in6_addr *);
const char *s1_peer(const struct s1_assoc *); /* "10.0.0.2:36412", for logs; lives as long as it */

#endif
