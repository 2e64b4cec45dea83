/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that nobody should send, in each step of a device's life: random legal S1AP with this
 * connection's ids, random NAS with and without protection, and both with octets changed. Nothing
 * may crash, leak or stay. The seeds are fixed; under sanitizers this sees more. */
#include "bench.h"

enum { ROUNDS = 300 };
static uint64_t seed;

static uint64_t below(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static void spoil(uint8_t *p, size_t n)
{
	for (uint64_t k = below(4); n && k--;)
		p[below(n)] ^= (uint8_t)(1 + below(255));
}

/* A random NAS message of any kind, now and then spoilt. */
static struct bytes any_nas(void)
{
	const struct nas_def *def = nas_defs[below(nas_n_defs)];
	struct ie_any any = {.seed = below(UINT32_MAX) + 1, .arena = &mem};
	void *body = arena_zalloc(&mem, def->ies.size);
	uint8_t *buf = arena_alloc(&mem, 70000);
	struct wr w = wr_of(buf, 70000);

	ie_make_any(&def->ies, &any, body);
	if (nas_encode(&w, def, body) || w.p - buf > 900)
		return bytes_of("\x07\x41", 2);
	spoil(buf, (size_t)(w.p - buf));
	return bytes_of(buf, (size_t)(w.p - buf));
}

/* A device goes on using its context; what it says makes no sense. */
static struct bytes any_protected(struct device *d)
{
	struct nas_security keep = d->sec;
	struct bytes plain = any_nas();
	struct bytes pdu = d->sec.valid && below(4) ? protect(d, plain, 1 + below(4)) : plain;

	if (!below(6)) {
		spoil((uint8_t *)(uintptr_t)memcpy(arena_alloc(&mem, pdu.n), pdu.p, pdu.n), pdu.n);
		d->sec = keep;
	}
	return pdu;
}

static const struct s1ap_msg *any_msg(void)
{
	static const struct s1ap_msg *all[256];
	static size_t n;

	if (!n)
		for (const struct s1ap_msg *m = NULL; (m = s1ap_msg_next(m)) && n < 256;)
			all[n++] = m;
	return all[below(n)];
}

/* A random message of S1AP. All about one device begin with its two ids: they are set to d's. */
static void any_s1ap(struct device *d)
{
	const struct s1ap_msg *msg = any_msg();
	uint8_t *buf = arena_alloc(&mem, 200000);
	struct wr w = wr_of(buf, 200000);
	void *body;

	body = s1ap_any(&mem, msg, below(UINT32_MAX));
	if (msg == &s1ap_uplink_nas_transport_msg || msg == &s1ap_ue_context_release_request_msg ||
	    msg == &s1ap_initial_context_setup_response_msg ||
	    msg == &s1ap_initial_context_setup_failure_msg ||
	    msg == &s1ap_ue_context_release_complete_msg ||
	    msg == &s1ap_ue_capability_info_indication_msg ||
	    msg == &s1ap_nas_non_delivery_indication_msg) {
		struct s1ap_uplink_nas_transport *ids = body;

		ids->mme_ue_s1ap_id = d->mme_id;
		ids->enb_ue_s1ap_id = d->enb_id;
	}
	if (s1ap_encode(msg, body, &w))
		return;
	if (!below(3))
		spoil(buf, (size_t)(w.p - buf));
	tell_octets(d->enb, buf, (size_t)(w.p - buf));
}

/* The eNodeB may have been refused or reset by what it said. */
static void ready_again(struct s1_assoc *a)
{
	if (a->closed)
		enb_down(a);
	if (!a->up)
		enb_up(a);
	setup_as(a, (struct site){PLMN, PLMN, 100, TAC});
	a->first = NULL;
}

static void one_round(uint64_t s, enum step at)
{
	struct device d = device(&assoc[0], "001010000000001");

	seed = s * 0x9e3779b97f4a7c15 + at + 1;
	ready_again(d.enb);
	attach_to(&d, at);
	for (int i = 0; i < 12; i++) {
		switch (below(5)) {
		case 0:
			any_s1ap(&d);
			break;
		case 1: {
			struct device stranger = d;

			initial(&stranger, any_protected(&stranger));
			break;
		}
		case 2:
			elapse(500 + below(7000));
			break;
		default:
			uplink(&d, any_protected(&d));
		}
	}
	d.enb->first = NULL;
	/* Whatever that led to, the device can attach. */
	ready_again(d.enb);
	attach_to(&d, AT_DONE);
	is_registered(&d);
	assert_int_equal(ue_count(), 1);
	assert_int_equal(sessions(), 1);
}

static void survive(enum step at)
{
	for (uint64_t s = 0; s < ROUNDS; s++) {
		if (getenv("BENCH_VERBOSE"))
			print_message("step %d seed %llu\n", at, (unsigned long long)s);
		one_round(s, at);
	}
}

static void garbage_while_being_challenged(void **state)
{
	(void)state;
	survive(AT_AUTH);
}
static void garbage_in_security_mode(void **state)
{
	(void)state;
	survive(AT_SMC);
}
static void garbage_while_telling_esm_information(void **state)
{
	(void)state;
	for (uint64_t s = 0; s < ROUNDS; s++) {
		struct device d = device(&assoc[0], "001010000000001");

		seed = s + 77;
		ready_again(d.enb);
		attach_to(&d, AT_INFO);
		for (int i = 0; i < 8; i++)
			uplink(&d, any_protected(&d));
		d.enb->first = NULL;
	}
}
static void garbage_before_the_context_is_up(void **state)
{
	(void)state;
	survive(AT_ACCEPT);
}
static void garbage_before_attach_complete(void **state)
{
	(void)state;
	survive(AT_CONTEXT);
}
static void garbage_when_registered(void **state)
{
	(void)state;
	survive(AT_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(garbage_while_being_challenged),
		BEHAVIOUR(garbage_in_security_mode),
		BEHAVIOUR(garbage_while_telling_esm_information),
		BEHAVIOUR(garbage_before_the_context_is_up),
		BEHAVIOUR(garbage_before_attach_complete),
		BEHAVIOUR(garbage_when_registered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
