/* SPDX-License-Identifier: Apache-2.0 */
/* NAS: headers, values whose octets are known, faults and what the specification wants done with
 * them, and random legal messages of every type. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "codec/nas.h"
#include "core/pool.h"
#include "nas_value.h"

static struct arena arena;

static int decode_up(struct bytes b, struct nas_message *m)
{
	return nas_decode(&arena, NAS_UP, b, m);
}

static plmn_t plmn(const char *s)
{
	plmn_t p = 0;

	assert_true(plmn_parse(s, &p));
	return p;
}

/* ---- headers ---- */

static void a_plain_message_is_its_own_inner(void **state)
{
	struct nas_header h;

	(void)state;
	assert_int_equal(nas_header_decode(LIT("\x07\x55\x01"), &h), 0);
	assert_int_equal(h.security, NAS_PLAIN);
	assert_int_equal(h.inner.n, 3);
	assert_int_equal(h.covered.n, 0);
	assert_int_equal(nas_header_decode(LIT("\x52\x01\xc1"), &h), 0);
	assert_int_equal(h.pd, NAS_PD_ESM);
}

static void a_protected_message_gives_mac_sequence_and_what_is_covered(void **state)
{
	uint8_t out[6];
	struct wr w = wr_of(out, sizeof(out));
	struct nas_header h;
	struct bytes pdu = LIT("\x27\x01\x02\x03\x04\x2a\x07\x43");

	(void)state;
	assert_int_equal(nas_header_decode(pdu, &h), 0);
	assert_int_equal(h.security, NAS_CIPHERED);
	assert_int_equal(h.mac, 0x01020304);
	assert_int_equal(h.seq, 0x2a);
	assert_ptr_equal(h.covered.p, pdu.p + 5);
	assert_int_equal(h.covered.n, 3);
	assert_ptr_equal(h.inner.p, pdu.p + 6);
	assert_int_equal(h.inner.n, 2);
	nas_header_encode(&w, &h);
	assert_memory_equal(out, pdu.p, 6);
}

static void service_request_has_a_header_of_its_own(void **state)
{
	struct bytes pdu = LIT("\xc7\x25\xab\xcd"), odd = LIT("\xf7\x25\xab\xcd");
	uint8_t out[4];
	struct wr w = wr_of(out, sizeof(out));
	const struct nas_service_request *s;
	struct nas_message m;
	struct nas_header h;

	(void)state;
	assert_int_equal(nas_header_decode(pdu, &h), 0);
	assert_int_equal(h.security, NAS_SHORT);
	assert_int_equal(h.ksi, 1);
	assert_int_equal(h.seq, 5);
	assert_int_equal(h.mac, 0xabcd);
	assert_int_equal(h.covered.n, 2);
	nas_header_encode(&w, &h);
	assert_memory_equal(out, pdu.p, 4);
	assert_int_equal(decode_up(h.inner, &m), 0);
	assert_int_equal(m.type, NAS_SERVICE_REQUEST);
	s = m.body;
	assert_int_equal(s->short_mac, 0xabcd);
	assert_int_equal(nas_header_decode(odd, &h), 0);
	assert_int_equal(h.security, NAS_SHORT);
}

static void what_is_not_eps_or_too_short_is_to_be_ignored(void **state)
{
	static const struct bytes bad[] = {
		{NULL, 0},
		{(const uint8_t *)"\x07", 1},
		{(const uint8_t *)"\x05\x08", 2},
		{(const uint8_t *)"\x67\1\2\3\4\5\7\x41", 8}, /* unused security header type */
		{(const uint8_t *)"\x17\1\2\3\4\5", 6},       /* nothing inside */
		{(const uint8_t *)"\x17\1\2\3", 4},
		{(const uint8_t *)"\xc7\x25\xab", 3},
		{(const uint8_t *)"\x52\x01", 2},
	};
	struct nas_header h;
	struct nas_message m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(nas_header_decode(bad[i], &h), -EBADMSG);
	assert_int_equal(decode_up(LIT(""), &m), -EBADMSG);
	assert_int_equal(decode_up(LIT("\x07"), &m), -EBADMSG);
	assert_int_equal(decode_up(LIT("\x02\x01"), &m), -EBADMSG);
	assert_int_equal(decode_up(LIT("\x17\x41"), &m), -EBADMSG);
}

