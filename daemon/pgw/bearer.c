/* SPDX-License-Identifier: Apache-2.0 */
/* Dedicated bearers (TS 23.401 5.4.1 to 5.4.5). Each is a rule's: one that the configuration gives
 * all sessions of an APN, one that the subscription names, one that the administrator made up, or
 * what a device asked for. Its life:
 *
 *   waiting      until the device has a default bearer that is connected
 *   activating   Create Bearer Request is on its way; the slot is there, so that its TEID is known
 *   active       the device has it: its filters are in the datapath
 *   modifying    Update Bearer Request is on its way
 *   ending       Delete Bearer Request is on its way
 *
 * Downlink packets go by a bearer from the moment it is active; a slot that is not yet carries
 * nothing. A device that is not reached gets its bearer when it is connected next; and so it does
 * if a bearer that the network gives it is lost (Delete Bearer Command, 5.4.4.2), as the PCRF would
 * decide that is told. What the administrator or the device asked for is gone then. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/pool.h"
#include "core/timer.h"
#include "datapath/datapath.h"
#include "pgw/internal.h"

enum { DEDICATED_MAX = GTPC_MAX_BEARERS - 1 }; /* of a session, beside its default bearer */
static const char *const states[] = {"waiting", "activating", "active", "modifying", "ending"};

static struct mem_pool pool = MEM_POOL(pgw_bearer);

enum happening { ACTIVATED, REFUSED, MODIFIED, ENDED, PREEMPTED, LOST, HAPPENINGS };
static const char *happening_of(unsigned i)
{
	static const char *const name[] = {"activated", "refused",   "modified",
					   "ended",     "preempted", "lost"};

	return name[i];
}
METRIC_COUNTER_BY(happened, "mcore_pgw_bearers_total", "Dedicated bearers, by what happened",
		  "event", happening_of, HAPPENINGS)

#define B_LOG(level, b, fmt, ...)                                                                  \
	LOG(level, "pgw.bearer", "imsi=%s apn=%s ebi=%u rule=%s " fmt,                             \
	    imsi_print(pgw_session_imsi((b)->session), (char[IMSI_STRLEN]){0}),                    \
	    pgw.apn[(b)->session->apn].name, (b)->ebi, *(b)->rule.name ? (b)->rule.name : "-",     \
	    __VA_ARGS__)

/* ---- ends and notices ---- */

struct notice { /* who asked must not be called back from within */
	void (*done)(void *arg, enum gtpc_cause);
	void *arg;
	enum gtpc_cause cause;
};

static void tell(void *arg)
{
	struct notice *n = arg;

	n->done(n->arg, n->cause);
	free(n);
}

static void notice(struct pgw_bearer *b, enum gtpc_cause cause)
{
	struct notice *n = b->done ? malloc(sizeof(*n)) : NULL;

	if (b->done && !n)
		abort();
	if (n) {
		*n = (struct notice){b->done, b->arg, cause};
		loop_post(tell, n);
	}
	b->done = NULL;
}

static void unlink_bearer(struct pgw_bearer *b)
{
	struct pgw_bearer **at = &b->session->bearers;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
}

static void bearer_free(struct pgw_bearer *b)
{
	notice(b, GTPC_CONTEXT_NOT_FOUND);
	admit_hold(b, 0, 0);
	gtpc_cancel(&b->txn);
	unlink_bearer(b);
	pool_put(&pool, b);
}

/* ---- the datapath ---- */

static bool carries(const struct pgw_bearer *b)
{
	return b->state == ACTIVE || b->state == MODIFYING;
}

/* The filters of all bearers that carry something. 0 or negative errno. */
static int program(struct pgw_session *s)
{
	static struct dp_tft all[TFT_RULES_MAX];
	struct tft_filters f;
	unsigned n = 0;

	for (const struct pgw_bearer *b = s->bearers; b; b = b->next) {
		if (!carries(b) || tft_decode(bytes_of(b->rule.tft.b, b->rule.tft.n), &f))
			continue;
		for (unsigned i = 0; i < f.n && n < TFT_RULES_MAX; i++)
			all[n++] = (struct dp_tft){b->slot, f.filter[i]};
	}
	return dp_session_tft(s->addr.slot, all, n);
}

