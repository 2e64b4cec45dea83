#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same core in other surroundings: generic XDP, both sides on one interface, both in VLANs of one
# interface. Each: attach, ping, TCP, and the core started again.
. "$(dirname "$0")/lib.sh"

both_ways() { # WHAT ADDED-TO-THE-CONFIGURATION...
	local what=$1
	shift
	lab_config "$@"
	in_ns inet iperf3 -s -D --pidfile "$LAB_DIR/iperf3.pid"
	check "$what: mcored starts" lab_start
	add_sims 2 >/dev/null
	# shellcheck disable=SC2046
	ransim_run $(device 1 iot) $(device 2 internet)
	check "$what: two devices attach" wait_for 10 registered 2
	check "$what: ping, direct" wait_for 4 ping_ue 1 198.51.100.2
	check "$what: ping by IPv6, direct" ping_ue 1 2001:db8:ff::2
	check "$what: ping, masqueraded" ping_ue 2 198.51.100.2
	check "$what: ping by IPv6, masqueraded" ping_ue 2 2001:db8:ff::2
	check "$what: TCP up, direct" tcp ue1 198.51.100.2 20
	check "$what: TCP down, direct" tcp ue1 198.51.100.2 20 -R
	check "$what: TCP up, masqueraded" tcp ue2 198.51.100.2 20
	check "$what: TCP down, masqueraded" tcp ue2 198.51.100.2 20 -R
	check "$what: the gateway's address answers" ping_ue 1 10.46.0.1
	check "$what: this machine pings a device" in_ns core ping -n -q -c 2 -i 0.2 -W 2 "$(session 1 ue4)"
	mark
	kill -9 "$LAB_MCORED"
	wait "$LAB_MCORED" 2>/dev/null
	check "$what: packets flow without mcored" ping_ue 1 198.51.100.2
	check "$what: it starts again" lab_start
	check "$what: and adopts its sessions" logged 'adopted_sessions=2'
	check "$what: packets flow" ping_ue 1 198.51.100.2
}
# The lab's links have other names or places: made anew between lab_up's namespaces.
wire() { # CORE-DEVICE NAMESPACE FAR-DEVICE
	ip -n "$LAB-core" link add "$1" type veth peer name "$3" netns "$LAB-$2"
	in_ns "$2" ethtool -K "$3" tx off gro on tso off gso off txvlan off >/dev/null 2>&1
	in_ns core ethtool -K "$1" tx off gro on tso off gso off txvlan off >/dev/null 2>&1
	ip -n "$LAB-core" link set "$1" up
	ip -n "$LAB-$2" link set "$3" up
}
addresses() { # S1-DEVICE RAN-DEVICE SGI-DEVICE INET-DEVICE
	lab_address core "$1" 10.10.0.1/24
	lab_address ran "$2" 10.10.0.2/24
	lab_address core "$3" 198.51.100.1/24 2001:db8:ff::1/64
	lab_address inet "$4" 198.51.100.2/24 2001:db8:ff::2/64
	ip -n "$LAB-inet" route add 10.46.0.0/16 via 198.51.100.1
	ip -n "$LAB-inet" route add 2001:db8:46::/48 via 2001:db8:ff::1
}
# next: the lab is made anew, without its links.
next() {
	[ -z "${LOGS-}" ] || cp "$LAB_DIR/mcored.log" "$LOGS/topology-$1.log"
	lab_end
	for ns in 1 2; do ip netns del "$LAB-ue$ns" 2>/dev/null; done
	lab_up
	ip -n "$LAB-core" link del s1u
	ip -n "$LAB-core" link del sgi
}

lab_up
both_ways "generic XDP" 's|^  mode: auto|  mode: generic|'
check "generic XDP: is what is attached" grep -q 'attached="generic on s1u, generic on sgi"' "$LAB_DIR/mcored.log"

# eNodeB and Internet behind one switch, in the radio site's namespace.
next generic
wire nic ran uplink
ip -n "$LAB-ran" link add br0 type bridge
ip -n "$LAB-ran" link set br0 up
ip -n "$LAB-ran" link set uplink master br0
ip -n "$LAB-ran" link add port type veth peer name net0 netns "$LAB-inet"
in_ns inet ethtool -K net0 tx off gro on tso off gso off >/dev/null 2>&1
in_ns ran ethtool -K port tx off gro on >/dev/null 2>&1
ip -n "$LAB-ran" link set port master br0 up
addresses nic br0 nic net0
wait_for 2 lab_link_up core:nic
both_ways "one interface" '/role: sgi/d' 's|name: s1u, role: access|name: nic, role: both|' 's|device: sgi|device: nic|'

# One trunk to a switch that splits two VLANs.
next one
ip -n "$LAB-core" link add probe type dummy 2>/dev/null
if ! ip -n "$LAB-core" link add link probe name probe.7 type vlan id 7 2>/dev/null; then
	skip_one "VLANs of one interface" "this kernel has no 802.1Q"
	unset LAB_MCORED
	finish
fi
ip -n "$LAB-core" link del probe
wire nic ran trunk
ip -n "$LAB-ran" link add link trunk name trunk.100 type vlan id 100
ip -n "$LAB-ran" link set trunk.100 up
ip -n "$LAB-ran" link add link trunk name trunk.200 type vlan id 200
ip -n "$LAB-ran" link add br0 type bridge
ip -n "$LAB-ran" link set br0 up
ip -n "$LAB-ran" link set trunk.200 master br0 up
ip -n "$LAB-ran" link add port type veth peer name net0 netns "$LAB-inet"
in_ns inet ethtool -K net0 tx off gro on tso off gso off >/dev/null 2>&1
in_ns ran ethtool -K port tx off gro on >/dev/null 2>&1
ip -n "$LAB-ran" link set port master br0 up
for v in 100 200; do
	ip -n "$LAB-core" link add link nic name nic.$v type vlan id $v
	ip -n "$LAB-core" link set nic.$v up
done
addresses nic.100 trunk.100 nic.200 net0
wait_for 2 lab_link_up core:nic.200
both_ways "VLANs of one interface" 's|name: s1u,|name: nic.100,|' 's|name: sgi,|name: nic.200,|' \
	's|device: sgi|device: nic.200|'
finish
