/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: their tables by IMSI and M-TMSI, their states, and their end. A context is in the tables
 * from the moment it is authenticated (ue_make_known) until ue_remove; freed at the end of the
 * turn, so that a handler may go on looking at a device it has just ended. */
#include <stdlib.h>
#include <time.h>
#include "mme/apns.h"
#include "mme/esm.h"
#include "security/crypto.h"
#include "transport/teid.h"

static struct mem_pool ue_pool = MEM_POOL(mme_ue);
static struct mem_pool pdn_pool = MEM_POOL(mme_pdn);
static struct mem_pool bearer_pool = MEM_POOL(mme_bearer);
static struct mme_ue *by_imsi, *by_tmsi, *doomed;
static struct teid_table by_s11;
static unsigned unproven; /* of those in the tables */

/* An M-TMSI that is still valid beside a new one. */
struct old_tmsi {
	uint32_t m_tmsi;
	struct gummei gummei;
	struct mme_ue *ue;
	UT_hash_handle by_old, by_ue;
};

static struct mem_pool old_pool = MEM_POOL(old_tmsi);
static struct old_tmsi *by_old, *old_by_ue;

void ue_ceiling(bool of_unproven)
{
	*(of_unproven ? &mme_counters.unproven_refused : &mme_counters.congestion) += 1;
	LOG(WARN, "mme.ceiling", "ceiling=%s devices=%u unproven=%u attaching=%llu",
	    of_unproven ? "max_unproven" : "max_ues", ue_count(), unproven,
	    (unsigned long long)(ue_pool.in_use - ue_count()));
}

struct mme_ue *ue_new(bool proven)
{
	/* Attaches on their way need contexts beside those of registered devices, and emergencies
	 * take none of them away. */
	ue_pool.limit = mme.max_ues ? mme.max_ues + mme.max_ues / 8 + 64 + unproven : 0;
	/* Whoever has not proven who he is costs memory all the same. */
	if (!proven && mme.max_unproven &&
	    ue_pool.in_use >= ue_count() + (uint64_t)mme.max_unproven) {
		ue_ceiling(true);
		return NULL;
	}
	struct mme_ue *ue = pool_get(&ue_pool);

	if (!ue || !keys_new(ue)) {
		pool_put(&ue_pool, ue);
		ue_ceiling(false);
		return NULL;
	}
	ue->imsi = ue->keys_of = IMSI_NONE;
	ue->seen = (uint64_t)time(NULL);
	return ue;
}

struct mme_ue *ue_by_imsi(imsi_t imsi)
{
	struct mme_ue *ue;

	HASH_FIND(by_imsi, by_imsi, &imsi, sizeof(imsi), ue);
	return ue;
}

struct mme_ue *ue_by_tmsi(uint8_t code, uint32_t m_tmsi)
{
	struct old_tmsi *old;
	struct mme_ue *ue;

	if (!m_tmsi)
		return NULL;
	HASH_FIND(by_tmsi, by_tmsi, &m_tmsi, sizeof(m_tmsi), ue);
	if (ue)
		return ue->gummei.code == code ? ue : NULL;
	HASH_FIND(by_old, by_old, &m_tmsi, sizeof(m_tmsi), old);
	return old && old->gummei.code == code ? old->ue : NULL;
}

struct mme_ue *ue_by_guti(const struct guti *g)
{
	return mme_is(&g->gummei) ? ue_by_tmsi(g->gummei.code, g->m_tmsi) : NULL;
}

struct fteid ue_s11(struct mme_ue *ue)
{
	if (!ue->s11_teid)
		ue->s11_teid = teid_new(&by_s11, ue);
	return (struct fteid){
		.type = FTEID_S11_MME, .has4 = true, .teid = ue->s11_teid, .ip4 = mme.control};
}

int ue_claim_s11(struct mme_ue *ue)
{
	int err = teid_claim(&by_s11, ue->s11_teid, ue);

	if (err)
		ue->s11_teid = 0;
	return err;
}

