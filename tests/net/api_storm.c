/* SPDX-License-Identifier: Apache-2.0 */
/* Requests at random (tests/fuzz/request.h) to a live API by many clients at once: api_storm SOCKET
 * DEVICES CLIENTS, until its end by a signal or until the API refuses a connection. Some say half
 * of a request, or it comes in pieces; some do not read, and some leave at once. What would hold
 * other devices than 00101 1 to DEVICES back, or take one's SIM away, is left out. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../fuzz/request.h"

enum { MOST = 1000, PAUSE_US = 5000 };

static bool harmless(const struct request_route *r)
{
	static const char *const for_all[] = {"/sims", "/access", "/policy", "/overload",
					      "/mme/drain"};

	if (!strcmp(r->method, "GET"))
		return true;
	if (!strcmp(r->path, "/enbs/:word/reset"))
		return false;
	for (unsigned i = 0; i < sizeof for_all / sizeof *for_all; i++)
		if (!strncmp(r->path, for_all[i], strlen(for_all[i])))
			return false;
	return true;
}

static int dial(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&a, sizeof a))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void say(int fd, struct request *r)
{
	size_t n = request_random(r, 4) ? r->n : request_random(r, (uint32_t)r->n + 1);
	size_t piece = request_random(r, 4) ? r->n : 1 + request_random(r, 64);

	for (size_t i = 0; i < n; i += piece)
		if (send(fd, r->p + i, n - i < piece ? n - i : piece, MSG_NOSIGNAL) < 0)
			return;
}

/* What it was told by now, or not even that; then it leaves. */
static void leave(int fd, struct request *r)
{
	static char answer[1 << 20];

	if (request_random(r, 4) && read(fd, answer, sizeof answer) < 0 && errno != EAGAIN &&
	    errno != ECONNRESET)
		perror("api_storm");
	close(fd);
}

int main(int argc, char **argv)
{
	static char room[16384];
	static int fd[MOST];
	struct request r = {.p = room, .cap = sizeof room, .seed = (uint64_t)getpid()};
	unsigned clients = argc == 4 ? (unsigned)atoi(argv[3]) : 0;

	if (!clients || clients > MOST)
		return 2;
	r.imsis = (unsigned)atoi(argv[2]);
	for (;; usleep(PAUSE_US)) {
		const struct request_route *route =
			&request_routes[request_random(&r, REQUEST_ROUTES)];
		int *who = &fd[request_random(&r, clients)];

		if (*who) {
			leave(*who, &r);
			*who = 0;
			continue;
		}
		if (!harmless(route))
			continue;
		*who = dial(argv[1]);
		if (*who < 0) {
			perror("api_storm");
			return 1;
		}
		r.n = 0;
		request_make(&r, route, false);
		say(*who, &r);
	}
}
