/* SPDX-License-Identifier: Apache-2.0 */
/* A bench for the real MME: what is below and beside it is played by this file. S1 associations
 * that keep what is sent to them, an HSS that makes vectors, an SGW that counts sessions, a store
 * in memory; above them eNodeBs and devices that speak S1AP and NAS. Requests to HSS and SGW go
 * through the real transport, on the real loop; time is moved by elapse().
 *
 * A test speaks as the device (`say_`, `initial`, `uplink`) or the eNodeB (`tell`), and takes what
 * comes back in order (`hear`, `expect`); quiet() says that nothing else came. Each test ends with
 * bench_close, which takes everything down and asserts that no context is left anywhere. */
#ifndef TESTS_MME_BENCH_H
#define TESTS_MME_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/loop.h"
#include "mme/mme.h"
#include "security/aka.h"
#include "security/kdf.h"
#include "sgw/sgw.h"
#include "store/store.h"

static struct arena mem; /* of the running test */

enum { PLMN = 0x00f110, TAC = 7, GROUP = 0x8001, CODE = 3 };

static const struct mme_tacs bench_tacs[] = {{PLMN, 5, 9}};
static const struct mme_config bench_config = {
	.name = "bench",
	.gummei = {PLMN, GROUP, CODE},
	.tacs = 1,
	.tac = bench_tacs,
	.relative_capacity = 77,
	.network_full_name = "",
	.network_short_name = "",
	.control = {0x0100007f},
	.s1.addresses = 1,
	.failures = 64,
};

/* ---- the loop ---- */

static uint64_t bench_now;

static inline void bench_stop(void *arg)
{
	(void)arg;
	loop_stop();
}

/* Lets everything happen that is under way. */
static inline void run(void)
{
	for (int i = 0; i < 3; i++) {
		loop_post(bench_stop, NULL);
		loop_run();
	}
}

/* Time passes, in steps of so many milliseconds. */
static inline void pass(uint64_t ms, uint64_t step)
{
	uint64_t to;

	if (!bench_now)
		bench_now = loop_now_ms();
	for (to = bench_now + ms; bench_now < to;) {
		bench_now = bench_now + step < to ? bench_now + step : to;
		timer_advance(bench_now);
		run();
	}
}

static inline void elapse(uint64_t ms) { pass(ms, 500); }

static inline uint64_t in_use(const char *pool)
{
	for (struct mem_pool *p = pool_next(NULL); p; p = pool_next(p))
		if (!strcmp(p->name, pool))
			return p->in_use;
	return 0;
}

static inline uint64_t procedures(void)
{
	return in_use("attach") + in_use("auth") + in_use("smc") + in_use("identity") +
	       in_use("detach") + in_use("service") + in_use("x2") + in_use("s1ho") +
	       in_use("refresh") + in_use("reallocation") + in_use("pdn") + in_use("activate") +
	       in_use("modify") + in_use("deactivate") + in_use("resource") + in_use("paging");
}

/* ---- S1 ---- */

struct sent {
	struct sent *next;
	size_t n;
	uint16_t stream;
	uint8_t b[];
};

struct s1_assoc {
	void *user;
	bool up, closed;
	uint8_t note[2048]; /* what s1_keep was given */
	size_t note_n;
	struct sent *first;
};

enum { ASSOCS = 4 };
static struct s1_assoc assoc[ASSOCS];
static const struct s1_handler *s1_handler;
static bool keeps; /* associations outlive the daemon */

int s1_start(const struct s1_config *c, const char **error)
{
	(void)c, (void)error;
	return 0;
}
int s1_listen(const struct s1_handler *h)
{
	s1_handler = h;
	for (int i = 0; i < ASSOCS; i++) /* those that were kept come back */
		if (assoc[i].note_n) {
			assoc[i].up = true;
			h->back(&assoc[i], assoc[i].note, assoc[i].note_n);
		}
	return 0;
}
bool s1_keeps(void) { return keeps; }

static uint64_t behind_ms;

