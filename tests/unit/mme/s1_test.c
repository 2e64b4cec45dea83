/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP at the MME (TS 36.413): S1 Setup, ids, Reset, release, errors, and associations that go at
 * any moment. */
#include "bench.h"

/* ---- S1 Setup ---- */

static void setup_tells_what_is_served(void **state)
{
	(void)state;
	enb_up(&assoc[0]);
	setup_as(&assoc[0], (struct site){PLMN, PLMN, 100, TAC});
	const struct s1ap_s1_setup_response *r = expect(&assoc[0], s1_setup_response);

	assert_int_equal(r->relative_mme_capacity, 77);
	assert_int_equal(r->mme_name.n, 5);
	assert_int_equal(r->served_gummeis.n, 1);
	assert_int_equal(r->served_gummeis.v[0].served_plmns.v[0], PLMN);
	assert_int_equal(r->served_gummeis.v[0].served_group_ids.v[0], GROUP);
	assert_int_equal(r->served_gummeis.v[0].served_mmecs.v[0], CODE);
}

static void setup_without_anything_of_ours_fails(void **state)
{
	(void)state;
	enb_up(&assoc[0]);
	setup_as(&assoc[0], (struct site){PLMN, 0x22f210, 100, TAC});
	const struct s1ap_s1_setup_failure *f = expect(&assoc[0], s1_setup_failure);

	assert_int_equal(f->cause.group, S1AP_CAUSE_MISC);
	assert_int_equal(f->cause.value, S1AP_CAUSE_MISC_UNKNOWN_PLMN);
	assert_true(f->has.time_to_wait);
	setup_as(&assoc[0], (struct site){PLMN, PLMN, 100, 99});
	f = expect(&assoc[0], s1_setup_failure);
	assert_int_equal(f->cause.value, S1AP_CAUSE_MISC_UNSPECIFIED);
	setup_as(&assoc[0], (struct site){PLMN, PLMN, 100, TAC});
	expect(&assoc[0], s1_setup_response);
	assert_int_equal(mme_counters.s1_setup_failed, 2);
}

static void setup_without_a_mandatory_ie_fails_with_diagnostics(void **state)
{
	(void)state;
	struct s1ap_s1_setup_request m = {0};
	struct s1ap_global_enb_id id = {.plmn = PLMN};

	enb_up(&assoc[0]);
	S1AP_SET(&m, global_enb_id, id);
	S1AP_SET(&m, default_paging_drx, S1AP_PAGING_DRX_V128);
	tell_incomplete(&assoc[0], s1_setup_request, &m);
	const struct s1ap_s1_setup_failure *f = expect(&assoc[0], s1_setup_failure);

	assert_int_equal(f->cause.group, S1AP_CAUSE_PROTOCOL);
	assert_int_equal(f->cause.value, S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT);
	assert_int_equal(f->criticality_diagnostics.ies_criticality_diagnostics.v[0].ie_id, 64);
}

static void setup_again_erases_what_was(void **state)
{
	(void)state;
	struct device d = one(), e = device(&assoc[0], "001010000000002");

	attach_to(&d, AT_DONE);
	attach_to(&e, AT_SMC);
	setup_as(d.enb, (struct site){PLMN, PLMN, 100, TAC});
	expect(d.enb, s1_setup_response);
	quiet(d.enb);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_int_equal(in_use("mme_ue"), 1);
	assert_int_equal(in_use("s1_conn"), 0);
	assert_false(the_session()->connected);
}

static void twin_takes_the_place_of_a_dead_enodeb(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	enb_up(&assoc[1]);
	setup_as(&assoc[1], (struct site){PLMN, PLMN, 100, TAC});
	expect(&assoc[1], s1_setup_response);
	assert_true(d.enb->closed);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	enb_down(d.enb);
	assert_false(assoc[1].closed);
	assert_int_equal(in_use("enb"), 1);
}

