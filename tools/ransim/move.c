/* SPDX-License-Identifier: Apache-2.0 */
/* See move.h. All eNodeBs are in this process, so X2 is a function call: what goes between them
 * over the air or X2 in life is here the UE's number in a container, and GTP-U between their
 * addresses. The keys are made on both sides and compared (as.h). */
#include "move.h"

#include <errno.h>
#include <string.h>
#include "codec/wire.h"
#include "core/loop.h"
#include "enb_s1ap.h"
#include "gtpu.h"
#include "ue.h"

enum { SETTLE_MS = 1000, CONTAINER = 5, PDCP_SN = 7, PDCP_HFN = 1 };

#define CAUSE(group, value) ((struct s1ap_cause){S1AP_CAUSE_##group, S1AP_CAUSE_##group##_##value})

static struct s1ap_ue_security_capabilities capabilities(const struct ue *ue)
{
	return (struct s1ap_ue_security_capabilities){(uint16_t)(ue->profile->eea << 9 & 0xffff),
						      (uint16_t)(ue->profile->eia << 9 & 0xffff)};
}

/* ---- legs ---- */

static void drop_leg(struct leg *l)
{
	if (l->enb)
		enb_slot_put(l->enb, l->enb_ue_id);
	*l = (struct leg){0};
}

/* The other leg, with the tunnels that were prepared there. */
static void drop_other(struct ue *ue)
{
	drop_leg(&ue->other);
	for (struct path *p = NULL; (p = path_next(ue, p));)
		path_unprepare(p);
}

static void settle_all(struct ue *ue)
{
	timer_stop(&ue->settle);
	for (struct path *p = NULL; (p = path_next(ue, p));)
		path_settle(p);
}

void move_forget(struct ue *ue)
{
	drop_other(ue);
	settle_all(ue);
}

bool move_released(struct ue *ue, const struct enb *enb, uint32_t enb_ue_id)
{
	if (ue->suspended.enb == enb && ue->suspended.enb_ue_id == enb_ue_id) {
		drop_leg(&ue->suspended);
		return true;
	}
	if (ue->other.enb != enb || ue->other.enb_ue_id != enb_ue_id)
		return false;
	drop_other(ue);
	return true;
}

/* A context at an eNodeB. */
static int take_leg(struct ue *ue, struct enb *to)
{
	drop_other(ue);
	ue->other.enb_ue_id = enb_slot_take(to, ue);
	if (!ue->other.enb_ue_id)
		return -ENOMEM;
	ue->other.enb = to;
	return 0;
}

/* Whether the eNodeB where it comes to takes the bearer, and its end of the tunnel there. */
static bool admitted(struct ue *ue, struct path *p, struct enb *to)
{
	if (!path_up(p) || (ue_fault(ue, FAULT_HO_PARTLY) &&
			    path_ebi(ue, p) == ue->profile->faults.arg[FAULT_HO_PARTLY]))
		return false;
	if (path_prepare(ue, p, to, sim.forwarding))
		return true;
	path_unprepare(p);
	return false;
}

static void settle_over(struct timer *t)
{
	struct ue *ue = container_of(t, struct ue, settle);

	event_ue(ue, "forwarding.timeout", "%s", "");
	settle_all(ue);
}

void move_end_marker(struct ue *ue, struct path *ended)
{
	struct path *p = NULL;

	path_settle(ended);
	while ((p = path_next(ue, p)))
		if (!path_settled(p))
			return;
	timer_stop(&ue->settle);
}

/* The UE is at the other leg now, and that at what was its own. */
static void go_over(struct ue *ue)
{
	struct leg to = ue->other;
	bool forwards = false;

	for (struct path *p = NULL; (p = path_next(ue, p));)
		forwards |= p->forward_teid != 0;
	path_go_over(ue);
	ue->other = (struct leg){
		.enb = ue->enb, .enb_ue_id = ue->enb_ue_id, .mme_ue_id = ue->mme_ue_id};
	ue->enb = to.enb;
	ue->enb_ue_id = to.enb_ue_id;
	if (to.mme_ue_id)
		ue->mme_ue_id = to.mme_ue_id;
	if (forwards)
		timer_start(&ue->settle, SETTLE_MS, settle_over);
}

/* The source may vanish at once, before the target tells where the UE is. */
static void leave(struct ue *ue)
{
	struct enb *source = ue->other.enb;

	if (!ue->fault_done && fault_at(&ue->profile->faults, FAULT_DROP_AT, STEP_LEAVE)) {
		ue->fault_done = true;
		event_ue(ue, "fault", "name=drop-at step=leave enb=%u", source->number);
		enb_disconnect(source, true, false);
	}
}