uint64_t s1_behind_ms(void) { return behind_ms; }
void s1_keep(struct s1_assoc *a, const void *note, size_t n)
{
	assert_true(n <= sizeof(a->note));
	if (!keeps)
		return;
	memcpy(a->note, note, n);
	a->note_n = n;
}
const char *s1_backend(void) { return "bench"; }
const char *s1_peer(const struct s1_assoc *a)
{
	static const char *const name[] = {"enb0", "enb1", "enb2", "enb3"};

	return name[a - assoc];
}
bool s1_peer_address(const struct s1_assoc *a, struct in6_addr *out)
{
	*out = (struct in6_addr){.s6_addr = {[15] = (uint8_t)(1 + (a - assoc))}};
	return true;
}
void *s1_user(const struct s1_assoc *a) { return a->user; }
void s1_set_user(struct s1_assoc *a, void *user) { a->user = user; }
uint16_t s1_streams(const struct s1_assoc *a) { return a ? 8 : 0; }
void s1_close(struct s1_assoc *a, bool abort)
{
	(void)abort;
	a->closed = true;
}

int s1_send(struct s1_assoc *a, uint16_t stream, const void *p, size_t n)
{
	struct sent *s = arena_alloc(&mem, sizeof(*s) + n), **at = &a->first;

	if (!a->up)
		return -EPIPE;
	s->next = NULL;
	s->n = n;
	s->stream = stream;
	memcpy(s->b, p, n);
	while (*at)
		at = &(*at)->next;
	*at = s;
	return 0;
}

static inline void enb_up(struct s1_assoc *a)
{
	*a = (struct s1_assoc){.up = true};
	s1_handler->up(a);
}

static inline void enb_down(struct s1_assoc *a)
{
	if (!a->up)
		return;
	a->up = false;
	a->note_n = 0;
	s1_handler->down(a, "test");
	run();
}

void s1_stop(bool tell_peers)
{
	(void)tell_peers;
	for (int i = 0; i < ASSOCS; i++)
		if (assoc[i].up) {
			assoc[i].up = false;
			s1_handler->down(&assoc[i], "stop");
		}
}

static inline void tell_octets(struct s1_assoc *a, const void *p, size_t n)
{
	if (!a->closed)
		s1_handler->message(a, 1, p, n);
	run();
}

static inline void tell_body(struct s1_assoc *a, const struct s1ap_msg *msg, const void *body,
			     bool incomplete)
{
	static uint8_t buf[1 << 17];
	struct wr w = wr_of(buf, sizeof(buf));
	size_t n;

	if (incomplete)
		assert_int_equal(s1ap_encode_incomplete(msg, body, &w), 0);
	else
		assert_int_equal(s1ap_encode(msg, body, &w), 0);
	n = (size_t)(w.p - buf);
	tell_octets(a, arena_copy(&mem, buf, n), n);
}
#define tell(a, tag, body)                                                                         \
	tell_body(a, &s1ap_##tag##_msg, 1 ? (body) : (const struct s1ap_##tag *)NULL, false)
#define tell_incomplete(a, tag, body)                                                              \
	tell_body(a, &s1ap_##tag##_msg, 1 ? (body) : (const struct s1ap_##tag *)NULL, true)

/* Stream 0 is for the procedures of nodes, and for no other (36.412 7). */
static inline bool on_its_stream(const struct sent *s, const struct s1ap_pdu *pdu)
{
	bool of_device = s1ap_ie(pdu->msg, pdu->body, 0) || s1ap_ie(pdu->msg, pdu->body, 8) ||
			 s1ap_ie(pdu->msg, pdu->body, 99); /* MME, eNB UE S1AP ID, both */

	return of_device == (s->stream != 0);
}

/* The next message to an eNodeB, decoded; NULL if there is none. */
static inline struct s1ap_pdu *next_pdu(struct s1_assoc *a)
{
	struct sent *s = a->first;
	struct s1ap_pdu *pdu = arena_zalloc(&mem, sizeof(*pdu));

	if (!s)
		return NULL;
	a->first = s->next;
	assert_int_equal(s1ap_decode(&mem, bytes_of(s->b, s->n), pdu), 0);
	assert_int_equal(pdu->diag.n, 0);
	assert_true(on_its_stream(s, pdu));
	return pdu;
}

static inline const void *expect_msg(struct s1_assoc *a, const struct s1ap_msg *msg)
{
	const struct s1ap_pdu *pdu = next_pdu(a);

	if (!pdu)
		fail_msg("nothing came, expected %s", msg->name);
	if (pdu->msg != msg)
		fail_msg("%s came, expected %s", pdu->msg->name, msg->name);
	return pdu->body;
}
#define expect(a, tag) ((const struct s1ap_##tag *)expect_msg(a, &s1ap_##tag##_msg))

static inline void quiet(struct s1_assoc *a)
{
	const struct s1ap_pdu *pdu = next_pdu(a);

	if (pdu)
		fail_msg("%s came, expected nothing", pdu->msg->name);
}

/* ---- S1 Setup ---- */

struct site {
	plmn_t plmn, broadcast;
	uint32_t id;
	uint16_t tac;
};

static inline void setup_as(struct s1_assoc *a, struct site s)
{
	struct s1ap_s1_setup_request m = {0};
	plmn_t plmn = s.broadcast;
	struct s1ap_supported_tas_item tas = {.tac = s.tac, .broadcast_plmns = {&plmn, 1}};
	struct s1ap_global_enb_id id = {.plmn = s.plmn};

	id.enb_id.choice = S1AP_ENB_ID_MACRO_ENB_ID;
	id.enb_id.macro_enb_id = s.id;
	S1AP_SET(&m, global_enb_id, id);
	S1AP_SET(&m, enb_name, bytes_of("site", 4));
	S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){&tas, 1});
	S1AP_SET(&m, default_paging_drx, S1AP_PAGING_DRX_V128);
	tell(a, s1_setup_request, &m);
}

