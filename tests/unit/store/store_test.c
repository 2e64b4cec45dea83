/* SPDX-License-Identifier: Apache-2.0 */
/* The store on a real database in a directory of its own. */
#include "bench.h"

/* Takes note of having seen it. */
static bool one_routed(void *arg, const struct subscriber *s)
{
	struct subscriber *expected = arg;

	assert_int_equal(s->imsi, expected->imsi);
	assert_string_equal(s->routes, expected->routes);
	expected->imsi = IMSI_NONE;
	return true;
}

static void subscriber_survives_a_restart_whole(void **state)
{
	struct subscriber s = sim(1010000000001), got;

	(void)state;
	strcpy(s.access, "meters");
	s.has_usage_type = true;
	s.usage_type = 255;
	strcpy(s.routes, "192.0.2.0/24 2001:db8:b::/48");
	s.algorithm = ALG_TUAK;
	s.k_len = s.opc_len = 32;
	memset(s.k + 16, 7, 16);
	memset(s.opc + 16, 9, 16);
	s.sqn = (1ull << 48) - 1;
	s.blocked = s.has_ue4 = s.has_ue6 = true;
	inet_pton(AF_INET, "10.45.1.2", &s.ue4);
	inet_pton(AF_INET6, "2001:db8:1:2::", &s.ue6);
	assert_int_equal(put(&s, true), 0);
	store_close();
	open_store();
	assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
	assert_memory_equal(&got, &s, sizeof s);
	assert_int_equal(store_subscriber_count(), 1);
	assert_int_equal(store_routes_each(one_routed, &got), 0);
	assert_int_equal(got.imsi, IMSI_NONE);
}

static void imsis_of_any_mcc_and_length_are_kept_apart_and_in_order(void **state)
{
	static const char *const digits[] = {"999999", "01010000000001", "001010000000001",
					     "310150123456789", "901700000000001"};
	struct subscriber s = sim(1), got;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		assert_true(imsi_parse(digits[i], &s.imsi));
		snprintf(s.msisdn, sizeof s.msisdn, "%u", i);
		assert_int_equal(put(&s, true), 0);
	}
	for (unsigned i = 0; i < 5; i++) {
		assert_true(imsi_parse(digits[i], &s.imsi));
		assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
		assert_int_equal(got.msisdn[0], '0' + i);
		assert_int_equal(got.imsi, s.imsi);
	}
}

static void read_sees_writes_that_are_still_queued(void **state)
{
	struct subscriber s = sim(1010000000007), got;
	int err[6];

	(void)state;
	assert_int_equal(store_subscriber_get(s.imsi, &got), -ENOENT);
	store_subscriber_put(&s, true, into(&err[0]));
	assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
	assert_memory_equal(got.k, s.k, 16);
	store_subscriber_sqn(s.imsi, 4711, into(&err[1]));
	store_subscriber_location(s.imsi, "3500000000000012", 0x00f110, 1700000000, into(&err[2]));
	strcpy(s.profile, "camera");
	store_subscriber_put(&s, false, into(&err[3]));
	assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
	assert_string_equal(got.profile, "camera");
	assert_int_equal(got.sqn, 4711);
	assert_string_equal(got.imeisv, "3500000000000012");
	store_subscriber_del(s.imsi, into(&err[4]));
	assert_int_equal(store_subscriber_get(s.imsi, &got), -ENOENT);
	store_subscriber_put(&s, true, into(&err[5]));
	assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
	assert_int_equal(got.sqn, 0);
	assert_true(store_queued() > 0);
	result();
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(err[i], 0);
	assert_int_equal(store_queued(), 0);
	assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
	assert_int_equal(got.sqn, 0);
	assert_string_equal(got.imeisv, "");
}

