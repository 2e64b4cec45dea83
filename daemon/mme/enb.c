/* SPDX-License-Identifier: Apache-2.0 */
/* eNodeBs: from the SCTP association's start to its end, S1 Setup (TS 36.413 8.7.3), Reset (8.7.1),
 * and all that is sent to them. An association that ends leaves its devices registered, as
 * ECM-IDLE. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "core/loop.h"
#include "mme/mme.h"

static struct mem_pool pool = MEM_POOL(enb);
static struct enb *first;

static void (*tell)(const struct in6_addr *, bool here);

void mme_on_enb(void (*fn)(const struct in6_addr *, bool here)) { tell = fn; }

void enb_expect(struct enb *e, bool here)
{
	struct in6_addr a;

	if (!tell || e->expected == here || !s1_peer_address(e->assoc, &a))
		return;
	e->expected = here;
	tell(&a, here);
}

struct enb *enb_next(const struct enb *e) { return e ? e->next : first; }

const char *enb_print_id(const struct enb *e, char buf[24])
{
	char plmn[PLMN_STRLEN];

	snprintf(buf, 24, "%s-%0*x", plmn_print(e->plmn, plmn), (e->id_bits + 3) / 4, e->id);
	return buf;
}

/* GCRA with a second's worth of burst. */
bool enb_attach_allowed(struct enb *e)
{
	uint64_t now = loop_clock_ns(), second = UINT64_C(1000000000);

	if (!mme.enb_attach_rate)
		return true;
	if (e->attach_tat < now)
		e->attach_tat = now;
	if (e->attach_tat - now >= second) {
		mme_counters.enb_attach_refused++;
		LOG(WARN, "s1.attach_rate", "enb=%s error=\"more than %u a second\"",
		    enb_print_id(e, (char[24]){0}), mme.enb_attach_rate);
		return false;
	}
	e->attach_tat += second / mme.enb_attach_rate;
	return true;
}

int enb_encode(const struct s1ap_msg *msg, const void *body, struct bytes *pdu)
{
	static uint8_t buf[S1_MESSAGE_MAX]; /* what is not used takes no memory */
	struct wr w = wr_of(buf, sizeof(buf));
	const char *where = NULL;
	int err = s1ap_encode_where(msg, body, &w, &where);

	if (err)
		LOG(ERROR, "s1.encode", "message=\"%s\" ie=%s error=\"%s\"", msg->name,
		    where ? where : "-", strerror(-err));
	*pdu = bytes_of(buf, err ? 0 : (size_t)(w.p - buf));
	return err;
}

int enb_send(struct enb *e, uint16_t stream, const struct s1ap_msg *msg, const void *body)
{
	struct bytes pdu;
	int err = enb_encode(msg, body, &pdu);

	return err ? err : enb_send_octets(e, stream, msg, pdu);
}

int enb_send_octets(struct enb *e, uint16_t stream, const struct s1ap_msg *msg, struct bytes pdu)
{
	int err = s1_send(e->assoc, stream, pdu.p, pdu.n);

	if (err) {
		LOG(WARN, "s1.send", "peer=%s message=\"%s\" error=\"%s\"", s1_peer(e->assoc),
		    msg->name, strerror(-err));
		return err;
	}
	e->out++;
	e->node.out[msg->procedure]++;
	return 0;
}

/* What was sent with values that do not exist cannot be sent back as diagnostics either. */
bool enb_can_be_told(const struct s1ap_pdu *faulty)
{
	bool legal = faulty->criticality <= PER_NOTIFY && faulty->choice <= S1AP_UNSUCCESSFUL;

	for (unsigned i = 0; i < faulty->diag.n; i++)
		legal &= faulty->diag.fault[i].criticality <= PER_NOTIFY;
	return legal;
}

uint16_t enb_stream_of(const struct enb *e, const uint32_t *mme_id, const uint32_t *enb_id)
{
	const struct s1_conn *c = mme_id ? conn_find(*mme_id) : NULL;

	if (c && c->enb == e)
		return c->stream;
	return enb_id   ? (uint16_t)(1 + *enb_id % 1024)
	       : mme_id ? (uint16_t)(1 + *mme_id % 1024)
			: 0;
}

void enb_error_indication(struct enb *e, const uint32_t *mme_id, const uint32_t *enb_id,
			  struct s1ap_cause cause, const struct s1ap_pdu *faulty)
{
	struct s1ap_error_indication m = {0};

	if (mme_id)
		S1AP_SET(&m, mme_ue_s1ap_id, *mme_id);
	if (enb_id)
		S1AP_SET(&m, enb_ue_s1ap_id, *enb_id & 0xffffff);
	S1AP_SET(&m, cause, cause);
	if (faulty && enb_can_be_told(faulty))
		S1AP_SET(&m, criticality_diagnostics, s1ap_diagnose(&turn_arena, faulty));
	mme_counters.error_indication_sent++;
	enb_send(e, enb_stream_of(e, mme_id, enb_id), &s1ap_error_indication_msg, &m);
}

