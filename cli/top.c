/* SPDX-License-Identifier: Apache-2.0 */
/* `top`: devices by what they send now. The counters are read where the kernel keeps them, through
 * a mapping of the pinned map `sessions`, so that neither mcored nor a packet waits for it, and
 * mcored need not even run; it is only asked where the pins are. A device is its first session's
 * slot, to which those of its other bearers are added (`owner`). Between two passes over all slots
 * lies the interval; the lines shown are picked by a heap, not by sorting a million. */
#include "ctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <mcore/datapath.h>

enum { LINES_MAX = 1000, LINES_BATCH = 20, PATH_CAP = 300, CTRL_C = 3 };

/* What a device has sent; and, of two passes, since. */
struct sums {
	uint64_t up, down, packets, drops;
};

struct device {
	struct sums all;
	__be32 teid; /* of its first session: another one is another device */
};

enum key { BY_RATE, BY_UP, BY_DOWN, BY_PACKETS, BY_DROPS, BY_TOTAL };
static const char *const keys[] = {"rate", "up", "down", "packets", "drops", "total", NULL};

struct line {
	uint32_t slot;
	uint64_t score;
	struct sums now; /* a second */
};

struct top {
	const volatile struct session *sessions;
	uint32_t slots;
	struct device *was, *is;
	struct line lines[LINES_MAX];
	unsigned n, wanted;
	enum key key;
	bool reverse;
	uint32_t devices, connected;
	struct sums total; /* a second */
};

static int bpf(enum bpf_cmd command, union bpf_attr *attr, unsigned n)
{
	return (int)syscall(SYS_bpf, command, attr, n);
}

/* Where the pins are, as mcored has it, else as it is by default. */
static void pin_path(char *path, size_t cap)
{
	const char *pins = NULL;
	json_t *version = NULL;

	if (!api_ask("/version", &version))
		json_unpack(version, "{s?s}", "pins", &pins);
	if (pins && *pins)
		snprintf(path, cap, "%s/sessions", pins);
	else
		snprintf(path, cap, "%s/v%d/sessions", MCORE_PIN_DIR, MCORE_ABI);
	json_decref(version);
}

static int map_sessions(struct top *t)
{
	char path[PATH_CAP];
	struct bpf_map_info info = {0};
	union bpf_attr get = {.pathname = (uintptr_t)path};
	union bpf_attr ask = {0};
	void *p = MAP_FAILED;
	int fd;

	pin_path(path, sizeof path);
	/* For writing too, though nothing is written: else the kernel takes no shared mapping. */
	fd = bpf(BPF_OBJ_GET, &get, sizeof get);
	ask.info.bpf_fd = (uint32_t)fd;
	ask.info.info_len = sizeof info;
	ask.info.info = (uintptr_t)&info;
	if (fd >= 0 && !bpf(BPF_OBJ_GET_INFO_BY_FD, &ask, sizeof ask)) {
		if (info.value_size != sizeof(struct session)) {
			complain("%s is another version's", path);
			close(fd);
			return EXIT_REFUSED;
		}
		t->slots = info.max_entries;
		p = mmap(NULL, (size_t)t->slots * sizeof(struct session), PROT_READ, MAP_SHARED, fd,
			 0);
	}
	if (p == MAP_FAILED) {
		complain("%s: %s%s", path, strerror(errno),
			 errno == EPERM || errno == EACCES ? " (top needs root)" : "");
		return EXIT_UNREACHABLE;
	}
	close(fd);
	t->sessions = p;
	t->was = calloc(t->slots, sizeof *t->was);
	t->is = calloc(t->slots, sizeof *t->is);
	return t->was && t->is ? 0 : EXIT_REFUSED;
}

/* ---- a pass ---- */

static void add(struct sums *to, const struct sums *what)
{
	to->up += what->up;
	to->down += what->down;
	to->packets += what->packets;
	to->drops += what->drops;
}

static void read_slots(struct top *t)
{
	struct device *swap = t->was;

	t->was = t->is;
	t->is = swap;
	memset(t->is, 0, t->slots * sizeof *t->is);
	t->devices = t->connected = 0;
	for (uint32_t i = 0; i < t->slots; i++) {
		const volatile struct session *s = &t->sessions[i];
		uint32_t owner;
		struct sums sums;

		if (!s->teid)
			continue;
		owner = s->owner < t->slots ? s->owner : i;
		sums = (struct sums){s->up.bytes, s->down.bytes, s->up.packets + s->down.packets,
				     s->dropped};
		add(&t->is[owner].all, &sums);
		if (owner != i)
			continue;
		t->is[i].teid = s->teid;
		t->devices++;
		t->connected += s->peer != 0;
	}
}

static uint64_t more(uint64_t is, uint64_t was, uint64_t ms)
{
	return is > was && ms ? (is - was) * 1000 / ms : 0;
}

static uint64_t score(enum key key, const struct sums *now, const struct sums *all)
{
	switch (key) {
	case BY_UP:
		return now->up;
	case BY_DOWN:
		return now->down;
	case BY_PACKETS:
		return now->packets;
	case BY_DROPS:
		return now->drops;
	case BY_TOTAL:
		return all->up + all->down;
	default:
		return now->up + now->down;
	}
}

