/* SPDX-License-Identifier: Apache-2.0 */
/* Path Switch Requests (TS 36.413 8.4.4): the device, its tunnels and its keys at the new eNodeB,
 * partial and failed switches, and what comes in between. */
#include "moving.h"

enum { NEW_ID = 0x777 };

static void add_e_rab(struct request *r, uint8_t id)
{
	uint32_t n = r->m.e_rab_to_be_switched_dl_list.n++;

	r->item[n] = (struct s1ap_e_rab_to_be_switched_dl_item){
		.e_rab_id = id, .transport_layer_address = at(9), .gtp_teid = 0x9900 + id};
}

static const struct s1ap_path_switch_request_acknowledge *switched(const struct device *d)
{
	const struct s1ap_path_switch_request_acknowledge *a =
		expect(d->enb, path_switch_request_acknowledge);

	assert_int_equal(a->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(a->enb_ue_s1ap_id, d->enb_id);
	quiet(d->enb);
	assert_int_equal(procedures(), 0);
	return a;
}

static void failed(struct s1_assoc *enb, uint32_t mme_id, uint32_t enb_id, struct s1ap_cause cause)
{
	const struct s1ap_path_switch_request_failure *f = expect(enb, path_switch_request_failure);

	assert_int_equal(f->mme_ue_s1ap_id, mme_id);
	assert_int_equal(f->enb_ue_s1ap_id, enb_id);
	assert_int_equal(f->cause.group, cause.group);
	assert_int_equal(f->cause.value, cause.value);
}

/* After a failure: Detach Request with re-attach, answered. */
static void detached(struct device *d)
{
	struct nas_detach_accept a = {0};

	assert_int_equal(hear(d, detach_request_network, DETACH_REQUEST)->detach_type.type,
			 NAS_DETACH_REATTACH);
	say(d, detach_accept, &a);
	released(d);
	assert_null(ue_of(d));
	assert_int_equal(sessions(), 0);
}

static void path_switch_moves_device_and_tunnel(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1_assoc *old = d.enb;
	struct ecgi before = ue_of(&d)->ecgi;
	const struct s1ap_path_switch_request_acknowledge *a;
	struct device ghost = d;
	struct request r;

	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	a = switched(&d);
	is_pair(&d, &a->security_context, 2);
	assert_int_equal(a->ue_aggregate_maximum_bitrate.ue_aggregate_maximum_bit_rate_ul, 1000000);
	assert_false(a->has.e_rab_to_be_switched_ul_list);
	assert_false(a->has.e_rab_to_be_released_list);
	assert_false(a->has.ue_security_capabilities);
	assert_int_equal(the_session()->enb_teid, 0x9000 + NEW_ID);
	assert_int_equal(ue_of(&d)->ecgi.eci, 0x7654321);
	assert_int_equal(ue_of(&d)->ecgi_before.eci, before.eci);
	assert_int_equal(mme_counters.path_switch, 1);
	talks(&d);
	quiet(old); /* the source lets go by X2 */
	/* It has forgotten the device here too. */
	struct nas_emm_status s = {0};

	ghost.secure = false;
	say_plain(&ghost, emm_status, &s);
	is_unknown_at(old, S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID);
	assert_ptr_equal(s1_user(d.enb), ue_of(&d)->conn->enb);
	assert_int_equal(in_use("s1_conn"), 1);
	enb_down(old);
	assert_non_null(ue_of(&d)->conn);
	go_idle(&d);
	assert_false(the_session()->connected);
}

/* 36.413 8.4.4.4: without its membership the switch would be none. */
static void device_that_comes_to_a_hybrid_cell_is_a_guest(void **state)
{
	(void)state;
	struct device d = connected(0);
	const struct s1ap_path_switch_request_acknowledge *a;
	struct request r;

	compose(&r, &d, NEW_ID);
	S1AP_SET(&r.m, csg_id, 5);
	S1AP_SET(&r.m, cell_access_mode, S1AP_CELL_ACCESS_MODE_HYBRID);
	S1AP_SET(&r.m, csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_MEMBER);
	ask(&r, &d, enb_ready(1));
	a = switched(&d);
	assert_true(a->has.csg_membership_status);
	assert_int_equal(a->csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	compose(&r, &d, NEW_ID + 1);
	ask(&r, &d, &assoc[0]);
	assert_false(switched(&d)->has.csg_membership_status);
}

static void each_path_switch_has_the_next_pair(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1_assoc *there = d.enb, *here = enb_ready(1);
	struct request r;

	for (unsigned i = 2; i < 12; i++) {
		struct s1_assoc *to = i % 2 ? there : here;

		compose(&r, &d, NEW_ID + i);
		ask(&r, &d, to);
		is_pair(&d, &switched(&d)->security_context, i);
	}
	/* A new context begins with a new KeNB. */
	go_idle(&d);
	initial(&d, service_request(&d));
	take_context(&d);
	context_is_up(&d, d.ebi);
	compose(&r, &d, NEW_ID);
	ask(&r, &d, d.enb == here ? there : here);
	is_pair(&d, &switched(&d)->security_context, 2);
}

static void chain_is_saved_with_each_switch(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;
	unsigned before;
	uint8_t nh[32];
	bool found = false;

	compose(&r, &d, NEW_ID);
	before = saves;
	ask(&r, &d, enb_ready(1));
	switched(&d);
	assert_int_equal(saves, before + 1);
	next_hop(&d, 2, nh);
	for (size_t i = 0; i + 32 <= saved_of(d.imsi)->n; i++)
		found |= !memcmp(saved_of(d.imsi)->b + i, nh, 32);
	assert_true(found);
}

static void unknown_device_is_refused(void **state)
{
	(void)state;
	struct device d = connected(0), other = d;
	struct s1_assoc *to = enb_ready(1);
	struct request r;

	other.mme_id ^= 0x1234;
	compose(&r, &other, NEW_ID);
	tell(to, path_switch_request, &r.m);
	failed(to, other.mme_id, NEW_ID, S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID));
	/* The number is ours, but another MME gave it. */
	compose(&r, &d, NEW_ID);
	S1AP_SET(&r.m, source_mme_gummei, (struct gummei){PLMN, GROUP, CODE + 1});
	tell(to, path_switch_request, &r.m);
	failed(to, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID));
	quiet(to);
	talks(&d);
	assert_int_equal(mme_counters.path_switch_failed, 2);
	/* Being released already. */
	compose(&r, &d, NEW_ID);
	conn_release(ue_of(&d)->conn, S1AP_CAUSE(RADIO, USER_INACTIVITY));
	tell(to, path_switch_request, &r.m);
	failed(to, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID));
	released(&d);
	assert_null(ue_of(&d)->conn);
}

