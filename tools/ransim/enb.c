/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of an eNodeB with its MME: association, S1 Setup (TS 36.413 8.7.3), Reset (8.7.1),
 * Error Indication (8.7.2), Paging (8.5), and the table of UE contexts. An association that is lost
 * is made anew after a pause that doubles up to half a minute. What concerns one UE is enb_ue.c's.
 */
#include "enb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/loop.h"
#include "core/pool.h"
#include "enb_s1ap.h"
#include "mutate.h"
#include "gtpu.h"
#include "move.h"
#include "security/crypto.h"
#include "ue.h"

enum {
	BACKOFF_FIRST_MS = 500,
	BACKOFF_MAX_MS = 30000,
	SETUP_WAIT_MS = 10000,
	FRESH_IDS = 64,
	VANISH_MS = 20
};

static const struct s1_handler handler;

/* ---- UE contexts ------------------------------------------------------------------------------
 */

/* The identifier (slot + 1), or 0 if out of memory or of the 24 bits. */
uint32_t enb_slot_take(struct enb *enb, struct ue *ue)
{
	uint32_t id;

	if (enb->free_first && enb->slots >= FRESH_IDS) {
		id = enb->free_first;
		enb->free_first = enb->slot[id - 1].next_free;
		if (!enb->free_first)
			enb->free_last = 0;
	} else {
		if (enb->slots == enb->cap) {
			uint32_t cap = enb->cap ? enb->cap * 2 : 64;
			struct enb_slot *bigger;

			if (cap >= 1u << 24)
				return 0;
			bigger = realloc(enb->slot, cap * sizeof(*bigger));
			if (!bigger)
				return 0;
			enb->slot = bigger;
			enb->cap = cap;
		}
		id = ++enb->slots;
	}
	enb->slot[id - 1] = (struct enb_slot){.ue = ue};
	enb->connected++;
	return id;
}

static void set_free(struct enb *enb, uint32_t id)
{
	enb->slot[id - 1] = (struct enb_slot){0};
	if (enb->free_last)
		enb->slot[enb->free_last - 1].next_free = id;
	else
		enb->free_first = id;
	enb->free_last = id;
}

void enb_slot_put(struct enb *enb, uint32_t id)
{
	set_free(enb, id);
	enb->connected--;
}

void enb_slot_lose(struct enb *enb, uint32_t id)
{
	enb->slot[id - 1] = (struct enb_slot){.lost = true};
	enb->connected--;
}

void enb_slot_released(struct enb *enb, uint32_t id)
{
	if (id && id <= enb->slots && enb->slot[id - 1].lost)
		set_free(enb, id);
}

struct ue *enb_slot_ue(const struct enb *enb, uint32_t id)
{
	return id && id <= enb->slots ? enb->slot[id - 1].ue : NULL;
}

void enb_release_all(struct enb *enb, const char *why)
{
	for (uint32_t id = 1; id <= enb->slots; id++) {
		struct ue *ue = enb_slot_ue(enb, id);

		enb_slot_released(enb, id);
		if (!ue || move_released(ue, enb, id))
			continue;
		enb_forget(ue);
		ue_released(ue, why);
	}
}

/* ---- sending ----------------------------------------------------------------------------------
 */

int enb_send(struct enb *enb, uint16_t stream, const struct s1ap_msg *msg, const void *body)
{
	static uint8_t out[128 << 10]; /* a device's capabilities may be long */
	struct wr w = wr_of(out, sizeof(out));
	const char *where = NULL;
	int err = s1ap_encode_where(msg, body, &w, &where);

	if (err) {
		event_enb(enb, "s1ap.not-encoded", "message=%s where=%s error=%d", msg->name,
			  where ? where : "?", err);
		return err;
	}
	if (!enb->assoc)
		return -ENETDOWN;
	if (mutate_s1ap(enb->assoc, stream, msg, body, out, (size_t)(w.p - out)))
		return 0;
	return s1_send(enb->assoc, stream, out, (size_t)(w.p - out));
}

struct s1ap_global_enb_id enb_global_id(const struct enb *enb)
{
	return (struct s1ap_global_enb_id){
		.plmn = enb->plmn,
		.enb_id = {.choice = S1AP_ENB_ID_MACRO_ENB_ID, .macro_enb_id = enb->id}};
}

