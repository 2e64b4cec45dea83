/* SPDX-License-Identifier: Apache-2.0 */
/* Paging: whom, where, how often, and what the SGW hears. */
#include <unistd.h>
#include "bench.h"

static struct s1_assoc *enb_in(unsigned i, uint16_t tac)
{
	enb_up(&assoc[i]);
	setup_as(&assoc[i], (struct site){PLMN, PLMN, 100 + i, tac});
	expect(&assoc[i], s1_setup_response);
	return &assoc[i];
}

static void data_calls_an_idle_device_by_its_s_tmsi(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000001999");
	const struct s1ap_paging *p;

	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	p = expect(d.enb, paging);
	assert_int_equal(p->ue_paging_id.choice, S1AP_UE_PAGING_ID_S_TMSI);
	assert_int_equal(p->ue_paging_id.s_tmsi.mmec, CODE);
	assert_int_equal(p->ue_paging_id.s_tmsi.m_tmsi, d.guti.m_tmsi);
	assert_int_equal(p->ue_identity_index_value, 1010000001999 % 1024);
	assert_true(p->has.extended_ue_identity_index_value); /* 36.413 8.5.2: for LTE-M */
	assert_int_equal(p->extended_ue_identity_index_value, 1010000001999 % 16384);
	assert_int_equal(p->cn_domain, S1AP_CN_DOMAIN_PS);
	assert_int_equal(p->tai_list.n, 5); /* 5 to 9, its own first */
	assert_int_equal(p->tai_list.v[0].tai.tac, TAC);
	assert_false(p->has.paging_drx);
	assert_false(p->has.paging_priority);
	assert_false(p->has.ue_radio_capability_for_paging);
	assert_int_equal(
		p->assistance_data_for_paging.paging_attempt_information.paging_attempt_count, 1);
	assert_int_equal(p->assistance_data_for_paging.paging_attempt_information
				 .intended_number_of_paging_attempts,
			 3);
	serve_device(&d);
	assert_true(the_session()->connected);
	assert_int_equal(procedures(), 0);
	elapse(20000);
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 0);
	assert_int_equal(mme_counters.paging_answered, 1);
}

/* What comes while it asks for service of its own accord, which then fails. */
static void data_of_a_service_request_that_fails_is_given_up(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct s1ap_initial_context_setup_failure m = {0};

	initial(&d, service_request(&d));
	d.mme_id = expect(d.enb, initial_context_setup_request)->mme_ue_s1ap_id;
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	quiet(d.enb); /* it is here */
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell(d.enb, initial_context_setup_failure, &m);
	released(&d);
	assert_int_equal(sgw.unpaged, 1); /* the next of it calls the device */
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	expect(d.enb, paging);
}

/* And where it comes by another connection instead: that one brings it. */
static void data_goes_on_with_the_connection_that_takes_the_place(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), there;

	for (int called = 0; called < 2; called++) {
		if (called) { /* it answers a call, or asks of its own accord */
			assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
			expect(d.enb, paging);
			expect(&assoc[1], paging);
		}
		initial(&d, service_request(&d));
		d.mme_id = expect(d.enb, initial_context_setup_request)->mme_ue_s1ap_id;
		if (!called)
			assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
		there = d;
		if (!called)
			enb_ready(1);
		there.enb = &assoc[1];
		initial(&there, service_request(&there));
		released(&d);
		there.mme_id = expect(there.enb, initial_context_setup_request)->mme_ue_s1ap_id;
		context_is_up(&there, there.ebi);
		assert_true(the_session()->connected);
		assert_int_equal(sgw.unpaged, 0);
		assert_int_equal(procedures(), 0);
		go_idle(&there);
		d.sec = there.sec;
	}
}

