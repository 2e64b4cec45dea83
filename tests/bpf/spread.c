/* SPDX-License-Identifier: Apache-2.0 */
/* Whose packets are handed to another CPU, and by which slot. In `cpus` there is CPU 0 alone, and a
 * packet for a CPU that is not there is worked on at once: so a list that has CPU 0 for one slot
 * and CPU 1 for all others shows what goes by that slot. */
#include "spread.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include "cases_words.h"

enum { NOWHERE = -1 };

static char why[160];

static void behind(bool is)
{
	const struct route_key key = {
		.prefixlen = 32 + 96 + 8, .network = 1, .addr = {[10] = 0xff, 0xff, 10}};
	int map = bpf_object__find_map_fd_by_name(lab.obj, "routes");
	uint32_t slot = ROUTER;

	if (is)
		bpf_map_update_elem(map, &key, &slot, BPF_ANY);
	else
		bpf_map_delete_elem(map, &key);
}

/* clang-format off */
static const struct {
	const char *what;
	enum lab_role role;
	struct frame_spec in;
	int slot;    /* that it goes by, or NOWHERE */
	bool behind; /* our GTP-U address is behind a device of network 1, too */
} rows[] = {
	{ "a G-PDU", LAB_ACCESS, { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, DEVICE },
	{ "a G-PDU on an interface for both", LAB_BOTH, { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, DEVICE },
	{ "a G-PDU over IPv6", LAB_ACCESS, { FROM_ENB6, PDU(DEVICE6), IP4("10.45.0.14", NET) }, DEVICE6 },
	{ "a G-PDU behind extension headers of IPv6", LAB_ACCESS,
	  { .outer = { .version = 6, .src = "2001:db8:1::2", .dst = US6, .headers = "\x11\0\1\4\0\0\0\0", .headers_len = 8, .proto = 60, .upper = 17 },
	    PDU(DEVICE6), IP4("10.45.0.14", NET) }, DEVICE6 },
	{ "a G-PDU with a sequence number", LAB_ACCESS, { FROM_ENB, PDU(DEVICE, .flags = 0x32), IP4(UE, NET) }, DEVICE },
	{ "a G-PDU that is damaged further in", LAB_ACCESS, { FROM_ENB, PDU(DEVICE, .lie = 100), IP4(UE, NET) }, DEVICE },
	{ "a G-PDU of nobody's", LAB_ACCESS, { FROM_ENB, PDU(NOBODY), IP4(UE, NET) }, NOBODY },
	{ "a G-PDU of a dedicated bearer", LAB_ACCESS, { FROM_ENB, PDU(FAST), IP4(UEB, NET) }, FAST },
	{ "a G-PDU to be relayed", LAB_ACCESS, { FROM_ENB, PDU(RELAY), IP4(UE, NET) }, RELAY },
	{ "an End Marker", LAB_ACCESS, { FROM_ENB, PDU(RELAY, .type = 254) }, RELAY },
	{ "an Echo Request", LAB_ACCESS, { FROM_ENB, .gtp = { .type = 1, .flags = 0x32, .teid = LAB_TAG } }, NOWHERE },
	{ "a fragment of a G-PDU", LAB_ACCESS, { ENB("10.1.0.2", .frag = 0x2000), PDU(DEVICE), IP4(UE, NET) }, NOWHERE },
	{ "a G-PDU from the Internet's side", LAB_SGI, { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, NOWHERE },
	{ "a G-PDU from this machine's stack", LAB_HOST, { FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, NOWHERE },
	{ "a packet for a device", LAB_SGI, { IP4(NET, UE) }, DEVICE },
	{ "a packet for a device on an interface for both", LAB_BOTH, { IP4(NET, UE) }, DEVICE },
	{ "an IPv6 packet for a device", LAB_SGI, { IP6(NET6, UE6) }, DEVICE },
	{ "a packet for an idle device", LAB_SGI, { IP4(NET, "10.45.0.7") }, IDLE },
	{ "a packet of a dedicated bearer", LAB_SGI, { IP4(NET, UEB, .sport = 5000) }, BEARERS },
	{ "a packet for a static address", LAB_SGI, { IP4(NET, "192.0.2.77") }, STATIC },
	{ "a packet for the same address in another network", LAB_SGI, { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, UE) }, TWIN },
	{ "a packet for what is behind a device", LAB_SGI, { .vlan = { LAB_NETWORK_VLAN }, IP4(NET, "192.0.2.1") }, ROUTER },
	{ "a packet for our GTP-U address that is behind a device", LAB_SGI, { .vlan = { LAB_NETWORK_VLAN }, FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, NOWHERE, .behind = true },
	{ "such a packet on an interface for both", LAB_BOTH, { .vlan = { LAB_NETWORK_VLAN }, FROM_ENB, PDU(DEVICE), IP4(UE, NET) }, DEVICE, .behind = true },
	{ "a packet for a device from the eNodeBs' side", LAB_ACCESS, { IP4(NET, UE) }, NOWHERE },
	{ "a packet for a device from this machine's stack", LAB_HOST, { IP4(NET, UE) }, NOWHERE },
	{ "a packet for a gateway's address", LAB_SGI, { IP4(NET, "10.45.0.1") }, NOWHERE },
	{ "a packet for somebody else", LAB_BOTH, { IP4(NET, "198.51.100.7") }, NOWHERE },
};
/* clang-format on */

/* CPU `one` for the slot, and the other of 0 and 1 for all else. */
static void list(int slot, uint16_t one)
{
	for (int i = 0; i < MCORE_CPU_SLOTS; i++)
		lab.settings->cpu[i] = i == slot ? one : !one;
	lab.settings->cpus = 2;
}

/* Runs one; the packets that reasons count more. */
static uint64_t run(unsigned i, struct lab_result *r, bool *same)
{
	struct reason_count before[REASON_COUNT], after[REASON_COUNT];
	static uint8_t in[FRAME_MAX];
	size_t n = frame_build(&rows[i].in, in);
	uint64_t counted = 0;

	lab_reasons(before);
	lab_run(rows[i].role, in, n, lab.aside, 1, r);
	lab_reasons(after);
	for (int k = 0; k < REASON_COUNT; k++)
		counted += after[k].packets - before[k].packets;
	*same = r->len == n && !memcmp(r->frame, in, n);
	return counted;
}

static const char *fault(unsigned i)
{
	const int slot = rows[i].slot;
	struct lab_result r;
	uint64_t counted;
	bool same;

	lab_reset();
	list(slot, 0);
	counted = run(i, &r, &same);
	if (slot == NOWHERE)
		return counted == 1 ? NULL : "is handed over";
	if (r.action != XDP_REDIRECT || counted || !same)
		return "is not handed over as it came, or is counted";
	lab_reset();
	list(slot, 1);
	return run(i, &r, &same) == 1 ? NULL
				      : "goes by another slot, or not at once where no CPU is";
}

const char *packets_go_to_the_cpu_of_their_slot(void)
{
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *wrong;

		behind(rows[i].behind);
		wrong = fault(i);
		behind(false);
		if (wrong) {
			snprintf(why, sizeof why, "%s %s", rows[i].what, wrong);
			return why;
		}
	}
	return NULL;
}

/* As the kernel calls it: of the map with that number, so many did not fit. */
static int tell(uint32_t map, uint64_t lost)
{
	uint64_t args[4] = {map, 8, lost, 0};
	LIBBPF_OPTS(bpf_test_run_opts, o, .ctx_in = args, .ctx_size_in = sizeof args);
	struct bpf_program *prog = bpf_object__find_program_by_name(lab.obj, "mcore_cpu_full");

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &o);
}

const char *what_finds_no_room_in_a_queue_is_counted(int *reason)
{
	struct reason_count before[REASON_COUNT], after[REASON_COUNT];

	lab_reset();
	lab.settings->cpus_id = 77;
	lab_reasons(before);
	if (tell(77, 3) || tell(77, 0) || tell(78, 5))
		return "it does not run";
	lab_reasons(after);
	*reason = REASON_cpu_full;
	snprintf(why, sizeof why, "%llu packets more, want 3",
		 after[REASON_cpu_full].packets - before[REASON_cpu_full].packets);
	return after[REASON_cpu_full].packets == before[REASON_cpu_full].packets + 3 ? NULL : why;
}
