#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who is not the device, and what is not of its connection: strangers that claim an identity, a clone of its
# SIM, new connections while there is one, S1AP messages of connections that are over or with identifiers that
# do not fit, bearers that both sides change at once, a device that never comes back. Wireshark judges what
# mcored says; the device's packets say whether it was disturbed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  power_saving: {periodic: 1h}\n  timers: {mobile_reachable: 1s, implicit_detach: 2s, T3485: 1s, T3486: 1s, T3495: 1s}|'
check "mcored starts" lab_start
add_sims 3 >/dev/null
lab_address inet net0 198.51.100.3/24
capture_begin s1.pcap
# UE 1 is the device; 2 has a copy of its SIM; 3 says to be it, with another key; 4 is silent for long.
one() { echo "--ue imsi=$(imsi "$1"),k=$KEY,opc=$OPC,apn=iot,tun=ue%d,netns=$LAB-ue%d${2:+,$2}"; }
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3 ransim_run --no-attach --enbs 2 $(one 1) $(one 1) $(one 1 fault=wrong-k) $(one 2 t3412=2)
wait_for 5 grep -q 'enb=2 .*event=s1.setup' "$LAB_DIR/ransim.log"
ran "move 1 1; move 2 2; move 3 2; move 4 1; attach 1; attach 4"
check "two devices attach" wait_for 5 registered 2
information="ESM information request; InitialContextSetup Attach accept Activate default EPS bearer context request; EMM information"
secure="Authentication request; Security mode command; $information"
rejected="Authentication reject; UEContextRelease authentication-failure"
keys="Authentication request; Security mode command"
dedicated="Activate dedicated EPS bearer context request"
modify="Modify EPS bearer context request"
deactivate="Deactivate EPS bearer context request 38" # network failure
flows() { ping_ue "${1:-1}" 198.51.100.2; }
sessions() { ctl -j session show | jq --arg i "$(imsi 1)" '[.sessions[] | select(.imsi == $i)] | length'; }
# faulty FAULT COMMAND EVENT: until that comes UE 1 has the fault.
faulty() {
	ran "fault 1 none; fault 1 $1; $2"
	saw "ue=1 .*event=$3" || return 1
	ran_over "fault 1 none"
}

# ---- strangers (24.301 4.4.4.3, 5.4.2.5): the device's packets flow all the time
steady() {
	nsenter --net="/run/netns/$LAB-ue1" -- ping -n -i 0.02 -W 2 198.51.100.2 >"$LAB_DIR/ping.log" 2>&1 &
	pinging=$!
	lab_pids+=("$pinging")
	wait_for 5 grep -q 'seq=10 ' "$LAB_DIR/ping.log"
}
# Each up to the last that was answered was.
lossless() {
	local n last
	last=$(grep -c 'bytes from' "$LAB_DIR/ping.log")
	wait_for 5 grep -q "seq=$((last + 10)) " "$LAB_DIR/ping.log" || return 1
	kill -INT "$pinging"
	wait "$pinging" 2>/dev/null
	n=$(grep -oE 'icmp_seq=[0-9]+' "$LAB_DIR/ping.log" | sort -u | wc -l)
	last=$(grep -oE 'icmp_seq=[0-9]+' "$LAB_DIR/ping.log" | cut -d= -f2 | sort -n | tail -n 1)
	echo "$n replies, the last to $last"
	[ "$n" = "$last" ]
}
device=$(ue_field 1 guti)$(ue_field 1 cell)$(session 1 teid)
same() { is "$device" eval 'echo "$(ue_field 1 guti)$(ue_field 1 cell)$(session 1 teid)"' && ue_is 1 ecm connected; }
stranger() { # COMMANDS EVENT
	begin
	ran "$1"
	saw "ue=3 .*event=$2" && saw 'ue=3 .*event=released'
}
check "the device's packets flow" steady
check "a stranger attaches by its IMSI: rejected" stranger "attach 3" authentication.reject
said "Wireshark: a challenge, Authentication Reject" "2: Authentication request; $rejected"
check "a stranger attaches by its GUTI: rejected" stranger "claim 3 1; attach 3 now" authentication.reject
said "Wireshark: the identity is asked for, too" \
	"2: Authentication request; Identity request; Authentication request; $rejected"
