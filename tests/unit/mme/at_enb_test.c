/* SPDX-License-Identifier: Apache-2.0 */
/* Devices at their eNodeB (TS 36.413 8.3.4 to 8.3.10, 8.9 to 8.11, 8.18): location, trace, changes
 * of the context, capabilities, and what secondary nodes carried. */
#include "bench.h"

static int last_err;
static unsigned told;

static void on_done(void *arg, int err)
{
	(void)arg;
	last_err = err;
	told++;
}

/* A service request, up to the context. */
static const struct s1ap_initial_context_setup_request *serve(struct device *d)
{
	const struct s1ap_initial_context_setup_request *r;

	initial(d, service_request(d));
	r = expect(d->enb, initial_context_setup_request);
	d->mme_id = r->mme_ue_s1ap_id;
	context_is_up(d, d->ebi);
	return r;
}

/* ---- location ---- */

static void report(struct device *d, uint32_t eci, uint8_t event)
{
	struct s1ap_location_report m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, eci});
	S1AP_SET(&m, tai, (struct tai){PLMN, TAC});
	S1AP_SET(&m, request_type, (struct s1ap_request_type){.event_type = event});
	tell(d->enb, location_report, &m);
}

static void a_connected_device_is_located_by_its_enodeb(void **state)
{
	(void)state;
	struct device d = one();
	const struct s1ap_location_reporting_control *c;
	struct place_view now = {0}, before = {0}, end = {0};
	uint64_t cursor = 0;

	told = 0;
	attach_to(&d, AT_DONE);
	node_api.locate(d.imsi, LOCATE_ASK, on_done, NULL);
	c = expect(d.enb, location_reporting_control);
	assert_int_equal(c->request_type.event_type, S1AP_EVENT_TYPE_DIRECT);
	run();
	assert_int_equal(told, 0);
	report(&d, 0x7654321, S1AP_EVENT_TYPE_DIRECT);
	assert_int_equal(told, 1);
	assert_int_equal(last_err, 0);
	assert_true(node_api.place_next(d.imsi, &cursor, &now));
	assert_true(node_api.place_next(d.imsi, &cursor, &before));
	assert_false(node_api.place_next(d.imsi, &cursor, &end));
	assert_int_equal(now.cell.eci, 0x7654321);
	assert_string_equal(now.when, "now");
	assert_int_equal(before.cell.eci, 0x1234567);
	assert_string_equal(before.when, "before");
	assert_true(before.until >= before.since && now.since >= before.until);
}

static void location_of_an_idle_device_is_what_is_known(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	node_api.locate(d.imsi, LOCATE_ASK, on_done, NULL);
	run();
	assert_int_equal(last_err, -ENOTCONN);
	node_api.locate(d.imsi, LOCATE_LAST, on_done, NULL);
	run();
	assert_int_equal(last_err, 0);
	quiet(d.enb);
}

static void an_idle_device_is_paged_to_be_located(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	told = 0;
	node_api.locate(d.imsi, LOCATE_NOW, on_done, NULL);
	expect(d.enb, paging);
	serve(&d);
	expect(d.enb, location_reporting_control);
	report(&d, 0x99, S1AP_EVENT_TYPE_DIRECT);
	assert_int_equal(told, 1);
	assert_int_equal(last_err, 0);
	assert_int_equal(ue_of(&d)->ecgi.eci, 0x99);
	go_idle(&d);
	node_api.locate(d.imsi, LOCATE_NOW, on_done, NULL);
	elapse(12000);
	assert_int_equal(told, 1);
	elapse(12000); /* T3413 has expired for the last time */
	assert_int_equal(told, 2);
	assert_int_equal(last_err, -ETIMEDOUT);
	while (next_pdu(d.enb))
		;
}