static inline struct s1_assoc *enb_ready(unsigned i)
{
	enb_up(&assoc[i]);
	setup_as(&assoc[i], (struct site){PLMN, PLMN, 100 + i, TAC});
	expect(&assoc[i], s1_setup_response);
	return &assoc[i];
}

/* ---- HSS ---- */

static struct {
	bool hold, blocked;
	bool has_usage_type;
	uint8_t usage_type;
	uint32_t access_restriction;
	char access[16];
	enum s6a_result auth_result, location_result;
	uint64_t sqn;
	unsigned auths, locations, resyncs;
	uint64_t ambr_up, ambr_down;
	uint8_t apns, default_apn;
	struct apn_subscription apn[4];
	void *held;
	struct s6a_request held_request;
} hss;

static inline struct aka_key key_of(imsi_t imsi)
{
	struct aka_key k = {.algorithm = AKA_MILENAGE, .k_len = 16};

	for (unsigned i = 0; i < 16; i++) {
		k.k[i] = (uint8_t)(imsi >> 8 * (i % 8)) ^ (uint8_t)(i * 29);
		k.opc[i] = (uint8_t)(0xa5 ^ i);
	}
	return k;
}

/* False if AUTS is none. */
static inline bool make_vector(const struct s6a_request *r, struct eutran_vector *v)
{
	static uint8_t salt;
	struct aka_key k = key_of(r->imsi);
	struct aka_vector a;

	if (r->resync) {
		if (aka_check_auts(&k, r->rand, r->auts, &hss.sqn))
			return false;
		hss.resyncs++;
	}
	hss.sqn += 32;
	memset(v->rand, ++salt, 16);
	assert_int_equal(aka_generate(&k, v->rand, hss.sqn, (uint8_t[]){0x80, 0}, &a), 0);
	memcpy(v->autn, a.autn, 16);
	memcpy(v->xres, a.res, v->xres_len = 8);
	kdf_kasme(a.ck, a.ik, r->visited_plmn, a.sqn_xor_ak, v->kasme);
	return true;
}

static inline void hss_answer(void *token, const struct s6a_request *r)
{
	struct s6a_answer a = {.command = r->command, .result = S6A_SUCCESS};

	a.has_usage_type =
		hss.has_usage_type && (r->send_usage_type || r->command == S6A_UPDATE_LOCATION);
	a.usage_type = a.has_usage_type ? hss.usage_type : 0;
	if (r->command == S6A_AUTHENTICATION_INFORMATION) {
		a.result = hss.auth_result;
		a.vectors = 1;
		if (!make_vector(r, &a.vector[0]))
			a.result = S6A_AUTHENTICATION_DATA_UNAVAILABLE;
	} else {
		a.result = hss.location_result;
		a.blocked = hss.blocked;
		a.access_restriction = hss.access_restriction;
		snprintf(a.access, sizeof(a.access), "%s", hss.access);
		a.ambr_up = hss.ambr_up;
		a.ambr_down = hss.ambr_down;
		a.apns = hss.apns;
		a.default_apn = hss.default_apn;
		memcpy(a.apn, hss.apn, sizeof(hss.apn));
		snprintf(a.msisdn, sizeof(a.msisdn), "46701234567");
	}
	s6a_reply(token, &a);
}

static inline void hss_asked(void *token, const struct s6a_request *r)
{
	hss.auths += r->command == S6A_AUTHENTICATION_INFORMATION;
	hss.locations += r->command == S6A_UPDATE_LOCATION;
	if (hss.hold) {
		assert_null(hss.held);
		hss.held = token;
		hss.held_request = *r;
		return;
	}
	hss_answer(token, r);
}

