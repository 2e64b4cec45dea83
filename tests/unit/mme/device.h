/* SPDX-License-Identifier: Apache-2.0 */
/* The bench's devices: a USIM, the device's side of NAS security, its S1 connection's ids. Part of
 * bench.h. */
#ifndef TESTS_MME_DEVICE_H
#define TESTS_MME_DEVICE_H

struct device {
	imsi_t imsi;
	struct s1_assoc *enb;
	uint32_t enb_id, mme_id;
	uint16_t area; /* its cell's TAC, from TAC on */
	bool hybrid;   /* its cell */
	struct nas_security sec;
	bool secure; /* uplink messages are protected */
	bool has_guti;
	struct guti guti;
	uint8_t res[8], res_n, kasme[32], ksi; /* of the challenge last heard */
	uint8_t rand[16];
	uint64_t challenge_sqn;
	uint8_t pti, pdn_type, type, request_ksi;
	uint8_t request; /* enum of request types; 0: as fits `type` */
	bool ask_info;
	bool null; /* it expects the null algorithms */
	const char *imei; /* its identity in place of the IMSI */
	bool up_ciot; /* user plane CIoT EPS optimisation */
	const char *apn;
	uint8_t capability[4];
	uint8_t down_header;     /* of the NAS message last heard */
	struct bytes down_whole; /* as it was sent */
	struct bytes last_up;    /* the whole NAS message last sent */
	uint8_t kenb[32];        /* of the last Initial Context Setup */
	uint32_t s1u_teid;
	struct bytes radio_capability;
	uint8_t ebi;
	struct in_addr ip4;
};

static inline struct device device(struct s1_assoc *enb, const char *imsi)
{
	static uint32_t id = 10;
	struct device d = {.enb = enb, .enb_id = ++id, .pti = 1, .pdn_type = NAS_PDN_IPV4};

	d.type = NAS_ATTACH_EPS;
	d.request_ksi = NAS_KSI_NONE;
	d.sec.ksi = NAS_KSI_NONE;
	memcpy(d.capability, (uint8_t[]){0xf0, 0x70, 0xc0, 0x40}, 4);
	assert_true(imsi_parse(imsi, &d.imsi));
	return d;
}

static inline struct device one(void) { return device(enb_ready(0), "001010000000001"); }

/* ---- uplink ---- */

static inline struct bytes encode_nas(const struct nas_def *def, const void *body)
{
	uint8_t *buf = arena_alloc(&mem, 1024);
	struct wr w = wr_of(buf, 1024);

	assert_int_equal(nas_encode(&w, def, body), 0);
	return bytes_of(buf, (size_t)(w.p - buf));
}
#define NAS(tag, body) encode_nas(&nas_##tag##_def, 1 ? (body) : (const struct nas_##tag *)NULL)

static inline struct bytes protect(struct device *d, struct bytes plain, enum nas_sec_header h)
{
	uint8_t *buf = arena_alloc(&mem, 1024);
	struct wr w = wr_of(buf, 1024);

	if (h == NAS_SEC_PLAIN)
		return plain;
	assert_int_equal(nas_protect(&d->sec, NAS_UPLINK, h, plain, &w), 0);
	return bytes_of(buf, (size_t)(w.p - buf));
}

static inline void initial_with(struct device *d, struct bytes pdu, bool s_tmsi)
{
	struct s1ap_initial_ue_message m = {0};

	d->last_up = pdu;
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, nas_pdu, pdu);
	S1AP_SET(&m, tai, ((struct tai){PLMN, (uint16_t)(TAC + d->area)}));
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 0x1234567});
	S1AP_SET(&m, rrc_establishment_cause, S1AP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING);
	if (d->hybrid) {
		S1AP_SET(&m, csg_id, 5);
		S1AP_SET(&m, cell_access_mode, S1AP_CELL_ACCESS_MODE_HYBRID);
	}
	if (s_tmsi)
		S1AP_SET(&m, s_tmsi, (struct s1ap_s_tmsi){d->guti.gummei.code, d->guti.m_tmsi});
	tell(d->enb, initial_ue_message, &m);
}

/* On a new S1 connection. */
static inline void initial(struct device *d, struct bytes pdu)
{
	static uint32_t id = 1000;

	d->enb_id = ++id;
	d->mme_id = UINT32_MAX;
	initial_with(d, pdu, d->has_guti);
}

