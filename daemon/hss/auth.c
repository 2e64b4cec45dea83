/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication-Information (TS 29.272 5.2.3.1): E-UTRAN vectors from a fresh RAND and the next
 * SQN (sqn.c), KASME bound to the network that asks (TS 33.401 A.2). With Re-Synchronization-Info
 * the device's SQN_MS is believed if its MAC-S is right (33.102 6.3.5). The separation bit of AMF
 * is always set (33.401 6.1.2): these vectors never serve GERAN or UTRAN.
 *
 * A request that waits for the disk is kept and starts over: in the meantime the subscriber may
 * have been changed or deleted. */
#include "hss/hss_int.h"

#include <errno.h>
#include <string.h>
#include "core/log.h"
#include "core/pool.h"
#include "security/aka.h"
#include "security/crypto.h"
#include "security/kdf.h"

struct auth_request {
	void *token;
	struct s6a_request request;
};

static struct mem_pool request_pool = MEM_POOL(auth_request);

static void key_of(const struct subscriber *s, struct aka_key *key)
{
	key->algorithm = s->algorithm == ALG_TUAK ? AKA_TUAK : AKA_MILENAGE;
	key->k_len = s->k_len;
	memcpy(key->k, s->k, sizeof key->k);
	memcpy(key->opc, s->opc, sizeof key->opc);
}

static int make_vector(const struct aka_key *key, const struct subscriber *s, uint64_t sqn,
		       plmn_t visited, struct eutran_vector *out)
{
	const uint8_t amf[2] = {s->amf[0] | 0x80, s->amf[1]};
	struct aka_vector v;
	int err;

	crypto_random(out->rand, sizeof out->rand);
	err = aka_generate(key, out->rand, sqn, amf, &v);
	if (err)
		return err;
	memcpy(out->autn, v.autn, sizeof out->autn);
	memcpy(out->xres, v.res, sizeof v.res);
	out->xres_len = sizeof v.res;
	kdf_kasme(v.ck, v.ik, visited, v.sqn_xor_ak, out->kasme);
	crypto_wipe(&v, sizeof v);
	return 0;
}

static void resume(void *arg, int err)
{
	struct auth_request kept = *(struct auth_request *)arg;

	pool_put(&request_pool, arg);
	if (err) {
		hss_stats.failures++;
		hss_refuse(kept.token, &kept.request, S6A_AUTHENTICATION_DATA_UNAVAILABLE);
		return;
	}
	auth_information(kept.token, &kept.request);
}

static void wait_for_disk(struct sqn *sqn, void *token, const struct s6a_request *r)
{
	struct auth_request *kept = pool_get(&request_pool);

	if (!kept) {
		hss_refuse(token, r, S6A_AUTHENTICATION_DATA_UNAVAILABLE);
		return;
	}
	kept->token = token;
	kept->request = *r;
	kept->request.resync = false; /* it has had its effect */
	sqn_wait(sqn, resume, kept);
}

static bool resynchronise(struct sqn *sqn, const struct aka_key *key, const struct s6a_request *r)
{
	char digits[IMSI_STRLEN];
	uint64_t sqn_ms;

	hss_stats.resyncs++;
	if (aka_check_auts(key, r->rand, r->auts, &sqn_ms)) {
		hss_stats.resync_failures++;
		LOG(WARN, "hss.resync", "imsi=%s result=wrong-mac-s", imsi_print(r->imsi, digits));
		return false;
	}
	sqn_resync(sqn, sqn_ms);
	LOG(INFO, "hss.resync", "imsi=%s sqn_ms=%llu", imsi_print(r->imsi, digits),
	    (unsigned long long)sqn_ms);
	return true;
}

/* Vectors, an error, or -EAGAIN if the request has to wait. */
static int answer(struct sqn *sqn, const struct aka_key *key, const struct subscriber *s,
		  const struct s6a_request *r, struct s6a_answer *a)
{
	unsigned n = r->vectors > S6A_MAX_VECTORS ? S6A_MAX_VECTORS : r->vectors ? r->vectors : 1;
	uint64_t next;
	int err = sqn_take(sqn, n, &next);

	for (unsigned i = 0; i < n && !err; i++, next = sqn_after(next))
		err = make_vector(key, s, next, r->visited_plmn, &a->vector[i]);
	a->vectors = (uint8_t)n;
	return err;
}

void auth_information(void *token, const struct s6a_request *r)
{
	struct s6a_answer a = {.command = r->command, .result = S6A_SUCCESS};
	const struct hss_profile *profile;
	struct aka_key key;
	struct subscriber s;
	struct sqn *sqn;
	int err;

	if (!hss_find(token, r, &s, &profile))
		return;
	key_of(&s, &key);
	sqn = sqn_get(r->imsi, s.sqn);
	if (!sqn)
		err = -ENOMEM;
	else if (r->resync && !resynchronise(sqn, &key, r))
		err = -EBADMSG;
	else
		err = answer(sqn, &key, &s, r, &a);
	if (err == -EAGAIN) {
		wait_for_disk(sqn, token, r);
	} else if (err) {
		if (err != -EBADMSG)
			hss_stats.failures++;
		hss_refuse(token, r, S6A_AUTHENTICATION_DATA_UNAVAILABLE);
	} else {
		hss_stats.vectors += a.vectors;
		a.has_usage_type = r->send_usage_type && s.has_usage_type;
		a.usage_type = s.usage_type;
		s6a_reply(token, &a);
	}
	crypto_wipe(&a, sizeof a);
	crypto_wipe(&key, sizeof key);
	crypto_wipe(&s, sizeof s);
}
