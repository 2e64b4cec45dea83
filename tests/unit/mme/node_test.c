/* SPDX-License-Identifier: Apache-2.0 */
/* eNodeBs as nodes (TS 36.413 8.7, 8.15): what each tells and is told, and what follows from its
 * answer. */
#include "bench.h"

static struct enb *enb_at(unsigned i)
{
	char id[24];

	snprintf(id, sizeof(id), "00101-%05x", 100 + i);
	return enb_by_text(id);
}

/* ---- eNB Configuration Update ---- */

static struct s1ap_enb_configuration_update update_with(uint16_t tac, plmn_t *plmn,
							struct s1ap_supported_tas_item *item)
{
	struct s1ap_enb_configuration_update m = {0};

	*item = (struct s1ap_supported_tas_item){.tac = tac, .broadcast_plmns = {plmn, 1}};
	S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){item, 1});
	return m;
}

static void enb_update_takes_the_place_of_what_was_told(void **state)
{
	(void)state;
	plmn_t plmn = PLMN;
	struct s1ap_supported_tas_item item;
	struct s1ap_enb_configuration_update m = update_with(TAC + 1, &plmn, &item);
	struct enb_view v = {0};

	enb_ready(0);
	S1AP_SET(&m, enb_name, bytes_of("tower", 5));
	S1AP_SET(&m, default_paging_drx, S1AP_PAGING_DRX_V32);
	tell(&assoc[0], enb_configuration_update, &m);
	expect(&assoc[0], enb_configuration_update_acknowledge);
	assert_true(node_api.enb("tower", &v));
	assert_string_equal(v.tais, "00101-0008");
	assert_int_equal(v.paging_drx, 32);
	/* What is not in it stays. */
	memset(&m, 0, sizeof(m));
	tell(&assoc[0], enb_configuration_update, &m);
	expect(&assoc[0], enb_configuration_update_acknowledge);
	assert_true(node_api.enb("tower", &v));
	assert_string_equal(v.tais, "00101-0008");
	assert_int_equal(mme_counters.enb_update, 2);
}

static void enb_update_with_nothing_served_changes_nothing(void **state)
{
	(void)state;
	plmn_t foreign = 0x22f210, plmn = PLMN;
	struct s1ap_supported_tas_item item;
	struct s1ap_enb_configuration_update m = update_with(TAC, &foreign, &item);
	const struct s1ap_enb_configuration_update_failure *f;
	struct enb_view v = {0};

	enb_ready(0);
	S1AP_SET(&m, enb_name, bytes_of("tower", 5));
	tell(&assoc[0], enb_configuration_update, &m);
	f = expect(&assoc[0], enb_configuration_update_failure);
	assert_int_equal(f->cause.value, S1AP_CAUSE_MISC_UNKNOWN_PLMN);
	assert_true(f->has.time_to_wait);
	m = update_with(99, &plmn, &item);
	tell(&assoc[0], enb_configuration_update, &m);
	f = expect(&assoc[0], enb_configuration_update_failure);
	assert_int_equal(f->cause.value, S1AP_CAUSE_MISC_UNSPECIFIED);
	assert_true(node_api.enb("site", &v));
	assert_string_equal(v.tais, "00101-0007");
	assert_string_equal(v.state, "up");
	assert_int_equal(mme_counters.enb_update_failed, 2);
}

/* Clause 10: where a procedure has its own message for it, that is how it is refused. */
static void a_missing_ie_is_refused_by_the_procedures_own_failure(void **state)
{
	(void)state;
	struct s1ap_s1_removal_request m = {0};
	const struct s1ap_s1_removal_failure *f;

	enb_ready(0);
	tell_incomplete(&assoc[0], s1_removal_request, &m);
	f = expect(&assoc[0], s1_removal_failure);
	assert_int_equal(f->cause.group, S1AP_CAUSE_PROTOCOL);
	assert_int_equal(f->cause.value, S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT);
	assert_int_equal(f->criticality_diagnostics.ies_criticality_diagnostics.v[0].ie_id, 59);
	quiet(&assoc[0]);
	assert_non_null(enb_at(0));
}