static void nothing_goes_before_setup(void **state)
{
	(void)state;
	struct device d;

	enb_up(&assoc[0]);
	d = device(&assoc[0], "001010000000001");
	initial(&d, attach_request(&d));
	const struct s1ap_error_indication *e = expect(d.enb, error_indication);

	assert_int_equal(e->cause.group, S1AP_CAUSE_PROTOCOL);
	assert_int_equal(e->cause.value,
			 S1AP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
	quiet(d.enb);
}

/* ---- ids ---- */

static void say_by_ids(struct s1_assoc *a, uint32_t mme_id, uint32_t enb_id)
{
	struct device d = {.enb = a, .mme_id = mme_id, .enb_id = enb_id};

	uplink(&d, bytes_of("\x07\x60\x61", 3));
}

static void expect_error(struct s1_assoc *a, uint8_t cause, uint32_t mme_id, uint32_t enb_id)
{
	const struct s1ap_error_indication *e = expect(a, error_indication);

	assert_int_equal(e->cause.group, S1AP_CAUSE_RADIO);
	assert_int_equal(e->cause.value, cause);
	assert_int_equal(e->mme_ue_s1ap_id, mme_id);
	assert_int_equal(e->enb_ue_s1ap_id, enb_id);
	quiet(a);
}

static void unknown_ids_are_told(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002");

	attach_to(&d, AT_DONE);
	attach_to(&e, AT_DONE);
	say_by_ids(d.enb, d.mme_id + 77, 5000);
	expect_error(d.enb, S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID, d.mme_id + 77, 5000);
	assert_int_equal(in_use("s1_conn"), 2);
	/* Another eNodeB's connection is not this one's. */
	enb_ready(1);
	say_by_ids(&assoc[1], d.mme_id, d.enb_id);
	expect_error(&assoc[1], S1AP_CAUSE_RADIO_UNKNOWN_MME_UE_S1AP_ID, d.mme_id, d.enb_id);
	assert_int_equal(in_use("s1_conn"), 2);
	/* 10.6: both that the pair could mean come to an end. */
	say_by_ids(d.enb, d.mme_id, e.enb_id);
	expect_error(d.enb, S1AP_CAUSE_RADIO_UNKNOWN_PAIR_UE_S1AP_ID, d.mme_id, e.enb_id);
	assert_int_equal(in_use("s1_conn"), 0);
	is_registered(&d);
	is_registered(&e);
}

static void late_release_complete_is_let_be(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_context_release_complete m = {0};

	attach_to(&d, AT_DONE);
	go_idle(&d);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	tell(d.enb, ue_context_release_complete, &m);
	quiet(d.enb);
}

/* The ids' criticality in this message is "ignore": one alone will do, none is nobody's. */
static void missing_ids_name_nobody_else(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_initial_context_setup_failure m = {0};

	attach_to(&d, AT_ACCEPT);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell_incomplete(d.enb, initial_context_setup_failure, &m);
	assert_int_equal(in_use("attach"), 1);
	quiet(d.enb);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	tell_incomplete(d.enb, initial_context_setup_failure, &m);
	released(&d);
	assert_int_equal(in_use("mme_ue"), 0);
}

static void enodeb_that_reuses_an_id_has_forgotten_the_old_one(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002");

	attach_to(&d, AT_DONE);
	e.enb_id = d.enb_id;
	e.mme_id = UINT32_MAX;
	initial_with(&e, attach_request(&e), false);
	take_challenge(&e);
	assert_int_not_equal(e.mme_id, d.mme_id);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_int_equal(in_use("s1_conn"), 1);
	/* Half way through an attach as well. */
	e.mme_id = UINT32_MAX;
	initial_with(&e, attach_request(&e), false);
	take_challenge(&e);
	assert_int_equal(in_use("attach"), 1);
	assert_int_equal(in_use("mme_ue"), 2);
}

/* ---- release ---- */

static void release_request_in_each_step_ends_the_attach(void **state)
{
	static const enum step at[] = {AT_AUTH, AT_SMC, AT_INFO, AT_ACCEPT, AT_CONTEXT};

	(void)state;
	enb_ready(0);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		struct device d = device(&assoc[0], "001010000000001");

		attach_to(&d, at[i]);
		if (at[i] == AT_INFO)
			hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
		go_idle(&d);
		quiet(d.enb);
		assert_int_equal(in_use("mme_ue"), 0);
		assert_int_equal(in_use("s1_conn"), 0);
		assert_int_equal(procedures(), 0);
		assert_int_equal(sessions(), 0);
	}
}

