/* SPDX-License-Identifier: Apache-2.0 */
/* S1AP: messages of real networks and random ones of every type go through the codec and come back
 * the same; broken ones are judged as TS 36.413 clause 10 says and never do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>

#include "codec/s1ap.h"
#include "core/pool.h"
#include "vectors.h"

static struct arena arena;
static uint8_t buf[1 << 18];

static int reset(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

/* Octets of the encoded message in buf. */
static struct bytes encoded(const struct s1ap_msg *msg, const void *body)
{
	struct wr w = wr_of(buf, sizeof(buf));
	const char *where = "";
	int err = s1ap_encode_where(msg, body, &w, &where);

	if (err)
		fail_msg("%s: %s: error %d", msg->name, where, err);
	return bytes_of(buf, (size_t)(w.p - buf));
}

static struct s1ap_pdu decoded(struct bytes b)
{
	struct s1ap_pdu pdu;

	assert_int_equal(s1ap_decode(&arena, b, &pdu), 0);
	return pdu;
}

/* Of a vector */
static void comes_back(const struct vector *v, void *arg)
{
	struct s1ap_pdu pdu, again;
	struct wr w = wr_of(buf, sizeof(buf));

	(void)arg;
	arena_reset(&arena);
	if (s1ap_decode(&arena, bytes_of(v->p, v->n), &pdu))
		fail_msg("line %u %s: bad at %s", v->line, v->name, pdu.diag.where);
	assert_int_equal(s1ap_encode_incomplete(pdu.msg, pdu.body, &w), 0);
	if (!pdu.diag.n && (size_t)(w.p - buf) != v->n)
		fail_msg("line %u %s: another length", v->line, v->name);
	again = decoded(bytes_of(buf, (size_t)(w.p - buf)));
	assert_ptr_equal(again.msg, pdu.msg);
	if (!s1ap_equal(pdu.msg, pdu.body, again.body))
		fail_msg("line %u %s: not the same value", v->line, v->name);
}

static void messages_of_real_networks_come_back_the_same(void **state)
{
	int n = vectors_each("s1ap", comes_back, NULL);

	(void)state;
	if (n < 0)
		skip();
	assert_true(n > 200);
}

static void random_messages_of_every_type_come_back_the_same(void **state)
{
	unsigned types = 0;

	(void)state;
	for (const struct s1ap_msg *m = s1ap_msg_next(NULL); m; m = s1ap_msg_next(m), types++)
		for (uint64_t seed = 0; seed < 200; seed++) {
			void *body = s1ap_any(&arena, m, seed);
			struct s1ap_pdu pdu = decoded(encoded(m, body));

			assert_ptr_equal(pdu.msg, m);
			assert_int_equal(pdu.diag.total, 0);
			if (!s1ap_equal(m, body, pdu.body))
				fail_msg("%s, seed %u", m->name, (unsigned)seed);
			arena_reset(&arena);
		}
	assert_true(types > 90);
}

/* What equality must not miss: bodies from different seeds do differ. */
static void different_messages_are_not_equal(void **state)
{
	const struct s1ap_msg *m = &s1ap_handover_request_msg;

	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		void *a = s1ap_any(&arena, m, seed), *b = s1ap_any(&arena, m, seed + 1);

		assert_true(s1ap_equal(m, a, a));
		assert_false(s1ap_equal(m, a, b));
	}
}

