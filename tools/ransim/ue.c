/* SPDX-License-Identifier: Apache-2.0 */
/* EMM procedures of a UE (TS 24.301 5.5, 5.6): attach, detach, service request. A procedure is the
 * triple {state, procedure, step} and one guard timer; its messages are ue_nas.c's. Every end goes
 * through finish(), which tells sim.done once. */
#include "ue.h"
#include "ue_esm.h"

#include <errno.h>
#include <string.h>
#include "core/loop.h"
#include "enb.h"
#include "gtpu.h"

static const char *const procedure_names[PROC_COUNT] = {"none",    "attach", "detach",
							"service", "update", "move"};

static double took_ms(const struct ue *ue)
{
	return (double)(loop_clock_ns() - ue->started_ns) / 1e6;
}

static void finish(struct ue *ue, const char *cause)
{
	enum procedure p = ue->procedure;
	enum step step = ue->step;

	timer_stop(&ue->timer);
	if (p == PROC_NONE)
		return;
	ue->procedure = PROC_NONE;
	ue->step = STEP_NONE;
	if (cause)
		event_ue(ue, "failed", "procedure=%s step=%s cause=\"%s\" ms=%.3f",
			 procedure_names[p], step_name(step), cause, took_ms(ue));
	if (sim.done)
		sim.done(ue, p, step, cause);
}

static void guard_expired(struct timer *t)
{
	struct ue *ue = container_of(t, struct ue, timer);

	ue_fail(ue, "timeout");
}

static void begin(struct ue *ue, enum procedure p, enum emm_state state)
{
	ue->procedure = p;
	ue->state = state;
	ue->step = STEP_NONE;
	ue->fault_done = false;
	ue->started_ns = loop_clock_ns();
	timer_start(&ue->timer, sim.guard_ms, guard_expired);
}

void ue_begin_move(struct ue *ue) { begin(ue, PROC_MOVE, ue->state); }

void ue_init(struct ue *ue, unsigned number, imsi_t imsi, const struct ue_profile *p,
	     struct enb *camp)
{
	ue->number = number;
	ue->imsi = imsi;
	ue->profile = p;
	ue->enb = camp;
	nas_security_wipe(&ue->sec);
	nas_security_wipe(&ue->next);
	if (ue_fault(ue, FAULT_WRONG_K))
		ue->usim.key.k[0] ^= 1;
	if (ue_fault(ue, FAULT_SQN_AHEAD))
		usim_skip_ahead(&ue->usim, p->faults.arg[FAULT_SQN_AHEAD]);
}

void ue_forget(struct ue *ue)
{
	ue->has_guti = false;
	nas_security_wipe(&ue->sec);
	nas_security_wipe(&ue->next);
}

static bool is_silent(const struct ue *ue, enum step step)
{
	if (!fault_at(&ue->profile->faults, FAULT_SILENT_AT, step))
		return false;
	event_ue(ue, "fault", "name=silent-at step=%s", step_name(step));
	return true;
}

/* Before the MME has answered, on a connection of its own. */
static void attach_twice(struct ue *ue, const char *fault, enum step step, bool same)
{
	ue->fault_done = true;
	event_ue(ue, "fault", "name=%s step=%s", fault, step_name(step));
	if (!ue->mme_known)
		enb_lose(ue);
	nas_send_attach_request(ue, ue->identity.type != NAS_ID_GUTI, same);
}

/* A fault that something else comes of than silence; each once in a procedure. */
static bool goes_wrong(struct ue *ue, enum step step, struct enb *enb)
{
	const struct faults *f = &ue->profile->faults;

	if (ue->fault_done)
		return false;
	if (fault_at(f, FAULT_DROP_AT, step)) {
		ue->fault_done = true;
		event_ue(ue, "fault", "name=drop-at step=%s enb=%u", step_name(step), enb->number);
		enb_vanish(enb);
	} else if (ue->procedure == PROC_ATTACH && fault_at(f, FAULT_DOUBLE_ATTACH, step)) {
		attach_twice(ue, "double-attach", step, false);
	} else if (ue->procedure == PROC_ATTACH && fault_at(f, FAULT_SAME_ATTACH, step)) {
		attach_twice(ue, "same-attach", step, true);
		return false; /* and goes on */
	}
	return ue->fault_done;
}

