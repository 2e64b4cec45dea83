/* SPDX-License-Identifier: Apache-2.0 */
/* The UE-AMBR that eNodeBs are told (TS 23.401 4.7.3): what the active APNs allow together, at most
 * what is subscribed; and each message that carries it (36.413). */
#include "session.h"
#include "legs.h"

typedef struct s1ap_ue_aggregate_maximum_bitrate ambr;

static void is_ambr(bool has, ambr a, uint64_t up, uint64_t down)
{
	assert_true(has);
	assert_int_equal(a.ue_aggregate_maximum_bit_rate_ul, up);
	assert_int_equal(a.ue_aggregate_maximum_bit_rate_dl, down);
}

/* Subscribed 1 Mbit/s up, 2 down; two APNs. */
static void subscribe(void)
{
	hss.apn[0].ambr_up = 600000;
	hss.apn[0].ambr_down = 1200000;
	hss.apn[1] = hss.apn[0];
	snprintf(hss.apn[1].apn, sizeof(hss.apn[1].apn), "private");
	hss.apn[1].ambr_down = 300000;
	hss.apns = 2;
}

/* Attached, connected; the Initial Context Setup has brought the APN-AMBR of the one. */
static struct device attached(void)
{
	struct device d = one();
	const struct s1ap_initial_context_setup_request *m;

	subscribe();
	attach_to(&d, AT_SMC);
	complete_smc(&d);
	m = expect(d.enb, initial_context_setup_request);
	is_ambr(true, m->ue_aggregate_maximum_bitrate, 600000, 1200000);
	d.mme_id = m->mme_ue_s1ap_id;
	memcpy(d.kenb, m->security_key.p, 32);
	read_accept(&d, m->e_rab_to_be_setup_list.v[0].nas_pdu);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	quiet(d.enb);
	return d;
}

static const struct s1ap_e_rab_setup_request *asks_for(struct device *d, const char *apn)
{
	struct nas_pdn_connectivity_request q = pdn_of(7);
	struct nas_esm_information_response info = {.pti = 7};
	const struct s1ap_e_rab_setup_request *m;

	q.information_transfer = NAS_INFORMATION_TRANSFER_REQUIRED;
	SET(&q, nas_pdn_connectivity_request, information_transfer);
	snprintf(info.apn.name, sizeof(info.apn.name), "%s", apn);
	SET(&info, nas_esm_information_response, apn);
	say(d, pdn_connectivity_request, &q);
	hear(d, esm_information_request, ESM_INFORMATION_REQUEST);
	say(d, esm_information_response, &info);
	m = expect(d->enb, e_rab_setup_request);
	read_nas(d, m->e_rab_to_be_setup_list.v[0].nas_pdu, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	return m;
}

static void second_apn_adds_its_own_up_to_what_is_subscribed(void **state)
{
	(void)state;
	struct device d = attached();
	const struct s1ap_e_rab_setup_request *m = asks_for(&d, "private");
	const struct s1ap_e_rab_release_command *r;
	struct nas_activate_default_bearer_accept a = {.ebi = NEXT};
	struct nas_pdn_disconnect_request x = {.pti = 8, .linked_ebi = NEXT};

	is_ambr(m->has.ue_aggregate_maximum_bitrate, m->ue_aggregate_maximum_bitrate, 1000000,
		1500000);
	set_up(&d, NEXT, true);
	say(&d, activate_default_bearer_accept, &a);
	quiet(d.enb);
	say(&d, pdn_disconnect_request, &x);
	r = expect(d.enb, e_rab_release_command);
	is_ambr(r->has.ue_aggregate_maximum_bitrate, r->ue_aggregate_maximum_bitrate, 600000,
		1200000);
	read_nas(&d, r->nas_pdu, NAS_DEACTIVATE_BEARER_REQUEST);
	released_e_rab(&d, NEXT);
	say(&d, deactivate_bearer_accept, &(struct nas_deactivate_bearer_accept){.ebi = NEXT});
	quiet(d.enb);
}

/* One APN is held to one APN-AMBR, with however many PDN connections. */
static void second_connection_to_the_same_apn_adds_nothing(void **state)
{
	(void)state;
	struct device d = attached();
	const struct s1ap_e_rab_setup_request *m = asks_for(&d, "internet");

	assert_false(m->has.ue_aggregate_maximum_bitrate);
}

static void dedicated_bearer_changes_nothing(void **state)
{
	(void)state;
	struct device d = attached();
	const struct s1ap_e_rab_setup_request *m;

	ask_for_a_bearer(&d, 7);
	m = expect(d.enb, e_rab_setup_request);
	assert_false(m->has.ue_aggregate_maximum_bitrate);
}

/* UE Context Modification, answered. */
static void is_told(struct device *d, uint64_t up, uint64_t down)
{
	const struct s1ap_ue_context_modification_request *m =
		expect(d->enb, ue_context_modification_request);
	struct s1ap_ue_context_modification_response r = {0};

	is_ambr(m->has.ue_aggregate_maximum_bitrate, m->ue_aggregate_maximum_bitrate, up, down);
	assert_false(m->has.security_key);
	S1AP_SET(&r, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d->enb_id);
	tell(d->enb, ue_context_modification_response, &r);
}

static void connection_that_fails_takes_it_back(void **state)
{
	(void)state;
	struct device d = attached();

	asks_for(&d, "private");
	set_up(&d, NEXT, false);
	is_told(&d, 600000, 1200000);
	hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT);
	quiet(d.enb);
	assert_int_equal(procedures(), 0);
}

