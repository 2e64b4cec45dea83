/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages of a UE (TS 24.301 8). Downlink: security header, then one row of `downlink` per
 * message: handler, and whether it may come without integrity protection once the UE has secure
 * exchange (4.4.4.2). Uplink: each builder fills the codec's struct; send_nas() protects it as the
 * state of the security context demands, and applies the faults that concern single messages. */
#include "ue.h"
#include "ue_esm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codec/nas.h"
#include "codec/pco.h"
#include "core/loop.h"
#include "enb.h"
#include "mutate.h"
#include "security/crypto.h"
#include "security/kdf.h"
#include "stray.h"

enum { NAS_BUFFER = 1280 };

/* ---- uplink
 * --------------------------------------------------------------------------------------- */

static void transmit(struct ue *ue, const struct wr *w, const uint8_t *start, enum rrc_cause cause)
{
	int err = enb_uplink_nas(ue, bytes_of(start, (size_t)(w->p - start)), cause);

	if (err)
		ue_fail(ue, err == -ENETDOWN ? "no S1 association" : "S1AP message not sent");
}

/* The faults that put something wrong on the wire before the right message. */
static void send_wrong_first(struct ue *ue, struct bytes plain, const uint8_t *right, size_t n)
{
	uint8_t bad[NAS_BUFFER];

	if (!ue->connected)
		return;
	if (ue_fault(ue, FAULT_NAS_PLAIN))
		enb_uplink_nas(ue, plain, RRC_MO_SIGNALLING);
	if (ue_fault(ue, FAULT_NAS_BAD_MAC)) {
		memcpy(bad, right, n);
		bad[2] ^= 0x55;
		enb_uplink_nas(ue, bytes_of(bad, n), RRC_MO_SIGNALLING);
	}
}

/* Protects and sends a plain message. A message that opens a connection is never ciphered, so that
 * the network can read whose it is (4.4.5). */
static void send_nas(struct ue *ue, struct bytes plain, enum nas_sec_header header,
		     enum rrc_cause cause)
{
	uint8_t out[NAS_BUFFER];
	struct wr w = wr_of(out, sizeof(out));
	bool twice;
	int err;

	plain = mutate_nas(plain, &twice);
	if (header == NAS_SEC_PLAIN) {
		wr_bytes(&w, plain);
		stray_sent(ue, header, plain, plain);
		transmit(ue, &w, out, cause);
		return;
	}
	err = nas_protect(&ue->sec, NAS_UPLINK, header, plain, &w);
	if (err) {
		ue_fail(ue, err == -EOVERFLOW ? "NAS COUNT used up" : "NAS message not protected");
		return;
	}
	/* KeNB comes from the message that opens the connection or completes security mode, not
	 * from what follows (TS 33.401 7.2.6.2, A.3). */
	if (!ue->connected || header == NAS_SEC_CIPHERED_NEW)
		ue->kenb_count = ue->sec.ul_count - 1;
	stray_sent(ue, header, plain, bytes_of(out, (size_t)(w.p - out)));
	send_wrong_first(ue, plain, out, (size_t)(w.p - out));
	transmit(ue, &w, out, cause);
	if ((twice || ue_fault(ue, FAULT_NAS_REPLAY)) && ue->connected)
		transmit(ue, &w, out, cause);
}

/* Ciphered once the network has shown on this connection that it has the keys too, integrity
 * protected before (4.4.4.1, 4.4.5), so that a network without them can read who we are. */
static enum nas_sec_header usual_header(const struct ue *ue)
{
	if (!ue->sec.valid)
		return NAS_SEC_PLAIN;
	return ue->connected && ue->secure ? NAS_SEC_CIPHERED : NAS_SEC_INTEGRITY;
}

/* Security Mode Complete says of the keys that it is the first with them. */
void nas_send_again(struct ue *ue, struct bytes plain, unsigned header)
{
	send_nas(ue, plain,
		 header == NAS_SEC_CIPHERED_NEW ? NAS_SEC_CIPHERED_NEW : usual_header(ue),
		 RRC_MO_SIGNALLING);
}