static int may_move(const struct ue *ue, const struct enb *to)
{
	return ue->procedure                           ? -EBUSY
	       : !ue->connected || !path_up(&ue->path) ? -ENOTCONN
	       : ue->enb == to                         ? -EINVAL
	       : to->state != ENB_READY                ? -ENETDOWN
						       : 0;
}

static void keys_told(struct ue *ue, const struct s1ap_security_context *c)
{
	bool ok =
		c->next_hop_parameter.n == 256 &&
		as_next(&ue->as, &ue->as_enb, c->next_hop_parameter.p, c->next_hop_chaining_count);

	event_ue(ue, "keys", "ncc=%u match=%s", c->next_hop_chaining_count, ok ? "yes" : "no");
	if (!ok)
		ue_fail(ue, "NH is not the UE's");
}

/* ---- X2 ---- */

static void path_switch_request(struct ue *ue)
{
	struct s1ap_path_switch_request m = {0};
	struct s1ap_e_rab_to_be_switched_dl_item item[UE_E_RABS + 1];
	uint32_t n = 0;

	for (struct path *p = NULL; (p = path_next(ue, p));)
		if (p->teid)
			item[n++] = (struct s1ap_e_rab_to_be_switched_dl_item){
				.e_rab_id = path_ebi(ue, p),
				.transport_layer_address = {.has4 = true, .v4 = ue->enb->address},
				.gtp_teid = p->teid};
	if (ue_fault(ue, FAULT_X2_TWINS))
		item[n++] = item[0];
	for (uint32_t i = 0; i < n && ue_fault(ue, FAULT_X2_NO_BEARER); i++)
		item[i].e_rab_id = (uint8_t)(15 - i);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, e_rab_to_be_switched_dl_list,
		 (struct s1ap_e_rab_to_be_switched_dl_list){item, n});
	S1AP_SET(&m, source_mme_ue_s1ap_id,
		 ue_fault(ue, FAULT_X2_UNKNOWN) ? ue->mme_ue_id ^ 0xffff : ue->mme_ue_id);
	S1AP_SET(&m, eutran_cgi, enb_cell(ue->enb));
	S1AP_SET(&m, tai, enb_tai(ue->enb));
	S1AP_SET(&m, ue_security_capabilities, capabilities(ue));
	if (ue_fault(ue, FAULT_X2_CAPS))
		m.ue_security_capabilities.encryption_algorithms ^= 0xffff;
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_path_switch_request_msg, &m);
}

int move_x2(struct ue *ue, struct enb *to)
{
	int err = may_move(ue, to);
	bool any = false;

	if (!err)
		err = take_leg(ue, to);
	for (struct path *p = NULL; !err && (p = path_next(ue, p));)
		if (admitted(ue, p, to)) {
			any = true;
			p->forward_to = to->address;
			p->forward_teid = p->to_target;
		}
	if (!err && !any)
		err = -ENOMEM;
	if (err) {
		drop_other(ue);
		return err;
	}
	ue_begin_move(ue);
	event_ue(ue, "x2.handover", "from=%u to=%u", ue->enb->number, to->number);
	if (!as_x2(&ue->as, &ue->as_enb, to->number)) {
		ue_fail(ue, "KeNB* not the UE's");
		return 0;
	}
	go_over(ue);
	leave(ue);
	if (ue_sends(ue, STEP_MOVE)) {
		path_switch_request(ue);
		ue_sent(ue, STEP_MOVE);
	}
	return 0;
}

/* The UE of a context that waits for an answer; NULL and an event if there is none. */
static struct ue *waiting(const struct enb *enb, uint32_t enb_ue_id, const char *message)
{
	struct ue *ue = enb_slot_ue(enb, enb_ue_id);

	if (ue && ue->procedure == PROC_MOVE)
		return ue;
	event_enb(enb, "s1ap.unexpected", "message=%s enb-ue=%u", message, enb_ue_id);
	return NULL;
}

