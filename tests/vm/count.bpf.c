/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Another's XDP program, for libxdp.sh: counts all packets and lets them pass to whoever is next in
 * the dispatcher. It wants to be the first (10 of 50). */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counted SEC(".maps");

struct {
	__uint(priority, 10);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(count);

SEC("xdp") int count(struct xdp_md *ctx __attribute__((unused)))
{
	__u64 *n = bpf_map_lookup_elem(&counted, &(__u32){0});

	if (n)
		__sync_fetch_and_add(n, 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
