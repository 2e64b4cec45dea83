/* SPDX-License-Identifier: Apache-2.0 */
/* Identities as words and as text (include/mcore/ids.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mcore/ids.h"

/* What stands in the place of an IMSI is none in any of its forms. */
static void key_of_an_imei_is_no_imsi(void **state)
{
	char text[IMSI_STRLEN];
	imsi_t key = 0, imsi = 0, back = 0;

	(void)state;
	assert_true(imsi_parse("352099001761481", &imsi));
	assert_true(imsi_of_imei("352099001761481", &key));
	assert_true(imsi_is_imei(key));
	assert_false(imsi_is_imei(imsi));
	assert_false(imsi_is_imei(IMSI_NONE));
	assert_true(key >> 4 != imsi >> 4);
	assert_int_equal(key & 0xf, 0xf);
	assert_string_equal(imsi_print(key, text), "E35209900176148");
	assert_true(imsi_parse_any(text, &back));
	assert_true(back == key);
	assert_false(imsi_parse(text, &back));
	assert_true(imsi_parse_any("352099001761481", &back));
	assert_true(back == imsi);
	assert_false(imsi_parse_any("E3520990017614", &back));
	assert_false(imsi_parse_any("E352099001761481", &back));
	assert_false(imsi_parse_any("E3520990017614x", &back));
	assert_false(imsi_parse_any("35209900176148E", &back));
	assert_false(imsi_of_imei("35209900176148", &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_an_imei_is_no_imsi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