/* The tunnel of the connection before: not that of the new one. */
static void tunnel_that_was_left_costs_no_new_connection(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), there;

	serve_device(&d);
	there = d;
	there.enb = enb_ready(1);
	initial(&there, service_request(&there));
	released(&d);
	assert_false(the_session()->connected); /* what comes meanwhile is held */
	there.mme_id = expect(there.enb, initial_context_setup_request)->mme_ue_s1ap_id;
	assert_int_equal(sgw_notifies(&there, 8, GTPC_ERROR_INDICATION_RECEIVED).cause,
			 GTPC_ACCEPTED);
	quiet(there.enb);
	context_is_up(&there, there.ebi);
	assert_true(the_session()->connected);
	assert_int_equal(procedures(), 0);
	quiet(there.enb);
}

static void only_enodebs_of_its_areas_are_asked(void **state)
{
	(void)state;
	static const struct mme_tacs near[] = {{PLMN, 5, 9}, {PLMN, 100, 200}};
	struct mme_config c = bench_config;

	c.tacs = 2;
	c.tac = near;
	mme_reload(&c);
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct s1_assoc *same = enb_in(1, 9), *other = enb_in(2, 150);

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	expect(same, paging);
	quiet(other);
	enb_down(d.enb);
	elapse(6100);
	expect(same, paging);
	quiet(other);
	struct device there = d;

	there.enb = same;
	initial(&there, service_request(&there));
	take_context(&there);
	context_is_up(&there, there.ebi);
	assert_int_equal(procedures(), 0);
}

static void set_up_in(struct s1_assoc *a, uint16_t tac)
{
	setup_as(a, (struct site){PLMN, PLMN, 100 + (uint32_t)(a - assoc), tac});
	expect(a, s1_setup_response);
}

static void an_enodeb_that_comes_asks_for_who_is_called(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	const struct s1ap_paging *p;

	enb_down(d.enb);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	elapse(6100); /* the second attempt, through nobody */
	enb_up(&assoc[0]);
	set_up_in(&assoc[0], TAC + 1);
	p = expect(&assoc[0], paging);
	assert_int_equal(p->ue_paging_id.s_tmsi.m_tmsi, d.guti.m_tmsi);
	assert_int_equal(
		p->assistance_data_for_paging.paging_attempt_information.paging_attempt_count, 2);
	quiet(&assoc[0]);
	/* Again on the same association: whatever it was asked is erased. */
	set_up_in(&assoc[0], TAC);
	expect(&assoc[0], paging);
	quiet(&assoc[0]);
	elapse(6100); /* T3413 goes on as it was */
	expect(&assoc[0], paging);
	serve_device(&d);
	enb_ready(1);
	quiet(&assoc[1]);
	assert_int_equal(mme_counters.paging_answered, 1);
}

static void an_enodeb_is_not_asked_for_who_has_come_or_was_given_up(void **state)
{
	(void)state;
	static const struct mme_tacs near[] = {{PLMN, 5, 9}, {PLMN, 100, 200}};
	struct mme_config c = bench_config;

	c.tacs = 2;
	c.tac = near;
	mme_reload(&c);
	struct device d = idle_device(enb_ready(0), "001010000000001");

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	enb_in(1, 150); /* not in its list */
	quiet(&assoc[1]);
	initial(&d, service_request(&d));
	take_context(&d);
	enb_in(2, TAC); /* it has come, its bearers are on their way */
	quiet(&assoc[2]);
	context_is_up(&d, d.ebi);
	go_idle(&d);
	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	expect(&assoc[2], paging);
	elapse(20000);
	assert_int_equal(sgw.unpaged, 1);
	enb_in(3, TAC);
	quiet(&assoc[3]);
}

static void an_area_that_an_enodeb_adds_is_called_in(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	static const struct mme_tacs near[] = {{PLMN, 5, 9}, {PLMN, 100, 200}};
	struct mme_config c = bench_config;
	struct s1ap_enb_configuration_update m = {0};
	plmn_t plmn = PLMN;
	struct s1ap_supported_tas_item ta[2] = {{.tac = 150, .broadcast_plmns = {&plmn, 1}},
						{.tac = 9, .broadcast_plmns = {&plmn, 1}}};

	c.tacs = 2;
	c.tac = near;
	mme_reload(&c);
	enb_in(1, 150);
	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	for (int i = 0; i < 2; i++) { /* asked once: the second update brings nothing new */
		S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){ta, 2});
		tell(&assoc[1], enb_configuration_update, &m);
		expect(&assoc[1], enb_configuration_update_acknowledge);
		if (!i)
			expect(&assoc[1], paging);
		quiet(&assoc[1]);
	}
	serve_device(&d);
}

