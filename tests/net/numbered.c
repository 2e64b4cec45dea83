/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of numbered UDP packets, and what became of it.
 *
 *   numbered send ADDRESS PORT PER_SECOND    until SIGTERM; then prints "sent=N"
 *   numbered receive PORT                    until SIGTERM; then prints "received=N first=N last=N
 *                                            lost=N late=N twice=N gap_ms=N": lost between the
 * first and the last, arrived after a later one, arrived again, and the longest silence between two
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NUMBERS = 1 << 24 };

static volatile sig_atomic_t over;

static void on_term(int signo)
{
	(void)signo;
	over = 1;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* By the clock, so that a sender that was kept waiting catches up. */
static int send_numbers(const char *address, int port, uint64_t per_second)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	uint64_t start = now_ns(), n = 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char packet[100] = {0};

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof to))
		return 1;
	while (!over) {
		struct timespec pause = {.tv_nsec = 500000};
		uint64_t due = (now_ns() - start) * per_second / 1000000000;
		unsigned burst = 64;

		for (; n < due && burst && !over; burst--) {
			uint32_t number = htonl((uint32_t)n);

			memcpy(packet, &number, sizeof number);
			if (send(fd, packet, sizeof packet, 0) < 0 && errno != ECONNREFUSED)
				break;
			n++;
		}
		nanosleep(&pause, NULL);
	}
	printf("sent=%llu\n", (unsigned long long)n);
	return 0;
}

static int receive_numbers(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 16 << 20;
	struct timeval patience = {.tv_usec = 100000};
	uint64_t received = 0, late = 0, twice = 0, gap = 0, before = 0, first = 0, last = 0;
	uint8_t *seen = calloc(NUMBERS, 1);
	uint32_t packet[32];

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (!seen || fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at))
		return 1;
	puts("ready");
	fflush(stdout);
	while (!over) {
		uint64_t now;
		uint32_t number;

		if (recv(fd, packet, sizeof packet, 0) < 4)
			continue;
		now = now_ns();
		number = ntohl(packet[0]) % NUMBERS;
		if (!received++)
			first = last = number;
		twice += seen[number];
		seen[number] = 1;
		late += number < last;
		first = number < first ? number : first;
		last = number > last ? number : last;
		if (before && now - before > gap)
			gap = now - before;
		before = now;
	}
	printf("received=%llu first=%llu last=%llu lost=%llu late=%llu twice=%llu gap_ms=%llu\n",
	       (unsigned long long)received, (unsigned long long)first, (unsigned long long)last,
	       (unsigned long long)(received ? last - first + 1 - (received - twice) : 0),
	       (unsigned long long)late, (unsigned long long)twice,
	       (unsigned long long)(gap / 1000000));
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction term = {.sa_handler = on_term};

	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGINT, &term, NULL);
	if (argc == 5 && !strcmp(argv[1], "send"))
		return send_numbers(argv[2], atoi(argv[3]), strtoull(argv[4], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "receive"))
		return receive_numbers(atoi(argv[2]));
	fputs("usage: numbered send ADDRESS PORT PER_SECOND | receive PORT\n", stderr);
	return 2;
}
