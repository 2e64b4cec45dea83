/* SPDX-License-Identifier: Apache-2.0 */
/* `capture`: a device's packets as XDP sees them, live: to a pcapng file (- for standard output),
 * or as a line each. The daemon's stream is NDJSON with the packets in base64. */
#include "ctl.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DATA_MAX = 2048 };

struct capturing {
	FILE *file;    /* pcapng; NULL: lines for people */
	uint64_t left; /* packets still wanted, UINT64_MAX: all */
	uint64_t packets, lost;
	bool failed; /* the file cannot be written */
};

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static uint32_t from_base64(const char *text, uint8_t out[DATA_MAX])
{
	uint32_t n = 0, word = 0;
	unsigned bits = 0;

	for (; *text && digit_of(*text) >= 0; text++) {
		word = word << 6 | (uint32_t)digit_of(*text);
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (n == DATA_MAX)
			break;
		out[n++] = (uint8_t)(word >> bits);
	}
	return n;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

static uint64_t number_of(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

/* What XDP does with a verdict: the enum xdp_action of the kernel. */
static uint32_t action_of(const char *verdict)
{
	static const struct {
		const char *verdict;
		uint32_t action;
	} t[] = {{"FORWARD", 4}, {"PASS", 2}, {"ANSWER", 4}, {"DROP", 1}, {"TAKE", 1}};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (!strcmp(t[i].verdict, verdict))
			return t[i].action;
	return 0;
}

/* "UDP 10.45.0.2:40000 > 198.51.100.2:53", as far as it can be read. */
static void describe(const uint8_t *p, uint32_t n, char *out, size_t cap)
{
	bool v6 = n && p[0] >> 4 == 6;
	uint32_t head = v6 ? 40 : n ? (p[0] & 15u) * 4 : 0;
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	const char *name;
	uint8_t proto;

	if (!n || head < 20 || n < head || (!v6 && p[0] >> 4 != 4)) {
		snprintf(out, cap, "no IP packet");
		return;
	}
	inet_ntop(v6 ? AF_INET6 : AF_INET, p + (v6 ? 8 : 12), from, sizeof from);
	inet_ntop(v6 ? AF_INET6 : AF_INET, p + (v6 ? 24 : 16), to, sizeof to);
	proto = v6 ? p[6] : p[9];
	name = proto == 6 ? "TCP" : proto == 17 ? "UDP" : proto == 1 || proto == 58 ? "ICMP" : NULL;
	if ((proto == 6 || proto == 17) && n >= head + 4)
		snprintf(out, cap, "%s %s.%u > %s.%u", name, from,
			 (unsigned)p[head] << 8 | p[head + 1], to,
			 (unsigned)p[head + 2] << 8 | p[head + 3]);
	else if (name)
		snprintf(out, cap, "%s %s > %s", name, from, to);
	else
		snprintf(out, cap, "protocol %u %s > %s", proto, from, to);
}

static void print_packet(const json_t *e, const struct pcapng_packet *p)
{
	time_t t = (time_t)(p->time_ns / 1000000000);
	char clock[16], what[160];
	struct tm tm;

	strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&t, &tm));
	describe(p->data, p->n, what, sizeof what);
	printf("%s.%06u  %-4s  %-14s %5" PRIu32 "  %s\n", clock,
	       (unsigned)(p->time_ns % 1000000000 / 1000), text_of(e, "direction"),
	       text_of(e, "reason"), p->len, what);
}

static bool take_packet(struct capturing *c, const json_t *e)
{
	uint8_t data[DATA_MAX];
	char comment[160];
	struct pcapng_packet p = {
		.time_ns = number_of(e, "time_ns"),
		.down = !strcmp(text_of(e, "direction"), "down"),
		.action = action_of(text_of(e, "verdict")),
		.n = from_base64(text_of(e, "data"), data),
		.len = (uint32_t)number_of(e, "len"),
		.data = data,
		.comment = comment,
	};

	snprintf(comment, sizeof comment, "reason=%s verdict=%s apn=%s ebi=%" PRIu64,
		 text_of(e, "reason"), text_of(e, "verdict"), text_of(e, "apn"),
		 number_of(e, "ebi"));
	c->lost += number_of(e, "lost");
	c->packets++;
	if (!c->file)
		print_packet(e, &p);
	else if (!pcapng_packet(c->file, &p))
		c->failed = true;
	return --c->left && !c->failed;
}