/* Mutated messages decode or not; what decodes is encoded and decoded to the same. */
static void mutate(const struct vector *v, void *arg)
{
	uint8_t *copy = test_malloc(v->n);

	(void)arg;
	for (size_t bit = 0; bit < 8 * v->n; bit++) {
		struct s1ap_pdu pdu, again;
		struct wr w = wr_of(buf, sizeof(buf));

		arena_reset(&arena);
		memcpy(copy, v->p, v->n);
		copy[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		if (s1ap_decode(&arena, bytes_of(copy, v->n), &pdu))
			continue;
		assert_int_equal(s1ap_encode_incomplete(pdu.msg, pdu.body, &w), 0);
		assert_int_equal(s1ap_decode(&arena, bytes_of(buf, (size_t)(w.p - buf)), &again),
				 0);
		assert_true(s1ap_equal(pdu.msg, pdu.body, again.body));
	}
	test_free(copy);
}

static void a_flipped_bit_does_no_harm(void **state)
{
	(void)state;
	if (vectors_each("s1ap", mutate, NULL) < 0)
		skip();
}

static void cut(const struct vector *v, void *arg)
{
	struct s1ap_pdu pdu;

	(void)arg;
	arena_reset(&arena);
	for (size_t n = 0; n < v->n; n++) {
		uint8_t *part = test_malloc(n + 1);

		memcpy(part, v->p, n);
		assert_int_equal(s1ap_decode(&arena, bytes_of(part, n), &pdu), -EBADMSG);
		assert_true(pdu.diag.syntax);
		assert_null(pdu.body);
		test_free(part);
	}
}

static void a_cut_message_is_a_transfer_syntax_error(void **state)
{
	(void)state;
	if (vectors_each("s1ap", cut, NULL) < 0)
		skip();
}

/* S1 SETUP REQUEST of eNB 0x12345 "lab", PLMN 001 01, TAC 7, DRX v64: by hand. */
/* clang-format off */
static const uint8_t setup[] = {
	0x00, 0x11, 0x00, 0x28, 0x00, 0x00, 0x04,
	/* Global eNB ID */ 0x00, 0x3b, 0x00, 0x08, 0x00, 0x00, 0xf1, 0x10, 0x00, 0x12, 0x34, 0x50,
	/* eNB Name */ 0x00, 0x3c, 0x40, 0x05, 0x01, 0x00, 'l', 'a', 'b',
	/* Supported TAs */ 0x00, 0x40, 0x00, 0x07, 0x00, 0x00, 0x01, 0xc0, 0x00, 0xf1, 0x10,
	/* Default paging DRX */ 0x00, 0x89, 0x40, 0x01, 0x20,
};
/* clang-format on */

static struct s1ap_s1_setup_request *setup_request(void)
{
	struct s1ap_s1_setup_request *m = arena_zalloc(&arena, sizeof(*m));
	struct s1ap_supported_tas_item *ta = arena_zalloc(&arena, sizeof(*ta));
	plmn_t *plmn = arena_copy(&arena, &(plmn_t){0x00f110}, sizeof(*plmn));

	ta->tac = 7;
	ta->broadcast_plmns = (struct s1ap_bplmns){plmn, 1};
	S1AP_SET(m, global_enb_id,
		 (struct s1ap_global_enb_id){
			 .plmn = 0x00f110,
			 .enb_id = {.choice = S1AP_ENB_ID_MACRO_ENB_ID, .macro_enb_id = 0x12345},
		 });
	S1AP_SET(m, enb_name, bytes_of("lab", 3));
	S1AP_SET(m, supported_tas, (struct s1ap_supported_tas){ta, 1});
	S1AP_SET(m, default_paging_drx, S1AP_PAGING_DRX_V64);
	return m;
}

static void s1_setup_request_is_the_octets_worked_out_by_hand(void **state)
{
	struct s1ap_s1_setup_request *m = setup_request();
	struct bytes b = encoded(&s1ap_s1_setup_request_msg, m);
	struct s1ap_pdu pdu;
	unsigned bits;

	(void)state;
	assert_int_equal(b.n, sizeof(setup));
	assert_memory_equal(b.p, setup, sizeof(setup));
	pdu = decoded(bytes_of(setup, sizeof(setup)));
	assert_int_equal(pdu.choice, S1AP_INITIATING);
	assert_int_equal(pdu.criticality, PER_REJECT);
	assert_true(s1ap_equal(pdu.msg, m, pdu.body));
	m = pdu.body;
	assert_int_equal(s1ap_enb_id_number(&m->global_enb_id.enb_id, &bits), 0x12345);
	assert_int_equal(bits, 20);
	assert_false(m->has.csg_id_list);
}

static void addresses_are_ipv4_ipv6_or_both(void **state)
{
	(void)state;
	for (unsigned which = 1; which < 4; which++) {
		struct s1ap_e_rab_setup_item_ctxt_su_res item = {.e_rab_id = 5,
								 .gtp_teid = 0x01020304};
		struct s1ap_initial_context_setup_response m = {0}, *back;
		struct bytes b;

		item.transport_layer_address.has4 = which & 1;
		item.transport_layer_address.has6 = which & 2;
		inet_pton(AF_INET, "192.0.2.1", &item.transport_layer_address.v4);
		inet_pton(AF_INET6, "2001:db8::7", &item.transport_layer_address.v6);
		S1AP_SET(&m, mme_ue_s1ap_id, UINT32_MAX);
		S1AP_SET(&m, enb_ue_s1ap_id, 0);
		S1AP_SET(&m, e_rab_setup_list,
			 (struct s1ap_e_rab_setup_list_ctxt_su_res){&item, 1});
		b = encoded(&s1ap_initial_context_setup_response_msg, &m);
		back = decoded(b).body;
		assert_int_equal(back->mme_ue_s1ap_id, UINT32_MAX);
		assert_int_equal(back->e_rab_setup_list.v[0].gtp_teid, 0x01020304);
		assert_true(s1ap_equal(&s1ap_initial_context_setup_response_msg, &m, back));
	}
}

static void address_of_another_length_is_not_understood(void **state)
{
	/* one E-RAB item with an address of 8 bits */
	static const uint8_t response[] = {0x20, 0x09, 0x00, 0x1f, 0x00, 0x00, 0x03, 0x00, 0x00,
					   0x40, 0x02, 0x00, 0x01, 0x00, 0x08, 0x40, 0x02, 0x00,
					   0x01, 0x00, 0x33, 0x40, 0x0c, 0x00, 0x00, 0x32, 0x40,
					   0x07, 0x0a, 0x07, 0x7f, 0x00, 0x00, 0x00, 0x01};
	struct s1ap_pdu pdu = decoded(bytes_of(response, sizeof(response)));
	struct s1ap_initial_context_setup_response *m = pdu.body;

	(void)state;
	assert_int_equal(pdu.diag.n, 2);
	assert_int_equal(pdu.diag.fault[0].id, 50);
	assert_int_equal(pdu.diag.fault[1].id, 51); /* the list has no item left */
	assert_false(m->has.e_rab_setup_list);
}

static void encoder_names_what_is_missing_or_out_of_range(void **state)
{
	struct s1ap_downlink_nas_transport m = {0};
	struct wr w = wr_of(buf, sizeof(buf));
	const char *where = NULL;
	uint32_t n;

	(void)state;
	S1AP_SET(&m, mme_ue_s1ap_id, 1);
	S1AP_SET(&m, enb_ue_s1ap_id, 1);
	assert_int_equal(s1ap_encode_where(&s1ap_downlink_nas_transport_msg, &m, &w, &where),
			 -EINVAL);
	assert_string_equal(where, "nas_pdu");
	S1AP_SET(&m, nas_pdu, bytes_of("x", 1));
	S1AP_SET(&m, enb_ue_s1ap_id, 1 << 24);
	w = wr_of(buf, sizeof(buf));
	assert_int_equal(s1ap_encode_where(&s1ap_downlink_nas_transport_msg, &m, &w, &where),
			 -EINVAL);
	assert_string_equal(where, "enb_ue_s1ap_id");
	S1AP_SET(&m, enb_ue_s1ap_id, 1);
	n = encoded(&s1ap_downlink_nas_transport_msg, &m).n;
	for (size_t room = 0; room < n; room++) {
		w = wr_of(buf, room);
		assert_int_equal(s1ap_encode(&s1ap_downlink_nas_transport_msg, &m, &w), -ENOSPC);
		assert_true(w.bad);
	}
	w = wr_of(buf, n);
	assert_int_equal(s1ap_encode(&s1ap_downlink_nas_transport_msg, &m, &w), 0);
	assert_ptr_equal(w.p, buf + n);
}

/* ---- what is 16384 octets and longer ---- */

static const uint32_t long_ones[] = {16300, 16383, 16384, 16385, 32768,
				     65536, 65537, 70000, 131073};
enum { LONG_ONES = sizeof(long_ones) / sizeof(*long_ones), LONGEST = 131073 };

static struct bytes long_octets(uint32_t n)
{
	static uint8_t p[LONGEST];

	for (size_t i = sizeof(p); !p[1] && i--;)
		p[i] = (uint8_t)(i * 7 + i / 251);
	return bytes_of(p, n);
}

/* The content of an open type or octet string at *at, which moves behind it: X.691 10.9.3.5 to 8
 * without per.c. */
static struct bytes unwrapped(const uint8_t **at)
{
	uint8_t *to = arena_alloc(&arena, 1 << 18);
	const uint8_t *p = *at;
	size_t n, all = 0;
	bool more;

	do {
		more = *p >= 0xc0;
		n = more ? (*p - 0xc0u) * 16384 : *p < 0x80 ? *p : (*p - 0x80u) * 256 + p[1];
		p += *p >= 0x80 && !more ? 2 : 1;
		memcpy(to + all, p, n);
		p += n;
		all += n;
	} while (more);
	*at = p;
	return bytes_of(to, all);
}

/* The value of an IE, the long way: PDU, message, ProtocolIE-Field. */
static struct bytes dug_out(struct bytes pdu, uint16_t id)
{
	const uint8_t *p = pdu.p + 3; /* choice, procedure, criticality */
	struct bytes body = unwrapped(&p);
	unsigned n;

	assert_ptr_equal(p, pdu.p + pdu.n);
	p = body.p + 3; /* extension bit, number of IEs */
	for (n = body.p[1] << 8 | body.p[2]; n; n--) {
		uint16_t is = (uint16_t)(p[0] << 8 | p[1]);
		struct bytes value;

		p += 3;
		value = unwrapped(&p);
		if (is == id)
			return value;
	}
	fail();
	return body;
}

static void capabilities_of_any_length_come_back(void **state)
{
	const struct s1ap_msg *msg = &s1ap_ue_capability_info_indication_msg;

	(void)state;
	for (unsigned i = 0; i < LONG_ONES; i++) {
		struct s1ap_ue_capability_info_indication m = {0};
		struct bytes octets = long_octets(long_ones[i]), sent, value;
		struct s1ap_pdu pdu;
		const uint8_t *p;

		S1AP_SET(&m, mme_ue_s1ap_id, 1);
		S1AP_SET(&m, enb_ue_s1ap_id, 1);
		S1AP_SET(&m, ue_radio_capability, octets);
		S1AP_SET(&m, ue_radio_capability_for_paging, bytes_of("after", 5));
		sent = encoded(msg, &m);
		pdu = decoded(sent);
		assert_int_equal(pdu.diag.total, 0);
		assert_true(s1ap_equal(msg, &m, pdu.body));
		value = dug_out(sent, 74);
		p = value.p;
		assert_true(bytes_equal(unwrapped(&p), octets));
		assert_ptr_equal(p, value.p + value.n);
		assert_true(bytes_equal(s1ap_raw_ie(&arena, sent, 74), value));
		arena_reset(&arena);
	}
}

/* What an eNodeB sends to another by way of the MME. */
static void containers_of_any_length_are_passed_on(void **state)
{
	const struct s1ap_msg *in = &s1ap_handover_required_msg, *out = &s1ap_handover_request_msg;

	(void)state;
	for (unsigned i = 0; i < LONG_ONES; i++) {
		struct s1ap_handover_required *a = s1ap_any(&arena, in, 1 + i);
		struct s1ap_handover_request *b = s1ap_any(&arena, out, 1 + i);
		struct s1ap_pdu pdu;

		a->source_to_target_transparent_container = long_octets(long_ones[i]);
		pdu = decoded(encoded(in, a));
		assert_true(s1ap_equal(in, a, pdu.body));
		a = pdu.body;
		b->source_to_target_transparent_container =
			a->source_to_target_transparent_container;
		pdu = decoded(encoded(out, b));
		assert_true(s1ap_equal(out, b, pdu.body));
		arena_reset(&arena);
	}
}

static void long_values_are_passed_on_as_they_are(void **state)
{
	const struct s1ap_msg *msg = &s1ap_mme_configuration_transfer_msg;

	(void)state;
	for (unsigned i = 0; i < LONG_ONES; i++) {
		struct bytes octets = long_octets(long_ones[i]), sent;
		struct wr w = wr_of(buf, sizeof(buf));

		assert_int_equal(s1ap_encode_raw(msg, 130, octets, &w), 0);
		sent = bytes_of(buf, (size_t)(w.p - buf));
		assert_true(bytes_equal(dug_out(sent, 130), octets));
		assert_true(bytes_equal(s1ap_raw_ie(&arena, sent, 130), octets));
		assert_int_equal(s1ap_raw_ie(&arena, sent, 129).n, 0);
		arena_reset(&arena);
	}
}

/* Those of 18 bits are 2048 octets a fragment of 16K bits. */
static void receive_status_in_fragments_comes_back(void **state)
{
	const struct per_type *t = &s1ap_receive_status_of_ul_pdcp_sdus_pdcp_sn_length18_type;
	static const uint32_t lengths[] = {1, 16383, 16384, 16385, 65536, 100001, 131072};

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		struct bits bits = {long_octets(131072 / 8).p, lengths[i]}, back;
		struct per_wr w = per_wr_of(buf, sizeof(buf));
		struct per_rd r;

		per_put(&w, t, &bits);
		assert_false(w.bad);
		r = per_rd_of(bytes_of(buf, per_wr_octets(&w)), &arena, NULL);
		per_get(&r, t, &back);
		assert_false(r.bad);
		assert_true(per_equal(t, &bits, &back));
	}
}

