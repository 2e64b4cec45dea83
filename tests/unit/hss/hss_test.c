/* SPDX-License-Identifier: Apache-2.0 */
/* The HSS on a real store, asked as the MME asks it, its vectors judged as a USIM judges them. The
 * transport is replaced by three functions here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "core/loop.h"
#include "hss/hss.h"
#include "security/aka.h"
#include "security/kdf.h"
#include "store/store.h"

static void (*serve)(void *token, const struct s6a_request *);

/* What a token points to. */
struct answered {
	unsigned times;
	struct s6a_answer a;
};
static unsigned outstanding;

void s6a_serve(void (*handle)(void *, const struct s6a_request *)) { serve = handle; }

void s6a_reply(void *token, const struct s6a_answer *a)
{
	struct answered *to = token;

	to->times++;
	to->a = *a;
	if (!--outstanding)
		loop_stop();
}

static char dir[] = "/tmp/hss_test.XXXXXX";
static char path[64], key_path[64], error[512];
static const struct store_config store_config = {path, key_path};

static const plmn_t home = 0x00f110;
static imsi_t imsi_1;
static struct aka_key key_1;
static struct hss_profile profile[2];
static struct hss_config config = {profile, 2, 0};

static void written(void *arg, int err)
{
	*(int *)arg = err;
	loop_stop();
}

static void provision(struct subscriber *s)
{
	int err = 1;

	store_subscriber_put(s, true, (struct store_write){written, &err});
	while (err > 0)
		loop_run();
	assert_int_equal(err, 0);
}

static struct subscriber sim(imsi_t imsi)
{
	struct subscriber s = {.imsi = imsi,
			       .k_len = 16,
			       .opc_len = 16,
			       .msisdn = "46701234567",
			       .amf = {0, 0x12}};

	for (uint8_t i = 0; i < 16; i++) {
		s.k[i] = (uint8_t)(i * 17);
		s.opc[i] = (uint8_t)(200 - i);
	}
	return s;
}

static void open_all(void)
{
	if (store_open(&store_config, error, sizeof error) ||
	    hss_start(&config, error, sizeof error))
		fail_msg("%s", error);
}

static int setup(void **state)
{
	struct subscriber s;

	(void)state;
	memset(&hss_stats, 0, sizeof hss_stats);
	imsi_parse("001010000000001", &imsi_1);
	open_all();
	s = sim(imsi_1);
	key_1 = (struct aka_key){.algorithm = AKA_MILENAGE, .k_len = 16};
	memcpy(key_1.k, s.k, 16);
	memcpy(key_1.opc, s.opc, 16);
	provision(&s);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	hss_stop();
	store_close();
	snprintf(command, sizeof command, "rm -f %s/*", dir);
	return system(command);
}

static struct s6a_request request(enum s6a_command command)
{
	return (struct s6a_request){
		.command = command, .imsi = imsi_1, .visited_plmn = home, .vectors = 1};
}

static void ask(struct answered *to, const struct s6a_request *r)
{
	memset(to, 0, sizeof *to);
	outstanding++;
	serve(to, r);
}

static void run(void)
{
	while (outstanding)
		loop_run();
}

static struct s6a_answer get(const struct s6a_request *r)
{
	struct answered to;

	ask(&to, r);
	run();
	assert_int_equal(to.times, 1);
	assert_int_equal(to.a.command, r->command);
	return to.a;
}

/* As the USIM: MAC-A right, and the SQN. */
static uint64_t usim_sqn(const struct eutran_vector *v)
{
	struct aka_vector mine;
	uint64_t sqn;
	uint8_t amf[2];

	assert_int_equal(aka_check_autn(&key_1, v->rand, v->autn, &sqn, amf, &mine), 0);
	assert_int_equal(v->xres_len, sizeof mine.res);
	assert_memory_equal(v->xres, mine.res, sizeof mine.res);
	return sqn;
}

static uint64_t next_sqn(void)
{
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);
	struct s6a_answer a = get(&r);

	assert_int_equal(a.result, S6A_SUCCESS);
	assert_int_equal(a.vectors, 1);
	return usim_sqn(&a.vector[0]);
}

