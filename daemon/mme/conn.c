/* SPDX-License-Identifier: Apache-2.0 */
/* UE-associated logical S1 connections (TS 36.413 3.1). The MME UE S1AP ID is a slot in a table and
 * a generation, so that an id that lingers in an eNodeB never names another device's connection.
 * The eNB UE S1AP ID is looked up by eNodeB and id in a hash. */
#include <errno.h>
#include <stdlib.h>
#include "mme/mme.h"
#include "security/crypto.h"

enum { SLOT_BITS = 22, SLOT_MASK = (1 << SLOT_BITS) - 1 };

static struct mem_pool pool = MEM_POOL(s1_conn);
static struct s1_conn *by_enb;

static struct slot {
	struct s1_conn *conn;
	uint32_t next_free;
	uint16_t generation;
	bool listed; /* among the free ones; conn_restore takes one without unlisting it */
} * slots;
static uint32_t slots_n, first_free = SLOT_MASK, last_free = SLOT_MASK;

static void give_back(uint32_t i)
{
	slots[i].conn = NULL;
	slots[i].generation++;
	if (slots[i].listed)
		return;
	slots[i].listed = true;
	slots[i].next_free = SLOT_MASK;
	if (first_free == SLOT_MASK)
		first_free = i;
	else
		slots[last_free].next_free = i;
	last_free = i;
}

static bool grow(void)
{
	uint32_t n = slots_n ? 2 * slots_n : 1024;
	uint16_t base;
	struct slot *more = n < SLOT_MASK ? realloc(slots, n * sizeof(*slots)) : NULL;

	if (!more)
		return false;
	slots = more;
	memset(slots + slots_n, 0, (n - slots_n) * sizeof(*slots));
	crypto_random(&base, sizeof(base)); /* also an id of an earlier process names nobody */
	for (uint32_t i = slots_n; i < n; i++) {
		slots[i].generation = base;
		give_back(i);
	}
	slots_n = n;
	return true;
}

struct s1_conn *conn_find(uint32_t id)
{
	uint32_t i = id & SLOT_MASK;

	return i < slots_n && slots[i].conn && slots[i].conn->mme_ue_s1ap_id == id ? slots[i].conn
										   : NULL;
}

struct s1_conn *conn_find_by_enb(struct enb *enb, uint32_t id)
{
	struct s1_conn probe = {.key = {.enb = (uintptr_t)enb, .enb_ue_s1ap_id = id}}, *c;

	HASH_FIND(by_enb, by_enb, &probe.key, sizeof(probe.key), c);
	return c;
}

static void join(struct s1_conn *c, struct enb *enb)
{
	uint16_t streams = s1_streams(enb->assoc);

	c->enb = enb;
	c->stream = (uint16_t)(streams > 1 ? 1 + enb->next_stream++ % (streams - 1) : 0);
	c->prev = NULL;
	c->next = enb->conns;
	if (c->next)
		c->next->prev = c;
	enb->conns = c;
}