static void s1_removal_ends_the_interface(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_s1_removal_request m = {0};

	attach_to(&d, AT_DONE);
	m.has.global_enb_id = 1;
	m.global_enb_id.plmn = PLMN;
	m.global_enb_id.enb_id.macro_enb_id = 999;
	tell(d.enb, s1_removal_request, &m);
	expect(d.enb, s1_removal_failure);
	m.global_enb_id.enb_id.macro_enb_id = 100;
	tell(d.enb, s1_removal_request, &m);
	expect(d.enb, s1_removal_response);
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	/* Nothing goes before another S1 Setup. */
	initial(&d, attach_request(&d));
	expect(d.enb, error_indication);
}

/* ---- MME Configuration Update ---- */

static void reload_as(const char *name, uint8_t capacity)
{
	struct mme_config c = bench_config;

	c.name = name;
	c.relative_capacity = capacity;
	mme_reload(&c);
	run();
}

static void mme_update_goes_to_all_when_something_changed(void **state)
{
	(void)state;
	struct s1ap_mme_configuration_update_acknowledge ack = {0};
	const struct s1ap_mme_configuration_update *m;

	enb_ready(0);
	enb_ready(1);
	reload_as("bench", 77);
	quiet(&assoc[0]);
	reload_as("new", 12);
	for (unsigned i = 0; i < 2; i++) {
		m = expect(&assoc[i], mme_configuration_update);
		assert_memory_equal(m->mme_name.p, "new", 3);
		assert_int_equal(m->relative_mme_capacity, 12);
		assert_int_equal(m->served_gummeis.v[0].served_mmecs.v[0], CODE);
		tell(&assoc[i], mme_configuration_update_acknowledge, &ack);
		quiet(&assoc[i]);
	}
	assert_int_equal(mme_counters.mme_update, 2);
	assert_int_equal(in_use("mme_update"), 0);
	/* One more to nobody is local to us. */
	tell(&assoc[0], mme_configuration_update_acknowledge, &ack);
	assert_int_equal(mme_counters.s1_bad, 1);
	reload_as("bench", 77);
	expect(&assoc[0], mme_configuration_update);
	expect(&assoc[1], mme_configuration_update);
}

static void mme_update_waits_as_long_as_the_enodeb_says(void **state)
{
	(void)state;
	struct s1ap_mme_configuration_update_failure f = {0};

	enb_ready(0);
	reload_as("new", 77);
	expect(&assoc[0], mme_configuration_update);
	S1AP_SET(&f, cause, S1AP_CAUSE(MISC, UNSPECIFIED));
	S1AP_SET(&f, time_to_wait, S1AP_TIME_TO_WAIT_V5S);
	tell(&assoc[0], mme_configuration_update_failure, &f);
	elapse(4500);
	quiet(&assoc[0]);
	elapse(1000);
	expect(&assoc[0], mme_configuration_update);
	f.has.time_to_wait = 0;
	tell(&assoc[0], mme_configuration_update_failure, &f);
	elapse(120000);
	quiet(&assoc[0]);
	assert_int_equal(mme_counters.mme_update_failed, 2);
}

static void mme_update_without_an_answer_is_sent_three_times_the_same(void **state)
{
	(void)state;
	const struct s1ap_mme_configuration_update *m;

	enb_ready(0);
	reload_as("one", 77);
	for (int i = 0; i < 3; i++) {
		m = expect(&assoc[0], mme_configuration_update);
		assert_memory_equal(m->mme_name.p, "one", 3);
		quiet(&assoc[0]);
		reload_as(i ? "three" : "two", 77);
		elapse(10100);
	}
	/* What changed meanwhile is an update of its own. */
	m = expect(&assoc[0], mme_configuration_update);
	assert_memory_equal(m->mme_name.p, "three", 5);
	elapse(10100);
	expect(&assoc[0], mme_configuration_update);
	elapse(10100);
	expect(&assoc[0], mme_configuration_update);
	elapse(10100);
	quiet(&assoc[0]);
	assert_int_equal(in_use("mme_update"), 0);
}

