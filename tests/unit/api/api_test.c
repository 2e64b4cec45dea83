/* SPDX-License-Identifier: Apache-2.0 */
/* The API over its real socket: loop, HTTP server, store and HSS run in a thread, a blocking client
 * in the test's. The MME, the PGW's pools and the datapath are stood in for here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "api/api.h"
#include "core/loop.h"
#include "datapath/datapath.h"
#include "hss/hss.h"
#include "store/store.h"

static char dir[] = "/tmp/api_test.XXXXXX";
static char db[64], key[64], sock[64], error[256];

/* ---- stand-ins ---- */

enum { SESSIONS = 1200 };
static struct session sessions[SESSIONS];

const struct session *dp_session_next(uint32_t *slot)
{
	while (*slot < SESSIONS && !sessions[*slot].teid)
		++*slot;
	return *slot < SESSIONS ? &sessions[*slot] : NULL;
}

const struct session *dp_session(uint32_t slot) { return &sessions[slot]; }

unsigned dp_session_find(imsi_t imsi, uint32_t slot[11])
{
	char digits[IMSI_STRLEN];
	unsigned n = 0;

	imsi_print(imsi, digits);
	for (uint32_t i = 0; i < SESSIONS; i++)
		if (sessions[i].teid && !strcmp(sessions[i].imsi, digits))
			slot[n++] = i;
	return n;
}

const struct hop *dp_hop(uint16_t index)
{
	static const struct hop hop = {.state = HOP_READY, .family = 4, .addr = {192, 0, 2, 7}};

	return index ? &hop : NULL;
}

void dp_reasons(struct reason_count out[])
{
	memset(out, 0, REASON_COUNT * sizeof *out);
	out[REASON_gate_closed].packets = 17;
}

uint64_t dp_now_ns(void) { return 10000000000; }
const char *dp_describe(void) { return "native on test"; }

static imsi_t imsi_of(unsigned n)
{
	char digits[IMSI_STRLEN];
	imsi_t imsi = IMSI_NONE;

	snprintf(digits, sizeof digits, "00101%010u", n);
	imsi_parse(digits, &imsi);
	return imsi;
}

static bool fake_ue(imsi_t imsi, struct ue_view *v)
{
	if (imsi != imsi_of(1))
		return false;
	*v = (struct ue_view){.imsi = imsi,
			      .emm = "registered",
			      .guti = {{0x00f110, 0x8001, 1}, 0xc0000001},
			      .tai = {0x00f110, 0x1f},
			      .enb = "00101-0019b \xff\xfe"};
	return true;
}

static bool fake_ue_next(uint64_t *cursor, struct ue_view *v)
{
	if (*cursor == 1300)
		return false;
	*v = (struct ue_view){.imsi = imsi_of((unsigned)++*cursor), .emm = "registered"};
	return true;
}

static bool fake_enb_next(uint64_t *cursor, struct enb_view *v)
{
	*v = (struct enb_view){.id = "00101-0019b", .ues = 3};
	return !(*cursor)++;
}

static void (*detach_done)(void *, int);
static void *detach_arg;

static void fake_detach(imsi_t imsi, bool reattach, void (*done)(void *, int), void *arg)
{
	assert_true(imsi == imsi_of(1) && reattach);
	detach_done = done;
	detach_arg = arg;
}

static void (*trace_fn)(void *, const struct trace_view *);
static void *trace_arg;
static atomic_int traces;

static int fake_trace_start(imsi_t imsi, void (*fn)(void *, const struct trace_view *), void *arg)
{
	(void)imsi;
	trace_fn = fn;
	trace_arg = arg;
	traces++;
	return 0;
}

static void fake_trace_stop(void *arg)
{
	(void)arg;
	traces--;
}

static const struct api_mme mme = {fake_ue,     fake_ue_next,     fake_enb_next,
				   fake_detach, fake_trace_start, fake_trace_stop};

static unsigned fake_pools(struct pgw_pool_use out[MCORE_MAX_POOLS])
{
	out[0] = (struct pgw_pool_use){"internet", 65534, 12};
	return 1;
}

static atomic_int kept; /* addresses, IPv4 alone */

static void fake_keep(struct in_addr ue4, struct in6_addr ue6, bool keep)
{
	(void)ue6;
	if (ue4.s_addr)
		kept += keep ? 1 : -1;
}