static struct dp_session as_slot(const struct pgw_bearer *b)
{
	const struct pgw_session *s = b->session;
	struct dp_session d = {
		.imsi = pgw_session_imsi(s),
		.apn = pgw.apn[s->apn].name,
		.rule = b->rule.name,
		.ebi = b->ebi,
		.dscp = pgw.dscp[b->rule.qos.qci],
		.pool = s->apn,
		.ue4 = s->addr.ip4,
		.ue6 = s->addr.ip6,
		.owner = s->addr.slot,
		.own_rate = is_gbr(&b->rule.qos),
		.rate_up = b->rule.qos.mbr_up,
		.rate_down = b->rule.qos.mbr_down,
	};

	if (s->type & PDN_IPV6)
		memcpy(d.iid, s->iid, sizeof(d.iid));
	return d;
}

static void slot_end(struct pgw_bearer *b)
{
	if (b->slot != UINT32_MAX)
		dp_session_del(b->slot);
	b->slot = UINT32_MAX;
}

/* ---- activation ---- */

/* Not the bearer's fault, but the moment's. */
static bool is_for_now(enum gtpc_cause cause)
{
	return cause == GTPC_UNABLE_TO_PAGE || cause == GTPC_UE_NOT_RESPONDING ||
	       cause == GTPC_TEMPORARILY_REJECTED || cause == GTPC_COLLISION;
}

static void put_off(struct pgw_bearer *b)
{
	b->state = WAITING;
	b->ebi = 0;
	b->again = b->due = false;
}

static void created(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct pgw_bearer *b = container_of(txn, struct pgw_bearer, txn);
	enum gtpc_cause cause = r->cause;

	if (gtpc_accepted(cause) && (!r->bearers || dp_session_ebi(b->slot, r->bearer[0].ebi)))
		cause = GTPC_SYSTEM_FAILURE;
	if (!gtpc_accepted(cause)) {
		B_LOG(WARN, b, "text=\"not activated\" cause=%d", cause);
		metric_add_at(&happened, REFUSED, 1);
		slot_end(b);
		admit_hold(b, 0, 0);
		notice(b, cause);
		/* What is given, and an eNodeB had no room for, has another chance at the next. */
		if (!b->pti && (is_for_now(cause) || (b->given && cause == GTPC_NO_RESOURCES)))
			put_off(b);
		else
			bearer_free(b);
		return;
	}
	b->ebi = r->bearer[0].ebi;
	b->state = ACTIVE;
	metric_add_at(&happened, ACTIVATED, 1);
	if (program(b->session))
		B_LOG(ERROR, b, "error=\"no room for its filters\"%s", "");
	B_LOG(INFO, b, "text=\"active\" qci=%u slot=%u", b->rule.qos.qci, b->slot);
	notice(b, GTPC_ACCEPTED);
}

/* 0 on its way, or the cause against it. */
static enum gtpc_cause activate(struct pgw_bearer *b)
{
	struct pgw_session *s = b->session;
	struct gtpc_request q = {
		.type = GTPC_CREATE_BEARER,
		.teid = s->sgw.teid,
		.imsi = pgw_session_imsi(s),
		.pti = b->pti,
		.linked_ebi = s->ebi,
		.bearers = 1,
		.bearer[0] = {.qos = b->rule.qos, .tft = b->rule.tft},
	};
	struct dp_session d;
	uint32_t teid;
	int err;

	if (!admit_bearer(b, &b->rule.qos)) {
		B_LOG(WARN, b, "text=\"no guaranteed rate left\" gbr_up=%llu gbr_down=%llu",
		      (unsigned long long)b->rule.qos.gbr_up,
		      (unsigned long long)b->rule.qos.gbr_down);
		return GTPC_NO_RESOURCES;
	}
	d = as_slot(b);
	b->slot = dp_extra_slot(d.owner);
	err = b->slot == UINT32_MAX ? -ENOSPC : dp_session_add(b->slot, &d, &teid);
	if (err) {
		B_LOG(ERROR, b, "error=\"%s\"", strerror(-err));
		slot_end(b);
		admit_hold(b, 0, 0);
		return err == -ENOSPC ? GTPC_NO_RESOURCES : GTPC_SYSTEM_FAILURE;
	}
	q.bearer[0].s1u_sgw = fteid_of(FTEID_S5U_PGW, teid, pgw.gtpu, pgw.gtpu6);
	b->state = ACTIVATING;
	b->txn.done = created;
	gtpc_request(&b->txn, GTPC_SGW, &q);
	return 0;
}

/* The session's last; NULL if it has as many as a device has identities for. */
static struct pgw_bearer *bearer_new(struct pgw_session *s, const struct pgw_rule *rule)
{
	struct pgw_bearer *b, **at = &s->bearers;

