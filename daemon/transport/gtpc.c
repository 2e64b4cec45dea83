/* SPDX-License-Identifier: Apache-2.0 */
/* GTPv2-C with the peer in this process. As in s6a.c a call holds copies and outlives the
 * requester's interest. A session must not: a Create Session that was cancelled before its receiver
 * saw it is dropped, and one that is accepted with nobody waiting is deleted again, at the moment
 * when both are known, so that the deletion is ahead of whatever the requester sends next. */
#include "transport/gtpc.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/pool.h"
#include "core/timer.h"
#include "transport/local.h"

struct gtpc_call {
	struct local_work work;
	struct gtpc_txn *txn; /* NULL: cancelled, or nobody ever waited */
	enum gtpc_role to;
	bool unwanted; /* cancelled */
	bool answered;
	struct gtpc_request request;
	struct gtpc_response response;
};

static struct mem_pool calls = MEM_POOL(gtpc_call);
static void (*serve[GTPC_ROLES])(void *token, const struct gtpc_request *);

static void deliver_response(struct local_work *work)
{
	struct gtpc_call *c = container_of(work, struct gtpc_call, work);
	struct gtpc_txn *txn = c->txn;

	if (txn) {
		txn->pending = NULL;
		txn->done(txn, &c->response);
	}
	pool_put(&calls, c);
}

static void deliver_request(struct local_work *work)
{
	struct gtpc_call *c = container_of(work, struct gtpc_call, work);
	struct gtpc_response none = {.type = c->request.type,
				     .cause = GTPC_REMOTE_PEER_NOT_RESPONDING};

	if (c->unwanted && c->request.type == GTPC_CREATE_SESSION)
		pool_put(&calls, c);
	else if (serve[c->to])
		serve[c->to](c, &c->request);
	else
		gtpc_reply(c, &none);
}

static struct gtpc_call *call_new(enum gtpc_role to, const struct gtpc_request *request)
{
	struct gtpc_call *c = pool_get(&calls);

	if (!c) {
		fputs("gtpc: out of memory\n", stderr);
		abort();
	}
	c->to = to;
	c->request = *request;
	c->work.run = deliver_request;
	local_post(&c->work);
	return c;
}

void gtpc_request(struct gtpc_txn *txn, enum gtpc_role to, const struct gtpc_request *request)
{
	struct gtpc_call *c = call_new(to, request);

	c->txn = txn;
	txn->pending = c;
}

void gtpc_send(enum gtpc_role to, const struct gtpc_request *request) { call_new(to, request); }

static void undo(const struct gtpc_call *c)
{
	struct gtpc_request r = {
		.type = GTPC_DELETE_SESSION,
		.teid = c->response.sender.teid,
		.imsi = c->request.imsi,
		.bearers = 1,
		.bearer[0].ebi = c->request.bearer[0].ebi,
	};

	if (c->unwanted && c->answered && gtpc_accepted(c->response.cause) &&
	    c->request.type == GTPC_CREATE_SESSION)
		gtpc_send(c->to, &r);
}

void gtpc_cancel(struct gtpc_txn *txn)
{
	struct gtpc_call *c = txn->pending;

	txn->pending = NULL;
	if (!c)
		return;
	c->txn = NULL;
	c->unwanted = true;
	undo(c);
}

void gtpc_serve(enum gtpc_role role, void (*handle)(void *token, const struct gtpc_request *))
{
	serve[role] = handle;
}

void gtpc_reply(void *token, const struct gtpc_response *response)
{
	struct gtpc_call *c = token;

	c->response = *response;
	c->answered = true;
	c->work.run = deliver_response;
	local_post(&c->work);
	undo(c);
}
