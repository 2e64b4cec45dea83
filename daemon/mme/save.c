/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts across a restart: saved when a procedure has completed, restored at start: as
 * ECM-CONNECTED if the association of its eNodeB came back, else as ECM-IDLE. A blob is a version,
 * the context's scalars, its S1 connection, APN subscriptions and PDN connections; fields are
 * written one by one, so that the layout is that of this file and no compiler's. The store encrypts
 * it.
 *
 * NAS COUNTs move on between savings. A downlink COUNT must never be used twice, and a device takes
 * what is less than 256 ahead of what it expects (24.301 4.4.3.1): so the blob holds one that is
 * DL_AHEAD later, and before that is used up the context is saved again. Of the uplink the blob may
 * lag by less than what the 5 bits of a Service Request can tell. */
#include <stdlib.h>
#include "mme/apns.h"
#include "mme/esm.h"
#include "security/crypto.h"
#include "sgw/sgw.h"
#include "store/store.h"

enum { OLDEST = 16, VERSION = 18, BLOB_MAX = 8192, DL_AHEAD = 128, DL_NEAR = 16, UL_BEHIND = 16 };

/* One list of what is saved serves writing and reading: io(cursor, address, octets). */
struct cursor {
	struct rd r;
	struct wr w;
	bool writing;
	uint8_t version; /* of what is read; 17 has the rules due, 18 emergencies */
};

static void io(struct cursor *c, void *p, size_t n)
{
	if (c->writing) {
		wr_raw(&c->w, p, n);
		return;
	}
	const uint8_t *from = rd_take(&c->r, n);

	if (from)
		memcpy(p, from, n);
}
#define IO(c, field) io(c, &(field), sizeof(field))

/* Enums and flags, as an octet. */
#define IO_SMALL(c, field)                                                                         \
	do {                                                                                       \
		uint8_t octet_ = (uint8_t)(field);                                                 \
		io(c, &octet_, 1);                                                                 \
		(field) = octet_;                                                                  \
	} while (0)

static void io_text(struct cursor *c, char *s, size_t cap)
{
	uint8_t n = c->writing ? (uint8_t)strnlen(s, cap - 1) : 0;

	IO(c, n);
	if (n >= cap)
		c->r.bad = true;
	else
		io(c, s, n);
}
#define IO_TEXT(c, field) io_text(c, field, sizeof(field))

static void io_subscription(struct cursor *c, struct apn_subscription *s)
{
	IO_TEXT(c, s->apn);
	IO_SMALL(c, s->pdn_type);
	IO(c, s->qci);
	IO(c, s->arp_priority);
	IO_SMALL(c, s->arp_may_preempt);
	IO_SMALL(c, s->arp_preemptable);
	IO(c, s->ambr_up);
	IO(c, s->ambr_down);
	IO_SMALL(c, s->has_ue4);
	IO_SMALL(c, s->has_ue6);
	IO(c, s->ue4);
	IO(c, s->ue6);
	IO_TEXT(c, s->rules);
	IO_TEXT(c, s->routes);
}

static void io_bearer(struct cursor *c, struct mme_bearer *b)
{
	IO(c, b->ebi);
	IO(c, b->qos.qci);
	IO(c, b->qos.arp_priority);
	IO_SMALL(c, b->qos.arp_may_preempt);
	IO_SMALL(c, b->qos.arp_preemptable);
	IO(c, b->qos.mbr_up);
	IO(c, b->qos.mbr_down);
	IO(c, b->qos.gbr_up);
	IO(c, b->qos.gbr_down);
	IO_SMALL(c, b->s1u_sgw.has4);
	IO_SMALL(c, b->s1u_sgw.has6);
	IO(c, b->s1u_sgw.ip4);
	IO(c, b->s1u_sgw.ip6);
	IO_SMALL(c, b->s1u_enb.has4);
	IO_SMALL(c, b->s1u_enb.has6);
	IO(c, b->s1u_enb.ip4);
	IO(c, b->s1u_enb.ip6);
	IO(c, b->s1u_enb.teid);
}

static void io_pdn(struct cursor *c, struct mme_pdn *p)
{
	IO(c, p->ebi);
	IO_TEXT(c, p->apn);
	IO_SMALL(c, p->type);
	if (c->writing || c->version >= 18)
		IO_SMALL(c, p->emergency);
	IO_SMALL(c, p->paa.type);
	IO(c, p->paa.ip4);
	IO(c, p->paa.ip6);
	IO(c, p->ambr_up);
	IO(c, p->ambr_down);
	IO(c, p->s11_sgw.teid);
	io_bearer(c, p->bearers);
}

