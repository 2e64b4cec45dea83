/* SPDX-License-Identifier: Apache-2.0 */
/* eNodeBs across a restart. An association that outlives the process comes back with a note, which
 * is: a version, the eNodeB's instance, what it was told (since when it is set up, what of this
 * MME, whether of an overload), and an S1 Setup Request as it would make it now, so that the one
 * way through for its contents serves here too. Saved contexts name the instance: one of an
 * association that ended meanwhile fits none, and its devices are idle. */
#include <arpa/inet.h>
#include "mme/mme.h"
#include "security/crypto.h"

enum { VERSION = 2, NOTE_MAX = 32768 };

static struct enb *by_instance;

struct enb *enb_by_instance(uint64_t instance)
{
	struct enb *e;

	HASH_FIND(by_instance, by_instance, &instance, sizeof(instance), e);
	return e;
}

static void enter(struct enb *e, uint64_t instance)
{
	e->instance = instance;
	HASH_ADD(by_instance, by_instance, instance, sizeof(e->instance), e);
}

void enb_forget(struct enb *e)
{
	if (e->instance)
		HASH_DELETE(by_instance, by_instance, e);
	e->instance = 0;
}

static struct s1ap_enb_id id_of(const struct enb *e)
{
	struct s1ap_enb_id id = {.macro_enb_id = e->id};

	id.choice = e->id_bits == 28   ? S1AP_ENB_ID_HOME_ENB_ID
		    : e->id_bits == 18 ? S1AP_ENB_ID_SHORT_MACRO_ENB_ID
		    : e->id_bits == 21 ? S1AP_ENB_ID_LONG_MACRO_ENB_ID
				       : S1AP_ENB_ID_MACRO_ENB_ID;
	return id;
}

static struct s1ap_connected_en_gnb_list gnbs_of(const struct enb *e,
						 const struct s1ap_supported_tas *tas)
{
	struct s1ap_connected_en_gnb_item *item =
		arena_zalloc(&turn_arena, e->node.gnbs * sizeof(*item));

	for (unsigned i = 0; i < e->node.gnbs; i++) {
		const struct enb_gnb *g = &e->node.gnb[i];
		uint32_t left = htonl(g->id << (32 - g->id_bits));
		uint8_t *octets = arena_alloc(&turn_arena, sizeof(left));

		memcpy(octets, &left, sizeof(left));
		item[i].en_gnb_id = (struct bits){octets, g->id_bits};
		item[i].supported_tas = *tas;
	}
	return (struct s1ap_connected_en_gnb_list){item, e->node.gnbs};
}

void enb_keep(struct enb *e)
{
	static uint8_t note[NOTE_MAX];
	struct s1ap_supported_tas_item *ta = arena_zalloc(&turn_arena, (e->tais + 1) * sizeof(*ta));
	struct s1ap_csg_id_list_item *csg =
		arena_zalloc(&turn_arena, (e->node.csgs + 1) * sizeof(*csg));
	struct s1ap_s1_setup_request m = {0};
	struct wr w = wr_of(note, sizeof(note));
	struct s1ap_supported_tas first = {ta, 1};
	uint8_t version = VERSION, overload = e->node.overload_told;
	uint64_t instance;

	for (unsigned i = 0; i < e->tais; i++) {
		ta[i].tac = e->tai[i].tac;
		ta[i].broadcast_plmns.v = &e->tai[i].plmn;
		ta[i].broadcast_plmns.n = 1;
	}
	S1AP_SET(&m, global_enb_id,
		 (struct s1ap_global_enb_id){.plmn = e->plmn, .enb_id = id_of(e)});
	if (e->name[0])
		S1AP_SET(&m, enb_name, bytes_of(e->name, strlen(e->name)));
	S1AP_SET(&m, supported_tas, (struct s1ap_supported_tas){ta, e->tais});
	S1AP_SET(&m, default_paging_drx, e->node.paging_drx);
	if (e->node.has_nb_iot_drx)
		S1AP_SET(&m, nb_iot_default_paging_drx, e->node.nb_iot_drx);
	for (unsigned i = 0; i < e->node.csgs; i++)
		csg[i].csg_id = e->node.csg[i];
	if (e->node.csgs)
		S1AP_SET(&m, csg_id_list, (struct s1ap_csg_id_list){csg, e->node.csgs});
	if (e->node.gnbs)
		S1AP_SET(&m, connected_en_gnb_list, gnbs_of(e, &first));
	if (!e->instance) {
		crypto_random(&instance, sizeof(instance));
		enter(e, instance | 1);
	}
	wr_raw(&w, &version, 1);
	wr_raw(&w, &e->instance, sizeof(e->instance));
	wr_raw(&w, &e->since, sizeof(e->since));
	wr_raw(&w, &e->node.told, sizeof(e->node.told));
	wr_raw(&w, &overload, 1);
	if (s1ap_encode(&s1ap_s1_setup_request_msg, &m, &w)) {
		LOG(ERROR, "s1.keep", "enb=%s error=\"will be lost at a restart\"",
		    enb_print_id(e, (char[24]){0}));
		return;
	}
	s1_keep(e->assoc, note, (size_t)(w.p - note));
}

bool enb_take_back(struct enb *e, const uint8_t *note, size_t n)
{
	struct rd r = rd_of(note, n);
	const uint8_t *version = rd_take(&r, 1), *instance = rd_take(&r, sizeof(e->instance));
	const uint8_t *since = rd_take(&r, sizeof(e->since)), *mme_told = rd_take(&r, 8);
	const uint8_t *overload = rd_take(&r, 1);
	struct s1ap_pdu pdu;
	uint64_t number;
	bool plmn;

	if (!overload || *version != VERSION ||
	    s1ap_decode(&turn_arena, bytes_of(r.p, (size_t)(r.end - r.p)), &pdu) ||
	    pdu.msg != &s1ap_s1_setup_request_msg || enb_read(e, pdu.body, &plmn) <= 0)
		return false;
	memcpy(&number, instance, sizeof(number));
	if (!number || enb_by_instance(number))
		return false;
	node_read_setup(e, pdu.body);
	enter(e, number);
	e->ready = true;
	enb_expect(e, true);
	memcpy(&e->since, since, sizeof(e->since));
	memcpy(&e->node.told, mme_told, sizeof(e->node.told));
	e->node.overload_told = *overload;
	LOG(INFO, "s1.back", "peer=%s enb=%s tais=%u", s1_peer(e->assoc),
	    enb_print_id(e, (char[24]){0}), e->tais);
	return true;
}
