/* SPDX-License-Identifier: Apache-2.0 */
/* A restart that eNodeBs do not notice: their associations outlive the daemon. */
#include "legs.h"

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

static void connected_device_stays_connected(void **state)
{
	struct device d = connected(0);
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

/* As where the kernel's maps could not be adopted. */
static void connected_device_without_tunnels_is_released(void **state)
{
	struct device d = connected(0);

	(void)state;
	tunnels_lost = true;
	restart();
	tunnels_lost = false;
	is_registered(&d);
	assert_int_equal(released(&d).group, S1AP_CAUSE_TRANSPORT);
	assert_null(ue_of(&d)->conn);
	assert_true(timer_running(&ue_of(&d)->reachable));
	serve_device(&d);
	assert_non_null(ue_of(&d)->conn);
	assert_true(the_session()->connected);
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
	struct device d = connected(0);

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
	struct device d = connected(0);

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
		d[i] = device(enb, imsi);
		attach_to(&d[i], AT_DONE);
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

/* ---- connections that have changed since the attach ---- */

/* What a connection goes on with. */
static void is_as(const struct device *d, const struct mme_ue *was, const struct s1_assoc *enb)
{
	const struct mme_ue *ue = ue_of(d);

	is_registered(d);
	assert_non_null(ue->conn);
	assert_ptr_equal(ue->conn->enb->assoc, enb);
	assert_int_equal(ue->conn->mme_ue_s1ap_id, d->mme_id);
	assert_int_equal(ue->conn->enb_ue_s1ap_id, d->enb_id);
	assert_int_equal(ue->as.ncc, was->as.ncc);
	assert_memory_equal(ue->as.nh, was->as.nh, sizeof(was->as.nh));
	assert_memory_equal(ue->as.kasme, was->as.kasme, sizeof(was->as.kasme));
	assert_int_equal(ue->registered.tac, was->registered.tac);
	assert_int_equal(ue->tai.tac, was->tai.tac);
	assert_int_equal(ue->ecgi.eci, was->ecgi.eci);
}

static void restarts_as(struct device *d)
{
	struct mme_ue was = *ue_of(d);

	restart();
	quiet(d->enb);
	is_as(d, &was, d->enb);
	talks(d);
}

static void switched_path_is_kept(void **state)
{
	struct device d = connected(0);
	struct request r;

	(void)state;
	for (unsigned i = 1; i < 4; i++) {
		compose(&r, &d, 0x770 + i);
		ask(&r, &d, enb_ready(i));
		is_pair(&d, &expect(d.enb, path_switch_request_acknowledge)->security_context,
			i + 1);
		restarts_as(&d);
	}
}

static void handover_is_kept(void **state)
{
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);
	uint32_t source_id = d.mme_id, source_enb_id = d.enb_id;

	(void)state;
	notify_only(&h, &d);
	elapse(3000); /* for the last packets at the source */
	let_go(h.from, source_id, source_enb_id);
	restarts_as(&d);
	assert_int_equal(in_use("s1_conn"), 1);
}

/* A target that it did not come to has had the next key. */
static void key_that_a_target_was_given_is_given_to_no_other(void **state)
{
	struct device d = connected(0);
	struct ho h = prepare(&d, 1);

	(void)state;
	cancel(&d);
	let_go(h.to, h.mme_id, h.enb_id);
	restarts_as(&d);
}

static void key_of_a_connection_is_kept(void **state)
{
	struct device d = connected(0);

	(void)state;
	refresh_begin(ue_of(&d), REFRESH_KEYS, NULL, NULL);
	run();
	prove(&d);
	restarts_as(&d);
}

static void service_is_kept(void **state)
{
	struct device d = idle_device(enb_ready(0), "001010000000001");

	(void)state;
	serve_device(&d);
	restarts_as(&d);
}

/* The device is called where it was told to be, also after it has moved while connected. */
static void area_told_to_a_connected_device_is_kept(void **state)
{
	struct device d = connected(0);
	struct nas_tau_request t;
	struct request r;

	(void)state;
	compose(&r, &d, 0x777);
	r.m.tai.tac = TAC + 1;
	d.area = 1;
	ask(&r, &d, enb_ready(1));
	expect(d.enb, path_switch_request_acknowledge);
	assert_int_equal(ue_of(&d)->registered.tac, TAC);
	t = tau_of(&d, NAS_TA_UPDATE, false);
	say(&d, tau_request, &t);
	hear(&d, tau_accept, TAU_ACCEPT);
	assert_int_equal(ue_of(&d)->registered.tac, TAC + 1);
	restarts_as(&d);
	refresh_begin(ue_of(&d), REFRESH_GUTI, NULL, NULL);
	run();
	hear(&d, guti_reallocation_command, GUTI_REALLOCATION_COMMAND);
	restarts_as(&d);
}

int main(void)
{
#define KEPT(name) cmocka_unit_test_setup_teardown(name, open, bench_close)
	const struct CMUnitTest tests[] = {
		KEPT(connected_device_stays_connected),
		KEPT(connected_device_without_tunnels_is_released),
		KEPT(idle_device_stays_idle),
		KEPT(release_goes_on_after_a_restart),
		KEPT(device_of_an_association_that_ended_is_idle),
		KEPT(enodeb_comes_back_as_it_was),
		KEPT(enodeb_whose_note_is_broken_sets_up_anew),
		KEPT(new_connections_get_ids_of_their_own),
		KEPT(switched_path_is_kept),
		KEPT(handover_is_kept),
		KEPT(key_that_a_target_was_given_is_given_to_no_other),
		KEPT(key_of_a_connection_is_kept),
		KEPT(service_is_kept),
		KEPT(area_told_to_a_connected_device_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
