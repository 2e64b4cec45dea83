/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath without the rest of mcored, for tests: brings it up in the current network namespace
 * and obeys lines on standard input. Each command is answered by one line that begins with "ok" or
 * "error"; what the datapath tells the roles is printed as "event ...".
 *
 *   dpctl gtpu=10.10.0.1 access=s1u sgi=sgi pool=10.45.0.0/16 pool6=2001:db8::/48 [kernel] [routed]
 *         [gateway=ADDR] [mode=generic] [pins=DIR] [object=FILE] [size=N] [ue_to_ue] [gtpu6=ADDR]
 *         [echo=INTERVAL,T3,N3,HOLD]    in ms; without it no Echo Requests are sent
 *
 *   dpctl beside DEV FILE     puts the XDP program of FILE on DEV by libxdp, and ends
 *   dpctl programs DEV        prints the names of the programs in DEV's dispatcher
 *
 *   add OFFSET PEER PEER_TEID [UP DOWN]   a session and its peer: "ok TEID"
 *   static ADDRESS PEER PEER_TEID         the same in an extra slot, outside the pool
 *   connect OFFSET PEER PEER_TEID, idle OFFSET, del OFFSET, rate OFFSET UP DOWN, gate OFFSET 0|1
 *   send OFFSET HEX                       an IP packet by dp_session_send
 *   also PEER ADDRESS                     the peer's other address
 *   relay FROM|any TO TO_TEID             a tunnel from peer to peer: "ok SLOT TEID"
 *   switch SLOT TO TO_TEID                the relay goes there from now on
 *   del_slot SLOT                         of a relay
 *   peers                                 "peer ..." lines, then ok
 *   fill N                                N sessions without a peer: "ok MILLISECONDS"
 *   show OFFSET, reasons, describe, quit, stop (removes all) */
#include "core/log.h"
#include "core/loop.h"
#include "datapath/datapath.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xdp/libxdp.h>

static bool removing;
static char line[4096];
static size_t line_n;

static void on_slow_path(uint32_t slot, const uint8_t *packet, size_t n)
{
	printf("event slow_path slot=%u n=%zu first=%02x\n", slot, n, n ? packet[0] : 0u);
}
static void on_downlink(uint32_t slot, uint8_t dscp)
{
	printf("event downlink_data slot=%u dscp=%u\n", slot, dscp);
}
static void on_error(uint32_t slot) { printf("event error_indication slot=%u\n", slot); }
static void on_failure(uint32_t slot) { printf("event path_failure slot=%u\n", slot); }

static struct in6_addr mapped(const char *text)
{
	struct in6_addr a = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (inet_pton(AF_INET, text, &a.s6_addr[12]) != 1 && inet_pton(AF_INET6, text, &a) != 1) {
		fprintf(stderr, "not an address: %s\n", text);
		exit(2);
	}
	return a;
}

static void prefix(const char *text, int family, void *net, uint8_t *len)
{
	char copy[64], *slash;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = 0;
	if (!slash || inet_pton(family, copy, net) != 1) {
		fprintf(stderr, "not a prefix: %s\n", text);
		exit(2);
	}
	*len = (uint8_t)atoi(slash);
}

static void result(int err)
{
	if (err)
		printf("error %s\n", strerror(-err));
	else
		printf("ok\n");
}

static struct dp_session session_of(uint32_t offset)
{
	struct dp_session s = {.apn = "internet", .ebi = 5, .owner = UINT32_MAX};
	char imsi[IMSI_STRLEN];

	snprintf(imsi, sizeof(imsi), "00101%010u", offset);
	imsi_parse(imsi, &s.imsi);
	return s;
}

static struct dp_config config;

static int add(uint32_t slot, struct dp_session *s, const char *peer, uint32_t teid)
{
	struct in6_addr to = mapped(peer);
	uint32_t ours;
	int err = dp_session_add(slot, s, &ours);

	if (!err)
		err = dp_session_connect(slot, &to, teid);
	if (!err)
		printf("ok %u\n", ours);
	return err;
}

static struct dp_session pool_session(uint32_t offset)
{
	struct dp_session s = session_of(offset);
	const struct dp_pool *p = &config.pool[0];