/* ---- values ---- */

static void identities_are_bcd_and_binary(void **state)
{
	struct nas_identity id = {.type = NAS_ID_IMSI};

	(void)state;
	imsi_parse("001010123456789", &id.imsi);
	CHECK(eps_identity, &id, "\x09\x10\x10\x10\x32\x54\x76\x98");
	CHECK(mobile_identity, &id, "\x09\x10\x10\x10\x32\x54\x76\x98");
	imsi_parse("00101012345678", &id.imsi);
	CHECK(eps_identity, &id, "\x01\x10\x10\x10\x32\x54\x76\xf8");
	id = (struct nas_identity){.type = NAS_ID_IMEISV, .imei = "3520990017614823"};
	CHECK(mobile_identity, &id, "\x33\x25\x90\x09\x10\x67\x41\x28\xf3");
	id = (struct nas_identity){.type = NAS_ID_IMEI, .imei = "352099001761481"};
	CHECK(mobile_identity, &id, "\x3a\x25\x90\x09\x10\x67\x41\x18");
	CHECK(eps_identity, &id, "\x3b\x25\x90\x09\x10\x67\x41\x18");
	id = (struct nas_identity){.type = NAS_ID_TMSI, .tmsi = 0x01020304};
	CHECK(mobile_identity, &id, "\xf4\x01\x02\x03\x04");
	id = (struct nas_identity){.type = NAS_ID_NONE};
	CHECK(mobile_identity, &id, "\x00\x00\x00");
	id = (struct nas_identity){.type = NAS_ID_GUTI,
				   .guti = {{plmn("00101"), 0x8001, 0x2a}, 0xdeadbeef}};
	CHECK(eps_identity, &id, "\xf6\x00\xf1\x10\x80\x01\x2a\xde\xad\xbe\xef");
}

static void identities_with_wrong_digits_are_refused(void **state)
{
	(void)state;
	REFUSED(eps_identity, "\x09\x10\x10\x10\x32\x54\x76\xf8"); /* odd, yet a filler */
	REFUSED(eps_identity, "\x01\x10\x10\x10\x32\x54\x76\x98"); /* even, no filler */
	REFUSED(eps_identity, "\x09\x10\xa0\x10\x32\x54\x76\x98");
	REFUSED(eps_identity, "\x09\x10");                             /* too few */
	REFUSED(eps_identity, "\x09\x10\x10\x10\x32\x54\x76\x98\x11"); /* too many */
	REFUSED(eps_identity, "\xf6\x00\xf1\x10\x80\x01\x2a\xde\xad\xbe");
	REFUSED(eps_identity, "\xf4\x01\x02\x03\x04"); /* no TMSI here */
	REFUSED(mobile_identity, "\x33\x25\x90\x09\x10\x67\x41\xf8");
	REFUSED(mobile_identity, "");
}

static void what_has_no_wire_form_is_not_written(void **state)
{
	const struct nas_identity bad[] = {{.type = NAS_ID_IMSI, .imsi = IMSI_NONE},
					   {.type = NAS_ID_IMEI, .imei = ""},
					   {.type = NAS_ID_NONE}};
	const struct nas_tai_list no_tais = {0};
	const struct nas_apn apns[] = {{""}, {"a..b"}, {"a."}, {".a"}};
	uint8_t out[128];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wr w = wr_of(out, sizeof(out));

		nas_type_eps_identity.put(&w, &bad[i]);
		assert_true(w.bad);
	}
	for (size_t i = 0; i < 4; i++) {
		struct wr w = wr_of(out, sizeof(out));

		nas_type_apn.put(&w, &apns[i]);
		assert_true(w.bad);
	}
	struct wr w = wr_of(out, sizeof(out));

	nas_type_tai_list.put(&w, &no_tais);
	assert_true(w.bad);
}