static void a_device_that_does_not_come_is_given_up(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	sgw_notifies(&d, 8, 0);
	for (int i = 1; i <= 3; i++) {
		const struct s1ap_paging *p = expect(d.enb, paging);

		assert_int_equal(p->assistance_data_for_paging.paging_attempt_information
					 .paging_attempt_count,
				 i);
		quiet(d.enb);
		assert_int_equal(sgw.unpaged, 0);
		elapse(6100);
	}
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 1);
	assert_int_equal(sgw.unpaged_cause, GTPC_UE_NOT_RESPONDING);
	assert_int_equal(mme_counters.paging_failed, 1);
	assert_int_equal(procedures(), 0);
	is_registered(&d);
	/* And called again for what comes later. */
	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	serve_device(&d);
}

static void attempts_are_as_configured(void **state)
{
	(void)state;
	struct mme_config c = bench_config;

	c.timer[T3413].ms = 2000;
	mme_reload(&c);
	struct device d = idle_device(enb_ready(0), "001010000000001");

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	elapse(2100);
	expect(d.enb, paging);
	elapse(2100);
	expect(d.enb, paging);
	elapse(2100);
	assert_int_equal(sgw.unpaged, 1);
}

static void more_urgent_data_calls_at_once(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct mme_config c = bench_config;
	const struct s1ap_paging *p;

	c.paging_priority_arp = 4;
	mme_reload(&c);
	sgw_notifies(&d, 8, 0);
	assert_false(expect(d.enb, paging)->has.paging_priority);
	sgw_notifies(&d, 8, 0);
	sgw_notifies(&d, 9, 0);
	quiet(d.enb);
	sgw_notifies(&d, 2, 0);
	p = expect(d.enb, paging);
	assert_true(p->has.paging_priority);
	assert_int_equal(p->paging_priority, S1AP_PAGING_PRIORITY_PRIOLEVEL2);
	quiet(d.enb);
	assert_int_equal(in_use("paging"), 1);
	serve_device(&d);
}

static void connected_device_is_not_called(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_DONE);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	quiet(d.enb);
	go_idle(&d);
	initial(&d, service_request(&d));
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	take_context(&d);
	quiet(d.enb);
	context_is_up(&d, d.ebi);
	assert_int_equal(procedures(), 0);
}

static void unknown_device_is_not_found(void **state)
{
	(void)state;
	struct gtpc_request q = {.type = GTPC_DOWNLINK_DATA_NOTIFICATION, .teid = 4711};
	struct device d = one();
	const struct s1ap_paging *p;

	q.imsi = IMSI_NONE;
	assert_int_equal(sgw_asks(&q).cause, GTPC_CONTEXT_NOT_FOUND);
	quiet(d.enb);
	assert_int_equal(mme_counters.s11_unknown, 1);
	/* Where the SGW says whose data it is, the S-TMSI is all that is lost. */
	q.sender.teid = 1;
	q.imsi = d.imsi;
	assert_int_equal(sgw_asks(&q).cause, GTPC_ACCEPTED);
	p = expect(d.enb, paging);
	assert_int_equal(p->ue_paging_id.choice, S1AP_UE_PAGING_ID_IMSI);
	assert_int_equal(p->ue_paging_id.imsi.n, 8);
	assert_memory_equal(p->ue_paging_id.imsi.p, "\x00\x01\x01\x00\x00\x00\x00\xf1", 8);
	assert_int_equal(p->ue_identity_index_value, 1010000000001 % 1024);
	assert_true(p->has.extended_ue_identity_index_value);
	assert_int_equal(p->extended_ue_identity_index_value, 1010000000001 % 16384);
	assert_int_equal(p->tai_list.n, 1);
}