void nas_send_message(struct ue *ue, const struct nas_def *def, const void *body)
{
	uint8_t plain[NAS_BUFFER];
	struct wr w = wr_of(plain, sizeof(plain));

	if (!nas_encode(&w, def, body))
		send_nas(ue, bytes_of(plain, (size_t)(w.p - plain)), usual_header(ue),
			 RRC_MO_SIGNALLING);
}

int nas_send_octets(struct ue *ue, const char *hex)
{
	uint8_t plain[NAS_BUFFER / 2];
	size_t n = strlen(hex) / 2;
	unsigned octet;

	if (n < 2 || n > sizeof(plain) || strlen(hex) % 2)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (sscanf(hex + 2 * i, "%2x", &octet) != 1)
			return -EINVAL;
		plain[i] = (uint8_t)octet;
	}
	send_nas(ue, bytes_of(plain, n), usual_header(ue), RRC_MO_SIGNALLING);
	return 0;
}

#define SEND(ue, tag, body, header)                                                                \
	do {                                                                                       \
		uint8_t plain_[NAS_BUFFER];                                                        \
		struct wr w_ = wr_of(plain_, sizeof(plain_));                                      \
                                                                                                   \
		if (!NAS_ENCODE(&w_, tag, body))                                                   \
			send_nas(ue, bytes_of(plain_, (size_t)(w_.p - plain_)), header,            \
				 RRC_MO_SIGNALLING);                                               \
	} while (0)

static void imeisv_of(const struct ue *ue, char out[IMEISV_STRLEN])
{
	if (*ue->profile->imeisv)
		memcpy(out, ue->profile->imeisv, IMEISV_STRLEN);
	else
		snprintf(out, IMEISV_STRLEN, "35349006%06u01", ue->number % 1000000);
}

static void imei_of(const struct ue *ue, char out[IMEISV_STRLEN])
{
	imeisv_of(ue, out);
	out[14] = '0'; /* check digit, sent as 0 (TS 23.003 6.2.1) */
	out[15] = 0;
}

static struct nas_identity unknown_identity(const struct ue *ue)
{
	struct nas_identity id = {.type = NAS_ID_GUTI, .guti.gummei = ue->enb->gummei};

	crypto_random(&id.guti.m_tmsi, sizeof(id.guti.m_tmsi));
	return id;
}

static struct nas_identity own_identity(const struct ue *ue, bool by_imsi)
{
	struct nas_identity id = {0};

	if (ue_fault(ue, FAULT_UNKNOWN_GUTI) && !ue->has_guti) {
		id = unknown_identity(ue);
	} else if (by_imsi && ue->profile->emergency == EMERGENCY_BY_IMEI) {
		id.type = NAS_ID_IMEI;
		imei_of(ue, id.imei);
	} else if (by_imsi) {
		id.type = NAS_ID_IMSI;
		id.imsi = ue->imsi;
	} else {
		id.type = NAS_ID_GUTI;
		id.guti = ue->guti;
	}
	return id;
}

enum { UP_CIOT = 0x08 }; /* user plane CIoT EPS optimisation (9.9.3.34) */

static struct nas_ue_network_capability capability(const struct ue *ue)
{
	return (struct nas_ue_network_capability){
		.n = 6, .octet = {ue->profile->eea, ue->profile->eia, [5] = UP_CIOT}};
}

static void pdn_connectivity(struct ue *ue, struct wr *w)
{
	uint8_t pco[64];
	struct wr pw = wr_of(pco, sizeof(pco));
	struct nas_pdn_connectivity_request r = {.pti = ue->esm_pti,
						 .request_type = NAS_REQUEST_INITIAL,
						 .pdn_type = ue->profile->pdn_type};

	if (ue->profile->emergency)
		r.request_type = NAS_REQUEST_EMERGENCY;
	/* An APN is told only when it can be ciphered (6.5.1.2): by ESM information. */
	if (*ue->profile->apn && !ue->profile->emergency) {
		r.information_transfer = NAS_INFORMATION_TRANSFER_REQUIRED;
		SET(&r, nas_pdn_connectivity_request, information_transfer);
	} else {
		pco_request(&pw);
		r.pco = bytes_of(pco, (size_t)(pw.p - pco));
		SET(&r, nas_pdn_connectivity_request, pco);
	}
	NAS_ENCODE(w, pdn_connectivity_request, &r);
}