/* Behind its PDN connection: the rules that are to give it a bearer, how many dedicated bearers
 * there are, and they. */
static void save_dedicated(struct cursor *c, struct mme_pdn *p)
{
	char due[SGW_RULES_STRLEN];
	uint8_t n = 0;

	sgw_due_rules(p->s11_sgw.teid, p->ebi, due);
	IO_TEXT(c, due);
	for (const struct mme_bearer *b = p->bearers->next; b; b = b->next)
		n = (uint8_t)(n + b->active);
	IO(c, n);
	for (struct mme_bearer *b = p->bearers->next; b; b = b->next) {
		if (!b->active)
			continue;
		io_bearer(c, b);
		IO(c, b->tft_n);
		io(c, b->tft, b->tft_n);
	}
}

static bool read_dedicated(struct cursor *c, struct mme_ue *ue, struct mme_pdn *p,
			   char due[SGW_RULES_STRLEN])
{
	uint8_t n = 0;

	if (c->version >= 17)
		io_text(c, due, SGW_RULES_STRLEN);
	IO(c, n);
	while (n-- && !c->r.bad) {
		struct mme_bearer *b = bearer_new(ue, p);
		uint8_t tft_n = 0, tft[TFT_MAX];

		if (!b)
			return false;
		io_bearer(c, b);
		IO(c, tft_n);
		io(c, tft, tft_n);
		b->active = true;
		if (!c->r.bad && bearer_set_tft(b, tft, tft_n))
			return false;
	}
	return !c->r.bad;
}

static void io_ue(struct cursor *c, struct mme_ue *ue)
{
	IO(c, ue->gummei.plmn);
	IO(c, ue->gummei.group);
	IO(c, ue->gummei.code);
	IO(c, ue->m_tmsi);
	IO(c, ue->ue_capability_n);
	IO(c, ue->ue_capability);
	IO(c, ue->ms_capability_n);
	IO(c, ue->ms_capability);
	IO_SMALL(c, ue->has_more_capability);
	IO(c, ue->more_capability.nea);
	IO(c, ue->more_capability.nia);
	IO_TEXT(c, ue->imeisv);
	IO_TEXT(c, ue->msisdn);
	IO_TEXT(c, ue->access);
	IO_SMALL(c, ue->emergency);
	IO_SMALL(c, ue->unproven);
	IO_SMALL(c, ue->has_usage_type);
	IO(c, ue->usage_type);
	IO_SMALL(c, ue->rerouted);
	IO(c, ue->sec->ksi);
	IO(c, ue->sec->eea);
	IO(c, ue->sec->eia);
	IO(c, ue->sec->kasme);
	IO(c, ue->sec->knas_enc);
	IO(c, ue->sec->knas_int);
	IO(c, ue->sec->ul_count);
	IO(c, ue->sec->dl_count);
	IO(c, ue->tai.plmn);
	IO(c, ue->tai.tac);
	IO(c, ue->ecgi.plmn);
	IO(c, ue->ecgi.eci);
	IO(c, ue->tai_before.plmn);
	IO(c, ue->tai_before.tac);
	IO(c, ue->ecgi_before.plmn);
	IO(c, ue->ecgi_before.eci);
	IO(c, ue->moved);
	IO(c, ue->as.kasme);
	IO(c, ue->as.nh);
	IO(c, ue->as.ncc);
	IO(c, ue->s11_teid);
	IO(c, ue->authenticated);
	IO(c, ue->guti_given);
	IO(c, ue->registered.plmn);
	IO(c, ue->registered.tac);
	IO(c, ue->paging_drx);
	IO_SMALL(c, ue->psm);
	IO(c, ue->t3324_s);
	IO(c, ue->t3412_s);
	IO_SMALL(c, ue->edrx);
	IO(c, ue->edrx_cycle);
	IO(c, ue->edrx_ptw);
	IO(c, ue->attached);
	IO(c, ue->seen);
	IO(c, ue->ambr_up);
	IO(c, ue->ambr_down);
	IO(c, ue->default_apn);
	IO(c, ue->apns);
}

/* An S1 connection that is set up: the eNodeB's instance (0: none) and both ids. */
struct saved_conn {
	uint64_t instance;
	uint32_t mme_ue_s1ap_id, enb_ue_s1ap_id;
	uint16_t stream;
};

static void io_conn(struct cursor *c, struct saved_conn *s)
{
	IO(c, s->instance);
	IO(c, s->mme_ue_s1ap_id);
	IO(c, s->enb_ue_s1ap_id);
	IO(c, s->stream);
}