/* ---- S1 Setup ---- */

static void release_all(struct enb *e)
{
	while (e->conns)
		conn_free(e->conns);
}

void enb_setup_failure(struct enb *e, struct s1ap_cause cause, const struct s1ap_pdu *faulty)
{
	struct s1ap_s1_setup_failure m = {0};

	S1AP_SET(&m, cause, cause);
	S1AP_SET(&m, time_to_wait, S1AP_TIME_TO_WAIT_V10S);
	if (faulty && enb_can_be_told(faulty))
		S1AP_SET(&m, criticality_diagnostics, s1ap_diagnose(&turn_arena, faulty));
	mme_counters.s1_setup_failed++;
	e->ready = false;
	release_all(e);
	enb_send(e, 0, &s1ap_s1_setup_failure_msg, &m);
}

int enb_read_tas(struct enb *e, const struct s1ap_supported_tas *tas, bool *plmn)
{
	struct tai *tai = malloc(ENB_MAX_TAIS * sizeof(*tai)), *fit;
	unsigned n = 0, served = 0;

	if (!tai)
		return -ENOMEM;
	*plmn = false;
	for (int others = 0; others < 2; others++) {
		for (uint32_t i = 0; i < tas->n; i++)
			for (uint32_t k = 0; k < tas->v[i].broadcast_plmns.n; k++) {
				struct tai t = {tas->v[i].broadcast_plmns.v[k], tas->v[i].tac};

				*plmn |= mme_serves_plmn(t.plmn);
				if (n < ENB_MAX_TAIS && mme_serves_tai(&t) == !others)
					tai[n++] = t;
			}
		served = others ? served : n;
	}
	fit = served ? realloc(tai, n * sizeof(*tai)) : NULL;
	if (!fit) {
		free(tai);
		return served ? -ENOMEM : 0;
	}
	free(e->tai);
	e->tai = fit;
	e->tais = n;
	return (int)served;
}

void enb_set_name(struct enb *e, struct bytes name)
{
	e->name[0] = 0;
	if (!name.n || name.n > ENB_NAME_MAX)
		return;
	memcpy(e->name, name.p, name.n);
	e->name[name.n] = 0;
}

static void send_response(struct enb *e)
{
	struct s1ap_s1_setup_response m = {0};

	if (mme.name[0])
		S1AP_SET(&m, mme_name, bytes_of(mme.name, strlen(mme.name)));
	S1AP_SET(&m, served_gummeis, node_served_gummeis());
	S1AP_SET(&m, relative_mme_capacity, drain_capacity());
	enb_send(e, 0, &s1ap_s1_setup_response_msg, &m);
}

/* An eNodeB that comes again on a new association before the old one was found dead takes its
 * place. */
static void replace_twin(const struct enb *e)
{
	for (struct enb *o = first; o; o = o->next)
		if (o != e && o->ready && o->plmn == e->plmn && o->id == e->id &&
		    o->id_bits == e->id_bits) {
			LOG(WARN, "s1.replaced", "enb=%s peer=%s by=%s",
			    enb_print_id(e, (char[24]){0}), s1_peer(o->assoc), s1_peer(e->assoc));
			o->ready = false;
			release_all(o);
			s1_close(o->assoc, true);
		}
}

int enb_read(struct enb *e, const struct s1ap_s1_setup_request *r, bool *plmn)
{
	unsigned bits = 20;

	e->plmn = r->global_enb_id.plmn;
	e->id = s1ap_enb_id_number(&r->global_enb_id.enb_id, &bits);
	e->id_bits = (uint8_t)bits;
	e->home = bits == 28;
	enb_set_name(e, r->has.enb_name ? r->enb_name : (struct bytes){0});
	return enb_read_tas(e, &r->supported_tas, plmn);
}

