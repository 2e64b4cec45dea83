/* SPDX-License-Identifier: Apache-2.0 */
/* What the API shows of the network, and the server itself. The MME, the PGW's pools and the
 * datapath are stood in for here. */
#include "harness.h"
#include "../prometheus.h"

/* ---- stand-ins ---- */

static imsi_t imsi_of(unsigned n)
{
	char digits[IMSI_STRLEN];
	imsi_t imsi = IMSI_NONE;

	snprintf(digits, sizeof digits, "00101%010u", n);
	imsi_parse(digits, &imsi);
	return imsi;
}

/* The first, and one that is here by its IMEI. */
static bool is_here(imsi_t imsi)
{
	imsi_t second = 0;

	return imsi == imsi_of(1) || (imsi_of_imei("353490069873310", &second) && imsi == second);
}

static bool fake_ue(imsi_t imsi, struct ue_view *v)
{
	if (!is_here(imsi))
		return false;
	*v = (struct ue_view){.imsi = imsi,
			      .emm = "registered",
			      .ecm = "idle",
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

static void fake_refresh(imsi_t imsi, bool keys, void (*done)(void *, int), void *arg)
{
	fake_detach(imsi, keys, done, arg);
}

static void fake_parts(imsi_t imsi, void (*timer)(void *, const struct timer_view *),
		       void (*bearer)(void *, const struct bearer_view *), void *arg)
{
	assert_true(is_here(imsi));
	timer(arg, &(struct timer_view){.timer = "T3450", .of = "attach/accept", .left_ms = 1500});
	bearer(arg, &(struct bearer_view){.ebi = 5, .apn = "internet", .state = "idle"});
}

static bool fake_why(imsi_t imsi, struct failure_view *v)
{
	if (imsi == imsi_of(1))
		return false;
	*v = (struct failure_view){
		.procedure = "attach", .cause = "EMM cause 8", .advice = "add it"};
	return true;
}

static const struct api_mme mme = {
	.ue = fake_ue,
	.ue_next = fake_ue_next,
	.enb_next = fake_enb_next,
	.detach = fake_detach,
	.refresh = fake_refresh,
	.ue_parts = fake_parts,
	.why = fake_why,
	.trace_start = fake_trace_start,
	.trace_stop = fake_trace_stop,
};

static unsigned fake_pools(struct pgw_pool_use out[MCORE_MAX_POOLS])
{
	out[0] = (struct pgw_pool_use){"internet", 65534, 12};
	return 1;
}

static void fake_stats(api_emit emit, void *arg)
{
	emit(arg, &(struct api_metric){"mme_rejects", METRIC_COUNTER, "Rejects", "cause", "7", 5});
	emit(arg, &(struct api_metric){"mme_rejects", METRIC_COUNTER, "Rejects", "cause", "9", 6});
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
	/* And without one by its IMEI. */
	a = ask("GET", "/ues/E35349006987331", NULL, NULL);
	assert_string_equal(string_in(a.json, "imsi"), "E35349006987331");
	drop(a);
	assert_int_equal(status_of("GET", "/ues/E353490069873310", NULL), 404);
	assert_int_equal(status_of("GET", "/ues/353490069873310", NULL), 404);
	a = ask("GET", "/enbs", NULL, NULL);
	assert_int_equal(number_in(json_array_get(json_object_get(a.json, "enbs"), 0), "ues"), 3);
	drop(a);
	a = ask("GET", "/pools", NULL, NULL);
	assert_int_equal(number_in(json_array_get(json_object_get(a.json, "pools"), 0), "free"),
			 65522);
	drop(a);
}

static void peers_are_told_with_their_paths(void **state)
{
	struct answer a = ask("GET", "/peers", NULL, NULL);
	const json_t *peers = json_object_get(a.json, "peers");

	(void)state;
	assert_int_equal(json_array_size(peers), 2);
	assert_string_equal(string_in(json_array_get(peers, 0), "address"), "192.0.2.7");
	assert_string_equal(string_in(json_array_get(peers, 0), "state"), "up");
	assert_string_equal(string_in(json_array_get(peers, 0), "device"), "lo");
	assert_int_equal(number_in(json_array_get(peers, 0), "rtt_us"), 250);
	assert_int_equal(number_in(json_array_get(peers, 0), "bytes_down"), 5000);
	assert_string_equal(string_in(json_array_get(peers, 1), "address"), "2001:db8::9");
	assert_string_equal(string_in(json_array_get(peers, 1), "state"), "stranger");
	assert_int_equal(number_in(json_array_get(peers, 1), "unknown_teid"), 12);
	drop(a);
	a = ask("GET", "/peers?limit=1", NULL, NULL);
	assert_string_equal(string_in(a.json, "next"), "1");
	drop(a);
}

static bool finds(const json_t *answer, const char *what)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(answer, "findings"), i, one)
	{
		if (strstr(string_in(one, "what"), what) && *string_in(one, "advice"))
			return true;
	}
	return false;
}

