/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the API, made at random from its own tables: every route of api/routes.h, bodies with
 * the keys of mcore/api_fields.h and those that only requests have, values of the right kind, of a
 * wrong one, huge, deep; now and then a length that is not the body's, or no JSON at all. */
#ifndef TESTS_FUZZ_REQUEST_H
#define TESTS_FUZZ_REQUEST_H

#include <mcore/api_fields.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/routes.h"

enum { REQUEST_OVER = 1100000 }; /* octets, more than a body may have */

struct request {
	char *p; /* what goes onto the wire, n octets of it */
	size_t n, cap;
	uint64_t seed;
	unsigned imsis; /* of 00101 that are named, beside strange ones */
};

static const struct request_route {
	const char *method, *path;
} request_routes[] = {
#define R(method, path, run) {method, path},
#define S(method, path, run, streams, chunk) {method, path},
	API_ROUTES(R, S)
#undef R
#undef S
};

static const struct request_key {
	const char *key;
	enum field_kind kind;
} request_keys[] = {
#define KEY(name, type, where, help) {#name, FIELD_##type},
#define KEYS(object, fields) fields(KEY)
	API_OBJECTS(KEYS)
#undef KEYS
#undef KEY
	{"op", FIELD_hex},	     {"rule", FIELD_text},	 {"at", FIELD_number},
	{"file", FIELD_text},	     {"set", FIELD_text},	 {"imsis", FIELD_text},
	{"from", FIELD_imsi},	     {"to", FIELD_imsi},	 {"all", FIELD_flag},
	{"filters", FIELD_text},     {"collector", FIELD_ip4},	 {"depth", FIELD_word},
	{"percent", FIELD_number},   {"plmns", FIELD_plmn},	 {"concurrent", FIELD_flag},
	{"type", FIELD_hex},	     {"text", FIELD_text},	 {"language", FIELD_word},
	{"tas", FIELD_tai},	     {"areas", FIELD_text},	 {"may_preempt", FIELD_flag},
	{"preemptable", FIELD_flag}, {"replace", FIELD_number},	 {"limit", FIELD_number},
	{"how", FIELD_word},	     {"reattach", FIELD_number}, {"seconds", FIELD_number},
	{"view", FIELD_word},	     {"drops", FIELD_number},	 {"snap", FIELD_number},
	{"quota", FIELD_number},     {"rate", FIELD_number},	 {"gate", FIELD_word},
	{"refill", FIELD_flag},	     {"reset", FIELD_word},	 {"up", FIELD_rate},
	{"down", FIELD_rate},
};

#define REQUEST_ROUTES (sizeof request_routes / sizeof *request_routes)
#define REQUEST_KEYS   (sizeof request_keys / sizeof *request_keys)

static uint32_t request_random(struct request *r, uint32_t below)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->seed >> 33) % below;
}

__attribute__((format(printf, 2, 3))) static void request_put(struct request *r, const char *fmt,
							       ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->p + r->n, r->cap - r->n, fmt, ap);
	va_end(ap);
	r->n = n < 0 || r->n + (size_t)n >= r->cap ? r->cap - 1 : r->n + (size_t)n;
}

/* One of a few texts that mean something somewhere. */
static const char *request_text(struct request *r)
{
	static const char *const texts[] = {
		"",
		"x",
		"00112233445566778899aabbccddeeff",
		"meter",
		"both remote 10.0.0.0/8 remote-port 1-9 proto udp",
		"down proto tcp precedence 255",
		"deny imsi 00101* cause 15",
		"allow tai 00101-0001 roaming no",
		"profiles:\\n  - name: meter\\n    rate: {up: 1mbit, down: 1mbit}\\n",
		"profiles: [{name: a, quota: {bytes: 1 GB, period: day, then: wall}}]",
		"{[{[{[{[{[{[{[{[&a [*a, *a]",
		"fire, leave the building",
		"\\ud83d\\ude00\\u4e2d\\u0007",
		"\xff\xfe\xc3",
		"%%s%%n%%2e..%%00",
		"internet",
		"now",
		"closed",
		"2001:db8::/64",
		"reject-signalling",
		"iot\\\"\\\\'",
	};

	return texts[request_random(r, sizeof texts / sizeof *texts)];
}

static void request_imsi(struct request *r)
{
	static const char *const strange[] = {"0", "999", "00101000000000000000", "00101abc", "%20",
					      "310150123456789"};

	if (request_random(r, 8))
		request_put(r, "00101%010u", request_random(r, r->imsis) + 1);
	else
		request_put(r, "%s", strange[request_random(r, 6)]);
}