static void a_device_that_is_paged_already_is_located_when_it_comes(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	told = 0;
	sgw_notifies(&d, 0, 0);
	expect(d.enb, paging);
	node_api.locate(d.imsi, LOCATE_NOW, on_done, NULL);
	run();
	quiet(d.enb);
	assert_int_equal(in_use("paging"), 1);
	serve(&d);
	expect(d.enb, location_reporting_control);
	report(&d, 0x99, S1AP_EVENT_TYPE_DIRECT);
	assert_int_equal(told, 1);
	assert_int_equal(last_err, 0);
	/* One that does not come keeps nobody waiting. */
	go_idle(&d);
	sgw_notifies(&d, 0, 0);
	node_api.locate(d.imsi, LOCATE_NOW, on_done, NULL);
	elapse(31000);
	assert_int_equal(told, 2);
	assert_int_equal(last_err, -ETIMEDOUT);
	while (next_pdu(d.enb))
		;
}

static void a_device_with_extended_drx_has_its_cycle_to_be_located(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	ue_of(&d)->edrx = true;
	told = 0;
	node_api.locate(d.imsi, LOCATE_NOW, on_done, NULL);
	expect(d.enb, paging);
	elapse(45000);
	assert_int_equal(told, 0);
	serve(&d);
	expect(d.enb, location_reporting_control);
	report(&d, 0x99, S1AP_EVENT_TYPE_DIRECT);
	assert_int_equal(last_err, 0);
	assert_int_equal(told, 1);
}

static void a_device_that_cannot_be_reached_is_not_paged_to_be_located(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");

	ue_of(&d)->unreachable = true;
	told = 0;
	node_api.locate(d.imsi, LOCATE_NOW, on_done, NULL);
	run();
	quiet(d.enb);
	assert_int_equal(told, 1);
	assert_int_equal(last_err, -ENOTCONN);
}