void move_on_path_switch_acknowledge(struct enb *enb, const void *body)
{
	const struct s1ap_path_switch_request_acknowledge *m = body;
	struct ue *ue = waiting(enb, m->enb_ue_s1ap_id, "path_switch_request_acknowledge");

	if (!ue)
		return;
	ue->mme_ue_id = m->mme_ue_s1ap_id;
	drop_other(ue); /* UE Context Release by X2 */
	for (struct path *p = NULL; (p = path_next(ue, p));)
		if (!p->forwarded)
			path_settle(p);
	event_ue(ue, "path.switched", "released=%u uplink=%u capabilities=%s",
		 m->has.e_rab_to_be_released_list ? m->e_rab_to_be_released_list.n : 0,
		 m->has.e_rab_to_be_switched_ul_list ? m->e_rab_to_be_switched_ul_list.n : 0,
		 m->has.ue_security_capabilities ? "yes" : "no");
	keys_told(ue, &m->security_context);
	ue_succeed(ue);
}

void move_on_path_switch_failure(struct enb *enb, const void *body)
{
	const struct s1ap_path_switch_request_failure *m = body;
	struct ue *ue = waiting(enb, m->enb_ue_s1ap_id, "path_switch_request_failure");

	if (!ue)
		return;
	drop_other(ue);
	ue_fail(ue, s1ap_cause_text(m->cause));
}

/* ---- S1: the source ---- */

static struct s1ap_target_id target_of(const struct enb *to)
{
	struct s1ap_target_id t = {.choice = S1AP_TARGET_ID_TARGET_ENB_ID};

	t.target_enb_id.global_enb_id = enb_global_id(to);
	t.target_enb_id.selected_tai = enb_tai(to);
	return t;
}

int move_s1(struct ue *ue, struct enb *to)
{
	struct s1ap_handover_required m = {0};
	uint8_t container[CONTAINER];
	struct wr w = wr_of(container, sizeof(container));
	int err = may_move(ue, to);

	if (err)
		return err;
	wr_u32(&w, ue->number);
	wr_u8(&w, 0);
	ue_begin_move(ue);
	event_ue(ue, "s1.handover", "from=%u to=%u", ue->enb->number, to->number);
	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, handover_type, S1AP_HANDOVER_TYPE_INTRALTE);
	S1AP_SET(&m, cause, CAUSE(RADIO, HANDOVER_DESIRABLE_FOR_RADIO_REASON));
	S1AP_SET(&m, target_id, target_of(to));
	if (ue_fault(ue, FAULT_HO_UNKNOWN))
		m.target_id.target_enb_id.global_enb_id.enb_id.macro_enb_id ^= 0xfffff;
	if (ue_fault(ue, FAULT_HO_DIRECT))
		S1AP_SET(&m, direct_forwarding_path_availability,
			 S1AP_DIRECT_FORWARDING_PATH_AVAILABILITY_DIRECT_PATH_AVAILABLE);
	S1AP_SET(&m, source_to_target_transparent_container,
		 bytes_of(container, sizeof(container)));
	if (ue_sends(ue, STEP_MOVE)) {
		enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_handover_required_msg, &m);
		ue_sent(ue, STEP_MOVE);
	}
	return 0;
}

int move_cancel(struct ue *ue)
{
	struct s1ap_handover_cancel m = {0};

	if (ue->procedure != PROC_MOVE)
		return -EALREADY;
	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, cause, CAUSE(RADIO, HANDOVER_CANCELLED));
	event_ue(ue, "handover.cancel", "%s", "");
	return enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_handover_cancel_msg, &m);
}

void move_on_cancel_acknowledge(struct enb *enb, const void *body)
{
	const struct s1ap_handover_cancel_acknowledge *m = body;
	struct ue *ue = waiting(enb, m->enb_ue_s1ap_id, "handover_cancel_acknowledge");

	if (ue)
		ue_fail(ue, "cancelled");
}

void move_on_preparation_failure(struct enb *enb, const void *body)
{
	const struct s1ap_handover_preparation_failure *m = body;
	struct ue *ue = waiting(enb, m->enb_ue_s1ap_id, "handover_preparation_failure");

	if (ue)
		ue_fail(ue, s1ap_cause_text(m->cause));
}

/* Each bearer's counts differ, so that none can be taken for another's. */
static void send_status(struct ue *ue)
{
	struct s1ap_enb_status_transfer m = {0};
	struct s1ap_bearers_subject_to_status_transfer_item b[UE_E_RABS] = {0};
	uint32_t n = 0;

	for (struct path *p = NULL; (p = path_next(ue, p));)
		if (p->target) {
			uint16_t sn = (uint16_t)(PDCP_SN + path_ebi(ue, p));

			b[n].e_rab_id = path_ebi(ue, p);
			b[n].ul_count_value.pdcp_sn = b[n].dl_count_value.pdcp_sn = sn;
			b[n].ul_count_value.hfn = b[n].dl_count_value.hfn = PDCP_HFN;
			n++;
		}
	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, enb_status_transfer_transparent_container,
		 (struct s1ap_enb_status_transfer_transparent_container){{b, n}});
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_enb_status_transfer_msg, &m);
}

