#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Procedures that no other script takes over S1, each judged by Wireshark, message by message: services
# of the CS domain that are refused, extended DRX, attach by GUTI, statuses, a trace that fails, errors and
# resets from eNodeBs, a source that hears of a handover's success.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  power_saving: {edrx: 163840ms}|'
check "mcored starts" lab_start
add_sims 4 >/dev/null
capture_begin s1.pcap
one() { echo "--ue imsi=$(imsi "$1"),k=$KEY,opc=$OPC,apn=iot${2:+,$2}"; }
# shellcheck disable=SC2046
ransim_run --no-attach --enbs 2 --enb-id 10 $(one 1) $(one 2 attach-type=combined) $(one 3 edrx=5,tun=ue%d,netns=$LAB-ue%d) $(one 4)
wait_for 5 grep -q 'enb=2 .*event=s1.setup' "$LAB_DIR/ransim.log"

m_tmsi() { ue_field "$1" guti | grep -oE '[0-9a-f]{8}$'; }

ran "attach 1-4"
check "four devices attach" wait_for 10 registered 4
mark
ran "tau 2 combined-imsi"
check "a combined update" saw 'ue=2 .*event=tau.accept'
ran "attach 1 again"
check "a device attaches by GUTI" saw 'ue=1 .*attach.request by=guti'
check "and is attached" saw 'ue=1 .*event=attached'

# Extended service requests: service type, KSI, M-TMSI.
mark
ran tell 1 nas "074c0005f4$(m_tmsi 1)"
check "CS fallback of a connected device" saw 'ue=1 .*event=service.reject cause=18'
ran "release 1"
check "it becomes idle" wait_for 5 ue_is 1 ecm idle
mark
ran tell 1 nas "074c0005f4$(m_tmsi 1)"
check "CS fallback of an idle device" saw 'ue=1 .*event=service.reject cause=18'
check "which stays idle" saw 'ue=1 .*event=released'
wait_for 5 ue_is 1 ecm idle
ran tell 1 nas "074c0805f4$(m_tmsi 1)"
check "packet services by an extended request" wait_for 5 ue_is 1 ecm connected
check "its bearer is there" wait_for 5 is connected session 1 state
TEID=$(session 1 teid)

# More than 16K of capabilities, which S1AP has in fragments.
mark
ran "tell 1 capability 40000; release 1"
check "a device with many capabilities is idle" wait_for 5 ue_is 1 ecm idle
ran "service 1"
check "and comes again" wait_for 5 ue_is 1 ecm connected

# Statuses.
mark
ran tell 1 nas 0761
check "EMM: a message that devices do not send" saw 'ue=1 .*event=emm.status cause=97'
ran tell 1 nas 0201d9
check "ESM: a message that devices do not send" saw 'ue=1 .*event=esm.status cause=97'
ran tell 1 nas 7200c6 # about a bearer that is none: nothing is said to that
ran tell 1 nas 0203da
check "ESM: an answer of a procedure that is none" saw 'ue=1 .*event=esm.status cause=81'
ran tell 1 nas 076061
check "an EMM status of the device is noted" logged 'nas.emm_status imsi=.*001 .*cause=97'

# Extended DRX.
ran "release 3"
check "a device with extended DRX is idle" wait_for 5 ue_is 3 ecm idle
mark
in_ns inet ping -n -q -c 1 -W 1 "$(session 3 ue4)" >/dev/null
check "it is called" saw 'ue=3 .*event=paged'
check "and comes" wait_for 5 ue_is 3 ecm connected

# Bearers that a device or its eNodeB refuses.
bearers() { ctl -j ue show "$(imsi 4)" | jq -r '[.bearer_list[].ebi] | sort | join(" ")'; }
extra() { ctl bearer "$1" "$(imsi 4)" extra qci "$2" filter "both proto udp remote-port 7000"; }
check "a dedicated bearer" extra add 7
ran_over "fault 4 reject-bearer:26"
check "a device refuses a modification" eval '! extra set 6 2>/dev/null'
mark
ran pdn 4 internet
check "and a default bearer" saw 'ue=4 .*event=e-rab.release ebi=7'
ran_over "fault 4 none; fault 4 e-rab-failure"
check "an eNodeB refuses a modification" eval '! extra set 8 2>/dev/null'
ran_over "fault 4 none"
check "the bearers are what they were" is "5 6" bearers
mark
check "a device is told to attach again" ctl detach "$(imsi 4)" reattach
check "which it does" saw 'ue=4 .*event=attached' 8