check "a stranger updates: rejected" stranger "claim 3 1; tau 3" authentication.reject
said "Wireshark: to the update as to the attach" \
	"2: Authentication request; Identity request; Authentication request; $rejected"
check "a stranger asks for service: rejected" stranger "claim 3 1; service 3" service.reject
said "Wireshark: Service Reject, cause 9" "2: Service reject 9; UEContextRelease unspecified"
check "a stranger detaches: rejected" stranger "claim 3 1; detach 3" authentication.reject
said "Wireshark: to the detach as to the attach" \
	"2: Authentication request; Identity request; Authentication request; $rejected"
check "a stranger is switched off: released" stranger "claim 3 1; detach 3 switch-off" detach.request
said "Wireshark: released, and no more" "2: UEContextRelease detach"
check "the device is where and what it was" same
check "no packet was lost" lossless

# ---- a copy of its SIM: the last one that proves itself is the device
begin
mark
ran "attach 2"
check "a copy of its SIM attaches elsewhere" saw 'ue=2 .*emm.information'
check "the device's connection is released" saw 'ue=1 .*context.release cause="nas: normal-release"'
check "the copy has the only session" eval 'is 1 sessions && flows 2'
said "Wireshark: the copy is challenged, then the other connection goes" \
	"UEContextRelease normal-release / 2: $secure"
begin
mark
ran "service 1"
check "the device's GUTI is nobody's: rejected" saw 'ue=1 .*event=service.reject cause=9'
check "released" saw 'ue=1 .*event=released'
said "Wireshark: cause 9" "Service reject 9; UEContextRelease unspecified"
begin
mark
ran "attach 1 fresh again"
check "the device attaches again" saw 'ue=1 .*emm.information'
check "the copy's connection is released" saw 'ue=2 .*context.release cause="nas: normal-release"'
check "the device has the only session" eval 'is 1 sessions && flows 1'
said "Wireshark: as before" "$secure / 2: UEContextRelease normal-release"

# ---- a new connection while there is one
connects() { # COMMAND EVENT
	begin
	teid=$(session 1 teid)
	ran "lose 1; $1"
	saw "ue=1 .*event=$2 " && is "$teid" session 1 teid && is 1 sessions && flows &&
		wait_for 3 is 2 stat mme_connections
}
device_at() { ue_field 1 cell; }
first=$(device_at)
check "a service request on a new connection of its eNodeB" connects "service 1" service
said "Wireshark: the old one is released" "UEContextRelease normal-release; InitialContextSetup"
check "a service request by another eNodeB" connects "move 1 2; service 1" service
said "Wireshark: the old one is released there" \
	"UEContextRelease normal-release / 2: InitialContextSetup"
check "it is there" eval '[ "$(device_at)" != "$first" ]'
check "an update by another eNodeB" connects "move 1 1; tau 1 active" updated
said "Wireshark: the old one is released, with an accept" \
	"Tracking area update accept; InitialContextSetup / 2: UEContextRelease normal-release"
check "it is back" is "$first" device_at

# ---- connections that are over, identifiers that do not fit (36.413 10.6)
unknown() { stat mme_s1_unknown_ue_total; }
stray() { # MESSAGE...: each names nothing, and is answered if ANSWER is not no
	local n m
	for m; do
		n=$(unknown)
		begin
		ran "s1ap 1 $m"
		wait_for 3 is $((n + 1)) unknown || return 1
		[ "${ANSWER-}" = no ] || saw 'event=error.indication' || return 1
	done
}
mark
ran "release 1"
check "the device is idle" wait_for 5 ue_is 1 ecm idle
late() {
	local m
	for m; do
		check "late: $m" stray "$m"
		said "Wireshark: late: $m: Error Indication" "ErrorIndication unknown-mme-ue-s1ap-id"
	done
}
late ue-context-release-request initial-context-setup-response initial-context-setup-failure \
	uplink-nas-transport nas-non-delivery-indication ue-context-modification-failure e-rab-setup-response