static void usim_accepts_the_vector_and_derives_the_same_kasme(void **state)
{
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);
	struct s6a_answer a, b;
	struct aka_vector mine;
	uint8_t kasme[32], amf[2];
	uint64_t sqn;

	(void)state;
	r.vectors = 3;
	a = get(&r);
	assert_int_equal(a.result, S6A_SUCCESS);
	assert_int_equal(a.vectors, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct eutran_vector *v = &a.vector[i];

		assert_int_equal(aka_check_autn(&key_1, v->rand, v->autn, &sqn, amf, &mine), 0);
		assert_int_equal(amf[0], 0x80); /* separation bit, though the SIM has none */
		assert_int_equal(amf[1], 0x12);
		kdf_kasme(mine.ck, mine.ik, home, mine.sqn_xor_ak, kasme);
		assert_memory_equal(kasme, v->kasme, 32);
		kdf_kasme(mine.ck, mine.ik, home + 1, mine.sqn_xor_ak, kasme);
		assert_memory_not_equal(kasme, v->kasme, 32);
	}
	assert_memory_not_equal(a.vector[0].rand, a.vector[1].rand, 16);
	b = get(&r);
	assert_memory_not_equal(a.vector[0].rand, b.vector[0].rand, 16);
}

static void new_usim_accepts_the_first_vector(void **state)
{
	(void)state;
	assert_true(next_sqn() >> 5 > 0); /* 33.102 C.2.2: above its SEQ_MS, which is 0 */
}

static void tuak_sim_is_served_too(void **state)
{
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);
	struct subscriber s = sim(imsi_1);

	(void)state;
	imsi_parse("001010000000002", &s.imsi);
	s.algorithm = ALG_TUAK;
	s.k_len = s.opc_len = 32;
	memset(s.k + 16, 0x5a, 16);
	memset(s.opc + 16, 0xa5, 16);
	provision(&s);
	key_1 = (struct aka_key){.algorithm = AKA_TUAK, .k_len = 32};
	memcpy(key_1.k, s.k, 32);
	memcpy(key_1.opc, s.opc, 32);
	r.imsi = s.imsi;
	usim_sqn(&get(&r).vector[0]);
}

static void unknown_imsi_is_told(void **state)
{
	static const enum s6a_command commands[] = {S6A_AUTHENTICATION_INFORMATION,
						    S6A_UPDATE_LOCATION, S6A_PURGE_UE};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct s6a_request r = request(commands[i]);

		imsi_parse("001019999999999", &r.imsi);
		assert_int_equal(get(&r).result, S6A_USER_UNKNOWN);
	}
	assert_int_equal(hss_stats.unknown, 3);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void concurrent_requests_never_share_an_sqn(void **state)
{
	enum { N = 300 };
	struct answered *to = calloc(N, sizeof *to);
	uint64_t *seq = calloc(5 * N, sizeof *seq), n = 0;
	unsigned ind[32] = {0};

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);

		r.vectors = (uint8_t)(1 + i % 5);
		ask(&to[i], &r);
	}
	run();
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(to[i].times, 1);
		assert_int_equal(to[i].a.vectors, 1 + i % 5);
		for (unsigned j = 0; j < to[i].a.vectors; j++) {
			uint64_t sqn = usim_sqn(&to[i].a.vector[j]);

			ind[sqn & 31]++;
			seq[n++] = sqn >> 5;
		}
	}
	qsort(seq, n, sizeof *seq, by_value);
	for (unsigned i = 1; i < n; i++)
		assert_true(seq[i] > seq[i - 1]);
	for (unsigned i = 0; i < 32; i++)
		assert_in_range(ind[i], n / 32 - 2, n / 32 + 2);
	assert_true(hss_stats.sqn_writes <= n / 16);
	free(to);
	free(seq);
}

static void most_vectors_cost_no_write(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 320; i++)
		next_sqn();
	assert_int_equal(hss_stats.sqn_writes, 10);
}

