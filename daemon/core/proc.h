/* SPDX-License-Identifier: Apache-2.0 */
/* A procedure is an object: a table of rows {step, event, handler, next}, and for each step the
 * function that enters it and the timer that guards it, named as in the specification.
 *
 * Entering a step calls `enter` (which usually sends the step's message) and starts its timer. When
 * the timer expires, `enter` runs again as long as retries are left (p->tries counts them), and then
 * the procedure fails with the step's cause for that, or PROC_TIMEOUT. An event goes to the first row for the current step. What
 * no row wants is offered on to the next procedure; the caller counts what nobody wanted.
 *
 * A procedure may have a parent: its end is its parent's event PROC_CHILD_DONE or
 * PROC_CHILD_FAILED. Ended procedures are freed at the end of the loop's turn, so a handler
 * may look at its procedure after ending it or its owner. Timers die with their procedure.
 *
 * What happens is told to an observer: that is what the log and `mcorectl trace` show. */
#ifndef CORE_PROC_H
#define CORE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include "core/pool.h"
#include "core/timer.h"

struct proc;

struct proc_timer {
	const char *name; /* as in the specification: "T3450"; NULL: no timer */
	uint32_t ms;
	uint8_t retries; /* retransmissions after the first sending */
};

/* What a handler returns: a step to go to with PROC_TO(step), or one of these. */
enum { PROC_NEXT = -1, PROC_STAY = -2, PROC_END = -3, PROC_FAIL = -4 };
#define PROC_TO(step) (step)

enum { PROC_ANY_STEP = 255 };
/* Events of the engine's own, and causes that are not a peer's. */
enum { PROC_CHILD_DONE = 0xff00, PROC_CHILD_FAILED, PROC_TIMEOUT, PROC_ABORTED };

struct proc_row {
	uint8_t step; /* or PROC_ANY_STEP */
	uint16_t event;
	int (*handler)(struct proc *, const void *msg);
	uint8_t next; /* where PROC_NEXT leads */
};

struct proc_step {
	const char *name;
	int (*enter)(struct proc *); /* NULL, or as a handler: PROC_STAY, PROC_TO(step), END, FAIL */
	const struct proc_timer *timer; /* NULL, or a timer; looked up at entry, so values can be reloaded */
	uint16_t timeout; /* the cause when it has expired for the last time; 0: PROC_TIMEOUT */
};

struct proc_def {
	const char *name, *clause;
	const struct proc_step *steps;
	const struct proc_row *rows;
	uint8_t n_steps, n_rows;
	struct mem_pool *pool; /* of the structure whose first member is struct proc */
	/* The one exit, before the parent hears: cause 0 is success, else as set by PROC_FAIL's
	 * p->cause, or the step's for its timeout. */
	void (*end)(struct proc *, uint16_t cause);
};

/* what: "start", "step", "retry", "event", "end", "fail"; detail is for people. */
typedef void proc_observer(const struct proc *, const char *what, const char *detail);

struct proc_list {
	struct proc *first;
	proc_observer *observer; /* NULL: that of proc_observe */
};

struct proc {
	const struct proc_def *def;
	struct proc *next, *parent;
	struct proc_list *list;
	void *owner;
	struct timer timer;
	uint64_t started_ns, step_ns;
	uint16_t cause;
	uint8_t step, tries;
	bool ended;
};

/* Makes a procedure and enters its first step (0). NULL when the pool is at its limit. `init` (may be
 * NULL) fills the rest of the object before the step is entered. The procedure may have ended when
 * this returns (p->ended). */
struct proc *proc_start(const struct proc_def *, struct proc_list *, void *owner, struct proc *parent,
			void (*init)(struct proc *, const void *arg), const void *arg);

/* What a step or handler may return: the procedure has failed with that cause. */
static inline int proc_fail(struct proc *p, uint16_t cause)
{
	p->cause = cause;
	return PROC_FAIL;
}

/* Offers an event to one procedure, or to the procedures of a list, youngest (children) first.
 * True if a row took it. */
bool proc_event(struct proc *, uint16_t event, const void *msg);
bool proc_offer(struct proc_list *, uint16_t event, const void *msg);
/* Starts the step's timer again without counting it as a retry. */
void proc_restart_timer(struct proc *);
/* The running procedure of this kind, or NULL. */
struct proc *proc_find(const struct proc_list *, const struct proc_def *);

/* Ends a procedure from outside: its children end first, `end` is called with the cause, the parent
 * hears. */
void proc_finish(struct proc *, uint16_t cause);
/* Ends all of a list, children first, without telling parents. */
void proc_abort_all(struct proc_list *, uint16_t cause);

/* Who is told of the procedures of lists without an observer of their own. */
void proc_observe(proc_observer *);
/* Tells the observer something in a procedure's own words. */
void proc_note(const struct proc *, const char *detail);

/* Frees what ended: at the end of each turn (registered by proc_init). */
void proc_init(void);
void proc_reap(void);

#endif