static void a_tai_list_takes_the_shortest_coding(void **state)
{
	plmn_t a = plmn("00101"), b = plmn("310410");
	struct nas_tai_list one = {1, {{a, 7}}};
	struct nas_tai_list run = {3, {{a, 0xfffe}, {a, 0xffff}, {a, 0}}};
	struct nas_tai_list gaps = {3, {{a, 1}, {a, 2}, {a, 4}}};
	struct nas_tai_list mixed = {2, {{a, 1}, {b, 2}}};

	(void)state;
	CHECK(tai_list, &one, "\x00\x00\xf1\x10\x00\x07");
	CHECK(tai_list, &run, "\x22\x00\xf1\x10\xff\xfe");
	CHECK(tai_list, &gaps, "\x02\x00\xf1\x10\x00\x01\x00\x02\x00\x04");
	CHECK(tai_list, &mixed, "\x41\x00\xf1\x10\x00\x01\x13\x00\x14\x00\x02");
}

static void partial_tai_lists_are_joined_up_to_sixteen(void **state)
{
	struct bytes b = LIT("\x01\x00\xf1\x10\x00\x01\x00\x05\x21\x13\x00\x14\x00\x08");
	struct bytes many = LIT("\x2f\x00\xf1\x10\x00\x01\x2f\x00\xf1\x10\x01\x00");
	struct nas_tai_list l;
	struct rd r = rd_bytes(b);

	(void)state;
	nas_type_tai_list.get(&r, &l);
	assert_false(r.bad);
	assert_int_equal(l.n, 4);
	assert_int_equal(l.tai[1].tac, 5);
	assert_int_equal(l.tai[3].tac, 9);
	assert_int_equal(l.tai[3].plmn, plmn("310410"));
	r = rd_bytes(many);
	nas_type_tai_list.get(&r, &l);
	assert_false(r.bad);
	assert_int_equal(l.n, 16);
	assert_int_equal(l.tai[15].tac, 16);
	REFUSED(tai_list, "\x60\x00\xf1\x10\x00\x01");
	REFUSED(tai_list, "\x01\x00\xf1\x10\x00\x01\x00");
}

static void check_timer(const struct ie_type *t, uint32_t seconds, uint8_t octet, uint32_t coded)
{
	uint8_t out;
	uint32_t back;
	struct wr w = wr_of(&out, 1);
	struct rd r = rd_of(&out, 1);

	t->put(&w, &seconds);
	assert_int_equal(out, octet);
	t->get(&r, &back);
	assert_int_equal(back, coded);
}

static void timers_round_up_to_what_can_be_coded(void **state)
{
	const struct ie_type *t = &nas_type_gprs_timer, *t3 = &nas_type_gprs_timer_3;

	(void)state;
	check_timer(t, 0, 0x00, 0);
	check_timer(t, 1, 0x01, 2);
	check_timer(t, 62, 0x1f, 62);
	check_timer(t, 63, 0x22, 120);
	check_timer(t, 720, 0x2c, 720);
	check_timer(t, 3240, 0x49, 3240);
	check_timer(t, 11160, 0x5f, 11160);
	check_timer(t, 86400, 0x5f, 11160);
	check_timer(t, NAS_TIMER_DEACTIVATED, 0xe0, NAS_TIMER_DEACTIVATED);
	check_timer(t3, 2, 0x61, 2);
	check_timer(t3, 90, 0x83, 90);
	check_timer(t3, 1800, 0xbe, 1800);
	check_timer(t3, 3600, 0x06, 3600);
	check_timer(t3, 86400, 0x38, 86400);
	check_timer(t3, 1152000 * 2, 0xc2, 1152000 * 2);
	check_timer(t3, 40000000, 0xdf, 35712000);
	check_timer(t3, NAS_TIMER_DEACTIVATED, 0xe0, NAS_TIMER_DEACTIVATED);
}

