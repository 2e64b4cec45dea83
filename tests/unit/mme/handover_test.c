/* SPDX-License-Identifier: Apache-2.0 */
/* S1 handovers (TS 23.401 5.5.1.2): the way through, forwarding, what is lost on the way, and what
 * else goes on meanwhile, seen from both eNodeBs and the device. */
#include "legs.h"

/* ---- the way through ---- */

static void device_goes_over(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = begin(&d, 1);
	const struct s1ap_e_rab_to_be_setup_item_ho_req *e = h.request.e_rab_to_be_setup_list.v;
	struct nas_tau_request tau = {.update_type = {.type = NAS_TA_UPDATE},
				      .ksi = d.sec.ksi,
				      .old_guti = {.type = NAS_ID_GUTI, .guti = d.guti}};

	is_pair(&d, &h.request.security_context, 2);
	assert_int_equal(h.request.handover_type, S1AP_HANDOVER_TYPE_INTRALTE);
	assert_int_equal(h.request.e_rab_to_be_setup_list.n, 1);
	assert_int_equal(e->e_rab_id, d.ebi);
	assert_int_equal(e->gtp_teid, d.s1u_teid);
	assert_int_equal(e->e_rab_level_qos_parameters.qci, 9);
	assert_int_equal(h.request.ue_security_capabilities.encryption_algorithms,
			 (uint16_t)(d.capability[0] << 9));
	assert_int_equal(h.request.ue_aggregate_maximum_bitrate.ue_aggregate_maximum_bit_rate_dl,
			 2000000);
	assert_int_equal(h.request.source_to_target_transparent_container.n, sizeof(to_target));
	assert_memory_equal(h.request.source_to_target_transparent_container.p, to_target,
			    sizeof(to_target));
	admit(&h, &d.ebi, 1, PLAIN);
	assert_false(commanded(&h, &d)->has.e_rab_subject_to_data_forwarding_list);
	assert_int_equal(the_session()->enb_teid, 0x20000 + d.enb_id);
	notify_only(&h, &d);
	assert_int_equal(the_session()->enb_teid, 0x9000 + d.ebi);
	assert_int_equal(ue_of(&d)->tai.tac, TAC + 1);
	assert_int_equal(ue_of(&d)->ecgi.eci, 0x7654321);
	assert_int_equal(mme_counters.handover, 1);
	talks(&d);
	quiet(h.from); /* it may forward a little while */
	elapse(1100);
	IS_CAUSE(let_go(h.from, was.mme_id, was.enb_id), RADIO, SUCCESSFUL_HANDOVER);
	assert_int_equal(in_use("s1_conn"), 1);
	assert_int_equal(procedures(), 0);
	say(&d, tau_request, &tau);
	hear(&d, tau_accept, TAU_ACCEPT);
	go_idle(&d);
	assert_false(the_session()->connected);
}