/* The worst is first in a heap of the best. */
static bool worse(const struct line *a, const struct line *b)
{
	return a->score != b->score ? a->score < b->score : a->slot > b->slot;
}

static void sift(struct line *heap, unsigned n, unsigned i)
{
	for (;;) {
		unsigned child = 2 * i + 1;
		struct line swap = heap[i];

		if (child >= n)
			return;
		if (child + 1 < n && worse(&heap[child + 1], &heap[child]))
			child++;
		if (!worse(&heap[child], &heap[i]))
			return;
		heap[i] = heap[child];
		heap[child] = swap;
		i = child;
	}
}

static void offer(struct top *t, const struct line *l)
{
	if (t->n < t->wanted) {
		t->lines[t->n++] = *l;
		for (unsigned i = t->n == t->wanted ? t->n / 2 : 0; i-- > 0;)
			sift(t->lines, t->n, i);
	} else if (t->n && worse(&t->lines[0], l)) {
		t->lines[0] = *l;
		sift(t->lines, t->n, 0);
	}
}

static int by_score(const void *a, const void *b) { return worse(a, b) ? 1 : -1; }

static void pick(struct top *t, uint64_t ms)
{
	t->n = 0;
	memset(&t->total, 0, sizeof t->total);
	for (uint32_t i = 0; i < t->slots; i++) {
		static const struct device nobody;
		const struct device *is = &t->is[i], *was = &t->was[i];
		struct line l = {.slot = i};

		if (!is->teid)
			continue;
		if (was->teid != is->teid)
			was = &nobody;
		l.now.up = more(is->all.up, was->all.up, ms);
		l.now.down = more(is->all.down, was->all.down, ms);
		l.now.packets = more(is->all.packets, was->all.packets, ms);
		l.now.drops = more(is->all.drops, was->all.drops, ms);
		add(&t->total, &l.now);
		l.score = score(t->key, &l.now, &is->all);
		if (t->reverse)
			l.score = ~l.score;
		offer(t, &l);
	}
	qsort(t->lines, t->n, sizeof *t->lines, by_score);
}

/* ---- what is shown ---- */

static void print_json_lines(const struct top *t)
{
	json_t *array = json_array(), *j;

	for (unsigned i = 0; i < t->n; i++) {
		const struct line *l = &t->lines[i];
		const struct session *s = (const struct session *)&t->sessions[l->slot];
		const struct sums *all = &t->is[l->slot].all;
		char address[INET_ADDRSTRLEN];

		j = json_pack("{s:s%,s:s%,s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "imsi",
			      s->imsi, strnlen(s->imsi, sizeof s->imsi), "apn", s->apn,
			      strnlen(s->apn, sizeof s->apn), "ue4",
			      inet_ntop(AF_INET, &s->ue4, address, sizeof address), "connected",
			      s->peer != 0, "bits_per_second_up", (json_int_t)(l->now.up * 8),
			      "bits_per_second_down", (json_int_t)(l->now.down * 8),
			      "packets_per_second", (json_int_t)l->now.packets, "drops_per_second",
			      (json_int_t)l->now.drops, "bytes_up", (json_int_t)all->up,
			      "bytes_down", (json_int_t)all->down, "packets",
			      (json_int_t)all->packets, "dropped", (json_int_t)all->drops);
		if (j)
			json_array_append_new(array, j);
	}
	j = json_pack("{s:I,s:I,s:I,s:o}", "time", (json_int_t)time(NULL), "devices",
		      (json_int_t)t->devices, "connected", (json_int_t)t->connected, "top", array);
	char *text = json_dumps(j, JSON_COMPACT);

	puts(text ? text : "{}");
	free(text);
	json_decref(j);
}

static const char *short_number(uint64_t v, char buf[16])
{
	static const char prefixes[] = " kMGTPE";
	double d = (double)v;
	unsigned i = 0;

	for (; d >= 1000; i++)
		d /= 1000;
	if (i)
		snprintf(buf, 16, d < 100 ? "%.1f%c" : "%.0f%c", d, prefixes[i]);
	else
		snprintf(buf, 16, "%" PRIu64, v);
	return buf;
}