void nas_send_attach_request(struct ue *ue, bool by_imsi, bool same)
{
	uint8_t esm[128];
	struct wr w = wr_of(esm, sizeof(esm));
	bool protected;
	struct nas_attach_request r = {.attach_type = ue->profile->emergency  ? NAS_ATTACH_EMERGENCY
						      : ue->profile->combined ? NAS_ATTACH_COMBINED
									      : NAS_ATTACH_EPS,
				       .ksi = ue->sec.valid ? ue->sec.ksi : NAS_KSI_NONE,
				       .identity = own_identity(ue, by_imsi),
				       .ue_network_capability = capability(ue)};

	if (same) {
		r.identity = ue->identity;
		r.ksi = ue->ksi;
	} else {
		ue->identity = r.identity;
		ue->ksi = r.ksi;
		ue->esm_pti = ue->esm_pti % 254 + 1;
	}
	pdn_connectivity(ue, &w);
	r.esm = bytes_of(esm, (size_t)(w.p - esm));
	if (r.identity.type == NAS_ID_GUTI && ue->has_guti) {
		r.last_tai = ue->tai;
		SET(&r, nas_attach_request, last_tai);
	}
	if (ue->profile->psm) {
		r.t3324 = ue->profile->t3324_s;
		SET(&r, nas_attach_request, t3324);
	}
	if (ue->profile->edrx) {
		r.edrx.value = ue->profile->edrx_cycle;
		SET(&r, nas_attach_request, edrx);
	}
	if (ue->profile->t3412_s) {
		r.t3412_extended = ue->profile->t3412_s;
		SET(&r, nas_attach_request, t3412_extended);
	}
	/* Where protected messages are exchanged, a plain one is discarded (4.4.4.3). */
	protected = ue->sec.valid && (!by_imsi || ue->secure);
	/* TS 33.401 7.2.6.2: of this one, too, on a connection, if it begins anything. */
	if (protected && !same)
		ue->kenb_count = ue->sec.ul_count;
	SEND(ue, attach_request, &r, protected ? NAS_SEC_INTEGRITY : NAS_SEC_PLAIN);
}

void nas_send_detach_request(struct ue *ue, bool switch_off)
{
	struct nas_detach_request r = {.detach_type = {NAS_DETACH_EPS, switch_off},
				       .ksi = ue->sec.valid ? ue->sec.ksi : NAS_KSI_NONE,
				       .identity = own_identity(ue, !ue->has_guti)};

	SEND(ue, detach_request, &r, usual_header(ue));
}

void nas_send_service_request(struct ue *ue)
{
	uint8_t out[8];
	struct wr w = wr_of(out, sizeof(out));

	if (nas_service_request(&ue->sec, &w)) {
		ue_fail(ue, "NAS COUNT used up");
		return;
	}
	if (!ue->connected)
		ue->kenb_count = ue->sec.ul_count - 1;
	transmit(ue, &w, out, RRC_MO_DATA);
}

void nas_send_tau_request(struct ue *ue, uint8_t type, bool active)
{
	struct nas_tau_request r = {
		.update_type = {.type = type, .active = active},
		.ksi = ue->sec.valid ? ue->sec.ksi : NAS_KSI_NONE,
		.old_guti = ue_fault(ue, FAULT_UNKNOWN_GUTI) ? unknown_identity(ue)
							     : own_identity(ue, false),
		.ue_network_capability = capability(ue),
		.last_tai = ue->tai,
		.bearer_status = ue->pdn.active ? (uint16_t)(1u << ue->pdn.ebi) : 0,
	};

	SET(&r, nas_tau_request, ue_network_capability);
	SET(&r, nas_tau_request, last_tai);
	SET(&r, nas_tau_request, bearer_status);
	if (ue->profile->psm) {
		r.t3324 = ue->profile->t3324_s;
		SET(&r, nas_tau_request, t3324);
	}
	if (ue->profile->t3412_s) {
		r.t3412_extended = ue->profile->t3412_s;
		SET(&r, nas_tau_request, t3412_extended);
	}
	if (active && ue->sec.valid && !ue->context) /* TS 33.401 7.2.6.2: a later one, too */
		ue->kenb_count = ue->sec.ul_count;
	SEND(ue, tau_request, &r,
	     ue->connected   ? usual_header(ue)
	     : ue->sec.valid ? NAS_SEC_INTEGRITY
			     : NAS_SEC_PLAIN);
}

