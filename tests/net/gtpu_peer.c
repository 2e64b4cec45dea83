/* SPDX-License-Identifier: Apache-2.0 */
/* An eNodeB's user plane for tests: a tun device in the network namespace of a device, a GTP-U
 * socket in its own. What comes from the tun goes to the core under the core's TEID, and what comes
 * for our TEID goes to the tun; for any other TEID an Error Indication goes back. Written against
 * TS 29.281 alone, and shares no code with what it tests.
 *
 *   gtpu_peer [-s] [-x] UE_NETNS TUN OWN_ADDRESS CORE_ADDRESS CORE_TEID OWN_TEID
 *     -s sequence numbers, -x a PDCP PDU number extension header
 *   kill -USR1 forgets OWN_TEID. Addresses are both IPv4 or both IPv6; Echo Requests are answered.
 */
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
static struct sockaddr_storage core, own; /* of one family */
static socklen_t address_len;

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
	int ns = open(netns, O_RDONLY | O_CLOEXEC), fd, s;

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(netns);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (fd < 0 || s < 0 || ioctl(fd, TUNSETIFF, &req))
		die(name);
	req.ifr_qlen = 10000;
	if (ioctl(s, SIOCSIFTXQLEN, &req))
		die(name);
	close(s);
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
	if (sendto(udp, packet, n + head, 0, (struct sockaddr *)&core, address_len) < 0)
		perror("sendto");
}

static void set_address(struct sockaddr_storage *a, const char *text)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(2152);
		address_len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(2152);
		address_len = sizeof(*v6);
	} else {
		die(text);
	}
}

static void error_indication(int udp, const struct sockaddr_storage *to, const uint8_t *teid)
{
	bool v4 = own.ss_family == AF_INET;
	uint8_t out[36] = {0x32, 26, 0, v4 ? 16 : 28, [12] = 16, [17] = 133, [19] = v4 ? 4 : 16};

	memcpy(out + 13, teid, 4);
	if (v4)
		memcpy(out + 20, &((struct sockaddr_in *)&own)->sin_addr, 4);
	else
		memcpy(out + 20, &((struct sockaddr_in6 *)&own)->sin6_addr, 16);
	sendto(udp, out, v4 ? 24 : 36, 0, (const struct sockaddr *)to, address_len);
}

static void echo(int udp, const struct sockaddr_storage *to, const uint8_t *p)
{
	uint8_t out[14] = {0x32, 2, 0, 6, [8] = p[8], [9] = p[9], [12] = 14};

	sendto(udp, out, sizeof(out), 0, (const struct sockaddr *)to, address_len);
}

static void down(int udp, int tun, const uint8_t *p, size_t n, const struct sockaddr_storage *from,
		 uint32_t teid)
{
	uint32_t wire;
	size_t head = p[0] & 7 ? 12 : 8;

	if (n < 8 || (p[0] & 0xf0) != 0x30)
		return;
	if (p[1] == 1 && n >= 10)
		echo(udp, from, p);
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

	set_address(&own, argv[2]);
	set_address(&core, argv[3]);
	udp = socket(own.ss_family, SOCK_DGRAM, 0);
	if (udp < 0 || bind(udp, (struct sockaddr *)&own, address_len))
		die("bind");
	c = 16 << 20; /* as many as come while this process has no processor */
	setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &c, sizeof(c));
	c = 0; /* IP_PMTUDISC_DONT, and IPv6's: fragments where it must */
	if (own.ss_family == AF_INET)
		setsockopt(udp, IPPROTO_IP, IP_MTU_DISCOVER, &c, sizeof(c));
	else
		setsockopt(udp, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &c, sizeof(c));
	tun = open_tun(argv[0], argv[1]);
	printf("ready\n");
	for (;;) {
		struct pollfd p[2] = {{.fd = udp, .events = POLLIN}, {.fd = tun, .events = POLLIN}};
		struct sockaddr_storage from;
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
