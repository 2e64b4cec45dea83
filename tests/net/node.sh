#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# eNodeBs as nodes, and devices at them: configuration updates both ways, reset, overload, SON transfer,
# location, trace, capabilities, warnings. Each is ordered by mcorectl or by the eNodeB, and what went over
# S1 meanwhile is judged by Wireshark, message by message and field by field.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 2 >/dev/null
nsenter --net="/run/netns/$LAB-core" -- tcpdump --immediate-mode -i s1u -U -w "$LAB_DIR/s1.pcap" -s 0 \
	"ip proto 132" 2>"$LAB_DIR/tcpdump.log" &
TCPDUMP=$!
lab_pids+=("$TCPDUMP")
wait_for 5 grep -q listening "$LAB_DIR/tcpdump.log"
ransim_run --enbs 2 --enb-id 10 --ue "imsi=$(imsi 1),k=$KEY,opc=$OPC,apn=iot" \
	--ue "imsi=$(imsi 2),k=$KEY,opc=$OPC,apn=iot"
ONE=00101-0000a TWO=00101-0000b
enb_is() { [ "$(ctl -j enb show "$1" | jq -r ".$2")" = "$3" ]; } # ID FIELD VALUE
check "two eNodeBs" wait_for 5 enb_is $TWO state up
for i in 1 2; do ran "attach $i"; done
check "two devices attach" wait_for 10 registered 2

# ---- configuration ----
mark
ran "node 1 update name mast tac 2 gnb 0x12345678"
check "an eNodeB updates its configuration" saw 'enb=1 .*event=update.acknowledged'
check "its name and tracking area are the new ones" enb_is mast tais 00101-0002
check "its en-gNB is known" enb_is mast gnbs 1
mark
ran "node 1 update tac 99"
check "an update with no area of ours is refused" saw 'event=update.refused cause="misc: unspecified" wait=yes'
check "and changes nothing" enb_is mast tais 00101-0002
mark
ran "node 2 refuse update 1"
saw 'enb=2 .*event=refuses' >/dev/null
sed -i 's/^  name: mcore/  name: renamed\n  relative_capacity: 99/' "$LAB_DIR/mcored.yaml"
kill -HUP "$LAB_MCORED"
check "a change of ours is told" saw 'enb=1 .*event=mme.update mme="renamed" capacity=99'
itself() { ctl -j mme show | jq -r '[.name, .capacity, .enbs, .ues, .connected, .drain, .overload] | join(" ")'; }
check "and shown" is "renamed 99 2 2 2 off no" itself
check "and refused by one eNodeB" logged 's1.mme_update_refused enb=00101-0000b .*time_to_wait=yes'
ran "node 2 refuse none"
saw 'enb=2 .*event=refuses what=none' >/dev/null
check "which is told again after the time it said" logged 'enb=00101-0000b proc="MME configuration update" done=yes' 5
mark
ran "node 1 son 2"
check "SON information finds the other eNodeB" saw 'enb=2 .*event=transfer.received son=yes'
ran "node 2 en-dc 0x12345678"
check "EN-DC information finds that of an en-gNB" saw 'enb=1 .*event=transfer.received son=no en-dc=yes'
lost=$(stat mme_enb_transfer_lost_total)
ran "node 1 rim; node 1 lppa; tell 1 lppa"
lost_is() { [ "$(stat mme_enb_transfer_lost_total)" = $((lost + 3)) ]; }
check "what has nobody behind it is counted" wait_for 3 lost_is

# ---- devices at their eNodeB ----
check "a device is located" ctl ue locate "$(imsi 1)"
ran "tell 1 location 7"
before() { ctl -j ue locate "$(imsi 1)" last | jq -r '[.places[].cell] | join(" ")'; }
check "where it is and was" wait_for 3 is "00101-0000a07 00101-0000a01" before
mark
ran "node 1 refuse location"
saw 'enb=1 .*event=refuses' >/dev/null
asked() { ctl -j ue locate "$(imsi 1)" | jq -r .source; }
check "an eNodeB that cannot say: what is known" is "last known" asked
mark
ran "node 1 refuse none"
saw 'enb=1 .*event=refuses' >/dev/null
check "trace at the eNodeB starts" ctl ue trace-radio "$(imsi 1)" start 192.0.2.9 maximum
check "there" saw 'ue=1 .*event=trace.start .*depth=2'
TRACE=$(ue_field 1 radio_trace)
check "and stops" ctl ue trace-radio "$(imsi 1)" stop
check "there too" saw "ue=1 .*event=trace.stop id=$TRACE"
voice() { ctl ue voice "$(imsi 1)"; }
check "its radio can carry voice" is supported voice
mark
ran "tell 1 usage 1000 5000; tell 1 delivered; tell 1 cell-trace; tell 1 csg; node 2 retrieve 1"
check "usage of secondary nodes is kept" wait_for 3 ue_is 1 secondary_down 5000
check "a membership is denied" saw 'event=modification.confirm member=no'
check "what is known of an S-TMSI is told" saw 'enb=2 .*event=ue.information .*qci=9 capability=4'