void enb_setup(struct enb *e, const struct s1ap_s1_setup_request *r)
{
	char name[4 * ENB_NAME_MAX + 1];
	bool plmn = false;
	int tais;

	/* 8.7.3.1: the setup erases whatever there was on both sides. */
	release_all(e);
	proc_abort_all(&e->node.procs, PROC_ABORTED);
	warning_enb_down(e);
	tais = enb_read(e, r, &plmn);
	log_escape(name, sizeof(name), e->name, strlen(e->name));
	if (tais < 0) {
		enb_setup_failure(e, S1AP_CAUSE(MISC, CONTROL_PROCESSING_OVERLOAD), NULL);
		return;
	}
	if (!tais) {
		LOG(WARN, "s1.setup_refused", "peer=%s enb=%s name=\"%s\" error=\"%s\"",
		    s1_peer(e->assoc), enb_print_id(e, (char[24]){0}), name,
		    plmn ? "none of its tracking areas is served" : "none of its PLMNs is served");
		enb_setup_failure(
			e, plmn ? S1AP_CAUSE(MISC, UNSPECIFIED) : S1AP_CAUSE(MISC, UNKNOWN_PLMN),
			NULL);
		return;
	}
	replace_twin(e);
	e->ready = true;
	enb_expect(e, true);
	e->since = (uint64_t)time(NULL);
	mme_counters.s1_setup++;
	LOG(INFO, "s1.setup", "peer=%s enb=%s name=\"%s\" tais=%d", s1_peer(e->assoc),
	    enb_print_id(e, (char[24]){0}), name, tais);
	node_read_setup(e, r);
	send_response(e);
	e->node.told = node_told();
	node_enb_ready(e);
	enb_keep(e);
}

/* ---- Reset ---- */

void enb_reset(struct enb *e, const struct s1ap_reset *r)
{
	struct s1ap_reset_acknowledge m = {0};

	mme_counters.reset++;
	if (r->reset_type.choice == S1AP_RESET_TYPE_S1_INTERFACE) {
		LOG(INFO, "s1.reset", "peer=%s all=yes", s1_peer(e->assoc));
		release_all(e);
	} else if (r->reset_type.choice == S1AP_RESET_TYPE_PART_OF_S1_INTERFACE) {
		const struct s1ap_ue_associated_logical_s1_connection_list_res *l =
			&r->reset_type.part_of_s1_interface;

		LOG(INFO, "s1.reset", "peer=%s connections=%u", s1_peer(e->assoc), l->n);
		for (uint32_t i = 0; i < l->n; i++) {
			struct s1_conn *c = l->v[i].has.mme_ue_s1ap_id
						    ? conn_find(l->v[i].mme_ue_s1ap_id)
					    : l->v[i].has.enb_ue_s1ap_id
						    ? conn_find_by_enb(e, l->v[i].enb_ue_s1ap_id)
						    : NULL;
			if (c && c->enb == e)
				conn_free(c);
		}
		/* The acknowledgement names the same connections, known or not (8.7.1.2.2). */
		S1AP_SET(
			&m, ue_associated_logical_s1_connection_list,
			(struct s1ap_ue_associated_logical_s1_connection_list_res_ack){l->v, l->n});
	}
	enb_send(e, 0, &s1ap_reset_acknowledge_msg, &m);
}

/* ---- the association ---- */

static struct enb *enb_new(struct s1_assoc *a)
{
	struct enb *e = pool_get(&pool);

	if (!e) {
		LOG(ERROR, "s1.up", "peer=%s error=\"out of memory\"", s1_peer(a));
		s1_close(a, true);
		return NULL;
	}
	e->assoc = a;
	node_procs_init(e);
	e->next = first;
	if (first)
		first->prev = e;
	first = e;
	s1_set_user(a, e);
	return e;
}

static void up(struct s1_assoc *a)
{
	if (enb_new(a))
		LOG(INFO, "s1.up", "peer=%s streams=%u", s1_peer(a), s1_streams(a));
}

static void back(struct s1_assoc *a, const uint8_t *note, size_t n)
{
	struct enb *e = enb_new(a);

	if (e && !enb_take_back(e, note, n))
		s1_close(a, true); /* it will set up S1 anew */
}

static void message(struct s1_assoc *a, uint16_t stream, const uint8_t *p, size_t n)
{
	struct enb *e = s1_user(a);

	(void)stream; /* 36.412 7: a peer may use any; what belongs together carries its ids */
	if (!e)
		return;
	e->in++;
	s1_in(e, bytes_of(p, n));
}

static void down(struct s1_assoc *a, const char *why)
{
	struct enb *e = s1_user(a);
	unsigned n = 0;

	if (!e)
		return;
	for (struct s1_conn *c = e->conns; c; c = c->next)
		n++;
	LOG(INFO, "s1.down", "peer=%s enb=%s reason=\"%s\" connections=%u", s1_peer(a),
	    e->id_bits ? enb_print_id(e, (char[24]){0}) : "-", why, n);
	e->ready = false;
	release_all(e);
	node_enb_down(e);
	enb_expect(e, false);
	if (e->prev)
		e->prev->next = e->next;
	else
		first = e->next;
	if (e->next)
		e->next->prev = e->prev;
	enb_forget(e);
	free(e->tai);
	s1_set_user(a, NULL);
	pool_put(&pool, e);
}

const struct s1_handler enb_handler = {up, message, down, back};
