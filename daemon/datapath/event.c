/* SPDX-License-Identifier: Apache-2.0 */
/* The ring buffer from the kernel: handed to the roles above, one event a call. What an event says
 * of a slot may be over by the time it is read, so a free slot's events are left out. */
#include "datapath/internal.h"
#include "core/loop.h"

#include <bpf/libbpf.h>
#include <errno.h>

static struct {
	struct ring_buffer *ring;
	struct loop_fd *watch;
} state;

static void unknown_teid(const struct event *e)
{
	struct in6_addr peer;

	memcpy(&peer, e->peer, sizeof(peer));
	LOG(INFO, "gtpu.unknown_teid", "peer=%s teid=%#x", ip_text(&peer), ntohl(e->teid));
}

static int on_record(void *arg, void *record, size_t n)
{
	const struct event *e = record;
	struct in6_addr peer;

	(void)arg;
	if (n < sizeof(*e))
		return 0;
	switch (e->type) {
	case EVENT_SLOW_PATH:
		if (dp_session(e->slot) && dp.handler.slow_path && e->len <= sizeof(e->packet))
			dp.handler.slow_path(e->slot, e->packet, e->len);
		break;
	case EVENT_QUOTA:
		if (dp_session(e->slot) && dp.handler.quota)
			dp.handler.quota(e->slot);
		break;
	case EVENT_UNKNOWN_TEID:
		unknown_teid(e);
		break;
	case EVENT_PATH:
		memcpy(&peer, e->peer, sizeof(peer));
		hop_path_changed(&peer);
		break;
	}
	return 0;
}

static void on_readable(void *arg, int events)
{
	(void)arg;
	(void)events;
	ring_buffer__consume(state.ring);
}

int event_start(void)
{
	state.ring = ring_buffer__new(dp.map[MAP_EVENTS], on_record, NULL, NULL);
	if (!state.ring)
		return dp_fail(-errno, "ring buffer: %s", strerror(errno));
	state.watch = loop_fd_add(ring_buffer__epoll_fd(state.ring), LOOP_READ, on_readable, NULL);
	return state.watch ? 0 : dp_fail(-ENOMEM, "ring buffer: out of memory");
}

void event_stop(void)
{
	loop_fd_del(state.watch);
	ring_buffer__free(state.ring);
	memset(&state, 0, sizeof(state));
}