static void device_without_a_context_cannot_have_moved(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	struct s1_assoc *to = enb_ready(1);
	struct request r;

	attach_to(&d, AT_ACCEPT);
	compose(&r, &d, NEW_ID);
	tell(to, path_switch_request, &r.m);
	failed(to, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, UNKNOWN_MME_UE_S1AP_ID));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
}

static void device_moves_before_its_attach_is_complete(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000001");
	struct request r;

	attach_to(&d, AT_CONTEXT);
	compose(&r, &d, NEW_ID);
	tell(enb_ready(1), path_switch_request, &r.m);
	d.enb = &assoc[1];
	d.enb_id = NEW_ID;
	expect(d.enb, path_switch_request_acknowledge);
	complete_attach(&d);
	is_registered(&d);
	talks(&d);
}

static void one_e_rab_twice_is_refused(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1_assoc *to = enb_ready(1);
	struct request r;

	compose(&r, &d, NEW_ID);
	add_e_rab(&r, d.ebi);
	tell(to, path_switch_request, &r.m);
	failed(to, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, MULTIPLE_E_RAB_ID_INSTANCES));
	quiet(to);
	talks(&d);
}

static void request_without_bearers_of_ours_detaches(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	compose(&r, &d, NEW_ID);
	r.item[0].e_rab_id = 12;
	ask(&r, &d, enb_ready(1));
	failed(d.enb, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, UNKNOWN_E_RAB_ID));
	detached(&d);
}

static void unknown_e_rab_beside_a_known_one_is_released(void **state)
{
	(void)state;
	struct device d = connected(0);
	const struct s1ap_path_switch_request_acknowledge *a;
	struct request r;

	compose(&r, &d, NEW_ID);
	add_e_rab(&r, 12);
	ask(&r, &d, enb_ready(1));
	a = switched(&d);
	assert_int_equal(a->e_rab_to_be_released_list.n, 1);
	assert_int_equal(a->e_rab_to_be_released_list.v[0].e_rab_id, 12);
	talks(&d);
}

