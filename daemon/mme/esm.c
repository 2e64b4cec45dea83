/* SPDX-License-Identifier: Apache-2.0 */
/* EPS session management (TS 24.301 6): which APN and PDN type a device gets by its subscription,
 * the Create Session for it, and the default bearer's message. What attach and PDN connectivity
 * share. */
#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>
#include "mme/esm.h"

/* The APN network identifier: without an operator identifier mncXXX.mccXXX.gprs (TS 23.003 9.1). */
static size_t ni_length(const char *apn)
{
	size_t n = strlen(apn);

	if (n > 5 && !strcasecmp(apn + n - 5, ".gprs") && n > 19 &&
	    !strncasecmp(apn + n - 19, ".mnc", 4))
		return n - 19;
	return n;
}

const struct apn_subscription *esm_subscribed(const struct mme_ue *ue, const char *apn)
{
	size_t n = ni_length(apn);
	const struct apn_subscription *any = NULL;

	if (!*apn) { /* a wildcard names no network that could be the default (23.003 9.1.2) */
		const struct apn_subscription *s =
			ue->default_apn < ue->apns ? &ue->apn[ue->default_apn] : NULL;

		return s && strcmp(s->apn, "*") ? s : NULL;
	}
	for (unsigned i = 0; i < ue->apns; i++) {
		const struct apn_subscription *s = &ue->apn[i];

		if (!strcmp(s->apn, "*"))
			any = s;
		else if (strlen(s->apn) == n && !strncasecmp(s->apn, apn, n))
			return s;
	}
	return any;
}

/* 6.5.1.3: what both the device and its subscription want. 0 with *refused if nothing. */
static enum pdn_type common_type(uint8_t asked, enum pdn_type has, uint8_t *told, uint8_t *refused)
{
	if (asked < NAS_PDN_IPV4 || asked > NAS_PDN_IPV4V6) {
		*refused = ESM_CAUSE_UNKNOWN_PDN_TYPE;
		return 0;
	}
	if (asked & has) {
		if (asked == NAS_PDN_IPV4V6 && has != PDN_IPV4V6)
			*told = has == PDN_IPV4 ? ESM_CAUSE_IPV4_ONLY : ESM_CAUSE_IPV6_ONLY;
		return (enum pdn_type)(asked & has);
	}
	*refused = has == PDN_IPV4 ? ESM_CAUSE_IPV4_ONLY : ESM_CAUSE_IPV6_ONLY;
	return 0;
}

/* ---- what the device asks for ---- */

static void keep_pco(struct pco *pco, struct bytes b)
{
	if (b.n > PCO_MAX)
		return;
	pco->n = (uint8_t)b.n;
	memcpy(pco->b, b.p, b.n);
}

void esm_read_request(struct pdn_wish *w, const struct nas_pdn_connectivity_request *r)
{
	*w = (struct pdn_wish){
		.pti = r->pti,
		.request_type = r->request_type,
		/* 9.9.4.10: the unused value counts as IPv6 */
		.pdn_type = r->pdn_type == 4 ? NAS_PDN_IPV6 : r->pdn_type,
		.ask_info = HAS(r, nas_pdn_connectivity_request, information_transfer) &&
			    r->information_transfer == NAS_INFORMATION_TRANSFER_REQUIRED,
	};
	if (HAS(r, nas_pdn_connectivity_request, apn))
		memcpy(w->apn, r->apn.name, sizeof(w->apn));
	if (HAS(r, nas_pdn_connectivity_request, pco))
		keep_pco(&w->pco, r->pco);
	if (w->request_type == NAS_REQUEST_EMERGENCY) /* 6.5.1.2: it names no APN */
		w->apn[0] = w->ask_info = 0;
}

void esm_read_information(struct pdn_wish *w, const struct nas_esm_information_response *r)
{
	if (HAS(r, nas_esm_information_response, apn))
		memcpy(w->apn, r->apn.name, sizeof(w->apn));
	if (HAS(r, nas_esm_information_response, pco))
		keep_pco(&w->pco, r->pco);
}

const struct apn_subscription *esm_subscription_of(const struct mme_ue *ue,
						   const struct mme_pdn *pdn)
{
	return pdn->emergency ? NULL : esm_subscribed(ue, pdn->apn);
}