static void send_setup(struct enb *enb)
{
	struct s1ap_s1_setup_request m = {0};
	struct s1ap_supported_tas_item ta = {.tac = enb->tac, .broadcast_plmns = {&enb->plmn, 1}};
	char name[32];

	snprintf(name, sizeof(name), "ransim-%u", enb->number);
	S1AP_SET(&m, global_enb_id, enb_global_id(enb));
	S1AP_SET(&m, enb_name, bytes_of(name, strlen(name)));
	S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){&ta, 1});
	S1AP_SET(&m, default_paging_drx, S1AP_PAGING_DRX_V128);
	enb->state = ENB_SETUP;
	enb_send(enb, 0, &s1ap_s1_setup_request_msg, &m);
}

int enb_send_reset(struct enb *enb, struct ue *only)
{
	struct s1ap_reset m = {0};
	struct s1ap_ue_associated_logical_s1_connection_item item = {0};

	S1AP_SET(&m, cause, (struct s1ap_cause){S1AP_CAUSE_MISC, S1AP_CAUSE_MISC_OM_INTERVENTION});
	if (only) {
		S1AP_SET(&item, enb_ue_s1ap_id, only->enb_ue_id);
		if (only->mme_known)
			S1AP_SET(&item, mme_ue_s1ap_id, only->mme_ue_id);
		m.reset_type.choice = S1AP_RESET_TYPE_PART_OF_S1_INTERFACE;
		m.reset_type.part_of_s1_interface.v = &item;
		m.reset_type.part_of_s1_interface.n = 1;
	} else {
		m.reset_type.choice = S1AP_RESET_TYPE_S1_INTERFACE;
	}
	m.has.reset_type = 1;
	event_enb(enb, "reset", "type=%s", only ? "part" : "all");
	int err = enb_send(enb, 0, &s1ap_reset_msg, &m);

	if (err)
		return err;
	if (only) {
		enb_forget(only);
		ue_released(only, "reset");
	} else {
		enb_release_all(enb, "reset");
	}
	return 0;
}

int enb_send_garbage(struct enb *enb, unsigned count)
{
	const struct s1ap_msg *msg = NULL;
	uint8_t out[8192];
	int err = 0;

	for (unsigned i = 0; i < count && !err; i++) {
		struct wr w = wr_of(out, sizeof(out));
		uint8_t dice[16];
		size_t n;
		void *body;

		msg = s1ap_msg_next(msg);
		if (!msg)
			msg = s1ap_msg_next(NULL);
		crypto_random(dice, sizeof(dice));
		body = s1ap_any(&turn_arena, msg, i + 1);
		if (s1ap_encode(msg, body, &w))
			continue;
		n = (size_t)(w.p - out);
		for (unsigned flips = dice[0] % 8; flips; flips--)
			out[((size_t)dice[flips] << 8 | dice[flips + 1]) % n] ^= dice[flips + 2];
		err = s1_send(enb->assoc, dice[1] % 8, out, dice[2] % 4 ? n : 1 + n / 2);
	}
	event_enb(enb, "fault", "name=garbage count=%u", count);
	return err;
}

/* ---- receiving: what concerns the interface ----------------------------------------------------
 */

static void on_setup_response(struct enb *enb, const void *body)
{
	const struct s1ap_s1_setup_response *m = body;
	const struct s1ap_served_gummeis_item *g = m->served_gummeis.v;

	if (enb->state != ENB_SETUP)
		return;
	enb->state = ENB_READY;
	enb->backoff_ms = BACKOFF_FIRST_MS;
	timer_stop(&enb->retry);
	if (m->has.mme_name)
		log_escape(enb->mme_name, sizeof(enb->mme_name), m->mme_name.p, m->mme_name.n);
	if (m->served_gummeis.n && g->served_plmns.n && g->served_group_ids.n && g->served_mmecs.n)
		enb->gummei = (struct gummei){.plmn = g->served_plmns.v[0],
					      .group = g->served_group_ids.v[0],
					      .code = g->served_mmecs.v[0]};
	event_enb(enb, "s1.setup", "mme=\"%s\" group=%u code=%u capacity=%u transport=%s",
		  enb->mme_name, enb->gummei.group, enb->gummei.code, m->relative_mme_capacity,
		  s1_backend());
	if (fault_on(&sim.faults, FAULT_GARBAGE))
		enb_send_garbage(enb, sim.faults.arg[FAULT_GARBAGE]);
	for (unsigned i = 0; i < sim.ues; i++)
		if (sim.ue[i].uplink_waits && sim.ue[i].enb == enb) {
			sim.ue[i].uplink_waits = false;
			ue_service(&sim.ue[i]);
		}
	if (sim.enb_changed)
		sim.enb_changed(enb, NULL);
}

