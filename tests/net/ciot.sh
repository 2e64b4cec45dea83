#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What S1 has for the Internet of Things: a device is sent to its dedicated core network, and taken when
# another MME has sent it; connections are suspended and resumed; a device that cannot prove who it is
# attaches for emergency bearer services. What went over S1 is judged by Wireshark.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  emergency: {attach: allow-unauthenticated, apn: iot, qci: 9}\n  dedicated_cores: ["128-191:32770", "192-255:1"]|'
check "mcored starts" lab_start
touch "$LAB_DIR/ransim.log"
ctl sim add "$(imsi 1)" k $KEY opc $OPC usage_type 130 >/dev/null
ctl sim add "$(imsi 2)" k $KEY opc $OPC usage_type 200 >/dev/null
capture_begin s1.pcap

# ---- dedicated core networks ----
usage_type() { ctl -j sim show "$1" | jq -r .usage_type; }
check "a SIM has a UE Usage Type" is 130 usage_type "$(imsi 1)"
wrong() { ! ctl sim set "$(imsi 1)" usage_type 256 2>"$LAB_DIR/fails" && grep -F "0 to 255" "$LAB_DIR/fails"; }
check "of one octet" wrong
mark
ransim_run --enbs 2 --enb-id 10 $(device 1 iot) \
	--ue "imsi=$(imsi 2),k=$KEY,opc=$OPC,apn=iot"
check "its eNodeB is told the group of its usage type" saw 'ue=1 .*event=reroute group=32770 usage-type=130'
check "and the device, sent here with that group, is served" wait_for 5 ue_is 1 emm registered
check "its usage type is shown" is 130 ue_field 1 usage_type
why() { ctl why "$(imsi 1)" >"$LAB_DIR/why.log"; grep -F "$1" "$LAB_DIR/why.log" || { cat "$LAB_DIR/why.log"; return 1; }; }
check "why it was sent on is remembered" why "another dedicated core network is for it"
check "it is counted" is "1 1" eval 'echo "$(stat mme_rerouted_total) $(stat mme_rerouted_here_total)"'
check "a device of this core stays" wait_for 5 ue_is 2 emm registered
check "and was not sent" is 1 stat mme_rerouted_total

# ---- suspended connections ----
extra() { ctl bearer add "$(imsi 1)" extra qci 7 filter "both proto udp remote-port 7000"; }
check "a dedicated bearer" extra
check "at the device" saw 'ue=1 .*event=bearer.activate ebi=6 .*cause=0'
extra_session() { ctl -j session show "$(imsi 1)" | jq -r ".sessions[] | select(.ebi == 6) | .$1"; }
mark
ran "tell 1 suspend"
check "a connection is suspended" saw 'ue=1 .*event=suspended pair=right'
check "the device is idle" wait_for 3 ue_is 1 ecm idle
mark
check "its packet resumes it" ping_ue 1 198.51.100.2
check "with the keys of the chain" saw 'ue=1 .*event=resume.request key=right'
check "and the next pair" saw 'ue=1 .*event=resumed pair=right'
check "it is connected" wait_for 3 ue_is 1 ecm connected
check "so is its dedicated bearer" wait_for 3 is connected extra_session state
by_extra() {
	ue 1 bash -c "echo x >/dev/udp/198.51.100.2/7000"
	[ "$(extra_session packets_up)" -ge 1 ]
}
check "which carries what it is for" wait_for 3 by_extra
mark
ran "tell 1 suspend"
check "it is suspended again" saw 'ue=1 .*event=suspended'
check "and idle again" wait_for 3 ue_is 1 ecm idle
mark
address() { ctl -j session show "$(imsi 1)" | jq -r '.sessions[] | select(.ebi == 5) | .ue4'; }
downlink() { in_ns inet ping -n -q -c 3 -i 0.3 -W 3 "$(address)"; }
check "a packet for it calls it" downlink
check "by paging" saw 'ue=1 .*event=paged by=s-tmsi'
check "and it resumes" saw 'ue=1 .*event=resumed pair=right'
check "with all bearers" wait_for 3 is connected extra_session state
check "no service request was needed" is "0 2" eval 'echo "$(stat mme_service_total) $(stat mme_resumed_total)"'
mark
ran "tell 1 suspend"
check "suspended once more" saw 'ue=1 .*event=suspended'
check "and idle once more" wait_for 3 ue_is 1 ecm idle
ran_over "fault 1 e-rab-failure"
mark
check "its eNodeB cannot take the dedicated bearer again" ping_ue 1 198.51.100.2
check "which ends at the device" saw 'ue=1 .*event=bearer.deactivate ebi=6 '
check "and here" wait_for 3 is "" extra_session ebi
ran_over "fault 1 none"
mark
ran "tell 1 suspend"
check "suspended for good" saw 'ue=1 .*event=suspended'
check "and idle" wait_for 3 ue_is 1 ecm idle
mark
ran "tau 1"
check "a device that comes anew leaves the old connection" saw 'ue=1 .*event=context.release cause="nas: normal-release"'