struct mme_ue *ue_by_s11(uint32_t teid) { return teid_find(&by_s11, teid); }

/* The table's order is that of entry, and serials grow with it: a walk goes on after the serial it
 * has seen last. Where about that is is remembered for the latest walk, and found by a scan else.
 */
static struct mme_ue *walk_at;

struct mme_ue *ue_next_known(uint64_t *cursor)
{
	struct mme_ue *ue = by_imsi;

	if (walk_at && walk_at->serial <= *cursor)
		ue = walk_at;
	while (ue && ue->serial <= *cursor)
		ue = ue->by_imsi.next;
	walk_at = ue;
	if (ue)
		*cursor = ue->serial;
	return ue;
}

unsigned ue_count(void) { return HASH_CNT(by_imsi, by_imsi); }

unsigned ue_unproven(void) { return unproven; }

struct guti ue_guti(const struct mme_ue *ue)
{
	return (struct guti){.gummei = ue->gummei, .m_tmsi = ue->m_tmsi};
}

static struct old_tmsi *old_of(const struct mme_ue *ue)
{
	struct old_tmsi *old;

	HASH_FIND(by_ue, old_by_ue, &ue, sizeof(ue), old);
	return old;
}

static void drop_old(const struct mme_ue *ue)
{
	struct old_tmsi *old = old_of(ue);

	if (!old)
		return;
	HASH_DELETE(by_old, by_old, old);
	HASH_DELETE(by_ue, old_by_ue, old);
	pool_put(&old_pool, old);
}

/* The device is known to hold it: one that was never confirmed is no loss. */
static void keep_old(struct mme_ue *ue)
{
	struct old_tmsi *old = old_of(ue) ? NULL : pool_get(&old_pool);

	if (!old)
		return;
	old->m_tmsi = ue->m_tmsi;
	old->gummei = ue->gummei;
	old->ue = ue;
	HASH_ADD(by_old, by_old, m_tmsi, sizeof(old->m_tmsi), old);
	HASH_ADD(by_ue, old_by_ue, ue, sizeof(old->ue), old);
}

uint32_t ue_old_tmsi(const struct mme_ue *ue)
{
	const struct old_tmsi *old = old_of(ue);

	return old ? old->m_tmsi : 0;
}

struct s1ap_s_tmsi ue_s_tmsi(const struct mme_ue *ue, unsigned attempt)
{
	const struct old_tmsi *old = attempt % 2 ? NULL : old_of(ue);

	return old ? (struct s1ap_s_tmsi){old->gummei.code, old->m_tmsi}
		   : (struct s1ap_s_tmsi){ue->gummei.code, ue->m_tmsi};
}

static void set_tmsi(struct mme_ue *ue, uint32_t m_tmsi)
{
	if (ue->m_tmsi)
		HASH_DELETE(by_tmsi, by_tmsi, ue);
	ue->m_tmsi = m_tmsi;
	HASH_ADD(by_tmsi, by_tmsi, m_tmsi, sizeof(ue->m_tmsi), ue);
}

static bool tmsi_taken(uint32_t t)
{
	struct old_tmsi *old;
	struct mme_ue *ue;

	HASH_FIND(by_tmsi, by_tmsi, &t, sizeof(t), ue);
	HASH_FIND(by_old, by_old, &t, sizeof(t), old);
	return ue || old;
}

/* Unguessable, so that nobody can page or follow a device by counting (TS 23.003 2.8). The two top
 * bits are set: where a network has an SGSN too, they tell an M-TMSI from a P-TMSI. */
