#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Collisions and disorder between a device and the MME: NAS messages that are not delivered, come twice, late
# or when nobody asked; procedures that begin while others run, and those that both sides begin. Each ends
# as TS 24.301 says, by what Wireshark reads of mcored's messages, and by packets where a bearer is to be.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  timers: {T3450: 1s, T3460: 1s, T3422: 1s, T3485: 1s}|'
check "mcored starts" lab_start
add_sims 2 >/dev/null
lab_address inet net0 198.51.100.3/24 198.51.100.4/24 198.51.100.5/24 198.51.100.6/24
capture_begin s1.pcap
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3 ransim_run --no-attach --enbs 2 $(device 1 iot) $(device 2)
wait_for 5 grep -q 'enb=2 .*event=s1.setup' "$LAB_DIR/ransim.log"

# What an attach by IMSI is: the challenge, and what follows it.
accept="InitialContextSetup Attach accept Activate default EPS bearer context request"
information="ESM information request; $accept; EMM information"
secure="Security mode command; $information"
released() { saw 'ue=1 .*event=released' && wait_for 3 ue_is 1 ecm idle; }
attached() { saw 'ue=1 .*emm.information' "${1:-5}" && ue_is 1 emm registered; }
detached() { saw 'ue=1 .*event=detached' && all_gone; }
flows() { ping_ue 1 198.51.100.2; }
home() { # registered and idle
	mark
	ue_is 1 emm registered || { ran "attach 1"; attached || return 1; }
	ue_is 1 ecm idle || { ran "release 1"; released; }
}
# faulty FAULT COMMAND EVENT: until that comes the UE has the fault.
faulty() {
	ran "fault 1 none; fault 1 $1; $2"
	saw "ue=1 .*event=$3" || return 1
	ran_over "fault 1 none"
}
sessions() { ctl -j session show | jq '.sessions | length'; }

# ---- not delivered (36.413 8.6.2.4): the procedure's timer sends it again
undelivered() { faulty undelivered:21 "$1" nas.undelivered; }
begin
check "a challenge is not delivered" undelivered "attach 1"
check "the attach goes on by T3460" attached
said "Wireshark: the challenge again" "Authentication request; $secure"
ran "move 2 1; attach 2" # whose APN is the default one: nothing is asked before the accept
check "another device attaches" saw 'ue=2 .*emm.information'
begin
ran "fault 2 undelivered:21; attach 2 again"
check "an Attach Accept is not delivered" saw 'ue=2 .*event=nas.undelivered'
ran "fault 2 none"
check "the attach goes on by T3450" saw 'ue=2 .*emm.information'
check "with its bearer" ping_ue 2 198.51.100.2
said "Wireshark: the Attach Accept again, by itself" \
	"UEContextRelease normal-release; $accept; Attach accept Activate default EPS bearer context request; EMM information"
ran "detach 2"
check "it detaches" wait_for 3 registered 1
# asked COMMAND...: mcorectl, in the background.
asked() { ctl "$@" >"$LAB_DIR/asked.log" 2>&1 & }
bearer() { asked bearer add "$(imsi 1)" "$1" qci 7 filter "both proto icmp remote $2"; }
# undelivered_asked CAUSE COMMAND...: what the network then says comes back.
undelivered_asked() {
	ran_over "fault 1 undelivered:$1"
	"${@:2}"
	saw 'ue=1 .*event=nas.undelivered' && ran_over "fault 1 none"
}
begin
check "a bearer's request is not delivered" undelivered_asked 21 bearer one 198.51.100.3
check "the bearer is there by T3485" saw 'ue=1 .*event=bearer.activate ebi=6 .*cause=0'
dedicated="Activate dedicated EPS bearer context request"
said "Wireshark: the bearer's request again, by itself" "E-RABSetup $dedicated; $dedicated"
begin
check "a Detach Request is not delivered" undelivered_asked 21 asked detach "$(imsi 1)"
check "the device is gone by T3422" all_gone 5
said "Wireshark: the Detach Request again" "Detach request; UEContextRelease detach"

