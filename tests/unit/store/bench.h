/* SPDX-License-Identifier: Apache-2.0 */
/* The store on a real database in a directory of its own: opened and closed around each test. A
 * write tells its error where into() says; result() waits for all that were asked for so. */
#ifndef TESTS_STORE_BENCH_H
#define TESTS_STORE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>
#include "core/loop.h"
#include "store/store.h"

static char dir[] = "/tmp/store_test.XXXXXX";
static char path[64], key_path[64], error[512];
static struct store_config config = {.path = path, .key = key_path};

static void open_store(void)
{
	if (store_open(&config, error, sizeof error))
		fail_msg("%s", error);
}

static int setup(void **state)
{
	(void)state;
	open_store();
	return 0;
}

static int remove_files(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -f %s/*", dir);
	return system(command);
}

static int teardown(void **state)
{
	(void)state;
	store_close();
	return remove_files();
}

static imsi_t imsi(unsigned long n)
{
	char digits[IMSI_STRLEN];
	imsi_t out = IMSI_NONE;

	snprintf(digits, sizeof digits, "%015lu", n);
	assert_true(imsi_parse(digits, &out));
	return out;
}

static struct subscriber sim(unsigned long n)
{
	struct subscriber s = {.imsi = imsi(n), .k_len = 16, .opc_len = 16, .amf = {0x80, 0}};

	memcpy(s.k, "0123456789abcdef", 16);
	memcpy(s.opc, "fedcba9876543210", 16);
	memcpy(s.k, &n, sizeof n);
	snprintf(s.msisdn, sizeof s.msisdn, "4670%lu", n % 1000000);
	snprintf(s.profile, sizeof s.profile, "meter");
	return s;
}

static int last_err;
static unsigned waiting;

static void written(void *arg, int err)
{
	*(int *)arg = err;
	if (!--waiting)
		loop_stop();
}

static struct store_write into(int *err)
{
	*err = 1;
	waiting++;
	return (struct store_write){written, err};
}

static int result(void)
{
	while (waiting)
		loop_run();
	return last_err;
}

static int put(const struct subscriber *s, bool create)
{
	store_subscriber_put(s, create, into(&last_err));
	return result();
}

#endif
