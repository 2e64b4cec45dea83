/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What hold_path.c tells hold_path.bpf.c and hears from it. */
#ifndef TESTS_BENCH_HOLD_PATH_H
#define TESTS_BENCH_HOLD_PATH_H

#include <linux/types.h>

enum hold_way { WAY_DROP, WAY_RING, WAY_SOCKET };

enum { NUMBER_AT = 14 + 20 + 8 }; /* where frames are numbered: behind Ethernet, IPv4 and UDP */

struct hold_path {
	__u32 way;     /* enum hold_way */
	__u32 ifindex; /* where frames are sent */
	__u64 sent;    /* frames, and so the next one's number */
	__u64 met;     /* of them that came in */
	__u64 refused; /* of which the program learnt that they were not handed over */
};

/* What goes before a frame to an AF_XDP socket: all that struct held_packet says. */
struct hold_note {
	__u32 slot;
	__u32 dscp;
};

#endif