static void restart_goes_on_above_all_that_was_used(void **state)
{
	uint64_t last = 0, sqn;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		last = next_sqn();
	hss_stop();
	store_close();
	open_all();
	sqn = next_sqn();
	assert_true(sqn >> 5 > last >> 5);
	assert_true((sqn >> 5) - (last >> 5) <= 32);
}

static void kill_never_rolls_an_sqn_back(void **state)
{
	uint64_t highest = 0, sqn;
	int fd[2], status;
	pid_t pid;

	(void)state;
	hss_stop();
	store_close();
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (!pid) {
		open_all();
		for (;;) {
			sqn = next_sqn();
			if (write(fd[1], &sqn, sizeof sqn) < 0)
				_exit(1);
		}
	}
	close(fd[1]);
	for (unsigned n = 0; n < 1000 && read(fd[0], &sqn, sizeof sqn) == sizeof sqn; n++)
		;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	do {
		assert_true(sqn >> 5 > highest >> 5);
		highest = sqn;
	} while (read(fd[0], &sqn, sizeof sqn) == sizeof sqn);
	close(fd[0]);
	assert_true(highest >> 5 >= 999);
	open_all();
	assert_true(next_sqn() >> 5 > highest >> 5);
}

static struct s6a_request resync(uint64_t sqn_ms)
{
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);

	r.resync = true;
	memset(r.rand, 0x23, sizeof r.rand);
	assert_int_equal(aka_make_auts(&key_1, r.rand, sqn_ms, r.auts), 0);
	return r;
}

static void resync_goes_on_above_the_device(void **state)
{
	const uint64_t sqn_ms = 123456ull << 5 | 31;
	struct s6a_request r = resync(sqn_ms);
	uint64_t sqn;

	(void)state;
	next_sqn();
	sqn = usim_sqn(&get(&r).vector[0]);
	assert_int_equal(sqn >> 5, 123457);
	assert_int_equal(sqn & 31, 0);
	/* A device that is behind moves nothing. */
	r = resync(1000 << 5);
	assert_int_equal(usim_sqn(&get(&r).vector[0]) >> 5, 123458);
	hss_stop();
	store_close();
	open_all();
	assert_true(next_sqn() >> 5 > 123458);
}

static void resync_comes_down_when_far_above_the_device(void **state)
{
	struct s6a_request r = resync(1ull << 40);

	(void)state;
	assert_true(usim_sqn(&get(&r).vector[0]) > 1ull << 40);
	r = resync(77 << 5);
	assert_int_equal(usim_sqn(&get(&r).vector[0]) >> 5, 78);
}

static void resync_with_wrong_mac_s_is_refused_and_moves_nothing(void **state)
{
	struct s6a_request r = resync(123456ull << 5);
	uint64_t before = next_sqn();

	(void)state;
	r.auts[13] ^= 1;
	assert_int_equal(get(&r).result, S6A_AUTHENTICATION_DATA_UNAVAILABLE);
	assert_int_equal(hss_stats.resync_failures, 1);
	assert_int_equal(next_sqn() >> 5, (before >> 5) + 1);
}

static void last_sqn_is_refused_not_wrapped(void **state)
{
	struct s6a_request r = resync((1ull << 48) - 1);

	(void)state;
	assert_int_equal(get(&r).result, S6A_AUTHENTICATION_DATA_UNAVAILABLE);
}

static void subscriber_deleted_while_its_vector_waits_is_unknown(void **state)
{
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);
	struct answered to;
	struct subscriber s = sim(imsi_1);

	(void)state;
	ask(&to, &r);
	assert_int_equal(to.times, 0);
	store_subscriber_del(imsi_1, (struct store_write){0});
	hss_forget(imsi_1);
	run();
	assert_int_equal(to.times, 1);
	assert_int_equal(to.a.result, S6A_USER_UNKNOWN);
	provision(&s);
	assert_int_equal(next_sqn() >> 5, 1);
}

