/* SPDX-License-Identifier: Apache-2.0 */
/* Session management of a UE beyond attach. It takes what the network gives, unless a fault says
 * otherwise; what it sends uplink goes by the packet filters of its dedicated bearers in the order
 * of precedence (TS 23.060 15.3.3), which the packet thread is told after each change. */
#include "ue_esm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "codec/nas.h"
#include "codec/pco.h"
#include "core/log.h"
#include "enb.h"
#include "gtpu.h"

#define SEND(ue, tag, body)                                                                        \
	nas_send_message(ue, &nas_##tag##_def, 1 ? (body) : (const struct nas_##tag *)NULL)

/* ---- bearers ---- */

struct bearer *bearer_find(struct ue *ue, uint8_t ebi)
{
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++)
		if (ue->more[i] && ue->more[i]->ebi == ebi)
			return ue->more[i];
	return NULL;
}

struct bearer *bearer_take(struct ue *ue, uint8_t ebi)
{
	struct bearer *b = bearer_find(ue, ebi);

	for (unsigned i = 0; !b && i < UE_MORE_BEARERS; i++)
		if (!ue->more[i]) {
			b = ue->more[i] = calloc(1, sizeof(*b));
			if (!b)
				return NULL;
			b->ebi = ebi;
			break;
		}
	return b;
}

static uint32_t default_port(struct ue *ue, uint8_t linked)
{
	const struct bearer *b;

	if (linked == ue->pdn.ebi)
		return ue->path.teid;
	b = bearer_find(ue, linked);
	return b ? b->path.teid : 0;
}

/* Tells the packet thread which bearers a PDN connection's packets go by. */
static void program(struct ue *ue, uint8_t linked)
{
	struct gtpu_filter f[UE_MORE_BEARERS * TFT_MAX_FILTERS];
	uint32_t port = default_port(ue, linked);
	unsigned n = 0;

	if (!port)
		return;
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++) {
		const struct bearer *b = ue->more[i];

		if (!b || b->linked != linked || b->linked == b->ebi || !b->known || !b->path.teid)
			continue;
		gtpu_port_join(b->path.teid, port);
		for (unsigned k = 0; k < b->tft.n; k++)
			f[n++] = (struct gtpu_filter){b->path.teid, b->tft.filter[k]};
	}
	gtpu_port_filters(port, f, n);
}

void bearer_drop(struct ue *ue, uint8_t ebi)
{
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++) {
		struct bearer *b = ue->more[i];
		uint8_t linked;

		if (!b || b->ebi != ebi)
			continue;
		linked = b->linked;
		ue->more[i] = NULL;
		if (linked != ebi)
			program(ue, linked);
		path_close(&b->path);
		free(b);
	}
}

void bearers_drop(struct ue *ue)
{
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++)
		if (ue->more[i]) {
			path_close(&ue->more[i]->path);
			free(ue->more[i]);
			ue->more[i] = NULL;
		}
}

void bearers_idle(struct ue *ue)
{
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++)
		if (ue->more[i] && ue->more[i]->path.teid)
			gtpu_port_idle(ue->more[i]->path.teid);
}

uint32_t bearer_port(struct ue *ue, uint8_t ebi)
{
	struct bearer *b = bearer_find(ue, ebi);

	if (!b) {
		if (!ue->path.teid)
			ue->path.teid = gtpu_port_new(ue->enb->gtpu_sock, ue);
		return ue->path.teid;
	}
	if (!b->path.teid) {
		b->path.teid = gtpu_port_new(ue->enb->gtpu_sock, ue);
		if (b->known)
			program(ue, b->linked);
	}
	return b->path.teid;
}

void bearers_show(struct ue *ue)
{
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++) {
		const struct bearer *b = ue->more[i];
		struct gtpu_counters c = {0};

		if (!b)
			continue;
		gtpu_port_counters(b->path.teid, &c);
		event_ue(ue, "bearer",
			 "ebi=%u linked=%u qci=%u teid=%08x filters=%u up-packets=%llu "
			 "down-packets=%llu",
			 b->ebi, b->linked, b->qci, b->path.teid, b->tft.n,
			 (unsigned long long)c.up_packets, (unsigned long long)c.down_packets);
	}
}

