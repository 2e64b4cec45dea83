/* SPDX-License-Identifier: Apache-2.0 */
/* An eNodeB's user plane for tests: a tun device in the network namespace of a device, a GTP-U
 * socket in its own. What comes from the tun goes to the core under the core's TEID, and what comes
 * for our TEID goes to the tun; for any other TEID an Error Indication goes back. Written against
 * TS 29.281 alone, and shares no code with what it tests.
 *
 *   gtpu_peer [-s] [-x] UE_NETNS TUN OWN_ADDRESS CORE_ADDRESS CORE_TEID OWN_TEID
 *     -s sequence numbers, -x a PDCP PDU number extension header
 *   kill -USR1 forgets OWN_TEID. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t forgotten;
static bool sequence, extension;
static struct sockaddr_in core;
static struct in_addr own;

static void on_usr1(int signo)
{
	(void)signo;
	forgotten = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_tun(const char *netns, const char *name)
{
	struct ifreq req = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int ns = open(netns, O_RDONLY | O_CLOEXEC), fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(netns);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &req))
		die(name);
	return fd;
}

static void up(int udp, uint8_t *packet, size_t n, uint32_t teid)
{
	static uint16_t number;
	uint8_t h[16] = {0x30, 255};
	size_t head = 8;
	uint32_t wire = htonl(teid);

	if (sequence || extension) {
		head = 12;
		h[0] |= (uint8_t)((sequence ? 2 : 0) | (extension ? 4 : 0));
		number++;
		h[8] = (uint8_t)(number >> 8);
		h[9] = (uint8_t)number;
	}
	if (extension) { /* PDCP PDU number: may be skipped by who does not know it */
		h[11] = 0xc0;
		h[12] = 1;
		head = 16;
	}
	h[2] = (uint8_t)((n + head - 8) >> 8);
	h[3] = (uint8_t)(n + head - 8);
	memcpy(h + 4, &wire, 4);
	memmove(packet + head, packet, n);
	memcpy(packet, h, head);
	if (sendto(udp, packet, n + head, 0, (struct sockaddr *)&core, sizeof(core)) < 0)
		perror("sendto");
}

static void error_indication(int udp, const struct sockaddr_in *to, const uint8_t *teid)
{
	uint8_t out[24] = {0x32, 26, 0, 16, [12] = 16, [17] = 133, [19] = 4};

	memcpy(out + 13, teid, 4);
	memcpy(out + 20, &own, 4);
	sendto(udp, out, sizeof(out), 0, (const struct sockaddr *)to, sizeof(*to));
}

static void down(int udp, int tun, const uint8_t *p, size_t n, const struct sockaddr_in *from,
		 uint32_t teid)
{
	uint32_t wire;
	size_t head = p[0] & 7 ? 12 : 8;

	if (n < 8 || (p[0] & 0xf0) != 0x30)
		return;
	if (p[1] != 255) {
		printf("message type=%u n=%zu\n", p[1], n);
		return;
	}
	memcpy(&wire, p + 4, 4);
	if (ntohl(wire) != teid || forgotten) {
		error_indication(udp, from, p + 4);
		return;
	}
	if (n > head && write(tun, p + head, n - head) < 0 && errno != EIO)
		perror("tun");
}

int main(int argc, char **argv)
{
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(2152)};
	static uint8_t buffer[66000];
	int udp, tun, c;

	while ((c = getopt(argc, argv, "sx")) != -1) {
		sequence |= c == 's';
		extension |= c == 'x';
	}
	argv += optind;
	if (argc - optind != 6)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGUSR1, on_usr1);
	uint32_t core_teid = (uint32_t)strtoul(argv[4], NULL, 0);
	uint32_t own_teid = (uint32_t)strtoul(argv[5], NULL, 0);

	inet_pton(AF_INET, argv[2], &own);
	self.sin_addr = own;
	core = self;
	inet_pton(AF_INET, argv[3], &core.sin_addr);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (udp < 0 || bind(udp, (struct sockaddr *)&self, sizeof(self)))
		die("bind");
	c = 0; /* IP_PMTUDISC_DONT: fragments where it must */
	setsockopt(udp, IPPROTO_IP, IP_MTU_DISCOVER, &c, sizeof(c));
	tun = open_tun(argv[0], argv[1]);
	printf("ready\n");
	for (;;) {
		struct pollfd p[2] = {{.fd = udp, .events = POLLIN}, {.fd = tun, .events = POLLIN}};
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n;

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents && (n = read(tun, buffer, 65000)) > 0)
			up(udp, buffer, (size_t)n, core_teid);
		if (p[0].revents && (n = recvfrom(udp, buffer, sizeof(buffer), MSG_DONTWAIT,
						  (struct sockaddr *)&from, &len)) > 0)
			down(udp, tun, buffer, (size_t)n, &from, own_teid);
	}
}
