/* SPDX-License-Identifier: Apache-2.0 */
/* Security mode control (TS 24.301 5.4.3, TS 33.401 7.2.4): takes ue->partial, which holds KASME
 * and KSI, into use; the algorithms are the configured preference among what the device has, and
 * the device's capabilities are replayed so that it notices a change on the way. Null integrity is
 * never chosen, and given to unauthenticated emergency attaches alone. On success it is ue->sec,
 * ue->security_on is set, the IMEISV is known and ue->kenb is derived from the COUNT of the
 * Security Mode Complete. Failed or aborted, the context that was current stays so (5.4.3.5). */
#include <time.h>
#include "mme/mme.h"
#include "security/crypto.h"

/* HASH_MME (TS 33.401 annex I): over the request as it was received without protection. */
void smc_hash_request(struct mme_ue *ue, struct bytes request)
{
	static const uint8_t zero[32];
	uint8_t mac[32];

	hmac_sha256(zero, sizeof(zero), request.p, request.n, mac);
	memcpy(ue->hash_mme, mac + 24, sizeof(ue->hash_mme));
	ue->has_hash_mme = true;
}

struct smc {
	struct proc proc;
	struct nas_ue_security_capability replay;
};

static struct mem_pool pool = MEM_POOL(smc);

static struct nas_ue_network_capability capability(const struct mme_ue *ue)
{
	struct nas_ue_network_capability c = {.n = ue->ue_capability_n};

	memcpy(c.octet, ue->ue_capability, c.n);
	return c;
}

static int enter(struct proc *p)
{
	struct smc *s = (struct smc *)p;
	struct mme_ue *ue = p->owner;

	if (!p->tries) {
		struct nas_ue_network_capability c = capability(ue);
		int eia = nas_select_eia(mme.eia, mme.eias, c.eia);
		int eea = nas_select_eea(mme.eea, mme.eeas, c.eea);

		if (ue->unproven) /* 5.4.3.2: whatever it has */
			nas_security_null(ue->partial);
		else if (eia < 0 || eea < 0 ||
			 nas_security_derive(ue->partial, (uint8_t)eea, (uint8_t)eia)) {
			UE_LOG(WARN, ue, "smc.no_common_algorithm", "eea=0x%02x eia=0x%02x", c.eea,
			       c.eia);
			/* 24.301 names no cause for it: 23 is the device's to send (A.4), and 111
			 * is that of 5.5.1.2.7 b, after which a device tries again a few times,
			 * then after T3402. */
			p->cause = EMM_CAUSE_PROTOCOL_ERROR;
			return PROC_FAIL;
		}
		s->replay = nas_replay(&c, bytes_of(ue->ms_capability, ue->ms_capability_n));
	}
	struct nas_security_mode_command m = {
		.algorithms = {.eea = ue->partial->eea, .eia = ue->partial->eia},
		.ksi = ue->partial->ksi,
		.ue_security_capability = s->replay,
		.imeisv_request = NAS_IMEISV_REQUESTED,
	};

	SET(&m, nas_security_mode_command, imeisv_request);
	if (ue->has_more_capability) { /* 5.4.3.2 */
		m.additional_security_capability = ue->more_capability;
		SET(&m, nas_security_mode_command, additional_security_capability);
	}
	if (ue->has_hash_mme) {
		memcpy(m.hash_mme.octet, ue->hash_mme, sizeof(m.hash_mme.octet));
		SET(&m, nas_security_mode_command, hash_mme);
	}
	nas_send_as(ue, &nas_security_mode_command_def, &m, NAS_SEC_INTEGRITY_NEW);
	return PROC_STAY;
}

static int complete(struct proc *p, const void *msg)
{
	const struct nas_event *e = msg;
	const struct nas_security_mode_complete *m = e->body;
	struct mme_ue *ue = p->owner;

	if (!e->secured || !e->partial)
		return PROC_STAY;
	if (HAS(m, nas_security_mode_complete, imeisv) && m->imeisv.type == NAS_ID_IMEISV)
		memcpy(ue->imeisv, m->imeisv.imei, sizeof(ue->imeisv));
	partial_taken(ue);
	ue->security_on = true;
	ue->has_hash_mme = false;
	ue->authenticated = (uint64_t)time(NULL);
	ue->keys_used = 0;
	nas_kenb(ue->sec, ue->kenb);
	if (ue->emm == EMM_REGISTERED) /* what is saved is of the context before */
		ue_save(ue);
	/* 5.4.3.3: the hash did not fit, so the request had been changed on the way: this is the
	 * true one. */
	if (HAS(m, nas_security_mode_complete, replayed_nas_message_container)) {
		attach_replayed(p->parent, m->replayed_nas_message_container);
		unproven_replayed(p->parent, m->replayed_nas_message_container);
	}
	return PROC_END;
}

/* 5.4.3.5: the device goes on with the context it had, if any; the procedure is over for us. */
static int reject(struct proc *p, const void *msg)
{
	const struct nas_security_mode_reject *m = ((const struct nas_event *)msg)->body;
	struct mme_ue *ue = p->owner;

	UE_LOG(WARN, ue, "smc.rejected", "cause=%u text=\"%s\"", m->emm_cause,
	       emm_cause_text(m->emm_cause));
	p->cause = CAUSE_TOLD;
	return PROC_FAIL;
}

static void end(struct proc *p, uint16_t cause)
{
	if (cause)
		partial_free(p->owner);
}

static const struct proc_step steps[] = {{"command", enter, &mme.timer[T3460], 0}};
static const struct proc_row rows[] = {
	{0, NAS_SECURITY_MODE_COMPLETE, complete, 0},
	{0, NAS_SECURITY_MODE_REJECT, reject, 0},
};

const struct proc_def smc_def = {
	"security mode control", "TS 24.301 5.4.3", steps, rows, 1, 2, &pool, end,
};

int smc_enter(struct proc *parent)
{
	return proc_start(&smc_def, parent->list, parent->owner, parent, NULL, NULL)
		       ? PROC_STAY
		       : proc_fail(parent, EMM_CAUSE_CONGESTION);
}