static inline void uplink(struct device *d, struct bytes pdu)
{
	struct s1ap_uplink_nas_transport m = {0};

	d->last_up = pdu;
	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, nas_pdu, pdu);
	S1AP_SET(&m, eutran_cgi, (struct ecgi){PLMN, 0x1234567});
	S1AP_SET(&m, tai, ((struct tai){PLMN, (uint16_t)(TAC + d->area)}));
	tell(d->enb, uplink_nas_transport, &m);
}

#define say(d, tag, body)                                                                          \
	uplink(d, protect(d, NAS(tag, body), (d)->secure ? NAS_SEC_CIPHERED : NAS_SEC_PLAIN))
#define say_plain(d, tag, body) uplink(d, NAS(tag, body))

/* ---- downlink ---- */

/* Opens a NAS message as the device would, and asserts its type. */
static inline const void *read_nas(struct device *d, struct bytes pdu, uint16_t type)
{
	struct nas_message m;
	struct nas_header h;
	struct bytes plain = pdu;

	assert_int_equal(nas_header_decode(pdu, &h), 0);
	d->down_header = (uint8_t)h.security;
	d->down_whole = pdu;
	if (h.security == NAS_INTEGRITY_NEW) {
		plain = nas_inner_unchecked(pdu);
		assert_int_equal(nas_decode(&mem, NAS_DOWN, plain, &m), 0);
		assert_int_equal(m.type, NAS_SECURITY_MODE_COMMAND);
		const struct nas_security_mode_command *c = m.body;

		if (!d->secure || c->ksi != d->sec.ksi) {
			d->sec.ksi = c->ksi;
			memcpy(d->sec.kasme, d->kasme, 32);
			if (d->null) { /* an emergency without proof */
				assert_int_equal(c->algorithms.eea, EEA0);
				assert_int_equal(c->algorithms.eia, EIA0);
				nas_security_null(&d->sec);
			} else {
				assert_int_equal(nas_security_derive(&d->sec, c->algorithms.eea,
								     c->algorithms.eia),
						 0);
			}
			d->secure = true;
		}
	}
	if (h.security != NAS_PLAIN) {
		/* The turn's arena would be gone, so decipher into ours. */
		assert_int_equal(nas_unprotect(&d->sec, NAS_DOWNLINK, pdu, &mem, &plain), 0);
		if (h.security != NAS_INTEGRITY_NEW)
			d->secure = true;
	}
	assert_int_equal(nas_decode(&mem, NAS_DOWN, plain, &m), 0);
	if (m.type != type)
		fail_msg("NAS %s came, expected %s", m.def->name, nas_type_name(NAS_DOWN, type));
	return m.body;
}

static inline const void *hear_type(struct device *d, uint16_t type)
{
	const struct s1ap_downlink_nas_transport *m = expect(d->enb, downlink_nas_transport);

	assert_int_equal(m->enb_ue_s1ap_id, d->enb_id);
	if (d->mme_id != UINT32_MAX)
		assert_int_equal(m->mme_ue_s1ap_id, d->mme_id);
	d->mme_id = m->mme_ue_s1ap_id;
	return read_nas(d, m->nas_pdu, type);
}
#define hear(d, tag, NAME) ((const struct nas_##tag *)hear_type(d, NAS_##NAME))

/* UE Context Release Command for this device, answered. Returns the cause. */
static inline struct s1ap_cause released(struct device *d)
{
	const struct s1ap_ue_context_release_command *c =
		expect(d->enb, ue_context_release_command);
	struct s1ap_ue_context_release_complete m = {0};
	const struct s1ap_ue_s1ap_id_pair *ids = &c->ue_s1ap_ids.ue_s1ap_id_pair;

	assert_int_equal(c->ue_s1ap_ids.choice, S1AP_UE_S1AP_IDS_UE_S1AP_ID_PAIR);
	assert_int_equal(ids->enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, mme_ue_s1ap_id, ids->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ids->enb_ue_s1ap_id);
	tell(d->enb, ue_context_release_complete, &m);
	return c->cause;
}

/* ---- attach ---- */

static inline struct bytes pdn_request(const struct device *d)
{
	struct nas_pdn_connectivity_request r = {
		.pti = d->pti,
		.request_type = d->request                        ? d->request
				: d->type == NAS_ATTACH_EMERGENCY ? NAS_REQUEST_EMERGENCY
								  : NAS_REQUEST_INITIAL,
		.pdn_type = d->pdn_type,
	};

	if (d->ask_info) {
		r.information_transfer = NAS_INFORMATION_TRANSFER_REQUIRED;
		SET(&r, nas_pdn_connectivity_request, information_transfer);
	} else if (d->apn) {
		snprintf(r.apn.name, sizeof(r.apn.name), "%s", d->apn);
		SET(&r, nas_pdn_connectivity_request, apn);
	}
	return NAS(pdn_connectivity_request, &r);
}