static void fake_stats(api_emit emit, void *arg)
{
	emit(arg, &(struct api_metric){"mme_rejects", METRIC_COUNTER, "Rejects", "cause", "7", 5});
	emit(arg, &(struct api_metric){"mme_rejects", METRIC_COUNTER, "Rejects", "cause", "9", 6});
}

void s6a_serve(void (*handle)(void *, const struct s6a_request *)) { (void)handle; }
void s6a_reply(void *token, const struct s6a_answer *a)
{
	(void)token;
	(void)a;
}

/* ---- the daemon's thread ---- */

static pthread_t thread;
static const struct api_config config = {.socket = sock,
					 .mme = &mme,
					 .pools = fake_pools,
					 .keep = fake_keep,
					 .stats = {fake_stats},
					 .store = true,
					 .datapath = true};

static void *daemon_main(void *arg)
{
	(void)arg;
	loop_run();
	return NULL;
}

static void stop_loop(void *arg)
{
	(void)arg;
	api_stop();
	loop_stop();
}

static int start(void **state)
{
	static const struct hss_profile profile = {
		.name = "meter", .apns = 1, .apn = {{.apn = "internet"}}};

	(void)state;
	loop_init();
	if (store_open(&(struct store_config){db, key}, error, sizeof error) ||
	    hss_start(&(struct hss_config){&profile, 1, 0}, error, sizeof error) ||
	    api_start(&config, error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	return pthread_create(&thread, NULL, daemon_main, NULL);
}

static int stop(void **state)
{
	(void)state;
	loop_post(stop_loop, NULL);
	pthread_join(thread, NULL);
	hss_stop();
	store_close();
	loop_close();
	return access(sock, F_OK) ? 0 : 1;
}

/* ---- the client ---- */

struct answer {
	int status;
	char *text; /* body */
	json_t *json;
};

static int dial(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, sock);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void say(int fd, const char *p, size_t n)
{
	for (ssize_t done; n; p += done, n -= (size_t)done) {
		done = send(fd, p, n, MSG_NOSIGNAL);
		if (done <= 0)
			return;
	}
}

static struct answer answer_of(int fd)
{
	size_t n = 0, cap = 4 << 20;
	char *all = malloc(cap + 1), *body;
	struct answer a = {0};
	ssize_t got;

	while ((got = read(fd, all + n, cap - n)) > 0)
		n += (size_t)got;
	all[n] = 0;
	close(fd);
	assert_int_equal(sscanf(all, "HTTP/1.1 %d", &a.status), 1);
	body = strstr(all, "\r\n\r\n");
	assert_non_null(body);
	a.text = strdup(body + 4);
	a.json = json_loads(a.text, 0, NULL);
	free(all);
	return a;
}

static struct answer ask(const char *method, const char *path, const char *type, const char *body)
{
	char head[512];
	int fd = dial();

	snprintf(head, sizeof head,
		 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\n"
		 "Content-Length: %zu\r\n\r\n",
		 method, path, type ? type : "application/json", body ? strlen(body) : 0);
	say(fd, head, strlen(head));
	if (body)
		say(fd, body, strlen(body));
	return answer_of(fd);
}

static void drop(struct answer a)
{
	free(a.text);
	json_decref(a.json);
}

/* The answer's status; its `error` if any goes to `said`. */
static char said[512];
static int status_of(const char *method, const char *path, const char *body)
{
	struct answer a = ask(method, path, NULL, body);
	const char *e = NULL;

	json_unpack(a.json, "{s?s}", "error", &e);
	snprintf(said, sizeof said, "%s", e ? e : "");
	drop(a);
	return a.status;
}

static const char *string_in(const json_t *j, const char *k)
{
	const char *s = json_string_value(json_object_get(j, k));

	return s ? s : "";
}

static json_int_t number_in(const json_t *j, const char *k)
{
	return json_integer_value(json_object_get(j, k));
}

#define K32   "00112233445566778899aabbccddeeff"
#define OPC32 "ffeeddccbbaa99887766554433221100"
#define K_OPC "\"k\":\"" K32 "\",\"opc\":\"" OPC32 "\""

/* ---- SIMs ---- */

static void sim_is_added_shown_without_keys_changed_and_deleted(void **state)
{
	struct answer a = ask("POST", "/sims", NULL,
			      "{\"imsi\":\"001010000000100\"," K_OPC
			      ",\"msisdn\":\"+46701234567\",\"profile\":\"meter\","
			      "\"ip\":\"10.45.0.9\",\"ip6\":\"2001:db8:1:2::/64\"}");

	(void)state;
	assert_int_equal(a.status, 201);
	drop(a);
	assert_int_equal(kept, 1);
	a = ask("GET", "/sims/001010000000100", NULL, NULL);
	assert_int_equal(a.status, 200);
	assert_null(strcasestr(a.text, K32));
	assert_null(strcasestr(a.text, OPC32));
	assert_string_equal(string_in(a.json, "k"), "set");
	assert_string_equal(string_in(a.json, "amf"), "8000");
	assert_string_equal(string_in(a.json, "ue4"), "10.45.0.9");
	assert_string_equal(string_in(a.json, "ue6"), "2001:db8:1:2::");
	assert_string_equal(string_in(a.json, "msisdn"), "46701234567");
	assert_string_equal(string_in(a.json, "algorithm"), "milenage");
	drop(a);
	assert_int_equal(status_of("PATCH", "/sims/001010000000100",
				   "{\"blocked\":true,\"ip\":\"\",\"msisdn\":123}"),
			 200);
	assert_int_equal(kept, 0);
	a = ask("GET", "/sims/001010000000100", NULL, NULL);
	assert_true(json_is_true(json_object_get(a.json, "blocked")));
	assert_true(json_is_null(json_object_get(a.json, "ue4")));
	assert_string_equal(string_in(a.json, "msisdn"), "123");
	assert_string_equal(string_in(a.json, "profile"), "meter");
	drop(a);
	assert_int_equal(status_of("DELETE", "/sims/001010000000100", NULL), 200);
	assert_int_equal(status_of("GET", "/sims/001010000000100", NULL), 404);
	assert_int_equal(status_of("DELETE", "/sims/001010000000100", NULL), 404);
	assert_non_null(strstr(said, "001010000000100"));
}

static void opc_is_computed_from_op(void **state)
{
	struct subscriber s;
	imsi_t imsi = IMSI_NONE;

	(void)state;
	/* 3GPP TS 35.208 test set 1 */
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000101\","
				   "\"k\":\"465b5ce8b199b49faa5f0a2ee238a6bc\","
				   "\"op\":\"cdc202d5123e20f62b6d676ac72cb318\"}"),
			 201);
	imsi_parse("001010000000101", &imsi);
	/* The loop is idle, so reading here races with nobody. */
	assert_int_equal(store_subscriber_get(imsi, &s), 0);
	static const uint8_t opc[] = {0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e,
				      0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf};
	assert_memory_equal(s.opc, opc, 16);
}