void nas_send_attach_complete(struct ue *ue)
{
	struct nas_activate_default_bearer_accept accept = {.ebi = ue->pdn.ebi};
	uint8_t esm[16];
	struct wr w = wr_of(esm, sizeof(esm));
	struct nas_attach_complete r = {0};

	NAS_ENCODE(&w, activate_default_bearer_accept, &accept);
	r.esm = bytes_of(esm, (size_t)(w.p - esm));
	SEND(ue, attach_complete, &r, usual_header(ue));
}

static void send_emm_status(struct ue *ue, uint8_t cause)
{
	struct nas_emm_status r = {.emm_cause = cause};

	SEND(ue, emm_status, &r, usual_header(ue));
}

/* ---- downlink: identity, authentication, security mode
 * -------------------------------------------- */

static void on_identity_request(struct ue *ue, const void *body)
{
	const struct nas_identity_request *in = body;
	struct nas_identity_response r = {0};

	event_ue(ue, "identity.request", "type=%u", in->identity_type);
	if (!ue_step(ue, STEP_IDENTITY))
		return;
	switch (in->identity_type) {
	case NAS_ASK_IMEI:
		r.identity.type = NAS_ID_IMEI;
		imei_of(ue, r.identity.imei);
		break;
	case NAS_ASK_IMEISV:
		r.identity.type = NAS_ID_IMEISV;
		imeisv_of(ue, r.identity.imei);
		break;
	default:
		r.identity.type = NAS_ID_IMSI;
		r.identity.imsi = ue->imsi;
	}
	SEND(ue, identity_response, &r, usual_header(ue));
}

static void authentication_failure(struct ue *ue, uint8_t cause, const uint8_t *auts)
{
	struct nas_authentication_failure r = {.emm_cause = cause};

	if (auts) {
		memcpy(r.auts.octet, auts, sizeof(r.auts.octet));
		SET(&r, nas_authentication_failure, auts);
	}
	event_ue(ue, "authentication.failure", "cause=%u", cause);
	SEND(ue, authentication_failure, &r, usual_header(ue));
}

static void on_authentication_request(struct ue *ue, const void *body)
{
	const struct nas_authentication_request *in = body;
	struct nas_authentication_response r = {.res.n = 8};
	enum usim_result result;
	struct usim_answer a;

	event_ue(ue, "authentication.request", "ksi=%u", in->ksi & 7);
	if (!ue_step(ue, STEP_AUTHENTICATION))
		return;
	result = usim_authenticate(&ue->usim, in->rand.octet, in->autn.octet, &a);
	if (result == USIM_MAC_FAILURE || ue_fault(ue, FAULT_MAC_FAILURE)) {
		authentication_failure(ue, EMM_CAUSE_MAC_FAILURE, NULL);
	} else if (result == USIM_NON_EPS || ue_fault(ue, FAULT_NON_EPS)) {
		authentication_failure(ue, EMM_CAUSE_NON_EPS_AUTHENTICATION, NULL);
	} else if (result == USIM_SYNC_FAILURE) {
		authentication_failure(ue, EMM_CAUSE_SYNCH_FAILURE, a.auts);
	} else {
		kdf_kasme(a.v.ck, a.v.ik, ue->enb->plmn, a.v.sqn_xor_ak, ue->next.kasme);
		ue->next.ksi = in->ksi & 7;
		memcpy(r.res.octet, a.v.res, 8);
		if (ue_fault(ue, FAULT_WRONG_RES))
			r.res.octet[0] ^= 1;
		SEND(ue, authentication_response, &r, usual_header(ue));
	}
}

static void on_authentication_reject(struct ue *ue, const void *body)
{
	(void)body;
	event_ue(ue, "authentication.reject", "%s", "");
	ue_forget(ue);
	ue_fail(ue, "authentication reject");
}

