/* SPDX-License-Identifier: Apache-2.0 */
/* Local hand-over: GTPv2-C and S6a, TEIDs and numbers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/loop.h"
#include "transport/gtpc.h"
#include "transport/teid.h"

static void stop_loop(void *arg)
{
	(void)arg;
	loop_stop();
}

static void settle(void)
{
	loop_post(stop_loop, NULL);
	loop_run();
}

/* ---- GTPv2-C ---- */

static unsigned handled, answers, deletes;
static void *kept_token;
static struct gtpc_txn again;
static struct gtpc_response last;

static void accept_all(void *token, const struct gtpc_request *q)
{
	struct gtpc_response r = {.type = q->type, .cause = GTPC_ACCEPTED, .sender.teid = 99};

	handled++;
	deletes += q->type == GTPC_DELETE_SESSION && q->teid == 99 && q->bearer[0].ebi == 7;
	gtpc_reply(token, &r);
}

static void keep_creations(void *token, const struct gtpc_request *q)
{
	if (q->type == GTPC_CREATE_SESSION) {
		handled++;
		kept_token = token;
	} else {
		accept_all(token, q);
	}
}

static void done(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	assert_null(txn->pending);
	answers++;
	gtpc_copy_response(&last, r);
}

static void done_and_again(struct gtpc_txn *txn, const struct gtpc_response *r)
{
	struct gtpc_request q = {.type = GTPC_MODIFY_BEARER};

	done(txn, r);
	txn->done = done;
	gtpc_request(txn, GTPC_SGW, &q);
	gtpc_request(&again, GTPC_SGW, &q);
	assert_int_equal(answers, 1);
}

static int setup(void **state)
{
	(void)state;
	handled = answers = deletes = 0;
	gtpc_serve(GTPC_SGW, accept_all);
	gtpc_serve(GTPC_PGW, NULL);
	again = (struct gtpc_txn){.done = done};
	return 0;
}

static const struct gtpc_request create = {
	.type = GTPC_CREATE_SESSION, .bearers = 1, .bearer[0].ebi = 7};

static void nothing_happens_within_the_request(void **state)
{
	struct gtpc_txn txn = {.done = done};

	(void)state;
	gtpc_request(&txn, GTPC_SGW, &create);
	assert_int_equal(handled, 0);
	assert_non_null(txn.pending);
	settle();
	assert_int_equal(handled, 1);
	assert_int_equal(answers, 1);
	assert_int_equal(last.cause, GTPC_ACCEPTED);
}

static void a_role_that_is_not_here_does_not_respond(void **state)
{
	struct gtpc_txn txn = {.done = done};

	(void)state;
	gtpc_request(&txn, GTPC_PGW, &create);
	settle();
	assert_int_equal(last.cause, GTPC_REMOTE_PEER_NOT_RESPONDING);
	assert_int_equal(last.type, GTPC_CREATE_SESSION);
}

static void the_sgw_asks_the_mme_as_the_mme_asks_the_sgw(void **state)
{
	struct gtpc_txn txn = {.done = done};
	struct gtpc_request q = {.type = GTPC_DOWNLINK_DATA_NOTIFICATION, .teid = 5};

	(void)state;
	gtpc_request(&txn, GTPC_MME, &q);
	settle();
	assert_int_equal(last.cause, GTPC_REMOTE_PEER_NOT_RESPONDING);
	gtpc_serve(GTPC_MME, accept_all);
	gtpc_request(&txn, GTPC_MME, &q);
	settle();
	gtpc_serve(GTPC_MME, NULL);
	assert_int_equal(last.cause, GTPC_ACCEPTED);
	assert_int_equal(last.type, GTPC_DOWNLINK_DATA_NOTIFICATION);
}

static void a_transaction_can_be_used_again_from_its_answer(void **state)
{
	struct gtpc_txn txn = {.done = done_and_again};

	(void)state;
	gtpc_request(&txn, GTPC_SGW, &create);
	settle();
	assert_int_equal(answers, 3);
	assert_int_equal(handled, 3);
}

static void a_cancelled_creation_never_reaches_the_role(void **state)
{
	struct gtpc_txn txn = {.done = done};

	(void)state;
	gtpc_request(&txn, GTPC_SGW, &create);
	gtpc_cancel(&txn);
	gtpc_cancel(&txn);
	settle();
	assert_int_equal(handled, 0);
	assert_int_equal(answers, 0);
}

static void a_cancelled_deletion_is_carried_out(void **state)
{
	struct gtpc_request q = {.type = GTPC_DELETE_SESSION, .teid = 99, .bearer[0].ebi = 7};
	struct gtpc_txn txn = {.done = done};

	(void)state;
	gtpc_request(&txn, GTPC_SGW, &q);
	gtpc_cancel(&txn);
	settle();
	assert_int_equal(deletes, 1);
	assert_int_equal(answers, 0);
}

