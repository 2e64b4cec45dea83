/* SPDX-License-Identifier: Apache-2.0 */
/* Extended DRX (TS 36.304 7.3, TS 23.401 5.13a): when a device listens, and when it is called. */
#include "bench.h"

/* ---- when it listens ---- */

/* Of 36.304 7.3: n times x to the 32, by long division. */
static uint32_t remainder_of(uint64_t n)
{
	for (unsigned bit = 63; bit >= 32; bit--)
		if (n >> bit & 1)
			n ^= UINT64_C(0x104c11db7) << (bit - 32);
	return (uint32_t)n;
}

static uint32_t hashed_id(uint32_t s_tmsi)
{
	uint32_t y1 = remainder_of(UINT64_C(0xffffffff) << 32);

	assert_int_equal(y1, 0xc704dd7b);
	return ~(y1 ^ remainder_of((uint64_t)s_tmsi << 32));
}

static void hashed_id_is_that_of_the_specification(void **state)
{
	(void)state;
	uint32_t s_tmsi = 1;

	assert_int_equal(edrx_hash(0x12341234), 0x259dd322);
	for (int i = 0; i < 10000; i++, s_tmsi = s_tmsi * 1664525 + 1013904223)
		assert_int_equal(edrx_hash(s_tmsi), hashed_id(s_tmsi));
}

/* H-SFN in which the window of a device begins that is open at that time, in radio frames since
 * H-SFN 0; -1: none is open. */
static int open_at(uint32_t s_tmsi, uint32_t hyperframes, unsigned ptw, uint64_t frame)
{
	uint32_t id = hashed_id(s_tmsi) >> 22;
	uint64_t length = 128 * (ptw + 1U);

	for (uint64_t back = 0; back < 4 && back <= frame / 1024; back++) {
		uint64_t hsfn = frame / 1024 - back;
		uint64_t start = hsfn * 1024 + 256 * (id / hyperframes % 4);

		if (hsfn % 1024 % hyperframes == id % hyperframes && frame >= start &&
		    frame < start + length)
			return (int)(hsfn % 1024);
	}
	return -1;
}

static void windows_are_those_of_the_specification(void **state)
{
	(void)state;
	static const uint32_t hyperframes[] = {0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 32, 64, 128, 256};
	uint32_t x = 7;

	for (int i = 0; i < 3000; i++) {
		x = x * 1664525 + 1013904223;

		uint8_t cycle = (uint8_t)(1 + (x >> 8) % 13), ptw = (uint8_t)(x >> 20 & 15);
		uint32_t s_tmsi = x * 2654435761;
		/* At the end of a period of H-SFN as well. */
		uint64_t now = UINT64_C(10485760) * (1 + x % 3) - (x >> 4) % 4000000;
		struct edrx_window w = edrx_window(s_tmsi, cycle, ptw, now);
		uint64_t first = w.start_ms / 10, last = w.end_ms / 10 - 1;

		assert_int_equal(w.end_ms - w.start_ms, 1280 * (ptw + 1));
		assert_true(open_at(s_tmsi, hyperframes[cycle], ptw, first) ==
			    (int)(first / 1024 % 1024));
		assert_true(open_at(s_tmsi, hyperframes[cycle], ptw, last) >= 0);
		assert_true(w.end_ms >= now + 1280);
		/* None before that would do. */
		for (uint64_t f = (now + 1279) / 10; f < first; f += 16)
			if (open_at(s_tmsi, hyperframes[cycle], ptw, f) >= 0)
				fail_msg("cycle %u ptw %u: open at %llu, not from %llu", cycle, ptw,
					 (unsigned long long)f, (unsigned long long)first);
	}
}

static void codes_are_within_what_is_configured(void **state)
{
	(void)state;
	uint8_t code;

	assert_true(edrx_cycle_within(13, 2621440, &code));
	assert_int_equal(code, 13);
	assert_true(edrx_cycle_within(15, 2621440, &code)); /* NB-IoT's are cut */
	assert_int_equal(code, 13);
	assert_true(edrx_cycle_within(9, 100000, &code));
	assert_int_equal(code, 5);
	assert_true(edrx_cycle_within(2, 100000, &code));
	assert_int_equal(code, 2);
	assert_false(edrx_cycle_within(2, 5000, &code));
}

