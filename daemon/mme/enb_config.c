/* SPDX-License-Identifier: Apache-2.0 */
/* What eNodeB and MME tell each other about themselves (TS 36.413 8.7): the eNodeB in its S1 Setup
 * and by eNB Configuration Update, the MME by MME Configuration Update to all eNodeBs when its
 * configuration changes; the end of the interface by S1 Removal; and Reset by the MME. The MME's
 * own procedures are objects of the eNodeB's list, and an eNodeB has at most one of a kind. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include "mme/mme.h"

/* ---- who is meant ---- */

struct enb *enb_by_global_id(const struct s1ap_global_enb_id *id)
{
	unsigned bits = 20;
	uint32_t number = s1ap_enb_id_number(&id->enb_id, &bits);

	for (struct enb *e = enb_next(NULL); e; e = enb_next(e))
		if (e->ready && e->plmn == id->plmn && e->id == number && e->id_bits == bits)
			return e;
	return NULL;
}

struct enb *enb_by_text(const char *text)
{
	struct enb *found = NULL;
	bool twice = false;
	char *end;
	unsigned long number = strtoul(text, &end, 16);

	for (struct enb *e = enb_next(NULL); e; e = enb_next(e)) {
		if (!e->id_bits)
			continue;
		if (!strcmp(text, enb_print_id(e, (char[24]){0})) ||
		    (e->name[0] && !strcmp(text, e->name)))
			return e;
		if (isxdigit((unsigned char)*text) && !*end && e->id == number) {
			twice = found != NULL;
			found = e;
		}
	}
	return twice ? NULL : found;
}

/* ---- procedures of an eNodeB in the log ---- */

static void observed(const struct proc *p, const char *what, const char *detail)
{
	const struct enb *e = p->owner;
	char id[24];

	enb_print_id(e, id);
	if (!strcmp(what, "end"))
		LOG(INFO, "enb.procedure", "enb=%s proc=\"%s\" done=yes", id, p->def->name);
	else if (!strcmp(what, "fail"))
		LOG(WARN, "enb.procedure", "enb=%s proc=\"%s\" step=%s error=\"%s\"", id,
		    p->def->name, p->def->steps[p->step].name,
		    p->cause == PROC_TIMEOUT   ? "no answer"
		    : p->cause == PROC_ABORTED ? "aborted"
					       : "refused");
	else
		LOG(DEBUG, "enb.procedure", "enb=%s proc=\"%s\" step=%s event=%s timer=%s", id,
		    p->def->name, p->def->steps[p->step].name, what, detail ? detail : "-");
}

void node_procs_init(struct enb *e) { e->node.procs.observer = observed; }

/* An answer that no procedure of the eNodeB waits for: 10.4, local error handling. */
static void offer(struct enb *e, uint16_t event, const void *body, const char *name)
{
	if (proc_offer(&e->node.procs, event, body))
		return;
	mme_counters.s1_bad++;
	LOG(WARN, "s1.unexpected", "peer=%s message=\"%s\"", s1_peer(e->assoc), name);
}

static void update_begin(struct enb *);

/* ---- what the eNodeB told ---- */

static void keep_csgs(struct enb *e, const struct s1ap_csg_id_list *l)
{
	uint32_t *csg = realloc(e->node.csg, l->n * sizeof(*csg));

	if (!csg)
		return;
	e->node.csg = csg;
	e->node.csgs = l->n;
	for (uint32_t i = 0; i < l->n; i++)
		csg[i] = l->v[i].csg_id;
}

struct enb_gnb node_gnb(const struct bits *id)
{
	struct enb_gnb g = {.id_bits = (uint8_t)id->n};

	for (uint32_t i = 0; i < id->n; i++)
		g.id = g.id << 1 | (id->p[i / 8] >> (7 - i % 8) & 1);
	return g;
}

static void remove_gnb(struct enb *e, struct enb_gnb g)
{
	for (unsigned i = 0; i < e->node.gnbs; i++)
		if (e->node.gnb[i].id == g.id && e->node.gnb[i].id_bits == g.id_bits)
			e->node.gnb[i--] = e->node.gnb[--e->node.gnbs];
}

