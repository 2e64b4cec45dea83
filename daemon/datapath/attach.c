/* SPDX-License-Identifier: Apache-2.0 */
/* Programs on interfaces. A VLAN device has no XDP of its own: its parent gets the program, and
 * hops carry the tag. Roles that meet on one parent make it mcore_both.
 *
 * Each program is held by a bpf_link pinned as DIR/vN/link_NAME, which outlives us. At the next
 * start the link is opened and its program replaced in one step; a link whose device is gone, or
 * whose mode is not the wanted one, is dropped and made anew. Links of interfaces that are no
 * longer configured are dropped. A program that is the one before (programs.c) is not exchanged.
 *
 * Redirecting from native XDP works only to devices that do native XDP themselves, so AUTO means:
 * all native, or (if one driver cannot) all generic. LIBXDP puts the programs into libxdp's
 * dispatcher, next to those of others; an earlier program of ours is taken out after the new one is
 * in, so that no packet is missed. Where the kernel does not let the dispatcher work, plain native
 * attachment takes its place, with a log line. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xdp/libxdp.h>

enum { ATTACHED_MAX = 32 + MCORE_MAX_NETWORKS, NATIVE_MTU_MAX = 3500 };

struct attached {
	char name[IF_NAMESIZE];
	int ifindex;
	unsigned role; /* enum dp_role; 0: the host's veth */
	bool vlan;     /* carries configured VLANs */
	bool dispatcher;
	struct xdp_program *xdp; /* with dispatcher */
	struct bpf_object *object;
};

static struct {
	struct attached list[ATTACHED_MAX];
	unsigned n;
	bool generic;
	char text[ATTACHED_MAX * (IF_NAMESIZE + 24) + 4 * MCORE_CPU_SLOTS];
} state;

bool attach_is_generic(void) { return state.generic; }

static const char *program_name(const struct attached *a)
{
	switch (a->role) {
	case DP_ACCESS:
		return "mcore_access";
	case DP_SGI:
		return "mcore_sgi";
	case DP_BOTH:
		return "mcore_both";
	default:
		return "mcore_host";
	}
}

static void pin_path(const char *name, char *out, size_t cap)
{
	load_pin_path(out, cap, "link_", name);
}

static struct attached *find(const char *name)
{
	for (unsigned i = 0; i < state.n; i++)
		if (!strcmp(state.list[i].name, name))
			return &state.list[i];
	return NULL;
}

/* The interface of the configuration, or its parent, into the list. */
static int add(const struct dp_interface *in)
{
	const struct link *l = link_by_name(in->name);
	struct attached *a;
	bool vlan;

	if (!l)
		return dp_fail(-ENODEV, "interface %s does not exist", in->name);
	vlan = l->parent != 0;
	if (vlan && !(l = link_find(l->parent)))
		return dp_fail(-ENODEV,
			       "interface %s: its parent is in another network namespace; move it "
			       "here",
			       in->name);
	a = find(l->name);
	if (!a) {
		a = &state.list[state.n++];
		memcpy(a->name, l->name, sizeof(a->name));
		a->ifindex = l->ifindex;
	}
	a->role |= in->role;
	a->vlan |= vlan;
	return 0;
}

/* Some drivers send for a CPU only by the channel of its number. */
static void warn_channels(const struct attached *a)
{
	struct ethtool_channels c = {.cmd = ETHTOOL_GCHANNELS};
	const struct link *l = link_find(a->ifindex);

	if (!l || *l->kind || link_ethtool(a->name, &c) ||
	    c.combined_count + c.tx_count > spread_highest())
		return;
	LOG(WARN, "datapath.channels",
	    "dev=%s channels=%u cpu=%u text=\"some cards drop what a CPU sends that has no channel "
	    "of its number: ethtool -L %s combined %u, or list lower CPUs\"",
	    a->name, c.combined_count + c.tx_count, spread_highest(), a->name,
	    spread_highest() + 1);
}