static void notify(const struct ue *ue)
{
	struct s1ap_handover_notify m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, ue->mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->enb_ue_id);
	S1AP_SET(&m, eutran_cgi, enb_cell(ue->enb));
	S1AP_SET(&m, tai, enb_tai(ue->enb));
	if (ue_fault(ue, FAULT_HO_NOTIFY_SOURCE))
		S1AP_SET(&m, notify_source_enb, S1AP_NOTIFY_SOURCE_ENB_NOTIFY_SOURCE);
	enb_send(ue->enb, stream_of(ue->enb_ue_id), &s1ap_handover_notify_msg, &m);
}

void move_on_success(struct enb *enb, const void *body)
{
	const struct s1ap_handover_success *m = body;

	event_enb(enb, "handover.success", "mme-ue=%u enb-ue=%u", m->mme_ue_s1ap_id,
		  m->enb_ue_s1ap_id);
}

/* Where the bearers' packets shall be forwarded to. Their number. */
static unsigned read_forwarding(struct ue *ue, const struct s1ap_handover_command *m)
{
	const struct s1ap_e_rab_subject_to_data_forwarding_list *l =
		&m->e_rab_subject_to_data_forwarding_list;
	unsigned n = 0;

	for (uint32_t i = 0; m->has.e_rab_subject_to_data_forwarding_list && i < l->n; i++) {
		const struct s1ap_e_rab_data_forwarding_item *f = &l->v[i];
		struct path *p = path_by_ebi(ue, f->e_rab_id);

		if (!p || !p->target || !f->has.dl_gtp_teid || !f->has.dl_transport_layer_address ||
		    !f->dl_transport_layer_address.has4)
			continue;
		p->forward_to = f->dl_transport_layer_address.v4;
		p->forward_teid = f->dl_gtp_teid;
		n++;
	}
	return n;
}

/* The UE goes. */
void move_on_handover_command(struct enb *enb, const void *body)
{
	const struct s1ap_handover_command *m = body;
	struct ue *ue = waiting(enb, m->enb_ue_s1ap_id, "handover_command");
	unsigned forwarded;

	if (!ue || !ue->other.enb)
		return;
	forwarded = read_forwarding(ue, m);
	event_ue(ue, "handover.command", "forwarding=%s forwarded=%u released=%u",
		 forwarded ? "yes" : "no", forwarded,
		 m->has.e_rab_to_release_list ? m->e_rab_to_release_list.n : 0);
	if (ue_fault(ue, FAULT_HO_STAY) || !ue_step(ue, STEP_COMMAND))
		return;
	send_status(ue);
	ue->as_enb = ue->as_target;
	if (!as_arrive(&ue->as, &ue->as_enb, ue->other.enb->number)) {
		ue_fail(ue, "KeNB not the UE's");
		return;
	}
	go_over(ue);
	leave(ue);
	if (ue_fault(ue, FAULT_HO_LOST) || !ue_step(ue, STEP_NOTIFY))
		return;
	notify(ue);
	ue_succeed(ue);
}

/* ---- S1: the target ---- */

static void refuse(struct enb *enb, uint32_t mme_id)
{
	struct s1ap_handover_failure m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, mme_id);
	S1AP_SET(&m, cause, CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL));
	enb_send(enb, 1, &s1ap_handover_failure_msg, &m);
}

/* A context with a tunnel for each E-RAB that it takes. */
static bool take_e_rabs(struct enb *enb, struct ue *ue,
			const struct s1ap_e_rab_to_be_setup_list_ho_req *l)
{
	bool any = false;

	if (take_leg(ue, enb))
		return false;
	for (uint32_t i = 0; i < l->n; i++) {
		struct path *p = path_by_ebi(ue, l->v[i].e_rab_id);

		if (!p || !l->v[i].transport_layer_address.has4 || !admitted(ue, p, enb))
			continue;
		gtpu_port_connect(p->target, enb->gtpu_sock, l->v[i].transport_layer_address.v4,
				  l->v[i].gtp_teid);
		any = true;
	}
	if (!any)
		drop_other(ue);
	return any;
}