static void silent_device_is_not_called_any_more(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	elapse(10);
	reach_start(ue_of(&d));
	pass((mme.t3412_s + mme.mobile_reachable_extra_s) * 1000ULL + 1000, 60000);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_UNABLE_TO_PAGE);
	quiet(d.enb);
	serve_device(&d);
	go_idle(&d);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	expect(d.enb, paging);
}

/* What stderr gets until log_end, which has that in text[]. */
static FILE *log_begin(int *before)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	fflush(stderr);
	*before = dup(STDERR_FILENO);
	dup2(fileno(f), STDERR_FILENO);
	return f;
}

static void log_end(FILE *f, int before, char *text, size_t cap)
{
	size_t n;

	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(f);
	n = fread(text, 1, cap - 1, f);
	text[n] = 0;
	fclose(f);
}

/* There is room for 16 (36.413 9.2.1.103). */
static void paging_that_cannot_be_encoded_is_logged_with_the_ie(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	char text[1024];
	FILE *f;
	int before;

	ue_of(&d)->cells_n = 17;
	ue_of(&d)->cell = calloc(17, sizeof(struct ecgi));
	f = log_begin(&before);
	sgw_notifies(&d, 8, 0);
	log_end(f, before, text, sizeof(text));
	quiet(d.enb);
	assert_int_equal(mme_counters.paging_sent, 0);
	assert_non_null(strstr(text, "s1.encode message=\"paging\" ie=assistance"));
}

static void what_an_enodeb_said_helps_the_next(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_capability_info_indication c = {0};
	struct s1ap_ue_context_release_request q = {0};
	struct s1ap_ue_context_release_complete m = {0};
	struct s1ap_recommended_cell_item cell[2] = {{.eutran_cgi = {PLMN, 0x11}},
						     {.eutran_cgi = {PLMN, 0x22}}};
	struct s1ap_mme_paging_target target = {.choice = S1AP_MME_PAGING_TARGET_TAI,
						.tai = {PLMN, TAC}};
	struct s1ap_recommended_enb_item enb = {.mme_paging_target = target};
	const struct s1ap_paging *p;

	attach_to(&d, AT_DONE);
	S1AP_SET(&c, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&c, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&c, ue_radio_capability, bytes_of("all", 3));
	S1AP_SET(&c, ue_radio_capability_for_paging, bytes_of("few", 3));
	tell(d.enb, ue_capability_info_indication, &c);
	S1AP_SET(&q, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&q, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&q, cause, S1AP_CAUSE(RADIO, USER_INACTIVITY));
	tell(d.enb, ue_context_release_request, &q);
	expect(d.enb, ue_context_release_command);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, information_on_recommended_cells_and_enbs_for_paging,
		 (struct s1ap_information_on_recommended_cells_and_enbs_for_paging){
			 .recommended_cells_for_paging.recommended_cell_list = {cell, 2},
			 .recommend_enbs_for_paging.recommended_enb_list = {&enb, 1},
		 });
	tell(d.enb, ue_context_release_complete, &m);
	ue_of(&d)->paging_drx = S1AP_PAGING_DRX_V256 + 1;
	sgw_notifies(&d, 8, 0);
	p = expect(d.enb, paging);
	assert_int_equal(p->paging_drx, S1AP_PAGING_DRX_V256);
	assert_int_equal(p->ue_radio_capability_for_paging.n, 3);
	assert_memory_equal(p->ue_radio_capability_for_paging.p, "few", 3);
	const struct s1ap_recommended_cell_list *l =
		&p->assistance_data_for_paging.assistance_data_for_recommended_cells
			 .recommended_cells_for_paging.recommended_cell_list;

	assert_int_equal(l->n, 2);
	assert_int_equal(l->v[1].eutran_cgi.eci, 0x22);
}

static void device_that_attaches_anew_was_lost_to_the_sgw(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001"), again;

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	again = device(d.enb, "001010000000001");
	attach_to(&again, AT_DONE);
	assert_int_equal(sgw.unpaged, 1);
	assert_int_equal(sgw.unpaged_cause, GTPC_ALREADY_REATTACHED);
	assert_int_equal(sessions(), 1);
	elapse(20000);
	quiet(d.enb);
}