	if (p->has4)
		s.ue4.s_addr = htonl(ntohl(p->net4.s_addr) + offset);
	if (p->has6) {
		uint32_t word;

		s.ue6 = p->net6;
		memcpy(&word, &s.ue6.s6_addr[4], 4);
		word = htonl(ntohl(word) + offset);
		memcpy(&s.ue6.s6_addr[4], &word, 4);
	}
	return s;
}

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Milliseconds of this process's own time, which others on the machine do not stretch, and of the
 * clock. */
static void fill(uint32_t n)
{
	uint64_t begin = dp_now_ns(), cpu = cpu_ns();
	uint32_t teid;

	for (uint32_t i = MCORE_HOST_OFFSETS; i < n + MCORE_HOST_OFFSETS; i++) {
		struct dp_session s = pool_session(i);
		int err = dp_session_add(dp_pool_slot(0, i), &s, &teid);

		if (err) {
			result(err);
			return;
		}
	}
	printf("ok %llu %llu\n", (unsigned long long)(cpu_ns() - cpu) / 1000000,
	       (unsigned long long)(dp_now_ns() - begin) / 1000000);
}

static void show(uint32_t slot)
{
	const struct session *s = dp_session(slot);

	if (!s) {
		printf("error free\n");
		return;
	}
	printf("ok imsi=%s teid=%u peer=%u exit=%u up=%llu/%llu down=%llu/%llu dropped=%llu\n",
	       s->imsi, ntohl(s->teid), s->peer, s->exit, (unsigned long long)s->up.packets,
	       (unsigned long long)s->up.bytes, (unsigned long long)s->down.packets,
	       (unsigned long long)s->down.bytes, (unsigned long long)s->dropped);
}

static void reasons(void)
{
	static const char *const name[] = {
#define R(n, verdict, text) #n,
		MCORE_REASONS(R)
#undef R
	};
	struct reason_count count[REASON_COUNT];

	dp_reasons(count);
	printf("ok");
	for (unsigned i = 0; i < REASON_COUNT; i++)
		if (count[i].packets)
			printf(" %s=%llu", name[i], (unsigned long long)count[i].packets);
	printf("\n");
}

