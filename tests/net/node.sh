#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# eNodeBs as nodes, and devices at them: configuration updates both ways, reset, overload, SON transfer,
# location, trace, capabilities, warnings. Each is ordered by mcorectl or by the eNodeB, and what went over
# S1 meanwhile is judged by Wireshark, message by message and field by field.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 2 >/dev/null
capture_begin s1.pcap
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
capture_end s1.pcap
check "no malformed message, no error" capture_clean s1.pcap 80
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
shown() { tshark -r "$LAB_DIR/s1.pcap" -V -Y "s1ap.procedureCode == 36" 2>/dev/null | grep -cE "$1"; }
readable() { [ "$(shown 'berschwemmung')" -ge 2 ]; }
check "Write-Replace Warning: Wireshark reads the text" readable

# ---- each procedure, its messages in their order with what they must say ----
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
exchange "S1 Setup" s1.pcap <<-END
	> 17/0 at=@one macroENB_ID=00:00:a0 ENBname=ransim-1 tAC==1 PagingDRX=2
	< 17/1 at=@one MMEname=mcore MME_Group_ID==1 MME_Code==1 RelativeMMECapacity=255
END
exchange "eNB Configuration Update: acknowledged, refused" s1.pcap <<-END
	> 29/0 at=@one ENBname=mast tAC==2,2 en_gNB_ID=12:34:56:78
	< 29/1 at=@one ies=
	> 29/0 at=@one tAC==99
	< 29/2 at=@one ies=2i,65i misc=4 TimeToWait=3
END
exchange "MME Configuration Update: acknowledged" s1.pcap <<-END
	> 17/0 at=@one macroENB_ID=00:00:a0
	< 30/0 at=@one ies=61i,105r,87r MMEname=renamed MME_Group_ID==1 MME_Code==1 RelativeMMECapacity=99
	> 30/1 at=@one
END
exchange "MME Configuration Update: refused, and sent again" s1.pcap <<-END
	> 17/0 at=@two macroENB_ID=00:00:b0
	< 30/0 at=@two MMEname=renamed RelativeMMECapacity=99
	> 30/2 at=@two TimeToWait=0
	< 30/0 at=@two MMEname=renamed RelativeMMECapacity=99
	> 30/1 at=@two
END
exchange "eNB, MME Configuration Transfer: SON and EN-DC information" s1.pcap <<-END
	> 40/0 ies=129i at=@one macroENB_ID==00:00:b0,00:00:a0 sONInformationRequest=0
	< 41/0 ies=130i at=@two macroENB_ID==00:00:b0,00:00:a0 tAC==1,1 sONInformationRequest=0
	> 40/0 ies=294i at=@two transfertype=0 en_gNB_ID=12:34:56:78
	< 41/0 ies=295i at=@one transfertype=0 macroENB_ID=00:00:b0 en_gNB_ID=12:34:56:78
END
exchange "Location Reporting Control, Report, Failure Indication" s1.pcap <<-END
	> 12/0 at=@one imsi=$(imsi 1) enb=@e
	< 31/0 mme=@m enb=@e at=@one ies=0r,8r,98i eventType=0 reportArea=0
	> 33/0 mme=@m enb=@e CellIdentity=0x00000a01 tAC==1 eventType=0
	> 33/0 mme=@m enb=@e CellIdentity=0x00000a07 eventType=1
	< 31/0 mme=@m enb=@e eventType=0
	> 32/0 mme=@m enb=@e radioNetwork=0
END
exchange "Trace Start, Deactivate Trace, Cell Traffic Trace" s1.pcap <<-END
	< 27/0 mme=@m enb=@e ies=0r,8r,25i e_UTRAN_Trace_ID=@t traceDepth=2 to=192.0.2.9 interfacesToTrace.S1_MME=1
	< 26/0 mme=@m enb=@e ies=0r,8r,86i E_UTRAN_Trace_ID=@t
	... > 42/0 mme=@m E_UTRAN_Trace_ID=@t
END
exchange "UE Radio Capability Match" s1.pcap <<-END
	< 48/0 mme=@m enb=@e ies=0r,8r,74i UERadioCapability=00:10:00:00
	> 48/1 mme=@m enb=@e VoiceSupportMatchIndicator=0
END
exchange "Retrieve UE Information, UE Information Transfer" s1.pcap <<-END
	> 58/0 at=@two mMEC=1 m_TMSI=@s
	< 59/0 at=@two ies=96r,252i,74i mMEC=1 m_TMSI=@s qCI=9 priorityLevel=8 UERadioCapability=00:10:00:00
END
exchange "UE Context Modification Indication" s1.pcap <<-END
	> 53/0 mme=@m enb=@e cSGMembershipStatus=0 cellAccessMode=0
	< 53/1 mme=@m enb=@e ies=0i,8i,146i CSGMembershipStatus=1
END
exchange "Overload Start and Stop" s1.pcap <<-END
	< 34/0 at=@x ies=101r,161i overloadAction=1 TrafficLoadReductionIndication=99
	< 35/0 at=@x ies=
	< 34/0 at=@x ies=101r overloadAction=2
	> 12/0 emm=0x41 enb=@e
	< 11/0 mme=@m enb=@e emm=0x44 emm.cause=22 gm.gmm.gprs_timer2
	< 23/0 mme=@m enb=@e nas=3
	> 23/1 mme=@m enb=@e
	< 35/0 at=@x ies=
END
exchange "Write-Replace Warning" s1.pcap <<-END
	< 36/0 at=@two MessageIdentifier=4370 SerialNumber=40:10 RepetitionPeriod=60 NumberofBroadcastRequest=5 DataCodingScheme=10 !WarningAreaList
	> 36/1 at=@two MessageIdentifier=4370 SerialNumber=40:10 CellIdentity=0x00000b01
	> 49/0 at=@two CellIdentity=0x00000b01 tAC=1
	< 36/0 at=@two MessageIdentifier=4370 SerialNumber=40:10 RepetitionPeriod=60
	> 36/1 at=@two CellIdentity=0x00000b01
END
exchange "Write-Replace Warning of an area, PWS Failure Indication" s1.pcap <<-END
	< 36/0 at=@one ies=111r,112r,113i,114r,115r,118i,119i,142r MessageIdentifier=4371 SerialNumber=50:10 tAC==2
	> 36/1 at=@one MessageIdentifier=4371 CellIdentity=0x00000a01
	> 51/0 at=@one CellIdentity=0x00000a01 macroENB_ID=00:00:a0
END
exchange "Kill, of one and of all" s1.pcap <<-END
	< 43/0 at=@two ies=111r,112r MessageIdentifier=4370 SerialNumber=40:10
	> 43/1 at=@two MessageIdentifier=4370 SerialNumber=40:10 CellIdentity=0x00000b01
	< 43/0 at=@two ies=111r,112r,191r KillAllWarningMessages=0
	> 43/1 at=@two MessageIdentifier=0
END
exchange "Reset by the MME, of one connection and of all" s1.pcap <<-END
	< 14/0 at=@one ies=2i,92r misc=3 ResetType=1 partOfS1_Interface=1 mme=@m enb=@e
	> 14/1 at=@one mme=@m enb=@e
	> 12/0 at=@one sec=12
	< 9/0 at=@one mme=@n enb=@f !mme=@m
	> 9/1 at=@one mme=@n enb=@f
	< 14/0 at=@one misc=3 ResetType=0 s1_Interface=0
	> 14/1 at=@one
END
exchange "S1 Removal" s1.pcap <<-END
	> 67/0 at=@two
	< 67/1 at=@two
END
finish