static void a_session_created_for_nobody_is_deleted(void **state)
{
	struct gtpc_response r = {
		.type = GTPC_CREATE_SESSION, .cause = GTPC_ACCEPTED, .sender.teid = 99};
	struct gtpc_txn *txn = calloc(1, sizeof(*txn));

	(void)state;
	gtpc_serve(GTPC_SGW, keep_creations);
	txn->done = done;
	gtpc_request(txn, GTPC_SGW, &create);
	settle();
	gtpc_cancel(txn);
	free(txn);
	gtpc_reply(kept_token, &r);
	settle();
	assert_int_equal(answers, 0);
	assert_int_equal(deletes, 1);
}

static void a_session_cancelled_after_its_acceptance_is_deleted(void **state)
{
	struct gtpc_response r = {
		.type = GTPC_CREATE_SESSION, .cause = GTPC_ACCEPTED, .sender.teid = 99};
	struct gtpc_txn txn = {.done = done};

	(void)state;
	gtpc_serve(GTPC_SGW, keep_creations);
	gtpc_request(&txn, GTPC_SGW, &create);
	settle();
	gtpc_reply(kept_token, &r);
	gtpc_cancel(&txn);
	settle();
	assert_int_equal(answers, 0);
	assert_int_equal(deletes, 1);
}

static void a_refused_creation_needs_no_deletion(void **state)
{
	struct gtpc_response r = {.type = GTPC_CREATE_SESSION, .cause = GTPC_NO_RESOURCES};
	struct gtpc_txn txn = {.done = done};

	(void)state;
	gtpc_serve(GTPC_SGW, keep_creations);
	gtpc_request(&txn, GTPC_SGW, &create);
	settle();
	gtpc_cancel(&txn);
	gtpc_reply(kept_token, &r);
	settle();
	assert_int_equal(deletes, 0);
}

static void what_is_sent_without_interest_arrives(void **state)
{
	struct gtpc_request q = {.type = GTPC_DELETE_SESSION, .teid = 99, .bearer[0].ebi = 7};

	(void)state;
	gtpc_send(GTPC_SGW, &q);
	gtpc_send(GTPC_PGW, &q);
	settle();
	assert_int_equal(deletes, 1);
}

/* ---- S6a ---- */

static unsigned s6a_answers;
static enum s6a_result s6a_last;

static void hss(void *token, const struct s6a_request *q)
{
	struct s6a_answer a = {.command = q->command, .result = S6A_SUCCESS, .vectors = q->vectors};

	handled++;
	s6a_reply(token, &a);
}

static void s6a_done(struct s6a_txn *txn, const struct s6a_answer *a)
{
	assert_null(txn->pending);
	s6a_answers++;
	s6a_last = a->result;
}

static void s6a_is_answered_later_or_not_at_all(void **state)
{
	struct s6a_request q = {.command = S6A_AUTHENTICATION_INFORMATION, .vectors = 1};
	struct s6a_txn txn = {.done = s6a_done};

	(void)state;
	s6a_serve(NULL);
	s6a_request(&txn, &q);
	assert_int_equal(s6a_answers, 0);
	settle();
	assert_int_equal(s6a_last, S6A_UNABLE_TO_DELIVER);
	s6a_serve(hss);
	s6a_request(&txn, &q);
	settle();
	assert_int_equal(s6a_last, S6A_SUCCESS);
	s6a_request(&txn, &q);
	s6a_cancel(&txn);
	settle();
	assert_int_equal(s6a_answers, 2);
	assert_int_equal(handled, 1);
}

/* ---- numbers and TEIDs ---- */

static void numbers_rest_before_they_are_given_out_again(void **state)
{
	struct index_pool p;

	(void)state;
	index_init(&p, 1000, 10);
	for (uint32_t i = 0; i < 50; i++)
		assert_int_equal(index_get(&p), i);
	for (uint32_t i = 0; i < 11; i++)
		index_put(&p, i);
	assert_int_equal(index_get(&p), 0);
	assert_int_equal(index_get(&p), 50);
	assert_int_equal(p.used, 41);
	index_put(&p, 999); /* not in use: nothing */
	assert_int_equal(p.used, 41);
	index_free(&p);
}

