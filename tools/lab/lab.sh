# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A mobile network in network namespaces, to be sourced: the radio site, the core, the Internet and
# the devices. One lab has a name (LAB, "mcore" unless set), from which all else is named, so that
# several may be up at once. Nothing outside the namespaces is touched but $LAB_PIN on bpffs.
#
#   $LAB-ran          $LAB-core                            $LAB-inet
#   ransim            mcored                               iperf3 -s
#   ran0 ============ s1u                sgi ============= net0
#   10.10.0.2/24      10.10.0.1/24       198.51.100.1/24   198.51.100.2/24
#
#   $LAB-ue: devices' tun interfaces are moved here

LAB=${LAB:-mcore}
LAB_TOP=${LAB_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
LAB_BUILD=${LAB_BUILD:-$LAB_TOP/build}
LAB_DIR=${LAB_DIR:-/run/mcore-lab/$LAB}
LAB_PIN=/sys/fs/bpf/$LAB-lab
LAB_SOCKET=$LAB_DIR/mcored.sock
lab_pids=()

# in_ns NAMESPACE COMMAND...: unlike `ip netns exec` it keeps /sys, where bpffs is.
in_ns() { local ns=$LAB-$1; shift; nsenter --net="/run/netns/$ns" -- "$@"; }

# spawn NAMESPACE COMMAND...: the same in the background; its pid is $SPAWNED, and lab_down ends it.
spawn() {
	local ns=$LAB-$1
	shift
	nsenter --net="/run/netns/$ns" -- "$@" &
	SPAWNED=$!
	lab_pids+=("$SPAWNED")
}

lab_up() {
	local ns
	lab_down
	mkdir -p "$LAB_DIR"
	mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
	for ns in ran core inet ue; do
		ip netns add "$LAB-$ns"
		in_ns $ns ip link set lo up
	done
	ip -n "$LAB-core" link add s1u type veth peer name ran0 netns "$LAB-ran"
	ip -n "$LAB-core" link add sgi type veth peer name net0 netns "$LAB-inet"
	lab_address ran ran0 10.10.0.2/24 10.10.0.3/24 10.10.0.4/24
	lab_address core s1u 10.10.0.1/24
	lab_address core sgi 198.51.100.1/24 2001:db8:ff::1/64
	lab_address inet net0 198.51.100.2/24 2001:db8:ff::2/64
	ip -n "$LAB-inet" route add 10.46.0.0/16 via 198.51.100.1
	ip -n "$LAB-inet" route add 2001:db8:46::/48 via 2001:db8:ff::1
	# What XDP redirects loses the promise to fill in a checksum, so locally made packets need it
	# filled in; and a veth takes redirected frames only if GRO is on at its far end.
	local pair
	for pair in ran:ran0 core:s1u core:sgi inet:net0; do
		in_ns "${pair%:*}" ethtool -K "${pair#*:}" tx off gro on >/dev/null 2>&1
		in_ns "${pair%:*}" ethtool -K "${pair#*:}" tx-checksum-sctp off >/dev/null 2>&1 || true
		wait_for 2 lab_link_up "$pair" # the kernel takes up to a second to say that a new link runs
	done
}

lab_link_up() { ip -n "$LAB-${1%:*}" -br link show "${1#*:}" | grep -q ' UP '; }

lab_address() {
	local ns=$1 dev=$2 a
	shift 2
	for a; do
		case $a in
		*:*) ip -n "$LAB-$ns" addr add "$a" dev "$dev" nodad ;;
		*) ip -n "$LAB-$ns" addr add "$a" dev "$dev" ;;
		esac
	done
	ip -n "$LAB-$ns" link set "$dev" up
}

# Writes $LAB_DIR/mcored.yaml; arguments are sed expressions applied to the sample.
lab_config() {
	local e=(-e "s|^\( *path:\).*|\1 $LAB_DIR/mcore.db|" -e "s|^\( *key:\).*|\1 $LAB_DIR/store.key|"
		 -e "s|^\( *socket:\).*|\1 $LAB_SOCKET|" -e "s|^\( *keeper:\).*|\1 $LAB_DIR/keeper|" -e "s|^\( *pin_dir:\).*|\1 $LAB_PIN|"
		 -e "s|^\( *object:\).*|\1 $LAB_BUILD/mcore.bpf.o|")
	local x
	for x; do e+=(-e "$x"); done
	sed "${e[@]}" "$LAB_TOP/tools/lab/mcored.yaml" >"$LAB_DIR/mcored.yaml"
}

# lab_start: starts mcored and waits until it answers.
lab_start() {
	spawn core "${LAB_PROGRAM:-$LAB_BUILD/mcored}" -c "$LAB_DIR/mcored.yaml" >>"$LAB_DIR/mcored.log" 2>&1
	LAB_MCORED=$SPAWNED
	local i
	for ((i = 0; i < 200; i++)); do
		ctl version >/dev/null 2>&1 && return 0
		kill -0 "$LAB_MCORED" 2>/dev/null || break
		sleep 0.1
	done
	echo "mcored did not start; the end of $LAB_DIR/mcored.log:" >&2
	tail -n 20 "$LAB_DIR/mcored.log" >&2
	return 1
}

lab_stop() {
	kill "$LAB_MCORED" 2>/dev/null
	wait "$LAB_MCORED" 2>/dev/null
}

ctl() { "$LAB_BUILD/mcorectl" -s "$LAB_SOCKET" "$@"; }

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# Ends all that was started: what has not gone in two seconds is killed.
lab_end() {
	local p i
	for p in "${lab_pids[@]}"; do kill -CONT "$p" 2>/dev/null; kill "$p" 2>/dev/null; done
	for p in "${lab_pids[@]}"; do
		for ((i = 0; i < 20; i++)); do
			kill -0 "$p" 2>/dev/null || break
			sleep 0.1
		done
		kill -9 "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	lab_pids=()
}

lab_down() {
	local ns
	lab_end
	for ns in ran core inet ue; do
		[ -e "/run/netns/$LAB-$ns" ] || continue
		ip netns pids "$LAB-$ns" 2>/dev/null | xargs -r kill 2>/dev/null
		ip netns del "$LAB-$ns"
	done
	[ -d "$LAB_PIN" ] && find "$LAB_PIN" -depth \( -type f -exec unlink {} \; -o -type d -exec rmdir {} \; \) 2>/dev/null
	rm -rf "$LAB_DIR"
	return 0
}
