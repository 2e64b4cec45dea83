/* SPDX-License-Identifier: Apache-2.0 */
/* A restart that eNodeBs do not notice: their associations outlive the daemon. */
#include "bench.h"

/* The daemon is killed, and another one started. */
static void restart(void)
{
	char error[128];

	mme_stop(false);
	run();
	assert_int_equal(in_use("mme_ue") + in_use("s1_conn") + in_use("enb"), 0);
	for (int i = 0; i < ASSOCS; i++)
		assoc[i].first = NULL;
	assert_int_equal(mme_start(&bench_config, error, sizeof(error)), 0);
}

static int open(void **state)
{
	keeps = true;
	return bench_open(state);
}

static struct device connected_device(struct s1_assoc *enb, const char *imsi)
{
	struct device d = device(enb, imsi);

	attach_to(&d, AT_DONE);
	return d;
}

static void connected_device_stays_connected(void **state)
{
	struct device d = connected_device(enb_ready(0), "001010000000001");
	uint32_t id = d.mme_id;

	(void)state;
	restart();
	quiet(d.enb);
	is_registered(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_int_equal(ue_of(&d)->conn->mme_ue_s1ap_id, id);
	assert_false(timer_running(&ue_of(&d)->reachable));
	assert_true(the_session()->connected);
	/* It goes on in both directions, protected. */
	detach_by_network(ue_of(&d), true, NULL, NULL);
	run();
	hear_type(&d, NAS_DETACH_REQUEST);
	assert_int_equal(d.down_header, NAS_SEC_CIPHERED);
}

static void idle_device_stays_idle(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");

	(void)state;
	restart();
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_true(timer_running(&ue_of(&d)->reachable));
	assert_int_equal(in_use("enb"), 1);
}

static void release_goes_on_after_a_restart(void **state)
{
	struct device d = connected_device(enb_ready(0), "001010000000001");

	(void)state;
	restart();
	go_idle(&d);
	restart();
	assert_null(ue_of(&d)->conn);
	assert_int_equal(in_use("s1_conn"), 0);
}

/* The association ended while nobody was there, or was set up anew: another instance. */
static void device_of_an_association_that_ended_is_idle(void **state)
{
	struct device d = connected_device(enb_ready(0), "001010000000001");

	(void)state;
	d.enb->note_n = 0;
	restart();
	is_registered(&d);
	assert_null(ue_of(&d)->conn);
	assert_int_equal(in_use("enb"), 0);
	enb_ready(0);
	assert_null(ue_of(&d)->conn);
}

static void enodeb_comes_back_as_it_was(void **state)
{
	struct enb was = *(struct enb *)s1_user(enb_ready(0));
	struct tai tai = was.tai[0];
	const struct enb *e;

	(void)state;
	restart();
	e = s1_user(&assoc[0]);
	assert_non_null(e);
	assert_true(e->ready);
	assert_int_equal(e->id, was.id);
	assert_int_equal(e->id_bits, was.id_bits);
	assert_int_equal(e->plmn, was.plmn);
	assert_string_equal(e->name, was.name);
	assert_int_equal(e->tais, was.tais);
	assert_memory_equal(&e->tai[0], &tai, sizeof(tai));
	quiet(&assoc[0]);
}

static void enodeb_whose_note_is_broken_sets_up_anew(void **state)
{
	(void)state;
	enb_ready(0);
	size_t whole = assoc[0].note_n;

	for (size_t n = 1; n < whole; n += 3) {
		assoc[0].note_n = n;
		assoc[0].closed = false;
		restart();
		assert_true(assoc[0].closed);
	}
	assoc[0].note_n = whole;
	assoc[0].closed = false;
	restart();
	assert_false(assoc[0].closed);
}

/* Neither slots nor generations of before name anybody else's connection. */
static void new_connections_get_ids_of_their_own(void **state)
{
	struct s1_assoc *enb = enb_ready(0);
	struct device d[4], e[4];
	char imsi[16];

	(void)state;
	for (int i = 0; i < 4; i++) {
		snprintf(imsi, sizeof(imsi), "00101000000000%d", i);
		d[i] = connected_device(enb, imsi);
	}
	go_idle(&d[2]);
	restart();
	for (int i = 0; i < 4; i++) {
		snprintf(imsi, sizeof(imsi), "00101000000001%d", i);
		e[i] = device(enb, imsi);
		attach_to(&e[i], AT_DONE);
		for (int k = 0; k < 4; k++)
			assert_int_not_equal(e[i].mme_id, d[k].mme_id);
	}
	for (int i = 0; i < 4; i++) {
		if (i != 2)
			go_idle(&d[i]);
		go_idle(&e[i]);
	}
	assert_int_equal(in_use("s1_conn"), 0);
}

int main(void)
{
#define KEPT(name) cmocka_unit_test_setup_teardown(name, open, bench_close)
	const struct CMUnitTest tests[] = {
		KEPT(connected_device_stays_connected),
		KEPT(idle_device_stays_idle),
		KEPT(release_goes_on_after_a_restart),
		KEPT(device_of_an_association_that_ended_is_idle),
		KEPT(enodeb_comes_back_as_it_was),
		KEPT(enodeb_whose_note_is_broken_sets_up_anew),
		KEPT(new_connections_get_ids_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
