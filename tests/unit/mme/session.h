/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of session management share: the SGW's requests, E-RABs, a device with bearers. */
#ifndef TESTS_MME_SESSION_H
#define TESTS_MME_SESSION_H

#include "codec/tft.h"
#include "bench.h"
#include "mme/esm.h"

static const uint8_t tft[] = "\x21\x30\x05\x02\x30\x11"; /* create: UDP, both ways */
enum { TFT_N = sizeof(tft) - 1, EBI = 5, NEXT = 6 };

/* ---- the SGW's side ---- */

static struct {
	struct gtpc_txn txn;
	unsigned answers;
	struct gtpc_response r;
} asked;

static inline void answered(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	(void)txn;
	asked.answers++;
	gtpc_copy_response(&asked.r, r);
}

static inline struct gtpc_request request(const struct device *d, enum gtpc_message type)
{
	struct gtpc_request q = {.type = type, .teid = ue_of(d)->s11_teid, .bearers = 1};

	return q;
}

static inline void gateway_asks(const struct gtpc_request *q)
{
	asked.answers = 0;
	asked.txn.done = answered;
	gtpc_request(&asked.txn, GTPC_MME, q);
	run();
}

static inline void ask_for_qos(const struct device *d, struct bearer_qos qos)
{
	struct gtpc_request q = request(d, GTPC_CREATE_BEARER);

	q.linked_ebi = EBI;
	q.bearer[0].qos = qos;
	q.bearer[0].s1u_sgw = (struct fteid){
		.type = FTEID_S1U_SGW, .has4 = true, .teid = 0x7777, .ip4 = {htonl(0x7f000001)}};
	q.bearer[0].tft.n = TFT_N;
	memcpy(q.bearer[0].tft.b, tft, TFT_N);
	gateway_asks(&q);
}

static inline void ask_for_a_bearer(const struct device *d, uint8_t qci)
{
	ask_for_qos(d, (struct bearer_qos){.qci = qci, .arp_priority = 3});
}

static inline void answer_is(enum gtpc_cause cause)
{
	assert_int_equal(asked.answers, 1);
	assert_int_equal(asked.r.cause, cause);
}

/* ---- the eNodeB's side ---- */

/* The NAS message in an E-RAB Setup Request for that bearer. */
static inline const void *setup_of(struct device *d, uint8_t ebi, uint16_t type)
{
	const struct s1ap_e_rab_setup_request *m = expect(d->enb, e_rab_setup_request);

	assert_int_equal(m->enb_ue_s1ap_id, d->enb_id);
	assert_int_equal(m->e_rab_to_be_setup_list.n, 1);
	assert_int_equal(m->e_rab_to_be_setup_list.v[0].e_rab_id, ebi);
	return read_nas(d, m->e_rab_to_be_setup_list.v[0].nas_pdu, type);
}

static inline void set_up(struct device *d, uint8_t ebi, bool ok)
{
	struct s1ap_e_rab_setup_response m = {0};
	struct s1ap_e_rab_setup_item_bearer_su_res yes = {
		.e_rab_id = ebi,
		.transport_layer_address = {.has4 = true, .v4 = {htonl(0x7f000002)}},
		.gtp_teid = 0x30000u + ebi,
	};
	struct s1ap_e_rab_item no = {.e_rab_id = ebi,
				     .cause = S1AP_CAUSE(RADIO, RADIO_RESOURCES_NOT_AVAILABLE)};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	if (ok)
		S1AP_SET(&m, e_rab_setup_list,
			 (struct s1ap_e_rab_setup_list_bearer_su_res){&yes, 1});
	else
		S1AP_SET(&m, e_rab_failed_to_setup_list, (struct s1ap_e_rab_list){&no, 1});
	tell(d->enb, e_rab_setup_response, &m);
}

/* E-RAB Release Command of one bearer; its NAS message, if it has one. */
static inline struct bytes release_of(struct device *d, uint8_t ebi)
{
	const struct s1ap_e_rab_release_command *m = expect(d->enb, e_rab_release_command);

	assert_int_equal(m->e_rab_to_be_released_list.n, 1);
	assert_int_equal(m->e_rab_to_be_released_list.v[0].e_rab_id, ebi);
	return m->has.nas_pdu ? m->nas_pdu : (struct bytes){0};
}

static inline void released_e_rab(struct device *d, uint8_t ebi)
{
	struct s1ap_e_rab_release_response m = {0};
	struct s1ap_e_rab_release_item_bearer_rel_comp item = {.e_rab_id = ebi};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, e_rab_release_list,
		 (struct s1ap_e_rab_release_list_bearer_rel_comp){&item, 1});
	tell(d->enb, e_rab_release_response, &m);
}

/* ---- the device's side ---- */

static inline struct device registered(void)
{
	struct device d = one();

	attach_to(&d, AT_DONE);
	hss.apns = 2;
	return d;
}

static inline void accept_dedicated(struct device *d, uint8_t ebi)
{
	struct nas_activate_dedicated_bearer_accept a = {.ebi = ebi};

	say(d, activate_dedicated_bearer_accept, &a);
}

static inline struct mme_bearer *bearer(const struct device *d, uint8_t ebi)
{
	return bearer_by_ebi(ue_of(d), ebi);
}

/* A device with a dedicated bearer. */
static inline struct device with_bearer(void)
{
	struct device d = registered();

	ask_for_a_bearer(&d, 7);
	setup_of(&d, NEXT, NAS_ACTIVATE_DEDICATED_BEARER_REQUEST);
	set_up(&d, NEXT, true);
	accept_dedicated(&d, NEXT);
	answer_is(GTPC_ACCEPTED);
	return d;
}

/* ---- requests of either ---- */

static inline void modify(const struct device *d, uint8_t qci, const char *op, size_t n)
{
	struct gtpc_request q = request(d, GTPC_UPDATE_BEARER);

	q.bearer[0].ebi = NEXT;
	if (qci)
		q.bearer[0].qos = (struct bearer_qos){.qci = qci, .arp_priority = 3};
	q.bearer[0].tft.n = (uint8_t)n;
	if (n)
		memcpy(q.bearer[0].tft.b, op, n);
	gateway_asks(&q);
}

static inline void delete_bearer(const struct device *d, uint8_t ebi)
{
	struct gtpc_request q = request(d, GTPC_DELETE_BEARER);

	q.bearer[0].ebi = ebi;
	gateway_asks(&q);
}

static inline struct nas_pdn_connectivity_request pdn_of(uint8_t pti)
{
	return (struct nas_pdn_connectivity_request){
		.pti = pti, .request_type = NAS_REQUEST_INITIAL, .pdn_type = NAS_PDN_IPV4};
}

#endif