static void trace_and_reports_of_changes_go_along(void **state)
{
	(void)state;
	struct device d = connected(0);
	const char *error;
	struct ho h;

	assert_int_equal(node_api.radio_trace(d.imsi, "192.0.2.9", "medium", &error), 0);
	uint64_t id = expect(d.enb, trace_start)->trace_activation.e_utran_trace_id;

	assert_int_equal(location_report_changes(ue_of(&d), true), 0);
	expect(d.enb, location_reporting_control);
	h = begin(&d, 1);
	assert_true(h.request.has.trace_activation);
	assert_int_equal(h.request.trace_activation.e_utran_trace_id, id);
	assert_true(h.request.has.request_type);
	assert_int_equal(h.request.request_type.event_type, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	cancel(&d);
	nameless_let_go(&h);
	assert_int_equal(radio_trace_stop(ue_of(&d)), 0);
	expect(d.enb, deactivate_trace);
	assert_int_equal(location_report_changes(ue_of(&d), false), 0);
	expect(d.enb, location_reporting_control);
	h = begin(&d, 1);
	assert_false(h.request.has.trace_activation);
	assert_false(h.request.has.request_type);
}

/* 36.413 8.4.2.4: the target refuses a device of a network that it does not know or serve. */
static void target_is_told_which_network_serves_the_device_there(void **state)
{
	enum { OTHER = 0x22f210, THIRD = 0x33f310 };
	static const struct mme_tacs tacs[] = {{PLMN, 5, 9}, {OTHER, 5, 9}};
	static const plmn_t equivalents[] = {PLMN, OTHER, THIRD}, other = OTHER;
	struct device d = connected(0);
	const struct s1ap_handover_restriction_list *r;
	struct ho h = {.from = d.enb, .to = &assoc[1]};
	struct s1ap_handover_required m = required(&d, 1);

	(void)state;
	mme.plmns = 1;
	mme.plmn = &other;
	mme.tacs = 2;
	mme.tac = tacs;
	enb_up(h.to);
	setup_as(h.to, (struct site){PLMN, OTHER, 101, TAC});
	expect(h.to, s1_setup_response);
	m.target_id.target_enb_id.selected_tai.plmn = OTHER;
	for (int equivalent = 0; equivalent < 2; equivalent++) {
		mme.equivalents = equivalent ? 3 : 0;
		mme.equivalent = equivalents;
		tell(h.from, handover_required, &m);
		requested(&h);
		r = &h.request.handover_restriction_list;
		assert_true(h.request.has.handover_restriction_list);
		assert_int_equal(r->serving_plmn, OTHER);
		assert_false(r->has.forbidden_tas);
		assert_int_equal(r->has.equivalent_plmns, equivalent);
		if (equivalent) {
			assert_int_equal(r->equivalent_plmns.n, 2);
			assert_int_equal(r->equivalent_plmns.v[0], PLMN);
			assert_int_equal(r->equivalent_plmns.v[1], THIRD);
		}
		cancel(&d);
		nameless_let_go(&h);
	}
}

static void status_goes_across(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1ap_enb_status_transfer m = {0};
	struct s1ap_bearers_subject_to_status_transfer_item b = {
		.e_rab_id = d.ebi, .ul_count_value = {11, 12}, .dl_count_value = {13, 14}};
	const struct s1ap_bearers_subject_to_status_transfer_item *got;
	const struct s1ap_mme_status_transfer *t;

	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, enb_status_transfer_transparent_container,
		 (struct s1ap_enb_status_transfer_transparent_container){{&b, 1}});
	tell(d.enb, enb_status_transfer, &m); /* too early */
	assert_int_equal(mme_counters.handover_unexpected, 1);
	struct ho h = prepare(&d, 1);

	tell(h.from, enb_status_transfer, &m);
	t = expect(h.to, mme_status_transfer);
	assert_int_equal(t->mme_ue_s1ap_id, h.mme_id);
	assert_int_equal(t->enb_ue_s1ap_id, h.enb_id);
	got = t->enb_status_transfer_transparent_container.bearers_subject_to_status_transfer_list
		      .v;
	assert_int_equal(got->dl_count_value.pdcp_sn, 13);
	assert_int_equal(got->ul_count_value.hfn, 12);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

static void early_status_goes_across(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);
	struct s1ap_enb_early_status_transfer m = {0};
	struct s1ap_bearers_subject_to_early_status_transfer_item b = {.e_rab_id = d.ebi};
	struct s1ap_enb_early_status_transfer_transparent_container c = {0};
	const struct s1ap_mme_early_status_transfer *t;

	b.dl_count_pdcp_sn_length.choice =
		S1AP_DL_COUNT_PDCP_SN_LENGTH_DL_COUNT_VALUE_PDCP_SN_LENGTH12;
	b.dl_count_pdcp_sn_length.dl_count_value_pdcp_sn_length12 =
		(struct s1ap_count_value){21, 22};
	c.bearers_subject_to_early_status_transfer_list =
		(struct s1ap_bearers_subject_to_early_status_transfer_list){&b, 1};
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, enb_early_status_transfer_transparent_container, c);
	tell(h.from, enb_early_status_transfer, &m);
	t = expect(h.to, mme_early_status_transfer);
	assert_int_equal(t->mme_ue_s1ap_id, h.mme_id);
	assert_int_equal(t->enb_early_status_transfer_transparent_container
				 .bearers_subject_to_early_status_transfer_list.v
				 ->dl_count_pdcp_sn_length.dl_count_value_pdcp_sn_length12.hfn,
			 22);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

