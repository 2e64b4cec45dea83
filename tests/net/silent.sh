#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Devices and eNodeBs that fall silent where reject.sh has none: in the context set-up, detach, release, paging,
# tracking area update, GUTI reallocation, new keys, bearers, handovers. Each message is sent as often as the
# specification says, five times where it is NAS; then mcored is where it has to be, the device comes, and its
# packets flow. Judged by Wireshark.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
# An eNodeB for each of those that take long: they are silent side by side.
lab_address ran ran0 10.10.0.5/24 10.10.0.6/24 10.10.0.7/24
t="T3413: 300ms, T3422: 300ms, T3450: 300ms, T3460: 300ms, T3470: 300ms, T3485: 300ms, T3486: 300ms, T3495: 300ms"
lab_config "s|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  timers: {$t}|"
check "mcored starts" lab_start
add_sims 5 >/dev/null
capture_begin s1.pcap
# Device N is at eNodeB N, whose address is 10.10.0.(N + 1); eNodeB 6 is a target.
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3,10.10.0.4,10.10.0.5,10.10.0.6,10.10.0.7 ransim_run --enbs 6 --timeout 60000 \
	$(for i in 1 2 3 4 5; do device $i iot pdn-type=ipv4; done)
check "five devices attach" wait_for 10 registered 5
for i in 1 2 3 4 5; do check "packets of $i flow" wait_for 4 ping_ue $i 198.51.100.2 0.05 2; done

is_at() { # N STATE PEER
	is "registered $2 $3" eval 'echo "$(ue_field '"$1"' emm) $(ue_field '"$1"' ecm) $(session '"$1"' peer)"'
}
why() { # REGEX [N]
	local got
	got=$(ctl -j why "$(imsi "${2:-1}")" | jq -r '.failure | [.procedure, .step, .cause, .detail] | join(", ")')
	[[ $got =~ $1 ]] || { echo "$got"; return 1; }
}
fault() { ran_over "fault ${2:-1} none; fault ${2:-1} $1"; }
silent() { check "$scene: nobody answers" saw "ue=${2:-1} .*event=fault name=silent-at step=$1"; }
flow() { check "$scene: packets flow" wait_for 4 ping_ue "${1:-1}" 198.51.100.2 0.05 2; }
serves() { # [N]
	ran_over "fault ${1:-1} none"
	mark
	ran "service ${1:-1}"
	check "$scene: the device is served" saw "ue=${1:-1} .*event=service " 5
	flow "${1:-1}"
}
idle() {
	ran_over "fault ${1:-1} none"
	mark
	ran "release ${1:-1}"
	saw "ue=${1:-1} .*event=released" >/dev/null && wait_for 3 ue_is "${1:-1}" ecm idle
}
five() { printf '%s %s %s %s %s' "$1" "$1" "$1" "$1" "$1"; }
four() { printf '%s %s %s %s' "$1" "$1" "$1" "$1"; }

E1=10.10.0.2

# ---- paging (24.301 5.6.2.3)
idle
during "paging"
fault unpaged
in_ns inet ping -n -c 1 -W 1 "$(session 1 ue4)" >/dev/null
check "paging: it is called, and given up" wait_for 6 why "^paging, "
sent "10/0 10/0 10/0" "" $E1
check "$scene: it is registered" is_at 1 idle null
serves

# ---- what takes long, begun first
idle 2
fault silent-at:ics 2
fault ho-stay 3
fault ho-lost 4
fault ho-silent 5
during "long"
long=$began
ran "service 2; s1ho 3 6; s1ho 4 6; s1ho 5 6"
check "a service request's context set-up, unanswered" saw 'ue=2 .*fault name=silent-at step=ics'
check "a source that does not react to its Handover Command" saw 'ue=3 .*event=handover.command'
check "a device that does not arrive" saw 'ue=4 .*event=handover.command'
check "a target that does not answer" saw 'ue=5 .*event=handover.request'

