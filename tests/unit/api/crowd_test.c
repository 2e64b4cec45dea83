/* SPDX-License-Identifier: Apache-2.0 */
/* More clients than the API has connections: those that ask are answered, whatever the others leave
 * half said, do not read, or follow without end. */
#include "harness.h"

#include <fcntl.h>
#include <semaphore.h>

enum { FULL = 128, CROWD = 300, SOON_S = 30 }; /* FULL: http.c's; MHD's own patience is 60 s */

static const char version[] = "GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/* ---- the MME ---- */

static atomic_uint traces;
static void (*detach_done)(void *, int);
static void *detach_arg;
static atomic_uint detaches;

static void fake_detach(imsi_t imsi, bool reattach, void (*done)(void *, int), void *arg)
{
	(void)imsi, (void)reattach;
	detach_done = done;
	detach_arg = arg;
	detaches++;
}
static int fake_trace_start(imsi_t imsi, void (*fn)(void *, const struct trace_view *), void *arg)
{
	(void)imsi, (void)fn, (void)arg;
	traces++;
	return 0;
}
static void fake_trace_stop(void *arg)
{
	(void)arg;
	traces--;
}
static const struct api_mme mme = {
	.detach = fake_detach, .trace_start = fake_trace_start, .trace_stop = fake_trace_stop};

static void finish_detach(void *arg)
{
	(void)arg;
	detach_done(detach_arg, 0);
}

/* ---- clients ---- */

/* None hangs the test. */
static void dial_all(int *fd, unsigned n, const char *says)
{
	for (unsigned i = 0; i < n; i++) {
		fd[i] = dial();
		setsockopt(fd[i], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = SOON_S},
			   sizeof(struct timeval));
		say(fd[i], says, strlen(says));
	}
}

static void close_all(const int *fd, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		close(fd[i]);
}

/* The status of what is answered to it; 0: nothing in time. */
static int status_to(int fd)
{
	char text[16] = "";

	return recv(fd, text, 12, MSG_WAITALL) == 12 ? atoi(text + 9) : 0;
}

static void somebody_is_served(void)
{
	int fd;

	dial_all(&fd, 1, version);
	assert_int_equal(status_to(fd), 200);
	close(fd);
}

/* ---- behaviours ---- */

static sem_t woken;
static void sleep_until_woken(void *arg)
{
	(void)arg;
	sem_wait(&woken);
}

static void hundreds_that_come_while_the_loop_is_busy_are_all_answered(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd[CROWD];

	(void)state;
	strcpy(a.sun_path, sock);
	sem_init(&woken, 0, 0);
	loop_post(sleep_until_woken, NULL);
	for (unsigned i = 0; i < CROWD; i++) { /* curl does not block either */
		fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fd[i], (struct sockaddr *)&a, sizeof a)) {
			sem_post(&woken);
			fail_msg("connection %u: %s", i, strerror(errno));
		}
		say(fd[i], version, sizeof version - 1);
	}
	sem_post(&woken);
	for (unsigned i = 0; i < CROWD; i++) {
		fcntl(fd[i], F_SETFL, 0);
		setsockopt(fd[i], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = SOON_S},
			   sizeof(struct timeval));
		assert_int_equal(status_to(fd[i]), 200);
	}
	close_all(fd, CROWD);
}

static void those_who_say_half_of_a_request_do_not_keep_others_out(void **state)
{
	static const char *const half[] = {
		"", "GET /ver", "POST /sims HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
		"POST /policy HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{",
		"GET /version HTTP/1.1\r\nHost: x\r\n\r\n" /* and waits for nothing */};
	int fd[CROWD];

	(void)state;
	for (unsigned i = 0; i < CROWD; i++)
		dial_all(&fd[i], 1, half[i % 5]);
	somebody_is_served();
	close_all(fd, CROWD);
	somebody_is_served();
}

static void those_who_do_not_read_do_not_keep_others_out(void **state)
{
	static const char ask[] = "GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n"
				  "GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n"
				  "GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd[FULL];

	(void)state;
	dial_all(fd, FULL, ask);
	somebody_is_served();
	close_all(fd, FULL);
}

static void one_whose_answer_takes_its_time_is_not_ended_for_others(void **state)
{
	int fd[FULL], slow;

	(void)state;
	dial_all(&slow, 1,
		 "POST /ues/001010000000001/detach HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
		 "Connection: close\r\n\r\n");
	while (!detaches)
		usleep(1000);
	dial_all(fd, FULL, "GET /ver");
	somebody_is_served();
	loop_post(finish_detach, NULL);
	assert_int_equal(status_to(slow), 200);
	close(slow);
	close_all(fd, FULL);
}

/* Two thirds of the connections are not for streams, and a stream is not ended for others. */
static void streams_leave_connections_to_others(void **state)
{
	int fd[FULL], more;
	unsigned streams;

	(void)state;
	dial_all(fd, FULL, "GET /trace HTTP/1.1\r\nHost: x\r\n\r\n");
	for (streams = 0; streams < FULL && status_to(fd[streams]) == 200; streams++)
		;
	assert_int_equal(streams, FULL / 2);
	for (unsigned i = streams + 1; i < FULL; i++)
		assert_int_equal(status_to(fd[i]), 503);
	dial_all(&more, 1, version);
	assert_int_equal(status_to(more), 200);
	assert_int_equal(traces, FULL / 2);
	close_all(fd, FULL);
	close(more);
	for (unsigned i = 0; i < 1000 && traces; i++)
		usleep(20000);
	assert_int_equal(traces, 0);
	dial_all(&more, 1, "GET /trace HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(status_to(more), 200);
	close(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hundreds_that_come_while_the_loop_is_busy_are_all_answered),
		cmocka_unit_test(those_who_say_half_of_a_request_do_not_keep_others_out),
		cmocka_unit_test(those_who_do_not_read_do_not_keep_others_out),
		cmocka_unit_test(one_whose_answer_takes_its_time_is_not_ended_for_others),
		cmocka_unit_test(streams_leave_connections_to_others),
	};

	config.mme = &mme;
	config.datapath = true;
	fill_sessions();
	return run_group("crowd", tests, sizeof tests / sizeof *tests);
}