static void service_that_fails_is_told_to_the_sgw(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	initial(&d, service_request(&d));
	take_context(&d);
	elapse(10100);
	released(&d);
	assert_int_equal(sgw.unpaged, 1);
	assert_int_equal(sgw.unpaged_cause, GTPC_SERVICE_DENIED);
	is_registered(&d);
}

/* 29.274 8.4: it would fail the next time, too. */
static void device_that_the_gateway_does_not_know_is_to_attach_again(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	sgw.modify_cause = GTPC_CONTEXT_NOT_FOUND;
	serve_device(&d);
	assert_int_equal(hear(&d, detach_request_network, DETACH_REQUEST_NETWORK)->detach_type.type,
			 NAS_DETACH_REATTACH);
	say(&d, detach_accept, &(struct nas_detach_accept){0});
	released(&d);
	assert_null(ue_of(&d));
	assert_int_equal(mme_counters.service_failed, 1);
}

static void sgw_stops_what_it_asked_for(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct gtpc_request q = {.type = GTPC_STOP_PAGING, .teid = the_session()->mme_teid};

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	sgw_asks(&q);
	elapse(20000);
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 0);
	assert_int_equal(procedures(), 0);
}

static void calls_are_answered_by_any_message(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct nas_extended_service_request r = extended_request(&d);

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	initial(&d, protect(&d, NAS(extended_service_request, &r), NAS_SEC_INTEGRITY));
	take_context(&d);
	context_is_up(&d, d.ebi);
	assert_int_equal(mme_counters.paging_answered, 1);
	assert_int_equal(procedures(), 0);
}

static void restart_knows_where_to_call(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	uint32_t teid = the_session()->mme_teid;
	char error[128];

	mme_stop(true);
	run();
	memset(assoc, 0, sizeof(assoc));
	assert_int_equal(mme_start(&bench_config, error, sizeof(error)), 0);
	assert_int_equal(ue_of(&d)->s11_teid, teid);
	d.enb = enb_ready(0);
	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	assert_int_equal(expect(d.enb, paging)->tai_list.v[0].tai.tac, TAC);
	d.sec.dl_count = ue_of(&d)->sec->dl_count;
	serve_device(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(data_calls_an_idle_device_by_its_s_tmsi),
		BEHAVIOUR(paging_that_cannot_be_encoded_is_logged_with_the_ie),
		BEHAVIOUR(data_of_a_service_request_that_fails_is_given_up),
		BEHAVIOUR(data_goes_on_with_the_connection_that_takes_the_place),
		BEHAVIOUR(tunnel_that_was_left_costs_no_new_connection),
		BEHAVIOUR(only_enodebs_of_its_areas_are_asked),
		BEHAVIOUR(an_enodeb_that_comes_asks_for_who_is_called),
		BEHAVIOUR(an_enodeb_is_not_asked_for_who_has_come_or_was_given_up),
		BEHAVIOUR(an_area_that_an_enodeb_adds_is_called_in),
		BEHAVIOUR(a_device_that_does_not_come_is_given_up),
		BEHAVIOUR(attempts_are_as_configured),
		BEHAVIOUR(more_urgent_data_calls_at_once),
		BEHAVIOUR(connected_device_is_not_called),
		BEHAVIOUR(unknown_device_is_not_found),
		BEHAVIOUR(silent_device_is_not_called_any_more),
		BEHAVIOUR(what_an_enodeb_said_helps_the_next),
		BEHAVIOUR(device_that_attaches_anew_was_lost_to_the_sgw),
		BEHAVIOUR(service_that_fails_is_told_to_the_sgw),
		BEHAVIOUR(device_that_the_gateway_does_not_know_is_to_attach_again),
		BEHAVIOUR(sgw_stops_what_it_asked_for),
		BEHAVIOUR(calls_are_answered_by_any_message),
		BEHAVIOUR(restart_knows_where_to_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
