/* SPDX-License-Identifier: Apache-2.0 */
/* `ransim run`: for people and tests. UEs attach as soon as their eNodeB is ready, at --rate a
 * second, unless commands say what happens. Ends by a signal, `quit`, or the end of the commands:
 * UEs detach, a second signal or LEAVE_MS later it ends all the same. */
#include "commands.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "core/loop.h"
#include "core/timer.h"
#include "enb.h"
#include "ue.h"

enum { LEAVE_MS = 5000, ATTACH_TICK_MS = 10 };

static struct {
	struct timer tick, leave;
	unsigned next; /* of sim.ue: the first that has not been told to attach */
	uint64_t rate, begun_ns;
	bool stay, attach, leaving, scripted;
} run;

static unsigned registered(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim.ues; i++)
		n += sim.ue[i].state != EMM_DEREGISTERED && sim.ue[i].enb->state == ENB_READY;
	return n;
}

static void leave_over(struct timer *t)
{
	(void)t;
	if (registered())
		event_sim("leave.timeout", "registered=%u", registered());
	loop_stop();
}

static void leave(int code)
{
	if (run.leaving) {
		sim_exit(code);
		return;
	}
	run.leaving = true;
	scenario_stop();
	timer_stop(&run.tick);
	sim_note_exit(code);
	for (unsigned i = 0; i < sim.ues; i++)
		ue_detach(&sim.ue[i], true);
	timer_start(&run.leave, registered() ? LEAVE_MS : 0, leave_over);
}

static void on_signal(int signo)
{
	event_sim("signal", "number=%d", signo);
	leave(0);
}

/* Attaches what the rate owes since the first eNodeB was ready; a UE whose eNodeB is not up waits
 * its turn with all after it. */
static void attach_some(struct timer *t)
{
	uint64_t owed = (loop_clock_ns() - run.begun_ns) / 1000000 * run.rate / 1000 + 1;

	for (; run.next < sim.ues && run.next < owed; run.next++) {
		struct ue *ue = &sim.ue[run.next];

		if (ue->enb->state == ENB_REFUSED)
			continue;
		if (ue->enb->state != ENB_READY)
			break;
		ue_attach(ue);
	}
	if (run.next < sim.ues)
		timer_start(t, ATTACH_TICK_MS, attach_some);
}

/* The commands of -e and -f decide how it ends; what comes by the control FIFO later does not. */
static void over(bool failed, bool quit)
{
	bool script = run.scripted;

	run.scripted = false;
	if (quit || (script && (failed || !run.stay)))
		leave(failed && script ? 1 : 0);
}

/* Commands start when each eNodeB has an answer to its S1 Setup, else UEs with the first success.
 */
static void enb_changed(struct enb *enb, const char *cause)
{
	(void)enb;
	if (run.begun_ns || (cause && !run.scripted))
		return;
	for (unsigned i = 0; i < sim.enbs && run.scripted; i++)
		if (sim.enb[i].state != ENB_READY && sim.enb[i].state != ENB_REFUSED)
			return;
	run.begun_ns = loop_clock_ns();
	if (run.attach)
		attach_some(&run.tick);
	if (run.scripted)
		scenario_start(over);
}

static void done(struct ue *ue, enum procedure p, enum step step, const char *cause)
{
	(void)ue;
	(void)p;
	(void)step;
	(void)cause;
	if (run.leaving && !registered())
		timer_start(&run.leave, 0, leave_over);
}

int run_command(struct options *o)
{
	int code, err;

	sim.user_plane = sim.forwarding = true;
	sim.enb_changed = enb_changed;
	sim.done = done;
	run.rate = o->rate;
	run.scripted = o->commands || o->file;
	run.stay = o->stay || !run.scripted;
	run.attach = !o->no_attach && !run.scripted;
	if ((o->commands && !scenario_add(o->commands)) || (o->file && !scenario_add_file(o->file)))
		return 2;
	code = session_start(o, COMMAND_RUN);
	if (code)
		return code;
	loop_signal(SIGINT, on_signal);
	loop_signal(SIGTERM, on_signal);
	if (!o->control && isatty(STDIN_FILENO))
		o->control = "-";
	err = o->control ? scenario_control(o->control) : 0;
	if (err)
		fprintf(stderr, "ransim: %s: %s\n", o->control, strerror(-err));
	if (o->control && !run.scripted)
		scenario_start(over);
	loop_run();
	event_sim("end", "code=%d", sim_exit_code());
	session_stop();
	scenario_free();
	return sim_exit_code();
}