static void release_without_an_answer_is_forgotten(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_context_release_request m = {0};
	struct nas_emm_status s = {.emm_cause = 97};

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, USER_INACTIVITY));
	tell(d.enb, ue_context_release_request, &m);
	expect(d.enb, ue_context_release_command);
	/* What still comes on the connection moves nothing. */
	tell(d.enb, ue_context_release_request, &m);
	say(&d, emm_status, &s);
	context_is_up(&d, d.ebi);
	uplink(&d, attach_request(&d));
	quiet(d.enb);
	assert_int_equal(in_use("s1_conn"), 1);
	elapse(5100);
	assert_int_equal(in_use("s1_conn"), 0);
	is_registered(&d);
}

static void lost_tunnel_releases_the_device(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	assert_int_equal(sgw_notifies(&d, 8, GTPC_ERROR_INDICATION_RECEIVED).cause, GTPC_ACCEPTED);
	released(&d);
	is_registered(&d);
	expect(d.enb, paging);
	assert_int_equal(sgw_notifies(&d, 8, GTPC_ERROR_INDICATION_RECEIVED).cause, GTPC_ACCEPTED);
	quiet(d.enb);
}

static void undelivered_nas_is_sent_again_by_its_timer(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_nas_non_delivery_indication m = {0};

	attach_to(&d, AT_AUTH);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, nas_pdu, d.down_whole);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell(d.enb, nas_non_delivery_indication, &m);
	quiet(d.enb);
	assert_int_equal(mme_counters.nas_not_delivered, 1);
	elapse(6100);
	take_challenge(&d);
}

/* ---- reset ---- */

static void reset_of_all_makes_devices_idle(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002");
	struct s1ap_reset m = {0};

	attach_to(&d, AT_DONE);
	attach_to(&e, AT_ACCEPT);
	S1AP_SET(&m, cause, S1AP_CAUSE(MISC, UNSPECIFIED));
	S1AP_SET(&m, reset_type, (struct s1ap_reset_type){.choice = S1AP_RESET_TYPE_S1_INTERFACE});
	tell(d.enb, reset, &m);
	assert_false(
		expect(d.enb, reset_acknowledge)->has.ue_associated_logical_s1_connection_list);
	quiet(d.enb);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_null(ue_of(&e));
	assert_int_equal(in_use("s1_conn"), 0);
}

static void partial_reset_names_connections_either_way(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002"),
		      f = device(d.enb, "001010000000003");
	struct s1ap_ue_associated_logical_s1_connection_item item[3] = {0};
	struct s1ap_reset m = {0};
	struct s1ap_reset_type type = {.choice = S1AP_RESET_TYPE_PART_OF_S1_INTERFACE};

	attach_to(&d, AT_DONE);
	attach_to(&e, AT_DONE);
	attach_to(&f, AT_DONE);
	S1AP_SET(&item[0], mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&item[1], enb_ue_s1ap_id, e.enb_id);
	S1AP_SET(&item[2], mme_ue_s1ap_id, 0xfffffff0);
	type.part_of_s1_interface.v = item;
	type.part_of_s1_interface.n = 3;
	S1AP_SET(&m, cause, S1AP_CAUSE(MISC, UNSPECIFIED));
	S1AP_SET(&m, reset_type, type);
	tell(d.enb, reset, &m);
	const struct s1ap_reset_acknowledge *a = expect(d.enb, reset_acknowledge);

	assert_int_equal(a->ue_associated_logical_s1_connection_list.n, 3);
	assert_int_equal(a->ue_associated_logical_s1_connection_list.v[1].enb_ue_s1ap_id, e.enb_id);
	assert_null(ue_of(&d)->conn);
	assert_null(ue_of(&e)->conn);
	assert_non_null(ue_of(&f)->conn);
}