void ue_allot_tmsi(struct mme_ue *ue)
{
	uint32_t t;

	do {
		crypto_random(&t, sizeof(t));
		t |= 0xc0000000;
	} while (tmsi_taken(t) || t == UINT32_MAX);
	if (ue->m_tmsi)
		keep_old(ue);
	set_tmsi(ue, t);
	ue->gummei = mme.gummei;
	if (mme_serves_plmn(ue->tai.plmn)) /* 5.4.1.1: the registered PLMN's */
		ue->gummei.plmn = ue->tai.plmn;
	ue->guti_given = (uint64_t)time(NULL);
	ue->guti_used = 0;
}

void ue_tmsi_used(struct mme_ue *ue, uint32_t m_tmsi)
{
	uint32_t old = ue_old_tmsi(ue);

	if (!old || (m_tmsi != old && m_tmsi != ue->m_tmsi))
		return;
	struct gummei gummei = old_of(ue)->gummei;

	drop_old(ue);
	if (m_tmsi != old)
		return;
	set_tmsi(ue, old);
	ue->gummei = gummei;
}

void ue_enter_tables(struct mme_ue *ue)
{
	static uint64_t serial;

	ue->known = true;
	unproven += ue->unproven;
	ue->serial = ++serial;
	HASH_ADD(by_imsi, by_imsi, imsi, sizeof(ue->imsi), ue);
	if (ue->m_tmsi)
		HASH_ADD(by_tmsi, by_tmsi, m_tmsi, sizeof(ue->m_tmsi), ue);
}

/* Where it is now; where it was is kept. An eNodeB need not say the cell. */
static void ue_place(struct mme_ue *ue, const struct tai *tai, const struct ecgi *ecgi)
{
	bool same = ue->ecgi.plmn == ecgi->plmn && ue->ecgi.eci == ecgi->eci &&
		    ue->tai.plmn == tai->plmn && ue->tai.tac == tai->tac;

	if (same)
		return;
	if (ue->tai.plmn) {
		location_left(ue);
		ue->tai_before = ue->tai;
		ue->ecgi_before = ue->ecgi;
	}
	ue->moved = (uint64_t)time(NULL);
	ue->tai = *tai;
	ue->ecgi = *ecgi;
}

/* A device that attaches again has been somewhere before. */
static void inherit_place(struct mme_ue *ue, struct mme_ue *old)
{
	struct tai tai = ue->tai;
	struct ecgi ecgi = ue->ecgi;

	ue->tai = old->tai;
	ue->ecgi = old->ecgi;
	ue->tai_before = old->tai_before;
	ue->ecgi_before = old->ecgi_before;
	ue->moved = old->moved;
	location_inherit(ue, old);
	ue_place(ue, &tai, &ecgi);
}

void ue_make_known(struct mme_ue *ue)
{
	struct mme_ue *old = ue_by_imsi(ue->imsi);

	if (ue->known)
		return;
	if (old) {
		UE_LOG(DEBUG, old, "ue.superseded", "emm=%d", old->emm);
		inherit_place(ue, old);
		ue_remove(old, UE_RELEASE, S1AP_CAUSE(NAS, NORMAL_RELEASE));
	}
	ue_enter_tables(ue);
}

void ue_set_emm(struct mme_ue *ue, enum emm_state state)
{
	if (ue->emm == state)
		return;
	UE_LOG(DEBUG, ue, "ue.emm", "from=%d to=%d", ue->emm, state);
	ue->emm = state;
}

void ue_seen(struct mme_ue *ue)
{
	ue->seen = (uint64_t)time(NULL);
	if (ue->conn)
		ue_place(ue, &ue->conn->tai, &ue->conn->ecgi);
	reach_stop(ue);
}

bool ue_is_connected(struct mme_ue *ue)
{
	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->connected)
			return true;
	return false;
}

/* ---- PDN connections and bearers ---- */

struct mme_bearer *bearer_next(struct mme_ue *ue, const struct mme_bearer *b)
{
	if (b && b->next)
		return b->next;
	const struct mme_pdn *pdn = b ? b->pdn->next : ue->pdns;