static void mistakes_in_a_sim_name_the_word_and_never_a_key(void **state)
{
	static const struct {
		const char *body, *says;
	} wrong[] = {
		{"{\"imsi\":\"12345\"," K_OPC "}", "imsi: expected 6 to 15 digits, not '12345'"},
		{"{" K_OPC "}", "imsi is missing"},
		{"{\"imsi\":\"001010000000102\",\"opc\":\"" OPC32 "\"}", "k is missing"},
		{"{\"imsi\":\"001010000000102\",\"k\":\"" K32 "\"}", "opc (or op) is missing"},
		{"{\"imsi\":\"001010000000102\",\"k\":\"" K32 "zz\",\"opc\":\"" OPC32 "\"}",
		 "k: expected 32 hex digits"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"op\":\"" OPC32 "\"}", "not both"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"profile\":\"gold\"}", "gold"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"ip\":\"10.0.0\"}", "ip: expected"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"ip6\":\"2001:db8::1\"}", "/64"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"colour\":\"red\"}",
		 "what is 'colour'?"},
		{"{\"imsi\":\"001010000000102\"," K_OPC ",\"blocked\":[1]}", "blocked: expected"},
		{"[1]", "JSON object"},
		{"nonsense", "JSON object"},
		{"", "JSON object"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(status_of("POST", "/sims", wrong[i].body), 400);
		if (!strstr(said, wrong[i].says))
			fail_msg("'%s' instead of '%s'", said, wrong[i].says);
		assert_null(strcasestr(said, "00112233"));
	}
	assert_int_equal(status_of("GET", "/sims/001010000000102", NULL), 404);
}

static void sim_twice_or_with_anothers_address_is_refused(void **state)
{
	(void)state;
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000103\"," K_OPC ",\"ip\":\"10.45.0.3\"}"),
			 201);
	assert_int_equal(status_of("POST", "/sims", "{\"imsi\":\"001010000000103\"," K_OPC "}"),
			 409);
	assert_non_null(strstr(said, "there already"));
	assert_int_equal(status_of("POST", "/sims",
				   "{\"imsi\":\"001010000000104\"," K_OPC ",\"ip\":\"10.45.0.3\"}"),
			 409);
	assert_non_null(strstr(said, "address"));
}

