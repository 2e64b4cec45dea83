/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of sgw/ share. */
#ifndef SGW_INTERNAL_H
#define SGW_INTERNAL_H

#include <uthash.h>

#include "sgw/sgw.h"

enum sgw_pdn_state { SGW_CREATING, SGW_ACTIVE, SGW_DELETING };

/* A PDN connection. Owned by its sgw_ue. */
struct sgw_pdn {
	struct sgw_pdn *next;
	struct sgw_ue *ue;
	enum sgw_pdn_state state;
	uint8_t ebi;        /* of the default bearer */
	struct gtpc_txn s5; /* under way while CREATING or DELETING */
	void *token;        /* of the MME's request that waits for it */
	uint32_t pgw_teid;
	uint32_t slot; /* in the datapath, shared with the PGW */
	uint32_t s1u_teid;
};

/* A device on S11. Owned by session.c; ends with its last PDN connection. */
struct sgw_ue {
	imsi_t imsi;
	uint32_t teid; /* our S11 and S5 control TEID */
	struct fteid mme;
	struct sgw_pdn *pdns;
	UT_hash_handle by_imsi;
};

extern struct sgw_config sgw;

/* By our TEID; NULL if unknown. */
struct sgw_ue *sgw_ue_find(uint32_t teid);
struct sgw_pdn *sgw_pdn_find(const struct sgw_ue *, uint8_t ebi);
struct fteid sgw_s1u(const struct sgw_pdn *);

/* bearer.c */
void bearer_modify(const struct gtpc_request *, struct gtpc_response *);
void bearer_release_access(const struct gtpc_request *, struct gtpc_response *);

#endif