static void replacing_keeps_sqn_and_location(void **state)
{
	struct subscriber s = sim(1010000000001), got;
	int ignored;

	(void)state;
	assert_int_equal(put(&s, true), 0);
	store_subscriber_sqn(s.imsi, 99, into(&ignored));
	store_subscriber_location(s.imsi, "3500000000000012", 0x00f110, 5, into(&ignored));
	result();
	strcpy(s.profile, "other");
	s.sqn = 0;
	assert_int_equal(put(&s, false), 0);
	assert_int_equal(store_subscriber_get(s.imsi, &got), 0);
	assert_int_equal(got.sqn, 99);
	assert_int_equal(got.visited_plmn, 0x00f110);
	assert_int_equal(got.seen, 5);
	assert_string_equal(got.profile, "other");
	assert_int_equal(store_subscriber_count(), 1);
}

static void mistakes_are_told(void **state)
{
	struct subscriber s = sim(1010000000001), other = sim(1010000000002);

	(void)state;
	s.has_ue4 = other.has_ue4 = true;
	inet_pton(AF_INET, "10.45.1.2", &s.ue4);
	other.ue4 = s.ue4;
	assert_int_equal(put(&s, true), 0);
	assert_int_equal(put(&s, true), -EEXIST);
	assert_int_equal(put(&other, true), -EADDRINUSE);
	assert_int_equal(put(&other, false), -EADDRINUSE);
	store_subscriber_del(other.imsi, into(&last_err));
	assert_int_equal(result(), -ENOENT);
	store_subscriber_sqn(other.imsi, 1, into(&last_err));
	assert_int_equal(result(), -ENOENT);
	assert_int_equal(store_subscriber_count(), 1);
}