static void security_mode_reject(struct ue *ue, uint8_t cause)
{
	struct nas_security_mode_reject r = {.emm_cause = cause};

	event_ue(ue, "security.reject", "cause=%u", cause);
	SEND(ue, security_mode_reject, &r, usual_header(ue));
}

/* For an emergency without authentication alone (TS 33.401 15.2.2). */
static bool is_null(const struct ue *ue, const struct nas_security_mode_command *in)
{
	return ue->profile->emergency && !in->algorithms.eia && !in->algorithms.eea &&
	       !(in->ksi & 7);
}

/* What the network replays must be what we told it (5.4.3.3); its order of algorithms is its own.
 */
static bool replay_right(const struct ue *ue, const struct nas_security_mode_command *in)
{
	return in->ue_security_capability.eea == ue->profile->eea &&
	       in->ue_security_capability.eia == ue->profile->eia &&
	       (is_null(ue, in) ||
		(ue->profile->eia & NAS_ALGORITHM_BIT(in->algorithms.eia) &&
		 ue->profile->eea & NAS_ALGORITHM_BIT(in->algorithms.eea) && in->algorithms.eia));
}

/* Security Mode Command: its integrity is checked with the very keys it selects, so it is read
 * first. KSI tells whether they come from the authentication just done or from the current context.
 */
static void on_security_mode_command(struct ue *ue, struct bytes pdu)
{
	struct nas_message m;
	const struct nas_security_mode_command *in;
	struct nas_security_mode_complete r = {0};
	struct nas_security sec;
	struct bytes plain;

	if (nas_decode(&turn_arena, NAS_DOWN, nas_inner_unchecked(pdu), &m) ||
	    m.type != NAS_SECURITY_MODE_COMMAND)
		return;
	in = m.body;
	sec = ue->next.ksi == (in->ksi & 7) ? ue->next : ue->sec;
	if (is_null(ue, in))
		nas_security_null(&sec);
	else if (sec.ksi != (in->ksi & 7) ||
		 nas_security_derive(&sec, in->algorithms.eea, in->algorithms.eia))
		sec.valid = false;
	if (!sec.valid || nas_unprotect(&sec, NAS_DOWNLINK, pdu, &turn_arena, &plain)) {
		event_ue(ue, "nas.discarded", "message=security_mode_command why=integrity");
		return;
	}
	event_ue(ue, "security.command", "eea=%u eia=%u imeisv=%s", in->algorithms.eea,
		 in->algorithms.eia,
		 HAS(in, nas_security_mode_command, imeisv_request) ? "asked" : "no");
	if (!ue_step(ue, STEP_SECURITY_MODE))
		return;
	if (!replay_right(ue, in) || ue_fault(ue, FAULT_CAPS_MISMATCH)) {
		security_mode_reject(ue, EMM_CAUSE_SECURITY_CAPABILITIES_MISMATCH);
		return;
	}
	ue->sec = sec;
	ue->secure = true;
	nas_security_wipe(&ue->next);
	if (HAS(in, nas_security_mode_command, imeisv_request) &&
	    in->imeisv_request == NAS_IMEISV_REQUESTED) {
		r.imeisv.type = NAS_ID_IMEISV;
		imeisv_of(ue, r.imeisv.imei);
		SET(&r, nas_security_mode_complete, imeisv);
	}
	SEND(ue, security_mode_complete, &r, NAS_SEC_CIPHERED_NEW);
}

/* ---- downlink: attach, detach, service
 * ------------------------------------------------------------ */

static void on_esm_information_request(struct ue *ue, const void *body)
{
	const struct nas_esm_information_request *in = body;
	struct nas_esm_information_response r = {.pti = in->pti};
	uint8_t pco[64];
	struct wr w = wr_of(pco, sizeof(pco));

	event_ue(ue, "esm.information", "pti=%u", in->pti);
	if (!ue_step(ue, STEP_ESM_INFORMATION))
		return;
	if (*ue->profile->apn) {
		snprintf(r.apn.name, sizeof(r.apn.name), "%s", ue->profile->apn);
		SET(&r, nas_esm_information_response, apn);
	}
	pco_request(&w);
	r.pco = bytes_of(pco, (size_t)(w.p - pco));
	SET(&r, nas_esm_information_response, pco);
	SEND(ue, esm_information_response, &r, usual_header(ue));
}

