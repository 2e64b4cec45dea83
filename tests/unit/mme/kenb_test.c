/* SPDX-License-Identifier: Apache-2.0 */
/* KeNB (TS 33.401 7.2.6, A.3) is that of the NAS COUNT the device uses: of the message that opened
 * the connection, or of its last Security Mode Complete, however often either was repeated. */
#include "bench.h"

static void kenb_is_of(const struct device *d, uint32_t count)
{
	uint8_t kenb[32];

	kdf_kenb(d->sec.kasme, count, kenb);
	assert_memory_equal(d->kenb, kenb, sizeof(kenb));
}

/* The command was repeated before the answer came: the device answers both. */
static void the_last_of_two_completes_counts(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_AUTH);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	elapse(6100);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	hss.hold = true;
	complete_smc(&d);
	complete_smc(&d);
	quiet(d.enb);
	hss_release();
	read_accept(&d, take_context(&d));
	kenb_is_of(&d, 1);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
}

static void a_complete_after_others_counts(void **state)
{
	(void)state;
	struct device d = one();

	d.ask_info = true;
	attach_to(&d, AT_AUTH);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	elapse(6100);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	hear(&d, esm_information_request, ESM_INFORMATION_REQUEST);
	complete_smc(&d);
	struct nas_esm_information_response r = {.pti = d.pti};

	say(&d, esm_information_response, &r); /* COUNT 2 */
	read_accept(&d, take_context(&d));
	kenb_is_of(&d, 1);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
}

/* One that is no Security Mode Complete to the device's knowledge changes nothing. */
static void a_forged_or_replayed_complete_does_not(void **state)
{
	(void)state;
	struct device d = one();
	struct bytes first;
	uint8_t wrong[64];

	attach_to(&d, AT_SMC);
	hss.hold = true;
	complete_smc(&d);
	first = d.last_up;
	uplink(&d, first);
	memcpy(wrong, first.p, first.n);
	wrong[5]++; /* another sequence number, with the MAC of the first */
	uplink(&d, bytes_of(wrong, first.n));
	uplink(&d, smc_complete());
	hss_release();
	read_accept(&d, take_context(&d));
	kenb_is_of(&d, 0);
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
}

static void later_completes_do_not_change_the_next_connection(void **state)
{
	(void)state;
	struct device d = one();

	attach_to(&d, AT_AUTH);
	answer_challenge(&d);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	elapse(6100);
	hear(&d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(&d);
	read_accept(&d, take_context(&d));
	kenb_is_of(&d, 0);
	complete_smc(&d); /* after the context was asked for */
	context_is_up(&d, d.ebi);
	complete_attach(&d);
	is_registered(&d);
	go_idle(&d);
	initial(&d, service_request(&d));
	take_context(&d);
	kenb_is_of(&d, d.sec.ul_count - 1);
	context_is_up(&d, d.ebi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(the_last_of_two_completes_counts),
		BEHAVIOUR(a_complete_after_others_counts),
		BEHAVIOUR(a_forged_or_replayed_complete_does_not),
		BEHAVIOUR(later_completes_do_not_change_the_next_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