/* XDP does not see a tag that the device took off. */
static void warn_vlan_offload(const struct attached *a)
{
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
	const struct link *l = link_find(a->ifindex);

	if (!link_ethtool(a->name, &flags) && (flags.data & ETH_FLAG_RXVLAN)) {
		if (l && !strcmp(l->kind, "veth"))
			LOG(WARN, "datapath.vlan",
			    "dev=%s text=\"the far end must put tags into the frame: ethtool -K "
			    "PEER txvlan off\"",
			    a->name);
		else
			LOG(WARN, "datapath.vlan",
			    "dev=%s text=\"the device hides VLAN tags from XDP: ethtool -K %s "
			    "rxvlan off\"",
			    a->name, a->name);
	}
}

/* How a program is attached now: 0, XDP_FLAGS_DRV_MODE or XDP_FLAGS_SKB_MODE; *id of the program.
 */
static uint32_t current_mode(int ifindex, uint32_t *id)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);

	*id = 0;
	if (bpf_xdp_query(ifindex, 0, &q))
		return 0;
	*id = q.prog_id;
	if (q.attach_mode == XDP_ATTACHED_DRV || q.attach_mode == XDP_ATTACHED_HW)
		return XDP_FLAGS_DRV_MODE;
	return q.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : 0;
}

/* The pinned link of this interface, -1 if there is none that still holds this device. */
static int open_link(const struct attached *a)
{
	struct bpf_link_info info = {0};
	uint32_t len = sizeof(info);
	char path[PATH_CAP];
	int fd;

	pin_path(a->name, path, sizeof(path));
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -1;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == BPF_LINK_TYPE_XDP &&
	    (int)info.xdp.ifindex == a->ifindex)
		return fd;
	close(fd);
	unlink(path);
	return -1;
}

/* Detaches first: a link that is only let go ends some time later, and the device is busy till
 * then. */
static void drop_link(const char *name)
{
	char path[PATH_CAP];
	int fd;

	pin_path(name, path, sizeof(path));
	fd = bpf_obj_get(path);
	if (fd < 0)
		return;
	bpf_link_detach(fd);
	close(fd);
	unlink(path);
}

/* Takes an own program out of libxdp's dispatcher, except keep. */
static void leave_dispatcher(const struct attached *a, uint32_t keep)
{
	struct xdp_multiprog *mp = xdp_multiprog__get_from_ifindex(a->ifindex);
	struct xdp_program *prog = NULL, *old[8];
	unsigned n = 0;

	if (libxdp_get_error(mp) || !mp)
		return;
	if (!xdp_multiprog__is_legacy(mp))
		while (n < 8 && (prog = xdp_multiprog__next_prog(prog, mp)))
			if (!strncmp(xdp_program__name(prog), "mcore_", 6) &&
			    xdp_program__id(prog) != keep)
				old[n++] = prog;
	while (n--) {
		int err =
			xdp_program__detach(old[n], a->ifindex, xdp_multiprog__attach_mode(mp), 0);

		if (err)
			LOG(WARN, "datapath.dispatcher", "dev=%s error=\"%s\"", a->name,
			    strerror(-err));
	}
	xdp_multiprog__close(mp);
}

static int explain(const struct attached *a, int err, uint32_t flags)
{
	const struct link *l = link_find(a->ifindex);
	uint32_t id;

	current_mode(a->ifindex, &id);
	if (err == -EBUSY || err == -EEXIST)
		return dp_fail(
			err,
			"another XDP program (id %u) is on %s: detach it (ip link set %s xdp "
			"off) or set the mode to libxdp",
			id, a->name, a->name);
	if ((flags & XDP_FLAGS_DRV_MODE) && l && l->mtu > NATIVE_MTU_MAX)
		return dp_fail(err,
			       "native XDP on %s: %s; its MTU of %u may be too large: try %d or "
			       "less, or the mode generic",
			       a->name, strerror(-err), l->mtu, NATIVE_MTU_MAX);
	return dp_fail(err, "%s XDP on %s: %s%s", flags & XDP_FLAGS_DRV_MODE ? "native" : "generic",
		       a->name, strerror(-err),
		       flags & XDP_FLAGS_DRV_MODE ? " (set the mode to generic?)" : "");
}

