/* SPDX-License-Identifier: Apache-2.0 */
/* The API over its real socket: loop, HTTP server, store and HSS run in a thread, a blocking client
 * in the test's. Included by one test each; the network's other roles are stood in for there. */
#ifndef TESTS_API_HARNESS_H
#define TESTS_API_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "api/api.h"
#include "core/loop.h"
#include "hss/hss.h"
#include "stand_ins.h"
#include "store/store.h"

static char dir[] = "/tmp/api_test.XXXXXX";
static char db[64], key[64], sock[64], error[256];

/* ---- no S6a ---- */

void s6a_serve(void (*handle)(void *, const struct s6a_request *)) { (void)handle; }
void s6a_reply(void *token, const struct s6a_answer *a)
{
	(void)token;
	(void)a;
}

/* ---- the daemon's thread ---- */

static pthread_t thread;
static struct api_config config; /* set by the test before it starts */

static void *daemon_main(void *arg)
{
	(void)arg;
	loop_run();
	return NULL;
}

static void stop_loop(void *arg)
{
	(void)arg;
	api_stop();
	loop_stop();
}

static int start(void **state)
{
	static const struct hss_profile profile = {
		.name = "meter", .apns = 1, .apn = {{.apn = "internet"}}};

	(void)state;
	loop_init();
	if (store_open(&(struct store_config){db, key}, error, sizeof error) ||
	    hss_start(&(struct hss_config){&profile, 1, 0}, error, sizeof error) ||
	    api_start(&config, error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	return pthread_create(&thread, NULL, daemon_main, NULL);
}

static int stop(void **state)
{
	(void)state;
	loop_post(stop_loop, NULL);
	pthread_join(thread, NULL);
	hss_stop();
	store_close();
	loop_close();
	return access(sock, F_OK) ? 0 : 1;
}

/* ---- the client ---- */

struct answer {
	int status;
	char *text; /* body */
	json_t *json;
};

static int dial(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, sock);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void say(int fd, const char *p, size_t n)
{
	for (ssize_t done; n; p += done, n -= (size_t)done) {
		done = send(fd, p, n, MSG_NOSIGNAL);
		if (done <= 0)
			return;
	}
}

static struct answer answer_of(int fd)
{
	size_t n = 0, cap = 4 << 20;
	char *all = malloc(cap + 1), *body;
	struct answer a = {0};
	ssize_t got;

	while ((got = read(fd, all + n, cap - n)) > 0)
		n += (size_t)got;
	all[n] = 0;
	close(fd);
	assert_int_equal(sscanf(all, "HTTP/1.1 %d", &a.status), 1);
	body = strstr(all, "\r\n\r\n");
	assert_non_null(body);
	a.text = strdup(body + 4);
	a.json = json_loads(a.text, 0, NULL);
	free(all);
	return a;
}

static struct answer ask(const char *method, const char *path, const char *type, const char *body)
{
	char head[512];
	int fd = dial();

	snprintf(head, sizeof head,
		 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\n"
		 "Content-Length: %zu\r\n\r\n",
		 method, path, type ? type : "application/json", body ? strlen(body) : 0);
	say(fd, head, strlen(head));
	if (body)
		say(fd, body, strlen(body));
	return answer_of(fd);
}

static void drop(struct answer a)
{
	free(a.text);
	json_decref(a.json);
}

/* The answer's status; its `error` if any goes to `said`. */
static char said[512];
__attribute__((unused)) static int status_of(const char *method, const char *path, const char *body)
{
	struct answer a = ask(method, path, NULL, body);
	const char *e = NULL;

	json_unpack(a.json, "{s?s}", "error", &e);
	snprintf(said, sizeof said, "%s", e ? e : "");
	drop(a);
	return a.status;
}

__attribute__((unused)) static const char *string_in(const json_t *j, const char *k)
{
	const char *s = json_string_value(json_object_get(j, k));

	return s ? s : "";
}

__attribute__((unused)) static json_int_t number_in(const json_t *j, const char *k)
{
	return json_integer_value(json_object_get(j, k));
}

#define K32   "00112233445566778899aabbccddeeff"
#define OPC32 "ffeeddccbbaa99887766554433221100"
#define K_OPC "\"k\":\"" K32 "\",\"opc\":\"" OPC32 "\""

/* Runs the tests in a directory of their own. */
static int run_group(const char *name, const struct CMUnitTest *tests, size_t n)
{
	char command[64];
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(db, sizeof db, "%s/mcored.db", dir);
	snprintf(key, sizeof key, "%s/mcored.key", dir);
	snprintf(sock, sizeof sock, "%s/mcored.sock", dir);
	config.socket = sock;
	config.store = true;
	failed = _cmocka_run_group_tests(name, tests, n, start, stop);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return failed + (system(command) != 0);
}

#endif