static void import_of_csv_tells_mistakes_by_line(void **state)
{
	struct answer a = ask("POST", "/sims", "text/csv",
			      "\xef\xbb\xbfimsi;k;opc;msisdn\r\n"
			      "# a comment\r\n"
			      "001010000000200;" K32 ";" OPC32 ";123\r\n"
			      "\r\n"
			      "001010000000201;" K32 ";" OPC32 "\r\n"
			      "\"001010000000202\"; " K32 " ;" OPC32 ";\r\n"
			      "001010000000200;" K32 ";" OPC32 ";\r\n"
			      "001010000000203;shortkey;" OPC32 ";\r\n"
			      "001010000000204;" K32 ";" OPC32 ";7");
	static const int lines[] = {5, 7, 8};
	json_t *e, *errors = json_object_get(a.json, "errors");
	unsigned seen = 0;
	size_t i;

	(void)state;
	assert_int_equal(a.status, 200);
	assert_int_equal(number_in(a.json, "imported"), 3);
	assert_int_equal(number_in(a.json, "failed"), 3);
	json_array_foreach(errors, i, e) for (unsigned l = 0; l < 3; l++) seen |=
		(unsigned)(number_in(e, "line") == lines[l]) << l;
	assert_int_equal(seen, 7);
	assert_null(strstr(a.text, "shortkey"));
	drop(a);
	assert_int_equal(status_of("GET", "/sims/001010000000204", NULL), 200);
	assert_int_equal(status_of("GET", "/sims/001010000000203", NULL), 404);
}

static void import_of_ndjson_can_replace(void **state)
{
	const char *body = "{\"imsi\":\"001010000000210\"," K_OPC ",\"msisdn\":\"1\"}\n"
			   "{\"imsi\":\"001010000000211\"," K_OPC "}\n";
	struct answer a = ask("POST", "/sims", "application/x-ndjson", body);

	(void)state;
	assert_int_equal(number_in(a.json, "imported"), 2);
	drop(a);
	a = ask("POST", "/sims", "application/x-ndjson", body);
	assert_int_equal(number_in(a.json, "failed"), 2);
	drop(a);
	a = ask("POST", "/sims?replace=1", "application/x-ndjson", body);
	assert_int_equal(number_in(a.json, "imported"), 2);
	drop(a);
}

static void import_with_an_unknown_column_is_refused_whole(void **state)
{
	struct answer a = ask("POST", "/sims", "text/csv",
			      "imsi,kk,opc\n001010000000220," K32 "," OPC32 "\n");

	(void)state;
	assert_int_equal(a.status, 400);
	assert_non_null(strstr(a.text, "kk"));
	assert_int_equal(number_in(a.json, "imported"), 0);
	drop(a);
}

static void overlong_line_is_left_out_and_the_next_is_read(void **state)
{
	char *body = malloc(200000), *at = body;
	struct answer a;

	(void)state;
	at += sprintf(at, "imsi,k,opc\n");
	memset(at, '9', 150000);
	at += 150000;
	sprintf(at, "\n001010000000230," K32 "," OPC32 "\n");
	a = ask("POST", "/sims", "text/csv", body);
	assert_int_equal(number_in(a.json, "imported"), 1);
	assert_int_equal(number_in(a.json, "failed"), 1);
	assert_int_equal(number_in(json_array_get(json_object_get(a.json, "errors"), 0), "line"),
			 2);
	drop(a);
	free(body);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 60,000 rows: many more than may be queued, so the connection is suspended in between; and a list
 * of them in pages has each once. */
static void long_import_is_bounded_and_listed_in_pages(void **state)
{
	enum { N = 60000 };
	char *body = malloc(N * 100), *at = body, path[64] = "/sims?from=001020000000000";
	double t = seconds();
	unsigned listed = 0;
	struct answer a;

	(void)state;
	at += sprintf(at, "imsi,k,opc\n");
	for (unsigned i = 0; i < N; i++)
		at += sprintf(at, "00102%010u," K32 "," OPC32 "\n", i);
	a = ask("POST", "/sims", "text/csv", body);
	assert_int_equal(a.status, 200);
	assert_int_equal(number_in(a.json, "imported"), N);
	drop(a);
	print_message("# import over HTTP: %.0f rows/s\n", N / (seconds() - t));
	while (*path) {
		const char *next;
		json_t *sims;

		a = ask("GET", path, NULL, NULL);
		sims = json_object_get(a.json, "sims");
		for (size_t i = 0; i < json_array_size(sims); i++) {
			char expected[IMSI_STRLEN];

			snprintf(expected, sizeof expected, "00102%010u", listed++);
			assert_string_equal(string_in(json_array_get(sims, i), "imsi"), expected);
		}
		next = string_in(a.json, "next");
		snprintf(path, sizeof path, *next ? "/sims?from=%s" : "%s", next);
		drop(a);
	}
	assert_int_equal(listed, N);
	free(body);
}

static void import_that_breaks_off_harms_nobody(void **state)
{
	static const char head[] = "POST /sims HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
				   "Content-Length: 1000000\r\n\r\nimsi,k,opc\n0010300000";

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		int fd = dial();

		say(fd, head, sizeof head - 1);
		close(fd);
	}
	assert_int_equal(status_of("GET", "/version", NULL), 200);
}