static void gps_time_is_ahead_of_utc(void **state)
{
	(void)state;
	struct mme_config c = bench_config;
	uint64_t utc, gps;

	c.power.paging = EDRX_UTC;
	mme_reload(&c);
	utc = edrx_now_ms();
	c.power.paging = EDRX_GPS;
	c.power.hyperframe_ms = 7;
	mme_reload(&c);
	gps = edrx_now_ms();
	/* 3657 days later, and 18 leap seconds. */
	assert_in_range(gps - (utc - UINT64_C(3657) * 86400000 + 18000), 7, 5000);
}

/* ---- when it is called ---- */

enum { CYCLE = 9, PTW = 15, PTW_MS = 20480 };

static struct mme_config config;

/* An idle device with extended DRX whose window opens (closes, below 0) in so many ms. */
static struct device listens_in(int64_t ms, enum edrx_paging how)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");
	struct edrx_window w;
	uint64_t now;

	config = bench_config;
	config.power.edrx_ms = 2621440;
	config.power.paging = how;
	mme_reload(&config);
	ue_of(&d)->edrx = true;
	ue_of(&d)->edrx_cycle = CYCLE;
	ue_of(&d)->edrx_ptw = PTW;
	now = edrx_now_ms();
	w = edrx_window(ue_of(&d)->m_tmsi, CYCLE, PTW, now + 100000);
	config.power.hyperframe_ms = (uint32_t)(w.start_ms - now - (uint64_t)ms);
	mme_reload(&config);
	return d;
}

static void a_device_is_called_just_before_it_listens(void **state)
{
	(void)state;
	struct device d = listens_in(60000, EDRX_UTC);
	const struct s1ap_paging *p;

	assert_int_equal(sgw_notifies(&d, 8, 0).cause, GTPC_ACCEPTED);
	quiet(d.enb);
	elapse(57000);
	quiet(d.enb);
	enb_ready(1); /* it is not asked too early either */
	quiet(&assoc[1]);
	elapse(3000);
	for (int i = 1; i <= 3; i++) {
		p = expect(d.enb, paging);
		assert_int_equal(p->paging_edrx_information.paging_edrx_cycle,
				 S1AP_PAGING_EDRX_CYCLE_HF16);
		assert_int_equal(p->paging_edrx_information.paging_time_window,
				 S1AP_PAGING_TIME_WINDOW_S16);
		assert_int_equal(p->ue_paging_id.s_tmsi.m_tmsi, d.guti.m_tmsi);
		assert_int_equal(p->assistance_data_for_paging.paging_attempt_information
					 .paging_attempt_count,
				 i);
		assert_int_equal(p->assistance_data_for_paging.paging_attempt_information
					 .intended_number_of_paging_attempts,
				 3);
		expect(&assoc[1], paging);
		if (i == 1) { /* one that comes in the window is asked */
			enb_ready(2);
			expect(&assoc[2], paging);
			enb_down(&assoc[2]);
		}
		assert_int_equal(sgw.unpaged, 0);
		elapse(6500);
	}
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 1);
	assert_int_equal(sgw.unpaged_cause, GTPC_UE_NOT_RESPONDING);
	assert_int_equal(procedures(), 0);
	is_registered(&d);
}

static void a_device_that_listens_is_called_at_once(void **state)
{
	(void)state;
	struct device d = listens_in(-12000, EDRX_GPS);

	sgw_notifies(&d, 8, 0);
	assert_int_equal(expect(d.enb, paging)
				 ->assistance_data_for_paging.paging_attempt_information
				 .intended_number_of_paging_attempts,
			 2); /* 8.48 s are left */
	elapse(6500);
	expect(d.enb, paging);
	serve_device(&d);
	elapse(20000);
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 0);
}

static void a_device_that_comes_by_itself_is_not_called(void **state)
{
	(void)state;
	struct device d = listens_in(60000, EDRX_UTC);

	sgw_notifies(&d, 8, 0);
	elapse(30000);
	serve_device(&d);
	elapse(60000);
	quiet(d.enb);
	assert_int_equal(mme_counters.paging_answered, 1);
	assert_int_equal(procedures(), 0);
}

static void urgent_data_waits_for_the_window_too(void **state)
{
	(void)state;
	struct device d = listens_in(60000, EDRX_UTC);

	sgw_notifies(&d, 8, 0);
	sgw_notifies(&d, 1, 0);
	quiet(d.enb);
	config.paging_priority_arp = 4;
	mme_reload(&config);
	elapse(60000);
	assert_int_equal(expect(d.enb, paging)->paging_priority, S1AP_PAGING_PRIORITY_PRIOLEVEL1);
	serve_device(&d);
}

