/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the HSS share. */
#ifndef HSS_HSS_INT_H
#define HSS_HSS_INT_H

#include "hss/hss.h"
#include "store/store.h"

/* Answers; `result` alone says why there is nothing else. */
void hss_refuse(void *token, const struct s6a_request *, enum s6a_result result);
/* The subscriber and profile, or an answer sent and false. *s is the caller's to wipe. */
bool hss_find(void *token, const struct s6a_request *, struct subscriber *s,
	      const struct hss_profile **);

void auth_information(void *token, const struct s6a_request *);
void location_update(void *token, const struct s6a_request *);
void location_purge(void *token, const struct s6a_request *);

/* The SQNs of one subscriber (sqn.c). */
struct sqn;
/* Known from before, or starting at `next` (the store's). NULL if memory is gone. */
struct sqn *sqn_get(imsi_t, uint64_t next);
/* Takes n successive SEQs, the first with its IND in *first; sqn_after steps on. -EAGAIN: the
 * reservation is under way, resume(arg, err) will be called once: 0, try again, or the store's
 * error. -ERANGE: the last SEQ is used up. */
int sqn_take(struct sqn *, unsigned n, uint64_t *first);
void sqn_wait(struct sqn *, void (*resume)(void *arg, int err), void *arg);
uint64_t sqn_after(uint64_t sqn);
/* The device told its SQN_MS, and its MAC-S was right. */
void sqn_resync(struct sqn *, uint64_t sqn_ms);
void sqn_forget(imsi_t);
void sqn_set_reserve(uint32_t vectors);
/* Drops everything; who waits is told -ECANCELED. */
void sqn_clear(void);

#endif
