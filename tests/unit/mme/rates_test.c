/* SPDX-License-Identifier: Apache-2.0 */
/* Rates beyond what the first IEs can say: to the eNodeB in the extensions of TS 36.413 9.2.1.18
 * and 9.2.1.20, to the device in the extended IEs of TS 24.301 9.9.4.29 and 9.9.4.30, and from it.
 */
#include "session.h"

static const uint64_t k = 1000, m = 1000000, g = 1000000000, t = 1000000000000;

/* ---- aggregates ---- */

static void subscribe(uint64_t up, uint64_t down)
{
	hss.ambr_up = hss.apn[0].ambr_up = up;
	hss.ambr_down = hss.apn[0].ambr_down = down;
}

/* A rate as the base IE and, if has, the extension say it; extended 0: not there. */
static void says(uint64_t base, bool has, uint64_t extension, uint64_t rate, uint64_t extended)
{
	assert_int_equal(base, rate < 10 * g ? rate : 10 * g);
	assert_int_equal(has, extended != 0);
	assert_int_equal(has ? extension : 0, extended);
}

static void ambr_says(const struct s1ap_ue_aggregate_maximum_bitrate *a, uint64_t up,
		      uint64_t extended_up, uint64_t down, uint64_t extended_down)
{
	says(a->ue_aggregate_maximum_bit_rate_ul, a->has.extended_ue_aggregate_maximum_bit_rate_ul,
	     a->extended_ue_aggregate_maximum_bit_rate_ul, up, extended_up);
	says(a->ue_aggregate_maximum_bit_rate_dl, a->has.extended_ue_aggregate_maximum_bit_rate_dl,
	     a->extended_ue_aggregate_maximum_bit_rate_dl, down, extended_down);
}

/* The device attaches: its eNodeB and it are told. */
static const struct nas_activate_default_bearer_request *
told(struct device *d, const struct s1ap_ue_aggregate_maximum_bitrate **a)
{
	const struct s1ap_initial_context_setup_request *r;

	attach_to(d, AT_SMC);
	complete_smc(d);
	r = expect(d->enb, initial_context_setup_request);
	d->mme_id = r->mme_ue_s1ap_id;
	*a = &r->ue_aggregate_maximum_bitrate;
	return bearer_in(read_accept(d, r->e_rab_to_be_setup_list.v[0].nas_pdu));
}

static void ue_ambr_above_10_gigabit_is_extended(void **state)
{
	const struct {
		uint64_t rate, extended;
	} rows[] = {
		{10 * g, 0},        {10 * g + 1, 10 * g + 1}, {4 * t, 4 * t},
		{4 * t + 1, 4 * t}, {UINT64_MAX, 4 * t},
	};
	struct s1_assoc *enb = enb_ready(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char imsi[IMSI_STRLEN];
		const struct s1ap_ue_aggregate_maximum_bitrate *a;

		snprintf(imsi, sizeof(imsi), "00101000000000%zu", i + 1);
		struct device d = device(enb, imsi);

		subscribe(rows[i].rate, m);
		told(&d, &a);
		ambr_says(a, rows[i].rate, rows[i].extended, m, 0);
		context_is_up(&d, d.ebi);
		complete_attach(&d);
		quiet(d.enb);
	}
}

static void apn_ambr_above_65280_megabit_is_extended(void **state)
{
	const struct s1ap_ue_aggregate_maximum_bitrate *a;
	const struct nas_activate_default_bearer_request *r;
	struct device d = one(), e = device(d.enb, "001010000000002");

	(void)state;
	subscribe(65280 * m, 65280 * m);
	r = told(&d, &a);
	assert_true(r->apn_ambr.up == 65280 * m && r->apn_ambr.down == 65280 * m);
	assert_false(HAS(r, nas_activate_default_bearer_request, extended_ambr));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	quiet(d.enb);
	subscribe(65284 * m, 2 * t);
	r = told(&e, &a);
	assert_true(r->apn_ambr.up == 65280 * m && r->apn_ambr.down == 65280 * m);
	assert_true(HAS(r, nas_activate_default_bearer_request, extended_ambr));
	assert_true(r->extended_ambr.up == 65284 * m && r->extended_ambr.down == 2 * t);
}

