/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `cat /sys/fs/bpf/mcore/subscribers`: the sessions as a table, by a BPF iterator.
 *
 * mcored attaches dump_subscribers with bpf_program__attach_iter() to the map `sessions` (its fd in
 * bpf_iter_link_info.map.map_fd) and pins the link as `subscribers`. Each read walks all slots;
 * those not in use print nothing. Columns are words separated by blanks, so that awk can read them:
 * rates in bit/s (0: unlimited), DROPPED packets both ways, LAST_SEEN in seconds ago (-1: never),
 * addresses 0.0.0.0 or all zero if none, UP and DOWN the gates. */
#ifndef BPF_ITER_H
#define BPF_ITER_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "maps.h"

/* The kernel's types, as far as they are needed; offsets are fixed up at load. */
struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
} __attribute__((preserve_access_index));
struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
};

static const char heading[] = "IMSI            EBI APN              UP     DOWN      PKTS_UP       BY"
			      "TES_UP  PKTS_DOWN     BYTES_DOWN    DROPPED      RATE_UP    RATE_DOWN "
			      "LAST_SEEN ADDRESS         PREFIX                                  STAT"
			      "E\n";

SEC("iter/bpf_map_elem")
int dump_subscribers(struct bpf_iter__bpf_map_elem *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	const struct session *s = ctx->value;
	const __be16 *prefix;
	__s64 seen;

	if (ctx->meta->seq_num == 0)
		bpf_seq_write(seq, heading, sizeof heading - 1);
	if (!s || !s->teid)
		return 0;
	prefix = (const __be16 *)s->ue6;
	seen = s->last_seen ? (__s64)((bpf_ktime_get_ns() - s->last_seen) / 1000000000) : -1;
	BPF_SEQ_PRINTF(seq, "%-15s %3u %-16s %-6s %-6s %10llu %14llu %10llu %14llu %10llu "
		       "%12llu %12llu ",
		       s->imsi, s->ebi, s->apn, s->gate_up == GATE_OPEN ? "open" : "closed",
		       s->gate_down == GATE_OPEN ? "open" : "closed", s->up.packets, s->up.bytes,
		       s->down.packets, s->down.bytes, s->dropped, s->bits_per_second_up,
		       s->bits_per_second_down);
	BPF_SEQ_PRINTF(seq, "%9lld %-15pI4 %x:%x:%x:%x::/64 %s\n", seen, &s->ue4, bpf_ntohs(prefix[0]),
		       bpf_ntohs(prefix[1]), bpf_ntohs(prefix[2]), bpf_ntohs(prefix[3]),
		       s->peer ? "connected" : "idle");
	return 0;
}

#endif