static void send_hex(uint32_t slot, const char *hex)
{
	uint8_t packet[2048];
	size_t n = 0;
	unsigned byte;

	for (; n < sizeof(packet) && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		packet[n++] = (uint8_t)byte;
	result(dp_session_send(slot, packet, n));
}

static void relay(const char *from, const char *to, uint32_t teid)
{
	struct dp_relay r = {
		.apn = "relay", .ebi = 5, .from_any = !strcmp(from, "any"), .beside = UINT32_MAX};
	uint32_t slot, ours;
	int err;

	imsi_parse("001010000000077", &r.imsi);
	r.from = r.from_any ? r.from : mapped(from);
	r.to = mapped(to);
	r.to_teid = teid;
	err = dp_relay_add(&r, &slot, &ours);
	if (err)
		result(err);
	else
		printf("ok %u %u\n", slot, ours);
}

static void peers(void)
{
	unsigned n = 0;
	struct dp_peer *list = dp_peers(&n);

	for (unsigned i = 0; i < n; i++) {
		const struct dp_peer *p = &list[i];
		char address[INET6_ADDRSTRLEN];

		if (IN6_IS_ADDR_V4MAPPED(&p->addr))
			inet_ntop(AF_INET, &p->addr.s6_addr[12], address, sizeof(address));
		else
			inet_ntop(AF_INET6, &p->addr, address, sizeof(address));
		printf("peer %s path=%d tunnels=%u mtu=%u up=%llu down=%llu sent=%llu "
		       "answered=%llu "
		       "errors=%llu unknown_teid=%llu wrong_peer=%llu errors_sent=%llu\n",
		       address, p->path, p->tunnels, p->mtu, (unsigned long long)p->up.packets,
		       (unsigned long long)p->down.packets, (unsigned long long)p->echo_sent,
		       (unsigned long long)p->echo_answered, (unsigned long long)p->errors,
		       (unsigned long long)p->unknown_teid, (unsigned long long)p->wrong_peer,
		       (unsigned long long)p->errors_sent);
	}
	free(list);
	printf("ok\n");
}

static void obey(char *text)
{
	char *word[8] = {0}, *save = NULL;
	unsigned n = 0;

	for (char *w = strtok_r(text, " ", &save); w && n < 8; w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	if (!n)
		return;
	uint32_t arg = n > 1 ? (uint32_t)strtoul(word[1], NULL, 0) : 0;
	uint32_t slot = dp_pool_slot(0, arg);

	if (!strcmp(word[0], "add") && n >= 4) {
		struct dp_session s = pool_session(arg);
		int err;

		s.rate_up = n > 4 ? strtoull(word[4], NULL, 0) : 0;
		s.rate_down = n > 5 ? strtoull(word[5], NULL, 0) : 0;
		err = add(slot, &s, word[2], (uint32_t)strtoul(word[3], NULL, 0));
		if (err)
			result(err);
	} else if (!strcmp(word[0], "static") && n == 4) {
		struct dp_session s = session_of(999999);
		int err;

		inet_pton(AF_INET, word[1], &s.ue4);
		err = add(dp_extra_slot(UINT32_MAX), &s, word[2],
			  (uint32_t)strtoul(word[3], NULL, 0));
		if (err)
			result(err);
	} else if (!strcmp(word[0], "connect") && n == 4) {
		struct in6_addr to = mapped(word[2]);

		result(dp_session_connect(slot, &to, (uint32_t)strtoul(word[3], NULL, 0)));
	} else if (!strcmp(word[0], "idle") && n == 2) {
		dp_session_idle(slot);
		result(0);
	} else if (!strcmp(word[0], "del") && n == 2) {
		dp_session_del(slot);
		result(0);
	} else if (!strcmp(word[0], "del_slot") && n == 2) {
		dp_session_del(arg);
		result(0);
	} else if (!strcmp(word[0], "rate") && n == 4) {
		dp_session_rate(slot, strtoull(word[2], NULL, 0), strtoull(word[3], NULL, 0));
		result(0);
	} else if (!strcmp(word[0], "gate") && n == 3) {
		enum gate gate = atoi(word[2]) ? GATE_CLOSED : GATE_OPEN;

		dp_session_gate(slot, gate, gate);
		result(0);
	} else if (!strcmp(word[0], "also") && n == 3) {
		struct in6_addr peer = mapped(word[1]), also = mapped(word[2]);

		dp_peer_also(&peer, &also);
		result(0);
	} else if (!strcmp(word[0], "relay") && n == 4) {
		relay(word[1], word[2], (uint32_t)strtoul(word[3], NULL, 0));
	} else if (!strcmp(word[0], "switch") && n == 4) {
		struct in6_addr to = mapped(word[2]);

		result(dp_relay_switch(arg, &to, (uint32_t)strtoul(word[3], NULL, 0)));
	} else if (!strcmp(word[0], "peers")) {
		peers();
	} else if (!strcmp(word[0], "send") && n == 3) {
		send_hex(slot, word[2]);
	} else if (!strcmp(word[0], "fill") && n == 2) {
		fill(arg);
	} else if (!strcmp(word[0], "show") && n == 2) {
		show(slot);
	} else if (!strcmp(word[0], "reasons")) {
		reasons();
	} else if (!strcmp(word[0], "describe")) {
		printf("ok %s\n", dp_describe());
	} else if (!strcmp(word[0], "quit") || !strcmp(word[0], "stop")) {
		removing = word[0][0] == 's';
		printf("ok\n");
		loop_stop();
	} else {
		printf("error what?\n");
	}
}

static void on_input(void *arg, int events)
{
	ssize_t got = read(0, line + line_n, sizeof(line) - 1 - line_n);
	char *end;

	(void)arg;
	(void)events;
	if (got <= 0) {
		loop_stop();
		return;
	}
	line_n += (size_t)got;
	line[line_n] = 0;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		obey(line);
		line_n -= (size_t)(end + 1 - line);
		memmove(line, end + 1, line_n + 1);
	}
}

static void option(char *text)
{
	char *value = strchr(text, '=');
	struct dp_pool *p = &config.pool[0];

	if (value)
		*value++ = 0;
	else
		value = (char *)"";
	if (!strcmp(text, "access") || !strcmp(text, "sgi") || !strcmp(text, "both")) {
		struct dp_interface *in = &config.interface[config.interfaces++];

		snprintf(in->name, sizeof(in->name), "%s", value);
		in->role = text[0] == 'a' ? DP_ACCESS : text[0] == 's' ? DP_SGI : DP_BOTH;
	} else if (!strcmp(text, "gtpu")) {
		config.gtpu = mapped(value);
	} else if (!strcmp(text, "gtpu6")) {
		config.gtpu6 = mapped(value);
	} else if (!strcmp(text, "echo")) {
		sscanf(value, "%u,%u,%u,%u", &config.echo.interval_ms, &config.echo.t3_response_ms,
		       &config.echo.n3_requests, &config.echo.hold_ms);
	} else if (!strcmp(text, "pool")) {
		prefix(value, AF_INET, &p->net4, &p->len4);
		p->has4 = true;
	} else if (!strcmp(text, "pool6")) {
		prefix(value, AF_INET6, &p->net6, &p->len6);
		p->has6 = true;
	} else if (!strcmp(text, "kernel")) {
		p->breakout = DP_KERNEL;
	} else if (!strcmp(text, "routed")) {
		p->routed = true;
	} else if (!strcmp(text, "ue_to_ue")) {
		config.ue_to_ue = true;
	} else if (!strcmp(text, "gateway")) {
		p->gateway = mapped(value);
		p->has_gateway = true;
	} else if (!strcmp(text, "size")) {
		p->size = (uint32_t)atoi(value);
	} else if (!strcmp(text, "mode")) {
		config.mode = *value == 'g'   ? DP_GENERIC
			      : *value == 'n' ? DP_NATIVE
			      : *value == 'l' ? DP_LIBXDP
					      : DP_AUTO;
	} else if (!strcmp(text, "pins")) {
		config.pin_dir = value;
	} else if (!strcmp(text, "object")) {
		config.object = value;
	} else if (!strcmp(text, "debug")) {
		log_max = LOG_DEBUG;
	} else {
		fprintf(stderr, "dpctl: what is %s?\n", text);
		exit(2);
	}
}

static int beside(const char *dev, const char *file)
{
	struct xdp_program *prog = xdp_program__open_file(file, "xdp", NULL);
	int err = (int)libxdp_get_error(prog);

	if (!err)
		err = xdp_program__attach(prog, (int)if_nametoindex(dev), XDP_MODE_NATIVE, 0);
	return err ? 1 : 0;
}

static int programs(const char *dev)
{
	struct xdp_multiprog *mp = xdp_multiprog__get_from_ifindex((int)if_nametoindex(dev));
	struct xdp_program *prog = NULL;

	if (libxdp_get_error(mp) || xdp_multiprog__is_legacy(mp))
		return 1;
	while ((prog = xdp_multiprog__next_prog(prog, mp)))
		printf("%s\n", xdp_program__name(prog));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct dp_handler handler = {
		.slow_path = on_slow_path,
		.downlink_data = on_downlink,
		.error_indication = on_error,
		.path_failure = on_failure,
	};
	char error[512];
	uint32_t adopted;
	int err;

	if (argc == 4 && !strcmp(argv[1], "beside"))
		return beside(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "programs"))
		return programs(argv[2]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	config.pools = 1;
	snprintf(config.pool[0].apn, sizeof(config.pool[0].apn), "internet");
	for (int i = 1; i < argc; i++)
		option(argv[i]);
	if (loop_init())
		return 1;
	err = dp_start(&config, &handler, &adopted, error, sizeof(error));
	if (err) {
		printf("failed %s: %s\n", strerror(-err), error);
		return 1;
	}
	printf("ready adopted=%u %s\n", adopted, dp_describe());
	struct loop_fd *input = loop_fd_add(0, LOOP_READ, on_input, NULL);

	loop_run();
	loop_fd_del(input);
	dp_stop(removing);
	loop_close();
	return 0;
}
