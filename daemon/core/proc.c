/* SPDX-License-Identifier: Apache-2.0 */
/* The procedure engine: see proc.h. Entering a step may lead at once to another (an `enter` that
 * finds nothing to do), so stepping is a loop and not a recursion. */
#include "core/proc.h"
#include "core/log.h"
#include "core/loop.h"

static proc_observer *observer;
static struct proc *dead;

void proc_observe(proc_observer *fn) { observer = fn; }

static void tell(const struct proc *p, const char *what, const char *detail)
{
	proc_observer *fn = p->list->observer ? p->list->observer : observer;

	if (fn)
		fn(p, what, detail);
}

void proc_note(const struct proc *p, const char *detail) { tell(p, "note", detail); }

static void unlink_proc(struct proc *p)
{
	for (struct proc **at = &p->list->first; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			break;
		}
	timer_stop(&p->timer);
	p->ended = true;
	p->next = dead;
	dead = p;
}

static struct proc *child_of(const struct proc *p)
{
	for (struct proc *c = p->list->first; c; c = c->next)
		if (c->parent == p)
			return c;
	return NULL;
}

static void finish(struct proc *p, uint16_t cause, bool tell_parent)
{
	struct proc *parent = p->parent, *child;

	if (p->ended)
		return;
	while ((child = child_of(p)))
		finish(child, cause, false);
	p->cause = cause;
	unlink_proc(p);
	tell(p, cause ? "fail" : "end", NULL);
	if (p->def->end)
		p->def->end(p, cause);
	if (tell_parent && parent && !parent->ended)
		proc_event(parent, cause ? PROC_CHILD_FAILED : PROC_CHILD_DONE, p);
}

static void expired(struct timer *t);

/* Carries out what a handler or an `enter` said, until the procedure rests in a step. */
static void go(struct proc *p, int to, uint8_t next)
{
	while (!p->ended) {
		if (to == PROC_NEXT)
			to = next;
		if (to == PROC_STAY)
			return;
		if (to == PROC_END || to == PROC_FAIL) {
			finish(p, to == PROC_END ? 0 : p->cause ? p->cause : PROC_TIMEOUT, true);
			return;
		}
		const struct proc_step *s = &p->def->steps[to];

		p->step = (uint8_t)to;
		p->tries = 0;
		tell(p, "step", s->timer ? s->timer->name : NULL);
		p->step_ns = loop_clock_ns();
		if (s->timer)
			timer_start(&p->timer, s->timer->ms, expired);
		else
			timer_stop(&p->timer);
		to = s->enter ? s->enter(p) : PROC_STAY;
		next = (uint8_t)(p->step + 1);
	}
}

static void expired(struct timer *t)
{
	struct proc *p = container_of(t, struct proc, timer);
	const struct proc_step *s = &p->def->steps[p->step];

	if (p->tries >= s->timer->retries || !s->enter) {
		tell(p, "timeout", s->timer->name);
		finish(p, s->timeout ? s->timeout : PROC_TIMEOUT, true);
		return;
	}
	p->tries++;
	tell(p, "retry", s->timer->name);
	timer_start(&p->timer, s->timer->ms, expired);
	go(p, s->enter(p), (uint8_t)(p->step + 1));
}

void proc_restart_timer(struct proc *p)
{
	const struct proc_step *s = &p->def->steps[p->step];

	if (!p->ended && s->timer)
		timer_start(&p->timer, s->timer->ms, expired);
}

struct proc *proc_start(const struct proc_def *def, struct proc_list *list, void *owner,
			struct proc *parent, void (*init)(struct proc *, const void *arg),
			const void *arg)
{
	struct proc *p = pool_get(def->pool);

	if (!p)
		return NULL;
	p->def = def;
	p->list = list;
	p->owner = owner;
	p->parent = parent;
	p->started_ns = p->step_ns = loop_clock_ns();
	p->next = list->first;
	list->first = p;
	if (init)
		init(p, arg);
	tell(p, "start", NULL);
	go(p, PROC_TO(0), 1);
	return p;
}

bool proc_event(struct proc *p, uint16_t event, const void *msg)
{
	if (p->ended)
		return false;
	for (unsigned i = 0; i < p->def->n_rows; i++) {
		const struct proc_row *r = &p->def->rows[i];

		if ((r->step != p->step && r->step != PROC_ANY_STEP) || r->event != event)
			continue;
		go(p, r->handler(p, msg), r->next);
		return true;
	}
	/* A child that nobody waits for any more fails its parent rather than leaving it hanging.
	 */
	if (event == PROC_CHILD_FAILED) {
		p->cause = ((const struct proc *)msg)->cause;
		finish(p, p->cause, true);
		return true;
	}
	return false;
}

bool proc_offer(struct proc_list *list, uint16_t event, const void *msg)
{
	for (struct proc *p = list->first, *next; p; p = next) {
		next = p->next;
		if (proc_event(p, event, msg))
			return true;
	}
	return false;
}

struct proc *proc_find(const struct proc_list *list, const struct proc_def *def)
{
	for (struct proc *p = list->first; p; p = p->next)
		if (p->def == def)
			return p;
	return NULL;
}

void proc_finish(struct proc *p, uint16_t cause) { finish(p, cause, true); }

void proc_abort_all(struct proc_list *list, uint16_t cause)
{
	while (list->first) {
		struct proc *p = list->first;

		while (child_of(p))
			p = child_of(p);
		finish(p, cause, false);
	}
}

void proc_reap(void)
{
	while (dead) {
		struct proc *p = dead;

		dead = p->next;
		pool_put(p->def->pool, p);
	}
}

static void reap(void *arg)
{
	(void)arg;
	proc_reap();
}

void proc_init(void) { loop_at_turn_end(reap, NULL); }