static void on_attach_accept(struct ue *ue, const void *body)
{
	const struct nas_attach_accept *in = body;
	struct nas_message esm;

	if (ue->procedure != PROC_ATTACH)
		return;
	if (nas_decode(&turn_arena, NAS_DOWN, in->esm, &esm) ||
	    esm.type != NAS_ACTIVATE_DEFAULT_BEARER_REQUEST) {
		ue_fail(ue, "attach accept without a default bearer");
		return;
	}
	if (HAS(in, nas_attach_accept, guti) && in->guti.type == NAS_ID_GUTI) {
		ue->guti = in->guti.guti;
		ue->has_guti = true;
	}
	if (in->tai_list.n)
		ue->tai = in->tai_list.tai[0];
	pdn_activate(ue, esm.body, esm.ebi);
	event_ue(ue, "attach.accept", "m-tmsi=%08x t3412=%u tais=%u cause=%u", ue->guti.m_tmsi,
		 in->t3412, in->tai_list.n,
		 HAS(in, nas_attach_accept, emm_cause) ? in->emm_cause : 0);
	if (ue->context) /* it came later than the context, or again */
		ue_context_ready(ue);
}

static const char *reject_text(unsigned emm, unsigned esm)
{
	static char text[128];

	snprintf(text, sizeof(text), "%u %s", emm, emm_cause_text(emm));
	if (esm)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %u %s", esm,
			 esm_cause_text(esm));
	return text;
}

/* Causes after which identity and keys are invalid (5.5.1.2.5). */
static bool cause_forgets(uint8_t cause)
{
	return cause == EMM_CAUSE_ILLEGAL_UE || cause == EMM_CAUSE_ILLEGAL_ME ||
	       cause == EMM_CAUSE_IMSI_UNKNOWN_IN_HSS || cause == EMM_CAUSE_IMEI_NOT_ACCEPTED ||
	       (cause >= EMM_CAUSE_EPS_NOT_ALLOWED && cause <= EMM_CAUSE_NO_SUITABLE_CELLS);
}

static void on_attach_reject(struct ue *ue, const void *body)
{
	const struct nas_attach_reject *in = body;
	const struct nas_pdn_connectivity_reject *esm;
	unsigned esm_cause = 0;
	struct nas_message m;

	if (HAS(in, nas_attach_reject, esm) && !nas_decode(&turn_arena, NAS_DOWN, in->esm, &m) &&
	    m.type == NAS_PDN_CONNECTIVITY_REJECT) {
		esm = m.body;
		esm_cause = esm->esm_cause;
	}
	event_ue(ue, "attach.reject", "cause=%u esm-cause=%u", in->emm_cause, esm_cause);
	if (cause_forgets(in->emm_cause))
		ue_forget(ue);
	if (ue->procedure == PROC_ATTACH)
		ue_fail(ue, reject_text(in->emm_cause, esm_cause));
}

static void on_tau_accept(struct ue *ue, const void *body)
{
	const struct nas_tau_accept *in = body;
	struct nas_tau_complete r = {0};
	bool new_guti = HAS(in, nas_tau_accept, guti) && in->guti.type == NAS_ID_GUTI;

	if (ue->procedure != PROC_UPDATE && !new_guti)
		return;
	if (HAS(in, nas_tau_accept, tai_list) && in->tai_list.n)
		ue->tai = in->tai_list.tai[0];
	event_ue(ue, "tau.accept", "result=%u guti=%s tais=%u bearers=%04x cause=%u",
		 in->update_result, new_guti ? "new" : "same",
		 HAS(in, nas_tau_accept, tai_list) ? in->tai_list.n : 0,
		 HAS(in, nas_tau_accept, bearer_status) ? in->bearer_status : 0,
		 HAS(in, nas_tau_accept, emm_cause) ? in->emm_cause : 0);
	if (new_guti) {
		if (!ue_step(ue, STEP_COMPLETE))
			return;
		ue->guti = in->guti.guti;
		ue->has_guti = true;
		SEND(ue, tau_complete, &r, usual_header(ue));
	}
	if (HAS(in, nas_tau_accept, bearer_status) && ue->pdn.active &&
	    !(in->bearer_status >> ue->pdn.ebi & 1))
		pdn_down(ue);
	if (ue->procedure == PROC_UPDATE && !ue->wants_bearers)
		ue_succeed(ue);
}