/* Frames of a device, told on the loop: one up in a tunnel with an extension header, one dropped.
 */
static void tell_frames(void *arg)
{
	static const uint8_t up[14 + 20 + 8 + 16 + 20] = {
		[12] = 8,         [14] = 0x45,       [14 + 9] = 17, /* IPv4, UDP */
		[36] = 2152 >> 8, [37] = 2152 & 255, [42] = 0x34, /* GTP-U with an extension header
								   */
		[43] = 255,       [53] = 0x85,       [54] = 1,      [58] = 0x45, [59] = 0x77,
	};
	struct dp_frame f = {.time_ns = 7000000001,
			     .session = &sessions[1],
			     .reason = REASON_uplink,
			     .frame = up,
			     .n = sizeof up,
			     .len = 1500};

	(void)arg;
	capture_fn(capture_arg, &f);
	f.reason = REASON_gate_closed;
	f.down = true;
	capture_fn(capture_arg, &f);
	capture_fn(capture_arg, NULL);
}

static struct answer capture_with(const char *imsi, const char *query)
{
	char head[200];
	int fd = dial();

	snprintf(head, sizeof head,
		 "GET /capture/%s%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", imsi, query);
	say(fd, head, strlen(head));
	while (!captures)
		usleep(1000);
	loop_post(tell_frames, NULL);
	return answer_of(fd);
}

static void captures_stream_packets_and_end(void **state)
{
	struct answer a = capture_with("001010000000001", "");

	(void)state;
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.text, "\"direction\":\"up\",\"reason\":\"uplink\""));
	assert_non_null(strstr(a.text, "\"len\":1442,\"data\":\"RXcA")); /* the inner packet */
	assert_null(strstr(a.text, "gate_closed"));
	assert_non_null(strstr(a.text, "{\"end\":\"its time is over\"}"));
	assert_null(strstr(a.text, "note"));
	assert_int_equal(captures, 0);
	drop(a);
	a = capture_with("001010000000002", "");
	assert_non_null(strstr(a.text, "{\"note\":\"001010000000002 has no session"));
	assert_non_null(strstr(a.text, "{\"end\":\"its time is over\"}"));
	drop(a);
	a = capture_with("001010000000001", "?view=outer&drops=1&snap=4");
	assert_non_null(strstr(a.text, "\"len\":1486,\"data\":\"RQAAAA==\""));
	assert_non_null(strstr(a.text, "\"reason\":\"gate_closed\",\"verdict\":\"DROP\""));
	drop(a);
	assert_int_equal(status_of("GET", "/capture/001010000000001?seconds=0", NULL), 400);
	assert_int_equal(status_of("GET", "/capture/001010000000001?snap=9999", NULL), 400);
	assert_int_equal(status_of("GET", "/capture/001010000000001?seconds=3", NULL), 503);
}

static void why_tells_of_devices_that_never_got_in(void **state)
{
	struct answer a = ask("GET", "/why/001010000009999", NULL, NULL);

	(void)state;
	assert_int_equal(a.status, 200);
	assert_string_equal(string_in(json_object_get(a.json, "failure"), "procedure"), "attach");
	assert_string_equal(string_in(json_object_get(a.json, "failure"), "advice"), "add it");
	assert_true(json_is_null(json_object_get(a.json, "ue")));
	assert_true(finds(a.json, "the HSS does not know the IMSI"));
	assert_true(finds(a.json, "the MME does not know the device"));
	assert_true(finds(a.json, "no eNodeB is connected"));
	drop(a);
}