/* One that is there already is updated: the same one again. */
static void add_gnbs(struct enb *e, const struct s1ap_connected_en_gnb_list *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		struct enb_gnb g = node_gnb(&l->v[i].en_gnb_id), *more;

		remove_gnb(e, g);
		more = e->node.gnbs < ENB_MAX_GNBS
			       ? realloc(e->node.gnb, (e->node.gnbs + 1) * sizeof(*more))
			       : NULL;
		if (!more)
			return;
		e->node.gnb = more;
		more[e->node.gnbs++] = g;
	}
}

void node_read_setup(struct enb *e, const struct s1ap_s1_setup_request *r)
{
	struct enb_node *n = &e->node;

	n->csgs = n->gnbs = 0;
	if (r->has.default_paging_drx)
		n->paging_drx = r->default_paging_drx;
	n->has_nb_iot_drx = r->has.nb_iot_default_paging_drx;
	n->nb_iot_drx = r->nb_iot_default_paging_drx;
	if (r->has.csg_id_list)
		keep_csgs(e, &r->csg_id_list);
	if (r->has.connected_en_gnb_list)
		add_gnbs(e, &r->connected_en_gnb_list);
}

void node_enb_ready(struct enb *e)
{
	e->node.overload_told = false;
	overload_enb_ready(e);
	warning_enb_ready(e);
	paging_enb_serves(e, 0, NULL);
}

void node_enb_back(struct enb *e)
{
	if (e->node.told != node_told())
		update_begin(e);
	warning_enb_back(e);
}

void node_enb_down(struct enb *e)
{
	struct enb_node *n = &e->node;

	proc_abort_all(&n->procs, PROC_ABORTED);
	warning_enb_down(e);
	free(n->csg);
	free(n->gnb);
	free(n->cell);
	*n = (struct enb_node){0};
}

/* 8.7.4: what is in the message takes the place of what was there; the rest stays. */
void on_enb_configuration_update(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_enb_configuration_update *m = body;
	struct s1ap_enb_configuration_update_acknowledge ack = {0};
	struct s1ap_enb_configuration_update_failure f = {0};
	char name[4 * ENB_NAME_MAX + 1];
	unsigned served = e->tais;
	struct tai *before = arena_alloc(&turn_arena, served * sizeof(*before));
	bool plmn = true;
	int tais = 1;

	(void)c;
	memcpy(before, e->tai, served * sizeof(*before));
	if (m->has.supported_tas)
		tais = enb_read_tas(e, &m->supported_tas, &plmn);
	if (tais <= 0) { /* it goes on as it was (8.7.4.3) */
		S1AP_SET(&f, cause,
			 tais < 0 ? S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD)
			 : plmn   ? S1AP_CAUSE(MISC, UNSPECIFIED)
				  : S1AP_CAUSE(MISC, UNKNOWN_PLMN));
		S1AP_SET(&f, time_to_wait, S1AP_TIME_TO_WAIT_V10S);
		mme_counters.enb_update_failed++;
		LOG(WARN, "s1.enb_update_refused", "peer=%s enb=%s cause=\"%s\"", s1_peer(e->assoc),
		    enb_print_id(e, (char[24]){0}), s1ap_cause_text(f.cause));
		enb_send(e, 0, &s1ap_enb_configuration_update_failure_msg, &f);
		return;
	}
	if (m->has.enb_name)
		enb_set_name(e, m->enb_name);
	if (m->has.default_paging_drx)
		e->node.paging_drx = m->default_paging_drx;
	if (m->has.nb_iot_default_paging_drx) {
		e->node.has_nb_iot_drx = true;
		e->node.nb_iot_drx = m->nb_iot_default_paging_drx;
	}
	if (m->has.csg_id_list)
		keep_csgs(e, &m->csg_id_list);
	if (m->has.connected_en_gnb_to_add_list)
		add_gnbs(e, &m->connected_en_gnb_to_add_list);
	if (m->has.connected_en_gnb_to_remove_list)
		for (uint32_t i = 0; i < m->connected_en_gnb_to_remove_list.n; i++)
			remove_gnb(e, node_gnb(&m->connected_en_gnb_to_remove_list.v[i].en_gnb_id));
	mme_counters.enb_update++;
	LOG(INFO, "s1.enb_update", "peer=%s enb=%s name=\"%s\" tais=%u", s1_peer(e->assoc),
	    enb_print_id(e, (char[24]){0}),
	    log_escape(name, sizeof(name), e->name, strlen(e->name)), e->tais);
	enb_keep(e);
	enb_send(e, 0, &s1ap_enb_configuration_update_acknowledge_msg, &ack);
	if (m->has.supported_tas)
		paging_enb_serves(e, served, before);
}

