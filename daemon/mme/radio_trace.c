/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriber trace at the eNodeB (TS 36.413 8.10, TS 32.422): started and stopped for one device by
 * the administrator; the eNodeB sends its records to the collector, not to us. The trace lasts over
 * idle times: a new context is set up with it. Cell Traffic Trace tells which device an eNodeB
 * traces of its own accord, which is logged. */
#include <errno.h>
#include "mme/mme.h"

static struct mem_pool pool = MEM_POOL(radio_trace);

/* PLMN, a reference that grows, and the session's reference, which is 1 (32.422 5.6, 5.7). */
static uint64_t next_id(void)
{
	static uint32_t reference;

	return (uint64_t)mme.gummei.plmn << 40 | (uint64_t)(++reference & 0xffffff) << 16 | 1;
}

bool radio_trace_activation(const struct mme_ue *ue, struct s1ap_trace_activation *out)
{
	const struct radio_trace *t = ue->radio_trace;

	if (!t)
		return false;
	*out = (struct s1ap_trace_activation){
		.e_utran_trace_id = t->id,
		.interfaces_to_trace = t->interfaces,
		.trace_depth = t->depth,
		.trace_collection_entity_ip_address = t->collector,
	};
	return true;
}

int radio_trace_start(struct mme_ue *ue, const struct radio_trace *want)
{
	struct s1ap_trace_start m = {0};
	struct s1ap_trace_activation a;

	if (ue->radio_trace)
		return -EALREADY;
	ue->radio_trace = pool_get(&pool);
	if (!ue->radio_trace)
		return -ENOMEM;
	*ue->radio_trace = *want;
	ue->radio_trace->id = next_id();
	UE_LOG(INFO, ue, "ue.radio_trace", "id=%016llx start=yes",
	       (unsigned long long)ue->radio_trace->id);
	if (!ue->conn || !ue->conn->context || !radio_trace_activation(ue, &a))
		return 0; /* with the next Initial Context Setup */
	S1AP_SET(&m, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
	S1AP_SET(&m, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
	S1AP_SET(&m, trace_activation, a);
	mme_counters.radio_traces++;
	return conn_send(ue->conn, &s1ap_trace_start_msg, &m);
}

int radio_trace_stop(struct mme_ue *ue)
{
	struct s1ap_deactivate_trace m = {0};
	int err = 0;

	if (!ue->radio_trace)
		return -ENOENT;
	UE_LOG(INFO, ue, "ue.radio_trace", "id=%016llx start=no",
	       (unsigned long long)ue->radio_trace->id);
	if (ue->conn && ue->conn->context) {
		S1AP_SET(&m, mme_ue_s1ap_id, ue->conn->mme_ue_s1ap_id);
		S1AP_SET(&m, enb_ue_s1ap_id, ue->conn->enb_ue_s1ap_id);
		S1AP_SET(&m, e_utran_trace_id, ue->radio_trace->id);
		err = conn_send(ue->conn, &s1ap_deactivate_trace_msg, &m);
	}
	radio_trace_ue_freed(ue);
	return err;
}

void radio_trace_ue_freed(struct mme_ue *ue)
{
	pool_put(&pool, ue->radio_trace);
	ue->radio_trace = NULL;
}

/* The trace is as good as none at this eNodeB; the next one is asked all the same (8.10.2). */
void on_trace_failure_indication(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_trace_failure_indication *m = body;

	(void)e;
	mme_counters.radio_trace_failed++;
	if (c->ue)
		UE_LOG(WARN, c->ue, "ue.radio_trace", "id=%016llx cause=\"%s\"",
		       (unsigned long long)m->e_utran_trace_id,
		       m->has.cause ? s1ap_cause_text(m->cause) : "-");
}

void on_cell_traffic_trace(struct enb *e, struct s1_conn *c, const void *body)
{
	const struct s1ap_cell_traffic_trace *m = body;

	mme_counters.cell_traces++;
	node_cell_seen(e, &m->eutran_cgi);
	if (c->ue)
		UE_LOG(INFO, c->ue, "ue.cell_trace", "enb=%s id=%016llx privacy=%s",
		       enb_print_id(e, (char[24]){0}), (unsigned long long)m->e_utran_trace_id,
		       m->has.privacy_indicator ? "yes" : "no");
}
