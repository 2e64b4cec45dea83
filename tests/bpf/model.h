/* SPDX-License-Identifier: Apache-2.0 */
/* What must become of a frame, computed from the specifications in plain C: the oracle of the
 * fuzzer and a second opinion on each fixture. It reads the same tables as the kernel (lab.h),
 * changes nothing, and shares no code with bpf/. */
#ifndef TESTS_BPF_MODEL_H
#define TESTS_BPF_MODEL_H

#include "frame.h"
#include "lab.h"

struct model {
	int reason;
	int instead;  /* a reason that a limit or rate may turn it into, else -1 */
	int hop;      /* by which a FORWARD leaves */
	int slot;     /* whose session was found, -1 if none */
	size_t inner; /* octets of the device's packet, once known */
	size_t len;   /* of the frame that leaves, for FORWARD and ANSWER */
	uint8_t frame[FRAME_MAX];
};

void model_run(enum lab_role, const uint8_t *frame, size_t n, struct model *);

#endif