	for (unsigned n = 0; *at; at = &(*at)->next)
		if (++n == DEDICATED_MAX)
			return NULL;
	b = pool_get(&pool);
	if (!b)
		return NULL;
	b->session = s;
	b->slot = UINT32_MAX;
	b->rule = *rule;
	*at = b;
	return b;
}

void bearers_connected(struct pgw_session *s)
{
	for (struct pgw_bearer *b = s->bearers, *next; b; b = next) {
		next = b->next;
		if (b->state != WAITING)
			continue;
		if (b->given && !pgw_rule_find(b->rule.name)) {
			B_LOG(INFO, b, "text=\"the rule is gone\"%s", "");
			bearer_free(b);
			continue;
		}
		enum gtpc_cause cause = activate(b);

		if (cause)
			notice(b, cause); /* another time, perhaps */
	}
}

/* ---- rules ---- */

static struct pgw_bearer *by_name(const struct pgw_session *s, const char *name)
{
	struct pgw_bearer *b = s->bearers;

	while (b && strcmp(b->rule.name, name) != 0)
		b = b->next;
	return b;
}

static void begin_rule(struct pgw_session *s, const struct pgw_rule *r)
{
	struct pgw_bearer *b = by_name(s, r->name);

	if (!b)
		b = bearer_new(s, r);
	if (b)
		b->given = true;
	else
		LOG(ERROR, "pgw.bearer", "imsi=%s rule=%s error=\"no room\"",
		    imsi_print(pgw_session_imsi(s), (char[IMSI_STRLEN]){0}), r->name);
}

