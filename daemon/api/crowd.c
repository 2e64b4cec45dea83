/* SPDX-License-Identifier: Apache-2.0 */
/* While all connections are taken a timer looks whether anybody waits at the socket. MHD ends who
 * must go: by a timeout of its own that it has passed already. */
#include "api/crowd.h"

#include <poll.h>
#include <stdlib.h>
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/timer.h"

enum { SILENT_MS = 3000, PACE_MS = 250 };

METRIC_COUNTER(ended, "mcore_api_clients_ended_total",
	       "silent clients of the API that had to go when all connections were taken")

static struct {
	struct crowd_client *clients;
	unsigned n, most;
	int listen_fd;
	void (*again)(void);
	struct timer timer;
} crowd;

static unsigned end_silent(void)
{
	uint64_t now = loop_now_ms();
	unsigned n = 0;

	for (struct crowd_client *c = crowd.clients; c; c = c->next) {
		if (c->at_work || c->heard_ms + SILENT_MS > now)
			continue;
		MHD_set_connection_option(c->connection, MHD_CONNECTION_OPTION_TIMEOUT, 1u);
		n++;
	}
	return n;
}

static void look(struct timer *t)
{
	struct pollfd waits = {.fd = crowd.listen_fd, .events = POLLIN};
	unsigned n = poll(&waits, 1, 0) == 1 ? end_silent() : 0;

	timer_start(t, PACE_MS, look);
	if (!n)
		return;
	metric_add(&ended, n);
	LOG(WARN, "api.full", "connections=%u ended=%u", crowd.n, n);
	crowd.again();
}

void crowd_start(int listen_fd, unsigned most, void (*again)(void))
{
	crowd.listen_fd = listen_fd;
	crowd.most = most;
	crowd.again = again;
}

void crowd_stop(void) { timer_stop(&crowd.timer); }

static void add(struct crowd_client *c)
{
	c->heard_ms = loop_now_ms();
	c->next = crowd.clients;
	c->pprev = &crowd.clients;
	if (c->next)
		c->next->pprev = &c->next;
	crowd.clients = c;
}

static void drop(struct crowd_client *c)
{
	*c->pprev = c->next;
	if (c->next)
		c->next->pprev = c->pprev;
	free(c);
}

void crowd_connection(void *arg, struct MHD_Connection *connection, void **client,
		      enum MHD_ConnectionNotificationCode what)
{
	struct crowd_client *c = *client;

	(void)arg;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*client = c = calloc(1, sizeof *c);
		if (c) {
			c->connection = connection;
			add(c);
		}
		if (++crowd.n == crowd.most)
			timer_start(&crowd.timer, PACE_MS, look);
		return;
	}
	if (crowd.n-- == crowd.most) {
		timer_stop(&crowd.timer);
		crowd.again(); /* without it MHD would not look who waits */
	}
	if (c)
		drop(c);
	*client = NULL;
}

struct crowd_client *crowd_client(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void crowd_heard(struct crowd_client *c, bool at_work)
{
	if (!c)
		return;
	c->heard_ms = loop_now_ms();
	c->at_work = at_work;
}