static void location_that_fails_or_is_not_answered_ends(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_location_reporting_failure_indication f = {0};

	attach_to(&d, AT_DONE);
	node_api.locate(d.imsi, LOCATE_ASK, on_done, NULL);
	expect(d.enb, location_reporting_control);
	S1AP_SET(&f, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&f, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&f, cause, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
	tell(d.enb, location_reporting_failure_indication, &f);
	assert_int_equal(last_err, -EPROTO);
	node_api.locate(d.imsi, LOCATE_ASK, on_done, NULL);
	expect(d.enb, location_reporting_control);
	/* A report about a change does not answer. */
	report(&d, 0x1111, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	assert_int_equal(in_use("locate"), 1);
	elapse(10100);
	assert_int_equal(last_err, -ETIMEDOUT);
	node_api.locate(d.imsi, LOCATE_ASK, on_done, NULL);
	expect(d.enb, location_reporting_control);
	go_idle(&d);
	assert_int_equal(last_err, -ECANCELED);
}

static void reports_of_changes_are_asked_for_in_each_context(void **state)
{
	(void)state;
	struct device d = one();
	const struct s1ap_location_reporting_control *c;

	attach_to(&d, AT_DONE);
	node_api.locate(d.imsi, LOCATE_CHANGES, on_done, NULL);
	c = expect(d.enb, location_reporting_control);
	assert_int_equal(c->request_type.event_type, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	report(&d, 0x222, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	assert_int_equal(ue_of(&d)->ecgi.eci, 0x222);
	go_idle(&d);
	serve(&d);
	c = expect(d.enb, location_reporting_control);
	assert_int_equal(c->request_type.event_type, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	node_api.locate(d.imsi, LOCATE_STOP, on_done, NULL);
	c = expect(d.enb, location_reporting_control);
	assert_int_equal(c->request_type.event_type, S1AP_EVENT_TYPE_STOP_CHANGE_OF_SERVE_CELL);
	quiet(d.enb);
}

static void places_are_kept_up_to_eight(void **state)
{
	(void)state;
	struct device d = one();
	struct place_view v;
	uint64_t cursor = 0;
	uint32_t n = 0;

	attach_to(&d, AT_DONE);
	for (uint32_t i = 1; i <= 12; i++)
		report(&d, i, S1AP_EVENT_TYPE_CHANGE_OF_SERVE_CELL);
	while (memset(&v, 0, sizeof(v)), node_api.place_next(d.imsi, &cursor, &v))
		assert_int_equal(v.cell.eci, 12 - n++);
	assert_int_equal(n, 1 + UE_PLACES);
}

/* ---- trace ---- */

static void a_trace_is_started_and_stopped_at_the_enodeb(void **state)
{
	(void)state;
	struct device d = one();
	const struct s1ap_trace_start *t;
	struct s1ap_trace_failure_indication f = {0};
	const char *error;
	uint64_t id;

	attach_to(&d, AT_DONE);
	assert_int_equal(node_api.radio_trace(d.imsi, "no address", NULL, &error), -EINVAL);
	assert_int_equal(node_api.radio_trace(d.imsi, "192.0.2.9", "deep", &error), -EINVAL);
	assert_int_equal(node_api.radio_trace(d.imsi, "192.0.2.9", "medium", &error), 0);
	t = expect(d.enb, trace_start);
	id = t->trace_activation.e_utran_trace_id;
	assert_int_equal(t->trace_activation.trace_depth, S1AP_TRACE_DEPTH_MEDIUM);
	assert_int_equal(t->trace_activation.trace_collection_entity_ip_address.v4.s_addr,
			 htonl(0xc0000209));
	assert_int_equal(id >> 40, PLMN);
	assert_int_equal(node_api.radio_trace(d.imsi, "192.0.2.9", NULL, &error), -EALREADY);
	S1AP_SET(&f, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&f, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&f, e_utran_trace_id, id);
	S1AP_SET(&f, cause, S1AP_CAUSE(RADIO, INTERACTION_WITH_OTHER_PROCEDURE));
	tell(d.enb, trace_failure_indication, &f);
	assert_int_equal(mme_counters.radio_trace_failed, 1);
	assert_int_equal(node_api.radio_trace(d.imsi, NULL, NULL, &error), 0);
	assert_int_equal(expect(d.enb, deactivate_trace)->e_utran_trace_id, id);
	assert_int_equal(node_api.radio_trace(d.imsi, NULL, NULL, &error), -ENOENT);
	quiet(d.enb);
}

static void a_trace_of_an_idle_device_begins_with_its_context(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	const char *error;

	assert_int_equal(node_api.radio_trace(d.imsi, "2001:db8::9", NULL, &error), 0);
	quiet(d.enb);
	assert_true(serve(&d)->has.trace_activation);
	go_idle(&d);
	assert_true(serve(&d)->has.trace_activation);
	go_idle(&d);
	assert_int_equal(node_api.radio_trace(d.imsi, NULL, NULL, &error), 0);
	assert_false(serve(&d)->has.trace_activation);
	quiet(d.enb);
}

/* ---- UE Context Modification ---- */

static void on_changed(struct mme_ue *ue, void *arg, int err)
{
	assert_non_null(ue);
	on_done(arg, err);
}

static void changes_of_the_context_are_told(void **state)
{
	(void)state;
	struct device d = one();
	struct conn_change what = {.key = true, .ambr = true, .done = on_changed};
	struct s1ap_ue_context_modification_response r = {0};
	struct s1ap_ue_context_modification_failure f = {0};
	const struct s1ap_ue_context_modification_request *m;

	told = 0;
	attach_to(&d, AT_DONE);
	memset(ue_of(&d)->kenb, 0x5a, 32);
	ue_of(&d)->ambr_down = 20000000000;
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), 0);
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), -EALREADY);
	m = expect(d.enb, ue_context_modification_request);
	assert_memory_equal(m->security_key.p, ue_of(&d)->kenb, 32);
	assert_true(m->ue_aggregate_maximum_bitrate.ue_aggregate_maximum_bit_rate_dl > 0);
	assert_false(m->has.ue_security_capabilities);
	S1AP_SET(&r, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d.enb_id);
	tell(d.enb, ue_context_modification_response, &r);
	assert_int_equal(told, 1);
	assert_int_equal(last_err, 0);
	what = (struct conn_change){.capabilities = true, .done = on_changed};
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), 0);
	m = expect(d.enb, ue_context_modification_request);
	assert_int_equal(m->ue_security_capabilities.integrity_protection_algorithms,
			 (d.capability[1] & 0x7f) << 9);
	assert_false(m->has.security_key);
	S1AP_SET(&f, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&f, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&f, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	tell(d.enb, ue_context_modification_failure, &f);
	assert_int_equal(last_err, -EPROTO);
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), 0);
	expect(d.enb, ue_context_modification_request);
	elapse(10100);
	assert_int_equal(last_err, -ETIMEDOUT);
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), 0);
	expect(d.enb, ue_context_modification_request);
	go_idle(&d);
	assert_int_equal(last_err, -ECANCELED);
	assert_int_equal(conn_modify(ue_of(&d)->conn, &what), -ENOTCONN);
	assert_int_equal(mme_counters.conn_modified, 1);
	assert_int_equal(mme_counters.conn_modify_failed, 3);
}

