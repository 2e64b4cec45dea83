/* SPDX-License-Identifier: Apache-2.0 */
/* Start and end of a run, the same for `run` and `load`: loop, transport, packet thread,
 * population, associations; and back. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include "core/log.h"
#include "core/loop.h"
#include "core/pool.h"
#include "enb.h"
#include "gtpu.h"
#include "stray.h"
#include "tun.h"
#include "ue.h"

static void reset_turn(void *arg)
{
	(void)arg;
	arena_reset(&turn_arena);
}

static int transport_start(const struct options *o)
{
	struct s1_config c = {.kind = o->sctp};
	const char *error = "";

	for (unsigned i = 0; i < sim.enb_addresses && i < S1_MAX_ADDRESSES; i++) {
		c.address[i] = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
		memcpy(c.address[i].s6_addr + 12, &sim.enb_address[i], 4);
		c.addresses++;
	}
	if (s1_start(&c, &error)) {
		fprintf(stderr, "ransim: SCTP: %s\n", error);
		return 1;
	}
	return 0;
}

int session_start(struct options *o, enum command command)
{
	int err = loop_init();

	log_max = LOG_WARN;
	if (err) {
		fprintf(stderr, "ransim: event loop: %s\n", strerror(-err));
		return 1;
	}
	loop_at_turn_end(reset_turn, NULL);
	sim.started_ns = loop_clock_ns();
	if (!options_population(o, command))
		return 2;
	err = gtpu_start(pdn_events(), sim.gtpu_sequence);
	if (err) {
		fprintf(stderr, "ransim: packet thread: %s\n", strerror(-err));
		return 1;
	}
	if (transport_start(o))
		return 1;
	for (unsigned i = 0; i < sim.enbs; i++)
		if (enb_init(&sim.enb[i], i + 1))
			return 1;
	for (unsigned i = 0; i < sim.enbs; i++)
		enb_connect(&sim.enb[i]);
	return 0;
}

void session_stop(void)
{
	sim.enb_changed = NULL;
	sim.done = NULL;
	sim.watch = NULL;
	for (unsigned i = 0; i < sim.enbs && sim.enb; i++) {
		timer_stop(&sim.enb[i].retry);
		sim.enb[i].leaving = true;
	}
	s1_stop(true);
	gtpu_stop();
	netns_cleanup();
	loop_close();
	arena_free(&turn_arena);
	stray_free();
	for (unsigned i = 0; i < sim.enbs && sim.enb; i++)
		free(sim.enb[i].slot);
	free(sim.enb);
	free(sim.ue);
}
