/* SPDX-License-Identifier: Apache-2.0 */
/* New keys and GUTIs for devices that are registered: by configured intervals, before a NAS COUNT
 * is used up (TS 33.401 6.5), and at an operator's word. One procedure, begun when a service
 * request or tracking area update is over, or at once on a connection that is there:
 *
 *   AUTHENTICATE  the same child as attach has
 *   IDENTIFY      the answer did not fit: who is it really (TS 24.301 5.4.2.5, 5.4.2.7 c)?
 *   SECURE        security mode control; until it is complete the current context goes on, and
 *                 stays if anything fails (4.4.2.1)
 *   REKEY         the eNodeB gets the KeNB of the new KASME (33.401 7.2.9.2); where it does not
 *                 take it the connection ends, and the next one has it
 *   GUTI          GUTI reallocation (5.4.1)
 *
 * A device that does not answer loses its connection (5.4.2.7 b) and is asked again at its next
 * contact; one that proves to be another is no longer registered. */
#include <errno.h>
#include <time.h>
#include "mme/mme.h"

enum { BEGIN, AUTHENTICATE, IDENTIFY, SECURE, REKEY, GUTI };

/* COUNTs left for what is under way when a new authentication is due. */
enum { COUNTS_LEFT = 0x10000 };

struct refresh {
	struct proc proc;
	unsigned what;
	bool release;
	void (*done)(void *arg, int err);
	void *arg;
};

static struct mem_pool pool = MEM_POOL(refresh);

/* ---- what is due ---- */

static bool over(const struct mme_refresh *r, uint64_t since, uint32_t used)
{
	return (r->after_s && (uint64_t)time(NULL) >= since + r->after_s) ||
	       (r->procedures && used >= r->procedures);
}

unsigned refresh_due(const struct mme_ue *ue)
{
	unsigned due = ue->due;

	if (ue->unproven) /* there is nothing to prove */
		due &= (unsigned)~REFRESH_KEYS;
	else if (!ue->sec->valid || ue->sec->ul_count >= NAS_COUNT_END - COUNTS_LEFT ||
		 ue->sec->dl_count >= NAS_COUNT_END - COUNTS_LEFT ||
		 over(&mme.reauthenticate, ue->authenticated, ue->keys_used))
		due |= REFRESH_KEYS;
	if (over(&mme.reallocate_guti, ue->guti_given, ue->guti_used))
		due |= REFRESH_GUTI;
	return due;
}

/* ---- the procedure ---- */

static int enter_begin(struct proc *p)
{
	const struct refresh *r = (const struct refresh *)p;

	return PROC_TO(r->what & REFRESH_KEYS ? AUTHENTICATE : GUTI);
}

static int enter_identify(struct proc *p) { return identity_enter(p, NAS_ASK_IMSI); }

static void rekeyed(struct mme_ue *ue, void *arg, int err)
{
	(void)arg;
	if (err != -ECANCELED) /* else all of the connection is over */
		proc_offer(&ue->procs, EV_REKEYED, &err);
}

static int after_keys(struct refresh *r)
{
	r->what &= (unsigned)~REFRESH_KEYS;
	if (mme.guti_with_authentication)
		r->what |= REFRESH_GUTI;
	return r->what & REFRESH_GUTI ? PROC_TO(GUTI) : PROC_END;
}

static int enter_rekey(struct proc *p)
{
	struct refresh *r = (struct refresh *)p;
	struct mme_ue *ue = p->owner;
	int err = conn_modify(ue->conn, &(struct conn_change){.key = true, .done = rekeyed});

	mme_counters.reauth++;
	r->release |= err && err != -ENOTCONN; /* the next connection has the new key */
	return err ? after_keys(r) : PROC_STAY;
}

static int enb_rekeyed(struct proc *p, const void *msg)
{
	struct refresh *r = (struct refresh *)p;

	r->release |= *(const int *)msg != 0;
	return after_keys(r);
}

static int child_done(struct proc *p, const void *child)
{
	(void)p, (void)child;
	return PROC_NEXT;
}

static int all_done(struct proc *p, const void *child)
{
	(void)p, (void)child;
	return PROC_END;
}

static int auth_failed(struct proc *p, const void *msg)
{
	const struct proc *child = msg;

	return child->cause == CAUSE_WRONG_KEY ? PROC_TO(IDENTIFY) : proc_fail(p, child->cause);
}

/* Who has somebody else's GUTI attaches again with its own identity. Who is who we thought, and
 * cannot prove it, is rejected (5.4.2.5). */