static void secrets_are_not_in_the_file_and_open_in_their_row_only(void **state)
{
	struct subscriber a = sim(1010000000001), b = sim(1010000000002), got;
	char *contents = calloc(1, 1 << 20);
	int ignored, fd;
	ssize_t n;
	sqlite3 *db;

	(void)state;
	memcpy(a.k, "SECRETSECRETSECR", 16);
	assert_int_equal(put(&a, true), 0);
	assert_int_equal(put(&b, true), 0);
	store_context_put(a.imsi, "CONTEXTCONTEXT", 14, into(&ignored));
	result();
	store_close();
	fd = open(path, O_RDONLY);
	n = read(fd, contents, 1 << 20);
	close(fd);
	assert_true(n > 4096);
	assert_null(memmem(contents, (size_t)n, "SECRETSECRET", 12));
	assert_null(memmem(contents, (size_t)n, "CONTEXTCONTEXT", 14));
	assert_non_null(memmem(contents, (size_t)n, "meter", 5));
	free(contents);

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE subscriber SET keys = (SELECT keys FROM subscriber "
				      "ORDER BY imsi LIMIT 1)",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	open_store();
	assert_int_equal(store_subscriber_get(a.imsi, &got), 0);
	assert_int_equal(store_subscriber_get(b.imsi, &got), -EBADMSG);
}

static void lost_or_wrong_key_file_is_refused_with_its_name(void **state)
{
	static char kept[64], absent[64];
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	store_close();
	snprintf(kept, sizeof kept, "%s/kept", dir);
	assert_int_equal(rename(key_path, kept), 0);
	assert_int_equal(store_open(&config, error, sizeof error), -EBADMSG);
	assert_non_null(strstr(error, key_path));
	assert_int_equal(access(key_path, F_OK), -1);

	snprintf(absent, sizeof absent, "%s/other.db", dir);
	assert_int_equal(store_open(&(struct store_config){absent, key_path}, error, sizeof error),
			 0);
	store_close();
	assert_int_equal(store_open(&config, error, sizeof error), -EBADMSG);
	assert_non_null(strstr(error, key_path));

	assert_int_equal(rename(kept, key_path), 0);
	open_store();
}

static void second_daemon_on_the_same_database_is_refused(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		/* The child has a copy of the parent's open store and opens anew. */
		_exit(store_open(&config, error, sizeof error) == -EBUSY ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void newer_schema_is_refused(void **state)
{
	sqlite3 *db;

	(void)state;
	store_close();
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(&config, error, sizeof error), -EPROTO);
	assert_non_null(strstr(error, "newer"));
	remove_files();
	open_store();
}

static bool count_rows(void *arg, const struct subscriber *s)
{
	static const uint8_t none[32];
	uint64_t *seen = arg;

	assert_memory_equal(s->k, none, 32);
	assert_int_equal(s->k_len, 16);
	assert_true(s->imsi > seen[1]);
	seen[1] = s->imsi;
	return ++seen[0] < 500;
}

static void import_tells_each_row_and_is_listed_in_order(void **state)
{
	enum { N = 1000 };
	struct subscriber *s = calloc(N, sizeof *s);
	int *errs = calloc(N, sizeof *errs);
	uint64_t seen[2] = {0};

	(void)state;
	for (unsigned i = 0; i < N; i++)
		s[i] = sim(1010000000000 + (i * 7919ul) % N);
	s[500] = s[3];
	store_subscribers_import(s, N, true, errs, into(&last_err));
	assert_int_equal(result(), 0);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(errs[i], i == 500 ? -EEXIST : 0);
	assert_int_equal(store_subscriber_count(), N - 1);
	assert_int_equal(store_subscriber_each(0, count_rows, seen), 0);
	assert_int_equal(seen[0], 500);
	assert_int_equal(store_subscriber_each(seen[1], count_rows, (uint64_t[2]){499, 0}), 0);
	free(s);
	free(errs);
}

static bool one_static(void *arg, const struct subscriber *s)
{
	*(uint64_t *)arg += s->imsi;
	return true;
}

static void sims_with_static_addresses_are_found_without_the_rest(void **state)
{
	struct subscriber s;
	uint64_t sum = 0, expected = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		s = sim(1010000000000 + i);
		s.has_ue4 = i == 3 || i == 5;
		s.ue4.s_addr = htonl(0x0a000000 + i);
		s.has_ue6 = i == 5 || i == 7;
		s.ue6.s6_addr[0] = (uint8_t)(0x20 + i);
		if (s.has_ue4 || s.has_ue6)
			expected += s.imsi;
		assert_int_equal(put(&s, true), 0);
	}
	assert_int_equal(store_static_each(one_static, &sum), 0);
	assert_int_equal(sum, expected);
}

static void sum_contexts(void *arg, imsi_t who, const uint8_t *blob, size_t n)
{
	unsigned *sum = arg;

	assert_int_equal(n, who == imsi(1010000000001) ? 3 : 300);
	assert_int_equal(blob[n - 1], who == imsi(1010000000001) ? 'c' : 0x55);
	++*sum;
}

static void contexts_come_back_after_a_restart(void **state)
{
	uint8_t blob[300];
	unsigned sum = 0;
	int ignored;

	(void)state;
	memset(blob, 0x55, sizeof blob);
	store_context_put(imsi(1010000000001), "x", 1, into(&ignored));
	store_context_put(imsi(1010000000001), "abc", 3, into(&ignored));
	store_context_put(imsi(1010000000002), blob, sizeof blob, into(&ignored));
	store_context_put(imsi(1010000000003), blob, sizeof blob, into(&ignored));
	store_context_del(imsi(1010000000003), into(&ignored));
	store_close();
	assert_int_equal(waiting, 0);
	open_store();
	assert_int_equal(store_context_each(sum_contexts, &sum), 0);
	assert_int_equal(sum, 2);
}

/* Another process holds the database: what the writer has taken by then is not on disk, and the
 * rest waits. */
static sqlite3 *disk_is_slow(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void of_the_contexts_of_a_device_that_wait_the_last_is_written(void **state)
{
	const struct store_write nobody = {0};
	unsigned sum = 0;
	sqlite3 *slow = disk_is_slow();

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t blob[300];

		memset(blob, (int)i, sizeof blob);
		store_context_put(imsi(1010000000001), blob, 1 + i % 300, nobody);
		store_context_put(imsi(1010000000002), blob, 1 + i % 300, nobody);
		store_context_del(imsi(1010000000003), nobody);
		store_context_put(imsi(1010000000003), blob, 1 + i % 300, nobody);
		memset(blob, 0x55, sizeof blob);
		store_context_put(imsi(1010000000004), blob, sizeof blob, nobody);
		store_context_del(imsi(1010000000004), nobody);
		store_context_del(imsi(1010000000002), nobody);
		store_context_put(imsi(1010000000002), blob, sizeof blob, nobody);
	}
	store_context_del(imsi(1010000000003), nobody);
	store_context_put(imsi(1010000000001), "abc", 3, nobody);
	assert_in_range(store_queued(), 4, 8); /* one waits, and one is the writer's */
	sqlite3_close(slow);
	store_close();
	assert_int_equal(store_queued(), 0);
	open_store();
	assert_int_equal(store_context_each(sum_contexts, &sum), 0);
	assert_int_equal(sum, 2);
}

static void a_context_that_somebody_waits_for_keeps_its_place(void **state)
{
	const struct store_write nobody = {0};
	sqlite3 *slow = disk_is_slow();
	int err[3];
	unsigned sum = 0;

	(void)state;
	store_context_put(imsi(1010000000001), "x", 1, into(&err[0]));
	store_context_put(imsi(1010000000001), "y", 1, nobody);
	store_context_del(imsi(1010000000001), into(&err[1]));
	store_context_put(imsi(1010000000001), "abc", 3, into(&err[2]));
	assert_int_equal(store_queued(), 4);
	sqlite3_close(slow);
	result();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(err[i], 0);
	assert_int_equal(store_context_each(sum_contexts, &sum), 0);
	assert_int_equal(sum, 1);
}

/* The IMSI of nobody is that of settings and of contexts without one. */
static void settings_and_contexts_that_wait_are_kept_apart(void **state)
{
	const struct store_write nobody = {0};
	sqlite3 *slow = disk_is_slow();
	char *value;

	(void)state;
	store_setting_put("first", "1", nobody);
	store_setting_put("rules", "kept", nobody);
	store_context_put(IMSI_NONE, "c", 1, nobody);
	store_setting_put("other", "kept too", nobody);
	store_context_del(IMSI_NONE, nobody);
	sqlite3_close(slow);
	store_close();
	open_store();
	assert_int_equal(store_setting_get("rules", &value), 0);
	assert_string_equal(value, "kept");
	free(value);
	assert_int_equal(store_setting_get("other", &value), 0);
	assert_string_equal(value, "kept too");
	free(value);
}

/* Who is told that all is settled finds on disk what was queued before. */
static void what_is_settled_is_on_disk(void **state)
{
	int first = 1, err = 1;
	char *value;

	(void)state;
	store_setting_put("settled", "yes", into(&first));
	store_settled(into(&err));
	assert_int_equal(err, 1);
	result();
	assert_int_equal(err, 0);
	assert_int_equal(first, 0);
	assert_int_equal(store_setting_get("settled", &value), 0);
	assert_string_equal(value, "yes");
	free(value);
}

struct found {
	imsi_t who;
	bool found;
};

static void find_context(void *arg, imsi_t who, const uint8_t *blob, size_t n)
{
	struct found *f = arg;

	f->found |= who == f->who && n == 1 && *blob == 'i';
}

static bool context_is_kept(imsi_t who)
{
	struct found f = {.who = who};

	store_close();
	open_store();
	assert_int_equal(store_context_each(find_context, &f), 0);
	return f.found;
}

/* Of a device without an IMSI, whose IMEI has the digits of one. */
static void context_of_an_imei_is_no_subscribers(void **state)
{
	imsi_t who = IMSI_NONE;
	int err;

	(void)state;
	assert_true(imsi_of_imei("101000000000199", &who));
	store_context_put(who, "i", 1, into(&err));
	store_context_put(imsi(101000000000199), "s", 1, into(&err));
	assert_true(context_is_kept(who));
	store_context_del(imsi(101000000000199), into(&err));
	assert_true(context_is_kept(who));
	store_context_del(who, into(&err));
	assert_false(context_is_kept(who));
}

/* No file may grow. */
static void disk_is_full(bool full)
{
	struct rlimit most;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &most);
	most.rlim_cur = full ? 0 : most.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
}

