/* SPDX-License-Identifier: Apache-2.0 */
/* See stray.h. A message is named as in the codec; a hyphen is as good as an underscore. */
#include "stray.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "codec/nas.h"
#include "core/pool.h"
#include "enb_s1ap.h"
#include "gtpu.h"
#include "security/crypto.h"

struct sent {
	struct sent *next;
	unsigned header; /* NAS_SEC_* */
	uint16_t type;
	uint32_t n, pdu_n;
	uint8_t b[]; /* the plain message, then as it was sent */
};

enum {
	IE_MME_UE_S1AP_ID = 0,
	IE_CAUSE = 2,
	IE_ENB_UE_S1AP_ID = 8,
	IE_NAS_PDU = 26,
	IE_E_RAB_SETUP_LIST_CTXT_SU_RES = 51,
	IE_TAI = 67,
	IE_EUTRAN_CGI = 100
};

static bool named(const char *name, const char *word)
{
	for (; *name && (*name == *word || (*name == '_' && *word == '-')); name++, word++)
		;
	return !*name && !*word;
}

/* ---- NAS ---- */

static uint16_t type_of(struct bytes plain)
{
	struct nas_message m;

	nas_decode(&turn_arena, NAS_UP, plain, &m);
	return m.type;
}

void stray_sent(struct ue *ue, unsigned header, struct bytes plain, struct bytes pdu)
{
	struct sent **at = &ue->sent, *s;
	uint16_t type;

	if (!sim.watch)
		return;
	type = type_of(plain);
	while (*at && (*at)->type != type)
		at = &(*at)->next;
	s = malloc(sizeof(*s) + plain.n + pdu.n);
	if (!s)
		return;
	*s = (struct sent){.header = header, .type = type, .n = plain.n, .pdu_n = pdu.n};
	memcpy(s->b, plain.p, plain.n);
	memcpy(s->b + plain.n, pdu.p, pdu.n);
	if (*at) {
		s->next = (*at)->next;
		free(*at);
	}
	*at = s;
}

int stray_nas(struct ue *ue, unsigned words, char *const *word)
{
	const struct sent *s = ue->sent;
	uint8_t *plain;
	bool replay = words > 1 && !strcmp(word[1], "replay");

	while (s && !named(nas_type_name(NAS_UP, s->type), word[0]))
		s = s->next;
	if (!s)
		return -ENOENT;
	event_ue(ue, "nas.stray", "message=%s replay=%s", nas_type_name(NAS_UP, s->type),
		 replay ? "yes" : "no");
	if (replay)
		return enb_uplink_nas(ue, bytes_of(s->b + s->n, s->pdu_n), RRC_MO_SIGNALLING);
	plain = arena_alloc(&turn_arena, s->n); /* what is sent takes its place */
	memcpy(plain, s->b, s->n);
	nas_send_again(ue, bytes_of(plain, s->n), s->header);
	return 0;
}

/* ---- S1AP ---- */

static const char *after(unsigned n, char *const *w, const char *word)
{
	for (unsigned i = 1; i + 1 < n; i++)
		if (!strcmp(w[i], word))
			return w[i + 1];
	return NULL;
}

static uint32_t number(const char *s) { return s ? (uint32_t)strtoul(s, NULL, 0) : 0; }

/* The E-RABs that the UE has, as set up. */
static struct s1ap_e_rab_setup_list_ctxt_su_res e_rabs(struct ue *ue)
{
	struct s1ap_e_rab_setup_list_ctxt_su_res l = {
		.v = arena_zalloc(&turn_arena, UE_E_RABS * sizeof(*l.v))};

	for (struct path *p = NULL; (p = path_next(ue, p));) {
		if (!p->teid)
			continue;
		if (ue->connected)
			gtpu_port_resume(p->teid);
		l.v[l.n++] = (struct s1ap_e_rab_setup_item_ctxt_su_res){
			.e_rab_id = path_ebi(ue, p),
			.transport_layer_address = {.has4 = true, .v4 = ue->enb->address},
			.gtp_teid = p->teid};
	}
	return l;
}

static struct bytes last_nas(const struct ue *ue)
{
	static const uint8_t emm_status[] = {0x07, 0x60, 0x6f};

	return ue->sent ? bytes_of(ue->sent->b + ue->sent->n, ue->sent->pdu_n)
			: bytes_of(emm_status, sizeof(emm_status));
}

int stray_s1ap(struct ue *ue, unsigned words, char *const *word)
{
	const struct s1ap_msg *msg = NULL;
	const char *by = after(words, word, "by");
	struct enb *enb = ue->enb;
	void *body;

	do
		msg = s1ap_msg_next(msg);
	while (msg && !named(msg->name, word[0]));
	if (!msg || (by && (!number(by) || number(by) > sim.enbs)))
		return -EINVAL;
	if (by)
		enb = &sim.enb[number(by) - 1];
	body = arena_zalloc(&turn_arena, msg->body.size);
#define PUT(id, type, ...)                                                                         \
	do {                                                                                       \
		type *ie_ = s1ap_ie_set(msg, body, id);                                            \
		if (ie_)                                                                           \
			*ie_ = (__VA_ARGS__);                                                      \
	} while (0)
	PUT(IE_MME_UE_S1AP_ID, uint32_t, ue->mme_ue_id + number(after(words, word, "mme-ue")));
	PUT(IE_ENB_UE_S1AP_ID, uint32_t, ue->enb_ue_id + number(after(words, word, "enb-ue")));
	PUT(IE_CAUSE, struct s1ap_cause,
	    (struct s1ap_cause){S1AP_CAUSE_RADIO, (uint8_t)number(after(words, word, "cause"))});
	PUT(IE_NAS_PDU, struct bytes, last_nas(ue));
	PUT(IE_E_RAB_SETUP_LIST_CTXT_SU_RES, struct s1ap_e_rab_setup_list_ctxt_su_res, e_rabs(ue));
	PUT(IE_TAI, struct tai, enb_tai(enb));
	PUT(IE_EUTRAN_CGI, struct ecgi, enb_cell(enb));
#undef PUT
	event_ue(ue, "s1ap.stray", "message=%s enb=%u", msg->name, enb->number);
	return enb_send(enb, stream_of(ue->enb_ue_id), msg, body);
}

/* ---- identities ---- */

int stray_claim(struct ue *ue, const struct ue *of)
{
	if (!of->has_guti || ue->procedure)
		return -EBUSY;
	ue->has_guti = true;
	ue->guti = of->guti;
	ue->tai = of->tai;
	crypto_random(ue->sec.kasme, sizeof(ue->sec.kasme));
	ue->sec.ksi = of->sec.ksi;
	nas_security_derive(&ue->sec, of->sec.eea, of->sec.eia);
	ue->state = EMM_REGISTERED;
	event_ue(ue, "claims", "ue=%u m-tmsi=%08x", of->number, ue->guti.m_tmsi);
	return 0;
}

void stray_free(void)
{
	for (unsigned i = 0; i < sim.ues; i++)
		while (sim.ue[i].sent) {
			struct sent *s = sim.ue[i].sent;

			sim.ue[i].sent = s->next;
			free(s);
		}
}