static inline void hss_release(void)
{
	void *token = hss.held;

	hss.held = NULL;
	hss.hold = false;
	if (token)
		hss_answer(token, &hss.held_request);
	run();
}

/* ---- SGW ---- */

enum { SESSIONS = 64, HELD = 8 };
static struct {
	bool hold;
	enum gtpc_cause resource_cause;
	struct gtpc_request resource, command; /* the last Bearer Resource, Delete Bearer Command */
	unsigned resources;
	enum gtpc_cause create_cause, modify_cause;
	enum pdn_type gives; /* what the PGW gives of what was asked */
	enum gtpc_cause forwarding_cause;
	uint8_t refused_ebi; /* of a Modify Bearer that is accepted else */
	struct fteid uplink; /* in Modify Bearer Responses, if the SGW has changed it */
	unsigned created, deleted, modified, released, commands, strays;
	int forwardings;
	unsigned unpaged; /* Downlink Data Notification Failure Indications */
	enum gtpc_cause unpaged_cause;
	uint32_t next_teid;
	struct session {
		uint32_t teid;
		imsi_t imsi;
		uint8_t ebi;
		bool connected;
		uint32_t enb_teid, mme_teid;
		char apn[APN_STRLEN];
		enum pdn_type type;
	} session[SESSIONS];
	unsigned helds;
	struct {
		void *token;
		struct gtpc_request r;
	} held[HELD];
} sgw;

static inline unsigned sessions(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SESSIONS; i++)
		n += sgw.session[i].teid != 0;
	return n;
}

static inline struct session *session_of(uint32_t teid)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		if (teid && sgw.session[i].teid == teid)
			return &sgw.session[i];
	return NULL;
}

static inline struct session *the_session(void)
{
	assert_int_equal(sessions(), 1);
	for (unsigned i = 0; i < SESSIONS; i++)
		if (sgw.session[i].teid)
			return &sgw.session[i];
	return NULL;
}

static inline void sgw_create(const struct gtpc_request *r, struct gtpc_response *a)
{
	struct session *s = sgw.session;

	a->cause = sgw.create_cause;
	if (a->cause >= GTPC_CONTEXT_NOT_FOUND)
		return;
	while (s->teid)
		assert_true(++s < sgw.session + SESSIONS);
	*s = (struct session){.teid = ++sgw.next_teid,
			      .imsi = r->imsi,
			      .ebi = r->bearer[0].ebi,
			      .mme_teid = r->sender.teid};
	s->type = r->pdn_type & sgw.gives;
	memcpy(s->apn, r->apn, sizeof(s->apn));
	sgw.created++;
	a->sender = (struct fteid){.type = FTEID_S11_SGW, .has4 = true, .teid = s->teid};
	a->paa = r->paa;
	a->paa.type = s->type;
	a->paa.ip4.s_addr = htonl(0x0a000001);
	a->paa.ip6.s6_addr[0] = 0x20;
	a->paa.ip6.s6_addr[15] = 1;
	a->bearers = 1;
	a->bearer[0] = (struct gtpc_bearer){.ebi = s->ebi, .cause = GTPC_ACCEPTED};
	a->bearer[0].s1u_sgw = (struct fteid){.type = FTEID_S1U_SGW,
					      .has4 = true,
					      .teid = 0x1000 + s->teid,
					      .ip4 = {htonl(0x7f000001)}};
}