/* ---- closed groups ---- */

static struct s1ap_csg_membership_info guest(void)
{
	struct s1ap_csg_membership_info i = {.csg_id = 5};

	S1AP_SET(&i, cell_access_mode, S1AP_CELL_ACCESS_MODE_HYBRID);
	return i;
}

static void a_move_into_a_hybrid_cell_is_confirmed(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_context_modification_indication m = {0};
	const struct s1ap_ue_context_modification_confirm *c;

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	tell(d.enb, ue_context_modification_indication, &m);
	assert_false(expect(d.enb, ue_context_modification_confirm)->has.csg_membership_status);
	S1AP_SET(&m, csg_membership_info, guest());
	tell(d.enb, ue_context_modification_indication, &m);
	c = expect(d.enb, ue_context_modification_confirm);
	assert_int_equal(c->csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	/* One for members alone is none for it (8.3.6.4). */
	m.csg_membership_info.has.cell_access_mode = 0;
	tell(d.enb, ue_context_modification_indication, &m);
	assert_int_equal(released(&d).value, S1AP_CAUSE_RADIO_INVALID_CSG_ID);
	quiet(d.enb);
	is_registered(&d);
}

/* 8.3.1.4: without its membership the eNodeB would refuse the context. */
static void a_device_in_a_hybrid_cell_is_a_guest(void **state)
{
	(void)state;
	struct device d = idle_device(enb_ready(0), "001010000000001");
	const struct s1ap_initial_context_setup_request *r;

	d.hybrid = true;
	r = serve(&d);
	assert_true(r->has.csg_membership_status);
	assert_int_equal(r->csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	go_idle(&d);
	d.hybrid = false;
	assert_false(serve(&d)->has.csg_membership_status);
}

/* 8.2.4.2: a secondary node's cell may be hybrid, too; 8.2.4.4: but not for members alone. */
static void a_tunnel_that_moves_to_a_hybrid_cell_is_confirmed(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_e_rab_modification_indication m = {0};
	struct s1ap_e_rab_to_be_modified_item_bearer_mod_ind item = {
		.transport_layer_address = {.has4 = true, .v4 = {htonl(0x7f000009)}},
		.dl_gtp_teid = 0x9005};
	const struct s1ap_e_rab_modification_confirm *c;

	attach_to(&d, AT_DONE);
	item.e_rab_id = d.ebi;
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, e_rab_to_be_modified_list,
		 (struct s1ap_e_rab_to_be_modified_list_bearer_mod_ind){&item, 1});
	tell(d.enb, e_rab_modification_indication, &m);
	c = expect(d.enb, e_rab_modification_confirm);
	assert_int_equal(c->e_rab_modify_list.n, 1);
	assert_false(c->has.csg_membership_status);
	S1AP_SET(&m, csg_membership_info, guest());
	tell(d.enb, e_rab_modification_indication, &m);
	c = expect(d.enb, e_rab_modification_confirm);
	assert_int_equal(c->e_rab_modify_list.n, 1);
	assert_true(c->has.csg_membership_status);
	assert_int_equal(c->csg_membership_status, S1AP_CSG_MEMBERSHIP_STATUS_NOT_MEMBER);
	m.csg_membership_info.has.cell_access_mode = 0;
	tell(d.enb, e_rab_modification_indication, &m);
	assert_int_equal(released(&d).value, S1AP_CAUSE_RADIO_INVALID_CSG_ID);
	quiet(d.enb);
	is_registered(&d);
}

/* ---- capabilities ---- */

static void voice_is_asked_of_the_radio(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_radio_capability_match_response r = {0};
	struct ue_view v = {0};

	attach_to(&d, AT_DONE);
	node_api.voice(d.imsi, on_done, NULL);
	expect(d.enb, ue_radio_capability_match_request);
	S1AP_SET(&r, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&r, voice_support_match_indicator,
		 S1AP_VOICE_SUPPORT_MATCH_INDICATOR_NOT_SUPPORTED);
	last_err = 1;
	tell(d.enb, ue_radio_capability_match_response, &r);
	assert_int_equal(last_err, 0);
	assert_true(mme_api.ue(d.imsi, &v));
	assert_string_equal(v.voice, "not supported");
	go_idle(&d);
	node_api.voice(d.imsi, on_done, NULL);
	run();
	assert_int_equal(last_err, -ENOTCONN);
}

static void capabilities_for_paging_are_kept_too(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_ue_capability_info_indication m = {0};

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, ue_radio_capability, bytes_of("radio", 5));
	S1AP_SET(&m, ue_radio_capability_for_paging, bytes_of("page", 4));
	S1AP_SET(&m, lte_m_indication, S1AP_LTE_M_INDICATION_LTE_M);
	tell(d.enb, ue_capability_info_indication, &m);
	assert_int_equal(ue_of(&d)->radio_capability_n, 5);
	assert_memory_equal(ue_of(&d)->paging_capability, "page", 4);
	assert_true(ue_of(&d)->lte_m);
}

