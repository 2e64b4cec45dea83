/* SPDX-License-Identifier: Apache-2.0 */
/* Cell broadcast pages (TS 23.041 9.4.2.2.5, 23.038): alphabets, lengths, ends of pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "codec/cbs.h"

static uint8_t out[CBS_MAX], dcs;
static const char *error;

static void text_of_the_default_alphabet_is_packed(void **state)
{
	(void)state;
	/* The octets of 23.038's well-known "hellohello". */
	static const uint8_t packed[] = {0xe8, 0x32, 0x9b, 0xfd, 0x46, 0x97, 0xd9, 0xec, 0x37};

	assert_int_equal(cbs_encode("hellohello", NULL, &dcs, out, &error), 1 + 83);
	assert_int_equal(dcs, 0x0f);
	assert_int_equal(out[0], 1);
	assert_int_equal(out[83], 9);
	assert_memory_equal(out + 1, packed, 8);
	assert_int_equal(out[9] & 0x3f, 0x37);
	/* What follows is <CR>: 0x0d in each septet. */
	assert_int_equal(out[9] >> 6 | (out[10] & 0x1f) << 2, 0x0d);
	/* 93 septets leave five bits of 656. */
	assert_int_equal(out[82] >> 3, 0);
}

static void greek_and_the_euro_are_in_the_alphabet(void **state)
{
	(void)state;
	assert_int_equal(cbs_encode("\u0394\u20ac", NULL, &dcs, out, &error), 84);
	assert_int_equal(dcs, 0x0f);
	/* 0x10, then escape 0x1b and 0x65 */
	assert_int_equal(out[1] & 0x7f, 0x10);
	assert_int_equal(out[1] >> 7 | (out[2] & 0x3f) << 1, 0x1b);
	assert_int_equal(out[2] >> 6 | (out[3] & 0x1f) << 2, 0x65);
	assert_int_equal(out[83], 3);
}

static void other_letters_make_it_ucs2(void **state)
{
	(void)state;
	assert_int_equal(cbs_encode("A\u0416", NULL, &dcs, out, &error), 84);
	assert_int_equal(dcs, 0x48);
	assert_memory_equal(out + 1, "\0A\x04\x16\0\r", 6);
	assert_int_equal(out[83], 4);
}

static void language_goes_first(void **state)
{
	(void)state;
	cbs_encode("a", "en", &dcs, out, &error);
	assert_int_equal(dcs, 0x10);
	assert_int_equal(out[1] & 0x7f, 'e');
	assert_int_equal(out[1] >> 7 | (out[2] & 0x3f) << 1, 'n');
	assert_int_equal(out[2] >> 6 | (out[3] & 0x1f) << 2, 0x0d);
	cbs_encode("\u0416", "ru", &dcs, out, &error);
	assert_int_equal(dcs, 0x11);
	assert_int_equal(out[1] & 0x7f, 'r');
	assert_int_equal(out[1] >> 7 | (out[2] & 0x3f) << 1, 'u');
	assert_memory_equal(out + 3, "\x04\x16", 2);
	assert_int_equal(cbs_encode("a", "EN", &dcs, out, &error), 0);
	assert_int_equal(cbs_encode("a", "eng", &dcs, out, &error), 0);
}

static void pages_follow_one_another(void **state)
{
	(void)state;
	char text[15 * 93 + 2];

	memset(text, 'x', sizeof(text));
	text[93] = 0;
	assert_int_equal(cbs_encode(text, NULL, &dcs, out, &error), 1 + 83);
	assert_int_equal(out[83], 82);
	text[93] = 'x';
	text[94] = 0;
	assert_int_equal(cbs_encode(text, NULL, &dcs, out, &error), 1 + 2 * 83);
	assert_int_equal(out[0], 2);
	assert_int_equal(out[2 * 83], 1);
	/* An escape sequence is not parted: it goes to the second page. */
	text[92] = '[';
	text[93] = 0;
	assert_int_equal(cbs_encode(text, NULL, &dcs, out, &error), 1 + 2 * 83);
	assert_int_equal(out[83], 81);
	assert_int_equal(out[84] & 0x7f, 0x1b);
	memset(text, 'x', sizeof(text));
	text[15 * 93] = 0;
	assert_int_equal(cbs_encode(text, NULL, &dcs, out, &error), CBS_MAX);
	text[15 * 93] = 'x';
	text[15 * 93 + 1] = 0;
	assert_int_equal(cbs_encode(text, NULL, &dcs, out, &error), 0);
	assert_string_equal(error, "the text is longer than 15 pages");
}

static void what_is_no_text_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",           "\x80",     "a\xc3", "\xed\xa0\x80", "\xe0\x80\xaf",
		"\U0001f525", "\xc0\xaf", "\xff"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		error = NULL;
		assert_int_equal(cbs_encode(bad[i], NULL, &dcs, out, &error), 0);
		assert_non_null(error);
	}
	/* Four octets for what three hold, and beyond what Unicode has. */
	for (const char *const *s = (const char *const[]){"\xf0\x80\x82\xac", "\xf0\x8f\xbf\xbf",
							  "\xf4\x90\x80\x80", NULL};
	     *s; s++) {
		assert_int_equal(cbs_encode(*s, NULL, &dcs, out, &error), 0);
		assert_string_equal(error, "the text is not UTF-8");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_the_default_alphabet_is_packed),
		cmocka_unit_test(greek_and_the_euro_are_in_the_alphabet),
		cmocka_unit_test(other_letters_make_it_ucs2),
		cmocka_unit_test(language_goes_first),
		cmocka_unit_test(pages_follow_one_another),
		cmocka_unit_test(what_is_no_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