static void bearer_that_is_left_out_is_released(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	dedicated(&d);
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	assert_false(switched(&d)->has.e_rab_to_be_released_list);
	assert_int_equal(sgw.commands, 1);
	assert_int_equal(mme_counters.path_switch_partial, 1);
}

static void bearer_that_the_sgw_refuses_is_released(void **state)
{
	(void)state;
	struct device d = connected(0);
	const struct s1ap_path_switch_request_acknowledge *a;
	struct request r;

	sgw.refused_ebi = dedicated(&d);
	compose(&r, &d, NEW_ID);
	add_e_rab(&r, sgw.refused_ebi);
	ask(&r, &d, enb_ready(1));
	a = switched(&d);
	assert_int_equal(a->e_rab_to_be_released_list.n, 1);
	assert_int_equal(a->e_rab_to_be_released_list.v[0].e_rab_id, sgw.refused_ebi);
	assert_int_equal(sgw.commands, 1);
}

static void refusal_by_the_sgw_detaches(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	sgw.modify_cause = GTPC_SYSTEM_FAILURE;
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	failed(d.enb, d.mme_id, NEW_ID, S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE));
	detached(&d);
}

static void silence_of_the_sgw_detaches(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	sgw.hold = true;
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	elapse(10100);
	failed(d.enb, d.mme_id, NEW_ID, S1AP_CAUSE(TRANSPORT, TRANSPORT_RESOURCE_UNAVAILABLE));
	sgw_let_go();
	detached(&d);
}

static void other_capabilities_are_put_right(void **state)
{
	(void)state;
	struct device d = connected(0);
	const struct s1ap_path_switch_request_acknowledge *a;
	struct request r;

	compose(&r, &d, NEW_ID);
	r.m.ue_security_capabilities.encryption_algorithms = 0;
	ask(&r, &d, enb_ready(1));
	a = switched(&d);
	assert_true(a->has.ue_security_capabilities);
	assert_int_equal(a->ue_security_capabilities.encryption_algorithms,
			 (uint16_t)(d.capability[0] << 9));
	assert_int_equal(mme_counters.path_switch_capabilities, 1);
}

static void area_that_is_not_served_is_refused(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	compose(&r, &d, NEW_ID);
	S1AP_SET(&r.m, tai, (struct tai){PLMN, 77});
	ask(&r, &d, enb_ready(1));
	failed(d.enb, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, HO_TARGET_NOT_ALLOWED));
	released(&d);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_false(the_session()->connected);
}

static void repeated_request_is_answered_once(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	sgw.hold = true;
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	ask(&r, &d, d.enb);
	sgw_let_go();
	switched(&d);
	assert_int_equal(mme_counters.handover_unexpected, 1);
}