# Not delivered for a handover: at once when that is over, whatever its end. No timer comes into it.
timers() {
	mark
	sed -i "s/timers: {.*}/timers: {$1}/" "$LAB_DIR/mcored.yaml"
	kill -HUP "$LAB_MCORED"
	logged 'config.changed key=mme.timers.T3422'
}
check "long timers" timers "T3450: 30s, T3460: 30s, T3422: 30s, T3485: 30s"
ran "attach 1"
check "the device attaches" attached
moved() { # COMMAND EBI
	ran "$1"
	saw 'ue=1 .*event=moved' && saw "ue=1 .*event=bearer.activate ebi=$2 .*cause=0"
}
begin
check "a bearer's request is not delivered for an X2 handover" undelivered_asked 35 bearer two 198.51.100.4
check "the bearer is there after the path switch" moved "x2 1 2" 6
check "with its packets after the path switch" ping_ue 1 198.51.100.4
again="$dedicated; E-RABSetup $dedicated" # as it was, and with an E-RAB of the target
said "Wireshark: the path switch, and the request" \
	"E-RABSetup $dedicated / 2: PathSwitchRequest done transport-resource-unavailable; $again"
begin
check "a challenge of a registered device is not delivered for one" undelivered_asked 35 asked ue reauthenticate "$(imsi 1)"
check "it takes new keys after the path switch" eval 'ran "x2 1 1"; saw "ue=1 .*event=context.modification key=right"'
check "and the GUTI that follows" saw 'ue=1 .*event=guti '
said "Wireshark: the path switch, and the challenge" \
	"PathSwitchRequest done; Authentication request; Security mode command; UEContextModification; GUTI reallocation command / 2: Authentication request"
begin
check "for an S1 handover" undelivered_asked 33 bearer three 198.51.100.5
check "the bearer is there after the handover" moved "s1ho 1 2" 7
check "with its packets" ping_ue 1 198.51.100.5
check "the source lets go" saw 'ue=1 .*context.release cause="radio: successful-handover"'
prepared="HandoverResourceAllocation handover-desirable-for-radio-reason"
said "Wireshark: the handover, and the request" \
	"E-RABSetup $dedicated; HandoverPreparation done; UEContextRelease successful-handover / 2: $prepared; $again"
begin
check "for an S1 handover that then fails" undelivered_asked 33 bearer four 198.51.100.6
stays() {
	ran "fault 1 ho-refuse; s1ho 1 1"
	saw 'ue=1 .*event=failed procedure=move' && saw 'ue=1 .*event=bearer.activate ebi=8 .*cause=0' &&
		ran_over "fault 1 none"
}
check "the bearer is there where the device is" stays
said "Wireshark: the failure, and the request" \
	"$prepared / 2: E-RABSetup $dedicated; HandoverPreparation failure no-radio-resources-available-in-target-cell; $dedicated"
begin
check "a Detach Request is not delivered for a handover" undelivered_asked 33 asked detach "$(imsi 1)"
ran "s1ho 1 1"
check "the device is gone after the handover" all_gone 5
said "Wireshark: the handover, and the Detach Request" \
	"$prepared; Detach request; UEContextRelease detach / 2: Detach request; HandoverPreparation done; UEContextRelease successful-handover"
indications() { ts s1.pcap 's1ap.procedureCode == 16' s1ap.radioNetwork | tr , '\n'; }
check "each was counted" is "$(indications | wc -l)" stat mme_nas_not_delivered_total
check "Wireshark: NAS Non Delivery Indications, by cause" is "21 33 35 " eval 'indications | sort -nu | tr "\n" " "'

# ---- attach and attach (24.301 5.5.1.2.7 d, e, f)
started() { stat mme_attach_started_total; }
unheard() { faulty deaf "$1" nas.unheard; }
again() { # COMMAND MORE: with it the attach goes on, and so many attaches more have been begun in all
	local n
	n=$(started)
	ran "$1"
	attached 8 && is $((n + $2)) started
}
check "short timers" timers "T3450: 30s, T3460: 1s, T3422: 20s, T3485: 30s"
begin
check "an attach whose challenge is lost" unheard "attach 1 fresh"
check "the same request: the attach goes on by T3460" again "nas 1 attach-request" 0
said "Wireshark: one challenge, twice" "Authentication request; $secure"
challenges() { ts s1.pcap "nas_eps.nas_msg_emm_type == 0x52 && frame.time_epoch >= $BEGUN" gsm_a.dtap.rand | tr , '\n' | sort | uniq -c | wc -l; }
check "Wireshark: of one RAND" is 1 challenges
ran "detach 1"
check "it detaches" detached
begin
check "an attach whose challenge is lost" unheard "attach 1 fresh"
check "another request: another attach" again "attach 1 fresh now" 1
said "Wireshark: another challenge" "Authentication request; $secure"
check "Wireshark: of another RAND" is 2 challenges
unfinished() { faulty silent-at:complete "$1" attach.accept; }
ran "detach 1"
check "it detaches" detached
begin
check "an attach whose Attach Complete does not come" unfinished "attach 1 fresh"
check "the same request: the accept again" again "nas 1 attach-request" 0
check "with its bearer" flows
said "Wireshark: the accept again, by itself" \
	"Authentication request; Security mode command; ESM information request; $accept; Attach accept Activate default EPS bearer context request; EMM information"
