/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the access stratum at handovers (TS 33.401 7.2.8), on the device's side and on its eNodeB's. The MME
 * is right if both come to the same KeNB, and if the {NH, NCC} it gives is what the device would
 * come to itself. */
#ifndef RANSIM_AS_H
#define RANSIM_AS_H

#include <stdbool.h>
#include <stdint.h>

struct as_device {
	uint8_t kasme[32], kenb[32];
	uint8_t nh[32]; /* of ncc; the first KeNB while that is 0 */
	uint8_t ncc;
};

struct as_enb {
	uint8_t kenb[32], ncc; /* in use */
	uint8_t nh[32], next;  /* the pair the MME gave, */
	bool fresh;	       /* not used yet */
};

/* A context set-up with this KeNB. */
void as_begin(struct as_device *, struct as_enb *, const uint8_t kasme[32],
	      const uint8_t kenb[32]);
/* To the cell of an eNodeB by number: the source gives its pair away, or hands down its KeNB. False if the device
 * comes to another key. */
bool as_x2(struct as_device *, struct as_enb *, unsigned cell);
/* The target makes its key of the pair that the MME gave it; NCC is what the device is told. */
void as_s1(struct as_enb *target, const uint8_t nh[32], uint8_t ncc, unsigned cell);
/* The device goes there. False if it comes to another key. */
bool as_arrive(struct as_device *, const struct as_enb *target, unsigned cell);
/* The MME's pair for the next handover. False if it is not the device's chain's. */
bool as_next(const struct as_device *, struct as_enb *, const uint8_t nh[32], uint8_t ncc);

#endif