/* Unknown IEs and those cut off do not need memory; a message cut off is none. */
static void long_messages_cut_off_are_refused(void **state)
{
	struct s1ap_ue_capability_info_indication m = {0};
	struct bytes sent;
	struct s1ap_pdu pdu;
	uint8_t *copy;

	(void)state;
	S1AP_SET(&m, mme_ue_s1ap_id, 1);
	S1AP_SET(&m, enb_ue_s1ap_id, 1);
	S1AP_SET(&m, ue_radio_capability, long_octets(70000));
	sent = encoded(&s1ap_ue_capability_info_indication_msg, &m);
	for (uint32_t n = 0; n<sent.n; n += n> 64 && sent.n - n > 1100 ? 997 : 1) {
		copy = test_malloc(n + 1);
		memcpy(copy, sent.p, n);
		assert_int_equal(s1ap_decode(&arena, bytes_of(copy, n), &pdu), -EBADMSG);
		assert_true(pdu.diag.syntax);
		test_free(copy);
		arena_reset(&arena);
	}
}

/* A PDU of procedure and outcome with the given IEs, { id, criticality, octet } each. */
static struct bytes pdu_of(unsigned choice, unsigned procedure, unsigned n, const uint16_t (*ie)[3])
{
	struct per_wr w = per_wr_of(buf, sizeof(buf));
	size_t open;