struct mme_pdn *esm_new_pdn(struct mme_ue *ue, const struct pdn_wish *w, uint8_t *told,
			    uint8_t *refused)
{
	bool emergency = w->request_type == NAS_REQUEST_EMERGENCY && !ue->emergency;
	const char *apn = emergency ? mme.emergency.apn : w->apn;
	const struct apn_subscription *s =
		emergency ? emergency_subscription() : esm_subscribed(ue, apn);

	if (w->request_type == NAS_REQUEST_EMERGENCY &&
	    (ue->emergency ? ue->pdns != NULL : emergency_here(ue))) {
		*refused = ESM_CAUSE_MULTIPLE_CONNECTIONS_NOT_ALLOWED;
		return NULL;
	}
	if (!s) {
		*refused = *apn ? ESM_CAUSE_OPTION_NOT_SUBSCRIBED : ESM_CAUSE_UNKNOWN_APN;
		UE_LOG(WARN, ue, "esm.apn", "apn=%s error=\"not subscribed\"",
		       log_escape((char[4 *APN_STRLEN]){0}, 4 * APN_STRLEN, apn, strlen(apn)));
		return NULL;
	}
	enum pdn_type type = common_type(w->pdn_type, s->pdn_type, told, refused);
	struct mme_pdn *pdn = type ? pdn_new(ue) : NULL;

	if (!pdn) {
		if (type)
			*refused = ESM_CAUSE_MAX_BEARERS;
		return NULL;
	}
	bool wildcard = !strcmp(s->apn, "*");
	size_t n = wildcard ? ni_length(apn) : strlen(s->apn);

	memcpy(pdn->apn, wildcard ? apn : s->apn, n);
	for (size_t i = 0; i < n; i++)
		pdn->apn[i] = (char)tolower((unsigned char)pdn->apn[i]);
	pdn->type = type;
	pdn->emergency = emergency;
	pdn->ambr_up = s->ambr_up;
	pdn->ambr_down = s->ambr_down;
	pdn->bearers->qos = (struct bearer_qos){
		.qci = s->qci,
		.arp_priority = s->arp_priority,
		.arp_may_preempt = s->arp_may_preempt,
		.arp_preemptable = s->arp_preemptable,
	};
	if (s->has_ue4 && type & PDN_IPV4)
		pdn->paa.ip4 = s->ue4;
	if (s->has_ue6 && type & PDN_IPV6)
		pdn->paa.ip6 = s->ue6;
	pdn->paa.type = type;
	return pdn;
}

void esm_create_session(struct mme_ue *ue, struct mme_pdn *pdn, const struct pco *pco,
			struct gtpc_txn *txn)
{
	struct gtpc_request r = {
		.type = GTPC_CREATE_SESSION,
		.sender = ue_s11(ue),
		.imsi = ue->imsi,
		.serving_plmn = ue->tai.plmn,
		.tai = ue->tai,
		.ecgi = ue->ecgi,
		.pdn_type = pdn->type,
		.paa = pdn->paa,
		.ambr_up = pdn->ambr_up,
		.ambr_down = pdn->ambr_down,
		.pco = *pco,
		.bearers = 1,
		.bearer[0] = {.ebi = pdn->ebi, .qos = pdn->bearers->qos},
	};
	const struct apn_subscription *s = esm_subscription_of(ue, pdn);

	memcpy(r.msisdn, ue->msisdn, sizeof(r.msisdn));
	memcpy(r.imeisv, ue->imeisv, sizeof(r.imeisv));
	memcpy(r.apn, pdn->apn, sizeof(r.apn));
	if (s) {
		memcpy(r.rules, s->rules, sizeof(r.rules));
		memcpy(r.routes, s->routes, sizeof(r.routes));
	}
	if (ue->pdns && ue->pdns->next) /* further connections are the same device's at the SGW */
		for (const struct mme_pdn *p = ue->pdns; p; p = p->next)
			if (p->s11_sgw.teid)
				r.teid = p->s11_sgw.teid;
	gtpc_request(txn, GTPC_SGW, &r);
}

uint8_t esm_cause_of_gtpc(enum gtpc_cause cause)
{
	static const struct {
		enum gtpc_cause gtpc;
		uint8_t esm;
	} table[] = {
		{GTPC_SERVICE_NOT_SUPPORTED, ESM_CAUSE_OPTION_NOT_SUPPORTED},
		{GTPC_NO_RESOURCES, ESM_CAUSE_INSUFFICIENT_RESOURCES},
		{GTPC_SEMANTIC_ERROR_IN_TFT, ESM_CAUSE_TFT_SEMANTIC},
		{GTPC_SYNTACTIC_ERROR_IN_TFT, ESM_CAUSE_TFT_SYNTAX},
		{GTPC_SEMANTIC_ERROR_IN_FILTER, ESM_CAUSE_FILTER_SEMANTIC},
		{GTPC_SYNTACTIC_ERROR_IN_FILTER, ESM_CAUSE_FILTER_SYNTAX},
		{GTPC_MISSING_OR_UNKNOWN_APN, ESM_CAUSE_UNKNOWN_APN},
		{GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED, ESM_CAUSE_OPTION_NOT_SUPPORTED},
		{GTPC_ALL_ADDRESSES_OCCUPIED, ESM_CAUSE_INSUFFICIENT_RESOURCES},
		{GTPC_SERVICE_DENIED, ESM_CAUSE_REJECTED},
		{GTPC_NO_MEMORY, ESM_CAUSE_INSUFFICIENT_RESOURCES},
		{GTPC_USER_AUTHENTICATION_FAILED, ESM_CAUSE_USER_AUTHENTICATION_FAILED},
		{GTPC_APN_ACCESS_DENIED, ESM_CAUSE_OPTION_NOT_SUBSCRIBED},
		{GTPC_REQUEST_REJECTED, ESM_CAUSE_REJECTED_BY_GATEWAY},
		{GTPC_SEMANTIC_ERROR_IN_TAD, ESM_CAUSE_TFT_SEMANTIC},
		{GTPC_SYNTACTIC_ERROR_IN_TAD, ESM_CAUSE_TFT_SYNTAX},
		{GTPC_COLLISION, ESM_CAUSE_COLLISION},
		{GTPC_INVALID_REPLY, ESM_CAUSE_REJECTED},
		{GTPC_APN_CONGESTION, ESM_CAUSE_INSUFFICIENT_RESOURCES},
		{GTPC_BEARER_NOT_SUPPORTED, ESM_CAUSE_BEARER_HANDLING_NOT_SUPPORTED},
		{GTPC_MULTIPLE_PDN_NOT_ALLOWED, ESM_CAUSE_MULTIPLE_CONNECTIONS_NOT_ALLOWED},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].gtpc == cause)
			return table[i].esm;
	return ESM_CAUSE_NETWORK_FAILURE;
}