static void request_number(struct request *r)
{
	static const char *const extreme[] = {"0",
					      "-1",
					      "255",
					      "256",
					      "65536",
					      "4294967295",
					      "4294967296",
					      "9223372036854775807",
					      "18446744073709551616",
					      "-9223372036854775808",
					      "1e308",
					      "0.5"};

	if (request_random(r, 2))
		request_put(r, "%u", request_random(r, 16));
	else
		request_put(r, "%s", extreme[request_random(r, 12)]);
}

static void request_object(struct request *r, unsigned depth);

/* As JSON: mostly of that kind. */
static void request_value(struct request *r, enum field_kind kind, unsigned depth)
{
	unsigned n;

	switch (request_random(r, 12)) {
	case 0:
		request_object(r, depth + 1);
		return;
	case 1:
		request_put(r, "[");
		n = request_random(r, 5);
		for (unsigned i = 0; i < n && depth < 8; i++) {
			request_put(r, i ? "," : "");
			request_value(r, kind, depth + 1);
		}
		request_put(r, "]");
		return;
	case 2:
		n = request_random(r, 3) ? 5 : 1500;
		for (unsigned i = 0; i < n; i++)
			request_put(r, "[");
		for (unsigned i = 0; i < n; i++)
			request_put(r, "]");
		return;
	case 3:
		request_put(r, request_random(r, 2) ? "null" : "true");
		return;
	case 4:
		request_number(r);
		return;
	case 5:
		request_put(r, "\"%s\"", request_text(r));
		return;
	case 6:
		request_put(r, "\"%0*d\"", (int)request_random(r, 400), 7);
		return;
	default:
		break;
	}
	switch (kind) {
	case FIELD_number:
	case FIELD_rate:
	case FIELD_bytes:
	case FIELD_time:
	case FIELD_ms:
		request_number(r);
		break;
	case FIELD_flag:
		request_put(r, request_random(r, 2) ? "true" : "false");
		break;
	case FIELD_imsi:
		request_put(r, "\"");
		request_imsi(r);
		request_put(r, "\"");
		break;
	case FIELD_ip4:
		request_put(r, "\"10.45.%u.%u\"", request_random(r, 2), request_random(r, 300));
		break;
	case FIELD_ip6:
		request_put(r, "\"2001:db8:%x::/64\"", request_random(r, 65536));
		break;
	default:
		request_put(r, "\"%s\"", request_text(r));
		break;
	}
}

static void request_object(struct request *r, unsigned depth)
{
	unsigned n = depth > 4 ? 0 : request_random(r, 7);

	request_put(r, "{");
	for (unsigned i = 0; i < n; i++) {
		const struct request_key *k = &request_keys[request_random(r, REQUEST_KEYS)];

		request_put(r, "%s\"%s\":", i ? "," : "", k->key);
		request_value(r, k->kind, depth);
	}
	request_put(r, "}");
}

/* What routes ask for, and a value that each key may have, so that their functions see more than a
 * wrong key. */
static const struct request_body {
	const char *path; /* begins so */
	const char *keys; /* "key value|key value" */
} request_bodies[] = {
	{"/sims", "k \"00112233445566778899aabbccddeeff\"|"
		  "opc \"ffeeddccbbaa99887766554433221100\"|imsi|amf \"8000\"|"
		  "msisdn \"+4912345\"|profile \"meter\"|ue4|ue6|blocked \"yes\"|"
		  "access \"staff\"|algorithm \"milenage\"|op \"0011\""},
	{"/bearers", "name \"b1\"|qci 5|filters [\"both remote 10.0.0.0/8 proto udp\"]|"
		     "apn \"internet\"|arp 9|gbr_up 1000|gbr_down 1000|mbr_up 1000|mbr_down 1000|"
		     "may_preempt true|preemptable false"},
	{"/access", "rule \"deny imsi 00101* cause 15\"|at 1"},
	{"/policy/devices",
	 "set {\"gate\":\"closed\",\"rate\":{\"up\":\"1mbit\",\"down\":5},\"quota\":9}|"
	 "imsis [\"001010000000003\"]|from|to|apn \"internet\"|all true|"
	 "set {\"reset\":[\"rate\",\"quota\"],\"profile\":\"a\",\"refill\":true,\"quarantine\":true}"},
	{"/policy", "file \"profiles:\\n- name: a\\n  rate: {up: 1mbit, down: 2mbit}\\n\"|"
		    "author \"me\"|note \"x\""},
	{"/ues", "collector \"192.0.2.1\"|depth \"minimum\""},
	{"/overload", "action \"reject-signalling\"|percent 50|plmns \"00101\""},
	{"/warnings", "id 4370|serial \"0x1000\"|period 1|broadcasts 3|concurrent true|"
		      "type \"0x0580\"|text \"leave the building\"|language \"en\"|"
		      "cells \"00101-0019b01\"|tas \"00101-0001\"|areas \"010203\""},
};