/* 8.3.18.8, 8.3.18.14: if it has changed, and only then. */
static void changed_apn_ambr_is_extended(void **state)
{
	struct device d = registered();
	struct gtpc_request q = request(&d, GTPC_UPDATE_BEARER);
	const struct nas_modify_bearer_request *r;
	const struct s1ap_ue_context_modification_request *c;

	(void)state;
	ue_of(&d)->ambr_up = ue_of(&d)->ambr_down = 0; /* the HSS has none: the APN's alone */
	q.ambr_up = 40 * g;
	q.ambr_down = 100 * g;
	q.bearer[0].ebi = EBI;
	gateway_asks(&q);
	r = hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
	assert_true(HAS(r, nas_modify_bearer_request, apn_ambr));
	assert_true(r->apn_ambr.up == 39936 * m + 64 * m && r->apn_ambr.down == 65280 * m);
	assert_true(HAS(r, nas_modify_bearer_request, extended_ambr));
	assert_true(r->extended_ambr.up == 40 * g && r->extended_ambr.down == 100 * g);
	say(&d, modify_bearer_accept, &(struct nas_modify_bearer_accept){.ebi = EBI});
	answer_is(GTPC_ACCEPTED);
	c = expect(d.enb, ue_context_modification_request);
	ambr_says(&c->ue_aggregate_maximum_bitrate, 40 * g, 40 * g, 100 * g, 100 * g);
	q.bearer[0].tft.n = TFT_N;
	memcpy(q.bearer[0].tft.b, tft, TFT_N);
	gateway_asks(&q);
	r = hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
	assert_true(HAS(r, nas_modify_bearer_request, tft));
	assert_false(HAS(r, nas_modify_bearer_request, apn_ambr));
	assert_false(HAS(r, nas_modify_bearer_request, extended_ambr));
}

/* ---- guaranteed bearers ---- */

static struct bearer_qos guaranteed(uint64_t gbr_up, uint64_t gbr_down, uint64_t mbr)
{
	return (struct bearer_qos){.qci = 2,
				   .arp_priority = 3,
				   .gbr_up = gbr_up,
				   .gbr_down = gbr_down,
				   .mbr_up = mbr,
				   .mbr_down = mbr};
}

static void qos_says(const struct s1ap_e_rab_level_qos_parameters *p, uint64_t gbr_up,
		     uint64_t extended_up, uint64_t gbr_down, uint64_t extended_down, uint64_t mbr,
		     uint64_t extended)
{
	const struct s1ap_gbr_qos_information *q = &p->gbr_qos_information;

	assert_true(p->has.gbr_qos_information);
	says(q->e_rab_guaranteed_bitrate_ul, q->has.extended_e_rab_guaranteed_bitrate_ul,
	     q->extended_e_rab_guaranteed_bitrate_ul, gbr_up, extended_up);
	says(q->e_rab_guaranteed_bitrate_dl, q->has.extended_e_rab_guaranteed_bitrate_dl,
	     q->extended_e_rab_guaranteed_bitrate_dl, gbr_down, extended_down);
	says(q->e_rab_maximum_bitrate_ul, q->has.extended_e_rab_maximum_bitrate_ul,
	     q->extended_e_rab_maximum_bitrate_ul, mbr, extended);
	says(q->e_rab_maximum_bitrate_dl, q->has.extended_e_rab_maximum_bitrate_dl,
	     q->extended_e_rab_maximum_bitrate_dl, mbr, extended);
}