static void why_tells_of_sessions_and_a_device_comes_with_its_parts(void **state)
{
	struct answer a = ask("GET", "/why/001010000000001", NULL, NULL);
	json_t *part;

	(void)state;
	assert_true(json_is_null(json_object_get(a.json, "failure")));
	assert_true(finds(a.json, "gate is closed downlink"));
	assert_false(finds(a.json, "quota is used up"));
	assert_false(finds(a.json, "it is in quarantine"));
	assert_true(finds(a.json, "1 packets dropped as spoofed_source, the last 6 s ago"));
	drop(a);
	a = ask("GET", "/why/001010000000005", NULL, NULL);
	assert_true(finds(a.json, "APN internet: its quota is used up"));
	assert_true(finds(a.json, "APN internet: it is in quarantine"));
	drop(a);
	a = ask("GET", "/ues/001010000000001", NULL, NULL);
	part = json_array_get(json_object_get(a.json, "timers"), 0);
	assert_string_equal(string_in(part, "timer"), "T3450");
	assert_int_equal(number_in(part, "left_ms"), 1500);
	part = json_array_get(json_object_get(a.json, "bearer_list"), 0);
	assert_string_equal(string_in(part, "apn"), "internet");
	drop(a);
}

static void finish_detach(void *arg) { detach_done(detach_arg, *(int *)arg); }

/* The answer to a command that takes time, when the role says that it is done with this error. */
static struct answer command(const char *verb, int err)
{
	static int wanted;
	char head[160];
	int fd = dial();

	snprintf(head, sizeof head,
		 "POST /ues/001010000000001/%s HTTP/1.1\r\n"
		 "Host: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		 verb);
	detach_done = NULL;
	say(fd, head, strlen(head));
	while (!*(void *volatile *)&detach_done)
		usleep(1000);
	/* Other clients are served meanwhile. */
	assert_int_equal(status_of("GET", "/version", NULL), 200);
	wanted = err;
	loop_post(finish_detach, &wanted);
	return answer_of(fd);
}

static void new_keys_are_answered_when_the_device_has_them(void **state)
{
	static const struct {
		int err;
		unsigned status;
	} t[] = {{0, 200},          {-ENOTCONN, 202}, {-EBUSY, 202}, {-ENOENT, 404},
		 {-ETIMEDOUT, 504}, {-EACCES, 409},   {-EIO, 500}};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		a = command("reauthenticate", t[i].err);
		assert_int_equal(a.status, t[i].status);
		if (t[i].status < 300)
			assert_int_equal(json_is_true(json_object_get(a.json, "done")),
					 t[i].status == 200);
		drop(a);
	}
}

static void detach_is_answered_when_the_device_is_gone(void **state)
{
	static const int errs[] = {0, -ETIMEDOUT, -ENOENT};
	struct answer a;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		a = command("detach?reattach=1", errs[i]);
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

/* Long before a heartbeat finds out. */
static void capture_ends_at_once_when_its_client_leaves(void **state)
{
	static const char head[] = "GET /capture/001010000000001 HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial();
	char p[400];

	(void)state;
	say(fd, head, sizeof head - 1);
	assert_true(read(fd, p, sizeof p) > 0);
	assert_int_equal(captures, 1);
	close(fd);
	for (unsigned i = 0; i < 200 && captures; i++)
		usleep(10000);
	assert_int_equal(captures, 0);
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
	assert_string_equal(prometheus_fault(a.text) ? prometheus_fault(a.text) : "", "");
	assert_non_null(strstr(a.text, "\nmcore_mme_rejects_total{cause=\"9\"} 6\n"));
	assert_non_null(strstr(a.text, "mcore_datapath_packets_total{reason=\"gate_closed\","
				       "verdict=\"DROP\"} 17\n"));
	drop(a);
	status_of("DELETE", "/sims/001010000000001", NULL); /* a write: its pool is in use */
	a = ask("GET", "/memory", NULL, NULL);
	assert_true(number_in(a.json, "own") > 1 << 18);
	assert_true(number_in(a.json, "resident") > number_in(a.json, "own"));
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

enum { LONGEST_BODY = 1024 * 1024 };

static void body_that_is_too_long_is_refused(void **state)
{
	char *body = malloc(LONGEST_BODY + 2);

	(void)state;
	memset(body, 0x20, LONGEST_BODY + 1);
	body[LONGEST_BODY + 1] = 0;
	assert_int_equal(status_of("POST", "/sims", body), 413);
	free(body);
}

static void a_body_in_small_pieces_is_put_together(void **state)
{
	static const char head[] = "POST /policy/plan HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
				   "Content-Length: ";
	char body[4096], length[32];
	size_t n, step = 1;
	struct answer a;
	int fd = dial();

	(void)state;
	n = (size_t)snprintf(body, sizeof body,
			     "{\"pad\": \"%*s\", \"file\": \"profiles: [{name: camera}]\"}", 3000,
			     "");
	say(fd, head, sizeof head - 1);
	say(fd, length, (size_t)snprintf(length, sizeof length, "%zu\r\n\r\n", n));
	for (size_t at = 0; at < n; at += step, step = step % 7 + 1) {
		if (step > n - at)
			step = n - at;
		say(fd, body + at, step);
	}
	a = answer_of(fd);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.text, "+ profile camera"));
	drop(a);
}