static void source_is_told_of_the_success_if_the_target_asks(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 1);
	struct s1ap_handover_notify m = {0};
	const struct s1ap_handover_success *s;

	S1AP_SET(&m, mme_ue_s1ap_id, h.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, h.enb_id);
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 1});
	S1AP_SET(&m, tai, (struct tai){PLMN, TAC});
	S1AP_SET(&m, notify_source_enb, S1AP_NOTIFY_SOURCE_ENB_NOTIFY_SOURCE);
	tell(h.to, handover_notify, &m);
	s = expect(h.from, handover_success);
	assert_int_equal(s->mme_ue_s1ap_id, was.mme_id);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
}

/* Its UE Context Release Complete tells what a secondary node carried there. */
static void source_s_last_word_is_about_the_device_still(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct s1ap_ue_context_release_complete m = {0};
	struct s1ap_e_rab_usage_report_item u = {.usage_count_ul = 20, .usage_count_dl = 500};
	struct s1ap_secondary_rat_data_usage_report_item item = {
		.e_rab_id = d.ebi, .e_rab_usage_report_list = {&u, 1}};
	struct ho h = prepare(&d, 1);

	notify_only(&h, &d);
	elapse(1100);
	expect(h.from, ue_context_release_command);
	S1AP_SET(&m, mme_ue_s1ap_id, was.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, was.enb_id);
	S1AP_SET(&m, secondary_rat_data_usage_report_list,
		 (struct s1ap_secondary_rat_data_usage_report_list){&item, 1});
	tell(h.from, ue_context_release_complete, &m);
	assert_int_equal(ue_of(&d)->secondary_up, 20);
	assert_int_equal(ue_of(&d)->secondary_down, 500);
	talks(&d);
}

static void handovers_go_on_and_on(void **state)
{
	(void)state;
	struct device d = connected(0);

	enb_ready(1);
	for (unsigned i = 2; i < 12; i++) {
		struct device was = d;
		struct ho h = begin(&d, (i + 1) % 2);

		is_pair(&d, &h.request.security_context, i);
		h.enb_id += i;
		admit(&h, &d.ebi, 1, PLAIN);
		commanded(&h, &d);
		notify_only(&h, &d);
		elapse(1100);
		let_go(h.from, was.mme_id, was.enb_id);
	}
	go_idle(&d);
}

/* Containers of 64 KiB and more, which S1AP carries in fragments (X.691 10.9.3.8), in both
 * directions. */
