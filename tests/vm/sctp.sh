#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# S1 over the kernel's SCTP, on Debian's kernel in a virtual machine: the unit test as it is (kernel to
# kernel), then against usrsctp on this side of a tap device, each as the one that connects.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build}
vmrun=${MCORE_SHARED:-$top/../shared}/tools/vmrun
tool=$build/tests/unit/transport/s1_test
lab=t-vm$((RANDOM % 1000))
work=$(mktemp -d)
passed=0 failed=0
pids=()

skip() { echo "skip: sctp: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$vmrun" ] || skip "no virtual machine: $vmrun is not there"
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
[ -x "$tool" ] || make -s -C "$top" "$tool" || skip "$tool is not built"

down() {
	local pid
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in $(ip netns pids "$lab" 2>/dev/null); do kill "$pid"; done
	ip netns del "$lab" 2>/dev/null
	rm -rf "$work"
}
trap down EXIT
trap 'exit 130' INT TERM

check() {
	local what=$1
	shift
	if "$@"; then
		echo "ok - sctp: $what"
		passed=$((passed + 1))
	else
		echo "not ok - sctp: $what"
		tail -n 8 "$work"/*.log | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}
guest() { # in the machine, its device being eth0 with 10.97.0.2
	local tap="-netdev tap,id=n,ifname=vm0,script=no,downscript=no,vhost=off -device virtio-net-pci,netdev=n"
	setsid -w ip netns exec "$lab" "$vmrun" -t 200 -N "$tap" -- bash -c "
		dev=\$(ls /sys/class/net | grep -v lo | head -n 1)
		ip addr add 10.97.0.2/24 dev \$dev
		ethtool -K \$dev tx-checksum-sctp off >/dev/null 2>&1
		ip link set \$dev up
		$1"
}

unit() {
	CMOCKA_MESSAGE_OUTPUT=STDOUT "$vmrun" -t 300 -- "$tool" >"$work/unit.log" 2>&1 &&
		grep -qE 'PASSED  \] ([7-9]|[1-9][0-9]+) test' "$work/unit.log"
}
check "kernel to kernel: the unit test" unit

ip netns add "$lab"
ip -n "$lab" link set lo up
ip -n "$lab" tuntap add dev vm0 mode tap
ip -n "$lab" addr add 10.97.0.1/24 dev vm0
ip -n "$lab" link set vm0 up

in_lab() { ip netns exec "$lab" "$@"; }
value() { grep -ao "$1=[0-9]*" "$2" | tail -n 1 | cut -d= -f2; }
wait_for() { # PATTERN FILE SECONDS
	local i
	for ((i = 0; i < $3 * 5; i++)); do
		grep -aq "$1" "$2" 2>/dev/null && return
		sleep 0.2
	done
	return 1
}

# The machine listens; messages pass both ways; then the link goes and its heartbeats find out.
guest "$tool listen 10.97.0.2 kernel 300 >/tmp/log 2>&1 & sleep 1; echo listening; tail -n +1 -f /tmp/log &
	until [ \$(grep -c ^down /tmp/log) -ge 2 ]; do sleep 0.5; done; sleep 2" >"$work/guest.log" 2>&1 &
machine=$!
to_kernel() {
	wait_for listening "$work/guest.log" 120 &&
		in_lab timeout 60 "$tool" connect 10.97.0.1 10.97.0.2 2 8 3000 usrsctp >"$work/host.log" 2>&1 &&
		[ "$(value sent "$work/host.log")" -gt 100 ] &&
		[ "$(value sent "$work/host.log")" = "$(value received "$work/host.log")" ] &&
		wait_for 'why="shutdown by the peer"' "$work/guest.log" 10 &&
		grep -aq 'backend=kernel' "$work/guest.log"
}
check "usrsctp connects to the kernel" to_kernel
lost_link() {
	in_lab timeout 60 "$tool" connect 10.97.0.1 10.97.0.2 60 1 100 usrsctp >"$work/lost.log" 2>&1 &
	local client=$!
	wait_for 'up peer' "$work/lost.log" 20
	ip -n "$lab" link set vm0 down
	wait_for 'why="peer lost"' "$work/guest.log" 60
	local r=$?
	kill "$client" 2>/dev/null
	wait "$client" 2>/dev/null
	ip -n "$lab" link set vm0 up
	return $r
}
check "the kernel's heartbeats find a lost link" lost_link
wait "$machine"

in_lab "$tool" listen 10.97.0.1 usrsctp >"$work/listen.log" 2>&1 &
pids+=($!)
from_kernel() {
	guest "$tool connect 10.97.0.2 10.97.0.1 2 8 3000 kernel" >"$work/client.log" 2>&1 &&
		[ "$(value sent "$work/client.log")" -gt 100 ] &&
		[ "$(value sent "$work/client.log")" = "$(value received "$work/client.log")" ] &&
		wait_for 'why="shutdown by the peer"' "$work/listen.log" 10
}
check "the kernel connects to usrsctp" from_kernel

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
