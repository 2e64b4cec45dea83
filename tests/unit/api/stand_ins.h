/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-ins for the datapath and the PGW, for what runs the API without them. */
#ifndef TESTS_API_STAND_INS_H
#define TESTS_API_STAND_INS_H

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "api/api.h"
#include "datapath/datapath.h"

/* ---- the datapath: as many sessions as fill_sessions made ---- */

enum { SESSIONS = 1200, LONG_APN_SLOT = 5 };
#define LONG_APN "sensors.of-the-northern-valleys.example.operator"
static struct session sessions[SESSIONS];

__attribute__((unused)) static void fill_sessions(void)
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
		s->dropped = i;
		s->ebi = 5;
	}
	sessions[5].quota = 1000;
	sessions[5].quota_left = -QUOTA_EXHAUSTED;
	sessions[5].flags |= SESSION_QUARANTINE;
}

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

unsigned dp_session_routes_of(uint32_t slot, struct prefix out[PREFIXES_MAX])
{
	const char *wrong;

	return slot == 0 ? prefixes_read("192.0.2.0/24", out, &wrong) : 0;
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

unsigned dp_drops(uint32_t slot, struct drop_count out[REASON_COUNT])
{
	memset(out, 0, REASON_COUNT * sizeof *out);
	out[REASON_spoofed_source] = (struct drop_count){sessions[slot].dropped, 4000000000};
	return 1;
}

static dp_captured *capture_fn;
static void *capture_arg;
static atomic_int captures;

int dp_capture_start(imsi_t imsi, uint32_t seconds, dp_captured *fn, void *arg)
{
	(void)imsi;
	if (seconds == 3)
		return -EBUSY;
	capture_fn = fn;
	capture_arg = arg;
	captures++;
	return 0;
}

void dp_capture_stop(void *arg)
{
	(void)arg;
	captures--;
}

uint64_t dp_capture_lost(void) { return 0; }

struct dp_peer *dp_peers(unsigned *n)
{
	struct dp_peer *list = calloc(2, sizeof *list);

	if (!list)
		abort();
	*n = 2;
	list[0] = (struct dp_peer){.addr = {.s6_addr = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7}},
				   .path = DP_PATH_UP,
				   .resolved = true,
				   .ifindex = 1,
				   .mtu = 1500,
				   .tunnels = 3,
				   .rtt_us = 250,
				   .up = {40, 4000},
				   .down = {50, 5000}};
	list[1] = (struct dp_peer){.addr = {.s6_addr = {0x20, 1, 0xd, 0xb8, [15] = 9}},
				   .path = DP_PATH_STRANGER,
				   .unknown_teid = 12};
	return list;
}

/* The policy's part of the datapath: there is none here. */
unsigned dp_profiles(void) { return 2; }
const char *dp_profile_name(unsigned index) { return index ? "camera" : ""; }
unsigned dp_profile_find(const char *name) { return !strcmp(name, "camera"); }
int dp_profile_set(const struct dp_profile *p) { return p->rules < FILTER_RULES ? 1 : -ENOSPC; }
void dp_profile_del(const char *name) { (void)name; }
void dp_session_hold(uint32_t slot, const struct dp_limits *l) { (void)slot, (void)l; }
uint64_t dp_session_quota_left(uint32_t slot) { return (uint64_t)quota_octets(sessions[slot].quota_left); }
void dp_session_quota_give(uint32_t slot, int64_t octets) { (void)slot, (void)octets; }
void pgw_set_policy(const struct pgw_policy *p) { (void)p; }
const char *pgw_apn(uint32_t slot, uint64_t *ambr_up, uint64_t *ambr_down)
{
	if (!sessions[slot].teid)
		return NULL;
	*ambr_up = *ambr_down = 1000000;
	return slot == LONG_APN_SLOT ? LONG_APN : sessions[slot].apn;
}
uint32_t dp_slots(void) { return SESSIONS; }

/* No dedicated bearers. */
int pgw_rule_filters(struct pgw_rule *r, const struct tft_filter *f, unsigned n)
{
	(void)r, (void)f, (void)n;
	return -EINVAL;
}
int pgw_bearer_add(imsi_t imsi, const char *apn, const struct pgw_rule *r,
		   void (*done)(void *arg, enum gtpc_cause), void *arg)
{
	(void)imsi, (void)apn, (void)r, (void)done, (void)arg;
	return -ENOENT;
}
int pgw_bearer_set(imsi_t imsi, const struct pgw_rule *r,
		   void (*done)(void *arg, enum gtpc_cause), void *arg)
{
	(void)imsi, (void)r, (void)done, (void)arg;
	return -ENOENT;
}
int pgw_bearer_del(imsi_t imsi, const char *name, void (*done)(void *arg, enum gtpc_cause),
		   void *arg)
{
	(void)imsi, (void)name, (void)done, (void)arg;
	return -ENOENT;
}
bool pgw_bearer_walk(imsi_t imsi, unsigned i, struct pgw_bearer_view *v)
{
	(void)imsi, (void)i, (void)v;
	return false;
}
const struct pgw_rule *pgw_rule_find(const char *name)
{
	(void)name;
	return NULL;
}

uint64_t dp_now_ns(void) { return 10000000000; }
const char *dp_pins(void) { return "/sys/fs/bpf/test/v1"; }
const char *dp_describe(void) { return "native on test"; }

#endif