/* ---- from the network ---- */

/* True if a fault took the request over: silence, or a reject with the fault's cause. */
static uint32_t refuses(const struct ue *ue)
{
	return ue_fault(ue, FAULT_REJECT_BEARER) ? ue->profile->faults.arg[FAULT_REJECT_BEARER] : 0;
}

void esm_on_activate_default(struct ue *ue, const void *body)
{
	const struct nas_activate_default_bearer_request *in = body;
	struct nas_activate_default_bearer_accept yes = {.ebi = in->ebi};
	struct nas_activate_default_bearer_reject no = {.ebi = in->ebi};
	struct bearer *b;
	char a[16];

	if (ue_fault(ue, FAULT_SILENT_BEARER))
		return;
	no.esm_cause = (uint8_t)refuses(ue);
	if (no.esm_cause || !(b = bearer_take(ue, in->ebi))) {
		SEND(ue, activate_default_bearer_reject, &no);
		return;
	}
	b->linked = in->ebi;
	b->qci = in->qos.qci;
	b->ip4 = in->pdn_address.ip4;
	b->known = true;
	event_ue(ue, "pdn", "ebi=%u apn=%s type=%u ip=%s qci=%u pti=%u cause=%u", in->ebi,
		 in->apn.name, in->pdn_address.type, inet_ntop(AF_INET, &b->ip4, a, sizeof(a)),
		 b->qci, in->pti,
		 HAS(in, nas_activate_default_bearer_request, esm_cause) ? in->esm_cause : 0);
	SEND(ue, activate_default_bearer_accept, &yes);
	pdn_more_up(ue, b);
}

void esm_on_activate_dedicated(struct ue *ue, const void *body)
{
	const struct nas_activate_dedicated_bearer_request *in = body;
	struct nas_activate_dedicated_bearer_accept yes = {.ebi = in->ebi};
	struct nas_activate_dedicated_bearer_reject no = {.ebi = in->ebi};
	struct nas_eps_qos qos = in->qos;
	struct tft_filters tft;
	struct bearer *b = NULL;

	if (ue_fault(ue, FAULT_SILENT_BEARER))
		return;
	no.esm_cause = (uint8_t)refuses(ue);
	if (!no.esm_cause)
		no.esm_cause = tft_decode(in->tft, &tft);
	if (!no.esm_cause && tft.operation != TFT_CREATE)
		no.esm_cause = ESM_CAUSE_TFT_SEMANTIC;
	if (!no.esm_cause && in->linked_ebi != ue->pdn.ebi && !bearer_find(ue, in->linked_ebi))
		no.esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY;
	if (!no.esm_cause && !(b = bearer_take(ue, in->ebi)))
		no.esm_cause = ESM_CAUSE_INSUFFICIENT_RESOURCES;
	nas_qos_join(&qos, &in->extended_qos); /* zero where it is not there */
	event_ue(ue, "bearer.activate",
		 "ebi=%u linked=%u qci=%u gbr-up=%llu gbr-down=%llu pti=%u filters=%u cause=%u",
		 in->ebi, in->linked_ebi, qos.qci, (unsigned long long)qos.gbr_up,
		 (unsigned long long)qos.gbr_down, in->pti, no.esm_cause ? 0 : tft.n, no.esm_cause);
	if (no.esm_cause) {
		SEND(ue, activate_dedicated_bearer_reject, &no);
		return;
	}
	b->linked = in->linked_ebi;
	b->qci = in->qos.qci;
	b->tft = tft;
	b->known = true;
	program(ue, b->linked);
	SEND(ue, activate_dedicated_bearer_accept, &yes);
}