/* 24.301 5.4.1.6: each of two GUTIs may be the one that the device listens by. */
static void either_guti_has_a_window_of_its_own(void **state)
{
	(void)state;
	struct device d = listens_in(60000, EDRX_UTC);
	unsigned times[2] = {0}; /* the one it had, the one it was given */
	uint32_t new;

	serve_device(&d);
	refresh_begin(ue_of(&d), REFRESH_GUTI, NULL, NULL);
	run();
	hear(&d, guti_reallocation_command, GUTI_REALLOCATION_COMMAND);
	new = ue_of(&d)->m_tmsi;
	assert_int_not_equal(new, d.guti.m_tmsi);
	go_idle(&d);
	ue_of(&d)->edrx_cycle = 2; /* soon again */
	sgw_notifies(&d, 8, 0);
	for (int s = 0; s < 400 && !sgw.unpaged; s++) {
		const struct s1ap_pdu *pdu = next_pdu(d.enb);
		const struct s1ap_paging *p = pdu ? pdu->body : NULL;

		if (!pdu) {
			elapse(500);
			continue;
		}
		assert_ptr_equal(pdu->msg, &s1ap_paging_msg);
		if (p->ue_paging_id.s_tmsi.m_tmsi == new)
			times[1]++;
		else if (!times[1] && p->ue_paging_id.s_tmsi.m_tmsi == d.guti.m_tmsi)
			times[0]++;
		else
			fail_msg("called by %08x", p->ue_paging_id.s_tmsi.m_tmsi);
	}
	assert_int_equal(sgw.unpaged, 1);
	assert_in_range(times[0], 1, 3);
	assert_in_range(times[1], 1, 3);
	assert_int_equal(procedures(), 0);
}

static void data_waits_until_it_listens(void **state)
{
	(void)state;
	struct device d = listens_in(60000, EDRX_UTC);
	struct gtpc_response r;

	assert_int_equal(sgw_notifies(&d, 8, 0).buffering_s, 0); /* not configured */
	serve_device(&d);
	go_idle(&d);
	config.power.buffer = true;
	mme_reload(&config);
	r = sgw_notifies(&d, 8, 0);
	assert_int_equal(r.cause, GTPC_ACCEPTED);
	/* The window, the last T3413, and a little more. */
	assert_in_range(r.buffering_s, 86, 92);
	serve_device(&d);
	go_idle(&d);
	config.power.paging = EDRX_AT_ONCE;
	mme_reload(&config);
	r = sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	assert_in_range(r.buffering_s, 163 + 20 + 6, 163 + 20 + 6 + 6);
	r = sgw_notifies(&d, 8, 0); /* and is told so again */
	assert_in_range(r.buffering_s, 163 + 20 + 6, 163 + 20 + 6 + 6);
	quiet(d.enb);
	serve_device(&d);
}

static void an_enodeb_that_keeps_it_has_a_cycle_and_a_window(void **state)
{
	(void)state;
	struct device d = listens_in(60000, EDRX_AT_ONCE);

	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	pass(188000, 1000);
	quiet(d.enb);
	assert_int_equal(sgw.unpaged, 0);
	pass(4000, 500);
	assert_int_equal(sgw.unpaged, 1);
	/* An operator's T3415 is what it is. */
	config.timer[T3415].ms = 100000;
	mme_reload(&config);
	sgw_notifies(&d, 8, 0);
	expect(d.enb, paging);
	pass(101000, 500);
	assert_int_equal(sgw.unpaged, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(hashed_id_is_that_of_the_specification),
		BEHAVIOUR(windows_are_those_of_the_specification),
		BEHAVIOUR(codes_are_within_what_is_configured),
		BEHAVIOUR(gps_time_is_ahead_of_utc),
		BEHAVIOUR(a_device_is_called_just_before_it_listens),
		BEHAVIOUR(a_device_that_listens_is_called_at_once),
		BEHAVIOUR(a_device_that_comes_by_itself_is_not_called),
		BEHAVIOUR(urgent_data_waits_for_the_window_too),
		BEHAVIOUR(either_guti_has_a_window_of_its_own),
		BEHAVIOUR(data_waits_until_it_listens),
		BEHAVIOUR(an_enodeb_that_keeps_it_has_a_cycle_and_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
