#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An eNodeB vanishes in each step of each procedure: its association is aborted, or it is killed. A device that
# was registered stays so, idle, with its address and no tunnel; one that never was leaves nothing; a handover
# leaves it where it is. `mcorectl why` tells what it was at. It comes back at once, by another association, and
# its packets flow. Wireshark tells what mcored has sent from its first message to its last packet.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 3 >/dev/null
capture_begin s1.pcap
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3,10.10.0.4 ransim_run --enbs 3 --no-attach $(device 1 iot)
enbs_up() { [ "$(ctl -j enb show | jq '[.enbs[] | select(.state == "up")] | length')" = "$1" ]; }
check "three eNodeBs" wait_for 8 enbs_up 3
peer() { session "${1:-1}" peer; }
idle_with() { is "registered idle null $1" eval 'echo "$(ue_field 1 emm) $(ue_field 1 ecm) $(peer) $(session 1 ue4)"'; }
connected_at() { is "registered connected $2 $1" eval 'echo "$(ue_field 1 emm) $(ue_field 1 ecm) $(peer) $(session 1 ue4)"'; }
gone() { all_gone 6; }
# The last failure that is known: procedure, step, cause, eNodeB.
why() { # REGEX [N]
	local got
	got=$(ctl -j why "$(imsi "${2:-1}")" | jq -r '.failure | [.procedure, .step, .cause, .enb] | join(", ")')
	[[ $got =~ $1 ]] || { echo "$got"; return 1; }
}
LOST="the eNodeB's association was lost"

fires() { # STEP [ENB]
	check "$scene: eNodeB ${2:-1} vanishes" saw "event=fault name=drop-at step=$1 enb=${2:-1}"
	noticed "${2:-1}"
}
noticed() {
	check "$scene: which mcored notices" logged "s1.down .*enb=00101-0000$1 .*reason=\"aborted by the peer"
}
back() { check "$scene: it is there again" wait_for 8 enbs_up 3; }
flow() { check "$scene: packets flow" wait_for 4 ping_ue 1 198.51.100.2 0.05 2; }
says() { check "$scene: mcorectl tells why" why "$1"; }
# fault FAULT...: those and no others
fault() { ran_over "fault 1 none; fault 1 $*"; }
attach="11/0 11/0 11/0 9/0 11/0" attach_nas="52 5d +d9 42 +c1 61"
attaches() {
	ran_over "fault 1 none"
	ran "attach 1 fresh again"
	check "$scene: the device attaches" saw 'event=attached ' 10
	flow
}
serves() { # [BY]: it asks for service
	ran_over "fault 1 none"
	ran "service 1"
	check "$scene: the device is served" saw 'event=service ' 5
	flow
}
detached() {
	ran "detach 1"
	check "$scene: it detaches" all_gone 6
}

# ---- attach: there was nothing, and there is nothing
vanish_attach() { # STEP WHY S1AP NAS [FAULT]
	during "attach, $1"
	fault "drop-at:$1 ${5-}"
	ran "attach 1 fresh again"
	fires "$1"
	check "$scene: nothing is left" gone
	[ "$2" = - ] || says "^attach, $2, $LOST"
	back
	attaches
	sent "$3 $attach" "$4 $attach_nas"
	detached
}
vanish_attach connect authentication/challenge 11/0 52
# It has not said who it is.
vanish_attach identity - 11/0 55 unknown-guti
vanish_attach authentication authentication/challenge 11/0 52
vanish_attach security-mode "security mode control/command" 11/0\ 11/0 "52 5d"
vanish_attach esm-information esm-information "11/0 11/0 11/0" "52 5d +d9"
vanish_attach ics accept "11/0 11/0 11/0 9/0" "52 5d +d9 42 +c1"
vanish_attach complete accept "11/0 11/0 11/0 9/0" "52 5d +d9 42 +c1"

# ---- a registered device
during "attach, completed"
ran "fault 1 none; attach 1 fresh again; expect attached; wait 0.05; drop 1"
check "$scene: it is attached" saw 'event=attached '
noticed 1
ADDRESS=$(session 1 ue4)
check "attach, completed: registered, idle, no tunnel" wait_for 3 idle_with "$ADDRESS"
says "^S1 connection, connected, $LOST"
back
serves
sent "$attach 9/0" "$attach_nas"

goes_idle() {
	ran_over "fault 1 none"
	ran "release 1"
	saw 'ue=1 .*event=released' >/dev/null && wait_for 3 ue_is 1 ecm idle
}
stays() { # ... registered, with its address
	check "$scene: registered, idle, no tunnel, the same address" wait_for 4 idle_with "$ADDRESS"
}

during "release"
fault drop-at:release
ran "release 1"
fires release
stays
back
serves
sent "23/0 9/0" ""