static void a_change_while_an_update_is_under_way_follows_it(void **state)
{
	(void)state;
	struct s1ap_mme_configuration_update_acknowledge ack = {0};
	const struct s1ap_mme_configuration_update *m;

	enb_ready(0);
	reload_as("one", 77);
	expect(&assoc[0], mme_configuration_update);
	reload_as("two", 77);
	quiet(&assoc[0]);
	tell(&assoc[0], mme_configuration_update_acknowledge, &ack);
	m = expect(&assoc[0], mme_configuration_update);
	assert_memory_equal(m->mme_name.p, "two", 3);
	tell(&assoc[0], mme_configuration_update_acknowledge, &ack);
	quiet(&assoc[0]);
	enb_down(&assoc[0]);
}

/* ---- Reset by the MME ---- */

static int last_err;
static unsigned told;

static void on_done(void *arg, int err)
{
	(void)arg;
	last_err = err;
	told++;
}

static void reset_of_all_makes_devices_idle(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_reset_acknowledge ack = {0};
	const struct s1ap_reset *r;

	told = 0;
	attach_to(&d, AT_DONE);
	node_api.reset("00101-00064", IMSI_NONE, on_done, NULL);
	r = expect(d.enb, reset);
	assert_int_equal(r->reset_type.choice, S1AP_RESET_TYPE_S1_INTERFACE);
	assert_null(ue_of(&d)->conn);
	is_registered(&d);
	run();
	assert_false(the_session()->connected);
	assert_int_equal(told, 0);
	node_api.reset("00101-00064", IMSI_NONE, on_done, NULL);
	run();
	assert_int_equal(last_err, -EALREADY);
	tell(d.enb, reset_acknowledge, &ack);
	assert_int_equal(told, 2);
	assert_int_equal(last_err, 0);
	quiet(d.enb);
}

static void reset_of_one_names_its_connection(void **state)
{
	(void)state;
	struct device d = one(), e = device(d.enb, "001010000000002");
	const struct s1ap_reset *r;

	told = 0;
	attach_to(&d, AT_DONE);
	attach_to(&e, AT_DONE);
	node_api.reset("site", d.imsi, on_done, NULL);
	for (int i = 0; i < 3; i++) {
		r = expect(d.enb, reset);
		assert_int_equal(r->reset_type.choice, S1AP_RESET_TYPE_PART_OF_S1_INTERFACE);
		assert_int_equal(r->reset_type.part_of_s1_interface.n, 1);
		assert_int_equal(r->reset_type.part_of_s1_interface.v[0].mme_ue_s1ap_id, d.mme_id);
		assert_int_equal(r->reset_type.part_of_s1_interface.v[0].enb_ue_s1ap_id, d.enb_id);
		elapse(10100);
	}
	assert_int_equal(last_err, -ETIMEDOUT);
	assert_null(ue_of(&d)->conn);
	assert_non_null(ue_of(&e)->conn);
	node_api.reset("nobody", IMSI_NONE, on_done, NULL);
	run();
	assert_int_equal(last_err, -ENOENT);
}

/* ---- configuration transfer ---- */

static struct s1ap_global_enb_id global_id(uint32_t id)
{
	struct s1ap_global_enb_id g = {.plmn = PLMN};

	g.enb_id.choice = S1AP_ENB_ID_MACRO_ENB_ID;
	g.enb_id.macro_enb_id = id;
	return g;
}

