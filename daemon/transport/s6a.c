/* SPDX-License-Identifier: Apache-2.0 */
/* S6a with the HSS in this process. A call holds copies of request and answer and belongs to the
 * transport from s6a_request until its answer is delivered; the requester's transaction points to
 * it meanwhile and is forgotten by s6a_cancel. A request cancelled before the HSS saw it is
 * dropped. */
#include "transport/s6a.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/pool.h"
#include "core/timer.h"
#include "transport/local.h"

struct s6a_call {
	struct local_work work;
	struct s6a_txn *txn; /* NULL: cancelled */
	struct s6a_request request;
	struct s6a_answer answer;
};

static struct mem_pool calls = MEM_POOL(s6a_call);
static void (*serve)(void *token, const struct s6a_request *);

static void finish(struct s6a_call *c)
{
	explicit_bzero(&c->answer, sizeof(c->answer)); /* KASME */
	pool_put(&calls, c);
}

static void deliver_answer(struct local_work *work)
{
	struct s6a_call *c = container_of(work, struct s6a_call, work);
	struct s6a_txn *txn = c->txn;

	if (txn) {
		txn->pending = NULL;
		txn->done(txn, &c->answer);
	}
	finish(c);
}

static void deliver_request(struct local_work *work)
{
	struct s6a_call *c = container_of(work, struct s6a_call, work);
	struct s6a_answer none = {.command = c->request.command, .result = S6A_UNABLE_TO_DELIVER};

	if (!c->txn)
		finish(c);
	else if (serve)
		serve(c, &c->request);
	else
		s6a_reply(c, &none);
}

void s6a_request(struct s6a_txn *txn, const struct s6a_request *request)
{
	struct s6a_call *c = pool_get(&calls);

	if (!c) {
		fputs("s6a: out of memory\n", stderr);
		abort();
	}
	c->txn = txn;
	c->request = *request;
	c->work.run = deliver_request;
	txn->pending = c;
	local_post(&c->work);
}

void s6a_cancel(struct s6a_txn *txn)
{
	struct s6a_call *c = txn->pending;

	if (c)
		c->txn = NULL;
	txn->pending = NULL;
}

void s6a_serve(void (*handle)(void *token, const struct s6a_request *)) { serve = handle; }

void s6a_reply(void *token, const struct s6a_answer *answer)
{
	struct s6a_call *c = token;

	c->answer = *answer;
	c->work.run = deliver_answer;
	local_post(&c->work);
}