bool ue_step_at(struct ue *ue, enum step step, struct enb *enb)
{
	return !is_silent(ue, step) && !goes_wrong(ue, step, enb);
}

bool ue_step(struct ue *ue, enum step step)
{
	ue->step = step;
	return ue_step_at(ue, step, ue->enb);
}

bool ue_sends(struct ue *ue, enum step step)
{
	ue->step = step;
	return !is_silent(ue, step);
}

void ue_sent(struct ue *ue, enum step step)
{
	if (ue->procedure && ue->connected)
		goes_wrong(ue, step, ue->enb);
}

/* ---- starting -----------------------------------------------------------------------------------
 */

static int attach(struct ue *ue)
{
	bool by_imsi = ue->profile->identity == IDENTITY_IMSI || !ue->has_guti;

	if (ue->enb->state != ENB_READY)
		return -ENETDOWN;
	begin(ue, PROC_ATTACH, EMM_REGISTERED_INITIATED);
	if (!ue_sends(ue, STEP_CONNECT))
		return 0;
	event_ue(ue, "attach.request", "by=%s enb=%u", by_imsi ? "imsi" : "guti", ue->enb->number);
	nas_send_attach_request(ue, by_imsi, false);
	ue_sent(ue, STEP_CONNECT);
	return 0;
}

int ue_attach(struct ue *ue)
{
	if (ue->procedure)
		return -EBUSY;
	if (ue->state != EMM_DEREGISTERED)
		return -EALREADY;
	return attach(ue);
}

int ue_attach_again(struct ue *ue)
{
	if (ue->enb->state != ENB_READY)
		return -ENETDOWN;
	timer_stop(&ue->timer);
	ue->procedure = PROC_NONE;
	enb_lose(ue);
	ue_deregister(ue);
	return attach(ue);
}

void ue_interrupt(struct ue *ue)
{
	timer_stop(&ue->timer);
	ue->procedure = PROC_NONE;
	ue->step = STEP_NONE;
	if (ue->state != EMM_DEREGISTERED)
		ue->state = EMM_REGISTERED;
}

int ue_detach(struct ue *ue, bool switch_off)
{
	if (ue->procedure)
		return -EBUSY;
	if (ue->state != EMM_REGISTERED)
		return -EALREADY;
	if (ue->enb->state != ENB_READY)
		return -ENETDOWN;
	begin(ue, PROC_DETACH, EMM_DEREGISTERED_INITIATED);
	ue->switch_off = switch_off;
	if (!ue_sends(ue, STEP_DETACH))
		return 0;
	event_ue(ue, "detach.request", "switch-off=%s", switch_off ? "yes" : "no");
	nas_send_detach_request(ue, switch_off);
	ue_sent(ue, STEP_DETACH);
	if (ue->procedure)
		ue->step = STEP_RELEASE;
	return 0;
}

int ue_service(struct ue *ue)
{
	if (ue->procedure)
		return -EBUSY;
	if (ue->state != EMM_REGISTERED || ue->connected)
		return -EALREADY;
	if (ue->enb->state != ENB_READY)
		return -ENETDOWN;
	if (!ue->has_guti || !ue->sec.valid)
		return -ENOKEY;
	begin(ue, PROC_SERVICE, EMM_SERVICE_REQUEST_INITIATED);
	if (!ue_sends(ue, STEP_SERVICE))
		return 0;
	if (ue->suspended.enb == ue->enb)
		return enb_resume(ue);
	event_ue(ue, "service.request", "enb=%u", ue->enb->number);
	nas_send_service_request(ue);
	ue_sent(ue, STEP_SERVICE);
	return 0;
}

int ue_update(struct ue *ue, uint8_t type, bool active)
{
	if (ue->procedure)
		return -EBUSY;
	if (ue->state != EMM_REGISTERED)
		return -EINVAL;
	if (ue->enb->state != ENB_READY)
		return -ENETDOWN;
	if (!ue->has_guti)
		return -ENOKEY;
	begin(ue, PROC_UPDATE, EMM_REGISTERED);
	ue->wants_bearers = active;
	if (!ue_sends(ue, STEP_UPDATE))
		return 0;
	event_ue(ue, "tau.request", "type=%u active=%s enb=%u", type, active ? "yes" : "no",
		 ue->enb->number);
	nas_send_tau_request(ue, type, active);
	ue_sent(ue, STEP_UPDATE);
	return 0;
}

