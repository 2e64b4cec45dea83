#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The daemon is killed, or told to end, while devices are in the middle of each procedure: every step of
# attach; then handovers, paging, service, bearers, PDN connections, detach. Started again it knows those
# that were registered and no others, with the sessions and addresses that are theirs; all work.
. "$(dirname "$0")/lib.sh"

lab_up
lab_config
check "mcored starts" lab_start
# Where devices 1 to 6 fall silent in their attach. Device 8 leaves for good.
STEPS=(connect authentication security-mode esm-information ics complete) UES=10 STAY="1 2 3 4 5 6 7 9 10"
add_sims $UES >/dev/null
args() { local i; for ((i = 1; i <= UES; i++)); do echo "--ue imsi=$(imsi $i),k=$KEY,opc=$OPC,apn=iot"; done; }
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3 ransim_run --no-attach --enbs 2 --timeout 9000 $(args)
check "two eNodeBs" wait_for 5 eval '[ "$(grep -c event=s1.setup "$LAB_DIR/ransim.log")" -ge 2 ]'

sessions() { ctl -j session show | jq '.sessions | length'; }
# running NAME N: so many devices are in this procedure.
running() { [ "$(ctl -j ue show | jq --arg p "$1" '[.ues[] | select((.procedure // "") | test($p))] | length')" -ge "$2" ]; }
# again SIGNAL: mcored goes, comes, and its eNodeBs notice, who have lost all connections.
again() {
	mark
	kill "-$1" "$LAB_MCORED"
	wait "$LAB_MCORED" 2>/dev/null
	lab_start || return 1
	ran reset all
	wait_for 10 eval '[ "$(tail -n "+$((SEEN + 1))" "$LAB_DIR/ransim.log" | grep -c event=s1.setup)" -ge 2 ]'
}
# Devices, sessions, addresses: each N, and no procedure runs.
there_are() {
	local n
	n="$(ctl -j ue show | jq -c '[(.ues | length), ([.ues[] | select(.procedure != null)] | length)]') $(sessions) $(in_use)"
	[ "$n" = "[$1,0] $1 $1" ] || { echo "devices and procedures, sessions, addresses: $n"; return 1; }
}
all_there() { wait_for 10 there_are "$1" || there_are "$1"; }
# works N: the device comes, once the simulator has given up what it was at, and its packets flow.
works() {
	local i
	for ((i = 0; i < 10; i++)); do
		ue_is "$1" ecm connected && break # it was called, or came by itself
		mark
		ran service "$1"
		saw "ue=$1 .*event=service " 1 && break
	done
	mark
	ran ping "$1" 198.51.100.2 count 2 interval 50
	saw "ue=$1 .*ping.done .*received=2"
}
# doing WHAT PROCEDURE N COMMAND...: until N devices are at it.
doing() {
	local c
	for c in "${@:4}"; do ran "$c"; done
	check "$1" eval "wait_for 8 running $2 $3 || { ctl ue show; false; }"
}

for signal in KILL TERM; do
	for i in "${!STEPS[@]}"; do ran fault $((i + 1)) "silent-at:${STEPS[i]}"; done
	doing "SIG$signal: devices are at steps of attach" attach 3 "attach 1-${#STEPS[@]}"
	check "SIG$signal: mcored is there again" again $signal
	check "SIG$signal: of their attaches nothing is left" all_gone
	ran move 3 1 # where a handover that came to nothing left it
	ran fault all none
	ran attach all fresh again
	check "SIG$signal: all attach" all_there $UES

	doing "SIG$signal: a target does not answer" handover 1 "fault 1 ho-silent" "s1ho 1 2"
	doing "SIG$signal: a source does not go" handover 2 "fault 2 ho-stay" "s1ho 2 1"
	doing "SIG$signal: a device does not arrive" handover 3 "fault 3 ho-lost" "s1ho 3 2"
	doing "SIG$signal: a PDN connection half made" PDN 1 "fault 9 silent-bearer" "pdn 9 internet"
	ran "fault 5 silent-bearer"
	ran "fault 6 e-rab-silent"
	ran "fault 4 unpaged"
	ran_over "release 4"
	for i in 5 6; do ctl bearer add "$(imsi $i)" kill qci 9 filter "both proto 99" >/dev/null 2>&1 & done
	doing "SIG$signal: bearers half made" bearer 2
	check "SIG$signal: one is idle" wait_for 3 ue_is 4 ecm idle
	in_ns inet ping -c 1 -W 0.1 "$(session 4 ue4)" >/dev/null
	doing "SIG$signal: and called" paging 1
	doing "SIG$signal: one leaves" . 1 "fault 8 silent-release" "detach 8"
	ran "fault 7 silent-at:service"
	ran "release 7"
	wait_for 3 ue_is 7 ecm idle
	ran "service 7"
	check "SIG$signal: mcored is there again" again $signal
	ran lose 7 # it had no connection for the reset to end
	ran fault all none
	check "SIG$signal: those registered are known, with a session each" all_there 9
	for i in $STAY; do check "SIG$signal: device $i works" works $i; done
	check "SIG$signal: and no more than that" all_there 9
	ran attach all fresh again
	check "SIG$signal: all attach" all_there $UES
	ran detach all
	check "SIG$signal: nothing is left" all_gone 10
done
finish