/* ---- the association ---- */

static void association_lost_in_each_step_leaves_nothing(void **state)
{
	static const enum step at[] = {AT_AUTH, AT_SMC, AT_INFO, AT_ACCEPT, AT_CONTEXT, AT_DONE};

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		struct device d = one();

		attach_to(&d, at[i]);
		enb_down(d.enb);
		assert_int_equal(in_use("mme_ue"), at[i] == AT_DONE);
		assert_int_equal(in_use("s1_conn") + in_use("enb") + procedures(), 0);
		assert_int_equal(sessions(), at[i] == AT_DONE);
	}
}

/* The HSS or the gateway is at work at that moment; what it answers finds nobody. */
static void association_lost_while_others_are_asked_leaves_nothing(void **state)
{
	(void)state;
	struct device d = one();

	hss.hold = true;
	initial(&d, attach_request(&d));
	enb_down(d.enb);
	hss_release();
	assert_int_equal(in_use("mme_ue") + in_use("s6a_call"), 0);
	d = one();
	attach_to(&d, AT_SMC);
	hss.hold = true;
	complete_smc(&d);
	enb_down(d.enb);
	hss_release();
	assert_int_equal(in_use("mme_ue") + in_use("s6a_call"), 0);
	d = one();
	attach_to(&d, AT_SMC);
	sgw.hold = true;
	complete_smc(&d);
	enb_down(d.enb);
	sgw_let_go();
	assert_int_equal(in_use("mme_ue") + in_use("gtpc_call") + sessions(), 0);
	d = one();
	attach_to(&d, AT_ACCEPT);
	sgw.hold = true;
	context_is_up(&d, d.ebi);
	enb_down(d.enb);
	sgw_let_go();
	assert_int_equal(in_use("mme_ue") + in_use("gtpc_call") + sessions(), 0);
}

static void registered_devices_outlive_their_enodeb(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	enb_down(d.enb);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_false(the_session()->connected);
	assert_true(timer_running(&ue_of(&d)->reachable));
}

/* ---- errors ---- */

static void error_about_a_connection_ends_it(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_error_indication m = {0};

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, cause, S1AP_CAUSE(PROTOCOL, SEMANTIC_ERROR));
	tell(d.enb, error_indication, &m);
	assert_non_null(ue_of(&d)->conn);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, UNKNOWN_ENB_UE_S1AP_ID));
	tell(d.enb, error_indication, &m);
	quiet(d.enb);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
}

static void unknown_procedure_goes_by_its_criticality(void **state)
{
	/* procedure 250, an empty SEQUENCE of IEs; criticality reject, ignore, notify */
	static const uint8_t pdu[3][7] = {
		{0, 250, 0x00, 3, 0, 0, 0}, {0, 250, 0x40, 3, 0, 0, 0}, {0, 250, 0x80, 3, 0, 0, 0}};
	struct device d = one();

	(void)state;
	tell_octets(d.enb, pdu[0], 7);
	const struct s1ap_error_indication *e = expect(d.enb, error_indication);

	assert_int_equal(e->cause.value, S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT);
	assert_int_equal(e->criticality_diagnostics.procedure_code, 250);
	tell_octets(d.enb, pdu[1], 7);
	quiet(d.enb);
	tell_octets(d.enb, pdu[2], 7);
	e = expect(d.enb, error_indication);
	assert_int_equal(e->cause.value,
			 S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY);
}