# ---- common procedures of a registered device
during "GUTI Reallocation Command"
guti=$(ue_field 1 guti)
fault silent-at:complete
ctl ue reallocate "$(imsi 1)" >"$LAB_DIR/ctl.log" 2>&1
silent complete
check "$scene: mcorectl is told" grep -q . "$LAB_DIR/ctl.log"
check "$scene: it stays connected" is_at 1 connected $E1
flow
sent "$(five 11/0)" "$(five 50)" $E1
check "GUTI Reallocation Command: either GUTI may come" eval '[ "$(ue_field 1 guti)" != "$guti" ]'
idle
serves
check "$scene: it gets one at its next contact" saw 'ue=1 .*event=guti '

for step in authentication security-mode; do
	during "new keys, $step"
	fault silent-at:$step
	ctl ue reauthenticate "$(imsi 1)" >"$LAB_DIR/ctl.log" 2>&1
	silent $step
	check "$scene: its connection ends, and it is registered" wait_for 5 is_at 1 idle null
	if [ $step = authentication ]; then
		sent "$(five 11/0) 23/0" "$(five 52)" $E1
	else
		sent "11/0 $(five 11/0) 23/0" "52 $(five 5d)" $E1
	fi
	serves
	check "$scene: it is asked again at its next contact" saw 'ue=1 .*event=security.command'
done

# ---- tracking area update
idle
ctl ue reallocate "$(imsi 1)" >/dev/null 2>&1
during "Tracking Area Update Accept"
guti=$(ue_field 1 guti)
fault silent-at:complete
ran "tau 1 periodic"
silent complete
check "$scene: it is registered, idle" wait_for 5 is_at 1 idle null
sent "$(five 11/0) 23/0" "$(five 49)" $E1
check "$scene: mcorectl tells why" why "^tracking area update, accept, timeout, T3450"
serves
check "Tracking Area Update Accept: another GUTI is due still" wait_for 5 eval '[ "$(ue_field 1 guti)" != "$guti" ]'

for step in identity authentication security-mode; do
	idle
	during "update by an unknown GUTI, $step"
	fault "unknown-guti silent-at:$step"
	ran "tau 1 periodic"
	silent $step
	check "$scene: the stranger is given up" logged 'procedure.failed .*proc="request without proof"' 6
	case $step in
	identity) sent "$(five 11/0) 23/0" "$(five 55)" $E1 ;;
	authentication) sent "11/0 $(five 11/0) 23/0" "55 $(five 52)" $E1 ;;
	*) sent "11/0 11/0 $(five 11/0) 23/0" "55 52 $(five 5d)" $E1 ;;
	esac
	check "$scene: the device is registered" is_at 1 idle null
	serves
done

# ---- bearers
bearers() { ctl -j ue show "$(imsi 1)" | jq -r '[.bearer_list[].ebi] | sort | join(" ")'; }
during "bearer, activation"
fault silent-bearer
ctl bearer add "$(imsi 1)" x qci 9 filter "both proto udp remote-port 7000" >/dev/null 2>&1
check "bearer, activation: it is given up" wait_for 6 is 5 bearers
sent "5/0 $(four 11/0) 7/0" "$(five +c5)" $E1

during "bearer, E-RAB Setup"
fault e-rab-silent
ctl bearer del "$(imsi 1)" x >/dev/null 2>&1
ctl bearer add "$(imsi 1)" y qci 9 filter "both proto udp remote-port 7000" >/dev/null 2>&1
check "$scene: it is given up" wait_for 6 is 5 bearers
sent "5/0 7/0" "+c5 +cd" $E1
check "bearer, E-RAB Setup: the device has given it up" saw 'ue=1 .*event=bearer.deactivate ebi=6'