/* So long that they come in fragments (X.691 10.9.3.8): not kept, but the message is understood. */
static void capabilities_too_long_to_be_kept_do_no_harm(void **state)
{
	(void)state;
	static const uint8_t octets[70000] = {1, 2, 3};
	struct device d = one();
	struct s1ap_ue_capability_info_indication m = {0};

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, ue_radio_capability, bytes_of(octets, sizeof(octets)));
	S1AP_SET(&m, ue_radio_capability_for_paging, bytes_of("page", 4));
	tell(d.enb, ue_capability_info_indication, &m);
	quiet(d.enb);
	assert_int_equal(mme_counters.s1_bad, 0);
	assert_null(ue_of(&d)->radio_capability);
	assert_memory_equal(ue_of(&d)->paging_capability, "page", 4);
}

static void what_is_known_of_an_s_tmsi_is_told(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_retrieve_ue_information q = {0};
	const struct s1ap_ue_information_transfer *r;

	attach_to(&d, AT_DONE);
	S1AP_SET(&q, s_tmsi, (struct s1ap_s_tmsi){d.guti.gummei.code, d.guti.m_tmsi});
	tell(d.enb, retrieve_ue_information, &q);
	r = expect(d.enb, ue_information_transfer);
	assert_int_equal(r->s_tmsi.m_tmsi, d.guti.m_tmsi);
	assert_int_equal(r->ue_level_qos_parameters.qci, 9);
	q.s_tmsi.m_tmsi ^= 1;
	tell(d.enb, retrieve_ue_information, &q);
	assert_int_equal(expect(d.enb, error_indication)->s_tmsi.m_tmsi, q.s_tmsi.m_tmsi);
}

/* ---- what secondary nodes carried ---- */

static struct s1ap_secondary_rat_data_usage_report_list usage(uint64_t up, uint64_t down)
{
	struct s1ap_e_rab_usage_report_item *u = arena_zalloc(&mem, sizeof(*u));
	struct s1ap_secondary_rat_data_usage_report_item *item = arena_zalloc(&mem, sizeof(*item));

	u->usage_count_ul = up;
	u->usage_count_dl = down;
	item->e_rab_id = 5;
	item->e_rab_usage_report_list = (struct s1ap_e_rab_usage_report_list){u, 1};
	return (struct s1ap_secondary_rat_data_usage_report_list){item, 1};
}

