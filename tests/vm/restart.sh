#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Over the kernel's SCTP, which a stock machine uses: mcored is killed and stopped while packets flow;
# eNodeBs notice nothing, and connections go on. This script runs itself again inside.
. "$(dirname "$0")/lib.sh"
inside || { in_vm "" "$0"; exit; }

lab_inside
lab_up
slow_config
lab_start || exit 1
check "S1 is over the kernel's SCTP" logged 'mme.start .*sctp=kernel'
check "SIMs are added" add_sims 3
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3 ransim_run $(device 1 iot) $(device 2 internet)
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
	local n
	n=$(answers)
	wait_for 3 eval "[ \"\$(answers)\" -gt $n ]" # then none is on its way
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

warned() { ctl -j warning show | jq -r '.warnings[0] | "\(.state) \(.broadcasting)"'; }
overload() { ctl -j mme overload | jq -r .active; }
check "a warning is sent" ctl warning send 4370 0x4010 text flood period 600 broadcasts 500
check "and broadcast by both eNodeBs" wait_for 20 is "on 2" warned
check "an overload begins" ctl mme overload start reject-delay-tolerant 50
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

check "the warning is on at both eNodeBs" wait_for 20 is "on 2" warned
check "the overload goes on" is "by operator" overload
mark
check "a kill" ctl warning kill 4370 0x4010
check "ends it at one" saw 'enb=1 .*event=kill id=4370 serial=4010 all=no' 20
check "and the other" saw 'enb=2 .*event=kill id=4370 serial=4010 all=no' 20
check "the end of the overload" ctl mme overload stop
check "is told" saw 'enb=2 .*event=overload.stop' 20

# What a connection has become is what comes back: killed right after each change.
tunnels() { ctl -j session show "$(imsi 1)" | jq -cS '[.sessions[] | {ebi, teid, peer_teid, state}] | sort_by(.ebi)'; }
all_connected() { tunnels | jq -e --argjson n "$1" 'length == $n and all(.[]; .state == "connected")'; }
cell() { ue_field 1 cell; }
killed() { # BEARERS: it is as it was, nobody noticed, and packets flow
	local before here
	before=$(tunnels) here=$(cell)
	mark
	kill -9 "$LAB_MCORED"
	wait "$LAB_MCORED" 2>/dev/null
	lab_start && logged 's1.back .*enb=00101-00001' 20 && logged 's1.back .*enb=00101-00002' 20 &&
		ue_is 1 ecm connected && is "$here" cell && all_connected "$1" &&
		is "$before" tunnels && one_ping 1 && is 0 down_since "$SEEN"
}
step() { # PATTERN COMMAND...
	mark
	ran "${@:2}"
	saw "ue=1 .*$1" 30
}
serve_again() { step event=released release 1 && wait_for 20 ue_is 1 ecm idle && step 'event=service ' service 1; }
check "the device is released and served again" serve_again
check "killed after a service request" killed 1
check "X2 handover" step 'event=moved enb=2' x2 1 2
check "killed after it" killed 1
check "S1 handover by the keys that follow" step 'event=moved enb=1' s1ho 1 1
check "whose source is let go" saw 'ue=1 .*context.release cause="radio: successful-handover"' 30
check "killed after it" killed 1
check "a second PDN connection" step 'event=pdn ebi=6 .*cause=0' pdn 1 internet
check "whose bearer is there" wait_for 20 all_connected 2
check "killed after it" killed 2
mark
check "a dedicated bearer" ctl bearer add "$(imsi 1)" control qci 5 arp 3 filter "both proto icmp remote 198.51.100.2"
check "which the device has" saw 'event=bearer.activate ebi=7 .*cause=0' 30
check "and the gateway" wait_for 20 all_connected 3
check "killed after it" killed 3
check "the device is released and served with all of them" serve_again
check "at the gateway, too" wait_for 20 all_connected 3
check "killed after a service request" killed 3
mark
ran ping 1 198.51.100.2 ebi 6 count 3
check "packets flow by the second PDN connection" saw 'event=ping.done.* received=3' 30
by_dedicated() { ctl -j session show "$(imsi 1)" | jq '.sessions[] | select(.ebi == 7).packets_up'; }
up=$(by_dedicated)
more_up() { [ "$(by_dedicated)" -gt "$up" ]; }
check "and by the dedicated bearer" eval 'one_ping 1 && wait_for 20 more_up'
ran fault 1 ho-partly:7
check "X2 handover to a target that takes all but the dedicated bearer" step 'event=moved enb=2' x2 1 2
check "which ends" wait_for 20 all_connected 2
check "killed after it" killed 2
ran fault 1 none

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
sed -i 's/keep: 300s/keep: 5s/' "$LAB_DIR/mcored.yaml"
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