static void leave(struct s1_conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		c->enb->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

static void unname(struct s1_conn *c)
{
	if (c->named)
		HASH_DELETE(by_enb, by_enb, c);
	c->named = false;
}

void conn_name(struct s1_conn *c, uint32_t enb_ue_s1ap_id)
{
	struct s1_conn *forgotten = conn_find_by_enb(c->enb, enb_ue_s1ap_id);

	if (forgotten == c)
		return;
	if (forgotten)
		conn_free(forgotten);
	unname(c);
	c->enb_ue_s1ap_id = enb_ue_s1ap_id;
	c->key.enb = (uintptr_t)c->enb;
	c->key.enb_ue_s1ap_id = enb_ue_s1ap_id;
	c->named = true;
	HASH_ADD(by_enb, by_enb, key, sizeof(c->key), c);
}

/* A connection in a slot that is on no list of free ones. */
static struct s1_conn *make(struct enb *enb, uint32_t i)
{
	struct s1_conn *c = pool_get(&pool);

	if (!c) {
		give_back(i);
		return NULL;
	}
	slots[i].conn = c;
	c->mme_ue_s1ap_id = i | (uint32_t)slots[i].generation << SLOT_BITS;
	c->imsi = IMSI_NONE;
	join(c, enb);
	return c;
}

struct s1_conn *conn_new_target(struct enb *enb)
{
	uint32_t i;

	do {
		if (first_free == SLOT_MASK && !grow())
			return NULL;
		i = first_free;
		first_free = slots[i].next_free;
		slots[i].listed = false;
	} while (slots[i].conn);
	return make(enb, i);
}

struct s1_conn *conn_new(struct enb *enb, uint32_t enb_ue_s1ap_id)
{
	struct s1_conn *c = conn_new_target(enb);

	if (c)
		conn_name(c, enb_ue_s1ap_id);
	return c;
}

struct s1_conn *conn_restore(struct enb *enb, uint32_t mme_ue_s1ap_id, uint32_t enb_ue_s1ap_id)
{
	uint32_t i = mme_ue_s1ap_id & SLOT_MASK;
	struct s1_conn *c;

	while (i >= slots_n)
		if (!grow())
			return NULL;
	if (slots[i].conn || conn_find_by_enb(enb, enb_ue_s1ap_id))
		return NULL;
	slots[i].generation = (uint16_t)(mme_ue_s1ap_id >> SLOT_BITS);
	c = make(enb, i);
	if (c)
		conn_name(c, enb_ue_s1ap_id);
	return c;
}

void conn_move(struct s1_conn *c, struct enb *enb, uint32_t enb_ue_s1ap_id)
{
	if (c->enb != enb) {
		unname(c);
		leave(c);
		join(c, enb);
	}
	conn_name(c, enb_ue_s1ap_id);
}

struct mme_ue *conn_suspended(const struct s1_conn *c)
{
	struct mme_ue *ue = c->suspended ? ue_by_imsi(c->imsi) : NULL;

	return ue && ue->suspended == c ? ue : NULL;
}

static void unsuspend(struct s1_conn *c)
{
	struct mme_ue *ue = conn_suspended(c);

	if (ue)
		ue->suspended = NULL;
	c->suspended = 0;
}

static void forget(struct s1_conn *c)
{
	unsuspend(c);
	timer_stop(&c->timer);
	reroute_forget(c);
	give_back(c->mme_ue_s1ap_id & SLOT_MASK);
	unname(c);
	leave(c);
	pool_put(&pool, c);
}

void conn_unbind(struct s1_conn *c)
{
	if (c->ue) {
		c->imsi = c->ue->imsi;
		if (c->ue->conn == c)
			c->ue->conn = NULL;
	}
	c->ue = NULL;
}

/* Unties a connection that ends. The device, if it is without one now. */
static struct mme_ue *part(struct s1_conn *c, uint16_t cause)
{
	struct mme_ue *ue = c->ue;

	if (ue && ue->conn == c)
		why_ended(ue, c, cause);
	conn_unbind(c);
	if (ue)
		proc_offer(&ue->procs, EV_LEG_LOST, c);
	return ue && !ue->conn ? ue : NULL;
}

void conn_free(struct s1_conn *c)
{
	uint16_t cause = c->enb->ready ? CAUSE_ENB_RESET : CAUSE_ENB_LOST;
	struct mme_ue *ue = part(c, cause);

	forget(c);
	if (ue)
		ue_idle(ue, cause);
}

void conn_bind(struct s1_conn *c, struct mme_ue *ue)
{
	struct mme_ue *before = c->ue;
	struct s1_conn *stale = ue->conn;

	if (before == ue)
		return;
	conn_unbind(c);
	if (before)
		ue_idle(before, CAUSE_S1AP_OF(NAS, NORMAL_RELEASE));
	if (stale) {
		conn_unbind(stale);
		conn_release(stale, S1AP_CAUSE(NAS, NORMAL_RELEASE));
	}
	if (ue->suspended) { /* it came by a connection of its own (36.300 7.3a.3) */
		stale = ue->suspended;
		conn_release(stale, S1AP_CAUSE(NAS, NORMAL_RELEASE));
	}
	c->ue = ue;
	ue->conn = c;
	if (ue->procs.first)
		proc_offer(&ue->procs, EV_CONNECTED, NULL);
}

void conn_suspend(struct s1_conn *c)
{
	struct mme_ue *ue = c->ue;

	conn_unbind(c);
	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->s1u_enb.teid)
			c->suspended |= mobility_bit(b->ebi);
	ue->suspended = c;
}

void conn_resume(struct s1_conn *c, struct mme_ue *ue)
{
	unsuspend(c);
	conn_bind(c, ue);
}

int conn_send(struct s1_conn *c, const struct s1ap_msg *msg, const void *body)
{
	return c->releasing ? -ENOTCONN : enb_send(c->enb, c->stream, msg, body);
}

int conn_send_nas(struct s1_conn *c, struct bytes pdu)
{
	struct s1ap_downlink_nas_transport m = {0};

	if (!c || !pdu.n)
		return -ENOTCONN;
	if (c->ue && s1ho_running(c->ue)) {
		nas_hold(c->ue, pdu, false);
		return 0;
	}
	S1AP_SET(&m, mme_ue_s1ap_id, c->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, c->enb_ue_s1ap_id);
	S1AP_SET(&m, nas_pdu, pdu);
	return conn_send(c, &s1ap_downlink_nas_transport_msg, &m);
}

static void unanswered(struct timer *t)
{
	struct s1_conn *c = container_of(t, struct s1_conn, timer);

	LOG(WARN, "s1.release",
	    "peer=%s mme_ue_s1ap_id=%u error=\"no UE Context Release Complete\"",
	    s1_peer(c->enb->assoc), c->mme_ue_s1ap_id);
	forget(c);
}

void conn_release(struct s1_conn *c, struct s1ap_cause cause)
{
	struct s1ap_ue_context_release_command m = {0};
	struct s1ap_ue_s1ap_ids ids = {.choice = S1AP_UE_S1AP_IDS_MME_UE_S1AP_ID,
				       .mme_ue_s1ap_id = c->mme_ue_s1ap_id};
	struct mme_ue *ue;

	if (c->releasing)
		return;
	c->releasing = true;
	unsuspend(c);
	if (c->ue)
		cause = drain_cause(c->ue, cause);
	ue = part(c, cause_of_s1ap(cause));
	if (c->named)
		ids = (struct s1ap_ue_s1ap_ids){
			.choice = S1AP_UE_S1AP_IDS_UE_S1AP_ID_PAIR,
			.ue_s1ap_id_pair = {c->mme_ue_s1ap_id, c->enb_ue_s1ap_id},
		};
	S1AP_SET(&m, ue_s1ap_ids, ids);
	S1AP_SET(&m, cause, cause);
	enb_send(c->enb, c->stream, &s1ap_ue_context_release_command_msg, &m);
	mme_counters.release++;
	timer_start(&c->timer, mme.timer[T_RELEASE].ms, unanswered);
	if (ue)
		ue_idle(ue, cause_of_s1ap(cause));
}
