/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "mme/apns.h"

static void devices_of_one_profile_share_their_subscription(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct device e = idle_device(&assoc[0], "001010000000002");

	(void)state;
	assert_ptr_equal(ue_of(&d)->apn, ue_of(&e)->apn);
	ue_remove(ue_of(&d), UE_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
	run();
	assert_string_equal(ue_of(&e)->apn[0].apn, "internet");
}

static void another_subscription_is_another_list(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct device e;

	(void)state;
	hss.apn[0].qci = 7;
	e = idle_device(&assoc[0], "001010000000002");
	assert_ptr_not_equal(ue_of(&d)->apn, ue_of(&e)->apn);
	assert_int_equal(ue_of(&d)->apn[0].qci, 9);
	assert_int_equal(ue_of(&e)->apn[0].qci, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(devices_of_one_profile_share_their_subscription),
		BEHAVIOUR(another_subscription_is_another_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