static void usage_of_secondary_nodes_adds_up(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_secondary_rat_data_usage_report m = {0};
	struct s1ap_ue_context_release_request r = {0};
	struct s1ap_ue_context_release_complete c = {0};
	struct ue_view v = {0};

	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, secondary_rat_data_usage_report_list, usage(100, 3000));
	tell(d.enb, secondary_rat_data_usage_report, &m);
	/* The eNodeB's last word about it comes with the end of the context. */
	S1AP_SET(&r, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&r, cause, S1AP_CAUSE(RADIO, USER_INACTIVITY));
	S1AP_SET(&r, secondary_rat_data_usage_report_list, usage(20, 500));
	tell(d.enb, ue_context_release_request, &r);
	expect(d.enb, ue_context_release_command);
	S1AP_SET(&c, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&c, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&c, secondary_rat_data_usage_report_list, usage(3, 7));
	tell(d.enb, ue_context_release_complete, &c);
	assert_true(mme_api.ue(d.imsi, &v));
	assert_int_equal(v.secondary_up, 123);
	assert_int_equal(v.secondary_down, 3507);
}

/* 8.2.3.2 */
static void usage_comes_with_the_release_of_an_e_rab(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_e_rab_release_response r = {0};
	struct s1ap_e_rab_release_item_bearer_rel_comp gone = {.e_rab_id = 9};
	struct s1ap_e_rab_release_indication i = {0};
	struct s1ap_e_rab_item lost = {.e_rab_id = 9, .cause = S1AP_CAUSE(RADIO, UNSPECIFIED)};

	attach_to(&d, AT_DONE);
	S1AP_SET(&r, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&r, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&r, e_rab_release_list,
		 (struct s1ap_e_rab_release_list_bearer_rel_comp){&gone, 1});
	S1AP_SET(&r, secondary_rat_data_usage_report_list, usage(100, 3000));
	tell(d.enb, e_rab_release_response, &r);
	S1AP_SET(&i, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&i, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&i, e_rab_released_list, (struct s1ap_e_rab_list){&lost, 1});
	S1AP_SET(&i, secondary_rat_data_usage_report_list, usage(20, 500));
	tell(d.enb, e_rab_release_indication, &i);
	assert_int_equal(ue_of(&d)->secondary_up, 120);
	assert_int_equal(ue_of(&d)->secondary_down, 3500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(a_connected_device_is_located_by_its_enodeb),
		BEHAVIOUR(location_of_an_idle_device_is_what_is_known),
		BEHAVIOUR(an_idle_device_is_paged_to_be_located),
		BEHAVIOUR(a_device_that_is_paged_already_is_located_when_it_comes),
		BEHAVIOUR(a_device_with_extended_drx_has_its_cycle_to_be_located),
		BEHAVIOUR(a_device_that_cannot_be_reached_is_not_paged_to_be_located),
		BEHAVIOUR(location_that_fails_or_is_not_answered_ends),
		BEHAVIOUR(reports_of_changes_are_asked_for_in_each_context),
		BEHAVIOUR(places_are_kept_up_to_eight),
		BEHAVIOUR(a_trace_is_started_and_stopped_at_the_enodeb),
		BEHAVIOUR(a_trace_of_an_idle_device_begins_with_its_context),
		BEHAVIOUR(changes_of_the_context_are_told),
		BEHAVIOUR(a_move_into_a_hybrid_cell_is_confirmed),
		BEHAVIOUR(a_device_in_a_hybrid_cell_is_a_guest),
		BEHAVIOUR(a_tunnel_that_moves_to_a_hybrid_cell_is_confirmed),
		BEHAVIOUR(voice_is_asked_of_the_radio),
		BEHAVIOUR(capabilities_for_paging_are_kept_too),
		BEHAVIOUR(capabilities_too_long_to_be_kept_do_no_harm),
		BEHAVIOUR(what_is_known_of_an_s_tmsi_is_told),
		BEHAVIOUR(usage_of_secondary_nodes_adds_up),
		BEHAVIOUR(usage_comes_with_the_release_of_an_e_rab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