static void containers_of_any_length_go_across(void **state)
{
	(void)state;
	static const uint32_t lengths[] = {16383, 16384, 65536, 100000};
	static uint8_t octets[100000];
	struct device d = connected(0);

	enb_ready(1);
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + i / 251);
	for (unsigned i = 0; i < 4; i++) {
		struct bytes container = bytes_of(octets, lengths[i]);
		struct s1ap_handover_required m = required(&d, 1);
		struct ho h = {.from = d.enb, .to = &assoc[1]};
		struct s1ap_handover_request_acknowledge a = {0};
		struct s1ap_e_rab_admitted_item item = {
			.e_rab_id = d.ebi, .transport_layer_address = at(9), .gtp_teid = 0x9000};
		struct s1ap_handover_cancel c = {0};

		m.source_to_target_transparent_container = container;
		tell(h.from, handover_required, &m);
		requested(&h);
		assert_true(
			bytes_equal(h.request.source_to_target_transparent_container, container));
		S1AP_SET(&a, mme_ue_s1ap_id, h.mme_id);
		S1AP_SET(&a, enb_ue_s1ap_id, h.enb_id);
		S1AP_SET(&a, e_rab_admitted_list, (struct s1ap_e_rab_admitted_list){&item, 1});
		S1AP_SET(&a, target_to_source_transparent_container, container);
		tell(h.to, handover_request_acknowledge, &a);
		assert_true(bytes_equal(
			expect(h.from, handover_command)->target_to_source_transparent_container,
			container));
		S1AP_SET(&c, mme_ue_s1ap_id, d.mme_id);
		S1AP_SET(&c, enb_ue_s1ap_id, d.enb_id);
		S1AP_SET(&c, cause, S1AP_CAUSE(RADIO, HANDOVER_CANCELLED));
		tell(h.from, handover_cancel, &c);
		expect(h.from, handover_cancel_acknowledge);
		let_go(h.to, h.mme_id, h.enb_id);
	}
	talks(&d);
}

static void next_handover_does_not_wait_for_the_source(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 1);

	notify_only(&h, &d);
	struct s1ap_handover_required m = required(&d, 2);
	struct ho next = {.from = d.enb, .to = enb_ready(2)};

	tell(d.enb, handover_required, &m);
	let_go(h.from, was.mme_id, was.enb_id);
	requested(&next);
	is_pair(&d, &next.request.security_context, 3);
	admit(&next, &d.ebi, 1, PLAIN);
	commanded(&next, &d);
	notify_only(&next, &d);
	talks(&d);
	go_idle(&d);
	let_go(next.from, h.mme_id, h.enb_id);
}

static void within_one_enodeb(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 0);

	notify_only(&h, &d);
	talks(&d);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
	talks(&d);
}

/* ---- forwarding ---- */

