/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of failures, and what procedures count. */
#include "bench.h"
#include <time.h>
#include <unistd.h>
#include "core/metrics.h"

static struct failure_view why_of(imsi_t imsi)
{
	struct failure_view v = {0};

	if (!mme_api.why(imsi, &v))
		fail_msg("nothing is remembered");
	assert_true(v.time + 60 > (uint64_t)time(NULL));
	return v;
}

static void a_wrong_key_is_remembered_with_its_cell_and_advice(void **state)
{
	(void)state;
	struct device d = one();
	struct failure_view v;

	attach_to(&d, AT_AUTH);
	fail_challenge(&d, EMM_CAUSE_MAC_FAILURE, NULL);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	released(&d);
	v = why_of(d.imsi);
	assert_string_equal(v.procedure, "attach");
	assert_string_equal(v.clause, "TS 24.301 5.5.1");
	assert_string_equal(v.step, "authentication/challenge");
	assert_string_equal(v.detail, "MAC failure");
	assert_string_equal(v.enb, "00101-00064 site");
	assert_int_equal(v.cell.eci, 0x1234567);
	assert_int_equal(v.tai.tac, TAC);
	assert_false(v.proven);
	assert_non_null(strstr(v.advice, "sim set IMSI k"));
	assert_int_equal(v.times, 1);
	attach_to(&d, AT_AUTH);
	fail_challenge(&d, EMM_CAUSE_MAC_FAILURE, NULL);
	hear(&d, authentication_reject, AUTHENTICATION_REJECT);
	released(&d);
	assert_int_equal(why_of(d.imsi).times, 2);
}

static void an_unknown_subscriber_is_remembered(void **state)
{
	(void)state;
	struct device d = one();
	struct failure_view v;

	hss.auth_result = S6A_USER_UNKNOWN;
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED);
	v = why_of(d.imsi);
	assert_string_equal(v.cause, "EMM cause 8, EPS and non-EPS services not allowed");
	assert_string_equal(v.cause_clause, "TS 24.301 9.9.3.9, A.2");
	assert_non_null(strstr(v.advice, "sim add"));
}

static void an_apn_that_is_not_subscribed_is_remembered(void **state)
{
	(void)state;
	struct device d = one();
	struct failure_view v;

	d.apn = "private";
	initial(&d, attach_request(&d));
	take_challenge(&d);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	rejected_esm(&d, ESM_CAUSE_OPTION_NOT_SUBSCRIBED);
	v = why_of(d.imsi);
	assert_string_equal(v.step, "session");
	assert_string_equal(v.detail, "");
	assert_non_null(strstr(v.cause, "ESM cause 33"));
	assert_string_equal(v.cause_clause, "TS 24.301 9.9.4.4, B.1");
	assert_true(v.proven);
}

static void a_place_that_is_not_served_is_remembered_for_who_claims_to_be_there(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_initial_ue_message m = {0};

	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, nas_pdu, attach_request(&d));
	S1AP_SET(&m, tai, (struct tai){PLMN, 99});
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 0x1234567});
	S1AP_SET(&m, rrc_establishment_cause, S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING);
	tell(d.enb, initial_ue_message, &m);
	d.mme_id = UINT32_MAX;
	rejected(&d, EMM_CAUSE_NO_SUITABLE_CELLS);
	assert_int_equal(why_of(d.imsi).tai.tac, 99);
	assert_non_null(strstr(why_of(d.imsi).advice, "mme.tracking_areas"));
}

static void the_eNodeBs_own_cause_is_told(void **state)
{
	(void)state;
	struct device d = one();
	struct s1ap_initial_context_setup_failure m = {0};
	struct failure_view v;

	attach_to(&d, AT_ACCEPT);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, FAILURE_IN_RADIO_INTERFACE_PROCEDURE));
	tell(d.enb, initial_context_setup_failure, &m);
	released(&d);
	v = why_of(d.imsi);
	assert_string_equal(v.step, "accept");
	assert_string_equal(v.cause, "S1AP cause radio: failure-in-radio-interface-procedure");
	assert_string_equal(v.cause_clause, "TS 36.413 9.2.1.3");
}

static void a_lost_eNodeB_ends_what_was_under_way(void **state)
{
	(void)state;
	struct device d = one();
	struct failure_view v;

	attach_to(&d, AT_SMC);
	enb_down(d.enb);
	v = why_of(d.imsi);
	assert_string_equal(v.procedure, "attach");
	assert_string_equal(v.step, "security mode control/command");
	assert_string_equal(v.cause, "the eNodeB's association was lost");
}

static void a_lost_radio_connection_is_remembered_and_inactivity_is_not(void **state)
{
	(void)state;
	struct device d = device(enb_ready(0), "001010000000055");
	struct s1ap_ue_context_release_request m = {0};
	struct failure_view v = {0};

	attach_to(&d, AT_DONE);
	go_idle(&d);
	assert_false(mme_api.why(d.imsi, &v));
	attach_to(&d, AT_DONE);
	S1AP_SET(&m, mme_ue_s1ap_id, d.mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d.enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, RADIO_CONNECTION_WITH_UE_LOST));
	tell(d.enb, ue_context_release_request, &m);
	released(&d);
	v = why_of(d.imsi);
	assert_string_equal(v.procedure, "S1 connection");
	assert_non_null(strstr(v.advice, "radio coverage"));
}

