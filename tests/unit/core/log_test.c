/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches stderr, read back through a pipe. */
#include "core/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int saved, from;
static char text[65536];

static int setup(void **state)
{
	int ends[2];

	(void)state;
	if (pipe(ends) < 0)
		return -1;
	saved = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	from = ends[0];
	fcntl(from, F_SETFL, O_NONBLOCK);
	unsetenv("JOURNAL_STREAM");
	log_max = LOG_INFO;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(from);
	return 0;
}

static const char *written(void)
{
	ssize_t n = read(from, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void a_line_is_time_level_event_and_values(void **state)
{
	char event[32], peer[32];
	unsigned h, m, s, ms, enb;

	(void)state;
	LOG(WARN, "s1.setup", "peer=%s enb=%u", "10.0.0.2", 7);
	assert_int_equal(sscanf(written(), "%u:%u:%u.%u warn %31s peer=%31s enb=%u\n", &h, &m, &s,
				&ms, event, peer, &enb),
			 7);
	assert_string_equal(event, "s1.setup");
	assert_string_equal(peer, "10.0.0.2");
	assert_int_equal(enb, 7);
}

static void under_systemd_a_line_starts_with_the_syslog_level(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "8:1", 1);
	LOG(ERROR, "store", "error=full");
	assert_string_equal(written(), "<3>store error=full\n");
	LOG(INFO, "store", "%s", "");
	assert_string_equal(written(), "<6>store\n");
}

static void lines_above_the_level_are_not_printed(void **state)
{
	(void)state;
	LOG(DEBUG, "quiet", "n=%d", 1);
	assert_string_equal(written(), "");
	log_max = LOG_DEBUG;
	LOG(DEBUG, "loud", "n=%d", 1);
	assert_non_null(strstr(written(), "loud n=1\n"));
}

static unsigned count(const char *in, const char *word)
{
	unsigned n = 0;

	while ((in = strstr(in, word)) != NULL) {
		in += strlen(word);
		n++;
	}
	return n;
}

static void a_storm_at_one_place_is_cut_and_said(void **state)
{
	unsigned lines;

	(void)state;
	for (unsigned second = 0; second < 2; second++) {
		for (unsigned i = 0; i < 300; i++)
			LOG(INFO, "storm", "second=%u", second);
		usleep(1100000);
		LOG(INFO, "storm.other", "%s", "place=2");
	}
	written();
	lines = count(text, "info  storm second=");
	assert_in_range(lines, 100, 204);
	assert_int_equal(count(text, "storm.other"), 2);
	assert_non_null(strstr(text, "second=1 suppressed="));
}

static void a_long_line_is_cut_at_its_end(void **state)
{
	static char longer[5000];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	LOG(INFO, "long", "text=%s", longer);
	written();
	assert_in_range(strlen(text), 1000, 2100);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void what_a_peer_sent_is_escaped(void **state)
{
	char out[16];

	(void)state;
	assert_string_equal(log_escape(out, sizeof(out), "a\nb c\\", 6), "a\\x0ab\\x20c\\x5c");
	assert_string_equal(log_escape(out, sizeof(out), "\xff\0x", 3), "\\xff\\x00x");
	assert_string_equal(log_escape(out, 4, "abcdef", 6), "abc");
	assert_string_equal(log_escape(out, 4, "\n", 1), "");
}

static void levels_have_names(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	assert_true(log_level_parse("debug", &level) && level == LOG_DEBUG);
	assert_true(log_level_parse("warn", &level) && level == LOG_WARN);
	assert_false(log_level_parse("loud", &level));
	assert_int_equal(level, LOG_WARN);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_time_level_event_and_values),
		TEST(under_systemd_a_line_starts_with_the_syslog_level),
		TEST(lines_above_the_level_are_not_printed),
		TEST(a_storm_at_one_place_is_cut_and_said),
		TEST(a_long_line_is_cut_at_its_end),
		cmocka_unit_test(what_a_peer_sent_is_escaped),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