/* A line of the daemon's; false: enough. */
static bool take_line(void *arg, const char *line, size_t n)
{
	struct capturing *c = arg;
	json_t *e = json_loadb(line, n, 0, NULL);
	bool on = true;

	if (*text_of(e, "note"))
		complain("%s", text_of(e, "note"));
	if (json_object_get(e, "data")) {
		if (options.json && !c->file) {
			printf("%.*s\n", (int)n, line);
			on = --c->left;
		} else {
			on = take_packet(c, e);
		}
	}
	json_decref(e);
	return on;
}

static bool take(void *arg, const char *p, size_t n)
{
	struct lines *l = arg;
	struct capturing *c = l->arg;
	bool on = lines_take(l, p, n);

	if (fflush(c->file ? c->file : stdout))
		c->failed = true;
	return on && !c->failed;
}

/* A number of at least 1, or a complaint and 0. */
static uint64_t number_word(const char *option, const char *text)
{
	char *end;
	uint64_t v = strtoull(text, &end, 10);

	if (*text >= '0' && *text <= '9' && !*end && v)
		return v;
	complain("%s wants a number above 0, not '%s'", option, text);
	return 0;
}

struct wish {
	const char *write;
	uint64_t count, seconds, snap;
	bool outer, drops;
};

static bool read_options(const struct command *command, int argc, char **argv, struct wish *w)
{
	static const struct option longs[] = {
		{"write", required_argument, NULL, 'w'},
		{"count", required_argument, NULL, 'c'},
		{"seconds", required_argument, NULL, 't'},
		{"snap", required_argument, NULL, 'S'},
		{"inner", no_argument, NULL, 'i'},
		{"outer", no_argument, NULL, 'o'},
		{"drops", no_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	int o;

	optind = 0;
	while ((o = getopt_long(argc, argv, "w:c:t:j", longs, NULL)) != -1)
		switch (o) {
		case 'w':
			w->write = optarg;
			break;
		case 'c':
			if (!(w->count = number_word("--count", optarg)))
				return false;
			break;
		case 't':
			if (!(w->seconds = number_word("--seconds", optarg)))
				return false;
			break;
		case 'S':
			if (!(w->snap = number_word("--snap", optarg)))
				return false;
			break;
		case 'i':
		case 'o':
			w->outer = o == 'o';
			break;
		case 'd':
			w->drops = true;
			break;
		case 'j':
			options.json = true;
			break;
		default:
			usage_of(command);
			return false;
		}
	return true;
}

int capture(const struct command *command, int argc, char **argv)
{
	struct wish w = {.count = UINT64_MAX, .seconds = 60, .snap = DATA_MAX};
	struct capturing c = {0};
	struct lines l = {.take = take_line, .arg = &c};
	char path[160];
	int code;

	/* getopt wants a name in front of what it reads. */
	argc++;
	argv--;
	if (!read_options(command, argc, argv, &w))
		return EXIT_USAGE;
	if (argc - optind != 1)
		return usage_of(command);
	if (!device_word(argv[optind]))
		return EXIT_USAGE;
	c.left = w.count;
	if (w.write) {
		c.file = strcmp(w.write, "-") ? fopen(w.write, "we") : stdout;
		if (!c.file || !pcapng_begin(c.file, argv[optind]) || fflush(c.file)) {
			complain("%s cannot be written", w.write);
			return EXIT_REFUSED;
		}
	}
	snprintf(path, sizeof path, "%s/%s?seconds=%" PRIu64 "&snap=%" PRIu64 "&view=%s&drops=%d",
		 command->path, argv[optind], w.seconds, w.snap, w.outer ? "outer" : "inner",
		 w.drops);
	code = api_stream(path, take, &l);
	lines_free(&l);
	if (c.file && c.file != stdout && fclose(c.file))
		c.failed = true;
	if (c.failed) {
		complain("%s cannot be written", w.write ? w.write : "standard output");
		return EXIT_REFUSED;
	}
	if (!code && (c.file || c.lost))
		fprintf(stderr, "%" PRIu64 " packets, %" PRIu64 " lost\n", c.packets, c.lost);
	return code;
}
