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
	int instead[3]; /* reasons that a limit or rate may turn it into, else -1 */
	int hop;      /* by which a FORWARD leaves */
	int slot;     /* whose session was found, -1 if none */
	int other;    /* and that of the device to which that one's packet got, -1 if none */
	bool judged[2]; /* a policy looked at quotas, */
	int64_t quota[2]; /* of their owners, quota_left afterwards if the reason is `reason` */
	uint8_t dscp, dscp_outer; /* marked on the packet, on its tunnel; DSCP_KEEP */
	size_t inner; /* octets of the device's packet, once known */
	const uint8_t *in; /* the frame as it came */
	size_t in_n;
	size_t len;   /* of the frame that leaves, for FORWARD and ANSWER */
	uint8_t frame[FRAME_MAX];
};

void model_run(enum lab_role, const uint8_t *frame, size_t n, struct model *);
/* Whether the reason is one that the model gives or allows for. */
bool model_allows(const struct model *, int reason);

/* What rules see of a packet. */
struct flow_seen {
	const uint8_t *remote; /* address of the network's side */
	bool v6;
	uint8_t protocol, tos;
	int remote_port, local_port; /* -1: none */
};
/* rules.c: the first rule that the packet matches, one after the other. -1: it is denied, 255: it
 * goes on, else it goes on with that DSCP. `up`: from the device. */
int rules_first(const struct lab_rules *, const struct flow_seen *, bool up);

#endif