/* The other type is the only one then, where one was asked for. */
static uint8_t refusal(enum gtpc_cause cause, enum pdn_type asked)
{
	if (cause != GTPC_PREFERRED_PDN_TYPE_NOT_SUPPORTED || asked == PDN_IPV4V6)
		return esm_cause_of_gtpc(cause);
	return asked == PDN_IPV4 ? ESM_CAUSE_IPV6_ONLY : ESM_CAUSE_IPV4_ONLY;
}

uint8_t esm_session_created(struct mme_pdn *pdn, const struct gtpc_response *r, uint8_t *told)
{
	if (r->cause != GTPC_ACCEPTED && r->cause != GTPC_ACCEPTED_PARTIALLY &&
	    r->cause != GTPC_NEW_PDN_TYPE_NETWORK && r->cause != GTPC_NEW_PDN_TYPE_SINGLE)
		return refusal(r->cause, pdn->type);
	if (r->cause == GTPC_NEW_PDN_TYPE_NETWORK)
		*told = r->paa.type == PDN_IPV4 ? ESM_CAUSE_IPV4_ONLY : ESM_CAUSE_IPV6_ONLY;
	else if (r->cause == GTPC_NEW_PDN_TYPE_SINGLE)
		*told = ESM_CAUSE_SINGLE_ADDRESS_ONLY;
	pdn->s11_sgw = r->sender;
	pdn->paa = r->paa;
	pdn->type = r->paa.type;
	if (r->ambr_up)
		pdn->ambr_up = r->ambr_up;
	if (r->ambr_down)
		pdn->ambr_down = r->ambr_down;
	if (!r->bearers || r->bearer[0].ebi != pdn->ebi)
		return ESM_CAUSE_NETWORK_FAILURE;
	pdn->bearers->s1u_sgw = r->bearer[0].s1u_sgw;
	return 0;
}

struct bytes esm_activate_default(struct mme_ue *ue, const struct mme_pdn *pdn, uint8_t pti,
				  uint8_t told, const struct pco *pco, enum nas_sec_header header)
{
	struct nas_activate_default_bearer_request m = {
		.ebi = pdn->ebi,
		.pti = pti,
		.qos = {.qci = pdn->bearers->qos.qci},
		.pdn_address = {.type = (uint8_t)pdn->type, .ip4 = pdn->paa.ip4},
	};

	snprintf(m.apn.name, sizeof(m.apn.name), "%s", pdn->apn);
	memcpy(m.pdn_address.iid, pdn->paa.ip6.s6_addr + 8, 8);
	if (pdn->ambr_up && pdn->ambr_down) {
		m.apn_ambr.up = pdn->ambr_up;
		m.apn_ambr.down = pdn->ambr_down;
		SET(&m, nas_activate_default_bearer_request, apn_ambr);
		if (nas_ambr_extend(&m.apn_ambr, &m.extended_ambr))
			SET(&m, nas_activate_default_bearer_request, extended_ambr);
	}
	if (told) {
		m.esm_cause = told;
		SET(&m, nas_activate_default_bearer_request, esm_cause);
	}
	if (pco->n) {
		m.pco = bytes_of(pco->b, pco->n);
		SET(&m, nas_activate_default_bearer_request, pco);
	}
	return nas_make(ue, &nas_activate_default_bearer_request_def, &m, header);
}

/* ---- EPS bearer context status ---- */

uint16_t esm_bearer_status(struct mme_ue *ue)
{
	uint16_t s = 0;

	for (const struct mme_bearer *b = NULL; (b = bearer_next(ue, b));)
		if (b->active && !b->lost)
			s = (uint16_t)(s | 1u << b->ebi);
	return s;
}

void esm_sync_bearers(struct mme_ue *ue, uint16_t status)
{
	bearers_unknown(ue, (uint16_t)(esm_bearer_status(ue) & ~status));
}