# The eNodeB.
mark
ran "node 1 refuse trace"
saw 'enb=1 .*event=refuses' >/dev/null
ctl ue trace-radio "$(imsi 1)" start 192.0.2.9 minimum >/dev/null
check "a trace that an eNodeB cannot do" logged 'ue.radio_trace .*cause='
ran "node 1 refuse none"
mark
ran "fault 1 ho-notify-source; s1ho 1 2"
check "a handover whose success the source hears of" saw 'enb=1 .*event=handover.success'
check "and the device is there" saw 'ue=1 .*event=moved enb=2'
saw 'ue=1 .*context.release' >/dev/null
mark
ran "tell 2 error"
check "an eNodeB that has lost a device's identifiers" wait_for 5 ue_is 2 ecm idle
ran "reset 1 ue 3"
check "a reset of one connection" saw 'event=reset.acknowledged'
check "makes its device idle" wait_for 5 ue_is 3 ecm idle
ran "reset 2"
check "a reset of all" wait_for 5 ue_is 1 ecm idle
ran "detach 4 switch-off"
check "a device is switched off" wait_for 5 registered 3
capture_end s1.pcap

# ---- what went over S1 ----
TS="-o s1ap.dissect_container:FALSE" # what ransim puts there is no RRC
check "no malformed message, no error" capture_clean s1.pcap 90
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
exchange "Combined attach: EPS alone, and why" s1.pcap <<-END
	> 12/0 at=@x enb=@e emm=0x41 emm.eps_att_type=2 imsi=$(imsi 2)
	... < 9/0 at=@x mme=@m enb=@e emm=0x42 emm.EPS_attach_result=1 emm.cause=18
	... > 13/0 mme=@m enb=@e emm=0x43
END
exchange "Combined tracking area update: TA updated, and why no more" s1.pcap <<-END
	> 13/0 mme=@m enb=@e emm=0x48 emm.update_type_value=2 emm.active_flg=0
	< 11/0 mme=@m enb=@e sec==2,0 emm=0x49 emm.eps_update_result_value=0 emm.cause=18 emm.ebi5=1
END
exchange "Attach by GUTI: proven by its MAC, another connection and GUTI" s1.pcap <<-END
	< 9/0 at=@x emm=0x42 emm.m_tmsi=@g
	> 12/0 at=@x enb=@e sec==1,0 emm=0x41 emm.type_of_id=6 emm.m_tmsi=@g emm.nas_key_set_id=0 pti=@p mME_Group_ID=1
	< 11/0 at=@x mme=@m enb=@e sec==2 esm=0xd9 pti=@p
	> 13/0 mme=@m enb=@e esm=0xda pti=@p
	< 9/0 mme=@m enb=@e sec==2,0 emm=0x42 esm=0xc1 pti=@p emm.EPS_attach_result=1 gm.gmm.gprs_timer=0x36 emm.m_tmsi !emm.m_tmsi=@g
	... > 9/1 mme=@m enb=@e erab==5
END
exchange "Attach by GUTI: the connection before is released" s1.pcap <<-END
	< 9/0 at=@x mme=@o emm=0x42 emm.m_tmsi=@g
	... > 12/0 at=@x emm=0x41 emm.m_tmsi=@g
	< 23/0 at=@x mme=@o nas=0
	> 23/1 mme=@o
END
exchange "UE Capability Info Indication: it is in the next Initial Context Setup" s1.pcap <<-END
	> 22/0 mme=@m enb=@e UERadioCapability=@c
	... > 18/0 mme=@m
	< 23/0 mme=@m
	... > 12/0 enb=@f emm=0x4c emm.service_type=8
	< 9/0 mme=@n enb=@f ies=0r,8r,66r,24r,107r,73r,74i,241i UERadioCapability=@c
END
exchange "UE Capability Info Indication of 40,000 octets: all of them are in the next" s1.pcap <<-END
	> 22/0 mme=@m enb=@e UERadioCapability=@c
	... < 23/0 mme=@m
	... > 12/0 enb=@f
	< 9/0 mme=@n enb=@f UERadioCapability=@c
END
exchange "Extended service request, connected: refused" s1.pcap <<-END
	> 13/0 mme=@m enb=@e emm=0x4c emm.service_type=0
	< 11/0 mme=@m enb=@e sec==2,0 emm=0x4e emm.cause=18
END
exchange "Extended service request, idle: refused in a protected message, and released" s1.pcap <<-END
	> 12/0 enb=@e sec==1,0 emm=0x4c emm.service_type=0
	< 11/0 mme=@m enb=@e sec==2,0 emm=0x4e emm.cause=18
	< 23/0 mme=@m enb=@e nas=3
	> 23/1 mme=@m enb=@e
END
exchange "Extended service request for packet services: Initial Context Setup" s1.pcap <<-END
	> 12/0 enb=@e emm=0x4c emm.service_type=8
	< 9/0 mme=@m enb=@e erab==5 to=10.10.0.1 teid=$TEID SecurityKey encryptionAlgorithms=e0:00
	> 9/1 mme=@m enb=@e erab==5
END
exchange "EMM Status: message type non-existent" s1.pcap <<-END
	> 13/0 mme=@m enb=@e emm=0x61
	< 11/0 mme=@m enb=@e sec==2,0 emm=0x60 emm.cause=97