ran "detach 1"
check "it detaches" detached
begin
check "an attach whose Attach Complete does not come" unfinished "attach 1 fresh"
check "another request: another attach, which its MAC proves" again "attach 1 now" 1
check "with its bearer" flows
check "and no other" is 1 sessions
said "Wireshark: another context set-up, no challenge" \
	"Authentication request; Security mode command; ESM information request; $accept; $information"
begin
check "a registered device attaches on its connection" again "attach 1 now" 1
check "with its bearer" flows
check "and no other" is 1 sessions
check "on one connection" is 1 stat mme_connections
said "Wireshark: context set-up, no challenge" "$information"
begin
check "a registered device attaches on a new connection" again "attach 1 again" 1
check "with its bearer" flows
check "and no other" is 1 sessions
check "on one connection" wait_for 3 is 1 stat mme_connections
said "Wireshark: the connection before it is released" "UEContextRelease normal-release; $information"

# ---- detach during an attach (5.5.1.2.7 h)
ran "detach 1"
check "it detaches" detached
begin
check "an attach whose challenge is lost" unheard "attach 1 fresh"
ran "detach 1 now"
check "a detach ends it" detached
said "Wireshark: answered and released" "Authentication request; Detach accept; UEContextRelease detach"
begin
check "an attach without Security Mode Complete" faulty silent-at:security-mode "attach 1 fresh" security.command
ran "detach 1 now switch-off"
check "a detach at switch-off ends it" detached
said "Wireshark: released" "Authentication request; Security mode command; UEContextRelease detach"
begin
check "an attach whose Attach Complete does not come" unfinished "attach 1 fresh"
ran "detach 1 now"
check "a detach ends it" detached
said "Wireshark: answered and released, after the accept" \
	"Authentication request; Security mode command; ESM information request; $accept; Detach accept; UEContextRelease detach"

# ---- tracking area update and others (5.5.3.2.7); its accept has a GUTI and is not heard
update() { # [active]
	home || return 1
	ctl ue reallocate "$(imsi 1)" >/dev/null 2>&1
	begin
	unheard "tau 1${1+ $1}"
}
tau="Tracking area update accept"
check "an update whose accept is lost" update
ran "tau 1 now"
check "the same request: the accept again" saw 'ue=1 .*event=tau.accept .*guti=new'
check "completed and released" released
said "Wireshark: the accept twice" "$tau; UEContextRelease normal-release"
gutis() { ts s1.pcap "nas_eps.nas_msg_emm_type == 0x49 && frame.time_epoch >= $BEGUN" nas_eps.emm.m_tmsi | tr , '\n' | sort | uniq -c | awk '{ print $1 }'; }
check "Wireshark: with one GUTI" is 2 gutis
check "an update whose accept is lost" update
ran "tau 1 active now"
check "another request, with the active flag: an accept" saw 'ue=1 .*event=tau.accept'
check "and the bearer" eval "saw 'ue=1 .*event=updated' && flows"
said "Wireshark: another accept, and context set-up" "$tau; InitialContextSetup"
check "an update whose accept is lost" update
ran "lose 1; service 1"
check "a service request on a new connection" eval "saw 'ue=1 .*event=service ' && flows"
check "which gets the GUTI" saw 'ue=1 .*event=guti '
said "Wireshark: the update is over, its connection released" \
	"$tau; UEContextRelease normal-release; InitialContextSetup; GUTI reallocation command"
check "an update whose accept is lost" update
ran "service 1 now; tau 1 now"
check "a service request on its connection changes nothing" saw 'ue=1 .*event=tau.accept .*guti=new'
check "the update is completed" released
said "Wireshark: no answer to it" "$tau; UEContextRelease normal-release"
check "an update whose accept is lost" update
ran "detach 1 now"
check "a detach ends it" detached
said "Wireshark: accept, Detach Accept, release" "$tau; Detach accept; UEContextRelease detach"