/* Another value each time: what is there already is not written. */
static int setting_put(void)
{
	static unsigned times;
	char value[16];
	int err;

	snprintf(value, sizeof value, "%u", times++);
	store_setting_put("rules", value, into(&err));
	result();
	return err;
}

/* Whether the setting was a group of its own, which failed before, or one with what comes after it.
 */
static void setting_that_found_the_disk_full_is_not_settled(void **state)
{
	char value[16];
	int err, later;

	(void)state;
	assert_int_equal(setting_put(), 0);
	for (unsigned alone = 0; alone < 2; alone++) {
		disk_is_full(true);
		snprintf(value, sizeof value, "full %u", alone);
		store_setting_put("rules", value, into(&err));
		if (alone)
			result();
		store_settled(into(&later));
		result();
		disk_is_full(false);
		assert_int_not_equal(err, 0);
		assert_int_equal(later, err);
		store_settled(into(&later));
		result();
		assert_int_equal(later, 0);
	}
}

/* All of whom nobody is told are lost at the first attempt, and there is room then. */
static void contexts_find_the_disk_full(void)
{
	const struct store_write nobody = {0};
	int err;

	store_context_put(imsi(1010000000001), "old", 3, nobody);
	store_context_put(imsi(1010000000002), "old", 3, nobody);
	assert_int_equal(setting_put(), 0);
	disk_is_full(true);
	store_context_put(imsi(1010000000001), "older", 5, nobody);
	store_context_del(imsi(1010000000002), nobody);
	err = setting_put();
	store_context_put(imsi(1010000000001), "abc", 3, nobody);
	err = err ? setting_put() : 0;
	disk_is_full(false);
	assert_int_not_equal(err, 0);
}