static void request_known(struct request *r, const char *path)
{
	unsigned n = sizeof request_bodies / sizeof *request_bodies, set = request_random(r, n);
	const char *at, *comma = "";

	for (unsigned i = 0; i < n && request_random(r, 8); i++)
		if (!strncmp(path, request_bodies[i].path, strlen(request_bodies[i].path))) {
			set = i;
			break;
		}
	request_put(r, "{");
	for (at = request_bodies[set].keys; *at; at += *at == '|') {
		const char *key = at;
		int whole = (int)strcspn(at, "|"), name = (int)strcspn(at, " |");
		enum field_kind kind = FIELD_text;

		at += whole;
		if (!request_random(r, 5))
			continue;
		for (unsigned i = 0; i < REQUEST_KEYS; i++)
			if (strlen(request_keys[i].key) == (size_t)name &&
			    !strncmp(request_keys[i].key, key, (size_t)name))
				kind = request_keys[i].kind;
		request_put(r, "%s\"%.*s\":", comma, name, key);
		if (name < whole && request_random(r, 5))
			request_put(r, "%.*s", whole - name - 1, key + name + 1);
		else
			request_value(r, kind, 0);
		comma = ",";
	}
	request_put(r, "}");
}

static void request_lines(struct request *r, bool csv)
{
	unsigned n = request_random(r, 6);

	if (csv)
		request_put(r, "imsi;k;opc;ue4\n");
	for (unsigned i = 0; i < n; i++) {
		if (csv) {
			const char *key = request_random(r, 3) ? NULL : request_text(r);

			request_imsi(r);
			request_put(r, ";%s;%s;%s\n", key ? key : "00112233445566778899aabbccddeeff",
				    key ? key : "00112233445566778899aabbccddeeff",
				    request_random(r, 2) ? "10.45.0.9" : "");
		} else {
			request_known(r, "/sims");
			request_put(r, "\n");
		}
	}
}

static void request_path(struct request *r, const char *path)
{
	for (; *path; path++) {
		if (*path != ':') {
			request_put(r, "%c", *path);
			continue;
		}
		if (!strncmp(path, ":imsi", 5))
			request_imsi(r);
		else
			request_put(r, request_random(r, 2) ? "00101-%05x-0" : "%u",
				    request_random(r, 70000));
		path += strspn(path + 1, "abcdefghijklmnopqrstuvwxyz");
	}
	for (unsigned i = request_random(r, 3) ? 0 : request_random(r, 4) + 1; i; i--) {
		const struct request_key *k = &request_keys[request_random(r, REQUEST_KEYS)];

		request_put(r, "%c%s=", i & 1 ? '?' : '&', k->key);
		if (k->kind == FIELD_imsi)
			request_imsi(r);
		else if (request_random(r, 2))
			request_number(r);
		else {
			const char *text = request_text(r);

			request_put(r, "%.*s", (int)strcspn(text, " "), text);
		}
	}
}

/* One whole request for that route. The length in its header has seven digits, and that of a chunk
 * four, so that it can be set after the body, or again when something changed it. `over` says that the
 * body is more than the API takes, which the sender makes true. */
static void request_make(struct request *r, const struct request_route *route, bool over)
{
	static const char *const types[] = {"application/json", "application/x-ndjson", "text/csv"};
	bool chunked = !request_random(r, 16);
	unsigned type = request_random(r, 6);
	size_t length, body, n;
	char digits[16];

	type = type > 2 ? 0 : type;
	request_put(r, "%s ", request_random(r, 64) ? route->method : "PUT");
	request_path(r, route->path);
	request_put(r, " HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%s", types[type],
		    chunked ? "Transfer-Encoding: chunked" : "Content-Length: ");
	length = r->n + (chunked ? 4 : 0);
	request_put(r, chunked ? "\r\n\r\n0000\r\n" : "0000000\r\n\r\n");
	body = r->n;
	if (!strcmp(route->method, "GET"))
		;
	else if (type)
		request_lines(r, type == 2);
	else if (request_random(r, 4))
		request_known(r, route->path);
	else
		request_value(r, FIELD_text, 0);
	n = r->n - body;
	if (chunked) {
		request_put(r, n ? "\r\n0\r\n\r\n" : "\r\n");
		n = (size_t)snprintf(digits, sizeof digits, "%04x", (unsigned)n & 0xffff);
	} else {
		n = over ? REQUEST_OVER : n + (request_random(r, 32) ? 0 : request_random(r, 100));
		n = (size_t)snprintf(digits, sizeof digits, "%07u", (unsigned)n % 10000000);
	}
	if (length + n <= r->cap)
		memcpy(r->p + length, digits, n);
}

#endif