static void silence_is_told_with_its_timer(void **state)
{
	(void)state;
	struct device d = one();
	struct failure_view v;

	attach_to(&d, AT_AUTH);
	for (int i = 0; i < 5; i++)
		elapse(6100);
	while (next_pdu(d.enb))
		;
	v = why_of(d.imsi);
	assert_string_equal(v.step, "authentication/challenge");
	assert_string_equal(v.detail, "T3460 expired");
	assert_string_equal(v.cause, "timeout");
	assert_non_null(strstr(v.advice, "does not answer the challenge"));
}

static void memory_is_bounded_and_newest_stays(void **state)
{
	(void)state;
	struct device d = one();
	struct failure_view v;
	unsigned kept = 0;
	imsi_t imsi = IMSI_NONE;

	hss.auth_result = S6A_USER_UNKNOWN;
	for (unsigned i = 0; i < 500; i++) {
		char digits[IMSI_STRLEN];

		snprintf(digits, sizeof(digits), "00101%010u", 7000 + i);
		imsi_parse(digits, &d.imsi);
		initial(&d, attach_request(&d));
		rejected(&d, EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED);
		assert_true(mme_api.why(d.imsi, &v));
	}
	for (unsigned i = 0; i < 500; i++) {
		char digits[IMSI_STRLEN];

		snprintf(digits, sizeof(digits), "00101%010u", 7000 + i);
		imsi_parse(digits, &imsi);
		kept += mme_api.why(imsi, &v);
	}
	assert_true(kept > 32 && kept <= 64);
}

static void a_file_keeps_it_over_a_restart(void **state)
{
	static char path[] = "/tmp/why_test.XXXXXX";
	struct device d = one();
	struct failure_view v;

	(void)state;
	close(mkstemp(path));
	why_open(path, 64);
	hss.auth_result = S6A_USER_UNKNOWN;
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED);
	why_close();
	assert_false(mme_api.why(d.imsi, &v));
	why_open(path, 64);
	assert_string_equal(why_of(d.imsi).procedure, "attach");
	why_open(path, 128); /* another size begins anew */
	assert_false(mme_api.why(d.imsi, &v));
	assert_int_equal(truncate(path, 100), 0);
	why_open(path, 64); /* damaged: anew, too */
	assert_false(mme_api.why(d.imsi, &v));
	unlink(path);
	why_open(NULL, 64);
}

/* ---- figures ---- */

static uint64_t figure(const char *name, const char *procedure, const char *cause)
{
	for (const struct metric *m = metric_next(NULL); m; m = metric_next(m)) {
		if (strcmp(m->name, name) != 0)
			continue;
		for (unsigned i = 0; i < m->values; i++) {
			const char *label = m->label_of(i);

			if (!label || strcmp(label, procedure) != 0 ||
			    (cause && strcmp(m->label2_of(i), cause) != 0))
				continue;
			return m->latency ? m->latency[i].count : metric_get(m, i);
		}
	}
	return 0;
}

static void each_procedure_counts_without_a_line_of_its_own(void **state)
{
	(void)state;
	struct device d = one();
	uint64_t started = figure("mcore_procedure_started_total", "attach", NULL);
	uint64_t done = figure("mcore_procedure_succeeded_total", "attach", NULL);
	uint64_t smc = figure("mcore_procedure_succeeded_total", "security mode control", NULL);
	uint64_t took = figure("mcore_procedure_seconds", "attach", NULL);
	const char *cause = "EMM cause 8, EPS and non-EPS services not allowed";
	uint64_t failed = figure("mcore_procedure_failed_total", "attach", cause);

	attach_to(&d, AT_DONE);
	assert_int_equal(figure("mcore_procedure_started_total", "attach", NULL), started + 1);
	assert_int_equal(figure("mcore_procedure_succeeded_total", "attach", NULL), done + 1);
	assert_int_equal(figure("mcore_procedure_succeeded_total", "security mode control", NULL),
			 smc + 1);
	assert_int_equal(figure("mcore_procedure_seconds", "attach", NULL), took + 1);
	assert_int_equal(figure("mcore_procedure_failed_total", "attach", cause), failed);
	hss.auth_result = S6A_USER_UNKNOWN;
	d = device(d.enb, "001010000000002");
	initial(&d, attach_request(&d));
	rejected(&d, EMM_CAUSE_EPS_AND_NON_EPS_NOT_ALLOWED);
	assert_int_equal(figure("mcore_procedure_failed_total", "attach", cause), failed + 1);
	assert_int_equal(figure("mcore_procedure_succeeded_total", "attach", NULL), done + 1);
	assert_int_equal(figure("mcore_procedure_started_total", "attach", NULL), started + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(a_wrong_key_is_remembered_with_its_cell_and_advice),
		BEHAVIOUR(an_unknown_subscriber_is_remembered),
		BEHAVIOUR(an_apn_that_is_not_subscribed_is_remembered),
		BEHAVIOUR(a_place_that_is_not_served_is_remembered_for_who_claims_to_be_there),
		BEHAVIOUR(the_eNodeBs_own_cause_is_told),
		BEHAVIOUR(a_lost_eNodeB_ends_what_was_under_way),
		BEHAVIOUR(a_lost_radio_connection_is_remembered_and_inactivity_is_not),
		BEHAVIOUR(silence_is_told_with_its_timer),
		BEHAVIOUR(memory_is_bounded_and_newest_stays),
		BEHAVIOUR(a_file_keeps_it_over_a_restart),
		BEHAVIOUR(each_procedure_counts_without_a_line_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