/* fn(s, rule) for each of the names, which are apart by commas; NULL: none. */
static void each_rule(struct pgw_session *s, const char *names,
		      void (*fn)(struct pgw_session *, const struct pgw_rule *))
{
	char text[PGW_RULES_STRLEN], *save = NULL;

	snprintf(text, sizeof(text), "%s", names ? names : "");
	for (char *w = strtok_r(text, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		const struct pgw_rule *r = pgw_rule_find(w);

		if (r)
			fn(s, r);
		else
			LOG(WARN, "pgw.bearer", "imsi=%s rule=%s error=\"there is no such rule\"",
			    imsi_print(pgw_session_imsi(s), (char[IMSI_STRLEN]){0}), w);
	}
}

void bearers_begin(struct pgw_session *s, const char *rules)
{
	for (unsigned i = 0; i < pgw.apn[s->apn].rules; i++)
		begin_rule(s, &pgw.rule[pgw.apn[s->apn].rule[i]]);
	each_rule(s, rules, begin_rule);
}

/* ---- modification ---- */

static void end_bearer(struct pgw_bearer *b);

/* A bearer whose rule turns from shared to guaranteed rates or back stays in its slot. */
static void take_over(struct pgw_bearer *b)
{
	b->rule.qos = b->to.qos;
	b->rule.tft = b->to.tft;
	dp_session_rate(b->slot, b->rule.qos.mbr_up, b->rule.qos.mbr_down);
	dp_session_own_rate(b->slot, is_gbr(&b->rule.qos));
	dp_session_dscp(b->slot, pgw.dscp[b->rule.qos.qci]);
	if (program(b->session))
		B_LOG(ERROR, b, "error=\"no room for its filters\"%s", "");
}

static void updated(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct pgw_bearer *b = container_of(txn, struct pgw_bearer, txn);

	b->state = ACTIVE;
	if (gtpc_accepted(r->cause)) {
		metric_add_at(&happened, MODIFIED, 1);
		take_over(b);
		B_LOG(INFO, b, "text=\"modified\" qci=%u", b->rule.qos.qci);
	} else {
		B_LOG(WARN, b, "text=\"not modified\" cause=%d", r->cause);
	}
	admit_hold(b, b->rule.qos.gbr_up, b->rule.qos.gbr_down);
	notice(b, r->cause);
	if (b->again)
		end_bearer(b);
}

/* To b->to; op is what the device is told of the filters (empty: they stay). */
static enum gtpc_cause modify(struct pgw_bearer *b, const struct tft *op, bool qos, uint8_t pti)
{
	struct gtpc_request q = {
		.type = GTPC_UPDATE_BEARER,
		.teid = b->session->sgw.teid,
		.imsi = pgw_session_imsi(b->session),
		.pti = pti,
		.bearers = 1,
		.bearer[0] = {.ebi = b->ebi, .tft = *op},
	};

	if (qos && !admit_bearer(b, &b->to.qos))
		return GTPC_NO_RESOURCES;
	if (qos)
		q.bearer[0].qos = b->to.qos;
	b->state = MODIFYING;
	b->txn.done = updated;
	gtpc_request(&b->txn, GTPC_SGW, &q);
	return 0;
}

/* ---- the end ---- */

static void deleted(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct pgw_bearer *b = container_of(txn, struct pgw_bearer, txn);

	(void)r; /* gone there, or never known: gone here in any case */
	B_LOG(INFO, b, "text=\"%s\"",
	      b->due ? "ended until the device is connected next" : "ended");
	metric_add_at(&happened, ENDED, 1);
	slot_end(b);
	notice(b, GTPC_ACCEPTED);
	if (b->due)
		put_off(b);
	else
		bearer_free(b);
}

static void end_with(struct pgw_bearer *b, uint8_t pti)
{
	struct gtpc_request q = {
		.type = GTPC_DELETE_BEARER,
		.teid = b->session->sgw.teid,
		.imsi = pgw_session_imsi(b->session),
		.pti = pti,
		.bearers = 1,
		.bearer[0].ebi = b->ebi,
	};

	if (b->state == WAITING) {
		notice(b, GTPC_ACCEPTED);
		bearer_free(b);
		return;
	}
	if (b->state != ACTIVE) { /* when that is over */
		b->again = true;
		return;
	}
	b->state = ENDING;
	admit_hold(b, 0, 0);
	program(b->session); /* its packets go by the default bearer from now on */
	b->txn.done = deleted;
	gtpc_request(&b->txn, GTPC_SGW, &q);
}

static void end_bearer(struct pgw_bearer *b) { end_with(b, 0); }

void bearer_preempt(struct pgw_bearer *b, uint8_t by_arp)
{
	B_LOG(WARN, b, "text=\"preempted\" arp=%u by_arp=%u", b->rule.qos.arp_priority, by_arp);
	metric_add_at(&happened, PREEMPTED, 1);
	end_bearer(b);
}

void bearers_forget(struct pgw_session *s)
{
	while (s->bearers)
		bearer_free(s->bearers);
}

void bearers_end(struct pgw_session *s)
{
	for (struct pgw_bearer *b = s->bearers; b; b = b->next)
		slot_end(b);
	bearers_forget(s);
}

bool bearers_have_slot(const struct pgw_session *s, uint32_t slot)
{
	const struct pgw_bearer *b = s->bearers;

	while (b && b->slot != slot)
		b = b->next;
	return b != NULL;
}

/* ---- what devices and the MME ask for (23.401 5.4.5, 5.4.4.2) ---- */

static struct pgw_bearer *by_ebi(const struct pgw_session *s, uint8_t ebi)
{
	struct pgw_bearer *b = s->bearers;

	while (b && (b->ebi != ebi || !ebi))
		b = b->next;
	return b;
}

/* Once, however often the MME says so. */
static void lose(struct pgw_bearer *b)
{
	if (b->state == ENDING || b->again)
		return;
	B_LOG(WARN, b, "text=\"lost\" gbr_up=%llu gbr_down=%llu",
	      (unsigned long long)b->rule.qos.gbr_up, (unsigned long long)b->rule.qos.gbr_down);
	metric_add_at(&happened, LOST, 1);
	b->due = b->given;
	end_bearer(b);
}

static enum gtpc_cause cause_of(uint8_t esm)
{
	return esm == 41   ? GTPC_SEMANTIC_ERROR_IN_TAD
	       : esm == 42 ? GTPC_SYNTACTIC_ERROR_IN_TAD
	       : esm == 44 ? GTPC_SEMANTIC_ERROR_IN_FILTER
			   : GTPC_SYNTACTIC_ERROR_IN_FILTER;
}

/* A bearer of its own for the device's packets, with the APN's priority. */
static enum gtpc_cause allocate(struct pgw_session *s, const struct gtpc_request *q)
{
	struct pgw_rule r = {.qos = q->bearer[0].qos, .tft = q->bearer[0].tft};
	struct tft_filters f;
	uint8_t esm = tft_decode(bytes_of(r.tft.b, r.tft.n), &f);
	enum gtpc_cause cause;
	struct pgw_bearer *b;

	if (esm)
		return cause_of(esm);
	r.qos.arp_priority = 15;
	r.qos.arp_preemptable = true;
	/* A PTI is another transaction's when the first is over (24.007 11.2.3.1a). */
	for (unsigned n = q->pti;; n = n % 254 + 1) {
		snprintf(r.name, sizeof(r.name), "device-%u", n);
		b = by_name(s, r.name);
		if (!b)
			break;
		if (b->state == ACTIVATING && b->pti == q->pti)
			return GTPC_COLLISION;
	}
	b = bearer_new(s, &r);
	if (!b)
		return GTPC_NO_RESOURCES;
	b->pti = q->pti;
	cause = activate(b);
	if (cause)
		bearer_free(b);
	return cause;
}

static enum gtpc_cause change(struct pgw_bearer *b, const struct gtpc_request *q)
{
	const struct gtpc_bearer *want = &q->bearer[0];
	struct tft_filters now, op;
	struct tft none = {0};
	struct wr w;
	uint8_t esm;

	if (b->state != ACTIVE)
		return GTPC_COLLISION;
	esm = tft_decode(bytes_of(want->tft.b, want->tft.n), &op);
	if (!esm)
		esm = tft_decode(bytes_of(b->rule.tft.b, b->rule.tft.n), &now);
	if (!esm)
		esm = tft_apply(&now, &op);
	if (esm)
		return cause_of(esm);
	if (!now.n) { /* nothing is left of it (24.301 6.5.4.3) */
		end_with(b, q->pti);
		return 0;
	}
	b->to = b->rule;
	w = wr_of(b->to.tft.b, sizeof(b->to.tft.b));
	if (tft_encode(&now, &w))
		return GTPC_NO_RESOURCES;
	b->to.tft.n = (uint8_t)(w.p - b->to.tft.b);
	if (want->qos.qci) {
		b->to.qos.qci = want->qos.qci;
		b->to.qos.gbr_up = want->qos.gbr_up;
		b->to.qos.gbr_down = want->qos.gbr_down;
		b->to.qos.mbr_up = want->qos.mbr_up;
		b->to.qos.mbr_down = want->qos.mbr_down;
	}
	return modify(b, op.operation == TFT_NO_OPERATION ? &none : &want->tft, want->qos.qci,
		      q->pti);
}

void bearer_command(struct pgw_session *s, void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_CONTEXT_NOT_FOUND};
	struct pgw_bearer *b = s ? by_ebi(s, q->bearer[0].ebi) : NULL;

	if (s && q->type == GTPC_DELETE_BEARER_COMMAND) {
		if (b) {
			lose(b);
			r.cause = GTPC_ACCEPTED;
		}
	} else if (s && pgw.apn[s->apn].refuse_resources) {
		r.cause = GTPC_SERVICE_DENIED;
	} else if (s && !q->bearer[0].ebi) {
		r.cause = allocate(s, q);
	} else if (b) {
		r.cause = change(b, q);
	} else if (s && q->bearer[0].ebi == s->ebi) { /* the default bearer has no TFT */
		r.cause = GTPC_SEMANTIC_ERROR_IN_TAD;
	}
	if (!r.cause)
		r.cause = GTPC_ACCEPTED;
	gtpc_reply(token, &r);
}