/* S1 Removal: the eNodeB gives the interface up in order; the association is its to end. */
void on_s1_removal_request(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_s1_removal_request *m = body;
	struct s1ap_s1_removal_response ok = {0};
	struct s1ap_s1_removal_failure no = {0};

	(void)c;
	if (enb_by_global_id(&m->global_enb_id) != e) {
		S1AP_SET(&no, cause, S1AP_CAUSE(PROTOCOL, SEMANTIC_ERROR));
		enb_send(e, 0, &s1ap_s1_removal_failure_msg, &no);
		return;
	}
	LOG(INFO, "s1.removal", "peer=%s enb=%s", s1_peer(e->assoc),
	    enb_print_id(e, (char[24]){0}));
	if (mme.name[0])
		S1AP_SET(&ok, mme_name, bytes_of(mme.name, strlen(mme.name)));
	e->ready = false;
	proc_abort_all(&e->node.procs, PROC_ABORTED);
	while (e->conns)
		conn_free(e->conns);
	enb_send(e, 0, &s1ap_s1_removal_response_msg, &ok);
}

/* ---- MME Configuration Update (8.7.5) ---- */

enum { SEND, PAUSE };
enum { MOST_REFUSALS = 5 };

struct mme_update {
	struct proc proc;
	uint32_t version;  /* of the configuration that was sent */
	struct bytes sent; /* malloc: what is repeated is the same (8.7.5.4) */
	unsigned refusals;
};

static struct mem_pool update_pool = MEM_POOL(mme_update);
static uint32_t version;

static void add_identity(struct s1ap_served_gummeis_item *item, uint16_t group, uint8_t code)
{
	uint32_t g = 0, c = 0;

	while (g < item->served_group_ids.n && item->served_group_ids.v[g] != group)
		g++;
	while (c < item->served_mmecs.n && item->served_mmecs.v[c] != code)
		c++;
	if (g == item->served_group_ids.n)
		item->served_group_ids.v[item->served_group_ids.n++] = group;
	if (c == item->served_mmecs.n)
		item->served_mmecs.v[item->served_mmecs.n++] = code;
}

struct s1ap_served_gummeis node_served_gummeis(void)
{
	plmn_t *plmn = arena_alloc(&turn_arena, 32 * sizeof(*plmn));
	struct s1ap_served_gummeis_item *item = arena_zalloc(&turn_arena, sizeof(*item));
	uint32_t n = 0;

	plmn[n++] = mme.gummei.plmn;
	for (unsigned i = 0; i < mme.plmns && n < 32; i++)
		if (mme.plmn[i] != mme.gummei.plmn)
			plmn[n++] = mme.plmn[i];
	item->served_plmns = (struct s1ap_served_plmns){plmn, n};
	item->served_group_ids.v =
		arena_alloc(&turn_arena, (1 + mme.more_gummeis) * sizeof(uint16_t));
	item->served_mmecs.v = arena_alloc(&turn_arena, 1 + mme.more_gummeis);
	add_identity(item, mme.gummei.group, mme.gummei.code);
	for (unsigned i = 0; i < mme.more_gummeis; i++)
		add_identity(item, mme.more_gummei[i].group, mme.more_gummei[i].code);
	return (struct s1ap_served_gummeis){item, 1};
}

