/* SPDX-License-Identifier: Apache-2.0 */
/* Dedicated core networks (TS 23.401 5.19.1): who is sent to another MME group, with what, what is
 * left of it here, and who stays. */
#include "bench.h"

enum { METERS = 0x8002, BARE = 0x8003 };

static const struct mme_dedicated_core cores[] = {
	{.first = 128, .last = 191, .group = METERS},
	{.first = 192, .last = 200, .group = GROUP}, /* this one */
	{.first = 128, .last = 255, .group = BARE},
};
static const struct mme_dedicated_core with_none[] = {{.without = true, .group = BARE}};
static struct mme_config config;

static int open_bench(void **state)
{
	int err = bench_open(state);

	config = bench_config;
	config.dedicated_cores = 3;
	config.dedicated_core = cores;
	mme_reload(&config);
	return err;
}

#define REROUTE_BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, open_bench, bench_close)

static void subscribe(int usage_type)
{
	hss.has_usage_type = usage_type >= 0;
	hss.usage_type = (uint8_t)usage_type;
}

/* The Initial UE Message that comes back. */
static const struct s1ap_initial_ue_message *rerouted(const struct device *d, uint16_t group,
						      int type)
{
	const struct s1ap_reroute_nas_request *r = expect(d->enb, reroute_nas_request);
	struct s1ap_pdu pdu;

	assert_int_equal(r->enb_ue_s1ap_id, d->enb_id);
	assert_int_equal(r->mme_group_id, group);
	assert_int_equal(r->has.ue_usage_type, type >= 0);
	if (type >= 0)
		assert_int_equal(r->ue_usage_type, type);
	assert_int_equal(s1ap_decode(&mem, r->s1_message, &pdu), 0);
	assert_ptr_equal(pdu.msg, &s1ap_initial_ue_message_msg);
	const struct s1ap_initial_ue_message *i = pdu.body;

	assert_int_equal(i->nas_pdu.n, d->last_up.n);
	assert_memory_equal(i->nas_pdu.p, d->last_up.p, d->last_up.n);
	quiet(d->enb);
	assert_int_equal(procedures(), 0);
	assert_int_equal(in_use("s1_conn"), 0);
	return i;
}

static void device_of_another_core_is_sent_there(void **state)
{
	(void)state;
	struct device d = one();

	subscribe(130);
	initial(&d, attach_request(&d));
	rerouted(&d, METERS, 130);
	assert_int_equal(in_use("mme_ue"), 0);
	assert_int_equal(mme_counters.rerouted, 1);
	assert_int_equal(mme_counters.attach_failed, 0);
	assert_int_equal(hss.locations, 0); /* it is not registered here */
	struct failure_view v = {0};

	assert_true(why_view(d.imsi, &v));
	assert_string_equal(v.cause_clause, "TS 23.401 5.19.1");
	assert_non_null(strstr(v.advice, "mme.dedicated_cores"));
}

static void first_row_that_fits_decides(void **state)
{
	(void)state;
	struct device d = one();

	subscribe(201);
	initial(&d, attach_request(&d));
	rerouted(&d, BARE, 201);
}

static void own_core_and_no_core_stay(void **state)
{
	static const int types[] = {192, 200, 127, 0, -1};
	struct s1_assoc *enb = enb_ready(0);
	struct ue_view v;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct device d = device(enb, "001010000000001");

		subscribe(types[i]);
		attach_to(&d, AT_DONE);
		assert_int_equal(ue_of(&d)->has_usage_type, types[i] >= 0);
		assert_null(ue_of(&d)->conn->initial); /* nothing of it is kept */
		memset(&v, 0, sizeof(v));
		assert_true(mme_api.ue(d.imsi, &v));
		assert_int_equal(v.usage_type[0] ? atoi(v.usage_type) : -1, types[i]);
		go_idle(&d);
	}
	assert_int_equal(mme_counters.rerouted, 0);
}

/* Only where types matter is the HSS asked for them before authentication. */
static void without_cores_nobody_is_sent(void **state)
{
	(void)state;
	struct device d = one();

	config.dedicated_cores = 0;
	mme_reload(&config);
	subscribe(130);
	attach_to(&d, AT_DONE);
	assert_true(ue_of(&d)->has_usage_type); /* by Update-Location */
}

static void device_without_a_type_may_have_a_core(void **state)
{
	(void)state;
	struct device d = one();

	config.dedicated_cores = 1;
	config.dedicated_core = with_none;
	mme_reload(&config);
	initial(&d, attach_request(&d));
	rerouted(&d, BARE, -1);
	subscribe(130);
	attach_to(&d, AT_DONE);
}

/* What an MME has sent here stays, whatever its type. */
static void rerouted_device_is_served(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_initial_ue_message again;

	subscribe(130);
	initial(&d, attach_request(&d));
	again = *rerouted(&d, METERS, 130);
	S1AP_SET(&again, mme_group_id, METERS);
	S1AP_SET(&again, ue_usage_type, 130);
	S1AP_SET(&again, dcn_id, 9);
	S1AP_SET(&again, gummei_type, S1AP_GUMMEI_TYPE_NATIVE);
	tell(d.enb, initial_ue_message, &again);
	take_challenge(&d);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	assert_int_equal(mme_counters.rerouted_here, 1);
	go_idle(&d);
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	hear(&d, tau_accept, TAU_ACCEPT);
	released(&d);
	is_registered(&d);
	assert_int_equal(mme_counters.rerouted, 1);
}