/* Cell Traffic Trace has criticality ignore, eNB Configuration Update reject. */
static void procedure_we_do_not_serve_goes_by_its_criticality(void **state)
{
	(void)state;
	struct device d = one();
	const struct s1ap_msg *ignored = &s1ap_mme_status_transfer_msg,
			      *rejected = &s1ap_enb_cp_relocation_indication_msg;
	struct s1ap_enb_cp_relocation_indication *r = s1ap_any(&mem, rejected, 1);
	const struct s1ap_error_indication *e;

	tell_body(d.enb, ignored, s1ap_any(&mem, ignored, 1), false);
	quiet(d.enb);
	tell_body(d.enb, rejected, r, false);
	e = expect(d.enb, error_indication);
	assert_int_equal(e->cause.value, S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT);
	assert_int_equal(e->enb_ue_s1ap_id, r->enb_ue_s1ap_id);
	assert_int_equal(e->criticality_diagnostics.procedure_code, rejected->procedure);
	quiet(d.enb);
}

static void octets_that_are_no_s1ap_are_a_transfer_syntax_error(void **state)
{
	(void)state;
	struct device d = one();

	tell_octets(d.enb, "\x00\x0c\x40\x7f\x00", 5);
	assert_int_equal(expect(d.enb, error_indication)->cause.value,
			 S1AP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR);
	quiet(d.enb);
}

static void initial_message_that_is_no_nas_is_released(void **state)
{
	static const struct {
		const char *p;
		uint32_t n;
	} t[] = {{"\x07", 1}, {"\x55\x55\x55", 3}, {"\x07\x55\x00", 3}, {"\x27\1\2\3\4\5\6\7", 8}};
	struct device d = one();

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		initial(&d, bytes_of(t[i].p, t[i].n));
		released(&d);
		quiet(d.enb);
		assert_int_equal(in_use("s1_conn"), 0);
	}
}

static int told;

static void hear_of(const struct in6_addr *a, bool here)
{
	assert_int_equal(a->s6_addr[15], 1);
	told += here ? 1 : -1;
}

static void user_plane_hears_of_enodebs(void **state)
{
	(void)state;
	struct s1_assoc *a;

	mme_on_enb(hear_of);
	enb_up(&assoc[0]);
	assert_int_equal(told, 0); /* not set up yet */
	enb_down(&assoc[0]);
	a = enb_ready(0);
	assert_int_equal(told, 1);
	setup_as(a, (struct site){PLMN, PLMN, 100, TAC});
	expect(a, s1_setup_response);
	assert_int_equal(told, 1);
	enb_down(a);
	assert_int_equal(told, 0);
	mme_on_enb(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(setup_tells_what_is_served),
		BEHAVIOUR(setup_without_anything_of_ours_fails),
		BEHAVIOUR(setup_without_a_mandatory_ie_fails_with_diagnostics),
		BEHAVIOUR(setup_again_erases_what_was),
		BEHAVIOUR(twin_takes_the_place_of_a_dead_enodeb),
		BEHAVIOUR(nothing_goes_before_setup),
		BEHAVIOUR(unknown_ids_are_told),
		BEHAVIOUR(late_release_complete_is_let_be),
		BEHAVIOUR(missing_ids_name_nobody_else),
		BEHAVIOUR(enodeb_that_reuses_an_id_has_forgotten_the_old_one),
		BEHAVIOUR(release_request_in_each_step_ends_the_attach),
		BEHAVIOUR(release_without_an_answer_is_forgotten),
		BEHAVIOUR(lost_tunnel_releases_the_device),
		BEHAVIOUR(undelivered_nas_is_sent_again_by_its_timer),
		BEHAVIOUR(reset_of_all_makes_devices_idle),
		BEHAVIOUR(partial_reset_names_connections_either_way),
		BEHAVIOUR(association_lost_in_each_step_leaves_nothing),
		BEHAVIOUR(association_lost_while_others_are_asked_leaves_nothing),
		BEHAVIOUR(registered_devices_outlive_their_enodeb),
		BEHAVIOUR(error_about_a_connection_ends_it),
		BEHAVIOUR(unknown_procedure_goes_by_its_criticality),
		BEHAVIOUR(procedure_we_do_not_serve_goes_by_its_criticality),
		BEHAVIOUR(octets_that_are_no_s1ap_are_a_transfer_syntax_error),
		BEHAVIOUR(initial_message_that_is_no_nas_is_released),
		BEHAVIOUR(user_plane_hears_of_enodebs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