static struct saved_conn conn_of(const struct mme_ue *ue)
{
	const struct s1_conn *c = ue->conn;

	if (!c || !c->context || !s1_keeps())
		return (struct saved_conn){0};
	return (struct saved_conn){c->enb->instance, c->mme_ue_s1ap_id, c->enb_ue_s1ap_id,
				   c->stream};
}

void ue_save(struct mme_ue *ue)
{
	static uint8_t blob[BLOB_MAX];
	struct cursor c = {.w = wr_of(blob, sizeof(blob)), .writing = true};
	uint8_t version = VERSION, pdns = 0;
	struct saved_conn conn = conn_of(ue);
	struct mme_ue copy = *ue;
	struct nas_security sec = *ue->sec;

	if (ue->dl_saved - ue->sec->dl_count > DL_AHEAD) /* also one of an earlier context */
		ue->dl_saved = ue->sec->dl_count + DL_AHEAD;
	sec.dl_count = ue->dl_saved;
	copy.sec = &sec;
	for (const struct mme_pdn *p = ue->pdns; p; p = p->next)
		pdns = (uint8_t)(pdns + p->bearers->active);
	IO(&c, version);
	io_ue(&c, &copy);
	io_conn(&c, &conn);
	for (unsigned i = 0; i < ue->apns; i++) {
		struct apn_subscription apn = ue->apn[i];

		io_subscription(&c, &apn);
	}
	IO(&c, pdns);
	for (struct mme_pdn *p = ue->pdns; p; p = p->next)
		if (p->bearers->active) {
			io_pdn(&c, p);
			save_dedicated(&c, p);
		}
	crypto_wipe(&copy, sizeof(copy));
	crypto_wipe(&sec, sizeof(sec));
	if (c.w.bad) {
		UE_LOG(ERROR, ue, "ue.save", "error=\"context too large\"");
		return;
	}
	ue->ul_saved = ue->sec->ul_count;
	store_context_put(ue->imsi, blob, (size_t)(c.w.p - blob), (struct store_write){0});
	crypto_wipe(blob, (size_t)(c.w.p - blob));
}

/* The registered device whose saved context the COUNTs that ue uses are in: itself, or the one
 * whose keys an attach goes on with. NULL: nothing is saved of them. */
static struct mme_ue *counted(struct mme_ue *ue)
{
	struct mme_ue *owner = ue->known ? ue : ue_by_imsi(ue->keys_of);
	bool saved = owner && (owner->emm == EMM_REGISTERED ||
			       owner->emm == EMM_DEREGISTERED_INITIATED); /* until it has ended */

	return saved && owner->sec == ue->sec ? owner : NULL;
}

void ue_save_counts(struct mme_ue *ue)
{
	struct mme_ue *owner = counted(ue);

	if (owner && owner->sec->ul_count >= owner->ul_saved + UL_BEHIND)
		ue_save(owner);
}

void ue_save_conn(struct mme_ue *ue)
{
	if (s1_keeps() && ue->known && ue->emm == EMM_REGISTERED)
		ue_save(ue);
}

void ue_cover_downlink(struct mme_ue *ue)
{
	struct mme_ue *owner = counted(ue);

	if (!owner || owner->dl_saved - owner->sec->dl_count > DL_NEAR)
		return;
	owner->dl_saved = owner->sec->dl_count + DL_AHEAD;
	ue_save(owner);
}

void ue_forget(imsi_t imsi) { store_context_del(imsi, (struct store_write){0}); }

/* What could not be restored is gone; the device hears of it by its bearer context status. */
static void take_dedicated(struct mme_ue *ue, const struct mme_pdn *p, const struct sgw_restored *s)
{
	for (unsigned i = 0; i < s->bearers; i++) {
		struct mme_bearer *b = bearer_by_ebi(ue, s->bearer[i].ebi);

		if (b && s->bearer[i].gone) {
			UE_LOG(WARN, ue, "ue.restore",
			       "apn=%s ebi=%u error=\"bearer cannot be restored\"", p->apn, b->ebi);
			bearer_free(b);
		} else if (b) {
			b->s1u_sgw.teid = s->bearer[i].s1u_teid;
		}
	}
}

