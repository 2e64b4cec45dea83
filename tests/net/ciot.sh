#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What S1 has for the Internet of Things: a device is sent to its dedicated core network, and taken when
# another MME has sent it. What went over S1 is judged by Wireshark.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  dedicated_cores: ["128-191:32770", "192-255:1"]|'
check "mcored starts" lab_start
touch "$LAB_DIR/ransim.log"
ctl sim add "$(imsi 1)" k $KEY opc $OPC usage_type 130 >/dev/null
ctl sim add "$(imsi 2)" k $KEY opc $OPC usage_type 200 >/dev/null
spawn core tcpdump --immediate-mode -i s1u -U -w "$LAB_DIR/s1.pcap" -s 0 "ip proto 132" 2>"$LAB_DIR/tcpdump.log"
TCPDUMP=$SPAWNED
wait_for 5 grep -q listening "$LAB_DIR/tcpdump.log"

# ---- dedicated core networks ----
usage_type() { ctl -j sim show "$1" | jq -r .usage_type; }
check "a SIM has a UE Usage Type" is 130 usage_type "$(imsi 1)"
wrong() { ! ctl sim set "$(imsi 1)" usage_type 256 2>"$LAB_DIR/fails" && grep -F "0 to 255" "$LAB_DIR/fails"; }
check "of one octet" wrong
mark
ransim_run --enbs 2 --enb-id 10 --ue "imsi=$(imsi 1),k=$KEY,opc=$OPC,apn=iot" \
	--ue "imsi=$(imsi 2),k=$KEY,opc=$OPC,apn=iot"
check "its eNodeB is told the group of its usage type" saw 'ue=1 .*event=reroute group=32770 usage-type=130'
check "and the device, sent here with that group, is served" wait_for 5 ue_is 1 emm registered
check "its usage type is shown" is 130 ue_field 1 usage_type
why() { ctl why "$(imsi 1)" >"$LAB_DIR/why.log"; grep -F "$1" "$LAB_DIR/why.log" || { cat "$LAB_DIR/why.log"; return 1; }; }
check "why it was sent on is remembered" why "another dedicated core network is for it"
check "it is counted" is "1 1" eval 'echo "$(stat mme_rerouted_total) $(stat mme_rerouted_here_total)"'
check "a device of this core stays" wait_for 5 ue_is 2 emm registered
check "and was not sent" is 1 stat mme_rerouted_total

# ---- what went over S1 ----
ran "detach 1; expect detached; detach 2"
check "they detach" all_gone
kill "$TCPDUMP"
wait "$TCPDUMP" 2>/dev/null
ts() { # FILTER FIELD...: fields by "|"
	local filter=$1 f args=()
	shift
	for f; do args+=(-e "$f"); done
	tshark -r "$LAB_DIR/s1.pcap" -o nas-eps.null_decipher:TRUE -Y "$filter" -T fields -E separator='|' \
		"${args[@]}" 2>/dev/null
}
check "no malformed message, no error" is "" ts '_ws.malformed || _ws.expert.severity >= 0x600000' frame.number _ws.expert.message
field() { check "$1" is "$4" eval "ts '$2' $3 | head -n 1"; }
field "Reroute NAS Request: MME Group ID" "s1ap.procedureCode == 52" s1ap.MME_Group_ID 32770
field "Reroute NAS Request: UE Usage Type" "s1ap.procedureCode == 52" s1ap.UE_Usage_Type 130
field "and the Attach Request is in it" "s1ap.procedureCode == 52" nas_eps.nas_msg_emm_type 0x41
field "which comes again with the group" "s1ap.procedureCode == 12 && s1ap.MME_Group_ID" s1ap.MME_Group_ID 32770
finish