/* Until the next message; empty if it cannot be encoded. */
static struct bytes encode_update(void)
{
	struct s1ap_mme_configuration_update m = {0};
	struct bytes pdu;

	if (mme.name[0])
		S1AP_SET(&m, mme_name, bytes_of(mme.name, strlen(mme.name)));
	S1AP_SET(&m, served_gummeis, node_served_gummeis());
	S1AP_SET(&m, relative_mme_capacity, drain_capacity());
	enb_encode(&s1ap_mme_configuration_update_msg, &m, &pdu);
	return pdu;
}

uint64_t node_told(void) { return mme_hash(encode_update()); }

static int keep_update(struct mme_update *u)
{
	struct bytes now = encode_update();
	uint8_t *keep = now.n ? realloc((void *)(uintptr_t)u->sent.p, now.n) : NULL;

	if (!keep)
		return -ENOMEM;
	memcpy(keep, now.p, now.n);
	u->sent = bytes_of(keep, now.n);
	u->version = version;
	return 0;
}

static int enter_send(struct proc *p)
{
	struct mme_update *u = (struct mme_update *)p;

	if (!p->tries && keep_update(u))
		return proc_fail(p, CAUSE_TOLD);
	enb_send_octets(p->owner, 0, &s1ap_mme_configuration_update_msg, u->sent);
	return PROC_STAY;
}

/* A change that came while nothing was answered is told by itself. */
static void update_ended(struct proc *p, uint16_t cause)
{
	free((void *)(uintptr_t)((struct mme_update *)p)->sent.p);
	if (cause && cause != PROC_ABORTED && ((struct mme_update *)p)->version != version)
		update_begin(p->owner);
}

static int update_acknowledged(struct proc *p, const void *msg)
{
	const struct mme_update *u = (struct mme_update *)p;
	struct enb *e = p->owner;

	(void)msg;
	mme_counters.mme_update++;
	e->node.told = mme_hash(u->sent);
	enb_keep(e);
	return u->version == version ? PROC_END : PROC_TO(SEND);
}

/* No sooner than the eNodeB said (8.7.5.3); what it does not say is taken as never. */
static struct proc_timer time_to_wait = {"time-to-wait", 1000, 1};

static int update_refused(struct proc *p, const void *msg)
{
	static const uint32_t seconds[] = {1, 2, 5, 10, 20, 60};
	const struct s1ap_mme_configuration_update_failure *m = msg;
	const struct enb *e = p->owner;

	mme_counters.mme_update_failed++;
	LOG(WARN, "s1.mme_update_refused", "enb=%s cause=\"%s\" time_to_wait=%s",
	    enb_print_id(e, (char[24]){0}), m->has.cause ? s1ap_cause_text(m->cause) : "-",
	    m->has.time_to_wait ? "yes" : "no");
	p->cause = CAUSE_TOLD;
	if (!m->has.time_to_wait || m->time_to_wait >= sizeof(seconds) / sizeof(*seconds) ||
	    ++((struct mme_update *)p)->refusals == MOST_REFUSALS)
		return PROC_FAIL;
	time_to_wait.ms = seconds[m->time_to_wait] * 1000;
	return PROC_TO(PAUSE);
}

static int enter_pause(struct proc *p) { return p->tries ? PROC_TO(SEND) : PROC_STAY; }

static const struct proc_step update_steps[] = {
	[SEND] = {"send", enter_send, &mme.timer[T_NODE], 0},
	[PAUSE] = {"pause", enter_pause, &time_to_wait, 0},
};
static const struct proc_row update_rows[] = {
	{SEND, EV_MME_UPDATE_ACK, update_acknowledged, 0},
	{SEND, EV_MME_UPDATE_FAILURE, update_refused, 0},
};
static const struct proc_def update_def = {
	"MME configuration update",
	"TS 36.413 8.7.5",
	update_steps,
	update_rows,
	2,
	2,
	&update_pool,
	update_ended,
};

static void update_begin(struct enb *e)
{
	if (e->ready && !proc_find(&e->node.procs, &update_def))
		proc_start(&update_def, &e->node.procs, e, NULL, NULL, NULL);
}