static void location_gives_the_profile_with_the_sims_address_and_is_kept(void **state)
{
	struct s6a_request r = request(S6A_UPDATE_LOCATION);
	struct subscriber s = sim(imsi_1);
	struct s6a_answer a;

	(void)state;
	imsi_parse("001010000000003", &s.imsi);
	strcpy(s.profile, "camera");
	s.has_ue4 = s.has_ue6 = s.blocked = true;
	inet_pton(AF_INET, "10.9.0.7", &s.ue4);
	inet_pton(AF_INET6, "2001:db8:9::", &s.ue6);
	strcpy(s.routes, "192.0.2.0/24");
	provision(&s);
	r.imsi = s.imsi;
	strcpy(r.imeisv, "3500000000000012");
	a = get(&r);
	assert_int_equal(a.result, S6A_SUCCESS);
	assert_true(a.blocked);
	assert_string_equal(a.msisdn, "46701234567");
	assert_int_equal(a.ambr_down, 50000000);
	assert_int_equal(a.apns, 2);
	assert_int_equal(a.default_apn, 1);
	assert_string_equal(a.apn[1].apn, "video");
	assert_true(a.apn[1].has_ue4);
	assert_int_equal(a.apn[1].ue4.s_addr, s.ue4.s_addr);
	assert_false(a.apn[1].has_ue6); /* the APN is IPv4 alone */
	assert_false(a.apn[0].has_ue4);
	assert_string_equal(a.apn[1].routes, "192.0.2.0/24");
	assert_string_equal(a.apn[0].routes, "");
	assert_int_equal(store_subscriber_get(s.imsi, &s), 0);
	assert_string_equal(s.imeisv, "3500000000000012");
	assert_int_equal(s.visited_plmn, home);
	assert_in_range(s.seen, (uint64_t)time(NULL) - 5, (uint64_t)time(NULL));

	r.command = S6A_PURGE_UE;
	r.visited_plmn = home + 1;
	assert_int_equal(get(&r).result, S6A_SUCCESS);
	store_subscriber_get(s.imsi, &s);
	assert_int_equal(s.visited_plmn, home);
	r.visited_plmn = home;
	get(&r);
	store_subscriber_get(s.imsi, &s);
	assert_int_equal(s.visited_plmn, 0);
	assert_string_equal(s.imeisv, "3500000000000012");
}

static void words_of_access_restrict_roaming_and_lte(void **state)
{
	struct s6a_request r = request(S6A_UPDATE_LOCATION);
	struct subscriber s = sim(imsi_1);
	struct s6a_answer a;

	(void)state;
	imsi_parse("001010000000004", &s.imsi);
	r.imsi = s.imsi;
	strcpy(s.access, "meters");
	provision(&s);
	a = get(&r);
	assert_string_equal(a.access, "meters");
	assert_int_equal(a.access_restriction, 0);
	strcpy(s.access, "no-lte");
	store_subscriber_put(&s, false, (struct store_write){0});
	hss_forget(s.imsi);
	assert_int_equal(get(&r).access_restriction, S6A_NO_WB_EUTRAN);
	strcpy(s.access, "no-roaming");
	store_subscriber_put(&s, false, (struct store_write){0});
	hss_forget(s.imsi);
	assert_int_equal(get(&r).result, S6A_SUCCESS);
	plmn_parse("26201", &r.visited_plmn);
	assert_int_equal(get(&r).result, S6A_ROAMING_NOT_ALLOWED);
	assert_int_equal(store_subscriber_get(s.imsi, &s), 0);
	assert_int_equal(s.visited_plmn, home); /* it has gone nowhere */
}

static void usage_type_is_told_with_vectors_where_asked(void **state)
{
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);
	struct subscriber s = sim(imsi_1);
	struct s6a_answer a;

	(void)state;
	imsi_parse("001010000000004", &s.imsi);
	r.imsi = s.imsi;
	s.has_usage_type = true;
	s.usage_type = 130;
	provision(&s);
	assert_false(get(&r).has_usage_type);
	r.send_usage_type = true;
	a = get(&r);
	assert_int_equal(a.vectors, 1);
	assert_true(a.has_usage_type);
	assert_int_equal(a.usage_type, 130);
	r = request(S6A_UPDATE_LOCATION);
	r.imsi = s.imsi;
	assert_int_equal(get(&r).usage_type, 130);
	r.imsi = sim(imsi_1).imsi; /* which has none */
	assert_false(get(&r).has_usage_type);
	r = request(S6A_AUTHENTICATION_INFORMATION);
	r.send_usage_type = true;
	assert_false(get(&r).has_usage_type);
}