int ue_idle(struct ue *ue, uint8_t radio_cause)
{
	if (!ue->connected || !ue->mme_known)
		return -ENOTCONN;
	event_ue(ue, "release.request", "cause=%u", radio_cause);
	return enb_request_release(ue, radio_cause);
}

/* ---- ending -------------------------------------------------------------------------------------
 */

void ue_succeed(struct ue *ue)
{
	char text[320];

	switch (ue->procedure) {
	case PROC_ATTACH:
		ue->state = EMM_REGISTERED;
		if (events_on())
			event_ue(ue, "attached", "%s ms=%.3f", pdn_show(ue, text, sizeof(text)),
				 took_ms(ue));
		break;
	case PROC_DETACH:
		event_ue(ue, "detached", "ms=%.3f", took_ms(ue));
		break;
	case PROC_SERVICE:
		ue->state = EMM_REGISTERED;
		event_ue(ue, "service", "ms=%.3f", took_ms(ue));
		break;
	case PROC_UPDATE:
		event_ue(ue, "updated", "ms=%.3f", took_ms(ue));
		break;
	case PROC_MOVE:
		event_ue(ue, "moved", "enb=%u ms=%.3f", ue->enb->number, took_ms(ue));
		break;
	default:
		return;
	}
	finish(ue, NULL);
}

/* What is left of the UE after a failed procedure: a detach ends in EMM-DEREGISTERED whatever comes
 * (5.5.2.2.3), a failed service request leaves it registered unless a reject said otherwise. */
void ue_fail(struct ue *ue, const char *cause)
{
	switch (ue->procedure) {
	case PROC_NONE:
		return;
	case PROC_MOVE: /* it stays where it is, unless the network says otherwise */
		break;
	case PROC_SERVICE:
		if (ue->state == EMM_SERVICE_REQUEST_INITIATED)
			ue->state = EMM_REGISTERED;
		break;
	case PROC_UPDATE:
		break;
	default:
		ue_deregister(ue);
		break;
	}
	if (ue->connected && !strcmp(cause, "timeout"))
		enb_lose(ue);
	finish(ue, cause);
}

void ue_deregister(struct ue *ue)
{
	ue->state = EMM_DEREGISTERED;
	pdn_down(ue);
}

/* ---- S1 connection ------------------------------------------------------------------------------
 */

void ue_context_ready(struct ue *ue)
{
	if (ue->procedure == PROC_SERVICE || ue->procedure == PROC_UPDATE) {
		ue_succeed(ue);
	} else if (ue->procedure == PROC_ATTACH && ue->pdn.active) {
		if (!ue_step(ue, STEP_COMPLETE))
			return;
		nas_send_attach_complete(ue);
		pdn_up(ue);
		ue_succeed(ue);
	}
}

void ue_released(struct ue *ue, const char *lost)
{
	if (ue->path.teid)
		gtpu_port_idle(ue->path.teid);
	bearers_idle(ue);
	event_ue(ue, "released", "%s%s%s", lost ? "lost=\"" : "", lost ? lost : "",
		 lost ? "\"" : "");
	switch (ue->procedure) {
	case PROC_DETACH:
		ue->state = EMM_DEREGISTERED;
		if (lost)
			finish(ue, lost);
		else
			ue_succeed(ue);
		pdn_down(ue); /* after the time was taken: a tun takes long to go */
		break;
	case PROC_ATTACH:
	case PROC_SERVICE:
	case PROC_UPDATE:
	case PROC_MOVE:
		ue_fail(ue, lost ? lost : "released");
		break;
	default:
		break;
	}
	if (ue->reattach && ue->state == EMM_DEREGISTERED && !ue->procedure) {
		ue->reattach = false;
		ue_attach(ue);
	}
}

void ue_paged(struct ue *ue, bool by_imsi)
{
	event_ue(ue, "paged", "by=%s", by_imsi ? "imsi" : "s-tmsi");
	if (ue_fault(ue, FAULT_UNPAGED) || ue->connected || ue->procedure ||
	    !ue_step_at(ue, STEP_PAGING, ue->enb))
		return;
	if (!by_imsi) {
		if (ue->state == EMM_REGISTERED)
			ue_service(ue);
		return;
	}
	/* The network has lost all: attach by IMSI (5.6.2.2.2). */
	ue_deregister(ue);
	ue_forget(ue);
	ue_attach(ue);
}