static void guaranteed_rates_above_10_gigabit_are_extended(void **state)
{
	struct device d = registered();
	const struct s1ap_e_rab_setup_request *s;
	const struct s1ap_e_rab_to_be_setup_item_bearer_su_req *item;
	const struct nas_activate_dedicated_bearer_request *r;
	const struct s1ap_e_rab_modify_request *mod;
	const struct nas_modify_bearer_request *n;
	struct gtpc_request q = request(&d, GTPC_UPDATE_BEARER);

	(void)state;
	ask_for_qos(&d, guaranteed(10 * g, 11 * g, 20 * g));
	s = expect(d.enb, e_rab_setup_request);
	item = &s->e_rab_to_be_setup_list.v[0];
	qos_says(&item->e_rab_level_qos_parameters, 10 * g, 0, 11 * g, 11 * g, 20 * g, 20 * g);
	r = read_nas(&d, item->nas_pdu, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	assert_true(r->qos.rates && r->qos.gbr_up == 10 * g && r->qos.gbr_down == 10 * g &&
		    r->qos.mbr_up == 10 * g && r->qos.mbr_down == 10 * g);
	assert_true(HAS(r, nas_activate_dedicated_bearer_request, extended_qos));
	assert_true(r->extended_qos.gbr_up == 0 && r->extended_qos.gbr_down == 11 * g &&
		    r->extended_qos.mbr_up == 20 * g && r->extended_qos.mbr_down == 20 * g);
	set_up(&d, NEXT, true);
	accept_dedicated(&d, NEXT);
	answer_is(GTPC_ACCEPTED);
	q.bearer[0].ebi = NEXT;
	q.bearer[0].qos = guaranteed(20 * m, 10 * g + 1, 5 * t);
	gateway_asks(&q);
	mod = expect(d.enb, e_rab_modify_request);
	qos_says(&mod->e_rab_to_be_modified_list.v[0].e_rab_level_qos_parameters, 20 * m, 0,
		 10 * g + 1, 10 * g + 1, 5 * t, 4 * t);
	n = read_nas(&d, mod->e_rab_to_be_modified_list.v[0].nas_pdu, NAS_MODIFY_BEARER_REQUEST);
	assert_true(n->qos.gbr_up == 20 * m && n->qos.gbr_down == 10 * g);
	assert_true(HAS(n, nas_modify_bearer_request, extended_qos));
	assert_true(n->extended_qos.gbr_up == 0 && n->extended_qos.mbr_up == 5 * t);
}

static void guaranteed_rates_of_10_gigabit_need_no_extension(void **state)
{
	struct device d = registered();
	const struct s1ap_e_rab_setup_request *s;
	const struct nas_activate_dedicated_bearer_request *r;

	(void)state;
	ask_for_qos(&d, guaranteed(10 * g, 64 * k, 10 * g));
	s = expect(d.enb, e_rab_setup_request);
	qos_says(&s->e_rab_to_be_setup_list.v[0].e_rab_level_qos_parameters, 10 * g, 0, 64 * k, 0,
		 10 * g, 0);
	r = read_nas(&d, s->e_rab_to_be_setup_list.v[0].nas_pdu,
		     NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	assert_false(HAS(r, nas_activate_dedicated_bearer_request, extended_qos));
}

/* ---- what the device asks for ---- */

static struct nas_eps_qos wish(uint64_t gbr)
{
	return (struct nas_eps_qos){2, true, gbr, gbr, gbr, gbr};
}

static void device_may_ask_for_more_than_10_gigabit(void **state)
{
	struct device d = with_bearer();
	struct nas_bearer_resource_allocation_request r = {
		.pti = 9, .linked_ebi = EBI, .tfa = bytes_of(tft, TFT_N), .qos = wish(12 * g)};
	struct nas_bearer_resource_modification_request c = {
		.pti = 10,
		.linked_ebi = NEXT,
		.tfa = bytes_of("\x61\x31\x06\x02\x30\x06", 6),
		.qos = wish(4 * t)};
	const struct bearer_qos *got = &sgw.resource.bearer[0].qos;

	(void)state;
	assert_true(nas_qos_extend(&r.qos, &r.extended_qos));
	SET(&r, nas_bearer_resource_allocation_request, extended_qos);
	say(&d, bearer_resource_allocation_request, &r);
	assert_int_equal(sgw.resources, 1);
	assert_true(got->gbr_up == 12 * g && got->gbr_down == 12 * g && got->mbr_up == 12 * g &&
		    got->mbr_down == 12 * g);
	assert_true(nas_qos_extend(&c.qos, &c.extended_qos));
	SET(&c, nas_bearer_resource_modification_request, qos);
	SET(&c, nas_bearer_resource_modification_request, extended_qos);
	say(&d, bearer_resource_modification_request, &c);
	assert_int_equal(sgw.resources, 2);
	assert_true(got->gbr_up == 4 * t && got->mbr_down == 4 * t);
	quiet(d.enb);
}

/* No eNodeB could be told. */
static void device_may_not_ask_for_more_than_4_terabit(void **state)
{
	struct device d = registered();
	struct nas_bearer_resource_allocation_request r = {
		.pti = 9, .linked_ebi = EBI, .tfa = bytes_of(tft, TFT_N), .qos = wish(5 * t)};

	(void)state;
	assert_true(nas_qos_extend(&r.qos, &r.extended_qos));
	SET(&r, nas_bearer_resource_allocation_request, extended_qos);
	say(&d, bearer_resource_allocation_request, &r);
	assert_int_equal(
		hear(&d, bearer_resource_allocation_reject, BEARER_RESOURCE_ALLOCATION_REJECT)
			->esm_cause,
		ESM_CAUSE_QOS_NOT_ACCEPTED);
	assert_int_equal(sgw.resources, 0);
	quiet(d.enb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(ue_ambr_above_10_gigabit_is_extended),
		BEHAVIOUR(apn_ambr_above_65280_megabit_is_extended),
		BEHAVIOUR(changed_apn_ambr_is_extended),
		BEHAVIOUR(guaranteed_rates_above_10_gigabit_are_extended),
		BEHAVIOUR(guaranteed_rates_of_10_gigabit_need_no_extension),
		BEHAVIOUR(device_may_ask_for_more_than_10_gigabit),
		BEHAVIOUR(device_may_not_ask_for_more_than_4_terabit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
