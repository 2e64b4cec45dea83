/* SPDX-License-Identifier: Apache-2.0 */
/* `ransim load`: attaches at a fixed rate, open loop. Attach i is due at start + i / rate whatever
 * the network does, and its latency counts from then; a UE that is still busy when its next turn
 * comes is a failure of its own. Each attach is the whole procedure up to Attach Complete; then the
 * UE detaches (default) or stays. One line a second, totals in the end. */
#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "codec/s1ap.h"
#include "core/loop.h"
#include "core/timer.h"
#include "enb.h"
#include "gen.h"
#include "load_report.h"
#include "move.h"
#include "ue.h"

enum { SETTLE_MS = 20000, MIN_SLEEP_US = 200, REPORT_MS = 1000 };

static struct {
	const struct options *o;
	struct load_figures f;
	uint64_t start_ns, total, launched, last_report_ns;
	int timer_fd;
	struct loop_fd *watch;
	struct timer report, settle, traffic;
	bool begun, launching, ended, interrupted;
	uint64_t traffic_sent_before, traffic_received_before;
} ld = {.timer_fd = -1};

static uint64_t due_ns(uint64_t i)
{
	uint64_t rate = !ld.f.moving    ? ld.o->rate
			: ld.o->x2_rate ? ld.o->x2_rate
					: ld.o->service_rate;

	return ld.start_ns + i * 1000000000 / rate;
}

static void fail(enum step step, const char *cause) { load_count_failure(&ld.f, step, cause); }

/* ---- the end
 * -------------------------------------------------------------------------------------- */

static void finish(void)
{
	if (ld.ended)
		return;
	ld.ended = true;
	timer_stop(&ld.report);
	sim_exit(ld.f.failed || ld.interrupted || !ld.f.attached ? 1 : 0);
}

static void traffic_over(struct timer *t)
{
	(void)t;
	gen_stop();
	finish();
}

static void traffic_stop(struct timer *t)
{
	gen_pause();
	timer_start(t, 500, traffic_over);
}

static void traffic_start(void)
{
	struct gen_config c = {.to = ld.o->traffic_to,
			       .port = ld.o->traffic_port,
			       .pps = ld.o->traffic_pps,
			       .size = (uint32_t)ld.o->traffic_size};
	struct gen_flow *flow = calloc(sim.ues, sizeof(*flow));
	unsigned n = 0;

	for (unsigned i = 0; flow && i < sim.ues; i++) {
		struct ue *ue = &sim.ue[i];

		if (ue->state == EMM_REGISTERED && ue->path.teid && ue->pdn.ip4.s_addr)
			flow[n++] = (struct gen_flow){ue->path.teid, ue->pdn.ip4};
	}
	if (!flow || gen_start(&c, flow, n)) {
		fprintf(stderr, "ransim: traffic not started (%u bearers, size %llu)\n", n,
			(unsigned long long)ld.o->traffic_size);
		ld.f.failed++;
		finish();
	} else {
		ld.f.traffic = true;
		timer_start(&ld.traffic, ld.o->traffic_time * 1000, traffic_stop);
	}
	free(flow);
}

static void settle_over(struct timer *t)
{
	(void)t;
	finish();
}

/* All attaches and detaches that were begun have ended. */
static void check_over(void);

