/* SPDX-License-Identifier: Apache-2.0 */
/* Plug-in for another harness (xc.h is its own): the same datapath measured by somebody else's
 * driver. There, session i has TEID 1 + i and address 10.64.0.0 + i; so slots are TEIDs without a
 * tag, and the pool begins two addresses earlier, whose offsets are the host's. */
#include <bpf/bpf.h>
#include <sys/mman.h>
#include "xc.h"
#include "fill.h"

int xc_prepare(struct bpf_object *obj, const struct xc *xc);
int xc_fill(struct bpf_object *obj, const struct xc *xc);

static struct bpf_map *map(struct bpf_object *obj, const char *name)
{
	return bpf_object__find_map_by_name(obj, name);
}

int xc_prepare(struct bpf_object *obj, const struct xc *xc)
{
	return bpf_map__set_max_entries(map(obj, "sessions"), xc->sessions + XC_TEID_BASE);
}

static void *share(struct bpf_object *obj, const char *name, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map(obj, name)), 0);

	return p == MAP_FAILED ? NULL : p;
}

int xc_fill(struct bpf_object *obj, const struct xc *xc)
{
	struct bench_world w = {
		.slots = xc->sessions + XC_TEID_BASE,
		.first = XC_TEID_BASE,
		.base4 = XC_UE_BASE - MCORE_HOST_OFFSETS,
		.first_slot = XC_TEID_BASE - MCORE_HOST_OFFSETS,
		.access = xc->gnb_if,
		.sgi = xc->dn_if,
		.peer = "10.1.0.2",
		.exit = "10.2.0.2",
	};

	w.sessions = share(obj, "sessions", w.slots * sizeof *w.sessions);
	w.settings = share(obj, "settings", sizeof *w.settings);
	w.hops = share(obj, "hops", 4 * sizeof *w.hops);
	if (!w.sessions || !w.settings || !w.hops)
		return -1;
	bench_fill(&w);
	return 0;
}
