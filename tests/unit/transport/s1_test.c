/* SPDX-License-Identifier: Apache-2.0 */
/* S1 associations between two processes on 127.0.0.1, over whatever SCTP this machine has: the test
 * is the server, a forked child the client, since one process has one SCTP stack. With arguments
 * the program is one end of an association by hand (see usage), for tests/net and for measuring. */
#include "transport/s1.h"
#include "own_net.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { TEST_PORT = 36500, CLIENT_PORT = 36501, BIG = 300000, TIME_LIMIT_MS = 100000 };

static struct in6_addr mapped(const char *ip)
{
	struct in6_addr address = {0};

	if (inet_pton(AF_INET6, ip, &address) == 1)
		return address;
	address.s6_addr[10] = address.s6_addr[11] = 0xff;
	inet_pton(AF_INET, ip, &address.s6_addr[12]);
	return address;
}

/* What the server saw, and what it is to do. */
static struct {
	unsigned ups, downs, messages;
	size_t octets;
	uint16_t streams, last_stream;
	char why[64];
	bool order_broken;
	uint32_t next_number;
	struct s1_assoc *assoc;
	void (*on_up)(struct s1_assoc *);
	void (*on_message)(struct s1_assoc *, uint16_t stream, const uint8_t *p, size_t n);
	unsigned stop_after_downs, stop_after_messages;
} seen;

static void saw_up(struct s1_assoc *assoc)
{
	seen.ups++;
	seen.assoc = assoc;
	seen.streams = s1_streams(assoc);
	if (seen.on_up)
		seen.on_up(assoc);
}

static void saw_message(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	seen.messages++;
	seen.octets += n;
	seen.last_stream = stream;
	if (seen.on_message)
		seen.on_message(assoc, stream, p, n);
	if (seen.stop_after_messages && seen.messages >= seen.stop_after_messages)
		loop_stop();
}

static void saw_down(struct s1_assoc *assoc, const char *why)
{
	if (seen.assoc == assoc)
		seen.assoc = NULL;
	snprintf(seen.why, sizeof(seen.why), "%s", why);
	if (++seen.downs == seen.stop_after_downs)
		loop_stop();
}

static const struct s1_handler handler = {saw_up, saw_message, saw_down, NULL};
static struct timer limit;

static void on_limit(struct timer *timer)
{
	(void)timer;
	loop_stop();
}

static void start(uint16_t port, unsigned heartbeat_ms, unsigned retrans)
{
	struct s1_config config = {
		.port = port,
		.addresses = 1,
		.address = {mapped("127.0.0.1")},
		.heartbeat_ms = heartbeat_ms,
		.path_max_retrans = (uint8_t)retrans,
	};
	const char *error = "";
	int r;

	memset(&seen, 0, sizeof(seen)); /* a child must not play its parent's part */
	log_max = LOG_ERROR;
	if (loop_init() != 0)
		abort();
	r = s1_start(&config, &error);
	if (r < 0) {
		fprintf(stderr, "s1_start: %s (%s)\n", error, strerror(-r));
		abort();
	}
	timer_start(&limit, TIME_LIMIT_MS, on_limit);
}

/* Runs the loop until a stop_after_… is reached or the time limit; true if not the latter. */
static bool run(void)
{
	loop_run();
	return timer_running(&limit);
}

static void finish(void)
{
	timer_stop(&limit);
	s1_stop(true);
	loop_close();
	memset(&seen, 0, sizeof(seen));
}

static void listen_here(void)
{
	if (s1_listen(&handler) < 0)
		abort();
}

static void connect_there(void)
{
	struct in6_addr local = mapped("127.0.0.1"), peer = local;

	if (!s1_connect(&handler, 1, &local, &peer, TEST_PORT, NULL))
		abort();
}

/* A child that plays its part once it is let go. To be made before start: a stack does not survive
 * a fork. It never returns into cmocka. */
struct child {
	pid_t pid;
	int gate;
};

static struct child child(void (*play)(void))
{
	int gate[2];
	char c;