static void profile_that_is_not_configured_is_no_subscription(void **state)
{
	struct s6a_request r = request(S6A_UPDATE_LOCATION);
	struct subscriber s = sim(imsi_1);

	(void)state;
	assert_int_equal(get(&r).ambr_down, 1000000); /* none named: the first */
	imsi_parse("001010000000004", &s.imsi);
	strcpy(s.profile, "gone");
	provision(&s);
	r.imsi = s.imsi;
	assert_int_equal(get(&r).result, S6A_UNKNOWN_EPS_SUBSCRIPTION);
}

static void configuration_mistakes_are_told(void **state)
{
	struct hss_profile twice[2] = {profile[0], profile[0]};
	struct hss_profile empty = {.name = "none"};

	(void)state;
	assert_int_equal(hss_start(&(struct hss_config){0}, error, sizeof error), -EINVAL);
	assert_int_equal(hss_start(&(struct hss_config){twice, 2, 0}, error, sizeof error),
			 -EINVAL);
	assert_non_null(strstr(error, "meter"));
	assert_int_equal(hss_start(&(struct hss_config){&empty, 1, 0}, error, sizeof error),
			 -EINVAL);
	assert_non_null(hss_profile("camera")); /* what was before goes on */
}

static void figures(void **state)
{
	enum { N = 20000 };
	struct s6a_request r = request(S6A_AUTHENTICATION_INFORMATION);
	struct timespec a, b;
	double us;

	(void)state;
	next_sqn();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (unsigned i = 0; i < N; i++)
		get(&r);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	us = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 1e3 / N;
	print_message("# %.1f us of CPU a vector: 4,000 a second take %.1f %% of a core\n", us,
		      us * 4000 / 1e4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(usim_accepts_the_vector_and_derives_the_same_kasme),
		T(new_usim_accepts_the_first_vector),
		T(tuak_sim_is_served_too),
		T(unknown_imsi_is_told),
		T(concurrent_requests_never_share_an_sqn),
		T(most_vectors_cost_no_write),
		T(restart_goes_on_above_all_that_was_used),
		T(kill_never_rolls_an_sqn_back),
		T(resync_goes_on_above_the_device),
		T(resync_comes_down_when_far_above_the_device),
		T(resync_with_wrong_mac_s_is_refused_and_moves_nothing),
		T(last_sqn_is_refused_not_wrapped),
		T(subscriber_deleted_while_its_vector_waits_is_unknown),
		T(location_gives_the_profile_with_the_sims_address_and_is_kept),
		T(profile_that_is_not_configured_is_no_subscription),
		T(words_of_access_restrict_roaming_and_lte),
		T(usage_type_is_told_with_vectors_where_asked),
		T(configuration_mistakes_are_told),
		T(figures),
	};
	int failed;

	profile[0] = (struct hss_profile){
		.name = "meter",
		.ambr_up = 500000,
		.ambr_down = 1000000,
		.apns = 1,
		.apn = {{.apn = "internet", .pdn_type = PDN_IPV4V6, .qci = 9}}};
	profile[1] =
		(struct hss_profile){.name = "camera",
				     .ambr_up = 10000000,
				     .ambr_down = 50000000,
				     .apns = 2,
				     .default_apn = 1,
				     .apn = {{.apn = "internet", .pdn_type = PDN_IPV4V6, .qci = 9},
					     {.apn = "video", .pdn_type = PDN_IPV4, .qci = 8}}};
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/mcored.db", dir);
	snprintf(key_path, sizeof key_path, "%s/mcored.key", dir);
	loop_init();
	failed = cmocka_run_group_tests_name("hss", tests, NULL, NULL);
	loop_close();
	rmdir(dir);
	return failed;
}