ANSWER=no check "a UE Context Release Complete, twice" stray ue-context-release-complete ue-context-release-complete
said "Wireshark: nothing" ""
check "the device is as it was" eval 'ue_is 1 ecm idle && mark && ran "service 1" && saw "ue=1 .*event=service " && flows'
check "by another eNodeB: nobody's" stray "uplink-nas-transport enb-ue 50 by 2"
said "Wireshark: Error Indication there" "2: ErrorIndication unknown-mme-ue-s1ap-id"
check "the device is undisturbed" eval 'ue_is 1 ecm connected && flows'
begin
check "answers of its eNodeB that nobody asked for" eval 'ran_over "s1ap 1 initial-context-setup-response; s1ap 1 ue-context-modification-failure; s1ap 1 e-rab-setup-response"'
check "the device is undisturbed" eval 'ue_is 1 ecm connected && flows'
said "Wireshark: nothing at all" ""
inconsistent() { # ID
	stray "uplink-nas-transport $1 1" && wait_for 3 ue_is 1 ecm idle && is 1 sessions || return 1
	ran "lose 1; service 1"
	saw 'ue=1 .*event=service ' && flows
}
check "another MME UE S1AP ID: the connection ends, the session does not" inconsistent mme-ue
said "Wireshark: unknown MME UE S1AP ID" \
	"ErrorIndication unknown-mme-ue-s1ap-id; InitialContextSetup"
check "another eNB UE S1AP ID" inconsistent enb-ue
said "Wireshark: unknown pair of UE S1AP IDs" \
	"ErrorIndication unknown-pair-ue-s1ap-id; InitialContextSetup"
begin
check "a release without an answer" faulty silent-release "release 1" context.release
ran "s1ap 1 ue-context-release-request; s1ap 1 uplink-nas-transport; s1ap 1 ue-context-release-complete"
check "is over with a late answer" wait_for 3 is 1 stat mme_connections
releases() { ts s1.pcap "ip.src == 10.10.0.1 && s1ap.procedureCode == 23 && frame.time_epoch >= $BEGUN" sctp.data_tsn_raw | sort -u | wc -l; }
check "Wireshark: it was asked for once" is 1 releases
said "Wireshark: one release" "UEContextRelease user-inactivity"


# ---- bearers and contexts that both sides change at once
asked() { ctl "$@" >"$LAB_DIR/asked.log" 2>&1 & }
begin
check "the device comes back" eval 'ran "lose 1; service 1"; saw "ue=1 .*event=service " && flows'
begin
ran_over "fault 1 modify-failure:0"
asked ue reauthenticate "$(imsi 1)"
check "the eNodeB refuses a new key, and the connection ends" saw 'ue=1 .*event=released'
ran_over "fault 1 none"
check "the next one has it" eval 'ran "service 1"; saw "ue=1 .*event=service " && flows'
said "Wireshark: UE Context Modification, release, context set-up" \
	"$keys; UEContextModification; GUTI reallocation command; UEContextRelease normal-release; InitialContextSetup"
begin
ran_over "fault 1 modify-failure:35"
asked ue reauthenticate "$(imsi 1)"
check "it refuses for an X2 handover" saw 'ue=1 .*event=context.modification'
ran_over "fault 1 none"
mark
ran "x2 1 2"
check "after which the target takes the key" saw 'ue=1 .*event=context.modification key=right'
check "and packets flow" flows
said "Wireshark: UE Context Modification again at the target" \
	"$keys; UEContextModification / 2: PathSwitchRequest done; UEContextModification; GUTI reallocation command"
check "back" eval 'mark; ran "x2 1 1"; saw "ue=1 .*event=moved"'