/* Nor is what follows read: a chunk's size without an end. */
static void a_body_in_chunks_is_refused(void **state)
{
	static const char head[] = "POST /sims HTTP/1.1\r\nHost: x\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n0";
	struct answer a;
	int fd = dial();

	(void)state;
	say(fd, head, sizeof head - 1);
	a = answer_of(fd);
	assert_int_equal(a.status, 411);
	assert_non_null(strstr(a.text, "Content-Length"));
	drop(a);
}

static int change_bearer(const char *method, const char *rest)
{
	char body[256];

	snprintf(body, sizeof body, "{\"name\": \"video\"%s}", rest);
	return status_of(method, "/bearers/001010000000001", body);
}

/* The stand-in has no bearer: what is well-formed ends with 404. */
static void numbers_of_a_bearer_are_read_as_they_are(void **state)
{
	static const char *const wrong[] = {",\"qci\": 257",
					    ",\"qci\": 255",
					    ",\"qci\": 0",
					    ",\"qci\": \"2\"",
					    ",\"qci\": 2,\"arp\": 257",
					    ",\"qci\": 2,\"arp\": 0",
					    ",\"qci\": 2,\"gbr_up\": -1",
					    ",\"qci\": 2,\"gbr_up\": 2000,\"mbr_up\": 1000",
					    ",\"qci\": 2,\"gbr_up\": 4000000000001"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (change_bearer("PATCH", wrong[i]) != 400)
			fail_msg("%s", wrong[i]);
	assert_non_null(strstr(said, "gbr_up is at most 4tbit, 4000000000000 bit/s"));
	assert_int_equal(change_bearer("PATCH", ",\"qci\": 254,\"arp\": 15,\"gbr_up\": 2000"), 404);
	assert_int_equal(change_bearer("PATCH", ",\"qci\": 2,\"gbr_up\": 4000000000000"), 404);
	/* A part of the QoS is no change, nor is nothing. */
	assert_int_equal(change_bearer("PATCH", ",\"arp\": 3"), 400);
	assert_non_null(strstr(said, "expected qci with all of the QoS, or filters"));
	assert_int_equal(change_bearer("PATCH", ",\"preemptable\": true"), 400);
	assert_int_equal(change_bearer("PATCH", ""), 400);
	assert_int_equal(change_bearer("POST", ",\"arp\": 3"), 400);
	assert_non_null(strstr(said, "qci and filters are needed"));
}

static json_int_t figure(const json_t *profiles, const char *name, const char *what)
{
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(profiles, "profiles"), i, p)
	{
		if (!strcmp(string_in(p, "name"), name))
			return number_in(p, what);
	}
	fail_msg("no profile %s", name);
	return -1;
}