/* ---- the rest ---- */

static void sessions_come_in_pages_with_the_kernels_figures(void **state)
{
	struct answer a = ask("GET", "/sessions", NULL, NULL);
	json_t *s = json_array_get(json_object_get(a.json, "sessions"), 1);
	unsigned n = 0;
	char path[64];

	(void)state;
	assert_string_equal(string_in(s, "imsi"), "001010000000003");
	assert_string_equal(string_in(s, "apn"), "internet");
	assert_string_equal(string_in(s, "ue4"), "10.45.0.3");
	assert_string_equal(string_in(s, "teid"), "0x00000103");
	assert_string_equal(string_in(s, "peer"), "192.0.2.7");
	assert_string_equal(string_in(s, "state"), "connected");
	assert_string_equal(string_in(s, "gate_up"), "open");
	assert_string_equal(string_in(s, "gate_down"), "closed");
	assert_int_equal(number_in(s, "bytes_up"), 3000);
	assert_int_equal(number_in(s, "packets_down"), 30);
	assert_int_equal(number_in(s, "rate_down"), 5000000);
	assert_int_equal(number_in(s, "idle_ms"), 9000);
	for (;;) {
		const char *next = string_in(a.json, "next");

		n += (unsigned)json_array_size(json_object_get(a.json, "sessions"));
		snprintf(path, sizeof path, "/sessions?from=%s", next);
		if (!*next)
			break;
		drop(a);
		a = ask("GET", path, NULL, NULL);
	}
	drop(a);
	assert_int_equal(n, SESSIONS / 2);
	a = ask("GET", "/sessions/001010000000003", NULL, NULL);
	assert_int_equal(json_array_size(json_object_get(a.json, "sessions")), 1);
	drop(a);
	assert_int_equal(status_of("GET", "/sessions/001010000000002", NULL), 404);
	assert_int_equal(status_of("GET", "/sessions?limit=x", NULL), 400);
}

static void devices_come_in_pages_and_one_by_imsi(void **state)
{
	struct answer a = ask("GET", "/ues?limit=100&from=1250", NULL, NULL);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(a.json, "ues")), 50);
	assert_null(json_object_get(a.json, "next"));
	drop(a);
	a = ask("GET", "/ues", NULL, NULL);
	assert_string_equal(string_in(a.json, "next"), "500");
	drop(a);
	a = ask("GET", "/ues/001010000000001", NULL, NULL);
	assert_string_equal(string_in(a.json, "guti"), "00101-8001-01-c0000001");
	assert_string_equal(string_in(a.json, "tai"), "00101-001f");
	assert_string_equal(string_in(a.json, "enb"), "00101-0019b ??");
	assert_true(json_is_null(json_object_get(a.json, "cell")));
	drop(a);
	assert_int_equal(status_of("GET", "/ues/001010000000002", NULL), 404);
	a = ask("GET", "/enbs", NULL, NULL);
	assert_int_equal(number_in(json_array_get(json_object_get(a.json, "enbs"), 0), "ues"), 3);
	drop(a);
	a = ask("GET", "/pools", NULL, NULL);
	assert_int_equal(number_in(json_array_get(json_object_get(a.json, "pools"), 0), "free"),
			 65522);
	drop(a);
}