/* ---- the administrator ---- */

int pgw_bearer_add(imsi_t imsi, const char *apn, const struct pgw_rule *rule,
		   void (*done)(void *arg, enum gtpc_cause), void *arg)
{
	struct pgw_session *s = pgw_session_of(imsi, apn);
	const struct session *k = s ? dp_session(s->addr.slot) : NULL;
	enum gtpc_cause cause;
	struct pgw_bearer *b;

	if (!k)
		return -ENOENT;
	if (by_name(s, rule->name))
		return -EEXIST;
	b = bearer_new(s, rule);
	if (!b)
		return -ENOSPC;
	cause = activate(b);
	b->done = done;
	b->arg = arg;
	if (cause) {
		notice(b, cause);
		bearer_free(b);
	}
	return 0;
}

static struct pgw_bearer *of_device(imsi_t imsi, const char *name)
{
	struct pgw_bearer *b = NULL;

	for (uint8_t ebi = 5; ebi <= 15 && !b; ebi++) {
		const struct pgw_session *s = pgw_session_find(imsi, ebi);

		b = s ? by_name(s, name) : NULL;
	}
	return b;
}

int pgw_bearer_set(imsi_t imsi, const struct pgw_rule *rule,
		   void (*done)(void *arg, enum gtpc_cause), void *arg)
{
	struct pgw_bearer *b = of_device(imsi, rule->name);
	enum gtpc_cause cause;

	if (!b)
		return -ENOENT;
	if (b->done || (b->state != ACTIVE && b->state != WAITING))
		return -EBUSY;
	b->to = b->rule;
	if (rule->qos.qci)
		b->to.qos = rule->qos;
	if (rule->tft.n)
		b->to.tft = rule->tft;
	b->done = done;
	b->arg = arg;
	if (b->state == WAITING) {
		b->rule = b->to;
		notice(b, GTPC_ACCEPTED);
		return 0;
	}
	cause = modify(b, &rule->tft, rule->qos.qci, 0);
	if (cause)
		notice(b, cause);
	return 0;
}