while read -r step name; do
	goes_idle
	during "$name"
	fault "drop-at:$step"
	ran "service 1"
	fires "$step"
	stays
	says "^service request, context, $LOST"
	back
	serves
	sent "9/0 9/0" ""
done <<-END
	service service request
	ics context set-up of a service request
END

goes_idle
during "paging"
fault drop-at:paging
in_ns inet ping -n -c 1 -W 8 "$ADDRESS" >"$LAB_DIR/ping.log" &
pinging=$!
lab_pids+=("$pinging")
fires paging
check "paging: it is called when that is there again, and its packet arrives" wait "$pinging"
check "$scene: it is connected" connected_at "$ADDRESS" 10.10.0.2
back
sent "10/0 10/0 9/0 ; 10/0 ; 10/0" ""

goes_idle
during "tracking area update"
fault drop-at:update
ran "tau 1 periodic"
fires update
stays
back
fault none
ran "tau 1 periodic"
check "$scene: the device updates" saw 'event=updated'
check "$scene: and is idle" wait_for 3 ue_is 1 ecm idle
serves
sent "11/0 23/0 11/0 23/0 9/0" "49 49"

goes_idle
during "tracking area update with bearers"
fault drop-at:ics
ran "tau 1 active"
fires ics
stays
says "^service request, context, $LOST"
back
serves
sent "11/0 9/0 9/0" "49"

goes_idle
ctl ue reallocate "$(imsi 1)" >/dev/null 2>&1
during "tracking area update with another GUTI"
guti=$(ue_field 1 guti)
fault drop-at:complete
ran "tau 1 periodic"
fires complete
stays
says "^tracking area update, accept, $LOST"
check "$scene: it has another GUTI" eval '[ "$(ue_field 1 guti)" != "$guti" ]'
back
serves # by the one that it has
check "tracking area update with another GUTI: another is due still" wait_for 5 eval '[ "$(ue_field 1 guti)" != "$guti" ]'
sent "11/0 9/0 11/0" "49 50"

during "GUTI reallocation"
guti=$(ue_field 1 guti)
fault drop-at:complete
ctl ue reallocate "$(imsi 1)" >/dev/null 2>&1
fires complete
stays
says "^refresh, GUTI reallocation/command, $LOST"
check "$scene: it has another GUTI" eval '[ "$(ue_field 1 guti)" != "$guti" ]'
back
ran_over "fault 1 none; tau 1 periodic; expect updated" # by the one that it has
check "$scene: it gets another at its next contact" saw 'event=tau.accept .*guti=new'
serves
sent "11/0 11/0 23/0 9/0" "50 49"

# ---- detach
during "detach by the device"
fault drop-at:detach
ran "detach 1"
fires detach
check "$scene: nothing is left" gone
back
attaches
sent "11/0 23/0 $attach" "46 $attach_nas"

during "release after a detach"
fault drop-at:release
ran "detach 1"
fires release
check "$scene: nothing is left" gone
back
attaches
sent "11/0 23/0 $attach" "46 $attach_nas"

during "detach by the network"
fault drop-at:detach
check "$scene: mcorectl detaches it" ctl detach "$(imsi 1)"
fires detach
check "detach by the network: nothing is left" gone
back
attaches
sent "11/0 $attach" "45 $attach_nas"
ADDRESS=$(session 1 ue4)

# ---- handovers, from eNodeB 1 to 2
home() { # it is at 1, connected
	ran_over "fault 1 none; lose 1; move 1 1"
	mark
	ran "service 1"
	saw 'event=service ' 5 >/dev/null || { echo "# it does not come home"; ran show 1; }
}
during "X2, the source before the path switch"
fault drop-at:leave
ran "x2 1 2"
fires leave 1
check "X2, the source before the path switch: the path switch fails" saw 'event=failed procedure=move .*unknown-mme-ue-s1ap-id'
stays
says "^S1 connection, connected, $LOST, 00101-00001 "
back
ran "lose 1"
serves
check "$scene: at the other eNodeB" connected_at "$ADDRESS" 10.10.0.3
sent "3/2 9/0" ""

home
during "X2, the target after the path switch"
fault drop-at:move
ran "x2 1 2"
fires move 2
stays
says "^S1 connection, connected, $LOST, 00101-00002 "
back
serves
check "$scene: at the other eNodeB" connected_at "$ADDRESS" 10.10.0.3
sent "3/1 9/0" ""

home
during "X2, the source afterwards"
fault none
ran "x2 1 2; expect moved; drop 1"
check "$scene: it moves" saw 'event=moved enb=2'
noticed 1
check "X2, the source afterwards: it stays connected" connected_at "$ADDRESS" 10.10.0.3
flow
back
sent "3/1" ""

