/* SPDX-License-Identifier: Apache-2.0 */
/* What our own end never sends: another PPID, a message without end. The peer is usrsctp used
 * directly, in a child; the server is ours. */
#include "transport/s1.h"
#include "own_net.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsctp.h>
#include <cmocka.h>

enum { PORT = 36510, PIECE = 200000 };

static struct {
	unsigned messages, downs;
	size_t octets;
	uint16_t stream;
	char why[64];
} seen;

static struct timer limit;

static void on_limit(struct timer *t)
{
	(void)t;
	loop_stop();
}

static void on_up(struct s1_assoc *assoc) { (void)assoc; }

static void on_message(struct s1_assoc *assoc, uint16_t stream, const uint8_t *p, size_t n)
{
	(void)assoc;
	(void)p;
	seen.messages++;
	seen.octets += n;
	seen.stream = stream;
}

static void on_down(struct s1_assoc *assoc, const char *why)
{
	(void)assoc;
	snprintf(seen.why, sizeof(seen.why), "%s", why);
	seen.downs++;
	loop_stop();
}

static void serve(int ready)
{
	static const struct s1_handler handler = {on_up, on_message, on_down, NULL};
	struct s1_config config = {.kind = SCTP_USRSCTP, .port = PORT, .addresses = 1};
	const char *error;

	config.address[0].s6_addr[10] = config.address[0].s6_addr[11] = 0xff;
	config.address[0].s6_addr[12] = 127;
	config.address[0].s6_addr[15] = 1;
	log_max = LOG_ERROR;
	if (loop_init() || s1_start(&config, &error) || s1_listen(&handler))
		abort();
	if (write(ready, "", 1) != 1)
		abort();
	timer_start(&limit, 15000, on_limit);
	loop_run();
}

static struct socket *call(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	const int on = 1;
	struct socket *so;

	usrsctp_init(0, NULL, NULL);
	usrsctp_sysctl_set_sctp_blackhole(2);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	so = usrsctp_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	if (!so || usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_EXPLICIT_EOR, &on, sizeof(on)) ||
	    usrsctp_connect(so, (void *)&to, sizeof(to)))
		_exit(3);
	return so;
}

static void say(struct socket *so, uint32_t ppid, size_t n, bool end)
{
	static char octets[PIECE];
	struct sctp_sndinfo info = {
		.snd_sid = 3, .snd_ppid = htonl(ppid), .snd_flags = end ? SCTP_EOR : 0};

	while (n) {
		ssize_t r = usrsctp_sendv(so, octets, n, NULL, 0, &info, sizeof(info),
					  SCTP_SENDV_SNDINFO, 0);
		if (r <= 0)
			return;
		n -= (size_t)r;
	}
}

static void other_ppid(void)
{
	struct socket *so = call();

	say(so, 46, 100, true);
	usrsctp_close(so);
	sleep(1);
}

static void no_end(void)
{
	struct socket *so = call();

	for (unsigned i = 0; i < 20; i++)
		say(so, S1_PPID, PIECE, false);
	sleep(20);
}

static void pieces(void)
{
	struct socket *so = call();

	for (unsigned i = 0; i < 4; i++)
		say(so, S1_PPID, PIECE, i == 3);
	usrsctp_close(so);
	sleep(1);
}

/* The server runs in a child too, so that each test has fresh stacks; it tells what it saw. */
static void play(void (*peer)(void))
{
	int ready[2], told[2];
	pid_t server, client;
	char c;

	memset(&seen, 0, sizeof(seen));
	if (pipe(ready) || pipe(told))
		abort();
	server = fork();
	if (server == 0) {
		serve(ready[1]);
		if (write(told[1], &seen, sizeof(seen)) < 0)
			abort();
		s1_stop(true);
		loop_close();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	client = fork();
	if (client == 0) {
		peer();
		_exit(0);
	}
	assert_int_equal(read(told[0], &seen, sizeof(seen)), sizeof(seen));
	kill(client, SIGKILL);
	waitpid(client, NULL, 0);
	int status = 0;
	waitpid(server, &status, 0);
	assert_int_equal(status, 0);
	for (unsigned i = 0; i < 2; i++) {
		close(ready[i]);
		close(told[i]);
	}
}

static void another_ppid_is_accepted(void **state)
{
	(void)state;
	play(other_ppid);
	assert_int_equal(seen.messages, 1);
	assert_int_equal(seen.octets, 100);
	assert_int_equal(seen.stream, 3);
	assert_string_equal(seen.why, "shutdown by the peer");
}

static void a_message_sent_in_pieces_is_one(void **state)
{
	(void)state;
	play(pieces);
	assert_int_equal(seen.messages, 1);
	assert_int_equal(seen.octets, 4 * PIECE);
}

static void a_message_without_end_is_aborted(void **state)
{
	(void)state;
	play(no_end);
	assert_int_equal(seen.messages, 0);
	assert_string_equal(seen.why, "message too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_ppid_is_accepted),
		cmocka_unit_test(a_message_sent_in_pieces_is_one),
		cmocka_unit_test(a_message_without_end_is_aborted),
	};
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);

	if (geteuid() != 0 || fd >= 0) {
		printf("skip: needs root and a kernel without SCTP\n");
		return 77;
	}
	if (!own_net())
		abort();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