static void on_setup_failure(struct enb *enb, const void *body)
{
	const struct s1ap_s1_setup_failure *m = body;
	const char *cause = s1ap_cause_text(m->cause);

	if (enb->state != ENB_SETUP)
		return;
	enb->state = ENB_REFUSED;
	timer_stop(&enb->retry);
	event_enb(enb, "s1.refused", "cause=\"%s\"", cause);
	if (sim.enb_changed)
		sim.enb_changed(enb, cause);
}

static void on_reset(struct enb *enb, const void *body)
{
	const struct s1ap_reset *m = body;
	struct s1ap_reset_acknowledge ack = {0};
	bool part =
		m->has.reset_type && m->reset_type.choice == S1AP_RESET_TYPE_PART_OF_S1_INTERFACE;

	event_enb(enb, "reset.received", "type=%s cause=\"%s\"", part ? "part" : "all",
		  s1ap_cause_text(m->cause));
	if (part)
		S1AP_SET(&ack, ue_associated_logical_s1_connection_list,
			 (struct s1ap_ue_associated_logical_s1_connection_list_res_ack){
				 m->reset_type.part_of_s1_interface.v,
				 m->reset_type.part_of_s1_interface.n});
	enb_send(enb, 0, &s1ap_reset_acknowledge_msg, &ack);
	if (!part)
		enb_release_all(enb, "reset by the MME");
	for (uint32_t i = 0; part && i < m->reset_type.part_of_s1_interface.n; i++) {
		const struct s1ap_ue_associated_logical_s1_connection_item *item =
			&m->reset_type.part_of_s1_interface.v[i];
		struct ue *ue = enb_find_ue(enb, item->has.enb_ue_s1ap_id, item->enb_ue_s1ap_id,
					    item->has.mme_ue_s1ap_id, item->mme_ue_s1ap_id);

		if (ue) {
			enb_forget(ue);
			ue_released(ue, "reset by the MME");
		}
	}
}

static void on_reset_acknowledge(struct enb *enb, const void *body)
{
	(void)body;
	event_enb(enb, "reset.acknowledged", "%s", "");
}

static void on_error_indication(struct enb *enb, const void *body)
{
	const struct s1ap_error_indication *m = body;
	const struct s1ap_criticality_diagnostics *d = &m->criticality_diagnostics;

	enb->error_indications++;
	event_enb(enb, "error.indication", "cause=\"%s\" mme-ue=%u enb-ue=%u procedure=%d ies=%u",
		  m->has.cause ? s1ap_cause_text(m->cause) : "none",
		  m->has.mme_ue_s1ap_id ? m->mme_ue_s1ap_id : 0,
		  m->has.enb_ue_s1ap_id ? m->enb_ue_s1ap_id : 0,
		  m->has.criticality_diagnostics && d->has.procedure_code ? d->procedure_code : -1,
		  m->has.criticality_diagnostics && d->has.ies_criticality_diagnostics
			  ? d->ies_criticality_diagnostics.n
			  : 0);
}

static void on_paging(struct enb *enb, const void *body)
{
	const struct s1ap_paging *m = body;
	bool by_imsi = m->ue_paging_id.choice == S1AP_UE_PAGING_ID_IMSI;
	char id[2 * 8 + 1] = "";

	for (uint32_t i = 0; by_imsi && i < m->ue_paging_id.imsi.n && i < 8; i++)
		snprintf(id + 2 * i, 3, "%x%x", m->ue_paging_id.imsi.p[i] & 15,
			 m->ue_paging_id.imsi.p[i] >> 4);
	if (!by_imsi)
		snprintf(id, sizeof(id), "%08x", m->ue_paging_id.s_tmsi.m_tmsi);
	event_enb(enb, "paging", "%s=%s tais=%u", by_imsi ? "imsi" : "m-tmsi", id, m->tai_list.n);
	for (unsigned i = 0; i < sim.ues; i++) {
		struct ue *ue = &sim.ue[i];
		char imsi[IMSI_STRLEN];

		if (ue->enb != enb || ue->connected)
			continue;
		imsi_print(ue->imsi, imsi);
		if (by_imsi ? !strncmp(id, imsi, strlen(imsi))
			    : ue->has_guti && ue->guti.m_tmsi == m->ue_paging_id.s_tmsi.m_tmsi)
			ue_paged(ue, by_imsi);
	}
}

