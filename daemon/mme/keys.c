/* SPDX-License-Identifier: Apache-2.0 */
/* EPS NAS security contexts of devices (TS 24.301 4.4.2.1): the current one, of which every mme_ue
 * has one, valid or not, and the partial one, which authentication has made and security mode
 * control has not yet taken into use.
 *
 * An attach that goes on with the keys of a registered device has its context, not a copy: until it
 * has succeeded the device may be spoken to by either, and no NAS COUNT serves twice or is taken
 * twice (33.401 6.5). A context lives as long as one of them has it. */
#include "mme/mme.h"

struct nas_context {
	struct nas_security sec; /* first: what an mme_ue points to */
	unsigned users;
};

static struct mem_pool pool = MEM_POOL(nas_context);

static struct nas_security *context_new(void)
{
	struct nas_context *c = pool_get(&pool);

	if (!c)
		return NULL;
	c->users = 1;
	c->sec.ksi = NAS_KSI_NONE;
	return &c->sec;
}

static void context_drop(struct nas_security **sec)
{
	struct nas_context *c = (struct nas_context *)*sec;

	*sec = NULL;
	if (!c || --c->users)
		return;
	nas_security_wipe(&c->sec);
	pool_put(&pool, c);
}

bool keys_new(struct mme_ue *ue) { return (ue->sec = context_new()); }

void keys_share(struct mme_ue *to, struct mme_ue *from)
{
	++((struct nas_context *)from->sec)->users; /* first: they may be the same */
	context_drop(&to->sec);
	to->sec = from->sec;
}

void keys_free(struct mme_ue *ue)
{
	partial_free(ue);
	context_drop(&ue->sec);
}

struct nas_security *partial_new(struct mme_ue *ue, uint8_t ksi, const uint8_t kasme[32])
{
	partial_free(ue);
	ue->partial = context_new();
	if (!ue->partial)
		return NULL;
	ue->partial->ksi = ksi;
	memcpy(ue->partial->kasme, kasme, sizeof(ue->partial->kasme));
	return ue->partial;
}

void partial_taken(struct mme_ue *ue)
{
	context_drop(&ue->sec);
	ue->sec = ue->partial;
	ue->partial = NULL;
}

void partial_free(struct mme_ue *ue) { context_drop(&ue->partial); }