int pgw_bearer_del(imsi_t imsi, const char *name, void (*done)(void *arg, enum gtpc_cause),
		   void *arg)
{
	struct pgw_bearer *b = of_device(imsi, name);

	if (!b)
		return -ENOENT;
	if (b->done || (b->state != ACTIVE && b->state != WAITING))
		return -EBUSY;
	b->done = done;
	b->arg = arg;
	end_bearer(b);
	return 0;
}

bool pgw_bearer_walk(imsi_t imsi, unsigned i, struct pgw_bearer_view *v)
{
	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		const struct pgw_session *s = pgw_session_find(imsi, ebi);

		for (const struct pgw_bearer *b = s ? s->bearers : NULL; b; b = b->next) {
			if (i--)
				continue;
			*v = (struct pgw_bearer_view){
				.name = b->rule.name,
				.state = states[b->state],
				.apn = pgw.apn[s->apn].name,
				.ebi = b->ebi,
				.linked = s->ebi,
				.slot = b->slot,
				.qos = b->rule.qos,
				.tft = b->rule.tft,
			};
			return true;
		}
	}
	return false;
}

/* ---- restart ---- */

void pgw_due_rules(uint32_t teid, char names[PGW_RULES_STRLEN])
{
	const struct pgw_session *s = pgw_session_by_teid(teid);
	size_t n = 0;

	*names = 0;
	for (const struct pgw_bearer *b = s ? s->bearers : NULL; b; b = b->next)
		if (b->given && (b->due || b->state == WAITING || b->state == ACTIVATING))
			n += (size_t)snprintf(names + n, PGW_RULES_STRLEN - n, "%s%s", n ? "," : "",
					      b->rule.name);
}

static void mark_given(struct pgw_session *s, const struct pgw_rule *r)
{
	struct pgw_bearer *b = by_name(s, r->name);

	if (b)
		b->given = true;
}

void pgw_restore_rules(uint32_t teid, const char *rules, const char *due)
{
	struct pgw_session *s = pgw_session_by_teid(teid);

	if (!s)
		return;
	for (unsigned i = 0; i < pgw.apn[s->apn].rules; i++)
		mark_given(s, &pgw.rule[pgw.apn[s->apn].rule[i]]);
	each_rule(s, rules, mark_given);
	each_rule(s, due, begin_rule);
}

int pgw_restore_bearer(uint32_t teid, struct pgw_restored_bearer *was)
{
	struct pgw_session *s = pgw_session_by_teid(teid);
	struct pgw_rule rule = {.qos = was->qos};
	const struct session *k;
	struct pgw_bearer *b;
	struct dp_session d;
	uint32_t s1u, slot;
	int err = 0;

	if (!s)
		return -ENOENT;
	rule.tft.n = was->tft_n;
	memcpy(rule.tft.b, was->tft, was->tft_n);
	snprintf(rule.name, sizeof(rule.name), "ebi-%u", was->ebi);
	slot = pgw_extra_slot_of(pgw_session_imsi(s), was->ebi);
	k = dp_session(slot);
	if (k && *k->rule)
		snprintf(rule.name, sizeof(rule.name), "%.19s", k->rule);
	else
		pgw_rule_name(&rule);
	b = bearer_new(s, &rule);
	if (!b)
		return -ENOSPC;
	b->ebi = was->ebi;
	b->state = ACTIVE;
	admit_hold(b, rule.qos.gbr_up, rule.qos.gbr_down);
	b->slot = slot;
	if (b->slot == UINT32_MAX) { /* the kernel lost it */
		d = as_slot(b);
		b->slot = dp_extra_slot(d.owner);
		err = b->slot == UINT32_MAX ? -ENOSPC : dp_session_add(b->slot, &d, &s1u);
	}
	if (!err)
		err = program(s);
	if (err) {
		slot_end(b);
		bearer_free(b);
		return err;
	}
	was->slot = b->slot;
	return 0;
}