void esm_on_modify(struct ue *ue, const void *body)
{
	const struct nas_modify_bearer_request *in = body;
	struct nas_modify_bearer_accept yes = {.ebi = in->ebi};
	struct nas_modify_bearer_reject no = {.ebi = in->ebi};
	struct nas_eps_qos qos = in->qos; /* zero where it is not there, as all IEs */
	struct bearer *b = bearer_find(ue, in->ebi);
	struct tft_filters op;

	if (ue_fault(ue, FAULT_SILENT_BEARER))
		return;
	no.esm_cause = (uint8_t)refuses(ue);
	if (!no.esm_cause && !b && in->ebi != ue->pdn.ebi)
		no.esm_cause = ESM_CAUSE_INVALID_BEARER_IDENTITY;
	if (!no.esm_cause && b && HAS(in, nas_modify_bearer_request, tft)) {
		no.esm_cause = tft_decode(in->tft, &op);
		if (!no.esm_cause)
			no.esm_cause = tft_apply(&b->tft, &op);
	}
	nas_qos_join(&qos, &in->extended_qos);
	event_ue(ue, "bearer.modify",
		 "ebi=%u qci=%u pti=%u filters=%u cause=%u gbr-up=%llu gbr-down=%llu", in->ebi,
		 qos.qci, in->pti, b ? b->tft.n : 0, no.esm_cause, (unsigned long long)qos.gbr_up,
		 (unsigned long long)qos.gbr_down);
	if (no.esm_cause) {
		SEND(ue, modify_bearer_reject, &no);
		return;
	}
	if (b && HAS(in, nas_modify_bearer_request, qos))
		b->qci = in->qos.qci;
	if (!b && HAS(in, nas_modify_bearer_request, apn_ambr)) {
		ue->pdn.ambr = in->apn_ambr;
		nas_ambr_join(&ue->pdn.ambr, &in->extended_ambr);
	}
	if (b)
		program(ue, b->linked);
	SEND(ue, modify_bearer_accept, &yes);
}

void esm_on_deactivate(struct ue *ue, const void *body)
{
	const struct nas_deactivate_bearer_request *in = body;
	struct nas_deactivate_bearer_accept r = {.ebi = in->ebi};

	event_ue(ue, "bearer.deactivate", "ebi=%u cause=%u pti=%u", in->ebi, in->esm_cause,
		 in->pti);
	if (ue_fault(ue, FAULT_SILENT_BEARER))
		return;
	for (unsigned i = 0; i < UE_MORE_BEARERS; i++) /* all of its PDN connection */
		if (ue->more[i] && ue->more[i]->linked == in->ebi && ue->more[i]->ebi != in->ebi)
			bearer_drop(ue, ue->more[i]->ebi);
	bearer_drop(ue, in->ebi);
	if (in->ebi == ue->pdn.ebi)
		pdn_down(ue);
	SEND(ue, deactivate_bearer_accept, &r);
}

void esm_on_pdn_reject(struct ue *ue, const void *body)
{
	const struct nas_pdn_connectivity_reject *in = body;

	event_ue(ue, "pdn.reject", "pti=%u cause=%u", in->pti, in->esm_cause);
}

void esm_on_disconnect_reject(struct ue *ue, const void *body)
{
	const struct nas_pdn_disconnect_reject *in = body;

	event_ue(ue, "pdn.disconnect-reject", "pti=%u cause=%u", in->pti, in->esm_cause);
}

void esm_on_allocation_reject(struct ue *ue, const void *body)
{
	const struct nas_bearer_resource_allocation_reject *in = body;

	event_ue(ue, "bearer.reject", "pti=%u cause=%u", in->pti, in->esm_cause);
}

void esm_on_modification_reject(struct ue *ue, const void *body)
{
	const struct nas_bearer_resource_modification_reject *in = body;

	event_ue(ue, "bearer.reject", "pti=%u cause=%u", in->pti, in->esm_cause);
}

/* ---- to the network ---- */

static uint8_t next_pti(struct ue *ue) { return ue->esm_pti = (uint8_t)(ue->esm_pti % 254 + 1); }

int esm_pdn(struct ue *ue, const char *apn, uint8_t pdn_type, uint8_t request_type)
{
	uint8_t pco[64];
	struct wr w = wr_of(pco, sizeof(pco));
	struct nas_pdn_connectivity_request r = {
		.pti = next_pti(ue), .request_type = request_type, .pdn_type = pdn_type};

	if (!ue->connected)
		return -ENOTCONN;
	snprintf(r.apn.name, sizeof(r.apn.name), "%s", apn);
	SET(&r, nas_pdn_connectivity_request, apn);
	pco_request(&w);
	r.pco = bytes_of(pco, (size_t)(w.p - pco));
	SET(&r, nas_pdn_connectivity_request, pco);
	SEND(ue, pdn_connectivity_request, &r);
	return 0;
}