END
exchange "ESM Status: message type non-existent, invalid PTI" s1.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd9 pti=1
	< 11/0 mme=@m enb=@e sec==2 esm=0xe8 ebi=0 pti=1 esm.cause=97
	> 13/0 mme=@m enb=@e esm=0xc6 ebi=7
	> 13/0 mme=@m enb=@e esm=0xda pti=3
	< 11/0 mme=@m enb=@e esm=0xe8 ebi=0 pti=3 esm.cause=81
	> 13/0 mme=@m enb=@e emm=0x60 emm.cause=97
	< 27/0 mme=@m enb=@e
END
exchange "Modify EPS Bearer Context Reject: the E-RAB is put back" s1.pcap <<-END
	< 6/0 mme=@m enb=@e erab==6 qCI=6 esm=0xc9 ebi=6 pti=0 esm.qci=6
	> 6/1 mme=@m enb=@e ies=0i,8i,31i erab==6
	> 13/0 mme=@m enb=@e esm=0xcb ebi=6 esm.cause=26
	< 6/0 mme=@m enb=@e erab==6 qCI=7
	> 6/1 mme=@m enb=@e ies=0i,8i,31i erab==6
END
exchange "Activate Default EPS Bearer Context Reject: the E-RAB goes" s1.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd0 pti=@p gm.sm.apn=internet
	< 5/0 mme=@m enb=@e erab==7 esm=0xc1 ebi=7 pti=@p
	> 5/1 mme=@m enb=@e erab==7
	> 13/0 mme=@m enb=@e esm=0xc3 ebi=7 esm.cause=26
	< 7/0 mme=@m enb=@e erab==7 nas=0
	> 7/1 mme=@m enb=@e erab==7
END
exchange "E-RAB Modify that fails" s1.pcap <<-END
	< 6/0 mme=@m enb=@e erab==6 qCI=8 esm=0xc9
	> 6/1 mme=@m enb=@e ies=0i,8i,32i erab==6 radioNetwork
END
exchange "Network detach, re-attach required: and the device does" s1.pcap <<-END
	< 11/0 at=@x mme=@m enb=@e sec==2,0 emm=0x45 emm.detach_type_dl=1 !emm.cause
	> 13/0 at=@x mme=@m enb=@e emm=0x46
	< 23/0 mme=@m enb=@e nas=2
	> 23/1 mme=@m enb=@e
	> 12/0 at=@x enb=@f emm=0x41
	... < 9/0 at=@x mme=@n enb=@f emm=0x42
END
exchange "extended DRX: as asked for, and Paging with its cycle and window" s1.pcap <<-END
	> 12/0 at=@x enb=@e emm=0x41 imsi=$(imsi 3) gm.gmm.edrx_value=0x05
	... < 9/0 at=@x mme=@m enb=@e emm=0x42 gm.gmm.edrx_value=0x05 gm.gmm.paging_time_window=0x00 emm.m_tmsi=@g
	... < 23/0 mme=@m radioNetwork=20
	> 23/1 mme=@m
	< 10/0 ies=80i,43i,109i,46i,211i,227i,231i UEIdentityIndexValue=00:c0 Extended_UEIdentityIndexValue=d0:0c m_TMSI=@g paging_eDRX_Cycle=5 pagingTimeWindow=0 tAC==1,2,3,4,5,6,7,8
	> 12/0 at=@x sec=12 m_TMSI=@g
END
exchange "Trace Failure Indication: of the trace that was started" s1.pcap <<-END
	< 27/0 mme=@m enb=@e e_UTRAN_Trace_ID=@t traceDepth=0
	> 28/0 mme=@m enb=@e E_UTRAN_Trace_ID=@t radioNetwork=0
END
exchange "Handover Success: to the source, before it is released" s1.pcap <<-END
	> 0/0 at=@s mme=@m enb=@e
	< 1/0 at=@t mme=@n
	> 1/1 at=@t mme=@n enb=@f
	< 0/1 at=@s mme=@m enb=@e
	... > 2/0 at=@t mme=@n enb=@f NotifySourceeNB=0
	... < 64/0 at=@s ies=0r,8r mme=@m enb=@e
	... < 23/0 at=@s mme=@m enb=@e radioNetwork=2
END
exchange "Error Indication by an eNodeB: nothing more is said of the connection" s1.pcap <<-END
	> 15/0 at=@x mme=@m radioNetwork=15
	> 14/0 at=@x !mme=@m ResetType=0
	< 14/1 at=@x !mme=@m
END
exchange "Reset by an eNodeB: of one connection, which the answer names, and of all" s1.pcap <<-END
	> 14/0 at=@x ResetType=1 mme=@m enb=@e
	< 14/1 at=@x ies=93i mme=@m enb=@e
	> 14/0 at=@y ResetType=0
	< 14/1 at=@y ies=
END
exchange "Detach with switch-off: released, without an answer" s1.pcap <<-END
	> 12/0 enb=@e sec==1,0 emm=0x45 emm.switch_off=1
	< 23/0 mme=@m enb=@e nas=2
	> 23/1 mme=@m enb=@e
END
finish