/* By a pinned link in one mode: replaced if it is there already, else made. */
static int attach_link(struct attached *a, uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int prog = program_fd(program_name(a)), fd = open_link(a), err;
	char path[PATH_CAP];
	uint32_t id;

	if (prog < 0)
		return dp_fail(prog, "%s has no program %s", dp.object_path, program_name(a));
	if (fd >= 0 && current_mode(a->ifindex, &id) == flags) {
		err = bpf_link_update(fd, prog, NULL) ? -errno : 0;
		close(fd);
		if (!err)
			return 0;
		if (err != -ENOLINK)
			return explain(a, err, flags);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	drop_link(a->name);
	leave_dispatcher(a, 0);
	pin_path(a->name, path, sizeof(path));
	fd = bpf_link_create(prog, a->ifindex, BPF_XDP, &opts);
	if (fd < 0)
		return explain(a, -errno, flags);
	err = bpf_obj_pin(fd, path) ? -errno : 0;
	close(fd);
	return err ? dp_fail(err, "cannot pin %s: %s", path, strerror(-err)) : 0;
}

static int print_libxdp(enum libxdp_print_level level, const char *fmt, va_list args)
{
	char text[512];

	(void)level;
	LOG(DEBUG, "datapath.libxdp", "text=\"%s\"",
	    load_log_text(text, vsnprintf(text, sizeof(text), fmt, args), sizeof(text)));
	return 0;
}

static void close_dispatched(struct attached *a)
{
	xdp_program__close(a->xdp);
	if (a->object)
		bpf_object__close(a->object);
	a->xdp = NULL;
	a->object = NULL;
}

/* Into libxdp's dispatcher of a device. -ENOTSUP if the kernel has no way to do it. */
static int enter_dispatcher(struct attached *a, int ifindex, enum xdp_attach_mode mode)
{
	struct bpf_program *prog;
	struct xdp_multiprog *mp;
	bool legacy;
	int err;

	libxdp_set_print(print_libxdp);
	a->object = load_clone();
	if (!a->object)
		return dp_fail(-errno, "%s: %s", dp.object_path, strerror(errno));
	bpf_object__for_each_program(prog, a->object)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), program_name(a)));
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .obj = a->object, .prog_name = program_name(a));
	a->xdp = xdp_program__create(&opts);
	err = (int)libxdp_get_error(a->xdp);
	if (err) {
		a->xdp = NULL;
		return err;
	}
	err = xdp_program__attach(a->xdp, ifindex, mode, 0);
	if (err)
		return err;
	mp = xdp_multiprog__get_from_ifindex(ifindex);
	legacy = libxdp_get_error(mp) || xdp_multiprog__is_legacy(mp);
	if (!libxdp_get_error(mp))
		xdp_multiprog__close(mp);
	if (legacy) {
		xdp_program__detach(a->xdp, ifindex, mode, 0);
		return -ENOTSUP;
	}
	return 0;
}

/* Tries on mcore0 what must not be tried on an interface that carries packets. */
static int try_dispatcher(void)
{
	struct attached probe = {.name = HOST_DEV, .role = DP_ACCESS};
	int err = enter_dispatcher(&probe, host_dev(0), XDP_MODE_SKB);

	if (!err)
		xdp_program__detach(probe.xdp, host_dev(0), XDP_MODE_SKB, 0);
	close_dispatched(&probe);
	return err;
}

static int attach_dispatcher(struct attached *a)
{
	int fd = open_link(a), err = 0;

	if (fd >= 0) {
		close(fd);
		err = try_dispatcher();
		if (err)
			return err;
		drop_link(a->name);
	}
	err = enter_dispatcher(a, a->ifindex, XDP_MODE_NATIVE);
	if (err)
		return err;
	leave_dispatcher(a, xdp_program__id(a->xdp));
	a->dispatcher = true;
	return 0;
}

static int attach_all(uint32_t flags)
{
	for (unsigned i = 0; i < state.n; i++) {
		struct attached *a = &state.list[i];
		int err;

		if (a->dispatcher)
			continue;
		err = attach_link(a, flags);
		if (err)
			return err;
	}
	return 0;
}

