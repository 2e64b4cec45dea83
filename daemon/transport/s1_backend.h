/* SPDX-License-Identifier: Apache-2.0 */
/* What s1.c and its two backends share. s1.c owns associations: their life, outbound queue,
 * reassembly and callbacks. A backend owns sockets, one association each (one-to-one style), and
 * turns what its SCTP says into struct s1_input. Private to transport/. */
#ifndef TRANSPORT_S1_BACKEND_H
#define TRANSPORT_S1_BACKEND_H

#include "transport/s1.h"
#include "core/timer.h"

#include <sys/socket.h>

/* Retransmission timeouts in ms, well below RFC 9260's defaults: an S1 link is short, but a peer
 * may delay its SACKs by 200 ms. An INIT is sent S1_INIT_ATTEMPTS times. */
enum {
	S1_RTO_INITIAL = 500,
	S1_RTO_MIN = 250,
	S1_RTO_MAX = 2000,
	S1_INIT_ATTEMPTS = 4,
	S1_BUFFER = 1 << 20,    /* of a socket, each direction */
	S1_RECEIVE = 64 * 1024, /* octets read at once */
};

struct s1_socket {
	struct s1_assoc *assoc; /* NULL: listens */
	int fd;                 /* sctp.c */
	struct loop_fd *watch;
	struct socket *so; /* usrsctp.c */
	uint32_t slot;
	bool holds_back;   /* Nagle's algorithm is on */
	uint64_t close_at; /* ms, once its association has ended */
	struct s1_socket *next;
};

enum s1_input_kind {
	S1_AGAIN,   /* nothing to read now */
	S1_DATA,    /* n octets of a message, the last ones if end */
	S1_UP,      /* the association that was being set up is there */
	S1_RESTART, /* the peer started anew */
	S1_LOST,    /* gone, why says how */
	S1_NOTICE,  /* nothing that matters here */
};

struct s1_input {
	enum s1_input_kind kind;
	uint16_t stream;
	uint32_t ppid; /* host order */
	bool end;
	size_t n;
	const char *why;
};

struct s1_ends {
	unsigned locals; /* 0: the stack chooses, port included */
	const struct in6_addr *local;
	uint16_t local_port;         /* 0: any */
	const struct in6_addr *peer; /* to connect to */
	uint16_t peer_port;
};

union s1_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct s1_backend {
	const char *name;
	int (*start)(const struct s1_config *, const char **error);
	/* At least one address. 0 or negative errno. */
	int (*listen)(const struct s1_ends *);
	/* A socket that is connecting, with assoc in it, or NULL with errno. */
	struct s1_socket *(*connect)(struct s1_assoc *, const struct s1_ends *);
	/* A socket over a descriptor that was kept, and who its peer is; NULL if there is no
	 * association any more (fd is closed then). NULL itself: nothing can be kept. */
	struct s1_socket *(*adopt)(int fd, union s1_sockaddr *peer);
	/* One message; more: others follow at once, so it may wait for company in a packet. 0,
	 * -EAGAIN or another negative errno if the association is broken. */
	int (*send)(struct s1_socket *, uint16_t stream, const void *p, size_t n, bool more);
	/* One piece of input into buffer[S1_RECEIVE]. */
	struct s1_input (*receive)(struct s1_socket *, uint8_t *buffer);
	/* Outbound streams granted, once up; and sets what depends on the number of the peer's
	 * paths. */
	uint16_t (*established)(struct s1_socket *);
	void (*watch_write)(struct s1_socket *, bool on);
	void (*read_more)(struct s1_socket *); /* there was more to read than fits one turn */
	bool (*readable)(struct s1_socket *);  /* there is something to read; NULL: read_more reads */
	void (*shutdown)(struct s1_socket *);  /* graceful; S1_LOST follows */
	void (*close)(struct s1_socket *, bool abort); /* and frees it */
	void (*stop)(bool tell_peers);
};

extern const struct s1_backend s1_kernel, s1_usrsctp;

/* From backends, on the loop. A new association; the socket is s1.c's from here. */
void s1_accepted(struct s1_socket *, const struct sockaddr *peer);
/* The socket may have input; it, and its association, may be gone afterwards. */
void s1_readable(struct s1_socket *);
void s1_writable(struct s1_socket *);

/* Mapped addresses become AF_INET. Returns the length. */
socklen_t s1_sockaddr(union s1_sockaddr *, const struct in6_addr *, uint16_t port);
/* AF_INET if all of them are mapped (so that a host without IPv6 will do), else AF_INET6. */
int s1_family(unsigned n, const struct in6_addr *);

#endif
