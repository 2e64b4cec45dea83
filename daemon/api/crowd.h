/* SPDX-License-Identifier: Apache-2.0 */
/* The clients of the API, and who of them must go when more come than there are connections: those
 * that were silent for a while, be it with a request half said, an answer not taken, or after it.
 * Nobody is ended while there is room, and nobody for whom this daemon is at work. Private to api/. */
#ifndef API_CROWD_H
#define API_CROWD_H

#include <stdbool.h>
#include <stdint.h>
#include <microhttpd.h>

struct crowd_client {
	struct crowd_client *next, **pprev;
	struct MHD_Connection *connection;
	uint64_t heard_ms; /* when it last said or was told something */
	bool at_work;	   /* for it: its silence is our own */
};

/* At most so many connections come from the socket listen_fd. again: MHD is to be run. */
void crowd_start(int listen_fd, unsigned most, void (*again)(void));
void crowd_stop(void);
/* For MHD_OPTION_NOTIFY_CONNECTION. */
void crowd_connection(void *arg, struct MHD_Connection *, void **client,
		      enum MHD_ConnectionNotificationCode);
struct crowd_client *crowd_client(struct MHD_Connection *);
/* It said or was told something, and what comes next is to come from us (at_work) or from it. NULL is
 * allowed: MHD was out of memory when it came. */
void crowd_heard(struct crowd_client *, bool at_work);

#endif