static void capabilities_are_replayed_as_received(void **state)
{
	struct nas_ue_network_capability c = {5, {{0xf0, 0x70, 0xc0, 0xc0, 0x11}}};
	struct nas_ue_security_capability s = nas_replay(&c, LIT("\xe5\xe0\x3e"));
	struct nas_ue_security_capability eps_only;

	(void)state;
	CHECK(ue_network_capability, &c, "\xf0\x70\xc0\xc0\x11");
	CHECK(ue_security_capability, &s, "\xf0\x70\xc0\x40\x70");
	c.n = 2;
	eps_only = nas_replay(&c, bytes_of(NULL, 0));
	CHECK(ue_security_capability, &eps_only, "\xf0\x70");
	REFUSED(ue_network_capability, "\xf0");
	REFUSED(ue_security_capability, "\xf0\x70\xc0");
}

static void an_apn_is_labels_on_the_wire(void **state)
{
	struct nas_apn apn = {"internet.mnc001.mcc001.gprs"};
	struct rd r;

	(void)state;
	CHECK(apn, &apn, "\x08internet\x06mnc001\x06mcc001\x04gprs");
	r = rd_bytes(LIT("\x03iot\x00"));
	nas_type_apn.get(&r, &apn);
	assert_false(r.bad);
	assert_string_equal(apn.name, "iot");
	r = rd_bytes(LIT("\x07iot.gw\n"));
	nas_type_apn.get(&r, &apn);
	assert_false(r.bad);
	assert_string_equal(apn.name, "iot?gw?");
	REFUSED(apn, "\x00");
	REFUSED(apn, "\x04iot");
	REFUSED(apn, "\x00\x03iot");
}

static void addresses_carry_the_interface_identifier(void **state)
{
	struct nas_pdn_address a = {.type = NAS_PDN_IPV4V6, .iid = {0, 0, 0, 0, 0, 0, 0, 1}};

	(void)state;
	inet_pton(AF_INET, "10.45.0.2", &a.ip4);
	CHECK(pdn_address, &a, "\x03\0\0\0\0\0\0\0\x01\x0a\x2d\x00\x02");
	a.type = NAS_PDN_IPV4;
	CHECK(pdn_address, &a, "\x01\x0a\x2d\x00\x02");
	a.type = NAS_PDN_IPV6;
	CHECK(pdn_address, &a, "\x02\0\0\0\0\0\0\0\x01");
	a.type = NAS_PDN_NON_IP;
	CHECK(pdn_address, &a, "\x05\0\0\0\0");
	REFUSED(pdn_address, "\x03\0\0\0\0\0\0\0\x01\x0a\x2d\x00");
	REFUSED(pdn_address, "\x07\0\0\0\0");
}

static void network_names_are_packed_septets_or_ucs2(void **state)
{
	struct nas_network_name n = {.utf8 = "hellohello"};

	(void)state;
	CHECK(network_name, &n, "\x82\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37");
	n = (struct nas_network_name){.add_country = true, .utf8 = "a€"};
	CHECK(network_name, &n, "\x8b\xe1\x4d\x19");
	n = (struct nas_network_name){.utf8 = "Ж"};
	CHECK(network_name, &n, "\x90\x04\x16");
	n = (struct nas_network_name){.utf8 = "😀"};
	CHECK(network_name, &n, "\x90\xd8\x3d\xde\x00");
	REFUSED(network_name, "\xa0\x00");
	assert_false(refused(&nas_type_network_name, LIT("\x87"))); /* spare bits of nothing */
}

static void time_is_swapped_digits_with_a_signed_zone(void **state)
{
	struct nas_time t = {2024, 2, 29, 23, 59, 8, -14};
	nas_time_zone_t east = 22;

	(void)state;
	CHECK(time, &t, "\x42\x20\x92\x32\x95\x80\x49");
	CHECK(time_zone, &east, "\x22");
	REFUSED(time, "\x42\x31\x92\x32\x95\x80\x49"); /* month 13 */
	REFUSED(time, "\x42\x20\xaa\x32\x95\x80\x49");
}

