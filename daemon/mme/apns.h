/* SPDX-License-Identifier: Apache-2.0 */
/* APN subscriptions, shared by the devices that have the same: a fleet has few of them. */
#ifndef MME_APNS_H
#define MME_APNS_H

#include "transport/s6a.h"

/* A list with these contents, of n; it is given back by apns_release. NULL out of memory. Padding
 * must be zero, as in what was zeroed as a whole. */
const struct apn_subscription *apns_share(const struct apn_subscription *, unsigned n);
/* NULL is allowed. */
void apns_release(const struct apn_subscription *);

#endif
