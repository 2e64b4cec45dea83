/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target of the HTTP API: the server on its own socket, with the store, the HSS, the MME
 * that no eNodeB has come to, and stand-ins for the gateways, all on this thread's loop. An input
 * is an octet that says how it is sent, and what is sent. Whatever that is, an answer must come or
 * the connection end, an answer is HTTP and its body JSON, and no stream stays behind (that one
 * ends is noticed within seconds: few inputs have one).
 *
 * The octet: bits 0-2 in what pieces (0: whole), with a turn of the loop after each; 3: the client
 * is gone before it has an answer; 4: its body goes on for more than the API takes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../unit/api/stand_ins.h"
#include "api/api.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/proc.h"
#include "hss/hss.h"
#include "mme/mme.h"
#include "policy/policy.h"
#include "request.h"
#include "sgw/sgw.h"
#include "store/store.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t most, unsigned seed);

enum { GONE = 8, LONG = 16, PATIENCE_MS = 8000, SIMS = 64 };

static char dir[] = "/dev/shm/mcore-fuzz.XXXXXX", sock[64];
static char answer[16 << 20];
static size_t answered;

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "api: %s\n%.300s\n", what, answer);
	abort();
}

static void stop(void *arg)
{
	(void)arg;
	loop_stop();
}

static void turn(void)
{
	loop_post(stop, NULL);
	loop_run();
}

/* A process of its own removes the directory once this one is gone, however it went. */
static void clean_in_the_end(void)
{
	char command[64], none;
	int life[2];
	pid_t pid;

	require(!pipe2(life, O_CLOEXEC), "no pipe");
	pid = fork();
	require(pid >= 0, "no process");
	if (pid) {
		close(life[0]);
		return;
	}
	setsid();
	close(life[1]);
	while (read(life[0], &none, 1) < 0 && errno == EINTR)
		;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	_exit(system(command) != 0);
}

/* The MME restores nothing. */
int sgw_restore(struct sgw_restored *r, uint32_t *s1u_teid)
{
	(void)r, (void)s1u_teid;
	return -ENOENT;
}
unsigned sgw_restore_end(void) { return 0; }
void sgw_due_rules(uint32_t teid, uint8_t ebi, char names[SGW_RULES_STRLEN])
{
	(void)teid, (void)ebi;
	*names = 0;
}

/* The MME's, counted. */
static struct api_mme counted;
static unsigned traces;
static bool streams(void) { return captures || traces; }

static int trace_start(imsi_t imsi, void (*fn)(void *, const struct trace_view *), void *arg)
{
	int err = mme_api.trace_start(imsi, fn, arg);

	traces += !err;
	return err;
}

static void trace_stop(void *arg)
{
	traces--;
	mme_api.trace_stop(arg);
}

static unsigned pools(struct pgw_pool_use out[MCORE_MAX_POOLS])
{
	out[0] = (struct pgw_pool_use){"internet", 65534, 12};
	return 1;
}

static int dial(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(a.sun_path, sock);
	require(fd >= 0 && !connect(fd, (struct sockaddr *)&a, sizeof a), "connect");
	return fd;
}

/* What has arrived. False once the server has closed, or has said more than anybody asked for. */
static bool listen_to(int fd)
{
	ssize_t got = read(fd, answer + answered, sizeof answer - 1 - answered);

	if (!got || (got < 0 && errno != EAGAIN))
		return false;
	answered += got > 0 ? (size_t)got : 0;
	answer[answered] = 0;
	return true;
}

/* False once the server does not take any more. */
static bool say(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		/* Beside a stream nothing is read. */
		if (done < 0 && (errno != EAGAIN || streams()))
			return false;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
		turn();
		if (!listen_to(fd))
			return false;
	}
	return true;
}

static void send_all(int fd, unsigned how, const uint8_t *p, size_t n)
{
	static const uint16_t pieces[8] = {UINT16_MAX, 1, 3, 16, 100, 700, 4096, 20000};
	static uint8_t more[65536];
	size_t piece = pieces[how & 7];

	while (n > 64 * piece) /* not all day */
		piece *= 2;
	for (size_t i = 0; i < n; i += piece)
		if (!say(fd, p + i, n - i < piece ? n - i : piece))
			return;
	memset(more, n ? p[n - 1] : ' ', sizeof more);
	for (unsigned i = 0; how & LONG && i < 20 && say(fd, more, sizeof more); i++)
		;
}

/* Until the server has read it all: libmicrohttpd does not see an end that comes with what is
 * before it, and keeps the connection for its timeout. */
static void be_read(int fd)
{
	int unread = 0;

	for (unsigned i = 0; i < 1000 && !ioctl(fd, SIOCOUTQ, &unread) && unread; i++) {
		turn();
		if (!listen_to(fd))
			return;
	}
	turn();
}

/* Until the server closes; of a stream, which has no end, what it begins with. */
static void hear_all(int fd)
{
	uint64_t until = loop_clock_ns() + PATIENCE_MS * 1000000ull;

	while (listen_to(fd) && !streams()) {
		require(loop_clock_ns() < until, "no answer");
		turn();
	}
}

/* The answers: each a head and a body of the length that it says, and that is JSON if it says so.
 */