static void small_values_have_their_octets(void **state)
{
	nas_bearer_status_t status = 1 << 5 | 1 << 6 | 1 << 15;
	nas_network_features_t few = NAS_FEATURE_IMS_VOPS;
	nas_network_features_t more = NAS_FEATURE_IMS_VOPS | NAS_FEATURE_EPCO;
	struct nas_algorithms alg = {2, 1};
	struct nas_detach_type off = {NAS_DETACH_EPS, true};
	struct nas_update_type update = {NAS_TA_PERIODIC, true};
	nas_nri_t nri = 0x2a5;
	struct nas_edrx edrx = {3, 9};

	(void)state;
	CHECK(bearer_status, &status, "\x60\x80");
	CHECK(network_features, &few, "\x01");
	CHECK(network_features, &more, "\x01\x08");
	CHECK(algorithms, &alg, "\x21");
	CHECK(detach_type, &off, "\x09");
	CHECK(update_type, &update, "\x0b");
	CHECK(nri, &nri, "\xa9\x40");
	CHECK(edrx, &edrx, "\x39");
}

static void unused_values_read_as_the_specification_says(void **state)
{
	uint8_t v = 0;
	struct rd r = rd_of("\x05", 1);

	(void)state;
	nas_type_attach_type.get(&r, &v);
	assert_int_equal(v, NAS_ATTACH_EPS);
	r = rd_of("\x04", 1);
	nas_type_pdn_type.get(&r, &v);
	assert_int_equal(v, NAS_PDN_IPV6);
	r = rd_of("\x03", 1);
	nas_type_request_type.get(&r, &v);
	assert_int_equal(v, NAS_REQUEST_INITIAL);
	REFUSED(attach_type, "\x07");
	REFUSED(update_type, "\x06");
}

/* ---- messages and faults ---- */

/* The least attach request: IMSI, capability, PDN connectivity request */
#define ATTACH                                                                                     \
	"\x07\x41\x71\x08\x09\x10\x10\x10\x32\x54\x76\x98\x02\xf0\x70\x00\x04\x02\x01\xd0\x11"

static void an_attach_request_gives_its_values(void **state)
{
	const struct nas_attach_request *req;
	const struct nas_pdn_connectivity_request *pdn;
	struct nas_message m, esm;
	char imsi[IMSI_STRLEN];

	(void)state;
	assert_int_equal(decode_up(LIT(ATTACH "\x6a\x01\x02\x90\x5c\x00\x00"), &m), 0);
	assert_int_equal(m.type, NAS_ATTACH_REQUEST);
	req = m.body;
	assert_int_equal(req->attach_type, NAS_ATTACH_EPS);
	assert_int_equal(req->ksi, NAS_KSI_NONE);
	assert_string_equal(imsi_print(req->identity.imsi, imsi), "001010123456789");
	assert_true(HAS(req, nas_attach_request, t3324) && req->t3324 == 4);
	assert_true(HAS(req, nas_attach_request, drx) && HAS(req, nas_attach_request, tmsi_status));
	assert_false(HAS(req, nas_attach_request, old_lai));
	assert_int_equal(decode_up(req->esm, &esm), 0);
	assert_true(esm.esm && esm.type == NAS_PDN_CONNECTIVITY_REQUEST && esm.pti == 1);
	pdn = esm.body;
	assert_int_equal(pdn->pti, 1);
	assert_int_equal(pdn->request_type, NAS_REQUEST_INITIAL);
	assert_int_equal(pdn->pdn_type, NAS_PDN_IPV4);
}

static void a_missing_mandatory_ie_is_cause_96(void **state)
{
	struct nas_message m;

	(void)state;
	for (size_t n = 2; n < sizeof(ATTACH) - 1; n++) {
		assert_int_equal(decode_up(bytes_of(ATTACH, n), &m),
				 EMM_CAUSE_INVALID_MANDATORY_IE);
		assert_non_null(m.fault.row);
	}
	assert_int_equal(decode_up(bytes_of(ATTACH, 4), &m), 96);
	assert_string_equal(m.fault.row->name, "identity");
}