	return pdn ? pdn->bearers : NULL;
}

struct mme_bearer *bearer_by_ebi(struct mme_ue *ue, uint8_t ebi)
{
	struct mme_bearer *b = NULL;

	while ((b = bearer_next(ue, b)) && b->ebi != ebi)
		;
	return b;
}

struct mme_bearer *bearer_new(struct mme_ue *ue, struct mme_pdn *pdn)
{
	struct mme_bearer **at = &pdn->bearers;
	uint8_t ebi = 5;

	while (ebi <= 15 && bearer_by_ebi(ue, ebi))
		ebi++;
	struct mme_bearer *b = ebi <= 15 ? pool_get(&bearer_pool) : NULL;

	if (!b)
		return NULL;
	while (*at)
		at = &(*at)->next;
	*at = b;
	b->pdn = pdn;
	b->ebi = ebi;
	return b;
}

void bearer_free(struct mme_bearer *b)
{
	struct mme_bearer **at = &b->pdn->bearers;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	free(b->tft);
	pool_put(&bearer_pool, b);
}

struct mme_pdn *pdn_new(struct mme_ue *ue)
{
	struct mme_pdn *pdn = pool_get(&pdn_pool);
	struct mme_bearer *b = pdn ? bearer_new(ue, pdn) : NULL;

	if (!b) {
		if (pdn)
			pool_put(&pdn_pool, pdn);
		return NULL;
	}
	pdn->ebi = b->ebi;
	pdn->next = ue->pdns;
	ue->pdns = pdn;
	return pdn;
}

struct mme_pdn *pdn_by_ebi(struct mme_ue *ue, uint8_t ebi)
{
	struct mme_pdn *pdn = ue->pdns;

	while (pdn && pdn->ebi != ebi)
		pdn = pdn->next;
	return pdn;
}

void pdn_free(struct mme_ue *ue, struct mme_pdn *pdn)
{
	for (struct mme_pdn **at = &ue->pdns; *at; at = &(*at)->next)
		if (*at == pdn) {
			*at = pdn->next;
			while (pdn->bearers)
				bearer_free(pdn->bearers);
			pool_put(&pdn_pool, pdn);
			return;
		}
}

void pdn_delete(struct mme_ue *ue, struct mme_pdn *pdn)
{
	struct gtpc_request r = {
		.type = GTPC_DELETE_SESSION,
		.teid = pdn->s11_sgw.teid,
		.imsi = ue->imsi,
		.bearers = 1,
		.bearer[0].ebi = pdn->ebi,
	};

	if (pdn->s11_sgw.teid)
		gtpc_send(GTPC_SGW, &r);
	pdn_free(ue, pdn);
}

/* ---- the end ---- */

void ue_remove(struct mme_ue *ue, enum ue_remove_how how, struct s1ap_cause cause)
{
	if (ue->doomed)
		return;
	ue->doomed = true;
	proc_abort_all(&ue->procs, PROC_ABORTED);
	ue_set_emm(ue, EMM_DEREGISTERED);
	reach_stop(ue);
	if (ue->suspended)
		conn_release(ue->suspended, cause);
	while (ue->pdns)
		pdn_delete(ue, ue->pdns);
	if (ue_by_s11(ue->s11_teid) == ue)
		teid_drop(&by_s11, ue->s11_teid);
	if (ue->known) {
		ue_forget(ue->imsi);
		if (walk_at == ue)
			walk_at = ue->by_imsi.prev;
		HASH_DELETE(by_imsi, by_imsi, ue);
		if (ue->m_tmsi)
			HASH_DELETE(by_tmsi, by_tmsi, ue);
		drop_old(ue);
		ue->known = false;
		unproven -= ue->unproven;
	}
	if (ue->conn) {
		struct s1_conn *c = ue->conn;

		conn_unbind(c);
		if (how == UE_RELEASE)
			conn_release(c, cause);
	}
	ue->next_doomed = doomed;
	doomed = ue;
}

