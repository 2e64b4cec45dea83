/* SPDX-License-Identifier: Apache-2.0 */
/* What the API and the log see of the MME: devices, eNodeBs, counters, and the steps of procedures
 * as they happen. Procedures are observed, not instrumented: the engine tells of each step. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/loop.h"
#include "mme/mme.h"

/* ---- trace ---- */

struct tracer {
	struct tracer *next;
	imsi_t imsi;                                      /* IMSI_NONE: all */
	void (*fn)(void *arg, const struct trace_view *); /* NULL: stopped while being told */
	void *arg;
};

static struct mem_pool tracer_pool = MEM_POOL(tracer);
static struct tracer *tracers;
static unsigned telling;

static void sweep(void)
{
	for (struct tracer **at = &tracers; *at;) {
		struct tracer *t = *at;

		if (t->fn) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		pool_put(&tracer_pool, t);
	}
}

static void tell(imsi_t imsi, struct trace_view *v)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	v->time_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	v->imsi = imsi;
	telling++;
	for (struct tracer *t = tracers; t; t = t->next)
		if (t->fn && (t->imsi == IMSI_NONE || t->imsi == imsi))
			t->fn(t->arg, v);
	if (!--telling)
		sweep();
}

static void observed(const struct proc *p, const char *what, const char *detail)
{
	const struct mme_ue *ue = p->owner;
	const char *step = p->def->steps[p->step].name;
	uint64_t took = (loop_clock_ns() - p->started_ns) / 1000000;
	bool failed = !strcmp(what, "fail");

	procstat_observe(p, what);
	why_observe(p, what, detail);
	if (!p->parent && !strcmp(what, "end"))
		UE_LOG(INFO, ue, "procedure.done", "proc=\"%s\" ms=%llu", p->def->name,
		       (unsigned long long)took);
	else if (!p->parent && failed)
		UE_LOG(WARN, ue, "procedure.failed", "proc=\"%s\" step=%s ms=%llu cause=\"%s\"",
		       p->def->name, step, (unsigned long long)took,
		       mme_cause_text(mme_cause_of(p)));
	else
		UE_LOG(DEBUG, ue, "procedure", "proc=\"%s\" step=%s event=%s ms=%llu timer=%s",
		       p->def->name, step, what, (unsigned long long)took, detail ? detail : "-");
	if (!tracers)
		return;
	struct trace_view v = {
		.procedure = p->def->name,
		.step = step,
		.event = what,
		.took_ms = took,
		.cause = failed ? mme_cause_text(mme_cause_of(p)) : NULL,
	};

	if (detail)
		snprintf(v.detail, sizeof(v.detail), "%s", detail);
	tell(ue->imsi, &v);
}

void view_trace(const struct mme_ue *ue, const char *procedure, const char *step,
		const char *detail)
{
	if (!tracers)
		return;
	struct trace_view v = {.procedure = procedure, .step = step, .event = "event"};

	if (detail)
		snprintf(v.detail, sizeof(v.detail), "%s", detail);
	tell(ue->imsi, &v);
}

void view_init(void) { proc_observe(observed); }

static int trace_start(imsi_t imsi, void (*fn)(void *, const struct trace_view *), void *arg)
{
	struct tracer *t = pool_get(&tracer_pool);

	if (!t)
		return -ENOMEM;
	*t = (struct tracer){.next = tracers, .imsi = imsi, .fn = fn, .arg = arg};
	tracers = t;
	return 0;
}

static void trace_stop(void *arg)
{
	struct tracer *t = tracers;

	while (t && (!t->fn || t->arg != arg))
		t = t->next;
	if (t)
		t->fn = NULL;
	if (!telling)
		sweep();
}

/* ---- devices ---- */