	per_put_bits(&w, choice, 3);
	per_put_align(&w);
	per_put_bits(&w, procedure, 8);
	per_put_bits(&w, PER_REJECT, 2);
	open = per_put_open(&w);
	per_put_bits(&w, 0, 1);
	per_put_whole(&w, n, 65535);
	for (unsigned i = 0; i < n; i++) {
		per_put_align(&w);
		per_put_bits(&w, ie[i][0], 16);
		per_put_bits(&w, ie[i][1], 2);
		per_put_length(&w, 2);
		per_put_bits(&w, ie[i][2], 16);
	}
	per_put_close(&w, open);
	assert_false(w.bad);
	return bytes_of(buf, per_wr_octets(&w));
}
#define PDU(choice, procedure, ...)                                                                \
	pdu_of(choice, procedure, sizeof((uint16_t[][3]){__VA_ARGS__}) / 6,                        \
	       (const uint16_t[][3]){__VA_ARGS__})
/* Handover Cancel: MME-UE-S1AP-ID, eNB-UE-S1AP-ID, Cause */
#define MME_ID                                                                                     \
	{                                                                                          \
		0, PER_REJECT, 0x0001                                                              \
	}
#define ENB_ID                                                                                     \
	{                                                                                          \
		8, PER_REJECT, 0x0002                                                              \
	}