static int identified(struct proc *p, const void *child)
{
	struct mme_ue *ue = p->owner;
	imsi_t claimed = identity_answer(child);

	if (claimed == ue->imsi) {
		struct nas_authentication_reject m = {0};

		NAS_SEND(ue, authentication_reject, &m);
	} else {
		struct nas_detach_request_network m = {.detach_type.type = NAS_DETACH_REATTACH};

		UE_LOG(WARN, ue, "refresh.other_device", "claims=%s",
		       imsi_print(claimed, (char[IMSI_STRLEN]){0}));
		NAS_SEND(ue, detach_request_network, &m);
	}
	return proc_fail(p, CAUSE_WRONG_KEY);
}

static int error_of(uint16_t cause)
{
	return cause == PROC_TIMEOUT      ? -ETIMEDOUT
	       : cause == CAUSE_WRONG_KEY ? -EACCES
	       : cause == PROC_ABORTED    ? -ECANCELED
					  : -EIO;
}

static void end(struct proc *p, uint16_t cause)
{
	struct refresh *r = (struct refresh *)p;
	struct mme_ue *ue = p->owner;

	if (cause && p->step < REKEY)
		mme_counters.reauth_failed++;
	if (cause == PROC_ABORTED || cause == PROC_TIMEOUT)
		ue->due |= (uint8_t)r->what; /* another time */
	if (r->done)
		r->done(r->arg, cause ? error_of(cause) : 0);
	if (cause == PROC_ABORTED || !ue->conn || (!cause && drain_after(ue)))
		return;
	if (!cause && !ue->conn->context && service_due(ue)) /* it came up meanwhile */
		service_begin(ue);
	else if (cause == CAUSE_WRONG_KEY)
		ue_remove(ue, UE_RELEASE, S1AP_CAUSE(NAS, AUTHENTICATION_FAILURE));
	else if (r->release || (cause == PROC_TIMEOUT && p->step < REKEY))
		conn_release(ue->conn, cause ? S1AP_CAUSE(NAS, UNSPECIFIED)
					     : S1AP_CAUSE(NAS, NORMAL_RELEASE));
}

static const struct proc_step steps[] = {
	[BEGIN] = {"begin", enter_begin, NULL},
	[AUTHENTICATE] = {"authenticate", auth_enter, NULL},
	[IDENTIFY] = {"identify", enter_identify, NULL},
	[SECURE] = {"secure", smc_enter, NULL},
	[REKEY] = {"rekey", enter_rekey, NULL},
	[GUTI] = {"guti", guti_enter, NULL},
};

static const struct proc_row rows[] = {
	{AUTHENTICATE, PROC_CHILD_DONE, child_done, SECURE},
	{AUTHENTICATE, PROC_CHILD_FAILED, auth_failed, 0},
	{IDENTIFY, PROC_CHILD_DONE, identified, 0},
	{SECURE, PROC_CHILD_DONE, child_done, REKEY},
	{REKEY, EV_REKEYED, enb_rekeyed, 0},
	{GUTI, PROC_CHILD_DONE, all_done, 0},
};

const struct proc_def refresh_def = {
	"refresh",
	"TS 24.301 5.4.1 to 5.4.3",
	steps,
	rows,
	sizeof(steps) / sizeof(*steps),
	sizeof(rows) / sizeof(*rows),
	&pool,
	end,
};

/* ---- the beginning ---- */

static void init(struct proc *p, const void *arg)
{
	const struct refresh *from = arg;
	struct refresh *r = (struct refresh *)p;

	r->what = from->what;
	r->release = from->release;
	r->done = from->done;
	r->arg = from->arg;
}

bool refresh_after(struct mme_ue *ue, bool release)
{
	struct refresh r = {.release = release};

	ue->keys_used++;
	ue->guti_used++;
	r.what = refresh_due(ue);
	if (!r.what || !ue->conn || ue->procs.first || ue->doomed)
		return false;
	ue->due &= (uint8_t)~r.what;
	return proc_start(&refresh_def, &ue->procs, ue, NULL, init, &r) != NULL;
}

void refresh_begin(struct mme_ue *ue, unsigned what, void (*done)(void *arg, int err), void *arg)
{
	struct refresh r = {.what = what, .done = done, .arg = arg};
	int err = ue->unproven && what & REFRESH_KEYS ? -EACCES
		  : !ue->conn || !ue->security_on     ? -ENOTCONN
		  : ue->procs.first                   ? -EBUSY
						      : 0;

	if (!err && proc_start(&refresh_def, &ue->procs, ue, NULL, init, &r))
		return;
	if (err != -EACCES)
		ue->due |= (uint8_t)what;
	if (done)
		done(arg, err ? err : -ENOMEM);
}