void node_config_changed(void)
{
	version++;
	for (struct enb *e = enb_next(NULL); e; e = enb_next(e))
		update_begin(e);
}

void on_mme_configuration_update_acknowledge(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c;
	offer(e, EV_MME_UPDATE_ACK, body, "mme_configuration_update_acknowledge");
}

void on_mme_configuration_update_failure(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c;
	offer(e, EV_MME_UPDATE_FAILURE, body, "mme_configuration_update_failure");
}

/* ---- Reset by the MME (8.7.1.2.1) ---- */

struct mme_reset {
	struct proc proc;
	uint32_t mme_ue_s1ap_id, enb_ue_s1ap_id; /* of a partial one */
	bool part;
	void (*done)(void *arg, int err);
	void *arg;
};

static struct mem_pool reset_pool = MEM_POOL(mme_reset);

static int enter_reset(struct proc *p)
{
	struct mme_reset *r = (struct mme_reset *)p;
	struct s1ap_reset m = {0};
	struct s1ap_ue_associated_logical_s1_connection_item item = {0};

	S1AP_SET(&m, cause, S1AP_CAUSE(MISC, OM_INTERVENTION));
	m.has.reset_type = 1;
	m.reset_type.choice = S1AP_RESET_TYPE_S1_INTERFACE;
	if (r->part) {
		S1AP_SET(&item, mme_ue_s1ap_id, r->mme_ue_s1ap_id);
		S1AP_SET(&item, enb_ue_s1ap_id, r->enb_ue_s1ap_id);
		m.reset_type.choice = S1AP_RESET_TYPE_PART_OF_S1_INTERFACE;
		m.reset_type.part_of_s1_interface =
			(struct s1ap_ue_associated_logical_s1_connection_list_res){&item, 1};
	}
	enb_send(p->owner, 0, &s1ap_reset_msg, &m);
	return PROC_STAY;
}

static int reset_acknowledged(struct proc *p, const void *msg)
{
	(void)p, (void)msg;
	return PROC_END;
}

static void reset_ended(struct proc *p, uint16_t cause)
{
	struct mme_reset *r = (struct mme_reset *)p;

	if (r->done)
		r->done(r->arg, !cause ? 0 : cause == PROC_TIMEOUT ? -ETIMEDOUT : -ECONNRESET);
}

static const struct proc_step reset_steps[] = {{"reset", enter_reset, &mme.timer[T_NODE], 0}};
static const struct proc_row reset_rows[] = {{0, EV_RESET_ACK, reset_acknowledged, 0}};
static const struct proc_def reset_def = {
	"reset", "TS 36.413 8.7.1", reset_steps, reset_rows, 1, 1, &reset_pool, reset_ended,
};

static void reset_init(struct proc *p, const void *arg)
{
	const struct mme_reset *from = arg;
	struct mme_reset *r = (struct mme_reset *)p;

	r->mme_ue_s1ap_id = from->mme_ue_s1ap_id;
	r->enb_ue_s1ap_id = from->enb_ue_s1ap_id;
	r->part = from->part;
	r->done = from->done;
	r->arg = from->arg;
}

int node_reset(struct enb *e, struct s1_conn *only, void (*done)(void *arg, int err), void *arg)
{
	struct mme_reset r = {.part = only != NULL, .done = done, .arg = arg};

	if (proc_find(&e->node.procs, &reset_def))
		return -EALREADY;
	if (only) {
		r.mme_ue_s1ap_id = only->mme_ue_s1ap_id;
		r.enb_ue_s1ap_id = only->enb_ue_s1ap_id;
	}
	if (!proc_start(&reset_def, &e->node.procs, e, NULL, reset_init, &r))
		return -ENOMEM;
	mme_counters.reset_sent++;
	if (only)
		conn_free(only);
	while (!only && e->conns)
		conn_free(e->conns);
	return 0;
}

void on_reset_acknowledge(struct enb *e, struct s1_conn *c, const void *body)
{
	(void)c;
	offer(e, EV_RESET_ACK, body, "reset_acknowledge");
}