#define CAUSE                                                                                      \
	{                                                                                          \
		2, PER_IGNORE, 0x0000                                                              \
	}

static void assert_fault(const struct s1ap_pdu *pdu, unsigned id, unsigned crit, unsigned error)
{
	assert_int_equal(pdu->diag.n, 1);
	assert_int_equal(pdu->diag.fault[0].id, id);
	assert_int_equal(pdu->diag.fault[0].criticality, crit);
	assert_int_equal(pdu->diag.fault[0].error, error);
}

static void assert_cause(const struct s1ap_pdu *pdu, unsigned value)
{
	struct s1ap_cause cause = s1ap_judge_cause(pdu);

	assert_int_equal(cause.group, S1AP_CAUSE_PROTOCOL);
	assert_int_equal(cause.value, value);
}

static void unknown_ie_is_judged_by_its_criticality(void **state)
{
	static const enum s1ap_verdict want[] = {S1AP_REJECT_PROCEDURE, S1AP_CONTINUE,
						 S1AP_CONTINUE_AND_NOTIFY};

	(void)state;
	for (uint16_t crit = 0; crit < 3; crit++) {
		struct s1ap_pdu pdu = decoded(PDU(0, 4, MME_ID, ENB_ID, CAUSE, {60000, crit, 0}));
		struct s1ap_handover_cancel *m = pdu.body;
		struct s1ap_criticality_diagnostics d = s1ap_diagnose(&arena, &pdu);

		assert_fault(&pdu, 60000, crit, PER_NOT_UNDERSTOOD);
		assert_int_equal(s1ap_judge(&pdu), want[crit]);
		assert_int_equal(m->enb_ue_s1ap_id, 2);
		assert_int_equal(d.has.ies_criticality_diagnostics, crit != PER_IGNORE);
		if (crit == PER_IGNORE)
			continue;
		assert_int_equal(d.ies_criticality_diagnostics.n, 1);
		assert_int_equal(d.ies_criticality_diagnostics.v[0].ie_id, 60000);
		assert_int_equal(d.ies_criticality_diagnostics.v[0].type_of_error,
				 S1AP_TYPE_OF_ERROR_NOT_UNDERSTOOD);
		assert_cause(&pdu,
			     crit == PER_REJECT
				     ? S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT
				     : S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY);
	}
}

