/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the runner tells the driver program: the frame, and where a session shows in it. */
#ifndef TESTS_BENCH_PLAN_H
#define TESTS_BENCH_PLAN_H

#include <linux/types.h>

enum {
	PLAN_HEAD = 72, /* octets of the frame that are written anew each time */
	PLAN_TAG_BITS = 12,
	PLAN_TAG = 0x9c3,
	PLAN_HOST = 2, /* offsets of the pool that are not devices */
	PLAN_UE_BASE = 0x0a400000,
	PLAN_REMOTES = 0x0a020000, /* remote addresses of packets that ask filters anew: a /15, */
	PLAN_REMOTE_BITS = 17,
	PLAN_PORTS = 25600, /* and ports, from 1 on */
};

struct plan {
	__u64 head[PLAN_HEAD / 8];
	__u32 frame_len;
	__u32 sessions;
	__u32 address_at;  /* offset of the device's address */
	__u32 checksum_at; /* of its IPv4 header's checksum */
	__u32 sum;         /* of that header without address and checksum, as loaded */
	__u32 teid_at;     /* 0: none */
	__u32 remote_at;   /* of the remote address, which is another in each packet; 0: it is not */
	__u32 port_at;     /* and of its port */
	__u32 ifindex;     /* where `generate` sends to */
	__u32 random;
	__u64 sunk; /* packets that `sink` counted */
};

#endif