static const struct {
	const struct s1ap_msg *msg;
	void (*handle)(struct enb *, const void *body);
} incoming[] = {
	{&s1ap_s1_setup_response_msg, on_setup_response},
	{&s1ap_s1_setup_failure_msg, on_setup_failure},
	{&s1ap_downlink_nas_transport_msg, enb_on_downlink_nas},
	{&s1ap_reroute_nas_request_msg, enb_on_reroute},
	{&s1ap_ue_context_suspend_response_msg, enb_on_suspend},
	{&s1ap_ue_context_resume_response_msg, enb_on_resume},
	{&s1ap_ue_context_resume_failure_msg, enb_on_resume_failure},
	{&s1ap_initial_context_setup_request_msg, enb_on_context_setup},
	{&s1ap_ue_context_modification_request_msg, enb_on_context_modification},
	{&s1ap_ue_context_release_command_msg, enb_on_context_release},
	{&s1ap_e_rab_setup_request_msg, enb_on_e_rab_setup},
	{&s1ap_e_rab_modify_request_msg, enb_on_e_rab_modify},
	{&s1ap_e_rab_release_command_msg, enb_on_e_rab_release},
	{&s1ap_e_rab_modification_confirm_msg, enb_on_modification_confirm},
	{&s1ap_reset_msg, on_reset},
	{&s1ap_reset_acknowledge_msg, on_reset_acknowledge},
	{&s1ap_error_indication_msg, on_error_indication},
	{&s1ap_paging_msg, on_paging},
	{&s1ap_path_switch_request_acknowledge_msg, move_on_path_switch_acknowledge},
	{&s1ap_path_switch_request_failure_msg, move_on_path_switch_failure},
	{&s1ap_handover_request_msg, move_on_handover_request},
	{&s1ap_handover_command_msg, move_on_handover_command},
	{&s1ap_handover_preparation_failure_msg, move_on_preparation_failure},
	{&s1ap_handover_cancel_acknowledge_msg, move_on_cancel_acknowledge},
	{&s1ap_mme_status_transfer_msg, move_on_status},
	{&s1ap_handover_success_msg, move_on_success},
};

/* TS 36.413 10: what we cannot take is answered, unless it is an answer itself. */
static void complain(struct enb *enb, struct s1ap_cause cause, const struct s1ap_pdu *pdu)
{
	struct s1ap_error_indication m = {0};

	event_enb(enb, "s1ap.error", "procedure=%u cause=\"%s\" where=%s", pdu->procedure,
		  s1ap_cause_text(cause), pdu->diag.where ? pdu->diag.where : "?");
	if (pdu->msg == &s1ap_error_indication_msg)
		return;
	S1AP_SET(&m, cause, cause);
	enb_send(enb, 0, &s1ap_error_indication_msg, &m);
}

static void message(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	static const struct s1ap_cause syntax = {S1AP_CAUSE_PROTOCOL,
						 S1AP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR};
	struct enb *enb = s1_user(assoc);
	struct s1ap_pdu pdu;
	int err;

	(void)stream;
	if (enb->deaf)
		return;
	err = s1ap_decode(&turn_arena, bytes_of(p, n), &pdu);
	if (err) {
		complain(enb, err == -EBADMSG ? syntax : s1ap_judge_cause(&pdu), &pdu);
		return;
	}
	if (s1ap_judge(&pdu) == S1AP_REJECT_PROCEDURE) {
		complain(enb, s1ap_judge_cause(&pdu), &pdu);
		return;
	}
	for (size_t i = 0; i < sizeof(incoming) / sizeof(*incoming); i++)
		if (incoming[i].msg == pdu.msg) {
			incoming[i].handle(enb, pdu.body);
			return;
		}
	if (!enb_node_message(enb, pdu.msg, pdu.body))
		event_enb(enb, "s1ap.unexpected", "message=%s", pdu.msg->name);
}