bearer_is() { is "$2" eval "ctl -j bearer show $(imsi 1) | jq -r '.bearers[] | select(.name == \"extra\") | .$1'"; }
ebis() { ctl -j session show "$(imsi 1)" | jq -r '[.sessions[].ebi] | sort | join(" ")'; }
begin
ran_over "fault 1 e-rab-silent"
asked bearer add "$(imsi 1)" extra qci 7 filter "both proto icmp remote 198.51.100.3"
check "an E-RAB Setup that is not answered" saw 'ue=1 .*event=e-rab.setup ebi=6'
ran_over "fault 1 none"
mark
ran "x2 1 2"
check "a path switch crosses it: set up at the target" saw 'ue=1 .*event=e-rab.setup ebi=6'
check "the bearer is there" wait_for 3 bearer_is state active
check "with its packets" ping_ue 1 198.51.100.3
said "Wireshark: set-up, path switch without it, set-up there" \
	"E-RABSetup $dedicated / 2: PathSwitchRequest done transport-resource-unavailable; E-RABSetup $dedicated"
begin
ran_over "fault 1 silent-bearer"
asked bearer set "$(imsi 1)" extra qci 6 filter "both proto icmp remote 198.51.100.3"
check "the network modifies it, the device is silent" saw 'ue=1 .*event=e-rab.modify ebi=6'
ran "resource-modify 1 6 operation 4 filter both proto udp remote-port 7000"
check "and asks for another modification: collision" saw 'ue=1 .*event=bearer.reject .*cause=56'
ran_over "fault 1 none"
check "the network's is done by T3486" saw 'ue=1 .*event=bearer.modify ebi=6 qci=6'
check "and holds" wait_for 3 bearer_is qci 6
said "Wireshark: cause 56, the modification again" \
	"2: E-RABModify $modify; Bearer resource modification reject 56; $modify"
begin
mark
ran "pdn 1 internet"
check "a second PDN connection" saw 'ue=1 .*event=tun dev=ue1-7'
said "Wireshark: its bearer alone" "2: E-RABSetup Activate default EPS bearer context request"
begin
ran_over "fault 1 silent-bearer"
mark
ran "e-rab-release 1 7"
check "the eNodeB gives its E-RAB up, and the network deactivates it" saw 'ue=1 .*event=bearer.deactivate ebi=7'
ran "disconnect 1 7"
check "the device disconnects it, too: it is going" saw 'ue=1 .*event=pdn.disconnect-reject'
mark
ran_over "fault 1 none"
check "it is gone by T3495" eval 'saw "ue=1 .*event=bearer.deactivate ebi=7" && wait_for 3 is "5 6" ebis'
said "Wireshark: the deactivation, the reject, the deactivation again" \
	"2: $deactivate; PDN disconnect reject 43; $deactivate"

# ---- the device that never comes back (24.301 5.3.5)
begin
mark
ran "release 4"
check "a device with a short periodic timer is idle" logged "ue.unreachable imsi=$(imsi 2)" 8
ran "tau 4 periodic"
check "late by far, it updates: it is there still" saw 'ue=4 .*event=updated'
check "and idle" wait_for 3 ue_is 2 ecm idle
check "it is served" eval 'ran "service 4"; saw "ue=4 .*event=service " && flows 4'
said "Wireshark: accept, release, context set-up" \
	"UEContextRelease user-inactivity; Tracking area update accept; UEContextRelease normal-release; InitialContextSetup"
begin
used=$(in_use)
mark
ran "release 4"
check "when it does not come back it is detached" logged "ue.implicit_detach imsi=$(imsi 2)" 10
check "nobody is told" wait_for 3 registered 1
check "session and address are gone" eval '[ -z "$(session 2 ue4)" ] && is $((used - 1)) in_use'
check "it is counted" is 1 stat mme_detach_implicit_total
ran "service 4"
check "when it comes after all, it is to attach" saw 'ue=4 .*event=service.reject cause=9'
check "and does" eval 'ran "attach 4 again"; saw "ue=4 .*emm.information" && flows 4'
said "Wireshark: release, cause 9, attach" \
	"UEContextRelease user-inactivity; Service reject 9; UEContextRelease unspecified; $secure"
capture_end s1.pcap
judge_said s1.pcap
check "Wireshark: no malformed message, no error" capture_clean s1.pcap 100
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
finish