static void print_lines(const struct top *t)
{
	char up[16], down[16], packets[16], drops[16], clock[16], address[INET_ADDRSTRLEN];
	time_t now = time(NULL);
	struct timespec mono;
	struct tm tm;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&now, &tm));
	printf("%s  %" PRIu32 " devices, %" PRIu32
	       " connected; up %sbit/s, down %sbit/s, %s packets/s, "
	       "%s dropped/s\n\n",
	       clock, t->devices, t->connected, short_number(t->total.up * 8, up),
	       short_number(t->total.down * 8, down), short_number(t->total.packets, packets),
	       short_number(t->total.drops, drops));
	printf("%-15s  %-16s  %-15s  %-5s  %8s  %8s  %8s  %8s  %8s\n", "IMSI", "APN", "ADDRESS",
	       "STATE", "UP bit/s", "DOWN", "PKT/s", "DROP/s", "SEEN");
	for (unsigned i = 0; i < t->n; i++) {
		const struct line *l = &t->lines[i];
		const struct session *s = (const struct session *)&t->sessions[l->slot];
		uint64_t seen_s = s->last_seen / 1000000000;
		char seen[16] = "never";

		if (seen_s)
			snprintf(seen, sizeof seen, "%" PRIu64 "s",
				 (uint64_t)mono.tv_sec > seen_s ? (uint64_t)mono.tv_sec - seen_s
								: 0);
		printf("%-15.16s  %-16.16s  %-15s  %-5s  %8s  %8s  %8s  %8s  %8s\n", s->imsi,
		       s->apn, inet_ntop(AF_INET, &s->ue4, address, sizeof address),
		       s->peer ? "conn" : "idle", short_number(l->now.up * 8, up),
		       short_number(l->now.down * 8, down), short_number(l->now.packets, packets),
		       short_number(l->now.drops, drops), seen);
	}
}

/* ---- the terminal ---- */

static struct termios before;
static bool raw;

static void terminal_back(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void terminal_raw(void)
{
	struct termios now;

	if (tcgetattr(STDIN_FILENO, &before))
		return;
	now = before;
	now.c_lflag &=
		~(tcflag_t)(ICANON | ECHO | ISIG); /* Ctrl-C is a key: the terminal is put back */
	raw = !tcsetattr(STDIN_FILENO, TCSANOW, &now);
	atexit(terminal_back);
}

static unsigned terminal_lines(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || w.ws_row < 8)
		return LINES_BATCH;
	return w.ws_row - 4u < LINES_MAX ? w.ws_row - 4u : LINES_MAX;
}

/* Waits, or takes a key: the first letter of a sort key (x for drops), r to reverse, q or Ctrl-C.
 * False: the end. */
static bool rest(struct top *t, uint64_t ms, bool interactive)
{
	struct pollfd in = {.fd = interactive ? STDIN_FILENO : -1, .events = POLLIN};
	char c = 0;

	if (poll(&in, 1, (int)ms) <= 0 || read(STDIN_FILENO, &c, 1) != 1)
		return true;
	for (int i = 0; keys[i]; i++)
		if (*keys[i] == c && c != 'r') {
			t->key = (enum key)i;
			break;
		}
	if (c == 'b') /* "both" */
		t->key = BY_RATE;
	if (c == 'x')
		t->key = BY_DROPS;
	if (c == 'r')
		t->reverse = !t->reverse;
	return c != 'q' && c != CTRL_C;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int show_top(struct top *t, uint64_t interval_ms, uint64_t times, bool batch)
{
	bool interactive = !batch && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	uint64_t read_at, before_at = now_ms();

	if (interactive)
		terminal_raw();
	read_slots(t);
	while (times-- && rest(t, interval_ms, interactive)) {
		read_at = now_ms();
		read_slots(t);
		if (interactive)
			t->wanted = terminal_lines();
		pick(t, read_at - before_at);
		before_at = read_at;
		if (options.json) {
			print_json_lines(t);
		} else {
			if (interactive)
				fputs("\033[H\033[2J", stdout);
			print_lines(t);
			if (!interactive && times)
				putchar('\n');
		}
		if (fflush(stdout))
			return EXIT_REFUSED;
	}
	return 0;
}

int top(const struct command *command, int argc, char **argv)
{
	static const struct option longs[] = {
		{"batch", no_argument, NULL, 'b'},       {"number", required_argument, NULL, 'n'},
		{"delay", required_argument, NULL, 'd'}, {"sort", required_argument, NULL, 's'},
		{"reverse", no_argument, NULL, 'r'},     {"lines", required_argument, NULL, 'l'},
		{"json", no_argument, NULL, 'j'},        {NULL, 0, NULL, 0},
	};
	static struct top t = {.wanted = LINES_BATCH};
	uint64_t times = UINT64_MAX;
	double seconds = 2;
	bool batch = false;
	int o, code;

	argc++;
	argv--;
	optind = 0;
	while ((o = getopt_long(argc, argv, "bn:d:s:rl:j", longs, NULL)) != -1)
		switch (o) {
		case 'b':
			batch = true;
			break;
		case 'n':
			times = strtoull(optarg, NULL, 10);
			break;
		case 'd':
			seconds = strtod(optarg, NULL);
			break;
		case 's':
			o = word_index(keys, optarg);
			if (o < 0)
				return what_is(keys, optarg);
			t.key = (enum key)o;
			break;
		case 'r':
			t.reverse = true;
			break;
		case 'l':
			t.wanted = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'j':
			options.json = true;
			break;
		default:
			return usage_of(command);
		}
	if (optind != argc || !times || !(seconds >= 0.1 && seconds <= 3600) || !t.wanted ||
	    t.wanted > LINES_MAX)
		return usage_of(command);
	code = map_sessions(&t);
	return code ? code : show_top(&t, (uint64_t)(seconds * 1000), times, batch || options.json);
}