static inline struct bytes attach_request(const struct device *d)
{
	struct nas_attach_request r = {
		.attach_type = d->type,
		.ksi = d->sec.valid ? d->sec.ksi : d->request_ksi,
		.identity = {.type = NAS_ID_IMSI, .imsi = d->imsi},
		.ue_network_capability.n = 4,
		.esm = pdn_request(d),
	};

	memcpy(r.ue_network_capability.octet, d->capability, 4);
	if (d->up_ciot) {
		r.ue_network_capability.n = 6;
		r.ue_network_capability.octet[5] = 0x08;
	}
	if (d->imei) {
		r.identity = (struct nas_identity){.type = NAS_ID_IMEI};
		snprintf(r.identity.imei, sizeof(r.identity.imei), "%s", d->imei);
	}
	if (d->has_guti)
		r.identity = (struct nas_identity){.type = NAS_ID_GUTI, .guti = d->guti};
	return NAS(attach_request, &r);
}

static inline void take_challenge(struct device *d)
{
	const struct nas_authentication_request *r =
		hear(d, authentication_request, AUTHENTICATION_REQUEST);
	struct aka_key k = key_of(d->imsi);
	struct aka_vector v;
	uint8_t amf[2];

	assert_int_equal(
		aka_check_autn(&k, r->rand.octet, r->autn.octet, &d->challenge_sqn, amf, &v), 0);
	memcpy(d->res, v.res, d->res_n = 8);
	memcpy(d->rand, r->rand.octet, 16);
	kdf_kasme(v.ck, v.ik, PLMN, r->autn.octet, d->kasme);
	d->ksi = r->ksi;
}

static inline void answer_challenge(struct device *d)
{
	struct nas_authentication_response r = {.res.n = d->res_n};

	memcpy(r.res.octet, d->res, d->res_n);
	say(d, authentication_response, &r);
}

static inline void fail_challenge(struct device *d, uint8_t cause, const uint8_t *auts)
{
	struct nas_authentication_failure f = {.emm_cause = cause};

	if (auts) {
		memcpy(f.auts.octet, auts, 14);
		SET(&f, nas_authentication_failure, auts);
	}
	say(d, authentication_failure, &f);
}

static inline struct bytes smc_complete(void)
{
	struct nas_security_mode_complete r = {.imeisv = {.type = NAS_ID_IMEISV}};

	memcpy(r.imeisv.imei, "3534900698733190", 17);
	SET(&r, nas_security_mode_complete, imeisv);
	return NAS(security_mode_complete, &r);
}

static inline void complete_smc(struct device *d)
{
	uplink(d, protect(d, smc_complete(), NAS_SEC_CIPHERED_NEW));
}

/* Initial Context Setup Request; its NAS message, if any, is returned unread. */
static inline struct bytes take_context(struct device *d)
{
	const struct s1ap_initial_context_setup_request *r =
		expect(d->enb, initial_context_setup_request);

	assert_int_equal(r->enb_ue_s1ap_id, d->enb_id);
	d->mme_id = r->mme_ue_s1ap_id;
	memcpy(d->kenb, r->security_key.p, 32);
	assert_int_equal(r->e_rab_to_be_setup_list.n, 1);
	d->s1u_teid = r->e_rab_to_be_setup_list.v[0].gtp_teid;
	d->radio_capability =
		r->has.ue_radio_capability ? r->ue_radio_capability : (struct bytes){0};
	return r->e_rab_to_be_setup_list.v[0].has.nas_pdu ? r->e_rab_to_be_setup_list.v[0].nas_pdu
							  : (struct bytes){0};
}

static inline const struct nas_attach_accept *read_accept(struct device *d, struct bytes nas)
{
	const struct nas_attach_accept *a = read_nas(d, nas, NAS_ATTACH_ACCEPT);
	struct nas_message esm;

	assert_true(HAS(a, nas_attach_accept, guti));
	d->guti = a->guti.guti;
	d->has_guti = true;
	assert_int_equal(nas_decode(&mem, NAS_DOWN, a->esm, &esm), 0);
	assert_int_equal(esm.type, NAS_ACTIVATE_DEFAULT_BEARER_REQUEST);
	d->ebi = esm.ebi;
	d->ip4 = ((const struct nas_activate_default_bearer_request *)esm.body)->pdn_address.ip4;
	return a;
}