static void check(char *p, size_t n)
{
	while (n) {
		char *body = strstr(p, "\r\n\r\n"), *length = strcasestr(p, "\r\nContent-Length: ");
		json_error_t e;
		size_t len, head;
		json_t *j;

		require(!strncmp(p, "HTTP/1.", 7), "not HTTP");
		if (!strncmp(p + 9, "100 ", 4)) {
			require(body != NULL, "a head without an end");
			n -= (size_t)(body + 4 - p);
			p = body + 4;
			continue;
		}
		if (!body || !length || length > body ||
		    !memmem(p, (size_t)(body - p), "\r\nContent-Type: ", 16))
			return; /* a stream, cut off, or libmicrohttpd's own */
		len = strtoul(length + 18, NULL, 10);
		body += 4;
		head = (size_t)(body - p);
		if (len > n - head) {
			require(streams() || answered == sizeof answer - 1, "a body cut off");
			return;
		}
		if (memmem(p, head, "application/json", 16)) {
			j = json_loadb(body, len, JSON_DECODE_ANY, &e);
			require(j != NULL, e.text);
			require(!memmem(p, 13, " 200", 4) || !json_object_get(j, "error") ||
					!json_is_string(json_object_get(j, "error")),
				"an error that is 200");
			json_decref(j);
		}
		p = body + len;
		n -= head + len;
	}
}

static bool no_more(void *arg, const struct subscriber *s)
{
	imsi_t *imsi = arg;

	*imsi = s->imsi;
	return false;
}

/* Lists stay short. */
static void forget_some(void)
{
	imsi_t imsi = IMSI_NONE;

	while (store_subscriber_count() > SIMS && !store_subscriber_each(0, no_more, &imsi) &&
	       imsi != IMSI_NONE) {
		uint64_t before = store_subscriber_count();

		store_subscriber_del(imsi, (struct store_write){0});
		while (store_queued())
			turn();
		if (store_subscriber_count() == before)
			return;
	}
}

/* Else no answer would be as good as one. */
static void is_served(void)
{
	static const char get[] = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial();

	send_all(fd, 0, (const uint8_t *)get, sizeof get - 1);
	be_read(fd);
	shutdown(fd, SHUT_WR);
	hear_all(fd);
	require(!strncmp(answer, "HTTP/1.1 200 ", 13), "not served");
	check(answer, answered);
	close(fd);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct hss_profile profile = {
		.name = "meter", .apns = 1, .apn = {{.apn = "internet"}}};
	static char db[64], key[64];
	static struct api_config config = {.socket = sock,
					   .mme = &counted,
					   .pools = pools,
					   .stats = {mme_stats},
					   .store = true,
					   .datapath = true};
	char error[256] = "";

	(void)argc, (void)argv;
	log_max = LOG_ERROR;
	require(mkdtemp(dir) != NULL, "no directory");
	clean_in_the_end();
	snprintf(db, sizeof db, "%s/db", dir);
	snprintf(key, sizeof key, "%s/key", dir);
	snprintf(sock, sizeof sock, "%s/sock", dir);
	proc_init();
	counted = mme_api;
	counted.trace_start = trace_start;
	counted.trace_stop = trace_stop;
	fill_sessions();
	memset(sessions + SIMS, 0, sizeof sessions - SIMS * sizeof *sessions);
	require(!loop_init() && !store_open(&(struct store_config){db, key}, error, sizeof error) &&
			!hss_start(&(struct hss_config){&profile, 1, 0}, error, sizeof error) &&
			!policy_start(error, sizeof error) &&
			!api_start(&config, error, sizeof error),
		error);
	is_served();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned how;
	int fd;

	if (!size)
		return 0;
	how = data[0];
	/* A stream takes seconds. */
	if (size % 64 && (memmem(data, size, "/trace", 6) || memmem(data, size, "/capture", 8)))
		return 0;
	fd = dial();
	answered = 0;
	send_all(fd, how, data + 1, size - 1);
	be_read(fd);
	if (!(how & GONE)) {
		shutdown(fd, SHUT_WR);
		hear_all(fd);
		check(answer, answered);
	}
	close(fd);
	for (unsigned i = 0; i < 4 || store_queued(); i++)
		turn();
	for (uint64_t until = loop_clock_ns() + PATIENCE_MS * 1000000ull; streams(); usleep(1000)) {
		require(loop_clock_ns() < until, "a stream stays behind");
		turn();
	}
	forget_some();
	return 0;
}

/* The digits that say how long the body is, made right for one that was changed. */
static void set_length(uint8_t *p, size_t n)
{
	uint8_t *body = memmem(p, n, "\r\n\r\n", 4), *length = memmem(p, n, "Content-Length: ", 16);
	char digits[16];

	if (!body || !length || length > body || body - length < 23)
		return;
	snprintf(digits, sizeof digits, "%07u", (unsigned)(n - (size_t)(body + 4 - p)) % 10000000);
	memcpy(length + 16, digits, 7);
}

/* A new request, one with another body, or anything. */
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t most, unsigned seed)
{
	struct request r = {.p = (char *)p + 1, .cap = most - 1, .seed = seed, .imsis = SIMS};
	uint8_t *body = n ? memmem(p, n, "\r\n\r\n", 4) : NULL;
	bool over;
	size_t at;

	if (most < 64)
		return LLVMFuzzerMutate(p, n, most);
	switch (seed % 4) {
	case 0:
		p[0] = (uint8_t)(request_random(&r, 4) ? 0 : request_random(&r, 32));
		over = !request_random(&r, 32);
		p[0] |= over ? LONG : 0;
		request_make(&r, &request_routes[request_random(&r, REQUEST_ROUTES)], over);
		return r.n + 1;
	case 1:
	case 2:
		at = body ? (size_t)(body + 4 - p) : n;
		if (at < n) {
			n = at + LLVMFuzzerMutate(body + 4, n - at, most - at);
			set_length(p, n);
			return n;
		}
		break;
	}
	return LLVMFuzzerMutate(p, n, most);
}