static void only_the_last_is_there(void)
{
	unsigned sum = 0;

	store_close();
	assert_int_equal(store_queued(), 0);
	open_store();
	assert_int_equal(store_context_each(sum_contexts, &sum), 0);
	assert_int_equal(sum, 1);
}

static void a_context_that_found_the_disk_full_is_written_later(void **state)
{
	(void)state;
	contexts_find_the_disk_full();
	assert_int_equal(store_queued(), 2);
	for (unsigned i = 0; i < 600 && store_queued(); i++) {
		assert_int_equal(setting_put(), 0);
		usleep(10000);
	}
	assert_int_equal(store_queued(), 0);
	only_the_last_is_there();
}

static void what_found_the_disk_full_is_written_before_the_end(void **state)
{
	(void)state;
	contexts_find_the_disk_full();
	only_the_last_is_there();
}

static void an_end_with_a_full_disk_is_one(void **state)
{
	(void)state;
	contexts_find_the_disk_full();
	disk_is_full(true);
	store_close();
	disk_is_full(false);
	assert_int_equal(store_queued(), 0);
	open_store();
}

static void settings_come_back_after_a_restart(void **state)
{
	char *value;
	int ignored;

	(void)state;
	assert_int_equal(store_setting_get("rules", &value), 0);
	assert_null(value);
	store_setting_put("rules", "one", into(&ignored));
	store_setting_put("other", "", into(&ignored));
	store_setting_put("rules", "one\ntwo", into(&ignored));
	store_close();
	assert_int_equal(waiting, 0);
	open_store();
	assert_int_equal(store_setting_get("rules", &value), 0);
	assert_string_equal(value, "one\ntwo");
	free(value);
	assert_int_equal(store_setting_get("other", &value), 0);
	assert_string_equal(value, "");
	free(value);
}