/* A message's octets, as told. */
static struct bytes octets(const struct s1ap_msg *msg, const void *body)
{
	uint8_t *buf = arena_alloc(&mem, 16384);
	struct wr w = wr_of(buf, 16384);

	assert_int_equal(s1ap_encode(msg, body, &w), 0);
	return bytes_of(buf, (size_t)(w.p - buf));
}

static void son_information_arrives_octet_for_octet(void **state)
{
	(void)state;
	struct s1ap_enb_configuration_transfer *m;
	struct bytes sent, came;
	uint64_t seed = 1;

	enb_ready(0);
	enb_ready(1);
	do /* one with all of its parts */
		m = s1ap_any(&mem, &s1ap_enb_configuration_transfer_msg, seed++);
	while (!m->has.son_configuration_transfer_ect ||
	       !m->son_configuration_transfer_ect.has.x2_tnl_configuration_info);
	m->has.en_dc_son_configuration_transfer_ect = 0;
	m->has.intersystem_son_configuration_transfer_ect = 0;
	m->son_configuration_transfer_ect.target_enb_id.global_enb_id = global_id(101);
	sent = octets(&s1ap_enb_configuration_transfer_msg, m);
	tell_octets(&assoc[0], sent.p, sent.n);
	assert_non_null(assoc[1].first);
	came = bytes_of(assoc[1].first->b, assoc[1].first->n);
	assert_true(bytes_equal(s1ap_raw_ie(&mem, sent, 129), s1ap_raw_ie(&mem, came, 130)));
	assert_int_equal(expect(&assoc[1], mme_configuration_transfer)
				 ->son_configuration_transfer_mct.target_enb_id.global_enb_id.enb_id
				 .macro_enb_id,
			 101);
	quiet(&assoc[0]);
	m->son_configuration_transfer_ect.target_enb_id.global_enb_id = global_id(555);
	tell(&assoc[0], enb_configuration_transfer, m);
	quiet(&assoc[0]);
	quiet(&assoc[1]);
	assert_int_equal(mme_counters.enb_transfer, 1);
	assert_int_equal(mme_counters.enb_transfer_lost, 1);
}

static void en_dc_information_finds_the_enodeb_of_an_en_gnb(void **state)
{
	(void)state;
	static const uint8_t id[4] = {0x12, 0x34, 0x56, 0x40};
	struct s1ap_enb_configuration_transfer m = {0};
	struct s1ap_enb_configuration_update u = {0};
	struct s1ap_en_dc_son_configuration_transfer *t = &m.en_dc_son_configuration_transfer_ect;
	plmn_t plmn = PLMN;
	struct s1ap_supported_tas_item ta = {.tac = TAC, .broadcast_plmns = {&plmn, 1}};
	struct s1ap_connected_en_gnb_item gnb = {.en_gnb_id = {id, 26}, .supported_tas = {&ta, 1}};
	struct s1ap_en_dc_transfer_type_request *q = &t->transfer_type.request;

	enb_ready(0);
	enb_ready(1);
	S1AP_SET(&u, connected_en_gnb_to_add_list, (struct s1ap_connected_en_gnb_list){&gnb, 1});
	tell(&assoc[1], enb_configuration_update, &u);
	expect(&assoc[1], enb_configuration_update_acknowledge);
	m.has.en_dc_son_configuration_transfer_ect = 1;
	t->transfer_type.choice = S1AP_EN_DC_SON_TRANSFER_TYPE_REQUEST;
	q->source_enb.global_enb_id = global_id(100);
	q->source_enb.selected_tai = (struct tai){PLMN, TAC};
	q->target_en_gnb.globalen_gnb_id =
		(struct s1ap_global_en_gnb_id){.plmn = PLMN, .en_gnb_id = {id, 26}};
	q->target_en_gnb.selected_tai = (struct tai){PLMN, TAC};
	t->son_information.choice = S1AP_SON_INFORMATION_SON_INFORMATION_REQUEST;
	tell(&assoc[0], enb_configuration_transfer, &m);
	assert_true(expect(&assoc[1], mme_configuration_transfer)
			    ->has.en_dc_son_configuration_transfer_mct);
	/* It goes with its last connection. */
	memset(&u, 0, sizeof(u));
	S1AP_SET(&u, connected_en_gnb_to_remove_list, (struct s1ap_connected_en_gnb_list){&gnb, 1});
	tell(&assoc[1], enb_configuration_update, &u);
	expect(&assoc[1], enb_configuration_update_acknowledge);
	tell(&assoc[0], enb_configuration_transfer, &m);
	quiet(&assoc[1]);
	assert_int_equal(mme_counters.enb_transfer_lost, 1);
}

