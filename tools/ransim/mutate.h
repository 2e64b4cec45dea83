/* SPDX-License-Identifier: Apache-2.0 */
/* The fault `mutate`: messages that go wrong by chance. */
#ifndef RANSIM_MUTATE_H
#define RANSIM_MUTATE_H

#include "codec/s1ap.h"
#include "sim.h"

/* The plain NAS message to send in place of this one: often the same. *twice: send it twice. Good for this
 * turn of the loop. */
struct bytes mutate_nas(struct bytes plain, bool *twice);
/* Before an S1AP message, encoded in n octets, is sent: true if something else was sent in its place. */
bool mutate_s1ap(struct s1_assoc *, uint16_t stream, const struct s1ap_msg *, const void *body,
		 const uint8_t *p, size_t n);

#endif
