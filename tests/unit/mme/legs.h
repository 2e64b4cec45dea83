/* SPDX-License-Identifier: Apache-2.0 */
/* The two eNodeBs of an S1 handover: what they say, and what they must hear. */
#ifndef TESTS_MME_LEGS_H
#define TESTS_MME_LEGS_H

#include "moving.h"

enum { NEW_ID = 0x555 };

static const uint8_t to_target[] = {1, 2, 3, 4, 5}, to_source[] = {9, 8, 7};

struct ho {
	struct s1_assoc *from, *to;
	uint32_t mme_id, enb_id; /* of the target leg */
	struct s1ap_handover_request request;
};

static inline struct s1ap_handover_required required(const struct device *d, unsigned target)
{
	struct s1ap_handover_required m = {0};
	struct s1ap_target_enb_id t = {.global_enb_id = {.plmn = PLMN},
				       .selected_tai = {PLMN, TAC}};

	t.global_enb_id.enb_id.choice = S1AP_ENB_ID_MACRO_ENB_ID;
	t.global_enb_id.enb_id.macro_enb_id = 100 + target;
	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, handover_type, S1AP_HANDOVER_TYPE_INTRALTE);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, HANDOVER_DESIRABLE_FOR_RADIO_REASON));
	S1AP_SET(&m, target_id,
		 (struct s1ap_target_id){.choice = S1AP_TARGET_ID_TARGET_ENB_ID,
					 .target_enb_id = t});
	S1AP_SET(&m, source_to_target_transparent_container,
		 bytes_of(to_target, sizeof(to_target)));
	return m;
}

static inline void requested(struct ho *h)
{
	h->request = *expect(h->to, handover_request);
	h->mme_id = h->request.mme_ue_s1ap_id;
	h->enb_id = NEW_ID;
}

static inline struct ho begin(struct device *d, unsigned target)
{
	struct s1ap_handover_required m = required(d, target);
	struct ho h = {.from = d->enb, .to = assoc[target].up ? &assoc[target] : enb_ready(target)};

	tell(h.from, handover_required, &m);
	requested(&h);
	return h;
}

enum { PLAIN, FORWARDED };

static inline void admit(const struct ho *h, const uint8_t *ebi, unsigned n, int forwarded)
{
	struct s1ap_handover_request_acknowledge m = {0};
	struct s1ap_e_rab_admitted_item item[4] = {0};

	for (unsigned i = 0; i < n; i++) {
		item[i] = (struct s1ap_e_rab_admitted_item){.e_rab_id = ebi[i],
							    .transport_layer_address = at(9),
							    .gtp_teid = 0x9000u + ebi[i]};
		if (forwarded == FORWARDED) {
			S1AP_SET(&item[i], dl_transport_layer_address, at(9));
			S1AP_SET(&item[i], dl_gtp_teid, 0xd000u + ebi[i]);
		}
	}
	S1AP_SET(&m, mme_ue_s1ap_id, h->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, h->enb_id);
	if (n)
		S1AP_SET(&m, e_rab_admitted_list, (struct s1ap_e_rab_admitted_list){item, n});
	S1AP_SET(&m, target_to_source_transparent_container,
		 bytes_of(to_source, sizeof(to_source)));
	if (n)
		tell(h->to, handover_request_acknowledge, &m);
	else
		tell_incomplete(h->to, handover_request_acknowledge, &m);
}

static inline const struct s1ap_handover_command *commanded(const struct ho *h, const struct device *d)
{
	const struct s1ap_handover_command *c = expect(h->from, handover_command);

	assert_int_equal(c->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(c->enb_ue_s1ap_id, d->enb_id);
	assert_int_equal(c->target_to_source_transparent_container.n, sizeof(to_source));
	assert_memory_equal(c->target_to_source_transparent_container.p, to_source,
			    sizeof(to_source));
	return c;
}

/* Prepared, and the device told. */
static inline struct ho prepare(struct device *d, unsigned target)
{
	struct ho h = begin(d, target);

	admit(&h, &d->ebi, 1, PLAIN);
	commanded(&h, d);
	return h;
}

static inline void notify_only(const struct ho *h, struct device *d)
{
	struct s1ap_handover_notify m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, h->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, h->enb_id);
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 0x7654321});
	S1AP_SET(&m, tai, (struct tai){PLMN, TAC + 1});
	tell(h->to, handover_notify, &m);
	d->enb = h->to;
	d->mme_id = h->mme_id;
	d->enb_id = h->enb_id;
}

static inline struct s1ap_cause let_go(struct s1_assoc *enb, uint32_t mme_id, uint32_t enb_id)
{
	struct device leg = {.enb = enb, .mme_id = mme_id, .enb_id = enb_id};

	return released(&leg);
}

static inline void is_cause(struct s1ap_cause got, struct s1ap_cause want)
{
	assert_int_equal(got.group, want.group);
	assert_int_equal(got.value, want.value);
}
#define IS_CAUSE(got, group, value) is_cause(got, S1AP_CAUSE(group, value))

static inline void refused(struct s1_assoc *enb, const struct device *d, struct s1ap_cause cause)
{
	const struct s1ap_handover_preparation_failure *f =
		expect(enb, handover_preparation_failure);

	assert_int_equal(f->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(f->enb_ue_s1ap_id, d->enb_id);
	is_cause(f->cause, cause);
}

/* The handover is over and the device where it was. */
static inline void stays(struct device *d)
{
	assert_int_equal(procedures(), 0);
	is_registered(d);
	talks(d);
	assert_int_equal(in_use("s1_conn"), 1);
	assert_true(the_session()->connected);
	assert_int_equal(the_session()->enb_teid, 0x20000 + d->enb_id);
}

static inline void cancel(struct device *d)
{
	struct s1ap_handover_cancel m = {0};
	const struct s1ap_handover_cancel_acknowledge *a;

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, HANDOVER_CANCELLED));
	tell(d->enb, handover_cancel, &m);
	a = expect(d->enb, handover_cancel_acknowledge);
	assert_int_equal(a->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(a->enb_ue_s1ap_id, d->enb_id);
}

/* The target leg is released by our id alone: it has not told its own. */
static inline void nameless_let_go(const struct ho *h)
{
	const struct s1ap_ue_context_release_command *c = expect(h->to, ue_context_release_command);
	struct s1ap_ue_context_release_complete m = {0};

	assert_int_equal(c->ue_s1ap_ids.choice, S1AP_UE_S1AP_IDS_MME_UE_S1AP_ID);
	assert_int_equal(c->ue_s1ap_ids.mme_ue_s1ap_id, h->mme_id);
	S1AP_SET(&m, mme_ue_s1ap_id, h->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, NEW_ID);
	tell(h->to, ue_context_release_complete, &m);
}

#endif
