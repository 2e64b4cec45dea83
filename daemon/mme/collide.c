/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a device's procedures when it begins another one on the same connection, in one
 * table: TS 24.301 5.4.1.6, 5.4.3.7, 5.4.4.6, 5.5.1.2.7, 5.5.2.3.5, 5.6.1.7. Pairs that are not in
 * it go on side by side. A message on a new connection needs no table: the connection before it is
 * lost, and with it what was under way there (nas_in.c, conn_lost). The network's own detach ends
 * everything (5.5.2.3.2), and what is begun for a device that has something under way is put off
 * (refresh.c). */
#include "mme/mme.h"

static const struct {
	const struct proc_def *running;
	enum nas_incoming incoming;
	enum nas_collision what;
	const char *clause;
} table[] = {
	/* The accept is sent again, or it is ignored while there is none yet. */
	{&attach_def, INCOMING_ATTACH_AGAIN, COLLISION_OFFER, "5.5.1.2.7 d 2, e 2"},
	{&attach_def, INCOMING_ATTACH, COLLISION_RESTART, "5.5.1.2.7 d 1, e 1"},
	{&attach_def, INCOMING_TAU, COLLISION_OFFER, "5.5.1.2.7 g"},
	{&attach_def, INCOMING_SERVICE, COLLISION_IGNORE, "5.5.1.2.7"},
	{&attach_def, INCOMING_DETACH, COLLISION_ABORT, "5.5.1.2.7 h"},
	/* tau.c knows a repeated request from another one (5.5.3.2.7 d, e). */
	{&tau_def, INCOMING_ATTACH, COLLISION_ABORT, "5.5.3.2.7"},
	{&tau_def, INCOMING_DETACH, COLLISION_ABORT, "5.5.3.2.7 f"},
	{&refresh_def, INCOMING_ATTACH, COLLISION_ABORT, "5.4.1.6 c, 5.4.3.7 c, 5.4.4.6 c"},
	{&refresh_def, INCOMING_TAU, COLLISION_ABORT, "5.4.1.6 e, 5.4.3.7 c"},
	{&refresh_def, INCOMING_SERVICE, COLLISION_ABORT, "5.4.3.7 c"},
	{&refresh_def, INCOMING_DETACH, COLLISION_ABORT, "5.4.1.6 d, 5.4.4.6 e"},
	{&service_def, INCOMING_SERVICE, COLLISION_IGNORE, "5.6.1.7"},
	{&service_def, INCOMING_DETACH, COLLISION_ABORT, "5.6.1.7"},
	{&resume_def, INCOMING_SERVICE, COLLISION_IGNORE, "5.3.1.3"},
	{&resume_def, INCOMING_DETACH, COLLISION_ABORT, "5.3.1.3"},
	/* Unless it is told to attach again: then that has happened (collide). */
	{&detach_def, INCOMING_ATTACH, COLLISION_IGNORE, "5.5.2.3.5 c"},
	{&detach_def, INCOMING_TAU, COLLISION_IGNORE, "5.5.2.3.5 d"},
	{&detach_def, INCOMING_SERVICE, COLLISION_IGNORE, "5.5.2.3.5 e"},
	/* Both want the same: it is answered, and that was it. */
	{&detach_def, INCOMING_DETACH, COLLISION_ABORT, "5.5.2.3.5"},
};

static enum nas_collision look_up(const struct proc_def *def, enum nas_incoming in,
				  const char **clause)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].running == def && table[i].incoming == in) {
			*clause = table[i].clause;
			return table[i].what;
		}
	return COLLISION_NONE;
}

enum nas_collision collide(struct mme_ue *ue, enum nas_incoming in)
{
	const struct proc *worst = NULL;
	enum nas_collision what = COLLISION_NONE;
	const char *clause = NULL;

	for (const struct proc *p = ue->procs.first; p; p = p->next) {
		const char *of = NULL;
		enum nas_collision w = look_up(p->def, in, &of);

		if (p->def == &detach_def && in == INCOMING_ATTACH && detach_wants_back(p))
			w = COLLISION_NONE;
		if (p->def == &attach_def && ue->emm == EMM_REGISTERED) /* it is complete */
			w = COLLISION_NONE;
		if (w > what) {
			what = w;
			worst = p;
			clause = of;
		}
	}
	if (!worst)
		return what;
	mme_counters.collision++;
	UE_LOG(DEBUG, ue, "nas.collision", "proc=\"%s\" step=%s clause=\"%s\"", worst->def->name,
	       worst->def->steps[worst->step].name, clause);
	return what;
}