static void a_mandatory_ie_that_is_wrong_is_cause_96(void **state)
{
	struct nas_message m;

	(void)state;
	/* identity type 4; identity shorter than the table allows */
	assert_int_equal(decode_up(LIT("\x07\x41\x71\x05\xf4\x01\x02\x03\x04\x02\xf0\x70\x00\x03"
				       "\x02\x01\xd0"),
				   &m),
			 96);
	assert_string_equal(m.fault.row->name, "identity");
	assert_int_equal(decode_up(LIT("\x07\x56\x02\x09\x10"), &m), 96);
	assert_string_equal(m.fault.row->name, "identity");
}

static void an_unknown_or_misdirected_type_is_cause_97(void **state)
{
	struct nas_message m;

	(void)state;
	assert_int_equal(decode_up(LIT("\x07\x7f\x00"), &m), EMM_CAUSE_MESSAGE_TYPE_UNKNOWN);
	assert_int_equal(m.type, 0x7f);
	assert_null(m.def);
	assert_int_equal(decode_up(LIT("\x07\x42\x00"), &m), 97); /* attach accept, from a device */
	assert_int_equal(decode_up(LIT("\x52\x09\xc1\x00"), &m), 97);
	assert_true(m.esm && m.ebi == 5 && m.pti == 9);
	assert_int_equal(decode_up(LIT("\x07\xd0\x11"), &m), 97); /* ESM type in EMM */
	assert_int_equal(nas_decode(&arena, NAS_DOWN, LIT("\x07\x45\x01"), &m), 0);
	assert_ptr_equal(m.def, &nas_detach_request_network_def);
}

static void an_unknown_ie_that_must_be_understood_is_cause_96(void **state)
{
	struct nas_message m;

	(void)state;
	assert_int_equal(decode_up(LIT(ATTACH "\x0f\x01\x00"), &m), 96);
	assert_null(m.fault.row);
	assert_int_equal(m.fault.iei, 0x0f);
}

static void other_unknown_ies_are_skipped_by_their_identifiers_shape(void **state)
{
	const struct nas_attach_request *req;
	struct nas_message m;

	(void)state;
	/* type 1 or 2 (one octet), type 4 (one octet of length), type 6 (two), then T3324 */
	assert_int_equal(decode_up(LIT(ATTACH "\x83\xa1\x3f\x02\x6a\x6a\x7f\x00\x03\x01\x02\x03"
					      "\x6a\x01\x05"),
				   &m),
			 0);
	req = m.body;
	assert_true(HAS(req, nas_attach_request, t3324));
	assert_int_equal(req->t3324, 10);
	/* one that runs past the end takes nothing else with it */
	assert_int_equal(decode_up(LIT(ATTACH "\x6a\x01\x05\x3f\x20\x00"), &m), 0);
	req = m.body;
	assert_true(HAS(req, nas_attach_request, t3324));
}

static void the_first_of_repeated_ies_counts_in_any_order(void **state)
{
	const struct nas_attach_request *req;
	struct nas_message m;

	(void)state;
	assert_int_equal(
		decode_up(LIT(ATTACH "\x6a\x01\x05\x5c\x01\x02\x6a\x01\x06\x5c\x03\x04"), &m), 0);
	req = m.body;
	assert_int_equal(req->t3324, 10);
	assert_int_equal(req->drx, 0x0102);
}

static void an_optional_ie_that_is_wrong_counts_as_absent(void **state)
{
	const struct nas_attach_request *req;
	struct nas_message m;

	(void)state;
	/* T3324 without value, additional GUTI of the wrong length and kind, then a good DRX */
	assert_int_equal(
		decode_up(LIT(ATTACH "\x6a\x00\x50\x05\xf6\x01\x02\x03\x04\x5c\x01\x02"), &m), 0);
	req = m.body;
	assert_false(HAS(req, nas_attach_request, t3324));
	assert_false(HAS(req, nas_attach_request, additional_guti));
	assert_int_equal(req->additional_guti.type, 0);
	assert_true(HAS(req, nas_attach_request, drx));
	/* cut off in the middle */
	assert_int_equal(decode_up(LIT(ATTACH "\x5c\x01"), &m), 0);
	req = m.body;
	assert_false(HAS(req, nas_attach_request, drx));
}