static void on_tau_reject(struct ue *ue, const void *body)
{
	const struct nas_tau_reject *in = body;

	event_ue(ue, "tau.reject", "cause=%u", in->emm_cause);
	if (cause_forgets(in->emm_cause) || in->emm_cause == EMM_CAUSE_IDENTITY_NOT_DERIVED ||
	    in->emm_cause == EMM_CAUSE_IMPLICITLY_DETACHED ||
	    in->emm_cause == EMM_CAUSE_NO_BEARER_ACTIVATED)
		ue_deregister(ue);
	if (cause_forgets(in->emm_cause) || in->emm_cause == EMM_CAUSE_IDENTITY_NOT_DERIVED)
		ue_forget(ue);
	if (ue->procedure == PROC_UPDATE)
		ue_fail(ue, reject_text(in->emm_cause, 0));
}

static void on_service_reject(struct ue *ue, const void *body)
{
	const struct nas_service_reject *in = body;

	event_ue(ue, "service.reject", "cause=%u", in->emm_cause);
	if (cause_forgets(in->emm_cause))
		ue_forget(ue);
	if (cause_forgets(in->emm_cause) || in->emm_cause == EMM_CAUSE_NO_BEARER_ACTIVATED)
		ue_deregister(ue);
	if (ue->procedure == PROC_SERVICE)
		ue_fail(ue, reject_text(in->emm_cause, 0));
}

static void on_detach_request(struct ue *ue, const void *body)
{
	const struct nas_detach_request_network *in = body;
	struct nas_detach_accept r = {0};

	event_ue(ue, "detach.network", "type=%u cause=%u", in->detach_type.type,
		 HAS(in, nas_detach_request_network, emm_cause) ? in->emm_cause : 0);
	if (in->detach_type.type == NAS_DETACH_NETWORK_IMSI)
		return;
	if (!ue_step_at(ue, STEP_DETACH, ue->enb))
		return;
	ue->reattach = in->detach_type.type == NAS_DETACH_REATTACH;
	SEND(ue, detach_accept, &r, usual_header(ue));
	if (ue->procedure == PROC_ATTACH)
		ue_fail(ue, "detached by the network");
	ue_deregister(ue);
}

static void on_detach_accept(struct ue *ue, const void *body)
{
	(void)ue;
	(void)body; /* the release of the S1 connection ends the procedure */
}

static void on_guti_reallocation(struct ue *ue, const void *body)
{
	const struct nas_guti_reallocation_command *in = body;
	struct nas_guti_reallocation_complete r = {0};

	if (in->guti.type != NAS_ID_GUTI || !ue_step_at(ue, STEP_COMPLETE, ue->enb))
		return;
	ue->guti = in->guti.guti;
	ue->has_guti = true;
	event_ue(ue, "guti", "m-tmsi=%08x", ue->guti.m_tmsi);
	SEND(ue, guti_reallocation_complete, &r, usual_header(ue));
}

static void on_emm_information(struct ue *ue, const void *body)
{
	const struct nas_emm_information *in = body;

	event_ue(ue, "emm.information", "full-name=\"%s\" short-name=\"%s\" time=%s",
		 HAS(in, nas_emm_information, full_name) ? in->full_name.utf8 : "",
		 HAS(in, nas_emm_information, short_name) ? in->short_name.utf8 : "",
		 HAS(in, nas_emm_information, time) ? "yes" : "no");
}

static void on_emm_status(struct ue *ue, const void *body)
{
	const struct nas_emm_status *in = body;

	event_ue(ue, "emm.status", "cause=%u", in->emm_cause);
}

static void on_esm_status(struct ue *ue, const void *body)
{
	const struct nas_esm_status *in = body;

	event_ue(ue, "esm.status", "cause=%u", in->esm_cause);
}