/* Its identity is asked for first; what is sent on is the message that began it. */
static void stranger_is_sent_after_its_identity(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes request;

	subscribe(130);
	d.has_guti = true;
	d.guti = (struct guti){{PLMN, GROUP, CODE}, 0xc1234567};
	initial(&d, request = attach_request(&d));
	identifies(&d);
	d.last_up = request;
	rerouted(&d, METERS, 130);
}

static struct bytes with_additional_guti(const struct device *d, struct guti guti)
{
	struct nas_message m;
	struct nas_attach_request r;

	assert_int_equal(nas_decode(&mem, NAS_UP, attach_request(d), &m), 0);
	r = *(const struct nas_attach_request *)m.body;
	r.additional_guti = (struct nas_identity){.type = NAS_ID_GUTI, .guti = guti};
	SET(&r, nas_attach_request, additional_guti);
	return NAS(attach_request, &r);
}

static void additional_guti_goes_along(void **state)
{
	(void)state;
	struct device d = one();
	const struct s1ap_reroute_nas_request *r;

	subscribe(130);
	initial(&d, with_additional_guti(&d, (struct guti){{PLMN, METERS, 9}, 0xd1234567}));
	r = expect(d.enb, reroute_nas_request);
	assert_true(r->has.additional_guti);
	assert_int_equal(r->additional_guti.gummei.group, METERS);
	assert_int_equal(r->additional_guti.gummei.code, 9);
	assert_int_equal(r->additional_guti.m_tmsi, 0xd1234567);
}

/* A registered device whose core has become another's. */
static struct device moved_device(void)
{
	struct device d;

	subscribe(195);
	d = idle_device(enb_ready(0), "001010000000001");
	config.dedicated_core = cores + 2;
	config.dedicated_cores = 1;
	mme_reload(&config);
	assert_int_equal(sessions(), 1);
	return d;
}

static void known_device_that_attaches_again_is_sent_and_gone(void **state)
{
	(void)state;
	struct device d = moved_device();
	unsigned auths = hss.auths;

	initial(&d, protect(&d, attach_request(&d), NAS_SEC_INTEGRITY));
	rerouted(&d, BARE, 195);
	assert_int_equal(hss.auths, auths);
	assert_null(ue_of(&d));
	assert_int_equal(sessions(), 0);
}

/* Without its keys nobody ends it. */
static void stranger_in_its_name_does_not_end_it(void **state)
{
	(void)state;
	struct device d = moved_device(), thief = device(d.enb, "001010000000001");

	initial(&thief, attach_request(&thief));
	rerouted(&thief, BARE, 195);
	is_registered(&d);
	assert_int_equal(sessions(), 1);
}

static void tracking_area_update_is_sent_and_the_device_gone(void **state)
{
	(void)state;
	struct device d = moved_device();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);

	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	rerouted(&d, BARE, 195);
	assert_null(ue_of(&d));
	assert_int_equal(sessions(), 0);
}

/* Its bearers are here: it is served until it attaches or updates. */
static void service_request_is_served(void **state)
{
	(void)state;
	struct device d = moved_device();

	serve_device(&d);
	assert_true(ue_is_connected(ue_of(&d)));
}

static void emergency_attach_stays(void **state)
{
	(void)state;
	struct device d = one();

	config.emergency = (struct mme_emergency){
		.attach = EMERGENCY_PROVEN, .apn = "sos", .qci = 5, .rate = 64000};
	mme_reload(&config);
	subscribe(130);
	d.type = NAS_ATTACH_EMERGENCY;
	attach_to(&d, AT_DONE);
}

static void type_outlives_the_process(void **state)
{
	(void)state;
	struct device d = moved_device();
	struct nas_tau_request r = tau_of(&d, NAS_TA_UPDATE, false);
	char error[64];

	mme_stop(true);
	run();
	memset(assoc, 0, sizeof(assoc));
	assert_int_equal(mme_start(&config, error, sizeof(error)), 0);
	d.enb = enb_ready(0);
	initial(&d, protect(&d, NAS(tau_request, &r), NAS_SEC_INTEGRITY));
	rerouted(&d, BARE, 195);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REROUTE_BEHAVIOUR(device_of_another_core_is_sent_there),
		REROUTE_BEHAVIOUR(first_row_that_fits_decides),
		REROUTE_BEHAVIOUR(own_core_and_no_core_stay),
		REROUTE_BEHAVIOUR(without_cores_nobody_is_sent),
		REROUTE_BEHAVIOUR(device_without_a_type_may_have_a_core),
		REROUTE_BEHAVIOUR(rerouted_device_is_served),
		REROUTE_BEHAVIOUR(stranger_is_sent_after_its_identity),
		REROUTE_BEHAVIOUR(additional_guti_goes_along),
		REROUTE_BEHAVIOUR(known_device_that_attaches_again_is_sent_and_gone),
		REROUTE_BEHAVIOUR(stranger_in_its_name_does_not_end_it),
		REROUTE_BEHAVIOUR(tracking_area_update_is_sent_and_the_device_gone),
		REROUTE_BEHAVIOUR(service_request_is_served),
		REROUTE_BEHAVIOUR(emergency_attach_stays),
		REROUTE_BEHAVIOUR(type_outlives_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