static void admit(struct enb *enb, struct ue *ue,
		  const struct s1ap_e_rab_to_be_setup_list_ho_req *l)
{
	struct s1ap_handover_request_acknowledge m = {0};
	struct s1ap_e_rab_admitted_item yes[UE_E_RABS] = {0};
	struct s1ap_e_rab_failed_to_setup_item_ho_req_ack no[UE_E_RABS] = {0};
	uint32_t yeses = 0, noes = 0;
	uint8_t container[CONTAINER];
	struct wr w = wr_of(container, sizeof(container));

	wr_u32(&w, ue->number);
	wr_u8(&w, ue->as_target.ncc);
	for (uint32_t i = 0; i < l->n && i < UE_E_RABS; i++) {
		const struct path *p = path_by_ebi(ue, l->v[i].e_rab_id);
		struct s1ap_e_rab_admitted_item *y = &yes[yeses];

		if (!p || !p->target) {
			no[noes].e_rab_id = l->v[i].e_rab_id;
			no[noes++].cause =
				CAUSE(RADIO, NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL);
			continue;
		}
		y->e_rab_id = l->v[i].e_rab_id;
		y->transport_layer_address.has4 = true;
		y->transport_layer_address.v4 = enb->address;
		y->gtp_teid = p->target;
		if (p->to_target) {
			S1AP_SET(y, dl_transport_layer_address, y->transport_layer_address);
			S1AP_SET(y, dl_gtp_teid, p->to_target);
		}
		yeses++;
	}
	S1AP_SET(&m, mme_ue_s1ap_id, ue->other.mme_ue_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->other.enb_ue_id);
	S1AP_SET(&m, e_rab_admitted_list, (struct s1ap_e_rab_admitted_list){yes, yeses});
	if (noes)
		S1AP_SET(&m, e_rab_failed_to_setup_list,
			 (struct s1ap_e_rab_failed_to_setup_list_ho_req_ack){no, noes});
	S1AP_SET(&m, target_to_source_transparent_container,
		 bytes_of(container, sizeof(container)));
	enb_send(enb, stream_of(ue->other.enb_ue_id), &s1ap_handover_request_acknowledge_msg, &m);
}

static struct ue *named_by(struct bytes container)
{
	struct rd r = rd_of(container.p, container.n);
	uint32_t number = rd_u32(&r);

	return !r.bad && number && number <= sim.ues ? &sim.ue[number - 1] : NULL;
}

void move_on_handover_request(struct enb *enb, const void *body)
{
	const struct s1ap_handover_request *m = body;
	const struct s1ap_ue_security_capabilities *caps = &m->ue_security_capabilities;
	struct ue *ue = named_by(m->source_to_target_transparent_container);

	if (!ue || ue->procedure != PROC_MOVE || !m->e_rab_to_be_setup_list.n) {
		refuse(enb, m->mme_ue_s1ap_id);
		return;
	}
	event_ue(ue, "handover.request", "enb=%u ncc=%u e-rabs=%u", enb->number,
		 m->security_context.next_hop_chaining_count, m->e_rab_to_be_setup_list.n);
	if (ue_fault(ue, FAULT_HO_SILENT) || !ue_step_at(ue, STEP_ADMIT, enb))
		return;
	if (caps->encryption_algorithms != capabilities(ue).encryption_algorithms ||
	    caps->integrity_protection_algorithms !=
		    capabilities(ue).integrity_protection_algorithms ||
	    m->security_context.next_hop_parameter.n != 256 || ue_fault(ue, FAULT_HO_REFUSE) ||
	    !take_e_rabs(enb, ue, &m->e_rab_to_be_setup_list)) {
		refuse(enb, m->mme_ue_s1ap_id);
		return;
	}
	ue->other.mme_ue_id = m->mme_ue_s1ap_id;
	as_s1(&ue->as_target, m->security_context.next_hop_parameter.p,
	      m->security_context.next_hop_chaining_count, enb->number);
	admit(enb, ue, &m->e_rab_to_be_setup_list);
}

void move_on_status(struct enb *enb, const void *body)
{
	const struct s1ap_mme_status_transfer *m = body;
	const struct s1ap_bearers_subject_to_status_transfer_list *l =
		&m->enb_status_transfer_transparent_container
			 .bearers_subject_to_status_transfer_list;
	struct ue *ue = enb_slot_ue(enb, m->enb_ue_s1ap_id);
	bool same = true;

	for (uint32_t i = 0; i < l->n; i++)
		same = same && l->v[i].dl_count_value.pdcp_sn == PDCP_SN + l->v[i].e_rab_id &&
		       l->v[i].ul_count_value.hfn == PDCP_HFN;
	if (ue)
		event_ue(ue, "status", "enb=%u match=%s e-rabs=%u", enb->number,
			 same && l->n ? "yes" : "no", l->n);
}