/* *tunnels stays true if the datapath has those of a connected device. */
static bool restore_pdns(struct cursor *c, struct mme_ue *ue, unsigned n, bool *tunnels)
{
	while (n--) {
		struct mme_pdn *p = pdn_new(ue);
		char due[SGW_RULES_STRLEN] = "";

		if (!p)
			return false;
		io_pdn(c, p);
		p->bearers->active = true;
		if (c->r.bad || !read_dedicated(c, ue, p, due)) {
			p->s11_sgw.teid = 0;
			return false;
		}
		const struct apn_subscription *apn = esm_subscription_of(ue, p);
		struct sgw_restored_bearer dedicated[GTPC_MAX_BEARERS];
		struct sgw_restored s = {
			.bearer = dedicated,
			.imsi = ue->imsi,
			.ebi = p->ebi,
			.apn = p->apn,
			.rules = apn ? apn->rules : "",
			.routes = apn ? apn->routes : "",
			.due = due,
			.paa = p->paa,
			.ambr_up = p->ambr_up,
			.ambr_down = p->ambr_down,
			.qos = p->bearers->qos,
			.mme = ue_s11(ue),
			.teid = p->s11_sgw.teid,
		};
		for (const struct mme_bearer *b = p->bearers->next; b; b = b->next)
			dedicated[s.bearers++] = (struct sgw_restored_bearer){
				.ebi = b->ebi, .qos = b->qos, .tft = b->tft, .tft_n = b->tft_n};
		if (sgw_restore(&s, &p->bearers->s1u_sgw.teid)) {
			UE_LOG(WARN, ue, "ue.restore",
			       "apn=%s error=\"session cannot be restored\"", p->apn);
			pdn_free(ue, p);
			return false;
		}
		take_dedicated(ue, p, &s);
		*tunnels &= s.tunnels;
	}
	return true;
}

/* True if the device is connected as it was. */
static bool restore_conn(struct mme_ue *ue, const struct saved_conn *s)
{
	struct enb *e = s->instance ? enb_by_instance(s->instance) : NULL;
	struct s1_conn *c = e ? conn_restore(e, s->mme_ue_s1ap_id, s->enb_ue_s1ap_id) : NULL;

	if (!c)
		return false;
	c->stream = s->stream;
	c->context = true;
	c->tai = ue->tai;
	c->ecgi = ue->ecgi;
	conn_bind(c, ue);
	ue->security_on = true;
	for (struct mme_pdn *p = ue->pdns; p; p = p->next)
		for (struct mme_bearer *b = p->bearers; b; b = b->next)
			b->connected = true;
	return true;
}

static void restore(void *arg, imsi_t imsi, const uint8_t *blob, size_t n)
{
	struct cursor c = {.r = rd_of(blob, n)};
	struct mme_ue *ue = ue_new(true);
	static struct apn_subscription apn[S6A_MAX_APNS];
	struct saved_conn conn = {0};
	bool ok = false, tunnels = true, known;
	uint8_t pdns = 0;

	if (!ue)
		return;
	ue->imsi = imsi;
	IO(&c, c.version);
	known = c.version >= OLDEST && c.version <= VERSION;
	if (known) {
		io_ue(&c, ue);
		io_conn(&c, &conn);
	}
	if (known && !c.r.bad && !ue_claim_s11(ue) && ue->apns <= S6A_MAX_APNS &&
	    ue->ue_capability_n <= UE_NETWORK_CAPABILITY_MAX &&
	    ue->ms_capability_n <= UE_MS_CAPABILITY_MAX) {
		memset(apn, 0, sizeof(apn));
		for (unsigned i = 0; i < ue->apns; i++)
			io_subscription(&c, &apn[i]);
		ue->apn = apns_share(apn, ue->apns);
		IO(&c, pdns);
		ok = ue->apn && !c.r.bad && pdns <= GTPC_MAX_BEARERS &&
		     restore_pdns(&c, ue, pdns, &tunnels) && ue->pdns;
	}
	if (!ok) {
		UE_LOG(WARN, ue, "ue.restore",
		       "error=\"saved context dropped: the device will attach\"");
		ue_remove(ue, UE_NO_RELEASE, S1AP_CAUSE(NAS, UNSPECIFIED));
		ue_forget(imsi);
		return;
	}
	ue->sec->valid = ue->subscribed = true;
	ue->dl_saved = ue->sec->dl_count;
	ue->ul_saved = ue->sec->ul_count;
	ue->emm = EMM_REGISTERED;
	ue_enter_tables(ue);
	if (!restore_conn(ue, &conn))
		reach_start(ue);
	else if (!tunnels) /* its eNodeB has those of before: it comes again for others */
		conn_release(ue->conn, S1AP_CAUSE(TRANSPORT, UNSPECIFIED));
	++*(unsigned *)arg;
}

unsigned ue_restore_all(void)
{
	unsigned n = 0;

	store_context_each(restore, &n);
	sgw_restore_end();
	return n;
}