static void octets_of_later_releases_are_ignored(void **state)
{
	const struct nas_attach_request *req;
	struct nas_message m;

	(void)state;
	assert_int_equal(decode_up(LIT(ATTACH "\x6a\x03\x05\xff\xff\x5c\x01\x02"), &m), 0);
	req = m.body;
	assert_int_equal(req->t3324, 10);
	assert_true(HAS(req, nas_attach_request, drx));
}

static void an_attach_accept_is_written_to_the_octet(void **state)
{
	struct nas_attach_accept a = {.attach_result = NAS_ATTACHED_EPS,
				      .t3412 = 3240,
				      .tai_list = {1, {{plmn("00101"), 1}}},
				      .esm = LIT("\x52\x01\xc1"),
				      .emm_cause = EMM_CAUSE_CS_DOMAIN_NOT_AVAILABLE,
				      .network_features = NAS_FEATURE_EPCO};
	static const uint8_t want[] = "\x07\x42\x01\x49\x06\x00\x00\xf1\x10\x00\x01\x00\x03\x52\x01"
				      "\xc1\x53\x12\x64\x02\x00\x08";
	uint8_t out[64];
	struct wr w = wr_of(out, sizeof(out));

	(void)state;
	SET(&a, nas_attach_accept, emm_cause);
	SET(&a, nas_attach_accept, network_features);
	assert_int_equal(NAS_ENCODE(&w, attach_accept, &a), 0);
	assert_int_equal(w.p - out, sizeof(want) - 1);
	assert_memory_equal(out, want, sizeof(want) - 1);
}

static void a_message_that_does_not_fit_is_an_error(void **state)
{
	struct nas_attach_accept a = {.tai_list = {1, {{1, 1}}}, .esm = LIT("\x52\x01\xc1")};
	uint8_t out[64];
	struct wr w;

	(void)state;
	for (size_t n = 0; n < 17; n++) {
		w = wr_of(out, n);
		assert_int_equal(NAS_ENCODE(&w, attach_accept, &a), n < 16 ? -ENOSPC : 0);
		assert_int_equal(w.bad, n < 16);
	}
	a.esm.n = 1;
	w = wr_of(out, sizeof(out));
	assert_int_equal(NAS_ENCODE(&w, attach_accept, &a), -EINVAL);
}

/* ---- all messages ---- */

static enum nas_dir dir_of(const struct nas_def *d) { return d->dir & NAS_UP ? NAS_UP : NAS_DOWN; }

static struct bytes make(const struct nas_def *d, struct ie_any *any, void **body)
{
	static uint8_t out[8192];
	struct wr w = wr_of(out, sizeof(out));

	*body = arena_zalloc(&arena, d->ies.size);
	ie_make_any(&d->ies, any, *body);
	assert_int_equal(nas_encode(&w, d, *body), 0);
	return bytes_of(out, (size_t)(w.p - out));
}

static void random_legal_messages_come_back_the_same(void **state)
{
	struct ie_any any = {.seed = 20240229, .arena = &arena};

	(void)state;
	for (size_t i = 0; i < nas_n_defs; i++)
		for (unsigned k = 0; k < 3000; k++) {
			struct nas_message m;
			struct bytes b;
			void *body;

			b = make(nas_defs[i], &any, &body);
			assert_int_equal(nas_decode(&arena, dir_of(nas_defs[i]), b, &m), 0);
			assert_ptr_equal(m.def, nas_defs[i]);
			if (!ie_equal(&m.def->ies, body, m.body)) {
				ie_show(&m.def->ies, stdout, body);
				puts("");
				ie_show(&m.def->ies, stdout, m.body);
				fail_msg("%s", m.def->name);
			}
			arena_reset(&arena);
		}
}

