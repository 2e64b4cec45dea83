/* SPDX-License-Identifier: Apache-2.0 */
/* NAS messages to devices: encoded, protected by the device's context, and sent by Downlink NAS
 * Transport on its S1 connection. */
#include <errno.h>
#include "mme/mme.h"

enum { NAS_MAX = 4096 };

static struct bytes encode(const struct nas_def *def, const void *body)
{
	uint8_t *buf = arena_alloc(&turn_arena, NAS_MAX);
	struct wr w = wr_of(buf, NAS_MAX);

	if (nas_encode(&w, def, body)) {
		LOG(ERROR, "nas.encode", "message=%s error=\"too long\"", def->name);
		return (struct bytes){0};
	}
	return bytes_of(buf, (size_t)(w.p - buf));
}

enum nas_sec_header nas_protection(const struct mme_ue *ue)
{
	return ue->security_on ? NAS_SEC_CIPHERED : NAS_SEC_PLAIN;
}

struct bytes nas_make(struct mme_ue *ue, const struct nas_def *def, const void *body,
		      enum nas_sec_header header)
{
	struct bytes plain = encode(def, body);
	bool with_new = header == NAS_SEC_INTEGRITY_NEW && ue->partial;

	if (header == NAS_SEC_PLAIN || !plain.n)
		return plain;
	size_t cap = plain.n + NAS_SEC_HEADER_LEN;
	uint8_t *buf = arena_alloc(&turn_arena, cap);
	struct wr w = wr_of(buf, cap);

	if (!with_new)
		ue_cover_downlink(ue);
	int err = nas_protect(with_new ? ue->partial : ue->sec, NAS_DOWNLINK, header, plain, &w);

	if (err) {
		UE_LOG(WARN, ue, "nas.protect", "message=%s error=\"%s\"", def->name,
		       strerror(-err));
		return (struct bytes){0};
	}
	ue_save_counts(ue);
	return bytes_of(buf, (size_t)(w.p - buf));
}

int nas_send_as(struct mme_ue *ue, const struct nas_def *def, const void *body,
		enum nas_sec_header header)
{
	return ue->conn ? conn_send_nas(ue->conn, nas_make(ue, def, body, header)) : -ENOTCONN;
}

int nas_send(struct mme_ue *ue, const struct nas_def *def, const void *body)
{
	return nas_send_as(ue, def, body, nas_protection(ue));
}

int nas_send_plain(struct s1_conn *c, const struct nas_def *def, const void *body)
{
	return conn_send_nas(c, encode(def, body));
}

void nas_send_emm_status(struct mme_ue *ue, uint8_t cause)
{
	struct nas_emm_status s = {.emm_cause = cause};

	NAS_SEND(ue, emm_status, &s);
}
