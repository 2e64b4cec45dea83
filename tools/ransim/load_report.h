/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a load run and how they are printed: a table for people, or JSON lines. */
#ifndef RANSIM_LOAD_REPORT_H
#define RANSIM_LOAD_REPORT_H

#include "fault.h"
#include "gen.h"
#include "hist.h"
#include "options.h"

enum { LOAD_MAX_CAUSES = 32 };

struct load_failure {
	enum step step;
	char cause[80];
	uint64_t n;
};

struct load_figures {
	uint64_t attached, detached, failed, in_progress;
	uint64_t attached_before, detached_before, failed_before; /* the last second's line */
	uint64_t elapsed_ns;
	const char *moving; /* attaches are over, this has begun: "x2" handovers or "service" requests */
	uint64_t moved, moved_before, moving_ns;
	struct hist move, move_second;
	bool traffic;
	uint64_t traffic_sent_before, traffic_received_before;
	struct hist attach, attach_second,
		detach; /* µs; attach is complete after load_report_end */
	unsigned causes;
	struct load_failure failure[LOAD_MAX_CAUSES];
};

void load_count_failure(struct load_figures *, enum step, const char *cause);
void load_report_head(bool json);
/* Of the interval_ns since the last such line; moves attach_second into attach. traffic may be
 * NULL. */
void load_report_second(struct load_figures *, uint64_t launched, uint64_t elapsed_ns,
			uint64_t interval_ns, bool json, const struct gen_result *traffic);
void load_report_end(struct load_figures *, const struct options *, uint64_t launched,
		     const struct gen_result *traffic);

#endif