/* ---- downlink: security header, dispatch
 * ----------------------------------------------------------- */

static const struct {
	uint16_t type;
	bool plain_allowed; /* without integrity although there is a security context (4.4.4.2) */
	void (*handle)(struct ue *, const void *body);
} downlink[] = {
	{NAS_IDENTITY_REQUEST, true, on_identity_request},
	{NAS_AUTHENTICATION_REQUEST, true, on_authentication_request},
	{NAS_AUTHENTICATION_REJECT, true, on_authentication_reject},
	{NAS_ESM_INFORMATION_REQUEST, false, on_esm_information_request},
	{NAS_ATTACH_ACCEPT, false, on_attach_accept},
	{NAS_ATTACH_REJECT, true, on_attach_reject},
	{NAS_TAU_ACCEPT, false, on_tau_accept},
	{NAS_TAU_REJECT, true, on_tau_reject},
	{NAS_SERVICE_REJECT, true, on_service_reject},
	{NAS_DETACH_REQUEST_NETWORK, false, on_detach_request},
	{NAS_DETACH_ACCEPT, true, on_detach_accept},
	{NAS_GUTI_REALLOCATION_COMMAND, false, on_guti_reallocation},
	{NAS_EMM_INFORMATION, false, on_emm_information},
	{NAS_EMM_STATUS, false, on_emm_status},
	{NAS_ESM_STATUS, false, on_esm_status},
	{NAS_ACTIVATE_DEFAULT_BEARER_REQUEST, false, esm_on_activate_default},
	{NAS_ACTIVATE_DEDICATED_BEARER_REQUEST, false, esm_on_activate_dedicated},
	{NAS_MODIFY_BEARER_REQUEST, false, esm_on_modify},
	{NAS_DEACTIVATE_BEARER_REQUEST, false, esm_on_deactivate},
	{NAS_PDN_CONNECTIVITY_REJECT, false, esm_on_pdn_reject},
	{NAS_PDN_DISCONNECT_REJECT, false, esm_on_disconnect_reject},
	{NAS_BEARER_RESOURCE_ALLOCATION_REJECT, false, esm_on_allocation_reject},
	{NAS_BEARER_RESOURCE_MODIFICATION_REJECT, false, esm_on_modification_reject},
};

static void dispatch(struct ue *ue, struct bytes plain, bool protected)
{
	struct nas_message m;
	int cause = nas_decode(&turn_arena, NAS_DOWN, plain, &m);

	if (cause) {
		event_ue(ue, "nas.discarded", "message=%s why=\"cause %d\"",
			 cause > 0 ? nas_type_name(NAS_DOWN, m.type) : "?", cause);
		if (cause > 0)
			send_emm_status(ue, (uint8_t)cause);
		return;
	}
	for (size_t i = 0; i < sizeof(downlink) / sizeof(*downlink); i++) {
		if (downlink[i].type != m.type)
			continue;
		if (protected || downlink[i].plain_allowed)
			downlink[i].handle(ue, m.body);
		else
			event_ue(ue, "nas.discarded", "message=%s why=plain", m.def->name);
		return;
	}
	event_ue(ue, "nas.unexpected", "message=%s", nas_type_name(NAS_DOWN, m.type));
	send_emm_status(ue, EMM_CAUSE_MESSAGE_TYPE_UNKNOWN);
}

void ue_downlink_nas(struct ue *ue, struct bytes pdu)
{
	unsigned header = pdu.n ? pdu.p[0] >> 4 : 0;
	struct bytes plain;
	int err;

	if (pdu.n < 2)
		return;
	switch (header) {
	case NAS_SEC_PLAIN:
		dispatch(ue, pdu, false);
		break;
	case NAS_SEC_INTEGRITY_NEW:
		on_security_mode_command(ue, pdu);
		break;
	default:
		err = nas_unprotect(&ue->sec, NAS_DOWNLINK, pdu, &turn_arena, &plain);
		if (!err) {
			ue->secure = true;
			dispatch(ue, plain, true);
		} else {
			event_ue(ue, "nas.discarded", "header=%u why=%s", header,
				 err == -EALREADY ? "replay" : "integrity");
		}
	}
}