/* The ESM message inside an Attach Accept. */
static inline const struct nas_activate_default_bearer_request *
bearer_in(const struct nas_attach_accept *a)
{
	struct nas_message esm;

	assert_int_equal(nas_decode(&mem, NAS_DOWN, a->esm, &esm), 0);
	return esm.body;
}

static inline void context_is_up(struct device *d, uint8_t e_rab)
{
	struct s1ap_initial_context_setup_response m = {0};
	struct s1ap_e_rab_setup_item_ctxt_su_res e = {
		.e_rab_id = e_rab,
		.transport_layer_address = {.has4 = true, .v4 = {htonl(0x7f000002)}},
		.gtp_teid = 0x20000 + d->enb_id,
	};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, e_rab_setup_list, (struct s1ap_e_rab_setup_list_ctxt_su_res){&e, 1});
	tell(d->enb, initial_context_setup_response, &m);
}

static inline struct bytes attach_complete(const struct device *d)
{
	struct nas_activate_default_bearer_accept esm = {.ebi = d->ebi};
	struct nas_attach_complete m = {.esm = NAS(activate_default_bearer_accept, &esm)};

	return NAS(attach_complete, &m);
}

static inline void complete_attach(struct device *d)
{
	uplink(d, protect(d, attach_complete(d), NAS_SEC_CIPHERED));
}

enum step { AT_IDENTITY, AT_AUTH, AT_SMC, AT_INFO, AT_ACCEPT, AT_CONTEXT, AT_DONE };

/* A first attach by IMSI, up to the step where the device or the eNodeB has to answer. */
static inline void attach_to(struct device *d, enum step to)
{
	d->has_guti = d->secure = false;
	nas_security_wipe(&d->sec);
	d->ask_info |= to == AT_INFO;
	initial(d, attach_request(d));
	take_challenge(d);
	if (to == AT_AUTH)
		return;
	answer_challenge(d);
	hear(d, security_mode_command, SECURITY_MODE_COMMAND);
	if (to == AT_SMC)
		return;
	complete_smc(d);
	if (to == AT_INFO)
		return;
	read_accept(d, take_context(d));
	if (to == AT_ACCEPT)
		return;
	context_is_up(d, d->ebi);
	if (to == AT_CONTEXT)
		return;
	complete_attach(d);
	quiet(d->enb);
	assert_int_equal(procedures(), 0);
}

static inline struct mme_ue *ue_of(const struct device *d) { return ue_by_imsi(d->imsi); }

/* UE Context Release by the eNodeB, for inactivity: the device becomes idle. */
static inline void go_idle(struct device *d)
{
	struct s1ap_ue_context_release_request m = {0};

	S1AP_SET(&m, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&m, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&m, cause, S1AP_CAUSE(RADIO, USER_INACTIVITY));
	tell(d->enb, ue_context_release_request, &m);
	released(d);
}

/* A registered device that is idle. */
static inline struct device idle_device(struct s1_assoc *enb, const char *imsi)
{
	struct device d = device(enb, imsi);

	attach_to(&d, AT_DONE);
	go_idle(&d);
	assert_null(ue_of(&d)->conn);
	return d;
}

static inline struct bytes service_request(struct device *d)
{
	struct wr w = wr_of(arena_alloc(&mem, 4), 4);

	assert_int_equal(nas_service_request(&d->sec, &w), 0);
	return bytes_of(w.p - 4, 4);
}

/* An idle device asks for its bearers and gets them. */
static inline void serve_device(struct device *d)
{
	initial(d, service_request(d));
	take_context(d);
	context_is_up(d, d->ebi);
}

/* The eNodeB gets the KeNB of the new KASME (33.401 7.2.9.2), and takes it or not. */
static inline void rekey(struct device *d, bool takes)
{
	const struct s1ap_ue_context_modification_request *r =
		expect(d->enb, ue_context_modification_request);
	struct s1ap_ue_context_modification_response yes = {0};
	struct s1ap_ue_context_modification_failure no = {0};
	uint8_t kenb[32];

	kdf_kenb(d->sec.kasme, 0, kenb);
	assert_true(r->has.security_key);
	assert_memory_equal(r->security_key.p, kenb, 32);
	S1AP_SET(&yes, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&yes, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&no, mme_ue_s1ap_id, d->mme_id);
	S1AP_SET(&no, enb_ue_s1ap_id, d->enb_id);
	S1AP_SET(&no, cause, S1AP_CAUSE(RADIO, UNSPECIFIED));
	if (takes)
		tell(d->enb, ue_context_modification_response, &yes);
	else
		tell(d->enb, ue_context_modification_failure, &no);
}

