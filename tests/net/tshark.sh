#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What goes over S1, judged by Wireshark: an attach, a release, a service request and a detach, message by
# message and field by field with the null cipher, and nothing malformed with the others.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 1 >/dev/null
one="--ue imsi=$(imsi 1),k=$KEY,opc=$OPC"
# capture FILE COMMANDS [ARGS]
capture() {
	capture_begin "$1" || return 1
	# shellcheck disable=SC2086
	scene "$2" $one "${@:3}" || return 1
	capture_end "$1"
}

check "attach, release, service and detach are captured" capture null.pcap \
	"attach 1; expect attached; wait 0.3; release 1; expect released; service 1; expect service; wait 0.2; detach 1; expect detached" \
	--apn iot
check "no malformed message, no error" capture_clean null.pcap 12

# UE Radio Capability (22) may come at any time after the context is set up.
procedures() { s1ap_order null.pcap | tr ' ' '\n' | grep -v ^22/ | paste -sd ' '; }
expected="17/0 17/1" # S1 Setup
expected+=" 12/0 11/0 13/0 11/0 13/0 11/0 13/0" # Initial UE Message; authentication, security, ESM information
expected+=" 9/0 9/1 13/0 11/0" # Initial Context Setup; Attach Complete, EMM Information
expected+=" 18/0 23/0 23/1" # UE Context Release
expected+=" 12/0 9/0 9/1" # Service Request
expected+=" 13/0 11/0 23/0 23/1" # detach
check "S1AP: each message and their order" is "$expected" procedures
# Attach Request, Authentication Request and Response, Security Mode Command and Complete, Attach Accept,
# Attach Complete, EMM Information, Detach Request and Accept.
check "EMM: each message and their order" is "0x41 0x52 0x53 0x5d 0x5e 0x42 0x43 0x61 0x45 0x46" \
	nas_order null.pcap nas_eps.nas_msg_emm_type
# PDN Connectivity Request, ESM Information, Activate Default EPS Bearer Context Request and Accept.
check "ESM: each message and their order" is "0xd0 0xd9 0xda 0xc1 0xc2" \
	nas_order null.pcap nas_eps.nas_msg_esm_type