static void device_that_has_moved_on_is_answered_there(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1_assoc *between = enb_ready(1), *there = enb_ready(2);
	struct request r;

	sgw.hold = true;
	compose(&r, &d, NEW_ID);
	ask(&r, &d, between);
	compose(&r, &d, NEW_ID + 1);
	ask(&r, &d, there);
	failed(between, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
	sgw_let_go();
	is_pair(&d, &switched(&d)->security_context, 2);
	quiet(between);
	assert_int_equal(the_session()->enb_teid, 0x9000 + NEW_ID + 1);
	talks(&d);
}

static void uplink_tunnel_that_the_sgw_changes_is_told(void **state)
{
	(void)state;
	struct device d = connected(0);
	const struct s1ap_path_switch_request_acknowledge *a;
	struct request r;

	sgw.uplink = (struct fteid){.has4 = true, .teid = 0xabc, .ip4 = {htonl(0x7f000033)}};
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	a = switched(&d);
	assert_int_equal(a->e_rab_to_be_switched_ul_list.n, 1);
	assert_int_equal(a->e_rab_to_be_switched_ul_list.v[0].e_rab_id, d.ebi);
	assert_int_equal(a->e_rab_to_be_switched_ul_list.v[0].gtp_teid, 0xabc);
	compose(&r, &d, NEW_ID + 1); /* the same again is no change */
	ask(&r, &d, d.enb);
	assert_false(switched(&d)->has.e_rab_to_be_switched_ul_list);
}

static void target_that_goes_leaves_the_device_idle(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	sgw.hold = true;
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	enb_down(d.enb);
	sgw_let_go();
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_false(the_session()->connected);
	assert_int_equal(procedures(), 0);
}

static void new_enodeb_s_id_takes_an_older_connection_s_place(void **state)
{
	(void)state;
	struct device d = connected(0), other = device(&assoc[1], "001010000000002");
	struct request r;

	enb_ready(1);
	attach_to(&other, AT_DONE);
	compose(&r, &d, other.enb_id);
	tell(other.enb, path_switch_request, &r.m);
	expect(other.enb, path_switch_request_acknowledge);
	assert_null(ue_of(&other)->conn);
	d.enb = other.enb;
	d.enb_id = other.enb_id;
	talks(&d);
}

static void request_without_its_bearers_fails_with_diagnostics(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct s1_assoc *to = enb_ready(1);
	struct request r;
	const struct s1ap_path_switch_request_failure *f;

	compose(&r, &d, NEW_ID);
	r.m.has.e_rab_to_be_switched_dl_list = 0;
	tell_incomplete(to, path_switch_request, &r.m);
	f = expect(to, path_switch_request_failure);
	assert_int_equal(f->cause.group, S1AP_CAUSE_PROTOCOL);
	assert_true(f->has.criticality_diagnostics);
	compose(&r, &d, NEW_ID);
	r.m.has.enb_ue_s1ap_id = 0; /* too little for a failure message */
	tell_incomplete(to, path_switch_request, &r.m);
	expect(to, error_indication);
	talks(&d);
}

static void message_that_missed_the_device_reaches_it_there(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct request r;

	nas_send_emm_status(ue_of(&d), EMM_CAUSE_PROTOCOL_ERROR);
	d.down_whole = expect(d.enb, downlink_nas_transport)->nas_pdu;
	not_delivered(&d, S1AP_CAUSE_RADIO_X2_HANDOVER_TRIGGERED);
	quiet(d.enb);
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	expect(d.enb, path_switch_request_acknowledge);
	hear(&d, emm_status, EMM_STATUS);
	assert_int_equal(mme_counters.nas_held, 1);
	/* For any other reason it is the sender's timer that repeats it. */
	not_delivered(&d, S1AP_CAUSE_RADIO_UNSPECIFIED);
	assert_null(ue_of(&d)->held);
}

static void detach_while_the_path_is_switched(void **state)
{
	(void)state;
	struct device d = connected(0);
	struct nas_detach_request m = {.detach_type = {.type = NAS_DETACH_EPS, .switch_off = 1}};
	struct request r;

	m.identity = (struct nas_identity){.type = NAS_ID_GUTI, .guti = d.guti};
	sgw.hold = true;
	compose(&r, &d, NEW_ID);
	ask(&r, &d, enb_ready(1));
	say(&d, detach_request, &m);
	sgw_let_go();
	failed(d.enb, d.mme_id, NEW_ID, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(sessions(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(path_switch_moves_device_and_tunnel),
		BEHAVIOUR(device_that_comes_to_a_hybrid_cell_is_a_guest),
		BEHAVIOUR(each_path_switch_has_the_next_pair),
		BEHAVIOUR(chain_is_saved_with_each_switch),
		BEHAVIOUR(unknown_device_is_refused),
		BEHAVIOUR(device_without_a_context_cannot_have_moved),
		BEHAVIOUR(device_moves_before_its_attach_is_complete),
		BEHAVIOUR(one_e_rab_twice_is_refused),
		BEHAVIOUR(request_without_bearers_of_ours_detaches),
		BEHAVIOUR(unknown_e_rab_beside_a_known_one_is_released),
		BEHAVIOUR(bearer_that_is_left_out_is_released),
		BEHAVIOUR(bearer_that_the_sgw_refuses_is_released),
		BEHAVIOUR(refusal_by_the_sgw_detaches),
		BEHAVIOUR(silence_of_the_sgw_detaches),
		BEHAVIOUR(other_capabilities_are_put_right),
		BEHAVIOUR(area_that_is_not_served_is_refused),
		BEHAVIOUR(repeated_request_is_answered_once),
		BEHAVIOUR(device_that_has_moved_on_is_answered_there),
		BEHAVIOUR(uplink_tunnel_that_the_sgw_changes_is_told),
		BEHAVIOUR(target_that_goes_leaves_the_device_idle),
		BEHAVIOUR(new_enodeb_s_id_takes_an_older_connection_s_place),
		BEHAVIOUR(request_without_its_bearers_fails_with_diagnostics),
		BEHAVIOUR(message_that_missed_the_device_reaches_it_there),
		BEHAVIOUR(detach_while_the_path_is_switched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
