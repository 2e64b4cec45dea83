/* SPDX-License-Identifier: Apache-2.0 */
/* A bearer's tunnels, each a port of gtpu.h: at the UE's eNodeB, and at others as it goes from one to
 * another. The first default bearer's is in struct ue, that of others in struct bearer. */
#ifndef RANSIM_PATH_H
#define RANSIM_PATH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct enb;
struct ue;

struct path {
	uint32_t teid;              /* 0: no radio leg was ever there */
	uint32_t target, to_target; /* at the other leg until the UE is there; for what is forwarded to it */
	uint32_t left, forwarded;   /* of the old leg, until that has ended */
	struct in_addr forward_to;  /* where its packets go then */
	uint32_t forward_teid;      /* 0: nowhere */
};

enum { UE_E_RABS = 11 };

/* NULL: first, or no more. */
struct path *path_next(struct ue *, struct path *);
struct path *path_by_ebi(struct ue *, uint8_t ebi);
/* By the TEID of its bearer, or of that at the old leg. */
struct path *path_by_teid(struct ue *, uint32_t teid);
uint8_t path_ebi(const struct ue *, const struct path *);
/* Packets can go. */
bool path_up(const struct path *);

/* Its end of a tunnel at another eNodeB to the same S-GW, with one for what is forwarded if that is
 * wanted. False if out of memory. */
bool path_prepare(struct ue *, struct path *, struct enb *to, bool forwarding);
void path_unprepare(struct path *);
/* All of a UE are at the other leg from now on. What was not prepared has no place there, and is lost. */
void path_go_over(struct ue *);
/* The old leg has ended: what has come by the new one goes on. */
void path_settle(struct path *);
bool path_settled(const struct path *);
/* All of it is gone. */
void path_close(struct path *);

#endif
