/* SPDX-License-Identifier: Apache-2.0 */
/* GET /capture/:imsi: a device's packets as XDP sees them, one JSON object a line, the packet in
 * base64 from its IP header on. Arguments: seconds= (at most an hour; 60), view=outer (inner),
 * drops=1 (what was dropped, too), snap= octets. A first line says if it has no session yet, the
 * last one why it ends. mcorectl makes pcapng of it. */
#include "api/http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "datapath/datapath.h"

enum { SECONDS = 60, SECONDS_MAX = 3600, BACKLOG = 2 << 20, BASE64_CAP = CAPTURE_MAX / 3 * 4 + 8 };

struct capturing {
	struct api_stream *stream;
	bool outer, drops;
	uint32_t snap;
	uint64_t lost; /* frames the client was too slow for */
	uint64_t lost_before;
};

static const struct {
	const char *name, *verdict;
	bool dropped;
} reason_rows[REASON_COUNT] = {
#define R(name, verdict, text)                                                                     \
	[REASON_##name] = {#name, #verdict, VERDICT_##verdict == VERDICT_DROP},
	MCORE_REASONS(R)
#undef R
};

static size_t base64(const uint8_t *p, size_t n, char out[BASE64_CAP])
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t w = (uint32_t)p[i] << 16 | (uint32_t)(left > 1 ? p[i + 1] : 0) << 8 |
			     (left > 2 ? p[i + 2] : 0);

		out[at++] = digit[w >> 18];
		out[at++] = digit[w >> 12 & 63];
		out[at++] = left > 1 ? digit[w >> 6 & 63] : '=';
		out[at++] = left > 2 ? digit[w & 63] : '=';
	}
	out[at] = 0;
	return at;
}

static unsigned get16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

/* Where the IP packet begins, behind Ethernet and its VLAN tags; n if there is none. */
static uint32_t ip_at(const uint8_t *p, uint32_t n)
{
	uint32_t at = 12;

	while (at + 4 <= n && (get16(p + at) == 0x8100 || get16(p + at) == 0x88a8))
		at += 4;
	if (at + 3 > n || (get16(p + at) != 0x0800 && get16(p + at) != 0x86dd))
		return n;
	return at + 2;
}

/* What a GTP-U tunnel at that place carries (TS 29.281 5.1, 5.2): its place; `at` itself if it is
 * none. */
static uint32_t inner_at(const uint8_t *p, uint32_t n, uint32_t at)
{
	uint32_t udp = at + (p[at] >> 4 == 6 ? 40 : (p[at] & 15u) * 4), gtp = udp + 8, to = gtp + 8;
	unsigned next;

	if (to + 1 > n || p[p[at] >> 4 == 6 ? at + 6 : at + 9] != 17 ||
	    get16(p + udp + 2) != GTPU_PORT || p[gtp] >> 5 != 1 || p[gtp + 1] != 255)
		return at;
	if (!(p[gtp] & 7))
		return to;
	to += 4;
	for (next = to <= n && p[gtp] & 4 ? p[to - 1] : 0; next;) {
		uint32_t words = to < n ? p[to] : 0;

		if (!words || to + 4 * words > n)
			return at;
		to += 4 * words;
		next = p[to - 1];
	}
	return to < n ? to : at;
}

static void put_line(struct capturing *c, json_t *j)
{
	char *line = json_dumps(j, JSON_COMPACT);

	json_decref(j);
	if (line) {
		size_t n = strlen(line);

		line[n++] = '\n'; /* in place of the NUL */
		c->lost = api_stream_write(c->stream, line, n) ? 0 : c->lost + 1;
	}
	free(line);
}

static void put_end(struct capturing *c)
{
	put_line(c, json_pack("{s:s}", "end", "its time is over"));
	api_stream_end(c->stream);
}

static void captured(void *arg, const struct dp_frame *f)
{
	struct capturing *c = arg;
	char data[BASE64_CAP];
	uint32_t at, n;
	uint64_t lost;
	json_t *j;

	if (!f) {
		put_end(c);
		return;
	}
	if (reason_rows[f->reason].dropped && !c->drops)
		return;
	at = ip_at(f->frame, f->n);
	if (at < f->n && !c->outer)
		at = inner_at(f->frame, f->n, at);
	n = f->n - at < c->snap ? f->n - at : c->snap;
	base64(f->frame + at, n, data);
	lost = dp_capture_lost();
	j = json_pack("{s:I,s:s,s:s,s:s,s:s,s:i,s:i,s:s}", "time_ns", (json_int_t)f->time_ns,
		      "direction", f->down ? "down" : "up", "reason", reason_rows[f->reason].name,
		      "verdict", reason_rows[f->reason].verdict, "apn", session_apn(f->session),
		      "ebi", (int)f->session->ebi, "len", (int)(f->len - at), "data", data);
	if (!j)
		return;
	lost = lost > c->lost_before ? lost - c->lost_before : 0;
	if (c->lost + lost)
		json_object_set_new(j, "lost", json_integer((json_int_t)(c->lost + lost)));
	c->lost_before += lost;
	put_line(c, j);
}

static void capture_closed(void *arg)
{
	dp_capture_stop(arg);
	free(arg);
}

/* An argument as a number of at most max; false, and a 400 sent, if it is none. */
static bool argument(struct api_request *r, const char *key, uint32_t max, uint32_t *value)
{
	const char *text = api_query(r, key);
	unsigned long v;
	char *end;

	if (!text)
		return true;
	v = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || !v || v > max) {
		api_error(r, 400, "%s is a number from 1 to %" PRIu32, key, max);
		return false;
	}
	*value = (uint32_t)v;
	return true;
}

void capture(struct api_request *r)
{
	const char *view = api_query(r, "view"), *drops = api_query(r, "drops");
	uint32_t seconds = SECONDS, snap = CAPTURE_MAX, slot[11];
	struct capturing *c;
	int err;

	if (!api_config->datapath) {
		api_error(r, 503, "this mcored has no gateway: it forwards nothing");
		return;
	}
	if (!argument(r, "seconds", SECONDS_MAX, &seconds) ||
	    !argument(r, "snap", CAPTURE_MAX, &snap))
		return;
	c = calloc(1, sizeof *c);
	err = c ? dp_capture_start(r->imsi, seconds, captured, c) : -ENOMEM;
	if (err) {
		free(c);
		api_error(r, 503, "no capture: %s",
			  err == -EBUSY ? "too many run already" : strerror(-err));
		return;
	}
	c->outer = view && !strcmp(view, "outer");
	c->drops = drops && !strcmp(drops, "1");
	c->snap = snap;
	c->lost_before = dp_capture_lost();
	c->stream = api_stream(r, BACKLOG, capture_closed, c);
	if (!c->stream) {
		capture_closed(c);
	} else if (!dp_session_find(r->imsi, slot)) {
		put_line(c, json_pack("{s:s+}", "note", r->word,
				      " has no session: it is captured once it has one"));
	}
}
