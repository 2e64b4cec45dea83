/* SPDX-License-Identifier: Apache-2.0 */
/* The procedure engine: steps, timers with retries, children, and ends in every order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/proc.h"

enum { ASK, WAIT, CHILD, LAST };
enum { EV_ANSWER = 1, EV_GO, EV_STAY, EV_JUMP, EV_FAIL, EV_STEP_AWAY };

struct thing {
	struct proc proc;
	int sent;
};

static struct mem_pool pool = MEM_POOL(thing);
static struct proc_timer t_ask = {"T1", 1000, 2};
static uint64_t now = 1000000;
static int ended, sent;
static uint16_t end_cause;

static int send_it(struct proc *p)
{
	((struct thing *)p)->sent = ++sent;
	return PROC_STAY;
}
static int next(struct proc *p, const void *m)
{
	(void)p, (void)m;
	return PROC_NEXT;
}
static int stay(struct proc *p, const void *m)
{
	(void)p, (void)m;
	return PROC_STAY;
}
static int jump(struct proc *p, const void *m)
{
	(void)p, (void)m;
	return PROC_TO(LAST);
}
static int fail_42(struct proc *p, const void *m)
{
	(void)m;
	p->cause = 42;
	return PROC_FAIL;
}
static int finish(struct proc *p, const void *m)
{
	(void)p, (void)m;
	return PROC_END;
}
static void end(struct proc *p, uint16_t cause)
{
	(void)p;
	ended++;
	end_cause = cause;
}

static const struct proc_step child_steps[] = {{"child", NULL, NULL, 0}};
static const struct proc_row child_rows[] = {{0, EV_GO, finish, 0}, {0, EV_FAIL, fail_42, 0}};
static const struct proc_def child_def = {"child", "-", child_steps, child_rows, 1, 2, &pool, NULL};

static int begin_child(struct proc *p)
{
	return proc_start(&child_def, p->list, p->owner, p, NULL, NULL) ? PROC_STAY : PROC_FAIL;
}

static const struct proc_step steps[] = {
	[ASK] = {"ask", send_it, &t_ask, 0},
	[WAIT] = {"wait", NULL, NULL, 0},
	[CHILD] = {"child", begin_child, NULL, 0},
	[LAST] = {"last", NULL, NULL, 0},
};
static const struct proc_row rows[] = {
	{ASK, EV_ANSWER, next, WAIT},
	{ASK, EV_STAY, stay, 0},
	{WAIT, EV_GO, next, CHILD},
	{CHILD, PROC_CHILD_DONE, next, LAST},
	{LAST, EV_GO, finish, 0},
	{PROC_ANY_STEP, EV_JUMP, jump, 0},
	{PROC_ANY_STEP, EV_FAIL, fail_42, 0},
};
static const struct proc_def def = {"thing", "-", steps, rows, 4, 7, &pool, end};

static struct proc_list list;

static struct proc *start(void)
{
	ended = sent = 0;
	end_cause = 0xffff;
	timer_advance(now);
	return proc_start(&def, &list, NULL, NULL, NULL, NULL);
}

static void pass(uint64_t ms)
{
	for (uint64_t to = now + ms; now < to;)
		timer_advance(now += 10);
}

static int clean(void **state)
{
	(void)state;
	proc_abort_all(&list, PROC_ABORTED);
	proc_reap();
	assert_int_equal(pool.in_use, 0);
	return 0;
}

static void first_step_is_entered_at_start(void **state)
{
	(void)state;
	struct proc *p = start();

	assert_int_equal(p->step, ASK);
	assert_int_equal(sent, 1);
	assert_true(timer_running(&p->timer));
}

static void unanswered_step_is_repeated_and_then_fails(void **state)
{
	(void)state;
	struct proc *p = start();

	pass(1020);
	assert_int_equal(sent, 2);
	pass(1010);
	assert_int_equal(sent, 3);
	assert_int_equal(p->tries, 2);
	assert_int_equal(ended, 0);
	pass(1020);
	assert_int_equal(sent, 3);
	assert_int_equal(ended, 1);
	assert_int_equal(end_cause, PROC_TIMEOUT);
	assert_null(list.first);
}

static void step_may_name_the_cause_of_its_timeout(void **state)
{
	static struct proc_timer once = {"T2", 1000, 0};
	static const struct proc_step own[] = {{"own", send_it, &once, 77}};
	static const struct proc_def own_def = {"own", "-", own, NULL, 1, 0, &pool, end};

	(void)state;
	ended = 0;
	timer_advance(now);
	proc_start(&own_def, &list, NULL, NULL, NULL, NULL);
	pass(1020);
	assert_int_equal(ended, 1);
	assert_int_equal(end_cause, 77);
}

static void restarted_timer_counts_no_retry(void **state)
{
	(void)state;
	struct proc *p = start();

	pass(900);
	proc_restart_timer(p);
	pass(900);
	assert_int_equal(sent, 1);
	pass(120);
	assert_int_equal(sent, 2);
	assert_int_equal(p->tries, 1);
}

static void answer_stops_the_timer_and_moves_on(void **state)
{
	(void)state;
	struct proc *p = start();

	assert_true(proc_event(p, EV_ANSWER, NULL));
	assert_int_equal(p->step, WAIT);
	assert_false(timer_running(&p->timer));
	pass(5000);
	assert_int_equal(sent, 1);
}

static void event_of_another_step_is_not_taken(void **state)
{
	(void)state;
	struct proc *p = start();

	assert_false(proc_event(p, EV_GO, NULL));
	assert_int_equal(p->step, ASK);
}

static void staying_leaves_the_timer_running(void **state)
{
	(void)state;
	struct proc *p = start();

	pass(500);
	assert_true(proc_event(p, EV_STAY, NULL));
	pass(530);
	assert_int_equal(sent, 2);
	(void)p;
}

static void childs_success_is_its_parents_event(void **state)
{
	(void)state;
	struct proc *p = start();

	proc_event(p, EV_ANSWER, NULL);
	proc_event(p, EV_GO, NULL);
	assert_int_equal(p->step, CHILD);
	assert_ptr_not_equal(list.first, p);
	assert_true(proc_offer(&list, EV_GO, NULL)); /* the youngest is asked first */
	assert_int_equal(p->step, LAST);
	assert_ptr_equal(list.first, p);
	proc_event(p, EV_GO, NULL);
	assert_int_equal(end_cause, 0);
}

