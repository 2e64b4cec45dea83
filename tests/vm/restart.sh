#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Over the kernel's SCTP, which a stock machine uses: mcored is killed and stopped while packets flow;
# eNodeBs notice nothing, and connections go on. This script runs itself again inside.
. "$(dirname "$0")/lib.sh"
inside || { in_vm "" "$0"; exit; }

lab_inside
lab_up
lab_config 's|\(ipv4: 10\.4[56]\.0\.0\)/16|\1/24|' 's|\(ipv6: 2001:db8:4[56]::\)/48|\1/56|' \
	's|^\( *\)keeper:.*|&\n\1keep: 20s|'
lab_start || exit 1
check "S1 is over the kernel's SCTP" logged 'mme.start .*sctp=kernel'
check "SIMs are added" add_sims 3
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet)
check "two devices attach" wait_for 60 registered 2
one_ping() { ue "$1" ping -n -q -c 1 -W 10 198.51.100.2; }
check "packets flow" wait_for 20 one_ping 1
check "a device is idle" eval 'ran release 2; wait_for 20 ue_is 2 ecm idle'

down_since() { tail -n "+$(($1 + 1))" "$LAB_DIR/ransim.log" | grep -c 'event=sctp.down'; }
# A ping twice a second; in the end none is lost and none was late.
steady() {
	nsenter --net="/run/netns/$LAB-ue1" -- ping -n -i 0.5 -W 5 198.51.100.2 >"$LAB_DIR/ping" 2>&1 &
	PING=$!
	lab_pids+=("$PING")
}
answers() { grep -c 'bytes from' "$LAB_DIR/ping"; }
lossless() {
	kill -INT "$PING"
	wait "$PING" 2>/dev/null
	tail -n 3 "$LAB_DIR/ping"
	grep -q ' 0% packet loss' "$LAB_DIR/ping" &&
		awk -F/ '/^rtt/ {late = $6 > 2000} END {exit late}' "$LAB_DIR/ping"
}
# gone SIGNAL: mcored is away for ten seconds.
gone() {
	local before after
	kill "-$1" "$LAB_MCORED"
	wait "$LAB_MCORED" 2>/dev/null
	before=$(answers)
	sleep 10
	after=$(answers)
	echo "answers while mcored was away: $((after - before))"
	[ $((after - before)) -ge 15 ]
}

for signal in KILL TERM; do
	mark
	seen=$SEEN
	steady
	check "SIG$signal: packets go on without mcored" gone $signal
	mark
	check "SIG$signal: it starts again" lab_start
	check "SIG$signal: the eNodeB's association comes back" logged 's1.back .*enb=' 20
	check "SIG$signal: the connected device is connected" ue_is 1 ecm connected
	check "SIG$signal: the idle one is idle" ue_is 2 ecm idle
	sleep 2
	check "SIG$signal: no packet is lost or late" lossless
	check "SIG$signal: the eNodeB noticed nothing" is 0 down_since "$seen"
done

# What came back goes on.
mark
ran release 1
check "the eNodeB releases the connection" wait_for 20 ue_is 1 ecm idle
ran service 1
check "and a new one is set up" saw 'ue=1 .*event=service ' 20
check "packets flow" wait_for 20 one_ping 1
ran service 2
check "the idle device's as well" saw 'ue=2 .*event=service ' 20
check "a device is detached by the network" ctl detach "$(imsi 2)"
check "which it heard" wait_for 20 registered 1

# Said while nobody was there: it waits in the socket.
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
mark
ran release 1
sleep 1
check "it starts again" lab_start
check "a release that was asked for meanwhile is done" wait_for 20 ue_is 1 ecm idle
check "the eNodeB noticed nothing" is 0 down_since "$SEEN"

# Nobody comes back: eNodeBs are told after the grace.
lab_stop
mark
check "after the grace associations are shut down" saw 'event=sctp.down why="shutdown by the peer"' 60
check "it starts again" lab_start
check "the eNodeB sets up S1 anew" saw 'event=s1.setup ' 60
mark
kill -INT "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
check "SIGINT tells eNodeBs at once" saw 'event=sctp.down why="shutdown by the peer"' 10
check "it starts again" lab_start
finish
