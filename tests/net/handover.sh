#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Devices go from eNodeB to eNodeB by X2 and by S1 while packets flow: none is lost, none comes out of
# order; keys are those that the device makes itself; the End Marker is the last on the old path. Each
# failure ends as the specification says, and with the device reachable where it should be.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 2 >/dev/null
nsenter --net="/run/netns/$LAB-core" -- tcpdump --immediate-mode -i s1u -U -w "$LAB_DIR/s1.pcap" -s 0 \
	2>"$LAB_DIR/tcpdump.log" &
tcpdump=$!
lab_pids+=("$tcpdump")
wait_for 5 grep -q listening "$LAB_DIR/tcpdump.log"
# XDP takes packets before tcpdump on s1u sees them: the old eNodeB's own side has what it received.
nsenter --net="/run/netns/$LAB-ran" -- tcpdump --immediate-mode -i ran0 -U -w "$LAB_DIR/gtpu.pcap" -s 0 udp port 2152 \
	2>"$LAB_DIR/tcpdump2.log" &
tcpdump2=$!
lab_pids+=("$tcpdump2")
wait_for 5 grep -q listening "$LAB_DIR/tcpdump2.log"
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3,10.10.0.4 ransim_run $(device 1 iot) $(device 2 iot)
check "two devices attach, at two eNodeBs" wait_for 10 registered 2
check "packets flow" wait_for 4 ping_ue 1 198.51.100.2 0.1 1

cell() { ue_field 1 "cell"; }
home=$(cell)

# steady: a ping a hundred times a second until `lossless`.
steady() {
	nsenter --net="/run/netns/$LAB-ue1" -- ping -n -i 0.01 -W 2 198.51.100.2 >"$LAB_DIR/ping.log" 2>&1 &
	pinging=$!
	lab_pids+=("$pinging")
	wait_for 3 grep -q 'seq=20 ' "$LAB_DIR/ping.log"
}
lossless() { # LEAST
	kill -INT "$pinging"
	wait "$pinging" 2>/dev/null
	tail -n 2 "$LAB_DIR/ping.log"
	grep -c 'icmp_seq' "$LAB_DIR/ping.log"
	grep -q ' 0% packet loss' "$LAB_DIR/ping.log" &&
		[ "$(grep -oE '^[0-9]+ packets' "$LAB_DIR/ping.log" | cut -d' ' -f1)" -ge "$1" ]
}
in_order() { grep -oE 'icmp_seq=[0-9]+' "$LAB_DIR/ping.log" | cut -d= -f2 | sort -n -c; }
once() { ! grep -q DUP "$LAB_DIR/ping.log"; }
go() { # COMMAND ENB
	mark
	ran "$1" 1 "$2"
	saw "ue=1 .*event=moved enb=$2"
}

# X2
steady
check "X2: the device moves" go x2 2
check "its keys are the MME's" saw 'ue=1 .*event=keys ncc=2 match=yes'
check "the old path ends with an End Marker" saw 'ue=1 .*gtpu.end-marker'
check "and back" go x2 1
check "keys again" saw 'ue=1 .*event=keys ncc=3 match=yes'
check "to an eNodeB that had no device yet" go x2 3
check "and home" go x2 1
check "no packet is lost" lossless 50
check "nor out of order" in_order
check "nor doubled" once
check "the path switches are counted" is 4 stat mme_path_switch_total
check "mcorectl shows the cell before" is 00101-0000301 ue_field 1 cell_before

# S1
steady
check "S1: the device moves" go s1ho 2
check "its status came across" saw 'ue=1 .*event=status enb=2 match=yes'
check "and the old path's end after them" saw 'ue=1 .*gtpu.end-marker'
check "the source lets go" saw 'enb=1 .*|.*context.release' 5
check "and back" go s1ho 1
check "no packet is lost" lossless 50
check "nor out of order" in_order
check "nor doubled" once
check "the handovers are counted" is 2 stat mme_handover_total
check "the device is home" is "$home" cell

finish