static void new_apn_ambr_of_the_gateway_is_told_in_the_context(void **state)
{
	(void)state;
	struct device d = attached();
	struct gtpc_request q = request(&d, GTPC_UPDATE_BEARER);

	q.ambr_up = 400000;
	q.ambr_down = 9000000;
	q.bearer[0].ebi = EBI;
	gateway_asks(&q);
	hear(&d, modify_bearer_request, MODIFY_BEARER_REQUEST);
	say(&d, modify_bearer_accept, &(struct nas_modify_bearer_accept){.ebi = EBI});
	answer_is(GTPC_ACCEPTED);
	is_told(&d, 400000, 2000000);
	quiet(d.enb);
	go_idle(&d);
	initial(&d, service_request(&d));
	is_ambr(true, expect(d.enb, initial_context_setup_request)->ue_aggregate_maximum_bitrate,
		400000, 2000000);
}

/* A refusal leaves the eNodeB with what it had: the next change says all anew. */
static void refusal_is_not_repeated_for_ever(void **state)
{
	(void)state;
	struct device d = attached();
	struct s1ap_ue_context_modification_failure no = {0};

	asks_for(&d, "private");
	set_up(&d, NEXT, false);
	expect(d.enb, ue_context_modification_request);
	S1AP_SET(&no, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&no, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&no, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell(d.enb, ue_context_modification_failure, &no);
	hear(&d, pdn_connectivity_reject, PDN_CONNECTIVITY_REJECT);
	quiet(d.enb);
	const struct s1ap_e_rab_setup_request *m = asks_for(&d, "private");

	is_ambr(m->has.ue_aggregate_maximum_bitrate, m->ue_aggregate_maximum_bitrate, 1000000,
		1500000);
}

/* Both kinds of handover bring what is in use to the new eNodeB. */
static void new_enodeb_is_told_what_is_in_use(void **state)
{
	(void)state;
	struct device d = attached();
	struct request r;
	struct ho h;
	const struct s1ap_path_switch_request_acknowledge *a;

	compose(&r, &d, 77);
	ask(&r, &d, enb_ready(1));
	a = expect(d.enb, path_switch_request_acknowledge);
	is_ambr(a->has.ue_aggregate_maximum_bitrate, a->ue_aggregate_maximum_bitrate, 600000,
		1200000);
	h = begin(&d, 2);
	is_ambr(true, h.request.ue_aggregate_maximum_bitrate, 600000, 1200000);
	admit(&h, &d.ebi, 1, PLAIN);
	commanded(&h, &d);
	notify_only(&h, &d);
	assert_null(next_pdu(h.to));
	while (next_pdu(h.from))
		;
	const struct s1ap_e_rab_setup_request *m = asks_for(&d, "private");

	is_ambr(m->has.ue_aggregate_maximum_bitrate, m->ue_aggregate_maximum_bitrate, 1000000,
		1500000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(second_apn_adds_its_own_up_to_what_is_subscribed),
		BEHAVIOUR(second_connection_to_the_same_apn_adds_nothing),
		BEHAVIOUR(dedicated_bearer_changes_nothing),
		BEHAVIOUR(connection_that_fails_takes_it_back),
		BEHAVIOUR(new_apn_ambr_of_the_gateway_is_told_in_the_context),
		BEHAVIOUR(refusal_is_not_repeated_for_ever),
		BEHAVIOUR(new_enodeb_is_told_what_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