static void what_has_nobody_behind_it_is_counted(void **state)
{
	(void)state;
	static const struct s1ap_msg *const m[] = {
		&s1ap_enb_direct_information_transfer_msg,
		&s1ap_uplink_non_ue_associated_lppa_transport_msg,
	};

	enb_ready(0);
	for (unsigned i = 0; i < 2; i++) {
		tell_body(&assoc[0], m[i], s1ap_any(&mem, m[i], 3), false);
		quiet(&assoc[0]);
		assert_int_equal(mme_counters.enb_transfer_lost, i + 1);
	}
}

/* ---- the view ---- */

struct parts {
	unsigned cells, counts, setups, causes;
};

static void on_cell(void *arg, const struct enb_cell_view *v)
{
	((struct parts *)arg)->cells += v->cell.eci == 0x1234567 && v->messages > 2;
}

static void on_count(void *arg, const struct enb_count_view *v)
{
	struct parts *p = arg;

	p->counts++;
	if (!strcmp(v->procedure, "s1_setup_request"))
		p->setups = (unsigned)(v->in * 10 + v->out);
}

static void on_cause(void *arg, const struct enb_cause_view *v)
{
	((struct parts *)arg)->causes +=
		!strcmp(v->cause, "radio: user-inactivity") && v->times == 1;
}

static void an_enodeb_is_shown_with_its_cells_and_counters(void **state)
{
	(void)state;
	struct device d = one();
	struct enb_view v = {0};
	struct parts p = {0};

	attach_to(&d, AT_DONE);
	assert_true(node_api.enb("00101-00064", &v));
	assert_int_equal(v.ues, 1);
	assert_int_equal(v.cells, 1);
	assert_int_equal(v.paging_drx, 128);
	go_idle(&d);
	node_api.enb_parts("site", on_cell, on_count, on_cause, &p);
	assert_int_equal(p.cells, 1);
	assert_int_equal(p.setups, 11);
	assert_int_equal(p.causes, 1);
	assert_true(p.counts >= 5);
	assert_false(node_api.enb("", &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(enb_update_takes_the_place_of_what_was_told),
		BEHAVIOUR(enb_update_with_nothing_served_changes_nothing),
		BEHAVIOUR(a_missing_ie_is_refused_by_the_procedures_own_failure),
		BEHAVIOUR(s1_removal_ends_the_interface),
		BEHAVIOUR(mme_update_goes_to_all_when_something_changed),
		BEHAVIOUR(mme_update_waits_as_long_as_the_enodeb_says),
		BEHAVIOUR(mme_update_without_an_answer_is_sent_three_times_the_same),
		BEHAVIOUR(a_change_while_an_update_is_under_way_follows_it),
		BEHAVIOUR(reset_of_all_makes_devices_idle),
		BEHAVIOUR(reset_of_one_names_its_connection),
		BEHAVIOUR(son_information_arrives_octet_for_octet),
		BEHAVIOUR(en_dc_information_finds_the_enodeb_of_an_en_gnb),
		BEHAVIOUR(what_has_nobody_behind_it_is_counted),
		BEHAVIOUR(an_enodeb_is_shown_with_its_cells_and_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