# field WHAT FILTER FIELD VALUE
field() { check "$1" is "$4" ts null.pcap "$2" "$3"; }
emm() { echo "nas_eps.nas_msg_emm_type == $1"; }
field "S1 Setup Request: the PLMN" "s1ap.procedureCode == 17 && s1ap.S1AP_PDU == 0" e212.mcc "1,1"
field "S1 Setup Request: the eNodeB's name" "s1ap.procedureCode == 17 && s1ap.S1AP_PDU == 0" s1ap.ENBname ransim-1
field "S1 Setup Response: the MME's name" "s1ap.procedureCode == 17 && s1ap.S1AP_PDU == 1" s1ap.MMEname mcore
field "S1 Setup Response: capacity" "s1ap.procedureCode == 17 && s1ap.S1AP_PDU == 1" s1ap.RelativeMMECapacity 255
field "Attach Request: the IMSI" "$(emm 0x41)" e212.imsi "$(imsi 1)"
field "Security Mode Command: ciphering EEA0" "$(emm 0x5d)" nas_eps.emm.toc 0
field "Security Mode Command: integrity 128-EIA2" "$(emm 0x5d)" nas_eps.emm.toi 2
field "Security Mode Command: integrity protected with a new context" "$(emm 0x5d)" nas_eps.security_header_type "3,0"
field "Security Mode Command: the IMEISV is asked for" "$(emm 0x5d)" nas_eps.emm.imeisv_req "1"
field "Attach Accept: EPS only" "$(emm 0x42)" nas_eps.emm.EPS_attach_result 1
field "Attach Accept: the bearer's EBI" "$(emm 0x42)" nas_eps.bearer_id 5
field "Attach Accept: QCI 9" "$(emm 0x42)" nas_eps.esm.qci 9
field "Attach Accept: the APN" "$(emm 0x42)" gsm_a.gm.sm.apn iot
field "Attach Accept: the GUTI's MME code" "$(emm 0x42)" nas_eps.emm.mme_code 1
address() { ts null.pcap "$(emm 0x42)" nas_eps.esm.pdn_ipv4 | grep -E '^10\.46\.0\.[0-9]+$'; }
check "Attach Accept: an address of the pool" address
field "Attach Accept: DNS" "$(emm 0x42)" gsm_a.gm.sm.pco.dns.ipv4 9.9.9.9
field "Initial Context Setup: UE-AMBR down" "$(emm 0x42)" s1ap.uEaggregateMaximumBitRateDL 1000000000
field "Initial Context Setup: UE-AMBR up" "$(emm 0x42)" s1ap.uEaggregateMaximumBitRateUL 500000000
field "Initial Context Setup: the SGW's address" "$(emm 0x42)" s1ap.transportLayerAddressIPv4 10.10.0.1
field "EMM Information: the network's name" "$(emm 0x61)" gsm_a.dtap.text_string mcore,mcore
field "Release by inactivity: cause" "s1ap.procedureCode == 18" s1ap.radioNetwork 20
field "and the command repeats it" "s1ap.procedureCode == 23 && s1ap.S1AP_PDU == 0 && s1ap.radioNetwork" s1ap.radioNetwork 20
field "Release after the detach: cause" "s1ap.procedureCode == 23 && s1ap.S1AP_PDU == 0 && s1ap.nas" s1ap.nas 2
field "Service Request: the key set" "nas_eps.security_header_type == 12" nas_eps.emm.nas_key_set_id 0
check "each message has its IEs in order, and goes by the right stream" ies_right null.pcap
exchange "Attach: authentication, security mode, ESM information, context, completion" null.pcap <<-END
	> 12/0 at=@x enb=@e ies=8r,26r,67r,100i,134i emm=0x41 imsi=$(imsi 1) esm=0xd0 pti=@p esm.eit=1 tAC=1 CellIdentity=0x00000101
	< 11/0 at=@x mme=@m enb=@e sec==0 emm=0x52 emm.nas_key_set_id=0 emm.tsc=0 dtap.rand dtap.autn.amf=80:00
	> 13/0 mme=@m enb=@e emm=0x53
	< 11/0 mme=@m enb=@e sec==3,0 seq_no=0 emm=0x5d emm.toc=0 emm.toi=2 emm.nas_key_set_id=0 emm.imeisv_req=1 emm.128eea2=1 emm.128eia2=1 emm.eia0=0
	> 13/0 mme=@m enb=@e sec==4,0 emm=0x5e ie.mobileid.type=3
	< 11/0 mme=@m enb=@e sec==2 seq_no=1 esm=0xd9 ebi=0 pti=@p
	> 13/0 mme=@m enb=@e esm=0xda ebi=0 pti=@p gm.sm.apn=iot
	< 9/0 mme=@m enb=@e ies=0r,8r,66r,24r,107r,73r,241i erab==5 qCI=9 priorityLevel=8 to=10.10.0.1 encryptionAlgorithms=e0:00 integrityProtectionAlgorithms=e0:00 sec==2,0 seq_no=2 emm=0x42 gm.gmm.gprs_timer=0x36 emm.tai_tac==1,2,3,4,5,6,7,8 esm=0xc1 ebi=5 pti=@p esm_pdn_type=3
	> 22/0 mme=@m enb=@e
	> 9/1 mme=@m enb=@e erab==5
	> 13/0 mme=@m enb=@e sec==2,0 emm=0x43 esm=0xc2 ebi=5 pti=0
	< 11/0 mme=@m enb=@e sec==2,0 seq_no=3 emm=0x61 dtap.text_string==mcore,mcore dtap.time_zone_time
	> 18/0 mme=@m enb=@e radioNetwork=20
	< 23/0 mme=@m enb=@e ies=99r,2i UE_S1AP_IDs=0 radioNetwork=20
	> 23/1 mme=@m enb=@e
END
exchange "Service Request and detach: the same tunnel, another connection" null.pcap <<-END
	< 9/0 mme=@o emm=0x42 teid=@t emm.m_tmsi=@g
	... > 12/0 enb=@e ies=8r,26r,67r,100i,134i,96r sec=12 emm.nas_key_set_id=0 m_TMSI=@g mMEC=1
	< 9/0 mme=@m enb=@e !mme=@o ies=0r,8r,66r,24r,107r,73r,74i,241i erab==5 teid=@t !emm
	> 9/1 mme=@m enb=@e erab==5
	> 13/0 mme=@m enb=@e emm=0x45 emm.switch_off=0 emm.detach_type_ul=1 emm.m_tmsi=@g
	< 11/0 mme=@m enb=@e sec==2,0 emm=0x46
	< 23/0 mme=@m enb=@e nas=2
	> 23/1 mme=@m enb=@e
END
one_id() { ts null.pcap s1ap.MME_UE_S1AP_ID s1ap.MME_UE_S1AP_ID | tr , '\n' | sort -u | wc -l; }
check "each S1 connection has one MME UE S1AP ID" is 2 one_id

# The other ciphers: bytes nobody reads, but in messages that are well-formed.
for eea in 1 2 3; do
	sed -i "s/ciphering: .*\]/ciphering: [EEA$eea]/" "$LAB_DIR/mcored.yaml"
	kill -HUP "$LAB_MCORED"
	sleep 0.3
	check "EEA$eea is captured" capture "eea$eea.pcap" \
		"attach 1; expect attached; wait 0.2; detach 1; expect detached" --apn iot
	check "EEA$eea is what was chosen" is "$eea" ts "eea$eea.pcap" "$(emm 0x5d)" nas_eps.emm.toc
	check "EEA$eea: no malformed message, no error" capture_clean "eea$eea.pcap" 12 FALSE
done

# Refusals.
check "refusals are captured" capture refused.pcap \
	"attach 1; expect attach.reject; wait 0.2; reset 1; expect reset.acknowledged" \
	--apn nowhere
check "refusals: no malformed message, no error" capture_clean refused.pcap 12 FALSE
finish