# ---- overload ----
mark
unknown_action() { ! ctl mme overload start nonsense 2>"$LAB_DIR/fails" && grep -F "no such action" "$LAB_DIR/fails"; }
check "an unknown action is refused, with a reason" unknown_action
check "overload by hand" ctl mme overload start reject-signalling 99
check "eNodeBs hold back" saw 'enb=2 .*event=overload.start action=1 reduction=99'
overload() { ctl -j mme overload | jq -r .active; }
check "it is shown" is "by operator" overload
ctl mme overload stop
check "its end" saw 'enb=1 .*event=overload.stop'
ctl mme overload start permit-emergency
mark
ran "detach 2; expect detached; attach 2"
check "devices are refused with cause 22" saw 'ue=2 .*event=attach.reject .*cause=22'
ctl mme overload stop
ran "attach 2 fresh"
check "and served when it is over" wait_for 5 registered 2

# ---- warnings ----
mark
check "a warning is sent" ctl warning send 4370 0x4010 text "Überschwemmung" period 60 broadcasts 5 language de
check "to all" saw 'enb=2 .*event=warning id=4370 serial=4010 period=60 count=5 octets=84'
warned() { ctl -j warning show | jq -r "[.warnings[] | .$1] | join(\" \")"; }
check "who broadcast it" wait_for 3 is 2 warned broadcasting
cells() { ctl -j warning show 4370 | jq -r '[.enbs[].ecgis] | sort | join(" ")'; }
check "in these cells" is "00101-0000a01 00101-0000b01" cells
mark
ran "node 2 pws-restart"
check "an eNodeB that restarted is told again" saw 'enb=2 .*event=warning id=4370 serial=4010'
check "another to a tracking area" ctl warning send 4371 0x5010 text "Ж" tas 00101-0002 concurrent
check "reaches that alone" is "1 2" warned enbs
ran "node 1 pws-failure"
check "a cell that failed is off" wait_for 3 is "0 1" warned broadcasting
mark
check "a kill" ctl warning kill 4370 0x4010
check "ends it" saw 'enb=2 .*event=kill id=4370 serial=4010 all=no'
check "and all" ctl warning kill all
check "at once" saw 'enb=1 .*event=kill id=0 .*all=yes'
check "both have ended" is "killed killed" warned state