static void missing_ie_is_judged_by_the_specified_criticality(void **state)
{
	struct s1ap_pdu pdu = decoded(PDU(0, 4, MME_ID, CAUSE));
	struct s1ap_handover_cancel *m = pdu.body;

	(void)state;
	assert_fault(&pdu, 8, PER_REJECT, PER_MISSING);
	assert_false(m->has.enb_ue_s1ap_id);
	assert_int_equal(s1ap_judge(&pdu), S1AP_REJECT_PROCEDURE);
	assert_cause(&pdu, S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT);
	pdu = decoded(PDU(0, 4, MME_ID, ENB_ID));
	assert_fault(&pdu, 2, PER_IGNORE, PER_MISSING);
	assert_int_equal(s1ap_judge(&pdu), S1AP_CONTINUE);
}

static void repeated_ie_makes_a_falsely_constructed_message(void **state)
{
	struct s1ap_pdu pdu = decoded(PDU(0, 4, MME_ID, ENB_ID, {8, PER_REJECT, 9}, CAUSE));
	struct s1ap_handover_cancel *m = pdu.body;

	(void)state;
	assert_fault(&pdu, 8, PER_REJECT, PER_REPEATED);
	assert_int_equal(m->enb_ue_s1ap_id, 2);
	assert_int_equal(s1ap_judge(&pdu), S1AP_REJECT_PROCEDURE);
	assert_cause(&pdu, S1AP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE);
}