static void direct_forwarding_goes_to_the_target(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1ap_handover_required m = required(&d, 1);
	struct ho h = {.from = d.enb, .to = enb_ready(1)};
	const struct s1ap_handover_command *c;

	S1AP_SET(&m, direct_forwarding_path_availability,
		 S1AP_DIRECT_FORWARDING_PATH_AVAILABILITY_DIRECT_PATH_AVAILABLE);
	tell(h.from, handover_required, &m);
	requested(&h);
	admit(&h, &d.ebi, 1, FORWARDED);
	c = commanded(&h, &d);
	assert_int_equal(c->e_rab_subject_to_data_forwarding_list.n, 1);
	assert_int_equal(c->e_rab_subject_to_data_forwarding_list.v[0].dl_gtp_teid, 0xd000 + d.ebi);
	assert_int_equal(sgw.forwardings, 0);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

static void indirect_forwarding_goes_through_the_sgw(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = begin(&d, 1);
	const struct s1ap_handover_command *c;

	admit(&h, &d.ebi, 1, FORWARDED);
	c = commanded(&h, &d);
	assert_int_equal(c->e_rab_subject_to_data_forwarding_list.n, 1);
	assert_int_equal(c->e_rab_subject_to_data_forwarding_list.v[0].dl_gtp_teid,
			 0xfd000 + d.ebi);
	assert_int_equal(sgw.forwardings, 1);
	notify_only(&h, &d);
	assert_int_equal(sgw.forwardings, 1);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
	assert_int_equal(sgw.forwardings, 0);
}

static void forwarding_ends_with_a_cancelled_handover(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	admit(&h, &d.ebi, 1, FORWARDED);
	commanded(&h, &d);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	assert_int_equal(sgw.forwardings, 0);
	stays(&d);
}

static void handover_does_without_forwarding(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	sgw.forwarding_cause = GTPC_FORWARDING_NOT_SUPPORTED;
	admit(&h, &d.ebi, 1, FORWARDED);
	assert_false(commanded(&h, &d)->has.e_rab_subject_to_data_forwarding_list);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

static void handover_does_not_wait_for_a_silent_sgw(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = begin(&d, 1);

	sgw.hold = true;
	admit(&h, &d.ebi, 1, FORWARDED);
	quiet(h.from);
	elapse(2100);
	assert_false(commanded(&h, &d)->has.e_rab_subject_to_data_forwarding_list);
	cancel(&d);
	sgw_let_go();
	let_go(h.to, h.mme_id, h.enb_id);
	stays(&d);
}

/* ---- lost on the way ---- */

static void device_never_arrives(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	elapse(10100);
	let_go(h.to, h.mme_id, h.enb_id);
	assert_int_equal(mme_counters.handover_failed, 1);
	stays(&d);
}

static void target_is_lost_on_the_way(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	enb_down(h.to);
	assert_int_equal(mme_counters.handover_failed, 1);
	stays(&d);
}

static void source_is_lost_on_the_way(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	enb_down(h.from);
	assert_non_null(ue_of(&d)->conn);
	notify_only(&h, &d);
	assert_int_equal(the_session()->enb_teid, 0x9000 + d.ebi);
	talks(&d);
	assert_int_equal(procedures(), 0);
}

static void source_is_lost_and_the_device_never_arrives(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	enb_down(h.from);
	elapse(10100);
	let_go(h.to, h.mme_id, h.enb_id);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_false(the_session()->connected);
	assert_int_equal(procedures(), 0);
}

static void source_gives_the_device_up_on_the_way(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	go_idle(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	assert_null(ue_of(&d)->conn);
	assert_int_equal(procedures(), 0);
}

static void target_is_lost_after_the_arrival(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 1);

	notify_only(&h, &d);
	enb_down(h.to);
	let_go(h.from, was.mme_id, was.enb_id);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_false(the_session()->connected);
	assert_int_equal(procedures(), 0);
}

static void source_is_lost_after_the_arrival(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	notify_only(&h, &d);
	enb_down(h.from);
	talks(&d);
	elapse(1100);
	assert_int_equal(procedures(), 0);
}

static void sgw_refuses_the_new_tunnels(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 1);
	struct nas_detach_accept a = {0};

	sgw.modify_cause = GTPC_SYSTEM_FAILURE;
	notify_only(&h, &d);
	let_go(h.from, was.mme_id, was.enb_id);
	hear(&d, detach_request_network, DETACH_REQUEST);
	say(&d, detach_accept, &a);
	released(&d);
	assert_null(ue_of(&d));
}

/* ---- what else goes on ---- */

static void bearer_that_the_target_does_not_take_ends(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	uint8_t lost = dedicated(&d);
	struct ho h = begin(&d, 1);
	const struct s1ap_handover_command *c;

	assert_int_equal(h.request.e_rab_to_be_setup_list.n, 2);
	admit(&h, &d.ebi, 1, PLAIN);
	c = commanded(&h, &d);
	assert_int_equal(c->e_rab_to_release_list.n, 1);
	assert_int_equal(c->e_rab_to_release_list.v[0].e_rab_id, lost);
	assert_int_equal(sgw.commands, 0); /* the device may still stay */
	notify_only(&h, &d);
	assert_int_equal(sgw.commands, 1);
	assert_int_equal(mme_counters.handover_partial, 1);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
}

static void messages_wait_for_the_device_s_arrival(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h;

	nas_send_emm_status(ue_of(&d), EMM_CAUSE_PROTOCOL_ERROR);
	d.down_whole = expect(d.enb, downlink_nas_transport)->nas_pdu;
	h = begin(&d, 1);
	nas_send_emm_status(ue_of(&d), EMM_CAUSE_CONGESTION);
	not_delivered(&d, S1AP_CAUSE_RADIO_S1_INTRA_SYSTEM_HANDOVER_TRIGGERED);
	quiet(h.from);
	admit(&h, &d.ebi, 1, PLAIN);
	commanded(&h, &d);
	quiet(h.from);
	notify_only(&h, &d);
	assert_int_equal(hear(&d, emm_status, EMM_STATUS)->emm_cause, EMM_CAUSE_PROTOCOL_ERROR);
	assert_int_equal(hear(&d, emm_status, EMM_STATUS)->emm_cause, EMM_CAUSE_CONGESTION);
	assert_int_equal(mme_counters.nas_held, 2);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
}

static void messages_wait_for_the_failure(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	nas_send_emm_status(ue_of(&d), EMM_CAUSE_CONGESTION);
	quiet(h.from);
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	assert_int_equal(hear(&d, emm_status, EMM_STATUS)->emm_cause, EMM_CAUSE_CONGESTION);
	stays(&d);
}

/* The device is at the target already, whose Handover Notify is still to come. */
static struct device overtaking(const struct device *d, const struct ho *h)
{
	struct device there = *d;

	there.enb = h->to;
	there.mme_id = h->mme_id;
	there.enb_id = h->enb_id;
	there.area = 1;
	return there;
}

static void update_that_overtakes_the_notification_is_answered_after_it(void **state)
{
	(void)state;
	struct device was = connected(0), d;
	struct ho h = prepare(&was, 1);
	struct nas_tau_request tau = {.update_type = {.type = NAS_TA_UPDATE},
				      .ksi = was.sec.ksi,
				      .old_guti = {.type = NAS_ID_GUTI, .guti = was.guti}};
	struct nas_emm_status s = {.emm_cause = EMM_CAUSE_PROTOCOL_ERROR};

	d = overtaking(&was, &h);
	say(&d, emm_status, &s);
	say(&d, tau_request, &tau);
	quiet(h.from);
	quiet(h.to);
	assert_int_equal(ue_of(&d)->tai.tac, TAC); /* nobody knows yet */
	assert_int_equal(mme_counters.nas_early, 2);
	notify_only(&h, &d);
	assert_int_equal(hear(&d, tau_accept, TAU_ACCEPT)->tai_list.tai[0].tac, TAC + 1);
	assert_int_equal(mme_counters.tau, 1);
	assert_int_equal(mme_counters.handover, 1);
	talks(&d);
	elapse(1100);
	let_go(h.from, was.mme_id, was.enb_id);
	assert_int_equal(procedures(), 0);
}

static void detach_that_overtakes_the_notification_is_answered_at_the_target(void **state)
{
	(void)state;
	struct device was = connected(0), d;
	struct nas_detach_request m = {.detach_type = {.type = NAS_DETACH_EPS}};
	struct ho h = prepare(&was, 1);

	m.identity = (struct nas_identity){.type = NAS_ID_GUTI, .guti = was.guti};
	d = overtaking(&was, &h);
	say(&d, detach_request, &m);
	quiet(h.to);
	notify_only(&h, &d);
	let_go(h.from, was.mme_id, was.enb_id);
	hear(&d, detach_accept, DETACH_ACCEPT);
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(sessions(), 0);
	assert_int_equal(procedures(), 0);
}

static void what_a_target_sent_for_a_device_that_never_came_is_nothing(void **state)
{
	(void)state;
	struct device d = connected(0), there;
	struct ho h = prepare(&d, 1);
	struct nas_tau_request tau = {.update_type = {.type = NAS_TA_UPDATE},
				      .ksi = d.sec.ksi,
				      .old_guti = {.type = NAS_ID_GUTI, .guti = d.guti}};

	there = overtaking(&d, &h);
	for (unsigned i = 0; i < 20; i++) /* more than are kept */
		say(&there, tau_request, &tau);
	d.sec = there.sec; /* its COUNT goes on */
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	assert_int_equal(mme_counters.nas_early, 16);
	assert_int_equal(mme_counters.tau, 0);
	assert_int_equal(ue_of(&d)->tai.tac, TAC);
	stays(&d);
}

static void device_detaches_during_its_handover(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct nas_detach_request m = {.detach_type = {.type = NAS_DETACH_EPS, .switch_off = 1}};
	struct ho h = prepare(&d, 1);

	m.identity = (struct nas_identity){.type = NAS_ID_GUTI, .guti = d.guti};
	say(&d, detach_request, &m);
	IS_CAUSE(let_go(h.to, h.mme_id, h.enb_id), RADIO, HANDOVER_CANCELLED);
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(sessions(), 0);
}

static void network_detaches_during_the_handover(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct nas_detach_accept a = {0};
	struct ho h = prepare(&d, 1);

	detach_by_network(ue_of(&d), false, NULL, NULL);
	let_go(h.to, h.mme_id, h.enb_id);
	hear(&d, detach_request_network, DETACH_REQUEST);
	say(&d, detach_accept, &a);
	released(&d);
	assert_null(ue_of(&d));
}

static void device_that_comes_back_elsewhere_ends_it(void **state)
{
	(void)state;
	struct device d = connected(0), was = d;
	struct ho h = prepare(&d, 1);

	d.enb = enb_ready(2);
	initial(&d, service_request(&d));
	let_go(h.to, h.mme_id, h.enb_id);
	let_go(h.from, was.mme_id, was.enb_id);
	take_context(&d);
	context_is_up(&d, d.ebi);
	talks(&d);
	assert_int_equal(procedures(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(device_goes_over),
		BEHAVIOUR(trace_and_reports_of_changes_go_along),
		BEHAVIOUR(target_is_told_which_network_serves_the_device_there),
		BEHAVIOUR(status_goes_across),
		BEHAVIOUR(early_status_goes_across),
		BEHAVIOUR(source_is_told_of_the_success_if_the_target_asks),
		BEHAVIOUR(source_s_last_word_is_about_the_device_still),
		BEHAVIOUR(handovers_go_on_and_on),
		BEHAVIOUR(containers_of_any_length_go_across),
		BEHAVIOUR(next_handover_does_not_wait_for_the_source),
		BEHAVIOUR(within_one_enodeb),
		BEHAVIOUR(direct_forwarding_goes_to_the_target),
		BEHAVIOUR(indirect_forwarding_goes_through_the_sgw),
		BEHAVIOUR(forwarding_ends_with_a_cancelled_handover),
		BEHAVIOUR(handover_does_without_forwarding),
		BEHAVIOUR(handover_does_not_wait_for_a_silent_sgw),
		BEHAVIOUR(device_never_arrives),
		BEHAVIOUR(target_is_lost_on_the_way),
		BEHAVIOUR(source_is_lost_on_the_way),
		BEHAVIOUR(source_is_lost_and_the_device_never_arrives),
		BEHAVIOUR(source_gives_the_device_up_on_the_way),
		BEHAVIOUR(target_is_lost_after_the_arrival),
		BEHAVIOUR(source_is_lost_after_the_arrival),
		BEHAVIOUR(sgw_refuses_the_new_tunnels),
		BEHAVIOUR(bearer_that_the_target_does_not_take_ends),
		BEHAVIOUR(messages_wait_for_the_device_s_arrival),
		BEHAVIOUR(messages_wait_for_the_failure),
		BEHAVIOUR(update_that_overtakes_the_notification_is_answered_after_it),
		BEHAVIOUR(detach_that_overtakes_the_notification_is_answered_at_the_target),
		BEHAVIOUR(what_a_target_sent_for_a_device_that_never_came_is_nothing),
		BEHAVIOUR(device_detaches_during_its_handover),
		BEHAVIOUR(network_detaches_during_the_handover),
		BEHAVIOUR(device_that_comes_back_elsewhere_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