static void profiles_come_with_who_has_them(void **state)
{
	struct answer a;

	(void)state;
	for (unsigned i = 1; i < 8; i += 2) {
		sessions[i].owner = i;
		sessions[i].policy = 1;
	}
	sessions[7].owner = 1; /* another bearer's */
	assert_int_equal(status_of("POST", "/policy/apply",
				   "{\"file\": \"profiles: [{name: meter}, {name: camera}]\"}"),
			 200);
	assert_int_equal(status_of("POST", "/policy/devices",
				   "{\"imsis\": [\"001010000000001\", \"001010000000002\"],"
				   " \"set\": {\"profile\": \"meter\"}}"),
			 200);
	a = ask("GET", "/policy", NULL, NULL);
	assert_int_equal(a.status, 200);
	assert_int_equal(figure(a.json, "camera", "sessions"), 3);
	assert_int_equal(figure(a.json, "camera", "devices"), 0);
	assert_int_equal(figure(a.json, "meter", "sessions"), 0);
	assert_int_equal(figure(a.json, "meter", "devices"), 2);
	drop(a);
	for (unsigned i = 1; i < 8; i += 2)
		sessions[i].owner = sessions[i].policy = 0;
}

static void devices_of_an_apn_are_those_of_its_whole_name(void **state)
{
	static const char change[] = "{\"apn\": \"%s\", \"set\": {\"quarantine\": false}}";
	static const struct {
		const char *apn;
		json_int_t devices;
	} of[] = {{"internet", 1}, {LONG_APN, 1}, {"sensors.of-the-northern-valleys", 0}};
	char body[256];

	(void)state;
	sessions[3].owner = 3;
	sessions[LONG_APN_SLOT].owner = LONG_APN_SLOT;
	for (unsigned i = 0; i < sizeof of / sizeof *of; i++) {
		struct answer a;

		snprintf(body, sizeof body, change, of[i].apn);
		a = ask("POST", "/policy/devices", NULL, body);
		assert_int_equal(a.status, 200);
		assert_int_equal(number_in(a.json, "devices"), of[i].devices);
		drop(a);
	}
	sessions[3].owner = sessions[LONG_APN_SLOT].owner = 0;
}

/* Of a dedicated bearer, too, whose session is its PDN connection's. */
static void sessions_have_their_whole_apn(void **state)
{
	struct answer a;

	(void)state;
	sessions[LONG_APN_SLOT].owner = sessions[7].owner = LONG_APN_SLOT;
	for (unsigned i = LONG_APN_SLOT; i <= 7; i += 2) {
		char path[64];

		snprintf(path, sizeof path, "/sessions/00101%010u", i);
		a = ask("GET", path, NULL, NULL);
		assert_string_equal(
			string_in(json_array_get(json_object_get(a.json, "sessions"), 0), "apn"),
			LONG_APN);
		drop(a);
	}
	sessions[LONG_APN_SLOT].owner = sessions[7].owner = 0;
	a = ask("GET", "/sessions/001010000000002", NULL, NULL);
	assert_int_equal(a.status, 404);
	assert_string_equal(string_in(a.json, "error"),
			    "no session of 001010000000002: mcorectl session lists what there is");
	drop(a);
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

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(sessions_come_in_pages_with_the_kernels_figures),
		T(devices_come_in_pages_and_one_by_imsi),
		T(peers_are_told_with_their_paths),
		T(detach_is_answered_when_the_device_is_gone),
		T(new_keys_are_answered_when_the_device_has_them),
		T(trace_streams_steps_until_the_client_goes),
		T(trace_of_a_reader_that_sleeps_is_bounded),
		T(figures_are_shown_for_people_and_prometheus),
		T(captures_stream_packets_and_end),
		T(capture_ends_at_once_when_its_client_leaves),
		T(why_tells_of_devices_that_never_got_in),
		T(why_tells_of_sessions_and_a_device_comes_with_its_parts),
		T(unknown_paths_and_methods_are_told),
		T(body_that_is_too_long_is_refused),
		T(a_body_in_small_pieces_is_put_together),
		T(a_body_in_chunks_is_refused),
		T(numbers_of_a_bearer_are_read_as_they_are),
		T(profiles_come_with_who_has_them),
		T(devices_of_an_apn_are_those_of_its_whole_name),
		T(sessions_have_their_whole_apn),
		T(garbage_does_not_stop_the_server),
		T(socket_is_closed_to_strangers),
		T(second_daemon_is_refused_and_a_dead_ones_socket_taken),
	};

	config.mme = &mme;
	config.pools = fake_pools;
	config.stats[0] = fake_stats;
	config.datapath = true;
	fill_sessions();
	return run_group("api", tests, sizeof tests / sizeof *tests);
}