# ---- service request and others (5.6.1.7)
pending() { # a service request whose context the eNodeB has not set up
	home || return 1
	begin
	faulty silent-at:ics "service 1" context.request
}
check "a service request whose context set-up is not answered" pending
ran "tau 1 now"
check "an update is accepted beside it" saw 'ue=1 .*event=tau.accept'
ran "s1ap 1 initial-context-setup-response"
check "and the service request done" eval "logged 'procedure.done imsi=.* proc=\"service request\"' && flows"
said "Wireshark: context set-up, accept, nothing released" "InitialContextSetup; $tau"
check "a service request whose context set-up is not answered" pending
ran "lose 1; service 1"
check "another one on a new connection" eval "saw 'ue=1 .*event=service ' && flows"
said "Wireshark: two context set-ups" \
	"InitialContextSetup; UEContextRelease normal-release; InitialContextSetup"
check "a service request whose context set-up is not answered" pending
ran "detach 1 now"
check "a detach ends it" detached
said "Wireshark: Detach Accept and release" "InitialContextSetup; Detach accept; UEContextRelease detach"

# ---- both sides detach (5.5.2.3.5)
both() { # COMMAND [reattach]: the network's Detach Request is not heard
	home && { ran "service 1"; saw 'ue=1 .*event=service '; } || return 1
	begin
	ran_over "fault 1 deaf"
	asked detach "$(imsi 1)" ${2+"$2"}
	saw 'ue=1 .*event=nas.unheard' || return 1
	ran_over "fault 1 none"
	ran "$1"
}
check "the device detaches during the network's detach" both "detach 1 now"
check "both are over" detached
said "Wireshark: Detach Request, Detach Accept, release" "Detach request; Detach accept; UEContextRelease detach"
check "the device is switched off during the network's detach" both "detach 1 now switch-off"
check "both are over" detached
said "Wireshark: Detach Request, release, no answer to a switch-off" "Detach request; UEContextRelease detach"
check "the device detaches when it is to attach again" both "detach 1 now" reattach
check "both are over" detached
said "Wireshark: Detach Request, Detach Accept, release, and no more" "Detach request; Detach accept; UEContextRelease detach"
check "the device attaches when it is to" both "attach 1 now" reattach
check "it is served" eval "attached && flows"
said "Wireshark: Detach Request, context set-up" "Detach request; $information"
collisions=$(stat mme_collision_total)
check "the device updates during the network's detach" both "tau 1 now"
check "which goes first" wait_for 3 is $((collisions + 1)) stat mme_collision_total
check "until the device has accepted" eval 'ran "nas 1 detach-accept"; all_gone'
said "Wireshark: Detach Request, release, no answer to the update" "Detach request; UEContextRelease detach"

# ---- late, twice, nobody asked
late() { # MESSAGE...
	local m
	for m; do ran "nas 1 $m"; done
	ran_over "show 1"
}
begin
check "an attach without Security Mode Complete" faulty silent-at:security-mode "attach 1 fresh again" security.command
check "the challenge is answered again" late authentication-response
check "the attach goes on by T3460" attached
said "Wireshark: no other challenge, the command again" "Authentication request; $secure"
begin
check "an attach whose Attach Complete does not come" unfinished "attach 1 fresh again"
check "answers come again" late authentication-response security-mode-complete esm-information-response
check "Attach Complete comes late" eval 'ran "nas 1 attach-request"; attached'
check "and answers again" late attach-complete authentication-response security-mode-complete
check "the device has what it had" flows
check "and its keys are the MME's" eval 'ran "x2 1 2"; saw "ue=1 .*event=keys ncc=.* match=yes" && saw "ue=1 .*event=moved"'
check "the same in octets: a replay" eval 'ran_over "nas 1 attach-complete replay"; wait_for 2 is 1 stat mme_nas_replay_total'
said "Wireshark: to the ESM message the PTI is told to be none, to others nothing" \
	"Authentication request; Security mode command; UEContextRelease normal-release; ESM information request; $accept; ESM status 81; Attach accept Activate default EPS bearer context request; EMM information / 2: PathSwitchRequest done"
check "nothing is left of it" eval 'ran "detach 1"; detached'

capture_end s1.pcap
TS="-o s1ap.dissect_container:FALSE" # between eNodeBs is what ransim makes of it
judge_said s1.pcap
check "Wireshark: no malformed message, no error" capture_clean s1.pcap 200
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
finish
