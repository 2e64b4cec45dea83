/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target of the small readers that the first octet chooses among: traffic flow templates
 * and what they become by another, GTP-U messages, and what operators write: packet filters,
 * datapath and access rules, warnings' text, files of policies. What is taken must be printed, or
 * written, and read again as the same; what is refused must say why. */
#include <stdlib.h>
#include <string.h>

#include "codec/cbs.h"
#include "codec/tft.h"
#include "core/config.h"
#include "core/pool.h"
#include "datapath/filter.h"
#include "datapath/gtpu_msg.h"
#include "mme/rule.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena arena;

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void written_again(const struct tft_filters *t)
{
	uint8_t out[TFT_MAX_OCTETS];
	struct wr w = wr_of(out, sizeof(out));
	struct tft_filters again;

	if (!tft_encode(t, &w)) {
		require(tft_decode(bytes_of(out, (size_t)(w.p - out)), &again) == 0);
		require(again.operation == t->operation && again.n == t->n);
	}
}

/* One template, its length before it, and one that changes it. */
static void tft(const uint8_t *p, size_t n)
{
	struct tft_filters one, two;
	char text[512];
	size_t first = n ? p[0] % n : 0;

	if (!n || tft_decode(bytes_of(p + 1, first), &one))
		return;
	written_again(&one);
	for (unsigned i = 0; i < one.n; i++) {
		require(tft_filter_print(&one.filter[i], text, sizeof(text)) == text);
		tft_filter_check(&one.filter[i]);
	}
	if (tft_decode(bytes_of(p + 1 + first, n - 1 - first), &two))
		return;
	if (one.operation != TFT_CREATE)
		one = (struct tft_filters){.operation = TFT_CREATE};
	if (!tft_apply(&one, &two)) {
		require(one.n <= TFT_MAX_FILTERS);
		if (one.n) /* none is the caller's to judge */
			written_again(&one);
	}
}

static void packet(const uint8_t *p, size_t n)
{
	const char *bad;
	struct tft_filter f;
	struct tft_packet packet;

	if (n && tft_packet_read(p + 1, n - 1, p[0] & 1, &packet) &&
	    tft_filter_parse("both remote 10.0.0.0/8 remote-port 1-9", &f, &bad))
		tft_matches(&f, &packet);
}

static void filter_text(const char *text)
{
	struct tft_filter f, again;
	const char *bad = NULL;
	char out[512];

	if (!tft_filter_parse(text, &f, &bad))
		require(bad != NULL);
	else
		require(tft_filter_parse(tft_filter_print(&f, out, sizeof(out)), &again, &bad) &&
			again.has == f.has && again.direction == f.direction);
}

static void gtpu(const uint8_t *p, size_t n)
{
	uint8_t copy[2048];
	struct gtpu_message m;
	struct in6_addr peer;
	uint32_t teid;
	char text[64];

	if (n > sizeof(copy) || !gtpu_parse(p, n, &m))
		return;
	require(m.n <= n && (!m.n || (m.body >= p && m.body + m.n <= p + n)));
	gtpu_parse_error(&m, &teid, &peer);
	gtpu_parse_headers(&m, text, sizeof(text));
	memcpy(copy, p, n);
	n = gtpu_relay(copy, 7);
	require(n <= sizeof(copy) && gtpu_parse(copy, n, &m) && m.teid == 7);
}

static void datapath_rule(const char *text)
{
	struct filter_rule r, again;
	char error[256] = "", out[FILTER_RULE_TEXT];

	if (filter_rule_parse(text, &r, error, sizeof(error)))
		return;
	require(filter_rule_parse(filter_rule_print(&r, out), &again, error, sizeof(error)) ==
		NULL);
	require(!strcmp(out, filter_rule_print(&again, error)));
}

static void access_rule(const char *text)
{
	struct access_rule r, again;
	char out[RULE_TEXT_MAX];

	if (!rule_parse(text, &r))
		require(!rule_parse(rule_print(&r, out), &again) && rule_equal(&r, &again));
}

static void warning(const char *text)
{
	uint8_t out[CBS_MAX], dcs;
	const char *error = NULL;
	size_t n = cbs_encode(text, text[0] & 1 ? "de" : NULL, &dcs, out, &error);

	require(n <= CBS_MAX && (n || error));
}

static void policies(const char *text, size_t n)
{
	struct policy_set set;
	struct config_errors errors = {0};

	if (policy_parse(text, n, &set, &arena, &errors))
		require(errors.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *p = data + 1;
	char *text;

	if (!size--)
		return 0;
	text = malloc(size + 1); /* to its octet, that reading beyond it shows */
	memcpy(text, p, size);
	text[size] = 0;
	switch (data[0] % 8) {
	case 0:
		tft(p, size);
		break;
	case 1:
		packet(p, size);
		break;
	case 2:
		filter_text(text);
		break;
	case 3:
		gtpu(p, size);
		break;
	case 4:
		datapath_rule(text);
		break;
	case 5:
		access_rule(text);
		break;
	case 6:
		warning(text);
		break;
	default:
		policies(text, size);
		break;
	}
	free(text);
	arena_reset(&arena);
	return 0;
}