static void release_bearers(struct mme_ue *ue)
{
	bool connected = false;

	for (struct mme_bearer *b = NULL; (b = bearer_next(ue, b));) {
		connected |= b->connected;
		b->connected = false;
	}
	if (!connected)
		return;
	struct gtpc_request r = {
		.type = GTPC_RELEASE_ACCESS_BEARERS,
		.teid = ue->pdns->s11_sgw.teid,
		.imsi = ue->imsi,
	};

	gtpc_send(GTPC_SGW, &r);
}

bool ue_conn_lost(struct mme_ue *ue)
{
	struct s1_conn *stale = ue->conn;

	conn_unbind(stale);
	conn_release(stale, S1AP_CAUSE(NAS, NORMAL_RELEASE));
	proc_abort_all(&ue->procs, PROC_ABORTED);
	nas_held_drop(ue);
	partial_free(ue);
	if (!ue->doomed && ue->emm != EMM_REGISTERED)
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
	if (!ue->doomed) /* what comes for it waits for the new one */
		release_bearers(ue);
	return !ue->doomed;
}

/* MME-initiated dedicated bearer deactivation (23.401 5.4.4.2) of those that are lost. The device
 * hears of it by what its next service request brings. */
static void lose_bearers(struct mme_ue *ue, uint16_t lost)
{
	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		struct mme_bearer *b = lost >> ebi & 1 ? bearer_by_ebi(ue, ebi) : NULL;

		if (!b)
			continue;
		UE_LOG(WARN, ue, "esm.bearer_lost", "ebi=%u apn=%s qci=%u text=\"%s\"", ebi,
		       b->pdn->apn, b->qos.qci, "guaranteed rates end with the radio connection");
		mme_counters.bearer_lost++;
		b->lost = true;
		bearer_lost(ue, ebi);
	}
}

void ue_idle(struct mme_ue *ue, uint16_t cause)
{
	uint16_t lost;

	ue->security_on = false;
	proc_abort_all(&ue->procs, PROC_ABORTED);
	partial_free(ue);
	nas_held_drop(ue);
	if (ue->doomed)
		return;
	if (ue->emm != EMM_REGISTERED) {
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
		return;
	}
	lost = bearers_lost_by(ue, cause);
	release_bearers(ue);
	lose_bearers(ue, lost);
	ue->seen = (uint64_t)time(NULL);
	reach_start(ue);
	ue_save(ue);
}

void ue_reap(void)
{
	while (doomed) {
		struct mme_ue *ue = doomed;

		doomed = ue->next_doomed;
		keys_free(ue);
		crypto_wipe(ue->kenb, sizeof(ue->kenb));
		crypto_wipe(&ue->as, sizeof(ue->as));
		nas_held_drop(ue);
		apns_release(ue->apn);
		free(ue->radio_capability);
		node_ue_freed(ue);
		free(ue->cell);
		pool_put(&ue_pool, ue);
	}
}

void ue_drop_all(void)
{
	struct mme_ue *ue, *next;

	walk_at = NULL;
	HASH_ITER (by_imsi, by_imsi, ue, next) {
		HASH_DELETE(by_imsi, by_imsi, ue);
		if (ue->m_tmsi)
			HASH_DELETE(by_tmsi, by_tmsi, ue);
		drop_old(ue);
		ue->known = false;
		unproven -= ue->unproven;
		ue->doomed = true;
		ue->next_doomed = doomed;
		doomed = ue;
		proc_abort_all(&ue->procs, PROC_ABORTED);
		reach_stop(ue);
		while (ue->pdns)
			pdn_free(ue, ue->pdns);
		if (ue->conn)
			conn_unbind(ue->conn);
		if (ue->suspended)
			ue->suspended->suspended = 0;
		ue->suspended = NULL;
	}
	teid_free(&by_s11);
}