static void turn_over(void *over)
{
	*(bool *)over = true;
	loop_stop();
}

static void what_was_told_as_written_survives_kill(void **state)
{
	int pipe_fd[2], status;
	uint64_t sqn = 0;
	struct subscriber got;
	bool over = false;
	pid_t pid;

	(void)state;
	store_close();
	/* A post that still waits would be the child's, who has the loop's descriptors too. */
	loop_post(turn_over, &over);
	while (!over)
		loop_run();
	assert_int_equal(pipe(pipe_fd), 0);
	pid = fork();
	if (!pid) {
		struct subscriber s = sim(1010000000001);

		open_store();
		put(&s, true);
		for (uint64_t i = 1;; i++) {
			store_subscriber_sqn(s.imsi, i, into(&last_err));
			result();
			if (write(pipe_fd[1], &i, sizeof i) < 0)
				_exit(1);
		}
	}
	close(pipe_fd[1]);
	while (sqn < 50 && read(pipe_fd[0], &sqn, sizeof sqn) == sizeof sqn)
		;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	while (read(pipe_fd[0], &sqn, sizeof sqn) == sizeof sqn)
		;
	close(pipe_fd[0]);
	assert_true(sqn >= 50);
	open_store();
	assert_int_equal(store_subscriber_get(imsi(1010000000001), &got), 0);
	assert_true(got.sqn >= sqn);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Not a bar (the machine is shared), but it prints the figures that store.h's users count on. */
static void figures(void **state)
{
	enum { N = 50000 };
	struct subscriber *s = calloc(N, sizeof *s), got;
	int *errs = calloc(N, sizeof *errs);
	double t = seconds();

	(void)state;
	for (unsigned i = 0; i < N; i++)
		s[i] = sim(1010000000000 + i);
	store_subscribers_import(s, N, true, errs, into(&last_err));
	assert_int_equal(result(), 0);
	print_message("# import: %.0f rows/s\n", N / (seconds() - t));
	t = seconds();
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(store_subscriber_get(s[(i * 7919ul) % N].imsi, &got), 0);
	print_message("# point read: %.2f us\n", (seconds() - t) * 1e6 / N);
	free(s);
	free(errs);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(subscriber_survives_a_restart_whole),
		T(imsis_of_any_mcc_and_length_are_kept_apart_and_in_order),
		T(read_sees_writes_that_are_still_queued),
		T(replacing_keeps_sqn_and_location),
		T(mistakes_are_told),
		T(secrets_are_not_in_the_file_and_open_in_their_row_only),
		T(lost_or_wrong_key_file_is_refused_with_its_name),
		T(second_daemon_on_the_same_database_is_refused),
		T(newer_schema_is_refused),
		T(import_tells_each_row_and_is_listed_in_order),
		T(sims_with_static_addresses_are_found_without_the_rest),
		T(contexts_come_back_after_a_restart),
		T(of_the_contexts_of_a_device_that_wait_the_last_is_written),
		T(a_context_that_somebody_waits_for_keeps_its_place),
		T(settings_and_contexts_that_wait_are_kept_apart),
		T(what_is_settled_is_on_disk),
		T(setting_that_found_the_disk_full_is_not_settled),
		T(context_of_an_imei_is_no_subscribers),
		T(a_context_that_found_the_disk_full_is_written_later),
		T(what_found_the_disk_full_is_written_before_the_end),
		T(an_end_with_a_full_disk_is_one),
		T(settings_come_back_after_a_restart),
		T(what_was_told_as_written_survives_kill),
		T(figures),
	};
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/mcored.db", dir);
	snprintf(key_path, sizeof key_path, "%s/mcored.key", dir);
	loop_init();
	failed = cmocka_run_group_tests_name("store", tests, NULL, NULL);
	loop_close();
	remove_files();
	rmdir(dir);
	return failed;
}
