#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What goes over S1, judged by Wireshark: an attach, a release, a service request and a detach, message by
# message and field by field with the null cipher, and nothing malformed with the others.
. "$(dirname "$0")/lib.sh"
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