# ---- emergency ----
ran "service 1"
check "it is served again" saw 'ue=1 .*event=service '
mark
ran "pdn 1 sos request 4"
check "a registered device's emergency: a PDN connection of its own" saw 'ue=1 .*event=tun dev=ue1-'
check "with an address of its own" is 2 eval "ctl -j session show $(imsi 1) | jq -r '.sessions[].ue4' | sort -u | wc -l"
ran "pdn 1 sos request 4"
check "one" saw 'ue=1 .*event=pdn.reject .*cause=55'

# without authentication
cat >"$LAB_DIR/help.sh" <<-END
	attach 1; expect attached within 6; ping 1 198.51.100.2 count 2; expect ping.done received=2 within 6
	detach 1; expect detached within 6
END
for_help() { # ransim's --ue
	ENB=10.10.0.3 scene "$(tr '\n' ';' <"$LAB_DIR/help.sh")" --no-attach --enb-id 40 --ue "$1"
}
NOBODY=imsi=001019999999999,k=$KEY,opc=$OPC
check "who has no IMSI attaches by IMEI, for an emergency" for_help "$NOBODY,emergency=imei,imeisv=3534900698733101"
# Meanwhile this one is named and called by its IMEI, without the check digit.
BY_IMEI=E35349006987332
cat >"$LAB_DIR/call.sh" <<-END
	attach 1; expect attached within 6; idle 1; expect service within 15; expect detach.network within 15
END
ENB=10.10.0.3 scene "$(tr '\n' ';' <"$LAB_DIR/call.sh")" --no-attach --enb-id 40 --ue "$NOBODY,emergency=imei,imeisv=3534900698733201" >"$LAB_DIR/call.log" 2>&1 &
CALLED=$!
lab_pids+=("$CALLED")
its() { ctl -j ue show $BY_IMEI | jq -r ".$1"; }
check "mcorectl names it by that" wait_for 8 is idle its ecm
check "it has a session" is E35349006987332 eval "ctl -j session show $BY_IMEI | jq -r '.sessions[].imsi'"
in_ns inet ping -n -q -c 1 -W 1 "$(ctl -j session show $BY_IMEI | jq -r '.sessions[0].ue4')" >/dev/null
check "a packet for it calls it" wait_for 8 is connected its ecm
check "and mcorectl detaches it" ctl detach $BY_IMEI
its_end() { wait "$CALLED" || { cat "$LAB_DIR/call.log"; return 1; }; }
check "it is told" its_end
check "and who cannot prove one" for_help "$NOBODY,emergency=imsi,imeisv=3534900698733201"
not_else() { ENB=10.10.0.3 scene "attach 1; expect attach.reject cause=8 within 6" --no-attach --enb-id 40 --ue "$NOBODY"; }
check "but not for anything else" not_else

# ---- what went over S1 ----
ran "detach 1; expect detached; detach 2"
check "they detach" all_gone
capture_end s1.pcap
check "no malformed message, no error" capture_clean s1.pcap 60
field() { check "$1" is "$4" eval "ts s1.pcap '$2' $3 | head -n 1"; }
field "Reroute NAS Request: MME Group ID" "s1ap.procedureCode == 52" s1ap.MME_Group_ID 32770
field "Reroute NAS Request: UE Usage Type" "s1ap.procedureCode == 52" s1ap.UE_Usage_Type 130
field "and the Attach Request is in it" "s1ap.procedureCode == 52" nas_eps.nas_msg_emm_type 0x41
field "which comes again with the group" "s1ap.procedureCode == 12 && s1ap.MME_Group_ID" s1ap.MME_Group_ID 32770
messages() { # CODE KIND: how many
	ts s1.pcap "s1ap.procedureCode == $1" s1ap.procedureCode s1ap.S1AP_PDU | awk -F'|' -v c="$1" -v k="$2" '
		{ n = split($1, p, ","); split($2, d, ","); for (i = 1; i <= n; i++) m += p[i] == c && d[i] == k }
		END { print m + 0 }'
}
check "UE Context Suspend Requests, and their responses" is "4 4" eval 'echo "$(messages 55 0) $(messages 55 1)"'
check "UE Context Resume Requests, and their responses" is "3 3" eval 'echo "$(messages 56 0) $(messages 56 1)"'
field "UE Context Suspend Response: the second pair" "s1ap.procedureCode == 55 && s1ap.nextHopChainingCount" s1ap.nextHopChainingCount 2
field "UE Context Resume Response: the third" "s1ap.procedureCode == 56 && s1ap.nextHopChainingCount" s1ap.nextHopChainingCount 3
field "Attach Accept: UP CIoT is supported" "nas_eps.nas_msg_emm_type == 0x42" nas_eps.emm.up_ciot 1
null() { ts s1.pcap 'nas_eps.nas_msg_emm_type == 0x5d && nas_eps.emm.toi == 0' nas_eps.emm.toc nas_eps.emm.toi | sort | uniq -c | awk '{ print $1, $2 }'; }
check "Security Mode Commands: the null algorithms, in both" is "3 0|0" null
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
exchange "Reroute NAS Request, and the message again" s1.pcap <<-END
	> 12/0 at=@x enb=@e ies=8r,26r,67r,100i,134i imsi=$(imsi 1) emm=0x41
	< 52/0 at=@x ies=8r,0i,225r,223r,230i enb=@e emm=0x41 imsi=$(imsi 1) MME_Group_ID=32770 UE_Usage_Type=130
	> 12/0 at=@x enb=@f !enb=@e ies=8r,26r,67r,100i,134i,223i,230i MME_Group_ID=32770 emm=0x41
	< 11/0 at=@x mme=@m enb=@f emm=0x52