static const char *const emm_words[] = {
	[EMM_DEREGISTERED] = "deregistered",
	[EMM_COMMON_PROCEDURE_INITIATED] = "common-procedure",
	[EMM_REGISTERED] = "registered",
	[EMM_DEREGISTERED_INITIATED] = "deregistering",
};
static const char *const eia_words[] = {"EIA0", "128-EIA1", "128-EIA2", "128-EIA3"};
static const char *const eea_words[] = {"EEA0", "128-EEA1", "128-EEA2", "128-EEA3"};

static void fill(const struct mme_ue *ue, struct ue_view *v)
{
	char id[24];

	v->imsi = ue->imsi;
	v->emm = emm_words[ue->emm];
	v->ecm = ue->conn ? "connected" : "idle";
	v->procedure = ue->procs.first ? ue->procs.first->def->name : NULL;
	if (ue->m_tmsi)
		v->guti = ue_guti(ue);
	v->tai = ue->tai;
	v->cell = ue->ecgi;
	v->tai_before = ue->tai_before;
	v->cell_before = ue->ecgi_before;
	v->moved = ue->moved;
	if (ue->conn) {
		const struct enb *e = ue->conn->enb;
		char name[sizeof(v->enb) / 2];

		log_escape(name, sizeof(name), e->name, strlen(e->name));
		snprintf(v->enb, sizeof(v->enb), "%s%s%.60s", enb_print_id(e, id),
			 name[0] ? " " : "", name);
		v->mme_ue_s1ap_id = ue->conn->mme_ue_s1ap_id;
		v->enb_ue_s1ap_id = ue->conn->enb_ue_s1ap_id;
		if (ue->conn->context)
			snprintf(v->ncc, sizeof(v->ncc), "%u", ue->as.ncc);
	}
	snprintf(v->imeisv, sizeof(v->imeisv), "%s", ue->imeisv);
	if (ue->has_usage_type)
		snprintf(v->usage_type, sizeof(v->usage_type), "%u", ue->usage_type);
	if (ue->sec->valid) {
		v->integrity = eia_words[ue->sec->eia & 3];
		v->ciphering = eea_words[ue->sec->eea & 3];
		v->uplink_count = ue->sec->ul_count;
		v->downlink_count = ue->sec->dl_count;
		snprintf(v->ksi, sizeof(v->ksi), "%u", ue->sec->ksi);
	}
	for (unsigned i = 0; i < ue->ue_capability_n; i++)
		snprintf(v->capability + 2 * i, 3, "%02x", ue->ue_capability[i]);
	v->radio_capability = ue->radio_capability_n;
	for (const struct mme_bearer *b = NULL; (b = bearer_next((struct mme_ue *)ue, b));)
		v->bearers++;
	v->secondary_up = ue->secondary_up;
	v->secondary_down = ue->secondary_down;
	v->voice = ue->voice_match == VOICE_SUPPORTED       ? "supported"
		   : ue->voice_match == VOICE_NOT_SUPPORTED ? "not supported"
							    : NULL;
	if (ue->radio_trace)
		snprintf(v->radio_trace, sizeof(v->radio_trace), "%016llx",
			 (unsigned long long)ue->radio_trace->id);
	v->since = ue->attached;
	v->seen = ue->seen;
}

static bool ue_one(imsi_t imsi, struct ue_view *v)
{
	const struct mme_ue *ue = ue_by_imsi(imsi);

	if (ue)
		fill(ue, v);
	return ue != NULL;
}

static void timer_of(const struct timer *t, const char *name, const char *of, unsigned tries,
		     void (*tell_timer)(void *, const struct timer_view *), void *arg)
{
	struct timer_view v = {.timer = name, .left_ms = timer_left_ms(t), .tries = tries};

	if (!timer_running(t))
		return;
	snprintf(v.of, sizeof(v.of), "%s", of);
	tell_timer(arg, &v);
}