/* Also what is decoded of damaged messages must be writable, or refused, and come back the same. */
static void damaged_messages_do_no_harm(void **state)
{
	struct ie_any any = {.seed = 7, .arena = &arena};
	char text[16384];
	FILE *f = fmemopen(text, sizeof(text), "w");

	(void)state;
	for (size_t i = 0; i < nas_n_defs; i++)
		for (unsigned k = 0; k < 3000; k++) {
			uint8_t out[16384], *exact;
			struct wr w = wr_of(out, sizeof(out));
			struct nas_message m, again;
			struct bytes b;
			void *body;

			b = make(nas_defs[i], &any, &body);
			exact = malloc(b.n);
			memcpy(exact, b.p, b.n);
			for (uint64_t hits = 1 + ie_random(&any, 4); hits; hits--)
				exact[ie_random(&any, b.n)] = (uint8_t)ie_random(&any, 0);
			if (!ie_random(&any, 3))
				b.n -= (uint32_t)ie_random(&any, b.n);
			if (!nas_decode(&arena, dir_of(nas_defs[i]), bytes_of(exact, b.n), &m)) {
				rewind(f);
				nas_show(f, &m);
				if (!nas_encode(&w, m.def, m.body)) {
					assert_int_equal(
						nas_decode(&arena, dir_of(nas_defs[i]),
							   bytes_of(out, (size_t)(w.p - out)),
							   &again),
						0);
					assert_true(ie_equal(&m.def->ies, m.body, again.body));
				}
			}
			free(exact);
			arena_reset(&arena);
		}
	fclose(f);
}

static void a_message_shows_its_values_on_a_line(void **state)
{
	char text[256] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	struct nas_message m;

	(void)state;
	assert_int_equal(
		decode_up(LIT("\x07\x45\x09\x0b\xf6\x00\xf1\x10\x80\x01\x2a\xde\xad\xbe\xef"), &m),
		0);
	nas_show(f, &m);
	fclose(f);
	assert_string_equal(text, "detach_request detach_type=1(switch-off) ksi=0 "
				  "identity=guti:00101-8001-2a-deadbeef");
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_message_is_its_own_inner),
		cmocka_unit_test(a_protected_message_gives_mac_sequence_and_what_is_covered),
		cmocka_unit_test(service_request_has_a_header_of_its_own),
		cmocka_unit_test(what_is_not_eps_or_too_short_is_to_be_ignored),
		cmocka_unit_test(identities_are_bcd_and_binary),
		cmocka_unit_test(identities_with_wrong_digits_are_refused),
		cmocka_unit_test(what_has_no_wire_form_is_not_written),
		cmocka_unit_test(a_tai_list_takes_the_shortest_coding),
		cmocka_unit_test(partial_tai_lists_are_joined_up_to_sixteen),
		cmocka_unit_test(timers_round_up_to_what_can_be_coded),
		cmocka_unit_test(capabilities_are_replayed_as_received),
		cmocka_unit_test(an_apn_is_labels_on_the_wire),
		cmocka_unit_test(addresses_carry_the_interface_identifier),
		cmocka_unit_test(network_names_are_packed_septets_or_ucs2),
		cmocka_unit_test(time_is_swapped_digits_with_a_signed_zone),
		cmocka_unit_test(small_values_have_their_octets),
		cmocka_unit_test(unused_values_read_as_the_specification_says),
		cmocka_unit_test(an_attach_request_gives_its_values),
		cmocka_unit_test(a_missing_mandatory_ie_is_cause_96),
		cmocka_unit_test(a_mandatory_ie_that_is_wrong_is_cause_96),
		cmocka_unit_test(an_unknown_or_misdirected_type_is_cause_97),
		cmocka_unit_test(an_unknown_ie_that_must_be_understood_is_cause_96),
		cmocka_unit_test(other_unknown_ies_are_skipped_by_their_identifiers_shape),
		cmocka_unit_test(the_first_of_repeated_ies_counts_in_any_order),
		cmocka_unit_test(an_optional_ie_that_is_wrong_counts_as_absent),
		cmocka_unit_test(octets_of_later_releases_are_ignored),
		cmocka_unit_test(an_attach_accept_is_written_to_the_octet),
		cmocka_unit_test(a_message_that_does_not_fit_is_an_error),
		cmocka_unit_test(random_legal_messages_come_back_the_same),
		cmocka_unit_test(damaged_messages_do_no_harm),
		cmocka_unit_test(a_message_shows_its_values_on_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, free_arena);
}