fault none
mark
ctl bearer del "$(imsi 1)" y >/dev/null 2>&1
ctl bearer add "$(imsi 1)" z qci 9 filter "both proto udp remote-port 7000" >/dev/null 2>&1
check "a bearer" wait_for 3 is "5 6" bearers
during "bearer, modification"
fault silent-bearer
ctl bearer set "$(imsi 1)" z qci 8 filter "both proto udp remote-port 7001" >/dev/null 2>&1
check "$scene: it is given up" logged 'procedure.failed .*proc="bearer modification"' 6
check "bearer, modification: the eNodeB has the class that was" saw 'event=e-rab.modify ebi=6 qci=9'
sent "6/0 $(four 11/0) 6/0" "$(five +c9) +dc" $E1
during "bearer, deactivation"
ctl bearer del "$(imsi 1)" z >/dev/null 2>&1
check "bearer, deactivation: it ends all the same" wait_for 6 is 5 bearers
sent "7/0 $(four 11/0)" "$(five +cd)" $E1
fault none
ctl bearer add "$(imsi 1)" w qci 9 filter "both proto udp remote-port 7000" >/dev/null 2>&1
check "another bearer" wait_for 3 is "5 6" bearers
during "bearer, E-RAB Release"
fault e-rab-silent
ctl bearer del "$(imsi 1)" w >/dev/null 2>&1
check "$scene: it ends all the same" wait_for 6 is 5 bearers
sent "7/0" "+cd" $E1
fault silent-bearer
during "PDN connection"
ran "pdn 1 internet"
check "$scene: it is given up" logged 'procedure.failed .*proc="PDN connectivity"' 6
check "PDN connection: nothing of it is left" is 5 bearers
sent "5/0 $(four 11/0) 7/0" "$(five +c1)" $E1
fault none
flow

# ---- what took long
began=$long scene="service request, context set-up"
check "service request, context set-up: the device is idle in the end" wait_for 12 is_at 2 idle null
sent "9/0 23/0" "" 10.10.0.3
check "$scene: mcorectl tells why" why "^service request, context, timeout" 2
serves 2
began=$long scene="handover, the source"
check "handover, the source: it stays where it is" is_at 3 connected 10.10.0.4
sent "0/1" "" 10.10.0.4
flow 3
began=$long scene="handover, the device"
check "$scene: for the MME it is at the source" is_at 4 connected 10.10.0.5
sent "0/1" "" 10.10.0.5
ran "lose 4; move 4 4"
serves 4
began=$long scene="handover, the target"
check "handover, the target: it stays where it is" is_at 5 connected 10.10.0.6
sent "0/2" "" 10.10.0.6
flow 5
began=$long scene="handover, the three targets"
sent "1/0 1/0 1/0 25/0 23/0 23/0 23/0" "" 10.10.0.7

# ---- release: T-release
during "UE Context Release Command"
ran_over "fault 5 none; fault 5 silent-release"
fault silent-release
ran "release 1; s1ho 5 6"
check "$scene: the device is idle" wait_for 3 is_at 1 idle null
check "$scene: another has moved" saw 'ue=5 .*event=moved enb=6'
check "$scene: its source is told to let go" saw 'ue=5 .*event=context.release cause="radio: successful-handover"'
forgotten() { is 4 stat mme_connections && [ "$(since | grep -c 's1.release .*no UE Context Release Complete')" = 2 ]; }
since() { tail -n "+$((LOGGED + 1))" "$LAB_DIR/mcored.log"; }
check "UE Context Release Command: both connections are forgotten" wait_for 10 forgotten
sent "23/0 ; 0/1 23/0 ; 1/0 25/0" ""
flow 5
ran "lose 1"
serves

# ---- detach by the network (24.301 5.5.2.3.4)
during "Detach Request"
fault silent-at:detach
ctl detach "$(imsi 1)" >"$LAB_DIR/ctl.log" 2>&1
silent detach
check "Detach Request: it is detached all the same" wait_for 6 registered 4
sent "$(five 11/0) 23/0" "$(five 45)" $E1

# ---- attach: the context set-up
during "Initial Context Setup"
fault silent-at:ics
ran "attach 1 fresh again"
silent ics
check "Initial Context Setup: the device is not registered" wait_for 8 why "^attach, accept, timeout, T3450"
check "$scene: nothing of it is left" is 4 eval 'ctl -j session show | jq ".sessions | length"'
sent "11/0 11/0 11/0 9/0 $(four 11/0) 23/0" "52 5d +d9 $(five '42 +c1')" $E1
ran_over "fault 1 none"
mark
ran "attach 1 fresh again"
check "$scene: it attaches" saw 'ue=1 .*event=attached '
flow

capture_end s1.pcap
wire s1.pcap
# What ransim puts into the containers between eNodeBs is no RRC.
TS="-o s1ap.dissect_container:FALSE"
check "Wireshark finds nothing malformed" capture_clean s1.pcap 100
finish