static void ies_out_of_order_are_noted_and_accepted(void **state)
{
	struct s1ap_pdu pdu = decoded(PDU(0, 4, CAUSE, MME_ID, ENB_ID));
	struct s1ap_handover_cancel *m = pdu.body;

	(void)state;
	assert_int_equal(pdu.diag.n, 2);
	assert_int_equal(pdu.diag.fault[0].error, PER_OUT_OF_ORDER);
	assert_int_equal(m->mme_ue_s1ap_id, 1);
	assert_int_equal(s1ap_judge(&pdu), S1AP_CONTINUE);
}

static void unknown_procedure_is_judged_by_its_criticality(void **state)
{
	struct s1ap_pdu pdu;

	(void)state;
	assert_int_equal(s1ap_decode(&arena, PDU(0, 200, MME_ID), &pdu), -ENOMSG);
	assert_int_equal(pdu.procedure, 200);
	assert_null(pdu.msg);
	assert_int_equal(s1ap_judge(&pdu), S1AP_REJECT_PROCEDURE);
	/* Paging has no successful outcome */
	assert_int_equal(s1ap_decode(&arena, PDU(1, 10, MME_ID), &pdu), -ENOMSG);
}

static void many_faults_are_counted_and_diagnosed_up_to_the_bound(void **state)
{
	static uint16_t ie[100][3];
	struct s1ap_error_indication m = {0};
	struct s1ap_pdu pdu;

	(void)state;
	for (uint16_t i = 0; i < 100; i++)
		ie[i][0] = (uint16_t)(50000 + i);
	pdu = decoded(pdu_of(0, 4, 100, ie));
	assert_int_equal(pdu.diag.n, PER_MAX_FAULTS);
	assert_int_equal(pdu.diag.total, 103);
	S1AP_SET(&m, cause, s1ap_judge_cause(&pdu));
	S1AP_SET(&m, criticality_diagnostics, s1ap_diagnose(&arena, &pdu));
	pdu = decoded(encoded(&s1ap_error_indication_msg, &m));
	assert_true(s1ap_equal(pdu.msg, &m, pdu.body));
}

/* Faults past the bound count as well: the sixteen before cannot hide a reject. */
static void a_reject_after_many_ignored_faults_still_rejects(void **state)
{
	static uint16_t ie[40][3];
	struct s1ap_pdu pdu;

	(void)state;
	for (uint16_t i = 0; i < 40; i++) {
		ie[i][0] = (uint16_t)(50000 + i);
		ie[i][1] = i == 39 ? PER_REJECT : PER_IGNORE;
	}
	ie[0][0] = 0;
	ie[1][0] = 8;
	pdu = decoded(pdu_of(0, 4, 40, ie));
	assert_int_equal(s1ap_judge(&pdu), S1AP_REJECT_PROCEDURE);
	assert_int_equal(s1ap_diagnose(&arena, &pdu).ies_criticality_diagnostics.n, 1);
}

static void cause_of_a_later_release_is_marked(void **state)
{
	/* Cause: radio network, extension value 40 */
	struct s1ap_pdu pdu = decoded(PDU(0, 4, MME_ID, ENB_ID, {2, PER_IGNORE, 0x0a80}));
	struct s1ap_handover_cancel *m = pdu.body;

	(void)state;
	assert_true(m->has.cause);
	assert_int_equal(m->cause.group, S1AP_CAUSE_RADIO);
	assert_int_equal(m->cause.value, S1AP_CAUSES_RADIO_ROOT + 40);
	assert_string_equal(s1ap_cause_text(m->cause), "unknown");
	assert_fault(&pdu, 2, PER_IGNORE, PER_NOT_UNDERSTOOD);
	assert_int_equal(s1ap_judge(&pdu), S1AP_CONTINUE);
}