	if (pipe2(gate, O_CLOEXEC) < 0)
		abort();
	struct child made = {.pid = fork(), .gate = gate[1]};
	if (made.pid == 0) {
		close(gate[1]);
		if (read(gate[0], &c, 1) == 1)
			play();
		_exit(0);
	}
	close(gate[0]);
	return made;
}

static void let_go(const struct child *child)
{
	if (write(child->gate, "", 1) != 1)
		abort();
}

static int reap(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* Each scenario in a child of its own, so that each has a fresh stack and none can hang another. */
static void scenario(void (*server)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		server();
		_exit(0);
	}
	status = reap(pid);
	if (WIFSIGNALED(status))
		fail_msg("ended by signal %d", WTERMSIG(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s (why: %s)\n", __FILE__, __LINE__, #condition,   \
				seen.why);                                                         \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* Every message is a run of octets that its length and first octet determine. */
static void fill(uint8_t *p, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(first + i * 7);
}

static const size_t lengths[] = {1, 2, 100, 1400, 1500, 4000, 65536, 70000, BIG};
enum { LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

static void say_lengths(struct s1_assoc *assoc)
{
	static uint8_t octets[BIG];

	for (uint16_t i = 0; i < LENGTHS; i++) {
		fill(octets, lengths[i], (uint8_t)i);
		CHECK(s1_send(assoc, i, octets, lengths[i]) == 0);
	}
}

static unsigned lengths_heard;

static void hear_lengths(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	static uint8_t octets[BIG];

	(void)assoc;
	for (unsigned i = 0; i < LENGTHS; i++) {
		if (lengths[i] != n)
			continue;
		fill(octets, n, (uint8_t)i);
		CHECK(stream == i);
		CHECK(memcmp(p, octets, n) == 0);
		lengths_heard++;
		return;
	}
	CHECK(!"a length that was not sent");
}

static void say_then_hear(void)
{
	start(0, 0, 0);
	seen.on_up = say_lengths;
	seen.on_message = hear_lengths;
	seen.stop_after_downs = 1;
	connect_there();
	run();
	CHECK(lengths_heard == LENGTHS);
	finish();
}

static void messages_both_ways(void)
{
	struct child client = child(say_then_hear);

	start(TEST_PORT, 0, 0);
	listen_here();
	seen.on_up = say_lengths;
	seen.on_message = hear_lengths;
	seen.stop_after_messages = LENGTHS;
	let_go(&client);
	CHECK(run());
	CHECK(seen.ups == 1 && lengths_heard == LENGTHS);
	CHECK(seen.streams == 30);
	finish(); /* a graceful end: the child must have heard all of ours by then */
	CHECK(reap(client.pid) == 0);
}

static void messages_of_any_length_pass_whole_on_any_stream(void **state)
{
	(void)state;
	scenario(messages_both_ways);
}

static void close_gracefully(struct s1_assoc *assoc) { s1_close(assoc, false); }

static void close_by_abort(struct s1_assoc *assoc) { s1_close(assoc, true); }

static void come_and_go(void)
{
	start(0, 0, 0);
	seen.on_up = close_gracefully;
	seen.stop_after_downs = 1;
	connect_there();
	CHECK(run());
	CHECK(strcmp(seen.why, "closed") == 0);
	finish();
}

static void come_and_abort(void)
{
	start(0, 0, 0);
	seen.on_up = close_by_abort;
	seen.stop_after_downs = 1;
	connect_there();
	CHECK(run());
	finish();
}

static void see_shutdown(void)
{
	struct child client = child(come_and_go);

	start(TEST_PORT, 0, 0);
	listen_here();
	seen.stop_after_downs = 1;
	let_go(&client);
	CHECK(run());
	CHECK(seen.ups == 1 && seen.downs == 1);
	CHECK(strcmp(seen.why, "shutdown by the peer") == 0);
	CHECK(reap(client.pid) == 0);
	finish();
}

static void graceful_close_ends_both_sides(void **state)
{
	(void)state;
	scenario(see_shutdown);
}

static void see_abort(void)
{
	struct child client = child(come_and_abort);

	start(TEST_PORT, 0, 0);
	listen_here();
	seen.stop_after_downs = 1;
	let_go(&client);
	CHECK(run());
	CHECK(seen.ups == 1 && seen.downs == 1);
	CHECK(strcmp(seen.why, "aborted by the peer") == 0);
	CHECK(reap(client.pid) == 0);
	finish();
}

static void abort_is_seen_by_the_peer(void **state)
{
	(void)state;
	scenario(see_abort);
}

static void stay(void)
{
	start(CLIENT_PORT, 0, 0);
	connect_there();
	run();
}

static void freeze_after_up(struct s1_assoc *assoc)
{
	(void)assoc;
	loop_stop();
}

static void see_silence(void)
{
	uint64_t before, took;
	struct child client = child(stay);

	start(TEST_PORT, 200, 2);
	listen_here();
	seen.on_up = freeze_after_up;
	seen.stop_after_downs = 1;
	let_go(&client);
	CHECK(run());
	kill(client.pid, SIGSTOP); /* as a peer whose link is cut: it answers nothing more */
	before = loop_clock_ns();
	CHECK(run());
	took = (loop_clock_ns() - before) / 1000000;
	CHECK(seen.downs == 1);
	CHECK(took > 200 && took < 60000);
	kill(client.pid, SIGKILL);
	reap(client.pid);
	finish();
}

static void a_silent_peer_is_found_by_heartbeats(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);

	(void)state;
	if (fd >= 0) { /* a kernel answers for a process that is stopped */
		close(fd);
		skip();
	}
	scenario(see_silence);
}

static void see_restart(void)
{
	struct child client = child(stay), again = child(stay);

	start(TEST_PORT, 0, 0);
	listen_here();
	seen.on_up = freeze_after_up;
	let_go(&client);
	CHECK(run());
	CHECK(seen.ups == 1);
	kill(client.pid, SIGKILL);
	reap(client.pid);
	let_go(&again); /* the same address and port, a new association */
	CHECK(run());
	CHECK(seen.ups == 2 && seen.downs == 1);
	CHECK(seen.assoc != NULL);
	kill(again.pid, SIGKILL);
	reap(again.pid);
	finish();
}

static void a_restarted_peer_is_down_then_up(void **state)
{
	(void)state;
	scenario(see_restart);
}

static void call_nobody(void)
{
	start(0, 0, 0);
	seen.stop_after_downs = 1;
	connect_there();
	CHECK(run());
	CHECK(seen.ups == 0 && seen.downs == 1);
	finish();
}

static void connecting_to_nobody_ends_in_down(void **state)
{
	(void)state;
	scenario(call_nobody);
}

/* Messages are numbered; the last one says how many there were. */
enum { CHUNK = 1000, LAST = 8 };

static bool heard_last;

static void hear_numbers(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	uint32_t number;

	(void)stream;
	memcpy(&number, p, sizeof(number));
	CHECK(number == seen.next_number);
	seen.next_number++;
	heard_last = n == LAST;
	CHECK(heard_last || n == CHUNK);
	if (heard_last)
		s1_close(assoc, true);
}

static void listen_slowly(void)
{
	start(0, 0, 0);
	seen.on_message = hear_numbers;
	seen.stop_after_downs = 1;
	connect_there();
	CHECK(run());
	CHECK(heard_last);
	finish();
}

static struct timer turn;

static void on_turn(struct timer *timer)
{
	(void)timer;
	loop_stop();
}

static void one_turn(uint64_t ms)
{
	timer_start(&turn, ms, on_turn);
	loop_run();
}

static void press(void)
{
	uint8_t octets[CHUNK] = {0};
	uint32_t sent = 0;
	int r;
	struct child client = child(listen_slowly);

	start(TEST_PORT, 500, 8); /* nobody gives the client up while it is stopped */
	listen_here();
	seen.on_up = freeze_after_up;
	let_go(&client);
	CHECK(run());
	kill(client.pid, SIGSTOP);
	do { /* turn by turn, so that the socket takes what it can */
		memcpy(octets, &sent, sizeof(sent));
		r = s1_send(seen.assoc, 1, octets, sizeof(octets));
		if (r == 0)
			sent++;
		if (sent % 256 == 0)
			one_turn(1);
	} while (r == 0 && sent < 100000);
	CHECK(r == -ENOBUFS);
	CHECK(sent > 4000);
	kill(client.pid, SIGCONT);
	memcpy(octets, &sent, sizeof(sent));
	while (timer_running(&limit) && s1_send(seen.assoc, 1, octets, LAST) == -ENOBUFS)
		one_turn(50);
	seen.stop_after_downs = 1;
	CHECK(run()); /* the child aborts when it has heard the last */
	CHECK(reap(client.pid) == 0);
	finish();
}

static void a_slow_peer_meets_the_backlog_and_loses_nothing(void **state)
{
	(void)state;
	scenario(press);
}

/* More at once than a turn takes up, and each takes its time. */
enum { RUSH = 2000, RUSH_SIZE = 100, DAWDLE_NS = 200000 };

static void rush(struct s1_assoc *assoc)
{
	const uint8_t octets[RUSH_SIZE] = {0};

	for (unsigned i = 0; i < RUSH; i++)
		CHECK(s1_send(assoc, 1, octets, sizeof(octets)) == 0);
}

static void come_in_a_rush(void)
{
	start(0, 0, 0);
	seen.on_up = rush;
	seen.stop_after_downs = 1;
	connect_there();
	CHECK(run());
	finish();
}

static uint64_t behind_at_first, behind_most;

static void dawdle(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	const struct timespec some = {.tv_nsec = DAWDLE_NS};
	uint64_t behind = s1_behind_ms();

	(void)assoc, (void)stream, (void)p, (void)n;
	if (seen.messages == 1)
		behind_at_first = behind;
	if (behind > behind_most)
		behind_most = behind;
	nanosleep(&some, NULL);
}

static void take_a_rush(void)
{
	struct child client = child(come_in_a_rush);
	uint64_t began;

	start(TEST_PORT, 0, 0);
	listen_here();
	seen.on_message = dawdle;
	seen.stop_after_messages = RUSH;
	let_go(&client);
	began = loop_now_ms();
	CHECK(run());
	CHECK(behind_at_first == 0);
	CHECK(behind_most >= RUSH * (DAWDLE_NS / 1000000.0) / 4);
	CHECK(behind_most <= loop_now_ms() - began);
	seen.stop_after_messages = 0;
	one_turn(50);
	CHECK(s1_behind_ms() == 0);
	s1_close(seen.assoc, true);
	seen.stop_after_downs = 1;
	CHECK(run());
	CHECK(reap(client.pid) == 0);
	finish();
}

static void who_cannot_keep_up_with_its_peers_is_behind(void **state)
{
	(void)state;
	scenario(take_a_rush);
}

static void send_to_the_dying(void)
{
	struct child client = child(stay);

	start(TEST_PORT, 0, 0);
	listen_here();
	seen.on_up = freeze_after_up;
	seen.stop_after_downs = 1;
	let_go(&client);
	CHECK(run());
	s1_close(seen.assoc, true);
	CHECK(s1_send(seen.assoc, 1, "x", 1) == -EPIPE);
	CHECK(seen.downs == 0); /* not from within */
	CHECK(run());
	CHECK(seen.downs == 1);
	kill(client.pid, SIGKILL);
	reap(client.pid);
	finish();
}

static void nothing_is_sent_after_close(void **state)
{
	(void)state;
	scenario(send_to_the_dying);
}

/* The tool */

static struct {
	bool listens;
	unsigned window, size;
	uint64_t sent, received, began_ns, until_ns, busy_until_ns;
	struct s1_assoc *assoc;
} tool;

static void tool_say(struct s1_assoc *assoc)
{
	static uint8_t octets[65536];

	if (s1_send(assoc, (uint16_t)(1 + tool.sent % 7), octets, tool.size) == 0)
		tool.sent++;
}

static void tool_up(struct s1_assoc *assoc)
{
	printf("up peer=%s streams=%u backend=%s\n", s1_peer(assoc), s1_streams(assoc),
	       s1_backend());
	fflush(stdout);
	if (tool.listens)
		return;
	tool.began_ns = loop_clock_ns();
	for (unsigned i = 0; i < tool.window; i++)
		tool_say(assoc);
}

static void tool_message(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	tool.received++;
	if (tool.listens)
		s1_send(assoc, stream, p, n);
	else if (loop_clock_ns() < tool.until_ns)
		tool_say(assoc);
	else if (tool.received == tool.sent)
		s1_close(assoc, false);
}

static void tool_down(struct s1_assoc *assoc, const char *why)
{
	double seconds = (double)(loop_clock_ns() - tool.began_ns) / 1e9;

	printf("down peer=%s why=\"%s\" received=%llu", s1_peer(assoc), why,
	       (unsigned long long)tool.received);
	if (!tool.listens && tool.began_ns)
		printf(" sent=%llu per_second=%.0f", (unsigned long long)tool.sent,
		       (double)tool.received / seconds);
	printf("\n");
	fflush(stdout);
	if (!tool.listens)
		loop_stop();
}

static void on_signal(int signo)
{
	(void)signo;
	loop_stop();
}

static int usage(void)
{
	fprintf(stderr, "s1_test listen ADDRESS[,ADDRESS…] [auto|kernel|usrsctp] [HEARTBEAT_MS]\n"
			"s1_test connect LOCAL PEER SECONDS WINDOW SIZE [auto|kernel|usrsctp]\n");
	return 2;
}

static enum sctp_kind kind_of(const char *word)
{
	if (word && strcmp(word, "kernel") == 0)
		return SCTP_KERNEL;
	return word && strcmp(word, "usrsctp") == 0 ? SCTP_USRSCTP : SCTP_AUTO;
}

static int be_an_end(int argc, char **argv)
{
	static const struct s1_handler tool_handler = {tool_up, tool_message, tool_down, NULL};
	struct s1_config config = {0};
	const char *error = "";
	int r;

	tool.listens = strcmp(argv[1], "listen") == 0;
	if (argc < (tool.listens ? 3 : 7))
		return usage();
	config.kind = kind_of(argv[tool.listens ? 3 : 7]);
	for (char *word = strtok(argv[2], ","); word && config.addresses < S1_MAX_ADDRESSES;
	     word = strtok(NULL, ","))
		config.address[config.addresses++] = mapped(word);
	if (tool.listens && argc > 4)
		config.heartbeat_ms = (uint32_t)atoi(argv[4]);
	if (loop_init() != 0)
		return 1;
	r = s1_start(&config, &error);
	if (r == 0 && tool.listens)
		r = s1_listen(&tool_handler);
	if (r == 0 && !tool.listens) {
		struct in6_addr peer = mapped(argv[3]);
		tool.until_ns = loop_clock_ns() + (uint64_t)(atof(argv[4]) * 1e9);
		tool.window = (unsigned)atoi(argv[5]);
		tool.size = (unsigned)atoi(argv[6]);
		if (!s1_connect(&tool_handler, config.addresses, config.address, &peer, 0, NULL))
			r = -errno;
	}
	if (r < 0) {
		fprintf(stderr, "s1_test: %s (%s)\n", strerror(-r), error);
		return 1;
	}
	loop_signal(SIGTERM, on_signal);
	loop_signal(SIGINT, on_signal);
	loop_run();
	s1_stop(true);
	loop_close();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_any_length_pass_whole_on_any_stream),
		cmocka_unit_test(graceful_close_ends_both_sides),
		cmocka_unit_test(abort_is_seen_by_the_peer),
		cmocka_unit_test(a_silent_peer_is_found_by_heartbeats),
		cmocka_unit_test(a_restarted_peer_is_down_then_up),
		cmocka_unit_test(connecting_to_nobody_ends_in_down),
		cmocka_unit_test(a_slow_peer_meets_the_backlog_and_loses_nothing),
		cmocka_unit_test(who_cannot_keep_up_with_its_peers_is_behind),
		cmocka_unit_test(nothing_is_sent_after_close),
	};

	if (argc > 2)
		return be_an_end(argc, argv);
	if (geteuid() != 0) {
		printf("skipped: SCTP over raw IP needs root\n");
		return 77;
	}
	if (!own_net())
		abort();
	if (argc == 2)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