static void numbers_taken_or_kept_are_passed_over(void **state)
{
	struct index_pool p;

	(void)state;
	index_init(&p, 6, 0);
	assert_true(index_take(&p, 1));
	assert_false(index_take(&p, 1));
	assert_false(index_take(&p, 6));
	index_keep(&p, 2, true);
	assert_int_equal(index_get(&p), 0);
	assert_int_equal(index_get(&p), 3);
	assert_true(index_take(&p, 2));
	assert_int_equal(p.used, 4);
	index_put(&p, 2);
	assert_true(index_used(&p, 2));
	assert_int_equal(index_get(&p), 4);
	assert_int_equal(index_get(&p), 5);
	assert_int_equal(index_get(&p), INDEX_NONE);
	index_keep(&p, 2, false);
	assert_int_equal(index_get(&p), 2);
	index_put(&p, 4);
	index_put(&p, 5);
	assert_true(index_take(&p, 4)); /* out of the middle of the queue */
	assert_int_equal(index_get(&p), 5);
	assert_int_equal(index_get(&p), INDEX_NONE);
	assert_int_equal(p.used, 6);
	index_free(&p);
}

/* Against a plain model: no number twice, all come back. */
static void random_use_of_numbers_never_gives_one_twice(void **state)
{
	enum { N = 300 };
	struct index_pool p;
	bool in_use[N] = {false};
	uint32_t n = 0, i;

	(void)state;
	srand(1);
	index_init(&p, N, 20);
	for (unsigned step = 0; step < 200000; step++) {
		switch (rand() % 4) {
		case 0:
			i = index_get(&p);
			if (i == INDEX_NONE) {
				assert_int_equal(n, N);
				break;
			}
			assert_false(in_use[i]);
			in_use[i] = true;
			n++;
			break;
		case 1:
			i = (uint32_t)rand() % N;
			assert_int_equal(index_take(&p, i), !in_use[i]);
			n += !in_use[i];
			in_use[i] = true;
			break;
		default:
			i = (uint32_t)rand() % N;
			n -= in_use[i];
			in_use[i] = false;
			index_put(&p, i);
		}
		assert_int_equal(p.used, n);
	}
	while (n++ < N)
		assert_int_not_equal(index_get(&p), INDEX_NONE);
	assert_int_equal(index_get(&p), INDEX_NONE);
	index_free(&p);
}

static void teids_find_their_context_until_it_ends(void **state)
{
	struct teid_table t = {0};
	int a, b, many[1000];
	uint32_t ta = teid_new(&t, &a), tb = teid_new(&t, &b), old = ta, teid[1000];

	(void)state;
	assert_ptr_equal(teid_find(&t, ta), &a);
	assert_ptr_equal(teid_find(&t, tb), &b);
	assert_null(teid_find(&t, 0));
	assert_null(teid_find(&t, ta ^ 1));
	assert_null(teid_find(&t, UINT32_MAX));
	teid_drop(&t, ta);
	assert_null(teid_find(&t, old));
	assert_int_equal(teid_claim(&t, tb, &a), -EEXIST);
	assert_int_equal(teid_claim(&t, 0, &a), -EINVAL);
	assert_int_equal(teid_claim(&t, 700u << TEID_TAG_BITS | 5, &a), 0);
	assert_ptr_equal(teid_find(&t, 700u << TEID_TAG_BITS | 5), &a);
	for (unsigned i = 0; i < 1000; i++)
		teid[i] = teid_new(&t, &many[i]);
	for (unsigned i = 0; i < 1000; i++)
		assert_ptr_equal(teid_find(&t, teid[i]), &many[i]);
	assert_ptr_equal(teid_find(&t, 700u << TEID_TAG_BITS | 5), &a);
	teid_free(&t);
}

static int loop_up(void **state)
{
	(void)state;
	return loop_init();
}

static int loop_down(void **state)
{
	(void)state;
	loop_close();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_happens_within_the_request),
		TEST(a_role_that_is_not_here_does_not_respond),
		TEST(the_sgw_asks_the_mme_as_the_mme_asks_the_sgw),
		TEST(a_transaction_can_be_used_again_from_its_answer),
		TEST(a_cancelled_creation_never_reaches_the_role),
		TEST(a_cancelled_deletion_is_carried_out),
		TEST(a_session_created_for_nobody_is_deleted),
		TEST(a_session_cancelled_after_its_acceptance_is_deleted),
		TEST(a_refused_creation_needs_no_deletion),
		TEST(what_is_sent_without_interest_arrives),
		TEST(s6a_is_answered_later_or_not_at_all),
		TEST(numbers_rest_before_they_are_given_out_again),
		TEST(numbers_taken_or_kept_are_passed_over),
		TEST(random_use_of_numbers_never_gives_one_twice),
		TEST(teids_find_their_context_until_it_ends),
	};

	return cmocka_run_group_tests(tests, loop_up, loop_down);
}