static void ue_parts(imsi_t imsi, void (*tell_timer)(void *, const struct timer_view *),
		     void (*tell_bearer)(void *, const struct bearer_view *), void *arg)
{
	const struct mme_ue *ue = ue_by_imsi(imsi);
	char of[80];

	if (!ue)
		return;
	for (const struct proc *p = ue->procs.first; p; p = p->next) {
		const struct proc_step *s = &p->def->steps[p->step];

		snprintf(of, sizeof(of), "%s/%s", p->def->name, s->name);
		timer_of(&p->timer, s->timer ? s->timer->name : "-", of, p->tries, tell_timer, arg);
	}
	if (ue->asleep || !ue->unreachable)
		timer_of(&ue->reachable, ue->psm && !ue->asleep ? "T3324" : "mobile reachable",
			 "not paged any more", 0, tell_timer, arg);
	else
		timer_of(&ue->reachable, "implicit detach", "forgotten", 0, tell_timer, arg);
	for (const struct mme_bearer *b = NULL; (b = bearer_next((struct mme_ue *)ue, b));) {
		const struct mme_pdn *p = b->pdn;
		struct bearer_view v = {
			.ebi = b->ebi,
			.linked = p->ebi,
			.state = !b->active     ? "pending"
				 : b->connected ? "connected"
						: "idle",
			.ue4 = p->paa.ip4,
			.ue6 = p->paa.ip6,
			.qci = b->qos.qci,
			.arp = b->qos.arp_priority,
			.ambr_up = p->ambr_up,
			.ambr_down = p->ambr_down,
			.sgw_teid = b->s1u_sgw.teid,
		};

		snprintf(v.apn, sizeof(v.apn), "%s", p->apn);
		tell_bearer(arg, &v);
	}
}

static bool ue_walk(uint64_t *cursor, struct ue_view *v)
{
	const struct mme_ue *ue = ue_next_known(cursor);

	if (ue)
		fill(ue, v);
	return ue != NULL;
}

static bool enb_walk(uint64_t *cursor, struct enb_view *v)
{
	const struct enb *e = NULL;
	uint64_t skip = (*cursor)++;

	do
		e = enb_next(e);
	while (e && skip--);
	if (!e)
		return false;
	view_enb(e, v);
	return true;
}

/* ---- detach, new keys and GUTIs on request ---- */

struct wish { /* the API must not be called back from within its own call */
	void (*done)(void *arg, int err);
	void *arg;
	int err;
};

static void granted(void *arg)
{
	struct wish *w = arg;

	w->done(w->arg, w->err);
	free(w);
}

void wish_answered(void *arg, int err)
{
	struct wish *w = arg;

	w->err = err;
	loop_post(granted, w);
}

struct wish *wish_of(void (*done)(void *, int), void *arg)
{
	struct wish *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->done = done;
	w->arg = arg;
	return w;
}

static void api_detach(imsi_t imsi, bool reattach, void (*done)(void *, int), void *arg)
{
	struct mme_ue *ue = ue_by_imsi(imsi);
	struct wish *w = wish_of(done, arg);

	if (!ue)
		wish_answered(w, -ENOENT);
	else
		detach_by_network(ue, reattach, wish_answered, w);
}

static void api_refresh(imsi_t imsi, bool keys, void (*done)(void *, int), void *arg)
{
	struct mme_ue *ue = ue_by_imsi(imsi);
	struct wish *w = wish_of(done, arg);

	if (!ue)
		wish_answered(w, -ENOENT);
	else
		refresh_begin(ue, keys ? REFRESH_KEYS : REFRESH_GUTI, wish_answered, w);
}

/* ---- the MME itself ---- */

static void connections(uint64_t *enbs, uint64_t *connected)
{
	*enbs = *connected = 0;
	for (const struct enb *e = enb_next(NULL); e; e = enb_next(e)) {
		*enbs += e->ready;
		for (const struct s1_conn *c = e->conns; c; c = c->next)
			(*connected)++;
	}
}

