/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "maps.h"

SEC("xdp") int mcore_access(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp") int mcore_sgi(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp") int mcore_both(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp") int mcore_host(struct xdp_md *ctx) { return XDP_PASS; }

char _license[] SEC("license") = "Dual BSD/GPL";