/* ---- association ------------------------------------------------------------------------------
 */

static void retry_expired(struct timer *t)
{
	struct enb *enb = container_of(t, struct enb, retry);

	if (enb->state == ENB_SETUP) { /* no answer to S1 Setup: once more */
		send_setup(enb);
		timer_start(&enb->retry, SETUP_WAIT_MS, retry_expired);
	} else {
		enb_connect(enb);
	}
}

static void up(struct s1_assoc *assoc)
{
	struct enb *enb = s1_user(assoc);

	event_enb(enb, "sctp.up", "peer=%s streams=%u", s1_peer(assoc), s1_streams(assoc));
	timer_start(&enb->retry, SETUP_WAIT_MS, retry_expired);
	send_setup(enb);
}

static void down(struct s1_assoc *assoc, const char *why)
{
	struct enb *enb = s1_user(assoc);

	event_enb(enb, "sctp.down", "why=\"%s\"", why);
	enb->assoc = NULL;
	enb->deaf = false;
	timer_stop(&enb->vanish);
	timer_stop(&enb->retry);
	if (enb->state != ENB_REFUSED)
		enb->state = ENB_DOWN;
	if (!enb->leaving && sim.reconnect && enb->state == ENB_DOWN) {
		timer_start(&enb->retry, enb->backoff_ms, retry_expired);
		enb->backoff_ms =
			enb->backoff_ms * 2 < BACKOFF_MAX_MS ? enb->backoff_ms * 2 : BACKOFF_MAX_MS;
	}
	enb_release_all(enb, "association lost");
	if (sim.enb_changed)
		sim.enb_changed(enb, why);
}

static const struct s1_handler handler = {.up = up, .message = message, .down = down};

int enb_init(struct enb *enb, unsigned number)
{
	char a[INET_ADDRSTRLEN];

	enb->number = number;
	enb->id = (sim.first_enb_id + number - 1) & 0xfffff;
	enb->address = sim.enb_address[(number - 1) % sim.enb_addresses];
	enb->plmn = sim.plmn;
	enb->tac = sim.tac[(number - 1) % sim.tacs];
	enb->backoff_ms = BACKOFF_FIRST_MS;
	if (fault_on(&sim.faults, FAULT_UNKNOWN_PLMN))
		plmn_parse("99999", &enb->plmn);
	if (fault_on(&sim.faults, FAULT_UNKNOWN_TAC))
		enb->tac = (uint16_t)sim.faults.arg[FAULT_UNKNOWN_TAC];
	if (!sim.user_plane)
		return 0;
	enb->gtpu_sock = gtpu_bind(enb->address);
	if (enb->gtpu_sock < 0) {
		fprintf(stderr, "ransim: GTP-U on %s: %s\n",
			inet_ntop(AF_INET, &enb->address, a, sizeof(a)), strerror(-enb->gtpu_sock));
		return enb->gtpu_sock;
	}
	return 0;
}

void enb_connect(struct enb *enb)
{
	struct in6_addr local = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	memcpy(local.s6_addr + 12, &enb->address, 4);
	enb->leaving = false;
	enb->state = ENB_CONNECTING;
	enb->assoc = s1_connect(&handler, 1, &local, &sim.mme, sim.mme_port, enb);
	if (!enb->assoc) {
		event_enb(enb, "sctp.failed", "error=\"%s\"", strerror(errno));
		enb->state = ENB_DOWN;
		timer_start(&enb->retry, enb->backoff_ms, retry_expired);
	}
}

void enb_disconnect(struct enb *enb, bool abort_it, bool for_good)
{
	enb->leaving = for_good;
	if (for_good)
		timer_stop(&enb->retry);
	if (enb->assoc)
		s1_close(enb->assoc, abort_it);
}

static void vanish_expired(struct timer *t)
{
	enb_disconnect(container_of(t, struct enb, vanish), true, false);
}

void enb_vanish(struct enb *enb)
{
	enb->deaf = true;
	timer_start(&enb->vanish, VANISH_MS, vanish_expired);
}