/* Authentication, security mode and the eNodeB's new key. */
static inline void proves(struct device *d)
{
	take_challenge(d);
	answer_challenge(d);
	hear(d, security_mode_command, SECURITY_MODE_COMMAND);
	complete_smc(d);
}

static inline void prove(struct device *d)
{
	proves(d);
	rekey(d, true);
}

/* Asked for its IMSI, or its IMEI, it says that. */
static inline void identifies(struct device *d)
{
	struct nas_identity_response r = {.identity = {.type = NAS_ID_IMSI, .imsi = d->imsi}};

	assert_int_equal(hear(d, identity_request, IDENTITY_REQUEST)->identity_type, NAS_ASK_IMSI);
	say_plain(d, identity_response, &r);
}

static inline void identifies_by_imei(struct device *d, const char *imei)
{
	struct nas_identity_response r = {.identity = {.type = NAS_ID_IMEI}};

	assert_int_equal(hear(d, identity_request, IDENTITY_REQUEST)->identity_type, NAS_ASK_IMEI);
	snprintf(r.identity.imei, sizeof(r.identity.imei), "%s", imei);
	say_plain(d, identity_response, &r);
}

static inline struct nas_extended_service_request extended_request(const struct device *d)
{
	return (struct nas_extended_service_request){
		.service_type = NAS_SERVICE_PACKET,
		.ksi = d->sec.ksi,
		.m_tmsi = {.type = NAS_ID_TMSI, .tmsi = d->guti.m_tmsi},
	};
}

static inline struct nas_tau_request tau_of(const struct device *d, uint8_t type, bool active)
{
	return (struct nas_tau_request){
		.update_type = {type, active},
		.ksi = d->sec.ksi,
		.old_guti = {.type = NAS_ID_GUTI, .guti = d->guti},
	};
}

/* Downlink data for the device, on a bearer of that ARP; cause 0: plain. */
static inline struct gtpc_response sgw_notifies(const struct device *d, uint8_t arp,
						enum gtpc_cause cause)
{
	struct gtpc_request q = {
		.type = GTPC_DOWNLINK_DATA_NOTIFICATION, .cause = cause, .bearers = 1};

	for (unsigned i = 0; i < SESSIONS; i++)
		if (sgw.session[i].teid && sgw.session[i].imsi == d->imsi)
			q.teid = sgw.session[i].mme_teid;
	q.bearer[0].ebi = d->ebi;
	q.bearer[0].qos.arp_priority = arp;
	return sgw_asks(&q);
}

static inline void is_registered(const struct device *d)
{
	assert_non_null(ue_of(d));
	assert_int_equal(ue_of(d)->emm, EMM_REGISTERED);
}

/* Attach Reject with this EMM cause, then the release. */
static inline const struct nas_attach_reject *rejected_with(struct device *d, uint8_t cause)
{
	const struct nas_attach_reject *r = hear(d, attach_reject, ATTACH_REJECT);

	assert_int_equal(r->emm_cause, cause);
	released(d);
	return r;
}

/* The same, and nothing else is under way. */
static inline const struct nas_attach_reject *rejected(struct device *d, uint8_t cause)
{
	const struct nas_attach_reject *r = rejected_with(d, cause);

	quiet(d->enb);
	assert_int_equal(procedures(), 0);
	return r;
}

/* Attach Reject for ESM failure with this ESM cause inside. */
static inline void rejected_esm(struct device *d, uint8_t cause)
{
	const struct nas_attach_reject *r = rejected(d, EMM_CAUSE_ESM_FAILURE);
	struct nas_message m;

	assert_true(HAS(r, nas_attach_reject, esm));
	assert_int_equal(nas_decode(&mem, NAS_DOWN, r->esm, &m), 0);
	assert_int_equal(m.type, NAS_PDN_CONNECTIVITY_REJECT);
	assert_int_equal(m.pti, d->pti);
	assert_int_equal(((const struct nas_pdn_connectivity_reject *)m.body)->esm_cause, cause);
}

#endif
