/* SPDX-License-Identifier: Apache-2.0 */
/* GTPv2-C with the peer in this process. As in s6a.c a call holds copies and outlives the
 * requester's interest. A session must not: a Create Session that was cancelled before its receiver
 * saw it is dropped, and one that is accepted with nobody waiting is deleted again, at the moment
 * when both are known, so that the deletion is ahead of whatever the requester sends next. A copy
 * ends after the last of its bearers: most have one, of eleven that there is room for, and a fleet
 * that becomes idle at once makes a call for each device. */
#include "transport/gtpc.h"

#include <stdio.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/pool.h"
#include "core/timer.h"
#include "transport/local.h"

struct gtpc_call {
	struct local_work work;
	struct gtpc_txn *txn; /* NULL: cancelled, or nobody ever waited */
	enum gtpc_role to;
	bool unwanted;                      /* cancelled */
	const struct gtpc_request *request; /* malloc, both */
	const struct gtpc_response *response;
};

static struct mem_pool calls = MEM_POOL(gtpc_call);

#define USED(m)                                                                                    \
	(offsetof(__typeof__(*(m)), bearer) +                                                      \
	 ((m)->bearers ? (m)->bearers : 1) * sizeof(struct gtpc_bearer))

void gtpc_copy_request(struct gtpc_request *to, const struct gtpc_request *from)
{
	memcpy(to, from, USED(from));
}

void gtpc_copy_response(struct gtpc_response *to, const struct gtpc_response *from)
{
	memcpy(to, from, USED(from));
}

static void *copy(const void *message, size_t n)
{
	void *p = malloc(n);

	if (!p) {
		fputs("gtpc: out of memory\n", stderr);
		abort();
	}
	return memcpy(p, message, n);
}

static void call_free(struct gtpc_call *c)
{
	free((void *)(uintptr_t)c->request);
	free((void *)(uintptr_t)c->response);
	pool_put(&calls, c);
}

static void (*serve[GTPC_ROLES])(void *token, const struct gtpc_request *);

static void deliver_response(struct local_work *work)
{
	struct gtpc_call *c = container_of(work, struct gtpc_call, work);
	struct gtpc_txn *txn = c->txn;

	if (txn) {
		txn->pending = NULL;
		txn->done(txn, c->response);
	}
	call_free(c);
}

static void deliver_request(struct local_work *work)
{
	struct gtpc_call *c = container_of(work, struct gtpc_call, work);
	struct gtpc_response none = {.type = c->request->type,
				     .cause = GTPC_REMOTE_PEER_NOT_RESPONDING};

	if (c->unwanted && c->request->type == GTPC_CREATE_SESSION)
		call_free(c);
	else if (serve[c->to])
		serve[c->to](c, c->request);
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
	c->request = copy(request, USED(request));
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
		.bearers = 1,
	};

	if (!c->unwanted || !c->response || !gtpc_accepted(c->response->cause) ||
	    c->request->type != GTPC_CREATE_SESSION)
		return;
	r.teid = c->response->sender.teid;
	r.imsi = c->request->imsi;
	r.bearer[0].ebi = c->request->bearer[0].ebi;
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

	c->response = copy(response, USED(response));
	c->work.run = deliver_response;
	local_post(&c->work);
	undo(c);
}