static inline void sgw_answer(void *token, const struct gtpc_request *r)
{
	struct gtpc_response a = {.type = r->type, .cause = GTPC_ACCEPTED};
	struct session *s = session_of(r->teid);

	if (r->type == GTPC_CREATE_SESSION) {
		sgw_create(r, &a);
	} else if (!s) {
		a.cause = GTPC_CONTEXT_NOT_FOUND;
		sgw.strays++;
	} else if (r->type == GTPC_DELETE_SESSION) {
		s->teid = 0;
		sgw.deleted++;
	} else if (r->type == GTPC_MODIFY_BEARER) {
		a.cause = sgw.modify_cause;
		s->connected = a.cause == GTPC_ACCEPTED;
		s->enb_teid = r->bearer[0].s1u_enb.teid;
		sgw.modified++;
		a.bearers = r->bearers;
		for (unsigned i = 0; i < r->bearers; i++) {
			a.bearer[i].ebi = r->bearer[i].ebi;
			a.bearer[i].cause = r->bearer[i].ebi == sgw.refused_ebi
						    ? GTPC_REQUEST_REJECTED
						    : a.cause;
			a.bearer[i].s1u_sgw = sgw.uplink;
		}
	} else if (r->type == GTPC_CREATE_INDIRECT_FORWARDING) {
		a.cause = sgw.forwarding_cause;
		a.bearers = r->bearers;
		for (unsigned i = 0; i < r->bearers; i++) {
			a.bearer[i].ebi = r->bearer[i].ebi;
			a.bearer[i].dl_forwarding =
				(struct fteid){.has4 = true,
					       .ip4 = {htonl(0x7f000001)},
					       .teid = 0xf0000 + r->bearer[i].dl_forwarding.teid};
		}
		sgw.forwardings += a.cause == GTPC_ACCEPTED;
	} else if (r->type == GTPC_DELETE_INDIRECT_FORWARDING) {
		sgw.forwardings--;
	} else if (r->type == GTPC_DELETE_BEARER_COMMAND) {
		gtpc_copy_request(&sgw.command, r);
		sgw.commands++;
	} else if (r->type == GTPC_BEARER_RESOURCE_COMMAND) {
		a.cause = sgw.resource_cause;
		gtpc_copy_request(&sgw.resource, r);
		sgw.resources++;
	} else if (r->type == GTPC_DOWNLINK_DATA_NOTIFICATION_FAILURE) {
		sgw.unpaged++;
		sgw.unpaged_cause = r->cause;
	} else {
		s->connected = false;
		sgw.released++;
	}
	gtpc_reply(token, &a);
}

static inline void sgw_asked(void *token, const struct gtpc_request *r)
{
	if (!sgw.hold) {
		sgw_answer(token, r);
		return;
	}
	assert_true(sgw.helds < HELD);
	sgw.held[sgw.helds].token = token;
	gtpc_copy_request(&sgw.held[sgw.helds++].r, r);
}

/* What the SGW asks the MME of its own accord, and the answer. */
struct sgw_asks {
	struct gtpc_txn txn;
	bool answered;
	struct gtpc_response r;
};

static inline void mme_answered(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct sgw_asks *a = (struct sgw_asks *)txn;

	a->answered = true;
	gtpc_copy_response(&a->r, r);
}

static inline struct gtpc_response sgw_asks(const struct gtpc_request *q)
{
	struct sgw_asks a = {.txn.done = mme_answered};

	gtpc_request(&a.txn, GTPC_MME, q);
	run();
	assert_true(a.answered);
	assert_int_equal(a.r.type, q->type);
	return a.r;
}

static inline void sgw_let_go(void)
{
	sgw.hold = false;
	for (unsigned i = 0; i < sgw.helds; i++)
		sgw_answer(sgw.held[i].token, &sgw.held[i].r);
	sgw.helds = 0;
	run();
}

/* ---- the store, and what is restored at the SGW ---- */

enum { SAVED = 8, SAVED_MAX = 8192 };
static struct saved {
	imsi_t imsi;
	size_t n;
	uint8_t b[SAVED_MAX];
} saved[SAVED];
static unsigned saves, restores;

static inline struct saved *saved_of(imsi_t imsi)
{
	for (unsigned i = 0; i < SAVED; i++)
		if (saved[i].n && saved[i].imsi == imsi)
			return &saved[i];
	return NULL;
}

void store_context_put(imsi_t imsi, const void *blob, size_t n, struct store_write w)
{
	struct saved *s = saved_of(imsi);

	(void)w;
	saves++;
	if (!s)
		for (s = saved; s->n;)
			assert_true(++s < saved + SAVED);
	assert_true(n <= SAVED_MAX);
	s->imsi = imsi;
	s->n = n;
	memcpy(s->b, blob, n);
}

void store_context_del(imsi_t imsi, struct store_write w)
{
	struct saved *s = saved_of(imsi);

	(void)w;
	if (s)
		s->n = 0;
}

int store_context_each(void (*fn)(void *, imsi_t, const uint8_t *, size_t), void *arg)
{
	for (unsigned i = 0; i < SAVED; i++)
		if (saved[i].n)
			fn(arg, saved[i].imsi, saved[i].b, saved[i].n);
	return 0;
}

enum { SETTINGS = 4 };
static struct setting {
	char key[32], value[262144];
} setting[SETTINGS];