int esm_disconnect(struct ue *ue, uint8_t linked)
{
	struct nas_pdn_disconnect_request r = {.pti = next_pti(ue), .linked_ebi = linked};

	if (!ue->connected)
		return -ENOTCONN;
	SEND(ue, pdn_disconnect_request, &r);
	return 0;
}

static uint64_t after(unsigned n, char *const *w, const char *word, uint64_t otherwise)
{
	for (unsigned i = 3; i + 1 < n && strcmp(w[i], "filter") != 0; i++)
		if (!strcmp(w[i], word))
			return strtoull(w[i + 1], NULL, 10);
	return otherwise;
}

bool esm_wish_parse(struct esm_wish *want, unsigned n, char *const *w)
{
	struct tft_filter *f = &want->tft.filter[0];
	char text[256] = "";
	const char *bad;
	unsigned i = 3;

	*want = (struct esm_wish){.ebi = (uint8_t)strtoul(w[2], NULL, 10),
				  .qci = (uint8_t)after(n, w, "qci", 0),
				  .gbr = after(n, w, "gbr", 0) * 1000,
				  .mbr = after(n, w, "mbr", 0) * 1000};
	want->tft.operation = (enum tft_operation)after(n, w, "operation", TFT_CREATE);
	if (after(n, w, "id", 16) < 16) {
		f->id = (uint8_t)after(n, w, "id", 0);
		want->tft.n = 1;
	}
	while (i < n && strcmp(w[i], "filter") != 0)
		i++;
	if (i == n)
		return true;
	for (i++; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s", w[i]);
	want->tft.n = 1;
	return tft_filter_parse(text, f, &bad);
}

static struct nas_eps_qos qos_of(const struct esm_wish *w)
{
	return (struct nas_eps_qos){
		.qci = w->qci,
		.rates = w->gbr || w->mbr,
		.gbr_up = w->gbr,
		.gbr_down = w->gbr,
		.mbr_up = w->mbr > w->gbr ? w->mbr : w->gbr,
		.mbr_down = w->mbr > w->gbr ? w->mbr : w->gbr,
	};
}

int esm_allocate(struct ue *ue, const struct esm_wish *want)
{
	uint8_t tft[TFT_MAX_OCTETS];
	struct wr w = wr_of(tft, sizeof(tft));
	struct nas_bearer_resource_allocation_request r = {
		.pti = next_pti(ue), .linked_ebi = want->ebi, .qos = qos_of(want)};

	if (!ue->connected)
		return -ENOTCONN;
	if (tft_encode(&want->tft, &w))
		return -EMSGSIZE;
	r.tfa = bytes_of(tft, (size_t)(w.p - tft));
	if (nas_qos_extend(&r.qos, &r.extended_qos))
		SET(&r, nas_bearer_resource_allocation_request, extended_qos);
	SEND(ue, bearer_resource_allocation_request, &r);
	return 0;
}

int esm_modify(struct ue *ue, const struct esm_wish *want)
{
	uint8_t tft[TFT_MAX_OCTETS];
	struct wr w = wr_of(tft, sizeof(tft));
	struct nas_bearer_resource_modification_request r = {
		.pti = next_pti(ue), .linked_ebi = want->ebi, .qos = qos_of(want)};

	if (!ue->connected)
		return -ENOTCONN;
	if (tft_encode(&want->tft, &w))
		return -EMSGSIZE;
	r.tfa = bytes_of(tft, (size_t)(w.p - tft));
	if (want->qci)
		SET(&r, nas_bearer_resource_modification_request, qos);
	if (want->qci && nas_qos_extend(&r.qos, &r.extended_qos))
		SET(&r, nas_bearer_resource_modification_request, extended_qos);
	SEND(ue, bearer_resource_modification_request, &r);
	return 0;
}