# ---- reset ----
mark
check "reset of a device's connection" ctl enb reset mast "$(imsi 1)"
check "a partial one" saw 'enb=1 .*event=reset.received type=part'
check "makes it idle" wait_for 3 ue_is 1 ecm idle
ran "service 1"
check "it comes back" wait_for 3 ue_is 1 ecm connected
check "reset of all" ctl enb reset $ONE
check "makes it idle again" wait_for 3 ue_is 1 ecm idle
counted() { ctl -j enb show mast | jq -r '[.procedures[] | select(.procedure == "reset") | .in, .out] | join(" ")'; }
check "both are counted, as are their acknowledgements" is "2 2" counted
mark
ran "node 2 remove"
check "an eNodeB leaves in order" saw 'enb=2 .*event=removal.done'
gone() { ! ctl enb show $TWO; }
check "and is gone" wait_for 3 gone
metric() { curl -s --unix-socket "$LAB_SOCKET" http://mcored/metrics | grep '^mcore_mme_enb_ues{enb="00101-0000a"} '; }
check "a metric an eNodeB" is 'mcore_mme_enb_ues{enb="00101-0000a"} 0' metric

# ---- what went over S1 ----
sleep 0.3
kill "$TCPDUMP"
wait "$TCPDUMP" 2>/dev/null
TS="-o nas-eps.null_decipher:FALSE"
clean() {
	local bad
	bad=$(tshark -r "$LAB_DIR/s1.pcap" -Y '_ws.malformed || _ws.expert.severity >= 0x600000' \
		-T fields -e frame.number -e _ws.expert.message 2>/dev/null)
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}
check "no malformed message, no error" clean
# Each procedure of these, by code, with the number of its messages, first and answer. Packets may share.
messages() {
	ts s1.pcap s1ap s1ap.procedureCode s1ap.S1AP_PDU | awk -F'|' '
		{ n = split($1, p, ","); split($2, k, ","); for (i = 1; i <= n; i++) seen[p[i] "/" k[i]]++ }
		END { for (m in seen) print m, seen[m] }'
}
messages >"$LAB_DIR/messages.txt"
came() { # CODE/KIND COUNT
	local n
	n=$(awk -v m="$1" '$1 == m { print $2 }' "$LAB_DIR/messages.txt")
	[ "${n:-0}" = "$2" ] || { echo "$1: ${n:-0}, not $2"; cat "$LAB_DIR/messages.txt"; return 1; }
}
each() { while read -r what code n; do check "on the wire: ${what//_/ }" came "$code" "$n"; done; }
each <<-END
	eNB_Configuration_Updates 29/0 2
	one_acknowledged 29/1 1
	one_refused 29/2 1
	MME_Configuration_Updates 30/0 3
	two_acknowledged 30/1 2
	one_refused 30/2 1
	eNB_Configuration_Transfers 40/0 2
	MME_Configuration_Transfers 41/0 2
	eNB_Direct_Information_Transfer 37/0 1
	Uplink_LPPa_of_a_device 45/0 1
	Uplink_LPPa_of_none 47/0 1
	Location_Reporting_Controls 31/0 2
	Location_Reports 33/0 2
	Location_Reporting_Failure_Indication 32/0 1
	Trace_Start 27/0 1
	Deactivate_Trace 26/0 1
	Cell_Traffic_Trace 42/0 1
	UE_Radio_Capability_Match 48/0 1
	its_response 48/1 1
	UE_Context_Modification_Indication 53/0 1
	its_confirmation 53/1 1
	Secondary_RAT_Data_Usage_Report 62/0 1
	NAS_Delivery_Indication 57/0 1
	Retrieve_UE_Information 58/0 1
	UE_Information_Transfer 59/0 1
	Overload_Starts 34/0 4
	Overload_Stops 35/0 4
	Write-Replace_Warnings 36/0 4
	their_responses 36/1 4
	Kills 43/0 4
	their_responses 43/1 4
	PWS_Restart_Indication 49/0 1
	PWS_Failure_Indication 51/0 1
	Resets 14/0 2
	their_acknowledgements 14/1 2
	S1_Removal 67/0 1
	its_response 67/1 1
END
# field WHAT FILTER FIELD VALUE: of the first packet that has it
field() { check "$1" is "$4" eval "ts s1.pcap '$2' $3 | head -n 1"; }
field "MME Configuration Update: the name" "s1ap.procedureCode == 30 && s1ap.MMEname" s1ap.MMEname renamed
field "MME Configuration Update: the capacity" "s1ap.procedureCode == 30 && s1ap.MMEname" s1ap.RelativeMMECapacity 99
field "its refusal: Time to wait" "s1ap.procedureCode == 30 && s1ap.TimeToWait" s1ap.TimeToWait 0
field "Location Reporting Control: direct" "s1ap.procedureCode == 31" s1ap.eventType 0
field "Trace Start: depth" "s1ap.procedureCode == 27" s1ap.traceDepth 2
field "Overload Start: action" "s1ap.procedureCode == 34" s1ap.overloadAction 1
field "Overload Start: reduction" "s1ap.procedureCode == 34" s1ap.TrafficLoadReductionIndication 99
field "Write-Replace Warning: identifier" "s1ap.procedureCode == 36" s1ap.MessageIdentifier 4370
field "Write-Replace Warning: period" "s1ap.procedureCode == 36" s1ap.RepetitionPeriod 60
field "Write-Replace Warning: broadcasts" "s1ap.procedureCode == 36" s1ap.NumberofBroadcastRequest 5
shown() { tshark -r "$LAB_DIR/s1.pcap" -V -Y "s1ap.procedureCode == 36" 2>/dev/null | grep -cE "$1"; }
readable() { [ "$(shown 'berschwemmung')" -ge 2 ]; }
check "Write-Replace Warning: Wireshark reads the text" readable
finish