static void childs_failure_fails_a_parent_that_has_no_row_for_it(void **state)
{
	(void)state;
	struct proc *p = start();

	proc_event(p, EV_ANSWER, NULL);
	proc_event(p, EV_GO, NULL);
	proc_event(list.first, EV_FAIL, NULL);
	assert_true(p->ended);
	assert_int_equal(end_cause, 42);
}

static void parents_end_ends_the_child(void **state)
{
	(void)state;
	struct proc *p = start();

	proc_event(p, EV_ANSWER, NULL);
	proc_event(p, EV_GO, NULL);
	struct proc *child = list.first;

	proc_finish(p, 7);
	assert_true(child->ended);
	assert_null(list.first);
	assert_int_equal(ended, 1);
	assert_int_equal(end_cause, 7);
}

static void ended_procedure_takes_no_event_and_is_freed_later(void **state)
{
	(void)state;
	struct proc *p = start();

	proc_event(p, EV_FAIL, NULL);
	assert_false(proc_event(p, EV_ANSWER, NULL));
	assert_int_equal(pool.in_use, 1);
	proc_reap();
	assert_int_equal(pool.in_use, 0);
}

static void handler_may_jump_to_any_step(void **state)
{
	(void)state;
	struct proc *p = start();

	proc_event(p, EV_JUMP, NULL);
	assert_int_equal(p->step, LAST);
}

static void start_at_the_pools_limit_is_refused(void **state)
{
	(void)state;
	pool.limit = 1;
	struct proc *p = start();

	assert_null(proc_start(&def, &list, NULL, NULL, NULL, NULL));
	pool.limit = 0;
	assert_int_equal(p->step, ASK);
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, clean)
	const struct CMUnitTest tests[] = {
		T(first_step_is_entered_at_start),
		T(unanswered_step_is_repeated_and_then_fails),
		T(step_may_name_the_cause_of_its_timeout),
		T(restarted_timer_counts_no_retry),
		T(answer_stops_the_timer_and_moves_on),
		T(event_of_another_step_is_not_taken),
		T(staying_leaves_the_timer_running),
		T(childs_success_is_its_parents_event),
		T(childs_failure_fails_a_parent_that_has_no_row_for_it),
		T(parents_end_ends_the_child),
		T(ended_procedure_takes_no_event_and_is_freed_later),
		T(handler_may_jump_to_any_step),
		T(start_at_the_pools_limit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
