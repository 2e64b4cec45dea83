/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of all procedures, made where the engine tells what happens: started, succeeded, failed
 * by cause, and how long those that succeeded took. A procedure has its row when it is first
 * started. */
#include "core/loop.h"
#include "core/metrics.h"
#include "mme/mme.h"

enum { PROCS = 48, PAIRS = 1024 };

static const struct proc_def *def[PROCS];
static struct {
	uint16_t cause;
	uint8_t proc;
} pair[PAIRS];
static unsigned pairs;

static const char *proc_name(unsigned i) { return def[i] ? def[i]->name : NULL; }
static const char *pair_proc(unsigned i) { return i < pairs ? def[pair[i].proc]->name : NULL; }

static const char *pair_cause(unsigned i)
{
	static char text[96];

	return mme_cause_print(pair[i].cause, text);
}

METRIC_COUNTER_BY(started, "mcore_procedure_started_total", "Procedures started", "procedure",
		  proc_name, PROCS)
METRIC_COUNTER_BY(succeeded, "mcore_procedure_succeeded_total", "Procedures that succeeded",
		  "procedure", proc_name, PROCS)
METRIC_COUNTER_BY2(failed, "mcore_procedure_failed_total", "Procedures that failed, by cause",
		   "procedure", pair_proc, "cause", pair_cause, PAIRS)
METRIC_LATENCY_BY(took, "mcore_procedure_seconds",
		  "Time of the procedures that succeeded, from start to end", "procedure",
		  proc_name, PROCS)

static unsigned index_of(const struct proc_def *d)
{
	unsigned i = 0;

	while (i < PROCS - 1 && def[i] && def[i] != d)
		i++;
	if (!def[i])
		def[i] = d;
	return i;
}

static unsigned pair_of(unsigned proc, uint16_t cause)
{
	for (unsigned i = 0; i < pairs; i++)
		if (pair[i].proc == proc && pair[i].cause == cause)
			return i;
	if (pairs == PAIRS)
		return PAIRS - 1;
	pair[pairs].proc = (uint8_t)proc;
	pair[pairs].cause = cause;
	return pairs++;
}

void procstat_observe(const struct proc *p, const char *what)
{
	unsigned i;

	if (!strcmp(what, "start")) {
		metric_add_at(&started, index_of(p->def), 1);
	} else if (!strcmp(what, "end")) {
		i = index_of(p->def);
		metric_add_at(&succeeded, i, 1);
		latency_add(&took_latency[i], (loop_clock_ns() - p->started_ns) / 1000);
	} else if (!strcmp(what, "fail")) {
		metric_add_at(&failed, pair_of(index_of(p->def), mme_cause_of(p)), 1);
	}
}
