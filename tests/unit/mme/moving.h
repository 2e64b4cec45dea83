/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of X2 and S1 handovers share: a connected device, the keys that it would make itself,
 * messages of eNodeBs about it. */
#ifndef TESTS_MME_MOVING_H
#define TESTS_MME_MOVING_H

#include "bench.h"

/* The device's side of the chain (TS 33.401 7.2.8): NH of an NCC, from the KeNB it was given. */
static inline void next_hop(const struct device *d, unsigned steps, uint8_t nh[32])
{
	memcpy(nh, d->kenb, 32);
	for (unsigned i = 0; i < steps; i++) {
		uint8_t next[32];

		kdf_nh(d->sec.kasme, nh, next);
		memcpy(nh, next, 32);
	}
}

/* {NH, NCC} is the pair so many steps from KeNB on. */
static inline void is_pair(const struct device *d, const struct s1ap_security_context *c,
			   unsigned steps)
{
	uint8_t nh[32];

	next_hop(d, steps, nh);
	assert_int_equal(c->next_hop_chaining_count, steps % 8);
	assert_int_equal(c->next_hop_parameter.n, 256);
	assert_memory_equal(c->next_hop_parameter.p, nh, 32);
}

static inline struct device connected(unsigned enb)
{
	struct device d = device(enb_ready(enb), "001010000000001");

	attach_to(&d, AT_DONE);
	return d;
}

/* A dedicated bearer that the eNodeB has, as session management would have made it. */
static inline uint8_t dedicated(const struct device *d)
{
	struct mme_bearer *b = bearer_new(ue_of(d), ue_of(d)->pdns);

	b->active = b->connected = true;
	b->qos.qci = 1;
	b->s1u_sgw = ue_of(d)->pdns->bearers->s1u_sgw;
	return b->ebi;
}

/* The device is heard at its eNodeB, and hears. */
static inline void talks(struct device *d)
{
	struct nas_emm_status s = {.emm_cause = EMM_CAUSE_PROTOCOL_ERROR};
	uint64_t before = mme_counters.s1_unknown_ue;

	say(d, emm_status, &s);
	quiet(d->enb);
	assert_int_equal(mme_counters.s1_unknown_ue, before);
	mme_send_information(ue_of(d));
	assert_ptr_equal(ue_of(d)->conn->ue, ue_of(d));
	nas_send_emm_status(ue_of(d), EMM_CAUSE_PROTOCOL_ERROR);
	hear(d, emm_status, EMM_STATUS);
}

static inline struct s1ap_transport_layer_address at(unsigned host)
{
	return (struct s1ap_transport_layer_address){.has4 = true,
						     .v4 = {htonl(0x7f000000 + host)}};
}

static inline void is_unknown_at(struct s1_assoc *enb, uint8_t cause)
{
	const struct s1ap_error_indication *e = expect(enb, error_indication);

	assert_true(e->has.cause);
	assert_int_equal(e->cause.group, S1AP_CAUSE_RADIO);
	assert_int_equal(e->cause.value, cause);
}

/* ---- X2: the new eNodeB's Path Switch Request ---- */

struct request {
	struct s1ap_path_switch_request m;
	struct s1ap_e_rab_to_be_switched_dl_item item[4];
};

/* From the eNodeB with the device's default bearer; d is not there yet. */
static inline void compose(struct request *r, const struct device *d, uint32_t enb_id)
{
	memset(r, 0, sizeof(*r));
	r->item[0] = (struct s1ap_e_rab_to_be_switched_dl_item){
		.e_rab_id = d->ebi, .transport_layer_address = at(9), .gtp_teid = 0x9000 + enb_id};
	S1AP_SET(&r->m, enb_ue_s1ap_id, enb_id);
	S1AP_SET(&r->m, e_rab_to_be_switched_dl_list,
		 (struct s1ap_e_rab_to_be_switched_dl_list){r->item, 1});
	S1AP_SET(&r->m, source_mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&r->m, eutran_cgi, (struct ecgi){PLMN, 0x7654321});
	S1AP_SET(&r->m, tai, (struct tai){PLMN, TAC});
	S1AP_SET(&r->m, ue_security_capabilities,
		 (struct s1ap_ue_security_capabilities){(uint16_t)(d->capability[0] << 9),
							(uint16_t)(d->capability[1] << 9)});
}

/* Sends it, and the device is there. */
static inline void ask(struct request *r, struct device *d, struct s1_assoc *to)
{
	tell(to, path_switch_request, &r->m);
	d->enb = to;
	d->enb_id = r->m.enb_ue_s1ap_id;
}

/* NAS Non Delivery Indication for what was sent last. */
static inline void not_delivered(struct device *d, uint8_t radio_cause)
{
	struct s1ap_nas_non_delivery_indication m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, nas_pdu, d->down_whole);
	S1AP_SET(&m, cause, (struct s1ap_cause){S1AP_CAUSE_RADIO, radio_cause});
	tell(d->enb, nas_non_delivery_indication, &m);
}

#endif