static void causes_have_texts(void **state)
{
	struct s1ap_cause cause = {S1AP_CAUSE_RADIO, S1AP_CAUSE_RADIO_USER_INACTIVITY};

	(void)state;
	assert_int_equal(S1AP_CAUSE_RADIO_USER_INACTIVITY, 20);
	assert_int_equal(S1AP_CAUSE_RADIO_REDIRECTION_TOWARDS_1XRTT, S1AP_CAUSES_RADIO_ROOT);
	assert_string_equal(s1ap_cause_text(cause), "radio: user-inactivity");
	cause = (struct s1ap_cause){S1AP_CAUSE_MISC, S1AP_CAUSE_MISC_UNKNOWN_PLMN};
	assert_string_equal(s1ap_cause_text(cause), "misc: unknown-plmn");
	cause.group = 9;
	assert_string_equal(s1ap_cause_text(cause), "unknown");
}

static char *shown(const struct s1ap_msg *m, const void *body)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	s1ap_show(f, m, body);
	fclose(f);
	return text;
}

static void messages_are_shown_on_one_line(void **state)
{
	struct s1ap_s1_setup_request *m = setup_request();
	char *text;

	(void)state;
	m->enb_name = bytes_of("a\"\n\x80", 4);
	text = shown(&s1ap_s1_setup_request_msg, m);
	assert_string_equal(
		text, "s1_setup_request global_enb_id={plmn=00101 enb_id=macro_enb_id:0x12345} "
		      "enb_name=\"a\\x22\\x0a\\x80\" "
		      "supported_tas=[{tac=0007 broadcast_plmns=[00101]}] "
		      "default_paging_drx=v64");
	free(text);
}

static void keys_are_never_shown(void **state)
{
	uint8_t key[32];
	struct s1ap_initial_context_setup_request m = {0};
	struct s1ap_handover_request h = {0};
	char *text;

	(void)state;
	memset(key, 0xab, sizeof(key));
	S1AP_SET(&m, security_key, (struct bits){key, 256});
	text = shown(&s1ap_initial_context_setup_request_msg, &m);
	assert_string_equal(text, "initial_context_setup_request security_key=(secret)");
	free(text);
	S1AP_SET(&h, security_context, (struct s1ap_security_context){1, {key, 256}});
	text = shown(&s1ap_handover_request_msg, &h);
	assert_null(strstr(text, "abab"));
	free(text);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, reset)
	const struct CMUnitTest tests[] = {
		T(messages_of_real_networks_come_back_the_same),
		T(random_messages_of_every_type_come_back_the_same),
		T(different_messages_are_not_equal),
		T(a_flipped_bit_does_no_harm),
		T(a_cut_message_is_a_transfer_syntax_error),
		T(s1_setup_request_is_the_octets_worked_out_by_hand),
		T(addresses_are_ipv4_ipv6_or_both),
		T(address_of_another_length_is_not_understood),
		T(encoder_names_what_is_missing_or_out_of_range),
		T(capabilities_of_any_length_come_back),
		T(containers_of_any_length_are_passed_on),
		T(long_values_are_passed_on_as_they_are),
		T(receive_status_in_fragments_comes_back),
		T(long_messages_cut_off_are_refused),
		T(unknown_ie_is_judged_by_its_criticality),
		T(missing_ie_is_judged_by_the_specified_criticality),
		T(repeated_ie_makes_a_falsely_constructed_message),
		T(ies_out_of_order_are_noted_and_accepted),
		T(unknown_procedure_is_judged_by_its_criticality),
		T(many_faults_are_counted_and_diagnosed_up_to_the_bound),
		T(a_reject_after_many_ignored_faults_still_rejects),
		T(cause_of_a_later_release_is_marked),
		T(causes_have_texts),
		T(messages_are_shown_on_one_line),
		T(keys_are_never_shown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(&arena);
	return failed;
}