/* One more of a list in a text of n octets, which ends with "..." where it has no room. */
static void listed(char *text, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void listed(char *text, size_t n, const char *fmt, ...)
{
	size_t at = strlen(text);
	char item[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(item, sizeof(item), fmt, ap);
	va_end(ap);
	if (at + strlen(item) + sizeof(",...") <= n)
		snprintf(text + at, n - at, "%s%s", at ? "," : "", item);
	else if (at >= 3 && strcmp(text + at - 3, "...") != 0)
		snprintf(text + at, n - at, ",...");
}

static void self_view(struct mme_view *v)
{
	struct overload_view overload = {0};
	struct drain_view drain = {0};
	char plmn[PLMN_STRLEN], address[INET6_ADDRSTRLEN];
	const struct gummei *g = &mme.gummei;

	snprintf(v->name, sizeof(v->name), "%s", mme.name ? mme.name : "");
	listed(v->gummei, sizeof(v->gummei), "%s-%04x-%02x", plmn_print(g->plmn, plmn), g->group,
	       g->code);
	for (unsigned i = 0; i < mme.more_gummeis; i++)
		listed(v->gummei, sizeof(v->gummei), "%s-%04x-%02x", plmn_print(g->plmn, plmn),
		       mme.more_gummei[i].group, mme.more_gummei[i].code);
	for (unsigned i = 0; i < mme.plmns; i++)
		listed(v->plmns, sizeof(v->plmns), "%s", plmn_print(mme.plmn[i], plmn));
	for (unsigned i = 0; i < mme.tacs; i++)
		if (mme.tac[i].first == mme.tac[i].last)
			listed(v->tais, sizeof(v->tais), "%s-%04x",
			       plmn_print(mme.tac[i].plmn, plmn), mme.tac[i].first);
		else
			listed(v->tais, sizeof(v->tais), "%s-%04x-%04x",
			       plmn_print(mme.tac[i].plmn, plmn), mme.tac[i].first,
			       mme.tac[i].last);
	for (unsigned i = 0; i < mme.s1.addresses; i++) {
		const struct in6_addr *a = &mme.s1.address[i];

		if (IN6_IS_ADDR_V4MAPPED(a))
			inet_ntop(AF_INET, &a->s6_addr[12], address, sizeof(address));
		else
			inet_ntop(AF_INET6, a, address, sizeof(address));
		listed(v->s1, sizeof(v->s1), "%s", address);
	}
	v->sctp = s1_backend();
	v->capacity = drain_capacity();
	connections(&v->enbs, &v->connected);
	v->ues = ue_count();
	v->max_ues = mme.max_ues;
	drain_view(&drain);
	v->drain = drain.state;
	overload_view(&overload);
	v->overload = overload.active;
}

const struct api_mme mme_api = {
	.node = &node_api,
	.ue = ue_one,
	.ue_parts = ue_parts,
	.why = why_view,
	.ue_next = ue_walk,
	.enb_next = enb_walk,
	.detach = api_detach,
	.refresh = api_refresh,
	.self = self_view,
	.drain = drain_view,
	.drain_start = drain_start,
	.drain_stop = drain_stop,
	.access_next = access_view_next,
	.access_add = access_add,
	.access_del = access_del,
	.trace_start = trace_start,
	.trace_stop = trace_stop,
};

/* ---- statistics ---- */

void mme_stats(api_emit emit, void *arg)
{
	uint64_t enbs, connected;

#define C(field, text)                                                                             \
	emit(arg, &(struct api_metric){"mme_" #field, METRIC_COUNTER, text, NULL, NULL,            \
				       mme_counters.field});
	MME_COUNTERS(C)
#undef C
	connections(&enbs, &connected);
	emit(arg,
	     &(struct api_metric){"mme_enbs", METRIC_GAUGE, "eNodeBs set up", NULL, NULL, enbs});
	emit(arg, &(struct api_metric){"mme_ues", METRIC_GAUGE, "devices known", NULL, NULL,
				       ue_count()});
	emit(arg, &(struct api_metric){"mme_connections", METRIC_GAUGE, "S1 connections", NULL,
				       NULL, connected});
	node_stats(emit, arg);
}