home
during "S1, the source in preparation"
fault drop-at:move ho-silent
ran "s1ho 1 2"
fires move 1
stays
says "^S1 handover, prepare, $LOST, 00101-00001 "
back
serves
sent "9/0 ; 1/0 23/0" ""

home
during "S1, the target in preparation"
fault drop-at:admit
ran "s1ho 1 2"
fires admit 2
check "S1, the target in preparation: the source is told" saw 'event=failed procedure=move .*cause="radio: ho-failure-in-target-epc-enb-or-target-system"'
check "$scene: it stays connected" connected_at "$ADDRESS" 10.10.0.2
says "^S1 handover, prepare, S1AP cause radio: ho-failure-in-target"
flow
back
sent "0/2 ; 1/0" ""

during "S1, the source in execution, and it arrives"
fault drop-at:leave
ran "s1ho 1 2"
fires leave 1
check "$scene: it arrives" saw 'event=moved enb=2'
check "S1, the source in execution, and it arrives: it is connected there" wait_for 3 connected_at "$ADDRESS" 10.10.0.3
flow
back
sent "0/1 ; 1/0" ""

home
during "S1, the source in execution, and it comes by itself"
fault drop-at:command
ran "s1ho 1 2"
fires command 1
back
serves
check "$scene: the target lets go" wait_for 3 is 1 stat mme_connections
check "$scene: it is connected" connected_at "$ADDRESS" 10.10.0.2
sent "0/1 9/0 ; 1/0 23/0" ""

home
during "S1, the target in execution"
fault drop-at:notify
ran "s1ho 1 2"
fires notify 2
check "S1, the target in execution: for the MME it is at the source still" wait_for 3 connected_at "$ADDRESS" 10.10.0.2
says "^S1 handover, execute, S1AP cause radio: ho-failure-in-target"
back
ran "move 1 1"
serves
check "$scene: by one connection" wait_for 3 is 1 stat mme_connections
sent "0/1 23/0 9/0 ; 1/0 25/0" ""

home
during "S1, the target afterwards"
fault none
ran "s1ho 1 2; expect moved; drop 2"
check "$scene: it moves" saw 'event=moved enb=2'
noticed 2
stays
says "^S1 handover, complete, $LOST, 00101-00002 "
back
serves
sent "0/1 23/0 ; 1/0 25/0 9/0" ""

capture_end s1.pcap

# ---- without a word
lab_stop
kill "$RANSIM"
wait "$RANSIM" 2>/dev/null
sed -i 's|^    address: \[10.10.0.1\]|&\n    heartbeat: 500ms\n    path_max_retrans: 1|' "$LAB_DIR/mcored.yaml"
check "mcored starts with short heartbeats" lab_start
# shellcheck disable=SC2046
three() { ENB=10.10.0.2,10.10.0.3,10.10.0.4 ransim_run --enbs 3 --no-attach $(device 1 iot) $(device 2 iot) $(device 3 iot); }
mark
three
check "three eNodeBs" wait_for 8 enbs_up 3
during "killed"
ran "fault 2 silent-at:esm-information; fault 1 ho-lost; attach 1-3"
check "$scene: two devices are attached, one is at it" saw 'ue=2 .*fault name=silent-at'
check "$scene: both" wait_for 5 registered 2
ADDRESS=$(session 1 ue4)
ran "idle 3; s1ho 1 3"
check "$scene: one of them is on its way to another eNodeB, the other idle" \
	eval 'saw "ue=1 .*event=handover.command" && saw "ue=3 .*event=released"'
kill -9 "$RANSIM"
wait "$RANSIM" 2>/dev/null
check "$scene: heartbeats tell" wait_for 12 enbs_up 0
stays
# Which of the two was missed first is chance.
says "^(S1 handover, execute, S1AP cause radio: ho-failure-in-target|S1 connection, connected, $LOST)"
check "$scene: no attach is left" is "2 2 2 0" \
	eval 'echo "$(ctl -j ue show | jq ".ues | length") $(ctl -j session show | jq ".sessions | length") $(in_use) $(stat mme_connections)"'
check "$scene: mcorectl tells why" why "^attach, esm-information, $LOST" 2
three
check "$scene: they are there again" wait_for 8 enbs_up 3
mark
ran "attach 1-3"
for i in 1 2 3; do check "$scene: device $i attaches" saw "ue=$i .*event=attached " 10; done
for i in 1 2 3; do check "$scene: packets of $i flow" wait_for 4 ping_ue $i 198.51.100.2 0.05 2; done
check "$scene: one session each" is 3 in_use

wire s1.pcap
# What ransim puts into the containers between eNodeBs is no RRC.
TS="-o s1ap.dissect_container:FALSE"
check "Wireshark finds nothing malformed" capture_clean s1.pcap 100
finish