static void finish_detach(void *arg) { detach_done(detach_arg, *(int *)arg); }

static void detach_is_answered_when_the_device_is_gone(void **state)
{
	static const char head[] = "POST /ues/001010000000001/detach?reattach=1 HTTP/1.1\r\n"
				   "Host: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
	static int errs[] = {0, -ETIMEDOUT, -ENOENT};
	struct answer a;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		int fd = dial();

		detach_done = NULL;
		say(fd, head, sizeof head - 1);
		while (!*(void *volatile *)&detach_done)
			usleep(1000);
		/* Other clients are served meanwhile. */
		assert_int_equal(status_of("GET", "/version", NULL), 200);
		loop_post(finish_detach, &errs[i]);
		a = answer_of(fd);
		assert_int_equal(a.status, i == 2 ? 404 : 200);
		if (i < 2)
			assert_int_equal(json_is_true(json_object_get(a.json, "answered")), !i);
		drop(a);
	}
}

static void tell_trace(void *arg)
{
	struct trace_view v = {
		.time_ms = 1700000000123, .imsi = imsi_of(1), .procedure = "attach", .step = arg};

	trace_fn(trace_arg, &v);
}

static void trace_streams_steps_until_the_client_goes(void **state)
{
	static const char head[] = "GET /trace/001010000000001 HTTP/1.1\r\nHost: x\r\n\r\n";
	char text[4096] = "";
	size_t n = 0;
	int fd = dial();
	ssize_t got;

	(void)state;
	say(fd, head, sizeof head - 1);
	while (!traces)
		usleep(1000);
	loop_post(tell_trace, "authenticate");
	while (!strstr(text, "authenticate")) {
		got = read(fd, text + n, sizeof text - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	loop_post(tell_trace, "secure");
	while (!strstr(text, "secure")) {
		got = read(fd, text + n, sizeof text - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	assert_non_null(strstr(text, "\"time_ms\":1700000000123"));
	close(fd);
	/* The next step, or else the heartbeat, finds out. */
	for (unsigned i = 0; i < 100 && traces; i++) {
		loop_post(tell_trace, "secure");
		usleep(20000);
	}
	assert_int_equal(traces, 0);
}

static void trace_of_a_reader_that_sleeps_is_bounded(void **state)
{
	static const char head[] = "GET /trace HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial();

	(void)state;
	say(fd, head, sizeof head - 1);
	while (!traces)
		usleep(1000);
	for (unsigned i = 0; i < 20000; i++)
		loop_post(tell_trace, "authenticate");
	assert_int_equal(status_of("GET", "/version", NULL), 200);
	close(fd);
	for (unsigned i = 0; i < 500 && traces; i++)
		usleep(20000);
	assert_int_equal(traces, 0);
}

static void figures_are_shown_for_people_and_prometheus(void **state)
{
	struct answer a = ask("GET", "/stats", NULL, NULL);

	(void)state;
	assert_int_equal(
		number_in(json_object_get(a.json, "mcore_datapath_packets_total"), "gate_closed"),
		17);
	assert_int_equal(number_in(json_object_get(a.json, "mcore_mme_rejects_total"), "9"), 6);
	drop(a);
	a = ask("GET", "/metrics", NULL, NULL);
	assert_non_null(strstr(a.text, "\nmcore_mme_rejects_total{cause=\"9\"} 6\n"));
	assert_non_null(strstr(a.text, "mcore_datapath_packets_total{reason=\"gate_closed\","
				       "verdict=\"DROP\"} 17\n"));
	drop(a);
	a = ask("GET", "/memory", NULL, NULL);
	assert_true(number_in(a.json, "resident") > 1 << 20);
	assert_true(json_array_size(json_object_get(a.json, "memory")) > 0);
	drop(a);
}

static void unknown_paths_and_methods_are_told(void **state)
{
	(void)state;
	assert_int_equal(status_of("GET", "/nothing", NULL), 404);
	assert_int_equal(status_of("GET", "/sims/1", NULL), 404);
	assert_int_equal(status_of("GET", "/sims/001010000000001/x", NULL), 404);
	assert_int_equal(status_of("PUT", "/sims", "{}"), 405);
	assert_int_equal(status_of("DELETE", "/enbs", NULL), 405);
}

static void body_that_is_too_long_is_refused(void **state)
{
	char *body = malloc(70001);

	(void)state;
	memset(body, ' ', 70000);
	body[70000] = 0;
	assert_int_equal(status_of("POST", "/sims", body), 413);
	free(body);
}

static void garbage_does_not_stop_the_server(void **state)
{
	static const char post[] = "POST /sims HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n";
	uint32_t seed = 1;
	char junk[3000];

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		int fd = dial();

		for (size_t j = 0; j < sizeof junk; j++)
			junk[j] = (char)((seed = seed * 1103515245 + 12345) >> 16);
		if (i & 1)
			memcpy(junk, post, sizeof post - 1);
		say(fd, junk, sizeof junk);
		close(fd);
	}
	assert_int_equal(status_of("GET", "/version", NULL), 200);
}

static void socket_is_closed_to_strangers(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(sock, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	if (geteuid()) {
		print_message("# skip: not root, cannot become another user\n");
		return;
	}
	/* Let the file system pass and see that the credentials alone stop a stranger. */
	assert_int_equal(chmod(dir, 0755) | chmod(sock, 0666), 0);
	/* This thread alone: glibc's seteuid would take the daemon's along. */
	assert_int_equal(syscall(SYS_setresuid, -1, 65534, -1), 0);
	int status = status_of("GET", "/sims", NULL);
	assert_int_equal(syscall(SYS_setresuid, -1, 0, -1), 0);
	chmod(sock, 0660);
	assert_int_equal(status, 403);
}

/* api_start in a child, which has a copy of everything and runs no loop. */
static int start_in_child(const char *path)
{
	struct api_config c = config;
	int status;
	pid_t pid = fork();

	if (!pid) {
		c.socket = path;
		_exit(-api_start(&c, error, sizeof error));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return -WEXITSTATUS(status);
}

static void second_daemon_is_refused_and_a_dead_ones_socket_taken(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(start_in_child(sock), -EADDRINUSE);
	assert_int_equal(status_of("GET", "/version", NULL), 200);
	snprintf(a.sun_path, sizeof a.sun_path, "%s/dead.sock", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	close(fd);
	assert_int_equal(start_in_child(a.sun_path), 0);
}

static void fill_sessions(void)
{
	for (unsigned i = 1; i < SESSIONS; i += 2) {
		struct session *s = &sessions[i];

		s->teid = htonl(0x100 + i);
		snprintf(s->imsi, sizeof s->imsi, "00101%010u", i);
		strcpy(s->apn, "internet");
		s->ue4 = htonl(0x0a2d0000 + i);
		s->peer = 4;
		s->gate_down = GATE_CLOSED;
		s->up = (struct count){10 * i, 1000 * i};
		s->down = (struct count){10 * i, 2000 * i};
		s->bits_per_second_down = 5000000;
		s->last_seen = 1000000000;
		s->ebi = 5;
	}
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(sim_is_added_shown_without_keys_changed_and_deleted),
		T(opc_is_computed_from_op),
		T(mistakes_in_a_sim_name_the_word_and_never_a_key),
		T(sim_twice_or_with_anothers_address_is_refused),
		T(import_of_csv_tells_mistakes_by_line),
		T(import_of_ndjson_can_replace),
		T(import_with_an_unknown_column_is_refused_whole),
		T(overlong_line_is_left_out_and_the_next_is_read),
		T(long_import_is_bounded_and_listed_in_pages),
		T(import_that_breaks_off_harms_nobody),
		T(sessions_come_in_pages_with_the_kernels_figures),
		T(devices_come_in_pages_and_one_by_imsi),
		T(detach_is_answered_when_the_device_is_gone),
		T(trace_streams_steps_until_the_client_goes),
		T(trace_of_a_reader_that_sleeps_is_bounded),
		T(figures_are_shown_for_people_and_prometheus),
		T(unknown_paths_and_methods_are_told),
		T(body_that_is_too_long_is_refused),
		T(garbage_does_not_stop_the_server),
		T(socket_is_closed_to_strangers),
		T(second_daemon_is_refused_and_a_dead_ones_socket_taken),
	};
	char command[64];
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(db, sizeof db, "%s/mcored.db", dir);
	snprintf(key, sizeof key, "%s/mcored.key", dir);
	snprintf(sock, sizeof sock, "%s/mcored.sock", dir);
	fill_sessions();
	failed = cmocka_run_group_tests_name("api", tests, start, stop);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return failed + (system(command) != 0);
}