static void sleep_until(uint64_t ns)
{
	uint64_t soonest = loop_clock_ns() + MIN_SLEEP_US * 1000;
	struct itimerspec t = {0};

	if (ns < soonest)
		ns = soonest;
	t.it_value.tv_sec = (time_t)(ns / 1000000000);
	t.it_value.tv_nsec = (long)(ns % 1000000000);
	timerfd_settime(ld.timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

/* ---- X2 handovers, or service requests
 * ------------------------------------------------------------ */

/* Service requests begin with all UEs idle: a second for their release. */
static void moving_start(void)
{
	bool x2 = ld.o->x2_rate;

	timer_stop(&ld.settle);
	ld.f.moving = x2 ? "x2" : "service";
	ld.launching = true;
	ld.launched = 0;
	ld.total = x2 ? ld.o->x2_rate * ld.o->x2_time : ld.o->service_rate * ld.o->service_time;
	for (unsigned i = 0; i < sim.ues && !x2; i++)
		ue_idle(&sim.ue[i], S1AP_CAUSE_RADIO_USER_INACTIVITY);
	ld.start_ns = loop_clock_ns() + (x2 ? 10000000 : 1000000000);
	sleep_until(ld.start_ns);
}

static void launch_move(uint64_t i)
{
	struct ue *ue = &sim.ue[i % sim.ues];
	int err;

	ld.f.in_progress++;
	ue->scheduled_ns = due_ns(i);
	err = ld.o->x2_rate ? move_x2(ue, &sim.enb[ue->enb->number % sim.enbs]) : ue_service(ue);
	if (err) {
		ld.f.in_progress--;
		fail(STEP_MOVE, err == -EBUSY || err == -EALREADY ? "UE still busy at its next turn"
								  : strerror(-err));
	}
}

static void check_over(void)
{
	if (ld.launching || ld.f.in_progress || ld.ended)
		return;
	if (ld.o->keep && (ld.o->x2_rate || ld.o->service_rate) && !ld.interrupted &&
	    !ld.f.moving) {
		moving_start();
		return;
	}
	if (ld.o->keep && ld.o->traffic_to.s_addr && !ld.interrupted && !ld.f.traffic)
		traffic_start();
	else if (!ld.f.traffic && !timer_running(&ld.settle))
		timer_start(&ld.settle, 0, settle_over);
}

/* ---- procedures
 * ----------------------------------------------------------------------------------- */

static void detach(struct ue *ue)
{
	int err = ue_detach(ue, ld.o->switch_off);

	if (err) {
		ld.f.in_progress--;
		fail(STEP_DETACH, strerror(-err));
	}
}

static void hold_over(struct timer *t)
{
	detach(container_of(t, struct ue, timer));
	check_over();
}

static void done(struct ue *ue, enum procedure p, enum step step, const char *cause)
{
	uint64_t now = loop_clock_ns();

	if (ld.f.moving)
		ld.f.moving_ns = now - ld.start_ns;
	else
		ld.f.elapsed_ns = now - ld.start_ns; /* of procedures: traffic does not count */
	if (cause) {
		ld.f.in_progress--;
		fail(step, cause);
	} else if (p == PROC_ATTACH) {
		ld.f.attached++;
		hist_add(&ld.f.attach_second, (now - ue->scheduled_ns) / 1000);
		if (ld.o->keep || ld.interrupted)
			ld.f.in_progress--;
		else if (ld.o->hold_ms)
			timer_start(&ue->timer, ld.o->hold_ms, hold_over);
		else
			detach(ue);
	} else if (p == PROC_MOVE || p == PROC_SERVICE) {
		ld.f.in_progress--;
		if (p == PROC_SERVICE)
			ue_idle(ue, S1AP_CAUSE_RADIO_USER_INACTIVITY);
		ld.f.moved++;
		hist_add(&ld.f.move_second, (now - ue->scheduled_ns) / 1000);
	} else if (p == PROC_DETACH) {
		ld.f.in_progress--;
		ld.f.detached++;
		hist_add(&ld.f.detach, (now - ue->started_ns) / 1000);
	}
	check_over();
}

static void launch(uint64_t i)
{
	struct ue *ue = &sim.ue[i % sim.ues];
	int err;

	if (ue->profile->identity == IDENTITY_IMSI && !ue->procedure &&
	    ue->state == EMM_DEREGISTERED)
		ue_forget(ue);
	ld.f.in_progress++;
	ue->scheduled_ns = due_ns(i);
	err = ue_attach(ue);
	if (err) {
		ld.f.in_progress--;
		fail(STEP_NONE,
		     err == -ENETDOWN ? "eNodeB has no S1" : "UE still busy at its next turn");
	}
}

static void tick(void *arg, int events)
{
	uint64_t drain, now;

	(void)arg;
	(void)events;
	if (read(ld.timer_fd, &drain, sizeof(drain)) < 0 || !ld.launching)
		return;
	now = loop_clock_ns();
	for (; ld.launched < ld.total && due_ns(ld.launched) <= now; ld.launched++)
		(ld.f.moving ? launch_move : launch)(ld.launched);
	if (ld.launched < ld.total)
		sleep_until(due_ns(ld.launched));
	else
		ld.launching = false;
	check_over();
}

/* ---- start, reports
 * ------------------------------------------------------------------------------- */

static void report(struct timer *t)
{
	uint64_t now = loop_clock_ns();
	struct gen_result r;

	timer_start(t, REPORT_MS, report);
	if (ld.f.traffic)
		gen_result(&r);
	load_report_second(&ld.f, ld.launched, now - ld.start_ns, now - ld.last_report_ns,
			   ld.o->json, ld.f.traffic ? &r : NULL);
	ld.last_report_ns = now;
}

static void begin(void)
{
	timer_stop(&ld.settle);
	ld.begun = ld.launching = true;
	ld.start_ns = ld.last_report_ns = loop_clock_ns() + 10000000;
	load_report_head(ld.o->json);
	timer_start(&ld.report, REPORT_MS, report);
	sleep_until(ld.start_ns);
}

static void enb_changed(struct enb *enb, const char *cause)
{
	if (ld.begun) {
		if (cause && !ld.ended)
			fprintf(stderr, "ransim: eNodeB %u: %s\n", enb->number, cause);
		return;
	}
	if (enb->state == ENB_REFUSED) {
		fprintf(stderr, "ransim: eNodeB %u: S1 Setup refused: %s\n", enb->number, cause);
		sim_exit(1);
		return;
	}
	for (unsigned i = 0; i < sim.enbs; i++)
		if (sim.enb[i].state != ENB_READY)
			return;
	begin();
}

static void never_ready(struct timer *t)
{
	(void)t;
	if (ld.begun)
		return;
	fprintf(stderr, "ransim: S1 Setup of %u eNodeBs not done after %d s\n", sim.enbs,
		SETTLE_MS / 1000);
	sim_exit(1);
}

static void on_signal(int signo)
{
	(void)signo;
	if (ld.interrupted || !ld.begun)
		finish();
	ld.interrupted = true;
	ld.launching = false;
	check_over();
}

int load_command(struct options *o)
{
	int code;

	ld.o = o;
	sim.user_plane = true;
	sim.enb_changed = enb_changed;
	sim.done = done;
	code = session_start(o, COMMAND_LOAD);
	if (code)
		return code;
	ld.total = o->duration ? o->rate * o->duration : sim.ues * o->rounds;
	ld.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	ld.watch = loop_fd_add(ld.timer_fd, LOOP_READ, tick, NULL);
	if (!ld.watch)
		return 1;
	loop_signal(SIGINT, on_signal);
	loop_signal(SIGTERM, on_signal);
	timer_start(&ld.settle, SETTLE_MS, never_ready);
	loop_run();
	if (ld.begun) {
		struct gen_result r;

		gen_result(&r);
		load_report_end(&ld.f, o, ld.launched, ld.f.traffic ? &r : NULL);
	}
	loop_fd_del(ld.watch);
	close(ld.timer_fd);
	session_stop();
	return sim_exit_code();
}