static inline char *setting_of(const char *key)
{
	struct setting *s = setting;

	while (s->key[0] && strcmp(s->key, key) != 0)
		assert_true(++s < setting + SETTINGS);
	snprintf(s->key, sizeof(s->key), "%s", key);
	return s->value;
}

static inline void forget_settings(void) { memset(setting, 0, sizeof(setting)); }

void store_setting_put(const char *key, const char *value, struct store_write w)
{
	(void)w;
	assert_true(strlen(value) < sizeof(setting->value));
	strcpy(setting_of(key), value);
}

int store_setting_get(const char *key, char **value)
{
	*value = setting_of(key)[0] ? strdup(setting_of(key)) : NULL;
	return 0;
}

static bool tunnels_lost; /* of all devices, while nobody was there */

int sgw_restore(struct sgw_restored *r, uint32_t *s1u)
{
	struct session *s = session_of(r->teid);

	if (!s || s->imsi != r->imsi)
		return -ENOENT;
	restores++;
	s->connected &= !tunnels_lost;
	r->tunnels = s->connected;
	*s1u = 0x1000 + s->teid;
	return 0;
}

unsigned sgw_restore_end(void) { return 0; }

void sgw_due_rules(uint32_t teid, uint8_t ebi, char names[SGW_RULES_STRLEN])
{
	(void)teid, (void)ebi;
	*names = 0;
}

#include "device.h"

/* ---- a test's beginning and end ---- */

static inline int bench_open(void **state)
{
	(void)state;
	static bool started;
	char error[128];

	memset(&hss, 0, sizeof(hss));
	hss.auth_result = hss.location_result = S6A_SUCCESS;
	hss.ambr_up = 1000000;
	hss.ambr_down = 2000000;
	hss.apns = 1;
	hss.apn[0] = (struct apn_subscription){
		.apn = "internet", .pdn_type = PDN_IPV4V6, .qci = 9, .arp_priority = 8};
	hss.apn[0].ambr_up = hss.apn[0].ambr_down = 5000000;
	memset(&sgw, 0, sizeof(sgw));
	sgw.create_cause = sgw.modify_cause = sgw.forwarding_cause = GTPC_ACCEPTED;
	sgw.gives = PDN_IPV4V6;
	sgw.resource_cause = GTPC_ACCEPTED;
	memset(saved, 0, sizeof(saved));
	forget_settings();
	access_start();
	saves = restores = 0;
	memset(&mme_counters, 0, sizeof(mme_counters));
	if (!started) {
		log_max = LOG_ERROR;
		assert_int_equal(loop_init(), 0);
		proc_init();
		s6a_serve(hss_asked);
		gtpc_serve(GTPC_SGW, sgw_asked);
		assert_int_equal(mme_start(&bench_config, error, sizeof(error)), 0);
	}
	started = true;
	mme_reload(&bench_config);
	return 0;
}

static inline int bench_close(void **state)
{
	static const char *const pools[] = {
		"mme_ue",       "mme_pdn",    "mme_bearer",  "s1_conn",      "enb",
		"attach",       "auth",       "smc",         "identity",     "detach",
		"service",      "s6a_call",   "gtpc_call",   "refresh",      "reallocation",
		"nas_context", "old_tmsi",   "x2",          "s1ho",         "unproven",
		"paging",       "mme_update", "mme_reset",   "modification", "match",
		"locate",       "ue_places",  "radio_trace", "warning",      "warning_enb",
		"warning_proc", "tau",        "locate_again"};
	uint64_t cursor = 0;
	struct mme_ue *ue;

	(void)state;
	warning_drop_all();
	overload_end_by_hand();
	hss_release();
	sgw_let_go();
	for (int i = 0; i < ASSOCS; i++)
		enb_down(&assoc[i]);
	while ((ue = ue_next_known(&cursor)))
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
	run();
	for (size_t i = 0; i < sizeof(pools) / sizeof(*pools); i++)
		if (in_use(pools[i]))
			fail_msg("%llu of %s are left", (unsigned long long)in_use(pools[i]),
				 pools[i]);
	assert_int_equal(ue_count(), 0);
	assert_int_equal(sessions(), 0);
	assert_int_equal(sgw.strays, 0);
	assert_int_equal(sgw.forwardings, 0);
	for (unsigned i = 0; i < SAVED; i++)
		assert_int_equal(saved[i].n, 0);
	memset(assoc, 0, sizeof(assoc));
	arena_free(&mem);
	return 0;
}

#define BEHAVIOUR(fn) cmocka_unit_test_setup_teardown(fn, bench_open, bench_close)

#endif