static int attach_libxdp(void)
{
	for (unsigned i = 0; i < state.n; i++) {
		struct attached *a = &state.list[i];
		int err;

		if (!a->role) /* nobody else's programs are on our own veth */
			continue;
		err = attach_dispatcher(a);
		if (!err)
			continue;
		close_dispatched(a);
		LOG(WARN, "datapath.dispatcher",
		    "dev=%s error=\"%s\" text=\"no dispatcher on this kernel: attached without\"",
		    a->name, strerror(-err));
	}
	return attach_all(XDP_FLAGS_DRV_MODE);
}

static int attach_generic(void)
{
	state.generic = true;
	spread_off();
	return attach_all(XDP_FLAGS_SKB_MODE);
}

/* What an earlier daemon settled for is not tried again while packets flow. */
static uint32_t settled_mode(void)
{
	uint32_t mode = 0, id;

	for (unsigned i = 0; i < state.n; i++) {
		int fd = open_link(&state.list[i]);

		if (fd < 0)
			return 0;
		close(fd);
		mode = current_mode(state.list[i].ifindex, &id);
	}
	return mode;
}

static int attach_auto(void)
{
	int err;

	if (settled_mode() == XDP_FLAGS_SKB_MODE)
		return attach_generic();
	err = attach_all(XDP_FLAGS_DRV_MODE);
	if (!err || err == -EBUSY || err == -EEXIST || err == -EPERM)
		return err;
	LOG(WARN, "datapath.generic",
	    "reason=\"%s\" text=\"attached in generic mode, which is slower\"", dp.error);
	return attach_generic();
}

static void drop_other(const char *dir, const char *pin)
{
	const char *name = pin + strlen("link_");

	(void)dir;
	if (find(name))
		return;
	LOG(INFO, "datapath.detach", "dev=%s text=\"not configured any more\"", name);
	drop_link(name);
}

static void describe(void)
{
	size_t at = 0;

	for (unsigned i = 0; i < state.n; i++) {
		const struct attached *a = &state.list[i];
		const char *mode = a->dispatcher ? "libxdp" : state.generic ? "generic" : "native";

		if (a->role)
			at += (size_t)snprintf(state.text + at, sizeof(state.text) - at,
					       "%s%s on %s", at ? ", " : "", mode, a->name);
	}
	spread_describe(state.text + at, sizeof(state.text) - at);
}

int attach_start(void)
{
	int err = 0;

	for (unsigned i = 0; i < dp.config.interfaces; i++) {
		err = add(&dp.config.interface[i]);
		if (err)
			return err;
	}
	for (unsigned i = 0; i <= dp.config.networks; i++) {
		struct attached *a = &state.list[state.n++];

		*a = (struct attached){.ifindex = host_xdp(i)};
		snprintf(a->name, sizeof(a->name), "%s", host_name(i, true));
	}
	for (unsigned i = 0; i < state.n; i++)
		if (state.list[i].vlan)
			warn_vlan_offload(&state.list[i]);
	load_each_pin("link_", drop_other);
	switch (dp.config.mode) {
	case DP_AUTO:
		err = attach_auto();
		break;
	case DP_NATIVE:
		err = attach_all(XDP_FLAGS_DRV_MODE);
		break;
	case DP_GENERIC:
		err = attach_generic();
		break;
	case DP_LIBXDP:
		err = attach_libxdp();
		break;
	}
	if (err)
		return err;
	spread_on();
	for (unsigned i = 0; i < state.n && dp.settings->cpus; i++)
		warn_channels(&state.list[i]);
	describe();
	return 0;
}

const char *attach_describe(void) { return state.text; }

void attach_link_appeared(const char *name, int ifindex)
{
	struct attached *a = find(name);
	int err;

	if (!a || a->ifindex == ifindex)
		return;
	a->ifindex = ifindex;
	a->dispatcher = false;
	close_dispatched(a);
	err = attach_link(a, state.generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	if (err)
		LOG(ERROR, "datapath.attach", "dev=%s error=\"%s\"", name, strerror(-err));
	else
		LOG(INFO, "datapath.attach", "dev=%s text=\"the interface is back\"", name);
	describe();
}

void attach_stop(bool remove)
{
	for (unsigned i = 0; i < state.n; i++) {
		struct attached *a = &state.list[i];

		if (remove) {
			drop_link(a->name);
			leave_dispatcher(a, 0);
		}
		close_dispatched(a);
	}
	memset(&state, 0, sizeof(state));
}