END
exchange "PDN connectivity for an emergency: the highest priority, may pre-empt" s1.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd0 pti=@p esm_request_type=4
	< 5/0 mme=@m enb=@e esm=0xc1 ebi=@b erab=@b pti=@p qCI=9 priorityLevel=1 pre_emptionCapability=1
END
exchange "UE Context Suspend and Resume, with the chain's pairs" s1.pcap <<-END
	> 55/0 at=@x mme=@m enb=@e ies=0r,8r
	< 55/1 at=@x mme=@m enb=@e ies=0i,8i,40r nextHopChainingCount=2 nextHopParameter
	> 56/0 mme=@m enb=@e RRC_Establishment_Cause=4
	< 56/1 at=@x mme=@m enb=@e ies=0i,8i,40r nextHopChainingCount=3
	> 55/0 mme=@m enb=@e
	< 55/1 mme=@m enb=@e nextHopChainingCount=4
	< 10/0 at=@x UEPagingID=0 m_TMSI=@s CNDomain=0
	> 56/0 mme=@m enb=@e
	< 56/1 mme=@m enb=@e nextHopChainingCount=5
END
exchange "UE Context Resume without an E-RAB: its bearer is deactivated" s1.pcap <<-END
	> 56/0 mme=@m enb=@e ies=0r,8r,235r,245i erab==6 radioNetwork=25
	< 56/1 mme=@m enb=@e !erab
	< 11/0 mme=@m enb=@e esm=0xcd ebi=6 esm.cause=36 pti=0
	> 13/0 mme=@m enb=@e esm=0xce ebi=6
END
exchange "a tracking area update ends the suspended connection" s1.pcap <<-END
	> 55/0 mme=@m enb=@e
	< 55/1 mme=@m enb=@e
	> 12/0 enb=@f emm=0x48 emm.active_flg=0 emm.update_type_value=0
	< 23/0 mme=@m enb=@e nas=0
	... < 11/0 mme=@n enb=@f emm=0x49 sec=2 emm.eps_update_result_value=0 emm.ebi5=1 emm.ebi6=0
	... < 23/0 mme=@n enb=@f nas=0
END
exchange "Emergency attach by IMEI: null algorithms, for the eNodeB too" s1.pcap <<-END
	> 12/0 enb=@e emm=0x41 emm.eps_att_type=6 emm.type_of_id=3 esm=0xd0 esm_request_type=4
	< 11/0 mme=@m enb=@e emm=0x5d sec==3,0 msg_auth_code=0x00000000 emm.toc=0 emm.toi=0 emm.nas_key_set_id=0
	> 13/0 mme=@m enb=@e emm=0x5e
	< 9/0 mme=@m enb=@e emm=0x42 esm=0xc1 ebi=5 encryptionAlgorithms=00:00 integrityProtectionAlgorithms=00:00 qCI=9 priorityLevel=1 emm.EPS_attach_result=1
	... > 9/1 mme=@m enb=@e erab==5
END
exchange "Emergency attach by an IMSI that proves nothing: the IMEI is asked for" s1.pcap <<-END
	> 12/0 enb=@e emm=0x41 emm.eps_att_type=6 imsi=001019999999999
	< 11/0 mme=@m enb=@e emm=0x55 emm.id_type2=2 sec==0
	> 13/0 mme=@m enb=@e emm=0x56 ie.mobileid.type=2
	< 11/0 mme=@m enb=@e emm=0x5d emm.toi=0
END
exchange "Network detach of a device without an IMSI" s1.pcap <<-END
	< 9/0 mme=@m enb=@e
	> 9/1 mme=@m enb=@e
	< 11/0 mme=@m enb=@e emm=0x45 emm.detach_type_dl=2
	> 13/0 mme=@m enb=@e emm=0x46
	< 23/0 mme=@m enb=@e nas=2
	> 23/1 mme=@m enb=@e
END
finish
